"""The activations that the views offer: all that nnlib has, found here, so that a new class needs no list."""

import inspect

import numpy as np

from nnlib import activations


def is_bend(thing):
    """Whether a thing is a class with f and derivative, other than the base of them all."""
    methods = (getattr(thing, name, None) for name in ("f", "derivative"))
    return inspect.isclass(thing) and thing is not activations.Activation and all(map(callable, methods))


BENDS = {name: thing for name, thing in vars(activations).items() if is_bend(thing)}
OR_NONE = BENDS | {"none": None}


def grows(bend):
    """Whether an activation grows without end, as ReLU and its relatives do."""
    return bool(bend().f(np.array([100.0]))[0] > 10)

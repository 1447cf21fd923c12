"""The activations that the views offer: all that nnlib has, found here, so that no list has to name a new class."""

import inspect

import numpy as np

from nnlib import activations


def is_activation(thing):
    """Whether a thing is a class with f and derivative, other than the base of them all."""
    methods = (getattr(thing, name, None) for name in ("f", "derivative"))
    return inspect.isclass(thing) and thing is not activations.Activation and all(map(callable, methods))


ACTIVATIONS = {name: thing for name, thing in vars(activations).items() if is_activation(thing)}
OR_NONE = ACTIVATIONS | {"none": None}


def grows(activation):
    """Whether an activation grows without end, as ReLU and its relatives do."""
    return bool(activation().f(np.array([100.0]))[0] > 10)

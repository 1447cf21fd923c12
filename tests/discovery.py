"""Finds every layer, activation, loss and optimizer of nnlib, so that a new class is tested untouched."""

import importlib
import inspect
import pkgutil

import numpy as np

import nnlib
from nnlib.activations import Activation
from nnlib.layers import Layer
from nnlib.losses import Loss
from nnlib.optimizers import Optimizer

MODULES = [
    importlib.import_module(module.name)
    for module in pkgutil.walk_packages(nnlib.__path__, "nnlib.")
    if not module.name.endswith("__main__")
]

OUTSIDE = {"checks", "experiments", "review", "viz", "web"}
# Checks, reviews, views, experiments and the builder of the site have helpers of their own.
CORE = [module for module in MODULES if module.__name__.split(".")[1] not in OUTSIDE]

# What to pass to a constructor for arguments that have no default. A class with another required
# argument fails here, by name: add a value for it.
VALUES = {"n_in": 5, "n_out": 4, "rate": 0.3, "lr": 0.01}


def classes(base):
    """Return the concrete subclasses of `base` in nnlib, by name."""
    found = {
        thing
        for module in CORE
        for thing in vars(module).values()
        if inspect.isclass(thing) and issubclass(thing, base) and thing.__module__.startswith("nnlib.")
    }
    return sorted(found - {Activation, Layer, Loss, Optimizer}, key=lambda c: c.__name__)


def build(cls):
    """Return an instance with the values above for its required arguments."""
    arguments = {}
    for name, parameter in inspect.signature(cls).parameters.items():
        if name == "rng":
            arguments[name] = np.random.default_rng(7)
        elif parameter.default is parameter.empty and parameter.kind is not parameter.VAR_POSITIONAL:
            if name not in VALUES:
                raise ValueError(f"discovery.VALUES expected a value for {name!r}, which {cls.__name__} needs")
            arguments[name] = VALUES[name]
    return cls(**arguments)


LAYERS, LOSSES, OPTIMIZERS = classes(Layer), classes(Loss), classes(Optimizer)

"""What several recipes share: the digits, their initialisers, and a run that is judged after each epoch."""

import functools
import math

import numpy as np

from nnlib.data import load_mnist
from nnlib.initializers import uniform
from nnlib.training import evaluate, train


@functools.cache
def digits():
    """Return (X, y), (X_test, y_test): 60,000 and 10,000 rows of 784 pixels from 0 to 1, read once."""
    return load_mnist(scaled=True, flat=True)


def narrow(n_in, n_out, rng):
    """Normal weights with standard deviation 1 / sqrt(n_in). Source: Nielsen, chapter 3."""
    return rng.standard_normal((n_in, n_out)) / math.sqrt(n_in)


def zeros(n_in, n_out, rng):
    """All weights 0."""
    return np.zeros((n_in, n_out))


def plus_minus_half(n_in, n_out, rng):
    """Uniform weights in [-0.5, 0.5), whatever the size of the layer, as in S4."""
    return uniform(-0.5, 0.5)(n_in, n_out, rng)


def judged(model, judge, run, progress, every=1):
    """Train to the end of `run`; return the accuracy on `judge`, a pair (X, labels), after each epoch.

    With every=10, after each tenth: judging 10,000 images takes longer than an epoch of a few hundred.

    The largest score wins, whatever the loss was: so it is the accuracy that all authors mean.
    """
    curve = []
    for epoch in run:
        progress(epoch)
        if epoch.number % every == 0:
            curve.append(evaluate(model, *judge).accuracy)
    return curve


def classify(model, loss, optimizer, train_on, judge, progress, **options):
    """Train a model on a pair (X, y) and return its accuracy on another after each epoch."""
    return judged(model, judge, train(model, loss, optimizer, *train_on, **options), progress)

"""Initial weights by a rule of the course or the reader, and what a stack of layers makes of the numbers that pass."""

import functools
import inspect
import math

import numpy as np

from nnlib import initializers
from nnlib.layers import Dense
from nnlib.viz.readers import ask

WIDTH, EXAMPLES, BINS = 100, 100, 31  # an odd number of bins: 0 lies in the middle of one


# Weights


def zero(n_in, n_out, rng):
    """Return weights that are all 0."""
    return np.zeros((n_in, n_out))


def small_normal(n_in, n_out, rng):
    """Return normal weights with standard deviation 0.01."""
    return 0.01 * rng.standard_normal((n_in, n_out))


RULES = (zero, small_normal, initializers.standard_normal, initializers.glorot_uniform, initializers.he_normal)
OWN = {rule.__name__: rule for rule in RULES}
SPREADS = dict(zip(OWN, (0, 0.01, 1, math.sqrt(1 / WIDTH), math.sqrt(2 / WIDTH)), strict=True))


def is_rule(name, thing):
    """Whether a thing of the notebook is an initialiser: a function of n_in, n_out and rng, under its own name."""
    if not inspect.isfunction(thing) or thing.__name__ not in (name, "<lambda>"):
        return False  # not a loop's variable that holds another rule
    arguments = inspect.getargs(thing.__code__).args  # a signature has annotations too, and Python 3.14 computes them
    return not name.startswith("_") and arguments == ["n_in", "n_out", "rng"]


def drawn(rule, name, seed, depth):
    """Return the weights of all layers, (depth, 100, 100); raises ValueError for anything but such tables."""
    rng = np.random.default_rng([seed, 1])  # not the stream of the examples
    return np.array([ask(name, rule, WIDTH, WIDTH, rng, gives=(WIDTH, WIDTH)) for _ in range(depth)])


drawn_before = functools.lru_cache(maxsize=4)(drawn)  # for rules that cannot change; a reader's can


# Up and back


@functools.lru_cache(maxsize=4)
def batch(seed):
    """Return the examples and the gradient that arrives at the top, each (100, 100) with standard deviation 1."""
    return np.random.default_rng(seed).standard_normal((2, EXAMPLES, WIDTH))


def through(weights, activation, X, dY):
    """Return the activations of each layer and the gradients that arrive there, two lists of (100, 100)."""
    rng = np.random.default_rng(0)  # Dense wants one; nothing is drawn
    dense = [Dense(WIDTH, WIDTH, rng=rng, init=lambda *_, W=W: W) for W in weights]
    stack = [[layer, *([activation()] if activation else [])] for layer in dense]
    answers, gradients = [], [dY]
    for layer in stack:
        for part in layer:
            X = part.forward(X)
        answers.append(X)
    for layer in reversed(stack[1:]):
        for part in reversed(layer):
            dY = part.backward(dY)
        gradients.append(dY)
    return answers, gradients[::-1]


def log_spreads(A):
    """Return log10 of two standard deviations, (2,): of all numbers, of those inside a column; nan beyond bounds."""
    means = A.mean(axis=0)
    apart = A - means
    inside = np.vdot(apart, apart) / A.size
    logs = np.log10([inside + means.var(), inside]) / 2  # half the logarithm: the root
    return np.where(logs == np.inf, np.nan, logs)  # a square that overflowed


def lost_share(activation, A):
    """Return the share of units that are 0 for all examples (ReLU), or of activations at their ends (Tanh, Sigmoid)."""
    if activation not in ("ReLU", "Tanh", "Sigmoid") or not np.isfinite(A).all():
        return np.nan
    if activation == "ReLU":
        return 1 - (A > 0).any(axis=0).mean()
    middle, far = (0, 0.97) if activation == "Tanh" else (0.5, 0.47)
    return (np.abs(A - middle) > far).mean()


def axis_ends(activation, first):
    """Return the ends of the axis of the histograms; where there are none, by the spread of layer 1, 10**first."""
    if activation in ("Tanh", "Sigmoid"):
        return (-1.0 if activation == "Tanh" else 0.0), 1.0
    times = 5 if activation == "ReLU" else 3  # ReLU takes one half of the bell
    high = float(f"{times * 10**first:.0e}") if np.isfinite(first) else 1.0  # one digit, so that it can be read
    return (0.0 if activation == "ReLU" else -high), high


def histogram(A, low, high):
    """Return the shares of the numbers in BINS equal parts, (BINS,); all 0 if some are beyond all bounds."""
    if not np.isfinite(A).all():
        return np.zeros(BINS)
    places = np.clip((A - low) * (BINS / (high - low)), 0, BINS - 1).astype(int)
    return np.bincount(places.ravel(), minlength=BINS) / A.size


def decades(*logs):
    """Return at most eight whole numbers, evenly spaced, that enclose all finite logarithms."""
    known = np.concatenate([*logs, [0.0]])
    known = known[np.isfinite(known)]
    bottom, top = math.floor(known.min() - 0.1), math.ceil(known.max() + 0.1)
    step = -(-(top - bottom) // 6)
    return np.arange(bottom, top + step, step)

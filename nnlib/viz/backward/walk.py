"""The walk back through two small layers: its gradients, each measured by a nudge as well, and what a bug shows."""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnlib.activations import ReLU, Tanh
from nnlib.checks.n04 import cross_entropy_gradient, dense_backward, relu_backward
from nnlib.gradcheck import numerical_gradient
from nnlib.losses import SoftmaxCrossEntropy, softmax
from nnlib.viz.readers import ask, wrong_cells

N, UNITS = 4, 3  # examples; inputs, hidden units and classes: square layers, in which no shape tells of a transpose
NAMES = ("dZ", "dW", "db", "dX")
TERMS = 4  # of the longest sum
SHAPES = {"dZ": (N, UNITS), "dW": (UNITS, UNITS), "db": (1, UNITS), "dX": (N, UNITS)}  # in the picture
BUGS = ("none", "bias forgotten", "bias: one number for all", "wrong transpose", "no 1/n", "mask after rectification")


@dataclass(frozen=True)
class Pieces:
    """The rules of a walk back, as in the exercises 04.2 to 04.6; without `bias`, that of `dense` counts."""

    start: Any = cross_entropy_gradient
    dense: Any = dense_backward
    relu: Any = relu_backward
    bias: Any = None


@dataclass(frozen=True)
class Layer:
    """What a layer knows on the way back: all (4, 3), but W, dW (3, 3) and db (3,)."""

    X: np.ndarray
    W: np.ndarray
    arrives: np.ndarray  # dY; in the last layer the probabilities
    derivative: np.ndarray  # of the activation; in the last layer the one-hot answers
    dZ: np.ndarray
    dW: np.ndarray
    db: np.ndarray
    dX: np.ndarray


# The network, forward and back


@functools.lru_cache(maxsize=64)
def network(seed):
    """Return X (4, 3), labels (4,) and two layers (W, b), in tenths.

    Drawn again until each hidden unit answers to some examples and is silent for others, none near ReLU's corner.
    """
    rng = np.random.default_rng(seed)
    while True:
        X = rng.standard_normal((N, UNITS)).round(1)
        layers = [((0.7 * rng.standard_normal((4, UNITS))).round(1)) for _ in range(2)]
        labels, Z = rng.integers(0, UNITS, N), X @ layers[0][:3] + layers[0][3]
        if np.abs(Z).min() > 0.01 and (Z > 0).any(axis=0).all() and (Z < 0).any(axis=0).all():
            return X, labels, [(both[:3], both[3]) for both in layers]


@functools.lru_cache(maxsize=64)
def measured(seed, activation):
    """Return for both layers {"dZ": ..., "dW": ..., "db": ..., "dX": ...}, each number by a nudge."""
    X, labels, ((W1, b1), (W2, b2)) = network(seed)
    X, W1, b1, W2, b2 = (array.copy() for array in (X, W1, b1, W2, b2))
    at_Z1, at_A, at_Z2 = np.zeros((3, N, UNITS))  # nudges on the way
    f, loss = activation_named(activation).f, SoftmaxCrossEntropy()

    def total():
        return loss.forward((f(X @ W1 + b1 + at_Z1) + at_A) @ W2 + b2 + at_Z2, labels)

    places = [(at_Z1, W1, b1, X), (at_Z2, W2, b2, at_A)]
    return [dict(zip(NAMES, (numerical_gradient(total, place) for place in four), strict=True)) for four in places]


def name_of(array, i, j):
    """Return how a cell is called."""
    return f"db[{j}]" if array == "db" else f"{array}[{i}, {j}]"


def activation_named(name):
    """Return the activation of this name."""
    return Tanh() if name == "tanh" else ReLU()


def walk_back(pieces, seed, activation):
    """Return both Layers, their gradients found by these Pieces."""
    X, labels, ((W1, b1), (W2, b2)) = network(seed)
    A = activation_named(activation).f(X @ W1 + b1)
    Z = A @ W2 + b2
    dZ2 = ask("cross_entropy_gradient", pieces.start, Z, labels, gives=Z.shape)
    gradients2 = through_dense(pieces, A, W2, dZ2)
    if activation == "tanh":
        derivative = Tanh().derivative(None, A)
        dZ1 = gradients2[2] * derivative
    else:
        derivative = ask("relu_backward", pieces.relu, np.ones_like(A), A, gives=A.shape)
        dZ1 = ask("relu_backward", pieces.relu, gradients2[2], A, gives=A.shape)
    gradients1 = through_dense(pieces, X, W1, dZ1)
    return (
        Layer(X, W1, gradients2[2], derivative, dZ1, *gradients1),
        Layer(A, W2, softmax(Z), np.eye(UNITS)[labels], dZ2, *gradients2),
    )


def through_dense(pieces, X, W, dZ):
    """Return dW, db, dX; the rule for biases, where there is one, gets dZ before its division by n, as in 04.5."""
    shapes = {"dW": W.shape, "db": (UNITS,), "dX": X.shape}
    dW, db, dX = ask("dense_backward", pieces.dense, X, W, dZ, gives=shapes)
    if pieces.bias is not None:
        db = ask("bias_gradient", pieces.bias, N * dZ, gives=(UNITS,))
    return dW, db, dX


def with_bug(pieces, bug):
    """Return the Pieces with the matching one replaced."""
    dense = pieces.dense
    replaced = {
        "none": {},
        "bias forgotten": {"bias": lambda dZ: np.zeros(dZ.shape[1])},
        "bias: one number for all": {"bias": lambda dZ: np.full(dZ.shape[1], np.sum(dZ) / len(dZ))},
        "wrong transpose": {"dense": lambda X, W, dZ: (*dense(X, W, dZ)[:2], dZ @ W)},
        "no 1/n": {"start": lambda logits, labels: softmax(logits) - np.eye(UNITS)[labels]},
        "mask after rectification": {"relu": lambda dY, Y: dY * (Y >= 0)},
    }
    return Pieces(**(vars(pieces) | replaced[bug]))


# What is wrong, and where to look


def verdict(layers, known, wrong, activation):
    """Return in words what the pattern of wrong cells says; wrong (2, 4), cells by layer and NAMES."""
    bad = wrong > 0
    if not bad.any():
        return f"All {2 * UNITS * (UNITS + 1)} gradients of weights and biases agree with the measurement"
    return f"{pattern(bad[:, 1:3])}: {culprit(layers, known, bad, activation)}"


def pattern(bad):
    """Return the wrong ones of dW and db (columns) in layers 1 and 2 (rows) in words."""
    if bad.all():
        return "dW and db are wrong in both layers"
    if not bad.any():
        return "dW and db are right in both layers, what flows between them is not"
    for one, name, other in [(0, "dW", "db"), (1, "db", "dW")]:
        if bad[:, one].all() and not bad[:, 1 - one].any():
            return f"{name} of layers 1 and 2 are wrong, both {other} are right"
    for one in (0, 1):
        if bad[one].all() and not bad[1 - one].any():
            return f"dW and db of layer {one + 1} are wrong, those of layer {2 - one} are right"
    cells = [f"{('dW', 'db')[column]} of layer {row + 1}" for row, column in np.argwhere(bad)]
    return f"wrong: {', '.join(cells)}, the rest is right"


def culprit(layers, known, bad, activation):
    """Return where to look: a rule is suspected if what it gives is wrong though what it gets is right."""
    (dZ1, dW1, db1, dX1), (dZ2, dW2, db2, dX2) = bad
    if dZ2:
        return f"look at the start, dZ = (p − y) / n{factor(layers, known)}"
    suspects = {
        "dW = Xᵀ dZ": dW2 or (dW1 and not dZ1),
        "the bias rule": db2 or (db1 and not dZ1),
        "dX = dZ Wᵀ, with which layer 2 passes the gradient on": dX2,
        f"the derivative of {activation}, because what arrives at layer 1 is right and its dZ is not": dZ1 and not dX2,
        "dX = dZ Wᵀ": dX1 and not dZ1 and not dX2,
    }
    return "look at " + ", and at ".join(rule for rule, suspected in suspects.items() if suspected)


def factor(layers, known):
    """Return how many times too large all gradients are, if it is the same for all."""
    found = np.concatenate([getattr(layer, name).ravel() for layer in layers for name in ("dW", "db")])
    by_nudge = np.concatenate([layer[name].ravel() for layer in known for name in ("dW", "db")])
    times = found @ by_nudge / (by_nudge @ by_nudge)
    if wrong_cells(found, times * by_nudge).any() or not times:
        return ""
    said = f"{times:.4g}".replace("-", "−")
    return f": each gradient is {said} times what is measured" + (", and n is 4" if abs(times - N) < 1e-3 else "")

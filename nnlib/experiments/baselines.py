"""Recipes without nnlib's layers: guessing, darkness, networks by hand, and the expression on the tape."""

import itertools

import numpy as np

from nnlib.autodiff import Tensor
from nnlib.experiments.common import digits
from nnlib.losses import softmax
from nnlib.training import Epoch, minibatches


def darkness(seed, progress, *, n):
    """Answer with the digit whose mean darkness over the first n images is nearest; beside it, guess."""
    (X, y), (X_test, y_test) = digits()
    ink = X[:n].mean(axis=1, dtype=np.float64)
    means = np.array([ink[y[:n] == digit].mean() for digit in range(10)])
    nearest = np.abs(X_test.mean(axis=1, dtype=np.float64)[:, np.newaxis] - means).argmin(axis=1)
    guesses = np.random.default_rng(seed).integers(10, size=len(y_test))
    return {"darkness": (nearest == y_test).mean(), "guessing": (guesses == y_test).mean()}


def by_outputs(n_in, n_out, draw):
    """Normal weights with standard deviation 1 / sqrt(n_out). Source: CMU dlsyscourse, hw0."""
    return draw.randn(n_in, n_out).astype(np.float32) / np.float32(np.sqrt(n_out))


def hand_step(weights, X, labels, lr):
    """A step of softmax cross-entropy through ReLU layers without biases, all by hand.

    Shapes: weights a list of W (n_in, n_out), changed in place; X (n, n_in of the first), labels (n,).
    """
    kept = [X]
    for W in weights[:-1]:
        kept.append(np.maximum(kept[-1] @ W, 0))
    dZ = softmax(kept[-1] @ weights[-1])
    dZ[np.arange(len(labels)), labels] -= 1
    dZ /= len(labels)
    for W, X in zip(reversed(weights), reversed(kept), strict=True):
        dW = X.T @ dZ
        dZ = dZ @ W.T * (X > 0) if X is not kept[0] else None  # nothing learns before the first layer
        W -= lr * dW


def misread(weights, X, labels):
    """Return the share of wrong answers."""
    for W in weights[:-1]:
        X = np.maximum(X @ W, 0)
    return float(((X @ weights[-1]).argmax(axis=1) != labels).mean())


def by_hand(seed, progress, *, sizes, init, lr, batch_size, epochs):
    """Train without biases and in order; the errors after the last epoch, and the norm of each W."""
    train, test = digits()
    draw = np.random.RandomState(seed)
    weights = [init(n_in, n_out, draw).astype(np.float32) for n_in, n_out in itertools.pairwise(sizes)]
    curve = []
    for number in range(1, epochs + 1):
        for batch in minibatches(*train, batch_size):
            hand_step(weights, *batch, lr)
        curve.append(misread(weights, *test))
        progress(Epoch(number, curve[-1], None, None, None, 0.0))
    norms = {f"norm of W{k}": np.linalg.norm(W) for k, W in enumerate(weights, start=1)}
    return norms | {"train error": misread(weights, *train), "test error": curve[-1], "curve": curve}


def micrograd(seed, progress, *, a, b):
    """The expression in micrograd's README, and its gradient, by the tape."""
    a, b = Tensor(a), Tensor(b)
    c = 2 * (2 * (a + b) + 1) + 1 - a
    d = 4 * (3 * (a * b + b**3) + (a + b).relu()) + (b - a).relu()
    f = (c - d) ** 2
    g = f / 2 + 10 / f
    g.backward()
    return {"value": g.data, "dg/da": a.grad, "dg/db": b.grad}

"""What two published bugs cost in accuracy: small networks, trained with right and with wrong gradients."""

import numpy as np

from nnlib.experiments.common import digits
from nnlib.losses import softmax


def by_column(dZ):
    """The right bias rule: a number for each unit."""
    return dZ.mean(axis=0)


def one_for_all(dZ):
    """The bias bug of S4: one number for the whole layer."""
    return dZ.sum() / len(dZ)


def none_at_all(dZ):
    """No bias ever leaves 0: a network without biases."""
    return 0.0


def units_that_answer(H):
    """The right mask of ReLU, read off its output."""
    return H > 0


def all_units(H):
    """The mask bug of numpy-tutorials, which is always true."""
    return H >= 0


VERSIONS = {  # name: (bias rule, mask)
    "right": (by_column, units_that_answer),
    "bias bug": (one_for_all, units_that_answer),
    "mask bug": (by_column, all_units),
    "no biases": (none_at_all, units_that_answer),
}


def accuracy(version, init, start, *, sizes, n, n_test, batch_size, epochs, lr):
    """Return the share of test images that are read correctly after training on the first n of the others."""
    (X, y), (X_test, y_test) = digits()
    X, y, (bias, mask), rng = X[:n].astype(np.float64), y[:n], VERSIONS[version], np.random.default_rng(start)
    W1, W2 = init(sizes[0], sizes[1], rng), init(sizes[1], sizes[2], rng)
    b1, b2 = np.zeros(sizes[1]), np.zeros(sizes[2])
    for _ in range(epochs):
        for rows in rng.permutation(n).reshape(-1, batch_size):
            H = np.maximum(X[rows] @ W1 + b1, 0)
            dZ = softmax(H @ W2 + b2)
            dZ[np.arange(batch_size), y[rows]] -= 1
            dS = dZ @ W2.T * mask(H)
            W2 -= lr / batch_size * (H.T @ dZ)
            b2 -= lr * bias(dZ)
            W1 -= lr / batch_size * (X[rows].T @ dS)
            b1 -= lr * bias(dS)
    scores = np.maximum(X_test[:n_test] @ W1 + b1, 0) @ W2 + b2
    return (scores.argmax(axis=1) == y_test[:n_test]).mean()


def prices(seed, progress, *, inits, starts, **options):
    """Return what each wrong version costs, in points of accuracy: the mean over starts 0, 1, ..., whatever the seed.

    A version is set against the right one from the same start. "accuracies": (inits, versions, starts), in percent.
    """
    accuracies = np.array(
        [
            [[100 * accuracy(version, init, start, **options) for start in range(starts)] for version in VERSIONS]
            for init in inits.values()
        ]
    )
    costs = (accuracies[:, :1] - accuracies).mean(axis=2)
    named = {
        f"{version}, {name}": cost
        for name, row in zip(inits, costs, strict=True)
        for version, cost in zip(VERSIONS, row, strict=True)
        if version != "right"
    }
    return named | {"accuracies": accuracies}

"""The training digits that are nearest to a picture, and how far away they are."""

from functools import cache

import numpy as np

from nnlib.data.handwriting import SIDE
from nnlib.data.mnist import load_part

KNOWN, PART = 5000, 250  # training digits that are compared, and how many at a time


@cache
def known():
    """Return training digits as bytes (KNOWN, 784), their labels, and the squares of their lengths, scaled."""
    X, y = load_part("train")
    X = X[:KNOWN].reshape(KNOWN, -1).copy()  # else all 60,000 would stay in memory
    return X, y[:KNOWN].copy(), by_parts(lambda part: np.square(part).sum(axis=1), X)


def by_parts(function, X):
    """Return what a function gives for pictures from 0 to 1, (n,); so many at a time as stay in the processor's cache.

    Shapes: X (n, 784) bytes.
    """
    return np.concatenate([function(part / np.float32(255)) for part in np.split(X, len(X) // PART)])


def nearest(seen, count=5):
    """Return the nearest training digits (count, 28, 28), their labels and distances, the nearest first."""
    X, y, squares = known()
    p = seen.ravel()
    # not part @ p: several threads of BLAS are slower here, if others work as well
    products = by_parts(lambda part: np.einsum("ij,j->i", part, p), X)
    distances = np.sqrt(np.maximum(0, squares - 2 * products + p @ p))
    order = np.argsort(distances, kind="stable")[:count]
    return X[order].reshape(count, SIDE, SIDE) / np.float32(255), y[order], distances[order]

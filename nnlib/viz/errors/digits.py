"""Digits with their labels, and the scores that a model gives them: what a view needs to judge a reader's network."""

from functools import cache

import numpy as np

from nnlib.data.mnist import load_part
from nnlib.guards import as_array, first_strange_row
from nnlib.labels import check_labels
from nnlib.viz.readers import ask

MOST = 10_000  # digits


class NearestMean:
    """A reader that has only ten mean pictures, made of digits (n, 784) as bytes; it reads pictures from 0 to 1.

    The score of a digit is minus a quarter of the squared distance: with a quarter it is about as sure as it is right.
    """

    def __init__(self, X, labels):
        self.means = np.array([(X[labels == digit] / 255).mean(axis=0) for digit in range(10)])

    def forward(self, X):
        """Return the scores, (n, 10), without the part that all ten share.   Shapes: X (n, 784)."""
        return (2 * (X @ self.means.T) - (self.means**2).sum(axis=1)) / 4


@cache
def example():
    """Return a NearestMean of 9,000 test digits, and the other 1,000 with their labels."""
    X, labels = load_part("t10k")
    X = X.reshape(MOST, 784)
    return NearestMean(X[1000:], labels[1000:]), X[:1000] / 255, labels[:1000]


def checked_digits(X, labels):
    """Return X and the labels as arrays; raises ValueError if they are no digits."""
    X = as_array("Errors", "X", X)
    if X.shape[1:] not in [(784,), (28, 28)] or not 0 < len(X) <= MOST or X.dtype.kind not in "biuf":
        shapes = f"X of shape (n, 784) or (n, 28, 28), n from 1 to {MOST:,}"
        raise ValueError(f"Errors expected numbers {shapes}, got {X.dtype} of shape {X.shape}")
    row = first_strange_row(X)
    if row is not None:
        raise ValueError(f"Errors expected finite numbers in X, got nan or inf in row {row}")
    return X, check_labels("Errors", labels, len(X), 10).astype(int)


def scores_of(who, function, X):
    """Return the scores that a function gives for X, (n, 10); raises ValueError for other things."""
    gives = {"the scores of the ten digits": (len(X), 10)}
    (scores,) = ask(who, function, X, gives=gives, where=lambda index: f"for row {index[0]} of X" if index else "")
    if scores.min() >= 0 and np.allclose(scores.sum(axis=1), 1, atol=1e-5):
        raise ValueError(f"{who} expected to return scores, got probabilities: leave out the softmax, the view does it")
    return scores


def grey(X):
    """Return pictures (n, 28, 28) from 0, the least number in X, to 255, the greatest; uint8: a tenth of the space."""
    low, high = X.min(), X.max()
    return np.uint8((X.reshape(-1, 28, 28) - low) * (255 / ((high - low) or 1)))

"""Small data sets made on the spot, on which an idea can be seen: two features, a few classes."""

import numpy as np

from nnlib.guards import check_rng


def line(n, *, rng, slope=2.0, intercept=-1.0, noise=0.1):
    """Return points near y = slope x + intercept.   Shapes: X (n, 1) in [-1, 1), y (n, 1)."""
    check_rng("line", rng)
    X = rng.uniform(-1, 1, (n, 1))
    return X, slope * X + intercept + noise * rng.standard_normal((n, 1))


def logic_gate(name):
    """Return the truth table of "and", "or", "nand" or "xor".   Shapes: X (4, 2) of 0 and 1, y (4,).

    >>> X, y = logic_gate("xor")
    >>> X.tolist(), y.tolist()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    gates = {"and": [0, 0, 0, 1], "or": [0, 1, 1, 1], "nand": [1, 1, 1, 0], "xor": [0, 1, 1, 0]}
    if name not in gates:
        raise ValueError(f"logic_gate expected one of {', '.join(gates)}, got {name!r}")
    return np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array(gates[name])


def _classes(n, n_classes):
    """Return n labels, as evenly spread over the classes as n allows."""
    return np.arange(n) % n_classes


def blobs(n, *, rng, n_classes=3, noise=0.5):
    """Return round clouds, their centres evenly spaced on a circle of radius 2."""
    check_rng("blobs", rng)
    y = _classes(n, n_classes)
    angle = 2 * np.pi * y / n_classes
    return 2 * np.c_[np.cos(angle), np.sin(angle)] + noise * rng.standard_normal((n, 2)), y


def moons(n, *, rng, noise=0.1):
    """Return two half circles that reach into each other, centred at the origin."""
    check_rng("moons", rng)
    y = _classes(n, 2)
    angle = rng.uniform(0, np.pi, n)
    x1 = np.where(y == 0, np.cos(angle), 1 - np.cos(angle)) - 0.5
    x2 = np.where(y == 0, np.sin(angle), 0.5 - np.sin(angle)) - 0.25
    return np.c_[x1, x2] + noise * rng.standard_normal((n, 2)), y


def circles(n, *, rng, inner=0.5, noise=0.1):
    """Return a circle of radius 1 (class 0) around one of radius `inner` (class 1)."""
    check_rng("circles", rng)
    y = _classes(n, 2)
    angle = rng.uniform(0, 2 * np.pi, n)
    radius = np.where(y == 0, 1.0, inner)
    return np.c_[radius * np.cos(angle), radius * np.sin(angle)] + noise * rng.standard_normal((n, 2)), y


def xor(n, *, rng, noise=0.1):
    """Return points spread over the square from -1 to 1: class 1 where the signs of x1 and x2 differ.

    >>> X, y = xor(4, rng=np.random.default_rng(0), noise=0)
    >>> (X[:, 0] * X[:, 1] < 0).astype(int).tolist() == y.tolist() == [0, 1, 0, 1]
    True
    """
    check_rng("xor", rng)
    y = _classes(n, 2)
    x1, far = rng.uniform(-1, 1, n), rng.uniform(0, 1, n)
    x2 = far * np.where(y == (x1 < 0), 1, -1)
    return np.c_[x1, x2] + noise * rng.standard_normal((n, 2)), y


def spirals(n, *, rng, n_classes=2, turns=1.0, noise=0.02):
    """Return arms that wind around the origin out to radius 1, one for each class."""
    check_rng("spirals", rng)
    y = _classes(n, n_classes)
    radius = rng.uniform(0.05, 1, n)
    angle = 2 * np.pi * (turns * radius + y / n_classes)
    return np.c_[radius * np.cos(angle), radius * np.sin(angle)] + noise * rng.standard_normal((n, 2)), y

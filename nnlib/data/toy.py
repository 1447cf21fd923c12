"""Small data sets made on the spot, on which an idea can be seen: two features, a few classes."""

import math

import numpy as np

from nnlib.guards import brief, check_rng, check_whole, is_number


def _checked(who, n, rng, n_classes=2, **numbers):
    """Return n as an int, or raise ValueError for what is no whole number, no generator, or not finite."""
    check_rng(who, rng)
    check_whole(who, "n_classes", n_classes, 1)
    for name, value in numbers.items():
        if not (is_number(value) and math.isfinite(value)):
            raise ValueError(f"{who} expected {name} to be a finite number, got {brief(value)}")
    return check_whole(who, "n", n, 0)


def line(n, *, rng, slope=2.0, intercept=-1.0, noise=0.1):
    """Return points near y = slope x + intercept.   Shapes: X (n, 1) in [-1, 1), y (n, 1)."""
    n = _checked("line", n, rng, slope=slope, intercept=intercept, noise=noise)
    X = rng.uniform(-1, 1, (n, 1))
    return X, slope * X + intercept + noise * rng.standard_normal((n, 1))


def logic_gate(name):
    """Return the truth table of "and", "or", "nand" or "xor".   Shapes: X (4, 2) of 0 and 1, y (4,).

    >>> X, y = logic_gate("xor")
    >>> X.tolist(), y.tolist()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    gates = {"and": [0, 0, 0, 1], "or": [0, 1, 1, 1], "nand": [1, 1, 1, 0], "xor": [0, 1, 1, 0]}
    if not isinstance(name, str) or name not in gates:
        raise ValueError(f"logic_gate expected one of {', '.join(gates)}, got {brief(name)}")
    return np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array(gates[name])


def _classes(n, n_classes):
    """Return n labels, as evenly spread over the classes as n allows."""
    return np.arange(n) % n_classes


def blobs(n, *, rng, n_classes=3, noise=0.5):
    """Return round clouds, their centres evenly spaced on a circle of radius 2."""
    n = _checked("blobs", n, rng, n_classes, noise=noise)
    y = _classes(n, n_classes)
    angle = 2 * np.pi * y / n_classes
    return 2 * np.c_[np.cos(angle), np.sin(angle)] + noise * rng.standard_normal((n, 2)), y


def moons(n, *, rng, noise=0.1):
    """Return two half circles that reach into each other, centred at the origin."""
    n = _checked("moons", n, rng, noise=noise)
    y = _classes(n, 2)
    angle = rng.uniform(0, np.pi, n)
    x1 = np.where(y == 0, np.cos(angle), 1 - np.cos(angle)) - 0.5
    x2 = np.where(y == 0, np.sin(angle), 0.5 - np.sin(angle)) - 0.25
    return np.c_[x1, x2] + noise * rng.standard_normal((n, 2)), y


def circles(n, *, rng, inner=0.5, noise=0.1):
    """Return a circle of radius 1 (class 0) around one of radius `inner` (class 1)."""
    n = _checked("circles", n, rng, inner=inner, noise=noise)
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
    n = _checked("xor", n, rng, noise=noise)
    y = _classes(n, 2)
    x1, far = rng.uniform(-1, 1, n), rng.uniform(0, 1, n)
    x2 = far * np.where(y == (x1 < 0), 1, -1)
    return np.c_[x1, x2] + noise * rng.standard_normal((n, 2)), y


def spirals(n, *, rng, n_classes=2, turns=1.0, noise=0.02):
    """Return arms that wind around the origin out to radius 1, one for each class."""
    n = _checked("spirals", n, rng, n_classes, turns=turns, noise=noise)
    y = _classes(n, n_classes)
    radius = rng.uniform(0.05, 1, n)
    angle = 2 * np.pi * (turns * radius + y / n_classes)
    return np.c_[radius * np.cos(angle), radius * np.sin(angle)] + noise * rng.standard_normal((n, 2)), y

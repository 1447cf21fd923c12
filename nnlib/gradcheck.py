"""Is this derivative right? Compare it with what a small step in each number does."""

import copy

import numpy as np

from nnlib.contract import check_gradients, check_output, check_returned, learned, name_of
from nnlib.guards import call, check_changeable, check_floats, check_number, check_rng


def numerical_gradient(f, x, h=1e-5):
    """Return the gradient of the number f() by the array x, one entry at a time.

    Each entry is moved by +h and -h in place (and put back): (f(x + h) - f(x - h)) / 2h, whose error is
    about h² + 1e-16 / h. Shapes: x a float64 array of any shape, result the same. `f` takes no argument.

    >>> x = np.array([1.0, 2.0])
    >>> numerical_gradient(lambda: (x**2).sum(), x).round(6)
    array([2., 4.])
    """
    check_changeable("numerical_gradient", "x", x)
    if x.dtype != np.float64:
        raise ValueError(f"numerical_gradient expected x in float64, got {x.dtype}: small steps drown in its rounding")
    check_number("numerical_gradient", "f()", f())
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        kept = x[index]
        try:
            x[index] = kept + h
            above = f()
            x[index] = kept - h
            below = f()
        finally:
            x[index] = kept  # whatever f does
        gradient[index] = (above - below) / (2 * h)
    return gradient


def relative_error(a, b):
    """Return the largest difference as a share of the largest entry: max|a - b| / max(|a|, |b|).

    Read it so: 1e-7 is right, 1e-2 is wrong, and between them look for a kink. 0 where both are 0.

    >>> relative_error(np.array([1.0, 2.0]), np.array([1.0, 2.02]))
    0.00990...
    """
    a, b = (check_floats("relative_error", name, x).astype(float) for name, x in [("a", a), ("b", b)])
    if a.shape != b.shape:
        raise ValueError(f"relative_error expected two arrays of one shape, got {a.shape} and {b.shape}")
    scale = max(np.abs(a).max(initial=0), np.abs(b).max(initial=0))
    return float(np.abs(a - b).max() / scale) if scale else 0.0


def check_layer(layer, X, *, rng, training=True):
    """Return the relative error of each gradient of a layer, by name: {"dX": ..., "dW": ..., ...}.

    The output is turned into one number with a random weight for each entry, so that no mistake can
    cancel. The layer is copied, with its generator, before `rng` moves: it may be the same one, and the layer's
    own state stays as it is. Raises ValueError for a layer whose output differs between two copies.

    Shapes: X (n, n_in) in float64.

    >>> from nnlib import Tanh
    >>> rng = np.random.default_rng(0)
    >>> errors = check_layer(Tanh(), rng.standard_normal((4, 3)), rng=rng)
    >>> list(errors), errors["dX"] < 1e-9
    (['dX'], True)
    """
    check_rng("check_layer", rng)
    if isinstance(layer, type) or not hasattr(layer, "backward"):
        raise ValueError(f"check_layer expected an object with forward and backward, got {layer!r}")
    X = check_floats("check_layer", "X", X).astype(np.float64)
    start, mine = copy.deepcopy(layer), copy.deepcopy(layer)

    def output():  # of a copy, so that a layer that draws random numbers draws the same ones each time
        return call(copy.deepcopy(start).forward, X, training=training)

    Y = call(mine.forward, X, training=training)
    check_output(layer, Y, X)
    if Y.dtype in (np.float16, np.float32):
        raise ValueError(f"check_layer expected float64 from {name_of(layer)}, got {Y.dtype}: small steps drown in it")
    if not np.array_equal(Y, output(), equal_nan=True):
        cure = "keep its generator in an attribute, self.rng"
        raise ValueError(f"check_layer expected {name_of(layer)} to give the same twice: {cure}")
    dY = rng.standard_normal(Y.shape)
    dX = call(mine.backward, dY, input_grad=True)
    check_returned(layer, dX, "dX", X.shape)
    check_gradients(mine, {})
    analytic = {"X": dX} | {name: getattr(mine, f"d{name}") for name in learned(mine)}
    errors = {}
    for name, gradient in analytic.items():
        x = X if name == "X" else getattr(start, name)
        numeric = numerical_gradient(lambda: (output() * dY).sum(), x)
        errors[f"d{name}"] = relative_error(gradient, numeric)
    return errors

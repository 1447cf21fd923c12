"""What several parts ask of their input; each question has one wording of its error."""

import functools
import inspect
import math

import numpy as np


def check_rng(who, rng):
    """Return rng, or raise ValueError if it is not a generator: a seed is not enough."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"{who} expected rng to be np.random.default_rng(seed), got {type(rng).__name__}")
    return rng


def is_number(value):
    """Whether value is a single real number, and neither text nor True."""
    known = isinstance(value, (int, float, np.number, np.ndarray))
    return known and np.ndim(value) == 0 and np.asarray(value).dtype.kind in "iuf"


def check_between(who, name, value, low, high):
    """Return value as a float, or raise ValueError if it is not a number with low <= value < high."""
    if not is_number(value) or not low <= value < high:
        raise ValueError(f"{who} expected {low} <= {name} < {high}, got {brief(value)}")
    return float(value)


def check_whole(who, name, value, least):
    """Return value as an int, or raise ValueError if it is not a whole number of at least `least`."""
    if not is_number(value) or not value >= least or value % 1 != 0:
        raise ValueError(f"{who} expected {name} to be a whole number of at least {least}, got {value!r}")
    return int(value)


@functools.lru_cache(maxsize=1000)
def _names(function):
    """Return the names of a function's arguments; None where Python cannot tell, or any name is taken."""
    code = getattr(inspect.unwrap(function), "__code__", None)  # a signature may have annotations that do not exist
    if code is None or code.co_flags & inspect.CO_VARKEYWORDS:
        return None
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def arguments_of(method):
    """Return the names of a method's arguments without self, or None; see `_names`."""
    names = _names(getattr(method, "__func__", method))
    return names if names is None else names[inspect.ismethod(method) :]


def call(method, *arguments, **options):
    """Call a method with those of the options that it takes: a reader's forward(X) need not know of `training`."""
    names = arguments_of(method)
    if names is not None:
        options = {name: value for name, value in options.items() if name in names}
    return method(*arguments, **options)


def brief(value, most=60):
    """Return repr(value), cut where it is long: what came may be a file of megabytes."""
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}... ({len(text):,} characters)"


KINDS = {"U": "text", "S": "bytes", "O": "objects", "M": "dates", "m": "durations", "c": "complex numbers"}


def as_array(who, name, values):
    """Return values as an array, or raise ValueError where NumPy cannot make one, or would drop a mask.

    Lists, Series and DataFrames keep the order of their rows, whatever their index says.
    """
    if type(values) is np.ndarray:
        return values
    if np.ma.is_masked(values):
        raise ValueError(f"{who} expected numbers in {name}, got {np.ma.count_masked(values)} masked ones: fill them")
    try:
        return np.asarray(values)
    except Exception as error:  # libraries raise what they like when asked for an array
        came = f"{type(values).__name__}: {str(error)[:200]}"
        if isinstance(values, (list, tuple)):
            pairs = all(isinstance(row, tuple) and len(row) == 2 for row in values)
            came = "pairs (x, y): make an array X and an array y" if pairs else "rows of different lengths"
        raise ValueError(f"{who} expected numbers in {name}, got {came}") from None


def check_numbers(who, name, values):
    """Return values as an array; raise ValueError if they are not real numbers: NumPy would accept text, too.

    What has a NumPy dtype and is no array, such as a Tensor, is returned as it is.
    """
    if hasattr(values, "__array__") or not isinstance(getattr(values, "dtype", None), np.dtype):
        values = as_array(who, name, values)
    if values.dtype.kind not in "biuf":
        came = f"{KINDS.get(values.dtype.kind, 'records')} ({values.dtype}): convert them to numbers"
        if values.ndim == 1 and name == "y" and len(values) and isinstance(values[0], str):
            came = f"text ({values.dtype}): np.unique(y, return_inverse=True)[1] numbers classes"
        if values.dtype.kind == "O" and values.ndim == 0:  # a generator, a dict, None
            came = f"{type(values.item()).__name__}: make a list or an array of it"
        raise ValueError(f"{who} expected numbers in {name}, got {came}")
    return values


def check_floats(who, name, values):
    """Return values as an array of floats; small integers would overflow without a word. Raises as check_numbers."""
    values = check_numbers(who, name, values)
    return values if values.dtype.kind == "f" else values.astype(np.float64)


def check_changeable(who, name, values):
    """Raise ValueError unless values are an array of floats that can be changed in place."""
    if not isinstance(values, np.ndarray) or values.dtype.kind != "f":
        came = values.dtype if isinstance(values, np.ndarray) else type(values).__name__
        raise ValueError(f"{who} expected {name} to be an array of floats, changed in place; got {came}")
    if not values.flags.writeable:
        raise ValueError(f"{who} expected {name} to be changed in place, got an array that cannot be written to")


def check_number(who, name, value):
    """Return value, or raise ValueError if it is not a single real number."""
    if check_numbers(who, name, value).ndim != 0:
        raise ValueError(f"{who} expected {name} to be a number, got shape {np.shape(value)}: take its sum or mean")
    return value


def check_rows(who, X, n_in):
    """Return X as floats, or raise ValueError if it is not a table of numbers, (n, n_in)."""
    X = check_floats(who, "X", X)
    if X.ndim != 2 or X.shape[1] != n_in:
        raise ValueError(f"{who} expected X of shape (n, {n_in}), got {X.shape}{_cure_of_rows(X.shape, n_in)}")
    return X


def _cure_of_rows(shape, n_in):
    """Return what the reader probably meant to write."""
    if shape == (n_in,):
        return "; one example is a row: X[np.newaxis]"
    if n_in == 1 and len(shape) == 1:
        return "; one feature is a column: X.reshape(-1, 1)"
    if len(shape) > 2 and math.prod(shape[1:]) == n_in:
        return "; each example has to be one row: X.reshape(len(X), -1)"
    if len(shape) > 2 and shape[-1] != n_in:
        return f"; each example has to be one row, of {math.prod(shape[1:])} numbers: X.reshape(len(X), -1)"
    if len(shape) == 2 and shape[0] == n_in:
        return "; one example is a row, not a column: X.T"
    if shape[1:] == (n_in + 1,):
        return "; is one of the columns the label?"
    return ""


def check_gradient(who, dY, shape):
    """Return dY as floats, or raise ValueError if it has not the shape of the output."""
    dY = check_floats(who, "dY", dY)
    if dY.shape != shape:
        raise ValueError(f"{who} expected dY of shape {shape}, got {dY.shape}")
    return dY


def check_target(who, target, shape):
    """Return target as numbers, or raise ValueError if it has not the shape of the prediction."""
    target = check_numbers(who, "target", target)
    if target.shape != shape:
        cure = ""
        if target.ndim == 1 and shape == (len(target), 1):
            cure = "; the prediction is a column: target.reshape(-1, 1)"
        elif target.shape == (*shape, 1):
            cure = "; the prediction is no column: target.ravel()"
        elif len(shape) == 2 and target.size == shape[0] and target.dtype.kind in "iu":
            cure = f"; are these labels? one_hot(labels, {shape[1]})"
        elif target.shape == shape[::-1]:
            cure = "; one example is a row: target.T"
        raise ValueError(f"{who} expected target of shape {shape}, got {target.shape}{cure}")
    return target


def check_pair(who, X, y):
    """Return X and y as arrays; raise ValueError if there is not one target for each of at least one row."""
    X, y = check_numbers(who, "X", X), check_numbers(who, "y", y)
    if X.ndim == 0 or len(X) == 0 or y.ndim == 0 or len(X) != len(y):
        cure = ""
        if X.ndim == 2 and y.shape[-1:] == X.shape[1:]:
            cure = ": one example is a row, so try X.T" + (" and y.T" if y.ndim == 2 else "")
        elif X.ndim and y.shape == (1, len(X)):
            cure = ": try y.ravel()"
        pair = f"X {X.shape} and y {y.shape}{cure}"
        raise ValueError(f"{who} expected one target for each of at least one row, got {pair}")
    return X, y


def first_strange_row(values):
    """Return the number of the first row with a NaN or an infinity, or None."""
    if values.dtype.kind != "f":
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(values.sum()):  # one fast pass without a copy
            return None
    return next((row for row in range(len(values)) if not np.isfinite(values[row]).all()), None)

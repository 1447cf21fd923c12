"""What several parts ask of their input; each question has one wording of its error."""

import numpy as np


def check_rng(who, rng):
    """Return rng, or raise ValueError if it is not a generator: a seed is not enough."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"{who} expected rng to be np.random.default_rng(seed), got {type(rng).__name__}")
    return rng


def check_whole(who, name, value, least):
    """Return value as an int, or raise ValueError if it is not a whole number of at least `least`."""
    if not isinstance(value, (int, float, np.number)) or not value >= least or value % 1 != 0:
        raise ValueError(f"{who} expected {name} to be a whole number of at least {least}, got {value!r}")
    return int(value)


def brief(value, most=60):
    """Return repr(value), cut where it is long: what came may be a file of megabytes."""
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}... ({len(text):,} characters)"


KINDS = {"U": "text", "S": "bytes", "O": "objects", "M": "dates", "m": "durations", "c": "complex numbers"}


def check_numbers(who, name, values):
    """Return values, a list as an array; raise ValueError if they are not real numbers: NumPy would accept text, too.

    Anything with a NumPy dtype, such as a Tensor, is returned as it is.
    """
    if not isinstance(getattr(values, "dtype", None), np.dtype):
        try:
            values = np.asarray(values)
        except ValueError:
            raise ValueError(f"{who} expected numbers in {name}, got rows of different lengths") from None
    if values.dtype.kind not in "biuf":
        came = KINDS.get(values.dtype.kind, "records")
        raise ValueError(f"{who} expected numbers in {name}, got {came} ({values.dtype}): convert them to numbers")
    return values


def check_rows(who, X, n_in):
    """Return X, or raise ValueError if it is not a table of numbers, (n, n_in)."""
    if X.ndim != 2 or X.shape[1] != n_in:
        hint = "; one example is a row: X[np.newaxis]" if X.shape == (n_in,) else ""
        raise ValueError(f"{who} expected X of shape (n, {n_in}), got {X.shape}{hint}")
    return check_numbers(who, "X", X)


def check_labels(who, labels, n, n_classes):
    """Return labels as an array, or raise ValueError: integers, shape (n,), 0 <= label < n_classes."""
    labels = np.asarray(labels)
    problem = None
    if labels.ndim == 0:
        problem = f"{brief(labels.item())}: put labels into a list or an array"
    elif labels.ndim == 2 and labels.shape[1] == n_classes:
        problem = f"shape {labels.shape}, which looks one-hot: use labels.argmax(axis=1)"
    elif labels.shape != (n,):
        problem = f"shape {labels.shape}"
    elif labels.dtype.kind not in "iu":
        problem = f"{labels.dtype}: use labels.astype(int)" if labels.dtype.kind in "bf" else f"{labels.dtype}"
    elif n and labels.astype(np.uint64).max() >= n_classes:  # a negative label becomes a huge one
        problem = f"labels from {labels.min()} to {labels.max()}"
    if problem:
        raise ValueError(f"{who} expected integer labels of shape ({n},) from 0 to {n_classes - 1}, got {problem}")
    return labels


def first_strange_row(values):
    """Return the number of the first row with a NaN or an infinity, or None."""
    if values.dtype.kind != "f":
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(values.sum()):  # one fast pass without a copy
            return None
    return next((row for row in range(len(values)) if not np.isfinite(values[row]).all()), None)

"""Sets two arrays side by side, line by line of a derivation: mine against a reference."""

import numpy as np

from nnlib.checks.results import Endless, kind, plain, size, strange
from nnlib.checks.settings import as_delivered


def compare(name, mine, reference):
    """Print whether `mine` is exactly or nearly the reference, and if not, where and perhaps why.

    >>> compare("dW", np.array([1.0, 2.0]), np.array([1.0, 2.0]))
    dW         exact True   close True   largest difference 0.0e+00
    """
    reference = np.asarray(reference)
    try:
        numbers = plain(mine)
        usable = strange(numbers) is None and (isinstance(numbers, np.ndarray) or size(numbers) <= reference.size)
        array = np.asarray(numbers) if usable else None
    except (Endless, ValueError):  # the last: of lists of different lengths
        array = None
    if array is None:
        print(f"{name:10} expected numbers of shape {reference.shape}, got {kind(mine)}")
        return
    with as_delivered():
        print_difference(name, array, reference)


def print_difference(name, mine, reference):
    if mine.shape != reference.shape:
        hint = ": transposed?" if mine.shape == reference.shape[::-1] else ""
        print(f"{name:10} expected shape {reference.shape}, got {mine.shape}{hint}")
        return
    largest = float(np.abs(mine - reference).max(initial=0))
    close = np.isclose(mine, reference, rtol=1e-7, atol=1e-12)
    exact = bool((mine == reference).all())
    print(f"{name:10} exact {exact!s:5}  close {bool(close.all())!s:5}  largest difference {largest:.1e}")
    if not close.all():
        index = tuple(int(i) for i in np.argwhere(~close)[0])
        where = f"first at index {index}: expected {reference[index]:.6g}, got {mine[index]:.6g}"
        print(f"{'':10} {where}{guess(mine, reference)}")


def guess(mine, reference):
    """Return the likely reason for a difference, where one of the usual ones fits."""
    with np.errstate(all="ignore"):
        if np.allclose(mine, -reference):
            return ". The sign is the other one."
        if mine.ndim == 2 and mine.shape[0] == mine.shape[1] and np.allclose(mine, reference.T):
            return ". Transposed?"
        factors = (mine / reference)[np.abs(reference) > 1e-12]
    if factors.size and np.isfinite(factors).all() and np.allclose(factors, factors.flat[0]):
        return (
            f". Everything is {factors.flat[0]:.6g} times the reference: a sum in place of a mean, or a missing factor?"
        )
    return ""

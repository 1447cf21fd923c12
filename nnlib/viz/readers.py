"""A reader's function, as every view asks it: it gets copies, and each fault of what it returns has one wording."""

import math

import numpy as np

from nnlib.checks.engine import place
from nnlib.checks.results import Endless, Strange, kind, plain, words

LIMIT = 1e-6  # a number is wrong if it is further away, as a share of the largest right one in its table
ODD = list, tuple, str, Strange, type(None)  # what plain numbers and arrays are not


def ask(who, function, *arguments, gives, where=""):
    """Return what a function gives for copies of its arguments: new arrays of floats, or a float.

    who: its name, for the words of an error
    gives: the shape of its result, () for a number; or {name: shape}, a value each, which are returned in a list
    where: what it was asked about, such as "in step 3"; or a function that says so for an index of the result
    Raises ValueError where the function raises, and for anything but finite numbers of these shapes.

    >>> ask("double", lambda x: x + x, np.ones(2), gives=(2,))
    array([2., 2.])
    >>> ask("halve", lambda x: None, 3, gives=(), where="for x = 3")
    Traceback (most recent call last):
    ValueError: halve returned None for x = 3. Is the `return` missing?
    """
    said = plain_answer(who, function, arguments)
    at = where if callable(where) else lambda index=(): where
    if said is None:
        raise ValueError(f"{who} returned None{spaced(at(()))}. Is the `return` missing?")
    if not isinstance(gives, dict):
        return numbers(who, said, gives, "", at)
    several = [said] if len(gives) == 1 else said
    if not isinstance(several, (list, tuple)) or len(several) != len(gives):
        came = f"{len(said)} values" if isinstance(said, (list, tuple)) else described(said)
        raise ValueError(f"{who} expected to return {listed(gives)}, got {came}{spaced(at(()))}")
    return [numbers(who, value, gives[name], name, at) for value, name in zip(several, gives, strict=True)]


def plain_answer(who, function, arguments):
    """Return what a function gives for copies, as numbers, arrays, lists, tuples, None or Strange."""
    said = answer_of(who, function, arguments)
    try:
        return None if said is None else plain(said)
    except Endless as error:
        return Strange(said, str(error))


def answer_of(who, function, arguments):
    """Return whatever a function gives for copies of its arguments; raises ValueError where it raises."""
    if not callable(function):
        raise ValueError(f"{who} expected to be a function, got {kind(function)}")
    try:
        return function(*(thing.copy() if isinstance(thing, np.ndarray) else thing for thing in arguments))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # sys.exit, too
        raise ValueError(f"{who} raised {type(error).__name__}{place(error, function)}: {words(error)}") from error


def numbers(who, said, shape, name, at):
    """Return one value as floats; raises ValueError if it is not finite numbers of this shape."""
    if isinstance(said, ODD) or np.shape(said) != shape:
        wanted = f"an array of shape {shape}" if shape else "one number"
        cure = ": np.array(...) turns it into one" if isinstance(said, (list, tuple)) and shape else ""
        wanted = f"{name}, {wanted}" if name else wanted
        raise ValueError(f"{who} expected to return {wanted}, got {described(said)}{spaced(at(()))}{cure}")
    made = np.array(said, float) if shape else float(said)
    if not (np.isfinite(made).all() if shape else math.isfinite(made)):
        made = np.asarray(made)
        index = tuple(np.argwhere(~np.isfinite(made))[0].tolist())
        here = at(index) or (f"at index {', '.join(map(str, index))}" if index else "")
        raise ValueError(f"{who} expected to return finite numbers, got {made[index]}{spaced(here)}")
    return made


def described(said):
    """Return what came in words: its shape, where it has numbers."""
    return kind(said) if isinstance(said, ODD) else f"shape {np.shape(said)}" if np.ndim(said) else "one number"


def listed(names):
    """Return names as they stand behind `return`."""
    return f"{len(names)} values, {', '.join(names)}"


def spaced(text):
    """Return a text with a space before it, if there is one."""
    return f" {text}" if text else ""


def wrong_cells(found, right):
    """Return where two arrays differ by more than LIMIT, as a share of the largest number that is right."""
    return np.abs(found - right) > LIMIT * (np.abs(right).max() or 1.0)

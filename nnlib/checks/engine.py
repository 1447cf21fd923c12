"""Checks an answer: ○ not attempted, ✗ with the first fault and its likely cause, ✓ done.

An answer is a function that the reader writes. It is run on cases and compared with the course's own, first
by shape, then by kind of number, then by value; then its results are compared with those of known wrong
answers, each of which stands for a misconception. Whatever the reader wrote, a check does not raise.
"""

import copy
import functools
import importlib
import inspect
import linecache
import sys
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnlib.checks import progress


@dataclass(frozen=True)
class Exercise:
    """What is asked, a right answer, and what people get wrong.

    number, name: "02.3" and the name of the function to write;   title: a few words for the map
    answer: the course's own function, with which a notebook goes on where the reader's is not ready
    cases: a function that returns a list of tuples of arguments, made anew for every run
    wrong: pairs of a wrong function and what to say to somebody whose results are the same
    judge: for answers that are not unique, a function (result, *arguments) that returns a fault or None;
        it then says itself what is said to each of the wrong
    rtol, atol: how far values may be away from the right ones
    """

    number: str
    name: str
    title: str
    answer: Any
    cases: Any = lambda: [()]
    wrong: tuple = ()
    judge: Any = None
    rtol: float = 1e-6
    atol: float = 1e-9


ONE_LINE = {
    "separator": ", ",
    "formatter": {"float_kind": "{:.4g}".format, "int_kind": str, "bool": str},
    "max_line_width": 1000,
}


class Fault(Exception):
    """What is wrong with an answer, in words for its author."""


def check(number):
    """Check the reader's function of an exercise; return it if it passes, else the course's own.

    The function is looked up by its name where `check` is called, so that a renamed or deleted one is a
    message and not an error: `stable_sigmoid = check("02.3")`.
    """
    exercise = find(number)
    function = sys._getframe(1).f_globals.get(exercise.name)
    function = getattr(function, "readers", function)  # the course's own, from an earlier check
    try:
        if function is None:
            raise Fault(f"there is no function {exercise.name}: run the cell above; was it renamed?")
        if not callable(function):
            raise Fault(f"{exercise.name} is {kind(function)}, not a function: run the cell above again")
        if is_stub(function):
            progress.record(number, "○")
            print(f"○ {number} not attempted yet. This notebook goes on with nnlib's {exercise.name}.")
            return stand_in(exercise, function)
        examine(exercise, function)
    except Fault as fault:
        progress.record(number, "✗")
        print(f"✗ {number} {fault}")
        print(f"  Until yours passes, {exercise.name} is nnlib's. To try yours by hand, run its cell again.")
        return stand_in(exercise, function)
    progress.record(number, "✓")
    print(f"✓ {number} {exercise.name}. From here on this notebook runs on yours.")
    return function


def find(number):
    """Return the exercise with this number, from the module of its notebook."""
    try:
        exercises = importlib.import_module(f"nnlib.checks.n{number[:2]}").EXERCISES
        return next(exercise for exercise in exercises if exercise.number == number)
    except (ImportError, StopIteration, TypeError):
        raise ValueError(f'check expected the number of an exercise, such as "01.1", got {number!r}') from None


def stand_in(exercise, function):
    """Return the course's function, with the reader's kept in it for the next check."""

    @functools.wraps(exercise.answer)
    def course(*args, **options):
        return exercise.answer(*args, **options)

    course.readers = function
    return course


def is_stub(function):
    """Whether a function does nothing at all: its body is `...`, `pass` or a docstring."""

    def stub(): ...

    def stub_with_docstring():
        """Only this."""

    code = getattr(function, "__code__", None)
    if code is None:
        return False
    models = [(stub.__code__.co_code, 0), (stub_with_docstring.__code__.co_code, 1)]  # and the place of their None
    return any(code.co_code == same and code.co_consts[place] is None for same, place in models)


def examine(exercise, function):
    """Run the cases; raise the first Fault."""
    results, fault = [], None
    for arguments in exercise.cases():
        given = shown(exercise, arguments)
        try:
            result, warning = run(exercise, function, arguments)
        except Fault:
            if fault is None:
                raise
            break  # an earlier case tells more
        results.append(result)
        if fault is None:
            if exercise.judge is not None:
                fault = exercise.judge(result, *arguments)
            else:
                fault = difference(exercise, result, run(exercise, exercise.answer, arguments)[0], given)
        if fault is None and warning is not None:
            fault = f"warns for {given}: {warning}"
    if fault is not None:
        raise Fault(fault.rstrip("?.") + ("" if exercise.judge else likely_cause(exercise, results)))


def run(exercise, function, arguments):
    """Return what a function gives for copies of the arguments, and its first warning; or raise a Fault."""
    mine = copy.deepcopy(arguments)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = function(*mine)
    except KeyboardInterrupt:
        raise Fault("was stopped before it came to an end. An endless loop?") from None
    except RecursionError:
        raise Fault("calls itself too often, or without an end") from None
    except Exception as error:
        given = shown(exercise, arguments)
        raise Fault(f"raised {type(error).__name__}{place(error, function)}: {error} (for {given})") from None
    if result is None:
        raise Fault("returned None. Is the `return` missing? `print` shows a value, `return` hands it back")
    for name, before, after in zip(names(exercise), arguments, mine, strict=False):
        if isinstance(before, np.ndarray) and not np.array_equal(before, after, equal_nan=before.dtype.kind == "f"):
            raise Fault(f"changes its input {name} in place: work on a copy, or put it back exactly")
    return result, next((w.message for w in caught if issubclass(w.category, RuntimeWarning)), None)


def place(error, function):
    """Return the line of the reader's function that raised, as text."""
    code, line = getattr(function, "__code__", None), None
    trace = error.__traceback__
    while trace is not None:
        here = code is not None and trace.tb_frame.f_code.co_filename == code.co_filename
        if here and trace.tb_lineno >= code.co_firstlineno:  # a helper above has other lines
            line = trace.tb_lineno
        trace = trace.tb_next
    if line is None:
        return ""
    text = linecache.getline(code.co_filename, line).strip()
    return f" in line {line - code.co_firstlineno + 1}" + (f", `{text}`" if text else "")


def difference(exercise, mine, right, given):
    """Return the first fault of a result against the right one, or None."""
    if isinstance(right, tuple):
        if not isinstance(mine, (tuple, list)) and not (isinstance(mine, np.ndarray) and mine.ndim):
            return f"expected {len(right)} values, got {kind(mine)}"
        if len(mine) != len(right):
            return f"expected {len(right)} values, got {len(mine)}"
        faults = (difference(exercise, a, b, given) for a, b in zip(mine, right, strict=True))
        return next((f"value {i} of {len(right)}: {fault}" for i, fault in enumerate(faults, start=1) if fault), None)
    wanted = np.asarray(right)
    if isinstance(mine, (list, tuple)) and wanted.ndim:
        return f"expected an array of shape {wanted.shape}, got {kind(mine)}: np.array(...) makes one of it"
    try:
        got = np.asarray(mine)
    except ValueError:
        return f"expected shape {wanted.shape}, got {kind(mine)} of pieces that do not fit together"
    if got.shape != wanted.shape:
        where = f" (for {given})" if given else ""
        return f"expected shape {wanted.shape}, got {got.shape}{shape_hint(got, wanted)}{where}"
    if got.dtype.kind not in "biuf":
        return f"expected numbers of kind {wanted.dtype}, got {got.dtype if got.dtype != object else kind(mine)}"
    close = np.isclose(got.astype(float), wanted.astype(float), exercise.rtol, exercise.atol, equal_nan=True)
    if close.all():
        return None
    index = tuple(int(i) for i in np.argwhere(~close)[0])
    where = f" at index {index if len(index) > 1 else index[0]}" if index else ""
    whole = got.dtype.kind in "iu" and wanted.dtype.kind == "f" and (np.abs(got - wanted) < 1).all()
    hint = f" (whole numbers, {got.dtype}, lose what comes after the point)" if whole else ""
    return f"for {given}: expected {number(wanted[index])}{where}, got {number(got[index])}{hint}"


def shape_hint(got, wanted):
    if got.shape == wanted.shape[::-1]:
        return ": transposed?"
    if got.size == wanted.size and got.ndim == wanted.ndim + 1 and 1 in got.shape:
        return ": one axis too many; is there a keepdims? .squeeze() takes it away"
    if not wanted.shape:
        return ": one number is asked for"
    return ""


def likely_cause(exercise, results):
    """Return what to say to somebody whose results are those of a known wrong answer, or nothing."""
    for wrong, says in exercise.wrong:
        try:
            others = [run(exercise, wrong, arguments)[0] for arguments in exercise.cases()[: len(results)]]
            same = all(difference(exercise, a, b, "") is None for a, b in zip(results, others, strict=True))
        except Fault:
            continue
        if same:
            return f". {says}"
    return ""


def kind(value):
    names = {list: "a list", tuple: "a tuple", str: "a text", dict: "a dict", bool: "True or False"}
    return names.get(type(value), f"an object of type {type(value).__name__}")


def number(value):
    return f"{value:.6g}" if np.asarray(value).dtype.kind == "f" else str(value)


def names(exercise):
    return list(inspect.signature(exercise.answer).parameters)


def shown(exercise, arguments):
    """Return the arguments with their names in one line, and of long ones only what they are."""
    parts = []
    for name, value in zip(names(exercise), arguments, strict=False):
        text = np.array2string(value, **ONE_LINE) if isinstance(value, np.ndarray) else repr(value)
        text = " ".join(text.split())
        if len(text) <= 60 and " at 0x" not in text:
            parts.append(f"{name} = {text}")
        else:
            parts.append(
                f"{name} of shape {value.shape}" if isinstance(value, np.ndarray) else f"{name}, {kind(value)}"
            )
    return ", ".join(parts) or "the call"

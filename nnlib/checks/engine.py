"""Checks an answer: ○ not attempted, ✗ with the first fault and its likely cause, ✓ done.

An answer is a function that the reader writes. It is run on cases and compared with the course's own, first
by shape, then by kind of number, then by value; then its results are compared with those of known wrong
answers, each of which stands for a misconception, and last `causes` looks for what the results have to do
with the right ones. Whatever the reader wrote, a check does not raise, and leaves Python and NumPy as they were.
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
from nnlib.checks.causes import cause_of
from nnlib.checks.settings import Settings
from nnlib.checks.whose import say_whose


@dataclass(frozen=True)
class Exercise:
    """What is asked, a right answer, and what people get wrong.

    number, name: "02.3" and the name of the function to write;   title: a few words for the map
    answer: the course's own function, with which a notebook goes on where the reader's is not ready
    cases: a function that returns a list of tuples of arguments, made anew for every run
    wrong: pairs of a wrong function and what to say to somebody whose results are the same
    judge: for answers that are not unique, a function (result, *arguments) that returns None, a text or a Fault;
        it then says itself what is said to each of the wrong
    rtol, atol: how far values may be away from the right ones
    calls: a function of the notebook that the answer has to be built from, and how often it is called at least
    put_back: what to say where an argument has changed, if copying it would be wrong
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
    calls: tuple = ()
    put_back: str = ""


ONE_LINE = {
    "separator": ", ",
    "formatter": {"float_kind": "{:.4g}".format, "int_kind": str, "bool": str},
    "max_line_width": 1000,
}


LONGEST = 100  # characters of all arguments together; beyond, an array is its shape


class Fault(Exception):
    """What is wrong with an answer: the cause, in words for its author, and the numbers; one of them may be empty."""

    def __init__(self, cause="", numbers=""):
        super().__init__(cause, numbers)
        self.cause, self.numbers = cause.rstrip("."), numbers

    def __str__(self):
        stop = "" if self.cause.endswith("?") else "."
        return f"{self.cause}{stop}\n  {self.numbers}" if self.cause and self.numbers else self.cause or self.numbers


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
        return stand_in(exercise, function, refused=True)
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


def stand_in(exercise, function, refused=False):
    """Return the course's function, with the reader's kept in it for the next check.

    In place of a refused one it says in each cell that uses it whose results are seen there.
    """

    @functools.wraps(exercise.answer)
    def course(*args, **options):
        if refused:
            say_whose(exercise.name)
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
    results, rights, fault = [], [], None
    for arguments in exercise.cases():
        given = shown(exercise, arguments)
        try:
            result, strange = run(exercise, function, arguments)
        except Fault:
            if fault is None:
                raise
            break  # an earlier case tells more
        results.append(result)
        if exercise.judge is None:
            rights.append(run(exercise, exercise.answer, arguments)[0])
            found = difference(exercise, result, rights[-1], given)
        else:
            found = judged(exercise, result, arguments) if fault is None else None
        fault = fault or found or (Fault(strange, f"for {given}") if strange else None)
    if fault is not None and exercise.judge is None and not fault.cause:
        cases = exercise.cases()[: len(results)]
        fault.cause = known_cause(exercise, results) or cause_of(
            results, rights, cases, names(exercise), exercise.answer, function
        )
        if fault.cause[:7] == fault.numbers[:7] == "value " + fault.numbers[6:7]:
            fault.numbers = fault.numbers.partition(": ")[2]  # which value it is, is said already
    if fault is not None:
        raise fault


def judged(exercise, result, arguments):
    """Return what the judge of an exercise says, or a Fault where the result is nothing that it could judge."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fault = exercise.judge(result, *arguments)
    except KeyboardInterrupt:
        fault = "was stopped before its check came to an end"
    except Exception as error:
        fault = f"returned {kind(result)}, which does not work: {type(error).__name__}: {error}"
    return Fault(fault) if isinstance(fault, str) else fault


def run(exercise, function, arguments):
    """Return what a function gives for copies of the arguments, and what else was strange; or raise a Fault."""
    mine, settings, calls = copy.deepcopy(arguments), Settings(), counted(exercise, function)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with settings, calls:
                result = function(*mine)
    except KeyboardInterrupt:
        raise Fault("was stopped before it came to an end. An endless loop?") from None
    except RecursionError:
        raise Fault(settings.changed or "calls itself too often, or without end") from None
    except Exception as error:
        raised = f"raised {type(error).__name__}{place(error, function)}: {error}"
        raise Fault(raised, f"for {shown(exercise, arguments)}") from None
    if result is None:
        raise Fault("returned None. Is the `return` missing? `print` shows a value, `return` hands it back")
    for name, before, after in zip(names(exercise), arguments, mine, strict=False):
        if isinstance(before, np.ndarray) and not np.array_equal(before, after, equal_nan=before.dtype.kind == "f"):
            what = f"changes its input {name} in place: {exercise.put_back or 'work on a copy'}"
            raise Fault(what, f"for {shown(exercise, arguments)}")
    warned = next((f"warns: {w.message}" for w in caught if issubclass(w.category, RuntimeWarning)), "")
    return result, settings.changed or warned or calls.too_few


class counted:
    """Counts, while a function runs, how often it calls the one that its exercise wants it to be built from."""

    def __init__(self, exercise, function):
        self.name, self.least = exercise.calls or ("", 0)
        self.notebook, self.times = getattr(function, "__globals__", {}), 0
        self.original = self.notebook.get(self.name)

    def __enter__(self):
        def counting(*args, **options):
            self.times += 1
            return self.original(*args, **options)

        if callable(self.original):
            self.notebook[self.name] = counting

    def __exit__(self, *error):
        if callable(self.original):
            self.notebook[self.name] = self.original

    @property
    def too_few(self):
        if self.times >= self.least:
            return ""
        return (
            f"has the right values, but should be built from {self.least} calls of {self.name}: it makes {self.times}"
        )


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
        several = isinstance(mine, (tuple, list))
        if isinstance(mine, np.ndarray):  # rows of a table may stand for the values, the numbers of one of them not
            several = bool(mine.ndim) and {np.shape(value) for value in right} == {mine.shape[1:]}
        if not several or len(mine) != len(right):
            got = len(mine) if several else kind(mine)
            return Fault(f"expected {len(right)} values, got {got}", f"for {given}")
        faults = [difference(exercise, a, b, given) for a, b in zip(mine, right, strict=True)]
        first = next((i for i, fault in enumerate(faults) if fault), None)
        if first is None:
            return None
        which = f"value {first + 1} of {len(right)}"
        cause, numbers = faults[first].cause, faults[first].numbers
        return Fault(f"{which}: {cause}" if cause else "", f"{which}: {numbers}" if not cause else numbers)
    wanted = np.asarray(right)
    if isinstance(mine, (list, tuple)) and wanted.ndim:
        return Fault(f"expected an array of shape {wanted.shape}, got {kind(mine)}: np.array(...) turns it into one")
    try:
        got = np.asarray(mine)
    except ValueError:
        return Fault(f"expected shape {wanted.shape}, got {kind(mine)} of pieces that do not fit together")
    if got.dtype.kind not in "biuf":
        what = got.dtype if got.dtype.kind == "c" else kind(mine)
        return Fault(f"expected numbers of kind {wanted.dtype}, got {what}", f"for {given}")
    if got.shape != wanted.shape:
        return Fault("", f"expected shape {wanted.shape}, got {got.shape}" + (f" (for {given})" if given else ""))
    close = np.isclose(got.astype(float), wanted.astype(float), exercise.rtol, exercise.atol, equal_nan=True)
    if close.all():
        return None
    index = tuple(int(i) for i in np.argwhere(~close)[0])
    where = f" at index {index if len(index) > 1 else index[0]}" if index else ""
    return Fault("", f"for {given}: expected {number(wanted[index])}{where}, got {number(got[index])}")


def known_cause(exercise, results):
    """Return what to say to somebody whose results are those of a known wrong answer, or nothing."""
    for wrong, says in exercise.wrong:
        try:
            pairs = zip(results, exercise.cases(), strict=False)
            if all(difference(exercise, a, run(exercise, wrong, given)[0], "") is None for a, given in pairs):
                return says
        except Fault:
            continue
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
    parts, short = [], []
    for name, value in zip(names(exercise), arguments, strict=False):
        text = np.array2string(value, **ONE_LINE) if isinstance(value, np.ndarray) else repr(value)
        text = " ".join(text.split())
        is_array = isinstance(value, np.ndarray) and value.ndim
        short.append(f"{name} of shape {value.shape}" if is_array else f"{name}, {kind(value)}")
        parts.append(f"{name} = {text}" if len(text) <= 60 and " at 0x" not in text else short[-1])
    while len(", ".join(parts)) > LONGEST and parts != short:
        longest = max((i for i in range(len(parts)) if parts[i] != short[i]), key=lambda i: len(parts[i]))
        if len(parts[longest]) <= len(short[longest]):
            break
        parts[longest] = short[longest]
    return ", ".join(parts) or "the call"

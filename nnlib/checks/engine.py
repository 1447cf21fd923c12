"""Checks an answer: ○ not attempted, ✗ with the first fault and its likely cause, ✓ done.

An answer is a function that the reader writes. It is run on cases and compared with the course's own, first
by shape, then by kind of number, then by value; then its results are compared with those of known wrong
answers, each of which stands for a misconception, and last `causes` looks for what the results have to do
with the right ones. Whatever the reader wrote, a check does not raise, and leaves Python and NumPy as they were. What
the reader has set for NumPy does not count while it runs.

The variable NNLIB_CHECK is for programs that run notebooks, such as `jupyter nbconvert --execute`: with `strict`,
a ✗ is an error, so that the program ends there and says so; with `json`, each check prints one line of JSON in
place of its sentences; `json,strict` does both.
"""

import copy
import functools
import importlib
import inspect
import json
import linecache
import os
import re
import sys
import types
import warnings
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnlib.checks import progress
from nnlib.checks.causes import LARGEST, cause_of
from nnlib.checks.results import Endless, cut, kind, plain, size, strange, words
from nnlib.checks.settings import Printed, Settings, as_delivered
from nnlib.checks.whose import say_whose


@dataclass(frozen=True)
class Exercise:
    """What is asked, a right answer, and what people get wrong.

    number, name: "02.3" and the name of the function to write;   title: a few words for the map
    answer: the course's own function, with which a notebook goes on where the reader's is not ready
    cases: a function that returns a list of tuples of arguments, made anew for every run
    wrong: pairs of a wrong function and what to say to somebody whose results are the same
    judge: for answers that are not unique, a function (result, *arguments) that returns None, a text or a Fault;
        it then says itself what is said to each of the wrong. The result was made plain (`results.py`)
    rtol, atol: how far values may be away from the right ones
    calls: a function of the notebook that the answer has to be built from, and how often it is called at least
    put_back: what to say where an argument has changed, if copying it would be wrong
    order: of several values, the order in which they are computed, where it is not that in which they are returned:
        of two mistakes the first is said
    start: what the notebook has in place of a stub, if that is a function with a mistake
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
    order: tuple = ()
    start: Any = None


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
        self.cause, self.numbers = cut(cause).rstrip("."), cut(numbers)

    def __str__(self):
        stop = "" if self.cause.endswith("?") else "."
        return f"{self.cause}{stop}\n  {self.numbers}" if self.cause and self.numbers else self.cause or self.numbers


class WrongAnswer(Exception):
    """What a ✗ raises where NNLIB_CHECK asks for it."""


def check(number):
    """Check the reader's function of an exercise; return it if it passes, else the course's own.

    The function is looked up by its name where `check` is called, so that a renamed or deleted one is a
    message and not an error: `stable_sigmoid = check("02.3")`.
    """
    exercise, wanted = find(number), asked_for()
    function = sys._getframe(1).f_globals.get(exercise.name)
    if type(function) is types.FunctionType:
        function = vars(function).get("readers", function)  # the course's own, from an earlier check
    state, fault = verdict(exercise, function)
    progress.record(number, state)
    if "json" in wanted:
        result = {"exercise": number, "name": exercise.name, "state": progress.STATES[state]}
        print(json.dumps(result | {"cause": fault.cause, "numbers": fault.numbers}, ensure_ascii=False))
    else:
        print(f"{state} {number} {SAYS[state].format(fault=fault, name=exercise.name)}")
    if state == "✗" and "strict" in wanted and not is_like(function, exercise.start):
        raise WrongAnswer(f"{number} {fault}")
    return function if state == "✓" else stand_in(exercise, function, refused=state == "✗")


SAYS = {
    "○": "not attempted yet. This notebook goes on with nnlib's {name}.",
    "✗": "{fault}\n  Until yours passes, {name} is nnlib's. To try yours by hand, run its cell again.",
    "✓": "{name}. From here on this notebook runs on yours.",
}


def asked_for():
    """Return what the variable NNLIB_CHECK asks for, a set of words."""
    text = os.environ.get("NNLIB_CHECK", "")
    wanted = {word.strip() for word in text.split(",")} - {""}
    if not wanted <= {"json", "strict"}:
        raise ValueError(f"NNLIB_CHECK expected strict, json or both with a comma between them, got {text!r}")
    return wanted


def verdict(exercise, function):
    """Return the state of an answer, ○, ✗ or ✓, and its Fault, which says nothing but for a ✗."""
    try:
        with as_delivered():
            if function is None:
                raise Fault(f"there is no function {exercise.name}: run the cell above; was it renamed?")
            if not callable(function):
                raise Fault(f"{exercise.name} is {kind(function)}, not a function: run the cell above again")
            if is_stub(function):
                return "○", Fault()
            examine(exercise, function)
    except Fault as fault:
        return "✗", fault
    except Exception as error:  # nothing is known to lead here
        return "✗", Fault(f"could not be checked: {type(error).__name__}: {words(error)}")
    return "✓", Fault()


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

    if (function := written(function)) is None:
        return False
    code = function.__code__
    models = [(stub.__code__.co_code, 0), (stub_with_docstring.__code__.co_code, 1)]  # and the place of their None
    return any(code.co_code == same and code.co_consts[place] is None for same, place in models)


def is_like(function, start):
    """Whether a function does what another does, statement by statement."""
    codes = [getattr(written(each), "__code__", None) for each in (function, start)]
    return None not in codes and len({(code.co_code, code.co_consts, code.co_names) for code in codes}) == 1


def written(function):
    """Return the function that a reader has written, be it wrapped by a decorator; None for other things to call."""
    try:
        function = inspect.unwrap(function)
    except KeyboardInterrupt:
        raise
    except BaseException:  # of an object that answers as it likes
        return None
    function = function.__func__ if type(function) is types.MethodType else function
    return function if type(function) is types.FunctionType else None


def examine(exercise, function):
    """Run the cases; raise the first Fault."""
    results, rights, fault, printed = [], [], None, Printed(sys.stdout)
    for arguments in exercise.cases():
        given = shown(exercise, arguments)
        try:
            with redirect_stdout(printed):
                result, odd = run(exercise, function, arguments)
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
        fault = fault or found or (Fault(odd, f"for {given}") if odd else None)
    printed.rest()
    if fault is not None and exercise.judge is None and not fault.cause and not strange(results):
        cases = exercise.cases()[: len(results)]
        others = results, rights, cases, names(exercise), exercise.answer, function, exercise.order
        known = known_cause(exercise, results, rights)
        fault.cause = known or first_cause(exercise, results, rights, cause_of(*others))
        if which := re.match(r"value (\d)", fault.cause):  # then the numbers are those of that value
            i, tried = int(which[1]) - 1, zip(results, rights, cases, strict=True)
            found = (difference(exercise, mine[i], right[i], shown(exercise, case)) for mine, right, case in tried)
            fault.numbers = next((f.numbers for f in found if f), fault.numbers)
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
    except BaseException as error:  # the judge asks what the reader has built
        fault = f"returned {kind(result)}, which does not work: {type(error).__name__}: {words(error)}"
    return Fault(fault) if isinstance(fault, str) else fault


def run(exercise, function, arguments):
    """Return what a function gives for copies of the arguments, made plain, and what is odd; or raise a Fault."""
    mine, settings, calls = copy.deepcopy(arguments), Settings(), counted(exercise, function)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with settings, calls:
                result = function(*mine)
                made = result if result is None else plain(result)
    except KeyboardInterrupt:
        raise Fault("was stopped before it came to an end. An endless loop?") from None
    except Endless as endless:
        raise Fault(f"returned {kind(result)} with {endless}") from None
    except RecursionError:
        raise Fault(settings.changed or "calls itself too often, or without end") from None
    except BaseException as error:  # SystemExit, too, and whatever else a reader may raise
        raised = f"raised {type(error).__name__}{place(error, function)}: {words(error)}"
        raise Fault(raised, f"for {shown(exercise, arguments)}") from None
    if result is None:
        raise Fault("returned None. Is the `return` missing? `print` shows a value, `return` hands it back")
    for name, before, after in zip(names(exercise), arguments, mine, strict=False):
        if isinstance(before, np.ndarray) and not np.array_equal(before, after, equal_nan=before.dtype.kind == "f"):
            what = f"changes its input {name} in place: {exercise.put_back or 'work on a copy'}"
            raise Fault(what, f"for {shown(exercise, arguments)}")
    warned = next((f"warns: {w.message}" for w in caught if issubclass(w.category, RuntimeWarning)), "")
    return made, settings.changed or warned or calls.too_few


class counted:
    """Counts, while a function runs, how often it calls the one that its exercise wants it to be built from."""

    def __init__(self, exercise, function):
        self.name, self.least = exercise.calls or ("", 0)
        self.notebook, self.times = getattr(written(function), "__globals__", {}), 0
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
    code, line = getattr(written(function), "__code__", None), None
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
        first = next((i for i in exercise.order or range(len(right)) if faults[i]), None)
        if first is None:
            return None
        which = f"value {first + 1} of {len(right)}"
        cause, numbers = faults[first].cause, faults[first].numbers
        return Fault(f"{which}: {cause}" if cause else "", f"{which}: {numbers}" if not cause else numbers)
    wanted = np.asarray(right)
    if isinstance(mine, (list, tuple)) and wanted.ndim:
        return Fault(f"expected an array of shape {wanted.shape}, got {kind(mine)}: np.array(...) turns it into one")
    if odd := strange(mine):
        inside = f" in {kind(mine)}" if isinstance(mine, (list, tuple)) else ""
        return Fault(f"expected numbers of kind {wanted.dtype}, got {kind(odd)}{inside}", f"for {given}")
    if isinstance(mine, (list, tuple)) and size(mine) > LARGEST:
        return Fault(f"expected shape {wanted.shape}, got {kind(mine)} of {size(mine):,} numbers", f"for {given}")
    try:
        got = np.asarray(mine)
    except ValueError:
        return Fault(f"expected shape {wanted.shape}, got {kind(mine)} of pieces that do not fit together")
    if got.shape != wanted.shape:
        return Fault("", f"expected shape {wanted.shape}, got {got.shape}" + (f" (for {given})" if given else ""))
    close = np.isclose(got.astype(float), wanted.astype(float), exercise.rtol, exercise.atol, equal_nan=True)
    if close.all():
        return None
    index = tuple(int(i) for i in np.argwhere(~close)[0])
    where = f" at index {index if len(index) > 1 else index[0]}" if index else ""
    return Fault("", f"for {given}: expected {number(wanted[index])}{where}, got {number(got[index])}")


def known_cause(exercise, results, rights):
    """Return what to say to somebody whose results are those of a known wrong answer, or nothing.

    Of several values, some may be wrong in another way: the known answer then has to be wrong in the first of
    the wrong ones, and the reader's to be like it wherever it is wrong.
    """
    present = []
    for known, says in known_results(exercise, len(results)):
        if same(exercise, results, known):
            return says
        if wrong_alike(exercise, results, known, rights):
            present.append(says)
    return present[0] if present else ""


def known_results(exercise, count):
    """Yield the results of each known wrong answer in the first cases, and what to say to its author."""
    for wrong, says in exercise.wrong:
        try:
            yield [run(exercise, wrong, given)[0] for given in exercise.cases()[:count]], says
        except Fault:
            continue


def first_cause(exercise, results, rights, cause):
    """Return a cause, or where it is not that of the first wrong value, what a known answer with this value says."""
    count = len(rights[0]) if isinstance(rights[0], tuple) else 0
    if not all(isinstance(r, (tuple, list)) and len(r) == count for r in results):
        return cause
    for i in exercise.order or range(count):
        mine, right = ([result[i] for result in each] for each in (results, rights))
        if not same(exercise, mine, right):
            which = f"value {i + 1} of {count}: "
            if cause and (cause.startswith(which[:-2]) or not cause.startswith(("value ", "the results do not"))):
                return cause
            known = ((k, says) for k, says in known_results(exercise, len(results)) if isinstance(k[0], tuple))
            alike = (says for k, says in known if same(exercise, mine, [r[i] for r in k if len(r) > i]))
            return next((which + says for says in alike), cause)
    return cause


def same(exercise, results, others):
    return all(difference(exercise, mine, other, "") is None for mine, other in zip(results, others, strict=True))


def wrong_alike(exercise, results, known, rights):
    """Whether the known results are wrong where the first wrong value is, and all that is wrong in them came back."""
    count = len(rights[0]) if isinstance(rights[0], tuple) else 0
    if not count or not all(isinstance(r, (tuple, list)) and len(r) == count for r in results + known):
        return False
    columns = [[[r[i] for r in each] for each in (results, known, rights)] for i in exercise.order or range(count)]
    first = next((column for column in columns if not same(exercise, column[0], column[2])), None)
    if first is None or same(exercise, first[1], first[2]):
        return False
    return all(same(exercise, theirs, right) or same(exercise, mine, theirs) for mine, theirs, right in columns)


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

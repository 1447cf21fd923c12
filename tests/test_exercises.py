"""Each exercise in its four states, and what learners really do with one."""

import contextlib
import copy
import datetime
import functools
import importlib
import inspect
import itertools
import json
import math
import os
import pkgutil
import random
import re
import subprocess
import sys
import types
import warnings
from dataclasses import replace

import nbformat
import numpy as np
import pytest
import strange_results
from rules import NOTEBOOKS, answers, load
from wrong_answers import fault_of

import nnlib.checks
from nnlib import Adam, Dense, Sequential
from nnlib.checks import check, compare, explain, predict, progress, progress_map
from nnlib.checks.engine import Exercise, WrongAnswer, shown
from nnlib.checks.guesses import WHY
from nnlib.checks.reasons import MODEL, REASONS

MODULES = [
    importlib.import_module(f"nnlib.checks.{module.name}")
    for module in pkgutil.iter_modules(nnlib.checks.__path__)
    if re.fullmatch(r"n\d\d", module.name)
]
EXERCISES = [exercise for module in MODULES for exercise in module.EXERCISES]
WRONG = [(exercise, *pair) for exercise in EXERCISES for pair in exercise.wrong]
TRAINS = {"06.3", "06.5"}  # whose checks take seconds: not in the fast tier
NOTEBOOK = {path.name[:2]: path for path in NOTEBOOKS}


def checked(exercise, function, capsys, **more):
    """Return what `check` prints for a function in its own small notebook, and what it returns."""
    notebook = {"check": check, exercise.name: function, **more}
    capsys.readouterr()
    exec(f"{exercise.name} = check('{exercise.number}')", notebook)
    return capsys.readouterr().out, notebook[exercise.name]


def verdict(said):
    """Return the line with the sign; a judge may print before it, and what follows is always the same."""
    return next(line for line in said.splitlines() if line[0] in "○✗✓")


def tier(number):
    return [pytest.mark.notebook] if number in TRAINS else []


def by_number(exercise):
    return exercise.number


@pytest.mark.parametrize("exercise", EXERCISES, ids=by_number)
def test_unfilled(exercise, capsys):
    def stub(*args): ...

    said, returned = checked(exercise, stub, capsys)
    assert said.startswith(f"○ {exercise.number} not attempted yet")
    assert returned is not stub
    assert callable(returned)


# The answers that train pass in JupyterLab, as all do: test_browser.py.
@pytest.mark.parametrize("exercise", [e for e in EXERCISES if e.number not in TRAINS], ids=by_number)
def test_the_course_answer_passes_and_is_returned(exercise, capsys):
    said, returned = checked(exercise, exercise.answer, capsys)
    assert (
        said.splitlines(keepends=True)[-1]
        == f"✓ {exercise.number} {exercise.name}. From here on this notebook runs on yours.\n"
    )
    assert returned is exercise.answer


@pytest.mark.parametrize(
    ("exercise", "wrong", "says"),
    [pytest.param(*w, id=f"{w[0].number}-{w[1].__name__}", marks=tier(w[0].number)) for w in WRONG],
)
def test_wrong_answers_get_their_own_message(exercise, wrong, says, capsys):
    said, returned = checked(exercise, wrong, capsys)
    assert verdict(said).startswith(f"✗ {exercise.number} ")
    assert says in verdict(said)
    assert returned is not wrong


@pytest.mark.parametrize("exercise", EXERCISES, ids=by_number)
def test_answers_that_raise_or_return_something_else(exercise, capsys):
    def raises(*args):
        return args[0].nothing if args else {}["nothing"]

    said, _ = checked(exercise, raises, capsys)
    assert re.match(rf"✗ {exercise.number} raised (AttributeError|KeyError) in line 2, `return args\[0\]", said)
    said, _ = checked(exercise, lambda *args: "text", capsys)
    assert said.startswith(f"✗ {exercise.number} ")
    assert "Traceback" not in said


def test_every_exercise_has_two_misconceptions_each_with_its_own_words():
    assert len({exercise.number for exercise in EXERCISES}) == len(EXERCISES)
    for exercise in EXERCISES:
        said = [says for _, says in exercise.wrong]
        assert len(said) == len(set(said))
        assert len(said) >= 2 or exercise.judge is not None, exercise.number


@pytest.mark.parametrize("exercise", EXERCISES, ids=by_number)
def test_the_notebook_has_the_exercise_with_stars_minutes_hint_and_answer(exercise):
    number, name = exercise.number, exercise.name
    assert number[:2] in NOTEBOOK, f"exercise {number} has no notebook: notebooks/{number[:2]}_name.ipynb"
    path = NOTEBOOK[number[:2]]
    text = "\n".join(cell.source for cell in load(path).cells)
    for pattern, example in [
        (rf"^### Exercise {number} [★☆]{{3}} · \d+ min · ", f"### Exercise {number} ★☆☆ · 5 min · title"),
        (rf"^def {name}\(.*# exercise {number}", f"def {name}(...):    # exercise {number}"),
        (rf'^{name} = check\("{number}"\)$', f'{name} = check("{number}")'),
    ]:
        assert re.search(pattern, text, re.MULTILINE), f"{path.name} expected a line such as {example!r}"
    found = answers(load(path))
    assert name in found, f"{path.name} expected <details><summary>Answer</summary> and ```python for {name}"
    (after,) = re.findall(rf"### Exercise {number} .*?(?=\n##|\Z)", text, re.DOTALL)
    assert after.count("<details><summary>") >= 2, f"{path.name} expected a hint and an answer after exercise {number}"


# What learners really do: one small exercise, many answers.


def double(x):
    return 2.0 * x


def fresh():
    return [(np.array([[0.25, 1.0, 2.0], [3.0, 4.0, 5.5]]),)]


TOY = Exercise("98.1", "double", "twice", double, fresh, wrong=((np.square, "You squared it"),))


@pytest.fixture
def toy(monkeypatch):
    monkeypatch.setitem(sys.modules, "nnlib.checks.n98", types.SimpleNamespace(EXERCISES=[TOY]))
    return TOY


def in_place(x):
    x *= 2
    return x


def prints(x):
    print(2 * x)


def loops(x):
    raise KeyboardInterrupt


def recurses(x):
    return recurses(x)


def warns(x):
    return 2.0 * x + 0 * np.exp(-1000 * np.ones(1)) + 1 / np.exp(np.array(1000.0))


def divides(x):
    return 2 * x / (x - x)


HABITS = [
    (prints, "returned None. Is the `return` missing? `print` shows a value, `return` hands it back"),
    (lambda x: (2 * x).tolist(), "expected an array of shape (2, 3), got a list: np.array(...) turns it into one"),
    (lambda x: 2.0, "expected shape (2, 3), got ()"),
    (lambda x: [[1], [1, 2]], "expected an array of shape (2, 3), got a list"),
    (lambda x: (2 * x).astype(int), "whole numbers lose what comes after the decimal point: is there an int"),
    (
        lambda x: 2 * x.T,
        "the values are right, but rows and columns are exchanged: is something transposed?\n  expected shape (2, 3)",
    ),
    (lambda x: (2 * x)[:, :, None], "one axis too many, (2, 3, 1) in place of (2, 3): is there a keepdims"),
    (in_place, "changes its input x in place: work on a copy.\n  for x = [["),
    (lambda x: 2 * x + 0j, "expected numbers of kind float64, got complex128"),
    (lambda x: x * np.nan, "expected 0.5 at index (0, 0), got nan"),
    (divides, "expected 0.5 at index (0, 0), got inf"),
    (warns, "warns: overflow encountered in exp.\n  for x = [[0.25, 1, 2], [3, 4, 5.5]]"),
    (
        lambda x: x**2,
        "You squared it.\n  for x = [[0.25, 1, 2], [3, 4, 5.5]]: expected 0.5 at index (0, 0), got 0.06",
    ),
    (lambda x: "text", "expected numbers of kind float64, got a text"),
    (lambda: 3, "raised TypeError: "),
    (loops, "was stopped before it came to an end. An endless loop?"),
    (recurses, "calls itself too often, or without end"),
    (3, "double is an object of type int, not a function: run the cell above again"),
    (None, "there is no function double: run the cell above; was it renamed?"),
]


@pytest.mark.parametrize(("answer", "says"), HABITS)
def test_habits_of_learners(answer, says, toy, capsys):
    said, returned = checked(toy, answer, capsys)
    assert verdict(said).startswith("✗ 98.1 ")
    assert says in said
    np.testing.assert_array_equal(returned(np.ones(2)), [2, 2])


PAIR = Exercise("98.2", "pair", "two values", lambda x: (2.0 * x, 3.0 * x), lambda: [(2.0,), (np.ones(5),)])


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda x: [2 * x, 3 * x], "✓"),
        (lambda x: np.array([2 * x, 3 * x]), "✓"),
        (lambda x: (2 * x, 3 * x, x), "expected 2 values, got 3"),
        (lambda x: 2 * x, "expected 2 values, got an object of type float"),
        (lambda x: (2 * x, x), "value 2 of 2: x comes back as it was given.\n  for x = 2.0: expected 6, got 2"),
        (lambda x: (2 * x, np.atleast_1d(3 * x)), "value 2 of 2: one axis too many, (1,) in place of ()"),
        (lambda x: (2 * x, [3 * x, x]), "value 2 of 2: one number is asked for, not 2"),
        (lambda x: x[0], "not subscriptable.\n  for x = 2.0"),
    ],
)
def test_several_values(answer, says, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "nnlib.checks.n98", types.SimpleNamespace(EXERCISES=[PAIR]))
    said, _ = checked(PAIR, answer, capsys)
    assert says in said


NONSENSE = {
    "texts": ("a", "b", "c"),
    "numbers as texts": ("1", "1", "-1.5"),
    "nan": (np.nan, np.nan, np.nan),
    "complex": (1j, 2, 3),
    "large": (10**400, 1, 1),
    "nothing": (),
    "no list": [],
    "ragged": [[1], [1, 2], 3],
    "objects": [object(), object(), object()],
    "a dict": {1: 2},
    "texts in an array": np.array(["a", "b"]),
    "a generator": (i for i in range(3)),
    "a class": int,
    "classes": (Sequential, Adam),
    "instances and classes": (Sequential(Dense(784, 10, rng=np.random.default_rng(0))), Adam, [0.1]),
    "another size": (Sequential(Dense(10, 3, rng=np.random.default_rng(0))), Adam(), [0.1]),
    "another order": (Adam(), Sequential(Dense(784, 10, rng=np.random.default_rng(0)))),
    "names": [["y"]],
    "numbers in a list": [1, 2, 3],
}


@pytest.mark.parametrize("exercise", EXERCISES, ids=by_number)
def test_no_result_is_too_strange_for_a_check(exercise, capsys):
    for what, result in NONSENSE.items():
        said, _ = checked(exercise, lambda *args, result=result: result, capsys)
        assert verdict(said).startswith(f"✗ {exercise.number} "), what
        assert "Traceback" not in said


EVERY = 7  # of all strange results one in so many, which takes seconds; the program tries them all


@pytest.mark.parametrize("exercise", EXERCISES, ids=by_number)
def test_whatever_comes_back_no_check_raises(exercise):
    start = EXERCISES.index(exercise) % EVERY
    faults = {
        what: fault
        for what, function in itertools.islice(strange_results.answers(exercise), start, None, EVERY)
        if (fault := strange_results.fault_of(exercise, function))
    }
    assert faults == {}


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            lambda x: strange_results.NeedsGrad(),
            "(NumPy cannot read it: RuntimeError: Can't call numpy() on",
        ),
        (lambda x: (i for i in x), "expected numbers of kind float64, got a generator"),
        (lambda x: strange_results.coroutine(), "expected numbers of kind float64, got a coroutine"),
        (lambda x: int, "expected numbers of kind float64, got the class int"),
        (lambda x: len, "expected numbers of kind float64, got the function len"),
        (lambda x: np.array([[1, None]]), "got an array of objects"),
        (lambda x: np.ma.masked_array(2 * x, x > 1), "what is behind its mask has no value"),
        (lambda x: strange_results.without_end(), "returned a list with lists in lists without end"),
        (lambda x: [0.0] * 100_001, "returned a list with more than 100,000 items"),
        (lambda x: sys.exit(3), "raised SystemExit in line 1, `(lambda x: sys.exit(3), "),
        (lambda x: input("x? "), "nobody answers `input` in a check: what a function needs comes in its arguments"),
    ],
)
def test_strange_results_are_named(answer, says, toy, capsys):
    said, _ = checked(toy, answer, capsys)
    assert verdict(said).startswith("✗ 98.1 ")
    assert says in said


@pytest.mark.parametrize("answer", [lambda x: np.matrix(2 * x), lambda x: np.ma.masked_array(2 * x), functools.cache])
def test_other_kinds_of_arrays_pass_as_before(answer, toy, capsys):
    if answer is functools.cache:
        answer = functools.wraps(double)(lambda x: double(x))
    said, _ = checked(toy, answer, capsys)
    assert said.startswith("✓")


READERS = {
    "raise": lambda: np.seterr(all="raise"),
    "ignore": lambda: np.seterr(all="ignore"),
    "call": lambda: np.seterr(all="call"),
    "warnings are errors": lambda: warnings.simplefilter("error"),
    "no warnings": lambda: warnings.simplefilter("ignore"),
    "two digits": lambda: np.set_printoptions(precision=2, threshold=1, edgeitems=1, suppress=True),
    "as long ago": lambda: np.set_printoptions(legacy="1.13"),
}


@pytest.mark.parametrize("sets", READERS.values(), ids=READERS)
def test_what_the_reader_has_set_decides_nothing_and_stays(sets, toy, capsys):
    answers = [double, warns, divides, lambda x: x**2, lambda x: 2 * x.astype(np.longdouble) * 1e-320]
    expected = [checked(toy, answer, capsys)[0] for answer in answers]
    assert [said[0] for said in expected] == [*"✓✗✗✗✗"]
    with np.errstate(), np.printoptions(), warnings.catch_warnings():
        sets()
        before = all_settings()
        assert [checked(toy, answer, capsys)[0] for answer in answers] == expected
        assert all_settings() == before


def test_an_answer_that_prints_much_is_cut_short_and_one_that_closes_its_output_goes_on(toy, capsys):
    def talks(x):
        print("a word " * 100_000)
        return 3 * x

    def closes(x):
        sys.stdout.close()
        print("still here")
        return 2 * x

    said, _ = checked(toy, talks, capsys)
    assert 3000 < len(said) < 3500
    assert "... (700,001 characters were printed)\n✗ 98.1 " in said
    said, _ = checked(toy, closes, capsys)
    assert said.startswith("still here\n✓ 98.1")


def divided_by_n(X, W, dY):
    return X.T @ dY / len(X), dY.sum(), dY @ W.T  # and one number for db


def lies_on_its_side(X, W, dY):
    return dY.T @ X, dY.mean(axis=0), dY @ W.T


def two_mistakes_of_adam(w, g, m, v, t, lr, beta1, beta2, eps):
    m, v = beta2 * m + (1 - beta2) * g, beta1 * v + (1 - beta1) * g**2
    return w - lr * m / (np.sqrt(v) + eps), m, v  # and the correction is missing


@pytest.mark.parametrize(
    ("number", "answer", "says", "numbers"),
    [
        (
            "04.2",
            divided_by_n,
            "value 1 of 3: every value is too small by the factor len(X)",
            "expected 2 at index (0, 0)",
        ),
        ("04.2", lies_on_its_side, "Your dW lies on its side", "value 1 of 3: expected shape (3, 2), got (2, 3)"),
        ("05.6", two_mistakes_of_adam, "value 2 of 3: the results would be right with beta2 in place", "expected 0.05"),
    ],
)
def test_of_two_mistakes_the_first_is_said(number, answer, says, numbers, capsys):
    exercise = next(e for e in EXERCISES if e.number == number)
    said, _ = checked(exercise, answer, capsys)
    assert says in said
    assert numbers in said


SEVERAL = [e for e in EXERCISES if e.judge is None and isinstance(e.answer(*e.cases()[0]), tuple)]
APART = 11  # of all pairs of known mistakes one in so many


def mixed(exercise, wrong):
    """Return a function that gives the right values, but those in the dict `wrong` as known wrong answers do."""

    def answer(*args):
        values = list(exercise.answer(*args))
        for i, function in wrong.items():
            values[i] = function(*args)[i]
        return tuple(values)

    return answer


@pytest.mark.parametrize("exercise", SEVERAL, ids=by_number)
def test_of_any_two_known_mistakes_the_first_is_said(exercise):
    count, own = len(exercise.answer(*exercise.cases()[0])), {}
    for (function, says), i in itertools.product(exercise.wrong, range(count)):
        with contextlib.suppress(TypeError, IndexError):  # of results that are not several
            fault = fault_of(exercise, mixed(exercise, {i: function}))
            if fault and not fault.cause.startswith("warns"):  # then the value itself is right
                own.setdefault(i, {})[function] = {fault.cause, says.rstrip(".")}
    order = exercise.order or range(count)
    pairs = [(i, j, a, b) for i, j in itertools.combinations(order, 2) for a in own.get(i, ()) for b in own.get(j, ())]
    others = [pair for pair in pairs if pair[2] is not pair[3]]
    assert others
    for i, j, first, second in others[::APART]:
        cause = fault_of(exercise, mixed(exercise, {i: first, j: second})).cause
        of_it = cause.startswith((f"value {i + 1} of", "in all values")) or any(cause in s for s in own[i].values())
        assert of_it, (first.__name__, second.__name__, cause)


def test_a_judge_that_fails_is_a_message(toy, capsys, monkeypatch):
    def fails(result, x):
        raise ZeroDivisionError("nothing left")

    def stopped(result, x):
        raise KeyboardInterrupt

    for judge, says in [(fails, "returned an object of type ndarray, which does not work"), (stopped, "was stopped")]:
        made = types.SimpleNamespace(EXERCISES=[replace(TOY, judge=judge)])
        monkeypatch.setitem(sys.modules, "nnlib.checks.n98", made)
        said, _ = checked(toy, double, capsys)
        assert verdict(said).startswith(f"✗ 98.1 {says}")


def set_back_later(x):
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + 1000)
    sys.setrecursionlimit(limit)
    return 2 * x


def imported_by_name(x, raise_it=sys.setrecursionlimit):
    raise_it(sys.getrecursionlimit() + 1000)
    return 2 * x


def sets(change):
    def answer(x):
        change()
        return 2 * x

    return answer


def all_settings():
    numpys = np.random.get_state()  # noqa: NPY002
    return (
        sys.getrecursionlimit(), np.geterr(), np.get_printoptions(), list(warnings.filters), random.getstate(),
        numpys[1].tolist(), numpys[2:], sys.setrecursionlimit,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (set_back_later, "raises Python's recursion limit, for everything that runs afterwards"),
        (imported_by_name, "raises Python's recursion limit, for everything that runs afterwards"),
        (sets(lambda: np.seterr(all="ignore")), "changes what NumPy warns of, for everything that runs afterwards"),
        (sets(lambda: np.set_printoptions(precision=2)), "changes how NumPy prints, for everything"),
        (sets(lambda: warnings.simplefilter("ignore")), "changes which warnings are shown, for everything"),
        (sets(lambda: np.random.seed(0)), "changes NumPy's global random numbers, for everything"),  # noqa: NPY002
        (sets(lambda: np.random.random()), "changes NumPy's global random numbers, for everything"),  # noqa: NPY002
        (sets(random.random), "changes Python's global random numbers, for everything"),
    ],
)
def test_what_an_answer_sets_for_the_whole_session_is_refused_and_put_back(answer, says, toy, capsys):
    before = all_settings()
    said, _ = checked(toy, answer, capsys)
    assert verdict(said).startswith(f"✗ 98.1 {says}")
    assert all_settings() == before


def test_long_arguments_are_named_by_their_shape_until_all_fit():
    exercise = replace(TOY, answer=lambda X, W, b: X)
    X, W, b = np.arange(12.0).reshape(4, 3), np.arange(18.0).reshape(3, 6), np.arange(3.0)
    assert (
        shown(exercise, (X, b, b)) == "X = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]], W = [0, 1, 2], b = [0, 1, 2]"
    )
    assert shown(exercise, (X, W[:, :4], X)).startswith("X of shape (4, 3), W of shape (3, 4), b = [[0, 1,")
    assert "W of shape (3, 6)" in shown(exercise, (X, W, b))
    for e in EXERCISES:
        for arguments in e.cases():
            assert len(shown(e, arguments)) <= 160, e.number


def test_what_a_failed_check_leaves_behind_is_said(toy, capsys):
    said, _ = checked(toy, lambda x: 3 * x, capsys)
    assert said.endswith("  Until yours passes, double is nnlib's. To try yours by hand, run its cell again.\n")


def handed_out(exercise):
    """Return the cell of a notebook in which its reader is to write the function."""
    cells = (cell.source for cell in load(NOTEBOOK[exercise.number[:2]]).cells if cell.cell_type == "code")
    (source,) = (cell for cell in cells if f"# exercise {exercise.number}" in cell)
    return source


@pytest.mark.parametrize("exercise", EXERCISES, ids=by_number)
def test_what_a_notebook_hands_out_stops_no_program(exercise, capsys, monkeypatch):
    """The first exercise comes with a mistake, which is neither the reader's nor hidden."""
    monkeypatch.setenv("NNLIB_CHECK", "strict")
    notebook = {"np": np}
    exec(handed_out(exercise), notebook)
    said, _ = checked(exercise, notebook[exercise.name], capsys)
    assert said.startswith("✗ 00.1 That is the share of wrong answers" if exercise.start else "○")
    if exercise.start:
        with pytest.raises(WrongAnswer):
            checked(exercise, lambda answers, labels: (answers > labels).mean(), capsys)


@pytest.mark.parametrize("exercise", [e for e in EXERCISES if e.judge is None], ids=by_number)
def test_what_is_called_again_and_again_gets_copies(exercise):
    """A generator that copies share would have moved on, and a cause would be found in that."""
    for case in exercise.cases():
        shared = [a for a in case if copy.deepcopy(a) is a and not isinstance(a, (int, float, str, tuple, np.generic))]
        assert shared == []


def test_a_stub_has_the_arguments_of_the_answer():
    """The names in the messages are those that the reader sees."""
    for exercise in EXERCISES:
        source = handed_out(exercise)
        (stub,) = re.findall(rf"^def {exercise.name}\((.*?)\):.*# exercise {exercise.number}", source, re.MULTILINE)
        names = [argument.partition("=")[0] for argument in stub.split(", ")]
        assert names == list(inspect.signature(exercise.answer).parameters) or stub == "", exercise.number


def test_whole_numbers_are_blamed_only_where_they_explain_the_difference(toy, capsys):
    said, _ = checked(toy, lambda x: (3 * x).astype(int), capsys)
    assert "for x = [[0.25, 1, 2], [3, 4, 5.5]]: expected 0.5 at index (0, 0), got 0" in said
    assert "whole" not in said


def test_a_case_that_raises_does_not_hide_what_an_earlier_one_showed(toy, capsys, monkeypatch):
    def squares_positive(x):
        if (x < 0).any():
            raise ValueError("negative")
        return x**2

    cases = lambda: [*fresh(), (np.array([-1.0]),)]  # noqa: E731
    monkeypatch.setitem(sys.modules, "nnlib.checks.n98", types.SimpleNamespace(EXERCISES=[replace(TOY, cases=cases)]))
    said, _ = checked(toy, squares_positive, capsys)
    assert verdict(said) == "✗ 98.1 You squared it."
    said, _ = checked(toy, lambda x: squares_positive(x) * 0 + 2 * x, capsys)
    assert "raised ValueError in line 1, `said, _ = checked(toy, lambda x: squares_positive" in said


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.arange(6.0).reshape(1, 2, 3) / 2, "x = [[[0, 0.5, 1], [1.5, 2, 2.5]]]"),
        (np.array([[True], [False]]), "x = [[True], [False]]"),
        (np.array([[1, 20], [300, 4]]), "x = [[1, 20], [300, 4]]"),
        (np.zeros((40, 20)), "x of shape (40, 20)"),
        ([0] * 40, "x, a list"),
        ("and", "x = 'and'"),
        (np.random.default_rng(0), "x, an object of type Generator"),
    ],
)
def test_arguments_are_shown_in_one_line(value, text):
    assert shown(TOY, (value,)) == text


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
def test_any_kind_of_float_passes(dtype, toy, capsys):
    said, _ = checked(toy, lambda x: (2 * x).astype(dtype), capsys)
    assert said.startswith("✓")


@pytest.mark.parametrize("wrap", [lambda share: np.array([share]), lambda share: (share,), np.matrix])
def test_one_number_in_an_array_of_one_is_an_axis_too_many(wrap, capsys):
    """There is nothing to be added up."""
    exercise = next(exercise for exercise in EXERCISES if exercise.number == "00.1")
    said, _ = checked(exercise, lambda answers, labels: wrap((answers == labels).mean()), capsys)
    assert re.match(r"✗ 00\.1 one axis too many, \((1,|1, 1)\) in place of \(\)", said)


def test_a_global_helps(toy, capsys):
    said, _ = checked(toy, lambda x: x * 2, capsys, factor=2)
    assert said.startswith("✓")


def test_a_check_can_be_run_twice_and_in_any_order(toy, capsys):
    wrong, right = (lambda x: 3 * x), (lambda x: 2 * x)
    notebook = {"check": check, "double": wrong}
    for function, mark in [(None, "✗"), (None, "✗"), (right, "✓"), (None, "✓")]:
        notebook |= {"double": function} if function else {}
        exec("double = check('98.1')", notebook)
        assert capsys.readouterr().out.startswith(mark)
    assert notebook["double"] is right


def test_an_unknown_exercise():
    for number in ["77.7", "06.0", 6.1]:
        with pytest.raises(ValueError, match="expected the number of an exercise"):
            check(number)


def test_progress_is_kept_and_can_be_reset(toy, capsys, tmp_path, monkeypatch):
    file = tmp_path / "progress.json"
    monkeypatch.setenv("NNLIB_PROGRESS", str(file))

    def stub(x): ...

    for function, state, failed in [(lambda x: x, "✗", 1), (double, "✓", 1), (stub, "✓", 1), (lambda x: x, "✗", 2)]:
        checked(toy, function, capsys)
        kept = json.loads(file.read_text(encoding="utf-8"))
        assert kept == {"exercises": {"98.1": state}, "failed": {"98.1": failed}}
    assert list(tmp_path.iterdir()) == [file]
    monkeypatch.setitem(sys.modules, "nnlib.checks.n06", types.SimpleNamespace(EXERCISES=[TOY]))
    progress_map()
    assert "notebook 06: 0 of 1 done\n  ✗ 98.1  twice" in capsys.readouterr().out
    file.write_text("{]")
    assert progress.load() == {}
    assert "Delete it to start afresh" in capsys.readouterr().out
    monkeypatch.setenv("NNLIB_PROGRESS", str(tmp_path / "nowhere" / "p.json"))
    said, _ = checked(toy, double, capsys)
    assert "could not be kept" in said
    assert "✓ 98.1" in said


def stub(x): ...


ASKED = [
    (stub, "not attempted", "", ""),
    (double, "done", "", ""),
    (np.square, "not right yet", "You squared it", "got"),
]


@pytest.mark.parametrize(("answer", "state", "cause", "numbers"), ASKED)
def test_a_program_gets_json_and_with_strict_an_error(answer, state, cause, numbers, toy, capsys, monkeypatch):
    monkeypatch.setenv("NNLIB_CHECK", "json")
    said, returned = checked(toy, answer, capsys)
    result = json.loads(said)
    assert [result[key] for key in ["exercise", "name", "state", "cause"]] == ["98.1", "double", state, cause]
    assert numbers in result["numbers"]
    np.testing.assert_array_equal(returned(np.ones(2)), [2, 2])
    for wanted in ["strict", "json, strict"]:
        monkeypatch.setenv("NNLIB_CHECK", wanted)
        if cause:
            with pytest.raises(WrongAnswer, match=r"^98\.1 You squared it\.\n  for x = "):
                checked(toy, answer, capsys)
        else:
            checked(toy, answer, capsys)
        assert ("json" in wanted) == (capsys.readouterr().out == said) or not cause


def test_an_unknown_wish_is_refused(toy, capsys, monkeypatch):
    monkeypatch.setenv("NNLIB_CHECK", "strickt")
    with pytest.raises(ValueError, match="NNLIB_CHECK expected strict, json or both with a comma between them, got"):
        checked(toy, double, capsys)


@pytest.mark.notebook
@pytest.mark.parametrize(("answer", "ends"), [("...", 0), ("return (answers == labels).mean()", 0), ("return 0.5", 1)])
def test_a_run_of_a_notebook_ends_with_an_error_where_an_answer_is_wrong(answer, ends, tmp_path):
    source = f"from nnlib.checks import check\ndef accuracy_of(answers, labels):\n    {answer}\ncheck('00.1')"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), tmp_path / "one.ipynb")
    command = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "one.ipynb", "--output", "done"]
    run = subprocess.run(command, cwd=tmp_path, env=os.environ | {"NNLIB_CHECK": "strict"}, capture_output=True)
    assert run.returncode == ends, run.stderr.decode()
    assert (b"WrongAnswer" in run.stderr) == bool(ends)


def test_tests_never_write_the_progress_of_the_reader():
    assert progress.path() is None


def test_predictions(capsys):
    for mine, kept in [(None, "○ your prediction?"), ("up", "kept: up"), ("sideways", "○ a prediction here is")]:
        guess = predict("Which way?", "up", "down", mine=mine)
        assert capsys.readouterr().out.startswith(kept)
        guess.reveal("down")
        said = {"up": "Which way? down, you predicted up\n"}.get(mine, "Which way? down (you made no prediction)\n")
        assert capsys.readouterr().out == said
    for mine, choices, kept in [(" UP", ("up", "down"), "up"), ("(3, )", ("(3,)", "()"), "(3,)"), (0, ("0", "1"), "0")]:
        assert predict("Which?", *choices, mine=mine).mine == kept
        assert capsys.readouterr().out == f"kept: {kept}\n"
    for strange in [True, math.nan, -math.inf, 10**400]:
        assert predict("How many?", mine=strange).mine is None
        assert capsys.readouterr().out.startswith("○ a prediction here is a number, not ")
    assert predict("Which bug?", "one", "none", mine=None).mine is None
    assert "your prediction?" in capsys.readouterr().out
    predict("Which way?", "up", "down", mine="down").reveal("down")
    assert "down, as you predicted" in capsys.readouterr().out
    for mine, outcome, form, said in FAR:
        predict("How many?", mine=mine).reveal(outcome, form)
        assert capsys.readouterr().out == f"kept: {mine}\nHow many? You predicted {said}\n"


FAR = [
    (0.5, 0.965, "{:.0%}", "50%, it is 96%: 46 points too low"),
    (50, 0.231, "{:.0%}", "50%, it is 23%: 27 points too high"),
    (0.962, 0.958, "{:.0%}", "96%, it is 96%: as you predicted"),
    (12, 7, "{}", "12, it is 7: 5 too high"),
]


def test_a_wrong_prediction_is_told_why_one_might_think_so(capsys):
    choices = "turns", "moves, and stays parallel"
    for mine in choices:
        predict("When b grows, the line", *choices, mine=mine).reveal("moves, and stays parallel")
        lines = capsys.readouterr().out.splitlines()
        assert lines[2:] == ([] if mine == choices[1] else [f"  {WHY['When b grows, the line'][mine]}"])


def test_the_first_of_several_predictions_is_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("NNLIB_PROGRESS", str(tmp_path / "progress.json"))
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    for mine in [None, "up", "down"]:
        predict("Which way?", "up", "down", mine=mine).reveal("down")
    for mine in [math.inf, 0.5]:
        predict("How many?", mine=mine).reveal(np.float32(0.25), "{:.0%}")
    assert progress.section("predictions") == {
        "Which way?": {"choices": ["up", "down"], "mine": "up", "right": "down", "form": "{}", "day": today},
        "How many?": {"choices": [], "mine": 0.5, "right": 0.25, "form": "{:.0%}", "day": today},
    }


def test_each_question_has_its_model_sentence():
    assert all(questions.items() <= MODEL.items() for questions in REASONS.values())


def test_a_sentence_comes_before_the_model_sentence(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("NNLIB_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setitem(MODEL, "Why so?", "Because it is.")
    for mine in [None, "It is so", 7, "a b c"]:
        explain("Why so?", mine=mine)
        said = capsys.readouterr().out
        assert said.startswith("○ Why so?\n")
        assert "Because" not in said
    assert "at least 4 words, got 'a b c'" in said
    assert progress.section("reasons") == {}
    for mine in ["It was  so before\n", "It has always been so"]:
        explain("Why so?", mine=mine)
    assert capsys.readouterr().out.splitlines()[:3] == [
        "Why so?",
        "  yours: It was so before",
        "  ours:  Because it is.",
    ]
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    assert progress.section("reasons") == {"Why so?": {"mine": "It has always been so", "day": today}}


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # of np.matrix
@pytest.mark.parametrize("make", strange_results.RESULTS.values(), ids=strange_results.RESULTS)
def test_predictions_and_comparisons_do_not_raise_either(make, capsys):
    for choices in [("up", "down"), ()]:
        predict("Which way?", *choices, mine=make()).reveal("down" if choices else 0.5)
    compare("dW", make(), np.ones((2, 3)))
    explain("Why?", mine=make())
    assert "Traceback" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("mine", "says"),
    [
        (np.arange(4.0).reshape(2, 2), "exact True   close True   largest difference 0.0e+00"),
        (np.arange(4.0).reshape(2, 2) + 1e-15, "exact False  close True"),
        (np.arange(4.0).reshape(2, 2).T, "first at index (0, 1): expected 1, got 2. Transposed?"),
        (-np.arange(4.0).reshape(2, 2), "The sign is the other one."),
        (3 * np.arange(4.0).reshape(2, 2), "Everything is 3 times the reference"),
        (np.arange(6.0).reshape(2, 3), "expected shape (2, 2), got (2, 3)"),
        (np.arange(4.0).reshape(4, 1), "expected shape (2, 2), got (4, 1)"),
        (np.arange(4.0).reshape(2, 2) * (1 + 1e-6), "exact False  close False"),
        (np.array([[0, 1], [2, 9.0]]), "first at index (1, 1): expected 3, got 9\n"),
    ],
)
def test_compare(mine, says, capsys):
    compare("dW", mine, np.arange(4.0).reshape(2, 2))
    assert says in capsys.readouterr().out

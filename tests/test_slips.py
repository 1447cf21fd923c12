"""The slip that is named is the one that was made, and what is named for another reason is never said."""

import numpy as np
import pytest

from nnlib.checks.engine import Exercise, Fault, examine
from nnlib.checks.slips import Slipping, slip_of


def scaled(x, y, rate):
    error = x - y
    return (error**2).mean(axis=0) * rate / 3 + np.exp(x.T[0].max() * y).sum()


CASES = [{"x": np.arange(1.0, 5).reshape(2, 2) / s, "y": np.array([0.5, s]), "rate": 0.3 + s} for s in (1.0, 2.0)]


def said(wrong, cases=CASES, answer=scaled):
    """What is said of the results of a wrong function."""
    mine = [wrong(**case) for case in cases]
    return slip_of(
        lambda k, result: np.shape(result) == np.shape(mine[k]) and np.allclose(result, mine[k]), cases, answer
    )


SLIPS = {
    "lambda x, y, rate: ((x + y) ** 2).mean(axis=0) * rate / 3": "with `+` in place of `-` before y",
    "lambda x, y, rate: (x**2).mean(axis=0) * rate / 3": "where y is not subtracted",
    "lambda x, y, rate: ((x - y) * 2).mean(axis=0) * rate / 3": "with `*` in place of `**` before 2",
    "lambda x, y, rate: ((x - y) ** 3).mean(axis=0) * rate / 3": "with 3 in place of 2, after `**`",
    "lambda x, y, rate: ((x - y) ** 2).sum(axis=0) * rate / 3": "with `sum` in place of `mean`",
    "lambda x, y, rate: ((x - y) ** 2).mean(axis=1) * rate / 3": "with axis=1 in place of axis=0",
    "lambda x, y, rate: ((x - y) ** 2).mean() * rate / 3": "without `axis=0` in `mean`",
    "lambda x, y, rate: ((x - y) ** 2).mean(axis=0) / 3": "where rate, a factor, is missing",
    "lambda x, y, rate: ((x - y) ** 2).mean(axis=0) * rate": "where nothing is divided by 3",
}
REST = " + np.exp(x.T[0].max() * y).sum()"


@pytest.mark.parametrize(("wrong", "says"), SLIPS.items(), ids=SLIPS.values())
def test_the_slip_that_was_made_is_named(wrong, says):
    assert said(eval(wrong + REST)) == f"the results are what comes out {says}"


@pytest.mark.parametrize(
    ("rest", "says"),
    [
        ("np.log(x.T[0].max() * y).sum()", "with `np.log` in place of `np.exp`"),
        ("(x.T[0].max() * y).sum()", "without `np.exp`"),
        ("np.exp(x[0].max() * y).sum()", "where a transpose, `.T`, is left out"),
        ("np.exp(x.T[0].max() / y).sum()", "with `/` in place of `*` before y"),
        ("np.exp(x.T[0].max() * y)", "where a `sum` is left out"),
    ],
)
def test_a_slip_further_on_is_named(rest, says):
    assert (
        said(eval(f"lambda x, y, rate: ((x - y)**2).mean(axis=0) * rate / 3 + {rest}"))
        == f"the results are what comes out {says}"
    )


def test_nothing_is_said_of_what_is_wrong_in_another_way():
    assert said(lambda x, y, rate: np.sin(x).sum(axis=0)) == ""
    assert said(lambda x, y, rate: scaled(x, y, rate) + 0.01) == ""


def test_a_slip_has_to_fit_all_cases():
    mine = [scaled(**CASES[0] | {"y": 0 * CASES[0]["y"]}), np.array([7.0, 7.0])]
    assert slip_of(lambda k, result: np.shape(result) == (2,) and np.allclose(result, mine[k]), CASES, scaled) == ""


def test_arguments_are_left_as_they_were_and_nothing_is_watched_later():
    kept = {name: np.copy(value) for name, value in CASES[0].items()}
    said(lambda x, y, rate: x[0])
    for name, value in kept.items():
        np.testing.assert_array_equal(CASES[0][name], value)
        assert type(CASES[0][name]) is not Slipping
    assert Slipping.slip is Slipping.seen is None
    assert not Slipping.arguments


def test_an_argument_that_came_in_place_of_another_is_named():
    exercise = Exercise("", "f", "", lambda a, b, c: a * b + c * b + a, lambda: [(1.5, -2.5, 3.7), (0.3, 0.9, -1.1)])
    with pytest.raises(Fault, match=r"with c in place of b, after `\*`\.\n  for a = 1\.5"):
        examine(exercise, lambda a, b, c: a * b + c * c + a)


def test_of_several_values_the_first_wrong_one_is_told():
    exercise = Exercise("", "f", "", lambda a, b: (a + b, a * b + a), lambda: [(1.5, -2.5), (0.3, 0.9)])
    with pytest.raises(Fault, match=r"comes out where b, a factor, is missing"):
        examine(exercise, lambda a, b: (a + b, a + a))
    with pytest.raises(Fault, match=r"^value 2 of 2: "):
        examine(exercise, lambda a, b: (a + b + 7.1 * a * b, a * b - a))


def test_what_takes_too_long_or_raises_is_not_tried():
    big = [{"x": np.ones((100, 100)), "y": np.ones(100), "rate": 1.0}]
    assert said(lambda x, y, rate: x[0], big) == ""
    shapes = [
        {"x": np.ones((2, 3)), "y": np.ones(3), "rate": 1.0},
        {"x": np.ones((4, 3)), "y": np.ones(3), "rate": 2.0},
    ]
    assert said(lambda x, y, rate: x[0] * 0.123, shapes) == ""


def test_a_number_that_is_the_length_of_an_argument_is_called_so():
    cases = [{"a": np.array(values)} for values in ([0.5, 1.5, 4.0], [2.0, 3.5])]
    wrong = "the results are what comes out where nothing is divided by len(a)"
    assert said(lambda a: a.sum(), cases, lambda a: a.sum() / len(a)) == wrong


def test_a_slip_that_was_made_each_time_is_named():
    cases = [{"a": np.array([0.5, 1.5, 4.0]) * s, "b": np.array([2.0, 3.5]) + s} for s in (1.0, 2.0)]
    wrong = "the results are what comes out with `sum` in place of `mean`, each time"
    assert said(lambda a, b: a.sum() - b.sum(), cases, lambda a, b: a.mean() - b.mean()) == wrong


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda x, p: (p - 1) * x ** (p - 1), "with p - 1 in place of p, before `*`"),
        (lambda x, p: (p + 1) * x ** (p - 1), "with p + 1 in place of p, before `*`"),
        (lambda x, p: p / x ** (p - 1), "with `/` in place of `*`"),
    ],
)
def test_an_argument_that_is_a_whole_number_is_called_by_its_name(wrong, says):
    cases = [{"x": 1.5, "p": 4}, {"x": -0.5, "p": 3}, {"x": 2.5, "p": 2}]
    assert said(wrong, cases, lambda x, p: p * x ** (p - 1)) == f"the results are what comes out {says}"


def test_other_slips_of_a_place_are_found_where_a_number_there_differs():
    cases = [{"x": np.array([1.0, 2.5]), "w": np.array([0.5, -1.0]), "target": k} for k in (3, 7)]

    def step(x, w, target):
        return w + (target - 5) * x

    wrong = "the results are what comes out with w in place of x, after `*`"
    assert said(lambda x, w, target: w + (target - 5) * w, cases, step) == wrong


def test_a_length_that_came_in_place_of_another_is_named():
    cases = [{"a": np.arange(n, dtype=float) ** 2, "b": np.arange(k) + 0.5} for n, k in [(3, 5), (4, 2)]]
    wrong = "the results are what comes out with len(a) in place of len(b), after `/`"
    right = lambda a, b: a.sum() / len(a) + b.sum() / len(b)  # noqa: E731
    assert said(lambda a, b: a.sum() / len(a) + b.sum() / len(a), cases, right) == wrong

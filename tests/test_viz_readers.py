"""What a view says of a reader's function, in the same words everywhere, and what it takes as it is."""

import re

import numpy as np
import pytest
from strange_results import ERRORS, RESULTS

from nnlib.viz.readers import ask

TWO = {"w": (2,), "v": (2,)}
WRONG = [
    (None, (), "f returned None. Is the `return` missing?"),
    (None, TWO, "f returned None. Is the `return` missing?"),
    ([1.0, 2.0], (2,), "f expected to return an array of shape (2,), got a list: np.array(...) turns it into one"),
    ([1.0], (), "f expected to return one number, got a list"),
    ("yes", (), "f expected to return one number, got a text"),
    (np.ones(2), (), "f expected to return one number, got shape (2,)"),
    (np.ones(1), (), "f expected to return one number, got shape (1,)"),
    (1.0, (2,), "f expected to return an array of shape (2,), got one number"),
    (np.ones((2, 1)), (2,), "f expected to return an array of shape (2,), got shape (2, 1)"),
    (np.ones(2) * 1j, (2,), "f expected to return an array of shape (2,), got complex128"),
    (np.array(["1", "2"]), (2,), "f expected to return an array of shape (2,), got texts"),
    (np.nan, (), "f expected to return finite numbers, got nan"),
    (np.array([[1, 2], [-np.inf, 3]]), (2, 2), "f expected to return finite numbers, got -inf at index 1, 0"),
    (np.ones(2), TWO, "f expected to return 2 values, w, v, got shape (2,)"),
    ((np.ones(2),) * 3, TWO, "f expected to return 2 values, w, v, got 3 values"),
    ((np.ones(2), None), TWO, "f expected to return v, an array of shape (2,), got None"),
    ((np.ones(2), np.ones(3)), TWO, "f expected to return v, an array of shape (2,), got shape (3,)"),
    (np.ones(3), {"ten scores": (10,)}, "f expected to return ten scores, an array of shape (10,), got shape (3,)"),
]


@pytest.mark.parametrize(("said", "gives", "says"), WRONG)
def test_each_fault_has_one_wording(said, gives, says):
    with pytest.raises(ValueError, match=f"^{re.escape(says)}$"):
        ask("f", lambda: said, gives=gives)


def test_the_words_name_what_was_asked_about():
    for said, says in [
        (None, "None in step 3."),
        (1.0, "one number in step 3"),
        (np.ones(2) * np.nan, "nan in step 3"),
    ]:
        with pytest.raises(ValueError, match=says):
            ask("f", lambda said=said: said, gives=(2,), where="in step 3")
    x = np.array([1.0, 2.0])
    with pytest.raises(ValueError, match=r"got nan for x = 2\.0"), np.errstate(invalid="ignore"):
        ask("f", lambda x: np.log(1.5 - x), x, gives=(2,), where=lambda index: f"for x = {x[index]}" if index else "")


def test_numbers_of_all_kinds_are_floats():
    for said in (True, 1, np.int8(1), np.float32(1), np.array(1)):
        given = ask("f", lambda said=said: said, gives=())
        assert type(given) is float
        assert given == 1
    given = ask("f", lambda: np.array([True, False]), gives=(2,))
    assert given.dtype == float
    (alone,) = ask("f", lambda: np.ones(2, np.float32), gives={"w": (2,)})
    assert alone.dtype == float
    w, v = ask("f", lambda: [np.zeros(2), np.ones(2)], gives=TWO)  # a list of values is as good as a tuple
    assert (w.tolist(), v.tolist()) == ([0, 0], [1, 1])


def test_neither_side_can_change_the_arrays_of_the_other():
    mine, theirs = np.zeros(2), np.ones(2)

    def fill(x):
        x[:] = 9
        return theirs

    given = ask("f", fill, mine, gives=(2,))
    given[:] = 5
    assert (mine.tolist(), theirs.tolist()) == ([0, 0], [1, 1])


def raises(x):
    y = x[7]
    return y


def test_an_error_names_function_and_line():
    with pytest.raises(ValueError, match=r"f raised IndexError in line 2, `y = x\[7\]`: index 7 is out of bounds"):
        ask("f", raises, np.ones(2), gives=())
    for thing, came in [(3, "an object of type int"), (None, "None")]:
        with pytest.raises(ValueError, match=f"f expected to be a function, got {came}"):
            ask("f", thing, gives=())


def fault(said, gives):
    """Return what is said of a result, "" if it is taken as numbers."""
    try:
        assert np.isfinite(ask("f", lambda: said, gives=gives)).all()
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # of np.matrix
@pytest.mark.parametrize("case", RESULTS)
def test_whatever_comes_back_is_numbers_or_said(case):
    """Also what raises when it is looked at."""
    with np.errstate(all="ignore"):
        says = [fault(RESULTS[case](), gives) for gives in [(), (2,), (4, 3), TWO]]
    assert all(text.startswith("f ") and len(text) < 1500 for text in says if text)
    assert any(says)  # nothing has all of these shapes


@pytest.mark.parametrize("case", sorted(set(ERRORS) - {"KeyboardInterrupt"}))
def test_whatever_is_raised_is_said(case):
    def function():
        raise ERRORS[case]

    with pytest.raises(ValueError, match=f"^f raised {type(ERRORS[case]).__name__} in line 2"):
        ask("f", function, gives=())


def test_an_interrupt_goes_through():
    def function():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask("f", function, gives=())

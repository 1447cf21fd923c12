"""The way forward by numbers: arrays against products, written sums evaluated, a reader's own functions, both ends."""

import math
import re

import numpy as np
import pytest

import nnlib
from nnlib.checks import n02, n03
from nnlib.viz import Forward
from nnlib.viz.forward import HEIGHT, HIGH, WIDTH, Grid
from nnlib.viz.forward_numbers import SOURCES, cause, network
from nnlib.viz.known_activations import ACTIVATIONS

CELLS = [(array, i, j) for array in SOURCES for i in range(3) for j in range(4 if array in ("Z1", "A1") else 3)]


def with_readers(view, **readers):
    view.readers = readers
    view.update()
    return view


def value_of(text):
    """Return the number that a written formula has."""
    text = text.replace("−", "-").replace("·", "*")
    known = {name: lambda z, made=made: float(made().f(np.array([z]))[0]) for name, made in ACTIVATIONS.items()}
    return eval(text, known | {"exp": math.exp, "tanh": math.tanh, "max": max})


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("temperature", [0.1, 1.0, 10.0])
def test_arrays_are_those_of_the_library(activation, temperature):
    frame = Forward(activation=activation, temperature=temperature, seed=5).now
    X, W1, b1, W2, b2 = network(5)
    rng = np.random.default_rng(0)
    first, last = nnlib.Dense(3, 4, rng=rng), nnlib.Dense(4, 3, rng=rng)
    first.W[:], first.b[:], last.W[:], last.b[:] = W1, b1, W2, b2
    Z1 = first.forward(X)
    A1 = getattr(nnlib, activation)().forward(Z1)
    Z2 = last.forward(A1)
    P = np.exp(Z2 / temperature) / np.exp(Z2 / temperature).sum(axis=1, keepdims=True)
    for name, known in {"Z1": Z1, "A1": A1, "Z2": Z2, "P": P}.items():
        part = getattr(frame, name)
        np.testing.assert_allclose(part.values, known, rtol=0, atol=1e-12)
        assert not part.wrong.any()
        np.testing.assert_allclose([[value_of(t) for t in row] for row in part.texts], known, rtol=0, atol=0.005001)
    assert "All 42 cells" in frame.verdict


@pytest.mark.parametrize("seed", range(21))
def test_numbers_are_small_and_every_network_shows_something(seed):
    X, W1, b1, W2, b2 = network(seed)
    for array in (X, W1, b1, W2, b2):
        np.testing.assert_array_equal(array, array.round(1))
        assert np.abs(array).max() <= 2
    Z1 = X @ W1 + b1
    Z2 = np.maximum(Z1, 0) @ W2 + b2
    assert ((Z1 > 0).any(axis=1) & (Z1 < 0).any(axis=1)).all()
    assert len(set(Z2.argmax(axis=1))) > 1
    assert (np.sort(Z2)[:, 2] - np.sort(Z2)[:, 1] > 0.1).all()


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("array", "i", "j"), CELLS)
def test_the_written_sum_is_that_of_the_cell(array, i, j, activation):
    frame = Forward(array=array, row=i, column=j, activation=activation, temperature=0.5).now
    name, *formulas, total = frame.lines[1].split(" = ")
    assert name == f"{array}[{i}, {j}]"
    exact = activation == "ReLU" and array != "P"  # else its numbers are rounded
    for formula in formulas:
        assert value_of(formula) == pytest.approx(value_of(total), rel=0, abs=1e-9 if exact else 0.006)
    assert value_of(total) == pytest.approx(getattr(frame, array).values[i, j], rel=0, abs=0.0051)
    assert frame.lines[3] == ""


@pytest.mark.parametrize("array", SOURCES)
def test_a_negative_number_stands_in_brackets_behind_another_sign(array):
    for seed in range(21):
        for row in range(3):
            written = " ".join(Forward(array=array, row=row, column=1, activation="Tanh", seed=seed).now.lines)
            assert not re.search("[−·+/] −", written)


@pytest.mark.parametrize("temperature", [0.1, 0.5, 1.0, 10.0])
@pytest.mark.parametrize("row", range(3))
def test_softmax_in_steps(row, temperature):
    frame = Forward(array="P", row=row, column=1, temperature=temperature).now
    scores, shifted, scaled, exps = frame.steps.values
    np.testing.assert_allclose(scores, frame.Z2.values[row])
    assert shifted.max() == 0
    np.testing.assert_allclose(np.ptp(shifted), np.ptp(scores))
    np.testing.assert_allclose(scaled * temperature, shifted)
    np.testing.assert_allclose(exps / sum(exps), frame.P.values[row])
    equations = frame.lines[0].split(": ")[1].split("; ")
    assert len(equations) == 3
    for k, equation in enumerate(equations):
        formula, result = equation.split(" = ")
        slack = 0.0015 / temperature  # of rounded numbers
        assert value_of(formula) == pytest.approx(value_of(result), rel=0, abs=slack)
        assert value_of(result) == pytest.approx(frame.steps.values[k + 1, 1], abs=0.0051)


def test_a_low_temperature_decides_and_a_high_one_levels():
    shares = [Forward(temperature=T).now.P.values.max(axis=1) for T in (0.1, 1, 10)]
    assert (shares[0] > shares[1]).all()
    assert (shares[1] > shares[2]).all()
    assert shares[2].max() < 0.42


@pytest.mark.parametrize(("array", "i", "j"), CELLS)
def test_what_goes_into_a_cell_is_lit_and_framed(array, i, j):
    frame = Forward(array=array, row=i, column=j).now
    known = {
        "Z1": {"X": (i, slice(None)), "W1": (slice(None), j), "b1": (0, j)},
        "A1": {"Z1": (i, j)},
        "Z2": {"A1": (i, slice(None)), "W2": (slice(None), j), "b2": (0, j)},
        "P": {"Z2": (i, slice(None)), "steps": (slice(None), j)},
    }[array] | {array: (i, j)}
    grids = {name: part for name, part in vars(frame).items() if isinstance(part, Grid)}
    for name, part in grids.items():
        wanted = np.zeros(part.values.shape)
        if name in known:
            wanted[known[name]] = 2 if name == array else 1
        np.testing.assert_array_equal(part.lit, wanted)
    framed = {name: wide * high for (*_, wide, high, _), name in zip(frame.borders, known, strict=True)}
    for name, area in framed.items():  # as large as its cells
        assert area == np.count_nonzero(grids[name].lit) * grids[name].wide * HIGH
    x, y, *_, look = frame.borders[-1]
    assert (x, y, look) == (grids[array].left + j * grids[array].wide, grids[array].top + i * HIGH, "focus")


def test_nothing_overlaps_or_leaves_the_sheet_and_columns_stand_above_their_results():
    frame = Forward().now
    boxes = []
    for part in vars(frame).values():
        if isinstance(part, Grid):
            rows, columns = part.values.shape
            boxes.append((part.left, part.top, part.left + columns * part.wide, part.top + rows * HIGH))
    for k, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0
        assert right <= WIDTH
        assert top >= 20
        assert bottom < 384 < HEIGHT
        for other in boxes[:k]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
    for above, below in [("W1", "Z1"), ("b1", "Z1"), ("W2", "Z2"), ("b2", "Z2"), ("steps", "P"), ("Z1", "A1")]:
        first, second = getattr(frame, above), getattr(frame, below)
        assert (first.left, first.wide) == (second.left, second.wide)
    for left, right in [("X", "Z1"), ("A1", "Z2"), ("Z2", "P")]:
        assert getattr(frame, left).top == getattr(frame, right).top


def test_names_carry_the_shapes_of_the_ledger():
    frame = Forward().now
    texts = " ".join(text for text, *_ in frame.labels)
    shapes = {"X": (3, 3), "W1": (3, 4), "Z1": (3, 4), "A1": (3, 4), "W2": (4, 3), "Z2": (3, 3), "P": (3, 3)}
    for name, shape in shapes.items():
        assert getattr(frame, name).values.shape == shape
        assert re.search(rf"\b{name}\b[^()]*(\(Z1\))?[^()]*\({shape[0]}, {shape[1]}\)", texts), name
    assert "b1 (4,)" in texts
    assert "b2 (3,)" in texts


def test_right_functions_of_a_reader_are_asked_with_copies():
    asked = []

    def dense(X, W, b):
        asked.append((X.shape, W.shape, b.shape))
        X @= np.zeros((X.shape[1],) * 2)
        return np.full((len(X), len(b)), 7.0)

    view = with_readers(Forward(), dense_forward=dense)
    assert asked == [((3, 3), (3, 4), (4,)), ((3, 4), (4, 3), (3,))]
    X, *_ = network(0)
    assert X.any()
    np.testing.assert_array_equal(view.now.X.values, X)
    assert not with_readers(view).now.Z1.wrong.any()


@pytest.mark.parametrize(("wrong", "says"), n03.EXERCISES[0].wrong)
def test_a_readers_wrong_layer_is_marked_and_explained(wrong, says):
    view = with_readers(Forward(seed=4, activation="Tanh"), dense_forward=wrong)
    X, W1, b1, *_ = network(4)  # whose b1 adds up to 0: Z2 tells the first two wrong ones apart
    known = np.abs(wrong(X, W1, b1) - (X @ W1 + b1)) > 1e-9
    np.testing.assert_array_equal(view.now.Z1.wrong, known)
    assert known.any()
    assert f"✗ {known.sum()} of 12 cells of Z1" in view.facts_shown
    assert f"look at dense_forward. {says}." in view.facts_shown
    assert not view.now.A1.wrong.any()  # made rightly of wrong numbers
    assert not view.now.P.wrong.any()


def test_a_wrong_cell_says_what_it_holds_beside_its_sum():
    view = with_readers(Forward(array="Z1", row=0, column=0), dense_forward=n03.without_bias)
    assert view.now.lines[1].endswith("+ 0.1 = 0.30")
    assert view.now.lines[3] == "✗ Z1[0, 0] holds 0.20"
    assert "✗ Z1[0, 0] holds 0.20" in view.facts_shown
    view.set(column=1)  # its bias is 0
    assert view.now.lines[3] == ""


@pytest.mark.parametrize("wrong", [n02.sum_over_all, n02.sum_over_columns, n02.all_over_columns, n02.no_quotient])
def test_a_readers_wrong_softmax_is_marked_and_explained(wrong):
    view = with_readers(Forward(array="P"), softmax=wrong)
    says = dict(next(e for e in n02.EXERCISES if e.name == "stable_softmax").wrong)[wrong]
    assert "of 9 cells of P are wrong: look at softmax" in view.facts_shown
    assert says in view.facts_shown
    assert not view.now.Z2.wrong.any()


def test_a_readers_own_activation_counts():
    class Tanh:
        def forward(self, X):
            return np.tanh(X) + (X > 1)

    view = with_readers(Forward(activation="Tanh"), Tanh=Tanh)
    assert view.now.A1.wrong.sum() == (view.now.Z1.values > 1).sum() > 0
    assert "cells of A1 are wrong: look at Tanh." in view.facts_shown
    assert "wrong" not in view.set(activation="ReLU").facts_shown


def test_an_unknown_mistake_has_no_cause():
    assert cause("02.4", {"P": [np.eye(3)]}, {"P": np.full((3, 3), 5.0)}) == ""
    assert cause(None, {"A1": []}, {"A1": np.eye(3)}) == ""


def raises(X, W, b):
    raise KeyError("units")


@pytest.mark.parametrize(
    ("name", "function", "says"),
    [
        ("dense_forward", lambda X, W, b: None, "dense_forward returned None. Is the `return` missing?"),
        ("dense_forward", lambda X, W, b: X, "expected to return an array of shape (3, 4), got shape (3, 3)"),
        (
            "dense_forward",
            lambda X, W, b: X @ W * np.nan,
            "expected to return finite numbers, got nan at index 0, 0",
        ),
        (
            "dense_forward",
            lambda X, W, b: (X @ W).astype(str),
            "an array of shape (3, 4), got texts",
        ),
        ("dense_forward", raises, "dense_forward raised KeyError in line 2"),
        ("softmax", lambda Z: Z.sum(axis=1), "softmax expected to return an array of shape (3, 3), got shape (3,)"),
        ("softmax", lambda Z: np.exp(1000 * Z), "softmax expected to return finite numbers, got inf at index"),
        ("ReLU", lambda X: X, "ReLU expected a class with forward(X), got the function <lambda>"),
        ("ReLU", 3, "ReLU expected a class with forward(X), got an object of type int"),
        ("ReLU", nnlib.activations.Activation, "NotImplementedError"),
    ],
)
def test_what_is_no_answer_is_said_inside_the_view(name, function, says):
    assert says in with_readers(Forward(), **{name: function}).error


def test_a_column_that_an_array_has_not_is_its_last_one():
    shown = Forward(array="P", row=1, column=3)
    assert shown.now.lines == Forward(array="P", row=1, column=2).now.lines
    assert shown.state["column"] == 3


@pytest.mark.parametrize(
    ("control", "ends"),
    [
        ("array", ("Z1", "P")), ("row", (0, 2)), ("column", (0, 3)), ("temperature", (0.1, 10)),
        ("activation", ("ReLU", "Tanh")), ("seed", (0, 20)),
    ],
)  # fmt: skip
def test_both_ends_of_each_control(control, ends):
    for end in ends:
        view = Forward(**{control: end})
        assert not view.error
        assert view.state[control] == end
        assert repr(Forward.from_text(view.to_text())) == repr(view)
        assert view.png()[:4] == b"\x89PNG"
    for beyond in (-1, 21, "none of them"):
        with pytest.raises(ValueError, match=f"Forward expected {control}"):
            Forward(**{control: beyond})

"""The way forward by numbers: arrays against products, written sums evaluated, a reader's own functions, both ends."""

import math
import re

import numpy as np
import pytest

import nnlib
from nnlib.checks import n02, n03
from nnlib.viz import Forward
from nnlib.viz.drawing import Path, Rect, Text, text_width
from nnlib.viz.forward import HIGH, PLACES, TERMS
from nnlib.viz.forward_numbers import SOURCES, cause, network
from nnlib.viz.known_activations import ACTIVATIONS
from nnlib.viz.tables import SHARP

CELLS = [(array, i, j) for array in SOURCES for i in range(3) for j in range(4 if array in ("Z1", "A1") else 3)]


def with_readers(view, **readers):
    view.readers = readers
    view.update()
    return view


def texts_in(drawing, box):
    """Return the Texts in a rectangle, but those beside arrows."""
    texts = (t for t in drawing.shapes if isinstance(t, Text) and not t.name)
    return [t for t in texts if 0 < t.x - box.x < box.wide and 0 < t.y - box.y < box.high]


def cell(drawing, name):
    """Return the rectangle of a cell, and what is written in it."""
    (box,) = drawing.named(name)
    return box, [t.text for t in texts_in(drawing, box)]


def value_of(text):
    """Return the number that a written formula has."""
    text = text.replace("−", "-").replace("·", "*")
    known = {name: lambda z, made=made: float(made().f(np.array([z]))[0]) for name, made in ACTIVATIONS.items()}
    return eval(text, known | {"exp": math.exp, "tanh": math.tanh, "max": max})


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("temperature", [0.1, 1.0, 10.0])
def test_arrays_are_those_of_the_library(activation, temperature):
    view = Forward(activation=activation, temperature=temperature, seed=5)
    X, W1, b1, W2, b2 = network(5)
    rng = np.random.default_rng(0)
    first, last = nnlib.Dense(3, 4, rng=rng), nnlib.Dense(4, 3, rng=rng)
    first.W[:], first.b[:], last.W[:], last.b[:] = W1, b1, W2, b2
    Z1 = first.forward(X)
    A1 = getattr(nnlib, activation)().forward(Z1)
    Z2 = last.forward(A1)
    P = np.exp(Z2 / temperature) / np.exp(Z2 / temperature).sum(axis=1, keepdims=True)
    for name, known in {"Z1": Z1, "A1": A1, "Z2": Z2, "P": P}.items():
        np.testing.assert_allclose(view.now.arrays[name], known, rtol=0, atol=1e-12)
        assert not view.now.wrong[name].any()
        for place, value in np.ndenumerate(known):
            box, (text,) = cell(view.drawing, f"{name}{list(place)}")
            assert value_of(text) == pytest.approx(value, rel=0, abs=0.005001)
            assert float(box.tip.split(" = ")[1].split(":")[0]) == pytest.approx(value, rel=1e-5)
    assert "All 42 cells" in view.now.verdict


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
    assert value_of(total) == pytest.approx(frame.arrays[array][i, j], rel=0, abs=0.0051)
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
    scores, shifted, scaled, exps = steps = frame.arrays["steps"][:, row]
    np.testing.assert_allclose(scores, frame.arrays["Z2"][row])
    assert shifted.max() == 0
    np.testing.assert_allclose(np.ptp(shifted), np.ptp(scores))
    np.testing.assert_allclose(scaled * temperature, shifted)
    np.testing.assert_allclose(exps / sum(exps), frame.arrays["P"][row])
    equations = frame.lines[0].split(": ")[1].split("; ")
    assert len(equations) == 3
    for k, equation in enumerate(equations):
        formula, result = equation.split(" = ")
        slack = 0.0015 / temperature  # of rounded numbers
        assert value_of(formula) == pytest.approx(value_of(result), rel=0, abs=slack)
        assert value_of(result) == pytest.approx(steps[k + 1, 1], abs=0.0051)


def test_a_low_temperature_decides_and_a_high_one_levels():
    shares = [Forward(temperature=T).now.arrays["P"].max(axis=1) for T in (0.1, 1, 10)]
    assert (shares[0] > shares[1]).all()
    assert (shares[1] > shares[2]).all()
    assert shares[2].max() < 0.42


def into(array, i, j):
    """Return what goes into a cell, and the cell, as {array: index}."""
    return {
        "Z1": {"X": (i, slice(None)), "W1": (slice(None), j), "b1": (0, j)},
        "A1": {"Z1": (i, j)},
        "Z2": {"A1": (i, slice(None)), "W2": (slice(None), j), "b2": (0, j)},
        "P": {"Z2": (i, slice(None))},
    }[array] | {array: (i, j)}


@pytest.mark.parametrize(("array", "i", "j"), CELLS)
def test_what_goes_into_a_cell_is_lit_and_framed(array, i, j):
    view = Forward(array=array, row=i, column=j)
    known = into(array, i, j)
    frames = [shape for shape in view.drawing.shapes if shape.name in ("frame", "focus")]
    assert len(frames) == len(known)
    for name, (left, top, wide) in PLACES.items():
        wanted = np.zeros(np.atleast_2d(view.now.arrays[name]).shape, bool)
        if name in known:
            wanted[known[name]] = True
        for (row, column), lit in np.ndenumerate(wanted):
            place = f"{name}[{column}]" if name[0] == "b" else f"{name}[{row}, {column}]"
            box, _ = cell(view.drawing, place)
            assert (round(box.x - SHARP, 9), round(box.y - SHARP, 9)) == (left + column * wide, top + row * HIGH)
            assert (box.fill == "lit" and box.opacity == 1) == lit
            (bold,) = {t.bold for t in texts_in(view.drawing, box)}
            assert bold == lit
            around = [f for f in frames if 0 <= box.x - f.x <= f.wide - 1 and 0 <= box.y - f.y <= f.high - 1]
            assert len(around) == lit
            if lit:
                assert around[0].line == ("focus" if name == array else "value")
                assert bool(around[0].dash) == ((name != array and name[0] in "Wb") or (name == "Z1" and array == "A1"))


@pytest.mark.parametrize(("array", "i", "j"), CELLS)
def test_arrows_lead_to_the_row_and_the_column_of_the_cell(array, i, j):
    drawing = Forward(array=array, row=i, column=j).drawing
    left, top, wide = PLACES[array]
    tips = [shape.points[0] for shape in drawing.named("arrow") if isinstance(shape, Path) and shape.closed]
    across = [(x, y) for x, y in tips if left - 10 < x < left]
    down = [(x, y) for x, y in tips if top - 40 < y < top and x > left]
    assert (len(across), len(down)) == {"Z1": (1, 1), "A1": (0, 1), "Z2": (1, 1), "P": (1, 0)}[array]
    assert len(tips) == len(across) + len(down)
    assert all(0 < y - top - i * HIGH < HIGH for _, y in across)
    assert all(x == left + (j + 0.5) * wide + SHARP for x, _ in down)
    for shape in drawing.named("band"):
        x, y = shape.x + shape.wide / 2, shape.y + shape.high / 2
        assert any(abs(y - b) < HIGH for _, b in across) or any(abs(x - a) < wide / 2 for a, _ in down)


@pytest.mark.parametrize("array", ["Z1", "Z2"])
def test_the_sum_grows_term_by_term(array):
    view = Forward(array=array, row=1, column=2, activation="Tanh", seed=3)
    X, W, b = (view.now.arrays[name] for name in SOURCES[array])
    parts = [x * w for x, w in zip(X[1], W[:, 2], strict=True)] + [b[2]]
    for term in range(1, len(parts) + 1):
        view.set(term=term)
        rows = view.now.working.texts
        shown = [[value_of(t) for t in row if t] for row in rows[2:]]
        np.testing.assert_allclose(shown[0], parts[:term], rtol=0, atol=0.0051)
        np.testing.assert_allclose(shown[1], [sum(parts[: k + 1]) for k in range(term)], rtol=0, atol=0.0051)
        assert view.now.working.lit.any(axis=0).tolist() == [k == term - 1 for k in range(len(parts))]
        factors = [shape.text for shape in view.drawing.named("factor") if isinstance(shape, Text)]
        boxes = [(box.x, box.y) for box in view.drawing.named("factor") if isinstance(box, Rect)]
        if term == len(parts):  # it is whole, and nothing is about to go in
            assert view.now.lines[1].startswith(f"{array}[1, 2] = ")
            assert (factors, boxes) == ([], [])
            continue
        assert view.now.lines[1].startswith(f"{array}[1, 2], {term} of {len(parts)}: ")
        assert [value_of(text) for text in factors] == pytest.approx([X[1, term - 1], W[term - 1, 2]], abs=0.0006)
        left, above, _ = SOURCES[array]
        places = [cell(view.drawing, name)[0] for name in (f"{left}[1, {term - 1}]", f"{above}[{term - 1}, 2]")]
        assert boxes == [(box.x, box.y) for box in places]


def test_play_goes_through_all_cells_in_the_order_of_the_calculation():
    view, seen = Forward(array="Z1", row=0, column=0, term=1), []
    while True:
        state = view.state
        seen.append((state["array"], state["row"], state["column"], state["term"]))
        assert not view.error
        if view.drawing.onward is None:
            break
        assert view.drawing.keys["Enter"] == view.drawing.onward
        view.set(**view.drawing.onward.put)
    terms = {"Z1": 4, "A1": 1, "Z2": 5, "P": 5}
    assert seen == [(*place, k + 1) for place in CELLS for k in range(terms[place[0]])]
    assert "Enter" not in view.drawing.keys
    assert Forward(array="Z1", row=0, column=0).drawing.onward.put == {"array": "Z1", "row": 0, "column": 1, "term": 1}


def test_arrow_keys_go_from_array_to_array_and_stop_at_the_edge():
    for start, key, end in [
        (("Z1", 1, 1), "Left", ("Z1", 1, 0)),
        (("Z1", 1, 0), "Left", ("Z1", 1, 0)),
        (("Z1", 0, 3), "Up", ("Z1", 0, 3)),
        (("Z1", 2, 3), "Down", ("A1", 0, 3)),
        (("Z1", 1, 3), "Right", ("Z1", 1, 3)),
        (("A1", 0, 3), "Up", ("Z1", 2, 3)),
        (("A1", 1, 3), "Right", ("Z2", 1, 0)),
        (("Z2", 2, 0), "Left", ("A1", 2, 3)),
        (("Z2", 0, 2), "Right", ("P", 0, 0)),
        (("P", 1, 0), "Left", ("Z2", 1, 2)),
        (("P", 2, 1), "Down", ("P", 2, 1)),
    ]:
        array, row, column = start
        move = Forward(array=array, row=row, column=column, term=1).drawing.keys[f"Arrow{key}"]
        assert move.put == dict(zip(("array", "row", "column"), end, strict=True)) | {"term": TERMS}


def test_a_click_on_a_number_with_a_sum_goes_there():
    drawing = Forward().drawing
    for array, i, j in CELLS:
        box, _ = cell(drawing, f"{array}[{i}, {j}]")
        assert box.does.put == {"array": array, "row": i, "column": j, "term": TERMS}
    assert sum(shape.does is not None for shape in drawing.shapes) == len(CELLS) == 42


def test_columns_stand_above_their_results_and_nothing_overlaps():
    drawing = Forward(array="P", activation="Sigmoid").drawing
    shapes = {"X": (3, 3), "W1": (3, 4), "b1": (1, 4), "Z1": (3, 4), "A1": (3, 4), "W2": (4, 3), "b2": (1, 3),
              "Z2": (3, 3), "P": (3, 3)}  # fmt: skip
    boxes = {n: (x, y, x + shapes[n][1] * wide, y + shapes[n][0] * HIGH) for n, (x, y, wide) in PLACES.items()}
    for k, (left, top, right, bottom) in enumerate(boxes.values()):
        assert left >= 0
        assert right <= drawing.wide
        assert top >= 20
        assert bottom < 400 < drawing.high
        for other in list(boxes.values())[:k]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
    for above, below in [("W1", "Z1"), ("b1", "Z1"), ("W2", "Z2"), ("b2", "Z2"), ("Z1", "A1")]:
        assert (PLACES[above][0], PLACES[above][2]) == (PLACES[below][0], PLACES[below][2])
    for left, right in [("X", "Z1"), ("A1", "Z2"), ("Z2", "P")]:
        assert PLACES[left][1] == PLACES[right][1]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_numbers_stay_in_their_cells(activation):
    for seed in range(21):
        drawing = Forward(activation=activation, seed=seed).drawing
        for box in (shape for shape in drawing.shapes if isinstance(shape, Rect) and "[" in shape.name):
            _, (text,) = cell(drawing, box.name)
            assert text_width(text, bold=True) <= box.wide - 4


def test_names_carry_the_shapes_of_the_ledger():
    view = Forward()
    texts = " ".join(view.drawing.texts())
    shapes = {"X": (3, 3), "W1": (3, 4), "Z1": (3, 4), "A1": (3, 4), "W2": (4, 3), "Z2": (3, 3), "P": (3, 3)}
    for name, shape in shapes.items():
        assert view.now.arrays[name].shape == shape
        assert re.search(rf"\b{name}\b[^()]*(\((Z1|Z2/T)\))?[^()]*\({shape[0]}, {shape[1]}\)", texts), name
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
    np.testing.assert_array_equal(view.now.arrays["X"], X)
    assert not with_readers(view).now.wrong["Z1"].any()


@pytest.mark.parametrize(("wrong", "says"), n03.EXERCISES[0].wrong)
def test_a_readers_wrong_layer_is_marked_and_explained(wrong, says):
    view = with_readers(Forward(seed=4, activation="Tanh"), dense_forward=wrong)
    X, W1, b1, *_ = network(4)  # whose b1 adds up to 0: Z2 tells the first two wrong ones apart
    known = np.abs(wrong(X, W1, b1) - (X @ W1 + b1)) > 1e-9
    np.testing.assert_array_equal(view.now.wrong["Z1"], known)
    assert known.any()
    assert f"✗ {known.sum()} of 12 cells of Z1" in view.facts_shown
    assert f"look at dense_forward. {says}." in view.facts_shown
    assert not view.now.wrong["A1"].any()  # made rightly of wrong numbers
    assert not view.now.wrong["P"].any()


def test_a_wrong_cell_says_what_it_holds_beside_its_sum():
    view = with_readers(Forward(array="Z1", row=0, column=0), dense_forward=n03.without_bias)
    assert view.now.lines[1].endswith("+ 0.1 = 0.30")
    assert view.now.lines[3] == "✗ Z1[0, 0] holds 0.20"
    assert "✗ Z1[0, 0] holds 0.20" in view.facts_shown
    assert "✗ Z1[0, 0] holds 0.20" in view.drawing.texts()
    wrong = {(box.x - 2 + SHARP, box.y - 2 + SHARP) for box in view.drawing.named("wrong")}
    bad = [f"{name}[{i}, {j}]" for name in ("Z1", "Z2") for i, j in np.argwhere(view.now.wrong[name])]
    bad = [cell(view.drawing, name)[0] for name in bad]
    np.testing.assert_allclose(sorted(wrong), sorted((box.x, box.y) for box in bad))
    view.set(column=1)  # its bias is 0
    assert view.now.lines[3] == ""


@pytest.mark.parametrize("wrong", [n02.sum_over_all, n02.sum_over_columns, n02.all_over_columns, n02.no_quotient])
def test_a_readers_wrong_softmax_is_marked_and_explained(wrong):
    view = with_readers(Forward(array="P"), softmax=wrong)
    says = dict(next(e for e in n02.EXERCISES if e.name == "stable_softmax").wrong)[wrong]
    assert "of 9 cells of P are wrong: look at softmax" in view.facts_shown
    assert says in view.facts_shown
    assert not view.now.wrong["Z2"].any()


def test_a_readers_own_activation_counts():
    class Tanh:
        def forward(self, X):
            return np.tanh(X) + (X > 1)

    view = with_readers(Forward(activation="Tanh"), Tanh=Tanh)
    assert view.now.wrong["A1"].sum() == (view.now.arrays["Z1"] > 1).sum() > 0
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
        ("activation", ("ReLU", "Tanh")), ("seed", (0, 20)), ("term", (1, 5)),
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

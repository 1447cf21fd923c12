"""The way back by numbers: gradients against the tape, what each bug shows, a reader's own functions, both ends."""

import numpy as np
import pytest

from nnlib.autodiff import Tensor
from nnlib.checks import n04
from nnlib.viz import Backward
from nnlib.viz.backward import backward_frame
from nnlib.viz.backward.picture import PLACES
from nnlib.viz.backward.walk import BUGS, NAMES, Pieces, measured, network, walk_back
from nnlib.viz.drawing import Path, Rect, Text, text_width
from nnlib.viz.readers import LIMIT
from nnlib.viz.sums import number
from nnlib.viz.tables import SHARP

ACTIVATIONS = ("tanh", "ReLU")


def by_tape(seed, activation):
    """Return dW and db of both layers, by the tape."""
    X, labels, layers = network(seed)
    params = [Tensor(array.copy()) for layer in layers for array in layer]
    W1, b1, W2, b2 = params
    Z1 = Tensor(X) @ W1 + b1
    Z = (Z1.tanh() if activation == "tanh" else Z1.relu()) @ W2 + b2
    (Z.exp().sum(axis=1).log() - Z[np.arange(len(X)), labels]).mean().backward()
    return [param.grad for param in params]


def with_readers(view, **readers):
    view.readers = readers
    view.update()
    return view


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("seed", [0, 1, 20])
def test_gradients_and_measurements_are_those_of_the_tape(seed, activation):
    known = by_tape(seed, activation)
    for found in (map(vars, walk_back(Pieces(), seed, activation)), measured(seed, activation)):
        slopes = [layer[name] for layer in found for name in ("dW", "db")]
        for slope, right in zip(slopes, known, strict=True):
            np.testing.assert_allclose(slope, right, rtol=0, atol=1e-8)


@pytest.mark.parametrize("seed", range(21))
def test_every_network_has_silent_and_answering_units_away_from_the_corner(seed):
    X, labels, ((W, b), _) = network(seed)
    Z = X @ W + b
    assert np.abs(Z).min() > 0.01
    assert ((Z > 0).any(axis=0) & (Z < 0).any(axis=0)).all()
    assert X.shape == (4, 3)
    assert set(labels) <= {0, 1, 2}


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("seed", range(21))
def test_each_bug_is_seen_where_it_acts_and_nothing_else_is(seed, activation):
    acts = {  # layers 1 and 2: is one of dZ, dW, db, dX wrong?
        "none": ([0, 0, 0, 0], [0, 0, 0, 0]),
        "bias forgotten": ([0, 0, 1, 0], [0, 0, 1, 0]),
        "bias: one number for all": ([0, 0, 1, 0], [0, 0, 1, 0]),
        "wrong transpose": ([1, 1, 1, 1], [0, 0, 0, 1]),
        "no 1/n": ([1, 1, 1, 1], [1, 1, 1, 1]),
        "mask after rectification": ([1, 1, 1, 1] if activation == "ReLU" else [0, 0, 0, 0], [0, 0, 0, 0]),
    }
    view = Backward(seed=seed, activation=activation)
    for bug in BUGS:
        view.set(bug=bug)
        assert not view.error
        assert (view.now.wrong > 0).tolist() == np.array(acts[bug], bool).tolist(), bug


@pytest.mark.parametrize(
    ("bug", "says"),
    [
        ("none", "All 24 gradients of weights and biases agree with the measurement"),
        ("bias forgotten", "db of layers 1 and 2 are wrong, both dW are right: look at the bias rule"),
        (
            "wrong transpose",
            "those of layer 2 are right: look at dX = dZ Wᵀ, with which layer 2 passes the gradient on",
        ),
        ("no 1/n", "look at the start, dZ = (p − y) / n: each gradient is 4 times what is measured, and n is 4"),
        ("mask after rectification", "those of layer 2 are right: look at the derivative of ReLU"),
    ],
)
def test_facts_name_layer_and_rule(bug, says):
    assert says in Backward(activation="ReLU", bug=bug).facts_shown


def test_facts_say_that_tanh_has_no_mask():
    assert "tanh has no mask" in Backward(activation="tanh", bug=BUGS[-1]).facts_shown


SHAPES = {"dZ": (4, 3), "dW": (3, 3), "db": (1, 3), "dX": (4, 3)}
CELLS = [(array, i, j) for array, shape in SHAPES.items() for i, j in np.ndindex(shape)]


def name_of(array, i, j):
    return f"db[{j}]" if array == "db" else f"{array}[{i}, {j}]"


def texts_in(drawing, name):
    """Return the rectangle of a cell, and the Texts in it."""
    (box,) = drawing.named(name)
    texts = (t for t in drawing.shapes if isinstance(t, Text) and not t.name)
    return box, [t for t in texts if 0 < t.x - box.x < box.wide and 0 < t.y - box.y < box.high]


def value_of(text):
    return eval(text.replace("−", "-").replace("·", "*"))


def test_the_published_bias_rule_gives_nothing_to_the_last_layer():
    view = Backward(layer=2, bug="bias: one number for all")
    np.testing.assert_allclose(view.now.layer.db, 0, atol=1e-15)
    assert [texts_in(view.drawing, f"db[{j}]")[1][0].text for j in range(3)] == ["0.000"] * 3
    first = Backward(layer=1, bug="bias: one number for all").now.layer
    np.testing.assert_allclose(first.db, first.dZ.sum())


@pytest.mark.parametrize("layer", [1, 2])
def test_arrays_of_a_layer_fit_each_other(layer):
    now = Backward(layer=layer).now.layer
    np.testing.assert_allclose(now.dW, np.einsum("ni,nj->ij", now.X, now.dZ))
    np.testing.assert_allclose(now.db, sum(now.dZ))
    np.testing.assert_allclose(now.dX, np.einsum("nj,ij->ni", now.dZ, now.W))
    if layer == 1:
        np.testing.assert_allclose(now.dZ, now.arrives * now.derivative)
    else:
        np.testing.assert_allclose(now.dZ, (now.arrives - now.derivative) / 4)


@pytest.mark.parametrize("layer", [1, 2])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_each_cell_shows_its_number_and_below_it_the_measured_one(layer, activation):
    view = Backward(layer=layer, activation=activation, seed=4, bug="wrong transpose")
    known = measured(4, activation)[layer - 1]
    for array, i, j in CELLS:
        found, right = (np.atleast_2d(values)[i, j] for values in (getattr(view.now.layer, array), known[array]))
        box, texts = texts_in(view.drawing, name_of(array, i, j))
        shown = [value_of(text.text) for text in texts]
        assert shown == pytest.approx([found, right][: len(shown)], abs=0.0051)
        assert [text.fill for text in texts] == ["ink", "measured"][: 1 + (array in ("dW", "db"))]
        assert all(text_width(text.text, bold=True) < box.wide - 4 for text in texts)
        assert float(box.tip.split("= ")[1].split(",")[0]) == pytest.approx(found, rel=1e-5, abs=1e-12)
        crossed = any(abs(w.x - box.x - 2) < 1 and abs(w.y - box.y - 2) < 1 for w in view.drawing.named("wrong"))
        assert crossed == (abs(found - right) > 1e-5)


@pytest.mark.parametrize("array", ["dW", "db", "dX"])
def test_a_cell_says_what_it_holds_and_what_is_measured(array):
    view = Backward(array=array, row=0, column=1, bug="no 1/n", seed=1)
    right = np.atleast_2d(measured(1, "tanh")[0][array])[0, 1]
    said = [f"{name_of(array, 0, 1)} holds {number(4 * right)}", f"measured {number(right)}: ✗ they differ"]
    assert view.now.lines[2:] == said
    assert ", ".join(said) in view.facts_shown
    assert {said[0], f"measured {number(right)}", "✗ they differ"} <= set(view.drawing.texts())


def into(array, i, j):
    """Return what goes into a cell, as {table: index}."""
    row, column = (i, slice(None)), (slice(None), j)
    return {
        "dZ": {"arrives": (i, j), "derivative": (i, j)},
        "dW": {"X": row, "dZ": column},
        "db": {"ones": row, "dZ": column},
        "dX": {"dZ": row, "W": column},
    }[array]


@pytest.mark.parametrize(("array", "i", "j"), CELLS)
def test_the_focus_lights_what_goes_in_and_writes_out_its_sum(array, i, j):
    view = Backward(array=array, row=i, column=j, layer=1, seed=2)
    known = into(array, i, j) | {array: (i, j)}
    frames = [shape for shape in view.drawing.shapes if shape.name in ("frame", "focus")]
    assert len(frames) == len(known)
    for name, (left, top, wide, high) in PLACES.items():
        wanted = np.zeros({"X": (3, 4), "W": (3, 3), "ones": (1, 4)}.get(name) or SHAPES.get(name, (4, 3)), bool)
        if name in known:
            wanted[known[name]] = True
        said = {"X": "Xᵀ", "W": "Wᵀ", "arrives": "dY"}.get(name, name)
        for (row, column), lit in np.ndenumerate(wanted):
            box, texts = texts_in(view.drawing, name_of(said, row, column))
            assert (round(box.x - SHARP, 9), round(box.y - SHARP, 9)) == (left + column * wide, top + row * high)
            assert (box.fill == "lit" and box.opacity == 1) == lit
            assert {text.bold for text in texts[:1]} == {lit}
            around = [f for f in frames if 0 <= box.x - f.x <= f.wide - 1 and 0 <= box.y - f.y <= f.high - 1]
            assert [f.line for f in around] == ["focus" if name == array else "value"] * int(lit)
    terms, total = view.now.lines[1].removeprefix(f"{name_of(array, i, j)} = ").rsplit(" = ", 1)
    held = np.atleast_2d(getattr(view.now.layer, array))[i, j]
    assert value_of(terms) == pytest.approx(held, abs=0.01)  # its numbers are rounded
    assert value_of(total) == pytest.approx(held, abs=0.0005001)


@pytest.mark.parametrize(("array", "i", "j"), CELLS)
def test_arrows_lead_to_the_row_and_the_column_of_the_cell(array, i, j):
    drawing = Backward(array=array, row=i, column=j).drawing
    left, top, wide, high = PLACES[array]
    tips = [shape.points[0] for shape in drawing.named("arrow") if isinstance(shape, Path) and shape.closed]
    across = [y - top - i * high for x, y in tips if left - 10 < x < left]
    down = [x - left - j * wide for x, y in tips if top - 40 < y < top and x > left]
    assert len(tips) == len(across) + len(down)
    assert (len(across), len(down)) == (1, 0 if array == "dZ" else 1)
    assert all(0 < y < high for y in across)
    assert all(x == pytest.approx(wide / 2 + SHARP) for x in down)


def test_the_sum_grows_term_by_term():
    for array, i, j in [("dW", 2, 1), ("db", 0, 1), ("dX", 3, 1)]:
        view = Backward(array=array, row=i, column=j, layer=2, activation="ReLU", seed=3)
        now = view.now.layer
        left = now.X[:, i] if array == "dW" else np.ones(4)
        factors = (now.dZ[i], now.W[j]) if array == "dX" else (left, now.dZ[:, j])
        parts = [x * d for x, d in zip(*factors, strict=True)]
        for term in range(1, len(parts) + 1):
            view.set(term=term)
            products, sums = ([value_of(t) for t in row if t] for row in view.now.working.texts[2:])
            np.testing.assert_allclose(products, parts[:term], rtol=0, atol=0.00051)
            np.testing.assert_allclose(sums, np.cumsum(parts)[:term], rtol=0, atol=0.00051)
            beside = [value_of(shape.text) for shape in view.drawing.named("factor") if isinstance(shape, Text)]
            framed = [shape for shape in view.drawing.named("factor") if isinstance(shape, Rect)]
            assert len(framed) == len(beside) == (0 if term == len(parts) else 2)
            if beside:
                assert beside == pytest.approx([row[term - 1] for row in factors], abs=0.00051)


def test_play_goes_from_the_loss_back():
    view, seen = Backward(layer=2, array="dZ", row=0, column=0, term=1), []
    while True:
        seen.append(tuple(view.state[name] for name in ("layer", "array", "row", "column", "term")))
        assert not view.error
        if view.drawing.onward is None:
            break
        view.set(**view.drawing.onward.put)
    terms = {"dZ": 1, "dW": 4, "db": 4, "dX": 3}
    assert seen == [(layer, *place, k + 1) for layer in (2, 1) for place in CELLS for k in range(terms[place[0]])]


def test_keys_and_clicks_go_to_gradients():
    for start, key, end in [
        (("dW", 1, 1), "Up", ("dW", 0, 1)),
        (("dW", 0, 1), "Up", ("dZ", 3, 1)),
        (("dW", 2, 0), "Down", ("db", 0, 0)),
        (("db", 0, 2), "Right", ("db", 0, 2)),
        (("db", 0, 2), "Up", ("dW", 2, 2)),
        (("dZ", 3, 2), "Right", ("dX", 3, 0)),
        (("dX", 1, 0), "Left", ("dZ", 1, 2)),
        (("dZ", 3, 1), "Down", ("dW", 0, 1)),
    ]:
        array, row, column = start
        move = Backward(array=array, row=row, column=column).drawing.keys[f"Arrow{key}"]
        assert move.put == dict(zip(("array", "row", "column"), end, strict=True)) | {"term": 4}
    view = Backward(bug="no 1/n", layer=2)
    for array, i, j in CELLS:
        box, _ = texts_in(view.drawing, name_of(array, i, j))
        assert box.does.put == {"array": array, "row": i, "column": j, "term": 4}


def test_the_overview_counts_the_wrong_cells_of_both_layers_and_leads_there():
    view = Backward(bug="wrong transpose", activation="ReLU")
    boxes = view.drawing.named("overview")
    assert len(boxes) == 8
    for k, box in enumerate(boxes):
        layer, name = 2 - k // 4, NAMES[k % 4]
        assert (box.does.put["layer"], box.does.put["array"]) == (layer, name)
        went = Backward(bug="wrong transpose", activation="ReLU", **box.does.put)
        left, top, _, high = PLACES[name]
        wrong = went.drawing.named("wrong")
        count = sum(0 <= w.x - left < 198 and 0 <= w.y - top < high * SHAPES[name][0] for w in wrong)
        texts = (t for t in view.drawing.shapes if isinstance(t, Text))
        (text,) = (t.text for t in texts if 0 < t.x - box.x < box.wide and 0 < t.y - box.y < box.high)
        assert text == (str(count) if count else "✓")
        texts = (t for t in view.drawing.shapes if isinstance(t, Text))
        (row,) = (t.text for t in texts if t.x < box.x and abs(t.y - box.y - box.high / 2) < 2 and "layer " in t.text)
        assert row == f"layer {layer}"
        assert f"{count} cells" in box.tip
        assert (box.fill == "pale orange") == (count > 0)


def test_a_row_that_an_array_has_not_is_its_last():
    assert Backward(array="dW", row=3).now.at == ("dW", 2, 0)
    assert Backward(array="db", row=2, column=1).now.at == ("db", 0, 1)


def test_right_functions_of_a_reader_agree_and_are_asked():
    asked = set()

    def spied(name):
        def function(*arrays):
            asked.add(name)
            return getattr(n04, name)(*arrays)

        return function

    names = ("dense_backward", "relu_backward", "cross_entropy_gradient", "bias_gradient")
    view = with_readers(Backward(activation="ReLU"), **{name: spied(name) for name in names})
    assert asked == set(names)
    assert not view.now.wrong.any()


@pytest.mark.parametrize(
    ("name", "function", "says"),
    [
        ("bias_gradient", n04.one_number_copied, "look at the bias rule"),
        ("bias_gradient", n04.sum_without_n, "look at the bias rule"),
        ("dense_backward", n04.bias_by_mean, "look at the bias rule"),
        (
            "dense_backward",
            n04.weights_transposed,
            "dW of layers 1 and 2 are wrong, both db are right: look at dW = Xᵀ dZ",
        ),
        ("dense_backward", lambda X, W, dY: (X.T @ dY, dY.sum(axis=0), dY @ W), "dX = dZ Wᵀ, with which layer 2"),
        ("relu_backward", n04.always_true, "look at the derivative of ReLU"),
        ("relu_backward", n04.the_other_half, "look at the derivative of ReLU"),
        ("cross_entropy_gradient", n04.no_mean, "each gradient is 4 times what is measured"),
        ("cross_entropy_gradient", n04.uphill_and_down, "each gradient is −1 times what is measured"),
        ("cross_entropy_gradient", n04.nothing_subtracted, "look at the start, dZ = (p − y) / n"),
    ],
)
def test_a_readers_wrong_function_is_seen(name, function, says):
    view = with_readers(Backward(activation="ReLU"), **{name: function})
    assert not view.error
    assert says in view.facts_shown


def not_finite(dZ):
    return np.full(3, np.nan)


def raises(dZ):
    raise KeyError("units")


@pytest.mark.parametrize(
    ("name", "function", "says"),
    [
        ("bias_gradient", lambda dZ: None, "bias_gradient returned None. Is the `return` missing?"),
        (
            "bias_gradient",
            n04.one_number_for_all,
            "bias_gradient expected to return an array of shape (3,), got one number",
        ),
        ("bias_gradient", not_finite, "bias_gradient expected to return finite numbers, got nan at index 0"),
        ("bias_gradient", raises, "bias_gradient raised KeyError in line 2"),
        (
            "bias_gradient",
            lambda dZ: ["a", "b", "c"],
            "expected to return an array of shape (3,), got a list",
        ),
        (
            "dense_backward",
            lambda X, W, dY: X.T @ dY,
            "dense_backward expected to return 3 values, dW, db, dX, got shape (3, 3)",
        ),
        (
            "dense_backward",
            lambda X, W, dY: None,
            "dense_backward returned None. Is the `return` missing?",
        ),
        ("dense_backward", n04.inputs_transposed, "expected to return dX, an array of shape (4, 3), got shape (3, 4)"),
        (
            "cross_entropy_gradient",
            lambda Z, y: Z[0],
            "cross_entropy_gradient expected to return an array of shape (4, 3), got shape (3,)",
        ),
        ("relu_backward", lambda dY, Y: None, "relu_backward returned None. Is the `return` missing?"),
    ],
)
def test_what_is_no_answer_is_said_inside_the_view(name, function, says):
    view = with_readers(Backward(activation="ReLU"), **{name: function})
    assert says in view.error


def test_a_reader_who_writes_into_the_arguments_changes_nothing():
    def in_place(dY, Y):
        dY *= Y > 0
        return dY

    view = with_readers(Backward(activation="ReLU"), relu_backward=in_place)
    assert not view.now.wrong.any()
    assert not with_readers(view).now.wrong.any()


def test_the_bug_switch_takes_the_place_of_the_readers_piece_only():
    readers = {"dense_backward": n04.weights_transposed, "bias_gradient": raises}
    view = with_readers(Backward(bug="bias forgotten"), **readers)
    assert not view.error
    assert (view.now.wrong[:, NAMES.index("dW")] > 0).all()
    assert (view.now.wrong[:, NAMES.index("db")] == 3).all()


@pytest.mark.parametrize(
    ("control", "ends"),
    [
        ("layer", (1, 2)), ("array", ("dZ", "dX")), ("term", (1, 4)), ("row", (0, 3)), ("column", (0, 2)),
        ("seed", (0, 20)),
        ("activation", ACTIVATIONS), ("bug", (BUGS[0], BUGS[-1])),
    ],
)  # fmt: skip
def test_both_ends_of_each_control(control, ends):
    for end in ends:
        view = Backward(**{control: end})
        assert not view.error
        assert view.state[control] == end
        assert repr(Backward.from_text(view.to_text())) == repr(view)
        assert view.png()[:4] == b"\x89PNG"
    for beyond in (-1, 21, 0.5, "none of them"):
        with pytest.raises(ValueError, match=f"Backward expected {control}"):
            Backward(**{control: beyond})


def test_the_limit_parts_rounding_from_errors():
    slightly = lambda X, W, dY: (X.T @ dY * (1 + 10 * LIMIT), dY.sum(axis=0), dY @ W.T)  # noqa: E731
    assert backward_frame(Pieces(dense=slightly), 0, "tanh", 1, "dW", 0, 0).wrong[0, 1] > 0
    hardly = lambda X, W, dY: (X.T @ dY * (1 + LIMIT / 10), dY.sum(axis=0), dY @ W.T)  # noqa: E731
    assert not backward_frame(Pieces(dense=hardly), 0, "tanh", 1, "dW", 0, 0).wrong.any()


@pytest.mark.parametrize("value", [1e-9, -1e-9, 0.1, -9.9994, 99.5, -1234.5, 9e99, -9e99])
def test_numbers_fit_their_cells(value):
    assert len(number(value)) <= 7
    assert number(value)[0] != "−" or value < -0.0005

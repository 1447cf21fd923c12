"""The view of initial weights: its arrays against formulas and a plain loop, and what a reader's rule does to it."""

import math
import warnings
from itertools import pairwise

import numpy as np
import pytest
import test_viz

import nnlib
from nnlib.checks import n03
from nnlib.viz import Initialisation
from nnlib.viz.drawing import Text
from nnlib.viz.initialisation.rules import OWN, batch, decades, drawn, histogram, log_spreads
from nnlib.viz.initialisation.words import said


def notebook(source, **names):
    """Run code as a notebook would, with names of its own, and return the view that it made."""
    return test_viz.notebook(source, **names)["view"]


def relu(Z):
    return np.where(Z > 0, Z, 0.0), (Z > 0).astype(float)


def tanh(Z):
    return np.tanh(Z), 1 / np.cosh(Z) ** 2


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z)), np.exp(-Z) / (1 + np.exp(-Z)) ** 2


def none(Z):
    return Z, np.ones(Z.shape)


@pytest.mark.parametrize(("name", "activation"), [("ReLU", relu), ("Tanh", tanh), ("Sigmoid", sigmoid), ("none", none)])
@pytest.mark.parametrize("scale", [0.5, 1, 3])
def test_spreads_as_a_plain_loop_has_them(name, activation, scale):
    frame = Initialisation(rule="glorot_uniform", activation=name, scale=scale, depth=5, seed=3).now
    weights = scale * drawn(nnlib.glorot_uniform, "glorot_uniform", 3, 5)
    A, dA = batch(3)
    slopes, gradients = [], [dA]
    for k, W in enumerate(weights):
        A, slope = activation(A @ W)
        slopes.append(slope)
        assert 10 ** frame.signal[k] == pytest.approx(np.std(A), rel=1e-9)
        assert 10 ** frame.apart[k] == pytest.approx(math.sqrt(np.mean(np.var(A, axis=0))), rel=1e-9)
        np.testing.assert_allclose(frame.shares[k], shares(A, frame), atol=2e-4)  # an edge may be rounded otherwise
        lost = {"ReLU": np.mean(np.abs(A).sum(axis=0) == 0), "Tanh": np.mean((A > 0.97) | (A < -0.97)),
                "Sigmoid": np.mean((A > 0.97) | (A < 0.03)), "none": np.nan}[name]  # fmt: skip
        np.testing.assert_allclose(frame.lost[k], lost)
    for W, slope in zip(weights[:0:-1], slopes[:0:-1], strict=True):
        gradients.insert(0, (gradients[0] * slope) @ W.T)
    np.testing.assert_allclose(10**frame.gradient, [np.std(d) for d in gradients], rtol=1e-9)


def shares(A, frame):
    counts, _ = np.histogram(np.clip(A, frame.low, frame.high), len(frame.shares[0]), (frame.low, frame.high))
    return counts / A.size


@pytest.mark.parametrize(
    ("rule", "activation", "factor"),
    [
        ("he_normal", "ReLU", 1),
        ("glorot_uniform", "ReLU", math.sqrt(1 / 2)),
        ("standard_normal", "ReLU", math.sqrt(50)),
        ("small_normal", "none", 0.1),
        ("glorot_uniform", "none", 1),
    ],
)
def test_each_layer_multiplies_by_what_the_formula_of_notebook_3_says(rule, activation, factor):
    frames = [Initialisation(rule=rule, activation=activation, depth=6, seed=seed).now for seed in range(6)]
    for logs in ([f.signal for f in frames], [f.gradient[::-1] for f in frames]):
        change = np.mean([one[-1] - one[0] for one in logs]) / 5
        assert 10**change == pytest.approx(factor, rel=0.08)


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ({}, "Up, the signal holds"),
        ({}, "Back, the gradient holds"),
        ({"rule": "small_normal"}, "Up, the signal fades: the sd of layer 10 is 7e-11 times that of layer 1."),
        ({"rule": "glorot_uniform"}, "Up, the signal fades"),
        ({"rule": "standard_normal"}, "Up, the signal explodes"),
        ({"rule": "standard_normal", "activation": "Tanh"}, "Up, the signal holds"),
        ({"rule": "standard_normal", "activation": "Tanh"}, "Back, the gradient explodes"),
        ({"rule": "glorot_uniform", "activation": "Sigmoid"}, "each says nearly the same to all examples (sd "),
        ({"rule": "glorot_uniform", "activation": "Sigmoid"}, "Back, the gradient fades"),
        ({"rule": "zero"}, "there is no signal from layer 1 on: all activations are the same."),
        ({"rule": "zero"}, "no gradient arrives at layer 9 and below. Dead units (0 for all examples): at most 100%"),
        ({"depth": 1}, "One layer: its activations have sd 0.8"),
        ({"scale": 2.0}, "he_normal times 2: weights with sd 0.28."),
    ],
)
def test_what_is_to_be_seen_is_said(state, says):
    assert says in Initialisation(**state).facts_shown


def test_layers_stay_the_same_when_more_are_put_on_top():
    short, long = (Initialisation(depth=depth).now for depth in (4, 20))
    np.testing.assert_array_equal(short.signal, long.signal[:4])
    np.testing.assert_array_equal(short.shares, long.shares[:4])


def test_another_seed_draws_other_weights():
    assert Initialisation(seed=1).picture != Initialisation(seed=2).picture


def test_extreme_settings_make_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for activation in ("ReLU", "Tanh", "Sigmoid", "none"):
            for rule in OWN:
                for scale in (0.1, 10):
                    view = Initialisation(rule=rule, scale=scale, activation=activation, depth=20)
                    assert not view.error
            view.png()


HUGE = "def huge(n_in, n_out, rng):\n    return 1e60 * rng.standard_normal((n_in, n_out))\n"


@pytest.mark.parametrize("activation", ["ReLU", "Tanh", "none"])
def test_what_overflows_is_said_and_warns_nobody(activation):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        view = notebook(f"{HUGE}view = Initialisation(rule='huge', activation='{activation}')")
        assert view.png().startswith(b"\x89PNG")
        if activation == "Tanh":
            assert "Up, the signal holds" in view.facts_shown
            assert "no gradient arrives at layer 9" in view.facts_shown  # the slope is 0 to the last digit
        else:
            assert "Up, the signal explodes: from layer 3 on it is beyond all bounds." in view.facts_shown
            assert "Back, there is no gradient" in view.facts_shown
            assert np.isnan(view.now.gradient[:-1]).all()
            assert np.isnan(view.now.lost[-1])
            assert not view.now.shares[-1].any()
    assert not view.error


def test_the_readers_rule_is_looked_up_at_each_move():
    names = {"he_normal": n03.he_normal}
    view = notebook("view = Initialisation(depth=4)", **names)
    assert "The rule of this name" not in view.facts_shown
    view.readers["he_normal"] = n03.variance_as_spread
    assert "The rule of this name has 0.14, yours has 0.02: is that meant?" in view.set(seed=1).facts_shown
    assert "fades" in view.facts_shown
    view.readers["he_normal"] = lambda n_in, n_out, rng: n03.he_normal(n_in, n_out, rng) + 0.1
    assert "The rule of this name has mean 0, yours has 0.1: is that meant?" in view.set(seed=2).facts_shown
    del view.readers["he_normal"]
    assert view.set(seed=3).picture == Initialisation(depth=4, seed=3).picture


def test_a_rule_that_depends_on_the_notebook_is_asked_at_each_move():
    source = "size = 0.1\ndef mine(n_in, n_out, rng):\n    return size * rng.standard_normal((n_in, n_out))\n"
    view = notebook(source + "view = Initialisation(rule='mine')")
    view.readers["size"] = 0.2
    assert view.set(scale=2.0).facts_shown.startswith("mine times 2: weights with sd 0.4.")


def test_a_rule_of_the_notebook_is_offered():
    source = "def mine(n_in, n_out, rng):\n    return rng.choice([-0.1, 0.1], (n_in, n_out))\n"
    source += "def other(x, y, z): ...\n_1 = again = mine\nhalf = uniform(-0.5, 0.5)\n"
    view = notebook(source + "view = Initialisation(rule='mine')", uniform=nnlib.uniform)
    assert view.controls[0].options == (*OWN, "mine", "half")
    assert view.facts_shown.startswith("mine: weights with sd 0.1. Up, the signal fades")
    assert "mine" not in Initialisation().controls[0].options


@pytest.mark.parametrize("scale", [0.1, 0.5, 10])
def test_the_readers_array_is_not_changed(scale):
    W = nnlib.he_normal(100, 100, np.random.default_rng(0))
    before = W.copy()
    notebook(f"view = Initialisation(scale={scale})", he_normal=lambda n_in, n_out, rng: W)
    np.testing.assert_array_equal(W, before)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("...", "he_normal returned None. Is the `return` missing?"),
        ("return 0.1", "he_normal expected to return an array of shape (100, 100), got one number"),
        ("return rng.random((n_in, n_out)).tolist()", "shape (100, 100), got a list: np.array(...) turns it into one"),
        ("return rng.random(100)", "he_normal expected to return an array of shape (100, 100), got shape (100,)"),
        ("return 1j * rng.random((n_in, n_out))", "he_normal expected to return an array of shape (100, 100), got"),
        ("return np.full((n_in, n_out), np.nan)", "he_normal expected to return finite numbers, got nan at index 0, 0"),
        ("return np.eye(100) / 0", "he_normal expected to return finite numbers, got inf at index 0, 0"),
        ("return sqrt(2)", "he_normal raised NameError in line 2: name 'sqrt' is not defined"),
    ],
)
def test_what_is_wrong_with_the_readers_rule_is_said_in_the_view(body, says):
    with np.errstate(all="ignore"):
        view = notebook(f"def he_normal(n_in, n_out, rng):\n    {body}\nview = Initialisation(rule='glorot_uniform')")
    before = view.picture
    view.set(rule="he_normal")
    assert says in view.error
    assert view.picture == before  # the last good one
    assert view.set(rule="small_normal").error == ""
    assert view.picture != before


def test_a_name_that_is_no_function():
    view = notebook("he_normal = 3\nview = Initialisation()")
    assert "he_normal expected to be a function, got" in view.error
    view = notebook("view = Initialisation()", he_normal=lambda n_in, n_out, rng: np.eye(n_in, dtype=bool))
    assert view.error == ""


def test_histogram_counts_what_is_beyond_at_the_edges():
    counts = histogram(np.array([-9.0, -0.99, 0.0, 0.99, 5.0, 1e300]), -1, 1)
    np.testing.assert_allclose(counts[[0, 15, 30]], [2 / 6, 1 / 6, 3 / 6])
    assert not histogram(np.array([0, np.inf]), -1, 1).any()


def test_small_functions():
    np.testing.assert_allclose(log_spreads(np.array([[1.0, 10.0], [3.0, 10.0]])), np.log10([np.sqrt(16.5), 0.5**0.5]))
    np.testing.assert_array_equal(decades(np.array([-0.4, -np.inf]), np.array([0.5, np.nan])), [-1, 0, 1])
    far = decades(np.array([-23.4]), np.array([0.5]))
    assert far[0] <= -23.4
    assert far[-1] >= 0.5
    assert len(far) <= 8
    assert [said(log) for log in (0, -3.5, math.log10(9.6e-8), 35.2)] == ["1", "3e-4", "1e-7", "2e35"]


# The picture


def height(sheet, value):
    """Return where a power of ten lies on the lower axis, from two of its texts."""
    marked = [
        (t.text, t.y) for t in sheet.shapes if isinstance(t, Text) and t.text.startswith("10") and len(t.text) > 2
    ]
    (_, bottom), (_, top) = marked[0], marked[-1]
    digits = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    low, high = (int(text[2:].translate(digits)) for text, _ in (marked[0], marked[-1]))
    return bottom + (value - low) / (high - low) * (top - bottom)


@pytest.mark.parametrize("state", [{}, {"rule": "small_normal", "depth": 20}, {"activation": "Tanh", "scale": 10}])
def test_marks_lie_at_their_powers_of_ten_and_lines_run_through_them(state):
    view = Initialisation(**state)
    sheet, middles = view.drawing, []
    for k in range(1, len(view.now.signal) + 1):
        (circle,), (square,) = sheet.named(f"value {k}"), sheet.named(f"gradient {k}")
        assert circle.y == pytest.approx(height(sheet, view.now.signal[k - 1]), abs=1e-6)
        assert square.y + square.high / 2 == pytest.approx(height(sheet, view.now.gradient[k - 1]), abs=1e-6)
        assert circle.x == pytest.approx(square.x + square.wide / 2)
        assert (circle.fill, square.fill) == ("value", "gradient")
        assert circle.tip == f"layer {k}: activations with sd {said(view.now.signal[k - 1])}"
        assert square.tip == f"layer {k}: gradient with sd {said(view.now.gradient[k - 1])}"
        middles.append((circle.x, circle.y))
    np.testing.assert_allclose(sheet.named("value")[0].points, middles)
    assert np.unique(np.diff([x for x, _ in middles]).round(6)).size == 1


def test_bars_go_right_from_their_layer_and_up_with_the_activation():
    view = Initialisation(activation="Tanh", depth=3)
    layers = view.drawing.named("histogram")
    assert len(layers) == 3
    for k, (layer, counts) in enumerate(zip(layers, view.now.shares, strict=True), start=1):
        middle = view.drawing.named(f"value {k}")[0].x
        ends, edges = layer.points[1:-1:2], layer.points[1::2, 1]
        column = view.drawing.named("value 2")[0].x - view.drawing.named("value 1")[0].x
        np.testing.assert_allclose((ends[:, 0] - middle) / column + 0.4, 0.8 * np.minimum(counts / 0.1, 1), atol=1e-9)
        assert (np.diff(edges) < 0).all()  # the largest on top
    np.testing.assert_allclose([layers[0].points[:, 1].max(), layers[0].points[:, 1].min()], [170, 30])
    lost = f"saturated {100 * view.now.lost[1]:.0f} %"
    assert layers[1].tip == f"layer 2: activations with sd {said(view.now.signal[1])}, {lost}"


@pytest.mark.parametrize("layer", [1, 3, 6])
def test_a_dragged_mark_follows_the_pointer(layer):
    """Under ReLU each layer is as many times larger as its weights are, and so are those before it."""
    view = Initialisation(depth=6)
    circle = view.drawing.named(f"value {layer}")[0]
    _, by = circle.does.drag["scale"]
    up = 40  # units of the sheet
    moved = Initialisation(depth=6, scale=10 ** (-up * by))
    there = height(view.drawing, moved.now.signal[layer - 1])
    assert there == pytest.approx(circle.y - up, abs=0.01)


def test_a_zero_is_hollow_at_the_lower_end_and_not_dragged():
    view = Initialisation(rule="zero", depth=4)
    circles = [view.drawing.named(f"value {k}")[0] for k in range(1, 5)]
    assert {(circle.fill, circle.line, circle.does) for circle in circles} == {("paper", "value", None)}
    assert {circle.y for circle in circles} == {430}
    square = view.drawing.named("gradient 2")[0]
    assert circles[1].x + 6 < square.x  # beside each other
    assert "hollow: 0" in view.drawing.texts()
    assert "hollow: 0" not in Initialisation().drawing.texts()


def test_what_is_beyond_all_bounds_has_its_sign_in_its_column():
    view = notebook(f"{HUGE}view = Initialisation(rule='huge', depth=5)")
    signs = view.drawing.named("beyond")
    assert len(signs) == np.isnan(view.now.signal).sum() == 3
    ticks = {shape.text: shape.x for shape in view.drawing.shapes if isinstance(shape, Text) and shape.y > 440}
    assert [sign.x for sign in signs] == [ticks[k] for k in "345"]
    assert not view.drawing.named("value 4")


def test_lost_shares_stand_below_their_layers_and_apart():
    for state in ({}, {"rule": "zero", "depth": 20}, {"activation": "Tanh", "rule": "standard_normal", "depth": 20}):
        view = Initialisation(**state)
        shown = [s for s in view.drawing.shapes if isinstance(s, Text) and s.align == "middle" and 180 < s.y < 190]
        layers = [round((shape.x - 84) / 548 * max(len(view.now.lost), 8) + 0.5) for shape in shown]
        assert [shape.text for shape in shown] == [f"{100 * view.now.lost[k - 1]:.0f}" for k in layers]
        assert len(layers) >= len(view.now.lost) / 2
        boxes = [shape.box() for shape in shown]
        assert all(one[0] + one[2] + 6 < other[0] for one, other in pairwise(boxes))
    assert {"dead in each layer, in %", "activation"} <= set(Initialisation().drawing.texts())
    assert not any("in %" in text for text in Initialisation(activation="none").drawing.texts())


def test_keys_multiply_and_add_layers():
    keys = Initialisation().drawing.keys
    assert (keys["ArrowUp"].add, keys["ArrowDown"].add) == ({"scale": 0.05}, {"scale": -0.05})
    assert (keys["ArrowRight"].add, keys["ArrowLeft"].add) == ({"depth": 1}, {"depth": -1})

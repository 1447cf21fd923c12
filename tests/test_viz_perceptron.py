"""The view of the perceptron rule: its run against one with plain numbers, its line, what leads where, bad rules."""

import numpy as np
import pytest
from test_viz import notebook

from nnlib.viz import Perceptron
from nnlib.viz.neuron import half_plane
from nnlib.viz.perceptron import MOST

TARGETS = {"and": [0, 0, 0, 1], "or": [0, 1, 1, 1], "nand": [1, 1, 1, 0], "xor": [0, 1, 1, 0]}
CORNERS = [(0, 0), (0, 1), (1, 0), (1, 1)]


def by_hand(gate, seed):
    """Return weights after each correction, and the corners that brought them about, by plain numbers."""
    (w1, w2), b = map(float, np.random.default_rng(seed).standard_normal(2)), 0.0
    weights, shown, since = [(w1, w2, b)], [], 0
    while since < 4 and len(shown) < MOST:
        for k, ((x1, x2), target) in enumerate(zip(CORNERS, TARGETS[gate], strict=True)):
            error = target - (x1 * w1 + x2 * w2 + b > 0)
            since = 0 if error else since + 1
            if error and len(shown) < MOST:
                w1, w2, b = w1 + error * x1, w2 + error * x2, b + error
                weights.append((w1, w2, b))
                shown.append(k)
    return weights, shown


@pytest.mark.parametrize("gate", TARGETS)
def test_the_run_is_that_of_the_rule(gate):
    for seed in range(0, 20, 3):
        frame = Perceptron(gate=gate, seed=seed).now
        weights, shown = by_hand(gate, seed)
        np.testing.assert_allclose(frame.weights, weights, atol=1e-12)
        assert frame.shown.tolist() == shown
        assert frame.rests == (gate != "xor")
        assert (frame.right[-1] == 4) == (gate != "xor")


def test_the_lines_are_those_before_and_after_the_correction():
    for step in (5, 11, 17):  # whose lines meet the plane
        view = Perceptron(gate="and", seed=2, step=step)
        plane = view.drawing.named("now")[0].clip
        for name, k in [("before", step - 1), ("now", step)]:
            (line,) = view.drawing.named(name)
            x = -0.6 + 2.2 * (line.points[:, 0] - plane[0]) / plane[2]
            y = 1.6 - 2.2 * (line.points[:, 1] - plane[1]) / plane[3]
            w1, w2, b = view.now.weights[k]
            np.testing.assert_allclose(w1 * x + w2 * y + b, 0, atol=1e-9)
        (ring,) = view.drawing.named("shown")
        corner = CORNERS[view.now.shown[step - 1]]
        assert ring.x == pytest.approx(plane[0] + plane[2] * (corner[0] + 0.6) / 2.2)
        assert ring.y == pytest.approx(plane[1] + plane[3] * (1.6 - corner[1]) / 2.2)


def test_corners_have_the_mark_of_their_class_and_an_edge_where_they_are_wrong():
    view = Perceptron(gate="xor", seed=3, step=7)
    marks = view.drawing.named("corner")
    assert [type(mark).__name__ for mark in marks] == ["Rect", "Circle", "Circle", "Rect"]
    assert [mark.fill for mark in marks] == ["class 0", "class 1", "class 1", "class 0"]
    w1, w2, b = view.now.weights[7]
    wrong = [(x1 * w1 + x2 * w2 + b > 0) != t for (x1, x2), t in zip(CORNERS, TARGETS["xor"], strict=True)]
    assert [bool(mark.line) for mark in marks] == wrong


def test_steps_lead_on_and_back_and_end_where_the_run_does():
    last = len(by_hand("or", 3)[1])
    first, end, beyond = (Perceptron(gate="or", seed=3, step=step) for step in (0, last, MOST))
    assert first.drawing.onward.put == first.drawing.keys["ArrowRight"].put == {"step": 1}
    assert list(first.drawing.keys) == ["ArrowRight"]
    assert list(end.drawing.keys) == list(beyond.drawing.keys) == ["ArrowLeft"]
    assert end.drawing.onward is beyond.drawing.onward is None
    assert end.drawing.keys["ArrowLeft"].put == {"step": last - 1}
    assert [mark.does.put["step"] for k in range(last + 1) for mark in end.drawing.named(f"step {k}")] == [
        *range(last + 1)
    ]
    assert len(end.drawing.named("rest")) == 1
    assert Perceptron(gate="xor").drawing.named("rest") == []
    assert beyond.facts_shown == end.facts_shown


@pytest.mark.parametrize("gate", TARGETS)
def test_its_slider_ends_with_the_run(gate):
    for seed in range(20):
        view = Perceptron(gate=gate, seed=seed)
        last = len(by_hand(gate, seed)[1])
        assert view.drawing.ends == {"step": last}
        view.set(step=last)
        assert (view.now.step, view.drawing.onward) == (last, None)
        np.testing.assert_array_equal(view.now.weights[view.now.step], view.now.weights[-1])
        assert view.picture == Perceptron(gate=gate, seed=seed, step=MOST).picture


def test_what_it_says():
    assert Perceptron(gate="xor", seed=3, step=0).facts_shown.startswith("XOR, correction 0. Now ")
    said = Perceptron(gate="xor", seed=3, step=MOST).facts_shown
    assert said.endswith("Now 2 of 4 corners are right. It has not come to rest in 40 corrections")
    assert Perceptron(gate="xor", seed=3, step=1).facts_shown.endswith("Now 1 of 4 corners is right")
    assert Perceptron(gate="xor", seed=3, step=7).facts_shown.endswith("right (the line is outside the picture)")


@pytest.mark.parametrize("seed", range(20))
def test_the_word_at_the_star_stays_inside(seed):
    for gate in ["and", "or", "nand"]:
        drawing = Perceptron(gate=gate, seed=seed).drawing
        (word,) = [text for text in drawing.named("") if getattr(text, "text", "") == "at rest"]
        left, _, wide, _ = word.box()
        assert left > 450
        assert left + wide < drawing.wide


@pytest.mark.parametrize("seed", range(5))
def test_the_half_plane_is_where_the_sum_is_above_0(seed):
    rng = np.random.default_rng(seed)
    w, b = rng.standard_normal(2), rng.normal() / 2
    part = half_plane(w, b)
    assert (part @ w + b > -1e-9).all()
    x, y = part.T
    area = 0.5 * abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) if len(part) else 0
    places = np.linspace(-0.6, 1.6, 401)
    share = (w[0] * places[:, None] + w[1] * places + b > 0).mean()
    assert area / 2.2**2 == pytest.approx(share, abs=0.005)


def test_the_readers_rule_drives_it():
    names = notebook(
        "def perceptron_step(x, target, w, b):\n    return w, b + 10\nview = Perceptron(gate='or', seed=3)"
    )
    assert set(names["view"].now.weights[:, 2]) <= {10.0 * k for k in range(MOST + 1)}
    view = notebook("def perceptron_step(x, target, w, b):\n    w += 1\nview = Perceptron(gate='or', seed=3)")["view"]
    assert view.error == "ValueError: perceptron_step returned None. Is the `return` missing?"

"""The view of XOR's corners after a hidden layer: where they go, the gap between the classes, what a drag does."""

import numpy as np
import pytest
from test_viz import notebook

from nnlib import activations
from nnlib.viz import Folding
from nnlib.viz.folding import gap_between

CORNERS = np.array([(0, 0), (0, 1), (1, 0), (1, 1)], float)


@pytest.mark.parametrize("name", ["step", "ReLU", "Tanh"])
def test_corners_go_where_their_sums_lead(name):
    view = Folding(activation=name, turn1=30, b1=-0.4, turn2=-100, b2=0.6)
    for (x1, x2), found in zip(CORNERS, view.now.H, strict=True):
        for k, (turn, b) in enumerate([(30, -0.4), (-100, 0.6)]):
            total = x1 * np.cos(np.pi * turn / 180) + x2 * np.sin(np.pi * turn / 180) + b
            wanted = float(total > 0) if name == "step" else getattr(activations, name)().forward(np.array([total]))[0]
            assert found[k] == pytest.approx(wanted)


def apart(one, other, n=400):
    """Return how far two segments are apart, by trying many pairs of points."""
    share = np.linspace(0, 1, n)[:, None]
    p, q = (segment[0] + share * (segment[1] - segment[0]) for segment in (one, other))
    return np.hypot(*(p[:, None] - q).transpose(2, 0, 1)).min()


@pytest.mark.parametrize("seed", range(12))
def test_the_gap_is_the_shortest_way_between_both_classes(seed):
    one, other = np.random.default_rng(seed).standard_normal((2, 2, 2))
    gap, (p, q) = gap_between(one, other)
    assert gap == pytest.approx(apart(one, other), abs=0.02)
    assert gap == 0 or np.hypot(*(p - q)) == pytest.approx(gap)


def test_a_gap_of_points_and_of_lines_that_touch():
    point = np.ones((2, 2))
    assert gap_between(point, np.array([[1.0, 2.0], [5.0, 2.0]]))[0] == 1
    assert gap_between(point, np.array([[0.0, 0.0], [2.0, 2.0]]))[0] == 0


def test_facts_and_line_of_what_folds_and_what_does_not():
    folded, flat = Folding(), Folding(activation="Tanh", turn1=20)
    met = "(0, 1) and (1, 0) have become the same point"
    assert folded.facts_shown == f"XOR: {met}; a line can separate circles from squares"
    assert flat.facts_shown.endswith("no line separates circles from squares")
    three = Folding(b1=-0.7, b2=0.7).facts_shown
    assert three.startswith("XOR: (0, 1) and (1, 0) and (1, 1) have become the same point; no line")
    assert len(folded.drawing.named("between")) == 1
    assert flat.drawing.named("between") == []
    (line,), panel = folded.drawing.named("between"), folded.drawing.named("grid")[0].clip
    ends = (line.points - panel[:2]) / panel[2:]  # from 0 to 1, down
    low, high = Folding().now.H.min(axis=0), Folding().now.H.max(axis=0)
    assert (low, high) == (pytest.approx([0, 0]), pytest.approx([1, 1]))
    half = 0.66
    hidden = np.stack([0.5 + half * (2 * ends[:, 0] - 1), 0.5 + half * (1 - 2 * ends[:, 1])], axis=1)
    np.testing.assert_allclose(hidden.sum(axis=1), 1.5, atol=1e-9)  # halfway from (0, 1), (1, 0) to (1, 1)


def test_the_grid_goes_where_its_points_go():
    frame = Folding(activation="Sigmoid").now
    assert frame.grid.shape == (24, 45, 2)
    middle = np.stack([np.linspace(-0.6, 1.6, 45), np.full(45, 1.0)], axis=1)  # the line x2 = 1
    wanted = 1 / (1 + np.exp(-(middle @ frame.W + frame.b)))
    assert np.abs(frame.grid - wanted).max(axis=(1, 2)).min() < 1e-12


@pytest.mark.parametrize("turn", [45, -135, 100, 0])
def test_a_dragged_line_follows_the_pointer_and_its_end_turns_it(turn):
    view = Folding(turn1=turn, b1=-0.3)
    (_, line), (end,) = view.drawing.named("line 1")[-1:] * 2, view.drawing.named("end 1")
    by = 2.2 / line.clip[2]
    w = np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn))])
    for right, down in [(30, 0), (0, 20), (-10, 25)]:
        moved = -0.3 + np.dot(line.does.drag["b1"], (right, down))
        at = line.points[0] + (right, down)
        x = np.array([-0.6 + by * (at[0] - line.clip[0]), 1.6 - by * (at[1] - line.clip[1])])
        assert w @ x + moved == pytest.approx(0, abs=1e-9)  # where the pointer is now
    right, down = 2 * w * (1, -1)  # along the line's normal, on the sheet
    turned = turn + np.dot(end.does.drag["turn1"], (right, down))
    w = np.array([np.cos(np.radians(turned)), np.sin(np.radians(turned))])
    at = np.array([end.x + right, end.y + down])
    x = np.array([-0.6 + by * (at[0] - line.clip[0]), 1.6 - by * (at[1] - line.clip[1])])
    assert abs(w @ x - 0.3) < 0.2 * 2 * by  # nearly where the pointer is: much nearer than before


def test_both_classes_keep_their_marks():
    for shape in Folding(activation="ReLU").drawing.named("corner"):
        if hasattr(shape, "text"):
            continue
        assert (type(shape).__name__, shape.fill) in [("Circle", "class 1"), ("Rect", "class 0")]


def test_the_readers_layer_drives_it():
    view = notebook("def dense_forward(X, W, b):\n    return X @ W\nview = Folding(activation='Tanh')")["view"]
    assert view.now.H[0].tolist() == [0, 0]
    view = notebook("def dense_forward(X, W, b):\n    return X\nview = Folding()")["view"]
    assert view.error == ""
    view = notebook("def dense_forward(X, W, b):\n    return (X @ W + b).T\nview = Folding()")["view"]
    assert "dense_forward expected to return an array of shape" in view.error

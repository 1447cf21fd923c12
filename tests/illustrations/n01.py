"""Illustrations of notebook 1."""

import numpy as np

from illustrations import illustration, sheet
from illustrations.common import box, caption
from nnlib.data import logic_gate
from nnlib.viz import Folding
from nnlib.viz.folding import draw_gap, size_of
from nnlib.viz.neuron import HIGH, LOW, border, draw_corner, half_plane
from nnlib.viz.panels import Panel

CORNERS, XOR = logic_gate("xor")
AND = logic_gate("and")[1]


def plane(made, left, top, side, grid=True):
    """Return a panel of the plane of two inputs."""
    panel = Panel(made, (left, top, side, side), (LOW, HIGH), (LOW, HIGH))
    for at in np.linspace(LOW, HIGH, 12) if grid else ():
        panel.line([LOW, HIGH], [at, at], "grid", width=1)
        panel.line([at, at], [LOW, HIGH], "grid", width=1)
    return panel


@illustration("In this notebook you write a neuron")
def banner():
    """Three planes, each with four corners, circles and squares. AND: one line has the only circle on its shaded
    side. XOR: two lines, with both circles between them. On the right, these two neurons have folded the plane: both
    circles lie on the same point, with a ring around it, and one line is enough."""
    made = sheet(262)
    titles = "AND: one line", "XOR: two lines", "XOR, folded: one line again"
    for k, title in enumerate(titles):
        caption(made, title, 130 + 250 * k, 24, align="middle", bold=True)
    first, second = plane(made, 30, 44, 200, grid=False), plane(made, 280, 44, 200)
    w, b = np.array([1.0, 1.0]), -1.5
    made.polygon(first.places(*half_plane(w, b).T), fill="lit")
    first.line(*border(w, b).T, width=3)
    view = Folding()
    frame = view.compute(**view.state)
    for k, role in enumerate(["first", "second"]):
        w, ends = frame.W[:, k], border(frame.W[:, k], frame.b[k])
        second.line(*ends.T, role, width=3)
        start = second.places(*ends.mean(axis=0))[0]
        made.arrow([start, start + 26 * w * (1, -1)], role, width=3, dash=())
    middle = (frame.grid.max(axis=(0, 1)) + frame.grid.min(axis=(0, 1))) / 2
    ends = [(m - 0.66 * size_of(frame), m + 0.66 * size_of(frame)) for m in middle]
    third = Panel(made, (530, 44, 200, 200), *ends)
    w = frame.nearest[1] - frame.nearest[0]
    draw_gap(third, w, -w @ frame.nearest.mean(axis=0), ends)
    for panel, places, targets in [(first, CORNERS, AND), (second, CORNERS, XOR), (third, frame.H, XOR)]:
        panel.frame()
        for place, target in zip(places, targets, strict=True):
            draw_corner(panel, place, target, True, "")
    made.circle(float(third.x(frame.H[1, 0])), float(third.y(frame.H[1, 1])), 17, line="class 1", width=2)
    return made


@illustration("The slope stays, the place changes")
def right_angle():
    """A line through a plane. The arrow w stands on it at a right angle, marked by a small square, and points to the
    shaded side, where the neuron answers 1. On the other side it answers 0."""
    made = sheet(252)
    w, b = np.array([1.0, 2.0]), -1.0
    panel = plane(made, 40, 20, 212)
    made.polygon(panel.places(*half_plane(w, b).T), fill="lit", opacity=0.8)
    panel.frame()
    panel.line(*border(w, b).T, width=3)
    foot = np.array([0.4, 0.3])
    assert w @ foot + b == 0
    start, along = panel.places(*foot)[0], w / np.hypot(*w) * (1, -1)
    across = np.array([along[1], -along[0]])
    made.arrow([start, start + 74 * along], "blue", width=4, head=13)
    made.path([start + 13 * along, start + 13 * (along + across), start + 13 * across], width=2)
    made.text("w", *(start + 80 * along + (12, 0)), bold=True, fill="blue", size=16)
    places = [(1.05, 0.55, "answer 1"), (0.05, -0.3, "answer 0")]
    for x, y, words in places:
        made.text(words, *panel.places(x, y)[0], align="middle", bold=True, halo=True)
    lines = [
        "On the line, the sum w · x + b is 0.",
        "On the side that w points to, it is above 0:",
        "there the neuron answers 1.",
        "On the other side it is below 0: answer 0.",
        "",
        "Other weights turn the line, and w with it.",
        "Another bias moves the line, and turns nothing.",
    ]
    for k, words in enumerate(lines):
        caption(made, words, 296, 44 + 27 * k)
    return made


@illustration("One step moved the sum from -1 to 2")
def correction():
    """The same plane before and after a correction. Before, the corner (1, 1), which wants the answer 1, lies outside
    of the shaded side. After it, the line has moved, and the corner lies inside."""
    made = sheet(262)
    x, target = np.array([1.0, 1.0]), 1
    w, b = np.array([0.5, -1.0]), -0.5
    error = target - float(x @ w + b > 0)
    for k in range(2):
        panel = plane(made, 60 + 396 * k, 40, 206)
        made.polygon(panel.places(*half_plane(w, b).T), fill="lit", opacity=0.8)
        panel.frame()
        panel.line(*border(w, b).T, width=3)
        right = (x @ w + b > 0) == target
        draw_corner(panel, x, target, right, "")
        words = f"sum {x @ w + b:g}".replace("-", "−")
        made.text(words, *(panel.places(*x)[0] + (0, 28)), align="middle", halo=True)
        w, b = w + error * x, b + error
        caption(made, ("before: wrong", "after: right")[k], panel.left + 103, 22, align="middle", bold=True)
    made.arrow([(282, 143), (440, 143)], "blue", width=3)
    made.text("w + error · x", 361, 124, align="middle")
    made.text("b + error", 361, 164, align="middle")
    return made


@illustration("## 1.4 ")
def loop():
    """Learning as a loop of boxes: take an example, let the neuron answer, compare with the target. Where the answer
    is wrong, change weights and bias a little; then take the next example."""
    made = sheet(172)
    words = [
        ("take an", "example"),
        ("let the neuron", "answer"),
        ("compare with", "the target"),
        ("change the", "weights"),
    ]
    for k, lines in enumerate(words):
        box(
            made,
            98 + 188 * k,
            60,
            132,
            62,
            *lines,
            fill="pale orange" if k == 3 else "pale blue",
            line="orange" if k == 3 else "blue",
        )
        if k:
            made.arrow([(98 + 188 * k - 120, 60), (98 + 188 * k - 70, 60)], "ink", width=2.5)
    made.text("wrong", 568, 44, align="middle", halo=True, size=13)
    made.arrow([(662, 93), (662, 140), (98, 140), (98, 94)], "ink", width=2.5)
    made.path([(474, 93), (474, 140)], "ink", width=2.5)
    made.text("right", 484, 116, size=13)
    caption(made, "and the next one", 286, 126, align="middle", size=13)
    return made

"""Illustrations of notebook 5."""

import numpy as np

from illustrations import illustration, sheet
from illustrations.common import caption
from nnlib import SGD, Adam
from nnlib.viz.panels import Panel

CURVATURE = np.array([0.25, 6.0])  # of a ravine: along, and across
START, STEPS = (-8.6, 1.15), 40


def walk(optimizer, start=START, steps=STEPS, curvature=CURVATURE):
    """Return the places (steps + 1, 2) of an optimizer on the height 1/2 (c1 x**2 + c2 y**2)."""
    place = np.array(start)
    places = [place.copy()]
    for _ in range(steps):
        optimizer.step(place, curvature * place)
        places.append(place.copy())
    return np.array(places)


def contours(panel, heights, curvature=CURVATURE):
    """Add the ellipses on which the landscape has these heights."""
    turn = np.linspace(0, 2 * np.pi, 121)
    for height in heights:
        a, b = np.sqrt(2 * height / curvature)
        panel.line(a * np.cos(turn), b * np.sin(turn), "grid", width=1.5)


@illustration("A slope tells you which way is down")
def banner():
    """Three walks down the same ravine, seen from above, from the same start towards the star at the lowest point.
    Plain steps zigzag between the walls; with momentum they swing and go further along; Adam takes a smooth way."""
    made = sheet(286)
    panel = Panel(made, (16, 16, 728, 226), (-9.4, 3.4), (-1.75, 1.75))
    contours(panel, [0.05, 0.4, 1.2, 2.6, 4.6, 7.2, 10.5, 14.5])
    walks = [
        ("SGD", "third", "triangle", SGD(0.3)),
        ("SGD with momentum", "first", "round", SGD(0.05, momentum=0.9)),
        ("Adam", "second", "square", Adam(0.35)),
    ]
    for _, role, mark, optimizer in walks:
        places = walk(optimizer)
        panel.line(*places.T, role, width=2.5, dash=())
        for place in places[::2] if mark == "square" else places:
            panel.mark(mark, *place, 4, fill=role)
    panel.mark("star", 0, 0, 10, fill="ink")
    panel.mark("diamond", *START, 8, fill="paper", line="ink", width=2.5)
    made.legend(140, 264, [(name, role, mark) for name, role, mark, _ in walks], gap=34)
    return made


@illustration("Left of 3 the slope is negative")
def against_the_slope():
    """A valley with a ball on each side. Where the slope is negative, the step goes to the right; where it is
    positive, to the left. The steeper the curve, the longer the step."""
    made = sheet(262)
    panel = Panel(made, (40, 16, 440, 190), (0, 6), (-1, 10))
    w = np.linspace(0, 6, 121)
    panel.frame(xticks=[0, 3, 6], xlabel="w")
    panel.line(w, (w - 3) ** 2, "ink", width=3)
    for at, role in [(0.4, "first"), (4.4, "second")]:
        slope, high = 2 * (at - 3), (at - 3) ** 2
        panel.mark("round", at, high, 8, fill=role)
        panel.line([at - 0.55, at + 0.55], [high - 0.55 * slope, high + 0.55 * slope], role, width=2, dash=())
        (x0, y), (x1, _) = panel.places([at, at - 0.3 * slope], [high, high])
        made.arrow([(x0, y), (x1, y)], role, width=4, dash=(), head=13)
        made.text(f"slope {slope:g}".replace("-", "−"), x0 + (16 if at > 3 else 34), y + (20 if at > 3 else -14))
    panel.mark("star", 3, 0, 9, fill="ink")
    for k, words in enumerate(
        [
            "a negative slope: make w larger",
            "a positive slope: make w smaller",
            "a steep slope: a longer step",
            "at the star: slope 0, no step",
        ]
    ):
        caption(made, words, 508, 60 + 32 * k)
    return made


@illustration("## 5.4 How many examples before a step?")
def shuffled_deck():
    """A row of ten numbered cards in order, the same cards shuffled, and the shuffled row cut into batches of four,
    four and two. Each batch gives one step; all of them together are an epoch."""
    made = sheet(246)
    order = np.random.default_rng(0).permutation(10)
    rows = [(40, np.arange(10), "the rows"), (104, order, "shuffled")]
    for top, cards, words in rows:
        made.text(words, 24, top, bold=True)
        for k, card in enumerate(cards):
            made.rect(140 + 56 * k, top - 18, 44, 36, fill="pale blue", line="blue")
            made.text(str(card), 162 + 56 * k, top, align="middle")
    made.arrow([(414, 62), (414, 82)], "ink", width=2.5)
    made.text("batches", 24, 180, bold=True)
    for start in range(0, 10, 4):
        cards = order[start : start + 4]
        left = 132 + 56 * start + 4 * start
        made.rect(left - 6, 156, 56 * len(cards), 48, fill="paper", line="ink", width=2)
        for k, card in enumerate(cards):
            made.rect(left + 56 * k, 162, 44, 36, fill="pale orange", line="orange")
            made.text(str(card), left + 56 * k + 22, 180, align="middle")
        made.arrow([(left + 28 * len(cards) - 6, 124), (left + 28 * len(cards) - 6, 152)], "ink", width=2.5)
        made.text("a step", left + 28 * len(cards) - 6, 224, align="middle")
    return made


@illustration("**Momentum**: keep a velocity")
def velocity():
    """A step across a ravine with momentum, as a triangle of arrows: what is left of the old velocity is added to the
    step against the gradient. Across the ravine they point to opposite sides, and one takes from the other; along it
    they point the same way and add up."""
    made = sheet(286)
    panel = Panel(made, (20, 20, 720, 216), (-9.4, 1.4), (-1.62, 1.62))
    contours(panel, [0.05, 0.4, 1.2, 2.6, 4.6, 7.2, 10.5, 14.5])
    w, v, lr, mu = np.array([-8.4, 0.95]), np.zeros(2), 0.22, 0.7
    for _ in range(2):
        v = mu * v + CURVATURE * w
        w = w - lr * v
    g = CURVATURE * w
    points = [w, w - lr * mu * v, w - lr * (mu * v + g)]
    (x0, y0), (x1, y1), (x2, y2) = (panel.places(*point)[0] for point in points)
    made.arrow([(x0, y0), (x1, y1)], "third", width=4, dash=(), head=13)
    made.arrow([(x1, y1), (x2, y2)], "second", width=4, head=13)
    made.arrow([(x0, y0), (x2, y2)], "first", width=4, head=13)
    panel.mark("round", *w, 8, fill="ink")
    panel.mark("star", 0, 0, 10, fill="ink")
    made.legend(
        60,
        262,
        [
            ("what is left of the old velocity", "third", "line"),
            ("against the gradient", "second", "line"),
            ("the step", "first", "line"),
        ],
        gap=26,
    )
    return made

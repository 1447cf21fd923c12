"""The picture of the view DigitPad: the pad, what the net sees and says, and the nearest training digits."""

import numpy as np

from nnlib.viz.drawing import text_width
from nnlib.viz.pad.curves import curves_of
from nnlib.viz.pad.ink import Strokes

TOP, RIGHT = Strokes.pad[1], 326  # where the squares begin, and the part on the right
SEEN, BARS, ROW, FULL = 132, 500, 17.5, 100  # the side of what the net sees; its bars, a row of them, the longest
TILE, PITCH, BELOW = 60, 65, 248  # of the nearest digits


def draw_pad(sheet, drawing, pen, picture):
    """Add the pad with its strokes, or with a picture that was opened; all ink is cut off at its edges."""
    left, top, side = Strokes.pad
    full = len(drawing) > Strokes.most - 4 and not drawing.startswith("#")
    sheet.text("the pad is full: press c" if full else "your drawing", left, 14)
    sheet.rect(left, top, side, side, fill="paper", line="axis", width=1, name="pad")
    look = {"clip": (left, top, side, side), "name": "stroke"}
    if drawing.startswith("#"):
        sheet.image(picture, left, top, side, side, "ink", **look)
    for points in curves_of(drawing):
        places, width = points * side + (left, top), pen * side / 28
        if np.ptp(places, axis=0).any():
            sheet.path(places, width=width, round=True, **look)
        else:
            sheet.circle(*places[0], width / 2, fill="ink", **look)


def draw_reading(sheet, frame, normalise):
    """Add what the net sees, and how probable it finds each digit."""
    sheet.text("what the net sees", RIGHT, 14)
    sheet.image(frame.seen, RIGHT, TOP, SEEN, SEEN, "ink", name="seen")
    sheet.rect(RIGHT, TOP, SEEN, SEEN, line="axis", width=1)
    sheet.text(f"28 × 28, {normalise}", RIGHT, TOP + SEEN + 16)
    sheet.text(fitted(f"read by {frame.who}", sheet.wide - BARS + 18), BARS - 18, 14)
    answer = frame.probabilities.argmax() if frame.probabilities.any() else -1
    for digit, p in enumerate(frame.probabilities):
        y, bold = TOP + (digit + 0.5) * ROW, digit == answer
        sheet.text(digit, BARS - 18, y, bold=bold)
        look = {"fill": "value" if bold else "grey", "tip": f"{digit}: {p:.4f}", "name": f"bar {digit}"}
        sheet.rect(BARS, y - 0.36 * ROW, max(1, FULL * p), 0.72 * ROW, **look)
        sheet.text(f"{p:.0%}", BARS + FULL * p + 7, y, bold=bold, name="probability")


def draw_nearest(sheet, frame):
    """Add the nearest training digits with their labels and distances."""
    none = len(frame.labels) == 0
    sheet.text("nothing is drawn" if none else "nearest training digits: label · distance", RIGHT, BELOW - 16)
    for k, (label, distance) in enumerate(zip(frame.labels, frame.distances, strict=True)):
        x, tip = RIGHT + k * PITCH, f"a {label:.0f} of the training set, at distance {distance:.2f}"
        sheet.image(frame.nearest[k], x, BELOW, TILE, TILE, "ink", tip=tip, small=True, name=f"nearest {k}")
        sheet.rect(x, BELOW, TILE, TILE, line="axis", width=1)
        sheet.text(f"{label:.0f} · {distance:.1f}", x + TILE / 2, BELOW + TILE + 14, align="middle")


def fitted(text, room):
    """Return a text, or as much of it as there is room for.

    >>> fitted("read by my_network_of_yesterday", 150)
    'read by my_networ…'
    """
    while text_width(text) > room:
        text = text.removesuffix("…")[:-1] + "…"
    return text

"""What several illustrations draw: ink, boxes with words, tables, curves and networks."""

import numpy as np

from nnlib import load_mnist, softmax
from nnlib.pretrained import digit_reader
from nnlib.viz.drawing import text_width
from nnlib.viz.tables import Table

LEVELS = (0.12, 0.3, 0.5, 0.7, 0.88)  # of ink: each adds a layer to those below it
LAYER = 0.42  # how opaque a layer is


def digits(n, test=False):
    """Return n digits of MNIST, pictures (n, 28, 28) with ink from 0 to 1, and labels (n,)."""
    X, labels = load_mnist()[test]
    return X[:n] / 255, labels[:n]


def runs(dark):
    """Return corners (k, 4, 2) of rectangles that cover what is True in (rows, columns): runs, joined downwards."""
    found, open_ = [], {}
    for row, line in enumerate([*dark, np.zeros(dark.shape[1], bool)]):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(int), [0]])))
        here = [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
        for run in [run for run in open_ if run not in here]:
            found.append((*run, open_.pop(run), row))
        for run in here:
            open_.setdefault(run, row)
    return np.array([[(a, top), (b, top), (b, end), (a, end)] for a, b, top, end in found], float).reshape(-1, 4, 2)


def ink(drawing, values, x, y, side, role="ink"):
    """Add a picture (rows, columns) of ink from 0 to 1, as shapes, which are the same with every version of Pillow."""
    unit = side / len(values)
    for level in LEVELS:
        corners = runs(values > level)
        if len(corners):
            gaps = np.full((len(corners), 1, 2), np.nan)
            points = np.concatenate([corners * unit + (x, y), gaps], axis=1).reshape(-1, 2)[:-1]
            drawing.path(points, line="", fill=role, opacity=LAYER)


def paper(drawing, x, y, side, **look):
    """Add the edge of a picture."""
    drawing.rect(x, y, side, side, **{"fill": "paper", "line": "faint", "width": 1} | look)


def box(drawing, x, y, wide, high, *lines, fill="pale blue", line="blue", bold=False, **look):
    """Add a box around its middle (x, y), with lines of text in it."""
    drawing.rect(x - wide / 2, y - high / 2, wide, high, fill=fill, line=line, **look)
    for k, words in enumerate(lines):
        drawing.text(words, x, y + 19 * (k - (len(lines) - 1) / 2), align="middle", bold=bold and k == 0)


def table(drawing, left, top, texts, title="", cells=(44, 30), lit=()):
    """Add a table of texts (rows, columns) and return it; `lit`: index of the cells that are tinted."""
    made = Table(left, top, cells, [[str(text) for text in row] for row in texts], title=title)
    for index in lit:
        made.lit[index] = True
    made.draw(drawing)
    return made


def bracket(drawing, x, y, length, words, down=False, line="blue"):
    """Add an arrow with two heads along an axis, and its words in the middle of it."""
    end = (x, y + length) if down else (x + length, y)
    drawing.arrow([(x, y), end], line, head=8)
    middle = (x - 8, y + length / 2) if down else (x + length / 2, y - 12)
    drawing.text(words, *middle, align="right" if down else "middle")


def caption(drawing, words, x, y, **look):
    """Add a line of words, refused where it leaves the sheet."""
    align = look.get("align", "left")
    left = x - text_width(words) * ("left", "middle", "right").index(align) / 2
    assert 4 <= left <= drawing.wide - 4 - text_width(words), f"{words!r} leaves the sheet"
    drawing.text(words, x, y, **look)


def reader(X):
    """Return what the trained network computes for X (n, 28, 28): activations, scores and probabilities.

    In float64, as float32 differs from machine to machine in digits that a picture has.
    """
    first, _, last = digit_reader().layers
    W1, b1, W2, b2 = (array.astype(float) for array in (first.W, first.b, last.W, last.b))
    hidden = np.maximum(X.reshape(len(X), -1) @ W1 + b1, 0)
    scores = hidden @ W2 + b2
    return hidden, scores, softmax(scores)

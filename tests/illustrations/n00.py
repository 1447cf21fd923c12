"""Illustrations of notebook 0."""

import numpy as np

from illustrations import illustration, sheet
from illustrations.common import box, caption, digits, ink, paper, table
from nnlib import one_hot
from nnlib.viz.drawing import text_width


@illustration("In this notebook you learn how the course works")
def banner():
    """On the left, small pictures of handwritten digits. In the middle, one product of two tables, Y.T @ X. On the
    right, what comes out of it: the ten mean digits, blurred and readable."""
    made = sheet(240)
    X, labels = digits(10_000)
    for k in range(30):
        x, y = 28 + 38 * (k % 6), 22 + 35 * (k // 6)
        paper(made, x, y, 28)
        ink(made, X[k], x, y, 28)
    Y = one_hot(labels, 10)
    means = ((Y / Y.sum(axis=0)).T @ X.reshape(len(X), -1)).reshape(-1, 28, 28)
    for k, mean in enumerate(means):
        x, y = 430 + 62 * (k % 5), 22 + 88 * (k // 5)
        paper(made, x, y, 56, fill="pale blue", line="blue")
        ink(made, mean, x, y, 56)
        made.text(str(k), x + 28, y + 68, align="middle", bold=True)
    box(made, 340, 92, 104, 44, "Y.T @ X", bold=True)
    made.arrow([(258, 92), (284, 92)], "blue", width=2.5)
    made.arrow([(396, 92), (422, 92)], "blue", width=2.5)
    caption(made, "ten thousand digits", 138, 220, align="middle")
    caption(made, "one product", 340, 220, align="middle")
    caption(made, "ten mean digits", 581, 220, align="middle")
    return made


FRUIT = np.array([[150.0, 7.0, 2.0], [170.0, 7.5, 3.0], [120.0, 18.0, 9.0], [130.0, 20.0, 8.0]])


@illustration("The [shape](99_glossary.ipynb#shape) of an array says")
def axes():
    """A table of numbers in rows and columns. Axis 0 is an arrow that goes down, from row to row: the examples. Axis 1
    goes to the right, from column to column: the features."""
    made = sheet(232)
    texts = [[f"{number:g}" for number in row] for row in FRUIT]
    table(made, 210, 78, texts, cells=(64, 32), lit=[(2, slice(None))])
    made.arrow([(190, 78), (190, 206)], "blue", width=3, head=12)
    made.arrow([(210, 62), (402, 62)], "orange", width=3, head=12)
    made.text("axis 0", 174, 130, align="right", bold=True, fill="blue")
    made.text("down the examples", 174, 152, align="right")
    made.text("axis 1", 306, 22, align="middle", bold=True, fill="orange")
    made.text("along the features", 306, 42, align="middle")
    caption(made, f"shape {FRUIT.shape}", 440, 96, bold=True)
    caption(made, "how many rows, how many columns", 440, 120)
    caption(made, "X[2], one row: one example", 440, 158)
    caption(made, "X[:, 0], one column: one feature", 440, 182)
    return made


@illustration("Look at the shapes: the two **inner** sizes")
def inner_sizes():
    """Three tables as boxes: X with n rows and k columns, times W with k rows and m columns, is Y with n rows and m
    columns. A row of X and a column of W are shaded; together they make one number of Y."""
    made = sheet(246)
    places = [("X", 60, 86, 3, 4), ("W", 312, 102, 2, 3), ("Y", 560, 86, 2, 4)]
    lit = {"X": (1, slice(None)), "W": (slice(None), 0), "Y": (1, 0)}
    for name, left, top, wide, high in places:
        table(made, left, top, [[""] * wide] * high, cells=(48, 32), lit=[lit[name]])
        made.text(name, left + 24 * wide, top + 32 * high + 18, align="middle", bold=True)
    made.text("@", 258, 150, align="middle", size=24, bold=True)
    made.text("=", 484, 150, align="middle", size=24, bold=True)
    for x, texts in [(132, ["(n, ", "k)"]), (360, ["(k", ", m)"]), (608, ["(n, m)"])]:
        x -= sum(text_width(text, 18, "k" in text) for text in texts) / 2
        for text in texts:
            made.text(text, x, 28, size=18, bold="k" in text, fill="orange" if "k" in text else "ink")
            x += text_width(text, 18, "k" in text)
    made.path([(150, 42), (150, 54), (342, 54), (342, 42)], "orange", width=2)
    caption(made, "equal, and gone", 246, 68, align="middle", fill="orange")
    return made


@illustration("NumPy acted as if the two numbers stood in every row")
def broadcasting():
    """A table of four rows, plus one row, equals a table of four rows. The row is drawn once in a solid frame and three
    more times below it in dotted frames: copies that are not really there."""
    made = sheet(206)
    Y = np.array([[154, 150], [174.5, 169.5], [147, 129], [158, 137]])
    b = np.array([1000.0, -1000.0])
    left = [70, 310, 552]
    for at, values, words in [(left[0], Y, "Y  (4, 2)"), (left[2], Y + b, "Y + b  (4, 2)")]:
        table(made, at, 50, [[f"{v:g}".replace("-", "−") for v in row] for row in values], cells=(70, 30))
        made.text(words, at + 70, 28, align="middle", bold=True)
    made.text("b  (2,)", 380, 28, align="middle", bold=True)
    for row in range(4):
        for k, value in enumerate(b):
            x, y = left[1] + 70 * k, 50 + 30 * row
            made.rect(
                x,
                y,
                70,
                30,
                fill="" if row else "lit",
                line="grey" if row else "blue",
                width=1.5,
                dash=(2, 4) if row else (),
            )
            made.text(f"{value:g}".replace("-", "−"), x + 35, y + 15, align="middle", fill="grey" if row else "ink")
    made.text("+", 260, 110, align="middle", size=24, bold=True)
    made.text("=", 500, 110, align="middle", size=24, bold=True)
    caption(made, "dotted: copies that NumPy acts as if it had", 380, 188, align="middle")
    return made

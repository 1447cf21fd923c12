"""Illustrations of notebook 3."""

import numpy as np

from illustrations import illustration, sheet
from illustrations.common import caption, digits, ink, paper, reader
from nnlib import Sigmoid, softmax
from nnlib.viz.drawing import text_width
from nnlib.viz.panels import Panel


@illustration("In this notebook numbers run through a whole network")
def banner():
    """A forward pass, from left to right: a handwritten digit as 784 pixels, the activations of hidden units as dark
    and light cells, ten scores as bars to both sides of zero, and ten probabilities, one of which is nearly 1."""
    made = sheet(268)
    X, _ = digits(1, test=True)
    (hidden,), (scores,), (p,) = reader(X)
    paper(made, 26, 44, 168, line="ink")
    ink(made, X[0], 26, 44, 168)
    for k, a in enumerate(hidden / hidden.max()):
        x, y = 254 + 17 * (k % 8), 30 + 12.5 * (k // 8)
        made.rect(x, y, 15, 10.5, fill="paper", line="faint", width=1)
        if a > 0:
            made.rect(x, y, 15, 10.5, fill="blue", opacity=round(float(a), 2))
    zero, most = 516.0, np.abs(scores).max()
    for k in range(10):
        y = 34 + 20 * k
        made.text(str(k), 448, y + 7, align="middle", bold=k == p.argmax())
        end = zero + 52 * scores[k] / most
        made.rect(
            min(zero, end),
            y,
            abs(end - zero),
            14,
            fill="positive" if scores[k] > 0 else "pale orange",
            line="" if scores[k] > 0 else "orange",
            width=1,
        )
        made.rect(622, y, 112, 14, line="faint", width=1)
        made.rect(622, y, 112 * p[k], 14, fill="positive")
    made.path([(zero, 30), (zero, 234)], "axis", width=1)
    for x in (206, 400, 578):
        made.arrow([(x, 128), (x + 34, 128)], "ink", width=2.5)
    for words, x in [("784 pixels", 110), ("128 activations", 322), ("10 scores", 510), ("10 probabilities", 678)]:
        caption(made, words, x, 250, align="middle")
    return made


@illustration("Read a product in its shapes")
def layer_shapes():
    """The shapes of a network as boxes in a row: X, times W1, plus b1, is Z1; ReLU keeps the shape; A1, times W2, plus
    b2, is Z2. The height of X, Z1, A1 and Z2 is n, the number of examples. The width of each is the height of the
    weights that follow."""
    made = sheet(250)
    n, sizes, at = 62, {"784": 150, "30": 48, "10": 28}, 34
    parts = [
        ("X", n, "784"),
        ("@", 0, ""),
        ("W1", "784", "30"),
        ("+ b1 =", 0, ""),
        ("Z1", n, "30"),
        ("ReLU", 0, ""),
        ("A1", n, "30"),
        ("@", 0, ""),
        ("W2", "30", "10"),
        ("+ b2 =", 0, ""),
        ("Z2", n, "10"),
    ]
    for name, rows, columns in parts:
        if not columns:
            wide = text_width(name) + 34
            made.text(name, at + wide / 2, 110, align="middle", bold=True)
            at += wide
            continue
        weights = isinstance(rows, str)
        high, wide = sizes[rows] if weights else n, sizes[columns]
        made.rect(
            at,
            110 - high / 2,
            wide,
            high,
            fill="pale orange" if weights else "pale blue",
            line="orange" if weights else "blue",
        )
        middle = at + wide / 2
        made.text(name, middle, 110 if wide > 40 else 110 + high / 2 + 18, align="middle", bold=True)
        made.text(columns, middle, 110 - high / 2 - 12, align="middle", size=13)
        if weights:
            made.text(rows, at - 6, 110 + high / 2 - 5, align="right", size=13)
        at += wide
    made.text("n", 22, 110, align="middle", size=13)
    caption(made, "blue: the data, n rows from end to end", 60, 222)
    caption(made, "orange: what is learned; n does not occur in it", 370, 222)
    return made


@illustration("The largest probability and the loss. When it is cold")
def temperature():
    """The same scores at three temperatures, as probabilities. Cold: the largest takes nearly all. At 1: softmax as it
    is. Hot: all are nearly equal. The order of the bars is the same in all three."""
    made = sheet(220)
    scores = np.array([[2.0, 3.0, 1.0, 0.0]])
    for k, T in enumerate([0.25, 1.0, 8.0]):
        left = 60 + 236 * k
        p = softmax(scores / T)[0]
        made.path([(left - 8, 166), (left + 168, 166)], "axis", width=1.5)
        for j, share in enumerate(p):
            made.rect(left + 42 * j, 166 - 116 * share, 30, 116 * share, fill="positive")
            made.text(f"{share:.2f}", left + 42 * j + 15, 166 - 116 * share - 12, align="middle", size=13)
        made.text(f"T = {T:g}", left + 80, 196, align="middle", bold=True)
        made.text(("cold", "as it is", "hot")[k], left + 80, 20, align="middle")
    return made


@illustration("The steeper, the more it is a box")
def bump():
    """A step up, minus a step up further to the right, is a bump: small curves with a minus sign and an equals
    sign between them."""
    made = sheet(196)
    x = np.linspace(0, 1, 201)
    up, down = Sigmoid().forward(100 * (x - 0.3)), Sigmoid().forward(100 * (x - 0.6))
    curves = [("σ(k (x − 0.3))", up), ("σ(k (x − 0.6))", down), ("a bump", up - down)]
    for k, (name, values) in enumerate(curves):
        panel = Panel(made, (48 + 246 * k, 24, 182, 106), (0, 1), (-0.15, 1.25))
        panel.line([0, 1], [0, 0], "grid", width=1)
        panel.frame(xticks=[0.3, 0.6], yticks=[0, 1])
        panel.line(x, values, ("first", "second", "first")[k], width=3.5)
        made.text(name, panel.left + 91, 174, align="middle", bold=True)
    for words, at in [("−", 252), ("=", 494)]:
        made.text(words, at, 77, align="middle", size=26, bold=True)
    return made

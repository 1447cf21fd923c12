"""Illustrations of notebook 4."""

from itertools import pairwise

import numpy as np

from illustrations import illustration, sheet
from illustrations.common import box, caption, table
from nnlib import Dense, Sequential, SoftmaxCrossEntropy, Tanh
from nnlib.autodiff import Tensor

SIZES = 3, 5, 5, 3


@illustration("A network has answered, and its loss says how wrong it is")
def banner():
    """A network of three layers, drawn twice. Above, forward: the activations of its units as discs that are larger
    where they are larger, up to the loss. Below, backward: the same connections, thicker where the gradient of the
    weight is larger, with arrows from the loss to the input."""
    made = sheet(310)
    rng = np.random.default_rng(3)
    layers = [Dense(a, b, rng=rng) for a, b in pairwise(SIZES)]
    model = Sequential(layers[0], Tanh(), layers[1], Tanh(), layers[2], dtype=np.float64)
    X, loss = np.array([[1.0, -0.6, 0.4]]), SoftmaxCrossEntropy()
    values = [X[0]]
    for layer in model.layers:
        values.append(layer.forward(values[-1][None])[0])
    model.forward(X)
    worth = loss.forward(values[-1][None], np.array([0]))
    model.backward(loss.backward())
    units = [values[0], values[2], values[4], values[5]]
    tables = [layer.dW for layer in layers]
    most = max(np.abs(table).max() for table in tables)
    for half, (top, role) in enumerate([(34, "forward"), (178, "backward")]):
        at = [[(150 + 150 * k, top + 50 + 22 * (j - (n - 1) / 2)) for j in range(n)] for k, n in enumerate(SIZES)]
        for k, dW in enumerate(tables):
            for (i, j), d in np.ndenumerate(dW):
                width = 5 * abs(d) / most if half else 0.8
                if width > 0.15:
                    made.path([at[k][i], at[k + 1][j]], "orange" if half else "faint", width=round(float(width), 2))
        for places, row in zip(at, units, strict=True):
            for place, a in zip(places, row / np.abs(row).max(), strict=True):
                if half:
                    made.circle(*place, 4, fill="paper", line="grey", width=1.5)
                else:
                    made.circle(
                        *place, 3 + 6 * abs(float(a)), fill="blue" if a > 0 else "paper", line="blue", width=1.5
                    )
        words = ("loss", f"{worth:.2f}") if not half else ("gradient", "of the loss")
        box(made, 694, top + 50, 106, 50, *words, fill="pale orange" if half else "pale blue", line=role, bold=True)
        made.text("forward" if not half else "backward", 20, top + 50, bold=True)
        ends = [(614, top + 50), (638, top + 50)]
        made.arrow(ends[::-1] if half else ends, role, width=3)
        ends = [(112, top + 50), (132, top + 50)]
        made.arrow(ends[::-1] if half else ends, role, width=3)
    caption(made, "thicker: the loss depends more on this weight", 380, 292, align="middle")
    return made


def knot(made, x, y, name, below=""):
    """Add a number of a graph: a circle with its name, and its gradient below."""
    made.circle(x, y, 25, fill="pale blue", line="blue", width=2)
    made.text(name, x, y, align="middle", bold=True)
    if below:
        made.text(below, x, y + 42, align="middle", fill="orange")


@illustration("Along a chain of operations the derivatives multiply")
def chain():
    """A chain of numbers from left to right: w, u, z, m and L, with an arrow for each operation and its local
    derivative above it. Dashed arrows below lead back. The gradient below each number is the one to its right, times
    the local derivative between them."""
    made = sheet(190)
    x, w, b, t = (Tensor(np.array(value)) for value in (2.0, 3.0, -1.0, 4.0))
    u = w * x
    z = u + b
    m = z - t
    L = m**2
    L.backward()
    nodes = [("w", w), ("u", u), ("z", z), ("m", m), ("L", L)]
    slopes = [("u = w · x", x.data), ("z = u + b", 1), ("m = z − t", 1), ("L = m²", 2 * m.data)]
    for k, (name, node) in enumerate(nodes):
        knot(made, 60 + 160 * k, 78, name, f"{node.grad:g}")
    for k, (words, slope) in enumerate(slopes):
        a, b = 60 + 160 * k + 28, 60 + 160 * (k + 1) - 28
        made.arrow([(a, 78), (b, 78)], "forward", width=2.5)
        made.text(words, (a + b) / 2, 24, align="middle")
        made.text(f"{slope:g}", (a + b) / 2, 60, align="middle", bold=True)
        made.arrow([(b, 120), (a, 120)], "backward", width=2.5, dash=(7, 5))
        made.text(f"× {slope:g}", (a + b) / 2, 138, align="middle", fill="orange")
    caption(made, "above: local derivatives", 120, 170)
    caption(made, "below: gradients of L, from right to left", 380, 170)
    return made


@illustration("A nudge of $x$ takes both ways at once")
def two_ways():
    """Two ways lead from x to L: one through u and z, one straight to y. Along a way the local derivatives are
    multiplied; at x, both results are added."""
    made = sheet(220)
    at = {"x": (70, 110), "u": (230, 54), "z": (390, 54), "y": (550, 110), "L": (690, 110)}
    for name, place in at.items():
        knot(made, *place, name)
    for start, end, words in [("x", "u", "× w"), ("u", "z", "× 1"), ("z", "y", "× 1"), ("y", "L", "dL/dy")]:
        a, b = np.array(at[start], float), np.array(at[end], float)
        way = (b - a) / np.hypot(*(b - a))
        made.arrow([a + 28 * way, b - 28 * way], "forward", width=2.5)
        made.text(words, *((a + b) / 2 + (0, -16)), align="middle", halo=True)
    made.arrow([(94, 122), (130, 158), (490, 158), (528, 126)], "second", width=2.5, dash=())
    made.text("× 1", 310, 144, align="middle")
    caption(
        made, "dL/dx  =  (w + 1) · dL/dy: along a way they multiply, where ways meet they add", 380, 196, align="middle"
    )
    return made


@illustration("Row $k$ of the result uses *column* $k$")
def weight_gradient():
    """Three tables: X turned on its side, with n columns; dY with n rows; their product dW. The n inner sizes are
    equal and go away. Row k of the first table, which is column k of X, and column j of dY are shaded: together they
    give the shaded number of dW."""
    made = sheet(236)
    X = np.array([[1.0, 0, 2], [0, 1, 1], [3, 1, 0], [1, 2, 1]])
    dY = np.array([[1.0, 0], [2, -1], [0, 3], [1, 1]])
    parts = [
        (X.T, 60, 82, "Xᵀ", "(n_in, n)", (2, slice(None))),
        (dY, 372, 66, "dY", "(n, n_out)", (slice(None), 0)),
        (X.T @ dY, 590, 82, "dW", "(n_in, n_out)", (2, 0)),
    ]
    for values, left, top, name, shape, lit in parts:
        made.text(f"{name}   {shape}", left + 24 * values.shape[1], 34, align="middle", bold=True)
        table(made, left, top, [[f"{v:g}".replace("-", "−") for v in row] for row in values], cells=(48, 32), lit=[lit])
    made.text("@", 312, 130, align="middle", size=24, bold=True)
    made.text("=", 528, 130, align="middle", size=24, bold=True)
    sums = " + ".join(f"{a:g} · {b:g}" for a, b in zip(X[:, 2], dY[:, 0], strict=True))
    caption(made, f"{sums} = {X[:, 2] @ dY[:, 0]:g}", 380, 214, align="middle")
    return made

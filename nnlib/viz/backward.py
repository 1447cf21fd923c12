"""The walk back through two layers by numbers: each gradient beside what is measured, and what each bug looks like."""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnlib.activations import ReLU, Tanh
from nnlib.checks.n04 import cross_entropy_gradient, dense_backward, relu_backward
from nnlib.gradcheck import numerical_gradient
from nnlib.losses import SoftmaxCrossEntropy, softmax
from nnlib.plotting import BLUE, GREY, ORANGE
from nnlib.viz.readers import ask
from nnlib.viz.view import Choice, Slider, View

N, UNITS = 4, 3  # examples; inputs, hidden units and classes: square layers, in which no shape tells of a transpose
LIMIT = 1e-6  # a gradient is wrong if it is further away, as a share of the largest one measured in its table
NAMES = ("dZ", "dW", "db", "dX")
WIDTH, HEIGHT = 576, 490  # of the picture; all places below are in these units
POINTS = 10.8  # of the text in the picture: 15 pixels
BUGS = ("none", "bias forgotten", "bias: one number for all", "wrong transpose", "no 1/n", "mask after rectification")


@dataclass(frozen=True)
class Pieces:
    """The rules of a walk back, as in the exercises 04.2 to 04.6; without `bias`, that of `dense` counts."""

    start: Any = cross_entropy_gradient
    dense: Any = dense_backward
    relu: Any = relu_backward
    bias: Any = None


@dataclass(frozen=True)
class Layer:
    """What a layer knows on the way back: all (4, 3), but W, dW (3, 3) and db (3,)."""

    X: np.ndarray
    W: np.ndarray
    arrives: np.ndarray  # dY; in the last layer the probabilities
    slope: np.ndarray  # of the activation; in the last layer the one-hot answers
    dZ: np.ndarray
    dW: np.ndarray
    db: np.ndarray
    dX: np.ndarray


@dataclass(frozen=True)
class Table:
    """Numbers in a grid: values, wrong, lit (rows, columns); below each, `under`. lit: 1 goes in, 2 has the focus."""

    title: str
    values: np.ndarray
    wrong: np.ndarray
    lit: np.ndarray
    texts: list
    under: list
    left: float
    top: float
    wide: float
    high: float


@dataclass(frozen=True)
class BackwardFrame:
    """The tables of one layer, the texts between and below them, and wrong (2, 4): wrong cells by layer and NAMES."""

    arrives: Table
    slope: Table
    dZ: Table
    XT: Table
    dX: Table
    dW: Table
    ones: Table
    db: Table
    wrong: np.ndarray
    signs: list
    lines: list
    verdict: str


# The network, forward and back


@functools.lru_cache(maxsize=64)
def network(seed):
    """Return X (4, 3), labels (4,) and two layers (W, b), in tenths.

    Drawn again until each hidden unit answers to some examples and is silent for others, none near ReLU's corner.
    """
    rng = np.random.default_rng(seed)
    while True:
        X = rng.standard_normal((N, UNITS)).round(1)
        layers = [((0.7 * rng.standard_normal((4, UNITS))).round(1)) for _ in range(2)]
        labels, Z = rng.integers(0, UNITS, N), X @ layers[0][:3] + layers[0][3]
        if np.abs(Z).min() > 0.01 and (Z > 0).any(axis=0).all() and (Z < 0).any(axis=0).all():
            return X, labels, [(both[:3], both[3]) for both in layers]


@functools.lru_cache(maxsize=64)
def measured(seed, activation):
    """Return for both layers {"dZ": ..., "dW": ..., "db": ..., "dX": ...}, each number by a nudge."""
    X, labels, ((W1, b1), (W2, b2)) = network(seed)
    X, W1, b1, W2, b2 = (array.copy() for array in (X, W1, b1, W2, b2))
    at_Z1, at_A, at_Z2 = np.zeros((3, N, UNITS))  # nudges on the way
    f, loss = activation_named(activation).f, SoftmaxCrossEntropy()

    def total():
        return loss.forward((f(X @ W1 + b1 + at_Z1) + at_A) @ W2 + b2 + at_Z2, labels)

    places = [(at_Z1, W1, b1, X), (at_Z2, W2, b2, at_A)]
    return [dict(zip(NAMES, (numerical_gradient(total, place) for place in four), strict=True)) for four in places]


def activation_named(name):
    """Return the activation of this name."""
    return Tanh() if name == "tanh" else ReLU()


def walk_back(pieces, seed, activation):
    """Return both Layers, their gradients found by these Pieces."""
    X, labels, ((W1, b1), (W2, b2)) = network(seed)
    A = activation_named(activation).f(X @ W1 + b1)
    Z = A @ W2 + b2
    dZ2 = ask("cross_entropy_gradient", pieces.start, Z, labels, gives=Z.shape)
    slopes2 = through_dense(pieces, A, W2, dZ2)
    if activation == "tanh":
        slope = Tanh().derivative(None, A)
        dZ1 = slopes2[2] * slope
    else:
        slope = ask("relu_backward", pieces.relu, np.ones_like(A), A, gives=A.shape)
        dZ1 = ask("relu_backward", pieces.relu, slopes2[2], A, gives=A.shape)
    slopes1 = through_dense(pieces, X, W1, dZ1)
    return (
        Layer(X, W1, slopes2[2], slope, dZ1, *slopes1),
        Layer(A, W2, softmax(Z), np.eye(UNITS)[labels], dZ2, *slopes2),
    )


def through_dense(pieces, X, W, dZ):
    """Return dW, db, dX; the rule for biases, where there is one, gets dZ before its division by n, as in 04.5."""
    shapes = {"dW": W.shape, "db": (UNITS,), "dX": X.shape}
    dW, db, dX = ask("dense_backward", pieces.dense, X, W, dZ, gives=shapes)
    if pieces.bias is not None:
        db = ask("bias_gradient", pieces.bias, N * dZ, gives=(UNITS,))
    return dW, db, dX


def with_bug(pieces, bug):
    """Return the Pieces with the matching one replaced."""
    dense = pieces.dense
    replaced = {
        "none": {},
        "bias forgotten": {"bias": lambda dZ: np.zeros(dZ.shape[1])},
        "bias: one number for all": {"bias": lambda dZ: np.full(dZ.shape[1], np.sum(dZ) / len(dZ))},
        "wrong transpose": {"dense": lambda X, W, dZ: (*dense(X, W, dZ)[:2], dZ @ W)},
        "no 1/n": {"start": lambda logits, labels: softmax(logits) - np.eye(UNITS)[labels]},
        "mask after rectification": {"relu": lambda dY, Y: dY * (Y >= 0)},
    }
    return Pieces(**(vars(pieces) | replaced[bug]))


# What is wrong, and where to look


def wrong_cells(found, by_nudge):
    """Return where two arrays differ by more than LIMIT, as a share of the largest measured gradient."""
    return np.abs(found - by_nudge) > LIMIT * (np.abs(by_nudge).max() or 1.0)


def verdict(layers, slopes, wrong, activation):
    """Return in words what the pattern of wrong cells says; wrong (2, 4), cells by layer and NAMES."""
    bad = wrong > 0
    if not bad.any():
        return f"All {2 * UNITS * (UNITS + 1)} gradients of weights and biases agree with the measurement"
    return f"{pattern(bad[:, 1:3])}: {culprit(layers, slopes, bad, activation)}"


def pattern(bad):
    """Return the wrong ones of dW and db (columns) in layers 1 and 2 (rows) in words."""
    if bad.all():
        return "dW and db are wrong in both layers"
    if not bad.any():
        return "dW and db are right in both layers, what flows between them is not"
    for one, name, other in [(0, "dW", "db"), (1, "db", "dW")]:
        if bad[:, one].all() and not bad[:, 1 - one].any():
            return f"{name} of layers 1 and 2 are wrong, both {other} are right"
    for one in (0, 1):
        if bad[one].all() and not bad[1 - one].any():
            return f"dW and db of layer {one + 1} are wrong, those of layer {2 - one} are right"
    cells = [f"{('dW', 'db')[column]} of layer {row + 1}" for row, column in np.argwhere(bad)]
    return f"wrong: {', '.join(cells)}, the rest is right"


def culprit(layers, slopes, bad, activation):
    """Return where to look: a rule is suspected if what it gives is wrong though what it gets is right."""
    (dZ1, dW1, db1, dX1), (dZ2, dW2, db2, dX2) = bad
    if dZ2:
        return f"look at the start, dZ = (p − y) / n{factor(layers, slopes)}"
    suspects = {
        "dW = Xᵀ dZ": dW2 or (dW1 and not dZ1),
        "the bias rule": db2 or (db1 and not dZ1),
        "dX = dZ Wᵀ, with which layer 2 passes the gradient on": dX2,
        f"the slope of {activation}, because what arrives at layer 1 is right and its dZ is not": dZ1 and not dX2,
        "dX = dZ Wᵀ": dX1 and not dZ1 and not dX2,
    }
    return "look at " + ", and at ".join(rule for rule, suspected in suspects.items() if suspected)


def factor(layers, slopes):
    """Return how many times too large all gradients are, if it is the same for all."""
    found = np.concatenate([getattr(layer, name).ravel() for layer in layers for name in ("dW", "db")])
    by_nudge = np.concatenate([known[name].ravel() for known in slopes for name in ("dW", "db")])
    times = found @ by_nudge / (by_nudge @ by_nudge)
    if wrong_cells(found, times * by_nudge).any() or not times:
        return ""
    said = f"{times:.4g}".replace("-", "−")
    return f": each gradient is {said} times what is measured" + (", and n is 4" if abs(times - N) < 1e-3 else "")


# The picture


def number(value, digits=3):
    """Return a number in a few characters, with a true minus.

    >>> number(-0.1234), number(-0.00001), number(12345.6), number(2.0, 1)
    ('−0.123', '0.000', '1e+04', '2.0')
    """
    digits = max(digits - sum(abs(value) >= limit for limit in (10, 100, 1000)), 0)
    text = f"{value:.{digits}f}" if abs(value) < 10_000 else f"{value:.0e}"
    return (text.lstrip("-") if not float(text) else text).replace("-", "−")


def table(title, values, place, *, digits=3, by_nudge=None, shown=False, lit=0):
    """Return a Table at place (left, top, wide, high); `shown`: with the measured numbers under its own."""
    values = np.atleast_2d(values)
    known = values if by_nudge is None else np.atleast_2d(by_nudge)
    texts, under = ([[number(v, digits) for v in row] for row in array] for array in (values, known))
    lit = np.broadcast_to(lit, values.shape).astype(float)
    return Table(title, values, wrong_cells(values, known), lit, texts, under if shown else [], *place)


def backward_frame(pieces, seed, activation, layer, row, column):
    """Return the BackwardFrame of layer 1 or 2, the focus on dW[row, column], for row 3 on db[column]."""
    layers, slopes = walk_back(pieces, seed, activation), measured(seed, activation)
    wrong = np.array([[wrong_cells(getattr(layers[k], n), slopes[k][n]).sum() for n in NAMES] for k in (0, 1)])
    now, known, first = layers[layer - 1], slopes[layer - 1], layer == 1
    digits = 1 if first else 3  # the inputs are in tenths
    rows, columns = np.arange(UNITS + 1)[:, None], np.arange(UNITS)
    focus = 2.0 * (rows == row) * (columns == column)  # (4, 3)
    titles = (f"slope of {activation}", "dZ = dY ⊙ slope") if first else ("y", "dZ = (p − y) / n")
    return BackwardFrame(
        arrives=table("dY arrives" if first else "p", now.arrives, (6, 28, 52, 32),
                      by_nudge=slopes[1]["dX"] if first else None),
        slope=table(titles[0], now.slope, (196, 28, 52, 32), digits=3 if first else 0),
        dZ=table(titles[1], now.dZ, (396, 28, 58, 32), by_nudge=known["dZ"], lit=columns == column),
        XT=table("Xᵀ" if first else "Xᵀ, from layer 1", now.X.T, (180, 190, 48, 48),
                 digits=digits, lit=rows[:UNITS] == row),
        dX=table("dX = dZ Wᵀ", now.dX, (6, 190, 52, 32), by_nudge=known["dX"]),
        dW=table("dW = Xᵀ dZ", now.dW, (396, 190, 58, 48), by_nudge=known["dW"], shown=True, lit=focus[:UNITS]),
        ones=table("", np.ones(N), (180, 342, 48, 48), digits=0, lit=row == UNITS),
        db=table("", now.db, (396, 342, 58, 48), by_nudge=known["db"], shown=True, lit=focus[UNITS]),
        wrong=wrong,
        signs=[["⊙" if first else "−", 179, 97], ["=", 374, 97], ["a row of ones", 126, 371], ["db", 384, 371]],
        lines=lines(now, known, row, column, digits),
        verdict=verdict(layers, slopes, wrong, activation),
    )  # fmt: skip


def lines(layer, known, row, column, digits):
    """Return the sum behind the cell in focus, what the cell holds and what is measured there, and a legend."""
    push = layer.dZ[:, column]
    if row == UNITS:
        name, found, by_nudge = f"db[{column}]", layer.db[column], known["db"][column]
        local, recipe = np.ones(N), f"column {column} of dZ, added up"
        terms = [number(d) for d in push]
    else:
        name, found, by_nudge = f"dW[{row}, {column}]", layer.dW[row, column], known["dW"][row, column]
        local, recipe = layer.X[:, row], f"row {row} of Xᵀ times column {column} of dZ"
        factors = [(number(x, digits), number(d)) for x, d in zip(local, push, strict=True)]
        terms = [f"{x} · {f'({d})' if d[0] == '−' else d}" for x, d in factors]
    written = " + ".join(terms).replace("+ −", "− ")
    wrong = wrong_cells(np.array([found]), np.array([by_nudge])).any()
    holds = f"{name} holds {number(found)}, measured {number(by_nudge)}: {'✗ they differ' if wrong else 'they agree'}"
    legend = "dW, db: found above, measured below; a cross where they differ"
    return [f"{name}: {recipe}", f"{written} = {number(local @ push)}", holds, legend]


class Backward(View):
    """The way back by numbers: two layers, four examples; each gradient stands above a measured one.

    Cells that differ have a thick border and a cross. Driven by the reader's `dense_backward(X, W, dY)`,
    `relu_backward(dY, Y)`, `cross_entropy_gradient(logits, labels)` and, where there is one, `bias_gradient(dZ)`;
    `bug` puts a known mistake in the place of one of them. Row 3 is that of the biases.

    >>> Backward(bug="bias: one number for all").now.verdict
    'db of layers 1 and 2 are wrong, both dW are right: look at the bias rule'
    """

    title = "The way back, by numbers"
    script = "backward.js"
    controls = (
        Slider("layer", "layer", 1, 2, 1, 1),
        Choice("activation", "activation", ("tanh", "ReLU"), "tanh"),
        Slider("row", "row (3: db)", 0, UNITS, 1, 1),
        Slider("column", "column", 0, UNITS - 1, 1, 0),
        Slider("seed", "seed", 0, 20, 1, 0),
        Choice("bug", "bug", BUGS, "none"),
    )
    size = (WIDTH / 80, HEIGHT / 80)

    def compute(self, layer, activation, row, column, seed, bug):
        pieces = Pieces(
            self.reader("cross_entropy_gradient", cross_entropy_gradient),
            self.reader("dense_backward", dense_backward),
            self.reader("relu_backward", relu_backward),
            self.reader("bias_gradient", None),
        )
        return backward_frame(with_bug(pieces, bug), int(seed), activation, int(layer), int(row), int(column))

    def facts(self, frame):
        no_mask = self.state["bug"] == BUGS[-1] and self.state["activation"] == "tanh"
        hint = ". This bug is one of ReLU's: tanh has no mask" if no_mask else ""
        cells = frame.wrong[:, 1:3].sum(axis=1)
        counts = f" ({cells[0]} and {cells[1]} of 12 cells in layers 1 and 2)" if cells.any() else ""
        return f"{frame.verdict}{counts}{hint}. In layer {int(self.state['layer'])}, {frame.lines[2]}"

    def draw(self, frame, ax):
        ax.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0))
        ax.set_axis_off()
        for part in vars(frame).values():
            if isinstance(part, Table):
                draw_table(part, ax)
        for text, x, y in frame.signs:
            ax.text(x, y, text, ha="center", fontsize=POINTS)
        for k, line in enumerate(frame.lines):
            ax.text(8, 416 + 21 * k, line, fontsize=POINTS)


def draw_table(part, ax):
    """Draw a Table with matplotlib: what goes in light blue, the focus framed in black, what is wrong crossed."""
    ax.text(part.left + part.wide * part.values.shape[1] / 2, part.top - 8, part.title, ha="center", fontsize=POINTS)
    for i, j in np.ndindex(part.values.shape):
        x, y, lit = part.left + j * part.wide, part.top + i * part.high, part.lit[i, j]
        fill, middle = ("#cfe4f3" if lit else "white"), x + part.wide / 2
        ax.fill([x, x + part.wide, x + part.wide, x], [y, y, y + part.high, y + part.high], fc=fill, ec=GREY, lw=0.7)
        ax.text(middle, y + 25, part.texts[i][j], ha="center", fontsize=POINTS, weight="bold" if lit else "normal")
        if part.under:
            ax.text(middle, y + 42, part.under[i][j], ha="center", fontsize=POINTS, color=BLUE)
    for i, j in np.argwhere(part.wrong):
        x, y = part.left + j * part.wide, part.top + i * part.high
        frame_cell(ax, x + 3, y + 3, part.wide - 6, part.high - 6, ORANGE)
        right, top = x + part.wide - 6, y + 6
        for start, end in [(top, top + 7), (top + 7, top)]:
            ax.plot([right - 7, right], [start, end], "-", color=ORANGE, lw=2)
    for i, j in np.argwhere(part.lit == 2):
        frame_cell(ax, part.left + j * part.wide, part.top + i * part.high, part.wide, part.high, "black")


def frame_cell(ax, x, y, wide, high, colour):
    """Draw the border of one cell."""
    ax.plot([x, x + wide, x + wide, x, x], [y, y, y + high, y + high, y], "-", color=colour, lw=2.5)

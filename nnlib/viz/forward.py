"""The way forward by numbers: a batch through two layers and softmax, and what goes into each number."""

from dataclasses import dataclass

import numpy as np

from nnlib.checks.engine import kind
from nnlib.checks.n03 import dense_forward
from nnlib.losses import softmax
from nnlib.plotting import BLUE, GREY, ORANGE
from nnlib.viz.backward import number, wrong_cells
from nnlib.viz.forward_numbers import SOURCES, forward_arrays, shown, verdict, written_out
from nnlib.viz.known_activations import ACTIVATIONS
from nnlib.viz.view import Choice, Slider, View

WIDTH, HEIGHT, HIGH, POINTS = 700, 474, 28, 10.5  # of the sheet on which all is placed; of a cell; of the text
PLACES = {  # left, top, width of a cell: what goes into a product stands to the left of it and above it
    "X": (6, 172, 36), "W1": (128, 26, 48), "b1": (128, 116, 48), "Z1": (128, 172, 48), "A1": (128, 286, 48),
    "W2": (334, 112, 50), "b2": (334, 230, 50), "Z2": (334, 286, 50), "steps": (538, 112, 50), "P": (538, 286, 50),
}  # fmt: skip
LEGEND = [
    "solid frame: goes in from the left",
    "dashed frame: goes in from above",
    "orange corner: not what the sum says",
]


@dataclass(frozen=True)
class Grid:
    """Numbers on the sheet: values, wrong, lit (rows, columns); 1 is lit because it goes in, 2 is what comes out."""

    values: np.ndarray
    texts: list
    wrong: np.ndarray
    lit: np.ndarray
    left: float
    top: float
    wide: float


@dataclass(frozen=True)
class ForwardFrame:
    """The arrays of the way, by name; borders: [x, y, width, height, look]; labels: [text, x, y, align]; lines."""

    X: Grid
    W1: Grid
    b1: Grid
    Z1: Grid
    A1: Grid
    W2: Grid
    b2: Grid
    Z2: Grid
    steps: Grid
    P: Grid
    borders: list
    labels: list
    lines: list
    verdict: str


# The sheet


def forward_frame(dense, activate, soft, seed, activation, temperature, array, row, column):
    """Return the ForwardFrame with one cell of Z1, A1, Z2 or P picked; a column too far to the right is the last."""
    arrays, right = forward_arrays(dense, activate, soft, seed, activation, temperature)
    column = min(column, arrays[array].shape[1] - 1)
    grids = {
        name: grid(name, values[:, row] if name == "steps" else values, right.get(name), activation)
        for name, values in arrays.items()
    }
    return ForwardFrame(
        **grids,
        borders=[light(grids[name], i, j, look) for name, i, j, look in parts(array, row, column)],
        labels=labels(activation, row, temperature),
        lines=written_out(arrays, right, activation, temperature, array, row, column),
        verdict=verdict(arrays, right, activation, temperature),
    )


def grid(name, values, right, activation):
    """Return an array as a Grid in its place."""
    values = np.atleast_2d(values)
    texts = [[shown(name, value, activation) for value in row] for row in values]
    wrong = wrong_cells(values, values if right is None else right)
    return Grid(values, texts, wrong, np.zeros(values.shape), *PLACES[name])


def parts(array, i, j):
    """Return what goes into a cell, and the cell, as (name, rows, columns, look of the border)."""
    whole, (left, *above) = slice(None), SOURCES[array]
    rows = i if array == "A1" else whole  # of an activation, one number goes in
    return [
        *([(left, i, whole, "solid")] if left else []),
        *((name, rows, j, "dashed") for name in above),
        (array, i, j, "focus"),
    ]


def light(part, i, j, look):
    """Mark cells of a Grid, a block; return the border around it."""
    part.lit[i, j] = 2 if look == "focus" else 1
    rows, columns = (ends.astype(int).tolist() for ends in map(np.unique, np.nonzero(part.lit)))
    x, y = part.left + columns[0] * part.wide, part.top + rows[0] * HIGH
    return [x, y, len(columns) * part.wide, len(rows) * HIGH, look]


def labels(activation, row, temperature):
    """Return the texts beside the grids: names with shapes, the steps of softmax, what the borders mean."""
    above = {
        "X": (3, "X (3, 3)"), "W1": (4, "W1 (3, 4)"), "Z1": (4, "Z1 = X W1 + b1  (3, 4)"),
        "A1": (4, f"A1 = {activation}(Z1)  (3, 4)"), "W2": (3, "W2 (4, 3)"), "Z2": (3, "Z2 = A1 W2 + b2  (3, 3)"),
        "P": (3, "probabilities P  (3, 3)"), "steps": (3, f"softmax, row {row}, T = {temperature:g}"),
    }  # fmt: skip
    titles = [(PLACES[name], columns, title) for name, (columns, title) in above.items()]
    return [
        *([title, x + wide * columns / 2, y - 8, "center"] for (x, y, wide), columns, title in titles),
        ["b1 (4,)", 120, 135, "right"],
        ["b2 (3,)", 492, 249, "left"],
        *([step, 532, 131 + HIGH * k, "right"] for k, step in enumerate(["Z2", "− max", "/ T", "exp"])),
        *([line, 345, 20 + 21 * k, "left"] for k, line in enumerate(LEGEND)),
    ]


class Forward(View):
    """The way forward by numbers: three examples through two layers and softmax, the sum behind each number.

    A click or the arrow keys pick a cell; what goes into it is framed. Driven by the reader's `dense_forward(X, W, b)`,
    `softmax(Z)` and activation, looked up by name at each move; cells that are not what the sum says are marked.

    >>> Forward(array="Z1", row=0, column=1).now.lines[1]
    'Z1[0, 1] = −0.5 · (−0.2) + 0.5 · (−0.7) + 0.0 · 0.7 + 0.0 = −0.25'
    """

    title = "The way forward, by numbers"
    script = "forward.js"
    controls = (
        Choice("array", "array", tuple(SOURCES), "Z1"),
        Slider("row", "row", 0, 2, 1, 1),
        Slider("column", "column", 0, 3, 1, 2),
        Slider("temperature", "temperature", 0.1, 10, 0.05, 1.0, scale="log"),
        Choice("activation", "activation", tuple(ACTIVATIONS), "ReLU"),
        Slider("seed", "seed", 0, 20, 1, 0),
    )
    size = (WIDTH / 76, HEIGHT / 76)

    def compute(self, activation, **state):
        chosen = self.reader(activation, ACTIVATIONS[activation])
        if not callable(getattr(chosen, "forward", None)):
            raise ValueError(f"{activation} expected a class with forward(X), got {kind(chosen)}")
        dense, soft = self.reader("dense_forward", dense_forward), self.reader("softmax", softmax)
        with np.errstate(all="ignore"):
            return forward_frame(dense, chosen().forward, soft, activation=activation, **state)

    def facts(self, frame):
        what, total, *_, fault = frame.lines
        row, T = self.state["row"], self.state["temperature"]
        best = frame.P.values[row].argmax()
        favours = f"At temperature {T:g}, row {row} favours class {best}, with {number(frame.P.values[row, best])}"
        return f"{total}: {what}. {fault}{'. ' if fault else ''}{favours}. {frame.verdict}"

    def draw(self, frame, ax):
        ax.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0))
        ax.set_axis_off()
        for part in vars(frame).values():
            if isinstance(part, Grid):
                draw_grid(part, ax)
        for x, y, wide, high, look in frame.borders:
            colour, style = ("black", "-") if look == "focus" else (BLUE, "-" if look == "solid" else "--")
            outline(ax, x, y, wide, high, ec=colour, ls=style, lw=2.5)
        for text, x, y, align in frame.labels:
            ax.text(x, y, text, ha=align, fontsize=POINTS)
        for k, line in enumerate(frame.lines):
            ax.text(8, 398 + 22 * k, line, fontsize=POINTS)


def draw_grid(part, ax):
    """Draw a Grid with matplotlib: what is lit on light blue and bold, what is wrong with a border and a corner."""
    for i, j in np.ndindex(part.values.shape):
        x, y, lit = part.left + j * part.wide, part.top + i * HIGH, part.lit[i, j]
        outline(ax, x, y, part.wide, HIGH, fc="#cfe4f3" if lit else "white", ec=GREY, lw=0.7)
        weight = "bold" if lit else "normal"
        ax.text(x + part.wide / 2, y + 19, part.texts[i][j], ha="center", fontsize=POINTS, weight=weight)
        if part.wrong[i, j]:
            outline(ax, x + 2, y + 2, part.wide - 4, HIGH - 4, ec=ORANGE, lw=2)
            right = x + part.wide - 2
            ax.fill([right - 11, right, right], [y + 2, y + 2, y + 13], fc=ORANGE, lw=0)


def outline(ax, x, y, wide, high, fc="none", **look):
    """Draw a rectangle."""
    ax.fill([x, x + wide, x + wide, x], [y, y, y + high, y + high], fc=fc, **look)

"""The way forward by numbers: a batch through two layers and softmax, and what goes into each number."""

from dataclasses import dataclass

import numpy as np

from nnlib.checks.engine import kind
from nnlib.checks.n03 import dense_forward
from nnlib.losses import softmax
from nnlib.viz.controls import Choice, Slider
from nnlib.viz.drawing import Drawing, Move
from nnlib.viz.forward_numbers import SOURCES, forward_arrays, shown, verdict, written_out
from nnlib.viz.known_activations import ACTIVATIONS
from nnlib.viz.readers import wrong_cells
from nnlib.viz.sums import Working, again, beside, number, onward
from nnlib.viz.tables import Focus, Table, write_out
from nnlib.viz.view import View

HIGH, TERMS = 23, 5  # height of a cell; terms of the longest sum
PLACES = {  # left, top, width of a cell: what goes into a product stands to the left of it and above it
    "X": (8, 160, 44), "W1": (198, 30, 66), "b1": (198, 105, 66), "Z1": (198, 160, 66), "A1": (198, 271, 66),
    "W2": (520, 107, 66), "b2": (520, 205, 66), "Z2": (520, 271, 66), "P": (762, 271, 60),
}  # fmt: skip
SHAPES = {"Z1": (3, 4), "A1": (3, 4), "Z2": (3, 3), "P": (3, 3)}
CELLS = [{"array": array, "row": i, "column": j} for array, shape in SHAPES.items() for i, j in np.ndindex(shape)]
BESIDE = {("Z1", "Down"): "A1", ("A1", "Up"): "Z1", ("A1", "Right"): "Z2",
          ("Z2", "Left"): "A1", ("Z2", "Right"): "P", ("P", "Left"): "Z2"}  # fmt: skip
HELP = (
    "Click a number, or go to it by the arrow keys: its row, its column and its sum are shown. "
    "Enter takes the next term of the sum, as Play does."
)


@dataclass(frozen=True)
class ForwardFrame:
    """Arrays by name; wrong: where Z1, A1, Z2 and P are not what their sums say; what stands behind the cell at `at`.

    at: its array, row and column;   lines: what goes in, its sum, its shapes, what is wrong with it
    """

    arrays: dict
    wrong: dict
    at: tuple
    working: Working
    lines: list
    verdict: str


def forward_frame(dense, activate, soft, seed, activation, temperature, array, row, column, term=TERMS):
    """Return the ForwardFrame with one cell of Z1, A1, Z2 or P picked; a column too far to the right is the last."""
    arrays, right = forward_arrays(dense, activate, soft, seed, activation, temperature)
    at = array, row, min(column, SHAPES[array][1] - 1)
    what, working, shapes, fault = written_out(arrays, right, activation, temperature, *at, term)
    lines = [what, working.equation(f"{array}[{at[1]}, {at[2]}]"), shapes, fault]
    wrong = {name: wrong_cells(arrays[name], right[name]) for name in right}
    return ForwardFrame(arrays, wrong, at, working, lines, verdict(arrays, right, activation, temperature))


def focus(frame):
    """Return the Focus of a frame."""
    (array, i, _), whole, (left, *above) = frame.at, slice(None), SOURCES[frame.at[0]]
    rows = i if array == "A1" else whole  # into an activation, one number goes
    return Focus(frame.at, [(left, whole)] if left else [], [(name, rows) for name in above], frame.working)


def picked(array, row, column):
    """Return the Move to a cell, all terms of its sum shown."""
    return Move(put={"array": array, "row": row, "column": column, "term": TERMS})


class Forward(View):
    """The way forward by numbers: three examples through two layers and softmax, the sum behind each number.

    A click or the arrow keys pick a cell; what goes into it is framed, and its sum written out, as far as `term` says.
    Driven by the reader's `dense_forward(X, W, b)`, `softmax(Z)` and activation, looked up by name at each move; cells
    that are not what the sum says are marked.

    >>> Forward(array="Z1", row=0, column=1).now.lines[1]
    'Z1[0, 1] = −0.5 · (−0.2) + 0.5 · (−0.7) + 0.0 · 0.7 + 0.0 = −0.25'
    """

    title = "The way forward, by numbers"
    plays = True
    controls = (
        Choice("array", "array", tuple(SOURCES), "Z1"),
        Slider("row", "row", 0, 2, 1, 1),
        Slider("column", "column", 0, 3, 1, 2),
        Slider("term", "terms shown", 1, TERMS, 1, TERMS),
        Slider("temperature", "temperature", 0.1, 10, 0.05, 1.0, scale="log"),
        Choice("activation", "activation", tuple(ACTIVATIONS), "ReLU"),
        Slider("seed", "seed", 0, 20, 1, 0),
    )

    def compute(self, activation, **state):
        chosen = self.reader(activation, ACTIVATIONS[activation])
        if not callable(getattr(chosen, "forward", None)):
            raise ValueError(f"{activation} expected a class with forward(X), got {kind(chosen)}")
        dense, soft = self.reader("dense_forward", dense_forward), self.reader("softmax", softmax)
        with np.errstate(all="ignore"):
            return forward_frame(dense, chosen().forward, soft, activation=activation, **state)

    def facts(self, frame):
        what, total, _, fault = frame.lines
        row, T = frame.at[1], self.state["temperature"]
        best = frame.arrays["P"][row].argmax()
        favours = f"At temperature {T:g}, row {row} favours class {best}, with {number(frame.arrays['P'][row, best])}"
        return f"{total}: {what}. {fault}{'. ' if fault else ''}{favours}. {frame.verdict}"

    def draw(self, frame):
        step = onward(frame.working, CELLS, dict(zip(("array", "row", "column"), frame.at, strict=True)))
        keys = {
            f"Arrow{key}": picked(*beside(frame.at, SHAPES, BESIDE, key)) for key in ("Left", "Right", "Up", "Down")
        }
        keys |= {"Enter": step} if step else {}
        ends = {"column": SHAPES[frame.at[0]][1] - 1, "term": frame.working.steps}
        sheet = Drawing(950, 488, keys=keys, onward=step, again=again(CELLS), ends=ends, help=HELP)
        tables, shown_now = self.tables(frame), focus(frame)
        shown_now.light(sheet, tables)
        for name, made in tables.items():
            made.draw(sheet, cells_of(name, frame))
        shown_now.frame(sheet, tables)
        for name, align, x in [("b1 (4,)", "right", 188), ("b2 (3,)", "left", 728)]:
            sheet.text(name, x, PLACES[name[:2]][1] + HIGH / 2, align=align)
        explain(sheet, frame)
        return sheet

    def tables(self, frame):
        """Return the Tables of a frame by name, what goes into the cell in focus lit."""
        activation = self.state["activation"]
        titles = {
            "X": "X (3, 3)", "W1": "W1 (3, 4)", "Z1": "Z1 = X W1 + b1 (3, 4)", "A1": f"A1 = {activation}(Z1) (3, 4)",
            "W2": "W2 (4, 3)", "Z2": "Z2 = A1 W2 + b2 (3, 3)", "P": "P = softmax(Z2/T) (3, 3)",
        }  # fmt: skip
        tables = {}
        for name, (left, top, wide) in PLACES.items():
            texts = [[shown(name, v, activation) for v in row] for row in np.atleast_2d(frame.arrays[name])]
            tables[name] = Table(left, top, (wide, HIGH), texts, titles.get(name, ""))
            tables[name].wrong[:] = frame.wrong.get(name, False)
        return tables


def cells_of(name, frame):
    """Return the look of a cell by row and column: its number as a tip, and a click where there is a sum behind it."""

    def look(i, j):
        place = f"{name}[{j}]" if name[0] == "b" else f"{name}[{i}, {j}]"
        tip = f"{place} = {np.atleast_2d(frame.arrays[name])[i, j]:.6g}"
        if name not in SHAPES:
            return {"tip": tip, "name": place}
        return {"tip": f"{tip}: click for its sum", "does": picked(name, i, j), "name": place}

    return look


def explain(sheet, frame):
    """Add the sum behind the cell in focus as a table, and what there is to say about it."""
    (array, row, column), (what, _, shapes, fault) = frame.at, frame.lines
    sheet.text(f"{array}[{row}, {column}]: {what.split(': ')[0]}", 8, 360)
    right = write_out(sheet, 8, 373, (62, 22), frame.working, column if array == "P" else -1)
    crossed = "crossed: not what the sum says" if any(map(np.any, frame.wrong.values())) else ""
    for k, line in enumerate([*shapes.split("; "), fault, crossed]):
        sheet.text(line, right + 24, 384 + 22 * k, fill="wrong" if line == fault else "ink")

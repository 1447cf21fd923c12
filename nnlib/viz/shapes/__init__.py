"""A quiz on shapes: two small arrays, an operation, and a guess at the shape of the result before it is shown."""

from dataclasses import dataclass

import numpy as np

from nnlib.guards import arguments_of
from nnlib.viz.controls import Choice, Slider
from nnlib.viz.readers import ask
from nnlib.viz.shapes.picture import picture
from nnlib.viz.shapes.words import ASKS, FAILS, SHOWS, STRETCH, differences, judged, meetings, met, reasons, written
from nnlib.viz.view import View

SIDE = 4  # the longest side
A_NUMBERS = np.array([[1.0, 2, 3, 4], [5, 6, 7, 8], [9, 1, 2, 3], [4, 5, 6, 7]])
B_NUMBERS = np.array([[2.0, 1, 3, 5], [1, 4, 2, 3], [3, 2, 1, 4], [5, 3, 4, 1]])
OPERATIONS = {
    "A + B": lambda A, B: A + B,
    "A * B": lambda A, B: A * B,
    "A @ B": lambda A, B: A @ B,
    "A.T": lambda A, B: A.T,
    "A.sum(axis=0)": lambda A, B: A.sum(axis=0),
    "A.sum(axis=1)": lambda A, B: A.sum(axis=1),
    "A.sum(axis=1, keepdims=True)": lambda A, B: A.sum(axis=1, keepdims=True),
}
SHAPES = tuple(str(shape) for n in range(1, SIDE + 1) for shape in [(n,), *((n, m) for m in range(1, SIDE + 1))])


@dataclass(frozen=True)
class Grid:
    """An array as it is shown, a line as a table of one row.   Shapes: values, copied, wrong, texts (rows, columns).

    copied: cells that NumPy only acts as if it had;   wrong: cells that differ from NumPy's
    framed: first row, first column, number of rows, number of columns, or nothing
    """

    title: str
    note: str
    values: np.ndarray
    copied: np.ndarray
    wrong: np.ndarray
    texts: list
    framed: list


@dataclass(frozen=True)
class ShapesFrame:
    """A, B or nothing, the result or a sign in its place.

    at: row and column of the chosen cell, or nothing;   lines: why it is so, and the chosen cell's calculation
    meet: how the sizes meet, (A's, B's, the result's) from the last one on, or nothing
    """

    operation: str
    A: Grid
    B: Grid | None
    result: Grid
    at: list
    lines: list
    meet: list
    says: str


def shapes_frame(operation, A, B, guess, row, column, product=None):
    """Return the ShapesFrame of an operation on A (n, m) and B (k,) or (k, l); `product` is the reader's A @ B."""
    B = B if "B" in operation else None
    question = f"{operation} for A {A.shape}" + ("" if B is None else f" and B {B.shape}")
    if guess == ASKS:
        says = f"{question}: which shape will it have, or will it be an error? Choose your guess."
        lines = ["Which shape will the result have, or will it be an error?"]
        return ShapesFrame(operation, *inputs(A, B), sign("?", "result"), [], lines, [], says)
    found, why = outcome(operation, A, B), reasons(operation, A, B)
    truth = FAILS if found is None else str(found.shape)
    note = "" if guess == SHOWS else f"{'✓' if guess == truth else '✗'} guessed {guess}"
    says = f"{judged(question, truth, guess)} {'; '.join(why).capitalize()}."
    meet = [(a, b or "", met(a, b)) for a, b in meetings(A, B)] if operation in STRETCH else []
    if found is None:
        return ShapesFrame(operation, *inputs(A, B), sign("no result", FAILS, note), [], why, meet, says)
    given = found if product is None else ask("by_loops", product, A, B, gives=found.shape)
    result, wrong = np.atleast_2d(given), np.atleast_2d(given != found)
    at = [min(row, len(result) - 1), min(column, result.shape[1] - 1)]
    parts = inputs(A, B, behind(operation, A, found.ndim, *at), result.shape if operation in STRETCH else None)
    line = written(operation, parts, np.atleast_2d(found), result, at, found.ndim)
    result = grid(result, (*at, 1, 1), title=f"result {truth}", note=note, wrong=wrong)
    says += f" {line.capitalize()}.{differences(wrong)}"
    return ShapesFrame(operation, *parts, result, at, [*why, line], meet, says)


# The tables


def inputs(A, B, framed=((), ()), shape=None):
    """Return the Grids of A and B, stretched to a shape if one is given."""
    parts = []
    for name, array, part in zip("AB", (A, B), framed, strict=True):
        if array is None:
            return [*parts, None]
        real = np.atleast_2d(array)
        full = real if shape is None else np.broadcast_to(real, shape)
        rows, columns = np.indices(full.shape)
        copied = (rows >= len(real)) | (columns >= real.shape[1])
        note = f"stretched to {full.shape}" if copied.any() else ""
        parts.append(grid(full, part, title=f"{name} {array.shape}", note=note, copied=copied))
    return parts


def grid(values, framed, title, note="", copied=False, wrong=False):
    """Return the Grid of a table."""
    copied, wrong = (np.broadcast_to(np.array(cells, bool), values.shape) for cells in (copied, wrong))
    return Grid(title, note, values, copied, wrong, [[f"{number:.4g}" for number in row] for row in values], [*framed])


def sign(text, title, note=""):
    """Return a Grid of one cell with a word, in the place of the result."""
    zero = np.zeros((1, 1))
    return Grid(title, note, zero, zero == 0, zero > 0, [[text]], [])


def outcome(operation, A, B):
    """Return what NumPy gives, or None if it raises ValueError."""
    try:
        return OPERATIONS[operation](A, B)
    except ValueError:
        return None


def behind(operation, A, axes, i, j):
    """Return what of A and B makes cell (i, j): for each the first row and column, and how many of them."""
    rows, columns = A.shape
    example = i if axes == 2 else j  # a line has one number for each example
    if operation in STRETCH:
        return (i, j, 1, 1), (i, j, 1, 1)
    if operation == "A @ B":
        return (example, 0, 1, columns), (0, j, columns, 1) if axes == 2 else (0, 0, 1, columns)
    made = {"A.T": (j, i, 1, 1), "A.sum(axis=0)": (0, j, rows, 1)}
    return made.get(operation, (example, 0, 1, columns)), ()


class Shapes(View):
    """A quiz on shapes: guess the shape of A + B, A @ B, A.sum(axis=0) ..., and see how the result comes about.

    Full frames are numbers that exist, dotted ones copies that NumPy acts as if it had. A new question takes the
    guess back, unless it is "show it". A @ B is the reader's `by_loops(X, W)`, if there is one; its wrong cells
    are crossed.

    >>> Shapes(rows=3, columns=1, b_rows=0, b_columns=4, guess="(4, 3)")  # doctest: +ELLIPSIS
    Shapes(operation='A + B', rows=3, ...): Wrong: A + B for A (3, 1) and B (4,) gives (3, 4), not (4, 3). ...
    """

    title = "Which shape will it have?"
    controls = (
        Choice("operation", "operation", tuple(OPERATIONS), "A + B"),
        Slider("rows", "rows of A", 1, SIDE, 1, 4),
        Slider("columns", "columns of A", 1, SIDE, 1, 3),
        Slider("b_rows", "rows of B (0: line)", 0, SIDE, 1, 0),
        Slider("b_columns", "columns of B", 1, SIDE, 1, 3),
        Choice("guess", "your guess", (ASKS, FAILS, *SHAPES, SHOWS), ASKS),
        Slider("row", "chosen row", 0, SIDE - 1, 1, 0),
        Slider("column", "chosen column", 0, SIDE - 1, 1, 0),
    )
    asks = ("operation", "rows", "columns", "b_rows", "b_columns")

    def moved(self, change):
        """Take the guess back when the question has changed: it would give the new answer away.

        A guess that comes together with another change was made before: the browser had not heard that it is back.
        """
        old, new = change["old"], change["new"]
        changed = {name for name in new if old.get(name) != new[name]}
        late = "guess" in changed and len(changed) > 1
        if new.get("guess") not in (ASKS, SHOWS) and (late or changed & set(self.asks)):
            self.state = new | {"guess": ASKS}  # comes here once more
        else:
            self.update()

    def set(self, **state):
        """Move controls by name; a guess among them is one at the new question."""
        super().set(**state)
        return super().set(guess=state["guess"]) if "guess" in state else self

    def compute(self, operation, rows, columns, b_rows, b_columns, guess, row, column):
        A = A_NUMBERS[:rows, :columns].copy()
        B = B_NUMBERS[: b_rows or 1, :b_columns].copy()
        B = B if b_rows else B[0]
        tables = operation == "A @ B" and B.ndim == 2  # all that by_loops is for
        product = two_arrays(self.reader("by_loops", None)) if tables else None
        return shapes_frame(operation, A, B, guess, row, column, product)

    def facts(self, frame):
        return frame.says

    def draw(self, frame):
        return picture(frame)


def two_arrays(function):
    """Return a function if it takes two arguments, else None: other notebooks have a by_loops of other things."""
    return function if callable(function) and len(arguments_of(function) or ()) == 2 else None

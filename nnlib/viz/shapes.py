"""A quiz on shapes: two small arrays, an operation, and a guess at the shape of the result before it is shown."""

from dataclasses import dataclass

import numpy as np

from nnlib.guards import arguments_of
from nnlib.viz.grids import HEIGHT, MIDDLE, POINTS, WIDTH, Grid, box, draw_grid, grid, inputs, sign
from nnlib.viz.readers import ask
from nnlib.viz.view import Choice, Slider, View

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
STRETCH = ("A + B", "A * B")
ASKS, SHOWS, FAILS = "?", "show it", "an error"
LINE = 246  # where the text below begins
SHAPES = tuple(str(shape) for n in range(1, SIDE + 1) for shape in [(n,), *((n, m) for m in range(1, SIDE + 1))])


@dataclass(frozen=True)
class ShapesFrame:
    """A, B or nothing, the result or a sign in its place.

    at: row and column of the chosen cell, or nothing;   texts: [text, x, y, align, size]
    """

    A: Grid
    B: Grid | None
    result: Grid
    at: list
    texts: list
    says: str


def shapes_frame(operation, A, B, guess, row, column, product=None):
    """Return the ShapesFrame of an operation on A (n, m) and B (k,) or (k, l); `product` is the reader's A @ B."""
    B = B if "B" in operation else None
    question = f"{operation} for A {A.shape}" + ("" if B is None else f" and B {B.shape}")
    texts = between(operation)
    if guess == ASKS:
        texts += below(["Which shape will the result have, or will it be an error?"], 8)
        says = f"{question}: which shape will it have, or will it be an error? Choose your guess."
        return ShapesFrame(*inputs(A, B), sign("?", "result"), [], texts, says)
    found, why = outcome(operation, A, B), reasons(operation, A, B)
    truth = FAILS if found is None else str(found.shape)
    note = "" if guess == SHOWS else f"{'✓' if guess == truth else '✗'} guessed {guess}"
    says = f"{judged(question, truth, guess)} {'; '.join(why).capitalize()}."
    left = 200 if operation in STRETCH else 8
    texts += lineup(operation, A, B) if operation in STRETCH else []
    if found is None:
        return ShapesFrame(*inputs(A, B), sign("no result", FAILS, note), [], texts + below(why, left), says)
    given = found if product is None else ask("by_loops", product, A, B, gives=found.shape)
    result, wrong = np.atleast_2d(given), np.atleast_2d(given != found)
    at = [min(row, len(result) - 1), min(column, result.shape[1] - 1)]
    parts = inputs(A, B, behind(operation, A, found.ndim, *at), result.shape if operation in STRETCH else None)
    line = written(operation, parts, np.atleast_2d(found), result, at, found.ndim)
    result = grid("result", result, (*at, 1, 1), title=f"result {truth}", note=note, wrong=wrong)
    says += f" {line.capitalize()}.{differences(wrong)}"
    return ShapesFrame(*parts, result, at, texts + below([*why, line], left), says)


def outcome(operation, A, B):
    """Return what NumPy gives, or None if it raises ValueError."""
    try:
        return OPERATIONS[operation](A, B)
    except ValueError:
        return None


# In words


def judged(question, truth, guess):
    """Return whether the guess is right, and what is."""
    if guess == SHOWS:
        return f"{question} gives {truth}."
    return f"Right: {question} gives {truth}." if guess == truth else f"Wrong: {question} gives {truth}, not {guess}."


def meetings(A, B):
    """Return the pairs of sizes that meet, from the last one on; for a missing one 0."""
    return list(zip(A.shape[::-1], (*B.shape[::-1], 0), strict=False))


def meeting(a, b):
    """Return what comes of it when two sizes meet.

    >>> meeting(3, 4)
    '3 meets 4, and neither is 1'
    """
    if not b:
        return f"{a} meets a missing size, which counts as 1"
    ends = "" if a == b else ", and the 1 is stretched" if 1 in (a, b) else ", and neither is 1"
    return f"{a} meets {b}{ends}"


def reasons(operation, A, B):
    """Return in words why the result has its shape, or why there is none."""
    if operation in STRETCH:
        return [meeting(a, b) for a, b in meetings(A, B)]
    if operation == "A @ B":
        inner, outer = (A.shape[1], len(B)), " and ".join(map(str, (A.shape[0], *B.shape[1:])))
        ends = f"are the same and vanish; left: {outer}" if inner[0] == inner[1] else "differ"
        return [f"the inner sizes, {inner[0]} and {inner[1]}, {ends}"]
    return [{
        "A.T": "rows and columns change places",
        "A.sum(axis=0)": "axis 0, the rows, goes away: one sum for each column",
        "A.sum(axis=1)": "axis 1, the columns, goes away: one sum for each row",
    }.get(operation, "one sum for each row; axis 1 is kept, with the size 1")]  # fmt: skip


def written(operation, parts, found, given, at, axes):
    """Return the calculation of the chosen cell in a line; found, given: NumPy's table, the reader's."""
    terms = zip(*(part.values[box(part.framed)].ravel() for part in parts if part), strict=True)
    by = " * " if operation == "A @ B" else operation[1:4]
    side = " + ".join(by.join(f"{number:g}" for number in term) for term in terms)
    place = f"row {at[0]}, column {at[1]}" if axes == 2 else f"place {at[1]}"
    right, mine = (f"{table[*at]:g}" for table in (found, given))
    return f"{place}: {side}{'' if side == right else f' = {right}'}" + ("" if mine == right else f", not {mine}")


def differences(wrong):
    """Return in words how many cells of the reader's product are wrong, or nothing."""
    return f" Your by_loops differs from NumPy in {wrong.sum()} of {wrong.size} cells." if wrong.any() else ""


# Where it all is drawn


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


def between(operation):
    """Return the signs between the tables; a method stands in the place of B."""
    equals = ["=", 388, MIDDLE + 8, "center", 24]
    if "B" in operation:
        return [[operation[2], 188, MIDDLE + 8, "center", 24], equals]
    method = operation[1:].replace(", ", ",\n").split("\n")
    return [*([part, 288, MIDDLE + 6 + 22 * k, "center", 16] for k, part in enumerate(method)), equals]


def lineup(operation, A, B):
    """Return the two shapes one above the other, so that they end at the same place, and what they give."""
    texts = below(["A", "B", operation], 30)
    for k, (a, b) in enumerate(meetings(A, B)):
        fits = max(a, b) if b in (0, 1, a) or a == 1 else "✗"
        texts += below([str(size) for size in (a, b or "", fits)], 125 - 35 * k)
    return texts


def below(lines, left):
    """Return lines of text below the tables."""
    return [[line, left, LINE + 24 * k, "left", 15] for k, line in enumerate(lines)]


class Shapes(View):
    """A quiz on shapes: guess the shape of A + B, A @ B, A.sum(axis=0) ..., and see how the result comes about.

    Full frames are numbers that exist, dotted ones copies that NumPy acts as if it had. A new question takes the
    guess back, unless it is "show it". A @ B is the reader's `by_loops(X, W)`, if there is one; its wrong cells
    are crossed.

    >>> Shapes(rows=3, columns=1, b_rows=0, b_columns=4, guess="(4, 3)")  # doctest: +ELLIPSIS
    Shapes(operation='A + B', rows=3, ...): Wrong: A + B for A (3, 1) and B (4,) gives (3, 4), not (4, 3). ...
    """

    title = "Which shape will it have?"
    script = "shapes.js"
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
    size = (WIDTH / 80, HEIGHT / 80)

    def moved(self, change):
        """Take the guess back when the question has changed: it would give the new answer away."""
        old, new = change["old"], change["new"]
        if new.get("guess") not in (ASKS, SHOWS) and any(old.get(name) != new.get(name) for name in self.asks):
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

    def draw(self, frame, ax):
        ax.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0))
        ax.set_axis_off()
        for part in (frame.A, frame.B, frame.result):
            if part is not None:
                draw_grid(part, ax)
        for text, x, y, align, size in frame.texts:
            ax.text(x, y, text, ha=align, fontsize=size * POINTS)


def two_arrays(function):
    """Return a function if it takes two arguments, else None: other notebooks have a by_loops of other things."""
    return function if callable(function) and len(arguments_of(function) or ()) == 2 else None

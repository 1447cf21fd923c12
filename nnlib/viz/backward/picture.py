"""The picture of the way back: the tables of one layer, what goes into the number in focus, and its sum."""

import numpy as np

from nnlib.viz.backward.walk import NAMES, SHAPES, TERMS, N, name_of
from nnlib.viz.drawing import Drawing, Move
from nnlib.viz.readers import wrong_cells
from nnlib.viz.sums import WAYS, again, beside, number, onward
from nnlib.viz.tables import Focus, Table, write_out

PLACES = {  # left, top, width and height of a cell: what goes into a product stands to the left of it and above it
    "arrives": (8, 148, 66, 26), "derivative": (236, 148, 66, 26), "dZ": (464, 148, 66, 26),
    "W": (720, 24, 66, 26), "dX": (720, 148, 66, 26),
    "X": (142, 298, 66, 42), "dW": (464, 298, 66, 42), "ones": (142, 454, 66, 42), "db": (464, 454, 66, 42),
}  # fmt: skip
CELLS = [
    {"layer": layer, "array": array, "row": i, "column": j}
    for layer in (2, 1) for array, shape in SHAPES.items() for i, j in np.ndindex(shape)
]  # fmt: skip
BESIDE = {("dZ", "Right"): "dX", ("dX", "Left"): "dZ", ("dZ", "Down"): "dW",
          ("dW", "Up"): "dZ", ("dW", "Down"): "db", ("db", "Up"): "dW"}  # fmt: skip
WHOLE, NONE = slice(None), slice(0)
HELP = (
    "Click a gradient, or go to it by the arrow keys: what goes into it and its sum are shown. "
    "Enter takes the next term of the sum, as Play does, from the loss back."
)


def picture(frame):
    """Return the Drawing of a BackwardFrame."""
    here = dict(zip(("layer", "array", "row", "column"), (frame.which, *frame.at), strict=True))
    step, looked_at, tables = onward(frame.working, CELLS, here), focus(frame), tables_of(frame)
    keys = {f"Arrow{key}": picked(*beside(frame.at, SHAPES, BESIDE, key)) for key in WAYS}
    keys |= {"Enter": step} if step else {}
    ends = {"row": SHAPES[frame.at[0]][0] - 1, "term": frame.working.steps}
    sheet = Drawing(926, 506, keys=keys, onward=step, again=again(CELLS), ends=ends, help=HELP)
    looked_at.light(sheet, tables)
    for name, made in tables.items():
        made.draw(sheet, cells_of(name, frame))
    looked_at.frame(sheet, tables)
    for text, x, y, align in [
        ("⊙" if frame.which == 1 else "−", 221, 200, "middle"), ("=", 449, 200, "middle"),
        ("row of ones", 132, 475, "right"), ("db = Σ rows of dZ", 672, 475, "left"),
    ]:  # fmt: skip
        sheet.text(text, x, y, align=align)
    explain(sheet, frame)
    overview(sheet, frame.wrong, frame.which)
    return sheet


def explain(sheet, frame):
    """Add the sum behind the cell in focus as a table, and what it holds."""
    sheet.text(f"{name_of(*frame.at)}: {frame.lines[0]}", 8, 14)
    right = write_out(sheet, 8, 26, (62, 24), frame.working)
    for k, line in enumerate([frame.lines[2], *frame.lines[3].split(": ")]):
        sheet.text(line, right + 20, 38 + 24 * k)


def focus(frame):
    """Return the Focus of a frame."""
    array, _, j = frame.at
    left, above = {
        "dZ": ([("arrives", j), ("derivative", j)], []),
        "dW": ([("X", WHOLE)], [("dZ", WHOLE)]),
        "db": ([("ones", WHOLE)], [("dZ", WHOLE), ("dW", NONE)]),
        "dX": ([("dZ", WHOLE)], [("W", WHOLE)]),
    }[array]
    return Focus(frame.at, left, above, frame.working)


def picked(array, row, column, **more):
    """Return the Move to a cell, all terms of its sum shown."""
    return Move(put={"array": array, "row": row, "column": column, "term": TERMS} | more)


def arrays_of(frame):
    """Return all arrays of a layer by the names of their tables, each with two axes."""
    layer = frame.layer
    arrays = vars(layer) | {"X": layer.X.T, "W": layer.W.T, "ones": np.ones(N)}
    return {name: np.atleast_2d(array) for name, array in arrays.items()}


def titles_of(frame):
    """Return the titles of the tables by name."""
    titles = {"X": "Xᵀ", "W": "Wᵀ", "dW": "dW = Xᵀ dZ", "dX": "dX = dZ Wᵀ"}
    if frame.which == 2:
        return titles | {"arrives": "p", "derivative": "y", "dZ": "dZ = (p − y) / n", "X": "Xᵀ, from layer 1"}
    derivative = f"derivative of {frame.activation}"
    return titles | {"arrives": "dY = dX of layer 2", "derivative": derivative, "dZ": "dZ = dY ⊙ derivative"}


def tables_of(frame):
    """Return the Tables of a layer by name."""
    first, titles = frame.which == 1, titles_of(frame)
    digits = {"W": 1, "ones": 0, "X": 1} if first else {"W": 1, "ones": 0, "derivative": 0}
    arrays, tables = arrays_of(frame), {}
    for name, (left, top, *cells) in PLACES.items():
        values = [arrays[name], *([frame.known[name]] if name in ("dW", "db") else [])]
        texts = [[[number(v, digits.get(name, 3)) for v in row] for row in rows] for rows in values]
        tables[name] = Table(left, top, cells, texts[0], titles.get(name, ""), *texts[1:])
        if name in frame.known:
            tables[name].wrong[:] = wrong_cells(arrays[name], frame.known[name])
    return tables


def cells_of(name, frame):
    """Return the look of a cell by row and column: its number as a tip, and a click where it is a gradient."""
    values, known = arrays_of(frame)[name], frame.known.get(name)

    def look(i, j):
        place = name_of({"X": "Xᵀ", "W": "Wᵀ", "arrives": "dY"}.get(name, name), i, j)
        tip = f"{place} = {values[i, j]:.6g}" + ("" if known is None else f", measured {known[i, j]:.6g}")
        if name not in SHAPES:
            return {"tip": tip, "name": place}
        return {"tip": f"{tip}: click for its sum", "does": picked(name, i, j), "name": place}

    return look


def overview(sheet, wrong, layer):
    """Add a table of both layers: how many cells of each gradient differ from what is measured."""
    sheet.text("cells that differ", 856, 300, align="middle")
    texts = [[str(count) if count else "✓" for count in row] for row in wrong[::-1]]
    made = Table(794, 330, (31, 26), texts)
    for k, name in enumerate(NAMES):
        sheet.text(name, 809.5 + 31 * k, 320, align="middle")
    for row, which in enumerate((2, 1)):
        sheet.text(f"layer {which}", 786, 343 + 26 * row, align="right", bold=which == layer)

    def look(row, k):
        count, which = wrong[1 - row, k], 2 - row
        tip = f"{NAMES[k]} of layer {which}: {count} cells differ from what is measured: click to go there"
        fill = {"fill": "pale orange"} if count else {}
        return {"tip": tip, "does": picked(NAMES[k], 0, 0, layer=which), "name": "overview"} | fill

    made.draw(sheet, look)
    made.frame(sheet, 2 - layer, line="focus", width=2, name="layer")
    for k, line in enumerate(["blue: as measured", "crossed: they differ"]):
        sheet.text(line, 720, 404 + 22 * k, fill=("measured", "wrong")[k])

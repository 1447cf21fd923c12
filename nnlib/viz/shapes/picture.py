"""The picture of the quiz on shapes: A, B and the result side by side, and how their sizes meet."""

import numpy as np

from nnlib.viz.drawing import Drawing, Move
from nnlib.viz.shapes.words import box
from nnlib.viz.sums import WAYS, beside
from nnlib.viz.tables import Table

CELL, SLOT, LEFTS, MIDDLE, LINE = 40, 160, {"A": 8, "B": 208, "result": 408}, 134, 240  # places in the picture
TINTS = {"A": "pale blue", "B": "pale orange", "result": "pale grey"}
HELP = "Click a number of the result, or go to it by the arrow keys, to see how it is made."


def picture(frame):
    """Return the Drawing of a ShapesFrame."""
    keys, shape = {}, frame.result.values.shape
    for key in WAYS if frame.at else ():
        _, row, column = beside(("result", *frame.at), {"result": shape}, {}, key)
        keys[f"Arrow{key}"] = Move(put={"row": row, "column": column})
    ends = {"row": shape[0] - 1, "column": shape[1] - 1} if frame.at else {}
    sheet = Drawing(576, 308, keys=keys, ends=ends, help=HELP * bool(frame.at))
    for name, part in [("A", frame.A), ("B", frame.B), ("result", frame.result)]:
        if part is not None:
            draw_table(sheet, name, part, name == "result" and bool(frame.at))
    draw_signs(sheet, frame.operation)
    draw_lines(sheet, frame)
    return sheet


def draw_table(sheet, name, part, chosen):
    """Add a Grid in its slot; `chosen` is whether its cells can be chosen."""
    rows, columns = part.values.shape
    middle, single = LEFTS[name] + SLOT / 2, part.texts[0][0] in ("?", "no result")
    sheet.text(part.title, middle, 16, size=16, bold=True, align="middle")
    sheet.text(part.note, middle, 38, align="middle")
    cells = (SLOT, SLOT) if single else (CELL, CELL)
    left, top = middle - columns * cells[0] / 2, MIDDLE - rows * cells[1] / 2
    size = 17 if not single else 48 if part.texts == [["?"]] else 24
    made = Table(left, top, cells, part.texts, size=size)
    made.wrong[:] = part.wrong

    def look(i, j):
        if part.copied[i, j]:
            tip = "" if single else f"a copy that NumPy acts as if it had: {part.texts[i][j]}"
            return {"fill": "paper", "line": "grey", "width": 1.2, "dash": (2, 3), "tip": tip, "name": f"{name} copy"}
        real = {"fill": TINTS[name], "line": "ink", "width": 1.2, "name": f"{name}[{i}, {j}]"}
        tip = f"row {i}, column {j} of {name}: {part.values[i, j]:g}"
        does = {"does": Move(put={"row": i, "column": j}), "tip": f"{tip}; click to see how it is made"}
        return real | {"tip": tip} | (does if chosen else {})

    made.draw(sheet, look)
    real = np.argwhere(~part.copied)
    if len(real) < part.copied.size and len(real):  # above the dots of its neighbours
        rows, columns = real[-1] + 1
        made.frame(sheet, slice(int(rows)), slice(int(columns)), line="ink", width=1.2, name=f"{name} real")
    if part.framed:
        made.frame(sheet, *box(part.framed), width=3.5)


def draw_signs(sheet, operation):
    """Add the signs between the tables; a method stands in the place of B."""
    sheet.text("=", 388, MIDDLE, size=24, align="middle")
    if "B" in operation:
        sheet.text(operation[2], 188, MIDDLE, size=24, align="middle")
        return
    for k, part in enumerate(operation[1:].replace(", ", ",\n").split("\n")):
        sheet.text(part, 288, MIDDLE + 22 * k, size=16, align="middle")


def draw_lines(sheet, frame):
    """Add the two shapes one above the other, so that they end at the same place, and what they give; why it is so."""
    if frame.meet:
        for k, name in enumerate(["A", "B", frame.operation]):
            sheet.text(name, 30, LINE + 24 * k)
        for column, sizes in enumerate(frame.meet):
            for k, size in enumerate(sizes):
                sheet.text(size, 130 - 35 * column, LINE + 24 * k, align="middle", name="size")
    for k, line in enumerate(frame.lines):
        sheet.text(line, 200 if frame.meet else 8, LINE + 24 * k)

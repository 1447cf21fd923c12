"""The tables of a small calculation as they are drawn: A, B and a result, side by side."""

from dataclasses import dataclass

import numpy as np
from matplotlib.patches import Rectangle

from nnlib.plotting import GREY, ORANGE

WIDTH, HEIGHT, CELL, SLOT = 576, 308, 40, 160  # of the picture: all places are in these units
LEFTS, MIDDLE = {"A": 8, "B": 208, "result": 408}, 134
POINTS = 0.9  # of a unit
TINTS = {"A": "#cfe4f3", "B": "#fbdcc4", "result": "#e6e6e6"}  # pale blue, pale orange, pale grey


@dataclass(frozen=True)
class Grid:
    """An array as it is drawn, a line as a table of one row.   Shapes: values, copied, wrong, texts (rows, columns).

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
    tint: str
    middle: float
    left: float
    top: float
    cell: float
    font: float


def box(framed):
    """Return the slices of the framed part of a table."""
    i, j, rows, columns = framed
    return slice(i, i + rows), slice(j, j + columns)


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
        parts.append(grid(name, full, part, title=f"{name} {array.shape}", note=note, copied=copied))
    return parts


def grid(name, values, framed, title, note="", copied=False, wrong=False):
    """Return the Grid of a table in the middle of its slot."""
    copied, wrong = (np.broadcast_to(np.array(cells, float), values.shape) for cells in (copied, wrong))
    middle, (rows, columns) = LEFTS[name] + SLOT / 2, values.shape
    left, top = middle - columns * CELL / 2, MIDDLE - rows * CELL / 2
    texts = [[f"{number:.4g}" for number in row] for row in values]
    return Grid(title, note, values, copied, wrong, texts, [*framed], TINTS[name], middle, left, top, CELL, 17)


def sign(text, title, note=""):
    """Return a Grid of one large cell with a word, in the place of the result."""
    zero, left, font = np.zeros((1, 1)), LEFTS["result"], 48 if len(text) == 1 else 24
    place = left + SLOT / 2, left, MIDDLE - SLOT / 2, SLOT
    return Grid(title, note, zero, zero + 1, zero, [[text]], [], "", *place, font)


def draw_grid(part, ax):
    """Draw a Grid with matplotlib."""
    ax.text(part.middle, 20, part.title, ha="center", fontsize=16 * POINTS, weight="bold")
    ax.text(part.middle, 40, part.note, ha="center", fontsize=14 * POINTS)
    for (i, j), copied in np.ndenumerate(part.copied):
        x, y, half = part.left + j * part.cell, part.top + i * part.cell, part.cell / 2
        look = {"fc": "white", "ec": GREY, "ls": ":"} if copied else {"fc": part.tint, "ec": "black", "zorder": 2}
        ax.add_patch(Rectangle((x, y), part.cell, part.cell, lw=1.2, **look))
        style = {"ha": "center", "va": "center_baseline", "fontsize": part.font * POINTS, "zorder": 3}
        ax.text(x + half, y + half, part.texts[i][j], **style)
        if part.wrong[i, j]:
            frame_cell(ax, x + 3, y + 3, part.cell - 6, part.cell - 6, ORANGE)
            ax.text(x + part.cell - 9, y + 14, "✗", color=ORANGE, ha="center", fontsize=14 * POINTS)
    if part.framed:
        i, j, rows, columns = (part.cell * size for size in part.framed)
        ax.add_patch(Rectangle((part.left + j, part.top + i), columns, rows, fill=False, lw=3.5, zorder=4))


def frame_cell(ax, x, y, wide, high, colour):
    """Draw the border of one cell."""
    ax.plot([x, x + wide, x + wide, x, x], [y, y, y + high, y + high, y], "-", color=colour, lw=2.5)

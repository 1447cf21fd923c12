"""Tables of numbers on a Drawing: cells are lit, framed and crossed, and bands and arrows lead from table to table."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from nnlib.viz.drawing import TEXT, text_width

TITLE = 22  # room of a title above its table
SHARP = 0.49  # of a unit to the right and down: thin lines lie in the middle of a pixel, for both renderers
LOWER = 0.4  # of a unit: with SHARP, letters stand on a pixel


@dataclass
class Table:
    """Texts (rows, columns) in cells of a width and a height, with a title above; rows and columns count from 0.

    under: texts (rows, columns) for a second line in each cell
    lit, passed, wrong: (rows, columns), what goes into a sum, what its numbers pass on their way, what is not right
    """

    left: float
    top: float
    cells: tuple
    texts: list
    title: str = ""
    under: list = ()
    size: float = TEXT

    def __post_init__(self):
        self.shape = len(self.texts), len(self.texts[0])
        self.lit, self.passed, self.wrong = np.zeros((3, *self.shape), bool)

    def block(self, rows=slice(None), columns=slice(None)):
        """Return left, top, width and height of cells, which are given by numbers or slices."""
        rows, columns = (np.atleast_1d(np.arange(n)[k]) for n, k in zip(self.shape, (rows, columns), strict=True))
        wide, high = self.cells
        left, top = self.left + wide * int(columns[0]) + SHARP, self.top + high * int(rows[0]) + SHARP
        return left, top, wide * len(columns), high * len(rows)

    def draw(self, sheet, look=lambda row, column: {}):
        """Add it to a Drawing; look(row, column): options of a cell's rectangle, such as does and tip."""
        if self.title:
            sheet.text(self.title, self.left + self.cells[0] * self.shape[1] / 2, self.top - 12, align="middle")
        for (i, j), lit in np.ndenumerate(self.lit):
            x, y, wide, high = self.block(i, j)
            fill = {"fill": "lit", "opacity": 1.0 if lit else 0.4} if lit or self.passed[i, j] else {"fill": "paper"}
            sheet.rect(x, y, wide, high, **{"line": "axis", "width": 0.7, **fill, **look(i, j)})
            place = {"x": x + wide / 2 - 4 * bool(self.wrong[i, j]), "align": "middle", "size": self.size}
            sheet.text(self.texts[i][j], y=y + LOWER + high / 2 - 9 * bool(self.under), bold=bool(lit), **place)
            if self.under:
                sheet.text(self.under[i][j], y=y + LOWER + high / 2 + 10, fill="measured", **place)
            if self.wrong[i, j]:
                cross(sheet, x, y, wide, high)

    def frame(self, sheet, rows=slice(None), columns=slice(None), line="focus", **look):
        """Add a thick border around cells."""
        sheet.rect(*self.block(rows, columns), line=line, **{"width": 3, "name": "frame"} | look)


def cross(sheet, x, y, wide, high):
    """Mark a cell as wrong: a thick border inside of it and a cross in its corner."""
    sheet.rect(x + 2 - SHARP, y + 2 - SHARP, wide - 3, high - 3, line="wrong", width=2, name="wrong")
    sheet.mark("cross", x + wide - 7, y + 7, 3.6, line="wrong", width=1.8)


def band(sheet, start, end):
    """Tint what lies between two blocks, beside or below each other, where numbers pass from one to the other."""
    x, y, wide, high = start
    if end[0] >= x + wide:
        sheet.rect(x + wide, y, end[0] - x - wide, high, fill="lit", opacity=0.4, name="band")
    else:
        sheet.rect(x, y + high, wide, end[1] - y - high, fill="lit", opacity=0.4, name="band")


def lead(sheet, start, end, text="", room=0):
    """Add band and arrow from one block to another, with a text beside it; `room`: of the title before the second."""
    band(sheet, start, end)
    x, y, wide, high = start
    if end[0] >= x + wide:
        middle = y + high / 2 + 8 * bool(text)
        points, place = [(x + wide + 5, middle), (end[0] - 4, middle)], ((x + wide + end[0]) / 2, y + high / 2 - 4)
    else:
        middle, top, bottom = x + wide / 2, y + high + 4, end[1] - 3 - room
        points, place = [(middle, top), (middle, bottom)], (middle + 9 + text_width(text) / 2, (top + bottom) / 2)
    sheet.arrow(points, "value", head=9, width=2.5, name="arrow")
    if text:
        sheet.text(text, *place, align="middle", fill="value", bold=True, name="factor")


@dataclass
class Focus:
    """A number in its table, and the numbers that go into it: those in its row, from the left, and in its column.

    at: name of its table, row, column;   working: its calculation (see sums.py), which is as far as it says
    left, above: names of the tables, the nearest one last, each with its columns or rows, slice(0) if none go in
    """

    at: tuple
    left: list
    above: list
    working: object

    def cells(self, part, sideways):
        """Return the index of a part of its row or column."""
        return (self.at[1], part) if sideways else (part, self.at[2])

    def factors(self):
        """Return the numbers of the term that is added just now, from the left and from above, or nothing."""
        working, several = self.working, self.left and self.above
        return [row[working.done - 1] for row in working.texts[:2]] if several and working.running else ["", ""]

    def light(self, sheet, tables):
        """Light what goes in, and add the bands and arrows on which it gets there, the factors beside them."""
        target = tables[self.at[0]]
        target.lit[self.at[1:]] = True
        for sources, sideways, factor in zip((self.left, self.above), (True, False), self.factors(), strict=True):
            for k, (name, part) in enumerate(sources):
                first = 0 if k or isinstance(part, slice) else part
                tables[name].passed[self.cells(slice(first, None), sideways)] = True
                tables[name].lit[self.cells(part, sideways)] = True
            if sources:
                target.passed[self.cells(slice(self.at[1 + sideways]), sideways)] = True
                blocks = [tables[name].block(*self.cells(slice(None), sideways)) for name, _ in sources]
                for start, end in pairwise(blocks):
                    band(sheet, start, end)
                room = TITLE if target.title and not sideways else 0
                lead(sheet, blocks[-1], target.block(*self.cells(0, sideways)), factor, room)

    def frame(self, sheet, tables):
        """Frame the number, and what goes in: solid from the left, dashed from above, black what goes in just now."""
        for sources, sideways, factor in zip((self.left, self.above), (True, False), self.factors(), strict=True):
            for name, part in sources:
                if part != slice(0):
                    dash = () if sideways else (6, 4)
                    tables[name].frame(sheet, *self.cells(part, sideways), line="value", dash=dash)
            if factor:
                tables[sources[0][0]].frame(sheet, *self.cells(self.working.done - 1, sideways), name="factor")
        tables[self.at[0]].frame(sheet, *self.at[1:], name="focus")


def write_out(sheet, left, top, cells, working, column=-1):
    """Add a Working as a table with labels, its result in this column framed; return where it ends on the right."""
    room = max(map(text_width, working.labels)) + 10
    for k, label in enumerate(working.labels):
        sheet.text(label, left + room - 10, top + cells[1] * (k + 0.5), align="right")
    made = Table(left + room, top, cells, working.texts)
    made.lit[:] = working.lit
    made.draw(sheet)
    if not working.running:
        made.frame(sheet, -1, column, name="result")
    return left + room + cells[0] * made.shape[1]

"""How one number of a product comes about, term by term: as a small table, in a line, and as steps to play."""

from dataclasses import dataclass

import numpy as np

from nnlib.viz.drawing import Move

WAYS = {"Up": (-1, 0), "Down": (1, 0), "Left": (0, -1), "Right": (0, 1)}  # of the arrow keys: rows, columns


@dataclass(frozen=True)
class Working:
    """A calculation as a table: labels of its rows, texts (rows, columns), "" where it has not come to yet.

    lit: (rows, columns), what is new;   line: the same in a line;   done, steps: how many there are
    """

    labels: list
    texts: list
    lit: np.ndarray
    line: str
    done: int
    steps: int

    @property
    def running(self):
        """Whether there are terms to come."""
        return self.done < self.steps

    def equation(self, name):
        """Return the line as what the number of this name is, or as what it has come to."""
        return f"{name}, {self.done} of {self.steps}: {self.line}" if self.running else f"{name} = {self.line}"


def number(value, digits=3):
    """Return a number in a few characters, with a true minus.

    >>> number(-0.1234), number(-0.00001), number(12345.6), number(2.0, 1)
    ('−0.123', '0.000', '1e+04', '2.0')
    """
    digits = max(digits - sum(abs(value) >= limit for limit in (10, 100, 1000)), 0)
    text = f"{value:.{digits}f}" if abs(value) < 10_000 else f"{value:.0e}"
    return (text.lstrip("-") if not float(text) else text).replace("-", "−")


def bracketed(text):
    """Return a number as it stands behind another sign, in brackets if it is negative."""
    return f"({text})" if text[0] == "−" else text


def products(names, factors, digits, term, bias=None):
    """Return the Working of a sum of products after so many terms.

    names, factors: of both rows, each (n,);   digits: of the first, of the second, of what comes out
    bias: its name, value and digits, where one is added at the end
    """
    pairs = [[number(v, d) for v in row] for row, d in zip(factors, digits, strict=False)]
    written = [f"{x} · {bracketed(w)}" for x, w in zip(*pairs, strict=True)]
    parts = list(np.multiply(*factors))
    if bias:
        pairs, parts = [[*pairs[0], ""], [*pairs[1], bias[0]]], [*parts, bias[1]]
        written.append(number(*bias[1:]))
    done = min(term, len(parts))
    sums = [[number(v, digits[2]) for v in row[:done]] for row in (parts, np.cumsum(parts))]
    texts = [*pairs, *(row + [""] * (len(parts) - done) for row in sums)]
    lit = np.broadcast_to(np.arange(len(parts)) == done - 1, (4, len(parts)))
    line = f"{' + '.join(written[:done]).replace('+ −', '− ')} = {sums[1][-1]}"
    return Working([*names, "product", "sum so far"], texts, lit, line, done, len(parts))


def onward(working, cells, here):
    """Return the Move to the next term of a sum, or to the first one of the next cell; None behind the last.

    cells: for each cell, in the order of the calculation, the values of controls;   here: those of the present one
    """
    if working.running:
        return Move(put={"term": working.done + 1})
    after = cells[cells.index(here) + 1 :]
    return Move(put=after[0] | {"term": 1}) if after else None


def again(cells):
    """Return the Move to the first term of the first cell."""
    return Move(put=cells[0] | {"term": 1})


def beside(at, shapes, neighbours, key):
    """Return array, row and column where an arrow key leads, the same place at the edge of the sheet.

    at: array, row, column;   shapes: of the arrays by name;   neighbours: {(array, key): the array on this side}
    """
    (array, i, j), (down, right) = at, WAYS[key]
    if not (0 <= i + down < shapes[array][0] and 0 <= j + right < shapes[array][1]):
        array = neighbours.get((array, key))
        if array is None:
            return at
    rows, columns = shapes[array]
    if array == at[0]:
        return array, i + down, j + right
    entered = [min(i, rows - 1), min(j, columns - 1)]  # from the side where the other array lies
    axis = 0 if down else 1
    entered[axis] = 0 if down + right > 0 else shapes[array][axis] - 1
    return array, *entered

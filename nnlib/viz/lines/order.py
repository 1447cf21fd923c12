"""Which lines are put in, in which order and how deep, as a short text, so that it is part of a view's state."""

import re
from dataclasses import dataclass, replace
from string import ascii_lowercase

from nnlib.guards import brief
from nnlib.viz.controls import Own

DEEPEST = 5
FORM = re.compile(r"([A-Za-z][1-5]?)*(-[A-Z])?")


@dataclass(frozen=True)
class Lines(Own):
    """An order of lines as a text; the view's script makes its buttons.

    A letter for each line that is put in, by its place among the shuffled ones, and behind it a digit for its depth
    where the reader indents. The one in hand is a capital, which stands behind a hyphen while it is not put in.
    """

    name: str
    label: str
    start: str = ""

    def check(self, owner, value):
        """Return the text; raises ValueError if it is no order of lines."""
        letters = re.findall("[A-Za-z]", value) if isinstance(value, str) and FORM.fullmatch(value) else None
        twice = letters and len({letter.lower() for letter in letters}) < len(letters)
        if letters is None or twice or sum(map(str.isupper, letters)) > 1:
            raise ValueError(f"{owner} expected {self.name} to be letters such as 'bA', each once, got {brief(value)}")
        return value

    read = check


@dataclass(frozen=True)
class Arrangement:
    """Lines by their places among the shuffled ones, from 0: `placed`, pairs (line, depth), and the one in `hand`."""

    placed: tuple = ()
    hand: int | None = None

    @classmethod
    def of(cls, text, puzzle):
        """Return the order that a text means; raises ValueError if it has a line that the puzzle has not."""
        tokens = re.findall(r"([A-Za-z])(\d?)", text.partition("-")[0])
        places = {letter: k for k, letter in enumerate(ascii_lowercase[: len(puzzle.pool)])}
        if unknown := {letter.lower() for letter in text if letter.isalpha()} - set(places):
            raise ValueError(f"Order expected lines from a to {max(places)}, got {min(unknown)!r}")
        hand = next((letter for letter in text if letter.isupper()), None)
        depths = [int(digit or 1) if puzzle.indents else 1 for _, digit in tokens]
        placed = tuple((places[letter.lower()], depth) for (letter, _), depth in zip(tokens, depths, strict=True))
        return cls(placed, hand and places[hand.lower()])

    def text(self, puzzle):
        """Return it as a text."""
        letter = lambda k: ascii_lowercase[k].upper() if k == self.hand else ascii_lowercase[k]  # noqa: E731
        put = "".join(letter(k) + (str(depth) if puzzle.indents else "") for k, depth in self.placed)
        return put + (f"-{letter(self.hand)}" if self.hand is not None and self.row is None else "")

    @property
    def row(self):
        """The row of the line in hand among those that are put in, or None."""
        return next((row for row, (k, _) in enumerate(self.placed) if k == self.hand), None)

    def aside(self, puzzle):
        """Return the lines that are not put in."""
        used = {k for k, _ in self.placed}
        return [k for k in range(len(puzzle.pool)) if k not in used]

    def holding(self, hand):
        """Return the same order with another line in hand."""
        return replace(self, hand=hand)

    def turned(self, hand):
        """Return the order after a line was put in, at the end and as deep as the last one, or left out."""
        rest = tuple(pair for pair in self.placed if pair[0] != hand)
        depth = self.placed[-1][1] if self.placed else 1
        return Arrangement(rest if len(rest) < len(self.placed) else (*rest, (hand, depth)), hand)

    def moved(self, by):
        """Return the order after the line in hand went down by some rows; None where there is no such row."""
        if self.row is None or not 0 <= self.row + by < len(self.placed):
            return None
        rest = list(self.placed)
        rest.insert(self.row + by, rest.pop(self.row))
        return replace(self, placed=tuple(rest))

    def indented(self, by):
        """Return the order after the line in hand was indented by some levels; None where that cannot be."""
        if self.row is None or not 1 <= self.placed[self.row][1] + by <= DEEPEST:
            return None
        rest = list(self.placed)
        rest[self.row] = self.hand, rest[self.row][1] + by
        return replace(self, placed=tuple(rest))

    def chosen(self, by, puzzle):
        """Return the order with the next line in hand, in the order of the picture; None at its ends."""
        rows = [k for k, _ in self.placed] + self.aside(puzzle)
        at = rows.index(self.hand) + by if self.hand is not None else 0
        return self.holding(rows[at]) if 0 <= at < len(rows) else None

    def moves(self, puzzle):
        """Return the orders to which keys lead."""
        known = {
            "ArrowUp": self.chosen(-1, puzzle),
            "ArrowDown": self.chosen(1, puzzle),
            "Enter": self.turned(self.hand) if self.hand is not None else None,
            "u": self.moved(-1),
            "d": self.moved(1),
        }
        if puzzle.indents:
            known |= {"ArrowLeft": self.indented(-1), "ArrowRight": self.indented(1)}
        return {key: order for key, order in known.items() if order}

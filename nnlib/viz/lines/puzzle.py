"""The lines of an exercise's answer as a puzzle: shuffled, with wrong ones beside them, and a few left open.

`answers.txt` has the answers as the notebooks print them, without comments. In a comment below a line stands what
may come in its place by mistake, after the name of the exercise's wrong answer (`Exercise.wrong`) that does the same.
"""

import importlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

TEXT = Path(__file__).with_name("answers.txt")
NOTEBOOKS = range(8)
STEP = 4  # spaces of one level
GAP = "...  # this line is yours"
# Exercises of one kind, in their order. Each leaves one line more open than the one before, up to two.
KINDS = {
    "one step of learning": ("01.3", "01.5"),
    "formulas that survive large numbers": ("02.3", "02.4", "03.5"),
    "gradients": ("04.1", "04.2", "04.3"),
    "rows in a new order": ("05.2", "05.3"),
    "steps of optimizers": ("05.5", "05.6"),
}
MOST_OPEN = 2


@dataclass(frozen=True)
class Line:
    """A line of code, or a few where brackets go on: `text` without the indentation of its first.

    depth: how many levels it is indented in the answer;   group: number of the line of the answer in whose place
    it stands;   slip: the wrong answer that it makes, none for the right line;   open: whether the reader writes it
    """

    text: str
    depth: int
    group: int
    slip: str = ""
    open: bool = False

    @property
    def shown(self):
        return GAP if self.open else self.text


@dataclass(frozen=True)
class Puzzle:
    """An exercise in lines: `head` is the line with def, `answer` the right lines in order, `pool` all, shuffled.

    indents: whether the reader has to indent them, where not all are indented alike
    """

    number: str
    name: str
    head: str
    answer: tuple
    pool: tuple

    @property
    def indents(self):
        return any(line.depth > 1 for line in self.answer)


def module_of(number):
    """Return the module that checks the exercises of a notebook, given by one of their numbers."""
    return importlib.import_module(f"nnlib.checks.n{number[:2]}")


@lru_cache
def exercises():
    """Return all exercises of the course by number."""
    modules = [module_of(f"{number:02}") for number in NOTEBOOKS]
    return {exercise.number: exercise for module in modules for exercise in module.EXERCISES}


@lru_cache
def answers():
    """Return {number: (head, lines)} of all answers of two lines and more, the wrong ones among the lines."""
    found = {}
    for part in re.split(r"\n(?=\d\d\.\d\n)", TEXT.read_text(encoding="utf-8").strip()):
        number, head, *body = part.strip().splitlines()
        found[number] = head, tuple(lines_of(body))
    return found


def lines_of(body):
    """Return the Lines of a function's body."""
    lines = []
    for row in body:
        depth, text = (len(row) - len(row.lstrip())) // STEP, row.strip()
        if slip := re.match(r"# (\w+): (.+)", text):
            lines.append(Line(slip[2], depth, lines[-1].group, slip[1]))
        elif lines and unfinished(lines[-1].text):
            last = lines.pop()
            lines.append(Line(f"{last.text}\n{row[STEP * last.depth :]}", last.depth, last.group))
        else:
            lines.append(Line(text, depth, lines[-1].group + 1 if lines else 0))
    return lines


def unfinished(text):
    """Whether a bracket is still open."""
    return sum(text.count(mark) for mark in "([{") > sum(text.count(mark) for mark in ")]}")


def gaps(number):
    """Return how many lines of an exercise are left open: none for the first of its kind, never all."""
    for numbers in KINDS.values():
        if number in numbers:
            return min(numbers.index(number), MOST_OPEN)
    return 0


@lru_cache(maxsize=256)
def puzzle(number, seed):
    """Return the Puzzle of an exercise; None if its answer is one line."""
    if number not in answers():
        return None
    head, lines = answers()[number]
    right = [line for line in lines if not line.slip]
    first = len(right) - gaps(number)  # the last lines are the first to be left open
    right[first:] = [Line(line.text, line.depth, line.group, open=True) for line in right[first:]]
    slips = [line for line in lines if line.slip and not right[line.group].open]
    pool = shuffled(right, slips, np.random.default_rng([seed, int(number.replace(".", ""))]))
    return Puzzle(number, exercises()[number].name, head, tuple(right), tuple(pool))


def shuffled(right, slips, rng):
    """Return the lines in another order than the right one; a right line and its slips stay together.

    Learners look closer at wrong lines that stand beside the right one (Smith et al., ICER 2024).
    """
    order, wanted = range(len(right)), [line.shown for line in right]
    while [right[k].shown for k in order] == wanted:
        order = rng.permutation(len(right))
    groups = [[right[k], *(slip for slip in slips if slip.group == k)] for k in order]
    return [group[k] for group in groups for k in rng.permutation(len(group))]

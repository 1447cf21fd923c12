"""What is put together, run as a function: any order that works is right, and the check says what is wrong with it."""

import linecache
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass

from nnlib.checks.engine import verdict
from nnlib.viz.lines.puzzle import STEP, exercises, module_of

MOST = 300_000  # lines of an answer that one check runs; no right one comes near


class NeverEnds(BaseException):
    """Raised in an answer that runs on and on; no Exception, so that no `except` catches it."""

    def __init__(self):
        super().__init__(f"it had not ended after {MOST:,} lines. Is there a loop that never ends?")


@dataclass(frozen=True)
class Said:
    """What a check says: whether it passes, the cause in words, and the first line out of place, from 0, or None."""

    passes: bool
    words: str
    place: int | None = None


def body_of(placed, fill=False):
    """Return placed lines, pairs of a Line and its depth, as the body of a function.

    fill: whether lines that are left open are those of the answer, in its order
    """
    mine = iter(sorted((line for line, _ in placed if line.open), key=lambda line: line.group))
    rows = []
    for line, depth in placed:
        text = next(mine).text if fill and line.open else line.shown
        rows += [" " * STEP * depth + row for row in text.split("\n")]
    return "\n".join(rows)


def function_of(puzzle, placed, names):
    """Return the function that placed lines make, with the names of the exercise's module and the reader's own.

    Raises SyntaxError where they are no Python.
    """
    file = f"<lines of {puzzle.number}>"
    code, seen = (f"{puzzle.head}\n{body_of(placed, fill)}\n" for fill in (True, False))
    linecache.cache[file] = len(seen), None, seen.splitlines(keepends=True), file  # an error shows no open line
    namespace = {**names, **vars(module_of(puzzle.number))}
    exec(compile(code, file, "exec"), namespace)  # lines of the course: a state says only in which order
    return namespace[puzzle.name]


def judged(puzzle, placed, names):
    """Return what the exercise's own check says of placed lines, a Said."""
    if not placed:
        return Said(False, "nothing is put in yet")
    try:
        function = function_of(puzzle, placed, names)
    except SyntaxError as error:
        words = f"Python cannot read it in line {error.lineno}: {error.msg}"
        return Said(False, counted_below(placed, words), out_of_place(puzzle, placed))
    with counted(function):
        state, fault = verdict(exercises()[puzzle.number], function)
    if state == "✓":
        return Said(True, "it passes the check")
    words = counted_below(placed, " ".join(str(fault).split()))
    if missing := re.search(r"NameError.* name '(\w+)' is not defined", words):
        right = function_of(puzzle, [(line, line.depth) for line in puzzle.answer], names)
        above = "by no line above" if missing[1] in right.__code__.co_varnames else "further up: run the cells above"
        words += f" ({missing[1]} is made {above})"
    return Said(False, words, out_of_place(puzzle, placed))


def counted_below(placed, words):
    """Return words with the numbers of lines as the picture counts them: from the first below `def`, boxes not rows."""
    boxes = [k + 1 for k, (line, _) in enumerate(placed) for _ in line.shown.split("\n")]
    counted = dict(enumerate([0, *boxes, *boxes[-1:]], 1))
    return re.sub(r"(?<=\bline )\d+", lambda hit: str(counted.get(int(hit[0]), hit[0])), words)


def out_of_place(puzzle, placed):
    """Return the first place, from 0, where something else stands than in the course's answer."""
    for k, wanted in enumerate(puzzle.answer):
        if k >= len(placed) or (placed[k][0].shown, placed[k][1]) != (wanted.shown, wanted.depth):
            return k
    return len(puzzle.answer)


@contextmanager
def counted(function):
    """End a function that runs more than MOST lines of its own: a number of lines is the same on every machine."""
    own, before, left = function.__code__.co_filename, sys.gettrace(), [MOST]

    def line(frame, event, argument):
        left[0] -= event == "line"
        if left[0] < 0:
            raise NeverEnds
        return line

    def call(frame, event, argument):
        return line if frame.f_code.co_filename == own else None

    sys.settrace(call)
    try:
        yield
    finally:
        sys.settrace(before)

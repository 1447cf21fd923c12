"""The step between a stub and its answer: the lines of an answer, shuffled, with wrong ones, to be put in order."""

from dataclasses import dataclass
from string import ascii_lowercase

from traitlets import Dict

from nnlib.guards import brief
from nnlib.viz.controls import Choice, Slider
from nnlib.viz.lines.order import Arrangement, Lines
from nnlib.viz.lines.picture import draw_lines, draw_sentence
from nnlib.viz.lines.puzzle import Puzzle, exercises, puzzle
from nnlib.viz.lines.run import Said, body_of, judged
from nnlib.viz.view import View

SINGLE = "its answer is a single line, so there is nothing to put in order.", "Its hints lead to it."


class Number(Choice):
    """The number of an exercise."""

    def check(self, owner, value):
        """Return the number; raises ValueError if there is no such exercise."""
        if value not in self.options:
            got = f'number of an exercise, such as "{self.start}", got {brief(value)}'
            raise ValueError(f"{owner} expected {self.name} to be the {got}")
        return value

    read = check


@dataclass(frozen=True)
class LinesFrame:
    """A puzzle and how far it is; without a puzzle the answer of the exercise is a single line.

    said: what the check says of this order, or None;   tries: how many orders it has refused
    """

    number: str
    name: str
    puzzle: Puzzle | None
    order: Arrangement
    said: Said | None
    tries: int

    @property
    def placed(self):
        """The lines that are put in, pairs of a Line and its depth."""
        return [(self.puzzle.pool[k], depth) for k, depth in self.order.placed]

    @property
    def mark(self):
        """What the picture marks: see `draw_lines`."""
        if self.said is None:
            return None
        return -1 if self.said.passes else self.said.place if self.tries > 1 else None


class Order(View):
    """The lines of the answer to an exercise, shuffled and with wrong ones among them, to be put in order.

    `check` runs what is put together as the exercise's own check would: any order that works is right. From the second
    order that is refused on, the first line is marked that is not where the course's answer has it. What is put
    together goes into the cell below by a button. `seed` is that of the shuffle.

    >>> Order("02.3").facts_shown
    'stable_sigmoid, exercise 02.3: no line is put in yet. 4 to choose from'
    >>> Order("02.2").facts_shown
    'relu_slope, exercise 02.2: its answer is a single line, so there is nothing to put in order. Its hints lead to it.'
    """

    title = "Put the lines in order"
    own = "lines.js"
    controls = (
        Number("exercise", "exercise", tuple(exercises()), "02.3"),
        Slider("seed", "shuffle", 0, 99, 1, 0),
        Lines("lines", "the lines"),
    )
    board = Dict().tag(sync=True)  # what the page needs: the function's name, its body, where the lines lie

    def __init__(self, exercise=controls[0].start, **options):
        self.said, self.refused = {}, set()  # what the check has said of each order, and the orders that were wrong
        super().__init__(exercise=exercise, **options)
        if made := puzzle(self.state["exercise"], self.state["seed"]):
            Arrangement.of(self.state["lines"], made)  # a letter too many is damage, and said at once
        self.on_msg(self.receive)

    def moved(self, change):
        """Answer a move of a control; another exercise or shuffle begins anew."""
        old, new = change.old, change.new
        if (old.get("exercise"), old.get("seed")) != (new.get("exercise"), new.get("seed")):
            self.said, self.refused = {}, set()
            if new.get("lines") and new["lines"] == old.get("lines"):
                self.state = new | {"lines": ""}  # which calls this once more
                return
        super().moved(change)

    def receive(self, _, content, buffers):
        """Answer the button Check."""
        if content.get("do") == "check":
            self.check()

    def check(self):
        """Run what is put together as the exercise's check does, and say how far it is."""
        frame = getattr(self, "now", None)
        if not self.error and frame and frame.puzzle:
            said = judged(frame.puzzle, frame.placed, self.readers)
            self.said[frame.order.placed] = said
            if frame.order.placed and not said.passes:
                self.refused.add(frame.order.placed)
            self.update()
        return self

    def update(self, action=None):
        super().update(action)
        if not self.error:
            self.board = board_of(self.now, self.drawing)

    def compute(self, exercise, seed, lines):
        name, made = exercises()[exercise].name, puzzle(exercise, seed)
        if made is None:
            return LinesFrame(exercise, name, None, Arrangement(), None, 0)
        order = Arrangement.of(lines, made)
        return LinesFrame(exercise, name, made, order, self.said.get(order.placed), len(self.refused))

    def facts(self, frame):
        who = f"{frame.name}, exercise {frame.number}"
        if frame.puzzle is None:
            return f"{who}: {' '.join(SINGLE)}"
        if frame.said is not None:
            return verdict_in_words(frame)
        order, row = frame.order, frame.order.row
        if order.hand is None:
            held = who
        else:
            where = "not put in" if row is None else f"line {row + 1} of {len(order.placed)}"
            deep = f", indented {order.placed[row][1]} times" if row is not None and frame.puzzle.indents else ""
            held = f"{where}{deep}: `{frame.puzzle.pool[order.hand].shown}`. {who}".replace(", indented 1 times", "")
        return f"{held}: {counted(len(order.placed))}. {len(order.aside(frame.puzzle))} to choose from"

    def draw(self, frame):
        if frame.puzzle is None:
            return draw_sentence(f"{frame.name}, exercise {frame.number}:", *SINGLE)
        return draw_lines(frame.puzzle, frame.order, frame.mark)


def counted(lines):
    """Return in words how many lines are put in."""
    return "no line is put in yet" if not lines else "1 line is put in" if lines == 1 else f"{lines} lines are put in"


def verdict_in_words(frame):
    """Return what the check says, and from the second refused order on, which line is the first out of place."""
    said, left = frame.said, sum(line.open for line in frame.puzzle.answer)
    if said.passes and left:
        yours = "the course's line in place of yours" if left == 1 else "the course's lines in place of yours"
        passes = f"✓ right so far: with {yours} it passes the check of {frame.number}"
        return f"{passes}. Put it into the cell below, and write yours there"
    if said.passes:
        return f"✓ right: it passes the check of {frame.number}"
    if not frame.order.placed:
        return f"✗ {said.words}"
    if frame.mark is None:
        return f"✗ not right yet: {said.words}"
    where = f"line {said.place + 1} is" if said.place < len(frame.order.placed) else "a line is missing after"
    where = f"{where} the first that is out of place" if where.endswith(" is") else f"{where} line {said.place}"
    return f"✗ not right yet: {said.words}. Compared with the course's answer, {where}"


def board_of(frame, drawing):
    """Return what the page needs to know beside the picture."""
    if frame.puzzle is None:
        return {}
    rows = [*(k for k, _ in frame.order.placed), *frame.order.aside(frame.puzzle)]
    divide = [shape.y for shape in drawing.named("aside")]
    return {
        "name": frame.name,
        "head": frame.puzzle.head,
        "body": body_of(frame.placed),
        "indents": frame.puzzle.indents,
        "rows": [[shape.y, shape.high] for shape in drawing.named("box")],
        "letters": "".join(ascii_lowercase[k] for k in rows),
        "divide": divide[0] if divide else drawing.high,
    }

"""What a network reads wrong, how sure it was of it, and what it gains by saying "I don't know"."""

from dataclasses import dataclass

import numpy as np

from nnlib.labels import confusion_matrix
from nnlib.losses import softmax
from nnlib.viz.controls import Choice, Slider
from nnlib.viz.drawing import Drawing, Move
from nnlib.viz.errors.digits import checked_digits, example, grey, scores_of
from nnlib.viz.errors.picture import draw_curve, draw_pictures, draw_table
from nnlib.viz.notebook import readers_names
from nnlib.viz.view import View, arguments

SHOWN, SILENT = 21, 10  # SILENT: the column of those that are not answered
SORTS = ("most confident first", "least confident first")
THRESHOLDS = np.array([float(f"{1 - float(f'{10**-k:.2g}'):.6f}") for k in np.linspace(0, 3, 61)])  # of the slider


@dataclass(frozen=True)
class ErrorsFrame:
    """What a network reads, and the digits of one cell of the table.

    table: (10, 11) counts; row: the digit, column: the reading, the last one: not answered
    digit, read: the selected cell;   rows: (k,) the numbers of its digits, as sorted, at most SHOWN
    pictures: (k, 28, 28) from 0, paper, to 255, ink;   answers, sure: (k,) reading and probability of each
    shares, rates: (m,) the share that is answered at THRESHOLDS, and the share of mistakes in it (nan: none is)
    point: (2,) share and rate at the present threshold
    """

    table: np.ndarray
    digit: int
    read: int
    threshold: float
    rows: np.ndarray
    pictures: np.ndarray
    answers: np.ndarray
    sure: np.ndarray
    shares: np.ndarray
    rates: np.ndarray
    point: np.ndarray


def errors_frame(probabilities, labels, pictures, digit, read, threshold, sort):
    """Return the ErrorsFrame.   Shapes: probabilities (n, 10), labels (n,), pictures (n, 28, 28)."""
    answers, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    right = answers == labels
    columns = np.where(sure >= threshold, answers, SILENT)
    table = confusion_matrix(columns, labels, SILENT + 1)[:SILENT]
    inside = np.flatnonzero((labels == digit) & (columns == read))
    order = np.argsort(sure[inside] if sort == SORTS[1] else -sure[inside], kind="stable")
    rows = inside[order][:SHOWN]
    curve = np.array([answered_and_wrong(sure, right, least) for least in THRESHOLDS]).T
    point = np.array(answered_and_wrong(sure, right, threshold))
    return ErrorsFrame(table, digit, read, threshold, rows, pictures[rows], answers[rows], sure[rows], *curve, point)


def answered_and_wrong(sure, right, threshold):
    """Return the share that is answered, and the share of mistakes in it: nan if nothing is answered."""
    answered = sure >= threshold
    count = np.count_nonzero(answered)
    return count / len(sure), 1 - np.count_nonzero(answered & right) / count if count else np.nan


def reading(read):
    """Return in words what the network made of a digit."""
    return "not answered" if read == SILENT else f"read as {read}"


def silence(table, threshold):
    """Return in words what a threshold brings."""
    answered, right, n = table[:, :SILENT].sum(), np.trace(table), table.sum()
    if not answered:
        return f"threshold {threshold:g}: not one of {n:,} answered"
    wrong, some = answered - right, f"{answered:,} of {n:,} answered ({answered / n:.1%})"
    these = f"all {n:,} answered" if answered == n else some
    return f"threshold {threshold:g}: {these}, {wrong:,} of these wrong ({wrong / answered:.1%})"


class Errors(View):
    """The confusion matrix of a network, the pictures of one of its cells, and what silence brings where it is unsure.

    `Errors(model, X, labels)`: up to 10,000 digits X (n, 784) or (n, 28, 28) with their labels. The model has
    forward(X), which gives the scores (n, 10), or is such a function itself, or the name of one in the notebook,
    as in `Errors("scores", X, labels)`: then it is looked up at each move. It is asked once. Without a model,
    the nearest of ten mean pictures is the answer, on 1,000 test digits.

    >>> Errors(digit=4, read=9, threshold=0.5).facts_shown.split("; ")[0]
    '4 read as 9: 13 of 110'
    """

    title = "What is read wrong, and how surely"
    controls = (
        Slider("digit", "digit is", 0, 9, 1, 4),
        Slider("read", "read as (10: ?)", 0, SILENT, 1, 9),
        Slider("threshold", "threshold", 0, 0.999, 0.05, 0.0, scale="nines"),
        Choice("sort", "sort", SORTS, SORTS[0]),
    )

    goals = {"half answered, at most 5% of it wrong": lambda frame: frame.point[0] >= 0.5 and frame.point[1] <= 0.05}

    def __init__(self, model=None, X=None, labels=None, **options):
        given = model, X, labels
        if any(part is None for part in given) and not all(part is None for part in given):
            raise ValueError("Errors expected a model, X and labels, or none of them")
        self.called = () if model is None else names_of(given, readers_names())
        self.model, X, labels = example() if model is None else given
        self.X, self.labels = checked_digits(X, labels)
        self.pictures, self.asked = grey(self.X), None
        super().__init__(**options)

    def code_of(self, state):
        return f"Errors({', '.join([*self.called, arguments(state | self.named_goal())])})"

    def compute(self, **state):
        model = self.reader(self.model, None) if isinstance(self.model, str) else self.model
        if not self.asked or self.asked[0] is not model:
            function = getattr(model, "forward", model)
            who = self.model if isinstance(self.model, str) else getattr(function, "__qualname__", "the model")
            self.asked = model, softmax(scores_of(who, function, self.X))
        return errors_frame(self.asked[1], self.labels, self.pictures, **state)

    def facts(self, frame):
        row = frame.table[frame.digit]
        cell = f"{frame.digit} {reading(frame.read)}: {row[frame.read]:,} of {row.sum():,}"
        wrong = np.where(np.eye(10, dtype=bool), -1, frame.table[:, :SILENT])
        digit, read = np.unravel_index(wrong.argmax(), wrong.shape)
        most = f"; most mistakes: {digit} read as {read}, {wrong.max()} times" if wrong.max() > 0 else ""
        return f"{cell}; {silence(frame.table, frame.threshold)}{most}"

    def draw(self, frame):
        sheet = Drawing(664, 494, keys=KEYS, help=HELP)
        draw_table(sheet, frame, reading)
        draw_pictures(sheet, frame, reading(frame.read), self.state["sort"])
        draw_curve(sheet, frame, THRESHOLDS)
        return sheet


HELP = "Click a cell or press the arrow keys to see its pictures; click or drag along the curve for a threshold."
KEYS = {
    "ArrowUp": Move(add={"digit": -1}),
    "ArrowDown": Move(add={"digit": 1}),
    "ArrowLeft": Move(add={"read": -1}),
    "ArrowRight": Move(add={"read": 1}),
}


def names_of(things, names):
    """Return the names under which the notebook knows a model, its X and its labels, as the code shows them."""
    known = [(name, value) for name, value in names.items() if not name.startswith("_")]
    own = zip(things, ["model", "X", "labels"], strict=True)
    return [
        repr(thing) if isinstance(thing, str) else next((name for name, value in known if value is thing), word)
        for thing, word in own
    ]

"""A pad to draw digits on: what the net sees of them, how it reads them, and which training digits are nearest."""

from copy import copy
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from nnlib.data.handwriting import SIDE, normalise, read_picture, resized
from nnlib.losses import softmax
from nnlib.model import Sequential
from nnlib.pretrained import digit_reader
from nnlib.viz.controls import Choice, Slider
from nnlib.viz.drawing import Drawing
from nnlib.viz.pad.ink import Strokes, sheet_of, text_of
from nnlib.viz.pad.nearest import nearest
from nnlib.viz.pad.picture import draw_nearest, draw_pad, draw_reading
from nnlib.viz.readers import ask
from nnlib.viz.view import View

LARGEST = 8_000_000  # bytes of a file
FAR = 7.6  # 99 of 100 test digits have one of these nearer than that
FULL = 0.36  # a share of ink that one of the 70,000 digits has
THREE = "LKRGYHcMaRUUVUaWcbafViOhJe"  # small and in a corner


@dataclass(frozen=True)
class PadFrame:
    """A drawing and how it is read.

    sheet: (k, k) the ink, fine;   seen: (28, 28) what the net gets;   probabilities: (10,), zeros for a blank sheet
    nearest: (5, 28, 28) the nearest training digits with labels and distances (5,); none for a blank sheet
    """

    who: str
    sheet: np.ndarray
    seen: np.ndarray
    probabilities: np.ndarray
    nearest: np.ndarray
    labels: np.ndarray
    distances: np.ndarray


def pad_frame(who, read, sheet, normalised):
    """Return the PadFrame of a sheet, read by `read(X)`, which gives ten scores (1, 10) for a picture (1, 784)."""
    seen = (normalise(np.pad(sheet, 1)) if normalised else resized(sheet, SIDE, SIDE)).astype(np.float32)
    if not seen.any():
        return PadFrame(who, sheet, seen, np.zeros(10), np.zeros((0, SIDE, SIDE)), np.zeros(0), np.zeros(0))
    return PadFrame(who, sheet, seen, probabilities(who, read, seen), *nearest(seen))


def probabilities(who, read, seen):
    """Return what the scores of a picture mean, (10,); raises ValueError for anything but ten finite numbers.

    Scores that are probabilities already, none negative and all together 1, are taken as they are.
    """
    (said,) = ask(who, read, seen.reshape(1, -1), gives={"ten scores": (1, 10)})
    return said[0] if said.min() >= 0 and abs(said.sum() - 1) < 1e-4 else softmax(said)[0]


@cache
def course_net():
    """Return the net that reads when the reader has none."""
    return digit_reader()


def forward(net, X):
    """Return the net's scores; copies of its layers compute, as it may be learning at this moment in another thread."""
    if type(net) is not Sequential:
        return net.forward(X)
    X = X.astype(net.dtype)
    for layer in net.layers:
        X = copy(layer).forward(X)
    return X


class DigitPad(View):
    """A pad: draw a digit, or open a picture of one, and see what the net sees of it and how it reads it.

    Driven by the net that is given, anything with `forward(X)` that returns ten scores for each row of 784 pixels;
    without one by the reader's function `predict(X)`, and without that by `nnlib.pretrained.digit_reader()`.

    >>> DigitPad(drawing="")
    DigitPad(normalise='as MNIST', pen=2.4, drawing=''): Nothing is drawn.
    """

    title = "Draw a digit and see it read"
    own = "pad.js"
    controls = (
        Choice("normalise", "normalisation", ("as MNIST", "as drawn"), "as MNIST"),
        Slider("pen", "pen width", 1, 5, 0.2, 2.4),
        Strokes("drawing", "the drawing", THREE),
    )

    def __init__(self, net=None, **options):
        if net is not None and (isinstance(net, type) or not callable(getattr(net, "forward", None))):
            raise ValueError(f"DigitPad expected a net, an object with forward(X), got {net!r}")
        self.net = net
        super().__init__(**options)
        self.on_msg(self.receive)

    def compute(self, normalise, pen, drawing):
        return pad_frame(*self.reading(), sheet_of(drawing, pen), normalise == "as MNIST")

    def reading(self):
        """Return who reads, and the function that does."""
        if self.net is not None:
            return self.name_of_net() or "your net", partial(forward, self.net)
        own = self.reader("predict", None)
        if callable(own) and not str(getattr(own, "__module__", "")).startswith("nnlib."):  # not the course's own box
            return "predict", own
        return "the course's net", partial(forward, course_net())

    def name_of_net(self):
        """Return the name that the given net has in the notebook, or nothing."""
        names = (name for name, thing in list(self.readers.items()) if thing is self.net and name[:1] != "_")
        return next(names, "") if self.net is not None else ""

    def to_code(self):
        name, code = self.name_of_net(), super().to_code()
        return code.replace("(", f"({name}, ", 1) if name else code

    def receive(self, _, content, buffers):
        """Show the picture that the browser sends, or say inside the view why not."""
        if "size" not in content:  # another message, such as the greeting
            return
        self.error = ""
        try:
            if not buffers or len(buffers[0]) > LARGEST:
                raise ValueError(f"expected a file of at most 8 MB, got {content.get('size', 0) / 1e6:.0f} MB")
            self.set(drawing=text_of(read_picture(bytes(buffers[0]))))
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"

    def facts(self, frame):
        if not frame.seen.any():
            return "Nothing is drawn."
        first, second = np.argsort(-frame.probabilities, kind="stable")[:2]
        p = frame.probabilities
        labels = ", ".join(f"{label:.0f}" for label in frame.labels)
        other = f", or {article(second)} ({p[second]:.0%})" if p[second] >= 0.005 else ""
        who = frame.who[0].upper() + frame.who[1:] if " " in frame.who else frame.who  # a name stays as it is
        read = f"{who} reads {article(first)} ({p[first]:.0%}){other}."
        return f"{read} Nearest training digits: {labels}.{strange(frame)}"

    def draw(self, frame):
        sheet, state = Drawing(656, 340, help=HELP), self.state
        draw_pad(sheet, state["drawing"], state["pen"], frame.sheet)
        draw_reading(sheet, frame, state["normalise"])
        draw_nearest(sheet, frame)
        return sheet


HELP = "Draw in the square. By keys: arrows move a pen, space puts it down or lifts it, u undoes, c clears."


def article(digit):
    """Return a digit with its article."""
    return f"an {digit}" if digit == 8 else f"a {digit}"


def strange(frame):
    """Return in words that nothing like this was learned, or nothing."""
    if frame.seen.mean() > FULL:
        return " No digit has so much ink: the net has never seen anything like this, and answers all the same."
    if frame.distances[0] <= FAR:
        return ""
    return (
        " The net has never seen anything like this, and answers all the same: the nearest training digit is at "
        f"distance {frame.distances[0]:.1f}, and 99 of 100 test digits have one within {FAR:.1f}."
    )

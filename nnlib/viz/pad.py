"""A pad to draw digits on: what the net sees of them, how it reads them, and which training digits are nearest."""

from copy import copy
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from nnlib.checks.engine import kind
from nnlib.data.handwriting import SIDE, normalise, read_picture, resized
from nnlib.data.mnist import load_part
from nnlib.losses import softmax
from nnlib.model import Sequential
from nnlib.plotting import BLUE, GREY
from nnlib.pretrained import digit_reader
from nnlib.viz.ink import Strokes, sheet_of, text_of
from nnlib.viz.view import Choice, Slider, View

LARGEST = 8_000_000  # bytes of a file
KNOWN, PART = 5000, 250  # training digits that are compared, and how many at a time
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
    said = read(seen.reshape(1, -1).copy())
    if said is None:
        raise ValueError(f"{who} returned None. Is the `return` missing?")
    if isinstance(said, (list, tuple)) or np.shape(said) != (1, 10):
        got = kind(said) if isinstance(said, (list, tuple)) else f"shape {np.shape(said)}"
        raise ValueError(f"{who} expected to return ten scores for one picture, shape (1, 10), got {got}")
    said = np.asarray(said)
    if said.dtype.kind not in "biuf" or not np.isfinite(said).all():
        raise ValueError(f"{who} expected to return finite numbers, got {said}")
    said = said.astype(np.float64)
    return said[0] if said.min() >= 0 and abs(said.sum() - 1) < 1e-4 else softmax(said)[0]


@cache
def known():
    """Return training digits as bytes (KNOWN, 784), their labels, and the squares of their lengths, scaled."""
    X, y = load_part("train")
    X = X[:KNOWN].reshape(KNOWN, -1).copy()  # else all 60,000 would stay in memory
    return X, y[:KNOWN].copy(), by_parts(lambda part: np.square(part).sum(axis=1), X)


def by_parts(function, X):
    """Return what a function gives for pictures from 0 to 1, (n,); so many at a time as stay in the processor's cache.

    Shapes: X (n, 784) bytes.
    """
    return np.concatenate([function(part / np.float32(255)) for part in np.split(X, len(X) // PART)])


def nearest(seen, count=5):
    """Return the nearest training digits (count, 28, 28), their labels and distances, the nearest first."""
    X, y, squares = known()
    p = seen.ravel()
    # not part @ p: several threads of BLAS are slower here, if others work as well
    products = by_parts(lambda part: np.einsum("ij,j->i", part, p), X)
    distances = np.sqrt(np.maximum(0, squares - 2 * products + p @ p))
    order = np.argsort(distances, kind="stable")[:count]
    return X[order].reshape(count, SIDE, SIDE) / np.float32(255), y[order], distances[order]


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
    script = "pad.js"
    controls = (
        Choice("normalise", "the net gets it", ("as MNIST", "as drawn"), "as MNIST"),
        Slider("pen", "width of the pen", 1, 5, 0.2, 2.4),
        Strokes("drawing", "the drawing", THREE),
    )
    size = (11, 7)

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

    def draw(self, frame, ax):
        made = ax.figure
        ax.remove()
        made.get_layout_engine().set(wspace=0.04)
        top, below = made.subfigures(2, 1, height_ratios=[3, 1.35])
        drawn, seen, bars = top.subplots(ncols=3, width_ratios=[1.4, 1, 1])
        draw_picture(drawn, frame.sheet, "your drawing")
        draw_picture(seen, frame.seen, f"the net sees 28 × 28,\n{self.state['normalise']}")
        draw_bars(bars, frame.probabilities, frame.who)
        below.suptitle("nearest training digits: label and distance" if len(frame.labels) else "nothing is drawn")
        tiles = below.subplots(ncols=5)
        for k, tile in enumerate(tiles[: len(frame.labels)]):
            draw_picture(tile, frame.nearest[k], f"{frame.labels[k]:.0f} · {frame.distances[k]:.1f}")
        for tile in tiles[len(frame.labels) :]:
            tile.set_axis_off()


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


def draw_picture(ax, picture, title):
    """Draw ink dark on white, in a frame."""
    ax.imshow(picture, cmap="Greys", vmin=0, vmax=1)
    ax.set(xticks=[], yticks=[])
    ax.set_title(title, fontsize=14)
    ax.spines[:].set(visible=True, color=GREY)


def draw_bars(ax, probabilities, who):
    """Draw ten bars with their numbers beside them; that of the answer is blue."""
    answer = probabilities.argmax() if probabilities.any() else -1
    for digit, p in enumerate(probabilities):
        ax.barh(digit, p, color=BLUE if digit == answer else GREY)
        ax.text(p + 0.03, digit, f"{p:.0%}", va="center", weight="bold" if digit == answer else "normal")
    ax.set(yticks=range(10), ylim=(9.6, -0.6), xlim=(0, 1.3), xticks=[])
    ax.set_title(f"read by {who}", fontsize=14)
    ax.spines["bottom"].set_visible(False)

"""A neuron with two inputs: its line, its answers at the four corners, and what a rule wants there."""

from dataclasses import dataclass

import numpy as np

from nnlib.checks.n01 import neuron
from nnlib.data import logic_gate
from nnlib.plotting import BLUE, ORANGE
from nnlib.viz.view import Choice, Slider, View


@dataclass(frozen=True)
class NeuronFrame:
    """A neuron with two inputs: corners (4, 2); targets, answers, sums (4,); shade of answers (k, k); line (2, 2)."""

    corners: np.ndarray
    targets: np.ndarray
    answers: np.ndarray
    sums: np.ndarray
    shade: np.ndarray
    line: np.ndarray
    low: float = -0.6
    high: float = 1.6


def neuron_frame(fire, w1, w2, b, gate, fineness=33):
    """Return the NeuronFrame of `fire(x, w, b)`, the reader's or the course's neuron."""
    w = np.array([w1, w2])
    corners, targets = logic_gate(gate)
    places = np.linspace(NeuronFrame.low, NeuronFrame.high, fineness)
    shade = np.array([[answer(fire, np.array([x1, x2]), w, b) for x1 in places] for x2 in places])
    answers = np.array([answer(fire, corner, w, b) for corner in corners])
    return NeuronFrame(corners, targets, answers, corners @ w + b, shade, border(w, b))


def answer(fire, x, w, b):
    """Return what a neuron says as a number; raises ValueError for anything but a single one."""
    said = fire(x.copy(), w.copy(), b)
    if said is None or np.shape(said) != () or np.asarray(said).dtype.kind not in "biuf" or np.isnan(said):
        raise ValueError(f"neuron expected to return one number, returned {said!r} for x = {x}")
    return float(said)


def border(w, b, low=NeuronFrame.low, high=NeuronFrame.high):
    """Return both ends of the line w · x + b = 0 inside the square, (2, 2); nan where it does not meet the square."""
    w1, w2 = w
    ends = []
    for fixed in (low, high):
        if w2 and low <= -(w1 * fixed + b) / w2 <= high:
            ends.append((fixed, -(w1 * fixed + b) / w2))
        if w1 and low <= -(w2 * fixed + b) / w1 <= high:
            ends.append((-(w2 * fixed + b) / w1, fixed))
    if len(ends) < 2:
        return np.full((2, 2), np.nan)
    ends = np.array(ends)
    apart = np.hypot(*(ends[:, None] - ends).transpose(2, 0, 1))  # (k, k) distances
    return ends[list(np.unravel_index(apart.argmax(), apart.shape))]


class Neuron(View):
    """A neuron with two inputs and its line: find weights with which it is AND, OR or NAND. XOR has none.

    Driven by the reader's `neuron(x, w, b)`, looked up by name at each move.

    >>> Neuron(w1=1, w2=1, b=-1.5, gate="and")
    Neuron(w1=1.0, w2=1.0, b=-1.5, gate='and'): AND: 4 of 4 corners right
    """

    title = "A neuron and its line"
    script = "neuron.js"
    controls = (
        Slider("w1", "weight w1", -3, 3, 0.1, 1.0),
        Slider("w2", "weight w2", -3, 3, 0.1, 1.0),
        Slider("b", "bias b", -3, 3, 0.1, -0.5),
        Choice("gate", "rule", ("and", "or", "nand", "xor"), "and"),
    )
    size = (6, 4.8)

    def compute(self, w1, w2, b, gate):
        return neuron_frame(self.reader("neuron", neuron), w1, w2, b, gate)

    def facts(self, frame):
        right = frame.answers == frame.targets
        wrong = [f"({x1:.0f}, {x2:.0f})" for (x1, x2), fine in zip(frame.corners, right, strict=True) if not fine]
        where = f"; wrong at {' and '.join(wrong)}" if wrong else ""
        return f"{self.state['gate'].upper()}: {right.sum()} of 4 corners right{where}"

    def draw(self, frame, ax):
        extent = [frame.low, frame.high] * 2
        ax.imshow(frame.shade, cmap="Blues", vmin=0, vmax=3, origin="lower", extent=extent)
        if not np.isnan(frame.line).any():
            ax.plot(*frame.line.T, "-", color="black")
        for corner, target, answer, z in zip(frame.corners, frame.targets, frame.answers, frame.sums, strict=True):
            colour, mark = (BLUE, "o") if target else (ORANGE, "s")
            ax.plot(*corner, mark, color=colour, ms=16, mec="black" if answer != target else colour, mew=3)
            ax.text(corner[0], corner[1] - 0.24, f"sum {z:g}" + ("" if answer == target else ", wrong"), ha="center")
        ax.set(xlabel="$x_1$", ylabel="$x_2$", xticks=[0, 1], yticks=[0, 1], title=self.facts(frame))

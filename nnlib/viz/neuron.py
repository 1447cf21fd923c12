"""A neuron with two inputs: its line, its answers at the four corners, and what a logic gate wants there."""

from dataclasses import dataclass

import numpy as np

from nnlib.checks.n01 import neuron
from nnlib.data import logic_gate
from nnlib.viz.controls import Choice, Slider
from nnlib.viz.drawing import Drawing, Move
from nnlib.viz.panels import Panel
from nnlib.viz.readers import ask
from nnlib.viz.view import View

LOW, HIGH = -0.6, 1.6  # of the plane that is shown, in both directions


@dataclass(frozen=True)
class NeuronFrame:
    """A neuron with two inputs: corners (4, 2); targets, answers, sums (4,); shade of answers (k, k); line (2, 2)."""

    corners: np.ndarray
    targets: np.ndarray
    answers: np.ndarray
    sums: np.ndarray
    shade: np.ndarray
    line: np.ndarray


def neuron_frame(fire, w1, w2, b, gate, fineness=33):
    """Return the NeuronFrame of `fire(x, w, b)`, the reader's or the course's neuron."""
    w = np.array([w1, w2])
    corners, targets = logic_gate(gate)
    places = np.linspace(LOW, HIGH, fineness)
    shade = np.array([[answer(fire, np.array([x1, x2]), w, b) for x1 in places] for x2 in places])
    answers = np.array([answer(fire, corner, w, b) for corner in corners])
    return NeuronFrame(corners, targets, answers, corners @ w + b, shade, border(w, b))


def answer(fire, x, w, b):
    """Return what a neuron says."""
    return ask("neuron", fire, x, w, b, gives=(), where=lambda _: f"for x = {x}")


def border(w, b, low=LOW, high=HIGH):
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


def half_plane(w, b, low=LOW, high=HIGH):
    """Return the corners of the part of the square in which w · x + b is above 0, (k, 2); none where it is not."""
    square = np.array([(low, low), (high, low), (high, high), (low, high)])
    sums, part = square @ w + b, []
    for k in range(4):
        if sums[k] > 0:
            part.append(square[k])
        if (sums[k] > 0) != (sums[k - 3] > 0):  # the line crosses the side to the next corner, k + 1 or 0
            part.append(square[k] + (square[k - 3] - square[k]) * sums[k] / (sums[k] - sums[k - 3]))
    return np.array(part).reshape(-1, 2)


class Neuron(View):
    """A neuron with two inputs and its line: find weights with which it is AND, OR or NAND. XOR has none.

    Driven by the reader's `neuron(x, w, b)`, looked up by name at each move.

    >>> Neuron(w1=1, w2=1, b=-1.5, gate="and")
    Neuron(w1=1.0, w2=1.0, b=-1.5, gate='and'): AND: 4 of 4 corners right
    """

    title = "A neuron and its line"
    controls = (
        Slider("w1", "weight w1", -3, 3, 0.1, 1.0),
        Slider("w2", "weight w2", -3, 3, 0.1, 1.0),
        Slider("b", "bias b", -3, 3, 0.1, -0.5),
        Choice("gate", "logic gate", ("and", "or", "nand", "xor"), "and"),
    )
    goals = {"all four corners right": lambda frame: (frame.answers == frame.targets).all()}

    def compute(self, w1, w2, b, gate):
        return neuron_frame(self.reader("neuron", neuron), w1, w2, b, gate)

    def facts(self, frame):
        right = frame.answers == frame.targets
        wrong = [f"({x1:.0f}, {x2:.0f})" for (x1, x2), fine in zip(frame.corners, right, strict=True) if not fine]
        where = f"; wrong at {' and '.join(wrong)}" if wrong else ""
        return f"{self.state['gate'].upper()}: {right.sum()} of 4 corners right{where}"

    def draw(self, frame):
        sheet = Drawing(428, 408, keys=KEYS, help="Drag the line, or press the arrow keys: the bias changes.")
        plane = Panel(sheet, (44, 8, 376, 352), (LOW, HIGH), (LOW, HIGH))
        plane.image(np.clip(frame.shade, 0, 1) / 2, "positive", name="answers")
        plane.frame(xticks=[0, 1], yticks=[0, 1], xlabel="x₁", ylabel="x₂")
        w1, w2 = self.state["w1"], self.state["w2"]
        by_x, by_y = (HIGH - LOW) / plane.wide, (HIGH - LOW) / plane.high
        slide = Move(drag={"b": (-w1 * by_x, w2 * by_y)})  # the line keeps its direction and follows the pointer
        if not np.isnan(frame.line).any():
            line = f"w1 x1 + w2 x2 + b = 0, with b = {self.state['b']:g}"
            plane.line(*frame.line.T, width=3, does=slide, tip=line, name="line")
        for corner, target, answer, total in zip(frame.corners, frame.targets, frame.answers, frame.sums, strict=True):
            right, (x1, x2) = answer == target, corner
            draw_corner(plane, corner, target, right, f"at ({x1:g}, {x2:g}): sum {total:.2f}, answer {answer:g}")
            words = f"sum {round(total, 2) + 0.0:g}".replace("-", "−") + ("" if right else ", wrong")
            sheet.text(words, float(plane.x(x1)), float(plane.y(x2)) + 28, align="middle", halo=True, name="sum")
        return sheet


KEYS = {
    **dict.fromkeys(["ArrowRight", "ArrowUp"], Move(add={"b": -0.1})),
    **dict.fromkeys(["ArrowLeft", "ArrowDown"], Move(add={"b": 0.1})),
}


def draw_corner(plane, corner, target, right, tip):
    """Add the mark of a corner: a circle for class 1, a square for class 0, with a thick edge where it is wrong."""
    look = {"fill": f"class {target:.0f}", "line": "" if right else "ink", "width": 4}
    plane.mark("round" if target else "square", *corner, 12, **look, tip=tip, name="corner")

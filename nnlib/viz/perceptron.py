"""The perceptron rule at work: where a neuron's line lies after each correction, and whether it ever comes to rest."""

from dataclasses import dataclass

import numpy as np

from nnlib.checks.n01 import neuron, perceptron_step
from nnlib.data import logic_gate
from nnlib.viz.controls import Choice, Slider
from nnlib.viz.drawing import Drawing, Move
from nnlib.viz.neuron import HIGH, LOW, answer, border, draw_corner, half_plane
from nnlib.viz.panels import Panel, ticks_between
from nnlib.viz.readers import ask
from nnlib.viz.view import View

MOST = 40  # corrections; XOR has no end


@dataclass(frozen=True)
class PerceptronFrame:
    """A run of k corrections: weights (k + 1, 3), each w1, w2, b; shown (k,) the corner that brought it about.

    right: (k + 1,) how many corners the neuron has right after each;   step: the one that is looked at
    rests: whether a whole round has brought no correction
    """

    corners: np.ndarray
    targets: np.ndarray
    weights: np.ndarray
    shown: np.ndarray
    right: np.ndarray
    answers: np.ndarray
    step: int
    rests: bool


def corrections(fire, rule, gate, seed):
    """Return weights (k + 1, 3), the corners that brought a correction about (k,), and whether the run came to rest."""
    corners, targets = logic_gate(gate)
    w, b = np.random.default_rng(seed).standard_normal(2), 0.0
    weights, shown = [[*w, b]], []
    while True:
        mistakes = 0
        for k, (x, target) in enumerate(zip(corners, targets, strict=True)):
            if answer(fire, x, w, b) == target:
                continue
            mistakes += 1
            w, b = ask("perceptron_step", rule, x, int(target), w, b, gives={"w": (2,), "b": ()})
            weights.append([*w, b])
            shown.append(k)
            if len(shown) == MOST:
                return np.array(weights), np.array(shown), False
        if not mistakes:
            return np.array(weights), np.array(shown, int), True


def perceptron_frame(fire, rule, gate, seed, step):
    """Return the PerceptronFrame of the reader's `neuron` and `perceptron_step`, or the course's."""
    weights, shown, rests = corrections(fire, rule, gate, seed)
    corners, targets = logic_gate(gate)
    said = np.array([[answer(fire, x, np.array(w), b) for x in corners] for *w, b in weights])
    step = min(step, len(shown))
    return PerceptronFrame(corners, targets, weights, shown, (said == targets).sum(axis=1), said[step], step, rests)


class Perceptron(View):
    """The line of a neuron that learns by the perceptron rule, correction by correction; that of XOR never rests.

    Driven by the reader's `perceptron_step(x, target, w, b)` and `neuron(x, w, b)`, looked up by name at each move.

    >>> Perceptron(gate="or", seed=0, step=2).facts_shown
    'OR, correction 2 of 2: the answer at (0, 0) was 1, the target 0. Now 4 of 4 corners are right: it has come to rest'
    """

    title = "A neuron that learns from its mistakes"
    plays = True
    controls = (
        Choice("gate", "logic gate", ("and", "or", "nand", "xor"), "and"),
        Slider("seed", "seed", 0, 19, 1, 0),
        Slider("step", "correction", 0, MOST, 1, 0),
    )
    goals = {"at rest": lambda frame: frame.rests and frame.step == len(frame.shown)}

    def compute(self, gate, seed, step):
        fire, rule = self.reader("neuron", neuron), self.reader("perceptron_step", perceptron_step)
        return perceptron_frame(fire, rule, gate, seed, step)

    def facts(self, frame):
        k, last, right = frame.step, len(frame.shown), frame.right[frame.step]
        where = f"{self.state['gate'].upper()}, correction {k}" + (f" of {last}" if frame.rests else "")
        if k:
            x, target = frame.corners[frame.shown[k - 1]], frame.targets[frame.shown[k - 1]]
            where += f": the answer at ({x[0]:.0f}, {x[1]:.0f}) was {1 - target:.0f}, the target {target:.0f}"
        end = ": it has come to rest" if frame.rests else f". It has not come to rest in {MOST} corrections"
        *w, b = frame.weights[k]
        away = " (the line is outside the picture)" if np.isnan(border(np.array(w), b)).any() else ""
        return f"{where}. Now {right} of 4 corners {'is' if right == 1 else 'are'} right{away}" + (
            end if k == last else ""
        )

    def draw(self, frame):
        k, last = frame.step, len(frame.shown)
        onward, back = (Move(put={"step": at}) if 0 <= at <= last else None for at in (k + 1, k - 1))
        keys = {key: move for key, move in [("ArrowRight", onward), ("ArrowLeft", back)] if move}
        words = "Click a correction on the right, press ← and →, or let it play."
        play = {"onward": onward, "again": Move(put={"step": 0}), "ends": {"step": last}}
        sheet = Drawing(760, 400, keys=keys, **play, help=words)
        self.draw_plane(frame, Panel(sheet, (50, 34, 316, 316), (LOW, HIGH), (LOW, HIGH)))
        self.draw_run(frame, Panel(sheet, (450, 34, 290, 316), (-0.5, max(10, last) + 0.5), (0, 4.4)))
        return sheet

    def draw_plane(self, frame, plane):
        """Add the line before and after the correction, and the corners: a ring around the one that was shown."""
        w1, w2, b = frame.weights[frame.step]
        plane.drawing.polygon(plane.places(*half_plane((w1, w2), b).T), fill="lit", name="answer 1")
        plane.frame(xticks=[0, 1], yticks=[0, 1], xlabel="x₁", ylabel="x₂")
        legend = [("line now", "ink", "line")] + [("before the correction", "pinned", "line")] * (frame.step > 0)
        plane.drawing.legend(plane.left, 16, legend)
        lines = [("pinned", frame.step - 1, "before"), ("ink", frame.step, "now")]
        for role, k, name in lines[frame.step == 0 :]:
            *w, bias = frame.weights[k]
            ends = border(np.array(w), bias)
            if not np.isnan(ends).any():
                tip = f"{name}: w1 = {w[0]:.2f}, w2 = {w[1]:.2f}, b = {bias:.2f}"
                plane.line(*ends.T, role, width=3, tip=tip, name=name)
        for k, (corner, target, said) in enumerate(zip(frame.corners, frame.targets, frame.answers, strict=True)):
            if frame.step and k == frame.shown[frame.step - 1]:
                plane.mark("round", *corner, 22, line="focus", width=2, name="shown")
            total = f"at ({corner[0]:.0f}, {corner[1]:.0f}): sum {corner @ [w1, w2] + b:.2f}, answer {said:.0f}"
            draw_corner(plane, corner, target, said == target, total)

    def draw_run(self, frame, panel):
        """Add how many corners are right after each correction; a click goes there."""
        ticks = ticks_between(0, max(10, len(frame.shown)))
        panel.frame(xticks=ticks, yticks=[0, 1, 2, 3, 4], xlabel="correction", ylabel="corners right")
        steps = np.arange(len(frame.right))
        panel.line(steps, frame.right, "value", width=2, name="right")
        for k, right in enumerate(frame.right):
            here = {"does": Move(put={"step": k}, sweep=True), "tip": f"after correction {k}: {right} of 4 right"}
            panel.mark("round", k, right, 7 if k == frame.step else 3.5, fill="value", **here, name=f"step {k}")
        if frame.rests:
            panel.mark("star", len(frame.shown), 4, 10, fill="ink", name="rest")
            late = 2 * len(frame.shown) > ticks[-1]  # near the right edge: no room there
            place = float(panel.x(len(frame.shown))) + (-14 if late else 14), float(panel.y(4))
            panel.drawing.text("at rest", *place, align="right" if late else "left", halo=True)

"""The view of an activation and its derivative, and of what the derivative does to one neuron that learns."""

from dataclasses import replace

import numpy as np

from nnlib.checks.engine import kind
from nnlib.viz.activation_numbers import FLAT, HIGH, LOW, STEPS, activation_frame, lesson, reproach
from nnlib.viz.controls import Choice, Slider
from nnlib.viz.drawing import Drawing, Move, shortened
from nnlib.viz.known_activations import ACTIVATIONS, is_activation
from nnlib.viz.notebook import readers_names
from nnlib.viz.panels import Panel, ticks_between
from nnlib.viz.view import View

SHEET, LEFT, RIGHT = (800, 430), (48, 84, 330, 300), (448, 84, 330, 300)  # boxes of the panels


class ActivationChoice(Choice):
    """The activations of nnlib; each view adds those of the notebook in which it stands."""

    def read(self, owner, text):
        return text  # the new view checks: only it knows the notebook's classes


class Activations(View):
    """An activation with its derivative, and a neuron that learns with it: where it is flat, hardly a gradient arrives.

    Offers every activation of nnlib, and every class of the notebook with `f(X)` and `derivative(X, Y)` that there
    was when the view's cell ran; its present version is looked up by name at each move, and its derivative measured.

    >>> Activations(x=4, step=0)  # doctest: +ELLIPSIS
    Activations(activation='Sigmoid', x=4.0, ...): Sigmoid at x = 4: value 0.982, derivative 0.018, nearly flat. ...
    """

    title = "An activation, its derivative, and a neuron that learns with it"
    plays = True
    controls = (
        ActivationChoice("activation", "activation", tuple(ACTIVATIONS), "Sigmoid"),
        Slider("x", "input x", LOW, HIGH, 0.1, 4.0),
        Slider("w", "initial weight w", -3, 3, 0.1, 2.0),
        Slider("b", "initial bias b", -3, 3, 0.1, 2.0),
        Slider("target", "target t", 0, 1, 0.1, 0.0),
        Choice("cost", "cost", ("quadratic", "cross-entropy"), "quadratic"),
        Slider("lr", "learning rate", 0.05, 2, 0.05, 0.15),
        Slider("step", "step", 0, STEPS, 1, float(STEPS)),
    )
    goals = {"an answer within 0.05 of the target": lambda frame: abs(frame.answers[-1] - frame.target) <= 0.05}

    def __init__(self, **options):
        names = readers_names()
        theirs = [
            n for n, thing in names.items() if is_activation(thing) and thing.__name__ == n and n not in ACTIVATIONS
        ]
        first, *rest = type(self).controls
        self.controls = (replace(first, options=(*first.options, *theirs)), *rest)
        super().__init__(**options)

    def compute(self, activation, **state):
        chosen = self.reader(activation, ACTIVATIONS.get(activation))
        if not is_activation(chosen):
            raise ValueError(f"{activation} expected a class with f(X) and derivative(X, Y), got {kind(chosen)}")
        try:
            made = chosen()
        except Exception as error:
            raise ValueError(f"{activation}() raised {type(error).__name__}: {error}") from error
        with np.errstate(all="ignore"):
            return activation_frame(made, **state)

    def facts(self, frame):
        x, value, derivative = frame.point
        state = "flat" if derivative == 0 else "nearly flat" if abs(derivative) < FLAT else "not flat"
        here = f"{frame.name} at x = {x:g}: value {value:z.3f}, derivative {derivative:z.3f}, {state}."
        return " ".join(part for part in [here, lesson(frame), reproach(frame)] if part)

    def draw(self, frame):
        more = len(frame.answers) <= STEPS and np.isfinite(frame.answers[-1])
        onward = KEYS["ArrowUp"] if more else None
        sheet = Drawing(*SHEET, keys=KEYS, onward=onward, again=Move(put={"step": 0}), help=HELP)
        draw_curve(sheet, frame)
        draw_run(sheet, frame)
        return sheet


HELP = (
    "Drag in the left panel, or press left and right, to move x; drag in the right one, or press up and down: the step."
)
KEYS = {
    "ArrowRight": Move(add={"x": 0.1}),
    "ArrowLeft": Move(add={"x": -0.1}),
    "ArrowUp": Move(add={"step": 5}),
    "ArrowDown": Move(add={"step": -5}),
}


def draw_curve(sheet, frame):
    """Add value and derivative, where they are flat, the input x, and where the neuron stands."""
    room, (x, value, derivative) = 0.06 * (np.ptp(frame.ends) or 1), frame.point
    plane = Panel(sheet, LEFT, (LOW, HIGH), (frame.ends[0] - room, frame.ends[1] + room))
    half = (frame.x[1] - frame.x[0]) / 2
    shade(plane, frame.x, frame.derivative, half)
    plane.line(frame.x, frame.y, "first", width=3, name="value")
    plane.line(frame.x, frame.derivative, "second", width=3, name="derivative")
    wrong = np.flatnonzero(frame.wrong)
    for k in wrong[:: len(wrong) // 12 + 1]:
        plane.mark("cross", frame.x[k], frame.measured[k], 6, line="ink", width=2, name="measured")
    plane.frame(xticks=range(LOW, HIGH + 1, 3), yticks=ticks_between(*plane.ends[1]), xlabel="x")
    does = {"does": plane.follow(x="x", within=True), "line": "ink", "width": 2}
    tip = f"{frame.name} at x = {x:g}: value {value:z.3f}, derivative {derivative:z.3f}"
    plane.hand(does["does"], tip)
    told = f"the neuron at step {len(frame.sums) - 1}: sum {frame.sums[-1]:.3g}, answer {frame.answers[-1]:z.3f}"
    if np.isfinite(frame.sums[-1]):
        plane.mark("diamond", frame.sums[-1], frame.answers[-1], 7, fill="paper", **does, tip=told, name="neuron")
    plane.mark("round", x, value, 7, fill="first", **does, tip=tip, name="at value")
    plane.mark("square", x, derivative, 7, fill="second", **does, tip=tip, name="at derivative")
    write_beside(plane, x, [("value", value, "first"), ("derivative", derivative, "second")])
    sheet.text(shortened(frame.name, plane.wide, bold=True), plane.left, 16, bold=True)
    measured = [("measured", "ink", "cross")] * bool(len(wrong))
    sheet.legend(plane.left, 42, [("value", "first", "line"), ("derivative", "second", "line"), *measured])
    items = [("neuron", "paper", "diamond"), (f"derivative below {FLAT:g}", "pale grey", "square")]
    sheet.legend(plane.left, 64, items)


def draw_run(sheet, frame):
    """Add answer, derivative and gradient of the neuron up to the present step."""
    room, last, now = 0.06 * np.ptp(frame.run_ends), len(frame.answers) - 1, np.isfinite(frame.answers[-1])
    plane = Panel(sheet, RIGHT, (0, STEPS), (frame.run_ends[0] - room, frame.run_ends[1] + room))
    steps, answer, target = np.arange(last + 1), frame.answers[-1], f"target {frame.target:g}"
    shade(plane, steps, frame.derivatives, 0.5)
    plane.line([0, STEPS], [frame.target] * 2, "target", name="target")
    curves = [
        (f"answer {told(answer, 2)}", "first", frame.answers),
        (f"derivative {told(frame.derivatives[-1], 3)}", "second", frame.derivatives),
        (f"gradient dC/dz {told(frame.gradients[-1], 3)}", "fourth", frame.gradients),
    ]
    for name, role, numbers in curves:
        plane.line(steps, numbers, role, width=3, name=name.split()[0])
    plane.frame(xticks=range(0, STEPS + 1, 100), yticks=ticks_between(*plane.ends[1]), xlabel="step")
    does, tip = (
        plane.follow(x="step", within=True),
        ", ".join([f"step {last}: {curves[0][0]}", *(c[0] for c in curves[1:]), target]),
    )
    plane.hand(does, tip)
    if now:
        look = {"fill": "paper", "line": "ink", "width": 2, "does": does, "tip": tip}
        plane.mark("diamond", last, answer, 7, **look, name="now")
    fate = (
        f"neuron, step {last}" + ", beyond all bounds" * (not now) if frame.fits else "cross-entropy is for the sigmoid"
    )
    sheet.text(fate, plane.left, 16, bold=True)
    lines = [(name, role, "line") for name, role, _ in curves]
    sheet.legend(plane.left, 42, lines[:2])
    sheet.legend(plane.left, 64, [lines[2], (target, "target", "line")])


def shade(plane, xs, derivatives, half):
    """Shade the stretches in which a derivative is nearly 0; each place stands for `half` to both sides."""
    flat = np.concatenate([[0], np.abs(derivatives) < FLAT, [0]]).astype(int)
    for start, end in zip(np.flatnonzero(np.diff(flat) == 1), np.flatnonzero(np.diff(flat) == -1), strict=True):
        plane.area(xs[start] - half, xs[end - 1] + half, fill="pale grey", name="flat")


def told(number, digits):
    """Return a number as it stands in a legend; nothing for nan."""
    if np.isnan(number):
        return ""
    return (f"{number:z.{digits}f}" if abs(number) < 1000 else f"{number:.1e}").replace("-", "−")


def write_beside(plane, x, items, gap=20, aside=13):
    """Write names with numbers beside their marks, out of each other's way and inside the panel."""
    at, ends = float(plane.x(x)), (plane.top + 10, plane.top + plane.high - 10)
    right = at < plane.left + plane.wide / 2 + 20
    ys = np.array([np.clip(float(plane.y(number)), *ends) for _, number, _ in items])
    short = gap - abs(ys[0] - ys[1])
    if short > 0:
        ys += np.array([-short, short]) / 2 * (1 if ys[0] <= ys[1] else -1)
        ys += max(0, ends[0] - ys.min()) - max(0, ys.max() - ends[1])
    for (name, number, role), y in zip(items, ys, strict=True):
        place = at + aside if right else at - aside, y
        plane.drawing.text(
            f"{name} {told(number, 3)}", *place, fill=role, align="left" if right else "right", halo=True
        )

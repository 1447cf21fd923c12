"""An activation and its slope, and what the slope does to one neuron that learns."""

from dataclasses import dataclass, replace

import numpy as np
from matplotlib.patheffects import withStroke

from nnlib.checks.engine import kind, place
from nnlib.plotting import BLUE, GREY, ORANGE
from nnlib.viz.known_activations import ACTIVATIONS, is_activation
from nnlib.viz.view import Choice, Slider, View, readers_names

LOW, HIGH, FLAT, STEPS, LR, FAR = -6, 6, 0.05, 300, 0.15, 1e6
DIAMOND = {"marker": "D", "mfc": "white", "mec": "black", "mew": 2, "ms": 9, "ls": "", "clip_on": False, "zorder": 5}
ABOVE = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.08), "frameon": False, "columnspacing": 1.2}
PLACES = np.linspace(LOW, HIGH, 600)[1:-1]  # 599 is prime: none of them is a round number, where corners are


@dataclass(frozen=True)
class ActivationFrame:
    """An activation, and a neuron with it that learns from x = 1.

    x, y, slope, measured, wrong: (k,) places, values, slopes as the class says and as measured, whether they differ
    point: (3,) the input, its value, its slope
    sums, answers, slopes, pushes: (step + 1,) of the neuron; nan from where they are beyond all bounds
    bottom, top: the ends of what is drawn of the curves;   low, high: of the neuron's answers and slopes in all steps
    fits: whether the cost has a meaning here;   caption: the numbers of the present step
    """

    name: str
    target: float
    x: np.ndarray
    y: np.ndarray
    slope: np.ndarray
    measured: np.ndarray
    wrong: np.ndarray
    point: np.ndarray
    sums: np.ndarray
    answers: np.ndarray
    slopes: np.ndarray
    pushes: np.ndarray
    bottom: float
    top: float
    low: float
    high: float
    fits: bool
    caption: str
    flat: float = FLAT
    steps: int = STEPS


def activation_frame(activation, x, w, b, target, cost, step):
    """Return the ActivationFrame of `activation`, which has f(X) and derivative(X, Y) as in nnlib.activations."""
    y, slope, point = *curve(activation, PLACES), np.array([x])
    measured, wrong = measured_slope(activation, slope)
    value, steepness = curve(activation, point)
    fits = cost == "quadratic" or bool(y.min() > 0 and y.max() < 1)
    run = learned(activation, w, b, target, cost) if fits else np.full((STEPS + 1, 4), np.nan)
    ends = [0, 1, *run[np.isfinite(run[:, 1]), 1:3].ravel()]
    both = *limits(y, slope, measured), min(ends), max(ends)
    point = np.concatenate([point, value, steepness])
    now = run[: int(step) + 1].T  # (4, step + 1)
    head = type(activation).__name__, target, PLACES
    return ActivationFrame(*head, y, slope, measured, wrong, point, *now, *both, fits, caption(now, fits))


def applied(activation, method, *arrays):
    """Return what a method of `activation` gives for copies of arrays, as floats; raises ValueError for others."""
    who, function = f"{type(activation).__name__}.{method}", getattr(activation, method)
    try:
        said = function(*(array.copy() for array in arrays))
    except Exception as error:
        raise ValueError(f"{who} raised {type(error).__name__}{place(error, function)}: {error}") from error
    if said is None:
        raise ValueError(f"{who} returned None. Is the `return` missing?")
    if isinstance(said, (list, tuple)) or np.shape(said) != arrays[0].shape:
        got = kind(said) if isinstance(said, (list, tuple)) else np.shape(said)
        raise ValueError(f"{who} expected to return an array of X's shape {arrays[0].shape}, got {got}")
    if np.asarray(said).dtype.kind not in "biuf":
        raise ValueError(f"{who} expected to return numbers, got {np.asarray(said).dtype}")
    return np.asarray(said) * 1.0  # True is 1


def curve(activation, x):
    """Return values and slopes at the places x, each (k,); raises ValueError for nan and inf."""
    y = applied(activation, "f", x)
    for method, numbers in [("f", y), ("derivative", slope := applied(activation, "derivative", x, y))]:
        if not np.isfinite(numbers).all():
            bad = np.argmin(np.isfinite(numbers))
            raise ValueError(f"{type(activation).__name__}.{method} gives {numbers[bad]} for x = {x[bad]:.2f}")
    return y, slope


def measured_slope(activation, slope, h=1e-5):
    """Return the slopes by central differences, and where `slope` differs from them, each (k,).

    At a corner or a jump there is nothing to measure: the slopes on both sides differ, and no formula is wrong.
    """
    below, here, above = (applied(activation, "f", PLACES + move) for move in (-h, 0, h))
    measured = (above - below) / (2 * h)
    noise = 4 * np.finfo(here.dtype).eps * np.abs(here) / h  # the last digit of y, made large by the division
    corner = np.abs(above - 2 * here + below) / h > 1e-2 + noise
    return measured, (np.abs(slope - measured) > 1e-6 * (1 + np.abs(measured)) + noise) & ~corner


def limits(y, slope, measured):
    """Return the ends of a panel for a curve; a wrong slope may leave it, so that the curve stays visible."""
    true = np.array([min(0, y.min(), measured.min()), max(0, y.max(), measured.max())])
    span = np.ptp(true) or 1
    return max(true[0] - span / 2, min(true[0], slope.min())), min(true[1] + span / 2, max(true[1], slope.max()))


def learned(activation, w, b, target, cost):
    """Return sum, answer, slope and push of a neuron at each step, (STEPS + 1, 4); its input is 1, as in notebook 2."""
    run = np.full((STEPS + 1, 4), np.nan)
    for row in run:
        z = np.array([w * 1 + b])
        a, slope = answer(activation, z)
        mistake = np.float64(a - target) / (a * (1 - a) if cost == "cross-entropy" else 1)  # dC/da
        push = mistake * slope  # dC/dz
        if not max(abs(a), abs(push)) < FAR:
            break
        row[:] = z[0], a, slope, push
        w, b = w - LR * push, b - LR * push
    return run


def answer(activation, z):
    """Return what a neuron with the sum z, (1,), answers, and its slope, as two numbers."""
    try:
        y = activation.f(z.copy())
        return float(y.item()), float(activation.derivative(z.copy(), y).item())
    except Exception:
        y = applied(activation, "f", z)  # these two say clearly what is wrong, for which there was no time
        applied(activation, "derivative", z, y)
        raise


def caption(run, fits):
    """Return the numbers of the last step of a run (4, step + 1) in a line."""
    step, (_, answer, slope, push) = run.shape[1] - 1, run[:, -1]
    if not fits:
        return "cross-entropy is for the sigmoid"
    if np.isnan(answer):
        return f"step {step}: beyond all bounds"
    return f"step {step}: answer {answer:z.2f}, slope {slope:z.3f}, push {abs(push):z.3f}"


class ActivationChoice(Choice):
    """The activations of nnlib; each view adds those of the notebook in which it stands."""

    def read(self, owner, text):
        return text  # the new view checks: only it knows the notebook's classes


class Activations(View):
    """An activation with its slope, and a neuron that learns with it: where it is flat, hardly a push arrives.

    Offers every activation of nnlib, and every class of the notebook with `f(X)` and `derivative(X, Y)` that there
    was when the view's cell ran; its present version is looked up by name at each move, and its derivative measured.

    >>> Activations(x=4, step=0)  # doctest: +ELLIPSIS
    Activations(activation='Sigmoid', x=4.0, ...): Sigmoid at x = 4: value 0.982, slope 0.018, nearly flat. ...
    """

    title = "An activation, its slope, and a neuron that learns with it"
    script = "activation.js"
    controls = (
        ActivationChoice("activation", "activation", tuple(ACTIVATIONS), "Sigmoid"),
        Slider("x", "input x", LOW, HIGH, 0.1, 4.0),
        Slider("w", "start weight w", -3, 3, 0.1, 2.0),
        Slider("b", "start bias b", -3, 3, 0.1, 2.0),
        Slider("target", "target t", 0, 1, 0.1, 0.0),
        Choice("cost", "cost", ("quadratic", "cross-entropy"), "quadratic"),
        Slider("step", "step", 0, STEPS, 1, float(STEPS)),
    )
    size = (11, 5.5)

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
        x, value, slope = frame.point
        state = "flat" if slope == 0 else "nearly flat" if abs(slope) < frame.flat else "not flat"
        here = f"{frame.name} at x = {x:g}: value {value:z.3f}, slope {slope:z.3f}, {state}."
        return " ".join(part for part in [here, lesson(frame), reproach(frame)] if part)

    def draw(self, frame, ax):
        left, right = beside(ax)
        draw_curve(frame, left)
        draw_run(frame, right)


def lesson(frame):
    """Return in words how the neuron fares."""
    if not frame.fits:
        return (
            "No neuron is shown: cross-entropy is meant for answers between 0 and 1, as the sigmoid gives them, "
            f"and {frame.name} gives others."
        )
    last, gone = len(frame.answers) - 1, np.isnan(frame.answers)
    if gone.any():
        return f"The neuron's answer is beyond all bounds from step {gone.argmax()} on."
    way = f"answer {frame.answers[0]:z.2f}" + (f", after step {last} {frame.answers[-1]:z.2f}" if last else "")
    slope, push = frame.slopes[-1], abs(frame.pushes[-1])
    stuck = ": flat, nothing arrives" if slope == 0 and not push and frame.answers[-1] != frame.target else ""
    return f"Neuron with target {frame.target:g}: {way}; slope {slope:z.4f}, push {push:z.4f}{stuck}."


def reproach(frame):
    """Return in words where the derivative is not what f's steepness is, or nothing."""
    if not frame.wrong.any():
        return ""
    places = frame.x[frame.wrong]
    worst = np.where(frame.wrong, np.abs(frame.slope - frame.measured), -1).argmax()
    return (
        f"The derivative of {frame.name} is wrong at {len(places)} of {len(frame.x)} places between "
        f"x = {places[0]:.2f} and {places[-1]:.2f}: at x = {frame.x[worst]:.2f} it says "
        f"{frame.slope[worst]:z.3f}, measured {frame.measured[worst]:z.3f}."
    )


def beside(ax):
    """Put two panels in the place of one."""
    made = ax.figure
    ax.remove()
    return made.subplots(ncols=2)


def draw_curve(frame, ax):
    """Draw value and slope, where they are flat, the input, and where the neuron stands."""
    shade(ax, frame.x, np.abs(frame.slope) < frame.flat)
    ax.plot(frame.x, frame.y, "-", color=BLUE, label="value")
    ax.plot(frame.x, frame.slope, "--", color=ORANGE, label="slope")
    if LOW <= frame.sums[-1] <= HIGH:
        ax.plot(frame.sums[-1], frame.answers[-1], **DIAMOND, label="neuron")
    if frame.wrong.any():
        some = frame.wrong & (np.arange(len(frame.x)) % 24 == 0)
        ax.plot(frame.x[some], frame.measured[some], "x", color="black", label="measured")
    ax.set(xlabel="x", xlim=(LOW, HIGH), xticks=range(LOW, HIGH + 1, 3))
    ax.set_title(f"{frame.name}; grey: slope below {frame.flat:g}")
    ax.legend(**ABOVE, ncols=4)
    span = frame.top - frame.bottom or 1
    ax.set_ylim(frame.bottom - 0.06 * span, frame.top + 0.06 * span)
    x, *heights = frame.point
    near = abs(heights[0] - heights[1]) < 0.08 * span  # then they get out of each other's way
    over = 0 if heights[0] >= heights[1] else 1
    for k, (word, colour, sign) in enumerate([("value", BLUE, "o"), ("slope", ORANGE, "s")]):
        height = np.clip(heights[k], frame.bottom, frame.top)
        ax.plot(x, height, sign, color=colour, mec="black", ms=10)
        side = {False: "center", True: "bottom" if k == over else "top"}[bool(near)]
        text = ax.text(x, height, f"   {word} {heights[k]:z.3f}   ", color=colour, va=side, zorder=6)
        text.set(ha="left" if x < 1 else "right", path_effects=[withStroke(linewidth=4, foreground="white")])


def draw_run(frame, ax):
    """Draw the answers and slopes of the neuron up to the present step."""
    steps = np.arange(len(frame.answers))
    shade(ax, steps, np.abs(frame.slopes) < frame.flat)
    ax.plot(steps, frame.answers, "-", color=BLUE, label="answer")
    ax.plot(steps, frame.slopes, "--", color=ORANGE, label="slope")
    ax.axhline(frame.target, ls=":", color="black", lw=1.5, label="target")
    ax.plot(steps[-1], frame.answers[-1], **DIAMOND)
    room = 0.06 * (frame.high - frame.low)
    ax.set(xlabel="step", xlim=(0, frame.steps), ylim=(frame.low - room, frame.high + room), title=frame.caption)
    ax.legend(**ABOVE, ncols=3)


def shade(ax, x, where):
    """Shade the places x where `where` holds, from the bottom to the top of the axes."""
    ax.fill_between(x, 0, 1, where=where, color=GREY, alpha=0.25, lw=0, transform=ax.get_xaxis_transform())

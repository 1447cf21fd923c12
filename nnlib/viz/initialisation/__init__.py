"""What initial weights do to a stack of layers: signals that hold, fade or explode on the way up and back."""

from dataclasses import dataclass, replace

import numpy as np

from nnlib.viz.controls import Choice, Slider
from nnlib.viz.drawing import Drawing, Move, text_width
from nnlib.viz.initialisation.rules import (
    BINS,
    OWN,
    axis_ends,
    batch,
    decades,
    drawn,
    drawn_before,
    histogram,
    is_rule,
    log_spreads,
    lost_share,
    through,
)
from nnlib.viz.initialisation.words import facts_of, said
from nnlib.viz.known_activations import OR_NONE
from nnlib.viz.notebook import readers_names
from nnlib.viz.panels import Panel, power
from nnlib.viz.view import View

FULL = 0.1  # of the numbers, for a full bar
LOST = {"ReLU": "dead", "Tanh": "saturated", "Sigmoid": "saturated"}  # others have no such units, or we do not know


@dataclass(frozen=True)
class InitialisationFrame:
    """A stack of layers, by layer: what goes up and what comes back.

    shares: (depth, BINS) of the activations between `low` and `high`, what is beyond them in the first or last bin
    signal, apart, gradient: (depth,) log10 of standard deviations: of all activations, of a unit's from example to
        example, of the gradients that arrive; -inf for 0, nan beyond all bounds
    lost: (depth,) share of dead units or of saturated activations, as `word` says; nan where there are none
    spread, mean: of the weights as drawn, before `scale`
    """

    rule: str
    scale: float
    word: str
    shares: np.ndarray
    low: float
    high: float
    signal: np.ndarray
    apart: np.ndarray
    gradient: np.ndarray
    lost: np.ndarray
    spread: float
    mean: float


def initialisation_frame(rule, weights, scale, activation, seed):
    """Return the InitialisationFrame of weights (depth, 100, 100), drawn by the rule of this name, times `scale`."""
    answers, gradients = through(scale * weights, OR_NONE[activation], *batch(seed))
    signal, apart = np.array([log_spreads(A) for A in answers]).T
    gradient = np.array([log_spreads(dA)[0] for dA in gradients])
    if np.isnan(signal).any():
        gradient[:-1] = np.nan  # what is beyond all bounds has no slope
    low, high = axis_ends(activation, signal[0])
    shares = np.array([histogram(A, low, high) for A in answers])
    lost = np.array([lost_share(activation, A) for A in answers])
    series = shares, low, high, signal, apart, gradient, lost
    return InitialisationFrame(rule, scale, LOST.get(activation, ""), *series, weights.std(), weights.mean())


class RuleChoice(Choice):
    """The rules of the course; each view adds those of the notebook in which it stands."""

    def read(self, owner, text):
        return text  # the new view checks: only it knows the notebook's functions


class Initialisation(View):
    """Initial weights in a stack of dense layers of 100 units: 100 random examples go up, a random gradient comes back.

    Above, the activations of each layer as histograms on their sides; below, the standard deviations of activations
    and gradients. Driven by the reader's `he_normal(n_in, n_out, rng)` and the other rules, looked up by name at each
    move, and by every function of the notebook with these three arguments. `scale` multiplies what they draw.

    >>> Initialisation(rule="small_normal")  # doctest: +ELLIPSIS
    Initialisation(rule='small_normal', scale=1.0, ...): small_normal: weights with sd 0.01. Up, the signal fades: ...
    """

    title = "Initial weights: what goes up, what comes back"
    controls = (
        RuleChoice("rule", "initialisation", tuple(OWN), "he_normal"),
        Slider("scale", "initial weights ×", 0.1, 10, 0.05, 1.0, scale="log"),
        Choice("activation", "activation", tuple(OR_NONE), "ReLU"),
        Slider("depth", "depth", 1, 20, 1, 10),
        Slider("seed", "seed", 0, 20, 1, 0),
    )

    def __init__(self, **options):
        theirs = [name for name, thing in readers_names().items() if is_rule(name, thing) and name not in OWN]
        first, *rest = type(self).controls
        self.controls = (replace(first, options=(*first.options, *theirs)), *rest)
        super().__init__(**options)

    def compute(self, rule, scale, activation, depth, seed):
        function = self.reader(rule, OWN.get(rule))
        draw = drawn_before if function is OWN.get(rule) else drawn
        with np.errstate(all="ignore"):  # what overflows is said in the facts
            return initialisation_frame(rule, draw(function, rule, seed, depth), scale, activation, seed)

    def facts(self, frame):
        return facts_of(frame)

    def draw(self, frame):
        sheet = Drawing(640, 478, keys=KEYS, help=HELP)
        layers, powers = (0.5, max(len(frame.signal), 8) + 0.5), decades(frame.signal, frame.gradient)
        draw_histograms(frame, Panel(sheet, (84, 30, 548, 140), layers, (frame.low, frame.high)))
        draw_spreads(frame, powers, Panel(sheet, (84, 254, 548, 176), layers, (powers[0], powers[-1])))
        return sheet


# The picture

KEYS = {
    "ArrowUp": Move(add={"scale": 0.05}),
    "ArrowDown": Move(add={"scale": -0.05}),
    "ArrowRight": Move(add={"depth": 1}),
    "ArrowLeft": Move(add={"depth": -1}),
}
HELP = "Drag a blue circle or press ↑ ↓ to multiply the weights; press ← → to change the depth."


def draw_histograms(frame, panel):
    """Add the activations of each layer as a histogram on its side, with the lost share below it."""
    layers, edges = np.arange(len(frame.shares)) + 1, np.repeat(np.linspace(frame.low, frame.high, BINS + 1), 2)
    lost = ["–" if np.isnan(share) else f"{100 * share:.0f}" for share in frame.lost]
    for k, shares in zip(layers, np.minimum(frame.shares / FULL, 1), strict=True):
        ends = k - 0.4 + 0.8 * np.concatenate([[0], np.repeat(shares, 2), [0]])
        tip = f"layer {k}: activations with sd {said(frame.signal[k - 1])}"
        tip += f", {frame.word} {lost[k - 1]} %" * bool(frame.word)
        panel.drawing.polygon(panel.places(ends, edges), fill="value", tip=tip, name="histogram")
    every = 1 if max(map(text_width, lost)) + 8 < panel.wide / max(len(layers), 8) else 2
    below = {"xticks": layers[::every], "xtexts": lost[::every], "xlabel": f"{frame.word} in each layer, in %"}
    title = f"share of the activations (a full bar: {FULL:.0%} or more)"
    ticks = np.linspace(frame.low, frame.high, 3)
    panel.frame(yticks=ticks, ylabel="activation", title=title, **below if frame.word else {})


def draw_spreads(frame, powers, panel):
    """Add the standard deviations by layer on an axis of powers of ten."""
    sheet, layers = panel.drawing, np.arange(len(frame.signal)) + 1
    items = [("activations", "value", "round"), ("gradients that come back", "gradient", "square")]
    if np.isneginf([frame.signal, frame.gradient]).any():
        items.append(("hollow: 0", "paper", "round"))
    sheet.legend(panel.left, panel.top - 22, items)
    look = {"xlabel": "layer", "ylabel": "standard deviation", "grid": True}
    panel.frame(xticks=layers, yticks=powers, ytexts=[power(k) for k in powers], **look)
    draw_series(panel, frame.gradient, "gradient", "square", "gradient")
    draw_series(panel, frame.signal, "value", "round", "activations")
    for k in layers[np.isnan(frame.signal if np.isnan(frame.signal).any() else frame.gradient)]:
        sheet.text("∞", float(panel.x(k)), panel.top + 12, align="middle", name="beyond")


def draw_series(panel, logs, role, mark, what):
    """Add a line with a mark for each layer; a 0 is a hollow one at the lower end, blue marks multiply the weights."""
    low, high = panel.ends[1]
    panel.line(np.arange(len(logs)) + 1, np.where(np.isfinite(logs), logs, np.nan), role, width=2.5, name=role)
    for k, log in enumerate(logs, start=1):
        look = {"tip": f"layer {k}: {what} with sd {said(log)}", "name": f"{role} {k}"}
        if log == -np.inf:
            aside = -0.15 if mark == "round" else 0.15  # beside each other
            panel.mark(mark, k + aside, low, fill="paper", line=role, dash=(), width=2, **look)
        elif not np.isnan(log):
            if role == "value":  # a layer's signal has been multiplied k times: dragged so, it follows the pointer
                look["does"] = Move(drag={"scale": (0, -(high - low) / panel.high / k)})
            panel.mark(mark, k, log, fill=role, **look)

"""What initial weights do to a stack of layers: signals that hold, fade or explode on the way up and back."""

from dataclasses import dataclass, replace

import numpy as np

from nnlib.checks.engine import kind
from nnlib.plotting import BLUE, ORANGE
from nnlib.viz.initialisation_rules import (
    BINS,
    OWN,
    batch,
    decades,
    drawn,
    drawn_before,
    histogram,
    is_rule,
    log_spreads,
    lost_share,
    panel,
    through,
)
from nnlib.viz.initialisation_words import facts_of
from nnlib.viz.known_activations import OR_NONE
from nnlib.viz.view import Choice, Slider, View, readers_names

FULL = 0.1  # of the numbers, for a full bar
LOST = {"ReLU": "dead", "Tanh": "saturated", "Sigmoid": "saturated"}  # others have no such units, or we do not know


@dataclass(frozen=True)
class InitialisationFrame:
    """A stack of layers, by layer: what goes up and what comes back.

    shares: (depth, BINS) of the activations between `low` and `high`, what is beyond them in the first or last bin
    signal, apart, gradient: (depth,) log10 of standard deviations: of all activations, of a unit's from example to
        example, of the gradients that arrive; -inf for 0, nan beyond all bounds
    lost: (depth,) share of dead units or of saturated activations, as `word` says; nan where there are none
    decades: (k,) where to write powers of ten;   spread, mean: of the weights as drawn, before `scale`
    full: the share that a bar of full length stands for
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
    decades: np.ndarray
    spread: float
    mean: float
    full: float = FULL


def initialisation_frame(rule, weights, scale, activation, seed):
    """Return the InitialisationFrame of weights (depth, 100, 100), drawn by the rule of this name, times `scale`."""
    answers, gradients = through(scale * weights, OR_NONE[activation], *batch(seed))
    signal, apart = np.array([log_spreads(A) for A in answers]).T
    gradient = np.array([log_spreads(dA)[0] for dA in gradients])
    if np.isnan(signal).any():
        gradient[:-1] = np.nan  # what is beyond all bounds has no slope
    low, high = panel(activation, signal[0])
    shares = np.array([histogram(A, low, high) for A in answers])
    lost = np.array([lost_share(activation, A) for A in answers])
    series = shares, low, high, signal, apart, gradient, lost, decades(signal, gradient)
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
    script = "initialisation.js"
    controls = (
        RuleChoice("rule", "rule", tuple(OWN), "he_normal"),
        Slider("scale", "times", 0.1, 10, 0.05, 1.0, scale="log"),
        Choice("activation", "activation", tuple(OR_NONE), "ReLU"),
        Slider("depth", "depth", 1, 20, 1, 10),
        Slider("seed", "seed", 0, 20, 1, 0),
    )
    size = (11, 6.8)

    def __init__(self, **options):
        theirs = [name for name, thing in readers_names().items() if is_rule(name, thing) and name not in OWN]
        first, *rest = type(self).controls
        self.controls = (replace(first, options=(*first.options, *theirs)), *rest)
        super().__init__(**options)

    def compute(self, rule, scale, activation, depth, seed):
        function = self.reader(rule, OWN.get(rule))
        if not callable(function):
            raise ValueError(f"{rule} expected a function (n_in, n_out, rng), got {kind(function)}")
        draw = drawn_before if function is OWN.get(rule) else drawn
        with np.errstate(all="ignore"):  # what overflows is said in the facts
            return initialisation_frame(rule, draw(function, rule, seed, depth), scale, activation, seed)

    def facts(self, frame):
        return facts_of(frame)

    def draw(self, frame, ax):
        made = ax.figure
        ax.remove()
        above, below = made.subplots(nrows=2, height_ratios=[2, 3])
        draw_histograms(frame, above)
        draw_spreads(frame, below)


# The picture


def draw_histograms(frame, ax):
    """Draw the activations of each layer as a histogram on its side, with the lost share below it."""
    edges = np.linspace(frame.low, frame.high, BINS + 1)
    for left, shares in enumerate(np.minimum(frame.shares / frame.full, 1), start=1):
        ends = left - 0.4 + 0.8 * shares
        ax.stairs(ends, edges, baseline=left - 0.4, orientation="horizontal", fill=True, color=BLUE)
    ticks = np.linspace(frame.low, frame.high, 3)
    ax.set(ylim=(frame.low, frame.high), yticks=ticks, yticklabels=[f"{tick:g}" for tick in ticks])
    ax.set_title(f"activations (a full bar: {frame.full:.0%} or more; beyond the axis: at its edge)", fontsize=13)
    along(frame, ax, ["–" if np.isnan(share) else f"{100 * share:.0f}" for share in frame.lost] if frame.word else [])
    ax.set_xlabel(f"{frame.word} %" if frame.word else "")


def along(frame, ax, texts):
    """Set the axis of the layers, the same in both panels, with a text for each layer, or none."""
    depth = len(frame.signal)
    ax.set(xlim=(0.5, max(depth, 8) + 0.5), xticks=np.arange(len(texts)) + 1, xticklabels=texts)


def draw_spreads(frame, ax):
    """Draw the standard deviations by layer on an axis of powers of ten; a 0 is a hollow mark at its lower end."""
    layers, (bottom, top) = np.arange(1, len(frame.signal) + 1), frame.decades[[0, -1]]
    for logs, style, colour, label, aside in [
        (frame.signal, "o-", BLUE, "activations", -0.15),
        (frame.gradient, "s--", ORANGE, "gradients that come back", 0.15),
    ]:
        zero = np.isneginf(logs)
        ax.plot(layers, np.where(zero, np.nan, logs), style, color=colour, label=label)
        ax.plot(layers[zero] + aside, 0 * layers[zero] + bottom, style[0], color=colour, mfc="white", clip_on=False)
    beyond = np.isnan(frame.signal if np.isnan(frame.signal).any() else frame.gradient)
    for k in layers[beyond]:
        ax.text(k, top, "∞", ha="center", va="top")
    along(frame, ax, layers)
    hollow = " (hollow: 0)" if np.isneginf([frame.signal, frame.gradient]).any() else ""
    ax.set(xlabel="layer", ylabel=f"standard deviation{hollow}", ylim=(bottom, top))
    ax.set(yticks=frame.decades, yticklabels=[f"$10^{{{d}}}$" for d in frame.decades])
    ax.legend(frameon=False, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    ax.grid(axis="y", alpha=0.3)

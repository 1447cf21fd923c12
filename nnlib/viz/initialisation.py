"""What first weights do to a stack of layers: signals that hold, fade or explode on the way up and on the way back."""

import functools
import inspect
import math
from dataclasses import dataclass, replace

import numpy as np

from nnlib import initializers
from nnlib.activations import ReLU, Sigmoid, Tanh
from nnlib.checks.engine import kind
from nnlib.layers import Dense
from nnlib.plotting import BLUE, ORANGE
from nnlib.viz.view import Choice, Slider, View, readers_names

WIDTH, EXAMPLES, BINS, FULL = 100, 100, 31, 0.1  # an odd number of bins: 0 lies in the middle of one
BENDS = {"ReLU": ReLU, "Tanh": Tanh, "Sigmoid": Sigmoid, "none": None}
LOST = {"ReLU": "dead", "Tanh": "saturated", "Sigmoid": "saturated", "none": ""}


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
    answers, gradients = through(scale * weights, BENDS[activation], *batch(seed))
    signal, apart = np.array([log_spreads(A) for A in answers]).T
    gradient = np.array([log_spreads(dA)[0] for dA in gradients])
    if np.isnan(signal).any():
        gradient[:-1] = np.nan  # what is beyond all bounds has no slope
    low, high = panel(activation, signal[0])
    shares = np.array([histogram(A, low, high) for A in answers])
    lost = np.array([lost_share(activation, A) for A in answers])
    series = shares, low, high, signal, apart, gradient, lost, decades(signal, gradient)
    return InitialisationFrame(rule, scale, LOST[activation], *series, weights.std(), weights.mean())


# Weights


def zero(n_in, n_out, rng):
    """Return weights that are all 0."""
    return np.zeros((n_in, n_out))


def small_normal(n_in, n_out, rng):
    """Return normal weights with standard deviation 0.01."""
    return 0.01 * rng.standard_normal((n_in, n_out))


RULES = (zero, small_normal, initializers.standard_normal, initializers.glorot_uniform, initializers.he_normal)
OWN = {rule.__name__: rule for rule in RULES}
SPREADS = dict(zip(OWN, (0, 0.01, 1, math.sqrt(1 / WIDTH), math.sqrt(2 / WIDTH)), strict=True))


def is_rule(name, thing):
    """Whether a thing of the notebook is an initialiser: a function of n_in, n_out and rng, under its own name."""
    if not inspect.isfunction(thing) or thing.__name__ not in (name, "<lambda>"):
        return False  # not a loop's variable that holds another rule
    return not name.startswith("_") and inspect.getfullargspec(thing).args == ["n_in", "n_out", "rng"]


def drawn(rule, name, seed, depth):
    """Return the weights of all layers, (depth, 100, 100); raises ValueError for anything but such tables."""
    rng = np.random.default_rng([seed, 1])  # not the stream of the examples
    return np.array([checked(rule(WIDTH, WIDTH, rng), name) for _ in range(depth)])


drawn_before = functools.lru_cache(maxsize=4)(drawn)  # for rules that cannot change; a reader's can


def checked(W, name):
    """Return what a rule gave as floats; raises ValueError for anything but finite numbers in a table (100, 100)."""
    expected = f"{name} expected to return an array of shape ({WIDTH}, {WIDTH})"
    if W is None:
        raise ValueError(f"{expected}, returned None: is a return missing?")
    if not isinstance(W, np.ndarray):
        raise ValueError(f"{expected}, returned {kind(W)}")
    if W.shape != (WIDTH, WIDTH):
        raise ValueError(f"{expected}, got {W.shape}")
    if W.dtype.kind not in "biuf":
        raise ValueError(f"{name} expected to return real numbers, got {W.dtype}")
    if not np.isfinite(W).all():
        raise ValueError(f"{name} returned nan or inf, expected finite numbers")
    return W.astype(float)


# Up and back


@functools.lru_cache(maxsize=4)
def batch(seed):
    """Return the examples and the gradient that arrives at the top, each (100, 100) with standard deviation 1."""
    return np.random.default_rng(seed).standard_normal((2, EXAMPLES, WIDTH))


def through(weights, bend, X, dY):
    """Return the activations of each layer and the gradients that arrive there, two lists of (100, 100)."""
    rng = np.random.default_rng(0)  # Dense wants one; nothing is drawn
    stack = [[Dense(WIDTH, WIDTH, rng=rng, init=lambda *_, W=W: W), *([bend()] if bend else [])] for W in weights]
    answers, gradients = [], [dY]
    for layer in stack:
        for part in layer:
            X = part.forward(X)
        answers.append(X)
    for layer in reversed(stack[1:]):
        for part in reversed(layer):
            dY = part.backward(dY)
        gradients.append(dY)
    return answers, gradients[::-1]


def log_spreads(A):
    """Return log10 of two standard deviations, (2,): of all numbers, of those inside a column; nan beyond bounds."""
    means = A.mean(axis=0)
    apart = A - means
    inside = np.vdot(apart, apart) / A.size
    logs = np.log10([inside + means.var(), inside]) / 2  # half the logarithm: the root
    return np.where(logs == np.inf, np.nan, logs)  # a square that overflowed


def lost_share(activation, A):
    """Return the share of units that are 0 for all examples (ReLU), or of activations at the ends of their range."""
    if activation == "none" or not np.isfinite(A).all():
        return np.nan
    if activation == "ReLU":
        return 1 - (A > 0).any(axis=0).mean()
    middle, far = (0, 0.97) if activation == "Tanh" else (0.5, 0.47)
    return (np.abs(A - middle) > far).mean()


def panel(activation, first):
    """Return the ends of the axis of the histograms; where there are none, by the spread of layer 1, 10**first."""
    if activation in ("Tanh", "Sigmoid"):
        return (-1.0 if activation == "Tanh" else 0.0), 1.0
    times = 5 if activation == "ReLU" else 3  # ReLU takes one half of the bell
    high = float(f"{times * 10**first:.0e}") if np.isfinite(first) else 1.0  # one digit, so that it can be read
    return (0.0 if activation == "ReLU" else -high), high


def histogram(A, low, high):
    """Return the shares of the numbers in BINS equal parts, (BINS,); all 0 if some are beyond all bounds."""
    if not np.isfinite(A).all():
        return np.zeros(BINS)
    places = np.clip((A - low) * (BINS / (high - low)), 0, BINS - 1).astype(int)
    return np.bincount(places.ravel(), minlength=BINS) / A.size


def decades(*logs):
    """Return at most eight whole numbers, evenly spaced, that enclose all finite logarithms."""
    known = np.concatenate([*logs, [0.0]])
    known = known[np.isfinite(known)]
    bottom, top = math.floor(known.min() - 0.1), math.ceil(known.max() + 0.1)
    step = -(-(top - bottom) // 6)
    return np.arange(bottom, top + step, step)


class RuleChoice(Choice):
    """The rules of the course; each view adds those of the notebook in which it stands."""

    def read(self, owner, text):
        return text  # the new view checks: only it knows the notebook's functions


class Initialisation(View):
    """First weights in a stack of dense layers of 100 units: 100 random examples go up, a random gradient comes back.

    Above, the activations of each layer as histograms on their sides; below, the standard deviations of activations
    and gradients. Driven by the reader's `he_normal(n_in, n_out, rng)` and the other rules, looked up by name at each
    move, and by every function of the notebook with these three arguments. `scale` multiplies what they draw.

    >>> Initialisation(rule="small_normal")  # doctest: +ELLIPSIS
    Initialisation(rule='small_normal', scale=1.0, ...): small_normal: weights with sd 0.01. Up, the signal fades: ...
    """

    title = "First weights: what goes up, what comes back"
    script = "initialisation.js"
    controls = (
        RuleChoice("rule", "rule", tuple(OWN), "he_normal"),
        Slider("scale", "times", 0.1, 10, 0.05, 1.0, scale="log"),
        Choice("activation", "activation", tuple(BENDS), "ReLU"),
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
        return " ".join(part for part in [weights_said(frame), up(frame), back(frame), lost_said(frame)] if part)

    def draw(self, frame, ax):
        made = ax.figure
        ax.remove()
        above, below = made.subplots(nrows=2, height_ratios=[2, 3])
        draw_histograms(frame, above)
        draw_spreads(frame, below)


# In words


def said(log):
    """Return 10**log in a few characters, also where a float cannot hold it.

    >>> said(-0.35), said(-8.99), said(400.5), said(-np.inf)
    ('0.45', '1e-9', '3e400', '0')
    """
    if abs(log) < 3:
        return f"{float(f'{10**log:.2g}'):g}"
    if log == -np.inf:
        return "0"
    power = math.floor(log + 0.0223)  # 9.5 and more is written as the next power
    return f"{10 ** (log - power):.0f}e{power}"


def weights_said(frame):
    """Return in words what was drawn, and where it is not what the rule of this name has."""
    times = f" times {frame.scale:g}" if frame.scale != 1 else ""
    drew = f"{frame.rule}{times}: weights with sd {frame.spread * frame.scale:.2g}."
    wanted = SPREADS.get(frame.rule)
    if wanted is None:
        return drew
    if abs(frame.spread - wanted) > 0.05 * wanted:
        return f"{drew} The rule of this name has {wanted:.2g}, yours has {frame.spread:.2g}: is that meant?"
    if abs(frame.mean) > 0.05 * wanted:
        return f"{drew} The rule of this name has mean 0, yours has {frame.mean:.2g}: is that meant?"
    return drew


def verdict(logs):
    """Return in a word how the last of some standard deviations stands to the first."""
    change, limit = logs[-1] - logs[0], max((len(logs) - 1) * math.log10(0.75), math.log10(0.2))
    return "fades" if change < limit else "explodes" if change > -limit else "holds"


def up(frame):
    """Return in words how the signal fares on its way up."""
    logs, depth = frame.signal, len(frame.signal)
    if np.isnan(logs).any():
        return f"Up, the signal explodes: from layer {np.isnan(logs).argmax() + 1} on it is beyond all bounds."
    if np.isneginf(logs).any():
        return f"Up, there is no signal from layer {np.isneginf(logs).argmax() + 1} on: all activations are the same."
    if depth == 1:
        return f"One layer: its activations have sd {said(logs[0])}, the inputs 1."
    if logs[-1] - frame.apart[-1] > 1:
        return (
            f"Up, the signal is lost: the units of layer {depth} differ from each other (sd {said(logs[-1])}), but "
            f"each says nearly the same to all examples (sd {said(frame.apart[-1])})."
        )
    return (
        f"Up, the signal {verdict(logs)}: the sd of layer {depth} is {said(logs[-1] - logs[0])} times that of layer 1."
    )


def back(frame):
    """Return in words how the gradient fares on its way back."""
    logs, depth = frame.gradient, len(frame.gradient)
    if depth == 1:
        return ""
    if np.isnan(frame.signal).any():
        return "Back, there is no gradient: what is beyond all bounds has no slope."
    if np.isnan(logs).any():
        first = depth - np.isnan(logs[::-1]).argmax()
        return f"Back, the gradient explodes: from layer {first} down it is beyond all bounds."
    if np.isneginf(logs).any():
        return f"Back, no gradient arrives at layer {depth - np.isneginf(logs[::-1]).argmax()} and below."
    change = said(logs[0] - logs[-1])
    return f"Back, the gradient {verdict(logs[::-1])}: layer 1 gets {change} times what layer {depth} gets."


def lost_said(frame):
    """Return in words how much is dead or saturated, or nothing."""
    if not frame.word or np.isnan(frame.lost).all():
        return ""
    what = "Dead units (0 for all examples)" if frame.word == "dead" else "Saturated activations"
    return f"{what}: at most {np.nanmax(frame.lost):.0%}, in layer {np.nanargmax(frame.lost) + 1}."


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

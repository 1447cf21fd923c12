"""A network that learns digits while one looks: losses, gradients, weights, and what is wrong with the run."""

import inspect
import math
from dataclasses import dataclass
from functools import cache
from itertools import islice, pairwise

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from nnlib.activations import GELU, LeakyReLU, ReLU, Sigmoid, Tanh
from nnlib.data import load_mnist
from nnlib.initializers import glorot_uniform
from nnlib.layers import Dense, Dropout
from nnlib.losses import SoftmaxCrossEntropy
from nnlib.model import Sequential
from nnlib.optimizers import SGD, Adam, RMSProp
from nnlib.plotting import BLUE, GREY, ORANGE
from nnlib.training import minibatches
from nnlib.viz.live import Live
from nnlib.viz.view import Choice, Slider, arguments

BATCHES, PICTURES = 10, 500  # of a step, at most
CHECKED, EVERY = 1000, 8  # validation pictures, and steps between two looks at them; base records halve: a power of 2
TILES, ACROSS, SIDE = 32, 8, 28
GUESSING, PATIENCE = math.log(10), 20  # the loss of guessing; steps before which nothing is said
ACTIVATIONS = {"ReLU": ReLU, "LeakyReLU": LeakyReLU, "GELU": GELU, "Tanh": Tanh, "Sigmoid": Sigmoid}
IDLE = {ReLU: "dead", Sigmoid: "saturated", Tanh: "saturated"}
OPTIMIZERS = {
    "SGD": SGD,
    "momentum": lambda lr: SGD(lr, momentum=0.9),
    "RMSProp": RMSProp,
    "Adam": lambda lr: Adam(lr, eps=1e-7),  # as in notebook 06
}
DASHES = [(BLUE, "-"), (ORANGE, "--"), (GREY, ":"), ("black", "-.")]
SIGNED = LinearSegmentedColormap.from_list("signed", [ORANGE, "white", BLUE])


@dataclass(frozen=True)
class Record:
    """What is kept of a step; nan or None where there is nothing to keep.   Shapes: norms, ratios (layers,).

    loss: mean over its batches;   mean: running mean of those;   norms: lengths of each layer's gradient, mean over its
    batches;   ratios: how far its last batch moved each layer, as a part of the layer's own length;   idle: triples
    (kind, how many, of);   tiles: int8 (units, 784), of which 127 is the weight `top`.
    """

    loss: float
    mean: float
    norms: np.ndarray
    ratios: np.ndarray
    val_loss: float
    accuracy: float
    idle: tuple
    tiles: np.ndarray | None
    top: float
    seen: int


@dataclass(frozen=True)
class Curves:
    """The numbers of a run over its steps (n,), and of those (m,) at which validation was looked at."""

    steps: np.ndarray
    batch: np.ndarray
    mean: np.ndarray
    checked: np.ndarray
    val_loss: np.ndarray
    accuracy: np.ndarray


@dataclass(frozen=True)
class Axis:
    """A logarithmic axis: both ends and its marks (k,)."""

    low: float
    high: float
    ticks: np.ndarray


@dataclass(frozen=True)
class TrainingFrame:
    """A run up to a step: curves, norms (n, layers) with the heights of their labels (layers,) from 0 to 1, and tiles.

    `tiles` (rows, columns) is one sheet from -1 to 1, its lowest row first. The rest is for the words.
    """

    run: Curves
    pinned: Curves | None
    norms: np.ndarray
    labels: np.ndarray
    loss_axis: Axis
    norm_axis: Axis
    last: int
    tiles: np.ndarray
    caption: str
    step: int
    seen: int
    epochs: float
    idle: list
    ratios: np.ndarray
    hints: list
    verdict: str


@cache
def digits():
    """Return MNIST's first 60,000 pictures as bytes, (60000, 784), and their labels."""
    return load_mnist(flat=True)[0]


def scaled(X):
    """Return pictures from 0 to 1, in an array of their own."""
    return X / np.float32(255)


def network(rng, hidden, activation, scale, dropout):
    """Return the model that the controls describe, as notebook 06 builds it."""
    layers = []
    for n_in, n_out in pairwise([784, *(int(n) for n in hidden.split("-") if hidden != "none"), 10]):
        layers.append(Dense(n_in, n_out, rng=rng, init=lambda *shape: scale * glorot_uniform(*shape)))
        layers += [ACTIVATIONS[activation](), *([Dropout(dropout, rng=rng)] if dropout else [])]
    return Sequential(*layers[: -2 if dropout else -1], dtype=np.float64)


def endless(X, y, batch_size, rng):
    """Yield batches of pictures from 0 to 1 and their labels, epoch after epoch."""
    while True:
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            yield scaled(X_batch), y_batch


class Run:
    """A model that learns; `who` is the function that made it, for the words of an error."""

    def __init__(self, model, who, optimizer, batches):
        self.model, self.who, self.optimizer, self.batches = model, who, optimizer, batches
        self.cost, self.t, self.seen, self.stopped = SoftmaxCrossEntropy(), 0, 0, False
        self.fitting()
        self.sees_training = "training" in inspect.signature(model.forward).parameters
        self.layers = [layer for layer in getattr(model, "layers", ()) if getattr(layer, "parameters", ())]
        sizes = [sum(np.size(getattr(layer, name)) for name in layer.parameters) for layer in self.layers]
        if sum(sizes) != model.params.size:
            sizes = [model.params.size]
        self.ends = np.cumsum(sizes)[:-1]
        self.loss = self.mean = math.nan
        self.norms = self.ratios = np.full(len(sizes), np.nan)
        self.looked = None, None  # a step, and what validation gave there
        if not np.isfinite(self.scores(scaled(digits()[0][50_000:50_100]))).all():
            raise ValueError(f"{who} expected a model with finite scores, got nan or inf before any step")

    def fitting(self):
        """Raise ValueError for a model that cannot be trained."""
        missing = [name for name in ("forward", "backward", "params", "grads") if not hasattr(self.model, name)]
        if missing:
            wants = f"{self.who} expected to return a model with forward, backward, params and grads"
            raise ValueError(f"{wants}, returned {type(self.model).__name__} without {', '.join(missing)}")
        params = self.model.params
        if getattr(params, "ndim", 0) != 1 or params.dtype.kind != "f" or params is not self.model.params:
            raise ValueError(f"{self.who} expected model.params to be one vector of floats, the same at each look")

    def scores(self, X, training=False):
        """Return the model's scores for pictures, (n, 10); raises ValueError for anything else."""
        said = self.model.forward(X, **({"training": training} if self.sees_training else {}))
        if not isinstance(said, np.ndarray) or said.shape != (len(X), 10) or said.dtype.kind != "f":
            came = f"shape {said.shape}, {said.dtype}" if isinstance(said, np.ndarray) else repr(said)
            raise ValueError(f"{self.who}: model.forward expected to return floats ({len(X)}, 10), returned {came}")
        return said

    def lengths(self, vector):
        """Return the length of each layer's part of a vector, (layers,)."""
        return np.array([math.sqrt(part @ part) for part in np.split(vector, self.ends)])

    def learn(self, n):
        """Take n batches; where the loss is no finite number any more, stand still for ever."""
        losses, norms = [], []
        for X, y in islice(self.batches, n if not self.stopped else 0):
            losses.append(self.cost.forward(self.scores(X, training=True), y))
            if not math.isfinite(losses[-1]):
                self.stopped = True
                break
            self.seen += len(y)
            self.model.backward(self.cost.backward())
            grads = self.model.grads
            if not self.t and len(losses) == 1 and not np.isfinite(grads).all():
                raise ValueError(f"{self.who}: model.backward expected finite grads, got nan or inf in the first batch")
            norms.append(self.lengths(grads))
            before = self.model.params.copy() if len(losses) == n else None
            self.optimizer.step(self.model.params, grads)
        self.t += 1
        self.loss = math.nan if self.stopped else sum(losses) / n
        self.mean = self.loss if math.isnan(self.mean) and self.t == 1 else 0.75 * self.mean + 0.25 * self.loss
        self.norms = self.ratios = np.full(len(self.norms), np.nan)
        if not self.stopped:
            self.norms = np.mean(norms, axis=0)
            self.ratios = self.lengths(self.model.params - before) / self.lengths(before)

    def look(self):
        """Return loss, accuracy and idle units on validation pictures."""
        if self.t % EVERY or self.stopped:
            return math.nan, math.nan, ()
        if self.looked[0] != self.t:
            X, y = (part[50_000 : 50_000 + CHECKED] for part in digits())
            scores = self.scores(scaled(X))
            loss, right = self.cost.forward(scores, y), float(self.cost.correct(scores, y).mean())
            layers = [layer for layer in getattr(self.model, "layers", ()) if type(layer) in IDLE]
            found = (loss, right) if math.isfinite(loss) else (math.nan, math.nan)
            self.looked = self.t, (*found, tuple(idle(layer) for layer in layers))
        return self.looked[1]

    def record(self):
        """Return the Record of the present step."""
        W = getattr(self.layers[0], "W", None) if self.layers else None
        tiles, top = None, math.nan
        if np.ndim(W) == 2 and len(W) == SIDE**2 and np.isfinite(W).all():
            top = float(np.abs(W[:, :TILES]).max()) or 1.0
            tiles = np.rint(W[:, :TILES].T * (127 / top)).astype(np.int8)
        val_loss, accuracy, units = self.look()
        return Record(self.loss, self.mean, self.norms, self.ratios, val_loss, accuracy, units, tiles, top, self.seen)


def idle(layer):
    """Return (kind, how many, of) of the units of an activation that pass no slope on, after a forward pass.

    A ReLU is dead when it gives 0 for every picture; a Sigmoid or Tanh is saturated when for more than half of them its
    slope is below a tenth of the largest.
    """
    slopes, largest = layer.derivative(layer.X, layer.Y), layer.derivative(np.zeros(1), layer.f(np.zeros(1)))
    flat = (slopes < largest / 10).mean(axis=0) > 0.5 if largest else ~slopes.any(axis=0)
    return IDLE[type(layer)], int(flat.sum()), flat.size


def curves_of(records):
    """Return the Curves of pairs (step, record)."""
    rows = [(step, r.loss, r.mean, r.val_loss, r.accuracy) for step, r in records]
    steps, batch, mean, val_loss, accuracy = np.array(rows, float).T
    batch, mean, val_loss = (np.clip(values, 1e-6, 1e6) for values in (batch, mean, val_loss))
    looked = ~np.isnan(accuracy)
    return Curves(steps, batch, mean, steps[looked], val_loss[looked], accuracy[looked])


def axis_for(*values):
    """Return the Axis on which all values have room."""
    together = np.concatenate([np.ravel(v) for v in values])
    together = together[together > 0]  # without nan
    low, high = (together.min() / 1.3, together.max() * 1.3) if together.size else (0.1, 10)
    if high < 4 * low:
        low, high = low / 2, high * 2
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for leading in [(1, 2, 5), (1,)]:
        ticks = [10.0**k * digit for k in exponents for digit in leading if low <= 10.0**k * digit <= high]
        if len(ticks) <= 6:
            break
    return Axis(low, high, np.array(ticks[:: -(-len(ticks) // 6)]))


def apart(values, axis, gap=0.11):
    """Return the heights of labels beside values on an axis, from 0 to 1, so far apart that all can be read."""
    values = np.where(values > 0, np.clip(values, axis.low, axis.high), axis.low)
    heights = np.log(values / axis.low) / math.log(axis.high / axis.low)
    order, n = heights.argsort(kind="stable"), len(heights)
    for k in range(1, n):  # upwards from the lowest, then down from the top
        heights[order[k]] = max(heights[order[k]], heights[order[k - 1]] + gap)
    for k in reversed(range(n)):
        heights[order[k]] = min(heights[order[k]], 1 - (n - 1 - k) * gap)
    return heights


def sheet_of(tiles):
    """Return tiles (units, 784) as one sheet of pictures from -1 to 1, its lowest row first, nan between them."""
    if tiles is None:
        return np.full((1, 1), np.nan)
    across = min(ACROSS, -(-len(tiles) // 2))
    sheet = np.full((-(-len(tiles) // across) * (SIDE + 2), across * (SIDE + 2)), np.nan)
    for k, tile in enumerate(tiles):
        top, left = ((SIDE + 2) * place + 1 for place in divmod(k, across))
        sheet[top : top + SIDE, left : left + SIDE] = tile.reshape(SIDE, SIDE) / 127
    return sheet[::-1]


def hints_of(curves, units):
    """Return in words what a run suffers from, each with its reason; or that it is fine."""
    step, start, mean, val = int(curves.steps[-1]), curves.val_loss[0], curves.mean[-1], curves.val_loss
    if np.isnan(curves.batch[1:]).any():
        gone = int(curves.steps[1:][np.isnan(curves.batch[1:])][0])
        return [f"Exploded: the loss is no finite number any more in step {gone}; the run stands still. Lower the rate"]
    if mean > 10 * start:
        return [f"Exploded: the loss, {mean:.3g}, is over ten times that of the start, {start:.2f}. Lower the rate"]
    hints = []
    for number, (kind, flat, of) in enumerate(units, start=1):
        if flat > of / 2:
            hints.append(f"{kind.capitalize()} units: {flat} of {of} after layer {number} pass no slope on")
    if step < PATIENCE:
        return hints or ["Too early to say"]
    if mean > max(0.95 * GUESSING, 0.5 * start):
        hints.append(f"Not learning: after {step} steps the loss is {mean:.2f}, no better than guessing, ln 10 = 2.30")
    best = int(val.argmin())
    if len(val) - 1 - best > 4 and val[-1] > 1.05 * val[best]:
        then = curves.mean[np.searchsorted(curves.steps, curves.checked[best])]
        if mean < 0.8 * then:  # less may be noise
            rose = f"since step {curves.checked[best]:.0f} validation loss rose from {val[best]:.2f} to {val[-1]:.2f}"
            hints.append(f"Overfitting: {rose}, while training loss fell from {then:.2f} to {mean:.2f}")
    return hints or [f"Fine: the validation loss went from {start:.2f} to {val[-1]:.2f}"]


class LiveTraining(Live):
    """A network learns MNIST: losses, accuracy, gradients, the first layer's weights, and hints at what goes wrong.

    A step is ten batches, of 500 pictures together at most. The learning rate and the weight decay act at once.
    `make`, if given, is the reader's function (rng) -> model, looked up by its name at each new run; of a model only
    forward, backward, params and grads are used, and `layers` where there are any.

    >>> LiveTraining(lr=10, hidden="none", optimizer="SGD").run(1).facts_shown.split(": ")[0]
    'Step 1'
    """

    title, script, unit, size = "Live training", "training.js", "step", (7.6, 6.2)
    restart = ("hidden", "activation", "scale", "dropout", "optimizer", "batch", "pictures", "seed")
    models = restart[:4]  # what a reader's model does not ask for
    controls = (
        Choice("hidden", "hidden units", ("none", "32", "128", "32-32"), "32"),
        Choice("activation", "activation", tuple(ACTIVATIONS), "ReLU"),
        Slider("scale", "first weights ×", 1e-3, 100, 0.1, 1.0, scale="log"),
        Choice("optimizer", "optimizer", tuple(OPTIMIZERS), "Adam"),
        Slider("lr", "learning rate", 1e-5, 10, 0.1, 1e-3, scale="log"),
        Choice("batch", "batch size", ("1", "10", "32", "100", "500"), "32"),
        Choice("pictures", "pictures", ("1000", "10000", "50000"), "50000"),
        Choice("decay", "weight decay", ("0", "0.0001", "0.001", "0.01", "0.1"), "0"),
        Slider("dropout", "dropout", 0, 0.8, 0.1, 0.0),
        Slider("seed", "seed", 0, 9, 1, 0),
    )

    def __init__(self, make=None, *, hide=(), **options):
        self.make, self.name = make, getattr(make, "__name__", "make")
        super().__init__(hide=hide if make is None else {*hide, *self.models}, **options)

    def code_of(self, state):
        if self.make is None:
            return super().code_of(state)
        asked = {name: value for name, value in state.items() if name not in self.models}
        return f"LiveTraining({self.name}, {arguments(asked)})"

    def begin(self, hidden, activation, scale, dropout, optimizer, lr, batch, pictures, seed, decay):
        if self.make is None:
            model = network(np.random.default_rng(seed), hidden, activation, scale, dropout)
        else:
            make = self.reader(self.name, self.make)
            if not callable(make):
                raise ValueError(f"LiveTraining expected a function (rng) -> model, got {make!r}")
            model = make(np.random.default_rng(seed))
        X, y = (part[: int(pictures)] for part in digits())
        batches = endless(X, y, int(batch), np.random.default_rng(seed))
        return Run(model, self.name, OPTIMIZERS[optimizer](lr), batches)

    def advance(self, run, lr, decay, batch, **_):
        run.optimizer.lr, run.optimizer.weight_decay = lr, float(decay)
        with np.errstate(all="ignore"):
            run.learn(min(BATCHES, PICTURES // int(batch)))
        if run.stopped:
            self.wanted.clear()  # nothing moves any more: no thread is needed

    def record(self, run, **_):
        with np.errstate(all="ignore"):
            return run.record()

    def frame_of(self, run, record, records, pinned, pictures, **_):
        curves, old = curves_of(records), curves_of(pinned) if pinned else None
        norms = np.clip([r.norms for _, r in records], 0, 1e9)
        looked = [r for _, r in records if not math.isnan(r.accuracy)]
        beside = [] if old is None else [old.mean, old.val_loss]
        norm_axis, hints = axis_for(norms), hints_of(curves, looked[-1].idle)
        return TrainingFrame(
            run=curves,
            pinned=old,
            norms=norms,
            labels=apart(norms[-1], norm_axis),
            loss_axis=axis_for(curves.batch, curves.val_loss, *beside),
            norm_axis=norm_axis,
            last=max(10, records[-1][0], pinned[-1][0] if pinned else 0),
            tiles=sheet_of(record.tiles),
            caption=caption(record),
            step=records[-1][0],
            seen=record.seen,
            epochs=record.seen / int(pictures),
            idle=[list(units) for units in looked[-1].idle],
            ratios=record.ratios,
            hints=hints,
            verdict=", ".join(dict.fromkeys(hint.split(":")[0] for hint in hints)),
        )

    def facts(self, frame):
        run = frame.run
        said = [f"Step {frame.step}: {frame.seen:,} pictures seen, {frame.epochs:.1f} epochs"]
        if run.mean[-1] > 0:
            said[0] += f"; loss {run.mean[-1]:.2f}"
        where = "" if run.checked[-1] == frame.step else f" (step {run.checked[-1]:.0f})"
        said[0] += f", validation{where}: loss {run.val_loss[-1]:.2f}, {run.accuracy[-1]:.1%} right"
        if frame.idle:
            said.append(", ".join(f"{kind} units {flat} of {of}" for kind, flat, of in frame.idle).capitalize())
        if not np.isnan(frame.ratios).any():
            moved = ", ".join(f"{ratio:.2g}" for ratio in frame.ratios)
            said.append(f"The last batch moved the layers by {moved} of their length; 0.001 is usual")
        return ". ".join([*said, *frame.hints])

    def draw(self, frame, ax):
        panels = ax.get_subplotspec().subgridspec(2, 2).subplots()
        ax.remove()
        draw_curves(frame, *panels[0])
        draw_norms(frame, panels[1, 0])
        panels[1, 1].imshow(frame.tiles, cmap=SIGNED, vmin=-1, vmax=1, origin="lower")
        panels[1, 1].set_axis_off()
        panels[1, 1].set_title(frame.caption, fontsize=12)
        place = {"transform": panels[1, 1].transAxes, "ha": "center", "va": "top"}
        panels[1, 1].text(0.5, -0.05, frame.verdict, weight="bold", **place)


def caption(record):
    """Return what the tiles are."""
    if record.tiles is None:
        return "no first layer W (784, units) to show"
    return f"first weights: blue +, orange −\nthe darkest is {record.top:.2g}"


def log_axis(ax, axis):
    """Give a matplotlib panel an Axis."""
    ax.set_yscale("log")
    ax.set_yticks(axis.ticks, [f"{tick:g}" for tick in axis.ticks])
    ax.minorticks_off()
    ax.set_ylim(axis.low, axis.high)


def draw_curves(frame, loss, accuracy):
    """Draw losses and accuracy."""
    run, old = frame.run, frame.pinned
    loss.plot(run.steps, run.batch, color=BLUE, lw=0.7, alpha=0.6)
    if old is not None:
        loss.plot(old.steps, old.mean, color=GREY, lw=1.5, label="pinned")
        loss.plot(old.checked, old.val_loss, "--", color=GREY, lw=1.5)
        accuracy.plot(old.checked, old.accuracy, "--", color=GREY, lw=1.5)
    loss.plot(run.steps, run.mean, color=BLUE, label="training")
    loss.plot(run.checked, run.val_loss, "--", color=ORANGE, label="validation")
    accuracy.plot(run.checked, run.accuracy, "--", color=ORANGE)
    log_axis(loss, frame.loss_axis)
    above = {"loc": "lower left", "bbox_to_anchor": (0, 1), "ncols": 3, "borderpad": 0}
    loss.legend(frameon=False, fontsize=11, columnspacing=1, handlelength=1.6, **above)
    accuracy.set(ylim=(0, 1.02), yticks=[0, 0.5, 0.9, 1], yticklabels=["0 %", "50 %", "90 %", "100 %"])
    for ax, title in [(loss, "loss; thin: each step"), (accuracy, f"validation right: {run.accuracy[-1]:.1%}")]:
        ax.set_title(title, fontsize=12, pad=24)
        ax.set_xlim(0, frame.last)
        ax.grid(alpha=0.3)


def draw_norms(frame, ax):
    """Draw the length of each layer's gradient."""
    for k, norms in enumerate(frame.norms.T):
        colour, dash = DASHES[k % len(DASHES)]
        ax.plot(frame.run.steps, norms, dash, color=colour, lw=1.8)
        ax.text(1.02, frame.labels[k], f"layer {k + 1}", color=colour, transform=ax.transAxes, va="center", fontsize=11)
    log_axis(ax, frame.norm_axis)
    ax.set(xlim=(0, frame.last), xlabel="step")
    ax.set_title("length of each gradient", fontsize=12)
    ax.grid(alpha=0.3)

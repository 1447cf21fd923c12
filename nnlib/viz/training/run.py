"""What the view LiveTraining trains: digits, a network, the run and what is kept of its steps."""

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise

import numpy as np

from nnlib.advice import Look, idle_units, in_short, signs_of
from nnlib.contract import check_parts, is_own, learned
from nnlib.data.handwriting import SIDE
from nnlib.data.mnist import load_part
from nnlib.guards import call
from nnlib.initializers import glorot_uniform
from nnlib.layers import Dense, Dropout
from nnlib.losses import SoftmaxCrossEntropy
from nnlib.model import Sequential
from nnlib.optimizers import SGD, Adam, RMSProp
from nnlib.training import minibatches
from nnlib.viz.known_activations import ACTIVATIONS

CHECKED, EVERY = 1000, 8  # validation pictures, and steps between two looks at them; base records halve: a power of 2
TILES = 32  # units, at most
USUAL = 8  # times the median of all weights: as far as those of a net that learns well go
OPTIMIZERS = {
    "SGD": SGD,
    "momentum": lambda lr: SGD(lr, momentum=0.9),
    "RMSProp": RMSProp,
    "Adam": lambda lr: Adam(lr, eps=1e-7),  # as in notebook 06
}


@dataclass(frozen=True)
class Record:
    """What is kept of a step; nan or None where there is nothing to keep.   Shapes: norms, ratios (layers,).

    loss: mean over its batches;   mean: running mean of those;   norms: lengths of each layer's gradient, mean over its
    batches;   ratios: how far its last batch moved each layer, as a part of the layer's own length;   idle: triples
    (kind, how many, of);   signs: in words, what else the model suffers from;   tiles: int8 (units, 784), of which 127
    is the weight `top`, or a larger one;   most: the largest
    """

    loss: float
    mean: float
    norms: np.ndarray
    ratios: np.ndarray
    val_loss: float
    accuracy: float
    idle: tuple
    signs: tuple
    tiles: np.ndarray | None
    top: float
    most: float
    seen: int


@lru_cache(maxsize=2)  # those for looks, and those to learn from: all 60,000 would fill 47 MB
def digits(first, n):
    """Return n of MNIST's training pictures from the first on, as bytes (n, 784), and their labels (n,)."""
    X, y = load_part("train")
    return X[first : first + n].reshape(n, SIDE**2).copy(), y[first : first + n].copy()


def unseen():
    """Return the pictures for looks, which no run learns from, and their labels."""
    return digits(50_000, CHECKED)


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


def darkest(sizes):
    """Return what the darkest place of the tiles stands for, and the largest size: a few huge ones blank no others."""
    most = float(sizes.max()) or 1.0
    return min(most, USUAL * float(np.median(sizes)) or most), most


class Run:
    """A model that learns; `who` is the function that made it, for the words of an error."""

    def __init__(self, model, who, optimizer, batches):
        self.model, self.who, self.optimizer, self.batches = model, who, optimizer, batches
        self.cost, self.t, self.seen, self.stopped = SoftmaxCrossEntropy(), 0, 0, False
        self.fitting()
        self.layers = [layer for layer in getattr(model, "layers", ()) if learned(layer)]
        sizes = [sum(np.size(getattr(layer, name)) for name in layer.parameters) for layer in self.layers]
        if sum(sizes) != model.params.size:
            sizes = [model.params.size]
        self.ends = np.cumsum(sizes)[:-1]
        self.loss = self.mean = math.nan
        self.norms = self.ratios = np.full(len(sizes), np.nan)
        self.looked = None, None  # a step, and what validation gave there

    def fitting(self):
        """Raise ValueError for a model that cannot be trained."""
        missing = [name for name in ("forward", "backward", "params", "grads") if not hasattr(self.model, name)]
        if missing:
            wants = f"{self.who} expected to return a model with forward, backward, params and grads"
            raise ValueError(f"{wants}, returned {type(self.model).__name__} without {', '.join(missing)}")
        params = self.model.params
        if getattr(params, "ndim", 0) != 1 or params.dtype.kind != "f" or params is not self.model.params:
            raise ValueError(f"{self.who} expected model.params to be one vector of floats, the same at each look")
        X = scaled(unseen()[0][:100])
        if is_own(self.model):  # one without layers is asked for ten scores first, and then for their gradient
            self.scores(X.copy())
        check_parts(self.model, self.cost, [(X, np.zeros(len(X), int))])  # a label that fits any number of scores
        if not np.isfinite(self.scores(X)).all():
            raise ValueError(f"{self.who} expected a model with finite scores, got nan or inf before any step")

    def scores(self, X, training=False):
        """Return the model's scores for pictures, (n, 10); raises ValueError for anything else."""
        said = call(self.model.forward, X, training=training)
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
        """Return loss and accuracy on validation pictures, idle units, and what else the model suffers from."""
        if self.t % EVERY or self.stopped:
            return math.nan, math.nan, (), ()
        if self.looked[0] != self.t:
            X, y = unseen()
            X = scaled(X)
            scores = self.scores(X)
            loss, found = self.cost.forward(scores, y), (math.nan, math.nan)
            if math.isfinite(loss):
                found = loss, float(self.cost.correct(scores, y).mean())
            signs = signs_of(Look(self.model, self.cost, X, scores), of=["model"])  # the rest is read from the curves
            units = idle_units(getattr(self.model, "layers", ()))
            self.looked = self.t, (*found, units, tuple(in_short(*sign) for sign in signs))
        return self.looked[1]

    def record(self):
        """Return the Record of the present step."""
        W = getattr(self.layers[0], "W", None) if self.layers else None
        tiles, top, most = None, math.nan, math.nan
        if np.ndim(W) == 2 and len(W) == SIDE**2 and np.isfinite(W).all():
            tiles = W[:, :TILES].T
            top, most = darkest(np.abs(tiles))
            tiles = np.rint(np.clip(tiles / top, -1, 1) * 127).astype(np.int8)
        return Record(self.loss, self.mean, self.norms, self.ratios, *self.look(), tiles, top, most, self.seen)

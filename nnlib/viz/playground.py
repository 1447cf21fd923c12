"""A small network that learns to tell two classes of points apart, with a map for each of its units."""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from nnlib import evaluate, train
from nnlib.viz.known_activations import OR_NONE
from nnlib.viz.live import Live
from nnlib.viz.playground_net import DATA, FEATURES, FINE, OPTIMIZERS, SHAPES, WIDE, Run, maps_of
from nnlib.viz.playground_picture import FLOOR, LEFT, MIDDLE, PLANE, draw_picture
from nnlib.viz.view import Choice, Slider


class Record(NamedTuple):
    """What is kept of an epoch: parameters, and how good they are."""

    params: np.ndarray
    train: tuple
    test: tuple


@dataclass(frozen=True)
class PlaygroundFrame:
    """A network as it is after an epoch, all maps from -1 to 1.

    names: of the features;   sizes: units in each layer, features and output included
    spots: (units, 2) where each is drawn, its map `side` wide;   maps: (units - 1, 25, 25);   output: (50, 50)
    lines: (weights, 3) units from and to, and the weight between them;   picked: the number of one, or -1
    points: (n, 2), labels: (n,), the first `n_train` are for training;   scores: (2, 2) training, test: loss, accuracy
    history, pinned: (epochs, 3) epoch, training loss, test loss
    """

    names: tuple
    sizes: np.ndarray
    spots: np.ndarray
    side: float
    maps: np.ndarray
    output: np.ndarray
    lines: np.ndarray
    picked: int
    points: np.ndarray
    labels: np.ndarray
    n_train: int
    scores: np.ndarray
    history: np.ndarray
    pinned: np.ndarray
    wide: float = WIDE


def spots_of(sizes):
    """Return where each unit is drawn, (units, 2), and how wide its map may be."""
    gap = 2 * (MIDDLE - FLOOR) / max(5, *sizes)
    xs = np.linspace(LEFT, PLANE, len(sizes))
    spots = [(x, MIDDLE + gap * (k - (n - 1) / 2)) for x, n in zip(xs, sizes, strict=True) for k in range(n)]
    return np.array(spots), 0.84 * gap


def lines_of(sizes, params):
    """Return from, to and weight of all connections, (weights, 3), in the order of the parameters."""
    rows, at, first = [], 0, 0
    for n_in, n_out in pairwise(sizes):
        source, target = np.divmod(np.arange(n_in * n_out), n_out)
        weights = params[at : at + n_in * n_out]
        rows.append(np.stack([first + source, first + n_in + target, weights], axis=1))
        first, at = first + n_in, at + n_in * n_out + n_out
    return np.concatenate(rows)


def history_of(records):
    """Return epoch, training loss and test loss of records, (epochs, 3)."""
    return np.array([(epoch, record.train.loss, record.test.loss) for epoch, record in records]).reshape(-1, 3)


def playground_frame(run, record, records, pinned, colours, picked):
    """Return the PlaygroundFrame of a record."""
    run.shown.params[...] = record.params
    with np.errstate(all="ignore"):
        maps = np.nan_to_num(maps_of(run.shown, run.grid).T.reshape(-1, FINE, FINE))
        output, maps = np.tanh(maps[-1] / 2), maps[:-1, ::2, ::2]  # the score as 2 p - 1, from -1 to 1
        largest = np.abs(maps).max(axis=(1, 2), keepdims=True)
        maps = maps / np.where(largest > 0, largest, 1)
    if colours == "two":
        output, maps = np.where(output > 0, 1.0, -1.0), np.sign(maps)
    spots, side = spots_of(run.sizes)
    return PlaygroundFrame(
        *(run.names, np.array(run.sizes), spots, side, maps, output),
        *(lines_of(run.sizes, record.params), picked),
        *(np.clip(run.points, -WIDE, WIDE), run.labels, run.n, np.array([record.train, record.test])),
        *(history_of(records), history_of(pinned)),
    )


class Playground(Live):
    """A network with two inputs learns: what each unit sees, what the whole answers, how well, epoch by epoch.

    Change data, features, layers, rates; pin a run and compare. `layer`, `source` and `target` pick a weight (so does
    a click on its line), to which `change` is added before the first epoch. The data are the same for every seed.
    Driven by the reader's `dense_forward(X, W, b)` if there is one, with the optimizer "yours" by `step(w, slope, lr)`.
    ReLU starts with he_normal, the others with glorot_uniform; every map is scaled to its own largest value.

    >>> Playground(seed=1).run(100).facts_shown.split(". ")[0]
    'Epoch 100: training loss 0.201, accuracy 99.4%; test loss 0.214, accuracy 99.2%'
    """

    title = "A network that learns"
    script = "playground.js"
    unit, pace = "epoch", 1 / 30  # seconds: faster than that, nobody sees it learn
    begins = ("data", "noise", "share", "features", "shape", "activation", "seed")
    picks = ("layer", "source", "target", "change")
    controls = (
        Choice("data", "data", tuple(DATA), "circle"),
        Slider("noise", "noise", 0, 0.4, 0.05, 0.1),
        Slider("share", "% for training", 10, 90, 10, 60),
        Choice("features", "features", tuple(FEATURES), "x1 and x2"),
        Choice("shape", "hidden layers", SHAPES, "4"),
        Choice("activation", "activation", tuple(OR_NONE), "Tanh"),
        Slider("lr", "learning rate", 1e-3, 10, 0.05, 0.1, scale="log"),
        Slider("batch", "batch size", 1, 50, 1, 10),
        Choice("l2", "L2 penalty", ("0", "0.001", "0.003", "0.01", "0.03", "0.1"), "0"),
        Choice("optimizer", "optimizer", tuple(OPTIMIZERS), "SGD"),
        Slider("seed", "seed of weights", 0, 99, 1, 0),
        Choice("colours", "colours", ("shades", "two"), "shades"),
        Slider("layer", "weight in layer", 1, 4, 1, 1),
        Slider("source", "from unit", 1, 8, 1, 1),
        Slider("target", "to unit", 1, 8, 1, 1),
        Slider("change", "change it by", -5, 5, 0.1, 0),
    )
    size = (9.1, 7)

    def moved(self, change):
        edits = change.new["change"] or change.old["change"]  # to pick a weight, and leave it, disturbs no run
        self.restart = (*self.begins, *(self.picks if edits else ()))
        super().moved(change)

    def begin(self, data, noise, share, features, shape, activation, seed, layer, source, target, change, **_):
        run = Run(data, noise, share, features, shape, activation, seed, self.reader)
        if run.has(layer, source, target):
            run.weights(layer)[source - 1, target - 1] += change
        return run

    def advance(self, run, lr, batch, l2, optimizer, **_):
        if run.rule != optimizer:
            run.rule, run.optimizer = optimizer, OPTIMIZERS[optimizer](self.reader)
        run.optimizer.lr, run.optimizer.weight_decay = lr, float(l2)
        try:
            next(train(run.model, run.loss, run.optimizer, *run.train, epochs=1, batch_size=batch, rng=run.rng))
        except RuntimeError as error:  # for `train`, each is the first one
            raise RuntimeError(str(error).replace("epoch 1", f"epoch {self.step + 1}")) from error

    def record(self, run, **_):
        params = run.model.params.astype(np.float32)
        return Record(params, *(evaluate(run.model, *pair, run.loss) for pair in (run.train, run.test)))

    def slice(self):
        self.take(1, **self.checked())

    def frame_of(self, run, record, records, pinned, colours, layer, source, target, **_):
        before = sum(a * b for a, b in pairwise(run.sizes[:layer]))
        picked = before + (source - 1) * run.sizes[layer] + target - 1 if run.has(layer, source, target) else -1
        return playground_frame(run, record, records, pinned, colours, picked)

    def facts(self, frame):
        (loss, right), (test_loss, test_right) = frame.scores
        said = f"Epoch {frame.history[-1, 0]:.0f}: training loss {loss:.3f}, accuracy {right:.1%}; "
        said += f"test loss {test_loss:.3f}, accuracy {test_right:.1%}."
        if len(frame.pinned):
            said += f" Pinned: epoch {frame.pinned[-1, 0]:.0f}, test loss {frame.pinned[-1, 2]:.3f}."
        if frame.picked < 0:
            return f"{said} This network has no such weight."
        layer, source, target = (self.state[name] for name in ("layer", "source", "target"))
        source = frame.names[source - 1] if layer == 1 else f"unit {source}"
        target = "the output" if layer == len(frame.sizes) - 1 else f"unit {target}"
        return f"{said} Weight in layer {layer} from {source} to {target}: {frame.lines[frame.picked, 2]:.2f}."

    def draw(self, frame, ax):
        draw_picture(frame, ax)

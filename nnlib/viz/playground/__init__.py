"""A small network that learns to tell two classes of points apart, with a map for each of its units."""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from nnlib import evaluate, train
from nnlib.viz.controls import Choice, Pictures, Slider
from nnlib.viz.known_activations import OR_NONE
from nnlib.viz.live import Live
from nnlib.viz.playground.net import DATA, FEATURES, FINE, OPTIMIZERS, SHAPES, Run, maps_of
from nnlib.viz.playground.picture import draw_picture
from nnlib.viz.playground.thumbnails import data_picture, features_picture


class Record(NamedTuple):
    """What is kept of an epoch: parameters, and how good they are."""

    params: np.ndarray
    train: tuple
    test: tuple


@dataclass(frozen=True)
class PlaygroundFrame:
    """A network as it is after an epoch.

    names: of the features;   sizes: units in each layer, features and output included
    maps: (units - 1, 25, 25) from -1 to 1, each divided by its largest value, which are `tops`;   output: (50, 50)
    weights: one array for each layer, (units before, units);   picked: layer, from and to of one, from 1
    points: (n, 2), labels: (n,), the first `n_train` are for training;   scores: (2, 2) training, test: loss, accuracy
    history, pinned: (epochs, 3) epoch, training loss, test loss
    """

    names: tuple
    sizes: list
    maps: np.ndarray
    tops: np.ndarray
    output: np.ndarray
    weights: list
    picked: tuple
    points: np.ndarray
    labels: np.ndarray
    n_train: int
    scores: np.ndarray
    history: np.ndarray
    pinned: np.ndarray

    @property
    def weight(self):
        """The weight that is picked."""
        layer, source, target = self.picked
        return self.weights[layer - 1][source - 1, target - 1]

    def named(self, layer, source, target):
        """Return in words which weight it is."""
        source = self.names[source - 1] if layer == 1 else f"unit {source}"
        target = "the output" if layer == len(self.weights) else f"unit {target}"
        return f"Weight in layer {layer} from {source} to {target}"


def weights_of(sizes, params):
    """Return the weights of each layer, (units before, units), out of all parameters."""
    weights, at = [], 0
    for n_in, n_out in pairwise(sizes):
        weights.append(params[at : at + n_in * n_out].reshape(n_in, n_out))
        at += n_in * n_out + n_out
    return weights


def history_of(records):
    """Return epoch, training loss and test loss of records, (epochs, 3)."""
    return np.array([(epoch, record.train.loss, record.test.loss) for epoch, record in records]).reshape(-1, 3)


def playground_frame(run, record, records, pinned, colours, picked):
    """Return the PlaygroundFrame of a record."""
    run.shown.params[...] = record.params
    with np.errstate(all="ignore"):
        maps = np.nan_to_num(maps_of(run.shown, run.grid).T.reshape(-1, FINE, FINE))
        output, maps = np.tanh(maps[-1] / 2), maps[:-1, ::2, ::2]  # the score as 2 p - 1, from -1 to 1
        tops = np.abs(maps).max(axis=(1, 2))
        maps = maps / np.where(tops > 0, tops, 1)[:, np.newaxis, np.newaxis]
    if colours == "two":
        output, maps = np.where(output > 0, 1.0, -1.0), np.sign(maps)
    return PlaygroundFrame(
        *(run.names, run.sizes, maps, tops, output, weights_of(run.sizes, record.params), picked),
        *(run.points, run.labels, run.n, np.array([record.train, record.test])),
        *(history_of(records), history_of(pinned)),
    )


class Playground(Live):
    """A network with two inputs learns: what each unit sees, what the whole answers, how well, epoch by epoch.

    Change data, features, layers, rates; pin a run and compare. `layer`, `source` and `target` pick a weight (so does
    a click on its line), to which `change` is added: at once, and the run goes on. The data are the same for all seeds.
    Driven by the reader's `dense_forward(X, W, b)` if there is one, with the optimizer "yours" by `step(w, slope, lr)`.
    ReLU starts with he_normal, the others with glorot_uniform; every map is scaled to its own largest value.

    >>> Playground(seed=1).run(100).facts_shown.split(". ")[0]
    'Epoch 100: training loss 0.201, accuracy 99.4%; test loss 0.214, accuracy 99.2%'
    """

    title = "A network that learns"
    unit, edits = "epoch", ("change",)
    restarts = ("data", "noise", "share", "features", "shape", "activation", "seed")
    picks = ("layer", "source", "target")
    controls = (
        Pictures("data", "data", tuple(DATA), "circle", tuple(map(data_picture, DATA))),
        Slider("noise", "noise", 0, 0.4, 0.05, 0.1),
        Slider("share", "% for training", 10, 90, 10, 60),
        Pictures("features", "features", tuple(FEATURES), "x1 and x2", tuple(map(features_picture, FEATURES))),
        Choice("shape", "hidden layers", SHAPES, "4"),
        Choice("activation", "activation", tuple(OR_NONE), "Tanh"),
        Slider("lr", "learning rate", 1e-3, 10, 0.05, 0.1, scale="log"),
        Slider("batch", "batch size", 1, 50, 1, 10),
        Choice("l2", "weight decay", ("0", "0.001", "0.003", "0.01", "0.03", "0.1"), "0"),
        Choice("optimizer", "optimizer", tuple(OPTIMIZERS), "SGD"),
        Slider("seed", "seed", 0, 99, 1, 0),
        Choice("colours", "colours", ("shades", "two"), "shades"),
        Slider("layer", "weight in layer", 1, 4, 1, 1),
        Slider("source", "from unit", 1, 8, 1, 1),
        Slider("target", "to unit", 1, 8, 1, 1),
        Slider("change", "change it by", -5, 5, 0.1, 0),
    )
    goals = {
        "test loss below 0.05": lambda frame: frame.scores[1, 0] < 0.05,
        "95% of the test points right": lambda frame: frame.scores[1, 1] >= 0.95,
    }

    def begin(self, data, noise, share, features, shape, activation, seed, layer, source, target, change, **_):
        run = Run(data, noise, share, features, shape, activation, seed, self.reader)
        run.edit(0, run.picked(layer, source, target), change, 0.0)
        return run

    def edit(self, run, before, layer, source, target, change, **_):
        here, there = run.picked(layer, source, target), run.picked(*(before[name] for name in self.picks))
        if here != there:
            run.held = None
        run.edit(self.step, here, change, before["change"] if here == there else 0.0)

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

    def frame_of(self, run, record, records, pinned, colours, layer, source, target, **_):
        return playground_frame(run, record, records, pinned, colours, run.picked(layer, source, target))

    def facts(self, frame):
        (loss, right), (test_loss, test_right) = frame.scores
        said = f"Epoch {frame.history[-1, 0]:.0f}: training loss {loss:.3f}, accuracy {right:.1%}; "
        said += f"test loss {test_loss:.3f}, accuracy {test_right:.1%}."
        if len(frame.pinned):
            said += f" Pinned: epoch {frame.pinned[-1, 0]:.0f}, test loss {frame.pinned[-1, 2]:.3f}."
        return f"{said} {frame.named(*frame.picked)}: {frame.weight:.2f}."

    def draw(self, frame):
        shown = {control["name"] for control in self.spec["controls"]}
        return draw_picture(frame, movable={*self.picks, *self.edits} <= shown)

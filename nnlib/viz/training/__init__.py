"""A network that learns digits while one looks: losses, gradients, weights, and what is wrong with the run."""

import math
from dataclasses import dataclass

import numpy as np

from nnlib.viz.controls import Choice, Slider
from nnlib.viz.known_activations import ACTIVATIONS
from nnlib.viz.live import Live
from nnlib.viz.readers import answer_of
from nnlib.viz.training.picture import draw_picture
from nnlib.viz.training.run import OPTIMIZERS, Run, digits, endless, network
from nnlib.viz.training.words import Curves, curves_of, facts_of, hints_of
from nnlib.viz.view import arguments

BATCHES, PICTURES = 10, 500  # of a step, at most


@dataclass(frozen=True)
class TrainingFrame:
    """A run up to a step, and the pinned one.

    norms: (n, layers) lengths of gradients;   tiles: int8 (units, 784), or None;   top, most: as in Record
    last: the step at the right end;   ratios: (layers,);   idle: lists [kind, how many, of];   hints: in words
    """

    run: Curves
    pinned: Curves | None
    norms: np.ndarray
    last: int
    tiles: np.ndarray | None
    top: float
    most: float
    step: int
    seen: int
    epochs: float
    idle: list
    ratios: np.ndarray
    hints: list


class LiveTraining(Live):
    """A network learns MNIST: losses, accuracy, gradients, the first layer's weights, and hints at what goes wrong.

    A step is ten batches, of 500 pictures together at most. The learning rate and the weight decay act at once.
    `make`, if given, is the reader's function (rng) -> model, looked up by its name at each new run; of a model only
    forward, backward, params and grads are used, and `layers` where there are any.

    >>> LiveTraining(lr=10, hidden="none", optimizer="SGD").run(1).facts_shown.split(": ")[0]
    'Step 1'
    """

    title, unit = "Live training", "step"
    restarts = ("hidden", "activation", "scale", "dropout", "optimizer", "batch", "pictures", "seed")
    models = restarts[:4]  # what a reader's model does not ask for
    controls = (
        Choice("hidden", "hidden layers", ("none", "32", "128", "32-32"), "32"),
        Choice("activation", "activation", tuple(ACTIVATIONS), "ReLU"),
        Slider("scale", "initial weights ×", 1e-3, 100, 0.1, 1.0, scale="log"),
        Choice("optimizer", "optimizer", tuple(OPTIMIZERS), "Adam"),
        Slider("lr", "learning rate", 1e-5, 10, 0.1, 1e-3, scale="log"),
        Choice("batch", "batch size", ("1", "10", "32", "100", "500"), "32"),
        Choice("pictures", "pictures", ("1000", "10000", "50000"), "50000"),
        Choice("decay", "weight decay", ("0", "0.0001", "0.001", "0.01", "0.1"), "0"),
        Slider("dropout", "dropout", 0, 0.8, 0.1, 0.0),
        Slider("seed", "seed", 0, 9, 1, 0),
    )
    goals = {"90% of the validation pictures right": lambda frame: frame.run.accuracy[-1] >= 0.9}

    def __init__(self, make=None, *, hide=(), **options):
        self.make, self.name = make, getattr(make, "__name__", "make")
        super().__init__(hide=hide if make is None else {*hide, *self.models}, **options)

    def code_of(self, state):
        if self.make is None:
            return super().code_of(state)
        asked = {name: value for name, value in state.items() if name not in self.models}
        return f"LiveTraining({self.name}, {arguments(asked | self.named_goal())})"

    def begin(self, hidden, activation, scale, dropout, optimizer, lr, batch, pictures, seed, decay):
        if self.make is None:
            model = network(np.random.default_rng(seed), hidden, activation, scale, dropout)
        else:
            make = self.reader(self.name, self.make)
            model = answer_of(self.name, make, (np.random.default_rng(seed),))
        X, y = digits(0, int(pictures))
        batches = endless(X, y, int(batch), np.random.default_rng(seed))
        return Run(model, self.name, OPTIMIZERS[optimizer](lr), batches)

    def advance(self, run, lr, decay, batch, **_):
        run.optimizer.lr, run.optimizer.weight_decay = lr, float(decay)
        with np.errstate(all="ignore"):
            run.learn(min(BATCHES, PICTURES // int(batch)))
        if run.stopped:
            self.running.clear()  # nothing moves any more: no thread is needed

    def record(self, run, **_):
        with np.errstate(all="ignore"):
            return run.record()

    def frame_of(self, run, record, records, pinned, pictures, **_):
        curves, old = curves_of(records), curves_of(pinned) if pinned else None
        looked = [r for _, r in records if not math.isnan(r.accuracy)]
        return TrainingFrame(
            run=curves,
            pinned=old,
            norms=np.clip([r.norms for _, r in records], 0, 1e9),
            last=max(10, records[-1][0], pinned[-1][0] if pinned else 0),
            tiles=record.tiles,
            top=record.top,
            most=record.most,
            step=records[-1][0],
            seen=record.seen,
            epochs=record.seen / int(pictures),
            idle=[list(units) for units in looked[-1].idle],
            ratios=record.ratios,
            hints=hints_of(curves, looked[-1].idle, looked[-1].signs),
        )

    def facts(self, frame):
        return facts_of(frame)

    def draw(self, frame):
        return draw_picture(frame)

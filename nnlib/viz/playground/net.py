"""What the view Playground trains: toy data, features, and a network with which the reader's functions may compute."""

from functools import cache
from itertools import pairwise

import numpy as np

from nnlib import SGD, Adam, BinaryCrossEntropy, Dense, Sequential
from nnlib.checks.n05 import step
from nnlib.data import blobs, circles, moons, spirals, xor
from nnlib.initializers import glorot_uniform, he_normal
from nnlib.optimizers import Optimizer
from nnlib.viz.known_activations import OR_NONE, grows
from nnlib.viz.readers import ask

N, WIDE = 300, 1.4  # points; half the width of the plane
FINE, COARSE = 50, 25  # places along the map of the output, and along those of units
DATA = {  # (n, rng, noise) -> X, y: each fits into the plane, and its noise to how near the classes are
    "circle": circles,
    "xor": lambda n, rng, noise: xor(n, rng=rng, noise=noise / 2),
    "two clouds": lambda n, rng, noise: smaller(2.5, *blobs(n, rng=rng, n_classes=2, noise=0.4 + 2.5 * noise)),
    "moons": lambda n, rng, noise: smaller(1.3, *moons(n, rng=rng, noise=1.3 * noise)),
    "spiral": lambda n, rng, noise: spirals(n, rng=rng, turns=1.5, noise=noise / 2),
}
FORMULAS = {
    "x1": lambda x1, x2: x1,
    "x2": lambda x1, x2: x2,
    "x1²": lambda x1, x2: x1**2,
    "x2²": lambda x1, x2: x2**2,
    "x1·x2": lambda x1, x2: x1 * x2,
    "sin 4x1": lambda x1, x2: np.sin(4 * x1),
    "sin 4x2": lambda x1, x2: np.sin(4 * x2),
}
PLAIN, SQUARES, SINES = np.split([*FORMULAS], [2, 5])
FEATURES = {
    "x1 and x2": (*PLAIN,),
    "with squares": (*PLAIN, *SQUARES),
    "with sines": (*PLAIN, *SINES),
    "all": (*FORMULAS,),
}
SHAPES = ("none", "1", "2", "3", "4", "8", "4-2", "4-4", "8-8", "4-4-4", "8-8-8")


def smaller(factor, X, y):
    """Return points that many times nearer to the origin."""
    return X / factor, y


def features_of(points, names):
    """Return the features of points.   Shapes: points (n, 2), result (n, number of names)."""
    return np.stack([FORMULAS[name](*points.T) for name in names], axis=1)


@cache
def plane():
    """Return all places of the map, row by row from the bottom, (FINE², 2)."""
    along = np.linspace(-WIDE, WIDE, FINE)
    return np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)


class AskingDense(Dense):
    """A Dense layer that goes forward by the reader's `dense_forward(X, W, b)`, if the notebook has one."""

    def __init__(self, reader, n_in, n_out, **options):
        super().__init__(n_in, n_out, **options)
        self.reader = reader

    def forward(self, X, training=False):
        Y, function = super().forward(X), self.reader("dense_forward", None)
        return Y if function is None else ask("dense_forward", function, X, self.W, self.b, gives=Y.shape)


class Yours(Optimizer):
    """An optimizer that steps by the reader's `step(w, slope, lr)`, if the notebook has one."""

    def __init__(self, reader, lr):
        super().__init__(lr)
        self.reader = reader

    def update(self, params, grads):
        params[...] = ask("step", self.reader("step", step), params, grads, self.lr, gives=params.shape)


OPTIMIZERS = {
    "SGD": lambda reader: SGD(lr=1),
    "momentum": lambda reader: SGD(lr=1, momentum=0.9),
    "Adam": lambda reader: Adam(),
    "yours": lambda reader: Yours(reader, lr=1),
}


def network(sizes, activation, rng, reader):
    """Return a Sequential of these sizes in float64, an activation between its layers; its output is one score."""
    chosen, layers = OR_NONE[activation], []
    init = he_normal if chosen and grows(chosen) else glorot_uniform
    for n_in, n_out in pairwise(sizes):
        layers += [chosen()] if layers and chosen else []
        layers.append(AskingDense(reader, n_in, n_out, rng=rng, init=init))
    return Sequential(*layers, dtype=np.float64)


def maps_of(model, X):
    """Return the features X and what each unit makes of them, (n, units); the last column is the score."""
    columns = [X]
    for layer in model.layers:
        X = layer.forward(X)
        columns[len(columns) - (not isinstance(layer, Dense)) :] = [X]  # an activation replaces its sums
    return np.concatenate(columns, axis=1)


class Run:
    """Data, a network on its way, and a second one of the same shape to draw earlier steps."""

    def __init__(self, data, noise, share, features, shape, activation, seed, reader):
        self.names = FEATURES[features]
        self.sizes = [len(self.names), *(int(n) for n in shape.split("-") if n != "none"), 1]
        rng = self.rng = np.random.default_rng(seed)
        self.model, self.shown = (network(self.sizes, activation, r, reader) for r in (rng, np.random.default_rng(0)))
        self.loss, self.rule, self.optimizer, self.held = BinaryCrossEntropy(), None, None, None
        self.points, self.labels = DATA[data](N, rng=np.random.default_rng(0), noise=noise)
        X, y = features_of(self.points, self.names), self.labels[:, np.newaxis].astype(float)
        self.n = round(N * share / 100)  # the points are in random order
        self.train, self.test = (X[: self.n], y[: self.n]), (X[self.n :], y[self.n :])
        self.grid = features_of(plane(), self.names)

    def weights(self, layer):
        """Return the weights of a layer, counted from 1, of the network that learns."""
        return [each for each in self.model.layers if isinstance(each, Dense)][layer - 1].W

    def edit(self, epoch, picked, change, before):
        """Add to a weight what `change` has become since it was `before`.

        As long as it is the same weight in the same epoch, it is one sum: many small moves give exactly what one gives.
        """
        layer, source, target = picked
        weights, place = self.weights(layer), (source - 1, target - 1)
        if self.held is None or self.held[:2] != (epoch, picked):
            self.held = epoch, picked, weights[place], before
        weights[place] = self.held[2] + (change - self.held[3])

    def picked(self, layer, source, target):
        """Return layer and both units of a weight, counted from 1; each that is too far is the last one."""
        layer = min(layer, len(self.sizes) - 1)
        return layer, min(source, self.sizes[layer - 1]), min(target, self.sizes[layer])

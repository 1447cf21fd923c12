"""Recipes of the networks in Michael Nielsen's book: sigmoids, mini-batches of 10, L2 on the weights alone."""

import itertools

import numpy as np

from nnlib.activations import Sigmoid
from nnlib.experiments.common import digits, judged, narrow
from nnlib.labels import one_hot
from nnlib.layers import Dense
from nnlib.losses import BinaryCrossEntropy, QuadraticCost
from nnlib.model import Sequential
from nnlib.training import evaluate, train


class WeightDecay:
    """Nielsen's step of gradient descent: L2 pulls the weights towards 0, and leaves the biases alone.

    Step:  W = (1 - pull) W - lr dW,   b = b - lr db

    nnlib's own `weight_decay` pulls the biases as well; so this steps a model, whose weights it knows.
    """

    def __init__(self, model, lr, pull):
        self.weights = [layer.W for layer in model.layers if isinstance(layer, Dense)]
        self.lr, self.pull = lr, pull

    def step(self, params, grads):
        """Change params, and with them the weights, which are views into them."""
        if self.pull:
            for W in self.weights:
                W *= 1 - self.pull
        params -= self.lr * grads

    def __repr__(self):
        return f"{type(self).__name__}(lr={self.lr:g}, pull={self.pull:g})"


def sigmoid_net(sizes, init, loss, rng, dtype=np.float32):
    """Return a net with sigmoids and normal biases; the last sigmoid is part of a cross-entropy."""
    layers = []
    for n_in, n_out in itertools.pairwise(sizes):
        layers += [Dense(n_in, n_out, rng=rng, init=init), Sigmoid()]
        layers[-2].b = rng.standard_normal(n_out)
    return Sequential(*layers[: None if loss is QuadraticCost else -1], dtype=dtype)


def training(seed, *, sizes, init, loss, lr, lmbda, batch_size, epochs, n):
    """Return a model and its `train` on the first n images; lr and lmbda are what Nielsen calls so."""
    X, y = (part[:n] for part in digits()[0])
    rng = np.random.default_rng(seed)
    model = sigmoid_net(sizes, init, loss, rng)
    outputs = sizes[-1] if loss is BinaryCrossEntropy else 1  # our cross-entropy is their mean, his the sum
    optimizer = WeightDecay(model, lr * outputs, lr * lmbda / n)
    targets = one_hot(y, sizes[-1]).astype(np.float32)
    return model, train(model, loss(), optimizer, X, targets, epochs=epochs, batch_size=batch_size, rng=rng)


def nielsen(seed, progress, *, judge, every=1, at=(), **configuration):
    """Train one of his networks; judge it on "test" or on "validation" images, every few epochs.

    The epochs in `at` get a figure of their own.
    """
    (X, y), test = digits()
    model, run = training(seed, **configuration)
    curve = judged(model, test if judge == "test" else (X[50_000:], y[50_000:]), run, progress, every)
    chosen = {f"epoch {number}": curve[number // every - 1] for number in at}
    return chosen | {"last epoch": curve[-1], "best epoch": max(curve), "curve": curve}


def costs(seed, progress, **configuration):
    """Train one of his networks; return his cost on the training images, with its L2 part, after each epoch."""
    X, y = (part[: configuration["n"]] for part in digits()[0])
    targets, half = one_hot(y, 10), configuration["lmbda"] / configuration["n"] / 2
    model, run = training(seed, **configuration)
    curve = []
    for epoch in run:
        progress(epoch)
        squares = sum(float((layer.W**2).sum()) for layer in model.layers[::2])
        curve.append(10 * evaluate(model, X, targets, BinaryCrossEntropy()).loss + half * squares)
    return {"first epoch": curve[0], "last epoch": curve[-1], "curve": curve}


def vanishing(seed, progress, *, hidden, width, n):
    """Norms of dC/db in the hidden layers before any learning, for nets with so many hidden layers."""
    X, y = (part[:n] for part in digits()[0])
    result = {}
    for count in hidden:
        rng, loss = np.random.default_rng(seed), BinaryCrossEntropy()
        model = sigmoid_net([784] + [width] * count + [10], narrow, type(loss), rng, np.float64)
        loss.forward(model.forward(X), one_hot(y, 10))
        model.backward(10 * loss.backward())  # the sum over the ten outputs
        for number, layer in enumerate(model.layers[:-1:2], start=1):
            result[f"{count} hidden, layer {number}"] = np.linalg.norm(layer.db)
    return result


def saturating_neuron(seed, progress, *, starts, lr, steps):
    """One sigmoid neuron learns to answer 0 to the input 1, from pairs (w, b); its first and last answers."""
    result = {}
    for w, b in starts:
        answers, start = [], f"from ({w:g}, {b:g})"
        for _ in range(steps):
            answers.append(float(Sigmoid().f(w + b)))
            push = answers[-1] ** 2 * (1 - answers[-1])  # dC/dz of the quadratic cost
            w, b = w - lr * push, b - lr * push
        result |= {f"{start}, first": answers[0], f"{start}, last": answers[-1]}
    return result

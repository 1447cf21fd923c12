"""A network that has learned to read digits, for views and examples; `python -m nnlib.pretrained` trains it anew."""

import numpy as np

from nnlib.activations import ReLU
from nnlib.data.mnist import FOLDER, load_mnist
from nnlib.guards import check_floats, check_rng
from nnlib.layers import Dense
from nnlib.losses import SoftmaxCrossEntropy
from nnlib.model import Sequential
from nnlib.optimizers import Adam
from nnlib.training import evaluate, train

FILE = FOLDER / "digit_reader.npz"


def untrained(rng):
    """Return the network before it has learned anything."""
    return Sequential(Dense(784, 128, rng=rng), ReLU(), Dense(128, 10, rng=rng))


def digit_reader():
    """Return a trained 784-128-10 Sequential that reads at least 98 % of MNIST's test digits.

    Raises RuntimeError where the file of its weights is missing or damaged.

    >>> digit_reader()
    Sequential(Dense(784, 128), ReLU(), Dense(128, 10), dtype=float32)
    """
    model = untrained(np.random.default_rng(0))
    try:
        model.load(FILE)
    except (OSError, ValueError) as error:
        problem = f"and could not read them ({error}): install the package again"
        raise RuntimeError(f"digit_reader expected its weights in {FILE}, {problem}") from error
    return model


def moved(X, rng):
    """Return copies of pictures, each moved, turned, slanted and scaled a little, as a hand varies.   X (n, 784)."""
    X, rng = check_floats("moved", "X", X), check_rng("moved", rng)
    n = len(X)
    turn, slant = rng.normal(0, 0.15, n), rng.normal(0, 0.12, n)
    zoom, shift = np.exp(rng.normal(0, 0.09, (2, n))), rng.normal(0, 0.7, (2, n))
    cos, sin = np.cos(turn), np.sin(turn)
    back = np.array([[cos * zoom[0], -sin * zoom[1]], [sin * zoom[0], (cos + slant) * zoom[1]]])  # (2, 2, n)
    back = back.astype(np.float32).transpose(2, 0, 1)  # (n, 2, 2): from a new place to the old one
    places = np.indices((28, 28)).reshape(2, 784).astype(np.float32) - 13.5
    old = back @ places + (13.5 + shift.T[:, :, None]).astype(np.float32)  # (n, 2, 784)
    return sampled(X.reshape(n, 28, 28), old[:, 0], old[:, 1])


def sampled(X, rows, columns):
    """Return the pictures (n, 28, 28) at places between the pixels, each (n, 784), by linear interpolation."""
    padded = np.pad(X, [(0, 0), (2, 2), (2, 2)])  # paper around it
    rows, columns = (np.clip(places + 2, 0, 30.99) for places in (rows, columns))
    i, j = rows.astype(np.int32), columns.astype(np.int32)
    down, right = np.float32(rows - i), np.float32(columns - j)
    flat, first = padded.ravel(), np.arange(len(X), dtype=np.int32)[:, None] * 32 * 32 + 32 * i + j
    above = flat[first] * (1 - right) + flat[first + 1] * right
    below = flat[first + 32] * (1 - right) + flat[first + 33] * right
    return above * (1 - down) + below * down


def trained(epochs=14, seed=0):
    """Return the network after epochs in each of which every picture looks a little different."""
    (X, y), test = load_mnist(scaled=True, flat=True)
    rng = np.random.default_rng(seed)
    model, loss = untrained(rng), SoftmaxCrossEntropy()
    optimizer = Adam()
    for epoch in range(epochs):
        optimizer.lr = 0.002 * (1 - epoch / epochs)
        varied = np.concatenate([moved(part, rng) for part in np.split(X, 120)])
        for _ in train(model, loss, optimizer, varied, y, epochs=1, batch_size=64, rng=rng):
            print(f"epoch {epoch + 1:2d}: test accuracy {evaluate(model, *test).accuracy:.2%}")
    return model


if __name__ == "__main__":
    trained().save(FILE)

"""Are the speed and the small memory that the course promises still true? One table, measured side by side.

Run `python tests/benchmarks/speed.py`, or some rows with `--only NAME ...`; exit code 1 if a goal is missed. A busy
machine spoils little: everyone has one thread and is timed in processor seconds, and the two sides take turns.
"""

import argparse
import importlib.metadata
import math
import os
import platform
import subprocess
import sys
import time
import warnings
from functools import cache, partial
from itertools import pairwise
from pathlib import Path

# Before NumPy is imported: threads that wait for their next work keep a processor busy, and would be timed.
os.environ.update({f"{who}_NUM_THREADS": "1" for who in ["OMP", "OPENBLAS", "MKL"]})
os.environ.update({f"{who}_THREADS": "1" for who in ["VECLIB_MAXIMUM", "TF_NUM_INTRAOP", "TF_NUM_INTEROP"]})
os.environ.setdefault("KERAS_BACKEND", "torch")  # the one that the benchmarks extra installs

import numpy as np

import nnlib
from nnlib import Dense, Sequential, accuracy

ROUNDS = 5
LEARNED = 0.85  # training accuracy after the epoch: a peer that learned nothing was not beaten
LAYOUT = "{:31} {:29} {:>7} {:>14} {:>10} {:>11} {:>13}  {}"
SMALL, LARGE = (784, 32, 10), (784, 256, 128, 10)
mnist = cache(lambda: nnlib.load_mnist(scaled=True, flat=True)[0])


def row(what, against, figure, rounds, *, low=0, high=math.inf, unit="x", seconds=(), shares=()):
    """Return a line of the table, and whether the figure lies from low to high and everyone has learned."""
    goal = f"≥ {low:g}" if high == math.inf else f"{low:g} to {high:g}"
    times, learned = " / ".join(map("{:.2f}".format, seconds)), " / ".join(map("{:.1%}".format, shares))
    good = low <= figure <= high and all(share > LEARNED for share in shares)
    cells = [f"{figure:.2f}{unit}", f"{min(rounds):.2f} to {max(rounds):.2f}", goal, times, learned]
    return LAYOUT.format(what, against, *cells, "ok" if good else "MISSED"), good


def duel(what, against, ours, theirs, **goal):
    """Let two functions that return (seconds, accuracy) take turns; return the row of their ratio.

    It says how many times faster ours is; for a goal with an upper end, how many times slower.
    """
    rounds = np.array([(ours(), theirs()) for _ in range(ROUNDS)])  # (round, side, seconds and accuracy)
    times, shares = rounds[..., 0], rounds[..., 1].min(axis=0)
    seconds, sign = np.median(times, axis=0), -1 if "high" in goal else 1
    goal |= {"seconds": seconds, "shares": shares[~np.isnan(shares)]}
    return row(what, against, (seconds[1] / seconds[0]) ** sign, (times[:, 1] / times[:, 0]) ** sign, **goal)


def clocked(work, *args, alone=True):
    """Return the processor seconds of work(*args), which on an idle machine are those of the clock on the wall.

    Raises RuntimeError if other threads helped; alone=False allows it, and counts their seconds too.
    """
    all_threads, this_thread = time.process_time(), time.thread_time()
    work(*args)
    all_threads, this_thread = time.process_time() - all_threads, time.thread_time() - this_thread
    if alone and all_threads > 1.1 * this_thread + 0.02:
        raise RuntimeError(f"speed.py expected one thread, got {all_threads:.2f} s in all, {this_thread:.2f} s in one")
    return all_threads


def network(activation, sizes):
    rng = np.random.default_rng(0)
    return [layer for n_in, n_out in pairwise(sizes) for layer in (Dense(n_in, n_out, rng=rng), activation())]


def trained(model, loss, optimizer, targets, batch_size, with_checks=True):
    """An epoch of `train`: with its checks of the data, as a peer's fit has its own, or without."""
    (X, y), options = mnist(), {"epochs": 1, "batch_size": batch_size, "rng": np.random.default_rng(1)}
    start = partial(nnlib.train, model, loss, optimizer, X, targets, **options)
    seconds = clocked(lambda: list(start())) if with_checks else clocked(list, start())
    return seconds, accuracy(model.forward(X), y)


def adam_epoch(sizes, batch_size, **options):
    model = Sequential(*network(nnlib.ReLU, sizes)[:-1])
    return trained(model, nnlib.SoftmaxCrossEntropy(), nnlib.Adam(), mnist()[1], batch_size, **options)


def sklearn_epoch():
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(32, batch_size=32, max_iter=1, random_state=0)  # ReLU and Adam are its defaults
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one iteration has not converged, as it rightly says
        return clocked(model.fit, *mnist()), model.score(*mnist())


def torch_epoch():
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(0)
    X, y = map(torch.from_numpy, mnist())
    model, loss = nn.Sequential(nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 10)), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters())

    def epoch():
        total, right = 0.0, 0  # `train` reports them as well
        for rows in torch.randperm(len(X)).split(32):
            optimizer.zero_grad()
            scores, labels = model(X[rows]), y[rows]
            value = loss(scores, labels)
            value.backward()
            optimizer.step()
            total += value.item() * len(rows)
            right += (scores.argmax(1) == labels).sum().item()

    return clocked(epoch), accuracy(model(X).detach().numpy(), y.numpy())


def keras_epoch():
    import keras

    X, y = mnist()
    keras.utils.set_random_seed(0)
    layers = keras.layers.Dense(32, activation="relu"), keras.layers.Dense(10)
    model = keras.Sequential([keras.Input((784,)), *layers])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    fit = partial(model.fit, batch_size=32, verbose=0)
    fit(X[:64], y[:64])  # a backend that compiles does so here, before the clock starts
    alone = keras.backend.backend() == "torch"  # TensorFlow brings the batches in a thread of their own
    return clocked(fit, X, y, alone=alone), accuracy(model.predict(X, batch_size=1000, verbose=0), y)


def sigmoid_epoch(by_examples):
    """784-30-10 with sigmoids: the same start, order and steps either way, so the accuracies must agree."""
    layers, T = network(nnlib.Sigmoid, (784, 30, 10)), nnlib.one_hot(mnist()[1], 10).astype(np.float32)
    model, (X, y) = Sequential(*layers), mnist()
    if not by_examples:
        return trained(model, nnlib.QuadraticCost(), nnlib.SGD(lr=3), T, 10)
    Ws, bs = [layer.W.T.copy() for layer in layers[::2]], [layer.b[:, np.newaxis] for layer in layers[::2]]
    seconds = clocked(one_by_one, Ws, bs, X[:, :, np.newaxis], T[:, :, np.newaxis], np.random.default_rng(1))
    layers[0].W, layers[2].W = Ws[0].T, Ws[1].T  # each b is a view, which was changed in place
    return seconds, accuracy(model.forward(X), y)


def one_by_one(Ws, bs, X, T, rng):
    """Change Ws and bs by an epoch in which every example is a column that goes through the network alone.

    By the equations of Nielsen, chapter 2, as they stand there: the slope of the sigmoid comes from z.
    """

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    order = rng.permutation(len(X))
    for start in range(0, len(X), 10):
        dWs, dbs = [np.zeros_like(W) for W in Ws], [np.zeros_like(b) for b in bs]
        for example in order[start : start + 10]:
            zs, outputs = [], [X[example]]
            for W, b in zip(Ws, bs, strict=True):
                zs.append(W @ outputs[-1] + b)
                outputs.append(sigmoid(zs[-1]))
            slope = outputs[-1] - T[example]
            for i in reversed(range(len(Ws))):
                delta = slope * sigmoid(zs[i]) * (1 - sigmoid(zs[i]))
                dWs[i] += delta @ outputs[i].T
                dbs[i] += delta
                slope = Ws[i].T @ delta if i else None
        for param, gradient in zip(Ws + bs, dWs + dbs, strict=True):
            param -= 3 / 10 * gradient


def products(sizes, batch_size):
    """The floor: an epoch's rows and matrix products, and nothing else; it learns nothing."""
    (X, y), rng = mnist(), np.random.default_rng(0)
    Ws = [rng.standard_normal(shape, np.float32) for shape in pairwise(sizes)]
    dWs = [np.zeros_like(W) for W in Ws]

    def epoch():
        for A, _ in nnlib.minibatches(X, y, batch_size, rng):
            inputs = []
            for W in Ws:
                inputs.append(A)
                A = A @ W
            for i in reversed(range(len(Ws))):
                np.matmul(inputs[i].T, A, out=dWs[i])
                A = A @ Ws[i].T if i else None

    return clocked(epoch), math.nan


def floor(sizes, batch_size, high):
    mine = partial(adam_epoch, sizes, batch_size, with_checks=False)
    what = f"{'-'.join(map(str, sizes))}, batch {batch_size}, Adam"
    return duel(what, "its matrix products alone", mine, partial(products, sizes, batch_size), low=1, high=high)


def fresh(code, times):
    """Return the numbers that the code prints in new processes, as a reader starts them.   Shape (numbers, times)."""
    env = {name: value for name, value in os.environ.items() if not name.endswith("_THREADS")}
    run = partial(subprocess.run, [sys.executable, "-c", code], env=env, check=True, text=True)
    return np.array([run(stdout=subprocess.PIPE).stdout.split() for _ in range(times)], dtype=float).T


def memory():
    """The peak while loading and training, above that of the import. It is at least 1, the training array itself."""
    code = """
import resource, sys, numpy as np
from nnlib import *
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
before = peak()
(X, y), test = load_mnist(scaled=True, flat=True)
rng = np.random.default_rng(0)
model = Sequential(Dense(784, 32, rng=rng), ReLU(), Dense(32, 10, rng=rng))
(epoch,) = train(model, SoftmaxCrossEntropy(), Adam(), X, y, epochs=1, batch_size=32, rng=rng, validation=test)
print((peak() - before) / X.nbytes, epoch.val_accuracy)"""
    sizes, shares = fresh(code, 3)
    what, against = "memory to load, train and test", "training array, 188 MB"
    return row(what, against, np.median(sizes), sizes, low=1, high=1.6, shares=[shares.min()])


def seconds_of(statement, before, high):
    code = f"{before}; import time; start = time.perf_counter(); {statement}; print(time.perf_counter() - start)"
    (times,) = fresh(code, 7)
    return row(statement, f"after {before}", np.median(times), times, high=high, unit=" s")


def machine():
    """Return the versions of everyone and the processor, as one line."""
    installed = {package.name: package.version for package in importlib.metadata.distributions()}
    names = ["numpy", "scikit-learn", "torch", "keras", "tensorflow", "jax"]
    info = Path("/proc/cpuinfo")
    models = [line for line in info.read_text().splitlines() if "model name" in line] if info.exists() else []
    cpu = models[0].split(":")[1].strip() if models else platform.processor() or platform.machine()
    versions = [f"{name} {installed[name]}" for name in names if name in installed]
    return ", ".join([f"Python {platform.python_version()}", *versions, f"{cpu} ({os.cpu_count()} cores)"])


def small(against, theirs, low, **options):
    return duel("784-32-10, batch 32, Adam", against, partial(adam_epoch, SMALL, 32, **options), theirs, low=low)


def nielsen():
    sides = partial(sigmoid_epoch, by_examples=False), partial(sigmoid_epoch, by_examples=True)
    return duel("784-30-10, batch 10, SGD lr 3", "example by example (Nielsen)", *sides, low=8)


ROWS = {  # memory first: on Linux the peak of a process starts at that of its parent, which is still small here
    "memory": memory,
    "import": lambda: seconds_of("import nnlib", "import numpy", 0.15),
    "load": lambda: seconds_of("nnlib.load_mnist()", "import nnlib", 0.6),
    "sklearn": lambda: small("scikit-learn MLPClassifier", sklearn_epoch, 2),
    "torch": lambda: small("PyTorch eager loop", torch_epoch, 3, with_checks=False),
    "keras": lambda: small(f"Keras fit, backend {os.environ['KERAS_BACKEND']}", keras_epoch, 8),
    "nielsen": nielsen,
    "floor-small": lambda: floor(SMALL, 32, 2.2),
    "floor-large": lambda: floor(LARGE, 128, 1.35),
}


def main():
    parser = argparse.ArgumentParser(description="Compare the speed of nnlib with that of others.")
    parser.add_argument("--only", nargs="+", choices=ROWS, default=ROWS, metavar="NAME", help=", ".join(ROWS))
    only, missed = parser.parse_args().only, False
    print(f"{machine()}\nMedians of {ROUNDS} rounds on one thread. Seconds and training accuracy: ours / theirs.\n")
    print(LAYOUT.format("what", "against", "figure", "rounds", "goal", "seconds", "accuracy", "").rstrip())
    for name in filter(only.__contains__, ROWS):
        try:
            line, good = ROWS[name]()
        except ModuleNotFoundError as error:
            line, good = f"{name:31} {error.name} is not installed: pip install -e '.[benchmarks]'", True
        missed |= not good
        print(line, flush=True)
    sys.exit(int(missed))


if __name__ == "__main__":
    main()

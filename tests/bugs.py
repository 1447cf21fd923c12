"""The bug catalogue: one-line mistakes in nnlib, each of which a test or a notebook must notice.

    python tests/bugs.py                                all bugs, by unit tests and by notebooks (half an hour)
    python tests/bugs.py --by units                     by unit tests only (ten minutes)
    python tests/bugs.py --only "adam" "lr is ignored"  those whose names contain one of these
    python tests/bugs.py --mutate losses optimizers     mutants by cosmic-ray in place of the catalogue

Nothing is changed here: each bug is put into a copy of the repository, in a temporary folder.
"""

import argparse
import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).resolve().parents[1]
HANGS = 10  # a run with a bug that takes so many times as long as without one hangs, and so the bug is noticed
# Rules and style judge the text of files, but a bug has to be noticed by what it does. Ledger and browser are slow.
NOT_UNITS = {f"test_{name}.py" for name in ["browser", "bugs", "exercises", "ledger", "rules", "strict", "viz_page"]}
FIRST = {f"test_{name}.py" for name in ["gradients", "optimizers"]}  # fast, and they know most
PATHS = sorted((ROOT / "tests").glob("test_*.py"), key=lambda path: (path.name not in FIRST, path.name))
UNITS = [f"tests/{path.name}" for path in PATHS if path.name not in NOT_UNITS]
# What judges checks and experiments is slow, and knows nothing of the rest; so it is asked first, in a run of its own.
OWN = {
    "checks": [f"tests/test_{name}.py" for name in ["slips", "exercises", "whose", "wrong_answers"]],
    "experiments": ["tests/test_ledger.py", "tests/test_sabotage.py"],
}
UNITS += ["-m", "not notebook and not browser and not canary", "--deselect=tests/test_packaging.py::test_style"]


class Bug(NamedTuple):
    """A mistake: in `file`, the text `old`, which stands there once, becomes `new`."""

    name: str
    file: str
    old: str
    new: str


def bugs(file, *entries):
    return [Bug(name, f"nnlib/{file}.py", old, new) for name, old, new in entries]


# fmt: off
BUGS = [
    *bugs(
        "layers",
        ("forward forgets the bias", "return X @ self.W + self.b", "return X @ self.W"),
        ("dW has the wrong sign", "np.matmul(self.X.T, dY,", "np.matmul(-self.X.T, dY,"),
        ("dW accumulates", "np.matmul(self.X.T, dY, out=self.dW)", "self.dW += self.X.T @ dY"),
        ("db is forgotten", "dY.sum(axis=0, out=self.db)", "pass"),
        ("db is one number for the whole layer", "dY.sum(axis=0, out=self.db)", "self.db[:] = np.sum(dY)"),
        ("db is a mean in place of a sum", "dY.sum(axis=0, out=self.db)", "dY.mean(axis=0, out=self.db)"),
        ("dX lacks the transpose where W is square", "dY @ self.W.T if",
         "dY @ (self.W if self.n_in == self.n_out else self.W.T) if"),
        ("every layer draws from one seed", "init(n_in, n_out, check_rng(self, rng))",
         "init(n_in, n_out, np.random.default_rng(0))"),
        ("init is ignored", "W\", init(n_in", "W\", glorot_uniform(n_in"),
        ("dropout acts at test time too", "if training:", "if True:"),
        ("dropout does not scale the survivors", "keep / (1 - self.rate)", "keep / 1"),
        ("dropout keeps what it should drop", ">= self.rate", "< self.rate"),
        ("dropout has one mask for all rows", "self.rng.random(X.shape) >= self.rate",
         "np.tile(self.rng.random(X.shape[1:]) >= self.rate, (len(X), 1))"),
        ("dropout's backward forgets the mask", "return dY * self.mask", "return dY"),
    ),
    *bugs(
        "activations",
        ("ReLU has slope 1 at 0", "return Y > 0", "return X >= 0"),
        ("ReLU's mask is taken after rectification", "return Y > 0", "return Y >= 0"),
        ("LeakyReLU forgets x on its lower side", "np.maximum(X, self.slope * X)", "np.maximum(X, self.slope)"),
        ("LeakyReLU swaps its slopes", "slopes[X > 0] = 1", "slopes[X <= 0] = 1"),
        ("sigmoid's slope is taken from the input", "Y * (1 - Y)", "X * (1 - X)"),
        ("tanh's slope is 1 - Y", "1 - Y**2", "1 - Y"),
        ("GELU forgets the product rule", "0.5 * (1 + t) + 0.5 * X * dt", "0.5 * (1 + t)"),
        ("GELU has the wrong scale", "math.sqrt(2 / math.pi)", "math.sqrt(2 * math.pi)"),
        ("backward forgets the chain rule", "return dY * self.derivative(", "return self.derivative("),
    ),
    *bugs(
        "losses",
        ("softmax without the maximum", "np.exp(logits - logits.max(axis=-1, keepdims=True))", "np.exp(logits)"),
        ("softmax sums along the wrong axis", "exps.sum(axis=-1, keepdims=True)", "exps.sum(axis=0, keepdims=True)"),
        ("cross-entropy without the maximum", "z = logits - logits.max(axis=1, keepdims=True)", "z = logits"),
        ("cross-entropy sums along the wrong axis", "sums = exps.sum(axis=1,", "sums = exps.sum(axis=0,"),
        ("cross-entropy takes softmax twice", "z = logits - logits.max(axis=1, keepdims=True)", "z = softmax(logits)"),
        ("cross-entropy takes the logarithm of p", "(np.log(sums)[:, 0] - z[self.right])",
         "-np.log(self.p[self.right])"),
        ("cross-entropy is a sum over the batch", "- z[self.right]).sum() / len(labels)", "- z[self.right]).sum()"),
        ("cross-entropy's gradient lacks 1/n", "return dz", "return dz * self.n"),
        ("cross-entropy's gradient forgets the label", "dz[self.right] -= 1 / self.n", "pass"),
        ("cross-entropy adds the label", "dz[self.right] -= 1 / self.n", "dz[self.right] += 1 / self.n"),
        ("cross-entropy counts the worst score as the answer", "logits.argmax(axis=1)", "logits.argmin(axis=1)"),
        ("MSE is a sum over all elements", "(self.error * self.error).mean()", "(self.error * self.error).sum()"),
        ("MSE's gradient forgets the 2", "return 2 * self.error", "return self.error"),
        ("MSE's gradient is divided by the rows", "self.error / self.error.size", "self.error / self.n"),
        ("quadratic cost is a sum over the batch", "/ (2 * len(target))", "/ 2"),
        ("quadratic cost's gradient lacks 1/n", "return self.error / self.n", "return self.error"),
        ("quadratic cost takes yes for 0", "(prediction[:, 0] > 0.5)", "(prediction[:, 0] > 0)"),
        ("(n,) against (n, 1) is allowed", "check_target(self, target, prediction.shape)",
         "np.asarray(target)"),
        ("binary cross-entropy's gradient has the sigmoid's slope", "/ p.size", "/ p.size * p * (1 - p)"),
        ("binary cross-entropy overflows",
         "(np.maximum(logits, 0) - target * logits + np.log(1 + np.exp(-np.abs(logits))))",
         "(np.log(1 + np.exp(logits)) - target * logits)"),
        ("binary cross-entropy takes scores for probabilities", "(logits > 0)", "(logits > 0.5)"),
    ),
    *bugs(
        "labels",
        ("one_hot is off by one", "np.eye(n_classes)[labels]", "np.eye(n_classes)[labels - 1]"),
        ("accuracy takes the worst score for the answer", "logits.argmax(axis=1)", "logits.argmin(axis=1)"),
        ("NaN wins", "if scores.size and math.isnan(scores.max()):", "if False:"),
        ("negative labels pass", "labels.astype(np.uint64).max()", "labels.max()"),
        ("confusion matrix is transposed", "labels.astype(int) * n_classes + predicted.astype(int)",
         "predicted.astype(int) * n_classes + labels.astype(int)"),
        ("confusion matrix counts in uint8", "labels.astype(int) * n_classes", "labels * np.uint8(n_classes)"),
    ),
    *bugs(
        "guards",
        ("a table of pandas loses its order", "return np.asarray(values)",
         "return np.asarray(values.sort_index() if hasattr(values, 'index') else values)"),
        ("small integers overflow", "values.astype(np.float64)", "values"),
        ("True is a number", 'dtype.kind in "iuf"', 'dtype.kind in "biuf"'),
        ("NaN is not found", "if not np.isfinite(values[row]).all()", "if np.isinf(values[row]).any()"),
    ),
    *bugs(
        "optimizers",
        ("SGD climbs", "self.lr * grads\n", "-self.lr * grads\n"),
        ("SGD ignores lr", "self.lr * grads\n", "grads\n"),
        ("momentum has the wrong sign", "v += grads", "v -= grads"),
        ("nesterov is plain momentum", "(grads + self.momentum * v if self.nesterov else v)", "v"),
        ("weight decay is ignored", "if self.weight_decay:", "if False:"),
        ("weight decay lets the weights grow", "grads + self.weight_decay * params",
         "grads - self.weight_decay * params"),
        ("decoupled weight decay is coupled", "if self.decoupled:", "if False:"),
        ("decoupled weight decay forgets lr", "params *= 1 - self.lr * self.weight_decay",
         "params *= 1 - self.weight_decay"),
        ("weight decay is written into the gradient", "grads = grads + self.weight_decay",
         "grads += self.weight_decay"),
        ("RMSProp's eps is inside the root", "np.sqrt(v) + self.eps", "np.sqrt(v + self.eps)"),
        ("RMSProp forgets what it should keep", "v *= self.alpha", "v *= 1 - self.alpha"),
        ("Adam without bias correction of m", "(1 - beta1) / (1 - beta1**self.t)", "1 - beta1"),
        ("Adam without bias correction of v", "math.sqrt((1 - beta2) / (1 - beta2**self.t))", "math.sqrt(1 - beta2)"),
        ("Adam's eps is inside the root", "work += self.eps / v_scale", "work[:] = np.sqrt(v + self.eps / v_scale**2)"),
        ("Adam's betas are swapped", "beta1, beta2 = self.betas", "beta2, beta1 = self.betas"),
        ("Adam ignores lr", "work *= self.lr *", "work *= 0.001 *"),
        ("Adam's step has lost its sign", "params -= work", "params -= np.abs(work)"),
        ("every step is the first", "self.t += 1", "self.t = 1"),
        ("m and v are one vector", "[np.zeros_like(params) for _ in range(self.slots)]",
         "[np.zeros_like(params)] * self.slots"),
    ),
    *bugs(
        "model",
        ("the mode does not reach the layers", "call(layer.forward, X, training=training)", "layer.forward(X)"),
        ("every forward pass is training", "call(layer.forward, X, training=training)",
         "call(layer.forward, X, training=True)"),
        ("inputs are not cast", 'np.asarray(check_numbers("Sequential", "X", X), dtype=self.dtype)', "np.asarray(X)"),
        ("dtype is ignored", "arrays)]).astype(self.dtype)", "arrays)]).astype(np.float32)"),
        ("the layers hold copies of the vector", "piece.reshape(a.shape)", "piece.reshape(a.shape).copy()"),
        ("an assigned array is ignored", "if value is not view:", "if False:"),
        ("the first layer that learns is skipped", "self.layers.index(owners[0][0]) if owners else 0",
         "min(self.layers.index(owners[0][0]) + 1, len(layers) - 1) if owners else 0"),
        ("an assigned vector takes the place of the views", "vector[...] = values", "self._params = values"),
        ("a layer's state is told nothing of the shape", "self.features = X.shape[1:]", "self.features = None"),
    ),
    *bugs(
        "saving",
        ("the last bias is not saved", "params=model.params,", "params=np.r_[model.params[:-1], model.dtype.type(0)],"),
        ("the last layer is not loaded", "model.params[...] = params",
         "model.params[: -model.layers[-1].W.size] = params[: -model.layers[-1].W.size]"),
        ("the layers' state is not saved", "if any(states) else {}", "if False else {}"),
        ("state without a name is lost", "not np.array_equal(before, after, equal_nan=True):", "False:"),
        ("an optimizer forgets its steps", "changes += _changes_of(optimizer, mine, stored)", "pass"),
        ("the layers' generators are forgotten", "if type(thing) is type(rng)", "if False"),
    ),
    *bugs(
        "contract",
        ("a late label is noticed late", "if isinstance(loss, Loss):", "if False:"),
        ("a gradient that is not written passes",
         "if gradient is None or (finite and np.size(gradient) and np.isnan(gradient).all()):", "if False:"),
        ("the model itself is tried", "model, loss = copy.deepcopy((model, loss))", "pass"),
        ("a missing return passes", "if not isinstance(found, np.ndarray) or found.shape != shape:", "if False:"),
    ),
    *bugs(
        "advice",
        ("advice: one row is looked at", "rows = np.linspace(0, len(X) - 1,", "rows = np.linspace(0, 0,"),
        ("advice: the model itself is looked at",
         "    model, loss = copy.deepcopy((model, loss))", "    pass"),
        ("advice: guessing by counts",
         "np.log(np.bincount(y, minlength=width) / len(y))", "np.bincount(y, minlength=width)"),
        ("advice: no step is too early", "if self.steps < EARLY or not", "if not"),
        ("advice: idle units only when all are", "if flat > of / 2", "if flat >= of + 1"),
        ("advice: saturated units are always sick", 'flat if kind == "dead" else 0', "flat"),
        ("advice: growth upside down",
         "return _length(self.model.params) / self.start", "return self.start / _length(self.model.params)"),
        ("advice: moved from nowhere", "_length(self.model.params - self.before)", "_length(self.model.params)"),
        ("advice: the last sign of all", 'return in_lines(*found[0]) if found else ""\n\n\ndef cause_in',
         'return in_lines(*found[-1]) if found else ""\n\n\ndef cause_in'),
        ("advice: shares are raw pixels", "100 < top <= 255 and not np.any(look.X % 1)", "top <= 255"),
        ("the table of symptoms forgets the reader's", "for sign in SIGNS + SEEN_BY_READERS", "for sign in SIGNS"),
        ("advice: every column has a gap", "0 < 20 * others.max() < abs(odd)", "0 < others.max() < abs(odd)"),
    ),
    *bugs(
        "training",
        ("X is shuffled and y is not", "y[rows]", "y[start : start + batch_size]"),
        ("the last batch is dropped", "range(0, len(X), batch_size)", "range(0, len(X) - batch_size + 1, batch_size)"),
        ("the last row of a batch comes twice", "rows = order[start : start + batch_size]",
         "rows = order[start : start + batch_size + 1]"),
        ("rows are drawn with replacement", ".permutation(len(X))", ".integers(0, len(X), len(X))"),
        ("every epoch has the same order", 'check_rng("minibatches", rng).permutation',
         "np.random.default_rng(0).permutation"),
        ("the loss of an epoch is a mean of batch means", "\n        total += value * len(y_batch)",
         "\n        total += value * len(X) / -(-len(X) // batch_size)"),
        ("evaluate gives a mean of batch means", "            total += value * len(y_batch)",
         "            total += value * len(X) / -(-len(X) // batch_size)"),
        ("the accuracy is that of the last batch", "right += np.count", "right = np.count"),
        ("evaluate runs in training mode", "model.forward(X_batch)\n", "model.forward(X_batch, training=True)\n"),
        ("training runs in evaluation mode", "call(model.forward, X_batch, training=True)", "model.forward(X_batch)"),
        ("validation sees half of its rows", "evaluate(model, *validation,",
         "evaluate(model, *(part[: -(-len(part) // 2)] for part in validation),"),
        ("validation is the training data", '_checked("validation", *validation)', "X, y"),
        ("a loss of NaN goes unnoticed", "if not math.isfinite(value):", "if False:"),
        ("parameters of NaN go unnoticed", "if first_strange_row(model.params) is not None:", "if False:"),
        ("the last epoch is left out", "range(1, epochs + 1)", "range(1, epochs)"),
        ("matrix products take every core", "limits=threads", "limits=None"),
    ),
    *bugs(
        "history",
        ("a run that goes on is numbered from 1", "number=past + epoch.number", "number=epoch.number"),
        ("a slice of a history is a list", "History(found) if isinstance(which, slice) else found", "found"),
    ),
    *bugs(
        "gradcheck",
        ("the difference is one-sided", "(above - below) / (2 * h)", "(above - f()) / h"),
        ("the difference is divided by h", "/ (2 * h)\n", "/ h\n"),
        ("the parameters are left moved", "x[index] = kept  #", "x[index] = kept - h  #"),
        ("relative_error is absolute", "np.abs(a - b).max() / scale", "np.abs(a - b).max()"),
        ("relative_error is a mean", "np.abs(a - b).max()", "np.abs(a - b).mean()"),
        ("mistakes can cancel in check_layer", "dY = rng.standard_normal(", "dY = np.ones("),
        ("check_layer copies a generator that has moved",
         "copy.deepcopy(start).forward", "copy.deepcopy(layer).forward"),
        ("check_layer changes the layer", "copy.deepcopy(layer), copy.deepcopy(layer)", "copy.deepcopy(layer), layer"),
    ),
    *bugs(
        "autodiff",
        ("unbroadcast without keepdims", "keepdims=True)\n\n\nclass Tensor", "keepdims=False)\n\n\nclass Tensor"),
        ("a second backward does not accumulate", "node.grad = node.grad + gradient", "node.grad = gradient"),
        ("a tensor used twice keeps one share", "flow[id(parent)] + share if id(parent) in flow else share", "share"),
        ("at a tie the gradient goes to self", "mine = self.data > other.data", "mine = self.data >= other.data"),
        ("equal largest do not share", "at_max / at_max.sum(axis=axis, keepdims=True, dtype=self.dtype)", "at_max"),
        ("a quotient's gradient has the wrong sign", "-g * Y / other.data", "g * Y / other.data"),
        ("a power's gradient forgets the exponent", "g * p * self.data ** (p - 1)", "g * self.data ** (p - 1)"),
        ("an entry taken twice gets one gradient", "np.add.at(whole, index, g)", "whole[index] = g"),
        ("a mean along an axis is divided by all", "(self.data.size / total.data.size)", "self.data.size"),
        ("exp's gradient is the input", "((self, lambda g: g * Y),)", "((self, lambda g: g * self.data),)"),
        ("the tape's tanh forgets the square", "g * (1 - Y * Y)", "g * (1 - Y)"),
        ("number - tensor is turned round", "return -self + other", "return self - other"),
    ),
    *bugs(
        "initializers",
        ("glorot has the wrong factor", "math.sqrt(6 / (n_in + n_out))", "math.sqrt(3 / (n_in + n_out))"),
        ("he has the wrong factor", "math.sqrt(2 / n_in)", "math.sqrt(1 / n_in)"),
        ("he takes the variance for the deviation", "math.sqrt(2 / n_in)", "2 / n_in"),
        ("standard_normal is not centred", ".standard_normal((n_in, n_out))", ".normal(0.5, 1, (n_in, n_out))"),
        ("uniform ignores low", ".uniform(low, high,", ".uniform(0, high,"),
    ),
    *bugs(
        "data/mnist",
        ("bytes are not checked", "read_idx(folder / name, expected)", "read_idx(folder / name)"),
        ("images are not divided by 255", "np.divide(X, 255,", "np.divide(X, 1,"),
        ("images are scaled one by one", "np.divide(X, 255,", "np.divide(X, X.max(axis=(1, 2), keepdims=True),"),
        ("images are transposed", "if flat else X,", "if flat else X.swapaxes(1, 2),"),
        ("labels of pictures are shifted", "return X, y.astype(np.int64)",
         "return X, np.roll(y, 1).astype(np.int64)"),
        ("validation overlaps with training", "(X[first:], y[first:])]", "(X[first - 99 :], y[first - 99 :])]"),
        ("EMNIST stays on its side", "X.transpose(0, 2, 1)", "X"),
        ("test data are training data", '["train", "t10k"]', '["train", "train"]'),
        ("the files' bytes are not checked", "if sha256 is not None and", "if False and"),
    ),
    *bugs(
        "data/sets",
        ("folders below are not looked into", "yield below", "yield []"),
        ("torchvision's folder is not found", 'if (path / "raw").is_dir()', "if False"),
        ("what else is there is not said", "(other := other_in(folder))", "(other := None)"),
        ("a sheet of answers is taken for the data", '"train" not in path.name.lower(), ', ""),
    ),
    *bugs(
        "data/handwriting",
        ("smaller side fills the box", "BOX / max(box.shape)", "BOX / min(box.shape)"),
        ("middle of the box for the centre of mass", "box.sum(axis=1) @ places[0]", "box.sum() * places[0].mean()"),
        ("pixels skipped in place of averaged", "reach = max(1, m / n)", "reach = 1"),
        ("light ink stays light", "apart *= 1 if apart.max() > -apart.min() else -1", "apart *= 1"),
        ("enlarged one way only", "np.repeat(np.repeat(X, times, axis=1), times, axis=2)", "np.repeat(X, times, 1)"),
    ),
    *bugs(
        "data/uci",
        ("UCI's labels stand for its pictures", "(FOLDER, SHA256)", "(FOLDER, dict(reversed(SHA256.items())))"),
    ),
    *bugs(
        "pretrained",
        ("other weights are read", "model.load(FILE)", "pass"),
        ("rows and columns mixed up", "below * down", "above * down"),
    ),
    *bugs(
        "platform/__init__",
        ("in a browser, every cell may fail", 'if "raises-exception" in', 'if "raises-exception" not in'),
        ("in a browser, one failure ends all cells", '"raises-exception" in', '"raises" in'),
        ("in a browser, progress is kept where nobody can write", "False, False, Path())", 'False, False, Path("/"))'),
        ("in a browser, threads are waited for", "BROWSER = Platform(False,", "BROWSER = Platform(True,"),
    ),
    *bugs(
        "files",
        ("half a file stands in its place", 'path.name + ".unfinished"', "path.name"),
        ("half a file is left behind", "unfinished.unlink(missing_ok=True)", "pass"),
        ("permissions are forgotten", "shutil.copymode(path, unfinished)", "pass"),
    ),
    *bugs(
        "data/toy",
        ("xor is or", '"xor": [0, 1, 1, 0]', '"xor": [0, 1, 1, 1]'),
        ("a class too many", "np.arange(n) % n_classes", "np.arange(n) % (n_classes + 1)"),
        ("a line has one seed for all", "X = rng.uniform(", "X = np.random.default_rng(0).uniform("),
        ("a line's intercept has the wrong sign", "slope * X + intercept +", "slope * X - intercept +"),
        ("circles swap their classes", "np.where(y == 0, 1.0, inner)", "np.where(y == 0, inner, 1.0)"),
        ("moons do not reach into each other", "0.5 - np.sin(angle)", "-np.sin(angle)"),
    ),
    *bugs(
        "data/tables",
        ("the label stays among the features", "np.delete(numbers, place, axis=1)", "numbers"),
        ("a gap in a table goes unnoticed", "if len(strange):", "if False:"),
    ),
    *bugs(
        "checks/compare",
        ("compare takes near for exact", "exact = bool((mine == reference).all())",
         "exact = bool(np.isclose(mine, reference).all())"),
        ("compare lets another shape pass", "if mine.shape != reference.shape:", "if mine.size != reference.size:"),
        ("compare is lax", "rtol=1e-7, atol=1e-12", "rtol=1e-2, atol=1e-12"),
        ("compare blames the sign for what is right", "np.allclose(mine, -reference)", "np.allclose(mine, reference)"),
    ),
    *bugs(
        "checks/engine",
        ("a check takes a transposed result", "if got.shape != wanted.shape:", "if got.size != wanted.size:"),
        ("a check is lax", "exercise.rtol, exercise.atol, equal_nan", "0.1, 0.1, equal_nan"),
        ("a changed input goes unnoticed", "if isinstance(before, np.ndarray) and not np.array_equal(",
         "if False and not np.array_equal("),
        ("one case is enough for a known cause", "return all(difference(exercise, mine, other,",
         "return any(difference(exercise, mine, other,"),
        ("of two mistakes the last is said", "in exercise.order or range(len(right)) if faults[i]",
         "in range(len(right)) if faults[i]"),
        ("a wrong answer raises nothing", 'if state == "✗" and "strict" in wanted and not', "if False and"),
        ("a stub is taken for an answer", "if is_stub(function):", "if False:"),
        ("a warning is overlooked", '(Fault(odd, f"for {given}") if odd else None)', "None"),
        ("the reader's function is lost", "course.readers = function", "pass"),
    ),
    *bugs(
        "checks/predict",
        ("a prediction is always right", '"as you predicted" if mine == outcome', '"as you predicted" if mine'),
        ("a later prediction is kept", "{self.question: entry} | kept", "kept | {self.question: entry}"),
        ("a prediction is not kept", "{self.question: entry} | kept", "kept"),
        ("50 is 5000%", "mine = mine / 100 if", "mine = mine if"),
        ("too high is too low", "if mine > outcome", "if mine < outcome"),
        ("nobody says why one might think so", "if why:", "if False:"),
        ("nan is a number to predict", "number and abs(mine) < LARGEST", "number"),
        ("capitals count in a prediction", "if plain(choice) == plain(text_of(mine))", "if choice == mine"),
        ("True is a number to predict", " and not isinstance(mine, bool)", ""),
    ),
    *bugs(
        "review/card",
        ("a wrong answer is right", "if answer == self.right:", "if True:"),
        ("the right option comes first", "rng.permutation(len(options))", "range(len(options))"),
    ),
    *bugs(
        "review/schedule",
        ("what is wrong comes back as what is right", "Rating(rating), noon", "Rating(GOOD), noon"),
        ("a question is due twice a day", "days = max(1, (new.due - noon).days)", "days = 0"),
        ("a clock that was ahead loses questions", "return today if last > today else day", "return day"),
        ("a full day has nothing new", "max(int(most > 2), most // 5, most - len(old))", "max(0, most - len(old))"),
        ("lapses are not counted", "+ (rating == AGAIN)", ""),
        ("a damaged entry is believed", "return all(0 < number < 1e6 for number in numbers)", "return True"),
    ),
    *bugs(
        "review/expressions",
        ("any name may stand in a formula", "if node.id not in names and node.id not in FUNCTIONS:", "if False:"),
        ("any attribute may be asked for", "if node.attr not in METHODS:", "if False:"),
        ("a slip of typing is a wrong answer", "    except Unreadable:\n        raise\n", ""),
        ("the sign does not count", "if np.allclose(mine, right, ", "if np.allclose(abs(mine), abs(right), "),
        ("a power may be of any size", "abs(exponent) > HIGHEST", "False"),
    ),
    *bugs(
        "review/formulas",
        ("slips have no cause", "if said and not failed(slip, names, mine)", "if False"),
        ("a tuple may have any numbers", "== right and isinstance(mine, tuple)", "and isinstance(mine, tuple)"),
    ),
    *bugs(
        "viz/alone",
        ("any name of the module is taken for a view", "if name not in NAMES:", "if not hasattr(viz, name):"),
        ("what no view says is heard as well", 'self.heard = "_esm" in', 'self.heard = True or "_esm" in'),
        ("a state that is given is left out", "kind.from_text(text) if colon else kind()", "kind()"),
    ),
    *bugs(
        "review/exercises",
        ("numbers do not change", "return moved * factor", "return value * factor"),
        ("two options look alike", "<= APART * np", "< 0 * np"),
        ("the missing line stands in the code", '"?" if line.group == group else line.text', "line.text"),
    ),
    *bugs(
        "review/texts",
        ("a damaged notebook ends the review", "except ValueError as error:", "except KeyError as error:"),
        ("a definition says its term", "hidden(term, definition)}", "definition}"),
        ("answers to exercises are closed questions", "if heading else []", ""),
    ),
    *bugs(
        "review/session",
        ("what was right comes back as well", "missed(entry) and", ""),
        ("a number has to be met exactly", "> NEAR * abs(right)", "> 0"),
        ("notebooks that were not begun are asked about", "and card.notebook in notebooks", ""),
        ("another notebook's answers are lost", "return section | {card.key", "return {card.key"),
        ("a damaged file is said seven times", "in dict.fromkeys(said", "in (said"),
        ("any number of new questions a day", "max(0, NEW - begun_today)", "99"),
    ),
    *bugs(
        "review/terminal",
        ("a wrong answer counts as right", "schedule.GOOD if good else schedule.AGAIN", "schedule.GOOD"),
    ),
    *bugs(
        "review/widget",
        ("in a notebook a wrong answer counts as right", "schedule.GOOD if good else schedule.AGAIN", "schedule.GOOD"),
        ("what is no answer yet is kept", "        if good is None:", "        if False:"),
        ("a question is HTML", "<b>{written(card.question)}</b>", "<b>{card.question}</b>"),
    ),
    *bugs(
        "checks/explain",
        ("two words are a reason", "len(sentence.split()) < FEWEST", "not sentence"),
        ("a reason is not kept", "kept | {question: entry}", "kept"),
    ),
    *bugs(
        "checks/reasons",
        ("there are no model sentences", "for of_notebook in REASONS.values()", 'for of_notebook in [REASONS["00"]]'),
    ),
    *bugs(
        "checks/guesses",
        ("only one notebook has reasons", "for of_notebook in GUESSES.values()", 'for of_notebook in [GUESSES["00"]]'),
    ),
    *bugs(
        "checks/progress",
        ("what is done is forgotten", 'kept if state == "○" and number in kept else', ""),
        ("another notebook's progress is lost", "kept = _read() or kept", "pass"),
        ("the progress of an older course is lost", 'sections["exercises"] = old |', 'sections["exercises"] ='),
        ("failures are not counted", '_count(kept.get(number)) + 1', "1"),
        ("a section that is none is written over", "if isinstance(found, dict):", "if True:"),
    ),
    *bugs(
        "checks/causes",
        ("a cause is looked for in no facts", "if says := look(mine, right, given):", "if False:"),
    ),
    *bugs(
        "checks/slips",
        ("a slip need not fit all", "if all(result is not None and fits(", "if any(result is not None and fits("),
        ("a length is a number", "if Slipping.named and isinstance(value, int)", "if False"),
        ("a number that differs ends all", "for says in said[0]:", "for says in said[0] * (said == said[::-1]):"),
        ("a slip is made at one place only", "if places > 1]", "if places > 99]"),
        ("one side left out is the other", "lambda k=k: bare[1 - k]", "lambda k=k: bare[k]"),
        ("the other axis is the same", "other = 1 - axis % 2", "other = axis"),
        ("later operations are watched", "Slipping.arguments, Slipping.seen, Slipping.slip = {}, None, None", "pass"),
    ),
    *bugs(
        "checks/results",
        ("what an object raises is let through", "except BaseException as error:", "except ValueError as error:"),
        ("a list in itself is followed", "if depth == 0:", "if False:"),
    ),
    *bugs(
        "checks/settings",
        ("what the reader has set for NumPy decides", 'np.errstate(all="warn", under="ignore")', "np.errstate()"),
        ("a raised recursion limit is taken", "self.changed = DEEPER if limit > self.limit else self.changed", "pass"),
    ),
    *bugs(
        "checks/whose",
        ("whose results they are is said by threads too", " and threading.current_thread() is threading.main_thread()",
         ""),
        ("whose results they are is said once for ever", "    _said.clear()", "    pass"),
    ),
    *bugs(
        "experiments/sabotage",
        ("sabotage: db is right", "self.db[:] = dY.sum()", "self.db[:] = dY.sum(axis=0)"),
        ("sabotage: the step goes downhill", "params += self.lr * grads", "params -= self.lr * grads"),
        ("sabotage: the pairs fit", "X = X[np.random.default_rng(1).permutation(len(X))]", "pass"),
        ("sabotage: validation is scaled", "(255 * new[0], new[1])", "new"),
        ("sabotage: any test will do", "if test not in case.tests:", "if False:"),
    ),
    *bugs(
        "experiments/bugs",
        ("the bug of one bias is none", "return dZ.sum() / len(dZ)", "return dZ.mean(axis=0)"),
        ("the mask bug is none", "return H >= 0", "return H > 0"),
    ),
    *bugs(
        "experiments/common",
        ("narrow weights are as wide as those of another layer", "/ math.sqrt(n_in)", "/ math.sqrt(n_out)"),
        ("an epoch too early is judged", "if epoch.number % every == 0", "if epoch.number % every == every - 1"),
        ("S4 starts on one side", "uniform(-0.5, 0.5)", "uniform(0, 0.5)"),
    ),
    *bugs(
        "experiments/definition",
        ("a band has no upper end", "return self.low <= value <= self.high", "return self.low <= value"),
        ("NaN is taken for a result", "if not np.isfinite(result.get(name, np.nan))", "if name not in result"),
        ("a band is lopsided", "round(published - distance, 9)", "round(published - 2 * distance, 9)"),
        ("no run is cheap", "return self.seconds <= 2", "return False"),
    ),
    *bugs(
        "experiments/systems",
        ("two digits of S4's curve change places", "35415,", "35451,"),
        ("S0 climbs", "w.data -= lr * w.grad", "w.data += lr * w.grad"),
        ("S4 is computed without its author's bias rule", "if one_bias_gradient:", "if False:"),
    ),
    *bugs(
        "experiments/nielsen",
        ("L2 lets his weights grow", "W *= 1 - self.pull", "W *= 1 + self.pull"),
        ("his costs are a mean over outputs", "model.backward(10 * loss.backward())",
         "model.backward(loss.backward())"),
        ("his neuron forgets a factor", "answers[-1] ** 2 * (1 - answers[-1])", "answers[-1] * (1 - answers[-1])"),
        ("his rate is ours", "WeightDecay(model, lr * outputs,", "WeightDecay(model, lr,"),
    ),
    *bugs(
        "experiments/baselines",
        ("the farthest darkness wins", "[:, np.newaxis] - means).argmin(axis=1)",
         "[:, np.newaxis] - means).argmax(axis=1)"),
        ("by hand, the gradient is a sum", "dZ /= len(labels)", "pass"),
        ("micrograd's expression has another power", "b**3", "b**2"),
    ),
    *bugs(
        "viz/drawing",
        ("arrowheads point backwards", "base, across = end - head * way", "base, across = end + head * way"),
        ("a round mark is half as large", "self.circle(x, y, radius, ", "self.circle(x, y, radius / 2, "),
        ("marks drawn together run into each other", "apart = np.full((len(places), 1, 2), np.nan)",
         "apart = np.zeros((len(places), 1, 2))"),
        ("letters count as half as wide", "/ 64 * size / 100", "/ 128 * size / 100"),
    ),
    *bugs(
        "viz/panels",
        ("the y axis goes down", "(high - value) / (high - low)", "(value - low) / (high - low)"),
        ("a pointer sets x to its mirror image", "by_x, by_y = (x_high - x_low)", "by_x, by_y = (x_low - x_high)"),
        ("an image stands on its head", "np.asarray(values, float)[::-1]", "np.asarray(values, float)"),
        ("an area may leave its panel", "min(max(float(self.x(number)), self.left), self.left + self.wide)",
         "float(self.x(number))"),
    ),
    *bugs(
        "viz/palette",
        ("class 1 has the colour of class 0", '"class 1": ("blue"', '"class 1": ("orange"'),
        ("class 0 has the colour of class 1", '"class 0": ("orange"', '"class 0": ("blue"'),
        ("training has the colour of validation", '"training": ("blue"', '"training": ("orange"'),
        ("validation has the colour of training", '"validation": ("orange"', '"validation": ("blue"'),
        ("below 0 is blue", "below = 0.62 * size, values < 0", "below = 0.62 * size, values > 0"),
        ("no stripes below 0", "1.4 * share, share)", "share, share)"),
    ),
    *bugs(
        "viz/svg",
        ("text is not escaped", 'place | made, plain(shape.text)', 'place | made, shape.text'),
        ("the words of a small picture are lost", '= plain(shape.tip)', '= ""'),
        ("a second line of words counts as a shape", '.replace("\\n", "&#10;")', ""),
        ("lines run through gaps", "if k and here[k - 1] else", "if k else"),
        ("only the last of several polygons is closed", 'words.replace("M", "ZM")[1:] + "Z"', 'words + "Z"'),
        ("dashes are lost", "        if dash:\n", "        if False:\n"),
    ),
    *bugs(
        "viz/picture",
        ("upright text lies", '"rotation": 90 * shape.turned', '"rotation": 0 * shape.turned'),
        ("nothing is cut off", "if shape.clip is not None:", "if False:"),
    ),
    *bugs(
        "viz/neuron",
        ("the view's sums forget the bias", "corners @ w + b, shade", "corners @ w, shade"),
        ("the view's line is the other half", "low <= -(w1 * fixed + b) / w2 <= high",
         "low <= (w1 * fixed + b) / w2 <= high"),
    ),
    *bugs(
        "viz/readers",
        ("a reader's function gets the arrays themselves", "thing.copy() if isinstance(thing, np.ndarray)",
         "thing if isinstance(thing, np.ndarray)"),
        ("a view keeps the reader's own array", "made = np.array(said, float)", "made = np.asarray(said, float)"),
        ("an infinity passes for a number", "if not (np.isfinite(made).all()", "if not (not np.isnan(made).any()"),
        ("any shape is taken", "or np.shape(said) != shape:", "or np.ndim(said) != len(shape):"),
    ),
    *bugs(
        "viz/neuron",
        ("the half plane is the other one", "if sums[k] > 0:", "if sums[k] < 0:"),
        ("dragged to the right, the line goes left", '{"b": (-w1 * by_x', '{"b": (w1 * by_x'),
        ("corners have the mark of the other class", '"round" if target', '"round" if not target'),
    ),
    *bugs(
        "viz/perceptron",
        ("the line shown is the one before", '("ink", frame.step, "now")', '("ink", frame.step - 1, "now")'),
        ("the ring is around the next corner", "k == frame.shown[", "k - 1 == frame.shown["),
        ("it rests after one corner without a mistake", "if not mistakes:", "if mistakes < 2:"),
        ("Play begins again after the first correction", '"again": Move(put={"step": 0})',
         '"again": Move(put={"step": 1})'),
        ("the slider ends before the run", '"ends": {"step": last}', '"ends": {"step": last - 1}'),
        ("play goes back", "for at in (k + 1, k - 1)", "for at in (k - 1, k + 1)"),
    ),
    *bugs(
        "viz/lines/puzzle",
        ("the shuffle may be the right order", "k in order] == wanted:", "k in order] == 0:"),
        ("the seed does not count", "default_rng([seed, ", "default_rng([0, "),
        ("the first lines are left open", "right[first:] = [Line", "right[: len(right) - first] = [Line"),
        ("every exercise of a kind leaves as many lines open", "min(numbers.index(number), MOST_OPEN)", "1"),
        ("an open line shows the answer", "GAP if self.open", "GAP if not self.text"),
        ("a wrong line stands anywhere", "if slip.group == k)]", "if slip.group == 0)]"),
    ),
    *bugs(
        "viz/lines/run",
        ("a class of the notebook is not found", "{**names, **vars(", "{**vars("),
        ("loops may go on for ever", 'left[0] -= event == "line"', "left[0] -= 0"),
        ("only the course's order is right", 'if state == "✓":', 'if out_of_place(puzzle, placed) is None:'),
        ("lines are not compared by depth", "!= (wanted.shown, wanted.depth)", "!= (wanted.shown, placed[k][1])"),
        ("an error shows an open line", "len(seen), None, seen.", "len(seen), None, code."),
        ("lines are counted from def", "enumerate([0, *boxes", "enumerate([0, 1, *boxes"),
        ("a tracer stays behind", "sys.settrace(before)", "before"),
    ),
    *bugs(
        "viz/lines/order",
        ("a line is put in twice", "if len(rest) < len(self.placed) else", "if not self.placed else"),
        ("up is down", '"u": self.moved(-1)', '"u": self.moved(1)'),
        ("a letter may stand twice", "if letters is None or twice or", "if letters is None or"),
        ("the depth of a line is lost", "int(digit or 1) if", "1 if"),
    ),
    *bugs(
        "viz/lines/__init__",
        ("the first refused order is marked", "if self.tries > 1", "if self.tries > 0"),
        ("the same order counts as another try", "refused.add(frame.order.placed)", "refused.add(object())"),
        ("another exercise keeps the lines", 'self.state = new | {"lines": ""}', 'self.state = new | {"lines": "a"}'),
    ),
    *bugs(
        "viz/lines/picture",
        ("the mark is one line too high", "row == mark))", "row == mark - 1))"),
        ("depth is not seen", "LEFT + INDENT * (deep - 1), y", "LEFT, y"),
    ),
    *bugs(
        "viz/goals",
        ("a goal counts as reached where it is not", "return bool(said)", "return not said"),
        ("whatever a goal returns is taken", "if not isinstance(said, (bool, np.bool_)):", "if said is None:"),
    ),
    *bugs(
        "viz/view",
        ("a goal is forgotten", 'seen = reached or self.goal.get("seen", False)', "seen = reached"),
        ("a goal once reached counts for ever", '"now": reached,', '"now": seen,'),
        ("nothing says that pictures can be enlarged", "any(shape.small for", "all(shape.small for"),
        ("the code forgets the goal", "arguments(state | self.named_goal())", "arguments(state)"),
    ),
    *bugs(
        "viz/folding",
        ("a line parts what is on both sides of it", "(0.0, nearest) if crossing", "(1.0, nearest) if crossing"),
        ("inputs are shown in place of what the layer makes", "H, grid = places[:4]", "H, grid = corners"),
        ("a unit's line runs from the pointer", "(-w[0] * by, w[1] * by)})\n", "(w[0] * by, w[1] * by)})\n"),
        ("a unit turns against the hand", "w[1] * by)})  # the end", "-w[1] * by)})  # the end"),
    ),
    *bugs(
        "viz/controls",
        ("a slider goes beyond its end", "self.low <= value <= self.high", "self.low <= value"),
        ("any word is taken", "if value not in self.options:", "if False:"),
    ),
    *bugs(
        "viz/watch",
        ("nothing is ended", "if not over[0]:", "if over[0]:"),
        ("the main thread is ended as well", "if threading.current_thread() is threading.main_thread():", "if False:"),
    ),
    *bugs(
        "viz/forward",
        ("Play begins with softmax", "for array, shape in SHAPES.items()",
         "for array, shape in reversed(SHAPES.items())"),
        ("A1 lights a column of Z1", 'rows = i if array == "A1" else whole', "rows = whole"),
        ("a click picks the cell of the other diagonal", '"does": picked(name, i, j)', '"does": picked(name, j, i)'),
        ("tips show the number of another array", "{np.atleast_2d(frame.arrays[name])[i, j]:.6g}",
         "{np.atleast_2d(frame.arrays['A1' if name == 'Z1' else name])[i, j]:.6g}"),
    ),
    *bugs(
        "viz/forward_numbers",
        ("the temperature is ignored", 'soft, Z2 / temperature,', "soft, Z2,"),
    ),
    *bugs(
        "viz/descent/__init__",
        ("Descent's noise is multiplied by lr", "start, noise * chance())", "start, noise * lr * chance())"),
        ("the other walk is drawn as the first", '("second", "triangle")', '("first", "round")'),
        ("a mark leads to the step before it", 'Move(put={"step": k})', 'Move(put={"step": k - 1})'),
        ("a mark tells the height above the lowest point", "height {plain(walk.above[k] + land.lowest)}",
         "height {plain(walk.above[k])}"),
        ("the arrow keys go up for down", '"ArrowUp": (0, 0.05)', '"ArrowUp": (0, -0.05)'),
        ("the start may be dragged off the map", 'y="y", within=True', 'y="y"'),
        ("the lower the darker", "0.03 + 0.025 * k", "0.5 - 0.025 * k"),
        ("play goes on when all have flown off", "max(walk.gone or STEPS for", "max(STEPS for"),
        ("the map's y axis goes down", "plane = Panel(sheet, MAP, *ends)",
         "plane = Panel(sheet, MAP, ends[0], ends[1][::-1])"),
    ),
    *bugs(
        "viz/descent/landscapes",
        ("the map has 20 bands", "np.linspace(0, 1, 19)", "np.linspace(0, 1, 21)"),
        ("the map's bands are as wide at the bottom", ") ** 1.5", ") ** 1.0"),
        ("a map is square", "round(0.75 * self.wide, 6)", "round(self.wide, 6)"),
    ),
    *bugs(
        "viz/descent/walks",
        ("a walk that flew off goes on", "if abs(w[0]) > FAR or abs(w[1]) > FAR:", "if False:"),
        ("Descent's Adam starts with step 0", '"Adam": (t, lr,', '"Adam": (t - 1 or 1, lr,'),
    ),
    *bugs(
        "viz/initialisation/__init__",
        ("the signal has the look of the gradient", 'frame.signal, "value", "round"',
         'frame.signal, "gradient", "square"'),
        ("histograms stand on their heads", "np.linspace(frame.low, frame.high, BINS + 1)",
         "np.linspace(frame.high, frame.low, BINS + 1)"),
        ("a mark runs away from the pointer", "-(high - low) / panel.high / k)", "(high - low) / panel.high / k)"),
        ("the key up makes weights smaller", '"ArrowUp": Move(add={"scale": 0.05})',
         '"ArrowUp": Move(add={"scale": -0.05})'),
        ("lost shares stand below the wrong layers", "lost[::every]", "lost[::-every]"),
    ),
    *bugs(
        "viz/initialisation/rules",
        ("the view takes a unit for dead that answers sometimes", "(A > 0).any(axis=0)", "(A > 0).all(axis=0)"),
        ("the view expects another spread of He's rule", "math.sqrt(2 / WIDTH))", "math.sqrt(1 / WIDTH))"),
    ),
    *bugs(
        "viz/known_activations",
        ("no activation grows", ")[0] > 10)", ")[0] > 1000)"),
    ),
    *bugs(
        "viz/errors/picture",
        ("a cell selects its mirror image", '"digit": row, "read": column', '"digit": column, "read": row'),
        ("the border stands around the mirror image", "COLUMNS[frame.read], TOP + frame.digit * HIGH",
         "COLUMNS[frame.digit], TOP + frame.read * HIGH"),
        ("what is right has the colour of mistakes", "dtype=bool), 0, frame.table)", "dtype=bool), frame.table, 0)"),
        ("a digit stays small", '"small": True, ', ""),
        ("pictures stand above the probabilities of others", "frame.pictures[k] / 255", "frame.pictures[-1 - k] / 255"),
        ("share and rate change places", "line(frame.shares, frame.rates", "line(frame.rates, frame.shares"),
        ("a place on the curve sets the next threshold", "float(thresholds[k])", "float(thresholds[k - 1])"),
    ),
    *bugs(
        "viz/errors/__init__",
        ("the table of errors is transposed", "confusion_matrix(columns, labels, SILENT + 1)",
         "confusion_matrix(labels, columns, SILENT + 1)"),
        ("the least sure come first", "else -sure[inside], kind", "else sure[inside], kind"),
    ),
    *bugs(
        "viz/activation",
        ("value and derivative change their roles", '[("value", value, "first"), ("derivative"',
         '[("value", derivative, "first"), ("derivative"'),
        ("the derivative is drawn as the value", 'frame.derivative, "second", width=3',
         'frame.derivative, "first", width=3'),
        ("the gradient's curve is that of the derivative", '"fourth", frame.gradients)',
         '"fourth", frame.derivatives)'),
        ("the neuron stands at its answer", "frame.sums[-1], frame.answers[-1], 7",
         "frame.answers[-1], frame.answers[-1], 7"),
        ("to drag the run moves x", 'plane.follow(x="step", within=True)', 'plane.follow(x="x", within=True)'),
        ("up goes back in the run", '"ArrowUp": Move(add={"step": 5})', '"ArrowUp": Move(add={"step": -5})'),
        ("grey is where it is not flat", "np.abs(derivatives) < FLAT", "np.abs(derivatives) >= FLAT"),
        ("what was measured is marked where the derivative says", "frame.measured[k], 6", "frame.derivative[k], 6"),
    ),
    *bugs(
        "viz/activation_numbers",
        ("cross-entropy in the view is the quadratic cost", "(a * (1 - a) if cost", "(1 if cost"),
        ("the view's neuron learns one number", "w, b = w - lr * gradient, b - lr * gradient",
         "w, b = w - lr * gradient, b"),
        ("the view's neuron has one learning rate", "target, cost, lr) if fits", "target, cost, 0.15) if fits"),
        ("a smaller jump is called a corner", "CORNER = 0.01", "CORNER = 0.005"),
        ("only a larger jump is called a corner", "CORNER = 0.01", "CORNER = 0.02"),
        ("a corner is looked for farther away", "derivative, h=1e-5)", "derivative, h=2e-5)"),
        ("the gradient lacks the derivative", "gradient = mistake * derivative", "gradient = mistake"),
    ),
    *bugs(
        "viz/training/run",
        ("the view judges by what it learned from", "digits(50_000, CHECKED)", "digits(0, CHECKED)"),
        ("the view's momentum is none", "SGD(lr, momentum=0.9)", "SGD(lr, momentum=0.0)"),
        ("one huge weight blanks all others", "return min(most, USUAL * float(np.median(sizes)) or most), most",
         "return most, most"),
    ),
    *bugs(
        "viz/training/words",
        ("a run at 41 percent is fine", "if right >= GOOD:", "if right >= 0.3:"),
        ("a run that is stuck still learns", "if half > 2 and", "if half > 99 and"),
    ),
    *bugs(
        "viz/training/picture",
        ("training has the role of validation", 'draw_curve(panel, "training", "training",',
         'draw_curve(panel, "training", "validation",'),
        ("validation has the role of training", 'draw_curve(panel, "validation", "validation",',
         'draw_curve(panel, "validation", "training",'),
        ("the first tile is at the bottom", "in divmod(k, across))", "in divmod(len(tiles) - 1 - k, across))"),
        ("tips of tiles go down the columns", "row, column = divmod(k, across)", "column, row = divmod(k, across)"),
        ("labels of layers change places", "order, n = places.argsort", "order, n = (-places).argsort"),
        ("guessing is right in half of all cases", "guessing(panel, 0.1)", "guessing(panel, 0.5)"),
    ),
    *bugs(
        "viz/playground/net",
        ("the playground tests on what it learned from", "(X[self.n :], y[self.n :])", "(X[: self.n], y[: self.n])"),
        ("the playground starts ReLU as tanh", "he_normal if chosen and grows(chosen) else glorot_uniform",
         "glorot_uniform"),
        ("noise is a little larger in one set", "0.4 + 2.5 * noise", "0.4 + 3.5 * noise"),
        ("an edit starts from the initial weight", "self.held[2] + (change - self.held[3])", "self.held[2] + change"),
        ("an edit adds up in small moves", "self.held[:2] != (epoch, picked)", "True"),
        ("a unit too far stays too far", "min(source, self.sizes[layer - 1])", "source"),
    ),
    *bugs(
        "viz/playground/thumbnails",
        ("thumbnails show the other class", "*X[y == label].T", "*X[y != label].T"),
        ("all thumbnails show the first feature", "enumerate(maps)", "enumerate([maps[0]] * len(maps))"),
    ),
    *bugs(
        "viz/playground/picture",
        ("lines above 0 look as those below", '"positive", ()) if weight > 0', '"positive", ()) if weight < 0'),
        ("a line picks the mirrored weight", "does=pick(*place)", "does=pick(layer, j + 1, i + 1)"),
        ("maps stand on their heads", "first : first + len(ys), ::-1]", "first : first + len(ys)]"),
        ("test points are filled", "< frame.n_train\n", "> frame.n_train\n"),
        ("class 0 is round", '(1, "round"), (0, "square")', '(0, "round"), (1, "square")'),
        ("the test curve has the role of training", '"test": ("validation"', '"test": ("training"'),
        ("the number of a weight is dragged the wrong way", '{"change": (0, -0.02)}', '{"change": (0, 0.02)}'),
        ("the pickers of a weight have no end", "keys=keys, ends=ends, help", "keys=keys, help"),
        ("ArrowDown goes up", 'Down": near(layer, source + 1, target)', 'Down": near(layer, source - 1, target)'),
    ),
    *bugs(
        "viz/shapes/__init__",
        ("the frame around A is on another row", '"A.sum(axis=0)": (0, j, rows, 1)',
         '"A.sum(axis=0)": (j, 0, rows, 1)'),
        ("a guess made before the question changed comes back", "SHOWS) and (late or changed", "SHOWS) and (changed"),
        ("copies count as numbers that exist", "(rows >= len(real)) | (columns", "(rows > len(real)) | (columns"),
    ),
    *bugs(
        "viz/shapes/words",
        ("every pair of sizes is stretched", "if 1 in (a, b) else", "if True else"),
    ),
    *bugs(
        "viz/shapes/picture",
        ("sizes are lined up at their beginning", "130 - 35 * column", "60 + 35 * column"),
        ("a click on the result picks the mirrored cell", 'put={"row": i, "column": j}', 'put={"row": j, "column": i}'),
        ("what exists is dotted and what is copied is not", "if part.copied[i, j]:", "if not part.copied[i, j]:"),
    ),
    *bugs(
        "viz/graph/__init__",
        ("Graph's arrowheads are reversed", "points[::-1] if turned else points", "points if turned else points[::-1]"),
        ("gradients flow as values do", '("backward" if frame.back else "forward") if flow', '("forward") if flow'),
        ("what is done is as bold as what is now", "4 if flow == 1 else 1.5", "4 if flow else 1.5"),
        ("a click on a node goes to the step before", 'Move(put={"step": here})', 'Move(put={"step": here - 1})'),
        ("Graph's left arrow goes on", '["ArrowLeft", "ArrowUp"], Move(add={"step": -1})',
         '["ArrowLeft", "ArrowUp"], Move(add={"step": 1})'),
        ("gradients stand in their boxes", "top + high + 13 + 20 * row", "top + high - 13 + 20 * row"),
    ),
    *bugs(
        "viz/graph/frame",
        ("an edge tells what it sends before it does", "if back and steps[k] <= step else None", "if back else None"),
        ("a box has no room for its name", "max(wide, *map(text_width, below))", "max(map(text_width, below))"),
    ),
    *bugs(
        "viz/graph/layout",
        ("Graph's inputs stand on the right", "column[child] for parent, child in edges if parent == k) - 1",
         "column[child] for parent, child in edges if parent == k) + 1"),
        ("Graph's edges end at the left of their parents",
         "boxes[chain[0], 0] + boxes[chain[0], 2], boxes[chain[-1], 0]",
         "boxes[chain[0], 0], boxes[chain[-1], 0]"),
    ),
    *bugs(
        "viz/graph/record",
        ("the graph's derivatives have the other sign", "passed(rule, np.ones_like(y), x).item()",
         "-passed(rule, np.ones_like(y), x).item()"),
    ),
    *bugs(
        "viz/graph/words",
        ("an edge's tip tells the parent's derivative by the child",
         "derivative of {child.name} with respect to {parent.name}",
         "derivative of {parent.name} with respect to {child.name}"),
        ("a node's tip tells its value before it is known", '" if known else "value not computed yet")',
         '" if True else "value not computed yet")'),
    ),
    *bugs(
        "viz/live",
        ("records that come too often are thinned again and again",
         "self.every, self.records = 2 * self.every, self.records[::2]", "self.records = self.records[::2]"),
        ("the oldest records are forgotten", "2 * self.every, self.records[::2]",
         "2 * self.every, self.records[-KEPT // 2 :]"),
        ("the last step is shown only if it was kept", "if self.shown is None and records[-1][0] < self.step:",
         "if False:"),
        ("the code knows the last steps alone", "self.events[-1][1] += value", "self.events[-1][1] = value"),
        ("an edit is moved before what was done before it", 'self.are_one({*self.events[-1][1]}, {*value})', "True"),
        ("an edit is shown after the next step only", "if self.records[-1][0] == self.step:", "if False:"),
        ("a run whose page is gone goes on for ever", "if self.unseen > UNSEEN:", "if False:"),
        ("a run that no page has shown pauses", "self.asked, self.unseen = ", "self.unseen, self.asked = "),
        ("a kernel that is busy counts as a page that is gone", "and not self.asked:", "and True:"),
        ("a slow run waits for its whole turn", "yield min(left, NAP)", "yield left"),
        ("in a browser, a paused run goes on", "if task is not None and task.cancel() and", "if False and"),
        ("looking back, one is taken to the end", "        self.ensure_run(**state)\n        with limited",
         "        self.take_steps(0, **state)\n        with limited"),
    ),
    *bugs(
        "viz/pad/ink",
        ("strokes are half as wide", "pen * FINE / SIDE / 2 + 0.5", "pen * FINE / SIDE / 4 + 0.5"),
    ),
    *bugs(
        "viz/pad/curves",
        ("corners of a drawing are rounded off", "CORNER = 0.3", "CORNER = -2"),
        ("the pen is faceted", "along[bends], along[bends]", "starts[1:][bends], ends[:-1][bends]"),
        ("what a hand drew is moved aside", "(points[:-2] + 2 * points[1:-1] + points[2:]) / 4",
         "(points[:-2] + points[1:-1] + points[2:]) / 4"),
    ),
    *bugs(
        "viz/pad/nearest",
        ("the farthest digits are called the nearest", "np.argsort(distances,", "np.argsort(-distances,"),
        ("a distance lacks half of its product", "squares - 2 * products + p @ p", "squares - products + p @ p"),
    ),
    *bugs(
        "viz/pad/picture",
        ("the pen is twice as wide as what the net gets", "pen * side / 28", "pen * side / 14"),
        ("the least probable digit has the colour", "frame.probabilities.argmax()", "frame.probabilities.argmin()"),
        ("distances stand below the wrong digits", "frame.nearest[k], x", "frame.nearest[-1 - k], x"),
    ),
    *bugs(
        "viz/pad/__init__",
        ("what is drawn is always made as MNIST is", "normalise(np.pad(sheet, 1)) if normalised else",
         "normalise(np.pad(sheet, 1)) if True else"),
        ("probabilities go through softmax once more", "said[0] if said.min() >= 0 and", "said[0] if False and"),
    ),
    *bugs(
        "viz/errors/digits",
        ("the nearest mean forgets the means' lengths", " - (self.means**2).sum(axis=1)) / 4", ") / 4"),
        ("the mean pictures are made of the digits that are read", "NearestMean(X[1000:], labels[1000:])",
         "NearestMean(X[:1000], labels[:1000])"),
        ("probabilities pass for scores", "if scores.min() >= 0 and", "if False and"),
        ("the least number is not black", "(X.reshape(-1, 28, 28) - low) * (255 /", "X.reshape(-1, 28, 28) * (255 /"),
    ),
    *bugs(
        "viz/backward/walk",
        ("the wrong transpose is the right one", "[:2], dZ @ W)", "[:2], dZ @ W.T)"),
        ("the view's mask bug is none", "dY * (Y >= 0)", "dY * (Y > 0)"),
        ("the reader's bias rule gets what is divided by n", "pieces.bias, N * dZ,", "pieces.bias, dZ,"),
        ("the way back skips tanh", "dZ1 = gradients2[2] * derivative", "dZ1 = gradients2[2]"),
    ),
    *bugs(
        "viz/backward/__init__",
        ("the written dX has the rows of W", "(layer.dZ[i], layer.W[j]), (3, 1, 3)",
         "(layer.dZ[i], layer.W[:, j]), (3, 1, 3)"),
        ("the written dW has rows of X for columns", "(layer.X[:, i], layer.dZ[:, j])", "(layer.X[i], layer.dZ[:, j])"),
        ("what is measured stands in the place of what is found", "getattr(layer, array), known[array]))",
         "known[array], getattr(layer, array)))"),
    ),
    *bugs(
        "viz/backward/picture",
        ("Play goes forward in Backward", "for layer in (2, 1) for array", "for layer in (1, 2) for array"),
        ("the overview's layers change places", "which in enumerate((2, 1)):", "which in enumerate((1, 2)):"),
        ("the overview leads to the other layer", "picked(NAMES[k], 0, 0, layer=which)",
         "picked(NAMES[k], 0, 0, layer=3 - which)"),
        ("measured numbers stand above the found ones", "values = [arrays[name], *([frame.known[name]]",
         "values = [frame.known.get(name, arrays[name]), *([arrays[name]]"),
        ("dX lights a row of Wᵀ", '[("dZ", WHOLE)], [("W", WHOLE)]', '[("dZ", WHOLE)], [("W", j)]'),
    ),
    *bugs(
        "viz/sums",
        ("a sum is added up from its end", "(parts, np.cumsum(parts))]", "(parts, np.cumsum(parts[::-1]))]"),
        ("Play skips the first term of a sum", 'after[0] | {"term": 1}', 'after[0] | {"term": 2}'),
        ("Play begins again at the last cell", 'put=cells[0] | {"term": 1}', 'put=cells[-1] | {"term": 1}'),
        ("the arrow keys of tables go the other way", '"Up": (-1, 0), "Down": (1, 0)', '"Up": (1, 0), "Down": (-1, 0)'),
        ("an array is entered from its far side", "0 if down + right > 0 else", "0 if down + right < 0 else"),
    ),
    *bugs(
        "viz/tables",
        ("rows and columns of a block change places", "left, top, wide * len(columns), high * len(rows)",
         "left, top, wide * len(rows), high * len(columns)"),
        ("the cell in focus looks like what goes into it", 'self.at[1:], name="focus")',
         'self.at[1:], "value", name="focus")'),
        ("what goes in from above has solid frames", "dash = () if sideways else (6, 4)", "dash = ()"),
        ("the arrow points backwards", "points, place = [(x + wide + 5, middle), (end[0] - 4, middle)]",
         "points, place = [(end[0] - 4, middle), (x + wide + 5, middle)]"),
        ("crosses are on what is right", "if self.wrong[i, j]:\n", "if not self.wrong[i, j]:\n"),
        ("the factors beside the arrows change places", "for row in working.texts[:2]]",
         "for row in working.texts[1::-1]]"),
    ),
    *bugs(
        "viz/playground/__init__",
        ("the view's weights are drawn transposed", ".reshape(n_in, n_out))", ".reshape(n_out, n_in).T)"),
        ("an edit of another weight goes on from the last", 'before["change"] if here == there else 0.0',
         'before["change"]'),
        ("the losses of training and test change places", "record.train.loss, record.test.loss) for",
         "record.test.loss, record.train.loss) for"),
        ("the playground's L2 penalty is ignored", "run.optimizer.lr, run.optimizer.weight_decay = lr, float(l2)",
         "run.optimizer.lr = lr"),
        ("the score is coloured as if it were 2 p - 1", "np.tanh(maps[-1] / 2)", "np.tanh(maps[-1])"),
    ),
    *bugs(
        "viz/training/__init__",
        ("a step is ten batches, however large they are", "min(BATCHES, PICTURES // int(batch))", "BATCHES"),
        ("a moved learning rate is ignored", "run.optimizer.lr, run.optimizer.weight_decay = lr, float(decay)",
         "run.optimizer.weight_decay = float(decay)"),
        ("an epoch is always 50,000 pictures", "record.seen / int(pictures)", "record.seen / 50_000"),
        ("the view learns from more pictures than it was told", "digits(0, int(pictures))", "digits(0, 50_000)"),
    ),
]
# fmt: on


def mutated(bug, folder=ROOT):
    """Return the file's text with the bug; raise ValueError unless its old text stands there exactly once."""
    text = (folder / bug.file).read_text(encoding="utf-8")
    if (count := text.count(bug.old)) != 1:
        raise ValueError(
            f"bug {bug.name!r} expected this once in {bug.file}, found it {count} times; "
            f"make its old text longer, or bring it up to date: {bug.old!r}"
        )
    return text.replace(bug.old, bug.new)


class Runs:
    """Runs programs in copies of the repository, all of which end and vanish with it."""

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="bugs-"))
        self.running, self.stopped, self.lock = set(), False, threading.Lock()
        self.copies, self.seconds = 0, {}  # how long each run of pytest takes without a bug, by its arguments
        names = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        for name in subprocess.run(names, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0"):
            if name and (ROOT / name).is_file():  # a file that was just deleted is still listed
                target = self.folder / "original" / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, target)
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def stop(self):
        """End what runs, and start nothing any more."""
        with self.lock:
            self.stopped = True
            for process in self.running:
                self.kill(process)

    def copy(self):
        """Return a fresh copy of the repository as it was at the start."""
        with self.lock:
            self.copies += 1
            target = self.folder / str(self.copies)
        shutil.copytree(self.folder / "original", target)
        return target

    def kill(self, process):
        """End a process with all it started; a kernel has a session of its own, but is a child still."""
        try:
            family = psutil.Process(process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return
        process.kill()
        for member in family:
            try:
                member.kill()
            except psutil.NoSuchProcess:
                continue

    def run(self, copy, command, timeout=None, where="."):
        """Run a command in a copy; return its exit code (None: out of time) and what it printed."""
        own = copy.with_name(copy.name + "-tmp")
        own.mkdir(exist_ok=True)
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        environ |= {"PYTHONPATH": str(copy), "TMPDIR": str(own), "JUPYTER_RUNTIME_DIR": str(own / "jupyter")}
        environ |= {"PYTHONDONTWRITEBYTECODE": "1"}  # a stale .pyc would hide the next mutant
        for name in ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"]:
            environ[name] = "1"
        with self.lock:
            if self.stopped:
                raise RuntimeError("stopped")
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
            # In a session of its own, so that Ctrl-C comes to us alone.
            process = subprocess.Popen(command, cwd=copy / where, env=environ, start_new_session=True, **pipes)
            self.running.add(process)
        try:
            output = process.communicate(timeout=timeout)[0]
            return process.returncode, output
        except subprocess.TimeoutExpired:
            self.kill(process)
            return None, process.communicate()[0]
        finally:
            with self.lock:
                self.running.discard(process)

    def first_red(self, copy, *arguments):
        """Return the first test that fails under pytest, or None if all pass; the first run is without a bug."""
        started, known = time.monotonic(), self.seconds.get(arguments)
        command = [sys.executable, "-m", "pytest", *arguments, "-x", "-q", "-n0"]
        code, output = self.run(copy, command, known and HANGS * known)
        if code is None:
            return f"hangs, {HANGS * known:.0f} s"
        red = re.search(r"^(?:FAILED|ERROR) (?:\S*/)?([^:\s]+)(?:::(.*?))?(?: - .*)?$", output, re.MULTILINE)
        if code != 0 and not (red and code in (1, 2)):
            raise RuntimeError(
                f"pytest {' '.join(arguments)} expected to pass or fail, got exit code {code}:\n{output}"
            )
        if not red:
            self.seconds.setdefault(arguments, time.monotonic() - started)
            return None
        file, item = red[1], red[2] or ""
        return f"{file[:2]} {item.lower()}" if file.endswith(".ipynb") else file

    def by_units(self, copy, folder):
        """Return the first red test, of those of the bug's own folder of nnlib first."""
        own = [[*OWN[folder], "-m", "not browser and not canary"]] if folder in OWN else []
        return next(filter(None, (self.first_red(copy, *arguments) for arguments in [*own, UNITS])), None)

    def by_notebooks(self, copy, folder):
        """Return the first red cell, notebook after notebook."""
        paths = sorted((copy / "notebooks").glob("*.ipynb"))
        return next(filter(None, (self.first_red(copy, f"notebooks/{path.name}") for path in paths)), None)

    def try_bug(self, bug, judges):
        """Return what each judge says of a copy with the bug; for a folder of nnlib, of a copy without any."""
        copy = self.copy()
        folder = bug.file.split("/")[1] if isinstance(bug, Bug) else bug
        try:
            if isinstance(bug, Bug):
                (copy / bug.file).write_text(mutated(bug, copy), encoding="utf-8")
            where = "import nnlib; print(nnlib.__file__)"  # as a notebook's kernel finds it
            found = Path(self.run(copy, [sys.executable, "-c", where], where="notebooks")[1].strip())
            if found != copy / "nnlib" / "__init__.py":
                raise RuntimeError(f"expected to test the copy in {copy}, got {found}")
            return {judge: getattr(self, f"by_{judge}")(copy, folder) for judge in judges}
        finally:
            shutil.rmtree(copy, ignore_errors=True)
            shutil.rmtree(copy.with_name(copy.name + "-tmp"), ignore_errors=True)

    def mutate(self, module, sample):
        """Return for some of cosmic-ray's mutants of a module, drawn at random, the outcome and the change."""
        copy = self.copy()
        command = shlex.join([sys.executable, "-m", "pytest", *UNITS, "-x", "-q", "-n0"])
        config = partial(CONFIG.format, module=f"nnlib/{module}.py", command=command)
        (copy / "mutation.toml").write_text(config(timeout=LONG))
        session, arguments, started = copy / "session.sqlite", ["mutation.toml", "session.sqlite"], time.monotonic()
        for step in [["baseline", "mutation.toml"], ["init", *arguments]]:  # first: all pass without a mutant
            code, output = self.run(copy, [COSMIC_RAY, *step])
            if code != 0:
                raise RuntimeError(f"cosmic-ray {step[0]} failed for {module}:\n{output}")
            if step[0] == "baseline":
                (copy / "mutation.toml").write_text(config(timeout=HANGS * (time.monotonic() - started)))
        with closing(sqlite3.connect(session)) as database, database:
            database.execute(f"DELETE FROM mutation_specs WHERE {NO_MISTAKE}")
            drawn = "SELECT job_id FROM mutation_specs ORDER BY random() LIMIT ?"
            database.execute(f"DELETE FROM mutation_specs WHERE job_id NOT IN ({drawn})", (sample or -1,))
            database.execute("DELETE FROM work_items WHERE job_id NOT IN (SELECT job_id FROM mutation_specs)")
        self.run(copy, [COSMIC_RAY, "exec", *arguments])
        with closing(sqlite3.connect(session)) as database:
            return database.execute("SELECT test_outcome, diff FROM work_results").fetchall()


# Bits of floats raise an error at once, and nobody writes them by mistake: they would only flatter the score.
NO_MISTAKE = "operator_name LIKE '%\\_Bit%' ESCAPE '\\' OR operator_name LIKE '%Shift%'"
COSMIC_RAY = shutil.which("cosmic-ray", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
LONG = 24 * 3600  # seconds; only against a hang, before it is known how long a run takes
CONFIG = """
[cosmic-ray]
module-path = "{module}"
timeout = {timeout:.1f}
excluded-modules = []
test-command = '''{command}'''

[cosmic-ray.distributor]
name = "local"
"""


def as_they_end(runs, tasks, jobs):
    """Yield (key, result) of tasks, a dict of functions, as they end; whatever goes wrong ends them all."""
    with ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(task): key for key, task in tasks.items()}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BaseException:
            runs.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def say(done, total, started, text=None):
    """Print a row of the table, and below it, where somebody watches, how far we are."""
    end = "\r\033[K" if sys.stdout.isatty() else ""
    if text:
        print(f"{end}{text}", flush=True)
    if end:
        print(f"{done} of {total} done after {time.monotonic() - started:.0f} s", end="\r", flush=True)


def catalogue(runs, chosen, judges, jobs):
    """Try the bugs, print the table and the summary; return whether all were noticed."""
    for bug in chosen:
        mutated(bug)  # a stale entry is better known now than in ten minutes
    started, found, alone = time.monotonic(), {}, Counter()
    width = max(len(bug.name) for bug in chosen)
    print(f"{'bug':{width}}  {'file':20}", *(f"{judge:24}" for judge in judges))
    for folder in sorted({bug.file.split("/")[1] for bug in chosen} & set(OWN)) or [""]:
        if any((red := runs.try_bug(folder, judges)).values()):
            raise RuntimeError(f"expected all to pass without a bug, got {red}")
    tasks = {bug: lambda bug=bug: runs.try_bug(bug, judges) for bug in chosen}
    for bug, red in as_they_end(runs, tasks, jobs):
        found[bug] = any(red.values())
        cells = " ".join(f"{red[judge] or '-':24}" for judge in judges)
        row = f"{bug.name:{width}}  {bug.file.removeprefix('nnlib/'):20} {cells}{'' if found[bug] else 'SURVIVED'}"
        say(len(found), len(chosen), started, row)
        alone.update(judge for judge in judges if red[judge])
    print(f"\n{sum(found.values())} of {len(found)} bugs noticed", end="")
    print("".join(f"; {judge} alone notice {alone[judge]}" for judge in judges), end="")
    print(f"; {(time.monotonic() - started) / 60:.0f} minutes")
    survivors = [bug.name for bug in found if not found[bug]]
    for name in survivors:
        print(f"SURVIVED: {name}")
    return not survivors


def mutants(runs, modules, sample, jobs):
    """Try cosmic-ray's mutants of some modules; print which survive, then the scores."""
    started, scores = time.monotonic(), []
    say(0, len(modules), started)
    tasks = {module: lambda module=module: runs.mutate(module, sample) for module in modules}
    for module, results in as_they_end(runs, tasks, jobs):
        survivors = [diff for outcome, diff in results if outcome == "SURVIVED"]
        scores.append(f"{module}: {len(results) - len(survivors)} of {len(results)} mutants noticed")
        changes = ["\n".join(re.findall(r"^(?:@@|[-+](?!--|\+\+)).*", diff, re.MULTILINE)) for diff in survivors]
        say(len(scores), len(modules), started, "\n\n".join([f"== {module}", *changes, scores[-1]]) + "\n")
    print(*scores, sep="\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="bugs whose name or file contains one of these")
    parser.add_argument("--by", choices=["units", "notebooks"], help="default: both")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (default: 2)")
    parser.add_argument(
        "--mutate", nargs="+", metavar="MODULE", help="run cosmic-ray on these modules of nnlib instead"
    )
    parser.add_argument("--sample", type=int, default=60, help="mutants of each module, 0 for all (default: 60)")
    arguments = parser.parse_args()
    if arguments.mutate and not COSMIC_RAY:
        sys.exit("--mutate expected the program cosmic-ray, found none: pip install cosmic-ray==8.7.0")
    for module in arguments.mutate or []:
        if not (ROOT / "nnlib" / f"{module}.py").exists():
            sys.exit(f"--mutate expected a module of nnlib, such as losses or data/toy, got {module!r}")
    chosen = [bug for bug in BUGS if any(part in f"{bug.name} {bug.file}" for part in arguments.only or [""])]
    if not chosen:
        sys.exit(f"--only expected parts of the names of bugs, found none with {arguments.only}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # to be stopped is to be interrupted
    try:
        with Runs() as runs:
            if arguments.mutate:
                mutants(runs, arguments.mutate, arguments.sample, arguments.jobs)
            else:
                judges = [arguments.by] if arguments.by else ["units", "notebooks"]
                sys.exit(not catalogue(runs, chosen, judges, arguments.jobs))
    except KeyboardInterrupt:
        sys.exit("\nstopped; nothing is left behind")
    except (RuntimeError, ValueError) as error:
        sys.exit(f"\n{error}")


if __name__ == "__main__":
    main()

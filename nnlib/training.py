"""The loop that learns: batches, epochs, and an honest look at the result."""

import functools
import math
import time
from contextlib import nullcontext, suppress
from typing import NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController

from nnlib import platform
from nnlib.advice import advice, cause_in
from nnlib.contract import check_objects, check_parts, name_of
from nnlib.guards import arguments_of, brief, call, check_numbers, check_pair, check_rng, check_whole, first_strange_row
from nnlib.history import Epoch, History
from nnlib.losses import SoftmaxCrossEntropy


class Evaluation(NamedTuple):
    """Mean loss and share of right answers; accuracy is None where the loss knows no right and wrong."""

    loss: float
    accuracy: float | None


def minibatches(X, y, batch_size, rng=None):
    """Yield (X, y) in batches: in a new random order, or as they stand without an rng.

    Every row is used exactly once; the last batch may be smaller. X and y are shuffled together.
    Shapes: X (n, ...), y (n, ...), batches (batch_size, ...).

    >>> [y.tolist() for _, y in minibatches(np.zeros((5, 2)), np.arange(5), 2)]
    [[0, 1], [2, 3], [4]]
    """
    X, y = check_pair("minibatches", X, y)
    batch_size = check_whole("minibatches", "batch_size", batch_size, 1)
    order = None if rng is None else check_rng("minibatches", rng).permutation(len(X))
    for start in range(0, len(X), batch_size):
        if order is None:
            yield X[start : start + batch_size], y[start : start + batch_size]
        else:
            rows = order[start : start + batch_size]
            yield X[rows], y[rows]


@functools.cache
def _blas():
    return ThreadpoolController()  # it looks through all loaded libraries: once is enough


def limited_blas(threads):
    """Return a context in which matrix products use that many threads; None sets no limit."""
    if threads is not None:
        threads = check_whole("training", "blas_threads", threads, 1)
    if not platform.HERE.blas:
        return nullcontext()
    return _blas().limit(limits=threads, user_api="blas")


def train(model, loss, optimizer, X, y, *, epochs, batch_size, rng, validation=None, blas_threads=1):
    """Yield an `Epoch` after each pass over the data; leave the loop to stop early.

    Parameters
        X, y: training examples (n, ...) and their targets, as `loss` wants them
        epochs, batch_size: passes over the data, rows per step
        rng: np.random.Generator that shuffles the rows before each epoch; None leaves them in order
        validation: a pair (X, y) to evaluate after each epoch
        blas_threads: threads for matrix products, None for no limit. One is fastest for small
            networks, and gives the same last digits on any number of cores

    Raises ValueError for data that does not fit, with the row, and for a layer or loss of one's own that lacks
    something, which is tried on two rows; RuntimeError when the loss is no longer a finite number. The model
    keeps what it has learned whenever the loop ends; whether the run was healthy, `nnlib.advice.advice` says.

    A measure of one's own is a line in the loop, here the share of the ones that are found:

    >>> from nnlib import SGD, Dense, Sequential
    >>> X, y, rng = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 0, 0, 1]), np.random.default_rng(0)
    >>> model, run = Sequential(Dense(1, 2, rng=rng)), {"epochs": 400, "batch_size": 4, "rng": rng}
    >>> for epoch in train(model, SoftmaxCrossEntropy(), SGD(lr=0.5), X, y, **run):
    ...     found = (model.forward(X).argmax(axis=1) == y)[y == 1].mean()
    >>> float(found)
    1.0
    """
    check_objects("training", model=(model, "forward"), loss=(loss, "backward"), optimizer=(optimizer, "step"))
    epochs = check_whole("training", "epochs", epochs, 0)
    batch_size = check_whole("training", "batch_size", batch_size, 1)
    if rng is not None:
        check_rng("training", rng)
    X, y = _checked("training", X, y)
    if validation is not None:
        if not isinstance(validation, (tuple, list)) or len(validation) != 2:
            raise ValueError(f"training expected validation to be a pair (X, y), got {_kind_of(validation)}")
        validation = _checked("validation", *validation)
    return _epochs(model, loss, optimizer, X, y, epochs, batch_size, rng, validation, blas_threads)


def _kind_of(thing):
    countable = hasattr(thing, "__len__") and getattr(thing, "shape", None) != ()
    return f"{type(thing).__name__} of {len(thing)}" if countable else brief(thing)


def _checked(who, X, y):
    """Return X and y as arrays, or raise ValueError for what no model can learn from."""
    X = check_numbers(who, "X", X)
    if X.ndim < 2:
        cure = ": X.reshape(-1, 1) has one feature, X[np.newaxis] one example" if X.ndim == 1 else ""
        raise ValueError(f"{who} expected X with one row for each example, got shape {X.shape}{cure}")
    X, y = check_pair(who, X, y)
    if X.dtype == np.uint8:
        raise ValueError(f"{who} expected floats, got uint8, which looks like raw pixels: divide by 255 first")
    for name, values in [("X", X), ("y", y)]:
        row = first_strange_row(values)
        if row is not None:
            strange = values[row][~np.isfinite(values[row])].flat[0]
            raise ValueError(f"{who} expected finite numbers in {name}, got {strange} in row {row}")
    return X, y


def _epochs(model, loss, optimizer, X, y, epochs, batch_size, rng, validation, blas_threads):
    """The generator behind `train`."""
    with limited_blas(blas_threads):
        check_parts(model, loss, [(X, y), validation] if validation is not None else [(X, y)])
    for number in range(1, epochs + 1):
        started = time.perf_counter()
        # Limits and silence hold inside an epoch only: between epochs it is the caller's turn.
        with limited_blas(blas_threads), np.errstate(all="ignore"):
            mean_loss, accuracy = _one_epoch(model, loss, optimizer, X, y, batch_size, rng, number)
        if first_strange_row(model.params) is not None:  # the last step of all is nobody's input
            why = cause_in(X, y) or _too_large(optimizer)
            raise RuntimeError(f"training stopped: parameters are not finite after epoch {number}. {why}")
        val = (None, None)
        if validation is not None:
            val = evaluate(model, *validation, loss, blas_threads=blas_threads)
        yield Epoch(number, mean_loss, accuracy, *val, time.perf_counter() - started)


def _one_epoch(model, loss, optimizer, X, y, batch_size, rng, number):
    """Step once for each batch; return the mean loss and the accuracy over all rows."""
    total, right, before = 0.0, 0, None
    correct = _correct(loss)
    for step, (X_batch, y_batch) in enumerate(minibatches(X, y, batch_size, rng), start=1):
        prediction = call(model.forward, X_batch, training=True)
        value = loss.forward(prediction, y_batch)
        if not math.isfinite(value):
            raise RuntimeError(_diagnosis(number, step, value, before, model, optimizer, X, y, len(y_batch)))
        model.backward(loss.backward())
        optimizer.step(model.params, model.grads)
        total += value * len(y_batch)
        if correct is not None:
            right += np.count_nonzero(correct(prediction, y_batch))
        before = value
    return total / len(X), right / len(X) if correct is not None else None


def _correct(loss, checked=True):
    """Return the loss's function for which rows are right, or None.   checked: `forward` has just looked at both."""
    correct = getattr(loss, "correct", None)
    options = {"checked": checked} if "checked" in (arguments_of(correct) or ()) else {}

    def rows(prediction, y):
        right = np.asarray(correct(prediction, y, **options))
        if right.dtype.kind != "b" or right.shape != (len(y),):
            wanted = f"{name_of(loss)}.correct expected to return True or False for each of {len(y)} rows"
            raise ValueError(f"{wanted}, returned {right.dtype} of shape {right.shape}")
        return right

    return None if correct is None else rows


def _diagnosis(number, step, value, before, model, optimizer, X, y, rows):
    """What happened, and the likely cause."""
    what = f"training stopped: the loss became {value} in epoch {number}, step {step}"
    if number == step == 1 and not np.isfinite(model.params).all():
        return f"{what}, before any step was taken: the model's parameters are not all finite. Build it anew"
    if number == step == 1:
        return f"{what}, before any step was taken. {cause_in(X, y) or 'Likely cause: weights that are far too large'}"
    if rows == 1 and math.isnan(value) and np.isfinite(call(model.forward, X[:1000], training=True)).all():
        return (
            f"{what}. Likely cause: a layer that fails for a batch of one row, which is left over with this batch_size"
        )
    since = f"; a step earlier it was {before:.3g}" if before is not None else ""
    return f"{what}{since}. {cause_in(X, y) or _too_large(optimizer)}"


def _too_large(optimizer):
    return f"Likely cause: {optimizer} takes steps that are too large; try a tenth of that lr"


def fit(model, loss, optimizer, X, y, *, epochs, batch_size, rng, validation=None, blas_threads=1, progress=True):
    """Run `train` to its end and return the `History`; the stop button or Ctrl-C ends it early.

    Parameters: those of `train`, and progress: a bar in a notebook, a line in a terminal, and
    `history.advice` at the end where a run is sick; False shows nothing. After an interrupt the
    history holds the epochs that were finished.
    """
    from nnlib.progress import Progress  # only here: the core itself needs no notebook

    options = {"epochs": epochs, "batch_size": batch_size, "rng": rng}
    run = train(model, loss, optimizer, X, y, **options, validation=validation, blas_threads=blas_threads)
    history, before = History(), model.params.copy()
    with Progress(epochs, show=progress) as bar:
        try:
            for epoch in run:
                history.append(epoch)
                bar.update(epoch)
        except KeyboardInterrupt:
            bar.stopped(len(history))
    steps = len(history) * math.ceil(len(X) / batch_size)
    with suppress(KeyboardInterrupt):
        history.advice = advice(model, loss, X, y, before=before, steps=steps)
    if progress and history.advice:
        print(history.advice)
    return history


def evaluate(model, X, y, loss=None, *, batch_size=1000, blas_threads=1):
    """Return mean loss and accuracy on (X, y), without learning.

    Parameters: loss is a SoftmaxCrossEntropy unless given; the batches only bound the memory.
    Raises ValueError for data that does not fit, and where the loss is NaN.
    """
    loss = SoftmaxCrossEntropy() if loss is None else loss
    check_objects("evaluate", model=(model, "forward"), loss=(loss, "forward"))
    X, y = _checked("evaluate", X, y)
    correct = _correct(loss, checked=False)
    total, right = 0.0, 0
    with limited_blas(blas_threads), np.errstate(all="ignore"):
        for X_batch, y_batch in minibatches(X, y, batch_size):
            prediction = model.forward(X_batch)
            value = loss.forward(prediction, y_batch)
            if math.isnan(value):
                raise ValueError("evaluate expected finite scores and parameters of the model, got a loss of nan")
            total += value * len(y_batch)
            if correct is not None:
                right += int(np.count_nonzero(correct(prediction, y_batch)))
    return Evaluation(total / len(X), right / len(X) if correct is not None else None)

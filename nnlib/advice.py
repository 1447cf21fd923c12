"""The signs of a sick run: what is seen, its likely cause, and a test that would show it.

Each function below is one sign. It is given a `Look` at a model and its data, and returns what it sees, or None.
`fit` asks them at its end (`history.advice`), and LiveTraining while it runs. What only a reader can see stands in
`SEEN_BY_READERS`. Both are the table that notebook 06 ends in, `Symptoms()`.
"""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from nnlib.activations import ReLU, Sigmoid, Tanh
from nnlib.contract import learned, name_of
from nnlib.losses import BinaryCrossEntropy, SoftmaxCrossEntropy

ROWS = 1000  # a look takes so many at most
EARLY = 20  # steps before which a run may still be no better than guessing
IDLE = {ReLU: "dead", Sigmoid: "saturated", Tanh: "saturated"}
SIGNS, SEEN_BY_READERS = [], []


class Sign(NamedTuple):
    """A sign of a sick run; `seen(look)` returns in words and numbers what it sees, or None.

    of: whether it is read from the "model", its "inputs", or the "run"; of a "reader", who alone can see it, the
    other functions know nothing, and `seen` is None
    """

    of: str
    name: str
    cause: str
    test: str
    seen: Callable


def sign(of, name, *, cause, test):
    """Add the function below to the signs; those that have one cause only stand first."""

    def added(seen):
        SIGNS.append(Sign(of, name, cause, test, seen))
        return seen

    return added


@dataclass
class Look:
    """What the signs are read from; None, or nan, is what is not known.

    before: the parameters at the start of the run, like model.params;   steps: how many were taken;
    loss, accuracy and guess, guess_accuracy: on X, of the model and of the best constant answer;
    arriving: for each layer the length of the gradient that reached it, None where none did
    """

    model: object
    loss_function: object
    X: np.ndarray
    prediction: np.ndarray
    before: np.ndarray | None = None
    steps: float = math.inf
    loss: float = math.nan
    accuracy: float | None = None
    guess: float = math.nan
    guess_accuracy: float | None = None
    arriving: tuple = ()

    @property
    def layers(self):
        return getattr(self.model, "layers", ())

    @property
    def learners(self):
        """Pairs (number, layer) of the layers that learn."""
        return [(k, layer) for k, layer in enumerate(self.layers, start=1) if learned(layer)]

    @property
    def guesses(self):
        """Whether the model is no better than the best constant answer, although it had time to learn."""
        if self.steps < EARLY or not self.loss > 0.95 * self.guess:
            return False
        if self.accuracy is None:
            return True
        luck = math.sqrt(self.guess_accuracy * (1 - self.guess_accuracy) / len(self.X))
        return self.accuracy <= self.guess_accuracy + 3 * luck

    def compared(self):
        """Loss and accuracy beside those of guessing, in words."""
        said = f"a loss of {self.loss:.3g}, where the best constant answer has {self.guess:.3g}"
        return (
            said
            if self.accuracy is None
            else f"{said}; {self.accuracy:.0%} right, by guessing {self.guess_accuracy:.0%}"
        )

    @property
    def start(self):
        """How long the parameters were at the start; 0 where it is not known."""
        return 0.0 if self.before is None else _length(self.before)

    @property
    def growth(self):
        """How many times as long as at the start the parameters are."""
        return _length(self.model.params) / self.start if self.start else math.nan

    @property
    def moved(self):
        """How far the parameters moved, as a part of their length at the start."""
        return _length(self.model.params - self.before) / self.start if self.start else math.nan


def _length(vector):
    return math.sqrt(vector.astype(np.float64) @ vector.astype(np.float64))


@sign(
    "run",
    "targets that are all the same",
    cause="only the first rows were taken of data sorted by class, or the wrong column",
    test="`np.unique(y, return_counts=True)`",
)
def has_one_target(look):
    """One constant answer is right for every row."""
    if look.guess == 0 or (look.guess_accuracy == 1 and look.guess < 1e-8):
        return "one answer is right for all rows"


@sign(
    "run",
    "nothing moves",
    cause="the optimizer makes a new vector (`params = params - ...`) instead of changing its own (`params -= ...`)",
    test="call `optimizer.step(params, grads)` once, and compare `params` with a copy from before",
)
def stands_still(look):
    """The vector of parameters is as it was before the run."""
    if look.steps and look.before is not None and any(look.arriving) and np.array_equal(look.model.params, look.before):
        return "no parameter has changed, although the gradient is not 0"


@sign(
    "inputs",
    "raw pixels",
    cause="whole numbers up to 255 are far larger than what initial weights and learning rates are made for",
    test="`X.max()`; then divide `X` by 255",
)
def has_raw_pixels(look):
    """Nothing but whole numbers, the largest between 100 and 255."""
    top = look.X.max()
    if look.X.min() >= 0 and 100 < top <= 255 and not np.any(look.X % 1):
        return f"X has whole numbers from {look.X.min():.0f} to {top:.0f}"


@sign(
    "inputs",
    "numbers that stand for missing ones",
    cause="a missing value was written as a number, such as -999",
    test="look at that column of `X`; then put the mean of the other rows in its place",
)
def has_gaps(look):
    """One whole number, over twenty times as far from 0 as all others of its column."""
    columns = look.X.reshape(len(look.X), -1)
    size = np.abs(columns)
    for k in np.flatnonzero(size.max(axis=0) > 20):
        odd = columns[size[:, k].argmax(), k]
        if odd % 1 or abs(odd) > 1e7:
            continue
        others = size[columns[:, k] != odd, k]
        if len(others) and 0 < 20 * others.max() < abs(odd):
            many = f"{len(size) - len(others)} of {len(size)} rows"
            return f"X[:, {k}] is {odd:g} in {many}, and at most {others.max():.3g} from 0 in the others"


@sign(
    "inputs",
    "large inputs",
    cause="initial weights and learning rates are made for inputs of about 1",
    test="`X.mean(axis=0)` and `X.std(axis=0)`; then subtract the one and divide by the other",
)
def has_large_inputs(look):
    """Far from what initial weights are made for."""
    top = float(np.abs(look.X).max())
    size = top * math.sqrt(((look.X / top) ** 2).mean()) if top else 0
    if size > 10:
        return f"the root of the mean square of X is {size:.3g}"


@sign(
    "model",
    "softmax twice",
    cause="the model ends with a softmax, and SoftmaxCrossEntropy takes a softmax itself",
    test="leave out the last layer: scores need not lie between 0 and 1",
)
def has_two_softmaxes(look):
    """Scores that are probabilities already."""
    P = look.prediction
    shares = isinstance(look.loss_function, SoftmaxCrossEntropy) and P.shape[1] > 1 and P.min() >= 0
    if shares and np.allclose(P.sum(axis=1), 1, atol=1e-3):
        return "the model's scores lie between 0 and 1, and those of each row add up to 1"


@sign(
    "model",
    "scores that cannot grow",
    cause="the model ends with an activation, and the loss takes scores of any size: it has its own sigmoid or softmax",
    test="leave out the last layer",
)
def has_bounded_scores(look):
    """Scores from -1 to 1, where the last layer is none that learns."""
    P, wants_scores = look.prediction, isinstance(look.loss_function, (SoftmaxCrossEntropy, BinaryCrossEntropy))
    if wants_scores and look.layers and not learned(look.layers[-1]) and 0.5 < np.abs(P).max() <= 1:
        return f"after {name_of(look.layers[-1])} all scores lie between {P.min():.2g} and {P.max():.2g}"


@sign(
    "model",
    "units that are all alike",
    cause="initial weights that are all equal, 0 for instance: each unit then gets the same gradient, for ever",
    test="compare the columns of `W`; draw them at random",
)
def has_equal_units(look):
    """Columns of W that are the same."""
    for k, layer in look.learners:
        W = getattr(layer, "W", None)
        if np.ndim(W) == 2 and W.shape[1] > 1 and np.ptp(W, axis=1).max() <= 1e-6 * np.abs(W).max():
            return f"all {W.shape[1]} units of layer {k} have the same weights"


@sign(
    "run",
    "steps that are too large",
    cause="a learning rate that is too large, or a step or gradient with the wrong sign",
    test="train anew with a tenth of it; if the loss grows all the same, look for the sign",
)
def makes_large_steps(look):
    """Guessing, with parameters that have grown far beyond their start."""
    if look.guesses and look.growth > 10:
        return f"{look.compared()}; the parameters are {look.growth:,.0f} times as long as at the start"


@sign(
    "run",
    "scores that are too large",
    cause="initial weights that are too large, or a learning rate that is",
    test="the loss before the first step: with nearly equal scores it is that of guessing",
)
def has_large_scores(look):
    """A loss above that of guessing, although something was learned."""
    if look.steps >= EARLY and not look.guesses and look.loss > 2 * look.guess:
        return look.compared()


def idle(layer):
    """Return (kind, how many, of) of the units of an activation that pass no gradient on, after a forward pass.

    A ReLU is dead when it gives 0 for every row; a Sigmoid or Tanh is saturated when for more than half of them its
    slope is below a tenth of the largest.
    """
    slopes, largest = layer.derivative(layer.X, layer.Y), layer.derivative(np.zeros(1), layer.f(np.zeros(1)))
    flat = (slopes < largest / 10).mean(axis=0) > 0.5 if largest else ~slopes.any(axis=0)
    return IDLE[type(layer)], int(flat.sum()), flat.size


def idle_units(layers):
    """Return the triples of `idle` for the activations among the layers."""
    return tuple(idle(layer) for layer in layers if type(layer) in IDLE)


def mostly_idle(units):
    """Return in words what each activation suffers from more than half of whose units pass no gradient on."""
    return [
        f"{kind} units: {flat} of {of} after layer {number} pass no gradient on"
        for number, (kind, flat, of) in enumerate(units, start=1)
        if flat > of / 2
    ]


@sign(
    "run",
    "dead or saturated units",
    cause="steps that were too large, or initial weights that are",
    test="count them before the first step; then train anew with a tenth of the learning rate",
)
def has_idle_units(look):
    """Most units of a layer pass no gradient on."""
    units = idle_units(look.layers)
    if not look.loss > 0.5 * look.guess:  # saturated units may learn all the same, as Nielsen's 30 in the ledger do
        units = [(kind, flat if kind == "dead" else 0, of) for kind, flat, of in units]
    return next(iter(mostly_idle(units)), None)


@sign(
    "run",
    "no gradient",
    cause="a loss or layer whose `backward` gives nothing but 0",
    test="`loss.forward(model.forward(X), y)`, then `loss.backward()`: is all of it 0?",
)
def has_no_gradient(look):
    """Guessing, and the gradient of every layer is 0."""
    if look.guesses and look.arriving and not any(look.arriving):
        return f"{look.compared()}; the gradient that reaches each layer is 0"


@sign(
    "run",
    "a gradient that vanishes",
    cause="each sigmoid takes at least three quarters of the gradient away",
    test="compare the lengths of the layers' gradients; use ReLU, or fewer layers",
)
def vanishes(look):
    """Guessing, and hardly any gradient reaches the first layer."""
    if look.guesses and look.arriving and 0 < look.arriving[0] < 0.03 * look.arriving[-1]:
        part = look.arriving[0] / look.arriving[-1]
        return f"{look.compared()}; layer 1 gets {part:.1g} of the gradient that the last one gets"


@sign(
    "run",
    "steps that are too small",
    cause="a learning rate that is too small",
    test="train anew with ten times as much",
)
def makes_small_steps(look):
    """Guessing, with parameters that have hardly moved."""
    if look.guesses and look.moved < 0.05:
        return f"{look.compared()}; the parameters moved by {look.moved:.1g} of their length"


@sign(
    "run",
    "no better than guessing",
    cause="a gradient that is wrong, or rows of `X` that do not belong to those of `y`",
    test="`check_layer` for each layer of your own; if all are right, look at some rows of `X` beside those of `y`",
)
def is_guessing(look):
    """Guessing, for none of the reasons above."""
    if look.guesses:
        return look.compared()


SEEN_BY_READERS += [
    Sign(
        "reader",
        "a gradient check that fails",
        "the rule of that gradient in `backward`; for `db`, often a sum without `axis=0`",
        "`check_layer(layer, X, rng=rng)`: it says which of dX, dW and db is wrong",
        None,
    ),
    Sign(
        "reader",
        "a training loss that grows with every learning rate",
        "the step has the wrong sign: `+=` in place of `-=`",
        "take one short step, and compare the loss before and after",
        None,
    ),
    Sign(
        "reader",
        "validation far worse than training, from the first epoch on",
        "the validation rows were prepared in another way, for instance not divided by 255",
        "`X.min()` and `X.max()` of both parts",
        None,
    ),
    Sign(
        "reader",
        "a gap between training and validation that widens",
        "overfitting: the network learns its training rows by heart",
        "train with more rows: the gap gets smaller",
        None,
    ),
]


class Symptoms:
    """The table of all signs: symptom, likely cause, and the test that would show it.

    >>> len(Symptoms().rows) == len(SIGNS) + len(SEEN_BY_READERS)
    True
    """

    heads = "symptom", "likely cause", "test"

    @property
    def rows(self):
        return [(sign.name, sign.cause, sign.test) for sign in SIGNS + SEEN_BY_READERS]

    def _repr_markdown_(self):
        return "\n".join("| " + " | ".join(row) + " |" for row in [self.heads, ("---",) * 3, *self.rows])

    def __repr__(self):
        return "\n".join("{}\n  {}\n  {}".format(*row) for row in self.rows)


def best_guess(loss, y, shape):
    """Return loss and accuracy of the constant answer that is best for y; accuracy None where the loss knows none.

    shape: that of the predictions
    """
    answers, width = [], shape[-1]
    if y.ndim == 1 and y.dtype.kind in "iu" and y.min() >= 0 and y.max() < width:
        with np.errstate(divide="ignore"):
            answers.append(np.maximum(np.log(np.bincount(y, minlength=width) / len(y)), -50))
    else:
        mean = y.mean(axis=0, dtype=np.float64)
        inside = np.clip(mean, 1e-9, 1 - 1e-9)
        answers += [mean, np.log(inside / (1 - inside))]
    found = []
    for answer in answers:
        constant = np.broadcast_to(answer, shape).copy()
        correct = getattr(loss, "correct", None)
        found.append((loss.forward(constant, y), None if correct is None else float(np.mean(correct(constant, y)))))
    return min(found, key=lambda pair: pair[0])


def look_at(model, loss, X, y, *, before=None, steps=math.inf):
    """Return a `Look` at a model after its run; model and loss stay as they are.

    Parameters
        X, y: what it learned from; a thousand rows are looked at
        before: model.params.copy() from before the run; without it nothing is said of how far they moved
        steps: how many were taken; in the first twenty a model may be no better than guessing
    """
    rows = np.linspace(0, len(X) - 1, min(ROWS, len(X))).astype(int)
    X, y = np.asarray(X)[rows], np.asarray(y)[rows]
    model, loss = copy.deepcopy((model, loss))
    with np.errstate(all="ignore"):
        found = Look(model, loss, X, model.forward(X), before, steps)
        found.guess, found.guess_accuracy = best_guess(loss, y, found.prediction.shape)
        found.loss = loss.forward(found.prediction, y)
        if found.guess_accuracy is not None:
            found.accuracy = float(np.mean(loss.correct(found.prediction, y)))
        found.arriving = _arriving(model, loss.backward())
    return found


def _arriving(model, dY):
    """Return the length of the gradient that reaches each layer that learns, from the first on, going backward."""
    if not hasattr(model, "layers"):
        model.backward(dY)
        return (float(np.any(model.grads)),)
    lengths = []
    for layer in reversed(model.layers):
        if learned(layer):
            lengths.append(_length(dY.ravel()))
        dY = layer.backward(dY)
    return tuple(lengths[::-1])


def signs_of(look, of=("model", "inputs", "run")):
    """Return pairs (sign, what it sees), the likeliest cause first."""
    with np.errstate(all="ignore"):
        found = [(sign, sign.seen(look)) for sign in SIGNS if sign.of in of]
    return [(sign, seen) for sign, seen in found if seen]


def advice(model, loss, X, y, *, before=None, steps=math.inf):
    """Return what a run suffers from, its likely cause and a test that would show it, in lines to print; "" if nothing.

    Parameters: those of `look_at`. It is what `fit` says at its end; after a loop of `train` ask it yourself:

    >>> from nnlib import Dense, Sequential, MeanSquaredError
    >>> X = np.linspace(0, 100, 200).reshape(100, 2)
    >>> model = Sequential(Dense(2, 1, rng=np.random.default_rng(0)))
    >>> print(advice(model, MeanSquaredError(), X, X[:, :1]))
    Large inputs: the root of the mean square of X is 57.8.
    Likely cause: initial weights and learning rates are made for inputs of about 1.
    To test it: `X.mean(axis=0)` and `X.std(axis=0)`; then subtract the one and divide by the other.
    """
    try:
        found = signs_of(look_at(model, loss, X, y, before=before, steps=steps))
    except Exception as error:  # whatever a layer or a loss of one's own does, the run is over and its model is kept
        return f"No advice: {type(model).__name__} could not be looked at, {type(error).__name__}: {error}"
    return in_lines(*found[0]) if found else ""


def cause_in(X, y):
    """Return what of inputs and targets alone may have made a loss infinite, in one line; "" if nothing."""
    found = signs_of(Look(None, None, np.asarray(X), prediction=X), of=["inputs"])
    if found:
        return in_words(*found[0])
    size = math.sqrt((y.astype(np.float64) ** 2).mean())
    if y.ndim == 1 or size < 10:
        return ""
    return (
        f"Large targets: the root of the mean square of y is {size:.3g}. Likely cause: initial weights give answers of "
        "about 1. To test it: subtract their mean and divide by their standard deviation"
    )


def in_short(sign, seen):
    """Return what is seen and why, in one line."""
    return f"{sign.name[0].upper()}{sign.name[1:]}: {seen}. Likely cause: {sign.cause}"


def in_words(sign, seen):
    """Return the same, and what would show it."""
    return f"{in_short(sign, seen)}. To test it: {sign.test}"


def in_lines(sign, seen):
    """Return what is seen, its parts below each other, then the cause and the test, each on a line of its own."""
    parts = seen.replace("; ", ";\n  ")
    return f"{sign.name[0].upper()}{sign.name[1:]}: {parts}.\nLikely cause: {sign.cause}.\nTo test it: {sign.test}."

"""Runs with one bug each, for "Name the bug" in notebook 06: what is seen, what it is, and what speaks against others.

Each is a run of nnlib with a real bug put in, on a few thousand digits, from fixed seeds; so every figure is measured.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from nnlib.activations import ReLU
from nnlib.data import load_mnist
from nnlib.gradcheck import check_layer
from nnlib.layers import Dense
from nnlib.losses import SoftmaxCrossEntropy
from nnlib.model import Sequential
from nnlib.optimizers import SGD
from nnlib.training import evaluate, fit

BUGS = {
    "pairs": "the rows of X were shuffled, and those of y were not",
    "equal weights": "all initial weights are equal",
    "small steps": "the learning rate is far too small",
    "large steps": "the learning rate is far too large",
    "uphill": "the optimizer adds the step in place of subtracting it",
    "bias": "db is one number for all units of a layer",
    "mask": "the mask of ReLU is always true: Y >= 0 in place of Y > 0",
    "overfitting": "the training pictures are learned by heart",
    "range": "the validation pictures were not divided by 255",
}
TESTS = {
    "rows": "look at some rows of X beside their rows of y",
    "columns": "compare the columns of the first W with each other",
    "ten times": "train anew with ten times the learning rate",
    "a tenth": "train anew with a tenth of the learning rate",
    "one step": "take one short step, and compare the loss before and after",
    "nudge": "compare each gradient with what a small step in each number does",
    "by heart": "let the network learn twenty pictures by heart",
    "more data": "train with more pictures, and see whether the gap closes",
    "extremes": "print the smallest and the largest value of each part of the data",
}


RIGHT = 1e-6  # a gradient whose relative error is smaller is right


class Case(NamedTuple):
    """A run with a bug: what it prints, the bug and the tests that would show it, and what speaks against the others.

    against: {bug: why one may think so, and the figure that says no}, with the names of `figures` in braces
    not_by: {test: what it would show instead}
    """

    prints: str
    bug: str
    tests: tuple
    against: dict
    not_by: dict
    figures: Callable


class OneBias(Dense):
    """A Dense layer whose db is one number."""

    def backward(self, dY, input_grad=True):
        dX = super().backward(dY, input_grad)
        self.db[:] = dY.sum()
        return dX


class Uphill(SGD):
    """SGD with the sign of the step turned."""

    def update(self, params, grads, *memory):
        params += self.lr * grads


@cache
def pictures():
    """Return four times (X, y): to learn from, of the same kind but unseen, validation, and the latter in 0 to 255."""
    (X, y), (X_validation, y_validation), _ = load_mnist(scaled=True, flat=True, validation=True)
    X, X_validation = X[:5000].copy(), X_validation[:1000].copy()  # a view would keep all 60,000 in memory
    new = X_validation, y_validation[:1000]
    return (X[:4000], y[:4000]), (X[4000:], y[4000:5000]), new, (255 * new[0], new[1])


def network(make=Dense):
    """Return 784-32-10 with ReLU, from its fixed seed; make: the class of its Dense layers."""
    rng = np.random.default_rng(0)
    return Sequential(make(784, 32, rng=rng), ReLU(), make(32, 10, rng=rng), dtype=np.float64)


def run(model, optimizer, X, y, epochs, validation=None):
    """Train in batches of 32, from a fixed seed, and return the History."""
    rng = np.random.default_rng(0)
    return fit(
        model, SoftmaxCrossEntropy(), optimizer, X, y,
        epochs=epochs, batch_size=32, rng=rng, validation=validation, progress=False,
    )  # fmt: skip


def crosses(make):
    """Return the relative error of each gradient of a network's layers, layer by layer."""
    rng = np.random.default_rng(0)
    layers = {"first Dense": make(6, 5, rng=rng), "ReLU": ReLU(), "last Dense": make(5, 4, rng=rng)}
    return {
        name: check_layer(layer, rng.standard_normal((8, getattr(layer, "n_in", 5))), rng=rng)
        for name, layer in layers.items()
    }


def marks(errors):
    """Return a line for each layer, with ✓ or ✗ for each of its gradients."""
    return "\n".join(
        f"  {layer:12}"
        + "   ".join(f"{what} {'✓' if error < RIGHT else f'✗ {error:.1f}'}" for what, error in found.items())
        for layer, found in errors.items()
    )


def largest(errors):
    """Return in words whether the largest relative error is that of a right gradient."""
    return "below 1e-6" if max(error for found in errors.values() for error in found.values()) < RIGHT else "above 1e-6"


def row(values, form):
    """Return numbers in one line, each in this form."""
    return "  ".join(form.format(value) for value in values)


@cache
def shuffled():
    """Return the figures of case a."""
    (X, y), _, validation, _ = pictures()
    X = X[np.random.default_rng(1).permutation(len(X))]
    history = run(network(), SGD(lr=0.1), X, y, 5, validation)
    by_heart = run(network(), SGD(lr=0.1), X[:20], y[:20], 200)
    errors = crosses(Dense)
    return {
        "losses": row(history.loss, "{:.2f}"),
        "accuracy": f"{history.val_accuracy[-1]:.0%}",
        "marks": marks(errors),
        "error": largest(errors),
        "heart": f"{by_heart.loss[-1]:.2f}",
        "heart_right": f"{by_heart.accuracy[-1]:.0%}",
    }


@cache
def crossed():
    """Return the figures of the example."""
    (X, y), _, validation, _ = pictures()
    history = run(network(OneBias), SGD(lr=0.1), X, y, 5, validation)
    errors = crosses(OneBias)
    return {
        "losses": row(history.loss, "{:.2f}"),
        "accuracy": f"{history.val_accuracy[-1]:.0%}",
        "marks": marks(errors),
        "db": f"{errors['last Dense']['db']:.1f}",
        "relu": largest({"ReLU": errors["ReLU"]}),
    }


@cache
def uphill():
    """Return the figures of case b."""
    (X, y), _, _, _ = pictures()
    found = {}
    for name, lr in [("large", 0.01), ("middle", 0.001), ("small", 0.0001)]:
        history = run(network(), Uphill(lr), X[:960], y[:960], 4)
        found |= {name: row(history.loss, "{:.4g}"), f"{name}_grew": f"{history.loss[-1] - history.loss[0]:.4f}"}
    errors = crosses(Dense)
    return found | {"marks": marks(errors), "error": largest(errors)}


@cache
def unscaled():
    """Return the figures of case c."""
    train, unseen, _, raw = pictures()
    model = network()
    history = run(model, SGD(lr=0.1), *train, 5, raw)
    return {
        "accuracy": row(history.accuracy, "{:.0%}"),
        "losses": row(history.loss, "{:.2f}"),
        "val_accuracy": row(history.val_accuracy, "{:.0%}"),
        "val_losses": row(history.val_loss, "{:.0f}"),
        "first_val": f"{history.val_loss[0]:.0f}",
        "unseen": f"{evaluate(model, *unseen).loss:.2f}",
        "unseen_right": f"{evaluate(model, *unseen).accuracy:.0%}",
        "marks": marks(crosses(Dense)),
    }


CASES = {
    "a": Case(
        "4,000 pictures, SGD(lr=0.1), five epochs\n"
        "  training loss    {losses}     (ln 10 is 2.30)\n"
        "  validation: {accuracy} right at the end\n"
        "gradient check, and the relative error where it is not below 1e-6\n{marks}\n"
        "the first 20 of the pictures alone: loss {heart} after 200 steps, {heart_right} right",
        "pairs",
        ("rows",),
        {
            "equal weights": "then no unit could differ from another, and 20 pictures could not be learned by heart; "
            "their loss fell to {heart}",
            "small steps": "a loss near ln 10 looks like no steps at all, but with the same rate 20 pictures were "
            "learned to a loss of {heart}",
            "large steps": "steps that are too large throw the loss far above ln 10; here it falls a little, "
            "and 20 pictures reach {heart}",
            "uphill": "then the loss would grow, and 20 pictures would not reach a loss of {heart}",
            "bias": "a wrong gradient can keep a loss high, but the largest relative error of all is {error}",
            "mask": "a wrong gradient can keep a loss high, but the largest relative error of all is {error}",
            "overfitting": "then the training loss would be low; it stays near ln 10: {losses}",
            "range": "that spoils the validation figures alone; the training loss stays near ln 10 as well: {losses}",
        },
        {
            "columns": "they differ: 20 pictures were learned, to a loss of {heart}",
            "ten times": "the steps are long enough: 20 pictures were learned, to a loss of {heart}",
            "a tenth": "the steps are not too long: 20 pictures were learned, to a loss of {heart}",
            "one step": "the loss falls with a step: wrong pairs can be learned too, one by one",
            "nudge": "that has been done: the largest relative error is {error}",
            "by heart": "that has been done, with a loss of {heart}: single pictures can be learned with wrong labels",
            "more data": "more pictures with the wrong labels teach no more than these",
            "extremes": "the values are as they were, in another order of rows",
        },
        shuffled,
    ),
    "example": Case(
        "4,000 pictures, SGD(lr=0.1), five epochs\n"
        "  training loss    {losses}\n"
        "  validation: {accuracy} right at the end\n"
        "gradient check, and the relative error where it is not below 1e-6\n{marks}",
        "bias",
        ("nudge",),
        {
            "pairs": "then the loss would stay near ln 10; it falls: {losses}",
            "equal weights": "that is no error of a gradient: the check would show ✓ everywhere, and db is {db} away",
            "small steps": "a rate is no error of a gradient, and the loss falls: {losses}",
            "large steps": "a rate is no error of a gradient, and the loss falls: {losses}",
            "uphill": "the optimizer is not part of this check, and the loss falls: {losses}",
            "mask": "that is an error in the way back through ReLU: there the check shows an error {relu}",
            "overfitting": "that is no error of a gradient, and db is {db} away",
            "range": "that is no error of a gradient, and db is {db} away",
        },
        {
            "rows": "rows that do not fit leave every gradient right; two of these are {db} away",
            "columns": "units that are alike have right gradients; two of these are {db} away",
            "ten times": "a wrong db is wrong with every rate; the loss falls all the same: {losses}",
            "a tenth": "a wrong db is wrong with every rate; the loss falls all the same: {losses}",
            "one step": "the loss falls in spite of the wrong db: {losses}. The weights do most of the work",
            "by heart": "the loss falls in spite of the wrong db: {losses}. Twenty pictures would be learned, too",
            "more data": "more pictures leave db as wrong as it is",
            "extremes": "the data are as they should be: the loss falls, {losses}",
        },
        crossed,
    ),
    "b": Case(
        "960 pictures, SGD, four epochs, training loss\n"
        "  lr 0.01     {large}\n"
        "  lr 0.001    {middle}\n"
        "  lr 0.0001   {small}\n"
        "gradient check, and the relative error where it is not below 1e-6\n{marks}",
        "uphill",
        ("one step",),
        {
            "pairs": "then the loss would come down to about ln 10 and stay there; with 0.01 it climbs: {large}",
            "equal weights": "then the loss would come down to ln 10 and stay there; with 0.01 it climbs: {large}",
            "small steps": "with small steps the loss falls slowly; with 0.0001 it grows all the same, by {small_grew}",
            "large steps": "a growing loss looks like it, but a hundredth of the rate would cure it; with 0.0001 it "
            "still grows, by {small_grew}",
            "bias": "a wrong gradient may point uphill, but the largest relative error of all is {error}",
            "mask": "a wrong gradient may point uphill, but the largest relative error of all is {error}",
            "overfitting": "that makes a *validation* loss grow; these are training losses: {large}",
            "range": "that makes a *validation* loss large; these are training losses: {large}",
        },
        {
            "rows": "wrong pairs do not make a training loss climb: {large}",
            "columns": "equal units do not make a training loss climb: {large}",
            "ten times": "it would climb faster, as from 0.001 to 0.01, and say no more",
            "a tenth": "that has been done twice, and it still grows, by {small_grew}: it excludes long steps, "
            "but what else it is it does not show",
            "nudge": "that has been done: the largest relative error is {error}. The optimizer is not part of it",
            "by heart": "it would fail, as it does for many bugs: that says that something is wrong, and not what",
            "more data": "more pictures do not turn a step round",
            "extremes": "pixels that are too large make long steps; with 0.0001 they are short, and the loss grows",
        },
        uphill,
    ),
    "c": Case(
        "4,000 pictures, SGD(lr=0.1), five epochs\n"
        "  training loss    {losses},  right {accuracy}\n"
        "  validation loss  {val_losses},  right {val_accuracy}\n"
        "1,000 more pictures from the training file, not learned from: loss {unseen}, {unseen_right} right\n"
        "gradient check, and the relative error where it is not below 1e-6\n{marks}",
        "range",
        ("extremes",),
        {
            "pairs": "in the training part they fit, for its loss falls: {losses}; and with wrong pairs few validation "
            "pictures would be right, not {val_accuracy}",
            "equal weights": "then the training loss would stay near ln 10; it falls: {losses}",
            "small steps": "the training loss falls as it should: {losses}",
            "large steps": "a large loss looks like it, but the training loss falls: {losses}",
            "uphill": "then the training loss would grow; it falls: {losses}",
            "bias": "the training loss falls, and every gradient has a ✓",
            "mask": "the training loss falls, and every gradient has a ✓",
            "overfitting": "a gap looks like it, but other unseen pictures have a loss of {unseen}; and "
            "overfitting grows with time, while this loss was {first_val} after one epoch",
        },
        {
            "rows": "the labels fit their pictures: {val_accuracy} right is far more than guessing",
            "columns": "they differ, or the training loss would not have fallen: {losses}",
            "ten times": "the training loss falls well with this rate: {losses}",
            "a tenth": "the training loss falls well with this rate: {losses}",
            "one step": "each step lowers the training loss: {losses}",
            "nudge": "that has been done, with a ✓ everywhere",
            "by heart": "it would succeed: the training loss falls as it should, {losses}",
            "more data": "that is the cure of overfitting, but unseen pictures from the training file are read well: "
            "a loss of {unseen}",
        },
        unscaled,
    ),
}


def evidence(letter):
    """Return what the run of a case prints."""
    case = CASES[letter]
    return case.prints.format(**case.figures())


def fault_in(letter, answer):
    """Return why an answer (bug, test) to a case is not right, or None where it is."""
    case = CASES[letter]
    pair = isinstance(answer, (tuple, list)) and len(answer) == 2 and all(isinstance(part, str) for part in answer)
    if not pair:
        return f"expected two names, that of the bug and that of the test, got {answer!r}"
    bug, test = answer
    if bug in TESTS and test in BUGS:
        return "the order is the other one: the bug first, then the test"
    for what, name, known in [("bug", bug, BUGS), ("test", test, TESTS)]:
        if name not in known:
            return f"there is no {what} {name!r}; the names are {', '.join(known)}"
    if bug != case.bug:
        return f"{bug!r}: {case.against[bug].format(**case.figures())}"
    if test not in case.tests:
        return f"the bug is found, but {test!r} would not show it: {case.not_by[test].format(**case.figures())}"
    return None

"""Whatever holds numbers may be passed: each public function takes it as it takes an array, or says why not."""

import inspect
import re

import numpy as np
import pandas as pd
import pytest
from discovery import CORE, LAYERS, LOSSES, OPTIMIZERS, build

import nnlib
from nnlib import (
    SGD,
    Adam,
    Dense,
    Dropout,
    MeanSquaredError,
    QuadraticCost,
    RMSProp,
    Sequential,
    SoftmaxCrossEntropy,
    Tanh,
    accuracy,
    confusion_matrix,
    evaluate,
    fit,
    minibatches,
    one_hot,
    softmax,
    train,
    uniform,
)
from nnlib.autodiff import Tensor, as_tensor
from nnlib.data import blobs, circles, line, load_csv, logic_gate, moons, spirals, xor
from nnlib.gradcheck import check_layer, numerical_gradient, relative_error
from nnlib.labels import confusion_matrix as counted
from nnlib.plotting import plot_confusion, plot_images
from nnlib.pretrained import moved

pytestmark = [pytest.mark.filterwarnings(which) for which in ["error", "ignore:the matrix subclass"]]

X = np.random.default_rng(0).standard_normal((6, 5))
WHOLE = np.arange(30).reshape(6, 5) % 7
y = np.array([0, 1, 2, 0, 1, 2])
SHUFFLED = [3, 0, 5, 1, 4, 2]  # pandas finds rows by their name, NumPy by their place


class Foreign:
    """An array of another library, such as a tensor of PyTorch."""

    def __init__(self, values):
        self.values, self.shape, self.ndim, self.dtype = values, values.shape, values.ndim, f"their.{values.dtype}"

    def __len__(self):
        return len(self.values)

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype)


class Attached(Foreign):
    """A tensor of PyTorch whose gradient is wanted."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")


def in_pandas(values):
    return (pd.Series if values.ndim == 1 else pd.DataFrame)(values, index=SHUFFLED[: len(values)])


def read_only(values):
    values = values.copy()
    values.flags.writeable = False
    return values


def on_disk(values, path):
    mapped = np.memmap(path / "numbers", values.dtype, "w+", shape=values.shape)
    mapped[...] = values
    return mapped


FORMS = {
    "list": lambda values, _: values.tolist(),
    "tuple of rows": lambda values, _: tuple(values),
    "list of tuples": lambda values, _: [tuple(row) for row in values] if values.ndim > 1 else values.tolist(),
    "pandas": lambda values, _: in_pandas(values),
    "pandas, nullable": lambda values, _: in_pandas(values).astype("Int64") if values.ndim == 1 else in_pandas(values),
    "matrix": lambda values, _: np.asmatrix(values) if values.ndim == 2 else values,
    "Fortran order": lambda values, _: np.asfortranarray(values),
    "every second row": lambda values, _: np.repeat(values, 2, axis=0)[::2],
    "read-only": lambda values, _: read_only(values),
    "masked, nothing hidden": lambda values, _: np.ma.array(values),
    "memory map": on_disk,
    "another library": lambda values, _: Foreign(values),
    "big-endian": lambda values, _: values.astype(values.dtype.newbyteorder(">")),
}


def rng():
    return np.random.default_rng(1)


def model():
    return Sequential(Dense(5, 4, rng=rng()), Tanh(), Dense(4, 3, rng=rng()), dtype=np.float64)


def trained(X, y, loss=None, **options):
    """The parameters after two epochs."""
    net, options = model(), {"epochs": 2, "batch_size": 4, "rng": rng()} | options
    fit(net, loss or SoftmaxCrossEntropy(), SGD(0.1), X, y, progress=False, **options)
    return net.params


def stepped(optimizer, grads):
    params = np.ones(X.shape)
    optimizer.step(params, grads)
    optimizer.step(params, grads)
    return params


def through(layer, X, dY=1):
    Y = layer.forward(X, training=True)
    return [Y, layer.backward(np.ones(Y.shape) if isinstance(dY, int) else dY)]


def lost(loss, prediction, target):
    value = loss.forward(prediction, target)
    return [value, loss.backward(), *([loss.correct(prediction, target)] if hasattr(loss, "correct") else [])]


def suits(loss):
    return y if loss is SoftmaxCrossEntropy else one_hot(y, 5)


def like_output(layer):
    return X[:, : getattr(build(layer), "n_out", 5)]


BOTH = [("", X), (", whole", WHOLE)]


def drawn(table):
    return [int(text.get_text()) for text in plot_confusion(table).axes[0].texts]


def losses(X, y):
    return [e.loss for e in train(model(), SoftmaxCrossEntropy(), SGD(0.1), X, y, epochs=2, batch_size=4, rng=rng())]


def sent_back(dY):
    net = model()
    net.forward(X)
    return net.backward(dY, input_grad=True)


def pictures(X):
    return [image.get_array() for ax in plot_images(X, "ab").axes for image in ax.images]


# Name of the function, then what is passed: a call with it, and the array in its place.
TAKE = {
    "minibatches X": (lambda a: [b for b, _ in minibatches(a, y, 4, rng())], X),
    "minibatches y": (lambda a: [b for _, b in minibatches(X, a, 4, rng())], y),
    "minibatches in order": (lambda a: [b for b, _ in minibatches(a, a, 4)], X),
    "train X": (lambda a: losses(a, y), X),
    "train y": (lambda a: losses(X, a), y),
    "fit X": (lambda a: trained(a, y), X),
    "fit y": (lambda a: trained(X, a), y),
    "fit y of numbers": (lambda a: trained(X, a, MeanSquaredError()), X[:, :3]),
    "fit validation": (lambda a: trained(X, y, validation=(a, y)), X),
    "fit validation y": (lambda a: trained(X, y, validation=(X, a)), y),
    "evaluate X": (lambda a: evaluate(model(), a, y), X),
    "evaluate y": (lambda a: evaluate(model(), X, a), y),
    "accuracy logits": (lambda a: accuracy(a, y), X),
    "accuracy labels": (lambda a: accuracy(X, a), y),
    "one_hot labels": (lambda a: one_hot(a, 3), y),
    "confusion_matrix predicted": (lambda a: confusion_matrix(a, y, 3), y[::-1]),
    "confusion_matrix labels": (lambda a: confusion_matrix(y[::-1], a, 3), y),
    "softmax logits": (softmax, X),
    "softmax logits, whole": (softmax, WHOLE),
    "Sequential.forward X": (lambda a: model().forward(a), X),
    "Sequential.backward dY": (sent_back, X[:, :3]),
    "Tensor data": (lambda a: (Tensor(a) * 2).data, X),
    "as_tensor value": (lambda a: as_tensor(a, np.float64).data, X),
    "relative_error a": (lambda a: relative_error(a, X + 1), X),
    "relative_error b": (lambda a: relative_error(X + 1, a), X),
    "check_layer X": (lambda a: [*check_layer(Dense(5, 2, rng=rng()), a, rng=rng()).values()], X),
    "moved X": (lambda a: moved(a, rng()), np.eye(784)[:2]),
    "plot_confusion table": (lambda a: drawn(a), counted(y, y, 3)),
    "plot_images X": (pictures, np.eye(784)[:2]),
    **{f"{c.__name__}.forward X{how}": (lambda a, c=c: through(build(c), a), V) for c in LAYERS for how, V in BOTH},
    **{f"{c.__name__}.backward dY": (lambda a, c=c: through(build(c), X, a), like_output(c)) for c in LAYERS},
    **{f"{c.__name__} prediction{how}": (lambda a, c=c: lost(c(), a, suits(c)), V) for c in LOSSES for how, V in BOTH},
    **{f"{c.__name__} target": (lambda a, c=c: lost(c(), X, a), suits(c)) for c in LOSSES},
    **{f"{c.__name__} grads": (lambda a, c=c: stepped(build(c), a), X) for c in OPTIMIZERS},
    "SGD with momentum grads": (lambda a: stepped(SGD(0.1, momentum=0.9, weight_decay=0.1), a), X),
}  # fmt: skip


def assert_same(came, expected, rtol=1e-12, atol=0):
    many = isinstance(expected, (list, tuple))
    for a, b in zip(expected, came, strict=True) if many else [(expected, came)]:
        assert type(a) is type(b)
        np.testing.assert_allclose(b, a, rtol, atol)


@pytest.mark.parametrize("who", TAKE)
def test_it_counts_as_the_array_would(who, tmp_path, subtests):
    function, values = TAKE[who]
    expected = function(values)
    for form, make in FORMS.items():
        with subtests.test(form):
            assert_same(function(make(values, tmp_path)), expected)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.float32, bool])
@pytest.mark.parametrize("who", [who for who in TAKE if "whole" in who])
def test_small_numbers_do_not_overflow(who, dtype):
    """0 - 5 is 251 in uint8, and its tanh would be rounded to three digits."""
    function, values = TAKE[who]
    values = values.astype(dtype)
    rounding = 1e-6 if dtype is np.float32 else 1e-12
    assert_same(function(values), function(values.astype(float)), rounding, rounding)


REFUSED = {
    "masked": (lambda values: np.ma.array(values, mask=values == values.flat[0]), "masked ones: fill them"),
    "generator": (lambda values: (row for row in values), "generator"),
    "dict": (lambda values: dict(enumerate(values)), "dict|{0: "),
    "nothing": (lambda values: None, "None"),
    "set": (lambda values: {1.0, 2.0}, "set|{1.0, 2.0}"),
    "a tensor that refuses": (Attached, "Attached: Can't call numpy"),
    "gaps in pandas": (lambda values: in_pandas(values).astype("Float64").mask(in_pandas(values) > 0), "object|nan"),
    "text": (lambda values: values.astype(str), "<U"),
    "one word": (lambda values: "ones", "<U4|'ones'"),
    "bytes": (lambda values: values.astype("S"), r"\|S"),
    "complex": (lambda values: values + 1j, "complex"),
    "dates": (lambda values: values.astype("M8[s]"), "datetime64"),
    "objects": (lambda values: values.astype(object), "object"),
    "a class": (lambda values: int, "type|<class 'int'>"),
    "rows of different lengths": (lambda values: [[1.0, 2.0], *[[3.0]] * 5], "rows of different lengths"),
    "pairs": (lambda values: [(np.ones((5, 1)), np.ones((2, 1))) for _ in values], r"pairs \(x, y\)"),
}  # fmt: skip


@pytest.mark.parametrize("who", TAKE)
def test_what_cannot_be_an_array_is_refused(who, subtests):
    """With who asked, what was expected and what came; never an error of NumPy's or Python's own."""
    function, values = TAKE[who]
    for what, (make, came) in REFUSED.items():
        if (who, what) == ("minibatches y", "gaps in pandas"):
            continue  # NaN in floats, which may be cut into batches: whoever uses them looks
        with subtests.test(what), pytest.raises(ValueError, match=rf"(?s)^\S.* expected .* got .*({came})"):
            function(make(values))


# Single numbers

TOYS = [line, blobs, moons, circles, xor, spirals]
NO_NUMBERS = ["3", "word", b"3", None, True, 1j, [1], {}, float("nan"), float("inf"), -1.5, object(), int, len, X]
SINGLE = {
    **{
        f"fit {name}": lambda v, name=name: trained(X, y, **{name: v})
        for name in ["epochs", "batch_size", "blas_threads"]
    },
    "evaluate batch_size": lambda v: evaluate(model(), X, y, batch_size=v),
    "minibatches batch_size": lambda v: list(minibatches(X, y, v)),
    "Dense n_in": lambda v: Dense(v, 3, rng=rng()),
    "Dense n_out": lambda v: Dense(3, v, rng=rng()),
    "Dropout rate": lambda v: Dropout(v, rng=rng()),
    **{f"{c.__name__} lr": lambda v, c=c: c(lr=v) for c in OPTIMIZERS},
    **{f"{c.__name__} weight_decay": lambda v, c=c: c(lr=0.1, weight_decay=v) for c in OPTIMIZERS},
    "SGD momentum": lambda v: SGD(0.1, momentum=v),
    "RMSProp alpha": lambda v: RMSProp(alpha=v),
    "RMSProp eps": lambda v: RMSProp(eps=v),
    "Adam betas": lambda v: Adam(betas=(0.9, v)),
    "Adam eps": lambda v: Adam(eps=v),
    "one_hot n_classes": lambda v: one_hot(y, v),
    "confusion_matrix n_classes": lambda v: counted(y, y, v),
    "plot_images columns": lambda v: plot_images(np.eye(784)[:2], "ab", columns=v),
    **{f"{f.__name__} n": lambda v, f=f: f(v, rng=rng()) for f in TOYS},
    **{f"{f.__name__} n_classes": lambda v, f=f: f(9, rng=rng(), n_classes=v) for f in [blobs, spirals]},
}
SOME = {  # those which may be negative, or None
    **{
        f"{f.__name__} noise": lambda v, f=f: f(9, rng=rng(), noise=v)
        for f in [line, blobs, moons, circles, xor, spirals]
    },
    "line slope": lambda v: line(9, rng=rng(), slope=v),
    "circles inner": lambda v: circles(9, rng=rng(), inner=v),
    "spirals turns": lambda v: spirals(9, rng=rng(), turns=v),
    "uniform low": lambda v: uniform(v, 9),
    "load_csv label": lambda v: load_csv("nowhere.csv", label=v),
}


@pytest.mark.parametrize("who", [*SINGLE, *SOME])
def test_what_is_no_number_is_refused(who, subtests):
    """Text from a table of settings, True for 1, an array: it is said who wanted a number."""
    for value in NO_NUMBERS:
        fine = who in SOME and (value == -1.5 if type(value) is float else who == "load_csv label" and value is None)
        if fine or (value is None and who == "fit blas_threads"):
            continue
        with subtests.test(value=value), pytest.raises(ValueError, match=r"(?s)^\S.* expected .* got .*"):
            (SINGLE | SOME)[who](value)


NO_PARTS = {
    "evaluate model": lambda v: evaluate(v, X, y),
    "evaluate loss": lambda v: evaluate(model(), X, y, v),
    "fit model": lambda v: fit(v, SoftmaxCrossEntropy(), SGD(0.1), X, y, epochs=1, batch_size=4, rng=None),
    "train loss": lambda v: list(train(model(), v, SGD(0.1), X, y, epochs=1, batch_size=4, rng=None)),
    "train optimizer": lambda v: list(train(model(), MeanSquaredError(), v, X, y, epochs=1, batch_size=4, rng=None)),
    "Dense init": lambda v: Dense(5, 3, rng=rng(), init=v),
    "check_layer layer": lambda v: check_layer(v, X, rng=rng()),
    "Sequential layer": lambda v: Sequential(v),
    "Sequential dtype": lambda v: Sequential(Dense(5, 3, rng=rng()), dtype=v),
    "logic_gate": logic_gate,
}


@pytest.mark.parametrize("who", NO_PARTS)
def test_what_is_no_part_is_refused(who, subtests):
    """A name in place of the thing, as other libraries take it."""
    for value in ["he_normal", "relu", b"x", True, 3, {}, X]:
        with subtests.test(value=value), pytest.raises(ValueError, match=r"(?s)^\S.* expected .* got .*"):
            NO_PARTS[who](value)


@pytest.mark.parametrize("params", [[1.0, 2.0], pd.Series([1.0, 2.0]), np.array([1, 2]), read_only(np.ones(2)), 1.0])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_what_cannot_be_changed_in_place_is_refused_before_anything_changes(optimizer, params):
    made = build(optimizer)
    with pytest.raises(ValueError, match=rf"{optimizer.__name__}.* expected params to be .*changed in place"):
        made.step(params, np.ones(2))
    assert made.t == 0
    with pytest.raises(ValueError, match="numerical_gradient expected x"):
        numerical_gradient(lambda: 0.0, params)


# Every function of the core that takes an array by one of these names stands in the table above.
NAMES = {"X", "y", "a", "b", "logits", "labels", "predicted", "prediction", "target", "dY", "data", "value", "table"}
PUBLIC = {getattr(nnlib, name).__module__ for name in nnlib.__all__}
PUBLIC |= {"nnlib.autodiff", "nnlib.gradcheck", "nnlib.plotting"}


def test_the_table_is_complete():
    known = {tuple(who.replace(",", "").split()[:2]) for who in TAKE}
    for module in CORE:
        for name, thing in vars(module).items():
            if name.startswith(("_", "check_")) or getattr(thing, "__module__", None) != module.__name__:
                continue
            if module.__name__ not in PUBLIC or not inspect.isfunction(thing):
                continue
            for argument in NAMES & inspect.signature(thing).parameters.keys():
                taken = {who for who, what in known if argument == what or what not in NAMES}
                assert name in taken, f"{name}({argument}) stands nowhere above"


# NaN is no score


@pytest.mark.parametrize("rows", [[0], [3], range(6)])
@pytest.mark.parametrize(
    ("who", "call"),
    [
        ("accuracy", lambda Z: accuracy(Z, y)),
        ("SoftmaxCrossEntropy()", lambda Z: SoftmaxCrossEntropy().correct(Z, y)),
        ("QuadraticCost()", lambda Z: QuadraticCost().correct(Z, one_hot(y, 5))),
        ("QuadraticCost()", lambda Z: QuadraticCost().correct(Z[:, :1], y[:, np.newaxis])),
        ("QuadraticCost()", lambda Z: QuadraticCost().correct(X, np.where(np.isnan(Z), Z, 0))),
    ],
)
def test_nan_gets_no_accuracy(who, call, rows):
    Z = X.copy()
    Z[list(rows), 0] = np.nan
    with pytest.raises(ValueError, match=rf"^{re.escape(who)} expected numbers in \w+, got nan in row {rows[0]}"):
        call(Z)


@pytest.mark.parametrize("loss", [*LOSSES])
def test_a_model_of_nan_gets_no_evaluation(loss):
    net = Sequential(Dense(5, 5, rng=rng()))
    target = suits(loss)
    assert np.isfinite(evaluate(net, X, target, loss()).loss)
    net.params[0] = np.nan
    with pytest.raises(ValueError, match=r"^evaluate expected finite scores and parameters .* got a loss of nan"):
        evaluate(net, X, target, loss())


def test_infinite_scores_have_a_winner():
    assert accuracy([[0, -np.inf], [np.inf, 1]], [0, 0]) == 1


# State that has moved


def test_a_layer_may_share_the_generator_of_its_check():
    for cls in LAYERS:
        shared = np.random.default_rng(0)
        layer = build(cls)
        if hasattr(layer, "rng"):
            layer.rng = shared
        errors = check_layer(layer, 1 + np.ones((4, 5)), rng=shared)
        assert max(errors.values()) < 1e-8, errors


def test_a_layer_that_does_not_repeat_itself_is_not_judged():
    outside = np.random.default_rng(0)

    class Noise(Tanh):
        def f(self, X):
            return X + outside.standard_normal(X.shape)

    with pytest.raises(ValueError, match=r"check_layer expected Noise\(\) to give the same twice"):
        check_layer(Noise(), X, rng=rng())


def test_a_failing_function_leaves_the_numbers_as_they_were():
    x = X.copy()
    with pytest.raises(ZeroDivisionError):
        numerical_gradient(lambda: 1 / 0, x)
    np.testing.assert_array_equal(x, X)

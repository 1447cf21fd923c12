"""A mistake should teach: every bad input gets its own error, which says who, what was expected and what came."""

import gzip
import hashlib
import inspect
import re
import signal
import struct
import threading

import numpy as np
import pytest
from discovery import CORE, LAYERS, LOSSES, OPTIMIZERS, build
from threadpoolctl import threadpool_info, threadpool_limits

from nnlib import (
    SGD,
    Adam,
    BinaryCrossEntropy,
    Dense,
    Dropout,
    LeakyReLU,
    MeanSquaredError,
    QuadraticCost,
    ReLU,
    RMSProp,
    Sequential,
    SoftmaxCrossEntropy,
    Tanh,
    accuracy,
    confusion_matrix,
    evaluate,
    fit,
    load_mnist,
    minibatches,
    one_hot,
    softmax,
    uniform,
)
from nnlib.autodiff import Tensor
from nnlib.data import load_uci_digits, logic_gate, mnist, read_idx, uci
from nnlib.initializers import check_rng
from nnlib.layers import Layer
from nnlib.plotting import plot_confusion, plot_images

pytestmark = pytest.mark.filterwarnings("error")  # a NumPy warning in place of our own error is a failure

X = np.random.default_rng(0).standard_normal((6, 3))
y = np.array([0, 1, 2, 0, 1, 2])
WIDE = np.arange(-15, 15).reshape(6, 5)  # for layers that were discovered
HUGE = np.where(np.arange(6) == 4, 1e300, 1.0)[:, np.newaxis] * X


def rng():
    return np.random.default_rng(1)


def dense():
    return Dense(3, 4, rng=rng())


def new_model(*more, n_out=3, **options):
    return Sequential(dense(), *more, Tanh(), Dense(4, n_out, rng=rng()), **options)


def run(X=X, y=y, model=None, loss=None, optimizer=None, **options):
    """A `fit` in which all is well, but for what the test changes."""
    options = {"epochs": 1, "batch_size": 6, "rng": rng(), "progress": False} | options
    return fit(model or new_model(), loss or SoftmaxCrossEntropy(), optimizer or SGD(0.1), X, y, **options)


def assert_raises(error, message, call, *args, **options):
    """The whole message must fit, where ... stands for any text."""
    with pytest.raises(error) as caught:
        call(*args, **options)
    pattern = ".*".join(re.escape(part) for part in message.split("..."))
    if not re.fullmatch(pattern, str(caught.value), re.DOTALL):
        pytest.fail(f"expected the message {message!r}, got {str(caught.value)!r}")


def assign(layer, name, value, then):
    """Run `then` on a model after `layer.name = value`."""
    model = Sequential(layer)
    setattr(layer, name, value)
    then(model)


class OwnLayer:
    """What a learner might write: no base class, and the names of the arrays may be forgotten."""

    def __init__(self, *names, parameters=()):
        self.parameters = parameters
        for name in names:
            setattr(self, name, np.ones((3, 3)))

    def forward(self, X, training=False):
        return X

    def backward(self, dY, input_grad=True):
        return dY


# Messages of ValueErrors, and what causes them


def row(value, where=4):
    """X with one strange number."""
    return np.where((np.arange(6)[:, np.newaxis] == where) & (np.arange(3) == 1), value, X)


BATCH_SIZE = "... expected batch_size to be a whole number of at least 1, got"
EPOCHS = "training expected epochs to be a whole number of at least 0, got"
ONE_ROW = "expected X with one row for each example, got shape (3,): X.reshape(-1, 1) has one feature, ..."
PIXELS = "expected floats, got uint8, which looks like raw pixels: divide by 255 first"
TARGETS = "expected one target for each of at least one row, got X"

VALUE_ERRORS = [
    # the shape of X
    ("Dense(3, 4) expected X of shape (n, 3), got (6, 2)", lambda: dense().forward(X[:, :2])),
    ("Dense(3, 4) expected X of shape (n, 3), got (6, 2)", lambda: new_model().forward(X[:, :2])),
    ("Dense(3, 4) expected X of shape (n, 3), got (6, 2)", lambda: run(X[:, :2])),
    ("Dense(3, 4) expected X of shape (n, 3), got (6, 2)", lambda: evaluate(new_model(), X[:, :2], y)),
    ("Dense(3, 4) expected X of shape (n, 3), got (1, 6, 3)", lambda: new_model().forward(X[np.newaxis])),
    (
        "Dense(3, 4) expected X of shape (n, 3), got (3,); one example is a row: X[np.newaxis]",
        lambda: new_model().forward(X[0]),
    ),
    (f"training {ONE_ROW}", lambda: run(X[0])),
    (f"evaluate {ONE_ROW}", lambda: evaluate(new_model(), X[0], y[:1])),
    *[
        (
            f"Dense({n_in}, 4) expected X of shape (n, {n_in}), got {given.shape}; {cure}",
            lambda n_in=n_in, given=given: Dense(n_in, 4, rng=rng()).forward(given),
        )
        for n_in, given, cure in [
            (1, X[:, 0], "one feature is a column: X.reshape(-1, 1)"),
            (784, np.ones((2, 28, 28)), "each example has to be one row: X.reshape(len(X), -1)"),
            (3, np.ones((2, 28, 28)), "each example has to be one row, of 784 numbers: X.reshape(len(X), -1)"),
            (5, np.ones((2, 5, 1)), "each example has to be one row: X.reshape(len(X), -1)"),
            (3, X.T, "one example is a row, not a column: X.T"),
            (2, X, "is one of the columns the label?"),
        ]
    ],
    # the numbers in X and in the targets
    ("training expected finite numbers in X, got nan in row 4", lambda: run(row(np.nan))),
    ("training expected finite numbers in X, got inf in row 0", lambda: run(row(np.inf, where=0))),
    ("training expected finite numbers in X, got -inf in row 5", lambda: run(row(-np.inf, where=5), batch_size=2)),
    (
        "validation expected finite numbers in X, got nan in row 4",
        lambda: run(validation=(row(np.nan), y)),
    ),
    ("evaluate expected finite numbers in X, got nan in row 4", lambda: evaluate(new_model(), row(np.nan), y)),
    ("training expected finite numbers in y, got nan in row 4", lambda: run(y=row(np.nan), loss=MeanSquaredError())),
    (f"training {PIXELS}", lambda: run(np.ones((6, 3), np.uint8))),
    (f"validation {PIXELS}", lambda: run(validation=(np.ones((6, 3), np.uint8), y))),
    (f"evaluate {PIXELS}", lambda: evaluate(new_model(), np.ones((6, 3), np.uint8), y)),
    # as many targets as rows, and at least one
    (f"training {TARGETS} (6, 3) and y (5,)", lambda: run(y=y[:5])),
    (f"training {TARGETS} (6, 3) and y ()", lambda: run(y=1)),
    (f"training {TARGETS} (0, 3) and y (0,)", lambda: run(X[:0], y[:0])),
    (f"validation {TARGETS} (6, 3) and y (5,)", lambda: run(validation=(X, y[:5]))),
    (f"evaluate {TARGETS} (0, 3) and y (0,)", lambda: evaluate(new_model(), X[:0], y[:0])),
    (f"minibatches {TARGETS} (0,) and y (0,)", lambda: [*minibatches([], [], 2)]),
    (f"minibatches {TARGETS} (6, 3) and y (5,)", lambda: [*minibatches(X, y[:5], 2)]),
    (f"training {TARGETS} (3, 6) and y (6,): one example is a row, so try X.T", lambda: run(X.T)),
    (
        f"training {TARGETS} (3, 6) and y (1, 6): one example is a row, so try X.T and y.T",
        lambda: run(X.T, y[np.newaxis]),
    ),
    (f"training {TARGETS} (6, 3) and y (1, 6): try y.ravel()", lambda: run(y=y[np.newaxis])),
    (
        "training expected numbers in y, got text (<U1): np.unique(y, return_inverse=True)[1] numbers classes",
        lambda: run(y=y.astype("U1")),
    ),
    ("training expected validation to be a pair (X, y), got ndarray of 6", lambda: run(validation=X)),
    ("training expected validation to be a pair (X, y), got 0.2", lambda: run(validation=0.2)),
    (
        "training expected validation to be a pair (X, y), got list of 6",
        lambda: run(validation=list(zip(X, y, strict=True))),
    ),
    (
        "training expected numbers in X, got pairs (x, y): ...",
        lambda: run([(x[:, np.newaxis], x[:2]) for x in X]),
    ),
    (
        "SoftmaxCrossEntropy() expected integer labels ... got shape (5,)",
        lambda: SoftmaxCrossEntropy().forward(X, y[:5]),
    ),
    ("accuracy expected integer labels of shape (6,) from 0 to 2, got shape (5,)", lambda: accuracy(X, y[:5])),
    ("confusion_matrix expected integer labels ... got shape (5,)", lambda: confusion_matrix(y[:5], y, 3)),
    # targets
    ("accuracy expected logits of shape (n, n_classes) with n > 0, got (3,)", lambda: accuracy(X[0], y[:1])),
    ("accuracy expected logits of shape (n, n_classes) with n > 0, got (0, 3)", lambda: accuracy(X[:0], y[:0])),
    (
        "SoftmaxCrossEntropy() expected logits of shape (n, n_classes), got (6,)",
        lambda: SoftmaxCrossEntropy().forward(X[:, 0], y),
    ),
    (
        "QuadraticCost() expected a prediction of shape (n, n_out), got (6,)",
        lambda: QuadraticCost().forward(X[:, 0], X[:, :1]),
    ),
    (
        "BinaryCrossEntropy() expected targets from 0 to 1, got -1.0 to 1.0",
        lambda: BinaryCrossEntropy().forward(X[:2, 0], np.array([-1, 1])),
    ),
    (
        "BinaryCrossEntropy() expected targets from 0 to 1, got 0.0 to 2.0",
        lambda: run(y=np.c_[y], model=new_model(n_out=1), loss=BinaryCrossEntropy()),
    ),
    # pictures
    (
        "plot_images expected pictures (n, height, width), or square ones as rows, got (6, 3)",
        lambda: plot_images(X, "abc"),
    ),
    ("plot_confusion expected a table of shape (n, n), got (6, 3)", lambda: plot_confusion(X)),
    # numbers of a run
    *[
        (f"{BATCH_SIZE} {size}", lambda size=size, call=call: call(size))
        for size in [0, -1, 2.5, np.nan, np.inf]
        for call in [lambda size: [*minibatches(X, y, size)], lambda size: run(batch_size=size)]
    ],
    *[(f"{EPOCHS} {n}", lambda n=n: run(epochs=n)) for n in [-1, 1.5, np.nan, np.inf]],
    # layers
    ("Dense expected n_in to be a whole number of at least 1, got 0", lambda: Dense(0, 4, rng=rng())),
    ("Dense expected n_in to be a whole number of at least 1, got 2.5", lambda: Dense(2.5, 4, rng=rng())),
    ("Dense expected n_out to be a whole number of at least 1, got '4'", lambda: Dense(3, "4", rng=rng())),
    (
        "Dense(3, 4) expected init to return W of shape (3, 4), got (4, 3)",
        lambda: Dense(3, 4, rng=rng(), init=lambda n_in, n_out, rng: np.ones((n_out, n_in))),
    ),
    *[(f"Dropout expected 0 <= rate < 1, got {r}", lambda r=r: Dropout(r, rng=rng())) for r in [-0.1, 1, 1.5, np.nan]],
    *[(f"LeakyReLU expected 0 <= slope < 1, got {s}", lambda s=s: LeakyReLU(s)) for s in [-0.1, 1, 1.5, np.nan]],
    ("uniform expected low < high, got low = 1, high = 0", lambda: uniform(1, 0)),
    ("logic_gate expected one of and, or, nand, xor, got 'nor'", lambda: logic_gate("nor")),
    # the model
    ("Sequential expected at least one layer, got none", lambda: Sequential()),
    (
        "Sequential: layer 3, Dense(5, 2), expected 5 features, got 4 from the layers before it",
        lambda: Sequential(dense(), ReLU(), Dense(5, 2, rng=rng())),
    ),
    (
        "Sequential: layer 3, ReLU(), expected a layer of its own, got the same layer twice",
        lambda: Sequential(relu := ReLU(), Tanh(), relu),
    ),
    (
        "Sequential: layer 2, ... expected an object with forward and backward, got <class 'nnlib.activations.ReLU'>",
        lambda: Sequential(dense(), ReLU),
    ),
    (
        "Sequential: layer 1, ... expected an object with forward and backward, got [Dense(3, 4), ReLU()]",
        lambda: Sequential([dense(), ReLU()]),
    ),
    ("Sequential: layer 1, ... expected ..., got ...", lambda: Sequential(new_model(), Dense(3, 2, rng=rng()))),
    ("Sequential expected dtype ..., got int64", lambda: new_model(dtype=np.int64)),
    ("OwnLayer() expected the names ['W'] in its `parameters`, got none", lambda: Sequential(OwnLayer("W", "dW"))),
    (
        "OwnLayer() expected the names ['b'] in its `parameters`, got ...",
        lambda: Sequential(OwnLayer("W", "dW", "b", "db", parameters=("W",))),
    ),
    # arrays that are assigned: noticed by whoever comes first
    *[
        (
            "Dense(3, 4).W expected shape (3, 4), got (3, 9)",
            lambda then=then: assign(dense(), "W", np.ones((3, 9)), then),
        )
        for then in [
            lambda model: model.params,
            lambda model: model.forward(X),
            lambda model: run(model=model),
        ]
    ],
    (
        "Dense(3, 4).db expected shape (4,), got (1, 4)",
        lambda: assign(dense(), "db", np.ones((1, 4)), lambda model: model.grads),
    ),
    # an object is missing its brackets, or stands in the wrong place
    ("training expected ...model..., got <class 'nnlib.model.Sequential'>...", lambda: run(model=Sequential)),
    (
        "training expected ...loss..., got <class 'nnlib.losses.MeanSquaredError'>...",
        lambda: run(loss=MeanSquaredError),
    ),
    ("training expected ...optimizer..., got <class 'nnlib.optimizers.Adam'>...", lambda: run(optimizer=Adam)),
    ("training expected ...loss..., got SGD(lr=0.1)...", lambda: run(loss=SGD(0.1), optimizer=SoftmaxCrossEntropy())),
    # optimizers
    *[(f"SGD expected 0 <= momentum < 1, got {m}", lambda m=m: SGD(0.1, momentum=m)) for m in [-0.1, 1, np.nan]],
    *[(f"RMSProp expected 0 <= alpha < 1, got {a}", lambda a=a: RMSProp(alpha=a)) for a in [-0.1, 1, np.nan]],
    *[
        ("Adam expected 0 <= each of betas < 1, got 1.5", lambda betas=betas: Adam(betas=betas))
        for betas in [(1.5, 0.9), (0.9, 1.5)]
    ],
    *[(f"Adam expected ...betas..., got {b}", lambda b=b: Adam(betas=b)) for b in [0.9, (0.9,), (0.9, 0.9, 0.9)]],
    *[
        (f"{cls.__name__} expected a finite eps > 0, got {eps}", lambda cls=cls, eps=eps: cls(eps=eps))
        for cls in [RMSProp, Adam]
        for eps in [-1, 0, np.nan, np.inf]
    ],
    ("SGD expected momentum > 0 with nesterov=True, got momentum = 0", lambda: SGD(0.1, nesterov=True)),
    ("SGD(lr=0.1) expected grads of shape (3,), got (2,)", lambda: SGD(0.1).step(np.ones(3), np.ones(2))),
]


@pytest.mark.parametrize(("message", "call"), VALUE_ERRORS, ids=[message for message, _ in VALUE_ERRORS])
def test_bad_input(message, call):
    assert_raises(ValueError, message, call)


BAD_LABELS = {
    "float64: use labels.astype(int)": y / 1,
    "float64, such as 0.5": y / 2,
    "bool: use labels.astype(int)": y > 0,
    "labels from 1 to 3: use labels - 1": y + 1,
    "labels from -1 to 1": y - 1,
    "shape (6, 3), which looks one-hot: use labels.argmax(axis=1)": np.eye(3, dtype=int)[y],
    "shape (6, 1): use labels.ravel()": y[:, np.newaxis],
}
TAKE_LABELS = {
    "SoftmaxCrossEntropy() in forward": lambda labels: SoftmaxCrossEntropy().forward(X, labels),
    "SoftmaxCrossEntropy() in fit": lambda labels: run(y=labels),
    "SoftmaxCrossEntropy() in evaluate": lambda labels: evaluate(new_model(), X, labels),
    "accuracy": lambda labels: accuracy(X, labels),
    "one_hot": lambda labels: one_hot(labels, 3),
    "confusion_matrix of labels": lambda labels: confusion_matrix(y, labels, 3),
    "confusion_matrix of predictions": lambda predicted: confusion_matrix(predicted, y, 3),
}


@pytest.mark.parametrize("problem", BAD_LABELS)
@pytest.mark.parametrize("who", TAKE_LABELS)
def test_bad_labels(who, problem):
    message = f"{who.split()[0]} expected integer labels of shape (6,) from 0 to 2, got {problem}"
    assert_raises(ValueError, message, TAKE_LABELS[who], BAD_LABELS[problem])


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        (np.where(y == 1, np.nan, y), "float64, such as nan"),
        (y.astype("U1"), "<U1: np.unique(labels, return_inverse=True)[1] numbers them"),
        (y.astype(str).astype(object), "object: np.unique(labels, return_inverse=True)[1] numbers them"),
    ],
)
@pytest.mark.parametrize("who", ["accuracy", "one_hot", "SoftmaxCrossEntropy() in forward"])
def test_labels_with_names_and_gaps(who, labels, problem):
    message = f"{who.split()[0]} expected integer labels of shape (6,) from 0 to 2, got {problem}"
    assert_raises(ValueError, message, TAKE_LABELS[who], labels)


def test_minus_one_and_one_are_told_the_cure():
    problem = "labels from -1 to 1: use (labels + 1) // 2"
    assert_raises(ValueError, f"one_hot ... from 0 to 1, got {problem}", one_hot, 2 * (y % 2) - 1, 2)


def test_accuracy_of_labels_is_told_the_cure():
    message = "accuracy expected logits of shape (n, n_classes) with n > 0, got (6,); labels are compared by ..."
    assert_raises(ValueError, message, accuracy, y, y)


LATE = {  # what is wrong with the last row alone
    "labels from 0 to 3": {"y": np.where(np.arange(6) == 5, 3, y)},
    "labels from 0 to 3 ": {"validation": (X, np.where(np.arange(6) == 5, 3, y))},
    "-1.0 to 1.0": {"y": np.c_[[0, 1, 0, 1, 0, -1]], "n_out": 1, "loss": BinaryCrossEntropy()},
    "(6, 2); ": {"validation": (X[:, :2], y)},
    "(6, 1): use labels.ravel()": {"validation": (X, y[:, np.newaxis])},
}


@pytest.mark.parametrize("came", LATE)
def test_what_comes_late_is_noticed_before_the_first_step(came):
    options = LATE[came] | {"optimizer": (optimizer := Adam()), "batch_size": 1, "rng": None}
    model = new_model(n_out=options.pop("n_out", 3))
    before = model.params.copy()
    with pytest.raises(ValueError, match=f"got .*{re.escape(came.strip('; '))}"):
        run(**options, model=model)
    assert optimizer.t == 0
    np.testing.assert_array_equal(model.params, before)


def test_one_column_of_scores_cannot_tell_two_classes():
    problem = "labels from 0 to 1: use an output for each class, or BinaryCrossEntropy"
    for call in [SoftmaxCrossEntropy().forward, accuracy]:
        assert_raises(ValueError, f"... from 0 to 0, got {problem}", call, X[:, :1], y % 2)


@pytest.mark.parametrize("value", [2, 2.5, "2", None])
@pytest.mark.parametrize("who", [who for who in TAKE_LABELS if " in " not in who])
def test_a_single_value_in_place_of_labels(who, value):
    rows = 1 if who in ("one_hot", "confusion_matrix of labels") else 6
    message = f"{who.split()[0]} expected integer labels of shape ({rows},) from 0 to 2, got {value!r}: put labels into"
    assert_raises(ValueError, f"{message} a list or an array", TAKE_LABELS[who], value)


@pytest.mark.parametrize("n_classes", [0, -1, 2.5, "3", None])
def test_a_strange_number_of_classes(n_classes):
    message = f"expected n_classes to be a whole number of at least 1, got {n_classes!r}"
    assert_raises(ValueError, f"one_hot {message}", one_hot, y, n_classes)
    assert_raises(ValueError, f"confusion_matrix {message}", confusion_matrix, y, y, n_classes)


NOT_NUMBERS = {
    "text (<U3)": np.full((6, 3), "1.5"),
    "bytes (|S1)": np.full((6, 3), b"1"),
    "objects (object)": np.full((6, 3), 1, object),
    "dates (datetime64[D])": np.full((6, 3), "2026-01-01", "datetime64[D]"),
    "durations (timedelta64[s])": np.full((6, 3), 1, "timedelta64[s]"),
    "complex numbers (complex128)": X + 0j,
    "records ([('a', '<f8')])": np.ones((6, 3), [("a", float)]),
}
TAKE_NUMBERS = {  # who, which argument, and a call with it; X, y and what comes back have the shape (6, 3)
    "training X": lambda bad: run(bad),
    "training y": lambda bad: run(y=bad, loss=MeanSquaredError()),
    "validation X": lambda bad: run(validation=(bad, y)),
    "validation y": lambda bad: run(y=X, validation=(X, bad), loss=MeanSquaredError()),
    "evaluate X": lambda bad: evaluate(new_model(), bad, y),
    "evaluate y": lambda bad: evaluate(new_model(), X, bad, MeanSquaredError()),
    "Sequential X": lambda bad: new_model().forward(bad),
    "softmax logits": softmax,
    "accuracy logits": lambda bad: accuracy(bad, y),
    "SGD(lr=0.1) grads": lambda bad: SGD(0.1).step(np.ones((6, 3)), bad),
    "Tensor data": Tensor,
    "Dense(3, 4) X": lambda bad: dense().forward(bad),
    **{f"{layer} X": build(type(layer)).forward for layer in map(build, LAYERS) if not layer.parameters},
    **{f"{loss} prediction": lambda bad, loss=loss: loss.forward(bad, y) for loss in map(build, LOSSES)},
    **{
        f"{loss} target": lambda bad, loss=loss: loss.forward(X, bad)
        for loss in map(build, LOSSES)
        if not isinstance(loss, SoftmaxCrossEntropy)
    },
}


@pytest.mark.parametrize("came", NOT_NUMBERS)
@pytest.mark.parametrize("who", TAKE_NUMBERS)
def test_what_is_no_number_is_refused(who, came):
    """NumPy reads "1.5" as 1.5 and drops what is imaginary, without an error."""
    owner, name = who.rsplit(" ", 1)
    message = f"{owner} expected numbers in {name}, got {came}: convert them to numbers"
    assert_raises(ValueError, message, TAKE_NUMBERS[who], NOT_NUMBERS[came])


@pytest.mark.parametrize("who", TAKE_LABELS)
def test_labels_that_are_no_numbers(who):
    for labels in [y.astype(str), y.astype(object), y + 0j, y.astype("datetime64[D]"), y.astype("timedelta64[s]")]:
        came = re.escape(str(labels.dtype))
        with pytest.raises(ValueError, match=rf"expected (integer labels|numbers in y).*, got .*{came}"):
            TAKE_LABELS[who](labels)


def test_rows_of_different_lengths():
    message = "training expected numbers in X, got rows of different lengths"
    assert_raises(ValueError, message, run, [[1.0, 2.0, 3.0], [1.0, 2.0]], y[:2])


@pytest.mark.parametrize("dtype", [int, object, complex, bool])
def test_parameters_that_cannot_be_stepped(dtype):
    params = np.ones(3, dtype)
    assert_raises(
        ValueError,
        f"SGD(lr=0.1) expected params to be an array of floats, changed in place; got {params.dtype}",
        SGD(0.1).step,
        params,
        X[0],
    )


@pytest.mark.parametrize(("dtype", "n_classes"), [(np.uint8, 17), (np.int8, 12), (np.uint64, 3)])
def test_confusion_matrix_counts_right_with_any_kind_of_integer(dtype, n_classes):
    labels = np.arange(n_classes, dtype=dtype)
    np.testing.assert_array_equal(confusion_matrix(labels, labels.astype(int), n_classes), np.eye(n_classes))
    np.testing.assert_array_equal(confusion_matrix(labels.astype(int), labels, n_classes), np.eye(n_classes))


@pytest.mark.parametrize("cls", [c for c in LOSSES if c is not SoftmaxCrossEntropy])
def test_column_against_row_is_refused(cls):
    """NumPy would broadcast (4, 1) - (4,) to (4, 4) without a word."""
    column, flat = np.full((6, 1), 0.5), np.full(6, 0.5)
    message = (
        f"{cls.__name__}() expected target of shape (6, 1), got (6,); the prediction is a column: target.reshape(-1, 1)"
    )
    assert_raises(ValueError, message, cls().forward, column, flat)
    assert_raises(ValueError, message, run, y=flat, model=new_model(n_out=1), loss=cls())
    assert_raises(ValueError, f"{cls.__name__}() expected ...(6,)...", cls().forward, flat, column)


@pytest.mark.parametrize("cls", LOSSES)
def test_empty_batch_in_a_loss(cls):
    message = f"{cls.__name__}() expected at least one row, got an empty batch (0, 3)"
    assert_raises(ValueError, message, cls().forward, X[:0], X[:0])


CURES = [  # prediction, target, and what to write
    (np.ones((6, 1)), np.ones(6), "the prediction is a column: target.reshape(-1, 1)"),
    (np.ones(6), np.ones((6, 1)), "the prediction is no column: target.ravel()"),
    (np.ones((6, 3)), y, "are these labels? one_hot(labels, 3)"),
    (np.ones((6, 3)), y[:, np.newaxis], "are these labels? one_hot(labels, 3)"),
    (np.ones((6, 3)), np.ones((3, 6)), "one example is a row: target.T"),
]


@pytest.mark.parametrize(("prediction", "target", "cure"), CURES, ids=[cure for *_, cure in CURES])
def test_a_target_of_another_shape_is_told_the_cure(prediction, target, cure):
    message = f"MeanSquaredError() expected target of shape {prediction.shape}, got {target.shape}; {cure}"
    assert_raises(ValueError, message, MeanSquaredError().forward, prediction, target)


# Layers, losses and optimizers, each of them


@pytest.mark.parametrize("cls", LAYERS + LOSSES)
def test_backward_before_forward(cls):
    thing = build(cls)
    dY = [WIDE] if isinstance(thing, Layer) else []
    message = f"{thing}.backward was called before forward: there is no ... yet"
    assert_raises(RuntimeError, message, thing.backward, *dY)


@pytest.mark.parametrize("cls", LAYERS)
def test_backward_before_forward_in_a_model(cls):
    layer = build(cls)
    message = f"{layer}.backward was called before forward: there is no ... yet"
    assert_raises(RuntimeError, message, Sequential(layer).backward, WIDE)
    assert_raises(RuntimeError, message, Sequential(Dense(3, 5, rng=rng()), layer).backward, WIDE)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("cls", LAYERS)
def test_gradient_of_another_shape(cls, training):
    layer = build(cls)
    Y = layer.forward(WIDE, training=training)
    for dY in [Y[:5], Y[:1], Y[0], Y[:, :2], Y[:, :1]]:
        assert_raises(ValueError, f"{layer} expected dY of shape {Y.shape}, got {dY.shape}", layer.backward, dY)


@pytest.mark.parametrize("cls", LAYERS)
def test_whole_numbers_are_numbers_too(cls):
    """Integers give what the same floats give, forward and backward."""
    whole, same = build(cls), build(cls)
    Y = same.forward(WIDE / 1, training=True)
    np.testing.assert_array_equal(whole.forward(WIDE, training=True), Y)
    np.testing.assert_array_equal(whole.backward(Y), same.backward(Y))


@pytest.mark.parametrize("lr", [0, -0.1, np.nan, np.inf])
@pytest.mark.parametrize("cls", OPTIMIZERS)
def test_learning_rate(cls, lr):
    message = f"{cls.__name__} expected a finite lr > 0, got {lr}"
    assert_raises(ValueError, message, cls, lr=lr)
    optimizer = cls(lr=0.5)
    assert_raises(ValueError, message, setattr, optimizer, "lr", lr)
    assert optimizer.lr == 0.5


@pytest.mark.parametrize("cls", OPTIMIZERS)
def test_weight_decay(cls):
    for value in [-0.1, np.nan, np.inf]:
        message = f"{cls.__name__} expected 0 <= weight_decay < inf, got {value}"
        assert_raises(ValueError, message, cls, lr=0.1, weight_decay=value)


@pytest.mark.parametrize("optimizer", [SGD(0.1), SGD(0.1, momentum=0.9), *map(build, OPTIMIZERS)], ids=repr)
def test_one_optimizer_for_two_models(optimizer):
    first, second = new_model(), new_model()
    run(model=first, optimizer=optimizer)
    before = second.params.copy()
    if optimizer.slots:  # it remembers the gradients of the first model, which mean nothing to the second
        message = f"{optimizer} already steps other parameters: make one optimizer for each model"
        assert_raises(RuntimeError, message, run, model=second, optimizer=optimizer)
        np.testing.assert_array_equal(second.params, before)
    else:
        run(model=second, optimizer=optimizer)
        assert not np.array_equal(second.params, before)
    run(model=first, optimizer=optimizer)


# A seed is no generator

ARGUMENTS = {
    "n": 6, "n_in": 3, "n_out": 3, "rate": 0.5, "layer": Tanh(), "X": X, "y": y, "batch_size": 2, "epochs": 1,
    "path": "none", "model": new_model(), "loss": SoftmaxCrossEntropy(), "optimizer": SGD(0.1),
}  # fmt: skip
TAKE_RNG = {
    f.__name__: f
    for f in [*(value for module in CORE for value in vars(module).values()), uniform(0, 1)]
    if callable(f) and getattr(f, "__module__", "").startswith("nnlib") and not f.__name__.startswith("_")
    if "rng" in inspect.signature(f).parameters and f is not check_rng
}


def test_discovery():
    assert {"Dense", "Dropout", "train", "minibatches", "moons", "he_normal", "check_layer"} <= TAKE_RNG.keys()


@pytest.mark.parametrize("name", TAKE_RNG)
def test_seed_in_place_of_a_generator(name):
    f = TAKE_RNG[name]

    def call():
        needed = [k for k, p in inspect.signature(f).parameters.items() if p.default is p.empty and k != "rng"]
        result = f(**{k: ARGUMENTS[k] for k in needed}, rng=42)
        if inspect.isgenerator(result):
            next(result)

    assert_raises(ValueError, "... expected rng to be np.random.default_rng(seed), got int", call)


# A loss that is no number any more

TOO_LARGE = "Likely cause: SGD(lr=1e+30) takes steps that are too large; try a tenth of that lr"
DIVERGING = {
    "a step later": (
        f"training stopped: the loss became ... in epoch 1, step 2; a step earlier it was .... {TOO_LARGE}",
        {"y": X, "loss": MeanSquaredError(), "batch_size": 3},
    ),
    "an epoch later": (
        f"training stopped: the loss became ... in epoch 2, step 1. {TOO_LARGE}",
        {"y": X, "loss": MeanSquaredError()},
    ),
    "after a look at validation data": (
        f"training stopped: the loss became ... in epoch 2, step 1. {TOO_LARGE}",
        {"y": X, "loss": MeanSquaredError(), "validation": (X, X)},
    ),
    "huge inputs": (
        "training stopped: the loss became ... in epoch 1, step 1, before any step was taken. "
        "Large inputs: the root of the mean square of X is 6...e+299. Likely cause: ...",
        {"X": HUGE},
    ),
    "huge inputs in the last batch": (
        "training stopped: the loss became ... in epoch 1, step 3...",
        {"X": HUGE, "batch_size": 2},
    ),
}


@pytest.mark.parametrize(("message", "options"), DIVERGING.values(), ids=DIVERGING)
def test_training_stops_when_the_loss_is_no_number(message, options):
    options = {"optimizer": SGD(1e30), "epochs": 3, "rng": None} | options
    assert_raises(RuntimeError, message, run, **options)


def test_a_model_ruined_by_the_very_last_step_is_noticed():
    message = "training stopped: parameters are not finite after epoch 1. Likely cause: SGD(lr=1e+60)..."
    assert_raises(RuntimeError, message, run, y=X, loss=MeanSquaredError(), optimizer=SGD(lr=1e60))


def test_a_ruined_model_is_named_as_the_cause():
    """Running the cell again with a smaller lr does not help: the weights are what has to be new."""
    model = new_model()
    model.params[:] = np.nan
    message = (
        "training stopped: the loss became nan in epoch 1, step 1, before any step was taken...parameters...finite..."
    )
    assert_raises(RuntimeError, message, run, model=model)


# Ctrl-C


class StopAt:
    """A layer that changes nothing, and calls `stop` in one step of the training."""

    def __init__(self, step, stop, method):
        self.step, self.stop, self.method, self.steps = step, stop, method, 0

    def forward(self, X, training=False):
        self.steps += training
        return self.perhaps("forward", X) if training else X

    def backward(self, dY, input_grad=True):
        return self.perhaps("backward", dY)

    def perhaps(self, method, array):
        if method == self.method and self.steps == self.step:
            self.stop()
        return array


def interrupt():
    raise KeyboardInterrupt


def press_ctrl_c():
    signal.raise_signal(signal.SIGINT)


def press_ctrl_c_soon():
    threading.Timer(0.02, press_ctrl_c).start()


@pytest.fixture
def _ctrl_c_raises():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_ctrl_c_raises")
@pytest.mark.parametrize("method", ["forward", "backward"])
@pytest.mark.parametrize("stop", [interrupt, press_ctrl_c, press_ctrl_c_soon])
def test_ctrl_c_keeps_what_was_learned(stop, method):
    stopper = StopAt(8, stop, method)  # the second step of the third epoch
    model, optimizer = new_model(stopper), Adam(0.01)
    before = model.params.copy()
    with threadpool_limits(2, user_api="blas"), np.errstate(all="raise", under="ignore"):
        try:
            history = run(model=model, optimizer=optimizer, batch_size=2, epochs=10_000, validation=(X, y))
        except KeyboardInterrupt:
            pytest.fail("fit let the KeyboardInterrupt through")
        if stop is not press_ctrl_c_soon:  # which may strike in the middle of restoring them
            assert {library["num_threads"] for library in threadpool_info()} == {2}, "BLAS is limited as before"
            assert np.geterr()["over"] == "raise", "NumPy is as loud as before"

    assert [epoch.number for epoch in history] == [*range(1, len(history) + 1)]
    assert len(history) == 2 if stop is not press_ctrl_c_soon else 2 <= len(history) <= stopper.steps // 3
    assert history.loss.shape == history.val_accuracy.shape == (len(history),)
    assert np.isfinite(history.loss).all()
    assert np.isfinite(model.params).all()
    assert not np.array_equal(model.params, before)
    assert np.isfinite(evaluate(model, X, y).loss)

    again = run(model=model, optimizer=optimizer, batch_size=2, epochs=50)
    assert len(again) == 50
    assert again[-1].loss < history[0].loss


# Files of digits

IDX = b"\0\0\x08\x02" + struct.pack(">2I", 2, 3) + bytes(range(6))  # [[0 1 2] [3 4 5]]
GZIP = gzip.compress(IDX, mtime=0)
WHOLE = "read_idx expected a whole gzip file, got {path}: ..."
START = "read_idx expected {path} to start with 00 00 08 (IDX of uint8) or 00 00 0c (of int32), got"
REINSTALL = ". This file belongs to nnlib: install the package again"
BAD_FILES = {
    "cut": (GZIP[:-9], WHOLE),
    "cut before the checksum": (GZIP[:-8], WHOLE),
    "flipped byte": (GZIP[:20] + bytes([GZIP[20] ^ 0xFF]) + GZIP[21:], WHOLE),
    "not compressed, cut": (IDX[:-1], "read_idx expected (2, 3) items in {path}, got 5: the file is cut or damaged"),
    "an error page": (b"<html>404 Not Found</html>", WHOLE),
    "empty": (b"", f"{START} an empty file"),
    "nothing inside": (gzip.compress(b""), f"{START} an empty file"),
    "wrong magic": (gzip.compress(b"\1" + IDX[1:]), f"{START} 01 00 08 02"),
    "floats": (gzip.compress(b"\0\0\x0d\2" + IDX[4:]), f"{START} 00 00 0d 02"),
    "header cut": (gzip.compress(IDX[:7]), "read_idx expected a header of 12 bytes in {path}, got 7 bytes"),
    "one item too few": (
        gzip.compress(IDX[:-1]),
        "read_idx expected (2, 3) items in {path}, got 5: the file is cut or damaged",
    ),
    "one item too many": (
        gzip.compress(IDX + b"\0"),
        "read_idx expected (2, 3) items in {path}, got 7: the file is cut or damaged",
    ),
    "other bytes": (
        gzip.compress(IDX[:-1] + b"\7"),
        "read_idx expected the original file in {path}, got other bytes (SHA-256 differs)",
    ),
}


@pytest.mark.parametrize(("content", "message"), BAD_FILES.values(), ids=BAD_FILES)
def test_bad_idx_file(tmp_path, content, message):
    path = tmp_path / "digits.gz"
    path.write_bytes(content)
    assert_raises(ValueError, message.format(path=path), read_idx, path, hashlib.sha256(IDX).hexdigest())


def test_directory_in_place_of_an_idx_file(tmp_path):
    assert_raises(ValueError, WHOLE.format(path=tmp_path), read_idx, tmp_path)


def test_no_flipped_byte_goes_unnoticed(tmp_path):
    path = tmp_path / "digits.gz"
    harmless = 0
    for place in range(len(GZIP)):
        path.write_bytes(GZIP[:place] + bytes([GZIP[place] ^ 0xFF]) + GZIP[place + 1 :])
        try:
            np.testing.assert_array_equal(read_idx(path), [[0, 1, 2], [3, 4, 5]])
            harmless += 1
        except ValueError as error:
            assert str(error).startswith(WHOLE.format(path=path).removesuffix("..."))  # noqa: PT017, some flips are harmless
    assert harmless <= 6  # the time stamp, the system and a hint on the level of compression say nothing of the data


LOADERS = {load_mnist: mnist, load_uci_digits: uci}


@pytest.mark.parametrize(("load", "name"), [(load, name) for load, module in LOADERS.items() for name in module.SHA256])
def test_loaders_check_each_file(tmp_path, monkeypatch, load, name):
    """A miniature of the files stands in for them: two images of three pixels."""
    module = LOADERS[load]
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    for each in module.SHA256:
        content = IDX if "images" in each else b"\0\0\x08\x01" + struct.pack(">I", 2) + b"\1\2"
        monkeypatch.setitem(module.SHA256, each, hashlib.sha256(content).hexdigest())
        (tmp_path / each).write_bytes(gzip.compress(content))
    labels = load_mnist()[1][1] if load is load_mnist else load_uci_digits()[1]
    assert labels.tolist() == [1, 2]

    path = tmp_path / name
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert_raises(ValueError, WHOLE.format(path=path) + REINSTALL, load)
    path.write_bytes(gzip.compress(gzip.decompress(whole)[:-1] + b"\7"))
    assert_raises(ValueError, BAD_FILES["other bytes"][1].format(path=path) + REINSTALL, load)
    path.unlink()
    message = f"read_idx expected the file {path}, and it is not there: install the package again"
    assert_raises(FileNotFoundError, message, load)

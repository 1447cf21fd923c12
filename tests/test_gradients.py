"""Every derivative in nnlib, three ways: by hand, by the tape, by central differences."""

import copy
import math

import numpy as np
import pytest
from discovery import LAYERS, LOSSES, build
from rules import NOTEBOOKS, load

from nnlib import (
    GELU,
    BinaryCrossEntropy,
    Dense,
    Dropout,
    ReLU,
    Sequential,
    Sigmoid,
    SoftmaxCrossEntropy,
    Tanh,
    one_hot,
    softmax,
)
from nnlib.activations import Activation
from nnlib.autodiff import Tensor
from nnlib.gradcheck import check_layer, numerical_gradient, relative_error
from nnlib.layers import Layer

BY_TAPE, BY_DIFFERENCES = 1e-10, 1e-6


def batch(rng):
    """Six examples with five features, no two alike, spread over the corners and curves of all activations."""
    return 2 * rng.standard_normal((6, 5))


def targets(loss, rng):
    """Predictions and targets of the kind that the loss wants; labels where it refuses an array."""
    prediction = 2 * rng.standard_normal((6, 4))
    target = rng.random((6, 4))
    try:
        loss.check(prediction, target)
    except ValueError:
        target = rng.integers(0, 4, 6)
    return prediction, target


def test_the_classes_are_found():
    found = {cls.__name__ for cls in LAYERS + LOSSES}
    assert found >= {"Dense", "Dropout", "ReLU", "LeakyReLU", "Sigmoid", "Tanh", "GELU"}
    assert found >= {"SoftmaxCrossEntropy", "BinaryCrossEntropy", "MeanSquaredError", "QuadraticCost"}


@pytest.mark.parametrize("cls", LAYERS)
def test_layer_by_differences(cls, rng):
    errors = check_layer(build(cls), batch(rng), rng=rng)
    assert set(errors) == {"dX"} | {f"d{name}" for name in cls.parameters}
    wrong = {name: f"{error:.1e}" for name, error in errors.items() if not error < BY_DIFFERENCES}
    assert not wrong, f"{cls.__name__}: backward and central differences disagree, relative errors {wrong}"


@pytest.mark.parametrize("cls", LAYERS)
def test_layer_by_tape(cls, rng):
    by_hand, by_tape = build(cls), build(cls)  # twins: the same seed
    X = batch(rng)
    Y = by_hand.forward(X, training=True)
    dY = rng.standard_normal(Y.shape)
    dX = by_hand.backward(dY)
    for name in cls.parameters:
        setattr(by_tape, name, Tensor(getattr(by_tape, name)))
    x = Tensor(X)
    y = by_tape.forward(x, training=True)
    (y * dY).sum().backward()
    assert relative_error(Y, y.data) < BY_TAPE
    assert relative_error(dX, x.grad) < BY_TAPE, f"{cls.__name__}: backward and the tape disagree about dX"
    for name in cls.parameters:
        assert relative_error(getattr(by_hand, f"d{name}"), getattr(by_tape, name).grad) < BY_TAPE, name


@pytest.mark.parametrize("cls", LOSSES)
def test_loss_three_ways(cls, rng):
    loss = build(cls)
    prediction, target = targets(loss, rng)
    value = loss.forward(prediction, target)
    assert isinstance(value, float)
    by_hand = loss.backward()
    by_differences = numerical_gradient(lambda: cls().forward(prediction, target), prediction)
    taped = Tensor(prediction)
    total = build(cls).f(taped, target)
    total.backward()
    assert relative_error(value, total.data) < BY_TAPE
    assert relative_error(by_hand, taped.grad) < BY_TAPE
    assert relative_error(by_hand, by_differences) < BY_DIFFERENCES


@pytest.mark.parametrize("cls", LOSSES)
def test_loss_is_a_mean_over_the_batch(cls, rng):
    prediction, target = targets(build(cls), rng)
    once, twice = build(cls), build(cls)
    value = once.forward(prediction, target)
    doubled = twice.forward(np.concatenate([prediction, prediction]), np.concatenate([target, target]))
    assert doubled == pytest.approx(value, rel=1e-12)
    assert relative_error(twice.backward()[:6], once.backward() / 2) < 1e-12


@pytest.mark.parametrize("cls", [cls for cls in LAYERS if issubclass(cls, Activation)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_activation_is_safe_far_out_and_keeps_its_dtype(cls, dtype):
    X = np.array([[-1000, -30, 0, 30, 1000]], dtype)
    layer = build(cls)
    Y = layer.forward(X)
    dX = layer.backward(np.ones_like(Y))
    assert Y.dtype == dX.dtype == dtype
    assert np.isfinite(Y).all()
    assert np.isfinite(dX).all()


def test_relu_has_slope_0_at_0():
    layer = ReLU()
    layer.forward(np.zeros((1, 1)))
    assert layer.backward(np.ones((1, 1))) == 0


def test_gelu_is_x_times_the_normal_distribution_function():
    X = np.linspace(-4, 4, 81)
    exact = [x * (1 + math.erf(x / math.sqrt(2))) / 2 for x in X]
    np.testing.assert_allclose(GELU().forward(X), exact, atol=5e-4)


def test_dropout_passes_everything_on_when_not_training(rng):
    layer = build(next(cls for cls in LAYERS if cls.__name__ == "Dropout"))
    X = batch(rng)
    np.testing.assert_array_equal(layer.forward(X), X)
    np.testing.assert_array_equal(layer.backward(X), X)
    many = layer.forward(np.ones((1000, 100)), training=True)
    assert set(np.unique(many)) == {0, 1 / 0.7}
    assert many.mean() == pytest.approx(1, abs=0.01)


def test_a_wrong_derivative_is_noticed(rng):
    class Wrong(Tanh):
        def derivative(self, X, Y):
            return 1 - Y

    assert check_layer(Wrong(), batch(rng), rng=rng)["dX"] > 1e-2


def test_a_wrong_dropout_is_noticed(rng):
    """It does something in training alone, so that is what is checked where nothing is said."""

    class Forgets(Dropout):
        def backward(self, dY, input_grad=True):
            return dY

    assert check_layer(Forgets(0.5, rng=rng), batch(rng), rng=rng)["dX"] > 1e-2
    assert check_layer(Forgets(0.5, rng=rng), batch(rng), rng=rng, training=False)["dX"] < 1e-6


def test_a_wrong_parameter_gradient_is_noticed(rng):
    class Forgets(Dense):
        def backward(self, dY, input_grad=True):
            dX = super().backward(dY, input_grad)
            self.db /= len(dY)
            return dX

    errors = check_layer(Forgets(5, 4, rng=rng), batch(rng), rng=rng)
    assert errors["db"] > 1e-2 > 1e-6 > errors["dW"]


def test_mistakes_cannot_cancel(rng):
    """Each row gets another row's gradient: the sum of all outputs does not notice."""

    class Swaps(Layer):
        def forward(self, X, training=False):
            return X * 1.0

        def backward(self, dY, input_grad=True):
            return dY[::-1]

    assert check_layer(Swaps(), batch(rng), rng=rng)["dX"] > 1e-2


def test_check_layer_leaves_layer_and_input_as_they_are(rng):
    layer, X = Dense(5, 4, rng=rng), batch(rng)
    W, kept = layer.W.copy(), X.copy()
    check_layer(layer, X, rng=rng)
    assert layer.X is None
    np.testing.assert_array_equal(layer.dW, 0)
    np.testing.assert_array_equal(layer.W, W)
    np.testing.assert_array_equal(X, kept)


def network(rng):
    return Sequential(
        Dense(5, 8, rng=rng), Tanh(), Dense(8, 8, rng=rng), Sigmoid(), Dense(8, 4, rng=rng), dtype=np.float64
    )


def test_whole_network_three_ways(rng):
    model, X, labels = network(rng), batch(rng), rng.integers(0, 4, 6)
    loss = SoftmaxCrossEntropy()
    loss.forward(model.forward(X), labels)
    dX = model.backward(loss.backward(), input_grad=True)
    by_hand = model.grads.copy()
    by_differences = numerical_gradient(lambda: SoftmaxCrossEntropy().forward(model.forward(X), labels), model.params)
    assert relative_error(by_hand, by_differences) < BY_DIFFERENCES
    tape, x = copy.deepcopy(model).layers, Tensor(X)
    learned = []
    for layer in tape:
        for name in layer.parameters:
            setattr(layer, name, Tensor(getattr(layer, name)))
            learned.append(getattr(layer, name))
    y = x
    for layer in tape:
        y = layer.forward(y)
    SoftmaxCrossEntropy().f(y, labels).backward()
    assert relative_error(dX, x.grad) < BY_TAPE
    assert relative_error(by_hand, np.concatenate([t.grad.ravel() for t in learned])) < BY_TAPE


def test_the_loops_agree_with_the_matrices(rng):
    """The version that a notebook writes first: one number at a time."""
    layer, X, dY = Dense(5, 4, rng=rng), batch(rng), rng.standard_normal((6, 4))
    layer.b = rng.standard_normal(4)
    Y, dW, db, dX = np.zeros((6, 4)), np.zeros((5, 4)), np.zeros(4), np.zeros((6, 5))
    for i in range(6):
        for k in range(4):
            Y[i, k] = layer.b[k]
            db[k] += dY[i, k]
            for j in range(5):
                Y[i, k] += X[i, j] * layer.W[j, k]
                dW[j, k] += X[i, j] * dY[i, k]
                dX[i, j] += dY[i, k] * layer.W[j, k]
    assert relative_error(layer.forward(X), Y) < 1e-12
    assert relative_error(layer.backward(dY), dX) < 1e-12
    assert relative_error(layer.dW, dW) < 1e-12
    assert relative_error(layer.db, db) < 1e-12


def test_backward_writes_and_does_not_accumulate(rng):
    layer, X, dY = Dense(5, 4, rng=rng), batch(rng), rng.standard_normal((6, 4))
    layer.forward(X)
    layer.backward(dY)
    once = layer.dW.copy()
    assert layer.backward(dY, input_grad=False) is None
    np.testing.assert_array_equal(layer.dW, once)


def test_softmax_is_safe_and_sums_to_1(rng):
    logits = np.array([[1000.0, 0, -1000], [0, 0, 0], [-1e300, 1e300, 0]])
    np.testing.assert_allclose(softmax(logits), [[1, 0, 0], [1 / 3, 1 / 3, 1 / 3], [0, 1, 0]])
    logits = rng.standard_normal((6, 4))
    np.testing.assert_allclose(softmax(logits), np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))


def test_cross_entropy_is_minus_log_softmax(rng):
    logits, labels = rng.standard_normal((6, 4)), rng.integers(0, 4, 6)
    expected = -np.log((softmax(logits) * one_hot(labels, 4)).sum(axis=1)).mean()
    assert SoftmaxCrossEntropy().forward(logits, labels) == pytest.approx(expected, rel=1e-12)


def test_binary_cross_entropy_is_safe_and_minus_log_sigmoid(rng):
    loss = BinaryCrossEntropy()
    for z, t, expected in [(1000.0, 1, 0), (1000.0, 0, 1000), (-1000.0, 1, 1000), (-1000.0, 0, 0)]:
        assert loss.forward(np.array([[z]]), np.array([[t]])) == expected
        assert loss.backward() == (z > 0) - t
    z = rng.standard_normal((6, 1))
    expected = np.log(1 + np.exp(-z)).mean()
    assert loss.forward(z, np.ones((6, 1))) == pytest.approx(expected, rel=1e-12)
    p = 1 / (1 + np.exp(-z))
    assert loss.correct(z, p > 0.5).all(), "a score above 0 says yes, as does a probability above a half"


def test_relative_error_is_that_of_the_worst_entry():
    assert relative_error(np.array([1.0, 1.0, 1.0, 4.0]), np.array([1.0, 1.0, 1.0, 2.0])) == 0.5


def test_relative_error_is_that_of_notebook_04(rng):
    """The notebook's own leaves out what is asked of its arguments."""
    (path,) = (path for path in NOTEBOOKS if path.name.startswith("04"))
    (source,) = (cell.source for cell in load(path).cells if cell.source.startswith("def relative_error"))
    exec(source, built := {"np": np})
    a, b = rng.standard_normal((2, 5, 3))
    for pair in [(a, b), (a, a + 1e-9), (a.tolist(), (a > 0)), (0 * a, 0 * a), (3, 4)]:
        assert built["relative_error"](*pair) == relative_error(*pair)


def test_relative_error_reads_nan_as_wrong_and_zero_as_equal():
    assert not relative_error(np.array([np.nan]), np.array([1.0])) < 1
    assert relative_error(np.zeros(3), np.zeros(3)) == 0
    with pytest.raises(ValueError, match=r"one shape, got \(3,\) and \(3, 1\)"):
        relative_error(np.zeros(3), np.zeros((3, 1)))


def test_numerical_gradient_wants_a_number():
    for value, came in [(np.ones(2), r"shape \(2,\)"), (None, "NoneType")]:
        with pytest.raises(ValueError, match=f"numerical_gradient expected .*, got {came}"):
            numerical_gradient(lambda value=value: value, np.ones(2))


def test_check_layer_wants_an_object():
    with pytest.raises(ValueError, match="check_layer expected an object with forward and backward, got <class"):
        check_layer(Tanh, np.ones((2, 2)), rng=np.random.default_rng(0))


def test_softmax_wants_classes():
    for logits in [3.0, [], np.ones((2, 0))]:
        with pytest.raises(ValueError, match=r"softmax expected logits of shape \(\.\.\., n_classes\), got"):
            softmax(logits)
    assert softmax(np.ones((0, 3))).shape == (0, 3)


def test_numerical_gradient_wants_float64():
    with pytest.raises(ValueError, match="float64, got float32"):
        numerical_gradient(lambda: 0.0, np.zeros(3, np.float32))

"""The training loop: the sanity tests of cs231n, and what stopping, ordering and evaluating promise."""

import copy
import io
import itertools
import time

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import nnlib.losses
import nnlib.progress
from nnlib import (
    SGD,
    Adam,
    BinaryCrossEntropy,
    Dense,
    Dropout,
    MeanSquaredError,
    QuadraticCost,
    ReLU,
    Sequential,
    Sigmoid,
    SoftmaxCrossEntropy,
    accuracy,
    confusion_matrix,
    evaluate,
    fit,
    load_mnist,
    one_hot,
    train,
)
from nnlib.data import blobs, line, logic_gate, moons
from nnlib.history import Epoch, History
from nnlib.plotting import plot_history


@pytest.fixture(scope="module")
def digits():
    (X, y), (X_test, y_test) = load_mnist(scaled=True, flat=True)
    return X[:2000], y[:2000], X_test[:1000], y_test[:1000]


def net(*sizes, seed=0, dtype=np.float32):
    rng, layers = np.random.default_rng(seed), []
    for n_in, n_out in itertools.pairwise(sizes):
        layers += [Dense(n_in, n_out, rng=rng), ReLU()]
    return Sequential(*layers[:-1], dtype=dtype)


def test_loss_at_the_start_is_that_of_guessing(digits):
    X, y, _, _ = digits
    model = net(784, 32, 10)
    model.layers[-1].W *= 0.01
    assert evaluate(model, X, y).loss == pytest.approx(np.log(10), abs=0.01)
    assert evaluate(model, X, y).accuracy < 0.3


def test_a_step_looks_at_its_labels_once(digits, monkeypatch):
    """An epoch of 784-32-10 takes a fourteenth longer where `correct` looks at them once more than `forward`."""
    X, y, _, _ = digits
    seen = []
    monkeypatch.setattr(nnlib.losses, "check_labels", lambda who, labels, *_: seen.append(len(labels)) or labels)
    run = {"epochs": 1, "batch_size": 100, "rng": None}
    (epoch,) = train(net(784, 10), SoftmaxCrossEntropy(), SGD(0.1), X[:500], y[:500], **run)
    assert seen == [500, *5 * [100]], "all of them before the first step"
    assert 0.1 < epoch.accuracy < 1


def test_twenty_examples_can_be_learned_by_heart(digits, rng):
    X, y, _, _ = digits
    history = fit(
        net(784, 32, 10), SoftmaxCrossEntropy(), Adam(lr=0.01), X[:20], y[:20], epochs=100, batch_size=20, rng=rng
    )
    assert history.accuracy[-1] == 1
    assert history.loss[-1] < 1e-3


def test_shuffled_labels_do_not_generalise(digits, rng):
    X, y, X_test, y_test = digits
    model = net(784, 128, 10)
    fit(model, SoftmaxCrossEntropy(), Adam(), X, rng.permutation(y), epochs=20, batch_size=32, rng=rng)
    assert evaluate(model, X_test, y_test).accuracy < 0.2
    honest = net(784, 128, 10)
    fit(honest, SoftmaxCrossEntropy(), Adam(), X, y, epochs=5, batch_size=32, rng=rng)
    assert evaluate(honest, X_test, y_test).accuracy > 0.8


@pytest.mark.parametrize(
    ("loss", "y"),
    [
        (SoftmaxCrossEntropy(), np.array([0, 1, 1, 0])),
        (QuadraticCost(), one_hot([0, 1, 1, 0], 2)),
        (QuadraticCost(), np.array([[0], [1], [1], [0]])),
        (BinaryCrossEntropy(), np.array([[0], [1], [1], [0]])),
    ],
)
def test_xor_is_learned_with_every_loss_that_classifies(loss, y):
    rng = np.random.default_rng(1)
    X, _ = logic_gate("xor")
    model = Sequential(
        Dense(2, 8, rng=rng), Sigmoid(), Dense(8, 2 if y.ndim == 1 else y.shape[1], rng=rng), dtype=np.float64
    )
    history = fit(model, loss, Adam(lr=0.1), X, y, epochs=200, batch_size=4, rng=rng)
    assert history.accuracy[0] < 1
    assert history.accuracy[-1] == 1
    assert evaluate(model, X, y, loss) == (pytest.approx(history.loss[-1], abs=0.05), 1)


def test_a_line_is_fitted_and_has_no_accuracy(rng):
    X, y = line(200, rng=rng)
    model = Sequential(Dense(1, 1, rng=rng), dtype=np.float64)
    history = fit(model, MeanSquaredError(), SGD(lr=0.1), X, y, epochs=50, batch_size=20, rng=rng, validation=(X, y))
    assert history[-1].accuracy is None
    assert history[-1].val_accuracy is None
    slope, intercept = np.polyfit(X[:, 0], y[:, 0], 1)
    np.testing.assert_allclose(model.params, [slope, intercept], atol=0.02)
    assert history.val_loss[-1] == pytest.approx(0.01, rel=0.2)


def test_the_same_seed_gives_the_same_run():
    def run():
        rng = np.random.default_rng(3)
        X, y = moons(100, rng=rng)
        model = Sequential(Dense(2, 8, rng=rng), ReLU(), Dropout(0.2, rng=rng), Dense(8, 2, rng=rng))
        fit(model, SoftmaxCrossEntropy(), Adam(), X, y, epochs=3, batch_size=10, rng=rng)
        return model.params

    np.testing.assert_array_equal(run(), run())


def test_fit_is_train_collected(rng):
    X, y = blobs(90, rng=rng)
    arguments = {"epochs": 4, "batch_size": 16, "validation": (X, y)}
    a, b = net(2, 8, 3), net(2, 8, 3)
    epochs = list(train(a, SoftmaxCrossEntropy(), Adam(), X, y, rng=np.random.default_rng(0), **arguments))
    history = fit(b, SoftmaxCrossEntropy(), Adam(), X, y, rng=np.random.default_rng(0), **arguments)
    np.testing.assert_array_equal(a.params, b.params)
    assert [epoch.number for epoch in epochs] == history.number.tolist() == [1, 2, 3, 4]
    for column in ["loss", "accuracy", "val_loss", "val_accuracy"]:
        assert getattr(history, column).tolist() == [getattr(epoch, column) for epoch in epochs]
    assert (history.seconds > 0).all()
    with pytest.raises(AttributeError, match="not 'lost'"):
        _ = history.lost


def epochs(n, start=1, accuracy=0.5):
    return [Epoch(start + k, 1 / (1 + k), accuracy, None, None, 0.0) for k in range(n)]


@pytest.mark.parametrize(
    ("make", "numbers"),
    [
        (lambda a, b: a + b, [1, 2, 3, 4, 5]),
        (lambda a, b: a + list(b), [1, 2, 3, 4, 5]),
        (lambda a, b: list(a) + b, [1, 2, 3, 4, 5]),
        (lambda a, b: sum([a, b, a], History()), [1, 2, 3, 4, 5, 6, 7, 8]),
        (lambda a, b: History() + b, [1, 2]),
        (lambda a, b: a + History(), [1, 2, 3]),
        (lambda a, b: a[:2] + a[2:], [1, 2, 3]),
        (lambda a, b: a[1:], [2, 3]),
        (lambda a, b: a[::-1], [3, 2, 1]),
        (lambda a, b: a.copy(), [1, 2, 3]),
        (lambda a, b: copy.deepcopy(a), [1, 2, 3]),
    ],
)
def test_a_history_keeps_its_columns(make, numbers):
    a, b = History(epochs(3)), History(epochs(2))
    made = make(a, b)
    assert type(made) is History
    assert made.number.tolist() == numbers
    assert made.loss.shape == made.accuracy.shape == (len(numbers),)
    assert [a.number.tolist(), b.number.tolist()] == [[1, 2, 3], [1, 2]], "the runs are as they were"


def test_a_run_that_goes_on_is_added_to_its_history(rng):
    X, y = blobs(9, rng=rng)
    model, optimizer = net(2, 3), SGD(lr=0.1)
    run = {"epochs": 2, "batch_size": 9, "rng": rng}
    history = History(train(model, SoftmaxCrossEntropy(), optimizer, X, y, **run))
    history += fit(model, SoftmaxCrossEntropy(), optimizer, X, y, **run)
    assert history.number.tolist() == [1, 2, 3, 4]
    assert (np.diff(history.loss) < 0).all()


@pytest.mark.parametrize(
    ("history", "panels", "words"),
    [
        (History(epochs(3)), ["loss", "accuracy"], []),
        (epochs(3), ["loss", "accuracy"], []),
        (epochs(1), ["loss", "accuracy"], []),
        (epochs(3, accuracy=None), ["loss"], []),
        ([], ["loss"], ["no epoch was finished"]),
    ],
)
def test_plot_history_draws_what_there_is(history, panels, words):
    made = plot_history(history)
    assert [ax.get_ylabel() for ax in made.axes] == panels
    assert [line.get_xdata().tolist() for ax in made.axes for line in ax.lines] == [
        [epoch.number for epoch in history] for _ in panels if history
    ]
    assert [text.get_text() for ax in made.axes for text in ax.texts] == words
    made.canvas.draw()


def test_a_run_that_is_stopped_at_once_can_be_drawn(rng):
    class Stop(ReLU):
        def forward(self, X, training=False):
            raise KeyboardInterrupt

    X, y = blobs(9, rng=rng)
    model = Sequential(Stop())
    history = fit(model, SoftmaxCrossEntropy(), SGD(0.1), X, y, epochs=3, batch_size=9, rng=rng, progress=False)
    assert history == []
    assert len(plot_history(history).axes) == 1


def test_the_loss_of_an_epoch_weighs_every_row_the_same(rng):
    """A last batch of one row must not count as much as a full one."""
    X, y = blobs(5, rng=rng)
    model, optimizer = net(2, 3), SGD(lr=1e-30)
    (epoch,) = train(model, SoftmaxCrossEntropy(), optimizer, X, y, epochs=1, batch_size=4, rng=None)
    assert (epoch.loss, epoch.accuracy) == pytest.approx(evaluate(model, X, y))
    assert evaluate(model, X, y, batch_size=2) == pytest.approx(evaluate(model, X, y))


def test_validation_is_evaluate_after_the_epoch(rng):
    X, y = blobs(90, rng=rng)
    validation, model = blobs(31, rng=rng), net(2, 3)
    run = train(model, SoftmaxCrossEntropy(), Adam(), X, y, epochs=2, batch_size=10, rng=rng, validation=validation)
    for epoch in run:
        assert (epoch.val_loss, epoch.val_accuracy) == evaluate(model, *validation)


def test_early_stopping_is_break_and_a_schedule_is_an_assignment(rng):
    X, y = blobs(90, rng=rng)
    optimizer = SGD(lr=0.1)
    for epoch in train(net(2, 3), SoftmaxCrossEntropy(), optimizer, X, y, epochs=100, batch_size=10, rng=rng):
        optimizer.lr = 0.1 / epoch.number
        if epoch.number == 3:
            break
    assert epoch.number == 3
    assert optimizer.t == 27


def test_dropout_acts_in_training_only(rng):
    X, y = blobs(90, rng=rng)
    model = Sequential(Dense(2, 50, rng=rng), Dropout(0.9, rng=rng), Dense(50, 3, rng=rng))
    (epoch,) = train(model, SoftmaxCrossEntropy(), SGD(lr=1e-9), X, y, epochs=1, batch_size=90, rng=rng)
    assert epoch.loss > evaluate(model, X, y).loss + 0.1
    assert evaluate(model, X, y) == evaluate(model, X, y)


def test_no_epochs_change_nothing(rng):
    X, y = blobs(9, rng=rng)
    model = net(2, 3)
    before = model.params.copy()
    assert fit(model, SoftmaxCrossEntropy(), Adam(), X, y, epochs=0, batch_size=3, rng=rng) == []
    np.testing.assert_array_equal(model.params, before)


def test_blas_is_limited_inside_an_epoch_only(rng):
    class Spy(ReLU):
        def forward(self, X, training=False):
            seen.append({info["num_threads"] for info in threadpool_info() if info["user_api"] == "blas"})
            return super().forward(X, training)

    seen = []
    X, y = blobs(9, rng=rng)
    model = Sequential(Dense(2, 3, rng=rng), Spy())
    with threadpool_limits(2, user_api="blas"):
        outside = [info["num_threads"] for info in threadpool_info()]
        for _ in train(model, SoftmaxCrossEntropy(), Adam(), X, y, epochs=1, batch_size=9, rng=rng):
            assert [info["num_threads"] for info in threadpool_info()] == outside
            with np.errstate(all="raise"), pytest.raises(FloatingPointError):
                np.array([1.0]) / np.array([0.0])
    assert seen == [{1}, {1}, {1}], "a layer of one's own is tried in both modes, and then trained"


def test_accuracy_and_confusion_matrix_count_the_same(rng):
    logits, labels = rng.standard_normal((200, 4)), rng.integers(0, 4, 200)
    table = confusion_matrix(logits.argmax(axis=1), labels, 4)
    assert accuracy(logits, labels) == np.trace(table) / 200
    assert table.sum(axis=1).tolist() == np.bincount(labels, minlength=4).tolist()
    assert table[2, 3] == ((labels == 2) & (logits.argmax(axis=1) == 3)).sum()


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "progress", "shown"), [(Terminal, True, True), (Terminal, False, False), (io.StringIO, True, False)]
)
def test_progress_is_one_line_in_a_terminal_and_nothing_elsewhere(stream, progress, shown, rng, monkeypatch):
    monkeypatch.setattr("sys.stderr", stream())
    X, y = blobs(9, rng=rng)
    fit(net(2, 3), SoftmaxCrossEntropy(), Adam(), X, y, epochs=2, batch_size=9, rng=rng, progress=progress)
    text = nnlib.progress.sys.stderr.getvalue()
    assert ("epoch 2 of 2, loss" in text) == shown
    assert text.count("\n") == shown


def test_s1_learns_mnist_at_once():
    """System S1 for one epoch: within a minute nobody can doubt that it learns."""
    (X, y), (X_test, y_test) = load_mnist(scaled=True, flat=True)
    start = time.perf_counter()
    model = net(784, 32, 10)
    (epoch,) = train(model, SoftmaxCrossEntropy(), Adam(), X, y, epochs=1, batch_size=32, rng=np.random.default_rng(0))
    assert epoch.seconds <= time.perf_counter() - start
    assert evaluate(model, X_test, y_test).accuracy == pytest.approx(0.94, abs=0.01)

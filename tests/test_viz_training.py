"""The live view of training: its numbers against a bare loop, each hint by a run that earns it, readers' models."""

import math

import numpy as np
import pytest
from test_advice import Softmax

from nnlib import (
    Adam,
    Dense,
    Dropout,
    ReLU,
    Sequential,
    SoftmaxCrossEntropy,
    Tanh,
    evaluate,
    load_mnist,
    minibatches,
)
from nnlib.advice import idle
from nnlib.optimizers import SGD
from nnlib.viz import LiveTraining
from nnlib.viz.training_picture import apart, axis_for, sheet_of
from nnlib.viz.training_run import OPTIMIZERS, Run, digits, endless, unseen
from nnlib.viz.training_words import Curves, hints_of


def built(rng, width=32, dtype=np.float64):
    """Return the model of notebook 06."""
    return Sequential(Dense(784, width, rng=rng), ReLU(), Dense(width, 10, rng=rng), dtype=dtype)


@pytest.fixture(scope="module")
def mnist():
    return load_mnist(scaled=True, flat=True, validation=True)


def test_a_run_gives_what_a_bare_loop_gives(mnist):
    (X, y), (X_val, y_val), _ = mnist
    model, loss, optimizer = built(np.random.default_rng(3)), SoftmaxCrossEntropy(), Adam(lr=0.002, eps=1e-7)
    losses, norms = [], []
    for k, (X_batch, y_batch) in enumerate(minibatches(X, y, 32, np.random.default_rng(3)), start=1):
        losses.append(loss.forward(model.forward(X_batch, training=True), y_batch))
        model.backward(loss.backward())
        norms.append([np.hypot(np.linalg.norm(layer.dW), np.linalg.norm(layer.db)) for layer in model.layers[::2]])
        before = model.params.copy()
        optimizer.step(model.params, model.grads)
        if k == 80:
            break
    view = LiveTraining(lr=0.002, seed=3).run(8)
    np.testing.assert_array_equal(view.going.model.params, model.params)
    np.testing.assert_allclose(view.now.run.batch[1:], np.mean(np.reshape(losses, (8, 10)), axis=1))
    np.testing.assert_allclose(view.now.norms[1:], np.mean(np.reshape(norms, (8, 10, 2)), axis=1))
    first = 784 * 32 + 32
    moved = model.params - before
    wanted = [np.linalg.norm(moved[part]) / np.linalg.norm(before[part]) for part in (np.s_[:first], np.s_[first:])]
    np.testing.assert_allclose(view.now.ratios, wanted)
    got = evaluate(model, X_val[:1000], y_val[:1000])
    assert (view.now.run.val_loss[-1], view.now.run.accuracy[-1]) == pytest.approx(got)
    assert view.now.seen == 2560
    dead = int((np.maximum(X_val[:1000] @ model.layers[0].W + model.layers[0].b, 0).max(axis=0) == 0).sum())
    assert view.now.idle == [["dead", dead, 32]]


def test_the_update_ratio_of_plain_steps_is_rate_times_gradient_over_weights():
    view = LiveTraining(optimizer="SGD", lr=0.1, hidden="none", batch="500", seed=1)  # one batch a step
    before = view.going.model.params.copy()
    view.run(1)
    wanted = 0.1 * np.linalg.norm(view.going.model.grads) / np.linalg.norm(before)
    np.testing.assert_allclose(view.now.ratios, [wanted])
    np.testing.assert_allclose(view.now.norms[-1], [np.linalg.norm(view.going.model.grads)])


def test_rate_and_decay_act_at_once_and_the_rest_begins_anew():
    view = LiveTraining(batch="1").run(2).set(lr=0.1, decay="0.01").run(1)
    assert (view.going.optimizer.lr, view.going.optimizer.weight_decay, view.step) == (0.1, 0.01, 3)
    for change in [{"hidden": "none"}, {"dropout": 0.5}, {"optimizer": "SGD"}, {"pictures": "1000"}, {"seed": 1}]:
        assert view.run(1).set(**change).step == 0


def test_dropout_and_scale_reach_the_model():
    view = LiveTraining(dropout=0.5, hidden="32-32", scale=0.1, activation="Tanh")
    names = [type(layer).__name__ for layer in view.going.model.layers]
    assert names == ["Dense", "Tanh", "Dropout", "Dense", "Tanh", "Dropout", "Dense"]
    assert 0.09 < np.abs(view.going.model.layers[0].W).max() / math.sqrt(6 / 816) <= 0.1
    assert len(view.now.ratios) == 3


def test_pictures_are_a_part_of_the_training_set_and_the_batches_never_end():
    X, y = digits(0, 70)
    batches = endless(X, y, 32, np.random.default_rng(0))
    sizes = [len(next(batches)[1]) for _ in range(7)]
    assert sizes == [32, 32, 6, 32, 32, 6, 32]
    assert 0 <= next(batches)[0].min() < next(batches)[0].max() == 1
    assert LiveTraining(pictures="1000").run(4).now.epochs == pytest.approx(1.256)  # 31 batches of 32 and one of 8


def test_units_are_dead_or_saturated():
    relu, tanh = ReLU(), Tanh()
    relu.forward(np.array([[1.0, -1.0, 0.0], [-2.0, -1.0, 0.0]]))
    assert idle(relu) == ("dead", 2, 3)
    tanh.forward(np.array([[5.0, 5.0, 0.1], [-5.0, 0.0, 0.2], [0.0, 0.0, 9.0]]))
    assert idle(tanh) == ("saturated", 1, 3)


def test_a_type_that_is_gone_is_not_looked_up():
    """Python 3.14 computes annotations late: when somebody asks for a signature with them."""
    Table = object

    class Typed(Sequential):
        def forward(self, X: Table, training=False):
            return super().forward(X, training)

    del Table
    view = LiveTraining(lambda rng: Typed(*built(rng).layers)).run(1)
    assert not view.error
    assert view.now.epochs > 0


def test_a_network_with_a_bias_of_minus_100_is_dead():
    def dead(rng):
        model = built(rng)
        model.layers[0].b[:] = -100
        return model

    view = LiveTraining(dead, optimizer="SGD").run(8)
    assert view.now.idle == [["dead", 32, 32]]
    assert "Dead units: 32 of 32 after layer 1 pass no gradient on" in view.facts_shown
    assert (view.now.norms[1:, 0] == 0).all()


def test_a_run_whose_loss_is_no_number_stands_still_and_says_so():
    view = LiveTraining(activation="LeakyReLU", hidden="32-32", optimizer="momentum", lr=10.0, scale=10.0).run(60)
    assert view.error == ""
    assert view.now.hints[0].startswith("Exploded: the loss is no finite number any more in step ")
    before = view.going.model.params.copy()
    view.run(3)
    np.testing.assert_array_equal(view.going.model.params, before)
    assert not view.wanted.is_set()
    view.start().thread.join(10)  # it ends by itself
    assert view.error == ""
    assert view._repr_mimebundle_()[0]["image/png"]


def test_hints_of_runs_that_earn_them():
    still = LiveTraining(scale=0.001, optimizer="SGD", lr=0.01).run(24).now
    assert still.hints == ["Not learning: after 24 steps the loss is 2.30, no better than guessing, ln 10 = 2.30"]
    fine = LiveTraining(lr=0.001).run(40).now
    assert fine.hints[0].startswith("Fine: the validation loss went from 2.42 to 0.")
    assert (fine.verdict, LiveTraining().now.verdict) == ("Fine", "Too early to say")
    over = LiveTraining(pictures="1000", lr=0.005, hidden="128").run(96)
    assert over.now.verdict == "Overfitting"
    assert "Overfitting" not in over.show(8).facts_shown
    two = LiveTraining(hidden="32-32", lr=1.0).run(24).now
    assert (two.verdict, len(two.hints)) == ("Dead units, Not learning", 3)


def test_a_model_with_a_softmax_of_its_own_is_told_that_there_are_two():
    view = LiveTraining(lambda rng: Sequential(*built(rng).layers, Softmax())).run(32)
    assert view.now.hints[0].startswith("Softmax twice: the model's scores lie between 0 and 1")


def made_up(mean, val_loss):
    """Return Curves of a run that was looked at in every eighth step."""
    steps, checked = np.arange(8.0 * len(val_loss) - 7), np.arange(0.0, 8 * len(val_loss), 8)
    mean = np.interp(steps, [0, steps[-1]], mean)
    return Curves(steps, mean, mean, checked, np.array(val_loss), np.full(len(val_loss), 0.5))


@pytest.mark.parametrize(
    ("mean", "val_loss", "units", "heads"),
    [
        ((2.4, 25), [2.4, 20, 30, 30], [], ["Exploded"]),
        ((2.4, 23), [2.4, 20, 30, 30], [], ["Not learning"]),
        ((30, 14), [30, 20, 20, 14], [], ["Fine"]),  # above ln 10, but much below its start
        ((2.4, 0.1), [2.4, 0.5, 0.6, 0.6, 0.6, 0.6], [], ["Fine"]),  # four looks after the best: not yet
        ((2.4, 0.1), [2.4, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6], [], ["Overfitting"]),
        ((2.4, 0.1), [2.4, 0.5, 0.6, 0.6, 0.6, 0.6, 0.52], [], ["Fine"]),
        ((0.1, 2.1), [2.4, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6], [], ["Fine"]),  # training rose as well
        ((2.4, 0.1), [2.4, 0.5, 0.4, 0.3], [("dead", 17, 32)], ["Dead units"]),
        ((2.4, 0.1), [2.4, 0.5, 0.4, 0.3], [("saturated", 16, 32)], ["Fine"]),
        ((2.4, 2.4), [2.4, 2.4], [("saturated", 17, 32)], ["Saturated units"]),
        ((2.4, 2.4), [2.4] * 4, [("dead", 0, 32), ("dead", 32, 32)], ["Dead units", "Not learning"]),
    ],
)
def test_hints_of_made_up_runs(mean, val_loss, units, heads):
    assert [hint.split(":")[0] for hint in hints_of(made_up(mean, val_loss), units)] == heads


def test_tiles_are_the_weights_of_layer_1_the_first_one_at_the_top_left():
    view = LiveTraining().run(1)
    W, sheet = view.going.model.layers[0].W, view.now.tiles[::-1]
    assert sheet.shape == (4 * 30, 8 * 30)
    np.testing.assert_allclose(sheet[1:29, 1:29].ravel(), W[:, 0] / np.abs(W).max(), atol=1 / 127)
    np.testing.assert_allclose(sheet[31:59, 61:89].ravel(), W[:, 10] / np.abs(W).max(), atol=1 / 127)
    assert np.isnan(sheet[:, 29:31]).all()
    assert sheet_of(np.zeros((10, 784), np.int8)).shape == (2 * 30, 5 * 30)


def test_axes_have_room_and_labels_keep_apart():
    axis = axis_for(np.array([0.01, np.nan, 3]))
    assert axis.low < 0.01 < 3 < axis.high
    assert 2 <= len(axis.ticks) <= 6
    heights = apart(np.array([1, 1, 1, np.nan]), axis_for(np.array([1.0])))
    assert (np.diff(np.sort(heights)) > 0.1099).all()
    assert 0 <= heights.min() < heights.max() <= 1


def test_records_are_small_and_a_step_back_shows_what_was():
    view = LiveTraining(hidden="128", batch="1").run(20)
    size = sum(r.tiles.nbytes + r.norms.nbytes + r.ratios.nbytes for _, r in view.records) / len(view.records)
    assert size * 400 < 20e6
    fresh = LiveTraining(hidden="128", batch="1").run(11)
    assert view.show(11).facts_shown == fresh.facts_shown
    np.testing.assert_array_equal(view.now.tiles, fresh.now.tiles)
    np.testing.assert_array_equal(view.now.norms, fresh.now.norms)


def test_a_pinned_run_stays_beside_the_next():
    view = LiveTraining(batch="10").run(9)
    before = view.now.run.mean
    view.pin().set(seed=1).run(3)
    np.testing.assert_array_equal(view.now.pinned.mean, before)
    assert view.now.last == 10
    again = eval(view.to_code(), {"LiveTraining": LiveTraining})
    assert again.frame == view.frame


# Readers' models


class Own:
    """A reader's linear model with the four names, and nothing more."""

    def __init__(self, rng):
        self.params, self.grads = rng.normal(0, 0.01, 7840), np.zeros(7840)

    def forward(self, X):
        self.X = X
        return X @ self.params.reshape(784, 10)

    def backward(self, dY):
        self.grads[:] = (self.X.T @ dY).ravel()


def test_a_readers_model_needs_four_names_only():
    view = LiveTraining(Own, optimizer="SGD", lr=0.1).run(24)
    assert view.error == ""
    assert view.now.run.accuracy[-1] > 0.7
    assert view.now.caption == "no first layer W (784, units) to show"
    assert view.code.startswith("LiveTraining(Own, optimizer='SGD', lr=0.1, batch='32'")
    for again in [
        eval(view.to_code(), {"LiveTraining": LiveTraining, "Own": Own}),
        LiveTraining.from_text(view.to_text(), make=Own),
    ]:
        assert again.frame == view.frame


def test_the_readers_function_is_looked_up_by_name_and_may_be_written_anew():
    names = {"__name__": "__main__", "LiveTraining": LiveTraining, "Own": Own, "built": built}
    exec("def build(rng):\n    return built(rng)\nview = LiveTraining(build).run(1)", names)
    view = names["view"]
    plain = LiveTraining().run(1)
    np.testing.assert_array_equal(view.going.model.params, plain.going.model.params)
    exec("def build(rng):\n    return Own(rng)", names)
    assert type(view.reset().going.model) is Own
    assert view.spec["controls"][0]["name"] == "optimizer"


def changed(**names):
    """Return a class of models that differ from Own in these."""
    return type("Changed", (Own,), names)


WRONG = [
    (lambda rng: None, "expected to return a model with forward, backward, params and grads, returned NoneType"),
    (lambda rng: (Own(rng), SGD(0.1)), "returned tuple without forward, backward, params, grads"),
    (changed(forward=lambda self, X: X[:, :9]), "forward expected to return floats (100, 10), returned shape (100, 9)"),
    (changed(forward=lambda self, X: None), "model.forward expected to return floats (100, 10), returned None"),
    (changed(forward=lambda self, X: Own.forward(self, X) * np.nan), "got nan or inf before any step"),
    (changed(params=property(lambda self: np.zeros(4), lambda *_: None)), "one vector of floats, the same at each"),
]


@pytest.mark.parametrize(("make", "says"), WRONG)
def test_what_is_wrong_with_a_readers_model_is_said_in_the_view(make, says):
    assert says in LiveTraining(make).error


LACKS = [
    ({"forward": lambda self, X, training=False: None}, "expected to return an array with 2 rows, as X has; returned"),
    ({"backward": lambda self, dY: None}, "expected to return dX of shape (2, 32); returned None. Is the `return`"),
    ({"backward": lambda self, dY: dY @ np.ones((3, 3))}, "Mine().backward was tried before the first step, with"),
    ({"forward": lambda self, X, training=False: X + 1j}, "Dense(32, 10) expected numbers in X, got complex numbers"),
]


@pytest.mark.parametrize(("methods", "says"), LACKS, ids=[says for _, says in LACKS])
def test_a_readers_layer_is_told_in_the_view_what_it_lacks(methods, says):
    """The same words as `train` has for it, before any step."""

    def make(rng):
        mine = type("Mine", (Tanh,), methods | {"__module__": "__main__"})()
        return Sequential(Dense(784, 32, rng=rng), mine, Dense(32, 10, rng=rng))

    view = LiveTraining(make)
    assert says in view.error
    assert view.run(1).going is None


def test_trying_a_readers_layer_moves_nothing():
    """The numbers of a run do not depend on whether its layers were tried, although they share a generator."""
    own = type("Mine", (Dropout,), {"__module__": "__main__"})
    views = [
        LiveTraining(lambda rng, cls=cls: Sequential(Dense(784, 10, rng=rng), cls(0.5, rng=rng))).run(2)
        for cls in (own, Dropout)
    ]
    assert views[0].frame == views[1].frame


def test_gradients_that_are_nan_at_once_or_of_another_shape_are_said():
    def spoil(self, dY):
        self.grads[0] = np.nan

    def shorten(self, dY):
        self.grads = np.zeros(3)

    assert "model.backward expected finite grads, got nan" in LiveTraining(changed(backward=spoil)).run(1).error
    assert "one shape, got params (7840,) and grads (3,)" in LiveTraining(changed(backward=shorten)).run(1).error


def test_scores_that_become_nan_later_are_an_explosion():
    view = LiveTraining(Own, optimizer="SGD", lr=0.1).run(8)
    view.going.model.params[:] = np.nan
    assert "Exploded: the loss is no finite number any more in step 9" in view.run(1).facts_shown
    assert view.error == ""


def test_a_reader_cannot_spoil_the_pictures():
    def spoils(self, X):
        X[:] = 0
        return Own.forward(self, X)

    def spoils_later(self, X):
        return (spoils if len(X) == 32 else Own.forward)(self, X)  # neither when it is tried, nor in a look

    learned, looked = digits(0, 1000)[0], unseen()[0]
    before = learned.sum(), looked.sum()
    assert "forward expected to leave X as it is: make a new array" in LiveTraining(changed(forward=spoils)).error
    assert LiveTraining(changed(forward=spoils_later), pictures="1000").run(1).error == ""
    assert (learned.sum(), looked.sum()) == before
    assert min(before) > 0


def test_a_model_in_place_of_a_function_is_refused():
    error = LiveTraining(built(np.random.default_rng(0))).error
    assert "LiveTraining expected a function (rng) -> model, got Sequential(Dense(784, 32)" in error


def test_a_run_counts_nothing_before_its_first_step():
    run = Run(Own(np.random.default_rng(0)), "Own", SGD(0.1), iter(()))
    record = run.record()
    assert (record.seen, record.tiles, record.idle) == (0, None, ())
    assert math.isnan(record.loss)


def test_momentum_keeps_nine_tenths_of_its_velocity():
    params = np.zeros(1)
    optimizer, plain = OPTIMIZERS["momentum"](1.0), OPTIMIZERS["SGD"](1.0)
    for _ in range(2):
        optimizer.step(params, np.ones(1))
    assert params[0] == pytest.approx(-(1 + 1.9))
    plain.step(params, np.zeros(1))
    assert params[0] == pytest.approx(-(1 + 1.9))

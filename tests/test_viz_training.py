"""The live view of training: its numbers against a bare loop, each hint by a run that earns it, readers' models."""

import math
from dataclasses import replace
from itertools import pairwise

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
from nnlib.viz.training.picture import LOSS, NORMS, apart, axis_for, lines_of, sheet_of
from nnlib.viz.training.run import OPTIMIZERS, USUAL, Run, darkest, digits, endless, unseen
from nnlib.viz.training.words import Curves, hints_of, verdict


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
    np.testing.assert_array_equal(view.current.model.params, model.params)
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
    before = view.current.model.params.copy()
    view.run(1)
    wanted = 0.1 * np.linalg.norm(view.current.model.grads) / np.linalg.norm(before)
    np.testing.assert_allclose(view.now.ratios, [wanted])
    np.testing.assert_allclose(view.now.norms[-1], [np.linalg.norm(view.current.model.grads)])


def test_rate_and_decay_act_at_once_and_the_rest_begins_anew():
    view = LiveTraining(batch="1").run(2).set(lr=0.1, decay="0.01").run(1)
    assert (view.current.optimizer.lr, view.current.optimizer.weight_decay, view.step) == (0.1, 0.01, 3)
    for change in [{"hidden": "none"}, {"dropout": 0.5}, {"optimizer": "SGD"}, {"pictures": "1000"}, {"seed": 1}]:
        assert view.run(1).set(**change).step == 0


def test_dropout_and_scale_reach_the_model():
    view = LiveTraining(dropout=0.5, hidden="32-32", scale=0.1, activation="Tanh")
    names = [type(layer).__name__ for layer in view.current.model.layers]
    assert names == ["Dense", "Tanh", "Dropout", "Dense", "Tanh", "Dropout", "Dense"]
    assert 0.09 < np.abs(view.current.model.layers[0].W).max() / math.sqrt(6 / 816) <= 0.1
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
    before = view.current.model.params.copy()
    view.run(3)
    np.testing.assert_array_equal(view.current.model.params, before)
    assert not view.running.is_set()
    view.start().thread.join(10)  # it ends by itself
    assert view.error == ""
    assert view._repr_mimebundle_()[0]["image/png"]


def test_hints_of_runs_that_earn_them():
    still = LiveTraining(scale=0.001, optimizer="SGD", lr=0.01).run(24).now
    assert still.hints == ["Not learning: after 24 steps the loss is 2.30, no better than guessing, ln 10 = 2.30"]
    fine = LiveTraining(lr=0.001).run(40).now
    assert fine.hints[0].startswith("Fine: the validation loss went from 2.42 to 0.")
    assert (verdict(fine.hints), verdict(LiveTraining().now.hints)) == ("Fine", "Too early to say")
    over = LiveTraining(pictures="1000", lr=0.005, hidden="128").run(96)
    assert [shape.text for shape in over.drawing.named("verdict")] == ["Overfitting"]
    assert "Overfitting" not in over.show(8).facts_shown
    two = LiveTraining(hidden="32-32", lr=1.0).run(24).now
    assert (verdict(two.hints), len(two.hints)) == ("Dead units, Not learning", 3)


def test_a_model_with_a_softmax_of_its_own_is_told_that_there_are_two():
    view = LiveTraining(lambda rng: Sequential(*built(rng).layers, Softmax())).run(32)
    assert view.now.hints[0].startswith("Softmax twice: the model's scores lie between 0 and 1")


def made_up(mean, val_loss, accuracy=0.9):
    """Return Curves of a run that was looked at in every eighth step."""
    steps, checked = np.arange(8.0 * len(val_loss) - 7), np.arange(0.0, 8 * len(val_loss), 8)
    mean = np.interp(steps, [0, steps[-1]], mean)
    return Curves(steps, mean, mean, checked, np.array(val_loss), np.full(len(val_loss), accuracy))


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


@pytest.mark.parametrize(
    ("val_loss", "accuracy", "head", "words"),
    [
        ([2.4, 2.1, 1.9, 1.7], 0.41, "Still learning", "went from 2.40 to 1.70, and 41.0% are right so far"),
        ([2.4, 1.2, 0.9, 0.7, 0.6, 0.55], 0.79, "Still learning", "79.0% are right so far"),
        ([2.4, 1.2, 0.9, 0.7, 0.6, 0.55], 0.8, "Fine", "went from 2.40 to 0.55"),
        ([2.4, 1.7, 1.5, 1.5, 1.6, 1.5], 0.41, "Stuck", "since step 16 the validation loss has not fallen, and 41.0%"),
        ([2.4, 1.7, 1.5, 1.5, 1.6, 1.4], 0.41, "Still learning", "to 1.40"),
        ([2.4, 1.7, 1.5, 1.5, 1.6], 0.41, "Still learning", "to 1.60"),  # too early to say
    ],
)
def test_a_run_is_fine_only_if_it_reads_well(val_loss, accuracy, head, words):
    (hint,) = hints_of(made_up((2.4, val_loss[-1]), val_loss, accuracy), [])
    assert hint.split(":")[0] == head
    assert words in hint


def test_a_run_at_41_percent_is_not_called_fine():
    view = LiveTraining(optimizer="SGD", lr=0.003, hidden="none").run(24)
    assert 0.2 < view.now.run.accuracy[-1] < 0.7
    assert view.now.hints[0].startswith("Still learning: ")


def test_tiles_are_the_weights_of_layer_1_the_first_one_at_the_top_left():
    view = LiveTraining().run(1)
    (image,) = view.drawing.named("weights")
    W, sheet, tiles = view.current.model.layers[0].W, image.values, view.drawing.named("tile")
    assert image.scale == "signed"
    assert sheet.shape == (4 * 30, 8 * 30)
    np.testing.assert_allclose(sheet[1:29, 1:29].ravel(), W[:, 0] / np.abs(W).max(), atol=1 / 127)
    np.testing.assert_allclose(sheet[31:59, 61:89].ravel(), W[:, 10] / np.abs(W).max(), atol=1 / 127)
    assert np.isnan(sheet[:, 29:31]).all()
    pixel = image.wide / sheet.shape[1]
    assert len(tiles) == 32
    assert (tiles[10].x - image.x, tiles[10].y - image.y) == pytest.approx((60 * pixel, 30 * pixel))
    low, high = (float(text.replace("−", "-")) for text in tiles[10].tip.partition(" from ")[2].split(" to "))
    assert (low, high) == pytest.approx((W[:, 10].min(), W[:, 10].max()), rel=0.1)
    assert sheet_of(np.zeros((10, 784), np.int8)).shape == (2 * 30, 5 * 30)


def test_one_huge_weight_blanks_no_pictures():
    view = LiveTraining().run(2)
    before = view.drawing.named("weights")[0].values
    W = view.current.model.layers[0].W
    largest = np.abs(W).max()
    W[400, 3] = -50.0
    view.records[-1] = (2, view.record(view.current))
    view.update()
    after = view.drawing.named("weights")[0].values
    usual = USUAL * np.median(np.abs(W))
    np.testing.assert_allclose(after[1:29, 1:29], before[1:29, 1:29] * largest / min(50, usual), atol=2 / 127)
    assert np.nanmin(after) == -1
    assert f"the darkest is {usual:.2g}, the largest 50" in view.drawing.texts()
    assert darkest(np.zeros(4)) == (1.0, 1.0)
    assert darkest(np.array([0, 0, 0, 2.0])) == (2.0, 2.0)


def test_one_huge_loss_at_the_start_does_not_flatten_the_curves():
    view = LiveTraining()
    view.records[0] = (0, replace(view.records[0][1], val_loss=1e5))
    curve = view.run(40).drawing.named("training")[0]
    assert np.ptp(curve.points[1:, 1]) > LOSS[3] / 4
    (beyond,) = view.drawing.named("beyond")
    assert beyond.text == "↑ up to 100000"
    assert not LiveTraining().run(60).drawing.named("beyond")


def test_axes_have_room_and_labels_keep_apart():
    (low, high), ticks = axis_for(np.array([0.01, np.nan, 3]))
    assert low < 0.01 < 3 < high
    assert 2 <= len(ticks) <= 6
    (low, high), _ = axis_for(np.array([1.0, 2, 2, 2, 900]), np.array([np.nan, 7, np.nan]))
    assert high > 900  # where a run is now is always to be seen
    (low, high), _ = axis_for(np.array([900.0, 2, 2, 2, 1]), np.array([np.nan, 70, np.nan]))
    assert 70 < high < 500
    places = apart(np.array([50.0, 50, 50, 80]), 20, 80)
    assert (np.diff(np.sort(places)) > 15.99).all()
    assert 20 <= places.min() < places.max() <= 80
    assert len(apart(np.full(30, 50.0), 20, 80)) == 30


def test_curves_have_their_roles_and_lie_where_their_numbers_are():
    view = LiveTraining(pictures="1000", lr=0.005).run(24).pin().set(seed=1).run(16)
    roles = {"training": "training", "validation": "validation", "accuracy": "validation", "each step": "training"}
    roles |= {"pinned: training": "grey", "pinned: validation": "pinned", "pinned: accuracy": "pinned"}
    curves = {name: view.drawing.named(name)[0] for name in roles}
    assert {name: curve.line for name, curve in curves.items()} == roles
    logs = [("training", view.now.run.mean), ("pinned: validation", view.now.pinned.val_loss)]
    seen = [curves[name].points[~np.isnan(values), 1] for name, values in logs]
    numbers = np.concatenate([np.log(values[~np.isnan(values)]) for _, values in logs])
    slope, start = np.polyfit(numbers, np.concatenate(seen), 1)
    assert slope < 0
    np.testing.assert_allclose(np.concatenate(seen), start + slope * numbers, atol=1e-6)
    rises = np.polyfit(view.now.run.accuracy, curves["accuracy"].points[:, 1], 1)
    assert rises[0] == pytest.approx(-LOSS[3] / 1.02)
    in_loss, in_accuracy = (shape.points[0, 1] for shape in view.drawing.named("guessing"))
    assert in_loss == pytest.approx(start + slope * math.log(math.log(10)))
    assert in_accuracy == pytest.approx(np.polyval(rises, 0.1))
    (last,) = view.drawing.named("validation, last")
    assert last.tip == f"validation, step 16: {view.now.run.val_loss[-1]:.3g}"


def test_gradients_have_other_dashes_and_their_labels_stand_at_their_ends():
    view = LiveTraining(hidden="32-32", scale=0.3).run(12)
    lines = [view.drawing.named(f"gradient {k}")[0] for k in (1, 2, 3)]
    assert [line.line for line in lines] == ["first", "second", "third"]
    labels = view.drawing.named("layer")
    assert [label.text for label in labels] == ["layer 1", "layer 2", "layer 3"]
    assert [label.fill for label in labels] == [line.line for line in lines]
    order = np.argsort([line.points[-1, 1] for line in lines])
    assert list(order) == list(np.argsort([label.y for label in labels]))
    assert list(order) == list(np.argsort(-view.now.norms[-1]))
    assert labels[0].tip == f"layer 1: {view.now.norms[-1, 0]:.3g}"


def test_no_panel_is_empty_at_the_start():
    drawing = LiveTraining().drawing
    assert len(drawing.named("guessing")) == 2
    for name in ("validation, last", "accuracy, last", "weights"):
        assert drawing.named(name)
    x, y, wide, high = NORMS
    inside = [s for s in drawing.shapes if getattr(s, "text", "") and x < s.x < x + wide and y < s.y < y + high]
    assert [shape.text for shape in inside] == ["from the first step on"]


def test_a_long_verdict_takes_two_lines():
    assert lines_of("Dead units, Not learning") == ["Dead units, Not learning"]
    assert lines_of("Units that are all alike, Saturated units, Not learning") == [
        "Units that are all alike, Saturated units",
        "Not learning",
    ]


def test_a_model_of_many_layers_has_labels_that_fit():
    def deep(rng):
        sizes = [784, *[12] * 24, 10]
        return Sequential(*(Dense(n, m, rng=rng) for n, m in pairwise(sizes)))

    labels = LiveTraining(deep).run(1).drawing.named("layer")
    heights = np.sort([label.y for label in labels])
    assert np.diff(heights).min() > 14
    assert NORMS[1] <= heights[0]
    assert heights[-1] <= NORMS[1] + NORMS[3]


def test_records_are_small_and_a_step_back_shows_what_was():
    view = LiveTraining(hidden="128", batch="1").run(20)
    size = sum(r.tiles.nbytes + r.norms.nbytes + r.ratios.nbytes for _, r in view.records) / len(view.records)
    assert size * 400 < 20e6
    fresh = LiveTraining(hidden="128", batch="1").run(11)
    assert view.show(11).facts_shown == fresh.facts_shown
    np.testing.assert_array_equal(view.now.tiles, fresh.now.tiles)
    np.testing.assert_array_equal(view.now.norms, fresh.now.norms)
    assert view.picture == fresh.picture


def test_a_pinned_run_stays_beside_the_next():
    view = LiveTraining(batch="10").run(9)
    before = view.now.run.mean
    view.pin().set(seed=1).run(3)
    np.testing.assert_array_equal(view.now.pinned.mean, before)
    assert view.now.last == 10
    again = eval(view.to_code(), {"LiveTraining": LiveTraining})
    assert again.picture == view.picture


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
    assert "no first layer W (784, units) to show" in view.drawing.texts()
    assert view.code.startswith("LiveTraining(Own, optimizer='SGD', lr=0.1, batch='32'")
    for again in [
        eval(view.to_code(), {"LiveTraining": LiveTraining, "Own": Own}),
        LiveTraining.from_text(view.to_text(), make=Own),
    ]:
        assert again.picture == view.picture


def test_the_readers_function_is_looked_up_by_name_and_may_be_written_anew():
    names = {"__name__": "__main__", "LiveTraining": LiveTraining, "Own": Own, "built": built}
    exec("def build(rng):\n    return built(rng)\nview = LiveTraining(build).run(1)", names)
    view = names["view"]
    plain = LiveTraining().run(1)
    np.testing.assert_array_equal(view.current.model.params, plain.current.model.params)
    exec("def build(rng):\n    return Own(rng)", names)
    assert type(view.reset().current.model) is Own
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
    assert view.run(1).current is None


def test_trying_a_readers_layer_moves_nothing():
    """The numbers of a run do not depend on whether its layers were tried, although they share a generator."""
    own = type("Mine", (Dropout,), {"__module__": "__main__"})
    views = [
        LiveTraining(lambda rng, cls=cls: Sequential(Dense(784, 10, rng=rng), cls(0.5, rng=rng))).run(2)
        for cls in (own, Dropout)
    ]
    assert views[0].picture == views[1].picture


def test_gradients_that_are_nan_at_once_or_of_another_shape_are_said():
    def spoil(self, dY):
        self.grads[0] = np.nan

    def shorten(self, dY):
        self.grads = np.zeros(3)

    assert "model.backward expected finite grads, got nan" in LiveTraining(changed(backward=spoil)).run(1).error
    assert "one shape, got params (7840,) and grads (3,)" in LiveTraining(changed(backward=shorten)).run(1).error


def test_scores_that_become_nan_later_are_an_explosion():
    view = LiveTraining(Own, optimizer="SGD", lr=0.1).run(8)
    view.current.model.params[:] = np.nan
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
    assert error.startswith("ValueError: make expected to be a function, got a")


def test_a_function_that_raises_is_told_so_in_the_words_of_all_views():
    assert "<lambda> raised ZeroDivisionError" in LiveTraining(lambda rng: 1 / 0).error
    assert "make raised SystemExit" in notebook_error("def make(rng):\n    raise SystemExit")


def notebook_error(source):
    """Return what LiveTraining says of the function `make` in a notebook."""
    names = {"__name__": "__main__", "LiveTraining": LiveTraining}
    exec(f"{source}\nview = LiveTraining(make)", names)
    return names["view"].error


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

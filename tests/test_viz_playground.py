"""The view Playground: its run against the library's own loop, its maps against nets by hand, readers' mistakes."""

import threading

import numpy as np
import pytest
from patience import PATIENCE
from test_viz import notebook

from nnlib import SGD, Adam, BinaryCrossEntropy, Dense, ReLU, Sequential, Sigmoid, Tanh, evaluate, gradcheck, train
from nnlib.data import circles
from nnlib.initializers import he_normal
from nnlib.viz import Playground
from nnlib.viz.known_activations import OR_NONE
from nnlib.viz.playground import spots_of
from nnlib.viz.playground_net import DATA, FEATURES, FORMULAS, SHAPES, WIDE, N, plane
from nnlib.viz.playground_picture import CURVE, FLOOR, LEFT, MIDDLE, PLANE, SAMPLES, SIDE


def params(view):
    return view.going.model.params.copy()


def test_a_run_is_the_librarys_own_loop():
    rng = np.random.default_rng(7)
    X, y = circles(N, rng=np.random.default_rng(0), noise=0.1)
    y = y[:, np.newaxis] * 1.0
    model = Sequential(
        Dense(2, 4, rng=rng), Tanh(), Dense(4, 2, rng=rng), Tanh(), Dense(2, 1, rng=rng), dtype=np.float64
    )
    optimizer, loss = SGD(lr=0.2, momentum=0.9, weight_decay=0.001), BinaryCrossEntropy()
    history = [
        epoch.val_loss
        for epoch in train(
            model, loss, optimizer, X[:90], y[:90], epochs=12, batch_size=8, rng=rng, validation=(X[90:], y[90:])
        )
    ]
    view = Playground(shape="4-2", share=30, batch=8, seed=7, lr=0.2, optimizer="momentum", l2="0.001").run(12)
    np.testing.assert_array_equal(params(view), model.params)
    np.testing.assert_array_equal(view.now.history[1:, 2], history)
    np.testing.assert_allclose(view.now.scores[0], evaluate(model, X[:90], y[:90], loss), rtol=1e-12)
    assert view.now.n_train == 90


@pytest.mark.parametrize("activation", OR_NONE)
def test_the_gradient_of_the_whole_network_is_what_central_differences_measure(activation):
    run = Playground(features="all", shape="8-8", activation=activation, seed=1).run(2).going
    X, y = run.train[0][:20], run.train[1][:20]

    def cost():
        return run.loss.forward(run.model.forward(X), y)

    cost()
    run.model.backward(run.loss.backward())
    numeric = gradcheck.numerical_gradient(cost, run.model.params)
    assert gradcheck.relative_error(run.model.grads, numeric) < 1e-6


@pytest.mark.parametrize("seed", range(3))
def test_it_learns_the_circle(seed):
    view = Playground(data="circle", shape="4", activation="Tanh", lr=0.1, seed=seed).run(100)
    assert view.now.scores[1, 1] > 0.95


def test_the_spiral_needs_a_larger_network_and_more_features():
    def test_accuracy(features, shape):
        seeds = [Playground(data="spiral", features=features, shape=shape, lr=0.3, seed=k).run(150) for k in range(2)]
        return [view.now.scores[1, 1] for view in seeds]

    assert max(test_accuracy("x1 and x2", "8-8")) < 0.8
    assert max(test_accuracy("x1 and x2", "4")) < 0.8
    assert min(test_accuracy("with squares", "8-8")) > 0.93
    assert min(test_accuracy("with sines", "8-8")) > 0.93


@pytest.mark.parametrize(("data", "shape", "lr"), [("two clouds", "none", 0.1), ("xor", "4", 0.3), ("moons", "4", 1.0)])
def test_it_learns_the_other_data(data, shape, lr):
    assert Playground(data=data, shape=shape, lr=lr, noise=0.05).run(100).now.scores[1, 1] > 0.9


def set_params(view, *arrays):
    """Give the network that learns other parameters, and show it."""
    view.going.model.params[...] = np.concatenate([np.ravel(array) for array in arrays])
    view.records[-1] = (0, view.record(view.going))
    view.update()
    return view.now


def test_the_map_of_an_xor_network_made_by_hand():
    """Hidden units: 1 and 2 measure x1 - x2 and x2 - x1 above 0.5; XOR of the corners is where one of them fires."""
    view = Playground(shape="2", activation="ReLU")
    frame = set_params(view, [[1, -1], [-1, 1]], [-0.5, -0.5], [[4], [4]], [-1])
    x1, x2 = (axis.T for axis in np.meshgrid(*[np.linspace(-WIDE, WIDE, 50)] * 2, indexing="ij"))  # rows: x2
    units = [np.maximum(x1 - x2 - 0.5, 0), np.maximum(x2 - x1 - 0.5, 0)]
    score = 4 * units[0] + 4 * units[1] - 1
    np.testing.assert_allclose(frame.output, 2 / (1 + np.exp(-score)) - 1, atol=1e-12)
    for k, unit in enumerate([x1, x2, *units]):
        values = unit[::2, ::2]
        np.testing.assert_allclose(frame.maps[k], values / np.abs(values).max(), atol=1e-12)
    right = (score > 0) == (np.abs(x1 - x2) > 0.75)
    assert right.all()
    two = view.set(colours="two").now
    np.testing.assert_array_equal(two.output, np.where(score > 0, 1, -1))
    assert set(np.unique(two.maps)) == {-1, 0, 1}


def test_a_unit_that_never_fires_has_an_empty_map_and_huge_weights_break_nothing():
    view = Playground(shape="2", activation="ReLU")
    frame = set_params(view, np.zeros((2, 2)), [-1, -1], [[4], [4]], [-1])
    np.testing.assert_array_equal(frame.maps[2:], 0)
    with np.errstate(all="ignore"):
        frame = set_params(view, np.full((2, 2), 1e300), [0, 0], [[4], [4]], [0])
    assert np.isfinite(frame.maps).all()
    assert view.error == ""


def test_reset_begins_with_the_same_weights_and_gives_the_same_run():
    view = Playground(seed=5, shape="8-8")
    before = params(view)
    after = params(view.run(5))
    assert not np.array_equal(before, after)
    np.testing.assert_array_equal(params(view.set(lr=1, optimizer="Adam", batch=50, l2="0.1").run(2).reset()), before)
    view.set(lr=0.1, optimizer="SGD", batch=10, l2="0")
    np.testing.assert_array_equal(params(view.run(5)), after)
    assert not np.array_equal(params(view.set(seed=6)), before)
    np.testing.assert_array_equal(view.going.points, Playground().going.points)


@pytest.mark.parametrize(
    "change",
    [{"lr": 1.0}, {"batch": 3}, {"l2": "0.1"}, {"optimizer": "Adam"}, {"colours": "two"}, {"layer": 2, "source": 3}],
)
def test_these_controls_act_at_once(change):
    view = Playground().run(3).set(**change)
    assert view.step == 3
    run = params(view.run(2))
    assert np.array_equal(run, params(Playground().run(5))) == (not {"lr", "batch", "l2", "optimizer"} & set(change))


@pytest.mark.parametrize(
    "change",
    [
        *[{"data": "moons"}, {"noise": 0.2}, {"share": 30}, {"features": "all"}, {"shape": "8"}],
        *[{"activation": "ReLU"}, {"seed": 3}, {"change": 1.0}],
    ],
)
def test_with_these_it_begins_anew(change):
    view = Playground().run(3).set(**change)
    assert view.step == 0
    assert view.frame == Playground(**change).frame


def test_an_optimizer_starts_with_an_empty_memory():
    view = Playground(optimizer="momentum").run(3).set(optimizer="Adam").run(1)
    assert (view.going.optimizer.t, type(view.going.optimizer)) == (18, Adam)


def test_change_is_added_to_the_picked_weight_only_and_then_learns_on():
    plain, edited = Playground(shape="4-2"), Playground(shape="4-2", layer=2, source=3, target=2, change=1.5)
    moved = params(edited) - params(plain)
    at = 2 * 4 + 4 + 2 * 2 + 1
    np.testing.assert_allclose(moved, np.where(np.arange(len(moved)) == at, 1.5, 0))
    assert edited.now.lines[edited.now.picked].tolist()[:2] == [2 + 2, 2 + 4 + 1]
    assert edited.now.lines[edited.now.picked, 2] == pytest.approx(params(edited)[at], rel=1e-6)
    assert "Weight in layer 2 from unit 3 to unit 2: " in edited.facts_shown
    assert edited.run(4).set(target=1).step == 0
    assert edited.run(4).set(change=0).step == 0
    assert plain.run(4).set(target=2).step == 4


def test_a_weight_that_does_not_exist_is_said_and_changes_nothing():
    view = Playground(layer=4, change=2)
    np.testing.assert_array_equal(params(view), params(Playground()))
    assert view.now.picked == -1
    assert view.facts_shown.endswith("This network has no such weight.")
    for state in [{"source": 3}, {"target": 5}, {"layer": 2, "target": 2}]:
        assert Playground(**state).now.picked == -1


@pytest.mark.parametrize("shape", SHAPES)
def test_lines_carry_the_weights_from_unit_to_unit(shape):
    view = Playground(shape=shape, features="with sines", seed=2)
    layers = [layer for layer in view.going.model.layers if isinstance(layer, Dense)]
    first, rows = 0, []
    for layer in layers:
        rows += [
            (first + i, first + layer.n_in + j, layer.W[i, j]) for i in range(layer.n_in) for j in range(layer.n_out)
        ]
        first += layer.n_in
    np.testing.assert_allclose(view.now.lines, rows, rtol=1e-6)
    assert len(view.now.spots) == sum(view.now.sizes) == len(view.now.maps) + 1


@pytest.mark.parametrize("sizes", [[2, 1], [2, 4, 1], [7, 8, 8, 8, 1]])
def test_units_have_room(sizes):
    spots, side = spots_of(sizes)
    assert spots[-1].tolist() == [PLANE, MIDDLE]
    apart = np.abs(spots[:, np.newaxis] - spots).max(axis=2) + 1e9 * np.eye(len(spots))
    assert apart.min() > side
    assert spots[:, 1].min() - side / 2 >= FLOOR - 1e-9


@pytest.mark.parametrize("data", DATA)
def test_data_fit_into_the_plane(data):
    points, labels = DATA[data](N, rng=np.random.default_rng(0), noise=0.1)
    assert (np.abs(points) < WIDE).mean() > 0.97
    assert np.abs(points).max() > 0.8
    assert np.bincount(labels).tolist() == [N / 2, N / 2]


def test_both_drawings_put_everything_in_the_same_place():
    left, top, wide, high = CURVE
    line = f"const LEFT = {LEFT}, PLANE = {PLANE}, MIDDLE = {MIDDLE}, SIDE = {SIDE}, "
    line += f"CURVE = {{ left: {left}, top: {top}, wide: {wide}, high: {high} }}, SAMPLES = {SAMPLES};"
    assert line in Playground._esm


def test_started_it_is_slow_enough_to_be_seen():
    """How a run keeps to its pace is tested in `test_viz_live.py`, by a clock of its own."""
    assert Playground.pace == 1 / 30
    view, taken = Playground(), threading.Event()
    view.observe(lambda change: change["new"]["step"] and taken.set(), "live")
    view.start()
    assert taken.wait(PATIENCE)
    view.pause()
    np.testing.assert_array_equal(params(view), params(Playground().run(view.step)))


def test_features_are_what_their_names_say():
    assert FEATURES["all"] == tuple(FORMULAS)
    x1, x2 = plane()[777]
    expected = [x1, x2, x1 * x1, x2 * x2, x1 * x2, np.sin(4 * x1), np.sin(4 * x2)]
    np.testing.assert_allclose(Playground(features="all").going.grid[777], expected)
    assert FEATURES["with sines"] == ("x1", "x2", "sin 4x1", "sin 4x2")


def test_initial_weights_suit_the_activation():
    rng = np.random.default_rng(3)
    first = Playground(activation="ReLU", seed=3).going.model.layers[0]
    np.testing.assert_array_equal(first.W, he_normal(2, 4, rng))
    limit = np.sqrt(6 / (2 + 8))
    assert np.abs(Playground(shape="8", seed=3).going.model.layers[0].W).max() <= limit
    found = [type(layer) for layer in Playground(shape="4-2", activation="Sigmoid").going.model.layers[1::2]]
    assert found == [Sigmoid, Sigmoid]
    assert ReLU not in map(type, Playground(activation="none").going.model.layers)


def test_a_pinned_run_stays_beside_and_looking_back_shows_that_epoch():
    view = Playground().run(10)
    output = view.now.output
    view.run(10).pin().set(seed=1).run(5)
    assert view.now.pinned[-1, 0] == 20
    assert " Pinned: epoch 20, test loss " in view.facts_shown
    view = Playground().run(20).show(10)
    np.testing.assert_allclose(view.now.output, output, atol=1e-6)
    assert view.now.history[-1, 0] == 10


def test_steps_that_are_too_large_are_said_with_their_epoch():
    view = Playground(shape="none", features="all", activation="ReLU", lr=0.1, batch=1).run(3)
    view.going.model.params[0] = np.inf
    assert "RuntimeError" in view.run(1).error
    assert "in epoch 4, step 1" in view.error
    assert view.reset().error == ""


FORWARD = "def dense_forward(X, W, b):\n    {}\n"
STEP = "def step(w, slope, lr):\n    {}\n"


def test_the_readers_functions_drive_it():
    code = FORWARD.format("return X @ W + b") + STEP.format("return w - lr * slope")
    names = notebook(f"{code}view = Playground(optimizer='yours', l2='0.01').run(5)")
    np.testing.assert_allclose(params(names["view"]), params(Playground(l2="0.01").run(5)), rtol=1e-12)
    exec(STEP.format("return w"), names)
    before = params(names["view"])
    np.testing.assert_array_equal(params(names["view"].run(1)), before)
    exec(FORWARD.format("return 0 * X @ W"), names)
    np.testing.assert_array_equal(names["view"].update() or names["view"].now.output > 0, False)
    assert names["view"].error == ""


def test_another_step_of_the_notebook_disturbs_nothing():
    """In notebook 3, `step(z)` is an activation."""
    view = notebook("def step(z):\n    return z > 0\nview = Playground().run(2)")["view"]
    assert view.error == ""


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("return None", "dense_forward returned None. Is the `return` missing?"),
        ("return (X @ W + b)[0]", "dense_forward expected to return numbers of shape (2500, 4), got (4,)"),
        ("return X @ W + c", "NameError in line 2: name 'c' is not defined"),
        ("return X @ W + b + np.nan", "dense_forward gave nan"),
        ("return (X @ W + b).astype(str)", "dense_forward expected to return numbers"),
    ],
)
def test_what_is_wrong_with_the_readers_layer_is_said(body, says):
    names = notebook("view = Playground().run(1)")
    exec(FORWARD.format(body), names)
    names["view"].set(colours="two")
    assert says in names["view"].error


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("return None", "step returned None"),
        ("return (w - lr * slope)[:3]", "step expected to return numbers of shape (17,), got (3,)"),
        ("return w * np.nan", "step gave nan"),
        ("return w - lr * grad", "NameError in line 2"),
    ],
)
def test_what_is_wrong_with_the_readers_step_is_said(body, says):
    view = notebook(STEP.format(body) + "view = Playground(optimizer='yours').run(1)")["view"]
    assert says in view.error
    assert view.step == 0
    assert view.set(optimizer="SGD").run(2).error == ""


def test_the_readers_functions_cannot_spoil_the_network():
    spoil = FORWARD.format("Y = X @ W + b; X[:], W[:], b[:] = 9, 9, 9; return Y")
    spoil += STEP.format("new = w - lr * slope; w[:], slope[:] = 9, 9; return new")
    names = notebook(f"{spoil}view = Playground(optimizer='yours').run(3)")
    view = names["view"]
    np.testing.assert_allclose(params(view), params(Playground().run(3)), rtol=1e-12)
    exec(STEP.format("w[:] = 9"), names)
    before = params(view)
    assert "step returned None" in view.run(1).error
    np.testing.assert_array_equal(params(view), before)

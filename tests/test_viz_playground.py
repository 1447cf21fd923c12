"""The view Playground: its run against the library's own loop, its maps against nets by hand, readers' mistakes."""

import re
import threading
from itertools import pairwise

import numpy as np
import pytest
from patience import PATIENCE
from test_viz import notebook

from nnlib import SGD, Adam, BinaryCrossEntropy, Dense, ReLU, Sequential, Sigmoid, Tanh, evaluate, gradcheck, train
from nnlib.data import circles
from nnlib.initializers import he_normal
from nnlib.viz import Playground
from nnlib.viz.known_activations import OR_NONE
from nnlib.viz.playground.net import DATA, FEATURES, FORMULAS, SHAPES, WIDE, N, plane
from nnlib.viz.playground.picture import FLOOR, MIDDLE, PLANE, SIDE, Layout


def params(view):
    return view.current.model.params.copy()


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
    run = Playground(features="all", shape="8-8", activation=activation, seed=1).run(2).current
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
    view.current.model.params[...] = np.concatenate([np.ravel(array) for array in arrays])
    view.records[-1] = (0, view.record(view.current))
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
    np.testing.assert_array_equal(view.current.points, Playground().current.points)


@pytest.mark.parametrize(
    "change",
    [
        *[{"lr": 1.0}, {"batch": 3}, {"l2": "0.1"}, {"optimizer": "Adam"}, {"colours": "two"}],
        *[{"layer": 2, "source": 3}, {"change": 1.0}],
    ],
)
def test_these_controls_act_at_once(change):
    view = Playground().run(3).set(**change)
    assert view.step == 3
    run = params(view.run(2))
    acts = {"lr", "batch", "l2", "optimizer", "change"}
    assert np.array_equal(run, params(Playground().run(5))) == (not acts & set(change))


@pytest.mark.parametrize(
    "change",
    [
        *[{"data": "moons"}, {"noise": 0.2}, {"share": 30}, {"features": "all"}, {"shape": "8"}],
        *[{"activation": "ReLU"}, {"seed": 3}],
    ],
)
def test_with_these_it_begins_anew(change):
    view = Playground().run(3).set(**change)
    assert view.step == 0
    assert view.picture == Playground(**change).picture


def test_an_optimizer_starts_with_an_empty_memory():
    view = Playground(optimizer="momentum").run(3).set(optimizer="Adam").run(1)
    assert (view.current.optimizer.t, type(view.current.optimizer)) == (18, Adam)


def test_change_is_added_to_the_picked_weight_only_and_then_learns_on():
    plain, edited = Playground(shape="4-2"), Playground(shape="4-2", layer=2, source=3, target=2, change=1.5)
    moved = params(edited) - params(plain)
    at = 2 * 4 + 4 + 2 * 2 + 1
    np.testing.assert_allclose(moved, np.where(np.arange(len(moved)) == at, 1.5, 0))
    assert edited.now.weight == pytest.approx(params(edited)[at], rel=1e-6)
    assert "Weight in layer 2 from unit 3 to unit 2: " in edited.facts_shown
    np.testing.assert_array_equal(params(edited.run(4).reset()), params(Playground(**edited.state)))
    assert plain.run(4).set(target=2).step == 4


def test_a_weight_is_edited_in_the_middle_of_a_run_which_goes_on_from_there():
    view = Playground(shape="4-2", layer=2, source=3, target=2).run(10)
    before, at = params(view), 2 * 4 + 4 + 2 * 2 + 1
    for change in (0.1, 0.2, 0.3):  # as a hand moves the slider
        view.set(change=change)
    assert view.step == 10
    one = np.arange(len(before)) == at
    np.testing.assert_array_equal(params(view), np.where(one, before + 0.3, before))
    assert view.now.weight == pytest.approx(before[at] + 0.3, rel=1e-6)  # seen at once
    np.testing.assert_array_equal(params(view.set(target=1)), np.where(one, before + 0.3, before))  # picking moves none
    np.testing.assert_array_equal(params(view.set(target=2, change=0.0)), np.where(one, before + 0.3, before))
    np.testing.assert_allclose(params(view.set(change=-1)), np.where(one, before - 0.7, before))
    assert view.code.endswith(".run(10).set(change=0.3).set(target=1).set(target=2, change=0.0).set(change=-1.0)")
    learned = params(view.run(5))
    assert view.step == 15
    np.testing.assert_array_equal(params(view.set(change=-0.5)), np.where(one, learned + 0.5, learned))  # from -1.0
    assert not np.array_equal(learned, params(Playground(shape="4-2").run(15)))


@pytest.mark.parametrize("chance", range(8))
def test_whatever_was_done_code_and_text_give_the_same_run_to_the_last_digit(chance):
    rng = np.random.default_rng(chance)
    view = Playground(shape="2", seed=chance, noise=0.0)
    for _ in range(25):
        change = round(float(rng.uniform(-5, 5)), 1)
        pick = {name: int(rng.integers(1, 3)) for name in ("layer", "source", "target") if rng.random() < 0.6}
        kinds = [{"change": change}, {"change": change}, pick, pick | {"change": 0.0}, pick | {"change": change}]
        kinds += [{"lr": [0.1, 0.5][rng.integers(2)]}, {"seed": int(rng.integers(3)), "change": change}]
        act = rng.integers(11)
        if act < len(kinds):
            view.set(**kinds[act])
        else:
            [view.run, view.run, view.pin, view.reset][act - len(kinds)]()
    assert ".set(" in view.code
    for again in [eval(view.to_code(), {"Playground": Playground}), Playground.from_text(view.to_text())]:
        np.testing.assert_array_equal(params(again), params(view))
        assert (again.picture, again.step, again.error) == (view.picture, view.step, "")


def test_a_weight_too_far_is_the_last_one_and_there_its_slider_ends():
    for state, picked, ends in [
        ({"layer": 4, "source": 2}, (2, 2, 1), (2, 4, 1)),
        ({"source": 3}, (1, 2, 1), (2, 2, 4)),
        ({"target": 5}, (1, 1, 4), (2, 2, 4)),
        ({"shape": "none", "layer": 4, "source": 8, "target": 8, "features": "all"}, (1, 7, 1), (1, 7, 1)),
        ({"shape": "8-8-8", "layer": 4, "source": 8, "target": 8}, (4, 8, 1), (4, 8, 1)),
    ]:
        view, names = Playground(**state), ("layer", "source", "target")
        there = Playground(**view.state | dict(zip(names, picked, strict=True)))
        assert view.now.picked == there.now.picked == picked
        assert view.picture == there.picture
        assert view.moves["ends"] == there.moves["ends"] == dict(zip(names, ends, strict=True))
        np.testing.assert_array_equal(params(view.set(change=2)), params(there.set(change=2)))
        assert view.now.weight == pytest.approx(params(view)[weight_index(view)], rel=1e-6)


def weight_index(view):
    """Return where the picked weight stands among all parameters."""
    layer, source, target = view.now.picked
    sizes = view.now.sizes
    before = sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes[:layer]))
    return before + (source - 1) * sizes[layer] + target - 1


def test_a_change_is_not_added_again_to_the_weight_that_stays_picked():
    view = Playground(layer=2).set(change=1.0)
    before = params(view)
    np.testing.assert_array_equal(params(view.set(layer=3)), before)
    np.testing.assert_array_equal(params(view.set(layer=4, change=2.0)), params(Playground(layer=2, change=2.0)))
    np.testing.assert_array_equal(params(view.set(change=0.0)), params(Playground()))


def learners(view):
    return [layer for layer in view.current.model.layers if isinstance(layer, Dense)]


@pytest.mark.parametrize("shape", SHAPES)
def test_lines_go_from_unit_to_unit_and_carry_the_weights(shape):
    """Each leaves the right edge of one map and arrives at the left edge of another one, or at the output."""
    view = Playground(shape=shape, features="with sines", seed=2)
    units, maps = iter(view.drawing.named("unit")), []
    for n in view.now.sizes[:-1]:
        maps.append([next(units) for _ in range(n)])
    lines = iter(view.drawing.named("weight"))
    for k, layer in enumerate(learners(view), start=1):
        np.testing.assert_allclose(view.now.weights[k - 1], layer.W, rtol=1e-6)
        for (i, j), weight in np.ndenumerate(layer.W):
            line = next(lines)
            source = maps[k - 1][i]
            target = (maps[k][j].x, maps[k][j].y + maps[k][j].high / 2) if k < len(maps) else (PLANE, MIDDLE)
            np.testing.assert_allclose(line.points[0], (source.x + source.wide, source.y + source.high / 2))
            np.testing.assert_allclose(line.points[-1], target)
            assert line.line == ("positive" if weight > 0 else "negative")
            assert bool(line.dash) == (weight <= 0)
            assert line.width == pytest.approx(0.4 + 1.6 * abs(weight), rel=1e-5)
            assert line.tip.endswith(f": {weight:.2f}")
            put = {"layer": k, "source": i + 1, "target": j + 1, "change": 0.0}
            assert line.does.put == put
            if (k, i, j) in {(1, 0, 0), (len(maps), 1, 0)}:
                assert view.set(**put).facts_shown.endswith(f"{line.tip}.")
    assert next(lines, None) is None


@pytest.mark.parametrize("sizes", [[2, 1], [2, 4, 1], [7, 8, 8, 8, 1]])
def test_units_have_room(sizes):
    layout = Layout(sizes)
    assert (layout.xs[-1] - layout.side / 2, layout.ys[-1].tolist()) == (PLANE, [MIDDLE])
    spots = np.array([(x, y) for x, ys in zip(layout.xs, layout.ys, strict=True) for y in ys])
    apart = np.abs(spots[:, np.newaxis] - spots).max(axis=2) + 1e9 * np.eye(len(spots))
    assert apart.min() > layout.side
    assert spots[:, 1].min() - layout.side / 2 >= FLOOR - 1e-9


def test_each_map_is_drawn_in_the_frame_of_its_unit():
    """The images hold the maps of a layer, one below the other: their pixels lie where the frames are."""
    view = Playground(features="with squares", shape="4-2")
    units, seen = view.drawing.named("unit"), 0
    for column in view.drawing.named("maps"):
        pixel = column.high / len(column.values)
        for unit in [unit for unit in units if unit.x == column.x]:
            first = round((unit.y - column.y) / pixel)
            assert unit.y == pytest.approx(column.y + first * pixel)
            np.testing.assert_array_equal(column.values[first : first + 25], view.now.maps[seen][::-1])
            assert unit.high == pytest.approx(25 * pixel)
            seen += 1
    assert seen == len(units) == len(view.now.maps)
    assert units[0].tip == "feature x1: its darkest place is 1.4 from 0"
    assert units[5].tip.startswith("unit 1 of layer 1: ")


def test_points_lie_where_the_data_are_and_have_the_marks_of_their_class():
    view = Playground(data="circle", noise=0.4, share=30)
    (output,) = view.drawing.named("output")
    np.testing.assert_array_equal(output.values, view.now.output[::-1])
    X, y = DATA["circle"](N, rng=np.random.default_rng(0), noise=0.4)
    inside = (np.abs(X) <= WIDE).all(axis=1)
    assert 200 < inside.sum() < N  # what is beyond the frame is not drawn on its edge
    for name, part in [("training", inside & (np.arange(N) < 90)), ("test", inside & (np.arange(N) >= 90))]:
        for label in (0, 1):
            (marks,) = view.drawing.named(f"{name} points of class {label}")  # all in one shape: see below
            each = np.vstack([marks.points, [[np.nan, np.nan]]]).reshape(len(X[part & (y == label)]), -1, 2)[:, :-1]
            places = (each.max(axis=1) + each.min(axis=1)) / 2
            apart = np.hypot(*(each - places[:, None]).transpose(2, 0, 1))
            assert len(each[0]) == (16 if label else 4)
            np.testing.assert_allclose(apart, 3.8 if label else 3.8 * 0.9 * 2**0.5)
            x1, x2 = X[part & (y == label)].T
            np.testing.assert_allclose((places[:, 0] - PLANE) / SIDE, (x1 + WIDE) / (2 * WIDE))
            np.testing.assert_allclose((MIDDLE + SIDE / 2 - places[:, 1]) / SIDE, (x2 + WIDE) / (2 * WIDE))
            look = (f"class {label}", "paper") if name == "training" else ("paper", f"class {label}")
            assert (marks.fill, marks.line) == look


def test_a_picture_has_one_element_for_all_points_that_look_the_same():
    """A browser needs far longer for three hundred."""
    one, many = Playground(share=10), Playground(share=90)
    assert one.picture.count("<") == many.picture.count("<") < 250


def test_what_has_a_tip_keeps_its_own_element():
    picture = Playground().picture
    shapes = Playground().drawing.shapes
    small = sum(shape.small for shape in shapes)
    assert picture.count("data-small") == small == 6
    assert picture.count("<title>") == sum(bool(shape.tip) for shape in shapes) - small > 14
    assert picture.count("data-does") == sum(shape.does is not None for shape in shapes) > 10


def test_curves_have_their_roles_and_lie_where_their_losses_are():
    view = Playground().run(20).pin().set(lr=1.0, data="spiral").reset().run(12)
    roles = {"training": "training", "test": "validation", "pinned: training": "grey", "pinned: test": "pinned"}
    curves = {name: view.drawing.named(name)[-1] for name in roles if view.drawing.named(name)}
    assert {name: curve.line for name, curve in curves.items()} == roles
    history = {"training": view.now.history[:, 1], "pinned: test": view.now.pinned[:, 2]}
    one, other = (curves[name].points for name in history)
    up = np.concatenate([one[:, 1], other[:, 1]])
    losses = np.concatenate([*history.values()])
    slope, _ = np.polyfit(losses, up, 1)
    assert slope < 0
    np.testing.assert_allclose(np.diff(up), slope * np.diff(losses), atol=1e-6)
    assert (one[-1, 0] - one[0, 0]) / (other[-1, 0] - other[0, 0]) == pytest.approx(12 / 20)


def test_one_huge_loss_at_the_start_does_not_flatten_the_curves():
    view = Playground(features="all", shape="8", activation="ReLU", layer=2, change=5.0).run(1)
    view.records[0] = (0, view.records[0][1]._replace(train=view.records[0][1].train._replace(loss=500.0)))
    view.run(30)
    points = view.drawing.named("training")[-1].points
    assert np.ptp(points[2:, 1]) > 20


def test_keys_lead_to_weights_that_exist_and_stay_at_the_ends():
    view = Playground(features="with squares", shape="4-2")
    ends = {"ArrowDown": ("source", 5), "PageDown": ("target", 4), "ArrowRight": ("layer", 3)}
    for key, (name, end) in ends.items():
        for _ in range(12):
            view.set(**view.drawing.keys[key].put)
            assert view.now.picked
        assert view.state[name] == end
        back = {"ArrowDown": "ArrowUp", "PageDown": "PageUp", "ArrowRight": "ArrowLeft"}[key]
        for _ in range(12):
            view.set(**view.drawing.keys[back].put)
        assert view.state[name] == 1
    assert view.drawing.keys["+"].add == {"change": 0.1}
    assert view.drawing.keys["-"].add == {"change": -0.1}


def test_the_number_of_the_picked_weight_is_dragged_upwards_to_make_it_larger():
    view = Playground(layer=2, source=3).run(5)
    (box,) = view.drawing.named("picked")
    across, down = box.does.drag["change"]
    assert (across, down < 0) == (0, True)
    bow = next(
        line for line in view.drawing.named("weight") if line.does.put["layer"] == 2 and line.does.put["source"] == 3
    )
    middle = np.array([box.x + box.wide / 2, box.y + box.high / 2])
    np.testing.assert_allclose(middle, bow.points[[0, -1]].mean(axis=0))


def test_where_a_teacher_has_hidden_what_picks_a_weight_nothing_says_so():
    view = Playground(hide=["layer", "source", "target", "change"])
    assert not view.drawing.keys
    assert not any(shape.does for shape in view.drawing.shapes)
    assert view.drawing.help == "Point at a line to read its weight."


@pytest.mark.parametrize("data", DATA)
def test_data_fit_into_the_plane(data):
    points, labels = DATA[data](N, rng=np.random.default_rng(0), noise=0.1)
    assert (np.abs(points) < WIDE).mean() > 0.97
    assert np.abs(points).max() > 0.8
    assert np.bincount(labels).tolist() == [N / 2, N / 2]


@pytest.mark.parametrize("data", DATA)
def test_more_noise_brings_classes_nearer_and_no_set_is_noisier_than_it_says(data):
    """The points move away from where they are without noise, by what the noise says, to either side alike."""

    def points(noise):
        return DATA[data](N, rng=np.random.default_rng(0), noise=noise)[0]

    still = points(0.0)
    spread = [np.sqrt(((points(noise) - still) ** 2).mean()) for noise in (0.1, 0.2, 0.4)]
    wanted = {"circle": 1, "xor": 0.5, "two clouds": 1, "moons": 1, "spiral": 0.5}[data]
    np.testing.assert_allclose(spread, wanted * np.array([0.1, 0.2, 0.4]), rtol=0.1)


def test_started_it_is_slow_enough_to_be_seen():
    """How a run keeps to its pace is tested in `test_viz_live.py`, by a clock of its own."""
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
    np.testing.assert_allclose(Playground(features="all").current.grid[777], expected)
    assert FEATURES["with sines"] == ("x1", "x2", "sin 4x1", "sin 4x2")


def test_initial_weights_suit_the_activation():
    rng = np.random.default_rng(3)
    first = Playground(activation="ReLU", seed=3).current.model.layers[0]
    np.testing.assert_array_equal(first.W, he_normal(2, 4, rng))
    limit = np.sqrt(6 / (2 + 8))
    assert np.abs(Playground(shape="8", seed=3).current.model.layers[0].W).max() <= limit
    found = [type(layer) for layer in Playground(shape="4-2", activation="Sigmoid").current.model.layers[1::2]]
    assert found == [Sigmoid, Sigmoid]
    assert ReLU not in map(type, Playground(activation="none").current.model.layers)


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
    view.current.model.params[0] = np.inf
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
        ("return (X @ W + b)[0]", "dense_forward expected to return an array of shape (2500, 4), got shape (4,)"),
        ("return X @ W + c", "NameError in line 2: name 'c' is not defined"),
        ("return X @ W + b + np.nan", "dense_forward expected to return finite numbers, got nan at index 0, 0"),
        ("return (X @ W + b).astype(str)", "dense_forward expected to return an array of shape (2500, 4), got texts"),
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
        ("return (w - lr * slope)[:3]", "step expected to return an array of shape (17,), got shape (3,)"),
        ("return w * np.nan", "step expected to return finite numbers, got nan at index 0"),
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


def test_thumbnails_show_their_data_and_features():
    data, features = (Playground().control(name) for name in ("data", "features"))
    assert len(set(data.pictures)) == len(data.options)
    for name, picture in zip(data.options, data.pictures, strict=True):
        X, y = DATA[name](90, rng=np.random.default_rng(0), noise=0.0)
        inside = (np.abs(X) <= WIDE).all(axis=1)
        for role, label, corner in [("blue", 1, (0, -1.6)), ("orange", 0, (-1.44, -1.44))]:
            (words,) = re.findall(rf'<path d="([^"]*)" class="f-{role}"', picture)
            starts = np.array(re.findall(r"M(\S+) ([^LZ\s]+)", words), float) - corner
            places = 22 + 21 * X[inside & (y == label)] * (1, -1) / WIDE
            np.testing.assert_allclose(starts, places, atol=0.01)
    for name, picture in zip(features.options, features.pictures, strict=True):
        assert picture.count("<image ") == len(FEATURES[name]) == len(set(re.findall(r'href="([^"]*)"', picture)))

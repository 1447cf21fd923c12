"""The view Descent: its walks against the library's optimizers and closed forms, and what a reader's mistakes show."""

import math

import numpy as np
import pytest

from nnlib import SGD, Adam, RMSProp
from nnlib.viz import Descent
from nnlib.viz.controls import Choice
from nnlib.viz.descent.landscapes import LANDSCAPES
from nnlib.viz.descent.walks import RULES, STEPS
from nnlib.viz.drawing import Circle, Move, Path, Rect


def path_of(view):
    return view.now.walk.path


@pytest.mark.parametrize("name", LANDSCAPES)
def test_each_gradient_is_that_of_its_height(name):
    at, h = LANDSCAPES[name].at, 1e-5
    for x, y in [(0.7, -0.4), (-1.3, 1.1), (0, 0)]:
        by_x = (at(x + h, y)[0] - at(x - h, y)[0]) / (2 * h)
        by_y = (at(x, y + h)[0] - at(x, y - h)[0]) / (2 * h)
        np.testing.assert_allclose(at(x, y)[1], [by_x, by_y], rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", LANDSCAPES)
def test_flat_places_are_flat_and_the_map_has_none_below_the_lowest(name):
    land = LANDSCAPES[name]
    for (x, y), words in land.flat.items():
        np.testing.assert_allclose(land.at(x, y)[1], 0, atol=1e-12)
        assert (land.at(x, y)[0] == pytest.approx(land.lowest)) == (words == "the lowest point")
    xs, ys = np.meshgrid(np.linspace(-land.wide, land.wide, 200), np.linspace(-land.tall, land.tall, 200))
    assert land.at(xs, ys)[0].min() >= land.lowest - 1e-12


def test_the_turned_ravine_is_the_ravine_turned():
    turn = np.array([[1, -1], [1, 1]]) / math.sqrt(2)
    p = np.array([0.3, -1.2])
    height, gradient = LANDSCAPES["ravine"].at(*(turn.T @ p))
    turned_height, turned_gradient = LANDSCAPES["turned ravine"].at(*p)
    assert turned_height == pytest.approx(height)
    np.testing.assert_allclose(turned_gradient, turn @ gradient)


MAP = 50, 40, 440, 330  # left, top, width and height on the sheet


def on_sheet(land, x, y):
    """Return where a place of a map lies on the sheet, (2,)."""
    left, top, wide, high = MAP
    return np.array([left + (x / land.wide + 1) / 2 * wide, top + (1 - y / land.tall) / 2 * high])


def middle(shape):
    """Return the middle of a mark, (2,)."""
    if isinstance(shape, Circle):
        return np.array([shape.x, shape.y])
    if isinstance(shape, Rect):
        return np.array([shape.x + shape.wide / 2, shape.y + shape.high / 2])
    return shape.points.mean(axis=0)


def area(outline):
    """Return the area that an outline in parts encloses, by the shoelace formula; holes run the other way round."""
    ends = np.flatnonzero(np.isnan(outline[:, 0]))
    parts = np.split(outline, ends)
    rings = [part[~np.isnan(part[:, 0])] for part in parts]
    return abs(sum((x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2 for x, y in (ring.T for ring in rings)))


@pytest.mark.parametrize("name", LANDSCAPES)
def test_18_bands_of_the_map_hold_their_shares_of_it_from_low_to_high(name):
    land, drawn = LANDSCAPES[name], Descent(landscape=name).drawing.named("band")
    shares = np.array([area(band.points) for band in drawn]) / (MAP[2] * MAP[3])
    np.testing.assert_allclose(
        np.cumsum(shares), (np.arange(1, 19) / 18) ** 1.5, atol=4e-3
    )  # the map is measured on a grid that has its edges, too
    assert all(np.diff([band.opacity for band in drawn]) > 0)  # the higher the darker
    xs, ys = np.meshgrid(np.linspace(-land.wide, land.wide, 400), np.linspace(-land.tall, land.tall, 300))
    every = np.sort(land.at(xs, ys)[0], axis=None)
    for band, share in zip(drawn, np.cumsum(shares), strict=True):
        x, y = ((band.points - MAP[:2]) / MAP[2:] * 2 - 1).T
        heights = land.at(x * land.wide, -y * land.tall)[0]
        high = every[min(round(share * every.size), every.size - 1)]
        assert np.nanmax(heights) == pytest.approx(high, abs=0.02 * np.ptp(every))
        assert band.tip.startswith("height ")
        assert float(band.tip.split()[-1]) == pytest.approx(high, rel=0.05, abs=0.01 * np.ptp(every))


def test_walks_start_and_marks_lie_where_their_steps_are():
    land, view = LANDSCAPES["two dips"], Descent(landscape="two dips", compare="Adam", x=0.3, y=1.2, lr=0.3, step=6)
    (adam, sgd), (start,) = view.drawing.named("walk"), view.drawing.named("start")
    for walk, drawn, role in [(view.now.walk, sgd, "first"), (view.now.other, adam, "second")]:
        np.testing.assert_allclose(drawn.points, [on_sheet(land, x, y) for x, y in walk.path], atol=1e-9)
        assert (drawn.line, drawn.tip) == (role, walk.name)
        last = [star for star in view.drawing.named("last") if star.fill == role]
        np.testing.assert_allclose(middle(last[0]), on_sheet(land, *walk.path[-1]), atol=1e-6)
        steps = [mark for mark in view.drawing.named("step") if mark.fill == role]
        assert {type(mark) for mark in steps} == {Circle if role == "first" else Path}  # a triangle
        for mark in steps:
            k = mark.does.put["step"]
            np.testing.assert_allclose(middle(mark), on_sheet(land, *walk.path[k]), atol=1e-6)
            assert mark.tip.startswith(f"{walk.name}, step {k}: (")
            assert float(mark.tip.split()[-1]) == pytest.approx(walk.above[k] + land.lowest, abs=0.005)
    np.testing.assert_allclose(middle(start), on_sheet(land, 0.3, 1.2), atol=1e-9)


def test_marks_of_steps_do_not_hide_each_other():
    view = Descent(landscape="valley", lr=0.01, x=-2, y=1.5, step=STEPS)
    places = np.array([middle(mark) for mark in view.drawing.named("step")])
    apart = np.hypot(*np.diff(places, axis=0).T)
    assert 20 < len(places) < 100
    assert apart.min() >= 7


def test_a_pointer_on_the_map_sets_the_start_where_it_is_and_never_beside_the_map():
    view = Descent(landscape="saddle", x=1, y=1)
    land = LANDSCAPES["saddle"]
    moves = {str(shape.does) for name in ("band", "start", "walk") for shape in view.drawing.named(name)}
    assert len(moves) == 1
    follow = view.drawing.named("start")[0].does.follow
    for x, y in [(-2.0, 1.5), (0.5, -1.0)]:
        place, now = on_sheet(land, x, y), {}
        for name, (at_corner, right, down, low, high) in follow.items():
            now[name] = at_corner + right * place[0] + down * place[1]
            assert (low, high) == (-getattr(land, {"x": "wide", "y": "tall"}[name]), -low)
        assert now == pytest.approx({"x": x, "y": y})


def test_arrow_keys_move_the_start_and_keep_it_on_the_map():
    keys = Descent(landscape="valley", x=1, y=-1).drawing.keys
    assert {key: (move.put["x"], move.put["y"]) for key, move in keys.items()} == {
        "ArrowRight": (1.05, -1), "ArrowLeft": (0.95, -1), "ArrowUp": (1, -0.95), "ArrowDown": (1, -1.05)
    }  # fmt: skip
    edge = Descent(landscape="valley", x=4, y=-3).drawing.keys
    assert edge["ArrowRight"].put == {"x": 2.4, "y": -1.8}
    assert edge["ArrowUp"].put == {"x": 2.4, "y": -1.75}


def test_play_goes_on_by_one_step_until_nothing_moves_any_more():
    assert Descent(step=3).drawing.onward == Move(add={"step": 1})
    assert Descent(step=STEPS).drawing.onward is None
    gone = Descent(lr=0.06, step=100)
    assert gone.now.walk.gone < 100
    assert gone.drawing.onward is None
    assert gone.set(compare="Adam").drawing.onward == Move(add={"step": 1})


def test_what_is_beyond_a_frame_is_not_drawn_on_its_edge():
    drawing = Descent(lr=0.06, compare="Adam", step=12).drawing
    left, top, wide, high = MAP
    for mark in [*drawing.named("step"), *drawing.named("last")]:
        x, y = middle(mark)
        assert left <= x <= left + wide
        assert top <= y <= top + high
    assert [mark.fill for mark in drawing.named("last")] == ["second"]
    assert [text.text for text in drawing.named("away")] == ["SGD, lr 0.06: off the map"]
    for name in ("walk", "heights", "band"):
        assert all(shape.clip is not None for shape in drawing.named(name))
    far = Descent(lr=0.06, step=STEPS)
    assert [text.text for text in far.drawing.named("away")] == [
        f"SGD, lr 0.06: flew off after {far.now.walk.gone} steps"
    ]
    assert far.drawing.named("height") == []  # above 1000
    low = Descent(landscape="valley", lr=0.4, x=1, y=1, step=STEPS).drawing
    assert low.named("height") == []  # below 0.000001
    assert low.named("heights")[0].points[-1, 1] > 370


def test_heights_lie_over_their_steps():
    view = Descent(step=40)
    (drawn,), above = view.drawing.named("heights"), view.now.walk.above
    np.testing.assert_allclose(drawn.points[:, 0], 566 + 190 * np.arange(41) / 200)
    np.testing.assert_allclose(drawn.points[:, 1], 40 + 330 * (3 - np.log10(above)) / 9)
    (star,) = view.drawing.named("height")
    np.testing.assert_allclose(middle(star), drawn.points[-1], atol=1e-6)
    assert float(star.tip.split("step 40: ")[1].split()[0]) == pytest.approx(above[-1], abs=0.005)


@pytest.mark.parametrize(
    ("name", "optimizer"),
    [
        ("SGD", SGD(lr=0.02)),
        ("momentum", SGD(lr=0.02, momentum=0.8)),
        ("RMSProp", RMSProp(lr=0.02, alpha=0.9)),
        ("Adam", Adam(lr=0.02)),
    ],
)
@pytest.mark.parametrize("landscape", LANDSCAPES)
def test_a_walk_is_that_of_the_library(name, optimizer, landscape):
    optimizer.t, optimizer.memory, optimizer._params = 0, None, None
    params = np.array([-1.5, 1.0])
    view = Descent(landscape=landscape, optimizer=name, lr=0.02, mu=0.8, x=-1.5, y=1, step=STEPS)
    for place in path_of(view):
        np.testing.assert_allclose(place, params, atol=1e-9)
        optimizer.step(params, np.array(LANDSCAPES[landscape].at(*params)[1]))
    assert path_of(view).shape == (STEPS + 1, 2)


@pytest.mark.parametrize("compare", ["none", *RULES])
@pytest.mark.parametrize("optimizer", RULES)
def test_a_slider_acts_when_it_says_so(optimizer, compare):
    view = Descent(optimizer=optimizer, compare=compare, lr=0.01)
    for control in (control for control in view.controls if getattr(control, "acts", ())):
        before = repr(view.now), view.facts_shown
        view.set(**{control.name: control.high / 2})
        acts = any(view.state[other] == value for other, value in control.acts)
        assert ((repr(view.now), view.facts_shown) != before) == acts


def test_compare_walks_from_the_same_start_with_a_rate_of_its_own():
    view = Descent(compare="Adam", compare_lr=0.3, noise=0.2, step=50)
    alone = Descent(optimizer="Adam", lr=0.3, noise=0.2, step=50)
    np.testing.assert_array_equal(view.now.other.path, path_of(alone))
    assert view.now.other.name == "Adam, lr 0.3"
    assert Descent().now.other is None


@pytest.mark.parametrize(("landscape", "curvature"), [("valley", 2), ("ravine", 40), ("turned ravine", 40)])
@pytest.mark.parametrize(("optimizer", "mu"), [("SGD", 0.0), ("momentum", 0.5)])
def test_the_largest_stable_rate_that_it_names_is_the_border(landscape, curvature, optimizer, mu):
    border = 2 * (1 + mu) / curvature
    below, above = (
        Descent(landscape=landscape, optimizer=optimizer, mu=mu, lr=share * border, x=1, y=-0.4, step=STEPS)
        for share in (0.97, 1.03)
    )
    assert below.now.walk.above[-1] < below.now.walk.above[0] < above.now.walk.above[-1]
    assert f"2/{curvature} = {2 / curvature:g}" in below.facts_shown
    assert (f"= {border:g}; momentum has {0.97 * border:g}" in below.facts_shown) == (optimizer == "momentum")


def test_no_stable_rate_is_named_where_there_is_no_parabola():
    assert "Plain steps" not in Descent(landscape="saddle", x=1).facts_shown


def test_it_says_when_a_walk_has_flown_off():
    distances = 1.0 * 1.4 ** np.arange(STEPS)  # lr 0.06 · 40 = 2.4: y is multiplied by -1.4
    after = int(np.argmax(distances > 1000))
    gone = Descent(lr=0.06, step=STEPS)
    assert gone.now.walk.gone == after == len(path_of(gone)) - 1
    assert f"flew off, more than 1000 away after {after} steps" in gone.facts_shown
    assert f"it will fly off: more than 1000 away after {after} steps" in gone.set(step=3).facts_shown
    assert len(path_of(gone)) == 4


def test_it_says_which_step_went_up():
    assert Descent(lr=0.06, step=5).now.walk.up == 1
    quiet = Descent(lr=0.046, step=STEPS)
    assert quiet.now.walk.up == 0
    assert "never up so far" in quiet.facts_shown


def test_the_saddle_holds_those_who_come_in_exactly_along_its_line():
    on, beside = (Descent(landscape="saddle", lr=0.2, x=1.5, y=y, step=STEPS) for y in (0, 0.001))
    assert "now at the pass" in on.facts_shown
    assert "now at the lowest point" in beside.facts_shown
    assert "height -0.25" in beside.facts_shown
    noisy = Descent(landscape="saddle", lr=0.2, x=1.5, y=0, noise=0.05, step=STEPS)
    assert "now at the pass" not in noisy.facts_shown


def test_two_dips_have_a_local_minimum():
    right, left = (Descent(landscape="two dips", lr=0.2, x=x, y=1.2, step=STEPS) for x in (0.3, 0))
    assert "now at the higher dip, a local minimum" in right.facts_shown
    assert "now at the lowest point" in left.facts_shown


def test_steps_until_near_the_end():
    view = Descent(landscape="valley", lr=0.2, x=-2, y=1.5, step=0)
    k = np.arange(STEPS + 1)
    heights = ((-2 * 0.8**k) ** 2 + 2 * (1.5 * 0.6**k) ** 2) / 2
    assert view.now.walk.settled == int(np.argmax(heights < 1e-3))
    assert f"from step {view.now.walk.settled} on" in view.facts_shown
    assert "still changing" in Descent(landscape="valley", lr=0.001, x=-2, y=1.5).facts_shown


@pytest.mark.parametrize(
    ("landscape", "lr", "start", "steps"),
    [
        ("valley", 0.2, (-2, 1.5), 18),
        ("saddle", 0.2, (1.5, 0.001), 44),
        ("two dips", 0.2, (0, 1.2), 16),
        ("ravine", 0.046, (-4, 1), 96),
    ],
)
def test_the_steps_are_those_in_the_table_of_notebook_5(landscape, lr, start, steps):
    x, y = start
    assert Descent(landscape=landscape, lr=lr, x=x, y=y).now.walk.settled == steps


@pytest.mark.parametrize("lr", [0.01, 0.4])
def test_the_first_step_is_lr_times_the_gradient_with_its_noise(lr):
    (start, first), slope = path_of(Descent(lr=lr, noise=0.5))[:2], LANDSCAPES["ravine"].at(-4, 1)[1]
    (_, plain_first), (_, quieter) = path_of(Descent(lr=lr))[:2], path_of(Descent(lr=lr, noise=0.25))[:2]
    np.testing.assert_allclose(plain_first, start - lr * np.array(slope))
    noise = (plain_first - first) / lr
    np.testing.assert_allclose(noise, 0.5 * np.random.default_rng(0).standard_normal((STEPS, 2))[0])
    np.testing.assert_allclose((plain_first - quieter) / lr, noise / 2)


def test_noise_is_the_same_each_time():
    np.testing.assert_array_equal(path_of(Descent(noise=0.5)), path_of(Descent(noise=0.5)))
    assert not np.allclose(path_of(Descent(noise=0.5)), path_of(Descent()))


def test_a_start_beside_the_map_is_moved_to_its_edge():
    view = Descent(landscape="valley", x=-4, y=3)
    np.testing.assert_allclose(path_of(view)[0], [-2.4, 1.8])
    assert "outside of this map" in view.facts_shown
    assert "outside of this map" not in view.set(x=-2.4, y=1.8).facts_shown


@pytest.mark.parametrize("control", Descent.controls, ids=lambda control: control.name)
def test_both_ends_of_each_control(control):
    ends = control.options if isinstance(control, Choice) else (control.low, control.high)
    for end in ends:
        view = Descent(compare="Adam").set(**{control.name: end})
        assert view.error == ""
        assert len(path_of(view)) > 0
        assert Descent.from_text(view.to_text()).facts_shown == view.facts_shown
    if not isinstance(control, Choice):
        with pytest.raises(ValueError, match=f"Descent expected {control.name} from"):
            Descent(**{control.name: control.high + 1})


def test_whole_steps_stay_whole_and_rates_stay_as_given():
    view = Descent(lr=0.0123, step=7.0)
    assert "lr=0.0123" in view.to_code()
    assert "step=7," in view.to_code()


WRONG = {
    "returned nothing": ("SGD", "step", lambda w, slope, lr: None, "step returned None in step 1"),
    "one number": ("SGD", "step", lambda w, slope, lr: 0.5, "step expected to return w, an array of shape (2,)"),
    "nan": ("SGD", "step", lambda w, slope, lr: w * np.nan, "step expected to return finite numbers, got nan"),
    "no velocity": ("momentum", "momentum_step", lambda w, g, v, lr, mu: w - lr * g, "to return 2 values, w, v"),
    "wrong shape": ("RMSProp", "rmsprop_step", lambda w, g, v, lr, a, eps: (w, v[:1]), "return v, an array of shape"),
    "two of three": ("Adam", "adam_step", lambda w, g, m, v, t, lr, b1, b2, eps: (w, m), "to return 3 values, w, m, v"),
    "raises": ("SGD", "step", lambda w, slope, lr: w[7], "step raised IndexError in line"),
    "other arguments": ("SGD", "step", lambda w: w, "step raised TypeError"),
    "no function": ("SGD", "step", 3, "step expected to be a function, got an object of type int"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_function_is_named_inside_the_view(case, monkeypatch):
    optimizer, name, wrong, says = WRONG[case]
    view = Descent(optimizer=optimizer)
    before = view.now
    monkeypatch.setitem(globals(), name, wrong)
    view.update()
    assert says in view.error
    assert view.now is before
    monkeypatch.delitem(globals(), name)
    view.set(step=10)
    assert view.error == ""


def test_the_readers_functions_drive_it(monkeypatch):
    monkeypatch.setitem(globals(), "step", lambda w, slope, lr: w + lr * slope)  # uphill
    view = Descent(landscape="valley", lr=0.1, x=1, y=0, step=5)
    np.testing.assert_allclose(path_of(view)[:, 0], 1.1 ** np.arange(6))
    assert view.now.walk.up == 1


def test_a_function_that_changes_its_inputs_in_place_spoils_nothing(monkeypatch):
    def in_place(w, g, v, lr, mu):
        v *= mu
        v += g
        w -= lr * v
        return w, v

    right = path_of(Descent(optimizer="momentum", step=STEPS))
    monkeypatch.setitem(globals(), "momentum_step", in_place)
    np.testing.assert_array_equal(path_of(Descent(optimizer="momentum", step=STEPS)), right)


@pytest.mark.parametrize("state", [{}, {"compare": "RMSProp"}, {"lr": 1, "step": STEPS}, {"step": 0}])
def test_the_picture_is_a_png(state):
    assert Descent(**state).png().startswith(b"\x89PNG")

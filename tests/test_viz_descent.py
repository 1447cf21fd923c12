"""The view Descent: its walks against the library's optimizers and closed forms, and what a reader's mistakes show."""

import math

import numpy as np
import pytest

from nnlib import SGD, Adam, RMSProp
from nnlib.viz import Descent
from nnlib.viz.descent import LANDSCAPES, RULES, STEPS, shade_of
from nnlib.viz.view import Choice


def path_of(view):
    return view.now.walk.path


@pytest.mark.parametrize("name", LANDSCAPES)
def test_each_gradient_is_the_slope_of_its_height(name):
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


@pytest.mark.parametrize("name", LANDSCAPES)
def test_shade_orders_places_by_height(name):
    land, shade = LANDSCAPES[name], shade_of(name)
    rows, columns = shade.shape
    heights = [
        [land.at(x, y)[0] for x in np.linspace(-land.wide, land.wide, columns)]
        for y in np.linspace(-land.tall, land.tall, rows)
    ]
    order = np.argsort(heights, axis=None)
    assert (np.diff(shade.ravel()[order]) >= -1e-4).all()  # -1e-4: one and the same height, rounded
    assert shade.min() >= 0
    assert shade.max() <= 1


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
def test_the_first_step_is_lr_times_the_slope_with_its_noise(lr):
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
    "returned nothing": ("SGD", "step", lambda w, slope, lr: None, "step expected to return w as two numbers"),
    "one number": ("SGD", "step", lambda w, slope, lr: 0.5, "step expected to return w as two numbers, shape (2,)"),
    "nan": ("SGD", "step", lambda w, slope, lr: w * np.nan, "step gave w = [nan nan] in step 1"),
    "no velocity": ("momentum", "momentum_step", lambda w, g, v, lr, mu: w - lr * g, "expected to return w, v"),
    "wrong shape": ("RMSProp", "rmsprop_step", lambda w, g, v, lr, alpha, eps: (w, v[:1]), "return v as two numbers"),
    "two of three": ("Adam", "adam_step", lambda w, g, m, v, t, lr, b1, b2, eps: (w, m), "expected to return w, m, v"),
    "raises": ("SGD", "step", lambda w, slope, lr: w[7], "IndexError"),
    "other arguments": ("SGD", "step", lambda w: w, "TypeError"),
    "no function": ("SGD", "step", 3, "step expected to be a function, is 3 in this notebook"),
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

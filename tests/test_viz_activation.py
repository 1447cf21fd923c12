"""The view of the activations: its arrays against numbers had in another way, and what a reader's class does to it."""

import doctest
import math
import sys

import numpy as np
import pytest

import nnlib
from nnlib.activations import Activation
from nnlib.viz import Activations, activation
from nnlib.viz.activation_numbers import PLACES
from nnlib.viz.drawing import Circle, Move


class Softplus(Activation):
    def f(self, X):
        return np.logaddexp(0, X)

    def derivative(self, X, Y):
        return 1 / (1 + np.exp(-X))


class DerivativeFromOutput(Activation):  # the fault of numpy-tutorials
    def f(self, X):
        return np.maximum(X, 0)

    def derivative(self, X, Y):
        return Y >= 0


class HardTanh:
    def f(self, X):
        return np.clip(X, -1, 1)

    def derivative(self, X, Y):
        return np.abs(X) < 1


class Single:
    def f(self, X):
        return np.tanh(X).astype(np.float32)

    def derivative(self, X, Y):
        return 1 - Y**2


class Upwards:
    def f(self, X):
        return X

    def derivative(self, X, Y):
        return np.full(X.shape, -20.0)


class Broken:
    said = None

    def f(self, X):
        return self.said(X)

    def derivative(self, X, Y):
        return np.ones(X.shape)


class Demanding:
    def __init__(self, slope):
        self.slope = slope

    f = derivative = np.positive


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def learn(w, b, target, gradient, lr=0.15, steps=300):
    answers = [sigmoid(w + b)]
    for _ in range(steps):
        d = gradient(answers[-1], target)
        w, b = w - lr * d, b - lr * d
        answers.append(sigmoid(w + b))
    return answers


@pytest.mark.parametrize(("start", "ends"), [((0.6, 0.9), (0.82, 0.09)), ((2, 2), (0.98, 0.20))])
def test_a_neuron_that_refuses_to_learn(start, ends):
    frame = Activations(w=start[0], b=start[1], step=300).now
    assert (round(frame.answers[0], 2), round(frame.answers[299], 2)) == ends  # as published
    by_hand = learn(*start, 0, lambda a, t: (a - t) * a * (1 - a))
    np.testing.assert_allclose(frame.answers, by_hand, rtol=1e-12)
    np.testing.assert_allclose(frame.derivatives, [a * (1 - a) for a in by_hand], rtol=1e-10)
    np.testing.assert_allclose(frame.gradients, [a * a * (1 - a) for a in by_hand], rtol=1e-10)
    np.testing.assert_allclose([sigmoid(z) for z in frame.sums], frame.answers, rtol=1e-12)


def test_with_cross_entropy_the_derivative_cancels():
    frame = Activations(w=2, b=2, target=0.3, cost="cross-entropy").now
    np.testing.assert_allclose(frame.answers, learn(2, 2, 0.3, lambda a, t: a - t), rtol=1e-10)
    np.testing.assert_allclose(frame.gradients, frame.answers - 0.3, rtol=1e-8, atol=1e-12)
    assert Activations(w=2, b=2, cost="cross-entropy").now.answers[-1] < 0.02


def test_every_activation_of_nnlib_is_offered_and_right():
    view = Activations(step=0)
    assert {kind.__name__ for kind in Activation.__subclasses__() if kind.__module__ == "nnlib.activations"} == set(
        activation.ACTIVATIONS
    )
    assert set(activation.ACTIVATIONS) < set(view.controls[0].options)
    for name in activation.ACTIVATIONS:
        view.set(activation=name, x=-1)
        assert not view.error
        assert "wrong" not in view.facts_shown
        frame, made = view.now, getattr(nnlib, name)()
        np.testing.assert_array_equal(frame.y, made.forward(frame.x))
        np.testing.assert_array_equal(frame.derivative, made.backward(np.ones(frame.x.shape)))
        np.testing.assert_allclose(frame.derivative, np.gradient(frame.y, frame.x), atol=0.6)  # 0.5 beside a corner


def test_the_point_and_the_flat_stretch():
    view = Activations(x=4)
    np.testing.assert_allclose(view.now.point, [4, sigmoid(4), sigmoid(4) * sigmoid(-4)])
    assert view.facts_shown.startswith("Sigmoid at x = 4: value 0.982, derivative 0.018, nearly flat.")
    assert "not flat" in view.set(x=0).facts_shown
    assert "derivative 0.000, flat" in view.set(activation="ReLU").facts_shown  # the course takes 0 at the corner


def test_a_dead_neuron_says_so():
    view = Activations(activation="ReLU", w=-1, b=-1, target=1)
    assert "answer 0.00, after step 300 0.00; derivative 0.0000, gradient dC/dz 0.0000: flat" in view.facts_shown
    assert "nothing arrives" in view.facts_shown
    assert "nothing arrives" not in view.set(activation="LeakyReLU").facts_shown


def test_a_relu_dies_by_one_step_that_is_far_too_large():
    alive, dead = (Activations(activation="ReLU", target=1, lr=lr, step=1) for lr in (0.15, 1))
    np.testing.assert_allclose(alive.now.sums, [4, 4 - 2 * 0.15 * 3])
    np.testing.assert_allclose(dead.now.sums, [4, 4 - 2 * 1 * 3])
    assert "nothing arrives" in dead.facts_shown
    assert "nothing arrives" not in alive.facts_shown
    for view, is_flat in [(alive, False), (dead, True)]:
        x = view.drawing.named("neuron")[0].points[:, 0].mean()
        (area,) = (area for area in view.drawing.named("flat") if area.x < 400)
        assert (area.x <= x <= area.x + area.wide) == is_flat


def test_the_frame_holds_the_run_up_to_the_step():
    view = Activations()
    whole = view.now
    for step in (0, 1, 172, 300):
        now = view.set(step=step).now
        for name in ("sums", "answers", "derivatives", "gradients"):
            np.testing.assert_array_equal(getattr(now, name), getattr(whole, name)[: step + 1])
        np.testing.assert_array_equal(now.run_ends, whole.run_ends)


@pytest.mark.parametrize("name", ["ReLU", "LeakyReLU", "Tanh", "GELU"])
def test_cross_entropy_is_for_answers_between_0_and_1(name):
    view = Activations(activation=name, cost="cross-entropy")
    assert f"{name} gives others" in view.facts_shown
    assert np.isnan(view.now.answers).all()
    assert not view.error
    assert view.png().startswith(b"\x89PNG")


def test_a_class_of_the_notebook_is_offered():
    view = Activations(activation="Softplus", x=0)
    assert "value 0.693, derivative 0.500" in view.facts_shown
    assert "wrong" not in view.facts_shown
    assert Activations.from_text(view.to_text()).facts_shown == view.facts_shown
    assert "Activation" not in view.controls[0].options
    with pytest.raises(ValueError, match=r"activation to be one of ReLU.*Softplus.*'Swish'"):
        Activations.from_text("activation=Swish")


def test_the_notebooks_version_is_looked_up_at_each_move(monkeypatch):
    view = Activations(activation="Tanh")
    monkeypatch.setattr(sys.modules[__name__], "Tanh", type("Tanh", (Softplus,), {}), raising=False)
    assert "value 0.693" in view.set(x=0).facts_shown
    monkeypatch.setattr(sys.modules[__name__], "Tanh", 3)
    assert "Tanh expected a class with f(X) and derivative(X, Y), got an object" in view.set(x=1).error
    monkeypatch.delattr(sys.modules[__name__], "Tanh")
    assert "value 0.000, derivative 1.000" in view.set(x=0).facts_shown


def test_a_wrong_derivative_is_named_with_its_place():
    view = Activations(activation="DerivativeFromOutput")
    assert "The derivative of DerivativeFromOutput is wrong at 299 of 598 places between x = -5.98 and -0.01" in (
        view.facts_shown
    )
    assert "it says 1.000, measured 0.000" in view.facts_shown
    np.testing.assert_array_equal(view.now.wrong, view.now.x < 0)


@pytest.mark.parametrize("name", ["HardTanh", "Single"])
def test_corners_and_float32_are_not_called_wrong(name):
    assert "wrong" not in Activations(activation=name).facts_shown


def test_a_run_beyond_all_bounds_ends_there():
    view = Activations(activation="Upwards")
    assert "beyond all bounds from step" in view.facts_shown
    assert "neuron, step 300, beyond all bounds" in view.drawing.texts()
    assert np.abs(view.now.answers[np.isfinite(view.now.answers)]).max() < 1e6
    assert view.now.ends[1] < 20  # the curve stays visible beside a derivative that is far off
    assert view.png().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (lambda self, X: None, "Broken.f returned None. Is the `return` missing?"),
        (lambda self, X: 3.0, "Broken.f expected to return an array of shape (598,), got one number"),
        (lambda self, X: X[:, None], "got shape (598, 1)"),
        (lambda self, X: list(X), "got a list"),
        (lambda self, X: X * 1j, "expected to return an array of shape (598,), got complex128"),
        (lambda self, X: X.astype(str), "expected to return an array of shape (598,), got texts"),
        (lambda self, X: np.log(X), "Broken.f expected to return finite numbers, got nan for x = -5.98"),
        (lambda self, X: np.exp(1000 * X), "Broken.f expected to return finite numbers, got inf for x = 0.71"),
        (lambda self, X: math.exp(X), "Broken.f raised TypeError in line"),
        (lambda self, X: undefined(X), "Broken.f raised NameError in line"),  # noqa: F821
    ],
)
def test_what_a_broken_class_says(said, says, monkeypatch):
    monkeypatch.setattr(Broken, "said", said)
    view = Activations(activation="Broken")
    assert says in view.error
    assert says in view._repr_mimebundle_()[0]["text/plain"]
    assert view.set(activation="Sigmoid").error == ""


def test_a_fault_in_the_run_only(monkeypatch):
    monkeypatch.setattr(Broken, "said", lambda self, X: X if len(X) > 1 or X[0] > 2 else X[[0, 0]])
    assert (
        "Broken.f expected to return an array of shape (1,), got shape (2,)"
        in Activations(activation="Broken", x=3).error
    )


def test_a_class_that_wants_arguments():
    assert "Demanding() raised TypeError" in Activations(activation="Demanding").error


def test_both_ends_of_each_control():
    view = Activations()
    for control in view.controls:
        ends = control.options if hasattr(control, "options") else (control.low, control.high)
        for end in [option for option in ends if option not in ("Broken", "Demanding")]:
            view.set(**{control.name: end})
            assert not view.error
            assert all(np.isfinite(view.now.y))
        view.set(**{control.name: control.start})
    for beyond in ({"x": 6.1}, {"w": -3.1}, {"target": -0.1}, {"step": 301}, {"cost": "mean"}):
        with pytest.raises(ValueError, match="expected"):
            view.set(**beyond)


def test_a_hidden_control_and_what_is_stored():
    view = Activations(hide=["cost"])
    assert [control["name"] for control in view.spec["controls"]] == [
        "activation",
        "x",
        "w",
        "b",
        "target",
        "lr",
        "step",
    ]
    data, metadata = view._repr_mimebundle_()
    assert "after step 300 0.20" in data["text/plain"]
    assert "nearly flat" in metadata["image/png"]["alt"]


class Bent:
    """A line with slope 1, and with `jump` more from a corner on, which is `beside` the middle place."""

    jump, beside = 0.0, 0.0

    def f(self, X):
        return X + self.jump * np.maximum(X - (PLACES[300] + self.beside), 0)

    def derivative(self, X, Y):
        return 1 + self.jump * (PLACES[300] <= X)


@pytest.mark.parametrize(
    ("jump", "beside", "wrong"),
    [(0.011, 0, False), (0.009, 0, True), (0.5, 0.9e-5, False), (0.5, -0.9e-5, False), (0.5, 1.1e-5, True)],
)
def test_only_what_is_a_corner_at_the_place_itself_is_excused(jump, beside, wrong, monkeypatch):
    """Slopes differ by more than 0.01 within 0.00001 on both sides; else the derivative there is compared."""
    monkeypatch.setattr(Bent, "jump", jump)
    monkeypatch.setattr(Bent, "beside", beside)
    says = Activations(activation="Bent").facts_shown
    assert ("wrong at 1 of 598 places" in says) == wrong
    assert ("wrong" in says) == wrong


LEFT, RIGHT = (48, 84, 330, 300), (448, 84, 330, 300)  # panels: left, top, width, height


def scaled(box, xs, ys, x_ends, y_ends):
    """Return numbers as places in a panel, (n, 2), its y axis 6 % longer than the numbers at both ends."""
    left, top, wide, high = box
    room = 0.06 * (y_ends[1] - y_ends[0])
    right = (np.asarray(xs, float) - x_ends[0]) / (x_ends[1] - x_ends[0])
    down = (y_ends[1] + room - np.asarray(ys, float)) / (y_ends[1] - y_ends[0] + 2 * room)
    return np.stack([left + wide * right, top + high * down], axis=-1)


def test_curves_lie_where_their_numbers_are():
    view = Activations(activation="Tanh", x=0.5, w=1, b=0.5, target=0.2, step=100)
    frame, drawing = view.now, view.drawing
    x = np.linspace(-6, 6, 600)[1:-1]
    for name, role, ys in [("value", "first", np.tanh(x)), ("derivative", "second", 1 - np.tanh(x) ** 2)]:
        drawn = drawing.named(name)[0]
        np.testing.assert_allclose(drawn.points, scaled(LEFT, x, ys, (-6, 6), (-np.tanh(x[-1]), 1)), atol=0.02)
        assert drawn.line == role
    low, high = frame.run_ends
    for name, role, ys in [
        ("answer", "first", frame.answers),
        ("derivative", "second", frame.derivatives),
        ("gradient", "fourth", frame.gradients),
    ]:
        drawn = drawing.named(name)[-1]
        np.testing.assert_allclose(drawn.points, scaled(RIGHT, range(101), ys, (0, 300), (low, high)), atol=1e-6)
        assert drawn.line == role
    assert low <= frame.gradients.min() <= frame.gradients.max() <= high
    np.testing.assert_allclose(frame.gradients, (frame.answers - 0.2) * (1 - frame.answers**2), rtol=1e-9)
    target = drawing.named("target")[0].points
    np.testing.assert_allclose(target, scaled(RIGHT, [0, 300], [0.2, 0.2], (0, 300), (low, high)))


def test_marks_stand_on_their_curves_with_their_numbers():
    view = Activations(activation="Sigmoid", x=-1, step=170)
    frame, drawing = view.now, view.drawing
    y = sigmoid(-1)
    value, derivative = drawing.named("at value")[0], drawing.named("at derivative")[0]
    curve = drawing.named("value")[0].points, drawing.named("derivative")[0].points
    assert isinstance(value, Circle)
    assert (value.fill, derivative.fill) == ("first", "second")
    assert value.x == pytest.approx(48 + 330 * 5 / 12)
    assert value.y == pytest.approx(np.interp(value.x, *curve[0].T), abs=0.01)
    assert derivative.y + derivative.high / 2 == pytest.approx(np.interp(value.x, *curve[1].T), abs=0.01)
    assert value.tip == f"Sigmoid at x = -1: value {y:.3f}, derivative {y * (1 - y):.3f}"
    assert {f"value {y:.3f}", f"derivative {y * (1 - y):.3f}"} <= set(drawing.texts())
    neuron = drawing.named("neuron")[0].points.mean(axis=0)
    assert neuron[0] == pytest.approx(48 + 330 * (frame.sums[-1] + 6) / 12)
    assert neuron[1] == pytest.approx(np.interp(neuron[0], *curve[0].T), abs=0.01)
    now = drawing.named("now")[0]
    np.testing.assert_allclose(now.points.mean(axis=0), drawing.named("answer")[0].points[-1], atol=1e-6)
    says = f"answer {frame.answers[-1]:.2f}, derivative {frame.derivatives[-1]:.3f}"
    assert now.tip == f"step 170: {says}, gradient dC/dz {frame.gradients[-1]:.3f}, target 0"


def test_grey_is_where_the_derivative_is_below_a_twentieth():
    view = Activations(activation="Sigmoid", step=172)
    border = math.acosh(math.sqrt(5)) * 2  # there the sigmoid's derivative, 1 / (2 cosh(z / 2))², is 0.05
    areas = view.drawing.named("flat")
    at = [48 + 330 * (z + 6) / 12 for z in (-6, -border, border, 6)]
    ends = [end for area in areas[:2] for end in (area.x, area.x + area.wide)]
    np.testing.assert_allclose(ends, at, atol=0.6)
    flat = np.flatnonzero(np.abs(view.now.derivatives) < 0.05)
    assert areas[2].x == pytest.approx(448)
    assert areas[2].x + areas[2].wide == pytest.approx(448 + 330 * (flat[-1] + 0.5) / 300)
    assert len(areas) == 3


def test_the_left_panel_moves_x_and_the_right_one_the_step():
    drawing = Activations(step=100).drawing
    left, right = (hand.does.follow for hand in drawing.named("hand"))
    at, by, _, *ends = left["x"]
    assert (at + by * 48, at + by * 213, ends) == (pytest.approx(-6), pytest.approx(0), [-6, 6])
    at, by, _, *ends = right["step"]
    assert (at + by * 448, at + by * 613, ends) == (pytest.approx(0, abs=1e-9), pytest.approx(150), [0, 300])
    assert drawing.keys["ArrowRight"] == Move(add={"x": 0.1})
    assert drawing.keys["ArrowDown"] == Move(add={"step": -5})
    assert drawing.onward == Move(add={"step": 5})
    assert Activations(step=300).drawing.onward is None
    assert Activations(activation="Upwards", step=250).drawing.onward is None


def test_what_was_measured_is_marked_only_where_the_derivative_is_wrong():
    assert Activations().drawing.named("measured") == []
    drawing = Activations(activation="DerivativeFromOutput").drawing
    marks = drawing.named("measured")
    assert 5 <= len(marks) <= 13
    zero = float(drawing.named("value")[0].points[0, 1])  # of ReLU on the left
    for mark in marks:
        x, y = np.nanmean(mark.points, axis=0)
        assert x < 48 + 165
        assert y == pytest.approx(zero)
    assert "measured" in drawing.texts()
    assert len(Activations(activation="Off").drawing.named("measured")) == 1


class Off(HardTanh):
    """Wrong at one place alone."""

    def derivative(self, X, Y):
        return (np.abs(X) < 1) + 1.0 * (np.round(X * 599 / 12 + 299.5).astype(int) == 333)


def test_a_long_name_does_not_run_into_the_other_panel():
    name = "W" * 60
    globals()[name] = type(name, (Softplus,), {})
    drawing = Activations(activation=name).drawing
    title = next(text for text in drawing.texts() if text.startswith("WWW"))
    assert title.endswith("W…")
    del globals()[name]


def test_doctest():
    assert doctest.testmod(activation, optionflags=doctest.ELLIPSIS).failed == 0

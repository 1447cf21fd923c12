"""The view of the activations: its arrays against numbers had in another way, and what a reader's class does to it."""

import doctest
import math
import sys

import numpy as np
import pytest

import nnlib
from nnlib.activations import Activation
from nnlib.viz import Activations, activation


class Softplus(Activation):
    def f(self, X):
        return np.logaddexp(0, X)

    def derivative(self, X, Y):
        return 1 / (1 + np.exp(-X))


class SlopeFromOutput(Activation):  # the fault of numpy-tutorials
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


def learn(w, b, target, push, lr=0.15, steps=300):
    answers = [sigmoid(w + b)]
    for _ in range(steps):
        d = push(answers[-1], target)
        w, b = w - lr * d, b - lr * d
        answers.append(sigmoid(w + b))
    return answers


@pytest.mark.parametrize(("start", "ends"), [((0.6, 0.9), (0.82, 0.09)), ((2, 2), (0.98, 0.20))])
def test_a_neuron_that_refuses_to_learn(start, ends):
    frame = Activations(w=start[0], b=start[1], step=300).now
    assert (round(frame.answers[0], 2), round(frame.answers[299], 2)) == ends  # as published
    by_hand = learn(*start, 0, lambda a, t: (a - t) * a * (1 - a))
    np.testing.assert_allclose(frame.answers, by_hand, rtol=1e-12)
    np.testing.assert_allclose(frame.slopes, [a * (1 - a) for a in by_hand], rtol=1e-10)
    np.testing.assert_allclose(frame.pushes, [a * a * (1 - a) for a in by_hand], rtol=1e-10)
    np.testing.assert_allclose([sigmoid(z) for z in frame.sums], frame.answers, rtol=1e-12)


def test_with_cross_entropy_the_slope_cancels():
    frame = Activations(w=2, b=2, target=0.3, cost="cross-entropy").now
    np.testing.assert_allclose(frame.answers, learn(2, 2, 0.3, lambda a, t: a - t), rtol=1e-10)
    np.testing.assert_allclose(frame.pushes, frame.answers - 0.3, rtol=1e-8, atol=1e-12)
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
        np.testing.assert_array_equal(frame.slope, made.backward(np.ones(frame.x.shape)))
        np.testing.assert_allclose(frame.slope, np.gradient(frame.y, frame.x), atol=0.6)  # 0.5 beside a corner


def test_the_point_and_the_flat_stretch():
    view = Activations(x=4)
    np.testing.assert_allclose(view.now.point, [4, sigmoid(4), sigmoid(4) * sigmoid(-4)])
    assert view.facts_shown.startswith("Sigmoid at x = 4: value 0.982, slope 0.018, nearly flat.")
    assert "not flat" in view.set(x=0).facts_shown
    assert "slope 0.000, flat" in view.set(activation="ReLU").facts_shown  # the course takes 0 at the corner


def test_a_dead_neuron_says_so():
    view = Activations(activation="ReLU", w=-1, b=-1, target=1)
    assert "answer 0.00, after step 300 0.00; slope 0.0000, push 0.0000: flat, nothing arrives." in view.facts_shown
    assert "nothing arrives" not in view.set(activation="LeakyReLU").facts_shown


def test_the_frame_holds_the_run_up_to_the_step():
    view = Activations()
    whole = view.now
    for step in (0, 1, 172, 300):
        now = view.set(step=step).now
        for name in ("sums", "answers", "slopes", "pushes"):
            np.testing.assert_array_equal(getattr(now, name), getattr(whole, name)[: step + 1])
        assert (now.low, now.high) == (whole.low, whole.high)


@pytest.mark.parametrize("name", ["ReLU", "LeakyReLU", "Tanh", "GELU"])
def test_cross_entropy_is_for_answers_between_0_and_1(name):
    view = Activations(activation=name, cost="cross-entropy")
    assert f"{name} gives others" in view.facts_shown
    assert np.isnan(view.now.answers).all()
    assert not view.error
    assert view.png().startswith(b"\x89PNG")


def test_a_class_of_the_notebook_is_offered():
    view = Activations(activation="Softplus", x=0)
    assert "value 0.693, slope 0.500" in view.facts_shown
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
    assert "value 0.000, slope 1.000" in view.set(x=0).facts_shown


def test_a_wrong_derivative_is_named_with_its_place():
    view = Activations(activation="SlopeFromOutput")
    assert "The derivative of SlopeFromOutput is wrong at 299 of 598 places between x = -5.98 and -0.01" in (
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
    assert view.now.caption == "step 300: beyond all bounds"
    assert np.abs(view.now.answers[np.isfinite(view.now.answers)]).max() < 1e6
    assert view.now.top < 20  # the curve stays visible beside a slope that is far off
    assert view.png().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (lambda self, X: None, "Broken.f returned None. Is the `return` missing?"),
        (lambda self, X: 3.0, "Broken.f expected to return an array of X's shape (598,), got ()"),
        (lambda self, X: X[:, None], "got (598, 1)"),
        (lambda self, X: list(X), "got a list"),
        (lambda self, X: X * 1j, "expected to return numbers, got complex128"),
        (lambda self, X: X.astype(str), "expected to return numbers, got <U"),
        (lambda self, X: np.log(X), "Broken.f gives nan for x = -5.98"),
        (lambda self, X: np.exp(1000 * X), "Broken.f gives inf for x = 0.71"),
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
        "Broken.f expected to return an array of X's shape (1,), got (2,)"
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


def test_what_is_sent_and_shown():
    view = Activations(hide=["cost"])
    assert [control["name"] for control in view.spec["controls"]] == ["activation", "x", "w", "b", "target", "step"]
    assert view.frame["answers"]["shape"] == [301]
    assert np.frombuffer(view.frame["y"]["data"], np.float32) == pytest.approx(view.now.y, abs=1e-6)
    data, metadata = view._repr_mimebundle_()
    assert "after step 300 0.20" in data["text/plain"]
    assert "nearly flat" in metadata["image/png"]["alt"]


def test_doctest():
    assert doctest.testmod(activation, optionflags=doctest.ELLIPSIS).failed == 0

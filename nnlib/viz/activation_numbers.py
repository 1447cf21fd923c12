"""An activation and its derivative in numbers and words, and one neuron that learns with it."""

from dataclasses import dataclass

import numpy as np

from nnlib.viz.readers import ask

LOW, HIGH, FLAT, STEPS, FAR = -6, 6, 0.05, 300, 1e6
CORNER = 0.01  # between the slopes on both sides
PLACES = np.linspace(LOW, HIGH, 600)[1:-1]  # 599 is prime: none of them is a round number, where corners are


@dataclass(frozen=True)
class ActivationFrame:
    """An activation, and a neuron with it that learns from x = 1.

    x, y, derivative, measured, wrong: (k,) places, values, derivatives as the class says and as measured, whether
        they differ
    point: (3,) the input, its value, its derivative
    sums, answers, derivatives, gradients: (step + 1,) of the neuron; nan from where they are beyond all bounds.
        gradients: of the cost, with respect to the sum
    ends: (2,) of what is drawn of the curves;   run_ends: (2,) of all numbers of the neuron, in all steps
    fits: whether the cost has a meaning here
    """

    name: str
    target: float
    x: np.ndarray
    y: np.ndarray
    derivative: np.ndarray
    measured: np.ndarray
    wrong: np.ndarray
    point: np.ndarray
    sums: np.ndarray
    answers: np.ndarray
    derivatives: np.ndarray
    gradients: np.ndarray
    ends: np.ndarray
    run_ends: np.ndarray
    fits: bool


def activation_frame(activation, x, w, b, target, cost, lr, step):
    """Return the ActivationFrame of `activation`, which has f(X) and derivative(X, Y) as in nnlib.activations."""
    y, derivative = curve(activation, PLACES)
    measured, wrong = measured_derivative(activation, derivative)
    point = np.concatenate([[x], *curve(activation, np.array([x]))])
    fits = cost == "quadratic" or bool(y.min() > 0 and y.max() < 1)
    run = learned(activation, w, b, target, cost, lr) if fits else np.full((STEPS + 1, 4), np.nan)
    seen = [0, 1, *run[np.isfinite(run[:, 1]), 1:].ravel()]
    ends = np.array(limits(y, derivative, measured)), np.array([min(seen), max(seen)])
    head = type(activation).__name__, target, PLACES
    return ActivationFrame(*head, y, derivative, measured, wrong, point, *run[: int(step) + 1].T, *ends, fits)


def applied(activation, method, x, *more):
    """Return what a method of `activation` gives for arrays, as floats; raises ValueError for others."""

    def where(index):
        return f"for x = {x[index]:.2f}" if index else ""

    who = f"{type(activation).__name__}.{method}"
    return ask(who, getattr(activation, method), x, *more, gives=x.shape, where=where)


def curve(activation, x):
    """Return values and derivatives at the places x, each (k,)."""
    y = applied(activation, "f", x)
    return y, applied(activation, "derivative", x, y)


def measured_derivative(activation, derivative, h=1e-5):
    """Return the derivatives by central differences, and where `derivative` differs from them, each (k,).

    At a corner or a jump there is nothing to measure: the slopes on both sides differ, and no formula is wrong.
    """
    below, here, above = (applied(activation, "f", PLACES + move) for move in (-h, 0, h))
    measured = (above - below) / (2 * h)
    kept = np.asarray(activation.f(PLACES.copy())).dtype
    digit = np.finfo(kept if kept.kind == "f" else float).eps  # the last one of y is made large by the division
    noise = 4 * digit * np.abs(here) / h
    corner = np.abs(above - 2 * here + below) / h > CORNER + noise
    return measured, (np.abs(derivative - measured) > 1e-6 * (1 + np.abs(measured)) + noise) & ~corner


def limits(y, derivative, measured):
    """Return the ends of a panel for a curve; a wrong derivative may leave it, so that the curve stays visible."""
    true = np.array([min(0, y.min(), measured.min()), max(0, y.max(), measured.max())])
    span = np.ptp(true) or 1
    return max(true[0] - span / 2, min(true[0], derivative.min())), min(
        true[1] + span / 2, max(true[1], derivative.max())
    )


def learned(activation, w, b, target, cost, lr):
    """Return sum, answer, derivative, gradient of a neuron at each step, (STEPS + 1, 4); its input is 1."""
    run = np.full((STEPS + 1, 4), np.nan)
    for row in run:
        z = np.array([w * 1 + b])
        a, derivative = answer(activation, z)
        mistake = np.float64(a - target) / (a * (1 - a) if cost == "cross-entropy" else 1)  # dC/da
        gradient = mistake * derivative  # dC/dz
        if not max(abs(a), abs(gradient)) < FAR:
            break
        row[:] = z[0], a, derivative, gradient
        w, b = w - lr * gradient, b - lr * gradient
    return run


def answer(activation, z):
    """Return what a neuron with the sum z, (1,), answers, and its derivative, as two numbers."""
    try:
        y = activation.f(z.copy())
        return float(y.item()), float(activation.derivative(z.copy(), y).item())
    except Exception:
        y = applied(activation, "f", z)  # these two say clearly what is wrong, for which there was no time
        applied(activation, "derivative", z, y)
        raise


def lesson(frame):
    """Return in words how the neuron fares."""
    if not frame.fits:
        return (
            "No neuron is shown: cross-entropy is meant for answers between 0 and 1, as the sigmoid gives them, "
            f"and {frame.name} gives others."
        )
    last, gone = len(frame.answers) - 1, np.isnan(frame.answers)
    if gone.any():
        return f"The neuron's answer is beyond all bounds from step {gone.argmax()} on."
    way = f"answer {frame.answers[0]:z.2f}" + (f", after step {last} {frame.answers[-1]:z.2f}" if last else "")
    derivative, gradient = frame.derivatives[-1], frame.gradients[-1]
    stuck = derivative == 0 and not gradient and frame.answers[-1] != frame.target
    now = f"derivative {derivative:z.4f}, gradient dC/dz {gradient:z.4f}{': flat, nothing arrives' * bool(stuck)}"
    return f"Neuron with target {frame.target:g}: {way}; {now}."


def reproach(frame):
    """Return in words where the derivative is not what f's steepness is, or nothing."""
    if not frame.wrong.any():
        return ""
    places = frame.x[frame.wrong]
    worst = np.where(frame.wrong, np.abs(frame.derivative - frame.measured), -1).argmax()
    return (
        f"The derivative of {frame.name} is wrong at {len(places)} of {len(frame.x)} places between "
        f"x = {places[0]:.2f} and {places[-1]:.2f}: at x = {frame.x[worst]:.2f} it says "
        f"{frame.derivative[worst]:z.3f}, measured {frame.measured[worst]:z.3f}."
    )

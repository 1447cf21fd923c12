"""Illustrations of notebook 2."""

import numpy as np

from illustrations import illustration, sheet
from illustrations.common import box, caption
from nnlib import GELU, LeakyReLU, ReLU, Sigmoid, Tanh
from nnlib.viz.panels import Panel

X = np.linspace(-4, 4, 161)


@illustration("Between two layers of a network stands a nonlinear function")
def banner():
    """Five activations side by side, each as a solid curve with its derivative, dashed: sigmoid, tanh, ReLU,
    LeakyReLU and GELU. Where the derivative is near 0 the curve is flat."""
    made = sheet(206)
    for k, activation in enumerate([Sigmoid(), Tanh(), ReLU(), LeakyReLU(0.1), GELU()]):
        panel = Panel(made, (20 + 146 * k, 42, 134, 116), (-4, 4), (-1.4, 2.2))
        panel.line([-4, 4], [0, 0], "grid", width=1)
        panel.line([0, 0], [-1.4, 2.2], "grid", width=1)
        Y = activation.forward(X)
        slope = activation.backward(np.ones_like(X))
        panel.line(X, np.where(np.abs(np.gradient(slope)) > 0.4, np.nan, slope), "second", width=2)
        panel.line(X, Y, "first", width=3.5)
        panel.frame()
        made.text(type(activation).__name__, panel.left + 67, 24, align="middle", bold=True)
    made.legend(258, 182, [("activation", "first", "line"), ("its derivative", "second", "line")], gap=30)
    return made


@illustration("$3x + (2x + 1) - 1$ is $5x$")
def two_layers_are_one():
    """Two boxes in a row, a layer and a layer, and below them one box, a layer, that gives the same. In a second row
    an activation stands between the layers: no single box can take their place."""
    made = sheet(196)
    for top, words in [(52, ""), (140, "ReLU")]:
        made.text("x", 36, top, align="middle", bold=True, size=16)
        made.arrow([(50, top), (84, top)], "ink", width=2.5)
        box(made, 140, top, 104, 46, "layer 1")
        made.arrow([(196, top), (240, top)], "ink", width=2.5)
        if words:
            box(made, 286, top, 84, 46, words, fill="pale orange", line="orange", bold=True)
            made.arrow([(332, top), (368, top)], "ink", width=2.5)
        at = 424 if words else 296
        box(made, at, top, 104, 46, "layer 2")
    made.text("=", 398, 52, align="middle", size=24, bold=True)
    box(made, 500, 52, 130, 46, "one layer")
    caption(made, "however many: one", 582, 52)
    made.text("≠", 520, 140, align="middle", size=24, bold=True)
    box(made, 620, 140, 130, 46, "one layer", fill="paper", line="grey", dash=(4, 4))
    return made


@illustration("Both errors are large. The culprit")
def saturated():
    """The sigmoid. Its middle is steep, and an arrow of a step along z moves the output far. On both outer parts,
    which are shaded, the curve is flat: the same step moves the output hardly at all. There the neuron is saturated."""
    made = sheet(250)
    panel = Panel(made, (56, 26, 500, 180), (-8, 8), (-0.08, 1.08))
    z = np.linspace(-8, 8, 161)
    Y = Sigmoid().forward(z)
    flat = np.abs(z[Y * (1 - Y) > 0.05]).max()
    for start, end in [(-8, -flat), (flat, 8)]:
        panel.area(start, end, fill="pale orange")
    panel.frame(yticks=[0, 0.5, 1], xticks=[-4, 0, 4])
    panel.line(z, Y, "first", width=3.5)
    for at in [-0.6, 4.2]:
        a, b = Sigmoid().forward(np.array([at, at + 1.2]))
        (x0, y0), (x1, y1) = panel.places([at, at + 1.2], [a, b])
        made.path([(x0, y0), (x1, y0)], "ink", width=2)
        made.path([(x1, y0), (x1, y1)], "orange", width=4, dash=())
        panel.mark("round", at, a, 5, fill="ink")
    for at in (-5.6, 5.6):
        made.text("saturated", float(panel.x(at)), 120, align="middle", bold=True)
    caption(made, "the same step in z:", 580, 78)
    caption(made, "far up in the middle,", 580, 104, fill="orange")
    caption(made, "hardly at all here", 580, 130, fill="orange")
    return made


@illustration("So we may choose $c$ freely")
def softmax_steps():
    """Scores as bars, on their way through softmax: the largest is taken away from all, so that none is above
    0; e to the power of each is between 0 and 1; divided by their sum, they are probabilities that add up to 1."""
    made = sheet(232)
    scores = np.array([3.0, 2.0, 0.5])
    shifted = scores - scores.max()
    powers = np.exp(shifted)
    steps = [
        ("scores", scores),
        ("minus the largest", shifted),
        ("e to the power", powers),
        ("divided by the sum", powers / powers.sum()),
    ]
    for k, (name, values) in enumerate(steps):
        left, zero, unit = 32 + 184 * k, (126, 126, 126, 126)[k], 22 if k < 2 else 62
        made.path([(left, zero), (left + 128, zero)], "axis", width=1.5)
        for j, value in enumerate(values):
            x, end = left + 8 + 42 * j, zero - unit * float(value)
            made.rect(
                x,
                min(zero, end),
                28,
                abs(zero - end),
                fill="positive" if value > 0 else "pale orange",
                line="" if value > 0 else "orange",
            )
            up = value > 0 or (value == 0)
            made.text(f"{value:.2g}".replace("-", "−"), x + 14, end - 13 if up else end + 13, align="middle", size=13)
        caption(made, name, left + 64, 212, align="middle", bold=True)
        if k < 3:
            made.arrow([(left + 140, 126), (left + 170, 126)], "ink", width=2.5)
    return made

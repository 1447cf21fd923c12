"""The way back by numbers: two layers from the loss on, each gradient above a measured one, and the sum behind it."""

from dataclasses import dataclass

import numpy as np

from nnlib.checks.n04 import cross_entropy_gradient, dense_backward, relu_backward
from nnlib.viz.backward.picture import picture
from nnlib.viz.backward.walk import (
    BUGS,
    NAMES,
    SHAPES,
    TERMS,
    UNITS,
    Layer,
    N,
    Pieces,
    measured,
    name_of,
    verdict,
    walk_back,
    with_bug,
)  # fmt: skip
from nnlib.viz.controls import Choice, Slider
from nnlib.viz.readers import wrong_cells
from nnlib.viz.sums import Working, bracketed, number, products
from nnlib.viz.view import View


@dataclass(frozen=True)
class BackwardFrame:
    """One layer on the way back, and the cell in it that is looked at.

    which: the layer's number;   known: what is measured, by name of the array
    wrong (2, 4): wrong cells by layer and NAMES;   at: array, row and column
    lines: what goes in, its sum, what the cell holds, what is measured there
    """

    which: int
    activation: str
    layer: Layer
    known: dict
    wrong: np.ndarray
    at: tuple
    working: Working
    lines: list
    verdict: str


def backward_frame(pieces, seed, activation, layer, array, row, column, term=TERMS):
    """Return the BackwardFrame of layer 1 or 2 with one cell picked; a row that an array has not is its last."""
    layers, known = walk_back(pieces, seed, activation), measured(seed, activation)
    wrong = np.array([[wrong_cells(getattr(layers[k], n), known[k][n]).sum() for n in NAMES] for k in (0, 1)])
    now, at = layers[layer - 1], (array, min(row, SHAPES[array][0] - 1), column)
    here = known[0] | {"arrives": known[1]["dX"]} if layer == 1 else known[1]
    here = {name: np.atleast_2d(values) for name, values in here.items()}
    what, working = calculation(now, layer, *at, term)
    lines = [what, working.equation(name_of(*at)), *held(now, here, at)]
    says = verdict(layers, known, wrong, activation)
    return BackwardFrame(layer, activation, now, here, wrong, at, working, lines, says)


def calculation(layer, which, array, i, j, term):
    """Return what goes into a cell, and its Working."""
    if array == "dZ":
        return start(layer, i, j) if which == 2 else through_activation(layer, i, j)
    if array == "dX":
        names, factors, digits = (f"row {i} of dZ", f"column {j} of Wᵀ"), (layer.dZ[i], layer.W[j]), (3, 1, 3)
    elif array == "dW":
        names, factors = (f"row {i} of Xᵀ", f"column {j} of dZ"), (layer.X[:, i], layer.dZ[:, j])
        digits = (1 if which == 1 else 3), 3, 3  # the inputs are in tenths
    else:
        names, factors, digits = ("row of ones", f"column {j} of dZ"), (np.ones(N), layer.dZ[:, j]), (0, 3, 3)
    return " times ".join(names), products(names, factors, digits, term)


def start(layer, i, j):
    """Return what goes into a cell of dZ of the last layer, and its Working."""
    p, y, dZ = (
        number(layer.arrives[i, j]),
        number(layer.derivative[i, j], 0),
        layer.arrives[i, j] - layer.derivative[i, j],
    )
    return "probability minus target, divided by n", in_one_step(
        [f"p[{i}, {j}]", f"y[{i}, {j}]", "(p − y) / 4"], [p, y, number(dZ / N)], f"({p} − {y}) / 4"
    )


def through_activation(layer, i, j):
    """Return what goes into a cell of dZ behind an activation, and its Working."""
    dY, slope = layer.arrives[i, j], layer.derivative[i, j]
    texts = [number(value) for value in (dY, slope, dY * slope)]
    names = [f"dY[{i}, {j}]", "derivative", "product"]
    return f"{names[0]} times the derivative there", in_one_step(names, texts, f"{texts[0]} · {bracketed(texts[1])}")


def in_one_step(names, texts, formula):
    """Return the Working of three numbers, the last one by this formula."""
    lit = np.array([[False], [False], [True]])
    return Working(names, [[text] for text in texts], lit, f"{formula} = {texts[-1]}", 1, 1)


def held(layer, known, at):
    """Return in words what a cell holds, what is measured there, and whether they agree."""
    array, *place = at
    found, right = (np.atleast_2d(values)[*place] for values in (getattr(layer, array), known[array]))
    agree = "they agree" if not wrong_cells(found, right) else "✗ they differ"
    return f"{name_of(*at)} holds {number(found)}", f"measured {number(right)}: {agree}"


class Backward(View):
    """The way back by numbers: two layers, four examples; each gradient of weights stands above a measured one.

    Cells that differ have a thick border and a cross. Driven by the reader's `dense_backward(X, W, dY)`,
    `relu_backward(dY, Y)`, `cross_entropy_gradient(logits, labels)` and, where there is one, `bias_gradient(dZ)`;
    `bug` puts a known mistake in the place of one of them.

    >>> Backward(bug="bias: one number for all").now.verdict
    'db of layers 1 and 2 are wrong, both dW are right: look at the bias rule'
    """

    title = "The way back, by numbers"
    plays = True
    controls = (
        Slider("layer", "layer", 1, 2, 1, 1),
        Choice("array", "array", NAMES, "dW"),
        Slider("row", "row", 0, N - 1, 1, 1),
        Slider("column", "column", 0, UNITS - 1, 1, 0),
        Slider("term", "terms shown", 1, TERMS, 1, TERMS),
        Choice("activation", "activation", ("tanh", "ReLU"), "tanh"),
        Slider("seed", "seed", 0, 20, 1, 0),
        Choice("bug", "bug", BUGS, "none"),
    )

    def compute(self, bug, **state):
        pieces = Pieces(
            self.reader("cross_entropy_gradient", cross_entropy_gradient),
            self.reader("dense_backward", dense_backward),
            self.reader("relu_backward", relu_backward),
            self.reader("bias_gradient", None),
        )
        return backward_frame(with_bug(pieces, bug), **state)

    def facts(self, frame):
        no_mask = self.state["bug"] == BUGS[-1] and self.state["activation"] == "tanh"
        hint = ". This bug is one of ReLU's: tanh has no mask" if no_mask else ""
        cells = frame.wrong[:, 1:3].sum(axis=1)
        counts = f" ({cells[0]} and {cells[1]} of 12 cells in layers 1 and 2)" if cells.any() else ""
        return f"{frame.verdict}{counts}{hint}. In layer {frame.which}, {', '.join(frame.lines[2:])}"

    def draw(self, frame):
        return picture(frame)

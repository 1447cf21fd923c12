"""What stands behind each number of a way forward: the arrays, the sums written out, what is wrong and why."""

import functools

import numpy as np

from nnlib.checks.engine import find
from nnlib.viz.backward import number, wrong_cells
from nnlib.viz.known_activations import ACTIVATIONS
from nnlib.viz.readers import ask

SOURCES = {"Z1": ("X", "W1", "b1"), "A1": (None, "Z1"), "Z2": ("A1", "W2", "b2"), "P": ("Z2", "steps")}
DIGITS = {"Z1": 2, "A1": 3, "Z2": 3, "steps": 3, "P": 3}  # X, weights and biases are in tenths


@functools.lru_cache(maxsize=64)
def network(seed):
    """Return X (3, 3), W1 (3, 4), b1 (4,), W2 (4, 3), b2 (3,): halves and tenths, to be multiplied by hand.

    Drawn again until ReLU has work in every row, and the rows differ in their favourite, which leads by more than 0.1.
    """
    rng = np.random.default_rng(seed)
    while True:
        X, W1, b1 = rng.integers(-2, 5, (3, 3)) / 2, rng.integers(-10, 11, (3, 4)) / 10, rng.integers(-5, 6, 4) / 10
        W2, b2 = rng.integers(-10, 11, (4, 3)) / 10, rng.integers(-5, 6, 3) / 10
        Z = X @ W1 + b1
        scores = np.maximum(Z, 0) @ W2 + b2
        lead = np.diff(np.sort(scores))[:, -1]
        if (Z > 0).any(1).all() and (Z < 0).any(1).all() and lead.min() > 0.1 and np.ptp(scores.argmax(1)):
            return X, W1, b1, W2, b2


def forward_arrays(dense, activate, soft, seed, activation, temperature):
    """Return all arrays by name, and what Z1, A1, Z2 and P should be, each judged by what really stands before it."""
    X, W1, b1, W2, b2 = network(seed)
    Z1 = ask("dense_forward", dense, X, W1, b1, gives=(3, 4))
    A1 = ask(activation, activate, Z1, gives=(3, 4))
    Z2 = ask("dense_forward", dense, A1, W2, b2, gives=(3, 3))
    P = ask("softmax", soft, Z2 / temperature, gives=(3, 3))
    shifted = Z2 - Z2.max(axis=1, keepdims=True)
    exps = np.exp(shifted / temperature)
    steps = np.array([Z2, shifted, shifted / temperature, exps])  # (4, 3, 3)
    right = {"Z1": cell_by_cell(X, W1, b1), "A1": ACTIVATIONS[activation]().f(Z1), "Z2": cell_by_cell(A1, W2, b2)}
    right["P"] = exps / exps.sum(axis=1, keepdims=True)
    return {"X": X, "W1": W1, "b1": b1, "Z1": Z1, "A1": A1, "W2": W2, "b2": b2, "Z2": Z2, "steps": steps, "P": P}, right


def cell_by_cell(X, W, b):
    """Return X W + b without a product of arrays: each row times each column, number by number."""
    return np.array(
        [[sum(x * w for x, w in zip(row, W[:, j], strict=True)) + b[j] for j in range(len(b))] for row in X]
    )


# What is wrong


def verdict(arrays, right, activation, temperature):
    """Return in words which arrays are not what their sums say, which function made them, and the likely cause."""
    layers = {name: [arrays[source] for source in SOURCES[name]] for name in ("Z1", "Z2")}
    softened = {"P": [arrays["Z2"] / temperature]}
    says = []
    for rule, exercise, made in [
        ("dense_forward", "03.1", layers), (activation, None, {"A1": []}), ("softmax", "02.4", softened)
    ]:  # fmt: skip
        cells = {name: wrong_cells(arrays[name], right[name]) for name in made}
        bad = [name for name in made if cells[name].any()]
        if bad:
            counts = " and ".join(f"{cells[name].sum()} of {cells[name].size} cells of {name}" for name in bad)
            says.append(f"✗ {counts} are wrong: look at {rule}.{cause(exercise, made, arrays)}")
    return " ".join(says) or "All 42 cells of Z1, A1, Z2 and P are what their sums say."


def cause(exercise, made, arrays):
    """Return what an exercise says to those whose answer gives all of `made` ({name: arguments}), or nothing."""
    for wrong, says in find(exercise).wrong if exercise else ():
        if all(same(wrong(*given), arrays[name]) for name, given in made.items()):
            return f" {says}."
    return ""


def same(one, other):
    """Whether two arrays have the same shape and, but for rounding, the same numbers."""
    return np.shape(one) == other.shape and not wrong_cells(one, other).any()


# The sums, written out: what goes into a cell, and two lines with its numbers


def written_out(arrays, right, activation, temperature, array, i, j):
    """Return four lines: what goes into a cell of this array, its sum in two, and what is wrong with it."""
    value = shown(array, right[array][i, j], activation)
    if array == "A1":
        lines = activation_lines(shown("Z1", arrays["Z1"][i, j], activation), i, j, activation, value)
    elif array == "P":
        lines = softmax_lines(arrays["steps"][:, i], i, j, temperature, value)
    else:
        lines = layer_lines(arrays, *SOURCES[array], i, j, activation, value)
    found = arrays[array]
    wrong = wrong_cells(found, right[array])[i, j]
    return [*lines, f"✗ {array}[{i}, {j}] holds {shown(array, found[i, j], activation)}" if wrong else ""]


def layer_lines(arrays, left, above, bias, i, j, activation, value):
    """Return the lines of a cell of a product, with the shapes."""
    X, W, name = arrays[left], arrays[above], f"Z{above[1]}"
    pairs = [(shown(left, x, activation), shown(above, w)) for x, w in zip(X[i], W[:, j], strict=True)]
    terms = [f"{x} · {factor(w)}" for x, w in pairs] + [shown(bias, arrays[bias][j])]
    (n, inner), (_, outer) = X.shape, W.shape
    return [
        f"row {i} of {left} times column {j} of {above}, plus {bias}[{j}]",
        f"{name}[{i}, {j}] = {' + '.join(terms).replace('+ −', '− ')} = {value}",
        f"shapes: {n, inner} @ {inner, outer} gives {n, outer}; the two {inner} inside agree and go away",
    ]


def activation_lines(z, i, j, activation, value):
    """Return the lines of a cell behind the activation, with the shapes."""
    opposite = z[1:] if z[0] == "−" else f"−{z}"
    formulas = {"ReLU": f"max(0, {z})", "Sigmoid": f"1 / (1 + exp({opposite}))", "Tanh": f"tanh({z})"}
    formula = formulas.get(activation, f"{activation}({z})")
    return [f"{activation} of Z1[{i}, {j}] alone", f"A1[{i}, {j}] = {formula} = {value}", "shapes: (3, 4) stays (3, 4)"]


def softmax_lines(steps, i, j, temperature, value):
    """Return the lines of a probability; steps (4, 3): those of row i."""
    score, shifted, scaled, exp = (number(step) for step in steps[:, j])
    largest, total = number(steps[0].max()), number(steps[3].sum())
    return [
        f"softmax of row {i} of Z2: {score} − {factor(largest)} = {shifted}; "
        f"{shifted} / {temperature:g} = {scaled}; exp({scaled}) = {exp}",
        f"P[{i}, {j}] = {exp} / ({' + '.join(number(step) for step in steps[3])}) = {exp} / {total} = {value}",
        "shapes: (3, 3) stays (3, 3); each row adds up to 1",
    ]


def shown(name, value, activation=None):
    """Return a number of the array of this name as it is shown; behind ReLU it has no more digits than before."""
    return number(value, 2 if name == "A1" and activation == "ReLU" else DIGITS.get(name, 1))


def factor(text):
    """Return a number in brackets if it is negative."""
    return f"({text})" if text[0] == "−" else text

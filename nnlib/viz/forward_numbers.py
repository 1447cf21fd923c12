"""What stands behind each number of a way forward: the arrays, the sums written out, what is wrong and why."""

import functools

import numpy as np

from nnlib.checks.engine import find
from nnlib.viz.known_activations import ACTIVATIONS
from nnlib.viz.readers import ask, wrong_cells
from nnlib.viz.sums import Working, bracketed, number, products

SOURCES = {"Z1": ("X", "W1", "b1"), "A1": (None, "Z1"), "Z2": ("A1", "W2", "b2"), "P": ("Z2",)}
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


# The sums, written out


def written_out(arrays, right, activation, temperature, array, i, j, term):
    """Return what goes into a cell of this array, its Working, its shapes, and what is wrong with it, all in words."""
    value = shown(array, right[array][i, j], activation)
    if array == "A1":
        what, shapes = f"{activation} of Z1[{i}, {j}] alone", "(3, 4) stays (3, 4)"
        working = activated(shown("Z1", arrays["Z1"][i, j]), f"Z1[{i}, {j}]", activation, value)
    elif array == "P":
        what, working = softened(arrays["steps"][:, i], i, j, temperature, value, term)
        shapes = "(3, 3) stays (3, 3); each row adds up to 1"
    else:
        what, shapes, working = layer(arrays, *SOURCES[array], i, j, activation, term)
    found = shown(array, arrays[array][i, j], activation)
    wrong = wrong_cells(arrays[array], right[array])[i, j]
    return what, working, f"shapes: {shapes}", f"✗ {array}[{i}, {j}] holds {found}" if wrong else ""


def layer(arrays, left, above, bias, i, j, activation, term):
    """Return what goes into a cell of a product, the shapes, and the Working."""
    X, W, name = arrays[left], arrays[above], f"Z{above[1]}"
    digits = [digits_of(part, activation) for part in (left, above, name)]
    added = f"{bias}[{j}]", arrays[bias][j], digits_of(bias)
    names = [f"row {i} of {left}", f"column {j} of {above}"]
    (n, inner), (_, outer) = X.shape, W.shape
    shapes = f"{n, inner} @ {inner, outer} gives {n, outer}; the two {inner} inside agree and go away"
    return f"{' times '.join(names)}, plus {added[0]}", shapes, products(names, (X[i], W[:, j]), digits, term, added)


def activated(z, name, activation, value):
    """Return the Working of a cell behind the activation."""
    opposite = z[1:] if z[0] == "−" else f"−{z}"
    formulas = {"ReLU": f"max(0, {z})", "Sigmoid": f"1 / (1 + exp({opposite}))", "Tanh": f"tanh({z})"}
    formula = formulas.get(activation, f"{activation}({z})")
    return Working([name, formula], [[z], [value]], np.array([[False], [True]]), f"{formula} = {value}", 1, 1)


def softened(steps, i, j, temperature, value, term):
    """Return what goes into a probability, and its Working; steps (4, 3): those of row i."""
    done, total = min(term, 5), number(steps[3].sum())
    texts = [[number(step) for step in row] for row in [*steps, steps[3] / steps[3].sum()]]
    largest, exps = bracketed(number(steps[0].max())), [row[j] for row in texts]
    labels = [f"row {i} of Z2", f"− {largest}", f"/ {temperature:g}", "exp", f"/ {total}"]
    lines = [
        f"{exps[0]}",
        f"{exps[0]} − {largest} = {exps[1]}",
        f"{exps[1]} / {temperature:g} = {exps[2]}",
        f"exp({exps[2]}) = {exps[3]}",
        f"{exps[3]} / ({' + '.join(texts[3])}) = {exps[3]} / {total} = {value}",
    ]
    texts = [row if k < done else [""] * 3 for k, row in enumerate(texts)]
    lit = np.arange(5)[:, None] * np.ones(3, int) == done - 1
    return f"softmax of {labels[0]}: {'; '.join(lines[1:4])}", Working(labels, texts, lit, lines[done - 1], done, 5)


def digits_of(name, activation=None):
    """Return how many digits an array has behind the point; behind ReLU it has no more than before."""
    return 2 if name == "A1" and activation == "ReLU" else DIGITS.get(name, 1)


def shown(name, value, activation=None):
    """Return a number of the array of this name as it is shown."""
    return number(value, digits_of(name, activation))

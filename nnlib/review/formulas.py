"""What to know by heart: formulas and shapes, typed as code, and judged by what nnlib computes."""

from dataclasses import dataclass

import numpy as np

from nnlib import SGD, Adam, Dense, MeanSquaredError, ReLU, Sequential, Sigmoid, SoftmaxCrossEntropy, Tanh, softmax
from nnlib.review.card import Card
from nnlib.review.expressions import Unreadable, fault, value


@dataclass(frozen=True)
class Formula:
    """A formula to type.

    notebook, name: where it is taught, and what it is      ask: the question, with the names that may be used
    make: a function of a generator that returns the names with their arrays, and the right value, computed by nnlib
    right: one right answer        slips: what people type, and what to say to it
    """

    notebook: str
    name: str
    ask: str
    make: object
    right: str
    slips: tuple = ()


def dense(rng):
    """A dense layer that has gone forward and backward: (names, layer)."""
    layer = Dense(3, 2, rng=rng)
    layer.b[:] = rng.standard_normal(2)
    X, dY = rng.standard_normal((4, 3)), rng.standard_normal((4, 2))
    Y = layer.forward(X)
    dX = layer.backward(dY)
    return {"X": X, "W": layer.W, "b": layer.b, "dY": dY, "n": 4}, layer, Y, dX


def of_dense(part):
    """Return a maker of a dense layer whose `part` (Y, dX, dW or db) is asked for."""

    def make(rng):
        names, layer, Y, dX = dense(rng)
        return names, {"Y": Y, "dX": dX, "dW": layer.dW, "db": layer.db}[part].copy()

    return make


def of_activation(activation, given):
    """Return a maker of an activation whose gradient is asked for, of the `given` arrays."""

    def make(rng):
        X, dY = rng.standard_normal((4, 3)), rng.standard_normal((4, 3))
        Y = activation.forward(X)
        return {name: {"X": X, "Y": Y, "dY": dY}[name] for name in given}, activation.backward(dY)

    return make


def of_logits(rng):
    """Return a batch of probabilities and the gradient with respect to the logits."""

    logits, labels = rng.standard_normal((4, 3)), rng.integers(0, 3, 4)
    loss = SoftmaxCrossEntropy()
    loss.forward(logits, labels)
    return {"P": softmax(logits), "Y": np.eye(3)[labels], "n": 4}, loss.backward()


def of_cross_entropy(rng):
    """Return a batch of probabilities and their loss."""

    logits, labels = rng.standard_normal((4, 3)), rng.integers(0, 3, 4)
    return {"P": softmax(logits), "Y": np.eye(3)[labels], "n": 4}, SoftmaxCrossEntropy().forward(logits, labels)


def of_mse(rng):
    """Return a batch of predictions and the gradient of their loss."""

    prediction, target = rng.standard_normal((4, 2)), rng.standard_normal((4, 2))
    loss = MeanSquaredError()
    loss.forward(prediction, target)
    return {"P": prediction, "Y": target, "n": 4}, loss.backward()


def of_softmax(rng):
    """Return a row of scores and its softmax."""

    z = rng.standard_normal(4)
    return {"z": z}, softmax(z)


def of_step(momentum, given):
    """Return a maker of a step of SGD, with momentum or without."""

    def make(rng):
        w, g, lr, mu = rng.standard_normal(3), rng.standard_normal(3), 0.1, 0.9
        optimizer, moved = SGD(lr=lr, momentum=mu if momentum else 0.0), w.copy()
        v = np.zeros(3)
        if momentum:
            optimizer.step(moved, v := rng.standard_normal(3))  # the first velocity is the first gradient
        before = moved.copy()
        optimizer.step(moved, g)
        return {name: {"w": before, "g": g, "v": v, "lr": lr, "mu": mu}[name] for name in given}, moved

    return make


def of_adam(rng):
    """Return what Adam's third step starts from, its corrected means, and the weights after it."""
    w, lr, eps = rng.standard_normal(3), 0.1, 1e-8
    optimizer, moved = Adam(lr=lr, eps=eps), w.copy()
    for _ in range(3):
        before, g = moved.copy(), rng.standard_normal(3)
        optimizer.step(moved, g)
    # The optimizer keeps both means divided by 1 - beta; the correction divides by 1 - beta**t.
    m_hat, v_hat = (
        kept * (1 - beta) / (1 - beta**optimizer.t)
        for kept, beta in zip(optimizer.memory, optimizer.betas, strict=True)
    )
    return {"w": before, "g": g, "m_hat": m_hat, "v_hat": v_hat, "lr": lr, "eps": eps}, moved


def of_parameters(rng):
    """Return three sizes and the number of parameters of their network."""

    sizes = [int(size) for size in rng.integers(2, 40, 3)]
    model = Sequential(Dense(sizes[0], sizes[1], rng=rng), ReLU(), Dense(sizes[1], sizes[2], rng=rng))
    return dict(zip(("n_in", "hidden", "n_out"), sizes, strict=True)), model.params.size


def of_shape(name):
    """Return a maker of a dense layer; the shape of its array `name` is asked for."""

    def make(rng):
        n, n_in, n_out = (int(size) for size in rng.permutation([7, 12, 5, 9])[:3])
        layer = Dense(n_in, n_out, rng=rng)
        Y = layer.forward(rng.standard_normal((n, n_in)))
        arrays = {"Y": Y, "W": layer.W, "b": layer.b}
        return {"n": n, "n_in": n_in, "n_out": n_out}, arrays[name].shape

    return make


NO_N = "Almost: the loss is a mean, so its gradient is divided by the number of examples, n."
FORMULAS = [
    Formula(
        "03",
        "forward",
        "A dense layer has X (n, n_in), W (n_in, n_out) and b (n_out,). Type Y.",
        of_dense("Y"),
        "X @ W + b",
        (("X @ W", "The bias is missing."), ("W @ X + b", "X comes first: its rows are the examples.")),
    ),
    Formula(
        "03",
        "shape of W",
        "Dense(n_in, n_out) gets n examples. Type the shape of W, as a tuple.",
        of_shape("W"),
        "(n_in, n_out)",
        (("(n_out, n_in)", "PyTorch stores it so. Here X @ W has to fit: n_in comes first."),),
    ),
    Formula(
        "03",
        "shape of Y",
        "Dense(n_in, n_out) gets n examples. Type the shape of Y, as a tuple.",
        of_shape("Y"),
        "(n, n_out)",
        (("(n_out, n)", "Rows are examples: n comes first."),),
    ),
    Formula(
        "03",
        "shape of b",
        "Dense(n_in, n_out) gets n examples. Type the shape of b, as a tuple.",
        of_shape("b"),
        "(n_out,)",
        (("(n, n_out)", "There is one bias for each unit, and none for each example."),),
    ),
    Formula(
        "03",
        "parameters",
        "How many parameters has the network n_in-hidden-n_out? Type a formula.",
        of_parameters,
        "n_in * hidden + hidden + hidden * n_out + n_out",
        (
            ("n_in * hidden + hidden * n_out", "The biases are missing."),
            (
                "n_in * hidden + n_in + hidden * n_out + hidden",
                "A layer has a bias for each output, not for each input.",
            ),
        ),
    ),
    Formula(
        "03",
        "cross-entropy",
        "P (n, k) are the softmax's probabilities, Y (n, k) is one-hot. Type the mean loss.",
        of_cross_entropy,
        "-(Y * log(P)).sum() / n",
        (
            ("-(Y * log(P)).sum()", NO_N.replace("so its gradient is divided", "so the sum is divided")),
            ("-(Y * log(P)).mean()", "That divides by the number of classes as well: n rows, one loss for each."),
            ("(Y * log(P)).sum() / n", "The sign: log P is below 0, and a loss is not."),
        ),
    ),
    Formula(
        "02",
        "softmax",
        "Type the softmax of one row of scores z.",
        of_softmax,
        "exp(z) / exp(z).sum()",
        (("z / z.sum()", "The exponential makes all of them positive; it is missing."),),
    ),
    Formula(
        "02",
        "sigmoid backward",
        "Y = sigmoid(X) and dY came from the right. Type dX by Y and dY.",
        of_activation(Sigmoid(), ["Y", "dY"]),
        "dY * Y * (1 - Y)",
        (
            ("Y * (1 - Y)", "That is the local derivative. The chain rule multiplies it by dY."),
            ("dY * (1 - Y**2)", "That is tanh's."),
        ),
    ),
    Formula(
        "02",
        "tanh backward",
        "Y = tanh(X) and dY came from the right. Type dX by Y and dY.",
        of_activation(Tanh(), ["Y", "dY"]),
        "dY * (1 - Y**2)",
        (
            ("1 - Y**2", "That is the local derivative. The chain rule multiplies it by dY."),
            ("dY * Y * (1 - Y)", "That is the sigmoid's."),
        ),
    ),
    Formula(
        "02",
        "ReLU backward",
        "Y = ReLU(X) and dY came from the right. Type dX.",
        of_activation(ReLU(), ["X", "Y", "dY"]),
        "dY * (X > 0)",
        (
            ("dY * X", "The slope of ReLU is 1 or 0, not X."),
            ("dY * Y", "The slope of ReLU is 1 or 0, not Y."),
            ("dY * (Y >= 0)", "Y is never below 0, so this mask is always true."),
        ),
    ),
    Formula(
        "04",
        "dW",
        "A dense layer got X (n, n_in), and dY (n, n_out) came back. Type dW.",
        of_dense("dW"),
        "X.T @ dY",
        (
            ("dY.T @ X", "That is its transpose: dW has the shape of W, (n_in, n_out)."),
            ("X.T @ dY / n", "Here dY holds the 1/n of the mean already."),
            ("X @ dY", "X has to be turned: X.T."),
        ),
    ),
    Formula(
        "04",
        "db",
        "A dense layer got X (n, n_in), and dY (n, n_out) came back. Type db.",
        of_dense("db"),
        "dY.sum(axis=0)",
        (
            ("dY.mean(axis=0)", "Here dY holds the 1/n of the mean already: sum the rows."),
            ("dY.sum(axis=1)", "Over the examples, which are axis 0: db has a number for each unit."),
            ("dY.sum()", "One number for the whole layer is a well-known bug: name the axis."),
        ),
    ),
    Formula(
        "04",
        "dX",
        "A dense layer has W (n_in, n_out), and dY (n, n_out) came back. Type dX.",
        of_dense("dX"),
        "dY @ W.T",
        (
            ("dY @ W", "W has to be turned: each input collects from all outputs."),
            ("W @ dY", "dY comes first: its rows are the examples, and W has to be turned."),
        ),
    ),
    Formula(
        "04",
        "softmax with cross-entropy backward",
        "P (n, k) are the softmax's probabilities, Y (n, k) is one-hot. Type the gradient of the mean cross-entropy "
        "with respect to the logits.",
        of_logits,
        "(P - Y) / n",
        (("P - Y", NO_N), ("(Y - P) / n", "The sign is the other one: the gradient points to where the loss grows.")),
    ),
    Formula(
        "04",
        "mean squared error backward",
        "P and Y (n, 2) are predictions and targets. Type the gradient of their mean squared error with respect to P.",
        of_mse,
        "2 * (P - Y) / P.size",
        (
            ("2 * (P - Y)", "It is a mean: divided by the number of elements, P.size."),
            ("2 * (P - Y) / n", "The mean is over all elements, P.size of them, not over the n examples."),
            ("(P - Y) / P.size", "The derivative of a square has a factor of 2."),
        ),
    ),
    Formula(
        "05",
        "SGD",
        "Weights w, gradient g, learning rate lr. Type the weights after a step of SGD.",
        of_step(False, ["w", "g", "lr"]),
        "w - lr * g",
        (("w + lr * g", "That goes uphill."),),
    ),
    Formula(
        "05",
        "momentum",
        "Weights w, velocity v, gradient g, learning rate lr, momentum mu. Type the weights after a step.",
        of_step(True, ["w", "v", "g", "lr", "mu"]),
        "w - lr * (mu * v + g)",
        (
            ("w - lr * g", "The velocity is missing."),
            ("w - lr * (v + g)", "The old velocity fades by the factor mu."),
            ("w - lr * (mu * v + (1 - mu) * g)", "So Adam's running mean does it. Here the gradient counts whole."),
        ),
    ),
    Formula(
        "05",
        "Adam",
        "Weights w, gradient g; m_hat and v_hat are Adam's corrected running means of g and of g**2. "
        "Type the weights after a step.",
        of_adam,
        "w - lr * m_hat / (sqrt(v_hat) + eps)",
        (
            ("w - lr * m_hat / (v_hat + eps)", "The root is missing: v_hat is a mean of squares."),
            ("w - lr * g / (sqrt(v_hat) + eps)", "That is RMSProp's. Adam takes the mean m_hat in place of g."),
            ("w - lr * m_hat", "It is divided by the root of v_hat, so that each weight has a step of its own size."),
        ),
    ),
]


def cards(rng):
    """Return a card for each formula, with new numbers."""
    return [card(formula, rng) for formula in FORMULAS]


def card(formula, rng):
    """Return the card of a formula; its names have numbers drawn from `rng`."""
    names, right = formula.make(rng)

    def judge(text):
        typed = "".join(text.split())
        as_slip = next((says for slip, says in formula.slips if "".join(slip.split()) == typed), "")
        try:
            mine = value(text, names)
        except Unreadable:
            raise
        except ValueError as error:
            return as_slip or str(error)
        said = compare(mine, right)
        known = (says for slip, says in formula.slips if said and not failed(slip, names, mine))
        return next(known, said)

    question = f"{formula.ask} (You may use {', '.join(names)}.)"
    return Card(f"formula {formula.name}", formula.notebook, question, formula.right, judge=judge)


def compare(mine, right):
    """Return "" for the right value or shape, or what is wrong."""
    if isinstance(right, tuple):
        return "" if tuple(np.ravel(mine).tolist()) == right and isinstance(mine, tuple) else f"It is {right} here."
    return fault(mine, right)


def failed(slip, names, mine):
    """Whether an answer is not what a known slip gives."""
    try:
        known = value(slip, names)
    except ValueError:
        return True
    return fault(mine, known) != ""

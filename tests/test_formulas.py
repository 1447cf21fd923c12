"""Formulas in docstrings and in the glossary are computed, and give what the function gives that they speak of."""

import inspect
import math
import re

import numpy as np
import pytest
from discovery import CORE
from formulas import LABELLED_LINES, carry_out, compute, statements
from rules import NOTEBOOKS, load

import nnlib
from nnlib import Adam, Dense, Dropout, RMSProp, softmax
from nnlib.gradcheck import numerical_gradient
from nnlib.initializers import glorot_uniform, he_normal

N, SHAPE = 5, (5, 3)
RNG = np.random.default_rng(0)
X, Y, T = (RNG.standard_normal(SHAPE) for _ in range(3))
LABELS = np.array([0, 2, 1, 1, 0])


def documented():
    """Return {name: docstring without its examples} of all that the core documents, methods included."""
    found = {}
    for module in CORE:
        for name, thing in vars(module).items():
            if getattr(thing, "__module__", None) == module.__name__ and callable(thing):
                members = vars(thing).items() if inspect.isclass(thing) else ()
                found[name] = thing.__doc__
                found |= {f"{name}.{key}": member.__doc__ for key, member in members if callable(member)}
    return {name: re.split(r"\n *>>>", text)[0] for name, text in found.items() if text}


DOCS = documented()
LABELLED = {name: found for name, text in DOCS.items() if (found := statements(text))}


def activation():
    layer = nnlib.Tanh()
    h = 1e-6
    given = {"X": X, "dY": Y, "f": np.tanh, "slope": lambda x: (np.tanh(x + h) - np.tanh(x - h)) / (2 * h)}
    return given, {"Y": layer.forward(X), "dX": layer.backward(Y)}, "*"


def dense():
    layer = Dense(3, 4, rng=np.random.default_rng(1))
    dY = RNG.standard_normal((N, 4))
    layer.b = RNG.standard_normal(4)
    came = {"Y": layer.forward(X), "dX": layer.backward(dY), "dW": layer.dW, "db": layer.db}
    return {"X": X, "W": layer.W, "b": layer.b, "dY": dY}, came, "@"


def dropout(training):
    layer = Dropout(0.3, rng=np.random.default_rng(1))
    below = np.random.default_rng(1).random(SHAPE) < 0.3
    came = {"Y": layer.forward(X, training=training), "dX": layer.backward(Y)}
    return {"X": X, "dY": Y, "rate": 0.3, "choose": lambda _, a, b: np.where(below, a, b)}, came, "*"


def loss(name, prediction, target, given, value, gradient):
    loss = getattr(nnlib, name)()
    return (
        given | {"n": N, "size": prediction.size},
        {value: loss.forward(prediction, target), gradient: loss.backward()},
        "*",
    )


def cross_entropy():
    given = {"z": X, "label": LABELS, "softmax": softmax, "right": lambda p: p[np.arange(N), LABELS]}
    return loss("SoftmaxCrossEntropy", X, LABELS, given | {"onehot": np.eye(3).__getitem__}, "L", "dz")


def regression(name, value):
    return loss(name, X, T, {"y": X, "t": T}, value, "dy")


CASES = {
    "Activation": activation,
    "Dense": dense,
    "SoftmaxCrossEntropy": cross_entropy,
    "BinaryCrossEntropy": lambda: loss("BinaryCrossEntropy", X, T > 0, {"z": X, "t": T > 0}, "L", "dz"),
    "MeanSquaredError": lambda: regression("MeanSquaredError", "L"),
    "QuadraticCost": lambda: regression("QuadraticCost", "C"),
}
GREEK = {"β1": 0.9, "β2": 0.999, "lr": 0.01, "momentum": 0.8, "alpha": 0.99, "eps": 1e-8}
STEPS = {  # class: the optimizer for each block of its formulas
    "SGD": [
        nnlib.SGD(0.01),
        nnlib.SGD(0.01, momentum=0.8),
        nnlib.SGD(0.01, momentum=0.8, nesterov=True),
    ],
    "RMSProp": [RMSProp(0.01)],
    "Adam": [Adam(0.01)],
}


def test_every_labelled_formula_is_computed():
    computed = {*CASES, *STEPS, "Dropout"}
    assert set(LABELLED) == computed, "a class with formula lines in its docstring needs a case in CASES or STEPS"


def agree(formulas, given, came, product):
    names = carry_out(formulas, dict(given), product)
    for name, value in came.items():
        np.testing.assert_allclose(names[name], value, rtol=1e-7, atol=1e-9, err_msg=name)
    assert {formula.split(" = ")[0] for formula in formulas} >= set(came)


@pytest.mark.parametrize("name", CASES)
def test_layers_and_losses(name):
    given, came, product = CASES[name]()
    agree([formula for block in LABELLED[name] for formula in block], given, came, product)


@pytest.mark.parametrize("training", [True, False])
def test_dropout(training):
    (forward, (backward,)) = LABELLED["Dropout"]
    in_training, mask, otherwise = forward
    formulas = [mask, in_training, backward] if training else [otherwise, "dX = dY"]
    given, came, product = dropout(training)
    agree(formulas, given, came, product)


@pytest.mark.parametrize(("name", "k"), [(name, k) for name, made in STEPS.items() for k in range(len(made))])
def test_optimizers(name, k):
    optimizer, params = STEPS[name][k], X.ravel().copy()
    names = GREEK | {"θ": params.copy(), "v": 0, "m": 0}
    for t in range(1, 4):
        names |= {"t": t, "g": RNG.standard_normal(params.size)}
        carry_out(LABELLED[name][k], names)
        optimizer.step(params, names["g"])
        np.testing.assert_allclose(params, names["θ"], rtol=1e-7)
    assert len(LABELLED[name]) == len(STEPS[name])


def spread(init, deviation):
    """Whether an initialiser's weights have this standard deviation, to a percent."""
    W = init(300, 200, np.random.default_rng(2))
    return W.std() == pytest.approx(deviation, rel=0.01)


SIZES = {"n_in": 300, "n_out": 200}
BCE = nnlib.BinaryCrossEntropy()
# (where, formula as it stands there): whether it is what the function computes
INLINE = {
    ("Sigmoid", "1 / (1 + exp(-x))"): lambda formula: np.allclose(compute(formula, x=X), nnlib.Sigmoid().forward(X)),
    ("ReLU", "max(x, 0)"): lambda formula: np.array_equal(compute(formula, x=X), nnlib.ReLU().forward(X)),
    ("LeakyReLU", "slope * x"): lambda formula: np.allclose(
        compute(formula, x=-abs(X), slope=0.1), nnlib.LeakyReLU(0.1).forward(-abs(X))
    ),
    ("GELU", "x Φ(x)"): lambda formula: np.allclose(
        compute(formula, x=X, Φ=np.vectorize(lambda x: (1 + math.erf(x / math.sqrt(2))) / 2)),
        nnlib.GELU().forward(X),
        atol=1e-3,
    ),
    ("softmax", "exp(z_j) / Σ_k exp(z_k)"): lambda formula: np.allclose(compute(formula, z=X), softmax(X)),
    ("BinaryCrossEntropy", "max(z, 0) - t z +\n    log(1 + exp(-|z|))"): lambda formula: math.isclose(
        compute(" ".join(formula.split()), z=X, t=T > 0).mean(), BCE.forward(X, T > 0)
    ),
    ("numerical_gradient", "(f(x + h) - f(x - h)) / 2h"): lambda formula: math.isclose(
        compute(formula, f=np.exp, x=0.3, h=0.1),
        numerical_gradient(lambda: np.exp(PLACE[0]), PLACE, h=0.1)[0],
        rel_tol=1e-12,
    ),
    ("numerical_gradient", "h² + 1e-16 / h"): lambda formula: all(
        0.003 < abs(error_at(h)) / compute(formula.replace("1e-16", "tiny"), h=h, tiny=1e-16) < 3 for h in (1e-2, 1e-4)
    ),
    ("glorot_uniform", "r = sqrt(6 / (n_in + n_out))"): lambda formula: math.isclose(
        carry_out([formula], dict(SIZES))["r"],
        abs(glorot_uniform(300, 200, np.random.default_rng(2))).max(),
        rel_tol=1e-3,
    ),
    ("he_normal", "sqrt(2 / n_in)"): lambda formula: spread(he_normal, compute(formula, **SIZES)),
    ("line", "y = slope x + intercept"): lambda formula: np.allclose(
        carry_out([formula], {"slope": 3, "x": LINE[0], "intercept": 5})["y"], LINE[1], atol=1e-9
    ),
    ("Activation.derivative", "Y = f(X)"): lambda formula: np.array_equal(
        carry_out([formula], {"f": np.tanh, "X": X})["Y"], nnlib.Tanh().forward(X)
    ),
    ("Adam", "m / (1 - β1)"): lambda formula: kept(0, compute(formula, m=0.1 * X.ravel(), **GREEK)),
    ("Adam", "v / (1 - β2)"): lambda formula: kept(1, compute(formula, v=0.001 * X.ravel() ** 2, **GREEK)),
}
PLACE = np.array([0.3])
LINE = nnlib.data.line(20, slope=3.0, intercept=5.0, noise=0.0, rng=np.random.default_rng(3))


def error_at(h):
    return numerical_gradient(lambda: np.exp(PLACE[0]), PLACE, h=h)[0] - math.exp(0.3)


def kept(slot, value):
    """Whether Adam keeps this vector after one step with the gradient X."""
    adam, params = Adam(), np.zeros(X.size)
    adam.step(params, X.ravel())
    return np.allclose(adam.memory[slot], value)


@pytest.mark.parametrize(("where", "formula"), INLINE)
def test_formula_in_a_sentence(where, formula):
    assert formula in DOCS[where]
    assert INLINE[where, formula](formula)


FORMULA_LIKE = r".*(?:exp\((?!t|tensor)|sqrt\(|log\(| = \w+ \w+ [+-]|[√Σ²ᵀ]|\d / ).*"


def test_every_formula_in_a_sentence_is_computed():
    left = []
    for name, text in DOCS.items():
        for where, formula in INLINE:
            text = text.replace(formula, " ") if where == name else text
        rest = LABELLED_LINES.sub("", text)
        left += [f"{name}: {hit[0]}" for hit in re.finditer(FORMULA_LIKE, rest)]
    assert left == []


def share(formula):
    """The standard error of a share: spread of many shares of 400 examples."""
    shares = np.random.default_rng(4).binomial(400, 0.3, 20_000) / 400
    return shares.std() == pytest.approx(compute(formula, q=0.3, n=400), rel=0.02)


def stable(formula):
    """Plain steps on c x² / 2 come to rest just below this rate, and not just above it."""
    limit = compute(formula, c=5.0)
    return abs(1 - 0.99 * limit * 5) < 1 < abs(1 - 1.01 * limit * 5)


def quadratic(formula):
    values = carry_out([formula], {"a": X, "t": T})["C"]
    return math.isclose(values.mean(), nnlib.QuadraticCost().forward(X, T))


def momentum(formula):
    sgd, params = nnlib.SGD(0.1, momentum=0.8), np.zeros(2)
    names = {"μ": 0.8, "v": 0.0}
    for g in [np.array([1.0, 2.0]), np.array([3.0, -1.0])]:
        names["g"] = g
        carry_out([formula], names)
        before = params.copy()
        sgd.step(params, g)
    return np.allclose(before - params, 0.1 * names["v"])


def decay(formula):
    """The slope of the penalty is what weight decay adds to the gradient: here it is the whole step."""
    theta, params = X.ravel(), X.ravel().copy()
    nnlib.SGD(1.0, weight_decay=0.1).step(params, np.zeros(theta.size))
    slope = numerical_gradient(lambda: float(compute(formula, λ=0.1, θ=moved)), moved := theta.copy())
    return np.allclose(theta - params, slope, atol=1e-8)


def gradient_check(formula):
    came = numerical_gradient(lambda: np.exp(PLACE[0]), PLACE, h=0.1)[0]
    return math.isclose(compute(formula, L=np.exp, θ=0.3, h=0.1), came, rel_tol=1e-12)


def neuron(formula):
    layer = Dense(3, 1, rng=np.random.default_rng(1))
    layer.b = np.array([0.5])
    came = compute(formula, f=np.tanh, w=layer.W[:, 0], x=X[0], b=0.5)
    return math.isclose(came, np.tanh(layer.forward(X[:1])).item())


def perceptron(formula):
    layer = Dense(3, 1, rng=np.random.default_rng(1))
    return math.isclose(compute(formula, w=layer.W[:, 0], x=X[0], b=0.0), layer.forward(X[:1]).item())


def layer(formula):
    given, came, _ = dense()
    return np.allclose(carry_out([formula], dict(given), "@")["Y"], came["Y"])


def slope(activation):
    activation.forward(X)
    return activation.backward(np.ones(SHAPE))


def mean_squared(formula):
    return math.isclose(compute(formula, a=X, t=T).mean(), nnlib.MeanSquaredError().forward(X, T))


def minus_log(formula):
    p = softmax(X)[np.arange(N), LABELS]
    return math.isclose(compute(formula, p_y=p).mean(), nnlib.SoftmaxCrossEntropy().forward(X, LABELS))


GLOSSARY = {  # term and formula as they stand there: whether it is what nnlib computes
    ("Notation", "Y = XW + b"): layer,
    ("cross-entropy", r"-\ln p_y"): minus_log,
    ("curvature", "2 / c"): stable,
    ("dense layer", "Y = XW + b"): layer,
    ("Glorot initialisation", "2 / (n_{in} + n_{out})"): lambda formula: spread(
        glorot_uniform, math.sqrt(compute(formula, **SIZES))
    ),
    ("gradient check", r"\frac{L(\theta + h) - L(\theta - h)}{2h}"): gradient_check,
    ("He initialisation", "2 / n_{in}"): lambda formula: spread(he_normal, math.sqrt(compute(formula, **SIZES))),
    ("mean squared error", "(a - t)^2"): mean_squared,
    ("momentum", r"v \leftarrow \mu v + g"): momentum,
    ("neuron", r"f(w \cdot x + b)"): neuron,
    ("perceptron", r"w \cdot x + b"): perceptron,
    ("quadratic cost", r"C = \frac{1}{2} \sum_j (a_j - t_j)^2"): quadratic,
    ("sigmoid", r"\sigma(z) = \frac{1}{1 + e^{-z}}"): lambda formula: np.allclose(
        compute(formula.split(" = ")[1], z=X), nnlib.Sigmoid().forward(X)
    ),
    ("softmax", r"p_j = e^{z_j} / \sum_k e^{z_k}"): lambda formula: np.allclose(
        compute(formula.split(" = ")[1], z=X), softmax(X)
    ),
    ("standard error", r"\sqrt{q(1-q)/n}"): share,
    ("tanh", r"\tanh z"): lambda formula: np.allclose(compute(formula, z=X), nnlib.Tanh().forward(X)),
    ("tanh", r"1 - \tanh^2 z"): lambda formula: np.allclose(compute(formula, z=X), slope(nnlib.Tanh())),
    ("sigmoid", r"\sigma(z) (1 - \sigma(z))"): lambda formula: np.allclose(
        compute(formula, z=X, σ=nnlib.Sigmoid().forward), slope(nnlib.Sigmoid())
    ),
    ("ReLU", r"\max(z, 0)"): lambda formula: np.array_equal(compute(formula, z=X), nnlib.ReLU().forward(X)),
    ("weight decay", r"\frac{\lambda}{2} \sum \theta^2"): decay,
    ("weighted sum", r"w \cdot x = \sum_k w_k x_k"): lambda formula: math.isclose(
        *(compute(side, w=X[0], x=T[0]) for side in formula.split(" = "))
    ),
}
# What is a name, a rule of calculus or a power, and computes nothing of nnlib's.
NO_FORMULA = {"a = f(z)", "g^2", "A^T", r"\frac{dy}{dx} = \frac{dy}{du} \frac{du}{dx}", r"\sqrt{n}"}


def glossary():
    """Yield (term, formula) of the glossary."""
    for cell in load(NOTEBOOKS[-1]).cells:
        for part in re.split(r"^(?=##)", cell.source if cell.cell_type == "markdown" else "", flags=re.MULTILINE):
            heading = re.match(r"(?:### |## (?=Notation))(.*)", part)
            for formula in re.findall(r"\$([^$]+)\$", part if heading else ""):
                if re.search(r"[=+/^]|\\(?:frac|sqrt|sum|ln|tanh)|\w\(", formula) and r"\partial" not in formula:
                    yield heading[1], formula


def test_every_formula_of_the_glossary_is_computed():
    assert {pair for pair in glossary() if pair[1] not in NO_FORMULA} == set(GLOSSARY)


@pytest.mark.parametrize(("term", "formula"), GLOSSARY)
def test_glossary(term, formula):
    assert GLOSSARY[term, formula](formula)

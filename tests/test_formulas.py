"""Formulas in docstrings, the glossary and displayed in notebooks are computed: they give what their function gives."""

import inspect
import math
import re

import numpy as np
import pytest
from discovery import CORE
from formulas import LABELLED_LINES, carry_out, compute, python, statements
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


def displayed():
    """Yield (notebook, formula) of what stands between two $$."""
    for path in NOTEBOOKS:
        for cell in load(path).cells:
            for text in re.findall(r"\$\$(.*?)\$\$", cell.source if cell.cell_type == "markdown" else "", re.DOTALL):
                for formula in re.split(r"\s*\\qquad(?:\\qquad)?\s*", " ".join(text.split())):
                    yield path.name[:2], formula.rstrip(",")


def sides(formula, product="*", **names):
    """Return the values of the sides of an equation, or of the new value of an assignment, where single indices go."""
    return [compute(part.replace(r"\cdot", r"\,"), product, **names) for part in formula.split(" = ")]


def right(formula, came, product="*", **names):
    """Whether all sides of a formula but the name on its left are what nnlib computes."""
    first, rest = re.split(r" (?:=|\\approx|\\leftarrow) ", formula, maxsplit=1)
    assert first
    return all(np.allclose(value, came, rtol=1e-9) for value in sides(rest, product, **names))


def equal(formula, product="*", **names):
    """Whether the sides of a formula are equal."""
    first, *others = sides(formula, product, **names)
    return all(np.allclose(first, other) for other in others)


W3 = RNG.standard_normal((3, 2))
B3 = RNG.standard_normal(2)
P = softmax(X[0])
SQUASH = nnlib.Sigmoid().forward(X)
RATES = {"w": 1.5, "μ": 0.8, "eta": 0.1, "alpha": 0.9, "epsilon": 0.01, "β1": 0.9, "β2": 0.99, "v": 0, "m": 0}
DOWN = RNG.standard_normal((N, 2))
SMALL = 1e-6


def tape():
    """The gradients of the sum of dY * (A B), by the tape."""
    A, B = nnlib.autodiff.Tensor(X), nnlib.autodiff.Tensor(W3)
    ((A @ B) * DOWN).sum().backward()
    return A.grad, B.grad


def walks(optimizer, *formulas):
    """Whether three steps of an optimizer are what its formulas say."""
    names, params = dict(RATES), np.array([RATES["w"]])
    for t, g in enumerate([0.3, -0.7, 0.2], 1):
        names |= {"t": t, "g": g, "slope": g}
        for formula in formulas:
            name, part = re.split(r" (?:\\leftarrow|=) ", formula)
            (names[python(name)],) = sides(part, **names)
        optimizer.step(params, np.array([g]))
    return np.allclose(params, names["w"])


def dot(formula):
    """A dot product, beside its sum written out."""
    first, last = (part for part in formula.split(" = ") if part != "z")
    if r"\cdot" in first:
        first, last = last, first
    numbered = {f"{name}_{k + 1}": array[k] for name, array in (("w", W3[:, 0]), ("x", X[0])) for k in range(3)}
    count = first.count("+") + ("+ b" not in first)
    vectors = {"w": W3[:count, 0], "x": X[0, :count]}
    return np.allclose(compute(first, b=0.5, **numbered), compute(last, b=0.5, **vectors))


def entry(formula):
    """One entry of a product, whose indices stand in the formula."""
    (i, j), (p, q), (r, s) = re.findall(r"_\{(\w)(\w)\}", formula)
    return "_k X" in formula and np.allclose(X @ W3, np.einsum(f"{p}{q},{r}{s}->{i}{j}", X, W3))


def weight(formula):
    """dW_20 is the sum over examples that stands there."""
    i, j = (int(k) for k in re.search(r"W_\{(\d)(\d)\}", formula).groups())
    column, unit = re.search(r"= \\sum_i X_\{i(\d)\} \\; dY_\{i(\d)\}$", formula).groups()
    return math.isclose((X[:, int(column)] * DOWN[:, int(unit)]).sum(), tape()[1][i, j])


def perceptron_step(formula):
    (new,) = sides(formula.split(r" \leftarrow ")[1].replace(r"\cdot", ""), w=X[0], x=T[0], b=0.5, error=0.7)
    layer, optimizer = Dense(3, 1, rng=np.random.default_rng(1)), nnlib.SGD(1.0)
    layer.W[:, 0], layer.b[:] = X[0], 0.5
    target = layer.forward(T[:1]) + 0.7
    layer.backward(layer.forward(T[:1]) - target)  # half the squared error
    params = layer.W[:, 0] if "mathbf" in formula else layer.b
    optimizer.step(params, layer.dW[:, 0] if "mathbf" in formula else layer.db)
    return np.allclose(params, new)


def boundary(formula):
    """Where the line of a neuron is, its weighted sum is 0."""
    layer = Dense(2, 1, rng=np.random.default_rng(1))
    (w1, w2), b, x1 = layer.W[:, 0], 0.5, X[:, 0]
    layer.b[:] = b
    (x2,) = sides(formula.split(" = ")[1], w_1=w1, w_2=w2, b=b, x_1=x1)
    return np.allclose(layer.forward(np.column_stack([x1, x2])), 0)


def perceptron_moves(formula):
    """The weighted sum after a perceptron's step, on one input."""
    w, x, b = 1.5, X[:, 0], 0.5
    return equal(formula, w=w, x=x, b=b, z=w * x + b, error=0.7)


def share_spread(formula):
    """The variance of answers that are 0 or 1, a share q of them 1."""
    d = np.array([1, 0, 0, 1, 0])
    formula = re.sub(r"\\overline\{([^{}]*)\}", r"mean(\1)", formula)
    return equal(f"V = {formula}", V=d.var(), d=d, q=d.mean())


def variance(formula):
    x = T[0]
    z = np.random.default_rng(0).normal(0, 2, (100_000, 3)) @ x
    text = re.sub(r"\\mathrm\{Var\}\(w\)", "V", formula.split(" = ")[1]).replace(r"\overline{x^2}", "s")
    return z.var() == pytest.approx(compute(text.replace(r"\cdot", ""), n=3, V=4, s=(x**2).mean()), rel=0.02)


def folded(formula):
    names = {"X": X, "W_1": W3, "b_1": B3, "W_2": W3.T @ W3, "b_2": B3}
    return equal(formula, "@", **names)


def sigmoid_slope(formula):
    return right(formula.replace(r"y \,", r"y"), slope(nnlib.Sigmoid()), z=X, y=nnlib.Sigmoid().forward(X))


def quadratic_slope(formula):
    layer, cost = nnlib.Sigmoid(), nnlib.QuadraticCost()
    a = layer.forward(X[:1])
    cost.forward(a, np.zeros((1, 3)))
    return right(formula, layer.backward(cost.backward()), a=a)


def shifted(formula):
    return right(f"p = {formula}".removesuffix(" = p_j"), softmax(X), z=X, c=2.5) and formula.endswith(" = p_j")


def jacobian(formula):
    """dp_j / dz_k of softmax, on its diagonal or beside it, by differences."""
    moved = SMALL * np.eye(3)
    measured = np.array([(softmax(X[0] + d) - softmax(X[0] - d)) / (2 * SMALL) for d in moved])
    p, exps = softmax(X[0]), np.exp(X[0])
    beside = "z_k}" in formula.split(" = ")[0]
    formula = formula.removesuffix(r" \quad (k \neq j)").replace("e^{z_j}", "u").replace("e^{z_k}", "v")
    formula = formula.replace(r"\, p_k", "q").replace("p_j", "p")
    j, k = (0, 1) if beside else (0, 0)
    return right(formula, measured[j, k], S=exps.sum(), u=exps[j], v=exps[k], p=p[j], q=p[k])


def scores(formula):
    p, k = softmax(X[0]), 1 if formula.startswith("dz_k") else 0
    loss = nnlib.SoftmaxCrossEntropy()
    loss.forward(X[:1], np.array([0]))
    formula = formula.replace("p_k", "q")
    return right(formula.replace(r"\,", " "), loss.backward()[0, k], p_c=p[0], q=p[1])


def in_batch(formula):
    loss = nnlib.SoftmaxCrossEntropy()
    loss.forward(X, LABELS)
    return right(formula, loss.backward(), p=softmax(X), y=np.eye(3)[LABELS], n=N)


def cross_entropy_of_one(formula):
    loss = nnlib.SoftmaxCrossEntropy().forward(X[:1], np.array([1]))
    text = formula.replace("e^{z_y}", "u")
    text = re.sub(r"\\ln (\\frac\{u\}\{\\sum_j e\^\{z_j\}\}|\\sum_j e\^\{z_j\})", r"\\ln(\1)", text)
    return right(f"L = {text}", loss, z=X[0], z_y=X[0, 1], u=np.exp(X[0, 1]))


def contraction(formula):
    names = {"w": 1.5, "eta": 0.1, "c": 5.0}
    return equal(formula, **names) and right(f"w = {formula.split(' = ')[0]} + 3", stepped(), **names)


def stepped():
    """One step of gradient descent on 5 (w - 3)² / 2."""
    params = np.array([1.5])
    nnlib.SGD(0.1).step(params, 5 * (params - 3))
    return params[0]


DISPLAYED = [  # notebook, what stands there, whether it is what nnlib computes
    ("00", [r"w \cdot x = w_1 x_1 + w_2 x_2 + w_3 x_3"], dot),
    ("00", [r"Y_{ij} = \sum_k X_{ik} W_{kj}"], entry),
    ("01", [r"z = x_1 w_1 + x_2 w_2 + b = \mathbf{x} \cdot \mathbf{w} + b"], dot),
    ("01", [r"x_2 = -\frac{w_1 x_1 + b}{w_2}"], boundary),
    ("01", [r"\mathbf{w} \leftarrow \mathbf{w} + \text{error} \cdot \mathbf{x}"], perceptron_step),
    ("01", [r"b \leftarrow b + \text{error}"], perceptron_step),
    (
        "01",
        [
            r"(\mathbf{w} + \text{error} \cdot \mathbf{x}) \cdot \mathbf{x} + b + \text{error}"
            r" = z + \text{error} \cdot (\mathbf{x} \cdot \mathbf{x} + 1)"
        ],
        perceptron_moves,
    ),
    (
        "01",
        [r"(e + hx)^2 = e^2 + 2e \cdot hx + h^2 x^2"],
        lambda f: equal(f.replace("hx", "h x").replace("e", "u"), u=X, h=0.1, x=T),
    ),
    ("02", [r"(X W_1 + b_1) W_2 + b_2 = X \, (W_1 W_2) + (b_1 W_2 + b_2)"], folded),
    ("02", [r"\sigma(z) = \frac{1}{1 + e^{-z}}"], lambda f: right(f, nnlib.Sigmoid().forward(X), z=X)),
    (
        "02",
        [
            r"\sigma'(z) = \frac{e^{-z}}{(1 + e^{-z})^2} = \frac{1}{1 + e^{-z}} \cdot \frac{e^{-z}}{1 + e^{-z}}"
            r" = y \, (1 - y)"
        ],
        sigmoid_slope,
    ),
    ("02", [r"\tanh(x) = \frac{e^{x} - e^{-x}}{e^{x} + e^{-x}}"], lambda f: right(f, nnlib.Tanh().forward(X), x=X)),
    ("02", [r"\frac{dC}{dz} = (a - 0) \cdot a \, (1 - a)"], quadratic_slope),
    (
        "02",
        [
            r"\tanh(\tfrac{1}{2} z) = \frac{e^{z/2} - e^{-z/2}}{e^{z/2} + e^{-z/2}} = \frac{1 - e^{-z}}{1 + e^{-z}}"
            r" = \frac{2 - (1 + e^{-z})}{1 + e^{-z}} = 2 \, \sigma(z) - 1"
        ],
        lambda f: right(f, nnlib.Tanh().forward(X / 2), z=X, σ=nnlib.Sigmoid().forward),
    ),
    (
        "02",
        [r"\sigma(z) = \tfrac{1}{2} \tanh(\tfrac{1}{2} z) + \tfrac{1}{2}"],
        lambda f: right(f, nnlib.Sigmoid().forward(X), z=X),
    ),
    ("02", [r"p_j = \frac{e^{z_j}}{\sum_k e^{z_k}}"], lambda f: right(f, softmax(X), z=X)),
    (
        "02",
        [r"\frac{e^{z_j - c}}{\sum_k e^{z_k - c}} = \frac{e^{-c} \, e^{z_j}}{e^{-c} \sum_k e^{z_k}} = p_j"],
        shifted,
    ),
    ("03", [r"Y = X W + b"], layer),
    ("03", [r"(s + t)^2 = s^2 + t^2 + 2st"], lambda f: equal(f.replace("st", "s t"), s=X, t=T)),
    ("03", [r"\mathrm{Var}(z) = n \cdot \mathrm{Var}(w) \cdot \overline{x^2}"], variance),
    ("03", [r"L = -\ln p"], lambda f: minus_log(f.split(" = ")[1].replace("p", "p_y"))),
    ("03", [r"-\ln \frac{e^{z_y}}{\sum_j e^{z_j}} = \ln \sum_j e^{z_j} - z_y"], cross_entropy_of_one),
    (
        "03",
        [r"\frac{e^z}{e^0 + e^z} = \frac{1}{e^{-z} + 1} = \sigma(z)"],
        lambda f: equal(f, z=X, σ=nnlib.Sigmoid().forward),
    ),
    (
        "03",
        [r"\overline{(d - q)^2} = \overline{d^2} - 2q \cdot \overline{d} + q^2 = q - 2q^2 + q^2 = q(1-q)"],
        share_spread,
    ),
    ("04", [r"\frac{\partial L}{\partial W_{20}} = \sum_i X_{i2} \; dY_{i0}"], weight),
    ("04", [r"dW = X^T \, dY"], lambda f: right(f, tape()[1], "@", X=X, dY=DOWN)),
    (
        "04",
        [r"\frac{\partial p_j}{\partial z_j} = \frac{e^{z_j} S - e^{z_j} e^{z_j}}{S^2} = p_j (1 - p_j)"],
        jacobian,
    ),
    (
        "04",
        [r"\frac{\partial p_j}{\partial z_k} = \frac{0 - e^{z_j} e^{z_k}}{S^2} = -p_j \, p_k \quad (k \neq j)"],
        jacobian,
    ),
    ("04", [r"dz_k = -\frac{1}{p_c} \cdot (-p_c \, p_k) = p_k"], scores),
    ("04", [r"dz_c = -\frac{1}{p_c} \cdot p_c (1 - p_c) = p_c - 1"], scores),
    ("04", [r"dZ = \frac{p - y}{n}"], in_batch),
    (
        "04",
        [r"\frac{\partial L}{\partial \theta_i} \approx \frac{L(\theta_i + h) - L(\theta_i - h)}{2h}"],
        lambda f: gradient_check(f.split(r" \approx ")[1].replace("_i", "")),
    ),
    ("04", [r"n \cdot \frac{2}{n} \cdot \frac{1}{2} = 1"], lambda f: equal(f, n=N)),
    ("05", [r"w \leftarrow w - \eta \cdot \text{slope}"], lambda f: walks(nnlib.SGD(0.1), f)),
    ("05", [r"w - \eta \, c \, (w - 3) - 3 = (w - 3)(1 - \eta c)"], contraction),
    ("05", [r"v \leftarrow \mu v + g", r"w \leftarrow w - \eta v"], lambda *f: walks(nnlib.SGD(0.1, momentum=0.8), *f)),
    (
        "05",
        [r"v \leftarrow \alpha v + (1 - \alpha) \, g^2", r"w \leftarrow w - \eta \, \frac{g}{\sqrt{v} + \epsilon}"],
        lambda *f: walks(RMSProp(0.1, alpha=0.9, eps=0.01), *f),
    ),
    (
        "05",
        [
            r"m \leftarrow \beta_1 m + (1 - \beta_1) \, g",
            r"v \leftarrow \beta_2 v + (1 - \beta_2) \, g^2",
            r"\hat m = \frac{m}{1 - \beta_1^t}",
            r"\hat v = \frac{v}{1 - \beta_2^t}",
            r"w \leftarrow w - \eta \, \frac{\hat m}{\sqrt{\hat v} + \epsilon}",
        ],
        lambda *f: walks(Adam(0.1, betas=(0.9, 0.99), eps=0.01), *f),
    ),
    ("06", [r"p_j = \frac{e^{z_j}}{\sum_k e^{z_k}}"], lambda f: right(f, softmax(X), z=X)),
    ("06", [r"q \cdot (1-q)^2 + (1-q) \cdot q^2 = q(1-q)"], lambda f: equal(f, q=np.array([0.1, 0.3]))),
    ("07", [r"dA = dY \, B^T"], lambda f: right(f, tape()[0], "@", dY=DOWN, B=W3)),
    ("07", [r"dB = A^T \, dY"], lambda f: right(f, tape()[1], "@", dY=DOWN, A=X)),
]
IN_WORDS = {  # definitions, and rules of calculus
    r"\text{error} = \text{target} - \text{answer}",
    r"w \leftarrow w - \text{lr} \cdot \text{slope with respect to } w",
    r"b \leftarrow b - \text{lr} \cdot \text{slope with respect to } b",
    r"\frac{dL}{du} = \frac{dL}{dz} \cdot \frac{dz}{du}",
}


def test_every_displayed_formula_is_computed():
    computed = [(number, formula) for number, formulas, _ in DISPLAYED for formula in formulas]
    assert [pair for pair in displayed() if pair[1] not in IN_WORDS] == computed


@pytest.mark.parametrize(("number", "formulas", "holds"), DISPLAYED)
def test_displayed(number, formulas, holds):
    assert holds(*formulas)

"""What is said of a sick run: each kind is named, with its cause first; healthy runs say nothing."""

import ast
import itertools
import re
from itertools import pairwise

import numpy as np
import pytest

from nnlib import (
    SGD,
    Adam,
    BinaryCrossEntropy,
    Dense,
    MeanSquaredError,
    ReLU,
    Sequential,
    Sigmoid,
    SoftmaxCrossEntropy,
    Tanh,
    fit,
    glorot_uniform,
    he_normal,
    load_mnist,
    softmax,
)
from nnlib.advice import SEEN_BY_READERS, SIGNS, Symptoms, advice, best_guess, look_at
from nnlib.layers import Layer
from nnlib.losses import Loss

(X_ALL, Y_ALL), _ = load_mnist(scaled=True, flat=True)
X, Y = X_ALL[:3000], Y_ALL[:3000]


def network(*widths, act=ReLU, init=he_normal, last=()):
    rng = np.random.default_rng(1)
    layers = [Dense(*widths[:2], rng=rng, init=init)]
    for n_in, n_out in pairwise(widths[1:]):
        layers += [act(), Dense(n_in, n_out, rng=rng, init=init)]
    return Sequential(*layers, *last, dtype=np.float64)


def zeros(n_in, n_out, rng):
    return np.zeros((n_in, n_out))


def wide(n_in, n_out, rng):
    return 5 * rng.standard_normal((n_in, n_out))


def far(n_in, n_out, rng):
    return rng.standard_normal((n_in, n_out))


def dead():
    model = network(784, 32, 10)
    model.layers[0].b[:] = -100
    return model


class Softmax(Layer):
    def forward(self, X, training=False):
        self.P = softmax(X)
        return self.P

    def backward(self, dY, input_grad=True):
        return self.P * (dY - (dY * self.P).sum(axis=1, keepdims=True))


class Flat(SoftmaxCrossEntropy):
    def df(self):
        return np.zeros_like(self.p)


class Uphill(SoftmaxCrossEntropy):
    def df(self):
        return -super().df()


class Hinge(Loss):
    """Labels are -1 and 1, (n,); the prediction is a column."""

    def check(self, prediction, labels):
        return labels

    def f(self, prediction, labels):
        self.labels, self.margin = labels, labels * prediction[:, 0]
        return np.maximum(1 - self.margin, 0).mean()

    def df(self):
        return (-self.labels * (self.margin < 1))[:, np.newaxis] / self.n

    def correct(self, prediction, labels):
        return prediction[:, 0] * labels > 0


class Rebinds:
    def step(self, params, grads):
        params = params - 0.1 * grads


def run(model, optimizer, X=X, y=Y, loss=SoftmaxCrossEntropy, epochs=1, progress=False):
    return fit(
        model, loss(), optimizer, X, y, epochs=epochs, batch_size=32, rng=np.random.default_rng(0), progress=progress
    )


SICK = {
    "a rate of 100": ("Steps that are too large", lambda: run(network(784, 32, 10), SGD(100))),
    "a rate of 100 for Adam": ("Steps that are too large", lambda: run(network(784, 32, 10), Adam(100))),
    "a rate of a millionth": ("Steps that are too small", lambda: run(network(784, 32, 10), SGD(1e-6))),
    "weights of zero": ("Units that are all alike", lambda: run(network(784, 32, 10, init=zeros), SGD(0.1))),
    "zero, tanh": ("Units that are all alike", lambda: run(network(784, 32, 10, init=zeros, act=Tanh), SGD(0.1))),
    "three sigmoids": (
        "A gradient that vanishes",
        lambda: run(network(784, 32, 32, 32, 10, act=Sigmoid, init=glorot_uniform), SGD(0.1)),
    ),
    "large weights": ("Scores that are too large", lambda: run(network(784, 32, 10, init=wide), SGD(0.1))),
    "dead units": ("Dead or saturated units: dead units: 32 of 32", lambda: run(dead(), SGD(0.1))),
    "softmax twice": ("Softmax twice", lambda: run(network(784, 32, 10, last=[Softmax()]), SGD(0.1), epochs=3)),
    "sigmoid, then softmax": (
        "Scores that cannot grow: after Sigmoid() all scores lie between",
        lambda: run(network(784, 32, 10, last=[Sigmoid()]), SGD(1.0), epochs=3),
    ),
    "sigmoid twice": (
        "Scores that cannot grow: after Sigmoid() all",
        lambda: run(
            network(784, 1, last=[Sigmoid()]), SGD(1.0), y=1.0 * (Y[:, np.newaxis] > 4), loss=BinaryCrossEntropy
        ),
    ),
    "one class": (
        "Targets that are all the same",
        lambda: run(network(784, 32, 10), SGD(0.1), X=X[Y == 0], y=Y[Y == 0], epochs=3),
    ),
    "one number": (
        "Targets that are all the same",
        lambda: run(network(784, 1), SGD(0.01), y=np.full((3000, 1), 2.0), loss=MeanSquaredError),
    ),
    "a loss without a slope": ("No gradient", lambda: run(network(784, 32, 10), SGD(0.1), loss=Flat)),
    "uphill": ("Steps that are too large", lambda: run(network(784, 32, 10), SGD(0.1), loss=Uphill)),
    "a vector rebound": ("Nothing moves", lambda: run(network(784, 32, 10), Rebinds())),
    "pixels as floats": ("Raw pixels", lambda: run(network(784, 32, 10), SGD(0.001), X=np.rint(255 * X))),
    "pixels as ints": ("Raw pixels", lambda: run(network(784, 32, 10), Adam(), X=np.rint(255 * X).astype(int))),
    "years": ("Large inputs", lambda: run(network(784, 9, 10), Adam(), X=X + 2000)),
    "shuffled labels": (
        "No better than guessing",
        lambda: run(network(784, 32, 10), Adam(), y=np.random.default_rng(5).permutation(Y)),
    ),
}


@pytest.mark.parametrize(("says", "sick"), SICK.values(), ids=SICK)
def test_each_sick_run_is_named(says, sick):
    said = sick().advice
    assert said.startswith(f"{says}: " if ":" not in says else says)
    seen, cause, test = said.replace(";\n  ", "; ").splitlines()
    assert seen.endswith(".")
    assert re.fullmatch(r"Likely cause: .+\.", cause)
    assert re.fullmatch(r"To test it: .+\.", test)


def test_every_sign_is_shown_by_a_sick_run():
    named = {says.partition(":")[0].lower() for says, _ in SICK.values()}
    assert {sign.name for sign in SIGNS} - named == {"numbers that stand for missing ones"}  # the test below


def test_the_table_has_every_sign_in_one_row_and_its_code_is_set_as_code():
    table, plain = Symptoms()._repr_markdown_(), repr(Symptoms())
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    assert rows[:2] == [["symptom", "likely cause", "test"], ["---"] * 3]
    assert rows[2:] == [[sign.name, sign.cause, sign.test] for sign in SIGNS + SEEN_BY_READERS]
    for cell in itertools.chain(*rows[2:]):
        assert cell in plain
        without = re.sub(r"`[^`]+`", "", cell)
        assert not re.search(r"\w\(|[_=\[\]]|\b(X|y|W|params)\b", without), f"code not set as code: {cell}"
        for code in re.findall(r"`([^`]+)`", cell):
            ast.parse(code.removesuffix("-=").removesuffix("+="))


def table(rng):
    T = rng.standard_normal((500, 4))
    return T, (T @ [1.0, 2.0, 3.0, 4.0])[:, np.newaxis]


def test_gaps_in_a_table_are_no_matter_of_the_learning_rate(rng):
    T, y = table(rng)
    T[::20, 2] = -999
    with pytest.raises(
        RuntimeError,
        match=r"Numbers that .*: X\[:, 2\] is -999 in 25 of 500 rows, and at most 3.* Likely cause",
    ):
        run(network(4, 16, 1), SGD(0.01), X=T, y=y, loss=MeanSquaredError)
    assert run(network(4, 16, 1), Adam(), X=T, y=y, loss=MeanSquaredError).advice.startswith(
        "Numbers that stand for missing ones: X[:, 2]"
    )


def test_targets_far_from_zero_are_no_matter_of_the_learning_rate_alone(rng):
    T, y = table(rng)
    with pytest.raises(RuntimeError, match=r"Large targets: the root of the mean square of y is 2e\+05\. Likely"):
        run(network(4, 16, 1), SGD(0.01), X=T, y=y + 2e5, loss=MeanSquaredError)


def test_a_row_that_is_left_over_is_told_from_steps_that_are_too_large(rng):
    class Spread(Layer):
        def forward(self, X, training=False):
            return (X - X.mean(axis=0)) / X.std(axis=0)

        def backward(self, dY, input_grad=True):
            return dY

    T, y = table(rng)
    rows = np.arange(481)  # 15 batches of 32, and one row
    with pytest.raises(
        RuntimeError, match=r"epoch 1, step 16\. Likely cause: a layer that fails for a batch of one row"
    ):
        run(network(4, 16, 1, last=[Spread()]), SGD(0.01), X=T[rows], y=y[rows], loss=MeanSquaredError)
    with pytest.raises(RuntimeError, match="takes steps that are too large"):
        fit(network(4, 16, 1), MeanSquaredError(), SGD(1000), T, y, epochs=1, batch_size=1, rng=rng, progress=False)


def test_what_explodes_for_another_reason_keeps_its_cause(rng):
    T, y = table(rng)
    with pytest.raises(RuntimeError, match=r"Likely cause: SGD\(lr=1000\) takes steps that are too large"):
        run(network(4, 16, 1), SGD(1000), X=T, y=y, loss=MeanSquaredError)


HEALTHY = {
    "SGD": lambda rng: run(network(784, 32, 10), SGD(0.1)),
    "Adam": lambda rng: run(network(784, 32, 10), Adam()),
    "sigmoid": lambda rng: run(network(784, 32, 10, act=Sigmoid), SGD(1.0), epochs=2),
    "saturated, and learning": lambda rng: run(network(784, 32, 10, act=Sigmoid, init=far), Adam(0.01), epochs=4),
    "bytes as shares": lambda rng: run(network(784, 32, 10), SGD(0.1), X=X.astype(np.float64)),
    "regression": lambda rng: run(network(4, 16, 1), SGD(0.05), *table(rng), loss=MeanSquaredError),
    "yes or no": lambda rng: run(
        network(4, 16, 1), SGD(0.5), (T := table(rng))[0], 1.0 * (T[1] > 0), loss=BinaryCrossEntropy
    ),
    "labels of -1 and 1": lambda rng: run(
        network(4, 16, 1), SGD(0.1), (T := table(rng))[0], np.sign(T[1][:, 0]).astype(int), loss=Hinge
    ),
    "too early": lambda rng: run(network(784, 32, 10), SGD(1e-9), X=X[:320], y=Y[:320]),
    "no epoch": lambda rng: run(network(784, 32, 10), SGD(0.1), epochs=0),
}


@pytest.mark.parametrize("healthy", HEALTHY.values(), ids=HEALTHY)
def test_healthy_runs_say_nothing(healthy, rng):
    assert healthy(rng).advice == ""


def test_looking_changes_nothing(rng):
    model, loss = network(784, 32, 10), SoftmaxCrossEntropy()
    loss.forward(model.forward(X[:7]), Y[:7])
    model.backward(loss.backward())
    kept = [model.params.copy(), model.grads.copy(), model.layers[0].X.copy(), loss.p.copy()]
    advice(model, loss, X, Y)
    for now, then in zip([model.params, model.grads, model.layers[0].X, loss.p], kept, strict=True):
        np.testing.assert_array_equal(now, then)


def test_guessing_is_the_best_constant_answer(rng):
    y = np.array([0, 0, 0, 2])
    np.testing.assert_allclose(
        best_guess(SoftmaxCrossEntropy(), y, (4, 3)), [-(0.75 * np.log(0.75) + 0.25 * np.log(0.25)), 0.75]
    )
    t = rng.standard_normal((50, 2))
    loss, accuracy = best_guess(MeanSquaredError(), t, (50, 2))
    np.testing.assert_allclose(loss, MeanSquaredError().forward(np.tile(t.mean(axis=0), (50, 1)), t))
    assert accuracy is None
    yes = np.array([[1.0], [1.0], [1.0], [0.0]])
    np.testing.assert_allclose(best_guess(BinaryCrossEntropy(), yes, (4, 1))[0], 0.5623351446188083)


def test_a_loss_that_cannot_be_asked_is_said_and_the_run_is_kept():
    class Shy(SoftmaxCrossEntropy):
        def __deepcopy__(self, memo):
            raise TypeError("no copies")

    history = run(network(784, 32, 10), SGD(0.1), loss=Shy)
    assert len(history) == 1
    assert history.advice == "No advice: Sequential could not be looked at, TypeError: no copies"


def test_it_is_printed_with_the_progress_and_else_not(capsys):
    run(network(784, 32, 10), SGD(100))
    assert capsys.readouterr().out == ""
    history = run(network(784, 32, 10), SGD(100), progress=True)
    assert capsys.readouterr().out == f"{history.advice}\n"


def test_how_far_it_moved_is_not_said_of_a_run_without_a_start():
    look = look_at(network(784, 32, 10), SoftmaxCrossEntropy(), X, Y)
    assert np.isnan(look.growth)
    assert np.isnan(look.moved)

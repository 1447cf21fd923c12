"""The exercises of notebook 06: a confusion matrix, knowing when to be silent, luck, better networks."""

import time

import numpy as np

from nnlib import (
    SGD,
    Adam,
    Dense,
    Dropout,
    ReLU,
    Sequential,
    SoftmaxCrossEntropy,
    evaluate,
    fit,
    he_normal,
    load_mnist,
    train,
)
from nnlib.checks.engine import Exercise


def share_right(table):
    return np.diag(table) / table.sum(axis=1)


def by_columns(table):
    return np.diag(table) / table.sum(axis=0)


def of_all(table):
    return np.diag(table) / table.sum()


def tables():
    rng = np.random.default_rng(0)
    return [
        (np.diag([50, 60, 70]) + rng.integers(1, 9, (3, 3)),),
        (np.diag([900] * 10) + rng.integers(0, 40, (10, 10)),),
    ]


def with_silence(probabilities, labels, threshold):
    answered = probabilities.max(axis=1) >= threshold
    right = probabilities.argmax(axis=1) == labels
    return answered.mean(), right[answered].mean()


def share_of_all(probabilities, labels, threshold):
    answered = probabilities.max(axis=1) >= threshold
    right = probabilities.argmax(axis=1) == labels
    return answered.mean(), (right & answered).mean()


def ignores_threshold(probabilities, labels, threshold):
    return with_silence(probabilities, labels, 0.9)


def readings():
    rng = np.random.default_rng(1)
    scores, labels = 3 * rng.standard_normal((200, 5)), rng.integers(0, 5, 200)
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    labels[:150] = probabilities[:150].argmax(axis=1)
    return [(probabilities, labels, 0.9), (probabilities[50:], labels[50:], 0.6)]


GOAL = 0.97


def better(rng):
    model = Sequential(Dense(784, 128, rng=rng), ReLU(), Dense(128, 10, rng=rng))
    return model, Adam(lr=0.001)


def as_before(rng):
    return Sequential(Dense(784, 32, rng=rng), ReLU(), Dense(32, 10, rng=rng)), Adam()


def only_the_model(rng):
    return better(rng)[0]


def misses_the_goal(made, rng):
    """Train what the reader built, and say how far it is from the goal."""
    if not isinstance(made, tuple) or len(made) != 2 or not hasattr(made[0], "params") or not hasattr(made[1], "step"):
        return f"expected a pair, (model, optimizer), got {made!r}"
    train, validation, _ = load_mnist(scaled=True, flat=True, validation=True)
    try:
        fit(made[0], SoftmaxCrossEntropy(), made[1], *train, epochs=5, batch_size=32, rng=np.random.default_rng(0))
    except (ValueError, RuntimeError) as error:
        return str(error)
    share = evaluate(made[0], *validation).accuracy
    print(f"  {share:.2%} of the validation digits, with {made[0].params.size:,} parameters")
    return f"reads {share:.2%}, the goal is {GOAL:.0%}" if share < GOAL else None


def difference(a, b):
    return a.mean() - b.mean(), np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))


def of_single_runs(a, b):
    return a.mean() - b.mean(), np.sqrt(a.var(ddof=1) + b.var(ddof=1))


def divided_by_n(a, b):
    return a.mean() - b.mean(), np.sqrt(a.var() / len(a) + b.var() / len(b))


def errors_added(a, b):
    return a.mean() - b.mean(), a.std(ddof=1) / np.sqrt(len(a)) + b.std(ddof=1) / np.sqrt(len(b))


def without_sign(a, b):
    return abs(a.mean() - b.mean()), difference(a, b)[1]


def other_way_round(a, b):
    return difference(b, a)


def no_root(a, b):
    return a.mean() - b.mean(), difference(a, b)[1] ** 2


def recipes():
    rng = np.random.default_rng(2)
    runs = [0.97 + 0.002 * rng.standard_normal(5), 0.965 + 0.004 * rng.standard_normal(8)]
    return [(runs[0], runs[1]), (runs[1][:3], runs[0])]


RUNGS = [0.981, 0.983, 0.985]
MINUTE = 60  # seconds of processor time


def champion(rng):
    model = Sequential(Dense(784, 400, rng=rng, init=he_normal), ReLU(), Dropout(0.4, rng=rng), Dense(400, 10, rng=rng))
    return model, SGD(lr=0.1, momentum=0.9), np.linspace(0.1, 0.01, 10)


def hardly_begins(rng):
    return *better(rng), [0.001]


def falls_short(made, rng):
    """Train for one epoch with each of the rates, for a minute at most, and say how far it is from the first rung."""
    if not isinstance(made, tuple) or len(made) != 3 or not hasattr(made[0], "params") or not hasattr(made[1], "step"):
        return f"expected three things, (model, optimizer, rates), got {made!r}"
    if not np.ndim(made[2]):
        return f"expected a list of rates, one for each epoch, got {made[2]!r}"
    (X, y), validation, _ = load_mnist(scaled=True, flat=True, validation=True)
    model, optimizer, rates = made
    started, rng = time.process_time(), np.random.default_rng(0)
    try:
        epochs = train(model, SoftmaxCrossEntropy(), optimizer, X, y, epochs=len(rates), batch_size=100, rng=rng)
        for number, rate in enumerate(rates, start=1):
            optimizer.lr = rate
            next(epochs)
            if time.process_time() - started > MINUTE:
                share = evaluate(model, *validation).accuracy
                return (
                    f"used up its {MINUTE} s of processor time in epoch {number} of {len(rates)}, and reads {share:.2%}"
                )
    except (ValueError, RuntimeError, TypeError) as error:
        return str(error)
    share = evaluate(model, *validation).accuracy
    reached = sum(share >= rung for rung in RUNGS)
    print(
        f"  {share:.2%} of the validation digits: rung {reached} of {len(RUNGS)}", *[f"({rung:.1%})" for rung in RUNGS]
    )
    return f"reads {share:.2%}, the first rung is {RUNGS[0]:.1%}" if not reached else None


EXERCISES = [
    Exercise(
        "06.1",
        "share_right",
        "which digit is hardest?",
        share_right,
        tables,
        wrong=(
            (by_columns, "You divided by how often a digit is answered (the columns), not how often it occurs"),
            (of_all, "You divided by the number of all pictures; a digit is right as a share of its own row"),
        ),
    ),
    Exercise(
        "06.2",
        "with_silence",
        '"I do not know"',
        with_silence,
        readings,
        wrong=(
            (share_of_all, "The accuracy is a share of the answered pictures, not of all of them"),
            (ignores_threshold, "It gives the same for every threshold: is the argument used?"),
        ),
    ),
    Exercise(
        "06.3",
        "better",
        "a better network",
        better,
        lambda: [(np.random.default_rng(0),)],
        wrong=((as_before, "reads"), (only_the_model, "expected a pair, (model, optimizer), got Sequential(")),
        judge=misses_the_goal,
    ),
    Exercise(
        "06.4",
        "difference",
        "is it luck?",
        difference,
        recipes,
        wrong=(
            (of_single_runs, "That is the spread of single runs: a mean of n runs has a variance n times smaller"),
            (divided_by_n, "You divided by n; from a few runs the variance needs n - 1, `ddof=1`"),
            (without_sign, "The sign says which recipe is ahead: the mean of a minus the mean of b, without abs"),
            (other_way_round, "It is the mean of a minus the mean of b"),
            (no_root, "That is the variance of the difference: the standard error is its root"),
            (errors_added, "Errors that know nothing of each other add as squares: the root of the sum of variances"),
        ),
    ),
    Exercise(
        "06.5",
        "champion",
        "the best network of a minute",
        champion,
        lambda: [(np.random.default_rng(0),)],
        wrong=(
            (hardly_begins, "reads"),
            (better, "expected three things, (model, optimizer, rates), got (Sequential("),
        ),
        judge=falls_short,
    ),
]

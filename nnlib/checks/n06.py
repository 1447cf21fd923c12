"""The exercises of notebook 06: reading a confusion matrix, knowing when to be silent, a better network."""

import numpy as np

from nnlib import Adam, Dense, ReLU, Sequential, SoftmaxCrossEntropy, evaluate, fit, load_mnist
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
]

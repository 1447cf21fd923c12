"""Every row of the ledger, by name: baselines, the five systems, and the book."""

from nnlib.experiments import baselines, systems
from nnlib.experiments.book import BOOK, CHAPTER
from nnlib.experiments.common import plus_minus_half, zeros
from nnlib.experiments.definition import Experiment, Figure, around
from nnlib.initializers import glorot_uniform, he_normal

HW0 = "Carnegie Mellon, dlsyscourse, hw0"
IN_ORDER = {"lr": 0.2, "batch_size": 100}  # hw0's runs
S3 = {"sizes": [784, 32, 10], "batch_size": 32}
S4 = {"sizes": [784, 16, 10], "low": -0.5, "high": 0.5, "n": 42_000, "lr": 0.2, "iterations": 350, "every": 10}
S4_FIGURES = {"accuracy at 340": around(0.89664, 0.03), "furthest from the curve": Figure(0.0, 0.0, 0.03)}

BASELINES = [
    Experiment(
        "darkness",
        "answering by the mean darkness of the image; guessing",
        CHAPTER(1),
        baselines.darkness,
        {"n": 50_000},
        {"darkness": around(0.2225, 0.0005), "guessing": around(0.1, 0.01)},
        0.3,
    ),
    Experiment(
        "softmax regression",
        "no hidden layer, no biases, batches in order",
        HW0,
        baselines.by_hand,
        IN_ORDER | {"sizes": [784, 10], "init": zeros, "epochs": 10},
        {"test error": around(0.0797, 0.001)},
        2,
        seeded=False,
    ),
    Experiment(
        "fixture",
        "784-100-10 after one epoch: norms of the weights, error on the training images",
        HW0,
        baselines.by_hand,
        IN_ORDER | {"sizes": [784, 100, 10], "init": baselines.by_outputs, "epochs": 1},
        {
            "norm of W1": around(28.437788, 2e-5),
            "norm of W2": around(10.455095, 2e-5),
            "train error": around(0.06006667, 2e-4),  # float32 leaves some images undecided
        },
        1,
        seeded=False,
    ),
    Experiment(
        "784-400-10",
        "the strong plain net",
        HW0,
        baselines.by_hand,
        IN_ORDER | {"sizes": [784, 400, 10], "init": baselines.by_outputs, "epochs": 20},
        {"test error": around(0.0189, 0.001)},
        18,
    ),
    Experiment(
        "784-400-10, falling rate",
        "the same width with momentum and a rate that falls, 8 epochs, 50,000 images",
        "ours",
        systems.falling_rate,
        {"sizes": [784, 400, 10], "lr": 0.1, "momentum": 0.9, "batch_size": 100, "epochs": 8},
        {"test error": Figure(None, 0.016, 0.0195)},
        8,
    ),
    Experiment(
        "scalar tape",
        "an expression and its slopes at a = -4, b = 2",
        "micrograd, README",
        baselines.micrograd,
        {"a": -4.0, "b": 2.0},
        {
            "value": around(24.7041, 5e-5),
            "slope by a": around(138.8338, 5e-5),
            "slope by b": around(645.5773, 5e-5),
        },
        0.1,
        seeded=False,
    ),
]

SYSTEMS = [
    Experiment(
        "S0",
        "naive classes and a gradient tape; the rate is not published, this one was searched for",
        "S0: a tutorial that builds Keras's classes anew",
        systems.by_tape,
        {"sizes": [784, 512, 10], "low": 0.0, "high": 0.1, "lr": 0.005, "batch_size": 128, "epochs": 10},
        {"test accuracy": around(0.88, 0.01)},
        17,
    ),
    Experiment(
        "S1",
        "the ten-line Keras model; its band is what Keras itself gives, 0.960 to 0.967, and 0.005 more",
        "S1: a Keras tutorial, which prints no figure",
        systems.keras_like,
        {"sizes": [784, 32, 10], "lr": 0.001, "eps": 1e-7, "batch_size": 32, "epochs": 5},
        {"test accuracy": Figure(None, 0.955, 0.972)},
        2,
    ),
    Experiment(
        "S3, collapse",
        "without a bend two layers are one",
        "S3: a claim without a figure",
        systems.collapse,
        S3 | {"lr": 0.001, "epochs": 3},
        {
            "with ReLU": Figure(None, 0.945, 1.0),
            "without": Figure(None, 0.9, 0.93),
            "difference from one layer": Figure(None, 0.0, 1e-3),  # scores in float32
        },
        2,
    ),
    Experiment(
        "S3, initialisation",
        "test accuracy after one epoch, by first weights",
        "S3: a claim without a figure",
        systems.compared,
        S3
        | {
            "lr": 0.1,
            "epochs": 1,
            "inits": {"all 0": zeros, "uniform ±0.5": plus_minus_half, "Glorot": glorot_uniform, "He": he_normal},
        },
        {
            "all 0": Figure(None, 0.09, 0.12),
            "uniform ±0.5": Figure(None, 0.85, 0.93),
            "Glorot": Figure(None, 0.93, 0.96),
            "He": Figure(None, 0.93, 0.96),
        },
        2,
    ),
    *(
        Experiment(
            f"S4, {rule} bias rule",
            f"full-batch gradient descent, one bias gradient for each {what}",
            "S4: a notebook on 42,000 digits",
            systems.full_batch,
            S4 | {"one_bias_gradient": one},
            S4_FIGURES,
            18,
        )
        for rule, what, one in [("published", "layer", True), ("right", "neuron", False)]
    ),
    Experiment(
        "S4, rate 0.3",
        "published bias rule, steps half as large again: searched for, its author's divisor of the sums is not shown",
        "S4: a notebook on 42,000 digits",
        systems.full_batch,
        S4 | {"lr": 0.3, "one_bias_gradient": True},  # as dividing by 28,000 instead of 42,000 would do
        S4_FIGURES,
        18,
    ),
]

EXPERIMENTS = {experiment.name: experiment for experiment in [*BASELINES, *SYSTEMS, *BOOK]}

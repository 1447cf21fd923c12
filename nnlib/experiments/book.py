"""The rows of the ledger from Michael Nielsen's book, as data.

Each of his figures is of one run. Where he kept the run in a file of his repository, the file is named, and says
whether he quotes the last epoch or the best one; where he did not, both are in the row.
"""

from nnlib.experiments import nielsen, sources
from nnlib.experiments.common import narrow
from nnlib.experiments.definition import Experiment, Figure, around, one_run, printed
from nnlib.initializers import standard_normal
from nnlib.losses import BinaryCrossEntropy, QuadraticCost

USUAL = {  # his usual run in chapter 3; what differs stands in the row
    "sizes": [784, 30, 10],
    "init": standard_normal,
    "loss": BinaryCrossEntropy,
    "lr": 0.5,
    "lmbda": 0.0,
    "batch_size": 10,
    "epochs": 30,
    "n": 50_000,
}


def _row(name, what, figures, seconds, source=None, **changes):
    """A run of `nielsen`: his usual one, with changes."""
    return Experiment(name, what, source or sources.chapter(3), nielsen.nielsen, USUAL | changes, figures, seconds)


FEW = {"n": 1000, "epochs": 400, "judge": "test"}
FIRST = {"init": narrow, "lr": 0.1, "lmbda": 5.0, "epochs": 1, "judge": "validation"}
KEPT_30 = sources.chapter(3, "fig/weight_initialization_30.json")
WIDE = {"sizes": [784, 100, 10], "lmbda": 5.0, "judge": "validation"}


def either(share):
    """Figures of a share for which the book does not say whether it is the last epoch's or the best one's."""
    return {"last epoch": one_run(share), "best epoch": one_run(share)}


NETWORKS = [
    _row(
        "S2, batches of 1000",
        "quadratic cost, a thousand epochs; the number of hidden neurons is not published",
        {"last epoch": one_run(0.9209)},
        120,
        sources.S2,
        **{"loss": QuadraticCost, "lr": 3.0, "batch_size": 1000, "epochs": 1000, "every": 10, "judge": "test"},
    ),
    _row(
        "S2, batches of 10",
        "Nielsen's own run; published is the best epoch of the best of three runs",
        {"best epoch": one_run(0.9542)},
        10,
        sources.chapter(1),
        **{"loss": QuadraticCost, "lr": 3.0, "judge": "test"},
    ),
    _row("cross-entropy", "in place of the quadratic", either(0.9549), 11, judge="test"),
    _row(
        "overfitting",
        "1,000 images, 400 epochs",
        {"best epoch": one_run(0.8227), "last epoch": one_run(0.8223)},
        8,
        sources.chapter(3, "fig/overfitting.json"),
        **FEW,
    ),
    _row(
        "overfitting, L2",
        "the same with L2 regularisation",
        {"best epoch": one_run(0.871), "last epoch": one_run(0.8695)},
        8,
        sources.chapter(3, "fig/regularized.json"),
        **FEW,
        lmbda=0.1,
    ),
    _row("wider, L2", "100 hidden neurons", either(0.9792), 18, **WIDE),
    _row(
        "wider, L2, slower",
        "the same with a smaller rate, for longer; the epochs 1 and 30 are those of a run that he kept",
        either(0.9804) | {"epoch 1": one_run(0.8994), "epoch 30": one_run(0.9742)},
        38,
        sources.chapter(3, "fig/weight_initialization_100.json"),
        **WIDE | {"lr": 0.1, "epochs": 60, "at": [1, 30]},
    ),
    _row("weights, sd 1/√n", "after the first epoch", {"last epoch": one_run(0.927)}, 1, KEPT_30, **FIRST),
    _row(
        "weights, sd 1",
        "the same from weights with standard deviation 1",
        {"last epoch": one_run(0.8643)},
        1,
        KEPT_30,
        **FIRST | {"init": standard_normal},
    ),
]


COST = "a cost in one run, whose spread is not published: a tenth of it each way, set by hand"


def rates():
    """His three learning rates, and the costs of the first and of the last of his 30 epochs."""
    wild = "from the lowest to the highest cost of his own 30 epochs, which rises and falls"
    known = {
        0.025: [around(0.878, 0.0878, COST), around(0.339, 0.0339, COST)],
        0.25: [around(0.495, 0.0495, COST), around(0.339, 0.0339, COST)],
        2.5: [Figure(0.925, 0.725, 1.137, wild), Figure(0.861, 0.725, 1.137, wild)],
    }
    return [
        Experiment(
            f"learning rate {rate}",
            "cost on the training images" + (", a run that does not settle" if rate == 2.5 else ""),
            sources.chapter(3, "fig/multiple_eta.json"),
            nielsen.costs,
            USUAL | {"init": narrow, "lr": rate, "lmbda": 5.0},
            dict(zip(["first epoch", "last epoch"], figures, strict=True)),
            13,
        )
        for rate, figures in known.items()
    ]


def amounts():
    """Validation accuracy by the number of training images; always 150,000 steps."""
    known = {100: 0.6909, 200: 0.7637, 500: 0.8529, 1000: 0.8885, 2000: 0.9127}
    known |= {5000: 0.9324, 10_000: 0.9489, 20_000: 0.9585, 50_000: 0.9597}
    return [
        _row(
            f"{n:,} images",
            "150,000 steps, whatever the number of images",
            {"last epoch": one_run(share)},
            11,
            sources.chapter(3, "fig/more_data.json"),
            **{"n": n, "epochs": 1_500_000 // n, "every": 50_000 // n, "lmbda": n * 0.0001, "judge": "validation"},
        )
        for n, share in known.items()
    ]


ANSWERS = {"from (0.6, 0.9)": (0.82, 0.09), "from (2, 2)": (0.98, 0.20)}
NORMS = {2: (0.066, 0.309), 3: (0.012, 0.060, 0.283), 4: (0.0030, 0.0171, 0.0695, 0.285)}
APART = "one start: a factor of 2 each way, with which the bands of neighbouring layers do not overlap"

SMALL = [  # a single neuron, and gradients before any learning
    Experiment(
        "saturating neuron",
        "one sigmoid neuron, first and last answer",
        sources.chapter(3),
        nielsen.saturating_neuron,
        {"starts": [[0.6, 0.9], [2.0, 2.0]], "lr": 0.15, "steps": 300},
        {
            f"{start}, {when}": printed(answer, 2)
            for start, pair in ANSWERS.items()
            for when, answer in zip(["first", "last"], pair, strict=True)
        },
        0.1,
        seeded=False,
    ),
    Experiment(
        "vanishing gradient",
        "norm of dC/db by hidden layer, before learning",
        sources.chapter(5, "fig/norms_during_training_{2,3,4}_layers.json"),
        nielsen.vanishing,
        {"hidden": [2, 3, 4], "width": 30, "n": 1000},
        {
            f"{count} hidden, layer {number}": Figure(norm, round(norm / 2, 9), round(norm * 2, 9), APART)
            for count, norms in NORMS.items()
            for number, norm in enumerate(norms, start=1)
        },
        0.3,
    ),
]

BOOK = [*NETWORKS, *rates(), *amounts(), *SMALL]

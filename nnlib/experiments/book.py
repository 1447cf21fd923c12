"""The rows of the ledger from Michael Nielsen's book, as data.

Each of his figures is of one run; the bands leave room for his chance as well as for ours.
"""

from nnlib.experiments import nielsen
from nnlib.experiments.common import narrow
from nnlib.experiments.definition import Experiment, Figure, around
from nnlib.initializers import standard_normal
from nnlib.losses import BinaryCrossEntropy, QuadraticCost

CHAPTER = "Nielsen, Neural Networks and Deep Learning, chapter {}".format
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
    return Experiment(name, what, source or CHAPTER(3), nielsen.nielsen, USUAL | changes, figures, seconds)


FEW = {"n": 1000, "epochs": 400, "judge": "test"}
FIRST = {"init": narrow, "lr": 0.1, "lmbda": 5.0, "epochs": 1, "judge": "validation"}
WIDE = {"sizes": [784, 100, 10], "lmbda": 5.0, "judge": "validation"}

NETWORKS = [
    _row(
        "S2, batches of 1000",
        "quadratic cost, a thousand epochs; the number of hidden neurons is not published",
        {"last epoch": Figure(0.9209, 0.9209, 1.0)},
        120,
        "S2: a tutorial after Nielsen's book",
        **{"loss": QuadraticCost, "lr": 3.0, "batch_size": 1000, "epochs": 1000, "every": 10, "judge": "test"},
    ),
    _row(
        "S2, batches of 10",
        "Nielsen's own run; published is the best epoch of the best of three runs",
        {"best epoch": Figure(0.9542, 0.945, 1.0)},
        10,
        CHAPTER(1),
        **{"loss": QuadraticCost, "lr": 3.0, "judge": "test"},
    ),
    _row("cross-entropy", "in place of the quadratic", {"last epoch": around(0.9549, 0.008)}, 11, judge="test"),
    _row("overfitting", "1,000 images, 400 epochs", {"best epoch": around(0.8227, 0.025)}, 8, **FEW),
    _row("overfitting, L2", "the same, held back", {"best epoch": around(0.871, 0.02)}, 8, **FEW, lmbda=0.1),
    _row("wider, L2", "100 hidden neurons", {"last epoch": around(0.9792, 0.004)}, 18, **WIDE),
    _row(
        "wider, L2, slower",
        "the same with a smaller rate, for longer",
        {"last epoch": around(0.9804, 0.004)},
        38,
        **WIDE | {"lr": 0.1, "epochs": 60},
    ),
    _row("weights, sd 1/√n", "after the first epoch", {"last epoch": around(0.927, 0.01)}, 1, **FIRST),
    _row(
        "weights, sd 1",
        "the same from weights with standard deviation 1",
        {"last epoch": around(0.8643, 0.02)},
        1,
        **FIRST | {"init": standard_normal},
    ),
]


def rates():
    """His three learning rates; his cost at the first and at the last epoch is that of fig/multiple_eta.json."""
    known = {0.025: (0.878, 0.339, 0.1), 0.25: (0.495, 0.339, 0.1), 2.5: (0.925, 0.861, 0.4)}
    return [
        Experiment(
            f"learning rate {rate}",
            "cost on the training images" + (", a chaotic run: wide bands" if rate == 2.5 else ""),
            CHAPTER(3),
            nielsen.costs,
            USUAL | {"init": narrow, "lr": rate, "lmbda": 5.0},
            {"first epoch": around(first, wide), "last epoch": around(last, wide)},
            13,
        )
        for rate, (first, last, wide) in known.items()
    ]


def amounts():
    """Validation accuracy by the number of training images; always 150,000 steps: fig/more_data.json."""
    known = {100: 0.6909, 200: 0.7637, 500: 0.8529, 1000: 0.8885, 2000: 0.9127}
    known |= {5000: 0.9324, 10_000: 0.9489, 20_000: 0.9585, 50_000: 0.9597}
    return [
        _row(
            f"{n:,} images",
            "150,000 steps, whatever the number of images",
            {"last epoch": around(share, 0.01 if n >= 5000 else 0.03)},
            11,
            **{"n": n, "epochs": 1_500_000 // n, "every": 50_000 // n, "lmbda": n * 0.0001, "judge": "validation"},
        )
        for n, share in known.items()
    ]


ANSWERS = {"from (0.6, 0.9)": (0.82, 0.09), "from (2, 2)": (0.98, 0.20)}
NORMS = {2: (0.066, 0.309), 3: (0.012, 0.060, 0.283), 4: (0.0030, 0.0171, 0.0695, 0.285)}

SMALL = [  # a single neuron, and gradients before any learning
    Experiment(
        "saturating neuron",
        "one sigmoid neuron, first and last answer",
        CHAPTER(3),
        nielsen.saturating_neuron,
        {"starts": [[0.6, 0.9], [2.0, 2.0]], "lr": 0.15, "steps": 300},
        {
            f"{start}, {when}": around(answer, 0.005)
            for start, pair in ANSWERS.items()
            for when, answer in zip(["first", "last"], pair, strict=True)
        },
        0.1,
        seeded=False,
    ),
    Experiment(
        "vanishing gradient",
        "norm of dC/db by hidden layer, before learning",
        CHAPTER(5),
        nielsen.vanishing,
        {"hidden": [2, 3, 4], "width": 30, "n": 1000},
        {
            f"{count} hidden, layer {number}": Figure(norm, norm / 2.5, norm * 2.5)
            for count, norms in NORMS.items()
            for number, norm in enumerate(norms, start=1)
        },
        0.3,
    ),
]

BOOK = [*NETWORKS, *rates(), *amounts(), *SMALL]

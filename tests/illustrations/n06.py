"""Illustrations of notebook 6."""

from itertools import pairwise

import numpy as np

from illustrations import illustration, sheet
from illustrations.common import box, caption, digits, ink, paper, reader
from nnlib import load_mnist


@illustration("In this notebook a program learns to read handwritten digits")
def banner():
    """Twelve handwritten digits, and below each what a trained network reads, with a bar for how sure it is. Eleven
    have a tick. The last one, in a thick frame with a cross, is misread."""
    made = sheet(226)
    X, labels = digits(2000, test=True)
    p = reader(X)[2]
    read = p.argmax(axis=1)
    wrong = np.flatnonzero(read != labels)
    for k, row in enumerate([*np.flatnonzero(read == labels)[:11], wrong[0]]):
        x, right = 22 + 60 * k, read[row] == labels[row]
        paper(made, x, 22, 56, line="faint" if right else "orange", width=1 if right else 4)
        ink(made, X[row], x, 22, 56)
        made.rect(x, 88, 56, 8, line="grey", width=1)
        made.rect(x, 88, 56 * p[row, read[row]], 8, fill="positive" if right else "orange")
        made.text(str(read[row]), x + 28, 122, size=24, bold=True, align="middle")
        made.text("✓" if right else "✗", x + 28, 154, size=18, align="middle", fill="blue" if right else "orange")
    for x, words in [
        (40, "above: what somebody wrote"),
        (294, "bar: how sure the network is"),
        (552, "below: what it reads"),
    ]:
        caption(made, words, x, 196)
    return made


@illustration("Three parts, three jobs")
def split():
    """MNIST as a bar that is cut into parts, each as long as it is large. Train: the network learns
    from it. Validation: we choose by it. Test: locked away, and opened once at the end."""
    made = sheet(190)
    (X, _), (X_test, _) = load_mnist()
    n = [len(X) - 10_000, 10_000, len(X_test)]
    left, unit = 20.0, 720 / sum(n)
    jobs = [
        ("train", "the network learns", "pale blue", "blue"),
        ("validation", "we choose", "pale orange", "orange"),
        ("test", "opened once", "paper", "ink"),
    ]
    for size, (name, job, fill, line) in zip(n, jobs, strict=True):
        wide = unit * size
        made.rect(left, 44, wide - 6, 78, fill=fill, line=line, width=2, dash=(6, 4) if name == "test" else ())
        made.text(name, left + wide / 2 - 3, 70, align="middle", bold=True)
        made.text(f"{size:,}", left + wide / 2 - 3, 96, align="middle")
        made.text(job, left + wide / 2 - 3, 142, align="middle")
        left += wide
    caption(made, f"{sum(n):,} digits", 380, 22, align="middle")
    made.path([(20 + unit * n[0] - 3, 30), (20 + unit * n[0] - 3, 172)], "axis", width=1.5, dash=(3, 4))
    made.path([(left - unit * n[2] - 3, 30), (left - unit * n[2] - 3, 172)], "axis", width=1.5, dash=(3, 4))
    return made


@illustration("A **Dense** layer connects every input with every output")
def network():
    """The network as columns of units: 784 pixels, 32 hidden units, ten scores, with lines from every unit to every
    unit of the next column. Below the lines stand the numbers of weights and biases."""
    made = sheet(276)
    sizes = [784, 32, 10]
    parameters = [a * b + b for a, b in pairwise(sizes)]
    shown, columns = [9, 8, 10], []
    for k, count in enumerate(shown):
        columns.append([(140 + 240 * k, 116 + 20 * (j - (count - 1) / 2)) for j in range(count)])
    for left, right in pairwise(columns):
        for a in left:
            for b in right:
                made.path([a, b], "faint", width=0.8)
    for k, places in enumerate(columns):
        for j, place in enumerate(places):
            if k < 2 and j == len(places) // 2:
                made.rect(place[0] - 8, place[1] - 9, 16, 18, fill="paper")
                made.text("⋮", *place, align="middle", bold=True)
            else:
                made.circle(*place, 7, fill="pale blue" if k < 2 else "blue", line="blue")
    for k, words in enumerate(["784 pixels", "32 hidden units", "10 scores"]):
        caption(made, words, 140 + 240 * k, 234, align="middle", bold=True)
    for k, count in enumerate(parameters):
        caption(made, f"{count:,} parameters", 260 + 240 * k, 258, align="middle")
    caption(made, "Dense, ReLU", 260, 14, align="middle")
    caption(made, "Dense", 500, 14, align="middle")
    for j, (x, y) in enumerate(columns[2]):
        made.text(str(j), x + 20, y, size=13)
    return made


@illustration("The loop says all there is to do")
def training_loop():
    """The loop that trains, as boxes in a circle: a batch, its scores, the loss, the gradient, a step of the
    optimizer, and the next batch."""
    made = sheet(178)
    words = [
        ("a batch", "of pictures"),
        ("scores", "forward"),
        ("the loss", "how wrong"),
        ("gradient", "backward"),
        ("a step", "optimizer"),
    ]
    for k, lines in enumerate(words):
        back = k > 2
        box(
            made,
            80 + 150 * k,
            62,
            112,
            62,
            *lines,
            bold=True,
            fill="pale orange" if back else "pale blue",
            line="orange" if back else "blue",
        )
        if k:
            made.arrow([(80 + 150 * k - 92, 62), (80 + 150 * k - 58, 62)], "ink", width=2.5)
    made.arrow([(680, 95), (680, 140), (80, 140), (80, 96)], "ink", width=2.5)
    made.text("the next batch; after the last one, a new epoch", 380, 120, align="middle")
    return made

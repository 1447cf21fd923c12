"""Classes as integers: 0, 1, ... n_classes - 1, and what one counts with them."""

import math

import numpy as np

from nnlib.guards import as_array, brief, check_floats, check_whole


def check_scores(who, name, scores):
    """Return scores as floats; raise ValueError if one is NaN: argmax would take it for the largest."""
    scores = check_floats(who, name, scores)
    if scores.size and math.isnan(scores.max()):
        row = int(np.argwhere(np.isnan(scores))[0, 0])
        raise ValueError(f"{who} expected numbers in {name}, got nan in row {row}: who wins there is unknown")
    return scores


def check_labels(who, labels, n, n_classes):
    """Return labels as an array, or raise ValueError: integers, shape (n,), 0 <= label < n_classes.

    n is None where any number will do.
    """
    labels = as_array(who, "labels", labels)
    n = len(np.atleast_1d(labels)) if n is None else n
    problem = None
    if labels.ndim == 0:
        problem = f"{brief(labels.item())}: put labels into a list or an array"
    elif labels.ndim == 2 and labels.shape[1] == n_classes > 1:
        problem = f"shape {labels.shape}, which looks one-hot: use labels.argmax(axis=1)"
    elif labels.shape in [(n, 1), (1, n)]:
        problem = f"shape {labels.shape}: use labels.ravel()"
    elif labels.shape != (n,):
        problem = f"shape {labels.shape}"
    elif labels.dtype.kind not in "iu":
        problem = f"{labels.dtype}{_cure_of_labels(labels)}"
    elif n and labels.astype(np.uint64).max() >= n_classes:  # a negative label becomes a huge one
        problem = f"labels from {labels.min()} to {labels.max()}"
        if n_classes == 1:
            problem += ": use an output for each class, or BinaryCrossEntropy"
        elif labels.min() == 1 and labels.max() == n_classes:
            problem += ": use labels - 1"
        elif n_classes == 2 and (np.abs(labels) == 1).all():
            problem += ": use (labels + 1) // 2"
    if problem:
        raise ValueError(f"{who} expected integer labels of shape ({n},) from 0 to {n_classes - 1}, got {problem}")
    return labels


def _cure_of_labels(labels):
    """Return how labels that are no integers can become some."""
    if labels.size and isinstance(labels[0], str):
        return ": np.unique(labels, return_inverse=True)[1] numbers them"
    if labels.dtype.kind not in "bf":
        return ""
    strange = labels[labels != np.floor(labels)] if labels.dtype.kind == "f" else labels[:0]
    return f", such as {strange[0]}" if len(strange) else ": use labels.astype(int)"


def one_hot(labels, n_classes):
    """Return an array (n, n_classes) with a 1 in the column of each label and 0 elsewhere.

    The number of classes is told, not guessed: a batch without a 9 still has ten columns.

    >>> one_hot([2, 0], 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    n_classes = check_whole("one_hot", "n_classes", n_classes, 1)
    labels = check_labels("one_hot", labels, None, n_classes)
    return np.eye(n_classes)[labels]


def accuracy(logits, labels):
    """Return the share of rows whose largest score is at the label.

    Shapes: logits or probabilities (n, n_classes), labels (n,) integers.

    >>> accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1]))
    0.5
    """
    logits = check_scores("accuracy", "logits", logits)
    if logits.ndim != 2 or len(logits) == 0:
        cure = "; labels are compared by (predicted == labels).mean()" if logits.shape == np.shape(labels) else ""
        raise ValueError(f"accuracy expected logits of shape (n, n_classes) with n > 0, got {logits.shape}{cure}")
    return float((logits.argmax(axis=1) == check_labels("accuracy", labels, *logits.shape)).mean())


def confusion_matrix(predicted, labels, n_classes):
    """Count how often each label (row) was predicted as each class (column).

    Shapes: predicted and labels (n,) integers, result (n_classes, n_classes) integers.

    >>> confusion_matrix([0, 1, 1], [0, 0, 1], 2)
    array([[1, 1],
           [0, 1]])
    """
    n_classes = check_whole("confusion_matrix", "n_classes", n_classes, 1)
    labels = check_labels("confusion_matrix", labels, None, n_classes)
    predicted = check_labels("confusion_matrix", predicted, len(labels), n_classes)
    pairs = labels.astype(int) * n_classes + predicted.astype(int)  # uint8 could not hold them
    return np.bincount(pairs, minlength=n_classes**2).reshape(n_classes, n_classes)

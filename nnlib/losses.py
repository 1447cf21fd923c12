"""How wrong is the network? One number for a batch, and its gradient with respect to every output."""

import numpy as np

from nnlib.guards import check_floats, check_number, check_target
from nnlib.labels import check_labels, check_scores


def softmax(logits):
    """Return the probabilities exp(z_j) / Σ_k exp(z_k) of each row, safe for any finite score.

    The largest score is subtracted first: the quotient stays the same and `exp` cannot overflow.
    Shapes: logits and result (..., n_classes); every row of the result sums to 1.

    >>> softmax(np.array([1000.0, 0.0]))
    array([1., 0.])
    """
    logits = check_floats("softmax", "logits", logits)
    if logits.shape[-1:] in [(), (0,)]:
        raise ValueError(f"softmax expected logits of shape (..., n_classes), got {logits.shape}")
    exps = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


class Loss:
    """The mean loss of a batch: `forward` returns it, `backward` its gradient with respect to the prediction.

    A subclass writes the formula `f(prediction, target)` and the gradient `df()`, and may say in
    `correct(prediction, target)` which rows count as right, for the accuracy. A loss of one's own:

    >>> class Absolute(Loss):
    ...     def f(self, prediction, target):
    ...         self.error = prediction - target
    ...         return np.abs(self.error).mean()
    ...     def df(self):
    ...         return np.sign(self.error) / self.error.size
    >>> Absolute().forward([[1.0], [5.0]], [[2.0], [2.0]])
    2.0
    """

    n = None

    def check(self, prediction, target):
        """Return the target in the prediction's dtype; raise ValueError if it does not fit."""
        return check_target(self, target, prediction.shape).astype(prediction.dtype, copy=False)

    def comparable(self, prediction, target, checked):
        """Return both as arrays that fit and hold no NaN, for `correct`; raise ValueError otherwise.

        checked: training says so, whose `forward` has just seen both
        """
        if checked:
            return prediction, target
        prediction = check_scores(self, "prediction", prediction)
        target = self.check(prediction, target)
        return prediction, target if target.dtype.kind in "iu" else check_scores(self, "target", target)

    def forward(self, prediction, target):
        """Return the mean loss as a float.   Shapes: prediction (n, n_out); target see the class."""
        prediction = check_floats(self, "prediction", prediction)
        if prediction.ndim == 0 or len(prediction) == 0:
            raise ValueError(f"{self} expected at least one row, got an empty batch {prediction.shape}")
        target = self.check(prediction, target)
        self.n = len(prediction)
        return float(check_number(self, "f's result", self.f(prediction, target)))

    def backward(self):
        """Return the gradient of the mean loss by the prediction, of its shape."""
        if self.n is None:
            raise RuntimeError(f"{self}.backward was called before forward: there is no prediction yet")
        return self.df()

    def __repr__(self):
        return f"{type(self).__name__}()"


class SoftmaxCrossEntropy(Loss):
    """Minus the logarithm of the probability that softmax gives to the right class.

    Forward:   p = softmax(z),   L = mean over rows of -log p[label]
    Backward:  dz = (p - onehot(label)) / n

    Shapes: logits z (n, n_classes), labels (n,) integers, p and dz (n, n_classes).
    The logarithm is taken of the sum, never of p itself: no overflow, no log 0.

    >>> SoftmaxCrossEntropy().forward(np.array([[1000.0, 0.0]]), np.array([1]))
    1000.0

    Where one class is rare, each of its rows may count as several, here those of class 1 as three:

    >>> weights = np.array([1.0, 3.0])
    >>> class Weighted(SoftmaxCrossEntropy):
    ...     def f(self, logits, labels):
    ...         super().f(logits, labels)
    ...         return -(weights[labels] * np.log(self.p[self.right])).mean()
    ...     def df(self):
    ...         return super().df() * weights[self.right[1], np.newaxis]
    >>> Weighted().forward([[0.0, 0.0]], [1]) / SoftmaxCrossEntropy().forward([[0.0, 0.0]], [1])
    3.0
    """

    def check(self, logits, labels):
        if logits.ndim != 2:
            raise ValueError(f"{self} expected logits of shape (n, n_classes), got {logits.shape}")
        return check_labels(self, labels, *logits.shape)

    def f(self, logits, labels):
        z = logits - logits.max(axis=1, keepdims=True)
        exps = np.exp(z)
        sums = exps.sum(axis=1, keepdims=True)
        self.right = np.arange(len(labels)), labels  # the place of each row's right class
        self.p = exps / sums
        return (np.log(sums)[:, 0] - z[self.right]).sum() / len(labels)

    def df(self):
        dz = self.p / self.n
        dz[self.right] -= 1 / self.n
        return dz

    def correct(self, logits, labels, checked=False):
        logits, labels = self.comparable(logits, labels, checked)
        return logits.argmax(axis=1) == labels


class BinaryCrossEntropy(Loss):
    """Cross-entropy for yes or no: one score for each row, the sigmoid included.

    Forward:   p = 1 / (1 + exp(-z)),   L = mean of -(t log p + (1 - t) log(1 - p))
    Backward:  dz = (p - t) / size

    Shapes: logits z and targets t the same, t between 0 and 1. Written as max(z, 0) - t z +
    log(1 + exp(-|z|)), which is the same number and cannot overflow.

    >>> BinaryCrossEntropy().forward(np.array([[-1000.0]]), np.array([[1]]))
    1000.0
    """

    def check(self, logits, target):
        target = super().check(logits, target)
        if not (target.min() >= 0 and target.max() <= 1):  # NaN is neither
            raise ValueError(f"{self} expected targets from 0 to 1, got {target.min()} to {target.max()}")
        return target

    def f(self, logits, target):
        self.logits, self.target = logits, target
        return (np.maximum(logits, 0) - target * logits + np.log(1 + np.exp(-np.abs(logits)))).mean()

    def df(self):
        p = 0.5 * np.tanh(0.5 * self.logits) + 0.5
        return (p - self.target) / p.size

    def correct(self, logits, target, checked=False):
        logits, target = self.comparable(logits, target, checked)
        return ((logits > 0) == (target > 0.5)).reshape(len(logits), -1).all(axis=1)


class MeanSquaredError(Loss):
    """The mean over all elements of the squared difference, as in PyTorch.

    Forward:   L = mean of (y - t)²
    Backward:  dy = 2 (y - t) / size

    Shapes: prediction y and target t the same; (4, 1) against (4,) is refused, since NumPy would
    broadcast it to (4, 4) without a word.
    """

    def f(self, prediction, target):
        self.error = prediction - target
        return (self.error * self.error).mean()

    def df(self):
        return 2 * self.error / self.error.size


class QuadraticCost(Loss):
    """Half the squared distance between output and target, mean over the rows.

    Forward:   C = mean over rows of Σ_j (y_j - t_j)² / 2
    Backward:  dy = (y - t) / n

    Shapes: prediction y and target t (n, n_out).   Source: Nielsen, chapter 1, equation 6.
    """

    def check(self, prediction, target):
        if prediction.ndim != 2:
            raise ValueError(f"{self} expected a prediction of shape (n, n_out), got {prediction.shape}")
        return super().check(prediction, target)

    def f(self, prediction, target):
        self.error = prediction - target
        return (self.error * self.error).sum() / (2 * len(target))

    def df(self):
        return self.error / self.n

    def correct(self, prediction, target, checked=False):
        prediction, target = self.comparable(prediction, target, checked)
        if prediction.shape[1] == 1:  # one output says yes or no
            return (prediction[:, 0] > 0.5) == (target[:, 0] > 0.5)
        return prediction.argmax(axis=1) == target.argmax(axis=1)

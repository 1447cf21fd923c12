"""The functions between the layers: without them a stack of layers is one layer.

Adding an activation is one class with `f` and `derivative`: tests and pictures find it by themselves.
Write `f` with NumPy's operators and functions, so that the tape can follow it.
"""

import math

import numpy as np

from nnlib.guards import check_floats, check_gradient
from nnlib.layers import Layer


class Activation(Layer):
    """A function applied to every number by itself.

    Forward:   Y = f(X)
    Backward:  dX = dY f'(X)

    Shapes: X and Y the same, whatever it is. `derivative(X, Y)` may use the input or the output,
    whichever is cheaper.   Raises RuntimeError for backward before forward.
    """

    X = Y = None

    def f(self, X):
        """Return the activation of every number in X."""
        raise NotImplementedError(f"{self} has no f")

    def derivative(self, X, Y):
        """Return the slope at every number in X, where Y = f(X)."""
        raise NotImplementedError(f"{self} has no derivative")

    def forward(self, X, training=False):
        self.X = X = check_floats(self, "X", X)
        self.Y = self.f(X)
        return self.Y

    def backward(self, dY, input_grad=True):
        if self.Y is None:
            raise RuntimeError(f"{self}.backward was called before forward: there is no output yet")
        dY = check_gradient(self, dY, self.Y.shape)
        return dY * self.derivative(self.X, self.Y)


class ReLU(Activation):
    """max(x, 0). Its slope at 0 is taken as 0, as in PyTorch. Source: Nair and Hinton 2010.

    >>> ReLU().forward(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    """

    def f(self, X):
        return np.maximum(X, 0)

    def derivative(self, X, Y):
        return Y > 0


class LeakyReLU(Activation):
    """x for x > 0, else slope * x, so that no unit dies. Source: Maas et al. 2013.

    >>> LeakyReLU().forward(np.array([-2.0, 0.0, 3.0]))
    array([-0.02,  0.  ,  3.  ])
    """

    def __init__(self, slope=0.01):
        if not 0 <= slope < 1:
            raise ValueError(f"LeakyReLU expected 0 <= slope < 1, got {slope}")
        self.slope = slope

    def f(self, X):
        return np.maximum(X, self.slope * X)

    def derivative(self, X, Y):
        slopes = np.full(X.shape, self.slope, np.result_type(X, np.float16))  # a float, whatever X is
        slopes[X > 0] = 1
        return slopes

    def __repr__(self):
        return f"LeakyReLU({self.slope})"


class Sigmoid(Activation):
    """1 / (1 + exp(-x)), between 0 and 1; written with tanh, which cannot overflow.

    >>> Sigmoid().forward(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """

    def f(self, X):
        return 0.5 * np.tanh(0.5 * X) + 0.5

    def derivative(self, X, Y):
        return Y * (1 - Y)


class Tanh(Activation):
    """The hyperbolic tangent, between -1 and 1.

    >>> Tanh().forward(np.array([-1000.0, 0.0, 1000.0]))
    array([-1.,  0.,  1.])
    """

    def f(self, X):
        return np.tanh(X)

    def derivative(self, X, Y):
        return 1 - Y**2


class GELU(Activation):
    """x Φ(x), with Φ the normal distribution function in the tanh form that GPT-2 uses.

    Source: Hendrycks and Gimpel 2016, section 2 (`approximate="tanh"` in PyTorch).

    >>> GELU().forward(np.array([-1000.0, 0.0, 1000.0]))
    array([  -0.,    0., 1000.])
    """

    scale = math.sqrt(2 / math.pi)

    def f(self, X):
        return 0.5 * X * (1 + np.tanh(self.scale * (X + 0.044715 * X * X * X)))

    def derivative(self, X, Y):
        t = np.tanh(self.scale * (X + 0.044715 * X * X * X))
        dt = (1 - t * t) * self.scale * (1 + 3 * 0.044715 * X * X)
        return 0.5 * (1 + t) + 0.5 * X * dt

"""The pieces a network is made of: each maps its input forward and sends the gradient backward."""

import numpy as np

from nnlib.guards import check_between, check_floats, check_gradient, check_rng, check_rows, check_whole
from nnlib.initializers import glorot_uniform


class Layer:
    """What every layer offers: `forward`, `backward` and the names of its learnable arrays.

    The gradient of the array `W` is called `dW`, has its shape, and is written by `backward`.
    """

    parameters = ()
    state = ()  # names of what else training changes, such as a running mean: saved with the parameters

    def forward(self, X, training=False):
        """Return the output for the rows of X; `training` is True only while learning."""
        raise NotImplementedError(f"{self} has no forward")

    def backward(self, dY, input_grad=True):
        """Write the gradients of the parameters and return dX (None where it is not asked for)."""
        raise NotImplementedError(f"{self} has no backward")

    def __repr__(self):
        return f"{type(self).__name__}()"


class Dense(Layer):
    """A fully connected layer: every output is a weighted sum of all inputs, plus a bias.

    Forward:   Y = X W + b
    Backward:  dW = Xᵀ dY,   db = Σ rows of dY,   dX = dY Wᵀ

    Shapes: X (n, n_in), W (n_in, n_out), b (n_out,), Y (n, n_out); one row is one example.

    Parameters
        n_in, n_out: number of features in and out
        rng: the np.random.Generator that draws W
        init: initialiser of W, see `nnlib.initializers`; b starts at 0

    Raises ValueError for an input of another shape, RuntimeError for backward before forward.

    >>> layer = Dense(2, 3, rng=np.random.default_rng(0))
    >>> layer.W = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> layer.forward(np.array([[1.0, 10.0]]))
    array([[41., 52., 63.]])
    """

    parameters = ("W", "b")
    X = None

    def __init__(self, n_in, n_out, *, rng, init=glorot_uniform):
        self.n_in = n_in = check_whole("Dense", "n_in", n_in, 1)
        self.n_out = n_out = check_whole("Dense", "n_out", n_out, 1)
        if not callable(init):
            raise ValueError(f"{self} expected init to be a function such as he_normal, got {init!r}")
        self.W = check_floats(self, "init's W", init(n_in, n_out, check_rng(self, rng)))
        if self.W.shape != (n_in, n_out):
            raise ValueError(f"{self} expected init to return W of shape ({n_in}, {n_out}), got {self.W.shape}")
        self.b = np.zeros(n_out)
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)

    def forward(self, X, training=False):
        self.X = X = check_rows(self, X, self.n_in)
        return X @ self.W + self.b

    def backward(self, dY, input_grad=True):
        if self.X is None:
            raise RuntimeError(f"{self}.backward was called before forward: there is no X yet")
        dY = check_gradient(self, dY, (len(self.X), self.n_out))
        np.matmul(self.X.T, dY, out=self.dW)  # dW = Xᵀ dY            (n_in, n_out)
        dY.sum(axis=0, out=self.db)  # db = Σ rows of dY      (n_out,)
        return dY @ self.W.T if input_grad else None  # dX = dY Wᵀ            (n, n_in)

    def __repr__(self):
        return f"Dense({self.n_in}, {self.n_out})"


class Dropout(Layer):
    """Silence each input with probability `rate` while training; pass everything on afterwards.

    Forward:   Y = X M,   M = 0 with probability rate, else 1 / (1 - rate)   (training)
               Y = X                                                         (otherwise)
    Backward:  dX = dY M

    The survivors are scaled up, so that the expected output is X. Source: Srivastava et al. 2014.

    Shapes: X, Y, M (n, m).   Parameters: rate in [0, 1); rng draws the mask.
    """

    mask = None

    def __init__(self, rate, *, rng):
        check_between("Dropout", "rate", rate, 0, 1)
        self.rate, self.rng = rate, check_rng("Dropout", rng)

    def forward(self, X, training=False):
        X = check_floats(self, "X", X)
        if training:
            keep = self.rng.random(X.shape) >= self.rate
            self.mask = (keep / (1 - self.rate)).astype(X.dtype)
        else:
            self.mask = np.ones(X.shape, X.dtype)
        return X * self.mask

    def backward(self, dY, input_grad=True):
        if self.mask is None:
            raise RuntimeError(f"{self}.backward was called before forward: there is no mask yet")
        dY = check_gradient(self, dY, self.mask.shape)
        return dY * self.mask

    def __repr__(self):
        return f"Dropout({self.rate})"

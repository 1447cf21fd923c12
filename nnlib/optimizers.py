"""How to step downhill: each optimizer changes the vector of parameters in place, given its gradient.

Constructor names and defaults are PyTorch's. `weight_decay` adds weight_decay * params to the
gradient (the slope of the L2 penalty weight_decay / 2 * Σ params²), for biases as well; where a
class says `decoupled = True`, it shrinks params by themselves (Loshchilov and Hutter 2019).
"""

import math

import numpy as np

from nnlib.guards import brief, check_between, check_changeable, check_floats, is_number


class Optimizer:
    """What every optimizer offers: `step(params, grads)` and a learning rate that may be changed.

    Its memory (`slots` vectors like params) belongs to the one vector that it first stepped. A subclass
    sets `slots` and writes `update`; with `decoupled = True` weight decay is no part of the gradient, but
    takes lr * weight_decay of params away before the update, as AdamW and Lion do.
    """

    slots = 0
    decoupled = False

    def __init__(self, lr, weight_decay=0.0):
        self.lr = lr
        self.weight_decay = self._within("weight_decay", weight_decay, 0, math.inf)
        self.t = 0  # steps taken
        self.memory = self._params = None

    @property
    def lr(self):
        """The learning rate, positive and finite."""
        return self._lr

    @lr.setter
    def lr(self, lr):
        self._lr = self._positive("lr", lr)

    def _positive(self, name, value):
        if not is_number(value) or not 0 < value < math.inf:
            raise ValueError(f"{type(self).__name__} expected a finite {name} > 0, got {brief(value)}")
        return float(value)

    def _within(self, name, value, low, high):
        return check_between(type(self).__name__, name, value, low, high)

    def step(self, params, grads):
        """Change params in place.   Shapes: params and grads the same, of any float dtype.

        Raises ValueError for other shapes, RuntimeError when the memory belongs to other params.
        """
        check_changeable(self, "params", params)
        grads = check_floats(self, "grads", grads)
        if params.shape != grads.shape:
            raise ValueError(f"{self} expected grads of shape {params.shape}, got {grads.shape}")
        if self.memory is None:
            self.memory = [np.zeros_like(params) for _ in range(self.slots)]
        if self._params is None:
            self._params = params
        if self.slots and (self._params is not params or self.memory[0].shape != params.shape):
            raise RuntimeError(f"{self} already steps other parameters: make one optimizer for each model")
        self.t += 1
        if self.weight_decay:
            if self.decoupled:
                params *= 1 - self.lr * self.weight_decay
            else:
                grads = grads + self.weight_decay * params
        self.update(params, grads, *self.memory)

    def update(self, params, grads, *memory):
        """Change params, and the memory, in place: the formula of the optimizer."""
        raise NotImplementedError(f"{self} has no update")

    def __repr__(self):
        return f"{type(self).__name__}(lr={self.lr:g})"

    def __getstate__(self):  # a copy goes on with the memory, for the first parameters it meets
        return self.__dict__ | {"_params": None}


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if asked for.

    Step:      θ = θ - lr g
    Momentum:  v = momentum v + g,   θ = θ - lr v
    Nesterov:  v = momentum v + g,   θ = θ - lr (g + momentum v)

    v starts at 0 and does not contain lr, as in PyTorch.   Source: Sutskever et al. 2013.

    >>> params = np.array([1.0, 2.0])
    >>> SGD(lr=0.1).step(params, np.array([10.0, 0.0]))
    >>> params
    array([0., 2.])
    """

    def __init__(self, lr, momentum=0.0, nesterov=False, weight_decay=0.0):
        super().__init__(lr, weight_decay)
        self.momentum = self._within("momentum", momentum, 0, 1)
        self.nesterov = nesterov
        self.slots = 1 if momentum else 0
        if nesterov and not momentum:
            raise ValueError("SGD expected momentum > 0 with nesterov=True, got momentum = 0")

    def update(self, params, grads, v=None):
        if v is None:
            params -= self.lr * grads
            return
        v *= self.momentum
        v += grads
        params -= self.lr * (grads + self.momentum * v if self.nesterov else v)


class RMSProp(Optimizer):
    """Divide each step by a running root mean square of its own gradient.

    Step:  v = alpha v + (1 - alpha) g²,   θ = θ - lr g / (√v + eps)

    Source: Tieleman and Hinton 2012, lecture 6e; alpha and eps as in PyTorch.
    """

    slots = 1

    def __init__(self, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0.0):
        super().__init__(lr, weight_decay)
        self.alpha = self._within("alpha", alpha, 0, 1)
        self.eps = self._positive("eps", eps)

    def update(self, params, grads, v):
        v *= self.alpha
        v += (1 - self.alpha) * grads * grads
        params -= self.lr * grads / (np.sqrt(v) + self.eps)


class Adam(Optimizer):
    """Momentum and RMSProp together, both corrected for starting at 0.

    Step t:  m = β1 m + (1 - β1) g        m̂ = m / (1 - β1ᵗ)
             v = β2 v + (1 - β2) g²       v̂ = v / (1 - β2ᵗ)
             θ = θ - lr m̂ / (√v̂ + eps)

    Source: Kingma and Ba 2015, algorithm 1. The vectors kept are m / (1 - β1) and v / (1 - β2), as in
    SGD's momentum; the four factors are multiplied into numbers, which saves passes over the vectors.
    """

    slots = 2

    def __init__(self, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(lr, weight_decay)
        if not isinstance(betas, (tuple, list, np.ndarray)) or len(betas) != 2:
            raise ValueError(f"Adam expected two betas, as in (0.9, 0.999), got {betas}")
        self.betas = tuple(self._within("each of betas", beta, 0, 1) for beta in betas)
        self.eps = self._positive("eps", eps)

    def update(self, params, grads, m, v):
        beta1, beta2 = self.betas
        m *= beta1
        m += grads
        v *= beta2
        work = grads * grads  # one vector for all that follows
        v += work
        v_scale = math.sqrt((1 - beta2) / (1 - beta2**self.t))  # √v̂ = v_scale √v
        m_scale = (1 - beta1) / (1 - beta1**self.t)  # m̂ = m_scale m
        np.sqrt(v, out=work)
        work += self.eps / v_scale
        np.divide(m, work, out=work)
        work *= self.lr * m_scale / v_scale
        params -= work  # lr m̂ / (√v̂ + eps)

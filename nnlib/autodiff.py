"""Derivatives without deriving: a tape that remembers every operation and plays them backwards."""

import numpy as np

from nnlib.guards import check_numbers


def unbroadcast(gradient, shape):
    """Sum a gradient back to `shape`: what was copied forward is added up backward.

    >>> unbroadcast(np.ones((4, 3)), (3,))
    array([4., 4., 4.])
    """
    if gradient.shape == shape:
        return gradient
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))
    stretched = tuple(i for i, size in enumerate(shape) if size == 1 and gradient.shape[i] != 1)
    return gradient.sum(axis=stretched, keepdims=True)


class Tensor:
    """An array that knows how it was computed, so that `backward` can find its gradient with respect to each input.

    data: the values, a float array.   grad: an array of its shape, 0 until `backward` adds to it.
    Operators + - * / ** @, indexing, and the methods below work as NumPy's, broadcasting included;
    so do NumPy's own functions (np.exp(t), array @ t), for those listed in TAPED at the end of this file.

    >>> x = Tensor([1.0, 2.0, 3.0])
    >>> (x**2).sum().backward()
    >>> x.grad
    array([2., 4., 6.])
    """

    constant = False  # True for a plain array or number that took part: nobody asks for its gradient

    def __init__(self, data, parents=()):
        data = check_numbers("Tensor", "data", data)
        self.data = data if data.dtype.kind == "f" else data.astype(np.float64)
        self.grad = np.zeros_like(self.data)
        self.parents = parents  # pairs: a Tensor, and the function from our gradient to its gradient

    def backward(self):
        """Add to `grad` of this number and of everything it was computed from: d self / d it.

        A second call adds a second time; set `grad` to 0 in between. Raises ValueError unless self
        holds a single number.
        """
        if self.data.size != 1:
            raise ValueError(f"Tensor.backward expected a single number, got shape {self.shape}: take the sum or mean")
        flow = {id(self): np.ones_like(self.data)}  # this call's gradients, on their way down
        for node in reversed(self.graph()):
            if node.constant:
                continue
            gradient = flow.pop(id(node))
            node.grad = node.grad + gradient
            for parent, pull in node.parents:
                if not parent.constant:
                    share = unbroadcast(pull(gradient), parent.shape)
                    flow[id(parent)] = flow[id(parent)] + share if id(parent) in flow else share

    def graph(self):
        """Return every Tensor that this one was computed from, parents first, itself last.

        With a stack of our own in place of recursion, so that a chain of any length works.
        """
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, parents_done = stack.pop()
            if parents_done:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                stack.append((node, True))
                stack.extend((parent, False) for parent, _ in node.parents)
        return order

    # Operators: the value, and for each parent how the gradient g passes to it.

    def __add__(self, other):
        other = as_tensor(other, self.dtype)
        return Tensor(self.data + other.data, ((self, lambda g: g), (other, lambda g: g)))

    def __mul__(self, other):
        other = as_tensor(other, self.dtype)
        return Tensor(self.data * other.data, ((self, lambda g: g * other.data), (other, lambda g: g * self.data)))

    def __truediv__(self, other):
        other = as_tensor(other, self.dtype)
        Y = self.data / other.data
        return Tensor(Y, ((self, lambda g: g / other.data), (other, lambda g: -g * Y / other.data)))

    def __pow__(self, p):
        if not isinstance(p, (int, float, np.number)):
            raise TypeError(f"Tensor ** p expected a number p, got {type(p).__name__}: use (p * x.log()).exp()")
        return Tensor(self.data**p, ((self, lambda g: g * p * self.data ** (p - 1)),))

    def __matmul__(self, other):
        a, b = self, as_tensor(other, self.dtype)
        if a.ndim == 1:  # a row, whose extra axis is taken away again
            return (a.reshape(1, -1) @ b)[..., 0, :] if b.ndim > 1 else (a * b).sum()
        if b.ndim == 1:
            return (a @ b.reshape(-1, 1))[..., 0]
        down_a = (a, lambda g: g @ np.swapaxes(b.data, -1, -2))
        return Tensor(a.data @ b.data, (down_a, (b, lambda g: np.swapaxes(a.data, -1, -2) @ g)))

    def __getitem__(self, index):
        def pull(g):
            whole = np.zeros_like(self.data)
            np.add.at(whole, index, g)  # an entry that was taken twice gets both gradients
            return whole

        return Tensor(self.data[index], ((self, pull),))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -as_tensor(other, self.dtype)

    def __rsub__(self, other):
        return -self + other

    def __rtruediv__(self, other):
        return as_tensor(other, self.dtype) / self

    def __rmatmul__(self, other):
        return as_tensor(other, self.dtype) @ self

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        Y = np.exp(self.data)
        return Tensor(Y, ((self, lambda g: g * Y),))

    def log(self):
        return Tensor(np.log(self.data), ((self, lambda g: g / self.data),))

    def tanh(self):
        Y = np.tanh(self.data)
        return Tensor(Y, ((self, lambda g: g * (1 - Y * Y)),))

    def maximum(self, other):
        """The larger of two, number by number; at a tie the gradient goes to `other`."""
        other = as_tensor(other, self.dtype)
        mine = self.data > other.data
        return Tensor(np.maximum(self.data, other.data), ((self, lambda g: g * mine), (other, lambda g: g * ~mine)))

    def relu(self):
        return self.maximum(0)

    def abs(self):
        return Tensor(np.abs(self.data), ((self, lambda g: g * np.sign(self.data)),))

    __abs__ = abs

    def sum(self, axis=None, keepdims=False):
        def pull(g):
            g = g if keepdims or axis is None else np.expand_dims(g, axis)
            return np.broadcast_to(g, self.shape)

        return Tensor(self.data.sum(axis=axis, keepdims=keepdims), ((self, pull),))

    def mean(self, axis=None, keepdims=False):
        total = self.sum(axis, keepdims)
        return total / (self.data.size / total.data.size)

    def max(self, axis=None, keepdims=False):
        """The largest along an axis; several that are equal share the gradient."""
        at_max = self.data == self.data.max(axis=axis, keepdims=True)
        share = at_max / at_max.sum(axis=axis, keepdims=True, dtype=self.dtype)
        return (self * share).sum(axis, keepdims)

    def reshape(self, *shape):
        return Tensor(self.data.reshape(*shape), ((self, lambda g: g.reshape(self.shape)),))

    @property
    def T(self):
        return Tensor(self.data.T, ((self, lambda g: g.T),))

    shape = property(lambda self: self.data.shape)
    ndim = property(lambda self: self.data.ndim)
    dtype = property(lambda self: self.data.dtype)

    def __len__(self):
        return len(self.data)

    def __repr__(self):
        return f"Tensor({np.array2string(self.data, separator=', ')})"

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        """Called by NumPy for np.exp(tensor), array + tensor and the like: do it on the tape."""
        if ufunc not in TAPED or method != "__call__" or options:
            known = ", ".join(taped.__name__ for taped in TAPED)
            raise TypeError(f"Tensor expected one of NumPy's {known}, without options; got np.{ufunc.__name__}")
        return TAPED[ufunc](as_tensor(inputs[0], self.dtype), *inputs[1:])

    def __array_function__(self, function, types, inputs, options):
        """Called by NumPy for its other functions: np.sum(tensor) is tensor.sum(), what is not a method is refused."""
        if function not in METHODS:
            known = ", ".join(method.__name__ for method in METHODS)
            raise TypeError(
                f"Tensor expected one of NumPy's {known}, or a method or operator; got np.{function.__name__}"
            )
        return getattr(inputs[0], function.__name__)(*inputs[1:], **options)


def as_tensor(value, dtype):
    """Return a Tensor as it is, else a new, constant one; a plain number takes the dtype, as in NumPy."""
    if isinstance(value, Tensor):
        return value
    tensor = Tensor(np.asarray(value, dtype) if isinstance(value, (int, float)) else value)
    tensor.constant = True
    return tensor


TAPED = {
    np.add: Tensor.__add__,
    np.subtract: Tensor.__sub__,
    np.multiply: Tensor.__mul__,
    np.divide: Tensor.__truediv__,
    np.matmul: Tensor.__matmul__,
    np.negative: Tensor.__neg__,
    np.maximum: Tensor.maximum,
    np.absolute: Tensor.abs,
    np.exp: Tensor.exp,
    np.log: Tensor.log,
    np.tanh: Tensor.tanh,
}
METHODS = [np.sum, np.mean, np.max, np.reshape]

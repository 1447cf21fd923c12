"""A network as a list of layers, all of whose parameters live in one flat vector."""

import numpy as np

from nnlib import saving
from nnlib.contract import check_layer_is_whole, name_of
from nnlib.guards import brief, call, check_floats, check_numbers


def _width_after(layer, width):
    """The number of features after a layer, or None; a layer that learns must say, others keep it."""
    return getattr(layer, "n_out", None if getattr(layer, "parameters", ()) else width)


class Sequential:
    """Layers one after the other: the output of each is the input of the next.

    `params` and `grads` are flat vectors; `layer.W`, `layer.dW` and so on are views into them, so an
    optimizer steps all layers at once, and saving a model is saving one array. A layer is anything with
    `forward(X)` or `forward(X, training=False)`, with `backward(dY)` and, if it learns, with
    `parameters = ("W", "b")`: the names of its arrays. What else it keeps from training, such as a running
    mean, has its names in `state`, so that `save` and `load` take it along.

    Parameters
        layers: in order, each used once
        dtype: np.float32 (fast) or np.float64 (checkable); parameters and inputs are cast to it

    >>> from nnlib import Dense, ReLU
    >>> rng = np.random.default_rng(0)
    >>> model = Sequential(Dense(784, 32, rng=rng), ReLU(), Dense(32, 10, rng=rng))
    >>> model.params.shape, model.forward(np.zeros((5, 784))).shape
    ((25450,), (5, 10))
    """

    features = None  # the shape of an example, once one was seen

    def __init__(self, *layers, dtype=np.float32):
        try:
            self.layers, self.dtype = layers, np.dtype(dtype)
        except TypeError:  # no dtype at all
            self.dtype = None
        if self.dtype is None or self.dtype.kind != "f":
            came = self.dtype or brief(dtype)
            raise ValueError(f"Sequential expected dtype to be np.float32 or np.float64, got {came}")
        if not layers:
            raise ValueError("Sequential expected at least one layer, got none")
        width = None
        for number, layer in enumerate(layers, start=1):
            who = f"Sequential: layer {number}, {name_of(layer)},"
            if isinstance(layer, type) or not (hasattr(layer, "forward") and hasattr(layer, "backward")):
                raise ValueError(f"{who} expected an object with forward and backward, got {layer!r}")
            if isinstance(layer, Sequential):
                raise ValueError(f"{who} expected a layer, got a Sequential: pass its layers, *model.layers")
            if any(layer is earlier for earlier in layers[: number - 1]):
                raise ValueError(f"{who} expected a layer of its own, got the same layer twice")
            if width is not None and getattr(layer, "n_in", width) != width:
                raise ValueError(f"{who} expected {layer.n_in} features, got {width} from the layers before it")
            check_layer_is_whole(who, layer)
            width = _width_after(layer, width)
        self._bind()

    def _bind(self):
        """Gather the layers' arrays into one vector of values and one of gradients."""
        owners = [(layer, name) for layer in self.layers for name in getattr(layer, "parameters", ())]
        self._first = self.layers.index(owners[0][0]) if owners else 0
        arrays = [np.asarray(getattr(layer, name)) for layer, name in owners]
        ends = np.cumsum([a.size for a in arrays], dtype=int)
        self._params = np.concatenate([np.zeros(0), *(a.ravel() for a in arrays)]).astype(self.dtype)
        self._grads = np.zeros_like(self._params)
        self._views = {}
        for prefix, vector in [("", self._params), ("d", self._grads)]:
            pieces = [piece.reshape(a.shape) for piece, a in zip(np.split(vector, ends[:-1]), arrays, strict=False)]
            self._views[prefix] = [
                (layer, prefix + name, view) for (layer, name), view in zip(owners, pieces, strict=True)
            ]
            for layer, name, view in self._views[prefix]:
                setattr(layer, name, view)

    def _synchronised(self, vector, prefix):
        """Return the vector, after taking in any array that was assigned: `layer.W = ...`."""
        for layer, name, view in self._views[prefix]:
            value = getattr(layer, name)
            if value is not view:
                if np.shape(value) != view.shape:
                    raise ValueError(f"{name_of(layer)}.{name} expected shape {view.shape}, got {np.shape(value)}")
                view[...] = value
                setattr(layer, name, view)
        return vector

    @property
    def params(self):
        """All parameters, layer after layer, as one vector: it is changed in place, an assigned one is copied."""
        return self._synchronised(self._params, "")

    @params.setter
    def params(self, values):
        self._assign("params", self.params, values)

    @property
    def grads(self):
        """The gradients that `backward` wrote, in the order of `params`."""
        return self._synchronised(self._grads, "d")

    @grads.setter
    def grads(self, values):
        self._assign("grads", self.grads, values)

    def _assign(self, name, vector, values):
        """Copy values into a vector; `model.params -= step` has done so before it comes here."""
        values = check_floats("Sequential", name, values)
        if values.shape != vector.shape:
            raise ValueError(f"Sequential expected {name} of shape {vector.shape}, got {values.shape}")
        vector[...] = values

    def forward(self, X, training=False):
        """Return the output of the last layer.   Shapes: X (n, n_in of the first layer)."""
        self._synchronised(self._params, "")
        X = np.asarray(check_numbers("Sequential", "X", X), dtype=self.dtype)
        self.features = X.shape[1:]
        for layer in self.layers:
            X = call(layer.forward, X, training=training)
        return X

    def backward(self, dY, input_grad=False):
        """Write every layer's gradients; return dX if input_grad, else skip that work.

        Shapes: dY as the output of forward, dX as its input.
        """
        dY = check_floats("Sequential", "dY", dY)
        first = 0 if input_grad else self._first  # the layers before it have nothing to learn
        for layer in reversed(self.layers[first + 1 :]):
            dY = layer.backward(dY)
        dX = call(self.layers[first].backward, dY, input_grad=input_grad)
        return dX if input_grad else None

    def summary(self):
        """Return a table of the layers, their output shapes and their numbers of parameters."""
        rows, width = [("layer", "output", "parameters")], None
        for layer in self.layers:
            width = _width_after(layer, width)
            count = sum(np.size(getattr(layer, name)) for name in getattr(layer, "parameters", ()))
            rows.append((name_of(layer), f"(n, {width or '?'})", f"{count:,}"))
        rows.append(("total", "", f"{self.params.size:,}"))
        wide = max(len(row[0]) for row in rows)
        return "\n".join(f"{a:{wide}}  {b:10}  {c:>10}" for a, b, c in rows)

    def __repr__(self):
        return f"Sequential({', '.join(map(name_of, self.layers))}, dtype={self.dtype})"

    def __getstate__(self):
        return {"layers": self.layers, "dtype": self.dtype, "features": self.features}

    def __setstate__(self, state):  # copies and unpickled models get vectors of their own
        self.__dict__.update(state)
        self._bind()

    def save(self, path, optimizer=None, rng=None):
        """Write layers and parameters to a NumPy .npz file: all of it, or nothing at all.

        With the optimizer and the generator of a run, the file holds all that the next epoch depends on, those of
        the layers included: a program that builds the same anew, and loads it, goes on to the last bit.

            for epoch in train(model, loss, optimizer, X, y, epochs=9, batch_size=32, rng=rng):
                model.save("run.npz", optimizer, rng)
            model.load("run.npz", optimizer, rng)    # in a program that goes on, before its `train`

        Raises ValueError for what a layer keeps from training and does not name in `state`, or an optimizer keeps
        that is neither a number nor an array.
        """
        saving.save(self, path, optimizer, rng)

    def load(self, path, optimizer=None, rng=None):
        """Take the parameters from a file of `save`, and what an optimizer and a generator had reached.

        Raises ValueError, with everything as it was, for a file that does not fit.
        """
        saving.load(self, path, optimizer, rng)

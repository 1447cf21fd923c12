"""Tries what a reader has written on a tiny batch, so that what is missing is said before the first step."""

import copy
from collections.abc import Iterable

import numpy as np

from nnlib.guards import arguments_of, brief, call, check_numbers
from nnlib.losses import Loss

ROWS = 100  # with which widths are tried


def name_of(thing):
    """The layer, or loss, as text without an address in memory."""
    plain = type(thing).__repr__ is object.__repr__
    try:
        return f"{type(thing).__name__}()" if plain else repr(thing)
    except Exception:  # of what is set later only
        return f"{type(thing).__name__}()"


def attributes(thing):
    """Return what an object keeps, by name; nothing of one with slots."""
    return getattr(thing, "__dict__", {})


def is_own(thing):
    """Whether the reader has written it: what nnlib offers is tested already."""
    return type(thing).__module__.partition(".")[0] != "nnlib"


def learned(layer):
    """Return the names of the arrays that a layer learns."""
    return getattr(layer, "parameters", ())


def unnamed(layer):
    """Return the arrays that have a gradient and no name in `parameters`."""
    kept = attributes(layer)
    return [name for name in kept if f"d{name}" in kept and name not in learned(layer)]


def check_objects(who, **parts):
    """Raise ValueError for a part that has not its method; each is a pair of both."""
    for name, (thing, method) in parts.items():
        if isinstance(thing, type) or not hasattr(thing, method):
            raise ValueError(f"{who} expected as {name} an object with {method}, got {thing!r}")


def check_layer_is_whole(who, layer):
    """Raise ValueError for what can be seen of a layer without running it."""
    arguments = arguments_of(layer.forward)
    if arguments is not None and "training" not in arguments and len(arguments) != 1:
        came = f"forward({', '.join(arguments)})"
        raise ValueError(f"{who} expected forward(X) or forward(X, training=False), got {came}")
    for what in ("parameters", "state"):
        names = getattr(layer, what, ())
        if not isinstance(names, Iterable) or isinstance(names, str) or not all(isinstance(n, str) for n in names):
            one = names if isinstance(names, str) else "W"
            raise ValueError(f"{who} expected a tuple of names, {what} = ({one!r},), got {brief(names)}")
        if missing := [name for name in names if not hasattr(layer, name)]:
            raise ValueError(f"{who} expected an attribute for each name in `{what}`, got none for {missing}")
    for name in learned(layer):
        check_numbers(who, name, getattr(layer, name))
    if names := unnamed(layer):
        raise ValueError(f"{name_of(layer)} expected the names {names} in its `parameters`, got none")


def check_parts(model, loss, pairs):
    """Try a model and a loss on some pairs (X, y), before the first step; raise ValueError for what does not fit.

    Where the reader has written a part, copies go forward and backward once with two rows. Then the loss is asked
    about all targets, so that a wrong label is noticed now and not in the batch in which it happens to be.
    """
    with np.errstate(all="ignore"):
        if any(map(is_own, [model, loss, *getattr(model, "layers", ())])):
            try:
                model, loss = copy.deepcopy((model, loss))
            except Exception:  # what cannot be copied cannot be tried without moving it
                return
            X, y = pairs[0]
            (check_model if is_own(model) else check_layers)(model, loss, X[:2].copy(), y[:2].copy())
        for X, y in pairs:
            Y = call(model.forward, X[:ROWS], training=False)
            if isinstance(loss, Loss):
                loss.check(np.broadcast_to(Y[:1], (len(y), *Y.shape[1:])), y)


def check_model(model, loss, X, y):
    """A model of the reader's own: forward, loss, backward, and gradients of the parameters' shape."""
    given = X.copy()
    Y = tried(model, "forward", X, training=True)
    check_output(model, Y, X)
    if not np.array_equal(X, given, equal_nan=True):
        raise ValueError(f"{name_of(model)}.forward expected to leave X as it is: make a new array")
    tried(model, "backward", gradient_of(loss, Y, y))
    if np.shape(model.params) != np.shape(model.grads):
        shapes = f"params {np.shape(model.params)} and grads {np.shape(model.grads)}"
        raise ValueError(f"{name_of(model)} expected params and grads of one shape, got {shapes}")


def check_layers(model, loss, X, y):
    """A Sequential: each layer forward, the loss, and each layer backward, down to the first one that learns."""
    inputs, vars_before = [np.asarray(X, model.dtype)], [dict(attributes(layer)) for layer in model.layers]
    for before, layer in zip([None, *model.layers], model.layers, strict=False):
        X = inputs[-1].copy()
        inputs.append(tried(layer, "forward", inputs[-1], training=True))
        check_output(layer, inputs[-1], X)
        if not np.array_equal(X, inputs[-2], equal_nan=True) and needs(before, inputs[-2]):
            owner = "the data" if before is None else f"what {name_of(before)} needs for backward"
            wanted = f"{name_of(layer)}.forward expected to leave X as it is"
            raise ValueError(f"{wanted}, and changed {owner}: make a new array")
    dY = gradient_of(loss, inputs[-1], y)
    first = next((layer for layer in model.layers if learned(layer)), model.layers[0])
    for layer, X, fixed in reversed(list(zip(model.layers, inputs, vars_before, strict=False))):
        for name in learned(layer):
            getattr(layer, f"d{name}")[...] = np.nan  # what is still NaN afterwards was not written
        finite, dY = np.isfinite(dY).all(), tried(layer, "backward", dY)
        if is_own(layer):
            check_gradients(layer, fixed, finite)
        if layer is first:  # nobody asks for its dX
            return
        check_returned(layer, dY, "dX", X.shape)


def needs(layer, Y):
    """Whether a layer has kept its output Y, or a part of it; without a layer Y are the data, which everybody needs."""
    kept = [] if layer is None else [value for value in attributes(layer).values() if isinstance(value, np.ndarray)]
    return layer is None or any(np.shares_memory(value, Y) for value in kept)


def check_gradients(layer, fixed, finite=False):
    """Raise ValueError for a gradient that `backward` did not write, or that has no name.

    fixed: vars at first;   finite: whether all gradients were NaN before, and dY was not
    """
    for name in learned(layer):
        gradient, shape = getattr(layer, f"d{name}", None), np.shape(getattr(layer, name))
        if gradient is None or (finite and np.size(gradient) and np.isnan(gradient).all()):
            raise ValueError(f"{name_of(layer)}.backward expected to set d{name} anew in each call, and did not")
        if np.shape(gradient) != shape:
            raise ValueError(f"{name_of(layer)}.d{name} expected shape {shape}, got {np.shape(gradient)}")
    names = [name for name in unnamed(layer) if name in fixed and attributes(layer)[name] is fixed[name]]
    if names:
        raise ValueError(f"{name_of(layer)} expected the names {names} in its `parameters`, got none")


def gradient_of(loss, Y, y):
    """Return the gradient of the loss; raise ValueError if it, or the loss, is not what training needs."""
    given = Y.copy()
    value = tried(loss, "forward", Y, y)
    if not np.array_equal(Y, given, equal_nan=True):
        raise ValueError(f"{name_of(loss)}.forward expected to leave the prediction as it is: make a new array")
    if np.ndim(value) != 0 or not isinstance(value, (int, float, np.number, np.ndarray)):
        wanted = f"{name_of(loss)}.forward expected to return the mean loss, a number"
        raise ValueError(f"{wanted}; returned {came(value)}")
    dY = tried(loss, "backward")
    check_returned(loss, dY, "the gradient", np.shape(Y))
    return dY


def tried(thing, method, *arguments, **options):
    """Call a method; an error that the reader's own code raises gets a note with the shapes."""
    try:
        return call(getattr(thing, method), *arguments, **options)
    except Exception as error:
        if is_own(thing):
            shapes = " and ".join(str(np.shape(argument)) for argument in arguments) or "none"
            error.add_note(f"{name_of(thing)}.{method} was tried before the first step, with shapes {shapes}.")
        raise


def check_output(thing, Y, X):
    """Raise ValueError unless Y is an array with a row for each of X."""
    if not isinstance(Y, np.ndarray) or Y.ndim == 0 or len(Y) != len(X):
        wanted = f"{name_of(thing)}.forward expected to return an array with {len(X)} rows, as X has"
        raise ValueError(f"{wanted}; returned {came(Y)}")


def check_returned(thing, found, what, shape):
    """Raise ValueError unless `backward` returned an array of this shape."""
    if not isinstance(found, np.ndarray) or found.shape != shape:
        wanted = f"{name_of(thing)}.backward expected to return {what} of shape {shape}"
        raise ValueError(f"{wanted}; returned {came(found)}")


def came(found):
    """Return in words what a method returned."""
    if found is None:
        return "None. Is the `return` missing?"
    return f"shape {found.shape}" if isinstance(found, np.ndarray) else brief(found)

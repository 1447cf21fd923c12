"""A model in a file, and a run that goes on where it was stopped: plain arrays and text, without pickle."""

import copy
import json
import math
import zipfile
from pathlib import Path

import numpy as np

from nnlib.contract import attributes, is_own, name_of
from nnlib.files import array_after, array_header, replacing
from nnlib.guards import brief, call, check_rng

LONGEST = 1_000_000  # bytes of text in a file


def save(model, path, optimizer, rng):
    """Write what `Sequential.save` says, all of it or nothing at all."""
    check_state(model)
    run, arrays = kept(model, optimizer, rng), []
    text = {"run": json.dumps(packed("Sequential.save", run, arrays))} if run else {}
    path = Path(path)
    if path.is_dir() or not path.parent.is_dir():
        came = f"{path}, which is a folder" if path.is_dir() else f"{path} in a folder that is not there"
        raise FileNotFoundError(f"Sequential.save expected the path of a file, got {came}")
    numbered = {f"array{number}": array for number, array in enumerate(arrays)}
    with replacing(path) as file:
        np.savez(file, layers=[name_of(layer) for layer in model.layers], params=model.params, **text, **numbered)


def load(model, path, optimizer, rng):
    """Take what `Sequential.load` says from a file; raise ValueError, with all as it was, if it does not fit."""
    mine, size, wanted = [name_of(layer) for layer in model.layers], model.params.size, kept(model, optimizer, rng)
    with open(path, "rb") as file:
        try:
            archive = zipfile.ZipFile(file)
            layers = array_after(*array_header(archive, "layers", "U", LONGEST)).tolist()
            stored = array_header(archive, "params", "f", math.inf)
            fits = layers == mine and stored[1] == (size,)  # asked before anything of that size is read
            params = cast(array_after(*stored), model.dtype) if fits else None
            changes = _changes_by(wanted, unpacked(archive, 16 * size + LONGEST), model, optimizer, rng) if fits else []
        except Exception as error:  # zip, NumPy, zlib and json raise ten kinds for a damaged file
            problem = f"{path}: {str(error)[:300]}"
            raise ValueError(f"Sequential.load expected a file of Sequential.save, got {problem}") from error
    if not fits:
        got = f"{brief(layers, 500)} with numbers of shape {brief(stored[1])}"
        raise ValueError(f"Sequential.load expected the layers {mine} with {size} parameters, got {got} in {path}")
    model.params[...] = params
    for owner, name, value in changes:
        setattr(owner, name, value)


def cast(numbers, dtype):
    """Return numbers in another dtype, or raise ValueError where that makes one infinite.   float64 may not fit float32

    NumPy's own error is not relied on: WebAssembly, which Python in a browser is, has no flags for an overflow.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        made = numbers.astype(dtype)
    if (too_large := np.isinf(made) & ~np.isinf(numbers)).any():
        raise ValueError(f"{numbers[too_large][0]:.3g} is too large for {np.dtype(dtype)}")
    return made


# What a run keeps beside the parameters


def check_state(model):
    """Raise ValueError for a layer that training changes in another way than through its parameters and its `state`.

    Each layer of the reader's, a copy, is tried on random numbers before and after a step of training. One that
    cannot take them, or that never gives the same twice, is not judged.
    """
    if model.features is None or not any(map(is_own, model.layers)):
        return
    X = np.random.default_rng(0).standard_normal((4, *model.features)).astype(model.dtype)
    for layer in model.layers:
        try:
            before, after, again = outputs(layer, X)
        except Exception:
            return
        if np.array_equal(before, again, equal_nan=True) and not np.array_equal(before, after, equal_nan=True):
            cure = 'name its arrays in `state`, as in state = ("mean", "variance")'
            raise ValueError(f"{name_of(layer)} keeps something beside its parameters that save would lose: {cure}")
        X = before


def outputs(layer, X):
    """Return what three copies give for X; the second was trained meanwhile, and got back its state and generators."""
    plain, trained, again = (copy.deepcopy(layer) for _ in range(3))
    kept = {name for name, value in attributes(layer).items() if isinstance(value, np.random.Generator)}
    with np.errstate(all="ignore"):
        call(trained.forward, 3 * X + 1, training=True)
        for name in kept.union(getattr(layer, "state", ())):
            setattr(trained, name, copy.deepcopy(getattr(layer, name)))
        return [call(each.forward, X, training=False) for each in (plain, trained, again)]


def kept(model, optimizer, rng):
    """Return as lists and dicts what the layers name in `state`, what an optimizer keeps, and where generators are."""
    states = [{name: getattr(layer, name) for name in getattr(layer, "state", ())} for layer in model.layers]
    run = {"state": states} if any(states) else {}
    if optimizer is not None:
        if isinstance(optimizer, type) or not hasattr(optimizer, "step"):
            raise ValueError(f"Sequential expected as optimizer an object with step, got {optimizer!r}")
        run["optimizer"] = {type(optimizer).__name__: optimizer.__getstate__()}
    if rng is not None:
        each, places = _generators(model, check_rng("Sequential", rng))
        run |= {"places": places, "generators": [generator.bit_generator.state for generator in each]}
    return run


def _generators(model, rng):
    """Return rng and the layers' generators, each once, and for each place the number of the one that is there."""
    there = [
        rng,
        *(thing for layer in model.layers for thing in attributes(layer).values() if type(thing) is type(rng)),
    ]
    each = list({id(generator): generator for generator in there}.values())
    return each, [next(k for k, one in enumerate(each) if one is generator) for generator in there]


def _changes_by(wanted, run, model, optimizer, rng):
    """Return triples (owner, name, value) to be set, or raise ValueError for what does not fit, before any is."""
    for name in wanted.keys() | {"state"} & run.keys():
        if name not in run or name not in wanted:
            raise ValueError(f"it has {'no ' if name in wanted else ''}{name} beside the parameters")
    changes = []
    for layer, mine, stored in zip(model.layers, wanted.get("state", []), run.get("state", []), strict=False):
        changes += _changes_of(layer, mine, stored)
    if optimizer is not None:
        (kind, mine), (other, stored) = *wanted["optimizer"].items(), *run["optimizer"].items()
        if kind != other:
            raise ValueError(f"its optimizer is {other}, not {kind}")
        changes += _changes_of(optimizer, mine, stored)
    if rng is not None:
        if run["places"] != wanted["places"]:
            raise ValueError(f"its generators are shared as {run['places']}, not as {wanted['places']}")
        for generator, state in zip(_generators(model, rng)[0], run["generators"], strict=True):
            if (other := state["bit_generator"]) != (kind := type(generator.bit_generator).__name__):
                raise ValueError(f"its generator is {other}, not {kind}")
            type(generator.bit_generator)().state = state  # raises if it does not fit
            changes.append((generator.bit_generator, "state", state))
    return changes


def _changes_of(owner, mine, stored):
    """Return triples for an object, or raise ValueError unless names, kinds and shapes are those of `mine`."""
    if mine.keys() != stored.keys():
        raise ValueError(f"{name_of(owner)} keeps {list(stored)} in it, and {list(mine)} here")
    for name, value in stored.items():
        begun = mine[name] is None or (is_own(owner) and np.ndim(mine[name]) == 0)  # a running mean may start as 0.0
        if not begun and kind_of(value) != kind_of(mine[name]):
            raise ValueError(f"{name_of(owner)} has {brief(value)} as {name} in it, in place of {brief(mine[name])}")
    return [(owner, name, value) for name, value in stored.items()]


def kind_of(value):
    """Return what has to be the same in two values of one name."""
    is_number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    return "number" if is_number else (type(value), np.shape(value) if isinstance(value, np.ndarray) else None)


# Values as text, with arrays beside it


def packed(who, value, arrays):
    """Return value as json can write it; its arrays are appended to `arrays`, and numbered."""
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biuf":
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, dict) and all(isinstance(name, str) for name in value):
        return {"dict": {name: packed(f"{who}, {name}", each, arrays) for name, each in value.items()}}
    if type(value) in (list, tuple):
        return {type(value).__name__: [packed(who, each, arrays) for each in value]}
    if value is None or type(value) in (bool, int, float, str):
        return value
    raise ValueError(f"{who} expected numbers, arrays, lists and dicts, got {brief(value)}")


def unpacked(archive, most):
    """Return the run in a file, {} if there is none; no array of it has more than `most` bytes."""
    if "run.npy" not in archive.namelist():
        return {}

    def whole(tree):
        if not isinstance(tree, dict):
            return tree
        ((how, value),) = tree.items()
        if how == "array":
            return array_after(*array_header(archive, f"array{int(value)}", "biuf", most)).copy()[()]
        if how == "dict":
            return {name: whole(each) for name, each in value.items()}
        return {"list": list, "tuple": tuple}[how](whole(each) for each in value)

    return whole(json.loads(str(array_after(*array_header(archive, "run", "U", LONGEST)))))

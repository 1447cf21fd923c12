"""What a tape has written down, in copies: the nodes of a graph, and what each sends back to its parents."""

from dataclasses import dataclass
from string import ascii_lowercase

import numpy as np

from nnlib.autodiff import unbroadcast
from nnlib.checks.engine import kind
from nnlib.checks.n07 import fault_of_order, order
from nnlib.viz.graph.words import formula, number

MOST = 25  # nodes that can be read in one picture
LONGEST = 6  # letters of a name from the notebook


@dataclass(frozen=True)
class Node:
    """A tensor as it was: its name, its formula such as "{} + {}", its values; and for each parent three things.

    parents: their places in the record;   derivatives: by each of them, None unless both are single numbers
    sent: the gradient that goes to each
    """

    name: str
    formula: str
    data: np.ndarray
    parents: tuple
    derivatives: tuple
    sent: tuple


@dataclass(frozen=True)
class Record:
    """All nodes, each after its parents; `fixed`: in the order of the tape itself, else a function has to say it."""

    nodes: tuple
    fixed: bool


def recorded(last, names):
    """Return the Record of all that `last` was computed from, in copies; names: {id of a thing: its name}."""
    graph = graph_of(last)
    if len(graph) > MOST:
        raise ValueError(
            f"Graph draws up to {MOST} nodes, this graph has {len(graph)}: "
            "show a part of it, Graph(an earlier result), or a smaller formula"
        )
    if np.size(last.data) != 1:
        raise ValueError(f"Graph expected a single number at the end, got shape {np.shape(last.data)}: take the sum")
    keys, fixed = keys_of(last, graph)
    tensors, pairs = zip(*(graph[key] for key in keys), strict=True)
    parents = [tuple(keys.index(id(parent)) for parent, _ in own) for own in pairs]
    rules = [[rule for _, rule in own] for own in pairs]
    data = [np.array(tensor.data, float) for tensor in tensors]
    derivatives = [
        tuple(derivative(rule, y, data[p]) for rule, p in zip(*both, strict=True))
        for y, *both in zip(data, rules, parents, strict=True)
    ]
    told = [
        formula(y, [data[p] for p in own], *two) for y, own, *two in zip(data, parents, derivatives, rules, strict=True)
    ]
    constant = [getattr(tensor, "constant", False) for tensor in tensors]
    parts = names_of(tensors, names), told, data, parents, derivatives, walk(data, parents, rules, constant)
    return Record(tuple(Node(*part) for part in zip(*parts, strict=True)), fixed)


def names_of(tensors, names):
    """Return a name for each tensor: that of the notebook, the value of a constant, or the next free letter."""
    known = [names.get(id(t)) or (names.get(id(t.data)) if np.ndim(t.data) else None) for t in tensors]
    known = [name if known.index(name) == k else None for k, name in enumerate(known)]  # two may hold one array
    used = set(names.values())
    letters = iter(sorted(set(ascii_lowercase) - set(known), key=lambda letter: (letter in used, letter)))
    constant = [not len(t.parents) and np.size(t.data) == 1 for t in tensors]
    return [
        name or (number(t.data) if plain else next(letters))
        for name, t, plain in zip(known, tensors, constant, strict=True)
    ]


def names_in(notebook):
    """Return {id of a thing: its name} for short names; where a thing has several, the first counts."""
    short = [(name, thing) for name, thing in notebook.items() if len(name) <= LONGEST and name[0] != "_"]
    return {id(thing): name for name, thing in reversed(short)}


def keys_of(last, graph):
    """Return the ids of all nodes, parents first, and whether that is the tape's own order, from a method graph()."""
    parents = {key: [id(parent) for parent, _ in pairs] for key, (_, pairs) in graph.items()}
    if not callable(getattr(last, "graph", None)):
        return order(parents, id(last)), False
    keys = [id(tensor) for tensor in last.graph()]
    if sorted(keys) != sorted(graph) or any(keys.index(p) > k for k, key in enumerate(keys) for p in parents[key]):
        raise ValueError("Graph expected graph() to return every node once, each after its parents")
    return keys, True


def graph_of(last):
    """Return {id: (tensor, pairs of a parent and the rule for it)} of all that `last` was computed from."""
    graph, to_do = {}, [last]
    while to_do:
        tensor = to_do.pop()
        if id(tensor) not in graph:
            graph[id(tensor)] = tensor, pairs_of(tensor)
            to_do.extend(parent for parent, _ in graph[id(tensor)][1])
    return graph


def pairs_of(tensor):
    """Return the pairs of a parent and its local derivative, a number or function; raises ValueError for others."""
    if isinstance(tensor, type) or any(not hasattr(tensor, name) for name in ("data", "grad", "parents")):
        raise ValueError(f"Graph expected a Tensor, with data, grad and parents, got {kind(tensor)}")
    if np.asarray(tensor.data).dtype.kind not in "biuf":
        raise ValueError(f"Graph expected the data of each node to be numbers, got {kind(tensor.data)}")
    try:
        pairs = [(parent, rule) for parent, rule in tensor.parents]
    except (TypeError, ValueError):
        raise ValueError("Graph expected parents to be pairs of a Tensor and its local derivative") from None
    for _, rule in pairs:
        if not callable(rule) and (np.ndim(rule) or np.asarray(rule).dtype.kind not in "biuf"):
            raise ValueError(f"Graph expected a local derivative to be a number or a function, got {kind(rule)}")
    return pairs


def walk(data, parents, rules, constant):
    """Return for each node what it sends to its parents on the way back; a constant gets 0, as on the tape."""
    flow, sent = [np.zeros_like(y) for y in data], [()] * len(data)
    flow[-1] = np.ones_like(data[-1])
    for k in reversed(range(len(data))):
        sent[k] = tuple(
            np.zeros_like(data[p]) if constant[p] else passed(rule, flow[k], data[p])
            for rule, p in zip(rules[k], parents[k], strict=True)
        )
        for p, share in zip(parents[k], sent[k], strict=True):
            flow[p] = flow[p] + share
    return sent


def derivative(rule, y, x):
    """Return the derivative of one number by another, or None for arrays."""
    return passed(rule, np.ones_like(y), x).item() if x.size == y.size == 1 else None


def passed(rule, gradient, x):
    """Return what a rule sends to a parent x; raises ValueError unless it has, or is broadcast to, the shape of x."""
    try:
        sent = rule(gradient.copy()) if callable(rule) else rule * gradient
        sent = unbroadcast(np.array(sent, float), x.shape) if sent is not None else None
    except Exception as error:
        raise ValueError(f"Graph: a rule for going back raised {type(error).__name__}: {error}") from error
    if sent is None or sent.shape != x.shape:
        got = None if sent is None else sent.shape
        raise ValueError(f"Graph expected a rule for going back to give the parent's shape {x.shape}, got {got}")
    return sent


def order_asked(record, own):
    """Return the places of all nodes, parents first: the tape's own order, or what the function `own` says."""
    if record.fixed:
        return list(range(len(record.nodes)))
    names = [node.name for node in record.nodes]
    keys = [name if names.count(name) == 1 else f"{name} ({k})" for k, name in enumerate(names)]
    parents = {key: [keys[p] for p in node.parents] for key, node in zip(keys, record.nodes, strict=True)}
    found = own({key: list(own_parents) for key, own_parents in parents.items()}, keys[-1])
    if fault := fault_of_order(found, parents, keys[-1]):
        raise ValueError(f"order: {fault}")
    return [keys.index(key) for key in found]

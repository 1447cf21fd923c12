"""A graph at one step, in numbers and words: what is known, what has arrived, and where all stands."""

from dataclasses import dataclass

import numpy as np

from nnlib.viz.drawing import text_width
from nnlib.viz.graph.layout import Layout, layout
from nnlib.viz.graph.words import (
    added,
    derivative_texts,
    edge_tip,
    head,
    node_tip,
    shown,
    words_back,
    words_forward,
    written,
)

BOX_AIR, LABEL_AIR = 12, 4  # beside a box's words, and beside those of an edge


@dataclass(frozen=True)
class GraphFrame:
    """A graph at one step; lists by its n nodes, or by its m edges from a parent to a user.

    layout: where all stands;   steps: (n,) when a node's rule runs, 0 for an input
    step, count: the present one, and how many there are;   flows: (m,) 1 if something flows now, 2 if it has
    """

    layout: Layout
    edges: list
    steps: np.ndarray
    flows: np.ndarray
    step: int
    count: int
    heads: list
    formulas: list
    gradients: list
    sums: list
    derivatives: list
    tips: list
    edge_tips: list
    back: bool
    says: str


def graph_frame(record, places, step, show):
    """Return the GraphFrame of a Record, its nodes in the order of `places`, at a step of the way there or back."""
    nodes, back = record.nodes, show == "backward"
    line = [k for k in places if nodes[k].parents]
    full = arrivals(nodes, line[::-1])
    line = line[::-1] if back else line
    step = min(step, len(line))
    arrived = arrivals(nodes, line[:step] if back else [])
    steps = np.array([line.index(k) + 1 if k in line else 0 for k in range(len(nodes))])
    owners = [(k, j) for k, node in enumerate(nodes) for j in range(len(node.parents))]
    when = np.array([steps[k] for k, _ in owners], int)
    known = [bool(back or at <= step) for at in steps]
    sends = [sum(arrived[k]) if back and steps[k] <= step else None for k, _ in owners]
    return GraphFrame(
        layout=layout_of(nodes, full),
        edges=[(nodes[k].parents[j], k) for k, j in owners],
        steps=steps,
        flows=1 * (when == step) + 2 * (when < step),
        step=step,
        count=len(line),
        heads=[head(node, seen) for node, seen in zip(nodes, known, strict=True)],
        formulas=[written(nodes, k) for k in range(len(nodes))],
        gradients=[f"grad {shown(sum(shares)) if shares else 0}" for shares in arrived] if back else [],
        sums=[added(shares, len(all_)) for shares, all_ in zip(arrived, full, strict=True)] if back else [],
        derivatives=[text * known[k] for text, (k, _) in zip(derivative_texts(nodes), owners, strict=True)],
        tips=[node_tip(nodes, k, known[k], arrived[k] if back else None) for k in range(len(nodes))],
        edge_tips=[edge_tip(nodes, k, j, known[k], sent) for (k, j), sent in zip(owners, sends, strict=True)],
        back=back,
        says=words_back(nodes, line, step, arrived, full) if back else words_forward(nodes, line, step),
    )


def arrivals(nodes, spoken):
    """Return for each node the shares that have come to it when these have spoken, in their order."""
    arrived = [[] for _ in nodes]
    arrived[-1].append(np.ones_like(nodes[-1].data))
    for k in spoken:
        for parent, share in zip(nodes[k].parents, nodes[k].sent, strict=True):
            arrived[parent].append(share)
    return arrived


def layout_of(nodes, full):
    """Return the Layout of nodes to which these shares come in the end: it stays the same at each step."""
    sums = [added(shares, len(shares)) for shares in full]
    words = [
        (written(nodes, k), f"grad {shown(sum(shares))}", text)
        for k, (shares, text) in enumerate(zip(full, sums, strict=True))
    ]
    heads = [text_width(head(node), bold=True) for node in nodes]
    boxes = tuple(max(wide, *map(text_width, below)) + BOX_AIR for wide, below in zip(heads, words, strict=True))
    labels = tuple((text_width(text, bold=True) + LABEL_AIR) * bool(text) for text in derivative_texts(nodes))
    return layout(tuple(node.parents for node in nodes), boxes, tuple(map(bool, sums)), labels)

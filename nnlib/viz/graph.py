"""The graph that a tape records: values appear from left to right, gradients flow back from right to left."""

from dataclasses import dataclass

import numpy as np

from nnlib.autodiff import Tensor
from nnlib.checks.n07 import order
from nnlib.plotting import BLUE, GREY, ORANGE
from nnlib.viz.graph_layout import LETTER, layout
from nnlib.viz.graph_record import order_asked, recorded
from nnlib.viz.graph_words import added, head, names_in, shown, slope_texts, words_back, words_forward, written
from nnlib.viz.view import Choice, Slider, View, readers_names

WIDE = 7.5  # inches of the page


@dataclass(frozen=True)
class GraphFrame:
    """A graph at one step, on a sheet of wide by high.

    boxes: (n, 4) left, top, wide, high;   edges: (m, k, 2) points from parent to user;   places: (m, 2) of the slopes
    nodes: (n,) whether its rule runs now;   inputs: (n,) whether it is one;   steps: (n,) when its rule runs, else 0
    flows: (m,) 1 if something flows now, 2 if it has
    """

    boxes: np.ndarray
    edges: np.ndarray
    places: np.ndarray
    nodes: np.ndarray
    inputs: np.ndarray
    steps: np.ndarray
    flows: np.ndarray
    heads: list
    formulas: list
    gradients: list
    sums: list
    slopes: list
    back: bool
    caption: str
    says: str
    wide: float
    high: float


def example(kind=Tensor):
    """Return (a + b) · (b + 1) for a = 3, b = 2 on the tape of this class, and the names of its parts."""
    a, b = kind(3.0), kind(2.0)
    c, d = a + b, b + kind(1.0)
    e = c * d
    return e, {id(thing): name for name, thing in zip("abcde", (a, b, c, d, e), strict=True)}


def graph_frame(record, places, step, show):
    """Return the GraphFrame of a Record, its nodes in the order of `places`, at a step of the way there or back."""
    nodes, back = record.nodes, show == "backward"
    line = [k for k in places if nodes[k].parents]
    full = arrivals(nodes, line[::-1])
    line = line[::-1] if back else line
    step = min(step, len(line))
    arrived = arrivals(nodes, line[:step] if back else [])
    steps = np.array([line.index(k) + 1 if k in line else 0 for k in range(len(nodes))])
    owners = np.array([steps[child] for child, node in enumerate(nodes) for _ in node.parents], int)
    sheet = sheet_of(nodes, full)
    return GraphFrame(
        **vars(sheet),
        steps=steps,
        back=back,
        nodes=(steps == step) & (steps > 0),
        inputs=steps == 0,
        flows=1 * (owners == step) + 2 * (owners < step),
        heads=[head(node, back or at <= step) for node, at in zip(nodes, steps, strict=True)],
        formulas=[written(nodes, k) for k in range(len(nodes))],
        gradients=[f"grad {shown(sum(shares)) if shares else 0}" for shares in arrived] if back else [],
        sums=[added(shares, len(all_)) for shares, all_ in zip(arrived, full, strict=True)] if back else [],
        slopes=[text * bool(back or at <= step) for text, at in zip(slope_texts(nodes), owners, strict=True)],
        caption=f"{show}, step {step} of {len(line)}",
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


def sheet_of(nodes, full):
    """Return the Layout of nodes to which these shares come in the end: it stays the same at each step."""
    sums = [added(shares, len(shares)) for shares in full]
    lines = [
        (head(node), written(nodes, k), f"grad {shown(sum(shares))}", text)
        for k, (node, shares, text) in enumerate(zip(nodes, full, sums, strict=True))
    ]
    widths = tuple(max(map(len, texts)) * LETTER + 16 for texts in lines)
    labels = tuple(len(text) * LETTER for text in slope_texts(nodes))
    return layout(tuple(node.parents for node in nodes), widths, tuple(map(bool, sums)), labels)


class StepSlider(Slider):
    """The steps of a walk; how many there are, only the view knows that has the graph."""

    def read(self, owner, text):
        try:
            return float(text)
        except ValueError:
            return super().read(owner, text)


class Graph(View):
    """The graph of what a tape has recorded, step by step forward or backward: each node's formula, value, gradient.

    loss: a tensor with data, grad and parents (pairs of a parent and its local derivative, a number or function), as
    nnlib's Tensor and the Value of notebook 7; it is read, not changed, and what happens to it later is not shown.
    Without one: an example, on the notebook's own Value or Tensor. Names come from the notebook. A tape without a
    method graph() is walked in the order that the reader's `order(parents, last)` gives.

    >>> Graph(step=1)
    Graph(step=1, show='backward'): Step 1 of 3: e = c · d has gradient 1, sends 3 · 1 = 3 to c and 5 · 1 = 5 to d.
    """

    title = "The graph of a tape"
    script = "graph.js"
    controls = (
        StepSlider("step", "step", 0, 3, 1, 0),
        Choice("show", "show", ("backward", "forward"), "backward"),
    )

    def __init__(self, loss=None, **options):
        notebook = readers_names()
        self.record = self.called = None
        if loss is not None:
            names = names_in(notebook)
            self.record, self.called = recorded(loss, names), names.get(id(loss), "...")
        record = self.record or recorded(*example())
        count = sum(bool(node.parents) for node in record.nodes)
        self.controls = (Slider(**vars(self.controls[0]) | {"high": count}), *self.controls[1:])
        sheet = sheet_of(record.nodes, arrivals(record.nodes, range(len(record.nodes) - 1, -1, -1)))
        inch = np.clip(sheet.wide / WIDE, 66, 80)  # in units of the sheet: a small graph is drawn larger
        self.size, self.least = (float(sheet.wide / inch), float(sheet.high / inch)), sheet.wide
        super().__init__(**options)

    def compute(self, step, show):
        kind = self.reader("Value", self.reader("Tensor", Tensor))
        record = self.record or recorded(*example(kind))
        return graph_frame(record, order_asked(record, self.reader("order", order)), step, show)

    def facts(self, frame):
        return frame.says

    def to_code(self):
        shown = super().to_code()
        return f"Graph({self.called}, {shown.partition('(')[2]}" if self.called else shown

    def draw(self, frame, ax):
        ax.set(xlim=(0, frame.wide), ylim=(frame.high, 0))
        ax.set_axis_off()
        ax.text(12, 18, frame.caption, weight="bold", va="center")
        for curve, flow in zip(frame.edges, frame.flows, strict=True):
            draw_edge(curve, flow, frame.back, ax)
        for text, place, flow in zip(frame.slopes, frame.places, frame.flows, strict=True):
            style = {"weight": "bold" if flow == 1 else "normal", "ha": "center", "va": "center"}
            ax.text(*place, text, **style, bbox={"fc": "white", "ec": "none", "pad": 1})
        for k in range(len(frame.heads)):
            draw_node(frame, k, ax)
        for text in ax.texts:  # 14 units, and a little less, because the letters are wide
            text.set_fontsize(0.91 * 14 * 72 * ax.figure.get_figwidth() / frame.wide)


def draw_edge(curve, flow, back, ax):
    """Draw an edge: grey to the user; on the way back orange to the parent, bold now, dashed when it is done."""
    now, turned = flow == 1, back and flow > 0
    colour = {0: GREY, 1: ORANGE if back else BLUE, 2: ORANGE if back else BLUE}[flow]
    ax.plot(*curve.T, "--" if flow == 2 else "-", color=colour, lw=4 if now else 1.5)
    (x, y), way = (curve[0], 1) if turned else (curve[-1], -1)
    long, half = (14, 7) if now else (10, 5)
    ax.fill([x, x + way * long, x + way * long], [y, y - half, y + half], color=colour)


def draw_node(frame, k, ax):
    """Draw a node: its name, value and formula in a box, its gradient and the sum of it below."""
    left, top, wide, high = frame.boxes[k]
    middle, now = left + wide / 2, frame.nodes[k]
    fill = "#e3eff7" if frame.inputs[k] else "white"
    corners = [left, left + wide, left + wide, left], [top, top, top + high, top + high]
    ax.fill(*corners, fc=fill, ec="black", lw=4 if now else 1.2, zorder=3)
    style = {"ha": "center", "va": "center", "zorder": 4}
    ax.text(middle, top + (15 if frame.formulas[k] else 25), frame.heads[k], **style, weight="bold")
    ax.text(middle, top + 35, frame.formulas[k], **style)
    below = [frame.gradients[k], frame.sums[k]] if frame.back else []
    for line, text in enumerate(below):
        ax.text(middle, top + high + 13 + 20 * line, text, **style, color=ORANGE)

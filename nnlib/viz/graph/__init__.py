"""The graph that a tape records: values appear from left to right, gradients flow back from right to left."""

from nnlib.autodiff import Tensor
from nnlib.checks.n07 import order
from nnlib.viz.controls import Choice, Slider
from nnlib.viz.drawing import Drawing, Move, text_width
from nnlib.viz.graph.frame import LABEL_AIR, graph_frame
from nnlib.viz.graph.record import names_in, order_asked, recorded
from nnlib.viz.notebook import readers_names
from nnlib.viz.view import View


def example(kind=Tensor):
    """Return (a + b) · (b + 1) for a = 3, b = 2 on the tape of this class, and the names of its parts."""
    a, b = kind(3.0), kind(2.0)
    c, d = a + b, b + kind(1.0)
    e = c * d
    return e, {id(thing): name for name, thing in zip("abcde", (a, b, c, d, e), strict=True)}


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
    plays = True
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

    def draw(self, frame):
        at = frame.layout
        onward = Move(add={"step": 1}) if frame.step < frame.count else None
        sheet = Drawing(at.wide, at.high, keys=KEYS, onward=onward, again=Move(put={"step": 0}), help=HELP)
        way = "backward" if frame.back else "forward"
        sheet.text(f"{way}, step {frame.step} of {frame.count}", 12, 18, bold=True)
        for k, points in enumerate(at.edges):
            draw_edge(sheet, frame, k, points)
        for text, (x, y), flow in zip(frame.derivatives, at.places, frame.flows, strict=True):
            if text:
                now = bool(flow == 1)
                wide = text_width(text, bold=now) + LABEL_AIR
                sheet.rect(x - wide / 2, y - 9, wide, 18, fill="paper")
                sheet.text(text, x, y, align="middle", bold=now, name="derivative")
        for k, box in enumerate(at.boxes):
            draw_node(sheet, frame, k, box)
        return sheet


HELP = "Click a node to go to its step; the arrow keys go through the steps."
KEYS = {
    **dict.fromkeys(["ArrowRight", "ArrowDown"], Move(add={"step": 1})),
    **dict.fromkeys(["ArrowLeft", "ArrowUp"], Move(add={"step": -1})),
}


def draw_edge(sheet, frame, k, points):
    """Add an edge: grey to the user; on the way back to the parent; bold now, dashed when it is done."""
    flow, turned = frame.flows[k], frame.back and frame.flows[k] > 0
    role = ("backward" if frame.back else "forward") if flow else "grey"
    look = {"width": 4 if flow == 1 else 1.5, "dash": (6, 4) if flow == 2 else (), "head": 16 if flow == 1 else 11}
    sheet.arrow(points[::-1] if turned else points, role, **look, tip=frame.edge_tips[k], name="edge")


def draw_node(sheet, frame, k, box):
    """Add a node: its name, value and formula in a box, its gradient and the sum of it below."""
    left, top, wide, high = box
    middle, here = left + wide / 2, int(frame.steps[k])
    look = {"fill": "paper" if here else "lit", "line": "ink", "width": 4 if here and here == frame.step else 1.2}
    does = Move(put={"step": here}) if here else None
    sheet.rect(left, top, wide, high, **look, does=does, tip=frame.tips[k], name="node")
    sheet.text(frame.heads[k], middle, top + (15 if frame.formulas[k] else 24), align="middle", bold=True, name="head")
    if frame.formulas[k]:
        sheet.text(frame.formulas[k], middle, top + 34, align="middle", name="formula")
    below = [frame.gradients[k], frame.sums[k]] if frame.back else []
    for row, (text, name) in enumerate(zip(below, ("gradient", "sum"), strict=False)):
        if text:
            sheet.text(text, middle, top + high + 13 + 20 * row, fill="backward", align="middle", name=name)

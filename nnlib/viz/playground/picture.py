"""The view Playground as a drawing: the network with a map for each unit, its output, the points, both losses."""

import numpy as np

from nnlib.viz.drawing import Drawing, Move, text_width
from nnlib.viz.panels import Panel, ticks_between, top_of
from nnlib.viz.playground.net import COARSE, WIDE

LEFT, PLANE, FLOOR, MIDDLE, SIDE = 90, 452, 34, 190, 262  # features, output map; top, middle; side of the output map
CURVE = 60, 400, 460, 106
SAMPLES = 560  # where the samples of marks and lines begin
BETWEEN = 5  # pixels of a map's 25 between two maps


class Layout:
    """Where the units of a network are: `xs` of its layers, `ys` of the units of each, all maps `side` wide."""

    def __init__(self, sizes):
        gap = 2 * (MIDDLE - FLOOR) / max(5, *sizes)
        self.side = gap * COARSE / (COARSE + BETWEEN)
        self.xs = np.linspace(LEFT, PLANE + self.side / 2, len(sizes))
        self.ys = [MIDDLE + gap * (np.arange(n) - (n - 1) / 2) for n in sizes]

    def bows(self, layer, n=14):
        """Return the curves of a layer's weights, (units before, units, n, 2); they leave and arrive level."""
        x0, x1 = self.xs[layer - 1] + self.side / 2, self.xs[layer] - self.side / 2
        y0, y1, t = self.ys[layer - 1][:, None, None], self.ys[layer][:, None], np.linspace(0, 1, n)
        return np.stack(np.broadcast_arrays(x0 + t * (x1 - x0), y0 + t * t * (3 - 2 * t) * (y1 - y0)), axis=-1)

    def bow(self, layer, source, target):
        """Return the curve of one weight, counted from 1, (n, 2)."""
        return self.bows(layer)[source - 1, target - 1]


def draw_picture(frame, movable):
    """Return the Drawing; `movable` says whether the controls that pick a weight are shown."""
    picks = "Click a line, or press arrow or page keys, to pick a weight; drag its number or press + −."
    helps = picks if movable else "Point at a line to read its weight."
    (layer, *_), keys = frame.picked, keys_of(frame) if movable else {}
    ends = dict(zip(("layer", "source", "target"), (len(frame.weights), *frame.weights[layer - 1].shape), strict=True))
    sheet = Drawing(728, 548, keys=keys, ends=ends, help=helps)
    layout = Layout(frame.sizes)
    draw_connections(sheet, frame, layout, movable)
    draw_units(sheet, frame, layout)
    draw_output(sheet, frame)
    draw_picked(sheet, frame, layout, movable)
    draw_words(sheet, frame, layout)
    draw_losses(sheet, frame)
    return sheet


def pick(layer, source, target):
    """Return the Move that picks a weight; what is then added to it starts from 0."""
    return Move(put={"layer": layer, "source": source, "target": target, "change": 0.0})


def keys_of(frame):
    """Return the Moves of keys: from the picked weight to its neighbours that exist, and to other values of it."""
    layer, source, target = frame.picked
    layers = len(frame.weights)

    def near(layer, source, target):
        layer = min(max(layer, 1), layers)
        ends = frame.weights[layer - 1].shape
        return pick(layer, *(min(max(unit, 1), end) for unit, end in zip((source, target), ends, strict=True)))

    return {
        "ArrowRight": near(layer + 1, source, target),
        "ArrowLeft": near(layer - 1, source, target),
        "ArrowDown": near(layer, source + 1, target),
        "ArrowUp": near(layer, source - 1, target),
        "PageDown": near(layer, source, target + 1),
        "PageUp": near(layer, source, target - 1),
        "+": Move(add={"change": 0.1}),
        "-": Move(add={"change": -0.1}),
    }


def width_of(weight):
    """Return how wide the line of a weight is."""
    return 0.4 + 1.6 * min(abs(weight), 5)


def draw_connections(sheet, frame, layout, movable):
    """Add a line for each weight, dashed below 0, with an edge of ink around the one that is picked."""
    curve, wide = layout.bow(*frame.picked), width_of(frame.weight)
    sheet.path(curve, "ink", width=wide + 6)
    sheet.path(curve, "paper", width=wide + 3)
    for layer, weights in enumerate(frame.weights, start=1):
        curves = layout.bows(layer)
        for (i, j), weight in np.ndenumerate(weights):
            place, wide = (layer, i + 1, j + 1), width_of(weight)
            role, dash = ("positive", ()) if weight > 0 else ("negative", (3 * wide, 2 * wide))
            look = {"width": wide, "dash": dash, "name": "weight", "tip": f"{frame.named(*place)}: {weight:.2f}"}
            sheet.path(curves[i, j], role, does=pick(*place) if movable else None, **look)


def draw_units(sheet, frame, layout):
    """Add the maps of each layer, one image for all of them, and a frame around each with its numbers."""
    first, side = 0, layout.side
    for layer, (x, ys) in enumerate(zip(layout.xs[:-1], layout.ys[:-1], strict=True)):
        maps = frame.maps[first : first + len(ys), ::-1]  # the first row is the lowest
        column = np.pad(maps, [(0, 0), (0, BETWEEN), (0, 0)], constant_values=np.nan).reshape(-1, COARSE)[:-BETWEEN]
        sheet.image(column, x - side / 2, ys[0] - side / 2, side, ys[-1] - ys[0] + side, "signed", name="maps")
        for k, y in enumerate(ys):
            name = f"unit {k + 1} of layer {layer}" if layer else f"feature {frame.names[k]}"
            tip = f"{name}: its darkest place is {frame.tops[first + k]:.3g} from 0"
            sheet.rect(x - side / 2, y - side / 2, side, side, line="axis", width=1, tip=tip, small=True, name="unit")
        first += len(ys)


def draw_output(sheet, frame):
    """Add the map of the output, and the points: circles and squares, filled for training and hollow for test."""
    plane = Panel(sheet, (PLANE, MIDDLE - SIDE / 2, SIDE, SIDE), (-WIDE, WIDE), (-WIDE, WIDE))
    plane.image(frame.output, "signed", name="output")
    plane.frame(xlabel="x1 →")
    sheet.text("x2 →", PLANE + SIDE + 9, MIDDLE, align="middle", turned=True)
    is_train = np.arange(len(frame.labels)) < frame.n_train
    for label, mark in [(1, "round"), (0, "square")]:
        role = f"class {label}"
        for chosen, fill, line, name in [(~is_train, "paper", role, "test"), (is_train, role, "paper", "training")]:
            xs, ys = frame.points[chosen & (frame.labels == label)].T
            plane.marks(mark, xs, ys, 3.8, fill=fill, line=line, width=1.2, name=f"{name} points of {role}")


def draw_picked(sheet, frame, layout, movable):
    """Add the number of the picked weight, which a hand may drag."""
    (x, y), words = layout.bow(*frame.picked)[6:8].mean(axis=0), f"{frame.weight:.2f}".replace("-", "−")
    wide = text_width(words) + 10
    by_hand = {"does": Move(drag={"change": (0, -0.02)}), "tip": "drag it up or down"} if movable else {}
    sheet.rect(x - wide / 2, y - 11, wide, 22, fill="paper", line="ink", width=1, name="picked", **by_hand)
    sheet.text(words, x, y, align="middle", **by_hand)


def draw_words(sheet, frame, layout):
    """Write what is what, and sample lines and marks."""
    hidden = len(frame.sizes) - 2
    sheet.text("features", LEFT, 14, align="middle")
    if hidden:
        sheet.text("hidden layers" if hidden > 1 else "hidden layer", (LEFT + PLANE) / 2, 14, align="middle")
    sheet.text("output", PLANE + SIDE / 2, 14, align="middle")
    for name, y in zip(frame.names, layout.ys[0], strict=True):
        sheet.text(name, LEFT - layout.side / 2 - 5, y, align="right")
    samples = [("class 1, training", "class 1", "round"), ("class 0, training", "class 0", "square")]
    samples += [("hollow: test", "paper", "round"), ("weight above 0", "positive", "line")]
    for row, sample in enumerate([*samples, ("weight below 0", "negative", "line")]):
        sheet.legend(SAMPLES, CURVE[1] + 4 + 22 * row, [sample])


RUNS = {  # a curve's name: its role, and the mark at its end
    "training": ("training", "round"),
    "test": ("validation", "square"),
    "pinned: training": ("grey", "round"),
    "pinned: test": ("pinned", "square"),
}


def draw_losses(sheet, frame):
    """Add both losses over the epochs, and in grey those of the pinned run."""
    runs = {"": frame.history} | ({"pinned: ": frame.pinned} if len(frame.pinned) else {})
    columns = [("training", 1), ("test", 2)]
    curves = {f"{pinned}{name}": run[:, [0, k]] for pinned, run in runs.items() for name, k in columns}
    end = max(10, *(curve[-1, 0] for curve in curves.values()))
    top = float(np.clip(1.05 * top_of(curve[:, 1] for curve in curves.values()), 0.01, 1e9))
    panel = Panel(sheet, CURVE, (0, end), (0, top))
    panel.frame(xticks=ticks_between(0, end, 6), yticks=ticks_between(0, top, 3), xlabel="epoch", ylabel="loss")
    for name, curve in reversed(curves.items()):
        (role, mark), (epoch, loss) = RUNS[name], curve[-1]
        panel.line(*curve.T, role, width=2.2, name=name)
        panel.mark(mark, epoch, loss, 5, fill=role, tip=f"{name}, epoch {epoch:.0f}: loss {loss:.3f}")
    sheet.legend(CURVE[0], CURVE[1] - 18, [(name, RUNS[name][0], "line") for name in curves])

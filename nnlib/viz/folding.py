"""A hidden layer of two units folds the plane: XOR's corners, before and after, and whether a line can part them."""

from dataclasses import dataclass

import numpy as np

from nnlib.data import logic_gate
from nnlib.viz.controls import Choice, Slider
from nnlib.viz.drawing import Drawing, Move
from nnlib.viz.known_activations import ACTIVATIONS
from nnlib.viz.neuron import HIGH, LOW, border, draw_corner, half_plane
from nnlib.viz.panels import Panel, ticks_between
from nnlib.viz.readers import ask
from nnlib.viz.view import View

LINES = np.round(np.linspace(LOW, HIGH, 12), 6)  # of the grid, a fifth apart: both axes of the corners are among them
FINE = np.linspace(LOW, HIGH, 45)
SAME = 0.02  # of the width of what is shown: corners as near as that lie on each other


def steps(Z):
    """Return 1 where a sum is above 0, else 0: the neuron of notebook 1."""
    return (Z > 0).astype(float)


@dataclass(frozen=True)
class FoldingFrame:
    """Corners (4, 2), and H, where the hidden layer puts them (4, 2); grid (24, 45, 2): where it puts lines of inputs.

    W (2, 2), b (2,): of the hidden layer, a column for each unit
    gap: what is widest between both classes in the hidden plane, 0 where no line parts them;   nearest (2, 2): its ends
    """

    corners: np.ndarray
    targets: np.ndarray
    H: np.ndarray
    grid: np.ndarray
    W: np.ndarray
    b: np.ndarray
    gap: float
    nearest: np.ndarray


def nearest_on(point, start, end):
    """Return the point of a segment that is nearest to a point."""
    way = end - start
    share = np.clip((point - start) @ way / max(way @ way, 1e-12), 0, 1)
    return start + share * way


def gap_between(one, other):
    """Return how far two segments (2, 2) are apart, 0 if they meet, and the two points that are nearest, (2, 2)."""
    pairs = [(point, nearest_on(point, *other)) for point in one] + [(nearest_on(q, *one), q) for q in other]
    nearest = np.array(min(pairs, key=lambda pair: np.hypot(*(pair[0] - pair[1]))))

    def sides(segment, points):
        (x0, y0), (x1, y1) = segment
        return [np.sign((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) for x, y in points]

    crossing = all(a * b < 0 for a, b in (sides(one, other), sides(other, one)))
    return (0.0, nearest) if crossing else (float(np.hypot(*(nearest[0] - nearest[1]))), nearest)


def folding_frame(forward, activation, turns, biases):
    """Return the FoldingFrame of two hidden units with weights (cos, sin) of these turns in degrees."""
    W, b = np.array([np.cos(np.radians(turns)), np.sin(np.radians(turns))]), np.array(biases)

    def hidden(X):
        return activation(ask("dense_forward", forward, X, W, b, gives=(len(X), 2)))

    corners, targets = logic_gate("xor")
    lines = [np.stack([FINE, np.full_like(FINE, at)], axis=1) for at in LINES]
    lines += [np.stack([np.full_like(FINE, at), FINE], axis=1) for at in LINES]
    places = hidden(np.vstack([corners, *lines]))
    H, grid = places[:4], places[4:].reshape(len(lines), len(FINE), 2)
    return FoldingFrame(corners, targets, H, grid, W, b, *gap_between(H[targets == 0], H[targets == 1]))


def size_of(frame):
    """Return the width of what the hidden plane shows."""
    return max(np.ptp(frame.grid, axis=(0, 1)).max(), np.ptp(frame.H, axis=0).max(), 1e-9)


def is_parted(frame):
    """Whether a line can separate the classes in the hidden plane."""
    return bool(frame.gap > SAME * size_of(frame))


def named(corner):
    """Return a corner in words."""
    return f"({corner[0]:.0f}, {corner[1]:.0f})"


def meetings(frame):
    """Return places in the hidden plane, and for each the names of the corners that lie there, nearly."""
    places = {}
    for corner, H in zip(frame.corners, frame.H, strict=True):
        key = next((k for k in places if np.hypot(*(H - k)) < SAME * size_of(frame)), tuple(H))
        places.setdefault(key, []).append(named(corner))
    return list(places.items())


class Folding(View):
    """What a hidden layer of two units does to the plane: XOR's corners before and after, a line between them or none.

    Drag a neuron's line to move it, or its round end to turn it. Driven by the reader's `dense_forward(X, W, b)`.

    >>> Folding().facts_shown
    'XOR: (0, 1) and (1, 0) have become the same point; a line can separate circles from squares'
    """

    title = "A hidden layer folds the plane"
    controls = (
        Choice("activation", "activation", ("step", *ACTIVATIONS), "step"),
        Slider("turn1", "neuron 1: direction in °", -180, 180, 5, 45),
        Slider("b1", "neuron 1: bias", -2, 2, 0.05, -0.35),
        Slider("turn2", "neuron 2: direction in °", -180, 180, 5, -135),
        Slider("b2", "neuron 2: bias", -2, 2, 0.05, 1.05),
    )
    goals = {"a line between circles and squares": lambda frame: is_parted(frame)}

    def compute(self, activation, turn1, b1, turn2, b2):
        f = steps if activation == "step" else ACTIVATIONS[activation]().forward
        forward = self.reader("dense_forward", lambda X, W, b: X @ W + b)
        return folding_frame(forward, f, [turn1, turn2], [b1, b2])

    def facts(self, frame):
        same = [f"{' and '.join(names)} have become the same point" for _, names in meetings(frame) if len(names) > 1]
        met = ", ".join(same) if same else "all four corners are apart"
        can = "a line can separate" if is_parted(frame) else "no line separates"
        return f"XOR: {met}; {can} circles from squares"

    def draw(self, frame):
        sheet = Drawing(760, 400, help="Drag a neuron's line to move it, or its round end to turn it.")
        sheet.legend(50, 16, [("neuron 1", "first", "line"), ("neuron 2", "second", "line")])
        sheet.text("inputs", 366, 16, align="right")
        plane = Panel(sheet, (50, 34, 316, 316), (LOW, HIGH), (LOW, HIGH))
        for at in LINES:
            plane.line([LOW, HIGH], [at, at], "grid", width=1)
            plane.line([at, at], [LOW, HIGH], "grid", width=1)
        plane.frame(xticks=[0, 1], yticks=[0, 1], xlabel="x₁", ylabel="x₂")
        for k, role in enumerate(["first", "second"]):
            draw_unit(plane, frame.W[:, k], frame.b[k], k + 1, role)
        for corner, target, H in zip(frame.corners, frame.targets, frame.H, strict=True):
            draw_corner(plane, corner, target, True, f"{named(corner)} goes to ({H[0]:.2f}, {H[1]:.2f})")
        self.draw_hidden(frame, sheet)
        return sheet

    def draw_hidden(self, frame, sheet):
        """Add the hidden plane: where lines and corners have gone, and the line in the middle of the gap."""
        middle = (frame.grid.max(axis=(0, 1)) + frame.grid.min(axis=(0, 1))) / 2
        half = 0.66 * size_of(frame)
        ends = [(m - half, m + half) for m in middle]
        panel = Panel(sheet, (434, 34, 316, 316), *ends)
        if is_parted(frame):
            w = frame.nearest[1] - frame.nearest[0]
            draw_gap(panel, w, -w @ frame.nearest.mean(axis=0), ends)
        for line in frame.grid:
            panel.line(*line.T, "axis", width=0.8, name="grid")
        ticks = [ticks_between(*end) for end in ends]
        panel.frame(xticks=ticks[0], yticks=ticks[1], xlabel="answer of neuron 1", ylabel="answer of neuron 2")
        sheet.text("after the hidden layer", panel.left + panel.wide, 16, align="right")
        for corner, target, H in zip(frame.corners, frame.targets, frame.H, strict=True):
            draw_corner(panel, H, target, True, f"{named(corner)} is at ({H[0]:.2f}, {H[1]:.2f})")
        for (x, y), names in meetings(frame):
            right, low = x > middle[0] + half / 3, y < middle[1] - half / 2
            place = float(panel.x(x)) + 14 * right, float(panel.y(y)) + (-24 if low else 26)
            sheet.text(" and ".join(names), *place, align="right" if right else "middle", halo=True, name="corner")


def draw_unit(plane, w, b, number, role):
    """Add the line on which a unit's sum is 0, an arrow to where it is above 0, and a round end to turn it by."""
    ends = border(w, b)
    if np.isnan(ends).any():
        return
    by = (HIGH - LOW) / plane.wide
    words = f"neuron {number}: {w[0]:.2f} x1 + {w[1]:.2f} x2 + {b:.2f} = 0"
    slide = Move(drag={f"b{number}": (-w[0] * by, w[1] * by)})
    plane.line(*ends.T, role, width=3, does=slide, tip=words, name=f"line {number}")
    start = plane.places(*ends.mean(axis=0))[0]
    plane.drawing.arrow([start, start + 26 * w * (1, -1)], role, width=3, dash=(), head=9, name=f"arrow {number}")
    foot = -b * w
    apart = np.hypot(*(ends - foot).T)
    end, far = ends[apart.argmax()], max(apart.max(), 0.3)
    side = np.sign((end - foot) @ (-w[1], w[0]))
    by = np.degrees(by / far) * side
    turn = Move(drag={f"turn{number}": (-w[0] * by, w[1] * by)})  # the end follows the pointer
    inside = np.clip(plane.places(*end)[0], (plane.left, plane.top), (plane.left + plane.wide, plane.top + plane.high))
    look = {"fill": "paper", "line": role, "width": 3, "dash": ()}
    plane.drawing.circle(*inside, 9, **look, does=turn, tip=f"turn neuron {number}", name=f"end {number}")


def draw_gap(panel, w, b, ends):
    """Add the line w · h + b = 0 in the hidden plane, and what lies on its side of class 1."""
    (x_low, x_high), (y_low, y_high) = ends
    span, low = np.array([x_high - x_low, y_high - y_low]), np.array([x_low, y_low])
    to_unit = w * span, b + w @ low  # in numbers from 0 to 1, as `half_plane` and `border` take a square
    area, line = (np.array(make(*to_unit, 0, 1)) * span + low for make in (half_plane, border))
    panel.drawing.polygon(panel.places(*area.T), fill="lit", name="class 1")
    panel.line(*line.T, width=2, name="between")

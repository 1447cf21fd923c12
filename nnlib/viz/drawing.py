"""A drawing is data: a list of shapes on a sheet, with the roles of their colours, and what each does when it is used.

Browser, stored picture and web page show the same list. Places are in units of the sheet, x to the right and y down.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font

TEXT = 14  # height of letters


@dataclass(frozen=True, kw_only=True)
class Move:
    """What a click, a key or a drag does to the controls.

    put: values for controls by name
    add: changes of controls, along their sliders: with scale="log", 1 multiplies by ten
    drag: the same for one unit to the right, and for one unit down
    follow: for each control its value at the left upper corner of the sheet, both changes, and both ends if it has any
    sweep: whether it also answers to a pointer that is pressed elsewhere and comes over it
    """

    put: dict = field(default_factory=dict)
    add: dict = field(default_factory=dict)
    drag: dict = field(default_factory=dict)
    follow: dict = field(default_factory=dict)
    sweep: bool = False

    def plain(self):
        """Return what it does as a dictionary without what is empty, for the browser."""
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The look of a shape, by roles (see palette.py); a role "" is not drawn.

    width, dash: of the line (None: the dashes of its role);   opacity: of the filling;   clip: a box that cuts it off
    does: the Move of a click or drag;   tip: the numbers behind it, shown beside the pointer and read aloud
    small: whether the image in it is small: pointed at, or reached by keys or a finger, it is shown large with its tip
    name: what it shows, for tests and for nothing else
    """

    fill: str = ""
    line: str = ""
    width: float = 1.5
    dash: tuple | None = None
    opacity: float = 1.0
    clip: tuple | None = None
    does: Move | None = None
    tip: str = ""
    small: bool = False
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Rect(Shape):
    """A rectangle."""

    x: float
    y: float
    wide: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Path(Shape):
    """A line through points (n, 2), broken where they are nan; `closed` makes a polygon of each of its parts.

    round: whether its ends and corners are, as those of a pen
    """

    points: np.ndarray
    closed: bool = False
    round: bool = False


@dataclass(frozen=True, kw_only=True)
class Circle(Shape):
    """A circle around (x, y)."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, kw_only=True)
class Text(Shape):
    """A line of text: x is its left end, middle or right end, as `align` says; y is the middle of its capital letters.

    halo: whether it has an edge of paper, so that no line runs through it;   turned: whether it is read upwards
    """

    text: str
    x: float
    y: float
    fill: str = "ink"
    size: float = TEXT
    bold: bool = False
    align: str = "left"
    halo: bool = False
    turned: bool = False

    def box(self):
        """Return left, top, width and height of the letters, in the widest font that is used."""
        wide, high = text_width(self.text, self.size, self.bold), 0.75 * self.size
        left = -wide * ("left", "middle", "right").index(self.align) / 2
        if self.turned:
            return self.x - high / 2, self.y - wide - left, high, wide
        return self.x + left, self.y - high / 2, wide, high


@dataclass(frozen=True, kw_only=True)
class Image(Shape):
    """An array (rows, columns), its first row on top; `scale` is one of those of `palette.tinted`."""

    x: float
    y: float
    wide: float
    high: float
    values: np.ndarray
    scale: str


@lru_cache
def font(bold=False):
    """Return DejaVu Sans, which comes with matplotlib and is as wide as any font that a browser takes for it."""
    return FT2Font(findfont(FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")))


@lru_cache(maxsize=4096)
def text_width(text, size=TEXT, bold=False):
    """Return how wide a text is on the sheet."""
    loaded = font(bold)
    loaded.set_size(100, 72)
    loaded.set_text(text)
    return loaded.get_width_height()[0] / 64 * size / 100


def shortened(text, room, size=TEXT, bold=False):
    """Return a text that is not wider than `room`, with an ellipsis in place of what is too much."""
    wide = [text_width(text[:k] + "…" * (k < len(text)), size, bold) for k in range(len(text) + 1)]
    most = max((k for k, width in enumerate(wide) if width <= room), default=0)
    return text[:most] + "…" * (most < len(text))


class Drawing:
    """A sheet of this size, to which shapes are added, the first at the bottom; each method returns nothing.

    Options of all methods are those of Shape. Beside the shapes: `keys`, a Move for each key; `onward`, the Move of
    one step of the play button, None where there is no further one; `again`, the Move back to the first step; `ends`,
    {slider: how far it goes now}, where that is not to its own end; `help`, one sentence on mouse and keys.
    """

    def __init__(self, wide, high, *, keys=None, onward=None, again=None, ends=None, help=""):
        self.wide, self.high, self.shapes = wide, high, []
        self.keys, self.onward, self.again, self.help = keys or {}, onward, again, help
        self.ends = ends or {}

    def add(self, shape):
        """Add a shape as it is."""
        self.shapes.append(shape)

    def rect(self, x, y, wide, high, **look):
        """Add a rectangle."""
        self.add(Rect(x=x, y=y, wide=wide, high=high, **look))

    def path(self, points, line="ink", **look):
        """Add a line through points (n, 2)."""
        self.add(Path(points=np.asarray(points, float).reshape(-1, 2), line=line, **look))

    def polygon(self, points, **look):
        """Add an area with these corners (n, 2); none where there are no corners."""
        if not len(points):
            return
        self.add(Path(points=np.asarray(points, float).reshape(-1, 2), closed=True, **look))

    def circle(self, x, y, radius, **look):
        """Add a circle."""
        self.add(Circle(x=x, y=y, radius=radius, **look))

    def text(self, text, x, y, **look):
        """Add a line of text."""
        self.add(Text(text=str(text), x=x, y=y, **look))

    def image(self, values, x, y, wide, high, scale, **look):
        """Add an array as a picture."""
        self.add(Image(values=np.asarray(values, float), x=x, y=y, wide=wide, high=high, scale=scale, **look))

    def arrow(self, points, line="ink", *, head=10, **look):
        """Add a line with the head of an arrow at its last point."""
        points = np.asarray(points, float)
        end, before = points[-1], points[:-1]
        apart = np.hypot(*(end - before).T)
        way = (end - before[apart > 1e-9][-1]) / apart[apart > 1e-9][-1]
        base, across = end - head * way, 0.5 * head * np.array([-way[1], way[0]])
        self.path([*before[apart > head], base], line, **look)
        self.polygon([end, base + across, base - across], fill=line, clip=look.get("clip"), name=look.get("name", ""))

    def mark(self, kind, x, y, radius=6, **look):
        """Add a mark: "round", "square", "diamond", "triangle", "star" or "cross"; all are about as large."""
        if kind == "round":
            self.circle(x, y, radius, **look)
        elif kind == "square":
            self.rect(x - 0.9 * radius, y - 0.9 * radius, 1.8 * radius, 1.8 * radius, **look)
        elif kind == "cross":
            r = 0.8 * radius
            self.path([(x - r, y - r), (x + r, y + r), (np.nan, np.nan), (x - r, y + r), (x + r, y - r)], **look)
        else:
            self.polygon(radius * MARKS[kind] + (x, y), **look)

    def marks(self, kind, places, radius=6, **look):
        """Add a "round" or "square" mark at each of the places (n, 2), all as one shape: far faster than one by one."""
        corners = radius * MANY[kind]
        apart = np.full((len(places), 1, 2), np.nan)  # between two marks
        self.polygon(np.concatenate([np.asarray(places)[:, None] + corners, apart], axis=1).reshape(-1, 2)[:-1], **look)

    def legend(self, x, y, items, gap=18):
        """Add samples with their names, from left to right; items: triples of a name, a role, and "line" or a mark."""
        for name, role, kind in items:
            if kind == "line":
                self.path([(x, y), (x + 26, y)], role, width=2.5)
            elif kind == "cross":
                self.mark(kind, x + 13, y, line=role, width=2)
            else:
                self.mark(kind, x + 13, y, fill=role, line="ink" if role == "paper" else "")
            self.text(name, x + 32, y)
            x += 32 + text_width(name) + gap

    def named(self, name):
        """Return the shapes with this name."""
        return [shape for shape in self.shapes if shape.name == name]

    def texts(self):
        """Return all that is written on the sheet, in its order."""
        return [shape.text for shape in self.shapes if isinstance(shape, Text)]


def turned(corners):
    """Return corners, given as how far out and how many turns from the top, as points (n, 2)."""
    out, turns = np.array(corners, float).T
    return np.stack([out * np.sin(2 * np.pi * turns), -out * np.cos(2 * np.pi * turns)], axis=1)


MARKS = {
    "diamond": turned([(1.2, k / 4) for k in range(4)]),
    "triangle": turned([(1.25, k / 3) for k in range(3)]),
    "star": turned([(0.6 if k % 2 else 1.5, k / 10) for k in range(10)]),
}
MANY = {  # of marks that are drawn together
    "round": turned([(1, k / 16) for k in range(16)]),
    "square": np.array([(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
}

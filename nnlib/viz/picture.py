"""A drawing as a PNG, by matplotlib: the picture that is stored in the notebook, for those who have no kernel."""

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.patches import Circle as Disc
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Way
from matplotlib.patheffects import withStroke

from nnlib.plotting import png
from nnlib.viz.drawing import Circle, Drawing, Image, Path, Rect, Text
from nnlib.viz.palette import colour_of, dashes_of, tinted
from nnlib.viz.svg import BASELINE

BELOW = 26  # units, for the line below a stored picture
STORED = "A stored picture of a view: run its cell in the notebook to move it."
UNITS = 96  # of the sheet in an inch, as in a browser
POINT = 72 / UNITS


class Sheet(Figure):
    """A Figure whose letters stand where a browser sets them: not moved to whole pixels, one by one."""

    def draw(self, renderer):
        with rc_context({"text.hinting": "no_hinting"}):
            super().draw(renderer)


def picture(drawing, dark=False):
    """Return a drawing as a matplotlib Figure."""
    made = Sheet(figsize=(drawing.wide / UNITS, drawing.high / UNITS), facecolor=colour_of("paper", dark))
    ax = made.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    ax.set(xlim=(0, drawing.wide), ylim=(drawing.high, 0))
    for order, shape in enumerate(drawing.shapes):
        artist = ARTISTS[type(shape)](shape, ax, dark)
        artist.set_zorder(order)
        artist.set_snap(False)  # as a browser does, nothing is moved to the next pixel
        if shape.clip is not None:
            left, top, wide, high = shape.clip
            artist.set_clip_path(Rectangle((left, top), wide, high, transform=ax.transData))
        else:
            artist.set_clip_on(False)
    return made


def picture_bytes(drawing):
    """Return a drawing as the bytes of a PNG, with a line below that says how it comes alive."""
    below = Drawing(drawing.wide, drawing.high + BELOW)
    for shape in drawing.shapes:
        below.add(shape)
    below.text(STORED, drawing.wide / 2, drawing.high + BELOW / 2, align="middle", fill="grey", size=13)
    return png(picture(below))


def look(shape, dark):
    """Return how matplotlib names a shape's filling and line."""
    made = {"facecolor": (colour_of(shape.fill, dark), shape.opacity) if shape.fill else "none"}
    if not shape.line:
        return made | {"edgecolor": "none", "linewidth": 0}
    dash = dashes_of(shape.line) if shape.dash is None else shape.dash
    lengths = tuple(length / shape.width for length in dash)  # matplotlib counts in widths of the line
    style = (0, lengths) if dash else "solid"
    caps = {"capstyle": "butt", "joinstyle": "miter"}
    return (
        made | {"edgecolor": colour_of(shape.line, dark), "linewidth": POINT * shape.width, "linestyle": style} | caps
    )


def rectangle(shape, ax, dark):
    """Draw a Rect."""
    return ax.add_patch(Rectangle((shape.x, shape.y), shape.wide, shape.high, **look(shape, dark)))


def circle(shape, ax, dark):
    """Draw a Circle."""
    return ax.add_patch(Disc((shape.x, shape.y), shape.radius, **look(shape, dark)))


def path(shape, ax, dark):
    """Draw a path; a point that is nan lifts the pen."""
    here = ~np.isnan(shape.points).any(axis=1)
    after_gap = np.concatenate([[True], ~here[:-1]])
    codes, points = np.where(after_gap, Way.MOVETO, Way.LINETO), np.nan_to_num(shape.points)
    if shape.closed:
        codes, points = np.append(np.where(here, codes, Way.CLOSEPOLY), Way.CLOSEPOLY), np.vstack([points, points[:1]])
    else:
        codes, points = codes[here], points[here]
    pen = {"capstyle": "round", "joinstyle": "round"} if shape.round else {}
    return ax.add_patch(PathPatch(Way(points, codes), **look(shape, dark) | pen))


def text(shape, ax, dark):
    """Draw a Text; `y` is the middle of its capital letters, so it stands a little lower."""
    down, align = BASELINE * shape.size, {"left": "left", "middle": "center", "right": "right"}[shape.align]
    x, y = (shape.x + down, shape.y) if shape.turned else (shape.x, shape.y + down)
    place = {"ha": align, "va": "baseline", "rotation": 90 * shape.turned, "rotation_mode": "anchor"}
    weight = "bold" if shape.bold else "normal"
    colour = colour_of(shape.fill, dark)
    made = ax.text(x, y, shape.text, fontsize=POINT * shape.size, weight=weight, color=colour, **place)
    made.set_parse_math(False)
    if shape.halo:
        made.set_path_effects([withStroke(linewidth=POINT * 5, foreground=colour_of("paper", dark))])
    return made


def image(shape, ax, dark):
    """Draw an Image; what is ink on paper is turned to white on a dark one."""
    pixels = tinted(shape.values, shape.scale)
    if dark and shape.scale == "ink":
        pixels[..., :3] = 255 - pixels[..., :3]
    extent = (shape.x, shape.x + shape.wide, shape.y + shape.high, shape.y)
    return ax.imshow(pixels, extent=extent, interpolation="nearest", aspect="auto", origin="upper")


ARTISTS = {Rect: rectangle, Circle: circle, Path: path, Text: text, Image: image}

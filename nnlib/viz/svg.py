"""A drawing as SVG: the text that the browser shows, on a page and in a notebook."""

import base64
import io
import json
from functools import lru_cache
from html import escape

import numpy as np
from PIL import Image as Pixels

from nnlib.viz.drawing import Circle, Image, Path, Rect, Text
from nnlib.viz.palette import class_of, dashes_of, tinted

ANCHORS = {"left": "start", "middle": "middle", "right": "end"}
BASELINE = 0.365  # of the size: from the middle of a capital letter down to where it stands
JSON = json.JSONEncoder(separators=(",", ":"))
HAND = 14  # units: a line that does something is as wide as a finger finds it


def svg(drawing):
    """Return the SVG of a drawing, a shape on each line; its colours are those of `palette.styles`."""
    clips = {}
    shapes = [element(shape, clips) for shape in drawing.shapes]
    defined = "".join(
        f'<clipPath id="{name}"><rect x="{num(x)}" y="{num(y)}" width="{num(wide)}" height="{num(high)}"/></clipPath>'
        for (x, y, wide, high), name in clips.items()
    )
    size = f"{num(drawing.wide)} {num(drawing.high)}"
    paper = f'<rect class="f-paper" width="{num(drawing.wide)}" height="{num(drawing.high)}"/>'
    start = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}">'
    return "\n".join([start, f"<defs>{defined}</defs>", paper, *shapes, "</svg>"])


@lru_cache(maxsize=4096)  # most numbers of a drawing stand in it more than once, and in the next one
def num(value):
    """Return a number of the sheet with two decimals at most."""
    return f"{round(float(value), 2) + 0.0:g}"


def plain(text):
    """Return a text without what means something in SVG, or would end its line."""
    return escape(text).replace("\n", "&#10;")


def element(shape, clips):
    """Return the element of a shape, or two, on two lines; `clips` gets the boxes that cut shapes off."""
    tag, attributes, content = FORMS[type(shape)](shape)
    if shape.clip is not None:
        name = "nnv-clip-" + "-".join(map(num, shape.clip))  # the same in each view that has the same box
        attributes["clip-path"] = f"url(#{clips.setdefault(shape.clip, name)})"
    does = {"data-does": escape(JSON.encode(shape.does.plain()))} if shape.does else {}
    if shape.small:
        attributes["data-small"] = plain(shape.tip)
    tip = f"<title>{plain(shape.tip)}</title>" if shape.tip and not shape.small else ""
    if isinstance(shape, Path) and not shape.closed and (does or tip):  # a second line, wide and not seen, is hit
        hand = attributes | {"class": "none hand", "stroke-width": num(max(HAND, shape.width))} | does
        hand.pop("stroke-dasharray", None)
        return f"<{tag}{listed(attributes)}/>\n<{tag}{listed(hand)}>{tip}</{tag}>"
    return f"<{tag}{listed(attributes | does)}>{content}{tip}</{tag}>"


def listed(attributes):
    """Return attributes as they stand in a tag; they hold numbers and names, of texts only what is escaped already."""
    return "".join([f' {name}="{value}"' for name, value in attributes.items()])


def look(shape):
    """Return the attributes of a shape's filling and line."""
    classes = [f"f-{class_of(shape.fill)}" if shape.fill else "none"]
    made = {}
    if shape.line:
        classes.append(f"l-{class_of(shape.line)}")
        made["stroke-width"] = num(shape.width)
        dash = dashes_of(shape.line) if shape.dash is None else shape.dash
        if dash:
            made["stroke-dasharray"] = " ".join(map(num, dash))
    if shape.opacity != 1:
        made["fill-opacity"] = num(shape.opacity)
    return {"class": " ".join(classes)} | made


def rectangle(shape):
    """Return tag, attributes and content of a Rect."""
    place = {"x": num(shape.x), "y": num(shape.y), "width": num(shape.wide), "height": num(shape.high)}
    return "rect", place | look(shape), ""


def circle(shape):
    """Return tag, attributes and content of a Circle."""
    return "circle", {"cx": num(shape.x), "cy": num(shape.y), "r": num(shape.radius)} | look(shape), ""


def path(shape):
    """Return a path; a point that is nan lifts the pen."""
    here = ~np.isnan(shape.points).any(axis=1)
    points = (shape.points[here].round(2) + 0.0).ravel().tolist()
    words = way(here.tobytes(), shape.closed) % tuple(points)  # far faster than one by one
    pen = {"stroke-linecap": "round", "stroke-linejoin": "round"} if shape.round else {}
    return "path", {"d": words} | look(shape) | pen, ""


@lru_cache(maxsize=256)
def way(here, closed):
    """Return the words of a path, with a place for each number; `here` has a byte for each point, 0 for a gap."""
    words = "".join("L%g %g" if k and here[k - 1] else "M%g %g" for k, one in enumerate(here) if one)
    return words.replace("M", "ZM")[1:] + "Z" if closed else words


def text(shape):
    """Return a text; `y` is the middle of its capital letters, so it stands a little lower."""
    down = BASELINE * shape.size
    place = {"x": num(shape.x), "y": num(shape.y + down), "font-size": num(shape.size)}
    if shape.turned:
        place |= {"x": 0, "y": num(down), "transform": f"translate({num(shape.x)} {num(shape.y)}) rotate(-90)"}
    if shape.align != "left":
        place["text-anchor"] = ANCHORS[shape.align]
    if shape.bold:
        place["font-weight"] = "bold"
    made = look(shape)
    if shape.halo:
        made["class"] += " halo"
    return "text", place | made, plain(shape.text)


def image(shape):
    """Return an image, its pixels as a PNG inside of the text."""
    values = np.ascontiguousarray(shape.values, float)
    link = link_of(values.tobytes(), values.shape, shape.scale)
    place = {"x": num(shape.x), "y": num(shape.y), "width": num(shape.wide), "height": num(shape.high)}
    return "image", place | {"class": shape.scale, "preserveAspectRatio": "none", "href": link}, ""


@lru_cache(maxsize=256)  # a move often leaves most pictures as they were
def link_of(values, size, scale):
    """Return an array, given as its bytes, as the address of a PNG that holds it."""
    shown, file = tinted(np.frombuffer(values).reshape(size), scale), io.BytesIO()
    Pixels.fromarray(shown, "RGBA").save(file, format="png", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


FORMS = {Rect: rectangle, Circle: circle, Path: path, Text: text, Image: image}

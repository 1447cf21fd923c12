"""A drawing as a short text, so that it is part of a view's state, and the ink of it as an array."""

import re
import string
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from nnlib.data.handwriting import SIDE, resized
from nnlib.guards import brief
from nnlib.viz.controls import Own

FORM = re.compile(r"|#[A-Za-z0-9+/]{1936}|([A-Za-z0-9+/]{2})+(\.([A-Za-z0-9+/]{2})+)*")
PICTURE = 44  # pixels, the side of a picture
FINE = 56  # pixels of the sheet on which strokes are drawn


@dataclass(frozen=True)
class Strokes(Own):
    """What a hand draws or loads, as a short text; the view's script makes its input of the pad.

    Strokes are joined by dots; each is a row of points, two of the 64 `digits` for each: its column and its row
    on a grid of 64 x 64. A picture is a # and then a digit for each of its 44 x 44 pixels.
    pad: left, top and side of the square on the sheet;   most: characters of the text
    """

    name: str
    label: str
    start: str
    pad: tuple = (8, 30, 300)
    digits: str = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
    most: int = 2000

    def check(self, owner, value):
        """Return the text; raises ValueError if it is no drawing."""
        if not isinstance(value, str) or len(value) > self.most or not FORM.fullmatch(value):
            got = f"such as {self.start!r}, got {brief(value)}"
            raise ValueError(f"{owner} expected {self.name} to be a drawing, {got}")
        return value

    read = check


GRID = len(Strokes.digits)
VALUE = np.zeros(128, np.uint8)  # of each character
VALUE[list(Strokes.digits.encode())] = range(GRID)


def points_of(stroke):
    """Return the points of a stroke on the grid, (k, 2)."""
    return VALUE[list(stroke.encode())].reshape(-1, 2) + 0.5


def sheet_of(drawing, pen):
    """Return the ink of a drawing, (k, k) from 0 to 1; the pen's width is in pixels of the 28."""
    if drawing.startswith("#"):
        return VALUE[list(drawing[1:].encode())].reshape(PICTURE, PICTURE) / (GRID - 1)
    sheet = np.zeros((FINE, FINE))
    for stroke in filter(None, drawing.split(".")):
        np.maximum(sheet, stroke_ink(stroke, pen), out=sheet)
    return sheet


@lru_cache(maxsize=256)  # while a hand draws, only its last stroke is new
def stroke_ink(stroke, pen):
    """Return the ink of one stroke, (FINE, FINE): full within half the pen of it, its edge one pixel wide.

    Between two points it is straight; curves.py rounds it for the eye, by less than a net could see.
    """
    points = points_of(stroke).astype(np.float32) * FINE / GRID
    starts, ways = points[: max(1, len(points) - 1)], np.diff(points, axis=0) if len(points) > 1 else 0 * points
    distance = np.full((FINE, FINE), np.inf)
    for first in range(0, len(starts), 50):  # as many at a time as stay in the processor's cache
        some = slice(first, first + 50)
        np.minimum(distance, from_segments(starts[some], ways[some]), out=distance)
    return np.clip(pen * FINE / SIDE / 2 + 0.5 - distance, 0, 1)


def from_segments(starts, ways):
    """Return the distance of each pixel of the sheet from the nearest segment.   Shapes: both (k, 2) in pixels."""
    x, y = (np.arange(FINE, dtype=np.float32) + 0.5 - starts[:, axis, None] for axis in (0, 1))  # (k, FINE) each
    length = np.maximum((ways**2).sum(axis=1), 1e-6)[:, None, None]  # its square
    along = (x * ways[:, :1])[:, None, :] + (y * ways[:, 1:])[:, :, None]  # (k, FINE, FINE)
    share = np.clip(along / length, 0, 1)  # of the way, to the point of the segment that is nearest
    square = (x**2)[:, None, :] + (y**2)[:, :, None] + share * (share * length - 2 * along)
    return np.sqrt(np.maximum(0, square.min(axis=0)))


def text_of(picture):
    """Return the text of a picture of any size, made square with paper around it."""
    side = max(picture.shape)
    square = np.zeros((side, side))
    top, left = ((side - n) // 2 for n in picture.shape)
    square[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    levels = np.rint(resized(square, PICTURE, PICTURE) * (GRID - 1)).astype(int)
    return "#" + "".join(Strokes.digits[level] for level in levels.flat)

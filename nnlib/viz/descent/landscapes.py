"""The five landscapes of the view Descent: heights and gradients at each place, flat places, and contours."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import contourpy
import numpy as np
from matplotlib.path import Path

LEVELS = (
    np.linspace(0, 1, 19) ** 1.5
)  # of the contours: shares of the map that are lower, close together near the lowest


def valley(x, y):
    """Return height and gradient of a round valley, lowest at 0."""
    return (x**2 + 2 * y**2) / 2, [x, 2 * y]


def saddle(x, y):
    """Return height and gradient of a pass between two dips in y."""
    return x**2 / 2 - y**2 / 2 + y**4 / 4, [x, -y + y**3]


def two_dips(x, y):
    """Return height and gradient of two dips in x, the left one lower."""
    return x**4 / 4 - x**2 / 2 + x / 5 + y**2 / 2, [x**3 - x + 0.2, y]


def ravine(x, y):
    """Return height and gradient of a valley that bends 40 times as sharply in y as in x."""
    return (x**2 + 40 * y**2) / 2, [x, 40 * y]


def turned_ravine(x, y):
    """Return the ravine turned by 45°."""
    root = math.sqrt(2)
    height, (along, across) = ravine((x + y) / root, (y - x) / root)
    return height, [(along - across) / root, (along + across) / root]


@dataclass(frozen=True)
class Landscape:
    """A height and its gradient at (x, y); half the width of its map; its flat places; the curvature of a parabola."""

    at: Callable
    wide: float
    flat: dict
    curvature: float | None = None

    @property
    def tall(self):
        """Half the height of its map."""
        return round(0.75 * self.wide, 6)

    @property
    def lowest(self):
        """The least height there is."""
        return min(self.at(*place)[0] for place in self.flat)

    def on_map(self, x, y):
        """Return the place on the map that is nearest to (x, y)."""
        return max(-self.wide, min(self.wide, x)), max(-self.tall, min(self.tall, y))


LEFT, PASS, RIGHT = np.sort(np.roots([1, 0, -1, 0.2]).real).tolist()  # where the derivative of two_dips in x is 0
LOW, ON_PASS = "the lowest point", "the pass, a saddle: no gradient, and no minimum"
LANDSCAPES = {
    "valley": Landscape(valley, 2.4, {(0, 0): LOW}, 2),
    "saddle": Landscape(saddle, 2.4, {(0, 0): ON_PASS, (0, 1): LOW, (0, -1): LOW}),
    "two dips": Landscape(
        two_dips, 2.4, {(LEFT, 0): LOW, (PASS, 0): ON_PASS, (RIGHT, 0): "the higher dip, a local minimum"}
    ),
    "ravine": Landscape(ravine, 4.4, {(0, 0): LOW}, 40),
    "turned ravine": Landscape(turned_ravine, 4.4, {(0, 0): LOW}, 40),
}


@dataclass(frozen=True)
class Band:
    """What lies between two heights: its outline (n, 2) on the map, in parts with nan between them."""

    low: float
    high: float
    outline: np.ndarray


@cache
def bands(name, rows=273, columns=363, rough=1e-3):
    """Return the Bands of a landscape, the lowest first; `rough`: by how much of the map an outline is simplified."""
    land = LANDSCAPES[name]
    xs, ys = np.linspace(-land.wide, land.wide, columns), np.linspace(-land.tall, land.tall, rows)
    heights = land.at(*np.meshgrid(xs, ys))[0]
    middles = ((ends[1:] + ends[:-1]) / 2 for ends in (xs, ys))  # each stands for as much of the map
    levels = np.quantile(land.at(*np.meshgrid(*middles))[0], LEVELS)
    levels[[0, -1]] = heights.min(), heights.max()
    found = contourpy.contour_generator(xs, ys, heights, fill_type="OuterOffset")
    made = []
    for low, high in pairwise(levels):
        rings = [
            points[start:end]
            for points, ends in zip(*found.filled(low, high), strict=True)
            for start, end in pairwise(ends)
        ]
        gap = np.full((1, 2), np.nan)
        outline = np.concatenate([part for ring in rings for part in (simpler(ring, rough * land.wide), gap)])
        made.append(Band(float(low), float(high), outline[:-1]))
    return made


def simpler(ring, rough):
    """Return a ring (n, 2) without those of its points that lie on a straight line, to within `rough`."""
    path = Path(ring / rough)
    path.simplify_threshold = 1
    return path.cleaned(simplify=True).vertices[:-1] * rough

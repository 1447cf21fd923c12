"""Small pictures of the data sets and features that Playground offers, drawn as its large one is."""

import numpy as np

from nnlib.viz.drawing import Drawing
from nnlib.viz.panels import Panel
from nnlib.viz.playground.net import DATA, FEATURES, WIDE, features_of
from nnlib.viz.svg import svg

SIDE, N, TILE = 44, 90, 10  # units; points of a data set; places along the map of a feature


def data_picture(name):
    """Return the SVG of a data set: circles of class 1, squares of class 0."""
    sheet = Drawing(SIDE, SIDE)
    plane = Panel(sheet, (1, 1, SIDE - 2, SIDE - 2), (-WIDE, WIDE), (-WIDE, WIDE))
    X, y = DATA[name](N, rng=np.random.default_rng(0), noise=0.0)
    for label, mark in [(1, "round"), (0, "square")]:
        plane.marks(mark, *X[y == label].T, 1.6, fill=f"class {label}", name=f"class {label}")
    sheet.rect(*plane.box, line="axis", width=1)
    return svg(sheet)


def features_picture(name):
    """Return the SVG of a set of features: a map for each, from left to right and from top to bottom."""
    along = np.linspace(-WIDE, WIDE, TILE)
    places = np.stack(np.meshgrid(along, along[::-1]), axis=-1).reshape(-1, 2)  # the first row is the highest
    maps = features_of(places, FEATURES[name]).T.reshape(-1, TILE, TILE)
    columns = 2 if len(maps) < 5 else 3
    sheet, side = Drawing(SIDE, SIDE), SIDE / columns
    for k, values in enumerate(maps):
        x, y = k % columns * side, k // columns * side
        sheet.image(values / np.abs(values).max(), x + 1, y + 1, side - 2, side - 2, "signed", name="map")
        sheet.rect(x + 1, y + 1, side - 2, side - 2, line="axis", width=1)
    return svg(sheet)

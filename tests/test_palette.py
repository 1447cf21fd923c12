"""The colours of all pictures are told apart with any kind of colour vision, and stand out from what is behind them."""

import re
from itertools import combinations
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from rules import NOTEBOOKS, load

import nnlib
from nnlib.plotting import BLUE, GREY, ORANGE
from nnlib.viz.palette import COLOURS, tinted
from nnlib.viz.shapes.picture import TINTS as TINTED

# Linear RGB as it is seen without one kind of cone: Machado, Oliveira and Fernandes (2009), severity 1.0.
VISION = {
    "all cones": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)

TINTS = {name: COLOURS[role][0] for name, role in TINTED.items()}
INK, PALE = "#1a1a1a", ("#cfe4f3", "#e3eff7")  # words; cells that are lit, sides of a border
DATA = [BLUE, ORANGE, GREY, "#000000"]  # lines, marks and bars of one picture
GRIDS = ["#dddddd", "#d0d0d0"]  # lines behind the data, which nobody has to see
# A difference that is barely noticed is 2.3 in CIELAB (Mahy, Van Eycken and Oosterlinck 1994). Thin lines and small
# marks, apart from each other, take ten of them; large areas that touch, and are labelled as well, take two.
NOTICED = 2.3
SOURCES = [
    path.read_text(encoding="utf-8")
    for path in sorted(Path(nnlib.__path__[0]).rglob("*"))
    if path.parent.name in {"viz", "static"} or path.name == "plotting.py"
    if path.suffix in {".py", ".js", ".css"}
] + [cell.source for path in NOTEBOOKS for cell in load(path).cells if cell.cell_type == "code"]


def linear(colour):
    """Return a colour as linear RGB (IEC 61966-2-1)."""
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(colour, vision="all cones"):
    """Return a colour in CIELAB, under daylight, as it is seen with this kind of vision."""
    seen = XYZ @ np.clip(VISION[vision] @ linear(colour), 0, 1) / XYZ.sum(axis=1)
    x, y, z = np.where(seen > 216 / 24389, np.cbrt(seen), (24389 / 27 * seen + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(one, other, vision="all cones"):
    """Return how far apart two colours are: Euclid's distance in CIELAB (CIE 1976)."""
    return np.linalg.norm(lab(one, vision) - lab(other, vision))


def contrast(one, other):
    """Return the contrast of two colours as WCAG 2.2 has it, from 1 to 21."""
    dark, light = sorted(XYZ[1] @ linear(colour) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def test_the_measures_give_published_values():
    assert lab("#ff0000") == pytest.approx([53.24, 80.09, 67.20], abs=0.01)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    for vision, matrix in VISION.items():
        assert np.sum(matrix, axis=1) == pytest.approx(1, abs=2e-6), vision  # greys are seen by all
    green, red = matplotlib.color_sequences["tab10"][2:4]  # what plots elsewhere are drawn in
    assert distance(green, red) > 30 * NOTICED
    assert distance(green, red, "deuteranopia") < 10 * NOTICED


@pytest.mark.parametrize("vision", VISION)
def test_data_are_told_apart(vision):
    near = {pair: distance(*pair, vision) for pair in combinations([*DATA, "#ffffff"], 2)}
    assert {pair: far for pair, far in near.items() if far < 10 * NOTICED} == {}


@pytest.mark.parametrize("vision", VISION)
def test_areas_are_told_apart(vision):
    areas = [*combinations(TINTS.values(), 2), *((tint, "#ffffff") for tint in [*TINTS.values(), *PALE])]
    assert {pair: far for pair in areas if (far := distance(*pair, vision)) < 2 * NOTICED} == {}


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("name", ["Greys", "Oranges", "signed"])
def test_shades_keep_their_order(name, vision):
    """More is darker in a map of one hue; in one of two hues it is darker to both sides of white."""
    if name == "signed":
        pixels = np.array([tinted(np.full((1, 2), value), name)[0, 1] for value in np.linspace(-1, 1, 13)]) / 255
        shades = 1 - pixels[:, 3:] * (1 - pixels[:, :3])  # on white; the second pixel is in no stripe
    else:
        shades = matplotlib.colormaps.get_cmap(name)(np.linspace(0, 1, 13))
    lightness = [lab(shade, vision)[0] for shade in shades]
    halves = [lightness[6::-1], lightness[6:]] if name == "signed" else [lightness]
    assert all(np.all(np.diff(half) < 0) for half in halves), lightness


def test_contrast_with_what_is_behind():
    """WCAG 2.2 asks 4.5 of words (1.4.3) and 3 of what else must be seen (1.4.11)."""
    for colour in DATA:
        assert contrast(colour, "#ffffff") >= 3, colour
    for word in [INK, "#000000", BLUE, ORANGE, GREY]:
        assert contrast(word, "#ffffff") >= 4.5, word
    for behind in [*TINTS.values(), *PALE]:
        assert contrast(INK, behind) >= 4.5, behind
        assert contrast(BLUE, behind) >= 3, behind


THEMES = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])


@THEMES
@pytest.mark.parametrize("vision", VISION)
def test_colours_of_the_views_are_told_apart(vision, dark):
    lines = [COLOURS[name][dark] for name in ("ink", "blue", "orange", "grey", "paper")]
    near = {pair: distance(*pair, vision) for pair in combinations(lines, 2)}
    assert {pair: far for pair, far in near.items() if far < 10 * NOTICED} == {}
    areas = [COLOURS[name][dark] for name in ("paper", "pale blue", "pale orange", "pale grey")]
    near = {pair: distance(*pair, vision) for pair in combinations(areas, 2)}
    assert {pair: far for pair, far in near.items() if far < 2 * NOTICED} == {}


@THEMES
def test_words_and_lines_of_the_views_stand_out(dark):
    """WCAG 2.2 asks 4.5 of words (1.4.3) and 3 of what else must be seen (1.4.11)."""
    colours = {name: pair[dark] for name, pair in COLOURS.items()}
    for name in ("ink", "blue", "orange", "grey"):
        assert contrast(colours[name], colours["paper"]) >= 4.5, name
    for name in ("pale blue", "pale orange", "pale grey"):
        assert contrast(colours["ink"], colours[name]) >= 4.5, name
        assert contrast(colours["blue"], colours[name]) >= 3, name


def test_no_picture_has_another_colour():
    views = [colour for pair in COLOURS.values() for colour in pair]
    known = {to_rgb(colour) for colour in [*DATA, *GRIDS, *PALE, *TINTS.values(), INK, "#ffffff", *views]}
    text = "\n".join(SOURCES)
    found = re.findall(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b", text)
    assert {to_rgb(colour) for colour in [*views, BLUE, ORANGE, GREY]} <= set(map(to_rgb, found))  # all are read
    assert {colour for colour in found if to_rgb(colour) not in known} == set()
    assert set(re.findall(r"cmap=\"?(\w+)", text)) <= {"Greys", "Oranges", "SIGNED"}
    channels = re.findall(r"(?:rgba\(|(?:BLUE|ORANGE) = \[)(\d+), (\d+), (\d+)", text)
    assert {tuple(int(part) / 255 for part in one) for one in channels} <= known

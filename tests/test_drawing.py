"""A drawing is the same in a browser as in the stored picture; its pieces lie where their numbers say."""

import io
import re
from dataclasses import dataclass
from itertools import combinations, pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image as Pixels
from test_viz import VIEWS, ends

from nnlib.viz.drawing import Drawing, Image, Move, Text, shortened, text_width
from nnlib.viz.pad import THREE
from nnlib.viz.palette import COLOURS, ROLES, SERIES, class_of, colour_of, dashes_of, styles, tinted
from nnlib.viz.panels import Panel
from nnlib.viz.picture import UNITS, picture
from nnlib.viz.svg import svg
from nnlib.viz.tables import Table, band, lead
from nnlib.viz.view import STATIC

PART = 25  # pixels, a side of the parts in which pictures are compared
FAR = (
    0.06,
    0.2,
)  # RMS of both ways to draw, of the whole and of a part: letters are set differently, by parts of a pixel


def states(kind):
    """Return views of a kind in the states that it starts with, and with all controls at either end."""
    low, high = ({control.name: ends(control)[k] for control in kind.controls} for k in (0, -1))
    made = [kind(), kind(**low), kind(**high)]
    return [view for view in made if not view.error]


def painted(drawing, dark=False):
    """Return what matplotlib makes of a drawing, (rows, columns, 3) from 0 to 1, a pixel for a unit."""
    file = io.BytesIO()
    picture(drawing, dark).savefig(file, format="png", dpi=UNITS)
    return np.asarray(Pixels.open(file).convert("RGB")) / 255


@dataclass
class Browser:
    """A page that shows drawings, a pixel for a unit."""

    page: object

    def painted(self, drawing, dark=False):
        """Return what the browser makes of a drawing."""
        size = {"width": round(drawing.wide), "height": round(drawing.high)}
        self.page.set_viewport_size(size)
        theme = "<body data-jp-theme-light=false>" if dark else "<body>"
        whole = "body { margin: 0 } .nnv { padding: 0 } .nnv-picture svg { width: 100vw }"
        rules = f"{styles()}{(STATIC / 'view.css').read_text(encoding='utf-8')}{whole}"
        rules += ".nnv-picture text { font-family: 'DejaVu Sans' }"
        page = f"<style>{rules}</style>{theme}<div class=nnv><div class=nnv-picture>{svg(drawing)}</div></div>"
        self.page.set_content(page)
        return np.asarray(Pixels.open(io.BytesIO(self.page.screenshot())).convert("RGB")) / 255


@pytest.fixture
def browser_page(page):
    return Browser(page)


def rms(one, other):
    """Return the root of the mean squared difference of two pictures, of the whole, and of its worst part."""
    rows, columns = (min(one.shape[k], other.shape[k]) // PART for k in (0, 1))
    one, other = (seen[: rows * PART, : columns * PART] for seen in (one, other))
    parts = ((one - other) ** 2).reshape(rows, PART, columns, PART, 3).mean(axis=(1, 3, 4))
    return float(np.sqrt(parts.mean())), float(np.sqrt(parts.max()))


@pytest.mark.browser
@pytest.mark.parametrize("kind", VIEWS)
def test_browser_and_stored_picture_agree(kind, browser_page):
    far = {}
    for view in states(kind):
        for dark in (False, True):
            there, here = browser_page.painted(view.drawing, dark), painted(view.drawing, dark)
            far[view.to_text()[:60], dark] = rms(there, here)
    assert all(whole < FAR[0] and part < FAR[1] for whole, part in far.values()), far


def every_shape():
    """Return a drawing with a shape of each form and look, in corners of their own."""
    sheet = Drawing(300, 200)
    sheet.rect(10, 10, 60, 40, fill="lit", line="wrong", width=4)
    sheet.circle(110, 30, 20, fill="class 1", opacity=0.5)
    sheet.path([(150, 10), (200, 50), (np.nan, np.nan), (200, 10), (240, 10)], "validation", width=3)
    sheet.polygon([(250, 10), (290, 10), (270, 50)], fill="class 0", line="ink", width=2)
    sheet.arrow([(10, 80), (70, 80)], "forward", width=3, head=14)
    sheet.mark("star", 110, 80, 14, fill="second")
    sheet.mark("diamond", 150, 80, 10, fill="paper", line="ink", width=2)
    sheet.mark("cross", 190, 80, 10, line="wrong", width=2)
    sheet.mark("triangle", 230, 80, 10, fill="third")
    sheet.marks("round", [(250, 70), (250, 90)], 8, fill="class 1", line="ink")
    sheet.marks("square", [(275, 72), (285, 80)], 8, fill="class 0", line="paper", width=2)  # they overlap
    sheet.image(np.linspace(-1, 1, 64).reshape(8, 8), 10, 110, 60, 60, "signed")
    sheet.image(np.eye(6), 90, 110, 60, 60, "ink")
    sheet.text("number 12", 160, 130, size=16, bold=True)
    sheet.text("up", 280, 150, turned=True, align="middle", fill="gradient")
    sheet.rect(160, 150, 100, 60, fill="ink", clip=(170, 160, 30, 20))
    return sheet


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_shape_is_drawn_alike(dark, browser_page):
    sheet = every_shape()
    there, here = browser_page.painted(sheet, dark), painted(sheet, dark)
    whole, part = rms(there, here)
    assert whole < FAR[0]
    assert part < FAR[1]
    for x, y in [
        (20, 20),
        (110, 30),
        (270, 20),
        (64, 80),
        (110, 80),
        (150, 80),
        (250, 70),
        (250, 80),
        (250, 90),
        (280, 76),
        (14, 114),
        (66, 166),
        (95, 115),
        (180, 170),
    ]:
        np.testing.assert_allclose(there[y, x], here[y, x], atol=0.03, err_msg=f"at {x}, {y}")


def test_places_have_the_colours_of_their_roles():
    for dark in (False, True):
        seen = painted(every_shape(), dark)

        def hexed(x, y, seen=seen):
            return "#" + "".join(f"{round(255 * part):02x}" for part in seen[y, x])

        assert hexed(40, 30) == colour_of("lit", dark)
        assert hexed(270, 20) == colour_of("class 0", dark)
        assert hexed(110, 80) == colour_of("second", dark)
        assert hexed(180, 170) == colour_of("ink", dark)
        assert hexed(230, 190) == hexed(165, 155) == colour_of("paper", dark)  # cut off


def test_the_ends_and_corners_of_a_pen_are_round():
    for is_round in (False, True):
        sheet = Drawing(100, 60)
        sheet.path([(30, 40), (70, 40), (70, 20)], width=20, round=is_round)
        seen = painted(sheet)[:, :, 0]
        assert (seen[40, 23] < 0.5) == is_round  # beyond the end
        assert (seen[48, 78] < 0.5) != is_round  # the outer corner
        assert ("round" in svg(sheet)) == is_round


def test_the_head_of_an_arrow_is_at_its_last_point():
    sheet = Drawing(100, 40)
    sheet.arrow([(10, 20), (90, 20)], head=20, width=2)
    tall = (painted(sheet)[:, :, 0] < 0.5).sum(axis=0)
    assert tall[75] > 3 * tall[30] > 0
    assert tall[92:].max() == 0


def ink_of(sheet):
    """Return the rows and columns of a sheet that have ink."""
    dark = painted(sheet)[:, :, 0] < 0.7
    return np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))


@pytest.mark.parametrize("kind", ["round", "square", "diamond", "triangle", "star"])
def test_all_marks_are_about_as_large(kind):
    sheet = Drawing(60, 60)
    sheet.mark(kind, 30, 30, 10, fill="ink")
    rows, columns = ink_of(sheet)
    assert 16 <= len(columns) <= 30
    assert abs((columns[0] + columns[-1]) / 2 - 29.5) <= 1
    assert 16 <= len(rows) <= 30


@pytest.mark.parametrize("kind", ["round", "square"])
def test_marks_drawn_together_are_as_those_drawn_alone(kind):
    one, together = Drawing(90, 60), Drawing(90, 60)
    places = [(20, 20), (60, 35)]
    for place in places:
        one.mark(kind, *place, 10, fill="class 1", line="ink", width=2)
    together.marks(kind, places, 10, fill="class 1", line="ink", width=2)
    assert rms(painted(one), painted(together))[0] < 0.03
    assert svg(together).count("<path") == 1
    assert svg(together).count("M") == svg(together).count("Z") == 2
    together.marks(kind, np.empty((0, 2)), 10, fill="class 1")
    assert len(together.shapes) == 1


def test_marks_outside_of_a_panel_are_left_out():
    panel = Panel(Drawing(100, 100), (10, 10, 80, 80), (0, 1), (0, 1))
    panel.marks("square", [0.5, -0.1, 0.5, 1.0], [0.5, 0.5, 1.1, 0.0], 4, fill="ink")
    points = panel.drawing.shapes[0].points
    np.testing.assert_allclose(points[[0, 5]] + 3.6, [(50, 50), (90, 90)])
    assert len(points) == 9


def test_upright_text_is_read_upwards():
    sheet = Drawing(60, 120)
    sheet.text("l______", 30, 60, turned=True, align="middle")
    rows, columns = ink_of(sheet)
    assert len(rows) > 3 * len(columns)
    assert columns[0] < 30 < columns[-1]
    tall = (painted(sheet)[:, :, 0] < 0.7).sum(axis=1)
    assert tall[rows[-3:]].max() > 3 * tall[rows[:3]].max()  # the l is the lowest


def test_dashes_are_those_of_the_role():
    sheet = Drawing(200, 20)
    sheet.path([(0, 10), (200, 10)], "validation", width=4)
    assert 'stroke-dasharray="8 5"' in svg(sheet)
    row = (painted(sheet)[10, :, 2] < 0.5).astype(int)
    assert np.count_nonzero(np.diff(row) == 1) == pytest.approx(200 / 13, abs=1)


def test_the_wide_line_under_a_finger_fills_nothing():
    sheet = Drawing(200, 20)
    sheet.path([(0, 10), (100, 20), (200, 10)], tip="a line with a bend")
    assert ['class="none' in part for part in svg(sheet).split("<path ")[1:]] == [True, True]


def test_an_image_stands_as_its_axis_does():
    sheet = Drawing(100, 100)
    Panel(sheet, (0, 0, 100, 100), (0, 1), (0, 1)).image([[1.0, 0.0], [0.0, 0.0]], "ink")
    seen = painted(sheet)[:, :, 0]
    assert (seen[75, 25], seen[25, 25], seen[75, 75]) == (0, 1, 1)  # the first row is the lowest


def test_a_line_is_broken_where_it_is_nan():
    sheet = Drawing(100, 40)
    sheet.path([(0, 20), (40, 20), (np.nan, 20), (60, 20), (100, 20)], width=4)
    row = painted(sheet)[20, :, 0] < 0.5
    assert (row[20], row[50], row[80]) == (True, False, True)
    assert svg(sheet).count("M") == 2


EVIL = "</text><script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"


def test_no_text_of_a_learner_becomes_an_element():
    sheet = Drawing(100, 40)
    sheet.text(EVIL, 0, 10)
    sheet.rect(0, 0, 5, 5, fill="ink", tip=EVIL, does=Move(put={"name": EVIL}))
    sheet.rect(0, 0, 5, 5, tip=EVIL, small=True)
    root = ElementTree.fromstring(svg(sheet))
    assert {element.tag.partition("}")[2] for element in root.iter()} == {"svg", "defs", "rect", "text", "title"}
    assert [text for text in root.itertext() if text.strip()] == [EVIL, EVIL]
    assert [element.get("data-small") for element in root.iter() if "data-small" in element.attrib] == [EVIL]
    assert not any(name.startswith("on") for element in root.iter() for name in element.attrib)


def test_each_shape_is_a_line_of_its_own_whatever_its_words_hold():
    sheet = Drawing(100, 40)
    sheet.text("two\nlines", 0, 10, tip="a\nb")
    sheet.rect(0, 0, 5, 5, fill="ink", tip="c\nd", small=True)
    sheet.path([(0, 0), (9, 9)], tip="e")
    start, defined, *shapes, end = svg(sheet).split("\n")
    assert [line.split(" ")[0] for line in (start, *shapes, end)] == [
        "<svg",
        "<rect",
        "<text",
        "<rect",
        "<path",
        "<path",
        "</svg>",
    ]
    words = [list(ElementTree.fromstring(line).itertext()) for line in (defined, *shapes)]
    assert words == [[], [], ["two\nlines", "a\nb"], [], [], ["e"]]
    assert ElementTree.fromstring(shapes[2]).get("data-small") == "c\nd"


SMALL = {"DigitPad": {"drawing": THREE}, "Errors": {}, "LiveTraining": {}, "Playground": {"shape": "8-8"}}


@pytest.mark.parametrize("kind", VIEWS)
def test_a_small_picture_is_a_place_in_one_image_and_has_words_of_its_own(kind):
    view = kind(**SMALL.get(kind.__name__, {}))
    small = [shape for shape in view.drawing.shapes if shape.small]
    assert bool(small) == (kind.__name__ in SMALL)
    assert bool(small) == view.moves["help"].endswith("Point at a small picture or press Tab to enlarge it.")
    assert len({shape.tip for shape in small} - {""}) == len(small)
    images = [image for image in view.drawing.shapes if isinstance(image, Image)]
    for shape in small:
        assert len([image for image in images if image is shape or holds(image, shape)]) == 1
        assert shape.wide == pytest.approx(shape.high)
        assert 10 < shape.wide < 100


def holds(image, shape):
    """Whether a shape lies in an image, but for the width of a line."""
    x, y = shape.x - image.x, shape.y - image.y
    return min(x, y, image.wide - x - shape.wide, image.high - y - shape.high) > -1


def test_texts_with_dollars_are_not_formulas():
    sheet = Drawing(100, 40)
    sheet.text(r"$\bad{$", 5, 20)
    assert painted(sheet).min() < 0.5


def test_unknown_roles_and_scales_are_refused():
    sheet = Drawing(10, 10)
    sheet.rect(0, 0, 1, 1, fill="bluish")
    with pytest.raises(KeyError, match="bluish"):
        svg(sheet)
    with pytest.raises(ValueError, match="expected a scale of ink, positive or signed, got 'rainbow'"):
        tinted(np.zeros((1, 1)), "rainbow")


def test_every_role_has_its_class_in_the_style_sheet():
    rules = styles()
    for role in ROLES:
        assert f".f-{class_of(role)} {{" in rules
        assert f".l-{class_of(role)} {{" in rules
    for light, dark in COLOURS.values():
        assert light in rules
        assert dark in rules


PAIRS = [("class 1", "class 0"), ("training", "validation"), ("positive", "negative"), ("value", "gradient")]


def test_what_is_compared_has_another_colour_and_lines_have_other_dashes():
    for one, other in [*PAIRS, *pairwise(SERIES)]:
        assert colour_of(one) != colour_of(other)
        assert dashes_of(one) != dashes_of(other) or one == "class 1"  # classes have marks: a circle, a square


def test_blue_is_what_is_above_0_and_orange_has_stripes_below():
    shown = tinted(np.array([[1.0, -1.0, 0.0, np.nan]]), "signed")
    assert [tuple(pixel) for pixel in shown[0, :2, :3]] == [(0, 0x72, 0xB2), (0xC4, 0x55, 0)]
    assert shown[0, 2:, 3].tolist() == [0, 0]
    below = tinted(-np.ones((10, 10)), "signed")[..., 3]
    assert len(np.unique(below)) == 2
    assert len(np.unique(tinted(np.ones((10, 10)), "signed")[..., 3])) == 1


def test_places_of_a_panel():
    sheet = Drawing(300, 200)
    panel = Panel(sheet, (50, 20, 200, 100), (-1, 1), (0, 10))
    np.testing.assert_allclose(panel.places([-1, 0, 1], [0, 10, 5]), [[50, 120], [150, 20], [250, 70]])
    follow = panel.follow(x="a", y="b").follow
    for x, y in [(60.0, 30.0), (200.0, 100.0)]:
        (start_a, by_x, _), (start_b, _, by_y) = follow["a"], follow["b"]
        np.testing.assert_allclose(panel.places(start_a + by_x * x, start_b + by_y * y), [[x, y]])
    assert panel.follow(x="a", within=True).follow == {"a": (*follow["a"], -1, 1)}
    log = Panel(sheet, (0, 0, 100, 60), (0, 1), (0.01, 100), log=True)
    np.testing.assert_allclose(log.y([0.01, 1, 100]), [60, 30, 0])
    assert log.y(0) > 60
    assert np.isnan(log.y(np.nan))


def test_a_table_lies_in_its_cells():
    sheet, made = Drawing(300, 200), Table(10, 20, (50, 30), [["1", "2"], ["3", "4"], ["5", "6"]])
    made.wrong[2, 0] = made.lit[1, 1] = made.passed[0, 1] = True
    made.draw(sheet, look=lambda i, j: {"name": f"{i}{j}"})
    cell = sheet.named("10")[0]
    assert (cell.x, cell.y, cell.wide, cell.high) == (10.49, 50.49, 50, 30)
    three, four = (next(t for t in sheet.shapes if isinstance(t, Text) and t.text == text) for text in "34")
    assert (three.x, three.y) == pytest.approx((35.5, 65.5), abs=0.5)
    assert (three.bold, four.bold) == (False, True)
    fills = [(sheet.named(name)[0].fill, sheet.named(name)[0].opacity) for name in ("00", "01", "11")]
    assert fills == [("paper", 1), ("lit", 0.4), ("lit", 1)]
    assert [(shape.x, shape.y) for shape in sheet.named("wrong")] == [(12, 82)]
    assert made.block(slice(1, None), 1) == (60.49, 50.49, 50, 60)
    assert made.block(2) == (10.49, 80.49, 100, 30)


def test_bands_and_arrows_lie_between_two_blocks():
    for start, end, between in [
        ((10, 20, 30, 40), (80, 20, 50, 40), (40, 20, 40, 40)),
        ((10, 20, 30, 40), (10, 90, 30, 9), (10, 60, 30, 30)),
    ]:
        sheet = Drawing(200, 200)
        band(sheet, start, end)
        lead(sheet, start, end, "1.5")
        for found in sheet.named("band"):
            assert (found.x, found.y, found.wide, found.high) == between
        x, y, wide, high = between
        line, head = sheet.named("arrow")
        for px, py in [*line.points, *head.points]:
            assert x <= px <= x + wide
            assert y <= py <= y + high
        assert head.points[0].sum() > line.points[0].sum()  # to the right, or down
        (text,) = sheet.named("factor")
        left, top, across, tall = text.box()
        assert x <= left
        assert y <= top
        assert top + tall <= y + high
        assert across < 40


def test_the_width_of_a_text_is_that_on_the_picture():
    for text, bold in [("sum −0.5, wrong", False), ("0.123", True)]:
        sheet = Drawing(200, 30)
        sheet.text(text, 10, 15, bold=bold)
        inked = np.flatnonzero((painted(sheet)[:, :, 0] < 0.9).any(axis=0))
        assert inked[-1] - inked[0] == pytest.approx(text_width(text, bold=bold), abs=3)


def test_a_text_is_cut_where_its_room_ends():
    assert shortened("abc", text_width("abc")) == "abc"
    cut = shortened("wwwwwwwwww", 60, bold=True)
    assert cut.endswith("w…")
    assert text_width(cut, bold=True) <= 60 < text_width("w" + cut, bold=True)


def test_an_area_ends_where_its_panel_does():
    panel = Panel(Drawing(100, 100), (10, 20, 50, 60), (0, 1), (0, 1))
    for start, end in [(-1, 2), (0.5, 9), (-3, 0.1)]:
        panel.area(start, end, fill="ink")
    assert [(area.x, area.wide) for area in panel.drawing.shapes] == [(10, 50), (35, 25), (10, 5)]


def test_a_hand_covers_a_panel_and_is_not_seen():
    sheet = Drawing(100, 100)
    panel = Panel(sheet, (10, 20, 50, 60), (0, 1), (0, 1))
    panel.area(0, 1, fill="ink")
    before = painted(sheet)
    panel.hand(Move(put={"a": 1}), "all of it")
    np.testing.assert_array_equal(painted(sheet), before)
    (hand,) = sheet.named("hand")
    assert (hand.x, hand.y, hand.wide, hand.high) == panel.box
    assert hand.fill  # what is not filled is not hit


@pytest.mark.parametrize("kind", VIEWS)
def test_moves_name_controls_and_lead_to_values_that_they_allow(kind):
    controls = {control.name: control for control in kind.controls}
    for view in states(kind):
        moves = [shape.does for shape in view.drawing.shapes if shape.does]
        moves += [*view.drawing.keys.values(), *([view.drawing.onward] if view.drawing.onward else [])]
        for move in moves:
            assert {*move.put, *move.add, *move.drag, *move.follow} <= set(controls)
            for name, value in move.put.items():
                controls[name].check(kind.__name__, value)


@pytest.mark.parametrize("kind", VIEWS)
def test_pictures_with_keys_or_moves_say_so(kind):
    drawing = kind().drawing
    uses = bool(drawing.keys or kind.own) or any(shape.does for shape in drawing.shapes)
    assert bool(drawing.help) == uses
    assert not uses or re.search(r"[Dd]rag|[Cc]lick|key", drawing.help)


@pytest.mark.parametrize("kind", VIEWS)
def test_tips_are_beside_what_answers(kind):
    for view in states(kind):
        for shape in view.drawing.shapes:
            assert shape.does is None or shape.tip, shape


@pytest.mark.parametrize("kind", VIEWS)
def test_texts_stay_apart_and_on_the_sheet(kind):
    for view in states(kind):
        texts = [shape for shape in view.drawing.shapes if isinstance(shape, Text) and shape.text]
        for text in texts:
            left, top, wide, high = text.box()
            assert min(left, top) >= -1, (view, text)
            assert left + wide <= view.drawing.wide + 1, (view, text)
            assert top + high <= view.drawing.high + 1, (view, text)
        for one, other in combinations(texts, 2):
            (left, top, wide, high), (x, y, w, h) = one.box(), other.box()
            apart = max(left - x - w, x - left - wide, top - y - h, y - top - high)
            assert apart >= -0.5, (view, one.text, other.text)

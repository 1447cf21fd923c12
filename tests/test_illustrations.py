"""The pictures in the text: computed anew they are the stored ones, and each stands in its notebook with its words."""

import re
from collections import Counter
from itertools import combinations

import illustrations as drawn
import pytest
from illustrate import illustrated, place
from illustrations import FOLDER, illustrations
from nbformat.v4 import new_markdown_cell, new_notebook
from rules import NOTEBOOKS, load

from nnlib.viz.drawing import Text

LESSONS = [path for path in NOTEBOOKS if not path.name.startswith("99")]
SMALLEST = 12  # units, which are pixels: a card is as wide as the text, and never drawn larger


@pytest.mark.parametrize("made", illustrations(), ids=lambda made: made.name)
def test_stored_picture_is_what_nnlib_computes(made):
    stored = made.file.read_text(encoding="utf-8") if made.file.exists() else ""
    assert made.svg() == stored, f"run tests/illustrate.py {made.name}, and look at it"


def test_no_picture_is_left_over():
    assert {path.name for path in FOLDER.iterdir()} == {made.file.name for made in illustrations()}


@pytest.mark.parametrize("made", illustrations(), ids=lambda made: made.name)
def test_words_are_large_enough_on_the_card_and_apart(made):
    drawing = made.make()
    texts = [shape for shape in drawing.shapes if isinstance(shape, Text) and shape.text.strip()]
    assert 700 <= drawing.wide <= 800
    for text in texts:
        left, top, wide, high = text.box()
        assert text.size >= SMALLEST, text.text
        assert min(left, top) >= 4, text.text
        assert left + wide <= drawing.wide - 4, text.text
        assert top + high <= drawing.high - 4, text.text
    for one, other in combinations(texts, 2):
        (x, y, wide, high), (left, top, w, h) = one.box(), other.box()
        assert x + wide <= left or left + w <= x or y + high <= top or top + h <= y, (one.text, other.text)


@pytest.mark.parametrize("made", illustrations(), ids=lambda made: made.name)
def test_card_asks_nobody_and_has_light_and_dark_colours(made):
    svg = made.svg()
    assert set(re.findall(r"https?://[^\"]+", svg)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(script|image|foreignObject|use|a)\b|\bon\w+=|href=|url\((?!#)", svg)
    light, _, dark = svg.partition("@media screen and (prefers-color-scheme:dark)")
    for kind in set(re.findall(r"\b[fl]-[a-z-]+(?=[ \"])", svg)):
        assert f".{kind}{{" in light, kind
        assert f".{kind}{{" in dark, kind


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name)
def test_every_notebook_has_a_banner_and_three_diagrams(path):
    names = [made.name for made in illustrations() if made.name[:2] == path.name[:2]]
    assert f"{path.name[:2]}_banner" in names
    assert len(names) >= 4


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name)
def test_each_stands_in_its_place_with_its_words(path):
    assert [cell.source for cell in illustrated(path).cells] == [cell.source for cell in load(path).cells]


def sketch(after):
    def make():
        """A dog."""

    return drawn.Illustration("09_x", after, make)


@pytest.mark.parametrize(
    ("after", "expected"), [("# A", "# A\n\none\n\n{}\n\ntwo"), ("two", "# A\n\none\n\ntwo\n\n{}")]
)
def test_a_picture_follows_its_paragraph(after, expected):
    notebook = new_notebook(cells=[new_markdown_cell("# A\n\none\n\ntwo")])
    place(notebook, sketch(after))
    assert notebook.cells[0].source == expected.format("![A dog.](pictures/09_x.svg)")


def test_a_picture_of_what_is_folded_is_folded():
    notebook = new_notebook(cells=[new_markdown_cell("<details>\n\none\n</details>\n\ntwo")])
    place(notebook, sketch("one"))
    expected = "<details>\n\none\n\n![A dog.](pictures/09_x.svg)\n</details>\n\ntwo"
    assert notebook.cells[0].source == expected


def test_a_picture_without_a_place_is_said():
    with pytest.raises(ValueError, match="09_x: no paragraph of its notebook has the words 'three'"):
        place(new_notebook(cells=[new_markdown_cell("one")]), sketch("three"))


def test_words_say_what_is_to_be_seen():
    """Each differently, in whole sentences, and without brackets, which would end them in Markdown."""
    words = [made.alt for made in illustrations()]
    assert [alt for alt, n in Counter(words).items() if n > 1] == []
    for alt in words:
        assert alt[0].isupper(), alt
        assert alt.endswith("."), alt
        assert not re.search(r"[\[\]<>$`*_]", alt), alt
        assert 60 < len(alt) < 400, alt

"""The views in Firefox: each draws what the stored picture has, its words fit, and it answers to keys and the mouse."""

import json

import pytest
from chromium import MODEL, required, traits
from firefox import FIREFOX, KEYS, Firefox
from test_drawing import FAR, Browser, painted, rms
from test_viz import VIEWS
from test_viz_page import FONTS, assert_words_fit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def firefox():
    required(FIREFOX, "firefox-esr or firefox", "FIREFOX")
    browser = Firefox()
    yield browser
    browser.close()


@pytest.fixture
def shown(firefox):
    """Return a function that shows a view in an empty page; nothing may go wrong there."""
    firefox.faults.clear()

    def show(view):
        firefox.open(1000, 900)
        firefox.evaluate(f"({MODEL})({json.dumps([view._esm, view._css, traits(view), False])})")
        return firefox

    yield show
    assert firefox.faults == []


@pytest.mark.parametrize("kind", VIEWS)
def test_its_words_fit(kind, shown):
    tab = shown(kind())
    for name in FONTS:
        rule = f".nnv-picture text {{ font-family: '{name}' !important; }}"
        tab.evaluate(f"document.head.appendChild(document.createElement('style')).textContent = {json.dumps(rule)}")
        assert_words_fit(tab.evaluate("window.written()"))


@pytest.mark.parametrize("kind", VIEWS)
def test_a_slider_a_key_and_a_click_move_it(kind, shown):
    view = kind()
    tab = shown(view)
    slider = "document.querySelector('.nnv-row:not(.nnv-back) input[type=range]')"
    right = tab.evaluate(f"2 * {slider}.value < Number({slider}.min) + Number({slider}.max)")
    tab.press(".nnv-row:not(.nnv-back) input[type=range]", "ArrowRight" if right else "ArrowLeft")
    assert tab.evaluate("window.model.get('state')") != view.state
    before = tab.evaluate("window.saved.length")
    for key in view.drawing.keys:
        if key in KEYS:
            tab.press(".nnv-picture", key)
    assert tab.evaluate("window.saved.length") > before or not view.drawing.keys
    for move in {tuple(shape.does.plain()) for shape in view.drawing.shapes if shape.does}:
        uses(tab, move[0])


def uses(tab, verb):
    """Drag or click each shape whose Move begins with this verb, until the state changes; fails if none does."""
    shapes = (
        f"[...document.querySelectorAll('[data-does]')].filter(e => {json.dumps(verb)} in JSON.parse(e.dataset.does))"
    )
    boxes = f"{shapes}.map(e => e.getBoundingClientRect()).map(b => [b.x + b.width / 2, b.y + b.height / 2])"
    for x, y in tab.evaluate(boxes):
        before = tab.evaluate("window.model.get('state')")
        tab.drag((x, y), (x + 60, y + 12))
        if tab.evaluate("window.model.get('state')") != before:
            return
    pytest.fail(f"nothing moved by {verb}")


class Page:
    """Firefox as test_drawing.py uses a page."""

    def __init__(self, tab):
        self.tab = tab

    def set_viewport_size(self, size):
        self.tab.open(size["width"], size["height"])

    def set_content(self, text):
        self.tab.evaluate(f"document.documentElement.innerHTML = {json.dumps(text)}")

    def screenshot(self):
        return self.tab.screenshot()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("kind", VIEWS)
def test_it_shows_what_is_stored(kind, dark, firefox):
    drawing = kind().drawing
    whole, part = rms(Browser(Page(firefox)).painted(drawing, dark), painted(drawing, dark))
    assert whole < FAR[0]
    assert part < FAR[1]

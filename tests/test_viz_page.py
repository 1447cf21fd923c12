"""The views' JavaScript in a browser, with a model in place of a kernel: pixels, words, keys, and what axe finds."""

from itertools import combinations

import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import CONTRAST, traits
from test_viz import VIEWS, ends

from nnlib.viz import Descent, DigitPad, Neuron, Playground
from nnlib.viz.controls import Choice, Own, Pictures
from nnlib.viz.pad.ink import Strokes

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("kind", VIEWS)
def test_it_draws_and_draws_again_when_the_kernel_answers(kind, shown):
    view = kind()
    tab = shown(view)
    before = tab.evaluate("pixels()")
    assert view.facts_shown in tab.inner_text(".nnv-facts")
    assert tab.inner_text(".nnv-code") == view.code
    control = view.controls[0]
    view.set(**{control.name: next(end for end in ends(control)[::-1] if end != view.state[control.name])})
    tab.evaluate("news => window.model.arrive(news)", traits(view))
    assert tab.evaluate("pixels()") != before
    assert tab.inner_text(".nnv-code") == view.code


def overlap(one, other):
    """Return by how many pixels two boxes, each given by two corners, cover each other; less than 0 if they do not."""
    return min(min(one[1][k], other[1][k]) - max(one[0][k], other[0][k]) for k in (0, 1))


FONTS = ["DejaVu Sans", "Liberation Sans"]  # a wide one and a narrow one


@pytest.mark.parametrize("page_width", [800, 400])
@pytest.mark.parametrize("kind", VIEWS)
def test_its_words_are_large_enough_and_inside_of_the_picture_and_apart(kind, page_width, shown):
    tab = shown(kind(), width=page_width)
    for name in FONTS:
        tab.add_style_tag(content=f".nnv-picture text {{ font-family: '{name}' !important; }}")
        assert_words_fit(tab.evaluate("window.written()"))


def assert_words_fit(words):
    """Fail where a word is too small, leaves the picture, or covers another one."""
    assert words
    for word in words:
        (left, top), (right, bottom) = word["ends"]
        wide, high = word["sheet"]
        assert word["size"] >= 11.9, word
        assert min(left, top) >= -1, word
        assert right <= wide + 1, word
        assert bottom <= high + 1, word
    for one, other in combinations(words, 2):
        assert overlap(one["ends"], other["ends"]) <= 0.5, (one, other)


@pytest.mark.parametrize("kind", VIEWS)
def test_every_control_moves_by_keys(kind, shown):
    view = kind()
    tab = shown(view)
    for control in (control for control in view.controls if not isinstance(control, Own)):
        if acts := getattr(control, "acts", ()):  # else it is disabled
            tab.evaluate("state => window.model.arrive({ state })", view.state | dict(acts[:1]))
        row, here = tab.get_by_label(control.label, exact=True), view.state[control.name]
        if isinstance(control, Pictures):
            tab.get_by_role("group", name=control.label).get_by_label(here, exact=True).press("ArrowDown")
        elif isinstance(control, Choice):
            row.press("ArrowUp" if here == control.options[-1] else "ArrowDown")
        else:
            row.press("ArrowLeft" if here >= view.moves["ends"].get(control.name, control.high) else "ArrowRight")
        said = tab.evaluate("window.saved")[-1][control.name]
        assert said != here
        assert control.check("it", said) == said


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_data_and_features_are_chosen_by_pictures_that_are_radio_buttons(dark, shown):
    view = Playground()
    tab = shown(view, dark=dark)
    for name in ("data", "features"):
        control = view.control(name)
        group = tab.get_by_role("group", name=control.label, exact=True)
        assert group.get_by_role("radio").count() == group.locator("svg").count() == len(control.options)
        chosen = lambda group=group: [r.get_attribute("value") for r in group.get_by_role("radio", checked=True).all()]  # noqa: E731
        assert chosen() == [view.state[name]]
        for option in control.options[::-1]:
            group.locator("label", has_text=option).last.click()
            assert tab.evaluate("window.saved").pop()[name] == option
            assert chosen() == [option]
        tab.evaluate("state => window.model.arrive({ state })", view.state)
        assert chosen() == [view.state[name]]
        sizes = group.locator("svg").evaluate_all("all => all.map(e => [e.clientWidth, e.clientHeight])")
        assert {tuple(size) for size in sizes} == {(44, 44)}


def test_a_control_without_effect_is_disabled_and_says_so(shown):
    view = Descent(compare="Adam")
    tab = shown(view)
    momentum, rate = tab.get_by_label("momentum mu"), tab.get_by_label("its learning rate")
    assert (momentum.is_disabled(), rate.is_disabled()) == (True, False)
    assert "no effect" in momentum.locator("xpath=..").inner_text()
    tab.get_by_label("optimizer").select_option("momentum")  # at once, without the kernel
    tab.get_by_label("compare with").select_option("none")
    assert (momentum.is_disabled(), rate.is_disabled()) == (False, True)
    assert "no effect" not in momentum.locator("xpath=..").inner_text()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("kind", VIEWS)
def test_axe_finds_nothing(kind, dark, shown):
    view = kind()
    tab = shown(view, dark=dark)
    only = CONTRAST if dark else {}  # the rest has no colours
    assert [(v["id"], v["nodes"][0]["html"]) for v in Axe().run(tab, options=only).response["violations"]] == []


@pytest.mark.parametrize("kind", VIEWS)
def test_a_narrow_page_need_not_be_scrolled_sideways(kind, shown):
    tab = shown(kind(), width=400)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 400


@pytest.mark.parametrize("kind", VIEWS)
def test_beside_the_cells_of_a_narrow_window_controls_have_room(kind, shown):
    """In a window 400 pixels wide JupyterLab leaves 284 of them."""
    tab = shown(kind(), width=300)
    sizes = tab.evaluate(
        """() => [...document.querySelectorAll(".nnv-row :is(input, select)")].map((made) => {
            const row = made.closest(".nnv-row").getBoundingClientRect(), box = made.getBoundingClientRect();
            return [made.tagName, box.width / row.width, row.right - box.right, row.right];
        })"""
    )
    assert all(share > (0.3 if tag == "INPUT" else 0.5) for tag, share, _, _ in sizes), sizes
    assert all(room > -1 and right <= 300 for _, _, room, right in sizes), sizes


def test_an_error_and_a_dead_kernel_are_said(shown):
    tab = shown(Neuron())
    before = tab.evaluate("pixels()")
    tab.evaluate("window.model.arrive({ error: 'ValueError: <b>no</b>', answers: 7 })")
    assert tab.inner_text(".nnv-error") == "ValueError: <b>no</b>"
    assert tab.evaluate("pixels()") == before
    tab.evaluate("window.model.fire('comm_live_update')")
    assert "run the cell again" in tab.inner_text(".nnv-note")


EVIL = "<img src=x onerror='window.struck = true'>"


@pytest.mark.parametrize("kind", VIEWS)
def test_no_text_of_a_learner_becomes_html(kind, shown):
    """What Python writes into the picture is tried in test_drawing.py."""
    tab = shown(kind())
    moves = {"help": EVIL, "keys": {}, "onward": None}
    news = {"facts_shown": EVIL, "code": EVIL, "error": EVIL, "note": EVIL, "answers": 7, "moves": moves}
    tab.evaluate("news => window.model.arrive(news)", news)
    assert tab.inner_text(".nnv-error") == tab.inner_text(".nnv-facts") == tab.inner_text(".nnv-help") == EVIL
    tab.wait_for_timeout(50)
    assert tab.locator("img").count() == 0
    assert not tab.evaluate("window.struck")


def test_a_slow_answer_is_announced(shown):
    tab = shown(Neuron())
    tab.locator("input[type=range]").first.press("ArrowRight")
    tab.wait_for_function("document.querySelector('.nnv-note').textContent === 'computing …'")
    tab.evaluate("window.model.arrive({ answers: 9, note: 'This picture took 5.0 seconds' })")
    assert tab.inner_text(".nnv-note") == "This picture took 5.0 seconds"


def test_two_views_in_one_page_do_not_mix_up_their_labels(shown):
    view = Neuron()
    tab = shown(view)
    tab.evaluate(
        """async script => {
            const there = document.querySelector("main").appendChild(document.createElement("div"));
            const again = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
            again.default.render({ model: window.model, el: there });
        }""",
        view._esm,
    )
    ids = tab.evaluate("[...document.querySelectorAll('[id^=nnv]:not(clipPath)')].map(e => e.id)")
    assert len(ids) == len(set(ids)) == 2 * (len(view.controls) + 1)  # and the sentence on mouse and keys
    tab.get_by_label(view.controls[0].label).last.press("ArrowLeft")
    assert tab.evaluate("window.saved").pop() != view.state


def test_two_views_in_one_page_do_not_share_their_radio_buttons(shown):
    view = Playground()
    tab = shown(view)
    tab.evaluate(
        """async script => {
            const there = document.querySelector("main").appendChild(document.createElement("div"));
            const again = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
            let state = window.model.get("state");
            const model = { ...window.model, on() {}, save_changes() {}, set(name, value) { state = value; },
                            get: (name) => (name === "state" ? state : window.model.get(name)) };
            again.default.render({ model, el: there });
        }""",
        view._esm,
    )
    groups = tab.get_by_role("group", name="data", exact=True)
    chosen = lambda: groups.evaluate_all("all => all.map(g => [...g.querySelectorAll(':checked')].map(e => e.value))")  # noqa: E731
    assert chosen() == [["circle"], ["circle"]]
    groups.last.locator("label", has_text="moons").click()
    assert chosen() == [["circle"], ["moons"]]
    groups.first.locator("label", has_text="xor").click()
    assert chosen() == [["xor"], ["moons"]]
    names = tab.evaluate("[...document.querySelectorAll('[type=radio]')].map(e => e.name)")
    assert len(set(names)) == 4  # data and features, twice


@pytest.fixture
def pad(shown):
    """Return a function that shows a DigitPad with some strokes, and moves the mouse over it in shares of its side."""

    def show(drawing=""):
        tab = shown(DigitPad(drawing=drawing))
        tab.text = lambda: tab.evaluate("window.model.get('state').drawing")
        tab.picture = tab.locator(".nnv-picture")
        tab.over = tab.locator(".nnv-picture > svg").nth(1).locator("path")  # what the kernel has yet to draw
        tab.below = tab.locator(".nnv-picture > svg").first.locator(":scope > [clip-path]")
        return tab

    return show


def stroke(tab, *places, button="left", up=True):
    """Press the mouse at the first place, a share of the pad's side each way, and move it over the others."""
    box = tab.locator(".nnv-square").bounding_box()
    for k, (x, y) in enumerate(places):
        tab.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=1 if k == 0 else 8)
        if k == 0:
            tab.mouse.down(button=button)
    if up:
        tab.mouse.up(button=button)


def answered(tab):
    """Let the kernel draw what stands in the state."""
    state = tab.evaluate("window.model.get('state')")
    tab.evaluate("news => window.model.arrive(news)", traits(DigitPad(**state)))


def test_the_pad_lies_where_the_drawing_has_it(pad):
    tab = pad()
    (there,) = DigitPad().drawing.named("pad")
    box = tab.evaluate("(e => [e.x, e.y, e.width, e.height])(document.querySelector('.nnv-square').getBBox())")
    assert box == [there.x, there.y, there.wide, there.high]
    stroke(tab, (0.25, 0.75), (0.5, 0.5))
    answered(tab)
    ((line,),) = [DigitPad(drawing=tab.text()).drawing.named("stroke")]
    first, last = line.points[0], line.points[-1]
    assert first == pytest.approx((there.x + 0.25 * there.wide, there.y + 0.75 * there.high), abs=4)
    assert last == pytest.approx((there.x + 0.5 * there.wide, there.y + 0.5 * there.high), abs=4)


def test_the_pad_is_drawn_on_by_keys(pad):
    tab = pad()
    for key in ["Space", "ArrowRight", "Shift+ArrowDown", "Space", "ArrowLeft"]:
        tab.picture.press(key)
    assert [len(part) for part in tab.text().split(".")] == [6]  # three points
    x, y = zip(*[(part[0], part[1]) for part in map(tab.text().__getitem__, [slice(0, 2), slice(4, 6)])], strict=True)
    at = Strokes.digits.index
    assert (at(x[1]) - at(x[0]), at(y[1]) - at(y[0])) == (2, 8)
    tab.picture.press("u")
    assert tab.text() == ""


def test_what_a_hand_draws_is_seen_at_once_and_once(pad):
    tab = pad()
    stroke(tab, (0.2, 0.2), (0.6, 0.2), (0.6, 0.7), up=False)
    assert tab.over.count() == 1
    points = tab.over.get_attribute("d").count("L")
    assert points >= 16  # each place where the mouse has been
    assert tab.over.get_attribute("stroke-linejoin") == "round"
    answered(tab)
    assert tab.over.count() == 1  # the hand is still at it
    assert not tab.below.is_visible()  # none is seen twice
    tab.mouse.up()
    assert (tab.over.count(), tab.below.count()) == (0, 1)
    assert tab.below.is_visible()
    stroke(tab, (0.2, 0.8), (0.4, 0.8))
    assert (tab.over.count(), tab.below.count()) == (1, 1)  # the kernel still thinks
    answered(tab)
    assert (tab.over.count(), tab.below.count()) == (0, 2)
    width = float(tab.below.last.get_attribute("stroke-width"))
    stroke(tab, (0.1, 0.8), (0.2, 0.8))
    assert float(tab.over.get_attribute("stroke-width")) == pytest.approx(width, abs=0.01)


def test_strokes_are_undone_and_cleared_at_once(pad):
    tab, before = pad("AAzz"), "AAzz"
    stroke(tab, (0.3, 0.3), (0.5, 0.5))
    one = tab.text()
    stroke(tab, (0.7, 0.3), (0.5, 0.9))
    two = tab.text()
    assert one.startswith(before + ".")
    assert two.startswith(one + ".")
    undo = tab.get_by_role("button", name="Undo")
    undo.click()
    assert (tab.text(), tab.over.count(), tab.below.count()) == (one, 1, 1)
    tab.get_by_role("button", name="Clear").click()
    assert (tab.text(), tab.over.count(), tab.below.count()) == ("", 0, 0)
    undo.click()  # Clear was a slip
    assert tab.text() == one
    answered(tab)
    assert tab.below.count() == 2
    tab.picture.press("u")
    assert (tab.text(), tab.below.count()) == (before, 1)
    tab.picture.press("Backspace")
    assert (tab.text(), tab.below.count()) == ("", 0)
    undo.click()
    assert tab.text() == ""


def test_an_older_answer_does_not_bring_back_what_was_cleared(pad):
    tab = pad()
    stroke(tab, (0.3, 0.3), (0.5, 0.5))
    late = traits(DigitPad(drawing=tab.text()))
    tab.get_by_role("button", name="Clear").click()
    late.pop("state")
    tab.evaluate("news => window.model.arrive(news)", late)
    assert (tab.text(), tab.below.count()) == ("", 0)


def test_strokes_take_the_place_of_a_picture(pad):
    tab = pad("#" + "A/" * 968)
    assert tab.below.count() == 1
    stroke(tab, (0.3, 0.3), (0.5, 0.5))
    assert tab.below.count() == 0
    assert not tab.text().startswith("#")
    tab.get_by_role("button", name="Undo").click()
    assert tab.text() == "#" + "A/" * 968


def test_only_the_first_button_draws_and_only_on_the_pad(pad):
    tab = pad()
    for button in ("right", "middle"):
        stroke(tab, (0.3, 0.3), (0.5, 0.5), button=button)
    stroke(tab, (1.2, 0.5), (0.5, 0.5))
    assert tab.text() == ""
    stroke(tab, (0.5, 0.5), (1.3, 0.5), (1.3, 1.3))  # from inside it goes on along the edge
    assert tab.text()[-2:] == "//"


def test_two_fingers_zoom_and_one_draws_on_the_pad_alone(pad):
    tab = pad()
    touch = "e => getComputedStyle(e).touchAction"
    assert tab.eval_on_selector(".nnv-square", touch) == "pinch-zoom"
    for place in (".nnv-picture", ".nnv-picture > svg", ".nnv-scroll"):
        assert tab.eval_on_selector(place, touch) == "auto"
    assert tab.evaluate("getComputedStyle(document.querySelectorAll('.nnv-picture > svg')[1]).pointerEvents") == "none"
    stroke(tab, (0.3, 0.3), (0.5, 0.5), up=False)
    cancel = "e => e.dispatchEvent(new PointerEvent('pointercancel', { pointerId: 1 }))"
    tab.eval_on_selector(".nnv-square", cancel)  # a second finger has come
    assert (tab.text(), tab.over.count()) == ("", 0)
    finger = "{ pointerId: 7, button: 0, isPrimary: false, clientX: 99, clientY: 200 }"
    tab.eval_on_selector(".nnv-square", f"e => e.dispatchEvent(new PointerEvent('pointerdown', {finger}))")
    assert tab.text() == ""


def test_a_full_pad_takes_no_more(pad):
    tab = pad("AA" * 999)
    stroke(tab, (0.3, 0.3), (0.5, 0.5))
    assert (tab.text(), tab.over.count()) == ("AA" * 999, 0)


def test_without_a_kernel_nothing_is_drawn(pad):
    tab = pad()
    tab.evaluate("window.model.fire('comm_live_update')")
    stroke(tab, (0.3, 0.3), (0.5, 0.5))
    tab.picture.press("Space")
    assert (tab.text(), tab.over.count()) == ("", 0)

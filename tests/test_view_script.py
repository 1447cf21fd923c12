"""What static/view.js does for every view: drags, keys, play, sizes of the page, a kernel that is gone, errors."""

import io
import json

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import traits
from PIL import Image as Pixels
from test_viz import VIEWS, ends

from nnlib.viz import DigitPad, Errors, Graph, LiveTraining, Neuron, Order, Playground
from nnlib.viz.controls import Choice, Own, Slider
from nnlib.viz.drawing import Drawing, Move
from nnlib.viz.pad import THREE
from nnlib.viz.palette import colour_of, tinted
from nnlib.viz.panels import Panel
from nnlib.viz.view import View, moves_of

pytestmark = pytest.mark.browser

SHAPES = "[...document.querySelectorAll('[data-does]')]"


class Trial(View):
    """A view with one of each: something to drag, to follow, to click, to sweep over, keys, steps."""

    title = "A trial"
    plays = True
    controls = (
        Slider("a", "number a", -2, 2, 0.1, 0.0),
        Slider("b", "number b", 0, 10, 1, 3),
        Slider("rate", "rate", 0.01, 10, 0.05, 1.0, scale="log"),
        Choice("word", "word", ("one", "two"), "one"),
    )

    def compute(self, **state):
        return state

    def facts(self, frame):
        return f"a is {frame['a']:g}, b is {frame['b']}"

    def draw(self, frame):
        onward = Move(add={"b": 1}) if frame["b"] < 6 else None
        keys = {"ArrowRight": Move(add={"a": 0.1}), "x": Move(put={"word": "two"}), "ArrowUp": Move(add={"rate": 0.5})}
        sheet = Drawing(
            400, 300, keys=keys, onward=onward, again=Move(put={"b": 1}), help="Drag the squares, click the circle."
        )
        sheet.rect(10, 10, 40, 40, fill="blue", does=Move(drag={"a": (0.01, 0)}), tip="a")
        panel = Panel(sheet, (100, 100, 100, 100), (-2, 2), (0, 10))
        panel.drawing.rect(*panel.box, fill="lit", does=panel.follow(x="a", y="b"), tip="both")
        small = Panel(sheet, (220, 150, 60, 60), (-1, 1), (4, 6))
        sheet.rect(*small.box, fill="lit", does=small.follow(x="a", y="b", within=True), tip="both, not far")
        sheet.circle(300, 50, 20, fill="orange", does=Move(put={"word": "two"}), tip="two")
        sheet.text("two", 300, 50, align="middle")  # what lies above does not take the click away
        sheet.rect(290, 40, 20, 20, line="wrong")
        for k in range(10):
            sheet.rect(10 + 8 * k, 250, 8, 30, fill="grey", does=Move(put={"b": k}, sweep=True), tip=str(k))
        sheet.path([(250, 250), (350, 290)], "negative", does=Move(put={"b": 9}), tip="the line")
        return sheet


@pytest.fixture
def trial(shown):
    """Return a function that shows the trial, and what is where on the page."""
    tab = shown(Trial())

    def at(x, y):
        return tab.evaluate(
            """([x, y]) => { const to = document.querySelector(".nnv-picture svg").getScreenCTM();
                             return [to.a * x + to.e, to.d * y + to.f]; }""",
            [x, y],
        )

    tab.at = at
    tab.state = lambda: tab.evaluate("window.model.get('state')")
    return tab


def drag(tab, *places, button="left"):
    """Press at the first place of the sheet, and move over the others."""
    tab.mouse.move(*tab.at(*places[0]))
    tab.mouse.down(button=button)
    for place in places[1:]:
        tab.mouse.move(*tab.at(*place), steps=4)
    tab.mouse.up(button=button)


def test_what_is_dragged_follows_the_pointer(trial):
    drag(trial, (30, 30), (80, 35))
    assert trial.state()["a"] == pytest.approx(0.5)
    drag(trial, (30, 30), (20, 30))
    assert trial.state()["a"] == pytest.approx(0.4)  # from where it was
    drag(trial, (30, 30), (390, 30))
    assert trial.state()["a"] == 2  # its end


def test_what_follows_goes_to_the_pointer_also_beyond_its_edge(trial):
    drag(trial, (150, 150))
    assert (trial.state()["a"], trial.state()["b"]) == (0, 5)
    drag(trial, (150, 150), (200, 120))
    assert (trial.state()["a"], trial.state()["b"]) == (2, 8)
    drag(trial, (150, 150), (60, 290))
    assert (trial.state()["a"], trial.state()["b"]) == (-2, 0)


def test_what_follows_within_a_panel_stays_there(trial):
    drag(trial, (250, 180), (390, 290))
    assert (trial.state()["a"], trial.state()["b"]) == (1, 4)
    drag(trial, (250, 180), (160, 100))
    assert (trial.state()["a"], trial.state()["b"]) == (-1, 6)


def test_a_click_and_a_sweep(trial):
    drag(trial, (300, 50))
    assert trial.state()["word"] == "two"
    drag(trial, (14, 265), (58, 265))
    assert trial.state()["b"] == 6
    drag(trial, (300, 275))  # beside a thin line, as near as a finger comes
    assert trial.state()["b"] == 9


def test_only_the_first_button_acts(trial):
    before = trial.state()
    for button in ("right", "middle"):
        drag(trial, (30, 30), (80, 30), button=button)
        drag(trial, (300, 50), button=button)
    assert trial.state() == before


def test_keys_act_in_steps_of_their_slider_and_leave_the_rest(trial):
    picture = trial.locator(".nnv-picture")
    for _ in range(3):
        picture.press("ArrowRight")
    assert trial.state()["a"] == pytest.approx(0.3)
    picture.press("x")
    assert trial.state()["word"] == "two"
    picture.press("ArrowUp")
    assert trial.state()["rate"] == pytest.approx(10**0.5, rel=0.01)  # along its slider, which has decades
    before = trial.state()
    for key in ["Control+ArrowRight", "y", "Tab"]:
        picture.press(key)
    assert trial.state() == before


def test_shortcuts_of_jupyterlab_reach_it(trial):
    """It leaves alone what has the attribute, also for Ctrl+S; so that is away while Ctrl is down."""
    trial.evaluate(
        """() => {
            window.suppressed = [];
            const isSuppressed = (e) => Boolean(e.target.closest("[data-lm-suppress-shortcuts]"));
            document.addEventListener("keydown", (e) => window.suppressed.push([e.key, isSuppressed(e)]), true);
        }"""
    )
    for place in (".nnv-picture", "input[type=range]"):
        trial.locator(place).first.focus()
        trial.keyboard.press("Control+s")
        trial.keyboard.press("ArrowRight")
    said = [pair for pair in trial.evaluate("window.suppressed") if pair[0] != "Control"]
    assert said == 2 * [["s", False], ["ArrowRight", True]]


def test_a_swipe_scrolls_the_page_except_on_what_is_dragged(trial):
    touch = "getComputedStyle({}).touchAction"
    of = lambda selector: trial.evaluate(touch.format(f"document.querySelector('{selector}')"))  # noqa: E731
    assert of(".nnv-picture") == of(".nnv-picture svg") == "auto"
    kind = "Object.keys(JSON.parse(e.dataset.does))[0]"
    drags = trial.evaluate(f"{SHAPES}.map(e => [{kind}, getComputedStyle(e).touchAction])")
    assert {kind for kind, action in drags if action == "none"} == {"drag", "follow"}


def test_what_can_be_used_says_so(trial):
    assert trial.inner_text(".nnv-help") == "Drag the squares, click the circle."
    described = trial.locator(".nnv-picture").get_attribute("aria-describedby")
    assert trial.locator(f"#{described}").inner_text() == "Drag the squares, click the circle."
    tip = "e.querySelector('title').textContent"
    shapes = trial.evaluate(f"{SHAPES}.map(e => [getComputedStyle(e).cursor, {tip}])")
    assert ["grab", "a"] in shapes
    assert ["pointer", "two"] in shapes


def answer(tab):
    """Play the kernel: answer what the page has asked for."""
    state = tab.evaluate("window.model.get('state')")
    view = Trial(**state)
    tab.evaluate(
        "news => window.model.arrive(news)",
        {**traits(view), "answers": tab.evaluate("window.model.get('answers')") + 1},
    )


def test_play_takes_the_next_step_when_the_last_was_answered_and_ends(trial):
    button = trial.get_by_role("button", name="Play")
    trial.get_by_label("speed").select_option("very fast")
    button.click()
    for b in (4, 5, 6):
        trial.wait_for_function(f"window.model.get('state').b === {b}")
        trial.wait_for_timeout(300)
        assert trial.state()["b"] == b  # none before the answer
        answer(trial)
    trial.wait_for_function("!document.querySelector('.nnv-steps button').textContent.includes('Pause')")
    assert trial.state()["b"] == 6
    assert button.inner_text() == "↺ Play again"


def test_at_the_last_step_play_begins_again_from_the_first(trial):
    trial.get_by_label("number b").fill("6")
    answer(trial)
    trial.get_by_label("speed").select_option("very fast")
    trial.get_by_role("button", name="Play again").press("Enter")
    for b in (1, 2, 3):
        trial.wait_for_function(f"window.model.get('state').b === {b}")
        assert trial.locator(".nnv-steps button").inner_text() == "❚❚ Pause"
        answer(trial)
    trial.get_by_role("button", name="Pause").press("Enter")  # the focus has stayed on it
    assert trial.get_by_role("button", name="▶ Play").inner_text() == "▶ Play"


def test_where_play_can_change_nothing_its_button_is_disabled(trial):
    button = trial.locator(".nnv-steps button")
    end = {"keys": {}, "help": "", "onward": None}
    for moves, idle in [
        (end | {"again": {"put": {"b": 3}}}, True),  # the first step is the last one
        (end | {"again": {"put": {"b": 2}}}, False),
        (end | {"onward": {"add": {"nothing": 1}}, "again": {"put": {"nothing": 0}}}, True),  # hidden by a teacher
    ]:
        trial.evaluate("news => window.model.arrive(news)", {"moves": moves, "answers": 7})
        assert button.is_disabled() == idle


@pytest.mark.parametrize(("speed", "wait"), [("slow", 2000), ("normal", 1000), ("fast", 400)])
def test_play_keeps_its_speed(speed, wait, trial):
    """The time between two steps, as it is asked of the browser: no test waits for it."""
    trial.get_by_label("speed").select_option(speed)
    trial.evaluate("""() => { window.due = [];
                              window.setTimeout = (go, wait) => due.push({ go, wait }); }""")
    trial.get_by_role("button", name="Play").click()
    answer(trial)
    assert trial.state()["b"] == 4
    assert trial.evaluate("due.map((timer) => timer.wait)").count(wait) == 1
    trial.evaluate("wait => due.find((timer) => timer.wait === wait).go()", wait)
    assert trial.state()["b"] == 5


def test_play_is_paused_and_an_error_ends_it(trial):
    trial.get_by_label("speed").select_option("very fast")
    trial.get_by_role("button", name="Play").click()
    trial.get_by_role("button", name="Pause").click()
    answer(trial)
    trial.wait_for_timeout(300)
    assert trial.state()["b"] == 4
    trial.get_by_role("button", name="Play").click()
    trial.evaluate("window.model.arrive({ error: 'no', answers: 99 })")
    assert trial.get_by_role("button", name="Play").count() == 1


def test_the_page_greets_until_a_thread_of_its_own_answers(trial):
    greetings = "window.sent.filter(({ do: what }) => what === 'hello').length"
    assert trial.evaluate(greetings) == 1
    for already in (1, 2):
        trial.evaluate("window.model.fire('msg:custom', { do: 'hello', again: true })")
        assert not trial.locator("[data-greeted]").count()
        trial.wait_for_function(f"{greetings} === {already + 1}")
    trial.evaluate("window.model.fire('msg:custom', { do: 'hello', again: false })")
    assert trial.locator("[data-greeted]").count() == 1


def test_a_kernel_of_one_thread_is_greeted_a_few_times(trial):
    trial.evaluate(
        """() => { const answer = () => window.model.fire("msg:custom", { do: "hello", again: true });
                   window.model.send = (message) => { window.sent.push(message); setTimeout(answer); };
                   answer(); }"""
    )
    trial.wait_for_selector("[data-greeted]")
    assert trial.evaluate("window.sent.length") == 10


def test_the_link_to_a_view_is_there_where_there_is_one(trial):
    link = trial.locator(".nnv-link")
    assert not link.is_visible()
    trial.evaluate("window.model.arrive({ link: 'https://school.example/view.html#Trial:b=4' })")
    assert link.is_visible()
    assert link.get_attribute("href") == "https://school.example/view.html#Trial:b=4"


def test_without_a_kernel_all_is_at_rest_and_says_why(trial):
    trial.get_by_label("speed").select_option("very fast")
    trial.get_by_role("button", name="Play").click()
    trial.evaluate("window.model.fire('comm_live_update')")
    before = trial.state()
    assert trial.evaluate("[...document.querySelectorAll('button, input, select')].every(e => e.disabled)")
    drag(trial, (30, 30), (80, 30))
    trial.locator(".nnv-picture").press("ArrowRight")
    trial.wait_for_timeout(700)  # longer than it takes to say "computing"
    assert trial.state() == before
    assert trial.inner_text(".nnv-note") == "The kernel that drew this is gone: run the cell again."
    trial.evaluate("window.model.arrive({ facts_shown: 'late news' })")
    assert trial.inner_text(".nnv-note") == "The kernel that drew this is gone: run the cell again."


def test_an_error_stands_above_the_last_good_picture_which_is_dimmed(trial):
    before = trial.evaluate("pixels()")
    trial.evaluate("window.model.arrive({ error: 'ValueError: no', answers: 9 })")
    assert trial.evaluate("pixels()") == before
    error, picture = (trial.locator(place).bounding_box() for place in (".nnv-error", ".nnv-picture"))
    assert error["y"] + error["height"] <= picture["y"]
    opacity = "Number(getComputedStyle(document.querySelector('.nnv-picture')).opacity)"
    assert trial.evaluate(opacity) < 0.6
    trial.evaluate("window.model.arrive({ error: '', answers: 10 })")
    assert trial.evaluate(opacity) == 1


WINDOWS = [(853, 480), (1280, 800), (1920, 1080), (400, 800)]


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: f"{window[0]}x{window[1]}")
@pytest.mark.parametrize("kind", VIEWS)
def test_the_picture_fits_the_window(kind, window, shown):
    """Its height, as long as its words do not become too small; controls are beside it where there is room."""
    width, height = window
    tab = shown(kind(), width=width)
    tab.set_viewport_size({"width": width, "height": height})
    seen = tab.evaluate(
        """() => { const box = (place) => { const b = document.querySelector(place).getBoundingClientRect();
                                           return { left: b.left, right: b.right, top: b.top, bottom: b.bottom }; };
                   const svg = document.querySelector(".nnv-picture svg");
                   const { scrollWidth, clientWidth } = document.querySelector(".nnv-scroll");
                   return { help: box(".nnv-help"), sideways: scrollWidth - clientWidth,
                            picture: box(".nnv-picture svg"), controls: box(".nnv-controls"), view: box(".nnv"),
                            scale: svg.getBoundingClientRect().width / svg.viewBox.baseVal.width }; }"""
    )
    picture, controls = seen["picture"], seen["controls"]
    letters = 14 * seen["scale"]
    assert letters >= 10
    assert seen["help"]["bottom"] - seen["view"]["top"] <= height  # title, picture and what its keys do, on one screen
    assert seen["sideways"] == 0 or kind not in (Graph, Neuron, Order)
    assert seen["sideways"] == 0 or (width == 400 and letters < 12.1)  # only where words would become too small
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    if width == 1920:
        assert controls["left"] >= picture["right"]
        assert controls["top"] < picture["bottom"]
    for row in tab.locator(".nnv-row").all():  # numbers beside the sliders
        box = row.bounding_box()
        assert box["x"] + box["width"] <= seen["view"]["right"] + 1


def test_a_slider_ends_where_the_drawing_says(trial):
    slider = trial.get_by_label("number b")
    moves = trial.evaluate("window.model.get('moves')")
    trial.evaluate("moves => window.model.arrive({ moves })", moves | {"ends": {"b": 2}})  # the state is beyond it
    assert (slider.input_value(), slider.locator("xpath=..").locator("output").inner_text()) == ("2", "2")
    slider.press("End")
    assert trial.state()["b"] == 3  # nothing was moved
    slider.press("ArrowLeft")
    assert trial.state()["b"] == 1
    slider.press("End")
    assert trial.state()["b"] == 2
    trial.evaluate("moves => window.model.arrive({ moves })", moves)
    slider.press("End")
    assert trial.state()["b"] == 10


def test_the_moves_of_a_drawing_reach_the_page_as_they_are():
    moves = json.loads(json.dumps(Trial().moves))
    assert (moves["onward"], moves["again"]) == ({"add": {"b": 1}}, {"put": {"b": 1}})
    assert moves["keys"]["ArrowRight"] == {"add": {"a": 0.1}}
    assert Neuron().moves["onward"] is None


def fresh(tab):
    """Return the picture that the page shows, but for what a view's own script adds, and the same drawn at once."""
    return tab.evaluate(
        """() => {
            const whole = new DOMParser().parseFromString(model.get("picture").replaceAll("\\n", ""), "image/svg+xml");
            const own = / style="[^"]*"| display="inline"/g;
            return [pixels().replaceAll(own, ""), new XMLSerializer().serializeToString(whole)];
        }"""
    )


@pytest.mark.parametrize("kind", VIEWS)
def test_a_move_leaves_no_shape_of_the_picture_before_and_none_out_of_its_order(kind, shown):
    view = kind()
    tab = shown(view)
    for control in view.controls:
        for value in (*ends(control)[::-1], view.state[control.name]):
            view.set(**{control.name: value})
            tab.evaluate("news => window.model.arrive(news)", traits(view))
            there, here = fresh(tab)
            assert there == here, (control.name, value)


def test_what_has_not_changed_stays_in_the_page(trial):
    trial.evaluate("window.before = [...document.querySelectorAll('.nnv-picture svg > *')]")
    changed = Trial(a=1.0).picture.replace('r="20"', 'r="21"')
    trial.evaluate("picture => window.model.arrive({ picture })", changed)
    stay = trial.evaluate("before.map((shape) => shape.isConnected || shape.tagName)")
    assert stay == [True if shape is True else "circle" for shape in stay]
    assert stay.count("circle") == 1


class Small(View):
    """A view with four small pictures: three in one image, one alone."""

    title = "Small ones"
    controls = (Slider("a", "number a", 0, 1, 0.1, 0.0), Slider("last", "last", 0, 1, 1, 1))
    tiles = np.linspace(-1, 1, 48).reshape(12, 4)

    def compute(self, **state):
        return state

    def facts(self, frame):
        return "four"

    def draw(self, frame):
        sheet = Drawing(400, 300, keys={"ArrowRight": Move(add={"a": 0.1})})
        sheet.image(self.tiles - frame["a"], 300, 20, 40, 120, "signed")
        for k in range(3):
            sheet.rect(300, 20 + 40 * k, 40, 40, line="axis", tip=f"tile {k}, a {frame['a']:g}", small=True)
        if frame["last"]:
            sheet.image(np.eye(4), 20, 240, 40, 40, "ink", tip="alone", small=True)
        return sheet


@pytest.fixture
def small(shown):
    """Return a function that shows the small pictures, and what is large there: its words, or nothing."""

    def show(view=None, **options):
        tab = shown(view or Small(), **options)
        tab.large = tab.locator(".nnv-large")
        tab.said = lambda: tab.evaluate("document.querySelector('.nnv-large.nnv-shown')?.textContent")
        tab.small = tab.locator(".nnv-picture > svg > [data-small]")
        return tab

    return show


def test_a_small_picture_is_large_while_it_is_pointed_at(small):
    tab = small()
    assert tab.said() is None
    for k, words in [(1, "tile 1, a 0"), (3, "alone")]:
        tab.small.nth(k).hover()
        assert tab.said() == words
        one, other = tab.small.nth(k).bounding_box(), tab.large.bounding_box()
        assert other["width"] > 3 * one["width"]
        assert other["x"] >= one["x"] + one["width"] or other["x"] + other["width"] <= one["x"]  # it hides it not
        assert tab.evaluate("document.querySelectorAll('.nnv-picture > svg > .nnv-shown').length") == 1
    tab.mouse.move(1, 1)
    assert tab.said() is None


def test_keys_go_from_one_small_picture_to_the_next_and_do_not_move_the_view(small):
    tab = small()
    tab.locator(".nnv-picture").focus()
    tab.keyboard.press("Tab")
    said = [tab.said()]
    for key in ["ArrowRight", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowLeft", "Home", "End", "ArrowUp"]:
        tab.keyboard.press(key)
        said.append(tab.said())
        assert tab.large.get_attribute("aria-valuetext") == said[-1]
        assert tab.get_by_role("slider", name="small pictures").count() == 1
    assert [words.split(",")[0] for words in said] == [
        *["tile 0", "tile 1", "tile 2", "alone", "alone", "tile 2", "tile 0", "alone", "tile 2"]
    ]
    assert tab.large.get_attribute("aria-valuenow") == "3"
    tab.keyboard.press("Escape")
    assert tab.said() is None
    tab.keyboard.press("ArrowLeft")
    assert tab.said() == "tile 1, a 0"
    tab.keyboard.press("Tab")
    assert tab.said() is None
    assert tab.evaluate("window.saved") == []


def test_a_click_keeps_a_small_picture_large_until_the_next_place(small):
    tab = small()
    tab.small.nth(1).click()
    tab.mouse.move(1, 1)
    assert tab.said() == "tile 1, a 0"
    tab.small.nth(3).hover()
    assert tab.said() == "alone"
    tab.mouse.move(1, 1)
    assert tab.said() == "tile 1, a 0"
    tab.locator("input").first.focus()
    assert tab.said() is None


def test_a_finger_makes_a_small_picture_large(small):
    tab = small()
    cdp = tab.context.new_cdp_session(tab)
    cdp.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def tap(place):
        box = place.bounding_box()
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        cdp.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
        cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        tab.wait_for_timeout(100)

    tap(tab.small.nth(2))
    assert tab.said() == "tile 2, a 0"
    tap(tab.small.nth(3))
    assert tab.said() == "alone"
    tap(tab.locator("h1"))
    assert tab.said() is None


def test_what_is_large_follows_the_picture(small):
    tab = small()
    tab.small.nth(3).click()
    tab.mouse.move(1, 1)
    for view, words in [(Small(a=0.5), "alone"), (Small(a=0.5, last=0), "tile 2, a 0.5"), (Small(), "tile 2, a 0")]:
        tab.evaluate("news => window.model.arrive(news)", traits(view))
        assert tab.said() == words
    tab.evaluate("news => window.model.arrive(news)", traits(Trial()) | {"state": Small().state})
    assert not tab.large.is_visible()  # there are none any more


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_what_is_large_has_the_colours_of_what_is_small(dark, small):
    tab = small(dark=dark)
    paper = np.array([int(colour_of("paper", dark)[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    for k, (values, scale) in enumerate([*((part, "signed") for part in np.split(Small.tiles, 3)), (np.eye(4), "ink")]):
        tab.small.nth(k).hover()
        file = io.BytesIO(tab.locator(".nnv-large svg").screenshot())
        seen = (
            np.asarray(Pixels.open(file).convert("RGB").resize((400, 400), Pixels.Resampling.NEAREST))[50::100, 50::100]
            / 255
        )
        whole = tinted(Small.tiles, "signed") if scale == "signed" else tinted(values, scale)
        ink, share = np.split((whole[4 * k : 4 * k + 4] if scale == "signed" else whole) / 255, [3], axis=-1)
        ink = 1 - ink if dark and scale == "ink" else ink
        np.testing.assert_allclose(seen, share * ink + (1 - share) * paper, atol=0.03)


WITH_SMALL = [(Errors, {}), (Playground, {}), (LiveTraining, {}), (DigitPad, {"drawing": THREE})]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("kind", "state"), WITH_SMALL, ids=[kind.__name__ for kind, _ in WITH_SMALL])
def test_every_small_picture_has_words_and_is_shown_within_the_window(kind, state, dark, small):
    view = kind(**state)
    tab = small(view, width=400, dark=dark)
    tab.large.focus()
    shapes = [shape for shape in view.drawing.shapes if shape.small]
    assert len(shapes) >= 5
    assert len({shape.tip for shape in shapes}) == len(shapes)
    assert view.moves["help"].endswith("Point at a small picture or press Tab to enlarge it.")
    for shape in shapes:
        assert tab.said() == shape.tip
        assert tab.locator(".nnv-large image").count() == 1
        box, window = tab.large.bounding_box(), tab.locator(".nnv-scroll").bounding_box()
        assert window["x"] <= box["x"] + 0.5
        assert box["x"] + box["width"] <= window["x"] + window["width"] + 0.5
        tab.keyboard.press("ArrowRight")
    assert [(v["id"], v["nodes"][0]["html"]) for v in Axe().run(tab).response["violations"]] == []


def values(control):
    """Return values that a slider can have, at most some hundred of them."""
    if isinstance(control, Choice):
        return list(control.options)
    if isinstance(control, Own):
        return [control.start]
    forth = {"log": np.log10, "nines": lambda v: -np.log10(1 - v)}.get(control.scale, lambda v: v)
    back = {"log": lambda v: 10**v, "nines": lambda v: 1 - 10.0**-v}.get(control.scale, lambda v: v)
    least, most = forth(control.low), forth(control.high)
    along = np.linspace(least, most, min(round((most - least) / control.step), 100) + 1)
    whole = isinstance(control.step, int)
    return [round(back(v)) if whole else round(float(back(v)), 6) for v in along]


def at_its_end(control, move, value):
    """Whether a key cannot move a control any further."""
    if control.name in move.add:
        return value == (control.high if move.add[control.name] > 0 else control.low)
    return value in (values(control)[0], values(control)[-1])


PRESS = """
    ([state, moves]) => Object.fromEntries(Object.keys(moves.keys).map((key) => {
      window.model.arrive({ state, moves });
      window.saved.length = 0;
      document.querySelector(".nnv-picture").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      return [key, window.saved[0] ?? state];
    }))
"""


@pytest.mark.parametrize("kind", [Trial, *(kind for kind in VIEWS if kind().drawing.keys)])
def test_every_key_changes_its_control_from_every_value_or_is_at_its_end(kind, shown):
    view = kind()
    tab, controls, start = shown(view), {c.name: c for c in view.controls}, view.state
    named = {name for move in view.drawing.keys.values() for name in [*move.add, *move.put]}
    for control in map(controls.get, named):
        for value in values(control):
            view.set(**start | {control.name: value})
            became = tab.evaluate(PRESS, [view.state, moves_of(view.drawing)])
            for key, state in became.items():
                move, moved = view.drawing.keys[key], {n for n in controls if state[n] != view.state[n]}
                assert moved <= {*move.add, *move.put}
                ends = [at_its_end(controls[n], move, view.state[n]) for n in [*move.add, *move.put]]
                assert moved or any(ends), (key, view.state)
                for name, by in move.add.items():
                    assert (state[name] - view.state[name]) * by >= 0


@pytest.fixture
def run(shown):
    """A page with a view that trains, in the middle of a run; `run.sent()` is what it has told the kernel since."""
    view = Playground().run(20)
    tab = shown(view)
    tab.live = lambda **now: tab.evaluate(
        "live => window.model.arrive({ live, answers: window.model.get('answers') + 1 })", view.live | now
    )
    tab.sent = lambda: tab.evaluate("window.sent.splice(0)")
    assert tab.sent() == [{"do": "hello"}]
    return tab


def test_the_page_acknowledges_the_pictures_of_a_run(run):
    run.live(running=False)
    assert run.sent() == []
    run.live(running=True)
    run.live(running=True, step=21, shown=21)
    assert run.sent() == [{"do": "seen"}] * 2


def test_the_speed_of_a_run_is_told_and_shown(run):
    speed = run.get_by_label("speed")
    assert speed.input_value() == "normal"
    assert speed.locator("option").all_inner_texts() == ["slow", "normal", "fast"]
    speed.select_option("slow")
    assert run.sent() == [{"do": "pace", "pace": "slow"}]
    run.live(pace="fast")
    assert speed.input_value() == "fast"


def test_looking_back_in_a_run_stays_there_until_its_end_is_reached(run):
    back = run.get_by_label("look back")
    run.live(running=True)
    back.focus()
    for _ in range(3):
        back.press("ArrowLeft")
    run.live(running=True, step=30, shown=30)  # news from before the kernel has heard of it
    assert back.input_value() == "17"
    run.live(running=True, step=31, shown=17)
    assert back.input_value() == "17"
    assert "epoch 17 of 31" in run.inner_text(".nnv-back")
    back.press("End")
    shows = [message["step"] for message in run.sent() if message["do"] == "show"]
    assert shows == [19, 18, 17, None]
    run.live(running=True, step=40, shown=40)
    assert back.input_value() == "40"


def test_when_the_kernel_is_gone_a_run_is_at_rest_and_its_button_says_start(run):
    run.live(running=True)
    assert run.get_by_role("button", name="Pause").count() == 1
    run.sent()
    run.evaluate("window.model.fire('comm_live_update')")
    start = run.get_by_role("button", name="Start")
    assert start.is_disabled()
    start.evaluate("e => { e.disabled = false; e.click(); }")  # a click throws nothing, and is told to nobody
    run.live(running=True)
    assert start.count() == 1
    assert run.sent() == []
    assert run.inner_text(".nnv-note") == "The kernel that drew this is gone: run the cell again."

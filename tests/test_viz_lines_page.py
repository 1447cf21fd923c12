"""Lines put in order in a browser: by keys, mouse and touch, with buttons, and what becomes of the cell below."""

import os
from itertools import pairwise

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import CONTRAST, SAVE, in_lab, traits
from nbformat.v4 import new_code_cell, new_notebook
from refresh import METADATA
from test_browser import served, wait_for
from test_jupyter import opened, run_cells

from nnlib.viz import Order
from nnlib.viz.lines.order import Arrangement
from nnlib.viz.lines.puzzle import puzzle

pytestmark = pytest.mark.browser


@pytest.fixture
def board(shown):
    """Return a function that shows an Order; `tab.answer()` plays the kernel: what was asked is done and drawn."""

    def show(number, width=800, dark=False, **state):
        view = Order(number, **state)
        tab = shown(view, width=width, dark=dark)
        tab.picture = tab.locator(".nnv-picture")

        def answer():
            asked = tab.evaluate("window.sent.splice(0)")
            view.set_state({"state": tab.evaluate("window.model.get('state')")})
            for said in asked:
                view.receive(None, said, [])
            tab.evaluate("news => window.model.arrive(news)", traits(view))
            return view.state["lines"]

        def press(*keys):
            for key in keys:
                tab.picture.press(key)
                answer()
            return view.state["lines"]

        def click(name):
            tab.get_by_role("button", name=name, exact=True).dispatch_event("click")  # though it is disabled
            return answer()

        tab.answer, tab.press, tab.push, tab.view = answer, press, click, view
        return tab

    return show


def middle(tab, row, grip=False):
    """Return where the box of a row is on the page, from 0; its middle, or its grip."""
    box = tab.locator(".nnv-picture svg > rect[data-does]").nth(2 * row + grip).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_by_keys_alone_it_is_solved_and_put_below(board):
    tab = board("03.3")
    wanted = [(line, line.depth) for line in puzzle("03.3", 0).answer]
    for line, depth in wanted:
        order = Arrangement.of(tab.view.state["lines"], tab.view.now.puzzle)
        while order.hand is None or tab.view.now.puzzle.pool[order.hand] != line:
            before = tab.view.state["lines"]
            tab.press("ArrowDown")
            if tab.view.state["lines"] == before:  # at the end: from the top once more
                for _ in range(9):
                    tab.press("ArrowUp")
            order = Arrangement.of(tab.view.state["lines"], tab.view.now.puzzle)
        tab.press("Enter")
        while (have := tab.view.now.placed[-1][1]) != depth:
            tab.press("ArrowRight" if have < depth else "ArrowLeft")
    assert tab.view.now.placed == wanted
    tab.press("Shift+ArrowUp", "c")
    assert tab.inner_text(".nnv-facts").startswith("✗ not right yet: ")
    tab.press("Shift+ArrowDown", "c")
    assert tab.inner_text(".nnv-facts") == "✓ right: it passes the check of 03.3"
    assert tab.locator(".nnv-facts").get_attribute("aria-live") == "polite"


def test_each_move_by_keys_is_announced(board):
    tab = board("07.4")
    assert "no line is put in yet" in tab.inner_text(".nnv-facts")
    said = [tab.inner_text(".nnv-facts")]
    for key in ["ArrowDown", "Enter", "ArrowDown", "Enter", "ArrowRight", "Shift+ArrowUp", "Enter"]:
        tab.press(key)
        said.append(tab.inner_text(".nnv-facts"))
    assert all(before != after for before, after in pairwise(said))
    assert any(words.startswith("line 1 of 2, indented 2 times: `") for words in said)


def test_buttons_do_what_keys_do(board):
    tab = board("07.4")
    assert tab.get_by_role("button", name="Up", exact=True).get_attribute("aria-disabled") == "true"
    tab.press("ArrowDown")
    assert tab.push("Put in") == "A1"
    tab.press("ArrowDown", "Enter")
    assert tab.push("Up") == "B1a1"
    assert tab.push("Up") == "B1a1"
    up = tab.get_by_role("button", name="Up", exact=True)
    up.focus()
    up.press("Enter")
    assert tab.answer() == "B1a1"
    assert tab.evaluate("document.activeElement.textContent") == "Up"  # it can do no more, and keeps the focus
    assert tab.push("Indent") == "B2a1"
    assert tab.push("Outdent") == "B1a1"
    assert tab.push("Down") == "a1B1"
    assert tab.push("Check") == "a1B1"
    assert "not right yet" in tab.inner_text(".nnv-facts")
    assert tab.push("Leave out") == "a1-B"
    assert board("02.3").get_by_role("button", name="Indent").count() == 0


def test_a_click_puts_a_line_in_and_a_drag_moves_it(board):
    tab = board("02.3")
    tab.mouse.click(*middle(tab, 2))
    assert tab.answer() == "C"
    tab.mouse.click(*middle(tab, 1))
    assert tab.answer() == "cA"
    tab.mouse.click(*middle(tab, 0))  # that is in: it is taken in hand, no more
    assert tab.answer() == "Ca"
    drag(tab, 1, middle(tab, 0), before=True)
    assert tab.answer() == "Ac"
    drag(tab, 3, middle(tab, 1), before=True)  # from those to choose from, to between the two
    assert tab.answer() == "aDc"
    drag(tab, 1, middle(tab, 3))
    assert tab.answer() == "ac-D"


def drag(tab, row, to, before=False):
    """Drag a row to a place; `before`: to the upper half of the row there."""
    x, y = middle(tab, row)
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x, (y + to[1]) / 2)
    assert tab.locator(".nnv-picture svg [transform^=translate]").count() >= 3  # it follows the pointer
    tab.mouse.move(x, to[1] - 12 * before)
    tab.mouse.up()


def test_a_drag_to_the_right_indents(board):
    tab = board("03.3", lines="a1b1")
    x, y = middle(tab, 1)
    unit = tab.evaluate("document.querySelector('.nnv-picture svg').getScreenCTM().a")
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x + 24 * unit, y)
    tab.mouse.move(x + 48 * unit, y)
    tab.mouse.up()
    assert tab.answer() == "a1B3"


def test_a_press_that_goes_nowhere_and_other_buttons_change_nothing(board):
    tab = board("02.3", lines="ab")
    tab.mouse.click(*middle(tab, 1), button="right")
    tab.mouse.click(5, 5)
    x, y = middle(tab, 1)
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x, y + 30)
    tab.evaluate(
        "document.querySelector('.nnv-picture').dispatchEvent(new PointerEvent('pointercancel', { pointerId: 1 }))"
    )
    tab.mouse.up()
    assert tab.answer() == "ab"
    assert tab.locator(".nnv-picture svg [transform]").count() == 0


TOUCH = """([x, y, toY, kinds]) => {
  const pointer = { pointerId: 9, pointerType: "touch", isPrimary: true, bubbles: true, button: 0 };
  const at = document.elementFromPoint(x, y);
  const picture = document.querySelector(".nnv-picture");
  picture.setPointerCapture = () => {};
  kinds.forEach((kind, k) => (k ? picture : at).dispatchEvent(new PointerEvent(kind,
    { ...pointer, clientX: x, clientY: k ? toY : y })));
}"""


def test_a_finger_taps_drags_by_the_grip_and_scrolls_elsewhere(board):
    tab = board("02.3", lines="ab")
    look = "([k]) => getComputedStyle(document.querySelectorAll('.nnv-picture svg > rect[data-does]')[k]).touchAction"
    assert [tab.evaluate(look, [k]) for k in (0, 1)] == ["auto", "none"]
    x, y = middle(tab, 1)
    tab.evaluate(TOUCH, [x, y, y - 60, ["pointerdown", "pointermove", "pointercancel"]])  # the page is scrolled
    assert tab.answer() == "ab"
    tab.evaluate(TOUCH, [x, y, y, ["pointerdown", "pointerup"]])
    assert tab.answer() == "aB"
    x, y = middle(tab, 1, grip=True)
    tab.evaluate(TOUCH, [x, y, middle(tab, 0)[1] - 12, ["pointerdown", "pointermove", "pointerup"]])
    assert tab.answer() == "Ba"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("number", ["02.3", "07.2", "06.5"])
def test_axe_finds_nothing_while_it_goes_on(number, dark, board):
    tab = board(number, dark=dark)
    tab.press("ArrowDown", "Enter", "c", "ArrowDown", "Enter", "c")
    assert tab.view.drawing.named("wrong")
    tab.get_by_role("button", name="To the cell below").click()
    only = CONTRAST if dark else {}
    assert [(v["id"], v["nodes"][0]["html"]) for v in Axe().run(tab, options=only).response["violations"]] == []


def test_without_a_cell_below_the_code_is_offered(board):
    tab = board("02.3", lines="ab")
    tab.get_by_role("button", name="To the cell below").click()
    assert "No cell below with def stable_sigmoid( can be reached from here" in tab.inner_text(".nnv-landed")
    made = puzzle("02.3", 0).pool
    wanted = f"def stable_sigmoid(z):\n    {made[0].text}\n    {made[1].text}\n"
    assert tab.get_by_label("the code to copy").input_value() == wanted
    tab.get_by_role("button", name="Copy").click()
    tab.get_by_role("button", name="Copied").wait_for()
    tab.press("ArrowDown", "Enter")
    assert tab.get_by_label("the code to copy").count() == 0 or tab.get_by_label("the code to copy").is_hidden()


def test_a_kernel_that_is_gone_stops_everything(board):
    tab = board("02.3", lines="ab")
    tab.evaluate("window.model.fire('comm_live_update')")
    tab.mouse.click(*middle(tab, 2))
    tab.picture.press("c")
    assert tab.evaluate("[window.saved, window.sent.filter(message => message.do === 'check')]") == [[], []]
    assert tab.get_by_role("button", name="Check").is_disabled()


CELLS = [
    "from nnlib.viz import Order",
    'Order("02.3", lines="ab")',
    "def stable_sigmoids(z):\n    ...",
    "import numpy as np\n\n\ndef stable_sigmoid(z):                  # exercise 02.3\n    # a note of mine\n    ...",
    "def stable_sigmoid(z):\n    return 1",
]
SOURCE = "[...window.jupyterapp.shell.currentWidget.content.model.cells][3].sharedModel"
HEAD = "import numpy as np\n\n\ndef stable_sigmoid(z):                  # exercise 02.3\n    # a note of mine\n"


@pytest.mark.parametrize(
    ("module", "app", "at"),
    [("jupyterlab", "LabApp", "lab/tree"), ("notebook", "JupyterNotebookApp", "notebooks")],
)
def test_what_is_put_together_lands_in_the_cell_below(module, app, at, page, tmp_path):
    options = [f"--{app}.expose_app_in_browser=True", *["--allow-root"] * (os.geteuid() == 0)]
    with served(tmp_path, module, *options) as address:
        path = tmp_path / "notebooks" / "mine.ipynb"
        nbformat.write(new_notebook(cells=[new_code_cell(source) for source in CELLS], metadata=METADATA), path)
        opened(page, address, at)
        run_cells(page, 0, 1)
        page.wait_for_selector(".nnv [data-drawn]")
        lands_and_stays(page)
        in_lab(page, SAVE)
        wait_for(lambda: "# Put in order" in path.read_text(encoding="utf-8"))
        assert [cell.source for cell in nbformat.read(path, as_version=4).cells][::2] == CELLS[::2]
        page.goto("about:blank")


def lands_and_stays(page):
    """Put lines below, change them, undo, and write code of one's own: nothing of it gets lost."""
    one, two, three, four = (line.text for line in puzzle("02.3", 0).pool)
    code, said = page.locator(".nnv-code"), page.locator(".nnv-landed")
    source, undo = lambda: page.evaluate(f"{SOURCE}.source"), lambda: page.evaluate(f"{SOURCE}.undo()")

    def put():
        page.wait_for_timeout(1000)  # JupyterLab undoes together what was done within half a second
        page.get_by_role("button", name="To the cell below").click()
        return said.inner_text()

    assert put().startswith("It stands in the cell below now, in stable_sigmoid.")
    assert source() == f"{HEAD}    {one}\n    {two}"
    assert put() == "It stands in the cell below already."
    undo()
    assert source() == CELLS[3]
    put()
    for key in ["ArrowDown", "ArrowDown", "ArrowDown", "Enter"]:
        before = code.inner_text()
        page.locator(".nnv-picture").press(key)
        wait_for(lambda before=before: code.inner_text() != before)
    put()  # what came from here gives way to what comes from here
    assert source() == f"{HEAD}    {one}\n    {two}\n    {three}"
    mine = f"{HEAD}    return z  # mine, even here\n\n\nprint(stable_sigmoid(0))"
    page.evaluate(f"text => {SOURCE}.setSource(text)", mine)
    assert "as a comment, at its end" in put()
    assert source() == f"{mine}\n\n# Put in order in the view above:\n#     {one}\n#     {two}\n#     {three}"
    assert put() == "It stands in the cell below already."
    undo()
    assert source() == mine
    put()
    assert four not in source()

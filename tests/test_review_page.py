"""Review in a real browser, by keyboard alone: keys are the question's, and what is asked is read aloud."""

import datetime
import json
import os

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_notebook
from refresh import METADATA
from test_browser import served, wait_for
from test_jupyter import opened, run_cells

from nnlib.review.texts import closed_cards

pytestmark = pytest.mark.browser

PREDICTION, FORMULA = "prediction X.max(axis=0) has the shape", "formula dW"
KNOW = next(card.key for card in closed_cards() if card.notebook == "05" and "$" in card.right)
FOCUS = "[document.activeElement.tagName, document.activeElement.type, document.activeElement.textContent]"
CELLS = "window.jupyterapp.shell.currentWidget.content.widgets.length"


def begun():
    """The progress of somebody to whom three questions are due, in this order, and after them a new one."""
    day = datetime.date.today()
    entry = {"stability": 1.0, "difficulty": 5.0, "last": str(day - datetime.timedelta(20)), "times": 1, "lapses": 1}
    keys = [PREDICTION, FORMULA, KNOW]
    review = {key: entry | {"due": str(day - datetime.timedelta(9 - k))} for k, key in enumerate(keys)}
    choices = {"choices": ["(4,)", "(3,)", "(1, 3)"], "mine": "(4,)", "right": "(3,)", "day": "2026-01-01"}
    predictions = {PREDICTION.removeprefix("prediction "): choices}
    return {"exercises": {"04.1": "✓", "05.1": "✓"}, "predictions": predictions, "review": review}


@pytest.mark.parametrize(
    ("module", "app", "at"), [("jupyterlab", "LabApp", "lab/tree"), ("notebook", "JupyterNotebookApp", "notebooks")]
)
def test_a_review_by_keyboard(module, app, at, page, tmp_path):
    file = tmp_path / "progress.json"
    file.write_text(json.dumps(begun()), encoding="utf-8")
    source = f"import os\n\nfrom nnlib.review import review\n\nos.environ['NNLIB_PROGRESS'] = {str(file)!r}\nreview(4)"
    options = [f"--{app}.expose_app_in_browser=True", *["--allow-root"] * (os.geteuid() == 0)]
    with served(tmp_path, module, *options) as address:
        cells = [new_code_cell(source), new_code_cell("1 + 1")]
        nbformat.write(new_notebook(cells=cells, metadata=METADATA), tmp_path / "notebooks" / "mine.ipynb")
        opened(page, address, at)
        run_cells(page, 0)
        answered(page, page.locator(".nnlib-review"))
        page.goto("about:blank")
    kept = json.loads(file.read_text(encoding="utf-8"))["review"]
    counts = {key: (entry["times"], entry["lapses"]) for key, entry in kept.items()}
    assert [counts.pop(key) for key in [PREDICTION, FORMULA, KNOW]] == [(2, 2), (2, 1), (2, 1)]
    assert list(counts.values()) == [(1, 0)]


def answered(page, box):
    """Answer four questions without a mouse: where the focus is, the next key goes."""
    group = box.get_by_role("radiogroup", name="X.max(axis=0) has the shape")
    group.wait_for()
    accessible(page)
    box.locator("input").first.focus()
    page.keyboard.press("ArrowDown")  # without care, the next cell
    page.keyboard.press("b")  # a new cell, or none
    assert page.evaluate(CELLS) == 2
    while (chosen := group.locator(":checked").evaluate("radio => radio.parentElement.textContent")) == "(3,)":
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_for(lambda: "✗" in box.inner_text())
    assert chosen != "(3,)"
    goes_on(page, "Next question")
    wait_for(lambda: page.evaluate(FOCUS)[:2] == ["INPUT", "text"])
    page.keyboard.type("X.T @")
    page.keyboard.press("Enter")
    wait_for(lambda: "○ This is no formula that Python can read." in box.inner_text())
    page.keyboard.type(" dY")
    page.keyboard.press("Enter")
    wait_for(lambda: "✓ right" in box.inner_text())
    goes_on(page, "Next question")
    goes_on(page, "Show the answer")
    box.locator("mjx-container").first.wait_for()  # a formula is drawn as one
    accessible(page)
    known(page)
    goes_on(page, "Next question")
    goes_on(page, "Show the answer")
    known(page)
    goes_on(page, "Finish")
    wait_for(lambda: "Done: 3 of 4 right." in box.inner_text())
    assert page.evaluate(CELLS) == 2


def known(page):
    """Say that one knew it: the third button after the answer."""
    wait_for(lambda: page.evaluate(FOCUS)[2] == "I did not know it")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    goes_on(page, "I knew it")


def goes_on(page, words):
    """Press the button with these words, which has the focus."""
    wait_for(lambda: page.evaluate(FOCUS)[2] == words)
    page.keyboard.press("Enter")


def accessible(page):
    assert Axe().run(page, ".nnlib-review").response["violations"] == []

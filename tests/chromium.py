"""Where the browser is that tests, benchmark and picture use, how it is started, what a page without a kernel gets."""

import os
import shutil
from pathlib import Path

import pytest

BROWSER = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}  # what axe looks at


def required(found, names, what):
    """Fail where CI is set and no browser was found, and skip elsewhere; the run's summary says which tests and why."""
    if found is None and "CI" in os.environ:
        pytest.fail(f"expected {names} for the browser tests, found none")
    if found is None:
        pytest.skip(f"NO {what}: install {names} to run its tests")


def in_lab(page, code):
    """Let JupyterLab carry something out. What never ends, or asks, fails; `evaluate` would wait forever."""
    page.evaluate(
        "() => { window.ended = ''; void Promise.resolve(" + code + ").then(() => { window.ended = 'done'; },"
        " (error) => { window.ended = String(error); }); }"
    )
    asks = "document.querySelector('.jp-Dialog')?.innerText"
    assert page.wait_for_function(f"window.ended || {asks}").json_value() == "done"


SAVE = "window.jupyterapp.commands.execute('docmanager:save')"


MODEL = (Path(__file__).parent / "fake_model.js").read_text(encoding="utf-8")  # shows a view without a kernel
FOREIGN = {"layout", "tabbable", "tooltip"}  # of ipywidgets


def traits(view):
    """Return what a view tells its page."""
    return {name: getattr(view, name) for name in view.keys if name[0] != "_" and name not in FOREIGN}

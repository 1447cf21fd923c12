"""The course as a reader meets it: JupyterLab in a real browser, opened by `python -m nnlib`."""

import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import SAVE, in_lab
from patience import PATIENCE
from PIL import Image
from rules import answers
from slices import SHOWS, STUB, shortened

from nnlib.__main__ import NOTEBOOKS
from nnlib.notebooks import lessons

NUMBERED = lessons(NOTEBOOKS)

HERE = r"http://127\.0\.0\.1:|data:|blob:"
STILL = "*, ::before, ::after { animation: none !important }"  # to draw what moves takes a fifth of the time
TABS = "[...window.jupyterapp.shell.widgets('main')]"
LOW, HIGH = {"width": 1400, "height": 150}, {"width": 1400, "height": 1000}  # while cells run, few need to be drawn

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def opened(page, tmp_path_factory):
    """A page with what `python -m nnlib` opens, JupyterLab and the first notebook; what goes wrong; its folder."""
    wrong, folder = [], tmp_path_factory.mktemp("lab")
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: wrong.append(request.url) if not re.match(HERE, request.url) else None)
    with served(folder, "nnlib", "--LabApp.expose_app_in_browser=True") as address:
        page.goto(address)
        page.wait_for_selector(f'.jp-RenderedMarkdown h1:has-text("{stored(NUMBERED[0])[0]}")')
        assert wrong == []
        page.add_style_tag(content=STILL)
        yield page, wrong, folder / "notebooks"


@pytest.fixture
def lab(opened):
    """The same for each notebook, for to load JupyterLab takes 4 s; what a test left open is closed."""
    page, wrong, _ = opened
    closed(page)
    wrong.clear()
    return opened


def closed(page):
    """Close all notebooks, without a question whether to save them, and end their kernels.

    A notebook that is closed while its kernel starts stays connected to it, without its widgets: JupyterLab then
    closes each view that the same notebook shows when it is opened again.
    """
    page.wait_for_function(f"{TABS}.every(tab => !tab.sessionContext || tab.sessionContext.isReady)")
    in_lab(page, "window.jupyterapp.serviceManager.sessions.shutdownAll()")
    page.evaluate(f"{TABS}.forEach(tab => tab.dispose())")
    page.wait_for_selector(".jp-Notebook", state="detached")


@pytest.fixture(scope="module")
def notebook_7(tmp_path_factory):
    """The address that Jupyter Notebook prints, on a copy of the notebooks."""
    options = ["--JupyterNotebookApp.expose_app_in_browser=True", *["--allow-root"] * (os.geteuid() == 0)]
    with served(tmp_path_factory.mktemp("notebook"), "notebook", *options) as address:
        yield address


@contextmanager
def served(tmp_path, module, *options):
    """Start a server without the user's settings, give its address, stop it."""
    shutil.copytree(NOTEBOOKS, tmp_path / "notebooks", ignore=shutil.ignore_patterns(".*"))
    for path in lessons(tmp_path / "notebooks"):
        nbformat.write(with_answers(shortened(nbformat.read(path, as_version=4))), path)
    environ = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    for name in ["JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR"]:
        environ[name] = str(tmp_path / name)
    # JupyterLab that saves by itself asks a reader who saves at that moment which of the two is to stay.
    settings = tmp_path / "JUPYTERLAB_SETTINGS_DIR/@jupyterlab/docmanager-extension/plugin.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"autosave": false}')
    environ |= {"JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces"), "NNLIB_PROGRESS": ""}
    with socket.create_server(("127.0.0.1", 0)) as free:  # two that start at the same time would both take 8888
        options = [f"--ServerApp.port={free.getsockname()[1]}", "--no-browser", *options]
    command = [sys.executable, "-m", module, f"--ServerApp.root_dir={tmp_path / 'notebooks'}", *options]
    log = tmp_path / "log"
    with log.open("w") as file:
        server = subprocess.Popen(command, env=environ, stdout=file, stderr=file)
    try:
        yield wait_for(lambda: re.search(r"http://127\.0\.0\.1:\S+token=\w+", log.read_text()), log)[0]
    finally:
        server.terminate()
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:  # on a busy machine it may wait for a kernel that is gone
            server.kill()
            server.wait(PATIENCE)


def with_answers(notebook):
    """Put the answers that stand in a notebook in place of its stubs, as a reader does who solves all exercises."""
    given = answers(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code" and (stub := re.match(STUB, cell.source)):
            cell.source = given[stub[1]]
    return notebook


def wait_for(condition, log=None):
    """Return the first true value of condition()."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.2)
    pytest.fail(f"waited {PATIENCE} s in vain\n{log.read_text() if log else ''}")


def stored(notebook):
    """The first heading of a notebook, and how many pictures and errors its cells have."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    pictures = sum("image/png" in output.get("data", {}) for output in outputs)
    return cells[0]["source"][0].strip("# \n"), pictures, sum(output["output_type"] == "error" for output in outputs)


# Its debugger asks a kernel that goes away at that moment; a notebook that was closed is told to take the focus.
OF_JUPYTERLAB = "debug_request", "_ensureFocus"
CELLS = "[...window.jupyterapp.shell.currentWidget.content.model.cells]"


def cells_with_views(page):
    """Show each cell that has a view, one after the other, and yield it."""
    found = f"{CELLS}.map((c, i) => c.type == 'code' && c.sharedModel.source.includes('{SHOWS}') ? i : -1)"
    for k in page.evaluate(f"{found}.filter(i => i >= 0)"):
        scroll = f"void window.jupyterapp.shell.currentWidget.content.scrollToItem({k}, 'start')"
        cell = page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{k}']")
        output = cell.locator(".nnv, img").locator("visible=true")
        # Pictures above that get their size push it away, so once may be too early.
        wait_for(lambda scroll=scroll, output=output: page.evaluate(scroll) or output.count())
        yield cell


def move(view):
    """Move the first slider of a view by key and mouse, and let it run: its line of code and its picture follow."""
    drawing, code = view.locator("[data-drawn]"), view.locator(".nnv-code")
    drawing.wait_for()
    assert view.locator(".nnv-error").inner_text() == ""
    slider = view.locator(".nnv-row:not(.nnv-back) input[type=range]").first
    drawn = int(drawing.get_attribute("data-drawn"))
    for hand in ["key", "mouse"]:
        before = code.inner_text()
        right = slider.evaluate("s => 2 * s.value < Number(s.min) + Number(s.max)")  # where there is room
        if hand == "key":
            slider.press("ArrowRight" if right else "ArrowLeft")
        else:
            slider.click(position={"x": slider.bounding_box()["width"] * (0.9 if right else 0.1), "y": 8})
        wait_for(lambda before=before: code.inner_text() != before)
    if view.locator(".nnv-play").count():
        play(view)
    wait_for(lambda: int(drawing.get_attribute("data-drawn")) > drawn)
    assert view.locator(".nnv-error").inner_text() == ""
    pixels = Image.open(io.BytesIO(drawing.screenshot())).convert("RGB")
    assert len(pixels.getcolors(2**24)) > 10  # it is drawn, not blank


def play(view):
    """Start a live view and pause it: its steps go on, and stop."""
    code, before = view.locator(".nnv-code"), view.locator(".nnv-code").inner_text()
    view.get_by_role("button", name="Start").click()
    wait_for(lambda: code.inner_text() != before and ".run(" in code.inner_text())
    view.get_by_role("button", name="Pause").click()
    view.get_by_role("button", name="Start").wait_for()
    paused = code.inner_text()
    time.sleep(0.3)
    assert code.inner_text() == paused
    assert view.locator(".nnv-error").inner_text() == ""


def open_in_lab(page, path, heading):
    """Open a notebook in the JupyterLab that the page shows."""
    page.evaluate(f"void window.jupyterapp.commands.execute('docmanager:open', {{path: '{path}'}})")
    page.wait_for_function(f"window.jupyterapp.shell.currentWidget?.context?.path == '{path}'")
    page.wait_for_selector(f'.jp-RenderedMarkdown h1:has-text("{heading}")')


def saved_and_opened_again(page, path, heading):
    """Save, and open what was saved of the views as on another day: each is a picture."""
    in_lab(page, SAVE)
    in_lab(page, "window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    for cell in cells_with_views(page):
        cell.locator(".nnv-note:has-text('run the cell again')").wait_for()
    closed(page)
    assert "vnd.jupyter.widget" not in path.read_text(encoding="utf-8")  # "model not found", without today's kernel
    saved = nbformat.read(path, as_version=4)
    shown = [cell for cell in saved.cells[1:] if cell.cell_type == "code" and SHOWS in cell.source]
    saved.cells[1:] = shown  # to draw the others takes 4 s
    nbformat.write(saved, path)
    open_in_lab(page, path.name, heading)
    for cell in cells_with_views(page):
        cell.locator(".jp-OutputArea img:visible").first.wait_for()
        assert cell.locator(".nnv").count() == 0
    assert page.locator("text=model not found").count() == 0


@pytest.mark.parametrize("notebook", NUMBERED, ids=lambda path: path.name)
def test_a_notebook_with_its_own_answers_runs_to_its_end(notebook, lab):
    page, wrong, folder = lab
    heading, pictures, failures = stored(folder / notebook.name)
    open_in_lab(page, notebook.name, heading)
    page.wait_for_function("window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel")
    left = f"{CELLS}.filter(c => c.type == 'code' && !c.executionCount).length"
    in_lab(page, "window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    page.set_viewport_size(LOW)
    page.evaluate("void window.jupyterapp.commands.execute('notebook:run-all-cells')")
    while before := page.evaluate(left):
        wait_for(lambda before=before: page.evaluate(left) < before)
    page.set_viewport_size(HIGH)
    pair = "[c.sharedModel.source, c.outputs.toJSON()]"
    cells = page.evaluate(f"{CELLS}.filter(c => c.type == 'code').map(c => {pair})")
    for source, found in cells:
        if re.search(r"^\w+ = check\(", source, re.MULTILINE):
            assert "✓" in "".join(output.get("text", "") for output in found), source
    outputs = [output for _, found in cells for output in found]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == pictures
    assert sum(output["output_type"] == "error" for output in outputs) == failures
    assert not [output for output in outputs if output.get("name") == "stderr"]
    if "training for 5 epochs" in notebook.read_text(encoding="utf-8"):  # the progress bar
        # It need not be in view, and JupyterLab 4.4 hides what is not.
        page.wait_for_selector("text=epoch 5 of 5", state="attached")
    for cell in cells_with_views(page):
        move(cell.locator(".nnv"))
        assert Axe().run(page, ".nnv", {"resultTypes": ["violations"]}).response["violations"] == []
    assert page.locator("text=official Jupyter news").count() == 0
    saved_and_opened_again(page, folder / notebook.name, heading)
    assert [fault for fault in wrong if not any(own in fault for own in OF_JUPYTERLAB)] == []


def test_jupyter_notebook_shows_the_views_as_well(page, notebook_7):
    page.goto(notebook_7.replace("/tree?", f"/notebooks/{NUMBERED[1].name}?"))
    page.wait_for_selector(f'.jp-RenderedMarkdown h1:has-text("{stored(NUMBERED[1])[0]}")')
    page.wait_for_function("window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel")
    in_lab(page, "window.jupyterapp.commands.execute('notebook:run-all-cells')")
    for cell in cells_with_views(page):
        move(cell.locator(".nnv"))

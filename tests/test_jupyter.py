"""What installing nnlib tells Jupyter: in JupyterLab, Jupyter Notebook or a hub's server, saved views are pictures."""

import asyncio
import copy
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import CONTRAST, SAVE, in_lab
from jupyter_core.paths import jupyter_config_path
from nbformat.v4 import new_code_cell, new_notebook, new_output
from refresh import FOLDED, METADATA
from test_browser import served, wait_for

import nnlib.jupyter
from nnlib.jupyter import STATE, WIDGET, without_widgets
from nnlib.viz import Neuron, Playground

SETTING = "jupyter_server_config.d/nnlib.json"
OURS = Path(nnlib.jupyter.__file__).with_name("jupyter_server_config.d") / "nnlib.json"
HIDDEN = {"jupyter": {"outputs_hidden": True}}
VIEW = ["from nnlib.viz import Neuron", "Neuron(b=1)"]


def with_outputs():
    """A notebook with a view, a slider and a widget without anything beside it."""
    data, metadata = Neuron(b=1)._repr_mimebundle_()
    widget = {WIDGET: {"model_id": "b", "version_major": 2, "version_minor": 0}}
    outputs = [
        new_output("execute_result", data, metadata=metadata, execution_count=2),
        new_output("display_data", {"text/plain": "IntSlider(value=0)"} | widget),
        new_output("display_data", widget),
        new_output("stream", text="1"),
    ]
    return new_notebook(cells=[new_code_cell(VIEW[0]), new_code_cell(VIEW[1], outputs=outputs)])


def kinds(notebook):
    return [sorted(output.get("data", {})) for output in notebook.cells[1].outputs]


def test_a_picture_or_text_is_saved_in_place_of_a_widget():
    notebook = with_outputs()
    before = copy.deepcopy(notebook)
    without_widgets({"type": "notebook", "content": notebook}, "a.ipynb")
    assert kinds(notebook) == [["image/png", "text/plain"], ["text/plain"], [WIDGET], []]
    assert notebook.cells[1].outputs[0].metadata == before.cells[1].outputs[0].metadata
    assert notebook.cells[1].outputs[0].metadata["image/png"]["alt"].startswith("A neuron")


def test_what_is_not_of_the_course_is_saved_as_it_is():
    others, whole = with_outputs(), with_outputs()
    others.cells[0].source, others.cells[1].source = "import ipympl", "show()"
    model = whole.cells[1].outputs[0].data[WIDGET]["model_id"]
    whole.metadata["widgets"] = {STATE: {"state": {model: {}, "b": {}}}}  # can be shown without a kernel
    for notebook in [others, whole]:
        before = copy.deepcopy(notebook)
        without_widgets({"type": "notebook", "content": notebook}, "a.ipynb")
        assert notebook == before
    for model in [{"type": "file", "content": "nnlib"}, {"type": "notebook", "content": None}]:
        without_widgets(model, "a")


@contextmanager
def server(folder, monkeypatch, **settings):
    """A server as Jupyter starts it, up to where it would answer."""
    from jupyter_server.serverapp import ServerApp

    for name in ["JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"]:
        monkeypatch.setenv(name, str(folder / name))
    app = ServerApp(root_dir=str(folder), open_browser=False, port=0, log_level="ERROR", allow_root=True)
    app.initialize(argv=[f"--{name}={value}" for name, value in settings.items()], new_httpserver=False)
    try:
        yield app
    finally:
        ServerApp.clear_instance()


def test_a_server_that_finds_the_setting_saves_pictures(tmp_path, monkeypatch):
    """And the hook of somebody else is not lost by it."""
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(OURS.parents[1]))
    (tmp_path / "other.py").write_text("def hook(model, **_): model['content']['metadata']['seen'] = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    with server(tmp_path, monkeypatch, **{"ContentsManager.pre_save_hook": "other.hook"}) as app:
        model = {"type": "notebook", "format": "json", "content": with_outputs()}
        saving = app.contents_manager.save(model, "a.ipynb")
        if asyncio.iscoroutine(saving):
            with ThreadPoolExecutor(1) as other:  # this one may have the event loop of a browser
                other.submit(asyncio.run, saving).result()
    saved = nbformat.read(tmp_path / "a.ipynb", as_version=4)
    assert kinds(saved)[0] == ["image/png", "text/plain"]
    assert saved.metadata["seen"]


def test_python_m_nnlib_finds_the_setting_by_itself():
    from nnlib.__main__ import PACKAGE

    assert (PACKAGE / "jupyter" / SETTING) == OURS
    assert json.loads(OURS.read_text()) == {"ServerApp": {"jpserver_extensions": {"nnlib.jupyter": True}}}


BUSY = "import pathlib, time\nwhile not pathlib.Path('go').exists():\n    time.sleep(0.05)"


def run_cells(page, *numbers):
    """Run these cells, one after the other, and wait for none."""
    for k in numbers:
        page.evaluate(f"window.jupyterapp.shell.currentWidget.content.activeCellIndex = {k}")
        page.evaluate("void window.jupyterapp.commands.execute('notebook:run-cell')")


def opens_when_it_is_run(page):
    """Run the last cell, whose output is folded, as that of a cell which gives a prediction away."""
    result, folded = page.get_by_text("42", exact=True), page.locator(".jp-Cell .jp-OutputPlaceholder")
    folded.wait_for()
    assert not result.is_visible()
    run_cells(page, 3)
    result.wait_for()
    assert folded.count() == 0


def moved_while_a_cell_runs(page, folder):
    """Move a view while the third cell runs, for the first time and again: it does not wait for the cell's end."""
    page.wait_for_selector("[data-greeted]")  # while a cell runs, the greeting would wait for its end
    run_cells(page, 2)
    code, slider = page.locator(".nnv-code"), page.locator(".nnv input[type=range]").first
    for _ in range(2):
        before = code.inner_text()
        slider.press("ArrowRight")
        wait_for(lambda before=before: code.inner_text() != before)
    running = "[...window.jupyterapp.shell.currentWidget.content.model.cells][2].executionCount"
    assert page.evaluate(running) is None
    (folder / "go").touch()
    page.wait_for_function(running)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("module", "app", "at"),
    [("jupyterlab", "LabApp", "lab/tree"), ("notebook", "JupyterNotebookApp", "notebooks")],
)
def test_a_saved_view_is_a_picture_wherever_nnlib_is_installed(module, app, at, page, tmp_path):
    """Started without `python -m nnlib`: what helps is what pip has put beside Jupyter's own settings."""
    folders = [Path(folder) for folder in jupyter_config_path() if Path(folder).is_relative_to(sys.prefix)]
    installed = [folder / SETTING for folder in folders if (folder / SETTING).exists()]
    assert [path.read_text() for path in installed] == [OURS.read_text()], "install as the README's second command does"
    options = [f"--{app}.expose_app_in_browser=True", *["--allow-root"] * (os.geteuid() == 0)]
    with served(tmp_path, module, *options) as address:
        path = tmp_path / "notebooks" / "mine.ipynb"
        cells = [new_code_cell(source) for source in [*VIEW, BUSY]]
        cells.append(
            new_code_cell("print(6 * 7)", outputs=[FOLDED, new_output("stream", text="42\n")], metadata=HIDDEN)
        )
        nbformat.write(new_notebook(cells=cells, metadata=METADATA), path)
        opened(page, address, at)
        opens_when_it_is_run(page)
        run_cells(page, 0, 1)
        page.wait_for_selector(".nnv [data-drawn]")
        moved_while_a_cell_runs(page, tmp_path / "notebooks")
        in_lab(page, SAVE)
        wait_for(lambda: "image/png" in path.read_text(encoding="utf-8"))
        assert WIDGET not in path.read_text(encoding="utf-8")
        in_lab(page, "window.jupyterapp.serviceManager.sessions.shutdownAll()")
        opened(page, address, at)
        page.wait_for_selector(".jp-OutputArea img")
        assert page.locator(".nnv").count() + page.locator("text=model not found").count() == 0
        page.goto("about:blank")  # it would go on asking for a server that is gone


# Where JupyterLab's colours are not known, as in Colab or Visual Studio Code, the page behind a view may be dark.
HOST = "html { color-scheme: dark } body { background: #1e1e1e; color: #d4d4d4 }"


@pytest.mark.browser
@pytest.mark.parametrize("kind", [Neuron, Playground], ids=lambda kind: kind.__name__)
def test_a_view_can_be_read_on_a_dark_page_of_another_program(kind, shown):
    tab = shown(kind())
    tab.evaluate("state => window.model.arrive(state)", {"error": "ValueError: no", "note": "computing"})
    tab.add_style_tag(content=HOST)
    violations = Axe().run(tab, ".nnv", CONTRAST).response["violations"]
    assert [node["html"] for violation in violations for node in violation["nodes"]] == []


def opened(page, address, at):
    """Open the notebook anew, as on another day."""
    page.goto("about:blank")
    page.goto(address.replace("/tree?", "/?").replace("/lab?", "/?").replace("/?", f"/{at}/mine.ipynb?"))
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    # A server that is stopped while a kernel starts would not end.
    page.wait_for_function("window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status == 'idle'")

"""What nnlib does in a browser, where Python has one thread, no stop button and no flags of floats, tried out here."""

import ast
import asyncio
import json
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from discovery import MODULES
from IPython.core.interactiveshell import InteractiveShell
from patience import PATIENCE
from test_viz_live import Counter

from nnlib import Dense, Sequential, platform, saving, training
from nnlib.checks import progress
from nnlib.progress import Progress
from nnlib.review import texts
from nnlib.viz import notebook


class Request:
    """JavaScript's, which has one file."""

    def __init__(self):
        self.response, self.status = types.SimpleNamespace(to_bytes=lambda: b"digits"), 200

    def open(self, method, address, later):
        assert (method, later) == ("GET", False)
        if not address.startswith("https://school.example/course/static/mnist/"):
            self.status = 404

    def send(self):
        pass


@pytest.fixture
def browser(monkeypatch, tmp_path):
    """The platform of a browser, in a folder of its own. The `location` in JavaScript is that of the kernel."""
    place = "https://school.example/course/extensions/@jupyterlite/kernel/static/worker.js"
    made = types.ModuleType("js")
    made.location, made.XMLHttpRequest = types.SimpleNamespace(href=place), types.SimpleNamespace(new=Request)
    monkeypatch.setitem(sys.modules, "js", made)
    monkeypatch.setattr(platform, "HERE", platform.BROWSER)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def script(browser):
    """What Python sees of JavaScript there."""
    return sys.modules["js"]


def test_only_one_file_asks_for_the_machine():
    """The command that opens JupyterLab asks whether there is a screen; it runs in no browser."""
    asking = set()
    for module in MODULES:
        for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and (ast.unparse(node) in {"sys.platform", "os.name"}):
                asking.add(module.__name__)
    assert asking - {"nnlib.__main__"} == {"nnlib.platform"}


def test_here_it_is_no_browser():
    assert platform.HERE is platform.DESKTOP
    assert (platform.HERE.notebooks / "01_neurons.ipynb").exists()


# Live views


def live(act):
    """Do something with a view that runs between the events of a loop, and return the view."""

    async def run():
        view = Counter(rate=0)
        await act(view.start())
        return view

    return asyncio.run(asyncio.wait_for(run(), PATIENCE))


async def until(condition):
    while not condition():
        await asyncio.sleep(0.002)


def test_a_run_goes_on_between_the_events_of_the_page_until_it_is_paused(browser):
    async def act(view):
        assert view.thread is None
        await until(lambda: view.live["step"] > 100)
        assert view.live["running"]
        view.pause()
        steps = view.step
        assert not view.live["running"]
        assert view.code == f"Counter(start=0, rate=0).run({steps})"
        await asyncio.sleep(0.05)
        assert view.step == steps
        view.start()
        await until(lambda: view.step > steps + 50)
        view.on_message(view, {"do": "reset"}, [])

    assert live(act).code == "Counter(start=0, rate=0)"


def test_a_control_is_moved_in_the_middle_of_it(browser):
    async def act(view):
        view.delay = 0.001
        await until(lambda: view.step > 20)
        view.set(rate=1)
        await until(lambda: view.now.values[-1] > 20)
        view.pause()
        again = eval(view.to_code(), {"Counter": Counter})
        assert (again.step, again.now.values[-1]) == (view.step, view.now.values[-1])

    assert live(act).error == ""


def test_it_ends_with_what_went_wrong_or_with_its_view(browser):
    async def fails(view):
        view.set(rate=9)
        await until(lambda: view.error and view.task.done())
        assert not view.live["running"]
        assert view.pause().error == "RuntimeError: more than 5000"

    live(fails)

    async def closes(view):
        await until(lambda: view.step > 10)
        view.close()
        await asyncio.sleep(0.05)
        assert len(asyncio.all_tasks()) == 2  # this one, and who waits for it

    live(closes)


def test_without_a_loop_it_says_what_to_do_instead(browser):
    view = Counter().start()
    assert "use Step, or run(n)" in view.error
    assert view.run(2).error == ""


# Training, files, checks


def test_no_library_is_asked_to_limit_its_threads(browser, monkeypatch):
    monkeypatch.setattr(training, "_blas", lambda: pytest.fail("threadpoolctl was asked"))
    with training.limited_blas(1):
        pass
    with pytest.raises(ValueError, match="blas_threads"):
        training.limited_blas(0)


def test_the_bar_says_what_stops_it(browser, monkeypatch):
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: None)
    bar = Progress(3, show=False)
    bar._widget()
    assert "Restart Kernel" in bar.text.value
    monkeypatch.setattr(platform, "HERE", platform.DESKTOP)
    bar._widget()
    assert bar.text.value == "epoch 1 of 3 is running"


def test_progress_is_kept_beside_the_notebook(browser, monkeypatch):
    monkeypatch.delenv("NNLIB_PROGRESS")
    progress.record("01.1", "✓")
    assert json.loads((browser / "progress.json").read_text(encoding="utf-8"))["exercises"] == {"01.1": "✓"}
    assert progress.load() == {"01.1": "✓"}


def test_a_parameter_that_does_not_fit_is_refused_without_flags(tmp_path, monkeypatch):
    """WebAssembly has none, so NumPy raises nothing there, whatever errstate says."""
    rng = np.random.default_rng(0)
    model = Sequential(Dense(2, 1, rng=rng), dtype=np.float64)
    model.params[:] = [1, np.inf, 1e300]
    model.save(tmp_path / "model.npz")
    small = Sequential(Dense(2, 1, rng=rng), dtype=np.float32)
    before = small.params.copy()
    errstate = np.errstate
    monkeypatch.setattr(np, "errstate", lambda **_: errstate(all="ignore"))
    with pytest.raises(ValueError, match=r"1e\+300 is too large for float32"):
        small.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(small.params, before)
    np.testing.assert_array_equal(saving.cast(np.array([np.inf, 1.5]), np.float32), [np.inf, 1.5])


def test_the_words_of_the_notebooks_are_read_without_nbformat(browser, monkeypatch):
    """A site ships them: to load all notebooks, with their pictures, for a few questions would be much."""
    path = browser / "04_back.ipynb"
    path.write_text("never read", encoding="utf-8")
    monkeypatch.setattr(texts, "SHIPPED", browser / "prose.json")
    words = "## What you know now\n\n<details><summary>Why?</summary>\n\nFor this.\n</details>"
    texts.SHIPPED.write_text(json.dumps({path.name: words}), encoding="utf-8")
    monkeypatch.setitem(sys.modules, "nbformat", None)
    (card,) = texts.closed_cards(browser)
    assert (card.question, card.right) == ("Why?", "For this.")
    texts._prose.cache_clear()  # what it keeps is no longer there


@pytest.mark.parametrize("place", ["extensions/@jupyterlite/kernel/static/worker.js", "view-worker.js"])
def test_mnist_is_fetched_once_from_the_site_itself(place, browser, script):
    script.location.href = f"https://school.example/course/{place}"
    platform.bring(browser / "digits.gz")
    assert (browser / "digits.gz").read_bytes() == b"digits"
    del sys.modules["js"]
    platform.bring(browser / "digits.gz")


def test_a_view_has_a_link_where_the_site_has_a_page_for_it(browser, script):
    from nnlib.viz import Neuron

    view = Neuron(w1=2.0)
    assert view.link == "https://school.example/course/view.html#Neuron:w1=2.0;w2=1.0;b=-0.5;gate=and"
    view.set(gate="or")
    assert view.link.endswith("gate=or")


def test_without_a_site_a_view_has_no_link():
    from nnlib.viz import Neuron

    assert Neuron(w1=2.0).link == ""


def test_without_the_site_it_says_what_is_missing(browser, script, monkeypatch):
    script.location.href = "https://elsewhere.example/worker.js"
    with pytest.raises(OSError, match="got 404: it is fetched once, and needs the network"):
        platform.bring(browser / "digits.gz")

    def fail(self):
        raise RuntimeError("NetworkError")

    monkeypatch.setattr(Request, "send", fail)
    with pytest.raises(OSError, match="got NetworkError"):
        platform.bring(browser / "digits.gz")
    assert not (browser / "digits.gz").exists()
    monkeypatch.setattr(platform, "HERE", platform.DESKTOP)
    platform.bring(browser / "digits.gz")
    assert not (browser / "digits.gz").exists()


# The shell of JupyterLite


@pytest.fixture
def shell(monkeypatch):
    """A shell that keeps an error as JupyterLite's does, for a kernel whose reply says so and ends all cells."""

    def _showtraceback(self, etype, evalue, stb):
        self.failed = f"{etype.__name__}: {evalue}"

    body = {"__module__": "pyodide_kernel.interpreter", "_showtraceback": _showtraceback, "failed": None}
    made = type("Interpreter", (InteractiveShell,), body)()
    made.kernel = types.SimpleNamespace(get_parent=lambda: made.parent_header)
    made.parent_header = None
    return made


def test_only_a_tagged_cell_may_fail_without_ending_the_others(shell, capsys):
    tagged = {"metadata": {"tags": ["raises-exception"], "cellId": "abc"}}
    platform.let_tagged_cells_fail(shell)
    platform.let_tagged_cells_fail(shell)  # nnlib imported again
    shell.parent_header = tagged
    shell.run_cell("1 / 0")
    assert shell.failed is None
    assert "division by zero" in capsys.readouterr().err
    for parent in [None, {}, {"metadata": {}}, {"metadata": {"tags": ["other"]}}]:
        shell.parent_header, shell.failed = parent, None
        shell.run_cell("1 / 0")
        assert shell.failed == "ZeroDivisionError: division by zero"
    assert capsys.readouterr().err == ""


def test_other_shells_are_left_as_they_are():
    platform.let_tagged_cells_fail(InteractiveShell())
    platform.let_tagged_cells_fail(None)
    assert InteractiveShell._showtraceback.__module__ == "IPython.core.interactiveshell"


def test_a_view_run_again_replaces_the_older_one(shell, monkeypatch):
    """There the kernel knows which cell runs, not the shell."""
    monkeypatch.setattr(notebook, "shell", lambda: shell)
    assert notebook.cell_id() is None
    shell.parent_header = {"metadata": {"cellId": "abc"}}
    assert notebook.cell_id() == "abc"

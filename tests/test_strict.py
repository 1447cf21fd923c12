"""Canaries: notebooks that were tampered with must be red, and say why; the untouched one must be green."""

import base64
import copy
import io
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
import refresh
import strict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from strict import picture_difference, same_text

from nnlib.plotting import figure

ROOT = Path(__file__).resolve().parents[1]
CELLS = [
    "import numpy as np\nimport sys\nfrom nnlib.plotting import figure, show",
    "x = np.linspace(0, 1, 5)\nprint(f'mean {x.mean():.4f}', 1 / 3)",
    "made, ax = figure(4, 3)\nax.plot(x, x)\nshow(made, alt='a line')",
    "1 + 1;",
    "1 / 0",
    "x.sum() * 2",
]
CONFTEST = """
from pathlib import Path

import strict
from strict import pytest_collect_file, pytest_terminal_summary
strict.claims.FOLDER = Path(__file__).parent
strict.CPU_SECONDS["over budget.ipynb"] = 0.1
strict.other_versions = dict  # the stored pictures were made a moment ago, with whatever is installed
"""


def source(number, text):
    """Return a change of the source of a cell, its stored output kept."""
    return lambda notebook: notebook.cells[number].update(source=text)


def stored(number, change):
    """Return a change of the first stored output of a cell."""
    return lambda notebook: change(notebook.cells[number].outputs[0])


def stripped(notebook):
    for cell in notebook.cells:
        cell.outputs, cell.execution_count = [], None


def tagged(number, *tags):
    return lambda notebook: notebook.cells[number].metadata.update(tags=list(tags))


def swapped(notebook):
    notebook.cells[1], notebook.cells[2] = notebook.cells[2], notebook.cells[1]


def saying(text):
    """Return a change that puts prose below the second cell, about whose result there is a claim."""
    return lambda notebook: notebook.cells.insert(2, new_markdown_cell(text))


SLIDER = """
from ipywidgets import IntSlider
slider = IntSlider()
slider.observe(lambda change: 1 / 0, "value")
slider.value = 3
"""

ENDLESS = """
import time
while True:
    print("x" * 1_000_000)
    time.sleep(0.01)  # or the thread that sends it is starved on a busy machine
"""

# name: (what is changed, the item that must fail, a part of what it says); None where all must pass
CANARIES = {
    "untouched": (lambda notebook: None, None, None),
    "float noise": (stored(1, lambda o: o.update(text=o.text.replace("3333333", "3333334"))), None, None),
    "wrong print": (stored(1, lambda o: o.update(text="mean 0.5 a third\n")), "Cell 1", "-mean 0.5 a third"),
    "wrong digit": (stored(1, lambda o: o.update(text=o.text.replace("0.5000", "0.5001"))), "Cell 1", "-mean 0.5001"),
    "wrong result": (
        stored(5, lambda o: o.data.update({"text/plain": "np.float64(6.0)"})),
        "Cell 5",
        "+np.float64(5.0)",
    ),
    "nothing printed": (source(1, "x = np.linspace(0, 1, 5)"), "Cell 1", "-mean 0.5"),
    "more printed": (source(3, "print('more')"), "Cell 3", "+more"),
    "another curve": (source(2, CELLS[2].replace("x, x", "x, x**2")), "Cell 2", "The picture differs"),
    "empty axes": (source(2, CELLS[2].replace("ax.plot(x, x)", "pass")), "Cell 2", "The picture differs"),
    "missing picture": (stored(2, lambda o: o.data.pop("image/png")), "Cell 2", "+display_data image/png text/plain"),
    "no picture any more": (source(2, "print('Figure: a line')"), "Cell 2", "-display_data image/png text/plain"),
    "garbage for a picture": (stored(2, lambda o: o.data.update({"image/png": "AAAA"})), "Cell 2", "image"),
    "another alt text": (source(2, CELLS[2].replace("a line", "two lines")), "Cell 2", "+Figure: two lines"),
    "stripped outputs": (stripped, "form", "cell 1 was never run"),
    "one stripped output": (lambda notebook: notebook.cells[1].update(outputs=[]), "Cell 1", "+mean 0.5"),
    "skipped by a tag": (tagged(1, "nbval-skip"), "form", "cell 1 is hidden from the test by nbval-skip"),
    "skipped by a comment": (
        source(2, "# NBVAL_IGNORE_OUTPUT\n" + CELLS[2]),
        "form",
        "cell 2 is hidden from the test by NBVAL_IGNORE",
    ),
    "needless tag": (tagged(3, "raises-exception"), "form", "cell 3 raises nothing but has the tag"),
    "missing tag": (tagged(4), "form", "cell 4 raises an exception without the tag"),
    "another exception": (source(4, "[][1]"), "Cell 4", "+IndexError"),
    "no exception": (source(4, "1"), "Cell 4", "ZeroDivisionError"),
    "noise on stderr": (source(3, "print('hm', file=sys.stderr)"), "Cell 3", "+stream stderr"),
    "a warning": (source(3, "import warnings\nwarnings.warn('old')"), "Cell 3", "+stream stderr"),
    "wrong order": (swapped, "Cell 1", "NameError"),
    "exception in a callback": (source(3, SLIDER), "Cell 3", "ZeroDivisionError"),
    "dead kernel": (source(1, "import os; os._exit(1)"), "Cell 1", "the kernel died in this cell"),
    "endless loop": (source(1, "while True: pass"), "Cell 1", "Timeout of 6 seconds"),
    "endless output": (source(1, ENDLESS), "Cell 1", "printed more than"),
    "a true claim": (saying("The mean of five\nnumbers is 0.5."), None, None),
    "a false claim": (
        saying("The mean of six numbers is 0.5."),
        "claims after Cell 1",
        "prose: The mean of six",
    ),
    "a claim that cannot be computed": (saying("There are none."), "claims after Cell 1", "NameError: name 'nothing'"),
    "over budget": (lambda notebook: None, "budget", "allowed are 0.1"),
    "older nbformat": (
        lambda notebook: notebook.update(nbformat_minor=4),
        "readable",
        "expected nbformat 4.5, got 4.4",
    ),
    "not a notebook": ("{]", "readable", "not a notebook that can be read"),
    "other JSON": ("{}", "readable", "not a notebook that can be read"),
}
CLAIMS = "The mean of {words(len(x))} numbers is {x.mean()}\n\nThere are {nothing}."
ALONE = {"stripped outputs", "wrong order", "dead kernel", "endless loop", "endless output"}  # felt in other cells


def shared():
    """Return {file: names of canaries}: those of different cells share a notebook, for each kernel takes a second."""
    earlier, files = Counter(), defaultdict(list)
    for name, (_, item, _) in CANARIES.items():
        if name in ALONE or not str(item).startswith(("Cell", "form")):
            files[name].append(name)
        else:
            files[item if item == "form" else f"cells {earlier[item]}"].append(name)
            earlier[item] += 1
    return files


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Run pytest once over all canaries; return for each the failed items of its notebook with what they say."""
    folder = tmp_path_factory.mktemp("canaries")
    (folder / "conftest.py").write_text(CONFTEST)
    good = new_notebook(cells=[new_code_cell(text) for text in CELLS])
    good.cells[4].metadata["tags"] = ["raises-exception"]
    refresh.execute(good, folder)
    for file, names in shared().items():
        notebook = copy.deepcopy(good)
        changes = [CANARIES[name][0] for name in names]
        for change in filter(callable, changes):
            change(notebook)
        text = json.dumps(notebook) if callable(changes[0]) else changes[0]
        (folder / f"{file}.ipynb").write_text(text)
        (folder / f"{file}.txt").write_text(CLAIMS if "claim" in file else "")
    options = [
        "-c",
        ROOT / "pyproject.toml",
        "--rootdir",
        folder,
        "--nbval-cell-timeout=6",
        "--junitxml",
        folder / "result",
    ]
    environ = os.environ | {"PYTHONPATH": str(ROOT / "tests")}
    for name in ["PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST"]:
        environ.pop(name, None)
    subprocess.run([sys.executable, "-m", "pytest", "-q", *options, folder], env=environ, capture_output=True)
    failed = defaultdict(dict)
    for case in ET.parse(folder / "result").iter("testcase"):
        file = case.get("classname").removesuffix(".ipynb")
        for fault in [*case.findall("failure"), *case.findall("error")]:
            failed[file][case.get("name")] = f"{fault.get('message')}\n{fault.text}"
    return {name: failed[file] for file, names in shared().items() for name in names}


@pytest.mark.canary
@pytest.mark.parametrize("name", CANARIES)
def test_canary(name, results):
    _, item, says = CANARIES[name]
    if item is None:
        assert results[name] == {}
    else:
        assert item in results[name], results[name]
        assert says in results[name][item]


@pytest.mark.canary
def test_after_a_dead_kernel_the_rest_is_expected_to_fail(results):
    assert set(results["dead kernel"]) == {"Cell 1"}


@pytest.mark.canary
def test_beside_a_tampered_cell_nothing_is_red(results):
    for file, names in shared().items():
        if file.startswith("cells"):
            assert set(results[names[0]]) == {CANARIES[name][1] for name in names}


def test_a_kernel_that_never_answers_is_started_again(monkeypatch):
    given = []

    def kernel(name, cwd, startup_timeout=None):
        given.append(startup_timeout)
        if len(given) == 1:
            raise RuntimeError("Kernel didn't respond")
        return "a kernel"

    monkeypatch.setattr(strict, "Kernel", kernel)
    notebook = SimpleNamespace(path=Path("a.ipynb"))
    strict.Notebook.setup(notebook)
    assert (notebook.kernel, given) == ("a kernel", [20, None])


@pytest.mark.parametrize(
    ("used", "says"), [((1, 1e9), None), ((1, 1.4e9), "1400 MB"), ((13, 1e9), "13 s of processor")]
)
def test_a_notebook_that_uses_too_much_is_red(used, says):
    kernel = SimpleNamespace(is_alive=lambda: True, used=lambda: used)
    item = SimpleNamespace(parent=SimpleNamespace(kernel=kernel), path=Path("a.ipynb"), user_properties=[])
    with pytest.raises(strict.FormError, match=says) if says else nullcontext():
        strict.Budget.runtest(item)


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "cache").write_text("in the way")
    with pytest.raises(RuntimeError, match="expected to write into"):
        strict.make_writable(tmp_path / "cache/ipython")


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("loss 0.12345678901", "loss 0.12345678902", True),
        ("loss 0.1234", "loss 0.1235", False),
        ("1e-17", "2e-17", False),
        ("3 of 10", "4 of 10", False),
        ("1.0", "1", False),
        ("nan", "0.0", False),
        ("-0.5 x", "0.5 x", False),
        ("[1.0000000001, 2.]", "[1., 2.]", True),
        ("0.0", "1e-20", False),
        ("version 1.2.3", "version 1.2.4", False),
    ],
)
def test_same_text(a, b, same):
    assert same_text(a, b) == same_text(b, a) == same


def png(*slopes):
    made, ax = figure(5, 4)
    for slope in slopes:
        ax.plot([0, 1], [0, slope])
    ax.set(xlim=(0, 1), ylim=(0, 1))
    file = io.BytesIO()
    made.savefig(file, format="png", dpi=100)
    return base64.b64encode(file.getvalue()).decode()


def test_a_slope_that_changes_by_1_percent_is_seen():
    assert picture_difference(png(0.7), png(0.7)) == 0
    assert picture_difference(png(0.7), png(0.707)) > 2
    assert picture_difference(png(0.7), png()) > 8

"""Canaries: notebooks that were tampered with must be red, and say why; the untouched one must be green."""

import base64
import copy
import io
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest
import refresh
import strict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from strict import picture_difference, same_text

from nnlib.plotting import figure

ROOT = Path(__file__).resolve().parents[1]
CELLS = [
    "import numpy as np\nimport sys",
    "x = np.linspace(0, 1, 5)\nprint(f'mean {x.mean():.4f}', 1 / 3)",
    "1 + 1;",
    "1 / 0",
    "x.sum() * 2",
    "from nnlib.plotting import figure, show\nmade, ax = figure(4, 3)\nax.plot(x, x)\nshow(made, alt='a line')",
]
CONFTEST = """
from pathlib import Path

import pytest
import strict
from strict import pytest_collect_file, pytest_terminal_summary

strict.claims.FOLDER = Path(__file__).parent
strict.MOST_MEMORY = 300e6
strict.other_versions = dict  # the stored pictures were made a moment ago, with whatever is installed

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):  # only what never ends may be cut short, however slow the machine is
    endless = "while True: time.sleep(1)" in getattr(item, "cell", {}).get("source", "")
    item.config.option.nbval_cell_timeout = 3 if endless else strict.PATIENCE
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
    notebook.cells[1], notebook.cells[4] = notebook.cells[4], notebook.cells[1]


def saying(text):
    """Return a change that puts prose below the second cell, about whose result there are claims."""
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

# name: (what is changed, the item that must fail, a part of what it says)
CANARIES = {
    "wrong print": (stored(1, lambda o: o.update(text="mean 0.5 a third\n")), "Cell 1", "-mean 0.5 a third"),
    "wrong digit": (stored(1, lambda o: o.update(text=o.text.replace("0.5000", "0.5001"))), "Cell 1", "-mean 0.5001"),
    "wrong result": (
        stored(4, lambda o: o.data.update({"text/plain": "np.float64(6.0)"})),
        "Cell 4",
        "+np.float64(5.0)",
    ),
    "nothing printed": (source(1, "x = np.linspace(0, 1, 5)"), "Cell 1", "-mean 0.5"),
    "more printed": (source(2, "print('more')"), "Cell 2", "+more"),
    "another curve": (source(5, CELLS[5].replace("x, x", "x, x**2")), "Cell 5", "The picture differs"),
    "empty axes": (source(5, CELLS[5].replace("ax.plot(x, x)", "pass")), "Cell 5", "The picture differs"),
    "missing picture": (stored(5, lambda o: o.data.pop("image/png")), "Cell 5", "+display_data image/png text/plain"),
    "no picture any more": (source(5, "print('Figure: a line')"), "Cell 5", "-display_data image/png text/plain"),
    "garbage for a picture": (
        stored(5, lambda o: o.data.update({"image/png": "AAAA"})),
        "Cell 5",
        "the picture cannot be read",
    ),
    "another alt text": (source(5, CELLS[5].replace("a line", "two lines")), "Cell 5", "+Figure: two lines"),
    "stripped outputs": (stripped, "form", "cell 1 was never run"),
    "one stripped output": (lambda notebook: notebook.cells[1].update(outputs=[]), "Cell 1", "+mean 0.5"),
    "skipped by a tag": (tagged(1, "nbval-skip"), "form", "is hidden from the test by nbval-skip"),
    "skipped by a comment": (
        source(5, "# NBVAL_IGNORE_OUTPUT\n" + CELLS[5]),
        "form",
        "is hidden from the test by NBVAL_IGNORE",
    ),
    "needless tag": (tagged(2, "raises-exception"), "form", "raises nothing but has the tag"),
    "missing tag": (tagged(3), "form", "raises an exception without the tag"),
    "another exception": (source(3, "[][1]"), "Cell 3", "+IndexError"),
    "no exception": (source(3, "1"), "Cell 3", "ZeroDivisionError"),
    "noise on stderr": (source(2, "print('hm', file=sys.stderr)"), "Cell 2", "+stream stderr"),
    "a warning": (source(2, "import warnings\nwarnings.warn('old')"), "Cell 2", "+stream stderr"),
    "wrong order": (swapped, "Cell 1", "NameError"),
    "exception in a callback": (source(2, SLIDER), "Cell 2", "ZeroDivisionError"),
    "dead kernel": (source(1, "import os; os._exit(1)"), "Cell 1", "the kernel died in this cell"),
    "endless loop": (source(1, "import time\nwhile True: time.sleep(1)"), "Cell 1", "Timeout of 3 seconds"),
    "endless output": (source(1, ENDLESS), "Cell 1", "printed more than"),
    "claims": (
        saying("The mean of five\nnumbers is 0.5. The largest of six is 1.0. There are none."),
        "claims after Cell 1",
        "prose: The largest of six",
    ),
    "too large": (source(2, "big = np.ones(30_000_000)"), "memory", "MB at its end, allowed are 300"),
    "older nbformat": (
        lambda notebook: notebook.update(nbformat_minor=4),
        "readable",
        "expected nbformat 4.5, got 4.4",
    ),
    "not a notebook": ("{]", "readable", "not a notebook that can be read"),
    "other JSON": ("{}", "readable", "not a notebook that can be read"),
}
ALONE = {
    "stripped outputs",
    "wrong order",
    "dead kernel",
    "endless loop",
    "endless output",
    "claims",
    "too large",
    "older nbformat",
}
CLAIMS = """
The mean of {words(len(x))} numbers is {x.mean()}.

The largest of {words(len(x))} is {x.max()}.

There are {nothing}.
"""
GREEN = {
    "untouched": lambda notebook: None,
    "float noise": stored(1, lambda o: o.update(text=o.text.replace("3333333", "3333334"))),
}


def gathered(good):
    """Return a notebook with a cell for each canary that is felt nowhere else, and {name: number of its cell}.

    A notebook for each would start a kernel, and load matplotlib, thirty times.
    """
    notebook, numbers = copy.deepcopy(good), {}
    changes = {name: change for name, (change, _, _) in CANARIES.items() if callable(change) and name not in ALONE}
    for name, change in (GREEN | changes).items():
        tampered = copy.deepcopy(good)
        change(tampered)
        pairs = zip(good.cells, tampered.cells, strict=True)
        changed = [after for before, after in pairs if before != after] or tampered.cells[-1:]
        assert len(changed) == 1, name
        numbers[name] = len(notebook.cells)
        notebook.cells += changed
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    return notebook, numbers


class Results(NamedTuple):
    """What the canaries say: {file: {item: its message}}, which cell of the shared notebook is whose, the summary."""

    failed: dict
    numbers: dict
    summary: str


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Run pytest once over all canaries."""
    folder = tmp_path_factory.mktemp("canaries")
    (folder / "conftest.py").write_text(CONFTEST)
    good = new_notebook(cells=[new_code_cell(text) for text in CELLS])
    good.cells[3].metadata["tags"] = ["raises-exception"]
    refresh.execute(good, folder)
    shared, numbers = gathered(good)
    texts = {"shared": json.dumps(shared)}
    for name, (change, _, _) in CANARIES.items():
        if name in ALONE:
            notebook = copy.deepcopy(good)
            notebook.cells.pop()  # the picture, for to load matplotlib takes a second
            change(notebook)
            texts[name] = json.dumps(notebook)
        elif not callable(change):
            texts[name] = change
    for name, text in texts.items():
        (folder / f"{name}.ipynb").write_text(text)
    (folder / "claims.txt").write_text(CLAIMS)
    options = ["-c", ROOT / "pyproject.toml", "--rootdir", folder, "-n0", "--junitxml", folder / "result", folder]
    environ = os.environ | {"PYTHONPATH": str(ROOT / "tests"), "CI": "true"}  # in CI the summary's lines are not cut
    for name in ["PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST"]:
        environ.pop(name, None)
    command = [sys.executable, "-m", "pytest", "-q", *options]
    ran = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True)
    failed = {name: {} for name in texts}
    for case in ET.parse(folder / "result").iter("testcase"):
        for fault in [*case.findall("failure"), *case.findall("error")]:
            failed[case.get("classname").removesuffix(".ipynb")][case.get("name")] = fault.text
    return Results(failed, numbers, ran.stdout)


@pytest.mark.canary
@pytest.mark.parametrize("name", CANARIES)
def test_canary(name, results):
    _, item, says = CANARIES[name]
    file = "shared" if name in results.numbers else name
    if name in results.numbers:
        item = item if item == "form" else f"Cell {results.numbers[name]}"
        says = f"cell {results.numbers[name]} {says}" if item == "form" else says
    assert item in results.failed[file], results.failed[file]
    assert says in results.failed[file][item]


@pytest.mark.canary
def test_after_a_dead_kernel_the_rest_is_expected_to_fail(results):
    assert set(results.failed["dead kernel"]) == {"Cell 1"}


@pytest.mark.canary
def test_only_false_claims_are_red_and_those_that_cannot_be_computed(results):
    said = results.failed["claims"]["claims after Cell 1"]
    assert "NameError: name 'nothing'" in said
    assert "The mean" not in said


@pytest.mark.canary
def test_beside_a_tampered_cell_nothing_is_red(results):
    red = {name for name in results.numbers if name in CANARIES and CANARIES[name][1] != "form"} | {"missing tag"}
    assert set(results.failed["shared"]) == {"form"} | {f"Cell {results.numbers[name]}" for name in red}


SUMMARY = {
    "wrong digit": "stdout: stored 'mean 0.5001 0.3333333333333333', new 'mean 0.5000 0.3333333333333333'",
    "wrong result": "text/plain: stored 'np.float64(6.0)', new 'np.float64(5.0)'",
    "more printed": "kinds of output: stored nothing, new 'stream stdout'",
    "another curve": "The picture differs (root mean square",
    "missing tag": "raised ZeroDivisionError: division by zero",
    "dead kernel": "the kernel died in this cell",
    "endless loop": "Timeout of 3 seconds exceeded executing cell",
}


@pytest.mark.canary
@pytest.mark.parametrize("name", SUMMARY)
def test_the_summary_says_in_one_line_why(name, results):
    file, number = ("shared", results.numbers[name]) if name in results.numbers else (name, 1)
    (line,) = re.findall(rf"^FAILED .*/{file}\.ipynb::Cell {number} - (.*)$", results.summary, re.MULTILINE)
    assert re.fullmatch(rf"Failed: cell {number} \(\S+\): {re.escape(SUMMARY[name])}.*", line)


@pytest.mark.canary
@pytest.mark.parametrize(
    ("item", "says"),
    [
        ("shared.ipynb::form", r"form of shared.ipynb: cell \d+ is hidden from the test by nbval-skip"),
        ("too large.ipynb::memory", r"memory of too large.ipynb: holds \d+ MB at its end"),
        ("not a notebook.ipynb::readable", "readable of not a notebook.ipynb: not a notebook that can be read"),
    ],
)
def test_what_is_no_cell_is_called_what_it_is(item, says, results):
    assert re.search(rf"^FAILED .*/{item} - Failed: {says}", results.summary, re.MULTILINE)


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
    assert (notebook.kernel, given) == ("a kernel", [60, 300])


@pytest.mark.parametrize(("size", "says"), [(1e9, None), (1.4e9, "holds 1400 MB at its end, allowed are 1300")])
def test_a_notebook_that_holds_too_much_is_red(size, says):
    kernel = SimpleNamespace(is_alive=lambda: True, memory=lambda: size)
    item = SimpleNamespace(
        parent=SimpleNamespace(kernel=kernel), user_properties=[], name="memory", path=Path("a.ipynb")
    )
    item.red = lambda fault: strict.Form.red(item, fault)
    with pytest.raises(pytest.fail.Exception, match=says) if says else nullcontext():
        strict.Memory.runtest(item)


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

"""What nnlib never does: run code from a file, start a program, use the network, let a value become HTML."""

import ast
import base64
import subprocess
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from discovery import MODULES
from nbconvert import HTMLExporter
from test_viz import notebook

from nnlib.checks import check, compare, predict
from nnlib.data.handwriting import read_picture
from nnlib.plotting import figure, show
from nnlib.progress import Progress
from nnlib.viz import DigitPad
from nnlib.viz.pad import LARGEST

# By syntax tree

PICKLES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
NETWORK = {
    "socket",
    "ssl",
    "urllib",
    "http",
    "ftplib",
    "smtplib",
    "requests",
    "httpx",
    "aiohttp",
    "webbrowser",
    "js",
    "pyodide",
}
HARMLESS = {"urllib.parse", "urllib.parse.quote", "urllib.parse.unquote"}  # they write addresses, and open none
PROGRAMS = {"subprocess", "multiprocessing", "pty", "ctypes", "cffi"}
# Python itself is asked to raise an error in another thread: it offers no other way.
ENDS_LOOPS = {"ctypes", *(f"ctypes.{name}" for name in ["pythonapi", "c_ulong", "py_object"])}
# Lines of the course are put together and run; a state says only in which order.
ALLOWED = {"nnlib.viz.watch": ENDS_LOOPS, "nnlib.viz.lines.run": {"exec", "compile"}}
ALLOWED |= {"nnlib.review.terminal": {"input"}}  # it asks questions in a terminal
# NumPy in a browser is given loops of our own.
CTYPES = ["pythonapi", "py_object", "cast", "addressof", "create_string_buffer", "POINTER", "CFUNCTYPE", "CDLL"]
LOOPS = {"ctypes", *(f"ctypes.{name}" for name in [*CTYPES, "c_void_p", "c_char_p", "c_int"])}
# `python -m nnlib web` builds a site, of files that it fetches and compares with known checksums, and shows it here.
STARTS = {"subprocess", "subprocess.run"}
SERVES = {"http.server", "http.server.SimpleHTTPRequestHandler", "http.server.ThreadingHTTPServer"}
ALLOWED |= {
    "nnlib.web.inputs": STARTS | {"urllib.request"},
    "nnlib.web.site": STARTS,
    "nnlib.web.serve": SERVES,
    "nnlib.platform.products": LOOPS,
    "nnlib.platform": {
        "js",
        "js.XMLHttpRequest",
        "js.location",
    },  # a browser's kernel asks the site that it came from for MNIST
}
CALLS = {"eval", "exec", "compile", "__import__", "input", "breakpoint"}
OF_OS = ("system", "popen", "fork", "posix_spawn", "startfile", "exec", "spawn")  # what their names start with
READERS = {"load", "fromfile", "memmap", "genfromtxt", "loadtxt", "read_array", "open_memmap"}  # of NumPy


def forbidden(tree):
    """Yield (line, what) for each thing in a syntax tree that nnlib does without."""
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Name) and node.id in CALLS:
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            names = [f"{node.value.id}.{node.attr}"]
        for name in set(names) - HARMLESS:
            head, _, last = name.rpartition(".")
            if name.split(".")[0] in PICKLES | NETWORK | PROGRAMS or (head == "os" and last.startswith(OF_OS)):
                yield node.lineno, name
            if head in {"np", "numpy", "format", "np.lib.format"} and last in READERS:
                yield node.lineno, name
        if isinstance(node, ast.keyword) and node.arg in {"allow_pickle", "shell"}:
            yield node.value.lineno, node.arg


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_no_pickle_no_eval_no_network_no_shell(module):
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    found = {what for _, what in forbidden(tree)}
    assert found == ALLOWED.get(module.__name__, set())


BAD = [
    "import pickle", "from pickle import loads", "import urllib.request as u", "from os import system", "os.popen(x)",
    "eval(x)", "f = exec", "np.load(x)", "from numpy import load", "np.save(x, y, allow_pickle=True)", "import socket",
    "def f():\n    import subprocess", "run(x, shell=True)", "from multiprocessing.shared_memory import SharedMemory",
]  # fmt: skip


@pytest.mark.parametrize("code", BAD)
def test_what_is_forbidden_is_found(code):
    assert len(list(forbidden(ast.parse(code)))) >= 1


# Uploads

POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 20 20\n%%EndComments\n%%EOF\n"


def test_no_program_is_started_for_a_picture(monkeypatch):
    """Pillow gives PostScript to Ghostscript, which runs what is in the file."""
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **_: pytest.fail(f"{args} was started"))
    with pytest.raises(ValueError, match="expected an image file such as PNG or JPEG, got"):
        read_picture(POSTSCRIPT)


@pytest.mark.view
def test_an_upload_has_bounds_whatever_the_page_lets_through():
    pad = DigitPad(drawing="")
    pad.receive(None, {"size": LARGEST + 1}, [memoryview(bytes(LARGEST + 1))])
    assert pad.error == "ValueError: expected a file of at most 8 MB, got 8 MB"
    pad.receive(None, {"size": 3}, [memoryview(b"GIF")])
    assert pad.error == "ValueError: expected an image file such as PNG or JPEG, got 3 other bytes"
    assert pad.state["drawing"] == ""


# Values of learners

EVIL = "<img src=x onerror=alert(1)>"
TEXTS = {"text/plain", "image/png", "application/vnd.jupyter.widget-view+json"}


class Evil:
    """What a reader might return: it shows itself as HTML."""

    def __repr__(self):
        return EVIL

    def _repr_html_(self):
        return EVIL


def test_the_progress_bar_shows_names_as_text():
    bar = Progress(3, show=False)
    bar.bar, bar.text = SimpleNamespace(value=0), SimpleNamespace(value="")
    bar.__exit__(type(EVIL, (Exception,), {}))
    assert bar.text.value == "stopped by &lt;img src=x onerror=alert(1)&gt;"


@pytest.mark.view
def test_values_of_learners_are_escaped_in_the_page(capsys, monkeypatch):
    """What checks, predictions, figures and views say of them, put into a notebook and made HTML."""
    neuron = notebook(f"def neuron(x, w, b):\n    raise ValueError({EVIL!r})\nview = Neuron()")["view"]
    strange = notebook("def neuron(x, w, b):\n    return thing\nview = Neuron()", thing=type(EVIL, (), {})())["view"]
    names = {"check": check, "neuron": lambda x, w, b: Evil()}
    exec("check('01.1')", names)
    exec("check('01.1')", names | {"neuron": lambda x, w, b: [].index(EVIL)})
    predict(EVIL, "up", EVIL, mine=EVIL).reveal(EVIL)
    predict("Which?", mine=Evil()).reveal(1)
    compare(EVIL, np.zeros(2), np.ones(2))
    shown = []
    monkeypatch.setattr("nnlib.plotting.display", lambda data, **options: shown.append((data, options["metadata"])))
    show(figure(2, 2)[0], f'a figure " {EVIL}')
    bundles = [neuron._repr_mimebundle_(), strange._repr_mimebundle_(), *shown]
    assert all(data.keys() <= TEXTS for data, _ in bundles)
    said = capsys.readouterr().out
    assert said.count(EVIL) >= 5  # a check names the kind of what came and asks it for no text
    assert EVIL in neuron.error
    assert EVIL in strange.error
    outputs = [nbformat.v4.new_output("stream", text=said)]
    for data, metadata in bundles:
        kept = {"text/plain": data["text/plain"]}
        if "image/png" in data:
            png = data["image/png"]
            kept["image/png"] = base64.b64encode(png).decode() if isinstance(png, bytes) else png
        outputs.append(nbformat.v4.new_output("display_data", data=kept, metadata=metadata))
    page = exported(outputs)
    assert page.count("&lt;img src=x") >= said.count(EVIL) + 2
    assert "<img src=x" not in page
    assert 'a figure " ' not in page


def exported(outputs):
    """Return a notebook with these outputs as HTML."""
    cell = nbformat.v4.new_code_cell("1", outputs=outputs)
    body, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    return body

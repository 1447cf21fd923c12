"""Opens the site of the course in a browser that reaches no other machine, and runs notebooks there."""

import functools
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import pytest
import strict
from chromium import BROWSER, FLAGS
from patience import PATIENCE

from nnlib.__main__ import NOTEBOOKS
from nnlib.web import inputs, serve, site

CARRIER = "open-webui==0.12.4"  # a package of the index, in which Pyodide's files lie; their checksums are ours
ONLY_HERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
CELLS = "[...window.jupyterapp.shell.currentWidget.content.model.cells].filter(c => c.type == 'code')"

RUN = """source => {
  const content = window.jupyterapp.shell.currentWidget.content;
  content.activeCellIndex = [...content.model.cells].findIndex(c => c.type == 'code');
  content.deselectAll();
  content.activeCell.model.sharedModel.setSource(source);
  content.activeCell.model.clearExecution();
  void window.jupyterapp.commands.execute('notebook:run-cell');
}"""

# Cells that rightly print something else in a browser, by the beginning of their id, with the reason.
DIFFERENT = {
    "progress-map": "a browser keeps what was done above it, and the other tests keep nothing",
    "with-np-errstate-over-raise": "WebAssembly has no flags of floats, so NumPy raises nothing there",
}


def carriers(kept):
    """Return the packages to look into for Pyodide's files; none where all of them are kept already."""
    known = inputs.KNOWN["files"]
    if all((kept / name).exists() and (kept / name).stat().st_size == known[name]["size"] for name in known):
        return []
    folder = tempfile.mkdtemp()
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "-d", folder, CARRIER]
    subprocess.run([*command, "--python-version=3.12"], capture_output=True)
    return sorted(Path(folder).glob("*.whl"))


def built(folder):
    """Return the number of bytes of the site, built in a folder; skip where Pyodide cannot be had."""
    kept = inputs.cache()
    try:
        return site.build(folder, carriers(kept), kept, NOTEBOOKS)
    except OSError as error:
        pytest.skip(f"NO Pyodide, so there is no site to open: {error}")


class Counting(serve.Handler):
    """Notes the address and the number of bytes of each file that it sends."""

    sent = []

    def copyfile(self, source, outputfile):
        content = source.read()
        self.sent.append((self.path, len(content)))
        outputfile.write(content)


class Site:
    """A server of the site, and a browser in which nothing is kept yet."""

    def __init__(self, folder, playwright):
        self.size, self.outside = built(folder / "course"), []
        self.server = serve.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Counting, directory=str(folder)))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/course"  # in a folder, as a fork's is
        self.browser = playwright.chromium.launch(executable_path=BROWSER, args=[*FLAGS, ONLY_HERE])
        self.context, self.page = None, None
        self.forget()

    def forget(self):
        """Begin with a browser that has nothing of the site, nor of what was done there."""
        if self.context is not None:
            self.context.close()
        self.context, self.page = self.browser.new_context(viewport={"width": 1280, "height": 900}), None
        self.context.set_default_timeout(1000 * PATIENCE)
        self.context.on("request", self.note)

    def note(self, request):
        if not request.url.startswith((self.address.removesuffix("course"), "blob:", "data:")):
            self.outside.append(request.url)

    def tab(self):
        """Return a new tab, in place of the one before."""
        if self.page is not None:
            self.page.close()
        self.page = self.context.new_page()
        return self.page

    def alone(self, address):
        """Open the page of one view in a new tab."""
        self.tab().goto(f"{self.address}/view.html#{address}")
        return self.page

    def front(self):
        """Open the start page in a new tab."""
        self.tab().goto(f"{self.address}/index.html")
        return self.page

    def open(self, name, view=""):
        """Open a notebook in a new tab, with its kernel at work; a view may be in the address."""
        self.tab().goto(f"{self.address}/notebooks/index.html?path={name}{view}")
        self.page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.content?.model?.cells?.length > 1")
        self.page.wait_for_function("window.jupyterapp.shell.currentWidget.sessionContext?.session?.kernel")
        if not view:
            self.page.evaluate("void window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        return self.page

    def wait_for(self, expression):
        """Return the first true value of an expression of the page."""
        return self.page.wait_for_function(expression, polling=300).json_value()

    def run_all(self):
        """Run the notebook to its end, and return what each cell gave; one that takes very long fails."""
        self.page.evaluate("void window.jupyterapp.commands.execute('notebook:run-all-cells')")
        while left := self.page.evaluate(f"{CELLS}.filter(c => !c.executionCount).length"):
            self.wait_for(f"{CELLS}.filter(c => !c.executionCount).length < {left}")
        time.sleep(1)  # what a cell has printed comes after its number
        return self.page.evaluate(f"{CELLS}.map(c => c.outputs.toJSON())")

    def run(self, source):
        """Put code into the first cell that has any, run it, and return what it printed."""
        self.page.evaluate(RUN, source)
        self.wait_for(f"{CELLS}[0].executionCount")
        time.sleep(1)
        return "".join(output.get("text", str(output)) for output in self.page.evaluate(f"{CELLS}[0].outputs.toJSON()"))

    def close(self):
        self.browser.close()
        self.server.shutdown()
        self.server.server_close()


def until(condition):
    """Wait for something in the page."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"waited {PATIENCE} s in vain")
        time.sleep(0.2)


def told(outputs):
    """Return what outputs tell in words, each with its kind; streams that follow each other are one."""
    found = []
    for output in outputs:
        if output["output_type"] == "stream":
            kind, text = output["name"], strict.plain("".join(output["text"]))
        elif output["output_type"] == "error":
            kind, text = "error", f"{output['ename']}: {output['evalue']}"
        else:
            texts = {mime: "".join(data) for mime, data in output["data"].items() if mime.startswith("text/")}
            alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
            kind, text = "data", json.dumps([sorted(texts.items()), alt], ensure_ascii=False)
        if found and found[-1][0] == kind and kind in ("stdout", "stderr"):
            found[-1] = kind, found[-1][1] + text
        else:
            found.append((kind, text))
    return found


def differences(path, came):
    """Return {id: (stored, came)} of the cells of a notebook that tell something else than is stored.

    A cell that is meant to fail prints its error in a browser: the last line is what is compared.
    """
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    found = {}
    for cell, outputs in zip(cells, came, strict=True):
        stored, new = told(strict.without_folds(nbformat.v4.new_notebook(cells=[cell])).cells[0].outputs), told(outputs)
        if "raises-exception" in cell.metadata.get("tags", []) and new and new[-1][0] == "stderr":
            new[-1] = "error", new[-1][1].strip().rpartition("\n")[2]
        same = [kind for kind, _ in stored] == [kind for kind, _ in new]
        if not (same and all(strict.same_text(a, b) for (_, a), (_, b) in zip(stored, new, strict=True))):
            found[cell.id] = stored, new
    return found


def known(name):
    """Return why a cell may tell something else, or None."""
    return next((why for start, why in DIFFERENT.items() if re.match(start, name)), None)

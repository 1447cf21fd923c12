"""Makes nbval see what it lets pass: pictures, cells that were never run, needless tags, dead kernels.

nbval runs the cells and collects what they print; the classes here take the place of its own. Text is
compared exactly but for noise in the last digits of floats, pictures by eye, as far as a program has one.
Nothing here depends on how fast the machine is: what waits, waits long, and only so that nothing hangs.
"""

import os
from pathlib import Path

for name in ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"]:
    os.environ[name] = os.environ.get("BLAS_THREADS", "1")  # two kernels at a time on two cores; they inherit it
ROOT = Path(__file__).resolve().parents[1]
IPYTHON = ROOT / ".pytest_cache/ipython"  # not the user's own profile and history
os.environ["IPYTHONDIR"] = str(IPYTHON)
os.environ["NNLIB_PROGRESS"] = ""  # the reader's own, which no test writes

import base64
import difflib
import io
import re
import time
from collections import deque
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from queue import Empty

import claims
import nbformat
import nbval.plugin
import numpy as np
import psutil
import pytest
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, RunningKernel
from nbval.plugin import NbCellError
from packaging.requirements import Requirement
from patience import PATIENCE
from PIL import Image, ImageChops, UnidentifiedImageError

from nnlib.__main__ import loopback, make_do
from nnlib.jupyter import WIDGET  # its ids are random, and it is stripped from stored files
from nnlib.notebooks import read, stray, without_folds


def make_writable(folder):
    """Make a folder if it is not there; raise RuntimeError if nothing can be written into it."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise RuntimeError(
            f"the tests expected to write into {folder}, and cannot: copy the course to a folder of yours"
        )


make_writable(IPYTHON)
if not loopback():
    raise RuntimeError("the kernels of the notebooks expected 127.0.0.1 to answer, and it does not")
make_do(ROOT)  # a home folder, where there is none: matplotlib would complain in the first cell

FLOAT = re.compile(r"(-?\d+\.\d*(?:e[+-]?\d+)?|-?\d+e[+-]?\d+)")
FLOAT_NOISE = 1e-6  # relative; float64 results spread by 2e-14 over CPUs, printed ones by their last digit
PICTURE_NOISE = 2.0  # root mean square at 160 x 120 pixels; a line whose slope changes by 1 % has more
SHAPES = str(Path(__file__).resolve().with_name("shape_comments.py"))
MOST_OUTPUT = 10_000_000  # bytes that a cell may print
MOST_MEMORY = 1.3e9  # bytes that a notebook may hold: on a machine with 2 GB there is a browser as well


def other_versions():
    """Return the installed versions that decide about pictures and differ from the pinned ones."""
    pins = (Requirement(line) for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line)
    pinned = {pin.name: pin for pin in pins if pin.name == "matplotlib"}
    return {name: version(name) for name, pin in pinned.items() if version(name) not in pin.specifier}


def same_text(stored, came):
    """Whether two texts are equal but for float noise: 0.1230 and 0.1231 differ, as do 1 and 1.0."""
    a, b = FLOAT.split(stored), FLOAT.split(came)
    if len(a) != len(b) or a[::2] != b[::2]:
        return False
    return all(
        x == y or abs(float(x) - float(y)) <= FLOAT_NOISE * abs(float(x)) for x, y in zip(a[1::2], b[1::2], strict=True)
    )


def plain(text):
    """Return a text without the colours of a terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def picture(png):
    return Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")


def picture_difference(stored, came):
    """Return the root mean square difference of two pictures, both brought to 160 x 120 pixels."""
    a, b = (np.asarray(picture(png).resize((160, 120), Image.Resampling.BOX), float) for png in (stored, came))
    return float(np.sqrt(((a - b) ** 2).mean()))


def side_by_side(stored, came):
    """Return one picture: stored, came, and where they differ in black."""
    a, b = picture(stored), picture(came)
    b = b.resize(a.size)
    difference = ImageChops.invert(ImageChops.difference(a, b))
    whole = Image.new("RGB", (3 * a.width + 20, a.height), "grey")
    for i, part in enumerate([a, b, difference]):
        whole.paste(part, (i * (a.width + 10), 0))
    return whole


class Kernel(RunningKernel):
    """A kernel whose death, silence or flood of output is noticed; it compares the shapes in comments as well."""

    def __init__(self, *args, **options):
        self.waiting, self.size = deque(), 0
        super().__init__(*args, **options)
        install = f"__import__('runpy').run_path({SHAPES!r})['install'](get_ipython())"
        self.await_reply(self.kc.execute(install, silent=True, store_history=False), timeout=PATIENCE)

    def execute_cell_input(self, cell_input, allow_stdin=None):
        self.size = 0
        # With history, so that a trailing semicolon hides a value as it does in JupyterLab.
        return self.kc.execute(cell_input, store_history=True, allow_stdin=allow_stdin, stop_on_error=False)

    def await_reply(self, msg_id, timeout=None):
        end = time.monotonic() + (timeout or 0)
        while timeout is None or time.monotonic() < end:
            self.drain()
            try:
                return super().await_reply(msg_id, timeout=0.5)
            except Empty:
                if not self.is_alive():
                    raise RuntimeError("the kernel died in this cell") from None
        raise Empty

    def drain(self):
        """Take in what was printed so far, and stop a cell that prints without end."""
        while True:
            try:
                message = self.kc.get_iopub_msg(timeout=0)
            except Empty:
                return
            self.waiting.append(message)
            self.size += len(message["content"].get("text", ""))
            if self.size > MOST_OUTPUT:
                self.stop()
                raise RuntimeError(f"the cell printed more than {MOST_OUTPUT:,} characters")

    def get_message(self, stream, timeout=None):
        if stream == "iopub" and self.waiting:
            return self.waiting.popleft()
        return super().get_message(stream, timeout)

    def memory(self):
        """Return the bytes of memory that it holds now."""
        return psutil.Process(self.km.provisioner.pid).memory_info().rss


class Cell(nbval.plugin.IPyNbCell):
    """A code cell, compared strictly."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.output_timeout = PATIENCE  # nbval's is 5 s, which a kernel on a busy machine may need

    def runtest(self):
        self.reason = None  # in one line, what differs first
        try:
            super().runtest()
        except RuntimeError as error:
            self.parent.timed_out = True  # the cells after it are expected to fail
            self.red(str(error))
        except NbCellError as error:
            trace = plain(error.inner_traceback or "")
            if self.reason:
                self.red(self.reason, *self.comparison_traceback)
            elif str(error) == "Cell execution caused an exception":
                self.red(f"raised {trace.splitlines()[-1]}", trace)
            else:
                self.red(str(error), trace)

    def red(self, why, *more):
        """Fail with the reason first, for pytest's summary shows one line, then the cell and what more there is."""
        said = [f"cell {self.cell_num} ({self.cell.id}): {why}", "", self.cell.source, "", *more]
        pytest.fail("\n".join(said), pytrace=False)

    def repr_failure(self, excinfo):
        return pytest.Item.repr_failure(self, excinfo)

    def compare_outputs(self, test, ref, skip_compare=None):
        self.comparison_traceback = []
        kinds = [[self.kind(output) for output in outputs] for outputs in (ref, test)]
        if kinds[0] != kinds[1]:
            self.comparison_traceback = self.difference("kinds of output", *map("\n".join, kinds))
            if not ref or not test or kinds[0][-1].startswith("error") or kinds[1][-1].startswith("error"):
                self.comparison_traceback += self.difference("text", *map(self.all_text, (ref, test)))
        else:
            for number, (stored, came) in enumerate(zip(ref, test, strict=True)):
                self.compare_output(number, stored, came)
        return not self.comparison_traceback

    def kind(self, output):
        """What an output is, without its content."""
        if output.output_type == "stream":
            return f"stream {output.name}"
        return " ".join([output.output_type, *sorted(set(output.get("data", {})) - {WIDGET})])

    def text(self, output):
        """The text of an output, by kind."""
        if output.output_type == "stream":
            return {output.name: output.text}
        if output.output_type == "error":
            return {"error": f"{output.ename}: {output.evalue}"}
        return {
            mime: data for mime, data in output.data.items() if mime.startswith("text/") or mime.endswith("svg+xml")
        }

    def all_text(self, outputs):
        return "\n".join("\n".join(self.text(output).values()) for output in outputs)

    def compare_output(self, number, stored, came):
        texts = self.text(came)
        for kind, text in self.text(stored).items():
            if not same_text(text, texts[kind]):
                self.comparison_traceback += self.difference(kind, text, texts[kind])
        for mime in ("image/png", "image/jpeg"):
            if mime in stored.get("data", {}) and not other_versions():
                try:
                    rms = picture_difference(stored.data[mime], came.data[mime])
                except UnidentifiedImageError:
                    self.reason = self.reason or "the picture cannot be read"
                    self.comparison_traceback.append(f"stored {stored.data[mime][:40]!r}, new {came.data[mime][:40]!r}")
                    continue
                if rms > PICTURE_NOISE:
                    path = self.config.cache.mkdir("pictures") / f"{self.path.stem}-cell{self.cell_num}-{number}.png"
                    side_by_side(stored.data[mime], came.data[mime]).save(path)
                    differs = f"The picture differs (root mean square {rms:.1f}, allowed {PICTURE_NOISE})."
                    self.reason = self.reason or differs
                    said = f"{differs}\nStored, new and their difference side by side: {path}"
                    self.comparison_traceback.append(said)

    def difference(self, kind, stored, came):
        """Return the lines that differ by more than float noise, and keep the first as the reason."""
        a, b = stored.splitlines(), came.splitlines()
        if len(a) == len(b):
            b = [x if same_text(x, y) else y for x, y in zip(a, b, strict=True)]
        if a == b:  # they differ in their line breaks
            a, b = [repr(stored)], [repr(came)]
        lines = list(difflib.unified_diff(a, b, f"stored {kind}", f"new {kind}", "", "", 2, ""))
        firsts = (next((line[1:].strip() for line in lines[2:] if line[0] == sign), None) for sign in "-+")
        said = ("nothing" if line is None else repr(line[:100]) for line in firsts)
        self.reason = self.reason or "{}: stored {}, new {}".format(kind, *said)
        return lines


class Form(pytest.Item):
    """What can be said of a notebook without running it."""

    def runtest(self):
        faults = []
        for number, cell in enumerate(self.parent.code_cells()):
            tags = cell.metadata.get("tags", [])
            raised = any(output.output_type == "error" for output in cell.outputs)
            if cell.execution_count is None and cell.source.strip():
                faults.append(f"cell {number} was never run")
            if raised != ("raises-exception" in tags):
                what = "raises an exception without" if raised else "raises nothing but has"
                faults.append(f"cell {number} {what} the tag raises-exception")
            hidden = [tag for tag in tags if tag.startswith("nbval")]
            hidden += re.findall(r"^\s*#\s*((?:NBVAL|PYTEST)_\w+)", cell.source, re.MULTILINE)
            if hidden:
                faults.append(f"cell {number} is hidden from the test by {', '.join(hidden)}")
        if faults:
            self.red("\n".join(faults))

    def red(self, fault):
        pytest.fail(f"{self.name} of {self.path.name}: {fault}", pytrace=False)

    def reportinfo(self):
        return self.path, None, f"{self.path.name}: {self.name}"


class Unreadable(Form):
    """Stands for a notebook that cannot be read at all."""

    def runtest(self):
        self.red(self.fault)


class Claims(Form):
    """What the prose says of results: computed once the code cells above it have run."""

    def runtest(self):
        kernel = self.parent.kernel
        if not kernel.is_alive() or self.parent.timed_out:
            pytest.skip("the kernel is gone")
        asked = claims.ask(kernel.kc, self.parent.nb, self.placed, self.cells)
        if faults := [fault for fault in (claims.judge(*one) for one in asked) if fault]:
            self.red("\n".join(faults))


class Memory(Form):
    """The last item of a notebook: does it hold more memory than many have?"""

    def runtest(self):
        kernel = self.parent.kernel
        if kernel is None or not kernel.is_alive():
            pytest.skip("the kernel is gone")
        size = kernel.memory()
        self.user_properties.append(("megabytes", round(size / 1e6)))
        if size > MOST_MEMORY:
            self.red(f"holds {size / 1e6:.0f} MB at its end, allowed are {MOST_MEMORY / 1e6:.0f}")


class Notebook(nbval.plugin.IPyNbFile):
    """A notebook: its form, its cells in order, its memory."""

    def collect(self):
        self.add_marker("notebook")
        try:
            self.nb = self.read()
            if self.path.parent == ROOT / "notebooks" and (fault := stray(self.path)):
                raise ValueError(fault)
        except Exception as error:  # whatever is wrong with the file, the other notebooks go on
            broken = Unreadable.from_parent(self, name="readable")
            broken.fault = f"not a notebook that can be read: {type(error).__name__}: {str(error)[:300]}"
            yield broken
            return
        yield Form.from_parent(self, name="form")
        placed, _ = claims.places(self.nb, claims.claims(self.path.stem))  # a rule says what has no place
        for number, cell in enumerate(self.code_cells()):
            options = {
                "check": True,
                "check_exception": "raises-exception" in cell.metadata.get("tags", []),
                "skip": False,
            }
            yield Cell.from_parent(self, name=f"Cell {number}", cell_num=number, cell=cell, options=options)
            if any(claims.computes(claim) and after == number + 1 for claim, _, after in placed):
                item = Claims.from_parent(self, name=f"claims after Cell {number}")
                item.placed, item.cells = placed, number + 1
                yield item
        yield Memory.from_parent(self, name="memory")

    def read(self):
        """Return the notebook as it stands in the file: nothing is made better on the way."""
        try:
            notebook = nbformat.reader.reads(self.path.read_text(encoding="utf-8"))
            if (notebook.nbformat, notebook.nbformat_minor) != (4, 5):
                raise ValueError(f"expected nbformat 4.5, got {notebook.nbformat}.{notebook.nbformat_minor}")
            nbformat.validate(notebook)
        except Exception:
            read(self.path)  # says more of what is no notebook at all
            raise
        return without_folds(notebook)

    def code_cells(self):
        return [cell for cell in self.nb.cells if cell.cell_type == "code"]

    def setup(self):
        start = partial(Kernel, CURRENT_ENV_KERNEL_NAME, cwd=str(self.path.parent))
        try:
            self.kernel = start(startup_timeout=60)
        except RuntimeError:  # one in some thousand never answers, which says nothing of the notebook
            self.kernel = start(startup_timeout=PATIENCE)


def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".ipynb":
        if parent.config.option.nbval or parent.config.option.nbval_lax:
            raise pytest.UsageError("notebooks are compared strictly as it is: leave out --nbval and --nbval-lax")
        return Notebook.from_parent(parent, path=file_path)


def pytest_terminal_summary(terminalreporter):
    if other := other_versions():
        pinned = ", ".join(f"{name} {number}" for name, number in other.items())
        terminalreporter.write_sep("!", f"PICTURES WERE NOT COMPARED: not the pinned versions ({pinned})", yellow=True)

"""Makes nbval see what it lets pass: pictures, cells that were never run, needless tags, dead kernels.

nbval runs the cells and collects what they print; the classes here take the place of its own. Text is
compared exactly but for noise in the last digits of floats, pictures by eye, as far as a program has one.
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
from packaging.requirements import Requirement
from PIL import Image, ImageChops

from nnlib.__main__ import loopback, make_do


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
WIDGET = "application/vnd.jupyter.widget-view+json"  # random ids, and stripped from stored files
MOST_OUTPUT = 10_000_000  # bytes that a cell may print
CPU_SECONDS = {"06_mnist_training.ipynb": 60, "07_autodiff.ipynb": 40}  # what a notebook may use
DEFAULT_CPU_SECONDS = 12
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
    """A kernel whose death, silence or flood of output is noticed while the cell runs."""

    def __init__(self, *args, **options):
        self.waiting, self.size = deque(), 0
        super().__init__(*args, **options)

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

    def used(self):
        """Return seconds of processor time, and the bytes of memory that it holds now."""
        process = psutil.Process(self.km.provisioner.pid)
        times = process.cpu_times()
        return times.user + times.system, process.memory_info().rss


class Cell(nbval.plugin.IPyNbCell):
    """A code cell, compared strictly."""

    def runtest(self):
        try:
            super().runtest()
        except RuntimeError as error:
            self.parent.timed_out = True  # the cells after it are expected to fail
            self.raise_cell_error(str(error))

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
                rms = picture_difference(stored.data[mime], came.data[mime])
                if rms > PICTURE_NOISE:
                    path = self.config.cache.mkdir("pictures") / f"{self.path.stem}-cell{self.cell_num}-{number}.png"
                    side_by_side(stored.data[mime], came.data[mime]).save(path)
                    self.comparison_traceback.append(
                        f"The picture differs (root mean square {rms:.1f}, allowed {PICTURE_NOISE}).\n"
                        f"Stored, new and their difference side by side: {path}"
                    )

    def difference(self, kind, stored, came):
        return list(
            difflib.unified_diff(stored.splitlines(), came.splitlines(), f"stored {kind}", f"new {kind}", "", "", 2, "")
        )


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
            raise FormError("\n".join(faults))

    def repr_failure(self, excinfo):
        return f"{self.path.name}: {excinfo.value}"

    def reportinfo(self):
        return self.path, None, f"{self.path.name}: {self.name}"


class FormError(Exception):
    """A notebook that must not be committed as it is."""


class Unreadable(Form):
    """Stands for a notebook that cannot be read at all."""

    def runtest(self):
        raise FormError(self.fault)


class Claims(Form):
    """What the prose says of results: computed once the code cells above it have run."""

    def runtest(self):
        kernel = self.parent.kernel
        if not kernel.is_alive() or self.parent.timed_out:
            pytest.skip("the kernel is gone")
        asked = claims.ask(kernel.kc, self.parent.nb, self.placed, self.cells)
        if faults := [fault for fault in (claims.judge(*one) for one in asked) if fault]:
            raise FormError("\n".join(faults))


class Budget(Form):
    """The last item of a notebook: did it use more time than a reader waits for, or more memory than many have?"""

    def runtest(self):
        kernel = self.parent.kernel
        if kernel is None or not kernel.is_alive():
            pytest.skip("the kernel is gone")
        (seconds, size), allowed = kernel.used(), CPU_SECONDS.get(self.path.name, DEFAULT_CPU_SECONDS)
        self.user_properties += [("cpu_seconds", round(seconds, 1)), ("megabytes", round(size / 1e6))]
        if seconds > allowed:
            raise FormError(f"used {seconds:.0f} s of processor time, allowed are {allowed}")
        if size > MOST_MEMORY:
            raise FormError(f"holds {size / 1e6:.0f} MB of memory at its end, allowed are {MOST_MEMORY / 1e6:.0f}")


class Notebook(nbval.plugin.IPyNbFile):
    """A notebook: its form, its cells in order, its budget."""

    def collect(self):
        self.add_marker("notebook")
        try:
            self.nb = nbformat.read(self.path, as_version=nbformat.NO_CONVERT)
            if (self.nb.nbformat, self.nb.nbformat_minor) != (4, 5):
                raise ValueError(f"expected nbformat 4.5, got {self.nb.nbformat}.{self.nb.nbformat_minor}")
            nbformat.validate(self.nb)
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
        yield Budget.from_parent(self, name="budget")

    def code_cells(self):
        return [cell for cell in self.nb.cells if cell.cell_type == "code"]

    def setup(self):
        start = partial(Kernel, CURRENT_ENV_KERNEL_NAME, cwd=str(self.path.parent))
        try:
            self.kernel = start(startup_timeout=20)
        except RuntimeError:  # one in some thousand never answers, which says nothing of the notebook
            self.kernel = start()


def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".ipynb":
        if parent.config.option.nbval or parent.config.option.nbval_lax:
            raise pytest.UsageError("notebooks are compared strictly as it is: leave out --nbval and --nbval-lax")
        return Notebook.from_parent(parent, path=file_path)


def pytest_terminal_summary(terminalreporter):
    if other := other_versions():
        pinned = ", ".join(f"{name} {number}" for name, number in other.items())
        terminalreporter.write_sep("!", f"PICTURES WERE NOT COMPARED: not the pinned versions ({pinned})", yellow=True)

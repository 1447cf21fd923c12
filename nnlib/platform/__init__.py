"""What the machine can do that Python runs on; no other file of nnlib asks which machine it is.

In a browser, Python is a WebAssembly program (Pyodide) in JupyterLite: one thread, no libraries but those that are
shipped, files that the page keeps for its reader.
"""

import re
import sys
import warnings
from pathlib import Path
from typing import NamedTuple


class Platform(NamedTuple):
    """What can be counted on.

    threads: whether something can go on beside the cell that runs; else it takes turns with the page's events
    blas: whether NumPy has one: a library of fast matrix products with threads, which threadpoolctl limits
    interrupts: whether the stop button ends a cell that runs
    data: whether MNIST travels with the package; else the page that shows the course has it
    notebooks: the folder of the notebooks, in which progress is kept
    """

    threads: bool
    blas: bool
    interrupts: bool
    data: bool
    notebooks: Path


DESKTOP = Platform(True, True, True, True, Path(__file__).resolve().parents[2] / "notebooks")
BROWSER = Platform(False, False, False, False, Path())  # a notebook runs in its own folder
HERE = BROWSER if sys.platform == "emscripten" else DESKTOP


def site():
    """Return the address of the site that the page is part of, or "" where Python runs in no browser."""
    if HERE.data:
        return ""
    import js

    # the kernel's script lies in extensions/, that of a view alone at the top
    return re.sub(r"/(extensions/.*|[^/]*)$", "/", js.location.href)


def bring(path):
    """Fetch a file of data from the site that the page is part of, unless it is there already.

    Nothing is asked of another host. Where the site cannot be reached, an OSError says what to do.
    """
    if HERE.data or path.exists():
        return
    import js

    address = f"{site()}static/mnist/{path.name}"
    request = js.XMLHttpRequest.new()
    request.open("GET", address, False)  # a kernel in a browser is a thread of its own, and may wait
    request.responseType = "arraybuffer"
    try:
        request.send()
        came = request.status
    except Exception as error:  # JavaScript's, of whatever kind
        came = error
    if came != 200:
        raise OSError(f"load_mnist expected {address}, got {came}: it is fetched once, and needs the network for that")
    path.write_bytes(request.response.to_bytes())


def let_tagged_cells_fail(shell):
    """Let a cell tagged raises-exception print its error, and count as done.

    JupyterLite's kernel drops all cells that wait when one has failed, whatever its tag says, so "Run All" would
    end at the first error that a lesson shows on purpose. Other shells are left as they are.
    """
    kind = type(shell)
    if kind.__module__ != "pyodide_kernel.interpreter" or hasattr(kind, "told_by_nnlib"):
        return
    report = kind._showtraceback

    def _showtraceback(self, etype, evalue, stb):
        parent = self.kernel.get_parent() or {}
        if "raises-exception" in parent.get("metadata", {}).get("tags", []):
            print("\n".join(stb), file=sys.stderr)
        else:
            report(self, etype, evalue, stb)

    kind._showtraceback, kind.told_by_nnlib = _showtraceback, True


def quicken_products():
    """Make NumPy's matrix products fast; where a browser refuses that, the course is slow, and says so."""
    from nnlib.platform import products

    try:
        products.quicken()
    except (OSError, RuntimeError) as error:  # a browser without SIMD, another NumPy
        warnings.warn(f"matrix products, and so training, are slow in this browser: {error}", stacklevel=2)


if not HERE.blas:
    quicken_products()
if HERE is BROWSER and "IPython" in sys.modules:
    let_tagged_cells_fail(sys.modules["IPython"].get_ipython())

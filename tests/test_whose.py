"""Under a ✗ a notebook goes on with nnlib's function, and every cell that uses it says so: tried in a real kernel."""

import nbformat
import pytest
from nbclient import NotebookClient

EXERCISE = """\
import sys, types
from nnlib.checks import check
from nnlib.checks.engine import Exercise
made = Exercise("98.1", "double", "twice", lambda x: 2 * x, lambda: [(1.5,), (4.0,)])
sys.modules["nnlib.checks.n98"] = types.SimpleNamespace(EXERCISES=[made])"""
STUB, WRONG, RIGHT = (f"def double(x):\n    {body}" for body in ["...", "return 3 * x", "return 2 * x"])
THREAD = "import threading\nview = threading.Thread(target=double, args=(6,))\nview.start()\nview.join()"
CELLS = ['double = check("98.1")', "print(double(1))\nprint(double(2), double(3))", "print(5)", "double(4)", THREAD]
SAYS = "  (with nnlib's double, not yours)\n"
REFUSED = [SAYS + "2\n4 6\n", "5\n", SAYS + "8", ""]
SILENT = ["2\n4 6\n", "5\n", "8", ""]


@pytest.fixture(scope="module")
def printed():
    """A function (answer, store_history) that returns the text of each cell after the check, as one kernel gives it."""
    notebook = nbformat.v4.new_notebook()
    client = NotebookClient(notebook, timeout=600)

    def run(source, store_history=True):
        notebook.cells.append(nbformat.v4.new_code_cell(source))
        cell = client.execute_cell(notebook.cells[-1], len(notebook.cells) - 1, store_history=store_history)
        return "".join(o.get("text", "") + o.get("data", {}).get("text/plain", "") for o in cell.outputs)

    with client.setup_kernel():
        run(EXERCISE)
        yield lambda answer, history: [run(source, history) for source in [answer, *CELLS]][2:]


@pytest.mark.parametrize("history", [True, False])  # nbval runs cells without
@pytest.mark.parametrize(("answer", "says"), [(WRONG, REFUSED), (STUB, SILENT), (RIGHT, SILENT)])
def test_each_cell_that_calls_a_refused_function_says_so_once(answer, says, history, printed):
    assert printed(answer, history) == says

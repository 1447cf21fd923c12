"""What does each notebook cost, on a machine of any speed? `python tests/benchmarks/cost.py [notebooks]`.

Prints the processor time of a notebook in units of one epoch of 784-32-10 over MNIST (Adam, batches of 32), which is
timed in the same kernel just before and after it; beside it the goal, and the cells that cost most. The last line is a
stroke on the digit pad, in thousandths of that epoch. It decides nothing: exit code 1 says that a goal was missed.
"""

import argparse
import ast
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import nbformat
from jupyter_client.manager import start_new_kernel
from patience import PATIENCE
from strict import ROOT

from nnlib.notebooks import lessons

GOALS, GOAL = {"06_mnist_training": 60, "07_autodiff": 30}, 15  # epochs
STROKE = 30  # thousandths of an epoch: 20 ms where an epoch takes two thirds of a second
SETUP = """
import statistics as _statistics, time as _time
import numpy as _np
import nnlib as _nnlib
(_X, _y), _ = _nnlib.load_mnist(scaled=True, flat=True)

def _epoch():
    rng = _np.random.default_rng(0)
    model = _nnlib.Sequential(_nnlib.Dense(784, 32, rng=rng), _nnlib.ReLU(), _nnlib.Dense(32, 10, rng=rng))
    started = _time.process_time()
    list(_nnlib.train(model, _nnlib.SoftmaxCrossEntropy(), _nnlib.Adam(), _X, _y, epochs=1, batch_size=32, rng=rng))
    return _time.process_time() - started

_epoch()
"""
EPOCH = "_statistics.median(_epoch() for _ in range(3))"
PAD = """
from nnlib.viz import DigitPad as _DigitPad
_pad, _times = _DigitPad(), []
for _drawing in ["bSjKj0", "QKwKd0", "UWPbLhKnLsOvTuZsdS0y0", "lKQlyl.nZn0"] * 5:
    _started = _time.process_time()
    _pad.set(drawing=_drawing)
    _times.append(_time.process_time() - _started)
"""


class Kernel:
    """A kernel that says what it has used."""

    def __enter__(self):
        options = {"kernel_name": "python3", "cwd": str(ROOT / "notebooks"), "startup_timeout": PATIENCE}
        self.manager, self.client = start_new_kernel(stderr=subprocess.DEVNULL, **options)
        self.run(SETUP)
        return self

    def __exit__(self, *_):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def run(self, source):
        """Run a cell; return the seconds of processor time that it took."""
        before = self.value("_time.process_time()")
        options = {"output_hook": lambda _: None, "stop_on_error": False, "allow_stdin": False, "timeout": None}
        self.client.execute_interactive(source, **options)
        return self.value("_time.process_time()") - before if before else 0

    def value(self, expression):
        """Return the value of an expression, or None while the set-up has not run."""
        asked = {"value": f"{expression} if '_time' in globals() else None"}
        sent = self.client.execute("", silent=True, user_expressions=asked)
        while (reply := self.client.get_shell_msg(timeout=None))["parent_header"].get("msg_id") != sent:
            continue
        return ast.literal_eval(reply["content"]["user_expressions"]["value"]["data"]["text/plain"])


def cost(path):
    """Return what a notebook costs in epochs, and [(epochs, number of the cell)], dearest first."""
    code = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    with Kernel() as kernel:
        epochs = [kernel.value(EPOCH)]
        seconds = [kernel.run(source) for source in code]
        epochs.append(kernel.value(EPOCH))
    unit = statistics.mean(epochs)
    cells = sorted(((used / unit, number) for number, used in enumerate(seconds)), reverse=True)
    return sum(seconds) / unit, cells


def stroke():
    with Kernel() as kernel:
        kernel.run(PAD)
        return 1000 * kernel.value("_statistics.median(_times)") / kernel.value(EPOCH)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all")
    paths = [path.resolve() for path in parser.parse_args().notebooks] or lessons(ROOT / "notebooks")
    missed = False
    print(f"{'notebook':22} {'epochs':>7} {'goal':>5}  dearest cells (epochs)")
    for path in paths:
        total, cells = cost(path)
        goal = GOALS.get(path.stem, GOAL)
        dearest = ", ".join(f"Cell {number} ({epochs:.1f})" for epochs, number in cells[:3])
        print(f"{path.stem:22} {total:7.1f} {goal:5}  {dearest}{'  MISSED' * (total > goal)}", flush=True)
        missed |= total > goal
    total = stroke()
    print(
        f"{'a stroke on DigitPad':22} {total:7.1f} {STROKE:5}  thousandths of an epoch{'  MISSED' * (total > STROKE)}"
    )
    sys.exit(missed or total > STROKE)


if __name__ == "__main__":
    main()

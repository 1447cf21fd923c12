"""Says in a cell that its results come from nnlib's function where the reader's was refused."""

import sys
import threading

_said = set()  # in the cell that runs
_shells = []  # that tell when a cell begins and ends
_running = True  # outside of a notebook always


def say_whose(name):
    """Print whose function is at work, once in each cell that calls it."""
    _watch_cells()
    if name not in _said and _running and threading.current_thread() is threading.main_thread():
        _said.add(name)
        print(f"  (with nnlib's {name}, not yours)")


def _watch_cells():
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None and shell not in _shells:
        _shells.append(shell)
        shell.events.register("pre_run_cell", _begin)
        shell.events.register("post_run_cell", _end)


def _begin(info=None):
    global _running
    _running = True
    _said.clear()


def _end(result=None):
    """Between cells only views call functions, by the hand of the reader: there is no cell to print in."""
    global _running
    _running = False

"""What an answer may not change for everything that runs after it: settings of Python and NumPy."""

import builtins
import io
import random
import sys
import warnings
from contextlib import contextmanager

import numpy as np

DEEPER = (
    "raises Python's recursion limit, for everything that runs afterwards. That only moves the wall: "
    "a loop with a list of its own has none"
)
RESTORE = {  # each with how it is read and how it is put back
    "what NumPy warns of": (np.geterr, lambda kept: np.seterr(**kept)),
    "how NumPy prints": (np.get_printoptions, lambda kept: np.set_printoptions(**kept)),
    "NumPy's global random numbers": (lambda: numpys_state(), lambda kept: np.random.set_state(kept)),  # noqa: NPY002
    "Python's global random numbers": (random.getstate, random.setstate),
    "which warnings are shown": (lambda: list(warnings.filters), lambda kept: warnings.filters.__setitem__(ALL, kept)),
}
ALL = slice(None)


def numpys_state():
    name, keys, *place = np.random.get_state()  # noqa: NPY002
    return name, tuple(keys.tolist()), *place


@contextmanager
def as_delivered():
    """Let NumPy warn and print as it does when nobody has set anything, and show no warnings; put back what was set."""
    with warnings.catch_warnings(), np.errstate(all="warn", under="ignore"), np.printoptions(**PRINTING):
        warnings.simplefilter("ignore")
        yield


PRINTING = {
    "precision": 8, "threshold": 1000, "edgeitems": 3, "linewidth": 75, "suppress": False, "nanstr": "nan",
    "infstr": "inf", "formatter": None, "sign": "-", "floatmode": "maxprec", "legacy": False,
}  # fmt: skip


class Printed(io.TextIOBase):
    """What an answer prints while it is checked: the first lines are shown, the rest is only counted."""

    MOST = 3000  # characters

    def __init__(self, shown):
        self.shown, self.count = shown, 0

    def write(self, text):
        self.shown.write(text[: max(0, self.MOST - self.count)])
        self.count += len(text)
        return len(text)

    def close(self):
        """An answer may close what it prints to; the next case prints there, too."""

    def rest(self):
        if self.count > self.MOST:
            self.shown.write(f"... ({self.count:,} characters were printed)\n")


class Settings:
    """Puts back on leaving what was changed inside, and says in `changed` what that was, or nothing.

    The recursion limit is not even raised, or an answer that sets it back afterwards would go unnoticed.
    """

    def __enter__(self):
        self.changed, self.limit, self.set_limit = "", sys.getrecursionlimit(), sys.setrecursionlimit
        sys.setrecursionlimit, self.input, builtins.input = self.refuse, builtins.input, self.do_not_ask
        self.before = {what: read() for what, (read, _) in RESTORE.items()}

    def refuse(self, limit):
        self.changed = DEEPER if limit > self.limit else self.changed

    def do_not_ask(self, *prompt):
        raise RuntimeError("nobody answers `input` in a check: what a function needs comes in its arguments")

    def __exit__(self, *error):
        sys.setrecursionlimit, builtins.input = self.set_limit, self.input
        if sys.getrecursionlimit() != self.limit:  # by `from sys import setrecursionlimit`
            self.refuse(sys.getrecursionlimit())
            sys.setrecursionlimit(self.limit)
        for what, (read, put_back) in RESTORE.items():
            if read() != self.before[what]:
                self.changed = self.changed or f"changes {what}, for everything that runs afterwards"
                put_back(self.before[what])

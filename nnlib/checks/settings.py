"""What an answer may not change for everything that runs after it: settings of Python and NumPy."""

import random
import sys
import warnings

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


class Settings:
    """Puts back on leaving what was changed inside, and says in `changed` what that was, or nothing.

    The recursion limit is not even raised, or an answer that sets it back afterwards would go unnoticed.
    """

    def __enter__(self):
        self.changed, self.limit, self.set_limit = "", sys.getrecursionlimit(), sys.setrecursionlimit
        sys.setrecursionlimit = self.refuse
        self.before = {what: read() for what, (read, _) in RESTORE.items()}

    def refuse(self, limit):
        self.changed = DEEPER if limit > self.limit else self.changed

    def __exit__(self, *error):
        sys.setrecursionlimit = self.set_limit
        if sys.getrecursionlimit() != self.limit:  # by `from sys import setrecursionlimit`
            self.refuse(sys.getrecursionlimit())
            sys.setrecursionlimit(self.limit)
        for what, (read, put_back) in RESTORE.items():
            if read() != self.before[what]:
                self.changed = self.changed or f"changes {what}, for everything that runs afterwards"
                put_back(self.before[what])

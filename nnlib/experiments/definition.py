"""What an experiment is: a recipe, its configuration, and the band that each figure has to reach."""

import math
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from nnlib.training import limited_blas


class Source(NamedTuple):
    """Who published a result: author, title, date ("no date" where none is given), and where."""

    author: str
    title: str
    date: str
    where: str


class Figure(NamedTuple):
    """A number that was published (None: it was not), the band that our median has to lie in, and why it is so wide.

    >>> 0.88 in Figure(0.88, 0.87, 0.89, "to show it"), 0.9 in Figure(0.88, 0.87, 0.89, "to show it")
    (True, False)
    """

    published: float | None
    low: float
    high: float
    why: str

    def __contains__(self, value):
        return self.low <= value <= self.high


def around(published, distance, why):
    """Return a Figure whose band reaches as far below the published number as above it."""
    return Figure(published, round(published - distance, 9), round(published + distance, 9), why)


def printed(published, places):
    """Return the Figure of a number without chance in it, printed with so many places.

    >>> printed(0.82, 2)[:3]
    (0.82, 0.815, 0.825)
    """
    return around(published, 0.5 * 10**-places, "no chance in it: half a unit of the last place that was printed")


def one_run(published, n=10_000):
    """Return the Figure of a share of n digits that one run got right, or wrong: 3 standard errors each way.

    >>> one_run(0.9)[:3]
    (0.9, 0.891, 0.909)
    """
    error = math.sqrt(published * (1 - published) / n)
    return around(published, 3 * error, f"a share in one run: 3 standard errors of {n:,} digits each way")


@dataclass(frozen=True)
class Experiment:
    """One row of the ledger; it can be sent to another process, or to another machine.

    Parameters
        name, what, source: the row, what it reproduces, and its Source
        recipe: function (seed, progress, **configuration) -> dict, of the top level of a module
        configuration: all that the recipe needs to know but the seed
        figures: {name: Figure}; the recipe returns a number for each name, and may return more
        seconds: of processor time for one seed, about
        seeded: False for what does not depend on chance
    """

    name: str
    what: str
    source: Source
    recipe: Callable
    configuration: dict
    figures: dict
    seconds: float
    seeded: bool = True

    @property
    def cheap(self):
        """Whether it is run on every test run."""
        return self.seconds <= 2

    def run(self, seed, progress=None):
        """Return the recipe's dict of results; `progress` is called with an `Epoch` from time to time."""
        with limited_blas(1), np.errstate(all="ignore"):
            result = self.recipe(seed, progress or _silent, **self.configuration)
        strange = [name for name in self.figures if not np.isfinite(result.get(name, np.nan))]
        if strange:
            raise RuntimeError(f"experiment {self.name!r} expected finite numbers {strange}, got {result}")
        return result

    def described(self):
        """Return recipe and configuration as what JSON can hold: functions and classes by their names."""
        return _named({"recipe": self.recipe} | self.configuration)


def _named(value):
    """Return value with the names of the functions and classes that it holds."""
    if isinstance(value, dict):
        return {key: _named(inner) for key, inner in value.items()}
    return getattr(value, "__name__", value)


def _silent(epoch):
    """The progress that nobody looks at."""


def job(experiment, seed):
    """Run one seed and return its record: result (rounded to 6 places), seconds of processor time, versions."""
    started = time.process_time()
    result = experiment.run(seed)
    return {
        "result": {key: np.round(np.asarray(value, dtype=np.float64), 6).tolist() for key, value in result.items()},
        "seconds": round(time.process_time() - started, 2),
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
    }

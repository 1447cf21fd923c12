"""What an experiment is: a recipe, its configuration, and the band that each figure has to reach."""

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from nnlib.training import limited_blas


class Figure(NamedTuple):
    """A number that was published (None: it was not), and from where to where our mean may lie.

    >>> 0.88 in Figure(0.88, 0.87, 0.89), 0.9 in Figure(0.88, 0.87, 0.89)
    (True, False)
    """

    published: float | None
    low: float
    high: float

    def __contains__(self, value):
        return self.low <= value <= self.high


def around(published, distance):
    """Return a Figure whose band reaches as far below the published number as above it."""
    return Figure(published, round(published - distance, 9), round(published + distance, 9))


@dataclass(frozen=True)
class Experiment:
    """One row of the ledger; it can be sent to another process, or to another machine.

    Parameters
        name, what, source: the row, what it reproduces, and who published it where
        recipe: function (seed, progress, **configuration) -> dict, of the top level of a module
        configuration: all that the recipe needs to know but the seed
        figures: {name: Figure}; the recipe returns a number for each name, and may return more
        seconds: of processor time for one seed, about
        seeded: False for what does not depend on chance
    """

    name: str
    what: str
    source: str
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

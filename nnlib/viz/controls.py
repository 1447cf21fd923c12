"""What a view is moved by: a number between two ends, or one of several words."""

import math
from dataclasses import dataclass

import numpy as np

from nnlib.guards import brief


class Own:
    """What is moved by the view's own script: its value is a short text."""


@dataclass(frozen=True)
class Slider:
    """A number between two ends, moved by `step`; a whole step keeps it whole.

    With scale="log" the hand moves its logarithm to base 10, by `step`; with "nines" that of the distance from 1,
    so that 0.9, 0.99 and 0.999 are equally far apart. `acts` are pairs of another control and a value: with none of
    these it does nothing and is disabled; without any pairs it always acts.
    """

    name: str
    label: str
    low: float
    high: float
    step: float
    start: float
    scale: str = "linear"
    acts: tuple = ()

    def check(self, owner, value):
        """Return the value as a float; raises ValueError if it is none, or outside."""
        number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or not self.low <= value <= self.high:
            raise ValueError(f"{owner} expected {self.name} from {self.low:g} to {self.high:g}, got {brief(value)}")
        if isinstance(self.step, int):
            if value != int(value):
                raise ValueError(f"{owner} expected {self.name} to be a whole number, got {value!r}")
            return int(value)
        return round(float(value), 6) + 0.0  # no -0.0

    def read(self, owner, text):
        """Return the value that a text holds."""
        try:
            return self.check(owner, float(text))
        except ValueError:
            got = f"{self.low:g} to {self.high:g}, got {brief(text)}"
            raise ValueError(f"{owner} expected {self.name} from {got}") from None


@dataclass(frozen=True)
class Choice:
    """One of several words."""

    name: str
    label: str
    options: tuple
    start: str

    def check(self, owner, value):
        """Return the value; raises ValueError if it is none of the options."""
        if value not in self.options:
            got = f"{', '.join(self.options)}, got {brief(value)}"
            raise ValueError(f"{owner} expected {self.name} to be one of {got}")
        return value

    read = check


@dataclass(frozen=True)
class Pictures(Choice):
    """One of several words, each with a small picture above it, an SVG."""

    pictures: tuple = ()

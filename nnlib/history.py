"""What a training run leaves behind: its epochs, one after the other, and a column for each of their numbers."""

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Epoch:
    """What one pass over the training data gave; validation is None where none was asked for.

    `loss` and `accuracy` are means over the batches as they were met, while the model changed.
    """

    number: int
    loss: float
    accuracy: float | None
    val_loss: float | None
    val_accuracy: float | None
    seconds: float


class History(list):
    """The epochs of a run; `history.loss` is the column of losses, and so for each field of Epoch.

    `History(train(...))` collects a run, a slice of a History is one, and in a sum the epochs of the second run are
    numbered after those of the first, which it went on from. `print(history.advice)` says what a run of `fit`
    suffers from, and nothing if nothing: see `nnlib.advice`.

    >>> first, second = (History([Epoch(1, loss, None, None, None, 0.0)]) for loss in (0.5, 0.25))
    >>> (first + second).number.tolist(), (first + second)[1:].loss.tolist()
    ([1, 2], [0.25])
    """

    advice = ""

    def __getattr__(self, name):
        if name not in Epoch.__dataclass_fields__:
            raise AttributeError(f"History has the columns {list(Epoch.__dataclass_fields__)}, not {name!r}")
        return np.array([getattr(epoch, name) for epoch in self])

    def __getitem__(self, which):
        found = super().__getitem__(which)
        return History(found) if isinstance(which, slice) else found

    def __add__(self, later):
        return self.copy().__iadd__(later)

    def __radd__(self, earlier):
        return History(earlier) + self

    def __iadd__(self, later):
        later, past = list(later), self[-1].number if self else 0
        if later and later[0].number <= past:  # a run of its own begins at 1
            later = [replace(epoch, number=past + epoch.number) for epoch in later]
        self.extend(later)
        return self

    def copy(self):
        return History(self)

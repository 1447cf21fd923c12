"""What is to be reached in a view: a sentence, and a function of the frame that says whether it is so."""

import numpy as np

from nnlib.guards import brief
from nnlib.viz.readers import described, plain_answer


def goal_of(owner, wanted, known):
    """Return a goal as a pair of a sentence and a function of the frame, or None where none is wanted.

    wanted: such a pair, or the sentence of a goal that the view itself has
    known: those goals, {sentence: function}
    Raises ValueError for anything else.

    >>> goal_of("Neuron", "more", {"less": bool})
    Traceback (most recent call last):
    ValueError: Neuron expected goal to be 'less', or a sentence and a function of the frame, got 'more'
    """
    if isinstance(wanted, str) and wanted in known:
        return wanted, known[wanted]
    pair = isinstance(wanted, (tuple, list)) and len(wanted) == 2
    if wanted is None or (pair and isinstance(wanted[0], str) and wanted[0].strip() and callable(wanted[1])):
        return wanted
    wants = [*map(repr, known), "or a sentence and a function of the frame"]
    raise ValueError(f"{owner} expected goal to be {', '.join(wants).removeprefix('or ')}, got {brief(wanted)}")


def is_reached(goal, frame):
    """Whether a frame fulfils a goal; raises ValueError where its function raises, or returns neither True nor False.

    >>> is_reached(("above 2", lambda frame: frame > 2), 3)
    True
    """
    sentence, test = goal
    said = plain_answer(f"goal {sentence!r}", test, (frame,))
    if not isinstance(said, (bool, np.bool_)):
        raise ValueError(f"goal {sentence!r} expected to return True or False, got {described(said)}")
    return bool(said)

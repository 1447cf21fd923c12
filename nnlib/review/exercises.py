"""Exercises that come back: the same with new numbers, to answer without a computer."""

import copy

import numpy as np

from nnlib.checks.engine import Fault, names, run, shown
from nnlib.review.card import Card, shuffled

TRIES, MOST, LONGEST, DIGITS = 30, 4, 90, 3  # draws of numbers; options; characters of question or option
FACTORS = [0.5, 1.0, 2.0]
SETTINGS = {
    "lr",
    "mu",
    "beta1",
    "beta2",
    "eps",
    "t",
    "p",
    "n",
    "low",
    "high",
    "steps",
    "h",
}  # stay as the case has them


def card(exercise, rng):
    """Return a question made of an exercise: which of these results is right? None where no short one was found.

    The options are what the right answer and the listed wrong ones give for new numbers; all of them differ.
    """
    if exercise.judge is not None:
        return None
    best = None
    for _ in range(TRIES):
        cases = exercise.cases()
        case = cases[int(rng.integers(len(cases)))]
        named = zip(names(exercise), case, strict=False)
        arguments = tuple(value if name in SETTINGS else varied(value, rng) for name, value in named)
        given = shown(exercise, arguments)
        if len(given) > 2 * LONGEST or "of shape" in given or " at 0x" in given or any(map(callable, arguments)):
            continue
        made = options(exercise, arguments)
        if made and (best is None or len(made[1]) > len(best[1][1])):
            best = given, made
        if best and len(best[1][1]) >= MOST - 1:
            break
    if best is None:
        return None
    given, (right, why) = best
    question = f"{exercise.number} {exercise.title}: what does a right {exercise.name} return for {given}?"
    wrong = list(why)[: MOST - 1]
    return Card(
        f"exercise {exercise.number}",
        exercise.number[:2],
        question,
        right,
        shuffled(right, wrong, rng),
        {text: why[text] for text in wrong},
    )


def varied(value, rng):
    """Return an argument with other numbers of the same kind and shape; what is no number stays.

    Signs stay, and shares stay shares: a size is changed only where some number is beyond 1.
    """
    factor = FACTORS[int(rng.integers(len(FACTORS)))] if not_shares(value) else 1.0
    if isinstance(value, np.ndarray) and value.dtype.kind in "iuf":
        moved = rng.permutation(value.ravel()).reshape(value.shape)
        return moved * factor if value.dtype.kind == "f" else moved
    return value * factor if type(value) is float else copy.deepcopy(value)


def not_shares(value):
    """Whether some number in it is larger than 1, so that it need not be a probability."""
    return isinstance(value, (float, np.ndarray)) and np.asarray(value).dtype.kind == "f" and np.max(value) > 1


def options(exercise, arguments):
    """Return the right result as text, and {wrong result: why one comes to it}; None where nothing can be asked."""
    right = result(exercise, exercise.answer, arguments)
    if right is None:
        return None
    why = {}
    for wrong, says in exercise.wrong:
        text = result(exercise, wrong, arguments)
        if text is not None and text != right:
            why.setdefault(text, says)
    return (right, why) if why else None


def result(exercise, function, arguments):
    """Return what a function gives as a short text, or None."""
    try:
        made, odd = run(exercise, function, arguments)
    except Fault:
        return None
    text = written(made)
    return None if odd or len(text) > LONGEST or any(word in text for word in ["nan", "inf", "<"]) else text


def written(value):
    """Return a result as one line, its numbers rounded."""
    if isinstance(value, (tuple, list)):
        return ", ".join(map(written, value))
    if isinstance(value, float):
        return f"{round(float(value), DIGITS) + 0.0:g}"
    if not isinstance(value, np.ndarray):
        return str(value)
    if value.dtype.kind == "f":
        value = np.round(value.astype(float), DIGITS) + 0.0
    text = np.array2string(value, separator=", ", max_line_width=10_000, threshold=50)
    return " ".join(text.split()).replace("[ ", "[").replace(" ]", "]").replace(" ,", ",")

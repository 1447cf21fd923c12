"""Exercises that come back, to answer without a computer: the same with new numbers, or with a line missing."""

import copy
import re

import numpy as np

from nnlib.checks.engine import Fault, names, run, shown
from nnlib.review.card import Card, shuffled
from nnlib.viz.lines.puzzle import answers

TRIES, MOST, LONGEST = 30, 4, 90  # draws of numbers; options; characters of question or option
APART = 0.05  # of the largest number: results that differ by less look alike
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
    """Return a question made of an exercise: which of these results is right, or else which line is missing.

    None where there is neither.
    """
    return of_results(exercise, rng) or of_lines(exercise, rng)


def of_results(exercise, rng):
    """Return a card with what the right answer and the listed wrong ones give for new numbers, or None."""
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


def of_lines(exercise, rng):
    """Return a card with the exercise's answer, a line of which is missing, or None.

    The options are the right line and those that make one of the listed wrong answers.
    """
    head, lines = answers().get(exercise.number, ("", ()))
    groups = sorted({line.group for line in lines if line.slip})
    if not groups:
        return None
    group = groups[int(rng.integers(len(groups)))]
    says = {function.__name__: says for function, says in exercise.wrong}
    why = {flat(line.text): says[line.slip] for line in lines if line.group == group and line.slip}
    (right,) = (flat(line.text) for line in lines if line.group == group and not line.slip)
    code = [head]
    for line in lines:
        if not line.slip:
            code.append("    " * line.depth + ("?" if line.group == group else line.text))
    return Card(
        f"exercise {exercise.number}",
        exercise.number[:2],
        f"{exercise.number} {exercise.title}: which line belongs in place of the question mark?",
        right,
        shuffled(right, list(why)[: MOST - 1], rng),
        why,
        code="\n".join(code),
    )


def flat(text):
    """Return a line of code on one line, also where brackets go on."""
    return " ".join(text.split())


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
        if text is not None and not any(alike(text, other) for other in (right, *why)):
            why[text] = says
    return (right, why) if why else None


def result(exercise, function, arguments):
    """Return what a function gives as a short text, or None."""
    try:
        made, odd = run(exercise, function, arguments)
    except Fault:
        return None
    text = written(made)
    return None if odd or len(text) > LONGEST or any(word in text for word in ["nan", "inf", "<"]) else text


def alike(a, b):
    """Whether two results as texts have the same form and numbers that are nearly the same."""
    number = r"-?\d+\.?\d*(?:e[+-]?\d+)?"
    if re.sub(number, "0", a) != re.sub(number, "0", b):
        return False
    a, b = (np.array(re.findall(number, text), dtype=float) for text in (a, b))
    return not a.size or np.abs(a - b).max() <= APART * np.abs([a, b]).max()


def written(value):
    """Return a result as one line, its numbers with three significant digits."""
    if isinstance(value, (tuple, list)):
        return ", ".join(map(written, value))
    if isinstance(value, np.ndarray):
        rounded = {"float_kind": lambda x: significant(x) if abs(x) > 1e-12 * np.abs(value).max() else "0"}
        text = np.array2string(value, separator=", ", max_line_width=10_000, threshold=50, formatter=rounded)
        return " ".join(text.split()).replace("[ ", "[").replace(" ]", "]").replace(" ,", ",")
    return significant(value) if isinstance(value, float) else str(value)


def significant(x):
    """Return a number with three significant digits, without an exponent where it is short without."""
    return f"{float(f'{x:.3g}') + 0.0:g}"

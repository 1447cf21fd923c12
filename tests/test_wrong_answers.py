"""Answers made wrong in one place are refused, and most are told why: a part of what `wrong_answers.py` invents."""

import io
import textwrap
from collections import Counter
from contextlib import redirect_stdout

import pytest
from wrong_answers import FILE, every_exercise, fault_of, few_pictures, functions, surroundings, tried

EVERY = 7  # of the changed answers one in so many, which takes seconds; the program tries them all
TOLD = 0.9  # the share that is told a cause, and not only numbers


def test_no_changed_answer_is_accepted_and_most_are_told_the_cause():
    kinds, accepted = Counter(), []
    for exercise in every_exercise():
        found = list(tried(exercise, EVERY))
        assert found, exercise.number
        kinds.update(kind for _, _, kind, _ in found)
        accepted += [f"{exercise.number}, {what}:\n{text}" for what, text, kind, _ in found if kind == "accepted"]
    assert not accepted, "\n".join(accepted)
    assert kinds["cause"] / (kinds["cause"] + kinds["numbers"]) >= TOLD, kinds


@pytest.mark.parametrize("exercise", every_exercise(), ids=lambda exercise: exercise.number)
def test_the_answer_that_stands_in_the_notebook_is_accepted(exercise):
    (source, *others), path = functions(exercise)
    names = surroundings(exercise, [source, *others], path)
    exec(compile(textwrap.dedent(source), FILE, "exec"), names)
    with few_pictures(), redirect_stdout(io.StringIO()):
        fault = fault_of(exercise, names[exercise.name])
    assert fault is None, f"{path.name}: {fault}"

"""Keeps which exercises are done, in a file that belongs to the reader and never leaves the machine.

The file is `progress.json` beside the notebooks. To start afresh, delete it. The variable NNLIB_PROGRESS
names another file; empty, nothing is kept, which is how the tests run.
"""

import json
import os
import pkgutil
from pathlib import Path

STATES = {"○": "not attempted", "✗": "not right yet", "✓": "done"}


def path():
    """Return where progress is kept, or None."""
    named = os.environ.get("NNLIB_PROGRESS")
    if named == "":
        return None
    return Path(named) if named else Path(__file__).resolve().parents[2] / "notebooks" / "progress.json"


def load():
    """Return {number: state}; a missing file is an empty one, a damaged one is said and left alone."""
    file = path()
    if file is None or not file.exists():
        return {}
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return {str(number): state for number, state in kept.items() if state in STATES}
    except (OSError, ValueError, AttributeError) as error:
        print(f"(progress expected JSON in {file}, and could not read it: {error}. Delete it to start afresh.)")
        return {}


def record(number, state):
    """Keep the state of an exercise; ○ does not overwrite what was reached before."""
    file, kept = path(), load()
    if file is None or kept.get(number) == state or (state == "○" and number in kept):
        return
    unfinished = file.with_name(file.name + ".unfinished")
    try:
        unfinished.write_text(json.dumps(kept | {number: state}, ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(unfinished, file)
    except OSError as error:
        print(f"(progress could not be kept in {file}: {error})")


def progress_map():
    """Print every exercise of the course with its state."""
    import importlib

    import nnlib.checks

    kept = load()
    for module in sorted(m.name for m in pkgutil.iter_modules(nnlib.checks.__path__) if m.name[1:].isdigit()):
        exercises = importlib.import_module(f"nnlib.checks.{module}").EXERCISES
        states = [kept.get(exercise.number, "○") for exercise in exercises]
        print(f"notebook {module[1:]}: {states.count('✓')} of {len(states)} done")
        for exercise, state in zip(exercises, states, strict=True):
            print(f"  {state} {exercise.number}  {exercise.title}")

"""Keeps which exercises are done, in a file that belongs to the reader and never leaves the machine.

The file is `progress.json` beside the notebooks. To start afresh, delete it. The variable NNLIB_PROGRESS
names another file; empty, nothing is kept, which is how the tests run.
"""

import json
import os
import pkgutil
from pathlib import Path

from nnlib.files import claimed, created, replacing

LARGEST = 1_000_000  # bytes
PATIENCE = 5  # seconds in which another notebook, on a busy machine too, has written the file
STATES = {"○": "not attempted", "✗": "not right yet", "✓": "done"}


def path():
    """Return where progress is kept, or None."""
    named = os.environ.get("NNLIB_PROGRESS")
    if named == "":
        return None
    return Path(named) if named else Path(__file__).resolve().parents[2] / "notebooks" / "progress.json"


def load():
    """Return {number: state}; a missing file is an empty one, a damaged one is said."""
    return read() or {}


def read():
    """Return {number: state}, or None, with a word about it, where the file is not to be written over."""
    file = path()
    if file is None:
        return {}
    try:
        with file.open("rb") as content:
            text = content.read(LARGEST)
        return {number: state for number, state in json.loads(text).items() if str(state) in STATES}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        print(f"(progress expected JSON in {file}, and could not read it: {error}. Delete it to start afresh.)")
        return None


def record(number, state):
    """Keep the state of an exercise; ○ does not overwrite what was reached before."""
    file, kept = path(), read()
    if file is None or kept is None or kept.get(number) == state or (state == "○" and number in kept):
        return
    try:
        with replacing(file, _claim) as new:
            kept = (read() or kept) | {number: state}  # with what another notebook has written meanwhile
            new.write(json.dumps(kept, ensure_ascii=False, indent=1).encode(errors="surrogatepass"))
    except OSError as error:
        print(f"(progress could not be kept in {file}: {error})")


def _claim(unfinished):
    """Wait a moment for another notebook; what a killed kernel has left behind is written over."""
    try:
        return claimed(unfinished, PATIENCE)
    except FileExistsError:
        return created(unfinished)


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

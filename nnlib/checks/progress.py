"""Keeps what the reader has done, in a file that belongs to the reader and never leaves the machine.

The file is `progress.json` beside the notebooks. To start afresh, delete it. The variable NNLIB_PROGRESS
names another file; empty, nothing is kept, which is how the tests run.

It is an object of sections: `exercises` {number: state}, `failed` {number: how often its check said ✗},
`predictions`, `reasons` and `review`. What is not known here, because a newer course has written it, is left as it is.
"""

import json
import os
import pkgutil
from pathlib import Path

from nnlib import platform
from nnlib.files import claimed, created, replacing

LARGEST = 4_000_000  # bytes
PATIENCE = 5  # seconds in which another notebook, on a busy machine too, has written the file
STATES = {"○": "not attempted", "✗": "not right yet", "✓": "done"}


def path():
    """Return where progress is kept, or None."""
    named = os.environ.get("NNLIB_PROGRESS")
    if named == "":
        return None
    return Path(named) if named else platform.HERE.notebooks / "progress.json"


def load():
    """Return {number: state}; a missing file is an empty one, a damaged one is said."""
    return {number: state for number, state in section("exercises").items() if str(state) in STATES}


def section(name):
    """Return a section of the file as a dictionary; a missing one is empty, a damaged one is said."""
    return _section(_read() or {}, name) or {}


def change(name, new):
    """Put `new(section)` in the place of a section, while no other notebook writes; nothing else is changed."""
    file, kept = path(), _read()
    if file is None or kept is None or (before := _section(kept, name)) is None or new(before) == before:
        return
    try:
        with replacing(file, _claim) as written:
            kept = _read() or kept  # with what another notebook has written meanwhile
            now = _section(kept, name)
            kept[name] = new(before if now is None else now)
            written.write(json.dumps(kept, ensure_ascii=False, indent=1).encode(errors="surrogatepass"))
    except OSError as error:
        print(f"(progress could not be kept in {file}: {error})")


def record(number, state):
    """Keep the state of an exercise; ○ does not overwrite what was reached before. Each ✗ is counted."""
    change("exercises", lambda kept: kept if state == "○" and number in kept else kept | {number: state})
    if state == "✗":
        change("failed", lambda kept: kept | {number: _count(kept.get(number)) + 1})


def _count(value):
    return value if type(value) is int else 0


def _read():
    """Return all sections, or None, with a word about it, where the file is not to be written over."""
    file = path()
    if file is None:
        return {}
    try:
        with file.open("rb") as content:
            sections = json.loads(content.read(LARGEST))
        old = {key: value for key, value in sections.items() if str(value) in STATES}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        print(f"(progress expected JSON in {file}, and could not read it: {error}. Delete it to start afresh.)")
        return None
    exercises = sections.get("exercises", {})
    if old and isinstance(exercises, dict):  # the file of an older course, which held nothing but exercises
        sections = {key: value for key, value in sections.items() if key not in old}
        sections["exercises"] = old | exercises
    return sections


def _section(sections, name):
    """Return a section, or None, with a word about it, where it is none and so is not to be written over."""
    found = sections.get(name, {})
    if isinstance(found, dict):
        return found
    print(f"(progress expected an object in {path()} under {name!r}, got {type(found).__name__}: it is left alone.)")
    return None


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

"""The bug catalogue fits the code as it is now; `python tests/bugs.py` tries the bugs, which takes long."""

import re

import pytest
from bugs import BUGS, HANGS, ROOT, Runs, mutated

# What shows, opens and exports the course, in place of computing.
NOT_CORE = {"__init__", "__main__", "data/__init__", "export", "notebooks", "plotting", "progress", "safe_html"}
NOT_CORE |= {"platform/products"}  # runs in a browser only
# The exercises of a notebook have wrong answers of their own; what draws, writes words or waits is no computing.
NOT_COMPUTING = {"__init__", "initialisation/words"}
NOT_COMPUTING |= {"notebook", "book", "catalogue", "sources"}
OUTSIDE = re.compile("/(checks|experiments|review|viz)/")


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_bug_changes_the_code_and_compiles(bug):
    assert bug.new != bug.old
    compile(mutated(bug), bug.file, "exec")


def test_names_are_unique():
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 30


def test_every_module_of_the_core_has_a_bug():
    paths = [path for folder in ("", "data", "platform") for path in (ROOT / "nnlib" / folder).glob("*.py")]
    modules = {path.relative_to(ROOT / "nnlib").with_suffix("").as_posix() for path in paths}
    assert {bug.file for bug in BUGS if not OUTSIDE.search(bug.file)} == {
        f"nnlib/{name}.py" for name in modules - NOT_CORE
    }


def test_a_stale_bug_is_named():
    for old in ["no such text", "self"]:
        with pytest.raises(
            ValueError, match=r"'dW has the wrong sign' expected this once in nnlib/layers.py, found it"
        ):
            mutated(BUGS[1]._replace(old=old))


@pytest.mark.parametrize("folder", ["checks", "experiments", "viz", "review"])
def test_every_module_that_computes_has_a_bug(folder):
    here = ROOT / "nnlib" / folder
    paths = [path.relative_to(here).with_suffix("") for path in here.rglob("*.py")]
    modules = {path.as_posix() for path in paths if not path.stem[1:].isdigit()}
    assert {bug.file for bug in BUGS if f"/{folder}/" in bug.file} == {
        f"nnlib/{folder}/{name}.py" for name in modules - NOT_COMPUTING
    }


@pytest.mark.parametrize("seconds", [3.0, 4000.0])
def test_only_what_takes_far_longer_than_without_a_bug_hangs(seconds, monkeypatch):
    """On a slow machine a run may take hours, and no bug counts as noticed because of that."""
    clock, limits = [0.0], []

    def run(runs, copy, command, timeout=None):
        limits.append(timeout)
        clock[0] += seconds
        return (0, "") if len(limits) < 3 else (None, "")

    monkeypatch.setattr(Runs, "run", run)
    monkeypatch.setattr("bugs.time.monotonic", lambda: clock[0])
    with Runs() as runs:
        assert [runs.first_red(ROOT, "a.py"), runs.first_red(ROOT, "a.py")] == [None, None]
        assert runs.first_red(ROOT, "a.py") == f"hangs, {HANGS * seconds:.0f} s"
    assert limits == [None, HANGS * seconds, HANGS * seconds]

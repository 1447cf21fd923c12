"""The bug catalogue fits the code as it is now; `python tests/bugs.py` tries the bugs, which takes long."""

import pytest
from bugs import BUGS, ROOT, mutated

# What shows, opens and exports the course, in place of computing.
NOT_CORE = {"__init__", "__main__", "data/__init__", "export", "plotting", "progress"}


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_bug_changes_the_code_and_compiles(bug):
    assert bug.new != bug.old
    compile(mutated(bug), bug.file, "exec")


def test_names_are_unique():
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 30


def test_every_module_of_the_core_has_a_bug():
    paths = [*(ROOT / "nnlib").glob("*.py"), *(ROOT / "nnlib/data").glob("*.py")]
    modules = {path.relative_to(ROOT / "nnlib").with_suffix("").as_posix() for path in paths}
    assert {bug.file for bug in BUGS} == {f"nnlib/{name}.py" for name in modules - NOT_CORE}


def test_a_stale_bug_is_named():
    for old in ["no such text", "self"]:
        with pytest.raises(
            ValueError, match=r"'dW has the wrong sign' expected this once in nnlib/layers.py, found it"
        ):
            mutated(BUGS[1]._replace(old=old))

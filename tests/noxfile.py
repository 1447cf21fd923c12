"""Runs the tests in every environment that the course should work in, on demand: `nox -f tests/noxfile.py`."""

import re
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parents[1]
DEPENDENCIES = nox.project.load_toml(ROOT / "pyproject.toml")["project"]["dependencies"]
PINNED = ["--requirement", "requirements.txt"]
# Generations of processors by OpenBLAS's names, each with the first of NumPy's levels that it lacks.
PROCESSORS = {"Nehalem": "X86_V3", "Sandybridge": "X86_V3", "Haswell": "X86_V4", "SkylakeX": "AVX512_ICL"}
NUMBERS = ["-m", "not browser and not canary"]  # unit tests and notebooks


@nox.session(python=["3.11", "3.12", "3.13", "3.14"])
def python(session):
    """The README's test command: the pinned versions."""
    install(session, *PINNED)
    pytest(session)


@nox.session(python="3.11")
def oldest(session):
    """The lower bounds of all dependencies; without pictures."""
    install(session, *[bounds.partition(",")[0].replace(">=", "==") for bounds in DEPENDENCIES])
    pytest(session, "-rs", "-W", "ignore::DeprecationWarning")  # old versions use what newer ones deprecate


@nox.session(python="3.14")
def newest(session):
    """The newest versions that pip finds within the bounds; without pictures."""
    install(session)
    pytest(session, "-rs")


@nox.session
def cpu(session):
    """Unit tests and notebooks as on processors that lack something that this one has."""
    install(session, *PINNED)
    levels = re.findall(r"\w+", re.search(r"'found': \[(.*?)\]", runtime(session), re.DOTALL)[1])
    environments = {
        f"'architecture': '{name}'": {
            "OPENBLAS_CORETYPE": name,
            "NPY_DISABLE_CPU_FEATURES": " ".join(levels[levels.index(lacks) :]),
        }
        for name, lacks in PROCESSORS.items()
        if lacks in levels
    }
    each(session, environments, *NUMBERS)


@nox.session
def threads(session):
    """Notebooks with one and with two BLAS threads."""
    install(session, *PINNED)
    environments = {f"'num_threads': {number}": {"BLAS_THREADS": str(number)} for number in [1, 2]}
    each(session, environments, *NUMBERS, "--numprocesses=1", "notebooks")


def install(session, *requirements):
    session.chdir(ROOT)
    session.install("--editable", ".[dev]", *requirements)


def pytest(session, *options, **env):
    session.run("python", "-m", "pytest", *options, *session.posargs, env=env)


def runtime(session, **env):
    """Return what NumPy says of processor and threads, after `strict` has set what the tests run with."""
    env["PYTHONPATH"] = "tests"
    return session.run("python", "-c", "import strict, numpy; numpy.show_runtime()", env=env, silent=True)


def each(session, environments, *options):
    """Run pytest in every environment, and fail at the end; its key is how NumPy shows that it is in force."""
    if not environments:
        session.skip("nothing to try on this machine")
    failed = []
    for sign, env in environments.items():
        if sign not in runtime(session, **env):
            session.error(f"expected {sign} with {env}, got\n{runtime(session, **env)}")
        session.log(f"{sign} with {env}")
        try:
            pytest(session, *options, **env)
        except nox.command.CommandFailed:
            failed.append(sign)
    if failed:
        session.error(f"failed: {failed}")

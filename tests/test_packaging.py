"""What a fresh clone relies on: the files that name dependencies agree, and the package is light."""

import ast
import doctest
import os
import re
import socket
import subprocess
import sys
import tomllib
from importlib.metadata import distributions, version
from pathlib import Path

import pytest
import yaml
from discovery import MODULES
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import nnlib
from nnlib.__main__ import NOTEBOOKS, loopback, main, make_do, options

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINS = {
    Requirement(line).name: Requirement(line)
    for line in (ROOT / "requirements.txt").read_text().splitlines()
    if line and line[0] not in "#-"
}


def test_requirements_are_exact_and_include_the_package():
    assert all(len(pin.specifier) == 1 and str(pin.specifier).startswith("==") for pin in PINS.values())
    assert "--editable ." in (ROOT / "requirements.txt").read_text().splitlines()


def test_pyproject_and_requirements_agree():
    needed = {Requirement(text).name: Requirement(text) for text in PROJECT["dependencies"]}
    assert set(PINS) == set(needed) | {"nbval"}
    for name, requirement in needed.items():
        pinned = str(PINS[name].specifier).removeprefix("==")
        assert pinned in requirement.specifier, f"{name}: {pinned} is pinned, {requirement} is allowed"
    assert f"nbval{PINS['nbval'].specifier}" in PROJECT["optional-dependencies"]["dev"]


ACCEPTED = SpecifierSet(PROJECT["requires-python"])
PYTHONS = [f"3.{minor}" for minor in range(30) if f"3.{minor}" in ACCEPTED]


def test_what_is_installed_allows_every_python():
    """A library of the course, or a tool of the tests, may need a newer Python than we promise."""
    named = [*PINS, *(Requirement(text).name for text in PROJECT["optional-dependencies"]["dev"])]
    here = {found.name: found.metadata.get("Requires-Python") or "" for found in distributions()}
    needs = {name: SpecifierSet(here[name]) for name in named if name in here}
    assert "numpy" in needs
    refused = {name: [python for python in PYTHONS if python not in allowed] for name, allowed in needs.items()}
    assert {name: pythons for name, pythons in refused.items() if pythons} == {}


def pip_finds(requirements, python):
    """Return whether pip would install these on that Python, and what it said; nothing is installed."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet"]
    command += ["--only-binary=:all:", "--target", "unused", "--python-version", python, "--retries", "0"]
    run = subprocess.run([*command, *requirements], capture_output=True, text=True, timeout=600)
    return run.returncode == 0, run.stderr


def missing_on(python, pins):
    """Return what pip says of pins that it cannot install on that Python, "" for none; skip without an index."""
    found, said = pip_finds(pins, python)
    if found:
        return ""
    if not pip_finds([pin.partition("==")[0] for pin in pins], python)[0]:
        pytest.skip("NO package index can be reached, so the pins were not looked up")
    return said


@pytest.mark.parametrize("python", PYTHONS)
def test_every_pin_can_be_installed(python, request):
    """What was found once is kept by pytest, so an index is asked again only after a change."""
    pins, name = [str(pin) for pin in PINS.values()], f"pins/{python}"
    kept = getattr(request.config, "cache", None)  # none with -p no:cacheprovider
    if kept is None or kept.get(name, None) != pins:
        assert missing_on(python, pins) == ""
        if kept is not None:
            kept.set(name, pins)


def test_a_pin_that_the_oldest_python_refuses_is_found():
    assert "No matching distribution found for numpy==2.5.5" in missing_on("3.11", ["numpy==2.5.5"])


def test_all_files_name_the_same_pythons():
    matrix = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]["tests"]["strategy"]["matrix"]
    sessions = re.findall(r"^@nox.session\(python=(.*)\)", (ROOT / "tests/noxfile.py").read_text(), re.MULTILINE)
    assert matrix["python"] == PYTHONS
    assert [ast.literal_eval(session) for session in sessions] == [PYTHONS, PYTHONS[0], PYTHONS[-1]]


def test_environment_installs_the_requirements():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    python = f"python{PROJECT['requires-python']}"
    assert environment["dependencies"] == [python, "pip", {"pip": ["-r requirements.txt"]}]


def test_the_readme_names_the_pythons_that_pip_accepts():
    (named,) = re.findall(r"with Python (3[\d., or]+\d)", (ROOT / "README.md").read_text())
    assert re.findall(r"3\.\d+", named) == PYTHONS


def test_the_versions_of_the_pins_are_installed():
    """Stored numbers and pictures were made with these; another version is not an error, but is said."""
    other = {name: version(name) for name, pin in PINS.items() if version(name) not in pin.specifier}
    if other:
        pytest.skip(f"NOT the pinned versions: {other}")


def test_importing_nnlib_loads_no_plotting_and_no_widgets():
    code = "import sys, nnlib; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "numpy" in loaded
    assert not {"matplotlib", "ipywidgets", "IPython", "jupyterlab", "PIL"} & set(loaded)


def test_public_names_exist_once_and_are_documented():
    assert nnlib.__all__ == sorted(
        set(nnlib.__all__), key=lambda name: (not name.isupper(), not name[0].isupper(), name)
    )
    for name in nnlib.__all__:
        assert getattr(nnlib, name).__doc__, name


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_module_says_why_it_exists_and_its_examples_hold(module):
    assert module.__doc__
    assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0


def test_no_public_function_of_the_core_is_without_a_docstring():
    for module in MODULES:
        if module.__name__.startswith("nnlib.checks"):
            continue  # wrong answers speak for themselves
        for name, thing in vars(module).items():
            if getattr(thing, "__module__", None) == module.__name__ and not name.startswith("_") and callable(thing):
                assert thing.__doc__, f"{module.__name__}.{name}"


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_style(command):
    """Ruff, notebooks included; `ruff check --fix . && ruff format .` mends most of it."""
    run = subprocess.run([sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout


def test_the_top_level_holds_what_was_agreed():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    if not tracked:
        pytest.skip("not a git checkout")
    allowed = {"README.md", "requirements.txt", "environment.yml", "pyproject.toml", "LICENSE", ".gitignore"}
    assert {path.split("/")[0] for path in tracked} <= allowed | {".ci", ".github", "notebooks", "nnlib", "tests"}


@pytest.mark.parametrize(
    ("environ", "platform", "user_id", "root", "browser"),
    [
        ({}, "linux", 0, True, False),
        ({"DISPLAY": ":0"}, "linux", 1000, False, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", 1000, False, True),
        ({}, "darwin", 501, False, True),
        ({}, "win32", None, False, True),
    ],
)
def test_options_for_jupyterlab(environ, platform, user_id, root, browser):
    chosen = options([], environ, platform, user_id)
    assert ("--allow-root" in chosen) == root
    assert ("--no-browser" not in chosen) == browser
    assert f"--ServerApp.root_dir={NOTEBOOKS}" in chosen


def test_given_options_win():
    chosen = options(["--LabApp.default_url=/lab", "--port=9999"], {}, "linux", 0)
    assert chosen[-2:] == ["--LabApp.default_url=/lab", "--port=9999"]
    assert sum("default_url" in option for option in chosen) == 1


def test_a_python_without_numpy_is_told_in_one_line():
    """`-S` leaves out what is installed, as when one forgets to type .venv/bin/."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-S", "-m", "nnlib"]
    run = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (1, "", 1)
    assert "without NumPy" in run.stderr
    assert "the Python in .venv" in run.stderr


def test_a_machine_without_loopback_is_told_so(monkeypatch):
    def refuse(*_):
        raise OSError("Network is unreachable")

    assert loopback()
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr("nnlib.__main__.make_do", lambda _: pytest.fail("JupyterLab would be started"))
    with pytest.raises(SystemExit, match=r"expected 127\.0\.0\.1 to answer"):
        main()


def test_nothing_is_said_where_nothing_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert make_do(tmp_path) == []
    assert os.environ["HOME"] == str(tmp_path)


def test_where_nothing_can_be_written_another_home_is_found(tmp_path, monkeypatch):
    """A folder that is not there stands for one without permission, which root, who runs CI, always has."""
    gone = tmp_path / "gone"
    monkeypatch.setenv("HOME", str(gone))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder, home = make_do(gone)
    assert f"{gone} cannot be written, so nothing is saved" in folder
    assert f"the home folder {gone} cannot be written" in home
    assert Path(os.environ["HOME"]).parent == tmp_path
    assert list(Path(os.environ["HOME"]).iterdir()) == []

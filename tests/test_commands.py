"""Each command in the README and in the contributor's guide runs, or is read by its own program as far as is cheap."""

import argparse
import os
import re
import runpy
import shlex
import subprocess
import sys
import tomllib
from itertools import zip_longest
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).resolve().parents[1]
GUIDES = {path: path.read_text(encoding="utf-8") for path in [ROOT / "README.md", ROOT / "tests/README.md"]}
README = GUIDES[ROOT / "README.md"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROGRAMS = r"(?:\S*/)?(?:cp|python3?|py|pip|pytest|nox|ruff|jupyter|conda|git|cosmic-ray) "


def blocks(text, *languages):
    """Return the fenced blocks of a text in these languages."""
    found = re.findall(rf"^( *)```(?:{'|'.join(languages)})\n(.*?)^\1```", text, re.DOTALL | re.MULTILINE)
    return [dedent(block) for _, block in found]


def commands(text):
    """Return the commands of a guide, those of PowerShell apart: lines of blocks, and what stands in the sentences."""
    inline = re.findall(rf"`({PROGRAMS}[^`\n]+)`", re.sub(r"^ *```.*?^ *```", "", text, flags=re.DOTALL | re.MULTILINE))
    lines = "\n".join([*blocks(text, "sh", "bash", "console"), *inline]).splitlines()
    return {
        re.sub(r"^\.venv(-site)?/bin/", "", part.strip()) for line in filter(None, lines) for part in line.split("&&")
    }


COMMANDS = sorted(set.union(*map(commands, GUIDES.values())))


class Read(Exception):
    """A program has read its arguments, and would begin now."""


def starts(script, options, monkeypatch):
    """Run a script of this project in this process."""
    monkeypatch.setattr(sys, "argv", [script, *options])
    monkeypatch.setattr(sys, "path", [str(ROOT / "tests"), *sys.path])
    runpy.run_path(str(ROOT / script), run_name="__main__")


def reads(script, options, monkeypatch):
    """Run a script up to the moment when it has read its arguments, which are the right ones."""
    parse = argparse.ArgumentParser.parse_args

    def stop(self, *given):
        raise Read(parse(self, *given))

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", stop)
    with pytest.raises(Read):
        starts(script, options, monkeypatch)


def run(*command, cwd=ROOT, **environ):
    """Run one of Python's programs, and return all that it says."""
    command, environ = [sys.executable, "-m", *command], os.environ | environ
    done = subprocess.run(command, cwd=cwd, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return done.stdout


def check_installation(options):
    """What is installed is there: files with lists, extras, and versions that the programs name in the same way."""
    for option, value in zip_longest(options, options[1:]):
        if option == "-r":
            assert (ROOT / value).is_file(), value
        for extra in re.findall(r"^\.\[(\w+)\]$", option):
            assert extra in PROJECT["project"]["optional-dependencies"], extra
        if "==" in option:
            assert option in (ROOT / "tests/bugs.py").read_text()


def check_pytest(options):
    """Files and marks exist; .ci/run runs the command without any options, and what the others run is a part of it."""
    for option, value in zip_longest(options, options[1:]):
        if option.endswith((".py", ".ipynb")):
            assert (ROOT / option).is_file(), option
        if option == "-m":
            marks = {line.partition(":")[0] for line in PROJECT["tool"]["pytest"]["ini_options"]["markers"]}
            assert set(re.findall(r"\w+", value)) - {"not", "and", "or"} <= marks


@pytest.mark.parametrize("command", COMMANDS)
def test_command(command, monkeypatch, tmp_path):
    """Run a command, or what is cheap of it. `.ci/run` runs the second command of the README as it stands there."""
    # "[names] [--seeds N]" says what may be given: here it is
    program, *options = shlex.split(re.sub(r" \[([^\]]*)\]", r" \1", command).replace(" ...", "").replace(" N", " 1"))
    match [program, *options]:
        case ["python3", "-m", "venv", ".venv" | ".venv-site"] | ["python3", "--version"]:
            pass  # .ci/run
        case ["python", "-m", "pip", "install", *given] | ["pip", "install", *given]:
            check_installation(given)  # .ci/run; the extras need a network
        case ["cp" | "git", *_]:
            pass  # the update of the course, in the test below
        case ["python", "-m", "pytest", *given]:
            check_pytest(given)  # .ci/run
        case ["python", "-m", "nnlib", "export", *given]:
            reads("nnlib/__main__.py", ["export", *given], monkeypatch)  # run in test_export_page.py
        case ["python", "-m", "nnlib", *_]:
            pass  # test_browser.py, and the test below
        case ["python", "tests/refresh.py", "--check"]:
            with pytest.raises(SystemExit, match="False"):  # as it stands
                starts("tests/refresh.py", ["--check"], monkeypatch)
        case ["python", script, *given]:
            reads(script, given, monkeypatch)  # too slow: minutes, or a browser
        case ["ruff", *given]:
            (tmp_path / "some.py").write_text("x = 1\n")
            run("ruff", *given, cwd=tmp_path)  # as it stands, in a folder with one file
        case ["nox", *given]:
            assert "oldest" in run("nox", *given, "--list")  # reads the file, runs none of its sessions
        case _:
            pytest.fail("say here how this command is tested")


@pytest.mark.browser
def test_jupyterlab_knows_the_options_that_are_given_to_it(tmp_path):
    """All at once, for a start takes seconds; it goes as far as where the course would open."""
    given = [option for c in COMMANDS if c.startswith("python -m nnlib --") for option in c.split()[3:]]
    folders = {f"JUPYTER_{kind}_DIR": str(tmp_path) for kind in ["CONFIG", "DATA", "RUNTIME"]}
    (tmp_path / "mine").mkdir()  # which the update of the course makes
    assert not re.search("no effect|not found", run("nnlib", *given, "--show-config", cwd=tmp_path, **folders))
    assert len(given) > 1


def test_the_first_command_differs_from_the_second_in_what_it_runs():
    first, second = re.findall(r"^python3 -m venv \.venv .*$", README, re.MULTILINE)
    assert first.split(" -m ")[-1] == "nnlib"
    assert second.replace(' -e ".[dev]"', "").removesuffix("pytest") == first.removesuffix("nnlib")
    assert "grep -m 1 'bin/python -m pytest$' README.md" in (ROOT / ".ci/run").read_text()
    windows = [line.replace("py -m", "python3 -m", 1) for line in blocks(README, "powershell")[0].splitlines()]
    assert [
        line.replace(";", " &&").replace(r"Scripts\python", "bin/python").replace("\\", "/") for line in windows
    ] == [
        first,
        second,
    ]


def git(folder, *command):
    """Run git as somebody who has no settings, and return what it says."""
    author = {f"GIT_{who}_{what}": "a@b.c" for who in ["AUTHOR", "COMMITTER"] for what in ["NAME", "EMAIL"]}
    environ = os.environ | author | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", *command], cwd=folder, env=environ, capture_output=True, text=True, check=True)
    return done.stdout


def test_the_update_keeps_answers_and_progress(tmp_path):
    """On a small course with its history: a learner has answered what the update changes as well."""
    (update,) = [line for line in "".join(blocks(README, "sh")).splitlines() if "git pull" in line]
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    (origin / "notebooks").mkdir(parents=True)
    lesson = "notebooks/01_neurons.ipynb"
    (origin / lesson).write_text("a stub")
    (origin / ".gitignore").write_text((ROOT / ".gitignore").read_text())
    git(origin, "init", "-q")
    git(origin, "add", ".")
    git(origin, "commit", "-q", "-m", "old")
    git(tmp_path, "clone", "-q", "origin", "clone")
    (origin / lesson).write_text("a better stub")
    (origin / "notebooks/08_new.ipynb").write_text("new")
    git(origin, "add", ".")
    git(origin, "commit", "-q", "-m", "new")
    (clone / lesson).write_text("an answer")
    (clone / "notebooks/progress.json").write_text("done")
    (clone / "notebooks/Untitled.ipynb").write_text("notes")
    *before, install = update.split(" && ")
    assert install == ".venv/bin/python -m pip install -q -r requirements.txt"
    subprocess.run(" && ".join(before), shell=True, cwd=clone, check=True, capture_output=True)
    assert (clone / "mine/01_neurons.ipynb").read_text() == "an answer"
    assert (clone / lesson).read_text() == "a better stub"
    assert (clone / "notebooks/08_new.ipynb").read_text() == "new"
    for folder in ["notebooks", "mine"]:
        assert (clone / folder / "progress.json").read_text() == "done"
        assert (clone / folder / "Untitled.ipynb").read_text() == "notes"
    assert git(clone, "status", "--porcelain") == "?? notebooks/Untitled.ipynb\n"

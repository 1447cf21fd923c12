"""Strange settings of the machine, of Python, of other programs: the same numbers, or a word about it."""

import os
import py_compile
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import nnlib
from nnlib.__main__ import main

PACKAGE = Path(nnlib.__file__).parent

SMALL = """
import numpy as np
from nnlib import Adam, Dense, Sequential, SoftmaxCrossEntropy, Tanh, fit
from nnlib.checks import check
from nnlib.data import moons

def neuron(x, w, b):  # the stub of an exercise
    "Only this."

check("01.1")
rng = np.random.default_rng(0)
X, y = moons(100, rng=rng)
model = Sequential(Dense(2, 8, rng=rng), Tanh(), Dense(8, 2, rng=rng), dtype=np.float64)
history = fit(model, SoftmaxCrossEntropy(), Adam(0.05), X, y, epochs=2, batch_size=10, rng=rng)  # 20 steps
model.save("model.npz")
model.load("model.npz")
print([f"{number:.9f}" for number in [*history.loss, model.params.sum()]])
"""
SETTINGS = {
    "plain": {},
    "locale C": {"LC_ALL": "C"},
    "ASCII only": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "Turkish": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "PYTHONIOENCODING": "iso8859-9"},
    "optimised": {"PYTHONOPTIMIZE": "2"},
    "64 threads": {"OMP_NUM_THREADS": "64", "OPENBLAS_NUM_THREADS": "64", "MKL_NUM_THREADS": "64"},
    "threads unset": {"OMP_NUM_THREADS": None, "OPENBLAS_NUM_THREADS": None, "MKL_NUM_THREADS": None},
    "warnings are errors": {"PYTHONWARNINGS": "error", "PYTHONDEVMODE": "1"},
    "a folder nnlib": {},
    "stale .pyc": {},
}


def small_run(folder, code=SMALL, **settings):
    """Run code in a folder, with other settings; return what it prints."""
    environment = os.environ | {"PYTHONPATH": str(PACKAGE.parent), "PYTHONDONTWRITEBYTECODE": "1"} | settings
    environment = {name: value for name, value in environment.items() if value is not None}
    run = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True)
    assert (run.returncode, run.stderr) == (0, b"")
    return run.stdout.decode("ascii", errors="replace").splitlines()


@pytest.mark.notebook
@pytest.mark.parametrize("name", SETTINGS)
def test_settings_change_no_number(tmp_path, name):
    settings = dict(SETTINGS[name])
    if name == "ASCII only" and not f"{sys.prefix}{PACKAGE}".isascii():
        pytest.skip("NumPy itself cannot be imported from a path with other letters")
    if name == "a folder nnlib":
        (tmp_path / "nnlib").mkdir()
    if name == "stale .pyc":
        settings["PYTHONPATH"] = str(stale(tmp_path))
    said = small_run(tmp_path, **settings)
    assert "01.1 not attempted yet" in said[0]
    assert said[1:] == ["['0.430071000', '0.278432946', '-2.492701606']"]


def stale(folder):
    """Return a copy of the package in which one module was compiled before it was changed."""
    copy = shutil.copytree(PACKAGE, folder / "copy" / "nnlib", ignore=shutil.ignore_patterns("*.gz", "__pycache__"))
    module = copy / "optimizers.py"
    before = folder / "older.py"
    before.write_text("raise SystemError('this is how it was before')")
    os.utime(before, (1e9, 1e9))
    py_compile.compile(before, cache_of(module), dfile=str(module), doraise=True)
    return copy.parent


def cache_of(module):
    """Return where Python keeps the compiled form of a module."""
    return module.parent / "__pycache__" / f"{module.stem}.{sys.implementation.cache_tag}.pyc"


@pytest.mark.notebook
@pytest.mark.parametrize("options", [{"MPLBACKEND": "TkAgg", "DISPLAY": None}, {"PYTHONWARNINGS": "error"}])
def test_views_draw_whatever_is_set(tmp_path, options):
    code = "from nnlib.viz import Neuron\nprint(Neuron(b=-1.5).facts_shown, len(Neuron().png()) > 5000)"
    assert small_run(tmp_path, code, **options) == ["AND: 4 of 4 corners right True"]


def test_the_course_opens_with_its_own_nnlib_and_no_other_backend(monkeypatch):
    started = []
    fake = SimpleNamespace(LabApp=SimpleNamespace(launch_instance=lambda options: started.append(dict(os.environ))))
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", fake)
    for name, value in {"MPLBACKEND": "junk", "PYTHONPATH": "elsewhere", "JUPYTER_CONFIG_PATH": ""}.items():
        monkeypatch.setenv(name, value)
    main()
    assert started[0]["PYTHONPATH"].split(os.pathsep) == [str(PACKAGE.parent), "elsewhere"]
    assert "MPLBACKEND" not in started[0]


def test_another_nnlib_beside_the_notebook_is_named(tmp_path):
    (tmp_path / "nnlib.py").write_text("")
    run = subprocess.run(
        [sys.executable, "-c", "from nnlib import Dense"], cwd=tmp_path, capture_output=True, text=True
    )
    assert f"cannot import name 'Dense' from 'nnlib' ({tmp_path / 'nnlib.py'})" in run.stderr

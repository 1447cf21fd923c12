"""What goes wrong on real machines: full disks, killed kernels, spoilt files. Nothing is lost, and nothing silent."""

import contextlib
import json
import multiprocessing
import os
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import ledger
import numpy as np
import pytest
import refresh
from patience import PATIENCE
from test_ledger import double, made

from nnlib import Adam, Dense, Sequential, SoftmaxCrossEntropy, files, fit, load_mnist, pretrained
from nnlib.checks import progress
from nnlib.data import mnist

# Writers, and what may happen to them


def save_model(path, k):
    """Save a model, all of whose 11,000 numbers are k."""
    model = Sequential(Dense(10, 1000, rng=np.random.default_rng(0)))
    model.params[:] = k
    model.save(path)


def keep_progress(path, k):
    """Keep one more exercise, as a check does."""
    os.environ["NNLIB_PROGRESS"] = str(path)
    progress.record(f"{k:04d}" * 1000, "✓")


def keep_ledger(path, k):
    """Keep one more seed of an experiment."""
    record = {"result": {"value": k, "curve": [0.5] * 2000}, "seconds": 1, "versions": {}}
    ledger.keep(path, [made("a", double, factor=2)], k, record)


def write_notebook(path, k):
    """Write a notebook, as refresh does."""
    refresh.write(path, f"{k}" * 20_000)


WRITERS = [save_model, keep_progress, keep_ledger, write_notebook]


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("NNLIB_PROGRESS", "")  # given back in the end
    return tmp_path / "a file"


@contextlib.contextmanager
def full_disk():
    """Let no file grow beyond 4,000 bytes: the system itself refuses to write, in the middle."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("write", WRITERS)
def test_a_full_disk_leaves_what_was_there_and_is_said(path, write, capsys):
    said = contextlib.nullcontext() if write is keep_progress else pytest.raises(OSError, match="File too large")
    with full_disk(), said:
        write(path, 1)
    assert list(path.parent.iterdir()) == []
    write(path, 1)
    before = path.read_bytes()
    assert len(before) > 4000
    with full_disk(), said:
        write(path, 2)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
    assert write is not keep_progress or capsys.readouterr().out.count("progress could not be kept") == 2


def dies(write, path, k):
    """Be killed when all is written, and nothing of it safe yet."""
    os.fsync = lambda file: os.kill(os.getpid(), signal.SIGKILL)
    write(path, k)


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="processes of another kind")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("write", WRITERS)
def test_killed_while_it_writes_it_leaves_what_was_there(path, write):
    write(path, 1)
    before = path.read_bytes()
    process = multiprocessing.get_context("fork").Process(target=dies, args=(write, path, 2))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert path.read_bytes() == before
    unfinished = path.with_name(path.name + ".unfinished")
    assert unfinished.exists()
    if write is keep_ledger:  # its unfinished file is its lock; test_ledger.py sees that this is said
        unfinished.unlink()
    write(path, 3)
    assert path.read_bytes() != before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="permissions of another kind")
def test_links_and_permissions_are_kept(path):
    save_model(path, 1)
    path.chmod(0o640)
    link = path.with_name("link")
    link.symlink_to(path)
    before = path.read_bytes()
    save_model(link, 2)
    assert link.is_symlink()
    assert path.read_bytes() != before
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_file_that_cannot_be_begun_is_left_alone(path):
    def taken(unfinished):
        raise FileExistsError(unfinished)

    other = path.with_name(path.name + ".unfinished")
    other.write_text("of somebody else")
    with pytest.raises(FileExistsError), files.replacing(path, taken):
        pass
    assert other.read_text() == "of somebody else"


def test_damaged_progress_is_not_written_over(path, monkeypatch, capsys):
    monkeypatch.setenv("NNLIB_PROGRESS", str(path))
    path.write_text('{"01.1": "✓", "01.2": "✓"', encoding="utf-8")
    before = path.read_bytes()
    progress.record("02.1", "✓")
    assert path.read_bytes() == before
    assert "Delete it to start afresh" in capsys.readouterr().out


def test_progress_of_an_older_course_is_taken_over_and_that_of_a_newer_one_kept(path, monkeypatch, capsys):
    monkeypatch.setenv("NNLIB_PROGRESS", str(path))
    path.write_text(json.dumps({"01.1": "✓", "exercises": {"01.2": "✗", "01.3": "☆"}, "badges": [1]}), encoding="utf-8")
    assert progress.load() == {"01.1": "✓", "01.2": "✗"}
    progress.record("02.1", "✗")
    progress.record("02.1", "✗")
    progress.record("01.1", "○")  # does not overwrite what was reached
    states = {"01.1": "✓", "01.2": "✗", "01.3": "☆", "02.1": "✗"}
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept == {"exercises": states, "failed": {"02.1": 2}, "badges": [1]}
    assert not capsys.readouterr().out


def test_a_damaged_section_of_the_progress_is_left_alone(path, monkeypatch, capsys):
    monkeypatch.setenv("NNLIB_PROGRESS", str(path))
    path.write_text('{"exercises": {"01.1": "✓"}, "predictions": [1]}', encoding="utf-8")
    progress.change("predictions", lambda kept: kept | {"Which way?": "up"})
    assert (
        f"(progress expected an object in {path} under 'predictions', got list: it is left" in capsys.readouterr().out
    )
    progress.record("01.2", "✓")
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept == {"exercises": {"01.1": "✓", "01.2": "✓"}, "predictions": [1]}


def test_two_notebooks_at_the_same_time_lose_no_progress(path, monkeypatch):
    monkeypatch.setenv("NNLIB_PROGRESS", str(path))
    monkeypatch.setattr(progress, "PATIENCE", PATIENCE)
    numbers = [f"98.{number}" for number in range(40)]
    with ThreadPoolExecutor(4) as notebooks:
        list(notebooks.map(lambda number: progress.record(number, "✓"), numbers))
    assert sorted(progress.load()) == sorted(numbers)


def test_however_many_take_their_turn_no_file_is_taken_from_one_who_writes(tmp_path, monkeypatch):
    """The patience is for each of them, not for all together."""
    clock, path, turns = SimpleNamespace(now=0.0), tmp_path / "unfinished", iter(range(9))

    def sleep(seconds):  # while one waits, another has ended, and the next has begun
        clock.now += 0.9
        path.unlink()
        if next(turns, None) is not None:
            (tmp_path / f"next{clock.now}").touch()
            os.utime(tmp_path / f"next{clock.now}", ns=(0, int(clock.now * 1e9)))
            (tmp_path / f"next{clock.now}").rename(path)

    path.touch()
    monkeypatch.setattr(files, "time", SimpleNamespace(monotonic=lambda: clock.now, sleep=sleep))
    files.claimed(path, patience=1).close()
    assert clock.now > 8


def test_what_a_killed_kernel_left_behind_does_not_keep_progress_from_being_kept(path, monkeypatch):
    monkeypatch.setenv("NNLIB_PROGRESS", str(path))
    monkeypatch.setattr(progress, "PATIENCE", 0.1)
    path.with_name(path.name + ".unfinished").write_text("half a")
    progress.record("02.1", "✓")
    assert progress.load() == {"02.1": "✓"}
    assert list(path.parent.iterdir()) == [path]


# What belongs to the package


@pytest.mark.parametrize("kept", [0, 0.5, 0.999, None])
def test_spoilt_weights_of_the_package_are_named(tmp_path, monkeypatch, kept):
    file, whole = tmp_path / "digit_reader.npz", pretrained.FILE.read_bytes()
    if kept is not None:
        file.write_bytes(whole[: int(kept * len(whole))])
    monkeypatch.setattr(pretrained, "FILE", file)
    with pytest.raises(RuntimeError, match=r"digit_reader expected its weights in .*install the package again"):
        pretrained.digit_reader()


def test_spoilt_data_of_the_package_are_named(tmp_path, monkeypatch):
    for name in mnist.SHA256:
        shutil.copy(mnist.FOLDER / name, tmp_path)
    file = tmp_path / "t10k-labels-idx1-ubyte.gz"
    file.write_bytes(file.read_bytes()[:-9])
    monkeypatch.setattr(mnist, "FOLDER", tmp_path)
    monkeypatch.setattr(mnist, "SHA256", dict.fromkeys(mnist.SHA256))
    with pytest.raises(ValueError, match=rf"expected a whole gzip file, got {file}.*install the package again"):
        load_mnist()


# Time


def test_a_clock_that_goes_backwards_changes_nothing(monkeypatch, path):
    """Python's monotonic clocks cannot; the other one can, when the machine is set right, and nobody may look at it."""
    clock = iter(range(10**9, 0, -3600))
    monkeypatch.setattr(time, "time", lambda: next(clock))
    rng = np.random.default_rng(0)
    model = Sequential(Dense(3, 2, rng=rng))
    data = rng.standard_normal((20, 3)), np.arange(20) % 2
    history = fit(model, SoftmaxCrossEntropy(), Adam(), *data, epochs=3, batch_size=5, rng=rng)
    assert (history.seconds >= 0).all()
    keep_ledger(path, 1)
    assert list(json.loads(path.read_text())["rows"]["a"]["runs"]) == ["1"]
    monkeypatch.setattr(ledger, "PATIENCE", 0.1)
    Path(f"{path}.unfinished").touch()
    with pytest.raises(RuntimeError, match="delete that file"):
        keep_ledger(path, 2)

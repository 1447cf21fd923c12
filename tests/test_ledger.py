"""The published results: the cheap ones anew on each run, all of them as stored; and a ledger that loses nothing."""

import dataclasses
import itertools
import json
import math
import os
import pickle
import re
import signal
import statistics
import subprocess
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ledger
import nbformat
import numpy as np
import psutil
import pytest
from patience import PATIENCE

from nnlib import SGD, Dense, ReLU, Sequential, SoftmaxCrossEntropy, evaluate, fit, he_normal, load_mnist
from nnlib.advice import advice
from nnlib.autodiff import Tensor
from nnlib.experiments import (
    EXPERIMENTS,
    PUBLISHED_CURVE,
    Experiment,
    Source,
    baselines,
    book,
    bugs,
    catalogue,
    common,
    job,
    nielsen,
    systems,
)
from nnlib.experiments.common import digits, judged, narrow, plus_minus_half
from nnlib.experiments.definition import Figure, around, one_run, printed
from nnlib.experiments.nielsen import WeightDecay
from nnlib.notebooks import lessons
from nnlib.training import Epoch, train

# Rows whose median over the seeds is outside its band, and why. The test fails as well when one of them gets there.
NOT_REACHED = {
    "S2, batches of 1000": "four runs of five end two points above; the number of hidden neurons is not published",
    "S4, published bias rule": "learns too slowly; the curve is that of the rate 0.3, and its author shows no divisor",
    "S4, right bias rule": "as with the published rule",
    "wider, L2": "by the last epochs; the best ones are in the band, and the book does not say which it quotes",
}
# A checksum of all that each source published, taken when the figures were compared with the source once more.
# Nielsen's files, homework 0 and micrograd's README can be looked up under the addresses in sources.py.
PUBLISHED = {
    "Neural Networks and Deep Learning, chapter 1": 1608955425,
    "Deep Learning Systems (Carnegie Mellon University, 10-714), homework 0": 854365506,
    "micrograd, README": 3323331387,
    "We will be building a simple neural network to classify digits from scratch": 1305759941,
    "Building a Neural Network From Scratch": 1161586024,
    "Building a Neural Networks From Scratch: An implementation of a Neural Network using Numpy": 1890721293,
    "Neural Networks and Deep Learning, chapter 3": 629223824,
    "Neural Networks and Deep Learning, chapter 5": 1830005584,
    "S4, curve": 4086096832,
}
NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
CHEAP = [experiment for experiment in EXPERIMENTS.values() if experiment.cheap]


def outside(experiment, figures):
    """Return the figures that are outside their bands, with the bands."""
    return {name: (figures[name], band) for name, band in experiment.figures.items() if figures[name] not in band}


# The definitions


def test_each_experiment_is_defined_once_and_can_be_sent_away():
    rows = [*catalogue.BASELINES, *catalogue.BUGS, *catalogue.SYSTEMS, *book.BOOK]
    assert [row.name for row in rows] == list(EXPERIMENTS)
    for experiment in rows:
        assert pickle.loads(pickle.dumps(experiment)) == experiment
        assert ledger.configuration(experiment) == experiment.described()  # no tuples, nothing that JSON has not
        for figure in experiment.figures.values():
            assert figure.published is None or figure.published in figure


def checksums():
    """Return {title: CRC-32 of the published figures of the source, in the order of the rows}."""
    texts = {}
    for row in EXPERIMENTS.values():
        published = {name: figure.published for name, figure in row.figures.items() if figure.published is not None}
        texts.setdefault(row.source.title, []).extend([row.name, repr(published)] if published else [])
    texts["S4, curve"] = [str(count) for count in np.round(PUBLISHED_CURVE * 42_000).astype(int)]
    return {source: zlib.crc32("; ".join(text).encode()) for source, text in texts.items() if text}


def test_published_figures_are_those_that_were_compared_with_their_sources():
    assert checksums() == PUBLISHED, "compare the figures with the source, then put the new checksum into PUBLISHED"


def test_the_published_curve_is_the_one_of_the_source():
    """Its values are shares of 42,000 images, and they never fall; the last one is a figure of its own."""
    assert PUBLISHED_CURVE.shape == (35,)
    assert (np.diff(PUBLISHED_CURVE) > 0).all()
    assert EXPERIMENTS["S4, right bias rule"].figures["accuracy at 340"].published == round(PUBLISHED_CURVE[-1], 5)


def test_each_row_says_who_published_it_and_each_band_why_it_is_so_wide():
    for row in EXPERIMENTS.values():
        assert isinstance(row.source, Source), row.name
        assert all(row.source), row.name
        assert row.source.date == "no date" or re.search(r"\b20\d\d\b", row.source.date), row.name
        for name, figure in row.figures.items():
            assert len(figure.why) > 20, (row.name, name)
            one_sided = figure.low in (0, 1) or figure.high in (0, 1)
            assert figure.published is None or not one_sided, f"{row.name}, {name}: no source claims a bound"


def test_bands_are_as_wide_as_they_say():
    assert printed(0.82, 2)[1:3] == (0.815, 0.825)
    assert [value in around(0.5, 0.1, "to try it") for value in (0.39, 0.4, 0.6, 0.61)] == [False, True, True, False]
    share = one_run(0.9, n=100)
    assert share.high - 0.9 == pytest.approx(3 * math.sqrt(0.9 * 0.1 / 100))
    assert 0.9 - share.low == pytest.approx(share.high - 0.9)
    assert "100 digits" in share.why
    neighbours = [figure for name, figure in EXPERIMENTS["vanishing gradient"].figures.items() if "4 hidden" in name]
    assert all(a.high < b.low for a, b in itertools.pairwise(neighbours))
    matter = EXPERIMENTS["S3, initialisation"].figures
    assert matter["uniform ±0.5"].high <= matter["He"].low == matter["Glorot"].low
    labels = np.bincount(load_mnist()[1][1]) / 10_000
    assert matter["all 0"][1:3] == (labels.min(), labels.max())


def test_no_notebook_types_a_published_figure():
    """A figure of four digits or more is read from its experiment or from the ledger, so it is stored once."""
    figures = [figure.published for row in EXPERIMENTS.values() for figure in row.figures.values()]
    digits = {f"{figure:.10g}" for figure in figures if figure is not None}
    digits |= {f"{100 * figure:.10g}" for figure in figures if figure is not None and figure < 1}
    known = {text for text in digits if len(text.replace(".", "").strip("0")) >= 4}
    for path in lessons(NOTEBOOKS):
        for cell in nbformat.read(path, as_version=4).cells:
            typed = known & set(re.findall(r"\d+\.\d+|\d+", cell.source))
            assert not typed, f"{path.name}, cell {cell.id}: {typed} from EXPERIMENTS or from the ledger"


def test_what_takes_a_second_is_run_on_each_test_run_and_what_takes_minutes_is_not():
    names = {experiment.name for experiment in CHEAP}
    assert {"darkness", "scalar tape", "saturating neuron", "vanishing gradient"} <= names
    assert not names & {"S2, batches of 1000", "S4, right bias rule"}


@pytest.fixture
def advised(monkeypatch):
    """What `nnlib.advice` says of each run of `train` in an experiment, while the experiment goes on as before."""
    said = []

    def watched(model, loss, optimizer, X, y, **options):
        before, epochs = model.params.copy(), 0
        for epoch in train(model, loss, optimizer, X, y, **options):
            epochs += 1
            yield epoch
        steps = epochs * math.ceil(len(X) / options["batch_size"])
        said.append(advice(model, loss, X, y, before=before, steps=steps))

    for module in (common, nielsen, systems):
        monkeypatch.setattr(module, "train", watched)
    return said


@pytest.mark.notebook
@pytest.mark.parametrize("experiment", CHEAP, ids=lambda experiment: experiment.name)
def test_cheap_rows_still_give_what_the_ledger_says(experiment, advised):
    kept = ledger.finished(ledger.read(ledger.LEDGER), experiment)
    assert kept, f"the ledger has no run of it as it is defined now: python tests/ledger.py {experiment.name!r}"
    result = job(experiment, seed=0)["result"]
    for name, stored in kept["0"]["result"].items():
        np.testing.assert_allclose(result[name], stored, atol=2e-3, err_msg=name)  # float32, on another processor
    sick = ["Units that are all alike"] * (experiment.name == "S3, initialisation")  # one of its starts is from zeros
    assert [line.partition(":")[0] for line in advised if line] == sick


def test_the_stored_ledger_is_complete_and_says_what_the_definitions_say():
    if not ledger.LEDGER.exists():
        pytest.skip("notebooks/ledger.json does not exist yet: python tests/ledger.py")
    rows = ledger.read(ledger.LEDGER)
    missing = [name for name in EXPERIMENTS if name not in rows]
    assert not missing, "run python tests/ledger.py with their names"
    assert set(rows) == set(EXPERIMENTS), "take rows without an experiment out of notebooks/ledger.json"
    for name, experiment in EXPERIMENTS.items():
        runs = ledger.finished(rows, experiment)
        assert len(runs) >= (5 if experiment.seeded else 1), f"{name}: python tests/ledger.py"
        assert rows[name] == ledger.row_of(experiment, runs), name
        medians = {key: figure["median"] for key, figure in rows[name]["figures"].items()}
        assert bool(outside(experiment, medians)) == (name in NOT_REACHED), (name, outside(experiment, medians))


# What the recipes do themselves, in place of nnlib


def test_weight_decay_is_that_of_sgd_but_for_the_biases(rng):
    nets = [Sequential(Dense(3, 2, rng=np.random.default_rng(1)), dtype=np.float64) for _ in range(2)]
    grads = rng.standard_normal(8)
    for net in nets:
        net.layers[0].b[:] = 1
    WeightDecay(nets[0], lr=0.5, pull=0.1).step(nets[0].params, grads)
    SGD(lr=0.5, weight_decay=0.2).step(nets[1].params, grads)
    ours, theirs = (net.layers[0] for net in nets)
    np.testing.assert_allclose(ours.W, theirs.W)
    np.testing.assert_allclose(ours.b, 1 - 0.5 * grads[6:])
    np.testing.assert_allclose(theirs.b, 0.9 - 0.5 * grads[6:])


def test_the_step_by_hand_is_that_of_nnlib(rng):
    X, labels = rng.random((5, 6)), np.array([0, 1, 2, 1, 0])
    model = Sequential(Dense(6, 4, rng=rng), ReLU(), Dense(4, 4, rng=rng), ReLU(), Dense(4, 3, rng=rng), dtype=float)
    weights, loss = [layer.W.copy() for layer in model.layers[::2]], SoftmaxCrossEntropy()
    loss.forward(model.forward(X), labels)
    model.backward(loss.backward())
    SGD(lr=0.3).step(model.params, model.grads)
    baselines.hand_step(weights, X, labels, lr=0.3)
    for layer, W in zip(model.layers[::2], weights, strict=True):
        np.testing.assert_allclose(layer.W, W, rtol=1e-12)


def test_the_step_by_tape_is_that_of_nnlib(rng):
    X, labels = rng.random((5, 6)), np.array([0, 1, 2, 1, 0])
    model, loss = Sequential(Dense(6, 4, rng=rng), ReLU(), Dense(4, 3, rng=rng), dtype=float), SoftmaxCrossEntropy()
    weights = [Tensor(array.copy()) for layer in model.layers[::2] for array in (layer.W, layer.b)]
    value = loss.forward(model.forward(X), labels)
    model.backward(loss.backward())
    SGD(lr=0.3).step(model.params, model.grads)
    assert systems.naive_step(weights, X, labels, lr=0.3) == pytest.approx(value)
    np.testing.assert_allclose(np.concatenate([w.data.ravel() for w in weights]), model.params, rtol=1e-12)


def test_the_published_bias_rule_adds_up_what_the_right_one_keeps_apart(monkeypatch):
    nets, made = [], systems.relu_net
    monkeypatch.setattr(systems, "relu_net", lambda *args, **options: nets.append(made(*args, **options)) or nets[-1])
    row = EXPERIMENTS["S4, published bias rule"].configuration | {"n": 100, "sizes": [784, 6, 10], "iterations": 1}
    curves = [systems.full_batch(0, str, **row | {"one_bias_gradient": rule})["curve"] for rule in (False, True)]
    right, published = (net.layers[0].b for net in nets)
    np.testing.assert_allclose(published, np.full(6, right.sum()), rtol=1e-5)
    assert np.ptp(right) > 0
    assert curves[0] == curves[1]  # judged before the first step


def test_a_run_is_judged_after_each_so_many_epochs_with_the_model_of_that_time():
    model = Sequential(Dense(1, 2, rng=np.random.default_rng(0)), dtype=float)

    def learns_in_the_fourth_epoch():
        for number in range(1, 6):
            model.layers[0].b[:] = [0, 99 if number >= 4 else -99]
            yield Epoch(number, 0.0, None, None, None, 0.0)

    pair = np.zeros((3, 1)), np.ones(3, int)
    assert judged(model, pair, learns_in_the_fourth_epoch(), str, every=2) == [0, 1]
    assert judged(model, pair, learns_in_the_fourth_epoch(), str) == [0, 0, 0, 1, 1]


def test_initial_weights_of_recipes_are_as_wide_as_their_sources_say(rng):
    W = plus_minus_half(100, 100, rng)
    assert (W.min(), W.max(), W.mean()) == pytest.approx((-0.5, 0.5, 0), abs=0.02)
    assert narrow(100, 25, rng).std() == pytest.approx(0.1, abs=0.01)
    assert baselines.by_outputs(25, 100, np.random.RandomState(0)).std() == pytest.approx(0.1, abs=0.01)


def test_the_price_of_the_bugs_is_measured_against_nnlibs_own_training():
    """The right version is what `fit` does, number by number; each of the others trains another network."""
    (X, y), test = digits()
    rng, few = np.random.default_rng(3), {"sizes": [784, 8, 10], "n": 200, "n_test": 500, "batch_size": 50, "epochs": 3}
    layers = [Dense(784, 8, rng=rng, init=he_normal), ReLU(), Dense(8, 10, rng=rng, init=he_normal)]
    model = Sequential(*layers, dtype=np.float64)
    options = {"epochs": few["epochs"], "batch_size": few["batch_size"], "rng": rng, "progress": False}
    fit(model, SoftmaxCrossEntropy(), SGD(lr=0.1), X[:200].astype(float), y[:200], **options)
    found = {version: bugs.accuracy(version, he_normal, 3, lr=0.1, **few) for version in bugs.VERSIONS}
    assert found.pop("right") == evaluate(model, test[0][:500], test[1][:500]).accuracy not in found.values()


# The ledger's own behaviour, with experiments that take no time


def double(seed, progress, *, factor):
    """A recipe that takes no time."""
    return {"value": factor * seed}


def broken(seed, progress):
    """A recipe that raises for one seed, and returns what is no number for another."""
    if seed == 1:
        raise ValueError("seed 1 does not work")
    return {"value": np.nan if seed == 2 else 1}


def dies_once(seed, progress, *, folder):
    """A recipe whose process is killed the first time that seed 1 is run."""
    marker = Path(folder, "died")
    if seed == 1 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    return {"value": seed}


def waits(seed, progress, *, folder):
    """A recipe that takes minutes for seed 1, until a file says that it need not."""
    end = time.monotonic() + (2 * PATIENCE if seed == 1 else 0)
    while time.monotonic() < end and not Path(folder, "enough").exists():
        time.sleep(0.05)
    return {"value": seed}


def made(name, recipe, band=(0, 10), **configuration):
    """Return an experiment with one figure."""
    source = Source("nobody", "nothing", "no date", "nowhere")
    return Experiment(name, "", source, recipe, configuration, {"value": Figure(None, *band, "to try it")}, 1)


def writes_ten(path, name):
    """Keep ten seeds of an experiment, one after the other."""
    for seed in range(10):
        experiment = made(name, double, factor=2)
        ledger.keep(path, [experiment], seed, job(experiment, seed))


def two_threads():
    """Another kind of executor, at hand at once."""
    return ThreadPoolExecutor(2)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.json"


def test_each_run_is_kept_with_all_that_belongs_to_it(path, capsys):
    experiment = dataclasses.replace(made("a", double, factor=2), figures={"value": around(4.0, 1.0, "to try it")})
    assert ledger.update(path, [experiment], 5, two_threads) == set()
    row = ledger.read(path)["a"]
    assert row == ledger.row_of(experiment, ledger.finished({"a": row}, experiment))
    assert row["configuration"] == {"recipe": "double", "factor": 2}
    assert [run["result"]["value"] for run in row["runs"].values()] == [0, 2, 4, 6, 8]
    sd = pytest.approx(statistics.stdev([0, 2, 4, 6, 8]))
    band = {"published": 4, "low": 3, "high": 5, "why": "to try it"}
    assert row["figures"]["value"] == band | {"mean": 4, "median": 4, "sd": sd}
    assert row["source"] == {"author": "nobody", "title": "nothing", "date": "no date", "where": "nowhere"}
    assert row["runs"]["3"]["versions"]["numpy"] == np.__version__
    assert "a, seed 3: value 6.000000; 0.0 s" in capsys.readouterr().out
    text, wrong = ledger.table(ledger.read(path), [experiment, made("b", double)])
    assert "4.000000   4.000000  4.000000  3.162278  5      3.000000 to 5.000000  0.0" in text
    assert "not run yet" in text
    assert wrong == []
    assert ledger.table(
        ledger.read(path) | {"a": row | {"figures": {"value": row["figures"]["value"] | {"median": 9}}}}, [experiment]
    )[1] == ["a: value"]


def test_finished_runs_are_kept_and_a_changed_configuration_is_run_anew(path, capsys):
    first, other = made("a", double, factor=2), made("b", double, factor=1)
    ledger.update(path, [first, other], 2, two_threads)
    before = ledger.read(path)
    capsys.readouterr()
    ledger.update(path, [first], 3, two_threads)
    assert capsys.readouterr().out.splitlines() == ["a, seed 2: value 4.000000; 0.0 s"]
    after = ledger.read(path)
    assert after["b"] == before["b"]
    assert {seed: after["a"]["runs"][seed] for seed in "01"} == before["a"]["runs"]
    ledger.update(path, [made("a", double, factor=3)], 2, two_threads)
    assert {seed: run["result"]["value"] for seed, run in ledger.read(path)["a"]["runs"].items()} == {"0": 0, "1": 3}


def test_a_new_band_is_written_without_a_run(path):
    ledger.update(path, [made("a", double, factor=2)], 2, two_threads)
    ledger.update(path, [made("a", double, band=(-1, 1), factor=2)], 2, make_executor=None)
    assert ledger.read(path)["a"]["figures"]["value"]["low"] == -1


def test_what_raises_is_said_and_the_others_go_on(path, capsys):
    assert ledger.update(path, [made("a", broken)], 4, two_threads) == {("a", 1), ("a", 2)}
    assert list(ledger.read(path)["a"]["runs"]) == ["0", "3"]
    said = capsys.readouterr().out
    assert "a, seed 1: FAILED, ValueError: seed 1 does not work" in said
    assert "a, seed 2: FAILED, RuntimeError: experiment 'a' expected finite numbers ['value']" in said


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "damaged"),
        ('{"layout": 2, "rows": {"a"', "damaged"),
        ('{"layout": 2, "rows": {"a": {"runs": {}}}}', "damaged"),
        ('{"layout": 2, "rows": {"a": 3}}', "damaged"),
        ("[]", "damaged"),
        ('{"rows": {}}', "damaged"),
        ('{"layout": 0, "rows": []}', "its layout is 0"),
        ('{"layout": 1, "rows": {"a": 3}}', "its layout is 1"),
    ],
)
def test_a_damaged_file_or_another_layout_is_said_and_left_alone(path, text, problem):
    path.write_text(text)
    with pytest.raises(ValueError, match=f"{problem}.*Nothing was overwritten"):
        ledger.update(path, [made("a", double, factor=2)], 2, two_threads)
    assert path.read_text() == text
    assert list(path.parent.iterdir()) == [path]


def damages(seed, progress, *, path):
    """A recipe during which something else spoils the ledger."""
    Path(path).write_text("oh")
    return {"value": seed}


def test_a_file_that_is_damaged_during_the_run_is_left_alone(path):
    with pytest.raises(ValueError, match="damaged"):
        ledger.update(path, [made("a", damages, path=str(path))], 1, two_threads)
    assert path.read_text() == "oh"
    assert list(path.parent.iterdir()) == [path]


def test_what_json_cannot_hold_leaves_the_file_as_it_was(path):
    ledger.update(path, [made("a", double, factor=2)], 1, two_threads)
    before = path.read_text()
    with pytest.raises(ValueError, match="JSON"), ledger.changing(path) as rows:
        rows["a"]["seconds"] = np.nan
    assert path.read_text() == before
    assert list(path.parent.iterdir()) == [path]


def test_two_at_once_lose_nothing(path):
    with ledger.two_processes() as processes:
        for future in [processes.submit(writes_ten, path, name) for name in ["a", "b"]]:
            future.result()
    assert {name: len(row["runs"]) for name, row in ledger.read(path).items()} == {"a": 10, "b": 10}
    assert list(path.parent.iterdir()) == [path]


def test_a_lock_that_was_left_behind_is_said_before_anything_is_run(path, monkeypatch):
    monkeypatch.setattr(ledger, "PATIENCE", 0.1)
    Path(f"{path}.unfinished").touch()
    with pytest.raises(RuntimeError, match="delete that file"):
        ledger.update(path, [made("a", double, factor=2)], 1, make_executor=None)


def test_when_a_worker_is_killed_its_seed_is_run_again_and_said(path, capsys):
    assert ledger.update(path, [made("a", dies_once, folder=str(path.parent))], 3) == set()
    assert list(ledger.read(path)["a"]["runs"]) == ["0", "1", "2"]
    assert "a worker was killed; what was unfinished is run again, first a, seed" in capsys.readouterr().out


def slow_ledger(path):
    """What the next test interrupts."""
    ledger.update(Path(path), [made("a", waits, folder=str(Path(path).parent))], 2)


@pytest.mark.notebook
@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
@pytest.mark.parametrize("sent", ["SIGINT", "SIGKILL"])
def test_interrupted_in_the_middle_it_goes_on_from_there(path, sent):
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # a run in the background is deaf
    code = f"{heard}; import strict, test_ledger; test_ledger.slow_ledger({str(path)!r})"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    process = subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + PATIENCE
        while ledger.missing(path, [made("a", waits, folder=str(path.parent))], 1) and time.monotonic() < end:
            time.sleep(0.05)
        workers = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(getattr(signal, sent))
        process.wait(PATIENCE)
        assert psutil.wait_procs(workers, timeout=PATIENCE)[1] == []  # none is left working
    finally:
        process.kill()
        process.wait()
        Path(path.parent, "enough").touch()
    before = ledger.read(path)["a"]["runs"]
    assert list(before) == ["0"]
    ledger.update(path, [made("a", waits, folder=str(path.parent))], 2, two_threads)
    after = ledger.read(path)["a"]["runs"]
    assert list(after) == ["0", "1"]
    assert after["0"] == before["0"]


def test_the_stored_text_has_one_line_for_each_list():
    text = ledger.text_of({"a": {"curve": [0.5, 0.25], "pairs": [[1, 2], [3, 4]], "text": "[\n]"}})
    assert '"curve": [ 0.5, 0.25 ]' in text
    assert json.loads(text)["rows"]["a"] == {"curve": [0.5, 0.25], "pairs": [[1, 2], [3, 4]], "text": "[\n]"}


@pytest.fixture
def experiments(path, monkeypatch):
    """Have `ledger.main` write to another file, and know no experiment but one that takes no time."""
    monkeypatch.setattr(ledger, "LEDGER", path)
    monkeypatch.setattr(ledger, "EXPERIMENTS", {"a": made("a", double, factor=2)})
    monkeypatch.setattr(signal, "signal", lambda *_: None)


@pytest.mark.filterwarnings("default")  # of Dask's own
@pytest.mark.usefixtures("experiments")
def test_a_dask_cluster_does_the_work(path, monkeypatch):
    distributed = pytest.importorskip("distributed", reason="the package distributed is not installed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None, protocol="tcp", host="127.0.0.1"
    ) as cluster:
        monkeypatch.setattr(sys, "argv", ["ledger.py", "--dask", cluster.scheduler_address])
        with pytest.raises(SystemExit) as ended:
            ledger.main()
        assert not ended.value.code
        assert cluster.workers[0].state.executed_count == 5
    assert [run["result"]["value"] for run in ledger.read(path)["a"]["runs"].values()] == [0, 2, 4, 6, 8]


@pytest.mark.filterwarnings("default")
@pytest.mark.usefixtures("experiments")
def test_a_scheduler_that_does_not_answer_is_said(monkeypatch):
    pytest.importorskip("distributed", reason="the package distributed is not installed")
    monkeypatch.setattr(ledger, "PATIENCE", 1)
    monkeypatch.setattr(sys, "argv", ["ledger.py", "--dask", "tcp://127.0.0.1:9"])
    with pytest.raises(SystemExit, match=r"expected a Dask scheduler at tcp://127\.0\.0\.1:9, got"):
        ledger.main()


@pytest.mark.usefixtures("experiments")
def test_without_dask_it_is_asked_for(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setattr(sys, "argv", ["ledger.py", "--dask", "tcp://127.0.0.1:9"])
    with pytest.raises(SystemExit, match='expected the package distributed: pip install "distributed"'):
        ledger.main()


def test_a_name_that_fits_nothing_is_said(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["ledger.py", "S9"])
    with pytest.raises(SystemExit, match="parts of these names: darkness"):
        ledger.main()

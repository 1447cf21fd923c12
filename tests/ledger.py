"""The ledger: trains every published result anew, over several seeds, and keeps what came out.

    python tests/ledger.py                   all rows over the seeds 0 to 4 (some twenty minutes on two cores)
    python tests/ledger.py S4 "learning r"   the rows whose names contain one of these
    python tests/ledger.py S0 --seeds 10     more seeds
    python tests/ledger.py --dask tcp://...  on the workers of a Dask scheduler at this address, which have nnlib too

Each finished run is written to notebooks/ledger.json at once, and is not done again unless its configuration has
changed: stop with Ctrl-C whenever you like, and go on with the same command. (A change of code is not seen: take the
row out of the file.) Two at a time lose nothing, but may do the same work twice. The rows are those of
`nnlib.experiments`. `update` takes any function that makes a `concurrent.futures.Executor`.
"""

import os

for name in ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"]:
    os.environ.setdefault(name, "1")  # the processes that do the work inherit it

import argparse
import json
import multiprocessing
import re
import signal
import statistics
import sys
import threading
import time
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, ProcessPoolExecutor, wait
from contextlib import contextmanager, nullcontext
from pathlib import Path

from nnlib.experiments import EXPERIMENTS, job
from nnlib.files import claimed, replacing

LEDGER = Path(__file__).resolve().parents[1] / "notebooks" / "ledger.json"
LAYOUT = 2  # raise it when what is written below changes its shape
PATIENCE = 30  # seconds to wait for another ledger.py that is writing, which takes it a moment


def read(path):
    """Return the rows of a ledger, {} without a file; raise ValueError for a damaged one or another layout."""
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        layout, rows = content["layout"], content["rows"]
        if layout == LAYOUT:
            for row in rows.values():
                check(row)
            text_of(rows).encode()  # no NaN, and nothing else that could not be written again
    except (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        problem = f"it is damaged: {type(error).__name__}: {error}"
    else:
        if layout == LAYOUT:
            return rows
        problem = f"its layout is {layout!r}"
    raise ValueError(
        f"ledger.py expected a ledger of layout {LAYOUT} in {path}, but {problem}. Nothing was overwritten: "
        "take the file back from git, or move it away to start afresh"
    )


def check(row):
    """Raise an error of some kind if a row has not what is asked of it further below: finite numbers, mostly."""
    numbers = [row["seconds"], *(run["seconds"] for run in row["runs"].values()), *map(int, row["runs"])]
    for figure in row["figures"].values():
        numbers += [figure[name] for name in ("low", "high", "mean", "median")]
        numbers += [figure[name] for name in ("published", "sd") if figure[name] is not None]
    for run in row["runs"].values():
        numbers += [run["result"].get(name) for name in row["figures"]]
    _ = row["configuration"], [number + 0.0 for number in numbers]


@contextmanager
def changing(path):
    """Give the rows as they are now, and write them at the end: all of it, or nothing at all.

    The new text grows in a file of its own, which only one process can create: so it is the lock as well, and
    the same `os.replace` that publishes it releases it. Whoever comes second reads what the first has written.
    """
    with replacing(path, _claim) as file:
        rows = read(path)
        yield rows
        file.write(text_of(rows).encode())


def _claim(unfinished):
    """Create the file that nobody else may have at the same time, and return it, open."""
    try:
        return claimed(unfinished, PATIENCE)
    except FileExistsError:
        raise RuntimeError(
            f"ledger.py waited {PATIENCE} s for {unfinished}: another one that was writing must have been killed. "
            "The ledger itself is whole; if no other one is running, delete that file and start again"
        ) from None


def text_of(rows):
    """Return the ledger as JSON, each list on one line."""
    content = {"layout": LAYOUT, "rows": dict(sorted(rows.items()))}
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    return re.sub(r"\[\n[^\[\]{}]*\]", lambda found: re.sub(r"\s*\n\s*", " ", found[0]), text) + "\n"


def configuration(experiment):
    """Return what decides about an experiment's results, as it looks after a way through JSON."""
    return json.loads(json.dumps(experiment.described()))


def finished(rows, experiment):
    """Return the runs, {seed: record}, that were done with the configuration of today and have all figures."""
    row = rows.get(experiment.name)
    if row is None or row["configuration"] != configuration(experiment):
        return {}

    def whole(run):
        return all(isinstance(run["result"].get(name), (int, float)) for name in experiment.figures)

    return {seed: run for seed, run in row["runs"].items() if whole(run)}


def missing(path, experiments, seeds):
    """Return the pairs (experiment, seed) that are still to be run, the longest first."""
    rows = read(path)
    pairs = [(e, seed) for e in experiments for seed in range(seeds if e.seeded else 1)]
    pairs = [(e, seed) for e, seed in pairs if str(seed) not in finished(rows, e)]
    return sorted(pairs, key=lambda pair: -pair[0].seconds)


def row_of(experiment, runs):
    """Return a row of the ledger: the definition, median, mean and sd of each figure, and the runs themselves."""
    figures = {}
    for name, figure in experiment.figures.items():
        values = [run["result"][name] for run in runs.values()]
        sd = round(statistics.stdev(values), 6) if len(values) > 1 else None
        centre = {"mean": round(statistics.mean(values), 6), "median": round(statistics.median(values), 6)}
        figures[name] = figure._asdict() | centre | {"sd": sd}
    return {
        "what": experiment.what,
        "source": experiment.source._asdict(),
        "configuration": configuration(experiment),
        "figures": figures,
        "seconds": round(statistics.mean(run["seconds"] for run in runs.values()), 2),
        "runs": dict(sorted(runs.items(), key=lambda item: int(item[0]))),
    }


def keep(path, experiments, seed=None, record=None):
    """Write rows anew with the definitions of today and, of one experiment, the record of one more seed."""
    with changing(path) as rows:
        for experiment in experiments:
            runs = finished(rows, experiment) | ({} if record is None else {str(seed): record})
            if runs:
                rows[experiment.name] = row_of(experiment, runs)


def start_worker():
    """Let a worker leave Ctrl-C to its parent, and end with it, however that one ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    threading.Thread(target=lambda: (parent.join(), os._exit(1)), daemon=True).start()


def two_processes():
    """Return the executor that does the work unless another one is given."""
    return ProcessPoolExecutor(2, multiprocessing.get_context("spawn"), start_worker)


@contextmanager
def dask(address):
    """Give a function that makes executors of the workers of a Dask scheduler."""
    try:
        from distributed import Client
    except ImportError:
        raise RuntimeError('ledger.py --dask expected the package distributed: pip install "distributed"') from None
    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise RuntimeError(f"ledger.py expected a Dask scheduler at {address}, got {error}") from error
    with client:
        yield client.get_executor


class Progress:
    """A line for each finished run, and below them, where somebody watches, a bar."""

    def __init__(self, pairs):
        self.left = {(experiment.name, seed): experiment.seconds for experiment, seed in pairs}
        self.runs, self.work, self.started = len(pairs), sum(self.left.values()), time.monotonic()

    def done(self, experiment, seed, text):
        """Say how a run ended."""
        self.left.pop((experiment.name, seed), None)
        self.say(f"{experiment.name}, seed {seed}: {text}")

    def say(self, text):
        print(f"\r\033[K{text}" if sys.stdout.isatty() else text, flush=True)

    def draw(self):
        """Draw the bar: the share of the work, not of the runs, since some take a thousand times as long."""
        if sys.stdout.isatty():
            share, minutes = 1 - sum(self.left.values()) / self.work, (time.monotonic() - self.started) / 60
            rest = f", about {minutes / share - minutes:.0f} to go" if share > 0.01 else ""
            counts = f"{self.runs - len(self.left)} of {self.runs} runs, {minutes:.0f} min{rest}"
            print(f"\r\033[K[{'#' * int(30 * share):30}] {counts}", end="", flush=True)


def update(path, experiments, seeds, make_executor=two_processes):
    """Run what the ledger lacks, keeping each run as it ends; return the pairs (name, seed) that failed.

    A run that raises is said, and left out. When a worker is killed its executor is lost: what it had not
    finished is run again in a new one, unless that happens three times without a single run in between.
    """
    keep(path, experiments)
    progress, failed, losses = Progress(missing(path, experiments, seeds)), set(), 0
    while pairs := [pair for pair in missing(path, experiments, seeds) if (pair[0].name, pair[1]) not in failed]:
        lost = one_executor(path, pairs, make_executor(), progress, failed)
        losses = losses + 1 if len(lost) == len(pairs) else 0
        if losses == 3:
            raise RuntimeError(f"ledger.py lost its workers {losses} times in a row, before any run was finished")
        if lost:
            names = ", ".join(f"{experiment.name}, seed {seed}" for experiment, seed in lost[:2])
            progress.say(f"a worker was killed; what was unfinished is run again, first {names}")
    return failed


def one_executor(path, pairs, executor, progress, failed):
    """Run pairs until all are done or the executor is lost; return the lost ones, add what raises to `failed`."""
    lost = []
    try:
        futures = {executor.submit(job, *pair): pair for pair in pairs}
        pending = set(futures)
        while pending:
            progress.draw()
            done, pending = wait(pending, timeout=1, return_when=FIRST_COMPLETED)
            lost += [futures[future] for future in done if not settle(path, *futures[future], future, progress, failed)]
    except BrokenExecutor:  # while work was still handed out
        lost = pairs
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():
            child.terminate()
        raise
    executor.shutdown()
    return sorted(lost, key=pairs.index)


def settle(path, experiment, seed, future, progress, failed):
    """Keep what a future brought, or note that it failed; return False if it was lost with its worker."""
    error = future.exception()
    if isinstance(error, BrokenExecutor):
        return False
    if error is not None:
        failed.add((experiment.name, seed))
        progress.done(experiment, seed, f"FAILED, {type(error).__name__}: {error}")
        return True
    record = future.result()
    keep(path, [experiment], seed, record)
    figures = ", ".join(f"{name} {number(record['result'][name])}" for name in experiment.figures)
    progress.done(experiment, seed, f"{figures}; {record['seconds']:.1f} s")
    return True


def number(value):
    """Return a number as text: four places, more from 1 on, or only its size where four would say nothing."""
    if value is None:
        return "-"
    if 0 < abs(value) < 0.01:
        return f"{value:.1e}"
    return f"{value:.4f}" if abs(value) <= 1 else f"{value:.6f}"


def table(rows, experiments):
    """Return the ledger as text and the names of the figures whose median is outside its band."""
    lines = [("row", "figure", "published", "median", "mean", "sd", "seeds", "band", "seconds")]
    outside = []
    for experiment in experiments:
        row = rows.get(experiment.name)
        if row is None:
            lines.append((experiment.name, "not run yet", *[""] * 7))
            continue
        for name, figure in row["figures"].items():
            numbers = (number(figure[key]) for key in ["published", "median", "mean", "sd"])
            band = f"{number(figure['low'])} to {number(figure['high'])}"
            if not figure["low"] <= figure["median"] <= figure["high"]:
                outside.append(f"{experiment.name}: {name}")
                band += "  OUTSIDE"
            lines.append((experiment.name, name, *numbers, str(len(row["runs"])), band, f"{row['seconds']:.1f}"))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = "\n".join("  ".join(f"{a:{w}}" for a, w in zip(line, widths, strict=True)).rstrip() for line in lines)
    return text, outside


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="parts of the names of rows (default: all rows)")
    parser.add_argument("--seeds", type=int, default=5, help="how many seeds, from 0 on (default: 5)")
    parser.add_argument("--dask", metavar="ADDRESS", help="let the workers of a Dask scheduler do it, tcp://host:8786")
    arguments = parser.parse_args()
    chosen = [e for e in EXPERIMENTS.values() if any(part in e.name for part in arguments.names or [""])]
    if not chosen or arguments.seeds < 1:
        sys.exit(f"ledger.py expected at least one seed, and parts of these names: {'; '.join(EXPERIMENTS)}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # to be stopped is to be interrupted
    try:
        with dask(arguments.dask) if arguments.dask else nullcontext(two_processes) as make_executor:
            failed = update(LEDGER, chosen, arguments.seeds, make_executor)
        text, outside = table(read(LEDGER), chosen)
    except KeyboardInterrupt:
        sys.exit("\nstopped; finished runs are kept, the same command goes on from here")
    except (RuntimeError, ValueError) as error:
        sys.exit(f"\n{error}")
    print(f"\n{text}")
    for what in outside:
        print(f"OUTSIDE its band: {what}")
    sys.exit(bool(failed or outside))


if __name__ == "__main__":
    main()

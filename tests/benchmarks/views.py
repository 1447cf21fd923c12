"""How fast are the views, from key press to pixels in JupyterLab? `python tests/benchmarks/views.py [names]`.

Prints a line for each view, with the goals above it; then the memory of the kernel, and what a live view costs.
"""

import argparse
import math
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from chromium import BROWSER, FLAGS, in_lab
from playwright.sync_api import sync_playwright
from refresh import METADATA
from test_browser import served

from nnlib import viz
from nnlib.viz.live import Live
from nnlib.viz.view import View

VIEWS = [kind for kind in vars(viz).values() if isinstance(kind, type) and issubclass(kind, View) and kind is not View]
LIVES = [kind for kind in VIEWS if issubclass(kind, Live)]
PRESSES, SWEEP = 40, 20  # SWEEP: moves of the mouse across a slider and back, fast enough for another value each time
WATCH = """view => {
  window.seen = { times: [], answers: 0, heights: new Set(), blank: 0, frames: 0 };
  const drawing = view.querySelector("[data-drawn]");
  let pressed = 0;
  view.addEventListener("input", () => { pressed = performance.now(); }, true);
  new MutationObserver(() => {
    window.seen.answers += 1;
    const began = pressed;
    pressed = 0;
    requestAnimationFrame(() => { if (began) window.seen.times.push(performance.now() - began); });
  }).observe(view, { attributes: true, attributeFilter: ["data-answers"] });
  window.watching = view;
  const isBlank = () => (drawing.querySelector("svg")?.childElementCount || 0) < 4;
  const watch = () => {
    if (window.watching !== view) return;
    window.seen.blank += isBlank();
    window.seen.frames += 1;
    window.seen.heights.add(Math.round(drawing.getBoundingClientRect().height));
    requestAnimationFrame(watch);
  };
  watch();
}"""


def source(kind):
    return f"from nnlib.viz import {kind.__name__}\nview = {kind.__name__}()\nview"


MEMORY = "import psutil, gc\ngc.collect()\nprint(round(psutil.Process().memory_info().rss / 1e6))"
FIGURES = "import sys\nplots = sys.modules.get('matplotlib.pyplot')\nprint(len(plots.get_fignums()) if plots else 0)"


PACE = """import time
from nnlib.viz import live
speeds = []
for live.RATE in 1e9, live.RATE:  # at first without pictures
    view.start()
    first, began = view.step, time.perf_counter()
    time.sleep(5)
    speeds.append((view.step - first) / (time.perf_counter() - began))
    asked = time.perf_counter()
    view.pause()
most = 1 / live.PACES[view.pace]
print("takes without pictures {:.1f} steps a second, with them {:.1f}, of".format(*speeds), f"{most:.0f},",
      f"paused after {time.perf_counter() - asked:.3f} s")"""
LIVE = """view.pace = "fast"
view.run(300)  # warm
started = time.process_time()
view.run(300)
bare, first = (time.process_time() - started) / 300, view.step
started = time.process_time()
view.start()
time.sleep(5)
asked = time.perf_counter()
view.pause()
live = (time.process_time() - started) / (view.step - first)
asked = time.perf_counter() - asked
print(f"costs, for each step, {live / bare - 1:.1%} more than without, paused after {asked:.3f} s")"""


class Notebook:
    """A notebook in JupyterLab whose cells are run one by one."""

    def __init__(self, page, cells):
        self.page, self.cells = page, cells

    def run(self, k):
        """Run a cell, and return what it prints."""
        content = "window.jupyterapp.shell.currentWidget.content"
        self.page.evaluate(f"{content}.activeCellIndex = {k}; void {content}.scrollToItem({k}, 'start')")
        in_lab(self.page, "window.jupyterapp.commands.execute('notebook:run-cell')")
        return self.page.evaluate(f"{content}.model.cells.get({k}).outputs.toJSON().map(o => o.text || '').join('')")

    def view(self, k):
        return self.page.locator(f".jp-Cell[data-windowed-list-index='{k}'] .nnv")


def measure(page, view):
    """Return the times of key presses in ms, answers a second in a drag, blank frames, heights."""
    view.locator("[data-drawn]").wait_for()
    page.wait_for_timeout(500)
    view.evaluate(WATCH)
    slider = view.locator(".nnv-row:not(.nnv-back) input[type=range]").first
    coarse = slider.evaluate("s => (s.max - s.min) / s.step < 20")  # too few values to redraw for
    for k in range(PRESSES):
        slider.press("ArrowRight" if k % 8 < 4 else "ArrowLeft")
        page.wait_for_timeout(150)
    times = sorted(page.evaluate("window.seen.times"))
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.3 * box["width"], y)
    page.mouse.down()
    page.evaluate("window.seen.answers = 0")
    began = page.evaluate("performance.now()")
    for k in range(120):
        page.mouse.move(box["x"] + (0.1 + 0.8 * abs(k % SWEEP - SWEEP / 2) / (SWEEP / 2)) * box["width"], y)
        page.wait_for_timeout(15)
    seen = page.evaluate("({ ...window.seen, heights: [...window.seen.heights], now: performance.now() })")
    page.mouse.up()
    return times, math.inf if coarse else 1000 * seen["answers"] / (seen["now"] - began), seen["blank"], seen["heights"]


@contextmanager
def opened(cells, width=1400, height=1100):
    """Start JupyterLab with a notebook of these cells: yields the page in the browser, and the Notebook."""
    lab = ["nnlib", "--LabApp.expose_app_in_browser=True"]
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), *lab) as address,
        sync_playwright() as playwright,
    ):
        file = Path(folder) / "notebooks/99_views.ipynb"
        nbformat.write(
            nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)), metadata=METADATA), file
        )
        browser = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(address.replace("00_start_here.ipynb", file.name))
        page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel")
        try:
            yield page, Notebook(page, cells)
        finally:
            browser.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="of views, of which only the line is printed; all, if there are none")
    names = parser.parse_args().names
    if unknown := set(names) - {kind.__name__ for kind in VIEWS}:
        parser.error(f"there is no view {', '.join(sorted(unknown))}")
    if names:
        kinds = [kind for name in names for kind in VIEWS if kind.__name__ == name]
        with opened([MEMORY, *map(source, kinds)]) as (page, book):
            speeds(page, book, kinds)
        return
    live = [source(kind).removesuffix("view") + (PACE + "\n" + LIVE) for kind in LIVES]
    with opened([MEMORY, *map(source, VIEWS), MEMORY, FIGURES, *live]) as (page, book):
        report(page, book)


def speeds(page, book, kinds):
    """Print a line for each of these views, which stand in the cells from 1 on."""
    print(f"{'view':16} median ms  p95 ms  redraws/s  blank  heights    goals: 60, 120, 10, 0, 1")
    for k, kind in enumerate(kinds, start=1):
        book.run(k)
        times, rate, blank, heights = measure(page, book.view(k))
        median, p95 = times[len(times) // 2], times[int(0.95 * len(times))]
        over = [median > 60, p95 > 120, rate < 10, blank > 0, len(heights) > 1]
        numbers = f"{median:9.0f} {p95:7.0f} {rate:10.0f} {blank:6} {len(heights):8}"
        print(f"{kind.__name__:16} {numbers}    {'over ' * any(over)}{len(times)} presses", flush=True)


def report(page, book):
    before = int(book.run(0))
    speeds(page, book, VIEWS)
    after = int(book.run(len(VIEWS) + 1))
    print(f"memory of the kernel: {before} MB, with {len(VIEWS)} views {after - before} MB more (goal: 150)")
    for _ in range(20):  # until the allocator has what it needs
        book.run(1)
    warm = int(book.run(len(VIEWS) + 1))
    for _ in range(50):
        book.run(1)
    more = int(book.run(len(VIEWS) + 1)) - warm
    print(f"a cell run 50 times again: {more} MB more; open figures: {book.run(len(VIEWS) + 2).strip()}")
    for k, kind in enumerate(LIVES, start=len(VIEWS) + 3):
        print(f"{kind.__name__} while it runs {book.run(k).strip()} (goals: 5 %, 0.3 s)")


if __name__ == "__main__":
    main()

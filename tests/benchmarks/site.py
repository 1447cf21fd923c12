"""How fast is the course in a browser? `python tests/benchmarks/site.py`, where JupyterLite is installed.

Prints, with the goals beside them: the first cell after opening a notebook, cold and warm; from key press to pixels; an
epoch of 784-32-10 there, as a multiple of what it takes here; and, with --memory, what notebook 6 needs.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import web_page
from playwright.sync_api import sync_playwright

EPOCH = """import time
import numpy as np
from nnlib import Adam, Dense, ReLU, Sequential, SoftmaxCrossEntropy, fit, load_mnist
(X, y), _ = load_mnist(scaled=True, flat=True)
took = []
for k in range(4):
    rng = np.random.default_rng(k)
    model = Sequential(Dense(784, 32, rng=rng), ReLU(), Dense(32, 10, rng=rng))
    began = time.perf_counter()
    fit(model, SoftmaxCrossEntropy(), Adam(), X[:10_000], y[:10_000], epochs=1, batch_size=32, rng=rng, progress=False)
    took.append(time.perf_counter() - began)
print(min(took))"""
HEAP = "import pyodide_js\nprint(pyodide_js._module.HEAP8.length / 1e6)"
PRESSES = 40
WATCH = """view => {
  window.times = [];
  let pressed = 0;
  view.addEventListener("input", () => { pressed = performance.now(); }, true);
  new MutationObserver(() => {
    const began = pressed;
    pressed = 0;
    requestAnimationFrame(() => { if (began) window.times.push(performance.now() - began); });
  }).observe(view, { attributes: true, attributeFilter: ["data-answers"] });
}"""


def first_cell(site):
    """Return how many seconds pass from opening notebook 1 until its first cell is done."""
    began = time.perf_counter()
    site.open("01_neurons.ipynb")
    site.page.evaluate(
        "() => { const content = window.jupyterapp.shell.currentWidget.content;"
        " content.activeCellIndex = [...content.model.cells].findIndex(c => c.type == 'code');"
        " void window.jupyterapp.commands.execute('notebook:run-cell') }"
    )
    site.page.wait_for_function(f"{web_page.CELLS}[0].executionCount", polling=50)
    return time.perf_counter() - began


def key_presses(site):
    """Return the times from key press to pixels of a Neuron, in ms."""
    site.run("from nnlib.viz import Neuron\nNeuron()")
    view = site.page.locator(".jp-OutputArea .nnv").first
    view.locator("[data-drawn]").wait_for()
    site.page.wait_for_timeout(1000)
    view.evaluate(WATCH)
    slider = view.locator("input[type=range]").first
    for k in range(PRESSES):
        slider.press("ArrowRight" if k % 8 < 4 else "ArrowLeft")
        site.page.wait_for_timeout(300)
    return site.page.evaluate("window.times")


def main(given=None):
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory", action="store_true", help="run notebook 6 as well, which takes minutes")
    options = parser.parse_args(given)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = web_page.Site(Path(folder), playwright)
        print(f"first cell, cold: {first_cell(site):.1f} s (goal: 15)")
        print(f"first cell, warm: {first_cell(site):.1f} s (goal: 6)")
        times = key_presses(site)
        print(f"from key press to pixels: {statistics.median(times):.0f} ms, the median of {len(times)} (goal: 80)")
        here = subprocess.run([sys.executable, "-c", EPOCH], capture_output=True, text=True, check=True).stdout
        print(f"an epoch: {float(site.run(EPOCH)) / float(here):.1f} times what it takes here (goal: 4)")
        if options.memory:
            site.open("06_mnist_training.ipynb")
            site.run_all()
            print(f"memory of Python after notebook 6: {float(site.run(HEAP)):.0f} MB (goal: 1000)")
        site.close()


if __name__ == "__main__":
    main()

"""The course as a site, in a real browser: it prints what is stored, is moved and drawn on, and needs no network twice.

It takes minutes, and Pyodide, so it runs on demand: `python -m pytest -n0 -m web` with notebooks 0, 1 and 4, and
`-m "web or web_all"` with all of them.
"""

import json

import nbformat
import numpy as np
import pytest
import web_page
from chromium import BROWSER, required
from firefox import FIREFOX, Firefox
from test_browser import cells_with_views, move
from web_page import differences, known

from nnlib.__main__ import NOTEBOOKS
from nnlib.notebooks import lessons
from nnlib.viz.alone import NAMES as VIEWS

BLOCKS = """import numpy as np, nnlib
A = np.repeat([[2**24] + 255 * [0] + 256 * [1]], 2, axis=0).astype("f")
print(A @ np.ones((512, 8), "f") - 2**24)"""
SITE, FIRST_VISIT = 60e6, 35e6  # bytes at most
MOST = ("00", "01", "04")
ALL = [
    pytest.param(path, marks=pytest.mark.web if path.name[:2] in MOST else pytest.mark.web_all, id=path.name)
    for path in lessons(NOTEBOOKS)
]


@pytest.fixture(scope="module")
def site(request, tmp_path_factory):
    if "web" not in request.config.option.markexpr:
        pytest.skip("on demand, for it takes minutes: python -m pytest -n0 -m web")
    required(BROWSER, "chromium or google-chrome", "BROWSER")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = web_page.Site(tmp_path_factory.mktemp("web") / "site", playwright)
        yield made
        made.close()


@pytest.fixture(autouse=True)
def no_other_host(site):
    yield
    assert site.outside == []


@pytest.mark.web
def test_the_first_visit_loads_what_a_cell_needs_and_no_data(site):
    """What is loaded before the first cell is done; the browser is new, so nothing is kept."""
    site.open("01_neurons.ipynb")
    assert site.run("from nnlib.viz import Neuron\nprint(Neuron(w1=2))").startswith("Neuron(w1=2.0")
    sent = web_page.Counting.sent
    assert not [path for path, _ in sent if "/mnist/" in path]
    assert site.size < SITE
    assert sum(size for _, size in sent) < FIRST_VISIT, sorted(sent, key=lambda pair: -pair[1])[:20]


@pytest.mark.web
def test_matrix_products_are_computed_in_blocks(site):
    """One number after the other, 2²⁴ plus a 1 stays 2²⁴ in float32; a block of 256 ones counts at once."""
    site.open("01_neurons.ipynb")
    assert site.run(BLOCKS) == f"{np.full((2, 8), 256.0)}\n"


@pytest.mark.parametrize("path", ALL)
def test_a_notebook_tells_in_a_browser_what_is_stored(path, site):
    site.forget()  # else a review would ask about what was done in another notebook
    site.open(path.name)
    found = differences(path, site.run_all())
    assert {name: pair for name, pair in found.items() if not known(name)} == {}


@pytest.mark.web
def test_views_move_and_run(site):
    page = site.open("01_neurons.ipynb")
    site.run_all()
    for cell in cells_with_views(page):
        move(cell.locator(".nnv"))


@pytest.mark.web
def test_one_view_alone_shows_its_state_in_its_address_and_the_other_way_round(site):
    page = site.alone("Neuron:w1=2.0;w2=1.0;b=-1.0;gate=or")
    code = page.locator(".nnv-code")
    web_page.until(lambda: code.count() and code.inner_text() == "Neuron(w1=2.0, w2=1.0, b=-1.0, gate='or')")
    page.get_by_label("weight w1").fill("0.5")
    web_page.until(lambda: page.evaluate("location.hash").startswith("#Neuron:w1=0.5;"))
    page.set_viewport_size({"width": 360, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.evaluate("location.hash = 'Activations'")  # as one types an address
    web_page.until(lambda: code.count() and code.inner_text().startswith("Activations("))
    assert page.get_by_role("heading").inner_text() in page.title()


@pytest.mark.web
@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("Nothing", "There is no view named Nothing. Which one?"),
        ("Neuron:w1=x", "Neuron expected w1 from -3 to 3, got 'x'"),
        ("%", "There is no view named %. Which one?"),
        ("", "Which one?"),
    ],
)
def test_a_bad_address_of_a_view_is_said_on_its_page(address, says, site):
    page = site.alone(address)
    web_page.until(lambda: says in page.get_by_role("status").inner_text())
    assert page.get_by_role("listitem").count() == (len(VIEWS) if "Which" in says else 0)


@pytest.mark.web
def test_a_drawn_digit_is_read(site):
    page = site.open("00_start_here.ipynb")
    site.run("from nnlib.viz import DigitPad\nDigitPad(drawing='')")
    view = page.locator(".jp-OutputArea .nnv").first
    pad = view.locator(".nnv-square").first
    pad.wait_for()
    pad.scroll_into_view_if_needed()
    before, box = view.locator(".nnv-code").inner_text(), pad.bounding_box()
    for k, (x, y) in enumerate([(0.5, 0.15), (0.5, 0.85)]):  # a one
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=8)
        (page.mouse.down, page.mouse.up)[k]()
    web_page.until(lambda: view.locator(".nnv-code").inner_text() != before)
    web_page.until(lambda: "reads a 1" in view.inner_text())


@pytest.mark.web
def test_data_and_progress_are_there_after_the_page_is_opened_again(site):
    site.forget()
    site.open("00_start_here.ipynb")
    code = "from nnlib import load_mnist\n(X, y), _ = load_mnist()\nprint(X.shape, y[:5])"
    assert site.run(code) == "(60000, 28, 28) [5 0 4 1 9]\n"
    assert site.run("from nnlib.checks import progress\nprogress.record('01.1', '✓')\nprint(progress.load())") == (
        "{'01.1': '✓'}\n"
    )
    site.page.wait_for_timeout(2000)  # the page writes it down
    site.open("01_neurons.ipynb")
    assert site.run("from nnlib.checks import progress\nprint(progress.load())") == "{'01.1': '✓'}\n"


@pytest.mark.web
def test_a_link_opens_a_notebook_with_a_view(site):
    """What is below a view in a notebook leads to the view's page, and from there to a notebook that shows the same."""
    page = site.open("01_neurons.ipynb")
    site.run("from nnlib.viz import Neuron\nNeuron(w1=0.5, gate='or')")
    link = page.locator(".nnv-link").first.get_attribute("href")
    assert link == f"{site.address}/view.html#Neuron:w1=0.5;w2=1.0;b=-0.5;gate=or"
    page = site.alone(link.partition("#")[2])
    page.locator(".nnv-code").wait_for()
    lesson = page.get_by_role("link", name="Neural networks from scratch")
    web_page.until(lambda: lesson.get_attribute("href").endswith("gate=or"))
    page = site.open("01_neurons.ipynb", "#" + lesson.get_attribute("href").partition("#")[2])
    shown = page.locator(".jp-OutputArea .nnv-code").first
    web_page.until(lambda: shown.count() and shown.inner_text() == "Neuron(w1=0.5, w2=1.0, b=-0.5, gate='or')")
    page = site.open("01_neurons.ipynb", "#Neuron:w1=1')%0Aprint('evaluated")
    page.wait_for_timeout(2000)
    assert "from_text" not in page.evaluate(f"{web_page.CELLS}[0].sharedModel.getSource()")


def keeps(page):
    """Return the names of the files that the start page says are kept."""
    page.wait_for_load_state()
    return page.locator("#kept a").all_inner_texts()


@pytest.mark.web
def test_work_leaves_the_browser_and_comes_back(site, tmp_path):
    site.forget()
    page = site.front()
    assert keeps(page) == []
    page.set_input_files("#bring", {"name": "progress.json", "mimeType": "application/json", "buffer": b"{}"})
    web_page.until(lambda: "open a notebook once" in page.inner_text("#brought"))
    site.open("01_neurons.ipynb")
    site.run("from nnlib.checks import progress\nprogress.record('01.1', '✓')")
    site.page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    site.page.wait_for_timeout(2000)  # the page writes it down
    page = site.front()
    web_page.until(lambda: keeps(page) == ["01_neurons.ipynb", "progress.json"])
    assert "1 of 5 exercises done" in page.locator(".card").nth(1).inner_text()
    for name in keeps(page):
        with page.expect_download() as coming:
            page.get_by_role("link", name=f"Download {name}").click()
        coming.value.save_as(tmp_path / name)
    assert "progress.record" in str(nbformat.read(tmp_path / "01_neurons.ipynb", as_version=4).cells)
    site.forget()
    site.open("00_start_here.ipynb")
    page = site.front()
    (tmp_path / "thesis.json").write_text("[]")
    (tmp_path / "torn.ipynb").write_text('{"cells": [')
    page.set_input_files(
        "#bring", [tmp_path / name for name in ["01_neurons.ipynb", "progress.json", "thesis.json", "torn.ipynb"]]
    )
    web_page.until(lambda: "torn.ipynb:" in page.inner_text("#brought"))
    said = page.inner_text("#brought")
    assert "01_neurons.ipynb is here. progress.json is here. ✗ thesis.json: it is no notebook" in said
    page.set_input_files("#bring", tmp_path / "progress.json")  # the one before stays
    web_page.until(lambda: len([name for name in keeps(page) if name.startswith("progress")]) == 2)
    site.open("01_neurons.ipynb")
    assert "progress.record" in site.page.evaluate(f"{web_page.CELLS}[0].sharedModel.getSource()")
    assert site.run("from nnlib.checks import progress\nprint(progress.load())") == "{'01.1': '✓'}\n"


@pytest.mark.web
def test_what_may_cost_work_is_said_before(site):
    site.forget()
    page, other = site.open("01_neurons.ipynb"), site.context.new_page()
    for tab, name in [(other, "00_start_here.ipynb"), (other, "01_neurons.ipynb")]:
        tab.goto(f"{site.address}/notebooks/index.html?path={name}")
    for tab in (page, other):
        tab.get_by_role("alert").filter(has_text="01_neurons.ipynb is open in another tab, too").wait_for()
    other.get_by_role("alert").get_by_role("button", name="Close").click()
    assert other.get_by_role("alert").count() == 0
    other.add_init_script("navigator.storage.estimate = async () => ({ quota: 60e6, usage: 40e6 })")
    other.goto(f"{site.address}/notebooks/index.html?path=02_activations.ipynb")
    other.get_by_role("alert").filter(has_text="hardly any room left").wait_for()
    other.close()


@pytest.mark.web
@pytest.mark.parametrize("width", [360, 800, 1280])
def test_the_start_page_fits_the_window(width, site):
    page = site.front()
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.web
def test_firefox_moves_a_view_and_runs_a_cell(site):
    required(FIREFOX, "firefox-esr or firefox", "FIREFOX")
    firefox = Firefox()

    def wait_for(expression, expected):
        web_page.until(lambda: firefox.evaluate(expression) == expected)

    try:
        firefox.open(1280, 900)
        firefox.visit(f"{site.address}/view.html#Neuron:w1=2.0;w2=1.0;b=-1.0;gate=or")
        wait_for("document.querySelector('.nnv-code')?.innerText", "Neuron(w1=2.0, w2=1.0, b=-1.0, gate='or')")
        firefox.press("input[type=range]", "ArrowRight")
        wait_for("location.hash", "#Neuron:w1=2.1;w2=1;b=-1;gate=or")
        firefox.visit(f"{site.address}/notebooks/index.html?path=01_neurons.ipynb")
        wait_for("Boolean(window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel)", True)
        firefox.evaluate(f"({web_page.RUN})({json.dumps(BLOCKS)})")
        told = f"{web_page.CELLS}[0].outputs.toJSON().map(output => output.text).join('')"
        wait_for(told, f"{np.full((2, 8), 256.0)}\n")
        assert firefox.faults == []
    finally:
        firefox.close()


@pytest.mark.web
def test_the_second_visit_needs_no_network(site):
    """The last test: the server is gone for good."""
    site.page.close()
    site.page = None
    site.server.shutdown()
    site.server.server_close()
    site.open("01_neurons.ipynb")
    assert site.run("from nnlib.viz import Neuron\nprint(Neuron(w1=2))").startswith("Neuron(w1=2.0")

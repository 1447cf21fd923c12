"""What all tests share: one BLAS thread for each process, as `strict` sets it, a seeded generator, a browser."""

import strict  # noqa: F401 (before NumPy is loaded)

# isort: split

import numpy as np
import pytest
from chromium import BROWSER, FLAGS, MODEL, required, traits
from hypothesis import HealthCheck, settings
from ipywidgets import Widget
from patience import PATIENCE

settings.register_profile("deep", max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(autouse=True)
def no_view_is_kept():
    """Let go of the views of a test, which ipywidgets keeps until they are closed: hundreds would fill the memory."""
    yield
    Widget.close_all()


@pytest.fixture(scope="module")
def page():
    """A page in a browser, for all tests of a file: a process for each of hundreds would take a second."""
    required(BROWSER, "chromium or google-chrome", "BROWSER")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(1000 * PATIENCE)
        yield page
        browser.close()


@pytest.fixture
def shown(page):
    """Return a function that shows a view in an empty page; afterwards, the page must have had no errors."""
    errors = []
    listen = lambda message: errors.append(message.text) if message.type == "error" else None  # noqa: E731
    fail = lambda error: errors.append(str(error))  # noqa: E731
    page.on("console", listen)
    page.on("pageerror", fail)

    def show(view, width=800, dark=False):
        page.goto("about:blank")
        page.set_viewport_size({"width": width, "height": 1000})
        page.evaluate(MODEL, [view._esm, view._css, traits(view), dark])
        return page

    yield show
    page.remove_listener("console", listen)
    page.remove_listener("pageerror", fail)
    assert errors == []


def pytest_collection_modifyitems(items):
    """Let the long ones begin: JupyterLab, which often waits, beside what computes."""
    for item in items:
        if item.path.name.startswith("test_viz"):
            item.add_marker("view")

    def late(item):
        notebook, browser, canary = (not item.get_closest_marker(kind) for kind in ["notebook", "browser", "canary"])
        return item.path.name != "test_browser.py", notebook, browser, canary

    items.sort(key=late)

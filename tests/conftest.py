"""What all tests share: one BLAS thread for each process, as `strict` sets it, a seeded generator, a browser."""

import strict  # noqa: F401 (before NumPy is loaded)

# isort: split
import os
import re
import shutil

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

settings.register_profile("deep", max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))

BROWSER = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="module")
def browser():
    if BROWSER is None and "CI" in os.environ:
        pytest.fail("expected chromium or google-chrome for the browser tests, found none")
    if BROWSER is None:
        pytest.skip("NO BROWSER: install chromium or google-chrome to run the browser tests")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield chromium.new_context(viewport={"width": 1400, "height": 1000})
        chromium.close()


@pytest.fixture
def page(browser):
    """A page of its own for each test."""
    page = browser.new_page()
    yield page
    page.close()


def pytest_collection_modifyitems(items):
    """Let the long ones begin: browser, then notebooks; a process that got them last would be alone at the end."""
    for item in items:
        if item.path.name.startswith("test_viz"):
            item.add_marker("view")
    items.sort(key=lambda item: [not item.get_closest_marker(kind) for kind in ("browser", "notebook", "canary")])


class ByFile(LoadFileScheduling):
    """Each file on one process, but for the notebooks in JupyterLab: those with even numbers, those with odd ones."""

    def _split_scope(self, nodeid):
        notebook = re.search(r"test_browser\.py::.*\[(\d\d)_", nodeid)
        return f"JupyterLab {int(notebook[1]) % 2}" if notebook else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config, log):
    return ByFile(config, log)

"""What all tests share: one BLAS thread for each process, as `strict` sets it, a seeded generator, a browser."""

import strict  # noqa: F401 (before NumPy is loaded)

# isort: split
import os
import re

import numpy as np
import pytest
from chromium import BROWSER, FLAGS
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

settings.register_profile("deep", max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="module")
def page():
    """A page in a browser, for all tests of a file: a process for each of hundreds would take a second."""
    if BROWSER is None and "CI" in os.environ:
        pytest.fail("expected chromium or google-chrome for the browser tests, found none")
    if BROWSER is None:
        pytest.skip("NO BROWSER: install chromium or google-chrome to run the browser tests")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield browser.new_page(viewport={"width": 1400, "height": 1000})
        browser.close()


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

"""What all tests share: one BLAS thread for each process, as `strict` sets it, and a seeded generator."""

import strict  # noqa: F401 (before NumPy is loaded)

# isort: split
import numpy as np
import pytest


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def pytest_collection_modifyitems(items):
    """Keep each file on one process, and let the long ones begin: browser, then notebooks."""
    for item in items:
        if item.path.name.startswith("test_viz"):
            item.add_marker("view")
        if not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.path.name))
    items.sort(key=lambda item: [not item.get_closest_marker(kind) for kind in ("browser", "notebook", "canary")])

"""What all tests share: one BLAS thread for each process, as `strict` sets it, and a seeded generator."""

import strict  # noqa: F401 (before NumPy is loaded)

# isort: split
import numpy as np
import pytest


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.name.startswith("test_viz"):
            item.add_marker("view")

"""What all tests share: one BLAS thread for each process, and a seeded generator."""

import os

for name in ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"]:
    os.environ.setdefault(name, "1")  # before NumPy is loaded; kernels inherit it

import numpy as np
import pytest


@pytest.fixture
def rng():
    return np.random.default_rng(0)

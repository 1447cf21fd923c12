"""How pytest re-runs the notebooks beside this file: each kernel with one BLAS thread."""

import os

for name in ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"]:
    os.environ.setdefault(name, "1")  # two kernels at a time on two cores

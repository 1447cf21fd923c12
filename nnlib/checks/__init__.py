"""Exercises that check themselves, predictions and reasons that are kept, and the map of what is done."""

import sys

from nnlib.checks.compare import compare
from nnlib.checks.engine import check
from nnlib.checks.explain import explain
from nnlib.checks.predict import predict
from nnlib.checks.progress import progress_map

if hasattr(sys.stdout, "reconfigure"):  # a terminal that cannot show ✓ shows \u2713 in place of an error
    sys.stdout.reconfigure(errors="backslashreplace")

__all__ = ["check", "compare", "explain", "predict", "progress_map"]

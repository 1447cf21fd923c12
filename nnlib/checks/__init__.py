"""Exercises that check themselves, predictions that are kept, and the map of what is done."""

from nnlib.checks.compare import compare
from nnlib.checks.engine import check
from nnlib.checks.predict import predict
from nnlib.checks.progress import progress_map

__all__ = ["check", "compare", "predict", "progress_map"]

"""The published results that the course reproduces: one definition each, for notebook, test and ledger alike."""

from nnlib.experiments.catalogue import EXPERIMENTS
from nnlib.experiments.definition import Experiment, Figure, Source, job
from nnlib.experiments.systems import PUBLISHED_CURVE

__all__ = ["EXPERIMENTS", "PUBLISHED_CURVE", "Experiment", "Figure", "Source", "job"]

"""Interactive views that the reader's own functions drive; without a kernel each is a picture with its facts."""

from nnlib.viz.neuron import Neuron

__all__ = ["Neuron"]

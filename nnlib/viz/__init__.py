"""Interactive views that the reader's own functions drive; without a kernel each is a picture with its facts."""

from nnlib.viz.activation import Activations
from nnlib.viz.backward import Backward
from nnlib.viz.descent import Descent
from nnlib.viz.errors import Errors
from nnlib.viz.folding import Folding
from nnlib.viz.forward import Forward
from nnlib.viz.graph import Graph
from nnlib.viz.initialisation import Initialisation
from nnlib.viz.lines import Order
from nnlib.viz.neuron import Neuron
from nnlib.viz.pad import DigitPad
from nnlib.viz.perceptron import Perceptron
from nnlib.viz.playground import Playground
from nnlib.viz.shapes import Shapes
from nnlib.viz.training import LiveTraining
from nnlib.viz.view import View

__all__ = [
    "Activations",
    "Backward",
    "Descent",
    "DigitPad",
    "Errors",
    "Folding",
    "Forward",
    "Graph",
    "Initialisation",
    "LiveTraining",
    "Neuron",
    "Order",
    "Perceptron",
    "Playground",
    "Shapes",
    "View",
]

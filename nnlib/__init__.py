"""Neural networks from scratch, in NumPy: the package that the notebooks of this course build."""

import sys
from importlib.util import find_spec

if sys.version_info < (3, 11) or find_spec("numpy") is None:
    got = f"Python {sys.version.split()[0]}{'' if find_spec('numpy') else ' without NumPy'} in {sys.prefix}"
    raise ImportError(
        f"nnlib expected Python 3.11 or newer with NumPy, got {got}: "
        "start it as the README does, with the Python in .venv",
        name=__name__,  # with this name, `python -m nnlib` prints the sentence without a traceback
    )

from nnlib.activations import GELU, LeakyReLU, ReLU, Sigmoid, Tanh
from nnlib.data import load_mnist
from nnlib.initializers import glorot_uniform, he_normal, standard_normal, uniform
from nnlib.labels import accuracy, confusion_matrix, one_hot
from nnlib.layers import Dense, Dropout
from nnlib.losses import BinaryCrossEntropy, MeanSquaredError, QuadraticCost, SoftmaxCrossEntropy, softmax
from nnlib.model import Sequential
from nnlib.optimizers import SGD, Adam, RMSProp
from nnlib.training import evaluate, fit, minibatches, train

__version__ = "0.1.0"

__all__ = [
    "GELU",
    "SGD",
    "Adam",
    "BinaryCrossEntropy",
    "Dense",
    "Dropout",
    "LeakyReLU",
    "MeanSquaredError",
    "QuadraticCost",
    "RMSProp",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "SoftmaxCrossEntropy",
    "Tanh",
    "accuracy",
    "confusion_matrix",
    "evaluate",
    "fit",
    "glorot_uniform",
    "he_normal",
    "load_mnist",
    "minibatches",
    "one_hot",
    "softmax",
    "standard_normal",
    "train",
    "uniform",
]

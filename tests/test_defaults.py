"""What is not said is agreed: a changed default of a public function, class or view is noticed."""

import inspect
import math

import numpy as np
import pytest
from discovery import CORE, MODULES

from nnlib import viz
from nnlib.initializers import glorot_uniform
from nnlib.viz.view import View

MODE = {"forward": {"training": False}, "backward": {"input_grad": True}, "correct": {"checked": False}}
AXES = {"axis": None, "keepdims": False}
DECAY = {"weight_decay": 0.0}
RUN = {"optimizer": None, "rng": None}
TRAINING = {"validation": None, "blas_threads": 1}
DEFAULTS = {
    "Missing.note": {"tag": "span"},
    "Look": {
        "before": None,
        "steps": math.inf,
        "loss": math.nan,
        "accuracy": None,
        "guess": math.nan,
        "guess_accuracy": None,
        "arriving": (),
    },
    "look_at": {"before": None, "steps": math.inf},
    "signs_of": {"of": ("model", "inputs", "run")},
    "advice": {"before": None, "steps": math.inf},
    "LeakyReLU": {"slope": 0.01},
    "Tensor": {"parents": ()},
    "Tensor.sum": AXES,
    "Tensor.mean": AXES,
    "Tensor.max": AXES,
    "read_idx": {"sha256": None, "largest": 2**27},
    "load_csv": {"label": 0, "scaled": False},
    "load_mnist": {"folder": None, "scaled": False, "flat": False, "validation": False},
    "line": {"slope": 2.0, "intercept": -1.0, "noise": 0.1},
    "blobs": {"n_classes": 3, "noise": 0.5},
    "moons": {"noise": 0.1},
    "circles": {"inner": 0.5, "noise": 0.1},
    "xor": {"noise": 0.1},
    "spirals": {"n_classes": 2, "turns": 1.0, "noise": 0.02},
    "numerical_gradient": {"h": 1e-5},
    "check_layer": {"training": True},  # or the check of Dropout would be one of nothing
    "Dense": {"init": glorot_uniform},
    "Sequential": {"dtype": np.float32},
    "Sequential.backward": {"input_grad": False},
    "Sequential.save": RUN,
    "Sequential.load": RUN,
    "Optimizer": DECAY,
    "SGD": {"momentum": 0.0, "nesterov": False} | DECAY,
    "SGD.update": {"v": None},
    "RMSProp": {"lr": 0.01, "alpha": 0.99, "eps": 1e-8} | DECAY,
    "Adam": {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-8} | DECAY,
    "plot_images": {"columns": 10},
    "trained": {"epochs": 14, "seed": 0},
    "minibatches": {"rng": None},
    "train": TRAINING,
    "fit": TRAINING | {"progress": True},
    "evaluate": {"loss": None, "batch_size": 1000, "blas_threads": 1},
    "explain": {"mine": None},
    "predict": {"mine": None},
}
VIEWS = {
    "Activations": {"activation": "Sigmoid", "x": 4, "w": 2, "b": 2, "target": 0, "cost": "quadratic"}
    | {"lr": 0.15, "step": 300},
    "Backward": {"layer": 1, "array": "dW", "row": 1, "column": 0, "term": 4, "activation": "tanh", "seed": 0}
    | {"bug": "none"},
    "Descent": {"landscape": "ravine", "optimizer": "SGD", "lr": 0.046, "mu": 0.9, "noise": 0, "x": -4, "y": 1}
    | {"step": 30, "compare": "none", "compare_lr": 0.2},
    "DigitPad": {"normalise": "as MNIST", "pen": 2.4, "drawing": "LKRGYHcMaRUUVUaWcbafViOhJe"},
    "Errors": {"digit": 4, "read": 9, "threshold": 0, "sort": "most confident first"},
    "Forward": {"array": "Z1", "row": 1, "column": 2, "term": 5, "temperature": 1, "activation": "ReLU", "seed": 0},
    "Graph": {"step": 0, "show": "backward"},
    "Initialisation": {"rule": "he_normal", "scale": 1, "activation": "ReLU", "depth": 10, "seed": 0},
    "LiveTraining": {"hidden": "32", "activation": "ReLU", "scale": 1, "optimizer": "Adam", "lr": 0.001}
    | {"batch": "32", "pictures": "50000", "decay": "0", "dropout": 0, "seed": 0},
    "Folding": {"activation": "step", "turn1": 45, "b1": -0.35, "turn2": -135, "b2": 1.05},
    "Perceptron": {"gate": "and", "seed": 0, "step": 0},
    "Order": {"exercise": "02.3", "seed": 0, "lines": ""},
    "Neuron": {"w1": 1, "w2": 1, "b": -0.5, "gate": "and"},
    "Playground": {"data": "circle", "noise": 0.1, "share": 60, "features": "x1 and x2", "shape": "4"}
    | {"activation": "Tanh", "lr": 0.1, "batch": 10, "l2": "0", "optimizer": "SGD", "seed": 0, "colours": "shades"}
    | {"layer": 1, "source": 1, "target": 1, "change": 0},
    "Shapes": {"operation": "A + B", "rows": 4, "columns": 3, "b_rows": 0, "b_columns": 3, "guess": "?"}
    | {"row": 0, "column": 0},
}
NOT_PUBLIC = {"contract", "export", "files", "guards", "progress"}  # modules whose functions only nnlib itself calls


def defaults(function):
    parameters = inspect.signature(function).parameters.values()
    return {parameter.name: parameter.default for parameter in parameters if parameter.default is not parameter.empty}


def public():
    """Yield (name, function) of what has defaults: functions, classes and their methods, named as one calls them."""
    checks = [module for module in MODULES if module.__name__ == "nnlib.checks"]
    for module in [*CORE, *checks]:
        if module.__name__.rpartition(".")[2] in NOT_PUBLIC:
            continue
        for name, thing in vars(module).items():
            own = module in checks or getattr(thing, "__module__", None) == module.__name__
            if name.startswith("_") or not own:
                continue
            if inspect.isfunction(thing):
                yield name, thing
            elif inspect.isclass(thing):
                for method, function in vars(thing).items():
                    if inspect.isfunction(function) and (method == "__init__" or not method.startswith("_")):
                        yield name if method == "__init__" else f"{name}.{method}", function


FOUND = {name: defaults(function) for name, function in public() if defaults(function)}


def test_defaults():
    mode = {name: MODE[method] for name in FOUND if (method := name.rpartition(".")[2]) in MODE}
    assert mode | DEFAULTS == FOUND, "a new or changed default belongs into DEFAULTS in tests/test_defaults.py"


def test_every_view_has_its_start_here():
    views = {name: getattr(viz, name) for name in viz.__all__}
    found = {name for name, cls in views.items() if isinstance(cls, type) and issubclass(cls, View)} - {"View"}
    assert found == set(VIEWS), "a new view belongs into VIEWS in tests/test_defaults.py, with the state it starts with"


@pytest.mark.view
@pytest.mark.parametrize("name", VIEWS)
def test_a_view_starts_as_it_always_did(name):
    assert getattr(viz, name)().state == VIEWS[name]

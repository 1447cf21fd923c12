"""What docstrings say of shapes, errors and sizes comes out when the thing is called."""

import gzip
import importlib
import inspect
import io
import pkgutil
import re

import numpy as np
import pytest
from PIL import Image

import nnlib
from nnlib import files, gradcheck, losses, pretrained, training
from nnlib.autodiff import Tensor
from nnlib.data import (
    blobs,
    circles,
    handwriting,
    line,
    load_csv,
    load_mnist,
    load_uci_digits,
    logic_gate,
    mnist,
    spirals,
    xor,
)
from nnlib.notebooks import read

ELSEWHERE = r"\.(viz|checks|experiments|export)|__main__"  # views and checks have tests of their own


def rng():
    return np.random.default_rng(0)


def documented():
    """Return {name: docstring} of all that nnlib defines, private things and methods as well."""
    found = {}
    for info in pkgutil.walk_packages(nnlib.__path__, "nnlib."):
        if not re.search(ELSEWHERE, info.name):
            module = importlib.import_module(info.name)
            own = [thing for thing in vars(module).values() if getattr(thing, "__module__", None) == info.name]
            for thing in filter(callable, own):
                found[thing.__qualname__] = thing.__doc__
                members = vars(thing).values() if inspect.isclass(thing) else ()
                found |= {member.__qualname__: member.__doc__ for member in members if inspect.isfunction(member)}
    return {name: " ".join(re.split(r"\n *>>>", text)[0].split()) for name, text in found.items() if text}


DOCS = documented()

# Errors: {name: [(what the docstring says of the case, a call that is such a case)]}


def own_numbers(X, training=True):
    """What a layer that draws from a generator of its own would give."""
    return X * next(COUNT)


COUNT = iter(range(1, 100))
DENSE, X = nnlib.Dense(3, 2, rng=rng()), np.ones((4, 3))


class Shaky(nnlib.layers.Layer):
    forward = staticmethod(own_numbers)

    def backward(self, dY, input_grad=True):
        return dY


def wide_png():
    file = io.BytesIO()
    Image.new("L", (5000, 4001)).save(file, "PNG")
    return file.getvalue()


def stepped():
    optimizer = nnlib.SGD(0.1, momentum=0.9)
    optimizer.step(np.zeros(2), np.zeros(2))
    return optimizer


def model(scale=1.0):
    found = nnlib.Sequential(nnlib.Dense(3, 2, rng=rng()), dtype=np.float64)
    found.params[:] *= scale
    return found


def run_away():
    loss, optimizer = nnlib.MeanSquaredError(), nnlib.SGD(1e200)
    return [*training.train(model(), loss, optimizer, X, np.ones((4, 2)), epochs=9, batch_size=4, rng=None)]


def ill_fitting():
    loss, optimizer = nnlib.MeanSquaredError(), nnlib.SGD(1)
    return [*training.train(model(), loss, optimizer, X, X[:3], epochs=1, batch_size=4, rng=None)]


def occupied(tmp_path):
    (tmp_path / "part").touch()
    files.claimed(tmp_path / "part", patience=0.01)


class Counts(nnlib.layers.Layer):
    """Keeps a mean from training that no name in `state` speaks of."""

    mean = 0.0

    def forward(self, X, training=False):
        if training:
            self.mean = X.mean()
        return X - self.mean

    def backward(self, dY, input_grad=True):
        return dY


def nameless(tmp_path):
    found = nnlib.Sequential(Counts(), nnlib.Dense(3, 2, rng=rng()))
    found.forward(X, training=True)
    found.save(tmp_path / "x.npz")


def keeps_an_object(tmp_path):
    optimizer = nnlib.SGD(1)
    optimizer.note = object()
    model().save(tmp_path / "x.npz", optimizer)


def of_another_model(tmp_path):
    model().save(tmp_path / "x.npz")
    nnlib.Sequential(nnlib.Dense(3, 3, rng=rng())).load(tmp_path / "x.npz")


def cut_short(tmp_path):
    (tmp_path / "x.gz").write_bytes(gzip.compress(b"\0\0\x08\x01\0\0\0\x09abc"))
    mnist.read_idx(tmp_path / "x.gz")


def other_hash(tmp_path):
    (tmp_path / "x.gz").write_bytes(gzip.compress(b"\0\0\x08\x01\0\0\0\x03abc"))
    mnist.read_idx(tmp_path / "x.gz", sha256="0" * 64)


def no_notebook(tmp_path):
    (tmp_path / "01_x.ipynb").write_text("{}")
    read(tmp_path / "01_x.ipynb")


def without_weights(monkeypatch, tmp_path):
    monkeypatch.setattr(pretrained, "FILE", tmp_path / "none.npz")
    pretrained.digit_reader()


RAISES = {
    "Activation": [("backward before forward", lambda: nnlib.Tanh().backward(X))],
    "Tensor.backward": [("unless self holds a single number", lambda: Tensor(X).backward())],
    "review": [("no positive number", lambda: nnlib.review.review(0))],
    "read_picture": [
        ("other bytes", lambda: handwriting.read_picture(b"none")),
        ("above 20 megapixels", lambda: handwriting.read_picture(wide_png())),
    ],
    "normalise": [("ink and paper are exchanged", lambda: handwriting.normalise(1 - np.pad(np.ones((2, 2)), 9)))],
    "load_mnist": [("FileNotFoundError", lambda tmp_path: nnlib.load_mnist(tmp_path))],
    "load_csv": [("FileNotFoundError", lambda tmp_path: load_csv(tmp_path / "none.csv"))],
    "files_of": [("FileNotFoundError", lambda tmp_path: mnist.files_of(tmp_path))],
    "read_idx": [
        ("FileNotFoundError", lambda tmp_path: mnist.read_idx(tmp_path / "none.gz")),
        ("cut short", cut_short),
        ("another SHA-256", other_hash),
    ],
    "Sequential.save": [
        ("does not name in `state`", nameless),
        ("neither a number nor an array", keeps_an_object),
    ],
    "Sequential.load": [("a file that does not fit", of_another_model)],
    "claimed": [("has been there for `patience` seconds", occupied)],
    "check_layer": [("output differs between two copies", lambda: gradcheck.check_layer(Shaky(), X, rng=rng()))],
    "Dense": [
        ("an input of another shape", lambda: DENSE.forward(np.ones((4, 2)))),
        ("backward before forward", lambda: nnlib.Dense(3, 2, rng=rng()).backward(np.ones((4, 2)))),
    ],
    "read": [("a file that is none", no_notebook)],
    "Optimizer.step": [
        ("other shapes", lambda: nnlib.SGD(0.1).step(np.zeros(2), np.zeros(3))),
        ("the memory belongs to other params", lambda: stepped().step(np.zeros(2), np.zeros(2))),
    ],
    "digit_reader": [("its weights is missing or damaged", without_weights)],
    "train": [("data that does not fit", ill_fitting), ("the loss is no longer a finite number", run_away)],
    "evaluate": [
        ("data that does not fit", lambda: training.evaluate(model(), X, [0, 1])),
        ("the loss is NaN", lambda: training.evaluate(model(np.nan), X, [0, 1, 0, 1])),
    ],
    "check_floats": [("Raises as check_numbers", lambda: nnlib.guards.check_floats("x", "X", "no number"))],
}
RAISE = r"\bRaises (?:(?!\. [A-Z]|\.$).)*"


def test_every_docstring_with_errors_is_tried():
    assert {name for name, text in DOCS.items() if re.search(RAISE, text)} == set(RAISES), (
        "a docstring that says what it raises needs its cases in RAISES"
    )


def error_for(case, text):
    """Return the error that a docstring names last before it describes this case."""
    said = re.search(RAISE, text)[0]
    assert case in said, f"the docstring no longer speaks of {case!r}: {said}"
    before = said[: said.index(case) + len(case)]
    return re.findall(r"\w+Error", before)[-1] if re.search(r"\w+Error", before) else "ValueError"


@pytest.mark.parametrize(("name", "case", "call"), [(n, *case) for n, cases in RAISES.items() for case in cases])
def test_the_error_that_is_named_is_raised(name, case, call, tmp_path, monkeypatch):
    given = {"tmp_path": tmp_path, "monkeypatch": monkeypatch}
    wanted = inspect.signature(call).parameters
    with pytest.raises((ValueError, TypeError, RuntimeError, OSError)) as caught:
        call(**{key: value for key, value in given.items() if key in wanted})
    assert type(caught.value).__name__ == error_for(case, DOCS[name])


# Shapes: {name: the arrays that its docstring names; a list where it gives two shapes for one name}


def dense():
    layer = nnlib.Dense(3, 2, rng=rng())
    return {"X": (X := np.ones((4, 3))), "Y": layer.forward(X), "W": layer.W, "b": layer.b}


def dropout():
    layer = nnlib.Dropout(0.5, rng=rng())
    Y = layer.forward(X, training=True)
    return {"X": X, "Y": Y, "M": layer.mask}


def batches():
    found = [*training.minibatches(X, np.arange(4), 2)]
    assert len(found[0][0]) == len(found[0][1]) == 2
    return {"X": X, "y": np.arange(4), "batches": found[0][0]}


def of_loss(loss, prediction, target, **names):
    loss.forward(prediction, target)
    return {key: loss.backward() if value is None else value for key, value in names.items()}


def mnists():
    (X, y), (X_test, _) = load_mnist()
    assert DOCS["load_mnist"].count(f"{len(X):,} and {len(X_test):,} examples") == 1
    assert (y.min(), y.max()) == (0, 9)
    return {"X": [X, load_mnist(flat=True)[0][0]], "y": y}


LABELS, SCORES = np.array([0, 1, 1, 0]), np.ones((4, 2))
SHAPES = {
    "normalise": lambda: {"picture": np.zeros((5, 9)), "returns": handwriting.normalise(np.zeros((5, 9)))},
    "load_mnist": mnists,
    "line": lambda: dict(zip("Xy", line(9999, rng=rng()), strict=True)),
    "logic_gate": lambda: dict(zip("Xy", logic_gate("and"), strict=True)),
    "numerical_gradient": lambda: {},
    "check_layer": lambda: {"X": X},
    "accuracy": lambda: {"logits": SCORES, "probabilities": SCORES, "labels": LABELS},
    "confusion_matrix": lambda: {
        "predicted": LABELS,
        "labels": LABELS,
        "result": nnlib.confusion_matrix(LABELS, LABELS, 2),
    },
    "Dense": dense,
    "Dropout": dropout,
    "softmax": lambda: {"logits": SCORES, "result": losses.softmax(SCORES)},
    "Loss.forward": lambda: {"prediction": SCORES},
    "SoftmaxCrossEntropy": lambda: of_loss(
        nnlib.SoftmaxCrossEntropy(), SCORES, LABELS, z=SCORES, labels=LABELS, p=losses.softmax(SCORES), dz=None
    ),
    "QuadraticCost": lambda: of_loss(nnlib.QuadraticCost(), SCORES, SCORES, y=SCORES, t=SCORES),
    "BinaryCrossEntropy": lambda: {},
    "MeanSquaredError": lambda: {},
    "Activation": lambda: {},
    "Sequential.forward": lambda: {"X": X, "n_in": 3},
    "Sequential.backward": lambda: {},
    "Optimizer.step": lambda: {},
    "plot_images": lambda: {"X": [np.ones((2, 28, 28)), np.ones((2, 784))]},
    "minibatches": batches,
}
SHAPE = r"\(([\w., ]*)\)"
SAID = re.compile(
    rf"(\w+(?:(?:, | and (?:target )?| or )\w+)*) {SHAPE}(?:,? or {SHAPE})?( integers)?(?: in \[(-?\d+), (-?\d+)\))?"
)


def test_every_docstring_with_shapes_is_tried():
    assert {name for name, text in DOCS.items() if "Shapes:" in text} == set(SHAPES), (
        "a docstring that gives shapes needs its arrays in SHAPES"
    )


def fits(shape, array, sizes):
    """Whether an array has this shape; a name without a size gets the one that it has here."""
    sides, found = [side.strip() for side in shape.split(",") if side.strip()], list(array.shape)
    if "..." in sides:
        rest = len(found) - len(sides) + 1
        at = sides.index("...")
        found[at : at + rest] = ["..."]
    return len(sides) == len(found) and all(
        there == (int(side) if side.isdigit() else side if side == "..." else sizes.setdefault(side, there))
        for side, there in zip(sides, found, strict=True)
    )


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_are_those_that_come(name):
    arrays, sizes, met = SHAPES[name](), {}, set()
    said = re.split(r"Parameters|Source|Raises|>>>", DOCS[name].split("Shapes:")[1])[0]
    for names, first, second, integers, low, high in SAID.findall(said):
        for one in set(re.split(", | and (?:target )?| or ", names)) & set(arrays):
            met.add(one)
            given = arrays[one] if isinstance(arrays[one], list) else [arrays[one]]
            shapes = [first, *([second] if second else [])]
            for shape, array in zip(shapes, given, strict=True):
                shape = shape.replace("n_in of the first layer", "n_in")
                assert fits(shape, array, sizes), f"{one} ({shape}) came with shape {array.shape}, {sizes}"
            assert not integers or given[0].dtype.kind in "iu"
            if low:
                assert (given[0].min().round(), given[0].max().round()) == (int(low), int(high))
    assert met == {one for one, array in arrays.items() if not isinstance(array, int)}


# Numbers: what docstrings of the data sets, and some others, say; computed, and looked for word for word


def radius(X):
    return f"{np.hypot(*X.T).max():.0f}"


def ends(values):
    return f"{values.min():.0f}", f"{values.max():.0f}"


def facts():
    (X, _), *_ = load_mnist()
    learn, check = (len(labels) for _, labels in load_mnist(validation=True)[:2])
    scaled = load_mnist(scaled=True, flat=True)[0][0]
    around, inside = (circles(60, rng=rng(), noise=0)[0][circles(60, rng=rng(), noise=0)[1] == k] for k in (0, 1))
    assert np.hypot(*inside.T).max() < np.hypot(*around.T).min()
    points, labels = xor(500, rng=rng(), noise=0)
    digits, of_digit, writers = *load_uci_digits(), 13
    picture = handwriting.normalise(np.pad(np.ones((40, 6)), 20))
    ink = np.nonzero(picture > 0)
    read_by = training.evaluate(pretrained.digit_reader(), *load_mnist(scaled=True, flat=True)[1]).accuracy
    yield "blobs", f"a circle of radius {radius(blobs(9, rng=rng(), noise=0)[0])}."
    yield "circles", f"a circle of radius {radius(around)} (class 0) around one of radius `inner` (class 1)"
    yield "spirals", f"out to radius {radius(spirals(999, rng=rng(), noise=0)[0])}, one for each class"
    low, high = ends(points.round())
    different = int(labels[points[:, 0] * points[:, 1] < 0].min())
    yield "xor", f"the square from {low} to {high}: class {different} where the signs of x1 and x2 differ"
    low, high = ends(X)
    yield "load_mnist", "float32 from {} to {} in place of uint8".format(*ends(scaled))
    yield "load_mnist", f"in place of uint8 from {low} to {high} ({low} is paper, the top is ink)"
    yield "load_mnist", f"one row of {scaled.shape[1]} pixels for each image"
    yield "load_mnist", f"into its first {learn:,} and last {check:,}"
    yield "load_part", f'Return the pictures (n, {X.shape[1]}, {X.shape[2]}) of "train" or "t10k"'
    shape, low, high = digits.shape, *ends(digits)
    least, most = ends(of_digit)
    yield (
        "load_uci_digits",
        f"Return X {shape} uint8 from {low} to {high} and y {of_digit.shape} integers {least} to {most}",
    )
    yield "load_uci_digits", f"the digits of {writers} people. They were scanned to 32 x 32 pixels"
    yield "load_uci_digits", f"a block of {32 // shape[1]} x {32 // shape[2]} are ink"
    yield "normalise", f"fit {np.ptp(ink[0]) + 1} x 20, its centre of mass in the middle of 28 x {picture.shape[1]}"
    yield "read_picture", f"from 0 to 1, at most {handwriting.KEPT} each"
    yield "read_picture", f"above {handwriting.MOST_PIXELS / 1e6:.0f} megapixels"
    yield "read_idx", f"of more than {mnist.LARGEST / 2**20:.0f} MiB"
    yield "ink_of", "from paper to ink, {} to {}; paper".format(*ends(handwriting.ink_of(np.pad(np.eye(9), 9))))
    sizes = [layer.n_in for layer in pretrained.digit_reader().layers if hasattr(layer, "n_in")]
    yield "digit_reader", f"a trained {'-'.join(map(str, sizes))}-10 Sequential"
    yield "digit_reader", f"at least {100 * read_by // 1:.0f} % of MNIST's test digits"
    slope = nnlib.ReLU().derivative(np.zeros(1), np.zeros(1))[0]
    yield "ReLU", f"Its slope at 0 is taken as {slope:.0f}"
    yield "Sigmoid", "between {} and {}".format(*ends(nnlib.Sigmoid().f(np.array([-50.0, 50.0]))))
    yield "Tanh", "between {} and {}".format(*ends(np.tanh(np.array([-50.0, 50.0]))))
    yield "Dense", f"b starts at {nnlib.Dense(3, 2, rng=rng()).b.max():.0f}"
    yield "standard_normal", f"standard deviation {nnlib.standard_normal(99, 99, rng()).std():.0f}, whatever the size"
    yield "relative_error", f"{gradcheck.relative_error(np.zeros(2), np.zeros(2)):.0f} where both are 0"
    yield "Tensor", f"grad: an array of its shape, {np.max(Tensor(np.ones(2)).grad):.0f} until `backward`"
    rows = nnlib.one_hot([1], 3)[0]
    yield "one_hot", f"with a {rows[1]:.0f} in the column of each label and {rows[0]:.0f} elsewhere"


def test_numbers_in_docstrings_are_those_that_come():
    wrong = [f"{name}: {said!r}" for name, said in facts() if said not in DOCS[name]]
    assert wrong == []


SOURCES = {  # compared with the papers and the book
    "ReLU": "Nair and Hinton 2010",
    "LeakyReLU": "Maas et al. 2013",
    "GELU": "Hendrycks and Gimpel 2016, section 2",
    "glorot_uniform": "Glorot and Bengio 2010, equation 16",
    "he_normal": "He et al. 2015, equation 10",
    "Dropout": "Srivastava et al. 2014",
    "QuadraticCost": "Nielsen, chapter 1, equation 6",
    "SGD": "Sutskever et al. 2013",
    "RMSProp": "Tieleman and Hinton 2012, lecture 6e",
    "Adam": "Kingma and Ba 2015, algorithm 1",
}


def test_sources_are_those_that_were_compared():
    found = {name: re.search(r"Source: (.*?)(?:(?<! al)\.(?: |$)| \(|;)", text) for name, text in DOCS.items()}
    found = {name: hit[1] for name, hit in found.items() if hit}
    assert found == SOURCES

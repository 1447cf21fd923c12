"""The digit pad: its ink against points that lie close together, who reads, and what is said of the strange."""

import io

import numpy as np
import pytest
from PIL import Image
from test_viz import notebook

from nnlib import Dense, Sequential, load_mnist
from nnlib.data.handwriting import resized
from nnlib.training import limited_blas
from nnlib.viz import DigitPad
from nnlib.viz.errors.digits import example
from nnlib.viz.ink import Strokes, sheet_of, text_of
from nnlib.viz.pad import FAR, FULL, article, known, nearest
from nnlib.viz.training_run import digits, unseen

DIGITS = {  # as a hand may draw them, in the middle of the pad
    0: "hKmMrQuXvfunrumyh0cyXuUnTfUXXQcMhK",
    1: "bSjKj0",
    2: "TUWPbLhKnLsOvTuZsdS0y0",
    3: "TPZLgKnMsRsXochfieohtluqrvmze0XySv",
    4: "lKQlyl.nZn0",
    5: "uKWKVcYbgZncshtpqwj0azUv",
    6: "pKbXUnWuayg0nzruuosiodjbccXgVlVs",
    7: "QKwKd0",
    8: "hfndrZsTqOkKeKYOWTXZbdhfhfohulvrrwl0d0XwTrUlahhf",
    9: "uXsQnMhKbMWQUXWdbihjnisduXuXp0",
}
HOUSE = "K0KbfK0b00K0.b0bjjjj0"


def smaller(drawing):
    """Return the drawing at half its size, in the corner."""
    return "".join(c if c == "." else Strokes.DIGITS[Strokes.DIGITS.index(c) // 2] for c in drawing)


# Ink


@pytest.mark.parametrize("drawing", [*DIGITS.values(), HOUSE, "ff", "AA//.A/", "gggg"])
@pytest.mark.parametrize("pen", [1.0, 2.4, 5.0])
def test_ink_is_full_within_half_the_pen(drawing, pen):
    closest, middles = np.full((56, 56), np.inf), np.arange(56) + 0.5  # squares of distances from the middle of a pixel
    for stroke in drawing.split("."):
        points = (np.array([Strokes.DIGITS.index(c) for c in stroke]).reshape(-1, 2) + 0.5) * 56 / 64
        for start, end in zip(points, [*points[1:], points[-1]], strict=True):
            steps = 2 + int(10 * np.hypot(*(end - start)))
            for x, y in start + np.linspace(0, 1, steps)[:, None] * (end - start):
                np.minimum(closest, (middles - x) ** 2 + (middles[:, None] - y) ** 2, out=closest)
    sheet = np.clip(pen + 0.5 - np.sqrt(closest), 0, 1)
    np.testing.assert_allclose(sheet_of(drawing, pen), sheet, atol=0.01)


def test_a_long_stroke_is_the_strokes_that_it_is_made_of():
    text = "".join(Strokes.DIGITS[x] + Strokes.DIGITS[60 * (x % 2)] for x in range(64))  # up and down
    pieces = ".".join(text[k : k + 4] for k in range(0, len(text) - 2, 2))
    np.testing.assert_allclose(sheet_of(text, 1.0), sheet_of(pieces, 1.0), atol=1e-6)


def test_a_picture_as_text_and_back(rng):
    levels = rng.integers(0, 64, (44, 44)) / 63
    np.testing.assert_array_equal(sheet_of(text_of(levels), 2.4), levels)
    wide = np.zeros((44, 88))
    wide[:, 60:80] = 1
    np.testing.assert_allclose(sheet_of(text_of(wide), 1), resized(np.pad(wide, ((22, 22), (0, 0))), 44, 44), atol=0.01)
    assert len(text_of(levels)) <= Strokes.MOST


BAD = ["A", "AAA", "AA..AA", ".AA", "AA.", "A=", "AA;AA", "#AA", "AA\n", "é" * 2, "AA" * 1001, "#" + "A" * 1935 + "!"]


@pytest.mark.parametrize("text", [*BAD, None, 3, b"AA"])
def test_damaged_drawings_are_refused(text):
    with pytest.raises(ValueError, match="DigitPad expected drawing to be a drawing, such as"):
        DigitPad(drawing=text)
    shown = DigitPad()
    shown.set_state({"state": shown.state | {"drawing": text}})  # as if from the browser
    assert "DigitPad expected drawing" in shown.error
    assert len(shown.error) < 250


@pytest.mark.parametrize("drawing", [HOUSE, "", text_of(np.eye(44)), "AA" * 1000])
def test_what_is_drawn_is_part_of_code_and_text(drawing):
    shown = DigitPad(drawing=drawing, normalise="as drawn", pen=1.6)
    for again in (eval(shown.to_code()), DigitPad.from_text(shown.to_text())):
        assert (again.state, again.frame) == (shown.state, shown.frame)


# Reading


@pytest.mark.parametrize(("digit", "drawing"), DIGITS.items())
@pytest.mark.parametrize("pen", [1.4, 2.4])
def test_drawn_digits_are_read(digit, drawing, pen):
    for shown in (DigitPad(drawing=drawing, pen=pen), DigitPad(drawing=smaller(drawing), pen=pen)):
        assert shown.now.probabilities.argmax() == digit
        assert shown.facts_shown.startswith(f"The course's net reads {article(digit)} (")


def test_as_drawn_most_small_digits_in_a_corner_are_read_wrongly_and_called_strange():
    shown = [DigitPad(drawing=smaller(d), normalise="as drawn") for d in DIGITS.values()]
    assert sum(view.now.probabilities.argmax() == digit for digit, view in enumerate(shown)) <= 3
    assert sum("has never seen anything like this" in view.facts_shown for view in shown) >= 7


def test_the_first_drawing_is_read_only_as_mnist():
    assert DigitPad().facts_shown == "The course's net reads a 3 (100%). Nearest training digits: 3, 3, 3, 3, 3."
    assert DigitPad(normalise="as drawn").facts_shown.startswith("The course's net reads a 2 (")


def test_nearest_are_the_nearest():
    X, y = load_mnist()[0]
    seen = DigitPad().now.seen
    distances = np.sqrt(np.square(X[:5000] / 255 - seen).sum(axis=(1, 2)))
    order = distances.argsort()[:5]
    pictures, labels, found = nearest(seen)
    np.testing.assert_array_equal(labels, y[order])
    np.testing.assert_allclose(found, distances[order], rtol=1e-4)
    np.testing.assert_allclose(pictures, X[order] / 255, atol=1e-6)


def test_what_views_keep_of_mnist_holds_no_more_of_it_in_memory():
    for X, n in [(known()[0], 5000), (example()[1], 1000), (digits(0, 1000)[0], 1000), (unseen()[0], 1000)]:
        assert len(X) == n
        assert X.base is None


def test_far_is_what_99_of_100_test_digits_are_nearer_than():
    X = load_mnist(scaled=True, flat=True)[1][0]
    X_known, _, squares = known()
    X_known = X_known / np.float32(255)
    with limited_blas(1):
        parts = [squares - 2 * part @ X_known.T + np.square(part).sum(1, keepdims=True) for part in np.split(X, 20)]
    assert np.quantile(np.sqrt(np.concatenate([part.min(axis=1) for part in parts])), 0.99) == pytest.approx(
        FAR, abs=0.05
    )
    assert X.mean(axis=1).max() < FULL


def test_what_is_no_digit_is_called_strange():
    says = DigitPad(drawing=HOUSE).facts_shown
    assert "has never seen anything like this, and answers all the same: the nearest" in says
    assert f"within {FAR}." in says
    everything = DigitPad(drawing="#" + "/" * 1936)
    assert "No digit has so much ink" in everything.facts_shown


@pytest.mark.parametrize("normalise", ["as MNIST", "as drawn"])
@pytest.mark.parametrize("drawing", ["", "#" + "A" * 1936])
def test_a_blank_pad_is_not_read(normalise, drawing):
    shown = notebook("def predict(X):\n    raise RuntimeError\nview = DigitPad()")["view"]
    shown.set(drawing=drawing, normalise=normalise)
    assert shown.facts_shown == "Nothing is drawn."
    assert shown.error == ""
    assert not shown.now.probabilities.any()
    assert len(shown.now.labels) == 0
    assert shown.png().startswith(b"\x89PNG")


# Who reads


class Net:
    """Whatever the drawing, its scores are these."""

    def __init__(self, scores):
        self.scores = scores

    def forward(self, X):
        assert X.shape == (1, 784)
        assert X.dtype == np.float32
        X[:] = 9
        return self.scores


def test_a_given_net_reads_and_its_name_stands_in_the_code():
    names = notebook("import numpy as np")
    names["final"] = Net(np.eye(10)[[4]] * 3)
    exec("view = DigitPad(final, drawing='ff')", names)
    view = names["view"]
    p = np.exp(3) / (np.exp(3) + 9)
    np.testing.assert_allclose(view.now.probabilities[4], p)
    assert view.facts_shown.startswith(f"final reads a 4 ({p:.0%}), or a 0 (")
    assert view.to_code() == "DigitPad(final, normalise='as MNIST', pen=2.4, drawing='ff')"
    assert eval(view.to_code(), names).frame == view.frame
    assert view.now.seen.max() <= 1  # the net wrote into its X
    assert DigitPad.from_text(view.to_text(), net=names["final"]).state == view.state


def test_probabilities_are_taken_as_they_are():
    scores = np.full((1, 10), 0.05)
    scores[0, 7] = 0.55
    np.testing.assert_allclose(DigitPad(Net(scores)).now.probabilities, scores[0])
    assert DigitPad(Net(scores)).facts_shown.startswith("Your net reads a 7 (55%)")


def test_the_readers_predict_reads_and_can_be_written_anew():
    names = notebook("def predict(X):\n    return 5 * np.eye(10)[[2]]\nview = DigitPad()")
    assert names["view"].facts_shown.startswith("predict reads a 2")
    exec("def predict(X):\n    return 5 * np.eye(10)[[6]]", names)
    assert names["view"].set(pen=1.2).facts_shown.startswith("predict reads a 6")
    names = notebook("from nnlib.checks import predict\nview = DigitPad()")
    assert names["view"].facts_shown.startswith("The course's net reads")


WRONG = [
    ("return None", "predict returned None. Is the `return` missing?"),
    ("return np.zeros(10)", "predict expected to return ten scores for one picture, shape (1, 10), got shape (10,)"),
    ("return [[0] * 10]", "shape (1, 10), got a list"),
    ("return X[:, :9]", "got shape (1, 9)"),
    ("return np.full((1, 10), np.nan)", "predict expected to return finite numbers, got [[nan"),
    ("return np.array([list('0123456789')])", "predict expected to return finite numbers, got"),
    ("return np.eye(10)[[1]] * 1j", "predict expected to return finite numbers, got"),
    ("return X @ W", "NameError in line 2: name 'W' is not defined"),
]


@pytest.mark.parametrize(("body", "says"), WRONG)
def test_what_is_wrong_with_the_readers_function_is_said_in_the_view(body, says):
    view = notebook(f"def predict(X):\n    {body}\nview = DigitPad()")["view"]
    assert says in view.error
    view.readers["predict"] = lambda X: np.eye(10)[[1]]
    view.set(pen=1.0)
    assert view.error == ""


def test_a_net_that_learns_meanwhile_is_not_disturbed(rng):
    net = Sequential(Dense(784, 10, rng=rng))
    X = rng.random((3, 784), dtype=np.float32)
    scores = net.forward(X)
    DigitPad(net)
    net.backward(scores)
    np.testing.assert_allclose(net.layers[0].dW, X.T @ scores, rtol=1e-5)
    alone = Net(net.forward(DigitPad().now.seen.reshape(1, 784)))
    np.testing.assert_allclose(DigitPad(net).now.probabilities, DigitPad(alone).now.probabilities, rtol=1e-5)


def test_nets_that_do_not_fit():
    for thing in (3, Sequential, Net):
        with pytest.raises(ValueError, match=r"DigitPad expected a net, an object with forward\(X\), got"):
            DigitPad(thing)
    other = DigitPad(Sequential(Dense(100, 10, rng=np.random.default_rng(0))))
    assert "Dense(100, 10) expected X of shape (n, 100), got (1, 784)" in other.error


# Files


def sent(view, content, **also):
    view._handle_custom_msg({"size": 9_000_000} | also, [memoryview(content)] if content is not None else [])


def test_a_picture_from_the_browser_takes_the_place_of_the_drawing():
    view, file = DigitPad(), io.BytesIO()
    ink = resized(np.array(load_mnist(scaled=True)[1][0][0]), 84, 84)  # a 7
    Image.fromarray(np.uint8(255 - 255 * ink)).save(file, "PNG")
    sent(view, file.getvalue())
    assert view.error == ""
    assert view.facts_shown.startswith("The course's net reads a 7")
    assert view.state["drawing"].startswith("#")
    assert DigitPad.from_text(view.to_text()).frame == view.frame


def test_what_is_wrong_with_a_file_is_said_and_forgotten():
    view = DigitPad()
    before = view.frame
    sent(view, b"no picture")
    assert view.error == "ValueError: expected an image file such as PNG or JPEG, got 10 other bytes"
    sent(view, None)
    assert view.error == "ValueError: expected a file of at most 8 MB, got 9 MB"
    assert view.frame == before
    view.set(pen=1.0)
    assert view.error == ""
    file = io.BytesIO()
    Image.new("L", (9, 9)).save(file, "PNG")
    for content in (file.getvalue(), b"no picture", file.getvalue()):  # the third changes nothing but the error
        sent(view, content)
    assert view.error == ""

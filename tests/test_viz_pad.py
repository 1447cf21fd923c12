"""The digit pad: its ink against points that lie close together, who reads, and what is said of the strange."""

import io
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image
from test_viz import notebook

from nnlib import Dense, Sequential, load_mnist
from nnlib.data.handwriting import resized
from nnlib.training import limited_blas
from nnlib.viz import DigitPad
from nnlib.viz.drawing import Text
from nnlib.viz.errors.digits import example
from nnlib.viz.pad import FAR, FULL, article
from nnlib.viz.pad.ink import Strokes, sheet_of, text_of
from nnlib.viz.pad.nearest import known, nearest
from nnlib.viz.training.run import digits, unseen

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
    return "".join(c if c == "." else Strokes.digits[Strokes.digits.index(c) // 2] for c in drawing)


# Ink


@pytest.mark.parametrize("drawing", [*DIGITS.values(), HOUSE, "ff", "AA//.A/", "gggg"])
@pytest.mark.parametrize("pen", [1.0, 2.4, 5.0])
def test_ink_is_full_within_half_the_pen(drawing, pen):
    closest, middles = np.full((56, 56), np.inf), np.arange(56) + 0.5  # squares of distances from the middle of a pixel
    for stroke in drawing.split("."):
        points = (np.array([Strokes.digits.index(c) for c in stroke]).reshape(-1, 2) + 0.5) * 56 / 64
        for start, end in zip(points, [*points[1:], points[-1]], strict=True):
            steps = 2 + int(10 * np.hypot(*(end - start)))
            for x, y in start + np.linspace(0, 1, steps)[:, None] * (end - start):
                np.minimum(closest, (middles - x) ** 2 + (middles[:, None] - y) ** 2, out=closest)
    sheet = np.clip(pen + 0.5 - np.sqrt(closest), 0, 1)
    np.testing.assert_allclose(sheet_of(drawing, pen), sheet, atol=0.01)


def test_a_long_stroke_is_the_strokes_that_it_is_made_of():
    text = "".join(Strokes.digits[x] + Strokes.digits[60 * (x % 2)] for x in range(64))  # up and down
    pieces = ".".join(text[k : k + 4] for k in range(0, len(text) - 2, 2))
    np.testing.assert_allclose(sheet_of(text, 1.0), sheet_of(pieces, 1.0), atol=1e-6)


def test_a_picture_as_text_and_back(rng):
    levels = rng.integers(0, 64, (44, 44)) / 63
    np.testing.assert_array_equal(sheet_of(text_of(levels), 2.4), levels)
    wide = np.zeros((44, 88))
    wide[:, 60:80] = 1
    np.testing.assert_allclose(sheet_of(text_of(wide), 1), resized(np.pad(wide, ((22, 22), (0, 0))), 44, 44), atol=0.01)
    assert len(text_of(levels)) <= Strokes.most


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
        assert (again.state, again.picture) == (shown.state, shown.picture)


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
    assert eval(view.to_code(), names).picture == view.picture
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


WANTED = "predict expected to return ten scores, an array of shape (1, 10), got "
WRONG = [
    ("return None", "predict returned None. Is the `return` missing?"),
    ("return np.zeros(10)", WANTED + "shape (10,)"),
    ("return [[0] * 10]", WANTED + "a list: np.array(...) turns it into one"),
    ("return X[:, :9]", WANTED + "shape (1, 9)"),
    ("return np.full((1, 10), np.nan)", "predict expected to return finite numbers, got nan at index 0, 0"),
    ("return np.array([list('0123456789')])", WANTED + "texts"),
    ("return np.eye(10)[[1]] * 1j", WANTED + "complex128"),
    ("return X @ W", "predict raised NameError in line 2: name 'W' is not defined"),
]


@pytest.mark.parametrize(("body", "says"), WRONG)
def test_what_is_wrong_with_the_readers_function_is_said_in_the_view(body, says):
    names = notebook("def predict(X):\n    return np.eye(10)[[1]]\nview = DigitPad()")
    view, before = names["view"], names["view"].picture
    exec(f"def predict(X):\n    {body}", names)
    view.set(pen=1.0)
    assert says in view.error
    assert view.picture == before  # the last good one
    view.readers["predict"] = lambda X: np.eye(10)[[1]]
    view.set(pen=1.2)
    assert view.error == ""
    assert view.picture != before


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
    assert DigitPad.from_text(view.to_text()).picture == view.picture


def test_what_is_wrong_with_a_file_is_said_and_forgotten():
    view = DigitPad()
    before = view.picture
    sent(view, b"no picture")
    assert view.error == "ValueError: expected an image file such as PNG or JPEG, got 10 other bytes"
    sent(view, None)
    assert view.error == "ValueError: expected a file of at most 8 MB, got 9 MB"
    assert view.picture == before
    view.set(pen=1.0)
    assert view.error == ""
    file = io.BytesIO()
    Image.new("L", (9, 9)).save(file, "PNG")
    for content in (file.getvalue(), b"no picture", file.getvalue()):  # the third changes nothing but the error
        sent(view, content)
    assert view.error == ""


# The picture

HAND = "".join(  # an eight, as the pad keeps what a hand draws: points close together, on the grid
    Strokes.digits[round(c)] for k in np.linspace(0, 6, 70) for c in (32 + 15 * np.sin(2 * k), 32 + 22 * np.cos(k))
)


def farthest(points, stroke):
    """Return how far points (k, 2) are away from the straight lines of a stroke, at most."""
    corners = np.array([Strokes.digits.index(c) for c in stroke]).reshape(-1, 2) + 0.5
    there = [
        a + share * (b - a)
        for a, b in pairwise(corners)
        for share in np.linspace(0, 1, 4 * int(np.hypot(*(b - a))) + 2)
    ]
    return max(np.hypot(*(np.array(there) - point).T).min() for point in points)


@pytest.mark.parametrize("drawing", [*DIGITS.values(), HOUSE, HAND])
def test_the_curve_is_where_the_ink_is(drawing):
    """What the eye is shown is never a third of a pixel away from what the net gets."""
    sheet = DigitPad(drawing=drawing).drawing
    (pad,), shapes = sheet.named("pad"), sheet.named("stroke")
    assert len(shapes) == len(drawing.split("."))
    for shape, stroke in zip(shapes, drawing.split("."), strict=True):
        points = (shape.points - (pad.x, pad.y)) / pad.wide * 64
        assert farthest(points, stroke) * 28 / 64 < 1 / 3
        ends = np.array([Strokes.digits.index(c) for c in stroke[:2] + stroke[-2:]]).reshape(2, 2) + 0.5
        np.testing.assert_allclose(points[[0, -1]], ends)
        assert shape.width == pytest.approx(2.4 / 28 * pad.wide)
        assert shape.round
        assert shape.clip == (pad.x, pad.y, pad.wide, pad.high)


def turns(points):
    """Return by how much a line turns at each of its points, in degrees."""
    ways = np.diff(points[np.append(True, np.hypot(*np.diff(points, axis=0).T) > 1e-6)], axis=0)
    angles = np.degrees(np.arctan2(*ways.T[::-1]))
    return np.abs((np.diff(angles) + 180) % 360 - 180)


@pytest.mark.parametrize("drawing", [HAND, DIGITS[0], DigitPad.controls[2].start])
def test_a_curve_has_no_corners_and_a_corner_stays(drawing):
    (shape,) = DigitPad(drawing=drawing).drawing.named("stroke")
    corners = np.array([Strokes.digits.index(c) for c in drawing]).reshape(-1, 2)
    sharp = (turns(corners) > 75).sum()
    assert (turns(shape.points) > 30).sum() == sharp
    assert (turns(corners) > 30).sum() > sharp
    (roof, *_) = DigitPad(drawing=HOUSE).drawing.named("stroke")
    assert (turns(roof.points) > 30).sum() == 4


def test_a_dot_is_as_wide_as_the_pen():
    (dot,) = DigitPad(drawing="ff", pen=2.0).drawing.named("stroke")
    assert (dot.x, dot.y) == pytest.approx((8 + 31.5 / 64 * 300, 30 + 31.5 / 64 * 300))
    assert dot.radius == pytest.approx(300 / 28)


def test_a_picture_that_was_opened_lies_on_the_pad():
    levels = np.zeros((44, 44))
    levels[3, 40] = 1
    sheet = DigitPad(drawing=text_of(levels)).drawing
    (ink,), (pad,) = sheet.named("stroke"), sheet.named("pad")
    np.testing.assert_array_equal(ink.values, levels)
    assert (ink.x, ink.y, ink.wide, ink.high, ink.scale) == (pad.x, pad.y, pad.wide, pad.high, "ink")


def test_bars_are_as_long_as_the_digits_are_probable():
    scores = np.arange(10.0)[None] / 3
    view = DigitPad(Net(scores))
    p = np.exp(scores[0]) / np.exp(scores[0]).sum()
    bars = [view.drawing.named(f"bar {k}")[0] for k in range(10)]
    np.testing.assert_allclose([bar.wide for bar in bars], np.maximum(1, 100 * p))
    assert [bar.fill for bar in bars] == ["grey"] * 9 + ["value"]
    said = view.drawing.named("probability")
    assert [text.text for text in said] == [f"{part:.0%}" for part in p]
    assert [text.bold for text in said] == [False] * 9 + [True]
    for bar, text in zip(bars, said, strict=True):
        assert text.y == bar.y + bar.high / 2
        assert bar.x + bar.wide < text.x
    assert bars[7].tip == f"7: {p[7]:.4f}"
    assert {bar.fill for k in range(10) for bar in DigitPad(drawing="").drawing.named(f"bar {k}")} == {"grey"}


def test_what_the_net_sees_and_the_nearest_digits_are_shown():
    view = DigitPad(normalise="as drawn")
    sheet, frame = view.drawing, view.now
    np.testing.assert_array_equal(sheet.named("seen")[0].values, frame.seen)
    assert "28 × 28, as drawn" in sheet.texts()
    for k in range(5):
        (tile,) = sheet.named(f"nearest {k}")
        np.testing.assert_array_equal(tile.values, frame.nearest[k])
        below = [t for t in sheet.shapes if isinstance(t, Text) and t.x == tile.x + 30 and t.y > tile.y]
        assert [text.text for text in below] == [f"{frame.labels[k]:.0f} · {frame.distances[k]:.1f}"]
        assert tile.tip == f"a {frame.labels[k]:.0f} of the training set, at distance {frame.distances[k]:.2f}"
    assert not DigitPad(drawing="").drawing.named("nearest 0")
    assert "nothing is drawn" in DigitPad(drawing="").drawing.texts()


def test_a_long_name_of_a_net_is_cut_and_a_full_pad_says_so():
    names = notebook("")
    names["my_network_of_yesterday_evening"] = Net(np.zeros((1, 10)))
    exec("view = DigitPad(my_network_of_yesterday_evening)", names)
    (text,) = [text for text in names["view"].drawing.texts() if text.startswith("read by my_")]
    assert text.endswith("…")
    assert "the pad is full: press c" in DigitPad(drawing="AA" * 999).drawing.texts()
    assert "your drawing" in DigitPad().drawing.texts()

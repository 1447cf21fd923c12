"""The view of mistakes: its counts, pictures and curve against loops over the digits, and what wrong models give."""

from itertools import pairwise

import numpy as np
import pytest
import test_viz

from nnlib import Dense, Sequential, load_mnist
from nnlib.viz import Errors
from nnlib.viz.drawing import Text
from nnlib.viz.errors import SHOWN, SORTS, THRESHOLDS
from nnlib.viz.errors.digits import example

rng = np.random.default_rng(0)
X, LABELS = rng.uniform(0, 1, (300, 784)), rng.integers(0, 10, 300)
SCORES = 3 * rng.standard_normal((300, 10)) + 3 * np.eye(10)[LABELS]


class Model:
    """A network that gives the scores it was made with, and counts how often it is asked."""

    def __init__(self, scores=SCORES):
        self.scores, self.asked = scores, 0

    def forward(self, X):
        self.asked += 1
        X[:] = 7  # what a model does to its X must not harm
        return self.scores


def softmaxed(row):
    powers = [np.exp(score) for score in row]
    return [power / sum(powers) for power in powers]


SAID = [(int(np.argmax(row)), max(softmaxed(row))) for row in SCORES]  # reading and probability of each digit


@pytest.mark.parametrize("threshold", [0, 0.5, 0.9, 0.999])
def test_the_table_counts_each_digit_once(threshold):
    table = np.zeros((10, 11))
    for label, (read, sure) in zip(LABELS, SAID, strict=True):
        table[label, read if sure >= threshold else 10] += 1
    view = Errors(Model(), X, LABELS, threshold=threshold)
    np.testing.assert_array_equal(view.now.table, table)
    answered = table[:, :10].sum()
    wrong = answered - np.trace(table[:, :10])
    np.testing.assert_allclose(view.now.point, [answered / 300, wrong / answered])
    assert f"; threshold {threshold:g}: " in view.facts_shown
    assert f"answered ({answered / 300:.1%}), {wrong:.0f} of" in view.facts_shown or threshold == 0


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize(("digit", "read"), [(4, 4), (4, 9), (3, 10), (0, 1), (9, 10)])
def test_the_pictures_are_those_of_the_cell_as_sorted(digit, read, sort):
    view = Errors(Model(), X, LABELS, digit=digit, read=read, threshold=0.6, sort=sort)
    frame = view.now
    cell = [k for k in range(300) if LABELS[k] == digit and (SAID[k][0] if SAID[k][1] >= 0.6 else 10) == read]
    cell.sort(key=lambda k: SAID[k][1], reverse=sort == SORTS[0])
    assert frame.rows.tolist() == cell[:SHOWN]
    assert frame.answers.tolist() == [SAID[k][0] for k in cell[:SHOWN]]
    np.testing.assert_allclose(frame.sure, [SAID[k][1] for k in cell[:SHOWN]])
    np.testing.assert_allclose(frame.pictures.reshape(-1, 784), 255 * X[cell[:SHOWN]], atol=1.1)
    assert f": {len(cell)} of {np.count_nonzero(digit == LABELS)}; " in view.facts_shown


def test_of_a_full_cell_as_many_are_shown_as_there_is_room_for():
    view = Errors(Model(), X, np.full(300, 4), digit=4, read=10, threshold=0.99)
    assert view.now.table[4, 10] > SHOWN == len(view.now.rows) == len(view.now.pictures)
    assert f"the {SHOWN} most confident" in view.drawing.texts()


def test_the_curve_is_what_every_threshold_would_give():
    view = Errors(Model(), X, LABELS)
    frame = view.now
    for k in range(0, 61, 10):
        point = view.set(threshold=THRESHOLDS[k]).now.point
        np.testing.assert_allclose([frame.shares[k], frame.rates[k]], point)
    assert (np.diff(frame.shares) <= 0).all()
    assert frame.shares.max() == 1
    np.testing.assert_allclose(THRESHOLDS[[0, 20, 40, 60]], [0, 0.9, 0.99, 0.999])
    assert np.diff(THRESHOLDS).min() > 0


def test_where_nothing_is_answered_there_is_no_rate():
    view = Errors(Model(np.zeros((300, 10))), X, LABELS, threshold=0.2)
    assert np.isnan(view.now.point[1])
    assert view.now.table[:, 10].sum() == 300
    assert "threshold 0.2: not one of 300 answered" in view.facts_shown
    assert view.png().startswith(b"\x89PNG")
    assert "all 300 answered" in view.set(threshold=0.1).facts_shown


def test_who_makes_no_mistake_has_none():
    view = Errors(Model(100 * np.eye(10)[LABELS]), X, LABELS)
    assert view.facts_shown.endswith("0 of these wrong (0.0%)")
    assert view.png().startswith(b"\x89PNG")
    assert "none to show" in view.drawing.texts()


def test_facts_name_the_cell_and_the_most_frequent_mistake():
    scores = 9 * np.eye(10)[[9, 9, 4, 3, 3, 3]]
    view = Errors(Model(scores), X[:6], [4, 4, 4, 5, 5, 3], digit=4, read=9)
    assert view.facts_shown.startswith("4 read as 9: 2 of 3; threshold 0: all 6 answered, 4 of these wrong (66.7%)")
    assert view.facts_shown.endswith("most mistakes: 4 read as 9, 2 times")
    assert view.set(read=10).facts_shown.startswith("4 not answered: 0 of 3")


def test_a_model_is_asked_once_and_cannot_spoil_the_pictures():
    model = Model()
    before = X.copy()
    view = Errors(model, X, LABELS)
    view.set(digit=3).set(threshold=0.5)
    assert model.asked == 1
    np.testing.assert_array_equal(X, before)


def test_squares_rows_and_bytes_give_the_same_pictures():
    square = np.uint8(255 * X).reshape(-1, 28, 28)
    shown = [
        Errors(Model(), part, LABELS, read=4).now for part in (square, square.reshape(-1, 784), square / 255 - 0.5)
    ]
    assert len(shown[0].pictures)
    for frame in shown[1:]:
        np.testing.assert_allclose(frame.pictures, shown[0].pictures, atol=1)


def notebook(source):
    return test_viz.notebook(source, X_some=X, y_some=LABELS, SCORES=SCORES.copy())


def test_a_function_by_name_drives_it_and_can_be_written_anew():
    names = notebook("def scores(X):\n    return SCORES\nview = Errors('scores', X_some, y_some, read=4)")
    view = names["view"]
    assert view.code.startswith("Errors('scores', X_some, y_some, digit=4, read=4, threshold=0.0, sort=")
    before = view.now.table
    exec("def scores(X):\n    return np.roll(SCORES, 1, axis=1)", names)
    view.set(read=5)
    np.testing.assert_array_equal(view.now.table[:, 1:10], before[:, :9])
    again = eval(view.code, names)
    assert again.picture == view.picture
    assert again.code == view.code


def test_the_code_has_the_names_of_the_notebook():
    names = notebook(
        "final = type('Net', (), {'forward': lambda self, X: SCORES})()\nv = Errors(final, X_some, y_some)"
    )
    assert names["v"].code.startswith("Errors(final, X_some, y_some, digit=4")
    unnamed = notebook("v = Errors(lambda X: SCORES[:5], X_some[:5], y_some[:5])")["v"]
    assert unnamed.error == ""
    assert unnamed.code.startswith("Errors(model, X, labels, digit=4")


WANTED = r"scores expected to return the scores of the ten digits, an array of shape (300, 10), got "
WRONG = [
    ("pass", "scores returned None. Is the `return` missing?"),
    ("return SCORES.argmax(axis=1)", WANTED + "shape (300,)"),
    ("return SCORES[:, :9]", WANTED + "shape (300, 9)"),
    ("return SCORES.tolist()", WANTED + "a list: np.array(...) turns it into one"),
    ("return SCORES.astype(str)", WANTED + "texts"),
    ("SCORES[7] = np.nan\n    return SCORES", "scores expected to return finite numbers, got nan for row 7 of X"),
    ("return np.full((300, 10), 0.1)", "scores expected to return scores, got probabilities: leave out the softmax"),
    ("return X @ W", "scores raised NameError in line 2: name 'W' is not defined"),
]


@pytest.mark.parametrize(("body", "says"), WRONG)
def test_what_is_wrong_with_the_readers_function_is_said_in_the_view(body, says):
    names = notebook("def scores(X):\n    return SCORES\nview = Errors('scores', X_some, y_some)")
    view, before = names["view"], names["view"].picture
    exec(f"def scores(X):\n    {body}", names)
    view.set(read=3)
    assert says in view.error
    assert view.picture == before  # the last good one
    assert says in notebook(f"def scores(X):\n    {body}\nview = Errors('scores', X_some, y_some)")["view"].error
    view.readers["scores"] = lambda X: SCORES
    assert view.set(read=4).error == ""


def test_what_is_wrong_with_a_model_is_said_in_the_view():
    narrow = Sequential(Dense(784, 9, rng=np.random.default_rng(0)))
    assert Errors(narrow, X, LABELS).error == (
        "ValueError: Sequential.forward expected to return the scores of the ten digits, "
        "an array of shape (300, 10), got shape (300, 9)"
    )
    assert "Dense(784, 9) expected X of shape (n, 784)" in Errors(narrow, X.reshape(-1, 28, 28), LABELS).error
    assert "the model expected to be a function, got" in Errors(3, X, LABELS).error
    assert "nothing expected to be a function, got None" in Errors("nothing", X, LABELS).error


UNFIT = [
    ((X[:, :700], LABELS), "X of shape (n, 784) or (n, 28, 28), n from 1 to 10,000, got float64 of shape (300, 700)"),
    ((X[0], LABELS), "got float64 of shape (784,)"),
    ((X[:0], LABELS[:0]), "got float64 of shape (0, 784)"),
    ((np.zeros((10_001, 784), np.uint8), LABELS), "got uint8 of shape (10001, 784)"),
    ((X.astype(str), LABELS), "Errors expected numbers"),
    ((np.where(X[7, 7] == X, np.nan, X), LABELS), "Errors expected finite numbers in X, got nan or inf in row 7"),
    ((X, LABELS[:299]), "Errors expected integer labels of shape (300,) from 0 to 9, got shape (299,)"),
    ((X, LABELS + 1), "got labels from 1 to 10"),
    ((X, LABELS / 1), "got float64: use labels.astype(int)"),
    ((X, np.eye(10)[LABELS]), "which looks one-hot: use labels.argmax(axis=1)"),
    ((X, None), "Errors expected a model, X and labels, or none of them"),
]


@pytest.mark.parametrize(("data", "says"), UNFIT, ids=[says[:40] for _, says in UNFIT])
def test_digits_and_labels_that_do_not_fit_are_refused(data, says):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the text has many brackets
        Errors(Model(), *data)
    assert says in str(caught.value)


def test_alone_it_shows_the_nearest_mean_of_digits_it_was_not_made_of():
    _, (X_test, y_test) = load_mnist(scaled=True, flat=True)
    model, X_some, labels = example()
    np.testing.assert_allclose(X_some, X_test[:1000], rtol=1e-6)
    np.testing.assert_array_equal(labels, y_test[:1000])
    means = [X_test[1000:][y_test[1000:] == digit].mean(axis=0, dtype=float) for digit in range(10)]
    nearest = [np.argmin([((x - mean) ** 2).sum() for mean in means]) for x in X_some[:200]]
    np.testing.assert_array_equal(model.forward(X_some[:200]).argmax(axis=1), nearest)
    assert np.trace(Errors().now.table) == 797


# The picture


def cells(sheet):
    """Return the rectangles of the table, [row][column]."""
    return [[sheet.named(f"{row} {column}")[0] for column in range(11)] for row in range(10)]


def texts_in(sheet, box):
    """Return what is written in a rectangle."""
    texts = [shape for shape in sheet.shapes if isinstance(shape, Text)]
    return [t for t in texts if box.x < t.x < box.x + box.wide and box.y < t.y < box.y + box.high]


def test_each_cell_has_its_count_in_its_place_and_selects_itself():
    view = Errors(Model(), X, LABELS, threshold=0.5)
    table = cells(view.drawing)
    for row in range(10):
        for column in range(11):
            cell, count = table[row][column], view.now.table[row, column]
            (text,) = texts_in(view.drawing, cell)
            assert (text.text, text.bold) == (str(count), row == column)
            assert cell.does.put == {"digit": row, "read": column}
            words = "not answered" if column == 10 else f"read as {column}"
            assert cell.tip == f"{row} {words}: {count} of {np.count_nonzero(row == LABELS)}"
    assert all(one.x + one.wide <= other.x + 1e-9 for line in table for one, other in pairwise(line))
    assert all(one[0].y + one[0].high <= other[0].y for one, other in pairwise(table))


def test_only_mistakes_have_colour_the_more_the_deeper():
    view = Errors(Model(), X, LABELS, threshold=0.5)
    shades = np.array([[cell.opacity for cell in line] for line in cells(view.drawing)])
    assert not np.diag(shades).any()
    assert not shades[:, 10].any()
    wrong = ~np.eye(10, dtype=bool)
    counts, shades = view.now.table[:, :10][wrong], shades[:, :10][wrong]
    np.testing.assert_allclose(shades, 0.5 * counts / counts.max())
    assert {cell.fill for line in cells(view.drawing) for cell in line} == {"wrong"}


@pytest.mark.parametrize(("digit", "read"), [(4, 9), (0, 10), (9, 0)])
def test_the_selected_cell_has_the_border(digit, read):
    sheet = Errors(Model(), X, LABELS, digit=digit, read=read).drawing
    (border,), cell = sheet.named("selected"), cells(sheet)[digit][read]
    assert (border.x, border.y, border.wide, border.high) == (cell.x, cell.y, cell.wide, cell.high)
    assert border.line == "focus"


@pytest.mark.parametrize("read", [4, 10])
def test_each_picture_has_its_probability_below_and_apart_from_the_next(read):
    view = Errors(Model(), X, LABELS, read=read, threshold=0.8)
    sheet, frame = view.drawing, view.now
    assert len(frame.rows) > 3
    for k, row in enumerate(frame.rows):
        (picture,) = sheet.named(f"picture {k}")
        np.testing.assert_allclose(picture.values, X[row].reshape(28, 28), atol=0.01)
        assert picture.scale == "ink"
        below = sheet.named("probability")[k]
        assert below.text == f"{SAID[row][1]:.4f}"
        assert below.x == picture.x + picture.wide / 2
        assert picture.y + picture.high < below.y < picture.y + picture.high + 12
        assert f"row {row} of X: a 4, {SAID[row][0]} is likeliest, with probability {SAID[row][1]:.4f}" == picture.tip
    boxes = [shape.box() for shape in sheet.named("probability")]
    for one, other in pairwise(boxes):
        assert one[1] != other[1] or one[0] + one[2] + 8 < other[0]  # two numbers never read as one
    likeliest = [shape.text for shape in sheet.named("likeliest")]
    assert likeliest == ([str(SAID[row][0]) for row in frame.rows] if read == 10 else [])


def across(sheet, share):
    """Return where a share lies on the axis, from two of its texts."""
    marks = {t.text: t.x for t in sheet.shapes if isinstance(t, Text) and t.text.endswith("%") and t.align == "middle"}
    (low, there), (high, here) = [(float(text[:-1]) / 100, marks[text]) for text in list(marks)[:: len(marks) - 1]]
    return there + (share - low) / (high - low) * (here - there)


def test_the_curve_and_the_present_point_lie_at_their_shares():
    view = Errors(Model(), X, LABELS, threshold=0.5)
    sheet, frame = view.drawing, view.now
    (curve,), (point,) = sheet.named("curve"), sheet.named("now")
    np.testing.assert_allclose(curve.points[:, 0], [across(sheet, share) for share in frame.shares])
    zero = next(t.y for t in sheet.shapes if isinstance(t, Text) and (t.text, t.align) == ("0%", "right"))
    known = frame.rates > 0
    heights = (zero - curve.points[known, 1]) / frame.rates[known]
    np.testing.assert_allclose(heights, heights[0])
    assert heights[0] > 0
    np.testing.assert_allclose(point.points.mean(axis=0)[0], across(sheet, frame.point[0]))
    np.testing.assert_allclose(zero - point.points.mean(axis=0)[1], heights[0] * frame.point[1])
    right = 1 - frame.point[1]
    assert f"threshold 0.5: {frame.point[0]:.1%} answered, {1 - right:.1%} of these wrong" in sheet.texts()


def test_a_place_on_the_curve_sets_the_threshold_whose_share_is_nearest():
    view = Errors(Model(), X, LABELS)
    sheet, frame = view.drawing, view.now
    strips = [shape for shape in sheet.shapes if shape.name.startswith("threshold ")]
    assert all(strip.does.sweep for strip in strips)
    strips.sort(key=lambda strip: strip.x)
    np.testing.assert_allclose([s.x + s.wide for s in strips[:-1]], [s.x for s in strips[1:]])  # no gaps
    for share in np.linspace(frame.shares.min(), 1, 40):
        (strip,) = [s for s in strips if s.x <= across(sheet, share) - 1e-9 < s.x + s.wide]
        there = Errors(Model(), X, LABELS, **strip.does.put)
        assert abs(there.now.point[0] - share) <= np.abs(frame.shares - share).min() + 1e-9
        assert strip.tip.startswith(f"threshold {strip.does.put['threshold']:g}: ")
        assert strip.tip in there.drawing.texts()


def test_arrow_keys_go_to_the_next_cell():
    keys = {key: move.add for key, move in Errors().drawing.keys.items()}
    assert keys == {
        "ArrowUp": {"digit": -1},
        "ArrowDown": {"digit": 1},
        "ArrowLeft": {"read": -1},
        "ArrowRight": {"read": 1},
    }

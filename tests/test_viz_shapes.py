"""The quiz on shapes: results, copies and sums against loops, what is hidden before a guess, a reader's own product."""

import base64
import itertools
import re

import numpy as np
import pytest
import test_viz

from nnlib.viz import Shapes
from nnlib.viz.drawing import Path, Rect, Text
from nnlib.viz.shapes import A_NUMBERS, B_NUMBERS, OPERATIONS, SHAPES
from nnlib.viz.shapes.words import ASKS, FAILS, SHOWS, meeting

SIZES = list(itertools.product(range(1, 5), range(1, 5), range(5), range(1, 5)))
NAMES = ("rows", "columns", "b_rows", "b_columns")


def sized(sizes, **state):
    return Shapes(**dict(zip(NAMES, sizes, strict=True)), **state)


def numbers(sizes):
    """Return A and B as nested lists, a line as a list of numbers."""
    rows, columns, b_rows, b_columns = sizes
    A = [list(map(float, row[:columns])) for row in A_NUMBERS[:rows]]
    B = [list(map(float, row[:b_columns])) for row in B_NUMBERS[: b_rows or 1]]
    return A, B if b_rows else B[0]


def stretched(a, b):
    """Return the size that two sizes give by the rule, or None."""
    return a if b == 1 else b if a in (1, b) else None


def by_rule(operation, sizes):
    """Return the shape of the result and a function of its place that gives a number, without NumPy; None: an error."""
    (rows, columns, b_rows, b_columns), (A, B) = sizes, numbers(sizes)
    tables = B if b_rows else [B]
    if operation in ("A + B", "A * B"):
        shape = stretched(rows, b_rows or 1), stretched(columns, b_columns)
        both = (lambda x, y: x + y) if operation == "A + B" else (lambda x, y: x * y)
        number = lambda i, j: both(  # noqa: E731
            A[i if rows > 1 else 0][j if columns > 1 else 0],
            tables[i if len(tables) > 1 else 0][j if b_columns > 1 else 0],
        )
        return None if None in shape else (shape, number)
    if operation == "A @ B":
        if columns != (b_rows or b_columns):
            return None
        if not b_rows:
            return (rows,), lambda i: sum(x * y for x, y in zip(A[i], B, strict=True))
        return (rows, b_columns), lambda i, j: sum(A[i][k] * B[k][j] for k in range(columns))
    return {
        "A.T": ((columns, rows), lambda i, j: A[j][i]),
        "A.sum(axis=0)": ((columns,), lambda j: sum(row[j] for row in A)),
        "A.sum(axis=1)": ((rows,), lambda i: sum(A[i])),
        "A.sum(axis=1, keepdims=True)": ((rows, 1), lambda i, j: sum(A[i])),
    }[operation]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_question_has_the_answer_of_the_rule(operation):
    view = Shapes(operation=operation, guess=SHOWS)
    for sizes in SIZES:
        view.set(**dict(zip(NAMES, sizes, strict=True)))
        wanted, result = by_rule(operation, sizes), view.now.result
        assert not view.error
        if wanted is None:
            assert (result.title, result.texts) == (FAILS, [["no result"]])
            assert "gives an error." in view.facts_shown
            continue
        shape, number = wanted
        assert result.title == f"result {shape}"
        assert f"gives {shape}." in view.facts_shown
        flat = [number(*place) for place in itertools.product(*map(range, shape))]
        assert result.values.ravel().tolist() == flat
        assert [float(text) for row in result.texts for text in row] == flat
        assert not result.wrong.any()


def test_every_possible_answer_is_offered():
    found = {
        by_rule(operation, sizes) and str(by_rule(operation, sizes)[0]) for operation in OPERATIONS for sizes in SIZES
    }
    assert found - {None} <= set(SHAPES)
    assert len(set(SHAPES)) == len(SHAPES) == 20


def test_all_numbers_can_be_done_in_the_head():
    for table in (A_NUMBERS, B_NUMBERS):
        assert table.shape == (4, 4)
        assert set(table.ravel()) <= set(range(1, 10))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_written_calculation_gives_the_chosen_cell(operation):
    view = Shapes(operation=operation, guess=SHOWS)
    for sizes in SIZES:
        for row, column in [(0, 0), (3, 1), (1, 3)]:
            view.set(**dict(zip(NAMES, sizes, strict=True)), row=row, column=column)
            if not view.now.at:
                continue
            i, j = view.now.at
            assert (i, j) == (
                min(row, len(view.now.result.values) - 1),
                min(column, view.now.result.values.shape[1] - 1),
            )
            line = view.now.lines[-1]
            assert ("place" in line) == (len(by_rule(operation, sizes)[0]) == 1)
            assert str(j) in line.split(":")[0]
            left, _, right = line.split(": ")[1].partition(" = ")
            assert eval(left) == float(right or left) == view.now.result.values[i, j]


def test_copies_are_those_that_numpy_acts_as_if_it_had():
    frame = sized((3, 1, 0, 4), guess="(3, 4)", row=1, column=2).now
    np.testing.assert_array_equal(frame.A.values, [[1] * 4, [5] * 4, [9] * 4])
    np.testing.assert_array_equal(frame.A.copied, [[0, 1, 1, 1]] * 3)
    np.testing.assert_array_equal(frame.B.values, [[2, 1, 3, 5]] * 3)
    np.testing.assert_array_equal(frame.B.copied, [[0] * 4, [1] * 4, [1] * 4])
    assert frame.A.framed == frame.B.framed == frame.result.framed == [1, 2, 1, 1]
    assert frame.A.note == frame.B.note == "stretched to (3, 4)"
    frame = sized((3, 4, 3, 4), guess=SHOWS).now
    assert not frame.A.copied.any()
    assert not frame.B.copied.any()
    assert frame.A.note == ""


@pytest.mark.parametrize(
    ("operation", "b_rows", "A", "B"),
    [
        ("A @ B", 3, [2, 0, 1, 3], [0, 1, 3, 1]),
        ("A @ B", 0, [1, 0, 1, 3], [0, 0, 1, 3]),
        ("A.T", 3, [1, 2, 1, 1], None),
        ("A.sum(axis=0)", 3, [0, 1, 4, 1], None),
        ("A.sum(axis=1)", 3, [1, 0, 1, 3], None),
        ("A.sum(axis=1, keepdims=True)", 3, [2, 0, 1, 3], None),
    ],
)
def test_what_makes_the_cell_is_framed(operation, b_rows, A, B):
    frame = sized((4, 3, b_rows, 3), operation=operation, guess=SHOWS, row=2, column=1).now
    assert frame.A.framed == A
    assert (frame.B.framed if frame.B else None) == B


@pytest.mark.parametrize("operation", OPERATIONS)
def test_before_a_guess_nothing_gives_the_answer_away(operation):
    for sizes in SIZES[::7]:
        view = sized(sizes, operation=operation)
        frame = view.now
        assert frame.result.texts == [["?"]]
        assert (frame.result.title, frame.at, frame.A.framed) == ("result", [], [])
        A, B = numbers(sizes)
        assert frame.A.values.tolist() == A
        assert not frame.A.copied.any()
        if "B" in operation:
            assert frame.B.values.tolist() == (B if sizes[2] else [B])
        assert "gives" not in view.facts_shown
        assert (frame.lines, frame.meet) == (["Which shape will the result have, or will it be an error?"], [])
        said = [text for text in view.drawing.texts() if not re.fullmatch(r"\d|[AB] \(.*\)", text)]
        assert set(said) <= {"result", "?", *frame.lines, *f"{operation[1:]} =".replace(", ", ", |").split("|"), "=",
                             operation[2], *operation[1:].replace(", ", ",|").split("|"), ""}  # fmt: skip
        assert not view.drawing.keys
        assert not any(shape.does for shape in view.drawing.shapes)


def test_a_guess_is_right_or_wrong_and_why():
    view = sized((4, 3, 0, 4), guess="(4, 3)")
    assert view.facts_shown.startswith(
        "Wrong: A + B for A (4, 3) and B (4,) gives an error, not (4, 3). 3 meets 4, and neither is 1;"
    )
    assert view.now.result.note == "✗ guessed (4, 3)"
    view.set(guess=FAILS)
    assert view.facts_shown.startswith("Right: A + B for A (4, 3) and B (4,) gives an error. 3 meets 4")
    assert view.now.result.note == "✓ guessed an error"
    view.set(operation="A @ B", b_rows=2, b_columns=3, guess="(4, 3)")
    assert "gives an error, not (4, 3). The inner sizes, 3 and 2, differ." in view.facts_shown
    view.set(operation="A.sum(axis=0)", guess="(3,)")
    assert view.facts_shown == (
        "Right: A.sum(axis=0) for A (4, 3) gives (3,). Axis 0, the rows, goes away: one sum for each column. "
        "Place 0: 1 + 5 + 9 + 4 = 19."
    )


def test_exactly_the_clashing_sizes_are_crossed():
    for sizes in SIZES:
        view = sized(sizes, guess=SHOWS)
        pairs = [(sizes[0], sizes[2] or 1), (sizes[1], sizes[3])]
        assert [text.text for text in view.drawing.named("size")].count("✗") == sum(
            stretched(*pair) is None for pair in pairs
        )
        assert view.facts_shown.count("neither is 1") == sum(stretched(*pair) is None for pair in pairs)


def test_meetings_in_words():
    assert meeting(3, 3) == "3 meets 3"
    assert meeting(1, 1) == "1 meets 1"
    assert meeting(1, 4) == "1 meets 4, and the 1 is stretched"
    assert meeting(4, 0) == "4 meets a missing size, which counts as 1"


@pytest.mark.parametrize("change", [{"rows": 2}, {"columns": 2}, {"b_rows": 2}, {"b_columns": 2}, {"operation": "A.T"}])
def test_a_new_question_takes_the_guess_back(change):
    view = sized((4, 3, 0, 3), guess="(4, 3)")
    view.set(**change)
    assert view.state["guess"] == ASKS
    assert view.now.result.texts == [["?"]]
    view.set(**change, guess="(4, 3)")
    assert view.state["guess"] == "(4, 3)"
    view.set_state({"state": view.state | {"rows": 3}})  # as the browser does
    assert view.state["guess"] == ASKS
    view.set(guess=SHOWS, **change).set(rows=1)
    assert view.state["guess"] == SHOWS


def test_a_move_that_was_made_before_the_guess_was_back_does_not_bring_it_back():
    view = sized((4, 3, 0, 3), guess="(4, 3)")
    first = view.state | {"rows": 3}
    for sent in (first, first | {"row": 2}):  # the browser has not yet heard of an answer to the first
        view.set_state({"state": sent})
        assert view.state["guess"] == ASKS
    view.set_state({"state": view.state | {"guess": "(3, 3)"}})
    assert view.facts_shown.startswith("Right")


def test_the_choice_of_a_cell_keeps_the_guess_and_a_bad_one_changes_nothing():
    view = sized((4, 3, 0, 3), guess="(4, 3)").set(row=2, column=1)
    assert view.now.at == [2, 1]
    assert view.state["guess"] == "(4, 3)"
    before = dict(view.state)
    with pytest.raises(ValueError, match="Shapes expected guess to be one of"):
        view.set(rows=1, guess="(5, 5)")
    assert view.state == before


RIGHT = """def by_loops(X, W):
    Y = np.zeros((X.shape[0], W.shape[1]))
    for i in range(X.shape[0]):
        for j in range(W.shape[1]):
            for k in range(X.shape[1]):
                Y[i, j] += X[i, k] * W[k, j]
    return Y
"""


def notebook(source, **state):
    """Return a view of A (4, 3) @ B (3, 2) in a notebook that holds this code."""
    state = {"operation": "A @ B", "b_rows": 3, "b_columns": 2, "guess": "(4, 2)"} | state
    names = test_viz.notebook(f"{source}\nview = Shapes(**{state})")
    return names["view"], names


def test_the_readers_product_drives_it_and_its_wrong_cells_are_marked():
    view, names = notebook(RIGHT)
    assert not view.now.result.wrong.any()
    assert "by_loops" not in view.facts_shown
    exec(RIGHT.replace("range(X.shape[1])", "range(1, X.shape[1])"), names)
    view.set(row=1)
    assert view.now.result.wrong.all()
    assert view.now.result.values[1, 0] == 6 * 1 + 7 * 3
    assert view.facts_shown.endswith(
        "Row 1, column 0: 5 * 2 + 6 * 1 + 7 * 3 = 37, not 27. Your by_loops differs from NumPy in 8 of 8 cells."
    )
    exec(RIGHT.replace("return Y", "Y[3, 1] = 0\n    return Y"), names)
    view.set(row=0)
    np.testing.assert_array_equal(np.argwhere(view.now.result.wrong), [[3, 1]])
    assert "differs from NumPy in 1 of 8 cells" in view.facts_shown


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("pass", r"ValueError.*: by_loops returned None\. Is the `return` missing\?"),
        (
            "return (X @ W).T",
            r"ValueError.*: by_loops expected to return an array .* \(4, 2\), got shape \(2, 4\)",
        ),
        ("return 3", r"ValueError.*: by_loops expected to return an array of shape \(4, 2\), got one number"),
        ("return X @ W * np.nan", "ValueError.*: by_loops expected to return finite numbers, got nan at index 0, 0"),
        ("return X @ W + 1j", r"ValueError.*: by_loops expected to return an array of shape \(4, 2\), got complex128"),
        ("return X[0, 7]", "ValueError: by_loops raised IndexError in line 2: index 7 is out of bounds"),
    ],
)
def test_what_is_wrong_with_the_readers_product_is_said_inside(body, says):
    view, _ = notebook(f"def by_loops(X, W):\n    {body}\n", guess=ASKS)
    assert not view.error  # the question can be asked in any case
    view.set(guess="(4, 2)")
    assert re.match(says, view.error)
    assert not view.set(operation="A + B").error


def test_a_type_that_is_gone_is_not_looked_up():
    """Python 3.14 computes annotations late: when somebody asks for a signature with them."""
    view, _ = notebook("Rows = object\ndef by_loops(X: Rows, W: Rows):\n    return X @ W + 1\ndel Rows")
    assert not view.error
    assert view.now.result.wrong.all()


def test_what_python_cannot_tell_the_arguments_of_is_left_alone():
    view, _ = notebook("by_loops = max")
    assert not view.error
    assert not view.now.result.wrong.any()


def test_the_reader_cannot_spoil_the_numbers():
    view, _ = notebook("def by_loops(X, W):\n    Y = X @ W\n    X[:], W[:] = 0, 0\n    return Y\n")
    assert view.now.A.values[0].tolist() == [1, 2, 3]
    assert A_NUMBERS[0, 0] == 1
    assert not view.now.result.wrong.any()


@pytest.mark.parametrize("other", ["def by_loops(X, W, b):\n    return 1", "by_loops = 3"])
def test_a_by_loops_of_another_notebook_is_not_meant(other):
    view, _ = notebook(other)
    assert not view.error
    assert not view.now.result.wrong.any()
    assert not notebook("def by_loops(X, W):\n    return 1", b_rows=0, b_columns=3)[0].error  # lines are not its task


def cells(drawing, name):
    """Return the rectangles of a table, the texts in their middle, as (box, text)."""
    boxes = [s for s in drawing.shapes if isinstance(s, Rect) and re.match(rf"{name}(\[| copy)", s.name)]
    texts = [s for s in drawing.shapes if isinstance(s, Text)]
    inside = [[t.text for t in texts if 0 < t.x - b.x < b.wide and 0 < t.y - b.y < b.high] for b in boxes]
    return list(zip(boxes, inside, strict=True))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_tables_lie_side_by_side_with_their_numbers(operation):
    for sizes in [(4, 3, 0, 3), (1, 4, 4, 1), (3, 3, 3, 2), (4, 4, 4, 4)]:
        view = sized(sizes, operation=operation, guess=SHOWS, row=1, column=1)
        right = 0
        for name in ("A", "B", "result"):
            part = getattr(view.now, name)
            if part is None:
                assert not cells(view.drawing, name)
                continue
            found = cells(view.drawing, name)
            assert [text for _, (text,) in found] == [text for row in part.texts for text in row]
            if part.texts == [["no result"]]:
                continue
            columns = part.values.shape[1]
            for k, (box, _) in enumerate(found):
                assert (round(box.x - found[0][0].x), round(box.y - found[0][0].y)) == (
                    40 * (k % columns),
                    40 * (k // columns),
                )
                copied = part.copied.ravel()[k]
                assert (bool(box.dash), box.fill == "paper") == (copied, copied)
                assert ("copy" in box.tip) == copied
            assert found[0][0].x > right
            right = found[-1][0].x + 40
            assert right <= view.drawing.wide


def test_the_thick_frame_is_around_what_makes_the_cell():
    view = sized((4, 3, 3, 2), operation="A @ B", guess=SHOWS, row=2, column=1)
    frames = [shape for shape in view.drawing.named("frame") if shape.line == "focus"]
    for frame, (name, i, j, rows, columns) in zip(
        frames, [("A", 2, 0, 1, 3), ("B", 0, 1, 3, 1), ("result", 2, 1, 1, 1)], strict=True
    ):
        (first,) = view.drawing.named(f"{name}[{i}, {j}]")
        assert (frame.x, frame.y, frame.wide, frame.high) == (first.x, first.y, 40 * columns, 40 * rows)


def test_keys_and_clicks_choose_a_cell_of_the_result_and_stop_at_its_edge():
    view = sized((4, 3, 3, 2), operation="A @ B", guess=SHOWS, row=3, column=3)  # at its last column, 1
    keys = {key: move.put for key, move in view.drawing.keys.items()}
    assert keys == {
        "ArrowUp": {"row": 2, "column": 1}, "ArrowDown": {"row": 3, "column": 1},
        "ArrowLeft": {"row": 3, "column": 0}, "ArrowRight": {"row": 3, "column": 1},
    }  # fmt: skip
    for i, j in np.ndindex(4, 2):
        (box,) = view.drawing.named(f"result[{i}, {j}]")
        assert box.does.put == {"row": i, "column": j}
        assert f"row {i}, column {j} of result: {view.now.result.values[i, j]:g}" in box.tip
    assert sum(shape.does is not None for shape in view.drawing.shapes) == 8


def test_sizes_stand_so_that_they_end_at_the_same_place():
    drawing = sized((4, 3, 0, 3), guess=SHOWS).drawing
    places = {(text.x, text.y): text.text for text in drawing.named("size")}
    columns, rows = sorted({x for x, _ in places}), sorted({y for _, y in places})
    assert [[places[x, y] for x in columns] for y in rows] == [["4", "3"], ["", "3"], ["4", "3"]]


def test_wrong_cells_of_the_readers_product_are_crossed():
    view, _ = notebook(RIGHT.replace("return Y", "Y[3, 1] = 0\n    return Y"))
    (box,) = view.drawing.named("result[3, 1]")
    (cross,) = view.drawing.named("wrong")
    assert 0 < cross.x - box.x < 5
    assert 0 < cross.y - box.y < 5
    marks = [s for s in view.drawing.shapes if isinstance(s, Path) and s.line == "wrong"]
    assert len(marks) == 1


def test_the_picture_differs_where_the_frame_does():
    shown = [sized((4, 3, 3, 3), operation="A @ B", guess=guess) for guess in (ASKS, FAILS, "(4, 3)")]
    pictures = {base64.b64encode(view.png()) for view in shown}
    assert len(pictures) == 3

"""The lines of an answer in order: all exercises, each order that works, wrong lines, marks, endless loops, gaps."""

import ast
import io
import re
import sys
import threading
import tokenize
from itertools import pairwise, permutations

import nbformat
import numpy as np
import pytest
from rules import answers as answers_in
from test_viz import notebook

from nnlib.__main__ import NOTEBOOKS
from nnlib.checks.engine import verdict
from nnlib.notebooks import lessons
from nnlib.viz import Order
from nnlib.viz.lines import run
from nnlib.viz.lines.order import Arrangement
from nnlib.viz.lines.puzzle import KINDS, answers, exercises, gaps, puzzle
from nnlib.viz.lines.run import body_of, judged

TRAINS = {"06.3", "06.5"}
NUMBERS = [pytest.param(n, marks=[pytest.mark.notebook] * (n in TRAINS)) for n in answers()]
READ = {path: nbformat.read(path, as_version=4) for path in lessons(NOTEBOOKS)}


def without_comments(code):
    """Return the lines of code without comments, and without lines that are nothing else."""
    rows = code.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            rows[row - 1] = rows[row - 1][:column]
    return [row.rstrip() for row in rows if row.strip()]


def in_notebooks():
    """Return {number: lines} of all answers of the notebooks whose body has two lines and more."""
    found = {}
    for path, read in READ.items():
        given = answers_in(read)
        for number, exercise in exercises().items():
            if number.startswith(path.name[:2]):
                code = "\n".join(without_comments(given[exercise.name])) + "\n"
                if len(ast.unparse(ast.parse(code)).splitlines()) > 2:
                    found[number] = code.splitlines()
    return found


def names_of(number):
    """Return what a notebook has made before the exercise, for the one that builds on its own classes."""
    if number != "07.3":
        return {}
    cells = next(read.cells for path, read in READ.items() if path.name.startswith("07"))
    wanted = ("class Value:\n    def", "def minus", "def graph_of", "def backward")
    code = "\n".join(
        re.sub(r"^print.*", "", cell.source, flags=re.MULTILINE) for cell in cells if cell.source.startswith(wanted)
    )
    course = {name: exercises()[f"07.{k}"].answer for name, k in [("power", 1), ("order", 2)]}
    return {name: thing for name, thing in notebook(code, **course).items() if name != "__name__"}


def right(made):
    return [(line, line.depth) for line in made.answer]


def letters(made, lines):
    """Return the state in which these lines, pairs of a Line and its depth, are put in."""
    order = Arrangement(tuple((made.pool.index(line), depth) for line, depth in lines))
    return order.text(made)


# The answers


def test_the_answers_are_those_of_the_notebooks():
    found = in_notebooks()
    assert list(answers()) == list(found)
    for number, (head, lines) in answers().items():
        body = body_of([(line, line.depth) for line in lines if not line.slip])
        assert [head, *body.split("\n")] == found[number], number


HINT = r"""<summary>I do not know how to begin</summary>[^<]*from nnlib.viz import Order
Order\("(\d\d\.\d)"\)
```
</details>
<details><summary>Answer</summary>\s*```python
def (\w+)"""


def test_the_last_hint_before_the_answer_leads_here():
    found = [hit for read in READ.values() for cell in read.cells for hit in re.findall(HINT, cell.source)]
    assert found == [(number, exercises()[number].name) for number in answers()]


@pytest.mark.parametrize("number", NUMBERS)
def test_the_right_order_is_accepted(number):
    made = puzzle(number, 0)
    view = notebook("view = Order(number)", number=number, **names_of(number))["view"]
    view.set(lines=letters(made, right(made)))
    assert view.check().facts_shown.startswith("✓ right"), view
    assert view.drawing.named("head")[0].text.endswith("✓")


@pytest.mark.parametrize("number", answers())
def test_a_wrong_line_is_refused_in_the_words_for_the_wrong_answer_that_it_makes(number):
    exercise, names = exercises()[number], names_of(number)
    says = {wrong.__name__: words.rstrip(".") for wrong, words in exercise.wrong}
    lines = answers()[number][1]
    made, slips = puzzle(number, 0), [line for line in lines if line.slip]
    assert slips
    for slip in slips:
        placed = right(made)
        placed[slip.group] = slip, slip.depth
        said = judged(made, placed, names)
        assert not said.passes
        assert says[slip.slip] in said.words, slip
        if not made.answer[slip.group].open:
            assert slip in made.pool
            assert said.place == slip.group


def test_what_the_check_says_is_what_the_engine_says_of_the_function():
    made = puzzle("05.6", 0)
    slip = next(line for line in answers()["05.6"][1] if line.slip == "no_square")
    placed = [slip if line.group == slip.group else line for line, _ in right(made)]

    def adam_step(w, g, m, v, t, lr, beta1, beta2, eps):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v

    _, fault = verdict(exercises()["05.6"], adam_step)
    assert judged(made, [(line, 1) for line in placed], {}).words == " ".join(str(fault).split())


def depends(rows):
    """Return for each row of straight code from which row each name that it reads comes, and whether it returns."""
    made, reads = {}, {}
    for row in rows:
        (node,) = ast.parse(row.strip()).body if not row.startswith("return") else [ast.parse(f"_ = {row[7:]}").body[0]]
        names = [name for name in ast.walk(node) if isinstance(name, ast.Name)]
        reads[row] = {n.id: made.get(n.id) for n in names if isinstance(n.ctx, ast.Load)}
        made |= {n.id: row for n in names if isinstance(n.ctx, ast.Store)}
    return reads


@pytest.mark.parametrize(("number", "count"), [("03.2", 1), ("04.2", 6), ("06.2", 2), ("04.1", 6)])
def test_an_order_is_accepted_just_where_each_name_comes_from_the_same_line(number, count):
    made, accepted = puzzle(number, 0), 0
    rows = {line.text: line for line in made.answer}
    wanted = depends(list(rows))
    for order in permutations(rows):
        works = depends(order) == wanted and order[-1].startswith("return")
        said = judged(made, [(rows[row], 1) for row in order], {})
        assert said.passes == works, order
        accepted += works
    assert accepted == count


def test_a_wrong_line_that_does_no_harm_is_accepted():
    """What stands behind the return is never run, so nothing but the check can tell."""
    made = puzzle("02.5", 0)
    slip = next(line for line in made.pool if line.slip)
    assert judged(made, [*right(made), (slip, 1)], {}).passes
    assert not judged(made, [(slip, 1), *right(made)], {}).passes


# The shuffle


@pytest.mark.parametrize("number", answers())
def test_the_shuffle_is_never_the_right_order_and_always_the_same(number):
    wanted, seen = [line.shown for line in puzzle(number, 0).answer], set()
    for seed in range(100):
        made = puzzle(number, seed)
        again = puzzle.__wrapped__(number, seed)
        assert made == again
        assert sorted(line.shown for line in made.pool if not line.slip) == sorted(wanted)
        assert [line.shown for line in made.pool if not line.slip] != wanted
        groups = [line.group for line in made.pool]
        assert sum(a != b for a, b in pairwise(groups)) == len(wanted) - 1  # slips stay beside their line
        seen.add(tuple(line.shown for line in made.pool))
    assert len(seen) > 1
    assert Order(number).state["seed"] == 0


def test_nothing_that_is_shown_before_gives_the_order_away():
    for number in answers():
        view = Order(number)
        shown = f"{view.facts_shown} {view.code} {view.board} {view.drawing.texts()} {view.moves['help']}"
        assert "#" not in shown.replace("# this line is yours", "")
        assert not any(line.slip and line.slip in shown for line in puzzle(number, 0).pool)


# Bad input, single lines


def test_single_lines_are_said_to_be_single():
    single = set(exercises()) - set(answers())
    assert {"00.1", "02.2", "03.1", "07.1"} <= single
    for number in single:
        view = Order(number)
        assert "its answer is a single line, so there is nothing to put in order. Its hints" in view.facts_shown
        assert view.check().facts_shown == view.facts_shown
        assert (view.board, view.drawing.keys) == ({}, {})


@pytest.mark.parametrize("number", ["99.9", "2.3", "", None, 2.3, "02.3\n", ["02.3"]])
def test_no_such_exercise(number):
    with pytest.raises(
        ValueError, match=r"Order expected exercise to be the number of an exercise, such as .02\.3., got"
    ):
        Order(number)


@pytest.mark.parametrize("lines", ["aa", "aA", "AB", "a-b", "z", "-", "b-B", "a0", "a6", "1a", " a", "a\n", "é", 3])
def test_damaged_orders_are_refused(lines):
    with pytest.raises(ValueError, match="Order expected lines"):
        Order("07.4", lines=lines)
    if isinstance(lines, str):
        with pytest.raises(ValueError, match="Order expected lines"):
            Order.from_text(f"exercise=07.4;lines={lines}")


def test_another_exercise_or_shuffle_begins_anew():
    view = Order("02.3", lines="bA").check()
    view.set(seed=1)
    assert view.state["lines"] == ""
    view.set(lines="a")
    view.set(exercise="07.4")
    assert view.state["lines"] == ""
    assert view.set(exercise="02.3", lines="c").state["lines"] == "c"


# How it goes on


@pytest.mark.parametrize("number", ["02.3", "07.2", "05.6"])
def test_keys_reach_every_order_and_nothing_else(number, rng):
    view, made = Order(number), puzzle(number, 0)
    for _ in range(300):
        keys = view.drawing.keys
        before = Arrangement.of(view.state["lines"], made)
        key = sorted(keys)[rng.integers(len(keys))]
        view.set(**keys[key].put)
        assert view.error == ""
        after = Arrangement.of(view.state["lines"], made)
        put, now = [k for k, _ in before.placed], [k for k, _ in after.placed]
        if key == "Enter":
            assert set(put) ^ set(now) == {before.hand}
        else:
            assert sorted(put) == sorted(now)
        if key in "ud":
            assert now.index(before.hand) - put.index(before.hand) == {"u": -1, "d": 1}[key]
        if key in ("ArrowLeft", "ArrowRight"):
            assert dict(after.placed)[before.hand] - dict(before.placed)[before.hand] == (1 if key[5] == "R" else -1)
        shown = [shape.text for shape in view.drawing.named("code")]
        rows = now + [k for k in range(len(made.pool)) if k not in now]
        assert shown == [row.lstrip() for k in rows for row in made.pool[k].shown.split("\n")]
    assert ("ArrowRight" in Order(number, lines="A1" if made.indents else "A").drawing.keys) == (number == "07.2")


def test_lines_that_are_put_in_lie_below_each_other_as_deep_as_they_are():
    view = Order("03.3", lines="a1b2C3")
    boxes = view.drawing.named("box")
    assert [box.x for box in boxes[:3]] == [28, 52, 76]
    assert all(box.y + box.high < below.y for box, below in pairwise(boxes))
    assert [box.fill for box in boxes[:4]] == ["paper", "paper", "lit", "paper"]
    assert view.board["body"].split("\n") == [" " * 4 * (k + 1) + puzzle("03.3", 0).pool[k].shown for k in range(3)]


def test_the_first_line_out_of_place_is_marked_from_the_second_refused_order_on():
    made = puzzle("03.2", 0)
    lines = [line for line, _ in right(made)]
    swapped = [lines[k] for k in (0, 2, 1, 3)]
    wrong, short, mended = (letters(made, [(line, 1) for line in order]) for order in (swapped, lines[:3], lines))
    view = Order("03.2", lines=wrong).check()
    assert view.facts_shown.startswith("✗ not right yet: raised UnboundLocalError in line 2, `error = output - target`")
    assert "out of place" not in view.check().facts_shown  # the same once more is no second try
    assert view.drawing.named("wrong") == []
    view.set(lines=short)
    assert "not right" not in view.facts_shown  # not asked yet
    assert view.check().facts_shown.endswith("Compared with the course's answer, a line is missing after line 3")
    assert len(view.drawing.named("missing")) == 1
    view.set(lines=wrong)
    assert view.facts_shown.endswith("Compared with the course's answer, line 2 is the first that is out of place")
    marked = [box.line for box in view.drawing.named("box")]
    assert marked == ["axis", "wrong", "axis", "axis"] + ["axis"] * (len(marked) - 4)
    assert [mark.text for mark in view.drawing.named("wrong")] == ["✗"]
    assert view.set(lines=mended).check().facts_shown == "✓ right: it passes the check of 03.2"
    assert Order("03.2").check().facts_shown == "✗ nothing is put in yet"


def test_wrong_indentation_is_said():
    made = puzzle("03.3", 0)
    placed = right(made)
    flat = judged(made, [(line, 1) for line, _ in placed], {})
    assert flat.words.startswith("Python cannot read it in line 3: expected an indented block after 'for' statement")
    inside = judged(made, [*placed[:3], (placed[3][0], 2)], {})
    assert "expected" in inside.words
    assert inside.place == 3


LOOPS = {  # `while` goes round with nothing that would end it
    "07.4": [("while", 1), ("for axis", 2), ("if size", 3), ("gradient = gradient.sum(axis=axis", 4), ("return", 1)],
    "07.2": [("found, seen", 1), ("while", 1), ("for parent", 2), ("stack.append((parent", 3), ("return found", 1)],
}
LOOPS["07.2"][2:4] = [("stack.append((name", 2)]


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("number", LOOPS)
def test_a_loop_without_end_is_ended_after_some_lines(number, elsewhere, monkeypatch):
    monkeypatch.setattr(run, "MOST", 20_000)
    made, said = puzzle(number, 0), []
    placed = [
        (next(line for line in made.answer if line.text.startswith(start)), deep) for start, deep in LOOPS[number]
    ]
    names = {"name": "x"}
    work = lambda: said.append(judged(made, placed, names))  # noqa: E731
    thread = threading.Thread(target=work)
    thread.start() if elsewhere else work()
    thread.join() if elsewhere else None
    assert "it had not ended after 20,000 lines. Is there a loop that never ends?" in said[0].words
    assert re.search(r"in line \d", said[0].words)


def test_a_check_leaves_no_tracer_behind():
    made, before = puzzle("02.3", 0), sys.gettrace()
    for placed in (right(made), right(made)[:1]):
        judged(made, placed, {})
        assert sys.gettrace() is before


def test_the_order_does_not_depend_on_what_the_reader_has_named():
    made = puzzle("01.3", 0)
    assert judged(made, right(made), {"neuron": None, "np": None, "perceptron_step": 3}).passes
    missing = judged(puzzle("07.3", 0), right(puzzle("07.3", 0)), {})
    assert missing.words.endswith("(Value is made further up: run the cells above)")
    early = judged(puzzle("02.1", 0), [(puzzle("02.1", 0).answer[1], 1)], {})
    assert early.words.endswith("(y is made by no line above)")


# Lines left open


def test_each_exercise_of_a_kind_leaves_one_line_more_open():
    for numbers in KINDS.values():
        assert list(numbers) == sorted(numbers)
        for k, number in enumerate(numbers):
            made = puzzle(number, 0)
            assert gaps(number) == sum(line.open for line in made.answer) == min(k, 2)
            assert not made.answer[0].open
            assert not any(line.open and "\n" in line.text for line in made.answer)
            closed = [line.open for line in made.answer]
            assert closed == sorted(closed)  # those at the end
    rest = set(answers()) - {number for numbers in KINDS.values() for number in numbers}
    assert not any(line.open for number in rest for line in puzzle(number, 0).answer)


def test_an_open_line_shows_nothing_of_the_answer_and_lands_as_a_line_of_ones_own():
    made = puzzle("03.5", 0)
    view = Order("03.5")
    view.set(lines=letters(made, right(made)))
    assert view.board["body"].split("\n")[1:] == ["    ...  # this line is yours"] * 2
    shown = f"{view.board} {view.drawing.texts()}"
    assert "return" not in shown
    assert "right" not in shown.replace("one is right", "")
    said = view.check().facts_shown
    assert said.startswith("✓ right so far: with the course's lines in place of yours it passes the check of 03.5")
    assert "write yours" in said
    first, second, third = made.answer
    assert judged(made, [(first, 1), (third, 1), (second, 1)], {}).passes  # they look the same
    early = judged(made, [(second, 1), (first, 1), (third, 1)], {})
    assert early.words.startswith(
        "raised UnboundLocalError in line 1, `...  # this line is yours`: ".replace("  ", " ")
    )


def test_lines_are_counted_as_the_picture_has_them_also_where_one_has_several_rows():
    made = puzzle("06.5", 0)
    model, gives = made.answer
    slip = next(line for line in made.pool if line.slip)
    assert model.text.count("\n") == 3
    said = judged(made, [(model, 1), (slip, 2), (gives, 1)], {})
    assert said.words.startswith("Python cannot read it in line 2: unexpected indent")
    assert "in line 1, `return model" in judged(made, [(gives, 1), (model, 1)], {}).words

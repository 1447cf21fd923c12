"""Review: what was met comes back when it is due, each question has one right answer, and no answer is lost."""

import datetime
import json
import re
import types
from concurrent.futures import ThreadPoolExecutor

import learners
import numpy as np
import pytest
from ipywidgets import Button, HBox, HTMLMath, RadioButtons, Text

import nnlib.review.widget
from nnlib.checks import progress
from nnlib.checks.engine import run
from nnlib.checks.guesses import WHY
from nnlib.review import exercises, expressions, formulas, review, schedule, session, terminal, texts
from nnlib.review.card import Card
from nnlib.review.widget import Questions

DAY = datetime.date(2026, 3, 1)
EXERCISES = session.all_exercises()
FLAT = "X.max(axis=0) has the shape"
BEGUN = {
    "exercises": {"00.1": "✓", "04.5": "✗"},
    "failed": {"04.5": 2},
    "predictions": {
        FLAT: {"choices": ["(4,)", "(3,)", "(1, 3)"], "mine": "(4,)", "right": "(3,)", "day": "2026-02-01"}
    },
}


@pytest.fixture
def file(tmp_path, monkeypatch):
    """The progress of somebody who has begun, on a day in March."""
    path = tmp_path / "progress.json"
    path.write_text(json.dumps(BEGUN), encoding="utf-8")
    monkeypatch.setenv("NNLIB_PROGRESS", str(path))
    monkeypatch.setattr(session, "today", lambda: DAY)
    monkeypatch.setattr(terminal, "today", lambda: DAY)
    monkeypatch.setattr(nnlib.review.widget, "today", lambda: DAY)
    return path


def on(day):
    return (DAY + datetime.timedelta(day)).isoformat()


def entry(due=0, last=-3, **more):
    return {"stability": 3.0, "difficulty": 5.0, "due": on(due), "last": on(last), "times": 2, "lapses": 1} | more


# The schedule


def test_what_is_known_comes_later_and_later_and_what_is_not_tomorrow():
    entries, days = None, []
    day = DAY
    for _ in range(5):
        entries = schedule.rated(entries, schedule.GOOD, day)
        days.append((schedule.due(entries, day) - day).days)
        day = schedule.due(entries, day)
    assert days == sorted(days)
    assert days[0] >= 1
    assert days[-1] > 5 * days[0]
    entries = schedule.rated(entries, schedule.AGAIN, day)
    assert (schedule.due(entries, day) - day).days < days[-1] / 5
    assert (entries["times"], entries["lapses"]) == (6, 1)
    for rating in [schedule.AGAIN, schedule.HARD, schedule.GOOD]:
        new = schedule.rated(None, rating, DAY)
        assert schedule.due(new, DAY) > DAY, "nothing is due twice a day"


@pytest.mark.parametrize("diligence", [1.0, 0.5])
def test_simulated_learners(diligence):
    learner = learners.Learner(3, diligence=diligence)
    asked = learners.run(learner, 60)
    assert max(asked) <= session.FIVE_MINUTES
    assert set(learner.days) == set(learner.hard), "what is new finds its place on a full day, too"
    for seen in learner.days.values():
        days = [day for day, _ in seen]
        assert days == sorted(set(days)), "nothing is asked twice a day"
    times = {hard: np.mean([len(s) for key, s in learner.days.items() if learner.hard[key] == hard]) for hard in (0, 1)}
    assert times[1] > 1.3 * times[0], "hard items come more often"
    late = [(session_day(learner) - schedule.due(e, session_day(learner))).days for e in learner.entries.values()]
    assert diligence < 1 or max(late) <= 14, "nothing is put off for ever by who reviews every day"


def session_day(learner):
    return learners.START + datetime.timedelta(60)


def test_a_clock_that_was_ahead_loses_nothing(file, monkeypatch, capsys):
    progress.change("review", lambda _: {"formula dW": entry(due=900, last=800), "formula db": entry(due=5)})
    progress.change("exercises", lambda kept: kept | {"04.1": "✓"})
    assert [card.key for card in session.due(DAY, 1)] == ["formula dW"]
    typing(monkeypatch)
    review(1)
    assert "The clock was ahead" in capsys.readouterr().out
    new = schedule.rated(entry(due=900, last=800), schedule.GOOD, DAY)
    assert DAY < schedule.due(new, DAY) < DAY + datetime.timedelta(60)
    assert new["times"] == 3


@pytest.mark.parametrize("damaged", [7, None, [], {}, entry(due=0) | {"due": "soon"}, entry() | {"stability": "nan"}])
def test_a_damaged_entry_is_asked_as_if_it_were_new(damaged, file):
    progress.change("review", lambda _: {"formula dW": damaged, "gone": entry(), "formula db": entry(due=5)})
    keys = [card.key for card in session.due(DAY, 99)]
    assert "formula dW" in keys
    assert "formula db" not in keys
    card = next(card for card in session.due(DAY, 99) if card.key == "formula dW")
    session.keep(card, schedule.GOOD, DAY)
    kept = progress.section("review")
    assert schedule.usable(kept["formula dW"])
    assert kept["gone"] == entry(), "a question that the course no longer has is kept, and not asked"


def test_answers_of_two_notebooks_are_both_kept(file):
    cards = [Card(f"formula {k}", "04", "?", "x") for k in range(20)]
    with ThreadPoolExecutor(4) as notebooks:
        list(notebooks.map(lambda card: session.keep(card, schedule.GOOD, DAY), cards))
    assert {card.key for card in cards} == set(progress.section("review"))
    assert {name: progress.section(name) for name in BEGUN} == BEGUN


def test_a_full_day_still_has_something_new():
    old, new = [f"old {k}" for k in range(20)], [f"new {k}" for k in range(9)]
    assert schedule.mixed(old, new, 10) == old[:8] + new[:2]
    assert schedule.mixed(old, new, 3) == old[:2] + new[:1]
    assert schedule.mixed(old[:2], new, 10) == old[:2] + new[:8]
    assert schedule.mixed(old, [], 10) == old[:10]
    assert schedule.mixed([], new, 3) == new[:3]


# What is asked


def test_what_went_wrong_comes_first_and_only_from_notebooks_that_were_begun(file):
    cards = session.due(DAY, 99)
    assert [card.key for card in cards][:2] == [f"prediction {FLAT}", "exercise 04.5"]
    assert len(cards) == session.NEW
    assert {card.notebook for card in cards} <= {"00", "04"}
    everything = [session.made(key, 0) for key in session.candidates({"00", "04"}, DAY)]
    assert {card.notebook for card in everything if card} == {"00", "04"}
    assert len(session.due(DAY, 2)) == 2


def test_a_prediction_comes_back_on_another_day_if_it_was_wrong(file):
    assert f"prediction {FLAT}" not in session.candidates({"00"}, datetime.date(2026, 2, 1))
    progress.change("predictions", lambda kept: {FLAT: kept[FLAT] | {"mine": "(3,)"}})
    assert f"prediction {FLAT}" not in session.candidates({"00"}, DAY)


@pytest.mark.parametrize(
    ("mine", "back", "typed", "good"),
    [
        (0.5, True, "23", True),
        (0.5, True, "0.24", True),
        (0.5, True, "23.4 %", True),
        (0.5, True, "50", False),
        (0.5, True, "many", None),
        (0.22, False, "", False),
    ],
)
def test_a_number_that_was_predicted_wrong_is_asked_for_again(mine, back, typed, good, file):
    question = "Which share does ink alone read?"
    entry = {"choices": [], "mine": mine, "right": 0.2345, "form": "{:.0%}", "day": "2026-02-01"}
    progress.change("predictions", lambda kept: {question: entry})
    assert (f"prediction {question}" in session.candidates({"06"}, DAY)) == back
    card = session.made(f"prediction {question}", 0)
    assert card.notebook == "06"
    assert card.verdict(typed)[0] is good
    assert card.verdict("50") == (False, "It is 27 points too high. One right answer: 23%")
    entry["form"] = "{:.0%}" * 99
    progress.change("predictions", lambda kept: {question: entry})
    assert session.made(f"prediction {question}", 0).right == "0.234"


def test_an_exercise_whose_results_cannot_be_asked_for_comes_back_with_a_line_missing(file):
    (exercise,) = [each for each in EXERCISES if each.number == "06.6"]
    card = exercises.card(exercise, np.random.default_rng(0))
    assert card.code.splitlines()[-1] == "    ?"
    assert card.right not in card.code
    good, said = card.verdict("return apart.mean(), apart.std(ddof=1)")
    assert not good
    assert said.startswith({f.__name__: says for f, says in exercise.wrong}["spread_of_single_digits"])


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("[0.176, 0.787]", "[0.175, 0.786]", True),
        ("[0.176, 0.787]", "[0.187, 0.7]", False),
        ("[1, 2]", "[1, 2, 3]", False),
        ("-0.00232, 0.00223", "-0.00232, 0.00432", False),
        ("True", "False", False),
        ("[[1], [2]]", "[1, 2]", False),
    ],
)
def test_options_differ_by_what_can_be_seen(a, b, same):
    assert exercises.alike(a, b) == same


def test_new_questions_a_day_are_limited(file):
    for card in session.due(DAY, 99):
        session.keep(card, schedule.GOOD, DAY)
    assert session.due(DAY, 99) == []
    assert session.nothing(DAY, progress.section("review")).startswith("Review: nothing is due today. The next")
    assert len(session.due(DAY + datetime.timedelta(1), 99)) >= session.NEW


def test_numbers_are_new_each_time_and_the_same_for_the_same_time(file):
    first, again, next_time = (session.made("exercise 04.5", times) for times in (0, 0, 1))
    assert first == again
    assert first.question != next_time.question


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda each: each.number)
def test_each_question_made_of_an_exercise_has_one_right_option(exercise):
    made = [exercises.card(exercise, np.random.default_rng(seed)) for seed in range(3)]
    for card in filter(None, made):
        assert len(set(card.options)) == len(card.options) >= 2
        assert set(card.options) == {card.right, *card.why}
        assert [card.verdict(option)[0] for option in card.options].count(True) == 1
        assert all(card.why[option] in card.verdict(option)[1] for option in card.why)


def test_exercises_come_back_but_for_those_of_one_line_with_many_right_answers():
    gone = [each.number for each in EXERCISES if exercises.card(each, np.random.default_rng(0)) is None]
    assert gone == ["01.2", "03.4", "03.6", "06.7", "06.8", "06.9"]


def test_the_options_are_what_the_functions_give():
    """By running them once more, on the numbers that the question shows."""
    (exercise,) = [each for each in EXERCISES if each.number == "04.5"]
    card = exercises.card(exercise, np.random.default_rng(5))
    dZ = np.array(json.loads(re.search(r"dZ = (\[\[.*\]\])", card.question)[1]), dtype=float)
    assert card.right == exercises.written(dZ.mean(axis=0))
    wrong = {exercises.written(run(exercise, function, (dZ,))[0]) for function, _ in exercise.wrong}
    assert set(card.why) <= wrong


def test_the_right_option_stands_in_no_preferred_place():
    cards = [exercises.card(each, np.random.default_rng(seed)) for each in EXERCISES for seed in range(4)]
    places = [card.options.index(card.right) for card in cards if card and len(card.options) == 4]
    counts = np.bincount(places, minlength=4)
    assert counts.min() > 0.15 * len(places)


@pytest.mark.parametrize("formula", formulas.FORMULAS, ids=lambda each: each.name)
def test_a_formula_is_judged_by_what_comes_out(formula):
    for seed in range(3):
        card = formulas.card(formula, np.random.default_rng(seed))
        assert card.verdict(formula.right) == (True, "")
        spaced = f"  {formula.right.replace(' ', '  ')} "
        assert card.verdict(spaced)[0]
        for slip, says in formula.slips:
            good, said = card.verdict(slip)
            assert not good
            assert said.startswith(says)
            assert formula.right in said


EQUAL = {
    "forward": ["b + X @ W", "X.dot(W) + b", "np.sum(X[:, :, None] * W, axis=1) + b"],
    "Adam": ["w - lr / (np.sqrt(v_hat) + eps) * m_hat", "w - lr * m_hat / (v_hat ** 0.5 + eps)"],
    "softmax with cross-entropy backward": ["(P - Y) / len(P)", "np.divide(P - Y, n)", "(P - Y) * n ** -1"],
    "sigmoid backward": ["np.multiply(dY, Y - np.power(Y, 2))"],
    "SGD": ["w = w - lr * g"],
    "dW": [
        "np.dot(X.T, dY)",
        "np.matmul(X.T, dY)",
        "dW = X.T @ dY",
        "np.transpose(dY.T @ X)",
        "(dY.T @ X).T",
        "X.T.dot(dY)",
    ],
    "db": ["sum(dY)", "np.ones(n) @ dY", "dY.sum(0)", "np.sum(dY, axis=0)", "n * dY.mean(axis=0)"],
    "dX": ["(W @ dY.T).T", "dY.dot(W.T)", "np.matmul(dY, W.transpose())"],
    "softmax": ["np.exp(z - z.max()) / np.exp(z - z.max()).sum()"],
    "cross-entropy": ["-np.log((P * Y).sum(axis=1)).mean()", "-np.log(P[np.arange(n), Y.argmax(axis=1)]).mean()"],
    "parameters": ["(n_in + 1) * hidden + (hidden + 1) * n_out"],
    "ReLU backward": ["where(X > 0, dY, 0)", "dY * (X > 0).astype(float)", "dY * np.sign(Y)", "dY * (Y > 0)"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, all_of in EQUAL.items() for text in all_of])
def test_other_ways_to_write_a_formula_are_right(name, text):
    (formula,) = [each for each in formulas.FORMULAS if each.name == name]
    assert formulas.card(formula, np.random.default_rng(0)).verdict(text) == (True, "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("X @", "no formula that Python can read"),
        ("", "One right answer: X @ W + b"),
        ("?", "One right answer: X @ W + b"),
        ("X ^ 2", "Python writes a power as **"),
        ("np.linalg", "There is no np.linalg here"),
        ("eye(60000) @ eye(60000)", "An array here has up to 10000 numbers"),
        ("ones((900, 900))", "An array here has up to 10000 numbers"),
        ("Q @ W", "There is no Q here, only X, W, b, dY, n"),
        ("X.__class__", "There is no .__class__ here"),
        ("__import__(1)", "There is no __import__ here"),
        ("[x for x in X]", "is made of"),
        ("(lambda: X)()", "is made of"),
        ("'a' * 9", "is made of"),
        ("9 ** 9 ** 9", "a small number as its exponent"),
        ("eye(9999999999)", "too large"),
        ("X @ W @ X", "cannot be computed: ValueError"),
        ("exp", "no number, and no array"),
        ("X @ W", "The bias is missing"),
        ("X", "Expected shape (4, 2), got (4, 3)"),
        ("-(X @ W + b)", "The sign is the other one"),
        ("X @ W + 2 * b", "The shape is right, the values are not"),
        ("((" * 140 + "X", "no formula that Python can read"),
        ("X + " * 80 + "X", "has up to 300 characters, not 321"),
    ],
)
def test_what_is_wrong_with_a_formula_is_said(text, says):
    (formula,) = [each for each in formulas.FORMULAS if each.name == "forward"]
    good, said = formulas.card(formula, np.random.default_rng(0)).verdict(text)
    assert not good
    assert says in said


@pytest.mark.parametrize(("text", "good"), [("X @", None), ("Q @ W", None), ("9 ** 99", None), ("X @ X", False)])
def test_what_cannot_be_read_is_no_answer_yet(text, good, file, monkeypatch, capsys):
    (formula,) = [each for each in formulas.FORMULAS if each.name == "forward"]
    card = formulas.card(formula, np.random.default_rng(0))
    assert card.verdict(text)[0] is good
    typing(monkeypatch, text, "X @ W + b")
    terminal.ask([card])
    assert progress.section("review")[card.key]["lapses"] == (good is False)
    assert ("Type it once more, or ? if you do not know it." in capsys.readouterr().out) == (good is None)


def test_the_right_value_of_expressions():
    names = {"a": np.arange(3.0)}
    assert expressions.value("a[1] + max(a)", names) == 3
    np.testing.assert_array_equal(expressions.value("maximum(a, 1)", names), [1, 1, 2])


def test_no_definition_contains_its_own_term():
    cards = texts.term_cards(np.random.default_rng(0))
    assert len(cards) > 80
    for card in cards:
        asked = card.question.removeprefix("Which term is this? ").lower()
        long = re.findall(r"[a-z]{4,}", card.right.lower())
        assert not [word for word in long if re.search(rf"\b{word}\b", asked)], card.right
        assert len(set(card.options)) == texts.OPTIONS
        assert card.verdict(card.right) == (True, "")
        assert "](" not in card.question


def test_a_damaged_notebook_is_left_out_and_said_once(tmp_path, capsys):
    (path,) = texts.NOTEBOOKS.glob("04_*.ipynb")
    for name in ["04_backprop.ipynb", "05_sgd.ipynb"]:
        (tmp_path / name).write_text(path.read_text(encoding="utf-8")[: 99 if name.startswith("05") else None])
    assert {card.notebook for card in texts.closed_cards(tmp_path)} == {"04"}
    texts.closed_cards(tmp_path)
    said = capsys.readouterr().out
    assert said.startswith("(review leaves out a notebook. 05_sgd.ipynb: expected a notebook, got no JSON")
    assert said.count("\n") == 1


def test_closed_questions_are_read_from_the_notebooks(tmp_path):
    closed = "<details><summary>What is `db`?</summary>\n\nThe sum of the rows of dY.\n</details>"
    before = "<details><summary>Answer</summary>\n\nno\n</details>"
    cells = [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": source} for source in
             ["# 4 · Back", before, f"## What you know now\n\n{closed}\n\n{closed.replace('db', 'dW')}"]]  # fmt: skip
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "04_back.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    cards = texts.closed_cards(tmp_path)
    assert [(card.notebook, card.question, card.right, card.rated) for card in cards] == [
        ("04", "What is `db`?", "The sum of the rows of dY.", True),
        ("04", "What is `dW`?", "The sum of the rows of dY.", True),
    ]
    assert texts.closed_cards(tmp_path / "nowhere") == []
    assert texts.terms(tmp_path) == {}


# How it is asked


@pytest.mark.parametrize("most", [0, -1, 2.5, "3", None, True])
def test_a_number_of_questions_that_is_none(most):
    with pytest.raises(ValueError, match="review expected the number of questions as a positive whole number, got"):
        review(most)


@pytest.mark.parametrize("content", [None, "{}", "{]", '{"exercises": []}', '{"review": 3}'])
def test_without_progress_there_is_one_friendly_sentence(content, tmp_path, monkeypatch, capsys):
    path = tmp_path / "progress.json"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("NNLIB_PROGRESS", str(path))
    review()
    *said, last = capsys.readouterr().out.splitlines()
    assert last == session.NOTHING
    assert len(said) == (content not in (None, "{}")), "what is wrong with the file is said once"
    assert content is None or path.read_text() == content
    monkeypatch.setenv("NNLIB_PROGRESS", "")
    review()
    assert capsys.readouterr().out == session.NOTHING + "\n"


def typing(monkeypatch, *lines):
    """Type these lines into the terminal, then Ctrl-D."""
    left = iter(lines)

    def typed(prompt=""):
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", typed)


def test_in_a_terminal(file, monkeypatch, capsys):
    first, second = session.due(DAY, 2)
    right = str(first.options.index(first.right) + 1)
    wrong = str(second.options.index(next(iter(second.why))) + 1)
    typing(monkeypatch, "9", "", right, wrong)
    terminal.main(["2"])
    said = capsys.readouterr().out
    assert "Expected one of 1, 2, 3, got '9'." in said
    assert said.count("✓ right") == 1
    assert next(iter(second.why.values())) in said
    assert "Done: 1 of 2 right. The next one is due on 02 March 2026." in said
    kept = progress.section("review")
    assert (kept[first.key]["lapses"], kept[second.key]["lapses"]) == (0, 1)


def test_an_interrupted_review_keeps_what_was_answered(file, monkeypatch, capsys):
    (first,) = session.due(DAY, 1)
    typing(monkeypatch, "1")
    terminal.main([])
    assert "Stopped; what you have answered is kept." in capsys.readouterr().out
    assert list(progress.section("review")) == [first.key]
    with pytest.raises(SystemExit):
        terminal.main(["none"])
    with pytest.raises(SystemExit):
        terminal.main(["0"])
    assert "got 0" in capsys.readouterr().err


def two(text):
    if not text.isdigit():
        raise ValueError("It is a number.")
    return "" if text == "2" else "It is 2."


CARDS = [
    Card("formula a", "04", "Which <one>?", "b", ("a", "b"), {"a": "Because it is first."}),
    Card("formula b", "04", "Type it.", "1 + 1", judge=lambda text: two(text)),
    Card("know c", "04", "Why?", "Therefore.", rated=True),
]


def press(questions, words):
    """Press the button with these words."""
    boxes = [
        *questions.box.children,
        *(b for box in questions.box.children if isinstance(box, HBox) for b in box.children),
    ]
    (button,) = [each for each in boxes if isinstance(each, Button) and each.description == words]
    button.click()


def words_of(questions):
    return " ".join(re.sub("<[^>]+>", "", each.value) for each in questions.box.children if isinstance(each, HTMLMath))


def test_in_a_notebook(file):
    questions = Questions(CARDS)
    assert "Question 1 of 3" in words_of(questions)
    assert "Which &lt;one&gt;?" in words_of(questions)
    assert "<code>a &lt; b</code> is" in nnlib.review.widget.written("`a < b` is")
    press(questions, "Answer")
    assert "Choose one of them first." in words_of(questions)
    assert progress.section("review") == {}
    assert isinstance(questions.input, RadioButtons)
    questions.input.value = "a"
    press(questions, "Answer")
    assert "✗ Because it is first. Right is: b" in words_of(questions)
    assert questions.input.disabled
    press(questions, "Next question")
    assert isinstance(questions.input, Text)
    questions.input.value = "no"
    assert "○ It is a number. Type it once more, or ? if you do not know it." in words_of(questions)
    assert "formula b" not in progress.section("review")
    questions.input.value = "3"
    assert "✗ It is 2. One right answer: 1 + 1" in words_of(questions)
    press(questions, "Next question")
    press(questions, "Show the answer")
    assert "Therefore." in words_of(questions)
    press(questions, "nearly")
    press(questions, "Finish")
    assert words_of(questions).startswith("Done: 1 of 3 right. The next one is due on 02 March 2026.")
    assert {key: kept["lapses"] for key, kept in progress.section("review").items()} == {
        "formula a": 1,
        "formula b": 1,
        "know c": 0,
    }


def test_a_notebook_shows_a_sentence_to_those_who_read_it_without_a_kernel(file, monkeypatch):
    shown = []
    monkeypatch.setattr(nnlib.review.widget, "display", lambda data, raw: shown.append(data))
    monkeypatch.setitem(
        __import__("sys").modules, "IPython", types.SimpleNamespace(get_ipython=lambda: types.SimpleNamespace(kernel=1))
    )
    review(2)
    assert shown[0]["text/plain"] == "Review: 2 questions due today; run the cell to answer."


def test_reasons_of_predictions_are_shown(file):
    card = session.made(f"prediction {FLAT}", 0)
    assert card.verdict("(4,)") == (False, f"{WHY[FLAT]['(4,)']} Right is: (3,)")
    assert sorted(card.options) == ["(1, 3)", "(3,)", "(4,)"]

"""Chooses what is asked today, and keeps the answers in the reader's own file."""

import datetime
import importlib
import io
import pkgutil
import sys
import zlib
from contextlib import redirect_stdout
from itertools import islice

import numpy as np

import nnlib.checks
from nnlib.checks import progress
from nnlib.checks.guesses import GUESSES, WHY
from nnlib.checks.predict import distance
from nnlib.review import exercises, formulas, schedule, texts
from nnlib.review.card import Card

FIVE_MINUTES = 10  # questions, at half a minute each
NEW = 5  # questions a day that were never asked before
FORMS = {"{:.0%}", "{:.1%}", "{:.2%}", "{}", "{:g}"}  # how notebooks write the numbers of predictions
NEAR = 0.1  # of a number: a prediction that is off by less is right
NOTHING = "Review: nothing to ask yet. What you do in the notebooks comes back here, a few questions a day."
DONE = "Review: nothing is due today."


def review(most=FIVE_MINUTES):
    """Ask up to `most` questions that are due today: in a notebook with buttons, elsewhere in the terminal.

    They are made of what the reader has met: predictions that were wrong, exercises, formulas, terms. What was
    wrong comes back tomorrow, what was known later and later. Raises ValueError where `most` is no positive number.
    """
    if type(most) is not int or most < 1:
        raise ValueError(f"review expected the number of questions as a positive whole number, got {most!r}")
    day = today()
    said = io.StringIO()
    with redirect_stdout(said):
        cards, kept = due(day, most), progress.section("review")
    for line in dict.fromkeys(said.getvalue().splitlines()):  # a damaged file is read many times, and said once
        print(line)
    if any(schedule.usable(entry) and schedule.ahead(entry, day) for entry in kept.values()):
        print("(The clock was ahead when some of these questions were answered; they are due today.)")
    if not cards:
        print(nothing(day, kept))
    elif "IPython" in sys.modules and hasattr(sys.modules["IPython"].get_ipython(), "kernel"):
        from nnlib.review.widget import show

        show(cards)
    else:
        from nnlib.review.terminal import ask

        ask(cards)


def today():
    """Return the day of the reader's calendar."""
    return datetime.date.today()


def nothing(day, kept):
    """Return what to say when no question is due."""
    days = [schedule.due(entry, day) for entry in kept.values() if schedule.usable(entry)]
    if not days:
        return NOTHING
    return DONE + (f" The next question is due on {min(days):%d %B %Y}." if min(days) > day else "")


def begun():
    """Return the numbers of the notebooks in which the reader has done anything."""
    found = {number[:2] for number in progress.section("exercises")}
    asked = progress.section("predictions")
    return found | {notebook for notebook, questions in GUESSES.items() if any(q in asked for q in questions)}


def due(day, most):
    """Return up to `most` cards for this day: those that are due, the most urgent first, and new ones."""
    entries = {key: entry for key, entry in progress.section("review").items() if schedule.usable(entry)}
    old = [key for key, entry in entries.items() if schedule.due(entry, day) <= day]
    old.sort(key=lambda key: (-schedule.urgency(entries[key], day), key))
    notebooks = begun()
    fresh = [key for key in candidates(notebooks, day) if key not in entries]
    begun_today = sum(entry["last"] == day.isoformat() and entry.get("times") == 1 for entry in entries.values())
    old = cards_of(old, entries, notebooks, most)
    return schedule.mixed(old, cards_of(fresh, {}, notebooks, max(0, NEW - begun_today)), most)


def cards_of(keys, entries, notebooks, most):
    """Return the cards of up to `most` keys: those that the course still has, of notebooks that were begun."""
    cards = (made(key, schedule.count(entries.get(key, {}), "times")) for key in keys)
    return list(islice((card for card in cards if card is not None and card.notebook in notebooks), most))


def candidates(notebooks, day):
    """Return the keys of all that could be asked, what went wrong first."""
    wrong = [
        f"prediction {question}"
        for question, entry in progress.section("predictions").items()
        if isinstance(entry, dict) and missed(entry) and entry.get("day") != day.isoformat()
    ]
    failed = [f"exercise {number}" for number in progress.section("failed")]
    done = [f"exercise {number}" for number, state in progress.load().items() if state == "✓"]
    by_heart = [f"formula {formula.name}" for formula in formulas.FORMULAS if formula.notebook in notebooks]
    closed = [card.key for card in texts.closed_cards() if card.notebook in notebooks]
    terms = [f"term {term}" for term, (notebook, _) in texts.terms().items() if notebook in notebooks]
    mixed = [key for row in spread([by_heart, closed, done, terms]) for key in row]
    return list(dict.fromkeys(wrong + failed + mixed))


def missed(entry):
    """Whether a prediction was another choice than the right one, or a number far from it."""
    mine, right = entry.get("mine"), entry.get("right")
    numbers = all(type(each) in (int, float) for each in (mine, right))
    return abs(mine - right) > NEAR * abs(right) if numbers else mine != right


def spread(lists):
    """Yield the first items of all lists, then the second ones, and so on."""
    for k in range(max(map(len, lists), default=0)):
        yield [items[k] for items in lists if len(items) > k]


def made(key, times):
    """Return the card of a key, with numbers that are new each time, or None where the course no longer has it."""
    rng = np.random.default_rng([zlib.crc32(key.encode(errors="replace")), times])
    kind, _, name = key.partition(" ")
    if kind == "prediction":
        return of_prediction(name, rng)
    if kind == "exercise":
        exercise = next((each for each in all_exercises() if each.number == name), None)
        return exercise and exercises.card(exercise, rng)
    if kind == "formula":
        formula = next((each for each in formulas.FORMULAS if each.name == name), None)
        return formula and formulas.card(formula, rng)
    found = {"term": lambda: texts.term_cards(rng), "know": texts.closed_cards}.get(kind, list)()
    return next((card for card in found if card.key == key), None)


def all_exercises():
    """Return the exercises of all notebooks."""
    names = sorted(m.name for m in pkgutil.iter_modules(nnlib.checks.__path__) if m.name[1:].isdigit())
    return [each for name in names for each in importlib.import_module(f"nnlib.checks.{name}").EXERCISES]


def of_prediction(question, rng):
    """Return the card of a prediction that the reader has made, or None."""
    entry = progress.section("predictions").get(question)
    notebook = next((notebook for notebook, questions in GUESSES.items() if question in questions), None)
    if notebook is None or not isinstance(entry, dict):
        return None
    choices, right = entry.get("choices"), entry.get("right")
    if choices == [] and type(right) is float:
        return of_number(notebook, question, right, entry.get("form"))
    if not isinstance(choices, list) or right not in choices:
        return None
    options = tuple(str(choices[int(k)]) for k in rng.permutation(len(choices)))
    return Card(f"prediction {question}", notebook, question, right, options, WHY.get(question, {}))


def of_number(notebook, question, right, form):
    """Return the card of a prediction that is a number; `form` is how the notebook writes it."""
    form = form if form in FORMS else "{:.3g}"  # a file can be changed by hand
    shares = form.endswith("%}")

    def judge(text):
        try:
            mine = float(text.replace("%", "")) / (100 if shares and ("%" in text or float(text) > 1) else 1)
        except ValueError:
            raise ValueError(f"Expected a number, got {text!r}.") from None
        return "" if abs(mine - right) <= NEAR * abs(right) else f"It is {distance(mine, right, form)}."

    return Card(f"prediction {question}", notebook, f"{question} Type a number.", form.format(right), judge=judge)


def keep(card, rating, day):
    """Keep an answer: what another notebook has kept meanwhile stays."""

    def new(section):
        return section | {card.key: schedule.rated(section.get(card.key), rating, day)}

    progress.change("review", new)


def ending(right, asked, day):
    """Return the sentence after the last question."""
    kept = [entry for entry in progress.section("review").values() if schedule.usable(entry)]
    later = min((schedule.due(entry, day) for entry in kept if schedule.due(entry, day) > day), default=None)
    when = f" The next one is due on {later:%d %B %Y}." if later else ""
    return f"Done: {right} of {asked} right.{when}"

"""A guess before a cell is run, set beside what came out: the surprise is half of the lesson."""

import datetime

from nnlib.checks import progress
from nnlib.checks.guesses import WHY
from nnlib.checks.results import Endless, Strange, kind, words
from nnlib.checks.results import plain as made_plain

LARGEST = 1e15  # of numbers that can be a prediction; neither infinity nor nan is below


class Prediction:
    """What the reader expects; `reveal` sets it beside the outcome."""

    def __init__(self, question, choices, mine):
        self.question, self.choices, self.mine = question, choices, mine

    def reveal(self, outcome, form="{}"):
        """Print the prediction beside the outcome, and keep both; `form` says how to write numbers, as in "{:.0%}".

        Of several predictions about one thing the first is kept: later ones have seen the outcome.
        """
        came = form.format(outcome)
        if self.mine is None:
            print(f"{self.question} {came} (you made no prediction)")
            return
        mine = self.mine
        if isinstance(mine, str):
            verdict = "as you predicted" if mine == outcome else f"you predicted {mine}"
            print(f"{self.question} {came}, {verdict}")
            why = "" if mine == outcome else WHY.get(self.question, {}).get(mine, "")
            if why:
                print(f"  {why}")
        else:
            mine = mine / 100 if form.endswith("%}") and 1 < mine <= 100 else mine  # 50 is meant as 50%
            print(f"{self.question} You predicted {form.format(mine)}, it is {came}: {distance(mine, outcome, form)}")
        right = outcome if isinstance(outcome, str) else float(outcome)
        entry = {"choices": list(self.choices), "mine": mine, "right": right}
        entry |= {"form": form, "day": datetime.datetime.now(datetime.UTC).date().isoformat()}
        progress.change("predictions", lambda kept: {self.question: entry} | kept)

    def __repr__(self):
        return f"Prediction({self.question!r}, mine={self.mine!r})"


def predict(question, *choices, mine=None):
    """Keep a prediction: one of the choices, or a number where there are none. It never raises.

    >>> more = predict("Which learns faster?", "the one more wrong", "the one less wrong", mine="the one more wrong")
    kept: the one more wrong
    >>> more.reveal("the one less wrong")
    Which learns faster? the one less wrong, you predicted the one more wrong
    """
    wanted = " or ".join(repr(choice) for choice in choices) or "a number"
    if choices and mine is not None:  # spaces and capitals do not count, and 0 is as good as "0"
        mine = next((choice for choice in choices if plain(choice) == plain(text_of(mine))), mine)
    number = issubclass(type(mine), (int, float)) and not isinstance(mine, bool)
    usable = any(mine is choice for choice in choices) if choices else number and abs(mine) < LARGEST
    if mine is None:
        print(f"○ your prediction? Write mine={wanted} and run the cell again, or go on without.")
    elif not usable:
        print(f"○ a prediction here is {wanted}, not {text_of(mine, repr)}")
    else:
        print(f"kept: {mine}")
    return Prediction(question, choices, mine if usable else None)


def distance(mine, outcome, form):
    """Return how far a number is from the outcome, in words; between shares that are printed in %, in points."""
    if form.format(mine) == form.format(outcome):
        return "as you predicted"
    far = form.format(abs(mine - outcome))
    far = f"{far[:-1]} points" if form.endswith("%}") else far
    return f"{far} too {'high' if mine > outcome else 'low'}"


def text_of(mine, how=str):
    """Return a prediction as a text; of what is no text or number only what it is."""
    try:
        strange = isinstance(made_plain(mine), Strange)
    except Endless:
        strange = True
    return kind(mine) if strange else words(mine, how)


def plain(text):
    return "".join(str(text).lower().split())

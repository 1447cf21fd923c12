"""A guess before a cell is run, set beside what came out: the surprise is half of the lesson."""

from nnlib.checks.results import Endless, Strange, kind, words
from nnlib.checks.results import plain as made_plain


class Prediction:
    """What the reader expects; `reveal` sets it beside the outcome."""

    def __init__(self, question, choices, mine):
        self.question, self.choices, self.mine = question, choices, mine

    def reveal(self, outcome, form="{}"):
        """Print the prediction beside the outcome; `form` says how to write them, as in "{:.0%}"."""
        came = form.format(outcome)
        if self.mine is None:
            print(f"{self.question} {came} (you made no prediction)")
        elif isinstance(self.mine, str):
            verdict = "as you predicted" if self.mine == outcome else f"you predicted {self.mine}"
            print(f"{self.question} {came}, {verdict}")
        else:
            print(f"{self.question} You predicted {form.format(self.mine)}, it is {came}")

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
    usable = any(mine is choice for choice in choices) if choices else number
    if mine is None:
        print(f"○ your prediction? Write mine={wanted} and run the cell again, or go on without.")
    elif not usable:
        print(f"○ a prediction here is {wanted}, not {text_of(mine, repr)}")
    else:
        print(f"kept: {mine}")
    return Prediction(question, choices, mine if usable else None)


def text_of(mine, how=str):
    """Return a prediction as a text; of what is no text or number only what it is."""
    try:
        strange = isinstance(made_plain(mine), Strange)
    except Endless:
        strange = True
    return kind(mine) if strange else words(mine, how)


def plain(text):
    return "".join(str(text).lower().split())

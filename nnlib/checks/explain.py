"""A question that the reader answers in one sentence: who has said why remembers it."""

import datetime

from nnlib.checks import progress
from nnlib.checks.predict import text_of
from nnlib.checks.reasons import MODEL

FEWEST = 4  # words that can be a reason
LONGEST = 1000  # characters that are kept


def explain(question, *, mine=None):
    """Keep the reader's sentence, and show a model sentence to compare it with. It never raises.

    >>> explain("Why does a network need random numbers?")
    ○ Why does a network need random numbers?
      Write one sentence, mine="...", and run the cell again; a model sentence follows.
    """
    if mine is None:
        print(f'○ {question}\n  Write one sentence, mine="...", and run the cell again; a model sentence follows.')
        return
    sentence = " ".join(text_of(mine).split())
    if not issubclass(type(mine), str) or len(sentence.split()) < FEWEST:
        print(f"○ {question}\n  Expected a sentence of at least {FEWEST} words, got {text_of(mine, repr)}")
        return
    entry = {"mine": sentence[:LONGEST], "day": datetime.datetime.now(datetime.UTC).date().isoformat()}
    progress.change("reasons", lambda kept: kept | {question: entry})
    print(f"{question}\n  yours: {sentence}\n  ours:  {MODEL.get(question, 'there is none yet')}")

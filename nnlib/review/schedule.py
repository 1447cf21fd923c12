"""When a question is due again: by FSRS, which models how memory fades (Ye, Su and Cao, KDD 2022; fsrs 6 on PyPI).

An entry of the reader's file is a dictionary: `stability` and `difficulty` of FSRS, `due` and `last` as days,
`times` asked and `lapses`, how often the answer was wrong. All days are those of the reader's calendar.
"""

import datetime

AGAIN, HARD, GOOD = 1, 2, 3
LONGEST = 365  # days until a question comes back
NUMBERS, DAYS = ("stability", "difficulty"), ("due", "last")


def scheduler():
    """Return FSRS without chance and without steps of minutes: nothing is due twice in a day."""
    from fsrs import Scheduler

    return Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False, maximum_interval=LONGEST)


def usable(entry):
    """Whether an entry of the file is one of ours; others are left alone and asked as if they were new."""
    if not isinstance(entry, dict):
        return False
    try:
        numbers = [float(entry[name]) for name in NUMBERS]
        for name in DAYS:
            datetime.date.fromisoformat(entry[name])
    except (KeyError, TypeError, ValueError):
        return False
    return all(0 < number < 1e6 for number in numbers)


def due(entry, today):
    """Return the day on which an entry is due; after a clock that was ahead has been put right, that is today."""
    last, day = (datetime.date.fromisoformat(entry[name]) for name in ("last", "due"))
    return today if last > today else day


def urgency(entry, today):
    """Return how long an entry has waited, in units of how long it is remembered."""
    return (today - due(entry, today)).days / float(entry["stability"])


def ahead(entry, today):
    """Whether an entry was written on a day that has not come yet."""
    return datetime.date.fromisoformat(entry["last"]) > today


def mixed(old, new, most):
    """Return up to `most` of what is due and of what is new; a full day still has something new, about a fifth."""
    places = min(len(new), max(int(most > 2), most // 5, most - len(old)))
    return [*old[: most - places], *new[:places]]


def rated(entry, rating, today):
    """Return an entry after one more answer."""
    from fsrs import Card, Rating, State

    noon = datetime.datetime.combine(today, datetime.time(12), datetime.UTC)
    card = Card(card_id=0)
    if usable(entry):
        last = min(datetime.date.fromisoformat(entry["last"]), today)
        then = datetime.datetime.combine(last, datetime.time(12), datetime.UTC)
        numbers = {name: float(entry[name]) for name in NUMBERS}
        card = Card(card_id=0, state=State.Review, due=then, last_review=then, **numbers)
    new, _ = scheduler().review_card(card, Rating(rating), noon)
    before = entry if isinstance(entry, dict) else {}
    days = max(1, (new.due - noon).days)
    return before | {
        "stability": round(new.stability, 4),
        "difficulty": round(new.difficulty, 4),
        "due": (today + datetime.timedelta(days)).isoformat(),
        "last": today.isoformat(),
        "times": count(before, "times") + 1,
        "lapses": count(before, "lapses") + (rating == AGAIN),
    }


def count(entry, name):
    """Return how often something happened, by an entry of the file."""
    value = entry.get(name)
    return value if type(value) is int and value >= 0 else 0

"""Asks in a terminal, or through a pipe: `python -m nnlib review`."""

import argparse

from nnlib.review import schedule
from nnlib.review.card import UNKNOWN
from nnlib.review.session import FIVE_MINUTES, ending, keep, review, today

RATINGS = {"1": schedule.AGAIN, "2": schedule.HARD, "3": schedule.GOOD}


def ask(cards):
    """Ask one card after the other; Ctrl-C and Ctrl-D end it, and what was answered is kept."""
    right = asked = 0
    try:
        for number, card in enumerate(cards, 1):
            print(f"\n{number} of {len(cards)}. {card.question}")
            if card.code:
                print(f"\n{card.code}\n")
            rating, said = answer(card)
            keep(card, rating, today())
            right, asked = right + (rating != schedule.AGAIN), asked + 1
            print(said)
    except (EOFError, KeyboardInterrupt):
        print("\nStopped; what you have answered is kept.")
    print(ending(right, asked, today()))


def answer(card):
    """Return the rating of one answer, and what to say to it."""
    if card.rated:
        input("Say it to yourself, then press Enter. ")
        print(card.right)
        return RATINGS[chosen("1 did not know it, 2 nearly, 3 knew it: ", RATINGS)], ""
    if card.options:
        for number, option in enumerate(card.options, 1):
            print(f"  {number}  {option}")
        numbers = [str(number) for number in range(1, len(card.options) + 1)]
        given = card.options[int(chosen("Number: ", numbers)) - 1]
    else:
        given = input(f"{UNKNOWN} if you do not know it > ")
    good, says = card.verdict(given)
    while good is None:
        print(says)
        good, says = card.verdict(input("> "))
    return (schedule.GOOD if good else schedule.AGAIN), "✓ right" if good else f"✗ {says}"


def chosen(prompt, allowed):
    """Return one of the allowed answers, asked for until it comes."""
    while (given := input(prompt).strip()) not in allowed:
        print(f"Expected one of {', '.join(allowed)}, got {given!r}.")
    return given


def main(arguments):
    """Read the command line."""
    parser = argparse.ArgumentParser("python -m nnlib review", description="Ask what is due today.")
    parser.add_argument("most", nargs="?", type=int, default=FIVE_MINUTES, help=f"questions, default {FIVE_MINUTES}")
    most = parser.parse_args(arguments).most
    try:
        review(most)
    except ValueError as error:
        parser.error(str(error))

"""Asks in a notebook: one question at a time, by mouse, touch or keyboard."""

import re
from html import escape
from pathlib import Path

import anywidget
from IPython.display import display
from ipywidgets import Button, HBox, HTMLMath, RadioButtons, Text, VBox

from nnlib.review import schedule
from nnlib.review.card import UNKNOWN
from nnlib.review.session import ending, keep, today

RATINGS = [("I did not know it", schedule.AGAIN), ("nearly", schedule.HARD), ("I knew it", schedule.GOOD)]


class Keys(anywidget.AnyWidget):
    """Lets the keys that are pressed in a question be the question's, and gives its choices a name to read aloud."""

    _esm = Path(__file__).with_name("keys.js")


def written(text):
    """Return a text of the course as HTML: code between backticks, formulas between dollars."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


class Questions:
    """The cards of today, one after the other; `box` is what is shown."""

    def __init__(self, cards):
        self.cards, self.number, self.right = cards, 0, 0
        self.keys = Keys()
        self.box = VBox(layout={"max_width": "46em"}).add_class("nnlib-review")
        self.ask()

    @property
    def card(self):
        return self.cards[self.number]

    def ask(self):
        """Show the question and what to answer it with."""
        card, self.said = self.card, HTMLMath()
        number = f"<p>Question {self.number + 1} of {len(self.cards)}</p>"
        code = f'<pre style="margin-bottom: 0.6em">{escape(card.code)}</pre>' if card.code else ""
        heading = HTMLMath(f"{number}<p><b>{written(card.question)}</b></p>{code}")
        if card.rated:
            self.input, button = (
                HTMLMath("<p>Say it to yourself, then look.</p>"),
                self.button("Show the answer", self.show),
            )
        elif card.options:
            self.input = RadioButtons(options=card.options, value=None, layout={"width": "max-content"})
            self.input.tooltip = card.question
            button = self.button("Answer", self.answer)
        else:
            hint = f"type it, then Enter; {UNKNOWN} if you do not know it"
            self.input = Text(placeholder=hint, continuous_update=False, layout={"width": "30em"})
            self.input.tooltip = card.question
            self.input.observe(self.answer, "value")
            button = self.button("Answer", self.answer)
        self.box.children = [self.keys, heading, self.input, button, self.said]

    def button(self, words, act):
        """Return a button that does something once."""
        made = Button(description=words, layout={"width": "max-content"})
        made.on_click(act)
        return made

    def answer(self, _=None):
        """Judge the answer, if there is one."""
        if not self.input.value or self.input.disabled:
            self.say("Choose one of them first." if self.card.options else "Type a formula first.")
            return
        good, says = self.card.verdict(self.input.value)
        if good is None:
            self.say(f"○ {says}")
            return
        self.input.disabled = True
        self.say("✓ right" if good else f"✗ {says}")
        self.rate(schedule.GOOD if good else schedule.AGAIN)

    def show(self, _=None):
        """Show the answer of a question that its reader judges."""
        self.say(self.card.right)
        buttons = []
        for words, rating in RATINGS:
            buttons.append(self.button(words, lambda _, rating=rating: self.rate(rating)))
        self.box.children = [*self.box.children[:2], self.said, HBox(buttons)]
        buttons[0].focus()  # a key pressed once too often asks again, and does not skip

    def rate(self, rating):
        """Keep the answer, and offer the next question."""
        keep(self.card, rating, today())
        self.right += rating != schedule.AGAIN
        last = self.number + 1 == len(self.cards)
        after = self.button("Finish" if last else "Next question", self.next)
        self.box.children = [*[child for child in self.box.children if not isinstance(child, (Button, HBox))], after]
        after.focus()

    def next(self, _=None):
        """Go on to the next question, or end."""
        self.number += 1
        if self.number == len(self.cards):
            self.said = HTMLMath()
            self.say(ending(self.right, self.number, today()))
            self.box.children = [self.keys, self.said]
            return
        self.ask()
        (self.input if not self.card.rated else self.box.children[3]).focus()

    def say(self, words):
        """Show what is said to an answer, and have screen readers read it."""
        self.said.value = f'<p role="status">{written(words)}</p>'


def show(cards):
    """Show the questions below the cell; a notebook that is read without a kernel shows a sentence in their place."""
    box = Questions(cards).box
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": box.model_id, "version_major": 2}}
    text = f"Review: {len(cards)} question{'s' * (len(cards) > 1)} due today; run the cell to answer."
    display({"text/plain": text} | view, raw=True)

"""Asks in a notebook: one question at a time, by mouse, touch or keyboard."""

from html import escape

from IPython.display import display
from ipywidgets import HTML, Button, HBox, RadioButtons, Text, VBox

from nnlib.review import schedule
from nnlib.review.session import ending, keep, today

RATINGS = [("I did not know it", schedule.AGAIN), ("nearly", schedule.HARD), ("I knew it", schedule.GOOD)]


class Questions:
    """The cards of today, one after the other; `box` is what is shown."""

    def __init__(self, cards):
        self.cards, self.number, self.right = cards, 0, 0
        self.box = VBox(layout={"max_width": "46em"})
        self.ask()

    @property
    def card(self):
        return self.cards[self.number]

    def ask(self):
        """Show the question and what to answer it with."""
        card, self.said = self.card, HTML()
        heading = HTML(f"<p>Question {self.number + 1} of {len(self.cards)}</p><p><b>{escape(card.question)}</b></p>")
        if card.rated:
            self.input, button = (
                HTML("<p>Say it to yourself, then look.</p>"),
                self.button("Show the answer", self.show),
            )
        elif card.options:
            self.input = RadioButtons(options=card.options, value=None, layout={"width": "max-content"})
            self.input.tooltip = card.question
            button = self.button("Answer", self.answer)
        else:
            self.input = Text(
                placeholder="type it as code, then Enter", continuous_update=False, layout={"width": "30em"}
            )
            self.input.tooltip = card.question
            self.input.observe(self.answer, "value")
            button = self.button("Answer", self.answer)
        self.box.children = [heading, self.input, button, self.said]

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
        self.input.disabled = True
        self.say("✓ right" if good else f"✗ {says}")
        self.rate(schedule.GOOD if good else schedule.AGAIN)

    def show(self, _=None):
        """Show the answer of a question that its reader judges."""
        self.say(self.card.right)
        buttons = []
        for words, rating in RATINGS:
            buttons.append(self.button(words, lambda _, rating=rating: self.rate(rating)))
        self.box.children = [*self.box.children[:1], self.said, HBox(buttons)]
        buttons[-1].focus()

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
            self.box.children = [HTML(f'<p role="status">{escape(ending(self.right, self.number, today()))}</p>')]
            return
        self.ask()
        if not isinstance(self.input, HTML):
            self.input.focus()

    def say(self, words):
        """Show what is said to an answer, and have screen readers read it."""
        self.said.value = f'<p role="status">{escape(words)}</p>'


def show(cards):
    """Show the questions below the cell; a notebook that is read without a kernel shows a sentence in their place."""
    box = Questions(cards).box
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": box.model_id, "version_major": 2}}
    text = f"Review: {len(cards)} question{'s' * (len(cards) > 1)} due today; run the cell to answer."
    display({"text/plain": text} | view, raw=True)

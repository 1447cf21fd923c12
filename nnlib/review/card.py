"""A question that can come back, and what is said to an answer."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Card:
    """A question with its right answer.

    key: what it is known by in the reader's file        notebook: "04", where it belongs
    question: the text that is asked
    options: the choices, in the order in which they are shown; none where the answer is typed, or rated by the reader
    right: the right choice, or the text to show after the answer
    why: for wrong choices, why one might think so
    judge: for typed answers, a function of the text that returns "" where it is right, or else what is wrong with it
    rated: whether the reader judges their own answer, once the right one is shown
    """

    key: str
    notebook: str
    question: str
    right: str
    options: tuple = ()
    why: dict = field(default_factory=dict)
    judge: object = None
    rated: bool = False

    def verdict(self, answer):
        """Return whether an answer is right, and what to say about it."""
        if self.judge is not None:
            fault = self.judge(answer)
            return not fault, f"{fault} One right answer: {self.right}" if fault else ""
        if answer == self.right:
            return True, ""
        return False, " ".join(filter(None, [self.why.get(answer, ""), f"Right is: {self.right}"]))


def shuffled(right, wrong, rng):
    """Return the right option and the wrong ones in an order drawn from `rng`, as a tuple."""
    options = [right, *wrong]
    return tuple(options[int(k)] for k in rng.permutation(len(options)))

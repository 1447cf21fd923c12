"""A question that can come back, and what is said to an answer."""

from dataclasses import dataclass, field

UNKNOWN = "?"  # what is typed in place of a formula by who does not know it


@dataclass(frozen=True)
class Card:
    """A question with its right answer.

    key: what it is known by in the reader's file        notebook: "04", where it belongs
    question: the text that is asked
    options: the choices, in the order in which they are shown; none where the answer is typed, or rated by the reader
    right: the right choice, or the text to show after the answer
    why: for wrong choices, why one might think so
    judge: for typed answers, a function of the text that returns "" where it is right, or else what is wrong with it;
        raises ValueError where it is no answer yet
    rated: whether the reader judges their own answer, once the right one is shown
    code: lines of Python that belong to the question
    """

    key: str
    notebook: str
    question: str
    right: str
    options: tuple = ()
    why: dict = field(default_factory=dict)
    judge: object = None
    rated: bool = False
    code: str = ""

    def verdict(self, answer):
        """Return whether an answer is right, None where it is none yet, and what to say about it."""
        if self.judge is not None and answer.strip() in ("", UNKNOWN):
            return False, f"One right answer: {self.right}"
        if self.judge is not None:
            try:
                fault = self.judge(answer)
            except ValueError as error:
                return None, f"{error} Type it once more, or {UNKNOWN} if you do not know it."
            return not fault, f"{fault} One right answer: {self.right}" if fault else ""
        if answer == self.right:
            return True, ""
        why = self.why.get(answer, "")
        stop = " " if why.endswith((".", "!", "?")) else ". "
        return False, f"{why}{stop if why else ''}Right is: {self.right}"


def shuffled(right, wrong, rng):
    """Return the right option and the wrong ones in an order drawn from `rng`, as a tuple."""
    options = [right, *wrong]
    return tuple(options[int(k)] for k in rng.permutation(len(options)))

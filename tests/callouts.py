"""Frames for what a reader is asked to do: an exercise, and the question before a prediction.

JupyterLab keeps the style of a text's elements, so each frame carries its own: one line at its side, which is seen on
white and on black. GitHub drops it; the words are there all the same.
"""

import re

from nnlib.notebooks import PREDICTED

STYLE = 'style="border-left: 6px {}; padding-left: 12px"'
EXERCISE = f'<div class="callout exercise" {STYLE.format("solid #c76a00")}>'
PREDICT = f'<div class="callout predict" {STYLE.format("dashed #3b7fc4")}>'
OPEN = re.compile(r'<div class="callout [^>]*>\n+(?:\*\*Predict\.\*\* )?')
ASKED = re.compile(r"^### Exercise \d\d\.\d+ .*", re.MULTILINE | re.DOTALL)
NO_QUESTION = re.compile(r"#|<|\||```|\$\$")  # a heading, a frame, a table, a block of code, a formula


def frame(cells):
    """Put the frames into the texts that have none yet: around an exercise, and the paragraph before a prediction."""
    for cell, after in zip(cells, [*cells[1:], None], strict=True):
        if cell.cell_type != "markdown":
            continue
        asked = ASKED.search(cell.source)
        if asked and EXERCISE not in cell.source:
            cell.source = f"{cell.source[: asked.start()]}{EXERCISE}\n\n{asked[0].strip()}\n\n</div>"
        predicted = after is not None and after.cell_type == "code" and PREDICTED.search(after.source)
        *before, question = re.split(r"\n{2,}", cell.source.strip())
        if predicted and PREDICT not in cell.source and not NO_QUESTION.match(question):
            cell.source = "\n\n".join([*before, PREDICT, f"**Predict.** {question}", "</div>"])

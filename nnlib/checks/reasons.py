"""Model sentences for the questions that a reader answers in a sentence: {notebook: {question: model sentence}}.

They are kept apart from the notebooks, so that one's own sentence comes first.
"""

REASONS = {
    "00": {},
    "01": {},
    "02": {},
    "03": {},
    "04": {},
    "05": {},
    "06": {},
    "07": {},
}

MODEL = {question: sentence for of_notebook in REASONS.values() for question, sentence in of_notebook.items()}

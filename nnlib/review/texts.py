"""Questions that stand in the notebooks themselves: terms of the glossary, and what one knows at the end of each."""

import functools
import json
import re
from pathlib import Path

from nnlib import platform
from nnlib.notebooks import lessons, read
from nnlib.review.card import Card, shuffled

NOTEBOOKS = platform.HERE.notebooks
SHIPPED = Path(__file__).with_name("prose.json")  # in a browser: to load all notebooks for a question would be much
GLOSSARY = "99_glossary.ipynb"
TERM = re.compile(r"^### (.+)\n\n(.+)$", re.MULTILINE)
CLOSED = re.compile(r"<details><summary>(.+?)</summary>\n\n(.+?)\n</details>", re.DOTALL)
OPTIONS = 4


def prose(path):
    """Return all Markdown of a notebook as one text."""
    return _prose(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=16)
def _prose(path, changed):
    if SHIPPED.exists():
        return json.loads(SHIPPED.read_text(encoding="utf-8")).get(path.name, "")
    try:
        cells = read(path).cells
    except ValueError as error:  # half written, or with a conflict: what the other notebooks hold is asked all the same
        print(f"(review leaves out a notebook. {error})")
        return ""
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def terms(folder=NOTEBOOKS):
    """Return {term: (notebook where it is met first, its definition without links)} of the glossary."""
    found = {}
    for term, entry in TERM.findall(prose(folder / GLOSSARY) if (folder / GLOSSARY).exists() else ""):
        if met := re.search(r"\]\((\d\d)_\w+\.ipynb", entry):
            text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", entry[: entry.find(" Met in")])
            found[term] = met[1], text.strip()
    return found


def hidden(term, definition):
    """Return a definition in which the words of its term are blanks."""
    for word in re.findall(r"[A-Za-z]{3,}", term):
        stem = word[:-1] if len(word) > 5 else word
        definition = re.sub(rf"(?i)\b\w*{re.escape(stem)}\w*", "…", definition)
    return definition


def term_cards(rng, folder=NOTEBOOKS):
    """Return a card for each term: its definition, and four terms to choose from, of the same notebook if possible."""
    made, known = [], terms(folder)
    for term, (notebook, definition) in known.items():
        near = [other for other in known if other != term and known[other][0] == notebook]
        far = [other for other in known if other != term and other not in near]
        wrong = [near[int(k)] for k in rng.permutation(len(near))] + [far[int(k)] for k in rng.permutation(len(far))]
        options = shuffled(term, wrong[: OPTIONS - 1], rng)
        why = {other: f"{other}: {known[other][1]}" for other in wrong[: OPTIONS - 1]}
        question = f"Which term is this? {hidden(term, definition)}"
        made.append(Card(f"term {term}", notebook, question, term, options, why))
    return made


def closed_cards(folder=NOTEBOOKS):
    """Return a card for each closed question at the end of a notebook; its reader says how well they knew it."""
    made = []
    for path in lessons(folder) if folder.is_dir() else []:
        _, heading, end = prose(path).partition("## What you know now\n")
        for question, answer in CLOSED.findall(end) if heading else []:
            made.append(Card(f"know {path.name[:2]} {question}", path.name[:2], question, answer.strip(), rated=True))
    return made

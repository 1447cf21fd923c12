"""Writes the start page of a site: a card for each notebook, what this browser has done, and where to go on."""

import re
from html import escape
from pathlib import Path

from nnlib.export import COURSE, PARTS, heading_and_promise
from nnlib.notebooks import lessons, read

STATIC = Path(__file__).parent / "static"
ADDRESS = "notebooks/index.html?path="


def card(path):
    """Return the card of a notebook as HTML: picture, title, promise, minutes, and its exercises by number."""
    notebook = read(path)
    title, promise = heading_and_promise(notebook, path.stem)
    words = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    exercises = re.findall(r"^### Exercise (\d\d\.\d+)", words, re.MULTILINE)
    time = re.search(r"^\*\*Time\*\*:? (about [\w ]+? (?:minutes|hours))", words, re.MULTILINE)
    facts = [time[1].capitalize()] if time else []
    facts += [f"{len(exercises)} exercises"] if exercises else []
    picture = re.search(r"^!\[([^\]\n]+)\]\((pictures/\w+\.svg)\)$", words, re.MULTILINE)
    shown = (
        f'<p><img src="files/{escape(picture[2])}" alt="{escape(picture[1])}" loading="lazy"></p>' if picture else ""
    )
    link = f'<h3><a href="{ADDRESS}{escape(path.name)}">{escape(title)}</a></h3>'
    meta = f'<p class="meta" data-exercises="{" ".join(exercises)}">{" · ".join(facts)}</p>' if facts else ""
    return f'<article class="card">{shown}{link}<p>{escape(re.sub(r"[*`]", "", promise))}</p>{meta}</article>'


def page(notebooks):
    """Return the start page as HTML."""
    paths = lessons(notebooks)
    parts = {
        "COURSE": COURSE,
        "STYLE": (PARTS / "page.css").read_text(encoding="utf-8"),
        "FIRST": ADDRESS + paths[0].name,
        "CARDS": "\n".join(map(card, paths)),
        "SCRIPT": (STATIC / "start.js").read_text(encoding="utf-8"),
    }
    text = (STATIC / "index.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda hit: parts[hit[1]], text)

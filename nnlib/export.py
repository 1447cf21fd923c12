"""`python -m nnlib export` writes the notebooks as web pages that need neither Python nor a network.

Formulas become MathML, views and figures are the pictures stored in the notebooks, answers open when they are clicked.
Every page is written, whatever a notebook holds; what cannot be shown is said in its place, and at the end.
"""

import argparse
import hashlib
import json
import re
import sys
from base64 import b64encode
from html import escape, unescape
from pathlib import Path
from urllib.parse import quote

import jinja2
import nbformat
from markupsafe import Markup
from nbconvert.filters import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from nnlib.checks.progress import load
from nnlib.files import replacing
from nnlib.notebooks import found, lessons, read
from nnlib.safe_html import PICTURES, Missing, page_name, safe, stored

PARTS = Path(__file__).parent / "page"
MARK = '<meta name="generator" content="nnlib">'
LIGHT, DARK = "xcode", "monokai"  # of Pygments' styles, those whose every colour has a contrast of 4.5
COURSE = "Neural networks from scratch"
INDEX = f"""# {COURSE}

The notebooks of the course, as they are saved, to read without Python and without a network: the views are pictures
here. To run them, and to have your answers checked, open the course with `python -m nnlib`.

## All notebooks

"""


LINK = r"\[[^\]\n]*\]\([^)\n]*\)"
FOOT = re.compile(rf"---\n+({LINK}(?: · {LINK})*)\s*")  # the last cell of a lesson
CALLOUTS = [  # code that asks for something, the name of what it asks for, and its sign: not by colour alone
    (r"^\w+ = predict\(", "predict", "? Predict, before you go on"),
    (r"^def .*# exercise \d\d\.\d+", "exercise", "✎ Exercise: your turn"),
    (r"^\w+ = check\(\"", "check", "✓ Check"),
]


class Renderer(IPythonRenderer):
    """Markdown as HTML, formulas as MathML; `places` collects the headings of the page, `missing` what it lacks."""

    def __init__(self, places, missing):
        super().__init__(escape=False)
        self.places, self.missing = places, missing

    def heading(self, text, level, **attrs):
        """Return a heading that links can name as JupyterLab does."""
        words = unescape(re.sub(r"<[^>]+>", "", text)).strip()
        place = re.sub(r"\s", "-", words)
        name = "" if place in self.places else f' id="{escape(place)}"'
        self.places.setdefault(place, (level, words))
        return f"<h{level}{name}>{text}</h{level}>\n"

    def block_html(self, html):
        """Return HTML as it stands; nbconvert would close what a later block closes, such as an answer."""
        return html

    inline_html = block_html

    def image(self, text, url, title=None):
        """Return a picture, whose address safe_html.py looks up, as those in HTML."""
        words = "".join(f' {name}="{escape(value)}"' for name, value in [("alt", text), ("title", title)] if value)
        return f'<img src="{escape(url)}"{words}>'

    def table(self, text):
        """Return a table, which can be scrolled; its empty corner is the heading of nothing."""
        cells = re.sub(r"<th([^>]*)></th>", r"<td\1></td>", text)
        return f'<div class="wide"><table>\n{cells}</table></div>\n'

    def inline_math(self, body):
        """Return a formula in a line."""
        return self.formula(body, "inline")

    def block_math(self, body):
        """Return a formula in a line of its own, which can be scrolled."""
        return f'<span class="wide">{self.formula(body, "block")}</span>'

    def latex_environment(self, name, body):
        """Return a formula such as \\begin{align} ... \\end{align}."""
        return self.block_math(rf"\begin{{{name}}}{body}\end{{{name}}}")

    def formula(self, body, display):
        """Return a formula, or say which one cannot be read."""
        try:
            return mathml(body, display)
        except ValueError as error:
            return self.missing.note(str(error))


def mathml(latex, display):
    """Return a LaTeX formula as MathML, which browsers draw and screen readers read without any script."""
    try:
        from latex2mathml.converter import convert
    except ModuleNotFoundError:
        raise RuntimeError('it needs latex2mathml: python -m pip install -e ".[export]"') from None
    latex = re.sub(r"(\\(?:ln|log|exp|tanh))(?=\s*[\w\\])", r"\1\\,", latex.strip())  # ln p, as LaTeX sets it
    try:
        made = convert(latex, display=display)
    except Exception as error:  # of many kinds without a common one
        raise ValueError(f"the formula ${latex}$, which cannot be read: {type(error).__name__} {error}") from None
    if unknown := re.search(r"\\\w+", made):
        raise ValueError(f"the formula ${latex}$, which has the unknown command {unknown[0]}")
    return made


def coloured(source):
    """Return Python code as HTML, each kind of word in its colour."""
    return highlight(source, get_lexer_by_name("ipython3"), HtmlFormatter())


def style():
    """Return the style sheet of all pages; on paper the colours are always the light ones."""
    light, dark = (HtmlFormatter(style=name).get_style_defs(".highlight") for name in (LIGHT, DARK))
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n" + read_part("page.css")


def read_part(name):
    """Return one of the files that pages are made of."""
    return (PARTS / name).read_text(encoding="utf-8")


class Page:
    """What a page shows of a notebook, made cell by cell; `missing` is what it lacks."""

    def __init__(self, folder):
        self.folder, self.places, self.missing = folder, {}, Missing()

    def prose(self, source, attachments=None, places=None):
        """Return Markdown, with what HTML it holds, as safe HTML."""
        renderer = Renderer(self.places if places is None else places, self.missing)
        html = MarkdownWithMath(renderer=renderer).render(source)
        return safe(html, self.folder, attachments or {}, self.missing)

    def cell(self, cell):
        """Return a cell with its outputs."""
        if cell.cell_type == "markdown" and (links := FOOT.fullmatch(cell.source)):
            links = self.prose("\n".join(f"- {link}" for link in re.findall(LINK, links[1])))
            return f'<nav class="foot" aria-label="Previous and next">{links}</nav>'
        if cell.cell_type == "markdown":
            return f'<div class="prose">{self.prose(cell.source, cell.get("attachments"))}</div>'
        if cell.cell_type == "raw":
            return f'<div class="raw" role="group" aria-label="text as it is">{text(cell.source)}</div>'
        outputs = "\n".join(map(self.output, cell.outputs))
        if outputs and cell.metadata.get("jupyter", {}).get("outputs_hidden") is True:  # a prediction comes first
            outputs = f"<details>\n<summary>The result</summary>\n{outputs}\n</details>"
        group = f'<div class="output" role="group" aria-label="output">\n{outputs}\n</div>'
        source = coloured(cell.source)
        if cell.metadata.get("jupyter", {}).get("source_hidden") is True:
            source = f"<details>\n<summary>The code that draws</summary>\n{source}</details>\n"
        return callout(cell.source, source + group * bool(cell.outputs))

    def output(self, output):
        """Return an output in the first of the forms that it has and a page can show."""
        if output.output_type == "stream":
            return text(output.text, output.name)
        if output.output_type == "error":
            return text("\n".join(output.traceback) or f"{output.ename}: {output.evalue}")
        data, shown = output.data, ""
        for kind in (kind for kind in PICTURES if kind in data):
            try:
                return shown + self.picture(output, kind)
            except ValueError as error:
                shown += self.missing.note(f"a picture of the kind {kind}, which {error}", "p")
        if "text/html" in data:
            html = safe(data["text/html"], self.folder, {}, self.missing)
            return f'{shown}<div class="wide">{html}</div>'
        for kind in ("text/markdown", "text/latex"):
            if kind in data:
                return f'{shown}<div class="wide">{self.prose(data[kind], places={})}</div>'
        if "application/json" in data:
            return shown + text(json.dumps(data["application/json"], indent=2, ensure_ascii=False))
        others = [kind for kind in data if kind not in PICTURES and kind != "text/plain"]
        if others:
            what = "a widget, which needs a kernel" if "widget" in others[0] else f"an output of the kind {others[0]}"
            shown += self.missing.note(what, "p")
        return shown + (text(data["text/plain"]) if "text/plain" in data else "")

    def picture(self, output, kind):
        """Return a picture with its words, and below a result what else it says."""
        data, more, words = output.data, output.metadata.get(kind), output.data.get("text/plain", "")
        alt = (more.get("alt") if isinstance(more, dict) else None) or words or "a picture"
        image = f'<img src="{stored(kind, data[kind])}" alt="{escape(str(alt))}">'
        return image + f'<p class="facts">{escape(words)}</p>' * (output.output_type == "execute_result")


def callout(source, html):
    """Return a cell with a sign and a word above it, where the reader is asked to do something in it."""
    for pattern, name, words in CALLOUTS:
        if re.search(pattern, source, re.MULTILINE):
            words = f'<p class="sign">{words}</p>\n'
            return f'<div class="callout {name}" role="group" aria-label="{name}">{words}{html}</div>'
    return html


def text(words, name="stdout"):
    """Return text as it was printed."""
    return f'<pre class="{escape(name)}">{escape(strip_ansi(words), quote=False)}</pre>'


def page(notebook, title, folder):
    """Return a notebook as one page of HTML, and what is missing on it; nothing in it may ask the network."""
    made, script = Page(folder), read_part("page.js")
    cells = [Markup(made.cell(cell)) for cell in notebook.cells]
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(PARTS), autoescape=True)
    html = environment.get_template("page.html.j2").render(
        title=title,
        course=COURSE,
        cells=cells,
        headed=any(level == 1 for level, _ in made.places.values()),
        sections=[(place, words) for place, (level, words) in made.places.items() if level == 2],
        mark=Markup(MARK),
        style=Markup(style()),
        script=Markup(script),
        hash=b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    return html, made.missing


def heading_and_promise(notebook, name):
    """Return the title of a notebook, and the sentences below it."""
    first, _, rest = notebook.cells[0].source.partition("\n") if notebook.cells else ("", "", "")
    return (first.lstrip("# "), rest.strip().split("\n\n")[0]) if first.startswith("# ") else (name, "")


def card(notebook, path, done):
    """Return the entry of a notebook in the index, as Markdown: picture, title, promise, minutes, exercises done."""
    title, promise = heading_and_promise(notebook, path.stem)
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    shown = re.search(r"^(!\[[^\]\n]+\]\()(pictures/\w+\.svg)\)$", sources[0] if sources else "", re.MULTILINE)
    exercises = re.findall(r"^### Exercise (\d\d\.\d+)", "\n".join(sources), re.MULTILINE)
    time = re.search(r"^\*\*Time\*\*:? (about [\w ]+? (?:minutes|hours))", "\n".join(sources), re.MULTILINE)
    facts = [time[1].capitalize()] if time else []
    if exercises:
        ready = sum(done.get(number) == "✓" for number in exercises)
        facts.append(f"{ready} of {len(exercises)} exercises done" if done else f"{len(exercises)} exercises")
    parts = [shown[0]] if shown and (path.parent / shown[2]).is_file() else []
    parts += [f"### [{title}]({quote(path.name)})", promise]
    parts += [f'<p class="meta">{" · ".join(facts)}</p>'] if facts else []
    return "\n\n".join(['<article class="card">', *parts, "</article>", ""])


def pages(folder):
    """Return the pages of all notebooks in a folder, and an index of them: {file: (HTML, what is missing on it)}."""
    made, index, own, done = {}, INDEX, lessons(folder), load()
    others = [path for path in found(folder) if path not in own]
    for path in own + others:
        index += "\n## Other notebooks\n\n" if path in others[:1] else ""
        try:
            notebook = read(path)
            title, _ = heading_and_promise(notebook, path.stem)
            html, missing = page(notebook, title, folder)
            index += card(notebook, path, done) + "\n"
        except ValueError as error:
            title, missing = path.stem, Missing()
            index += f"### [{title}]({quote(path.name)})\n\nIt cannot be read.\n\n"
            html, _ = page(note(missing.note(f"the whole notebook. {error}", "p")), title, folder)
        made[page_name(path.name)] = html, missing
    made["index.html"] = page(note(index), COURSE, folder)
    return made


def note(source):
    """Return a notebook that is one cell of Markdown."""
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(source)])


def export(notebooks, folder):
    """Write all pages into a folder, or none if a file is in the way that is not one of them.

    Returns for each page what is missing on it.
    """
    made = pages(notebooks)
    for name in made:
        if (folder / name).exists() and MARK not in (folder / name).read_text(encoding="utf-8", errors="replace"):
            raise ValueError(f"expected a folder for its own pages, but {folder / name} is not one of them")
    folder.mkdir(parents=True, exist_ok=True)
    for name, (html, _) in made.items():
        with replacing(folder / name) as file:
            file.write(html.encode("utf-8"))
    return {name: missing for name, (_, missing) in made.items()}


def main(arguments, notebooks):
    """Read the command line, export the notebooks of a folder, say where to, and, with exit code 1, what is missing."""
    parser = argparse.ArgumentParser("python -m nnlib export", description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path("html"), help="default: html")
    folder = parser.parse_args(arguments).folder.resolve()
    try:
        made = export(notebooks, folder)
    except (OSError, RuntimeError, ValueError) as error:
        sys.exit(f"export stopped: {error}")
    print(f"{len(made)} pages, to read without a network: open {folder / 'index.html'}")
    if lacks := [f"  {name}: {what}" for name, missing in made.items() for what in missing]:
        sys.exit("\n".join(["missing, as is said on the pages themselves:", *lacks]))

"""`python -m nnlib export` writes the notebooks as web pages that need neither Python nor a network.

Formulas become MathML, views and figures are the pictures stored in the notebooks, answers open when they are clicked.
"""

import argparse
import hashlib
import re
import sys
from base64 import b64encode
from html import escape, unescape
from pathlib import Path

import jinja2
import nbformat
from markupsafe import Markup
from nbconvert.filters import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from nnlib.files import replacing

PARTS = Path(__file__).parent / "page"
MARK = '<meta name="generator" content="nnlib">'
LIGHT, DARK = "xcode", "monokai"  # of Pygments' styles, those whose every colour has a contrast of 4.5
COURSE = "Neural networks from scratch"
INDEX = f"""# {COURSE}

The notebooks of the course, as they are saved, to read without Python and without a network: the views are pictures
here. To run them, and to have your answers checked, open the course with `python -m nnlib`.

## All notebooks

"""


class Renderer(IPythonRenderer):
    """Markdown as HTML: formulas as MathML, links from page to page; `places` collects the headings of the page."""

    def __init__(self, places, folder, attachments):
        super().__init__(escape=False, embed_images=True, path=str(folder), attachments=attachments)
        self.places = places

    def heading(self, text, level, **attrs):
        """Return a heading that links can name as JupyterLab does."""
        words = unescape(re.sub(r"<[^>]+>", "", text)).strip()
        place = re.sub(r"\s", "-", words)
        name = "" if place in self.places else f' id="{escape(place)}"'
        self.places.setdefault(place, (level, words))
        return f"<h{level}{name}>{text}</h{level}>\n"

    def link(self, text, url, title=None):
        """Return a link; one to a notebook leads to its page, one to the README to the index."""
        url = "index.html" if url == "../README.md" else re.sub(r"^([^/#]+)\.ipynb(?=#|$)", r"\1.html", url)
        return super().link(text, url, title)

    def block_html(self, html):
        """Return HTML as it stands; nbconvert would close what a later block closes, such as an answer."""
        return html

    inline_html = block_html

    def table(self, text):
        """Return a table, which can be scrolled; its empty corner is the heading of nothing."""
        cells = re.sub(r"<th([^>]*)></th>", r"<td\1></td>", text)
        return f'<div class="wide"><table>\n{cells}</table></div>\n'

    def inline_math(self, body):
        """Return a formula in a line."""
        return mathml(body, "inline")

    def block_math(self, body):
        """Return a formula in a line of its own, which can be scrolled."""
        return f'<span class="wide">{mathml(body, "block")}</span>'

    def latex_environment(self, name, body):
        """Return a formula such as \\begin{align} ... \\end{align}."""
        return self.block_math(rf"\begin{{{name}}}{body}\end{{{name}}}")


def mathml(latex, display):
    """Return a LaTeX formula as MathML, which browsers draw and screen readers read without any script."""
    try:
        from latex2mathml.converter import convert
    except ModuleNotFoundError:
        raise RuntimeError('it needs latex2mathml: python -m pip install -e ".[export]"') from None
    latex = re.sub(r"(\\(?:ln|log|exp|tanh))(?=\s*[\w\\])", r"\1\\,", latex.strip())  # ln p, as LaTeX sets it
    try:
        return convert(latex, display=display)
    except Exception as error:  # of many kinds without a common one
        raise ValueError(f"cannot read the formula ${latex}$: {type(error).__name__} {error}") from None


def coloured(source):
    """Return Python code as HTML, each kind of word in its colour."""
    return highlight(source, get_lexer_by_name("ipython3"), HtmlFormatter())


def style():
    """Return the style sheet of all pages; on paper the colours are always the light ones."""
    light, dark = (HtmlFormatter(style=name).get_style_defs(".highlight") for name in (LIGHT, DARK))
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n" + read("page.css")


def read(name):
    """Return one of the files that pages are made of."""
    return (PARTS / name).read_text(encoding="utf-8")


def page(notebook, title, folder):
    """Return a notebook as one page of HTML, with its pictures; nothing in it may ask the network."""
    places, cells, script = {}, [], read("page.js")
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            renderer = Renderer(places, folder, cell.get("attachments", {}))
            cells.append((cell, Markup(MarkdownWithMath(renderer=renderer).render(cell.source))))
        elif cell.cell_type == "code":
            cells.append((cell, Markup(coloured(cell.source))))
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(PARTS), autoescape=True)
    environment.filters["strip_ansi"] = strip_ansi
    return environment.get_template("page.html.j2").render(
        title=title,
        course=COURSE,
        cells=cells,
        sections=[(place, words) for place, (level, words) in places.items() if level == 2],
        mark=Markup(MARK),
        style=Markup(style()),
        script=Markup(script),
        hash=b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def heading_and_promise(notebook, name):
    """Return the title of a notebook, and the sentences below it."""
    first, _, rest = notebook.cells[0].source.partition("\n") if notebook.cells else ("", "", "")
    return (first.lstrip("# "), rest.strip().split("\n\n")[0]) if first.startswith("# ") else (name, "")


def pages(folder):
    """Return the pages of all notebooks in a folder, and an index of them, by the name of their file."""
    made, index = {}, INDEX
    for path in sorted(folder.glob("*.ipynb")):
        try:
            notebook = nbformat.read(path, as_version=4)
            title, promise = heading_and_promise(notebook, path.stem)
            made[f"{path.stem}.html"] = page(notebook, title, folder)
        except ValueError as error:
            raise ValueError(f"{path.name}: {str(error)[:300]}") from None
        index += f"- [{title}]({path.name})  \n  {promise}\n"
    cell = nbformat.v4.new_markdown_cell(index)
    made["index.html"] = page(nbformat.v4.new_notebook(cells=[cell]), COURSE, folder)
    return made


def export(notebooks, folder):
    """Write all pages into a folder, or none if a file is in the way that is not one of them; return their names."""
    made = pages(notebooks)
    for name in made:
        if (folder / name).exists() and MARK not in (folder / name).read_text(encoding="utf-8", errors="replace"):
            raise ValueError(f"expected a folder for its own pages, but {folder / name} is not one of them")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        with replacing(folder / name) as file:
            file.write(text.encode("utf-8"))
    return list(made)


def main(arguments, notebooks):
    """Read the command line, export the notebooks of a folder, say where to."""
    parser = argparse.ArgumentParser("python -m nnlib export", description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path("html"), help="default: html")
    folder = parser.parse_args(arguments).folder.resolve()
    try:
        names = export(notebooks, folder)
    except (OSError, RuntimeError, ValueError) as error:
        sys.exit(f"export stopped: {error}")
    print(f"{len(names)} pages, to read without a network: open {folder / 'index.html'}")

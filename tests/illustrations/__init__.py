"""The pictures in the text of the notebooks, computed by nnlib and drawn as its views are, each on a card of its own.

`python tests/illustrate.py` writes them into notebooks/pictures, and puts each into its place in its notebook.
"""

import importlib
import inspect
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from nnlib.viz.drawing import Drawing, Rect
from nnlib.viz.palette import COLOURS
from nnlib.viz.svg import element, num

FOLDER = Path(__file__).parents[2] / "notebooks" / "pictures"
FONT = '"DejaVu Sans", Verdana, Arial, "Liberation Sans", sans-serif'  # as in views: none is wider than the first
ROUND = 10  # of the corners of a card
FOUND = []


@dataclass(frozen=True)
class Illustration:
    """A picture of a notebook: it follows the first paragraph with the words `after`, or below that heading.

    name: begins with the number of the notebook;   make: returns a Drawing, its docstring says what is to be seen
    """

    name: str
    after: str
    make: object

    @property
    def alt(self):
        """Return what is to be seen, in words."""
        return " ".join(inspect.getdoc(self.make).split())

    @property
    def file(self):
        """Return where its SVG is stored."""
        return FOLDER / f"{self.name}.svg"

    @property
    def markdown(self):
        """Return the line of a notebook that shows it."""
        return f"![{self.alt}](pictures/{self.file.name})"

    def svg(self):
        """Return the SVG; its colours are the light ones, or the dark ones where the system is dark.

        It brings its own paper, as JupyterLab can be dark where the system is light: it is read on either.
        """
        drawing, clips = self.make(), {}
        shapes = "\n".join(element(replace(shape, does=None, tip=""), clips) for shape in drawing.shapes)
        cuts = "".join(
            f'<clipPath id="{name}">{element(Rect(x=x, y=y, wide=wide, high=high), {})}</clipPath>'
            for (x, y, wide, high), name in clips.items()
        )
        card = element(
            Rect(x=0.5, y=0.5, wide=drawing.wide - 1, high=drawing.high - 1, fill="paper", line="faint", width=1), {}
        ).replace("<rect", f'<rect rx="{ROUND}"')
        wide, high = num(drawing.wide), num(drawing.high)
        start = f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}"'
        head = f"<title>{escape(self.alt, quote=False)}</title>\n<style>{styles(shapes + card)}</style>"
        return f'{start} role="img">\n{head}\n<defs>{cuts}</defs>\n{card}\n{shapes}\n</svg>\n'


def styles(shapes):
    """Return the style sheet of the colours that some shapes have."""
    light, dark = [], []
    for name, pair in COLOURS.items():
        for kind, what in [("f", "fill"), ("l", "stroke")]:
            css = f"{kind}-{name.replace(' ', '-')}"
            if f'"{css}' in shapes or f" {css}" in shapes:
                for colour, rules in zip(pair, (light, dark), strict=True):
                    rules.append(f".{css}{{{what}:{colour}}}")
    papers = [f".halo{{stroke:{colour};stroke-width:5px}}" for colour in COLOURS["paper"]]
    if "halo" in shapes:
        light.append(papers[0] + ".halo{stroke-linejoin:round;paint-order:stroke}")
        dark.append(papers[1])
    fixed = f"text{{font-family:{FONT}}}.none{{fill:none}}"
    return f"{fixed}{''.join(light)}@media screen and (prefers-color-scheme:dark){{{''.join(dark)}}}"


def illustration(after):
    """Take down a function of a module nNN as an illustration of notebook NN; its docstring is the alt text."""

    def keep(make):
        number = make.__module__.rpartition(".")[2].removeprefix("n")
        FOUND.append(Illustration(f"{number}_{make.__name__}", after, make))
        return make

    return keep


def illustrations():
    """Return all illustrations, in the order of the notebooks."""
    for module in sorted(Path(__file__).parent.glob("n[0-9][0-9].py")):
        importlib.import_module(f"illustrations.{module.stem}")
    return FOUND


def sheet(high, wide=760):
    """Return an empty Drawing for a card."""
    return Drawing(wide, high)

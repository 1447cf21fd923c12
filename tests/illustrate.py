"""Draw the illustrations anew, and put each into its place in its notebook; neither is done by hand.

    python tests/illustrate.py                  all
    python tests/illustrate.py 01 06_split      those of a notebook, or one

Nothing is run: a notebook that has changed is only brought into normal form.
"""

import argparse
import re

from illustrations import FOLDER, illustrations
from refresh import NOTEBOOKS, normalise, opened, stored

from nnlib.notebooks import lessons

CLOSING = "</details>"
SHOWN = re.compile(r"\n*^!\[[^\]\n]*\]\(pictures/\w+\.svg\)$", re.MULTILINE)


def place(notebook, made):
    """Put an illustration into a notebook that has none."""
    for cell in (cell for cell in notebook.cells if cell.cell_type == "markdown"):
        paragraphs = cell.source.split("\n\n")
        for k, paragraph in enumerate(paragraphs):
            if made.after in paragraph:
                if paragraph.endswith(f"\n{CLOSING}"):  # what is folded stays so: a picture tells as much as its words
                    paragraphs[k] = paragraph.removesuffix(CLOSING) + f"\n{made.markdown}\n{CLOSING}"
                else:
                    paragraphs.insert(k + 1 + paragraph.startswith("#"), made.markdown)
                cell.source = "\n\n".join(paragraphs)
                return
    raise ValueError(f"{made.name}: no paragraph of its notebook has the words {made.after!r}")


def illustrated(path):
    """Return a notebook with each of its illustrations in its place, and no other."""
    notebook = opened(path)
    for cell in (cell for cell in notebook.cells if cell.cell_type == "markdown"):
        cell.source = SHOWN.sub("", cell.source)
    for made in illustrations():
        if made.name[:2] == path.name[:2]:
            place(notebook, made)
    return notebook


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="beginnings of names, such as 01; default: all")
    names = tuple(parser.parse_args().names) or ("",)
    FOLDER.mkdir(exist_ok=True)
    for made in illustrations():
        if made.name.startswith(names):
            made.file.write_text(made.svg(), encoding="utf-8", newline="\n")
    for path in lessons(NOTEBOOKS):
        print(f"{path.name}: {stored(path, normalise(illustrated(path), path))}")


if __name__ == "__main__":
    main()

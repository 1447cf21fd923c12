"""Re-run the notebooks and write them in one normal form, so that a diff in review is a real change.

    python tests/refresh.py                     all notebooks
    python tests/refresh.py notebooks/06*       some of them
    python tests/refresh.py --links             run nothing: only bring links, ids and metadata into normal form
    python tests/refresh.py --check             run nothing, write nothing: say what is not in normal form

Normal form: counts 1..n, readable cell ids, links to the neighbours at the end, no widget views, no times,
no paths; what gives a prediction away is folded, and code that only draws. A picture that looks as before keeps its
old bytes. Neither ids
nor the names of files are trusted: links are known by what they say, and a file that is no notebook of the course
gets one line that says what to do.
"""

import argparse
import copy
import re
import sys
from pathlib import Path

import nbformat
from callouts import OPEN, frame
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from strict import PICTURE_NOISE, WIDGET, picture_difference

from nnlib.files import replacing
from nnlib.notebooks import CONFLICT, DRAWS, found, lessons, read, spoilers, stray

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
KEYS = {"cell_type", "id", "metadata", "source", "attachments", "outputs", "execution_count"}
LINK = r"\[[^\]\n]*\]\([^)\n]*\)"
# JupyterLab shows the first line of the first output that is folded, and that is not to be what gives it away.
FOLDED = nbformat.v4.new_output("display_data", {"text/plain": "Run this cell to see it"}, metadata={"nnlib": "folded"})
HOME = "[All notebooks](../README.md)"
# The links at the end, alone in a line: other tools change ids, and join cells.
NAVIGATION = re.compile(rf"^(?:---[ \t]*\n+)?(?=.*{re.escape(HOME)}){LINK}(?: · {LINK})*[ \t]*$", re.MULTILINE)


def execute(notebook, folder=NOTEBOOKS, progress=lambda done, cells: None):
    """Run all cells in order, in a fresh kernel whose folder is the notebook's own."""
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        store_widget_state=False,
    )
    client.on_cell_complete = lambda cell, cell_index: progress(cell_index + 1, len(notebook.cells))
    client.execute()


def show_progress(name):
    """Return a function that draws how many cells have run, where somebody watches."""

    def draw(done, cells):
        if sys.stdout.isatty():
            bar = "#" * (30 * done // cells)
            print(f"\r{name}: [{bar:30}] {done} of {cells} cells", end="\r\033[K" if done == cells else "", flush=True)

    return draw


def title(path):
    """The first heading of a notebook of the course, without the sign of the heading."""
    if fault := stray(path):
        raise ValueError(f"{path.name}: {fault}")
    cells = [cell.source for cell in read(path).cells if cell.source.strip()]
    first = cells[0].strip().splitlines()[0] if cells else "no cell"
    if not first.startswith("# "):
        raise ValueError(f"{path.name}: expected its first cell to begin with '# N · Title', got {first[:60]!r}")
    return first.removeprefix("# ")


def navigation(path):
    """Return the links at the end of a notebook: previous, the table of contents, next."""
    numbered = lessons(path.parent)
    here = [other.name for other in numbered].index(path.name)
    links = [HOME]
    if here > 0:
        links.insert(0, f"[← {title(numbered[here - 1])}]({numbered[here - 1].name})")
    if here + 1 < len(numbered):
        links.append(f"[{title(numbered[here + 1])} →]({numbered[here + 1].name})")
    return nbformat.v4.new_markdown_cell("---\n" + " · ".join(links), id="navigation")


def cell_id(cell, taken):
    """Return a readable id: the first words of the cell, numbered where they repeat."""
    text = OPEN.sub("", cell.source.removeprefix("<details><summary>What came out</summary>\n\n"), count=1)
    words = re.findall(r"[a-z0-9]+", text.split("\n\n")[0].lower())
    stem = "-".join(words)[:40].strip("-") or "empty"
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    taken.add(name)
    return name


def normalise(notebook, path):
    """Bring ids, counts, metadata, links and outputs into the one form that is committed."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and NAVIGATION.search(cell.source):
            cell.source = NAVIGATION.sub("", cell.source).strip()
    notebook.cells = [cell for cell in notebook.cells if cell.source.strip()]
    frame(notebook.cells)
    taken, count = {"navigation"}, 0
    folded = {id(cell) for cell in spoilers(notebook.cells)}
    for cell in notebook.cells:
        for key in set(cell) - KEYS:
            del cell[key]
        cell.id = cell_id(cell, taken)
        cell.source = cell.source.rstrip()
        kept = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
        fold = {"source_hidden": True} if cell.cell_type == "code" and cell.source.startswith(DRAWS) else {}
        if id(cell) in folded and cell.outputs:
            fold["outputs_hidden"] = True  # until its reader runs the cell
        if fold:
            kept["jupyter"] = fold
        cell.metadata = nbformat.from_dict(kept)
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count if cell.execution_count else None
            cell.outputs = [normalise_output(output, count) for output in merged(cell.outputs)]
            if "outputs_hidden" in fold:
                cell.outputs.insert(0, copy.deepcopy(FOLDED))
    notebook.cells.append(navigation(path))
    return notebook


def normalise_output(output, count):
    output.get("data", {}).pop(WIDGET, None)
    if "execution_count" in output:
        output.execution_count = count
    if output.output_type == "error":  # a traceback has paths and colours of this machine
        output.traceback = [f"{output.ename}: {output.evalue}"]
    return output


def merged(outputs):
    """Join pieces of one stream that stand side by side: how it was cut depends on the clock."""
    result = []
    for output in outputs:
        if result and output.output_type == "stream" and result[-1].get("name") == output.name:
            result[-1].text += output.text
        else:
            result.append(output)
    return result


def keep_pictures(notebook, old):
    """Put the stored bytes in the place of new ones that look the same."""
    stored = {cell.id: cell.get("outputs", []) for cell in old.cells}
    for cell in notebook.cells:
        for new, before in zip(cell.get("outputs", []), stored.get(cell.id, []), strict=False):
            png, kept = (output.get("data", {}).get("image/png") for output in (new, before))
            if png and kept and picture_difference(kept, png) <= PICTURE_NOISE:
                new.data["image/png"] = kept


def text_of(notebook):
    return nbformat.writes(notebook) + "\n"


def write(path, text):
    """Replace the file at once, or leave it as it was."""
    with replacing(path) as file:
        file.write(text.encode())


def opened(path):
    """Return a notebook of the course; raise ValueError in one line for anything else that may lie beside them."""
    if not path.exists():
        raise ValueError(f"{path.name}: expected a notebook, found no such file in {path.parent}")
    if path.suffix != ".ipynb":
        raise ValueError(f"{path.name}: expected a notebook, whose name ends in .ipynb")
    if fault := stray(path):
        raise ValueError(f"{path.name}: {fault}")
    notebook = read(path)
    for cell in notebook.cells:
        if marker := CONFLICT.search(cell.source):
            raise ValueError(f"{path.name}: expected no conflict, got {marker[0]!r} in cell {cell.id}: keep one side")
    return notebook


def problems(path):
    """Return what keeps a stored notebook from being in normal form."""
    notebook = normalise(opened(path), path)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    idle = [cell.id for cell in code if cell.execution_count is None]
    more = f" and {len(idle) - 1} more were" if len(idle) > 1 else " was"
    found = [f"cell {idle[0]}{more} never run: run tests/refresh.py notebooks/{path.name}"] if idle else []
    if text_of(notebook).encode() != path.read_bytes():
        found.append(f"ids, counts, links, metadata, outputs or line ends: run tests/refresh.py notebooks/{path.name}")
    return found


def stored(path, notebook):
    """Write a notebook where it differs from what is stored, and say whether it does."""
    changed = text_of(notebook).encode() != path.read_bytes()
    if changed:
        write(path, text_of(notebook))
    return "written" if changed else "unchanged"


def mend(path):
    """Write a notebook in normal form without running it: a new neighbour or title changes its links only."""
    return stored(path, normalise(opened(path), path))


def refresh(path):
    """Run a notebook and write it; raise CellExecutionError, the file untouched, if a cell fails."""
    notebook, old = opened(path), normalise(opened(path), path)
    execute(notebook, path.parent, show_progress(path.name))
    keep_pictures(normalise(notebook, path), old)
    return stored(path, notebook)


def given(arguments):
    """Return the paths that are named; where the shell leaves a * as it is, as on Windows, what it stands for."""
    if not arguments:
        return found(NOTEBOOKS)
    named = [sorted(path.parent.glob(path.name)) if "*" in path.name else [path] for path in arguments]
    return [path.resolve() for paths in named for path in paths]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all")
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--links", action="store_true", help="run nothing: only links, ids and metadata")
    arguments = parser.parse_args()
    paths = given(arguments.notebooks)
    if not paths:
        sys.exit(f"refresh.py expected notebooks {' '.join(map(str, arguments.notebooks)) or NOTEBOOKS}, found none")
    failed = False
    for path in paths:
        try:
            found = problems(path) if arguments.check else (mend if arguments.links else refresh)(path)
        except CellExecutionError as error:
            print(f"{path.name}: left as it was, a cell failed: {error.ename}: {error.evalue}")
            print("  A cell that fails on purpose has the tag raises-exception.")
            failed = True
            continue
        except ValueError as error:  # no notebook of the course, or a neighbour of it is none
            own = str(error).startswith(f"{path.name}: ")
            print(error if own else f"{path.name}: left as it was, its links need the title of {error}")
            failed = True
            continue
        except (RuntimeError, TimeoutError) as error:  # a kernel that died or hangs
            print(f"{path.name}: left as it was, its kernel did not run it to the end: {error}".partition("\n")[0])
            failed = True
            continue
        failed |= arguments.check and bool(found)
        print(f"{path.name}: {found if isinstance(found, str) else '; '.join(found) or 'in normal form'}")
    sys.exit(failed)


if __name__ == "__main__":
    main()

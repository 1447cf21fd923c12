"""Re-run the notebooks and write them in one normal form, so that a diff in review is a real change.

python tests/refresh.py                     all notebooks
python tests/refresh.py notebooks/06*       some of them
python tests/refresh.py --check             run nothing, write nothing: say what is not in normal form
"""

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
WIDGET = "application/vnd.jupyter.widget-view+json"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def execute(notebook):
    """Run all cells in order, in a fresh kernel whose folder is the notebooks' own."""
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": str(NOTEBOOKS)}},
        store_widget_state=False,
    )
    client.execute()


def cell_id(cell, taken):
    """Return a readable id: the first words of the cell, numbered where they repeat."""
    words = re.findall(r"[a-z0-9]+", cell.source.split("\n\n")[0].lower())
    stem = "-".join(words)[:40].strip("-") or "empty"
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    taken.add(name)
    return name


def normalise(notebook):
    """Bring ids, counts, metadata and outputs into the one form that is committed."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(METADATA)
    taken, count = set(), 0
    for cell in notebook.cells:
        cell.id = cell_id(cell, taken)
        cell.source = cell.source.rstrip()
        cell.metadata = nbformat.from_dict({"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {})
        if cell.cell_type != "code":
            cell.pop("attachments", None)
            continue
        count += 1
        cell.execution_count = count
        cell.outputs = merged(cell.outputs)
        for output in cell.outputs:
            output.get("data", {}).pop(WIDGET, None)
            if "execution_count" in output:
                output.execution_count = count
            if output.output_type == "error":  # a traceback has paths and colours of this machine
                output.traceback = [f"{output.ename}: {output.evalue}"]
    return notebook


def merged(outputs):
    """Join pieces of one stream that stand side by side: how it was cut depends on the clock."""
    result = []
    for output in outputs:
        if result and output.output_type == "stream" and result[-1].get("name") == output.name:
            result[-1].text += output.text
        else:
            result.append(output)
    return result


def write(path, text):
    """Replace the file at once, or leave it as it was."""
    handle, unfinished = tempfile.mkstemp(dir=path.parent, suffix=".unfinished")
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    os.chmod(unfinished, path.stat().st_mode)
    os.replace(unfinished, path)


def problems(path):
    """Return what keeps a stored notebook from being in normal form."""
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    found = [f"cell {cell.id} was never run" for cell in code if cell.execution_count is None]
    if nbformat.writes(normalise(notebook)) + "\n" != text:
        found.append("ids, counts, metadata or outputs are not as refresh.py writes them")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all")
    parser.add_argument("--check", action="store_true", help="write nothing")
    arguments = parser.parse_args()
    paths = arguments.notebooks or sorted(NOTEBOOKS.glob("*.ipynb"))
    if not paths:
        sys.exit(f"refresh.py expected notebooks in {NOTEBOOKS}, found none")
    failed = False
    for path in paths:
        if arguments.check:
            found = problems(path)
            failed |= bool(found)
            print(f"{path.name}: {'; '.join(found) or 'in normal form'}")
            continue
        notebook = nbformat.read(path, as_version=4)
        execute(notebook)
        write(path, nbformat.writes(normalise(notebook)) + "\n")
        print(f"{path.name}: {len(notebook.cells)} cells run")
    sys.exit(failed)


if __name__ == "__main__":
    main()

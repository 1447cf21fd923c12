"""What other tools leave in the folder of notebooks is mended, or said in one line, and is never a neighbour."""

import copy
import json
import re
import shutil

import nbformat
import pytest
import refresh
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from rules import FOLDER, NOTEBOOKS, load
from strict import same_text

from nnlib import notebooks

HERE = "02_here.ipynb"
STOP = "## Stop here if you like"


@pytest.fixture
def folder(tmp_path):
    """Three small lessons in normal form."""
    for name in ["01_before", "02_here", "03_after"]:
        output = new_output("stream", text="1\n")
        cells = [
            new_markdown_cell(f"# {int(name[:2])} · {name[3:].title()}"),
            new_code_cell("print(1)", execution_count=1, outputs=[output], metadata={"tags": ["raises-exception"]}),
        ]
        (tmp_path / f"{name}.ipynb").write_text(nbformat.writes(new_notebook(cells=cells)), encoding="utf-8")
    for path in notebooks.lessons(tmp_path):
        refresh.mend(path)
    assert said(tmp_path) == {path.name: "in normal form" for path in notebooks.lessons(tmp_path)}
    return tmp_path


def said(folder, *options):
    """Return what `refresh.py --check`, or with other options, says of each file: it has one line for each."""
    lines = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refresh, "NOTEBOOKS", folder)
        patch.setattr("sys.argv", ["refresh.py", *(options or ["--check"])])
        patch.setattr("builtins.print", lambda text, **_: lines.append(str(text)))
        with pytest.raises(SystemExit) as end:
            refresh.main()
    found = dict(line.split(": ", 1) for line in lines)
    assert len(found) == len(lines)
    assert "\n" not in "".join(lines)
    assert end.value.code == any(text not in ("in normal form", "written", "unchanged") for text in found.values())
    return found


def rewritten(folder, change):
    """Change the JSON of the middle lesson as another tool does."""
    content = json.loads((folder / HERE).read_text(encoding="utf-8"))
    change(content)
    (folder / HERE).write_text(json.dumps(content), encoding="utf-8")


def without_ids(content):
    content["nbformat_minor"] = 4
    for cell in content["cells"]:
        del cell["id"]


def other_ids(content):
    for k, cell in enumerate(content["cells"]):
        cell["id"] = f"{k:08x}"


def same_ids(content):
    for cell in content["cells"]:
        cell["id"] = "a"


def wrong_ids(content):
    for cell in content["cells"]:
        cell["id"] = "an id – with ü"


def ids_that_the_format_has_not(content):
    content["nbformat_minor"] = 4


def twice(content):
    content["cells"].append(content["cells"][-1] | {"id": "again"})


def joined(content):
    """The links become a part of the cell above them, as where cells are merged by hand."""
    links = content["cells"].pop()
    content["cells"][0]["source"] += ["\n\n", *links["source"]]


def on_top(content):
    content["cells"].insert(0, content["cells"].pop())


def more_metadata(content):
    content["metadata"] |= {"jupytext": {"formats": "ipynb,py:percent"}, "widgets": {}, "toc": {}}
    content["metadata"]["kernelspec"] = {"display_name": "My env", "name": "my_env"}
    for cell in content["cells"]:
        cell["metadata"] |= {"collapsed": True, "lines_to_next_cell": 2}


def more_keys(content):
    content["cells"][0]["prompt_number"] = 3


def sources_in_one_string(content):
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"])


def older(content):
    """As IPython 3 wrote it."""
    cells = [
        {"cell_type": "heading", "level": 1, "source": "2 · Here", "metadata": {}},
        {
            "cell_type": "code",
            "input": "print(1)",
            "language": "python",
            "prompt_number": 1,
            "metadata": {"tags": ["raises-exception"]},
            "outputs": [{"output_type": "stream", "stream": "stdout", "text": "1\n"}],
        },
    ]
    content.clear()
    content |= {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells, "metadata": {}}]}


@pytest.mark.parametrize(
    "change",
    [
        without_ids,
        other_ids,
        same_ids,
        wrong_ids,
        ids_that_the_format_has_not,
        twice,
        joined,
        on_top,
        more_metadata,
        more_keys,
        sources_in_one_string,
        older,
    ],
)
def test_what_another_tool_changed_is_found_and_mended_to_the_last_byte(change, folder):
    before = (folder / HERE).read_bytes()
    rewritten(folder, change)
    assert "run tests/refresh.py notebooks/02_here.ipynb" in said(folder)[HERE]
    assert said(folder, "--links")[HERE] == "written"
    assert (folder / HERE).read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data + b"\n",
        lambda data: data.rstrip(),
    ],
    ids=["byte order mark", "line ends of Windows", "a line more", "a line less"],
)
def test_bytes_that_an_editor_changed_are_mended(change, folder):
    before = (folder / HERE).read_bytes()
    (folder / HERE).write_bytes(change(before))
    assert "run tests/refresh.py" in said(folder)[HERE]
    assert said(folder, "--links")[HERE] == "written"
    assert (folder / HERE).read_bytes() == before


def test_outputs_and_tags_that_were_taken_away_are_not_invented(folder):
    def strip(content):
        for cell in content["cells"]:
            cell["metadata"] = {}
            cell |= {"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {}

    rewritten(folder, strip)
    said(folder, "--links")
    assert said(folder)[HERE] == "cell print-1 was never run: run tests/refresh.py notebooks/02_here.ipynb"
    cell = new_code_cell("2")
    rewritten(folder, lambda content: content["cells"].insert(2, cell))
    said(folder, "--links")
    assert said(folder)[HERE] == "cell print-1 and 1 more were never run: run tests/refresh.py notebooks/02_here.ipynb"


def conflict(text):
    head, tail = text[:200], text[200:]
    return f"{head}\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> theirs\n{tail}"


def cells(**changes):
    """Return a change of the first cell, the file still being JSON."""

    def change(text):
        content = json.loads(text)
        content["cells"][0] |= changes
        return json.dumps(content)

    return change


MARKED = "# 2 · Here\n\n<<<<<<< local\nmine\n=======\nyours\n>>>>>>> remote"  # as nbdime merges
BROKEN = {
    "empty": (lambda text: "", "expected a notebook, got an empty file: restore it"),
    "blank": (lambda text: " \n\n", "expected a notebook, got an empty file: restore it"),
    "conflict of git": (conflict, "a conflict of git in line"),
    "conflict in a cell": (cells(source=MARKED), "expected no conflict, got '<<<<<<< ' in cell 2-here: keep one side"),
    "cut off": (lambda text: text[:300], "got no JSON (JSONDecodeError: "),
    "Markdown": (lambda text: "# 2 · Here", "got no JSON (JSONDecodeError: "),
    "too deep": (lambda text: "[" * 100_000, "got no JSON (RecursionError: "),
    "half a letter": (cells(source="# 2 · \ud800"), "got no JSON (UnicodeEncodeError: "),
    "a list": (lambda text: "[]", "got other JSON: '[]'"),
    "a table": (lambda text: "{}", "got other JSON: '{}'"),
    "nothing": (lambda text: "null", "got other JSON: 'null'"),
    "a version to come": (lambda text: '{"nbformat": 5}', "got nbformat 5: save it as version 4"),
    "no version": (lambda text: '{"nbformat": "x"}', "got nbformat 'x': save it as version 4"),
    "no cells": (lambda text: '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "got one that is not valid ("),
    "cells of text": (
        lambda text: '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": ["a"]}',
        "got one that is not valid (",
    ),
    "a cell without source": (cells(source=None), "got one that is not valid (None is not valid"),
    "a cell of no kind": (cells(cell_type="slide"), "got one that is not valid ({'cell_type': 'slide'"),
    "not in UTF-8": (
        lambda text: text.encode("latin-1", "replace").replace(b"?", b"\xb7"),
        "text that is not in UTF-8 (byte 0xb7 at",
    ),
    "UTF-16": (lambda text: text.encode("utf-16"), "text that is not in UTF-8 (byte 0xff at 0): save it in UTF-8"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_lesson_that_cannot_be_read_is_said_in_one_line_and_left_alone(name, folder):
    change, says = BROKEN[name]
    changed = change((folder / HERE).read_text(encoding="utf-8"))
    (folder / HERE).write_bytes(changed if isinstance(changed, bytes) else changed.encode())
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for options in [["--check"], ["--links"], []]:
        found = said(folder, *options, *([] if options else [str(folder / HERE)]))
        assert says in found[HERE]
        if options and name != "conflict in a cell":  # its title can still be read
            for neighbour in ["01_before.ipynb", "03_after.ipynb"]:
                assert found[neighbour].startswith("left as it was, its links need the title of 02_here.ipynb: ")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("name", BROKEN)
def test_every_other_reader_of_notebooks_says_the_same(name, folder):
    """`load` is what the rules, the claims and the other tests read with; test_export.py has the pages."""
    change, says = BROKEN[name]
    changed = change((folder / HERE).read_text(encoding="utf-8"))
    (folder / HERE).write_bytes(changed if isinstance(changed, bytes) else changed.encode())
    if name == "conflict in a cell":  # it is one, which a reader can open and export
        assert load(folder / HERE).cells[0].source == MARKED
        return
    with pytest.raises(ValueError, match=r"^02_here\.ipynb: expected a notebook, got ") as error:
        load(folder / HERE)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


STRAYS = {
    "Untitled.ipynb": "rename it, or move it out of",
    "2020 taxes.ipynb": "rename it, or move it out of",
    "02_here-Copy1.ipynb": "a copy of 02_here.ipynb: delete it, or move it out of",
    "02_here (1).ipynb": "a copy of 02_here.ipynb: delete it",
    "02_here_anna.ipynb": "a copy of 02_here.ipynb: delete it",
    "02_here_REMOTE_123.ipynb": "a copy of 02_here.ipynb: delete it",
    "02_here.nbconvert.ipynb": "a copy of 02_here.ipynb: delete it",
    "01_before-Copy1.ipynb": "a copy of 01_before.ipynb: delete it",
}


@pytest.mark.parametrize("name", STRAYS)
def test_a_stray_file_is_no_neighbour_and_is_left_alone(name, folder):
    shutil.copy(folder / HERE, folder / name)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for option in ["--check", "--links"]:
        found = said(folder, option)
        assert STRAYS[name] in found.pop(name)
        assert set(found.values()) <= {"in normal form", "unchanged"}
    assert STRAYS[name] in said(folder, str(folder / name))[name]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert notebooks.lessons(folder) == [folder / f"{name}.ipynb" for name in ["01_before", "02_here", "03_after"]]


def test_two_lessons_with_one_number_are_said_and_neither_is_linked(folder):
    shutil.copy(folder / HERE, folder / "02_other.ipynb")
    found = said(folder, "--links")
    assert "whose number 02_other.ipynb has as well: rename one of them" in found[HERE]
    assert "whose number 02_here.ipynb has as well: rename one of them" in found["02_other.ipynb"]
    assert "its links need the title of 02_here.ipynb: expected" in found["01_before.ipynb"]


def test_checkpoints_and_folders_are_no_notebooks(folder):
    shutil.copytree(folder, folder / ".ipynb_checkpoints")
    (folder / "._02_here.ipynb").write_bytes(b"Mac OS X")
    (folder / "04_folder.ipynb").mkdir()
    (folder / "05_gone.ipynb").symlink_to(folder / "nowhere")
    found = said(folder)
    assert "got a file that cannot be read (Is a directory): check its path" in found.pop("04_folder.ipynb")
    assert "expected a notebook, found no such file" in found.pop("05_gone.ipynb")
    assert set(found.values()) == {"in normal form"}
    found = said(folder, str(folder / ".ipynb_checkpoints" / HERE))
    assert "a checkpoint that Jupyter keeps: give the notebook itself" in found[HERE]


def test_names_on_the_command_line(folder, monkeypatch):
    missing = said(folder, "--check", str(folder / "06_none.ipynb"))
    assert missing == {"06_none.ipynb": f"expected a notebook, found no such file in {folder}"}
    (folder / "notes.md").write_text("# Notes")
    other = said(folder, "--check", str(folder / "notes.md"))
    assert other == {"notes.md": "expected a notebook, whose name ends in .ipynb"}
    as_powershell_gives_it = said(folder, "--check", str(folder / "0[12]*"))
    assert as_powershell_gives_it == {"01_before.ipynb": "in normal form", HERE: "in normal form"}
    monkeypatch.setattr("sys.argv", ["refresh.py", str(folder / "09*")])
    with pytest.raises(SystemExit, match="found none"):
        refresh.main()


@pytest.mark.parametrize("first", ["import numpy", "A lesson without a title", "## 2.1 Too deep"])
def test_a_neighbour_without_a_title_is_said(first, folder):
    rewritten(folder, lambda content: content["cells"][0].update(source=first))
    says = (
        f"its links need the title of 02_here.ipynb: expected its first cell to begin with '# N · Title', got {first!r}"
    )
    assert says in said(folder)["01_before.ipynb"]


def test_a_notebook_without_cells_has_no_title(folder):
    rewritten(folder, lambda content: content.update(cells=[]))
    assert "to begin with '# N · Title', got 'no cell'" in said(folder)["01_before.ipynb"]


def test_what_a_reader_wrote_below_the_links_is_kept(folder):
    def more(content):
        content["cells"][-1]["source"] += ["\n\nMy own note."]

    rewritten(folder, more)
    said(folder, "--links")
    assert [cell.source for cell in load(folder / HERE).cells][-2:] == [
        "My own note.",
        "---\n[← 1 · Before](01_before.ipynb) · [All notebooks](../README.md) · [3 · After →](03_after.ipynb)",
    ]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import os; os._exit(1)", "left as it was, its kernel did not run it to the end: Kernel died"),
        ("1 / 0", "left as it was, a cell failed: ZeroDivisionError"),
    ],
)
@pytest.mark.notebook
def test_a_run_that_does_not_end_leaves_the_file_alone(source, says, folder, capsys, monkeypatch):
    rewritten(folder, lambda content: content["cells"][1].update(source=source, metadata={}))
    before = (folder / HERE).read_bytes()
    monkeypatch.setattr("sys.argv", ["refresh.py", str(folder / HERE)])
    with pytest.raises(SystemExit, match="True"):
        refresh.main()
    assert says in capsys.readouterr().out
    assert (folder / HERE).read_bytes() == before


def test_pictures_keep_their_bytes_where_ids_were_lost():
    from test_strict import png

    old = new_notebook(cells=[new_code_cell("show()", outputs=[new_output("display_data", {"image/png": png(0.7)})])])
    new = copy.deepcopy(old)
    new.cells[0].outputs[0].data["image/png"] = png(0.7001)
    path = NOTEBOOKS[0]
    refresh.keep_pictures(refresh.normalise(new, path), refresh.normalise(old, path))
    assert new.cells[0].outputs[0].data == old.cells[0].outputs[0].data


@pytest.mark.parametrize(
    "path", [path for path in NOTEBOOKS if STOP in path.read_text(encoding="utf-8")], ids=lambda path: path.name
)
@pytest.mark.notebook
def test_what_comes_after_a_place_to_stop_runs_from_the_cells_that_it_names(path, monkeypatch):
    """It prints what it prints in a whole run: nothing else from above the place is needed."""
    monkeypatch.setenv("NNLIB_PROGRESS", "")
    cells = load(path).cells
    at = next(k for k, cell in enumerate(cells) if cell.source.startswith(STOP))
    named = "|".join(map(re.escape, re.findall(r"\b\d\d\.\d\b", cells[at].source)))
    own = [cell for cell in cells[:at] if re.search(rf"# exercise ({named})\b|check\(\"({named})\"", cell.source)]
    again = new_notebook(cells=copy.deepcopy([cells[at + 1], *own, *cells[at + 2 :]]))
    refresh.execute(again, path.parent)
    for stored, came in zip(cells[at + 2 :], again.cells[1 + len(own) :], strict=True):
        before, after = ("".join(out.get("text", "") for out in cell.get("outputs", [])) for cell in (stored, came))
        assert same_text(before, after), stored.id


def test_nothing_else_lies_beside_the_lessons():
    """Their names and numbers are what links, tests and the README's table go by."""
    assert [fault for path in sorted(FOLDER.glob("*.ipynb")) if (fault := notebooks.stray(path))] == []

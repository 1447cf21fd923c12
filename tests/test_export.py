"""The pages that `python -m nnlib export` writes, as text; test_export_page.py opens them in a browser."""

import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from nnlib import export

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
SMALL = [
    new_markdown_cell("# 1 · Small\n\nA [link](02_next.ipynb#2.1-Here), a formula $\\frac{dL}{dw} = \\ln p$."),
    new_markdown_cell("## 1.1 Here\n\n<details><summary>Answer</summary>\n\nIt is *b*.\n</details>"),
    new_code_cell(
        "print(1)  # a comment",
        outputs=[new_output("display_data", {"image/png": PNG}, metadata={"image/png": {"alt": "a dot"}})],
    ),
]


@pytest.fixture
def small(tmp_path):
    """A folder with the pages of two small notebooks."""
    for name, cells in [("01_small", SMALL), ("02_next", [new_markdown_cell("# 2 · Next\n\n## 2.1 Here")])]:
        (tmp_path / f"{name}.ipynb").write_text(nbformat.writes(new_notebook(cells=cells)), encoding="utf-8")
    export.export(tmp_path, tmp_path)
    return tmp_path


def test_what_a_saved_notebook_may_hold(tmp_path):
    outputs = [
        new_output("stream", text="<b>\x1b[31mred\x1b[0m"),
        new_output("execute_result", {"text/html": "<table></table>", "text/plain": "a table"}),
        new_output("display_data", {"image/png": PNG, "text/plain": "<Figure size 640x480 with 1 Axes>"}),
        new_output("execute_result", {"image/png": PNG, "text/plain": "Neuron(b=1): AND: 3 of 4 corners right"}),
        new_output("error", ename="ValueError", evalue="no", traceback=["line 1", "ValueError: no"]),
    ]
    cells = [new_markdown_cell("$\\ln 2$"), new_code_cell("%time 1 < 2", outputs=outputs)]
    html = export.page(new_notebook(cells=cells), "Mine", tmp_path)
    assert "<pre>&lt;b&gt;red</pre>" in html
    assert '<div class="wide"><table></table></div>' in html
    assert 'alt="&lt;Figure size 640x480 with 1 Axes&gt;"' in html
    assert '<p class="facts">Neuron(b=1): AND: 3 of 4 corners right</p>' in html
    assert "<pre>line 1\nValueError: no</pre>" in html
    assert '<mi>ln</mi><mspace width="0.167em"' in html


def test_what_cannot_be_exported_is_said_and_nothing_is_written(small, monkeypatch):
    there, bad = small / "html", small / "03_bad.ipynb"
    for source, says in [("$x^$", r"03_bad.ipynb: cannot read the formula \$x\^\$: Missing"), (None, "03_bad.ipynb: ")]:
        bad.write_text(nbformat.writes(new_notebook(cells=[new_markdown_cell(source)])) if source else "{", "utf-8")
        with pytest.raises(SystemExit, match=f"export stopped: {says}"):
            export.main([str(there)], small)
        assert not there.exists()
    bad.unlink()
    there.mkdir()
    (there / "index.html").write_text("my own page")
    with pytest.raises(SystemExit, match=r"index\.html is not one of them"):
        export.main([str(there)], small)
    assert [file.name for file in there.iterdir()] == ["index.html"]
    monkeypatch.setitem(sys.modules, "latex2mathml.converter", None)
    with pytest.raises(SystemExit, match="it needs latex2mathml"):
        export.main([str(small / "other")], small)


def test_it_may_be_exported_again(small):
    before = {path.name: path.read_bytes() for path in small.glob("*.html")}
    assert set(before) == {"01_small.html", "02_next.html", "index.html"}
    export.export(small, small)
    assert {path.name: path.read_bytes() for path in small.glob("*.html")} == before

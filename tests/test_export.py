"""The pages that `python -m nnlib export` writes, as text; test_export_page.py opens them in a browser."""

import io
import re
import sys
from base64 import b64decode, b64encode
from html import unescape
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from PIL import Image

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


def shown(tmp_path, *cells):
    """Return the text of a page's main part, and what is missing on it."""
    html, missing = export.page(new_notebook(cells=list(cells)), "Mine", tmp_path)
    return html[html.index('<main id="text"') : html.index("</main>")], list(missing)


def code(*outputs):
    return new_code_cell("%time 1 < 2", outputs=list(outputs))


def encoded(kind):
    """Return a small picture of this kind in base64."""
    file = io.BytesIO()
    Image.new("RGB", (2, 2)).save(file, kind)
    return b64encode(file.getvalue()).decode()


SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><script>fetch("https://x.org")</script></svg>'
TABLE = "<style scoped>th { color: red }</style><table border='1'><tr><th>a</th></tr></table>"
# an output, or the data of one, and what the page has of it; nothing is missing
SHOWN = [
    (new_output("stream", text="<b>\x1b[31mred\x1b[0m"), '<pre class="stdout">&lt;b&gt;red</pre>'),
    (new_output("stream", name="stderr", text="a & b"), '<pre class="stderr">a &amp; b</pre>'),
    (new_output("error", ename="E", evalue="no", traceback=["line 1", "E: no"]), "line 1\nE: no</pre>"),
    (new_output("error", ename="E", evalue="<no>", traceback=[]), "E: &lt;no&gt;</pre>"),
    ({"text/plain": "1 < 2"}, '<pre class="stdout">1 &lt; 2</pre>'),
    ({"text/html": "<table></table>", "text/plain": "a table"}, '<div class="wide"><table></table></div>'),
    ({"text/html": TABLE}, '<div class="wide"><table border="1"><tr><th>a</th></tr></table></div>'),
    ({"text/html": "<div><p>left open"}, '<div class="wide"><div><p>left open</p></div></div>'),
    ({"text/html": "</main></body><b>out</b>"}, '<div class="wide"><b>out</b></div>'),
    ({"text/html": "<svg><circle r='1'/></svg>"}, 'alt="a drawing" src="data:image/svg+xml;base64,'),
    ({"text/html": "<svg><title>A dot</title></svg>"}, 'alt="A dot" src="data:image/svg+xml;base64,'),
    ({"image/png": PNG, "text/plain": "<Figure size 640x480 with 1 Axes>"}, 'alt="&lt;Figure size 640x480 with 1 Axes'),
    ({"image/png": PNG}, f'<img src="data:image/png;base64,{PNG}" alt="a picture">'),
    ({"image/svg+xml": SVG, "image/png": PNG, "text/plain": "two dots"}, 'alt="two dots"'),
    ({"image/svg+xml": SVG}, f'src="data:image/svg+xml;base64,{b64encode(SVG.encode()).decode()}"'),
    ({"image/jpeg": encoded("JPEG")}, '<img src="data:image/jpeg;base64,/9j/'),
    ({"image/gif": encoded("GIF")}, '<img src="data:image/gif;base64,R0lGOD'),
    ({"image/webp": encoded("WEBP")}, '<img src="data:image/webp;base64,UklGR'),
    ({"text/markdown": "*a* and $b$", "text/plain": "<Markdown>"}, "<p><em>a</em> and <math"),
    ({"text/latex": r"$\displaystyle \frac{a}{b}$", "text/plain": "<Latex>"}, "<mfrac>"),
    ({"text/latex": "$$a$$"}, 'display="block"'),
    ({"text/latex": r"\begin{align} a &= b \\ c &= d \end{align}"}, "<mtable"),
    ({"application/json": {"a": [1, "<ü>"]}, "text/plain": "<JSON>"}, '"a": [\n    1,\n    "&lt;ü&gt;"\n'),
    ({}, 'aria-label="output">'),
    (new_output("display_data", {"image/png": PNG}, metadata={"image/png": ["odd"]}), 'alt="a picture"'),
    (new_output("display_data", {"image/png": PNG}, metadata={"image/png": {"alt": 5}}), 'alt="5"'),
]


@pytest.mark.parametrize(("output", "expected"), SHOWN)
def test_every_kind_of_output_is_shown(output, expected, tmp_path):
    html, missing = shown(tmp_path, code(output if "output_type" in output else new_output("display_data", output)))
    assert expected in html
    assert missing == []


def test_what_else_a_result_says_stands_below_its_picture(tmp_path):
    output = new_output("execute_result", {"image/png": PNG, "text/plain": "Neuron(b=1): AND: 3 of 4 corners right"})
    html, _ = shown(tmp_path, new_markdown_cell("$\\ln 2$"), code(output))
    assert '<p class="facts">Neuron(b=1): AND: 3 of 4 corners right</p>' in html
    assert '<mi>ln</mi><mspace width="0.167em"' in html


WIDGET = {"application/vnd.jupyter.widget-view+json": {"model_id": "a"}}
# the data of an output, what is said to be missing, and what stands on the page all the same
MISSING = [
    ({"image/png": "AAAA", "text/plain": "a dot"}, "a picture of the kind image/png, which cannot be shown", "a dot"),
    ({"image/png": "ü"}, "which cannot be shown (no base64)", ""),
    ({"image/svg+xml": "<b>no</b>", "image/png": PNG}, "the kind image/svg+xml, which cannot be shown", "alt="),
    (WIDGET | {"text/plain": "IntSlider(value=0)"}, "a widget, which needs a kernel", "IntSlider(value=0)"),
    ({"application/javascript": "alert(1)"}, "an output of the kind application/javascript", ""),
    ({"application/pdf": "JVBERi0=", "text/plain": "a paper"}, "an output of the kind application/pdf", "a paper"),
    ({"text/html": "<p>a<script>alert(1)</script>b"}, "<script>, which does nothing", "<p>a<span"),
    ({"text/html": "<iframe src='https://x.org'></iframe>"}, "<iframe>, which does nothing", ""),
    ({"text/html": "<audio controls src='data:audio/wav;base64,UklGR'></audio>"}, "<audio>, which does nothing", ""),
    (
        {"text/html": "<img src='https://x.org/a.png' alt='a dog'>"},
        "the picture 'a dog', https://x.org/a.png: it is on",
        "",
    ),
    ({"text/latex": "$x^$"}, "the formula $x^$, which cannot be read", ""),
    ({"text/markdown": "![](gone.png)"}, "the picture 'a picture without a description', gone.png: No such file", ""),
]


@pytest.mark.parametrize(("data", "says", "stays"), MISSING)
def test_what_a_page_cannot_show_is_said_in_its_place(data, says, stays, tmp_path):
    html, (missing,) = shown(tmp_path, code(new_output("display_data", data)))
    assert says in missing
    assert f"Missing here: {missing}<" in unescape(html)
    assert stays in html


# Markdown, and where its picture comes from: the attachment, the file beside the notebook, itself
SPELLINGS = [
    ("![a dot](attachment:dot.png)", 'alt="a dot"'),
    ('![a dot](attachment:dot.png "Its title")', 'title="Its title"'),
    ("![a dot](attachment:my%20dot.png)", 'alt="a dot"'),
    ("![a dot](<attachment:my dot.png>)", 'alt="a dot"'),
    ("<img src='attachment:dot.png' alt='a dot' width=20 onload='alert(1)'>", 'width="20"'),
    ("Inline <img src=attachment:dot.png alt='a dot'/> too", 'alt="a dot"'),
    ("![a dot][here]\n\n[here]: attachment:dot.png", 'alt="a dot"'),
    ("![here][]\n\n[here]: pictures/dot.png 'Title'", 'alt="here"'),
    ("![a dot](pictures/dot.png)", 'alt="a dot"'),
    ("![a dot](./pictures/dot.png?raw=true#x)", 'alt="a dot"'),
    ("![a dot](pictures/my%20dot.png)", 'alt="a dot"'),
    ("[![a dot](pictures/dot.png)](https://x.org)", '<a href="https://x.org"><img'),
    ("<figure><img src='pictures/dot.png' alt='a dot'><figcaption>Dot</figcaption></figure>", "<figcaption>Dot<"),
    ("<picture><source srcset='https://x.org/a'><img src='pictures/dot.png' alt='a dot'></picture>", 'alt="a dot"'),
    (f"![a dot](data:image/png;base64,{PNG})", 'alt="a dot"'),
    ("| a |\n|---|\n| ![a dot](pictures/dot.png) |", 'alt="a dot"'),
]


@pytest.mark.parametrize(("source", "expected"), SPELLINGS)
def test_every_spelling_of_a_picture_puts_it_into_the_page(source, expected, tmp_path):
    (tmp_path / "pictures").mkdir()
    for name in ["dot.png", "my dot.png"]:
        (tmp_path / "pictures" / name).write_bytes(b64decode(PNG))
    attachments = {"dot.png": {"image/png": PNG}, "my dot.png": {"image/png": PNG}}
    html, missing = shown(tmp_path, new_markdown_cell(source, attachments=attachments))
    assert missing == []
    assert expected in html
    assert re.findall(r'src="([^"]*)"', html) == [f"data:image/png;base64,{PNG}"]
    assert "onload" not in html


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("![a dot](attachment:lost.png)", "the picture 'a dot', attachment:lost.png: the cell has no such attachment"),
        ("![a dot](attachment:sound.wav)", "the cell has no such attachment"),
        ("![a dot](lost.png)", "the picture 'a dot', lost.png: No such file or directory"),
        ("![a dot](.)", "the picture 'a dot', .: "),
        ("![a dot](https://x.org/a.png)", "it is on the network, which pages do not ask"),
        ("![a dot](//x.org/a.png)", "it is on the network, which pages do not ask"),
        ("![a dot](notes.txt)", "it is of the kind text/plain"),
        ("<img alt='a dot'>", "the picture 'a dot', no address: "),
        ("![a dot](data:image/png;base64,AAAA)", "cannot be shown"),
        ("A formula $x^$ here", "the formula $x^$, which cannot be read: MissingSuperScript"),
        ("A formula $\\wrong x$ here", r"the formula $\wrong x$, which has the unknown command \wrong"),
        ("[data](numbers.csv)", "what the link 'data' leads to, numbers.csv"),
        ("[next](09_gone.ipynb#9.1)", "what the link 'next' leads to, 09_gone.ipynb#9.1"),
        ("[run](javascript:alert(1))", "what the link 'run' leads to, javascript:alert(1)"),
        ("<a href='java&#10;script:alert(1)'>run</a>", "what the link 'run' leads to, javascript:alert(1)"),
    ],
)
def test_what_a_text_names_and_is_not_there_is_said(source, says, tmp_path):
    (tmp_path / "notes.txt").write_text("a")
    cell = new_markdown_cell(f"Before.\n\n{source}\n\nAfter.", attachments={"sound.wav": {"audio/wav": "UklGR"}})
    html, (missing,) = shown(tmp_path, cell)
    assert says in missing
    assert f"Missing here: {missing}<" in unescape(html)
    assert "<p>Before.</p>" in html
    assert "<p>After.</p>" in html
    assert "javascript" not in re.sub(">[^<]*<", "><", html)


@pytest.mark.parametrize(
    "html",
    [
        "<meta http-equiv='refresh' content='0;url=https://x.org'>",
        "<base href='https://x.org'>",
        "<link rel='stylesheet' href='https://x.org'>",
        "<style>main { display: none }</style>",
        "<p style='position: fixed; inset: 0'>over all</p>",
        "<p style='background: url(https://x.org)'>asks</p>",
        "<p onclick='alert(1)' onmouseover=alert(1)>acts</p>",
        "<!-- hidden --><p>a</p>",
        "<math><mrow href='javascript:alert(1)'><mi>x</mi></mrow></math>",
        "<template><p>a</p></template>",
        "$\\text{<img src=x onerror=alert(1)>}$",
    ],
)
@pytest.mark.parametrize("kind", ["Markdown", "an output"])
def test_html_does_nothing(kind, html, tmp_path):
    output = new_output("display_data", {"text/html": html})
    page, _ = shown(tmp_path, new_markdown_cell(html) if kind == "Markdown" else code(output))
    tags = "".join(re.findall(r"<[^>]*>", page))
    for word in [
        "<meta",
        "<base",
        "<link",
        "<style",
        "position",
        "url(",
        "alert",
        "https",
        "hidden",
        "onclick",
        "templ",
    ]:
        assert word not in tags


PIECES = [
    "$x^$",
    "$$",
    "![a](b.png)",
    "![](attachment:x)",
    "<div>",
    "</div>",
    "</details>",
    "<svg>",
    "</svg>",
    "<img src=",
    '">',
    "'",
    "[x](y)",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "&lt;",
    "&",
    "$\\frac{1}{",
    "}",
    "<math><mi>",
    "<script>",
    "</script>",
    "<style>",
    "</main>",
    "<a href='javascript:x'>",
    "data:image/png;base64,AAAA",
    "<table><tr>",
    "<p style='a:b'>",
    "<input>",
    "<details><summary>",
    "`",
    "# ",
    "\n\n",
    "```\n",
    "> ",
    "- ",
    "\x00",
]


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_whatever_is_put_together_becomes_one_sound_page(source):
    kinds = ["text/html", "text/markdown", "text/latex", "image/svg+xml", "image/png"]
    cells = [new_markdown_cell(source, attachments={"x": {"image/png": source}})]
    cells += [code(new_output("display_data", {kind: source})) for kind in kinds]
    html, _ = export.page(new_notebook(cells=cells), "Mine", Path(__file__).parent)
    main = html[html.index("<main") :]
    assert (main.count("</main>"), main.count("<script>"), main.count("<style")) == (1, 1, 0)  # the script is ours


def test_raw_cells_are_shown_as_they_are(tmp_path):
    html, missing = shown(tmp_path, new_raw_cell("<b>\\section{a}"))
    assert '<pre class="stdout">&lt;b&gt;\\section{a}</pre>' in html
    assert missing == []


@pytest.mark.parametrize("source", ["x = 1", "No title.", ""])
def test_a_page_has_one_heading_whatever_the_notebook_has(source, tmp_path):
    html, _ = shown(tmp_path, new_markdown_cell(source))
    assert html.count("<h1") == 1
    assert "<h1>Mine</h1>" in html


def test_every_page_is_written_and_what_is_missing_is_said_at_the_end(small, capsys):
    there = small / "html"
    (small / "03_bad.ipynb").write_text("<<<<<<< HEAD")
    (small / "04_formula.ipynb").write_text(
        nbformat.writes(new_notebook(cells=[new_markdown_cell("# 4 · A"), new_markdown_cell("$x^$")]))
    )
    (small / "Untitled.ipynb").write_bytes(b"\xef\xbb\xbf" + nbformat.writes(new_notebook(cells=[code()])).encode())
    (small / "._01_small.ipynb").write_bytes(b"Mac OS X")
    (small / "01_small-Copy1.ipynb").write_text(nbformat.writes(new_notebook(cells=[new_markdown_cell("# 1 · Small")])))
    with pytest.raises(SystemExit) as end:
        export.main([str(there)], small)
    names = ["01_small", "01_small-Copy1", "02_next", "03_bad", "04_formula", "Untitled", "index"]
    assert sorted(path.stem for path in there.iterdir()) == names
    assert f"7 pages, to read without a network: open {there / 'index.html'}\n" == capsys.readouterr().out
    said = str(end.value).splitlines()
    assert said[0] == "missing, as is said on the pages themselves:"
    assert said[1].startswith(
        "  03_bad.html: the whole notebook. 03_bad.ipynb: expected a notebook, got a conflict of git"
    )
    assert said[2].startswith("  04_formula.html: the formula $x^$, which cannot be read")
    assert len(said) == 3
    assert "got a conflict of git in line 1" in (there / "03_bad.html").read_text(encoding="utf-8")
    index = (there / "index.html").read_text(encoding="utf-8")
    assert index.index("03_bad.html") < index.index("Other notebooks") < index.index("01_small-Copy1.html")
    assert index.index("01_small-Copy1.html") < index.index("Untitled.html")


def test_a_notebook_called_index_is_not_lost(tmp_path):
    (tmp_path / "index.ipynb").write_text(nbformat.writes(new_notebook(cells=[new_markdown_cell("# Mine")])))
    assert export.export(tmp_path, tmp_path) == {"index_.html": [], "index.html": []}
    assert '<a href="index_.html">Mine</a>' in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "<h1" in (tmp_path / "index_.html").read_text(encoding="utf-8")


def test_what_stops_an_export_is_said_and_nothing_is_written(small, monkeypatch):
    there = small / "html"
    there.mkdir()
    (there / "index.html").write_text("my own page")
    with pytest.raises(SystemExit, match=r"index\.html is not one of them"):
        export.main([str(there)], small)
    assert [file.name for file in there.iterdir()] == ["index.html"]
    monkeypatch.setitem(sys.modules, "latex2mathml.converter", None)
    with pytest.raises(SystemExit, match="it needs latex2mathml"):
        export.main([str(small / "other")], small)
    assert not (small / "other").exists()


def test_it_may_be_exported_again(small):
    before = {path.name: path.read_bytes() for path in small.glob("*.html")}
    assert set(before) == {"01_small.html", "02_next.html", "index.html"}
    export.export(small, small)
    assert {path.name: path.read_bytes() for path in small.glob("*.html")} == before

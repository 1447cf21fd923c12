"""The notebooks keep the static rules, and each rule can fail."""

import re

import nbformat
import pytest
import refresh
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from rules import NOTEBOOKS, RULES, load, predictions, unspoiled

import nnlib
from nnlib.checks.guesses import GUESSES
from nnlib.notebooks import spoilers

# Public names that wait here until a notebook builds or uses them.
NOT_YET = set()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule(rule, path):
    assert rule(path, load(path)) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_normal_form(path):
    assert refresh.problems(path) == []


def test_every_public_name_is_built_or_used_in_a_notebook():
    sources = "\n".join(c.source for path in NOTEBOOKS for c in load(path).cells if c.cell_type == "code")
    unused = {name for name in nnlib.__all__ if not re.search(rf"\b{name}\(", sources)}
    assert unused == NOT_YET, "a notebook is to use every public name, or NOT_YET in tests/test_rules.py to list it"


def test_a_cell_that_imports_a_view_shows_it():
    """By this test_browser.py finds the cells with views."""
    for path in NOTEBOOKS:
        for cell in load(path).cells:
            if cell.cell_type == "code" and (
                view := re.search(r"^from nnlib\.viz import (\w+)$", cell.source, re.MULTILINE)
            ):
                assert re.search(rf"^{view[1]}\(", cell.source, re.MULTILINE), f"{path.name}, {cell.id}"


def code(source="pass", *outputs, **metadata):
    return new_code_cell(source, outputs=list(outputs), execution_count=1, metadata=metadata)


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def figure(alt):
    return new_output(
        "display_data", data={"image/png": "AAAA", "text/plain": "Figure"}, metadata={"image/png": {"alt": alt}}
    )


TANH = """class Tanh(Activation):
    def f(self, X):
        return np.tanh(X)

    def derivative(self, X, Y):
        return 1 - Y{}"""
HINT = """<details><summary>How?</summary>\n\n`x.sum(axis=1)`, or a `mask`.\n</details>
<details><summary>Answer</summary>\n\n```python\nreturn x.{}\n```\n</details>"""
MIRROR = {"tags": ["mirror:nnlib.activations.Tanh"]}

# rule, a cell that breaks it, what is said; None for a cell that keeps it
EXAMPLES = [
    ("form", code("pass", tags=["nbval-skip"]), "tag nbval-skip"),
    ("form", code("pass\n" * 21), "21 lines"),
    ("form", code("class A:\n" + "    a = 1\n" * 24), None),
    ("form", code("x = " + "1 + " * 30 + "1"), "columns"),
    ("form", new_markdown_cell("# Another title"), "2 headings of the first level"),
    ("form", new_markdown_cell("#### Too deep"), "skips a level"),
    ("form", new_markdown_cell("```python\n# a comment\n```"), None),
    ("prose_length", new_markdown_cell("word " * 111), "111 words of prose"),
    ("prose_length", new_markdown_cell("$a + b$ [one](two.ipynb) " + "word " * 107), None),
    ("prose_length", new_markdown_cell("$a + b$ [one](two.ipynb) " + "word " * 108), "111 words of prose"),
    ("prose_length", new_markdown_cell("<details><summary>Why?</summary>\n\n" + "word " * 111 + "</details>"), None),
    (
        "prose_length",
        new_markdown_cell("| word " * 111 + "|\n\n![" + "word " * 111 + "](x.svg) $$" + "x " * 111 + "$$"),
        None,
    ),
    ("prose_length", code("# word " + "word " * 111), None),
    ("self_contained", code("import requests"), "network: 'requests'"),
    ("self_contained", code("!pip install x"), "network"),
    ("self_contained", code("open('/home/me/x')"), "path: '/home/'"),
    ("self_contained", code("x = 4 / 2 / 1"), None),
    ("self_contained", code("interact(f)"), "unstable output: 'interact('"),
    ("self_contained", code("f", stream("<function f at 0x7f01deadbeef>")), "address in its output"),
    ("self_contained", code("f", stream("/root/x.py:3")), "path in its output"),
    ("self_contained", code("f", stream("hm", "stderr")), "prints to stderr"),
    ("accessible", new_markdown_cell("![](x.png)"), "picture without alt text"),
    ("accessible", new_markdown_cell("<img src='x.png'>"), "picture without alt text"),
    ("accessible", new_markdown_cell("<img src='x.png' alt='a dog'>"), None),
    ("accessible", code("show()", figure(" "), stream("1")), "figure without alt text"),
    ("accessible", code("show()", figure("a line")), "without printed facts"),
    ("accessible", code("show()", figure("a line"), stream("slope 1")), None),
    ("links", new_markdown_cell("[x](99_nowhere.ipynb)"), "no such file: 99_nowhere.ipynb"),
    ("links", new_markdown_cell("[x](06_mnist_training.ipynb#6.9-What-it-says)"), "no such heading"),
    ("links", new_markdown_cell("[x](06_mnist_training.ipynb#6.10-What-it-gets-wrong) [y](https://x.org)"), None),
    ("words", new_markdown_cell("This is simply so."), "'simply'"),
    ("words", new_markdown_cell("The color of a mini-batch"), "write the British spelling"),
    ("words", new_markdown_cell("The color of a mini-batch"), "write minibatch"),
    ("words", new_markdown_cell("### The first weights\n\nBetween layers stands a bend"), "write initial weights"),
    ("words", new_markdown_cell("### The first weights\n\nBetween layers stands a bend"), "write activation"),
    ("words", new_markdown_cell("The slope of the cost by $z$ takes the blame"), "write with respect to"),
    ("words", new_markdown_cell("The slope of the cost by $z$ takes the blame"), "write gradient"),
    ("words", new_markdown_cell("`color` and `just` are code"), None),
    ("typed_numbers", new_markdown_cell("It reads 96.2% of them."), "'96.2%' in 'It reads 96.2% of them.' is typed"),
    ("typed_numbers", new_markdown_cell("The loss is 0.31."), "'0.31' in 'The loss is 0.31.' is typed"),
    ("typed_numbers", new_markdown_cell("From -1 to 3."), "'-1' in"),
    ("typed_numbers", new_markdown_cell("All twenty-one runs, two thirds of a million."), "'twenty-one' in"),
    ("typed_numbers", new_markdown_cell("All twenty-one runs, two thirds of a million."), "'two thirds' in"),
    (
        "typed_numbers",
        new_markdown_cell("Loss 0.25, one of them, notebook 5, in 1958, exercise 05.2."),
        None,
    ),
    ("typed_numbers", code("7", stream("forty 30")), None),
    ("typed_numbers", new_markdown_cell("Three runs."), "'Three' in 'Three runs.' is typed, no cell beside it"),
    ("typed_numbers", new_markdown_cell("It reads 12.5 % at a loss of 0.25, see 06.1 and $x = 1.5$."), None),
    ("code_in_hints", new_markdown_cell(HINT.format("sum(axis=0)")), "`x.sum(axis=1)` in a hint stands in no answer"),
    ("code_in_hints", new_markdown_cell(HINT.format("sum(axis=1)")), None),
    (
        "shapes_of_symbols",
        new_markdown_cell("| symbol | meaning | shape |\n|---|---|---|\n| $q$ | a | (3, n) |"),
        "(3, n)",
    ),
    ("shapes_of_symbols", new_markdown_cell("| symbol | meaning | shape |\n|---|---|---|\n| $q$ | a | as $X$ |"), None),
    ("mirrors", code(TANH.format("**2"), **MIRROR), None),
    ("mirrors", code(TANH.format("**2  # the slope"), **MIRROR), None),
    ("mirrors", code(TANH.format("**2")), "lacks its tag mirror:nnlib.activations.Tanh"),
    ("mirrors", code(TANH.format("")), None),
    ("mirrors", code(TANH.format(""), **MIRROR), "differs from nnlib.activations.Tanh"),
    ("mirrors", code("def tanh(X): ...", **MIRROR), "differs from nnlib.activations.Tanh"),
    ("reasons", code("explain('Why is it so?', mine=None)"), "'Why is it so?' has no model sentence"),
    ("reasons", code("explain('Why is it so?', mine=None)"), "it asks for 1 sentences by `explain`: 3 are expected"),
    ("reasons", code("pass"), "in nnlib/checks/reasons.py is not asked"),
]


@pytest.mark.parametrize(("rule", "cell", "says"), EXAMPLES)
def test_each_rule_can_fail(rule, cell, says):
    (rule,) = [r for r in RULES if r.__name__ == rule]
    title, facts = new_markdown_cell("# 6 · Title"), code("x = 0.125", stream("loss 0.25"))
    notebook = new_notebook(cells=[title, facts, cell])
    faults = rule(NOTEBOOKS[-1].with_name("06_mnist_training.ipynb"), notebook)
    assert (faults == []) if says is None else any(says in fault for fault in faults), faults


LACKS = {  # what to take out of notebook 1, and what is said then
    r"\*\*You need\*\*": "its beginning lacks ",
    r"\*\*Time\*\*": "its beginning lacks ",
    "## What you know now\n": "no part '## What you know now'",
    "<summary>What does a neuron do with its inputs.*</summary>": "'What you know now' is not 5 closed questions",
    r"\| symbol \| meaning \|": "no table of symbols",
    "[Pp]erceptron": "'perceptron' of 99_glossary.ipynb is not met in it",
}


RIGHT = "moves, and stays parallel"
ASKS = f"a = predict('When b grows, the line', '{RIGHT}', 'turns', mine=None)"
REVEALS = "a.reveal('turns' if 1 > 2 else b)"
SPOILT = [  # question, revealing cell, its output, text after it, what is said
    (ASKS, REVEALS, RIGHT, "What came out", None),
    (ASKS, "a.reveal('turns')", RIGHT, "What came out", "a.reveal('turns') gives the right choice away"),
    (ASKS, REVEALS, RIGHT, "Answer", "the text after it does not begin with"),
    (ASKS, REVEALS, "bends", "What came out", "none of its choices is revealed, but 'bends'"),
    (
        ASKS,
        REVEALS,
        "turns",
        "What came out",
        "a sentence in nnlib/checks/guesses.py for each wrong choice, and no other",
    ),
    ("", "pass", "", "What came out", "'When b grows, the line' in nnlib/checks/guesses.py is not asked"),
]


@pytest.mark.parametrize(("asks", "reveals", "right", "reads", "says"), SPOILT)
def test_a_prediction_that_is_spoilt_is_found(asks, reveals, right, reads, says, monkeypatch):
    monkeypatch.setitem(GUESSES, "01", {"When b grows, the line": {"turns": "It might."}})
    came = stream(f"When b grows, the line {right} (you made no prediction)\n")
    text = new_markdown_cell(f"<details><summary>{reads}</summary>\n\nIt moves.\n</details>")
    notebook = new_notebook(cells=[code(asks), code(reveals, came), code("x"), text])
    faults = unspoiled(NOTEBOOKS[-1].with_name("01_neurons.ipynb"), notebook)
    assert faults == [] if says is None else any(says in fault for fault in faults), faults


def test_the_right_choice_stands_in_no_preferred_place():
    places, questions = {}, []
    for path in NOTEBOOKS:
        for _, guess, right in predictions(load(path)):
            questions.append(guess.question)
            if guess.choices:
                places.setdefault(len(guess.choices), []).append(guess.choices.index(right))
    assert len(questions) == len(set(questions)), "kept predictions are known by their question"
    for choices, found in places.items():
        often = [found.count(place) for place in range(choices)]
        assert max(often) - min(often) <= 3, f"of {choices} choices, the right one stands at {often}: change some"


def test_code_that_only_draws_is_folded():
    notebook = new_notebook(
        cells=[code("# Only draws the line.\nplot()"), code("plot()", jupyter={"source_hidden": True})]
    )
    made = refresh.normalise(notebook, NOTEBOOKS[1])
    assert [dict(cell.metadata) for cell in made.cells[:2]] == [{"jupyter": {"source_hidden": True}}, {}]


def test_what_lies_between_a_prediction_and_its_text_is_folded(tmp_path):
    asks, reveals = "a = predict('Which?')", "a.reveal(1)"
    cells = [
        code(asks),
        code("1"),
        new_markdown_cell("then"),
        code(reveals),
        code("plot()"),
        new_markdown_cell("so"),
        code("2"),
    ]
    assert spoilers(cells) == [cells[1], cells[3], cells[4]]
    two = [
        code(asks),
        code("b = predict('And?')"),
        code(reveals),
        code("b.reveal(2)"),
        new_markdown_cell("so"),
        code("3"),
    ]
    assert spoilers(two) == two[1:4]
    notebook = new_notebook(
        cells=[code("x", stream("1"), tags=["raises-exception"]), *cells[:1], code(reveals, stream("2"))]
    )
    made = refresh.normalise(notebook, NOTEBOOKS[1])
    assert [dict(cell.metadata) for cell in made.cells[:3]] == [
        {"tags": ["raises-exception"]},
        {},
        {"jupyter": {"outputs_hidden": True}},
    ]
    assert [output.output_type for output in made.cells[2].outputs] == ["display_data", "stream"]
    path = tmp_path / NOTEBOOKS[1].name
    path.write_text(nbformat.writes(made), encoding="utf-8")
    assert [output.output_type for output in load(path).cells[2].outputs] == ["stream"]


@pytest.mark.parametrize(("part", "says"), LACKS.items())
def test_each_part_of_the_skeleton_is_asked_for(part, says):
    path = NOTEBOOKS[1]
    notebook = load(path)
    for cell in notebook.cells:
        cell.source = re.sub(part, "", cell.source, flags=re.MULTILINE)
    (rule,) = [r for r in RULES if r.__name__ == "skeleton"]
    assert any(fault.startswith(says) for fault in rule(path, notebook))


def test_a_lesson_fails_on_purpose_and_its_terms_are_in_the_glossary():
    (rule,) = [r for r in RULES if r.__name__ == "skeleton"]
    notebook = load(NOTEBOOKS[1])
    for cell in notebook.cells:
        cell.metadata.pop("tags", None)
    faults = rule(NOTEBOOKS[1].with_name("08_new.ipynb"), notebook)
    assert "no cell fails on purpose: none has the tag raises-exception" in faults
    assert "only 0 terms of 99_glossary.ipynb are 'Met in' it: at least 3 are expected" in faults


def small(folder, *sources):
    path = folder / "01_small.ipynb"
    cells = [new_markdown_cell("# 1 · Small"), *map(new_code_cell, sources)]
    path.write_text(nbformat.writes(new_notebook(cells=cells)), encoding="utf-8")
    return path


def test_a_new_neighbour_changes_links_without_a_run(tmp_path):
    path, neighbour = small(tmp_path, "print(1)"), tmp_path / "02_next.ipynb"
    notebook = load(path)
    notebook.cells[1].execution_count = 1
    notebook.cells[1].outputs = [new_output("stream", name="stdout", text="1\n")]
    path.write_text(refresh.text_of(refresh.normalise(notebook, path)), encoding="utf-8")
    assert refresh.mend(path) == "unchanged"
    neighbour.write_text(nbformat.writes(new_notebook(cells=[new_markdown_cell("# 2 · Next")])), encoding="utf-8")
    assert refresh.problems(path) != []
    assert refresh.mend(path) == "written"
    assert refresh.problems(path) == []
    assert load(path).cells[-1].source.endswith("[2 · Next →](02_next.ipynb)")
    assert load(path).cells[1].outputs == notebook.cells[1].outputs


@pytest.mark.notebook
def test_refresh_twice_is_the_same_to_the_last_byte(tmp_path):
    path = small(
        tmp_path, "from nnlib.plotting import figure, show\nshow(figure(2, 2)[0], alt='empty')", "print(1)", "2"
    )
    assert any("never run" in problem for problem in refresh.problems(path))
    assert refresh.refresh(path) == "written"
    once = path.read_bytes()
    assert refresh.problems(path) == []
    assert refresh.refresh(path) == "unchanged"
    assert path.read_bytes() == once


def test_refresh_frames_exercises_and_the_question_before_a_prediction(tmp_path):
    exercise = "## Next\n\n### Exercise 01.1 ★☆☆ · 5 min · a neuron\n\nWrite it."
    cells = [
        new_markdown_cell("# 1 · Test\n\nOne.\n\nWhich comes first?"),
        new_code_cell('which = predict("First comes", "1", "2", mine=None)'),
        new_markdown_cell(exercise),
        new_code_cell("def neuron(x):  # exercise 01.1\n    ..."),
        new_markdown_cell("| no | question |"),
        new_code_cell('more = predict("Then comes", "1", "2", mine=None)'),
    ]
    notebook = new_notebook(cells=cells)
    for _ in range(2):
        notebook = refresh.normalise(notebook, NOTEBOOKS[1])
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    line = '" style="border-left: 6px'
    assert texts[0].startswith(f'# 1 · Test\n\nOne.\n\n<div class="callout predict{line} dashed #3b7fc4;')
    assert texts[0].endswith('">\n\n**Predict.** Which comes first?\n\n</div>')
    assert texts[1].startswith(f'## Next\n\n<div class="callout exercise{line} solid #c76a00;')
    assert texts[1].endswith('">\n\n### Exercise 01.1 ★☆☆ · 5 min · a neuron\n\nWrite it.\n\n</div>')
    assert texts[2] == "| no | question |"


def test_refresh_leaves_a_notebook_that_fails_as_it_was(tmp_path, monkeypatch, capsys):
    path = small(tmp_path, "print(1)", "1 / 0")
    before = path.read_bytes()
    monkeypatch.setattr("sys.argv", ["refresh.py", str(path)])
    with pytest.raises(SystemExit) as end:
        refresh.main()
    assert end.value.code
    assert "left as it was, a cell failed: ZeroDivisionError" in capsys.readouterr().out
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_refresh_keeps_the_bytes_of_a_picture_that_looks_the_same():
    from test_strict import png

    def with_picture(data):
        output = new_output("display_data", data={"image/png": data})
        return new_notebook(cells=[new_code_cell("show()", id="show", outputs=[output])])

    old, same, other = png(0.7), png(0.7001), png(0.9)
    assert same != old
    for new, kept in [(same, old), (other, other)]:
        notebook = with_picture(new)
        refresh.keep_pictures(notebook, with_picture(old))
        assert notebook.cells[0].outputs[0].data["image/png"] == kept


def test_refresh_strips_what_a_reader_without_a_kernel_cannot_see(tmp_path):
    slider = "from ipywidgets import IntSlider\nIntSlider()"
    path = small(tmp_path, slider)
    refresh.refresh(path)
    (_, cell, end) = load(path).cells
    assert list(cell.outputs[0].data) == ["text/plain"]
    assert (cell.id, end.id) == ("from-ipywidgets-import-intslider-intslid", "navigation")
    assert "widgets" not in load(path).metadata

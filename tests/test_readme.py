"""The README tells the truth: examples run, its tables agree with the notebooks, and its picture is fit to be seen."""

import ast
import dataclasses
import json
import re

import nbformat
import picture
import pytest
from PIL import Image
from quantities import stated
from rules import FEWEST_TERMS, MOST_LINES, MOST_WORDS, NOTEBOOKS, POINTS, accessible, links, load, prose, words
from test_commands import GUIDES, README, ROOT, blocks

import nnlib
from nnlib import viz
from nnlib.data import logic_gate
from nnlib.experiments import EXPERIMENTS
from nnlib.viz.view import View

NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


@pytest.mark.notebook
def test_the_examples_run(capsys):
    for code in blocks(README, "python"):
        exec(compile(code, "README.md", "exec"), {})
    share = re.match(r"(\d+)% of the test digits are read correctly\n", capsys.readouterr().out)
    assert int(share[1]) >= 95


@pytest.mark.parametrize("code", sorted(set(re.findall(r"`((?:[A-Z]\w+)\([^`]*\))`", README))))
def test_the_views_in_the_plan_exist(code):
    assert isinstance(eval(code, vars(viz).copy()), View)


def table(heading):
    """Return the rows of the first table below a heading of the README, as lists of cells."""
    below = README[README.index(f"\n## {heading}\n") :]
    rows = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_table_of_notebooks_says_what_they_say():
    rows = {re.search(r"\(notebooks/(.*?)\)", row[0])[1]: row for row in table("For learners")}
    assert list(rows) == [path.name for path in NOTEBOOKS]
    total = 0
    for path in NOTEBOOKS:
        text = "\n".join(cell.source for cell in load(path).cells)
        code = "\n".join(cell.source for cell in load(path).cells if cell.cell_type == "code")
        minutes = str(minutes_of(text) or "")
        total += int(minutes or 0)
        title = text.splitlines()[0].removeprefix("# ")
        shown = sorted(
            {kind for kind in re.findall(r"^(\w+)\(", code, re.MULTILINE) if isinstance(getattr(viz, kind, None), type)}
        )
        assert rows[path.name][:2] == [f"[{title}](notebooks/{path.name})", minutes]
        assert sorted(re.findall(r"`(\w+)`", rows[path.name][3])) == shown
    assert f"about {total / 60:.0f} hours" in README


def minutes_of(text):
    """Return the minutes of a notebook's Time line, or None; those for the exercises must be the sum of theirs."""
    said = re.search(r"\*\*Time\*\*: about (?:(\d+) minutes|two hours), (?:(\d+) of them|half of them)", text)
    if said is None:
        return None
    minutes = int(said[1] or 120)
    exercises = sum(int(found) for found in re.findall(r"^### Exercise .* (\d+) min", text, re.MULTILINE))
    assert said[2] is None or int(said[2]) == exercises
    assert said[2] or abs(exercises - minutes / 2) < 5
    return minutes


def sections_and_exercises():
    """Return {section: (notebook, minutes of reading)} and {exercise: (section, minutes)}.

    Reading takes what a notebook's Time line leaves beside the exercises. A section's part of that is its part of the
    words, in text and code; hints and answers do not count.
    """
    sections, exercises = {}, {}
    for path in NOTEBOOKS[:-1]:
        cells = load(path).cells
        words, section, own = {None: 0}, None, []
        shown = re.sub(r"<details>.*?</details>", "", "\n".join(cell.source for cell in cells), flags=re.DOTALL)
        for text in shown.splitlines():
            if found := re.match(r"## (?:(\d\.\d+) )?", text):
                section = found[1]
            elif found := re.match(r"### Exercise (\d\d\.\d) .* (\d+) min", text):
                exercises[found[1]] = section, int(found[2])
                own.append(int(found[2]))
            words[section] = words.get(section, 0) + len(text.split())
        reading = minutes_of("\n".join(cell.source for cell in cells)) - sum(own)
        total = sum(words.values())
        sections |= {name: (path, reading * count / total) for name, count in words.items() if name}
    return sections, exercises


def test_the_plan_for_teachers_agrees_with_the_notebooks():
    sections, exercises = sections_and_exercises()
    taken, planned = [], set()
    for _, names, projector, tasks, home in table("For teachers"):
        read, rest, named = sections_of(names), sections_of(home), re.findall(r"\d\d\.\d", tasks)
        assert not read & rest
        assert not (read | rest) & planned
        planned |= read | rest
        assert {exercises[name][0] for name in named} <= read
        taken.append(sum(sections[name][1] for name in read) + sum(exercises[name][1] for name in named))
        sources = "\n".join({sections[name][0].read_text(encoding="utf-8") for name in read})
        assert all(f"import {kind}" in sources for kind in re.findall(r"`(\w+)\(", projector))
    assert planned == {name for name in sections if not name.startswith("7.")}  # 7 is for home
    count, length = re.search(r"^(\w+) lessons of (\d+) minutes", README, re.MULTILINE).groups()
    assert NUMBERS.index(count.lower()) == len(taken)
    assert int(length) - 10 < max(taken) <= int(length), [round(minutes) for minutes in taken]


def test_the_sittings_of_a_notebook_are_as_long_as_it_says():
    sections, exercises = sections_and_exercises()
    for path in NOTEBOOKS:
        cells = load(path).cells
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
        said = re.search(r"in (\w+) sittings of about (\d+) minutes each", text)
        first, stop, _ = text.partition("## Stop here if you like")
        assert bool(said) == bool(stop)
        if said:
            minutes, whole = int(said[2]), minutes_of("\n".join(cell.source for cell in cells))
            before = set(re.findall(r"^## (\d\.\d+) ", first, re.MULTILINE))
            spent = sum(sections[name][1] for name in before)
            spent += sum(length for section, length in exercises.values() if section in before)
            assert NUMBERS.index(said[1]) * minutes == whole
            assert abs(spent - minutes) < 10, f"the first sitting takes {spent:.0f} minutes"


def sections_of(text):
    """Return the sections that a text such as "0.1–0.3, 0.5" names."""
    found = set()
    for notebook, first, last in re.findall(r"(\d)\.(\d+)(?:–\d\.(\d+))?", text):
        found |= {f"{notebook}.{k}" for k in range(int(first), int(last or first) + 1)}
    return found


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.parent.name)
def test_the_guides_keep_the_rules_of_notebooks(path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(GUIDES[path])])
    assert [fault for rule in [accessible, links, words] for fault in rule(path, notebook)] == []
    headings = {
        re.sub(r"[^\w -]", "", text).lower().replace(" ", "-") for text in re.findall("^#+ (.*)", GUIDES[path], re.M)
    }
    assert set(re.findall(r"\]\(#(.*?)\)", GUIDES[path])) <= headings


def test_measured_figures_stand_in_the_ledger_alone():
    assert re.findall(r"\S+ ?%", prose(README)) == []
    ledger = json.loads((ROOT / "notebooks/ledger.json").read_text())["rows"]
    begin = re.search(r"begin with the rows (.*?)\.\n", README, re.DOTALL)[1]
    assert set(re.findall(r"`([^`]+)`", begin)) <= set(ledger)


def test_the_citation_is_of_this_version():
    (bibtex,) = blocks(README, "bibtex")
    assert f"Version {nnlib.__version__}" in bibtex
    assert re.search(r"year += \{(\d+)\}", bibtex)[1] in (ROOT / "LICENSE").read_text()


def test_the_picture_is_small_plays_once_and_has_words():
    ((alt, target),) = re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", README)
    assert ROOT / target == picture.PICTURE
    assert len(alt.split()) > 20
    assert picture.PICTURE.stat().st_size < 400_000
    with Image.open(picture.PICTURE) as film:
        assert film.size == (picture.SHOWN["width"], picture.SHOWN["height"])
        assert "loop" not in film.info  # a loop would have to have a button that pauses it
        durations = []
        for k in range(film.n_frames):
            film.seek(k)
            durations.append(film.info["duration"])
            assert len(film.convert("RGB").getcolors(1000)) > 10  # no blank one
    assert len(durations) > 20
    assert sum(durations) < 5000


def test_the_views_of_the_picture_exist():
    names = {}
    exec(picture.CELLS[0], names)
    for source in picture.CELLS[1:]:
        *before, last = ast.parse(source).body
        exec(compile(ast.Module(before, []), "picture.py", "exec"), names)
        assert isinstance(eval(ast.unparse(last), names), View)
    assert len(picture.SCENES) == len(picture.CELLS) - 1


def test_what_is_said_of_other_programs():
    """What of it can be compared: the rest is known of these programs, or shown in test_jupyter.py."""
    below = README.split("\n### Other programs\n")[1].split("\n## ")[0]
    programs = ["Jupyter Notebook", "JupyterHub", "Binder", "Visual Studio Code", "Colab"]
    assert re.findall(r"\*\*(.*?)\*\*", below) == programs
    assert all((ROOT / name).exists() for name in re.findall(r"`([\w.]+)`", below) if name != ".venv")
    assert "--editable ." in (ROOT / "requirements.txt").read_text()  # which Binder reads in environment.yml
    script = (ROOT / "nnlib/viz/static/view.js").read_text(encoding="utf-8")
    assert all(f'"{button}"' in script for button in re.findall(r"\*(\w+)\*(?!\*)", below.replace("**", "")))


def test_every_other_quantity_of_the_readme_is_counted():
    """Minutes, hours and lessons are compared above; this is the rest of its prose, and nothing is left over."""
    rows = json.loads((ROOT / "notebooks/ledger.json").read_text(encoding="utf-8"))["rows"]
    systems = {name[:2] for name in rows if re.match(r"S\d", name)}
    (seeds,) = {len(row["runs"]) for row in rows.values()} - {1}  # 1: what does not depend on chance
    oldest = re.search(r'requires-python = ">=([\d.]+)', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))[1]
    corners = len(logic_gate("and")[0])
    limits = (ROOT / "tests/test_web_page.py").read_text(encoding="utf-8")
    whole, first = re.search(r"^SITE, FIRST_VISIT = (\d+)e6, (\d+)e6", limits, re.MULTILINE).groups()
    counted = [f"rebuilds {NUMBERS[len(systems)]} published tutorials", f"over {NUMBERS[seeds]} seeds, the"]
    counted += [
        f"at all {NUMBERS[corners]} corners",
        f"older than {oldest}",
        f"has at most {whole} MB",
        f"loads at most {first} MB",
        "on two cores",
        "the two arms of a spiral",
    ]
    compared = [r"^\w+ lessons of \d+ minutes", r"about \d+ hours", r"reads it as a\s+3"]
    compared += [r"BSD 3-Clause|CC BY(?:-SA)? \d.0"]
    prose = re.sub(r"^\|.*$", " ", README, flags=re.MULTILINE)
    for phrase in [*(re.escape(text).replace(r"\ ", r"\s+") for text in counted), *compared]:
        prose, found = re.subn(phrase, " ", prose, flags=re.MULTILINE)
        assert found, phrase
    assert [hit[0] for hit in stated(prose)] == []


def test_every_quantity_of_the_contributors_guide_is_counted():
    """What its tables and sentences say is what the tests themselves go by; nothing is left over."""
    guide = GUIDES[ROOT / "tests/README.md"]
    source = {path.name: path.read_text(encoding="utf-8") for path in ROOT.glob("tests/**/*.py")}
    goals, other = re.search(r"GOALS, GOAL = (\{.*?\}), (\d+)", source["cost.py"]).groups()
    goals = {int(name[:2]): epochs for name, epochs in ast.literal_eval(goals).items()}
    memory = float(re.search(r"MOST_MEMORY = (\S+)", source["strict.py"])[1]) / 1e9
    noise = re.search(r"FLOAT_NOISE = (\S+)", source["strict.py"])[1]
    wrong = int(re.search(r"len\(said\) >= (\d)", source["test_exercises.py"])[1])
    pythons = re.findall(r"3\.\d+", re.search(r"python=(\[.*?\])", source["noxfile.py"])[1])
    rows = json.loads((ROOT / "notebooks/ledger.json").read_text(encoding="utf-8"))["rows"]
    (seeds,) = {len(row["runs"]) for row in rows.values()} - {1}
    (slowest,) = {s for s in range(9) if cheap(s) and not cheap(s + 1)}
    counted = [
        f"Python {pythons[0]} to {pythons[-1]} (each has to be installed)",
        f"every published result over {NUMBERS[seeds]} seeds",
        f"a relative difference of {noise}",
        f"| 6, which trains on MNIST | {goals[6]} |",
        f"| 7 | {goals[7]} |",
        f"| any other | {other} |",
        f"| a new one that trains on MNIST | {goals[7]} |",
        f"A notebook may use {memory:g} GB of memory",
        f"at most {MOST_WORDS} words or {MOST_LINES} lines a cell",
        f"with {NUMBERS[POINTS]} closed questions",
        f"the glossary at least {NUMBERS[FEWEST_TERMS]} terms",
        f"at least {NUMBERS[wrong]} wrong answers",
        f"Rows of at most {NUMBERS[slowest]} seconds",
    ]
    compared = [  # how long things take, what is measured by hand, and figures of speech
        r"in a few minutes on two cores|where there are 2 GB of memory; the full tier takes up to 5",
        r"two BLAS threads|about a quarter of an hour|about two minutes|two ways to check a derivative",
        r"784-32-10|counted from 0 \(JupyterLab counts from 1\)|stands in two places|one of its four states",
        r'two colours of a picture|\("20", "-1.5", "all three", "half"\)|of the catalogue twice|at 200 %',
    ]
    text = re.sub(r"^\d\. ", "", guide, flags=re.MULTILINE)
    for phrase in [*(re.escape(said).replace(r"\ ", r"\s+") for said in counted), *compared]:
        text, found = re.subn(phrase, " ", text)
        assert found, phrase
    assert [hit[0] for hit in stated(text)] == []
    assert f"Python {pythons[0]} to {pythons[-1]} (as far as they are installed)" in README


def test_the_program_in_the_readme_is_the_recipe_of_notebook_6():
    (code,) = [block for block in blocks(README, "python") if "fit(" in block]
    recipe = EXPERIMENTS["S1"].configuration
    (first, hidden), (_, last) = re.findall(r"Dense\((\d+), (\d+)", code)
    sizes = [int(first), int(hidden), int(last)]
    epochs, batch = map(int, re.search(r"epochs=(\d+), batch_size=(\d+)", code).groups())
    assert (sizes, epochs, batch) == (recipe["sizes"], recipe["epochs"], recipe["batch_size"])


def cheap(seconds):
    return dataclasses.replace(EXPERIMENTS["fixture"], seconds=seconds).cheap

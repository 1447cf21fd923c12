"""The static rules of a notebook: what can be asked of it without running it. Each rule returns its faults."""

import ast
import importlib
import inspect
import io
import math
import re
from contextlib import redirect_stdout
from functools import reduce
from itertools import pairwise
from pathlib import Path

from claims import claims, covered, output_text, places, spans, without_code
from quantities import computed, stated, worth

import nnlib
from nnlib import gradcheck
from nnlib.checks.guesses import GUESSES
from nnlib.checks.predict import Prediction, predict
from nnlib.checks.reasons import REASONS
from nnlib.notebooks import PREDICTED, REVEALED, lessons
from nnlib.notebooks import read as load
from nnlib.review.texts import CLOSED

TAGS = r"raises-exception|mirror:nnlib(\.\w+)+"
MOST_LINES, MOST_LINES_OF_A_CLASS, MOST_COLUMNS = 20, 25, 92
MOST_WORDS = 110  # of prose in a cell: an idea, then code
POINTS, FEWEST_TERMS = 5, 3  # questions of what you know now; terms of the glossary that are met in a notebook
MOST_BYTES = 1_000_000
NETWORK = r"https?://|ftp://|\b(urllib|requests|httpx|socket|aiohttp|wget|curl)\b|^\s*[!%]\s*(pip|conda|curl|wget)"
PATHS = r"(?<![\w.~])/(home|root|tmp|usr|var|work|Users|mnt|opt|private)/|\b[A-Z]:\\"
ADDRESSES = r"\b0x[0-9a-f]{6,}"
UNSTABLE = r"\b(interact|interactive|interactive_output|clear_output)\(|\bOutput\(|display_id"  # nbval cannot follow
BELITTLING = r"\b(simply|obviously|trivial(ly)?|of course|as everyone knows|easy|easily|just)\b"

# How a term is written everywhere; on the left what to look for, on the right what to write.
TERMS = {
    r"mini-batch|mini batch": "minibatch",
    r"hyper-parameter": "hyperparameter",
    r"data-set|dataset": "data set",
    r"back-propagation|back propagation": "backpropagation",
    r"cross entropy": "cross-entropy",
    r"learning-rate": "learning rate",
    r"(?:(?:a|the|each|every|no|any) bend|the bends)": "activation",  # a curve may bend, and a border be bent
    r"first weights?": "initial weights",
    r"blam(?:e[sd]?|ing)": "gradient",
    r"(?:slope|gradient|derivative)s?(?: of [\w ]{1,20})? by"  # in place of a formula there are two blanks
    r"(?=  | (?:it\b|this|each|every|one of|the (?:weight|bias|in|out)))": "with respect to",
    r"local slopes?": "local derivative",
    r"color|behavior|normalize[sd]?|initialize[sd]?|center(ed)?|gray|neighbor|analyze": "the British spelling",
}


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def markdown(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def answers(notebook):
    """Return {name: source} of the answers that stand in a notebook."""
    blocks = re.findall(
        r"<details><summary>Answer</summary>\s*```python\n(.*?)```",
        "\n".join(cell.source for cell in markdown(notebook)),
        re.DOTALL,
    )
    return {re.findall(r"^def (\w+)", block, re.MULTILINE)[-1]: block for block in blocks}


def prose(text):
    """Return Markdown without code, formulas, addresses of links, headings and HTML tags."""
    for pattern in [r"```.*?```", r"\$\$.*?\$\$", r"\$[^$\n]+\$", r"`[^`\n]*`", r"(?<=\])\([^)]*\)", r"<[^>]+>"]:
        text = re.sub(pattern, " ", text, flags=re.DOTALL)
    return re.sub(r"^#.*$", " ", text, flags=re.MULTILINE)


def form(path, notebook):
    """Tags, lengths, size, order of headings."""
    faults = [f"is {path.stat().st_size:,} bytes long"] if path.stat().st_size > MOST_BYTES else []
    for cell in notebook.cells:
        faults += [f"{cell.id}: tag {tag}" for tag in cell.metadata.get("tags", []) if not re.fullmatch(TAGS, tag)]
    for cell in code(notebook):
        lines = cell.source.splitlines()
        most = MOST_LINES_OF_A_CLASS if re.search(r"^class ", cell.source, re.MULTILINE) else MOST_LINES
        faults += [f"{cell.id}: {len(lines)} lines"] if len(lines) > most else []
        faults += [f"{cell.id}: a line of {len(line)} columns" for line in lines if len(line) > MOST_COLUMNS]
    texts = [re.sub(r"```.*?```", "", cell.source, flags=re.DOTALL) for cell in markdown(notebook)]
    found = re.findall(r"^(#+) (.*)$", "\n".join(texts), re.MULTILINE)
    levels = [len(signs) for signs, _ in found]
    number = re.match(r"\d+", path.name)
    if not notebook.cells[0].source.startswith(f"# {int(number[0]) if number else ''} · "):
        faults.append(f"the first heading is not '# {int(number[0]) if number else 'N'} · ...'")
    if levels.count(1) != 1:
        faults.append(f"{levels.count(1)} headings of the first level")
    jumps = zip(levels, levels[1:], found[1:], strict=False)
    faults += [f"heading '{text}' skips a level" for before, after, (_, text) in jumps if after > before + 1]
    return faults


def read_at_once(source):
    """Return how many words of a Markdown cell are read in one go; a formula in a line counts as what it is made of.

    What is folded, code, tables, formulas in a line of their own, pictures and the addresses of links do not count.
    """
    apart = [r"<(details|svg)\b.*?</\1>", r"```.*?```", r"\$\$.*?\$\$", r"^\|.*?$", r"!\[[^\]]*\]\([^)]*\)"]
    for pattern in [*apart, r"(?<=\])\([^)]*\)", r"</?\w[^>\n]*>"]:
        source = re.sub(pattern, " ", source, flags=re.DOTALL | re.MULTILINE)
    return sum(bool(re.search(r"\w", word)) for word in source.split())


def prose_length(path, notebook):
    """No cell of a lesson has more prose than one reads before the next code."""
    if path.name == GLOSSARY:
        return []
    counts = [(cell.id, read_at_once(cell.source)) for cell in markdown(notebook)]
    return [
        f"{name}: {count} words of prose: at most {MOST_WORDS}, then code"
        for name, count in counts
        if count > MOST_WORDS
    ]


def self_contained(path, notebook):
    """No network, no paths or addresses of one machine, nothing whose output cannot be compared, no noise."""
    faults = []
    for cell in code(notebook):
        for what, pattern in [("network", NETWORK), ("path", PATHS), ("unstable output", UNSTABLE)]:
            faults += [f"{cell.id}: {what}: {hit[0]!r}" for hit in re.finditer(pattern, cell.source, re.MULTILINE)]
        for output in cell.outputs:
            for what, pattern in [("path", PATHS), ("address", ADDRESSES)]:
                faults += [
                    f"{cell.id}: {what} in its output: {hit[0]}" for hit in re.finditer(pattern, output_text(output))
                ]
            faults += [f"{cell.id}: prints to stderr"] if output.get("name") == "stderr" else []
    return faults


def accessible(path, notebook):
    """Every picture has words, and every figure prints the facts that would change if it were wrong."""
    faults = []
    for cell in markdown(notebook):
        faults += [
            f"{cell.id}: picture without alt text" for _ in re.finditer(r"!\[\s*\]\(|<img(?![^>]*\balt=)", cell.source)
        ]
    for cell in code(notebook):
        pictures = [output for output in cell.outputs if "image/png" in output.get("data", {})]
        if not all(output.metadata.get("image/png", {}).get("alt", "").strip() for output in pictures):
            faults.append(f"{cell.id}: figure without alt text: use nnlib.plotting.show")
        views = [output for output in pictures if output.output_type == "execute_result"]  # their text says the facts
        if pictures and not views and not any(output.get("name") == "stdout" for output in cell.outputs):
            faults.append(f"{cell.id}: a figure without printed facts")
    return faults


def anchor(heading):
    return re.sub(r"\s", "-", heading.strip())


def links(path, notebook):
    """Every relative link leads to a file, and to a heading in it if it names one."""
    faults = []
    for cell in markdown(notebook):
        for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", cell.source, flags=re.DOTALL)):
            if re.match(r"\w+:", target):
                continue
            name, _, place = target.partition("#")
            file = (path.parent / name).resolve() if name else path
            if not file.exists():
                faults.append(f"{cell.id}: no such file: {target}")
            elif place and file.suffix == ".ipynb":
                text = "\n".join(other.source for other in markdown(load(file)))
                if place not in map(anchor, re.findall(r"^#+ (.*)$", text, re.MULTILINE)):
                    faults.append(f"{cell.id}: no such heading: {target}")
    return faults


def words(path, notebook):
    """Terms are written in one way, in headings as well, and nothing is called easy."""
    faults = []
    for cell in markdown(notebook):
        text = prose(re.sub(r"^#+ ", "", cell.source, flags=re.MULTILINE))
        faults += [f"{cell.id}: '{hit[0]}'" for hit in re.finditer(BELITTLING, text, re.IGNORECASE)]
        for pattern, better in TERMS.items():
            hits = re.finditer(rf"\b({pattern})\b", text, re.IGNORECASE)
            faults += [f"{cell.id}: '{hit[0]}': write {better}" for hit in hits]
    return faults


def sections(notebook):
    """Yield for each Markdown cell its parts between headings: (cell, start, end, the code beside it as text).

    That is the code and the outputs between the headings around the part, the nearest cell before and after it,
    and the answers. Before the first code cell, and where the notebook looks back, it is all there is.
    """
    heads = re.compile(r"^#.*$", re.MULTILINE)
    parts, code_at = [], []  # (cell, start, end, number of its section, code cells before it), (section, text) of code
    section = 0
    for cell in notebook.cells:
        if cell.cell_type == "code":
            code_at.append((section, cell.source + "\n" + "\n".join(map(output_text, cell.outputs))))
            continue
        ends = [0, *(hit.start() for hit in heads.finditer(without_code(cell.source))), len(cell.source)]
        for start, end in pairwise(ends):
            section += cell.source[start : start + 1] == "#"
            parts.append((cell, start, end, section, len(code_at)))
            blocks = re.findall(r"```.*?```", cell.source[start:end], re.DOTALL)
            code_at += [(section, block) for block in blocks]
    whole = "\n".join(text for _, text in code_at)
    for cell, start, end, section, before in parts:
        near = {k for k, (other, _) in enumerate(code_at) if other == section} | {before - 1, before}
        text = "\n".join(code_at[k][1] for k in sorted(near) if 0 <= k < len(code_at))
        looks_back = "What you know now" in cell.source[start:end].split("\n")[0]
        yield cell, start, end, whole if before == 0 or looks_back else text


def known_quantities(notebook):
    """Yield (cell, start, end, a function that says whether a value is computed) for each part of the prose."""
    everywhere = computed("\n".join(text for *_, text in sections(notebook)))
    for cell, start, end, text in sections(notebook):
        beside = computed(text)

        def known(value, beside=beside):
            small = abs(value) < 100 and value == int(value)
            return any(math.isclose(value, other) for other in (beside if small else everywhere))

        yield cell, start, end, known


def typed_numbers(path, notebook):
    """A quantity in prose, in digits or in words, is computed: by a claim, or it stands in the code or an output.

    A whole number below 100, or a word, has to stand beside it, any other in the same notebook.
    So when a result moves, the sentence that quotes it turns red. 97 % may stand as 0.97 in the code.
    """
    faults = []
    for cell, start, end, known in known_quantities(notebook):
        source = without_code(cell.source)
        spans = [span for claim in claims(path.stem) for span in covered(claim, source)]
        for hit in stated(cell.source):
            tied = known(worth(hit[0])) or any(a <= hit.start() and hit.end() <= b for a, b in spans)
            if start <= hit.start() < end and not tied:
                where = " ".join(source[max(0, hit.start() - 30) : hit.end() + 30].split())
                faults.append(
                    f"{cell.id}: {hit[0]!r} in '{where}' is typed, no cell beside it computes it: add a claim"
                )
    return faults


def is_code(text):
    """Whether this computes something, and is more than a name; a piece that cannot stand alone is code as well."""
    try:
        tree = ast.parse(text.strip())
    except SyntaxError:
        return True
    parts = ast.BinOp | ast.UnaryOp | ast.Call | ast.Compare | ast.Subscript | ast.Assign | ast.AugAssign
    return any(isinstance(node, parts) for node in ast.walk(tree))


def said_by_claims(path, source):
    """Return the spans of the sentences of a Markdown source that are claims."""
    text = without_code(source)
    return [(start, end) for claim in claims(path.stem) for start, end, _ in spans(claim, text)]


def code_in_hints(path, notebook):
    """Code in a hint stands in the answer below it, or a claim runs it."""
    faults = []
    for cell in markdown(notebook):
        answer = "".join(re.findall(r"<summary>Answer</summary>(.*?)</details>", cell.source, re.DOTALL))
        held = said_by_claims(path, cell.source)
        closed = rf"<details><summary>(?!Answer|{READING}).*?</details>"
        for hint in re.finditer(closed, cell.source.partition("## What you know now")[0], re.DOTALL):
            for hit in re.finditer(r"`([^`\n]+)`", cell.source[: hint.end()]):
                inside = any(start <= hit.start() and hit.end() <= end for start, end in held)
                known = "".join(hit[1].split()) in "".join(answer.split())
                if hit.start() > hint.start() and is_code(hit[1]) and not (known or inside):
                    faults.append(f"{cell.id}: `{hit[1]}` in a hint stands in no answer: add a claim that runs it")
    return faults


def shapes_of_symbols(path, notebook):
    """A shape in a table of symbols, or a size in it, is computed by a claim."""
    faults = []
    for cell in markdown(notebook):
        held = [span for claim in claims(path.stem) for span in covered(claim, cell.source)]
        for row in re.finditer(r"^\|.*\| ([^|\n]*) \|$", cell.source, re.MULTILINE):
            for hit in re.finditer(r"\((?:\w+,|\w[\w ]*(?:, \w+)+|[\w ]+,)\)", row[1]):
                at = row.start(1) + hit.start()
                if not any(start < at + len(hit[0]) and at < end for start, end in held):
                    faults.append(f"{cell.id}: {hit[0]} in the table of symbols is typed: add a claim that computes it")
    return faults


def claimed(path, notebook):
    """Each claim of tests/claims has its sentence."""
    return places(notebook, claims(path.stem))[1]


def without_docstrings(tree):
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        first = body[0] if isinstance(body, list) and body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            node.body = body[1:] or [ast.Pass()]
    return tree


def syntax(source, name):
    """Return the definition of `name` in the source as text that comments and docstrings do not change."""
    for node in without_docstrings(ast.parse(source)).body:
        if getattr(node, "name", None) == name:
            return ast.unparse(node)
    return None


def built(cell):
    """Return the tags of a cell that defines what the library has, line by line: another tool may have lost them."""
    try:
        names = [node.name for node in ast.parse(cell.source).body if hasattr(node, "name")]
    except SyntaxError:  # one that fails on purpose, or has magic
        return []
    known = {name: getattr(nnlib, name, getattr(gradcheck, name, None)) for name in names}
    return [
        f"mirror:{thing.__module__}.{name}"
        for name, thing in known.items()
        if getattr(thing, "__module__", "").startswith("nnlib.")
        if syntax(cell.source, name) == syntax(inspect.getsource(thing), name)
    ]


def mirrors(path, notebook):
    """A cell tagged mirror:nnlib.activations.Tanh builds what the library has, line by line."""
    faults = []
    for cell in code(notebook):
        tags = cell.metadata.get("tags", [])
        missing = [tag for tag in built(cell) if tag not in tags]
        faults += [f"{cell.id}: builds what the library has, and lacks its tag {tag}" for tag in missing]
        for tag in tags:
            if not tag.startswith("mirror:"):
                continue
            module, name = tag.removeprefix("mirror:").rsplit(".", 1)
            library = reduce(getattr, name.split("."), importlib.import_module(module))
            if syntax(cell.source, name) != syntax(inspect.getsource(library), name):
                faults.append(f"{cell.id}: differs from {module}.{name}")
    return faults


def predictions(notebook):
    """Yield (cell, Prediction, right choice) for each prediction of a notebook, as its stored output has it."""
    printed = "\n".join(output_text(output) for cell in code(notebook) for output in cell.outputs)
    for cell in code(notebook):
        if not PREDICTED.search(cell.source):
            continue
        names, made = {"predict": predict}, {}
        with redirect_stdout(io.StringIO()):
            for node in ast.parse(cell.source).body:  # the question, and the choices where they have a name
                if isinstance(node, ast.Assign) and ready(node.value, names | made):
                    exec(ast.unparse(node), names | made, made)
        for guess in made.values():
            if isinstance(guess, Prediction):
                line = rf"^{re.escape(guess.question)} (.*) \(you made no prediction\)$"
                came = re.search(line, printed, re.MULTILINE)
                yield cell, guess, came and came[1]


def ready(value, names):
    """Whether all names in an expression are known."""
    return {node.id for node in ast.walk(value) if isinstance(node, ast.Name)} <= set(names)


def unspoiled(path, notebook):
    """The right choice of a prediction is computed where it is revealed; a wrong one has its reason, kept apart."""
    faults, why = [], GUESSES.get(path.name[:2], {})
    for cell, guess, right in predictions(notebook):
        where = f"{cell.id}: prediction {guess.question!r}"
        if right is None or (guess.choices and right not in guess.choices):
            faults.append(f"{where}: none of its choices is revealed, but {right!r}")
        elif set(why.get(guess.question, {"?"})) != set(guess.choices) - {right}:
            faults.append(
                f"{where}: expected a sentence in nnlib/checks/guesses.py for each wrong choice, and no other"
            )
    faults += [
        f"{question!r} in nnlib/checks/guesses.py is not asked"
        for question in set(why) - {g.question for _, g, _ in predictions(notebook)}
    ]
    cells = notebook.cells
    for number, cell in enumerate(cells):
        if cell.cell_type != "code" or not REVEALED.search(cell.source):
            continue
        calls = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
        told = [
            call
            for call in calls
            if getattr(call.func, "attr", "") == "reveal" and isinstance(call.args[0], ast.Constant)
        ]
        faults += [f"{cell.id}: {ast.unparse(call)} gives the right choice away: compute it" for call in told]
        text = next((other for other in cells[number:] if other.cell_type == "markdown"), None)
        if text is None or not text.source.startswith(f"<details><summary>{READING}</summary>"):
            faults.append(f"{cell.id}: the text after it does not begin with <details><summary>{READING}</summary>")
    return faults


def reasons(path, notebook):
    """Each question for a sentence has a model sentence, kept apart, and there are three in a lesson."""
    asked = [
        ast.literal_eval(node.args[0])
        for cell in code(notebook)
        if "explain(" in cell.source
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "explain"
    ]
    known = REASONS.get(path.name[:2], {})
    faults = [
        f"{question!r} has no model sentence in nnlib/checks/reasons.py"
        for question in asked
        if not known.get(question)
    ]
    faults += [f"{question!r} in nnlib/checks/reasons.py is not asked" for question in known if question not in asked]
    if path.name != GLOSSARY and len(asked) != QUESTIONS:
        faults.append(f"it asks for {len(asked)} sentences by `explain`: {QUESTIONS} are expected")
    return faults


def skeleton(path, notebook):
    """A lesson has all its parts, and the glossary has its terms."""
    if path.name == GLOSSARY:
        return []
    texts = [cell.source for cell in markdown(notebook)]
    whole = "\n".join(texts)
    first = [rf"\*\*{words}\*\*" for words in ["You need", "You will be able to", "Time"]]
    faults = [f"its beginning lacks {words}" for words in first if not re.search(words, whole.partition("\n## ")[0])]
    if not any("raises-exception" in cell.metadata.get("tags", []) for cell in code(notebook)):
        faults.append("no cell fails on purpose: none has the tag raises-exception")
    _, heading, end = whole.partition("## What you know now\n")
    if not heading:
        faults.append("no part '## What you know now'")
    elif len(CLOSED.findall(end)) != POINTS:
        faults.append(f"'What you know now' is not {POINTS} closed questions, each in <details> with its answer")
    if not re.search(r"^\| symbol \| meaning \| shape.*\n\|[-|]+\|\n(\|.+\n?)+", end, re.MULTILINE):
        faults.append("no table of symbols (symbol, meaning, shape) at its end")
    glossary = "\n".join(cell.source for cell in markdown(load(path.with_name(GLOSSARY))))
    entries = re.findall(r"^### (.*)\n\n(.*)$", glossary, re.MULTILINE)
    terms = [term for term, entry in entries if f"]({path.name})" in entry]
    if len(terms) < FEWEST_TERMS:
        faults.append(f"only {len(terms)} terms of {GLOSSARY} are 'Met in' it: at least {FEWEST_TERMS} are expected")
    said = "\n".join(cell.source for cell in notebook.cells).lower()
    faults += [
        f"'{t}' of {GLOSSARY} is not met in it" for t in terms if not all(w[:6] in said for w in t.lower().split())
    ]
    return faults


RULES = [form, self_contained, accessible, links, words, typed_numbers, code_in_hints, shapes_of_symbols, claimed]
RULES += [mirrors, skeleton, unspoiled, reasons, prose_length]
QUESTIONS = 3  # that a reader answers in a sentence, in each lesson
READING = "What came out"  # what is closed below the cell that a prediction is about
GLOSSARY = "99_glossary.ipynb"
FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = lessons(FOLDER)

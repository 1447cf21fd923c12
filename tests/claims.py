"""Claims: sentences of a notebook that state a result, each rebuilt from the result and looked for in the prose.

    python tests/claims.py notebooks/01_neurons.ipynb      runs its code, and says of each claim whether it holds
    python tests/claims.py                                 the same for all notebooks

In tests/claims/01_neurons.txt each paragraph is a claim, written as an f-string is:

    All three are learned from all {words(20 if learned == {"and", "or", "nand"} else 0)} starts.

It is looked for in the Markdown of the notebook, and computed by the notebook's own kernel once the code above that
text has run, or, where the claim begins with "> ", once the next cell has run as well (">3 ": the next three). What
comes must stand there word for word. Besides the notebook's variables it may use what is in tests/claim_words.py. A
paragraph that begins with "= " is a phrase whose quantities no code computes, such as "= a digit or two": it only has
to stand there.
"""

import argparse
import ast
import difflib
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

from jupyter_client.manager import start_new_kernel
from patience import PATIENCE

from nnlib.notebooks import lessons, read

FOLDER = Path(__file__).resolve().parent / "claims"
NOTEBOOKS = lessons(FOLDER.parents[1] / "notebooks")
HELPERS = Path(__file__).resolve().with_name("claim_words.py")


class Claim(NamedTuple):
    """A template, as pairs (text, expression); the last has no expression."""

    template: str
    parts: tuple
    ahead: int  # code cells below the text that have to run first

    def __str__(self):
        return self.template


def split(template):
    """Return the pairs (text, (expression, format)) of a template; raise ValueError if it is not one."""
    parts, text, i = [], "", 0
    while i < len(template):
        if template[i : i + 2] in ("{{", "}}"):
            text, i = text + template[i], i + 2
        elif template[i] == "{":
            end, found = i, None
            while found is None:  # the first brace at which the expression is complete
                end = template.find("}", end + 1)
                if end < 0:
                    raise ValueError(f"no expression is complete after {template[i : i + 40]!r}")
                found = expression(template[i + 1 : end])
            parts.append((text, found))
            text, i = "", end + 1
        else:
            text, i = text + template[i], i + 1
    return (*parts, (text, None))


def expression(text):
    """Return (expression, format) of the inside of a pair of braces, or None if it is none."""
    for end in [len(text), *(hit.start() for hit in reversed([*re.finditer(":", text)]))]:
        try:
            ast.parse(text[:end].strip(), mode="eval")
        except SyntaxError:
            continue
        return text[:end].strip(), text[end + 1 :].strip()
    return None


@cache
def claims(name):
    """Return the claims about the notebook of this name, from its file."""
    path = FOLDER / f"{name}.txt"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    found = []
    for paragraph in re.split(r"\n\s*\n", re.sub(r"^#.*\n?", "", text, flags=re.MULTILINE)):
        signs, template = re.fullmatch(r"((?:(?:>\d*|=) )*)(.*)", plain(paragraph)).groups()
        if template:
            parts = ((template, None),) if "=" in signs else split(template)
            ahead = sum(int(cells or 1) for cells in re.findall(r">(\d*)", signs))
            found.append(Claim(template, parts, ahead))
    return tuple(found)


def plain(text):
    return " ".join(text.split())


flat = cache(plain)


def computes(claim):
    return len(claim.parts) > 1


def covered(claim, text):
    """Return the spans of a text for which a claim answers: what it computes, or all of a phrase without quantities."""
    return [span for start, end, holes in spans(claim, text) for span in (holes or [(start, end)])]


def without_code(source):
    """Return Markdown with blanks in the place of its blocks of code."""
    return re.sub(r"```.*?```", lambda hit: " " * len(hit[0]), source, flags=re.DOTALL)


def literal(text):
    return re.sub(r"(\\ )+", r"\\s+", re.escape(text))


def whole(text):
    """Return a pattern for this text where no word or number goes on at either end."""
    return re.compile(rf"(?<![\w.,+−-]){text}(?!\w|[.,%]\d|-\w)", re.DOTALL)


@cache
def pattern(claim):
    """Return a pattern for where a claim may stand: its text, with anything short in the place of what is computed."""
    hole = r"((?:\S(?:.{0,90}?\S)??)?)"
    return whole("".join(literal(text) + (hole if computed else "") for text, computed in claim.parts))


def spans(claim, text):
    """Return where in the text a claim may stand: (start, end, spans of what is computed), no two with one end."""
    found = {}
    if not all(plain(piece) in flat(text) for piece, _ in claim.parts):  # the pattern takes its time
        return []
    for hit in (pattern(claim).match(text, m.start()) for m in re.finditer(r"(?<!\w)\S", text)):
        if hit:
            found[hit.end()] = (*hit.span(), [hit.span(k) for k in range(1, len(hit.groups()) + 1)])  # the shortest
    return list(found.values())


def places(notebook, found):
    """Return ([(claim, index of its cell, code cells that run before it)], faults)."""
    texts = {i: without_code(cell.source) for i, cell in enumerate(notebook.cells) if cell.cell_type == "markdown"}
    placed, faults = [], []
    for claim in found:
        hits = [i for i, text in texts.items() for _ in spans(claim, text)]
        if len(hits) == 1 or (hits and not computes(claim)):
            before = sum(cell.cell_type == "code" for cell in notebook.cells[: hits[0]])
            placed.append((claim, hits[0], before + claim.ahead))
        elif hits:
            faults.append(f"this claim may stand in {len(hits)} places, make it longer: {claim}")
        else:
            faults.append(f"no sentence says what this claim says:\n  claim: {claim}\n  prose: {closest(claim, texts)}")
    return placed, faults


def closest(claim, texts):
    """Return the sentence that resembles a claim most."""
    sentences = [part for text in texts.values() for part in re.split(r"(?<=[.:;!?])\s", text)]
    bare = " ".join(text for text, _ in claim.parts)
    return max(sentences, key=lambda sentence: difflib.SequenceMatcher(None, bare, sentence).ratio(), default="")


def outputs(notebook, cells):
    """Return what the first code cells have printed, as it is stored."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"][:cells]
    return "\n".join(output_text(output) for cell in code for output in cell.outputs)


def all_code(notebook):
    """Return all code of a notebook, that of its answers as well."""
    texts = [
        cell.source
        if cell.cell_type == "code"
        else "\n".join(re.findall(r"```python\n(.*?)```", cell.source, re.DOTALL))
        for cell in notebook.cells
    ]
    return "\n".join(texts)


def output_text(output):
    data = output.get("data", {})
    texts = [data[kind] for kind in data if kind.startswith("text/")]
    return "\n".join([output.get("text", "") + output.get("evalue", ""), *texts])


def request(claim, notebook, cells):
    """Return an expression for the kernel that gives the texts of what is computed, and changes nothing there."""
    holes = [computed for _, computed in claim.parts if computed]
    used = " ".join(text for text, _ in holes)
    printed = outputs(notebook, cells) if re.search(r"\b(printed|series)\(", used) else ""
    code = all_code(notebook) if re.search(r"\bcoded\(", used) else ""
    names = f"__import__('runpy').run_path({str(HELPERS)!r})['names'](globals(), {printed!r}, {code!r})"
    return f"(lambda names: [format(eval(text, names), form) for text, form in {holes!r}])({names})"


def rendered(claim, answer):
    """Return the sentence with what was computed in its place."""
    values = ast.literal_eval(answer["data"]["text/plain"])
    return plain("".join(text + value for (text, _), value in zip(claim.parts, [*values, ""], strict=True)))


def judge(claim, prose, answer):
    """Return what is wrong with a claim, given the text of its cell and the kernel's answer, or None."""
    if answer["status"] != "ok":
        return f"{answer['ename']}: {answer['evalue']}\n  claim: {claim}"
    said = rendered(claim, answer)
    if whole(literal(said)).search(prose):
        return None
    ((start, end, _), *_) = spans(claim, prose)
    return f"the prose does not say what comes out:\n  comes: {said}\n  prose: {plain(prose[start:end])}"


def ask(client, notebook, placed, cells):
    """Yield (claim, text of its cell, the kernel's answer) for claims that are due when so many code cells have run."""
    due = [(claim, index) for claim, index, after in placed if after == cells and computes(claim)]
    if not due:
        return
    expressions = {str(k): request(claim, notebook, cells) for k, (claim, _) in enumerate(due)}
    sent = client.execute("", silent=True, store_history=False, user_expressions=expressions)
    while (reply := client.get_shell_msg(timeout=PATIENCE))["parent_header"].get("msg_id") != sent:
        continue
    for k, (claim, index) in enumerate(due):
        yield claim, without_code(notebook.cells[index].source), reply["content"]["user_expressions"][str(k)]


def run(path):
    """Run the code of a notebook; yield (claim, text of its cell, the kernel's answer) for all that can be placed."""
    import strict  # noqa: F401 (what a kernel of the tests has in its environment; it imports this file)

    notebook = read(path)
    placed, _ = places(notebook, claims(path.stem))
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(path.parent), stderr=subprocess.DEVNULL)
    try:
        yield from ask(client, notebook, placed, 0)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for number, cell in enumerate(code, 1):
            client.execute_interactive(cell.source, output_hook=lambda _: None, stop_on_error=False, allow_stdin=False)
            yield from ask(client, notebook, placed, number)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all")
    paths = [path.resolve() for path in parser.parse_args().notebooks] or NOTEBOOKS
    failed = False
    for path in paths:
        faults = places(read(path), claims(path.stem))[1]
        for claim, prose, answer in run(path):
            fault = judge(claim, prose, answer)
            print(f"{'FAILS' if fault else 'holds'}  {fault or rendered(claim, answer)}")
            failed |= fault is not None
        print("".join(f"FAILS  {fault}\n" for fault in faults), end="")
        failed |= bool(faults)
    sys.exit(failed)


if __name__ == "__main__":
    main()

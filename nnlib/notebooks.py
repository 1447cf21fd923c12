"""Says which files are notebooks of the course, and reads one whatever tool wrote it, or says what came instead."""

import json
import re
import warnings

LESSON = re.compile(r"\d\d_[a-z0-9_]+\.ipynb")
PREDICTED = re.compile(r"^(\w+) = predict\(", re.MULTILINE)
REVEALED = re.compile(r"^(\w+)\.reveal\(", re.MULTILINE)
DRAWS = "# Only draws"  # how code begins that is folded: no reader needs to read it
CONFLICT = re.compile(r"<{7} |>{7} ")  # of git at the beginning of a line, of nbdime inside a cell


def lessons(folder):
    """Return the notebooks of the course in a folder, in order: neither copies of them nor notes of one's own."""
    named = [path for path in found(folder) if LESSON.fullmatch(path.name) and path.is_file()]
    return [path for path in named if not any(copied(path, other) for other in named)]


def found(folder):
    """Return all that is called a notebook in a folder, but what programs hide there, such as ._01_neurons.ipynb."""
    return sorted(path for path in folder.glob("*.ipynb") if not path.name.startswith("."))


def copied(path, other):
    """Whether a name is that of a copy, as 01_neurons_anna.ipynb and 01_neurons-Copy1.ipynb are of 01_neurons.ipynb."""
    return path.stem.startswith(other.stem) and re.match(r"[^a-z0-9]", path.stem.removeprefix(other.stem)) is not None


def stray(path):
    """Return why a file is no notebook of the course, and what to do about it; None for one that is."""
    given = f"expected a notebook of the course, named as in 08_my_topic.ipynb, got {path.name!r}"
    if path.parent.name == ".ipynb_checkpoints":
        return f"{given}, a checkpoint that Jupyter keeps: give the notebook itself"
    for other in lessons(path.parent):
        if copied(path, other):
            return f"{given}, a copy of {other.name}: delete it, or move it out of {path.parent.name}/"
        if path.name != other.name and path.name[:3] == other.name[:3] and LESSON.fullmatch(path.name):
            return f"{given}, whose number {other.name} has as well: rename one of them"
    return None if LESSON.fullmatch(path.name) else f"{given}: rename it, or move it out of {path.parent.name}/"


def spoilers(cells):
    """Return the cells whose output gives a prediction away: from `predict` to the first text after its `reveal`."""
    found, waiting, after = [], set(), False
    for cell in cells:
        if cell.cell_type != "code":
            after = False
            continue
        if waiting or after:
            found.append(cell)
        after = after or not waiting.isdisjoint(REVEALED.findall(cell.source))
        waiting = (waiting - set(REVEALED.findall(cell.source))) | set(PREDICTED.findall(cell.source))
    return found


def read(path):
    """Return a notebook in nbformat 4.5 with an id for each cell, whichever version and tool it is from.

    Raises ValueError in one line for a file that is none: what was expected, what came, what to do.
    """
    text = decoded(path)
    try:
        content = json.loads(text)
        json.dumps(content, ensure_ascii=False).encode()  # half of a pair of surrogates could never be written
    except (ValueError, RecursionError) as error:
        for number, line in enumerate(text.splitlines(), 1):
            if CONFLICT.match(line):
                marker = f"a conflict of git in line {number}, {line[:30]!r}"
                raise ValueError(expected(path, marker, "keep one side, `git checkout --ours` or `--theirs`")) from None
        raise ValueError(expected(path, f"no JSON ({type(error).__name__}: {str(error)[:80]})", RESTORE)) from None
    if not isinstance(content, dict) or "nbformat" not in content:
        raise ValueError(expected(path, f"other JSON: {text.strip()[:30]!r}", RESTORE))
    if content["nbformat"] not in (3, 4):
        version = f"nbformat {content['nbformat']!r}"
        raise ValueError(expected(path, version, "save it as version 4 in the program that wrote it"))
    return without_folds(valid(path, text))


def without_folds(notebook):
    """Take away the lines that stand in place of folded outputs: no cell has printed them."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("metadata", {}).get("nnlib") != "folded"]
    return notebook


RESTORE = "restore it, for example with `git checkout`"


def expected(path, came, cure):
    """Return what to say of a file that is no notebook."""
    return f"{path.name}: expected a notebook, got {came}: {cure}"


def decoded(path):
    """Return the text of a file without its byte order mark; raises ValueError for what is no text in UTF-8."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(expected(path, f"a file that cannot be read ({error.strerror})", "check its path")) from None
    if not data.strip():
        raise ValueError(expected(path, "an empty file", RESTORE))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"text that is not in UTF-8 (byte 0x{data[error.start]:02x} at {error.start:,})"
        raise ValueError(expected(path, what, "save it in UTF-8")) from None


def valid(path, text):
    """Return a notebook from its JSON, with what older versions and other tools leave out."""
    import nbformat

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of ids that are missing or stand twice, which get others here
            notebook = nbformat.convert(nbformat.reader.reads(text), 4)
            notebook.nbformat, notebook.nbformat_minor, taken = 4, 5, set()
            for number, cell in enumerate(notebook.cells):
                if not re.fullmatch(r"[\w-]{1,64}", str(cell.get("id", "")), re.ASCII) or cell.id in taken:
                    cell.id = next(name for name in (f"cell-{k}" for k in range(number, 10**9)) if name not in taken)
                taken.add(cell.id)
            nbformat.validate(notebook, relax_add_props=True)
    except Exception as error:  # of many kinds: whatever stands where a cell should
        why = str(getattr(error, "message", error)).partition("\n")[0]
        raise ValueError(expected(path, f"one that is not valid ({why[:150]})", RESTORE)) from None
    return notebook

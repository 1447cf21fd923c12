"""Tables of numbers that a reader has, in text files: one example a line, its label among the numbers."""

import csv
import gzip
import itertools
import zlib
from pathlib import Path

import numpy as np

from nnlib.data.sets import cure_of
from nnlib.guards import brief, is_number

ROWS = 500  # that are made into an array at a time: a row of texts takes ten times the memory
LONGEST = 2**22  # characters of a line


def load_csv(path, *, label=0, scaled=False):
    """Return X (n, d) and y (n,) of a table: a line for each example, whose first value is the label.

    The values are separated by commas, semicolons, tabs or blanks, with or without quotes; the file may be gzipped,
    and its first line may hold the names of the columns, as in Kaggle's train.csv.
    X is uint8 if all its numbers are whole and from 0 to 255, as pixels are, else float64; y is int64.

    Parameters
        label: which column it is, from 0 on, or -1 for the last one; None where there is none, and y is None, too
        scaled: X as float32 from 0 to 1, in place of 0 to 255

    Raises FileNotFoundError, or ValueError for what is no such table, with the line and the column.
    """
    path = Path(path).expanduser()
    if label is not None and not (is_number(label) and label % 1 == 0):
        raise ValueError(f"load_csv expected label to be the number of a column, from 0 on, got {brief(label)}")
    try:
        with opened(path) as file:
            X, y = table(path, rows_of(path, file), label)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"load_csv expected a text in {path}, got other bytes ({error.reason}): save it in UTF-8"
        ) from error
    except (csv.Error, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"load_csv expected a table in {path}, and cannot read it: {error}") from error
    if scaled and not (X.min() >= 0 and X.max() <= 255):
        raise ValueError(f"load_csv expected numbers from 0 to 255 to scale in {path}, got {X.min():g} to {X.max():g}")
    return (np.divide(X, 255, dtype=np.float32) if scaled else X), y


def opened(path):
    """Return the open text of a file, gzipped or not."""
    if not path.exists():
        raise FileNotFoundError(f"load_csv expected the file {path}, and it is not there")
    if path.is_dir():
        raise ValueError(f"load_csv expected a file, got the folder {path}")
    if cure := cure_of(path, "load_csv"):
        raise ValueError(f"load_csv expected a text in columns, got {path}{cure}")
    with path.open("rb") as file:
        start = file.read(2)
    if start == b"PK":
        raise ValueError(f"load_csv expected a text in {path}, got a zip archive: unpack it first")
    if start == b"\x1f\x8b":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")  # Excel begins a file with a mark that is no number


def lines_of(path, file):
    """Yield the lines of a file; a few kilobytes may hold one of gigabytes."""
    while line := file.readline(LONGEST):
        if len(line) == LONGEST:
            raise ValueError(f"load_csv expected lines of less than {LONGEST:,} characters in {path}, got a longer one")
        yield line


def rows_of(path, file):
    """Yield (line, list of texts) for each line that is not blank."""
    lines = (line.strip(" \r\n") for line in lines_of(path, file))
    first, blank = "", -1
    for blank, first in enumerate(lines):  # noqa: B007
        if first:
            break
    signs = [sign for sign in ";\t," if sign in first] or [" "]  # a comma may stand in the numbers
    separator = max(signs, key=first.count)
    reader = csv.reader(itertools.chain([first], lines), delimiter=separator, skipinitialspace=True)
    for texts in reader:
        if texts:
            yield blank + reader.line_num, texts


def table(path, rows, label):
    """Return X and y of rows (line, texts)."""
    line, first = next(rows, (0, []))
    if not first:
        raise ValueError(f"load_csv expected a table in {path}, got an empty file")
    width = len(first)
    if width < 2 or (label is not None and not -width <= label < width):
        expected = f"a column {label} for the label and others" if label is not None else "two columns or more"
        raise ValueError(f"load_csv expected {expected} in {path}, got {width}: is it separated by , ; tabs or blanks?")
    place = None if label is None else label % width
    if is_header(first, place):
        check_header(path, first, place)
    else:
        rows = itertools.chain([(line, first)], rows)
    parts, labels = [], []
    while several := list(itertools.islice(rows, ROWS)):
        numbers = np.array([numbers_of(path, line, texts, width, place) for line, texts in several])
        check_finite(path, numbers, several)
        if place is not None:
            labels.append(numbers[:, place].astype(np.int64))
            numbers = np.delete(numbers, place, axis=1)
        pixels = numbers.astype(np.uint8) if numbers.min() >= 0 and numbers.max() <= 255 else numbers
        parts.append(pixels if np.array_equal(pixels, numbers) else numbers)
    if not parts:
        raise ValueError(f"load_csv expected rows of numbers in {path}, got only names of columns")
    return np.concatenate(parts), np.concatenate(labels) if labels else None


def number(text):
    """Return a text as a number, or None."""
    try:
        return float(text)
    except ValueError:
        return None


def is_header(texts, place):
    """Whether a row holds names: none of it is a number, or the label is none, or pandas has counted the columns."""
    values = [number(text) for text in texts]
    names = values.count(None)
    counted = len(texts) > 2 and values == list(range(len(texts)))
    return names == len(texts) or counted or (place is not None and values[place] is None and texts[place] != "")


def check_header(path, names, place):
    """Raise ValueError where the names of the columns say that the table is another one."""
    if names[0] == "":
        raise ValueError(
            f"load_csv expected a name for each column in {path}, got none for the first: is it the index that pandas "
            "writes? Write the table with index=False"
        )
    if place is not None and names[place].lower().startswith("pixel"):
        raise ValueError(
            f"load_csv expected the label in column {place + 1} of {path}, which is called {brief(names[place])}: "
            "a table without labels is read with label=None"
        )


def numbers_of(path, line, texts, width, place):
    """Return the numbers of a row, or raise ValueError."""
    if len(texts) != width:
        raise ValueError(f"load_csv expected {width} values in each line of {path}, got {len(texts)} in line {line}")
    try:
        values = [float(text) for text in texts]
    except ValueError:
        column = next(i for i, text in enumerate(texts) if number(text) is None)
        text = texts[column]
        came = f"the text {brief(text)}" if text else "nothing"
        hint = ": a decimal comma? It has to be a point" if number(text.replace(",", ".")) is not None else ""
        what = "a whole number as the label" if column == place else "a number"
        if column == place and text:
            hint = ": np.unique(names, return_inverse=True)[1] numbers classes that have names"
        where = f"line {line}, column {column + 1} of {path}"
        raise ValueError(f"load_csv expected {what} in {where}, got {came}{hint}") from None
    if place is not None and not (abs(values[place]) < 2**53 and values[place] % 1 == 0):
        hint = "" if place == width - 1 else ". Is it in the last column? Then label=-1"
        where = f"line {line}, column {place + 1} of {path}"
        raise ValueError(f"load_csv expected a whole number as the label in {where}, got {texts[place]}{hint}")
    return values


def check_finite(path, numbers, rows):
    """Raise ValueError where a number is nan or infinite, as gaps are often written."""
    strange = np.argwhere(~np.isfinite(numbers))
    if len(strange):
        row, column = strange[0]
        line, texts = rows[row]
        where = f"line {line}, column {column + 1} of {path}"
        raise ValueError(f"load_csv expected a finite number in {where}, got {brief(texts[column])}: is it a gap?")

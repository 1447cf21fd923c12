"""Finds quantities in prose: 20, -1.5, 97 %, twenty, three of twenty, a third, half, twice; and what they are worth."""

import re

from claim_words import TENS, UNITS

LARGE = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6}
PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10, "hundredth": 100}
PARTS["thousandth"] = 1000
VALUES = {word: k for k, word in enumerate(UNITS)}
VALUES |= {ten: 10 * k for k, ten in enumerate(TENS, 2)}
VALUES |= {f"{ten}-{unit}": 10 * k + n for k, ten in enumerate(TENS, 2) for n, unit in enumerate(UNITS[:10]) if n}

NUMBER = r"(?:(?<![^\s(\[|,])[-−+])?(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?(?: ?%)?(?!\w)"
CARDINAL = "(?:" + "|".join(sorted(VALUES, key=len, reverse=True)) + ")"
PART = "(?:halves|(?:" + "|".join(PARTS) + ")s?)"
WORDS = (
    rf"(?:{CARDINAL}|a) {PART}|half|twice|(?:{CARDINAL} |a )?(?:{'|'.join(LARGE)})|{CARDINAL}",
    r"(?<![\w-])(?:{})(?![\w-])",
)
CODED = r"(?:(?<![\w.)\]])-)?(?<![\w.])(?:\d{1,3}(?:,\d{3})+|\d[\d_]*)(?:\.\d*)?(?:e[+-]?\d+)?%?"
QUANTITY = re.compile(f"{NUMBER}|{WORDS[1].format(WORDS[0])}", re.IGNORECASE)


def worth(text):
    """Return the value of a quantity as it stands in prose."""
    text = text.lower().replace("−", "-").replace(",", "").strip()
    if re.match(r"[-+]?\d", text):
        return float(text.rstrip(" %")) / (100 if text.endswith("%") else 1)
    if text in ("half", "twice"):
        return {"half": 0.5, "twice": 2.0}[text]
    first, _, last = text.rpartition(" ")
    count = VALUES.get(first, 1)
    if last in LARGE:
        return float(count * LARGE[last])
    part = "half" if last == "halves" else last.removesuffix("s")
    return count / PARTS[part] if first and part in PARTS else float(VALUES[text])


def computed(text):
    """Return the values of all numbers in code and outputs: 60_000 and 60,000 are one, and 0.97 is 97 % as well."""
    found = set()
    for number in re.findall(
        r"(?:(?<![\w.)\]])-)?(?<![\w.])(?:\d{1,3}(?:,\d{3})+|\d[\d_]*)(?:\.\d*)?(?:e[+-]?\d+)?%?", text
    ):
        found.add(float(re.sub("[_,%]", "", number)) / (100 if number.endswith("%") else 1))
    return found


# What no cell computes: places in the course, exercises, years, durations that another test ties, "one" for "a thing".
NAMES = r"notebooks?|sections?|exercises?|parts?|chapters?|pages?|equations?|algorithm|figure|lessons?|versions?|Python"
STRUCTURAL = [
    rf"\b(?:{NAMES}) \d+(?:\.\d+)*(?:(?:,| and| or| to|–) ?\d+(?:\.\d+)*)*",
    r"\ba third\b(?! (?:of|to|as|more|less|nearer)\b)",
    r"\b0\d\.\d\b|\b(?:19|20)\d\d\b",
    r"^\*\*Time\*\*.*$|\[(?:← )?\d+ · [^\]]*\]",
    r"(?<![-\w])one\b(?! of (?:the )?(?:" + CARDINAL + r"|\d)| (?:third|quarter|half|tenth)| in \w+)",
]
HIDDEN = [r"```.*?```", r"\$\$.*?\$\$", r"\$[^$\n]+\$", r"`[^`\n]*`", r"(?<=\])\([^)]*\)", r"<[^>]+>", r"^#.*?$"]


def blanked(source, patterns=HIDDEN):
    """Return Markdown with blanks in the place of code, formulas, addresses of links, headings and tags."""
    for pattern in patterns:
        flags = re.MULTILINE | re.IGNORECASE | (re.DOTALL if pattern in HIDDEN else 0)
        source = re.sub(pattern, lambda hit: re.sub(r"[^\n]", " ", hit[0]), source, flags=flags)
    return source


def stated(source):
    """Return the quantities that a Markdown source states, as matches."""
    return list(QUANTITY.finditer(blanked(blanked(source), STRUCTURAL)))

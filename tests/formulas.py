"""Translates the formulas of docstrings and notebooks into Python, so that they can be computed.

    L = mean over rows of -log p[label]   becomes   L = rows(-log(p[label]))
    $\\frac{1}{1 + e^{-z}}$                 becomes   ((1)/(1 + exp(-z)))

Names beside each other are multiplied; `product` says how. Indices (z_j, z_k) go away: Σ is along the rows.
"""

import re

import numpy as np

LATEX = [
    (r"\\(?:left|right)|\\[,;]", ""),
    (r"\\tfrac", r"\\frac"),
    (r"\\(?:mathbf|text)\{(\w+)\}", r"\1"),
    (r"\\hat (\w)", "\\1\u0302"),
    (r"\\(eta|alpha|epsilon)", r"\1"),
    (r"\\beta_1\^t", "β1ᵗ"),
    (r"\\beta_2\^t", "β2ᵗ"),
    (r"\\beta_(\d)", r"β\1"),
    (r"\\beta", "beta"),
    (r"\\theta", "θ"),
    (r"\\mu", "μ"),
    (r"\\lambda", "λ"),
    (r"\\sigma", "σ"),
    (r"\\leftarrow", "="),
    (r"\\ln (\w+)", r"log(\1)"),
    (r"\\tanh\^2 (\w+)", r"(tanh(\1))²"),
    (r"\\tanh (\w+)", r"tanh(\1)"),
    (r"\\ln", "log"),
    (r"\\tanh", "tanh"),
    (r"\\max", "max"),
    (r"\\sum(?:_\w)?", "Σ "),
    (r"\\cdot", "·"),
    (r"e\^\{([^{}]*)\}", r"exp(\1)"),
    (r"e\^(\w)", r"exp(\1)"),
    (r"_\{(\w+)\}", r"_\1"),
    (r"\^2", "²"),
    (r"\^T", "ᵀ"),
    (r"\\sqrt\{([^{}]*)\}", r"sqrt(\1)"),
    (r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))"),
]
WORDS = [
    (r"_[jk]\b", ""),
    (r"\bXW\b", "X W"),
    (r"\blog p\[label\]", "log(right(p))"),
    (r"\blog p\b", "log(p)"),
    (r"/ (\d)(\w)\b", r"/ (\1 \2)"),
    (r"\|(\w+)\|", r"abs(\1)"),
    (r"mean over rows of Σ (.*)", r"rows(Σ \1)"),
    (r"mean over rows of (.*)", r"rows(\1)"),
    (r"mean of (.*)", r"mean(\1)"),
    (r"Σ rows of (.*)", r"down(\1)"),
    (r"Σ((?: *(?:exp)?\([^()]*\)²?| *[\wθ]+²?)+)", r"along(\1)"),
    (r"(.*) with probability (\w+), else (.*)", r"choose(\2, \1, \3)"),
    (r"√([\ŵ]+)", r"sqrt(\1)"),
    (r"([\wθ]|\))²", r"\1**2"),
    (r"([\wθ])ᵀ", r"\1.T"),
    (r"(β\d)ᵗ", r"\1**t"),
    (r"f'\(", "slope("),
]
FUNCTIONS = {
    "exp",
    "log",
    "sqrt",
    "tanh",
    "abs",
    "max",
    "onehot",
    "rows",
    "mean",
    "down",
    "along",
    "choose",
    "f",
    "slope",
}
FUNCTIONS |= {"softmax", "right", "L", "σ", "Φ"}
TOKEN = re.compile(r"\s*(\*\*|\d+(?:\.\d+)?|[^\W\d][\w\u0302]*(?:\.T)?|.)")


def python(formula, product="*"):
    """Return a formula as Python."""
    for pattern, new in LATEX:
        formula = re.sub(pattern, new, formula)
    for pattern, new in WORDS:
        formula = re.sub(pattern, new, formula)
    tokens = [token.replace("\u0302", "_hat") for token in TOKEN.findall(formula.strip())]
    parts, dot = [], f" {'@' if '·' in formula else product} "
    for k, token in enumerate(tokens):
        before = tokens[k - 1] if k else ""
        ended = before == ")" or before == "]" or re.match(r"[\w]", before)
        begins = re.match(r"\w", token) or token == "("
        called = token in "([" and before in FUNCTIONS
        if k and ended and begins and not called:
            parts.append(dot)
        parts.append(dot if token == "·" else token)
    return "".join(parts)


LABELLED_LINES = re.compile(
    r"^ *(?:Forward|Backward|Step(?: t)?|Momentum|Nesterov): +(.*(?:\n {13,}\S.*)*)", re.MULTILINE
)


def statements(text):
    """Return the formulas of a docstring's lines, in order: those of one line are apart by two blanks or more."""
    found = []
    for block in LABELLED_LINES.findall(text):
        pieces = re.split(r",? {2,}|\n *", re.sub(r"\((?:training|otherwise)\)", "", block))
        found.append([piece.strip().rstrip(",") for piece in pieces if piece.strip()])
    return found


NAMES = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt, "tanh": np.tanh, "abs": np.abs, "max": np.maximum}
NAMES |= {"mean": np.mean, "rows": lambda a: np.sum(a) / len(a), "down": lambda a: np.sum(a, axis=0)}
NAMES |= {"along": lambda a: np.sum(a, axis=-1, keepdims=np.ndim(a) > 1)}


def compute(formula, product="*", **names):
    """Return the value of a formula that has no name on its left."""
    return eval(python(formula, product), NAMES | names)


def carry_out(formulas, names, product="*"):
    """Carry out assignments in order; the results go into `names`."""
    for formula in formulas:
        name, right = formula.replace(r"\leftarrow", "=").split(" = ", 1)
        names[name.replace("\u0302", "_hat")] = compute(right, product, **names)
    return names

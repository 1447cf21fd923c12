"""What is said of a graph: names from the notebook, formulas that no tape has written down, each step in words."""

from string import ascii_lowercase

import numpy as np

LONGEST, WIDEST = 6, 16  # letters of a name from the notebook, and of a sum, that fit into a box
RULES = {"__add__": "{} + {}", "__mul__": "{} · {}", "__truediv__": "{} / {}", "__matmul__": "{} @ {}", "T": "{}ᵀ",
         "maximum": "max({}, {})", "__getitem__": "{}[…]"}  # fmt: skip
POWERS = {"{}²": 2.0, "{}³": 3.0, "{}⁴": 4.0, "{}⁻¹": -1.0, "{}⁻²": -2.0, "√{}": 0.5}
ONE = {  # operations on a number x: value y, slope
    "relu({})": (lambda x: np.maximum(x, 0), lambda x: x > 0),
    "tanh({})": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "exp({})": (np.exp, np.exp),
    "log({})": (np.log, lambda x: 1 / x),
} | {sign: (lambda x, p=p: x**p, lambda x, p=p: p * x ** (p - 1)) for sign, p in POWERS.items()}
TWO = {  # operations on two numbers: value, both slopes
    "{} + {}": (lambda a, b: a + b, lambda a, b: (1, 1)),
    "{} − {}": (lambda a, b: a - b, lambda a, b: (1, -1)),
    "{} · {}": (lambda a, b: a * b, lambda a, b: (b, a)),
    "{} / {}": (lambda a, b: a / b, lambda a, b: (1 / b, -a / b / b)),
}


def formula(y, values, slopes, rules):
    """Return a formula such as "{} + {}": the name of the method says it, or else value and slopes do."""
    method = getattr(rules[0], "__qualname__", "").partition(".<locals>")[0].split(".")[-1] if rules else ""
    if method in RULES:
        return RULES[method]
    blanks = ", ".join(["{}"] * len(values))
    known = {1: ONE, 2: TWO}.get(len(values), {})
    name = "f" if method in ("", "__pow__", "<lambda>") else method
    return (name == "f" and guessed(known, y, values, slopes)) or (rules and f"{name}({blanks})") or ""


def guessed(known, y, values, slopes):
    """Return the one formula with this value and these slopes, else the one with this value; None if it is not one."""
    with np.errstate(all="ignore"):
        fits = [sign for sign, (f, _) in known.items() if np.allclose(f(*values), y, rtol=1e-9)]
        steep = {sign: np.ravel(known[sign][1](*values)) for sign in fits if None not in slopes}
    closer = [sign for sign in steep if np.allclose(steep[sign], slopes, rtol=1e-9)]
    fits = closer or fits
    return fits[0] if len(fits) == 1 else None


def names_of(tensors, names):
    """Return a name for each tensor: that of the notebook, the value of a constant, or the next free letter."""
    known = [names.get(id(t)) or (names.get(id(t.data)) if np.ndim(t.data) else None) for t in tensors]
    known = [name if known.index(name) == k else None for k, name in enumerate(known)]  # two may hold one array
    used = set(names.values())
    letters = iter(sorted(set(ascii_lowercase) - set(known), key=lambda letter: (letter in used, letter)))
    constant = [not len(t.parents) and np.size(t.data) == 1 for t in tensors]
    return [
        name or (number(t.data) if plain else next(letters))
        for name, t, plain in zip(known, tensors, constant, strict=True)
    ]


def names_in(notebook):
    """Return {id of a thing: its name} for short names; where a thing has several, the first counts."""
    short = [(name, thing) for name, thing in notebook.items() if len(name) <= LONGEST and name[0] != "_"]
    return {id(thing): name for name, thing in reversed(short)}


def number(value):
    """Return a number in a few characters, with a true minus.

    >>> number(-3.0), number(0.123456), number(0.0123456), number(12345.6), number(-0.0)
    ('−3', '0.123', '0.012', '1.23e+04', '0')
    """
    value = np.asarray(value, float).item()
    digits = 3 if abs(value) >= 0.0995 else 2
    text = f"{value + 0:.0f}" if value.is_integer() and abs(value) < 1e5 else f"{value:.{digits}g}"
    return text.replace("-", "−")


def factor(text):
    """Return a number as it stands in a product: a negative one in brackets."""
    return f"({text})" if text.startswith("−") else text


# What stands in the picture


def head(node, known=True):
    """Return a node's name and value, where it is known; a constant is called by its value, an array has a shape."""
    if constant(node) or node.data.size > 1:
        return node.name if constant(node) else f"{node.name} {shown(node.data)}"
    return f"{node.name} = {shown(node.data) if known else '?'}"


def constant(node):
    """Whether a node is a number that the notebook has no name for."""
    return not node.parents and node.name == shown(node.data)


def written(nodes, k, word=lambda node: node.name):
    """Return the formula of a node with a word, its name, for each of its parents."""
    return nodes[k].formula.format(*(word(nodes[parent]) for parent in nodes[k].parents))


def equation(nodes, k):
    """Return the name of a node and its formula."""
    return f"{nodes[k].name} = {written(nodes, k)}"


def shown(array):
    """Return a number, or the shape of an array."""
    return number(array) if np.size(array) == 1 else f"{np.shape(array)}"


def added(shares, count):
    """Return shares as a sum, with a question mark for each that is still to come; nothing where there is but one.

    >>> added([3.0, -4.0], 3), added([3.0], 1)
    ('3 + (−4) + ?', '')
    """
    if count < 2:
        return ""
    few = count < 6 and all(np.size(share) == 1 for share in shares)
    terms = [number(share) for share in shares] if few else []
    text = " + ".join([*terms[:1], *map(factor, terms[1:]), *["?"] * (count - len(terms))])
    return text if few and len(text) <= WIDEST else f"{len(shares)} of {count} added"


def slope_texts(nodes):
    """Return the text of each edge: its slope, or nothing where arrays meet."""
    return ["" if slope is None else f"× {number(slope)}" for node in nodes for slope in node.slopes]


# What is said below it


def words_forward(nodes, line, step):
    """Return in words what is computed at a step."""
    if not step:
        known = ", ".join(head(node) for node in nodes[::-1] if not node.parents and not constant(node))
        return f"Before the first step only the inputs are known: {known or 'constants'}."
    node, text = nodes[line[step - 1]], f"Step {step} of {len(line)}: {equation(nodes, line[step - 1])}"
    if any(nodes[parent].data.size > 1 for parent in node.parents):
        return f"{text} has {'the value' if node.data.size == 1 else 'shape'} {shown(node.data)}."
    plain = shown if "(" in node.formula else lambda array: factor(shown(array))
    return f"{text} = {written(nodes, line[step - 1], lambda parent: plain(parent.data))} = {shown(node.data)}."


def words_back(nodes, line, step, arrived, total):
    """Return in words what is sent at a step, to whom, and who still waits; lists of shares by node."""
    if not step:
        start = f"Before the walk back {nodes[-1].name} has gradient 1, the others 0."
        return start + (" Beside each edge stands its slope." if any(slope_texts(nodes)) else "")
    k = line[step - 1]
    gradient, sends = sum(arrived[k]), []
    for parent, slope, share in zip(nodes[k].parents, nodes[k].slopes, nodes[k].sent, strict=True):
        product = "" if slope is None else f"{factor(number(slope))} · {factor(shown(gradient))} = "
        sends.append(f"{product}{shown(share)} to {nodes[parent].name}")
    speaks = f"{equation(nodes, k)} has gradient {shown(gradient)}, sends {' and '.join(sends)}."
    text = [f"Step {step} of {len(line)}: {speaks}"]
    text += [now_has(nodes[p].name, arrived[p], len(total[p])) for p in dict.fromkeys(nodes[k].parents)]
    if step == len(line):
        inputs = [k for k, node in enumerate(nodes) if not node.parents and not constant(node)]
        ends = ", ".join(f"{nodes[k].name} {shown(sum(arrived[k]))}" for k in inputs[::-1])
        text.append(f"Done, with gradients {ends}." if ends else "Done.")
    return " ".join(filter(None, text))


def now_has(name, shares, count):
    """Return in words what has arrived at a node that gets several shares, and how many it waits for."""
    if count < 2:
        return ""
    terms, waits = added(shares, len(shares)), count - len(shares)
    had = f"{terms} = {shown(sum(shares))}" if terms else shown(sum(shares))
    return f"{name} has {had}" + (f" and waits for {waits} more." if waits else ".")

"""What is said of a graph: formulas that no tape has written down, each step in words."""

import numpy as np

WIDEST = 16  # letters of a sum that fit into a box
RULES = {"__add__": "{} + {}", "__mul__": "{} · {}", "__truediv__": "{} / {}", "__matmul__": "{} @ {}", "T": "{}ᵀ",
         "maximum": "max({}, {})", "__getitem__": "{}[…]"}  # fmt: skip
POWERS = {"{}²": 2.0, "{}³": 3.0, "{}⁴": 4.0, "{}⁻¹": -1.0, "{}⁻²": -2.0, "√{}": 0.5}
ONE = {  # operations on a number x: value y, derivative
    "relu({})": (lambda x: np.maximum(x, 0), lambda x: x > 0),
    "tanh({})": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "exp({})": (np.exp, np.exp),
    "log({})": (np.log, lambda x: 1 / x),
} | {sign: (lambda x, p=p: x**p, lambda x, p=p: p * x ** (p - 1)) for sign, p in POWERS.items()}
TWO = {  # operations on two numbers: value, both derivatives
    "{} + {}": (lambda a, b: a + b, lambda a, b: (1, 1)),
    "{} − {}": (lambda a, b: a - b, lambda a, b: (1, -1)),
    "{} · {}": (lambda a, b: a * b, lambda a, b: (b, a)),
    "{} / {}": (lambda a, b: a / b, lambda a, b: (1 / b, -a / b / b)),
}


def formula(y, values, derivatives, rules):
    """Return a formula such as "{} + {}": the name of the method says it, or else value and derivatives do."""
    method = getattr(rules[0], "__qualname__", "").partition(".<locals>")[0].split(".")[-1] if rules else ""
    if method in RULES:
        return RULES[method]
    blanks = ", ".join(["{}"] * len(values))
    known = {1: ONE, 2: TWO}.get(len(values), {})
    name = "f" if method in ("", "__pow__", "<lambda>") else method
    return (name == "f" and guessed(known, y, values, derivatives)) or (rules and f"{name}({blanks})") or ""


def guessed(known, y, values, derivatives):
    """Return the formula with this value and these derivatives, else that with this value; None if it is not one."""
    with np.errstate(all="ignore"):
        fits = [sign for sign, (f, _) in known.items() if np.allclose(f(*values), y, rtol=1e-9)]
        steep = {sign: np.ravel(known[sign][1](*values)) for sign in fits if None not in derivatives}
    closer = [sign for sign in steep if np.allclose(steep[sign], derivatives, rtol=1e-9)]
    fits = closer or fits
    return fits[0] if len(fits) == 1 else None


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


def derivative_texts(nodes):
    """Return the text of each edge: its local derivative, or nothing where arrays meet."""
    return [
        "" if derivative is None else f"× {number(derivative)}" for node in nodes for derivative in node.derivatives
    ]


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
        return start + (" Beside each edge stands its local derivative." if any(derivative_texts(nodes)) else "")
    k = line[step - 1]
    gradient = sum(arrived[k])
    sends = [f"{sent(nodes[k], j, gradient)} to {nodes[p].name}" for j, p in enumerate(nodes[k].parents)]
    speaks = f"{equation(nodes, k)} has gradient {shown(gradient)}, sends {' and '.join(sends)}."
    text = [f"Step {step} of {len(line)}: {speaks}"]
    text += [now_has(nodes[p].name, arrived[p], len(total[p])) for p in dict.fromkeys(nodes[k].parents)]
    if step == len(line):
        inputs = [k for k, node in enumerate(nodes) if not node.parents and not constant(node)]
        ends = ", ".join(f"{nodes[k].name} {shown(sum(arrived[k]))}" for k in inputs[::-1])
        text.append(f"Done, with gradients {ends}." if ends else "Done.")
    return " ".join(filter(None, text))


def sent(node, j, gradient):
    """Return what a node with this gradient sends to its parent number j, as a product where all are numbers."""
    derivative, share = node.derivatives[j], shown(node.sent[j])
    return share if derivative is None else f"{factor(number(derivative))} · {factor(shown(gradient))} = {share}"


def now_has(name, shares, count):
    """Return in words what has arrived at a node that gets several shares, and how many it waits for."""
    if count < 2:
        return ""
    terms, waits = added(shares, len(shares)), count - len(shares)
    had = f"{terms} = {shown(sum(shares))}" if terms else shown(sum(shares))
    return f"{name} has {had}" + (f" and waits for {waits} more." if waits else ".")


# What is told beside the pointer


def numbers(array):
    """Return a number, or an array with its numbers, of a large one some."""
    if np.size(array) == 1:
        return number(array)
    return np.array2string(np.asarray(array, float), precision=3, threshold=20, edgeitems=2).replace("-", "−")


def node_tip(nodes, k, known, shares):
    """Return what is behind a node: its formula, its value if it is known, and its gradient where there are shares."""
    parts = [equation(nodes, k) if nodes[k].parents else nodes[k].name]
    parts.append(f"value {numbers(nodes[k].data)}" if known else "value not computed yet")
    if shares is not None:
        parts.append(f"gradient {numbers(sum(shares)) if shares else 0}")
    return "\n".join(parts)


def edge_tip(nodes, k, j, known, gradient):
    """Return what is behind the edge from node k to its parent number j: the derivative, and what has been sent."""
    child, parent = nodes[k], nodes[nodes[k].parents[j]]
    if not known:
        return f"{parent.name} goes into {child.name}"
    derivative = "" if child.derivatives[j] is None else f": {number(child.derivatives[j])}"
    tip = f"derivative of {child.name} with respect to {parent.name}{derivative}"
    return tip if gradient is None else f"{tip}\nsends {sent(child, j, gradient)} to {parent.name}"

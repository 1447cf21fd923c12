"""Formulas that are typed from memory: read part by part, never run as a program, and compared by what comes out."""

import ast
import operator

import numpy as np

from nnlib.checks.results import plain

MATHS = [np.abs, np.exp, np.log, np.log1p, np.sqrt, np.square, np.tanh, np.maximum, np.minimum, np.where]
MATHS += [np.sum, np.mean, np.max, np.outer, np.eye, np.zeros_like, np.transpose]
FUNCTIONS = {each.__name__: each for each in MATHS} | {"abs": np.abs, "max": np.max}
METHODS = {"sum", "mean", "max", "T", "shape", "size", "dot", "transpose", "reshape"}
OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.MatMult: operator.matmul,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
LONGEST, LARGEST, HIGHEST = 300, 1e6, 10  # characters; of numbers; of exponents


def value(text, names):
    """Return the value of a formula; raises ValueError with a sentence for what is none, or cannot be computed."""
    try:
        tree = ast.parse(text.strip()[:LONGEST].replace("np.", ""), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError("This is no formula that Python can read.") from None
    try:
        with np.errstate(all="ignore"):
            return plain(computed(tree.body, names))
    except Unknown as unknown:
        raise ValueError(str(unknown)) from None
    except Exception as error:  # of any kind that NumPy has
        raise ValueError(f"It cannot be computed: {type(error).__name__}: {error}.") from None


class Unknown(Exception):
    """A part of Python that no formula of this course needs."""


def computed(node, names):
    """Return the value of a part of a formula."""
    match node:
        case ast.Constant(value=bool() | None | int() | float()):
            if isinstance(node.value, (int, float)) and abs(node.value) > LARGEST:
                raise Unknown("This number is too large.")
            return node.value
        case ast.Name():
            if node.id not in names and node.id not in FUNCTIONS:
                raise Unknown(f"There is no {node.id} here, only {', '.join(names)} and NumPy's functions.")
            return names[node.id] if node.id in names else FUNCTIONS[node.id]
        case ast.Tuple():
            return tuple(computed(each, names) for each in node.elts)
        case ast.BinOp(op=ast.Pow()) if not small(node.right):
            raise Unknown("A power here has a small number as its exponent.")
        case ast.BinOp() if type(node.op) in OPERATORS:
            return OPERATORS[type(node.op)](computed(node.left, names), computed(node.right, names))
        case ast.UnaryOp() if type(node.op) in OPERATORS:
            return OPERATORS[type(node.op)](computed(node.operand, names))
        case ast.Compare(ops=[op], comparators=[right]) if type(op) in OPERATORS:
            return OPERATORS[type(op)](computed(node.left, names), computed(right, names))
        case ast.Attribute():
            if node.attr not in METHODS:
                raise Unknown(f"There is no .{node.attr} here.")
            return getattr(np.asarray(computed(node.value, names)), node.attr)
        case ast.Call():
            given = [computed(each, names) for each in node.args]
            named = {each.arg: computed(each.value, names) for each in node.keywords if each.arg}
            return computed(node.func, names)(*given, **named)
        case ast.Subscript():
            return computed(node.value, names)[computed(node.slice, names)]
        case ast.Slice():
            parts = [None if each is None else computed(each, names) for each in (node.lower, node.upper, node.step)]
            return slice(*parts)
    raise Unknown(f"A formula here is made of {', '.join(names)}, numbers, operators and NumPy's functions.")


def small(node):
    """Whether an exponent is a number that is not large."""
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and abs(node.value) <= HIGHEST


def fault(mine, right):
    """Return "" for the right value, or what is wrong, the shape first."""
    try:
        mine, right = np.asarray(mine, dtype=float), np.asarray(right, dtype=float)
    except (TypeError, ValueError):
        return "This is no number, and no array of numbers."
    if mine.shape != right.shape:
        return f"Expected shape {right.shape}, got {mine.shape}."
    if np.allclose(mine, right, rtol=1e-9, atol=1e-12):
        return ""
    if np.allclose(mine, -right):
        return "The sign is the other one."
    return "The shape is right, the values are not."

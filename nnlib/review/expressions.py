"""Formulas that are typed from memory: read part by part, never run as a program, and compared by what comes out."""

import ast
import operator
import re

import numpy as np

from nnlib.checks.results import plain

MATHS = [np.abs, np.exp, np.log, np.log1p, np.sqrt, np.square, np.power, np.tanh, np.cosh, np.sign, np.heaviside]
MATHS += [np.maximum, np.minimum, np.where, np.add, np.subtract, np.multiply, np.divide, np.dot, np.matmul, np.outer]
MATHS += [np.sum, np.mean, np.max, np.prod, np.size, np.argmax, np.arange, np.eye, np.ones, np.zeros_like]
MATHS += [np.transpose]
NUMPY = {each.__name__: each for each in MATHS} | {"abs": np.abs, "max": np.max}
METHODS = {"sum", "mean", "max", "prod", "T", "shape", "size", "dot", "transpose", "reshape", "astype", "argmax"}
OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.MatMult: operator.matmul,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
ASSIGNED = re.compile(r"^\w+\s*=(?!=)\s*")
LONGEST, LARGEST, HIGHEST, MOST = 300, 1e6, 10, 10_000  # characters; of numbers; of exponents; numbers in an array


class Unreadable(ValueError):
    """A text that is no formula, or holds what no formula of this course needs: it says nothing about what is known."""


def of_python(array, *axis, **named):
    """`sum` as Python has it adds up the rows; with an axis, it is meant as NumPy's."""
    return np.sum(array, *axis, **named) if axis or named else sum(array)


def bounded(make):
    """Return a function that makes arrays, but no large ones, which would take for ever."""

    def made(*sizes, **named):
        if np.prod([np.prod(size) for size in sizes]) > MOST:
            raise Unreadable(f"An array here has up to {MOST} numbers.")
        return make(*sizes, **named)

    return made


NUMPY |= {name: bounded(NUMPY[name]) for name in ("eye", "ones", "arange")}
FUNCTIONS = NUMPY | {"sum": of_python, "len": len, "float": float}


def value(text, names):
    """Return the value of a formula, or of what is assigned, as in `dW = ...`.

    What cannot be computed is a ValueError with a sentence, what is no formula at all is Unreadable.
    """
    if len(text) > LONGEST:
        raise Unreadable(f"A formula here has up to {LONGEST} characters, not {len(text)}.")
    try:
        tree = ast.parse(ASSIGNED.sub("", text.strip()), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Unreadable("This is no formula that Python can read.") from None
    try:
        with np.errstate(all="ignore"):
            return plain(computed(tree.body, names))
    except Unreadable:
        raise
    except Exception as error:  # of any kind that NumPy has
        raise ValueError(f"It cannot be computed: {type(error).__name__}: {error}.") from None


def computed(node, names):
    """Return the value of a part of a formula."""
    match node:
        case ast.Constant(value=bool() | None | int() | float()):
            if isinstance(node.value, (int, float)) and abs(node.value) > LARGEST:
                raise Unreadable("This number is too large.")
            return node.value
        case ast.Name():
            if node.id not in names and node.id not in FUNCTIONS:
                raise Unreadable(f"There is no {node.id} here, only {', '.join(names)} and NumPy's functions.")
            return names[node.id] if node.id in names else FUNCTIONS[node.id]
        case ast.Tuple():
            return tuple(computed(each, names) for each in node.elts)
        case ast.BinOp(op=ast.BitXor()):
            raise Unreadable("Python writes a power as **.")
        case ast.BinOp() if type(node.op) in OPERATORS:
            return OPERATORS[type(node.op)](computed(node.left, names), computed(node.right, names))
        case ast.UnaryOp() if type(node.op) in OPERATORS:
            return OPERATORS[type(node.op)](computed(node.operand, names))
        case ast.Compare(ops=[op], comparators=[right]) if type(op) in OPERATORS:
            return OPERATORS[type(op)](computed(node.left, names), computed(right, names))
        case ast.Attribute(value=ast.Name(id="np")):
            if node.attr not in NUMPY:
                raise Unreadable(f"There is no np.{node.attr} here.")
            return NUMPY[node.attr]
        case ast.Attribute():
            if node.attr not in METHODS:
                raise Unreadable(f"There is no .{node.attr} here.")
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
    raise Unreadable(f"A formula here is made of {', '.join(names)}, numbers, operators and NumPy's functions.")


def power(base, exponent):
    """Return a power; a large exponent could take for ever."""
    if np.ndim(exponent) or abs(exponent) > HIGHEST:
        raise Unreadable("A power here has a small number as its exponent.")
    return np.asarray(base, dtype=float) ** exponent


OPERATORS[ast.Pow] = power


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

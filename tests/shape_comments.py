"""Carries out the comments of a notebook that give a shape, as in `Y = X @ W   # (4, 3) @ (3, 2) -> (4, 2)`.

Installed in a kernel, it has each such line compare what it computes with what its comment says, in functions and
loops as well; a wrong comment is a ValueError. A dimension with a name is that of the variable with this name, if
there is one; within a comment it means the same throughout.
"""

import ast
import builtins
import io
import re
import tokenize

import numpy as np

SHAPE = r"\(\w+(?:,|(?:, \w+)+)\)"
COMMENT = re.compile(rf"#\s*({SHAPE}(?:\s*(?:@|\+|->|=|,)\s*{SHAPE})*)(\s+each)?")
OPERATORS = {ast.MatMult: "@", ast.Add: "+"}


def comments(source):
    """Return {line: (shapes as they are written, whether each element has this shape)}."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    found = {token.start[0]: COMMENT.match(token.string) for token in tokens if token.type == tokenize.COMMENT}
    return {line: (hit[1], bool(hit[2])) for line, hit in found.items() if hit}


def elements(value):
    """Return what is in a tuple, in the tuples in it, in a dict or an array."""
    if isinstance(value, tuple):
        return [part for one in value for part in (elements(one) if isinstance(one, tuple) else [one])]
    return list(value.values() if isinstance(value, dict) else value)


def shape_of(value):
    return value.shape if hasattr(value, "shape") else np.shape(value)


def same(value, said, sizes):
    """Whether a value has this shape; a name without a size gets the one that it has here."""
    sides, shape = re.findall(r"\w+", said), shape_of(value)
    return len(sides) == len(shape) and all(
        size == (int(side) if side.isdigit() else sizes.setdefault(side, size))
        for side, size in zip(sides, shape, strict=True)
    )


def of_shape(value, said, each, names):
    """Return the value; raise ValueError if it, or what is in it, has not the shapes that a comment says."""
    sizes = {name: size for name, size in names.items() if isinstance(size, int | np.integer)}
    shapes = re.findall(SHAPE, said)
    values = elements(value) if each or isinstance(value, tuple) or len(shapes) > 1 else [value]
    shapes = shapes * len(values) if each else shapes
    values = values[: len(shapes)]  # X, found = ..., []   # (500, 100)
    if len(values) != len(shapes) or not all(same(*pair, sizes) for pair in zip(values, shapes, strict=True)):
        came = ", ".join(str(shape_of(one)) for one in values)
        raise ValueError(f"the comment says {said}, and it is {came}")
    return value


class Compare(ast.NodeTransformer):
    """Puts a comparison around what the lines with a shape compute."""

    def __init__(self, shell):
        self.shell, self.count = shell, 0
        builtins._of_shape = of_shape

    def visit_Module(self, tree):
        source = self.shell.history_manager.input_hist_parsed[-1]
        try:
            if ast.dump(ast.parse(source)) != ast.dump(tree):  # no cell of a notebook, but a question to the kernel
                return tree
        except SyntaxError:
            return tree
        said = comments(source)
        for node in ast.walk(tree):
            lines = {node.lineno, node.end_lineno} & said.keys() if isinstance(node, ast.stmt) else ()
            if lines and isinstance(node, ast.Assign | ast.Return | ast.Expr) and node.value is not None:
                self.compare(node, *said[max(lines)])
        return ast.fix_missing_locations(tree)

    def compare(self, node, said, each):
        """Wrap the value of a statement: of what is printed, the first argument."""
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(target, ast.Subscript):
            return  # a[:] = 1 has not the shape of 1
        printed = isinstance(node, ast.Expr)
        if printed and not (isinstance(node.value, ast.Call) and node.value.args):
            return
        value = (
            node.value.args[0] if printed else (node.value.body if isinstance(node.value, ast.Lambda) else node.value)
        )
        first, *_, last = re.split(r"\s*(?:->|=)\s*", said) * 2
        sides = re.split(r"\s*[@+]\s*", first)
        if isinstance(value, ast.BinOp) and len(sides) == 2 and OPERATORS.get(type(value.op), " ") in first:
            value.left, value.right = self.call(value.left, sides[0]), self.call(value.right, sides[1])
        if not re.search("[@+]", last):
            value = self.call(value, last, each)
        if isinstance(node.value, ast.Lambda):
            node.value.body = value
        elif printed:
            node.value.args[0] = value
        else:
            node.value = value

    def call(self, value, said, each=False):
        self.count += 1
        call = ast.parse(f"_of_shape(0, {said!r}, {each}, locals())", mode="eval").body
        for node in ast.walk(call):
            ast.copy_location(node, value)
        call.args[0] = value
        return call


def install(shell):
    shell.ast_transformers.append(Compare(shell))

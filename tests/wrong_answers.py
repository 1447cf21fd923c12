"""Invents wrong answers by changing right ones in one place, and asks every check to refuse them.

    python tests/wrong_answers.py [number ...]     prints the table; with numbers, also each answer without a cause

A change is a step in the syntax tree such as a learner makes: another axis, a sum for a mean, a sign, a term
left out, one too many, two values swapped. What gives the same as the right answer on inputs that no check
knows (`inputs.py`) is no wrong answer, and is set aside. No clock ends an endless loop: lines are counted.
"""

import argparse
import ast
import builtins
import copy
import functools
import importlib
import inspect
import io
import sys
import textwrap
import warnings
from contextlib import contextmanager, redirect_stdout

import numpy as np
from inputs import INPUTS, JUDGES
from rules import NOTEBOOKS, answers, code
from rules import load as read

import nnlib
from nnlib.checks import engine, n06

load = functools.cache(read)
MOST_LINES = 250_000  # that an answer may run through in a check: the right ones need 100,000 at most
FILE = "<changed answer>"

OTHER_CALLS = {
    "sum": ["mean", "max"], "mean": ["sum", "max"], "max": ["min", "sum"], "argmax": ["argmin"], "any": ["all"],
    "all": ["any"], "exp": ["log"], "log": ["exp", "log2"], "zeros_like": ["ones_like"], "zeros": ["ones"],
    "permutation": ["arange"], "tanh": ["exp"], "sqrt": ["square"], "var": ["std"], "eye": ["ones"],
}  # fmt: skip
OTHER_OPERATORS = {
    ast.Add: [ast.Sub, ast.Mult], ast.Sub: [ast.Add], ast.Mult: [ast.Div, ast.Add], ast.Div: [ast.Mult],
    ast.MatMult: [ast.Mult], ast.Pow: [ast.Mult],
}  # fmt: skip
IN_PLACE = {ast.Sub: "subtract", ast.Add: "add", ast.Mult: "multiply", ast.Div: "divide"}
OTHER_COMPARISONS = {
    ast.Lt: [ast.LtE, ast.Gt], ast.LtE: [ast.Lt, ast.GtE], ast.Gt: [ast.GtE, ast.Lt], ast.GtE: [ast.Gt, ast.LtE],
    ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.NotIn: [ast.In], ast.In: [ast.NotIn],
}  # fmt: skip


# Changes of one place


def changes(node, parameters):
    """Yield (what changes, what stands there instead) for one node of the tree."""
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            for other in OTHER_OPERATORS.get(type(op), []):
                yield f"{type(op).__name__} to {other.__name__}", ast.BinOp(left, other(), right)
            yield "right operand left out", left
            yield "left operand left out", right
            if isinstance(op, (ast.Sub, ast.Div, ast.MatMult, ast.Pow)):
                yield "operands swapped", ast.BinOp(right, op, left)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            for other in OTHER_COMPARISONS.get(type(op), []):
                yield f"{type(op).__name__} to {other.__name__}", ast.Compare(left, [other()], [right])
        case ast.UnaryOp(operand=operand):
            yield "sign or not left out", operand
        case ast.BoolOp(op=op, values=values):
            yield "and for or", ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield "branches swapped", ast.IfExp(test, orelse, body)
            yield "condition left out", body
        case ast.Constant(value=bool(value)):
            yield f"{value} to {not value}", ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            others = {value + 1: "one more", value - 1: "one less", 2 * value: "twice", -value: "negative"}
            for other, what in others.items():
                if other != value:
                    yield f"{value} {what}", ast.Constant(other)
        case ast.Attribute(value=value, attr="T"):
            yield "transpose left out", value
        case ast.Subscript(value=value, slice=ast.Tuple(elts=[first, second])):
            yield "index pair swapped", ast.Subscript(value, ast.Tuple([second, first], ast.Load()), node.ctx)
            if not isinstance(first, ast.Slice):
                whole = ast.Tuple([ast.Slice(), second], ast.Load())
                yield "every row in place of each", ast.Subscript(value, whole, node.ctx)
            yield "second index alone", ast.Subscript(value, second, node.ctx)
        case ast.Subscript(value=value, ctx=ast.Load()):
            yield "index left out", value
        case ast.Tuple(elts=elts, ctx=ast.Load()) if len(elts) > 1:
            for i in range(len(elts) - 1):
                order = [*elts[:i], elts[i + 1], elts[i], *elts[i + 2 :]]
                yield f"values {i} and {i + 1} swapped", ast.Tuple(order, ast.Load())
            for i in range(len(elts)):
                fewer = elts[:i] + elts[i + 1 :]
                yield f"value {i} left out", fewer[0] if len(fewer) == 1 else ast.Tuple(fewer, ast.Load())
        case ast.Call():
            yield from changes_of_call(node)
        case ast.Name(id=name, ctx=ast.Load()) if name in parameters and len(parameters) > 1:
            other = parameters[(parameters.index(name) + 1) % len(parameters)]
            yield f"{name} to {other}", ast.Name(other, ast.Load())


def changes_of_call(node):
    function, arguments, keywords = node.func, node.args, node.keywords
    if isinstance(function, ast.Attribute):
        for other in OTHER_CALLS.get(function.attr, []):
            yield (
                f"{function.attr} to {other}",
                ast.Call(ast.Attribute(function.value, other, ast.Load()), arguments, keywords),
            )
        if not arguments and isinstance(function.value, (ast.Name, ast.BinOp, ast.Call, ast.Subscript)):
            yield f"{function.attr} left out", function.value
    if len(arguments) == 1 and not keywords and not isinstance(arguments[0], ast.GeneratorExp):
        yield "call left out", arguments[0]
    for i in range(len(arguments) - 1):
        order = [*arguments[:i], arguments[i + 1], arguments[i], *arguments[i + 2 :]]
        yield f"arguments {i} and {i + 1} swapped", ast.Call(function, order, keywords)
    for i, keyword in enumerate(keywords):
        yield f"{keyword.arg} left out", ast.Call(function, arguments, keywords[:i] + keywords[i + 1 :])
        if keyword.arg == "axis" and isinstance(keyword.value, (ast.Constant, ast.UnaryOp)):
            along = ast.unparse(keyword.value)
            other = ast.keyword("axis", ast.Constant(1 if along == "0" else 0))
            yield (
                f"axis {along} to {other.value.value}",
                ast.Call(function, arguments, [*keywords[:i], other, *keywords[i + 1 :]]),
            )


def changes_of_return(value):
    """What may be done to a whole result, or to one of several."""
    yield "sign turned", ast.UnaryOp(ast.USub(), value)
    yield "turned round", ast.Subscript(value, ast.Slice(step=ast.UnaryOp(ast.USub(), ast.Constant(1))), ast.Load())
    yield "transposed", ast.Attribute(value, "T", ast.Load())
    yield "twice as much", ast.BinOp(ast.Constant(2), ast.Mult(), value)
    yield "1 minus it", ast.BinOp(ast.Constant(1), ast.Sub(), value)


def changes_of_body(body):
    """Yield (what changes, another list of statements)."""
    for i, statement in enumerate(body):
        rest = body[:i], body[i + 1 :]
        if len(body) > 1 and not isinstance(statement, ast.Return):
            yield f"line `{ast.unparse(statement).splitlines()[0]}` left out", rest[0] + rest[1]
        match statement:
            case ast.AugAssign(target=target, op=op, value=value):
                yield "only the last one is kept", [*rest[0], ast.Assign([target], value), *rest[1]]
                for other in OTHER_OPERATORS.get(type(op), []):
                    yield (
                        f"{type(op).__name__} to {other.__name__}",
                        [*rest[0], ast.AugAssign(target, other(), value), *rest[1]],
                    )
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(left=ast.Name(id=same), op=op, right=right)):
                if name == same:
                    target = ast.Name(name, ast.Store())
                    yield "in place", [*rest[0], ast.AugAssign(target, op, right), *rest[1]]
            case ast.For(body=inner) | ast.While(body=inner) if isinstance(body[-1], ast.Return):
                early = copy.copy(statement)
                early.body = [*inner, body[-1]]
                yield "return in the loop", [*rest[0], early, *rest[1]]


def changed_sources(source):
    """Yield (what was changed, the source) for each single change of a function."""
    tree = ast.parse(textwrap.dedent(source))
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    parameters = [argument.arg for argument in function.args.args]
    seen = {ast.unparse(tree)}
    for parent in ast.walk(function):
        for field, old in ast.iter_fields(parent):
            if parent is function and field in ("args", "decorator_list", "returns"):
                continue
            for place, node in enumerate(old) if isinstance(old, list) else [(None, old)]:
                if not isinstance(node, ast.AST):
                    continue
                found = list(changes(node, parameters))
                if isinstance(parent, ast.Return) and field == "value":
                    found += changes_of_return(node)
                    for other in in_place(node, parameters):
                        found.append(other)
                if isinstance(parent, ast.Tuple) and isinstance(parent.ctx, ast.Load):
                    found += [(f"value {place}: {what}", new) for what, new in changes_of_return(node)]
                for what, new in found:
                    if place is None:
                        setattr(parent, field, new)
                    else:
                        old[place] = new
                    yield from once(what, tree, seen)
                    if place is None:
                        setattr(parent, field, node)
                    else:
                        old[place] = node
            if field in ("body", "orelse") and isinstance(old, list):
                for what, new in changes_of_body(old):
                    setattr(parent, field, new)
                    yield from once(what, tree, seen)
                    setattr(parent, field, old)


def in_place(value, parameters):
    """`return w - step` as `w -= step; return w`, by a call that does both."""
    for part in value.elts if isinstance(value, ast.Tuple) else [value]:
        match part:
            case ast.BinOp(left=ast.Name(id=name), op=ast.Sub() | ast.Add() | ast.Mult() | ast.Div(), right=right) if (
                name in parameters
            ):
                call = {ast.Sub: "subtract", ast.Add: "add", ast.Mult: "multiply", ast.Div: "divide"}[type(part.op)]
                function = ast.Attribute(ast.Name("np", ast.Load()), call, ast.Load())
                arrays = [ast.Name(name, ast.Load()), right]
                new = ast.Call(function, arrays, [ast.keyword("out", ast.Name(name, ast.Load()))])
                if part is value:
                    yield f"{name} in place", new
                else:
                    yield f"{name} in place", ast.Tuple([new if e is part else e for e in value.elts], ast.Load())


def once(what, tree, seen):
    text = ast.unparse(ast.fix_missing_locations(tree))
    if text not in seen:
        seen.add(text)
        yield what, text


# Running them


def functions(exercise):
    """Return the sources of right answers: the one in the notebook, and the one in the package where it is short."""
    path = next(path for path in NOTEBOOKS if path.name[:2] == exercise.number[:2])
    if exercise.name not in (found := answers(load(path))):
        raise ValueError(f"{path.name} has no answer {exercise.name} to exercise {exercise.number}")
    sources = [found[exercise.name]]
    if exercise.number not in ("07.4", "07.5"):  # those of the package only call the library
        sources.append(inspect.getsource(exercise.answer))
    return sources, path


def surroundings(exercise, sources, path):
    """Return what the answers use: nnlib, the module of the checks, and what the notebook has defined."""
    names = {name: getattr(nnlib, name) for name in nnlib.__all__}
    names |= vars(sys.modules[exercise.answer.__module__]) | vars(sys.modules[f"nnlib.checks.n{exercise.number[:2]}"])
    names |= {"np": np, "math": __import__("math"), "Tensor": nnlib.autodiff.Tensor}
    defined, added = {}, {}
    for cell in code(load(path)):
        if "raises-exception" in cell.metadata.get("tags", []) or cell.source.lstrip().startswith(("%", "!")):
            continue
        for node in ast.parse(cell.source).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not is_stub(node):
                defined[node.name] = node
            for owner in owners(node) & defined.keys():  # Value.__sub__ = minus
                added.setdefault(owner, []).append(node)
    wanted = [
        node.id
        for source in sources
        for node in ast.walk(ast.parse(textwrap.dedent(source)))
        if isinstance(node, ast.Name)
    ]
    while wanted:
        name = wanted.pop()
        if name not in names and name in defined and not hasattr(builtins, name):
            exec(compile(ast.Module([defined[name]], []), FILE, "exec"), names)
            wanted += [name for node in [defined[name], *added.get(name, [])] for name in used(node)]
    for owner in added.keys() & names.keys():
        exec(compile(ast.Module(added[owner], []), FILE, "exec"), names)
    return names


def owners(node):
    """Return the names of those to which an assignment gives a new attribute."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    parts = [part for target in targets for part in getattr(target, "elts", [target])]
    return {part.value.id for part in parts if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name)}


def used(tree):
    return [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]


def is_stub(node):
    return isinstance(node.body[-1], ast.Expr) and isinstance(node.body[-1].value, ast.Constant)


class stopped_when_endless:
    """Interrupts, as a reader would, what runs through too many lines of a changed answer."""

    def __enter__(self):
        self.lines = 0
        sys.settrace(self.trace)

    def trace(self, frame, event, argument):
        if frame.f_code.co_filename != FILE:
            return None
        self.lines += 1
        if self.lines > MOST_LINES:
            raise KeyboardInterrupt
        return self.trace

    def __exit__(self, *error):
        sys.settrace(None)


@contextmanager
def few_pictures():
    """Let the exercises that train do it on 600 pictures, and with a goal that fits: a moment in place of a minute."""
    kept = n06.load_mnist, n06.GOAL, n06.RUNGS
    (X, y), (X_validation, y_validation), _ = pictures()
    n06.load_mnist = lambda **options: ((X[:600], y[:600]), (X_validation[:300], y_validation[:300]), None)
    n06.GOAL, n06.RUNGS = 0.75, [0.75]
    try:
        yield
    finally:
        n06.load_mnist, n06.GOAL, n06.RUNGS = kept


@functools.cache
def pictures():
    return nnlib.load_mnist(scaled=True, flat=True, validation=True)


def same_on_other_inputs(exercise, function):
    """Whether a function gives on inputs that no check knows what the right answer gives."""
    if exercise.number in JUDGES:
        return JUDGES[exercise.number](function)
    for arguments in INPUTS[exercise.number](np.random.default_rng(7)):
        try:
            result, strange = engine.run(exercise, function, arguments)
        except engine.Fault:
            return False
        right = engine.run(exercise, exercise.answer, arguments)[0]
        if strange or engine.difference(exercise, result, right, ""):
            return False
    return True


def fault_of(exercise, function):
    """Return the Fault that a check raises for a function, or None where it accepts it."""
    try:
        engine.examine(exercise, function)
    except engine.Fault as fault:
        return fault
    return None


def tried(exercise, every=1):
    """Yield (what was changed, source, "same" / "accepted" / "numbers" / "cause", what the check says)."""
    sources, path = functions(exercise)
    names, seen = surroundings(exercise, sources, path), set()
    for source in sources:
        for what, text in changed_sources(source):
            if text in seen:
                continue
            seen.add(text)
            if len(seen) % every:
                continue
            notebook = dict(names)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of syntax
                exec(compile(text, FILE, "exec"), notebook)
            function = notebook[exercise.name]
            with stopped_when_endless(), few_pictures(), redirect_stdout(io.StringIO()):
                fault = fault_of(exercise, function)
            if fault is not None:
                yield what, text, "cause" if fault.cause else "numbers", str(fault)
                continue
            with stopped_when_endless():
                same = same_on_other_inputs(exercise, function)
            yield what, text, "same" if same else "accepted", ""


def counts(exercise):
    """Return how many wrong answers were made, refused, and refused with a cause, and the ones worth a look."""
    found = list(tried(exercise))
    kinds = [kind for _, _, kind, _ in found]
    made = len(kinds) - kinds.count("same")
    return made, made - kinds.count("accepted"), kinds.count("cause"), kinds.count("same"), found


def every_exercise():
    modules = sorted(path.name[:2] for path in NOTEBOOKS if path.name[0] == "0")
    return [e for number in modules for e in importlib.import_module(f"nnlib.checks.n{number}").EXERCISES]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("numbers", nargs="*", help="of exercises, such as 02.3; without, all")
    numbers = parser.parse_args().numbers
    exercises = every_exercise()
    total = np.zeros(4, int)
    print("exercise                            generated  refused  with a cause   (set aside: same as right)")
    for exercise in exercises:
        if numbers and exercise.number not in numbers:
            continue
        *row, found = counts(exercise)
        total += row
        print(f"{exercise.number}  {exercise.name:30} {row[0]:9} {row[1]:8} {row[2]:13}   {row[3]:10}")
        for what, text, kind, says in found:
            if kind == "accepted" or (numbers and kind in ("numbers", "same")):
                print(f"      {kind}: {what}\n{textwrap.indent(text, ' ' * 10)}\n          {says}")
    print(f"{'all':35} {total[0]:9} {total[1]:8} {total[2]:13}   {total[3]:10}")


if __name__ == "__main__":
    main()

"""Leaves out of a notebook what need not run a second time.

Under nbval every cell is run and compared. In JupyterLab a notebook runs once more, with the answers filled in, and
there what trains would be half of the time. So what trains is left out there, unless an exercise, an answer or a view
needs it; and so is what needs something that was left out.
"""

import ast
import re

TRAINERS = {"train", "fit", ".train", ".fit", ".step"}  # functions, and what has a point before it
SHOWS = "from nnlib.viz import"  # a cell that shows a view
STUB = r"^def (\w+)\(.*# exercise"


def used(tree):
    """Return the names that a piece of code reads."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def bound(tree):
    """Return the names that it gives a value."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    names |= {getattr(node, "name", None) for node in ast.walk(tree)}
    return names | {
        (node.asname or node.name).partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.alias)
    }


def needed(tree, there=frozenset()):
    """Return the names that a cell reads before it gives them a value itself."""
    there, names = set(there), set()
    for statement in tree.body:
        if isinstance(statement, (ast.For, ast.While, ast.If, ast.With)):
            head = [node for node in ast.iter_child_nodes(statement) if not isinstance(node, ast.stmt)]
            names |= set().union(*(reads(node) for node in head)) - there
            there |= set().union(*map(bound, head))
            names |= needed(statement, there) | needed(ast.Module(getattr(statement, "orelse", [])), there)
        else:
            names |= reads(statement) - there
        there |= bound(statement)
    return names


def reads(code):
    """Return the names that a statement reads, but for those that a comprehension or a function counts with."""
    own, changed = set(), set()
    for node in ast.walk(code):
        if isinstance(node, ast.comprehension):
            own |= bound(node.target)
        elif isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, ast.FunctionDef):
            own |= set().union(*map(bound, node.body))
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            changed.add(node.target.id)
    return (used(code) - own) | changed


def is_definition(node):
    return isinstance(node, (ast.FunctionDef, ast.ClassDef))


def called(code):
    """Return the names of the functions that a piece of code calls, with a point before those of methods."""
    functions = [node.func for node in ast.walk(code) if isinstance(node, ast.Call)]
    return {f".{f.attr}" if isinstance(f, ast.Attribute) else getattr(f, "id", None) for f in functions}


def trains(tree, trainers):
    """Whether a cell trains when it is run; what it defines that will train is added to the trainers."""
    trainers |= {node.name for node in tree.body if is_definition(node) and called(node) & trainers}
    return any(called(node) & trainers for node in tree.body if not is_definition(node))


def left_out(sources):
    """Return the places of the cells that need not run again, in a list of sources that has the stubs in it."""
    trees, trainers = [ast.parse(source) for source in sources], set(TRAINERS)
    needs, gives = [needed(tree) for tree in trees], [bound(tree) for tree in trees]
    heavy = {place for place, tree in enumerate(trees) if trains(tree, trainers)}
    own = set(re.findall(STUB, "\n".join(sources), re.MULTILINE))
    shows = [SHOWS in source or re.search(STUB, source, re.MULTILINE) for source in sources]
    roots = {place for place in range(len(trees)) if shows[place] or used(trees[place]) & own}
    out, wanted = set(), set()  # wanted: the names whose value at this place a later cell needs
    for place in reversed(range(len(trees))):
        if place in roots or gives[place] & wanted:
            wanted = (wanted - gives[place]) | needs[place]
        elif place in heavy:
            out.add(place)
    there, missing = set(), set()
    for place in range(len(trees)):
        if place in out or (needs[place] & (missing - there) and place not in roots):
            out.add(place)
            missing |= gives[place]
        else:
            there |= gives[place]
    return out


def shortened(notebook):
    """Return a notebook, in which the stubs still stand, without the cells that need not run again."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    out = {code[place].id for place in left_out([cell.source for cell in code])}
    notebook.cells = [cell for cell in notebook.cells if cell.id not in out]
    return notebook

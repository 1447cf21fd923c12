"""Comments that give a shape are compared with what the line computes, in functions and loops as well."""

import ast
import subprocess
from types import SimpleNamespace

import pytest
import shape_comments
from jupyter_client.manager import start_new_kernel
from strict import SHAPES

BEFORE = "import numpy as np\nA, B = np.ones((4, 3)), np.ones((3, 2))\n"
EXAMPLES = [  # a line, whether its comment is right
    ("C = A @ B   # (4, 3) @ (3, 2) -> (4, 2)", True),
    ("C = A @ B   # (4, 3) @ (3, 2) = (4, 2): two sums", True),
    ("C = A @ B   # (4, 2)", True),
    ("C = A @ B   # (2, 4)", False),
    ("C = A @ B   # (4, 3) @ (2, 3) -> (4, 2)", False),
    ("C = A @ B   # (4, 3) @ (3, 2) -> (4, 3)", False),
    ("C = A[0]    # (3,)", True),
    ("C = A[0]    # (1, 3)", False),
    ("C, D = A, B   # (4, 3), (3, 2)", True),
    ("C, D = A, B   # (4, 3), (2, 3)", False),
    ("C, found = A, []   # (4, 3)", True),
    ("C = {1: A, 2: A}   # (4, 3) each", True),
    ("C = {1: A, 2: B}   # (4, 3) each", False),
    ("print(A)   # (4, 3)", True),
    ("print(A)   # (3, 4)", False),
    ("n = 4\nC = A   # (n, 3)", True),
    ("n = 5\nC = A   # (n, 3)", False),
    ("C = A @ A.T   # (n, k) @ (k, n) -> (n, n)", True),
    ("C = A @ B   # (n, k) -> (n, n)", False),
    ("def f(A):\n    return A.sum(axis=0)   # (3,)\nf(A)", True),
    ("def f(A):\n    return A.sum(axis=0)   # (4,)\nf(A)", False),
    ("f = lambda A: A.sum(axis=0)   # (4,)\nf(A)", False),
    ("for C in A:\n    D = C * 2   # (4,)", False),
    ("C = np.array([[1.0],   # (2, 1)\n    [2.0]])", True),
    ("C = np.array([[1.0],   # (1, 2)\n    [2.0]])", False),
    ("C = A   # three features, not a shape (4)", True),
]


@pytest.mark.parametrize(("line", "right"), EXAMPLES)
def test_comment(line, right):
    shell = SimpleNamespace(history_manager=SimpleNamespace(input_hist_parsed=[BEFORE + line]))
    tree = shape_comments.Compare(shell).visit(ast.parse(BEFORE + line))
    program = compile(tree, "cell", "exec")
    if right:
        exec(program, {})
    else:
        with pytest.raises(ValueError, match=r"the comment says .*, and it is \("):
            exec(program, {})


def test_a_kernel_compares_cells_and_nothing_else():
    manager, client = start_new_kernel(kernel_name="python3", stderr=subprocess.DEVNULL)
    try:

        def run(source, **options):
            return client.execute_interactive(source, output_hook=lambda _: None, **options)["content"]["status"]

        assert run(f"__import__('runpy').run_path({SHAPES!r})['install'](get_ipython())", silent=True) == "ok"
        assert run("import numpy as np\nx = np.ones(3)   # (3,)") == "ok"
        assert run("x = np.ones(3)   # (4,)") == "error"
        assert run("x = np.ones(2)   # (4,)", store_history=False) == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)

"""What need not run a second time in JupyterLab is left out, and nothing else."""

import pytest
from rules import NOTEBOOKS, code, load
from slices import left_out, shortened

BUILD = "model = build()"
HEAVY = "fit(model, X, y)"


@pytest.mark.parametrize(
    ("sources", "out"),
    [
        ([BUILD, HEAVY], {1}),
        ([BUILD, HEAVY, "print(model)"], {1}),  # there is still a model
        (["model = fit(build(), X)", "print(model)", "print(1)"], {0, 1}),  # there is none
        (["model = fit(build(), X)", "from nnlib.viz import Errors\nErrors(model)"], set()),
        (["model = fit(build(), X)", "deep = [model]", "from nnlib.viz import Errors\nErrors(deep)"], set()),
        (["def learn(x):  # exercise 01.3\n    ...", "fit(learn)", "fit(other)"], {2}),
        (["def run():\n    return fit(1)", "def again():\n    return run()", "a = again()", "b = 1"], {2}),
        (["def run():\n    return fit(1)", "b = run"], set()),
        (["train = 1", "print(train)"], set()),
        (["def one(X):\n    loss.backward()\n    optimizer.step(w, g)", "a = one(X)", "nnlib.fit(model)"], {1, 2}),
        (["rng = 1\nfit(rng)", "rng = 2", "from nnlib.viz import Errors\nErrors(rng)"], {0}),
        (["rng = 2", "rng = 1\nfit(rng)", "from nnlib.viz import Errors\nErrors(rng)"], set()),
        (["k = fit(1)", "k += 1", "from nnlib.viz import Errors\nErrors(k)"], set()),
        (["k = fit(1)", "for k in [1]:\n    x = [k for k in [k]]", "from nnlib.viz import Errors\nErrors(x)"], {0}),
        (["gap = fit(1)", "for k in [1]:\n    gap = k\n    own(gap)", "def own(x):  # exercise 01.1\n    ..."], {0}),
        (
            ["k = fit(1)", "while k > 1:\n    k = k - 1\nelse:\n    own(k)", "def own(x):  # exercise 01.1\n    ..."],
            set(),
        ),
        (["import numpy as np", "a = fit(1)", "a = 2", "print(a)"], {1}),
        (["for epoch in train(model):\n    print(epoch)"], {0}),
    ],
)
def test_what_trains_and_what_needs_it_is_left_out(sources, out):
    assert left_out(sources) == out


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_every_exercise_check_and_view_stays(path):
    def kept(notebook):
        marks = ["# exercise", "= check(", "from nnlib.viz import"]
        return [cell.source for cell in code(notebook) if any(mark in cell.source for mark in marks)]

    assert kept(shortened(load(path))) == kept(load(path))

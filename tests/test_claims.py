"""Claims: what a claim is, where it stands, and that asking for it leaves the kernel as it was."""

import ast
import inspect
import subprocess

import bugs_in_prose
import claim_words
import claims
import numpy as np
import pytest
import rules
from claim_words import words
from jupyter_client.manager import start_new_kernel
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from quantities import computed, stated, worth
from rules import NOTEBOOKS

from nnlib.viz import Playground


def claim(template, ahead=0):
    return claims.Claim(template, claims.split(template), ahead)


def test_a_template_is_split_as_an_f_string_is():
    parts = claims.split(r"$\sqrt{{n}}$ is {a['x'][1:2]}, {sum({1: 2}.values()):.1f} of {words(printed(r'(\d{2})'))}.")
    assert [text for text, _ in parts] == [r"$\sqrt{n}$ is ", ", ", " of ", "."]
    assert [hole for _, hole in parts][:2] == [("a['x'][1:2]", ""), ("sum({1: 2}.values())", ".1f")]
    assert parts[2][1] == (r"words(printed(r'(\d{2})'))", "")
    with pytest.raises(ValueError, match="no expression is complete after"):
        claims.split("a {b")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "zero"),
        (20, "twenty"),
        (21, "twenty-one"),
        (100, "a hundred"),
        (3000, "three thousand"),
        (99, "ninety-nine"),
    ],
)
def test_words_are_read_as_they_are_written(number, text):
    assert claim_words.words(number) == text
    assert worth(text) == worth(claim_words.Words(number)) == number
    assert stated(f"All {text}.")[0][0] == text


def test_other_ways_to_say_a_result():
    assert (claim_words.times(2), claim_words.times(3)) == ("twice", "three times")
    assert claim_words.listed(["AND", "OR", "NAND"]) == "AND, OR and NAND"
    assert claim_words.listed(["AND"]) == "AND"
    assert claim_words.number(-2.50) == "-2.5"
    assert (claim_words.so(2 > 1), claim_words.so(1 > 2)) == ("", " (not so)")
    for no_word in [0.5, 101]:
        with pytest.raises(ValueError, match="expected a"):
            claim_words.words(no_word)


def test_a_claim_can_compute_a_formula_a_shape_and_an_error():
    assert claim_words.formula(r"\frac{c}{2} (w - 3)^2", 4.0, c=2, w=1) == r"\frac{c}{2} (w - 3)^2"
    assert claim_words.formula("u'v - uv'", 2 * 3 - 4 * 5, u_prime=2, v=3, u=4, v_prime=5) == "u'v - uv'"
    assert "not so" in claim_words.formula("y(1 + y)", 0.25, y=0.5)
    X = np.ones((4, 3))
    assert claim_words.formula("X^T X", X.T @ X, X=X, product="@") == "X^T X"
    assert claim_words.shape("(n, 3)", X, n=4) == "(n, 3)"
    assert "not so" in claim_words.shape("(3, n)", X, n=4)
    assert claim_words.snippet("X.sum(axis=1)", [3, 3, 3, 3], X=X) == "X.sum(axis=1)"
    assert claim_words.snippet("X += ...", X + 1, X=X) == "X += ..."
    assert X.max() == 1
    assert "not so" in claim_words.snippet("X.sum(axis=0)", [3, 3, 3, 3], X=X)
    assert claim_words.raised(lambda: 1 / 0) == "division by zero"
    assert claim_words.raised(lambda: 1) == "nothing is raised"
    assert "#" not in claim_words.code_of(claim_words.formula)
    coded = claim_words.names({}, "", "step(lr=0.5)\nstep(lr=0.5)\nsteps = 3")["coded"]
    assert coded(r"lr=([\d.]+)") == "0.5"
    with pytest.raises(ValueError, match="expected one thing in the code"):
        coded(r"(\d)")


def test_quantities_in_prose_and_in_code():
    said = [hit[0] for hit in stated("From -1 to −3 % of 60,000: twice `7`, $8$, 01.1, notebook 5, half.\n# 9")]
    assert said == ["-1", "−3 %", "60,000", "twice", "half"]
    assert [worth(text) for text in said] == [-1, -0.03, 60_000, 2, 0.5]
    assert computed("x - 1, [-2.5, 3] 60_000 1,797 97.5% 1e-6 range(20)") == {1, -2.5, 3, 6e4, 1797, 0.975, 1e-6, 20}


def test_a_claim_stands_in_one_place():
    texts = ["One of `x` twenty\nstarts failed.", "One of ten starts.", "A curve of 2 falls."]
    notebook = new_notebook(cells=[new_code_cell("x"), *map(new_markdown_cell, texts)])
    assert claims.places(notebook, [claim("`x` {n} starts")])[0][0][1:] == (1, 1)
    assert claims.places(notebook, [claim("A curve of {n} falls", ahead=1)])[0][0][1:] == (3, 2)
    (vague,) = claims.places(notebook, [claim("One of {n} starts")])[1]
    assert vague.startswith("this claim may stand in 2 places")
    (missing,) = claims.places(notebook, [claim("A curve of {n} rises")])[1]
    assert missing.endswith("prose: A curve of 2 falls.")


@pytest.mark.parametrize(
    ("prose", "true"),
    [
        ("From -1 to\n3.", True),
        ("From -1 to 3.", True),
        ("From 1 to 3.", False),
        ("From -1 to 33.", False),
        ("From -1 to 3.5.", False),
        ("From -1 to three.", False),
    ],
)
def test_what_comes_must_stand_there_word_for_word(prose, true):
    answer = {"status": "ok", "data": {"text/plain": "['-1', '3']"}}
    fault = claims.judge(claim("From {a} to {b}"), prose, answer)
    assert (fault is None) is true


def test_asking_leaves_the_kernel_as_it_was(tmp_path):
    output = new_output("stream", text="in 12 steps\nin 13 steps\n")
    notebook = new_notebook(
        cells=[new_code_cell("x", outputs=[output]), new_markdown_cell("x is 4, steps are 13, 25 in all.")]
    )
    said = r"x is {x + 1}, steps are {printed(r'in (\d+) steps')}, {sum(series(r'in (\d+) steps')):.0f} in all"
    placed, _ = claims.places(notebook, [claim(said)])
    look = "print(sorted(set(globals()) - {'_', '__', '___'}), len(In), x)"
    manager, client = start_new_kernel(kernel_name="python3", stderr=subprocess.DEVNULL)
    seen = []
    try:
        client.execute_interactive("x = 3", store_history=True, output_hook=lambda message: None)
        for _ in range(2):
            client.execute_interactive(look, store_history=False, output_hook=seen.append)
            ((_, prose, answer),) = claims.ask(client, notebook, placed, 1)
            assert claims.judge(placed[0][0], prose, answer) is None
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    first, second = [message["content"]["text"] for message in seen if message["msg_type"] == "stream"]
    assert first == second


@pytest.mark.parametrize(
    ("text", "becomes"),
    [("0.25", ["0.26"]), ("60,000", ["60,001"]), ("-1", ["-2", "1"]), ("twenty", ["twenty-one"]), ("97 %", ["98 %"])],
)
def test_bugs_in_prose(text, becomes):
    assert bugs_in_prose.changes(text) == becomes


@pytest.mark.view
def test_what_notebook_5_says_of_the_playground_comes_out_there():
    """Runs of a network, and so no claims, which are computed with each run of the notebook."""

    def run(**change):
        settings = {"data": "spiral", "features": "with squares", "shape": "8-8", "activation": "Tanh"}
        return Playground(**settings | {"optimizer": "SGD", "lr": 0.01, "batch": 10, "seed": 0} | change).run(100).now

    def right(**change):
        return run(**change).scores[1, 1]  # the share of test points

    small, fast, single, wild = right(), right(lr=1), right(batch=1), right(lr=10)
    at_3 = run(lr=3)
    jumpy, losses = at_3.scores[1, 1], at_3.history[:, 2]
    nearly_all = "nearly all" if fast > 0.95 else "some"
    jumps = "jumps about" if (np.diff(losses) > 0.05).sum() > 10 else "falls"
    guesses = "hardly better than guessing" if max(jumpy, wild) < 0.65 else "better than guessing"
    enough = "enough" if right(optimizer="Adam") > 0.95 else "too little"
    much = "already too much" if right(optimizer="Adam", lr=0.3) < 0.65 else "not too much"
    text = claims.plain("".join(cell.source for cell in rules.markdown(rules.load(rules.NOTEBOOKS[5]))))
    assert (
        f"The {'rate' if fast > single > small else 'batch'} does. With 1 {nearly_all} test points are right at epoch "
        f"100; with batches of 1 at the old rate, about {words(round(6 * single))} of six."
    ) in text
    assert (
        f"At 3 the curve {jumps}, and there, as at 10, the answers are {guesses}. With *Adam*, 0.01 is {enough}, "
        f"and 0.3 {much}"
    ) in text
    assert right(lr=1, seed=2) < fast - 0.15, "with another *seed* it is far worse"


def test_every_file_of_claims_is_of_a_notebook():
    assert {path.stem for path in claims.FOLDER.iterdir()} == {path.stem for path in rules.NOTEBOOKS}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_no_claim_takes_a_variable_of_its_notebook_for_a_helper(path):
    """A helper hides a variable of the same name, and the claim would be about something else: it is only called."""
    functions = {name for name, value in vars(claim_words).items() if inspect.isfunction(value)}
    for claim in claims.claims(path.stem):
        for tree in [ast.parse(hole[0]) for _, hole in claim.parts if hole]:
            called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
            names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node not in called]
            own = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
            assert set(names) & (functions | {"printed", "series"}) - own == set(), claim

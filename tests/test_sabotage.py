"""The runs with a bug show what is said of them: each figure speaks for the bug, and the mended run is healthy."""

import numpy as np
import pytest

from nnlib import SGD, Dense
from nnlib.advice import SEEN_BY_READERS, SIGNS
from nnlib.experiments import sabotage
from nnlib.experiments.sabotage import BUGS, CASES, TESTS, evidence, fault_in

PAIRS = [(letter, bug, test) for letter, case in CASES.items() for bug in BUGS for test in TESTS]


@pytest.mark.parametrize("letter", CASES)
def test_every_bug_and_every_test_is_right_or_answered(letter):
    case = CASES[letter]
    assert {case.bug, *case.against} == set(BUGS)
    assert {*case.tests, *case.not_by} == set(TESTS)
    assert case.bug not in case.against
    assert not set(case.tests) & set(case.not_by)


@pytest.mark.parametrize(("letter", "bug", "test"), PAIRS)
def test_one_pair_is_right_and_every_other_is_told_why_not(letter, bug, test):
    case, says = CASES[letter], fault_in(letter, (bug, test))
    if bug == case.bug and test in case.tests:
        assert says is None
    else:
        assert says.startswith(f"{bug!r}: " if bug != case.bug else f"the bug is found, but {test!r} would not show it")
        assert "{" not in says


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (("rows", "pairs"), "the order is the other one"),
        ("pairs", "expected two names"),
        (("pairs",), "expected two names"),
        ((1, 2), "expected two names"),
        (("shuffled", "rows"), "there is no bug 'shuffled'; the names are pairs, "),
        (("pairs", "looking"), "there is no test 'looking'; the names are rows, "),
    ],
)
def test_what_is_no_answer_is_said(answer, says):
    assert fault_in("a", answer).startswith(says)


def floats(text):
    return np.array(text.split(), float)


def test_wrong_pairs_stay_near_guessing_and_are_learned_by_heart_all_the_same():
    figures = sabotage.shuffled()
    assert np.abs(floats(figures["losses"]) - np.log(10)).max() < 0.05
    assert float(figures["heart"]) < 0.05
    assert figures["heart_right"] == "100%"
    assert "✗" not in evidence("a")


def test_only_db_has_crosses_and_the_loss_falls():
    figures = sabotage.crossed()
    assert floats(figures["losses"])[-1] < 0.3
    assert figures["marks"].count("✗") == figures["marks"].count("db ✗") == 2
    assert figures["relu"] == "below 1e-6"


def test_uphill_the_loss_grows_with_every_rate_and_the_gradients_are_right():
    figures = sabotage.uphill()
    for rate in ("large", "middle", "small"):
        assert (np.diff(floats(figures[rate])) > 0).all()
        assert float(figures[f"{rate}_grew"]) > 0
    assert "✗" not in evidence("b")


def test_unscaled_validation_is_far_off_at_once_and_unseen_pictures_are_not():
    figures = sabotage.unscaled()
    assert floats(figures["val_losses"]).min() > 20
    assert float(figures["unseen"]) < 0.5
    assert "✗" not in evidence("c")


def test_without_its_bug_each_run_is_healthy():
    train, _, validation, _ = sabotage.pictures()
    history = sabotage.run(sabotage.network(), SGD(lr=0.1), *train, 5, validation)
    assert history.loss[-1] < 0.3
    assert history.val_loss[-1] < 0.5
    assert history.advice == ""
    assert "✗" not in sabotage.marks(sabotage.crosses(Dense))


def test_the_table_of_symptoms_has_each_of_these_bugs():
    causes = {sign.name: sign.cause for sign in SIGNS + SEEN_BY_READERS}
    assert "belong" in causes["no better than guessing"]
    assert "`db`" in causes["a gradient check that fails"]
    assert "wrong sign" in causes["a training loss that grows with every learning rate"]
    assert "255" in causes["validation far worse than training, from the first epoch on"]


def test_a_few_pictures_keep_no_others_in_memory():
    for X, _ in sabotage.pictures():
        whole = X if X.base is None else X.base
        assert len(whole) <= 5000

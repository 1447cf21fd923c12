"""Goals: a sentence above a view that is ticked when its frame fulfils it, and remembered."""

import re

import numpy as np
import pytest
from chromium import traits
from test_viz import VIEWS

from nnlib.viz import (
    Activations,
    Descent,
    Errors,
    Folding,
    Forward,
    Graph,
    LiveTraining,
    Neuron,
    Order,
    Perceptron,
    Playground,
    goals,
)

RIGHT = "all four corners right"
STATES = {  # of each goal: a state in which it is not reached, and one in which it is, as other words of the view say
    RIGHT: (lambda: Neuron(b=-0.5), lambda: Neuron(b=-1.5), r"4 of 4 corners right"),
    "at rest": (lambda: Perceptron(step=2), lambda: Perceptron(gate="or", step=2), "has come to rest"),
    "a line between circles and squares": (lambda: Folding(b1=-2), lambda: Folding(), "a line can separate"),
    "an answer within 0.05 of the target": (
        lambda: Activations(),
        lambda: Activations(cost="cross-entropy", lr=1),
        r"after step 300 0\.0[0-4];",
    ),
    "less than 0.001 above the lowest point": (
        lambda: Descent(step=60),
        lambda: Descent(step=200),
        r"height (0|0\.00|0\.000\d+),",
    ),
    "half answered, at most 5% of it wrong": (
        lambda: Errors(threshold=0.7),
        lambda: Errors(threshold=0.8),
        r"answered \([5-9]\d\..*wrong \([0-4]\.\d%\)",
    ),
    "test loss below 0.05": (
        lambda: Playground(),
        lambda: Playground(lr=1, shape="8").run(200),
        r"test loss 0\.0[0-4]",
    ),
    "95% of the test points right": (
        lambda: Playground(),
        lambda: Playground(lr=1, shape="8").run(60),
        r"test loss \S+, accuracy (9[5-9]|100)",
    ),
    "90% of the validation pictures right": (
        lambda: LiveTraining(pictures="1000"),
        lambda: LiveTraining(lr=0.003, hidden="128").run(40),
        r"9\d\.\d% right",
    ),
}


def test_every_goal_of_a_view_is_tried_here():
    assert {sentence for view in VIEWS for sentence in view.goals} == set(STATES)


@pytest.mark.parametrize("sentence", STATES)
def test_a_goal_is_reached_where_the_views_words_say_so(sentence):
    no, yes, words = STATES[sentence]
    for view, reached in [(no(), False), (yes(), True)]:
        assert goals.is_reached((sentence, view.goals[sentence]), view.now) == reached
        assert bool(re.search(words, view.facts_shown)) == reached


def test_a_goal_is_ticked_remembered_and_told_from_the_present():
    view, marks = Neuron(b=-0.5, goal=RIGHT), []
    for state in [{}, {"b": -1.5}, {"gate": "xor"}, {"gate": "and"}]:
        view.set(**state)
        marks.append((view.goal["says"], view.goal["now"], view.goal["seen"]))
    assert marks == [(RIGHT, False, False), (RIGHT, True, True), (RIGHT, False, True), (RIGHT, True, True)]
    assert Neuron(b=-1.5).goal == {}


def test_a_run_reaches_a_goal_and_a_reset_does_not_forget_it():
    view = Playground(goal=("ten epochs", lambda frame: frame.history[-1, 0] >= 10))
    view.run(9)
    assert (view.goal["now"], view.goal["seen"]) == (False, False)
    assert view.run(1).goal["now"]
    assert (view.reset().goal["now"], view.goal["seen"]) == (False, True)


def test_code_has_the_goals_that_have_a_name():
    named = Neuron(goal=RIGHT)
    assert named.code == f"Neuron(w1=1.0, w2=1.0, b=-0.5, gate='and', goal={RIGHT!r})"
    assert eval(named.to_code(), {"Neuron": Neuron}).goal == named.goal
    own = Neuron(goal=(RIGHT, lambda frame: True))
    assert own.code == Neuron().code
    again = Neuron.from_text(named.to_text(), goal=RIGHT)
    assert (again.state, again.goal) == (named.state, named.goal)
    run = Playground(goal="test loss below 0.05").run(2)
    assert run.code.endswith(", goal='test loss below 0.05').run(2)")
    assert "goal='90% of the validation pictures right'" in LiveTraining(goal=next(iter(LiveTraining.goals))).code
    assert "goal='half answered" in Errors(goal=next(iter(Errors.goals))).code


@pytest.mark.parametrize("goal", ["more", "", 3, (RIGHT,), (RIGHT, 3), ("", bool), (" ", bool), (3, bool), {RIGHT}])
def test_what_is_no_goal_is_refused(goal):
    with pytest.raises(ValueError, match=f"^Neuron expected goal to be '{RIGHT}', or a sentence and a function of the"):
        Neuron(goal=goal)
    with pytest.raises(ValueError, match="Forward expected goal to be a sentence and a func"):
        Forward(goal=goal)


def test_views_with_controls_of_their_own_take_a_goal():
    for kind in (Graph, Order, Forward):
        assert kind(goal=("to be there", lambda frame: True)).goal["now"]


def raises(frame):
    return frame.nothing


BAD = [
    (raises, "goal 'to win' raised AttributeError in line "),
    (lambda frame: None, "goal 'to win' expected to return True or False, got None"),
    (lambda frame: frame.answers == 1, "goal 'to win' expected to return True or False, got shape (4,)"),
    (lambda frame: "yes", "goal 'to win' expected to return True or False, got a text"),
]


@pytest.mark.parametrize(("test", "says"), BAD)
def test_a_goal_that_cannot_be_asked_is_said_in_the_view(test, says):
    view = Neuron(goal=("to win", lambda frame: frame.sums[0] > 0 and test(frame)))
    picture = view.picture
    assert view.error == ""
    view.set(b=0.5)
    assert says in view.error
    assert view.picture == picture


def test_a_goal_may_return_what_numpy_calls_true():
    goal = goals.goal_of("it", ["three", lambda frame: np.float64(frame) == 3], {})
    assert [goals.is_reached(goal, frame) for frame in (2, 3)] == [False, True]


@pytest.mark.browser
def test_the_page_ticks_a_goal_in_words_and_announces_it(shown):
    tab = shown(Neuron(goal=RIGHT))
    line = tab.locator(".nnv-goal")
    assert line.get_attribute("role") == "status"
    high = line.bounding_box()["height"]
    view, said = Neuron(goal=RIGHT), []
    for state in [{}, {"b": -1.5}, {"gate": "xor"}]:
        view.set(**state)
        tab.evaluate("news => window.model.arrive(news)", traits(view))
        said.append(line.inner_text())
        assert line.bounding_box()["height"] == high  # nothing below it jumps
    assert said == [f"○ Goal: {RIGHT}", f"✓ Goal reached: {RIGHT}", f"✓ Goal reached before, not now: {RIGHT}"]
    assert shown(Neuron()).locator(".nnv-goal").inner_text() == ""

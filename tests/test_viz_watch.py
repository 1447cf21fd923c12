"""A reader's function without end: the view says so, and lives on; what only takes its time is left alone."""

import threading
import time

import pytest
from patience import PATIENCE
from test_viz import notebook

from nnlib.viz import Neuron, watch
from nnlib.viz.watch import NeverEnds, ended

ENDLESS = [
    "while True: pass",
    "while True:\n        try:\n            x = x + 0\n        except Exception:\n            pass",
    "import time\n    while True: time.sleep(0.01)",
]


def in_a_thread(work):
    """Do something as a message of the browser does, beside the main thread."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive()


@pytest.mark.parametrize("body", ENDLESS)
def test_a_loop_without_end_is_named_and_the_view_lives_on(body, monkeypatch):
    names = notebook("def neuron(x, w, b):\n    return 1\nview = Neuron()")
    view, before = names["view"], names["view"].picture
    exec(f"def neuron(x, w, b):\n    {body}", names)
    monkeypatch.setattr(watch, "LONG", 0.5)
    in_a_thread(lambda: view.set(b=1.0))
    assert "neuron" in view.error
    assert "it had not ended after 0.5 seconds. Is there a loop that never ends?" in view.error
    assert view.picture == before
    monkeypatch.undo()
    exec("def neuron(x, w, b):\n    return 0", names)
    in_a_thread(lambda: view.set(b=0.5))
    assert view.error == ""
    assert view.now.answers.tolist() == [0, 0, 0, 0]


def test_what_ends_in_time_is_left_alone_afterwards():
    caught = []

    def work():
        try:
            for _ in range(50):
                with ended(after=0.05):
                    pass
            time.sleep(0.2)
        except NeverEnds as error:
            caught.append(error)

    in_a_thread(work)
    assert caught == []


def test_the_main_thread_may_take_as_long_as_it_likes():
    with ended(after=0.01):
        time.sleep(0.1)
        sum(range(100_000))


def test_errors_and_results_pass_through():
    def work():
        with pytest.raises(KeyError), ended():
            raise KeyError("mine")

    in_a_thread(work)
    assert Neuron().error == ""

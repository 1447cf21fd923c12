"""The views: their frames as arrays, their state as text, what they say when the reader's function is wrong."""

import base64
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from nnlib import viz
from nnlib.viz import Descent, Neuron, Order, View
from nnlib.viz.controls import Choice, Own
from nnlib.viz.neuron import border, neuron_frame

VIEWS = [view for view in vars(viz).values() if isinstance(view, type) and issubclass(view, View) and view is not View]


def ends(control):
    if isinstance(control, Own):
        return "", control.start
    return control.options if isinstance(control, Choice) else (control.low, control.high)


@pytest.mark.parametrize("view", VIEWS)
def test_where_a_view_starts_is_kept_as_a_hand_would_set_it(view):
    start = view()
    assert str(start.state) == str(start.checked()), "a 0 that a slider makes 0.0 would make another text"


@pytest.mark.parametrize("view", VIEWS)
def test_every_control_works_at_both_ends(view):
    for control in view.controls:
        for value in ends(control):
            shown = view(**{control.name: value})
            assert shown.error == ""
            assert shown.facts_shown
            assert shown.picture


NEW_ACTIVATION = """
import numpy as np
from nnlib import activations

class Softplus(activations.Activation):
    def f(self, X):
        return np.logaddexp(X, 0)

    def derivative(self, X, Y):
        return 1 - np.exp(-Y)

activations.Softplus = Softplus
from nnlib import viz

for view in {view for view in vars(viz).values() if isinstance(view, type) and issubclass(view, viz.View)}:
    if view is not viz.Backward and any(control.name == "activation" for control in view.controls):
        shown = view(activation="Softplus")
        print(view.__name__, shown.error or shown.facts_shown != "")
"""


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
def test_the_greeting_of_the_page_is_answered_and_changes_nothing(view, monkeypatch):
    shown, sent = view(), []
    before, picture = dict(shown.state), shown.picture
    monkeypatch.setattr(type(shown), "send", lambda self, content, buffers=None: sent.append(content))
    shown._handle_custom_msg({"do": "hello"}, [])
    with ThreadPoolExecutor(1) as other:
        other.submit(shown._handle_custom_msg, {"do": "hello"}, []).result()
    assert sent == [{"do": "hello", "again": True}, {"do": "hello", "again": False}]
    assert (shown.error, shown.state, shown.picture) == ("", before, picture)


def test_a_new_activation_is_offered_by_every_view():
    """All but Backward, whose two activations are written out for the sake of the reader's pieces."""
    run = subprocess.run([sys.executable, "-c", NEW_ACTIVATION], capture_output=True, text=True, check=True)
    named = [
        f"{name} True" for name in ("Activations", "Folding", "Forward", "Initialisation", "LiveTraining", "Playground")
    ]
    assert sorted(run.stdout.splitlines()) == named


@pytest.mark.parametrize("view", VIEWS)
def test_code_and_text_show_the_same_again(view):
    shown = view(**{control.name: ends(control)[0] for control in view.controls})
    again = eval(shown.to_code(), {view.__name__: view})
    from_text = view.from_text(shown.to_text())
    assert again.state == from_text.state == shown.state
    assert again.picture == from_text.picture == shown.picture
    assert repr(shown) == f"{shown.to_code()}: {shown.facts_shown}"


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("damage", ["", "w1", "nothing=3", "=", "{}=9e9", "{}=nan", "{}=1;{}=1", "{}=__import__('os')"])
def test_damaged_text_is_refused(view, damage):
    with pytest.raises(ValueError, match=rf"{view.__name__} expected"):
        view.from_text(damage.replace("{}", view.controls[0].name))


@pytest.mark.parametrize("view", VIEWS)
def test_unknown_controls_and_values_are_refused(view):
    with pytest.raises(ValueError, match=rf"{view.__name__} has no control 'nothing'; it has {view.controls[0].name}"):
        view(nothing=1)
    with pytest.raises(ValueError, match="has no control 'nothing'"):
        view(hide=["nothing"])
    with pytest.raises(ValueError, match=rf"{view.__name__} expected {view.controls[0].name}"):
        view().set(**{view.controls[0].name: 1e9})


@pytest.mark.parametrize("view", VIEWS)
def test_a_teacher_can_hide_controls(view):
    name = view.controls[0].name
    shown = view(hide=[name])
    assert name not in [control["name"] for control in shown.spec["controls"]]
    assert name in shown.to_code()


@pytest.mark.parametrize("view", VIEWS)
def test_without_a_kernel_it_is_a_picture_with_words(view):
    data, metadata = view()._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == repr(view())
    assert view.title in metadata["image/png"]["alt"]
    assert view()._repr_mimebundle_()[0]["image/png"] == data["image/png"]


@pytest.mark.parametrize("view", VIEWS)
def test_scripts_are_modules_that_need_nothing_else(view):
    script = view._esm
    assert "export default" in script
    assert not re.search(r"https?://|\bimport\b|innerHTML|\beval\b", script)


def test_a_state_from_the_browser_moves_the_frame_and_a_wrong_one_is_said():
    shown = Neuron()
    before = shown.picture
    shown.set_state({"state": shown.state | {"b": 1.0}})
    assert shown.picture != before
    assert "b=1.0" in shown.code
    shown.set_state({"state": shown.state | {"b": "much"}})
    assert shown.error == "ValueError: Neuron expected b from -3 to 3, got 'much'"


@pytest.mark.parametrize("names", [["seed"], ["lr"], ["activation"], ["optimizer"], ["gate"], ["scale"], ["batch"],
                                   ["hidden", "shape"], ["decay", "l2"]], ids=" ".join)  # fmt: skip
def test_one_thing_has_one_label_in_all_views(names):
    labels = {c.label for view in VIEWS if view is not Order for c in view.controls if c.name in names}
    assert len(labels) == 1, "Order's seed is that of its shuffle; all others have the field's term"


@pytest.mark.parametrize("kind", [view for view in VIEWS if view.plays])
def test_play_goes_back_to_the_first_step_and_comes_to_all_others_from_there(kind):
    view = kind()
    pictures = [view.set(**view.drawing.again.put).picture]
    while move := view.drawing.onward:
        state = view.state
        change = move.put | {name: state[name] + by for name, by in move.add.items()}
        pictures.append(view.set(**change).picture)
    assert len(set(pictures)) == len(pictures) > 2
    assert kind().picture in pictures
    assert view.set(**view.drawing.again.put).picture == pictures[0]


@pytest.mark.parametrize("kind", VIEWS)
def test_where_a_slider_ends_the_last_picture_is_shown(kind):
    """One value less gives another picture, or the slider would end too late; its own end the same, or too early."""
    views = [kind(), kind(**{control.name: ends(control)[-1] for control in kind.controls})]
    for view in [*views, *([Descent(lr=0.2), Descent(lr=0.2, compare="SGD")] if kind is Descent else [])]:
        for name, end in view.drawing.ends.items():
            control, here = view.control(name), view.state
            at_end, at_high = (view.set(**{name: value}).picture for value in (end, control.high))
            assert at_end == at_high
            assert view.drawing.ends[name] == end
            assert end == control.low or view.set(**{name: end - 1}).picture != at_end
            view.set(**here)


def notebook(source, **names):
    """Run code as a notebook would, with names of its own, and return these."""
    names = {"__name__": "__main__", "np": np} | {view.__name__: view for view in VIEWS} | names
    exec(source, names)
    return names


def test_the_readers_neuron_drives_it_and_can_be_written_anew():
    names = notebook("def neuron(x, w, b):\n    return 1 if x @ w + b > 0 else 0\nview = Neuron(b=-1.5)")
    view = names["view"]
    assert view.facts_shown == "AND: 4 of 4 corners right"
    exec("def neuron(x, w, b):\n    return 1", names)
    view.set(b=-1.4)
    assert view.facts_shown == "AND: 1 of 4 corners right; wrong at (0, 0) and (0, 1) and (1, 0)"


WRONG = [
    ("return None", "ValueError: neuron returned None for x = [-0.6 -0.6]. Is the `return` missing?"),
    ("return float('nan')", "neuron expected to return finite numbers, got nan for x = [-0.6 -0.6]"),
    ("return np.array([1, 0])", "neuron expected to return one number, got shape (2,) for x = [-0.6 -0.6]"),
    ("return 'yes'", "neuron expected to return one number, got a text for x = [-0.6 -0.6]"),
    ("return x @ w + c", "neuron raised NameError in line 2: name 'c' is not defined"),
]


@pytest.mark.parametrize(("body", "says"), WRONG)
def test_what_is_wrong_with_the_readers_function_is_said_in_the_view(body, says):
    view = notebook(f"def neuron(x, w, b):\n    {body}\nview = Neuron()")["view"]
    assert says in view.error
    data, _ = view._repr_mimebundle_()
    assert says in data["text/plain"]
    assert "image/png" not in data
    view.readers["neuron"] = lambda x, w, b: 1
    view.set(b=1.0)
    assert view.error == ""
    assert view.picture


def test_the_readers_function_cannot_spoil_the_frame():
    names = notebook("def neuron(x, w, b):\n    x[:], w[:] = 9, 9\n    return 1\nview = Neuron(b=-1.5)")
    np.testing.assert_array_equal(names["view"].now.corners, [[0, 0], [0, 1], [1, 0], [1, 1]])


def test_moves_from_many_threads_leave_one_state_and_its_frame():
    view = Neuron()
    threads = [threading.Thread(target=view.set, kwargs={"b": b / 10}) for b in range(-20, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    view.update()
    fresh = Neuron(**view.state)
    assert (view.picture, view.code) == (fresh.picture, fresh.code)


def test_running_a_cell_again_closes_its_view(monkeypatch):
    import nnlib.viz.view as module

    monkeypatch.setattr(module, "cell_id", lambda: "a cell")
    counts = iter(range(1000))
    monkeypatch.setattr(module, "execution_count", lambda: next(counts) // 4)  # two calls a view, two views a run
    views = [Neuron() for _ in range(6)]
    assert [view.comm is None for view in views] == [True] * 4 + [False] * 2
    assert [view.picture == "" for view in views] == [True] * 4 + [False] * 2
    View.living.clear()


def test_frame_of_the_neuron():
    def fire(x, w, b):
        return float(x @ w + b > 0)

    frame = neuron_frame(fire, 1.0, 1.0, -1.5, "and", fineness=12)
    np.testing.assert_array_equal(frame.answers, [0, 0, 0, 1])
    np.testing.assert_array_equal(frame.sums, [-1.5, -0.5, -0.5, 0.5])
    places = np.linspace(-0.6, 1.6, 12)
    np.testing.assert_array_equal(frame.shade, (places[:, None] + places > 1.5).astype(float))
    np.testing.assert_allclose(np.sort(frame.line, axis=0), [[-0.1, -0.1], [1.6, 1.6]])


@pytest.mark.parametrize("w", [(1.0, 2.0), (0.0, 1.0), (-2.0, 0.0), (0.5, -3.0)])
def test_both_ends_of_the_line_are_on_it_and_on_the_border(w):
    line = border(np.array(w), 0.4)
    np.testing.assert_allclose(line @ w + 0.4, 0, atol=1e-12)
    assert np.isclose(np.abs(line - 0.5).max(axis=1), 1.1).all()


def test_where_there_is_no_line():
    assert np.isnan(border(np.array([0.0, 0.0]), 1.0)).all()
    assert np.isnan(border(np.array([0.1, 0.0]), 3.0)).all()


def test_a_slow_function_is_named_as_the_cause(monkeypatch):
    import nnlib.viz.view as module

    monkeypatch.setattr(module, "SLOW", float("inf"))
    view = Neuron()
    assert view.note == ""
    monkeypatch.setattr(module, "SLOW", 0.0)
    assert re.fullmatch(r"This picture took \d+\.\d seconds: a view needs faster functions\.", view.set(b=0.5).note)
    assert "seconds" not in repr(view)


def test_the_line_and_the_corners_of_the_neuron_are_where_its_numbers_say():
    view = Neuron(w1=1.0, w2=-2.0, b=0.5, gate="and")
    (line,), (left, top, wide, high) = view.drawing.named("line"), view.drawing.named("line")[0].clip

    def numbers(place):
        return np.array([-0.6 + 2.2 * (place[0] - left) / wide, 1.6 - 2.2 * (place[1] - top) / high])

    for place in line.points:
        assert numbers(place) @ (1, -2) + 0.5 == pytest.approx(0)
    for moved in [(20, 0), (0, 15), (-8, 30)]:  # the line goes where the pointer goes
        b = 0.5 + np.dot(line.does.drag["b"], moved)
        assert numbers(line.points[0] + moved) @ (1, -2) + b == pytest.approx(0)
    marks = view.drawing.named("corner")
    assert [type(mark).__name__ for mark in marks] == ["Rect", "Rect", "Rect", "Circle"]
    assert [mark.fill for mark in marks] == ["class 0", "class 0", "class 0", "class 1"]
    sums = [x1 - 2 * x2 + 0.5 for x1 in (0, 1) for x2 in (0, 1)]
    assert [bool(mark.line) for mark in marks] == [(z > 0) != (k == 3) for k, z in enumerate(sums)]
    assert [text.text for text in view.drawing.named("sum")] == [
        "sum 0.5, wrong",
        "sum −1.5",
        "sum 1.5, wrong",
        "sum −0.5, wrong",
    ]

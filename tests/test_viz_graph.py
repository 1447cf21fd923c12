"""The view of a tape's graph: its gradients against the tape and against differences, its order, its places."""

import re

import numpy as np
import pytest
import test_viz

from nnlib.autodiff import Tensor
from nnlib.checks.n07 import children_first, order
from nnlib.gradcheck import numerical_gradient
from nnlib.viz import Graph
from nnlib.viz.drawing import Move, Path, Text, text_width
from nnlib.viz.graph.frame import arrivals
from nnlib.viz.graph.layout import crossings, layout, rows_of, spread
from nnlib.viz.graph.record import recorded
from nnlib.viz.graph.words import ONE, TWO, added, guessed


class Value:
    """That of notebook 7, with derivatives as numbers, and no graph()."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    def __pow__(self, p):
        return Value(self.data**p, ((self, p * self.data ** (p - 1)),))

    def relu(self):
        return Value(max(self.data, 0.0), ((self, float(self.data > 0)),))


class Swapped(Value):
    def __add__(self, other):
        return Swapped(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return Swapped(self.data * other.data, ((self, self.data), (other, other.data)))


class Mute(Value):
    def __add__(self, other):
        pass


def notebook(source):
    return test_viz.notebook(source, Tensor=Tensor, Value=Value, order=order)


def used_often(w, x, b):
    s = w * x + b
    return (s * s + s + w).relu() * w


def used_often_by_numbers(p):
    s = p[0] * p[1] + p[2]
    return max(s * s + s + p[0], 0) * p[0]


def total(record):
    """Return for each node the sum of all that comes back to it."""
    return [sum(shares) for shares in arrivals(record.nodes, range(len(record.nodes))[::-1])]


@pytest.mark.parametrize("kind", [Tensor, Value])
def test_gradients_agree_with_differences(kind):
    numbers = np.array([0.7, -1.5, 2.0])
    inputs = [kind(number) for number in numbers.tolist()]
    record = recorded(used_often(*inputs), {id(t): name for t, name in zip(inputs, "wxb", strict=True)})
    found = {node.name: gradient.item() for node, gradient in zip(record.nodes, total(record), strict=True)}
    measured = numerical_gradient(lambda: used_often_by_numbers(numbers), numbers)
    np.testing.assert_allclose([found[name] for name in "wxb"], measured, rtol=1e-7)


def test_gradients_of_arrays_agree_with_those_of_the_tape():
    rng = np.random.default_rng(0)
    X, W, b = (Tensor(rng.standard_normal(shape)) for shape in [(4, 2), (2, 3), (3,)])
    H = np.tanh(X @ W + b)
    loss = (H * H + H[0] / 2 - b).mean()
    record = recorded(loss, {})
    loss.backward()
    for tensor, node, gradient in zip(loss.graph(), record.nodes, total(record), strict=True):
        np.testing.assert_array_equal(node.data, tensor.data)
        np.testing.assert_allclose(gradient, tensor.grad, rtol=1e-12)


def test_the_last_step_shows_what_backward_finds_and_each_one_is_a_node_of_the_tape():
    x = Tensor(3.0)
    u = x * 2
    y = u * u + u
    view = Graph(y)
    order_of_tape = [k for k, t in enumerate(y.graph()) if t.parents][::-1]
    for step in range(view.controls[0].high + 1):
        frame = view.set(step=step).now
        assert frame.steps[order_of_tape].tolist() == [1, 2, 3]
        thick = [k for k, node in enumerate(view.drawing.named("node")) if node.width > 2]
        assert thick == order_of_tape[step - 1 : step][: bool(step)]
    y.backward()
    assert frame.gradients == [f"grad {t.grad:g}" for t in y.graph()]
    assert frame.sums[[id(t) for t in y.graph()].index(id(u))] in ("1 + 6 + 6", "6 + 6 + 1")


def test_the_example_step_by_step():
    view = Graph()
    says = [view.set(step=step).facts_shown for step in range(4)]
    assert says[0].startswith("Before the walk back e has gradient 1, the others 0.")
    assert says[1] == "Step 1 of 3: e = c · d has gradient 1, sends 3 · 1 = 3 to c and 5 · 1 = 5 to d."
    assert says[2].endswith("sends 1 · 3 = 3 to a and 1 · 3 = 3 to b. b has 3 and waits for 1 more.")
    assert "b has 3 + 5 = 8." in says[3]
    assert says[3].endswith("Done, with gradients a 3, b 8.")
    b = view.now.heads.index("b = 2")
    assert [view.set(step=step).now.sums[b] for step in range(4)] == ["? + ?", "? + ?", "3 + ?", "3 + 5"]
    assert [view.set(step=step).now.gradients[b] for step in range(4)] == ["grad 0", "grad 0", "grad 3", "grad 8"]
    flows = [view.set(step=step).now.flows.tolist() for step in range(4)]
    assert [(flow.count(1), flow.count(2)) for flow in flows] == [(0, 0), (2, 0), (2, 2), (2, 4)]


def test_forward_the_values_appear_in_order():
    view = Graph(show="forward")
    heads = [sorted(head for head in view.set(step=step).now.heads if "?" in head) for step in range(4)]
    assert heads == [["c = ?", "d = ?", "e = ?"], ["c = ?", "e = ?"], ["e = ?"], []]
    assert view.facts_shown == "Step 3 of 3: e = c · d = 5 · 3 = 15."
    assert view.now.gradients == view.now.sums == []
    assert [sum(map(bool, view.set(step=step).now.derivatives)) for step in range(4)] == [0, 2, 4, 6]


def test_the_readers_tensors_stay_as_they_are_and_what_is_done_to_them_later_is_not_shown():
    x = Tensor([1.0, 2.0])
    loss = (x * x).sum()
    loss.backward()
    view = Graph(loss, step=2)
    before = view.now.gradients, view.facts_shown, view.now.heads
    assert x.grad.tolist() == [2, 4]
    assert loss.grad == 1
    x.data[:], x.grad = 7.0, None
    view.set(step=0).set(step=2)
    assert (view.now.gradients, view.facts_shown, view.now.heads) == before
    w = Value(np.array(2.0))
    view = Graph(w * w)
    w.data += 1
    assert view.set(step=1).facts_shown.count("2 · 1 = 2") == 2
    assert {"a = 4"} <= set(view.now.heads)


def test_its_code_names_the_tensor_and_never_an_address():
    names = notebook(
        "w = Tensor(2.0)\nloss = (w * w) ** 2\nv = Graph(loss, step=1)\nother = Graph(w * 3)\nvery_long = w"
    )
    assert names["v"].to_code() == "Graph(loss, step=1, show='backward')"
    assert names["other"].to_code() == "Graph(..., step=0, show='backward')"
    assert "0x" not in repr(names["v"]) + repr(names["other"])
    again = eval(names["v"].to_code(), names)
    assert (again.picture, repr(again)) == (names["v"].picture, repr(names["v"]))
    assert Graph.from_text("step=2;show=forward", loss=names["loss"]).state == {"step": 2, "show": "forward"}
    chain = Tensor(1.0)
    for _ in range(8):
        chain = chain * 2
    assert Graph.from_text("step=8", loss=chain).error == ""
    with pytest.raises(ValueError, match="Graph expected step from 0 to 2, got 3"):
        Graph(names["loss"], step=3)


def test_names_come_from_the_notebook_and_never_twice():
    names = notebook(
        "W = np.ones((2, 1))\nc = 5\nx = Tensor([[1.0, 2.0]])\ny = (x @ W) * (Tensor(W) * x).sum()\nv = Graph(y.sum())"
    )
    heads = names["v"].now.heads
    assert {"W (2, 1)", "x (1, 2)"} <= set(heads)
    plain = [re.split(r" [=(]", head)[0] for head in heads]
    assert len(set(plain)) == len(plain)
    assert "c" not in plain  # it is something else there


class Parents:
    data, grad = 1.0, 0.0

    def __init__(self, parents):
        self.parents = parents


class Worded(Parents):
    data = "a"


def long_chain(n):
    chain = Tensor(1.0)
    for _ in range(n):
        chain = chain.exp().log()
    return chain


WRONG = [
    (lambda: 3.0, "expected a Tensor, with data, grad and parents, got an object of type float"),
    (lambda: np.ones(2), "expected a Tensor"),
    (lambda: Tensor, "expected a Tensor"),
    (lambda: Tensor([1.0, 2.0]) * 2, r"expected a single number at the end, got shape \(2,\)"),
    (lambda: long_chain(3000), "draws up to 25 nodes, this graph has 6001: show a part of it"),
    (lambda: Parents(None), "expected parents to be pairs"),
    (lambda: Parents((Tensor(1.0),)), "expected parents to be pairs"),
    (lambda: Parents(((2.0, 1.0),)), "expected a Tensor"),
    (lambda: Parents(((Tensor(1.0), None),)), "expected a local derivative to be a number or a function"),
    (lambda: Parents(((Tensor(1.0), lambda g: 1 / 0),)), "a rule for going back raised ZeroDivisionError"),
    (lambda: Parents(((Tensor(1.0), lambda g: None),)), "a rule for going back"),
    (lambda: Parents(((Tensor([1.0, 2.0]), lambda g: np.ones(3)),)), "a rule for going back|parent's shape"),
    (
        lambda: Parents(((Worded(()), 1.0),)),
        "data of each node",
    ),
]


@pytest.mark.parametrize(("make", "says"), WRONG)
def test_what_is_no_graph_is_refused(make, says):
    with pytest.raises(ValueError, match=says):
        Graph(make())


def test_24_operations_are_few_enough_and_one_number_is_a_graph():
    chain = Tensor(1.0)
    for _ in range(24):
        chain = chain.exp() if chain.data < 0.5 else chain.log()
    view = Graph(chain, step=24)
    assert len(view.now.heads) == 25
    assert Graph(Tensor(3.0)).facts_shown.startswith("Before the walk back")


SOURCE = "x = Value(3.0)\nu = x * 2\ny = u * u + u\nview = Graph(y, step=1)"


def test_a_tape_without_an_order_is_walked_in_the_readers():
    names = notebook("def order(parents, last):\n    return ['2', 'x', 'u', 'a', 'y']\n" + SOURCE)
    assert "y = a + u" in names["view"].facts_shown
    names["order"] = children_first
    view = names["view"].set(step=2)
    assert view.error.startswith("ValueError: order: 'y' comes before its parent")
    names["order"] = lambda parents, last: None
    assert "order: expected a list of names" in view.set(step=3).error
    names["order"] = lambda parents, last: parents.clear() or []
    assert "order: 'y' is missing" in view.set(step=2).error.replace("'x'", "'y'") or "is missing" in view.error
    names["order"] = order
    assert view.set(step=3).error == ""
    assert "grad 26" in view.now.gradients


def test_another_right_order_is_shown_as_it_is():
    source = "a, b = Value(1.0), Value(2.0)\nc, d = a * a, b * b\ny = c + d\nview = Graph(y, step=2)"
    first = notebook("def order(parents, last):\n    return ['a', 'b', 'c', 'd', 'y']\n" + source)["view"]
    second = notebook("def order(parents, last):\n    return ['b', 'd', 'a', 'c', 'y']\n" + source)["view"]
    assert "d = b²" in first.facts_shown or "d = b · b" in first.facts_shown
    assert "c = a · a" in second.facts_shown


def test_the_example_is_built_with_the_readers_class():
    names = notebook("view = Graph(step=3)")
    assert "b has 3 + 5 = 8" in names["view"].facts_shown
    names["Value"] = Swapped
    assert "sends 5 · 1 = 5 to c" in names["view"].set(step=1).facts_shown  # a swapped pair of derivatives is seen
    names["Value"] = Mute
    assert "TypeError" in names["view"].set(step=2).error
    names["Value"] = Value
    assert names["view"].set(step=3).error == ""


def test_formulas_are_told_by_their_values():
    for x in np.array([0.5, 2.0, -3.0]):
        for sign, (f, slope) in ONE.items():
            with np.errstate(all="ignore"):
                y, steep = np.array(f(x)), np.array(slope(x), float)
            if np.isfinite(y):
                assert guessed(ONE, y, [x], [steep]) == sign
        for sign, (f, slopes) in TWO.items():
            assert guessed(TWO, f(x, 3.0), [x, 3.0], slopes(x, 3.0)) == sign
    assert guessed(ONE, 0.0, np.zeros(1), [0.0]) is None  # x², x³, relu?
    assert guessed(TWO, 6.0, [2.0, 3.0], [9.0, 9.0]) == "{} · {}"  # though the slopes are wrong
    assert added([1.0, 2.0], 9) == "2 of 9 added"


def a_dozen():
    w, x, b, t = (Tensor(number) for number in (0.5, -3.0, 1.0, 1.0))
    return np.tanh(w * x + b) * w + (t * x).exp() * b


def wide():
    a, b = Tensor(-4.0), Tensor(2.0)
    return (3 * (a * b + b**3) + (a + b).relu()) * 4 + a * b


@pytest.mark.parametrize(
    "make", [a_dozen, wide, lambda: long_chain(12), lambda: (Tensor(np.ones((2, 2))) @ np.ones(2)).sum()]
)
def test_boxes_stand_apart_users_right_of_their_parents_and_texts_fit(make):
    loss = make()
    view = Graph(loss, step=1)
    frame, nodes, at = view.now, view.record.nodes, view.now.layout
    left, top, wide, high = at.boxes.T
    assert (left >= 0).all()
    assert (left + wide <= at.wide).all()
    assert (top >= 30).all()
    assert (top + high + 20 <= at.high + 1e-6).all()
    for k, node in enumerate(nodes):
        assert all(left[p] + wide[p] < left[k] for p in node.parents)
        for j in range(k):
            apart = abs(left[j] + wide[j] / 2 - left[k] - wide[k] / 2) >= (wide[j] + wide[k]) / 2
            assert apart or abs(top[j] - top[k]) >= 48 + 20
    labels = [text_width(text, bold=True) for text in frame.derivatives]
    for (x, y), width in zip(at.places, labels, strict=True):
        inside = (abs(x - left - wide / 2) < wide / 2 + width / 2) & (abs(y - top - high / 2) < high / 2)
        assert not (width and inside.any())
    edges = [(p, k) for k, node in enumerate(nodes) for p in node.parents]
    assert frame.edges == edges
    for (p, k), curve in zip(edges, at.edges, strict=True):
        np.testing.assert_allclose(curve[[0, -1], 0], [left[p] + wide[p], left[k]], atol=1e-6)
        middle = curve[1:-1, None]
        hits = ((middle > at.boxes[:, :2] + 1) & (middle < at.boxes[:, :2] + at.boxes[:, 2:] - 1)).all(axis=2)
        assert not hits.any()
    on_curve = [np.interp(x, *curve.T) for (x, _), curve in zip(at.places, at.edges, strict=True)]
    np.testing.assert_allclose(at.places[:, 1], on_curve)
    said = [place for place, text in zip(at.places, frame.derivatives, strict=True) if text]
    assert not any(abs(one - other).max() < 16 for k, one in enumerate(said) for other in said[:k])


@pytest.mark.parametrize("make", [a_dozen, wide, lambda: long_chain(12)])
@pytest.mark.parametrize("show", ["forward", "backward"])
def test_words_fit_into_their_boxes_and_none_covers_another(make, show):
    view = Graph(make(), show=show)
    for step in range(view.now.count + 1):
        drawing = view.set(step=step).drawing
        boxes = {(node.x + node.wide / 2): [] for node in drawing.named("node")}
        for node in drawing.named("node"):
            boxes[node.x + node.wide / 2].append(node)
        for text in [*drawing.named("head"), *drawing.named("formula")]:
            x, y, wide_, high = text.box()
            assert any(
                node.x + 3 <= x
                and x + wide_ <= node.x + node.wide - 3
                and node.y <= y
                and y + high <= node.y + node.high
                for node in boxes[text.x]
            ), text
        texts = [shape.box() for shape in drawing.shapes if isinstance(shape, Text)]
        for k, (x, y, w, h) in enumerate(texts):
            for other_x, other_y, other_w, other_h in texts[:k]:
                far = max(x - other_x - other_w, other_x - x - w, y - other_y - other_h, other_y - y - h)
                assert far >= 0, (texts[k], drawing.texts()[k])


def edges_of(drawing):
    """Return the lines and the heads of arrows, in the order of the edges."""
    shapes = drawing.named("edge")
    return [shape for shape in shapes if not shape.closed], [shape for shape in shapes if shape.closed]


@pytest.mark.parametrize("show", ["forward", "backward"])
def test_arrows_point_to_where_it_flows(show):
    """To the user; on the way back to the parent, from the step on in which something has been sent."""
    view = Graph(a_dozen(), show=show)
    for step in range(view.now.count + 1):
        view.set(step=step)
        boxes, (lines, heads) = view.now.layout.boxes, edges_of(view.drawing)
        for (parent, child), flow, line, head in zip(view.now.edges, view.now.flows, lines, heads, strict=True):
            back = show == "backward" and flow > 0
            end = boxes[parent, 0] + boxes[parent, 2] if back else boxes[child, 0]
            tip, *base = head.points
            assert tip[0] == pytest.approx(end)
            behind = np.mean(base, axis=0)[0] - tip[0]
            assert (behind > 8) if back else (behind < -8)
            np.testing.assert_allclose(line.points[-1], np.mean(base, axis=0), atol=1e-9)
            role = {"forward": "forward", "backward": "backward"}[show] if flow else "grey"
            assert line.line == head.fill == role
            assert line.width == (4 if flow == 1 else 1.5)
            assert (line.dash == (6, 4)) == (flow == 2)


def test_tips_tell_the_numbers_behind_nodes_and_edges():
    view = Graph()
    name = [head.split()[0] for head in view.now.heads]
    node = lambda letter: view.drawing.named("node")[name.index(letter)].tip  # noqa: E731

    def edge(parent, child):
        lines, _ = edges_of(view.drawing)
        return lines[view.now.edges.index((name.index(parent), name.index(child)))].tip

    assert node("e") == "e = c · d\nvalue 15\ngradient 1"
    assert node("b") == "b\nvalue 2\ngradient 0"
    assert edge("c", "e") == "derivative of e with respect to c: 3"
    view.set(step=3)
    assert node("b") == "b\nvalue 2\ngradient 8"
    assert edge("c", "e") == "derivative of e with respect to c: 3\nsends 3 · 1 = 3 to c"
    assert edge("b", "d") == "derivative of d with respect to b: 1\nsends 1 · 5 = 5 to b"
    view.set(show="forward", step=1)
    assert node("e") == "e = c · d\nvalue not computed yet"
    assert edge("c", "e") == "c goes into e"
    assert node("d") == "d = b + 1\nvalue 3"
    W = Tensor(np.array([[1.0, -0.25], [2.0, 3.0]]))
    view = Graph((W * W).sum(), step=2)
    tips = [shape.tip for shape in view.drawing.named("node")]
    assert any("value [[ 1.   −0.25]\n [ 2.    3.  ]]\ngradient [[ 2.  −0.5]\n [ 4.   6. ]]" in tip for tip in tips)
    big = Graph((Tensor(np.ones((50, 50))) * 2).sum())
    assert all(len(shape.tip) < 200 for shape in big.drawing.named("node"))


def test_a_click_on_a_node_goes_to_its_step_and_play_through_all():
    view = Graph(step=1)
    drawn = view.drawing.named("node")
    assert [node.does and node.does.put["step"] for node in drawn] == [step or None for step in view.now.steps]
    assert {node.fill for node in drawn if not node.does} == {"lit"}
    assert view.drawing.onward == view.drawing.keys["ArrowRight"] == Move(add={"step": 1})
    assert view.drawing.keys["ArrowUp"] == Move(add={"step": -1})
    assert view.set(step=3).drawing.onward is None


def test_boxes_lines_and_words_lie_where_the_layout_says():
    view = Graph(a_dozen(), step=4)
    at, drawing = view.now.layout, view.drawing
    boxes = [(node.x, node.y, node.wide, node.high) for node in drawing.named("node")]
    np.testing.assert_allclose(boxes, at.boxes)
    words = {text.text: (text.x, text.y) for text in drawing.named("derivative")}
    for text, place in zip(view.now.derivatives, at.places, strict=True):
        assert text in words
        assert any(np.allclose(place, (t.x, t.y)) for t in drawing.named("derivative") if t.text == text)
    below = [text for text in drawing.named("gradient") if isinstance(text, Text)]
    assert [text.text for text in below] == view.now.gradients
    np.testing.assert_allclose([(t.x, t.y) for t in below], at.boxes[:, :2] + at.boxes[:, 2:] * [0.5, 1] + [0, 13])
    assert all(isinstance(shape, Path) for shape in drawing.named("edge"))


def test_a_dozen_nodes_fit_on_700_pixels():
    w, x, b, t = (Value(number) for number in (2.0, 3.0, -1.0, 4.0))
    view = Graph(((w * x + b) * (w + t) + (x * b).relu()) * t)
    assert len(view.now.heads) == 12
    assert view.drawing.wide == view.now.layout.wide <= 700


def test_few_lines_cross():
    column, chains = [0, 0, 0, 1, 1, 1], [[0, 5], [1, 4], [2, 3]]
    assert crossings(rows_of(column, chains), chains) == 0
    assert crossings([[0, 1, 2], [3, 4, 5]], chains) == 3
    np.testing.assert_allclose(spread(np.zeros(3), np.array([0.0, 10, 20]), np.ones(3)), [-10, 0, 10])
    at = layout(((), (), (0, 1)), (50, 50, 50), (False,) * 3, (20, 20)).boxes
    assert at[2, 1] == pytest.approx(at[:2, 1].mean())

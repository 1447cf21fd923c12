"""The way back by numbers: gradients against the tape, what each bug shows, a reader's own functions, both ends."""

import numpy as np
import pytest

from nnlib.autodiff import Tensor
from nnlib.checks import n04
from nnlib.viz import Backward
from nnlib.viz.backward import BUGS, LIMIT, NAMES, Pieces, backward_frame, measured, network, number, walk_back

ACTIVATIONS = ("tanh", "ReLU")


def by_tape(seed, activation):
    """Return dW and db of both layers, by the tape."""
    X, labels, layers = network(seed)
    params = [Tensor(array.copy()) for layer in layers for array in layer]
    W1, b1, W2, b2 = params
    Z1 = Tensor(X) @ W1 + b1
    Z = (Z1.tanh() if activation == "tanh" else Z1.relu()) @ W2 + b2
    (Z.exp().sum(axis=1).log() - Z[np.arange(len(X)), labels]).mean().backward()
    return [param.grad for param in params]


def with_readers(view, **readers):
    view.readers = readers
    view.update()
    return view


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("seed", [0, 1, 20])
def test_gradients_and_measurements_are_those_of_the_tape(seed, activation):
    known = by_tape(seed, activation)
    for found in (map(vars, walk_back(Pieces(), seed, activation)), measured(seed, activation)):
        slopes = [layer[name] for layer in found for name in ("dW", "db")]
        for slope, right in zip(slopes, known, strict=True):
            np.testing.assert_allclose(slope, right, rtol=0, atol=1e-8)


@pytest.mark.parametrize("seed", range(21))
def test_every_network_has_silent_and_answering_units_away_from_the_corner(seed):
    X, labels, ((W, b), _) = network(seed)
    Z = X @ W + b
    assert np.abs(Z).min() > 0.01
    assert ((Z > 0).any(axis=0) & (Z < 0).any(axis=0)).all()
    assert X.shape == (4, 3)
    assert set(labels) <= {0, 1, 2}


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("seed", range(21))
def test_each_bug_is_seen_where_it_acts_and_nothing_else_is(seed, activation):
    acts = {  # layers 1 and 2: is one of dZ, dW, db, dX wrong?
        "none": ([0, 0, 0, 0], [0, 0, 0, 0]),
        "bias forgotten": ([0, 0, 1, 0], [0, 0, 1, 0]),
        "bias: one number for all": ([0, 0, 1, 0], [0, 0, 1, 0]),
        "wrong transpose": ([1, 1, 1, 1], [0, 0, 0, 1]),
        "no 1/n": ([1, 1, 1, 1], [1, 1, 1, 1]),
        "mask after rectification": ([1, 1, 1, 1] if activation == "ReLU" else [0, 0, 0, 0], [0, 0, 0, 0]),
    }
    view = Backward(seed=seed, activation=activation)
    for bug in BUGS:
        view.set(bug=bug)
        assert not view.error
        assert (view.now.wrong > 0).tolist() == np.array(acts[bug], bool).tolist(), bug


@pytest.mark.parametrize(
    ("bug", "says"),
    [
        ("none", "All 24 gradients of weights and biases agree with the measurement"),
        ("bias forgotten", "db of layers 1 and 2 are wrong, both dW are right: look at the bias rule"),
        (
            "wrong transpose",
            "those of layer 2 are right: look at dX = dZ Wᵀ, with which layer 2 passes the gradient on",
        ),
        ("no 1/n", "look at the start, dZ = (p − y) / n: each gradient is 4 times what is measured, and n is 4"),
        ("mask after rectification", "those of layer 2 are right: look at the slope of ReLU"),
    ],
)
def test_facts_name_layer_and_rule(bug, says):
    assert says in Backward(activation="ReLU", bug=bug).facts_shown


def test_facts_say_that_tanh_has_no_mask():
    assert "tanh has no mask" in Backward(activation="tanh", bug=BUGS[-1]).facts_shown


def test_the_published_bias_rule_gives_nothing_to_the_last_layer():
    frame = Backward(layer=2, bug="bias: one number for all").now
    np.testing.assert_allclose(frame.db.values, 0, atol=1e-15)
    assert frame.db.texts == [["0.000"] * 3]
    first = Backward(layer=1, bug="bias: one number for all").now
    np.testing.assert_allclose(first.db.values, first.dZ.values.sum())


@pytest.mark.parametrize("layer", [1, 2])
def test_tables_of_a_layer_fit_each_other(layer):
    frame = Backward(layer=layer).now
    X, dZ = frame.XT.values.T, frame.dZ.values
    np.testing.assert_allclose(frame.dW.values, np.einsum("ni,nj->ij", X, dZ))
    np.testing.assert_allclose(frame.db.values, [sum(dZ)])
    if layer == 1:
        np.testing.assert_allclose(dZ, frame.arrives.values * frame.slope.values)
    else:
        np.testing.assert_allclose(dZ, (frame.arrives.values - frame.slope.values) / 4)


@pytest.mark.parametrize("row", range(4))
@pytest.mark.parametrize("column", range(3))
def test_the_focus_lights_what_goes_in_and_writes_out_its_sum(row, column):
    frame = Backward(row=row, column=column).now
    focus = np.vstack([frame.dW.lit, frame.db.lit])
    assert np.argwhere(focus).tolist() == [[row, column]]
    assert focus.max() == 2
    assert np.argwhere(np.vstack([frame.XT.lit, frame.ones.lit]).any(axis=1)).ravel().tolist() == [row]
    assert np.argwhere(frame.dZ.lit.all(axis=0)).ravel().tolist() == [column]
    terms, total = frame.lines[1].replace("−", "-").replace("·", "*").split(" = ")
    assert abs(eval(terms) - float(total)) < 0.01  # its numbers are rounded
    held = np.vstack([frame.dW.values, frame.db.values])[row, column]
    assert float(total) == round(held, 3)


def test_right_functions_of_a_reader_agree_and_are_asked():
    asked = set()

    def spied(name):
        def function(*arrays):
            asked.add(name)
            return getattr(n04, name)(*arrays)

        return function

    names = ("dense_backward", "relu_backward", "cross_entropy_gradient", "bias_gradient")
    view = with_readers(Backward(activation="ReLU"), **{name: spied(name) for name in names})
    assert asked == set(names)
    assert not view.now.wrong.any()


@pytest.mark.parametrize(
    ("name", "function", "says"),
    [
        ("bias_gradient", n04.one_number_copied, "look at the bias rule"),
        ("bias_gradient", n04.sum_without_n, "look at the bias rule"),
        ("dense_backward", n04.bias_by_mean, "look at the bias rule"),
        (
            "dense_backward",
            n04.weights_transposed,
            "dW of layers 1 and 2 are wrong, both db are right: look at dW = Xᵀ dZ",
        ),
        ("dense_backward", lambda X, W, dY: (X.T @ dY, dY.sum(axis=0), dY @ W), "dX = dZ Wᵀ, with which layer 2"),
        ("relu_backward", n04.always_true, "look at the slope of ReLU"),
        ("relu_backward", n04.the_other_half, "look at the slope of ReLU"),
        ("cross_entropy_gradient", n04.no_mean, "each gradient is 4 times what is measured"),
        ("cross_entropy_gradient", n04.uphill_and_down, "each gradient is −1 times what is measured"),
        ("cross_entropy_gradient", n04.nothing_subtracted, "look at the start, dZ = (p − y) / n"),
    ],
)
def test_a_readers_wrong_function_is_seen(name, function, says):
    view = with_readers(Backward(activation="ReLU"), **{name: function})
    assert not view.error
    assert says in view.facts_shown


def not_finite(dZ):
    return np.full(3, np.nan)


def raises(dZ):
    raise KeyError("units")


@pytest.mark.parametrize(
    ("name", "function", "says"),
    [
        ("bias_gradient", lambda dZ: None, "bias_gradient returned None. Is the `return` missing?"),
        (
            "bias_gradient",
            n04.one_number_for_all,
            "bias_gradient expected to return an array of shape (3,), got one number",
        ),
        ("bias_gradient", not_finite, "bias_gradient expected to return finite numbers, got nan at index 0"),
        ("bias_gradient", raises, "bias_gradient raised KeyError in line 2"),
        (
            "bias_gradient",
            lambda dZ: ["a", "b", "c"],
            "expected to return an array of shape (3,), got a list",
        ),
        (
            "dense_backward",
            lambda X, W, dY: X.T @ dY,
            "dense_backward expected to return 3 values, dW, db, dX, got shape (3, 3)",
        ),
        (
            "dense_backward",
            lambda X, W, dY: None,
            "dense_backward returned None. Is the `return` missing?",
        ),
        ("dense_backward", n04.inputs_transposed, "expected to return dX, an array of shape (4, 3), got shape (3, 4)"),
        (
            "cross_entropy_gradient",
            lambda Z, y: Z[0],
            "cross_entropy_gradient expected to return an array of shape (4, 3), got shape (3,)",
        ),
        ("relu_backward", lambda dY, Y: None, "relu_backward returned None. Is the `return` missing?"),
    ],
)
def test_what_is_no_answer_is_said_inside_the_view(name, function, says):
    view = with_readers(Backward(activation="ReLU"), **{name: function})
    assert says in view.error


def test_a_reader_who_writes_into_the_arguments_changes_nothing():
    def in_place(dY, Y):
        dY *= Y > 0
        return dY

    view = with_readers(Backward(activation="ReLU"), relu_backward=in_place)
    assert not view.now.wrong.any()
    assert not with_readers(view).now.wrong.any()


def test_the_bug_switch_takes_the_place_of_the_readers_piece_only():
    readers = {"dense_backward": n04.weights_transposed, "bias_gradient": raises}
    view = with_readers(Backward(bug="bias forgotten"), **readers)
    assert not view.error
    assert (view.now.wrong[:, NAMES.index("dW")] > 0).all()
    assert (view.now.wrong[:, NAMES.index("db")] == 3).all()


@pytest.mark.parametrize(
    ("control", "ends"),
    [
        ("layer", (1, 2)), ("row", (0, 3)), ("column", (0, 2)), ("seed", (0, 20)),
        ("activation", ACTIVATIONS), ("bug", (BUGS[0], BUGS[-1])),
    ],
)  # fmt: skip
def test_both_ends_of_each_control(control, ends):
    for end in ends:
        view = Backward(**{control: end})
        assert not view.error
        assert view.state[control] == end
        assert repr(Backward.from_text(view.to_text())) == repr(view)
        assert view.png()[:4] == b"\x89PNG"
    for beyond in (-1, 21, 0.5, "none of them"):
        with pytest.raises(ValueError, match=f"Backward expected {control}"):
            Backward(**{control: beyond})


def test_the_limit_parts_rounding_from_errors():
    slightly = lambda X, W, dY: (X.T @ dY * (1 + 10 * LIMIT), dY.sum(axis=0), dY @ W.T)  # noqa: E731
    assert backward_frame(Pieces(dense=slightly), 0, "tanh", 1, 0, 0).wrong[0, 1] > 0
    hardly = lambda X, W, dY: (X.T @ dY * (1 + LIMIT / 10), dY.sum(axis=0), dY @ W.T)  # noqa: E731
    assert not backward_frame(Pieces(dense=hardly), 0, "tanh", 1, 0, 0).wrong.any()


@pytest.mark.parametrize("value", [1e-9, -1e-9, 0.1, -9.9994, 99.5, -1234.5, 9e99, -9e99])
def test_numbers_fit_their_cells(value):
    assert len(number(value)) <= 7
    assert number(value)[0] != "−" or value < -0.0005

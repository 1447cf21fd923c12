"""The tape: every operation against central differences, in every shape that NumPy would broadcast."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, mutually_broadcastable_shapes

from nnlib.autodiff import TAPED, Tensor, unbroadcast
from nnlib.gradcheck import numerical_gradient, relative_error

TWO = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "maximum": np.maximum,
    "mixed": lambda a, b: (a * b - b) / (a + b) + 2 * a - (1 - b) + 3 / a,
}
ONE = {
    "negative": lambda a: -a,
    "square": lambda a: a**2,
    "root": lambda a: a**0.5,
    "inverse": lambda a: 1 / a,
    "exp": np.exp,
    "log": np.log,
    "tanh": np.tanh,
    "abs": lambda a: np.abs(a - 1),
    "abs of Python": lambda a: abs(1 - a),
    "twice used": lambda a: a * a + a,
}
settings.register_profile("steady", deadline=None, max_examples=40, derandomize=True)
settings.load_profile("steady")


def values(shape, seed, shift=0.0):
    """Positive numbers, no two near each other, also between shifts: no kink, tie or pole is near."""
    rng = np.random.default_rng(seed)
    size = int(np.prod(shape))
    return rng.permutation(np.linspace(0.5, 2.5, size + 2)[1:-1] + 0.003 + shift).reshape(shape)


def check(f, *arrays):
    """Compare the tape's gradient of Σ weight · f(arrays) with central differences, for each array."""
    weight = np.random.default_rng(1).standard_normal(np.shape(f(*arrays)))
    tensors = [Tensor(array) for array in arrays]
    result = f(*tensors)
    np.testing.assert_allclose(result.data, f(*arrays), rtol=1e-14)
    (result * weight).sum().backward()
    for array, tensor in zip(arrays, tensors, strict=True):
        assert tensor.grad.shape == array.shape
        numeric = numerical_gradient(lambda: (f(*arrays) * weight).sum(), array)
        assert relative_error(tensor.grad, numeric) < 1e-6


REDUCED = {
    "sum": np.sum,
    "mean of rows": lambda a: np.mean(a, axis=1),
    "max kept": lambda a: np.max(a, axis=0, keepdims=True),
    "reshape": lambda a: np.reshape(a, (3, 2)),
}


@pytest.mark.parametrize("function", REDUCED.values(), ids=REDUCED)
def test_functions_of_numpy_are_methods(function):
    check(function, values((2, 3), seed=0))


@pytest.mark.parametrize("name", TWO)
@given(shapes=mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3), seed=st.integers(0, 99))
def test_two_arrays_that_broadcast(name, shapes, seed):
    a, b = shapes.input_shapes
    check(TWO[name], values(a, seed), values(b, seed + 1, shift=0.0007))


@pytest.mark.parametrize("name", ONE)
@given(shape=array_shapes(min_dims=0, max_dims=3, max_side=3), seed=st.integers(0, 99))
def test_one_array(name, shape, seed):
    check(ONE[name], values(shape, seed))


@given(n=st.integers(1, 4), k=st.integers(1, 4), m=st.integers(1, 4), lead=st.sampled_from([(), (2,), (1,), (3, 2)]))
def test_matrix_products(n, k, m, lead):
    check(lambda a, b: a @ b, values((*lead, n, k), 0), values((k, m), 1))
    check(lambda a, b: a @ b, values((*lead, n, k), 0), values((*lead, k, m), 1))
    check(lambda a, b: a @ b, values((*lead, n, k), 0), values(k, 1))
    check(lambda a, b: a @ b, values(k, 0), values((*lead, k, m), 1))
    check(lambda a, b: a @ b, values(k, 0), values(k, 1))


@pytest.mark.parametrize("method", ["sum", "mean", "max"])
@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 2)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions(method, axis, keepdims):
    check(lambda a: getattr(a, method)(axis=axis, keepdims=keepdims), values((2, 3, 4), 0))


@pytest.mark.parametrize(
    "index",
    [
        0,
        -1,
        slice(1, None),
        (slice(None), 1),
        (0, [1, 1, 0]),
        ([0, 1, 1], [2, 2, 2]),
        ...,
        None,
        np.array([True, False]),
    ],
    ids=str,
)
def test_indexing(index):
    check(lambda a: a[index] * 1.0, values((2, 3), 0))


@given(shapes=mutually_broadcastable_shapes(num_shapes=1, max_dims=4, max_side=3))
def test_unbroadcast_undoes_broadcasting(shapes):
    (shape,) = shapes.input_shapes
    copies = np.broadcast_to(np.ones(shape), (2, *shapes.result_shape))
    back = unbroadcast(copies, shape)
    assert back.shape == shape
    np.testing.assert_array_equal(back, copies.size / np.ones(shape).size if back.size else back)


def test_reshape_transpose_relu():
    check(lambda a: a.reshape(3, 2) @ a, values((2, 3), 0))
    check(lambda a: a.T @ a, values((2, 3), 0))
    x = Tensor([-1.0, 0.0, 2.0])
    x.relu().sum().backward()
    assert x.grad.tolist() == [0, 0, 1]


def test_equal_largest_share_the_gradient():
    x = Tensor([1.0, 3.0, 3.0])
    x.max().backward()
    assert x.grad.tolist() == [0, 0.5, 0.5]


def test_arrays_on_either_side_give_tensors():
    a, t = np.ones((2, 2)), Tensor(np.full((2, 2), 3.0))
    for result in [a + t, a - t, a * t, a / t, a @ t, t + a, t - a, t / a, t @ a, 2 - t, 2 / t, np.exp(t)]:
        assert isinstance(result, Tensor)
    assert (a / t).data[0, 0] == pytest.approx(1 / 3)
    assert (2 - t).data[0, 0] == -1


def test_micrograd():
    """The expression in micrograd's README and the three figures printed there."""
    a, b = Tensor(-4.0), Tensor(2.0)
    c = a + b
    d = a * b + b**3
    c = c + c + 1
    c = c + 1 + c - a
    d = d + d * 2 + (b + a).relu()
    d = d + 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2 + 10 / f
    g.backward()
    assert [f"{x:.4f}" for x in (float(g.data), float(a.grad), float(b.grad))] == ["24.7041", "138.8338", "645.5773"]


def test_a_chain_of_20_000_nodes():
    x = Tensor(1.0)
    y = x
    for _ in range(20_000):
        y = y * 1.0001
    y.backward()
    assert float(x.grad) == pytest.approx(1.0001**20_000)
    del y  # nor does letting go of it recurse


def test_a_second_backward_adds_a_second_time():
    x = Tensor([1.0, 2.0])
    y = x * x
    total = (y * y).sum()
    total.backward()
    once = x.grad.copy()
    total.backward()
    np.testing.assert_array_equal(once, 4 * x.data**3)
    np.testing.assert_array_equal(x.grad, 2 * once)


KEEPS = {"tanh": Tensor.tanh, "relu": Tensor.relu, "abs": Tensor.abs, "max": lambda x: x.max(axis=0), "exp": np.exp}


@pytest.mark.parametrize("operation", KEEPS.values(), ids=KEEPS)
def test_float32_stays_float32(operation):
    x = Tensor(np.ones(3, np.float32))
    y = operation(2 * x + 1).mean()
    y.backward()
    assert x.grad.dtype == y.dtype == np.float32


def test_integers_become_floats():
    assert Tensor([1, 2]).dtype == np.float64


def test_what_the_tape_cannot_do_is_said():
    x = Tensor([1.0, 2.0])
    with pytest.raises(ValueError, match=r"single number, got shape \(2,\)"):
        x.backward()
    with pytest.raises(TypeError, match="number p, got Tensor"):
        x**x
    with pytest.raises(TypeError, match=r"got np\.sin"):
        np.sin(x)
    with pytest.raises(TypeError, match=r"got np\.add"):
        np.add.reduce(x)
    for function, inputs in [(np.dot, (x, x)), (np.concatenate, ([x, x],)), (np.where, (x.data > 1, x, 0))]:
        with pytest.raises(TypeError, match=rf"got np\.{function.__name__}"):
            function(*inputs)
    with pytest.raises(TypeError, match="unexpected keyword argument 'where'"):
        np.sum(x, where=x.data > 1)
    assert len(TAPED) == 11


def test_a_plain_array_that_takes_part_gets_no_gradient_and_no_work():
    x = Tensor([1.0, 2.0])
    y = (np.array([[3.0, 4.0]]) @ x.reshape(2, 1)).sum()
    constant = next(node for node in y.graph() if node.constant)
    asked = []
    for node in y.graph():
        node.parents = tuple(
            (parent, lambda g, p=parent, pull=pull: asked.append(p) or pull(g)) for parent, pull in node.parents
        )
    y.backward()
    np.testing.assert_array_equal(x.grad, [3.0, 4.0])
    np.testing.assert_array_equal(constant.grad, np.zeros((1, 2)))
    assert constant not in asked
    assert not x.constant

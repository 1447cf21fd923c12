"""What a network learns from has to be what it says: the digits, the toy sets, and the batches made of them."""

import functools
import gzip
import itertools
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib import load_mnist, minibatches
from nnlib.data import blobs, circles, line, logic_gate, mnist, moons, read_idx, spirals, xor

N = 1001  # points of a toy set; odd, so that no number of classes below divides it


def rng(seed=0):
    return np.random.default_rng(seed)


# MNIST


@pytest.fixture(scope="module")
def digits():
    """The four files as they come; each is read once for all tests of this module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mnist, "read_idx", functools.cache(read_idx))
        yield load_mnist()


def test_mnist_as_it_comes(digits):
    for (X, y), n in zip(digits, [60_000, 10_000], strict=True):
        assert X.shape == (n, 28, 28)
        assert y.shape == (n,)
        assert X.dtype == np.uint8
        assert y.dtype == np.int64
        assert not X.flags.writeable, "the files' bytes are not copied"
        assert (X.min(), X.max()) == (0, 255)


def test_to_read_a_file_takes_its_size_in_memory_once():
    tracemalloc.start()
    try:
        X, _ = mnist.load_part("train")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1.25 * X.nbytes


def test_mnist_is_the_published_one(digits):
    """The counts are those in LeCun's own listing; 0.1307 and 0.3081 stand in every PyTorch example."""
    (X_train, y_train), (_, y_test) = digits
    assert np.bincount(y_train).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert y_test[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]

    squares = np.arange(256, dtype=np.uint16) ** 2
    mean = X_train.mean()
    std = np.sqrt(squares[X_train].mean() - mean**2)
    assert (round(mean / 255, 4), round(std / 255, 4)) == (0.1307, 0.3081)


def test_mnist_images_stand_upright(digits):
    """Ink on paper: a one is a vertical stroke in the middle, and the border is empty."""
    (X, y), _ = digits
    one = X[y == 1].mean(axis=0)
    assert one[14, 14] > 200 > 50 > one[14, 4]
    assert np.ptp(one.mean(axis=1)[7:20]) < np.ptp(one.mean(axis=0))
    assert X[:, [0, -1], :].mean() < 1


@pytest.mark.parametrize("validation", [False, True])
@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("scaled", [False, True])
def test_mnist_options(digits, scaled, flat, validation):
    train, test = digits
    expected = [train, test]
    if validation:
        expected = [(train[0][:50_000], train[1][:50_000]), (train[0][50_000:], train[1][50_000:]), test]
    pairs = load_mnist(scaled=scaled, flat=flat, validation=validation)
    assert isinstance(pairs, tuple)
    for (X, y), (X_expected, y_expected) in zip(pairs, expected, strict=True):
        assert X.shape == ((len(y), 784) if flat else (len(y), 28, 28))
        assert X.dtype == (np.float32 if scaled else np.uint8)
        np.testing.assert_array_equal(y, y_expected)
        some = slice(None, None, 99)
        pixels = X_expected[some].astype(np.float32) / 255 if scaled else X_expected[some]
        np.testing.assert_array_equal(X[some].reshape(-1, 28, 28), pixels)
        np.testing.assert_array_equal(X[-1].ravel() * (255 if scaled else 1), X_expected[-1].ravel())
        assert (X.min(), X.max()) == (0, 1 if scaled else 255)
        assert X.flags.writeable == scaled


@pytest.mark.parametrize("shape", [(5,), (2, 3), (3, 2, 4), (0,), (0, 28, 28)])
def test_read_idx_gives_back_what_was_written(tmp_path, shape):
    items = rng().integers(0, 256, shape, np.uint8)
    header = bytes([0, 0, 8, items.ndim]) + struct.pack(f">{items.ndim}I", *shape)
    (tmp_path / "items.gz").write_bytes(gzip.compress(header + items.tobytes()))
    for path in [tmp_path / "items.gz", str(tmp_path / "items.gz")]:
        np.testing.assert_array_equal(read_idx(path), items, strict=True)


# Toy sets

CLASSES = {
    "blobs": (blobs, 3),
    "blobs of 5": (functools.partial(blobs, n_classes=5), 5),
    "moons": (moons, 2),
    "circles": (circles, 2),
    "xor": (xor, 2),
    "spirals": (spirals, 2),
    "spirals of 3": (functools.partial(spirals, n_classes=3), 3),
}
TOYS = {name: make for name, (make, _) in CLASSES.items()} | {"line": line}


@pytest.mark.parametrize(("make", "n_classes"), CLASSES.values(), ids=CLASSES)
def test_toy_classes_are_balanced(make, n_classes):
    X, y = make(N, rng=rng())
    assert X.shape == (N, 2)
    assert X.dtype == np.float64
    assert y.shape == (N,)
    assert y.dtype.kind == "i"
    counts = np.bincount(y)
    assert len(counts) == n_classes
    assert np.ptp(counts) <= 1


@pytest.mark.parametrize("noise", [0, 0.1])
@pytest.mark.parametrize("make", TOYS.values(), ids=TOYS)
def test_toy_sets_come_from_their_rng(make, noise):
    X, y = make(N, rng=rng(1), noise=noise)
    X_same, y_same = make(N, rng=rng(1), noise=noise)
    np.testing.assert_array_equal(X, X_same)
    np.testing.assert_array_equal(y, y_same)
    if noise == 0 and getattr(make, "func", make) is blobs:
        return  # the noise is all that is random in them
    assert not np.array_equal(X, make(N, rng=rng(2), noise=noise)[0])
    generator = rng(1)
    sets = [make(N, rng=generator, noise=noise)[0] for _ in range(2)]
    assert not np.array_equal(*sets), "the generator moves on"


@pytest.mark.parametrize("make", TOYS.values(), ids=TOYS)
def test_noise_is_its_standard_deviation(make):
    noisy, clean = make(N, rng=rng(), noise=0.3), make(N, rng=rng(), noise=0)
    differences = np.c_[noisy] - np.c_[clean]  # in X, or for a line in y
    moved = differences[:, differences.any(axis=0)]
    assert moved.size >= N
    assert moved.mean() == pytest.approx(0, abs=0.03)
    assert moved.std() == pytest.approx(0.3, rel=0.1)


@pytest.mark.parametrize(("slope", "intercept"), [(2.0, -1.0), (-0.5, 3.0)])
def test_line(slope, intercept):
    for noise, tolerance in [(0, 1e-12), (0.1, 0.02)]:
        X, y = line(N, rng=rng(), slope=slope, intercept=intercept, noise=noise)
        assert X.shape == y.shape == (N, 1)
        assert -1 <= X.min() < -0.95 < 0.95 < X.max() < 1
        found = np.linalg.lstsq(np.c_[X, np.ones(N)], y)[0].ravel()
        np.testing.assert_allclose(found, [slope, intercept], atol=tolerance)
    np.testing.assert_array_equal(line(5, rng=rng())[1], line(5, rng=rng(), slope=2, intercept=-1, noise=0.1)[1])


def test_logic_gates():
    for name, gate in {
        "and": lambda a, b: a and b,
        "or": lambda a, b: a or b,
        "nand": lambda a, b: not (a and b),
        "xor": lambda a, b: a != b,
    }.items():
        X, y = logic_gate(name)
        assert X.dtype == np.float64
        assert y.dtype.kind == "i"
        assert X.tolist() == [[a, b] for a in (0, 1) for b in (0, 1)]
        assert y.tolist() == [gate(a, b) for a, b in X.tolist()]


def polar(X, centre=(0, 0)):
    """Distance from the centre, and angle from 0 to 2π."""
    x1, x2 = (X - centre).T
    return np.hypot(x1, x2), np.arctan2(x2, x1) % (2 * np.pi)


@pytest.mark.parametrize("n_classes", [1, 2, 3, 7])
def test_blobs_are_round_clouds_on_a_circle(n_classes):
    X, y = blobs(50 * n_classes, rng=rng(), n_classes=n_classes, noise=0)
    radius, angle = polar(X)
    np.testing.assert_allclose(radius, 2)
    np.testing.assert_allclose(np.cos(angle - 2 * np.pi * y / n_classes), 1)
    X, y = blobs(N, rng=rng())
    clouds = X - blobs(N, rng=rng(), noise=0)[0]
    np.testing.assert_allclose(np.cov(clouds.T), np.eye(2) / 4, atol=0.03)


def test_moons_lie_on_two_half_circles():
    X, y = moons(N, rng=rng(), noise=0)
    for label, centre, side in [(0, (-0.5, -0.25), 1), (1, (0.5, 0.25), -1)]:
        radius, angle = polar(side * X[y == label], np.multiply(side, centre))
        np.testing.assert_allclose(radius, 1)
        assert angle.max() <= np.pi, "the upper half, and for the other moon the lower"
        assert np.histogram(angle, 4, (0, np.pi))[0].min() > N / 2 / 4 * 0.7, "evenly spread"
    np.testing.assert_allclose(X.min(axis=0), -X.max(axis=0), atol=0.01)


@pytest.mark.parametrize("inner", [0.5, 0.2])
def test_circles(inner):
    X, y = circles(N, rng=rng(), inner=inner, noise=0)
    radius, angle = polar(X)
    np.testing.assert_allclose(radius, np.where(y == 0, 1, inner))
    for label in [0, 1]:
        assert np.histogram(angle[y == label], 4, (0, 2 * np.pi))[0].min() > N / 2 / 4 * 0.7, "all the way round"


def test_xor_fills_a_square():
    X, y = xor(N, rng=rng(), noise=0)
    np.testing.assert_array_equal(y, np.prod(X, axis=1) < 0)
    for corner in [(-1, -1), (-1, 1), (1, -1), (1, 1)]:
        here = np.abs(X[(np.sign(X) == corner).all(axis=1)])
        assert len(here) > N / 4 * 0.8
        assert here.min() < 0.05 < 0.95 < here.max() < 1
        np.testing.assert_allclose(here.mean(axis=0), 0.5, atol=0.08)


@pytest.mark.parametrize(("n_classes", "turns"), [(2, 1.0), (3, 1.0), (2, 1.75)])
def test_spirals_turn_as_they_go_out(n_classes, turns):
    X, y = spirals(N, rng=rng(), n_classes=n_classes, turns=turns, noise=0)
    radius, angle = polar(X)
    assert 0.05 <= radius.min() < 0.06
    assert 0.99 < radius.max() < 1
    np.testing.assert_allclose(np.cos(angle - 2 * np.pi * (turns * radius + y / n_classes)), 1)


# Batches

sizes = st.integers(1, 40)
quick = settings(deadline=None, max_examples=60, database=None)


def rows(n):
    """Rows that can be told apart, and a target for each that says which row it belongs to."""
    return np.c_[np.arange(n), np.arange(n) ** 2], np.arange(n)


@quick
@given(n=sizes, batch_size=sizes, seed=st.none() | st.integers(0, 9))
def test_every_row_is_used_exactly_once(n, batch_size, seed):
    X, y = rows(n)
    batches = [*minibatches(X, y, batch_size, None if seed is None else rng(seed))]
    order = np.concatenate([y_batch for _, y_batch in batches])
    assert sorted(order) == [*range(n)]
    assert [len(X_batch) for X_batch, _ in batches[:-1]] == [batch_size] * ((n - 1) // batch_size)
    assert len(batches[-1][0]) == (n - 1) % batch_size + 1
    for X_batch, y_batch in batches:
        np.testing.assert_array_equal(X_batch, X[y_batch])
    if seed is None:
        assert order.tolist() == [*range(n)]
    np.testing.assert_array_equal(rows(n)[0], X, "what is shuffled is the order, not the learner's array")


def test_each_epoch_has_an_order_of_its_own():
    X, y = rows(50)
    generator = rng()
    orders = [[*np.concatenate([y for _, y in minibatches(X, y, 7, generator)])] for _ in range(4)]
    assert all(a != b for a, b in itertools.combinations([*orders, [*range(50)]], 2))
    again = np.concatenate([y for _, y in minibatches(X, y, 7, rng())])
    assert orders[0] == again.tolist(), "and the same seed gives the same order"


def test_shuffling_is_fair():
    """Every row is as likely as any other to come first."""
    generator = rng()
    firsts = [next(minibatches(*rows(5), 1, generator))[1][0] for _ in range(2000)]
    assert np.bincount(firsts, minlength=5).min() > 320


@pytest.mark.parametrize("shape", [(4, 2, 3), (4, 1), (4,)])
def test_rows_of_any_shape(shape):
    items = rng().standard_normal(shape)
    for generator in [None, rng()]:
        batches = [*minibatches(items, items, 3, generator)]
        assert [X.shape for X, _ in batches] == [(3, *shape[1:]), (1, *shape[1:])]
        assert all(np.array_equal(X, y) for X, y in batches)


@pytest.mark.parametrize("size", [2.0, np.int64(2), np.float32(2)])
def test_whole_batch_size_of_any_type(size):
    """As for epochs: 2.0 is a whole number."""
    assert [y.tolist() for _, y in minibatches(*rows(5), size)] == [[0, 1], [2, 3], [4]]

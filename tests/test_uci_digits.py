"""Digits that are not MNIST's: they are the published ones, and made as MNIST's they are read far better."""

import numpy as np
import pytest

from nnlib import Dense, ReLU, Sequential
from nnlib.data import load_uci_digits, uci
from nnlib.data.handwriting import enlarged, normalise, resized
from nnlib.pretrained import FILE

WAYS = {
    "as drawn": lambda scan: resized(scan, 28, 28),
    "centred": lambda scan: np.pad(resized(scan, 20, 20), 4),
    "as MNIST": normalise,
}


@pytest.fixture(scope="module")
def digits():
    return load_uci_digits()


@pytest.fixture(scope="module")
def right(digits):
    """Which digits the pretrained net reads, (1797,) for each way of showing them to it.

    In float64, where the two largest scores of a digit differ by 2e-5 or more: no processor changes a count.
    """
    rng = np.random.default_rng(0)
    reader = Sequential(Dense(784, 128, rng=rng), ReLU(), Dense(128, 10, rng=rng), dtype=np.float64)
    reader.load(FILE)
    scans = enlarged(digits[0] / 16, 4)
    made = {name: np.array([way(scan) for scan in scans]).reshape(-1, 784) for name, way in WAYS.items()}
    return {name: reader.forward(X).argmax(axis=1) == digits[1] for name, X in made.items()}


def test_the_digits_are_the_published_ones(digits):
    """The counts stand on UCI's page, the first row of pixels in scikit-learn's documentation."""
    X, y = digits
    assert X.shape == (1797, 8, 8)
    assert (X.dtype, y.dtype) == (np.uint8, np.int64)
    assert (X.min(), X.max()) == (0, 16)
    assert not X.flags.writeable
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert X[0, 0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]


def test_the_note_beside_the_files_has_their_sums_and_licence():
    note = (uci.FOLDER / "README.md").read_text()
    assert all(sha256 in note for sha256 in uci.SHA256.values())
    assert "https://creativecommons.org/licenses/by/4.0/" in note


def test_enlarged_makes_blocks(digits):
    X = digits[0][:50] / 16
    made = enlarged(X, 4)
    np.testing.assert_array_equal(made, np.kron(X, np.ones((1, 4, 4))))
    np.testing.assert_array_equal(made.reshape(50, 8, 4, 8, 4).mean(axis=(2, 4)), X)


@pytest.mark.parametrize(("way", "count"), {"as drawn": 1044, "centred": 1545, "as MNIST": 1584}.items())
def test_how_many_are_read(right, way, count):
    """The measured counts; they move with normalise, and with weights that are trained anew."""
    assert right[way].sum() == count


@pytest.mark.parametrize("way", ["as drawn", "centred"])
def test_made_as_mnist_more_are_read_than_luck_explains(right, way):
    """McNemar: of the digits that are read in one way only, without a difference each half would be right."""
    gained, lost = (right["as MNIST"] & ~right[way]).sum(), (right[way] & ~right["as MNIST"]).sum()
    assert gained - lost > 3 * np.sqrt(gained + lost)

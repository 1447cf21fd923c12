"""Files and texts of every kind: each is taken, or refused in our own words, and nothing else happens.

Nothing else: no other error, no megabytes of memory for a few bytes, no change on disk. The examples are few, and the
same on every run; `python -m pytest -n1 tests/test_fuzz.py --hypothesis-profile=deep` tries new ones for minutes.
"""

import functools
import gzip
import io
import struct
import zipfile

import numpy as np
import pytest
from damage import damaged, fuzz, harmless
from hypothesis import given
from hypothesis import strategies as st

from nnlib import Dense, Sequential, Tanh
from nnlib.data import load_csv, mnist, read_idx

# IDX


def idx(shape, items):
    """Return the bytes of an IDX file that claims a shape."""
    return bytes([0, 0, 8, len(shape) % 256]) + struct.pack(f">{len(shape)}I", *shape) + items


SMALL = idx((3, 4, 4), bytes(range(48)))
LENGTHS = st.integers(0, 4) | st.sampled_from([2**16, 10**9, 2**32 - 1])
packed = functools.partial(gzip.compress, compresslevel=1, mtime=0)  # no time: the same bytes on each run
PARTS = [packed(part) for part in (SMALL, b"", SMALL[:4], SMALL[4:])]
IDX_FILES = st.one_of(
    st.binary(max_size=200),
    damaged(packed(SMALL)),
    damaged(SMALL).map(packed),
    st.builds(idx, st.lists(LENGTHS, max_size=70), st.binary(max_size=70)).map(packed),
    st.lists(st.sampled_from(PARTS), max_size=3).map(b"".join),
    st.integers(0, 2**23).map(lambda n: packed(SMALL + bytes(n))),
)


@fuzz(100)
@given(content=IDX_FILES)
def test_idx_files(tmp_path, content):
    with pytest.MonkeyPatch.context() as patch, harmless(tmp_path / "digits.gz", content, "read_idx expected"):
        patch.setattr(mnist, "LARGEST", 2**21)
        assert read_idx(tmp_path / "digits.gz").size <= 2**21


@pytest.mark.parametrize("claim", [(10**6, 10**6), (0, 2**32 - 1, 2**32 - 1, 2**32 - 1), (1,) * 255])
def test_a_claim_is_not_believed(tmp_path, claim, monkeypatch):
    monkeypatch.setattr(mnist, "LARGEST", 2**21)
    with harmless(tmp_path / "digits.gz", packed(idx(claim, b"")), "read_idx expected"):
        read_idx(tmp_path / "digits.gz")


def test_a_gigabyte_in_a_file_of_a_megabyte_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("damage.MOST_MEMORY", 3 * mnist.LARGEST)
    zeros = packed(bytes(2**20))
    content = packed(idx((2**10, 2**20), b"")) + 2**10 * zeros
    with harmless(tmp_path / "digits.gz", content, "read_idx expected at most 134,217,728 bytes"):
        read_idx(tmp_path / "digits.gz")
        pytest.fail("it was read")


# Tables

TABLE = b"label,a,b\n1,0.5,2\n0,3,4e2\n"
CELLS = st.sampled_from(["1", "0", "-2.5", "", "nan", "1e999", "1e18", "a", '"3"', '"', "pixel0", "\0", "9" * 400])
TABLES = st.one_of(
    st.binary(max_size=200),
    damaged(TABLE),
    damaged(packed(TABLE)),
    damaged(TABLE).map(packed),
    st.text(max_size=100).map(lambda text: text.encode(errors="surrogatepass")),
    st.lists(st.lists(CELLS, max_size=4), max_size=4).map(lambda rows: "\n".join(map(",".join, rows)).encode()),
    st.integers(0, 2**25).map(lambda n: packed(TABLE + n * b"1")),
)


@fuzz(200)
@given(content=TABLES, label=st.sampled_from([0, -1, None]), scaled=st.booleans())
def test_tables(tmp_path, content, label, scaled):
    with harmless(tmp_path / "t.csv", content, "load_csv expected"):
        X, y = load_csv(tmp_path / "t.csv", label=label, scaled=scaled)
        assert np.isfinite(X).all()
        assert (y is None) == (label is None)
        assert y is None or len(X) == len(y) > 0


# Models


def new_model():
    """Return a small model; its numbers are of 32 bits, as are those of most files."""
    return Sequential(Dense(3, 4, rng=np.random.default_rng(0)), Tanh())


def written(save):
    """Return the bytes that `save(file)` writes."""
    with io.BytesIO() as file:
        save(file)
        return file.getvalue()


def member(descr, shape, version, items):
    """Return an array as a .npz file holds it, whose header says whatever it says."""
    header = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape!r}, }}".encode()
    return b"\x93NUMPY" + bytes(version) + struct.pack("<H" if version[0] == 1 else "<I", len(header)) + header + items


def zipped(members, kind):
    """Return a .npz file with these members, compressed in this way."""
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in members.items():
                archive.writestr(zipfile.ZipInfo(name), content, kind)
        return file.getvalue()


NAMES = written(lambda file: np.save(file, ["Dense(3, 4)", "Tanh()"]))
NUMBERS = written(lambda file: np.save(file, np.arange(16.0)))
WHOLE = zipped({"layers.npy": NAMES, "params.npy": NUMBERS}, zipfile.ZIP_STORED)
KINDS = ["<f4", ">f8", "<f2", "|O", "<U4", "<U0", "<U500000000", "|V9", "<i8", "<M8[s]", [("a", "<f8")], "junk"]
SIZES = st.integers(-3, 16) | st.sampled_from([10**6, 10**12, 2**63, -(10**12)])
MEMBERS = st.one_of(
    st.sampled_from([NAMES, NUMBERS]),
    st.sampled_from([NAMES, NUMBERS]).flatmap(damaged),
    st.builds(
        member,
        st.sampled_from(KINDS),
        st.lists(SIZES, max_size=3).map(tuple),
        st.sampled_from([(1, 0), (2, 0), (3, 0), (9, 9)]),
        st.binary(max_size=140) | st.integers(0, 2**23).map(bytes),
    ),
)
PACKED = st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
INSIDE = st.sampled_from(["layers.npy", "params.npy", "layers", "../params.npy", "/params.npy"])
MODEL_FILES = st.one_of(
    st.binary(max_size=200),
    damaged(WHOLE),
    MEMBERS,
    st.builds(lambda a, b, kind: zipped({"layers.npy": a, "params.npy": b}, kind), st.just(NAMES), MEMBERS, PACKED),
    st.builds(lambda a, b, kind: zipped({"layers.npy": a, "params.npy": b}, kind), MEMBERS, st.just(NUMBERS), PACKED),
    st.builds(zipped, st.dictionaries(INSIDE, MEMBERS), PACKED),
)


@fuzz(100)
@given(content=MODEL_FILES)
def test_model_files(tmp_path, content):
    model = new_model()
    before, vector = model.params.copy(), model.params
    with harmless(tmp_path / "model.npz", content, "Sequential.load expected"):
        model.load(tmp_path / "model.npz")
        before = model.params.copy()
    np.testing.assert_array_equal(model.params, before)
    assert model.params is vector


ZEROS = bytes(2**25)  # a bomb: they take 32 kB of the file
LIES = {
    "more names than memory": ("layers.npy", member("<U1", (10**12,), (1, 0), ZEROS)),
    "very long names": ("layers.npy", member("<U500000000", (2,), (1, 0), ZEROS)),
    "fewer than no names": ("layers.npy", member("<U1", (-5,), (1, 0), ZEROS)),
    "more numbers than memory": ("params.npy", member("<f8", (10**12,), (1, 0), ZEROS)),
    "more axes than there are": ("params.npy", member("<f8", (10**12,) * 500, (1, 0), ZEROS)),
    "more numbers than parameters": ("params.npy", member("<f8", (2**22,), (1, 0), ZEROS)),
    "numbers after the last": ("params.npy", NUMBERS + ZEROS),
    "a number too large": ("params.npy", written(lambda file: np.save(file, np.full(16, 1e300)))),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # it has to be refused where NumPy only warns
@pytest.mark.parametrize(("name", "content"), LIES.values(), ids=LIES)
def test_a_model_file_that_lies_is_refused(tmp_path, name, content):
    whole = zipped({"layers.npy": NAMES, "params.npy": NUMBERS} | {name: content}, zipfile.ZIP_DEFLATED)
    with harmless(tmp_path / "model.npz", whole, "Sequential.load expected"):
        new_model().load(tmp_path / "model.npz")
        pytest.fail("it was loaded")

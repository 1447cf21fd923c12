"""Data that readers bring: sets in four files such as Fashion-MNIST's, tables in CSV, pictures in files."""

import gzip
import itertools
import json
import pickle
import re
import struct
from pathlib import Path

import numpy as np
import pandas
import pytest
from PIL import Image

import nnlib
from nnlib import Adam, Dense, ReLU, Sequential, SoftmaxCrossEntropy, confusion_matrix, evaluate, fit, load_mnist
from nnlib.data import load_csv, mnist, read_idx
from nnlib.data.handwriting import normalise, read_picture
from nnlib.plotting import plot_confusion, plot_history, plot_images
from nnlib.viz import DigitPad, Errors

# Sets in four files

MNISTS = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]


def idx(items, kind=8):
    """Return the bytes of an IDX file."""
    return bytes([0, 0, kind, items.ndim]) + struct.pack(f">{items.ndim}I", *items.shape) + items.tobytes()


def pictures(n, rng, n_classes=10, shape=(28, 28)):
    """Return bytes (n, *shape) in which each class is bright in rows of its own, and labels (n,)."""
    y = np.arange(n) % n_classes
    X = rng.integers(0, 120, (n, *shape))
    X[np.arange(n), y * shape[0] // n_classes] += 130
    return X.astype(np.uint8), y.astype(np.uint8)


def write(folder, names, train, test, label_kind=8):
    """Write four files; those whose name ends in .gz are zipped."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, items in zip(names, [*train, *test], strict=True):
        content = idx(items, label_kind if "label" in name else 8)
        (folder / name).write_bytes(gzip.compress(content, 1) if name.endswith(".gz") else content)


@pytest.fixture
def fashion(tmp_path, rng):
    """A folder as Fashion-MNIST's, smaller, and what is in it."""
    train, test = pictures(600, rng), pictures(100, rng)
    write(tmp_path / "fashion", [f"{name}.gz" for name in MNISTS], train, test)
    return tmp_path / "fashion", train, test


SPELLINGS = [
    *([name + end for name in MNISTS] for end in ["", ".gz"]),
    [name.replace("-idx", ".idx") for name in MNISTS],
    [f"fashion-mnist-{name}.gz" for name in MNISTS],
    [name.replace("t10k", "test") for name in MNISTS],
    [name.replace("-idx3-ubyte", "").replace("-idx1-ubyte", ".gz") for name in MNISTS],
    [f"{name.upper()}.gz" for name in MNISTS],
]


@pytest.mark.parametrize("names", SPELLINGS, ids=lambda names: names[0])
def test_any_of_the_usual_names(names, tmp_path, rng):
    train, test = pictures(30, rng), pictures(10, rng)
    write(tmp_path, names, train, test)
    (tmp_path / "README.md").write_text("train-images and test-labels")
    (tmp_path / "qmnist-test-labels.tsv.gz").write_bytes(b"")
    for found, expected in zip(load_mnist(tmp_path), [train, test], strict=True):
        np.testing.assert_array_equal(found[0], expected[0], strict=True)
        np.testing.assert_array_equal(found[1], expected[1].astype(np.int64), strict=True)
        assert not found[0].flags.writeable


def test_options_of_another_set(fashion):
    folder, (X, y), _ = fashion
    first, second, _ = load_mnist(str(folder), scaled=True, flat=True, validation=True)
    assert (first[0].shape, second[0].shape) == ((500, 784), (100, 784))
    np.testing.assert_allclose(np.concatenate([first[0], second[0]]), X.reshape(600, 784) / np.float32(255))
    np.testing.assert_array_equal(np.concatenate([first[1], second[1]]), y)


def test_unpacked_beside_packed_and_unpacked_under_the_packed_name(fashion):
    """torchvision leaves both; a browser may unpack a file on the way and leave its name."""
    folder, (X, _), _ = fashion
    packed = folder / "train-images-idx3-ubyte.gz"
    (folder / "train-images-idx3-ubyte").write_bytes(gzip.decompress(packed.read_bytes()))
    np.testing.assert_array_equal(load_mnist(folder)[0][0], X)
    (folder / "train-images-idx3-ubyte").rename(packed)
    np.testing.assert_array_equal(load_mnist(folder)[0][0], X)


def emnist(name):
    return [
        f"emnist-{name}-{part}-{what}-ubyte.gz" for part in ["train", "test"] for what in ["images-idx3", "labels-idx1"]
    ]


def test_emnist_is_turned_upright_and_its_letters_are_counted_from_0(tmp_path, rng):
    letters = [(X, y + 1) for X, y in [pictures(104, rng, 26), pictures(52, rng, 26)]]
    balanced = [pictures(94, rng, 47), pictures(47, rng, 47)]
    write(tmp_path, emnist("letters"), *letters)
    write(tmp_path, emnist("balanced"), *balanced)
    for (X, y), (stored, labels) in zip(load_mnist(tmp_path / "emnist-letters"), letters, strict=True):
        np.testing.assert_array_equal(X, stored.transpose(0, 2, 1), strict=True)
        assert (y.min(), y.max()) == (0, 25)
        np.testing.assert_array_equal(y, labels - 1)
    for (_, y), (_, labels) in zip(load_mnist(f"{tmp_path}/emnist-bal"), balanced, strict=True):
        np.testing.assert_array_equal(y, labels)
    with pytest.raises(ValueError, match=r"one data set in .*: ask for .*emnist-balanced or .*emnist-letters$"):
        load_mnist(tmp_path)


def test_labels_of_qmnist(tmp_path, rng):
    (X, y), test = pictures(20, rng), pictures(10, rng)
    wide = [np.c_[labels, rng.integers(0, 3000, (len(labels), 7))].astype(">i4") for labels in (y, test[1])]
    names = [
        f"qmnist-{part}-{what}.gz" for part in ["train", "test"] for what in ["images-idx3-ubyte", "labels-idx2-int"]
    ]
    write(tmp_path, names, (X, wide[0]), (test[0], wide[1]), label_kind=12)
    assert read_idx(tmp_path / names[1]).shape == (20, 8)
    for (_, found), labels in zip(load_mnist(tmp_path), [y, test[1]], strict=True):
        np.testing.assert_array_equal(found, labels.astype(np.int64), strict=True)


def test_another_set_is_learned_and_seen(fashion, rng):
    folder, *_ = fashion
    (X, y), (X_test, y_test) = load_mnist(folder, scaled=True, flat=True)
    model = Sequential(Dense(784, 32, rng=rng), ReLU(), Dense(32, 10, rng=rng))
    history = fit(model, SoftmaxCrossEntropy(), Adam(), X, y, epochs=5, batch_size=20, rng=rng, progress=False)
    assert history[-1].loss < history[0].loss / 2
    assert evaluate(model, X_test, y_test).accuracy > 0.9
    errors = Errors(model, X_test, y_test)
    assert errors.error == ""
    assert "all 100 answered" in errors.facts_shown
    pad = DigitPad(model)
    assert pad.error == ""
    assert plot_images(load_mnist(folder)[1][0][:20], y_test[:20]).axes


@pytest.mark.parametrize(("n_classes", "shape"), [(26, (28, 28)), (47, (28, 28)), (10, (32, 32)), (3, (20, 12))])
def test_more_classes_and_other_sizes_are_learned_and_drawn_or_said(n_classes, shape, tmp_path, rng):
    write(tmp_path, MNISTS, *([pictures(n, rng, n_classes, shape) for n in (n_classes * 20, n_classes * 4)]))
    (X, y), (X_test, y_test) = load_mnist(tmp_path, scaled=True, flat=True)
    n_in = shape[0] * shape[1]
    model = Sequential(Dense(n_in, 32, rng=rng), ReLU(), Dense(32, n_classes, rng=rng))
    fit(model, SoftmaxCrossEntropy(), Adam(0.003), X, y, epochs=2, batch_size=20, rng=rng, progress=False)
    table = confusion_matrix(model.forward(X_test).argmax(axis=1), y_test, n_classes)
    assert len(plot_confusion(table).axes[0].texts) == n_classes**2
    assert plot_images(load_mnist(tmp_path)[1][0][:3], "abc").axes[0].images[0].get_array().shape == shape
    with pytest.raises(ValueError, match=r"Errors expected (integer labels .* from 0 to 9|numbers X of shape)"):
        Errors(model, X_test, y_test)
    pad = DigitPad(model)
    assert ("ten scores" in pad.error or f"(n, {n_in})" in pad.error) or n_classes == 10


def test_rows_that_are_no_squares_cannot_be_drawn():
    with pytest.raises(ValueError, match=r"plot_images expected pictures \(n, height, width\), or square ones"):
        plot_images(np.zeros((2, 240)), "ab")


NOTHING = np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8)
DAMAGE = {
    "a file is missing": (
        lambda f: (f / "t10k-labels-idx1-ubyte.gz").unlink(),
        FileNotFoundError,
        r"load_mnist expected four files in .*fashion, and found 3 of them: there is none such as t10k-labels-",
    ),
    "nothing is there": (
        lambda f: [path.unlink() for path in f.iterdir()],
        FileNotFoundError,
        r"found 0 of them: there is none such as train-images-idx3-ubyte.gz or train-labels",
    ),
    "fewer labels": (
        lambda f: (f / "train-labels-idx1-ubyte.gz").write_bytes((f / "t10k-labels-idx1-ubyte.gz").read_bytes()),
        ValueError,
        r"a label for each picture, got 600 pictures in .*images.* and labels of shape \(100,\) in .*labels",
    ),
    "pictures for labels": (
        lambda f: (f / "train-labels-idx1-ubyte.gz").write_bytes((f / "train-images-idx3-ubyte.gz").read_bytes()),
        ValueError,
        r"and labels of shape \(600, 28, 28\)",
    ),
    "labels for pictures": (
        lambda f: (f / "train-images-idx3-ubyte.gz").write_bytes((f / "train-labels-idx1-ubyte.gz").read_bytes()),
        ValueError,
        r"expected pictures \(n, height, width\) of bytes in .*train-images.*, got uint8 of shape \(600,\)",
    ),
    "pictures of two sizes": (
        lambda f: (f / "t10k-images-idx3-ubyte.gz").write_bytes(idx(np.zeros((100, 20, 20), np.uint8))),
        ValueError,
        r"pictures of one size in .*, and labels from 0, got \(28, 28\) and \(20, 20\)",
    ),
    "cut": (
        lambda f: (f / "train-images-idx3-ubyte.gz").write_bytes((f / "train-images-idx3-ubyte.gz").read_bytes()[:999]),
        ValueError,
        r"read_idx expected a whole gzip file, got .*train-images-idx3-ubyte.gz: ",
    ),
    "an error page": (
        lambda f: (f / "train-images-idx3-ubyte.gz").write_text("<html>404"),
        ValueError,
        r"read_idx expected a whole gzip file, got .*: Not a gzipped file",
    ),
    "another kind": (
        lambda f: (f / "train-labels-idx1-ubyte.gz").write_bytes(idx(np.zeros(600, ">f4"), 13)),
        ValueError,
        r"to start with 00 00 08 \(IDX of uint8\) or 00 00 0c \(of int32\), got 00 00 0d 01",
    ),
    "a folder for a file": (
        lambda f: [(f / MNISTS[0]).mkdir(), (f / f"{MNISTS[0]}.gz").unlink()],
        FileNotFoundError,
        r"load_mnist expected four files in .*fashion, and found 3 of them: there is none such as train-images-",
    ),
    "no pictures": (
        lambda f: [
            (f / f"{n}.gz").write_bytes(idx(np.zeros(s, np.uint8)))
            for n, s in zip(MNISTS, [(0, 28, 28), 0], strict=False)
        ],
        ValueError,
        r"a label for each picture, got 0 pictures",
    ),
}


@pytest.mark.parametrize(("damage", "error", "says"), DAMAGE.values(), ids=DAMAGE)
def test_damaged_sets_are_refused_and_nobody_is_told_to_install_anything(damage, error, says, fashion):
    folder, *_ = fashion
    damage(folder)
    with pytest.raises(error, match=says) as caught:
        load_mnist(folder)
    assert "install" not in str(caught.value)


def test_a_folder_that_is_none(tmp_path):
    (tmp_path / "archive.zip").write_bytes(b"PK")
    for name in ["nowhere", "nowhere/at/all"]:
        with pytest.raises(FileNotFoundError, match=f"load_mnist expected the folder .*{name}, and it is not there$"):
            load_mnist(tmp_path / name)
    with pytest.raises(ValueError, match=r"load_mnist expected a folder with four files, got the file .*archive.zip"):
        load_mnist(tmp_path / "archive.zip")
    with pytest.raises(FileNotFoundError, match=r"read_idx expected the file .*mine.gz, and it is not there$"):
        read_idx(tmp_path / "mine.gz")


def test_what_macos_leaves_beside_a_file_is_not_taken_for_it(fashion):
    folder, (X, _), _ = fashion
    (folder / "._train-images-idx3-ubyte.gz").write_bytes(b"Mac OS X")
    (folder.parent / "__MACOSX").mkdir()
    (folder.parent / "__MACOSX/._t10k-labels-idx1-ubyte.gz").write_bytes(b"Mac OS X")
    for place in [folder, folder.parent]:
        np.testing.assert_array_equal(load_mnist(place)[0][0], X)


@pytest.mark.parametrize("below", ["raw", "FashionMNIST/raw", "gzip", "archive"])
def test_a_set_below_the_folder_that_is_given(below, tmp_path, rng):
    """torchvision is given the folder two above, and the archives of EMNIST and Kaggle have one of their own."""
    train, test = pictures(30, rng), pictures(10, rng)
    write(tmp_path / below, MNISTS, train, test)
    (tmp_path / "processed").mkdir()
    (tmp_path / "processed/training.pt").write_bytes(b"PK")
    for folder in [tmp_path, tmp_path / below]:
        np.testing.assert_array_equal(load_mnist(folder)[1][0], test[0], strict=True)
    write(tmp_path / "KMNIST/raw", MNISTS, test, train)
    np.testing.assert_array_equal(load_mnist(tmp_path / "KMNIST")[1][0], train[0])
    if below == "FashionMNIST/raw":
        with pytest.raises(ValueError, match=r"got 2: ask for .*FashionMNIST.raw or .*KMNIST.raw$"):
            load_mnist(tmp_path)


def test_each_file_in_a_folder_of_its_name(fashion):
    """As Kaggle's archive of MNIST is unpacked."""
    folder, (X, _), _ = fashion
    for name in MNISTS:
        content = gzip.decompress((folder / f"{name}.gz").read_bytes())
        (folder / f"{name}.gz").unlink()
        (folder / name).mkdir()
        (folder / name / name).write_bytes(content)
    np.testing.assert_array_equal(load_mnist(folder)[0][0], X)


def test_several_sets_below_are_asked_for_by_their_names(tmp_path, rng):
    sets = [pictures(20, rng), pictures(10, rng)]
    for name in ["digits", "mnist"]:
        write(tmp_path / "gzip", emnist(name), *sets)
    with pytest.raises(ValueError, match=r"ask for .*gzip.emnist-digits or .*gzip.emnist-mnist$"):
        load_mnist(tmp_path)
    for name in ["gzip/emnist-digits", "emnist-digits"]:
        np.testing.assert_array_equal(load_mnist(tmp_path / name)[1][1], sets[1][1])


LABELLED = np.array([[0, 255, 7], [3, 0, 1]])  # a label, two numbers


def zipped(path):
    path.write_bytes(gzip.compress(pickle.dumps((LABELLED, None, None), protocol=2)))


OTHERS = {
    "k49-train-imgs.npz": lambda path: np.savez_compressed(path, LABELLED),
    "mnist.npz": lambda path: np.savez(path, x_train=LABELLED, y_train=LABELLED[:, 0]),
    "train_images.npy": lambda path: np.save(path, LABELLED),
    "train.csv": lambda path: np.savetxt(path, LABELLED, fmt="%d", delimiter=",", header="label,a,b", comments=""),
    "mnist.pkl.gz": zipped,
    "train.pkl": lambda path: path.write_bytes(pickle.dumps(LABELLED)),
    "mnist_784.arff": lambda path: np.savetxt(path, LABELLED, fmt="%d", delimiter=",", header="@DATA", comments=""),
    "train.json": lambda path: path.write_text(json.dumps(LABELLED.tolist())),
    "train/3/a.png": lambda path: drawn().save(path),
}
LIBRARIES = {
    "emnist-letters.mat": 'part = scipy.io.loadmat(PATH)["dataset"]["train"][0, 0]; X = ',
    "train_32x32.mat": ": scipy.io.loadmat(PATH) reads it",
    "train-00000-of-00001.parquet": "table = pandas.read_parquet(PATH) reads it, with pyarrow",
    "usps.h5": "h5py.File(PATH) reads it",
    "processed/training.pt": "torch.load(PATH) reads it",
    "archive.zip": ": unpack it first",
    "train-images-idx3-ubyte.gz.crdownload": ": its download has not ended: fetch it anew",
    "train-images-idx3-ubyte (1).gz": ": take the number in brackets out of its name",
    "emnist.tar.gz": ": unpack it first",
    "train.xlsx": ": save the sheet as CSV, which load_csv of nnlib.data reads",
}


@pytest.mark.parametrize("name", [*OTHERS, *LIBRARIES])
def test_of_another_kind_of_file_it_is_said_what_reads_it(name, tmp_path):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    OTHERS.get(name, lambda path: path.write_bytes(b"PK\3\4\xff"))(path)
    for beside in ["README.md", "a/LICENSE", *(["test.csv", "sample_submission.csv"] if name == "train.csv" else [])]:
        (tmp_path / beside).parent.mkdir(exist_ok=True)
        (tmp_path / beside).write_text("Id,Label\n")
    start = f"load_mnist expected four files such as train-images-idx3-ubyte.gz in {tmp_path}, got {path}: "
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(start)}") as caught:
        load_mnist(tmp_path)
    says = str(caught.value).removeprefix(start)
    for read in [load_mnist, read_idx, *([load_csv] if name != "train.csv" else [])]:
        with pytest.raises(ValueError, match=r"^(load_|read_idx expected )") as alone:
            read(path)
        assert str(alone.value).endswith(says), "the same of the file alone"
    if name in LIBRARIES:
        assert LIBRARIES[name].removeprefix(": ").replace("PATH", repr(str(path))) in says
        return
    code = re.sub(r"^(these are pictures: |\w+(, \w)? = )", "", says.partition(" reads ")[0])
    names = {"np": np, "nnlib": nnlib, "pickle": pickle, "gzip": gzip, "pandas": pandas, "Path": Path}
    value = eval(code, names | {"name": re.sub(r".* one of (\w+).*", r"\1", says)})
    value = value[0] if isinstance(value, tuple) else value
    wanted = {"train.csv": LABELLED[:, 1:], "train/3/a.png": read_picture(path) if name.endswith("png") else None}
    np.testing.assert_array_equal(value, wanted.get(name, LABELLED))
    if name.endswith("png"):
        (every,) = re.findall(r"Path\(.*\)(?= all)", says)
        assert list(eval(every, names)) == [path]


def test_a_set_of_a_gigabyte_is_read_and_more_is_refused(fashion, monkeypatch):
    folder, *_ = fashion
    assert mnist.LARGEST_OF_A_SET > 697_932 * 784 > mnist.LARGEST, "the pictures of EMNIST by class"
    monkeypatch.setattr(mnist, "LARGEST_OF_A_SET", 1000)
    with pytest.raises(ValueError, match="read_idx expected at most 1,000 bytes"):
        load_mnist(folder)


# Tables


def pixels(n=5, width=784):
    return np.random.default_rng(3).integers(0, 256, (n, width)), np.arange(n) % 10


def text_of(X, y, separator=",", header=None, quote="", end="\n"):
    rows = [header] if header else []
    rows += [[f"{quote}{value}{quote}" for value in [label, *row]] for label, row in zip(y, X.tolist(), strict=True)]
    return "".join(separator.join(row) + end for row in rows)


KAGGLE = ["label", *[f"pixel{i}" for i in range(784)]]
FORMS = {
    "Kaggle's": {"header": KAGGLE},
    "without names": {},
    "as 1x1": {"header": ["label", *[f"{i}x{j}" for i in range(1, 29) for j in range(1, 29)]]},
    "columns counted by pandas": {"header": [str(i) for i in range(785)]},
    "quoted": {"header": [f'"{name}"' for name in KAGGLE], "quote": '"'},
    "semicolons": {"separator": ";"},
    "tabs": {"separator": "\t", "header": KAGGLE},
    "blanks": {"separator": " "},
    "several blanks": {"separator": "   "},
    "names with blanks": {"header": ["the label", *[f"pixel {i} of all" for i in range(784)]]},
    "commas and blanks": {"separator": ", "},
    "of Windows": {"end": "\r\n", "header": KAGGLE},
    "with blank lines": {"end": "\n\n"},
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_tables_of_pixels(form, tmp_path):
    X, y = pixels()
    path = tmp_path / "train.csv"
    for content in [text_of(X, y, **form).encode(), "\ufeff".encode() + text_of(X, y, **form).encode()]:
        path.write_bytes(content)
        for found in [load_csv(path), load_csv(str(path))]:
            np.testing.assert_array_equal(found[0], X.astype(np.uint8), strict=True)
            np.testing.assert_array_equal(found[1], y.astype(np.int64), strict=True)
    path.write_bytes(gzip.compress(content))
    scaled, _ = load_csv(path, scaled=True)
    np.testing.assert_array_equal(scaled, np.divide(X, 255, dtype=np.float32), strict=True)


def test_other_tables(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b,kind\n5.1,-3e2,0\n4.9,300,2\n")
    X, y = load_csv(path, label=-1)
    np.testing.assert_array_equal(X, [[5.1, -300], [4.9, 300]], strict=True)
    assert y.tolist() == [0, 2]
    path.write_text("1.0,256,1\n2.0,0,1")
    assert load_csv(path)[0].dtype == np.float64
    assert load_csv(path)[1].tolist() == [1, 2]
    X, y = load_csv(path, label=None)
    assert (X.shape, y) == ((2, 3), None)


def test_a_table_longer_than_a_part(tmp_path):
    X, y = pixels(1203, 4)
    path = tmp_path / "long.csv"
    path.write_text(text_of(X, y))
    np.testing.assert_array_equal(load_csv(path)[0], X)
    X = X.astype(float)
    X[-1, -1] = 0.5
    path.write_text(text_of(X, y))
    np.testing.assert_array_equal(load_csv(path)[0], X)
    path.write_text(text_of(X, y)[:-4])
    with pytest.raises(ValueError, match=r"line 1203"):
        load_csv(path)


BAD_TABLES = {
    "empty": ("", "expected a table in PATH, got an empty file"),
    "blank": ("\n \n", "got an empty file"),
    "only names": ("label,a\n", "expected rows of numbers in PATH, got only names of columns"),
    "ragged": ("1,2,3\n4,5\n", "expected 3 values in each line of PATH, got 2 in line 2"),
    "ragged below names": ("l,a,b\n\n1,2,3\n4,5,6,7\n", "expected 3 values in each line of PATH, got 4 in line 4"),
    "a gap": ("1,2,3\n4,,6\n", "expected a number in line 2, column 2 of PATH, got nothing"),
    "a gap at the end": ("1,2,\n4,5,\n", "expected a number in line 1, column 3 of PATH, got nothing"),
    "no label": ("1,2,3\n,5,6\n", "expected a whole number as the label in line 2, column 1 of PATH, got nothing"),
    "nan": ("1,2,3\n4,nan,6\n", "expected a finite number in line 2, column 2 of PATH, got 'nan': is it a gap?"),
    "infinite": ("1,2,3\n4,1e999,6\n", "expected a finite number in line 2, column 2 of PATH, got '1e999'"),
    "NA": ("1,2,3\n4,NA,6\n", "expected a number in line 2, column 2 of PATH, got the text 'NA'"),
    "a text": ("1,2,3\n4,5,cat\n", "expected a number in line 2, column 3 of PATH, got the text 'cat'"),
    "a text at once": ("1,2,cat\n4,5,6\n", "expected a number in line 1, column 3 of PATH, got the text 'cat'"),
    "text labels": (
        "l,a\ncat,1\n",
        "label in line 2, column 1 of PATH, got the text 'cat': np.unique(names,",
    ),
    "a broken label": (
        "1,2\n1.5,2\n",
        "whole number as the label in line 2, column 1 of PATH, got 1.5. Is it in the last",
    ),
    "label nan": ("1,2\nnan,2\n", "whole number as the label in line 2, column 1 of PATH, got nan"),
    "decimal commas": (
        "1;0,5\n2;0,25\n",
        "column 2 of PATH, got the text '0,5': a decimal comma? It has to be a point",
    ),
    "one column": ("1\n2\n", "expected a column 0 for the label and others in PATH, got 1: is it separated by"),
    "other signs": ("1|2\n2|3\n", "got 1: is it separated by , ; tabs or blanks?"),
    "an index of pandas": (",label,a\n0,1,2\n", "expected a name for each column in PATH, got none for the first"),
    "Kaggle's test.csv": ("pixel0,pixel1\n1,2\n", "a table without labels is read with label=None"),
    "an error page": ("<!DOCTYPE html>\n<html>\n", "expected 2 values in each line of PATH, got 1 in line 2"),
}


@pytest.mark.parametrize(("text", "says"), BAD_TABLES.values(), ids=BAD_TABLES)
def test_bad_tables_are_refused_with_line_and_column(text, says, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"^load_csv expected ") as caught:
        load_csv(path)
    assert says.replace("PATH", str(path)) in str(caught.value)


def test_what_is_no_text_is_refused(tmp_path):
    path = tmp_path / "t.csv"
    for content, says in [
        (b"PK\3\4", "got a zip archive: unpack it first"),
        ("1,2\n".encode("utf-16"), "expected a text in .*, got other bytes .*: save it in UTF-8"),
        (b"\x89PNG\r\n\x1a\n\xff", "expected a text in .*, got other bytes"),
        (gzip.compress(b"1,2\n" * 999)[:-9], "expected a table in .*, and cannot read it: "),
        (b"1,2\n3," + b"4" * 200_000 + b"\n", "and cannot read it: field larger"),
    ]:
        path.write_bytes(content)
        with pytest.raises(ValueError, match=f"load_csv {says}" if says.startswith("expected") else says):
            load_csv(path)
    with pytest.raises(FileNotFoundError, match=r"load_csv expected the file .*no.csv, and it is not there$"):
        load_csv(tmp_path / "no.csv")
    with pytest.raises(ValueError, match="load_csv expected a file, got the folder"):
        load_csv(tmp_path)
    path.write_text("1,256\n")
    with pytest.raises(ValueError, match=r"load_csv expected numbers from 0 to 255 to scale in .*, got 256 to 256"):
        load_csv(path, scaled=True)


# Pictures


def drawn(mode="L"):
    image = Image.new("L", (120, 80), "white")
    image.paste(0, (20, 10, 30, 60))
    return image.convert(mode)


@pytest.mark.parametrize("mode", ["L", "P", "RGB", "RGBA", "I;16", "1"])
def test_a_picture_is_read_by_its_path_as_by_its_bytes(mode, tmp_path):
    path = tmp_path / "mine.png"
    image = Image.fromarray(np.asarray(drawn()).astype(np.uint16) * 257) if mode == "I;16" else drawn(mode)
    image.save(path)
    for file in [path, str(path), bytearray(path.read_bytes()), memoryview(path.read_bytes())]:
        np.testing.assert_array_equal(read_picture(file), read_picture(path.read_bytes()))
    assert read_picture(path)[20, 25] == 1 > read_picture(path)[0, 0] == 0


@pytest.mark.parametrize("file", [np.zeros((28, 28)), drawn(), None, 3], ids=lambda file: type(file).__name__)
def test_what_is_no_file_is_not_taken_for_a_path(file):
    with pytest.raises(ValueError, match=rf"read_picture expected a path, .* got {type(file).__name__}: an array"):
        read_picture(file)


def test_each_picture_has_a_title_and_a_history_has_epochs():
    for titles in ["ab", None, []]:
        with pytest.raises(ValueError, match="plot_images expected a title for each of 3 pictures, got "):
            plot_images(np.zeros((3, 28, 28)), titles)
    for history in [{"loss": [1, 2]}, [1.0, 2.0], None]:
        with pytest.raises(ValueError, match=r"plot_history expected the History of a run, .*, got "):
            plot_history(history)


def test_a_turned_photograph_by_its_path(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    drawn().save(tmp_path / "phone.jpg", exif=exif, quality=95)
    assert read_picture(tmp_path / "phone.jpg").shape == (120, 80)


def test_a_path_that_leads_to_no_picture(tmp_path, monkeypatch):
    path = tmp_path / "photo.heic"
    with pytest.raises(FileNotFoundError, match=r"read_picture expected the file .*photo.heic, and it is not there$"):
        read_picture(path)
    path.write_bytes(b"\0\0\0\x18ftypheic" + bytes(50))
    with pytest.raises(ValueError, match=r"got 62 other bytes in .*heic: HEIC, as phones write it\? Save it as JPEG"):
        read_picture(path)
    with pytest.raises(ValueError, match="read_picture expected a file, got the folder"):
        read_picture(tmp_path)
    monkeypatch.setattr("nnlib.data.handwriting.LARGEST", 10)
    with pytest.raises(ValueError, match="read_picture expected at most 10 bytes"):
        read_picture(path)


def test_white_paper_is_not_taken_for_ink(rng):
    X = load_mnist(scaled=True)[1][0][:200]
    for picture in X:
        with pytest.raises(ValueError, match=r"with ink all around: dark ink on white paper\? normalise\(1 - "):
            normalise(1 - picture)
    sheet = np.clip(0.9 - 0.8 * np.pad(X[0], 20) + rng.normal(0, 0.02, (68, 68)), 0, 1)
    with pytest.raises(ValueError, match="dark ink on white paper"):
        normalise(sheet)
    for height, width in itertools.product([1, 2, 9], [1, 5, 30]):
        assert normalise(np.ones((height, width))).any(), "all ink: nothing says that it is paper"

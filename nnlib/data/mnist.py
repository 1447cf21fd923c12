"""The 70,000 handwritten digits of MNIST, which travel with the package, and other sets in files of the same kind."""

import gzip
import hashlib
import re
import struct
import zlib
from pathlib import Path

import numpy as np

from nnlib import platform
from nnlib.data.sets import cure_of, files_of
from nnlib.guards import brief

FOLDER = Path(__file__).parent / "files"
MEGABYTE = 2**20
LARGEST = 2**27  # bytes of a decompressed file: almost three times those of the training images
LARGEST_OF_A_SET = 2**30  # the largest of EMNIST has half of that

# SHA-256 of each file after decompression; origin and licence are in files/README.md
SHA256 = {
    "train-images-idx3-ubyte.gz": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte.gz": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte.gz": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte.gz": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
ITEMS = {b"\0\0\x08": np.dtype(np.uint8), b"\0\0\x0c": np.dtype(">i4")}  # by the first three bytes


def read_idx(path, sha256=None, largest=LARGEST):
    """Return the array in an IDX file, gzipped or not, as the file's header describes it.

    IDX: two zero bytes, the type of the items (8 is uint8, 12 is int32), the number of dimensions, each dimension
    as a big-endian 32-bit integer, then the items.

    Raises FileNotFoundError, or ValueError for a file that is cut short, damaged, of another kind or of
    more than 128 MiB (unless `largest` says how many bytes it may have), and for one whose decompressed bytes have
    another SHA-256 than the one given.
    """
    path = Path(path)
    content = content_of(path, largest)
    if len(content) < 4 or bytes(content[:3]) not in ITEMS:
        start = content[:4].hex(" ") or "an empty file"
        expected = "00 00 08 (IDX of uint8) or 00 00 0c (of int32)"
        raise ValueError(f"read_idx expected {path} to start with {expected}, got {start}{cure_of(path, 'read_idx')}")
    header = 4 + 4 * content[3]
    if len(content) < header:
        raise ValueError(f"read_idx expected a header of {header} bytes in {path}, got {len(content)} bytes")
    shape, dtype = struct.unpack(f">{content[3]}I", content[4:header]), ITEMS[bytes(content[:3])]
    size, rest = divmod(len(content) - header, dtype.itemsize)
    if rest or size != np.prod(shape, dtype=object):
        raise ValueError(f"read_idx expected {brief(shape)} items in {path}, got {size}: the file is cut or damaged")
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"read_idx expected the original file in {path}, got other bytes (SHA-256 differs)")
    items = np.frombuffer(content, dtype, offset=header)
    items.flags.writeable = False
    try:
        return items.reshape(shape)
    except ValueError as error:  # more axes than NumPy has, or none of some that are too long
        raise ValueError(f"read_idx expected the shape of an array in {path}, got {brief(shape)}: {error}") from error


def content_of(path, largest):
    """Return the bytes of a file, decompressed if they are not IDX as they stand."""
    if not path.exists():
        raise FileNotFoundError(f"read_idx expected the file {path}, and it is not there")
    content = bytearray()
    try:
        with path.open("rb") as raw:
            bare = raw.read(2) == b"\0\0"  # a .gz that a browser has unpacked keeps its name
            raw.seek(0)
            with raw if bare else gzip.open(raw) as file:
                while len(content) <= largest and (part := file.read(MEGABYTE)):
                    content += part  # all at once would need the memory twice; and kilobytes may hold gigabytes
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(
            f"read_idx expected a whole gzip file, got {path}: {error}{cure_of(path, 'read_idx')}"
        ) from error
    if len(content) > largest:
        raise ValueError(f"read_idx expected at most {largest:,} bytes in {path}, got more")
    return content


def read_own(folder, sha256):
    """Return the pictures and labels in two files of nnlib itself, whose names and sums are the dict `sha256`."""
    try:
        for name in sha256:
            platform.bring(folder / name)
        X, y = (read_idx(folder / name, expected) for name, expected in sha256.items())
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{error}: install the package again") from error
    except ValueError as error:
        raise ValueError(f"{error}. This file belongs to nnlib: install the package again") from error
    return X, y.astype(np.int64)


def load_part(part):
    """Return the pictures (n, 28, 28) of "train" or "t10k", bytes that cannot be written to, and their labels (n,)."""
    return read_own(FOLDER, {name: sha256 for name, sha256 in SHA256.items() if name.startswith(part)})


def read_set(folder):
    """Return the two pairs (X, y) of the data set in a folder, as `load_mnist` describes them."""
    files, pairs = files_of(folder), []
    emnist = re.search(r"(?<![a-z])emnist", files["train", "image"].name, re.I)
    for part in ["train", "test"]:
        paths = files[part, "image"], files[part, "label"]
        X, y = (read_idx(path, largest=LARGEST_OF_A_SET) for path in paths)
        if X.ndim != 3 or X.dtype != np.uint8:
            came = f"{X.dtype} of shape {X.shape}"
            raise ValueError(f"load_mnist expected pictures (n, height, width) of bytes in {paths[0]}, got {came}")
        y = y[:, 0] if y.ndim == 2 and y.dtype != np.uint8 and y.shape[1] else y  # QMNIST's have eight columns
        if y.shape != (len(X),) or len(X) == 0:
            raise ValueError(
                f"load_mnist expected a label for each picture, got {len(X)} pictures in {paths[0]} and labels of "
                f"shape {y.shape} in {paths[1]}"
            )
        if emnist:
            X = np.ascontiguousarray(X.transpose(0, 2, 1))
            X.flags.writeable = False
        pairs.append((X, y.astype(np.int64)))
    (X, y), (X_test, y_test) = pairs
    if emnist and y.min() == 1:
        y, y_test = y - 1, y_test - 1
    if X.shape[1:] != X_test.shape[1:] or min(y.min(), y_test.min()) < 0:
        came = f"{X.shape[1:]} and {X_test.shape[1:]}, labels from {min(y.min(), y_test.min())}"
        raise ValueError(f"load_mnist expected pictures of one size in {folder}, and labels from 0, got {came}")
    return (X, y), (X_test, y_test)


def load_mnist(folder=None, *, scaled=False, flat=False, validation=False):
    """Return (X_train, y_train), (X_test, y_test), with a pair for validation between them if wanted.

    Shapes: 60,000 and 10,000 examples; X (n, 28, 28), or (n, 784) if flat; y (n,) integers 0 to 9.

    Parameters
        folder: where the four files of another set are, such as Fashion-MNIST, KMNIST, EMNIST or QMNIST, zipped or
            not, also in its subfolder; where it has several sets, with the beginning of their names, as in
            "gzip/emnist-letters"
        scaled: float32 from 0 to 1 in place of uint8 from 0 to 255 (0 is paper, the top is ink)
        flat: one row of 784 pixels for each image
        validation: split the training set, as it stands, into its first 50,000 and last 10,000; of another set, the
            last sixth

    EMNIST's pictures are stored on their side, and its letters are counted from 1: both are put right where the
    names of the files begin with emnist. Of QMNIST's labels the first column is taken, the digit.
    The uint8 arrays cannot be written to: copy them first.

    Raises FileNotFoundError, or ValueError for damaged files and for those that do not belong together.

    >>> (X_train, y_train), (X_test, y_test) = load_mnist()
    >>> X_train.shape, X_train.dtype, y_test[:5].tolist()
    ((60000, 28, 28), dtype('uint8'), [7, 2, 1, 0, 4])
    """
    pairs = []
    for X, y in map(load_part, ["train", "t10k"]) if folder is None else read_set(folder):
        if scaled:
            X = np.divide(X, 255, dtype=np.float32)
        pairs.append((X.reshape(len(X), -1) if flat else X, y))
    if validation:
        X, y = pairs[0]
        first = len(X) - len(X) // 6
        pairs[:1] = [(X[:first], y[:first]), (X[first:], y[first:])]
    return tuple(pairs)

"""The 70,000 handwritten digits of MNIST, read from the four files that travel with the package."""

import gzip
import hashlib
import struct
import zlib
from pathlib import Path

import numpy as np

from nnlib.guards import brief

FOLDER = Path(__file__).parent / "files"
MEGABYTE = 2**20
LARGEST = 2**27  # bytes of a decompressed file: almost three times those of the training images

# SHA-256 of each file after decompression; origin and licence are in files/README.md
SHA256 = {
    "train-images-idx3-ubyte.gz": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte.gz": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte.gz": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte.gz": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


def read_idx(path, sha256=None):
    """Return the uint8 array in a gzipped IDX file, as the file's header describes it.

    IDX: two zero bytes, the type of the items (8 is uint8), the number of dimensions, each dimension
    as a big-endian 32-bit integer, then the items.

    Raises FileNotFoundError, or ValueError for a file that is cut short, damaged, of another kind or of more than
    128 MiB, and for one whose decompressed bytes have another SHA-256 than the one given.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"read_idx expected the file {path}, and it is not there: install the package again")
    content = bytearray()
    try:
        with gzip.open(path) as file:
            while len(content) <= LARGEST and (part := file.read(MEGABYTE)):
                content += part  # all at once would need the memory twice; and kilobytes may hold gigabytes
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"read_idx expected a whole gzip file, got {path}: {error}") from error
    if len(content) > LARGEST:
        raise ValueError(f"read_idx expected at most {LARGEST:,} bytes in {path}, got more")
    if len(content) < 4 or content[:3] != b"\x00\x00\x08":
        start = content[:4].hex(" ") or "an empty file"
        raise ValueError(f"read_idx expected {path} to start with 00 00 08 (IDX of uint8), got {start}")
    header = 4 + 4 * content[3]
    if len(content) < header:
        raise ValueError(f"read_idx expected a header of {header} bytes in {path}, got {len(content)} bytes")
    shape = struct.unpack(f">{content[3]}I", content[4:header])
    items = np.frombuffer(content, np.uint8, offset=header)
    if items.size != np.prod(shape, dtype=object):
        raise ValueError(
            f"read_idx expected {brief(shape)} items in {path}, got {items.size}: the file is cut or damaged"
        )
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"read_idx expected the original file in {path}, got other bytes (SHA-256 differs)")
    items.flags.writeable = False
    try:
        return items.reshape(shape)
    except ValueError as error:  # more axes than NumPy has, or none of some that are too long
        raise ValueError(f"read_idx expected the shape of an array in {path}, got {brief(shape)}: {error}") from error


def read_own(folder, sha256):
    """Return the pictures and labels in two files of nnlib itself, whose names and sums are the dict `sha256`."""
    try:
        X, y = (read_idx(folder / name, expected) for name, expected in sha256.items())
    except ValueError as error:
        raise ValueError(f"{error}. This file belongs to nnlib: install the package again") from error
    return X, y.astype(np.int64)


def load_part(part):
    """Return the pictures (n, 28, 28) of "train" or "t10k", bytes that cannot be written to, and their labels (n,)."""
    return read_own(FOLDER, {name: sha256 for name, sha256 in SHA256.items() if name.startswith(part)})


def load_mnist(*, scaled=False, flat=False, validation=False):
    """Return (X_train, y_train), (X_test, y_test), with a pair for validation between them if wanted.

    Shapes: 60,000 and 10,000 examples; X (n, 28, 28), or (n, 784) if flat; y (n,) integers 0 to 9.

    Parameters
        scaled: float32 from 0 to 1 in place of uint8 from 0 to 255 (0 is paper, the top is ink)
        flat: one row of 784 pixels for each image
        validation: split the training set, as it stands, into its first 50,000 and last 10,000

    The uint8 arrays cannot be written to: copy them first.

    >>> (X_train, y_train), (X_test, y_test) = load_mnist()
    >>> X_train.shape, X_train.dtype, y_test[:5].tolist()
    ((60000, 28, 28), dtype('uint8'), [7, 2, 1, 0, 4])
    """
    pairs = []
    for part in ["train", "t10k"]:
        X, y = load_part(part)
        if scaled:
            X = np.divide(X, 255, dtype=np.float32)
        pairs.append((X.reshape(len(X), -1) if flat else X, y))
    if validation:
        X, y = pairs[0]
        pairs[:1] = [(X[:50_000], y[:50_000]), (X[50_000:], y[50_000:])]
    return tuple(pairs)

"""The 1,797 handwritten digits of UCI that are not MNIST's, read from two files that travel with the package."""

from nnlib.data.mnist import FOLDER, read_own

# SHA-256 of each file after decompression; origin and licence are in files/README.md
SHA256 = {
    "uci-digits-images-idx3-ubyte.gz": "359cd13f0f514122884198b78a131df597421cbf5e93a76678fa96fc548f0d96",
    "uci-digits-labels-idx1-ubyte.gz": "ce71631c1f31ce56fa54f31d1d498fafacff59b001e6c30c4a5e29508aa277ad",
}


def load_uci_digits():
    """Return X (1797, 8, 8) uint8 from 0 to 16 and y (1797,) integers 0 to 9: the digits of 13 people.

    They were scanned to 32 x 32 pixels, black or white; each number says how many pixels of a block of 4 x 4 are ink.
    X cannot be written to: copy it first.

    >>> X, y = load_uci_digits()
    >>> X.shape, X.dtype, X[0, 0].tolist(), y[:5].tolist()
    ((1797, 8, 8), dtype('uint8'), [0, 0, 5, 13, 9, 1, 0, 0], [0, 1, 2, 3, 4])
    """
    return read_own(FOLDER, SHA256)

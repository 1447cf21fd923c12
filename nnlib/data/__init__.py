"""Data to learn from: MNIST, small sets that are made on the spot, and digits from elsewhere to be judged by."""

from nnlib.data.mnist import load_mnist, read_idx
from nnlib.data.tables import load_csv
from nnlib.data.toy import blobs, circles, line, logic_gate, moons, spirals, xor
from nnlib.data.uci import load_uci_digits

__all__ = [
    "blobs",
    "circles",
    "line",
    "load_csv",
    "load_mnist",
    "load_uci_digits",
    "logic_gate",
    "moons",
    "read_idx",
    "spirals",
    "xor",
]

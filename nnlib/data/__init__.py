"""Data to learn from: MNIST, and small sets that are made on the spot."""

from nnlib.data.mnist import load_mnist, read_idx
from nnlib.data.toy import blobs, circles, line, logic_gate, moons, spirals, xor

__all__ = ["blobs", "circles", "line", "load_mnist", "logic_gate", "moons", "read_idx", "spirals", "xor"]

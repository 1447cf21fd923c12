"""Writes a file whole or not at all, and reads arrays without believing what a damaged file says of itself."""

import math
import os
import shutil
import time
import zipfile
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np


def created(path):
    """Return a new binary file, open for writing; one that a killed process left behind is overwritten."""
    return path.open("wb")


def claimed(path, patience):
    """Return a new binary file that nobody else is writing.

    Raises FileExistsError if one and the same has been there for `patience` seconds: whoever was writing it is gone.
    However many others take their turn meanwhile, nobody's file is taken away.
    """
    there = None
    while True:
        try:
            return path.open("xb")
        except FileExistsError:
            with suppress(FileNotFoundError):  # it has just found its place
                status = path.stat()
                if there != (there := (status.st_ino, status.st_mtime_ns)):
                    end = time.monotonic() + patience
                elif time.monotonic() > end:
                    raise
            time.sleep(0.02)


@contextmanager
def replacing(path, claim=created):
    """Give a binary file to write to; once all of it is on the disk, it takes the place of `path`.

    It grows beside `path` under another name, so that nobody ever sees half of it, and keeps the permissions of
    the file it replaces. `claim` creates it; what `claim` raises leaves everything alone.
    """
    path = Path(os.path.realpath(path))  # a link stays a link
    unfinished = path.with_name(path.name + ".unfinished")
    file = claim(unfinished)
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # else, after a power cut, the new name might lead to an empty file
        if path.exists():
            shutil.copymode(path, unfinished)
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def array_header(archive, name, kind, most):
    """Open an array of an .npz file, of one of the kinds; return the file, and shape and dtype as its header says."""
    if archive.getinfo(f"{name}.npy").compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{name} is compressed in a way that NumPy does not write")
    file = archive.open(f"{name}.npy")
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError(f"{name} is no array as NumPy writes it")
    shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype.kind not in kind or not 0 <= math.prod(shape) * dtype.itemsize <= most:
        raise ValueError(f"{name} is {dtype} of shape {shape}")
    return file, shape, dtype


def array_after(file, shape, dtype):
    """Return the array that follows a header; np.load would believe the header, and allocate whatever it says."""
    size = math.prod(shape) * dtype.itemsize
    content = file.read(size + 1)  # one more: at the end of the file its checksum is compared
    if len(content) != size:
        raise ValueError(f"expected {size} bytes of numbers, got {'more' if len(content) > size else len(content)}")
    return np.frombuffer(content, dtype).reshape(shape)

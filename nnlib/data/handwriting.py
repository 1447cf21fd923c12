"""Any picture of a digit made into what MNIST's pictures are, so that a network meets what it has learned from."""

import io
import os
import warnings
from pathlib import Path

import numpy as np

SIDE, BOX, INK = 28, 20, 0.1  # of the picture, of the box for the ink; what is fainter is taken for paper
MOST_PIXELS, KEPT, LARGEST = 20_000_000, 256, 2**26  # the last: bytes of a file
KINDS = ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"]  # Pillow would start another program for some that are left out


def normalise(picture):
    """Return the picture as MNIST was made: ink scaled to fit 20 x 20, its centre of mass in the middle of 28 x 28.

    The shift is by whole pixels, as it was in MNIST, so that MNIST's own digits come back unchanged.
    Shapes: picture (height, width), any size, from 0 (paper) to 1 (ink); returns (28, 28). Blank stays blank.
    Raises ValueError for other numbers, and where ink and paper are exchanged.

    >>> picture = np.zeros((100, 60))
    >>> picture[10:50, 5:11] = 1                                   # 40 high, 6 wide, on the left
    >>> rows, columns = np.nonzero(normalise(picture))
    >>> int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())
    (4, 23, 13, 15)
    """
    picture = checked(picture)
    made, ink = np.zeros((SIDE, SIDE)), picture > INK * picture.max(initial=0)
    if not ink.any():
        return made
    box = picture[tuple(slice(found.min(), found.max() + 1) for found in np.nonzero(ink))]
    scale = BOX / max(box.shape)
    box = resized(box, *(max(1, round(scale * n)) for n in box.shape))
    places = [np.arange(n) for n in box.shape]
    masses = (box.sum(axis=1) @ places[0], box.sum(axis=0) @ places[1]) / box.sum()
    top, left = (int(np.clip(np.rint(SIDE / 2 - m), 0, SIDE - n)) for m, n in zip(masses, box.shape, strict=True))
    made[top : top + box.shape[0], left : left + box.shape[1]] = box
    return made


def checked(picture):
    """Return the picture as float64, or raise ValueError for what is none."""
    picture = np.asarray(picture)
    if picture.ndim != 2 or picture.size == 0 or picture.dtype.kind not in "biuf":
        raise ValueError(f"normalise expected a picture (height, width), got {picture.dtype} of shape {picture.shape}")
    if not (picture.min() >= 0 and picture.max() <= 1):  # nor for nan
        raise ValueError(
            f"normalise expected ink from 0 to 1, got {picture.min()} to {picture.max()}: divide by 255 first?"
        )
    if is_white_paper(picture):
        raise ValueError(
            "normalise expected 0 for paper and 1 for ink, got a picture with ink all around: dark ink on white paper? "
            "normalise(1 - picture) turns it round, and read_picture finds out by itself"
        )
    return picture.astype(np.float64)


def is_white_paper(picture):
    """Whether a picture is bright along its border and in most other places, and dark in some."""
    bright = picture > picture.max() / 2
    return edge(bright).mean() > 0.95 and 0.5 < bright.mean() < 1


def edge(picture):
    """Return the pixels along the border of a picture, the corners twice."""
    return np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])


def resized(picture, height, width):
    """Return the picture in another size; each new pixel is a mean of the old ones around its place."""
    return means(height, len(picture)) @ picture @ means(width, picture.shape[1]).T


def enlarged(X, times):
    """Return pictures so many times as high and wide: each pixel becomes a block of its own value.   X (n, h, w)."""
    return np.repeat(np.repeat(X, times, axis=1), times, axis=2)


def means(n, m):
    """Return the weights (n, m) with which m pixels in a row become n: a triangle around each new pixel's place."""
    reach = max(1, m / n)
    apart = (np.arange(n)[:, None] + 0.5) * m / n - (np.arange(m) + 0.5)
    weights = np.maximum(0, 1 - np.abs(apart) / reach)
    return weights / weights.sum(axis=1, keepdims=True)


def read_picture(file):
    """Return the ink in an image file (one of KINDS), (height, width) from 0 to 1, at most 256 each.

    file: its path, or the bytes that are in it.
    Colour becomes grey; what differs most from the border is ink, be it darker or brighter; what differs from
    the border no more than the border itself is paper. Raises FileNotFoundError, or ValueError for other bytes and
    above 20 megapixels.
    """
    from PIL import Image, ImageOps  # only here: the core itself needs NumPy only

    if not isinstance(file, (bytes, bytearray, memoryview, str, os.PathLike)):
        got = f"{type(file).__name__}: an array of numbers from 0 to 1 is for normalise"
        raise ValueError(f"read_picture expected a path, or the bytes of a file, got {got}")
    content = file if isinstance(file, (bytes, bytearray, memoryview)) else bytes_of(Path(file).expanduser())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Pillow's own limit, which is higher
            image = Image.open(io.BytesIO(content), formats=KINDS)
            if image.width * image.height > MOST_PIXELS:
                raise Image.DecompressionBombError
            image = ImageOps.exif_transpose(image)  # a phone turns its photographs by a note in the file
            grey = np.asarray(on_paper(image, Image))
    except Image.DecompressionBombError:
        raise ValueError(f"expected a picture of at most {MOST_PIXELS:,} pixels, got a larger one") from None
    except Exception as error:  # Pillow and zlib raise a dozen kinds for a damaged file
        where = "" if content is file else f" in {file}"
        hint = ": HEIC, as phones write it? Save it as JPEG" if bytes(content[4:8]) == b"ftyp" else ""
        got = f"{len(content):,} other bytes{where}{hint}"
        raise ValueError(f"expected an image file such as PNG or JPEG, got {got}") from error
    return ink_of(grey)


def bytes_of(path):
    """Return what is in a file; raises FileNotFoundError, or ValueError for a folder or a very large file."""
    if not path.exists():
        raise FileNotFoundError(f"read_picture expected the file {path}, and it is not there")
    if path.is_dir():
        raise ValueError(f"read_picture expected a file, got the folder {path}")
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"read_picture expected at most {LARGEST:,} bytes in {path}, got more")
    return content


def on_paper(image, Image):
    """Return the image in grey, its transparent parts white, not larger than needed."""
    if image.mode[0] not in "IF":  # these hold a grey of 16 or 32 bits
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("L")
    image = image.convert("F")
    image.thumbnail((KEPT, KEPT), Image.Resampling.BOX)
    return image


def ink_of(grey):
    """Return how far each pixel is from paper to ink, 0 to 1; paper is what the border shows."""
    border = edge(grey)
    paper = np.median(border)
    apart = grey.astype(float) - paper
    apart *= 1 if apart.max() > -apart.min() else -1
    noise = np.quantile(np.abs(border - paper), 0.9)  # uneven light, grain
    return np.clip((apart - noise) / ((apart.max() - noise) or 1), 0, 1) * (apart.max() > 2 * noise)

"""Finds the four files of a set such as MNIST in a folder, or says what else is there and which lines read that."""

import itertools
import os
import re
import zipfile
from pathlib import Path

NAME = re.compile(
    r"(?P<set>.*?)(?P<part>train|t10k|test)[-_.]?(?P<what>image|label)s?([-_.]?idx\d?)?([-_.]?(ubyte|int))?(\.gz)?",
    re.I,
)
LOOKED_AT = 10_000  # files of a folder that has no set, at most

EMNIST = (
    'part = scipy.io.loadmat({path})["dataset"]["train"][0, 0]; X = part["images"][0, 0]; '
    'y = part["labels"][0, 0].ravel() reads it, pictures on their side'
)
PICTURES = (
    "these are pictures: nnlib.data.handwriting.read_picture({path}) reads one of them, and a loop over "
    'Path({folder}).glob("**/*{end}") all; their labels are often the names of their folders, path.parent.name'
)
TRUST = "and runs what is in it: ask first whether you trust who made it"
SHEET = "save the sheet as CSV, which load_csv of nnlib.data reads"
OTHERS = {  # how a name ends, and what to do with such a file
    r"\.npz": "X = np.load({path})[name] reads it, where name is one of {names}",
    r"\.npy": "X = np.load({path}) reads it",
    r"\.(csv|tsv|data|tra|tes)(\.gz)?": "X, y = nnlib.data.load_csv({path}) reads it, if the label comes first",
    r"(pkl|pickle)\.gz": 'pickle.load(gzip.open({path}), encoding="latin1") reads it, {trust}',
    r"\.(pkl|pickle)": 'pickle.loads(Path({path}).read_bytes(), encoding="latin1") reads it, {trust}',
    r"emnist.*\.mat": EMNIST,
    r"\.mat": "scipy.io.loadmat({path}) reads it, a dict of arrays",
    r"\.parquet": "table = pandas.read_parquet({path}) reads it, with pyarrow installed; PIL opens a picture of it: "
    'Image.open(io.BytesIO(table["image"][0]["bytes"]))',
    r"\.arff": 'table = np.loadtxt({path}, delimiter=",", comments=["@", "%"]) reads it, if all of it is numbers',
    r"\.(h5|hdf5)": "h5py.File({path}) reads it, a dict of arrays",
    r"\.(pt|pth)": "torch.load({path}) reads it, and .numpy() makes an array of a tensor",
    r"\.(crdownload|part|partial|download)": "its download has not ended: fetch it anew",
    r"-ubyte ?\(\d\)(\.gz)?": "take the number in brackets out of its name",
    r"\.(zip|tar|tar\.\w+|tgz|7z|rar|bz2|xz)": "unpack it first",
    r"\.(xlsx?|ods|numbers)": SHEET,
    r"\.(json|jsonl)(\.gz)?": "pandas.read_json({path}) reads it, with lines=True if each line is an example",
    r"(?P<end>\.(png|jpe?g|bmp|gif|tiff?|webp))": PICTURES,
}


def files_of(folder):
    """Return {(part, what): path} of the four files of a set; the end of `folder` may be how their names begin.

    They may also lie in a folder below, as torchvision's do in FashionMNIST/raw.
    Raises FileNotFoundError or ValueError where they are not there, or are those of several sets.
    """
    folder = Path(folder).expanduser()
    if folder.is_file():
        raise ValueError(
            f"load_mnist expected a folder with four files, got the file {folder}{cure_of(folder, 'load_mnist')}"
        )
    beginning, place = ("", folder) if folder.is_dir() else (folder.name, folder.parent)
    if not place.is_dir():
        raise FileNotFoundError(f"load_mnist expected the folder {folder}, and it is not there")
    found = next(filter(None, (sets_in(folders, beginning) for folders in levels(place))), {})
    if not found and beginning:
        raise FileNotFoundError(f"load_mnist expected the folder {folder}, and it is not there")
    if len(found) > 1:
        names = " or ".join(str(name) for name in found if name != place)
        raise ValueError(
            f"load_mnist expected the files of one data set in {folder}, got {len(found)}: ask for {names}"
        )
    return complete(folder, next(iter(found.values()), {}))


def levels(place):
    """Yield lists of folders to look into, until there is a set: the one that is given, those in it, and their raw."""
    yield [place]
    below = sorted(path for path in place.iterdir() if path.is_dir())
    yield below
    yield [path / "raw" for path in below if (path / "raw").is_dir()]


def sets_in(folders, beginning):
    """Return {how its names begin: {(part, what): path}} of the sets in some folders."""
    found = {}
    for folder in folders:
        names = os.listdir(folder) if os.access(folder, os.R_OK | os.X_OK) else []
        for path in sorted(map(folder.joinpath, names), key=lambda path: (path.suffix == ".gz", path.name)):
            name = NAME.fullmatch(path.name)
            if path.is_dir():
                path = path / path.name  # as some programs unpack
            hidden = path.name.startswith(".")  # such as ._train-images..., which macOS leaves in archives
            if name and not hidden and name[0].startswith(beginning) and path.is_file():
                part = "train" if name["part"].lower() == "train" else "test"
                its = found.setdefault(folder / name["set"].rstrip("-_."), {})
                its.setdefault((part, name["what"].lower()), path)
    return found


def complete(folder, found):
    """Return the dict of files, or raise FileNotFoundError if one is missing."""
    usual = {
        ("train", "image"): "train-images-idx3-ubyte.gz", ("train", "label"): "train-labels-idx1-ubyte.gz",
        ("test", "image"): "t10k-images-idx3-ubyte.gz", ("test", "label"): "t10k-labels-idx1-ubyte.gz",
    }  # fmt: skip
    missing = [name for key, name in usual.items() if key not in found]
    if not found and (other := other_in(folder)):
        got = f"{other}{cure_of(other, 'load_mnist')}"
        raise FileNotFoundError(f"load_mnist expected four files such as {missing[0]} in {folder}, got {got}")
    if missing:
        raise FileNotFoundError(
            f"load_mnist expected four files in {folder}, and found {len(found)} of them: there is none such as "
            f"{' or '.join(missing)}, zipped or not"
        )
    return found


# Other kinds of files


def other_in(folder):
    """Return a file of another kind in a folder or below it, rather one to learn from; None where there is none."""
    everything = itertools.chain(*(folder.glob(depth) for depth in ["*", "*/*", "*/*/*"]))
    files = filter(os.path.isfile, itertools.islice(everything, LOOKED_AT))
    known = [path for path in files if cure_of(path, "load_mnist")]
    return min(known, key=lambda path: ("train" not in path.name.lower(), len(path.parts), path), default=None)


def cure_of(path, asked):
    """Return what reads a file, judged by how its name ends; "" where that is not known, or was asked already."""
    for end, how in OTHERS.items():
        if f"{asked}(" not in how and (match := re.search(f"{end}$", path.name, re.I)):
            parts = {"path": repr(str(path)), "folder": repr(str(path.parent.parent)), **match.groupdict()}
            names = names_in(path) if "{names}" in how else ""
            return ": " + how.format(names=names, trust=TRUST, **parts)
    return ""


def names_in(path):
    """Return the names of the arrays in a file of NumPy, as text."""
    try:
        with zipfile.ZipFile(path) as archive:
            return ", ".join(name.removesuffix(".npy") for name in archive.namelist()[:9])[:200]
    except (OSError, ValueError, zipfile.BadZipFile):
        return "its names"

"""Finds what a site is made of, wherever it lies, and takes nothing whose checksum is not known.

inputs.json names the files of Pyodide with the checksums that Pyodide publishes; wheels.txt those of the package index.
"""

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from pathlib import Path

from nnlib.files import replacing

KNOWN = json.loads((Path(__file__).parent / "inputs.json").read_text(encoding="utf-8"))
WHEELS = Path(__file__).parent / "wheels.txt"
PART = 2**20  # bytes read at a time
HERE_OR_THERE = (
    "Without a network, give them: --pyodide PATH, with Pyodide's own archive, a folder, or any wheel or "
    "zip that holds these files"
)


def cache():
    """Return the folder in which verified files are kept from one build to the next."""
    home = os.environ.get("NNLIB_WEB_CACHE")
    return Path(home) if home else Path.home() / ".cache" / "nnlib-web"


def is_known(name, content):
    """Whether these bytes are the known ones of a file."""
    known = KNOWN["files"][name]
    return len(content) == known["size"] and hashlib.sha256(content).hexdigest() == known["sha256"]


def gather(places, kept):
    """Return {name: path} of Pyodide's files: kept ones, those found in `places`, and, for the rest, fetched ones.

    places: folders, archives (.tar.*, .zip, .whl); kept: the folder where they are kept
    A place that is none is a ValueError; what is missing and cannot be fetched an OSError.
    """
    kept.mkdir(parents=True, exist_ok=True)
    paths = {name: kept / name for name in KNOWN["files"]}
    missing = {name for name, path in paths.items() if not (path.exists() and is_known(name, path.read_bytes()))}
    refused = []
    for place in places:
        for name, read in files_in(Path(place)):
            if name in missing:
                content = read()
                if is_known(name, content):
                    write(paths[name], content)
                    missing.discard(name)
                else:
                    refused.append(f"{name} in {place}")
    if missing and refused:
        raise ValueError(f"nnlib web expected the files of Pyodide {KNOWN['pyodide']}, got other bytes: {refused[0]}")
    for name in sorted(missing):
        fetch(name, paths[name])
    return paths


def files_in(place):
    """Yield (name, function that reads it) of each file in a folder or an archive; names are without folders."""
    if place.is_dir():
        yield from ((path.name, path.read_bytes) for path in sorted(place.rglob("*")) if path.is_file())
    elif place.is_file() and zipfile.is_zipfile(place):
        with zipfile.ZipFile(place) as archive:
            for info in archive.infolist():
                yield info.filename.rpartition("/")[2], lambda info=info: archive.read(info)
    elif place.is_file() and tarfile.is_tarfile(place):
        with tarfile.open(place) as archive:
            for member in archive:
                if member.isfile():
                    yield member.name.rpartition("/")[2], lambda member=member: archive.extractfile(member).read()
    else:
        came = "another file" if place.exists() else "nothing there"
        raise ValueError(f"nnlib web expected a folder, a .tar, .zip or .whl in {place}, got {came}")


def write(path, content):
    """Write a file whole or not at all."""
    with replacing(path) as file:
        file.write(content)


def fetch(name, path):
    """Fetch a file of Pyodide; what has come before an interruption is not fetched again."""
    part, source = path.with_name(name + ".part"), KNOWN["source"]
    begun = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(source + name, headers={"Range": f"bytes={begun}-"} if begun else {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            begun = begun if answer.status == 206 else 0  # a server may send all of it
            with part.open("r+b" if begun else "wb") as file:
                file.seek(begun)
                while content := answer.read(PART):
                    file.write(content)
        if part.stat().st_size < KNOWN["files"][name]["size"]:
            raise OSError("it broke off, and goes on from there next time")
    except OSError as error:
        raise OSError(f"nnlib web expected {name} from {source}, and got none: {error}. {HERE_OR_THERE}") from error
    content = part.read_bytes()
    part.unlink()
    if not is_known(name, content):
        raise OSError(f"nnlib web expected {name} from {source} as Pyodide published it, got other bytes (SHA-256)")
    write(path, content)


def pure_wheels(kept):
    """Return the wheels of wheels.txt, by pip, which compares their checksums; kept ones are not asked for again."""
    folder = kept / f"wheels-{hashlib.sha256(WHEELS.read_bytes()).hexdigest()[:12]}"
    wanted = [line.split()[0] for line in WHEELS.read_text(encoding="utf-8").splitlines() if "==" in line]
    if folder.is_dir() and len(found := sorted(folder.glob("*.whl"))) == len(wanted):
        return found
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--dest", folder]
    command += ["--only-binary=:all:", "--platform=any", "--python-version=3.14", "--implementation=py", "--abi=none"]
    run = subprocess.run([*command, "--requirement", WHEELS], capture_output=True, text=True)
    if run.returncode:
        last = next((line for line in reversed(run.stderr.splitlines()) if "ERROR" in line), run.stderr[-300:])
        raise OSError(f"nnlib web expected pip to download {len(wanted)} wheels, and said: {last}. Is there a network?")
    return sorted(folder.glob("*.whl"))

"""Lists what a site passes on, and under which licence; the texts themselves travel in its files."""

import io
import re
import zipfile
from email.parser import Parser

HEAD = """What this site passes on
========================

The course and nnlib: BSD 3-Clause. The data: MNIST by LeCun, Cortes and Burges is under CC BY-SA 3.0, the digits of
Alpaydin and Kaynak (UCI) under CC BY 4.0; what to cite stands in nnlib/data/files/README.md, in nnlib's wheel.

Pyodide (static/pyodide/pyodide.*): Mozilla Public Licence 2.0, https://github.com/pyodide/pyodide. It holds CPython
(PSF Licence) and is compiled by Emscripten (MIT).
JupyterLite, JupyterLab and their parts (build/, extensions/): BSD 3-Clause; those of others are listed, with their
texts, in build/third-party-licenses.json and extensions/*/*/static/third-party-licenses.json.

Packages of Python in static/pyodide, each with its licence inside:

"""


UNSAID = dict.fromkeys(["ipykernel", "piplite", "pyodide-kernel", "pyodide_kernel"], "BSD 3-Clause (JupyterLite)")


def licence_of(content):
    """Return (name, version, licence) of a wheel as it says itself."""
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        name = next(name for name in wheel.namelist() if re.search(r"^[^/]*\.dist-info/METADATA$", name))
        about = Parser().parsestr(wheel.read(name).decode("utf-8"))
    classes = [text.rpartition(":: ")[2] for text in about.get_all("Classifier", []) if text.startswith("License")]
    said = about["License-Expression"] or ", ".join(classes) or (about["License"] or "").strip().partition("\n")[0]
    return about["Name"], about["Version"], said or UNSAID.get(about["Name"], "")


def write(site, packages):
    """Write LICENSES.txt; a package that names no licence is an error."""
    lines = []
    for file_name, content in sorted(packages.items()):
        name, version, said = licence_of(content)
        if not said:
            raise ValueError(f"nnlib web expected {file_name} to name its licence")
        lines.append(f"{name} {version}: {said}\n")
    (site / "LICENSES.txt").write_text(HEAD + "".join(lines), encoding="utf-8")

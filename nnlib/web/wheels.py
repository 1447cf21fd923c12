"""Makes the packages that the browser loads: wheels without what is never used, and nnlib's own, with their list."""

import hashlib
import io
import json
import re
import zipfile
from email.parser import Parser
from pathlib import Path

from packaging.requirements import Requirement

import nnlib
from nnlib.notebooks import lessons
from nnlib.review.texts import SHIPPED, prose
from nnlib.web.inputs import KNOWN

PACKAGE = Path(nnlib.__file__).parent
LEFT_OUT = [  # of a wheel, what is large and never asked for
    r"\.dist-info/RECORD$",
    r"\.data/data/",  # files for Jupyter's server and page, which the site has already
    r"^jedi/third_party/(typeshed/stubs|django-stubs)/",  # completion for other packages
    r"^jedi/third_party/typeshed/stdlib/(?!(_collections_abc|_typeshed|abc|builtins|collections|contextlib|dataclasses"
    r"|enum|functools|itertools|json|math|operator|os|pathlib|random|re|sys|time|types|typing|typing_extensions)\b)",
    r"^matplotlib/(testing|mpl-data/(sample_data|images|fonts/afm|fonts/pdfcorefonts))/|^mpl_toolkits/axisartist/",
    r"^matplotlib/backends/(web_backend/|_tkagg|qt_|backend_(gtk|qt|wx|tk|mac|nb|web|pgf|cairo|template))",
    r"^matplotlib/mpl-data/fonts/ttf/DejaVu(Serif|SansMono-)",
    r"^pygments/lexers/(?!(__init__|_mapping|_(css|lilypond|scheme)_builtins|css|data|html|javascript|jvm|lilypond|lisp"
    r"|markup|perl|python|ruby|shell)\.py$)",  # those that IPython imports stay
    r"^(anywidget|ipywidgets)/(labextension|nbextension)/",
]
NOT_NEEDED = {  # requirements that nothing here imports
    "fonttools", "pytz",  # matplotlib's, for PDF and time zones
    "jupyterlab", "jupyterlab-widgets", "widgetsnbextension",  # of the page
}  # fmt: skip
OWN_LEFT_OUT = r"__pycache__|^web/|^jupyter/|^page/|^export\.py|^data/files/(train|t10k)-"
WHERE = {
    "sys_platform": "emscripten", "platform_system": "Emscripten", "platform_machine": "wasm32", "os_name": "posix",
    "python_version": "3.14", "python_full_version": "3.14.0", "implementation_name": "cpython",
    "platform_python_implementation": "CPython", "extra": "",
}  # fmt: skip
THEN = (2026, 1, 1, 0, 0, 0)  # the same site from the same files


def canonical(name):
    """Return the name of a package as lists have it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def packed(files):
    """Return a zip of {name: bytes}."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, THEN), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def trimmed(path):
    """Return the bytes of a wheel without what is left out."""
    with zipfile.ZipFile(path) as wheel:
        names = [name for name in wheel.namelist() if not name.endswith("/")]
        kept = [name for name in names if not any(re.search(pattern, name) for pattern in LEFT_OUT)]
        return packed({name: wheel.read(name) for name in kept})


def own_wheel(notebooks):
    """Return (name, bytes) of nnlib's wheel, made of this checkout.

    MNIST is not in it, and is fetched when asked for; the words of the notebooks are, for the questions of a review.
    """
    about = f"nnlib-{nnlib.__version__}.dist-info"
    needs = ["anywidget", "fsrs", "ipywidgets", "matplotlib", "numpy", "threadpoolctl"]
    lines = ["Metadata-Version: 2.1", "Name: nnlib", f"Version: {nnlib.__version__}"]
    lines += ["License-Expression: BSD-3-Clause", *(f"Requires-Dist: {name}" for name in needs)]
    files = {
        f"nnlib/review/{SHIPPED.name}": json.dumps({path.name: prose(path) for path in lessons(notebooks)}),
        f"{about}/METADATA": "\n".join(lines) + "\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: nnlib\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    for path in PACKAGE.rglob("*"):
        name = path.relative_to(PACKAGE).as_posix()
        if path.is_file() and not re.search(OWN_LEFT_OUT, name):
            files[f"nnlib/{name}"] = path.read_bytes()
    return f"nnlib-{nnlib.__version__}-py3-none-any.whl", packed(files)


def place(name, content):
    """Return where a site has a wheel: in a folder named by its content, so that browsers may keep it for good."""
    return f"{hashlib.sha256(content).hexdigest()[:8]}/{name}"


def entry(file_name, content):
    """Return what Pyodide's list says of a wheel: its name, what it needs, what it is imported as, its checksum."""
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        names = wheel.namelist()
        text = wheel.read(next(name for name in names if re.search(r"^[^/]*\.dist-info/METADATA$", name)))
    about = Parser().parsestr(text.decode("utf-8"))
    needs = {canonical(each.name) for each in map(Requirement, about.get_all("Requires-Dist", [])) if applies(each)}
    imports = {
        name.split("/")[0].removesuffix(".py") for name in names if name.endswith(".py") and ".dist-" not in name
    }
    return {
        "name": canonical(about["Name"]),
        "version": about["Version"],
        "file_name": place(file_name, content),
        "install_dir": "site",
        "sha256": hashlib.sha256(content).hexdigest(),
        "package_type": "package",
        "imports": sorted(imports),
        "depends": sorted(needs - NOT_NEEDED),
        "unvendored_tests": False,
    }


def applies(requirement):
    """Whether a requirement holds in a browser."""
    return requirement.marker is None or requirement.marker.evaluate(WHERE)


def lock(wheels):
    """Return the text of pyodide-lock.json for {file name: bytes}; a missing requirement is an error."""
    packages = {each["name"]: each for each in (entry(name, content) for name, content in sorted(wheels.items()))}
    for each in packages.values():
        if lost := [name for name in each["depends"] if name not in packages]:
            raise ValueError(f"nnlib web expected {', '.join(lost)}, which {each['name']} needs, among the wheels")
    return json.dumps({"info": KNOWN["info"], "packages": packages}, indent=1)

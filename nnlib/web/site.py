"""Puts the site together beside its place, and moves it there when it is whole."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

from nnlib import viz
from nnlib.data.mnist import FOLDER, SHA256
from nnlib.notebooks import lessons
from nnlib.viz.alone import NAMES
from nnlib.web import licences
from nnlib.web.inputs import KNOWN, gather, pure_wheels
from nnlib.web.start import page
from nnlib.web.wheels import lock, own_wheel, place, trimmed

STATIC = Path(__file__).parent / "static"
ABOUT = "nnlib-site.json"  # says that a folder is a site, and of what
KERNEL, WIDGETS, ANYWIDGET = "@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager", "anywidget"
EXTENSIONS = Path(sys.prefix) / "share/jupyter/labextensions"
FIRST = ["micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython", "nnlib"]
CONFIG = {
    "LiteBuildConfig": {
        "apps": ["notebooks", "tree", "lab"],
        "contents": ["contents"],
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
        "ignore_sys_prefix": ["federated_extensions"],
        "federated_extensions": [str(EXTENSIONS / name) for name in (KERNEL, WIDGETS, ANYWIDGET)],
    }
}
PAGE = {
    "jupyter-lite-schema-version": 0,
    "jupyter-config-data": {
        "appName": "Neural networks from scratch",
        "enableServiceWorkerCache": True,
        "exposeAppInBrowser": True,
        "litePluginSettings": {
            f"{KERNEL}:kernel": {"disablePyPIFallback": True, "loadPyodideOptions": {"packages": FIRST}},
        },
    },
}


def build(target, places, kept, notebooks):
    """Build the site in the folder `target`, which is new, empty or a site; return the number of its bytes.

    Where something else is there or given, a ValueError says so; where something is missing, an OSError.
    """
    target = Path(target).absolute()
    if target.exists() and not (target.is_dir() and (not any(target.iterdir()) or (target / ABOUT).exists())):
        raise ValueError(f"nnlib web expected a new folder, an empty one or one of its own sites, got {target}")
    files = gather(places, kept)
    wheels = [*(path for path in files.values() if path.suffix == ".whl"), *pure_wheels(kept), *kernel_wheels()]
    packages = {path.name: trimmed(path) for path in wheels}
    name, content = own_wheel(notebooks)
    packages[name] = content
    unfinished = target.with_name(target.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)  # of a build that was interrupted
    try:
        source, site = unfinished / "source", unfinished / "site"
        lay_out(source, files, packages, notebooks)
        run_jupyterlite(source, site)
        finish(site, packages, notebooks)
        size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
        move(site, target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return size


def kernel_wheels():
    """Return the wheels that come with JupyterLite's kernel; what it has for pages is there already."""
    return [path for path in sorted((EXTENSIONS / KERNEL / "static/pypi").glob("*.whl")) if "widgets" not in path.name]


def lay_out(source, files, packages, notebooks):
    """Write what JupyterLite builds from."""
    pyodide, contents = source / "static/pyodide", source / "contents"
    for folder in (pyodide, contents):
        folder.mkdir(parents=True)
    for name, path in files.items():
        if path.suffix != ".whl":
            shutil.copyfile(path, pyodide / name)
    for name, content in packages.items():
        path = pyodide / place(name, content)
        path.parent.mkdir()
        path.write_bytes(content)
    (pyodide / "pyodide-lock.json").write_text(lock(packages), encoding="utf-8")
    for path in [*lessons(notebooks), notebooks / "ledger.json"]:
        shutil.copyfile(path, contents / path.name)
    (contents / "pictures").mkdir()
    for path in sorted((notebooks / "pictures").glob("*.svg")):
        # JupyterLite makes a picture part of its page by btoa, which knows no letters beyond Latin-1
        content = path.read_text(encoding="utf-8").encode("ascii", "xmlcharrefreplace")
        (contents / "pictures" / path.name).write_bytes(content)
    (source / "jupyter_lite_config.json").write_text(json.dumps(CONFIG))
    (source / "jupyter-lite.json").write_text(json.dumps(PAGE))


def run_jupyterlite(source, site):
    """Let JupyterLite build; where it does not, the error has its last words."""
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--output-dir", site]
    environ = os.environ | {"JUPYTER_CONFIG_DIR": str(source / "config"), "SOURCE_DATE_EPOCH": "1767225600"}
    run = subprocess.run(command, cwd=source, env=environ, capture_output=True, text=True)
    if run.returncode or not (site / "notebooks/index.html").exists():
        raise RuntimeError(f"nnlib web expected JupyterLite to build the site, and it said: {run.stderr[-1500:]}")


def finish(site, packages, notebooks):
    """Add what the course needs beside JupyterLite: its start page, its service worker, its licences."""
    early = (STATIC / "early.js").read_text(encoding="utf-8")
    config = site / "config-utils.js"
    text = config.read_text(encoding="utf-8")
    if text.count("await main();") != 1:
        raise RuntimeError("nnlib web expected config-utils.js of JupyterLite 0.8.6 to end with `await main();`")
    config.write_text(text.replace("await main();", f"{early}\nawait main();"), encoding="utf-8")
    (site / "index.html").write_text(page(notebooks), encoding="utf-8")
    for kind in ("svg", "eot", "ttf", "woff"):  # for browsers that cannot run Python anyway
        for path in (site / "build").glob(f"fa-*.{kind}"):
            path.unlink()
    (site / "static/mnist").mkdir(parents=True)
    for name in SHA256:  # JupyterLite takes only what it knows from static/
        shutil.copyfile(FOLDER / name, site / "static/mnist" / name)
    for name in ("view.js", "view-worker.js"):
        shutil.copyfile(STATIC / name, site / name)
    alone = (STATIC / "view.html").read_text(encoding="utf-8")
    known = json.dumps(views(notebooks))
    (site / "view.html").write_text(alone.replace("VIEWS_OF_THE_COURSE", known), encoding="utf-8")
    licences.write(site, packages)
    names = sorted(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for name in names:
        digest.update(name.encode() + hashlib.sha256((site / name).read_bytes()).digest())
    version = digest.hexdigest()[:16]
    worker = (STATIC / "service-worker.js").read_text(encoding="utf-8")
    (site / "service-worker.js").write_text(worker.replace("VERSION_OF_THE_SITE", version), encoding="utf-8")
    about = {"site": version, "pyodide": KNOWN["pyodide"]}
    about |= {name: distribution(name).version for name in ("jupyterlite-core", "jupyterlite-pyodide-kernel")}
    (site / ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")


def views(notebooks):
    """Return {name: its title and the first lesson that shows it} of all views, for the page that has one alone."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in lessons(notebooks)}
    return {
        name: {
            "title": getattr(viz, name).title,
            "lesson": next((lesson for lesson, text in texts.items() if f"{name}(" in text), "00_start_here.ipynb"),
        }
        for name in NAMES
    }


def move(site, target):
    """Put a whole site into its place, at once."""
    old = target.with_name(target.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.rename(old)
    site.rename(target)
    shutil.rmtree(old, ignore_errors=True)

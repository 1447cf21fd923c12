"""`python -m nnlib` opens the course in JupyterLab; plain `jupyter lab` in notebooks/ works as well.

`python -m nnlib export` writes it as web pages instead, `python -m nnlib web` as a site on which it runs, and
`python -m nnlib review` asks what is due today.
"""

import os
import socket
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from nnlib.notebooks import lessons

PACKAGE = Path(__file__).resolve().parent
NOTEBOOKS = PACKAGE.parent / "notebooks"


def options(given, environ, platform, user_id):
    """Return JupyterLab's options for this machine, followed by the given ones, which win over ours."""
    first = [path.name for path in lessons(NOTEBOOKS)][:1]
    chosen = [
        f"--ServerApp.root_dir={NOTEBOOKS}",
        *(f"--LabApp.default_url=/lab/tree/{name}" for name in first),
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",  # the other one asks PyPI
        "--ContentsManager.hide_globs=['__pycache__', '*.pyc', 'conftest.py']",
    ]
    if user_id == 0:
        chosen.append("--allow-root")
    if platform == "linux" and not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        chosen.append("--no-browser")  # it prints the address instead
    names = {option.partition("=")[0] for option in given}  # JupyterLab refuses an option given twice
    return [option for option in chosen if option.partition("=")[0] not in names] + given


def loopback():
    """Return whether a program on this machine reaches a server on it, as the browser and the kernels have to."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), 5):
            return True
    except OSError:
        return False


def make_do(notebooks):
    """Give JupyterLab a home where there is none, and return a sentence for each thing that this machine lacks."""
    lacks, home = [], os.path.expanduser("~")
    if not os.access(notebooks, os.W_OK):
        lacks.append(f"{notebooks} cannot be written, so nothing is saved: copy the course to a folder of your own.")
    if not os.access(home, os.W_OK):
        os.environ["HOME"] = tempfile.mkdtemp(prefix="nnlib-")  # otherwise neither the server nor matplotlib starts
        lacks.append(f"the home folder {home} cannot be written; settings are kept in {os.environ['HOME']} instead.")
    return lacks


def main():
    """Open the course, export it, build its site, or ask what is due; other arguments go on to JupyterLab."""
    if not NOTEBOOKS.is_dir():
        sys.exit(f"nnlib expected the notebooks of the course in {NOTEBOOKS}: install it with `pip install -e .`")
    if sys.argv[1:2] == ["export"]:
        from nnlib.export import main as export

        return export(sys.argv[2:], NOTEBOOKS)
    if sys.argv[1:2] == ["web"]:
        from nnlib.web.command import main as web

        return web(sys.argv[2:], NOTEBOOKS)
    if sys.argv[1:2] == ["review"]:
        from nnlib.review.terminal import main as review

        return review(sys.argv[2:])
    if find_spec("jupyterlab") is None:
        sys.exit(f"nnlib expected JupyterLab in {sys.prefix}: start it as the README does, with the Python in .venv")
    if not loopback():
        sys.exit("nnlib expected 127.0.0.1 to answer, and it does not: is the loopback interface of this machine up?")
    for sentence in make_do(NOTEBOOKS):
        print(f"nnlib: {sentence}", file=sys.stderr)
    # One thread is fastest for matrices of the size of our lessons; on a busy machine by far.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # JupyterLab asks about news in a pop-up unless a default answer lies on its path for settings; and the server
    # finds nnlib.jupyter there, which saves views as pictures.
    paths = [str(PACKAGE / "jupyter"), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, paths))
    # The kernels inherit these: they import this nnlib, even where another one is installed, and draw into the
    # notebook, whatever backend of matplotlib was chosen for other programs.
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH", "")]))
    os.environ.pop("MPLBACKEND", None)
    from jupyterlab.labapp import LabApp

    user_id = os.geteuid() if hasattr(os, "geteuid") else None
    LabApp.launch_instance(options(sys.argv[1:], os.environ, sys.platform, user_id))


if __name__ == "__main__":
    main()

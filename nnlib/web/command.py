"""`python -m nnlib web DIR` builds the course as a site that runs in a browser, and `--serve` shows it here."""

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path

MEGABYTE = 1e6
NEEDS = (
    "nnlib web expected JupyterLite in {}. It needs an environment of its own:\n"
    'python3 -m venv .venv-site && .venv-site/bin/python -m pip install -e ".[web]"'
)


def main(given, notebooks):
    """Build, and serve if that is asked for; whatever is missing ends it with one sentence."""
    parser = argparse.ArgumentParser(prog="python -m nnlib web", description=__doc__)
    parser.add_argument("dir", nargs="?", default="site", help="the folder of the site (default: site)")
    parser.add_argument(
        "--pyodide",
        action="append",
        default=[],
        metavar="PATH",
        help="where Pyodide's files are: an archive or a folder",
    )
    parser.add_argument("--serve", action="store_true", help="show it at an address of this machine, until Ctrl-C")
    parser.add_argument("--port", type=int, default=8000, help="for --serve (default: 8000)")
    options = parser.parse_args(given)
    if find_spec("jupyterlite_core") is None or find_spec("jupyterlite_pyodide_kernel") is None:
        sys.exit(NEEDS.format(sys.prefix))
    from nnlib.web.inputs import cache
    from nnlib.web.site import build

    try:
        size = build(options.dir, options.pyodide, cache(), notebooks)
    except (ValueError, OSError, RuntimeError) as error:
        sys.exit(str(error))
    print(f"{Path(options.dir).absolute()}: {size / MEGABYTE:.0f} MB, to be put on any web server as it is")
    if options.serve:
        serve(options.dir, options.port)


def serve(folder, port):
    """Serve a site until Ctrl-C."""
    from nnlib.web.serve import server

    try:
        with server(folder, port) as running:
            print(f"http://127.0.0.1:{running.server_address[1]}/  (Ctrl-C ends it)", flush=True)
            running.serve_forever()
    except OSError as error:
        sys.exit(f"nnlib web expected port {port} to be free: {error}. Try --port {port + 1}")
    except KeyboardInterrupt:
        print()

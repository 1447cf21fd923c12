"""Shows a site on this machine: names the kinds of its files, and says what a browser may keep."""

import functools
import re
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

NAMED_BY_CONTENT = re.compile(
    r"\.[0-9a-f]{7,20}\.(js|css|woff2?|svg)$|/static/mnist/|/[0-9a-f]{8}/[^/]*\.whl$|\?_=[0-9a-f]{7}$"
)


class Handler(SimpleHTTPRequestHandler):
    """Files of a folder; those whose name or package list holds their checksum are kept, others asked for again."""

    protocol_version = "HTTP/1.1"
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".wasm": "application/wasm",
        ".mjs": "text/javascript",
        ".js": "text/javascript",
        ".whl": "application/octet-stream",
        ".ipynb": "application/json",
        ".gz": "application/octet-stream",  # else a browser might unpack it
    }

    def end_headers(self):
        """Add what a browser may keep: it asks whether the others have changed, and is told by their date."""
        kept = NAMED_BY_CONTENT.search(self.path)
        self.send_header("Cache-Control", "max-age=31536000, immutable" if kept else "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, *_):
        """Say nothing of each request."""


def server(folder, port=0):
    """Return a server of a folder on this machine only; port 0 takes a free one."""
    return ThreadingHTTPServer(("127.0.0.1", port), functools.partial(Handler, directory=str(folder)))

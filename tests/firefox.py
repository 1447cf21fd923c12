"""Firefox, driven by WebDriver BiDi, which it speaks by itself: https://www.w3.org/TR/webdriver-bidi/"""

import base64
import itertools
import json
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import websocket
from patience import PATIENCE

FIREFOX = next(filter(None, map(shutil.which, ["firefox-esr", "firefox"])), None)
QUIET = """
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.auto", false);
user_pref("layout.css.devPixelsPerPx", "1.0");
"""
KEYS = {"ArrowRight": "\ue014", "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowDown": "\ue015"}


class Firefox:
    """A page in Firefox; what goes wrong in it is in `faults`."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        (Path(self.folder.name) / "user.js").write_text(QUIET)
        log = Path(self.folder.name) / "log"
        command = [FIREFOX, "--headless", "--no-remote", "--profile", self.folder.name, "--remote-debugging-port=0"]
        with log.open("w") as file:
            self.process = subprocess.Popen([*command, "about:blank"], stdout=file, stderr=file)
        end = time.monotonic() + PATIENCE
        while not (found := re.search(r"ws://\S+", log.read_text())):
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError(f"Firefox does not start:\n{log.read_text()}")
            time.sleep(0.05)
        address = found[0]
        self.socket = websocket.create_connection(f"{address}/session", timeout=PATIENCE, suppress_origin=True)
        self.numbers, self.faults = itertools.count(1), []
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded"])
        self.tab = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def ask(self, method, **params):
        """Return the result of a command; raises RuntimeError for what Firefox refuses."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (said := json.loads(self.socket.recv())).get("id") != number:
            if said.get("method") == "log.entryAdded" and said["params"]["level"] == "error":
                self.faults.append(said["params"]["text"])
        if said["type"] == "error":
            raise RuntimeError(f"{method}: {said['message']}")
        return said["result"]

    def open(self, width, height):
        """Show an empty page of this size."""
        self.ask("browsingContext.setViewport", context=self.tab, viewport={"width": width, "height": height})
        self.ask("browsingContext.navigate", context=self.tab, url="about:blank", wait="complete")

    def visit(self, address):
        """Open an address."""
        self.ask("browsingContext.navigate", context=self.tab, url=address, wait="complete")

    def evaluate(self, expression):
        """Return what an expression gives, a promise when it is kept; raises RuntimeError for what it throws."""
        target, text = {"context": self.tab}, f"(async () => JSON.stringify(await ({expression})))()"
        said = self.ask("script.evaluate", expression=text, target=target, awaitPromise=True)
        if said["type"] == "exception":
            raise RuntimeError(said["exceptionDetails"]["text"])
        return json.loads(said["result"]["value"]) if "value" in said["result"] else None

    def press(self, selector, key):
        """Press a key on an element."""
        self.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")
        acts = [{"type": kind, "value": KEYS[key]} for kind in ("keyDown", "keyUp")]
        self.perform({"type": "key", "id": "keys", "actions": acts})

    def drag(self, *places):
        """Press the mouse at the first place of the page, move over the others, and let it go."""
        moves = [{"type": "pointerMove", "x": round(x), "y": round(y)} for x, y in places]
        acts = [moves[0], {"type": "pointerDown", "button": 0}, *moves[1:], {"type": "pointerUp", "button": 0}]
        self.perform({"type": "pointer", "id": "mouse", "actions": acts})

    def perform(self, source):
        self.ask("input.performActions", context=self.tab, actions=[source])

    def screenshot(self):
        """Return what the window shows as the bytes of a PNG."""
        return base64.b64decode(self.ask("browsingContext.captureScreenshot", context=self.tab)["data"])

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.folder.cleanup()

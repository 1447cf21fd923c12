"""Where the browser is that tests, benchmark and picture use, and how it is started."""

import shutil

BROWSER = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}  # what axe looks at

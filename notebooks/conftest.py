"""How pytest re-runs the notebooks beside this file: strictly, see tests/strict.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from strict import pytest_collect_file, pytest_terminal_summary  # noqa: F401 (pytest finds them by name)

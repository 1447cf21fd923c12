"""Damaged files for the fuzz tests, and what is asked of whoever reads them."""

import contextlib
import tracemalloc

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

DEEP = settings.get_current_profile_name() == "deep"
MOST_MEMORY = 20_000_000  # bytes


def fuzz(examples):
    """Return what makes a test try so many examples, the same each time; in the deep profile, thousands of new ones."""
    shared = [HealthCheck.function_scoped_fixture]
    few = settings(max_examples=examples, derandomize=True, deadline=None, suppress_health_check=shared)
    return settings.default if DEEP else few


def assert_ours(error, refusal):
    """Assert that an error is in our words, and that these can be read."""
    assert str(error).startswith(refusal), error
    assert len(str(error)) < 2000


@contextlib.contextmanager
def harmless(path, content, refusal):
    """Write a file; allow a ValueError in our words, no more memory than MOST_MEMORY, and no trace on disk."""
    path.write_bytes(content)
    tracemalloc.start()
    try:
        yield
    except ValueError as error:
        assert_ours(error, refusal)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < MOST_MEMORY, f"{peak:,} bytes for a file of {len(content):,}"
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]
    path.unlink()


@st.composite
def damaged(draw, content):
    """A file with a few bytes changed, put in or taken out, and perhaps cut."""
    content = bytearray(content)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(start + 8, len(content))))
        content[start:end] = draw(st.binary(max_size=8) | st.sampled_from([b"\xff" * 4, bytes(4)]))
    return bytes(content[: draw(st.none() | st.integers(0, len(content)))])

"""Texts of every kind in place of a view's state, of the ledger, of the reader's progress: see test_fuzz.py."""

import contextlib
import io
import json

import ledger
import pytest
from damage import assert_ours, damaged, fuzz, harmless
from hypothesis import example, given
from hypothesis import strategies as st
from test_ledger import double, made
from test_viz import VIEWS

from nnlib.checks import progress
from nnlib.viz import live
from nnlib.viz.live import Live

# JSON, as others write it, and as a hand or a disk may spoil it

STRANGE = [10**400, "\ud800"]  # too large for a float; half of a pair of UTF-16
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(STRANGE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
DEEP_LIST = b"[" * 100_000


@st.composite
def changed(draw, value):
    """A copy of what JSON holds, in which something, at any depth, is something else."""
    if isinstance(value, dict) and value and draw(st.integers(0, 5)):
        key = draw(st.sampled_from(sorted(value)))
        other = draw(st.just(key) | st.text(max_size=3))
        return {k: v for k, v in value.items() if k != key} | {other: draw(changed(value[key]))}
    return draw(ANY)


def json_files(example):
    """Files that hold an example of JSON, more or less."""
    whole = json.dumps(example).encode()
    return st.one_of(
        st.binary(max_size=100),
        damaged(whole),
        changed(example).map(lambda value: json.dumps(value).encode()),
        st.sampled_from([whole, DEEP_LIST, DEEP_LIST.replace(b"[", b'{"a":'), b"\xff\xfe" + whole]),
    )


# The ledger

EXPERIMENT = made("a", double, factor=2)
RECORD = {"result": {"value": 2.0, "curve": [1, 2]}, "seconds": 0.1, "versions": {"numpy": "2"}}
ROWS = {"a": ledger.row_of(EXPERIMENT, {"0": RECORD, "1": RECORD})}


def whole(rows):
    """Return what a ledger with these rows holds."""
    return {"layout": ledger.LAYOUT, "rows": rows}


@fuzz(80)
@given(content=json_files(whole(ROWS)))
@example(content=json.dumps(whole({"a": ROWS["a"] | {"seconds": "1"}})).encode())
@example(content=json.dumps(whole(ROWS | {"b": ROWS["a"] | {"what": float("nan")}})).encode())
def test_ledgers(tmp_path, content):
    path = tmp_path / "ledger.json"
    with harmless(path, content, f"ledger.py expected a ledger of layout {ledger.LAYOUT}"):
        rows = ledger.read(path)
        ledger.table(rows, [EXPERIMENT])
        assert len(ledger.missing(path, [EXPERIMENT], 2)) <= 2
        ledger.keep(path, [EXPERIMENT], 5, RECORD)
        assert ledger.read(path)["a"]["runs"]["5"] == RECORD
        assert ledger.read(path).keys() == rows.keys() | {"a"}
        path.write_bytes(content)


# Progress


@fuzz(80)
@given(content=json_files({"01.1": "✓", "02.3": "✗"}))
@example(content='{"\\ud800": "✓"}'.encode())
@example(content='{"exercises": ["01.1"], "02.1": "✓"}'.encode())
def test_progress_files(tmp_path, content):
    path, said = tmp_path / "progress.json", io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(said):
        patch.setenv("NNLIB_PROGRESS", str(path))
        with harmless(path, content, "never"):
            before = progress.load()
            assert set(before.values()) <= set(progress.STATES)
            progress.record("03.1", "✓")
            if said.getvalue():
                assert "Delete it to start afresh" in said.getvalue() or "it is left alone" in said.getvalue()
                assert path.read_bytes() == content
            else:
                assert progress.load() == before | {"03.1": "✓"}
            path.write_bytes(content)


# Views

PIECES = st.sampled_from(
    ["run=1", "run=9999999", "show=0", "show=1", "show=" + "9" * 5000, "pin", "reset", "run=²", ""]
)
NUMBERS = st.floats().map(str) | st.integers().map(str) | st.sampled_from(["1e-3", "٣", "1_0", " 1", "9" * 5000, "nan"])


@st.composite
def texts(draw, view):
    """Texts as a view writes them, more or less."""
    if not draw(st.integers(0, 4)):
        return draw(st.text(max_size=60))
    names = st.sampled_from([control.name for control in view.controls]) | st.text(max_size=3)
    words = st.sampled_from([str(control.start) for control in view.controls]) | NUMBERS | st.text(max_size=30)
    parts = draw(st.lists(st.tuples(names, words).map("=".join), max_size=3)) or [view.example()]
    text = "|".join([";".join(parts), *draw(st.lists(PIECES, max_size=3))])
    return draw(st.just(text) | damaged(text.encode()).map(lambda spoilt: spoilt.decode(errors="replace")))


@pytest.mark.view
@pytest.mark.parametrize("view", VIEWS)
def test_states_of_views(view):
    @fuzz(20)
    @given(text=texts(view))
    @example(text=view.example() + "|show=" + "9" * 5000)
    def tried(text):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(live, "MOST", 3)
            try:
                shown = view.from_text(text)
            except ValueError as error:
                assert_ours(error, f"{view.__name__} expected")
                return
        assert issubclass(view, Live) or shown.error == ""
        assert view.from_text(shown.to_text()).state == shown.state
        shown.close()

    tried()


@pytest.mark.view
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("piece", ["|pin", ";a=1", "9"])
def test_a_text_of_megabytes_is_refused_at_once(view, piece):
    with pytest.raises(ValueError, match=f"{view.__name__} expected text of at most 20,000 characters, got"):
        view.from_text(view.example() + piece * 1_000_000)


@pytest.mark.view
@pytest.mark.parametrize("view", VIEWS)
def test_a_long_value_is_not_repeated_in_full(view):
    for control in view.controls:
        with pytest.raises(ValueError, match=f"{view.__name__} expected {control.name}") as caught:
            view.from_text(f"{control.name}={'=' * 10_000}")
        assert_ours(caught.value, f"{view.__name__} expected")

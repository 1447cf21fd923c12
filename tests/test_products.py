"""The matrix products of a browser, run there: NumPy's for every size, step and type, and written nowhere else."""

import base64
import hashlib

import numpy as np
import pytest
from chromium import BROWSER, FLAGS, required

from nnlib import platform
from nnlib.platform import products

HARNESS = """wasm => {
  window.memory = new WebAssembly.Memory({ initial: 256 });
  const table = new WebAssembly.Table({ initial: 4, element: "anyfunc" });
  const place = (value, mutable) => new WebAssembly.Global({ value: "i32", mutable }, value);
  const known = {
    memory, __indirect_function_table: table, __stack_pointer: place(1 << 20, true),
    __memory_base: place(1024, false), __table_base: place(1, false),
    memset: (at, value, size) => { new Uint8Array(memory.buffer, at, size).fill(value); return at; },
  };
  const bytes = Uint8Array.from(atob(wasm), c => c.charCodeAt(0));
  return WebAssembly.instantiate(bytes, { env: known }).then(({ instance }) => { window.products = instance.exports; });
}"""
CALL = """([name, room, args, sizes, steps, bytes]) => {
  const at = 1 << 22, all = new Uint8Array(memory.buffer);
  const given = Uint8Array.from(atob(bytes), c => c.charCodeAt(0));
  all.set(given, at);
  products["begin_" + name](3, room);
  const numbers = new Int32Array(memory.buffer, 1 << 21, 16);
  numbers.set([...args.map(a => a + at), ...sizes, ...steps]);
  products["matmul_" + name](1 << 21, (1 << 21) + 12, (1 << 21) + 28, 0);
  return btoa([...all.slice(at, at + given.length)].map(b => String.fromCharCode(b)).join(""));
}"""
ROOM = 1 << 21 | 1 << 16  # where columns are copied to


@pytest.fixture(scope="module")
def page():
    required(BROWSER, "chromium or google-chrome", "BROWSER")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        tab = browser.new_page()
        tab.evaluate(HARNESS, base64.b64encode(products.LIBRARY.read_bytes()).decode())
        yield tab
        browser.close()


def multiply(page, A, B):
    """Return A @ B as the browser has it: the arrays lie there as they do here, C among bytes that must stay."""
    C = np.full((*A.shape[:-2], A.shape[-2], B.shape[-1]), np.nan, A.dtype)
    guard = np.full(64, 7, np.uint8).tobytes()
    parts, places, laid = [], [], 0
    for array in (A, B, C):
        base = array if array.base is None else array.base
        offset = array.__array_interface__["data"][0] - base.__array_interface__["data"][0]
        laid += len(guard)
        places.append(laid + offset)
        parts += [guard, base.tobytes(order="A")]
        laid += base.nbytes
    content = b"".join(parts) + guard
    sizes = [len(A) if A.ndim == 3 else 1, *A.shape[-2:], B.shape[-1]]
    outer = [array.strides[0] if array.ndim == 3 else 0 for array in (A, B, C)]
    steps = [*outer, *A.strides[-2:], *B.strides[-2:], *C.strides[-2:]]
    name = {"f": "float", "d": "double"}[A.dtype.char]
    given = [name, ROOM, places, sizes, steps, base64.b64encode(content).decode()]
    came = base64.b64decode(page.evaluate(CALL, given))
    first = places[2]
    assert came[:first] == content[:first]
    assert came[first + C.nbytes :] == guard
    return np.frombuffer(came[first : first + C.nbytes], C.dtype).reshape(C.shape)


def close(came, A, B):
    """Whether a product is as near to the exact one as sums of these lengths are."""
    exact, size = A.astype(float) @ B.astype(float), abs(A).astype(float) @ abs(B).astype(float)
    return np.all(abs(came - exact) <= A.shape[-1] * np.finfo(A.dtype).eps * size)


SIZES = [(m, n, p) for m in (2, 3, 4, 5, 33) for n in (1, 7, 255, 256, 257) for p in (4, 7, 8, 9, 33)]
SIZES += [(2, 3, p) for p in (127, 128, 129, 257)] + [(64, 784, 128), (5, 0, 6)]


@pytest.mark.browser
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_products_of_every_size(dtype, page, rng):
    for m, n, p in SIZES:
        A, B = rng.standard_normal((m, n)).astype(dtype), rng.standard_normal((n, p)).astype(dtype)
        assert close(multiply(page, A, B), A, B), (m, n, p)


@pytest.mark.browser
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_products_of_arrays_that_lie_in_other_ways(dtype, page, rng):
    X, dY = rng.standard_normal((30, 21)).astype(dtype), rng.standard_normal((30, 10)).astype(dtype)
    W = rng.standard_normal((21, 10)).astype(dtype)
    wide = rng.standard_normal((60, 42)).astype(dtype)
    stack = rng.standard_normal((3, 5, 21)).astype(dtype)
    stacks = rng.standard_normal((3, 21, 6)).astype(dtype)
    pairs = [(X.T, dY), (dY, W.T), (wide[::2, ::2], W), (wide[::-2, 1::2], W), (X[4:], W[:, ::-1]), (stack, stacks)]
    for A, B in pairs:
        assert close(multiply(page, A, B), A, B), (A.strides, B.strides)


@pytest.mark.browser
def test_infinity_and_nan_stay_in_their_rows_and_columns(page):
    A, B = np.ones((5, 6), np.float32), np.ones((6, 9), np.float32)
    A[1, 2], A[4, 0], B[3, 7] = np.inf, np.nan, np.inf
    expected = np.full((5, 9), 6, np.float32)
    expected[:, 7], expected[1], expected[4] = np.inf, np.inf, np.nan
    np.testing.assert_array_equal(multiply(page, A, B), expected)


@pytest.mark.browser
@pytest.mark.parametrize(("m", "p"), [(1, 8), (5, 1), (5, 3)])
def test_narrow_products_are_left_to_numpy(m, p, page):
    """Its own loop is asked for at the place that was given; here there is none."""
    with pytest.raises(Exception, match=r"null function|signature mismatch|indirect"):
        multiply(page, np.ones((m, 4), np.float32), np.ones((4, p), np.float32))


def test_what_runs_is_made_of_what_is_read():
    came = hashlib.sha256(products.LIBRARY.with_name("products.c").read_bytes()).hexdigest()
    assert came == products.SOURCE, "products.c has changed: make products.wasm of it, and put its SHA-256 into SOURCE"


def test_where_the_loops_are_refused_the_course_is_slow_and_says_so(monkeypatch):
    def refuse():
        raise OSError("no SIMD")

    monkeypatch.setattr(products, "quicken", refuse)
    with pytest.warns(UserWarning, match=r"training, are slow in this browser: no SIMD"):
        platform.quicken_products()


def test_where_numpy_has_blas_nothing_is_replaced():
    assert platform.HERE.blas
    assert products.rooms == []

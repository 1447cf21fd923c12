"""Fast matrix products in a browser: NumPy has no BLAS there, so np.matmul gets inner loops of our own.

products.wasm is made of products.c by this line, with clang and wasm-ld 14:

    clang --target=wasm32-unknown-emscripten -fPIC -msimd128 -O3 -nostdlib -c products.c -o products.o &&
    wasm-ld --experimental-pic -shared --export-all --strip-all products.o -o products.wasm
"""

import ctypes
from pathlib import Path

import numpy as np

LIBRARY = Path(__file__).with_name("products.wasm")
# of products.c, from which products.wasm was made
SOURCE = "1c9547e6db8f1f925fb3a48a5978c4841c5763c42b37b8e932c53f7955fede0f"
REPLACE_LOOP = 30  # the place of PyUFunc_ReplaceLoopBySignature in NumPy's table of C functions
ROOM = 16 * 256 * 32  # bytes that products.c copies columns to, for each type of numbers
rooms = []  # kept for good: the loops write into them


def quicken():
    """Let `@` of float32 and of float64 arrays run the loops of products.c, in this process."""
    from numpy._core import _multiarray_umath

    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    functions = ctypes.cast(pointer(_multiarray_umath._UFUNC_API, None), ctypes.POINTER(ctypes.c_void_p))
    given = [ctypes.py_object, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    replace = ctypes.CFUNCTYPE(ctypes.c_int, *given)(functions[REPLACE_LOOP])
    library = ctypes.CDLL(str(LIBRARY))
    for name, dtype in [("float", np.float32), ("double", np.float64)]:
        loop = ctypes.cast(library[f"matmul_{name}"], ctypes.c_void_p)
        types, own = (ctypes.c_int * 3)(*[np.dtype(dtype).num] * 3), ctypes.c_void_p()
        if replace(np.matmul, loop, ctypes.addressof(types), ctypes.addressof(own)):
            raise RuntimeError(f"expected NumPy to take a loop for products of {name}, and it refused")
        begin = library[f"begin_{name}"]
        begin.restype, begin.argtypes = None, [ctypes.c_void_p, ctypes.c_void_p]
        rooms.append(ctypes.create_string_buffer(ROOM + 16))
        begin(own, (ctypes.addressof(rooms[-1]) + 15) // 16 * 16)  # vectors stand at multiples of 16

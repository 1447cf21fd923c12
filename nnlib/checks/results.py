"""What a reader's function returns, made into what can be compared: the one place that touches strange objects."""

import types
from collections.abc import Sequence

import numpy as np

MOST, DEEPEST = 100_000, 30  # items of all lists together, and how many lists may lie in each other


class Strange:
    """Stands for what is no number, text or array of numbers, and no list or tuple of these; `why` may be empty."""

    def __init__(self, value, why=""):
        self.value, self.why = value, why

    def __repr__(self):
        return kind(self)


class Endless(Exception):
    """Too many items, or lists in lists without end."""


def plain(value):
    """Return a result as Python's and NumPy's own numbers, texts, arrays, lists and tuples; the rest are Strange.

    It asks an object for no more than its array or its items, and whatever that raises makes it a Strange. A
    generator is not run; a coroutine is closed, or Python would complain later that nobody waited for it.
    Raises Endless.
    """
    return _plain(value, [MOST], DEEPEST)


def _plain(value, left, depth):
    try:
        return _converted(value, left, depth)
    except (KeyboardInterrupt, Endless):
        raise
    except BaseException as error:
        return Strange(value, f"NumPy cannot read it: {type(error).__name__}: {words(error)}")


def _converted(value, left, depth):
    made = type(value)  # isinstance would ask the object itself
    if made in (bool, float, str) or (made is int and value.bit_length() <= 63):
        return value
    if issubclass(made, (list, tuple)):
        return _items(tuple if issubclass(made, tuple) else list, value, left, depth)
    if made is types.CoroutineType:
        value.close()
    if issubclass(made, np.ma.MaskedArray) and np.ma.is_masked(value):
        return Strange(value, "what is behind its mask has no value")
    if not _is_array_like(value):
        if not issubclass(made, Sequence) or issubclass(made, (str, bytes)):
            return Strange(value)
        return _plain(np.asarray(_items(list, value, left, depth)), left, depth)  # of a range, or a deque
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        return Strange(value if issubclass(made, np.ndarray) else array if array.ndim else value)
    return array if array.ndim or issubclass(made, np.ndarray) else array[()]


def _is_array_like(value):
    made = type(value)
    if issubclass(made, (int, float, complex, np.generic)):
        return True
    if any(hasattr(made, name) for name in ("__array__", "__array_interface__", "__array_struct__")):
        return True
    try:
        return memoryview(value) is not None and not issubclass(made, bytes)
    except (TypeError, BufferError):
        return False


def _items(make, value, left, depth):
    """Return the items of a sequence, each made plain, in a list or tuple."""
    if depth == 0:
        raise Endless("lists in lists without end")
    found = []
    for item in make.__iter__(value) if issubclass(type(value), make) else iter(value):
        left[0] -= 1
        if left[0] < 0:
            raise Endless(f"more than {MOST:,} items")
        found.append(_plain(item, left, depth - 1))
    return make(found)


def strange(result):
    """Return the first part of a result that is no number, as a Strange, or None.   result: made plain"""
    if isinstance(result, (list, tuple)):
        return next((found for item in result if (found := strange(item))), None)
    if isinstance(result, str):
        return Strange(result)
    return result if isinstance(result, Strange) else None


def as_it_came(result):
    """Return a result that was made plain with its strange parts in place, for a judge who knows what they are."""
    if isinstance(result, (list, tuple)):
        return type(result)(as_it_came(item) for item in result)
    return result.value if isinstance(result, Strange) else result


def size(result):
    """Return how many numbers there are in a result that was made plain."""
    return sum(map(size, result)) if isinstance(result, (list, tuple)) else np.size(result)


def words(thing, how=str):
    """Return what an exception or a value says of itself, cut where it is long."""
    try:
        text = how(thing).encode(errors="backslashreplace").decode()  # half a character cannot be printed
    except KeyboardInterrupt:
        raise
    except BaseException:
        return "(it has no text)"
    return cut(text)


def cut(text, most=1000):
    """Return a text, or its beginning where it is long."""
    return text if len(text) <= most else f"{text[:most]}... ({len(text):,} characters)"


NAMES = {
    list: "a list", tuple: "a tuple", str: "a text", bytes: "bytes", dict: "a dict", bool: "True or False",
    set: "a set", frozenset: "a set", types.NoneType: "None", types.GeneratorType: "a generator",
    types.CoroutineType: "a coroutine", types.AsyncGeneratorType: "a coroutine",
}  # fmt: skip
ARRAYS = {"O": "an array of objects", "V": "an array of records", "U": "texts", "S": "bytes"}


def kind(value):
    """Return in words what a value is, without asking it.

    >>> kind([1]), kind(1.5), kind(int), kind(kind), kind(i for i in [])
    ('a list', 'an object of type float', 'the class int', 'the function kind', 'a generator')
    """
    made = type(value)
    if made is Strange:
        return f"{kind(value.value)} ({value.why})" if value.why else kind(value.value)
    if issubclass(made, type):
        return f"the class {name_of(value)}"
    if made in (types.FunctionType, types.BuiltinFunctionType, types.MethodType):
        return f"the function {value.__name__}"
    if issubclass(made, (np.ndarray, np.generic)) and value.dtype.kind not in "biuf":
        return ARRAYS.get(value.dtype.kind, str(value.dtype))
    return NAMES.get(made, f"an object of type {name_of(made)}")


def name_of(made, name=type.__dict__["__name__"]):
    """Return the name of a class, whatever its metaclass thinks of that."""
    return name.__get__(made)

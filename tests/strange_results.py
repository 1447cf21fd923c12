"""What a reader's function may return or raise, however strange: no check may raise for any of it.

python tests/strange_results.py [number ...]     tries all of it on every exercise, which takes minutes
"""

import array
import asyncio
import collections
import contextlib
import decimal
import enum
import fractions
import io
import sys
import traceback
import types
from unittest import mock

import numpy as np
from wrong_answers import every_exercise

from nnlib.autodiff import Tensor
from nnlib.checks import check


class Own(BaseException):
    """No Exception: what catches only these lets it through."""


def raising(name, error):
    def method(self, *args, **options):
        raise error("not with me")

    return type(f"No_{name.strip('_')}", (), {name: method})()


class NeedsGrad:
    """As a torch tensor that requires a gradient: arrays are refused by an error of its own."""

    shape, ndim, dtype = (2, 3), 2, "torch.float32"

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return self

    def __iter__(self):
        return iter([self, self])

    def __float__(self):
        raise RuntimeError("a Tensor with 2 elements cannot be converted to Scalar")

    def __bool__(self):
        raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous")

    def __eq__(self, other):
        return self

    __hash__ = None


class Liar:
    """Says of itself whatever may confuse."""

    __class__ = property(lambda self: np.ndarray)
    shape, ndim, dtype, size = (2, 3), 2, np.dtype(float), 6

    def __len__(self):
        return -3

    def __bool__(self):
        return 7

    def __repr__(self):
        return 3

    def __array__(self, dtype=None, copy=None):
        return "no array"


class Refuses:
    """No question is answered, not even what it is."""

    def __getattribute__(self, name):
        raise Own(name)


class Endless:
    def __len__(self):
        return sys.maxsize

    def __getitem__(self, index):
        return 1.0


class Meta(type):
    def __getattribute__(cls, name):
        raise Own(name)


class EvilList(list):
    def __len__(self):
        raise Own("no length")

    def __iter__(self):
        raise Own("no items")


class EvilFloat(float):
    def __eq__(self, other):
        raise Own("not equal")

    def __float__(self):
        raise Own("no float")

    __hash__ = None


class EvilArray(np.ndarray):
    def __array_function__(self, *args, **options):
        raise Own("no function")

    def __array_ufunc__(self, *args, **options):
        raise Own("no ufunc")


class Level(enum.IntEnum):
    LOW = 1


class LikeSeries:
    """As a Series of pandas: an array can be made of it, and == gives another one."""

    def __init__(self, values):
        self.values = np.asarray(values)

    def __array__(self, dtype=None, copy=None):
        return self.values if dtype is None else self.values.astype(dtype)

    def __eq__(self, other):
        return LikeSeries(self.values == other)

    def __bool__(self):
        raise ValueError("The truth value of a Series is ambiguous")

    __hash__ = None


def generator():
    yield 1.0


async def coroutine():
    return 1.0


async def asynchronous_generator():
    yield 1.0


def without_end():
    items = [1.0]
    items.append(items)
    return items


def doubled():
    """Some 2**60 items, of which only 60 are in memory."""
    items = [0.0]
    for _ in range(60):
        items = [items, items]
    return items


def deep():
    items = 1.0
    for _ in range(5000):
        items = [items]
    return items


def objects(*items):
    """Return an array of objects; np.array would ask each of them for its own array."""
    made = np.empty(len(items), object)
    for i, item in enumerate(items):
        made[i] = item
    return made


def table(make):
    return make([(1.0, 2)], [("a", float), ("b", int)])


RESULTS = {
    "a tensor that needs grad": NeedsGrad,
    "such tensors": lambda: (NeedsGrad(), NeedsGrad(), NeedsGrad()),
    "a Tensor of the course": lambda: Tensor(np.ones((2, 3))),
    "Tensors of the course": lambda: (Tensor(1.0), Tensor(2.0)),
    "a generator": generator,
    "a coroutine": coroutine,
    "an asynchronous generator": asynchronous_generator,
    "a future": lambda: asyncio.sleep(0),
    "an iterator": lambda: iter([1.0, 2.0]),
    "a map": lambda: map(float, "12"),
    "a zip": lambda: zip([1.0], [2.0], strict=True),
    "a class": lambda: int,
    "a class that refuses": lambda: Meta("Odd", (), {}),
    "an object of such a class": lambda: Meta("Odd", (), {})(),
    "a function": lambda: len,
    "a lambda": lambda: lambda x: x,
    "a method": lambda: [].append,
    "a module": lambda: np,
    "an object": object,
    "a liar": Liar,
    "one that refuses": Refuses,
    "one without end": Endless,
    "a mock": mock.MagicMock,
    "a dict": lambda: {"dW": 1.0},
    "a set": lambda: {1.0, 2.0},
    "keys": lambda: {1: 2}.keys(),
    "Ellipsis": lambda: ...,
    "NotImplemented": lambda: NotImplemented,
    "an exception": lambda: ValueError("returned, not raised"),
    "None in a tuple": lambda: (None, None, None),
    "a matrix": lambda: np.matrix(np.ones((2, 3))),
    "a masked array": lambda: np.ma.masked_array([1.0, 2.0], [True, False]),
    "a masked array without a mask": lambda: np.ma.masked_array(np.ones((4, 3))),
    "the masked constant": lambda: np.ma.masked,
    "records": lambda: table(np.array),
    "a record": lambda: table(np.array)[0],
    "a recarray": lambda: table(np.rec.array),
    "an array of objects": lambda: objects(object(), NeedsGrad(), None, generator()),
    "an array of arrays": lambda: np.array([np.ones(2), np.ones((3, 2)), 1.0], object),
    "a table of objects": lambda: np.ones((2, 3), object),
    "an array of texts": lambda: np.array(["1.0", "2.0"]),
    "an array of bytes": lambda: np.array([b"1"]),
    "dates": lambda: np.array(["2020-01-01"], "datetime64[D]"),
    "a duration": lambda: np.timedelta64(3, "s"),
    "no date": lambda: np.datetime64("NaT"),
    "complex numbers": lambda: np.ones((4, 3), complex),
    "complex nan": lambda: complex("nan+nanj"),
    "an array that refuses": lambda: np.ones((2, 3)).view(EvilArray),
    "a huge array": lambda: np.broadcast_to(1.0, (10**6, 10**6)),
    "a huge array of whole numbers": lambda: np.broadcast_to(np.int8(1), (10**9, 10**5)),
    "huge arrays": lambda: (np.broadcast_to(np.float32(1), (10**6, 10**6)),) * 3,
    "huge lines": lambda: np.broadcast_to(np.int8(1), (10**12,)),
    "an empty array": lambda: np.zeros((0, 3)),
    "no axes": lambda: np.array(1.0),
    "many axes": lambda: np.ones((1,) * 64),
    "longdouble": lambda: np.ones((4, 3), np.longdouble) * np.longdouble("1e4000"),
    "halves": lambda: np.full((4, 3), np.inf, np.float16),
    "a large number": lambda: 10**400,
    "large numbers": lambda: (10**400, -(10**400), 10**30),
    "an unsigned number": lambda: np.uint64(2**64 - 1),
    "a Decimal": lambda: decimal.Decimal("sNaN"),
    "a Fraction": lambda: fractions.Fraction(1, 3),
    "an enumeration": lambda: Level.LOW,
    "a float that refuses": lambda: EvilFloat(1.0),
    "floats that refuse": lambda: [EvilFloat(1.0), EvilFloat(2.0)],
    "a list that refuses": lambda: EvilList([1.0, 2.0]),
    "a list in itself": without_end,
    "a list doubled": doubled,
    "a deep list": deep,
    "a long list": lambda: [0.0] * 10**6,
    "a long range": lambda: range(10**12),
    "a deque": lambda: collections.deque([1.0, 2.0]),
    "a named tuple": lambda: collections.namedtuple("Pair", "a b")(1.0, 2.0),
    "ragged": lambda: [[1.0], [1.0, 2.0], 3.0],
    "ragged arrays": lambda: (np.ones(2), [np.ones(3), 1.0], [[]]),
    "mixed": lambda: (np.ones((3, 2)), "text", generator()),
    "bytes": lambda: b"123",
    "a bytearray": lambda: bytearray(b"123"),
    "a memoryview": lambda: memoryview(b"123"),
    "an array of Python": lambda: array.array("d", [1.0, 2.0]),
    "half a character": lambda: "\ud800",
    "a long text": lambda: "x" * 10**6,
    "a series": lambda: LikeSeries([1.0, 2.0]),
    "series": lambda: (LikeSeries([1.0]), LikeSeries(["a"])),
    "series of anything": lambda: LikeSeries([object()]),
    "a namespace": lambda: types.SimpleNamespace(__array_interface__=3, shape=(1,)),
}
RESULTS |= {
    f"no {name} but {error.__name__}": lambda name=name, error=error: raising(name, error)
    for name in ["__array__", "__len__", "__eq__", "__repr__", "__bool__", "__iter__", "__float__", "__hash__"]
    for error in [RuntimeError, Own]
}


class Mute(Exception):
    def __str__(self):
        raise Own("no text")


class Unprintable(Exception):
    def __str__(self):
        return 3


ERRORS = {
    "sys.exit": SystemExit(3),
    "GeneratorExit": GeneratorExit(),
    "StopIteration": StopIteration(),
    "KeyboardInterrupt": KeyboardInterrupt(),
    "cancelled": asyncio.CancelledError(),
    "own": Own("of my own"),
    "group": BaseExceptionGroup("some", [Own("one"), ValueError("two")]),
    "mute": Mute(),
    "unprintable": Unprintable(),
    "half a character": ValueError("\udcff"),
    "a long text": ValueError("x" * 10**6),
    "memory": MemoryError(),
}


class Calls:
    """An object that can be called, and refuses all else."""

    def __call__(self, *args):
        return 1.0

    def __getattribute__(self, name):
        raise Own(name)


class Asks:
    def __call__(self, *args):
        return 1.0

    def __getattr__(self, name):
        return self


def answers(exercise):
    """Yield (what it does, a function): each result alone, as the last of several, and after a wrong one."""
    for what, make in RESULTS.items():
        yield what, lambda *args, make=make: make()
        if exercise.number in {"01.2", "06.3", "06.5"}:  # one case, or one that trains
            continue

        def last_of_several(*args, make=make):
            right = exercise.answer(*args)
            return (*right[:-1], make()) if isinstance(right, tuple) else make()

        def after_a_wrong_one(*args, make=make, calls=[]):  # noqa: B006
            calls.append(args)
            right = exercise.answer(*args)
            return 2 * right if len(calls) == 1 else make()

        yield f"{what}, the last of several", last_of_several
        yield f"{what}, after a wrong one", after_a_wrong_one
    for what, error in ERRORS.items():

        def raises(*args, error=error):
            raise error

        yield f"raises {what}", raises
    yield "an object that refuses", Calls()
    yield "an object with everything", Asks()


def fault_of(exercise, function):
    """Return what a check does wrong for a function that is wrong, or None."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        try:
            exec(f"check('{exercise.number}')", {"check": check, exercise.name: function})
        except BaseException:
            return traceback.format_exc(limit=-3)
    said = said.getvalue()
    good = "could not be checked" not in said and "Traceback" not in said and len(said) < 4000
    return None if good and said.encode() else said


def main():
    for exercise in every_exercise():
        if not sys.argv[1:] or exercise.number in sys.argv[1:]:
            print(exercise.number, exercise.name)
            for what, function in answers(exercise):
                if fault := fault_of(exercise, function):
                    print(f"  {what}: {fault}")


if __name__ == "__main__":
    main()

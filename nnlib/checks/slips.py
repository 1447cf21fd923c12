"""Runs the course's answer with one slip in it, to find the slip that gives the reader's results.

No code is changed. The arguments are arrays that see each operation done with them, and have one of them, known by its
place in the code, done in another way: a - for a +, another axis, an operand left out. Such a list of usual slips is
an error model (Singh, Gulwani, Solar-Lezama, Automated Feedback Generation for Introductory Programming
Assignments, 2013).
"""

import copy
import io
import sys
import warnings
from collections import Counter
from contextlib import redirect_stdout

import numpy as np

from nnlib.checks.settings import Settings

MOST = 400  # slips that are tried; each runs the first case, and the others where that one agrees
LARGEST = 5_000  # numbers in the arguments of a case; beyond, a check would take too long
SYMBOLS = {
    np.add: "+", np.subtract: "-", np.multiply: "*", np.divide: "/", np.power: "**", np.matmul: "@",
    np.greater: ">", np.greater_equal: ">=", np.less: "<", np.less_equal: "<=", np.equal: "==", np.not_equal: "!=",
}  # fmt: skip
OTHERS = {
    np.add: [np.subtract, np.multiply], np.subtract: [np.add], np.multiply: [np.divide, np.add],
    np.divide: [np.multiply], np.power: [np.multiply], np.matmul: [np.multiply],
    np.greater: [np.greater_equal, np.less], np.greater_equal: [np.greater, np.less_equal],
    np.less: [np.less_equal, np.greater], np.less_equal: [np.less, np.greater_equal],
    np.equal: [np.not_equal], np.not_equal: [np.equal],
    np.exp: [np.log], np.log: [np.exp, np.log2, np.log10], np.maximum: [np.minimum], np.sqrt: [np.square],
    np.tanh: [np.exp], np.square: [np.sqrt],
}  # fmt: skip
MISSING = {  # what is said where an operand is left out: the second one, then the first
    np.add: ("{} is not added", "{} is left out of a sum"),
    np.subtract: ("{} is not subtracted", "{} is missing, and only what is subtracted is left"),
    np.multiply: ("{}, a factor, is missing", "{}, a factor, is missing"),
    np.divide: ("nothing is divided by {}", "{} is missing above a `/`"),
    np.power: ("the power {} is missing", "only the exponent of {} is left"),
    np.matmul: ("nothing is multiplied by {} with `@`", "nothing is multiplied by {} with `@`"),
    np.maximum: ("`np.maximum` with {} is missing", "`np.maximum` with {} is missing"),
}
TWO_SIDED = {np.subtract, np.divide, np.power}
REDUCED = {
    "sum": ["mean", "max"], "mean": ["sum", "max"], "max": ["min", "sum", "mean"], "min": ["max"],
    "argmax": ["argmin", "max"], "argmin": ["argmax"], "any": ["all"], "all": ["any"], "var": ["std"], "std": ["var"],
}  # fmt: skip


def slip_of(fits, given, answer):
    """Return in words with which one slip the course's answer gives the reader's results, or nothing.

    fits: a function (number of the case, result) -> whether that is the reader's
    given: the arguments of each case, dicts by name;   answer: the course's own function
    """
    if any(_large(arguments) for arguments in given):
        return ""
    for place, says, named in _slips(given, answer)[:MOST]:
        results = (_result(answer, arguments, (place, says), named=named) for arguments in given)
        if all(result is not None and fits(i, result) for i, result in enumerate(results)):
            return f"the results are what comes out {says}{'' if place else ', each time'}"
    return ""


def _large(arguments):
    return sum(np.size(value) for value in arguments.values() if isinstance(value, np.ndarray)) > LARGEST


def _slips(given, answer):
    """Return (place, what to say, named) of each slip that all cases have; place is None for one at several places.

    named: whether numbers are called by their names: one that differs from case to case may be an argument or a length
    """
    found = {}
    for named in (False, True):
        seen = [{} for _ in given]
        for arguments, places in zip(given, seen, strict=True):
            _result(answer, arguments, seen=places, named=named)
        for place in dict.fromkeys(place for places in seen for place in places):
            said = [places[place] for places in seen if place in places]
            for says in said[0]:
                if all(says in others for others in said):
                    found.setdefault((place, says), named)
    counts = Counter((says, named) for (_, says), named in found.items())
    everywhere = [(None, *slip) for slip, places in counts.items() if places > 1]
    return [(*slip, named) for slip, named in found.items()] + everywhere


class Slipping(np.ndarray):
    """An array whose operations are seen, and one of them is done in another way.

    arguments: the plain ones of this case;   seen: {place in the code: what can be said of its slips}
    slip: the pair (place, what is said) of the one to be made, or None, at every place where that is None
    named: whether a number that is an argument or the length of one is called so;   name: which argument an array is
    """

    arguments, seen, slip, named, name = {}, None, None, False, ""

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        if ufunc is np.square and method == "__call__":  # which NumPy calls for x**2
            ufunc, inputs = np.power, (*inputs, 2)
        bare = [_bare(x) for x in inputs]
        if method != "__call__":
            return _wrapped(getattr(ufunc, method)(*bare, **options))
        how = _chosen(lambda: _ways(ufunc, bare, [_called(x) for x in inputs]))
        made = how() if how else ufunc(*bare, **options)
        if out is None:
            return _wrapped(made)
        _bare(out[0])[...] = made
        return out[0]

    def __array_function__(self, function, types, arguments, options):
        if function.__name__ in REDUCED:
            return _reduced(function.__name__, *arguments, **options)
        return _wrapped(function(*_bare(arguments), **_bare(options)))

    def transposed(self):
        how = _chosen(lambda: {"where a transpose, `.T`, is left out": lambda: _bare(self)} if self.ndim == 2 else {})
        return _wrapped(how() if how else _bare(self).T)

    T = property(transposed)


def _method(name):
    return lambda self, *arguments, **options: _reduced(name, self, *arguments, **options)


for _name in REDUCED:
    setattr(Slipping, _name, _method(_name))


def _result(answer, arguments, slip=None, *, seen=None, named=False):
    """What the answer gives for watched copies of the arguments; None where it raises."""
    mine = {}
    for name, value in copy.deepcopy(arguments).items():
        watch = isinstance(value, (float, np.floating)) or (
            isinstance(value, np.ndarray) and value.dtype.kind in "biuf"
        )
        mine[name] = np.asarray(value).view(Slipping) if watch else value
        if watch:
            mine[name].name = name
    Slipping.arguments, Slipping.seen, Slipping.slip, Slipping.named = arguments, seen, slip, named
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()), Settings():
            warnings.simplefilter("ignore")
            return _bare(answer(**mine))
    except KeyboardInterrupt:
        raise
    except BaseException:  # of shapes that no longer fit
        return None
    finally:
        Slipping.arguments, Slipping.seen, Slipping.slip = {}, None, None


def _chosen(ways):
    """Note the ways of the operation that is being done, and return the one that is to be taken, or None."""
    if Slipping.seen is None and Slipping.slip is None:
        return None
    frame = sys._getframe(2)
    while frame.f_code.co_filename == __file__:
        frame = frame.f_back
    place = frame.f_code, frame.f_lasti
    if Slipping.seen is not None:
        Slipping.seen.setdefault(place, list(ways()))
    elif Slipping.slip[0] in (None, place):
        return ways().get(Slipping.slip[1])
    return None


def _ways(ufunc, bare, called):
    """Return {what to say: another way} of an operation on one or two arrays or numbers."""
    shown = {f: f"`{SYMBOLS.get(f, 'np.' + f.__name__)}`" for f in [ufunc, *OTHERS.get(ufunc, [])]}
    before = f" before {called[1]}" if len(called) == 2 and called[1] and ufunc in SYMBOLS else ""
    ways = {
        f"with {shown[f]} in place of {shown[ufunc]}{before}": lambda f=f: f(*bare) for f in shown if f is not ufunc
    }
    if len(bare) == 1:
        return ways | {f"without {shown[ufunc]}": lambda: bare[0]}
    if ufunc in TWO_SIDED:
        ways[f"with the two sides of {shown[ufunc]} exchanged"] = lambda: ufunc(bare[1], bare[0])
    for k, side in [(1, "after"), (0, "before")]:
        if ufunc in MISSING:
            gone = MISSING[ufunc][1 - k].format(called[k] or "what was computed")
            ways[f"where {gone}"] = lambda k=k: bare[1 - k]
        for name, value in _replacements(bare[k], called[k]).items():
            ways[f"with {name} in place of {called[k]}, {side} {shown[ufunc]}"] = lambda k=k, value=value: ufunc(
                *[value if i == k else x for i, x in enumerate(bare)]
            )
    return ways


def _replacements(value, called):
    """Return {what it is called: number or array} for what may have come in place of a number or an argument."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        others = {"{} + 1": value + 1, "{} - 1": value - 1, "2 {}": 2 * value, "-{}": -value}
        if called[:1].isalpha():
            named = {name: n for n, name in _named().items() if n != value}
            return {how.format(called): n for how, n in others.items()} | named
        return {f"{n:g}": n for n in others.values() if n != value}
    others = Slipping.arguments.items() if called else ()
    return {name: other for name, other in others if name != called and np.shape(other) == np.shape(value)}


def _reduced(name, array, *arguments, **options):
    """Take a sum, a mean or the like, in the way that is to be taken."""
    bare, arguments, options = _bare(array), _bare(arguments), _bare(options)
    if arguments:
        options["axis"], *arguments = arguments

    def take(name, **options):
        return getattr(np, name)(bare, *arguments, **options)

    def ways():
        found = {}
        kept = {key: value for key, value in options.items() if key in ("axis", "keepdims", "ddof")}
        for other in REDUCED[name]:
            found[f"with `{other}` in place of `{name}`"] = lambda other=other: take(other, **kept)
        for key in options:
            rest = {other: value for other, value in options.items() if other != key}
            found[f"without `{key}={options[key]!r}` in `{name}`"] = lambda rest=rest: take(name, **rest)
        axis = options.get("axis")
        if isinstance(axis, int) and bare.ndim == 2:
            other = 1 - axis % 2
            found[f"with axis={other} in place of axis={axis}"] = lambda: take(name, **options | {"axis": other})
        return found | {f"where a `{name}` is left out": lambda: bare}

    how = _chosen(ways)
    return _wrapped(how() if how else take(name, **options))


def _called(value):
    """The name of an argument, or a number as it stands in the code; "" for what was computed."""
    if isinstance(value, Slipping):
        return value.name
    if Slipping.named and isinstance(value, int) and value in _named():
        return _named()[value]
    return f"{value:g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def _named():
    """The whole numbers that have a name in this case: arguments and lengths of arguments, {number: name}."""
    found = {}
    for name, value in Slipping.arguments.items():
        if isinstance(value, int):
            found.setdefault(value, name)
        elif np.ndim(value):
            found.setdefault(len(value), f"len({name})")
    return found


def _bare(value):
    """The same without the watch, also inside of lists, tuples and dicts."""
    if isinstance(value, dict):
        return {name: _bare(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_bare(part) for part in value)
    return value.view(np.ndarray) if isinstance(value, Slipping) else value


def _wrapped(value):
    if isinstance(value, (list, tuple)):
        return type(value)(_wrapped(part) for part in value)
    return np.asarray(value).view(Slipping) if isinstance(value, (np.ndarray, np.generic)) else value

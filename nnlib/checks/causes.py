"""Looks for what wrong results have to do with the right ones: a sign, a factor, a place, an order.

Each cause is a fact that holds for all results of all cases; what may lie behind it is asked, not claimed.
"""

import copy
import io
import warnings
from contextlib import redirect_stdout

import numpy as np

from nnlib.checks.results import plain, size, strange
from nnlib.checks.settings import Settings
from nnlib.checks.slips import slip_of

LARGEST = 100_000  # numbers; beyond, a check would take too long


def cause_of(mine, right, cases, names, answer, function, order=()):
    """Return in words what all results of a function have to do with the right ones, or nothing.

    mine, right: the results of both for each of the cases, tuples of arguments with these names; mine made plain
    answer, function: the course's own and the reader's, to be asked what they give for other arguments
    order: that in which several values are computed
    """
    if size(mine) > LARGEST or not all(map(_as_many, mine, right)):
        return ""
    given = [dict(zip(names, arguments, strict=False)) for arguments in cases]
    with np.errstate(all="ignore"):
        if isinstance(right[0], tuple):
            return _cause_of_several(mine, right, given, answer, order) or _not_used(given, answer, function)
        return (
            _facts(mine, right, given)
            or _as_if(mine, given, answer)
            or _not_used(given, answer, function)
            or slip_of(lambda k, result: _equals(mine[k], result), given, answer)
            or _weak_facts(mine, right, given)
        )


def _as_many(mine, right):
    """Whether there are as many values as are asked for, where several are."""
    if not isinstance(right, tuple):
        return True
    several = isinstance(mine, (tuple, list)) or np.ndim(mine) > 0
    return several and len(mine) == len(right)


def _facts(mine, right, given, looks=None):
    """Return the first of the facts that holds for the results, or nothing."""
    try:
        mine, right = [np.asarray(m) for m in mine], [np.asarray(r, float) for r in right]
    except (ValueError, TypeError):
        return ""
    if any(m.dtype.kind not in "biuf" for m in mine) or sum(m.size for m in mine) > LARGEST:
        return ""
    whole = all(m.dtype.kind in "iu" for m in mine)
    mine = [m.astype(float) for m in mine]
    if whole and _same(mine, [np.trunc(r) for r in right]):
        return "whole numbers lose what comes after the decimal point: is there an int, or an array of whole numbers?"
    for look in looks or (_not_finite, _formula, _argument, _factor, _length, _shape, _order):
        if says := look(mine, right, given):
            return says
    return ""


def _weak_facts(mine, right, given):
    """What says less about the cause, and is asked last."""
    return _facts(mine, right, given, (_scaled, _place))


def _cause_of_several(mine, right, given, answer, order):
    """The same for one of several values: the first wrong one, in the order in which they are computed."""
    count = len(right[0])
    columns, wanted = ([[result[i] for result in results] for i in range(count)] for results in (mine, right))
    wrong = [i for i in order or range(count) if not all(map(_equals, columns[i], wanted[i]))]
    taken = [next((j for j in range(count) if all(map(_equals, columns[i], wanted[j]))), None) for i in range(count)]
    if sorted(i for i in taken if i is not None) == list(range(count)):
        return "the values are right, but in another order"
    facts = [_facts(columns[i], wanted[i], given) for i in wrong]
    if len(wrong) == count and facts[0] and len(set(facts)) == 1:
        return "in all values, " + facts[0]
    says = _as_if(mine, given, answer)
    if not says and not facts[0]:
        says = slip_of(lambda k, result: _equals(mine[k], result), given, answer)
    if says:
        return says
    for i, fact in zip(wrong, facts, strict=True):
        which = f"value {i + 1} of {count}"
        if taken[i] is not None:
            return f"{which} is what value {taken[i] + 1} should be"
        alone = lambda *arguments, i=i: answer(*arguments)[i]  # noqa: E731
        says = fact or _as_if(columns[i], given, alone) or slip_of(_fits_value(columns[i], i), given, answer)
        if says := says or _weak_facts(columns[i], wanted[i], given):
            return f"{which}: {says}"
    return ""


def _fits_value(column, i):
    return lambda k, result: isinstance(result, tuple) and len(result) > i and _equals(column[k], result[i])


def _same(mine, right):
    return all(
        np.shape(m) == np.shape(r) and np.allclose(m, r, 1e-6, 1e-9, equal_nan=True)
        for m, r in zip(mine, right, strict=True)
    )


def _numbers(value):
    """An argument as an array of floats, or None."""
    if isinstance(value, (int, float, np.ndarray, np.number)) and np.asarray(value).dtype.kind in "biuf":
        return np.asarray(value, float)
    return None


def _not_finite(mine, right, given):
    values = np.concatenate([m.ravel() for m in mine])
    if not all(np.isfinite(r).all() for r in right) or np.isfinite(values).all():
        return ""
    if np.isnan(values).any():
        return "a result is nan, not a number: 0 / 0, inf / inf and inf - inf have no value"
    return "a result is infinite: is something divided by 0, or too large for exp?"


def _formula(mine, right, given):
    """Relations that need nothing but the right results."""
    if all((m == 0).all() for m in mine):
        return "every value is 0"
    formulas = [
        (lambda r: -r, "every value has the wrong sign: is something subtracted the wrong way round?"),
        (lambda r: 1 - r, "every value is 1 minus the right one: the opposite of what is asked"),
        (np.abs, "the sizes are right, but the signs are lost"),
        (lambda r: r**2, "every value is the square of the right one: is a root missing?"),
        (np.sqrt, "every value is the root of the right one"),
        (np.exp, "every value is exp of the right one: is a logarithm missing?"),
        (np.log, "every value is the logarithm of the right one"),
        (np.tanh, "every value is tanh of the right one: an activation too many?"),
        (lambda r: np.maximum(r, 0), "the negative values have become 0: is there a ReLU, or a maximum with 0?"),
        (lambda r: 1 / r, "every value is 1 divided by the right one: is a quotient the wrong way round?"),
        (np.rint, "every value is the right one, rounded to a whole number"),
        (lambda r: r.T, "the values are right, but rows and columns are exchanged: is something transposed?"),
        (lambda r: np.broadcast_to(r.sum(), r.shape), "every value is the sum of all the right ones"),
        (lambda r: np.broadcast_to(r.mean(), r.shape), "every value is the mean of all the right ones"),
    ]
    return next((says for formula, says in formulas if _same(mine, [formula(r) for r in right])), "")


def _argument(mine, right, given):
    """Relations between the results and an argument: one that came back, was left out, or came in twice."""
    for name in given[0]:
        values = [_numbers(arguments[name]) for arguments in given]
        if any(value is None for value in values):
            continue
        pairs = list(zip(right, values, strict=True))
        if _same(mine, values):
            return f"{name} comes back as it was given"
        changed = f"{name} changes by the right amount"
        try:
            formulas = [
                ([r - a for r, a in pairs], f"every value is too small by {name}: is {name} left out?"),
                ([r + a for r, a in pairs], f"every value is too large by {name}: is it added once too often?"),
                ([r * a for r, a in pairs], f"every value is {name} times the right one"),
                ([r / a for r, a in pairs], f"every value is too small by the factor {name}: is it left out?"),
                ([2 * a - r for r, a in pairs], f"{changed}, but the other way: is a sign turned?"),
            ]
        except ValueError:
            continue
        for wanted, says in formulas:
            if _same(mine, wanted):
                return says
        if all(m.shape == a.shape for m, a in zip(mine, values, strict=True)):
            moved = [m - a for m, a in zip(mine, values, strict=True)]
            says = _factor(moved, [r - a for r, a in pairs], given)
            if " times " in says or "factor" in says:
                return f"{name} changes, but not by the right amount: {says.replace('every value', 'its change')}"
    return ""


def _ratios(mine, right):
    """Return the factor of each case between results and right ones, or None where there is no single one."""
    if len(mine) != len(right) or any(m.shape != r.shape for m, r in zip(mine, right, strict=True)):
        return None
    ratios = []
    for m, r in zip(mine, right, strict=True):
        known = np.abs(r) > 1e-12
        if not np.allclose(m[~known], 0, atol=1e-9):
            return None
        if known.any():
            ratio = m[known] / r[known]
            if not np.allclose(ratio, ratio.flat[0], 1e-6):
                return None
            ratios.append(float(ratio.flat[0]))
        else:
            ratios.append(np.nan)
    everything = np.unique(np.concatenate([r.ravel().round(9) for r in right]))
    return np.array(ratios) if len(everything) > 1 and not np.isnan(ratios).any() else None


def _factor(mine, right, given):
    """The same factor everywhere, or one that is the length of something."""
    ratios = _ratios(mine, right)
    if ratios is None:
        shifts = [m - r for m, r in zip(mine, right, strict=True) if m.shape == r.shape]
        all_shifts = np.concatenate([shift.ravel() for shift in shifts]) if len(shifts) == len(mine) else np.zeros(0)
        if all_shifts.size > 1 and np.allclose(all_shifts, all_shifts[0], 1e-6) and len(mine) > 1:
            return f"every value is too {'large' if all_shifts[0] > 0 else 'small'} by {abs(all_shifts[0]):.6g}"
        return ""
    if len(ratios) > 1 and np.allclose(ratios, ratios[0]):
        return f"every value is {ratios[0]:.6g} times the right one: is a factor wrong, missing or one too many?"
    for what, sizes in _lengths(given):
        if len(ratios) > 1 and np.allclose(ratios, sizes):
            return f"every value is too large by the factor {what}: a sum in place of a mean?"
        if len(ratios) > 1 and np.allclose(ratios * sizes, 1):
            return f"every value is too small by the factor {what}: a mean in place of a sum, or divided twice?"
    return ""


def _lengths(given):
    """The lengths that the arguments have in each case, with what to call them."""
    for name in given[0]:
        arrays = [arguments[name] for arguments in given]
        if all(isinstance(array, np.ndarray) and array.ndim for array in arrays):
            yield f"len({name})", np.array([float(len(array)) for array in arrays])
            if all(array.ndim == 2 for array in arrays):
                yield f"{name}.shape[1]", np.array([float(array.shape[1]) for array in arrays])
                yield f"{name}.size", np.array([float(array.size) for array in arrays])


def _length(mine, right, given):
    """Lines that have one number too many or too few."""
    lines = all(m.ndim == r.ndim == 1 for m, r in zip(mine, right, strict=True))
    if not lines or all(m.shape == r.shape for m, r in zip(mine, right, strict=True)):
        return ""
    pairs = list(zip(mine, right, strict=True))
    for cut, where in [(slice(None, -1), "last"), (slice(1, None), "first")]:
        if _same(mine, [r[cut] for r in right]):
            return f"the {where} value is missing"
        if _same([m[cut] for m in mine], right):
            return f"there is one value too many, the {where} one"
    if len({len(m) - len(r) for m, r in pairs}) == 1:
        more = len(mine[0]) - len(right[0])
        return f"{abs(more)} {'values' if abs(more) > 1 else 'value'} too {'many' if more > 0 else 'few'}"
    return ""


def _shape(mine, right, given):
    """Results of another shape: not yet added up, added up along another axis, or one axis too many."""
    if all(m.shape == r.shape for m, r in zip(mine, right, strict=True)):
        return ""
    if _same([m.squeeze() for m in mine], [r.squeeze() for r in right]):
        m, r = next((m, r) for m, r in zip(mine, right, strict=True) if m.shape != r.shape)
        if m.ndim > r.ndim:
            return f"one axis too many, {m.shape} in place of {r.shape}: is there a keepdims, or an axis named?"
        return f"an axis of size 1 got lost, {m.shape} in place of {r.shape}: keepdims=True keeps it"
    for how, reduce in [("added up", np.sum), ("averaged", np.mean)]:
        for axis in (None, 0, 1):
            if all(m.ndim > (axis or 0) for m in mine) and _same([reduce(m, axis=axis) for m in mine], right):
                along = "" if axis is None else f" along axis {axis}"
                return f"your values are still to be {how}{along}"
    for m, r, arguments in zip(mine, right, given, strict=True):
        if m.shape == r.shape[::-1] != r.shape:
            return "rows and columns of the result are exchanged: is something transposed?"
        for name, array in arguments.items():
            if isinstance(array, np.ndarray) and array.ndim == 2 and m.ndim == r.ndim == 1:
                n, k = array.shape
                if n != k and {(m.size, r.size)} <= {(n, k), (k, n)}:
                    mine_, asked = ("row", "column") if m.size == n else ("column", "row")
                    return f"one number for each {mine_} of {name}, not for each {asked}: is it the wrong axis?"
        if not r.ndim and m.ndim:
            return f"one number is asked for, not {m.size}: are they to be added up or averaged, with no axis named?"
        if r.ndim and not m.ndim:
            return f"one number where {r.size} are asked for: without an axis, everything is taken together"
        if m.ndim != r.ndim:
            return f"{m.ndim} {'axis' if m.ndim == 1 else 'axes'} in place of {r.ndim}"
    return ""


def _order(mine, right, given):
    """The right values at other places."""
    turned = [(lambda r, axis=axis: np.flip(r, axis)) for axis in (0, -1)]
    if all(r.ndim for r in right):
        if any(_same(mine, [turn(r) for r in right]) for turn in turned):
            return "the right values in reverse order"
        for axis in (0, -1):
            if any(_same(mine, [np.roll(r, by, axis) for r in right]) for by in (1, -1)):
                return "the right values, each moved on by one place"
        if _same([np.sort(m, axis=None) for m in mine], [np.sort(r, axis=None) for r in right]):
            return "the right values in the wrong places"
    known = np.unique(np.concatenate([r.ravel() for r in right]))
    if len(known) <= 3 and sum(r.size for r in right) > 5:
        strange = np.setdiff1d(np.concatenate([m.ravel() for m in mine]), known)
        if strange.size:
            right_ones = " or ".join(f"{value:g}" for value in known)
            return f"every right result is {right_ones}, and yours is sometimes {strange[0]:.6g}"
    same_always = len(mine) > 1 and all(m.shape == mine[0].shape and np.allclose(m, mine[0]) for m in mine)
    if same_always and not all(r.shape == right[0].shape and np.allclose(r, right[0]) for r in right):
        return "the same result whatever the arguments are: are all of them used?"
    return ""


def _scaled(mine, right, given):
    """Rows or columns that are right but for a factor or a shift of their own."""
    pairs = list(zip(mine, right, strict=True))
    if any(m.shape != r.shape for m, r in pairs):
        return ""
    ratios = _ratios(mine, right)
    if ratios is not None and max(r.size for r in right) > 1:
        return f"in each case all values are too large or small by the same factor, {ratios[0]:.6g} in the first"
    if any(m.ndim != 2 or min(m.shape) < 2 for m, _ in pairs[:1]):
        return ""
    for axis, line in [(1, "row"), (0, "column")]:
        if all(_flat(m / r, axis) for m, r in pairs):
            return f"each {line} is right except for a factor of its own: what is it divided by?"
        if all(_flat(m - r, axis) for m, r in pairs):
            return f"each {line} is right except for one number that is added to it: what is it?"
    return ""


def _flat(values, axis):
    return np.isfinite(values).all() and np.allclose(values, values.mean(axis=axis, keepdims=True), 1e-6)


def _place(mine, right, given):
    """Where the wrong values stand, if that is something that one can name."""
    pairs = list(zip(mine, right, strict=True))
    if any(m.shape != r.shape for m, r in pairs):
        return ""
    wrong = [~np.isclose(m, r, 1e-6, 1e-9, equal_nan=True) for m, r in pairs]
    if not any(w.any() and not w.all() for w in wrong):
        return ""
    for name in given[0]:
        values = [_numbers(arguments[name]) for arguments in given]
        if any(v is None or v.shape != w.shape for v, w in zip(values, wrong, strict=True)):
            continue
        for what, test in [("0", lambda a: a == 0), ("negative", lambda a: a < 0), ("positive", lambda a: a > 0)]:
            if all((w == test(v)).all() for w, v in zip(wrong, values, strict=True)):
                return f"right except where {name} is {what}"
    if all(w.ndim == 1 for w in wrong):
        for end, where in [(-1, "last"), (0, "first")]:
            if all(w[end] and w.sum() == 1 for w in wrong if w.size > 1):
                return f"right except for the {where} value"
            if all(not w[end] and w.sum() == w.size - 1 for w in wrong if w.size > 1):
                return f"only the {where} value is right"
    if all((m[w] == 0).all() for m, w in zip(mine, wrong, strict=True)):
        return "every wrong value is 0"
    return ""


# What the course's answer gives for other arguments


def _as_if(mine, given, answer):
    """Return for which other arguments the results would be right, or nothing."""
    for says, change in _other_arguments(given[0]):
        others = (_call(answer, arguments, change) for arguments in given)
        if all(map(_equals, mine, others)):
            return says
    return ""


def _other_arguments(first):
    """Yield (what to say, a function that changes a dict of arguments) for what people do to one or two of them."""
    usable = [name for name, value in first.items() if _numbers(value) is not None]
    changes = [
        (lambda a: -a, "the results would be right for -{0} in place of {0}: is the sign of {0} turned?"),
        (lambda a: 0 * a, "the results would be right for {0} = 0: is {0} left out?"),
        (lambda a: 0 * a + 1, "the results would be right for {0} = 1: is {0} left out as a factor?"),
        (lambda a: 2 * a, "the results would be right for twice {0}"),
        (lambda a: a / 2, "the results would be right for half of {0}"),
        (lambda a: 1 / a, "the results would be right for 1 / {0}"),
        (lambda a: a**2, "the results would be right for the square of {0}"),
        (lambda a: a[::-1], "the results would be right for {0} in reverse order"),
        (lambda a: a.T, "the results would be right for {0} transposed"),
    ]
    one_off = [
        (lambda a: a + 1, "the results would be right for {0} + 1"),
        (lambda a: a - 1, "the results would be right for {0} - 1"),
    ]
    for name in usable:
        whole = isinstance(first[name], int)
        for change, says in [*changes, *one_off * whole]:
            yield says.format(name), lambda a, name=name, change=change: a | {name: change(a[name])}
    for name in usable:
        for other in usable:
            if name != other and np.shape(first[name]) == np.shape(first[other]):
                says = f"the results would be right with {other} in place of {name}"
                yield says, lambda a, name=name, other=other: a | {name: a[other]}
                if name < other:
                    says = f"the results would be right with {name} and {other} exchanged"
                    yield says, lambda a, name=name, other=other: a | {name: a[other], other: a[name]}


def _not_used(given, answer, function):
    """Return which argument changes the right results and not the reader's, or nothing."""
    for name, value in given[0].items():
        if _numbers(value) is None or np.asarray(value).dtype.kind != "f":
            continue
        used = wanted = False
        for arguments in given:
            for change in (lambda a: 1.5 * a + 0.25, lambda a: -a - 1):
                other = arguments | {name: change(arguments[name])}
                wanted = wanted or not _equals(_call(answer, arguments), _call(answer, other))
                used = used or not _equals(_call(function, arguments), _call(function, other))
        if wanted and not used:
            return f"the results do not depend on {name}: is it used?"
    return ""


class _Nothing(Exception):
    """Stands for the result of a call that raised."""


def _call(function, arguments, change=dict):
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()), Settings():
            warnings.simplefilter("ignore")
            result = plain(function(*copy.deepcopy(tuple(change(arguments).values()))))
    except BaseException:
        return _Nothing
    return _Nothing if strange(result) or size(result) > LARGEST else result


def _equals(one, other):
    if one is _Nothing or other is _Nothing:
        return one is other
    if isinstance(one, tuple) or isinstance(other, tuple):
        same_kind = isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)) and len(one) == len(other)
        return same_kind and all(_equals(a, b) for a, b in zip(one, other, strict=True))
    try:
        return _same([np.asarray(one, float)], [np.asarray(other, float)])
    except (ValueError, TypeError):
        return False

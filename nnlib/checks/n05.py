"""The exercises of notebook 05: a step, batches, shuffling, rates to try, momentum and Adam."""

import numpy as np

from nnlib.checks.engine import Exercise
from nnlib.checks.results import kind


def step(w, slope, lr):
    return w - lr * slope


def uphill(w, slope, lr):
    return w + lr * slope


def whole_slope(w, slope, lr):
    return w - slope


def sign_only(w, slope, lr):
    return w - lr * np.sign(slope)


def only_the_change(w, slope, lr):
    return -lr * slope


def rate_on_both(w, slope, lr):
    return lr * (w - slope)


def places():
    return [
        (0.0, -6.0, 0.1),
        (2.5, 4.0, 0.5),
        (np.array([1.0, -2.0, 0.5]), np.array([0.5, 0.25, -3.0]), 0.2),
    ]


def batch_rows(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


def drops_the_rest(n, batch_size, rng):
    return [rows for rows in batch_rows(n, batch_size, rng) if len(rows) == batch_size]


def draws_with_replacement(n, batch_size, rng):
    return [rng.integers(0, n, min(batch_size, n - start)) for start in range(0, n, batch_size)]


def in_order(n, batch_size, rng):
    return batch_rows(n, batch_size, None if rng is None else _Unmoved())


def same_order_always(n, batch_size, rng):
    return batch_rows(n, batch_size, np.random.default_rng(0))


def order_of_its_own(n, batch_size, rng):
    return batch_rows(n, batch_size, np.random.default_rng())


def shuffled_batches_only(n, batch_size, rng):
    rows = batch_rows(n, batch_size, _Unmoved())
    return [rows[k] for k in rng.permutation(len(rows))]


def yields(n, batch_size, rng):
    yield from batch_rows(n, batch_size, rng)


def returns_in_the_loop(n, batch_size, rng):
    return batch_rows(n, batch_size, rng)[0]


def as_many_as_fit(n, batch_size, rng):
    return np.array_split(rng.permutation(n), n // batch_size)


class _Unmoved:
    def permutation(self, n):
        return np.arange(n)


def epochs_of_rows():
    """One generator twice, and others: an order must come from the generator, and from nothing else."""
    return [(n, batch_size, np.random.default_rng(seed)) for n, batch_size, seed in EPOCHS]


EPOCHS = [(7, 3, 0), (12, 4, 1), (12, 4, 1), (12, 4, 2), (12, 4, 3), (200, 64, 4)]
SEEN = {}  # of the check that is running: what came for each case


def judge_batches(result, n, batch_size, rng):
    """Return what is wrong with one epoch of batches, also against the epochs before it, or None."""
    wanted = [min(batch_size, n - start) for start in range(0, n, batch_size)]
    call = f"batch_rows({n}, {batch_size}, rng)"
    if not isinstance(result, (list, tuple)):
        cause = {
            "a generator": ". `yield` hands over one batch at a time: collect them in a list and return it",
            kind(np.zeros(1)): ". Does the `return` stand inside the loop? Collect the batches in a list first",
        }.get(kind(result), "")
        return f"expected a list of arrays from {call}, got {kind(result)}{cause}"
    try:
        batches = [np.asarray(rows) for rows in result]
    except ValueError:
        return f"expected a list of arrays from {call}, got pieces that are not arrays"
    if any(rows.ndim != 1 or rows.dtype.kind not in "iu" for rows in batches):
        return f"expected each batch of {call} to be a line of row numbers, whole numbers of shape (rows,)"
    sizes = [len(rows) for rows in batches]
    everything = np.concatenate([*batches, np.zeros(0, int)])
    if sizes == [size for size in wanted if size == batch_size] != wanted:
        return (
            f"{call} gives batches of {sizes}, expected {wanted}. The rest is dropped: "
            "the last batch may be shorter, but no row may be lost"
        )
    blocks = all(np.array_equal(rows, np.arange(len(rows)) + rows[0]) for rows in batches if len(rows))
    if sorted(sizes) == sorted(wanted) and blocks and not np.array_equal(everything, np.arange(n)):
        return f"{call} shuffles whole batches: rows that are neighbours always stay together. Shuffle first, then cut"
    if sizes != wanted:
        return f"{call} gives batches of {sizes}, expected {wanted}: all of batch_size, and the last as long as is left"
    if everything.min() < 0 or everything.max() >= n:
        return f"{call} has a row {everything.max()}: the rows are numbered from 0 to {n - 1}"
    if len(np.unique(everything)) < n:
        left_out = n - len(np.intersect1d(everything, np.arange(n)))
        return (
            f"{call} leaves out {left_out} of the {n} rows and takes others twice. "
            "Every row has its turn once in an epoch: shuffle them, do not draw anew for each batch"
        )
    if np.array_equal(everything, np.arange(n)):
        return f"{call} gives the rows as they stand: the order has to be a new one, from rng"
    return judge_order(everything, n, rng, first=n == EPOCHS[0][0])


def judge_order(everything, n, rng, first):
    """The same generator must give the same order, another one another order; the first case forgets the rest."""
    if first:
        SEEN.clear()
    state = str(rng.bit_generator.state["state"])
    before = {other: rows for (other, rows_n), rows in SEEN.items() if rows_n == n}
    SEEN[state, n] = everything
    if state in before and not np.array_equal(before[state], everything):
        return "the order does not come from rng: the same generator gave two orders, so nobody could repeat your run"
    if any(other != state and np.array_equal(rows, everything) for other, rows in before.items()):
        return "every call gives the same order: draw it from the rng that you are given, and make none of your own"
    return None


def shuffle_together(X, y, rng):
    order = rng.permutation(len(X))
    return X[order], y[order]


def shuffle_apart(X, y, rng):
    return rng.permutation(X), rng.permutation(y)


def shuffle_inputs_only(X, y, rng):
    return X[rng.permutation(len(X))], y


def shuffle_nothing(X, y, rng):
    return X.copy(), y.copy()


def draw_pairs(X, y, rng):
    rows = rng.integers(0, len(X), len(X))
    return X[rows], y[rows]


def sort_by_label(X, y, rng):
    order = np.argsort(y, kind="stable")
    return X[order], y[order]


def shuffle_columns(X, y, rng):
    return X[:, rng.permutation(X.shape[1])], y


def same_pairs_always(X, y, rng):
    return shuffle_together(X, y, np.random.default_rng(42))


def pairs_of_its_own(X, y, rng):
    return shuffle_together(X, y, np.random.default_rng())


def turn_round(X, y, rng):
    return X[::-1], y[::-1]


def labelled():
    """In row k of X the first number is 10 k, so that each row says which one it was. One generator comes twice."""
    y = np.array([3, 1, 2, 0, 3, 2, 1, 0, 2])
    X = np.c_[10.0 * np.arange(9), np.arange(9) + 0.25, -np.ones(9)]
    many = np.random.default_rng(0).integers(0, 5, 60)
    wide = np.c_[10.0 * np.arange(60), -np.ones((60, 4))]
    return [(X, y, np.random.default_rng(3))] + [(wide, many, np.random.default_rng(seed)) for seed in [2, 2, 4]]


def judge_pairs(result, X, y, rng):
    """Return what is wrong with a shuffled pair, or None."""
    if not isinstance(result, (list, tuple)) or len(result) != 2:
        return "expected two arrays, X and y: return X[...], y[...]"
    try:
        new_X, new_y = map(np.asarray, result)
    except ValueError:
        return "expected two arrays, X and y, got pieces that are not arrays"
    if new_X.shape != X.shape or new_y.shape != y.shape:
        return f"expected shapes {X.shape} and {y.shape}, got {new_X.shape} and {new_y.shape}"
    if new_X.dtype.kind not in "iuf" or new_y.dtype.kind not in "iuf":
        return "expected the rows of X and the labels of y, got something else"
    rows = np.rint(new_X[:, 0] / 10).astype(int)
    if not all(0 <= row < len(X) and np.array_equal(X[row], new) for row, new in zip(rows, new_X, strict=True)):
        return "the rows of X have been changed inside: whole rows change places, columns stay"
    if len(np.unique(rows)) < len(X):
        return "some rows occur twice and others not at all: shuffle the rows, do not draw them"
    moved = not np.array_equal(rows, np.arange(len(X)))
    wrong = int((new_y != y[rows]).sum())
    if wrong and moved and np.array_equal(new_y, y):
        return f"y stayed where it was while X moved: {wrong} of {len(y)} rows have another row's label"
    if wrong:
        return f"{wrong} of {len(y)} rows have another row's label: X and y need one order, used for both"
    if not moved:
        return "nothing has moved: draw an order from rng, and use it"
    if np.array_equal(rows, np.arange(len(X))[::-1]):
        return "the rows are reversed, the last one first, in the same way every time: draw an order from rng"
    if (np.diff(new_y) >= 0).all():
        return "the pairs belong together, but they are sorted: the order has to come from rng"
    return judge_order(rows, len(X), rng, first=len(X) == 9)


def rates(low, high, n):
    return low * (high / low) ** (np.arange(n) / (n - 1))


def evenly_spaced(low, high, n):
    return np.linspace(low, high, n)


def exponents_expected(low, high, n):
    return np.logspace(low, high, n)


def stops_before_high(low, high, n):
    return low * (high / low) ** (np.arange(n) / n)


def misses_low(low, high, n):
    return low * (high / low) ** (np.arange(1, n + 1) / n)


def doubles(low, high, n):
    return low * 2.0 ** np.arange(n)


def tenfold(low, high, n):
    return low * 10.0 ** np.arange(n)


def spans():
    return [(1.0, 16.0, 3), (0.001, 10.0, 6), (0.02, 0.5, 9)]


def momentum_step(w, g, v, lr, mu):
    v = mu * v + g
    return w - lr * v, v


def forgets_velocity(w, g, v, lr, mu):
    return w - lr * g, mu * v + g


def uses_old_velocity(w, g, v, lr, mu):
    return w - lr * v, mu * v + g


def running_mean(w, g, v, lr, mu):
    v = mu * v + (1 - mu) * g
    return w - lr * v, v


def rate_inside(w, g, v, lr, mu):
    v = mu * v - lr * g
    return w + v, v


def rate_inside_other_sign(w, g, v, lr, mu):
    v = mu * v + lr * g
    return w - v, v


def keeps_all(w, g, v, lr, mu):
    v = v + g
    return w - lr * v, v


def mu_on_gradient(w, g, v, lr, mu):
    v = v + mu * g
    return w - lr * v, v


def nesterov(w, g, v, lr, mu):
    v = mu * v + g
    return w - lr * (g + mu * v), v


def uphill_with_velocity(w, g, v, lr, mu):
    v = mu * v + g
    return w + lr * v, v


def other_way_round(w, g, v, lr, mu):
    return momentum_step(w, g, v, lr, mu)[::-1]


def gradient_forgotten_too(w, g, v, lr, mu):
    v = mu * (v + g)
    return w - lr * v, v


def moving():
    return [
        (1.0, 4.0, 10.0, 0.1, 0.5),
        (np.array([1.0, -2.0]), np.array([0.5, 3.0]), np.zeros(2), 0.1, 0.9),
        (np.array([0.2, 0.4, -1.0]), np.array([1.0, -2.0, 0.25]), np.array([-3.0, 0.5, 2.0]), 0.03, 0.8),
    ]


def adam_step(w, g, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


def no_correction(w, g, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (np.sqrt(v) + eps), m, v


def only_v_corrected(w, g, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, g, m, v, t, lr, beta1, beta2, eps)
    return w - lr * m / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


def only_m_corrected(w, g, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, g, m, v, t, lr, beta1, beta2, eps)
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v) + eps), m, v


def eps_forgotten(w, g, m, v, t, lr, beta1, beta2, eps):
    return adam_step(w, g, m, v, t, lr, beta1, beta2, 0.0)


def adam_uphill(w, g, m, v, t, lr, beta1, beta2, eps):
    return adam_step(w, g, m, v, t, -lr, beta1, beta2, eps)


def eps_in_the_root(w, g, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, g, m, v, t, lr, beta1, beta2, eps)
    return w - lr * m / (1 - beta1**t) / np.sqrt(v / (1 - beta2**t) + eps), m, v


def t_plus_one(w, g, m, v, t, lr, beta1, beta2, eps):
    return adam_step(w, g, m, v, t + 1, lr, beta1, beta2, eps)


def t_less_one(w, g, m, v, t, lr, beta1, beta2, eps):
    return adam_step(w, g, m, v, np.float64(t - 1), lr, beta1, beta2, eps)


def betas_swapped(w, g, m, v, t, lr, beta1, beta2, eps):
    return adam_step(w, g, m, v, t, lr, beta2, beta1, eps)


def means_swapped(w, g, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, g, m, v, t, lr, beta1, beta2, eps)
    with np.errstate(all="ignore"):
        return w - lr * v / (1 - beta2**t) / (np.sqrt(m / (1 - beta1**t)) + eps), m, v


def no_root(w, g, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, g, m, v, t, lr, beta1, beta2, eps)
    return w - lr * m / (1 - beta1**t) / (v / (1 - beta2**t) + eps), m, v


def no_square(w, g, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g
    with np.errstate(all="ignore"):
        return w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


def corrected_kept(w, g, m, v, t, lr, beta1, beta2, eps):
    new, m, v = adam_step(w, g, m, v, t, lr, beta1, beta2, eps)
    return new, m / (1 - beta1**t), v / (1 - beta2**t)


def gradient_on_top(w, g, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, g, m, v, t, lr, beta1, beta2, eps)
    return w - lr * g / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


def brackets_forgotten(w, g, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, g, m, v, t, lr, beta1, beta2, eps)
    with np.errstate(all="ignore"):
        return w - lr * (m / 1 - beta1**t) / (np.sqrt(v / 1 - beta2**t) + eps), m, v


def beta_times_t(w, g, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, g, m, v, t, lr, beta1, beta2, eps)
    with np.errstate(all="ignore"):
        return w - lr * m / (1 - beta1 * t) / (np.sqrt(v / (1 - beta2 * t)) + eps), m, v


def power_forgotten(w, g, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, g, m, v, t, lr, beta1, beta2, eps)
    return w - lr * m / (1 - beta1) / (np.sqrt(v / (1 - beta2)) + eps), m, v


def eps_outside(w, g, m, v, t, lr, beta1, beta2, eps):
    _, m, v = adam_step(w, g, m, v, t, lr, beta1, beta2, eps)
    return w - lr * m / (1 - beta1**t) / np.sqrt(v / (1 - beta2**t)) + eps, m, v


def adds_in_full(w, g, m, v, t, lr, beta1, beta2, eps):
    m, v = beta1 * m + g, beta2 * v + g**2
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


def hats_of_the_old(w, g, m, v, t, lr, beta1, beta2, eps):
    new = w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return new, *adam_step(w, g, m, v, t, lr, beta1, beta2, eps)[1:]


def squares_of_the_mean(w, g, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * m**2
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


def remembering():
    rng = np.random.default_rng(0)
    some = [(rng.standard_normal(4), rng.standard_normal(4), rng.standard_normal(4), rng.random(4)) for _ in range(2)]
    return [
        (np.array([1.0, -1.0]), np.array([0.5, -4.0]), np.zeros(2), np.zeros(2), 1, 0.1, 0.9, 0.999, 1e-8),
        (*some[0], 3, 0.1, 0.5, 0.75, 0.1),
        (*some[1], 9, 0.01, 0.9, 0.99, 0.01),
    ]


EXERCISES = [
    Exercise(
        "05.1",
        "step",
        "one step downhill",
        step,
        places,
        wrong=(
            (uphill, "You went uphill: where the slope is positive, the smaller w is the lower one, so subtract"),
            (whole_slope, "The learning rate is missing: it decides which part of the slope is stepped"),
            (sign_only, "You took the sign of the slope only; where it is steep, the step is longer"),
            (only_the_change, "That is the change alone: add it to where you are, w"),
            (rate_on_both, "The rate multiplies w as well: it belongs to the slope alone"),
        ),
    ),
    Exercise(
        "05.2",
        "batch_rows",
        "cut an epoch into batches",
        batch_rows,
        epochs_of_rows,
        wrong=(
            (drops_the_rest, "The rest is dropped"),
            (as_many_as_fit, "all of batch_size, and the last as long as is left"),
            (draws_with_replacement, "do not draw anew for each batch"),
            (in_order, "gives the rows as they stand"),
            (shuffled_batches_only, "Shuffle first, then cut"),
            (same_order_always, "every call gives the same order"),
            (order_of_its_own, "the order does not come from rng"),
            (yields, "`yield` hands over one batch at a time"),
            (returns_in_the_loop, "Does the `return` stand inside the loop"),
        ),
        judge=judge_batches,
    ),
    Exercise(
        "05.3",
        "shuffle_together",
        "the shuffle bug",
        shuffle_together,
        labelled,
        wrong=(
            (shuffle_apart, "X and y need one order, used for both"),
            (shuffle_inputs_only, "y stayed where it was while X moved"),
            (shuffle_nothing, "nothing has moved"),
            (draw_pairs, "some rows occur twice"),
            (sort_by_label, "but they are sorted"),
            (shuffle_columns, "whole rows change places, columns stay"),
            (same_pairs_always, "every call gives the same order"),
            (turn_round, "the rows are reversed, the last one first"),
            (pairs_of_its_own, "the order does not come from rng"),
        ),
        judge=judge_pairs,
    ),
    Exercise(
        "05.4",
        "rates",
        "learning rates to try",
        rates,
        spans,
        wrong=(
            (
                evenly_spaced,
                "Yours are evenly spaced, so nearly all are large: each has to be the last one times the same factor",
            ),
            (exponents_expected, "np.logspace wants exponents, not the rates themselves; np.geomspace takes the rates"),
            (stops_before_high, "The last one stops short of high: from n rates there are n - 1 steps, not n"),
            (misses_low, "The first one has to be low itself, and there are n - 1 steps from it to high"),
            (doubles, "You double each time: the factor has to be such that the last rate is high"),
            (tenfold, "You multiply by ten each time: the factor has to be such that the last rate is high"),
        ),
    ),
    Exercise(
        "05.5",
        "momentum_step",
        "a step with momentum",
        momentum_step,
        moving,
        order=(1, 0),
        wrong=(
            (forgets_velocity, "The velocity is right, but w was moved by the gradient alone: step by the new v"),
            (uses_old_velocity, "You stepped by the old velocity: compute the new one first"),
            (running_mean, "That is a running mean, mu v + (1 - mu) g: here g is added in full"),
            (
                rate_inside,
                "You keep lr inside the velocity: here v is made of gradients only, and lr comes with the step",
            ),
            (
                rate_inside_other_sign,
                "You multiply g by lr too early: v is made of gradients only, and lr comes with the step",
            ),
            (keeps_all, "Your velocity never slows down: multiply the old one by mu before you add g"),
            (mu_on_gradient, "mu belongs to the old velocity, not to the new gradient"),
            (nesterov, "That is Nesterov's variant, with a look ahead; plain momentum steps by v"),
            (uphill_with_velocity, "You went uphill: the velocity adds up slopes, so subtract lr times it"),
            (other_way_round, "Both numbers are right, in the other order: return w first, then v"),
            (gradient_forgotten_too, "mu shrinks the old velocity only: the new gradient counts whole"),
        ),
    ),
    Exercise(
        "05.6",
        "adam_step",
        "Adam",
        adam_step,
        remembering,
        order=(1, 2, 0),
        wrong=(
            (no_correction, "The correction is missing: m and v start at 0, so divide them by 1 - beta**t first"),
            (only_v_corrected, "v is corrected but m is not: divide m by 1 - beta1**t, too"),
            (only_m_corrected, "m is corrected but v is not: divide v by 1 - beta2**t, before its root is taken"),
            (eps_forgotten, "eps is missing: it is added to the root, in the denominator"),
            (adam_uphill, "It goes uphill: the step has to be subtracted from w"),
            (eps_in_the_root, "Your eps is under the root: it is added to the root, after it has been taken"),
            (t_plus_one, "You count one step too many: t is 1 in the first step already"),
            (
                t_less_one,
                "You count from 0: with t - 1 the first correction divides by 0, and t is 1 in the first step",
            ),
            (betas_swapped, "The betas are swapped: beta1 belongs to m, beta2 to v"),
            (means_swapped, "m and v have changed places in the step: m is divided by the root of v"),
            (no_root, "The root is missing: v is a mean of squares"),
            (no_square, "The square is missing: v is a running mean of g**2"),
            (corrected_kept, "You hand back the corrected means: the memory keeps m and v as they are"),
            (brackets_forgotten, "Brackets are missing: m / 1 - beta1**t divides by 1, m / (1 - beta1**t) is meant"),
            (beta_times_t, "That is beta times t: the correction needs the power, 1 - beta**t"),
            (power_forgotten, "The power of t is missing: the correction is 1 - beta**t, and changes with each step"),
            (eps_outside, "Your eps is added at the very end: put brackets round (root + eps), below the line"),
            (adds_in_full, "The factors 1 - beta are missing: a running mean takes in only that share of the new"),
            (hats_of_the_old, "You corrected the old m and v: renew both first, then divide"),
            (gradient_on_top, "You stepped by g itself: the corrected running mean m takes its place"),
            (squares_of_the_mean, "v is the running mean of the squared gradients, g**2, not of m**2"),
        ),
    ),
]

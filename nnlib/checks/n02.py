"""The exercises of notebook 02: slopes of activations, formulas that survive ±1000, dead units."""

import numpy as np

from nnlib.checks.engine import Exercise


def tanh_slope(x):
    return 1 - np.tanh(x) ** 2


def slope_from_input(x):
    return 1 - x**2


def slope_of_sigmoid(x):
    y = np.tanh(x)
    return y * (1 - y)


def slope_without_square(x):
    return 1 - np.tanh(x)


def slope_of_tanh_twice(x):
    return 1 - np.tanh(np.tanh(x)) ** 2


def square_of_the_output(x):
    return np.tanh(x) ** 2


def difference_squared(x):
    return (1 - np.tanh(x)) ** 2


def measured_from_one_side(x):
    return (np.tanh(x + 1e-5) - np.tanh(x)) / 1e-5


def square_inside(x):
    return 1 - np.tanh(x**2)


def some_x():
    return [(np.array([-2.0, -0.5, 0.0, 0.5, 3.0]),), (np.array([[-4.0, 1.0, 2.0], [0.0, -0.25, 0.75]]),)]


def relu_slope(x):
    return (x > 0).astype(float)


def one_at_zero(x):
    return x >= 0


def mask_of_the_output(x):
    return np.maximum(x, 0) >= 0


def mask_times_input(x):
    return x * (x > 0)


def sign(x):
    return np.sign(x)


def relu_up_to_one(x):
    return np.minimum(np.maximum(x, 0), 1)


def half_at_zero(x):
    return np.heaviside(x, 0.5)


def stable_sigmoid(z):
    return 0.5 * np.tanh(0.5 * z) + 0.5


def overflows_on_the_other_side(z):
    with np.errstate(over="ignore", invalid="ignore"):
        return np.exp(z) / (1 + np.exp(z))


def right_half_only(z):
    return 1 / (1 + np.exp(-np.abs(z)))


def signs_swapped(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, e, 1) / (1 + e)


def tanh_of_all_z(z):
    return 0.5 * np.tanh(z) + 0.5


def tanh_not_moved_up(z):
    return np.tanh(z / 2)


def tanh_itself(z):
    return np.tanh(z)


def shifted_by_the_largest(z):
    z = z - z.max()
    return np.exp(z) / (1 + np.exp(z))


def clipped_at(limit):
    def clipped(z):
        return 1 / (1 + np.exp(-np.clip(z, -limit, limit)))

    clipped.__name__ = f"clipped_at_{limit}"
    return clipped


LIMITS = (5, 6, 8, 10, 12, 15, 16, 18, 20, 22, 25, 30, 32)  # at which people clip; beyond 36, a float has no room


def far_out():
    return [
        (np.array(z),) for z in ([0.0, 3.0, -3.0, 0.5], [-1000.0], [1000.0], [[-8.0, 1.0, 30.0], [-0.5, 2.0, -700.0]])
    ]


def stable_softmax(Z):
    exps = np.exp(Z - Z.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def no_maximum(Z):
    return np.exp(Z) / np.exp(Z).sum(axis=-1, keepdims=True)


def neither_maximum_nor_rows(Z):
    return np.exp(Z) / np.exp(Z).sum()


def maximum_of_all(Z):
    return no_maximum(Z - Z.max())


def sum_over_all(Z):
    exps = np.exp(Z - Z.max(axis=-1, keepdims=True))
    return exps / exps.sum()


def sum_over_columns(Z):
    exps = np.exp(Z - Z.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=0)


def maximum_and_sum_of_all(Z):
    exps = np.exp(Z - Z.max())
    return exps / exps.sum()


def shares_of_scores(Z):
    with np.errstate(all="ignore"):
        return Z / Z.sum(axis=-1, keepdims=True)


def all_over_columns(Z):
    return stable_softmax(Z.T).T


def no_quotient(Z):
    return np.exp(Z - Z.max(axis=-1, keepdims=True))


def divided_by_the_largest(Z):
    powers = np.exp(Z / Z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def scores():
    """Scores that wrong formulas answer without a warning, so that their values can be told apart.

    Below exp(-708) a float loses digits; a row that is moved by its mean or minimum overflows in the last case.
    """
    return [
        (np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 5.0]]),),
        (np.array([[-740.0, -741.5, -743.0]]),),
        (np.array([[700.0, 698.0], [-40.0, -41.5]]),),
        (np.array([[-20.0] * 99 + [700.0]]),),
    ]


def count_dead(Y):
    return int((Y <= 0).all(axis=0).sum())


def mask_of_the_dead(Y):
    return (Y <= 0).all(axis=0)


def count_zeros(Y):
    return int((Y <= 0).sum())


def count_silent_examples(Y):
    return int((Y <= 0).all(axis=1).sum())


def count_sometimes_silent(Y):
    return int((Y <= 0).any(axis=0).sum())


def count_in_first_example(Y):
    return int((Y[0] <= 0).sum())


def count_alive(Y):
    return int((Y > 0).any(axis=0).sum())


def share_dead(Y):
    return float((Y <= 0).all(axis=0).mean())


def count_small_means(Y):
    return int((Y.mean(axis=0) < 0.01).sum())


def count_small_maxima(Y):
    return int((Y.max(axis=0) < 0.1).sum())


def count_below_one(Y):
    return int((Y.astype(int) == 0).all(axis=0).sum())


def outputs():
    """The last one has units that are alive by small numbers only, or by one example."""
    rng = np.random.default_rng(0)
    Z = rng.standard_normal((40, 9)) - np.array([0, 0, 9, 0, 1, 0, 9, 1, 9])
    Z[7] = -1
    small = np.array([[0.0, 2.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 3.0, 1.0], [0.0, 1.0, 0.0, 0.0, 2.0]])
    alive = np.zeros((200, 6))
    alive[:, 0], alive[120, 1], alive[::10, 2], alive[199, 3] = 0.05, 1e-6, 0.5, 9.0
    return [(small,), (np.maximum(Z, 0),), (np.maximum(rng.standard_normal((60, 4)), 0),), (alive,)]


EXERCISES = [
    Exercise(
        "02.1",
        "tanh_slope",
        "the slope of tanh",
        tanh_slope,
        some_x,
        wrong=(
            (slope_from_input, "You squared x: the formula wants the square of the output, y = tanh(x)"),
            (slope_of_sigmoid, "y (1 - y) is the slope of the sigmoid; that of tanh is in the table above, 1 less y²"),
            (slope_without_square, "The square is missing: it is y², not y, that is taken away from 1"),
            (square_of_the_output, "That is y² itself; the slope is what y² lacks to 1"),
            (difference_squared, "You squared the difference: square y alone, then take that away from 1"),
            (
                measured_from_one_side,
                "That is measured from one side, and a little off; the formula needs no step at all",
            ),
            (slope_of_tanh_twice, "You took tanh twice: once is enough to get from x to y"),
            (square_inside, "You squared x, before the tanh: it is y = tanh(x) that is squared"),
        ),
    ),
    Exercise(
        "02.2",
        "relu_slope",
        "the slope of ReLU",
        relu_slope,
        some_x,
        wrong=(
            (one_at_zero, "All is right but 0, where we take the slope as 0: > in place of >="),
            (
                mask_of_the_output,
                "Your slope is 1 everywhere: max(x, 0) is never below 0, so >= 0 is always true of it",
            ),
            (mask_times_input, "That is ReLU itself, x times the mask: its slope is the mask alone"),
            (sign, "Left of 0 ReLU is flat: its slope there is 0, not -1"),
            (relu_up_to_one, "Between 0 and 1 yours still climbs: the slope is 1 as soon as x is above 0"),
            (half_at_zero, "0.5 at 0 is what the difference quotient says, from both sides; we take 0 there"),
        ),
    ),
    Exercise(
        "02.3",
        "stable_sigmoid",
        "stable sigmoid",
        stable_sigmoid,
        far_out,
        wrong=(
            (
                overflows_on_the_other_side,
                "You moved the problem to the other side: now exp(1000) overflows, and inf / inf is nan",
            ),
            (right_half_only, "|z| forgets the sign of z: left of 0 the sigmoid is 1 minus what it is at -z"),
            (signs_swapped, "The two signs are swapped: your curve falls, the sigmoid rises"),
            (tanh_of_all_z, "It bends in the right places but twice as fast: is it tanh of z, or of z / 2?"),
            (tanh_not_moved_up, "tanh lies between -1 and 1, the sigmoid between 0 and 1: halve it and move it up"),
            *(
                (
                    clipped_at(limit),
                    f"Your z is clipped at {limit}, where the sigmoid still moves: at -700 it is nearer to 0 than at "
                    f"-{limit}",
                )
                for limit in LIMITS
            ),
            (tanh_itself, "tanh runs from -1 to 1, the sigmoid from 0 to 1"),
            (shifted_by_the_largest, "A shift does not cancel here, as it does in softmax: each number is on its own"),
        ),
        rtol=1e-12,
        atol=2e-15,  # half a tanh plus a half is right to that, near 0
    ),
    Exercise(
        "02.4",
        "stable_softmax",
        "stable softmax",
        stable_softmax,
        scores,
        wrong=(
            (
                no_maximum,
                "No maximum was subtracted: exp runs out of digits far below 0, and overflows far above it",
            ),
            (
                neither_maximum_nor_rows,
                "That is naive_softmax: no maximum is subtracted, and its sum runs over all rows together",
            ),
            (
                maximum_of_all,
                "You subtracted the largest score of all rows: a row far below it runs out of digits. "
                "Each row has a maximum of its own",
            ),
            (sum_over_all, "You divided by the sum over everything: each row must sum to 1, not the whole array"),
            (
                maximum_and_sum_of_all,
                "Maximum and sum run over all rows together: with axis=-1 and keepdims=True each row has its own",
            ),
            (shares_of_scores, "You divided the scores themselves: take exp of them first"),
            (
                sum_over_columns,
                "The sum ran down the columns (axis=0): the scores of one example stand in a row (axis=1)",
            ),
            (all_over_columns, "Your columns sum to 1: the scores of one example stand in a row, so take axis=1"),
            (no_quotient, "The division is missing: the powers of a row still have to be divided by their sum"),
            (divided_by_the_largest, "You divided by the largest score: only what is subtracted cancels"),
        ),
    ),
    Exercise(
        "02.5",
        "count_dead",
        "count dead units",
        count_dead,
        outputs,
        wrong=(
            (mask_of_the_dead, "That says of each unit whether it is dead; count the True among them"),
            (count_zeros, "You counted every 0 in Y: a unit is dead only if its whole column is 0"),
            (
                count_silent_examples,
                "You counted rows: a row is an example for which all units are silent; a unit is a column",
            ),
            (count_sometimes_silent, "A unit that is silent for some examples is alive: all of them, not any"),
            (count_in_first_example, "You asked the first example only: a dead unit is silent for every one"),
            (
                count_small_means,
                "A small mean does not make a unit dead: if it answers a single example a little, it is alive",
            ),
            (count_small_maxima, "A small number is not 0: a unit that answers a little is alive"),
            (count_below_one, "astype(int) turns everything below 1 into 0: compare the numbers themselves with 0"),
            (count_alive, "You counted the units that are alive"),
            (share_dead, "That is the share of dead units; asked is their number"),
        ),
    ),
]

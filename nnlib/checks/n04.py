"""The exercises of notebook 04: gradients on a graph, through a layer, through the loss; checking; two bugs."""

import numpy as np

from nnlib import softmax
from nnlib.checks.engine import Exercise
from nnlib.gradcheck import numerical_gradient


def gradients(a, b, c):
    u, v = a * b, a + c
    return v * b + u, v * a, u


def only_through_v(a, b, c):
    u, v = a * b, a + c
    return u, v * a, u


def only_through_u(a, b, c):
    u, v = a * b, a + c
    return v * b, v * a, u


def mean_of_both_ways(a, b, c):
    u, v = a * b, a + c
    return (v * b + u) / 2, v * a, u


def both_ways_multiplied(a, b, c):
    u, v = a * b, a + c
    return v * b * u, v * a, u


def local_derivatives_alone(a, b, c):
    return b + 1, a, 1.0


def own_factor(a, b, c):
    u, v = a * b, a + c
    return u * b + v, u * a, v


def from_c_to_a(a, b, c):
    return gradients(a, b, c)[::-1]


def three_numbers():
    return [(2.0, 3.0, 1.0), (-1.0, 2.0, 0.5), (0.5, -3.0, 2.0)]


def dense_backward(X, W, dY):
    return X.T @ dY, dY.sum(axis=0), dY @ W.T


def weights_transposed(X, W, dY):
    return dY.T @ X, dY.sum(axis=0), dY @ W.T


def inputs_transposed(X, W, dY):
    return X.T @ dY, dY.sum(axis=0), W @ dY.T


def bias_by_mean(X, W, dY):
    return X.T @ dY, dY.mean(axis=0), dY @ W.T


def everything_by_mean(X, W, dY):
    return X.T @ dY / len(X), dY.mean(axis=0), dY @ W.T


def bias_along_rows(X, W, dY):
    return X.T @ dY, dY.sum(axis=1), dY @ W.T


def bias_one_number(X, W, dY):
    return X.T @ dY, dY.sum(), dY @ W.T


def bias_not_summed(X, W, dY):
    return X.T @ dY, dY, dY @ W.T


def bias_as_a_table(X, W, dY):
    return X.T @ dY, dY.sum(axis=0, keepdims=True), dY @ W.T


def bias_last(X, W, dY):
    return X.T @ dY, dY @ W.T, dY.sum(axis=0)


def bias_of_the_first_example(X, W, dY):
    return X.T @ dY, dY[0], dY @ W.T


def layers():
    rng = np.random.default_rng(0)
    X = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 1.0], [3.0, 1.0, 0.0], [1.0, 2.0, 1.0]])
    W = np.array([[1.0, -1.0], [0.0, 2.0], [2.0, 1.0]])
    dY = np.array([[1.0, 0.0], [2.0, -1.0], [0.0, 3.0], [1.0, 1.0]])
    sizes = [(3, 3, 3), (1, 4, 2), (7, 2, 5)]  # n, n_in, n_out; in the first one no shape tells of a transpose
    more = [
        (rng.standard_normal((n, i)), rng.standard_normal((i, o)), rng.standard_normal((n, o))) for n, i, o in sizes
    ]
    return [(X, W, dY), *more]


def cross_entropy_gradient(logits, labels):
    dZ = softmax(logits)
    dZ[np.arange(len(labels)), labels] -= 1
    return dZ / len(labels)


def one_hot_of(logits, labels):
    return np.eye(logits.shape[1])[labels]


def no_mean(logits, labels):
    return softmax(logits) - one_hot_of(logits, labels)


def mean_of_one_part(logits, labels):
    return softmax(logits) / len(labels) - one_hot_of(logits, labels)


def mean_over_everything(logits, labels):
    return no_mean(logits, labels) / logits.size


def mean_over_classes(logits, labels):
    return no_mean(logits, labels) / logits.shape[1]


def uphill_and_down(logits, labels):
    return -cross_entropy_gradient(logits, labels)


def nothing_subtracted(logits, labels):
    return softmax(logits) / len(labels)


def label_subtracted(logits, labels):
    return (softmax(logits) - np.asarray(labels)[:, np.newaxis]) / len(labels)


def columns_of_all_rows(logits, labels):
    P = softmax(logits)
    P[:, labels] -= 1
    return P / len(labels)


def without_softmax(logits, labels):
    return (logits - one_hot_of(logits, labels)) / len(labels)


def softmax_of_columns(logits, labels):
    return (softmax(logits.T).T - one_hot_of(logits, labels)) / len(labels)


def naive_softmax(logits, labels):
    with np.errstate(all="ignore"):
        powers = np.exp(logits)
        return (powers / powers.sum(axis=1, keepdims=True) - one_hot_of(logits, labels)) / len(labels)


def classes_of_this_batch(logits, labels):
    return (softmax(logits) - np.eye(labels.max() + 1)[labels]) / len(labels)


def the_loss(logits, labels):
    with np.errstate(all="ignore"):
        return -np.log(softmax(logits)[np.arange(len(labels)), labels]).mean()


def one_added(logits, labels):
    return (softmax(logits) + one_hot_of(logits, labels)) / len(labels)


def minus_one_at_the_label(logits, labels):
    P = softmax(logits)
    P[np.arange(len(labels)), labels] = -1
    return P / len(labels)


def scores_and_labels():
    rng = np.random.default_rng(0)
    small = np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 5.0]])
    return [
        (small, np.array([1, 2])),
        (np.array([[1.0, 0.0], [2.0, -1.0]]), np.array([0, 0])),  # the last class does not occur
        (rng.standard_normal((5, 4)), np.array([0, 3, 3, 1, 2])),
        (np.array([[1000.0, 0.0], [0.0, 1000.0], [-1000.0, -1001.0]]), np.array([1, 1, 0])),
    ]


def one_sided(f, x, h=1e-5):
    gradient, before = np.zeros_like(x), f()
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        gradient[index] = (f() - before) / h
        x[index] = kept
    return gradient


def run_of_one_step(f, x, h=1e-5):
    return 2 * numerical_gradient(f, x, h)


def times_h(f, x, h=1e-5):
    return h * h * numerical_gradient(f, x, h)


def difference_alone(f, x, h=1e-5):
    return 2 * h * numerical_gradient(f, x, h)


def step_of_its_own(f, x, h=1e-5):
    return numerical_gradient(f, x)


def left_behind(f, x, h=1e-5):
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        x[index] += h
        above = f()
        x[index] -= 2 * h
        gradient[index] = (above - f()) / (2 * h)
    return gradient


def by_plus_and_minus(f, x, h=1e-5):
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        x[index] += h
        above = f()
        x[index] -= 2 * h
        gradient[index] = (above - f()) / (2 * h)
        x[index] += h
    return gradient


def moves_a_copy(f, x, h=1e-5):
    return numerical_gradient(f, x.copy(), h)


def one_slope_for_all(f, x, h=1e-5):
    kept = x.copy()
    x[...] = kept + h
    above = f()
    x[...] = kept - h
    below = f()
    x[...] = kept
    return (above - below) / (2 * h)


def moves_everything(f, x, h=1e-5):
    return np.full(x.shape, one_slope_for_all(f, x, h))


def moves_whole_rows(f, x, h=1e-5):
    gradient = np.zeros_like(x)
    for i in range(len(x)):
        kept = x[i].copy()
        x[i] = kept + h
        above = f()
        x[i] = kept - h
        below = f()
        x[i] = kept
        gradient[i] = (above - below) / (2 * h)
    return gradient


def keeps_a_view(f, x, h=1e-5):
    gradient = np.zeros_like(x)
    for i in range(len(x)):
        kept = x[i]
        x[i] = kept + h
        above = f()
        x[i] = kept - h
        below = f()
        x[i] = kept
        gradient[i] = (above - below) / (2 * h)
    return gradient


class Cost:
    """A number that depends on the array that it was made with, as a loss depends on its weights."""

    def __init__(self, text, formula, x):
        self.text, self.formula, self.x = text, formula, x

    def __call__(self):
        return self.formula(self.x)

    def __repr__(self):
        return f"f() = {self.text}"


def sum_of_cubes(x):
    return (x**3).sum()


def sum_of_exponentials(x):
    return np.exp(3 * x).sum()


def product_of_all(x):
    return np.exp(x.sum())


def costs():
    """Each with the x that it looks at: a check copies both together, so that they stay a pair.

    The tables hold numbers for which (x + h) - h is x exactly, so that keeps_a_view is known by its slopes.
    """
    arrays = np.array([1.0, 2.0]), np.array([[0.25, -1.0, 0.75], [1.0, 0.0, -0.25]]), np.array([[1.0], [-0.5]])
    texts = ["sum of x³", "sum of exp(3x)", "exp(sum of x)"]
    formulas = [sum_of_cubes, sum_of_exponentials, product_of_all]
    pairs = [(Cost(*made), made[2]) for made in zip(texts, formulas, arrays, strict=True)]
    again = np.array([1.0, 2.0])
    return [*pairs, (Cost(texts[0], sum_of_cubes, again), again, 0.5)]  # the last one with an h of its own


def bias_gradient(dZ):
    return dZ.mean(axis=0)


def one_number_for_all(dZ):
    return 1 / len(dZ) * np.sum(dZ)


def one_number_copied(dZ):
    return np.full(dZ.shape[1], 1 / len(dZ) * np.sum(dZ))


def sum_without_n(dZ):
    return dZ.sum(axis=0)


def one_for_each_example(dZ):
    return dZ.sum(axis=1) / len(dZ)


def mean_of_a_row(dZ):
    return dZ.mean(axis=1)


def divided_by_units(dZ):
    return dZ.sum(axis=0) / dZ.shape[1]


def divided_twice(dZ):
    return dZ.mean(axis=0) / len(dZ)


def kept_as_a_table(dZ):
    return dZ.mean(axis=0, keepdims=True)


def without_signs(dZ):
    return np.abs(dZ).mean(axis=0)


def pushes():
    rng = np.random.default_rng(0)
    return [
        (np.array([[1.0, 2.0], [3.0, 4.0], [-1.0, 0.0]]),),
        (rng.standard_normal((4, 4)),),
        (rng.standard_normal((6, 3)),),
    ]


def relu_backward(dY, Y):
    return dY * (Y > 0)


def always_true(dY, Y):
    return dY * (Y >= 0)


def mask_alone(dY, Y):
    return (Y > 0).astype(float)


def mask_of_the_push(dY, Y):
    return dY * (dY > 0)


def relu_of_the_push(dY, Y):
    return dY * (dY > 0) * (Y > 0)


def times_the_output(dY, Y):
    return dY * Y


def the_other_half(dY, Y):
    return dY * (Y <= 0)


def rectified():
    rng = np.random.default_rng(0)
    small = np.array([[1.0, -2.0, 3.0], [-4.0, 5.0, 6.0]]), np.array([[0.5, 2.0, 0.0], [1.5, 0.0, 3.0]])
    return [small, (rng.standard_normal((5, 4)), np.maximum(rng.standard_normal((5, 4)), 0))]


EXERCISES = [
    Exercise(
        "04.1",
        "gradients",
        "gradients on another graph",
        gradients,
        three_numbers,
        wrong=(
            (
                only_through_v,
                "For a you have the way through v alone: a goes into u as well, and what comes back on both ways "
                "adds up. Was the first amount overwritten by the second?",
            ),
            (
                only_through_u,
                "For a you have the way through u alone: a goes into v as well, and what comes back on both ways "
                "adds up. Was the first amount overwritten by the second?",
            ),
            (mean_of_both_ways, "You took the mean of the two ways from a to L: both act at once, so they add up"),
            (
                both_ways_multiplied,
                "You multiplied the two ways from a to L: local derivatives multiply along one way, and ways add up",
            ),
            (
                local_derivatives_alone,
                "These are the local derivatives: multiply each by the gradient of the node that it leads to",
            ),
            (
                own_factor,
                "In L = u v, the derivative with respect to u is the other factor, v; that with respect to v is u",
            ),
            (from_c_to_a, "All three are right, in the order of the walk back: return them as a, b, c"),
        ),
    ),
    Exercise(
        "04.2",
        "dense_backward",
        "backward through a layer",
        dense_backward,
        layers,
        wrong=(
            (
                weights_transposed,
                "Your dW lies on its side: it has the shape of W, (n_in, n_out), so Xᵀ stands on the left",
            ),
            (inputs_transposed, "Your dX lies on its side: it has the shape of X, (n, n_in), so dY stands on the left"),
            (
                bias_by_mean,
                "You took the mean for db: b acts on every example, and the amounts add up. The 1/n of a mean loss "
                "is in dY already",
            ),
            (
                everything_by_mean,
                "You divided by n: the 1/n of a mean loss is in dY already, and would come in a second time",
            ),
            (bias_along_rows, "Your db has one number for each example: a sum down the rows, axis=0, keeps the units"),
            (bias_one_number, "Your db is one number for the whole layer: each unit has a bias of its own"),
            (bias_not_summed, "Your db is dY itself: one bias acts on all rows, so its row is the sum of them all"),
            (bias_as_a_table, "db has the shape of b, (n_out,): leave out keepdims"),
            (bias_last, "All three are right, in another order: return dW, db, dX"),
            (bias_of_the_first_example, "dL/db is the sum over all examples, and yours is that of the first one"),
        ),
    ),
    Exercise(
        "04.3",
        "cross_entropy_gradient",
        "p less y, for a batch",
        cross_entropy_gradient,
        scores_and_labels,
        wrong=(
            (no_mean, "The loss is a mean over the batch, so 1/n is missing: these are the gradients of the sum"),
            (mean_of_one_part, "Only p was divided by n: the 1 that you subtract belongs into the mean as well"),
            (
                mean_over_everything,
                "You divided by the number of all entries: the mean runs over the n examples, not over the classes",
            ),
            (mean_over_classes, "You divided by the number of classes: n is the number of examples, len(labels)"),
            (uphill_and_down, "The sign is the other one: it is p less the one-hot row, not the other way round"),
            (nothing_subtracted, "This is p / n: take 1 away from p in the column of each right class first"),
            (
                label_subtracted,
                "You subtracted the label as a number from its whole row: its one-hot row is meant, a 1 in one column",
            ),
            (
                columns_of_all_rows,
                "P[:, labels] takes 1 away in those columns of every row: P[np.arange(n), labels] picks one entry "
                "of each row",
            ),
            (without_softmax, "You took the scores for probabilities: p is the softmax of the scores"),
            (softmax_of_columns, "Your softmax runs down the columns: the scores of one example stand in a row"),
            (
                classes_of_this_batch,
                "The largest label plus one is too few classes where the last class does not occur in the batch: "
                "take logits.shape[1]",
            ),
            (the_loss, "This is the loss itself: its gradient is asked for, a number for each score"),
            (naive_softmax, "Your softmax overflows at scores of 1000: subtract the largest score of each row first"),
            (one_added, "You added 1 at the label: it is p less y, so subtract it"),
            (minus_one_at_the_label, "You wrote -1 over the probability of the label: subtract 1 from it, -="),
        ),
    ),
    Exercise(
        "04.4",
        "numerical_gradient",
        "a gradient without a formula",
        numerical_gradient,
        costs,
        wrong=(
            (
                one_sided,
                "You stepped to one side only: its error is about h, that of the step to both sides about h times h",
            ),
            (run_of_one_step, "Everything is twice too large: from x - h to x + h the run is 2h"),
            (times_h, "Brackets: a / 2 * h divides by 2 and then multiplies by h; (2 * h) is meant"),
            (difference_alone, "This is the rise: divide it by the run, 2h"),
            (left_behind, "changes its input x in place: keep the old value"),
            (by_plus_and_minus, "`+= h` and then `-= h` does not lead back"),
            (
                moves_a_copy,
                "Every slope is 0. Did you move a copy? f() looks at x itself: move an entry of x, and put it back",
            ),
            (moves_everything, "You moved all entries at once: that is one slope for all of them; move one at a time"),
            (one_slope_for_all, "You moved all entries at once: one slope for each entry is asked for"),
            (step_of_its_own, "h is an argument: you took a step of your own, whatever h says"),
            (
                moves_whole_rows,
                "You moved a whole row at once: np.ndindex(x.shape) goes through single entries in any shape",
            ),
            (
                keeps_a_view,
                "In a table, x[i] is a whole row, and `kept = x[i]` a view that changes with it: np.ndindex(x.shape) "
                "goes through single entries",
            ),
        ),
        put_back="keep the old value, `kept = x[index]`, and put that back when you are done. `+= h` and then `-= h` "
        "does not lead back exactly, because each is rounded",
    ),
    Exercise(
        "04.5",
        "bias_gradient",
        "a published rule, mended",
        bias_gradient,
        pushes,
        wrong=(
            (
                one_number_for_all,
                "This is the published rule: np.sum without an axis adds up everything, one number for the whole layer",
            ),
            (
                one_number_copied,
                "You copied the one number of the published rule to every unit: the shape is right now, but each "
                "unit still gets the gradients of all the others",
            ),
            (sum_without_n, "The sum is right and 1/n is missing: here dZ holds p - y, not yet divided by n"),
            (one_for_each_example, "You have a number for each example: sum down the rows, with axis=0"),
            (mean_of_a_row, "You took the mean of each row: a row is an example, and a bias belongs to a column"),
            (divided_twice, "You divided by n twice: a mean does it once already"),
            (kept_as_a_table, "One number for each unit, shape (units,): leave out keepdims"),
            (divided_by_units, "You divided by the number of units: n is the number of examples, len(dZ)"),
            (
                without_signs,
                "Without their signs, gradients that pull in opposite directions no longer cancel: leave abs out",
            ),
        ),
    ),
    Exercise(
        "04.6",
        "relu_backward",
        "the way back through ReLU",
        relu_backward,
        rectified,
        wrong=(
            (
                always_true,
                "This is the published mask: Y is never below 0, so Y >= 0 is always true and dY passes unchanged",
            ),
            (mask_alone, "That is the slope of ReLU: it still has to be multiplied by what arrives, dY"),
            (mask_of_the_push, "Your mask asks dY: what decides is whether the unit answered, Y > 0"),
            (
                relu_of_the_push,
                "You cut off negative dY as well: a push may have either sign, and only the silent units stop it",
            ),
            (times_the_output, "You multiplied by Y: where a unit answers, the slope of ReLU is 1, however large Y is"),
            (the_other_half, "Your mask is the wrong way round: it lets through what the silent units should stop"),
        ),
    ),
]

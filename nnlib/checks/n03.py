"""The exercises of notebook 03: a layer, errors of shape, parameters, initial weights, the loss, a bump."""

import math
from itertools import pairwise

import numpy as np

from nnlib.checks.engine import Exercise, Fault
from nnlib.checks.results import kind


def dense_forward(X, W, b):
    return X @ W + b


def without_bias(X, W, b):
    return X @ W


def bias_on_the_input(X, W, b):
    return X @ W + b.sum()


def multiplies_bias(X, W, b):
    return (X @ W) * b


def with_an_activation(X, W, b):
    return np.maximum(X @ W + b, 0)


def first_example_only(X, W, b):
    return np.zeros((len(X), 1)) + X[0] @ W + b


def bias_into_the_weights(X, W, b):
    return X @ (W + b)


def batches():
    rng = np.random.default_rng(0)
    small = (
        np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 0.5], [-1.0, 1.0]]),
        np.array([[1.0, 0.0, 2.0], [-2.0, 1.0, 0.5]]),  # not square, so that W.T does not fit
        np.array([0.5, -1.5, 1.0]),
    )
    return [small, *[(rng.normal(size=(n, i)), rng.normal(size=(i, k)), rng.normal(size=k)) for n, i, k in SIZES]]


SIZES = [(5, 3, 2), (1, 4, 6), (7, 2, 1)]


def mended_loss(X, W1, b1, W2, b2, target):
    hidden = np.tanh(X @ W1 + b1)
    output = hidden @ W2 + b2
    return ((output - target) ** 2).mean()


def all_against_all(X, W1, b1, W2, b2, target):
    output = np.tanh(X @ W1 + b1) @ W2 + b2
    return ((output[:, 0] - target) ** 2).mean()


def sum_of_squares(X, W1, b1, W2, b2, target):
    return mended_loss(X, W1, b1, W2, b2, target) * len(X)


def lost_first_bias(X, W1, b1, W2, b2, target):
    return mended_loss(X, W1, 0 * b1, W2, b2, target)


def lost_second_bias(X, W1, b1, W2, b2, target):
    return mended_loss(X, W1, b1, W2, 0 * b2, target)


def lost_tanh(X, W1, b1, W2, b2, target):
    return (((X @ W1 + b1) @ W2 + b2 - target) ** 2).mean()


def lost_square(X, W1, b1, W2, b2, target):
    return (np.tanh(X @ W1 + b1) @ W2 + b2 - target).mean()


def mean_down_the_rows(X, W1, b1, W2, b2, target):
    hidden = np.tanh(X @ W1 + b1)
    return ((hidden @ W2 + b2 - target) ** 2).mean(axis=0)


def size_of_errors(X, W1, b1, W2, b2, target):
    return np.abs(np.tanh(X @ W1 + b1) @ W2 + b2 - target).mean()


def square_of_the_mean(X, W1, b1, W2, b2, target):
    return (np.tanh(X @ W1 + b1) @ W2 + b2 - target).mean() ** 2


def tanh_on_the_output(X, W1, b1, W2, b2, target):
    return ((np.tanh(np.tanh(X @ W1 + b1) @ W2 + b2) - target) ** 2).mean()


def networks():
    rng = np.random.default_rng(1)
    shapes = [((n, i), (i, h), (h,), (h, 1), (1,), (n, 1)) for n, i, h in [(5, 3, 4), (6, 2, 3), (4, 4, 4)]]
    return [tuple(rng.normal(size=shape) for shape in six) for six in shapes]


def count_parameters(sizes):
    return sum(n_in * n_out + n_out for n_in, n_out in pairwise(sizes))


def weights_only(sizes):
    return sum(n_in * n_out for n_in, n_out in pairwise(sizes))


def biases_for_the_input(sizes):
    return weights_only(sizes) + sum(sizes)


def biases_per_input(sizes):
    return weights_only(sizes) + sum(sizes[:-1])


def one_bias_per_layer(sizes):
    return weights_only(sizes) + len(sizes) - 1


def one_neuron_more(sizes):
    return sum((n_in + 1) * (n_out + 1) for n_in, n_out in pairwise(sizes))


def layer_by_layer(sizes):
    return tuple(n_in * n_out + n_out for n_in, n_out in pairwise(sizes))


def units(sizes):
    return sum(sizes)


def first_layer(sizes):
    return count_parameters(sizes[:2])


def without_the_first_layer(sizes):
    return count_parameters(sizes[1:])


def sizes_added(sizes):
    return sum(n_in + 2 * n_out for n_in, n_out in pairwise(sizes))


def all_multiplied(sizes):
    return math.prod(sizes)


def without_single_units(sizes):
    return sum(n_in * n_out + n_out for n_in, n_out in pairwise(sizes) if n_out > 1)


def no_bias_for_the_output(sizes):
    return count_parameters(sizes) - sizes[-1]


def sizes():
    return [((2, 3, 1),), ((784, 30, 10),), ([5, 4],), ([4, 8, 8, 3],)]


def he_normal(n_in, n_out, rng):
    return rng.normal(0, math.sqrt(2 / n_in), (n_in, n_out))


def variance_as_spread(n_in, n_out, rng):
    return rng.normal(0, 2 / n_in, (n_in, n_out))


def without_the_two(n_in, n_out, rng):
    return rng.normal(0, math.sqrt(1 / n_in), (n_in, n_out))


def by_n_out(n_in, n_out, rng):
    return rng.normal(0, math.sqrt(2 / n_out), (n_in, n_out))


def by_both(n_in, n_out, rng):
    return rng.normal(0, math.sqrt(2 / (n_in + n_out)), (n_in, n_out))


def not_scaled(n_in, n_out, rng):
    return rng.standard_normal((n_in, n_out))


def uniformly(n_in, n_out, rng):
    limit = math.sqrt(6 / n_in)
    return rng.uniform(-limit, limit, (n_in, n_out))


def positive_only(n_in, n_out, rng):
    return np.abs(he_normal(n_in, n_out, rng))


def other_way_round(n_in, n_out, rng):
    return he_normal(n_in, n_out, rng).T


def from_numpys_own(n_in, n_out, rng):
    return np.random.standard_normal((n_in, n_out)) * math.sqrt(2 / n_in)  # noqa: NPY002


def from_a_fixed_seed(n_in, n_out, rng):
    return he_normal(n_in, n_out, np.random.default_rng(0))


def from_another_though_it_was_used(n_in, n_out, rng):
    rng.random()
    return he_normal(n_in, n_out, np.random.default_rng())


def from_a_fixed_seed_though_it_was_used(n_in, n_out, rng):
    rng.random()
    return from_a_fixed_seed(n_in, n_out, rng)


class Watched(np.random.Generator):
    """A generator that its copies share, so that after a call one can see whether it was used.

    drawn: the weights that were made so far, by their seed and shape; all cases of one check have the same.
    """

    def __init__(self, seed, drawn):
        super().__init__(np.random.PCG64(seed))
        self.seed, self.drawn, self.start = seed, drawn, self.bit_generator.state

    def __deepcopy__(self, memo):
        return self

    def __repr__(self):
        return f"np.random.default_rng({self.seed})"

    def fault(self, W):
        """Return what is wrong with weights that were to be drawn from this generator, or None."""
        before = self.drawn.setdefault((self.seed, W.shape), W)
        others = [V for (seed, shape), V in self.drawn.items() if seed != self.seed and shape == W.shape]
        says = "your weights do not come from the rng that was given"
        if self.bit_generator.state == self.start:
            return f"{says}: nothing was drawn from it"
        if not np.array_equal(before, W):
            return f"{says}: drawn twice from the same seed, they differ"
        if any(np.array_equal(V, W) for V in others):
            return f"{says}: another seed gave the same ones"
        return None


SPREADS = (
    (lambda n_in, n_out: 2 / n_in, "you gave the variance, 2 / n_in: the standard deviation is its root"),
    (lambda n_in, n_out: math.sqrt(1 / n_in), "the 2 is missing: ReLU keeps half, so the variance is 2 / n_in"),
    (lambda n_in, n_out: math.sqrt(2 / n_out), "you divided by n_out: a sum over n_in terms is what grows"),
    (
        lambda n_in, n_out: math.sqrt(2 / (n_in + n_out)),
        "that is Glorot's, with n_in + n_out: He's looks at n_in alone",
    ),
    (lambda n_in, n_out: 1.0, "that is standard_normal as it comes: multiply by the standard deviation"),
)


def is_he(W, n_in, n_out, rng):
    """Ask of random weights what must hold whatever was drawn: shape, middle, spread, and rare large ones."""
    if not isinstance(W, np.ndarray) or W.dtype.kind != "f":
        return f"expected an array of floats of shape ({n_in}, {n_out}), got {kind(W)}"
    if W.shape != (n_in, n_out):
        hint = ": rows are inputs, columns are neurons" if W.shape == (n_out, n_in) else ""
        return f"expected shape ({n_in}, {n_out}), got {W.shape}{hint}"
    spread, wanted = W.std(), math.sqrt(2 / n_in)
    if (W >= 0).all():
        return "has no negative weight: a normal distribution around 0 has as many of them as positive ones"
    if not abs(spread / wanted - 1) < 0.05:
        fits = (says for of, says in SPREADS if abs(spread / of(n_in, n_out) - 1) < 0.05)
        cause = next(fits, "the variance should be 2 / n_in")
        numbers = f"for n_in = {n_in}, n_out = {n_out}: expected a spread of about {wanted:.4f}, got {spread:.4f}"
        return Fault(cause, numbers)
    if abs(W.mean()) > 0.05 * wanted:
        return Fault("your weights are not centred on 0", f"expected a mean of about 0, got {W.mean():.4f}")
    if np.abs(W).max() < 2.5 * spread:
        return "has the right spread, but no weight beyond 2.5 times of it: drawn uniformly, asked is normally"
    return rng.fault(W)


def layers():
    drawn = {}
    return [
        (*sizes, Watched(seed, drawn)) for *sizes, seed in [(400, 100, 1), (100, 400, 2), (400, 100, 1), (400, 100, 3)]
    ]


def right_ones(Z, labels):
    return Z[np.arange(len(labels)), labels]


def row_losses(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    return np.log(np.exp(z).sum(axis=1)) - right_ones(z, labels)


def cross_entropy(logits, labels):
    return row_losses(logits, labels).mean()


def sum_not_mean(logits, labels):
    return row_losses(logits, labels).sum()


def mean_over_all_entries(logits, labels):
    return row_losses(logits, labels).sum() / logits.size


def quietly(function):
    """Let a wrong formula overflow without a warning, so that its value can be recognised."""

    def quiet(logits, labels):
        with np.errstate(all="ignore"):
            return function(logits, labels)

    quiet.__name__ = function.__name__
    return quiet


@quietly
def log_of_softmax(logits, labels):
    exps = np.exp(logits - logits.max(axis=1, keepdims=True))
    return -np.log(right_ones(exps / exps.sum(axis=1, keepdims=True), labels)).mean()


def with_a_small_number(small):
    def capped(logits, labels):
        exps = np.exp(logits - logits.max(axis=1, keepdims=True))
        return -np.log(right_ones(exps / exps.sum(axis=1, keepdims=True), labels) + small).mean()

    capped.__name__ = f"capped_by_{small:g}"
    return capped


SMALL_NUMBERS = (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7)


def whole_rows_by_label(logits, labels):
    exps = np.exp(logits - logits.max(axis=1, keepdims=True))
    with np.errstate(all="ignore"):
        return -np.log((exps / exps.sum(axis=1, keepdims=True))[labels]).mean()


def whole_rows_of_z_by_label(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    return (np.log(np.exp(z).sum(axis=1, keepdims=True)) - z[labels]).mean()


@quietly
def no_softmax(logits, labels):
    return -np.log(right_ones(logits, labels)).mean()


@quietly
def no_maximum(logits, labels):
    return (np.log(np.exp(logits).sum(axis=1)) - right_ones(logits, labels)).mean()


@quietly
def neither(logits, labels):
    exps = np.exp(logits)
    return -np.log(right_ones(exps / exps.sum(axis=1, keepdims=True), labels)).mean()


@quietly
def maximum_of_all(logits, labels):
    return no_maximum(logits - logits.max(), labels)


def every_label_of_every_row(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    return (np.log(np.exp(z).sum(axis=1, keepdims=True)) - z[:, labels]).mean()


def sum_of_all(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    return (np.log(np.exp(z).sum()) - right_ones(z, labels)).mean()


def down_the_columns(logits, labels):
    z = logits - logits.max(axis=0)
    return -right_ones(z - np.log(np.exp(z).sum(axis=0)), labels).mean()


def base_ten(logits, labels):
    return cross_entropy(logits, labels) / np.log(10)


def sign_missing(logits, labels):
    return -cross_entropy(logits, labels)


def of_its_favourite(logits, labels):
    return cross_entropy(logits, logits.argmax(axis=1))


def maximum_once_only(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    return (np.log(np.exp(z).sum(axis=1)) - right_ones(logits, labels)).mean()


def scored():
    return [
        (np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 5.0]]), np.array([0, 1])),
        (
            np.array([[0.5, -1.0, 2.0, 0.0], [1.0, 1.0, 1.0, 1.0], [-3.0, 0.0, 1.0, 0.5], [0.0, 2.0, -1.0, 1.0]]),
            np.array([3, 2, 0, 0]),
        ),
        (np.array([[1000.0, 0.0], [999.0, 1000.0]]), np.array([1, 0])),
        (np.array([[1000.0, 0.0]]), np.array([0])),
        (np.array([[1000.0, 0.0], [-1000.0, -1001.0]]), np.array([0, 1])),
    ]


def step(z):
    return np.where(z > 0, 1.0, 0.0)


def bump(x, left, right, height):
    return height * (step(x - left) - step(x - right))


def chosen_without_steps(x, left, right, height):
    return np.where((x > left) & (x <= right), height, 0.0)


def of_height_one(x, left, right, height):
    return bump(x, left, right, 1.0)


def steps_added(x, left, right, height):
    return height * ((x > left).astype(float) + (x > right))


def up_only(x, left, right, height):
    return height * (x > left)


def down_by_one_only(x, left, right, height):
    return height * (x > left) - (x > right)


def upside_down(x, left, right, height):
    return -bump(x, left, right, height)


def a_hole(x, left, right, height):
    return height - bump(x, left, right, height)


def steps_multiplied(x, left, right, height):
    return height * ((x > left) & (x > right))


def steps_at_minus(x, left, right, height):
    return height * (step(x + left) - step(x + right))


def right_as_a_height(x, left, right, height):
    return height * step(x - left) - right * step(x - right)


def places():
    x = np.arange(-0.95, 2.0, 0.1)  # no place is near an edge, where > and >= or a steep sigmoid differ
    return [(x, 0.2, 0.6, 2.0), (x, -0.5, 1.5, -0.75), (x.reshape(5, 6), 0.1, 0.9, 1.5)]


EXERCISES = [
    Exercise(
        "03.1",
        "dense_forward",
        "a layer as one product",
        dense_forward,
        batches,
        wrong=(
            (without_bias, "The biases are missing"),
            (bias_on_the_input, "You added the sum of all biases to every output: each neuron has its own, b alone"),
            (multiplies_bias, "The biases are added to the product, not multiplied with it"),
            (with_an_activation, "You have set the negative outputs to 0: the activation is a step of its own"),
            (first_example_only, "Every row is the answer to the first example: take all of X, not X[0]"),
            (bias_into_the_weights, "You added the bias to the weights: it is added to the sum, after the product"),
        ),
    ),
    Exercise(
        "03.2",
        "mended_loss",
        "three errors of shape",
        mended_loss,
        networks,
        wrong=(
            (
                all_against_all,
                "Your error has the shape (n, n), every answer against every target, as (n,) minus (n, 1) has",
            ),
            (sum_of_squares, "It takes the sum of the squares; the loss is their mean"),
            (mean_down_the_rows, "The loss is one number: a mean without an axis takes all entries together"),
            (lost_first_bias, "While mending you have lost b1"),
            (lost_second_bias, "While mending you have lost b2"),
            (lost_tanh, "While mending you have lost the tanh"),
            (lost_square, "While mending you have lost the square"),
            (size_of_errors, "You took the size of each error: its square is asked for"),
            (square_of_the_mean, "You squared the mean error, in which signs cancel: square each error first"),
            (tanh_on_the_output, "The output has no tanh: only the hidden layer has one"),
        ),
    ),
    Exercise(
        "03.3",
        "count_parameters",
        "parameters from sizes",
        count_parameters,
        sizes,
        wrong=(
            (weights_only, "You counted the weights; every neuron also has a bias"),
            (biases_for_the_input, "You gave the inputs biases as well: only the neurons of a layer have one"),
            (biases_per_input, "A layer has as many biases as outputs, not as inputs"),
            (one_bias_per_layer, "A layer has a bias for each of its neurons, not one for all"),
            (
                one_neuron_more,
                "That has one neuron too many in each layer: n_out neurons have n_in + 1 numbers each, with the bias",
            ),
            (layer_by_layer, "These are the counts of the layers: add them up"),
            (units, "You added up the sizes: a layer has n_in times n_out weights, and n_out biases"),
            (first_layer, "That is the first layer alone"),
            (without_the_first_layer, "The first layer is missing: its weights lie between sizes[0] and sizes[1]"),
            (sizes_added, "You added the sizes of a layer: each input has a weight to each unit, so multiply them"),
            (all_multiplied, "You multiplied all sizes: each layer has a product of its own, and the layers are added"),
            (without_single_units, "A layer with one unit has weights and a bias as well"),
            (no_bias_for_the_output, "The last layer has biases as well, one for each output"),
        ),
    ),
    Exercise(
        "03.4",
        "he_normal",
        "initial weights for ReLU",
        he_normal,
        layers,
        wrong=(
            (variance_as_spread, SPREADS[0][1]),
            (without_the_two, SPREADS[1][1]),
            (by_n_out, SPREADS[2][1]),
            (by_both, SPREADS[3][1]),
            (not_scaled, SPREADS[4][1]),
            (uniformly, "drawn uniformly, asked is normally"),
            (positive_only, "has no negative weight"),
            (other_way_round, "rows are inputs, columns are neurons"),
            (from_numpys_own, "do not come from the rng that was given: nothing was drawn from it"),
            (from_a_fixed_seed, "your weights do not come from the rng that was given: nothing was drawn"),
            (from_another_though_it_was_used, "drawn twice from the same seed, they differ"),
            (from_a_fixed_seed_though_it_was_used, "another seed gave the same ones"),
        ),
        judge=is_he,
    ),
    Exercise(
        "03.5",
        "cross_entropy",
        "a stable cross-entropy",
        cross_entropy,
        scored,
        wrong=(
            (row_losses, "You return one loss for each example; the loss of a batch is their mean"),
            (sum_not_mean, "That is the sum over the examples; the loss of a batch is their mean"),
            (mean_over_all_entries, "You divided by the number of scores; the mean runs over the examples"),
            (
                log_of_softmax,
                "Your probability is rounded to 0, and its logarithm is infinite: take the logarithm of the sum, "
                "and subtract the right score from it",
            ),
            *(
                (
                    with_a_small_number(small),
                    f"Adding {small:g} to the probability caps the loss: it can no longer be 1000. "
                    "Take the logarithm of the sum, without a quotient",
                )
                for small in SMALL_NUMBERS
            ),
            (no_softmax, "That is the logarithm of a score: a score is not a probability yet"),
            (no_maximum, "No maximum was subtracted: exp(1000) is more than a float can hold"),
            (
                neither,
                "That is the logarithm of a softmax without its maximum: subtract the largest score of each row first",
            ),
            (
                maximum_of_all,
                "You subtracted the largest score of all rows: a row far below it is rounded to 0. "
                "Each row has a maximum of its own",
            ),
            (maximum_once_only, "You subtracted the maximum in the sum, but not from the right score"),
            (
                every_label_of_every_row,
                "[:, labels] takes the columns of all labels from every row: np.arange(len(labels)) "
                "in place of the colon takes from each row its own",
            ),
            *(
                (
                    rows,
                    f"{what}[labels] takes whole rows, with the labels as row numbers: "
                    f"{what}[np.arange(len(labels)), labels] takes one entry from each row",
                )
                for rows, what in [(whole_rows_by_label, "P"), (whole_rows_of_z_by_label, "z")]
            ),
            (sum_of_all, "You summed over all rows together: with axis=1 each row has a sum of its own"),
            (down_the_columns, "You summed down the columns (axis=0): the scores of one example stand in a row"),
            (base_ten, "That is the logarithm to base 10: np.log is the natural one"),
            (sign_missing, "The sign is the other one: the logarithm of a probability is negative, a loss is not"),
            (of_its_favourite, "You took the probability of the largest score, not of the label"),
        ),
    ),
    Exercise(
        "03.6",
        "bump",
        "a bump from two steps",
        bump,
        places,
        wrong=(
            (of_height_one, "Your bump has height 1 whatever was asked: multiply by height"),
            (steps_added, "The second step goes up as well: subtract it, so that it goes down again"),
            (up_only, "It goes up at left and never comes down: the step at right is missing"),
            (down_by_one_only, "It comes down by 1 at right: both steps are as high as the bump"),
            (upside_down, "It goes down at left and up at right: the first step is the positive one"),
            (a_hole, "That is a hole, high outside and 0 inside"),
            (chosen_without_steps, "should be built from 2 calls of step"),
            (steps_multiplied, "The product of two steps is 1 only where both are: that is the step at right alone"),
            (steps_at_minus, "Your steps are at -left and -right: step(x - left) goes up at left"),
            (right_as_a_height, "Both steps are as high as the bump: height is the factor of both"),
        ),
        calls=("step", 2),
    ),
]

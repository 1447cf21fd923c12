"""The exercises of notebook 00: warm-ups in NumPy, three to six minutes each."""

import numpy as np

from nnlib.checks.engine import Exercise

FRUIT = np.array([[150.0, 7.0, 2.0], [170.0, 8.0, 3.0], [120.0, 18.0, 9.0], [140.0, 19.0, 8.0]])
KIND = np.array([0, 0, 1, 1])


def accuracy_of(answers, labels):
    return (answers == labels).mean()


def number_right(answers, labels):
    return (answers == labels).sum()


def share_wrong(answers, labels):
    return (answers != labels).mean()


def always_of_four(answers, labels):
    return (answers == labels).sum() / 4


def in_per_cent(answers, labels):
    return 100 * (answers == labels).mean()


def right_or_wrong(answers, labels):
    return answers == labels


def answered():
    return [
        (np.array([7, 2, 1, 9]), np.array([7, 2, 1, 0])),
        (np.array([3, 1, 4, 1, 5]), np.array([3, 0, 4, 0, 0])),
    ]


def feature_means(X):
    return X.mean(axis=0)


def mean_of_each_example(X):
    return X.mean(axis=1)


def mean_of_everything(X):
    return X.mean()


def sum_of_each_feature(X):
    return X.sum(axis=0)


def divided_by_features(X):
    return X.sum(axis=0) / X.shape[1]


def median(X):
    return np.median(X, axis=0)


def tables():
    return [(FRUIT,), (np.arange(10.0).reshape(5, 2) ** 2,)]  # squared: the median is not the mean


def pick_rows(X, y, wanted):
    return X[y == wanted]


def row_of_that_number(X, y, wanted):
    return X[wanted]


def the_other_rows(X, y, wanted):
    return X[y != wanted]


def labels_for_row_numbers(X, y, wanted):
    return X[y]


def labels_in_place_of_rows(X, y, wanted):
    return y[y == wanted]


def the_mask_itself(X, y, wanted):
    return y == wanted


def features_compared(X, y, wanted):
    return np.equal(X, wanted)


def single_numbers(X, y, wanted):
    return X[np.equal(X, wanted)]


def bananas_always(X, y, wanted):
    return X[y == 1]


def from_wanted_on(X, y, wanted):
    return X[y >= wanted]


def mask_as_numbers(X, y, wanted):
    return X[(y == wanted).astype(int)]


def feature_compared(X, y, wanted):
    return X[X[:, 0] == wanted]


def labelled_tables():
    return [(FRUIT, KIND, 1), (np.arange(10.0).reshape(5, 2), np.array([2, 0, 2, 1, 0]), 0)]


def weighted_sum(w, x, b):
    return w @ x + b


def without_bias(w, x, b):
    return w @ x


def not_added_up(w, x, b):
    return w * x + b


def added_before_multiplied(w, x, b):
    return w.sum() * x.sum() + b


def bias_for_each_number(w, x, b):
    return (w * x + b).sum()


def bias_weighted(w, x, b):
    return w @ (x + b)


def three_pairs(w, x, b):
    return w[:3] @ x[:3] + b


def returned_in_the_loop(w, x, b):
    return w[0] * x[0] + b


def from_the_second_on(w, x, b):
    return w[1:] @ x[1:] + b


def weights_and_numbers():
    return [
        (np.array([0.5, -1.0, 2.0]), np.array([1.0, 2.0, 3.0]), 0.25),
        (np.array([2.0, 0.0, 1.0, -1.0]), np.array([1.0, 5.0, 2.0, 0.5]), -3.0),
    ]


def product_shape(a, b):
    return a[0], b[1]


def shape_of_the_first(a, b):
    return a[0], a[1]


def inner_sizes(a, b):
    return a[1], b[0]


def columns_before_rows(a, b):
    return b[1], a[0]


def shape_of_the_second(a, b):
    return b


def sizes_multiplied(a, b):
    return a[0] * b[0], a[1] * b[1]


def shapes_that_fit():
    return [((20, 784), (784, 10)), ((4, 3), (3, 2)), ((5, 1), (1, 6))]


def normalise_rows(A):
    return A / A.sum(axis=1, keepdims=True)


def sums_as_a_row(A):
    return A / A.sum(axis=1)


def columns_to_one(A):
    return A / A.sum(axis=0)


def table_to_one(A):
    return A / A.sum()


def largest_to_one(A):
    return A / A.max(axis=1, keepdims=True)


def divided_by_means(A):
    return A / A.mean(axis=1, keepdims=True)


def only_the_sums(A):
    return A.sum(axis=1)


def as_many_columns_as_rows(A):
    result = np.zeros(A.shape)
    for i in range(len(A)):
        for j in range(len(A)):
            result[i, j] = A[i, j] / A[i].sum()
    return result


def sum_subtracted(A):
    return A - A.sum(axis=1, keepdims=True)


def softmax_of_rows(A):
    powers = np.exp(A)
    return powers / powers.sum(axis=1, keepdims=True)


def counts():
    square = np.array([[1.0, 1.0, 2.0], [3.0, 0.0, 1.0], [2.0, 2.0, 4.0]])
    return [(square,), (np.arange(1.0, 17.0).reshape(4, 4),), (square[:1],), (square[:, :1],)]


def one_hot_rows(labels, n_classes):
    return np.eye(n_classes)[labels]


def classes_by_the_largest(labels, n_classes):
    return np.eye(labels.max() + 1)[labels]


def a_column_for_each_label(labels, n_classes):
    return np.eye(n_classes)[labels].T


def ones_in_every_row(labels, n_classes):
    table = np.zeros((len(labels), n_classes))
    table[:, labels] = 1
    return table


def labels_for_rows(labels, n_classes):
    table = np.zeros((len(labels), n_classes))
    table[labels] = 1
    return table


def counted_from_one(labels, n_classes):
    return np.eye(n_classes)[labels - 1]


def a_row_for_each_class(labels, n_classes):
    return np.eye(n_classes)


def by_place(labels, n_classes):
    return np.eye(len(labels))[:, :n_classes]


def some_labels():
    return [(np.array([2, 0, 1, 2]), 5), (np.array([0, 3, 3, 0, 1]), 4)]


EXERCISES = [
    Exercise(
        "00.1",
        "accuracy_of",
        "how many are right?",
        accuracy_of,
        answered,
        start=share_wrong,
        wrong=(
            (number_right, "That is how many are right; the accuracy is that number divided by how many there are"),
            (share_wrong, "That is the share of wrong answers; count where the two arrays are equal"),
            (
                in_per_cent,
                "An accuracy is a share from 0 to 1; a format such as .0% makes per cent of it when it is printed",
            ),
            (right_or_wrong, "That says of each answer whether it is right; the accuracy is one number, their mean"),
            (always_of_four, "You divided by 4; there may be more or fewer answers, and len(labels) knows how many"),
        ),
    ),
    Exercise(
        "00.2",
        "feature_means",
        "the mean of every feature",
        feature_means,
        tables,
        wrong=(
            (mean_of_each_example, "You took the mean of each example; the axis you name is the one that goes away"),
            (mean_of_everything, "That is one mean of all numbers together; name the axis that is to go away"),
            (sum_of_each_feature, "Those are the sums; divide them by the number of examples, len(X)"),
            (divided_by_features, "You divided by the number of features; what was added up are the examples, len(X)"),
            (median, "That is the median, the number in the middle: a mean adds up and divides"),
        ),
    ),
    Exercise(
        "00.3",
        "pick_rows",
        "only the bananas",
        pick_rows,
        labelled_tables,
        wrong=(
            (row_of_that_number, "`wanted` is a label, not the number of a row: make a mask by comparing y with it"),
            (the_other_rows, "Those are the rows that were not wanted: the mask is the wrong way round"),
            (labels_for_row_numbers, "X[y] takes the labels for row numbers; a mask of True and False picks rows"),
            (labels_in_place_of_rows, "The mask is right, but you picked from the labels; pick the rows of X"),
            (the_mask_itself, "That is the mask itself; put it in brackets behind X"),
            (
                features_compared,
                "You compared the features with `wanted`; it is the labels y that tell the kinds apart",
            ),
            (single_numbers, "X == wanted looks for features, and picks single numbers; compare the labels y"),
            (bananas_always, "It picks the rows with the label 1, whatever is wanted: is the argument used?"),
            (from_wanted_on, "You took the rows of larger labels as well: only equal ones are asked for, =="),
            (mask_as_numbers, "As whole numbers, the mask picks rows 0 and 1 again and again: leave it True and False"),
            (feature_compared, "You compared a feature with the label: the labels are in y"),
        ),
    ),
    Exercise(
        "00.4",
        "weighted_sum",
        "a weighted sum and a bias",
        weighted_sum,
        weights_and_numbers,
        wrong=(
            (without_bias, "The weighted sum is right, the bias is missing: add b at the end"),
            (not_added_up, "You multiplied, but did not add up: the result is one number"),
            (added_before_multiplied, "You added first; each number meets its own weight before anything is added"),
            (bias_for_each_number, "The bias came in once for each number; it is added once, at the end"),
            (bias_weighted, "The bias went through the weights; it is added after them"),
            (returned_in_the_loop, "Only the first pair was added: a `return` inside the loop ends it at once"),
            (three_pairs, "You added up three pairs; there may be more, and len(w) knows how many"),
            (from_the_second_on, "The first product is missing: range(n) begins at 0"),
        ),
    ),
    Exercise(
        "00.5",
        "product_shape",
        "the shape of a product",
        product_shape,
        shapes_that_fit,
        wrong=(
            (shape_of_the_first, "The number of rows is right; the columns of A @ B are those of B"),
            (shape_of_the_second, "The number of columns is right; the rows of A @ B are those of A"),
            (inner_sizes, "Those are the two inner sizes: they must be equal, and they are the ones that vanish"),
            (columns_before_rows, "The right two sizes in the wrong order: A gives the rows, B the columns"),
            (
                sizes_multiplied,
                "Nothing is multiplied in a shape: the outer two sizes stay, the inner two have to be equal",
            ),
        ),
    ),
    Exercise(
        "00.6",
        "normalise_rows",
        "rows that sum to 1",
        normalise_rows,
        counts,
        wrong=(
            (
                sums_as_a_row,
                "Sums of shape (n,) are laid along every row, so they meet the columns; keep the summed axis",
            ),
            (columns_to_one, "Now the columns sum to 1; axis=1 adds along each row"),
            (table_to_one, "Now the whole table sums to 1; each row wants a sum of its own"),
            (largest_to_one, "You divided by the largest number of each row; divide by its sum"),
            (divided_by_means, "You divided by the mean of each row; divide by its sum"),
            (as_many_columns_as_rows, "len(A) is the number of rows; the loop over the columns runs to A.shape[1]"),
            (only_the_sums, "Those are the sums of the rows; the table is still to be divided by them"),
            (sum_subtracted, "You subtracted the sum of each row: divided by it, the row sums to 1"),
            (softmax_of_rows, "The exp is one too many: divide each row by its own sum"),
        ),
    ),
    Exercise(
        "00.7",
        "one_hot_rows",
        "labels as rows of 0 and 1",
        one_hot_rows,
        some_labels,
        wrong=(
            (
                classes_by_the_largest,
                "The largest label is not the last class: a batch without a 9 still has ten columns",
            ),
            (a_column_for_each_label, "A row for each label, a column for each class: yours is the other way round"),
            (ones_in_every_row, "table[:, labels] means every row; pair each row with its own column"),
            (labels_for_rows, "table[labels] takes the labels for row numbers; the label is the column"),
            (counted_from_one, "Classes count from 0: the label 0 has its 1 in column 0"),
            (a_row_for_each_class, "That has one row for each class; pick from it by the labels"),
            (by_place, "The 1 stands where the example stands, not where its label says: np.eye(n_classes)[labels]"),
        ),
    ),
]

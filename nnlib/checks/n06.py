"""The exercises of notebook 06: a confusion matrix, knowing when to be silent, luck, better networks, bugs to name."""

import numpy as np

from nnlib import (
    SGD,
    Adam,
    Dense,
    Dropout,
    ReLU,
    Sequential,
    SoftmaxCrossEntropy,
    evaluate,
    fit,
    he_normal,
    load_mnist,
    train,
)
from nnlib.checks.engine import Exercise, Fault
from nnlib.checks.results import as_it_came
from nnlib.experiments.sabotage import CASES, fault_in


def share_right(table):
    return np.diag(table) / table.sum(axis=1)


def by_columns(table):
    return np.diag(table) / table.sum(axis=0)


def of_all(table):
    return np.diag(table) / table.sum()


def largest_of_the_row(table):
    return table.max(axis=1) / table.sum(axis=1)


def largest_of_the_column(table):
    return table.max(axis=0) / table.sum(axis=0)


def largest_down_the_columns(table):
    return table.max(axis=0) / table.sum(axis=1)


def number_right(table):
    return np.diag(table)


def share_wrong(table):
    return 1 - np.diag(table) / table.sum(axis=1)


def by_number_of_digits(table):
    return np.diag(table) / len(table)


def tables():
    """In the first one a digit is mostly taken for another, so the largest number of its row is not the right one."""
    rng = np.random.default_rng(0)
    return [
        (np.array([[5, 20, 3], [1, 40, 2], [30, 6, 12]]),),
        (np.diag([50, 60, 70]) + rng.integers(1, 9, (3, 3)),),
        (np.diag([900] * 10) + rng.integers(0, 40, (10, 10)),),
    ]


def with_silence(probabilities, labels, threshold):
    answered = probabilities.max(axis=1) >= threshold
    right = probabilities.argmax(axis=1) == labels
    return answered.mean(), right[answered].mean()


def share_of_all(probabilities, labels, threshold):
    answered = probabilities.max(axis=1) >= threshold
    right = probabilities.argmax(axis=1) == labels
    return answered.mean(), (right & answered).mean()


def over_all_pictures(probabilities, labels, threshold):
    return with_silence(probabilities, labels, threshold)[0], (probabilities.argmax(axis=1) == labels).mean()


def silent_share(probabilities, labels, threshold):
    answered, right = with_silence(probabilities, labels, threshold)
    return 1 - answered, right


def right_among_the_silent(probabilities, labels, threshold):
    silent = probabilities.max(axis=1) < threshold
    return 1 - silent.mean(), (probabilities.argmax(axis=1) == labels)[silent].mean()


def the_silent_ones(probabilities, labels, threshold):
    share, right = right_among_the_silent(probabilities, labels, threshold)
    return 1 - share, right


def how_many(probabilities, labels, threshold):
    return (probabilities.max(axis=1) >= threshold).sum(), with_silence(probabilities, labels, threshold)[1]


def how_many_of_both(probabilities, labels, threshold):
    answered = probabilities.max(axis=1) >= threshold
    return answered.sum(), (probabilities.argmax(axis=1) == labels)[answered].sum()


def number_of_right_ones(probabilities, labels, threshold):
    answered = probabilities.max(axis=1) >= threshold
    return answered.mean(), (probabilities.argmax(axis=1) == labels)[answered].sum()


def silent_at_the_threshold(probabilities, labels, threshold):
    return with_silence(probabilities, labels, np.nextafter(threshold, 1))


def sure_of_the_label(probabilities, labels, threshold):
    answered = probabilities[np.arange(len(labels)), labels] >= threshold
    return answered.mean(), (probabilities.argmax(axis=1) == labels)[answered].mean()


def accuracy_first(probabilities, labels, threshold):
    return with_silence(probabilities, labels, threshold)[::-1]


def any_class_above(probabilities, labels, threshold):
    answered = probabilities >= threshold
    return answered.mean(), with_silence(probabilities, labels, threshold)[1]


def ignores_threshold(probabilities, labels, threshold):
    return with_silence(probabilities, labels, 0.9)


def largest_of_each_class(probabilities, labels, threshold):
    answered = probabilities.max(axis=0) >= threshold
    right = probabilities.argmax(axis=1) == labels
    return answered.mean(), right.mean()


def readings():
    rng = np.random.default_rng(1)
    scores, labels = 3 * rng.standard_normal((200, 5)), rng.integers(0, 5, 200)
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    labels[:150] = probabilities[:150].argmax(axis=1)
    exact = np.array([[0.5, 0.25, 0.25], [0.75, 0.125, 0.125], [0.375, 0.375, 0.25], [0.25, 0.25, 0.5]])
    at_the_threshold = exact, np.array([0, 1, 0, 1]), 0.5
    return [(probabilities, labels, 0.9), (probabilities[50:], labels[50:], 0.6), at_the_threshold]


GOAL = 0.97


def better(rng):
    model = Sequential(Dense(784, 128, rng=rng), ReLU(), Dense(128, 10, rng=rng))
    return model, Adam(lr=0.001)


def as_before(rng):
    return Sequential(Dense(784, 32, rng=rng), ReLU(), Dense(32, 10, rng=rng)), Adam()


def only_the_model(rng):
    return better(rng)[0]


def misses_the_goal(made, rng):
    """Train what the reader built, and say how far it is from the goal."""
    made = as_it_came(made)
    if fault := unfit(made, "(model, optimizer)"):
        return fault
    train, validation, _ = load_mnist(scaled=True, flat=True, validation=True)
    model, optimizer = made
    history = fit(
        model, SoftmaxCrossEntropy(), optimizer, *train, epochs=5, batch_size=32, rng=np.random.default_rng(0)
    )
    share = evaluate(model, *validation).accuracy
    print(f"  {share:.2%} of the validation digits, with {model.params.size:,} parameters")
    if share >= GOAL:
        return None
    return Fault(why(model, optimizer, history, share, GOAL), f"reads {share:.2%}, the goal is {GOAL:.0%}")


def unfit(made, expected):
    """Return what keeps a tuple of model, optimizer and perhaps more from being trained at all, or None."""
    if not isinstance(made, tuple) or len(made) != expected.count(",") + 1:
        return f"expected {expected}, got {made!r}"
    if isinstance(made[1], Sequential):
        return f"the order is wrong: return {expected}"
    if not isinstance(made[0], Sequential):
        return f"expected {expected}, and a Sequential as the model, got {made[0]!r}"
    if isinstance(made[1], type):
        return f"{made[1].__name__} is the class, {made[1].__name__}() with brackets makes an optimizer"
    if not hasattr(made[1], "step"):
        return f"expected {expected}, and an optimizer such as Adam() as the second, got {made[1]!r}"
    layers = [layer for layer in made[0].layers if isinstance(layer, Dense)]
    if not layers or layers[0].n_in != 784:
        return f"a picture has 784 numbers, but your first Dense takes {layers[0].n_in if layers else 'none'}"
    if layers[-1].n_out != 10:
        return f"there are 10 digits, your last Dense gives {layers[-1].n_out} scores"
    return None


def why(model, optimizer, history, share, goal):
    """Return the likely cause why a network that can be trained does not read well enough."""
    kinds = [isinstance(layer, Dense) for layer in model.layers]
    last = len(kinds) - 1 - kinds[::-1].index(True)
    activations = [layer for layer in model.layers[:last] if not isinstance(layer, (Dense, Dropout))]
    hidden = [layer.n_out for layer in model.layers[:last] if isinstance(layer, Dense)]
    loss, known = history[-1].loss, history[-1].accuracy
    if not np.isfinite(loss):
        return "the loss is no longer a number: the steps are too large, take a smaller rate"
    if optimizer.lr <= 0:
        return "it goes uphill, or nowhere: a learning rate is a positive number"
    if not hidden:
        return "it has no hidden layer, and one layer draws only straight borders"
    if not activations:
        return "there is no activation between the layers: without one they are as good as a single layer"
    if activations and not isinstance(model.layers[-1], Dense):
        return f"after the last Dense comes {type(model.layers[-1]).__name__}: the loss expects the scores as they are"
    if share < 0.5:
        return "it has hardly learned: its steps are much too large, or much too small"
    if min(hidden) < 64:
        return f"{min(hidden)} hidden units are few: a wider layer can do more"
    if known < goal:
        return "it does not read even its training pictures so well: it learns too slowly, or its steps are too large"
    return "it reads its training pictures better than new ones: it learns them by heart"


def difference(a, b):
    return a.mean() - b.mean(), np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))


def of_single_runs(a, b):
    return a.mean() - b.mean(), np.sqrt(a.var(ddof=1) + b.var(ddof=1))


def divided_by_n(a, b):
    return a.mean() - b.mean(), np.sqrt(a.var() / len(a) + b.var() / len(b))


def errors_added(a, b):
    return a.mean() - b.mean(), a.std(ddof=1) / np.sqrt(len(a)) + b.std(ddof=1) / np.sqrt(len(b))


def without_sign(a, b):
    return abs(a.mean() - b.mean()), difference(a, b)[1]


def other_way_round(a, b):
    return difference(b, a)


def no_root(a, b):
    return a.mean() - b.mean(), difference(a, b)[1] ** 2


def spread_of_single_runs(a, b):
    return a.mean() - b.mean(), np.sqrt(a.var() + b.var())


def by_all_runs(a, b):
    return a.mean() - b.mean(), np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / (len(a) + len(b)))


def recipes():
    rng = np.random.default_rng(2)
    runs = [0.97 + 0.002 * rng.standard_normal(5), 0.965 + 0.004 * rng.standard_normal(8)]
    return [(runs[0], runs[1]), (runs[1][:3], runs[0])]


RUNGS = [0.981, 0.983, 0.985]
BUDGET = 10_000_000  # parameters times epochs: what a training costs on any machine


def champion(rng):
    model = Sequential(Dense(784, 400, rng=rng, init=he_normal), ReLU(), Dropout(0.4, rng=rng), Dense(400, 10, rng=rng))
    return model, SGD(lr=0.1, momentum=0.9), np.linspace(0.1, 0.01, 10)


def hardly_begins(rng):
    return *better(rng), [0.001]


def beyond_the_budget(rng):
    model, optimizer, rates = champion(rng)
    return model, optimizer, np.repeat(rates, 4)


def rates_of_its_own(rng):
    return *champion(rng)[:2], 0.1


def falls_short(made, rng):
    """Train for one epoch with each of the rates, within the budget, and say how far it is from the first rung."""
    made = (*as_it_came(made[:2]), *made[2:]) if isinstance(made, tuple) else made
    if fault := unfit(made, "(model, optimizer, rates)"):
        return fault
    model, optimizer, rates = made
    if not np.ndim(rates) or np.asarray(rates).dtype.kind not in "iuf" or not len(rates):
        return f"expected a list of rates, one for each epoch, got {rates!r}"
    cost = model.params.size * len(rates)
    if cost > BUDGET:
        times = f"{model.params.size:,} parameters times {len(rates)} epochs are {cost:,}"
        return Fault(
            "it costs more than is allowed: take fewer epochs, or a narrower network", f"{times} of {BUDGET:,}"
        )
    (X, y), validation, _ = load_mnist(scaled=True, flat=True, validation=True)
    rng, history = np.random.default_rng(0), []
    epochs = train(model, SoftmaxCrossEntropy(), optimizer, X, y, epochs=len(rates), batch_size=100, rng=rng)
    for rate in rates:
        optimizer.lr = rate
        history.append(next(epochs))
    share = evaluate(model, *validation).accuracy
    reached = sum(share >= rung for rung in RUNGS)
    print(
        f"  {share:.2%} of the validation digits: rung {reached} of {len(RUNGS)}", *[f"({rung:.1%})" for rung in RUNGS]
    )
    if reached:
        return None
    numbers = f"reads {share:.2%}, the first rung is {RUNGS[0]:.1%}"
    return Fault(why(model, optimizer, history, share, RUNGS[0]), numbers)


def paired(right_a, right_b):
    apart = right_a.astype(float) - right_b
    return apart.mean(), apart.std(ddof=1) / np.sqrt(len(apart))


def unpaired(right_a, right_b):
    return difference(right_a.astype(float), right_b.astype(float))


def variance_of_the_mean(right_a, right_b):
    return paired(right_a, right_b)[0], paired(right_a, right_b)[1] ** 2


def spread_of_single_digits(right_a, right_b):
    return paired(right_a, right_b)[0], (right_a.astype(float) - right_b).std(ddof=1)


def divided_by_n_itself(right_a, right_b):
    return paired(right_a, right_b)[0], (right_a.astype(float) - right_b).std(ddof=1) / len(right_a)


def errors_of_both_added(right_a, right_b):
    return errors_added(right_a.astype(float), right_b.astype(float))


def b_less_a(right_a, right_b):
    return paired(right_b, right_a)


def sign_of_the_gap_lost(right_a, right_b):
    return abs(paired(right_a, right_b)[0]), paired(right_a, right_b)[1]


def sizes_of_the_differences(right_a, right_b):
    apart = np.abs(right_a.astype(float) - right_b)
    return paired(right_a, right_b)[0], apart.std(ddof=1) / np.sqrt(len(apart))


def number_of_digits(right_a, right_b):
    return (right_a.astype(float) - right_b).sum(), paired(right_a, right_b)[1]


def where_they_differ(right_a, right_b):
    apart = (right_a != right_b).astype(float)
    return apart.mean(), apart.std(ddof=1) / np.sqrt(len(apart))


def error_of_one_share(right_a, right_b):
    p = right_a.mean()
    return p - right_b.mean(), np.sqrt(p * (1 - p) / len(right_a))


def the_same_digits():
    """Two readers that are mostly right and wrong together; one is ahead, then the other."""
    rng, found = np.random.default_rng(3), []
    for n, share, alike in [(2000, 0.9, 0.85), (3000, 0.8, 0.7)]:
        a, b = rng.random(n) < share, rng.random(n) < share
        found.append((a, np.where(rng.random(n) < alike, a, b)))
    return [found[0], found[1][::-1]]


def bug_a():
    return "pairs", "rows"


def bug_b():
    return "uphill", "one step"


def bug_c():
    return "range", "extremes"


def named(letter):
    """Return the judge of a case of `sabotage`, and the wrong answers with what is said of them."""
    case = CASES[letter]
    return {
        "judge": lambda result: fault_in(letter, result),
        "wrong": (
            *((wrong_name(bug, case.tests[0]), f"{bug!r}: ") for bug in case.against),
            *((wrong_name(case.bug, test), f"but {test!r} would not show it") for test in case.not_by),
        ),
    }


def wrong_name(bug, test):
    def wrong():
        return bug, test

    wrong.__name__ = f"{bug}, {test}"
    return wrong


EXERCISES = [
    Exercise(
        "06.1",
        "share_right",
        "which digit is hardest?",
        share_right,
        tables,
        wrong=(
            (by_columns, "You divided by how often a digit is answered (the columns), not how often it occurs"),
            (
                largest_of_the_row,
                "You took the largest number of each row: the right answers are on the diagonal, np.diag, and need "
                "not be the largest",
            ),
            (largest_of_the_column, "You took the largest number of each column: the right ones are on the diagonal"),
            (largest_down_the_columns, "The largest of a column belongs to another row: np.diag is the diagonal"),
            (number_right, "Those are numbers of pictures: for a share, divide them by how often the digit occurs"),
            (share_wrong, "That is the share that was misread: the share that was read correctly is asked for"),
            (of_all, "You divided by the number of all pictures; a digit is right as a share of its own row"),
            (
                by_number_of_digits,
                "You divided by the number of digits: divide by how often each occurs, the sum of its row",
            ),
        ),
    ),
    Exercise(
        "06.2",
        "with_silence",
        '"I do not know"',
        with_silence,
        readings,
        wrong=(
            (share_of_all, "The accuracy is a share of the answered pictures, not of all of them"),
            (over_all_pictures, "Your accuracy is over all pictures: pick the answered ones, right[answered]"),
            (silent_share, "Your first value is the share of silent ones: the share of answered ones is asked for"),
            (right_among_the_silent, "Your accuracy is that of the silent pictures: the mask is the wrong way round"),
            (the_silent_ones, "Both values are those of the silent pictures: the mask is the wrong way round: use >="),
            (how_many, "Your first value is a number of pictures: a share is the mean of the mask"),
            (how_many_of_both, "Those are two numbers of pictures: a share is a mean, not a sum"),
            (number_of_right_ones, "Your second value is a number of pictures: the accuracy is their mean"),
            (
                silent_at_the_threshold,
                "At the threshold itself the network answers: it is silent *below* it, so >= and not >",
            ),
            (
                sure_of_the_label,
                "You took the probability of the label, which the network does not know: take the largest",
            ),
            (accuracy_first, "Both values are right, but in the wrong order: the share of answers first"),
            (any_class_above, "Your mask has an entry for each class: take the largest of each row first, max(axis=1)"),
            (ignores_threshold, "It gives the same for every threshold: is the argument used?"),
            (
                largest_of_each_class,
                "You took the largest of each class, down the columns: a picture is a row, so max(axis=1)",
            ),
        ),
    ),
    Exercise(
        "06.3",
        "better",
        "a better network",
        better,
        lambda: [(np.random.default_rng(0),)],
        wrong=(
            (as_before, "32 hidden units are few"),
            (only_the_model, "expected (model, optimizer), got Sequential("),
        ),
        judge=misses_the_goal,
    ),
    Exercise(
        "06.4",
        "difference",
        "is it luck?",
        difference,
        recipes,
        wrong=(
            (of_single_runs, "That is the spread of single runs: a mean of n runs has a variance n times smaller"),
            (divided_by_n, "You divided by n; from a few runs the variance needs n - 1, `ddof=1`"),
            (without_sign, "The sign says which recipe is ahead: the mean of a minus the mean of b, without abs"),
            (other_way_round, "It is the mean of a minus the mean of b"),
            (no_root, "That is the variance of the difference: the standard error is its root"),
            (errors_added, "Errors that know nothing of each other add as squares: the root of the sum of variances"),
            (
                spread_of_single_runs,
                "Those are the variances of single runs: divide each by its number of runs, and take ddof=1",
            ),
            (by_all_runs, "Each variance is divided by its own number of runs, and then they are added"),
        ),
    ),
    Exercise(
        "06.5",
        "champion",
        "the best network for its price",
        champion,
        lambda: [(np.random.default_rng(0),)],
        wrong=(
            (hardly_begins, "it does not read even its training pictures so well"),
            (better, "expected (model, optimizer, rates), got (Sequential("),
            (rates_of_its_own, "expected a list of rates, one for each epoch, got 0.1"),
            (beyond_the_budget, "it costs more than is allowed: take fewer epochs, or a narrower network"),
        ),
        judge=falls_short,
    ),
    Exercise(
        "06.6",
        "paired",
        "the same digits",
        paired,
        the_same_digits,
        wrong=(
            (
                unpaired,
                "That is the error for two test sets that know nothing of each other. Both read the same digits: take "
                "the difference of right and wrong digit by digit, and the error of its mean",
            ),
            (variance_of_the_mean, "That is the variance of the mean difference: the standard error is its root"),
            (
                spread_of_single_digits,
                "That is the spread of single digits: the mean of n of them is √n times as certain, so divide by it",
            ),
            (divided_by_n_itself, "You divided by n: a variance is divided by n, a standard deviation by √n"),
            (errors_of_both_added, "You added the errors of the two shares, as if nothing were common to them"),
            (b_less_a, "It is the share of a minus the share of b"),
            (sign_of_the_gap_lost, "The sign says which network is ahead: no abs around the difference"),
            (
                sizes_of_the_differences,
                "You took the size of each difference: a digit that only b reads counts -1, and not 1",
            ),
            (number_of_digits, "Your first value is a number of digits: a share is their mean"),
            (
                where_they_differ,
                "You counted where the two differ, whoever was right: subtract, so that the sign says who was",
            ),
            (
                error_of_one_share,
                "That is the error of one share: they read the same pictures, so take the error of the mean difference",
            ),
        ),
        rtol=1e-3,  # n or n - 1 makes no difference with so many digits, nor does the root of those read by one only
    ),
    Exercise("06.7", "bug_a", "a loss near ln 10", bug_a, **named("a")),
    Exercise("06.8", "bug_b", "a loss that grows", bug_b, **named("b")),
    Exercise("06.9", "bug_c", "fine here, poor there", bug_c, **named("c")),
]

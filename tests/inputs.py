"""Inputs that no check knows, on which a changed answer shows whether it is another one at all.

For exercises with one right result, arguments: the changed answer has to give there what the right one gives.
For the others, what makes any answer right, said a second time and independently of the check.
"""

from itertools import product

import numpy as np

from nnlib.checks import n04


def table(rng, n, k):
    return rng.standard_normal((n, k))


def classes(rng, n, k):
    """Scores of n examples and their labels, every class among them."""
    return table(rng, n, k), rng.permutation(np.r_[np.arange(k), rng.integers(0, k, n - k)])


def rows_of(rng, k, sizes):
    return [(table(rng, n, k), *rest) for n, *rest in sizes]


def relu(rng, n, k):
    return np.maximum(table(rng, n, k), 0)


def adam(rng, n, t):
    return (
        table(rng, 1, n)[0], table(rng, 1, n)[0], table(rng, 1, n)[0], rng.random(n) + 0.1, t,
        *rng.uniform(0.05, 0.9, 3), 0.05 + 0.1 * rng.random(),
    )  # fmt: skip


def layer(rng, n, i, o):
    return table(rng, n, i), table(rng, i, o), table(rng, n, o)


def one_hidden(rng, n, i, h):
    return (
        table(rng, n, i),
        table(rng, i, h),
        table(rng, 1, h)[0],
        table(rng, h, 1),
        table(rng, 1, 1)[0],
        table(rng, n, 1),
    )


def cost(rng, shape):
    x = rng.standard_normal(shape)
    return n04.Cost("sum of x² sin x", wave, x), x


def wave(x):
    return (x**2 * np.sin(x)).sum() + x.flat[0] * x.flat[-1]


def silent_at_times(rng, n, k):
    Y = relu(rng, n, k) * (rng.random(k) < 0.7)
    Y[rng.integers(0, n), 0] += 0.001
    return Y


def probable(rng, n, k):
    scores, labels = classes(rng, n, k)
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True), labels, 0.5


INPUTS = {
    "00.1": lambda r: [(r.integers(0, 3, n), r.integers(0, 3, n)) for n in (3, 8, 50)],
    "00.2": lambda r: [(table(r, n, k),) for n, k in [(6, 3), (2, 7), (1, 2)]],
    "00.3": lambda r: [(table(r, 12, 3), r.integers(0, 4, 12), wanted) for wanted in range(4)],
    "00.4": lambda r: [(r.standard_normal(k), r.standard_normal(k), 1.5) for k in (1, 3, 6)],
    "00.5": lambda r: [((a, b), (b, c)) for a, b, c in r.integers(1, 99, (9, 3)).tolist()],
    "00.6": lambda r: [(r.random((n, k)) + 0.1,) for n, k in [(3, 3), (5, 2), (2, 6)]],
    "00.7": lambda r: [(r.integers(0, k - 1, n), k) for n, k in [(9, 4), (3, 12), (1, 3)]],
    "01.1": lambda r: (
        [(r.standard_normal(k), r.standard_normal(k), r.standard_normal()) for k in [2, 3, 5] * 20]
        + [(np.array([1.0, 2.0]), np.array([2.0, -1.0]), b) for b in (-1.0, 0.0, 1.0)]
    ),
    "01.3": lambda r: [
        (r.standard_normal(k), target, r.standard_normal(k), r.standard_normal())
        for k in [2, 3] * 10
        for target in (0, 1)
    ],
    "01.4": lambda r: [(x1, x2) for x1 in (0, 1) for x2 in (0, 1)],
    "01.5": lambda r: [(*table(r, 2, n), r.random(), r.random(), 0.03) for n in (1, 3, 7)],
    "02.1": lambda r: [(3 * table(r, 3, 4),), (table(r, 1, 5)[0],)],
    "02.2": lambda r: [(np.rint(table(r, 6, 5)) / 2,), (table(r, 1, 9)[0],)],
    "02.3": lambda r: [
        (20 * table(r, 4, 5),),
        (300 * table(r, 4, 5),),
        (np.array([1e4, -1e4, 0.0]),),
        (np.array(0.5),),
    ],
    "02.4": lambda r: [(s * table(r, n, k),) for s, n, k in [(1, 4, 3), (300, 3, 5), (1000, 5, 5), (1, 1, 2)]],
    "02.5": lambda r: [(silent_at_times(r, n, k),) for n, k in [(20, 8), (5, 12), (3, 3)]],
    "03.1": lambda r: [(table(r, n, i), table(r, i, o), table(r, 1, o)[0]) for n, i, o in [(6, 2, 4), (1, 3, 3)]],
    "03.2": lambda r: [one_hidden(r, *sizes) for sizes in [(8, 2, 5), (3, 3, 3), (1, 4, 2)]],
    "03.3": lambda r: [(tuple(r.integers(1, 50, n).tolist()),) for n in (2, 3, 5, 7)],
    "03.5": lambda r: (
        [classes(r, n, k) for n, k in [(9, 3), (5, 5), (12, 10)]]
        + [(2000 * scores, labels) for scores, labels in [classes(r, 6, 4)]]
    ),
    "03.6": lambda r: [
        (3 * table(r, 3, 40), low, low + width, height) for low, width, height in 0.1 + r.random((5, 3))
    ],
    "04.1": lambda r: [tuple(r.standard_normal(3)) for _ in range(5)],
    "04.2": lambda r: [layer(r, *sizes) for sizes in [(6, 2, 3), (4, 4, 4), (1, 5, 2)]],
    "04.3": lambda r: [classes(r, n, k) for n, k in [(7, 3), (6, 6), (2, 2)]] + [(table(r, 3, 6), np.array([0, 1, 0]))],
    "04.4": lambda r: [cost(r, shape) for shape in [(3,), (2, 4), (2, 1, 3)]] + [(*cost(r, (4,)), 1e-3)],
    "04.5": lambda r: [(table(r, n, k),) for n, k in [(5, 2), (3, 3), (2, 8), (1, 4)]],
    "04.6": lambda r: [(table(r, n, k), relu(r, n, k)) for n, k in [(6, 3), (2, 9)]],
    "05.1": lambda r: [(table(r, 1, n)[0], table(r, 1, n)[0], 0.3) for n in (1, 4)] + [(0.7, -2.0, 0.25)],
    "05.4": lambda r: [(low, low * (1 + 50 * up), n) for low, up, n in [(0.1, 0.5, 4), (2.0, 0.1, 7), (1e-5, 0.9, 2)]],
    "05.5": lambda r: [(*table(r, 3, n), 0.07, 0.6) for n in (1, 4)] + [(0.3, -1.0, 2.0, 0.2, 0.35)],
    "05.6": lambda r: [adam(r, n, t) for n, t in [(3, 1), (4, 2), (2, 7)]],
    "06.1": lambda r: [(r.integers(1, 50, (k, k)),) for k in (2, 5, 10)],
    "06.2": lambda r: (
        [probable(r, n, k) for n, k in [(60, 3), (200, 5)]]
        + [
            (np.array([[0.5, 0.5], [0.25, 0.75], [0.625, 0.375]]), np.array([0, 1, 1]), threshold)
            for threshold in (0.5, 0.625)
        ]
    ),
    "06.4": lambda r: [(r.random(n), r.random(m)) for n, m in [(4, 9), (2, 3), (6, 6)]],
    "06.6": lambda r: [
        (a, np.where(r.random(5000) < 0.9, a, r.random(5000) < share))
        for share in (0.7, 0.9)
        for a in [r.random(5000) < share]
    ],
    "07.1": lambda r: [(x, p) for x in (1.5, -2.0, 0.7) for p in (1, 2, 3, 5, -2)],
    "07.3": lambda r: [(x, lr, n) for x, lr, n in [(2.0, 0.3, 3), (-4.0, 0.05, 7), (3.5, 0.6, 2)]],
    "07.4": lambda r: [
        (r.standard_normal(big), small)
        for big, small in [
            ((2, 3), (3,)),
            ((2, 3), (2, 1)),
            ((5, 2, 3), (1, 3)),
            ((2, 3), ()),
            ((4, 4), (1, 1)),
            ((3,), (3,)),
        ]
    ],
    "07.5": lambda r: [
        (table(r, i, o), table(r, 1, o)[0], table(r, n, i), table(r, n, o), 0.07)
        for n, i, o in [(6, 2, 3), (3, 3, 3), (1, 2, 1)]
    ],
}


def answers_like_and(function):
    w1, w2, b = function()
    return [int(w1 * x1 + w2 * x2 + b > 0) for x1, x2 in product((0, 1), (0, 1))] == [0, 0, 0, 1]


def draws_as_he_did(function):
    """Normal, 0 in the middle, variance 2 / n_in, and made of nothing but its generator."""
    W, again, other = (function(300, 500, np.random.default_rng(seed)) for seed in (5, 5, 6))
    z = W / np.sqrt(2 / 300)
    normal = abs((z**4).mean() - 3) < 0.1 and abs((z**2).mean() - 1) < 0.02 and abs(z.mean()) < 0.02
    return W.shape == (300, 500) and normal and np.array_equal(W, again) and not np.array_equal(W, other)


def deals_all_rows(function):
    orders = []
    for n, size, seed in [(50, 8, 0), (50, 8, 0), (50, 8, 1), (9, 3, 2), (5, 10, 3)]:
        batches = function(n, size, np.random.default_rng(seed))
        order = np.concatenate(batches)
        if [len(b) for b in batches] != [min(size, n - s) for s in range(0, n, size)] or sorted(order) != list(
            range(n)
        ):
            return False
        orders.append(order.tolist())
    return orders[0] == orders[1] != orders[2] and orders[0] != sorted(orders[0])


def keeps_pairs(function):
    X, y = np.arange(160.0).reshape(40, 4), np.arange(40) ** 2
    orders = []
    for seed in (0, 0, 1):
        new_X, new_y = function(X.copy(), y.copy(), np.random.default_rng(seed))
        order = (new_X[:, 0] / 4).astype(int)
        if not (
            np.array_equal(new_X, X[order]) and np.array_equal(new_y, y[order]) and sorted(order) == list(range(40))
        ):
            return False
        orders.append(order.tolist())
    return orders[0] == orders[1] != orders[2] and orders[0] != sorted(orders[0])


def parents_come_first(function):
    rng = np.random.default_rng(3)
    graphs = [{f"n{i}": [f"n{j}" for j in range(i) if rng.random() < 0.3] for i in range(12)} for _ in range(20)]
    graphs += [{name: graph[name] for name in rng.permutation(list(graph)).tolist()} for graph in graphs]
    graphs.append({f"n{i}": [f"n{i - 1}"] if i else [] for i in range(6000)})
    for graph in graphs:
        last = max(graph, key=lambda name: int(name[1:]))
        found, wanted, waiting = function(graph, last), set(), [last]
        while waiting:
            name = waiting.pop()
            if name not in wanted:
                wanted.add(name)
                waiting += graph[name]
        place = {name: i for i, name in enumerate(found)}
        if len(found) != len(place) or set(found) != wanted:
            return False
        if any(place[parent] > place[name] for name in found for parent in graph[name]):
            return False
    return True


def reaches_the_goal(function):
    """Nothing else is asked: a wider network, or another rate, that reads well enough is as right."""
    return True


def names_them(letter):
    def judge(function):
        bug, test = function()
        return {"a": ("pairs", "rows"), "b": ("uphill", "one step"), "c": ("range", "extremes")}[letter] == (bug, test)

    return judge


JUDGES = {
    "01.2": answers_like_and,
    "03.4": draws_as_he_did,
    "05.2": deals_all_rows,
    "05.3": keeps_pairs,
    "06.3": reaches_the_goal,
    "06.5": reaches_the_goal,
    "06.7": names_them("a"),
    "06.8": names_them("b"),
    "06.9": names_them("c"),
    "07.2": parents_come_first,
}

"""The exercises of notebook 07: an operation and its slope, an order, forgotten resets, broadcasting undone."""

import sys
from collections import Counter

import numpy as np

from nnlib.autodiff import Tensor
from nnlib.autodiff import unbroadcast as unbroadcast_of_nnlib
from nnlib.checks.engine import Exercise
from nnlib.checks.results import kind


def power(x, p):
    return x**p, p * x ** (p - 1)


def exponent_kept(x, p):
    return x**p, p * x**p


def factor_forgotten(x, p):
    return x**p, x ** (p - 1)


def slope_first(x, p):
    return power(x, p)[::-1]


def slope_by_exponent(x, p):
    return x**p, x**p * float(np.log(abs(x)))


def exponent_grows(x, p):
    return x**p, p * x ** (p + 1)


def times_in_place_of_power(x, p):
    return x**p, p * x * (p - 1)


def base_less_one(x, p):
    return x**p, p * (x - 1)


def one_less_at_the_end(x, p):
    return x**p, p * x**p - 1


def powers():
    return [(3.0, 2), (-4.0, 3), (2.0, -1), (0.5, 4), (5.0, 1)]


def order(parents, last):
    found, seen, stack = [], set(), [(last, False)]
    while stack:
        name, parents_done = stack.pop()
        if parents_done:
            found.append(name)
        elif name not in seen:
            seen.add(name)
            stack.append((name, True))
            stack.extend((parent, False) for parent in parents[name])
    return found


def order_by_recursion(parents, last, found=None):
    found = [] if found is None else found
    if last not in found:
        for parent in parents[last]:
            order_by_recursion(parents, parent, found)
        found.append(last)
    return found


def order_with_a_higher_limit(parents, last):
    sys.setrecursionlimit(50_000)
    return order_by_recursion(parents, last)


def order_of_the_dict(parents, last):
    wanted = set(order(parents, last))
    return [name for name in parents if name in wanted]


def all_of_the_dict(parents, last):
    found = order(parents, last)
    return [name for name in parents if name not in found] + found


def children_first(parents, last):
    return order(parents, last)[::-1]


def visited_again(parents, last):
    found, stack = [], [last]
    while stack:
        name = stack.pop()
        found.append(name)
        stack.extend(parents[name])
    return found[::-1]


def nearest_last(parents, last):
    found, waiting = [last], [last]
    while waiting:
        for parent in parents[waiting.pop(0)]:
            if parent not in found:
                found.append(parent)
                waiting.append(parent)
    return found[::-1]


def last_forgotten(parents, last):
    return order(parents, last)[:-1]


def graphs():
    chain = {"node 0": []} | {f"node {i}": [f"node {i - 1}"] for i in range(1, 5001)}
    return [
        ({"x": [], "u": ["x"], "y": ["u"]}, "y"),
        ({"y": ["s", "u"], "s": ["u", "u"], "u": ["x", "2"], "x": [], "2": []}, "y"),
        ({"y": ["a", "c"], "a": [], "b": ["a"], "c": ["b"]}, "y"),
        ({"a": [], "b": [], "c": ["a"], "d": ["c", "a"], "later": ["d", "b"]}, "d"),
        (chain, "node 5000"),
    ]


def order_fault(found, parents, last):
    """Say what keeps a list from being an order in which every node comes after its parents, and in which graph."""
    fault = fault_of_order(found, parents, last)
    return f"{fault} (for parents = {parents}, last = {last!r})" if fault and len(parents) < 10 else fault


def fault_of_order(found, parents, last):
    if not isinstance(found, list):
        return f"expected a list of names, got {kind(found)}"
    strange = next((name for name in found if not isinstance(name, str)), None)
    if strange is not None:
        return f"expected a list of names, got {kind(strange)} in it"
    most, times = Counter(found).most_common(1)[0] if found else (last, 0)
    if times > 1:
        return f"{most!r} stands in your list {times} times: what was visited once is not visited again"
    wanted = dict.fromkeys(order(parents, last))
    mine, outside = set(found), next((name for name in found if name not in wanted), None)
    if outside is not None:
        return f"{outside!r} is in your list, but {last!r} was not computed from it: start from {last!r}, and go back"
    missing = next((name for name in wanted if name not in mine), None)
    if missing is not None:
        itself = "it has to stand at the end" if missing == last else f"{last!r} was computed from it"
        return f"{missing!r} is missing: {itself}"
    early = first_before_its_parent(found, parents)
    if early is None:
        return None
    what = "{!r} comes before its parent {!r}: ".format(*early)
    if found == order_of_the_dict(parents, last) and len(found) > 3:
        return what + "you kept the order of the dict, which says nothing about what was computed from what"
    if first_before_its_parent(found[::-1], parents) is None:
        return what + "your list runs the wrong way round, children first"
    return what + "a node has to wait for all of its parents, also for the one that takes the longest way"


def first_before_its_parent(found, parents):
    """Return the first (node, parent) that stand in the wrong order, or None."""
    place = {name: i for i, name in enumerate(found)}
    pairs = ((name, parent) for name in found for parent in parents[name])
    return next(((name, parent) for name, parent in pairs if place[parent] > place[name]), None)


def roll_mended(x, lr, steps):
    places = [x]
    for _ in range(steps):
        x = x - lr * 2 * (x - 3)
        places.append(x)
    return np.array(places)


def never_reset(x, lr, steps):
    places, grad = [x], 0.0
    for _ in range(steps):
        grad += 2 * (x - 3)
        x = x - lr * grad
        places.append(x)
    return np.array(places)


def reset_before_the_step(x, lr, steps):
    return np.full(steps + 1, x)


def reset_every_other_time(x, lr, steps):
    places, grad = [x], 0.0
    for i in range(steps):
        grad = 2 * (x - 3) + (grad if i % 2 else 0.0)
        x = x - lr * grad
        places.append(x)
    return np.array(places)


def one_gradient_for_all_steps(x, lr, steps):
    return x - lr * 2 * (x - 3) * np.arange(steps + 1)


def rolls_uphill(x, lr, steps):
    return roll_mended(x, -lr, steps)


def starts():
    return [(0.0, 0.1, 4), (5.0, 0.25, 6), (-1.0, 0.4, 5)]


def unbroadcast(gradient, shape):
    return unbroadcast_of_nnlib(gradient, shape)


def sum_of_all(gradient, shape):
    return gradient.sum()


def always_over_rows(gradient, shape):
    return gradient.sum(axis=0)


def mean_of_copies(gradient, shape):
    return unbroadcast_of_nnlib(gradient, shape) * (np.ones(shape).size / gradient.size)


def mean_over_new_axes(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.mean(axis=0)
    return unbroadcast_of_nnlib(gradient, shape)


def mean_over_stretched_axes(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            gradient = gradient.mean(axis=axis, keepdims=True)
    return gradient


def one_of_the_copies(gradient, shape):
    gradient = gradient[(0,) * (gradient.ndim - len(shape))]
    return gradient[tuple(slice(0, 1) if size == 1 else slice(None) for size in shape)]


def axis_of_size_1_lost(gradient, shape):
    return unbroadcast_of_nnlib(gradient, shape).squeeze()


def left_as_it_is(gradient, shape):
    return gradient


def stretched_gradients():
    rng = np.random.default_rng(0)
    pairs = [((4, 3), (3,)), ((4, 3), (4, 3)), ((4, 3), (4, 1)), ((2, 4, 3), (3,)), ((2, 4, 3), (4, 1)), ((4, 3), ())]
    return [(rng.integers(1, 9, big).astype(float), small) for big, small in pairs]


def train_step(W, b, X, t, lr):
    W, b = Tensor(W), Tensor(b)
    ((X @ W + b - t) ** 2).mean().backward()
    return W.data - lr * W.grad, b.data - lr * b.grad


def step_uphill(W, b, X, t, lr):
    return train_step(W, b, X, t, -lr)


def step_by_the_sum(W, b, X, t, lr):
    return train_step(W, b, X, t, lr * t.size)


def step_of_length_1(W, b, X, t, lr):
    return train_step(W, b, X, t, 1.0)


def bias_left_behind(W, b, X, t, lr):
    return train_step(W, b, X, t, lr)[0], b


def only_the_gradients(W, b, X, t, lr):
    new_W, new_b = train_step(W, b, X, t, lr)
    return (W - new_W) / lr, (b - new_b) / lr


def backward_forgotten(W, b, X, t, lr):
    return W, b


def one_after_the_other(W, b, X, t, lr):
    W = train_step(W, b, X, t, lr)[0]
    return W, train_step(W, b, X, t, lr)[1]


def backward_twice(W, b, X, t, lr):
    return train_step(W, b, X, t, 2 * lr)


def lines():
    rng = np.random.default_rng(0)
    made = []
    for n, n_in, n_out, lr in [(4, 1, 1, 0.1), (5, 3, 2, 0.05)]:
        shapes = [(n_in, n_out), (n_out,), (n, n_in), (n, n_out)]
        made.append((*(rng.standard_normal(shape).round(2) for shape in shapes), lr))
    return made


EXERCISES = [
    Exercise(
        "07.1",
        "power",
        "an operation and its slope",
        power,
        powers,
        wrong=(
            (exponent_kept, "The exponent goes down by 1: the slope of x² is 2x, not 2x²"),
            (factor_forgotten, "The old exponent comes down as a factor: the slope of x² is 2x, not x"),
            (slope_first, "You return the slope first: the value comes first, then the slope"),
            (slope_by_exponent, "That is how xᵖ changes with p: here p stays and x moves"),
            (exponent_grows, "The slope has one factor x less than the power: p * x ** (p - 1)"),
            (times_in_place_of_power, "You multiplied by p - 1: it is the exponent, p * x ** (p - 1)"),
            (base_less_one, "You took 1 from the base: it is taken from the exponent, p * x ** (p - 1)"),
            (
                one_less_at_the_end,
                "Python takes the power before it subtracts: the exponent needs brackets, x ** (p - 1)",
            ),
        ),
    ),
    Exercise(
        "07.2",
        "order",
        "parents first, in a chain of any length",
        order,
        graphs,
        judge=order_fault,
        wrong=(
            (order_by_recursion, "calls itself"),
            (order_with_a_higher_limit, "raises Python's recursion limit"),
            (order_of_the_dict, "you kept the order of the dict, which says nothing about what was computed from what"),
            (all_of_the_dict, "was not computed from it: start from"),
            (children_first, "your list runs the wrong way round, children first"),
            (visited_again, "what was visited once is not visited again"),
            (nearest_last, "a node has to wait for all of its parents, also for the one that takes the longest way"),
            (last_forgotten, "'y' is missing: it has to stand at the end"),
        ),
    ),
    Exercise(
        "07.3",
        "roll_mended",
        "the forgotten reset",
        roll_mended,
        starts,
        wrong=(
            (never_reset, "The gradients of all steps so far still add up: set x.grad to 0 in each round, not once"),
            (
                reset_before_the_step,
                "x never moves: the gradient is set to 0 after backward and before the step, which then has none",
            ),
            (reset_every_other_time, "Every second round still adds to the gradient of the one before"),
            (
                one_gradient_for_all_steps,
                "Every step uses the gradient of the first place: build the loss and call backward in each round",
            ),
            (rolls_uphill, "x moves away from 3: a step goes against the gradient, so it is taken away"),
        ),
    ),
    Exercise(
        "07.4",
        "unbroadcast",
        "sum what was copied",
        unbroadcast,
        stretched_gradients,
        wrong=(
            (sum_of_all, "You summed over everything: only the axes along which numbers were copied are summed"),
            (
                always_over_rows,
                "You always sum over axis 0: which axes were stretched follows from comparing the two shapes",
            ),
            (mean_of_copies, "You took the mean: every copy has an effect of its own, so their gradients add up"),
            (mean_over_new_axes, "You took the mean over the axes that were added in front: copies add up"),
            (mean_over_stretched_axes, "You took the mean over the axes of size 1 that were stretched: copies add up"),
            (one_of_the_copies, "You kept the gradient of one copy: all copies are the same number, so they add up"),
            (
                axis_of_size_1_lost,
                "The sums are right, but an axis of size 1 got lost: keepdims=True leaves it where it was",
            ),
            (left_as_it_is, "You returned the gradient as it came: it has the shape of the result, not of the parent"),
        ),
    ),
    Exercise(
        "07.5",
        "train_step",
        "a training step with the tape",
        train_step,
        lines,
        wrong=(
            (step_uphill, "The step goes uphill: the gradient points to a larger loss, so take it away"),
            (step_by_the_sum, "Your loss is the sum of the squares: with the mean, steps do not grow with the batch"),
            (step_of_length_1, "lr is not used: the gradient times lr is the step"),
            (backward_forgotten, "W and b came back unchanged: a gradient is 0 until loss.backward() is called"),
            (bias_left_behind, "b stays as it was: it is a parameter too, and has a gradient"),
            (only_the_gradients, "You returned the gradients: asked are the new W and b, one step further"),
            (
                one_after_the_other,
                "b's gradient was computed after W had moved: both steps are taken from the same place",
            ),
            (backward_twice, "Your steps are twice as long: is backward called twice, so that the gradients add up?"),
        ),
    ),
]

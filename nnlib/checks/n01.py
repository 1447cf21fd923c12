"""The exercises of notebook 01: a neuron, its line, how it learns, and what one alone cannot do."""

import numpy as np

from nnlib.checks.engine import Exercise, Fault


def neuron(x, w, b):
    return 1 if x @ w + b > 0 else 0


def without_bias(x, w, b):
    return 1 if x @ w > 0 else 0


def without_step(x, w, b):
    return x @ w + b


def fires_at_zero(x, w, b):
    return 1 if x @ w + b >= 0 else 0


def two_inputs_only(x, w, b):
    return 1 if x[0] * w[0] + x[1] * w[1] + b > 0 else 0


def multiplies_bias(x, w, b):
    return 1 if b * (x @ w) > 0 else 0


def weights_added(x, w, b):
    return 1 if (x + w).sum() + b > 0 else 0


def inputs():
    w = np.array([1.0, -2.0])
    points = [(2.0, 0.5), (0.0, 1.0), (1.0, 1.0), (0.5, 0.5), (0.0, 0.0)]
    border, three = np.array([1.0, 1.0]), np.array([1.0, 1.0, 1.0])
    pairs = [(np.array(point), w, b) for point in points for b in (-0.4, 0.6)]
    return [*pairs, (border, border, -2.0), (three, np.array([-1.0, -1.0, 3.0]), 0.0)]


CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def and_gate():
    return 1.0, 1.0, -1.5


def or_gate():
    return 1.0, 1.0, -0.5


def not_and():
    return -1.0, -1.0, 1.5


def is_and(weights):
    """Run the four corners through a neuron with these weights, and say where it is not AND."""
    three = isinstance(weights, (tuple, list, np.ndarray)) and np.shape(weights) == (3,)
    if not three or np.asarray(weights).dtype.kind not in "biuf" or not np.isfinite(weights).all():
        return f"expected three numbers, w1, w2 and b, got {weights!r}"
    w1, w2, b = weights
    answers = [neuron(corner, np.array([w1, w2], float), b) for corner in CORNERS]
    if answers == [0, 1, 1, 1]:
        return "fires for (0, 1) and (1, 0) as well: that is OR. Make b smaller"
    if answers == [1, 1, 1, 0]:
        return "does the opposite: that is NAND. Turn all three signs around"
    for corner, answer, right in zip(CORNERS, answers, [0, 0, 0, 1], strict=True):
        if answer != right:
            z = corner @ [w1, w2] + b
            cause = (
                "fires too often: make b smaller" if answer else "does not fire for (1, 1): its sum has to be above 0"
            )
            at = f"({corner[0]:.0f}, {corner[1]:.0f})"
            return Fault(cause, f"for {at} the sum is {z:g}, so it answers {answer}, expected {right}")
    return None


def perceptron_step(x, target, w, b):
    error = target - neuron(x, w, b)
    return w + error * x, b + error


def wrong_sign(x, target, w, b):
    error = neuron(x, w, b) - target
    return w + error * x, b + error


def with_the_sum(x, target, w, b):
    error = target - (x @ w + b)
    return w + error * x, b + error


def forgets_bias(x, target, w, b):
    return w + (target - neuron(x, w, b)) * x, b


def without_input(x, target, w, b):
    error = target - neuron(x, w, b)
    return w + error, b + error


def always_moves(x, target, w, b):
    return w + target * x, b + target


def until_it_is_right(x, target, w, b):
    for _ in range(100):
        w, b = perceptron_step(x, target, w, b)
    return w, b


def error_in_place_of_the_bias(x, target, w, b):
    return perceptron_step(x, target, w, b)[0], target - neuron(x, w, b)


def error_without_sign(x, target, w, b):
    error = abs(target - neuron(x, w, b))
    return w + error * x, b + error


def lessons():
    w = np.array([0.5, -1.0])
    once = [(np.array(x), target, w, 0.2) for x in [(1.0, 2.0), (3.0, 0.5)] for target in (0, 1)]
    return [*once, (np.array([0.1, 0.2, -0.1]), 1, np.array([1.0, 0.5, 2.0]), -4.0)]  # which one step does not mend


def nand(x1, x2):
    return neuron(np.array([x1, x2], float), np.array([-1.0, -1.0]), 1.5)


def xor(x1, x2):
    middle = nand(x1, x2)
    return nand(nand(x1, middle), nand(x2, middle))


def one_nand(x1, x2):
    return nand(x1, x2)


def is_or(x1, x2):
    return nand(nand(x1, x1), nand(x2, x2))


def is_and_again(x1, x2):
    return 1 - nand(x1, x2)


def without_nand(x1, x2):
    return x1 ^ x2


def is_equal(x1, x2):
    return 1 - xor(x1, x2)


def first_input_twice(x1, x2):
    middle = nand(x1, x2)
    return nand(nand(x1, middle), nand(x1, middle))


class Bit:
    """0 or 1, which a neuron can read and nothing else can."""

    def __init__(self, value):
        self.value = value

    def __float__(self):
        return float(self.value)

    def __repr__(self):
        return str(self.value)

    def refuse(self, *others):
        raise TypeError("use x1 and x2 only as inputs of nand")

    __eq__ = __ne__ = __lt__ = __gt__ = __bool__ = __int__ = __index__ = refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __xor__ = __and__ = __or__ = __mod__ = refuse


def truth_table():
    return [(Bit(x1), Bit(x2)) for x1 in (0, 1) for x2 in (0, 1)]


def line_step(x, y, w, b, lr):
    error = w * x + b - y
    return w - lr * (2 * error * x).mean(), b - lr * (2 * error).mean()


def uphill(x, y, w, b, lr):
    return line_step(x, y, w, b, -lr)


def sums(x, y, w, b, lr):
    return line_step(x, y, w, b, lr * len(x))


def half(x, y, w, b, lr):
    return line_step(x, y, w, b, lr / 2)


def in_turn(x, y, w, b, lr):
    w = w - lr * (2 * (w * x + b - y) * x).mean()
    return w, b - lr * (2 * (w * x + b - y)).mean()


def same_slope(x, y, w, b, lr):
    error = (2 * (w * x + b - y)).mean()
    return w - lr * error, b - lr * error


def bias_with_input(x, y, w, b, lr):
    slope = (2 * (w * x + b - y) * x).mean()
    return w - lr * slope, b - lr * slope


def product_of_means(x, y, w, b, lr):
    error = w * x + b - y
    return w - lr * (2 * error).mean() * x.mean(), b - lr * (2 * error).mean()


def lines():
    x = np.array([0.0, 1.0, 2.0, 4.0])
    return [(x, 3 * x - 1, 0.5, 0.25, 0.1), (x[1:], np.array([2.0, 2.5, 1.0]), -1.0, 2.0, 0.02)]


EXERCISES = [
    Exercise(
        "01.1",
        "neuron",
        "a neuron",
        neuron,
        inputs,
        wrong=(
            (without_bias, "The bias is missing in the sum"),
            (without_step, "That is the sum itself; the neuron answers 1 where it is above 0, else 0"),
            (fires_at_zero, "A sum of exactly 0 is not above 0: use > in place of >="),
            (two_inputs_only, "It looks at two inputs only: x @ w takes as many as there are"),
            (multiplies_bias, "The bias is added to the sum, not multiplied with it"),
            (weights_added, "You added each weight to its input: a weight multiplies it"),
        ),
    ),
    Exercise(
        "01.2",
        "and_gate",
        "weights for AND",
        and_gate,
        wrong=((or_gate, "that is OR. Make b smaller"), (not_and, "that is NAND. Turn all three signs around")),
        judge=is_and,
    ),
    Exercise(
        "01.3",
        "perceptron_step",
        "the perceptron rule",
        perceptron_step,
        lessons,
        wrong=(
            (wrong_sign, "It moves away from the right answer: the error is target minus answer"),
            (with_the_sum, "The error is made of the neuron's answer, 0 or 1, not of the sum: call neuron(x, w, b)"),
            (forgets_bias, "The bias learns as well: its input is always 1"),
            (without_input, "Each weight moves by the error times its own input"),
            (
                until_it_is_right,
                "It steps until the answer is right: one step is asked for. Going round again comes later, with all "
                "examples in turn",
            ),
            (error_in_place_of_the_bias, "Your second value is the error itself: the new bias is b plus the error"),
            (always_moves, "Where the answer is right already, nothing moves: use target minus answer"),
            (error_without_sign, "Without its sign the error only ever pushes the sum up: leave abs out"),
        ),
    ),
    Exercise(
        "01.4",
        "xor",
        "XOR from NANDs",
        xor,
        truth_table,
        wrong=(
            (one_nand, "That is one NAND: it also fires for (0, 0)"),
            (is_or, "That is OR: it also fires for (1, 1)"),
            (without_nand, "use x1 and x2 only as inputs of nand"),
            (is_and_again, "That is AND: it fires for (1, 1) only"),
            (is_equal, "That is the opposite: it fires where both are the same"),
            (first_input_twice, "Both gates before the last one take x1: the second takes x2"),
        ),
    ),
    Exercise(
        "01.5",
        "line_step",
        "one step downhill",
        line_step,
        lines,
        wrong=(
            (
                uphill,
                "It goes uphill. Either the sign of the error is turned, y minus answer in place of answer minus y, "
                "or the step is added where it should be subtracted",
            ),
            (sums, "It takes the sum over the points; the loss is their mean"),
            (half, "It makes half the step: the slope of a square has a factor 2"),
            (in_turn, "The slope for b uses the new w already: compute both slopes first, then step"),
            (same_slope, "The slope for w has one factor more, x"),
            (
                bias_with_input,
                "The slope with respect to b has no x in it: the bias counts as if its input were always 1",
            ),
            (
                product_of_means,
                "A mean of products is not the product of the means: multiply each error by its own x first",
            ),
        ),
    ),
]

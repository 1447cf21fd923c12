"""What a claim may use to say a result in words. Its own file, for the kernel of a notebook reads it."""

import copy
import inspect
import re
import runpy
from pathlib import Path

FORMULAS = Path(__file__).resolve().with_name("formulas.py")
UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
UNITS += ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ORDINALS = ["zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]

PARTS = {3: "third", 4: "quarter", 100: "hundredth", 1000: "thousandth"}


def words(number):
    """Return a whole number below a million in words: 20, twenty; 1000, a thousand."""
    number = whole_number(number)
    for size, name in [(1000, "thousand"), (100, "hundred")]:
        if number >= size and number % size == 0:
            return f"{'a' if number == size else words(number // size)} {name}"
    if number < 20:
        return UNITS[number]
    if number < 100:
        return TENS[number // 10 - 2] + (f"-{UNITS[number % 10]}" if number % 10 else "")
    raise ValueError(f"words expected a number below 100, or so many hundreds or thousands, got {number}")


def Words(number):
    """The same at the beginning of a sentence."""
    return words(number).capitalize()


def whole_number(number):
    if abs(float(number) - round(float(number))) > 1e-9:
        raise ValueError(f"expected a whole number, got {number}: round it as the sentence does")
    return round(float(number))


def ordinal(number):
    """Return first, second, third ..."""
    return ORDINALS[whole_number(number)]


def times(number):
    """Return once, twice, three times ..."""
    return {1: "once", 2: "twice"}.get(whole_number(number)) or f"{words(number)} times"


def number(value):
    """Return a number without needless zeros, its sign as prose has it: -2.5, 3."""
    return f"{float(value):g}"


def minus(value):
    """The same with the sign that prose has outside of code: −1."""
    return number(value).replace("-", "−")


def share(value):
    """Return one part of a whole: half, a quarter, a hundredth."""
    parts = whole_number(1 / value)
    return "half" if parts == 2 else f"a {PARTS.get(parts) or ordinal(parts)}"


def listed(names):
    """Return names as a sentence lists them: AND, OR and NAND."""
    *first, last = map(str, names)
    return f"{', '.join(first)} and {last}" if first else last


def so(fact):
    """Return nothing if a fact is one: for what a sentence says without a number, as in "The loss falls{so(...)}"."""
    return "" if fact else " (not so)"


def formula(text, value, within=1e-6, **given):
    """Return a formula if it gives this value, within a relative difference, with the given values of its names."""

    def apart(word):
        return word[0] if word[0] in given else " ".join(word[0])

    spelt = re.sub(r"\\tanh\^2\((\w)\)", r"(\\tanh(\1))^2", text.replace(r"\cdot", "*").replace(r"\log", r"\ln"))
    spelt = re.sub(r"_\{(\w+)\}", r"_\1", spelt)
    spelt = re.sub(r"(?<![\\\w])[^\W\d_]{2,}(?![\w({])", apart, spelt).replace("'", "_prime ")
    spelt = re.sub(r"\^([\dt])", r"**\1", re.sub(r"(?<!e)\^\{([^{}]*)\}", r"**(\1)", spelt))
    came = runpy.run_path(str(FORMULAS))["compute"](spelt, **given)
    return text if close(came, value, within) else f"{text} (not so: {came}, and not {value})"


def close(came, value, within=1e-6):
    import numpy as np

    return np.shape(came) == np.shape(value) and np.allclose(came, value, rtol=within, atol=1e-9)


def shape(text, array, **sizes):
    """Return a shape, such as (n, 784), if it is that of the array; sizes are what its names stand for."""
    sides = [int(sizes.get(side, side)) for side in re.findall(r"\w+", text)]
    return text if tuple(sides) == array.shape else f"{text} (not so: {array.shape})"


def snippet(text, value, **given):
    """Return code if it gives this value, or makes it of the first of the given names; ... stands for 1."""
    import numpy as np

    given, code = {name: copy.copy(one) for name, one in given.items()}, text.replace("...", "1")
    try:
        came = eval(code, {"np": np} | given)
    except SyntaxError:
        first = next(iter(given))
        exec(code, {"np": np}, given)
        came = given[first]
    return text if close(came, value) else f"{text} (not so: {came}, and not {value})"


def raised(call):
    """Return the message of the exception that a call raises."""
    try:
        call()
    except Exception as error:
        return str(error)
    return "nothing is raised"


def code_of(function):
    """Return the code of a function without comments."""
    return re.sub(r" *#.*", "", inspect.getsource(function))


def names(variables, text, code=""):
    """Return what an expression may use: a notebook's variables, the functions here, what its cells printed and say."""

    def printed(pattern):
        """Return what the pattern's group, or groups, found in the last place in what the cells so far have printed."""
        found = re.findall(pattern, text)
        if not found:
            raise ValueError(f"no cell so far has printed {pattern!r}")
        return found[-1]

    def series(pattern):
        """Return the numbers that the pattern's group, or groups, found in each place, in order."""
        found = re.findall(pattern, text)
        if not found:
            raise ValueError(f"no cell so far has printed {pattern!r}")
        return [float(one) if isinstance(one, str) else tuple(map(float, one)) for one in found]

    def coded(pattern):
        """Return what the pattern's group, or groups, found in the code: for a setting that no variable holds."""
        found = set(re.findall(pattern, code))
        if len(found) != 1:
            raise ValueError(f"{pattern!r} expected one thing in the code, found {sorted(found)}")
        return found.pop()

    return {**variables, **globals(), "printed": printed, "series": series, "coded": coded}

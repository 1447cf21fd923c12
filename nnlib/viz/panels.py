"""A panel with axes, made of shapes."""

import math

import numpy as np

from nnlib.viz.drawing import Move, text_width

FAR = 100  # panels away from its edge, nobody sees where a line goes


def round_step(rough):
    """Return the next larger 1, 2 or 5 times a power of ten.

    >>> [round_step(n) for n in (0.3, 1.1, 7)]
    [0.5, 2.0, 10.0]
    """
    power = 10.0 ** math.floor(math.log10(rough))
    return next(n * power for n in (1, 2, 5, 10) if n * power >= rough * (1 - 1e-9))


def ticks_between(low, high, about=4):
    """Return round numbers from low to high, some `about` of them.

    >>> ticks_between(-0.1, 1.1).tolist()
    [0.0, 0.5, 1.0]
    """
    step = round_step((high - low) / about)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return np.round(np.arange(first, last + 1) * step, 12) + 0.0


def top_of(curves):
    """Return how far up an axis goes for curves of numbers: a few huge ones, as at the start of a run, leave it.

    The last of each curve stay on it. What is no finite number counts for nothing.

    >>> top_of([np.array([1e4, 3, 2, 2, 1])]), top_of([np.array([1, 2, 2, 3, 1e4])])
    (12.0, 10000.0)
    """
    curves = [curve[np.isfinite(curve)] for curve in curves]
    curves = [curve for curve in curves if curve.size]
    if not curves:
        return 0.0
    together = np.concatenate(curves)
    most = 4 * np.quantile(together, 0.9, method="lower")
    return float(min(together.max(), max(most, *(curve[-1] for curve in curves))))


def short(number):
    """Return a number as an axis has it, with a true minus.

    >>> short(-0.5), short(1e-6), short(20.0)
    ('−0.5', '10⁻⁶', '20')
    """
    exponent = round(math.log10(abs(number))) if number else 0
    if exponent < -3 and math.isclose(number, 10.0**exponent):
        return power(exponent)
    return f"{number:g}".replace("-", "−")


def power(exponent):
    """Return a power of ten, also one that no float can hold.

    >>> power(-12), power(400)
    ('10⁻¹²', '10⁴⁰⁰')
    """
    return "10" + f"{exponent}".translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


class Panel:
    """A rectangle of a Drawing with axes: its methods take places in its own numbers, and cut off what leaves it.

    x, y: both ends of an axis, from left to right and from bottom to top;   log: whether y is logarithmic
    """

    def __init__(self, drawing, box, x, y, *, log=False):
        self.drawing, self.box, self.ends, self.log = drawing, tuple(map(float, box)), (x, y), log
        self.left, self.top, self.wide, self.high = self.box

    def x(self, value):
        """Return where a number of the x axis lies on the sheet."""
        low, high = self.ends[0]
        return self.left + (np.asarray(value, float) - low) / (high - low) * self.wide

    def y(self, value):
        """Return where a number of the y axis lies on the sheet; below a logarithmic axis for what is not above 0."""
        (low, high), value = self.ends[1], np.asarray(value, float)
        if self.log:
            value = np.log10(np.where(value > 0, value, np.where(np.isnan(value), np.nan, low / 10)))
            low, high = math.log10(low), math.log10(high)
        return self.top + (high - value) / (high - low) * self.high

    def places(self, xs, ys):
        """Return places on the sheet, (n, 2), what is very far away brought nearer."""
        xs, ys = np.broadcast_arrays(self.x(xs), self.y(ys))
        centre, size = (self.left, self.top), (self.wide, self.high)
        ends = [(c - FAR * s, c + FAR * s) for c, s in zip(centre, size, strict=True)]
        return np.stack([np.clip(v, *end) for v, end in zip((xs, ys), ends, strict=True)], axis=-1).reshape(-1, 2)

    def frame(self, *, xticks=(), yticks=(), xlabel="", ylabel="", title="", xtexts=None, ytexts=None, grid=False):
        """Add border, ticks, labels and title; texts in place of the numbers of ticks where they are given."""
        sheet, bottom, middle = self.drawing, self.top + self.high, self.left + self.wide / 2
        for value, text in zip(yticks, ytexts or map(short, yticks), strict=True):
            y = float(self.y(value))
            if grid:
                sheet.path([(self.left, y), (self.left + self.wide, y)], "grid", width=1)
            sheet.text(text, self.left - 7, y, align="right")
        for value, text in zip(xticks, xtexts or map(short, xticks), strict=True):
            sheet.text(text, float(self.x(value)), bottom + 14, align="middle")
        sheet.rect(*self.box, line="axis", width=1)
        if xlabel:
            sheet.text(xlabel, middle, bottom + (34 if len(xticks) else 16), align="middle")
        if ylabel:
            room = max([text_width(t) for t in ytexts or map(short, yticks)], default=0)
            sheet.text(ylabel, self.left - room - 20, self.top + self.high / 2, align="middle", turned=True)
        if title:
            sheet.text(title, middle, self.top - 14, align="middle")

    def line(self, xs, ys, line="ink", **look):
        """Add a line through numbers."""
        self.drawing.path(self.places(xs, ys), line, **{"clip": self.box} | look)

    def mark(self, kind, x, y, radius=6, **look):
        """Add a mark, unless it lies outside."""
        if self.inside(x, y):
            self.drawing.mark(kind, float(self.x(x)), float(self.y(y)), radius, **look)

    def marks(self, kind, xs, ys, radius=6, **look):
        """Add marks that look the same, as one shape, but for those that lie outside."""
        self.drawing.marks(kind, self.places(xs, ys)[self.inside(xs, ys)], radius, **look)

    def inside(self, x, y):
        """Whether a place lies in the panel, or each of several."""
        at_x, at_y = self.x(x) - self.left, self.y(y) - self.top
        return (at_x >= -1e-6) & (at_x <= self.wide + 1e-6) & (at_y >= -1e-6) & (at_y <= self.high + 1e-6)

    def area(self, start, end, **look):
        """Add an area of full height from one number of the x axis to another one."""
        left, right = (min(max(float(self.x(number)), self.left), self.left + self.wide) for number in (start, end))
        self.drawing.rect(left, self.top, right - left, self.high, **look)

    def hand(self, does, tip, name="hand"):
        """Let a pointer anywhere in it do something: above what was added before, and not seen."""
        self.drawing.rect(*self.box, fill="paper", opacity=0, does=does, tip=tip, name=name)

    def image(self, values, scale, **look):
        """Fill it with an array (rows, columns), its first row at the bottom, as the y axis goes up."""
        self.drawing.image(np.asarray(values, float)[::-1], *self.box, scale, **look)

    def follow(self, x="", y="", sweep=False, within=False):
        """Return the Move by which a pointer sets controls, by their names, to the numbers where it is.

        within: whether the numbers stay inside the panel when the pointer leaves it
        """
        (x_low, x_high), (y_low, y_high) = self.ends
        by_x, by_y = (x_high - x_low) / self.wide, (y_low - y_high) / self.high
        moves = {x: (x_low - self.left * by_x, by_x, 0), y: (y_high - self.top * by_y, 0, by_y)}
        if within:
            moves = {name: (*move, *ends) for (name, move), ends in zip(moves.items(), self.ends, strict=True)}
        return Move(follow={name: move for name, move in moves.items() if name}, sweep=sweep)

"""An optimizer's walk on a landscape, and a second one beside it: where it goes, how high it is, when it flies off."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from nnlib.checks.n05 import adam_step, momentum_step, step
from nnlib.plotting import BLUE, ORANGE
from nnlib.viz.view import Choice, Slider, View

STEPS, FAR = 200, 1000  # steps of a walk; farther away than this, it has flown off
ALPHA, BETAS, EPS = 0.9, (0.9, 0.999), 1e-8
LEVELS = np.linspace(0, 1, 19)  # of the contours
LOWEST_SHOWN, HIGHEST_SHOWN = 1e-6, 1e3  # in the panel of heights


def valley(x, y):
    """Return height and gradient of a round valley, lowest at 0."""
    return (x**2 + 2 * y**2) / 2, [x, 2 * y]


def saddle(x, y):
    """Return height and gradient of a pass between two dips in y."""
    return x**2 / 2 - y**2 / 2 + y**4 / 4, [x, -y + y**3]


def two_dips(x, y):
    """Return height and gradient of two dips in x, the left one lower."""
    return x**4 / 4 - x**2 / 2 + x / 5 + y**2 / 2, [x**3 - x + 0.2, y]


def ravine(x, y):
    """Return height and gradient of a valley that bends 40 times as sharply in y as in x."""
    return (x**2 + 40 * y**2) / 2, [x, 40 * y]


def turned_ravine(x, y):
    """Return the ravine turned by 45°."""
    root = math.sqrt(2)
    height, (along, across) = ravine((x + y) / root, (y - x) / root)
    return height, [(along - across) / root, (along + across) / root]


def rmsprop_step(w, g, v, lr, alpha, eps):
    """Return w and v after one step of RMSProp."""
    v = alpha * v + (1 - alpha) * g**2
    return w - lr * g / (np.sqrt(v) + eps), v


@dataclass(frozen=True)
class Landscape:
    """A height and its gradient at (x, y); half the width of its map; its flat places; the curvature of a parabola."""

    at: Callable
    wide: float
    flat: dict
    curvature: float | None = None

    @property
    def tall(self):
        return round(0.75 * self.wide, 6)

    @property
    def lowest(self):
        return min(self.at(*place)[0] for place in self.flat)


LEFT, PASS, RIGHT = np.sort(np.roots([1, 0, -1, 0.2]).real).tolist()  # where the slope of two_dips in x is 0
LOW, ON_PASS = "the lowest point", "the pass, a saddle: no slope, and no minimum"
LANDSCAPES = {
    "valley": Landscape(valley, 2.4, {(0, 0): LOW}, 2),
    "saddle": Landscape(saddle, 2.4, {(0, 0): ON_PASS, (0, 1): LOW, (0, -1): LOW}),
    "two dips": Landscape(
        two_dips, 2.4, {(LEFT, 0): LOW, (PASS, 0): ON_PASS, (RIGHT, 0): "the higher dip, a local minimum"}
    ),
    "ravine": Landscape(ravine, 4.4, {(0, 0): LOW}, 40),
    "turned ravine": Landscape(turned_ravine, 4.4, {(0, 0): LOW}, 40),
}
RULES = {  # the function that a reader writes, the course's own, and what it returns
    "SGD": ("step", step, "w"),
    "momentum": ("momentum_step", momentum_step, "wv"),
    "RMSProp": ("rmsprop_step", rmsprop_step, "wv"),
    "Adam": ("adam_step", adam_step, "wmv"),
}


@dataclass(frozen=True)
class Walk:
    """A walk up to the present step k: path (k + 1, 2), heights above the lowest point (k + 1,), and what became of it.

    `up` is the first step that went up (0: none so far), `gone` the one after which it had flown off (0: it has
    not), `settled` the step from which on its height is within 0.001 of that at the `end` of all steps.
    """

    name: str
    path: np.ndarray
    above: np.ndarray
    slope: float
    up: int
    gone: int
    settled: int
    end: float


@dataclass(frozen=True)
class DescentFrame:
    """A map of shade (rows, columns), from 0 at its lowest place to 1, `wide` and `tall` to both sides; walks on it."""

    landscape: str
    wide: float
    tall: float
    shade: np.ndarray
    walk: Walk
    other: Walk | None
    step: int
    steps: int = STEPS
    low: float = LOWEST_SHOWN
    high: float = HIGHEST_SHOWN


def heights_on(land, rows, columns):
    """Return the heights on a grid over the map, (rows, columns)."""
    xs, ys = np.meshgrid(np.linspace(-land.wide, land.wide, columns), np.linspace(-land.tall, land.tall, rows))
    return land.at(xs, ys)[0]


@cache
def shade_of(name, rows=91, columns=121):
    """Return the share of lower places on the map, spread out near the lowest, (rows, columns)."""
    land = LANDSCAPES[name]
    fine = np.sort(heights_on(land, 4 * rows, 4 * columns), axis=None)  # finer, else contours get corners
    return (np.searchsorted(fine, heights_on(land, rows, columns)) / fine.size) ** (2 / 3)


@cache
def chance(seed=0):
    """Return the noise of every step, (STEPS, 2), always the same."""
    return np.random.default_rng(seed).standard_normal((STEPS, 2))


def mover(optimizer, function, lr, mu):
    """Return `move(w, g, *memory, t)` of an optimizer, which calls the reader's function or the course's."""
    return {
        "SGD": lambda w, g, t: function(w, g, lr),
        "momentum": lambda w, g, v, t: function(w, g, v, lr, mu),
        "RMSProp": lambda w, g, v, t: function(w, g, v, lr, ALPHA, EPS),
        "Adam": lambda w, g, m, v, t: function(w, g, m, v, t, lr, *BETAS, EPS),
    }[optimizer]


def parts(said, name, wanted, t):
    """Return what a step gave as a list of arrays (2,), one for each letter in `wanted`, or raise ValueError."""
    got = [said] if len(wanted) == 1 else said
    if not isinstance(got, (list, tuple)) or len(got) != len(wanted):
        raise ValueError(f"{name} expected to return {', '.join(wanted)}, returned {said!r} in step {t}")
    arrays = []
    for letter, part in zip(wanted, got, strict=True):
        array = np.array(part)  # a copy: a reader's function may change its own in place
        if array.shape != (2,) or array.dtype.kind not in "iuf":
            raise ValueError(f"{name} expected to return {letter} as two numbers, shape (2,), got {part!r} in step {t}")
        if not math.isfinite(sum(array.tolist())):
            raise ValueError(f"{name} gave {letter} = {part} in step {t}: expected two finite numbers")
        arrays.append(array)
    return arrays


def walk_path(rule, move, at, start, noise):
    """Return all places of a walk, (steps + 1, 2); it ends early where it flies off.   Shapes: noise (STEPS, 2)."""
    name, _, wanted = rule
    w, *memory = [np.array(start, float), *(np.zeros(2) for _ in wanted[1:])]
    path = [w]
    with np.errstate(all="ignore"):
        for t in range(1, STEPS + 1):
            g = np.array(at(*w.tolist())[1]) + noise[t - 1]
            w, *memory = parts(move(w.copy(), g, *memory, t), name, wanted, t)
            path.append(w)
            if abs(w[0]) > FAR or abs(w[1]) > FAR:
                break
    return np.array(path)


def walk_until(name, path, land, step):
    """Return the Walk of a path up to a step."""
    heights = land.at(*path.T)[0]
    now = min(step, len(path) - 1)
    rises = np.flatnonzero(np.diff(heights[: now + 1]) > 1e-12)  # 1e-12: rounding
    apart = np.flatnonzero(np.abs(heights - heights[-1]) >= 1e-3)
    return Walk(
        name=name,
        path=path[: now + 1],
        above=heights[: now + 1] - land.lowest,
        slope=math.hypot(*land.at(*path[now])[1]),
        up=int(rises[0]) + 1 if rises.size else 0,
        gone=len(path) - 1 if np.abs(path[-1]).max() > FAR else 0,
        settled=int(apart[-1]) + 1 if apart.size else 0,
        end=heights[-1],
    )


class Descent(View):
    """A walk downhill on one of five landscapes; drag its start, change the rate, compare it with another optimizer.

    Driven by the reader's `step(w, slope, lr)`, `momentum_step(w, g, v, lr, mu)`, `rmsprop_step(w, g, v, lr, alpha,
    eps)` and `adam_step(w, g, m, v, t, lr, beta1, beta2, eps)`, looked up by name at each move. RMSProp has
    alpha = 0.9, Adam beta1 = 0.9 and beta2 = 0.999. The noise is added to the gradient, always the same one.

    >>> Descent(landscape="saddle", lr=0.2, x=1.5, y=0, step=200).facts_shown.split("; ")[1]
    'now at the pass, a saddle: no slope, and no minimum'
    """

    title = "Downhill"
    script = "descent.js"
    controls = (
        Choice("landscape", "landscape", tuple(LANDSCAPES), "ravine"),
        Choice("optimizer", "optimizer", tuple(RULES), "SGD"),
        Slider("lr", "learning rate", 1e-3, 10, 0.05, 0.046, scale="log"),
        Slider("mu", "momentum mu", 0, 0.99, 0.01, 0.9, acts=(("optimizer", "momentum"), ("compare", "momentum"))),
        Slider("noise", "noise", 0, 1, 0.01, 0),
        Slider("x", "start x", -4.4, 4.4, 0.05, -4),
        Slider("y", "start y", -3.3, 3.3, 0.05, 1),
        Slider("step", "step", 0, STEPS, 1, 30),
        Choice("compare", "compare with", ("none", *RULES), "none"),
        Slider("compare_lr", "its rate", 1e-3, 10, 0.05, 0.2, "log", tuple(("compare", rule) for rule in RULES)),
    )
    size = (7.6, 4.0)

    def compute(self, landscape, optimizer, lr, mu, noise, x, y, step, compare, compare_lr):
        land = LANDSCAPES[landscape]
        start = max(-land.wide, min(land.wide, x)), max(-land.tall, min(land.tall, y))

        def walk(optimizer, lr):
            name, own, _ = rule = RULES[optimizer]
            function = self.reader(name, own)
            if not callable(function):
                raise ValueError(f"{name} expected to be a function, is {function!r} in this notebook")
            path = walk_path(rule, mover(optimizer, function, lr, mu), land.at, start, noise * chance())
            return walk_until(f"{optimizer}, lr {lr:g}", path, land, step)

        other = None if compare == "none" else walk(compare, compare_lr)
        return DescentFrame(landscape, land.wide, land.tall, shade_of(landscape), walk(optimizer, lr), other, step)

    def facts(self, frame):
        land = LANDSCAPES[frame.landscape]
        said = [self.told(walk, land) for walk in (frame.walk, frame.other) if walk is not None]
        if abs(self.state["x"]) > land.wide or abs(self.state["y"]) > land.tall:
            said.append("The start lies outside of this map: moved to its edge")
        if land.curvature:
            said.append(self.stable(land.curvature))
        return ". ".join(said)

    def told(self, walk, land):
        """Return in words where a walk is and what became of it."""
        (x, y), k = walk.path[-1], len(walk.path) - 1
        if walk.gone and k == walk.gone:
            return f"{walk.name}: flew off, more than {FAR} away after {k} steps"
        spot = next((words for (a, b), words in land.flat.items() if math.hypot(x - a, y - b) < 0.01), None)
        up = f"went up in step {walk.up}" if walk.up else "never up so far"
        if walk.gone:
            fate = f"it will fly off: more than {FAR} away after {walk.gone} steps"
        elif walk.settled > STEPS - 10:
            fate = f"still changing at step {STEPS}"
        else:
            fate = f"within 0.001 of its end height {plain(walk.end)} from step {walk.settled} on"
        height = walk.above[-1] + land.lowest
        where = f"step {k} at ({plain(x)}, {plain(y)}), height {plain(height)}, slope {plain(walk.slope)}"
        return "; ".join([f"{walk.name}: {where}", *([f"now at {spot}"] if spot else []), up, fate])

    def stable(self, curvature):
        """Return in words from which rate on plain steps, or those with momentum, fly off a parabola."""
        lr, mu = self.state["lr"], self.state["mu"]
        said = f"Plain steps need a rate below 2/{curvature} = {2 / curvature:g}"
        if self.state["optimizer"] == "momentum":
            said += f", with momentum {mu:g} below 2(1 + {mu:g})/{curvature} = {2 * (1 + mu) / curvature:g}"
        return f"{said}; {self.state['optimizer']} has {lr:g}"

    def draw(self, frame, ax):
        left, right = ax.get_subplotspec().subgridspec(1, 2, width_ratios=[2, 1]).subplots()
        ax.remove()
        looks = [(frame.other, "^--", ORANGE), (frame.walk, "o-", BLUE)]
        looks = [(walk, mark, colour) for walk, mark, colour in looks if walk is not None]
        draw_map(frame, left, looks)
        for walk, mark, colour in looks:
            shown = np.clip(walk.above, frame.low, frame.high)
            right.semilogy(shown, mark[1:], color=colour, lw=2)
            right.semilogy(len(shown) - 1, shown[-1], "*", color=colour, ms=15)
        ticks = [1e-6, 1e-3, 1, 1e3]
        right.set(xlim=(0, frame.steps), ylim=(frame.low / 2, frame.high * 2), xlabel="step", yticks=ticks)
        right.set_title("height above lowest", fontsize=13)
        right.grid(axis="y", alpha=0.4)


def draw_map(frame, ax, looks):
    """Draw the landscape and the walks on it; a word for a walk that is not on the map any more."""
    rows, columns = frame.shade.shape
    xs, ys = np.linspace(-frame.wide, frame.wide, columns), np.linspace(-frame.tall, frame.tall, rows)
    ax.contourf(xs, ys, frame.shade, levels=LEVELS, cmap="Greys", vmin=-0.1, vmax=2.6)
    ax.contour(xs, ys, frame.shade, levels=LEVELS, colors="white", linewidths=1)
    handles, words = [], []
    for walk, mark, colour in looks:
        ax.plot(*walk.path.T, mark[0] + "-", color="white", lw=3.5, ms=6)  # an edge that shows on dark ground
        handles += ax.plot(*walk.path.T, mark, color=colour, lw=1.5, ms=4, label=walk.name)
        ax.plot(*walk.path[-1], "*", color=colour, ms=18, mec="white")
        if (np.abs(walk.path[-1]) > (frame.wide, frame.tall)).any():
            flew = walk.gone == len(walk.path) - 1
            words.append(f"{walk.name}: " + (f"flew off after {walk.gone} steps" if flew else "off the map"))
    ax.plot(*frame.walk.path[0], "s", color="white", mec="black", ms=8)
    if words:
        place = {"transform": ax.transAxes, "ha": "right", "va": "top", "backgroundcolor": "white"}
        ax.text(0.98, 0.96, "\n".join(words[::-1]), **place)
    ax.legend(handles=handles[::-1], frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(0, 1), borderpad=0)
    ax.set(xlim=(-frame.wide, frame.wide), ylim=(-frame.tall, frame.tall), xlabel="x", ylabel="y", aspect="equal")


def plain(number):
    """Return a number with two decimals, or two digits where that would be nearly nothing; "0" only if it is 0."""
    if number == 0:
        return "0"
    if abs(number) >= 1e4:
        return f"{number:.3g}"
    return f"{number:.2f}" if abs(number) >= 0.1 else f"{number:.2g}" if abs(number) >= 5e-4 else "0.00"

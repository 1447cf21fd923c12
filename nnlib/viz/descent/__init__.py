"""An optimizer's walk on a landscape, and a second one beside it: where it goes, how high it is, when it flies off."""

import math
from dataclasses import dataclass

from nnlib.viz.controls import Choice, Slider
from nnlib.viz.descent.landscapes import LANDSCAPES, bands
from nnlib.viz.descent.walks import FAR, RULES, STEPS, Walk, chance, walk_path, walk_until
from nnlib.viz.drawing import Drawing, Move
from nnlib.viz.panels import Panel, ticks_between
from nnlib.viz.view import View

SHEET, MAP, BESIDE = (770, 424), (50, 40, 440, 330), (566, 40, 190, 330)  # boxes of the panels
LOWEST, HIGHEST = 1e-6, 1e3  # ends of the panel of heights
APART = 7  # units between two marks of steps: nearer ones would hide each other
LOOKS = ("first", "round"), ("second", "triangle")  # of the walk, and of the other one


@dataclass(frozen=True)
class DescentFrame:
    """The name of a landscape, one or two walks on it up to a step, and that step."""

    landscape: str
    walk: Walk
    other: Walk | None
    step: int

    def walks(self):
        """Return the walks that there are."""
        return [walk for walk in (self.walk, self.other) if walk is not None]


class Descent(View):
    """A walk downhill on one of five landscapes; drag its start, change the rate, compare it with another optimizer.

    Driven by the reader's `step(w, g, lr)`, `momentum_step(w, g, v, lr, mu)`, `rmsprop_step(w, g, v, lr, alpha,
    eps)` and `adam_step(w, g, m, v, t, lr, beta1, beta2, eps)`, looked up by name at each move. RMSProp has
    alpha = 0.9, Adam beta1 = 0.9 and beta2 = 0.999. The noise is added to the gradient, always the same one.

    >>> Descent(landscape="saddle", lr=0.2, x=1.5, y=0, step=200).facts_shown.split("; ")[1]
    'now at the pass, a saddle: no gradient, and no minimum'
    """

    title = "Downhill"
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
        Slider(
            "compare_lr", "its learning rate", 1e-3, 10, 0.05, 0.2, "log", tuple(("compare", rule) for rule in RULES)
        ),
    )
    plays = True
    goals = {"less than 0.001 above the lowest point": lambda frame: frame.walk.above[-1] < 1e-3}

    def compute(self, landscape, optimizer, lr, mu, noise, x, y, step, compare, compare_lr):
        land = LANDSCAPES[landscape]
        start = land.on_map(x, y)

        def walk(optimizer, lr):
            name, own, _ = RULES[optimizer]
            path = walk_path(optimizer, self.reader(name, own), lr, mu, land.at, start, noise * chance())
            return walk_until(f"{optimizer}, lr {lr:g}", path, land, step)

        other = None if compare == "none" else walk(compare, compare_lr)
        return DescentFrame(landscape, walk(optimizer, lr), other, step)

    def facts(self, frame):
        land = LANDSCAPES[frame.landscape]
        said = [self.told(walk, land) for walk in (frame.walk, frame.other) if walk is not None]
        start = self.state["x"], self.state["y"]
        if land.on_map(*start) != start:
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
        where = (
            f"step {k} at ({plain(x)}, {plain(y)}), height {plain(height)}, gradient of length {plain(walk.gradient)}"
        )
        return "; ".join([f"{walk.name}: {where}", *([f"now at {spot}"] if spot else []), up, fate])

    def stable(self, curvature):
        """Return in words from which rate on plain steps, or those with momentum, fly off a parabola."""
        lr, mu = self.state["lr"], self.state["mu"]
        said = f"Plain steps need a rate below 2/{curvature} = {2 / curvature:g}"
        if self.state["optimizer"] == "momentum":
            said += f", with momentum {mu:g} below 2(1 + {mu:g})/{curvature} = {2 * (1 + mu) / curvature:g}"
        return f"{said}; {self.state['optimizer']} has {lr:g}"

    def draw(self, frame):
        land = LANDSCAPES[frame.landscape]
        ends = (-land.wide, land.wide), (-land.tall, land.tall)
        last = max(walk.gone or STEPS for walk in frame.walks())  # where all have flown off, nothing goes on
        onward = Move(add={"step": 1}) if frame.step < last else None
        play = {"onward": onward, "again": Move(put={"step": 0}), "ends": {"step": last}}
        sheet = Drawing(*SHEET, keys=keys_for(land, self.state["x"], self.state["y"]), **play, help=HELP)
        plane = Panel(sheet, MAP, *ends)
        start = plane.follow(x="x", y="y", within=True)
        draw_ground(plane, frame.landscape, start)
        beside = Panel(sheet, BESIDE, (0, STEPS), (LOWEST, HIGHEST), log=True)
        ticks = {"xticks": [0, STEPS // 2, STEPS], "yticks": [1e-6, 1e-3, 1, 1e3]}
        beside.frame(**ticks, xlabel="step", title="height above lowest", grid=True)
        walks = list(zip(frame.walks(), LOOKS, strict=False))
        for walk, look in walks[::-1]:
            draw_walk(plane, walk, look, land, start)
            draw_heights(beside, walk, look)
        plane.frame(xticks=ticks_between(*ends[0], 5), yticks=ticks_between(*ends[1], 5), xlabel="x", ylabel="y")
        x, y = frame.walk.path[0]
        tip = f"start ({plain(x)}, {plain(y)}), height {plain(frame.walk.above[0] + land.lowest)}"
        plane.mark("square", x, y, 6, fill="paper", line="ink", width=2, does=start, tip=tip, name="start")
        sheet.legend(MAP[0], 26, [(walk.name, *look) for walk, look in walks])
        draw_away(sheet, plane, walks)
        return sheet


HELP = "Drag the start on the map, or press the arrow keys; click a mark to go to its step."
ARROWS = {"ArrowRight": (0.05, 0), "ArrowLeft": (-0.05, 0), "ArrowUp": (0, 0.05), "ArrowDown": (0, -0.05)}


def keys_for(land, x, y):
    """Return what the arrow keys do: the start goes a little to one side, and stays on the map."""
    x, y = land.on_map(x, y)
    places = {key: land.on_map(x + right, y + up) for key, (right, up) in ARROWS.items()}
    return {key: Move(put={"x": round(x, 6), "y": round(y, 6)}) for key, (x, y) in places.items()}


def draw_ground(plane, name, start):
    """Add the landscape from above, the higher the darker, with a line of paper between two bands."""
    for k, band in enumerate(bands(name)):
        look = {"fill": "grey", "opacity": 0.03 + 0.025 * k, "line": "paper", "width": 1, "clip": plane.box}
        tip = f"height {plain(band.low)} to {plain(band.high)}"
        plane.drawing.polygon(plane.places(*band.outline.T), **look, does=start, tip=tip, name="band")


def draw_walk(plane, walk, look, land, start):
    """Add a walk on the map: its line with an edge of paper, marks of steps, a star at the last one."""
    (role, kind), (xs, ys) = look, walk.path.T
    plane.line(xs, ys, "paper", width=5, dash=())
    plane.line(xs, ys, role, width=2, does=start, tip=walk.name, name="walk")
    last = len(xs) - 1
    for k in sorted({*spaced(plane.places(xs, ys)), last}):
        shape, radius, name = ("star", 10, "last") if k == last else (kind, 4.5, "step")
        tip = f"{walk.name}, step {k}: ({plain(xs[k])}, {plain(ys[k])}), height {plain(walk.above[k] + land.lowest)}"
        does = {"does": Move(put={"step": k}), "tip": tip, "name": name}
        plane.mark(shape, xs[k], ys[k], radius, fill=role, line="paper", width=1, **does)


def spaced(places):
    """Return the numbers of the places (n, 2) that are not too near to the one before them that is returned."""
    kept = [0]
    for k in range(1, len(places)):
        if math.dist(places[k], places[kept[-1]]) >= APART:
            kept.append(k)
    return kept


def draw_heights(beside, walk, look):
    """Add the heights of a walk over its steps, with a star at the last one."""
    role, last = look[0], len(walk.above) - 1
    beside.line(range(last + 1), walk.above, role, width=2, name="heights")
    tip = f"{walk.name}, step {last}: {plain(walk.above[last])} above the lowest point"
    beside.mark("star", last, walk.above[last], 9, fill=role, line="paper", width=1, tip=tip, name="height")


def draw_away(sheet, plane, walks):
    """Say on the map which walk is not on it any more."""
    right, y = plane.left + plane.wide - 10, plane.top + 18
    for walk, (role, _) in walks:
        if not plane.inside(*walk.path[-1]):
            flew = walk.gone == len(walk.path) - 1
            words = f"{walk.name}: " + (f"flew off after {walk.gone} steps" if flew else "off the map")
            sheet.text(words, right, y, fill=role, align="right", halo=True, name="away")
            y += 22


def plain(number):
    """Return a number with two decimals, or two digits where that would be nearly nothing; "0" only if it is 0."""
    if number == 0:
        return "0"
    if abs(number) >= 1e4:
        return f"{number:.3g}"
    return f"{number:.2f}" if abs(number) >= 0.1 else f"{number:.2g}" if abs(number) >= 5e-4 else "0.00"

"""The view Playground as a picture by matplotlib; what is drawn where, in a picture of 728 × 560, for both drawings."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb

from nnlib.plotting import BLUE, GREY, ORANGE

WIDTH, HEIGHT = 728, 560
LEFT, PLANE, FLOOR, MIDDLE = 90, 452, 34, 190  # features, output map; top and middle of all maps
SIDE = 262  # of the output map
CURVE = 60, 396, 460, 112  # left, top, width, height
SAMPLES = 560  # where the samples of marks and lines begin
NAMES = "training", "test"


def tint(values):
    """Return colours of values from -1 to 1, (rows, columns, 3): blue, white, and orange with stripes."""
    full = np.where(values[..., np.newaxis] > 0, to_rgb(BLUE), to_rgb(ORANGE))
    share = 0.62 * np.abs(values)
    striped = (values < 0) & (np.add.outer(*map(np.arange, values.shape)) % 5 == 0)
    share = np.where(striped, 1.4 * share, share)[..., np.newaxis]
    return 1 - share * (1 - full)


def bow(start, end, n=24):
    """Return points of a curve that leaves and arrives level, (n, 2)."""
    t = np.linspace(0, 1, n)
    return np.stack([start[0] + t * (end[0] - start[0]), start[1] + t * t * (3 - 2 * t) * (end[1] - start[1])], axis=1)


def line_width(weights):
    """Return how wide the lines of weights are, in units of the picture."""
    return 0.4 + 1.6 * np.minimum(np.abs(weights), 5)


def draw_picture(frame, ax):
    """Draw network, output, points and curves."""
    ax.set_axis_off()
    draw_lines(frame, ax)
    draw_units(frame, ax)
    draw_points(frame, ax)
    draw_words(frame, ax)
    left, top, wide, high = CURVE
    draw_curves(frame, ax.inset_axes([left / WIDTH, 1 - (top + high) / HEIGHT, wide / WIDTH, high / HEIGHT]))
    ax.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0), aspect="equal")


def draw_lines(frame, ax):
    """Draw the connections: blue is positive, orange and dashed negative, black edges for the one that is picked."""
    curves = []
    for source, target, _ in frame.lines:
        (x0, y0), (x1, y1) = frame.spots[int(source)], frame.spots[int(target)]
        end = 0 if target == len(frame.spots) - 1 else frame.side / 2
        curves.append(bow((x0 + frame.side / 2, y0), (x1 - end, y1)))
    weights = frame.lines[:, 2]
    for mask, colour, dash in [(weights > 0, BLUE, "-"), (weights <= 0, ORANGE, (0, (3, 2)))]:
        chosen = [curve for curve, here in zip(curves, mask, strict=True) if here]
        ax.add_collection(LineCollection(chosen, lw=line_width(weights[mask]), colors=colour, ls=dash, zorder=2))
    if frame.picked >= 0:
        curve, weight = curves[frame.picked], weights[frame.picked]
        for colour, more in [("black", 6), ("white", 3)]:
            ax.plot(*curve.T, color=colour, lw=line_width(weight) + more, zorder=1)
        words = {"ha": "center", "va": "center", "zorder": 6}
        ax.text(*curve[12], f"{weight:.2f}", bbox={"fc": "white", "ec": "black", "pad": 2}, **words)


def draw_units(frame, ax):
    """Draw the map of every feature and unit, and the large one of the output."""
    half = frame.side / 2
    for (x, y), values in zip(frame.spots, frame.maps, strict=False):
        show(ax, values, (x - half, x + half, y + half, y - half), 3)
    show(ax, frame.output, (PLANE, PLANE + SIDE, MIDDLE + SIDE / 2, MIDDLE - SIDE / 2), 1)


def show(ax, values, extent, zorder):
    """Draw a map with an edge."""
    ax.imshow(tint(values), origin="lower", extent=extent, zorder=zorder, interpolation="nearest", aspect="auto")
    left, right, bottom, top = extent
    ax.plot([left, right, right, left, left], [bottom, bottom, top, top, bottom], color=GREY, lw=1, zorder=zorder)


def draw_points(frame, ax):
    """Draw the points: circles and squares, filled for training and hollow for test."""
    x = PLANE + SIDE / 2 * (1 + frame.points[:, 0] / frame.wide)
    y = MIDDLE - SIDE / 2 * frame.points[:, 1] / frame.wide
    training = np.arange(len(x)) < frame.n_train
    for label, mark, colour in [(1, "o", BLUE), (0, "s", ORANGE)]:
        for used, look in [(training, {"mfc": colour, "mec": "white"}), (~training, {"mfc": "white", "mec": colour})]:
            here = (frame.labels == label) & used
            ax.plot(x[here], y[here], mark, ms=5.5, mew=1, zorder=4, **look)


def draw_words(frame, ax):
    """Write what is what, and sample lines and marks."""
    centred = {"ha": "center", "va": "center"}
    ax.text(LEFT, 14, "features", **centred)
    if len(frame.sizes) > 2:
        ax.text((LEFT + PLANE) / 2, 14, "hidden layers" if len(frame.sizes) > 3 else "hidden layer", **centred)
    ax.text(PLANE + SIDE / 2, 14, "output", **centred)
    ax.text(PLANE + SIDE / 2, MIDDLE + SIDE / 2 + 14, "$x_1$ →", **centred)
    ax.text(PLANE + SIDE + 10, MIDDLE, "$x_2$ →", rotation=90, **centred)
    for name, (_, y) in zip(frame.names, frame.spots, strict=False):
        ax.text(LEFT - frame.side / 2 - 5, y, name, ha="right", va="center")
    for row, (text, look) in enumerate(samples(frame)):
        y = CURVE[1] + 2 + 22 * row
        xs = [SAMPLES, SAMPLES + 15, SAMPLES + 30] if look["marker"] == "" else [SAMPLES + 15]
        ax.plot(xs, [y] * len(xs), **look)
        ax.text(SAMPLES + 40, y, text, va="center")


def samples(frame):
    """Return texts with the looks that they explain."""
    marks = [
        ("class 1, training", {"marker": "o", "color": BLUE}),
        ("class 0, training", {"marker": "s", "color": ORANGE}),
        ("hollow: test", {"marker": "o", "color": BLUE, "mfc": "white"}),
    ]
    lines = [("weight above 0", {"color": BLUE, "ls": "-"}), ("weight below 0", {"color": ORANGE, "ls": (0, (3, 2))})]
    return [*marks, *((text, look | {"marker": "", "lw": 3}) for text, look in lines)]


def draw_curves(frame, ax):
    """Draw both losses over the epochs, and those of the pinned run in grey."""
    for runs, colours, words in [(frame.pinned, (GREY, GREY), "pinned: "), (frame.history, (BLUE, ORANGE), "")]:
        for column, dash, colour, name in zip([1, 2], ["-" if not words else ":", "--"], colours, NAMES, strict=True):
            if len(runs):
                ax.plot(runs[:, 0], runs[:, column], ls=dash, color=colour, lw=2, label=words + name)
                ax.plot(*runs[-1, [0, column]], "o" if column == 1 else "s", color=colour, ms=6, clip_on=False)
    ends = [*frame.history[-1:, 0], *frame.pinned[-1:, 0], 10]
    ax.set(xlabel="epoch", ylabel="loss", xlim=(0, max(ends)))
    ax.set_ylim(0)
    place = {"loc": "lower right", "bbox_to_anchor": (1, 1), "borderpad": 0, "columnspacing": 1}
    ax.legend(frameon=False, ncols=4, fontsize=12, handlelength=1.7, **place).set_in_layout(False)

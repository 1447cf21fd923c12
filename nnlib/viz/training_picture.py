"""The view LiveTraining as a picture by matplotlib; axes, places of labels and tiles, for both drawings."""

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from nnlib.data.handwriting import SIDE
from nnlib.plotting import BLUE, GREY, ORANGE

ACROSS = 8  # tiles
DASHES = [(BLUE, "-"), (ORANGE, "--"), (GREY, ":"), ("black", "-.")]
SIGNED = LinearSegmentedColormap.from_list("signed", [ORANGE, "white", BLUE])


@dataclass(frozen=True)
class Axis:
    """A logarithmic axis: both ends and its marks (k,)."""

    low: float
    high: float
    ticks: np.ndarray


def axis_for(*values):
    """Return the Axis on which all values have room."""
    together = np.concatenate([np.ravel(v) for v in values])
    together = together[together > 0]  # without nan
    low, high = (together.min() / 1.3, together.max() * 1.3) if together.size else (0.1, 10)
    if high < 4 * low:
        low, high = low / 2, high * 2
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for leading in [(1, 2, 5), (1,)]:
        ticks = [10.0**k * digit for k in exponents for digit in leading if low <= 10.0**k * digit <= high]
        if len(ticks) <= 6:
            break
    return Axis(low, high, np.array(ticks[:: -(-len(ticks) // 6)]))


def apart(values, axis, gap=0.11):
    """Return the heights of labels beside values on an axis, from 0 to 1, so far apart that all can be read."""
    values = np.where(values > 0, np.clip(values, axis.low, axis.high), axis.low)
    heights = np.log(values / axis.low) / math.log(axis.high / axis.low)
    order, n = heights.argsort(kind="stable"), len(heights)
    for k in range(1, n):  # upwards from the lowest, then down from the top
        heights[order[k]] = max(heights[order[k]], heights[order[k - 1]] + gap)
    for k in reversed(range(n)):
        heights[order[k]] = min(heights[order[k]], 1 - (n - 1 - k) * gap)
    return heights


def sheet_of(tiles):
    """Return tiles (units, 784) as one sheet of pictures from -1 to 1, its lowest row first, nan between them."""
    if tiles is None:
        return np.full((1, 1), np.nan)
    across = min(ACROSS, -(-len(tiles) // 2))
    sheet = np.full((-(-len(tiles) // across) * (SIDE + 2), across * (SIDE + 2)), np.nan)
    for k, tile in enumerate(tiles):
        top, left = ((SIDE + 2) * place + 1 for place in divmod(k, across))
        sheet[top : top + SIDE, left : left + SIDE] = tile.reshape(SIDE, SIDE) / 127
    return sheet[::-1]


def draw_picture(frame, ax):
    """Draw curves, gradients and tiles in the place of an axes."""
    (loss, accuracy), (norms, tiles) = ax.get_subplotspec().subgridspec(2, 2).subplots()
    ax.remove()
    draw_curves(frame, loss, accuracy)
    draw_norms(frame, norms)
    for panel in (loss, accuracy, norms):
        panel.set_xlim(0, frame.last)
        panel.grid(alpha=0.3)
    draw_tiles(frame, tiles)


def log_axis(ax, axis):
    """Give a matplotlib panel an Axis."""
    ax.set_yscale("log")
    ax.set_yticks(axis.ticks, [f"{tick:g}" for tick in axis.ticks])
    ax.minorticks_off()
    ax.set_ylim(axis.low, axis.high)


def draw_curves(frame, loss, accuracy):
    """Draw losses and accuracy."""
    run, old = frame.run, frame.pinned
    loss.plot(run.steps, run.batch, color=BLUE, lw=0.7, alpha=0.6)
    if old is not None:
        loss.plot(old.steps, old.mean, color=GREY, lw=1.5, label="pinned")
        loss.plot(old.checked, old.val_loss, "--", color=GREY, lw=1.5)
        accuracy.plot(old.checked, old.accuracy, "--", color=GREY, lw=1.5)
    loss.plot(run.steps, run.mean, color=BLUE, label="training")
    loss.plot(run.checked, run.val_loss, "--", color=ORANGE, label="validation")
    accuracy.plot(run.checked, run.accuracy, "--", color=ORANGE)
    log_axis(loss, frame.loss_axis)
    above = {"loc": "lower left", "bbox_to_anchor": (0, 1), "ncols": 3, "borderpad": 0}
    loss.legend(frameon=False, fontsize=11, columnspacing=1, handlelength=1.6, **above)
    accuracy.set(ylim=(0, 1.02), yticks=[0, 0.5, 0.9, 1], yticklabels=["0 %", "50 %", "90 %", "100 %"])
    for ax, title in [(loss, "loss; thin: each step"), (accuracy, f"validation right: {run.accuracy[-1]:.1%}")]:
        ax.set_title(title, fontsize=12, pad=24)


def draw_norms(frame, ax):
    """Draw the length of each layer's gradient."""
    for k, norms in enumerate(frame.norms.T):
        colour, dash = DASHES[k % len(DASHES)]
        ax.plot(frame.run.steps, norms, dash, color=colour, lw=1.8)
        ax.text(1.02, frame.labels[k], f"layer {k + 1}", color=colour, transform=ax.transAxes, va="center", fontsize=11)
    log_axis(ax, frame.norm_axis)
    ax.set_xlabel("step")
    ax.set_title("length of each gradient", fontsize=12)


def draw_tiles(frame, ax):
    """Draw the weights of the first layer, and below them the hints in short."""
    ax.imshow(frame.tiles, cmap=SIGNED, vmin=-1, vmax=1, origin="lower")
    ax.set_axis_off()
    ax.set_title(frame.caption, fontsize=12)
    ax.text(0.5, -0.05, frame.verdict, weight="bold", transform=ax.transAxes, ha="center", va="top")

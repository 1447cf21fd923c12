"""The view LiveTraining as a drawing: losses, accuracy, lengths of gradients, and the weights of the first layer."""

import math

import numpy as np

from nnlib.data.handwriting import SIDE
from nnlib.viz.drawing import Drawing, text_width
from nnlib.viz.palette import SERIES
from nnlib.viz.panels import Panel, short, ticks_between, top_of
from nnlib.viz.training.words import GUESSING, caption, verdict

LOSS, ACCURACY, NORMS = (70, 56, 280, 180), (450, 56, 280, 180), (70, 332, 216, 180)
TILES = 410, 352, 320, 160
ACROSS, EDGE = 8, 1  # tiles in a row; pixels around each


def axis_for(*curves):
    """Return both ends of a logarithmic axis with room for curves, and its ticks; a few huge numbers leave it."""
    together = np.concatenate([np.ravel(curve) for curve in curves])
    together = together[together > 0]  # without nan
    low, high = (together.min() / 1.3, top_of(curves) * 1.3) if together.size else (0.1, 10)
    if high < 4 * low:
        low, high = low / 2, high * 2
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for leading in [(1, 2, 5), (1,)]:
        ticks = [10.0**k * digit for k in exponents for digit in leading if low <= 10.0**k * digit <= high]
        if len(ticks) <= 6:
            break
    return (low, high), ticks[:: -(-len(ticks) // 6)]


def apart(places, top, bottom, gap=16):
    """Return places of labels on the way down, so far apart that all can be read, between two ends."""
    places, gap = np.clip(places, top, bottom), min(gap, (bottom - top) / max(1, len(places) - 1))
    order, n = places.argsort(kind="stable"), len(places)
    for k in range(1, n):  # downwards from the highest, then up from the end
        places[order[k]] = max(places[order[k]], places[order[k - 1]] + gap)
    for k in reversed(range(n)):
        places[order[k]] = min(places[order[k]], bottom - (n - 1 - k) * gap)
    return places


def sheet_of(tiles):
    """Return tiles (units, 784) as one sheet of pictures from -1 to 1, the first at the top left, nan between them."""
    across = min(ACROSS, -(-len(tiles) // 2))
    wide = SIDE + 2 * EDGE
    sheet = np.full((-(-len(tiles) // across) * wide, across * wide), np.nan)
    for k, tile in enumerate(tiles):
        top, left = (wide * place + EDGE for place in divmod(k, across))
        sheet[top : top + SIDE, left : left + SIDE] = tile.reshape(SIDE, SIDE) / 127
    return sheet


def draw_picture(frame):
    """Return the Drawing of a TrainingFrame."""
    sheet = Drawing(760, 566)
    steps = (0, frame.last), ticks_between(0, frame.last)
    draw_loss(sheet, frame, *steps)
    draw_accuracy(sheet, frame, *steps)
    draw_norms(sheet, frame, *steps)
    draw_tiles(sheet, frame)
    for row, line in enumerate(lines_of(verdict(frame.hints))):
        sheet.text(line, TILES[0] + TILES[2] / 2, 530 + 20 * row, align="middle", bold=True, name="verdict")
    return sheet


def lines_of(text):
    """Return a text in lines that have room below the tiles."""
    lines = [""]
    for part in text.split(", "):
        longer = f"{lines[-1]}, {part}" if lines[-1] else part
        if lines[-1] and text_width(longer, bold=True) > TILES[2] + 20:
            lines.append(part)
        else:
            lines[-1] = longer
    return lines


def draw_curve(panel, name, role, steps, values, mark, number, **look):
    """Add a curve, with a mark and its number at its end."""
    panel.line(steps, values, role, name=name, **look)
    end = np.flatnonzero(~np.isnan(values))
    if len(end):
        x, y = steps[end[-1]], values[end[-1]]
        panel.mark(mark, x, y, 5, fill=role, tip=f"{name}, step {x:.0f}: {number(y)}", name=f"{name}, last")


def guessing(panel, value):
    """Add a line for what guessing would give."""
    if panel.inside(panel.ends[0][0], value):
        panel.line(panel.ends[0], [value, value], "target", width=1.2, name="guessing")
        x, y = panel.left + panel.wide - 6, float(panel.y(value))
        panel.drawing.text("guessing", x, y - 10 if y > panel.top + 24 else y + 12, align="right", halo=True)


def draw_loss(sheet, frame, steps, xticks):
    """Add the losses: each step's, their running mean, that of validation, and those of the pinned run."""
    run, old = frame.run, frame.pinned
    beside = [] if old is None else [old.mean, old.val_loss]
    ends, ticks = axis_for(run.batch, run.mean, run.val_loss, *beside)
    panel = Panel(sheet, LOSS, steps, ends, log=True)
    panel.frame(xticks=xticks, yticks=ticks, xlabel="step", grid=True)
    sheet.text("loss; thin: each step", LOSS[0] + LOSS[2] / 2, 14, align="middle")
    guessing(panel, GUESSING)
    panel.line(run.steps, run.batch, "training", width=0.8, name="each step")
    if old is not None:
        draw_curve(panel, "pinned: training", "grey", old.steps, old.mean, "round", "{:.3g}".format, width=1.5)
        draw_curve(
            panel, "pinned: validation", "pinned", old.checked, old.val_loss, "square", "{:.3g}".format, width=1.5
        )
    draw_curve(panel, "training", "training", run.steps, run.mean, "round", "{:.3g}".format, width=2.5)
    draw_curve(panel, "validation", "validation", run.checked, run.val_loss, "square", "{:.3g}".format, width=2.5)
    largest = np.nanmax(np.concatenate([run.batch, run.val_loss]))
    if largest > ends[1]:
        sheet.text(f"↑ up to {short(float(f'{largest:.2g}'))}", LOSS[0] + 6, LOSS[1] + 12, halo=True, name="beyond")
    pins = [("pinned", "grey", "line")] if old is not None else []
    sheet.legend(
        LOSS[0] - 30, 38, [("training", "training", "line"), ("validation", "validation", "line"), *pins], gap=12
    )


def draw_accuracy(sheet, frame, steps, xticks):
    """Add the share of validation pictures that are right."""
    run, old, look = frame.run, frame.pinned, {"mark": "square", "number": "{:.1%}".format}
    panel = Panel(sheet, ACCURACY, steps, (0, 1.02))
    texts = ["0 %", "50 %", "90 %", "100 %"]
    title = f"validation right: {run.accuracy[-1]:.1%}"
    panel.frame(xticks=xticks, yticks=[0, 0.5, 0.9, 1], ytexts=texts, xlabel="step", grid=True)
    sheet.text(title, ACCURACY[0] + ACCURACY[2] / 2, 38, align="middle")
    guessing(panel, 0.1)
    if old is not None:
        draw_curve(panel, "pinned: accuracy", "pinned", old.checked, old.accuracy, width=1.5, **look)
    draw_curve(panel, "accuracy", "validation", run.checked, run.accuracy, width=2.5, **look)


def draw_norms(sheet, frame, steps, xticks):
    """Add the length of each layer's gradient."""
    layers = frame.norms.T
    ends, ticks = axis_for(*layers)
    panel = Panel(sheet, NORMS, steps, ends, log=True)
    panel.frame(xticks=xticks, yticks=ticks, xlabel="step", grid=True)
    sheet.text("length of each gradient", NORMS[0] + NORMS[2] / 2, 314, align="middle")
    if np.isnan(layers).all():
        sheet.text("from the first step on", NORMS[0] + NORMS[2] / 2, NORMS[1] + 60, align="middle", halo=True)
    for k, norms in enumerate(layers):
        panel.line(frame.run.steps, norms, SERIES[k % len(SERIES)], width=1.8, name=f"gradient {k + 1}")
    ends = [norms[~np.isnan(norms)][-1:] for norms in layers]
    heights = [float(panel.y(end[0])) if len(end) else panel.top + panel.high for end in ends]
    every = -(-len(layers) // 11)  # of more layers than there is room for
    labels = range(0, len(layers), every)
    for k, y in zip(labels, apart([heights[k] for k in labels], panel.top, panel.top + panel.high), strict=True):
        tip = f"layer {k + 1}: {ends[k][0]:.3g}" if len(ends[k]) else ""
        look = {"fill": SERIES[k % len(SERIES)], "tip": tip, "name": "layer"}
        sheet.text(f"layer {k + 1}", panel.left + panel.wide + 8, y, **look)


def draw_tiles(sheet, frame):
    """Add the weights of the first layer, a tile for each unit with its numbers."""
    left, top, wide, high = TILES
    for row, line in enumerate(caption(frame.tiles, frame.top, frame.most)):
        sheet.text(line, left + wide / 2, 314 + 20 * row, align="middle")
    if frame.tiles is None:
        return
    values = sheet_of(frame.tiles)
    pixel = min(wide / values.shape[1], high / values.shape[0])
    left += (wide - pixel * values.shape[1]) / 2
    sheet.image(values, left, top, pixel * values.shape[1], pixel * values.shape[0], "signed", name="weights")
    side, across = pixel * (SIDE + 2 * EDGE), values.shape[1] // (SIDE + 2 * EDGE)
    for k, tile in enumerate(frame.tiles):
        row, column = divmod(k, across)
        low, most = (f"{number * frame.top / 127:.2g}".replace("-", "−") for number in (tile.min(), tile.max()))
        look = {"tip": f"unit {k + 1}: weights from {low} to {most}", "small": True, "name": "tile"}
        look |= {"line": "grid", "width": 1}
        sheet.rect(left + column * side, top + row * side, side, side, **look)

"""The picture of the view Errors: the confusion matrix, the digits of one of its cells, and what silence brings."""

from itertools import pairwise

import numpy as np

from nnlib.viz.drawing import Move
from nnlib.viz.panels import Panel, short, ticks_between

LEFT, TOP, WIDE, HIGH = 44, 8, 38, 28  # of the cells
COLUMNS = LEFT + WIDE * np.arange(11) + 5 * (np.arange(11) == 10)  # "?" stands a little apart
ACROSS, PITCH, SIDE = 3, 61, 44  # of the pictures


def draw_table(sheet, frame, reading):
    """Add the counts of all cells; the more mistakes in a cell, the deeper its colour."""
    wrong = np.where(np.eye(*frame.table.shape, dtype=bool), 0, frame.table)
    wrong[:, 10] = 0
    depths, sums, xs = (0.5 * wrong / max(1, wrong.max())).tolist(), frame.table.sum(axis=1).tolist(), COLUMNS.tolist()
    for (row, column), count in np.ndenumerate(frame.table):
        x, y = xs[column], TOP + row * HIGH
        tip = f"{row} {reading(column)}: {count:,} of {sums[row]:,}"
        look = {"opacity": depths[row][column], "line": "faint", "width": 1}
        does = Move(put={"digit": row, "read": column})
        sheet.rect(x, y, WIDE, HIGH, fill="wrong", **look, does=does, tip=tip, name=f"{row} {column}")
        sheet.text(count, x + WIDE / 2, y + HIGH / 2, align="middle", bold=row == column)
    for k in range(11):
        sheet.text("?" if k == 10 else k, COLUMNS[k] + WIDE / 2, TOP + 10 * HIGH + 13, align="middle")
    for k in range(10):
        sheet.text(k, LEFT - 8, TOP + (k + 0.5) * HIGH, align="right")
    sheet.text("the digit is", 12, TOP + 5 * HIGH, align="middle", turned=True)
    sheet.text("the network reads (?: I don't know)", LEFT + 5.5 * WIDE, TOP + 10 * HIGH + 33, align="middle")
    place = COLUMNS[frame.read], TOP + frame.digit * HIGH
    sheet.rect(*place, WIDE, HIGH, line="focus", width=3.5, name="selected")


def draw_pictures(sheet, frame, reading, sort):
    """Add the digits of the selected cell with their probabilities; those not answered with what was likeliest."""
    row, left = frame.table[frame.digit], COLUMNS[-1] + WIDE + 14
    middle = left + ACROSS * PITCH / 2
    sheet.text(f"{frame.digit} {reading}", middle, 14, bold=True, align="middle")
    sheet.text(f"{row[frame.read]:,} of {row.sum():,}", middle, 32, align="middle")
    more = len(frame.rows) < row[frame.read]
    shown = f"the {len(frame.rows)} {sort.removesuffix(' first')}" if more else sort
    sheet.text(shown if len(frame.rows) else "none to show", middle, 50, align="middle")
    for k, (number, answer, sure) in enumerate(zip(frame.rows, frame.answers, frame.sure, strict=True)):
        x, y = left + k % ACROSS * PITCH, 62 + k // ACROSS * PITCH
        tip = f"row {number} of X: a {frame.digit}, {answer} is likeliest, with probability {sure:.4f}"
        side = {"tip": tip, "small": True, "name": f"picture {k}"}
        sheet.image(frame.pictures[k] / 255, x + (PITCH - SIDE) / 2, y, SIDE, SIDE, "ink", **side)
        sheet.text(f"{sure:.4f}", x + PITCH / 2, y + SIDE + 8, align="middle", name="probability")
        if frame.read == 10:
            sheet.text(answer, x + 1, y + SIDE / 2, bold=True, name="likeliest")


def draw_curve(sheet, frame, thresholds):
    """Add the share of mistakes among the answered against the share that is answered, and the present point."""
    low = min(0.9, np.floor(10 * frame.shares.min()) / 10)
    high = max(0.001, 1.1 * np.nanmax(frame.rates))
    panel = Panel(sheet, (LEFT + 36, 368, 11 * WIDE - 42, 74), (low, 1), (0, high))
    percent = {
        f"{axis}texts": [f"{short(round(100 * value, 6))}%" for value in values]
        for axis, values in (("x", ticks_between(low, 1)), ("y", ticks_between(0, high, 3)))
    }
    ticks = {"xticks": ticks_between(low, 1), "yticks": ticks_between(0, high, 3)}
    said = f"threshold {frame.threshold:g}: {answered(*frame.point)}"
    panel.frame(**ticks, **percent, xlabel="share that is answered", ylabel="wrong", title=said, grid=True)
    panel.line(frame.shares, frame.rates, "value", width=2.5, name="curve")
    if not np.isnan(frame.point[1]):
        panel.mark("diamond", *frame.point, 8, fill="focus", line="paper", name="now")
    shares, first = np.unique(frame.shares, return_index=True)
    ends = np.clip([low, *(shares[:-1] + shares[1:]) / 2, 1], low, 1)
    for (start, end), k in zip(pairwise(ends), first, strict=True):
        does = Move(put={"threshold": float(thresholds[k])}, sweep=True)
        tip = f"threshold {thresholds[k]:g}: {answered(frame.shares[k], frame.rates[k])}"
        panel.area(start, end, fill="paper", opacity=0, does=does, tip=tip, name=f"threshold {k}")


def answered(share, rate):
    """Return in a few words what is answered, and how much of it wrongly."""
    if np.isnan(rate):
        return "none answered"
    return f"{'all' if share == 1 else f'{share:.1%}'} answered, {rate:.1%} of these wrong"

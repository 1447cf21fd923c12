"""Strokes as the eye wants them: the curve that a hand meant, of which the pad kept some points of a grid."""

import numpy as np

from nnlib.viz.pad.ink import GRID, points_of

NEAR, LONG = 4, 12  # steps of the grid: closer points were drawn by a hand, longer pieces are straight on purpose
PIECES = 4  # straight ones, for a curve from one point to the next
CORNER = 0.3  # cosine of the angle by which a line turns: about 70 degrees


def curves_of(drawing):
    """Return the points of each stroke's curve, a list of (k, 2) from 0 to 1; none of a picture."""
    strokes = [] if drawing.startswith("#") else drawing.split(".")
    return [rounded(steadied(points_of(stroke))) / GRID for stroke in strokes if stroke]


def steadied(points):
    """Return points (k, 2) without the steps of the grid, which are none of the hand's.

    Where they are close together, twice each becomes the middle of itself and the middle of its neighbours.
    """
    points = points[np.append(True, np.diff(points, axis=0).any(axis=1))]
    for _ in range(2):
        far, bends = bending(points)
        middle = (points[:-2] + 2 * points[1:-1] + points[2:]) / 4
        near = bends & (np.maximum(far[:-1], far[1:]) <= NEAR)
        points[1:-1] = np.where(near[:, None], middle, points[1:-1])
    return points


def bending(points):
    """Return how far it is from each point to the next, (k - 1,), and where in between a line bends, (k - 2,).

    It does not at a corner, or beside a long piece.
    """
    ways = np.diff(points, axis=0)
    far = np.hypot(*ways.T)
    small = (ways[:-1] * ways[1:]).sum(axis=1) > CORNER * far[:-1] * far[1:]
    return far, small & (np.maximum(far[:-1], far[1:]) <= LONG)


def rounded(points):
    """Return PIECES times as many points, on curves of Bezier through given ones (k, 2); where they bend, smoothly."""
    far, bends = bending(points)
    starts = np.diff(points, axis=0) / far[:, None]  # the directions of each piece at its ends
    ends, along = starts.copy(), points[2:] - points[:-2]
    along /= np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    starts[1:][bends], ends[:-1][bends] = along[bends], along[bends]
    p, q, third = points[:-1], points[1:], far[:, None] / 3
    t = np.linspace(0, 1, PIECES + 1)[1:, None, None]
    curve = (1 - t) ** 3 * p + 3 * (1 - t) ** 2 * t * (p + starts * third)
    curve = curve + 3 * (1 - t) * t**2 * (q - ends * third) + t**3 * q  # (PIECES, k - 1, 2)
    return np.concatenate([points[:1], curve.transpose(1, 0, 2).reshape(-1, 2)])

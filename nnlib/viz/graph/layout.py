"""Where the nodes of a graph stand: in columns by the longest way, in rows with few crossings, and edges between."""

import functools
import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

LINE = 20  # height of a line of text, with air, in the units of the sheet
BOX, TOP, EDGE, GAP = 48, 44, 12, 18  # height of a box; room at the top, at the sides, between columns
FULL = 560  # width of a sheet up to which its gaps are widened
POINTS, STARTS = 48, 8  # of an edge; orders from which the search for few crossings starts


@dataclass(frozen=True)
class Layout:
    """A sheet: boxes (n, 4) left, top, wide, high; edges (m, POINTS, 2); places (m, 2), where their texts stand."""

    boxes: np.ndarray
    edges: np.ndarray
    places: np.ndarray
    wide: float
    high: float


@functools.lru_cache(maxsize=16)
def layout(parents, widths, sums, labels):
    """Return the Layout of nodes, each after its parents: widths of boxes and of edge texts, which have a sum below."""
    edges = [(parent, child) for child, own in enumerate(parents) for parent in own]
    column = columns_of(parents, edges)
    chains, beyond = [], len(parents)  # an edge over several columns is led by a point in each
    for parent, child in edges:
        between = max(column[child] - column[parent] - 1, 0)
        chains.append([parent, *range(beyond, beyond + between), child])
        column = column + [column[parent] + 1 + k for k in range(between)]
        beyond += between
    rows = rows_of(column, chains)
    below = [LINE * (2 + sums[k]) + BOX / 2 if k < len(parents) else 6 for k in range(beyond)]
    above = [BOX / 2 if k < len(parents) else 6 for k in range(beyond)]
    inputs = {k for k, own in enumerate(parents) if not own}
    y = heights(rows, chains, above, below, inputs)
    tops = [y[k] - above[k] for k in range(beyond)]
    y += TOP - min(tops)
    left, right = lanes(column, edges, widths, labels)
    middles = [((left[c] + right[c]) / 2, height) for c, height in zip(column, y, strict=True)]
    corners = [(x - w / 2, height - BOX / 2) for (x, height), w in zip(middles, widths, strict=False)]
    corners = np.rint(corners) + 0.5  # sides in the middle of a pixel are sharp
    boxes = np.column_stack([corners, np.rint(widths), np.full(len(widths), BOX)])
    drawn = curves(chains, column, boxes, y, left, right)
    size = math.ceil(right[-1] + EDGE), math.ceil(max(y[k] + below[k] for k in range(beyond)))
    return Layout(boxes, drawn, texts(drawn, labels, right, left, edges, column), *size)


def columns_of(parents, edges):
    """Return the column of each node, to the right of all its parents; an input stands just before its first user."""
    column = []
    for own in parents:
        column.append(max((column[parent] + 1 for parent in own), default=0))
    for k, own in enumerate(parents):
        if not own and k + 1 < len(parents):
            column[k] = min(column[child] for parent, child in edges if parent == k) - 1
    return column


def rows_of(column, chains):
    """Return the things in each column from top to bottom: each goes to the middle of its neighbours, several times."""
    links = [pair for chain in chains for pair in pairwise(chain)]
    near = [[[a for a, b in links if b == k] for k in range(len(column))]]
    near.append([[b for a, b in links if a == k] for k in range(len(column))])
    rng, best, fewest = np.random.default_rng(0), None, np.inf
    for start in range(STARTS):
        things = rng.permutation(len(column)).tolist() if start else range(len(column))[::-1]
        rows = [[k for k in things if column[k] == wanted] for wanted in range(max(column) + 1)]
        for sweep in range(8):
            if (now := crossings(rows, links)) < fewest:
                best, fewest = [list(row) for row in rows], now
            for c in range(1, len(rows)) if sweep % 2 else range(len(rows) - 2, -1, -1):
                sort_by(rows[c], rows[c - 1 if sweep % 2 else c + 1], near[1 - sweep % 2])
        if not fewest:
            break
    return best


def sort_by(row, beside, near):
    """Sort a row by the middle of each thing's neighbours in the row beside it; one without any keeps its place."""
    place = {k: i for i, k in enumerate(beside)}
    middle = {k: sum(place[n] for n in near[k]) / len(near[k]) if near[k] else i for i, k in enumerate(row)}
    row.sort(key=middle.get)


def crossings(rows, links):
    """Return how many pairs of links cross."""
    row = {k: i for i, r in enumerate(rows) for k in r}
    place = {k: i for r in rows for i, k in enumerate(r)}
    a, b, c = np.array([(place[a], place[b], row[a]) for a, b in links] or np.zeros((0, 3))).T
    return int((((a[:, None] - a) * (b[:, None] - b) < 0) & (c[:, None] == c)).sum() // 2)


def heights(rows, chains, above, below, inputs):
    """Return the height of each thing, near to the middle of its neighbours, and never too near to the next."""
    weights = np.array([0.01 if k in inputs else 1 for k in range(len(above))])  # it goes to its user, who stays
    near = [[] for _ in above]
    for a, b in (pair for chain in chains for pair in pairwise(chain)):
        near[a].append(b)
        near[b].append(a)
    y = np.zeros(len(above))
    for turn in range(24):
        for row in rows if turn % 2 else rows[::-1]:
            wanted = [np.average(y[near[k]], weights=weights[near[k]]) if near[k] and turn else y[k] for k in row]
            apart = [below[a] + above[b] + EDGE for a, b in pairwise(row)]
            y[row] = spread(np.array(wanted), np.concatenate([[0], np.cumsum(apart)]), weights[row])
    return y


def spread(wanted, offsets, weights):
    """Return the places nearest to the wanted ones that keep their order and the distances between the offsets.

    >>> spread(np.array([5.0, 5.0, 40.0]), np.array([0.0, 10.0, 20.0]), np.ones(3))
    array([ 0., 10., 40.])
    """
    blocks = []  # of things that touch: their mean, their weight, and how many they are
    for place, weight in zip(wanted - offsets, weights, strict=True):
        blocks.append((place, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (b, n, more), (a, m, some) = blocks.pop(), blocks.pop()
            blocks.append(((a * m + b * n) / (m + n), m + n, some + more))
    return np.repeat([block[0] for block in blocks], [block[2] for block in blocks]) + offsets


def lanes(column, edges, widths, labels):
    """Return the left and right end of each column; the gap before it holds the texts of the edges that end there."""
    left, right, x = [], [], EDGE
    for c in range(max(column[: len(widths)]) + 1):
        ending = [labels[e] for e, (_, child) in enumerate(edges) if column[child] == c]
        x += max(max(ending), 20) + GAP + 5 * max(len(ending) - 4, 0) if c else 0  # many texts need room
        left.append(x)
        x += max(w for k, w in enumerate(widths) if column[k] == c)
        right.append(x)
    spare = min(50, max(0, FULL - x - EDGE) / max(len(left) - 1, 1))  # a small graph has longer edges
    return [x + c * spare for c, x in enumerate(left)], [x + c * spare for c, x in enumerate(right)]


def ports(chains, y, end):
    """Return by how much each edge leaves (end 0) or reaches (end -1) its box above or below the middle."""
    offsets, other = np.zeros(len(chains)), 1 if end == 0 else -2
    for box in {chain[end] for chain in chains}:
        here = sorted((e for e, chain in enumerate(chains) if chain[end] == box), key=lambda e: y[chains[e][other]])
        offsets[here] = (np.arange(len(here)) - (len(here) - 1) / 2) * min(22, 36 / max(len(here) - 1, 1))
    return offsets


def curves(chains, column, boxes, y, left, right):
    """Return the edges (m, POINTS, 2): level along columns, bent in the gaps between them."""
    leaves, reaches = ports(chains, y, 0), ports(chains, y, -1)
    edges = np.zeros((len(chains), POINTS, 2))
    for e, chain in enumerate(chains):
        stops = y[chain] + np.array([leaves[e], *[0] * (len(chain) - 2), reaches[e]])
        x = np.linspace(boxes[chain[0], 0] + boxes[chain[0], 2], boxes[chain[-1], 0], POINTS)
        height = np.full(POINTS, stops[0])
        for k, (a, b) in enumerate(pairwise(chain)):
            way = np.clip((x - right[column[a]]) / (left[column[b]] - right[column[a]]), 0, 1)
            height += (stops[k + 1] - stops[k]) * way**2 * (3 - 2 * way)
        edges[e] = np.stack([x, height], axis=1)
    return edges


def texts(edges, labels, right, left, ends, column):
    """Return where the text of each edge stands: in the gap before its end, clear of those placed before, if it can."""
    placed = np.zeros((len(edges), 2))
    for e, (curve, (_, child)) in enumerate(zip(edges, ends, strict=True)):
        start, stop = right[column[child] - 1], left[column[child]]
        slack = (stop - start - labels[e]) / 2
        tries = [(start + stop) / 2 + share * slack for share in (0, 0.3, -0.3, 0.6, -0.6, 0.9, -0.9)]
        spots = [(x, np.interp(x, *curve.T)) for x in tries]
        placed[e] = next((spot for spot in spots if free(spot, labels[e], placed[:e], labels)), spots[0])
    return placed


def free(spot, wide, others, widths):
    """Whether a text of this width, at this spot, touches none of the others."""
    return all(
        abs(spot[0] - x) > (wide + w) / 2 + 2 or abs(spot[1] - y) > 17
        for (x, y), w in zip(others, widths, strict=False)
    )

"""Illustrations of notebook 7."""

import numpy as np

from illustrations import illustration, sheet
from illustrations.common import box, caption, table
from nnlib.autodiff import Tensor


@illustration("In this notebook you build a number that remembers")
def banner():
    """A tape of four numbers, x, u = 2x, u · u and y = u · u + u, each with its value and its gradient. Solid arrows
    go forward, from what goes in to what comes out. Dashed ones go back, each with what it hands on; at u three of
    them meet and are added up."""
    made = sheet(250)
    x = Tensor(np.array(3.0))
    u = 2 * x
    square = u * u
    y = square + u
    y.backward()
    nodes = {"x": (x, 92, 140), "u = 2x": (u, 284, 140), "u · u": (square, 476, 140), "y = u · u + u": (y, 668, 140)}
    for name, (node, at, top) in nodes.items():
        made.rect(at - 66, top - 46, 132, 92, fill="paper", line="blue", width=2.5)
        made.text(name, at, top - 25, align="middle", bold=True)
        made.text(f"value {node.data:g}", at, top + 2, align="middle", fill="blue")
        made.text(f"gradient {node.grad:g}", at, top + 27, align="middle", fill="orange")
    for a, b in [(92, 284), (284, 476), (476, 668)]:
        made.arrow([(a + 68, 122), (b - 68, 122)], "forward", width=2.5)
    made.arrow([(270, 92), (270, 30), (690, 30), (690, 92)], "forward", width=2.5)
    look = {"width": 2.5, "dash": (7, 5)}
    shares = [
        ((602, 164), (544, 164), f"{y.grad:g}"),
        ((410, 154), (352, 154), ""),
        ((410, 172), (352, 172), ""),
        ((218, 164), (160, 164), f"{2 * u.grad:g}"),
    ]
    for start, end, words in shares:
        made.arrow([start, end], "backward", **look)
        if words:
            made.text(words, (start[0] + end[0]) / 2, 182, align="middle", fill="orange", bold=True)
    made.text(
        f"{square.grad * u.data:g} + {square.grad * u.data:g}", 381, 190, align="middle", fill="orange", bold=True
    )
    made.arrow([(654, 92), (654, 56), (300, 56), (300, 92)], "backward", **look)
    made.text(f"{y.grad:g}", 480, 72, align="middle", fill="orange", bold=True)
    caption(made, f"forward, then back: at u, 6 + 6 + 1 = {u.grad:g}", 380, 228, align="middle")
    return made


@illustration("A sum moves exactly as much as either of its parts")
def remembers():
    """A product as a number that remembers: beside its value it keeps two arrows to its parents, w and x, and on each
    arrow the slope with respect to that parent, which is the value of the other one."""
    made = sheet(212)
    w, x = 2.0, 3.0
    for name, value, y in [("w", w, 58), ("x", x, 154)]:
        box(made, 120, y, 130, 56, name, f"value {value:g}", bold=True)
    box(made, 600, 106, 180, 76, "s = w · x", f"value {w * x:g}", "two parents", bold=True)
    for y, end, slope, of in [(58, 90, x, "w"), (154, 122, w, "x")]:
        made.arrow([(506, end), (190, y)], "grey", width=2.5)
        words = f"slope with respect to {of}: {slope:g}"
        made.text(words, 348, (y + end) / 2 + (24 if y > 106 else -22), align="middle", fill="orange")
    return made


@illustration("come first, then $u$, then its square")
def topological_order():
    """The numbers of y = u · u + u in a row, parents first: every arrow goes to the right. A dashed arrow below leads
    back. Walked in its direction, each number comes after all that were computed from it."""
    made = sheet(240)
    names = ["x", "2", "u", "u · u", "y"]
    edges = [(0, 2), (1, 2), (2, 3), (3, 4), (2, 4)]
    at = [80 + 150 * k for k in range(5)]
    for name, x in zip(names, at, strict=True):
        box(made, x, 120, 84, 46, name, bold=True)
    for a, b in edges:
        if b == a + 1:
            made.arrow([(at[a] + 44, 120), (at[b] - 44, 120)], "forward", width=2.5)
        else:
            turn = 46 if a == 0 else 66
            made.arrow([(at[a], 95), (at[a], turn), (at[b] - 14, turn), (at[b] - 14, 95)], "forward", width=2.5)
    made.arrow([(720, 176), (40, 176)], "backward", width=3, dash=(8, 5), head=13)
    caption(made, "forward: every arrow goes to the right", 380, 22, align="middle", fill="blue")
    caption(
        made, "backward: a number speaks after all that were computed from it", 380, 210, align="middle", fill="orange"
    )
    return made


@illustration("In the forward pass, broadcasting copied each")
def unbroadcast():
    """Forward, on the left: one row b is copied into four rows. Backward, on the right: the gradients of the four rows
    are added up, and one row is left, with the shape of b."""
    made = sheet(250)
    b = ["b₀", "b₁", "b₂"]
    G = np.array([[1.0, 0, 2], [0, -1, 1], [3, 1, 0], [1, 2, -1]])
    table(made, 40, 48, [b], cells=(52, 32))
    for row in range(4):
        for k, name in enumerate(b):
            made.rect(40 + 52 * k, 112 + 30 * row, 52, 30, line="grey", dash=(2, 4))
            made.text(name, 66 + 52 * k, 127 + 30 * row, align="middle", fill="grey")
    made.arrow([(118, 83), (118, 108)], "forward", width=3)
    made.text("forward: copied", 118, 24, align="middle", bold=True)
    table(made, 330, 112, [[f"{v:g}".replace("-", "−") for v in row] for row in G], cells=(52, 30))
    table(made, 330, 48, [[f"{v:g}" for v in G.sum(axis=0)]], cells=(52, 32), lit=[(0, slice(None))])
    made.arrow([(408, 109), (408, 84)], "backward", width=3)
    made.text("backward: added up", 408, 24, align="middle", bold=True)
    for k, words in enumerate(
        [
            "b is used once for each row,",
            "so its gradient is a sum",
            "over the rows:",
            "",
            "G.sum(axis=0)",
            f"{G.shape} becomes {G.sum(axis=0).shape}",
        ]
    ):
        caption(made, words, 520, 76 + 27 * k, bold=k > 3)
    return made

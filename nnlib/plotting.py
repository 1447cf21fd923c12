"""The pictures of the course: each function returns a matplotlib Figure, `show` puts it into the notebook.

Figures are made without pyplot, so that none stays open, and differ in marks or labels beside colour.
"""

import io
import math
from collections.abc import Iterable

import matplotlib
import numpy as np
from IPython.display import display
from matplotlib.figure import Figure
from PIL import Image

from nnlib.guards import brief, check_numbers, check_whole
from nnlib.history import History

BLUE, ORANGE, GREY = "#0072b2", "#c45500", "#767676"  # told apart with any kind of colour vision

COLUMNS = ["loss", "accuracy", "val_loss", "val_accuracy"]

LARGE = 30_000  # bytes

STYLE = {
    "font.size": 13,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 14,
    "lines.linewidth": 2.5,
    "lines.markersize": 8,
}

matplotlib.rcParams.update(STYLE)  # for what the reader draws as well


def figure(width, height, **options):
    """Return a white Figure of this size in inches, and its axes, in the style of the course."""
    made = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    return made, made.subplots(**options)


def show(made, alt):
    """Put a figure into the notebook; `alt` says in words what is to be seen in it."""
    picture = {"image/png": png(made), "text/plain": f"Figure: {alt}"}
    display(picture, raw=True, metadata={"image/png": {"alt": alt}})


def png(made):
    """Return a figure as the bytes of a PNG; a large one, such as a map, has 256 colours and half the size."""
    full, small = io.BytesIO(), io.BytesIO()
    made.savefig(full, format="png", dpi=100)
    if len(full.getvalue()) < LARGE:
        return full.getvalue()
    Image.open(full).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(small, format="png", optimize=True)
    return small.getvalue()


def plot_images(X, titles, columns=10, **options):
    """Return a grid of grey pictures, ink dark on white paper.   Shapes: X (n, height, width), or (n, size) of squares.

    options: of matplotlib's `imshow`, such as cmap, vmin, vmax
    """
    X, columns = check_numbers("plot_images", "X", X), check_whole("plot_images", "columns", columns, 1)
    side = math.isqrt(X.shape[-1]) if X.ndim == 2 else 0
    if X.ndim not in (2, 3) or X.size == 0 or (X.ndim == 2 and side**2 != X.shape[1]):
        raise ValueError(f"plot_images expected pictures (n, height, width), or square ones as rows, got {X.shape}")
    X = X.reshape(len(X), side, side) if side else X
    titles = [*titles] if isinstance(titles, Iterable) else []
    if len(titles) < len(X):
        raise ValueError(f"plot_images expected a title for each of {len(X)} pictures, got {len(titles)}")
    rows = -(-len(X) // columns)
    made, axes = figure(1.15 * columns, 1.5 * rows, nrows=rows, ncols=columns, squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    for ax, image, title in zip(axes.flat, X, titles, strict=False):
        ax.imshow(image, **{"cmap": "Greys"} | options)
        ax.set_title(title, fontsize=13)
    return made


def plot_history(history):
    """Return a panel for the loss over the epochs, and one for the accuracy if there is any: training and validation.

    history: the History of a run, or any list of its epochs
    """
    epochs = [*history] if isinstance(history, Iterable) else [history]
    if not all(hasattr(epoch, "loss") for epoch in epochs):
        raise ValueError(f"plot_history expected the History of a run, or a list of its epochs, got {brief(history)}")
    history = History(epochs)
    known = {name: [value for value in getattr(history, name) if value is not None] for name in COLUMNS}
    panels = [name for name in ["loss", "accuracy"] if name == "loss" or known[name] or known[f"val_{name}"]]
    made, axes = figure(5.5 * len(panels), 4, ncols=len(panels), squeeze=False)
    for ax, name in zip(axes[0], panels, strict=True):
        for column, label, colour, mark in [
            (name, "training", BLUE, "o-"),
            (f"val_{name}", "validation", ORANGE, "s--"),
        ]:
            if known[column]:
                ax.plot(history.number, getattr(history, column), mark, color=colour, label=label)
        ax.set(xlabel="epoch", ylabel=name, xticks=history.number)
        ax.grid(alpha=0.3)
        if history:
            ax.legend(frameon=False)
        else:
            ax.text(0.5, 0.5, "no epoch was finished", ha="center", transform=ax.transAxes)
    return made


def plot_confusion(table):
    """Return the confusion matrix (n, n) as a grid of counts; the shade of an error grows with its count."""
    table = check_numbers("plot_confusion", "table", table)
    n = len(table)
    if table.shape != (n, n):
        raise ValueError(f"plot_confusion expected a table of shape (n, n), got {table.shape}")
    side = max(8, 0.55 * n)  # room for the counts, also of 47 classes
    made, ax = figure(side, side - 1)
    errors = np.where(np.eye(n, dtype=bool), 0, table)
    ax.imshow(errors, cmap="Oranges", vmax=errors.max() * 1.3)
    for row, column in np.ndindex(n, n):
        weight = "bold" if row == column else "normal"
        ax.text(column, row, table[row, column], ha="center", va="center", weight=weight, fontsize=12)
    ax.set(xticks=range(n), yticks=range(n), xlabel="the network reads", ylabel="the digit is")
    ax.spines[:].set_visible(False)
    return made

"""The one place that knows colours: here each role in a drawing gets a colour, light and dark, and dashes."""

import numpy as np
from matplotlib.colors import to_rgb

from nnlib.plotting import BLUE, GREY, ORANGE

COLOURS = {  # on white paper, and on dark
    "ink": ("#1a1a1a", "#f2f2f2"),
    "paper": ("#ffffff", "#111111"),
    "blue": (BLUE, "#58b4f0"),
    "orange": (ORANGE, "#ff9a4d"),
    "grey": (GREY, "#a3a3a3"),
    "faint": ("#d8d8d8", "#4a4a4a"),
    "pale blue": ("#cfe4f3", "#1d4864"),
    "pale orange": ("#fbdcc4", "#6b3a14"),
    "pale grey": ("#e6e6e6", "#383838"),
}
ROLES = {  # what something means, its colour, and the dashes of its line: never told apart by colour alone
    **{name: (name, ()) for name in COLOURS},
    "axis": ("grey", ()),
    "grid": ("faint", ()),
    "focus": ("ink", ()),
    "lit": ("pale blue", ()),
    "wrong": ("orange", ()),
    "class 1": ("blue", ()),
    "class 0": ("orange", ()),
    "positive": ("blue", ()),
    "negative": ("orange", (6, 4)),
    "training": ("blue", ()),
    "validation": ("orange", (8, 5)),
    "pinned": ("grey", (2, 4)),
    "target": ("ink", (2, 4)),
    "value": ("blue", ()),
    "gradient": ("orange", (8, 5)),
    "forward": ("blue", ()),
    "backward": ("orange", ()),
    "measured": ("blue", ()),
    "first": ("blue", ()),
    "second": ("orange", (7, 5)),
    "third": ("grey", (2, 4)),
    "fourth": ("ink", (10, 4, 2, 4)),
}
SERIES = "first", "second", "third", "fourth"


def colour_of(role, dark=False):
    """Return the colour of a role as #rrggbb."""
    return COLOURS[ROLES[role][0]][dark]


def dashes_of(role):
    """Return the lengths of strokes and gaps of a role's lines, in units of the sheet; none if it is solid."""
    return ROLES[role][1]


def class_of(role):
    """Return the name of a role's colour as a style sheet has it."""
    return ROLES[role][0].replace(" ", "-")


def styles():
    """Return the style sheet of all colours: what has class f-blue is filled with it, what has l-blue is lined."""
    names = {name: name.replace(" ", "-") for name in COLOURS}
    light, dark = (
        " ".join(f"--nnv-{names[name]}: {pair[k]};" for name, pair in COLOURS.items()) for k in (False, True)
    )
    themes = '[data-jp-theme-light="false"]', ".vscode-dark", 'html[theme="dark"]'
    rules = [f".nnv {{ {light} }}", f"{', '.join(f'{theme} .nnv' for theme in themes)} {{ {dark} }}"]
    for name in names.values():
        rules += [
            f".nnv .f-{name} {{ fill: var(--nnv-{name}); }}",
            f".nnv .l-{name} {{ stroke: var(--nnv-{name}); }}",
        ]
    rules.append(", ".join(f"{theme} .nnv image.ink" for theme in themes) + " { filter: invert(1); }")
    return "\n".join(rules)


def tinted(values, scale):
    """Return an array as colours over the paper, (rows, columns, 4) bytes: red, green, blue, and how opaque.

    scale: "ink" and "positive" from 0 to 1, more is darker; "signed" from -1 to 1, below 0 orange with stripes
    Nothing is drawn where a value is nan.
    """
    if scale not in ("ink", "positive", "signed"):
        raise ValueError(f"tinted expected a scale of ink, positive or signed, got {scale!r}")
    size, shown = np.abs(np.nan_to_num(values)), np.zeros((*values.shape, 4))
    if scale == "ink":
        shown[..., 3] = size
    else:
        share, below = 0.62 * size, values < 0
        striped = below & (np.add.outer(*map(np.arange, values.shape)) % 5 == 0)
        shown[..., :3] = np.where(below[..., None], to_rgb(colour_of("negative")), to_rgb(colour_of("positive")))
        shown[..., 3] = np.where(striped, 1.4 * share, share)
    return np.rint(255 * np.clip(shown, 0, 1)).astype(np.uint8)

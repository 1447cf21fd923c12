"""Makes the moving picture of the README, of views at work in JupyterLab: `python tests/picture.py`.

It plays once, in less than five seconds: what moves for longer has to have a button that pauses it.
"""

import argparse
import io
import math
from pathlib import Path

from benchmarks.views import opened
from PIL import Image

PICTURE = Path(__file__).with_suffix(".gif")
SHOWN = {"x": 34, "y": 58, "width": 830, "height": 650}  # of the window: without its menus and bars
TICK, REST = 80, 600  # milliseconds of a frame, and of the last one of a scene
COLOURS = 32
CELLS = [
    "from nnlib.viz import DigitPad, Neuron, Playground",
    """def neuron(x, w, b):
    return 1 if x @ w + b > 0 else 0
Neuron(b=-0.3, gate="and", hide=["w1", "w2", "gate"])""",
    'Playground(data="spiral", features="with squares", shape="4-4", lr=0.3)',
    'DigitPad(drawing="")',
]


def lift(page, view):
    """Scroll the cell of a view to the top."""
    view.evaluate("view => view.closest('.jp-Cell').scrollIntoView()")
    page.wait_for_timeout(500)


def line(page, view, frame):
    """Drag the neuron's line to where only both inputs together are enough."""
    box = view.locator("[data-drawn]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(10):
        page.mouse.move(x + 8 * k, y - 8 * k)
        frame()
    page.mouse.up()


def network(page, view, frame):
    """Start a network, and pause it after a while."""
    view.get_by_role("button", name="Start").click()
    lift(page, view)
    for _ in range(7):
        page.wait_for_timeout(600)
        frame()
    view.get_by_role("button", name="Pause").click()
    lift(page, view)


def digit(page, view, frame):
    """Draw a 3 with the mouse: two arcs, centres and angles as shares of the pad."""
    pad = view.locator(".nnv-square").bounding_box()
    arcs = [(0.47, 0.34, 0.16, -150, 80), (0.47, 0.68, 0.19, -80, 150)]
    turns = [(x, y, r, math.radians(a + (b - a) * k / 7)) for x, y, r, a, b in arcs for k in range(8)]
    shares = [(x + r * math.cos(t), y + r * math.sin(t)) for x, y, r, t in turns]
    points = [(pad["x"] + x * pad["width"], pad["y"] + y * pad["height"]) for x, y in shares]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points:
        page.mouse.move(*point, steps=3)
        frame()
    page.mouse.up()


SCENES = [line, network, digit]


def filmed(page, book):
    """Return the frames of all scenes, and how long each stands, in milliseconds."""
    frames, times = [], []

    def frame():
        page.wait_for_timeout(150)  # the kernel's answer
        frames.append(Image.open(io.BytesIO(page.screenshot(clip=SHOWN))).convert("RGB"))
        times.append(TICK)

    book.run(0)
    for k, scene in enumerate(SCENES, start=1):
        book.run(k)
        view = book.view(k)
        view.locator("[data-drawn]").wait_for()
        lift(page, view)
        scene(page, view, frame)
        frame()
        times[-1] = REST
    return frames, times


def write(frames, times):
    """Write a film that plays once; one palette for all frames, so that nothing flickers."""
    width, height = frames[0].size
    ends = [frame for frame, time in zip(frames, times, strict=True) if time == REST]
    together = Image.new("RGB", (width, height * len(ends)))
    for k, end in enumerate(ends):
        together.paste(end, (0, k * height))
    palette = together.quantize(COLOURS, kmeans=3)
    palette.putpalette([255 if part > 249 else part for part in palette.getpalette()])  # white stays white
    first, *others = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    first.save(PICTURE, save_all=True, append_images=others, duration=times, optimize=True)  # no `loop`: once
    print(f"{PICTURE}: {len(frames)} frames, {sum(times) / 1000:.1f} s, {PICTURE.stat().st_size:,} bytes")


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    with opened(CELLS, SHOWN["width"] + 68, SHOWN["height"] + 82) as (page, book):
        page.evaluate("window.jupyterapp.commands.execute('application:set-mode', { mode: 'single-document' })")
        page.evaluate("window.jupyterapp.shell.collapseLeft()")
        page.wait_for_timeout(1000)
        frames, times = filmed(page, book)
    write(frames, times)


if __name__ == "__main__":
    main()

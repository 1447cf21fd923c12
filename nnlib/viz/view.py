"""What all views share: controls, state as text, errors shown inside the view, a picture for those without a kernel.

state (validated) -> frame (arrays and numbers) -> drawing (shapes) -> SVG in the browser, PNG in the stored notebook
"""

import base64
import threading
import time
from dataclasses import asdict
from pathlib import Path
from urllib.parse import quote

import anywidget
import traitlets

from nnlib import platform
from nnlib.checks.engine import place
from nnlib.training import limited_blas
from nnlib.viz.goals import goal_of, is_reached
from nnlib.viz.notebook import cell_id, execution_count, raised_in, readers_names
from nnlib.viz.palette import styles
from nnlib.viz.picture import picture_bytes
from nnlib.viz.svg import svg
from nnlib.viz.watch import NeverEnds, ended

STATIC = Path(__file__).parent / "static"
SLOW = 1.0  # seconds
LONGEST = 20_000  # characters of a text that a view is made from
LARGE = "Point at a small picture or press Tab to enlarge it."
SAFE = ":;=|,+/"  # what an address has as it is


class View(anywidget.AnyWidget):
    """The base of all views.

    A subclass gives `title`, `controls`, and three methods: `compute(**state)` returns a frame, a dataclass of
    arrays and numbers; `facts(frame)` says in words what is to be seen; `draw(frame)` returns a Drawing of it.
    `plays` says whether it has steps for a play button. `own` is the name of a script in static/ for what only
    this view can do. Arguments by keyword preset the controls; `hide` names those that a teacher does not want
    to be moved. `goals` are what may be reached in it, {sentence: function of the frame}: `goal` is one of these
    sentences, or a pair of a sentence and such a function, and is ticked when it is reached.
    """

    title, controls, plays, own, goals = "", (), False, "", {}
    state = traitlets.Dict().tag(sync=True, echo_update=False)
    picture = traitlets.Unicode().tag(sync=True)  # the drawing as SVG
    moves = traitlets.Dict().tag(sync=True)  # what keys and the play button do now, how far sliders go, and a sentence
    facts_shown = traitlets.Unicode().tag(sync=True)
    code = traitlets.Unicode().tag(sync=True)
    link = traitlets.Unicode().tag(sync=True)  # to what is shown, on a page of its own; only a site has one
    error = traitlets.Unicode().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)  # what is worth saying, but differs from machine to machine
    goal = traitlets.Dict().tag(sync=True)  # its sentence, whether it is reached now, whether it ever was
    answers = traitlets.Int().tag(sync=True)  # how many moves have been answered
    spec = traitlets.Dict().tag(sync=True)
    living = {}  # the views of each cell: run again, it replaces them

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        if "controls" in vars(cls):  # not for the class that anywidget makes of each instance
            parts = [(STATIC / name).read_text(encoding="utf-8") for name in ("view.js", cls.own) if name]
            own = "more" if cls.own else "{}"
            cls._esm = "\n".join([*parts, f"export default {{ render: (context) => render(context, {own}) }};"])
            cls._css = styles() + "\n" + (STATIC / "view.css").read_text(encoding="utf-8")

    def __init__(self, *, hide=(), goal=None, **state):
        self.wanted = goal_of(type(self).__name__, goal, self.goals)
        self.lock, self.readers = threading.RLock(), readers_names()
        for name in hide:
            self.control(name)
        start = self.allowed({control.name: control.start for control in self.controls} | state)
        shown = [asdict(c) | {"kind": type(c).__name__} for c in self.controls if c.name not in hide]
        super().__init__(state=start, spec={"title": self.title, "controls": shown, "plays": self.plays})
        self.replace_older()
        self.update()
        self.observe(self.moved, "state")
        self.on_msg(self.greet)

    # What a subclass says

    def compute(self, **state):
        """Return the frame for a state."""
        raise NotImplementedError

    def facts(self, frame):
        """Return in words what is to be seen."""
        raise NotImplementedError

    def draw(self, frame):
        """Return the Drawing of a frame."""
        raise NotImplementedError

    # What a reader calls

    def set(self, **state):
        """Move controls by name, as a hand would; raises ValueError for what they do not allow."""
        self.state = self.state | self.allowed(state)
        return self

    def to_code(self):
        """Return the line of Python that shows what is on the screen."""
        return self.code_of(self.state)

    def code_of(self, state):
        return f"{type(self).__name__}({arguments(state | self.named_goal())})"

    def named_goal(self):
        """Return the goal as the code has it; a function of the reader's has no place in a line."""
        known = self.wanted is not None and self.goals.get(self.wanted[0]) is self.wanted[1]
        return {"goal": self.wanted[0]} if known else {}

    def to_text(self):
        """Return a short string for homework or a message; `from_text` reads it."""
        return text_of(self.state)

    def to_link(self):
        """Return the address of a page that shows this state, or "" where the course is on no site."""
        return (site := platform.site()) and f"{site}view.html#{type(self).__name__}:{quote(self.to_text(), safe=SAFE)}"

    @classmethod
    def from_text(cls, text, **options):
        """Return a view from `to_text`'s string; raises ValueError if it is damaged."""
        return cls(**cls.read(text), **options)

    @classmethod
    def read(cls, text):
        """Return the values of controls that a text holds."""
        known, state = by_name(cls.controls), {}
        for part in cls.within_bounds(text).split(";"):
            name, equals, value = part.partition("=")
            if not equals or name not in known or name in state:
                raise ValueError(f"{cls.__name__} expected text such as {cls.example()!r}, got {str(text)[:80]!r}")
            state[name] = known[name].read(cls.__name__, value)
        return state

    @classmethod
    def within_bounds(cls, text):
        """Return a text as str; raises ValueError for one so long that no view has written it."""
        text = str(text)
        if len(text) > LONGEST:
            raise ValueError(f"{cls.__name__} expected text of at most {LONGEST:,} characters, got {len(text):,}")
        return text

    @classmethod
    def example(cls):
        return ";".join(f"{control.name}={control.start}" for control in cls.controls)

    def control(self, name):
        """Return a control; raises ValueError if there is none of this name."""
        known = by_name(self.controls)
        if name not in known:
            raise ValueError(f"{type(self).__name__} has no control {name!r}; it has {', '.join(known)}")
        return known[name]

    def allowed(self, state):
        """Return values of controls as they keep them; raises ValueError for what they do not allow."""
        return {name: self.control(name).check(type(self).__name__, value) for name, value in state.items()}

    # From state to frame to screen

    def reader(self, name, own):
        """Return the reader's function of this name as it is now, else the course's own."""
        return self.readers.get(name, own)

    def moved(self, change):
        """Answer a move of a control."""
        self.update()

    def greet(self, _, content, buffers):
        """Answer the page's first words.

        Jupyter's kernel hands a view's messages to the thread that last said something in answer to one. Until then
        that is the main one, in which the first move would wait for the cell that runs. On a slow machine the page
        may speak before its thread is there: it asks again while the main one answers.
        """
        if content.get("do") == "hello":
            in_main = threading.current_thread() is threading.main_thread()
            self.send({"do": "hello", "again": platform.HERE.threads and in_main})

    def checked(self):
        """Return the present state; raises ValueError for what a browser may have sent."""
        return self.allowed({name: value for name, value in self.state.items() if name in by_name(self.controls)})

    def update(self, action=None):
        """Do something, and compute the frame of the present state; whatever goes wrong is said inside the view."""
        with self.lock:
            began = time.perf_counter()
            try:
                with limited_blas(1), ended():
                    state = self.checked()
                    if action is not None:
                        action(**state)
                    now = self.compute(**state)
                    says = self.facts(now)
                    reached = self.wanted is not None and is_reached(self.wanted, now)
                    drawing = self.draw(now)
                    picture = svg(drawing)
            except (Exception, NeverEnds) as error:
                self.fail(error)
                return
            took = time.perf_counter() - began
            with self.hold_sync():
                self.now, self.error, self.answers = now, "", self.answers + 1
                self.note = f"This picture took {took:.1f} seconds: a view needs faster functions." * (took > SLOW)
                self.facts_shown, self.code, self.link = says, self.to_code(), self.to_link()
                if self.wanted is not None:
                    seen = reached or self.goal.get("seen", False)
                    self.goal = {"says": self.wanted[0], "now": reached, "seen": seen}
                self.drawing, self.picture, self.moves = drawing, picture, moves_of(drawing)

    def fail(self, error):
        """Say inside the view what went wrong."""
        function = next((f for f in self.readers.values() if raised_in(error, f)), None)
        with self.hold_sync():
            says = ". ".join([str(error), *getattr(error, "__notes__", [])])
            self.error, self.answers = f"{type(error).__name__}{place(error, function)}: {says}", self.answers + 1

    def png(self):
        """Return the picture as a PNG."""
        return picture_bytes(self.drawing)

    def _repr_mimebundle_(self, **options):
        data, metadata = super()._repr_mimebundle_(**options)
        data["text/plain"] = repr(self)
        if hasattr(self, "now"):  # else the first state failed already, and the view says why
            data["image/png"] = base64.b64encode(self.png()).decode()
            metadata = {**metadata, "image/png": {"alt": f"{self.title}: {self.facts_shown}"}}
        return data, metadata

    def __repr__(self):
        return f"{self.to_code()}: {self.error or self.facts_shown}"

    def close(self):
        super().close()
        self.picture = ""  # IPython remembers what a cell gave, for ever
        for name in ("now", "drawing"):
            vars(self).pop(name, None)

    def replace_older(self):
        """Close what the same cell made before, so that running it fifty times leaves one view."""
        cell = cell_id()
        if cell is not None:
            run, views = self.living.get(cell, (None, []))
            if run != execution_count():
                for view in views:
                    view.close()
                views = []
            self.living[cell] = execution_count(), [*views, self]


def by_name(controls):
    """Return controls as a dictionary."""
    return {control.name: control for control in controls}


def moves_of(drawing):
    """Return what keys and the play button do, and how far sliders go, for the browser."""
    keys = {key: move.plain() for key, move in drawing.keys.items()}
    onward, again = (move.plain() if move else None for move in (drawing.onward, drawing.again))
    says = " ".join(filter(None, [drawing.help, LARGE if any(shape.small for shape in drawing.shapes) else ""]))
    return {"keys": keys, "onward": onward, "again": again, "ends": drawing.ends, "help": says}


def arguments(state):
    """Return values of controls as Python has them between parentheses."""
    return ", ".join(f"{name}={value!r}" for name, value in state.items())


def text_of(state):
    """Return values of controls as a short string."""
    return ";".join(f"{name}={value}" for name, value in state.items())

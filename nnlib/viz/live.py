"""What the views share that show something going on: start, pause, step, reset; pin a run; look back at a step.

A run is made of steps. `run(n)` takes them at once and gives the same on every machine; that is what notebooks call
and tests compare. Start takes them in a thread until it is paused, so that the reader may move controls meanwhile.
"""

import threading
import time

import traitlets

from nnlib.guards import check_whole
from nnlib.training import limited_blas
from nnlib.viz.view import View, arguments, text_of

KEPT = 400  # records of a run; when there are more, every second one is forgotten
MOST = 10_000  # steps that a text may ask for
SLICE, PAUSE = 0.03, 0.0005  # seconds of steps between which others get their turn, and how long that is
RATE, SHARE = 0.08, 0.05  # seconds between two pictures at least, and the share of the time that they may cost


class Live(View):
    """The base of the views that train.

    Beside what a View gives, a subclass gives `unit`, what a step is called; `restart`, the names of the controls
    with which a run begins anew (the others act at once); and four methods in place of `compute`:
    `begin(**state)` returns a run, any object, from the state alone; `advance(run, **state)` takes a step, a few
    hundredths of a second at most; `record(run, **state)` returns what to keep of it, its parameters and a few
    numbers; `frame_of(run, record, records, pinned, **state)` returns the frame of a record: `records` are the pairs
    (step, record) up to it, `pinned` are those of the pinned run, or none.

    Every method that moves the run returns the view: `Playground(seed=3).run(100).set(lr=0.1).run(50)`.
    """

    unit, restart, pace = "step", (), 0  # pace: seconds from the start of a slice to that of the next, at least
    live = traitlets.Dict().tag(sync=True)

    def __init__(self, **options):
        self.going, self.wanted, self.thread = None, threading.Event(), None
        self.records, self.pinned, self.shown, self.step = [], [], None, 0
        self.events, self.first, self.at_pin = [], {}, {}  # done since `first` was the state: pairs [verb, value]
        self.acted = {}  # the state that steps act on, of which the code knows
        super().__init__(**options)
        self.spec = self.spec | {"live": self.unit}
        self.on_msg(self.told)

    # What a subclass says

    def begin(self, **state):
        """Return a new run."""
        raise NotImplementedError

    def advance(self, run, **state):
        """Take one step."""
        raise NotImplementedError

    def record(self, run, **state):
        """Return what to keep of the present step."""
        raise NotImplementedError

    def frame_of(self, run, record, records, pinned, **state):
        """Return the frame of a record."""
        raise NotImplementedError

    # What a reader calls, and the buttons

    def run(self, n=1):
        """Take n steps at once."""
        n = check_whole(f"{type(self).__name__}.run", "n", n, 0)
        self.pause()
        self.update(lambda **state: self.take(n, **state))
        return self

    def start(self):
        """Take steps in the background until `pause`."""
        if not self.wanted.is_set():
            self.wanted.set()
            self.thread = threading.Thread(target=self.go, daemon=True)
            try:
                self.thread.start()
            except RuntimeError as error:  # Python in a browser has no threads
                self.thread = None
                self.wanted.clear()
                self.fail(RuntimeError(f"Start needs a thread, and there is none here ({error}): use Step, or run(n)"))
        return self

    def pause(self):
        """End `start`, after the present step."""
        self.wanted.clear()
        if self.thread is not None:
            self.thread.join()
            self.thread = None
        return self

    def reset(self):
        """Begin again, with the same initial weights."""
        self.pause()
        self.update(lambda **_: self.anew())
        return self

    def pin(self):
        """Keep the present run, to be drawn beside the next ones."""
        self.update(lambda **_: self.keep())
        return self

    def show(self, step=None):
        """Look back at a step; None is the last one."""
        self.update(lambda **_: self.look(step))
        return self

    def close(self):
        if "wanted" in vars(self):  # else it was refused before it began
            self.pause()
        super().close()
        self.going, self.records, self.pinned = None, [], []

    def told(self, _, content, buffers):
        """Do what a button in the page says."""
        verbs = {"start": self.start, "pause": self.pause, "step": self.run, "reset": self.reset, "pin": self.pin}
        verb = str(content.get("do"))
        if verb == "show":
            self.show(content.get("step"))
        elif verb in verbs:
            verbs[verb]()

    # The run

    def moved(self, change):
        changed = {name: value for name, value in change.new.items() if value != change.old.get(name)}
        if set(self.restart) & set(changed):
            self.update(lambda **_: self.anew())
        else:
            self.update(lambda **_: self.acting())

    def anew(self):
        """Forget the run. Of what was done, only what led to a pinned run stays, and what was moved since."""
        last = max((k for k, (verb, _) in enumerate(self.events) if verb == "pin"), default=-1)
        moved = {name: value for name, value in self.state.items() if value != self.at_pin.get(name)}
        self.acted = self.state
        since = [["set", moved], ["reset", None]] if moved else [["reset", None]]
        self.events = [*self.events[: last + 1], *since] if self.pinned else []
        self.going, self.shown = None, None

    def keep(self):
        self.pinned, self.at_pin = list(self.records), self.acted
        self.did("pin")

    def look(self, step):
        if step is not None:
            step = check_whole(f"{type(self).__name__}.show", self.unit, step, 0)
            if step > self.step:
                raise ValueError(f"{type(self).__name__}.show expected a {self.unit} up to {self.step}, got {step}")
        self.shown = step

    def did(self, verb, value=None):
        """Write down what was done, so that it can be done again."""
        if not self.events:
            self.first = self.acted
        if verb == "pin" or not self.events or self.events[-1][0] != verb:
            self.events.append([verb, value])
        else:  # more of the same: a number of steps, or values of controls
            self.events[-1][1] = self.events[-1][1] + value if verb == "run" else {**self.events[-1][1], **value}

    def ready(self, **state):
        """Begin a run, unless one is going on."""
        if self.going is None:
            self.acted = state
            self.going, self.step, self.every = self.begin(**state), 0, 1
            self.records = [(0, self.record(self.going, **state))]

    def compute(self, **state):
        self.ready(**state)
        records = [pair for pair in self.records if self.shown is None or pair[0] <= self.shown]
        if self.shown is None and records[-1][0] < self.step:
            records.append((self.step, self.record(self.going, **state)))
        return self.frame_of(self.going, records[-1][1], records, self.pinned, **state)

    def take(self, n, **state):
        """Take n steps; raises what the run raises."""
        self.ready(**state)
        self.shown = None
        for _ in range(n):
            self.once(**state)

    def once(self, **state):
        """Take one step, and keep a record of it."""
        self.advance(self.going, **state)
        self.step += 1
        self.did("run", 1)
        if self.step % self.every == 0:
            self.records.append((self.step, self.record(self.going, **state)))
        if len(self.records) > KEPT:
            self.every, self.records = 2 * self.every, self.records[::2]

    def go(self):
        """What the thread of `start` does."""
        due = 0.0
        while self.wanted.is_set():
            began = time.perf_counter()
            try:
                with self.lock:
                    self.slice()
                    if (sliced := time.perf_counter()) >= due:
                        self.update()
                        ended = time.perf_counter()
                        due = ended + max(RATE, (ended - sliced) / SHARE)
            except Exception as error:
                self.wanted.clear()
                self.fail(error)
            # a lock that is taken again at once would let nobody else in
            time.sleep(max(PAUSE, began + self.pace - time.perf_counter()))
        if not self.error:
            self.update()

    def acting(self):
        """Return the state for the next steps, and write down what was moved since the last.

        On a busy machine the thread may see a move before `moved` gets its turn, and the code must not lag behind.
        """
        state, before = self.checked(), self.acted
        self.acted = state
        changed = {name: value for name, value in state.items() if value != before.get(name)}
        if changed and self.events:
            self.did("set", changed)
        return state

    def slice(self):
        """Take steps for a short while."""
        state, end = self.acting(), time.perf_counter() + SLICE
        self.take(0, **state)
        with limited_blas(1):
            while self.wanted.is_set() and time.perf_counter() < end:
                self.once(**state)

    def update(self, action=None):
        with self.lock, self.hold_sync():
            super().update(action)
            self.tell()

    def fail(self, error):
        with self.lock, self.hold_sync():
            super().fail(error)
            self.tell()

    def tell(self):
        """Tell the page where the run is."""
        if self.going is not None:
            shown = self.step if self.shown is None else self.shown
            running, pinned = self.wanted.is_set(), len(self.pinned) > 0
            self.live = {"running": running, "shown": shown, "step": self.step, "pinned": pinned}

    # The run as code and as text

    def to_code(self):
        ways = {"set": lambda v: f".set({arguments(v)})", "run": lambda v: f".run({v})"}
        done = [ways.get(verb, lambda _, verb=verb: f".{verb}()")(value) for verb, value in self.events]
        looked = "" if self.shown is None else f".show({self.shown})"
        return "".join([self.code_of(self.first if self.events else self.state), *done, looked])

    def to_text(self):
        ways = {"set": text_of, "run": lambda v: f"run={v}"}
        done = [ways.get(verb, lambda _, verb=verb: verb)(value) for verb, value in self.events]
        looked = [] if self.shown is None else [f"show={self.shown}"]
        return "|".join([text_of(self.first if self.events else self.state), *done, *looked])

    @classmethod
    def from_text(cls, text, **options):
        start, *events = cls.within_bounds(text).split("|")
        runs = [event[4:] for event in events if event.startswith("run=")]
        if not all(n.isdecimal() and len(n) < 7 for n in runs) or sum(map(int, runs)) > MOST:
            raise ValueError(f"{cls.__name__} expected runs of {MOST} steps at most, together, got {str(text)[:80]!r}")
        view = super().from_text(start, **options)
        for event in events:
            view.follow(event)
        return view

    def follow(self, event):
        """Do again what a part of a text says; raises ValueError if it is damaged."""
        verb, _, value = event.partition("=")
        if event in ("pin", "reset"):
            getattr(self, event)()
        elif verb in ("run", "show") and value.isdecimal() and len(value) < 7:
            getattr(self, verb)(int(value))
        else:
            self.set(**self.read(event))

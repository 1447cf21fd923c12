"""What the views share that show something going on: start, pause, step, reset; pin a run; look back at a step.

A run is made of steps. `run(n)` takes them at once and gives the same on every machine; that is what notebooks call
and tests compare. Start takes them in a thread until it is paused, so that the reader may move controls meanwhile;
where there are no threads, in a browser, between two events of the page.
"""

import asyncio
import contextlib
import threading
import time

import traitlets

from nnlib import platform
from nnlib.guards import check_whole
from nnlib.training import limited_blas
from nnlib.viz.view import View, arguments, text_of
from nnlib.viz.watch import NeverEnds, ended

KEPT = 400  # records of a run; when there are more, every second one is forgotten
MOST = 10_000  # steps that a text may ask for
SLICE, PAUSE = 0.03, 0.0005  # seconds of steps between which others get their turn, and how long that is
RATE, SHARE = 0.08, 0.3  # seconds between two pictures at least, and the share of the time that they may cost
PACES = {"slow": 0.5, "normal": 1 / 30, "fast": 0.0}  # seconds from a step to the next; without any, as fast as it goes
BEHIND = 0.2  # seconds that a run may catch up after a slow picture
NAP = 0.1  # seconds after which a run that waits for its next step hears that it is paused
UNSEEN = 100  # pictures that no page has acknowledged, after which a run pauses by itself


class Live(View):
    """The base of the views that train.

    Beside what a View gives, a subclass gives `unit`, what a step is called; `restarts`, the names of the controls
    with which a run begins anew (the others act at once); `edits`, those by which a hand changes the run itself, with
    a method `edit(run, before, **state)` that does so; and four methods in place of `compute`:
    `begin(**state)` returns a run, any object, from the state alone; `advance(run, **state)` takes a step, a few
    hundredths of a second at most; `record(run, **state)` returns what to keep of it, its parameters and a few
    numbers; `frame_of(run, record, records, pinned, **state)` returns the frame of a record: `records` are the pairs
    (step, record) up to it, `pinned` are those of the pinned run, or none.

    Every method that moves the run returns the view: `Playground(seed=3).run(100).set(lr=0.1).run(50)`.
    """

    unit, restarts, edits = "step", (), ()
    live = traitlets.Dict().tag(sync=True)

    def __init__(self, **options):
        self.current, self.running = None, threading.Event()  # current: what `begin` gave
        self.thread, self.task = None, None  # which of them takes the steps after `start`
        self.records, self.pinned, self.shown, self.step, self.looked_at = [], [], None, 0, 0
        self.events, self.first, self.at_pin = [], {}, {}  # done since `first` was the state: pairs [verb, value]
        self.applied = {}  # the state that steps act on, of which the code knows
        self.pace, self.kernel = "normal", None
        self.asked, self.unseen = False, None  # see `count_picture`
        super().__init__(**options)
        self.spec = self.spec | {"live": self.unit, "paces": [*PACES]}
        self.on_msg(self.on_message)

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

    def edit(self, run, before, **state):
        """Change the run by what was moved since the state `before`."""
        raise NotImplementedError

    # What a reader calls, and the buttons

    def run(self, n=1):
        """Take n steps at once."""
        n = check_whole(f"{type(self).__name__}.run", "n", n, 0)
        self.pause()
        self.update(lambda **state: self.take_steps(n, **state))
        return self

    def start(self):
        """Take steps in the background until `pause`, or until the page that showed them is gone."""
        if not self.running.is_set():
            self.running.set()
            self.shown, self.unseen, self.asked, self.kernel = None, None, False, event_loop()
            try:
                self.go()
            except RuntimeError as error:
                self.thread = None
                self.running.clear()
                self.fail(RuntimeError(f"Start needs a thread, and there is none here ({error}): use Step, or run(n)"))
        return self

    def go(self):
        """Begin the steps of `start`; raises RuntimeError where nothing can take them."""
        if platform.HERE.threads:
            self.thread = threading.Thread(target=self.loop, daemon=True)
            self.thread.start()
        elif self.kernel is None:
            raise RuntimeError("no loop of events either")
        else:
            self.task = self.kernel.create_task(self.between_events())

    def pause(self):
        """End `start`, after the present step."""
        self.running.clear()
        if self.thread is not None:
            self.thread.join()
            self.thread = None
        task, self.task = self.task, None
        if task is not None and task.cancel() and not self.error:  # one that has ended cannot be cancelled
            self.update()
        return self

    def reset(self):
        """Begin again, with the same initial weights."""
        self.pause()
        self.update(lambda **_: self.restart())
        return self

    def pin(self):
        """Keep the present run, to be drawn beside the next ones."""
        self.update(lambda **_: self.pin_run())
        return self

    def show(self, step=None):
        """Look back at a step; None is the last one."""
        self.update(lambda **_: self.seek(step))
        return self

    def close(self):
        if "running" in vars(self):  # else it was refused before it began
            self.pause()
        super().close()
        self.current, self.records, self.pinned = None, [], []

    def on_message(self, _, content, buffers):
        """Do what a button in the page says."""
        verbs = {"start": self.start, "pause": self.pause, "step": self.run, "reset": self.reset, "pin": self.pin}
        verb = str(content.get("do"))
        if verb == "show":
            self.show(content.get("step"))
        elif verb == "pace" and str(content.get("pace")) in PACES:
            self.pace = str(content.get("pace"))
            self.report()
        elif verb == "seen":
            self.unseen = 0
        elif verb in verbs:
            verbs[verb]()

    # The run

    def moved(self, change):
        changed = {name: value for name, value in change.new.items() if value != change.old.get(name)}
        if set(self.restarts) & set(changed):
            self.update(lambda **_: self.restart())
        else:
            self.update(lambda **_: self.apply_moves())

    def restart(self):
        """Forget the run. Of what was done, only what led to a pinned run stays, and what was moved since."""
        last = max((k for k, (verb, _) in enumerate(self.events) if verb == "pin"), default=-1)
        moved = {name: value for name, value in self.state.items() if value != self.at_pin.get(name)}
        self.applied = self.state
        since = [["set", moved], ["reset", None]] if moved else [["reset", None]]
        self.events = [*self.events[: last + 1], *since] if self.pinned else []
        self.current, self.shown = None, None

    def pin_run(self):
        self.pinned, self.at_pin = list(self.records), self.applied
        self.log_event("pin")

    def seek(self, step):
        """Show a step from now on, also while the run goes on; None is always the last one."""
        if step is not None:
            step = check_whole(f"{type(self).__name__}.show", self.unit, step, 0)
            if step > self.step:
                raise ValueError(f"{type(self).__name__}.show expected a {self.unit} up to {self.step}, got {step}")
        self.shown = step

    def log_event(self, verb, value=None):
        """Write down what was done, so that it can be done again."""
        if not self.events:
            self.first = self.applied
        if self.events and self.events[-1][0] == verb == "run":
            self.events[-1][1] += value
        elif self.events and self.events[-1][0] == verb == "set" and self.are_one({*self.events[-1][1]}, {*value}):
            self.events[-1][1] = self.events[-1][1] | value
        else:
            self.events.append([verb, value])

    def are_one(self, before, names):
        """Whether two moves of these controls do the same as one move of both: an edit keeps its place among others."""
        return not {*self.edits} & (before | names) or before == names <= {*self.edits}

    def ensure_run(self, **state):
        """Begin a run, unless one is going on."""
        if self.current is None:
            self.applied = state
            self.current, self.step, self.every = self.begin(**state), 0, 1
            self.records = [(0, self.record(self.current, **state))]

    def compute(self, **state):
        self.ensure_run(**state)
        records = [pair for pair in self.records if self.shown is None or pair[0] <= self.shown]
        if self.shown is None and records[-1][0] < self.step:
            records.append((self.step, self.record(self.current, **state)))
        self.looked_at = records[-1][0]  # one that is kept: in a long run not each is
        return self.frame_of(self.current, records[-1][1], records, self.pinned, **state)

    def take_steps(self, n, **state):
        """Take n steps, and show the last; raises what the run raises."""
        self.ensure_run(**state)
        self.shown = None
        for _ in range(n):
            self.take_step(**state)

    def take_step(self, **state):
        """Take one step, and keep a record of it."""
        self.advance(self.current, **state)
        self.step += 1
        self.log_event("run", 1)
        if self.step % self.every == 0:
            self.records.append((self.step, self.record(self.current, **state)))
        if len(self.records) > KEPT:
            self.every, self.records = 2 * self.every, self.records[::2]

    def apply_moves(self):
        """Return the state for the next steps; what was moved since the last is written down, and edits are made.

        On a busy machine the thread may see a move before `moved` gets its turn, and the code must not lag behind.
        """
        state, before = self.checked(), self.applied
        changed = {name: value for name, value in state.items() if value != before.get(name)}
        edited = {*self.edits} & {*changed} and self.current is not None
        if changed and (self.events or edited):
            self.log_event("set", changed)
        self.applied = state
        if edited:
            self.edit(self.current, before, **state)
            self.shown = None
            if self.records[-1][0] == self.step:
                self.records[-1] = (self.step, self.record(self.current, **state))
        return state

    # What goes on after `start`

    def loop(self):
        """Take steps in this thread until `pause`."""
        for seconds in self.turns():
            time.sleep(seconds)

    async def between_events(self):
        """Take steps until `pause`, in a loop of events which hears the page meanwhile."""
        for seconds in self.turns():
            await asyncio.sleep(seconds)

    def turns(self):
        """Take steps and show pictures until `pause`, and yield for how many seconds others have their turn."""
        due, turn = 0.0, time.perf_counter()
        while self.running.is_set():
            try:
                with self.lock:
                    with ended():
                        self.slice()
                    if (sliced := time.perf_counter()) >= due:
                        self.update()
                        self.count_picture()
                        shown = time.perf_counter()
                        due = shown + max(RATE, (shown - sliced) / SHARE)
            except (Exception, NeverEnds) as error:
                self.running.clear()
                self.fail(error)
            turn = max(turn + PACES[self.pace], time.perf_counter() - BEHIND)
            yield from self.rests(turn)
        if not self.error:
            self.update()

    def rests(self, end):
        """Yield pauses until a time; a lock that is taken again at once would let nobody else in."""
        yield PAUSE
        while self.running.is_set() and (left := end - time.perf_counter()) > 0:
            yield min(left, NAP)

    def slice(self):
        """Take one step, or without any pace as many as there are in a short while."""
        state, end = self.apply_moves(), time.perf_counter() + SLICE
        self.ensure_run(**state)
        with limited_blas(1):
            while self.running.is_set():
                self.take_step(**state)
                if PACES[self.pace] or time.perf_counter() >= end:
                    break

    def count_picture(self):
        """Count pictures that no page has seen, but only while the kernel could have heard of it.

        A cell that runs for long keeps it from hearing anything. A run that no page has ever shown goes on.
        """
        if self.kernel is not None and not self.asked:
            self.asked = True
            with contextlib.suppress(RuntimeError):  # a loop that has ended
                self.kernel.call_soon_threadsafe(self.kernel_hears)

    def kernel_hears(self):
        self.asked = False
        if self.unseen is not None:
            self.unseen += 1
            if self.unseen > UNSEEN:
                self.running.clear()

    # From state to screen

    def update(self, action=None):
        with self.lock, self.hold_sync():
            super().update(action)
            if self.unseen is not None and self.unseen > UNSEEN:
                self.note = "Paused: no page was showing it any more."
            self.report()

    def fail(self, error):
        with self.lock, self.hold_sync():
            super().fail(error)
            self.report()

    def report(self):
        """Tell the page where the run is."""
        if self.current is not None:
            shown = self.step if self.shown is None else self.looked_at
            running, pinned = self.running.is_set(), len(self.pinned) > 0
            self.live = {
                **{"running": running, "shown": shown, "step": self.step, "pinned": pinned},
                "pace": self.pace,
            }

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
            view.replay(event)
        return view

    def replay(self, event):
        """Do again what a part of a text says; raises ValueError if it is damaged."""
        verb, _, value = event.partition("=")
        if event in ("pin", "reset"):
            getattr(self, event)()
        elif verb in ("run", "show") and value.isdecimal() and len(value) < 7:
            getattr(self, verb)(int(value))
        else:
            self.set(**self.read(event))


def event_loop():
    """Return the loop in which this kernel hears of its page, None where there is none."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None

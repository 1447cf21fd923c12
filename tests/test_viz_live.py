"""What a live view does, shown by one that counts: runs, threads, the line of code that repeats it all."""

import asyncio
import threading
import time
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from patience import PATIENCE

from nnlib.viz import live, watch
from nnlib.viz.controls import Slider
from nnlib.viz.drawing import Drawing
from nnlib.viz.live import KEPT, Live


@dataclass(frozen=True)
class CounterFrame:
    steps: np.ndarray
    values: np.ndarray
    pinned: np.ndarray


class Counter(Live):
    """Adds `rate` at each step, from `start`; nan and exceptions as the test wants them."""

    title, unit, restarts = "A counter", "step", ("start",)
    controls = Slider("start", "start", 0, 9, 1, 0), Slider("rate", "rate", 0, 9, 1, 1)

    delay = 0

    def __init__(self, **options):
        super().__init__(**options)
        self.pace = "fast"

    def begin(self, start, **_):
        return [start]

    def advance(self, run, rate, **_):
        if run[0] + rate > 5000:
            raise RuntimeError("more than 5000")
        run[0] += rate
        self.delay and time.sleep(self.delay)

    def record(self, run, **_):
        return run[0]

    def frame_of(self, run, record, records, pinned, **_):
        steps, values = np.array(records).T
        return CounterFrame(steps, values, np.array([value for _, value in pinned]))

    def facts(self, frame):
        return f"step {frame.steps[-1]}, value {frame.values[-1]}"

    def draw(self, frame):
        sheet = Drawing(100, 100)
        sheet.text(f"{frame.steps.tolist()} {frame.values.tolist()} {frame.pinned.tolist()}", 5, 50)
        return sheet


@pytest.fixture
def view():
    made = Counter()
    yield made
    made.close()


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"waited {PATIENCE} s in vain")
        time.sleep(0.005)


def test_steps_are_taken_recorded_and_looked_back_at(view):
    assert repr(view.run(3)) == "Counter(start=0, rate=1).run(3): step 3, value 3"
    np.testing.assert_array_equal(view.now.values, [0, 1, 2, 3])
    assert repr(view.show(1)) == "Counter(start=0, rate=1).run(3).show(1): step 1, value 1"
    assert view.live == {"running": False, "shown": 1, "step": 3, "pinned": False, "pace": "fast"}
    assert repr(view.run()) == "Counter(start=0, rate=1).run(4): step 4, value 4"
    assert repr(view.reset()) == "Counter(start=0, rate=1): step 0, value 0"


def test_one_control_acts_at_once_and_another_begins_anew(view):
    view.run(2).set(rate=5)
    assert repr(view.run(2)) == "Counter(start=0, rate=1).run(2).set(rate=5).run(2): step 4, value 12"
    assert repr(view.set(start=7)) == "Counter(start=7, rate=5): step 0, value 7"
    assert repr(view.set(rate=2)) == "Counter(start=7, rate=2): step 0, value 7"


def test_a_pinned_run_stays_and_stays_in_the_code(view):
    view.run(2).pin().set(start=3).run(1).reset().run(4)
    np.testing.assert_array_equal(view.now.pinned, [0, 1, 2])
    assert view.code == "Counter(start=0, rate=1).run(2).pin().set(start=3).reset().run(4)"


def test_what_a_forgotten_run_was_set_to_is_written_once(view):
    view.run(2).pin()
    for k in (7, 8, 9, 0):  # back to where it was: the code must begin anew all the same
        view.set(start=k, rate=k).run(1).set(rate=2)
    assert view.run(3).code == "Counter(start=0, rate=1).run(2).pin().set(rate=0).reset().run(1).set(rate=2).run(3)"
    again = eval(view.code, {"Counter": Counter})
    assert (again.picture, again.code) == (view.picture, view.code)


def test_code_and_text_repeat_everything(view):
    view.run(2).set(rate=4).run(3).pin().set(start=2, rate=1).run(5).reset().run(6).show(4)
    for again in [eval(view.to_code(), {"Counter": Counter}), Counter.from_text(view.to_text())]:
        assert (again.picture, again.code, again.to_text()) == (view.picture, view.code, view.to_text())


@pytest.mark.parametrize(
    "event",
    [
        *["run", "run=", "run=-1", "run=1e3", "run=99999", "run=5000|reset|run=5001", f"run={'9' * 5000}"],
        *["show", "show=x", "pin=1", "rate=99", "close", "state=1", ""],
    ],
)
def test_damaged_events_are_refused(event):
    with pytest.raises(ValueError, match=r"^Counter expected"):
        Counter.from_text(f"start=0;rate=1|{event}")


@pytest.mark.parametrize("n", [-1, 1.5, "3", None])
def test_a_number_of_steps_that_is_none_is_refused(view, n):
    with pytest.raises(ValueError, match=r"Counter\.run expected n"):
        view.run(n)


def test_to_look_beyond_the_end_is_said(view):
    assert "Counter.show expected a step up to 2, got 3" in view.run(2).show(3).error
    assert view.show(2).error == ""


def test_what_goes_wrong_in_a_step_is_said_and_the_steps_before_it_stay(view):
    view.set(rate=9).run(1000)
    assert view.error == "RuntimeError: more than 5000"
    assert "more than 5000" in repr(view)
    assert (view.step, view.set(rate=0).facts_shown) == (555, "step 555, value 4995")


def test_a_long_run_keeps_a_bounded_number_of_records_and_its_last_step(view):
    view.set(rate=1).run(3001)
    assert KEPT / 2 <= len(view.records) <= KEPT
    assert [int(view.now.steps[k]) for k in (0, -1)] == [0, 3001]
    np.testing.assert_array_equal(view.now.steps, view.now.values)
    assert view.show(1000).facts_shown == "step 1000, value 1000"


def test_the_thread_starts_pauses_and_gives_what_run_gives(view):
    view.set(rate=0).start()
    assert view.start().thread is not None  # a second start changes nothing
    wait_for(lambda: view.live["step"] > 100)
    assert view.live["running"]
    view.pause()
    assert not view.live["running"]
    steps = view.live["step"]
    time.sleep(0.05)
    assert (view.step, view.code) == (steps, f"Counter(start=0, rate=0).run({steps})")


def test_a_control_moved_in_the_middle_of_a_run_is_answered_and_written_down(view):
    view.delay = 0.002
    view.set(rate=0).start()
    wait_for(lambda: view.step > 50)
    view.set(rate=1)
    wait_for(lambda: view.now.values[-1] > 20)
    view.pause()
    again = eval(view.to_code(), {"Counter": Counter})
    assert (again.step, again.now.values[-1]) == (view.step, view.now.values[-1])


def test_the_thread_ends_with_what_went_wrong_and_begins_again(view):
    view.set(rate=9).start()
    wait_for(lambda: view.error)
    wait_for(lambda: not view.live["running"])
    assert view.error == "RuntimeError: more than 5000"
    assert view.reset().error == ""


def test_buttons_of_the_page_do_the_same(view):
    for content in [{"do": "step"}, {"do": "step"}, {"do": "pin"}, {"do": "show", "step": 1}]:
        view.on_message(view, content, [])
    assert view.code == "Counter(start=0, rate=1).run(2).pin().show(1)"
    view.on_message(view, {"do": "start"}, [])
    wait_for(lambda: view.step > 10)
    view.on_message(view, {"do": "pause"}, [])
    view.on_message(view, {"do": "reset"}, [])
    assert view.step == 0
    before = view.code
    for content in [{}, {"do": "close"}, {"do": "__init__"}, {"do": "show", "step": "x"}, {"do": []}]:
        view.on_message(view, content, [])
    assert view.code == before


def test_a_closed_view_leaves_no_thread(view):
    before = threading.active_count()
    view = Counter(rate=0).start()
    thread = view.thread
    view.close()
    assert not thread.is_alive()
    wait_for(lambda: threading.active_count() <= before)  # what watches for loops without an end, too


def test_a_state_that_the_page_spoiled_stops_nothing(view):
    view.set(rate=0).start()
    view.set_state({"state": {"start": 0, "rate": "x"}})
    wait_for(lambda: view.error)
    view.pause().set(rate=1)
    assert view.error == ""


def test_where_there_are_no_threads_it_says_so(view, monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert "use Step, or run(n)" in view.start().error
    assert view.run(2).error == ""
    assert not view.live["running"]


@pytest.fixture
def clock(monkeypatch):
    """The clock of live views, which goes on only when a test spends time: no test depends on the machine's."""
    clock = SimpleNamespace(now=0.0, slept=[])

    def spend(seconds):
        clock.now += seconds

    def sleep(seconds):
        clock.slept.append(seconds)
        spend(seconds)

    clock.spend, clock.sleep = spend, sleep
    monkeypatch.setattr(live, "time", SimpleNamespace(perf_counter=lambda: clock.now, sleep=sleep))
    return clock


def test_pause_waits_for_one_step_at_most():
    """However slow the steps are: the one that is going on is the last."""
    going_on, may_end = threading.Event(), threading.Event()

    class Slow(Counter):
        def advance(self, run, **state):
            going_on.set()
            assert may_end.wait(PATIENCE)
            super().advance(run, **state)

    view = Slow(rate=1).start()
    assert going_on.wait(PATIENCE)
    pausing = threading.Thread(target=view.pause)
    pausing.start()
    wait_for(lambda: not view.running.is_set())
    may_end.set()
    pausing.join(PATIENCE)
    assert (view.step, view.now.values[-1], view.live["running"]) == (1, 1, False)


def test_a_run_lets_others_in_between_short_slices(clock, monkeypatch):
    """Whoever moves a control waits for a slice and a picture, and finds the lock free in the pause after it."""
    entered, slices = [], []

    class Busy(Counter):
        def advance(self, run, **state):
            clock.spend(0.004)
            super().advance(run, **state)
            if self.step > 300:
                self.running.clear()

        def slice(self):
            before = clock.now
            super().slice()
            slices.append(clock.now - before)

    view = Busy(rate=0)

    def enters():
        entered.append(view.lock.acquire(blocking=False))
        view.lock.release()

    def sleep(seconds):
        other = threading.Thread(target=enters)
        other.start()
        other.join()
        clock.sleep(seconds)

    monkeypatch.setattr(live.time, "sleep", sleep)
    view.running.set()
    view.loop()
    assert len(slices) > 5
    assert max(slices) <= live.SLICE + 0.004 + 1e-9
    assert entered == [True] * len(slices)
    assert min(clock.slept) >= live.PAUSE


def test_a_step_that_sees_a_move_before_the_view_was_told_is_written_down_after_it(clock):
    class OneStep(Counter):
        def advance(self, run, **state):
            clock.spend(2 * live.SLICE)
            super().advance(run, **state)

    view = OneStep().run(2)
    view.running.set()
    with view.hold_trait_notifications():  # as on a busy machine, where the thread is faster than the message
        view.state = view.state | {"rate": 5}
        view.slice()
    assert view.to_code() == "OneStep(start=0, rate=1).run(2).set(rate=5).run(1)"
    assert view.update() or view.now.values.tolist() == [0, 1, 2, 7]
    assert view.pin().reset().to_code() == "OneStep(start=0, rate=1).run(2).set(rate=5).run(1).pin().reset()"


def test_pictures_do_not_slow_down_a_run_that_has_a_pace(clock, monkeypatch):
    spend = clock.spend
    monkeypatch.setitem(live.PACES, "normal", 0.03)

    class Paced(Counter):
        def advance(self, run, **state):
            spend(0.004)
            super().advance(run, **state)
            if clock.now > 3:
                self.running.clear()

        def frame_of(self, *given, **state):
            spend(0.04)  # longer than a step's turn
            return super().frame_of(*given, **state)

    view = Paced()
    view.pace = "normal"
    view.running.set()
    view.loop()
    assert 95 <= view.step <= 101
    assert view.answers > 15


def steps_in(seconds, pace, clock):
    """Return how many steps, each of a millisecond, are taken in some time."""

    class Timed(Counter):
        def advance(self, run, **state):
            clock.spend(0.001)
            super().advance(run, **state)
            if clock.now > seconds:
                self.running.clear()

    view = Timed(rate=0)
    view.on_message(view, {"do": "pace", "pace": pace}, [])
    assert view.live["pace"] == pace
    clock.now = 0.0
    view.running.set()
    view.loop()
    return view.step


def test_the_page_sets_how_fast_it_goes(clock):
    assert steps_in(10, "slow", clock) == 21
    assert steps_in(10, "normal", clock) == pytest.approx(301, abs=1)
    assert steps_in(10, "fast", clock) > 8000
    view = Counter()
    for pace in ["very fast", None, ["slow"], {}]:
        view.on_message(view, {"do": "pace", "pace": pace}, [])
    assert view.pace == "fast"


def test_a_slow_run_is_paused_before_its_next_step(clock, monkeypatch):
    """It sleeps for a short while at a time."""
    view = Counter()
    view.pace = "slow"
    sleep = live.time.sleep

    def paused_meanwhile(seconds):
        sleep(seconds)
        if seconds > live.PAUSE:
            view.running.clear()

    monkeypatch.setattr(live.time, "sleep", paused_meanwhile)
    view.running.set()
    view.loop()
    assert view.step == 1
    assert clock.now <= live.PAUSE + live.NAP + 1e-9


class Kernel:
    """The loop of a kernel that hears at once, or, while a cell runs, when it has ended."""

    def __init__(self):
        self.busy, self.calls = False, []

    def call_soon_threadsafe(self, call):
        self.calls.append(call)
        if not self.busy:
            self.hear()

    def hear(self):
        while self.calls:
            self.calls.pop(0)()


def pictures_until_it_pauses(clock, seen=lambda number: None, most=400, kernel=None):
    """Return how many pictures a run shows; `seen` is asked at each whether the page acknowledges it."""
    shown = []

    class Watched(Counter):
        def advance(self, run, **state):
            clock.spend(live.SLICE + live.RATE)  # a picture for each step
            super().advance(run, **state)

        def count_picture(self):
            shown.append(self.step)
            super().count_picture()
            if seen(len(shown)):
                self.on_message(self, {"do": "seen"}, [])
            if len(shown) >= most:
                self.running.clear()

    view = Watched(rate=0)
    view.kernel = kernel or Kernel()
    view.running.set()
    view.loop()
    return len(shown), view


def test_a_run_whose_page_is_gone_pauses_by_itself_and_says_so(clock):
    number, view = pictures_until_it_pauses(clock, seen=lambda k: k <= 50)
    assert number == 50 + live.UNSEEN + 1
    assert not view.live["running"]
    assert view.note == "Paused: no page was showing it any more."
    assert view.run().note != ""
    view.unseen = None  # as `start` sets it
    assert view.run().note == ""


def test_a_run_whose_page_answers_now_and_then_goes_on(clock):
    assert pictures_until_it_pauses(clock, seen=lambda k: k % 90 == 1)[0] == 400


def test_a_run_that_no_page_ever_showed_goes_on(clock):
    number, view = pictures_until_it_pauses(clock)
    assert number == 400
    assert view.note == ""


def test_a_long_cell_during_which_the_kernel_hears_nothing_pauses_no_run(clock):
    kernel = Kernel()

    def seen(k):
        kernel.busy = 20 < k < 390  # what the page says arrives later
        if k == 390:
            kernel.hear()
        return not kernel.busy

    assert pictures_until_it_pauses(clock, seen, kernel=kernel)[0] == 400


def test_the_loop_of_the_kernel_is_the_one_in_which_a_run_is_started():
    async def started():
        view = Counter(rate=0).start()
        view.on_message(view, {"do": "seen"}, [])
        while view.unseen < 3:  # the thread asks, and this loop answers
            await asyncio.sleep(0.005)
        view.pause()
        return view.kernel

    assert isinstance(asyncio.run(asyncio.wait_for(started(), PATIENCE)), asyncio.AbstractEventLoop)
    view = Counter().start().pause()
    assert view.kernel is None


def test_looking_back_stays_where_it_is_while_the_run_goes_on(view):
    view.set(rate=0).run(50).show(20)
    view.start()
    wait_for(lambda: view.live["shown"] > 60)  # Start shows what it does
    view.show(20)
    before = view.step
    wait_for(lambda: view.step > before + 200 and view.live["step"] > before + 100)
    view.pause()
    assert view.code.endswith(".show(20)")
    kept = view.live["shown"]
    assert kept <= 20  # in a long run not each is kept
    assert (view.facts_shown, view.live["step"] > before + 100) == (f"step {kept}, value 0", True)
    view.start()
    view.show(None)
    wait_for(lambda: view.live["shown"] > before)
    view.pause()


def test_a_step_that_never_ends_is_ended_and_said(view, monkeypatch):
    monkeypatch.setattr(watch, "LONG", 0.2)

    class Endless(Counter):
        def advance(self, run, **state):
            while self.step == 3:
                pass
            super().advance(run, **state)

    view = Endless().start()
    wait_for(lambda: view.error)
    assert "Is there a loop that never ends?" in view.error
    assert (view.pause().step, view.live["running"]) == (3, False)


class Edited(Counter):
    """A counter to which a hand may add; `which` is only looked at."""

    edits = ("more",)
    controls = (*Counter.controls, Slider("more", "more", 0, 9, 1, 0), Slider("which", "which", 0, 9, 1, 0))

    def begin(self, start, more, **_):
        return [start + more]

    def edit(self, run, before, more, **_):
        run[0] += more - before["more"]


START = "Edited(start=0, rate=1, more=0, which=0)"


def test_an_edit_acts_on_the_run_that_goes_on_and_is_written_down():
    view = Edited().run(3).set(more=5)
    assert (view.step, view.facts_shown) == (3, "step 3, value 8")
    assert view.run(2).code == f"{START}.run(3).set(more=5).run(2)"
    assert view.show(3).facts_shown == "step 3, value 8"
    assert view.set(more=1).live["shown"] == 5  # what was edited is shown
    assert view.reset().facts_shown == "step 0, value 1"
    assert view.code == START.replace("more=0", "more=1")


def test_edits_keep_their_order_among_other_moves():
    view = Edited().set(which=1).set(more=1).set(more=3).set(which=2).set(rate=2).set(more=4)
    assert view.code == f"{START.replace('which=0', 'which=1')}.set(more=3).set(which=2, rate=2).set(more=4)"
    assert (
        view.set(more=0, which=5)
        .set(more=2, which=6)
        .code.endswith(".set(more=4).set(more=0, which=5).set(more=2, which=6)")
    )


def test_an_edit_in_the_middle_of_a_run_is_made_once():
    view = Edited(rate=0).start()
    wait_for(lambda: view.step > 20)
    for more in (3, 7):
        view.set(more=more)
        step = view.step
        wait_for(lambda step=step: view.step > step + 20)
    view.pause()
    assert view.current == [7]
    assert eval(view.to_code(), {"Edited": Edited}).current == [7]

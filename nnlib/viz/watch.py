"""Ends a reader's loop that never ends: in the thread of a view nobody else can, and the view would be dead."""

import ctypes
import threading
from contextlib import contextmanager

LONG = 30.0  # seconds


class NeverEnds(BaseException):
    """Raised in a view's thread that has worked too long; no Exception, or the loop's own `except` might catch it."""

    def __str__(self):
        return f"it had not ended after {LONG:g} seconds. Is there a loop that never ends?"


@contextmanager
def ended(after=None):
    """Raise NeverEnds in what takes longer than `after` seconds (None: LONG), unless the main thread does it.

    That one is left alone: a cell may take as long as it likes, and Jupyter can interrupt it.
    """
    if threading.current_thread() is threading.main_thread():
        yield
        return
    thread, lock, over = threading.get_ident(), threading.Lock(), [False]

    def end():
        with lock:
            if not over[0]:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(NeverEnds))

    timer = threading.Timer(LONG if after is None else after, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with lock:
            over[0] = True

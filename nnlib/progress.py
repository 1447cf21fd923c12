"""How far a training run is: a bar in a notebook, one line in a terminal, or nothing."""

import sys
from html import escape

from nnlib import platform

STOP = "; here only Kernel > Restart Kernel stops it"  # where the stop button has no effect


class Progress:
    """A context manager that shows epochs as they finish.

    The bar is a widget, because printed bars would be stored in the notebook; a notebook that is read
    without a kernel shows one line of text in its place.
    """

    def __init__(self, epochs, show=True):
        shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
        self.epochs, self.bar, self.line = epochs, None, None
        if show and shell is not None and hasattr(shell, "kernel"):
            self.bar = self._widget()
        elif show and sys.stderr is not None and sys.stderr.isatty():
            self.line = sys.stderr

    def _widget(self):
        from IPython.display import display
        from ipywidgets import HTML, HBox, IntProgress

        self.text = HTML(f"epoch 1 of {self.epochs} is running{STOP if not platform.HERE.interrupts else ''}")
        bar = IntProgress(max=self.epochs, layout={"width": "240px"})
        box = HBox([bar, self.text])
        view = {"application/vnd.jupyter.widget-view+json": {"model_id": box.model_id, "version_major": 2}}
        display({"text/plain": f"training for {self.epochs} epochs", **view}, raw=True)
        return bar

    def update(self, epoch):
        """Show one more finished epoch."""
        parts = [f"epoch {epoch.number} of {self.epochs}", f"loss {epoch.loss:.3f}"]
        known = [(epoch.accuracy, "accuracy"), (epoch.val_accuracy, "validation")]
        self.say(", ".join(parts + [f"{name} {share:.1%}" for share, name in known if share is not None]))
        if self.bar is not None:
            self.bar.value = epoch.number

    def stopped(self, epochs):
        """Say that the reader ended the run, even where no progress was asked for."""
        text = f"stopped after {epochs} of {self.epochs} epochs; the model keeps what it has learned"
        if self.bar is not None:
            self.bar.bar_style = "warning"
            self.say(text)
        else:
            print(text)

    def say(self, text):
        if self.bar is not None:
            self.text.value = escape(text)
        elif self.line is not None:
            self.line.write(f"\r\033[K{text}")
            self.line.flush()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.line is not None:
            self.line.write("\n")
        if self.bar is not None and kind is not None:
            self.say(f"stopped by {kind.__name__}")
            self.bar.bar_style = "danger"

"""One view on a page of its own, without Jupyter: what ipywidgets says to a kernel's channel goes to the page."""

import json

import comm
from comm.base_comm import BaseComm

from nnlib import viz
from nnlib.guards import brief

NAMES = sorted(set(viz.__all__) - {"View"})


class Channel(BaseComm):
    """Hands on what a widget says, as Jupyter's messages have it: `hand(kind of message, JSON)`."""

    def __init__(self, hand, **options):
        self.hand = hand
        super().__init__(**options)

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **more):
        """Hand a message on; those of widgets that are no view, such as their layout, nobody hears."""
        if msg_type == "comm_open":
            self.heard = "_esm" in data.get("state", {})
        if self.heard:
            self.hand(msg_type, json.dumps(data or {}))


class Alone:
    """A view and its page."""

    def __init__(self, view):
        self.view = view

    def hear(self, text):
        """Take a message of the page: JSON, as Jupyter has it."""
        self.view.comm.handle_msg({"content": {"data": json.loads(text)}, "buffers": []})

    def address(self):
        """Return what `opened` makes this view from, as it is now."""
        return f"{type(self.view).__name__}:{self.view.to_text()}"


def opened(address, hand):
    """Return the view that an address such as "Neuron:w1=2.0;w2=1.0" names, what it says going to `hand`.

    Without a colon it begins as the view does. The text is read and never evaluated; raises ValueError if there is no
    such view, or its text is damaged.
    """
    name, colon, text = address.partition(":")
    if name not in NAMES:
        raise ValueError(f"expected the name of a view, {', '.join(NAMES)}, got {brief(name)}")
    comm.create_comm = lambda **options: Channel(hand, **options)
    kind = getattr(viz, name)
    return Alone(kind.from_text(text) if colon else kind())

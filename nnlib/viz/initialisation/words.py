"""What the view Initialisation says: which weights were drawn, and how signal and gradient fare with them."""

import math

import numpy as np

from nnlib.viz.initialisation.rules import SPREADS


def facts_of(frame):
    """Return in words what was drawn, what it does on the way up and back, and what is lost."""
    return " ".join(part for part in [weights_said(frame), up(frame), back(frame), lost_said(frame)] if part)


def said(log):
    """Return 10**log in a few characters, also where a float cannot hold it.

    >>> said(-0.35), said(-8.99), said(400.5), said(-np.inf), said(np.nan)
    ('0.45', '1e-9', '3e400', '0', '∞')
    """
    if abs(log) < 3:
        return f"{float(f'{10**log:.2g}'):g}"
    if not math.isfinite(log):
        return "0" if log < 0 else "∞"
    power = math.floor(log + 0.0223)  # 9.5 and more is written as the next power
    return f"{10 ** (log - power):.0f}e{power}"


def weights_said(frame):
    """Return in words what was drawn, and where it is not what the rule of this name has."""
    times = f" times {frame.scale:g}" if frame.scale != 1 else ""
    drew = f"{frame.rule}{times}: weights with sd {frame.spread * frame.scale:.2g}."
    wanted = SPREADS.get(frame.rule)
    if wanted is None:
        return drew
    if abs(frame.spread - wanted) > 0.05 * wanted:
        return f"{drew} The rule of this name has {wanted:.2g}, yours has {frame.spread:.2g}: is that meant?"
    if abs(frame.mean) > 0.05 * wanted:
        return f"{drew} The rule of this name has mean 0, yours has {frame.mean:.2g}: is that meant?"
    return drew


def verdict(logs):
    """Return in a word how the last of some standard deviations stands to the first."""
    change, limit = logs[-1] - logs[0], max((len(logs) - 1) * math.log10(0.75), math.log10(0.2))
    return "fades" if change < limit else "explodes" if change > -limit else "holds"


def up(frame):
    """Return in words how the signal fares on its way up."""
    logs, depth = frame.signal, len(frame.signal)
    if np.isnan(logs).any():
        return f"Up, the signal explodes: from layer {np.isnan(logs).argmax() + 1} on it is beyond all bounds."
    if np.isneginf(logs).any():
        return f"Up, there is no signal from layer {np.isneginf(logs).argmax() + 1} on: all activations are the same."
    if depth == 1:
        return f"One layer: its activations have sd {said(logs[0])}, the inputs 1."
    if logs[-1] - frame.apart[-1] > 1:
        return (
            f"Up, the signal is lost: the units of layer {depth} differ from each other (sd {said(logs[-1])}), but "
            f"each says nearly the same to all examples (sd {said(frame.apart[-1])})."
        )
    return (
        f"Up, the signal {verdict(logs)}: the sd of layer {depth} is {said(logs[-1] - logs[0])} times that of layer 1."
    )


def back(frame):
    """Return in words how the gradient fares on its way back."""
    logs, depth = frame.gradient, len(frame.gradient)
    if depth == 1:
        return ""
    if np.isnan(frame.signal).any():
        return "Back, there is no gradient: what is beyond all bounds has no slope."
    if np.isnan(logs).any():
        first = depth - np.isnan(logs[::-1]).argmax()
        return f"Back, the gradient explodes: from layer {first} down it is beyond all bounds."
    if np.isneginf(logs).any():
        return f"Back, no gradient arrives at layer {depth - np.isneginf(logs[::-1]).argmax()} and below."
    change = said(logs[0] - logs[-1])
    return f"Back, the gradient {verdict(logs[::-1])}: layer 1 gets {change} times what layer {depth} gets."


def lost_said(frame):
    """Return in words how much is dead or saturated, or nothing."""
    if not frame.word or np.isnan(frame.lost).all():
        return ""
    what = "Dead units (0 for all examples)" if frame.word == "dead" else "Saturated activations"
    return f"{what}: at most {np.nanmax(frame.lost):.0%}, in layer {np.nanargmax(frame.lost) + 1}."

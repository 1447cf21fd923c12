"""What the view LiveTraining says of a run: its curves, what they suffer from, and where it stands."""

import math
from dataclasses import dataclass

import numpy as np

from nnlib.advice import EARLY, mostly_idle

GUESSING = math.log(10)  # the loss of guessing
GOOD = 0.8  # of the validation pictures right: as many as simple models reach


@dataclass(frozen=True)
class Curves:
    """The numbers of a run over its steps (n,), and of those (m,) at which validation was looked at."""

    steps: np.ndarray
    batch: np.ndarray
    mean: np.ndarray
    checked: np.ndarray
    val_loss: np.ndarray
    accuracy: np.ndarray


def curves_of(records):
    """Return the Curves of pairs (step, record)."""
    rows = [(step, r.loss, r.mean, r.val_loss, r.accuracy) for step, r in records]
    steps, batch, mean, val_loss, accuracy = np.array(rows, float).T
    batch, mean, val_loss = (np.clip(values, 1e-6, 1e6) for values in (batch, mean, val_loss))
    looked = ~np.isnan(accuracy)
    return Curves(steps, batch, mean, steps[looked], val_loss[looked], accuracy[looked])


def hints_of(curves, units, signs=()):
    """Return in words what a run suffers from, each with its reason, or that it is fine; signs are of the model."""
    step, start, mean, val = int(curves.steps[-1]), curves.val_loss[0], curves.mean[-1], curves.val_loss
    if np.isnan(curves.batch[1:]).any():
        gone = int(curves.steps[1:][np.isnan(curves.batch[1:])][0])
        return [f"Exploded: the loss is no finite number any more in step {gone}; the run stands still. Lower the rate"]
    if mean > 10 * start:
        return [f"Exploded: the loss, {mean:.3g}, is over ten times that of the start, {start:.2f}. Lower the rate"]
    hints = [*signs, *(f"{said[0].upper()}{said[1:]}" for said in mostly_idle(units))]
    if step < EARLY:
        return hints or ["Too early to say"]
    if mean > max(0.95 * GUESSING, 0.5 * start):
        hints.append(f"Not learning: after {step} steps the loss is {mean:.2f}, no better than guessing, ln 10 = 2.30")
    best = int(val.argmin())
    if len(val) - 1 - best > 4 and val[-1] > 1.05 * val[best]:
        then = curves.mean[np.searchsorted(curves.steps, curves.checked[best])]
        if mean < 0.8 * then:  # less may be noise
            rose = f"since step {curves.checked[best]:.0f} validation loss rose from {val[best]:.2f} to {val[-1]:.2f}"
            hints.append(f"Overfitting: {rose}, while training loss fell from {then:.2f} to {mean:.2f}")
    return hints or [how_it_goes(curves)]


def how_it_goes(curves):
    """Return in words how far a run has come that suffers from nothing."""
    val, right = curves.val_loss, curves.accuracy[-1]
    way, half = f"the validation loss went from {val[0]:.2f} to {val[-1]:.2f}", len(val) // 2
    if right >= GOOD:
        return f"Fine: {way}"
    if half > 2 and val[half:].min() > 0.98 * val[:half].min():
        since = f"since step {curves.checked[half - 1]:.0f} the validation loss has not fallen"
        return f"Stuck: {since}, and {right:.1%} are right. Try another learning rate"
    return f"Still learning: {way}, and {right:.1%} are right so far"


def facts_of(frame):
    """Return in words how far a run is, how good, and what it suffers from."""
    run = frame.run
    said = [f"Step {frame.step}: {frame.seen:,} pictures seen, {frame.epochs:.1f} epochs"]
    if run.mean[-1] > 0:
        said[0] += f"; loss {run.mean[-1]:.2f}"
    where = "" if run.checked[-1] == frame.step else f" (step {run.checked[-1]:.0f})"
    said[0] += f", validation{where}: loss {run.val_loss[-1]:.2f}, {run.accuracy[-1]:.1%} right"
    if frame.idle:
        said.append(", ".join(f"{kind} units {flat} of {of}" for kind, flat, of in frame.idle).capitalize())
    if not np.isnan(frame.ratios).any():
        moved = ", ".join(f"{ratio:.2g}" for ratio in frame.ratios)
        said.append(f"The last batch moved the layers by {moved} of their length; 0.001 is usual")
    return ". ".join([*said, *frame.hints])


def verdict(hints):
    """Return the hints in short."""
    return ", ".join(dict.fromkeys(hint.split(":")[0] for hint in hints))


def caption(tiles, top, most):
    """Return in lines what the tiles are."""
    if tiles is None:
        return ["no first layer W (784, units) to show"]
    beyond = f", the largest {most:.2g}" if most > top else ""
    return ["W of layer 1: blue +, orange −", f"the darkest is {top:.2g}{beyond}"]

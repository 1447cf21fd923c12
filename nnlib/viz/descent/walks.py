"""An optimizer's walk, by the reader's function or the course's: where it goes, and what becomes of it."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from nnlib.checks.n05 import adam_step, momentum_step, step
from nnlib.viz.readers import ask

STEPS, FAR = 200, 1000  # steps of a walk; farther away than this, it has flown off
ALPHA, BETAS, EPS = 0.9, (0.9, 0.999), 1e-8


def rmsprop_step(w, g, v, lr, alpha, eps):
    """Return w and v after one step of RMSProp."""
    v = alpha * v + (1 - alpha) * g**2
    return w - lr * g / (np.sqrt(v) + eps), v


RULES = {  # the function that a reader writes, the course's own, and what it returns
    "SGD": ("step", step, "w"),
    "momentum": ("momentum_step", momentum_step, "wv"),
    "RMSProp": ("rmsprop_step", rmsprop_step, "wv"),
    "Adam": ("adam_step", adam_step, "wmv"),
}


@dataclass(frozen=True)
class Walk:
    """A walk up to the present step k: path (k + 1, 2), heights above the lowest point (k + 1,), and what became of it.

    `gradient` is the length of the gradient at its last place;
    `up` is the first step that went up (0: none so far), `gone` the one after which it had flown off (0: it has
    not), `settled` the step from which on its height is within 0.001 of that at the `end` of all steps.
    """

    name: str
    path: np.ndarray
    above: np.ndarray
    gradient: float
    up: int
    gone: int
    settled: int
    end: float


@cache
def chance(seed=0):
    """Return the noise of every step, (STEPS, 2), always the same."""
    return np.random.default_rng(seed).standard_normal((STEPS, 2))


def walk_path(optimizer, function, lr, mu, at, start, noise):
    """Return all places of a walk, (steps + 1, 2); it ends early where it flies off.   Shapes: noise (STEPS, 2)."""
    name, _, kept = RULES[optimizer]
    w, *memory = [np.array(start, float), *(np.zeros(2) for _ in kept[1:])]
    path = [w]
    with np.errstate(all="ignore"):
        for t in range(1, STEPS + 1):
            g = np.array(at(*w.tolist())[1]) + noise[t - 1]
            given = w, g, *memory, *numbers_for(optimizer, lr, mu, t)
            w, *memory = ask(name, function, *given, gives=dict.fromkeys(kept, (2,)), where=f"in step {t}")
            path.append(w)
            if abs(w[0]) > FAR or abs(w[1]) > FAR:
                break
    return np.array(path)


def numbers_for(optimizer, lr, mu, t):
    """Return what an optimizer's function is given behind its arrays."""
    return {"SGD": (lr,), "momentum": (lr, mu), "RMSProp": (lr, ALPHA, EPS), "Adam": (t, lr, *BETAS, EPS)}[optimizer]


def walk_until(name, path, land, step):
    """Return the Walk of a path up to a step."""
    heights = land.at(*path.T)[0]
    now = min(step, len(path) - 1)
    rises = np.flatnonzero(np.diff(heights[: now + 1]) > 1e-12)  # 1e-12: rounding
    apart = np.flatnonzero(np.abs(heights - heights[-1]) >= 1e-3)
    return Walk(
        name=name,
        path=path[: now + 1],
        above=heights[: now + 1] - land.lowest,
        gradient=math.hypot(*land.at(*path[now])[1]),
        up=int(rises[0]) + 1 if rises.size else 0,
        gone=len(path) - 1 if np.abs(path[-1]).max() > FAR else 0,
        settled=int(apart[-1]) + 1 if apart.size else 0,
        end=heights[-1],
    )

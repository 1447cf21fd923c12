"""Simulated learners who review for some weeks, by a memory that is not the scheduler's.

    python tests/learners.py [days]     a table: what was asked, known and due

An item fades exponentially: it is known after t days with the probability exp(-t / strength). Each success multiplies
the strength, each failure halves it; hard items gain less.
"""

import argparse
import datetime
import math
from itertools import pairwise

import numpy as np

from nnlib.review import schedule

START = datetime.date(2026, 1, 5)


class Learner:
    """Somebody with `items` to learn, a third of them hard, who reviews every day, or on a share of the days."""

    def __init__(self, seed, items=60, most=10, new=5, diligence=1.0):
        self.rng = np.random.default_rng(seed)
        self.hard = {f"item {k}": k % 3 == 0 for k in range(items)}
        self.strength = dict.fromkeys(self.hard, 6.0)
        self.entries, self.days, self.most, self.new, self.diligence = {}, {}, most, new, diligence

    def knows(self, key, day):
        """Whether the learner recalls an item today."""
        if key not in self.days:
            return bool(self.rng.random() < (0.3 if self.hard[key] else 0.7))
        since = (day - self.days[key][-1][0]).days
        return bool(self.rng.random() < math.exp(-since / self.strength[key]))

    def study(self, day):
        """Answer what is due today, and return how many questions that was."""
        if self.rng.random() >= self.diligence:
            return 0
        due = sorted(key for key, entry in self.entries.items() if schedule.due(entry, day) <= day)
        due.sort(key=lambda key: -schedule.urgency(self.entries[key], day))
        fresh = [key for key in self.hard if key not in self.entries][: self.new]
        asked = schedule.mixed(due, fresh, self.most)
        for key in asked:
            known = self.knows(key, day)
            gain = (1.5 if self.hard[key] else 3.0) if known else 0.5
            self.strength[key] = max(3.0, gain * self.strength[key])
            self.days.setdefault(key, []).append((day, known))
            rating = schedule.GOOD if known else schedule.AGAIN
            self.entries[key] = schedule.rated(self.entries.get(key), rating, day)
        return len(asked)


def run(learner, days):
    """Return how many questions a learner answers on each day."""
    return [learner.study(START + datetime.timedelta(day)) for day in range(days)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("days", nargs="?", type=int, default=60)
    days = parser.parse_args().days
    print(f"{days} days           asked a day        times asked       known at review     longest")
    print("learner        mean  most         easy   hard        easy   hard         wait")
    for name, seed, diligence in [("every day", 0, 1.0), ("every day", 1, 1.0), ("every other", 2, 0.5)]:
        learner = Learner(seed, diligence=diligence)
        asked = run(learner, days)
        reviews = {hard: [seen for key, seen in learner.days.items() if learner.hard[key] == hard] for hard in (0, 1)}
        times = [np.mean([len(seen) for seen in reviews[hard]]) for hard in (0, 1)]
        known = [np.mean([good for seen in reviews[hard] for _, good in seen[1:]]) for hard in (0, 1)]
        waits = [(b[0] - a[0]).days for seen in learner.days.values() for a, b in pairwise(seen)]
        print(
            f"{name:13} {np.mean(asked):5.1f} {max(asked):5}        {times[0]:5.1f}  {times[1]:5.1f}"
            f"       {known[0]:5.0%}  {known[1]:5.0%}        {max(waits):5} days"
        )


if __name__ == "__main__":
    main()

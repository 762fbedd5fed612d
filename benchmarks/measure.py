"""Medians of jobs that run in turns, so that a slow moment of the machine meets all of them alike."""

import gc
import random
from dataclasses import dataclass
from statistics import median
from time import thread_time  # not the clock on the wall: another process's turn is nobody's time


@dataclass
class Row:
    "One comparison. Times are in seconds; `target` bounds ours / peer, or ours itself where there is no peer."
    job: str
    ours: float
    peer: str = ""
    theirs: float = 0.0
    target: float | None = None
    unit: str = ""  # "" for seconds; otherwise what `ours` counts

    @property
    def value(self):
        "What the target bounds."
        return self.ours / self.theirs if self.peer else self.ours

    @property
    def met(self):
        return None if self.target is None else self.value <= self.target


def medians(jobs, repeats=31, loops=1):
    """Median CPU seconds of one call of each of `jobs` (a dict of functions): `repeats` rounds of `loops` calls each.

    The order of each round is drawn anew: whose turn comes after whose decides what the caches hold, worth up to 10 %.
    """
    times, order = {name: [] for name in jobs}, random.Random(0)
    for job in jobs.values():  # warm up
        job()
    gc.collect()
    gc.freeze()  # what is set up by now is no work for the collector later
    for _ in range(repeats):
        for name, job in order.sample(list(jobs.items()), len(jobs)):
            start = thread_time()
            for _ in range(loops):
                job()
            times[name].append((thread_time() - start) / loops)
    gc.unfreeze()
    return {name: median(values) for name, values in times.items()}


def rows(job, jobs, targets, count=1, **options):
    """A Row for each peer: `jobs` holds "tinytorch" and the peers, `targets` the bound of ours / peer by peer.

    Times are divided by `count`, the number of operations in a job.
    """
    seconds = {name: value / count for name, value in medians(jobs, **options).items()}
    return [Row(job, seconds["tinytorch"], peer, seconds[peer], targets.get(peer)) for peer in jobs
            if peer != "tinytorch"]

"""Seats for submissions, of the kind that this system has, and what a worker would be protected by here."""

import sys

from tito.grading import spawned, workers
from tito.problem import Problem

FORKS = sys.platform == "linux"
_NO_EXAM = """
from tito.grading.exam import question

@question("nothing", "value")
def nothing(tt, rng):
    "Nothing."
"""


def take_seats(course: dict, count: int) -> list:
    """Seats for as many submissions at a time: of forked workers on Linux, of spawned ones elsewhere.

    macOS can fork, but what its libraries hold does not survive that.
    """
    kind = workers if FORKS else spawned
    return [kind.Seat(course, number) for number in range(count)]


def probe(memory: int = 1 << 30) -> dict[str, bool]:
    """Which protections a worker would have here; see worker.probe."""
    given = {"libraries": ["numpy"], "prerequisites": [], "exam": _NO_EXAM, "target": "x", "unsafe": True}
    (seat,) = take_seats(given | {"limits": {"memory": memory, "cpu": 10}}, 1)
    try:
        reply = seat.start()
    finally:
        seat.close()
    if "error" in reply:
        raise Problem(f"the process that starts workers does not load: {reply['error']}")
    return reply["held"]

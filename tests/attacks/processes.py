"""The processes that the attack suite started: this one's children, but for servers and browsers of other tests."""

from pathlib import Path

_others: set[int] = set()


def children() -> set[int]:
    """Those there are, by any thread; empty where the kernel does not tell."""
    found = []
    for path in Path("/proc/self/task").glob("*/children"):
        try:
            found += path.read_text().split()
        except OSError:  # that thread has ended
            pass
    return {int(pid) for pid in found} - _others


def disregard_those_of_others() -> None:
    """From here on, those that run now are not counted."""
    _others.update(children())

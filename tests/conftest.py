"""How the tests are shared out where several processes run them (`pytest -n`), and what they inherit."""

import os
import signal
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MOST = 4  # processes: each holds up to half a GiB, and starts graders, browsers and databases of its own
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # by a shell, for what it starts in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)  # Ctrl-C must reach the programs that tests start


def pytest_xdist_auto_num_workers():
    """One a core that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST)


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item.path)))


def _group(path: Path) -> str:
    """The tests of a file share what they make; attacks share the machine too: its /tmp, shared memory and users."""
    place = path.relative_to(HERE)
    return "attacks" if place.parts[0] == "attacks" else place.as_posix()

"""How the tests are shared out where several processes run them (`pytest -n`), and what they inherit."""

import os
import signal

from xdist.scheduler import LoadFileScheduling

MOST = 4  # processes: each holds up to half a GiB, and starts graders, browsers and databases of its own
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # by a shell, for what it starts in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)  # Ctrl-C must reach the programs that tests start


def pytest_xdist_auto_num_workers():
    """One a core that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST)


def pytest_xdist_make_scheduler(config, log):
    """A file's tests share what they make, so they go to one process; attacks share /tmp, users and kernel keys too."""

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid):
            return "attacks" if nodeid.startswith("tests/attacks/") else super()._split_scope(nodeid)

    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None

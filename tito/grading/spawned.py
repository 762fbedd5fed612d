"""Workers without fork, for systems other than Linux: each submission has a process of its own, started ahead of need.

A worker loads the course, confines itself as its system allows, says that it is ready, and waits. None sees two
submissions.
"""

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tito.grading import syscalls
from tito.grading.wire import LENGTH
from tito.grading.worker.confine import ALLOWANCE
from tito.grading.workers import _ENVIRONMENT, ATTEMPTS, ROOT, SLICE, START_LIMIT, Lost

AHEAD = 1  # workers of a seat that load while another answers
CHUNK, WAITING = 1 << 16, 16  # bytes at a time, and how many such the judge has not looked at yet
WATCHED = sys.platform == "darwin"  # where no limit of memory holds, the judge looks at it now and then

_PROGRAM = """import sys
sys.path[0] = sys.argv[1]
sys.path.append(sys.argv[2])
from tito.grading.worker.alone import main
main()
"""


def _command() -> list[str]:
    """Words that start Python itself: in an environment of Windows `sys.executable` starts it as a second process."""
    import numpy

    python = getattr(sys, "_base_executable", sys.executable) if os.name == "nt" else sys.executable
    return [python, "-s", "-B", "-X", "utf8", "-c", _PROGRAM, ROOT, str(Path(numpy.__file__).parents[1])]


def _environment() -> dict[str, str]:
    """Windows starts no program without knowing where it lies itself."""
    return _ENVIRONMENT | {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}


_OF_WINDOWS = ("CREATE_NO_WINDOW", "CREATE_NEW_PROCESS_GROUP")  # a Ctrl-C is the judge's to handle


def _process(folder: str) -> subprocess.Popen:
    return subprocess.Popen(
        _command(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env=_environment(),
        cwd=folder,
        start_new_session=True,
        creationflags=sum(getattr(subprocess, name, 0) for name in _OF_WINDOWS),
    )


class Worker:
    """One process and what the judge holds of it; a thread reads, for not every system can wait for a pipe."""

    def __init__(self, course: bytes, memory: int):
        self.memory, self.seed, self.reply, self.job = memory, None, None, None
        self.folder = tempfile.mkdtemp(prefix="tito-worker-")
        try:
            self.process = _process(self.folder)
        except OSError:
            os.rmdir(self.folder)
            raise
        self.closed, self.arrived = False, queue.Queue(WAITING)
        self.thread = threading.Thread(target=self._talk, args=(course,), daemon=True)
        if os.name == "nt":
            from tito.grading import job

            with contextlib.suppress(OSError):  # the probe finds it missing
                self.job = job.confined(self.process, memory)
        self.thread.start()

    def _talk(self, course: bytes) -> None:
        """Hand over the course, then take in what comes, no faster than the judge looks at it."""
        with contextlib.suppress(OSError):
            self._write(course)
        data = b"more"
        while data and not self.closed:
            try:
                data = os.read(self.process.stdout.fileno(), CHUNK)
            except OSError:
                data = b""
            self.arrived.put(data)

    def _write(self, message: bytes) -> None:
        data = LENGTH.pack(len(message)) + message
        while data:
            data = data[self.process.stdin.write(data) :]

    def ready(self) -> dict:
        """What it says when it has loaded the course. Raises Lost."""
        deadline, data = time.monotonic() + START_LIMIT, b""
        while self.reply is None:
            try:
                more = self.arrived.get(timeout=max(deadline - time.monotonic(), 0))
            except queue.Empty:
                raise Lost("a worker does not start") from None
            if not more:
                raise Lost("a worker has ended before its job")
            data += more
            size = LENGTH.size + (LENGTH.unpack_from(data)[0] if len(data) >= LENGTH.size else 0)
            if len(data) >= max(size, LENGTH.size + 1):
                self.reply = json.loads(data[LENGTH.size :])
        return self.reply

    def give(self, job: dict) -> None:
        """Send the job. A worker that died before it read it shows by its silence."""
        with contextlib.suppress(OSError):
            self._write(json.dumps(job | {"seed": self.seed}).encode())

    def read(self, seconds: float) -> bytes | None:
        """What has come, after a short while at most; no bytes at the end; None if there is nothing yet."""
        try:
            return self.arrived.get(timeout=min(max(seconds, 0), SLICE))
        except queue.Empty:
            self._watch()
            return None

    def _watch(self) -> None:
        """End a worker that holds more memory than it may. What it takes between two looks, nobody sees."""
        if not WATCHED:
            return
        import psutil

        with contextlib.suppress(psutil.Error):
            if psutil.Process(self.process.pid).memory_info().rss > self.memory:
                self.kill()

    def kill(self) -> None:
        """Stop it and what it started, as far as that stayed in its group."""
        if self.process.returncode is not None:
            return  # its number may be another's by now
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()

    def close(self) -> None:
        """End it, and leave nothing of it."""
        self.kill()
        self.process.wait()
        self.closed, self.job = True, None
        with contextlib.suppress(queue.Empty):
            while True:
                self.arrived.get_nowait()  # the thread may wait for room
        self.thread.join(timeout=1)
        if not self.thread.is_alive():  # else something that it started holds the pipe, and the thread waits there
            self.process.stdin.close()
            self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _started(course: bytes, memory: int) -> Worker:
    try:
        return Worker(course, memory)
    except OSError as error:
        raise Lost(error.strerror or str(error)) from error


class Seat:
    """A place where one submission after another is examined: the same as workers.Seat, with a process for each."""

    def __init__(self, course: dict, number: int):
        facts = course | {"seat": number, "filter": syscalls.encoded()}
        self.course, self.trial = (json.dumps(facts | {"trial": trial}).encode() for trial in (False, True))
        self.memory = course["limits"]["memory"] + ALLOWANCE
        self.stopped, self.replaced, self.used, self.waiting = False, 0, None, []
        with contextlib.suppress(Lost):  # whoever asks for a worker is told
            self._load(AHEAD)

    def _load(self, count: int) -> None:
        """Have as many workers waiting. Raises Lost where the system gives no process or no folder."""
        while len(self.waiting) < count:
            self.waiting.append(_started(self.course, self.memory))

    def start(self) -> dict:
        """What a worker says of itself once it is ready, and of what it could not do. Raises Lost."""
        return self._until_lost(self._tried)

    def _tried(self) -> dict:
        worker = _started(self.trial, self.memory)
        try:
            return worker.ready()
        finally:
            worker.close()

    def worker(self, seed: int) -> Worker:
        """A fresh worker, whose questions draw from `seed`. Raises Lost."""
        return self._until_lost(lambda: self._next(seed))

    def _next(self, seed: int) -> Worker:
        self._load(1)
        self.used = worker = self.waiting.pop(0)
        with contextlib.suppress(Lost):
            self._load(AHEAD)
        try:
            reply = worker.ready()
            if "error" in reply:  # what a trial could do, this one could not
                raise Lost(reply["error"])
        except Lost:
            worker.close()
            raise
        worker.seed = seed
        return worker

    def _until_lost(self, attempt):
        """What `attempt` gives, made anew for a worker that dies before its job. Raises Lost if that does not help."""
        deadline = time.monotonic() + START_LIMIT
        for number in range(ATTEMPTS):
            try:
                return attempt()
            except Lost:
                if self.stopped:
                    raise Lost("grading was stopped") from None
                if number == ATTEMPTS - 1 or time.monotonic() > deadline:
                    raise
                self.replaced += 1

    def end(self) -> int | None:
        """How the last worker ended: its exit code, or minus the signal that ended it."""
        return self.used.process.returncode

    def replace(self) -> None:
        """A worker that does not please has ended already."""

    def stop(self) -> None:
        """Make whoever uses this seat come to an end; `close` comes after that."""
        self.stopped = True
        for worker in [*self.waiting, *([self.used] if self.used else [])]:
            worker.kill()

    def close(self) -> None:
        for worker in self.waiting:
            worker.close()
        self.waiting = []

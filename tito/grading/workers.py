"""The judge's handles on the other side: a seat holds a zygote, asks it for workers, and replaces it when it dies."""

import contextlib
import json
import marshal
import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tito.grading import syscalls
from tito.grading.wire import LENGTH, NUMBER

try:
    import fcntl
except ImportError:  # Windows, where nothing here is used but names
    fcntl = None

ROOT = str(Path(__file__).resolve().parents[2])
START_LIMIT, REPLY_LIMIT = 60, 10  # seconds: a cold disk may be slow to give up NumPy
ATTEMPTS = 20  # zygotes in a row that die before we give up: someone may be killing them
SLICE = 0.02  # seconds between two looks at what a worker has answered
PIPE = 1 << 20  # bytes that a worker can answer between two looks

# What threading and random would do anew in every worker costs as much as its fork; it has one thread, and its seed.
_PROGRAM = (
    "import os, sys; os.register_at_fork = lambda **hooks: None; sys.path[0] = sys.argv[2]; "
    "from tito.grading.worker.zygote import main; main(int(sys.argv[1]))"
)
# One thread: a forked worker has no others, and sums come out alike on every machine.
_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
}


class Lost(Exception):
    """The zygote no longer answers."""


class Zygote:
    """One running zygote. Its replies are trusted as far as a process that never ran student code can be."""

    def __init__(self, course: dict):
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-s", "-B", "-X", "utf8", "-c", _PROGRAM, str(theirs.fileno()), ROOT],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                cwd="/",
                start_new_session=True,  # a Ctrl-C at the terminal is the judge's to handle
            )
        self.control = ours
        self.control.settimeout(START_LIMIT)
        self._course = json.dumps(course | {"filter": syscalls.encoded()}).encode()
        self.ready: dict | None = None
        self.seed: int | None = None

    def start(self) -> dict:
        """Hand over the course; what the zygote says when it has loaded it. Raises Lost."""
        try:
            self.control.sendall(LENGTH.pack(len(self._course)) + self._course)
            self.ready = json.loads(self._exactly(LENGTH.unpack(self._exactly(LENGTH.size))[0]))
        except (OSError, ValueError) as error:
            raise Lost(str(error)) from error
        self.control.settimeout(REPLY_LIMIT)
        return self.ready

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self.control.recv(size - len(data))
            if not more:
                raise Lost("the zygote has ended")
            data += more
        return data

    def fork(self, seed: int) -> "Worker":
        """A new worker, whose questions draw from `seed`. Raises Lost."""
        job_read, job_write = os.pipe()
        answer_read, answer_write = _wide_pipe()
        worker = Worker(job_write, answer_read)
        try:
            if seed != self.seed:
                text = json.dumps(seed).encode()
                self.control.sendall(b"S" + LENGTH.pack(len(text)) + text)
                self.seed = seed
            socket.send_fds(self.control, [b"F"], [job_read, answer_write])
            reply, fds, _, _ = socket.recv_fds(self.control, NUMBER.size, 1)
            worker.pidfd = fds[0] if fds else None
            if len(reply) < NUMBER.size or not NUMBER.unpack(reply)[0]:
                raise Lost("no worker could be forked")
        except OSError as error:
            worker.close()
            raise Lost(str(error)) from error
        except Lost:
            worker.close()
            raise
        finally:
            os.close(job_read)
            os.close(answer_write)
        return worker

    def end(self) -> int:
        """Make sure that the worker has ended; its exit code, or minus the signal that ended it. Raises Lost."""
        try:
            self.control.sendall(b"E")
            return os.waitstatus_to_exitcode(NUMBER.unpack(self._exactly(NUMBER.size))[0])
        except OSError as error:
            raise Lost(str(error)) from error

    def close(self) -> None:
        """End the zygote; its worker, if any, goes with it."""
        self.control.close()
        self.process.kill()
        self.process.wait()


def _wide_pipe() -> tuple[int, int]:
    """A pipe with room for a whole sheet, where the system allows: its worker need not wait for the judge to look."""
    read, write = os.pipe()
    if hasattr(fcntl, "F_SETPIPE_SZ"):  # not on macOS
        with contextlib.suppress(OSError):
            fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, PIPE)
    return read, write


class Worker:
    """The judge's ends of one worker's two pipes, and the means to stop it."""

    def __init__(self, job_fd: int, answer_fd: int):
        self.job_fd, self.answer_fd, self.pidfd = job_fd, answer_fd, None
        os.set_blocking(answer_fd, False)
        self.poll = select.poll()
        self.poll.register(
            answer_fd, 0
        )  # wakes for the end alone: a wake-up for each answer costs more than the answer

    def give(self, job: dict) -> None:
        """Send the job. A worker that died before it read it shows by its silence."""
        try:
            with open(self.job_fd, "wb") as pipe:
                pipe.write(marshal.dumps(job))  # JSON is read three times as slowly where nothing is warm
        except BrokenPipeError:
            pass
        self.job_fd = None

    def read(self, seconds: float) -> bytes | None:
        """What has come by the end, or after a short while; no bytes at the end; None if there is nothing yet."""
        self.poll.poll(1000 * min(max(seconds, 0), SLICE))
        try:
            return os.read(self.answer_fd, PIPE)
        except BlockingIOError:
            return None

    def kill(self) -> None:
        """Stop the worker at once, without asking the zygote."""
        if self.pidfd is not None:
            try:
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it has ended

    def close(self) -> None:
        for fd in (self.job_fd, self.answer_fd, self.pidfd):
            if fd is not None:
                os.close(fd)
        self.job_fd = self.answer_fd = self.pidfd = None


class Seat:
    """A place where one submission after another is examined."""

    def __init__(self, course: dict, number: int):
        self.course = course | {"seat": number}
        self.zygote = Zygote(self.course)  # warms up while the submissions are being listed
        self.replaced = 0
        self.stopped = False

    def start(self) -> dict:
        """What the zygote says of itself once it is ready. Raises Lost."""
        return self._until_lost(lambda: self.zygote.ready or self.zygote.start())

    def worker(self, seed: int) -> Worker:
        """A fresh worker, whose questions draw from `seed`. Raises Lost."""
        return self._until_lost(lambda: (self.zygote.ready or self.zygote.start()) and self.zygote.fork(seed))

    def _until_lost(self, attempt):
        """What `attempt` gives, with a new zygote for one that dies. Raises Lost when that does not help."""
        deadline = time.monotonic() + START_LIMIT
        for number in range(ATTEMPTS):
            try:
                return attempt()
            except Lost:
                if number == ATTEMPTS - 1 or time.monotonic() > deadline:
                    raise
                self.replace()

    def end(self) -> int | None:
        """How the worker ended: its exit code, or minus the signal; None when the zygote died with it."""
        try:
            return self.zygote.end()
        except Lost:
            self.replace()
            return None

    def replace(self) -> None:
        if self.stopped:
            raise Lost("grading was stopped")
        self.replaced += 1
        self.zygote.close()
        try:
            self.zygote = Zygote(self.course)
        except OSError as error:  # no memory or no process left, for now: the next submission tries again
            raise Lost(error.strerror or str(error)) from error

    def stop(self) -> None:
        """Make whoever uses this seat come to an end; `close` comes after that."""
        self.stopped = True
        self.zygote.process.kill()

    def close(self) -> None:
        self.zygote.close()

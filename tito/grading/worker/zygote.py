"""A warm process that forks a worker for each submission: Python, NumPy, prerequisites and exam loaded, nothing secret.

Spoken with over one socket. A JSON course comes first; then "S" with a number sets the seed, "F" with two pipes forks a
worker (answer: its pid, with its pidfd), "E" ends it (answer: its wait status). One worker lives at a time. When the
judge is gone, the zygote goes too, and its worker with it.
"""

import json
import marshal
import os
import signal
import socket

from tito.grading.exam import blind
from tito.grading.wire import LENGTH, NUMBER
from tito.grading.worker import confine, probe
from tito.grading.worker.answer import GlobalGenerator
from tito.grading.worker.silence import silence
from tito.grading.worker.sit import drawn, prepare, sit
from tito.grading.worker.turns import take_turns


def main(fd: int) -> None:
    """Serve the judge at the other end of the socket `fd`."""
    control = socket.socket(fileno=fd)
    course = json.loads(_received(control))
    try:
        silence()
        questions, modules = prepare(course, forks=True)
        limits = confine.prepared(course["limits"], course["filter"], course["seat"])
        held = probe.probe(limits)
        reply = {"questions": [question.name for question in questions], "held": held}
    except Exception as error:  # the course's own files do not load: its author is told where
        reply = {"error": f"{type(error).__name__}: {error}"}
    text = json.dumps(reply).encode()
    control.sendall(LENGTH.pack(len(text)) + text)
    if "error" not in reply:
        serve(control, course, questions, modules, limits)


def _received(control: socket.socket) -> bytes:
    """A message with its length before it."""
    size, parts = LENGTH.unpack(_exactly(control, LENGTH.size))[0], []
    while size:
        parts.append(_exactly(control, min(size, 1 << 16)))
        size -= len(parts[-1])
    return b"".join(parts)


def _exactly(control: socket.socket, size: int) -> bytes:
    data = control.recv(size, socket.MSG_WAITALL)
    if len(data) < size:
        os._exit(0)  # the judge is gone
    return data


def serve(control: socket.socket, course: dict, questions: list, modules: list, limits: dict) -> None:
    """Fork and end workers as the judge asks, until it is gone."""
    child, draws, generator, blinded = 0, [], GlobalGenerator(), blind(questions)
    while True:
        word, fds, _, _ = socket.recv_fds(control, 1, 2)
        if word == b"S":  # inputs drawn once, not once a worker: a tenth of its time
            draws = drawn(json.loads(_received(control)), questions, generator)
        elif word == b"F":
            child = _fork(control, fds, course, questions, blinded, modules, limits, draws, generator)
        elif word == b"E":
            control.sendall(NUMBER.pack(_end(child)))
            child = 0
        else:
            _end(child)
            os._exit(0)


def _fork(control, fds, *prepared) -> int:
    try:
        child = os.fork()
    except OSError:
        control.sendall(NUMBER.pack(0))
        child = -1
    if child == 0:
        try:
            work(*fds, *prepared)
        finally:
            os._exit(70)  # work ends the process itself; whoever comes here failed
    for fd in fds:
        os.close(fd)
    if child > 0:
        _announce(control, child)
    return max(child, 0)


def _announce(control: socket.socket, child: int) -> None:
    """Tell the judge the worker's pid and hand it the means to stop exactly that process."""
    if not hasattr(os, "pidfd_open"):
        control.sendall(NUMBER.pack(child))
        return
    pidfd = os.pidfd_open(child)
    socket.send_fds(control, [NUMBER.pack(child)], [pidfd])
    os.close(pidfd)


def _end(child: int) -> int:
    """Kill the worker's whole group if it still lives; how it ended, as os.waitpid says. Its pid is ours until then."""
    if not child:
        return 0
    for kill in (os.kill, os.killpg):
        try:
            kill(child, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass  # it has not made its group yet, or has ended
    return os.waitpid(child, 0)[1]


def work(job_fd: int, answer_fd: int, course: dict, questions, blinded, modules, limits: dict, draws, generator):
    """One worker's life: confine itself, read its job, do it, end."""
    confine.close_all_but(*confine.handles(limits, job_fd, answer_fd))
    confine.confine(limits, strict=not course["unsafe"])
    with open(job_fd, "rb") as pipe:
        job = marshal.loads(pipe.read())  # the judge's word: it is answers that are not believed
    if "turns" in job:
        take_turns(job, answer_fd, course, questions, generator)
    else:
        questions[:] = blinded  # in place, for the frames below hold that list
        sit(job, answer_fd, course["target"], questions, modules, draws, generator)
    os._exit(0)

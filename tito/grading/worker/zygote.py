"""A warm process that forks a worker for each submission: Python, NumPy, prerequisites and exam loaded, nothing secret.

Spoken with over one socket. A JSON course comes first; then "S" with a number sets the seed, "F" with two pipes forks a
worker (answer: its pid, with its pidfd), "E" ends it (answer: its wait status). One worker lives at a time. When the
judge is gone, the zygote goes too, and its worker with it.
"""

import gc
import json
import os
import signal
import socket
import sys
import sysconfig
import types
import warnings

import numpy.random

from tito.grading import exam, wire
from tito.grading.wire import LENGTH, NUMBER
from tito.grading.worker import confine
from tito.grading.worker.answer import (
    READY,
    GlobalGenerator,
    Namespace,
    answer,
    forget,
    given,
    make_module,
    publish,
    run_piece,
    seeds,
)

_FILLED: list[bytes] = []  # objects that hold their places


def main(fd: int) -> None:
    """Serve the judge at the other end of the socket `fd`."""
    control = socket.socket(fileno=fd)
    course = json.loads(_received(control))
    try:
        questions, modules = prepare(course)
        limits = confine.prepared(course["limits"], course["filter"], course["seat"])
        held = confine.probe(limits)
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


def prepare(course: dict) -> tuple[list, list]:
    """Load the prerequisites and the exam, then take away the ways back to the disk."""
    for library in course["libraries"]:
        __import__(library)
    numpy.random.default_rng(0).normal()  # imported on first use: 13 ms in every worker otherwise
    modules = []
    for name, source in course["prerequisites"]:
        module = make_module(name)
        exec(compile(source, module.__file__, "exec"), module.__dict__)
        publish(module)
        modules.append(module)
    for source, place in course.get("provided", ()):  # once here, not once a worker: a third of a student's cells
        READY[source, place] = compile(source, place, "exec", dont_inherit=True)
    questions = exam.load(course["exam"])
    settle()
    return questions, modules


def settle() -> None:
    """Leave the standard library as the only place to import from, and nothing to collect."""
    paths = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    sys.path[:] = list(dict.fromkeys([*paths, *(path + "/lib-dynload" for path in paths)]))
    sys.argv[:] = [""]
    for name, module in sys.modules.items():
        if name.split(".")[0] == "tito" and hasattr(module, "__path__"):
            module.__path__ = []
    sys.path_importer_cache.clear()
    warnings.simplefilter("ignore")
    gc.collect()
    _FILLED.extend(_gaps_filled())
    gc.freeze()


def _gaps_filled() -> list[bytes]:
    """Small objects of each size that Python keeps apart, enough to fill what imports left free between other things.

    What a worker makes then lies together, and not on a hundred pages that would each be copied for it.
    """
    return [bytes(size) for size in range(0, 480, 16) for _ in range(160_000 // (size + 33))]


def serve(control: socket.socket, course: dict, questions: list, modules: list, limits: dict) -> None:
    """Fork and end workers as the judge asks, until it is gone."""
    child, draws, generator = 0, [], GlobalGenerator()
    while True:
        word, fds, _, _ = socket.recv_fds(control, 1, 2)
        if word == b"S":  # inputs drawn once, not once a worker: a tenth of its time
            draws = _given(json.loads(_received(control)), questions, generator)
        elif word == b"F":
            child = _fork(control, fds, course, questions, modules, limits, draws, generator)
        elif word == b"E":
            control.sendall(NUMBER.pack(_end(child)))
            child = 0
        else:
            _end(child)
            os._exit(0)


def _given(seed: int, questions: list, generator: GlobalGenerator) -> list:
    """What each question is asked with. The seed stays in this frame: a worker need not know the order of the cases."""
    generator.start(seeds(seed, "the global generator") & 0xFFFFFFFF)
    return [given(seed, question) for question in questions]


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


def work(job_fd: int, answer_fd: int, course: dict, questions: list, modules: list, limits: dict, draws, generator):
    """One worker's life: confine itself, read its job, run the pieces, answer the questions, end."""
    confine.close_all_but(*confine.handles(limits, job_fd, answer_fd))
    confine.confine(limits, strict=not course["unsafe"])
    with open(job_fd, "rb") as pipe:
        job = json.loads(pipe.read())
    if job["own"]:  # the student's own earlier lessons: nothing of ours that imports them may stay
        modules = []
        forget(course["target"].partition(".")[0])
    for name in job["own"]:
        modules.append(_run(answer_fd, name, [piece for piece in job["pieces"] if piece[3] == name]))
        publish(modules[-1])
    module = _run(answer_fd, course["target"], [piece for piece in job["pieces"] if not piece[3]])
    tt = Namespace([module, *reversed(modules)])
    for number in job["questions"]:
        generator.restore()
        _send(answer_fd, answer(number, questions[number], tt, draws[number]))
    os._exit(0)


def _run(answer_fd: int, name: str, pieces: list) -> types.ModuleType:
    """The module that the pieces make, each of them reported on."""
    module, flags = make_module(name), 0
    for number, source, place, _ in pieces:
        report, flags = run_piece(number, source, place, module, flags)
        _send(answer_fd, wire.encode(report))
    return module


def _send(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]

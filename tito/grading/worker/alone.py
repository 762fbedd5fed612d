"""A process for one submission, where workers are not forked: it loads the course, confines itself, and takes one job.

The course and then the job, each with its length before it, come by what was standard input; answers leave by what was
standard output. Both have other numbers before anything else happens: nobody's `print` reaches the judge.
"""

import json
import os

from tito.grading.exam import blind
from tito.grading.wire import LENGTH
from tito.grading.worker import confine, probe
from tito.grading.worker.answer import GlobalGenerator
from tito.grading.worker.silence import silence
from tito.grading.worker.sit import drawn, prepare, send, sit
from tito.grading.worker.turns import take_turns


def main() -> None:
    """Serve one job, and end."""
    job_fd, answer_fd = _own_pipes()
    course = json.loads(_received(job_fd))
    try:
        silence()
        questions, modules = prepare(course)
        reply = {"questions": [question.name for question in questions]}
        confine.close_all_but(job_fd, answer_fd)
        limits = confine.prepared(course["limits"], course["filter"], course["seat"])
        if course["trial"]:
            reply["held"] = probe.held(limits)
        else:
            confine.confine(limits, strict=not course["unsafe"])
    except Exception as error:  # the course's own files do not load: its author is told where
        reply = {"error": f"{type(error).__name__}: {error}"}
    text = json.dumps(reply).encode()
    send(answer_fd, LENGTH.pack(len(text)) + text)
    if "error" not in reply and not course["trial"]:
        job = json.loads(_received(job_fd))
        os.close(job_fd)
        generator = GlobalGenerator()
        draws = drawn(job.pop("seed"), questions, generator)
        if "turns" in job:
            take_turns(job, answer_fd, course, questions, generator)
        else:
            questions[:] = blind(questions)
            sit(job, answer_fd, course["target"], questions, modules, draws, generator)
    os._exit(0)


def _own_pipes() -> tuple[int, int]:
    """Standard input and output under other numbers; under their own there is nothing to read, and nobody listens."""
    pipes = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nothing, fd)
    os.close(nothing)
    return pipes


def _received(fd: int) -> bytes:
    """A message with its length before it; where the judge is gone, this process goes too."""
    return _exactly(fd, LENGTH.unpack(_exactly(fd, LENGTH.size))[0])


def _exactly(fd: int, size: int) -> bytes:
    parts = []
    while size:
        parts.append(os.read(fd, min(size, 1 << 16)))
        if not parts[-1]:
            os._exit(0)
        size -= len(parts[-1])
    return b"".join(parts)

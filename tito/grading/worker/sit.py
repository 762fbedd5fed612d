"""What every worker does, forked or alone: it loads the course; then it runs the pieces of one job and answers."""

import gc
import os
import random
import sys
import sysconfig
import types
import warnings

import numpy.random

from tito.grading import exam, wire
from tito.grading.worker.answer import (
    EARLIER,
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
from tito.grading.worker.immortal import make_immortal

_FILLED: list[bytes] = []  # objects that hold their places


def prepare(course: dict, forks: bool = False) -> tuple[list, list]:
    """Load the prerequisites and the exam, then take away the ways back to the disk.

    Their text does not stay: student code could find it, and an error's message carry it to its student. A process that
    `forks` makes immortal what comes before the exam, of which workers forget a part.
    """
    for library in course["libraries"]:
        __import__(library)
    numpy.random.default_rng(0).normal()  # imported on first use: 13 ms in every worker otherwise
    modules = []
    for name, source in course.pop("prerequisites"):
        module = make_module(name)
        EARLIER[name] = compile(source, module.__file__, "exec")
        exec(EARLIER[name], module.__dict__)
        publish(module)
        modules.append(module)
    for source, place in course.get("provided", ()):  # once here, not once a worker: a third of a student's cells
        READY[source, place] = compile(source, place, "exec", dont_inherit=True)
    source = course.pop("exam")
    if forks:
        make_immortal()
    questions = exam.load(source)
    settle()
    return questions, modules


def settle() -> None:
    """Leave the standard library as the only place to import from, and nothing to collect."""
    paths = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    extensions = [path + "/lib-dynload" for path in paths] + [os.path.join(sys.base_prefix, "DLLs")] * (os.name == "nt")
    sys.path[:] = list(dict.fromkeys([*paths, *extensions]))
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


def drawn(seed: int, questions: list, generator: GlobalGenerator) -> list:
    """What each question is asked with. The seed stays in this frame: a worker need not know the order of the cases."""
    generator.start(seeds(seed, "the global generator") & 0xFFFFFFFF)
    random.seed(seeds(seed, "Python's own generator"))
    return [given(seed, question) for question in questions]


def sit(job: dict, answer_fd: int, target: str, questions: list, modules: list, draws: list, generator) -> None:
    """Run the job's pieces and answer its questions; `target` is the graded module's name."""
    if job["own"]:  # the student's own earlier lessons: nothing of ours that imports them may stay
        modules = []
        forget(target.partition(".")[0])
    for name in job["own"]:
        modules.append(_run(answer_fd, name, [piece for piece in job["pieces"] if piece[3] == name]))
        publish(modules[-1])
    module = _run(answer_fd, target, [piece for piece in job["pieces"] if not piece[3]])
    tt = Namespace([module, *reversed(modules)])
    for number in job["questions"]:
        generator.restore()
        send(answer_fd, answer(number, questions[number], tt, draws[number]))


def _run(answer_fd: int, name: str, pieces: list) -> types.ModuleType:
    """The module that the pieces make, each of them reported on."""
    module, flags = make_module(name), 0
    for number, source, place, _ in pieces:
        report, flags = run_piece(number, source, place, module, flags)
        send(answer_fd, wire.encode(report))
    return module


def send(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]

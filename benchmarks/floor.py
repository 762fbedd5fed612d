"""The floor of grading: fork and confine workers that ask the reference, already compiled, every question, and end.

A process of its own, like the one that forks workers for `tito grade`, and as light: what it has loaded is copied with
each fork. It reads what to do as JSON from standard input.
"""

import json
import os
import resource
import sys
from time import perf_counter

os.register_at_fork = lambda **hooks: None  # before NumPy comes with threading: as in tito.grading.workers

from tito.grading.worker import confine, sit  # noqa: E402
from tito.grading.worker.answer import Namespace, given, make_module, run_piece  # noqa: E402


def floor(course, reference, seed, count):
    "Seconds on the wall, and of the processor, for `count` workers."
    questions, modules = sit.prepare(course, forks=True)
    module = make_module(course["target"])
    for number, (source, place) in enumerate(reference):
        run_piece(number, source, place, module, 0)
    limits = confine.prepared(course["limits"], course["filter"], 0)
    draws = [given(seed, question) for question in questions]
    sit.settle()
    start = perf_counter()
    for _ in range(count):
        if not (child := os.fork()):
            try:
                answer(limits, questions, Namespace([module, *reversed(modules)]), draws)
            finally:
                os._exit(1)
        if os.waitpid(child, 0)[1]:
            sys.exit(1)
    wall, workers = perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, workers.ru_utime + workers.ru_stime


def answer(limits, questions, tt, draws):
    confine.close_all_but(*confine.handles(limits))
    confine.confine(limits)
    for question, drawn in zip(questions, draws, strict=True):
        question.ask(tt, drawn)
    os._exit(0)


if __name__ == "__main__":
    print(json.dumps(floor(**json.load(sys.stdin))))

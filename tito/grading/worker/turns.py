"""Several solutions that differ in one piece, one after another in one process: those that the course's author wrote.

What a student wrote never takes a turn: it has a process of its own.
"""

from tito.grading.worker.answer import EARLIER, READY, forget, given, make_module, publish
from tito.grading.worker.sit import sit


def take_turns(job: dict, answer_fd: int, course: dict, questions: list, generator) -> None:
    """Sit the job once for each of its `turns`, a source for its piece number `turning`, in modules of its own.

    Everything is compiled once, and the inputs are drawn anew from `draw_from`, for a solution may write into them.
    """
    for _, source, place, _ in job["pieces"]:
        if (source, place) not in READY:
            READY[source, place] = compile(source, place, "exec", dont_inherit=True)
    for source in job["turns"]:
        pieces = [[n, source if n == job["turning"] else text, *rest] for n, text, *rest in job["pieces"]]
        draws = {number: given(job["draw_from"], questions[number]) for number in job["questions"]}
        modules = _fresh(course["target"].partition(".")[0])
        turn = {"own": [], "pieces": pieces, "questions": job["questions"]}
        sit(turn, answer_fd, course["target"], questions, modules, draws, generator)


def _fresh(package: str) -> list:
    """The earlier lessons as if nobody had used them yet."""
    forget(package)
    modules = []
    for name, code in EARLIER.items():
        modules.append(make_module(name))
        exec(code, modules[-1].__dict__)
        publish(modules[-1])
    return modules

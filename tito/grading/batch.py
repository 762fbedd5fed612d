"""A class sits the exam: the key first, then every submission, several at a time. Threads wait; processes work."""

import math
import os
import queue
import secrets
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from tito.grading import exam, intake
from tito.grading.grades import Grades
from tito.grading.intake import Entry
from tito.grading.marks import Result, marked, told, values
from tito.grading.pieces import FAILED, GRADED, Refused
from tito.grading.sheet import ANSWERED, RAISED, Sheet
from tito.grading.sitting import Sitting
from tito.grading.worker.confine import PROTECTIONS
from tito.grading.workers import Lost, Seat, require_fork
from tito.problem import USAGE, Problem

# What the package needs beside the standard library, and what learners import from that: once here, not once a student.
# Where Python lives in root's own home, a worker of another user could not even read it.
LIBRARIES = """numpy numpy.testing fastcore.basics array bisect cProfile calendar cmath colorsys concurrent.futures.thread
csv dataclasses decimal doctest encodings.idna fractions getopt glob graphlib gzip heapq html logging pdb pprint profile
queue secrets shlex statistics string tempfile textwrap timeit traceback tracemalloc typing unittest uuid
zoneinfo""".split()


@dataclass(frozen=True)
class Exam:
    """The graded module's exam as the judge holds it, and what its workers are to be given."""

    module: object
    questions: list
    points: dict[str, float]
    worth: list[float]
    wanted: list[int]
    reference: list
    course: dict


def prepare(course, name: str, only: list[str] | None, time_limit: float, memory_limit: int, unsafe: bool) -> Exam:
    """Read exam, reference solution and prerequisites. Raises Problem for what an author has to put right."""
    catalogue = course.catalogue
    module = catalogue.find(name)
    notebook = module.read()
    source = _read(module.exam, f"{module.folder} has no exam yet: write its questions there")
    points = {e.name: float(e.points) for e in notebook.exercises if e.test and e.points}
    questions = _questions(module, source, points)
    package = course.lib_path
    before = [(f"{package}.{m.target}", _exported(course, m)) for m in catalogue.before(module) if m.notebook.exists()]
    limits = [question.time_limit or time_limit for question in questions]
    given = {
        "libraries": LIBRARIES,
        "prerequisites": before,
        "exam": source,
        "target": f"{package}.{module.target}",
        "unsafe": unsafe,
        "limits": {"memory": memory_limit, "cpu": math.ceil(sum(limits)) + 10},
    }
    wanted = _wanted(questions, only)
    reference = intake.pieces(module.notebook.name, module.notebook.read_bytes(), module)
    return Exam(module, questions, points, values(questions, points), wanted, reference, given)


def _read(path: Path, missing: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Problem(f"{path} is missing: {missing}", code=USAGE) from None


def _exported(course, module) -> str:
    """The reference package's source of a prerequisite."""
    path = course.package / f"{(module.target or '').replace('.', '/')}.py"
    return _read(path, f"prerequisites come from the package, and {module.folder} is not exported: tito export")


def _questions(module, source: str, points: dict[str, float]) -> list:
    """The exam's questions, agreeing with the notebook's exercises; raises Problem."""
    try:
        questions = exam.load(source)
    except exam.ExamError as error:
        raise Problem(f"{module.folder}/exam.py: {error}") from error
    except Exception as error:  # whatever its author's code raises
        raise Problem(f"{module.folder}/exam.py does not load: {type(error).__name__}: {error}") from error
    asked = {question.exercise for question in questions}
    if asked - points.keys():
        unknown = ", ".join(sorted(asked - points.keys()))
        raise Problem(f"{module.folder}/exam.py asks about {unknown}; no test cell gives points for that")
    if points.keys() - asked:
        raise Problem(f"{module.folder}/exam.py has no question for {', '.join(sorted(points.keys() - asked))}")
    return questions


def _wanted(questions: list, only: list[str] | None) -> list[int]:
    """The numbers of the questions to ask; raises Problem for an exercise that there is not."""
    exercises = list(dict.fromkeys(question.exercise for question in questions))
    for name in only or []:
        if name not in exercises:
            raise Problem(f"no exercise {name!r}", next=f"the exercises are: {', '.join(exercises)}", code=USAGE)
    return [number for number, question in enumerate(questions) if not only or question.exercise in only]


def grade(
    course,
    path,
    module="04",
    *,
    workers=None,
    seed=None,
    time_limit=2.0,
    memory_limit=1 << 30,
    unsafe=False,
    only=None,
    on_result=None,
) -> Grades:
    """Grade the submissions in `path`; see tito.grading.grade."""
    require_fork()
    started = time.monotonic()
    seed = secrets.randbits(32) if seed is None else seed
    prepared = prepare(course, module, only, time_limit, memory_limit, unsafe)
    entries = intake.find(Path(path))
    seats = [Seat(prepared.course, n) for n in range(min(workers or _cores(), len(entries)))]
    try:
        held = _ready(prepared, seats[0], unsafe)
        key = make_key(prepared, seats[0], seed, time_limit)
        possible = sum(prepared.worth[number] for number in prepared.wanted)
        exercises = list(dict.fromkeys(prepared.questions[number].exercise for number in prepared.wanted))
        grades = Grades(prepared.module.folder, seed, held, round(possible, 4), exercises, submissions=len(entries))
        examine = Examiner(prepared, key, seed, time_limit)
        _run(examine, seats, entries, grades, on_result)
    finally:
        for seat in seats:
            seat.close()
    grades.results.sort(key=lambda result: result.student)
    grades.seconds = round(time.monotonic() - started, 3)
    return grades


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _ready(prepared: Exam, seat: Seat, unsafe: bool) -> dict[str, bool]:
    """What confinement holds; raises Problem where it is not enough, or the course does not load."""
    try:
        reply = seat.start()
    except Lost as error:
        raise Problem(f"the process that starts workers does not start: {error}", next="tito doctor") from error
    if "error" in reply:
        raise Problem(f"{prepared.module.folder}: prerequisites and exam do not load: {reply['error']}")
    missing = [PROTECTIONS[name] for name, held in reply["held"].items() if not held]
    if missing and not unsafe:
        raise Problem(
            f"submissions cannot be confined here; missing: {', '.join(missing)}",
            next="grade on a Linux machine that allows it, or add --unsafe if you trust every submission",
        )
    return reply["held"]


def make_key(prepared: Exam, seat: Seat, seed: int, time_limit: float) -> Sheet:
    """The reference solution's sheet, made as any other; raises Problem unless it answers every question."""
    questions = prepared.questions
    key = Sitting(seat, questions, prepared.reference, seed, time_limit, prepared.wanted).run()
    if key.troubles:
        raise Problem(f"the reference solution does not run: {told(next(iter(key.troubles.values())))}")
    for number, answer in zip(prepared.wanted, key.answers, strict=True):
        fair = answer.status == ANSWERED or (answer.status == RAISED and questions[number].aspect == "errors")
        if not fair or answer.error == "NotImplementedError":
            what = f"{answer.status} {answer.error} {answer.message}".strip()
            raise Problem(f"exam.py, {questions[number].name}: the reference solution has no answer: {what}")
    return key


@dataclass
class Examiner:
    """Takes one submission from its file to its result."""

    exam: Exam
    key: Sheet
    seed: int
    time_limit: float

    def __call__(self, seat: Seat, entry: Entry) -> Result:
        started = time.monotonic()
        file = " + ".join(path.name.encode("utf-8", "replace").decode() for path in entry.paths)
        result = Result(entry.student, file, GRADED)
        try:
            pieces = intake.read(entry, self.exam.module)
            questions = [self.exam.questions[number] for number in self.exam.wanted]
            worth = [self.exam.worth[number] for number in self.exam.wanted]
            sitting = Sitting(seat, self.exam.questions, pieces, self.seed, self.time_limit, self.exam.wanted, self.key)
            sheet = sitting.run()
            result.marks = marked(questions, worth, self.key, sheet, pieces)
            result.troubles = [told(trouble) for trouble in sheet.troubles.values()]
        except Refused as refused:
            result.status, result.message = refused.status, str(refused)
        except Lost as lost:
            result.status, result.message = FAILED, f"not graded, for no worker could be had: {lost}"
        result.seconds = round(time.monotonic() - started, 4)
        return result


def _run(examine: Examiner, seats: list[Seat], entries: list[Entry], grades: Grades, on_result) -> None:
    """Have the seats work off the entries; results arrive in this thread, which a Ctrl-C interrupts."""
    waiting: queue.SimpleQueue = queue.SimpleQueue()
    done: queue.SimpleQueue = queue.SimpleQueue()
    for entry in entries:
        waiting.put(entry)
    stop = threading.Event()
    threads = [threading.Thread(target=_work, args=(examine, seat, waiting, done, stop), daemon=True) for seat in seats]
    for thread in threads:
        thread.start()
    try:
        while len(grades.results) < len(entries):
            result = done.get()
            if isinstance(result, BaseException):
                raise result  # a fault of ours, not a submission's
            grades.results.append(result)
            if on_result:
                on_result(result, len(grades.results), len(entries))
    except KeyboardInterrupt:
        grades.interrupted = True
    finally:
        stop.set()
        for seat in seats if len(grades.results) < len(entries) else []:
            seat.stop()
        for thread in threads:
            thread.join()


def _work(examine: Examiner, seat: Seat, waiting, done, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            entry = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            done.put(examine(seat, entry))
        except BaseException as error:
            done.put(error)
            return

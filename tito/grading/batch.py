"""A class sits the exam: the key first, then every submission, several at a time. Threads wait; processes work."""

import contextlib
import os
import queue
import secrets
import signal
import threading
import time
from pathlib import Path

from tito.grading import intake
from tito.grading.examiner import Examiner, make_key
from tito.grading.grades import Grades
from tito.grading.intake import Entry
from tito.grading.journal import Journal
from tito.grading.overlooked import overlooked
from tito.grading.pieces import FAILED
from tito.grading.prepare import Exam, prepare
from tito.grading.results import Result
from tito.grading.seats import take_seats
from tito.grading.worker.confine import NEEDED, PROTECTIONS, set_by_the_shell
from tito.grading.workers import Lost, Seat
from tito.problem import USAGE, Problem

STOP = object()
PROBES = 3  # where nothing at all is said to hold, someone killed the process that tried


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
    own_stack=False,
    out=None,
    fresh=False,
    on_result=None,
) -> Grades:
    """Grade the submissions in `path`; see tito.grading.grade."""
    started = time.monotonic()
    if seed is not None and seed.bit_length() > 63:  # a gradebook keeps it in 8 bytes
        raise Problem(f"the seed {seed} is too large", next="name one of at most 18 digits", code=USAGE)
    prepared = prepare(course, module, only, time_limit, memory_limit, unsafe, own_stack)
    folders = _no_students(course, prepared.module, Path(path), out)
    entries = intake.find(Path(path), prepared.module.notebook.stem, folders)
    with contextlib.ExitStack() as closing:
        journal = _opened(out, prepared, sorted(only or []), fresh, closing)
        asked, seed = seed, secrets.randbits(32) if seed is None else seed
        seats = take_seats(prepared.course, min(workers or _cores(), len(entries)))
        for seat in seats:
            closing.callback(seat.close)
        held = ready(prepared, seats[0], unsafe)
        key = make_key(prepared, seats[0], seed, time_limit)
        examine = Examiner(prepared, key, seed, time_limit)
        grades = _grades(prepared, seed, held, entries)
        grades.overlooked = overlooked(Path(path), entries, folders)
        if journal:
            head = {"module": grades.module, "only": sorted(only or []), "isolation": held}
            with _disk(journal):
                journal.expect(examine.fingerprint(held), asked, examine.packing())
                left = _resumed(examine, journal, entries, grades, fresh, head)
        else:
            left = entries
        _run(examine, seats, left, grades, journal, on_result)
        grades.results.sort(key=lambda result: result.student)
        grades.seconds = round(time.monotonic() - started, 3)
        if journal:
            _written(journal, grades)
    return grades


def _no_students(course, module, path: Path, out) -> tuple[str, ...]:
    """Folders among the submissions that are no student's: lessons, the graded one first, and what grading writes."""
    inside = out is not None and Path(out).resolve().parent == path.resolve()
    return tuple(dict.fromkeys([*intake.lessons(course, module), *([Path(out).name] if inside else [])]))


def _opened(out, prepared: Exam, only: list[str], fresh: bool, closing) -> Journal | None:
    """The journal of the out folder, if there is to be one."""
    if out is None:
        return None
    journal = Journal(Path(out))
    closing.callback(journal.close)
    journal.require(prepared.module.folder, only, fresh)
    return journal


def _grades(prepared: Exam, seed: int, held: dict, entries: list) -> Grades:
    asked, worth = prepared.asked, prepared.asked_worth
    exercises = list(dict.fromkeys(question.exercise for question in asked))
    table = [
        {"question": q.name, "exercise": q.exercise, "aspect": q.aspect, "about": q.about, "possible": points}
        for q, points in zip(asked, worth, strict=True)
    ]
    possible = round(sum(worth), 4)
    return Grades(prepared.module.folder, seed, held, possible, exercises, table, submissions=len(entries))


def _resumed(examine: Examiner, journal: Journal, entries: list, grades: Grades, fresh: bool, head) -> list[Entry]:
    """What is left to grade. Marks that hold are taken over; the others are superseded before any work begins.

    What is left is asked with other inputs than before, for the students may have seen a report on those.
    """
    left, stale = [], journal.outdated()
    for entry in entries:
        if not fresh and entry.student in journal.known and journal.holds(entry.student, *examine.seen(entry)):
            grades.results.append(grades.row(journal.result(entry.student)))
        else:
            left.append(entry)
            stale.append(entry.student)
    grades.kept = len(grades.results)
    others = journal.known.keys() - {entry.student for entry in entries}
    grades.others, grades.lapsed = len(others), sum(map(journal.lapsed, others))
    grades.spoilt = journal.damaged
    if stale:
        journal.begin(grades.seed, head)
    else:
        grades.seed = journal.last["seed"]
    if journal.supersede(stale):
        _written(journal, grades)
    return left


@contextlib.contextmanager
def _disk(journal: Journal):
    """What cannot be written before any work as a Problem."""
    try:
        yield
    except OSError as error:
        what = f"{error.filename or journal.path}: {error.strerror}; nothing was graded"
        raise Problem(what, next="make room, or name another --out") from error


def _written(journal: Journal, grades: Grades) -> None:
    """Save what waits, then write the tables from the journal; a disk that refuses costs no grade that was saved."""
    journal.save()
    grades.trouble = journal.trouble
    try:
        grades.write(journal.path.parent, journal.results())
    except OSError as error:
        grades.trouble = grades.trouble or f"{journal.path.parent}: {error.strerror}"


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def ready(prepared: Exam, seat: Seat, unsafe: bool) -> dict[str, bool]:
    """What confinement holds; raises Problem where it is not enough, or the course does not load."""
    try:
        for _ in range(PROBES):
            reply = seat.start()
            if "error" in reply or any(reply["held"].values()):
                break
            seat.replace()
    except Lost as error:
        raise Problem(f"the process that starts workers does not start: {error}", next="tito doctor") from error
    if "error" in reply:
        raise Problem(f"{prepared.module.folder}: prerequisites and exam do not load: {reply['error']}")
    missing = [PROTECTIONS[name] for name, held in reply["held"].items() if not held and name in NEEDED]
    if missing and not unsafe:
        advice = "grade on Linux (under Windows: WSL 2) that allows it, or add --unsafe if you trust every submission"
        if shell := set_by_the_shell():
            advice = f"your shell limits programs with {shell}, maybe too far: grade in one that does not, or {advice}"
        raise Problem(f"submissions cannot be confined here; missing: {', '.join(missing)}", next=advice)
    return reply["held"]


def _run(examine: Examiner, seats: list[Seat], entries: list[Entry], grades: Grades, journal, on_result) -> None:
    """Have the seats work off the entries; results arrive in this thread, and a Ctrl-C as one more message."""
    waiting: queue.SimpleQueue = queue.SimpleQueue()
    done: queue.SimpleQueue = queue.SimpleQueue()
    for entry in entries:
        waiting.put(entry)
    stop, total = threading.Event(), len(grades.results) + len(entries)
    threads = [threading.Thread(target=_work, args=(examine, seat, waiting, done, stop), daemon=True) for seat in seats]

    def take(result: Result) -> None:
        if journal:
            journal.add(result)
        grades.results.append(grades.row(result) if journal else result)
        if on_result:
            on_result(result, len(grades.results), total)

    with _interrupts(done):
        for thread in threads:
            thread.start()
        try:
            while len(grades.results) < total and (result := _next(done)) is not STOP:
                if isinstance(result, BaseException):
                    raise result  # a fault of ours, not a submission's
                take(result)
        except KeyboardInterrupt:
            grades.interrupted = True
        finally:
            stop.set()
            grades.interrupted = grades.interrupted or len(grades.results) < total
            for seat in seats if grades.interrupted else []:
                seat.stop()
            for thread in threads:
                thread.join()
        for result in _finished(done):
            take(result)


def _next(done: queue.SimpleQueue):
    """What comes next. Windows lets no Ctrl-C through to who waits without an end."""
    while True:
        with contextlib.suppress(queue.Empty):
            return done.get(timeout=1)


def _finished(done: queue.SimpleQueue):
    """Results that came between an interrupt and the end."""
    with contextlib.suppress(queue.Empty):
        while True:
            result = done.get_nowait()
            if isinstance(result, Result) and result.status != FAILED:
                yield result


@contextlib.contextmanager
def _interrupts(done: queue.SimpleQueue):
    """Ctrl-C and SIGTERM put STOP among the results, so that they interrupt nothing halfway."""
    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, lambda *_: done.put(STOP))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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

"""Speed of grading the losses: submissions a second, where the time goes, how near the floor, how far from nbgrader.

`python -m benchmarks grading` makes classes of 10, 100 and 1,000 rewritten submissions (10,000 more with `--large`).
"""

import contextlib
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time, thread_time

from .measure import Row

ROOT = Path(__file__).parent.parent
SIZES, LARGE, RIGHT = (10, 100, 1000), 10_000, 1000
TWO_LOSSES = ["mse_loss", "cross_entropy_loss"]
RATE, SHARE_OF_FLOOR = 100, 0.5
SEED = 5
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


@dataclass
class Spent:
    "What a batch cost: wall seconds, processor seconds of the judge and of its workers, peak memory of the judge."
    count: int
    wall: float
    judge: float
    workers: float
    peak: int

    @property
    def rate(self):
        return self.count / self.wall


# ── Classes to grade ─────────────────────────────────────────────────────────────────────────────────────────────────

def models(course):
    "Notebooks of the sample class, right and wrong ones, that hurt nobody: those with a loop or a crash are left out."
    from tito.grading import grade
    from tito.grading.sheet import ANSWERED, MISSING, RAISED

    graded = grade(course, ROOT / "examples" / "class", seed=SEED).results
    harmless = {ANSWERED, RAISED, MISSING}
    calm = [r for r in graded if r.marks and not r.troubles and {mark.status for mark in r.marks} <= harmless]
    return [json.loads((ROOT / "examples" / "class" / r.file).read_bytes()) for r in calm if r.file.endswith(".ipynb")]


def rewritten(notebook, number):
    "The notebook as another student would have written it: no cell to be filled holds the text of anybody else's."
    copy = json.loads(json.dumps(notebook))
    for cell in copy["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = f"{source}\n\nhanded_in_as = {number}  # version {number}\n"
    return json.dumps(copy)


def make_class(folder, notebooks, count):
    folder.mkdir()
    for number in range(count):
        text = rewritten(notebooks[number % len(notebooks)], number)
        (folder / f"student-{number:05}.ipynb").write_text(text, encoding="utf-8")
    return folder


# ── Whole batches ────────────────────────────────────────────────────────────────────────────────────────────────────

def spent(folder, out, only=()):
    "Grade a class in a process of its own, as `tito grade` does, and return what it cost."
    command = [sys.executable, "-m", "benchmarks.grading", str(folder), str(out), *only]
    return Spent(**json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout))


def batch(folder, out, *only):
    from tito.grading import grade
    from tito.settings import read_course

    start, before = perf_counter(), process_time()
    grades = grade(read_course(ROOT), Path(folder), only=list(only) or None, seed=SEED, out=out)
    wall, judge = perf_counter() - start, process_time() - before
    workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    statuses = {result.status for result in grades.results}
    if statuses != {"graded"}:
        sys.exit(f"benchmarks: the batch has statuses {statuses}")
    cost = Spent(len(grades.results), wall, judge, workers.ru_utime + workers.ru_stime, _peak())
    print(json.dumps(vars(cost)))


def _peak():
    "Kilobytes that this process held at most. (ru_maxrss would tell that of the process that started it, too.)"
    with contextlib.suppress(OSError), open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


# ── The floor: fork, confine, the exam's calls; and the parts of a submission ────────────────────────────────────────

def prepared(course):
    from tito.grading.prepare import prepare

    return prepare(course, "04", None, 2.0, 1 << 30, False)


def floor_rate(count=150):
    "Submissions a second that as many processes as cores reach at the floor, and processor seconds of each."
    from tito.grading import syscalls, workers
    from tito.settings import read_course

    exam = prepared(read_course(ROOT))
    pieces = [[piece.source, piece.place] for piece in exam.reference]
    given = {"course": exam.course | {"filter": syscalls.encoded()}, "reference": pieces, "seed": SEED, "count": count}
    command = [sys.executable, "-s", "-B", "-X", "utf8", "-m", "benchmarks.floor"]  # as a zygote is started
    started = {"cwd": ROOT, "env": workers._ENVIRONMENT, "stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    running = [subprocess.Popen(command, text=True, **started) for _ in range(CORES)]
    for process in running:
        process.stdin.write(json.dumps(given))
        process.stdin.close()
    spans = [json.loads(process.stdout.read()) for process in running]
    if any(process.wait() for process in running):
        sys.exit("benchmarks: a question of the floor failed")
    return sum(count / wall for wall, _ in spans), sum(processor for _, processor in spans) / (count * CORES)


def parts(course, folder, count=60):
    """Median seconds of the parts of a submission, each by itself.

    Fork is a worker with nothing to do, loading what a submission's cells add to it, and the student's answers are what
    is left of the whole when the judge's own work is taken off.
    """
    from tito.grading import intake
    from tito.grading.examiner import Examiner, make_key
    from tito.grading.journal import Journal
    from tito.grading.workers import Seat

    exam = prepared(course)
    seat, times = Seat(exam.course, 0), []
    try:
        seat.start()
        examine = Examiner(exam, make_key(exam, seat, SEED, 2.0), SEED, 2.0)
        with tempfile.TemporaryDirectory() as out, contextlib.closing(Journal(Path(out))) as journal:
            journal.expect("", None, examine.packing())
            journal.begin(SEED, {})
            times = [_times(examine, seat, entry, journal) for entry in intake.find(folder)[:count]]
    finally:
        seat.close()
    return {part: median(each[part] for each in times) for part in times[0]}


def _times(examine, seat, entry, journal):
    "Seconds of each part of one submission."
    from tito.grading import intake
    from tito.grading.pieces import Piece
    from tito.grading.sitting import Sitting

    exam = examine.exam
    parsing, pieces = timed(lambda: intake.code(intake.load(entry, exam.module), exam.module))
    def loading(pieces):
        sitting = Sitting(seat, exam.questions, pieces, examine.seed, 2.0, [], examine.key, end=math.inf)
        return timed(lambda: sitting._ask([]))[0]

    fork, code = loading([Piece("pass", "cell 1")]), loading(pieces)
    before = thread_time()
    whole, result = timed(lambda: examine(seat, entry))
    judge = thread_time() - before - parsing
    writing, _ = timed(lambda: journal.add(result))
    questions = whole - parsing - code - judge
    return {"judge: parsing the notebook": parsing, "worker: fork, confine, end": fork,
            "worker: student's cells compiled and run": code - fork, "worker: questions answered": questions,
            "judge: reading answers, marks, diagnosis": judge, "judge: writing the journal": writing}


def timed(job):
    start = perf_counter()
    result = job()
    return perf_counter() - start, result


# ── The rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────

def measure(large=False):
    from tito.settings import read_course

    course = read_course(ROOT)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        notebooks = models(course)
        curve = {}
        for count in (*SIZES, *([LARGE] if large else [])):
            students = make_class(folder / f"class-{count}", notebooks, count)
            mixed = beside_floor(students, folder / f"out-{count}")
            curve[count] = mixed[0]
        yield from curve_rows(curve)
        students = make_class(folder / "right", notebooks[:1], RIGHT)
        right = beside_floor(students, folder / "out-right")
        yield from floor_rows("right and wrong", *mixed)
        yield from floor_rows("right answers alone", *right)
        yield from part_rows(parts(course, folder / f"class-{SIZES[-1]}"))
        yield from peer_rows(folder, notebooks)


def beside_floor(students, out):
    "What the class cost, and the floor on average just before and after: a machine's speed goes up and down."
    before, cost, after = floor_rate(), spent(students, out), floor_rate()
    return cost, *(sum(pair) / 2 for pair in zip(before, after, strict=True))


def curve_rows(curve):
    "What each size of class cost: where a further submission costs as much as the last did, the cost is linear."
    before = None
    for count, cost in curve.items():
        yield Row(f"whole exam, {count:,} submissions, {CORES} cores: {cost.rate:.0f} a second; each", 1 / cost.rate)
        if before:
            further = (cost.wall - before.wall) / (count - before.count)
            last = count == max(curve)
            yield Row(f"  each beyond the first {before.count:,}", further, target=1 / RATE if last else None)
        before = cost
    cost, small = curve[max(curve)], curve[SIZES[1]]
    yield Row(f"  processor time of the judge, {cost.count:,} submissions, each", cost.judge / cost.count)
    yield Row("  processor time of zygotes and workers, each", cost.workers / cost.count)
    yield Row(f"  peak memory of the judge, {small.count:,} submissions", small.peak / 1024, unit="MB")
    yield Row(f"  peak memory of the judge, {cost.count:,} submissions", cost.peak / 1024,
              target=1.2 * small.peak / 1024, unit="MB")


def floor_rows(name, cost, floor, processor):
    "A whole class beside the floor, whose calls are the reference's; some wrong answers print pages, or are diagnosed."
    against, most = "floor: fork + confine + calls", 1 / SHARE_OF_FLOOR
    share = f"{cost.rate:.0f} of {floor:.0f} a second, {cost.rate / floor:.0%}"
    yield Row(f"whole exam, {cost.count:,} {name}: {share}; each", 1 / cost.rate, against, 1 / floor, most)
    yield Row("  processor time, each", (cost.judge + cost.workers) / cost.count, against, processor)


def part_rows(seconds):
    whole = sum(seconds.values())
    yield Row("one submission alone, from file to journal", whole)
    for part, value in seconds.items():
        yield Row(f"  {value / whole:4.0%} {part}", value)


def peer_rows(folder, notebooks):
    "The two-loss assignment beside nbgrader, where its environment is at hand."
    from . import nbgrader

    students = make_class(folder / "two", [nbgrader.only(each, TWO_LOSSES) for each in notebooks], SIZES[-1])
    cost = spent(students, folder / "out-two", TWO_LOSSES)
    yield Row(f"two losses, {cost.count:,} submissions, each", 1 / cost.rate)
    if not nbgrader.available():
        print(f"no nbgrader in {nbgrader.ENVIRONMENT}: its rows are left out (make test-nbgrader)", file=sys.stderr)
        return
    once, sharded = nbgrader.rates(folder, TWO_LOSSES, CORES)
    yield Row("two losses, each", 1 / cost.rate, "nbgrader 0.9.6", 1 / once, 1 / 100)
    yield Row("two losses, each", 1 / cost.rate, f"nbgrader, {CORES} processes", 1 / sharded, 1 / 40)


if __name__ == "__main__":
    batch(*sys.argv[1:])

"""`tito test`: run a notebook in a fresh process and judge each exercise by what its test cell did."""

import json
import os
import queue
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tito.catalogue import Module
from tito.notebook import Cell, Exercise, Notebook
from tito.problem import USAGE, Problem
from tito.regions import STUB

_UNWRITTEN = re.compile(r"Exercise (\w+) is yours to write")
START_LIMIT = 60  # seconds until the first report: a cold disk may be slow to give up NumPy
LONGEST_REPORT = 1 << 20

PASSED, FAILED, NOT_STARTED, WAITING = "passed", "failed", "not started", "waiting"
MISSING, TIMEOUT, CRASHED, NOT_REACHED = "missing", "timeout", "crashed", "not reached"


@dataclass
class Result:
    """What became of one exercise, whose own cell is number `home`; `line` and `text` point into cell number `cell`."""

    name: str
    status: str
    points: float = 0
    home: int | None = None
    message: str = ""
    cell: int | None = None
    line: int | None = None
    text: str = ""
    printed: str = ""
    note: str = ""

    @property
    def passed(self) -> bool:
        return self.status == PASSED


@dataclass
class Tested:
    """One notebook's results; `troubles` are failures of cells that are no exercise and no test."""

    module: str
    title: str
    results: list[Result]
    troubles: list[Result] = field(default_factory=list)
    next: str = ""
    seconds: float = 0

    @property
    def passed(self) -> bool:
        return bool(self.results) and all(result.passed for result in self.results)

    @property
    def earned(self) -> float:
        return sum(result.points for result in self.results if result.passed)

    @property
    def possible(self) -> float:
        return sum(result.points for result in self.results)

    def as_dict(self) -> dict:
        return asdict(self) | {"passed": self.passed, "earned": self.earned, "possible": self.possible}


@dataclass
class Run:
    """The reports of a run: by cell number, by variant, and how it ended ("end", "timeout", "crashed: …")."""

    outcomes: dict[int, dict] = field(default_factory=dict)
    variants: dict[str, dict] = field(default_factory=dict)
    current: int | None = None
    ended: str = ""


def test(course, module: Module, exercises: list[str] | None = None, time_limit: float | None = None) -> Tested:
    """Test the notebook of a module, or some exercises of it; raises Problem for a notebook that cannot be read."""
    from tito.release import released_tests

    notebook = module.read()
    released = released_tests(course).get(course.inside(module.notebook), {})
    wanted = _chosen(notebook, released, exercises)
    cells = _needed_cells(notebook, wanted if exercises else None)
    started = time.perf_counter()
    run = run_cells(course, module, cells, time_limit)
    results = [_judge(exercise, run) for exercise in wanted]
    _compare_with_release(wanted, results, released)
    done = Tested(module.folder, module.title, results, _troubles(notebook, cells, run))
    lesson = _unexported_lesson(course, module, run)
    if lesson and done.troubles:
        done.troubles[0].message = f"this lesson needs {lesson.folder}, which is not exported yet"
    done.seconds = round(time.perf_counter() - started, 2)
    done.next = f"tito export {lesson.number}" if lesson else _next(course, module, done)
    return done


def _chosen(notebook: Notebook, released: dict, names: list[str] | None) -> list[Exercise]:
    """The exercises to test; one that was released and is wholly gone from the notebook is still one."""
    known = {exercise.name: exercise for exercise in notebook.exercises}
    known |= {name: Exercise(name, None, None) for name in released if name not in known}
    if not known:
        raise Problem(f"{notebook.path.name} holds no exercises: are the cells' nbgrader metadata gone?")
    for name in names or []:
        if name not in known:
            import difflib

            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"its exercises are: {', '.join(known)}"
            raise Problem(f"{notebook.path.name} has no exercise {name!r}", next=hint, code=USAGE)
    return [known[name] for name in names] if names else list(known.values())


def _needed_cells(notebook: Notebook, wanted: list[Exercise] | None) -> list[Cell]:
    """All code cells; for some exercises only, those up to the last one's test, without the others' tests."""
    cells = [c for c in notebook.cells if c.is_code and c.source.strip() and c.directives.get("eval") != "false"]
    if wanted is None:
        return cells
    tests = {exercise.test.number for exercise in wanted if exercise.test}
    last = max(tests, default=0)
    return [cell for cell in cells if cell.number <= last and (not cell.is_test or cell.number in tests)]


def run_cells(course, module: Module, cells: list[Cell], time_limit=None, variants=None) -> Run:
    """Run these cells in a fresh process; the process and all it started are gone when this returns."""
    token, limit = secrets.token_hex(16), time_limit or course.cell_time_limit
    plan = {
        "token": token,
        "notebook": module.notebook.name,
        "hidden": [f"{course.lib_path}.{m.target}" for m in course.catalogue.from_(module) if m.notebook.exists()],
        "cells": [plain(cell) for cell in cells],
        "variants": variants or {},
        "variant_limit": limit / 3,  # a variant's end is reported well before the clock here runs out
    }
    environment = os.environ | {"MPLBACKEND": "Agg", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}
    source = str(Path(__file__).resolve().parent.parent)
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", f"import sys; sys.path.insert(0, {source!r}); from tito.runner import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=module.path,
            env=environment,
            start_new_session=True,
        )
        run = _follow(process, json.dumps(plan).encode(), token, limit, max(course.test_time_limit, limit))
        errors.seek(0)
        if run.current is None and run.ended != "end":
            raise RuntimeError(f"the notebook could not be started: {run.ended}\n{errors.read().decode()[-3000:]}")
    return run


def plain(cell: Cell, source: str | None = None) -> dict:
    """A cell as the runner takes it, with another source if given."""
    return {"number": cell.number, "source": source or cell.source, "magic": cell.has_magic}


def _follow(process, plan: bytes, token: str, cell_limit: float, whole_limit: float) -> Run:
    """Take the reports until the end, the end of the process, or a time limit; then end all that it started."""
    lines: queue.Queue = queue.Queue()
    threading.Thread(target=_pump, args=(process, plan, lines), daemon=True).start()
    run, deadline, limit = Run(), time.monotonic() + whole_limit, START_LIMIT
    while not run.ended:
        left = deadline - time.monotonic()
        try:
            line = lines.get(timeout=max(min(limit, left), 0.001))
        except queue.Empty:
            run.ended = f"timeout: over {limit:g} s" if left > 0 else f"timeout: over {whole_limit:g} s for all cells"
            break
        limit = cell_limit
        if line is None:
            run.ended = "crashed"
        else:
            _take(run, line, token)
    code = process.poll() if run.ended != "crashed" else _wait_briefly(process)
    _end(process)
    if run.ended == "crashed":
        run.ended = f"crashed: {_how_it_ended(code)}"
    return run


def _pump(process, plan: bytes, lines: queue.Queue) -> None:
    """Hand over the plan, then the reports one by one; None at the end."""
    try:
        process.stdin.write(plan)
        process.stdin.close()
        while line := process.stdout.readline(LONGEST_REPORT):
            lines.put(line)
    except (OSError, ValueError):
        pass
    lines.put(None)


def _take(run: Run, line: bytes, token: str) -> None:
    """Book one report; whatever does not carry the token is not ours."""
    try:
        report = json.loads(line)
    except ValueError:
        return
    if not isinstance(report, dict) or report.get("token") != token:
        return
    if "variant" in report:
        run.variants[report["variant"]] = report
    elif report["status"] == "end":
        run.ended = "end"
    elif report["status"] == "started":
        run.current = report["cell"]
    else:
        run.outcomes[report["cell"]] = report


def _wait_briefly(process) -> int | None:
    try:
        return process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        return None


def _end(process) -> None:
    """Kill the process and its group: what a cell started ends with it."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except (ProcessLookupError, PermissionError):
        pass
    process.wait()
    process.stdout.close()


def _how_it_ended(code: int | None) -> str:
    if code is not None and code < 0:
        return f"the process was killed by {signal.Signals(-code).name}"
    return f"the process ended with exit code {code}: does something call os._exit?"


def _judge(exercise: Exercise, run: Run) -> Result:
    """An exercise passes only if its own cell and its test cell are there, ran, and raised nothing."""
    result = Result(exercise.name, FAILED, exercise.points, exercise.cell and exercise.cell.number)
    if exercise.test is None or exercise.cell is None:
        what = f"its test cell, test_{exercise.name}," if exercise.test is None else f"its cell, {exercise.name},"
        result.status, result.message = MISSING, f"{what} is gone: take it back from the course's notebook"
        return result
    for cell in (exercise.cell, exercise.test):
        outcome = run.outcomes.get(cell.number)
        if outcome is None:
            return _not_run(result, cell, run)
        if outcome["status"] != "ok":
            return _explain(result, outcome["error"], exercise, run)
    result.status = PASSED
    result.printed = _last_line(run.outcomes[exercise.test.number]["printed"])
    return result


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _not_run(result: Result, cell: Cell, run: Run) -> Result:
    """The cell has no outcome: the run ended in it or before it."""
    if run.ended == "end":
        result.status, result.message = NOT_REACHED, "its cell is empty or set not to run"
    elif run.current == cell.number:
        result.status = TIMEOUT if run.ended.startswith("timeout") else CRASHED
        result.message, result.cell = run.ended.partition(": ")[2], cell.number
        if result.status == TIMEOUT:
            result.message += ": does a loop never end?"
    else:
        result.status = NOT_REACHED
        result.message = f"cell {run.current} ended the run before this one ({run.ended})"
    return result


def _explain(result: Result, error: dict, exercise: Exercise | None, run: Run) -> Result:
    """The error in the learner's terms: unwritten, waiting for another cell, or wrong, and at which line."""
    stub = _UNWRITTEN.search(error["message"]) if error["type"] == "NotImplementedError" else None
    blocker = _blocker(error, exercise, run)
    if exercise and STUB.format(exercise.name) in exercise.cell.source:
        result.status, result.message = NOT_STARTED, "not started"
    elif stub:
        result.status, result.message = WAITING, f"needs the exercise {stub[1]}, which is not written yet"
    elif blocker:
        result.status, result.message = WAITING, f"needs {error['name']}, which cell {blocker} failed to define"
    elif error["type"] == "AssertionError":
        result.message = error["message"] or "its test's assertion does not hold"
    else:
        result.message = f"{error['type']}: {error['message']}".rstrip(": ")
    if error["frames"]:
        result.cell, result.line, result.text = _pointed(error["frames"], exercise)
    return result


def _blocker(error: dict, exercise: Exercise | None, run: Run) -> int | None:
    """The earlier cell whose failure left the name undefined."""
    if error["type"] != "NameError" or not error["name"]:
        return None
    for number, outcome in run.outcomes.items():
        failed = outcome.get("error")
        if failed and failed is not error and {error["name"], "*"} & set(failed["defines"]):
            if exercise is None or number < exercise.test.number:
                return number
    return None


def _pointed(frames: list, exercise: Exercise | None) -> list:
    """The deepest line in the student's own cell; else the deepest in any cell."""
    own = [frame for frame in frames if exercise and exercise.cell and frame[0] == exercise.cell.number]
    return (own or frames)[-1]


def _troubles(notebook: Notebook, cells: list[Cell], run: Run) -> list[Result]:
    """Failures of cells that are neither exercise nor test, except where an unwritten exercise is the reason."""
    judged = {cell.number for e in notebook.exercises for cell in (e.cell, e.test) if cell}
    found = []
    for cell in cells:
        outcome = run.outcomes.get(cell.number)
        if cell.number in judged or (outcome and outcome["status"] == "ok"):
            continue
        result = Result(f"cell {cell.number}", FAILED, cell=cell.number)
        if outcome:
            found.append(_explain(result, outcome["error"], None, run))
        elif run.current == cell.number:
            found.append(_not_run(result, cell, run))
    return [result for result in found if result.status != WAITING]


def _compare_with_release(exercises: list[Exercise], results: list[Result], released: dict) -> None:
    """Where this is a workspace made from a release: say which tests were edited, and what a lost one is worth."""
    from tito.release import test_digest

    for exercise, result in zip(exercises, results, strict=True):
        original = released.get(exercise.name)
        if original and exercise.test is None:
            result.points = original["points"]
        elif original and test_digest(exercise.test) != original["digest"]:
            result.note = "its test cell was edited: the course's own test decides your mark"


def _unexported_lesson(course, module: Module, run: Run) -> Module | None:
    """The earlier lesson whose export a cell could not import."""
    for outcome in run.outcomes.values():
        error = outcome.get("error")
        if error and error["type"] in ("ModuleNotFoundError", "ImportError"):
            lesson = course.catalogue.exporter(course, error["name"])
            if lesson and lesson in course.catalogue.before(module):
                return lesson
    return None


def _next(course, module: Module, done: Tested) -> str:
    """The command that helps most now."""
    order = [FAILED, TIMEOUT, CRASHED, MISSING, NOT_STARTED, NOT_REACHED]
    left = sorted((r for r in done.results if r.status in order), key=lambda r: order.index(r.status))
    if done.passed:
        return f"tito export {module.number}"
    if not left:  # every one waits for a cell that is no exercise
        return f"run {done.troubles[0].name if done.troubles else 'the notebook'} in Jupyter and see why it fails"
    first = left[0]
    verb = "write" if first.status == NOT_STARTED else "look at"
    return f"{verb} {first.name} in {course.inside(module.notebook)}, then: tito test {module.number} {first.name}"

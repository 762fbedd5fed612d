"""`tito test`: run a notebook in a fresh process and judge each exercise by what its test cell did."""

import difflib
import re
import time
from dataclasses import asdict, dataclass, field

from tito.catalogue import Module
from tito.notebook import Cell, Exercise, Notebook
from tito.problem import USAGE, Problem
from tito.progress import remember
from tito.release import released_tests, test_digest
from tito.running import Run, run_cells

_UNWRITTEN = re.compile(r"Exercise (\w+) is yours to write")
_NEEDS = re.compile(r"needs the exercise (\w+),")

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


def test(course, module: Module, exercises: list[str] | None = None, time_limit: float | None = None) -> Tested:
    """Test the notebook of a module, or some exercises of it; raises Problem for a notebook that cannot be read."""
    notebook = module.read()
    released = released_tests(course).get(course.inside(module.notebook), {})
    wanted = _chosen(notebook, released, exercises)
    cells = _needed_cells(notebook, wanted if exercises else None)
    started = time.perf_counter()
    run = run_cells(course, module, cells, time_limit)
    results = [_judge(exercise, run) for exercise in wanted]
    _compare_with_release(wanted, results, released)
    remember(course, module, wanted, results)
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
    if stub and exercise and stub[1] == exercise.name:
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
    needed = _needed_elsewhere(course, module, done)
    if needed and not any(r.status in (FAILED, TIMEOUT, CRASHED, MISSING) for r in left):
        return f"write {needed[1]} in {needed[0].folder}, then: tito export {needed[0].number}"
    if not left:  # every one waits for a cell that is no exercise
        return f"run {done.troubles[0].name if done.troubles else 'the notebook'} in Jupyter and see why it fails"
    first = left[0]
    verb = "write" if first.status == NOT_STARTED else "look at"
    return f"{verb} {first.name} in {course.inside(module.notebook)}, then: tito test {module.number} {first.name}"


def _needed_elsewhere(course, module: Module, done: Tested) -> tuple[Module, str] | None:
    """The unwritten exercise of an earlier lesson, and that lesson, which a waiting exercise needs."""
    waiting = [_NEEDS.search(result.message) for result in done.results if result.status == WAITING]
    names = [found[1] for found in waiting if found]
    for earlier in course.catalogue.before(module):
        for exercise in earlier.read().exercises if names and earlier.notebook.exists() else []:
            if exercise.name in names:
                return earlier, exercise.name
    return None

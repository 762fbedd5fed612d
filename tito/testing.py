"""`tito test`: run a notebook in a fresh process and judge each exercise by what its test cell did."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from tito.catalogue import Module
from tito.edition import released_tests, test_digest
from tito.handmade import handmade
from tito.notebook import Cell, Exercise, Notebook, others_beside, read_notebook
from tito.problem import USAGE, Problem
from tito.running.meant import exercise_meant
from tito.running.outcome import FAILED, WAITING, Result, explained, import_error, judged, not_run
from tito.running.process import Run, run_cells
from tito.student import given, graded, lessons
from tito.student.onwards import onwards
from tito.student.progress import export_state, remember

NOT_EXPORTED = "which is not exported yet"  # its last words are those of tito.workspace, too
NOT_IMPORTED, LACKING = "whose export does not import", "whose export has not all that is imported here"


@dataclass
class Tested:
    """One notebook's results; `troubles` are failures of cells that are no exercise and no test."""

    module: str
    title: str
    results: list[Result]
    troubles: list[Result] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)  # exports and copies of another age, given cells that were changed
    shown: dict[int, int] = field(default_factory=dict)  # by cell, the number that Jupyter shows beside it: In [12]
    next: str = ""
    seconds: float = 0
    problem: str = ""  # what kept the notebook from being tested
    broken: str = ""  # an exported cell of no exercise that fails: so will every import of the lesson

    @property
    def passed(self) -> bool:
        return bool(self.results) and all(result.passed for result in self.results) and not self.broken

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
    notebook = lessons.read(course, module)
    released = released_tests(course).get(course.inside(module.notebook), {})
    wanted = _chosen(notebook, released, exercises)
    cells = _needed_cells(notebook, wanted if exercises else None)
    started = time.perf_counter()
    run = run_cells(course, module, cells, time_limit)
    results = [judged(exercise, run) for exercise in wanted]
    _compare_with_release(wanted, results, released)
    given.explain(course, module, notebook, wanted, results)
    done = Tested(module.folder, module.title, results)
    if not exercises or not done.passed:  # a named exercise that passes needs no other cell
        homes = {result.home for result in results if not result.passed}
        done.troubles = [each for each in _troubles(notebook, cells, run) if each.cell not in homes]
        done.broken = _broken(cells, done.troubles)
    given.explain_order(notebook, [*done.results, *done.troubles])
    done.shown = _shown_numbers(notebook)
    graded.catch(course, module, notebook, done)
    remember(course, module, notebook, results)
    importing = _not_importing(course, module, run)
    lesson, why = next(iter(importing.values()), (None, ""))
    if lesson:
        _blame(lesson, why, set(importing), done)
    done.stale = _stale(course, module, notebook) + _newer_copies(module, notebook)
    done.stale += [] if done.passed else given.changed(course, module, notebook)
    done.seconds = round(time.perf_counter() - started, 2)
    done.next = f"tito export {lesson.number}" if lesson else onwards(course, module, done)
    return done


def test_each(course, modules: list[Module], exercises=None, time_limit: float | None = None) -> Iterator[Tested]:
    """Test the notebooks one by one. One of several that cannot be tested has no results and says why."""
    for module in modules:
        try:
            yield test(course, module, exercises, time_limit)
        except Problem as problem:
            if len(modules) == 1:
                raise
            yield Tested(module.folder, module.name, [], next=problem.next, problem=str(problem))


def _chosen(notebook: Notebook, released: dict, names: list[str] | None) -> list[Exercise]:
    """The exercises to test; one that was released and is wholly gone from the notebook is still one."""
    known = {exercise.name: exercise for exercise in notebook.exercises}
    known |= {name: Exercise(name, None, None) for name in released if name not in known}
    if not known:
        raise Problem(f"{notebook.path.name} holds no exercises: are the cells' nbgrader metadata gone?")
    for name in names or []:
        if name not in known:
            hint = exercise_meant(name, known.values()) or f"its exercises are: {', '.join(known)}"
            raise Problem(f"{notebook.path.name} has no exercise {name!r}", next=hint, code=USAGE)
    return [known[name] for name in names] if names else list(known.values())


def _needed_cells(notebook: Notebook, wanted: list[Exercise] | None) -> list[Cell]:
    """All code cells; for some exercises only, those up to the last of theirs, without others' tests and pictures."""
    cells = [c for c in notebook.cells if c.is_code and c.source.strip() and c.directives.get("eval") != "false"]
    if wanted is None:
        return cells
    tests = {exercise.test.number for exercise in wanted if exercise.test}
    last = max([*tests, *(exercise.cell.number for exercise in wanted if exercise.cell)], default=0)
    skipped = [cell for cell in cells if (cell.is_test and cell.number not in tests) or cell.is_picture]
    return [cell for cell in cells if cell.number <= last and cell not in skipped]


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
            found.append(explained(result, outcome["error"], None, run))
        elif run.current == cell.number:
            found.append(not_run(result, cell, run))
    return [result for result in found if result.status != WAITING]


def _broken(cells: list[Cell], troubles: list[Result]) -> str:
    """The first of the failing cells that is exported, by its name in `troubles`."""
    exported = {f"cell {cell.number}" for cell in cells if cell.is_exported}
    return next((trouble.name for trouble in troubles if trouble.name in exported), "")


def _compare_with_release(exercises: list[Exercise], results: list[Result], released: dict) -> None:
    """Where this is a workspace made from a release: say which tests were edited, and what a lost one is worth."""
    for exercise, result in zip(exercises, results, strict=True):
        original = released.get(exercise.name)
        if original and exercise.test is None:
            result.points = original["points"]
        elif original and test_digest(exercise.test) != original["digest"]:
            result.note = "its test cell was edited: the course's own test decides your mark"


def _shown_numbers(notebook: Notebook) -> dict[int, int]:
    counts = {number: cell.get("execution_count") for number, cell in enumerate(notebook.raw["cells"], 1)}
    return {number: count for number, count in counts.items() if isinstance(count, int)}


def _blame(lesson: Module, why: str, cells: set[str], done: Tested) -> None:
    """Say once what everything waits for, and why; `cells` are those that import it, and are not what is wrong."""
    for result in done.results:
        if result.status == WAITING:
            result.message = f"needs {lesson.folder}, {why.partition(':')[0]}"
    if not all(result.passed for result in done.results):
        done.broken = ""
    words = NOT_EXPORTED.removeprefix("which ")
    about = [each for each in done.troubles if each.name in cells or words in each.message]
    for trouble in about[:1]:
        trouble.message = f"this lesson needs {lesson.folder}, {why}"
    done.troubles = [each for each in done.troubles if each not in about[1:]]


def _stale(course, module: Module, notebook: Notebook) -> list[str]:
    """Commands for the earlier lessons that this one imports and whose notebooks were changed since their export."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.is_code)
    used = [m for m in course.catalogue.before(module) if f"{course.lib_path}.{m.target}" in text]
    old = [m for m in used if m.notebook.exists() and export_state(course, m) == "changed"]
    return [f"{course.target_path(m)} is {_age(course, m)}: tito export {m.number}" for m in old]


def _age(course, module: Module) -> str:
    return "not as tito wrote it" if handmade(course, course.target_path(module)) else "older than your notebook"


def _newer_copies(module: Module, notebook: Notebook) -> list[str]:
    """The copies of this notebook beside it that were saved after it: the student may be writing in one of them."""
    tested, found = module.notebook.stat().st_mtime, []
    for name in others_beside(module.notebook):
        copy = module.notebook.with_name(name)
        with contextlib.suppress(Problem, OSError):
            if copy.stat().st_mtime > tested and read_notebook(copy).default_exp == notebook.default_exp:
                found.append(f"{name} was saved later, but {module.notebook.name} is what is tested")
    return found


def _not_importing(course, module: Module, run: Run) -> dict[str, tuple[Module, str]]:
    """The cells that could not import an earlier lesson's export, by name, each with that lesson and why not."""
    errors = {f"cell {number}": outcome["error"] for number, outcome in run.outcomes.items() if outcome.get("error")}
    earlier = course.catalogue.before(module)
    found = {name: _not_imported(course, earlier, error) for name, error in errors.items()}
    return {name: blamed for name, blamed in found.items() if blamed}


def _not_imported(course, earlier: list[Module], error: dict) -> tuple[Module, str] | None:
    """Which of the earlier lessons an error is about that an import raised, and what is wrong with its export."""
    if error["type"] in ("ModuleNotFoundError", "ImportError"):
        lesson = course.catalogue.exporter(course, error["name"])
        if lesson in earlier and not course.root.joinpath(course.target_path(lesson)).exists():
            return lesson, NOT_EXPORTED
        if lesson in earlier and not error["importing"]:
            return lesson, f"{LACKING}: {error['message']}"
    file = (error["importing"] or [""])[0]
    lesson = next((each for each in earlier if each.target and course.target_path(each) == file), None)
    return lesson and (lesson, f"{NOT_IMPORTED}: {import_error(error)}")

"""Where a student goes on: the next exercise, the export, or the next lesson."""

import re

from tito.catalogue import Module
from tito.problem import Problem
from tito.running.outcome import CRASHED, NOT_REACHED, NOT_STARTED, PASSED, TIMEOUT, WAITING, WRONG
from tito.student import lessons
from tito.student.progress import UNTESTED, export_state, statuses

ORDER = (*WRONG, NOT_STARTED, NOT_REACHED)
_NEEDS = re.compile(r"needs the exercise (\w+),")


def onwards(course, module: Module, done) -> str:
    """The command that helps most now; `done` is the Tested of a lesson, or of some exercises of it."""
    if done.passed:
        return _after_passing(course, module, done)
    left = sorted((r for r in done.results if r.status in ORDER), key=lambda r: ORDER.index(r.status))
    endless = next((trouble for trouble in done.troubles if trouble.status in (TIMEOUT, CRASHED)), None)
    if endless and not any(r.status in WRONG for r in left):  # what stands below was not reached
        return f"look at {endless.name} in {course.inside(module.notebook)}, save, then: tito test {module.number}"
    if done.broken and all(result.passed for result in done.results):
        return f"look at {done.broken} in {course.inside(module.notebook)}, save, then: tito test {module.number}"
    needed = _needed(course, module, done)
    if needed and needed[0] != module and not any(r.status in WRONG for r in left):
        return f"write {needed[1]} in {needed[0].folder}, then: tito export {needed[0].number}"
    if needed and not left:  # named were only exercises that wait for another of this lesson
        return _work_on(course, module, needed[1], NOT_STARTED)
    if not left:  # every one waits for a cell that is no exercise
        return f"run {done.troubles[0].name if done.troubles else 'the notebook'} in Jupyter and see why it fails"
    return _work_on(course, module, left[0].name, left[0].status)


def _after_passing(course, module: Module, done) -> str:
    """What was tested passes: the exercise of the lesson to go on with, or its export when none is left."""
    known = statuses(course, module) | {result.name: result.status for result in done.results}
    left = [name for name, status in known.items() if status != PASSED]
    if not left:
        exported = export_state(course, module) == "exported"
        return following(course, module) if exported else f"tito export {module.number}"
    first = min(left, key=lambda name: known[name] not in WRONG)
    if known[first] in (*WRONG, NOT_STARTED, UNTESTED):
        return _work_on(course, module, first, known[first])
    return f"tito test {module.number}"  # written or changed since its test


def after_all(course, modules: list[Module]) -> str:
    """The command that helps most where all of several lessons pass."""
    exported = all(export_state(course, module) == "exported" for module in modules)
    return "tito status" if exported else "tito export"


def _work_on(course, module: Module, name: str, status: str) -> str:
    verb = "write" if status in (NOT_STARTED, UNTESTED) else "look at"
    return f"{verb} {name} in {course.inside(module.notebook)}, save, then: tito test {module.number} {name}"


def following(course, module: Module) -> str:
    """Where to go from a finished lesson."""
    later = [m for m in course.catalogue.from_(module)[1:] if m.notebook.exists()]
    return f"go on with {course.inside(later[0].notebook)}, or: tito submit {module.number}" if later else "tito status"


def _needed(course, module: Module, done) -> tuple[Module, str] | None:
    """The unwritten exercise that a waiting one needs, and its lesson: an earlier one, or this."""
    waiting = [_NEEDS.search(result.message) for result in done.results if result.status == WAITING]
    names = [found[1] for found in waiting if found]
    for lesson, notebook in lessons.lessons(course) if names else []:
        if isinstance(notebook, Problem) or lesson not in (*course.catalogue.before(module), module):
            continue
        for exercise in notebook.exercises:
            if exercise.name in names:
                return lesson, exercise.name
    return None

"""`tito hint`: the hints that stand folded beside an exercise, one at a time."""

import contextlib
import json
import re

from tito.catalogue import Module
from tito.notebook import Notebook
from tito.problem import USAGE, Problem
from tito.student.lessons import lessons, unread
from tito.student.progress import WRITTEN, progress
from tito.whole import read_record, replace

FILE = "hints.json"
_DETAILS = re.compile(r"<details>\s*<summary>\s*(Hint[^<]*?)\s*</summary>(.*?)</details>", re.DOTALL | re.IGNORECASE)


def next_hint(course, exercise: str, number: int | None = None) -> tuple[Module, list[str], int]:
    """The exercise's lesson, its hints, and which of them to show: the one after the last seen, unless one is named.

    Raises Problem for an unknown exercise.
    """
    module, hints = hints_for(course, exercise)
    seen = _seen(course)
    shown = number or min(seen.get(exercise, 0) + 1, max(len(hints), 1))
    if shown <= len(hints):
        text = json.dumps(seen | {exercise: max(shown, seen.get(exercise, 0))}, indent=1, sort_keys=True) + "\n"
        with contextlib.suppress(OSError):  # a folder that cannot be written only forgets
            replace(course.state / FILE, text.encode("utf-8"))
    return module, hints, shown


def first_unfinished(course) -> str:
    """The first exercise, in course order, that has not passed yet and is not written either, as far as is known.

    Raises Problem when none can be found.
    """
    lessons = progress(course)
    for lesson in lessons:
        for name, status in lesson.exercises.items():
            if status not in ("passed", WRITTEN):
                return name
    for lesson in lessons:
        if lesson.untested:
            names = ", ".join(lesson.untested)
            raise Problem(f"written, not tested yet: {names}", next=f"tito test {lesson.module.number}")
    for lesson in lessons:
        if lesson.trouble:
            raise lesson.trouble
    submit = f"tito submit {lessons[-1].module.number}"
    raise Problem("every exercise has passed: there is nothing to hint at", next=submit)


def hints_for(course, exercise: str) -> tuple[Module, list[str]]:
    """The lesson with this exercise, and its hints in order; raises Problem for an unknown exercise."""
    module, notebook = lesson_of(course, exercise)
    return module, hints_of(notebook, exercise)


def lesson_of(course, exercise: str) -> tuple[Module, Notebook]:
    """The lesson that has this exercise; raises Problem with what may have been meant, or where it may be hidden."""
    known: dict[str, tuple[Module, Notebook]] = {}
    for module, notebook in lessons(course):
        if isinstance(notebook, Notebook):  # a broken one keeps no other lesson's hints
            known |= {each.name: (module, notebook) for each in notebook.exercises}
    if exercise not in known:
        from tito.running.meant import exercise_meant

        every = [each for _, notebook in known.values() for each in notebook.exercises]
        meant = exercise_meant(exercise, every) or "tito test MODULE lists a lesson's exercises"
        raise not_found(course, Problem(f"no exercise {exercise!r}", next=meant, code=USAGE))
    return known[exercise]


def not_found(course, problem: Problem) -> Problem:
    """The same, and the notebooks that cannot be read: what was not found may stand there."""
    troubles = unread(course)
    if not troubles:
        return problem
    maybe = [f"(it may be in a notebook that cannot be read: {trouble})" for trouble in troubles]
    advice = problem.next if "did you mean" in problem.next else troubles[0].next or problem.next
    return Problem("\n".join([str(problem), *maybe]), next=advice, code=problem.code)


def hints_of(notebook: Notebook, exercise: str) -> list[str]:
    """The hints in the text cells from this exercise's cell to the next exercise's."""
    found, inside = [], False
    for cell in notebook.cells:
        if cell.is_exercise:
            inside = cell.grade_id == exercise
        elif inside and cell.kind == "markdown":
            found += [text.strip() for _, text in _DETAILS.findall(cell.source)]
    return found


def _seen(course) -> dict[str, int]:
    """By exercise, how many of its hints were shown."""
    return {name: n for name, n in read_record(course.state / FILE).items() if isinstance(n, int)}

"""What the course gave in a lesson and the student's notebook no longer holds as it came."""

import re

from tito.catalogue import Module
from tito.edition import MANIFEST, read_manifest
from tito.notebook import Exercise, Notebook
from tito.running.names import defined, table_of
from tito.running.outcome import FAILED, MISSING, NOT_STARTED, Result
from tito.student.merge import by_key, cell_digests

STUB = "the line of the stub still stands: once your code is written, delete it"
_UNKNOWN = re.compile(r"NameError: name '(\w+)' is not defined")


def names(notebook: Notebook) -> dict[str, list[str]]:
    """By key of each code cell that is no exercise, test or answer, the names that the notebook has from it."""
    cells = by_key(notebook).items()
    tables = {key: table_of(c) for key, c in cells if not (c.is_exercise or c.is_test or c.is_answer)}
    return {key: sorted(defined(table)) for key, table in tables.items() if table and defined(table)}


def explain(course, module: Module, notebook: Notebook, exercises: list[Exercise], results: list[Result]) -> None:
    """Say of wrong results what no line of code shows: a stub never begun or left in, a cell made text or deleted."""
    path, manifest = course.inside(module.notebook), read_manifest(course.state / MANIFEST)
    released, present = manifest.get("cells", {}).get(path, {}), cell_digests(notebook)
    known = manifest.get("names", {}).get(path, {})
    gone = {name for key in known if key not in present for name in known[key]}
    for exercise, result in zip(exercises, results, strict=True):
        unknown = _UNKNOWN.match(result.message)
        if result.status == NOT_STARTED and released.get(exercise.name, "") not in ("", present[exercise.name]):
            result.status, result.message = FAILED, STUB
        elif result.status == FAILED and released.get(exercise.name) == present.get(exercise.name, ""):
            # what its test says comes from another exercise that is wrong
            result.status, result.message = NOT_STARTED, "not started"
        elif result.status == MISSING:
            result.message = _made_text(notebook, exercise) or result.message
        elif unknown and unknown[1] in gone:
            result.message = f"{unknown[0]}: the cell that gave it is gone: tito start --merge brings it back"


def changed(course, module: Module, notebook: Notebook) -> list[str]:
    """A line on each exported cell that came with the lesson as it is and was changed: what fails may fail for that."""
    released = read_manifest(course.state / MANIFEST).get("cells", {}).get(course.inside(module.notebook), {})
    present, found = cell_digests(notebook), []
    for key, cell in by_key(notebook).items():
        if cell.is_exported and not cell.is_exercise and released.get(key, present[key]) != present[key]:
            name = f"cell {cell.number} ({cell.grade_id})" if cell.grade_id else f"cell {cell.number}"
            found.append(f"{name} came with the lesson and was changed; delete it, and tito start --merge brings it")
    return found


def _made_text(notebook: Notebook, exercise: Exercise) -> str:
    """Where a cell of the exercise is there, but is no code any more, as the key M makes it in Jupyter."""
    lost = [exercise.name] * (exercise.cell is None) + [f"test_{exercise.name}"] * (exercise.test is None)
    cells = [cell for cell in notebook.cells if cell.grade_id in lost and not cell.is_code]
    if not cells:
        return ""
    which = f"its cell {cells[0].grade_id}, cell {cells[0].number}, is text now"
    return f"{which}: click it, press Esc, then Y, and it is code again"


def explain_order(notebook: Notebook, results: list[Result]) -> None:
    """Say of a name that is not defined that a cell further down defines it, where one does."""
    for result in results:
        unknown = _UNKNOWN.match(result.message)
        later = _defined_later(notebook, unknown[1], result.cell) if unknown and result.cell else None
        if later:
            result.message = f"{unknown[0]}: it is defined later, in cell {later}; move that cell up"


def _defined_later(notebook: Notebook, name: str, number: int) -> int | None:
    """The cell below this one that defines a name which none above it does; a variable to try things with is none."""
    tables = [(cell, table_of(cell)) for cell in notebook.cells]
    homes = [(cell, table.lookup(name)) for cell, table in tables if table and name in defined(table)]
    if not homes or homes[0][0].number <= number:
        return None
    return next((cell.number for cell, symbol in homes if cell.is_exported or symbol.is_namespace()), None)

"""The static half of `tito check`: what can be said of a lesson without running it."""

import copy
import re
import warnings

from tito.author.around import around_faults
from tito.author.lesson import form_faults
from tito.catalogue import Module
from tito.gradebook import RESERVED
from tito.mistakes import no_exercise
from tito.notebook import Cell, Notebook
from tito.regions import BEGIN
from tito.validate import at, points_faults, shared_targets, target_faults

SCHEMA = {"grade": bool, "solution": bool, "locked": bool, "task": bool, "grade_id": str, "schema_version": int}
_GRADE_ID = re.compile(r"[A-Za-z0-9_\-]+")


def lint(course, module: Module, notebook: Notebook) -> list[str]:
    """Every fault of format, front matter, metadata and markers."""
    name = course.inside(notebook.path)
    faults = _format_faults(notebook, name) + _front_faults(module, name)
    faults += [fault for fault in shared_targets(course) if name in fault]
    faults += target_faults(course, notebook) + around_faults(course, module, notebook, name)
    faults += _prerequisite_faults(course, module, notebook, name) + _cell_faults(notebook, name)
    return faults + form_faults(notebook, name) + _release_faults(course, notebook)


def _format_faults(notebook: Notebook, name: str) -> list[str]:
    """nbformat's own judgement, and what nbdev's clean would change."""
    import nbformat

    faults = []
    with warnings.catch_warnings():  # of cells without an id, or with that of another; it would also write new ones
        warnings.simplefilter("ignore")
        try:
            nbformat.validate(copy.deepcopy(notebook.raw))
        except nbformat.ValidationError as error:
            faults.append(f"{name}: not valid as a notebook: {error.message.splitlines()[0]}")
    faults += _id_faults(notebook, name) + _kernel_faults(notebook, name)
    for cell, raw in zip(notebook.cells, notebook.raw["cells"], strict=True):
        if cell.is_code and (raw.get("outputs") or raw.get("execution_count")):
            faults.append(f"{at(name, cell)}: holds outputs: run nbdev-clean")
    return faults


def _id_faults(notebook: Notebook, name: str) -> list[str]:
    """Merging a newer edition into a student's notebook goes by the ids of cells."""
    faults, seen = [], {}
    for cell in notebook.cells:
        if not cell.id or cell.id in seen:
            what = f"its id {cell.id!r} is that of cell {seen[cell.id]} too" if cell.id else "it has no id"
            faults.append(f"{at(name, cell)}: {what}: open the notebook in JupyterLab and save it")
        seen.setdefault(cell.id, cell.number)
    return faults[:1]


def _kernel_faults(notebook: Notebook, name: str) -> list[str]:
    """JupyterLab would start another language for every student."""
    metadata = notebook.raw.get("metadata") or {}
    kernel, info = metadata.get("kernelspec") or {}, metadata.get("language_info") or {}
    language = str(info.get("name") or kernel.get("language") or "python")
    known = kernel.get("display_name") or kernel.get("name") or language
    if language.lower() not in ("python", "ipython"):
        return [f"{name}: its kernel is {known!r}, of {language}: choose Python 3 in JupyterLab, and save"]
    return []


def _front_faults(module: Module, name: str) -> list[str]:
    """The front matter that the catalogue is made of."""
    front = module.front
    wanted = ("title", "summary", "prerequisites", "time", "difficulty", "objectives")
    lacks = [key for key in wanted if not front.get(key)]
    return [f"{name}, first cell: `{key}` is missing from the front matter: write {form(key)}" for key in lacks]


def form(key: str) -> str:
    """How a line of the front matter is written."""
    return {"title": "`# …`", "summary": "`> …`"}.get(key, f"`- {key}: …`")


def _prerequisite_faults(course, module: Module, notebook: Notebook, name: str) -> list[str]:
    """A prerequisite is the name of a lesson that comes before."""
    earlier = [lesson.name for lesson in course.catalogue.before(module) if lesson.notebook.exists()]
    listed = f"those before it: {', '.join(earlier)}" if earlier else "there is none before it, so write none"
    front = next((cell for cell in notebook.cells if cell.kind == "markdown"), None)
    return [
        f"{at(name, front)}: prerequisites: {word!r} is no lesson before this one; {listed}"
        for word in module.prerequisites
        if word not in earlier
    ]


def _cell_faults(notebook: Notebook, name: str) -> list[str]:
    """Metadata of nbgrader's schema 3, one grade_id each, and a test with points for every exercise."""
    faults, seen = [], {}
    faults += points_faults(notebook, name)
    for cell in notebook.cells:
        if not cell.nbgrader:
            if BEGIN in cell.source:
                faults.append(f"{at(name, cell)}: a solution, but no nbgrader metadata")
            continue
        faults += [f"{at(name, cell)}: {fault}" for fault in _metadata_faults(cell)]
        if cell.grade_id in seen:
            what = f"the grade_id {cell.grade_id!r} is that of cell {seen[cell.grade_id]} too: give it another"
            faults.append(f"{at(name, cell)}: {what}")
        seen.setdefault(cell.grade_id, cell.number)
    exercises = {exercise.name for exercise in notebook.exercises if exercise.cell}
    for exercise in notebook.exercises:
        if exercise.cell is None and exercise.test is None:  # a test whose grade_id does not begin with test_
            cell = next(cell for cell in notebook.cells if cell.is_test and cell.grade_id == exercise.name)
            what = f"its grade_id {exercise.name!r} is not test_ and the name of an exercise"
            faults.append(f"{at(name, cell)}: {what}")
        elif exercise.test is None:
            faults.append(f"{at(name, exercise.cell)}: no test cell test_{exercise.name} for this exercise")
        elif exercise.cell is None:
            both = [cell for cell in notebook.cells if cell.grade_id == exercise.name and cell.is_answer]
            advice = no_exercise(exercise.name, exercises).partition("; ")[2]
            advice = f"cell {both[0].number} is, once its `grade` is false" if both else advice
            faults.append(f"{at(name, exercise.test)}: tests {exercise.name}, which is no exercise; {advice}")
        elif exercise.test.number < exercise.cell.number:
            faults.append(f"{at(name, exercise.test)}: stands before its exercise")
        if exercise.cell and not exercise.cell.is_exported:
            faults.append(f"{at(name, exercise.cell)}: {exercise.name} is not exported: begin it with `#| export`")
    return faults


def _metadata_faults(cell: Cell) -> list[str]:
    found = cell.nbgrader
    wrong = [(key, kind.__name__) for key, kind in SCHEMA.items() if type(found.get(key)) is not kind]
    faults = [f"nbgrader metadata: `{key}` is missing or no {kind}" for key, kind in wrong]
    if found.get("schema_version") != 3:
        faults.append("nbgrader metadata: schema_version is not 3")
    if not _GRADE_ID.fullmatch(cell.grade_id):
        faults.append(f"grade_id {cell.grade_id!r} is not made of letters, digits, - and _")
    if cell.grade_id in RESERVED:
        faults.append(f"grade_id {cell.grade_id!r} is what the gradebook calls something else: give it another")
    if cell.kind == "markdown" and not found.get("task") and bool(found.get("grade")) != bool(found.get("solution")):
        faults.append(f"{cell.grade_id}: a free-text answer has `grade` and `solution` true, and other text neither")
    return faults


def _release_faults(course, notebook: Notebook) -> list[str]:
    from tito.author.release import student_edition

    faults: list[str] = []
    student_edition(course, notebook, faults)
    return faults

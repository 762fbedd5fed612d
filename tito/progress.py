"""What a workspace remembers of its exercises: how each did at its last test, and whether it has changed since."""

import contextlib
import json
import os
from dataclasses import dataclass

from tito.catalogue import Module
from tito.handmade import digest
from tito.notebook import Exercise
from tito.problem import Problem

FILE = "progress.json"
CHANGED, UNTESTED = "changed", "untested"


@dataclass(frozen=True)
class Progress:
    """One lesson: its exercises with the status of each, and how its export stands: "", "exported" or "changed"."""

    module: Module
    exercises: dict[str, str]
    exported: str

    @property
    def passed(self) -> int:
        return sum(status == "passed" for status in self.exercises.values())


def remember(course, module: Module, exercises: list[Exercise], results: list) -> None:
    """Keep the results of a test run. A folder that cannot be written keeps none: testing goes on."""
    known = _read(course)
    lesson = known.setdefault(module.folder, {})
    for exercise, result in zip(exercises, results, strict=True):
        lesson[exercise.name] = {"status": result.status, "source": fingerprint(exercise)}
    with contextlib.suppress(OSError):
        course.state.mkdir(exist_ok=True)
        scratch = course.state / f"{FILE}.{os.getpid()}"
        scratch.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        os.replace(scratch, course.state / FILE)


def fingerprint(exercise: Exercise) -> str:
    """What changes when the exercise's cell or its test does."""
    return digest("\0".join(cell.source if cell else "" for cell in (exercise.cell, exercise.test)).encode("utf-8"))


def progress(course) -> list[Progress]:
    """How far each lesson is, in course order; a cell changed since its test counts as changed."""
    known = _read(course)
    return [_lesson(course, m, known.get(m.folder, {})) for m in course.catalogue if m.notebook.exists()]


def _lesson(course, module: Module, known: dict) -> Progress:
    statuses = {}
    for exercise in _exercises(module):
        last = known.get(exercise.name)
        if last is None:
            statuses[exercise.name] = UNTESTED
        else:
            statuses[exercise.name] = last["status"] if last["source"] == fingerprint(exercise) else CHANGED
    return Progress(module, statuses, _export_state(course, module))


def _exercises(module: Module) -> list[Exercise]:
    try:
        return module.read().exercises
    except Problem:
        return []  # `tito test` says what is wrong with the notebook


def _export_state(course, module: Module) -> str:
    target = course.package / f"{(module.target or '').replace('.', '/')}.py"
    if not target.exists():
        return ""
    return "changed" if module.notebook.stat().st_mtime > target.stat().st_mtime else "exported"


def _read(course) -> dict:
    try:
        known = json.loads((course.state / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}

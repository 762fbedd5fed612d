"""What a workspace remembers of its exercises: how each did at its last test, and whether it has changed since."""

import contextlib
import json
import os
import re
from dataclasses import dataclass

from tito.catalogue import Module
from tito.export import target_path
from tito.handmade import digest
from tito.importing import exported_lines
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


def failing(course, module: Module) -> list[str]:
    """The exercises of a lesson that failed at their last test and have not changed since."""
    lesson = _lesson(course, module, _read(course).get(module.folder, {}))
    return [name for name, status in lesson.exercises.items() if status in ("failed", "timeout", "crashed")]


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
    return Progress(module, statuses, export_state(course, module))


def _exercises(module: Module) -> list[Exercise]:
    try:
        return module.read().exercises
    except Problem:
        return []  # `tito test` says what is wrong with the notebook


def export_state(course, module: Module) -> str:
    """How the lesson's export stands: "" where there is none, "exported", or "changed" since."""
    target = course.root / target_path(course, module) if module.target else None
    if target is None or not target.exists():
        return ""
    if module.notebook.stat().st_mtime <= target.stat().st_mtime:
        return "exported"
    try:
        written = [line for cell in module.read().cells if cell.is_exported for line in _code_lines(_bare(cell))]
    except Problem:
        return "changed"
    sections = _SECTION.split(target.read_text(encoding="utf-8", errors="replace"))[2:]
    return "exported" if written == [line for part in sections for line in _code_lines(part)] else "changed"


_SECTION = re.compile(r"^# %% .*$", re.MULTILINE)  # nbdev heads each cell so; the first heads its list of names


def _bare(cell) -> str:
    lines = cell.source.splitlines()
    return "\n".join(lines[number - 1] for number in exported_lines(cell))


def _code_lines(source: str) -> list[str]:
    """The lines that an export leaves as they are: nbdev writes imports its own way."""
    lines = [line.rstrip() for line in source.splitlines()]
    return [line for line in lines if line and not line.lstrip().startswith(("from ", "import "))]


def _read(course) -> dict:
    try:
        known = json.loads((course.state / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}

"""What a workspace remembers of its exercises: how each did at its last test, and whether it has changed since."""

import ast
import contextlib
import json
import re
from dataclasses import dataclass

from tito.catalogue import Module
from tito.handmade import digest, handmade
from tito.importing import exported_lines
from tito.notebook import Exercise, Notebook
from tito.problem import Problem
from tito.running.names import uses
from tito.running.outcome import NOT_REACHED, NOT_STARTED, UNWRITTEN
from tito.student.lessons import lessons
from tito.whole import read_record, replace

FILE = "progress.json"
CHANGED, UNTESTED, WRITTEN = "changed", "untested", "written"  # the last: never tested since it was a stub


@dataclass(frozen=True)
class Progress:
    """One lesson: its exercises with the status of each, and how its export stands: "", "exported" or "changed".

    A lesson whose notebook cannot be read has no exercises, and a `trouble`.
    """

    module: Module
    exercises: dict[str, str]
    exported: str
    trouble: Problem | None = None

    @property
    def passed(self) -> int:
        return sum(status == "passed" for status in self.exercises.values())

    @property
    def untested(self) -> list[str]:
        return [name for name, status in self.exercises.items() if status == WRITTEN]


def remember(course, module: Module, notebook: Notebook, results: list) -> None:
    """Keep the results of a test run. A folder that cannot be written keeps none: testing goes on.

    A run that ended before it reached an exercise says nothing of it: what is known of that one stays.
    """
    known, sources = read_record(course.state / FILE), fingerprints(notebook)
    lesson = known.setdefault(module.folder, {})
    for result in [result for result in results if result.status != NOT_REACHED]:
        lesson[result.name] = {"status": result.status, "source": sources.get(result.name, "")}
    text = json.dumps(known, indent=1, sort_keys=True) + "\n"
    with contextlib.suppress(OSError):
        replace(course.state / FILE, text.encode("utf-8"))


def failing(course, module: Module) -> list[str]:
    """The exercises of a lesson that failed at their last test and have not changed since."""
    return [name for name, status in statuses(course, module).items() if status in ("failed", "timeout", "crashed")]


def statuses(course, module: Module) -> dict[str, str]:
    """By exercise of a lesson, in its order, how it stands. Raises Problem for a notebook that cannot be read."""
    return _statuses(module.read(), read_record(course.state / FILE).get(module.folder, {}))


def fingerprints(notebook: Notebook) -> dict[str, str]:
    """By exercise, what changes when its cell or its test does, or the cell of an exercise that it uses."""
    own = {e.name: e.cell.source if e.cell else "" for e in notebook.exercises}
    tests = {e.name: e.test.source if e.test else "" for e in notebook.exercises}
    used = uses(notebook)
    sources = {name: [own[name], tests[name], *(own[each] for each in used.get(name, []))] for name in own}
    return {name: digest("\0".join(parts).encode("utf-8", "replace")) for name, parts in sources.items()}


def progress(course) -> list[Progress]:
    """How far each lesson is, in course order; changed since its test is an exercise also where what it uses is.

    Raises Problem where there is no lesson.
    """
    known = read_record(course.state / FILE)
    return [_lesson(course, module, notebook, known) for module, notebook in lessons(course)]


def _lesson(course, module: Module, notebook: Notebook | Problem, known: dict) -> Progress:
    if isinstance(notebook, Problem):
        return Progress(module, {}, "", notebook)
    return Progress(module, _statuses(notebook, known.get(module.folder, {})), export_state(course, module))


def _statuses(notebook: Notebook, known: dict) -> dict[str, str]:
    sources = fingerprints(notebook)
    return {e.name: _status(e, sources[e.name], known.get(e.name)) for e in notebook.exercises}


def _status(exercise: Exercise, source: str, last: dict | None) -> str:
    """What its last test said, where that still holds; else whether there is something to test."""
    if last and last["source"] == source:
        return last["status"]
    if unwritten(exercise):
        return UNTESTED
    return CHANGED if last and last["status"] != NOT_STARTED else WRITTEN


def unwritten(exercise: Exercise) -> bool:
    """Whether the cell would raise its stub's own error: it stands there, in no comment and behind no return."""
    try:
        tree = ast.parse(exercise.cell.source if exercise.cell else "")
    except (SyntaxError, ValueError):
        return False
    blocks = [block for node in ast.walk(tree) for block in vars(node).values() if isinstance(block, list)]
    return any(_raises_the_stub(block) for block in blocks)


def _raises_the_stub(block: list) -> bool:
    for statement in block:
        if isinstance(statement, ast.Return):
            return False
        if isinstance(statement, ast.Raise) and UNWRITTEN.search(ast.unparse(statement)):
            return True
    return False


def export_state(course, module: Module) -> str:
    """How the lesson's export stands: "" where there is none, "exported", or "changed" since."""
    target = course.root / course.target_path(module) if module.target else None
    if target is None or not target.exists():
        return ""
    is_newest = module.notebook.stat().st_mtime <= target.stat().st_mtime
    if is_newest and not handmade(course, course.target_path(module)):
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

"""`tito test --watch`: after each save, test the exercises that the save touched."""

import time
from collections.abc import Callable

from tito import testing
from tito.catalogue import Module
from tito.notebook import Notebook
from tito.problem import Problem
from tito.student.progress import fingerprints, unwritten

PAUSE = 0.2  # seconds between two looks at the files


def watch(
    course,
    modules: list[Module],
    tell: Callable,
    pause: Callable[[], None] = lambda: time.sleep(PAUSE),
    only: list[str] | None = None,
    time_limit: float | None = None,
) -> None:
    """Look at the notebooks until Ctrl-C; `tell` gets a Tested, or the Problem of a notebook that cannot be read.

    `only` these exercises are tested, each cell for `time_limit` seconds, where they are given.
    """
    stamps = {module.folder: _stamp(module) for module in modules}
    seen = {module.folder: _read(module, tell) for module in modules}
    while True:
        pause()
        for module in modules:
            stamp = _stamp(module)
            if stamp == stamps[module.folder]:
                continue
            stamps[module.folder] = stamp
            now = _read(module, tell)
            names = [name for name in touched(seen[module.folder], now) if not only or name in only] if now else []
            seen[module.folder] = now or seen[module.folder]
            if names:
                tell(_tested(course, module, names, time_limit))


def _stamp(module: Module) -> tuple | None:
    try:
        state = module.notebook.stat()
    except FileNotFoundError:
        return None  # Jupyter replaces the file: the next look finds it
    return state.st_mtime_ns, state.st_size


def _read(module: Module, tell: Callable) -> Notebook | None:
    if _stamp(module) is None:
        return None
    try:
        return module.read()
    except Problem as problem:
        tell(problem)
        return None


def _tested(course, module: Module, names: list[str], time_limit: float | None) -> testing.Tested | Problem:
    try:
        return testing.test(course, module, names, time_limit)
    except Problem as problem:  # it was saved again meanwhile
        return problem


def touched(before: Notebook | None, now: Notebook) -> list[str]:
    """The exercises whose cell or test changed, and the written ones that use them; all when other code changed."""
    if before is None or _other_code(before) != _other_code(now):
        return [exercise.name for exercise in now.exercises]
    old, new = fingerprints(before), fingerprints(now)
    cells = {exercise.name: exercise.cell for exercise in before.exercises}
    return [
        exercise.name
        for exercise in now.exercises
        if old.get(exercise.name) != new[exercise.name]
        and not (exercise.cell == cells.get(exercise.name) and unwritten(exercise))
    ]


def _other_code(notebook: Notebook) -> list[str]:
    return [c.source for c in notebook.cells if c.is_code and not (c.is_exercise or c.is_test)]

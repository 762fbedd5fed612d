"""`%load_ext tito`: the commands inside Jupyter. `%tito test mse_loss` tests what the kernel holds now."""

import linecache
import os
import shlex
import subprocess
import sys
from pathlib import Path

from tito import testing
from tito.problem import Problem
from tito.running import outcome, show
from tito.running.asserts import explained
from tito.running.nothing import what_is_none
from tito.settings import find_course


def tito(shell, line: str) -> None:
    """`%tito test EXERCISE` tests the live definitions; every other line is run as the command `tito` would be."""
    words = shlex.split(line)
    try:
        exercise = _exercise(words[1]) if len(words) == 2 and words[0] == "test" else None
    except Problem as problem:
        show.complained(problem)
        return
    if exercise:
        show.tested(_live(shell, *exercise))
        return
    command, environment = [sys.executable, "-m", "tito", *words], os.environ | {"PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8")
    print(done.stdout + done.stderr, end="")


def _exercise(name: str):
    """The lesson whose folder the kernel runs in, and its exercise of this name; None where there is none."""
    course = find_course()
    module = next((m for m in course.catalogue if m.notebook.parent == Path.cwd().resolve()), None)
    if module is None:
        return None
    found = next((e for e in module.read().exercises if e.name == name and e.test), None)
    return (module, found) if found else None


def _live(shell, module, exercise) -> testing.Tested:
    """Run the saved test cell in the kernel's own namespace."""
    result = outcome.Result(exercise.name, outcome.PASSED, exercise.points, exercise.cell and exercise.cell.number)
    source, name = exercise.test.source, f"cell {exercise.test.number}"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    try:
        exec(compile(source, name, "exec"), shell.user_ns)
    except Exception as error:  # whatever the student's code raises is the answer
        result.status, result.message = _explained(error, shell.user_ns)
    advice = "" if result.passed else f"%tito hint {exercise.name}"
    return testing.Tested(module.folder, module.title, [result], next=advice)


def _explained(error: Exception, namespace: dict) -> tuple[str, str]:
    if isinstance(error, NotImplementedError):
        return outcome.NOT_STARTED, "not started"
    if isinstance(error, NameError) and error.name:
        return outcome.FAILED, f"{error.name} is not defined in this notebook yet: run the cell that defines it"
    if isinstance(error, AssertionError):
        return outcome.FAILED, str(error) or explained(error) or "its test's assertion does not hold"
    none = what_is_none(error, namespace)
    return outcome.FAILED, outcome.in_words(type(error).__name__, str(error), none)

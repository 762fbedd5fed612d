"""`%load_ext tito`: the commands inside Jupyter. `%tito test mse_loss` tests what the kernel holds now."""

import copy
import linecache
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tito import fresh, testing
from tito.problem import Problem
from tito.running import outcome, show
from tito.running.asserts import explained
from tito.running.names import defined, table_of
from tito.running.nothing import what_is_none
from tito.settings import find_course
from tito.student import graded

_UNRUN = re.compile(r" is not defined in this notebook yet: .*, cell (\d+)$")
COMMAND = fresh.BEGIN + "from tito.cli import main; sys.argv[0] = 'tito'; main()"


def tito(shell, line: str) -> None:
    """`%tito test EXERCISE` tests the live definitions; every other line is run as the command `tito` would be."""
    try:
        words = _words(line)
        live = _exercises(words[1:]) if words[:1] == ["test"] else None
    except Problem as problem:
        show.complained(problem)
        return
    if live:
        show.tested(_live(shell, *live))
        return
    command, env = [sys.executable, "-c", COMMAND, *words], fresh.environment()
    done = subprocess.run(command, env=env, capture_output=True, text=True, encoding="utf-8")
    print(done.stdout + done.stderr, end="")
    if words[:1] == ["test"] and done.stdout and "--json" not in words:
        print(_what_was_tested(words[1:]))


def _words(line: str) -> list[str]:
    """The words of a line, as a shell would see them; raises Problem for a quotation without an end."""
    try:
        return shlex.split(line)
    except ValueError as error:
        raise Problem(f"%tito {line}: {error}", next="write a ' or \" in a word as \\' or \\\"") from None


def _what_was_tested(words: list[str]) -> str:
    several = not [word for word in words if not word.startswith("-")]
    return f"tested: {'the saved notebooks' if several else 'the saved notebook'}, not what the kernel holds"


def _exercises(words: list[str]) -> tuple | None:
    """The course, the lesson whose folder the kernel runs in, and its exercises of these names.

    The lesson may be named before them. None where something else is named, or nothing.
    """
    course = find_course()
    module = next((m for m in course.catalogue if m.notebook.parent == Path.cwd().resolve()), None)
    if module is None or not words:
        return None
    known = {e.name: e for e in module.read().exercises if e.test and e.cell}
    names = words[1:] if words[0] not in known and _names(course, words[0], module) else words
    found = [known.get(name) for name in dict.fromkeys(names)]
    return (course, module, found) if found and all(found) else None


def _names(course, word: str, module) -> bool:
    try:
        return course.catalogue.find(word) == module
    except Problem:
        return False


def _live(shell, course, module, exercises: list) -> testing.Tested:
    """Run the saved test cells in the kernel's own namespace."""
    notebook = module.read()
    results = [_result(shell, notebook, exercise) for exercise in exercises]
    done = testing.Tested(module.folder, module.title, results, next=_next(results))
    _note_what_was_saved(course, module, done)
    return done


def _next(results: list[outcome.Result]) -> str:
    """A hint for the first that does not pass, or the cell to run where the kernel has not met it."""
    wrong = next((result for result in results if not result.passed), None)
    if wrong is None:
        return ""
    unrun = _UNRUN.search(wrong.message)
    return f"run cell {unrun[1]}, then: %tito test {wrong.name}" if unrun else f"%tito hint {wrong.name}"


def _note_what_was_saved(course, module, done: testing.Tested) -> None:
    """The kernel knows no `#| export`: what the saved notebook lacks of it is told beside what passes."""
    saved = copy.deepcopy(done)
    graded.catch(course, module, module.read(), saved)
    for result, other in zip(done.results, saved.results, strict=True):
        if result.passed and not other.passed:
            result.note = f"as it was saved: {' '.join(other.message.split())}"


def _result(shell, notebook, exercise) -> outcome.Result:
    result = outcome.Result(exercise.name, outcome.PASSED, exercise.points, exercise.cell.number)
    source, name = exercise.test.source, f"cell {exercise.test.number}"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    try:
        exec(compile(source, name, "exec", optimize=0), shell.user_ns)  # with its asserts
    except Exception as error:  # whatever the student's code raises is the answer
        result.status, result.message = _explained(error, shell.user_ns, notebook)
    return result


def _explained(error: Exception, namespace: dict, notebook) -> tuple[str, str]:
    if isinstance(error, NotImplementedError):
        return outcome.NOT_STARTED, "not started"
    if _is_undefined(error, namespace):
        number = _defined_in(notebook, error.name)
        if number or isinstance(error, NameError):
            cell = f"the cell that defines it{f', cell {number}' if number else ''}"
            return outcome.FAILED, f"{error.name} is not defined in this notebook yet: run {cell}"
    if isinstance(error, AssertionError):
        return outcome.FAILED, str(error) or explained(error) or "its test's assertion does not hold"
    none = what_is_none(error, namespace)
    return outcome.FAILED, outcome.in_words(type(error).__name__, str(error), none)


def _is_undefined(error: Exception, namespace: dict) -> bool:
    """Whether a name is missing from the notebook, or from a class of its own: later cells give a class its methods."""
    if isinstance(error, AttributeError):
        kind = type(error.obj)
        return bool(error.name) and namespace.get(kind.__name__) is kind
    return isinstance(error, NameError) and bool(error.name)


def _defined_in(notebook, name: str) -> int | None:
    """The first cell that would define it."""
    tables = ((cell.number, table_of(cell)) for cell in notebook.cells if not cell.is_test)
    return next((number for number, table in tables if table and name in defined(table)), None)

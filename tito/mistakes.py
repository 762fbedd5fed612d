"""mistakes.py of a lesson: known wrong answers, each the complete source of an exercise's cell."""

from tito.catalogue import Module
from tito.notebook import Notebook
from tito.problem import Problem

MISTAKE = {"exercise": str, "name": str, "code": str, "says": str}


def read_mistakes(module: Module) -> list[dict]:
    """MISTAKES of the module's mistakes.py; none where there is no such file. Raises Problem for a broken one."""
    if not module.mistakes.exists():
        return []
    namespace = {"__name__": "mistakes", "__file__": str(module.mistakes)}
    try:
        exec(compile(module.mistakes.read_text(encoding="utf-8"), str(module.mistakes), "exec"), namespace)
    except Exception as error:  # whatever the file does wrong, the author is told where
        raise Problem(f"{module.mistakes}: {type(error).__name__}: {error}") from error
    found = namespace.get("MISTAKES")
    if not isinstance(found, list):
        raise Problem(f"{module.mistakes} defines no list MISTAKES")
    return found


def usable(mistakes: list, notebook: Notebook, name: str, faults: list[str]) -> list[dict]:
    """The entries that can be run; the others become faults."""
    exercises = {exercise.name for exercise in notebook.exercises if exercise.cell and exercise.test}
    usable, seen = [], set()
    for number, entry in enumerate(mistakes, 1):
        fault = _entry_fault(entry, exercises, seen)
        if fault:
            faults.append(f"{name}, entry {number}: {fault}")
        else:
            seen.add((entry["exercise"], entry["name"]))
            usable.append(entry)
    return usable


def _entry_fault(entry, exercises: set[str], seen: set) -> str | None:
    if not isinstance(entry, dict):
        return "not a dict"
    for key, kind in MISTAKE.items():
        if not isinstance(entry.get(key), kind) or not entry[key].strip():
            return f"`{key}` is missing or no text"
    if entry["exercise"] not in exercises:
        return f"there is no exercise {entry['exercise']!r}"
    if (entry["exercise"], entry["name"]) in seen:
        return f"a second {entry['name']!r} for {entry['exercise']}"
    try:
        compile(entry["code"], "mistake", "exec")
    except SyntaxError as error:
        return f"{entry['name']}: its code is no Python: {error.msg}, line {error.lineno}"
    return None

"""mistakes.py of a lesson: known wrong answers, each the complete source of an exercise's cell."""

import re
import traceback
from pathlib import Path
from textwrap import dedent, indent

from tito.catalogue import Module
from tito.notebook import Notebook, read_notebook
from tito.problem import Problem
from tito.regions import BEGIN, END

MISTAKE = {"exercise": str, "name": str, "code": str, "says": str}


def read_mistakes(module: Module) -> list[dict]:
    """MISTAKES of the module's mistakes.py; none where there is no such file. Raises Problem for a broken one."""
    if not module.mistakes.exists():
        return []
    namespace = {"__name__": "mistakes", "__file__": str(module.mistakes)}
    try:
        exec(compile(module.mistakes.read_text(encoding="utf-8"), str(module.mistakes), "exec"), namespace)
    except (Exception, SystemExit) as error:  # whatever the file does wrong, the author is told where
        raise Problem(f"{module.mistakes}{_line(error, module.mistakes)}: {type(error).__name__}: {error}") from error
    found = namespace.get("MISTAKES")
    if not isinstance(found, list):
        raise Problem(f"{module.mistakes} defines no list MISTAKES")
    return found


def _line(error: BaseException, path: Path) -> str:
    """Where in this file: the entry of MISTAKES, most often."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f", line {frames[-1].lineno}" if frames else ""


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
        return no_exercise(entry["exercise"], exercises)
    if (entry["exercise"], entry["name"]) in seen:
        return f"a second {entry['name']!r} for {entry['exercise']}"
    try:
        compile(entry["code"], "mistake", "exec")
    except SyntaxError as error:
        return f"{entry['name']}: its code is no Python: {error.msg}, line {error.lineno}"
    return None


def no_exercise(name: str, exercises) -> str:
    """That there is none of this name, and which was meant or which there are."""
    import difflib

    close = difflib.get_close_matches(name, exercises, n=1)
    listed = f"the exercises are: {', '.join(sorted(exercises)) or 'none yet'}"
    return f"there is no exercise {name!r}; {f'did you mean {close[0]!r}?' if close else listed}"


# ── What a mistakes.py is written with ───────────────────────────────────────────────────────────────────────────────


def of_lesson(file: str):
    """The function `mistake` for the lesson beside `file` (a mistakes.py): it makes an entry of MISTAKES.

    mistake(exercise, name, seen, says, function=body) puts `body` in place of the marked solution of that function (or
    `**{"Class.method": body}`); a pair (old, new) changes one piece of it, and `cell=(old, new)` one piece of the cell.
    `seen` is how often the mistake was found in public implementations.
    """
    [notebook] = Path(file).parent.glob("*_dev.ipynb")
    cells = read_notebook(notebook).cells
    lesson = {c.grade_id: c.source.replace("\r\n", "\n") for c in cells if c.is_code and c.nbgrader.get("solution")}

    def mistake(exercise: str, name: str, seen: int, says: str, **bodies) -> dict:
        if exercise not in lesson:
            raise ValueError(f"the mistake {name!r}: {no_exercise(exercise, lesson)}")
        code = lesson[exercise]
        for function, body in bodies.items():
            code = changed(code, body, "the cell") if function == "cell" else written(code, function, body)
        lines = [line for line in code.splitlines(keepends=True) if line.strip() not in (BEGIN, END)]
        return {"exercise": exercise, "name": name, "code": "".join(lines), "says": says, "seen": seen}

    return mistake


def written(source: str, function: str, body) -> str:
    """The cell `source` with `body` in place of the solution of `function`; a pair changes a piece of that solution."""
    start = 0
    for part in function.split("."):
        found = re.compile(rf"^( *)(?:def|class) {part}\b", re.MULTILINE).search(source, start)
        if not found:
            raise ValueError(f"the cell has no {function}")
        start, depth = found.end(), len(found[1])
    region = re.compile(rf"^( *){BEGIN}\n(.*?)^ *{END}", re.MULTILINE | re.DOTALL).search(source, start)
    if not region or re.search(rf"^ {{0,{depth}}}def ", source[start : region.start()], re.MULTILINE):
        raise ValueError(f"{function} has no marked solution")
    margin, solution = region.groups()
    if isinstance(body, tuple):
        body = changed(solution, body, function)
    return f"{source[: region.start(2)]}{indent(dedent(body).strip(), margin)}\n{margin}{END}{source[region.end() :]}"


def changed(source: str, piece: tuple[str, str], where: str) -> str:
    """`source` with `piece`, a pair (old, new), changed; old must stand there exactly once."""
    times = source.count(piece[0])
    if times != 1:
        raise ValueError(f"{where}: {piece[0]!r} stands {times} times in it, not once")
    return source.replace(*piece)

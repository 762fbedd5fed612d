"""Does the new package import? Asked in a fresh process, before it replaces the old one."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tito.notebook import Cell
from tito.problem import Problem
from tito.regions import MARKERS

LIMIT = 30  # seconds

# The process starts while nbdev is at work and loads NumPy meanwhile; then it is told what to import.
_PROGRAM = """
import sys
sys.path[:] = filter(None, sys.path)  # the folder where the command was typed may hold a json.py of a student's
import json, traceback
import numpy
tree, names = json.loads(sys.stdin.readline())
sys.path.insert(0, tree)
try:
    for name in names:
        __import__(name)
except BaseException as error:
    frames = [(f.filename, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno))
    print(json.dumps([type(error).__name__, str(error), getattr(error, "name", None), frames]), file=sys.stderr)
    sys.exit(3)
"""


class ImportCheck:
    """A waiting process that imports the package once it is built."""

    def __enter__(self):
        environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "MPLBACKEND": "Agg"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",  # the package's own warnings come in the system's encoding
            env=environment,
        )
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stderr.close()

    def check(self, course, modules, tree: Path) -> None:
        """Raises Problem, in the notebook's terms, when the package in `tree` does not import."""
        names = [course.lib_path, *(f"{course.lib_path}.{module.target}" for module in modules)]
        try:
            _, errors = self.process.communicate(json.dumps([str(tree), names]) + "\n", timeout=LIMIT)
        except subprocess.TimeoutExpired:
            raise Problem(f"the exported package did not finish importing in {LIMIT} s: does a cell loop?") from None
        if self.process.returncode == 0:
            return
        try:
            kind, message, missing, frames = json.loads(errors.splitlines()[-1])
        except (IndexError, ValueError):
            kind, message, missing, frames = "the import ended early", errors[-300:], None, []
        raise _explain(course, tree, kind, message, missing, frames)


def _explain(course, tree: Path, kind: str, message: str, missing: str | None, frames: list) -> Problem:
    where = _in_notebook(course, tree, frames)
    text = f"{where}: {kind}: {message}".replace(f"{tree}{os.sep}", "")
    module = course.catalogue.exporter(course, missing) if kind == "ModuleNotFoundError" else None
    if module:
        return Problem(f"{text}\n{module.folder} is not exported yet", next=f"tito export {module.number} first")
    return Problem(text, next="nothing was written; put this right and run tito export again")


def _in_notebook(course, tree: Path, frames: list) -> str:
    """Where the import failed: the deepest frame in the package, as notebook, cell and line where it can be told."""
    inside = [(Path(name), line) for name, line in frames if Path(name).is_relative_to(tree)]
    if not inside:
        return f"importing {course.lib_path}"
    file, line = inside[-1]
    path = file.relative_to(tree).as_posix()
    for module in course.catalogue:
        if module.notebook.exists() and f"{course.lib_path}/{(module.target or '').replace('.', '/')}.py" == path:
            place = _cell_line(module.read().cells, file.read_text(encoding="utf-8").splitlines(), line)
            if place:
                return f"{course.inside(module.notebook)}, cell {place[0]}, line {place[1]}"
    return f"{path}, line {line}"


def _cell_line(cells: list[Cell], lines: list[str], line: int) -> tuple[int, int] | None:
    """The cell and the line in it that made this line of an exported file; nbdev heads each cell with its id."""
    for start in range(line - 1, -1, -1):
        if lines[start].startswith("# %% ") and " #" in lines[start]:
            cell = next((c for c in cells if c.id and lines[start].endswith(f" #{c.id}")), None)
            if cell is None:
                return None
            kept = exported_lines(cell)
            offset = line - 2 - start
            return (cell.number, kept[offset]) if 0 <= offset < len(kept) else None
    return None


def exported_lines(cell: Cell) -> list[int]:
    """The line numbers of a cell that reach the exported file: without directives and markers."""
    lines = list(enumerate(cell.source.splitlines(), 1))
    while lines and (lines[0][1].lstrip().startswith("#|") or not lines[0][1].strip()):
        lines.pop(0)
    return [number for number, text in lines if text.strip() not in MARKERS]

"""Does the new package import? Asked in a fresh process, before it replaces the old one."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tito.fresh import BEGIN, environment
from tito.notebook import Cell
from tito.problem import Problem
from tito.regions import MARKERS
from tito.running.process import how_it_ended

LIMIT = 30  # seconds
DONE = "tito: all of it was imported"  # said by a check that went through to its end
_STACK = re.compile(r'^  File "(.+)", line (\d+) in ', re.MULTILINE)  # as faulthandler writes it, innermost first
_ESCAPE = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})")  # and each letter of a path that is no ASCII

# The process starts while nbdev is at work and loads NumPy meanwhile; then it is told what to import.
# What ends it (a crash, os._exit, a loop) leaves the line that did it: a process that is gone says nothing.
_PROGRAM = BEGIN + """
import faulthandler, json, os, traceback
say = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="replace")
import numpy
tree, names, limit, done = json.loads(sys.stdin.readline())
sys.path.insert(0, tree)
faulthandler.enable(say, all_threads=False)
faulthandler.dump_traceback_later(limit, exit=True, file=say)
end = os._exit
def told(code):
    faulthandler.dump_traceback(say, all_threads=False)
    end(code)
os._exit = told
try:
    for name in names:
        __import__(name)
except BaseException as error:
    frames = [(f.filename, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno))
    print(json.dumps([type(error).__name__, str(error), getattr(error, "name", None), frames]), file=say, flush=True)
    sys.exit(3)
print(done, file=say, flush=True)
"""


class ImportCheck:
    """A waiting process that imports the package once it is built."""

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",  # the package's own warnings come in the system's encoding
            env=environment(PYTHONDONTWRITEBYTECODE="1", MPLBACKEND="Agg"),
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
        task = json.dumps([str(tree), names, LIMIT - 1, DONE])
        try:
            _, errors = self.process.communicate(f"{task}\n", timeout=LIMIT)
        except subprocess.TimeoutExpired:
            raise Problem(f"the exported package did not finish importing in {LIMIT} s: does a cell loop?") from None
        lines = errors.splitlines()
        if self.process.returncode == 0 and DONE in lines:
            return
        try:
            kind, message, missing, frames = json.loads(lines[-1])
        except (IndexError, ValueError):
            kind, missing = "the import ended early", None
            message, frames = _ended(errors, self.process), _stack(errors)
        raise _explain(course, modules, tree, kind, message, missing, frames)


def _stack(errors: str) -> list[tuple[str, int]]:
    """The frames that faulthandler told of, outermost first; of several threads the main one's, which is the last."""
    threads = [found for part in errors.split("\n\n") if (found := _STACK.findall(part))]
    frames = reversed(threads[-1]) if threads else []
    return [(_ESCAPE.sub(lambda found: chr(int(found[0][2:], 16)), file), int(line)) for file, line in frames]


def _ended(errors: str, process) -> str:
    if errors.startswith("Timeout") or "\nTimeout (" in errors:
        return f"it did not finish in {LIMIT} s: does a loop never end?"
    if "Traceback (most recent call last)" in errors:  # before anything was imported: NumPy is amiss
        return errors.splitlines()[-1]
    return how_it_ended(process.returncode)


def _explain(course, modules, tree: Path, kind: str, message: str, missing: str | None, frames: list) -> Problem:
    file, line = _deepest(tree, frames)
    module = next((m for m in course.catalogue if file and m.target and course.target_path(m) == file), None)
    where = _in_notebook(course, tree, module, file, line)
    text = f"{where}: {kind}: {message}".replace(f"{tree}{os.sep}", "")
    absent = course.catalogue.exporter(course, missing) if kind == "ModuleNotFoundError" else None
    if absent:
        return Problem(f"{text}\n{absent.folder} is not exported yet", next=f"tito export {absent.number} first")
    if module and module.notebook.exists() and module not in modules:  # it may be another than its notebook says
        numbers = sorted(each.number for each in (module, *modules))
        return Problem(text, next=f"nothing was written; from their notebooks: tito export {' '.join(numbers)}")
    before = [each.number for each in modules if module in modules and each in course.catalogue.before(module)]
    without = f"; or what comes before it alone: tito export {' '.join(before)}" if before else ""
    return Problem(text, next=f"nothing was written; put this right and run tito export again{without}")


def _deepest(tree: Path, frames: list) -> tuple[str, int]:
    """The file of the package, from the root, and the line at which an import failed; "" where it is none's."""
    inside = [(Path(name).relative_to(tree), line) for name, line in frames if Path(name).is_relative_to(tree)]
    return (inside[-1][0].as_posix(), inside[-1][1]) if inside else ("", 0)


def _in_notebook(course, tree: Path, module, file: str, line: int) -> str:
    """Where the import failed: as notebook, cell and line where that can be told."""
    if not file:
        return f"importing {course.lib_path}"
    if module and module.notebook.exists():
        place = _cell_line(module.read().cells, (tree / file).read_text(encoding="utf-8").splitlines(), line)
        if place:
            return f"{course.inside(module.notebook)}, cell {place[0]}, line {place[1]}"
    return f"{file}, line {line}"


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

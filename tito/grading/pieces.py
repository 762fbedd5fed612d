"""A submission's code in pieces: the exported cells of a notebook, or the sections of a .py export."""

import functools
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tito.grading.cut import both_ends
from tito.notebook import EXPORTS, parse_notebook, source_of
from tito.problem import Problem

MOST_PARTS, MOST_CELLS = 3_000_000, 10_000  # of a notebook's JSON, and of the notebook
HEAD = 10_000  # characters at the top of a cell in which directives stand

GRADED, MISSING, UNREADABLE, DUPLICATE, FAILED = "graded", "missing", "unreadable", "duplicate", "failed"


class Refused(Exception):
    """A submission that cannot be examined: a status, and what its student or the instructor can do."""

    def __init__(self, status: str, message: str):
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Piece:
    """A cell or section of a submission's code; `place` is its name in error messages, `exercise` whose cell it is."""

    source: str
    place: str
    exercise: str = ""
    module: str = ""  # of the student's own earlier modules, the one it belongs to


def printable(text: str) -> str:
    """Text as it can be compared and printed: one way to write é, no control characters."""
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def shown(name: str) -> str:
    """The name of a student or a file, printable, and no longer than a line."""
    # a word of a notebook can be megabytes long, and to compose accents takes their number squared
    return both_ends(printable(both_ends(name, 1000)), 100)


def pieces(name: str, data: bytes, module) -> list[Piece]:
    """The exported cells of a notebook, or the sections of a .py export. Raises Refused."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(UNREADABLE, f"{shown(name)} is not UTF-8 text: {error.reason} at byte {error.start}") from error
    return _sections(text) if name.lower().endswith(".py") else _cells(name, text, module)


class Cell(NamedTuple):
    """What counts of a notebook's cell here."""

    kind: str  # code, markdown or raw
    source: str
    grade_id: str


@functools.lru_cache(maxsize=4)
def read(name: str, text: str) -> list[Cell]:
    """The cells of the notebook in a file. Raises Problem.

    It is asked for its code and then for its answers: parsed once, and never changed.
    """
    if len(text) > MOST_PARTS < sum(map(text.count, "[{,")):  # of JSON, three bytes can become a hundred in memory
        raise Problem(f"{shown(name)} has more than {MOST_PARTS:,} parts; clear its outputs")
    notebook = parse_notebook(Path(shown(name)), text)
    if len(notebook.raw["cells"]) > MOST_CELLS:
        raise Problem(f"{shown(name)} has more than {MOST_CELLS:,} cells")
    return [Cell(cell["cell_type"], source_of(cell), _grade_id(cell)) for cell in notebook.raw["cells"]]


def _grade_id(cell: dict) -> str:
    name = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")
    return name if isinstance(name, str) else ""


def _cells(name: str, text: str, module) -> list[Piece]:
    try:
        cells = read(name, text)
    except (Problem, ValueError, RecursionError, MemoryError) as error:
        raise Refused(UNREADABLE, printable(str(error) or "not a notebook")) from error
    found, target = [], None
    for number, cell in enumerate(cells, 1):
        if cell.kind != "code":
            continue
        words = directives(cell.source)
        target = target or words.get("default_exp")
        if EXPORTS & words.keys():
            found.append(Piece(cell.source, f"cell {number}", cell.grade_id))
    if target and target != module.target:
        raise Refused(MISSING, f"{shown(name)} is the notebook of {shown(target)}, not of {module.target}")
    if not found:
        raise Refused(MISSING, f"{shown(name)} has no `#| export` cells: take them from the course's notebook")
    return found


def directives(source: str) -> dict[str, str]:
    """nbdev's `#| word value` lines at the top of a cell, in time that grows with its length only."""
    words = {}
    for line in source[:HEAD].splitlines():
        line = line.strip()
        if line and not line.startswith("#"):
            break
        comment = line[1:].lstrip()
        if comment.startswith("|"):
            word, _, value = comment[1:].strip().partition(" ")
            words[word.rstrip(":")] = value.strip()
    return words


def _sections(text: str) -> list[Piece]:
    """A .py export, cut where nbdev marks its cells."""
    parts, first = [[]], [1]
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        if line.startswith("# %%"):
            parts.append([])
            first.append(number)
        parts[-1].append(line)
    found = []
    for lines, start in zip(parts, first, strict=True):
        if any(line.strip() and not line.startswith("#") for line in lines):
            exercise = lines[0].rstrip().rpartition("#")[2] if lines[0].startswith("# %%") else ""
            found.append(Piece("".join(lines), f"section at line {start}", exercise.strip()))
    if not found:
        raise Refused(MISSING, "the file holds no code")
    return found

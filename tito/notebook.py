"""Notebooks as the course sees them: cells, directives, exercises. Plain JSON: nbformat takes a second to import."""

import ast
import copy
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tito.problem import Problem
from tito.whole import encodable

_DIRECTIVE = re.compile(r"\s*#\s*\|\s*(\w+)\s*:?\s*(.*?)\s*$")
_MAGIC = re.compile(r"^\s*[%!?]|\?\s*$|=\s*[%!]", re.MULTILINE)
_COMMAND = re.compile(r"(?:[\w, ]+=)?\s*([%!]+\w+)")
_CONFLICT = re.compile(r"^<{7} ", re.MULTILINE)
EXPORTS = {"export", "exports", "exporti"}
PICTURE = "plot"  # the tag


def is_points(value) -> bool:
    """Whether a value of metadata is a number of points."""
    return type(value) in (int, float) and 0 <= value < float("inf")


@dataclass(frozen=True)
class Cell:
    """One cell; `number` counts all cells from 1, as a reader would."""

    number: int
    kind: str
    source: str
    nbgrader: dict
    id: str = ""
    tags: tuple[str, ...] = ()

    @cached_property
    def directives(self) -> dict[str, str]:
        """nbdev's `#| name value` lines at the top of a code cell."""
        found = {}
        for line in self.source.splitlines() if self.kind == "code" else []:
            match = _DIRECTIVE.match(line)
            if match:
                found[match[1]] = match[2]
            elif line.strip():
                break
        return found

    @property
    def is_code(self) -> bool:
        return self.kind == "code"

    @property
    def is_exported(self) -> bool:
        return bool(EXPORTS & self.directives.keys())

    @property
    def grade_id(self) -> str:
        return str(self.nbgrader.get("grade_id", ""))

    @property
    def is_exercise(self) -> bool:
        """Code for the student to write."""
        return self.is_code and bool(self.nbgrader.get("solution")) and not self.nbgrader.get("grade")

    @property
    def is_test(self) -> bool:
        """A graded test of an exercise."""
        return self.is_code and bool(self.nbgrader.get("grade")) and not self.nbgrader.get("solution")

    @property
    def is_answer(self) -> bool:
        """An answer that a person grades."""
        return bool(self.grade_id and self.nbgrader.get("grade") and self.nbgrader.get("solution"))

    @property
    def is_picture(self) -> bool:
        """A cell that draws and defines nothing that other cells need."""
        return PICTURE in self.tags

    @property
    def points(self) -> float:
        """What its metadata gives; 0 for what is no number of points: `tito check` and `tito release` tell of that."""
        found = self.nbgrader.get("points", 0)
        return found if is_points(found) else 0

    @property
    def has_magic(self) -> bool:
        """Whether only IPython's shell can run this cell; what is exported is Python or nothing."""
        if self.is_exported:
            return False
        return bool(_MAGIC.search(self.source)) and not _parses(self.source) or "get_ipython" in self.source


@dataclass(frozen=True)
class Exercise:
    """One exercise: the cell to write and the cell that tests it (None when it was deleted)."""

    name: str
    cell: Cell | None
    test: Cell | None

    @property
    def points(self) -> float:
        return self.test.points if self.test else 0


@dataclass(frozen=True)
class Notebook:
    """A notebook file; `raw` is its JSON, unchanged."""

    path: Path
    raw: dict

    @cached_property
    def cells(self) -> list[Cell]:
        return [_cell(number, raw) for number, raw in enumerate(self.raw["cells"], 1)]

    @cached_property
    def default_exp(self) -> str | None:
        """The `#| default_exp` of the notebook: `nn.losses`."""
        return next((c.directives["default_exp"] for c in self.cells if c.directives.get("default_exp")), None)

    @cached_property
    def exercises(self) -> list[Exercise]:
        """The exercises in order, each with its test cell, found by name: `mse_loss`, `test_mse_loss`."""
        first_of_each = list(reversed(self.cells))  # a copy further down does not stand in for the original
        tests = {cell.grade_id: cell for cell in first_of_each if cell.is_test}
        cells = {cell.grade_id: cell for cell in first_of_each if cell.is_exercise}
        names = dict.fromkeys(
            cell.grade_id.removeprefix("test_") if cell.is_test else cell.grade_id
            for cell in self.cells
            if cell.is_exercise or cell.is_test
        )
        return [Exercise(name, cells.get(name), tests.get(f"test_{name}")) for name in names]

    def text(self) -> str:
        """The file's text: as nbdev's clean and Jupyter write it, so that diffs stay small."""
        text = json.dumps(self.raw, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        return encodable(text)


def read_notebook(path: Path) -> Notebook:
    """The notebook at `path`; raises Problem that says which file, and where in it."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        others = others_beside(path)
        advice = f"is {others[0]} yours? Name it {path.name}" if others else ""
        raise Problem(f"{_short(path)} is missing", next=advice) from None
    except UnicodeDecodeError as error:
        what = f"{_short(path)}{line_of(error)} cannot be read: {error}"
        raise Problem(what, next="it is not UTF-8: save it as that, or again from Jupyter") from error
    except OSError as error:
        raise Problem(f"{_short(path)} cannot be read: {error}") from error
    return parse_notebook(path, text)


def line_of(error: UnicodeDecodeError) -> str:
    """Where in a file the first byte is that is not UTF-8: `, line 12`."""
    return f", line {error.object.count(10, 0, error.start) + 1}"


def others_beside(path: Path) -> list[str]:
    """The names of the other notebooks beside this one's place."""
    found = (other.name for other in path.parent.glob("*.ipynb") if other.name[0] not in "._")
    return sorted(name for name in found if name != path.name)


def parse_notebook(path: Path, text: str) -> Notebook:
    """The notebook that `text` holds; raises Problem when it holds none."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:  # a ValueError alone: a number of thousands of digits
        where = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        why = "nested too deep" if isinstance(error, RecursionError) else getattr(error, "msg", str(error))
        what = f"not a notebook, for it is not JSON ({why})"
        both = _CONFLICT.search(text)
        if both:
            where, what = f", line {text.count(chr(10), 0, both.start()) + 1}", "holds both sides of a git merge"
        raise Problem(f"{_short(path)}{where}: {what}", next=_rescue(path, bool(both))) from error
    _validate(path, raw)
    return Notebook(path, raw)


def _rescue(path: Path, merging: bool) -> str:
    """How to come by a whole notebook again."""
    if merging:
        return f"keep one side: git checkout --ours {path.name}, or --theirs"
    saved = path.parent / ".ipynb_checkpoints" / f"{path.stem}-checkpoint{path.suffix}"
    if not saved.exists():
        return "save it again from Jupyter, or take back an earlier version"
    return f"save it again from Jupyter; if it is open nowhere, copy {_short(saved)} over it: Jupyter's own copy"


def _validate(path: Path, raw) -> None:
    if not isinstance(raw, dict) or not isinstance(raw.get("cells"), list):
        raise Problem(f"{_short(path)}: JSON, but not a notebook of format 4: it has no list of cells")
    for number, cell in enumerate(raw["cells"], 1):
        if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "raw"):
            raise Problem(f"{_short(path)}, cell {number}: not a code, markdown or raw cell")
        source = cell.get("source")
        if not isinstance(source, str) and not (isinstance(source, list) and set(map(type, source)) <= {str}):
            raise Problem(f"{_short(path)}, cell {number}: its source is {type(source).__name__}, not text")
        metadata = cell.get("metadata", {})
        if not isinstance(metadata, dict) or not isinstance(metadata.get("nbgrader", {}), dict):
            raise Problem(f"{_short(path)}, cell {number}: its metadata is not an object")


def _cell(number: int, raw: dict) -> Cell:
    metadata = raw.get("metadata", {})
    tags = metadata.get("tags") if isinstance(metadata.get("tags"), list) else []
    known = (metadata.get("nbgrader", {}), str(raw.get("id", "")), tuple(map(str, tags)))
    return Cell(number, raw["cell_type"], source_of(raw), *known)


def source_of(raw: dict) -> str:
    """The text of a cell as it stands in a notebook's JSON."""
    return raw["source"] if isinstance(raw["source"], str) else "".join(raw["source"])


def _short(path: Path) -> str:
    """The last two parts of a notebook's path say which it is."""
    return "/".join(path.parts[-2:])


def source_lines(source: str) -> list[str]:
    """A cell's source as notebooks store it."""
    return source.splitlines(keepends=True)


def with_cells(notebook: Notebook, sources: dict[str, str]) -> Notebook:
    """A copy in which the cells with these grade_ids hold these sources; raises KeyError for an unknown grade_id."""
    raw = copy.deepcopy(notebook.raw)
    left = dict(sources)
    for cell in raw["cells"]:
        name = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")
        if name in left:
            cell["source"] = source_lines(left.pop(name))
    if left:
        raise KeyError(f"{notebook.path.name} has no cell with grade_id {', '.join(sorted(left))}")
    return Notebook(notebook.path, raw)


def syntax_error(cell: Cell) -> SyntaxError | None:
    """What keeps the cell from being Python; magics and `!` lines are fine where a cell is not exported."""
    try:
        ast.parse(cell.source)
        return None
    except (SyntaxError, ValueError) as error:
        found = error if isinstance(error, SyntaxError) else SyntaxError(str(error))
    if cell.is_exported or not _MAGIC.search(cell.source):
        return found
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        ast.parse(TransformerManager().transform_cell(cell.source))
        return None
    except SyntaxError:
        return found


def told(error: SyntaxError) -> str:
    """What is wrong with the line, also where it is no Python but Jupyter's."""
    found = _COMMAND.match(error.text or "")
    advice = "is a command of Jupyter, not Python: take it out of a cell that is exported"
    return f"`{found[1]}` {advice}" if found else error.msg


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
        return True
    except (SyntaxError, ValueError):
        return False

"""What a notebook must be before it is exported: nbdev itself would write broken code without a word."""

import ast
import keyword
import re
from pathlib import Path

from tito.catalogue import Module
from tito.notebook import Cell, Notebook, is_points, read_notebook, syntax_error, told
from tito.problem import Problem
from tito.regions import MARKERS, MarkerError, regions
from tito.student import lessons

_TARGET = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def refuse_broken(course, modules: list[Module]) -> None:
    """Raise one Problem that lists every fault of these notebooks."""
    faults = [fault for module in modules for fault in _faults(course, lessons.read(course, module))]
    faults += shared_targets(course)
    if faults:
        raise Problem("\n".join(faults), next="nothing was written; put this right and run tito export again")


def points_faults(notebook: Notebook, name: str) -> list[str]:
    """Graded cells whose points are no number of 0 or more."""
    graded = [cell for cell in notebook.cells if cell.nbgrader.get("grade")]
    return [
        f"{at(name, cell)}: {cell.grade_id} is graded, but has no points: `points` is {cell.nbgrader.get('points')!r}, "
        "write a number of 0 or more"
        for cell in graded
        if not is_points(cell.nbgrader.get("points"))
    ]


def target_faults(course, notebook: Notebook) -> list[str]:
    """A `#| default_exp` that is no module's name, that is said twice, or that another lesson has for a folder."""
    name, target = course.inside(notebook.path), notebook.default_exp
    homes = [cell for cell in notebook.cells if cell.directives.get("default_exp")]
    if not target:
        return []
    faults = [f"{at(name, cell)}: a second `#| default_exp`: a notebook exports to one module" for cell in homes[1:]]
    if not _TARGET.fullmatch(target) or any(keyword.iskeyword(part) for part in target.split(".")):
        return [*faults, f"{at(name, homes[0])}: `#| default_exp {target}` is no module name such as nn.losses"]
    for path in _all_notebooks(course.modules):
        other = _target(path)
        for inner, outer in ((other, target), (target, other)):
            if inner and outer and inner.startswith(f"{outer}."):
                what = f"`#| default_exp {target}`, and {course.inside(path)} exports to {other}"
                faults.append(f"{at(name, homes[0])}: {what}: {outer} cannot be both a module and a folder")
    return faults


def _target(path: Path) -> str | None:
    try:
        return read_notebook(path).default_exp
    except Problem:  # it is told where that notebook itself is exported
        return None


def _faults(course, notebook: Notebook) -> list[str]:
    name = course.inside(notebook.path)
    exported = [cell for cell in notebook.cells if cell.is_exported]
    target = notebook.default_exp
    if exported and not target:
        return [f"{at(name, exported[0])}: `#| export`, but no cell says where to: add `#| default_exp nn.name`"]
    if not exported:
        return [f"{name}: no cell begins with `#| export`: there is nothing to export"]
    if faults := target_faults(course, notebook):
        return faults
    lost = [cell for cell in notebook.cells if cell.kind != "code" and cell.source.startswith("#| export")]
    faults = [f"{at(name, cell)}: `#| export` in text: click it, press Esc, then Y, and it is code" for cell in lost]
    return faults + [fault for cell in notebook.cells if cell.is_code for fault in cell_faults(name, cell)]


def cell_faults(name: str, cell: Cell) -> list[str]:
    """The faults of one code cell, each with notebook, cell, line and text."""
    error = syntax_error(cell)
    if error:
        return [syntax_text(name, cell, error)]
    if not cell.is_exported:
        return []
    faults = marker_faults(name, cell)
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.ImportFrom) and node.level:
            line = cell.source.splitlines()[node.lineno - 1].strip()
            faults.append(f"{at(name, cell, node.lineno)}: relative import `{line}`: write it from tinytorch. on")
    if any(cell.directives.get(word) for word in ("export", "exports", "exporti")):
        faults.append(f"{at(name, cell, 1)}: `#| export` with a target of its own: a notebook exports to one module")
    return faults


def marker_faults(name: str, cell: Cell) -> list[str]:
    """Solution markers without their partner."""
    if not any(marker.lstrip("# ") in cell.source.upper() for marker in MARKERS):
        return []
    try:
        regions(cell.source)
    except MarkerError as error:
        return [f"{at(name, cell, error.line)}: {error}"]
    return []


def at(name: str, cell: Cell, line: int | None = None) -> str:
    """Where: `modules/04_losses/losses_dev.ipynb, cell 12, line 3`."""
    return f"{name}, cell {cell.number}" + (f", line {line}" if line else "")


def syntax_text(name: str, cell: Cell, error: SyntaxError) -> str:
    """A syntax error in the notebook's terms, with the line and a caret."""
    text = f"{at(name, cell, error.lineno)}: {told(error)}"
    lines = cell.source.splitlines()
    if error.lineno and error.lineno <= len(lines):
        line = lines[error.lineno - 1]
        caret = max((error.offset or 1) - 1 - (len(line) - len(line.lstrip())), 0)
        text += f"\n    {line.strip()}\n    {' ' * caret}^"
    return text


def shared_targets(course) -> list[str]:
    """Two notebooks that export to one module would overwrite each other in silence."""
    owners: dict[str, list[str]] = {}
    for path in _all_notebooks(course.modules):
        target = _target(path)
        if target:
            owners.setdefault(target, []).append(course.inside(path))
    advice = "take the copy away, or change one `#| default_exp`"
    return [
        f"{' and '.join(paths)} both export to {course.lib_path}.{target}: {advice}"
        for target, paths in owners.items()
        if len(paths) > 1
    ]


def _all_notebooks(folder: Path) -> list[Path]:
    """The notebooks that nbdev-export would take: hidden files and folders, and those with `_`, are left out."""
    paths = sorted(folder.rglob("*.ipynb"))
    return [p for p in paths if not any(part[0] in "._" for part in p.relative_to(folder).parts)]

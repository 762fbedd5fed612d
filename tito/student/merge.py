"""The course's newer edition of a lesson and the notebook that a student has written in, made one, cell by cell."""

import copy
from dataclasses import dataclass, field

from tito.handmade import digest
from tito.notebook import Cell, Notebook


@dataclass
class Merged:
    """The notebook of both, and what happened to which cells: names of graded cells, ids of others."""

    notebook: Notebook
    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)  # the student had not touched them
    back: list[str] = field(default_factory=list)  # cells that the lesson needs and the student had deleted
    gone: list[str] = field(default_factory=list)  # the course took them out, and the student had not touched them
    yours: list[str] = field(default_factory=list)  # both changed them; the student's stayed
    theirs: list[str] = field(default_factory=list)  # both changed them; locked, so the course's came
    freed: list[str] = field(default_factory=list)  # the course took them out; what the student wrote stays


def cell_digests(notebook: Notebook) -> dict[str, str]:
    """What tells later which cells of a released notebook were changed since, and by whom."""
    return {key: _digest(cell) for key, cell in by_key(notebook).items()}


def merge(mine: Notebook, base: dict[str, str], theirs: Notebook) -> Merged:
    """The course's edition `theirs` with what the student changed, added and wrote in `mine`.

    `base` holds the digests of the edition that the student began with; a cell that it does not know counts as the
    student's. The course's order of cells stands; the student's own cells stay behind the cell they stood behind.
    """
    ours, news = by_key(mine), by_key(theirs)
    done = Merged(mine)
    extras = _extras(ours, base, news, done)
    cells = extras[None]
    for key, cell in news.items():
        if key in ours and _mine_stays(key, ours[key], base.get(key), cell, done):
            metadata = _raw(theirs, cell).get("metadata", {})  # points are the course's
            cells.append(_raw(mine, ours[key]) | {"metadata": _raw(mine, ours[key]).get("metadata", {}) | metadata})
        elif key in ours or key not in base or cell.nbgrader or cell.directives:
            cells.append(_raw(theirs, cell))
            if key not in ours:
                (done.back if key in base else done.new).append(key)
        cells += extras.get(key, [])
    done.notebook = Notebook(mine.path, mine.raw | {"cells": cells})
    return done


def by_key(notebook: Notebook) -> dict[str, Cell]:
    """The cells by what names them in every edition: a graded cell's grade_id, else the id; a copy by its place."""
    found: dict[str, Cell] = {}
    for cell in notebook.cells:
        names = [name for name in (cell.grade_id, cell.id) if name and name not in found]
        found[names[0] if names else f"cell {cell.number}"] = cell
    return found


def _digest(cell: Cell) -> str:
    return digest(f"{cell.kind}\0{cell.source.rstrip()}".encode("utf-8", "replace"))


def _extras(ours: dict, base: dict, news: dict, done: Merged) -> dict[str | None, list[dict]]:
    """The student's cells that are not in the new edition, by the cell of it that they stand behind."""
    found: dict[str | None, list[dict]] = {None: []}
    behind = None
    for key, cell in ours.items():
        if key in news:
            behind = key
        elif base.get(key) == _digest(cell):
            done.gone.append(key)
        else:
            found.setdefault(behind, []).append(_free(_raw(done.notebook, cell), cell, base, news, done))
    return found


def _free(raw: dict, cell: Cell, base: dict, news: dict, done: Merged) -> dict:
    """An answer to what is asked no more becomes a cell of the student's own: nothing waits for its test."""
    if cell.grade_id in base and cell.grade_id not in news:
        del raw["metadata"]["nbgrader"]
        done.freed.append(cell.grade_id)
    return raw


def _mine_stays(key: str, mine: Cell, was: str | None, theirs: Cell, done: Merged) -> bool:
    """Whoever changed a cell alone wins; where both did, the student, unless the cell is locked."""
    ours, new = _digest(mine), _digest(theirs)
    if ours == new or was == new:
        return True
    if ours == was:
        done.updated.append(key)
        return False
    locked = bool(theirs.nbgrader.get("locked"))
    (done.theirs if locked else done.yours).append(key)
    return not locked


def _raw(notebook: Notebook, cell: Cell) -> dict:
    """The cell as the file has it; a copy."""
    return copy.deepcopy(notebook.raw["cells"][cell.number - 1])

"""Answers that people grade: read from a submission's notebook, never run. A .py export has none."""

from tito.grading.pieces import read
from tito.notebook import Cell, Notebook
from tito.problem import Problem

LONGEST = 20_000  # characters of one answer


def answers(name: str, data: bytes, lesson: Notebook) -> dict[str, str]:
    """By grade_id, the text of each cell that a person grades, with what was added right below it.

    `lesson` is the course's own notebook: it says which cells there are, and what nobody added. A file that cannot be
    read has no answers.
    """
    wanted = {cell.grade_id for cell in lesson.cells if cell.is_answer}
    if not wanted or not name.lower().endswith(".ipynb"):
        return {}
    try:
        cells = read(name, data.decode("utf-8-sig")).cells
    except (Problem, ValueError, RecursionError, MemoryError):
        return {}
    given, found, at = {cell.source.strip() for cell in lesson.cells}, {}, ""
    for cell in cells:
        at = _belongs(cell, at, wanted, given)
        if at:
            found.setdefault(at, []).append(cell.source)
    return {at: _bounded("\n\n".join(texts)) for at, texts in found.items()}


def _belongs(cell: Cell, before: str, wanted: set[str], given: set[str]) -> str:
    """The answer that a cell is part of: its own, or that of the cell before it where a student added it; or ""."""
    if cell.grade_id or cell.source.strip() in given:
        return cell.grade_id if cell.grade_id in wanted else ""
    return before


def _bounded(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n… ({len(text) - LONGEST:,} more characters)"

"""Answers that people grade: read from a submission's notebook, never run. A .py export has none."""

from tito.grading.pieces import Cell, read
from tito.notebook import Notebook
from tito.problem import Problem

LONGEST = 20_000  # characters of one answer


class Answers:
    """Finds the answers in submissions for `lesson`, the course's own notebook.

    It says which cells a person grades, and what nobody added.
    """

    def __init__(self, lesson: Notebook):
        asked = [cell for cell in lesson.cells if cell.is_answer]
        self.wanted = {cell.grade_id for cell in asked}
        self.headings = {_first_line(cell.source): cell.grade_id for cell in asked if cell.source.strip()}
        self.given = {cell.source.strip() for cell in lesson.cells}

    def __call__(self, name: str, data: bytes) -> dict[str, str]:
        """By grade_id, the text of each such cell, with what was added right below it.

        A file that cannot be read has none.
        """
        if not self.wanted or not name.lower().endswith(".ipynb"):
            return {}
        try:
            cells = read(name, data.decode("utf-8-sig"))
        except (Problem, ValueError, RecursionError, MemoryError):
            return {}
        found, at = {}, ""
        for cell in cells:
            at = self._belongs(cell, at)
            if at:
                found.setdefault(at, []).append(cell.source)
        return {at: _bounded("\n\n".join(texts)) for at, texts in found.items()}

    def _belongs(self, cell: Cell, before: str) -> str:
        """The answer that a cell is part of: its own, or that of the cell before it where a student added it; or "".

        Some editors take the metadata off: its own is then what the heading says.
        """
        name = cell.grade_id or self.headings.get(_first_line(cell.source), "")
        if name or cell.source.strip() in self.given:
            return name if name in self.wanted else ""
        return before


def _first_line(source: str) -> str:
    return source.strip().partition("\n")[0].strip()


def _bounded(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n… ({len(text) - LONGEST:,} more characters)"

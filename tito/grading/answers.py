"""Answers that people grade: read from a submission's notebook, never run. A .py export has none."""

from tito.grading.pieces import read
from tito.notebook import Notebook, source_of
from tito.problem import Problem

LONGEST = 20_000  # characters of one answer


class Answers:
    """Finds the answers in submissions for `lesson`, the course's own notebook.

    It says which cells a person grades, and what nobody added.
    """

    def __init__(self, lesson: Notebook):
        self.wanted = {cell.grade_id for cell in lesson.cells if cell.is_answer}
        self.given = {cell.source.strip() for cell in lesson.cells}

    def __call__(self, name: str, data: bytes) -> dict[str, str]:
        """By grade_id, the text of each such cell, with what was added right below it.

        A file that cannot be read has none.
        """
        if not self.wanted or not name.lower().endswith(".ipynb"):
            return {}
        try:
            cells = read(name, data.decode("utf-8-sig")).raw["cells"]
        except (Problem, ValueError, RecursionError, MemoryError):
            return {}
        found, at = {}, ""
        for cell in cells:
            at = self._belongs(cell, at)
            if at:
                found.setdefault(at, []).append(source_of(cell))
        return {at: _bounded("\n\n".join(texts)) for at, texts in found.items()}

    def _belongs(self, cell: dict, before: str) -> str:
        """The answer that a cell is part of: its own, or that of the cell before it where a student added it; or ""."""
        own = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if own or source_of(cell).strip() in self.given:
            return own if own in self.wanted else ""
        return before


def _bounded(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n… ({len(text) - LONGEST:,} more characters)"

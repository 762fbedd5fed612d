"""Whose row of someone else's table is whose in the gradebook: by number, login, e-mail, then a name that is unique."""

from dataclasses import dataclass, field
from pathlib import Path

FIELDS = ("canvas_id", "login", "sis_id", "email", "id")


@dataclass
class Filled:
    """A table that was written: where, how many marks are in it, and who is not, by reason."""

    path: Path
    filled: int = 0
    left_out: dict[str, list[str]] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)  # they wait for a person to read their answers
    standings: dict[str, list] = field(default_factory=dict)  # by lesson, what it was written from

    def leave_out(self, reason: str, name: str) -> None:
        self.left_out.setdefault(reason, []).append(name)


class People:
    """Finds students by what a row says of them."""

    def __init__(self, students: list):
        self._by: dict[tuple[str, str], set[str]] = {}
        for student in students:
            for name in (*FIELDS, "name"):
                if getattr(student, name):
                    self._by.setdefault((name, getattr(student, name).lower()), set()).add(student.id)

    def __bool__(self) -> bool:
        return bool(self._by)

    def share(self, name: str) -> bool:
        """Whether more than one student has this name."""
        return len(self._by.get(("name", name.strip().lower()), ())) > 1

    def find(self, **known: str) -> str | None:
        """The id of the one student who has any of these; the surest is asked first, and what fits two is no answer."""
        for name in (*FIELDS, "name"):
            found = self._by.get((name, known.get(name, "").strip().lower()), set())
            if len(found) == 1:
                return next(iter(found))
        return None

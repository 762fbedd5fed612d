"""Two names that are one student's: a submission that came under another name than the class list has."""

import re
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update

from tito.gradebook import rows, tables
from tito.gradebook.engine import writing
from tito.gradebook.roster import FIELDS
from tito.problem import USAGE, Problem


@dataclass(frozen=True)
class Merged:
    """How much of the stray name's is the student's now."""

    attempts: int
    marks: int


def merge(book, stray: str, student: str) -> Merged:
    """Make all that there is of `stray` the `student`'s, and take `stray` off.

    The number by which Canvas knows the stranger becomes the student's, so that the next zip finds them by it.
    Raises Problem for a name that is not there, for one and the same, and where `stray` is on a class list too.
    """
    if stray == student:
        raise Problem(f"{stray} and {student} are one name already", code=USAGE)
    with writing(book.engine) as connection:
        for name in sorted((stray, student)):
            rows.require_student(connection, name, lock=True)
        _refuse_listed(connection, stray)
        _know_by_number(connection, stray, student)
        counts = [_hand_over(connection, table, stray, student) for table in (tables.attempt, tables.manual)]
        _hand_over(connection, tables.handed_in, stray, student)
        connection.execute(delete(tables.student).where(tables.student.c.id == stray))
    return Merged(*counts)


def _refuse_listed(connection, stray: str) -> None:
    row = _row(connection, stray)
    known = next((getattr(row, name) for name in FIELDS if getattr(row, name)), "")
    if known and not _came_by_a_zip(row):
        what = f"{stray} is on a class list ({known}), and so somebody of their own; nothing was changed"
        raise Problem(what, next="name the one that came under a wrong name first", code=USAGE)


def _row(connection, name: str):
    return connection.execute(select(tables.student).where(tables.student.c.id == name)).one()


def _came_by_a_zip(row) -> bool:
    """Whether `tito collect` made up this id, for somebody of whom a zip tells a name and a number and nothing else."""
    if any(getattr(row, name) for name in FIELDS if name not in ("name", "canvas_id")):
        return False
    if row.canvas_id:
        return row.id == f"canvas-{row.canvas_id}"
    # a name, and a number where several have it, or where somebody else's id is called so
    return row.id.startswith("moodle ") or bool(row.name and re.fullmatch(re.escape(row.name) + r"( \d+)*", row.id))


def _know_by_number(connection, stray: str, student: str) -> None:
    theirs, ours = _row(connection, stray).canvas_id, _row(connection, student).canvas_id
    if theirs and ours and theirs != ours:
        what = f"{stray} and {student} are two people in Canvas ({theirs} and {ours}); nothing was changed"
        raise Problem(what, next="name the student whose it is", code=USAGE)
    if theirs:
        connection.execute(update(tables.student).where(tables.student.c.id == student).values(canvas_id=theirs))


def _hand_over(connection, table, stray: str, student: str) -> int:
    theirs = table.c.student == stray
    count = connection.scalar(select(func.count()).select_from(table).where(theirs))
    connection.execute(update(table).where(theirs).values(student=student))
    return count

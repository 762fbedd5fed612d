"""Two names that are one student's: a submission that came under another name than the class list has."""

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

    Raises Problem for a name that is not there, for one and the same, and where `stray` is on a class list too.
    """
    if stray == student:
        raise Problem(f"{stray} and {student} are one name already", code=USAGE)
    with writing(book.engine) as connection:
        for name in sorted((stray, student)):
            rows.require_student(connection, name, lock=True)
        _refuse_listed(connection, stray)
        counts = [_hand_over(connection, table, stray, student) for table in (tables.attempt, tables.manual)]
        _hand_over(connection, tables.handed_in, stray, student)
        connection.execute(delete(tables.student).where(tables.student.c.id == stray))
    return Merged(*counts)


def _refuse_listed(connection, stray: str) -> None:
    row = connection.execute(select(tables.student).where(tables.student.c.id == stray)).one()
    known = next((getattr(row, name) for name in FIELDS if getattr(row, name)), "")
    if known:
        what = f"{stray} is on a class list ({known}), and so somebody of their own; nothing was changed"
        raise Problem(what, next="name the one that came under a wrong name first", code=USAGE)


def _hand_over(connection, table, stray: str, student: str) -> int:
    theirs = table.c.student == stray
    count = connection.scalar(select(func.count()).select_from(table).where(theirs))
    connection.execute(update(table).where(theirs).values(student=student))
    return count

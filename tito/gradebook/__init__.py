"""The gradebook: every attempt of every student, and what people said about it. It only grows.

    tables      what is kept: students, runs, attempts, hand-ins, manual marks        SQLAlchemy
    engine      SQLite (WAL) or PostgreSQL, and one way to write to both              SQLAlchemy
    schema      brings an old gradebook up to date, a copy kept beside it             SQLAlchemy
    rows        what is read from the tables, and how rows are added                  SQLAlchemy
    book        record, mark, standing, history                                       SQLAlchemy
    journal     a grading's out folder, as rows
    order       which submission came last, whatever was graded last
    standing    which attempt counts, and the points after manual marks and lateness
    changed     marks by hand that were given on another text than the one that counts
    tasks       what a module gives points for
    everyone    one mark for a whole class
    late        deadlines and the late policy of settings.ini
    roster      a class list: ours, Canvas's or Moodle's
    merge       what came under a wrong name, given to whose it is
    show, said  what `tito gradebook ...` prints

SQLAlchemy takes 0.2 s to import, so `open` does it and nothing before.
"""

import getpass

from tito.gradebook.standing import BONUS, NOT_HANDED_IN, RESERVED, TOTAL, Conflict, Late, ManualMark, Standing
from tito.problem import USAGE, Problem

__all__ = ["BONUS", "NOT_HANDED_IN", "RESERVED", "TOTAL", "Conflict", "Late", "ManualMark", "Standing", "login", "open"]


def open(course, url: str | None = None, create: bool = True):
    """The course's gradebook, to be used in a `with`; see tito.gradebook.book.Book.

    `url` is a path (relative ones from the course's root) or a SQLAlchemy URL; without it the environment's
    TITO_GRADEBOOK or settings.ini decides. Raises Problem where it cannot be opened, or where there is none and
    `create` is false.
    """
    from tito.gradebook.book import Book

    return Book(course, url, create)


def login(given: str | None = None) -> str:
    """Who marks: the name given, or the user's. Raises Problem where the system has none, as in many a container."""
    try:
        return given or getpass.getuser()
    except (KeyError, OSError, ImportError) as error:
        what = "who gives this mark? this system has no name for you"
        raise Problem(what, next="--grader NAME", code=USAGE) from error

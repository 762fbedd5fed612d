"""What is read from the tables, and how rows are added to them; functions of a connection."""

import difflib
import importlib
import json

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from tito.gradebook import journal, tables
from tito.gradebook.standing import Attempt, ManualMark
from tito.problem import USAGE, Problem

MANY = 900  # values in one IN (...): SQLite before 3.32 takes 999


def add(connection: Connection, table, rows: list[dict]) -> None:
    """Insert those rows whose key is not there yet."""
    dialect = importlib.import_module(f"sqlalchemy.dialects.{connection.dialect.name}")  # PostgreSQL's is slow to load
    connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)


def add_students(connection: Connection, names: list[str]) -> None:
    """Those who are not there yet, in an order that is everyone's, so that no two writers wait for each other."""
    add(connection, tables.student, [{"id": name} for name in sorted(set(names))])


def known_keys(connection: Connection, keys: list[str]) -> set[str]:
    """Which of these gradings are recorded."""
    a = tables.attempt.c
    return set(connection.scalars(select(a.key).where(a.key.in_(keys))))


def last_attempt(connection: Connection) -> int:
    """The id of the newest attempt; 0 where there is none."""
    return connection.scalar(select(func.max(tables.attempt.c.id))) or 0


def modules(connection: Connection) -> set[str]:
    """The lesson folders of which there is something."""
    kept = (tables.attempt, tables.manual, tables.handed_in)
    return {name for table in kept for name in connection.scalars(select(table.c.module).distinct())}


def attempts(connection: Connection, module: str, lateness, student: str | None = None) -> dict[str, list[Attempt]]:
    """By student, in the order in which they were graded; `lateness(student, submitted_at, flagged)` gives a Late."""
    a, came = tables.attempt.c, {}
    # of a submission that came more than once, the earliest counts; a time that is known says more than a flag
    for name, digest, when, flag in known_hand_ins(connection, module):
        came.setdefault((name, digest), []).append((not when, when, flag))
    late = {key: lateness(key[0], when, bool(flag)) for key, times in came.items() for _, when, flag in [min(times)]}
    newest = {key: max(when for _, when, _ in times) for key, times in came.items()}
    fields = (a.id, a.student, a.run, a.file, a.digest, a.status, a.message, a.points, a.possible, a.graded_at)
    query = select(*fields).where(a.module == module).order_by(a.student, a.graded_at, a.id)
    found: dict[str, list[Attempt]] = {}
    for row in connection.execute(query if student is None else query.where(a.student == student)):
        key = (row.student, row.digest)
        attempt = Attempt(*row, late.get(key, lateness(row.student, "", False)), newest.get(key, ""))
        found.setdefault(row.student, []).append(attempt)
    return found


def known_hand_ins(connection: Connection, module: str) -> set[tuple[str, str, str, int]]:
    """What came when: (student, digest, submitted_at, late)."""
    h = tables.handed_in.c
    query = select(h.student, h.digest, h.submitted_at, h.late).where(h.module == module)
    return {tuple(row) for row in connection.execute(query)}


def details(connection: Connection, numbers: list[int]) -> dict[int, str]:
    """The journal's lines of these attempts."""
    a, found = tables.attempt.c, {}
    for first in range(0, len(numbers), MANY):
        chosen = numbers[first : first + MANY]
        found |= {row.id: row.detail for row in connection.execute(select(a.id, a.detail).where(a.id.in_(chosen)))}
    return found


def said(connection: Connection, module: str, student: str | None = None) -> list[tuple[str, ManualMark]]:
    """All that people said, oldest first: (student, mark)."""
    m = tables.manual.c
    fields = (m.student, m.id, m.exercise, m.kind, m.points, m.comment, m.grader, m.why, m.at, m.attempt, m.until)
    query = select(*fields).where(m.module == module).order_by(m.id)
    rows = connection.execute(query if student is None else query.where(m.student == student))
    return [(name, ManualMark(*mark)) for name, *mark in rows]


def newest(marks: list[tuple[str, ManualMark]]) -> dict[str, dict[str, ManualMark]]:
    """By student and exercise, what was said last."""
    found: dict[str, dict[str, ManualMark]] = {}
    for name, mark in marks:
        found.setdefault(name, {})[mark.exercise] = mark
    return found


def runs(connection: Connection, module: str) -> dict[str, tuple]:
    """Seed, isolation and packing by run."""
    r = tables.run.c
    rows = connection.execute(select(r.id, r.seed, r.isolation, r.questions).where(r.module == module))
    return {name: (seed, json.loads(held), journal.packing(json.loads(asked))) for name, seed, held, asked in rows}


def require_student(connection: Connection, student: str, lock: bool = False) -> None:
    """Raise Problem for someone who is not there; with `lock`, others who ask for it wait until this is done."""
    ids = tables.student.c.id
    query = select(ids).where(ids == student)
    if connection.scalar(query.with_for_update() if lock else query) is not None:
        return
    everyone = {row.id: row.name or "" for row in connection.execute(select(ids, tables.student.c.name))}
    within = [key for key, name in everyone.items() if student.lower() in f"{key} {name}".lower()]
    close = sorted(within)[:3] or difflib.get_close_matches(student, everyone, n=1)
    advice = (
        f"did you mean {' or '.join(close)}?" if close else "tito gradebook show lists everyone; a roster adds students"
    )
    raise Problem(f"no student {student!r} in the gradebook", next=advice, code=USAGE)


def clean(text: str) -> str:
    """Text that every database takes: no NUL, no half of a character."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()

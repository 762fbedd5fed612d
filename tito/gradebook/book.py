"""The gradebook itself: record what was graded, mark what people judge, and tell where everyone stands."""

import difflib
import json
import math
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from tito.gradebook import journal, late, schema, tables
from tito.gradebook.engine import address, connect, reading, shown, writing
from tito.gradebook.standing import (
    LATE,
    NOT_HANDED_IN,
    TOTAL,
    Attempt,
    Conflict,
    Late,
    ManualMark,
    Standing,
    counting,
    lost,
    total,
)
from tito.gradebook.tasks import Task, tasks
from tito.grading.journal import SUPERSEDED
from tito.problem import USAGE, Problem

BATCH = 200  # attempts in one transaction: a kill loses no more, and the next recording brings them
MANY = 1000  # values in one IN (...)
RULES = ("last", "best")


class Book:
    """An open gradebook; use it in a `with`. Every method is one or more whole transactions."""

    def __init__(self, course, url: str | None = None, create: bool = True):
        self.course = course
        place = address(course, url)
        if place.get_backend_name() == "sqlite" and not create and not Path(place.database).exists():
            raise Problem(f"no gradebook yet at {place.database}", next="tito grade MODULE SUBMISSIONS", code=USAGE)
        self.policy = late.policy(course.late_policy)
        self.deadlines = late.deadlines(course.deadlines, course.catalogue)
        if course.attempts not in RULES:
            raise Problem(f"settings.ini: attempts = {course.attempts}: choose last or best", code=USAGE)
        self.engine = connect(place)
        try:
            schema.prepare(self.engine)
        except BaseException:
            self.engine.dispose()
            raise

    def __enter__(self) -> "Book":
        return self

    def __exit__(self, *_) -> None:
        self.engine.dispose()

    def __str__(self) -> str:
        return shown(self.engine.url)

    def _module(self, name: str):
        return self.course.catalogue.find(name)

    # ---- what was graded

    def record_folder(self, folder: Path) -> int:
        """Take in the journal of a `tito grade --out`; how many attempts are new. What is known is not taken twice."""
        runs, lines, graded_at = journal.read(folder)
        return self._record(runs, lines, graded_at)

    def record(self, meta: dict, results: Iterable) -> int:
        """Take in Results; `meta` has module, seed, isolation and questions, as the head of grades.json."""
        run, lines = journal.of_results(meta, results)
        return self._record([run], lines, late.utc())

    def _record(self, runs: list[journal.Run], lines: Iterable[journal.Line], graded_at: str) -> int:
        modules = {run.id: run.module for run in runs}
        with writing(self.engine) as connection:
            for run in runs:
                self._keep_run(connection, run)
        new, lines = 0, iter(lines)
        while batch := [self._row(line, modules[line.run], graded_at) for line in islice(lines, BATCH)]:
            with writing(self.engine) as connection:
                new += self._append(connection, batch)
        return new

    def _keep_run(self, connection: Connection, run: journal.Run) -> None:
        texts = {"isolation": json.dumps(run.isolation), "questions": json.dumps(run.questions)}
        _add(connection, tables.run, [{"id": run.id, "module": run.module, "seed": run.seed} | texts])

    def _row(self, line: journal.Line, module: str, graded_at: str) -> dict:
        entry = line.entry
        points, possible = entry["points"] or (None, None)
        words = {name: _clean(str(entry.get(name, ""))) for name in ("student", "file", "digest", "status", "message")}
        row = {"module": module, "run": line.run, "key": line.key, "points": points, "possible": possible}
        return row | words | {"graded_at": graded_at, "recorded_at": late.utc(), "detail": line.text}

    def _append(self, connection: Connection, batch: list[dict]) -> int:
        keys = [row["key"] for row in batch]
        known = set(connection.scalars(select(tables.attempt.c.key).where(tables.attempt.c.key.in_(keys))))
        new = [row for row in batch if row["key"] not in known]
        if new:
            _add(connection, tables.student, [{"id": row["student"]} for row in new])
            _add(connection, tables.attempt, new)
        return len(new)

    # ---- where everyone stands

    def modules(self) -> list[str]:
        """The lesson folders of which there is something in the gradebook, in course order."""
        with reading(self.engine) as connection:
            kept = (tables.attempt, tables.manual, tables.handed_in)
            known = {name for table in kept for name in connection.scalars(select(table.c.module).distinct())}
        return [module.folder for module in self.course.catalogue if module.folder in known]

    def standing(self, module: str) -> list[Standing]:
        """Where each student stands: those of the roster and those with an attempt, by id."""
        found = self._module(module)
        asked = tasks(found)
        with reading(self.engine) as connection:
            people = connection.execute(select(tables.student)).all()
            attempts = self._attempts(connection, found.folder)
            marks = self._manual(connection, found.folder)
            counts = {name: counting(history, self.course.attempts) for name, history in attempts.items()}
            details = _details(connection, [attempt.id for attempt in counts.values()])
            runs = self._runs(connection, found.folder)
        standings = []
        for person in sorted(people, key=lambda person: person.id):
            manual = marks.get(person.id, {})
            said = manual.pop(LATE, None)
            standing = Standing(person.id, person.name, NOT_HANDED_IN, manual=manual)
            if person.id in counts:
                _fill(standing, attempts[person.id], counts[person.id], runs, details)
            _finish(standing, asked, said and self._said_late(said))
            standings.append(standing)
        return standings

    def _attempts(self, connection: Connection, module: str, student: str | None = None) -> dict[str, list[Attempt]]:
        """By student, in the order in which they were graded."""
        a = tables.attempt.c
        fields = (a.id, a.student, a.run, a.file, a.digest, a.status, a.message, a.points, a.possible, a.graded_at)
        query = select(*fields).where(a.module == module).order_by(a.student, a.graded_at, a.id)
        query = query if student is None else query.where(a.student == student)
        times = self._hand_ins(connection, module)
        found: dict[str, list[Attempt]] = {}
        for row in connection.execute(query):
            lateness = self._lateness(module, times.get((row.student, row.digest)))
            found.setdefault(row.student, []).append(Attempt(*row, lateness))
        return found

    def _hand_ins(self, connection: Connection, module: str) -> dict[tuple[str, str], tuple[str, bool]]:
        """When each submission came, by student and digest; of one that came twice, the first time."""
        h = tables.handed_in.c
        query = select(h.student, h.digest, h.submitted_at, h.late).where(h.module == module).order_by(h.id.desc())
        return {(row.student, row.digest): (row.submitted_at, bool(row.late)) for row in connection.execute(query)}

    def _lateness(self, module: str, handed_in: tuple[str, bool] | None) -> Late:
        if handed_in is None:
            return Late()
        return late.lateness(self.policy, self.deadlines.get(module), *handed_in)

    def _said_late(self, mark: ManualMark) -> Late:
        days = int(mark.points or 0)
        return Late(days, self.policy.penalty(days), f"{mark.grader}: {mark.why}")

    def _manual(self, connection: Connection, module: str, student: str | None = None) -> dict[str, dict]:
        """By student and exercise, the newest that was said."""
        m = tables.manual.c
        fields = (m.id, m.exercise, m.kind, m.points, m.comment, m.grader, m.why, m.at)
        query = select(m.student, *fields).where(m.module == module).order_by(m.id)
        query = query if student is None else query.where(m.student == student)
        found: dict[str, dict[str, ManualMark]] = {}
        for name, *row in connection.execute(query):
            found.setdefault(name, {})[row[1]] = ManualMark(*row)
        return found

    def _runs(self, connection: Connection, module: str) -> dict[str, tuple]:
        """Seed, isolation and packing by run."""
        r = tables.run.c
        rows = connection.execute(select(r.id, r.seed, r.isolation, r.questions).where(r.module == module))
        return {name: (seed, json.loads(held), journal.packing(json.loads(asked))) for name, seed, held, asked in rows}

    def history(self, student: str, module: str) -> tuple[list[Attempt], list[ManualMark]]:
        """All attempts in the order in which they were graded, and all that people said. Raises Problem."""
        folder, m = self._module(module).folder, tables.manual.c
        fields = (m.id, m.exercise, m.kind, m.points, m.comment, m.grader, m.why, m.at)
        query = select(*fields).where(m.module == folder, m.student == student).order_by(m.id)
        with reading(self.engine) as connection:
            _require_student(connection, student)
            attempts = self._attempts(connection, folder, student).get(student, [])
            return attempts, [ManualMark(*row) for row in connection.execute(query)]

    # ---- what people say

    def mark(
        self,
        student: str,
        module: str,
        exercise: str,
        points: float | None,
        comment: str = "",
        grader: str = "",
        why: str = "",
        seen: int | None = None,
    ) -> ManualMark:
        """Give points to an exercise, a free-text answer or the `total`; without points, a comment alone.

        The newest mark of an exercise counts, and replaces what was given by hand before: None takes it back. `seen` is
        the id of the mark that the grader saw (0 for none): raises Conflict if another grader's newer one stands.
        Raises Problem for an unknown student or exercise, points outside of 0 to what it is worth, an override without
        `why`, and a mark without `grader`.
        """
        found = self._module(module)
        kind = _kind(tasks(found), exercise, points, why)
        row = {"exercise": exercise, "kind": kind, "points": points, "comment": comment, "grader": grader, "why": why}
        return self._say(student, found.folder, row, seen)

    def late(self, student: str, module: str, days: int, grader: str, why: str) -> ManualMark:
        """Say how many days late a student is in a module, whatever the clock says."""
        if days < 0 or not why.strip():
            raise Problem(f"{days} days late: it takes 0 or more, and a reason", next="--why TEXT", code=USAGE)
        row = {"exercise": LATE, "kind": LATE, "points": days, "comment": "", "grader": grader, "why": why}
        return self._say(student, self._module(module).folder, row, None)

    def _say(self, student: str, module: str, row: dict, seen: int | None) -> ManualMark:
        if not row["grader"].strip():
            raise Problem("who gives this mark?", next="--grader NAME", code=USAGE)
        row = {name: _clean(value) if isinstance(value, str) else value for name, value in row.items()}
        with writing(self.engine) as connection:
            _require_student(connection, student, lock=True)
            theirs = self._manual(connection, module, student).get(student, {}).get(row["exercise"])
            if seen is not None and theirs and theirs.id > seen and theirs.grader != row["grader"]:
                raise Conflict(theirs)
            values = row | {"student": student, "module": module, "at": late.utc()}
            number = connection.execute(tables.manual.insert().values(values)).inserted_primary_key[0]
        return ManualMark(number, *(values[name] for name in ManualMark.__slots__[1:]))


def _fill(standing: Standing, history: list[Attempt], counts: Attempt, runs: dict, details: dict[int, str]) -> None:
    """What the attempt that counts says."""
    standing.status, standing.file, standing.digest = counts.status, counts.file, counts.digest
    standing.message = lost(history, counts)
    standing.automatic, standing.possible, standing.late = counts.points, counts.possible or 0.0, counts.late
    standing.attempt, standing.line = counts.id, details[counts.id]
    standing.attempts = len({a.digest or a.id for a in history if a.status != SUPERSEDED})
    standing.seed, standing.isolation, standing.packing = runs[counts.run]


def _finish(standing: Standing, asked: dict[str, Task], said_late: Late | None) -> None:
    """What people said, and the total."""
    by_hand = [task for task in asked.values() if task.manual]
    standing.possible = standing.possible or sum(task.points for task in asked.values() if not task.manual)
    standing.possible = round(standing.possible + sum(task.points for task in by_hand), 4)
    given = {name for name, mark in standing.manual.items() if mark.points is not None}
    standing.waiting = [task.name for task in by_hand if task.name not in given and standing.attempt]
    standing.late = said_late or standing.late
    standing.total = total(standing, asked)


def _kind(asked: dict[str, Task], exercise: str, points: float | None, why: str) -> str:
    """What kind of mark this is; raises Problem where it cannot be given."""
    possible = {name: task.points for name, task in asked.items()} | {TOTAL: sum(t.points for t in asked.values())}
    if exercise not in possible:
        close = difflib.get_close_matches(exercise, possible, n=1)
        advice = f"did you mean {close[0]}?" if close else f"there are: {', '.join(possible)}"
        raise Problem(f"no exercise {exercise!r}", next=advice, code=USAGE)
    if points is None:
        return "comment"
    if not (math.isfinite(points) and 0 <= points <= possible[exercise]):
        raise Problem(f"{exercise}: {points:g} points are not between 0 and {possible[exercise]:g}", code=USAGE)
    if exercise in asked and asked[exercise].manual:
        return "mark"
    if not why.strip():
        what = f"{exercise} is marked automatically: say why this mark is another"
        raise Problem(what, next="--why TEXT", code=USAGE)
    return "override"


def _require_student(connection: Connection, student: str, lock: bool = False) -> None:
    """Raise Problem for someone who is not there; with `lock`, keep others from marking them until this is done."""
    ids = tables.student.c.id
    query = select(ids).where(ids == student)
    if connection.scalar(query.with_for_update() if lock else query) is not None:
        return
    close = difflib.get_close_matches(student, list(connection.scalars(select(ids))), n=1)
    advice = f"did you mean {close[0]}?" if close else "tito gradebook show lists everyone; a roster adds students"
    raise Problem(f"no student {student!r} in the gradebook", next=advice, code=USAGE)


def _details(connection: Connection, numbers: list[int]) -> dict[int, str]:
    """The journal's lines of these attempts."""
    a, found = tables.attempt.c, {}
    for first in range(0, len(numbers), MANY):
        chosen = numbers[first : first + MANY]
        found |= {row.id: row.detail for row in connection.execute(select(a.id, a.detail).where(a.id.in_(chosen)))}
    return found


def _add(connection: Connection, table, rows: list[dict]) -> None:
    """Insert those rows whose key is not there yet."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)


def _clean(text: str) -> str:
    """Text that every database takes: no NUL, no half of a character."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()

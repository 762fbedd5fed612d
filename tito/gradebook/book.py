"""The gradebook itself: record what was graded, mark what people judge, and tell where everyone stands."""

import json
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from sqlalchemy import select

from tito.gradebook import changed, journal, late, rows, schema, tables
from tito.gradebook.engine import address, connect, reading, shown, writing
from tito.gradebook.order import behind
from tito.gradebook.standing import LATE, Attempt, Conflict, Late, ManualMark, Standing, counting, stand
from tito.gradebook.tasks import kind_of, tasks
from tito.grading.journal import SUPERSEDED
from tito.problem import USAGE, Problem

BATCH = 200  # attempts in one transaction: a kill loses no more, and the next recording brings them
RULES = ("last", "best")


class Book:
    """An open gradebook; use it in a `with`. Every method is one or more whole transactions."""

    def __init__(self, course, url: str | None = None, create: bool = True):
        self.course = course
        self.overtaken: dict[str, str] = {}
        self.remarked: dict[str, tuple[Attempt, Attempt]] = {}
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

    def record_folder(self, folder: Path) -> int:
        """Take in the journal of a `tito grade --out`; how many attempts are new. What is known is not taken twice.

        `overtaken` then has, of the rule "last", the students of whom it brought a grading of an older submission
        than the one that counts, and that one's status; `remarked` those of whom it brought another mark for a
        submission that had been graded before: both gradings.
        """
        runs, lines, graded_at = journal.read(folder)
        with reading(self.engine) as connection:
            before = rows.last_attempt(connection)
        new = self._record(runs, lines, graded_at)
        self.overtaken, self.remarked = {}, {}
        for name, history in self._histories({run.module for run in runs} if new else ()):
            if self.course.attempts == "last" and any(number > before for number in behind(history)):
                self.overtaken[name] = counting(history, "last").status
            if both := changed.remarked(history, before):
                self.remarked[name] = both
        return new

    def _histories(self, modules: Iterable[str]) -> Iterable[tuple[str, list[Attempt]]]:
        with reading(self.engine) as connection:
            for module in modules:
                lateness = self._lateness(module, rows.newest(rows.said(connection, module)))
                yield from rows.attempts(connection, module, lateness).items()

    def record(self, meta: dict, results: Iterable) -> int:
        """Take in Results; `meta` has module, seed, isolation and questions, as the head of grades.json."""
        run, lines = journal.of_results(meta, results)
        return self._record([run], lines, late.utc())

    def _record(self, runs: list[journal.Run], lines: Iterable[journal.Line], graded_at: str) -> int:
        modules = {run.id: run.module for run in runs}
        with writing(self.engine) as connection:
            for run in runs:
                texts = {"isolation": json.dumps(run.isolation), "questions": json.dumps(run.questions)}
                rows.add(connection, tables.run, [{"id": run.id, "module": run.module, "seed": run.seed} | texts])
        new, lines = 0, iter(lines)
        while batch := [_row(line, modules[line.run], graded_at) for line in islice(lines, BATCH)]:
            with writing(self.engine) as connection:
                known = rows.known_keys(connection, [row["key"] for row in batch])
                batch = [row for row in batch if row["key"] not in known]
                if batch:
                    rows.add_students(connection, [row["student"] for row in batch])
                    rows.add(connection, tables.attempt, batch)
                new += sum(row["status"] != SUPERSEDED for row in batch)
        return new

    def hand_in(self, module: str, arrivals: list[dict]) -> None:
        """Keep when submissions came: dicts of student, digest, original, submitted_at (UTC or "") and late (0, 1)."""
        folder = self._folder(module)
        with writing(self.engine) as connection:
            known = rows.known_hand_ins(connection, folder)
            new = [a for a in arrivals if (a["student"], a["digest"], a["submitted_at"], a["late"]) not in known]
            if new:
                rows.add_students(connection, [arrival["student"] for arrival in new])
                kept = [arrival | {"module": folder, "at": late.utc()} for arrival in new]
                connection.execute(tables.handed_in.insert(), kept)

    def collected(self, module: str) -> set[str]:
        """The students of whom something came for a module, graded or not."""
        with reading(self.engine) as connection:
            return {student for student, *_ in rows.known_hand_ins(connection, self._folder(module))}

    def modules(self) -> list[str]:
        """The lesson folders of which there is something in the gradebook, in course order."""
        with reading(self.engine) as connection:
            known = rows.modules(connection)
        return [module.folder for module in self.course.catalogue if module.folder in known]

    def orphans(self) -> list[str]:
        """Folders of which there are marks, and that are no lesson here: renamed, numbered anew or taken out."""
        with reading(self.engine) as connection:
            known = rows.modules(connection)
        return sorted(known - {module.folder for module in self.course.catalogue})

    def students(self) -> list:
        """Everyone, by id: rows with id, name, email, section, canvas_id, sis_id and login."""
        with reading(self.engine) as connection:
            return list(connection.execute(select(tables.student).order_by(tables.student.c.id)))

    def standing(self, module: str) -> list[Standing]:
        """Where each student stands: those of the roster and those with an attempt, by id."""
        found = self.course.catalogue.find(module)
        asked = tasks(found)
        with reading(self.engine) as connection:
            people = connection.execute(select(tables.student)).all()
            marks = rows.newest(rows.said(connection, found.folder))
            attempts = rows.attempts(connection, found.folder, self._lateness(found.folder, marks))
            counts = {name: counting(history, self.course.attempts) for name, history in attempts.items()}
            before = {name: changed.earlier(marks.get(name, {}), attempts[name], counts[name]) for name in attempts}
            given = [attempt.id for each in before.values() for attempt in each.values() if attempt]
            details = rows.details(connection, [*(attempt.id for attempt in counts.values()), *given])
            runs = rows.runs(connection, found.folder)
        standings = []
        for person in sorted(people, key=lambda person: person.id):
            standing = Standing(person.id, person.name, manual=marks.get(person.id, {}))
            if person.id in counts:
                chosen = counts[person.id]
                standing.follow(attempts[person.id], chosen, details[chosen.id], *runs[chosen.run])
                names = changed.outdated(standing, before[person.id], details, asked)
                standing.outdated = {name: standing.manual[name].id for name in names}
            stand(standing, asked, self._said_late(standing.manual.pop(LATE, None)))
            standings.append(standing)
        return standings

    def _folder(self, module: str) -> str:
        return self.course.catalogue.find(module).folder

    def _lateness(self, module: str, marks: dict[str, dict[str, ManualMark]]):
        deadline = self.deadlines.get(module)
        own = {student: said[LATE].until for student, said in marks.items() if LATE in said}
        return lambda student, *came: late.lateness(self.policy, deadline, *came, own.get(student, ""))

    def _said_late(self, mark: ManualMark | None) -> Late | None:
        if mark is None or mark.points is None:
            return None
        return Late(int(mark.points), self.policy.penalty(int(mark.points)), f"{mark.grader}: {mark.why}")

    def history(self, student: str, module: str) -> tuple[list[Attempt], list[ManualMark]]:
        """All attempts in the order in which they were graded, and all that people said. Raises Problem."""
        folder = self._folder(module)
        with reading(self.engine) as connection:
            rows.require_student(connection, student)
            said = rows.said(connection, folder, student)
            attempts = rows.attempts(connection, folder, self._lateness(folder, rows.newest(said)), student)
            return attempts.get(student, []), [mark for _, mark in said]

    def mark(
        self,
        student: str,
        module: str,
        exercise: str,
        points: float | None,
        comment: str | None = None,
        grader: str = "",
        why: str = "",
        seen: int | None = None,
        unread: bool = False,
    ) -> ManualMark:
        """Give points to an exercise, a free-text answer, the `total` or as a `bonus`; without points, a comment alone.

        The newest mark of an exercise counts, and replaces what was given by hand before: None takes it back. Without
        `comment` the one that stands is left standing; "" takes it off. `seen` is the id of the mark that the grader
        saw (0 for none): raises Conflict if a newer one stands, another grader's or one's own from another window that
        says something else. `unread` marks, and a bonus, are given whatever was written, and no later submission makes
        them outdated.
        Raises Problem for an unknown student or exercise, points outside of 0 to what it is worth, an override or bonus
        without `why`, and a mark without `grader`.
        """
        found = self.course.catalogue.find(module)
        kind = kind_of(tasks(found), exercise, points, why)
        row = {"exercise": exercise, "kind": kind, "points": points, "comment": comment, "grader": grader, "why": why}
        return self._say(student, found.folder, row, seen, unread or kind == "bonus")

    def late(
        self, student: str, module: str, days: int | None, grader: str, why: str = "", until: str = ""
    ) -> ManualMark:
        """Say how many days late a student is in a module, whatever the clock says; or `until` when it is not late.

        Without either, what was said before is taken back. Raises Problem for days below 0, a day that is none, and
        where there is no reason.
        """
        folder = self._folder(module)
        row = late.said(days, why, until, self.deadlines.get(folder)) | {"grader": grader}
        return self._say(student, folder, row, None, unread=True)

    def _say(self, student: str, module: str, row: dict, seen: int | None, unread: bool) -> ManualMark:
        if not row["grader"].strip():
            raise Problem("who gives this mark?", next="--grader NAME", code=USAGE)
        row = {name: rows.clean(value) if isinstance(value, str) else value for name, value in row.items()}
        with writing(self.engine) as connection:
            rows.require_student(connection, student, lock=True)
            said = rows.newest(rows.said(connection, module, student))
            theirs = said.get(student, {}).get(row["exercise"])
            if row["comment"] is None:
                row["comment"] = theirs.comment if theirs else ""
            again = theirs and all(getattr(theirs, name) == value for name, value in row.items())
            if seen is not None and theirs and theirs.id > seen and not again:
                raise Conflict(theirs)
            lateness = self._lateness(module, said)
            history = [] if unread else rows.attempts(connection, module, lateness, student).get(student, [])
            on = None if unread else changed.read_by(history, self.course.attempts)
            values = {"until": ""} | row | {"student": student, "module": module, "at": late.utc(), "attempt": on}
            number = connection.execute(tables.manual.insert().values(values)).inserted_primary_key[0]
        return ManualMark(number, *(values[name] for name in ManualMark.__slots__[1:]))


def _row(line: journal.Line, module: str, graded_at: str) -> dict:
    """A result as a row of the table of attempts."""
    points, possible = line.entry["points"] or (None, None)
    words = ("student", "file", "digest", "status", "message")
    row = {name: rows.clean(str(line.entry.get(name, ""))) for name in words}
    row |= {"module": module, "run": line.run, "key": line.key, "points": points, "possible": possible}
    return row | {"graded_at": graded_at, "recorded_at": late.utc(), "detail": line.text}

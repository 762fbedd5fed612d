"""The columns of `nbgrader export`, and the full table of a module."""

from pathlib import Path

from tito.gradebook.standing import NOT_HANDED_IN
from tito.ways import sheet
from tito.ways.people import Filled

HEADER = ["assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"]
HEADER += ["raw_score", "late_submission_penalty", "score", "max_score"]


def export(module, standings: list, students: list, due: str, path: Path) -> Filled:
    """As nbgrader has it: who handed in nothing has 0; who has no mark for another reason has none here either."""
    people, done, lines = {student.id: student for student in students}, Filled(path), []
    for standing in standings:
        person = people[standing.student]
        first, _, last = person.name.rpartition(" ")
        score, raw = standing.total, _raw(standing)
        if standing.status == NOT_HANDED_IN and score is None:
            score = raw = 0.0
        penalty = None if score is None else raw - score
        who = [standing.student, last, first, person.email]
        scores = ["" if value is None else repr(round(value, 4)) for value in (raw, penalty, score, standing.possible)]
        lines.append([module.folder, due, "", *map(sheet.harmless, who), *scores])
        done.filled += score is not None
        if score is None:
            done.leave_out("no mark", standing.student)
    sheet.write(path, HEADER, lines)
    return done


def _raw(standing) -> float | None:
    """The points before lateness, which a bonus knows nothing of; an override of the total is final, late or not."""
    if standing.total is None or standing.late.penalty == 1 or standing.overridden:
        return standing.total
    return (standing.total - standing.bonus) / (1 - standing.late.penalty) + standing.bonus


def table(module, standings: list, students: list, asked: dict, path: Path) -> Filled:
    """Everything about a module, a line a student: points as they count, by exercise, and what was said."""
    header = [
        "student",
        "name",
        "email",
        "section",
        "status",
        "points",
        "possible",
        "automatic",
        "days_late",
        "penalty",
        "bonus",
    ]
    people, done, lines = {student.id: student for student in students}, Filled(path), []
    for standing in standings:
        person, earned = people[standing.student], standing.result.by("exercise")
        line = [person.id, person.name, person.email, person.section, standing.status]
        line += [sheet.points(points) for points in (standing.total, standing.possible, standing.automatic)]
        line += [str(standing.late.days), f"{standing.late.penalty:.0%}", sheet.points(standing.bonus or None)]
        line += [_points(standing, name, earned) for name in asked]
        said = "; ".join(f"{name}: {mark.comment}" for name, mark in standing.manual.items() if mark.comment)
        lines.append([sheet.harmless(cell) for cell in (*line, standing.message, said)])
        done.filled += standing.total is not None
    sheet.write(path, [*header, *asked, "message", "comments"], lines)
    return done


def _points(standing, name: str, earned: dict) -> str:
    """An exercise's points: a person's, else the exam's."""
    mark = standing.manual.get(name)
    if mark and mark.points is not None:
        return sheet.points(mark.points)
    return sheet.points(earned[name][0]) if name in earned else ""

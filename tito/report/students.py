"""What a report is made from: a run and its students, out of the gradebook or a folder that `tito grade` kept."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tito.grading.findings import read_diagnosis
from tito.grading.results import Mark, Result
from tito.problem import USAGE, Problem
from tito.show import counted, typed


@dataclass(frozen=True)
class Run:
    """What stands once on every page."""

    course: str
    title: str  # 04 Losses
    possible: float
    when: str = ""  # of the grading, where all were graded at once
    settings: Mapping[str, str] = field(default_factory=dict)
    since: tuple[tuple[str, ...], ...] = ()  # what has changed in the lesson since each student was graded


@dataclass(frozen=True)
class Manual:
    """What a person gave for an exercise: points (None for a comment alone), of how many, and a comment."""

    points: float | None
    comment: str = ""
    possible: float | None = None


@dataclass
class Student:
    """One student's outcome. `total` is what counts in the end: after marks by hand and what lateness costs."""

    result: Result
    name: str = ""
    total: float | None = None
    possible: float | None = None
    manual: Mapping[str, Manual] = field(default_factory=dict)
    waiting: Mapping[str, float] = field(default_factory=dict)  # answers that a person has yet to mark, and their worth
    late: str = ""  # "2 days late: 20 % less"
    attempts: int = 0  # submissions so far
    outdated: int = 0  # marks by hand that were given on an earlier one
    seed: int | None = None
    isolation: Mapping[str, bool] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.result.student

    @property
    def shown(self) -> str:
        """The name that a page shows."""
        return self.name or self.id


def from_gradebook(course, module, url: str | None = None) -> tuple[Run, list[Student]]:
    """The students of the gradebook, as they stand in this module. Raises Problem where nobody is graded."""
    from tito import gradebook
    from tito.gradebook.tasks import tasks

    with gradebook.open(course, url, create=False) as book:
        standings = book.standing(module.folder)
    if not any(standing.attempt for standing in standings):
        raise Problem(
            f"nobody is graded in {module.folder}", next=f"tito grade {module.number} SUBMISSIONS", code=USAGE
        )
    worth = {task.name: task.points for task in tasks(module).values()}
    students = [_stands(standing, worth) for standing in standings]
    possible = max(student.possible for student in students)
    since = tuple(standing.since for standing in standings)
    title = f"{module.number} {module.title}"
    return Run(course.title, title, possible, settings=_settings(course), since=since), students


def _stands(standing, worth: dict[str, float]) -> Student:
    given = worth | {"total": standing.possible}
    manual = {name: Manual(mark.points, mark.comment, given.get(name)) for name, mark in standing.manual.items()}
    result, late = standing.result, ""
    result.message = standing.message
    if standing.late.days:
        cost = f": {100 * standing.late.penalty:.3g} % less" if standing.late.penalty else ""
        late = f"Handed in {counted(standing.late.days, 'day')} late{cost}."
    waiting = {name: given.get(name, 0.0) for name in standing.waiting}
    outcome = (result, standing.name, standing.total, standing.possible, manual, waiting, late)
    return Student(*outcome, standing.attempts, len(standing.outdated), standing.seed, standing.isolation)


def _settings(course) -> dict[str, str]:
    told = {"late policy": course.late_policy, "attempt that counts": course.attempts}
    return {name: value for name, value in told.items() if value}


def from_folder(course, module, grades: Path) -> tuple[Run, list[Student]]:
    """The run and the students of `tito grade --out GRADES`; raises Problem where there is none of this module."""
    path = Path(grades) / "grades.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["module"] != module.folder:
            what = f"{grades} holds the grades of {found['module']}, not of {module.folder}"
            raise Problem(what, next=f"tito report {found['module']} --grades {typed(grades)}", code=USAGE)
        return _run(course, module, found, path), _students(found)
    except FileNotFoundError:
        raise Problem(
            f"{path} is missing", next=f"tito grade {module.number} SUBMISSIONS --out {typed(grades)}", code=USAGE
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        what = f"{path} is not what `tito grade` writes: {type(error).__name__}: {error}"
        raise Problem(what, next=f"tito grade {module.number} SUBMISSIONS --out {typed(grades)}") from error


def _run(course, module, found: dict, path: Path) -> Run:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(path.stat().st_mtime))
    return Run(course.title, f"{module.number} {module.title}", found["possible"], when)


def _students(found: dict) -> list[Student]:
    fields = tuple(Mark.__dataclass_fields__)
    plain = [
        Mark(q["question"], q["exercise"], q["aspect"], q["about"], "answered", True, q["possible"], q["possible"])
        for q in found["questions"]
    ]
    places = {(mark.exercise, mark.question): n for n, mark in enumerate(plain)}
    students = []
    for each in found["results"]:
        marks = list(plain) if each["points"] is not None else []
        for told in each.get("look_at", []) if marks else []:
            marks[places[told["exercise"], told["question"]]] = Mark(*(told[name] for name in fields))
        student = Student(_result(each, marks), total=each["points"], possible=each["possible"])
        student.seed, student.isolation = each["seed"], found["isolation"]
        students.append(student)
    return students


def _result(each: dict, marks: list[Mark]) -> Result:
    result = Result(each["student"], each["file"], each["status"], each["message"], marks, each["troubles"])
    result.diagnoses = [read_diagnosis(told) for told in each.get("diagnoses", [])]
    return result

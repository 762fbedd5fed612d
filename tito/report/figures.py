"""What a student's page tells, worked out from the result: a matrix of points, and what to look at."""

from dataclasses import dataclass, field

from tito.gradebook import BONUS, TOTAL
from tito.grading.results import Mark
from tito.grading.sheet import ASPECTS
from tito.report.students import Student
from tito.report.text import one_line

NOT_WRITTEN, UNWRITTEN = "not written yet", "not written"  # as the judge says it, and as the diagnosis is named
NEAR = 1e-9  # points are sums of fractions


@dataclass
class Line:
    """A line of the matrix: an exercise's points, in all and by aspect."""

    exercise: str
    earned: float
    possible: float | None
    aspects: dict[str, tuple[float, float]]
    by_hand: bool = False

    @property
    def full(self) -> bool:
        return self.possible is not None and self.earned > self.possible - NEAR


@dataclass
class Look:
    """An exercise that lost points: what was made of it, and the questions behind it, alike ones together."""

    exercise: str
    earned: float
    possible: float
    diagnoses: list = field(default_factory=list)
    wrong: list[tuple[str, list[Mark]]] = field(default_factory=list)  # a remark, and the questions that earned it
    causes: list[str] = field(default_factory=list)  # earlier exercises whose mistake costs marks here

    @property
    def questions(self) -> int:
        return sum(len(marks) for _, marks in self.wrong)

    @property
    def through(self) -> bool:
        """Whether all that is known of it is an earlier exercise's mistake."""
        return bool(self.causes and not self.diagnoses)

    @property
    def unwritten(self) -> bool:
        told = [remark for remark, _ in self.wrong] == [NOT_WRITTEN] or [d.name for d in self.diagnoses] == [UNWRITTEN]
        return told and not self.earned


def matrix(student: Student) -> list[Line]:
    """Points by exercise and aspect, as they were earned; marks by hand stand in the sum of their exercise."""
    lines: dict[str, Line] = {}
    for mark in student.result.marks:
        line = lines.get(mark.exercise)
        if line is None:
            line = lines[mark.exercise] = Line(mark.exercise, 0.0, 0.0, {})
        earned, possible = line.aspects.get(mark.aspect, (0.0, 0.0))
        line.aspects[mark.aspect] = earned + mark.earned, possible + mark.possible
        line.earned, line.possible = line.earned + mark.earned, line.possible + mark.possible
    for exercise, manual in student.manual.items():
        if manual.points is not None and exercise not in (TOTAL, BONUS):
            line = lines.setdefault(exercise, Line(exercise, 0.0, manual.possible, {}))
            line.earned, line.by_hand = manual.points, True
    return list(lines.values())


def aspects(students) -> list[str]:
    """The aspects that were asked of any of them, in their order."""
    present = {mark.aspect for student in students for mark in student.result.marks[:400]}
    return [aspect for aspect in ASPECTS if aspect in present] + sorted(present.difference(ASPECTS))


def looks(student: Student) -> list[Look]:
    """The exercises that lost points or have a diagnosis, in the course's order."""
    found: dict[str, Look] = {}
    for mark in student.result.marks:
        look = found.get(mark.exercise) or found.setdefault(mark.exercise, Look(mark.exercise, 0.0, 0.0))
        look.earned, look.possible = look.earned + mark.earned, look.possible + mark.possible
        if not mark.right:
            _together(look.wrong, mark)
    for diagnosis in student.result.diagnoses:
        found.setdefault(diagnosis.exercise, Look(diagnosis.exercise, 0.0, 0.0)).diagnoses.append(diagnosis)
        for name in diagnosis.costs:
            if name in found:
                found[name].causes.append(diagnosis.exercise)
    return [look for look in found.values() if look.wrong or look.diagnoses]


def _together(groups: list[tuple[str, list[Mark]]], mark: Mark) -> None:
    for remark, marks in groups:
        if remark == mark.remark:
            marks.append(mark)
            return
    groups.append((mark.remark, [mark]))


def first_look(student: Student) -> str:
    """One line on what to look at first."""
    result = student.result
    if result.message or not result.marks:
        return one_line(result.message)
    if result.diagnoses:
        return one_line(f"{result.diagnoses[0].exercise}: {result.diagnoses[0].says}")
    wrong = next((mark for mark in result.marks if not mark.right), None)
    return one_line(f"{wrong.exercise}: {wrong.remark or wrong.status}") if wrong else ""

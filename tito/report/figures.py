"""What the pages tell, worked out from results: a student's matrix and what to look at, a class's sums."""

from collections import Counter
from dataclasses import dataclass, field
from statistics import fmean, median

from tito.gradebook import TOTAL
from tito.grading.exam import ASPECTS
from tito.grading.marks import Mark
from tito.grading.pieces import FAILED
from tito.report.students import Student
from tito.report.text import one_line

BINS = 20
NOT_WRITTEN = "not written yet"  # as the judge says it
UNWRITTEN = "not written"  # the name of that diagnosis
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
        return [remark for remark, _ in self.wrong] == [NOT_WRITTEN] and not self.earned


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
        if manual.points is not None and exercise != TOTAL:
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


@dataclass
class Misconception:
    """A diagnosis that several share, and who."""

    exercise: str
    name: str
    says: str
    number: int = 0  # its place in the list: rows of the table name it
    students: list[Student] = field(default_factory=list)


@dataclass
class Sums:
    """An exercise over the class."""

    exercise: str
    possible: float = 0.0
    earned: float = 0.0
    count: int = 0
    full: int = 0
    nothing: int = 0
    aspects: dict[str, list[float]] = field(default_factory=dict)

    def add(self, line: Line) -> None:
        self.count += 1
        self.earned, self.possible = self.earned + line.earned, self.possible + (line.possible or 0)
        self.full += line.full
        self.nothing += line.earned < NEAR
        for aspect, (earned, possible) in line.aspects.items():
            pair = self.aspects.setdefault(aspect, [0.0, 0.0])
            pair[0], pair[1] = pair[0] + earned, pair[1] + possible

    @property
    def share(self) -> float:
        return self.earned / self.possible if self.possible else 0.0


@dataclass
class Row:
    """A student's line of the class table."""

    student: Student
    aspects: dict[str, tuple[float, float]]
    look: str
    misconceptions: list[int] = field(default_factory=list)


class Tally:
    """A class, a student at a time."""

    def __init__(self):
        self.rows: list[Row] = []
        self.exercises: dict[str, Sums] = {}
        self.statuses: dict[str, list[Student]] = {}
        self.found: dict[tuple[str, str], Misconception] = {}

    def add(self, student: Student, lines: list[Line]) -> None:
        together: dict[str, list[float]] = {}
        for line in lines:
            self.exercises.setdefault(line.exercise, Sums(line.exercise)).add(line)
            for aspect, (earned, possible) in line.aspects.items():
                pair = together.setdefault(aspect, [0.0, 0.0])
                pair[0], pair[1] = pair[0] + earned, pair[1] + possible
        self.statuses.setdefault(student.result.status, []).append(student)
        row = Row(student, {aspect: (e, p) for aspect, (e, p) in together.items()}, first_look(student))
        for diagnosis in student.result.diagnoses:
            if diagnosis.name == UNWRITTEN:
                continue  # no misconception
            new = Misconception(diagnosis.exercise, diagnosis.name, diagnosis.says, len(self.found))
            known = self.found.setdefault((diagnosis.exercise, diagnosis.name), new)
            if known.number not in row.misconceptions:
                known.students.append(student)
                row.misconceptions.append(known.number)
        self.rows.append(row)

    @property
    def totals(self) -> list[float]:
        return [row.student.total for row in self.rows if row.student.total is not None]

    @property
    def mean(self) -> float | None:
        return fmean(self.totals) if self.totals else None

    @property
    def median(self) -> float | None:
        return median(self.totals) if self.totals else None

    @property
    def hardest(self) -> list[Sums]:
        return sorted(self.exercises.values(), key=lambda sums: sums.share)

    @property
    def commonest(self) -> list[Misconception]:
        return sorted(self.found.values(), key=lambda each: -len(each.students))

    @property
    def unmarked(self) -> dict[str, list[Student]]:
        """Students without a mark, by status: no zeros, but each has a reason to look at; our own failures first."""
        found = {status: [s for s in group if s.total is None] for status, group in self.statuses.items()}
        return dict(sorted(((k, v) for k, v in found.items() if v), key=lambda pair: pair[0] != FAILED))

    def bins(self, possible: float) -> list[int]:
        """How many students are in each twentieth of the points; the last one holds full marks too."""
        places = Counter(
            max(0, min(BINS - 1, int(BINS * total / possible + NEAR))) for total in self.totals if possible
        )
        return [places[n] for n in range(BINS)]

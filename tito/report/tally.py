"""What the class's page tells: sums by exercise and aspect, statuses, misconceptions and who has them."""

from collections import Counter
from dataclasses import dataclass, field
from statistics import fmean, median

from tito.grading.pieces import FAILED
from tito.report.figures import NEAR, Line, first_look
from tito.report.students import Student

BINS = 20
UNWRITTEN = "not written"  # the name of that diagnosis


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

    @property
    def whole(self) -> Sums:
        """All exercises together."""
        whole = Sums("")
        for sums in self.exercises.values():
            whole.earned, whole.possible = whole.earned + sums.earned, whole.possible + sums.possible
            for aspect, (earned, possible) in sums.aspects.items():
                pair = whole.aspects.setdefault(aspect, [0.0, 0.0])
                pair[0], pair[1] = pair[0] + earned, pair[1] + possible
        return whole


def groups(pairs) -> list[tuple[list[str], list]]:
    """Submissions that are alike, directly or through others: who, and their pairs; the most alike first."""
    group: dict[str, list[str]] = {}
    for pair in pairs:
        one, other = group.setdefault(pair.first, [pair.first]), group.setdefault(pair.second, [pair.second])
        if one is not other:
            one += other
            group.update(dict.fromkeys(other, one))
    found: dict[int, tuple[list[str], list]] = {}
    for pair in pairs:
        members = group[pair.first]
        found.setdefault(id(members), (sorted(members), []))[1].append(pair)
    return list(found.values())

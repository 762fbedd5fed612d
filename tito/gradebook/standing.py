"""Where a student stands: which attempt counts, and its points after manual marks, overrides and lateness."""

import json
from dataclasses import dataclass, field
from functools import cached_property

from tito.gradebook.order import behind, latest
from tito.grading.journal import SUPERSEDED, Packing
from tito.grading.pieces import FAILED, GRADED
from tito.grading.results import Result
from tito.problem import Problem

NOT_HANDED_IN = "not handed in"
TOTAL = "total"  # an override of all of a module's points, in place of an exercise's name
BONUS = "bonus"  # points beside those of the exercises, in place of an exercise's name; below 0 they are taken off
LATE = "late"
RESERVED = TOTAL, BONUS, LATE  # so no exercise can be called


@dataclass(frozen=True, slots=True)
class ManualMark:
    """What a person said about one exercise; without points, a comment alone. `id` grows with each that is made."""

    id: int
    exercise: str
    kind: str  # "mark" of a cell that people grade, "override" of an automatic mark, "bonus", "comment", or "late"
    points: float | None
    comment: str
    grader: str
    why: str
    at: str
    attempt: int | None = None  # that it was given on, 0 for none; None where that is not known, or is all one
    until: str = ""  # of "late": a deadline of the student's own, in UTC


class Conflict(Problem):
    """Another grader, or another window, was quicker; `theirs` is the mark that stands."""

    def __init__(self, theirs: ManualMark):
        points = "a comment" if theirs.points is None else f"{theirs.points:g} points"
        what = f"{theirs.grader} gave {theirs.exercise} {points} at {theirs.at}, after you had looked"
        super().__init__(what, next="look again, then mark it")
        self.theirs = theirs


@dataclass(frozen=True, slots=True)
class Late:
    """Days begun after the deadline, and the share of the points that this costs, 0 to 1."""

    days: int = 0
    penalty: float = 0.0
    why: str = ""  # who says so, where it is not the clock


@dataclass(frozen=True, slots=True)
class Attempt:
    """One line of a student's history; `points` is None for what earned no mark."""

    id: int
    student: str
    run: str
    file: str
    digest: str
    status: str
    message: str
    points: float | None
    possible: float | None
    graded_at: str
    late: Late = Late()
    submitted_at: str = ""  # when its files last came; "" where it is not known

    @property
    def worth(self) -> float:
        """Its points after lateness."""
        return (self.points or 0.0) * (1 - self.late.penalty)


@dataclass
class Standing:
    """One student in one module. `total` is None where there is no mark that holds."""

    student: str
    name: str
    status: str = NOT_HANDED_IN
    file: str = ""
    message: str = ""
    automatic: float | None = None
    possible: float = 0.0
    total: float | None = None
    manual: dict[str, ManualMark] = field(default_factory=dict)
    late: Late = Late()
    attempt: int | None = None
    attempts: int = 0  # different submissions
    waiting: list[str] = field(default_factory=list)  # cells that a person has yet to mark
    outdated: dict[str, int] = field(default_factory=dict)  # marks that were given on another text, by exercise: ids
    since: tuple[str, ...] = ()  # what has changed in the lesson since the attempt was graded
    seed: int | None = None
    isolation: dict[str, bool] = field(default_factory=dict)
    line: str = field(default="", repr=False)  # JSON, as the journal has it
    packing: Packing | None = field(default=None, repr=False)
    digest: str = ""

    @property
    def readable(self) -> bool:
        """Whether there is something handed in that a person can read."""
        return self.attempt is not None and self.status in (GRADED, FAILED)

    @property
    def overridden(self) -> bool:
        """Whether a person has said what counts in all."""
        return TOTAL in self.manual and self.manual[TOTAL].points is not None

    @property
    def bonus(self) -> float:
        """What a person gave beside the exercises, where it counts."""
        given = self.manual.get(BONUS)
        return 0.0 if given is None or given.points is None or self.total is None or self.overridden else given.points

    def follow(self, history: list[Attempt], counts: Attempt, line: str, seed, isolation, packing: Packing) -> None:
        """Take over what the attempt that counts says, and what its run was."""
        self.status, self.file, self.digest, self.late = counts.status, counts.file, counts.digest, counts.late
        self.automatic, self.possible, self.attempt = counts.points, counts.possible or 0.0, counts.id
        self.message = lost(history, counts)
        # what could not be read has no digest: as long as the same is amiss, it is one submission
        tries = {a.digest or a.message or a.id for a in history if a.status != SUPERSEDED}
        self.attempts = len(tries)
        self.line, self.seed, self.isolation, self.packing = line, seed, isolation, packing

    @cached_property
    def result(self) -> Result:
        """The attempt's Result, with all of its marks; of a student without attempt, one without marks."""
        if not self.line:
            return Result(self.student, self.file, self.status, self.message)
        result = self.packing.unpack(json.loads(self.line))
        result.digest = self.digest
        return result


def counting(attempts: list[Attempt], rule: str) -> Attempt:
    """The attempt that counts, of one student's in the order in which they were graded; `rule` is best or last.

    The newest is that of the submission that came last, see order.py. When it earned no mark (unreadable, failed,
    superseded), no older mark stands in for it. Among several submissions the best is the one with most points after
    lateness; of one submission that was graded again, only the newest grading can count.
    """
    newest = latest(attempts)
    if newest.status != GRADED or rule == "last":
        return newest
    held = {attempt.digest: attempt for attempt in attempts if attempt.status != SUPERSEDED}
    graded = [attempt for attempt in held.values() if attempt.status == GRADED]
    return max(graded, key=lambda attempt: (attempt.worth, attempt.graded_at, attempt.id))


def lost(attempts: list[Attempt], counts: Attempt) -> str:
    """What to say of an older mark that holds no longer because of the newest attempt."""
    if counts.status == GRADED:
        return counts.message
    again = behind(attempts)
    older = next((a for a in reversed(attempts) if a.points is not None and a.id not in again), None)
    if older is None:
        return counts.message
    was = f"{older.points:g} of {older.possible:g} points of {older.graded_at[:10]} no longer hold"
    if counts.status == SUPERSEDED:
        return f"{was}: the file, the exam or how it is graded has changed; grade again"
    return f"{counts.message}; {was}" if counts.message else was


def stand(standing: Standing, asked: dict, late: Late | None) -> None:
    """What people said, and the total; `asked` is the module's tasks, `late` what a person said of lateness."""
    by_hand = [task for task in asked.values() if task.manual]
    automatic = standing.possible or sum(task.points for task in asked.values() if not task.manual)
    standing.possible = round(automatic + sum(task.points for task in by_hand), 4)
    given = {name: mark.points for name, mark in standing.manual.items() if mark.points is not None}
    standing.waiting = [task.name for task in by_hand if task.name not in given and standing.readable]
    gone = [name for name in given if name not in asked and name not in (TOTAL, BONUS)]
    told = [f"not counted, for the lesson has them no more: the marks by hand of {', '.join(gone)}"] * bool(gone)
    told += [
        f"{name}: {points:g} points by hand, where the lesson now has {asked[name].points:g}"
        for name, points in given.items()
        if name in asked and points > asked[name].points
    ]
    standing.message = "; ".join([standing.message] * bool(standing.message) + told)
    if standing.automatic is not None:
        standing.since = changes(standing.packing.worth, asked)
    standing.late = late or standing.late
    standing.total = total(standing, asked, given)


def changes(then: dict[str, float], asked: dict) -> tuple[str, ...]:
    """How the exercises that were graded differ from those that the lesson asks to grade now."""
    now = {task.name: task.points for task in asked.values() if not task.manual}
    told = [f"{name} is there no more" for name in then if name not in now]
    told += [f"{name} is new" for name in now if name not in then]
    both = [(name, then[name], now[name]) for name in now if name in then]
    return (*told, *(f"{name} gave {old:g} points and now {new:g}" for name, old, new in both if abs(old - new) > 1e-6))


def total(standing: Standing, asked: dict, given: dict[str, float]) -> float | None:
    """Points after manual marks, overrides and lateness, and then a bonus; an override of the total is final."""
    if TOTAL in given:
        return given[TOTAL]
    automatic = [name for name, task in asked.items() if not task.manual]
    overridden = [name for name in automatic if name in given]
    if standing.automatic is None and len(overridden) < max(len(automatic), 1):
        return None
    points = standing.automatic or 0.0
    if overridden and standing.automatic is not None:
        earned = standing.result.by("exercise")
        points -= sum(earned[name][0] for name in overridden if name in earned)
    points += sum(points for name, points in given.items() if name in asked)
    return max(0.0, round(points * (1 - standing.late.penalty) + given.get(BONUS, 0.0), 4))

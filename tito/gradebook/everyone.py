"""One mark for many, as for a question that was unfair, or for who handed in nothing; and how to take it back."""

from tito.gradebook import TOTAL, ManualMark
from tito.problem import USAGE, Problem

EVERYONE, ABSENT = GROUPS = "everyone", "absent"


def mark(
    book,
    module: str,
    exercise: str,
    points: float | None,
    comment: str | None,
    grader: str,
    why: str,
    group: str = EVERYONE,
) -> list[str]:
    """Give `points` to each student whose submission is graded; who has points by hand there keeps those.

    Of the group ABSENT to each on the class list who handed in nothing, as the total: where they do so after all, it is
    told that the mark came first. What was collected and is yet to be graded is handed in. None takes back what was
    given for the same reason, and nothing else; without `comment` all comments stand. Returns the students whose mark
    is another now. Raises Problem without `why`, for that is how these marks are known again.
    """
    if not why.strip():
        raise Problem(f"a mark for {group}: say why, for that is how it is known again", next="--why TEXT", code=USAGE)
    if group == ABSENT and exercise != TOTAL:
        what = f"{exercise}: who handed in nothing has no exercise that could be marked"
        raise Problem(what, next=f"tito gradebook mark {ABSENT} {module} {TOTAL} 0 --why TEXT", code=USAGE)
    standings = book.standing(module)
    if any(standing.student == group for standing in standings):  # whoever writes the mark may mean that one alone
        what = f"a student is called {group}: is this mark for that one, or for all? nothing was given"
        raise Problem(what, next=f"tito gradebook merge {group} STUDENT, with whose it is", code=USAGE)
    chosen = [s.student for s in standings if _meant(s, s.manual.get(exercise), points, why, group)]
    if group == ABSENT and points is not None:
        here = book.collected(module)
        chosen = [student for student in chosen if student not in here]
    for student in chosen:
        book.mark(student, module, exercise, points, comment, grader, why, unread=group == EVERYONE)
    return chosen


def losing(book, module: str, exercise: str, points: float, why: str) -> list[str]:
    """Those who would lose points by such a mark."""
    meant = [s for s in book.standing(module) if _meant(s, s.manual.get(exercise), points, why)]
    return [standing.student for standing in meant if (_has(standing, exercise) or 0.0) > points]


def _has(standing, exercise: str) -> float | None:
    """The points of an exercise, a person's before the exam's; or those in all."""
    given = standing.manual.get(exercise)
    if exercise == TOTAL:
        return standing.total
    if given is not None and given.points is not None:
        return given.points
    return standing.result.by("exercise").get(exercise, (None,))[0]


def _meant(standing, given: ManualMark | None, points: float | None, why: str, group: str = EVERYONE) -> bool:
    if points is None:
        return given is not None and given.points is not None and given.why == why
    reached = standing.attempt is None if group == ABSENT else standing.automatic is not None
    return reached and (given is None or given.points is None or given.why == why)

"""Which of a student's submissions came last, whatever was graded last: an older one that is graded again stays older.

A submission is known by its digest. It came when it was handed in, where that is known of all of the student's, and
else when it was first graded. What could not be read has no digest, and is no other submission.
"""

from tito.grading.journal import SUPERSEDED, exam_of


def behind(attempts: list) -> set[int]:
    """The ids of those attempts that grade an older submission than one graded before; `attempts` as graded."""
    came, newest, found = _came(attempts), None, set()
    for attempt in attempts:
        place = came.get(attempt.digest)
        if place is None:
            continue
        if newest is not None and place < newest:
            found.add(attempt.id)
        else:
            newest = place
    return found


def _came(attempts: list) -> dict[str, tuple]:
    """By digest, what orders the submissions."""
    first: dict[str, int] = {}
    for number, attempt in enumerate(attempts):
        if attempt.digest and attempt.status != SUPERSEDED:
            first.setdefault(attempt.digest, number)
    times = {attempt.digest: attempt.submitted_at for attempt in attempts if attempt.digest in first}
    known = all(times.values())
    return {digest: (times[digest] if known else "", number) for digest, number in first.items()}


def latest(attempts: list):
    """The last that is known of the submission that came last: an attempt, or that its mark was superseded.

    A grading of an older submission supersedes the newer one's mark in its out folder. That is taken back with it
    here, unless the exam had changed as well.
    """
    older = behind(attempts)
    kept: list = []
    for attempt in attempts:
        if attempt.id not in older:
            kept.append(attempt)
        elif len(kept) > 1 and kept[-1].status == SUPERSEDED:
            exams = {exam_of(each.run) for each in (*kept[-2:], attempt)}
            if len(exams) == 1:
                kept.pop()
    return kept[-1]

"""What has changed under a mark: the text that a mark by hand was given on, or how an old submission is graded.

Marks by hand that were given on another text than the one that counts now stand, and somebody is told. A mark keeps
the attempt that it was given on, see tables.py. Answers that people grade are compared by their text. Of what the exam
grades, and of the total, the gradebook has no text: there another submission is another text.
"""

import json

from tito.gradebook.standing import LATE, TOTAL, Attempt, ManualMark, Standing, counting
from tito.grading.journal import SUPERSEDED

NOTHING = 0  # the attempt of a mark that was given before anything was handed in


def read_by(history: list[Attempt], rule: str) -> int:
    """The id of the attempt that a person judges: the one that counts, or where it is superseded, the last known."""
    known = [attempt for attempt in history if attempt.status != SUPERSEDED]
    if not known:
        return NOTHING
    counts = counting(history, rule)
    return known[-1].id if counts.status == SUPERSEDED else counts.id


def earlier(marks: dict[str, ManualMark], history: list[Attempt], counts: Attempt) -> dict[str, Attempt | None]:
    """By exercise, on which other submission than the one that counts its points were given; None for on none."""
    if counts.status == SUPERSEDED:
        return {}
    attempts, found = {attempt.id: attempt for attempt in history}, {}
    for name, mark in marks.items():
        if name != LATE and mark.points is not None and mark.attempt is not None:
            given = attempts.get(mark.attempt)
            if given is None or given.digest != counts.digest:
                found[name] = given
    return found


def outdated(standing: Standing, before: dict[str, Attempt | None], lines: dict[int, str], asked: dict) -> list[str]:
    """The exercises whose points by hand somebody is to look at again; `lines` are the journal's of the attempts."""
    now, found = _answers(standing.line) if before else {}, []
    for name, given in before.items():
        task = asked.get(name)
        if name == TOTAL:
            found.append(name)
        elif task and standing.readable:
            then = _answers(lines[given.id]) if given and task.manual else {}
            if not task.manual or _plain(then.get(name)) != _plain(now.get(name)):
                found.append(name)
    return found


def remarked(history: list[Attempt], before: int) -> tuple[Attempt, Attempt] | None:
    """The last two gradings of one submission, where they differ in the points and the id `before` lies between."""
    known = [attempt for attempt in history if attempt.status != SUPERSEDED and attempt.digest]
    new = known[-1] if known and known[-1].id > before else None
    old = next((a for a in reversed(known) if new and a.digest == new.digest and a.id <= before), None)
    return (old, new) if old and old.points != new.points else None


def _answers(line: str) -> dict[str, str]:
    return json.loads(line).get("answers", {}) if line else {}


def _plain(text: str | None) -> str | None:
    """An answer without what nobody sees of it: blanks at the ends of lines, and around it."""
    return text if text is None else "\n".join(line.rstrip() for line in text.strip().splitlines())

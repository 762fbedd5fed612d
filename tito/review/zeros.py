"""One step gives 0 to all empty answers of a question, and another takes that back."""

from tito.gradebook import Conflict
from tito.review.desk import Answer, Desk, has_points

WHY = "nothing is written"


def empty(desk: Desk, name: str, answers: list[Answer], marks: dict) -> list[Answer]:
    """Those in which nothing is written and which nobody has marked; a cell that is missing is not empty."""
    return [a for a in answers if name in desk.empty(a.standing) and not has_points(marks, a.student, name)]


def given(answers: list[Answer], marks: dict, name: str, grader: str) -> list[Answer]:
    """Those that have 0 from this grader by such a step."""
    found = [(answer, marks.get(answer.student, {}).get(name)) for answer in answers]
    return [a for a, mark in found if mark and (mark.points, mark.why, mark.grader) == (0, WHY, grader)]


def counts(desk: Desk, name: str, answers: list[Answer], marks: dict) -> tuple[int, int]:
    """How many are empty and unmarked, and how many have 0 by such a step of this grader's."""
    return len(empty(desk, name, answers, marks)), len(given(answers, marks, name, desk.grader))


def give(desk: Desk, name: str) -> None:
    """0 for each empty answer, as a mark by hand; comments stay."""
    answers, marks = desk.answers(name), desk.marks()
    _say(desk, name, marks, empty(desk, name, answers, marks), 0.0)


def take_back(desk: Desk, name: str) -> None:
    """Each mark of `give` that still stands is taken back."""
    answers, marks = desk.answers(name), desk.marks()
    _say(desk, name, marks, given(answers, marks, name, desk.grader), None)


def _say(desk: Desk, name: str, marks: dict, answers: list[Answer], points: float | None) -> None:
    for answer in answers:
        mark = marks.get(answer.student, {}).get(name)
        comment, seen = (mark.comment, mark.id) if mark else ("", 0)
        try:
            desk.book.mark(answer.student, desk.module.folder, name, points, comment, desk.grader, WHY, seen)
        except Conflict:
            pass  # somebody has marked it meanwhile: theirs stands

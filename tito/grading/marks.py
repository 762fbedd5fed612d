"""From verdicts to marks: an exercise's points are shared out among its questions by weight."""

import functools

from tito.grading.exam import ACCEPTED, REFUSED, Question
from tito.grading.judge import Verdict, judge
from tito.grading.results import Mark
from tito.grading.sheet import MISSING, Sheet

GUESSED = "good input is refused and bad input accepted: no code does that by mistake, so its refusals are not believed"
ONLY_REFUSALS = "no other question of this exercise was answered rightly: to refuse everything is no care"


def values(questions: list[Question], points: dict[str, float]) -> list[float]:
    """The points of each question."""
    weights: dict[str, float] = {}
    for question in questions:
        weights[question.exercise] = weights.get(question.exercise, 0) + question.weight
    return [points[question.exercise] * question.weight / weights[question.exercise] for question in questions]


def marked(questions: list[Question], worth: list[float], key: Sheet, sheet: Sheet, pieces: list) -> list[Mark]:
    """The marks of a sheet."""
    verdicts = [judge(*three) for three in zip(questions, key.answers, sheet.answers, strict=True)]
    # whoever always raises refuses bad input too; that alone is worth nothing
    works = {q.exercise for q, v in zip(questions, verdicts, strict=True) if v.right and q.aspect != "errors"}
    alone = {q.exercise for q in questions} - {q.exercise for q in questions if q.aspect != "errors"}
    guessed = _guessed(questions, verdicts, key, sheet)
    if len(guessed & works) > 1:  # one may be an accident that nobody thought of; two are no accident
        guessed |= works
    marks = []
    credible = works | alone
    for question, points, verdict, answer in zip(questions, worth, verdicts, sheet.answers, strict=True):
        if verdict.right and question.exercise not in credible:
            verdict = Verdict(False, ONLY_REFUSALS)
        elif question.aspect == "errors" and question.exercise in guessed:
            verdict = Verdict(False, GUESSED)
        remark = verdict.remark
        if answer.status == MISSING:
            remark += _cause(question.exercise, sheet, pieces)
        marks.append(_mark(question, points, answer.status, verdict.right, remark))
    return marks


def _guessed(questions: list[Question], verdicts: list, key: Sheet, sheet: Sheet) -> set[str]:
    """Exercises of which a question about good and bad input is answered as nobody's code does.

    Forged words ("refused", "accepted") come in an order that their forger cannot know: of k bad inputs and a good one
    k of k + 1 guesses are like that.
    """
    found = set()
    for question, verdict, wanted, got in zip(questions, verdicts, key.answers, sheet.answers, strict=True):
        if question.aspect == "errors" and not verdict.right:
            words = [leaf.value for leaf in wanted.leaves], [leaf.value for leaf in got.leaves]
            if all(type(word) is str for word in sum(words, [])) and _odd(*words):
                found.add(question.exercise)
    return found


def _odd(wanted: list[str], got: list[str]) -> bool:
    """Whether words of both kinds are asked for, all good input is refused and some bad input accepted."""
    pairs = set(zip(wanted, got, strict=False))
    return set(wanted) == {REFUSED, ACCEPTED} and (REFUSED, ACCEPTED) in pairs and (ACCEPTED, ACCEPTED) not in pairs


def _mark(question: Question, points: float, status: str, right: bool, remark: str) -> Mark:
    if right and not remark:
        return _full(question.name, question.exercise, question.aspect, question.about, status, points)
    fields = (question.name, question.exercise, question.aspect, question.about, status)
    return Mark(*fields, right, points if right else 0.0, points, remark)


@functools.lru_cache(maxsize=4096)
def _full(*fields) -> Mark:
    """The one mark that stands for every right answer to a question: most of the memory of a class, and of the time."""
    *about, points = fields
    return Mark(*about, True, points, points)


def _cause(exercise: str, sheet: Sheet, pieces: list) -> str:
    """Why a name is missing, where the exercise's own cell did not run."""
    for number, trouble in sheet.troubles.items():
        if pieces[number].exercise == exercise:
            return f": {told(trouble)}"
    return ""


def told(trouble) -> str:
    """A piece's failure as a line: where and what."""
    what = f"{trouble.error}: {trouble.message}" if trouble.error else f"{trouble.status}: {trouble.message}"
    return f"{trouble.where}: {what}" if trouble.where else what

"""One submission from its file to its result; the reference solution goes the same way, and its sheet is the key."""

import hashlib
import json
import time
from dataclasses import dataclass

from tito.grading import intake
from tito.grading.answers import Answers
from tito.grading.diagnosis import diagnose
from tito.grading.exam import ACCEPTED, REFUSED
from tito.grading.intake import Entry
from tito.grading.journal import Packing
from tito.grading.known import Known
from tito.grading.marks import marked, told
from tito.grading.pieces import FAILED, GRADED, Refused
from tito.grading.prepare import Exam
from tito.grading.results import Result
from tito.grading.sheet import ANSWERED, RAISED, Answer, Sheet
from tito.grading.sitting import Sitting
from tito.grading.stack import stack
from tito.grading.unexported import left_behind
from tito.grading.workers import Lost, Seat
from tito.mistakes import read_mistakes, usable
from tito.problem import Problem

MOST_RIGHT = 8  # ways to round the right answer to a question that are known by their bytes


def make_key(prepared: Exam, seat: Seat, seed: int, time_limit: float) -> Sheet:
    """The reference solution's sheet, made as any other; raises Problem unless it answers every question."""
    questions = prepared.questions
    key = Sitting(seat, questions, prepared.reference, seed, time_limit, prepared.wanted).run()
    if key.troubles:
        what = told(next(iter(key.troubles.values())))
        known = "; code is graded with Python's own library and NumPy alone" if "ModuleNotFoundError" in what else ""
        raise Problem(f"the reference solution does not run: {what}{known}")
    for number, answer in zip(prepared.wanted, key.answers, strict=True):
        fair = answer.status == ANSWERED or (answer.status == RAISED and questions[number].aspect == "errors")
        if not fair or answer.error == "NotImplementedError":
            what = f"{answer.status} {answer.error} {answer.message}".strip()
            raise Problem(f"exam.py, {questions[number].name}: the reference solution has no answer: {what}")
        if wrong := _misjudged(answer):
            raise Problem(f"exam.py, {questions[number].name}: {wrong}", next="correct the solution or the cases")
    key.right = {number: [frame] for number, (frame, _) in key.frames.items()}
    return key


def _misjudged(key: Answer) -> str:
    """What is wrong with the cases that a question asks to accept and to refuse, as the reference answers it."""
    if not key.faults:
        return ""
    for missing, kind in ((None not in key.faults, "accept"), (set(key.faults) == {None}, "refuse")):
        if missing:
            return f"there is no case to {kind}"
    for leaf, fault in zip(key.leaves, key.faults, strict=True):
        word = leaf.value if leaf.kind == "str" else ""
        if word == REFUSED and fault is None:
            return "the reference solution refuses a case that is to be accepted"
        if word == ACCEPTED and fault is not None:
            return f"the reference solution accepts what is to be refused: {fault or 'one of the cases'}"
    return ""


@dataclass
class Examiner:
    """Takes one submission from its file to its result."""

    exam: Exam
    key: Sheet
    seed: int
    time_limit: float

    def __post_init__(self):
        lesson = self.exam.module.read()
        self.answers = Answers(lesson)
        mistakes = usable(read_mistakes(self.exam.module), lesson, "", [])
        self.known = Known(self.exam, self.key, self.seed, self.time_limit, mistakes)

    def __call__(self, seat: Seat, entry: Entry) -> Result:
        started = time.monotonic()
        file = " + ".join(path.name.encode("utf-8", "replace").decode() for path in entry.paths)
        result = Result(entry.student, file, GRADED, seed=self.seed)
        try:
            handed = intake.load(entry, self.exam.module, self.exam.earlier)
            result.digest = handed.digest
            result.answers = self.answers(*handed.files[self.exam.module.folder])
            pieces = intake.code(handed, self.exam.module)
            own, result.message = stack(handed, self.exam.earlier, self.exam.course["prerequisites"])
            pieces = own + pieces
            questions, wanted = self.exam.questions, self.exam.wanted
            sitting = Sitting(seat, questions, pieces, self.seed, self.time_limit, wanted, self.key)
            sheet = sitting.run()
            marks = marked(self.exam.asked, self.exam.asked_worth, self.key, sheet, pieces)
            self._learn(sheet, marks)
            result.diagnoses, failed = self._diagnosed(seat, sheet, marks, pieces)
            behind = left_behind(*handed.files[self.exam.module.folder], sheet)
            troubles = [told(trouble) for trouble in sheet.troubles.values()]
            result.marks, result.troubles = marks, behind + troubles + failed
        except Refused as refused:
            result.status, result.message = refused.status, str(refused)
        except Lost as lost:
            result.status, result.message = FAILED, f"not graded, for no worker could be had: {lost}"
        result.seconds = round(time.monotonic() - started, 4)
        return result

    def _learn(self, sheet: Sheet, marks: list) -> None:
        """Keep the bytes of right answers: another formula rounds otherwise, and many students write the same one."""
        for number, mark in zip(self.exam.wanted, marks, strict=True):
            if mark.right and not mark.remark and number in sheet.frames and len(self.key.right[number]) < MOST_RIGHT:
                self.key.right[number].append(sheet.frames[number][0])

    def _diagnosed(self, seat: Seat, sheet: Sheet, marks: list, pieces: list) -> tuple[list, list[str]]:
        """The diagnoses, and a line where they fail: marks that stand, and the class's, are not to be lost by that."""
        try:
            return diagnose(self.known, seat, sheet, marks, pieces), []
        except Exception as error:  # answers are hostile: what they break here must not stop the grading of a class
            if isinstance(error, Lost) and seat.stopped:
                raise  # an interrupt: the whole submission is graded again the next time
            return [], [f"why it is wrong could not be told ({type(error).__name__}); the marks stand"]

    def seen(self, entry: Entry) -> tuple[str, str]:
        """Of what was handed in (its digest, ""); where it cannot be read ("", why not)."""
        try:
            return intake.load(entry, self.exam.module, self.exam.earlier).digest, ""
        except Refused as refused:
            return "", str(refused)

    def fingerprint(self, held: dict[str, bool]) -> str:
        """What changes when anything does that decides a mark or what is said of it, but for submission and seed."""
        text = self.exam.fingerprint(self.time_limit, held) + json.dumps(self.known.mistakes, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def packing(self) -> Packing:
        return Packing(self.exam.asked, self.exam.asked_worth, [answer.status for answer in self.key.answers])

"""The exam's half of `tito check`: the solution earns every point, and every known mistake costs some of its own."""

import os
from dataclasses import dataclass

from tito.catalogue import Module
from tito.grading import intake
from tito.grading.batch import ready
from tito.grading.examiner import make_key
from tito.grading.marks import marked, told
from tito.grading.prepare import Exam, prepare
from tito.grading.results import Mark
from tito.grading.seats import take_seats
from tito.grading.sheet import MISSING, Sheet
from tito.grading.sitting import Sitting
from tito.grading.unexported import left_behind
from tito.grading.workers import Lost, Seat
from tito.notebook import Notebook, with_cells
from tito.problem import Problem
from tito.regions import cleared

SEED = 1


def exam_faults(course, module: Module, notebook: Notebook, mistakes: list[dict]) -> list[str]:
    """Let the solution and every mistake sit the exam; nothing to say where the lesson has no exam.

    The author's own code is trusted, so the exam is also sat where a machine cannot confine it.
    """
    if not module.exam.exists() or os.name != "posix":
        return []
    where = course.inside(module.exam)
    try:
        return [f"{where}: {fault}" for fault in _found(course, module, notebook, mistakes)]
    except Problem as problem:
        what = str(problem).removeprefix(f"{module.folder}/")
        named = what.startswith(module.exam.name)  # it begins as `where` ends
        return [where + what.removeprefix(module.exam.name) if named else f"{where}: {what}"]


def _found(course, module: Module, notebook: Notebook, mistakes: list[dict]) -> list[str]:
    """What the exam shows of the solution and of each mistake. Raises Problem for an exam that cannot be sat."""
    limit = course.question_time_limit
    exam = prepare(course, module.folder, None, limit, course.memory_limit << 20, unsafe=True)
    (seat,) = take_seats(exam.course, 1)
    try:
        ready(exam, seat, unsafe=True)
        room = _Room(exam, seat, make_key(exam, seat, SEED, limit), limit, notebook)
        faults = room.answer_faults() + room.solution_faults() + room.stub_faults()
        return faults + [fault for mistake in mistakes for fault in room.mistake_faults(mistake)]
    except Lost as lost:
        raise Problem(f"no worker could be had: {lost}", next="tito doctor") from lost
    finally:
        seat.close()


@dataclass
class _Room:
    """Where solutions sit the exam one after another."""

    exam: Exam
    seat: Seat
    key: Sheet
    limit: float
    notebook: Notebook

    def answer_faults(self) -> list[str]:
        """The questions whose answer says nothing, or nothing but that somebody else compared."""
        faults = []
        for number, answer in zip(self.exam.wanted, self.key.answers, strict=True):
            question, kinds = self.exam.questions[number], [leaf.kind for leaf in answer.leaves]
            if question.aspect != "errors" and kinds in (["none"], ["bool"]):
                what = "nothing" if kinds == ["none"] else "a truth value, which can be handed in without any code"
                faults.append(f"{question.name}: the answer is {what}: return the numbers, and the judge compares them")
        return faults

    def solution_faults(self) -> list[str]:
        marks, _ = self._sat({}, self.exam.wanted)
        wrong = [mark for mark in marks if not mark.right or mark.remark]
        return [f"{mark.question}: the solution does not earn it: {mark.remark or mark.status}" for mark in wrong]

    def stub_faults(self) -> list[str]:
        """The questions that whoever writes nothing would earn."""
        earned = []
        for exercise in (e for e in self.notebook.exercises if e.cell and e.test):
            name, stub = exercise.name, cleared(exercise.cell.source, exercise.name)
            own = [number for number in self.exam.wanted if self.exam.questions[number].exercise == name]
            marks, _ = self._sat({name: stub}, own) if own else ([], [])
            what = f"is earned although {name} is not written: call tt.{name}, and return what it gives"
            earned += [f"{mark.question}: {what}" for mark in marks if mark.right]
        return earned

    def mistake_faults(self, mistake: dict) -> list[str]:
        """What is wrong with a mistake that loses no mark of its own, is not defined, or fails in another place."""
        exercise = mistake["exercise"]
        own = [number for number in self.exam.wanted if self.exam.questions[number].exercise == exercise]
        marks, troubles = self._sat({exercise: mistake["code"]}, own) if own else ([], [])
        label = f"the mistake {mistake['name']!r} of {exercise}"
        if marks and all(mark.right for mark in marks):
            return [f"{label} earns every point"]
        if marks and all(mark.status == MISSING for mark in marks):
            return [f"{label} is not even defined: {marks[0].remark}; does its code begin with `#| export`?"]
        return [f"{label} does not run as a whole: {troubles[0]}"] if troubles else []

    def _sat(self, cells: dict[str, str], wanted: list[int]) -> tuple[list[Mark], list[str]]:
        """The marks of the solution with other cells on these questions, and what did not run of it."""
        exam, name = self.exam, self.notebook.path.name
        data = with_cells(self.notebook, cells).text().encode("utf-8")
        pieces = intake.code(intake.Handed({exam.module.folder: (name, data)}, {}), exam.module)
        sheet = Sitting(self.seat, exam.questions, pieces, SEED, self.limit, wanted, self.key).run()
        known = dict(zip(exam.wanted, self.key.answers, strict=True))  # nobody asks about an exercise of 0 points
        asked, key = [exam.questions[n] for n in wanted], Sheet([known[n] for n in wanted])
        marks = marked(asked, [exam.worth[n] for n in wanted], key, sheet, pieces)
        return marks, left_behind(name, data, sheet) + [told(trouble) for trouble in sheet.troubles.values()]

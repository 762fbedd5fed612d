"""A lesson's exam, to be sat by cells in place of the reference's; as a program, the confusion matrix of its mistakes.

    python tests/course/diagnosing.py 04 [seed]

prints for each known mistake that is not diagnosed as itself what it is taken for.
"""

import sys
from dataclasses import replace
from pathlib import Path

from tito.grading import batch
from tito.grading.diagnosis import diagnose
from tito.grading.examiner import Examiner, make_key
from tito.grading.exercise import same
from tito.grading.known import MISTAKE
from tito.grading.marks import marked
from tito.grading.prepare import prepare
from tito.grading.sitting import Sitting
from tito.grading.workers import Seat
from tito.settings import read_course

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 2.0


class Room:
    """Where solutions sit one lesson's exam, and are diagnosed, one after another."""

    def __init__(self, course, module: str, seed: int = 11):
        self.exam = prepare(course, module, None, LIMIT, 1 << 30, False)
        self.seat, self.seed = Seat(self.exam.course, 0), seed
        batch.ready(self.exam, self.seat, False)
        self.key = make_key(self.exam, self.seat, seed, LIMIT)
        self.known = Examiner(self.exam, self.key, seed, LIMIT).known

    def close(self):
        self.seat.close()

    def sat(self, cells: dict) -> tuple:
        """Marks, sheet and pieces of the reference solution with other sources in the cells of these exercises."""
        pieces = [replace(p, source=cells.get(p.exercise, p.source)) for p in self.exam.reference]
        taken = Sitting(self.seat, self.exam.questions, pieces, self.seed, LIMIT, self.exam.wanted, self.key)
        sheet = taken.run()
        return marked(self.exam.asked, self.exam.asked_worth, self.key, sheet, pieces), sheet, pieces

    def diagnosed(self, cells: dict) -> tuple[list, list]:
        """The marks of such a solution, and its diagnoses."""
        marks, sheet, pieces = self.sat(cells)
        return marks, diagnose(self.known, self.seat, sheet, marks, pieces)

    def taken_for(self, mistake: dict) -> str:
        """What a known mistake is diagnosed as: "" for itself, or for one that no question can tell from it."""
        _, found = self.diagnosed({mistake["exercise"]: mistake["code"]})
        if not found or found[0].exercise != mistake["exercise"]:
            return "nothing" if not found else f"{found[0].exercise}/{found[0].name}"
        own = {suspect.name: suspect for suspect in self.known.of(self.seat, mistake["exercise"], MISTAKE)}
        one, other = own[mistake["name"]], own.get(found[0].name)
        if other and self.alike(one, other) and {diagnosis.exercise for diagnosis in found} == {mistake["exercise"]}:
            return ""
        return ", ".join(f"{diagnosis.exercise}/{diagnosis.name}" for diagnosis in found)

    def alike(self, one, other) -> bool:
        """Whether two suspects answer every question of their exercise alike."""
        places = self.known.places[one.exercise]
        asked = self.known.asked
        pairs = [(asked[n], one.answers[n], other.answers[n]) for n in places if n in one.wrong | other.wrong]
        return one is other or (one.wrong & set(places) == other.wrong & set(places) and all(same(*p) for p in pairs))


if __name__ == "__main__":
    room = Room(read_course(ROOT), sys.argv[1], int((sys.argv[2:] or ["11"])[0]))
    taken = [(m, room.taken_for(m)) for m in room.known.mistakes]
    for mistake, name in taken:
        if name:
            print(f"{mistake['exercise']}/{mistake['name']} is taken for {name}")
    print(f"{sum(not name for _, name in taken)} of {len(taken)} known mistakes are diagnosed as themselves")
    room.close()

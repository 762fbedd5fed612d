"""Why a submission is wrong, exercise by exercise, and said once where one fault costs marks in several exercises."""

import dataclasses

from tito.grading.beside import may_run_beside
from tito.grading.exercise import Exercise, same
from tito.grading.findings import Diagnosis, Evidence
from tito.grading.known import MISTAKE, Known, Suspect
from tito.grading.results import Mark
from tito.grading.sheet import ANSWERED, RAISED, Sheet

__all__ = ["Diagnosis", "Evidence", "diagnose"]
ACQUITTED = "By itself this is right, but it builds on your {}, which are wrong: put them right first."
PASSES_ON = "A fault of your {} shows in what you build on it."


def diagnose(known: Known, seat, sheet: Sheet, marks: list[Mark], pieces: list) -> list[Diagnosis]:
    """The diagnoses of a sheet, the farthest-reaching first; none where all is right. Raises workers.Lost."""
    wrong: dict[str, list[int]] = {}
    for place, mark in enumerate(marks):
        if not mark.right:
            wrong.setdefault(mark.exercise, []).append(place)
    submission = Submission(known, seat, sheet, pieces, wrong)
    return submission.diagnosed() if wrong else []


def _ends(answers) -> bool:
    """Whether code answered, or raised an error, wherever it was asked."""
    return all(answer.status in (ANSWERED, RAISED) for answer in answers)


class Submission:
    """One submission's wrong places, by exercise, and what is left of them to explain."""

    def __init__(self, known: Known, seat, sheet: Sheet, pieces: list, wrong: dict[str, list[int]]):
        self.known, self.seat, self.sheet, self.pieces = known, seat, sheet, pieces
        exercises = {name: Exercise(known, seat, sheet, name, places) for name, places in wrong.items()}
        self.blank = {name: exercise for name, exercise in exercises.items() if self._is_blank(name)}
        self.exercises = {name: exercise for name, exercise in exercises.items() if name not in self.blank}
        self.wrong = wrong = {name: wrong[name] for name in self.exercises}
        self.left = {name: list(places) for name, places in wrong.items()}
        self.found: dict[str, list[Diagnosis]] = {name: [] for name in wrong}
        self.costs: dict[str, list[str]] = {name: [] for name in wrong}
        self.cells: dict[str, Suspect | None] = {}

    def diagnosed(self) -> list[Diagnosis]:
        if len(self.left) > 1:
            self._blame_mistakes()
            self._blame_where_it_stops()
            self._blame_own_cells()
            self._blame_what_is_built_on()
        for name, exercise in self.exercises.items():
            self.found[name] += exercise.diagnosed(self.left[name]) or self._of_the_cell_alone(name)
            self._tell_costs(name)
        told = [diagnosis for diagnoses in self.found.values() for diagnosis in diagnoses]
        told += [exercise.unwritten() for exercise in self.blank.values()]
        return sorted(told, key=lambda diagnosis: -len(diagnosis.costs))

    def _is_blank(self, name: str) -> bool:
        own = [piece.source.strip() for piece in self.pieces if piece.exercise == name and not piece.module]
        return own == [self.known.stubs.get(name, "").strip()]

    def _blame_mistakes(self) -> None:
        """Take known mistakes that cost marks in several exercises, the one that explains most first."""
        suspects = [
            e.suspected(self.left[name], MISTAKE) for name, e in self.exercises.items() if e.comparable(self.left[name])
        ]
        suspects = [suspect for suspect, hits in suspects if hits]
        while suspects:
            covers = [(self._cover(suspect), suspect) for suspect in suspects]
            cover, suspect = max(covers, key=lambda pair: sum(map(len, pair[0].values())))
            if len(cover) < 2:
                return
            name = suspect.exercise
            self.found[name].append(self.exercises[name].by_suspect(suspect, cover[name]))
            self._take(name, cover)
            suspects.remove(suspect)

    def _blame_where_it_stops(self) -> None:
        """Where the same line of a cell stops that cell's own exercise and others, it costs the marks of these."""
        cells = {piece.place: piece.exercise for piece in self.pieces if not piece.module}
        stops: dict[str, dict[str, list[int]]] = {}
        for name, places in self.left.items():
            for place in places:
                if self.sheet.answers[place].status == RAISED:
                    stops.setdefault(self.sheet.answers[place].where, {}).setdefault(name, []).append(place)
        for where, found in stops.items():
            name = cells.get(where.partition(",")[0])
            if name in found:
                self._take(name, {other: places for other, places in found.items() if other != name})

    def _blame_own_cells(self) -> None:
        """Where a student's cell, put into the reference solution, answers another exercise as the student does."""
        for name in self.left:
            suspect = self._own_cell(name) if self.left[name] or self.costs[name] else None
            cover = self._cover(suspect) if suspect else {}
            if suspect and not self._ended(suspect):
                return
            if len(cover) > 1:
                self._take(name, {other: hits for other, hits in cover.items() if other != name})

    def _blame_what_is_built_on(self) -> None:
        """Of several faults together: what a cell does not do by itself, and one that it builds on gets wrong alone."""
        for name in reversed([name for name, places in self.left.items() if places]):  # the later builds on the earlier
            below = [n for n in self.left if n != name and name in self.known.reach(self.seat, n)]
            if not below or self._has_a_name(name) or not (own := self._by_itself(name)):
                continue
            foreign = [place for place in self.left[name] if not self._alike(place, own)]
            causes = [cell for other in below if foreign and (cell := self._by_itself(other))]
            for cause in causes:
                self.known.ask(self.seat, cause, [name])
                if not self._ended(cause):
                    return
                hits = [place for place in foreign if self._goes_wrong(place, cause)]
                if hits:
                    self._take(cause.exercise, {name: hits})
            if self.left[name] and not self._errs(own):
                self._acquit(name, [cause.exercise for cause in causes if self._errs(cause)])

    def _has_a_name(self, name: str) -> bool:
        """Whether one known mistake explains all that is left: no other cause is then looked for."""
        exercise, left = self.exercises[name], self.left[name]
        return exercise.comparable(left) and exercise.suspected(left, MISTAKE)[1] == left

    def _acquit(self, name: str, faulty: list[str]) -> None:
        """Several faults may do together what none of them does alone, and show it in a cell that is right."""
        exercise, left = self.exercises[name], self.left[name]
        if len(faulty) > 1:
            says = ACQUITTED.format(" and ".join([", ".join(faulty[:-1]), faulty[-1]]))
            told = ("built on what is wrong", "relation", says, len(left), exercise.of, exercise.shown(left))
            self.found[name], self.left[name] = [Diagnosis(name, *told)], []

    def _errs(self, cell: Suspect) -> bool:
        return not cell.wrong.isdisjoint(self.known.places[cell.exercise])

    def _of_the_cell_alone(self, name: str) -> list[Diagnosis]:
        """Where others' faults stand between: what is wrong with the cell alone, shown where the student errs alike."""
        exercise, left = self.exercises[name], self.left[name]
        cell = self._by_itself(name) if 0 < len(left) < exercise.of else None
        places = [place for place in exercise.wrong if cell and place in cell.wrong]
        hits = [place for place in left if place in places and self._alike(place, cell)]
        if not hits:
            return []
        answers = [cell.answers.get(place, answer) for place, answer in enumerate(self.sheet.answers)]
        found = Exercise(self.known, self.seat, Sheet(answers), name, places).diagnosed(places)
        told = {"explains": len(hits), "of": exercise.of, "evidence": exercise.shown(hits)}
        return [dataclasses.replace(diagnosis, **told) for diagnosis in found[:1]]

    def _by_itself(self, name: str) -> Suspect | None:
        """The student's cell, asked in the reference solution, where it goes wrong only where the student does.

        One that needs more of the student's code than that would go wrong for want of it.
        """
        cell = self._own_cell(name)
        if not cell:
            return None
        self.known.ask(self.seat, cell, [name])
        own = cell.wrong.intersection(self.known.places[name])
        whole = self._ended(cell) and own <= set(self.wrong[name])
        return cell if whole and (not own or any(self._alike(place, cell) for place in own)) else None

    def _ended(self, cell: Suspect) -> bool:
        """Whether a student's cell answered wherever it was asked. One that did not is the last that is tried."""
        ended = _ends(cell.answers.values())
        if not ended:  # the class must not wait for one student's cells
            self.cells = dict.fromkeys(self.wrong)
        return ended

    def _alike(self, place: int, cell: Suspect) -> bool:
        return same(self.known.asked[place], cell.answers[place], self.sheet.answers[place])

    def _goes_wrong(self, place: int, cell: Suspect) -> bool:
        """Whether the cell alone has a wrong answer there; an error may be for want of the student's other code."""
        return place in cell.wrong and (cell.answers[place].status == ANSWERED or self._alike(place, cell))

    def _own_cell(self, name: str) -> Suspect | None:
        """The student's cell as a suspect, where it is one cell that can be asked at no risk."""
        if name not in self.cells:
            self.cells[name] = self._find_own_cell(name)
        return self.cells[name]

    def _find_own_cell(self, name: str) -> Suspect | None:
        code = [piece.source for piece in self.pieces if piece.exercise == name and not piece.module]
        answers = [self.sheet.answers[place] for place in self.wrong[name]]
        if len(code) != 1 or not may_run_beside(code[0]):
            return None
        if not _ends(answers) or not self.exercises[name].comparable(self.wrong[name]):
            return None
        return Suspect(name, "", "", "", 0, code[0])

    def _cover(self, suspect: Suspect) -> dict[str, list[int]]:
        """What a suspect explains: in its own exercise, and if there in those that are built on it."""
        name = suspect.exercise
        reach = self.known.reach(self.seat, name)
        others = [other for other in self.left if other in reach and self.left[other]]
        if not others:
            return {}
        self.known.ask(self.seat, suspect, [name])
        own = self.exercises[name].explained(suspect, self.left[name] if suspect.name else self.wrong[name])
        if not own:
            return {}
        self.known.ask(self.seat, suspect, others)
        cover = {other: self.exercises[other].explained(suspect, self.left[other]) for other in others}
        return {name: own} | {other: hits for other, hits in cover.items() if hits}

    def _take(self, name: str, cover: dict[str, list[int]]) -> None:
        """Note what a fault of the exercise `name` explains, and where else it costs marks."""
        for other, hits in cover.items():
            self.left[other] = [place for place in self.left[other] if place not in hits]
            if other not in (name, *self.costs[name]) and name not in self.costs[other]:
                self.costs[name].append(other)

    def _tell_costs(self, name: str) -> None:
        costs = self.costs[name]
        if not costs:
            return
        if not self.found[name]:
            places, exercise = self.left[name] or self.wrong[name], self.exercises[name]
            told = ("unknown, but passed on", "relation", PASSES_ON.format(name))
            self.found[name] = [Diagnosis(name, *told, len(places), exercise.of, exercise.shown(places))]
        first, *rest = self.found[name]
        named = ", ".join(costs[:3]) + (", …" if len(costs) > 3 else "")
        where = f"{len(costs)} other exercises ({named})" if len(costs) > 1 else named
        says = f"{first.says} Your {name} costs you marks in {where} too: put it right first."
        self.found[name] = [dataclasses.replace(first, says=says, costs=tuple(costs)), *rest]

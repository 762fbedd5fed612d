"""The sheets of a lesson's known mistakes: each is made when a wrong answer first asks for it, and kept for the run."""

import difflib
import threading
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from tito.grading.marks import marked
from tito.grading.prepare import Exam
from tito.grading.ratios import dropped
from tito.grading.sheet import Answer, Sheet
from tito.grading.sitting import Sitting
from tito.grading.turns import Turns
from tito.grading.variants import variants
from tito.regions import MarkerError, cleared, without_markers

MISTAKE, VARIANT, PAIR = "mistake", "relation", "pair"
SHORT = 0.5  # seconds a question: what takes longer, because a variant never ends, is like no student's answer
MOST_PAIRS = 40  # of one exercise: some 5 ms each


@dataclass(eq=False)
class Suspect:
    """A known mistake, or a pair of them, and how it answers: by the question's place among those asked."""

    exercise: str
    name: str
    kind: str
    says: str
    seen: int
    code: str
    answers: dict[int, Answer] = field(default_factory=dict)
    wrong: set[int] = field(default_factory=set)
    drops: set[int] = field(default_factory=set)  # where entries are dropped, which chance may decide anew each time


class Known:
    """The suspects of one run. Several threads ask; each exercise's sheets are made by whoever comes first."""

    def __init__(self, exam: Exam, key: Sheet, seed: int, time_limit: float, mistakes: list[dict]):
        self.exam, self.key, self.seed, self.time_limit, self.mistakes = exam, key, seed, time_limit, mistakes
        self.places: dict[str, list[int]] = {}
        self.asked = exam.asked
        for place, question in enumerate(self.asked):
            self.places.setdefault(question.exercise, []).append(place)
        self.cells = {piece.exercise: piece for piece in exam.reference if piece.exercise}
        self.stubs = {exercise: _stub(piece.source, exercise) for exercise, piece in self.cells.items()}
        self.made: dict[tuple[str, str], list[Suspect]] = {}
        refusing = {place for place, question in enumerate(self.asked) if question.aspect == "errors"}
        self.refusing = {exercise: refusing.intersection(places) for exercise, places in self.places.items()}
        self.shapes = {exercise: self._shapes(places) for exercise, places in self.places.items()}
        self.reached: dict[str, set[str]] = {}
        self.told: dict[tuple, object] = {}  # what was found out for wrong answers that others may give too
        self.locks = {exercise: threading.Lock() for exercise in self.places}

    def _shapes(self, places: list[int]) -> list[tuple]:
        """The shapes of the exercise's longest answers: those of its batches."""
        leaves = [leaf for place in places for leaf in self.key.answers[place].leaves]
        shapes = {leaf.value.shape for leaf in leaves if isinstance(leaf.value, np.ndarray)}
        return sorted(shapes - {()}, key=lambda shape: (-len(shape), shape))

    def of(self, seat, exercise: str, kind: str) -> list[Suspect]:
        """The suspects of a kind in an exercise, with their answers to its questions. Raises workers.Lost."""
        with self.locks[exercise]:
            if exercise not in self.cells:
                return []
            if (exercise, kind) not in self.made:
                made = {MISTAKE: self._mistakes, VARIANT: self._variants, PAIR: self._pairs}[kind](exercise)
                self._sit_in_turns(seat, made, exercise)
                self.made[exercise, kind] = [suspect for suspect in made if suspect.wrong]
            return self.made[exercise, kind]

    def _mistakes(self, exercise: str) -> list[Suspect]:
        own = [entry for entry in self.mistakes if entry["exercise"] == exercise]
        return [Suspect(exercise, m["name"], MISTAKE, m["says"], m.get("seen", 1), m["code"]) for m in own]

    def _variants(self, exercise: str) -> list[Suspect]:
        found = variants(self.cells[exercise].source, exercise)
        return [Suspect(exercise, name, VARIANT, says, -n, code) for n, (name, says, code) in enumerate(found)]

    def _pairs(self, exercise: str) -> list[Suspect]:
        """Two mistakes at once, where they change different lines of the cell."""
        commonest = sorted(self._mistakes(exercise), key=lambda mistake: -mistake.seen)
        found = []
        for one, two in combinations(commonest, 2):
            code = together(self.cells[exercise].source, one.code, two.code)
            if code and len(found) < MOST_PAIRS:
                said, seen = f"{one.says} {two.says}", min(one.seen, two.seen)
                found.append(Suspect(exercise, f"{one.name} + {two.name}", PAIR, said, seen, code))
        return found

    def ask(self, seat, suspect: Suspect, exercises: list[str]) -> None:
        """Have a suspect answer the questions of these exercises too. Raises workers.Lost."""
        with self.locks[suspect.exercise]:
            self._sit(seat, suspect, exercises)

    def reach(self, seat, exercise: str) -> set[str]:
        """The exercises that lose marks while this one is not written: they build on it. Raises workers.Lost."""
        with self.locks[exercise]:
            if exercise not in self.reached:
                self.reached[exercise] = self._reach(seat, exercise) if exercise in self.cells else set()
            return self.reached[exercise]

    def _reach(self, seat, exercise: str) -> set[str]:
        if not self.stubs[exercise]:
            return set()
        blank = Suspect(exercise, "", VARIANT, "", 0, self.stubs[exercise])
        self._sit(seat, blank, list(self.places))
        return {self.asked[place].exercise for place in blank.wrong} - {exercise}

    def _sit(self, seat, suspect: Suspect, exercises: list[str]) -> None:
        """Have the reference solution with the suspect's cell answer exercises' questions, unless it already has."""
        places = [place for name in exercises for place in self.places[name] if place not in suspect.answers]
        if not places:
            return
        own = self.cells[suspect.exercise]
        pieces = [replace(p, source=suspect.code) if p is own else p for p in self.exam.reference]
        wanted = [self.exam.wanted[place] for place in places]
        limit = self._limit(suspect.kind)
        sheet = Sitting(seat, self.exam.questions, pieces, self.seed, limit, wanted, self.key).run()
        self._take(suspect, places, sheet, pieces)

    def _sit_in_turns(self, seat, suspects: list[Suspect], exercise: str) -> None:
        """Have all suspects of one kind in an exercise answer its questions. Raises workers.Lost."""
        if not suspects:
            return
        reference, places = self.exam.reference, self.places[exercise]
        turning = next(n for n, piece in enumerate(reference) if piece is self.cells[exercise])
        wanted = [self.exam.wanted[place] for place in places]
        turns = Turns(self.exam, self.key, self.seed, self._limit(suspects[0].kind), turning, wanted)
        for suspect, sheet in zip(suspects, turns.sheets(seat, [s.code for s in suspects]), strict=True):
            self._take(suspect, places, sheet, reference)

    def _limit(self, kind: str) -> float:
        return self.time_limit if kind == MISTAKE else min(self.time_limit, SHORT)

    def _take(self, suspect: Suspect, places: list[int], sheet: Sheet, pieces: list) -> None:
        """Note a suspect's answers at these places, and which of them are wrong."""
        questions = [self.asked[place] for place in places]
        key = Sheet([self.key.answers[place] for place in places])
        marks = marked(questions, [1.0] * len(places), key, sheet, pieces)
        wrong = {place for place, mark in zip(places, marks, strict=True) if not mark.right}
        suspect.answers |= dict(zip(places, sheet.answers, strict=True))
        suspect.drops |= {place for place in wrong if drops(self.key.answers[place], suspect.answers[place])}
        suspect.wrong |= wrong


def _stub(source: str, exercise: str) -> str:
    """The exercise's cell as it is handed out; "" where its marks do not tell."""
    try:
        return cleared(source, exercise)
    except MarkerError:
        return ""


def drops(key: Answer, got: Answer) -> bool:
    """Whether an answer is the right one with some entries dropped in one of its arrays."""
    pairs = [(k.value, g.value) for k, g in zip(key.leaves, got.leaves, strict=False)]
    return any(isinstance(k, np.ndarray) and isinstance(g, np.ndarray) and dropped(k, g) for k, g in pairs)


def together(source: str, one: str, two: str) -> str | None:
    """The source with the changes of both variants; None where they change the same lines."""
    lines = without_markers(source).splitlines(keepends=True)
    changes = [
        change
        for variant in (one, two)
        for change in _changes(lines, without_markers(variant).splitlines(keepends=True))
    ]
    changes.sort(key=lambda change: change[:2])
    if any(after[0] <= before[1] for before, after in zip(changes, changes[1:], strict=False)):
        return None
    for start, end, new in reversed(changes):
        lines[start:end] = new
    return "".join(lines)


def _changes(lines: list[str], variant: list[str]) -> list[tuple]:
    matcher = difflib.SequenceMatcher(None, lines, variant, autojunk=False)
    return [(i, j, variant[k:n]) for tag, i, j, k, n in matcher.get_opcodes() if tag != "equal"]

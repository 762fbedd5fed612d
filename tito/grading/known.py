"""The sheets of a lesson's known mistakes: each is made when a wrong answer first asks for it, and kept for the run."""

import ast
import difflib
import threading
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from tito.grading.marks import marked
from tito.grading.prepare import Exam
from tito.grading.sheet import Answer, Sheet
from tito.grading.sitting import Sitting
from tito.regions import BEGIN, END

MOST_PAIRS = 60  # of one exercise: some 5 ms each
LOOSE = (1e-5, 1e-7)  # the same mistake, written another way, rounds otherwise


@dataclass(eq=False)
class Suspect:
    """A known mistake, or a pair of them, and how it answers: by the question's place among those asked."""

    exercise: str
    name: str
    kind: str  # mistake or pair
    says: str
    seen: int
    code: str
    answers: dict[int, Answer] = field(default_factory=dict)
    wrong: set[int] = field(default_factory=set)


class Known:
    """The suspects of one run. Several threads ask; each exercise's sheets are made by whoever comes first."""

    def __init__(self, exam: Exam, key: Sheet, seed: int, time_limit: float, mistakes: list[dict]):
        self.exam, self.key, self.seed, self.time_limit, self.mistakes = exam, key, seed, time_limit, mistakes
        self.places: dict[str, list[int]] = {}
        for place, question in enumerate(exam.asked):
            self.places.setdefault(question.exercise, []).append(place)
        self.cells = {piece.exercise: number for number, piece in enumerate(exam.reference) if piece.exercise}
        self.suspects: dict[str, list[Suspect]] = {exercise: [] for exercise in self.places}
        for entry in mistakes:
            if entry["exercise"] in self.places and entry["exercise"] in self.cells:
                told = [entry[key] for key in ("exercise", "name")] + ["mistake", entry["says"]]
                self.suspects[entry["exercise"]].append(Suspect(*told, entry.get("seen", 1), entry["code"]))
        self.loose = [replace(question, tolerance=question.tolerance or LOOSE) for question in exam.asked]
        self.shapes = {exercise: self._shapes(places) for exercise, places in self.places.items()}
        self.used = _used({piece.exercise: piece.source for piece in exam.reference if piece.exercise})
        self.pairs_made: dict[str, list[Suspect]] = {}
        self.locks = {exercise: threading.Lock() for exercise in self.places}

    def _shapes(self, places: list[int]) -> list[tuple]:
        """The shapes of the exercise's longest answers: those of its batches."""
        leaves = [leaf for place in places for leaf in self.key.answers[place].leaves]
        shapes = {leaf.value.shape for leaf in leaves if isinstance(leaf.value, np.ndarray)}
        return sorted(shapes - {()}, key=lambda shape: (-len(shape), shape))

    def uses(self, exercise: str, other: str) -> bool:
        """Whether the reference solution of an exercise builds on another's."""
        return other in self.used.get(exercise, ())

    def of(self, seat, exercise: str) -> list[Suspect]:
        """The known mistakes of an exercise, with their answers to its questions. Raises workers.Lost."""
        with self.locks[exercise]:
            for suspect in self.suspects[exercise]:
                self._sit(seat, suspect, exercise)
            return [suspect for suspect in self.suspects[exercise] if suspect.wrong]

    def pairs(self, seat, exercise: str) -> list[Suspect]:
        """Two mistakes at once, where they change different lines of the cell. Raises workers.Lost."""
        with self.locks[exercise]:
            if exercise not in self.pairs_made:
                self.pairs_made[exercise] = self._paired(exercise)
            for suspect in self.pairs_made[exercise]:
                self._sit(seat, suspect, exercise)
            return [suspect for suspect in self.pairs_made[exercise] if suspect.wrong]

    def elsewhere(self, seat, suspect: Suspect, exercise: str) -> Suspect:
        """The suspect with its answers to another exercise's questions as well. Raises workers.Lost."""
        with self.locks[suspect.exercise]:
            self._sit(seat, suspect, exercise)
        return suspect

    def _sit(self, seat, suspect: Suspect, exercise: str) -> None:
        """Have the reference solution, with the mistake in it, answer an exercise's questions, unless it already has."""
        places = self.places[exercise]
        if places[0] in suspect.answers:
            return
        pieces = list(self.exam.reference)
        cell = self.cells[suspect.exercise]
        pieces[cell] = replace(pieces[cell], source=suspect.code)
        wanted = [self.exam.wanted[place] for place in places]
        sheet = Sitting(seat, self.exam.questions, pieces, self.seed, self.time_limit, wanted, self.key).run()
        questions = [self.exam.asked[place] for place in places]
        key = Sheet([self.key.answers[place] for place in places])
        marks = marked(questions, [1.0] * len(places), key, sheet, pieces)
        suspect.wrong |= {place for place, mark in zip(places, marks, strict=True) if not mark.right}
        suspect.answers |= dict(zip(places, sheet.answers, strict=True))

    def _paired(self, exercise: str) -> list[Suspect]:
        cell = self.exam.reference[self.cells[exercise]].source if exercise in self.cells else ""
        commonest = sorted(self.suspects[exercise], key=lambda suspect: -suspect.seen)
        found = []
        for one, two in combinations(commonest, 2):
            code = together(cell, one.code, two.code)
            if code and len(found) < MOST_PAIRS:
                said, seen = f"{one.says} {two.says}", min(one.seen, two.seen)
                found.append(Suspect(exercise, f"{one.name} + {two.name}", "pair", said, seen, code))
        return found


def together(source: str, one: str, two: str) -> str | None:
    """The source with the changes of both variants; None where they change the same lines."""
    lines = _bare(source)
    changes = [change for variant in (one, two) for change in _changes(lines, _bare(variant))]
    changes.sort(key=lambda change: change[:2])
    if any(after[0] <= before[1] for before, after in zip(changes, changes[1:], strict=False)):
        return None
    for start, end, new in reversed(changes):
        lines[start:end] = new
    return "".join(lines)


def _bare(source: str) -> list[str]:
    """The lines without the marks of a solution, which only the lesson's own cell has."""
    return [line for line in source.splitlines(keepends=True) if line.strip() not in (BEGIN, END)]


def _changes(lines: list[str], variant: list[str]) -> list[tuple]:
    matcher = difflib.SequenceMatcher(None, lines, variant, autojunk=False)
    return [(i, j, variant[k:n]) for tag, i, j, k, n in matcher.get_opcodes() if tag != "equal"]


def _used(cells: dict[str, str]) -> dict[str, set[str]]:
    """Which other cells each cell builds on, by the names that they define; an operator's method counts as used."""
    trees = {exercise: ast.parse(source) for exercise, source in cells.items()}
    defined = {exercise: _defined(tree) for exercise, tree in trees.items()}
    named = {exercise: _named(tree) for exercise, tree in trees.items()}
    used = {
        exercise: {
            other
            for other, names in defined.items()
            if other != exercise and (names & named[exercise] or any(name.startswith("__") for name in names))
        }
        for exercise in cells
    }
    for _ in cells:  # what is built on something builds on all that this is built on
        for others in used.values():
            others |= set().union(*(used[other] for other in others)) if others else set()
    return used


def _defined(tree: ast.Module) -> set[str]:
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assigned = [node for part in tree.body if isinstance(part, ast.Assign) for node in ast.walk(part)]
    return {node.name for node in nodes} | {
        n.id for n in assigned if isinstance(getattr(n, "ctx", None), ast.Store) and hasattr(n, "id")
    }


def _named(tree: ast.Module) -> set[str]:
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}

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
from tito.grading.variants import variants
from tito.regions import BEGIN, END

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


class Known:
    """The suspects of one run. Several threads ask; each exercise's sheets are made by whoever comes first."""

    def __init__(self, exam: Exam, key: Sheet, seed: int, time_limit: float, mistakes: list[dict]):
        self.exam, self.key, self.seed, self.time_limit, self.mistakes = exam, key, seed, time_limit, mistakes
        self.places: dict[str, list[int]] = {}
        for place, question in enumerate(exam.asked):
            self.places.setdefault(question.exercise, []).append(place)
        self.cells = {piece.exercise: piece for piece in exam.reference if piece.exercise}
        self.made: dict[tuple[str, str], list[Suspect]] = {}
        self.shapes = {exercise: self._shapes(places) for exercise, places in self.places.items()}
        self.used = _used({exercise: piece.source for exercise, piece in self.cells.items()})
        self.locks = {exercise: threading.Lock() for exercise in self.places}

    def _shapes(self, places: list[int]) -> list[tuple]:
        """The shapes of the exercise's longest answers: those of its batches."""
        leaves = [leaf for place in places for leaf in self.key.answers[place].leaves]
        shapes = {leaf.value.shape for leaf in leaves if isinstance(leaf.value, np.ndarray)}
        return sorted(shapes - {()}, key=lambda shape: (-len(shape), shape))

    def uses(self, exercise: str, other: str) -> bool:
        """Whether the reference solution of an exercise builds on another's."""
        return other in self.used.get(exercise, ())

    def of(self, seat, exercise: str, kind: str) -> list[Suspect]:
        """The suspects of a kind in an exercise, with their answers to its questions. Raises workers.Lost."""
        with self.locks[exercise]:
            if exercise not in self.cells:
                return []
            if (exercise, kind) not in self.made:
                made = {MISTAKE: self._mistakes, VARIANT: self._variants, PAIR: self._pairs}[kind](exercise)
                for suspect in made:
                    self._sit(seat, suspect, exercise)
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

    def elsewhere(self, seat, suspect: Suspect, exercise: str) -> Suspect:
        """The suspect with its answers to another exercise's questions as well. Raises workers.Lost."""
        with self.locks[suspect.exercise]:
            self._sit(seat, suspect, exercise)
        return suspect

    def _sit(self, seat, suspect: Suspect, exercise: str) -> None:
        """Have the reference solution with the suspect's cell answer an exercise's questions, unless it already has."""
        places = self.places[exercise]
        if places[0] in suspect.answers:
            return
        own = self.cells[suspect.exercise]
        pieces = [replace(p, source=suspect.code) if p is own else p for p in self.exam.reference]
        wanted = [self.exam.wanted[place] for place in places]
        limit = self.time_limit if suspect.kind == MISTAKE else min(self.time_limit, SHORT)
        sheet = Sitting(seat, self.exam.questions, pieces, self.seed, limit, wanted, self.key).run()
        questions = [self.exam.asked[place] for place in places]
        key = Sheet([self.key.answers[place] for place in places])
        marks = marked(questions, [1.0] * len(places), key, sheet, pieces)
        suspect.wrong |= {place for place, mark in zip(places, marks, strict=True) if not mark.right}
        suspect.answers |= dict(zip(places, sheet.answers, strict=True))


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

"""Why an answer is wrong: a known mistake that answers alike, or a relation to the right answer that can be computed.

Nothing is said rather than guessed: a diagnosis explains a share of an exercise's wrong questions, and is given only
from SHARE on.
"""

import dataclasses
import re
from dataclasses import dataclass

import numpy as np

from tito.grading.exam import Question
from tito.grading.judge import compare, judge, number_text
from tito.grading.known import Known, Suspect
from tito.grading.marks import Mark
from tito.grading.relations import Relation, relations
from tito.grading.sheet import ANSWERED, Answer, Leaf, Sheet

SHARE = 0.6  # of the wrong questions still unexplained, which a diagnosis has to explain
LIKENESS = 0.6  # of the questions that a known mistake gets wrong, which the student has to answer as it does
MOST = 3  # diagnoses of one exercise
NUMBERS = 64  # of an answer, kept for a picture


@dataclass(frozen=True, slots=True)
class Evidence:
    """The one call that shows it best. Of `key` and `answer`, an entry is None where it is not finite."""

    question: str
    about: str  # what was asked
    expected: str
    got: str
    relation: str = ""
    key: tuple = ()  # up to 64 numbers of the expected answer, flattened
    answer: tuple = ()  # the student's
    shape: tuple = ()  # of the expected answer


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What went wrong in an exercise, in the student's terms; `kind` is mistake, pair or relation.

    It explains `explains` of the `of` wrong questions, and costs marks in the exercises `costs` as well.
    """

    exercise: str
    name: str
    kind: str
    says: str
    explains: int
    of: int
    evidence: Evidence
    costs: tuple[str, ...] = ()


def read_diagnosis(entry: dict) -> Diagnosis:
    """A diagnosis from what dataclasses.asdict made of it and JSON brought back."""
    shown = {name: tuple(value) if type(value) is list else value for name, value in entry["evidence"].items()}
    return Diagnosis(**entry | {"evidence": Evidence(**shown), "costs": tuple(entry["costs"])})


def diagnose(known: Known, seat, sheet: Sheet, marks: list[Mark]) -> list[Diagnosis]:
    """The diagnoses of a sheet, by exercise; none where all is right. Raises workers.Lost."""
    wrong: dict[str, list[int]] = {}
    for place, mark in enumerate(marks):
        if not mark.right:
            wrong.setdefault(mark.exercise, []).append(place)
    found: list[tuple[Diagnosis, Suspect | None]] = []
    for exercise, places in wrong.items():
        left = _blamed(known, seat, sheet, exercise, places, found)
        found += Exercise(known, seat, sheet, exercise, len(places)).diagnosed(left)
    return [diagnosis for diagnosis, _ in found]


def _blamed(known: Known, seat, sheet: Sheet, exercise: str, places: list[int], found: list) -> list[int]:
    """The wrong places that no mistake in an earlier exercise explains; what it costs here is noted with it."""
    for number, (diagnosis, suspect) in enumerate(found):
        if suspect and places and known.uses(exercise, suspect.exercise):
            known.elsewhere(seat, suspect, exercise)
            hits = Exercise(known, seat, sheet, exercise, len(places)).explained(suspect, places)
            if hits:
                found[number] = dataclasses.replace(diagnosis, costs=(*diagnosis.costs, exercise)), suspect
                places = [place for place in places if place not in hits]
    return places


@dataclass
class Exercise:
    """One exercise of one submission, with `of` wrong questions."""

    known: Known
    seat: object
    sheet: Sheet
    exercise: str
    of: int

    def diagnosed(self, left: list[int]) -> list[tuple[Diagnosis, Suspect | None]]:
        """What explains the places that are left, the most telling first."""
        found = []
        while left and len(found) < MOST:
            suspect, hits = self._suspect(left, pairs=not found)
            if suspect:
                found.append((self._by_suspect(suspect, hits), suspect))
            else:
                relation, hits = self._relation(left)
                if not relation:
                    break
                told = Diagnosis(
                    self.exercise, relation.name, "relation", relation.says, len(hits), self.of, self._shown(hits)
                )
                found.append((told, None))
            left = [place for place in left if place not in hits]
        return found

    def _suspect(self, left: list[int], pairs: bool) -> tuple[Suspect | None, list[int]]:
        """The suspect that explains most, and what it explains; pairs only where no single mistake does."""
        for suspects in (self.known.of, self.known.pairs) if pairs else (self.known.of,):
            ranked = [(self.explained(suspect, left), suspect) for suspect in suspects(self.seat, self.exercise)]
            ranked = [(hits, suspect) for hits, suspect in ranked if hits]
            if ranked:
                hits, suspect = max(ranked, key=lambda pair: (len(pair[0]), -len(pair[1].wrong), pair[1].seen))
                return suspect, hits
        return None, []

    def explained(self, suspect: Suspect, left: list[int]) -> list[int]:
        """The wrong places at which the student answers as the suspect does; none unless they are enough."""
        own = [place for place in self.known.places[self.exercise] if place in suspect.wrong]
        asked = self.known.exam.asked
        aspects = {asked[place].aspect for place in own}
        scope = [place for place in left if asked[place].aspect in aspects]
        misses, hits = len(scope) - SHARE * len(scope), []
        for place in scope:
            if place in suspect.wrong and self._same(place, suspect):
                hits.append(place)
            else:
                misses -= 1
                if misses < -1e-9:
                    return []
        return hits if hits and len(hits) >= LIKENESS * len(own) else []

    def _same(self, place: int, suspect: Suspect) -> bool:
        return same(self.known.loose[place], suspect.answers[place], self.sheet.answers[place])

    def _by_suspect(self, suspect: Suspect, hits: list[int]) -> Diagnosis:
        told = (suspect.name, suspect.kind, suspect.says)
        return Diagnosis(self.exercise, *told, len(hits), self.of, self._shown(hits))

    def _relation(self, left: list[int]) -> tuple[Relation | None, list[int]]:
        """The relation that most of the wrong answers have in common, and where."""
        found: dict[str, list] = {}
        for place in left:
            for relation in self._relations(place):
                found.setdefault(relation.name, []).append((place, relation))
        for pairs in sorted(found.values(), key=len, reverse=True):
            aspects = {self.known.exam.asked[place].aspect for place, _ in pairs}
            scope = [place for place in left if self.known.exam.asked[place].aspect in aspects]
            if len(pairs) >= SHARE * len(scope) and (pairs[0][1].sure or len(pairs) > 1):
                return pairs[0][1], [place for place, _ in pairs]
        return None, []

    def _relations(self, place: int) -> list[Relation]:
        question, key, got = self.known.exam.asked[place], self.known.key.answers[place], self.sheet.answers[place]
        return relations(question, key, got, self.known.shapes[self.exercise])

    def _shown(self, hits: list[int]) -> Evidence:
        """The call that shows it best: one number before many, a value before its gradient."""
        asked = self.known.exam.asked
        place = min(
            hits, key=lambda place: (_entries(self.known.key.answers[place]), asked[place].aspect == "gradient")
        )
        question, key, got = asked[place], self.known.key.answers[place], self.sheet.answers[place]
        telling = [relation.shown for relation in self._relations(place) if relation.shown]
        return evidence(question, key, got, telling[0] if telling else "")


def same(question: Question, one: Answer, other: Answer) -> bool:
    """Whether two answers go wrong alike: the same values, or the same error with the same text but for its numbers."""
    if one.status != other.status:
        return False
    if one.status == ANSWERED:
        return judge(question, one, other).right
    return (one.error, _plain(one.message)) == (other.error, _plain(other.message))


def _plain(message: str) -> str:
    return re.sub(r"\d+", "#", message)


def _entries(answer: Answer) -> float:
    sizes = [leaf.value.size for leaf in answer.leaves if isinstance(leaf.value, np.ndarray)]
    return sum(sizes) or float("inf")


def evidence(question: Question, key: Answer, got: Answer, relation: str) -> Evidence:
    """One call: what was asked, expected and got, and the numbers behind it."""
    number = _telling(question, key, got)
    wanted = key.leaves[number] if number < len(key.leaves) else None
    given = got.leaves[number] if number < len(got.leaves) and got.status == ANSWERED else None
    place = _place(wanted, given)
    numbers = _numbers(wanted), _numbers(given), getattr(getattr(wanted, "value", None), "shape", ())
    return Evidence(
        question.name, question.about, _text(key, wanted, place), _text(got, given, place), relation, *numbers
    )


def _telling(question: Question, key: Answer, got: Answer) -> int:
    """The number of the first value that is wrong."""
    if got.status == key.status == ANSWERED and len(key.leaves) == len(got.leaves):
        plain = dataclasses.replace(question, aspect="value")
        for number, (name, wanted, given) in enumerate(
            zip(key.keys or [""] * len(key.leaves), key.leaves, got.leaves, strict=True)
        ):
            if not compare(plain, name, wanted, given).right:
                return number
    return 0


def _place(wanted: Leaf | None, given: Leaf | None) -> tuple | None:
    """Where two arrays of one shape differ most plainly; None where there is no such place."""
    arrays = [leaf.value for leaf in (wanted, given) if leaf and isinstance(leaf.value, np.ndarray)]
    if len(arrays) < 2 or arrays[0].shape != arrays[1].shape or not arrays[0].ndim or not arrays[0].size:
        return None
    with np.errstate(all="ignore"):
        gap = np.abs(arrays[0] - arrays[1]) if arrays[0].dtype.kind != "b" else arrays[0] != arrays[1]
        gap = np.where(np.isfinite(arrays[1]) | ~np.isfinite(arrays[0]), np.nan_to_num(gap), np.inf)
    return tuple(int(n) for n in np.unravel_index(np.argmax(gap), gap.shape))


def _text(answer: Answer, leaf: Leaf | None, place: tuple | None) -> str:
    """An answer in a few words."""
    if answer.status != ANSWERED:
        return (f"{answer.error}: {answer.message}" if answer.error else answer.message or answer.status)[:200]
    if leaf is None:
        return f"{len(answer.leaves)} values"
    if not isinstance(leaf.value, np.ndarray):
        return "None" if leaf.value is None else str(leaf.value)[:80]
    if place is not None:
        return f"{number_text(leaf.value[place])} at {list(place)}"
    if leaf.value.size == 1:
        return number_text(leaf.value.reshape(-1)[0])
    return f"shape {leaf.value.shape}"


def _numbers(leaf: Leaf | None) -> tuple:
    if leaf is None or not isinstance(leaf.value, np.ndarray) or leaf.value.dtype.kind == "c":
        return ()
    flat = [float(x) for x in leaf.value.reshape(-1)[:NUMBERS]]
    return tuple(float(f"{x:.6g}") if np.isfinite(x) else None for x in flat)

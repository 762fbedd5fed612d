"""Why one exercise is wrong: a known mistake that answers alike, or a relation to the right answer that is computed.

Nothing is said rather than guessed: what is said explains a share of the wrong questions, at least SHARE of those that
it is about, and a suspect shows in at least LIKENESS of the questions that it gets wrong.
"""

import dataclasses
import functools
import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from tito.grading.evidence import evidence
from tito.grading.exam import Question
from tito.grading.findings import Diagnosis, Evidence
from tito.grading.judge import judge
from tito.grading.known import MISTAKE, PAIR, VARIANT, Known, Suspect, drops
from tito.grading.ratios import Relation
from tito.grading.relations import NOT_WRITTEN, relations
from tito.grading.remembered import digest, remembered
from tito.grading.sheet import ANSWERED, RAISED, Answer, Sheet

SHARE = 0.6  # of the wrong questions still unexplained, which a diagnosis has to explain
LIKENESS = 0.6  # of the questions that a known mistake gets wrong, which the student has to answer as it does
CLOSE = 0.75  # both, for what nobody was seen to do: pairs of mistakes, and slips of the reference solution's
MOST = 3  # diagnoses of one exercise
LOOSE = (1e-5, 1e-7), (1e-3, 1e-5)  # rtol and atol of float64, and of less, within which wrong answers are alike


@dataclass
class Exercise:
    """One exercise of one submission, with the places of its wrong questions."""

    known: Known
    seat: object
    sheet: Sheet
    name: str
    wrong: list[int]

    @property
    def of(self) -> int:
        return len(self.wrong)

    @functools.cached_property
    def digest(self) -> bytes:
        return digest({place: self.sheet.answers[place] for place in self.wrong})

    @remembered
    def diagnosed(self, left: list[int]) -> list[Diagnosis]:
        """What explains the places that are left, the most telling first."""
        found: dict[str, tuple[list[int], Diagnosis]] = {}
        while left and len(found) < MOST:
            name, kind, says, hits = self._best(left) or ("", "", "", [])
            if not hits:
                break
            left = [place for place in left if place not in hits]
            hits = sorted({*hits, *(found[name][0] if name in found else ())})
            found[name] = hits, Diagnosis(self.name, name, kind, says, len(hits), self.of, self.shown(hits))
        return sorted((diagnosis for _, diagnosis in found.values()), key=lambda diagnosis: -diagnosis.explains)

    def unwritten(self) -> Diagnosis:
        """That the cell is as it was handed out: what else its answers may look like is nobody's mistake."""
        stubs = [place for place in self.wrong if self.sheet.answers[place].error == "NotImplementedError"]
        shown = self.shown(stubs or self.wrong)
        return Diagnosis(self.name, NOT_WRITTEN.name, "relation", NOT_WRITTEN.says, self.of, self.of, shown)

    def _best(self, left: list[int]) -> tuple | None:
        """A known mistake before a plain relation, that before two mistakes at once or a slip of the reference's."""
        comparable = self.comparable(left)
        return (
            (comparable and self._by(left, MISTAKE))
            or self._related(left, local=False)
            or self._unmoved(left)
            or (comparable and (self._by(left, PAIR) or self._by(left, VARIANT)))
            or self._related(left, local=True)
        )

    def _by(self, left: list[int], kind: str) -> tuple | None:
        suspect, hits = self.suspected(left, kind)
        return (suspect.name, kind, suspect.says, hits) if suspect else None

    @remembered
    def suspected(self, left: list[int], kind: str) -> tuple[Suspect | None, list[int]]:
        """The suspect of a kind that explains most, and what it explains."""
        suspects = self.known.of(self.seat, self.name, kind)
        hits, suspect = max(((self.explained(s, left), s) for s in suspects), key=_rank, default=([], None))
        return (suspect, hits) if hits else (None, [])

    def by_suspect(self, suspect: Suspect, hits: list[int]) -> Diagnosis:
        """The diagnosis that a suspect is."""
        return Diagnosis(self.name, suspect.name, suspect.kind, suspect.says, len(hits), self.of, self.shown(hits))

    def comparable(self, left: list[int]) -> bool:
        """Whether there is something to compare: what is not written, or never ends, is like any other such code."""
        answers = [self.sheet.answers[place] for place in left]
        return any(a.status == ANSWERED or (a.status == RAISED and a.error != "NotImplementedError") for a in answers)

    def explained(self, suspect: Suspect, left: list[int]) -> list[int]:
        """The wrong places at which the student answers as the suspect does; none unless they are enough."""
        own = [place for place in self.known.places[self.name] if place in suspect.wrong]
        scope = self._scope(own, left)
        share, likeness = (CLOSE, CLOSE) if suspect.kind in (PAIR, VARIANT) else (SHARE, LIKENESS)
        misses, hits = len(scope) - share * len(scope), []
        for place in scope:
            if place in suspect.wrong and self._same(place, suspect):
                hits.append(place)
            else:
                misses -= 1
                if misses < -1e-9:
                    return []
        return hits if hits and len(hits) >= likeness * len(own) else []

    def _scope(self, own: list[int], left: list[int]) -> list[int]:
        """The wrong places that count: whoever errs in a formula may well forget a refusal, and the other way round."""
        errors = self.known.refusing[self.name]
        if errors.issuperset(own):
            return [place for place in left if place in errors]
        return [place for place in left if place not in errors or place in own]

    def _aspect(self, place: int) -> str:
        return self.known.asked[place].aspect

    def _same(self, place: int, suspect: Suspect) -> bool:
        got = self.sheet.answers[place]
        if place in suspect.drops and drops(self.known.key.answers[place], got):
            return True
        return same(self.known.asked[place], suspect.answers[place], got)

    def _related(self, left: list[int], local: bool) -> tuple | None:
        """The relation that most wrong answers have in common; a local one may hold for some aspects alone."""
        found: dict[str, list] = {}
        for place in left:
            for name, relation in {relation.name: relation for relation in self._relations(place)}.items():
                found.setdefault(name, []).append((place, relation))
        for pairs in sorted(found.values(), key=len, reverse=True):
            relation, places = pairs[0][1], [place for place, _ in pairs]
            if local and relation.local:
                places = self._in_its_aspects(places, left)
            elif len(places) < SHARE * len(self._scope(places, left)):
                continue
            if places and (relation.sure or len(places) > 1):
                return relation.name, "relation", relation.says, places
        return None

    def _in_its_aspects(self, places: list[int], left: list[int]) -> list[int]:
        """Those of the places that are most of what is wrong in their aspect."""
        here, there = (Counter(map(self._aspect, some)) for some in (places, left))
        return [n for n in places if here[self._aspect(n)] >= SHARE * there[self._aspect(n)]]

    def _unmoved(self, left: list[int]) -> tuple | None:
        """Answers that are the same number again and again, where the right ones are not."""
        numbers = {place: _numbers(self.sheet.answers[place]) for place in left}
        same = {place: found.pop() for place, found in numbers.items() if len(found) == 1}
        places = self._in_its_aspects(list(same), left)
        keys = set().union(*(_numbers(self.known.key.answers[place]) for place in places))
        if len(places) < 3 or len(keys) < 3 or len({same[place] for place in places}) > 1:
            return None
        says = f"You return {same[places[0]]:.6g} whatever you are given, which fits one example at most."
        return "always the same", "relation", says, places

    def _relations(self, place: int) -> list[Relation]:
        question, key, got = self.known.asked[place], self.known.key.answers[place], self.sheet.answers[place]
        return relations(question, key, got, self.known.shapes[self.name])

    def shown(self, hits: list[int]) -> Evidence:
        """The call that shows it best: one number before many, a value before its gradient."""
        asked = self.known.asked
        place = min(
            hits, key=lambda place: (asked[place].aspect == "gradient", _entries(self.known.key.answers[place]))
        )
        question, key, got = asked[place], self.known.key.answers[place], self.sheet.answers[place]
        telling = [relation.shown for relation in self._relations(place) if relation.shown and relation.sure]
        return evidence(question, key, got, telling[0] if telling else "")


def _rank(pair: tuple[list[int], Suspect]) -> tuple:
    hits, suspect = pair
    return len(hits), -len(suspect.wrong) if hits else 0, suspect.seen


def same(question: Question, one: Answer, other: Answer) -> bool:
    """Whether two answers go wrong alike: the same values, or the same error with the same text but for its numbers."""
    if one.status != other.status:
        return False
    if one.status == ANSWERED:
        coarse = any(isinstance(leaf.value, np.ndarray) and leaf.value.dtype.itemsize < 8 for leaf in one.leaves)
        return judge(_loosely(question, coarse), one, other).right
    return (one.error, _plain(one.message)) == (other.error, _plain(other.message))


@functools.cache
def _loosely(question: Question, coarse: bool) -> Question:
    """The question with the tolerance that one mistake, written in two ways, needs."""
    return dataclasses.replace(question, tolerance=LOOSE[coarse])


def _plain(message: str) -> str:
    return re.sub(r"\d+", "#", message)


def _numbers(answer: Answer) -> set[float]:
    """The different numbers in an answer of few numbers; none where it holds anything else."""
    values = [leaf.value for leaf in answer.leaves if leaf.kind != "bool"]
    if not all(isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size < 100 for value in values):
        return set()
    return {float(number) for value in values for number in value.reshape(-1)}


def _entries(answer: Answer) -> float:
    sizes = [leaf.value.size for leaf in answer.leaves if isinstance(leaf.value, np.ndarray)]
    return sum(sizes) or float("inf")

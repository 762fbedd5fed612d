"""Why one exercise is wrong: a known mistake that answers alike, or a relation to the right answer that is computed.

Nothing is said rather than guessed: what is said explains a share of the wrong questions, at least SHARE of those that
it is about, and a suspect shows in at least LIKENESS of the questions that it gets wrong.
"""

import dataclasses
import functools
import re
from dataclasses import dataclass

import numpy as np

from tito.grading.evidence import evidence
from tito.grading.exam import Question
from tito.grading.findings import Diagnosis, Evidence
from tito.grading.judge import judge
from tito.grading.known import MISTAKE, PAIR, VARIANT, Known, Suspect, drops
from tito.grading.ratios import Relation
from tito.grading.relations import relations
from tito.grading.sheet import ANSWERED, RAISED, Answer, Sheet

SHARE = 0.6  # of the wrong questions still unexplained, which a diagnosis has to explain
LIKENESS = 0.6  # of the questions that a known mistake gets wrong, which the student has to answer as it does
CLOSE = 0.75  # both, for what nobody was seen to do: pairs of mistakes, and slips of the reference solution's
MOST_SHOWN = 6  # calls from which the evidence is chosen
MOST = 3  # diagnoses of one exercise
LOOSE = (1e-5, 1e-7), (1e-3, 1e-5)  # rtol and atol of float64, and of less, within which wrong answers are alike


@dataclass
class Exercise:
    """One exercise of one submission, with `of` wrong questions."""

    known: Known
    seat: object
    sheet: Sheet
    name: str
    of: int

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

    def _best(self, left: list[int]) -> tuple | None:
        """A known mistake before a plain relation, that before two mistakes at once or a slip of the reference's."""
        comparable = self.comparable(left)
        return (
            (comparable and self._by(left, MISTAKE))
            or self._related(left, local=False)
            or (comparable and (self._by(left, PAIR) or self._by(left, VARIANT)))
            or self._related(left, local=True)
        )

    def _by(self, left: list[int], kind: str) -> tuple | None:
        suspect, hits = self.suspected(left, kind)
        return (suspect.name, kind, suspect.says, hits) if suspect else None

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
        """The relation that most wrong answers have in common; a local one may hold for its aspects alone."""
        found: dict[str, list] = {}
        for place in left:
            for name, relation in {relation.name: relation for relation in self._relations(place)}.items():
                found.setdefault(name, []).append((place, relation))
        for pairs in [*self._unmoved(left), *sorted(found.values(), key=len, reverse=True)]:
            relation, places = pairs[0][1], [place for place, _ in pairs]
            scope = self._scope(places, left)
            if local and relation.local:
                aspects = {self._aspect(place) for place in places}
                scope = [place for place in left if self._aspect(place) in aspects]
            if len(pairs) >= SHARE * len(scope) and (relation.sure or len(pairs) > 1):
                return relation.name, "relation", relation.says, places
        return None

    def _unmoved(self, left: list[int]) -> list[list[tuple]]:
        """The relation of answers that are always the same number, where the right ones are not."""
        single = {place: (_single(self.known.key.answers[place]), _single(self.sheet.answers[place])) for place in left}
        single = {place: pair for place, pair in single.items() if None not in pair}
        if (
            len(single) < 3
            or len({got for _, got in single.values()}) > 1
            or len({key for key, _ in single.values()}) < 3
        ):
            return []
        number = f"{next(iter(single.values()))[1]:.6g}"
        told = Relation("always the same", f"You return {number} whatever you are given: it fits one example at most.")
        return [[(place, told) for place in single]]

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


def _single(answer: Answer) -> float | None:
    """The one number that an answer is; None if it is anything else."""
    value = answer.leaves[0].value if answer.status == ANSWERED and len(answer.leaves) == 1 else None
    alone = isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind in "fiu"
    return float(value.reshape(-1)[0]) if alone else None


def _entries(answer: Answer) -> float:
    sizes = [leaf.value.size for leaf in answer.leaves if isinstance(leaf.value, np.ndarray)]
    return sum(sizes) or float("inf")

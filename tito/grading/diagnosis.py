"""Why an answer is wrong: a known mistake that answers alike, or a relation to the right answer that can be computed.

Nothing is said rather than guessed: a diagnosis explains a share of an exercise's wrong questions, and is given only
from SHARE on.
"""

import dataclasses
import functools
import re
from dataclasses import dataclass

import numpy as np

from tito.grading.exam import Question
from tito.grading.judge import compare, judge, number_text
from tito.grading.known import MISTAKE, PAIR, VARIANT, Known, Suspect
from tito.grading.marks import Mark
from tito.grading.ratios import Relation
from tito.grading.relations import relations
from tito.grading.sheet import ANSWERED, RAISED, Answer, Leaf, Sheet

SHARE = 0.6  # of the wrong questions still unexplained, which a diagnosis has to explain
LIKENESS = 0.6  # of the questions that a known mistake gets wrong, which the student has to answer as it does
CLOSE = 0.75  # both, for what nobody was seen to do: pairs of mistakes, and slips of the reference solution's
MOST_SHOWN = 6  # calls from which the evidence is chosen
MOST = 3  # diagnoses of one exercise
LOOSE = (1e-5, 1e-7), (1e-3, 1e-5)  # rtol and atol of float64, and of less, within which wrong answers are alike
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


def diagnose(known: Known, seat, sheet: Sheet, marks: list[Mark], pieces: list) -> list[Diagnosis]:
    """The diagnoses of a sheet, by exercise; none where all is right. Raises workers.Lost."""
    wrong: dict[str, list[int]] = {}
    for place, mark in enumerate(marks):
        if not mark.right:
            wrong.setdefault(mark.exercise, []).append(place)
    found: dict[str, list[Diagnosis]] = {}
    causes: list[Suspect] = []
    for exercise, places in wrong.items():
        own = Exercise(known, seat, sheet, exercise, len(places))
        left = places
        for cause in causes:
            hits = own.blamed(cause, left)
            left = [place for place in left if place not in hits]
            if hits:
                found[cause.exercise] = _noted(found[cause.exercise], exercise)
        told = own.diagnosed(left)
        found[exercise] = [diagnosis for diagnosis, _ in told]
        if found[exercise] and any(known.uses(other, exercise) for other in wrong):
            causes += [suspect for _, suspect in told if suspect] + _own_cell(exercise, pieces, sheet, places)
    return [_with_costs(diagnosis) for diagnoses in found.values() for diagnosis in diagnoses]


def _own_cell(exercise: str, pieces: list, sheet: Sheet, places: list[int]) -> list[Suspect]:
    """The student's own cell as a suspect: what the reference answers with it in place of its own."""
    code = [piece.source for piece in pieces if piece.exercise == exercise and not piece.module]
    safe = all(sheet.answers[place].status in (ANSWERED, RAISED) for place in places)
    written = all(sheet.answers[place].error != "NotImplementedError" for place in places)
    return [Suspect(exercise, "", "", "", 0, code[0])] if len(code) == 1 and safe and written else []


def _noted(diagnoses: list[Diagnosis], exercise: str) -> list[Diagnosis]:
    """The first diagnosis of a cause, with an exercise that it costs marks in."""
    first, *rest = diagnoses
    costs = (*first.costs, exercise)
    return [dataclasses.replace(first, costs=tuple(dict.fromkeys(costs))), *rest]


def _with_costs(diagnosis: Diagnosis) -> Diagnosis:
    if not diagnosis.costs:
        return diagnosis
    named = ", ".join(diagnosis.costs[:3]) + (", …" if len(diagnosis.costs) > 3 else "")
    where = f"{len(diagnosis.costs)} other exercises ({named})" if len(diagnosis.costs) > 1 else named
    says = f"{diagnosis.says} Your {diagnosis.exercise} costs you marks in {where} too: put it right first."
    return dataclasses.replace(diagnosis, says=says)


@dataclass
class Exercise:
    """One exercise of one submission, with `of` wrong questions."""

    known: Known
    seat: object
    sheet: Sheet
    exercise: str
    of: int

    def blamed(self, cause: Suspect, left: list[int]) -> list[int]:
        """The wrong places that a mistake in another exercise, on which this one builds, explains."""
        if not left or not self.known.uses(self.exercise, cause.exercise):
            return []
        self.known.elsewhere(self.seat, cause, self.exercise)
        return self.explained(cause, left)

    def diagnosed(self, left: list[int]) -> list[tuple[Diagnosis, Suspect | None]]:
        """What explains the places that are left, the most telling first."""
        found: dict[str, tuple] = {}
        while left and len(found) < MOST:
            best = self._best(left)
            if not best:
                break
            name, kind, says, hits, suspect = best
            hits = sorted({*hits, *(found[name][0] if name in found else ())})
            found[name] = (
                hits,
                Diagnosis(self.exercise, name, kind, says, len(hits), self.of, self._shown(hits)),
                suspect,
            )
            left = [place for place in left if place not in hits]
        told = [(diagnosis, suspect) for _, diagnosis, suspect in found.values()]
        return sorted(told, key=lambda pair: -pair[0].explains)

    def _best(self, left: list[int]) -> tuple | None:
        """A known mistake before a plain relation, that before two mistakes at once or a slip of the reference's."""
        comparable = self._comparable(left)
        return (
            (comparable and self._suspected(left, MISTAKE))
            or self._related(left, local=False)
            or (comparable and (self._suspected(left, PAIR) or self._suspected(left, VARIANT)))
            or self._related(left, local=True)
        )

    def _suspected(self, left: list[int], kind: str) -> tuple | None:
        """The suspect of a kind that explains most."""
        suspects = self.known.of(self.seat, self.exercise, kind)
        hits, suspect = max(((self.explained(s, left), s) for s in suspects), key=_rank, default=([], None))
        return (suspect.name, kind, suspect.says, hits, suspect) if hits else None

    def _comparable(self, left: list[int]) -> bool:
        """Whether something can be compared: what is not written, or does not end, is like any other such code."""
        answers = [self.sheet.answers[place] for place in left]
        return any(a.status == ANSWERED or (a.status == RAISED and a.error != "NotImplementedError") for a in answers)

    def explained(self, suspect: Suspect, left: list[int]) -> list[int]:
        """The wrong places at which the student answers as the suspect does; none unless they are enough."""
        own = [place for place in self.known.places[self.exercise] if place in suspect.wrong]
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
        errors = {place for place in self.known.places[self.exercise] if self._aspect(place) == "errors"}
        if errors >= set(own):
            return [place for place in left if place in errors]
        return [place for place in left if place not in errors or place in own]

    def _aspect(self, place: int) -> str:
        return self.known.exam.asked[place].aspect

    def _same(self, place: int, suspect: Suspect) -> bool:
        return same(self.known.exam.asked[place], suspect.answers[place], self.sheet.answers[place])

    def _related(self, left: list[int], local: bool) -> tuple | None:
        """The relation that most wrong answers have in common, and where; a local one may hold for its aspects alone."""
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
                return relation.name, "relation", relation.says, places, None
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
        question, key, got = self.known.exam.asked[place], self.known.key.answers[place], self.sheet.answers[place]
        return relations(question, key, got, self.known.shapes[self.exercise])

    def _shown(self, hits: list[int]) -> Evidence:
        """The call that shows it best: one number before many, a value before its gradient."""
        asked = self.known.exam.asked
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

"""Which submissions are suspiciously alike: winnowing over normalised code, as MOSS does it. A hint, never a verdict.

Of each submission the fingerprints are taken (see tito.similarity.winnowing). Those of the released stub, of the
reference solution and of what many wrote are dropped; sorted by fingerprint, the rest gives the pairs without comparing
everybody with everybody. Students whose whole code is the same count as one writer: a copy that goes round is not what
many wrote, however many hand it in. Answers in words are compared in the same way, word by word, apart from the code.

Written here because copydetect, the library at hand, compares all pairs of files: 12 million for 5,000 students.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from tito.similarity.sources import Prose, Sources, handed_in, of_notebook
from tito.similarity.winnowing import K, tokens, winnowed, words

__all__ = ["REFERENCE", "Match", "Pair", "alike", "compare", "handed_in"]

FEWEST, SHARE = 8, 0.5  # shared fingerprints, and their part of the smaller submission's: below, custom explains them
LONG, MOST = 20, 0.8  # the same of one long exercise; and, since many honest ways lead there, of the reference solution
WHOLE = 100  # fingerprints beside the stub's that nobody writes the same by chance
COMMON = 10  # writers beyond which a fingerprint is common; of a large class 1 %, of a small one a quarter
REFERENCE = "the reference solution in modules/"  # no submission is called so: the name of a file has no /
SHOWN, ABOVE = 200, 3  # lines of an exercise beside another's, and those above the first that is alike

Marks = dict[str, np.ndarray]  # fingerprints by exercise, each once


@dataclass(frozen=True)
class Match:
    """An exercise, or an answer in words, of one beside that of the other: lines, each with whether it is alike."""

    exercise: str
    first: list[tuple[str, bool]]
    other_exercise: str
    second: list[tuple[str, bool]]


@dataclass(frozen=True)
class Pair:
    """Two submissions; `share` is the part of the smaller one's unusual code, or words, that the other has too.

    No `matches`: the second is the same as the one that the first is shown beside.
    """

    first: str
    second: str
    share: float
    shared: int
    exercises: tuple[str, ...]
    matches: list[Match] = field(repr=False, default_factory=list)


def alike(course, module, submissions: dict[str, Sources]) -> list[Pair]:
    """Pairs of students whose work is alike, and students whose work is the reference's; the most alike first."""
    from tito.author.release import student_edition

    notebook, found = module.read(), []
    released, solution = of_notebook(student_edition(course, notebook, [])), of_notebook(notebook)
    for kind, *sizes in ((str, LONG, WHOLE), (Prose, FEWEST, FEWEST)):  # by chance nobody writes a paragraph the same
        texts = {student: _only(kind, sources) for student, sources in submissions.items()}
        found += compare(texts, _only(kind, released), _only(kind, solution), *sizes)
    return _sorted(found)


def _only(kind: type, sources: Sources) -> Sources:
    return {exercise: source for exercise, source in sources.items() if type(source) is kind}


def _sorted(pairs: list[Pair]) -> list[Pair]:
    return sorted(pairs, key=lambda pair: (-pair.share, -pair.shared, pair.first, pair.second))


def compare(submissions, released: Sources, solution: Sources, long: int = LONG, whole: int = WHOLE) -> list[Pair]:
    """The same for given texts, all code or all prose; `long` and `whole` are what LONG and WHOLE are for code."""
    known: dict[str, np.ndarray] = {}  # of code that several handed in as it is
    marks = {student: _marks(sources, known) for student, sources in submissions.items()}
    stub, reference = (_all(_marks(sources, known)) for sources in (released, solution))
    rings = _rings(marks, stub, whole)
    writers = {ring[0]: marks[ring[0]] for ring in rings}
    spread, counts = np.unique(
        np.concatenate([np.array([], np.uint64), *map(_all, writers.values())]), return_counts=True
    )
    limit = max(2, min(COMMON, len(marks) // 4), len(marks) // 100)
    rare = np.setdiff1d(spread[counts <= limit], stub, assume_unique=True)
    unusual = {student: _kept(found, rare) for student, found in writers.items()}
    own_rare = np.setdiff1d(rare, reference, assume_unique=True)
    found = _pairs({student: _kept(each, own_rare) for student, each in unusual.items()}, long)
    found += _copies(unusual, np.setdiff1d(reference, stub, assume_unique=True), long)
    texts = submissions | {REFERENCE: solution}
    told = [_told(first, second, share, shared, texts) for first, second, share, shared in found]
    for ring in rings:
        told += _same(ring, np.setdiff1d(_all(marks[ring[0]]), stub, assume_unique=True), texts)
    return _sorted(told)


def _rings(marks: dict[str, Marks], stub: np.ndarray, least: int) -> list[list[str]]:
    """Those whose whole work is the same, of at least so many fingerprints, together; everyone else alone."""
    found: dict[bytes | str, list[str]] = {}
    for student, own in marks.items():
        whole = np.setdiff1d(_all(own), stub, assume_unique=True)
        found.setdefault(whole.tobytes() if len(whole) >= least else student, []).append(student)
    return list(found.values())


def _same(ring: list[str], shared: np.ndarray, texts: dict[str, Sources]) -> list[Pair]:
    """The first of a ring with each of the others; side by side once, for it would show the same each time."""
    first, *others = ring
    if not others:
        return []
    pair = _told(first, others[0], 1.0, shared, texts)
    return [pair, *(replace(pair, second=other, matches=[]) for other in others[1:])]


def _pairs(own: dict[str, Marks], long: int) -> list[tuple]:
    """Pairs of students who share enough of what few have: (first, second, share, shared fingerprints)."""
    students, together = list(own), [_all(marks) for marks in own.values()]
    holders = np.repeat(np.arange(len(students)), [len(marks) for marks in together])
    marks = np.concatenate([np.array([], np.uint64), *together])
    order = np.argsort(marks, kind="stable")
    _, starts = np.unique(marks[order], return_index=True)
    groups = (group.tolist() for group in np.split(holders[order], starts[1:]) if len(group) > 1)
    counts = Counter(pair for group in groups for pair in combinations(group, 2))
    found = []
    for (a, b), count in counts.items():
        share = count / min(len(together[a]), len(together[b]))
        if count >= FEWEST and (share >= SHARE or count >= long):
            shared = np.intersect1d(together[a], together[b], assume_unique=True)
            if share >= SHARE or any(_long(own[students[at]], shared, long) for at in (a, b)):
                found.append((students[a], students[b], share, shared))
    return found


def _copies(unusual: dict[str, Marks], solution: np.ndarray, long: int) -> Iterator[tuple]:
    """Students whose unusual code is mostly the reference's, or who have a long exercise of it."""
    for student, marks in unusual.items():
        own = _all(marks)
        shared = np.intersect1d(own, solution, assume_unique=True)
        if len(shared) >= long and (len(shared) >= MOST * len(own) or _long(marks, shared, long)):
            yield student, REFERENCE, len(shared) / len(own), shared


def _long(own: Marks, shared: np.ndarray, long: int) -> bool:
    """Whether nearly all of a long exercise is shared."""
    return any(
        len(marks) >= long and _among(marks, shared).sum() >= max(long, MOST * len(marks)) for marks in own.values()
    )


def _all(marks: Marks) -> np.ndarray:
    """The fingerprints of all exercises, each once."""
    return np.unique(np.concatenate([np.array([], np.uint64), *marks.values()]))


def _kept(marks: Marks, wanted: np.ndarray) -> Marks:
    """Those of the fingerprints that are wanted, a sorted array."""
    return {exercise: found[_among(found, wanted)] for exercise, found in marks.items()}


def _among(found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Whether each is among the wanted; np.isin would sort the wanted ones, which are of the whole class, each time."""
    if not len(wanted):
        return np.zeros(len(found), bool)
    return wanted[np.minimum(np.searchsorted(wanted, found), len(wanted) - 1)] == found


def _marks(sources: Sources, known: dict[str, np.ndarray]) -> Marks:
    for source in sources.values():
        if source not in known:
            known[source] = np.unique(winnowed(_sequence(source))[0])
    return {exercise: known[source] for exercise, source in sources.items()}


def _sequence(source: str) -> list[tuple[str, int]]:
    return list(words(source) if isinstance(source, Prose) else tokens(source))


def _told(first: str, second: str, share: float, shared: np.ndarray, texts: dict[str, Sources]) -> Pair:
    """The pair with its exercises side by side, those with most in common first."""
    here, there = (_places(texts[name], set(shared.tolist())) for name in (first, second))
    beside = Counter((here[mark][0], there[mark][0]) for mark in shared.tolist())
    matches = []
    for one, other in [pair for pair, _ in beside.most_common()]:
        both = [mark for mark in here if (here[mark][0], there[mark][0]) == (one, other)]
        lines = (_lines(texts[first][one], here, both), _lines(texts[second][other], there, both))
        matches.append(Match(one, lines[0], other, lines[1]))
    exercises = tuple(dict.fromkeys(match.exercise for match in matches))
    return Pair(first, second, round(share, 4), len(shared), exercises, matches)


def _places(sources: Sources, wanted: set[int]) -> dict[int, tuple[str, range]]:
    """Where these fingerprints come from: an exercise and its lines."""
    found = {}
    for exercise, source in sources.items():
        sequence = _sequence(source)
        for mark, place in zip(*(array.tolist() for array in winnowed(sequence)), strict=True):
            if mark in wanted:
                found[mark] = exercise, range(sequence[place][1], sequence[place + K - 1][1] + 1)
    return found


def _lines(source: str, places: dict[int, tuple[str, range]], marks: list[int]) -> list[tuple[str, bool]]:
    """The lines, and which are alike; of more than SHOWN those from a little above the first that is alike."""
    lines, spans = source.split("\n"), [places[mark][1] for mark in marks]
    above = max(0, min(span.start for span in spans) - 1 - ABOVE) if len(lines) > SHOWN else 0
    shown = enumerate(lines[above : above + SHOWN], above + 1)
    left = len(lines) - above - SHOWN
    more = [(f"… {left:,} more lines", False)] * (left > 0)
    return [(line, any(number in span for span in spans)) for number, line in shown] + more

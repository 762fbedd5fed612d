"""The code that a student wrote, read from the folder of submissions: only the very files that were graded."""

from dataclasses import dataclass, field
from pathlib import Path

from tito.gradebook import Standing
from tito.grading import intake
from tito.grading.pieces import Refused
from tito.problem import Problem
from tito.similarity.sources import gathered
from tito.ways.collect import EARLIER

LONGEST = 20_000  # characters of one exercise's code on a page
UNREADABLE = "What was handed in could not be read."


@dataclass(frozen=True)
class Written:
    """A submission's code by exercise, what belongs to none under "other cells"; `absent` says why there is none."""

    sources: dict[str, str] = field(default_factory=dict)
    absent: str = ""


def written(course, module, standing: Standing, folder: Path | None) -> Written:
    """The code of the attempt that counts, from `folder`, or from where `tito collect` puts a lesson's submissions.

    What has been handed in since is another file, and no mark was given for it: that is not shown.
    """
    if standing.attempt is None:
        return Written(absent="Nothing was handed in.")
    if not standing.digest:
        return Written(absent=UNREADABLE)
    given = [folder] if folder else [course.own("submissions", module.folder), course.own("submissions")]
    found = []
    for place in given:
        for entry in _entries(standing.result.student, module, place):  # as it came, before any `tito gradebook merge`
            found.append(place)
            if handed := _graded(course, module, entry, standing.digest):
                return _of(handed, module)
    return Written(absent=_absent(module, given, found))


def _of(handed: intake.Handed, module) -> Written:
    try:
        return Written(gathered((piece.exercise, piece.source) for piece in intake.code(handed, module)))
    except Refused:
        return Written(absent=UNREADABLE)


def _graded(course, module, entry: intake.Entry, digest: str) -> intake.Handed | None:
    """What was handed in, if that is what was graded; `--own-stack` reads the earlier lessons too."""
    before = [lesson for lesson in course.catalogue.before(module) if lesson.notebook.exists()]
    for earlier in ((), before):
        try:
            handed = intake.load(entry, module, earlier)
        except Refused:  # what was graded could be read
            return None
        if handed.digest == digest:
            return handed
    return None


def _entries(student: str, module, folder: Path):
    """What a folder holds under a student's name, and what `tito collect` has kept there of before."""
    try:
        found = intake.find(folder, module.notebook.stem)
    except Problem:
        return
    yield from (entry for entry in found if entry.student == student)
    before = folder / EARLIER / student
    for name in before.iterdir() if before.is_dir() else ():
        yield intake.Entry(student, before, (name.name,))


def _absent(module, folders: list[Path], found: list[Path]) -> str:
    if found:
        return f"It is not here: what lies in {found[0]} is another hand-in than the one that was graded."
    names = " and ".join(map(str, folders))
    return (
        f"It is not in {names}. To see it: tito review {module.number} --submissions FOLDER, the one that was graded."
    )

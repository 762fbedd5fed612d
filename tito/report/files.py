"""The folder of reports: each page is replaced in one step, none is deleted, and no other file is overwritten."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from tito.problem import USAGE, Problem
from tito.report.figures import matrix
from tito.report.pages import MARK, Pages
from tito.report.reading import readings
from tito.report.students import Run, Student
from tito.report.tally import Tally
from tito.report.text import file_name
from tito.whole import replace


@dataclass
class Written:
    """What was written: the class's page, how many students' pages; pages of students who are not among them."""

    index: Path
    count: int
    others: list[str] = field(default_factory=list)
    pairs: int | None = None
    pages: dict[str, Path] = field(default_factory=dict)  # by student
    module: str = ""  # the lesson's folder
    since: tuple[tuple[str, ...], ...] = ()  # what has changed in it since each student was graded
    packed: object = None  # tito.ways.hand_back.Packed, where they were packed


def write(module, run: Run, students: list[Student], out: Path, pairs=None) -> Written:
    """Write the reports of a class into the folder `out`; `pairs` are those of tito.similarity, or None."""
    out = Path(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(
            f"{out}: reports cannot be written there: {error.strerror}", next="name another --out", code=USAGE
        ) from error
    files = {student.id: file_name(student.id) for student in students}
    _require_ours(out, ["index.html", *files.values()], module)
    pages, tally = Pages(run, module, readings(module)), Tally()
    for student in students:
        lines = matrix(student)
        tally.add(student, lines)
        replace(out / files[student.id], pages.student(student, lines).encode("utf-8", "replace"))
    others = sorted(path.name for path in out.glob("*.html") if path.name not in {*files.values(), "index.html"})
    replace(out / "index.html", pages.class_(tally, files, pairs, others).encode("utf-8", "replace"))
    places = {student: out / name for student, name in files.items()}
    return Written(out / "index.html", len(students), others, None if pairs is None else len(pairs), places)


def _require_ours(out: Path, names: list[str], module) -> None:
    """Raise Problem where a page would take the place of something that is no report of this lesson."""
    for path in (out / name for name in names):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                found = re.search(rf'name="generator" content="{MARK}(\w+)"', file.read(500))
        except FileNotFoundError:
            continue
        if not found or found[1] != module.folder:
            what = f"is a report of {found[1]}" if found else "is no report of tito's"
            raise Problem(f"{path} {what}, and would be overwritten", next="name another --out", code=USAGE)

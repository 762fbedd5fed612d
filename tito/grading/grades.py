"""The outcome of a batch: rows for a screen; grades.csv and grades.json, written a student at a time."""

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from sys import intern

from tito.grading.results import Mark, Result
from tito.grading.sheet import ANSWERED, ASPECTS, MISSING, RAISED
from tito.whole import quiet, replacing

LONGEST = 300  # characters of a cell on the screen
# a lone surrogate of a student's text becomes an escape, which JSON reads back
WRITTEN = {"mode": "w", "encoding": "utf-8", "errors": "backslashreplace", "newline": "", "sync": True}
_MARK = tuple(Mark.__dataclass_fields__)
_BEGINNING = re.compile(r"(^|;)(?=\s*[-=+@＝＋－＠])")  # what makes spreadsheets take a cell for a formula


_COLUMNS = ["student", "file", "status", "points", "possible"]


@dataclass(slots=True)
class Row:
    """What stays in memory of a result that is kept on disk."""

    student: str
    status: str
    total: float | None
    possible: float | None
    cells: tuple


@dataclass
class Grades:
    """All results, by student, with what is needed to make each of them again.

    `results` are Results, or Rows where the results themselves are kept in an out folder.
    """

    module: str
    seed: int
    isolation: dict[str, bool]
    possible: float
    exercises: list[str]
    questions: list[dict] = field(default_factory=list)
    results: list[Result | Row] = field(default_factory=list)
    submissions: int = 0
    kept: int = 0  # results of earlier runs that still hold
    others: int = 0  # students in the out folder who are not among these submissions
    lapsed: int = 0  # of those, whose last marks hold no longer
    overlooked: dict[str, str] = field(default_factory=dict)  # names in the folder that are no submission, and why
    spoilt: int = 0  # lines of the journal that the disk has spoilt: what stood there was graded again
    seconds: float = 0
    interrupted: bool = False
    trouble: str = ""  # why results could not be written

    @property
    def ungraded(self) -> list[Result | Row]:
        """Those without a mark."""
        return [result for result in self.results if result.total is None]

    def columns(self) -> list[tuple[str, str]]:
        """Headings of `rows`, with the side to align to."""
        aspects = [(aspect, "right") for aspect in self._aspects()]
        return [("student", "left"), ("status", "left"), ("points", "right"), *aspects, ("what to look at", "left")]

    def rows(self, numbers: Iterable[int] | None = None) -> list[tuple]:
        """One row for each of these results (all by default): points, also by aspect, and the first to look at."""
        chosen = self.results if numbers is None else [self.results[number] for number in numbers]
        return [result.cells if isinstance(result, Row) else self._cells(result) for result in chosen]

    def row(self, result: Result) -> Row:
        """The result without its marks."""
        _, *cells = self._cells(result)
        shared = [intern(cell[:LONGEST]) for cell in cells]
        possible = self.possible if result.possible == self.possible else result.possible
        return Row(result.student, result.status, result.total, possible, (result.student, *shared))

    def _cells(self, result: Result) -> tuple:
        if result.total is None:
            return (result.student, result.status, "–", *["–"] * len(self._aspects()), result.message)
        by = result.by("aspect")
        aspects = [f"{by[aspect][0]:.3g}/{by[aspect][1]:.3g}" for aspect in self._aspects()]
        points = f"{result.total:.4g}/{result.possible:.4g}"
        return (result.student, result.status, points, *aspects, _first_remark(result))

    def _aspects(self) -> list[str]:
        present = {question["aspect"] for question in self.questions}
        return [aspect for aspect in ASPECTS if aspect in present]

    def write(self, out: Path, results: Iterable[Result] | None = None) -> list[Path]:
        """Write grades.csv and grades.json into the folder `out`, each replaced in one step; `results` by student."""
        out = Path(out)
        out.mkdir(parents=True, exist_ok=True)
        paths = [out / "grades.csv", out / "grades.json"]
        with replacing(paths[0], **WRITTEN) as table, replacing(paths[1], **WRITTEN) as document:
            self._write(table, document, self.results if results is None else results)
        return paths

    def _write(self, table, document, results: Iterable[Result]) -> None:
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow([*_COLUMNS, *self.exercises, *self._aspects(), "message"])
        document.write(json.dumps(self._head(), indent=1, ensure_ascii=False)[:-2] + ',\n "results": [')
        separator = "\n"
        for result in results:
            writer.writerow([harmless(cell) for cell in self._line(result)])
            document.write(separator + quiet(json.dumps(_as_dict(result), ensure_ascii=False)))
            separator = ",\n"
        document.write("\n ]\n}\n")

    def _line(self, result: Result) -> list[str]:
        """A student's line of grades.csv: totals, the points of each exercise and aspect, and what to look at."""
        by = result.by("exercise") | result.by("aspect")
        points = [_two_places(by[name][0]) if name in by else "" for name in (*self.exercises, *self._aspects())]
        total = ["" if result.total is None else _two_places(result.total), _two_places(self.possible)]
        return [result.student, result.file, result.status, *total, *points, _first_remark(result)]

    def as_dict(self) -> dict:
        """Everything, for programs; of results kept in an out folder, what is in memory."""
        rows = [asdict(result) if isinstance(result, Row) else _as_dict(result) for result in self.results]
        return self._head() | {"results": rows}

    def _head(self) -> dict:
        names = [name for name in self.__dataclass_fields__ if name not in ("results", "trouble")]
        return {name: getattr(self, name) for name in names}


def _as_dict(result: Result) -> dict:
    """A result for programs; of its questions those that say something: the others are right, as listed in the head."""
    found = {"student": result.student, "file": result.file, "status": result.status, "message": result.message}
    found |= {"points": result.total, "possible": result.possible, "seconds": result.seconds}
    found["seed"] = result.seed
    if result.marks:
        found |= {"exercises": result.by("exercise"), "aspects": result.by("aspect")}
    telling = [{name: getattr(mark, name) for name in _MARK} for mark in result.marks if mark.remark or not mark.right]
    diagnoses = [asdict(diagnosis) for diagnosis in result.diagnoses]
    return found | {"troubles": result.troubles, "diagnoses": diagnoses, "look_at": telling}


def _first_remark(result: Result) -> str:
    """What to tell first: code that did not run, then why an exercise is wrong, a question's verdict, or a remark."""
    wrong = [mark for mark in result.marks if not mark.right] or [mark for mark in result.marks if mark.remark]
    if result.message:
        text = result.message
    elif wrong and wrong[0].status not in (ANSWERED, RAISED, MISSING):
        text = f"{wrong[0].exercise}: {wrong[0].status}: {wrong[0].remark}"
    elif result.diagnoses:
        text = f"{result.diagnoses[0].exercise}: {result.diagnoses[0].says}"
    elif wrong:
        text = f"{wrong[0].exercise}: {wrong[0].remark}"
    else:
        text = ""
    return printable(result.troubles[0] if result.troubles and wrong and not result.message else text)


def printable(text: str) -> str:
    """Text from a submission on one line, without what would steer a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)


def _two_places(points: float) -> str:
    return f"{points:.2f}".rstrip("0").rstrip(".")


def harmless(cell: str) -> str:
    """A text on one line that no spreadsheet takes for a formula, nor one that parts cells at semicolons any of it."""
    return _BEGINNING.sub(r"\1'", printable(cell))

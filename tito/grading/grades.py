"""The outcome of a batch: rows for a screen, grades.csv and grades.json."""

import csv
import io
import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tito.grading.exam import ASPECTS
from tito.grading.marks import Result
from tito.grading.sheet import ANSWERED, MISSING, RAISED


@dataclass
class Grades:
    """All results, by student, with what is needed to make each of them again."""

    module: str
    seed: int
    isolation: dict[str, bool]
    possible: float
    exercises: list[str]
    results: list[Result] = field(default_factory=list)
    submissions: int = 0
    seconds: float = 0
    interrupted: bool = False

    def columns(self) -> list[tuple[str, str]]:
        """Headings of `rows`, with the side to align to."""
        aspects = [(aspect, "right") for aspect in self._aspects()]
        return [("student", "left"), ("status", "left"), ("points", "right"), *aspects, ("what to look at", "left")]

    def rows(self) -> list[tuple]:
        """One row a student: points in all and by aspect, and the first thing to look at."""
        return [self._row(result) for result in self.results]

    def _row(self, result: Result) -> tuple:
        if result.total is None:
            return (result.student, result.status, "–", *["–"] * len(self._aspects()), result.message)
        by = result.by("aspect")
        aspects = [f"{by[aspect][0]:.3g}/{by[aspect][1]:.3g}" for aspect in self._aspects()]
        points = f"{result.total:.4g}/{result.possible:.4g}"
        return (result.student, result.status, points, *aspects, _first_remark(result))

    def _aspects(self) -> list[str]:
        present = {mark.aspect for result in self.results for mark in result.marks}
        return [aspect for aspect in ASPECTS if aspect in present]

    def write(self, out: Path) -> list[Path]:
        """Write grades.csv and grades.json into the folder `out`, each replaced in one step."""
        out = Path(out)
        out.mkdir(parents=True, exist_ok=True)
        paths = [out / "grades.csv", out / "grades.json"]
        _replace(paths[0], self.as_csv())
        _replace(paths[1], json.dumps(self.as_dict(), indent=1, ensure_ascii=False) + "\n")
        return paths

    def as_csv(self) -> str:
        """A line a student: totals, then each exercise's points."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["student", "file", "status", "points", "possible", *self.exercises, "message"])
        for result in self.results:
            by = result.by("exercise")
            points = [_two_places(by[name][0]) if name in by else "" for name in self.exercises]
            total = ["" if result.total is None else _two_places(result.total), _two_places(self.possible)]
            cells = [result.student, result.file, result.status, *total, *points, result.message]
            writer.writerow([_harmless(cell) for cell in cells])
        return text.getvalue()

    def as_dict(self) -> dict:
        """Everything, for programs."""
        head = {key: value for key, value in asdict(self).items() if key != "results"}
        return head | {"results": [_as_dict(result) for result in self.results]}


def _as_dict(result: Result) -> dict:
    found = {"student": result.student, "file": result.file, "status": result.status, "message": result.message}
    found |= {"points": result.total, "possible": result.possible, "seconds": result.seconds}
    if result.marks:
        found |= {"exercises": result.by("exercise"), "aspects": result.by("aspect")}
    return found | {"troubles": result.troubles, "questions": [asdict(mark) for mark in result.marks]}


def _first_remark(result: Result) -> str:
    """What to tell first: code that did not run, then the first question that earned nothing, then a remark."""
    wrong = [mark for mark in result.marks if not mark.right] or [mark for mark in result.marks if mark.remark]
    if wrong and wrong[0].status not in (ANSWERED, RAISED, MISSING):
        text = f"{wrong[0].exercise}: {wrong[0].status}: {wrong[0].remark}"
    elif wrong:
        text = f"{wrong[0].exercise}: {wrong[0].remark}"
    else:
        text = ""
    return printable(result.troubles[0] if result.troubles and wrong else text)


def printable(text: str) -> str:
    """Text from a submission on one line, without what would steer a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)


def _two_places(points: float) -> str:
    return f"{points:.2f}".rstrip("0").rstrip(".")


def _harmless(cell: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    text = printable(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise

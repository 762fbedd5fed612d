"""A grading as the gradebook takes it: from the journal of an out folder, or from Results in memory."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace

from tito.gradebook.late import utc
from tito.grading.journal import FILE, SUPERSEDED, Packing
from tito.grading.results import Result
from tito.problem import USAGE, Problem


@dataclass(frozen=True)
class Run:
    """What was the same for every student of a grading; `questions` as the journal's first line has them."""

    id: str
    module: str
    seed: int | None
    isolation: dict[str, bool]
    questions: list[list] = field(repr=False)

    def packing(self) -> Packing:
        return packing(self.questions)


@dataclass(frozen=True, slots=True)
class Line:
    """A result as the journal has it; `key` tells one grading from another, even of the same file in the same run."""

    run: str
    key: str
    entry: dict
    text: str


def packing(questions: list[list]) -> Packing:
    """What packs and unpacks the results of these questions."""
    fields = "name", "exercise", "aspect", "about"
    asked = [SimpleNamespace(**dict(zip(fields, question, strict=False))) for question in questions]
    return Packing(asked, [question[4] for question in questions], [question[5] for question in questions])


def read(folder: Path) -> tuple[list[Run], Iterator[Line], str]:
    """The runs and results in a folder of `tito grade --out`, oldest first, and when the last was graded.

    Raises Problem where there is no journal, or one of some exercises only.
    """
    path = Path(folder) / FILE
    try:
        graded = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
    except OSError as error:
        raise Problem(
            f"{path}: {error.strerror}", next="name the folder that `tito grade --out` wrote", code=USAGE
        ) from error
    begun = [entry for _, entry, _ in _entries(path) if "begin" in entry]
    if begun and not _is_whole(begun[-1]):
        only = ", ".join(begun[-1]["begin"]["only"])
        what = f"{folder} holds grades of {only} only, and the gradebook keeps those of whole exams"
        raise Problem(what, next="grade without --only", code=USAGE)
    runs = [_run(entry["begin"]) for entry in begun if _is_whole(entry)]
    return runs, _lines(path), utc(min(graded, datetime.now(timezone.utc)))


def _is_whole(entry: dict) -> bool:
    """Whether this begins a run of the whole exam."""
    return "begin" in entry and not entry["begin"].get("only")


def _run(begin: dict) -> Run:
    return Run(begin["run"], begin["module"], begin.get("seed"), begin.get("isolation", {}), begin["questions"])


def _entries(path: Path) -> Iterator[tuple[int, dict, str]]:
    """The whole lines of a journal: offset, content and text. One that a disk has spoilt is left out."""
    offset = 0
    with open(path, "rb") as file:
        for data in file:
            if data.endswith(b"\n"):
                try:
                    entry = json.loads(data)
                    if isinstance(entry, dict):
                        yield offset, entry, data.decode("ascii").strip()
                except ValueError:
                    pass
            offset += len(data)


def _lines(path: Path) -> Iterator[Line]:
    known: set[str] = set()  # runs of whole exams
    run = ""
    for offset, entry, text in _entries(path):
        if "begin" in entry:
            run = entry["begin"]["run"]
            known |= {run} if _is_whole(entry) else set()
        elif SUPERSEDED in entry and run in known:
            for student in entry[SUPERSEDED]:
                line = {"student": student, "file": "", "status": SUPERSEDED, "message": "", "points": None}
                yield _line(run, line, f"{offset} {student} {text}")
        elif entry.get("run") in known and {"student", "status", "points"} <= entry.keys():
            yield _line(entry["run"], entry, f"{offset} {text}", text)


def _line(run: str, entry: dict, identity: str, text: str | None = None) -> Line:
    key = hashlib.sha256(f"{run} {identity}".encode("utf-8", "replace")).hexdigest()[:32]
    blank = {"marks": [], "seconds": 0, "troubles": [], "digest": ""}
    return Line(run, key, entry, text or json.dumps(blank | entry))


def of_results(meta: dict, results: Iterable[Result]) -> tuple[Run, Iterator[Line]]:
    """The same from memory: `meta` is the head of grades.json, as a dict, with the run's fingerprint under `run`."""
    questions = [_question(question) for question in meta["questions"]]
    facts = json.dumps([meta["module"], meta["seed"], meta.get("isolation", {}), questions], sort_keys=True)
    name = meta.get("run") or hashlib.sha256(facts.encode()).hexdigest()[:32]
    run = Run(name, meta["module"], meta["seed"], meta.get("isolation", {}), questions)
    return run, _packed(run, results)


def _packed(run: Run, results: Iterable[Result]) -> Iterator[Line]:
    packs = run.packing()
    for result in results:
        entry = {"run": run.id, "digest": result.digest} | packs.pack(result)
        text = json.dumps(entry, separators=(",", ":"))
        yield _line(run.id, entry, text, text)


def _question(question: dict | list) -> list:
    if isinstance(question, list):
        return question
    return [question[name] for name in ("question", "exercise", "aspect", "about", "possible")] + ["answered"]

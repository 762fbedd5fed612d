"""What is finished stays finished: every result is a line of an append-only file before anyone is told of it.

`journal.jsonl` in the out folder holds three kinds of lines: {"begin": …} for a run, {"superseded": [students]} for
marks that hold no longer, and one line a result. A line that does not end was never finished: its writer was killed.
"""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from sys import intern

from tito.grading import disk
from tito.grading.findings import read_diagnosis
from tito.grading.pieces import FAILED
from tito.grading.results import Mark, Result
from tito.problem import USAGE, Problem

FILE = "journal.jsonl"
SUPERSEDED = "superseded"
SYNC = 1.0  # seconds: what a power cut may cost; a kill costs nothing


@dataclass(frozen=True, slots=True)
class Known:
    """Where a student's last result stands in the journal, and for what it was given."""

    offset: int
    size: int
    run: str
    digest: str
    status: str
    points: str
    superseded: bool = False


def exam_of(run: str) -> str:
    """The part of a run's name that says what was asked, and how it was judged; the rest is its seed."""
    return run.partition("-")[0]


class Packing:
    """Results as short lines: only answers that are not plainly right are written out."""

    def __init__(self, questions: list, worth: list[float], statuses: list[str]):
        self.plain = [
            Mark(q.name, q.exercise, q.aspect, q.about, status, True, points, points)
            for q, points, status in zip(questions, worth, statuses, strict=True)
        ]

    @cached_property
    def worth(self) -> dict[str, float]:
        """The points of each exercise that was asked about."""
        found: dict[str, float] = {}
        for mark in self.plain:
            found[mark.exercise] = found.get(mark.exercise, 0.0) + mark.possible
        return found

    def pack(self, result: Result) -> dict:
        line = {name: getattr(result, name) for name in ("student", "file", "status", "message", "seconds", "troubles")}
        line["points"] = [result.total, result.possible] if result.marks else None
        pairs = enumerate(zip(result.marks, self.plain, strict=False))
        line["marks"] = [[n, m.status, m.right, m.remark] for n, (m, plain) in pairs if m != plain]
        if result.diagnoses:
            line["diagnoses"] = [asdict(diagnosis) for diagnosis in result.diagnoses]
        if result.answers:
            line["answers"] = result.answers
        return line

    def unpack(self, line: dict) -> Result:
        marks = list(self.plain) if line["points"] else []
        for number, status, right, remark in line["marks"]:
            p = marks[number]
            earned = p.possible if right else 0.0
            marks[number] = Mark(p.question, p.exercise, p.aspect, p.about, status, right, earned, p.possible, remark)
        told = [line[name] for name in ("student", "file", "status", "message")]
        diagnoses = [read_diagnosis(entry) for entry in line.get("diagnoses", ())]
        kept = {"diagnoses": diagnoses, "answers": line.get("answers", {})}
        return Result(*told, marks, line["troubles"], line["seconds"], **kept)


class Journal:
    """The open journal of an out folder; nobody else can open it meanwhile."""

    def __init__(self, out: Path):
        """Open it and read what is known; raises Problem where nothing could be kept."""
        self.path, self.known, self.last, self.begun = Path(out) / FILE, {}, {}, set()
        self.unsaved, self.trouble, self.damaged, self.end = [], "", 0, 0
        self.exam, self.seed, self.run, self.packing, self.synced = "", None, "", None, time.monotonic()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.fd = os.open(self.path, os.O_RDWR | os.O_CREAT | disk.BINARY, 0o644)
        except OSError as error:
            raise Problem(
                f"{out}: grades cannot be written there: {error.strerror}", next="name another --out", code=USAGE
            ) from error
        try:
            self._lock()
            self._load()
        except BaseException:
            os.close(self.fd)
            raise

    def _lock(self) -> None:
        try:
            disk.lock(self.fd)
        except (BlockingIOError, PermissionError):
            raise Problem(f"another tito is grading into {self.path.parent}", next="wait for it to end") from None
        except OSError:
            pass  # a file system without locks

    def _load(self) -> None:
        """Take in the lines that are whole; a torn last one is cut off."""
        os.lseek(self.fd, 0, os.SEEK_SET)
        with open(self.fd, "rb", closefd=False) as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._take(line)
                self.end += len(line)
        os.ftruncate(self.fd, self.end)

    def _take(self, line: bytes) -> None:
        try:
            entry = json.loads(line)
            if "begin" in entry:
                self.last = entry["begin"]
                self.begun.add(self.last["run"])
            elif SUPERSEDED in entry:
                self._mark_superseded(entry[SUPERSEDED])
            else:
                self._know(entry, self.end, len(line))
        except (ValueError, TypeError, KeyError):  # a disk's fault: what stood there is graded again
            self.damaged += 1

    def _know(self, line: dict, offset: int, size: int) -> None:
        points = "{:g} of {:g} points".format(*line["points"]) if line["points"] else line["status"]
        run, status = intern(line["run"]), intern(line["status"])
        self.known[line["student"]] = Known(offset, size, run, line["digest"], status, intern(points))

    def _mark_superseded(self, students: list[str]) -> None:
        for name in students:
            if not (k := self.known.get(name)):
                continue  # the disk has spoilt the line
            self.known[name] = Known(k.offset, k.size, k.run, k.digest, k.status, k.points, superseded=True)

    def require(self, module: str, only: list[str], fresh: bool) -> None:
        """Raise Problem where this run would replace the grades of something else."""
        if self.last.get("module", module) != module:
            what = f"{self.path.parent} holds the grades of {self.last['module']}"
            raise Problem(what, next="name another --out", code=USAGE)
        if not fresh and self.last.get("only", only) != only:
            what = ", ".join(self.last["only"]) or "the whole exam"
            raise Problem(
                f"{self.path.parent} holds grades of {what}, which these would replace",
                next="name another --out, or add --fresh",
                code=USAGE,
            )

    def expect(self, exam: str, seed: int | None, packing: Packing) -> None:
        """Say which results hold: those of the exam with this fingerprint, and from this seed if there is one."""
        self.exam, self.seed, self.packing = exam, seed, packing

    def _fits(self, run: str) -> bool:
        """Whether results of this run hold; not if the disk has spoilt the line that says what it asked."""
        if run not in self.begun:
            return False
        return exam_of(run) == self.exam and (self.seed is None or run == f"{self.exam}-{self.seed}")

    def begin(self, seed: int, head: dict) -> None:
        """Open a run of the expected exam, whose questions draw from `seed`."""
        self.run = f"{self.exam}-{seed}"
        questions = [[m.question, m.exercise, m.aspect, m.about, m.possible, m.status] for m in self.packing.plain]
        if self.last.get("run") != self.run:
            self.last = head | {"seed": seed, "run": self.run}
            self.begun.add(self.run)
            self._write({"begin": self.last | {"questions": questions}})

    def holds(self, student: str, digest: str, refusal: str = "") -> bool:
        """Whether the student's last result was given for this file, in this exam.

        What cannot be read has no digest: its result holds while the same `refusal` is all that there is to say.
        """
        known = self.known.get(student)
        if known is None or known.superseded or known.status == FAILED or not self._fits(known.run):
            return False
        if not digest and not known.digest:
            return refusal != "" and self.result(student).message == refusal
        return known.digest == digest

    def supersede(self, students: list[str]) -> bool:
        """Say that the marks of these students hold no longer, before anything is done about it; whether any did."""
        stale = [name for name in dict.fromkeys(students) if name in self.known and not self.known[name].superseded]
        if stale:
            self._write({SUPERSEDED: stale})
            self._mark_superseded(stale)
        return bool(stale)

    def outdated(self) -> list[str]:
        """Students whose last result was given in another exam than this run's."""
        return [name for name, known in self.known.items() if not self._fits(known.run) and not known.superseded]

    def lapsed(self, student: str) -> bool:
        """Whether a student's last result holds no longer."""
        known = self.known[student]
        return known.superseded or not self._fits(known.run)

    def add(self, result: Result) -> None:
        """Keep a result. On a full disk it waits in memory for the next attempt, and `trouble` says so."""
        line = {"run": self.run, "digest": result.digest} | self.packing.pack(result)
        self.unsaved.append(line)
        self.save()

    def save(self) -> None:
        """Write what waits, in order; force it to the disk now and then."""
        try:
            while self.unsaved:
                offset = self.end
                self._write(self.unsaved[0], sync=False)
                self._know(self.unsaved.pop(0), offset, self.end - offset)
            if time.monotonic() - self.synced > SYNC:
                self._sync()
            self.trouble = ""
        except OSError as error:
            self.trouble = f"{self.path}: {error.strerror}"

    def _write(self, line: dict, sync: bool = True) -> None:
        data = json.dumps(line, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
        written = 0
        try:
            while written < len(data):
                written += disk.write_at(self.fd, data[written:], self.end + written)
        except OSError:
            os.ftruncate(self.fd, self.end)
            raise
        self.end += len(data)
        if sync:
            self._sync()

    def _sync(self) -> None:
        os.fsync(self.fd)
        self.synced = time.monotonic()

    def result(self, student: str) -> Result:
        """A student's last result; one that holds no longer has no marks, but says what they were."""
        known = self.known[student]
        if self.lapsed(student):
            message = f"{known.points} no longer hold: the file, the exam or how it is graded has changed; grade again"
            return Result(student, "", SUPERSEDED, message)
        result = self.packing.unpack(json.loads(disk.read_at(self.fd, known.size, known.offset)))
        result.seed = int(known.run.partition("-")[2])
        return result

    def results(self) -> Iterator[Result]:
        """All students' last results by name, one at a time."""
        for student in sorted(self.known):
            yield self.result(student)

    def close(self) -> None:
        self.save()
        try:
            self._sync()
        except OSError as error:
            self.trouble = self.trouble or f"{self.path}: {error.strerror}"
        os.close(self.fd)

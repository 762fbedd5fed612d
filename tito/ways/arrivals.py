"""What a class's zip from Canvas or Moodle holds: the files of each student, told by the names in it."""

import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tito.grading import intake
from tito.grading.cut import both_ends
from tito.grading.pieces import shown
from tito.problem import USAGE, Problem
from tito.ways import canvas, moodle

PATTERNS = {"canvas": canvas.SUBMISSION, "moodle": moodle.SUBMISSION}
MOST_MEMBERS, MOST_BYTES = 100_000, 8 << 30  # of a whole class
LONGEST = 200  # bytes of a name; a letter has at most four
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


@dataclass
class Arrival:
    """One student's files in the zip, by name; `attachment` is Canvas's number of the newest, 0 where it has none."""

    number: str
    name: str
    late: bool = False
    attachment: int = 0
    files: dict[str, zipfile.ZipInfo] = field(default_factory=dict)


@contextmanager
def opened(path: Path):
    """The zip; raises Problem where it is none."""
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN as error:
        reason = getattr(error, "strerror", None) or shown(str(error))
        raise Problem(f"{path} cannot be read: {reason}", next="download it again", code=USAGE) from error
    with archive:
        yield archive


def read(path: Path, members: list[zipfile.ZipInfo], kind: str | None, skipped: dict) -> tuple[str, list[Arrival]]:
    """Which kind of names a zip's files have, and the students in it; `skipped` gets the names of other files.

    Raises Problem.
    """
    files = [m for m in members if not m.is_dir() and not m.filename.startswith("__MACOSX")]
    if len(files) > MOST_MEMBERS or sum(m.file_size for m in files) > MOST_BYTES:
        raise Problem(f"{path} holds more than a class: {len(files)} files", code=USAGE)
    kinds = [kind] if kind else ["moodle", "canvas"]
    kind = max(kinds, key=lambda k: sum(bool(PATTERNS[k].fullmatch(m.filename)) for m in files))
    found: dict[str, Arrival] = {}
    for member in files:
        match = PATTERNS[kind].fullmatch(member.filename)
        name = PurePosixPath(match["original"].replace("\\", "/")).name if match else ""
        if name in ("", ".", "..") or (name.startswith(".") and not is_code(name)):
            skipped[shown(member.filename)] = "no file that a student handed in"
        else:
            arrival = found.setdefault(match["user"], Arrival(match["user"], shown(match["name"])))
            _note(arrival, match.groupdict())
            name = kept(name)
            if name in arrival.files:
                skipped[shown(arrival.files[name].filename)] = "the student handed in another file of this name"
            arrival.files[name] = member
    if not found:
        raise Problem(f"{path} holds no submissions as Canvas or Moodle name them", code=USAGE)
    for arrival in found.values():
        _leave_out_other(arrival, skipped)
    return kind, [found[number] for number in sorted(found, key=int)]


def kept(name: str) -> str:
    """The name that a file is laid out under: printable, and short enough for any disk."""
    name = shown(name)
    return name if len(name.encode()) <= LONGEST else both_ends(name, LONGEST // 4)


def is_code(name: str) -> bool:
    """Whether a file of this name can be graded."""
    return name.lower().endswith(intake.KINDS)


def _note(arrival: Arrival, said: dict[str, str | None]) -> None:
    """What the name of one of the student's files says: Canvas's."""
    arrival.late = arrival.late or bool(said.get("late"))
    arrival.attachment = max(arrival.attachment, int(said.get("file") or 0))


def _leave_out_other(arrival: Arrival, skipped: dict) -> None:
    """Beside what can be graded nothing else is wanted; alone, it tells what was handed in."""
    other = [name for name in arrival.files if not is_code(name)]
    for name in other if len(other) < len(arrival.files) else ():
        skipped[shown(arrival.files.pop(name).filename)] = "no notebook, .py or zip"


def content(archive: zipfile.ZipFile, arrival: Arrival, skipped: dict) -> dict[str, bytes]:
    """A student's files, whole and no larger than a submission may be."""
    found = {}
    for name, member in arrival.files.items():
        try:
            with archive.open(member) as file:
                data = file.read(intake.LARGEST + 1)  # what a zip says of its sizes need not be so
        except _BROKEN as error:
            skipped[shown(member.filename)] = f"damaged in the zip: {shown(str(error))}"
            continue
        if len(data) > intake.LARGEST:
            skipped[shown(member.filename)] = f"larger than {intake.LARGEST >> 20} MB"
        else:
            found[name] = data
    return found

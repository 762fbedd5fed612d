"""A class's zip from Canvas or Moodle, laid out as `tito grade` reads it: a folder for each student.

Nothing is lost: what another zip brought before stands in .earlier/, where no grading looks, and someone whom the
gradebook does not know gets a folder by the number that Canvas or Moodle uses.
"""

import json
import zipfile
import zlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tito.gradebook import roster
from tito.grading import intake
from tito.grading.pieces import Refused, shown
from tito.problem import USAGE, Problem
from tito.ways import canvas, moodle, sheet
from tito.ways.people import People
from tito.whole import replace

MANIFEST = "handed-in.json"
EARLIER = ".earlier"
PATTERNS = {"canvas": canvas.SUBMISSION, "moodle": moodle.SUBMISSION}
MOST_MEMBERS, MOST_BYTES = 100_000, 8 << 30  # of a whole class
_NO_PATH = str.maketrans("/\\", "  ")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


@dataclass
class Collected:
    """What a zip brought: student ids by what became of them; `skipped` are names in the zip, with a reason."""

    folder: Path
    new: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)


@dataclass
class Arrival:
    """One student's files in the zip: content by name."""

    number: str
    name: str
    late: bool = False
    files: dict[str, zipfile.ZipInfo] = field(default_factory=dict)


def collect(
    book, path: Path, module, folder: Path, kind: str | None = None, worksheet: Path | None = None
) -> Collected:
    """Lay out a class's zip under `folder`; hand-in times go into the gradebook. Raises Problem.

    `kind` is canvas or moodle, found by the names in the zip where it is not given; `worksheet` is Moodle's, which
    knows when each submission came.
    """
    if kind is not None and kind not in PATTERNS:
        raise Problem(f"--from {kind}: choose canvas or moodle", code=USAGE)
    table = moodle.worksheet(worksheet) if worksheet else None
    times = moodle.times(table) if table else {}
    done, arrivals = Collected(folder), []
    with _opened(path) as archive:
        kind, found = _arrivals(path, archive.infolist(), kind, done)
        if table and table.column("Email address", "ID number", "Username") is not None:
            roster.merge(book, roster.people(table))
        students = _students(book, kind, found, table, done)
        for arrival, student in zip(found, students, strict=True):
            _lay_out(_content(archive, arrival, done), folder, student, done)
            if arrival.late:
                done.late.append(student)
            arrivals.append(_kept(module, folder, student, arrival, times.get(arrival.number, "")))
    _note(folder, arrivals)
    book.hand_in(module.folder, [{name: a[name] for name in _COLUMNS} for a in arrivals])
    return done


_COLUMNS = ("student", "digest", "original", "submitted_at", "late")


@contextmanager
def _opened(path: Path):
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN as error:
        reason = getattr(error, "strerror", None) or shown(str(error))
        raise Problem(f"{path} cannot be read: {reason}", next="download it again", code=USAGE) from error
    with archive:
        yield archive


def _arrivals(path: Path, members: list[zipfile.ZipInfo], kind: str | None, done: Collected):
    """The students in a zip, by the names of its files; which kind of names they are."""
    files = [m for m in members if not m.is_dir() and not m.filename.startswith("__MACOSX")]
    if len(files) > MOST_MEMBERS or sum(m.file_size for m in files) > MOST_BYTES:
        raise Problem(f"{path} holds more than a class: {len(files)} files", code=USAGE)
    kinds = [kind] if kind else ["moodle", "canvas"]
    kind = max(kinds, key=lambda k: sum(bool(PATTERNS[k].fullmatch(m.filename)) for m in files))
    found: dict[str, Arrival] = {}
    for member in files:
        match = PATTERNS[kind].fullmatch(member.filename)
        name = PurePosixPath(match["original"].replace("\\", "/")).name if match else ""
        if name in ("", ".", "..") or not name.lower().endswith(intake.KINDS):
            done.skipped[shown(member.filename)] = "no notebook, .py or zip of a student"
            continue
        arrival = found.setdefault(match["user"], Arrival(match["user"], shown(match["name"])))
        arrival.late = arrival.late or bool(match.groupdict().get("late"))
        arrival.files[shown(name)] = member
    if not found:
        raise Problem(f"{path} holds no submissions as Canvas or Moodle name them", code=USAGE)
    return kind, [found[number] for number in sorted(found, key=int)]


def _students(book, kind: str, arrivals: list[Arrival], table: sheet.Sheet | None, done: Collected) -> list[str]:
    """Whose files each are; strangers are taken into the gradebook."""
    people, found, strangers = People(book.students()), [], {}
    said = {moodle.number(table, row): moodle.words(table, row) for row in table.rows} if table else {}
    names = Counter(arrival.name for arrival in arrivals)
    for arrival in arrivals:
        known = {"canvas_id": arrival.number} if kind == "canvas" else said.get(arrival.number, {"name": arrival.name})
        # two of one name cannot be told apart by it
        student = (
            people.find(**known) if kind == "canvas" or arrival.number in said or names[arrival.name] == 1 else None
        )
        if student is None:
            person = _stranger(kind, arrival, names[arrival.name] == 1)
            if person["id"] in strangers:
                person["id"] += f" {arrival.number}"
            student, strangers[person["id"]] = person["id"], person
        found.append(student)
    if strangers:
        roster.merge(book, list(strangers.values()))
    done.strangers += strangers
    return found


def _stranger(kind: str, arrival: Arrival, alone: bool) -> dict[str, str]:
    """Someone new, under Canvas's number, or under the name where Moodle's number is this assignment's only."""
    name = arrival.name if alone and arrival.name != moodle.HIDDEN else f"{arrival.name} {arrival.number}"
    ident = name if roster.names_a_submission(name) else f"moodle {name.translate(_NO_PATH)}"
    person = {"id": f"canvas-{arrival.number}", "canvas_id": arrival.number} if kind == "canvas" else {"id": ident}
    return person | {"name": name}


def _content(archive: zipfile.ZipFile, arrival: Arrival, done: Collected) -> dict[str, bytes]:
    """A student's files, whole and no larger than a submission may be."""
    content = {}
    for name, member in arrival.files.items():
        try:
            with archive.open(member) as file:
                data = file.read(intake.LARGEST + 1)  # what a zip says of its sizes need not be so
        except _BROKEN as error:
            done.skipped[shown(member.filename)] = f"damaged in the zip: {shown(str(error))}"
            continue
        if len(data) > intake.LARGEST:
            done.skipped[shown(member.filename)] = f"larger than {intake.LARGEST >> 20} MB"
        else:
            content[name] = data
    return content


def _lay_out(content: dict[str, bytes], folder: Path, student: str, done: Collected) -> None:
    """Write a student's files; what they had before is put away, unless it is the same."""
    home = folder / student
    standing = {path.name: path.read_bytes() for path in _files(home)} if home.exists() else None
    if standing == content:
        done.same.append(student)
        return
    (done.new if standing is None else done.replaced).append(student)
    _put_away(folder, student)
    home.mkdir(parents=True)
    for name, data in content.items():
        (home / name).write_bytes(data)


def _files(home: Path) -> list[Path]:
    return [path for path in home.iterdir() if path.is_file()] if home.is_dir() else []


def _put_away(folder: Path, student: str) -> None:
    """Move what a student had before out of the way."""
    home, number = folder / student, 1
    if not home.exists():
        return
    while (folder / EARLIER / student / str(number)).exists():
        number += 1
    (folder / EARLIER / student).mkdir(parents=True, exist_ok=True)
    home.rename(folder / EARLIER / student / str(number))


def _kept(module, folder: Path, student: str, arrival: Arrival, submitted_at: str) -> dict:
    """What is to be remembered of a hand-in; the digest is that which the grader will find."""
    try:
        digest = intake.load(intake.Entry(student, folder, (student,)), module).digest
    except Refused:
        digest = ""
    original = ", ".join(shown(member.filename) for member in arrival.files.values())
    files = sorted(arrival.files)
    kept = {"student": student, "files": files, "original": original, "digest": digest}
    return kept | {"late": int(arrival.late), "submitted_at": submitted_at}


def _note(folder: Path, arrivals: list[dict]) -> None:
    """handed-in.json: by student, the names under which the newest files came, and when."""
    path = folder / MANIFEST
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    known |= {arrival["student"]: {k: v for k, v in arrival.items() if k != "student"} for arrival in arrivals}
    replace(path, (json.dumps(known, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8"))

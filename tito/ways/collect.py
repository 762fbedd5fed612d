"""A class's zip from Canvas or Moodle, laid out as `tito grade` reads it: a folder for each student.

Nothing is lost: what another zip brought before stands in .earlier/, where no grading looks; what is older than that
which is there stays in its zip; and someone whom the gradebook does not know gets a folder by the number that Canvas
or Moodle uses.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import ZipFile

from tito.grading import intake
from tito.grading.cut import both_ends
from tito.grading.intake import MANIFEST
from tito.grading.pieces import Refused, printable
from tito.problem import USAGE, Problem
from tito.ways import arrivals, moodle
from tito.ways.arrivals import Arrival
from tito.ways.owners import Owners
from tito.whole import replace

LONGEST = 600  # characters of a name under which a file came: a folder by a person's name, and a file's
EARLIER = ".earlier"
_ORDER = ("attachment", "submitted_at")  # what tells which of two hand-ins came first


@dataclass
class Collected:
    """What a zip brought: student ids by what became of them; `skipped` are names in the zip, with a reason."""

    folder: Path
    kind: str = ""  # canvas or moodle
    new: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)  # than what is there, which is kept
    poorer: list[str] = field(default_factory=list)  # nothing to grade where there is something: that is kept
    late: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    other: dict[str, list[str]] = field(default_factory=dict)  # files of those who handed in nothing to grade
    skipped: dict[str, str] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)  # hand-in times that are not understood
    untimed: list[str] = field(default_factory=list)  # no time is known
    worksheet: bool = False
    policy: bool = False  # whether lateness costs anything
    deadline: bool = False


def collect(
    book,
    path: Path,
    module,
    folder: Path,
    kind: str | None = None,
    worksheet: Path | None = None,
    anyway: bool = False,
) -> Collected:
    """Lay out a class's zip under `folder`; hand-in times go into the gradebook. Raises Problem.

    `kind` is canvas or moodle, found by the names in the zip where it is not given; `worksheet` is Moodle's, which
    knows when each submission came. Unless `anyway`, a zip is refused of which most students are unknown, or of which
    two have one name that is all that is known.
    """
    if kind is not None and kind not in arrivals.PATTERNS:
        raise Problem(f"--from {kind}: choose canvas or moodle", code=USAGE)
    table = moodle.worksheet(worksheet) if worksheet else None
    done = Collected(folder, worksheet=table is not None)
    done.policy, done.deadline = book.policy.a_day > 0, module.folder in book.deadlines
    known = _known(folder)
    with arrivals.opened(path) as archive:
        done.kind, found = arrivals.read(path, archive.infolist(), kind, done.skipped)
        if table and done.kind != "moodle":
            raise Problem(f"{worksheet} is Moodle's, and {path} comes from Canvas", next="leave it out", code=USAGE)
        owners = Owners(book, done.kind, found, table)
        if not anyway:
            owners.refuse_strangers(path)
            owners.refuse_namesakes(path)
        students, done.strangers = owners.take_in()
        times = moodle.times(table) if table else ({}, {})
        handed = _laid_out(module, archive, list(zip(students, found, strict=True)), times, known, done)
    book.hand_in(module.folder, [{name: each[name] for name in _COLUMNS} for each in handed])
    return done


_COLUMNS = ("student", "digest", "original", "submitted_at", "late")


def _laid_out(
    module, archive: ZipFile, found: list[tuple[str, Arrival]], times: tuple[dict, dict], known: dict, done: Collected
) -> list[dict]:
    """Lay out each student's files that are not to be kept out, and note what is to be remembered of them."""
    handed = []
    for student, arrival in found:
        before = known.get(student, {})
        order = {"attachment": arrival.attachment, "submitted_at": times[0].get(arrival.number, "")}
        older = _is_older(order, before)
        content = arrivals.content(archive, arrival, done.skipped)
        became = _lay_out(content, done.folder / student, older, done)
        if became in ("older", "poorer"):
            continue
        _tell(done, student, arrival, order, times[1])
        if _worth(content) == 1:
            done.other[student] = sorted(content)
        handed.append(_kept(module, done.folder, student, arrival) | order)
        if became != "same":
            known[student] = handed[-1]
        elif not older:  # what was known of its order is known still
            known[student] = handed[-1] | {name: order[name] or before.get(name, order[name]) for name in _ORDER}
    _note(done.folder, known)
    return handed


def _is_older(now: dict, before: dict) -> bool:
    """Whether what comes now is known to have been handed in before what came before."""
    return any(now[name] and before.get(name) and now[name] < before[name] for name in _ORDER)


def _tell(done: Collected, student: str, arrival: Arrival, order: dict, unread: dict[str, str]) -> None:
    """Note what is known of when a student's hand-in came."""
    if arrival.late:
        done.late.append(student)
    if arrival.number in unread:
        done.unread[student] = unread[arrival.number]
    elif not order["submitted_at"]:
        done.untimed.append(student)


def _lay_out(content: dict[str, bytes], home: Path, older: bool, done: Collected) -> str:
    """Write a student's files and put away what they had before, unless that is the same or to be kept."""
    became = _became(content, home, older)
    getattr(done, became).append(home.name)
    if became in ("new", "replaced"):
        _put_away(home)
        home.mkdir(parents=True)
        for name, data in content.items():
            replace(home / name, data)
    return became


def _became(content: dict[str, bytes], home: Path, older: bool) -> str:
    """Which list of Collected a student is on."""
    if not home.exists():
        return "new"
    if {path.name: path.read_bytes() for path in _files(home)} == content:
        return "same"
    worth, there = _worth(content), _worth(path.name for path in home.rglob("*") if path.is_file())
    if worth < there:
        return "poorer"
    return "older" if older and worth == there else "replaced"


def _worth(names) -> int:
    """2 where something can be graded, 1 where there is another file, 0 for nothing."""
    return max((1 + arrivals.is_code(name) for name in names), default=0)


def _files(home: Path) -> list[Path]:
    return [path for path in home.iterdir() if path.is_file()] if home.is_dir() else []


def _put_away(home: Path) -> None:
    """Move what a student had before out of the way."""
    earlier, number = home.parent / EARLIER / home.name, 1
    if not home.exists():
        return
    while (earlier / str(number)).exists():
        number += 1
    earlier.mkdir(parents=True, exist_ok=True)
    home.rename(earlier / str(number))


def _kept(module, folder: Path, student: str, arrival: Arrival) -> dict:
    """What is to be remembered of a hand-in; the digest is that which the grader will find."""
    try:
        digest = intake.load(intake.Entry(student, folder, (student,)), module).digest
    except Refused:
        digest = ""
    # whole, for a page goes back under the numbers in it
    original = ", ".join(printable(both_ends(member.filename, LONGEST)) for member in arrival.files.values())
    kept = {"student": student, "files": sorted(arrival.files), "original": original, "digest": digest}
    return kept | {"late": int(arrival.late)}


def _known(folder: Path) -> dict[str, dict]:
    """What handed-in.json remembers, by student: the names under which the newest files came, and what orders them.

    Raises Problem.
    """
    path = folder / MANIFEST
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except ValueError as error:
        what = f"{path} cannot be read: {error}; nothing was written"
        raise Problem(what, next="move it away, then collect again", code=USAGE) from error


def _note(folder: Path, known: dict[str, dict]) -> None:
    entries = {who: {name: entry[name] for name in entry if name != "student"} for who, entry in known.items()}
    text = json.dumps(entries, indent=1, ensure_ascii=False, sort_keys=True)
    replace(folder / MANIFEST, f"{text}\n".encode())

"""Finds a class's submissions and reads them. Nothing in them is run or unpacked to disk here."""

import functools
import hashlib
import io
import itertools
import os
import re
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tito.grading import disk
from tito.grading.pieces import DUPLICATE, MISSING, UNREADABLE, Piece, Refused, pieces, shown
from tito.problem import USAGE, Problem
from tito.settings import SETTINGS

KINDS = (".ipynb", ".py", ".zip")
LARGEST = 32 << 20  # bytes of a file, and of what a zip holds
MOST_CODE, MOST_PIECES, MOST_MEMBERS = 1 << 20, 500, 2000
MOST_FILES = 50_000  # in a student's folder, which may be a whole workspace
DEEPEST = 50  # folders in folders: os.walk before Python 3.12 calls itself for each
NAMED = 3  # files in a message
MANIFEST = "handed-in.json"  # what `tito collect` keeps beside the students' folders
# Of any other method zipfile unpacks a piece whole, however large it becomes: of bzip2 a kilobyte becomes a gigabyte.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
LISTED, MOST_LISTED = b"PK\x01\x02", 10 * MOST_MEMBERS  # what each entry of a zip's list begins with; zips hold zips

Shelf = dict[str, Callable[[], bytes]]  # the files of one student: a way to read each, by its path


@dataclass(frozen=True, slots=True)  # names, not paths: these take three times as much, and a class waits here whole
class Entry:
    """What one student handed in: the names found in `folder` under the student's name, normally one."""

    student: str
    folder: Path
    names: tuple[str, ...]

    @property
    def paths(self) -> list[Path]:
        return [self.folder / name for name in self.names]


@dataclass(frozen=True)
class Handed:
    """A submission's files as they were read: (name, content) by lesson folder; why an earlier lesson is not here."""

    files: dict[str, tuple[str, bytes]]
    absent: dict[str, str]

    @property
    def digest(self) -> str:
        """What changes when any of the files does."""
        known = hashlib.sha256(repr(sorted(self.absent.items())).encode())
        for lesson, (name, data) in sorted(self.files.items()):
            known.update(f"{lesson}\0{name}\0{len(data)}\0".encode("utf-8", "replace") + data)
        return known.hexdigest()[:32]


def find(path: Path, lesson: str = "", folders: tuple[str, ...] = ()) -> list[Entry]:
    """The submissions in a folder (or the one in a file), by student. Raises Problem when there are none.

    A folder that holds nothing but the notebook that is called as the `lesson`'s own is one student's. One that is
    called as a lesson is no student's: `folders` are names of such folders, that of the graded lesson first.
    """
    if path.is_file() or (path / SETTINGS).is_file():  # one file, or one student's workspace
        return [_alone(path, path.resolve().stem)]
    try:
        with os.scandir(path) as scanned:
            inside = [(entry.name, _is_folder(entry)) for entry in scanned]
    except OSError as error:
        raise Problem(f"{path} is not a folder of submissions: {error.strerror}", code=USAGE) from error
    students: dict[str, list[str]] = {}
    for name, is_folder in sorted(inside):
        stem, kind = (name, "") if is_folder else os.path.splitext(name)
        if name.startswith((".", "_")) or (is_folder and name in folders):
            continue
        if is_folder or kind.lower() in KINDS:
            students.setdefault(shown(text(stem)), []).append(name)
    if not students:
        raise _nobody(path, sorted(name for name, _ in inside), folders)
    if list(students) == [lesson]:
        return [_alone(path, path.resolve().name)]
    return [Entry(student, path, tuple(names)) for student, names in sorted(students.items())]


def lessons(course, module) -> tuple[str, ...]:
    """Names of folders that hold a class's submissions for a lesson, the graded lesson's first: `folders` of `find`."""
    return tuple(dict.fromkeys([module.folder, *(lesson.folder for lesson in course.catalogue)]))


def _nobody(path: Path, names: list[str], folders: tuple[str, ...]) -> Problem:
    visible = [shown(text(name)) for name in names if not name.startswith(".")]
    only = f", only {_some(visible)}" if visible else ""
    advice = f"name that folder: {path / folders[0]}" if folders[:1] and folders[0] in names else ""
    what = f"{path} holds no notebooks, .py exports, zips or folders of students{only}"
    return Problem(what, next=advice, code=USAGE)


def _alone(path: Path, name: str) -> Entry:
    return Entry(shown(text(name)), path.parent, (path.name,))


def text(name: str) -> str:
    """The name of a file on disk; what is no UTF-8 is read as Latin-1, or two students' names would become one."""
    data = os.fsencode(name)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _is_folder(path: os.PathLike) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def read(entry: Entry, module) -> list[Piece]:
    """The pieces of code of a submission, in order. Raises Refused."""
    return code(load(entry, module), module)


def code(handed: Handed, module) -> list[Piece]:
    """The pieces of the graded lesson's file. Raises Refused."""
    name, data = handed.files[module.folder]
    found = pieces(name, data, module)
    if len(found) > MOST_PIECES or sum(len(piece.source) for piece in found) > MOST_CODE:
        raise Refused(UNREADABLE, f"{shown(name)}: more than {MOST_CODE >> 20} MB or {MOST_PIECES} cells of code")
    return found


def load(entry: Entry, module, earlier=()) -> Handed:
    """Read a submission's file for `module`, and those of `earlier` modules that lie beside it. Raises Refused."""
    if len(entry.paths) > 1:
        names = " and ".join(shown(path.name) for path in entry.paths)
        raise Refused(DUPLICATE, f"two submissions of one student: {names}; keep one of them")
    path = entry.paths[0]
    try:
        shelf, name = _open(path, module)
        files, absent = {module.folder: (PurePosixPath(name).name, shelf[name]())}, {}
        for lesson in earlier:
            try:
                found = _earlier(list(shelf), lesson)
                files[lesson.folder] = PurePosixPath(found).name, shelf[found]()
            except Refused as refused:
                absent[lesson.folder] = str(refused)
    except OSError as error:
        raise Refused(UNREADABLE, f"{shown(path.name)} cannot be read: {error.strerror or error}") from error
    return Handed(files, absent)


def _open(path: Path, module) -> tuple[Shelf, str]:
    """All that a student handed in, and which file of it is for `module`."""
    shelf, name = {path.name: lambda: _bytes(path)}, path.name
    if _is_folder(path):
        shelf = _folder(path)
        name = _chosen(shelf if _visible(list(shelf)) else _other(path), KINDS, module, shown(path.name))
    if name.lower().endswith(".zip"):
        shelf = _zip(shelf[name]())
        name = _chosen(shelf, KINDS[:2], module, "the zip")
    return shelf, name


def _bytes(path: Path) -> bytes:
    """A file's content. A link may lead to anyone's work, or to the course's own, so links are refused."""
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode) or not stat.S_ISREG(status.st_mode):
        raise Refused(UNREADABLE, f"{shown(path.name)} is a link or no regular file: hand in the file itself")
    if status.st_size > LARGEST:
        raise Refused(UNREADABLE, _too_large(path.name, status.st_size))
    with open(os.open(path, disk.HANDED_IN), "rb") as file:
        return file.read(LARGEST)


def _too_large(name: str, size: int) -> str:
    return f"{shown(name)} is too large: {size / 1e6:.0f} MB of at most {LARGEST >> 20}; clear its outputs"


def _folder(folder: Path) -> Shelf:
    """A student's folder, at any depth of a workspace; links are not followed. Raises OSError where it cannot look."""
    found, seen = {}, 0

    def fail(error: OSError):
        raise error

    for place, _, names in os.walk(folder, onerror=fail):
        if len(Path(place).parts) - len(folder.parts) > DEEPEST:
            raise Refused(UNREADABLE, f"folders in folders, more than {DEEPEST} deep, in {shown(folder.name)}")
        seen += len(names) + 1
        for path in [Path(place, name) for name in sorted(names) if name.lower().endswith(KINDS)]:
            found[path.relative_to(folder).as_posix()] = lambda path=path: _bytes(path)
        if len(found) > MOST_MEMBERS or seen > MOST_FILES:
            raise Refused(UNREADABLE, f"more than {min(seen, MOST_MEMBERS)} files in {shown(folder.name)}")
    return found


def _other(folder: Path) -> Shelf:
    """The first files of a folder in which there is nothing to grade, and one more than are named."""
    found = (Path(place, name) for place, _, names in os.walk(folder) for name in sorted(names))
    named = ((path.relative_to(folder).as_posix(), path) for path in found)
    visible = ((name, functools.partial(_bytes, path)) for name, path in named if _visible([name]))
    return dict(itertools.islice(visible, NAMED + 1))


def _visible(names: list[str]) -> list[str]:
    return [name for name in names if not any(map(_is_hidden, name.split("/")))]


def _is_hidden(part: str) -> bool:
    return part != "." and part.startswith((".", "__MACOSX"))  # some pack ./losses_dev.ipynb


def _of_lesson(names: list[str], module) -> list[list[str]]:
    """The files that bear the lesson's own names: its notebook, then its export.

    A browser or Canvas numbers the second notebook of a name, `losses_dev (1)` or `losses_dev-1`: either may be the
    later one, so both are meant.
    """
    export = f"/{(module.target or '').replace('.', '/')}.py"
    own = re.compile(re.escape(module.notebook.stem) + r"([ _-]?\(?\d+\)?)?\.ipynb")
    notebooks = [name for name in names if own.fullmatch(PurePosixPath(name).name)]
    return [notebooks, [name for name in names if f"/{name}".endswith(export)]]


def _chosen(shelf: Shelf, kinds: tuple[str, ...], module, where: str) -> str:
    """Which of several files is the submission: the lesson's notebook or export, then the only one of a kind."""
    visible = _visible(list(shelf))
    names = [name for name in visible if name.lower().endswith(kinds)]
    by_kind = ([name for name in names if name.lower().endswith(kind)] for kind in kinds)
    for found in (*_of_lesson(names, module), *by_kind):
        if len(found) == 1 or _handed_in_twice(shelf, found, module):
            return found[0]
        if found:
            raise Refused(UNREADABLE, _too_many(found, where))
    files = [shown(name) for name in visible if not name.endswith("/")]
    only = f", only {_some(files)}" if files else ""
    raise Refused(MISSING, f"no notebook or .py export in {where}{only}; hand in {module.notebook.name}")


def _some(names: list[str]) -> str:
    return ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")


def _handed_in_twice(shelf: Shelf, found: list[str], module) -> bool:
    """Whether two files are the lesson's notebook and, beside it, the same under a number."""
    paths = [PurePosixPath(name) for name in found]
    if len(paths) != 2 or paths[0].parent != paths[1].parent or module.notebook.name not in {p.name for p in paths}:
        return False
    return shelf[found[0]]() == shelf[found[1]]()


def _too_many(found: list[str], where: str) -> str:
    listed = ", ".join(shown(name) for name in found[:NAMED])
    unpack = "unpack it and grade" if "zip" in where else "grade"
    advice = f"leave one (a whole class? {unpack} the folder that holds a folder or a file for each student)"
    return f"{len(found)} files in {where} could be meant ({listed}); {advice}"


def _earlier(names: list[str], lesson) -> str:
    """The file of an earlier lesson, which bears its notebook's or its export's name. Raises Refused."""
    for found in _of_lesson(_visible(names), lesson):
        if len(found) == 1:
            return found[0]
        if found:
            raise Refused(UNREADABLE, _too_many(found, "the submission"))
    raise Refused(MISSING, "not handed in")


def _zip(data: bytes) -> Shelf:
    """The files of a zip, each read in memory and no further than is allowed. Raises Refused."""
    if data.count(LISTED) > MOST_LISTED:  # a list of half a million takes seconds to read, and half a gigabyte
        raise Refused(UNREADABLE, f"more than {MOST_MEMBERS} files in the zip")
    with _unzipping(), zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {member.filename: member for member in archive.infolist()[: MOST_MEMBERS + 1]}
        _refuse_unsafe(list(members))
    return {name: lambda member=member: _member(data, member) for name, member in members.items()}


class _unzipping:
    """What goes wrong in a zip as a Refused."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        # hostile bytes: a list of what the decompressors raise would one day be incomplete
        if isinstance(error, Exception) and not isinstance(error, Refused):
            raise Refused(UNREADABLE, f"the zip cannot be read: {shown(str(error))}; pack it again") from error


def _member(data: bytes, member: zipfile.ZipInfo) -> bytes:
    if member.file_size > LARGEST:
        raise Refused(UNREADABLE, _too_large(member.filename, member.file_size))
    if stat.S_ISLNK(member.external_attr >> 16):
        raise Refused(UNREADABLE, f"{shown(member.filename)} is a link, and what it leads to is not in the zip")
    if member.flag_bits & 1:
        raise Refused(UNREADABLE, f"{shown(member.filename)} is encrypted: pack it again without a password")
    if member.compress_type not in METHODS:
        what = f"the zip cannot be read: {shown(member.filename)} is packed by method {member.compress_type}"
        raise Refused(UNREADABLE, f"{what}; pack it again as an ordinary zip (Deflate)")
    with _unzipping(), zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(member) as file:
        content = file.read(LARGEST + 1)  # what a zip says of its sizes need not be so
    if len(content) > LARGEST:
        raise Refused(UNREADABLE, _too_large(member.filename, len(content)))
    return content


def _refuse_unsafe(names: list[str]) -> None:
    if len(names) > MOST_MEMBERS:
        raise Refused(UNREADABLE, f"more than {MOST_MEMBERS} files in the zip")
    for name in names:
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts:
            raise Refused(UNREADABLE, f"the zip would write outside of its folder ({shown(name)}): pack it again")

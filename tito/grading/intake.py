"""Finds a class's submissions and takes the code out of them. Nothing in them is run or unpacked to disk here."""

import io
import stat
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tito.notebook import EXPORTS, parse_notebook
from tito.problem import USAGE, Problem
from tito.settings import SETTINGS

KINDS = (".ipynb", ".py", ".zip")
LARGEST = 32 << 20  # bytes of a file, and of what a zip holds
MOST_CODE, MOST_PIECES, MOST_MEMBERS = 1 << 20, 500, 2000
GRADED, MISSING, UNREADABLE, DUPLICATE, FAILED = "graded", "missing", "unreadable", "duplicate", "failed"


class Refused(Exception):
    """A submission that cannot be examined: a status, and what its student or the instructor can do."""

    def __init__(self, status: str, message: str):
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Piece:
    """A cell or section of a submission's code; `place` is its name in error messages, `exercise` whose cell it is."""

    source: str
    place: str
    exercise: str = ""


@dataclass(frozen=True)
class Entry:
    """What one student handed in: the paths found under the student's name, normally one."""

    student: str
    paths: tuple[Path, ...]


def find(path: Path) -> list[Entry]:
    """The submissions in a folder (or the one in a file), by student. Raises Problem when there are none."""
    if path.is_file() or (path / SETTINGS).is_file():  # one file, or one student's workspace
        return [Entry(_name(path.resolve().stem), (path,))]
    try:
        inside = sorted(path.iterdir())
    except OSError as error:
        raise Problem(f"{path} is not a folder of submissions: {error.strerror}", code=USAGE) from error
    students: dict[str, list[Path]] = {}
    for entry in inside:
        if not entry.name.startswith((".", "_")) and (entry.suffix.lower() in KINDS or _is_folder(entry)):
            name = _name(entry.name if _is_folder(entry) else entry.stem)
            students.setdefault(name, []).append(entry)
    if not students:
        raise Problem(f"{path} holds no notebooks, .py exports, zips or folders of students", code=USAGE)
    return [Entry(student, tuple(paths)) for student, paths in sorted(students.items())]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir() and not path.is_symlink()
    except OSError:
        return False


def _name(text: str) -> str:
    """A student's name as it can be compared and printed: one way to write é, no control characters."""
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)[:100]


def read(entry: Entry, module) -> list[Piece]:
    """The pieces of code of a submission, in order. Raises Refused."""
    if len(entry.paths) > 1:
        names = " and ".join(_name(path.name) for path in entry.paths)
        raise Refused(DUPLICATE, f"two submissions of one student: {names}; keep one of them")
    path = entry.paths[0]
    try:
        name, data = _folder(path, module) if _is_folder(path) else (path.name, _bytes(path))
    except OSError as error:
        raise Refused(UNREADABLE, f"{_name(path.name)} cannot be read: {error.strerror or error}") from error
    if name.lower().endswith(".zip"):
        name, data = _unzipped(data, module)
    found = pieces(name, data, module)
    if len(found) > MOST_PIECES or sum(len(piece.source) for piece in found) > MOST_CODE:
        raise Refused(UNREADABLE, f"{_name(name)}: more than {MOST_CODE >> 20} MB or {MOST_PIECES} cells of code")
    return found


def _bytes(path: Path) -> bytes:
    """A file's content. A link may lead to anyone's work, or to the course's own, so links are refused."""
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode) or not stat.S_ISREG(status.st_mode):
        raise Refused(UNREADABLE, f"{_name(path.name)} is a link or no regular file: hand in the file itself")
    if status.st_size > LARGEST:
        raise Refused(UNREADABLE, _too_large(path.name, status.st_size))
    with path.open("rb") as file:
        return file.read(LARGEST)


def _too_large(name: str, size: int) -> str:
    return f"{_name(name)} is too large: {size / 1e6:.0f} MB of at most {LARGEST >> 20}; clear its outputs"


def _folder(folder: Path, module) -> tuple[str, bytes]:
    """The one submission in a student's folder, at any depth of a workspace."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in KINDS and not path.is_dir():
            found[path.relative_to(folder).as_posix()] = path
        if len(found) > MOST_MEMBERS:
            raise Refused(UNREADABLE, f"more than {MOST_MEMBERS} files in {_name(folder.name)}")
    name = _chosen(list(found), module, _name(folder.name))
    path = found[name]
    if any(parent.is_symlink() for parent in path.parents if parent.is_relative_to(folder)):
        raise Refused(UNREADABLE, f"{_name(name)} is behind a link: hand in the file itself")
    return path.name, _bytes(path)


def _chosen(names: list[str], module, where: str) -> str:
    """Which of several files is the submission: the lesson's notebook, then the only notebook, export or zip."""
    names = [name for name in names if not any(part.startswith((".", "__MACOSX")) for part in name.split("/"))]
    wanted = [name for name in names if PurePosixPath(name).name == module.notebook.name]
    for found in (wanted, *([name for name in names if name.lower().endswith(kind)] for kind in KINDS)):
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(_name(name) for name in found[:3])
            raise Refused(UNREADABLE, f"{len(found)} files in {where} could be meant ({listed}); leave one")
    raise Refused(MISSING, f"no notebook or .py export in {where}; hand in {module.notebook.name}")


def _unzipped(data: bytes, module) -> tuple[str, bytes]:
    """The one submission in a zip, read in memory and no further than is allowed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {member.filename: member for member in archive.infolist()[: MOST_MEMBERS + 1]}
            _refuse_unsafe(list(members))
            name = _chosen([n for n in members if n.lower().endswith(KINDS[:2])], module, "the zip")
            if members[name].file_size > LARGEST:
                raise Refused(UNREADABLE, _too_large(name, members[name].file_size))
            with archive.open(members[name]) as file:
                content = file.read(LARGEST + 1)  # what a zip says of its sizes need not be so
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise Refused(UNREADABLE, f"the zip cannot be read: {_name(str(error))}; pack it again") from error
    if len(content) > LARGEST:
        raise Refused(UNREADABLE, _too_large(name, len(content)))
    return PurePosixPath(name).name, content


def _refuse_unsafe(names: list[str]) -> None:
    if len(names) > MOST_MEMBERS:
        raise Refused(UNREADABLE, f"more than {MOST_MEMBERS} files in the zip")
    for name in names:
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts:
            raise Refused(UNREADABLE, f"the zip would write outside of its folder ({_name(name)}): pack it again")


def pieces(name: str, data: bytes, module) -> list[Piece]:
    """The exported cells of a notebook, or the sections of a .py export. Raises Refused."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(UNREADABLE, f"{_name(name)} is not UTF-8 text: {error.reason} at byte {error.start}") from error
    return _sections(text) if name.lower().endswith(".py") else _cells(name, text, module)


def _cells(name: str, text: str, module) -> list[Piece]:
    try:
        notebook = parse_notebook(Path(_name(name)), text)
    except (Problem, ValueError, RecursionError, MemoryError) as error:
        raise Refused(UNREADABLE, _name(str(error) or "not a notebook")) from error
    found, target = [], None
    for number, cell in enumerate(notebook.raw["cells"], 1):
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        words = _directives(source) if cell["cell_type"] == "code" else {}
        target = target or words.get("default_exp")
        if EXPORTS & words.keys():
            exercise = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")
            found.append(Piece(source, f"cell {number}", exercise if isinstance(exercise, str) else ""))
    if target and target != module.target:
        raise Refused(MISSING, f"{_name(name)} is the notebook of {_name(target)}, not of {module.target}")
    if not found:
        raise Refused(MISSING, f"{_name(name)} has no `#| export` cells: take them from the course's notebook")
    return found


def _directives(source: str) -> dict[str, str]:
    """nbdev's `#| word value` lines at the top of a cell, in time that grows with its length only."""
    words = {}
    for line in source.splitlines():
        line = line.strip()
        if line and not line.startswith("#"):
            break
        comment = line[1:].lstrip()
        if comment.startswith("|"):
            word, _, value = comment[1:].strip().partition(" ")
            words[word.rstrip(":")] = value.strip()
    return words


def _sections(text: str) -> list[Piece]:
    """A .py export, cut where nbdev marks its cells."""
    parts, first = [[]], [1]
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        if line.startswith("# %%"):
            parts.append([])
            first.append(number)
        parts[-1].append(line)
    found = []
    for lines, start in zip(parts, first, strict=True):
        if any(line.strip() and not line.startswith("#") for line in lines):
            exercise = lines[0].rstrip().rpartition("#")[2] if lines[0].startswith("# %%") else ""
            found.append(Piece("".join(lines), f"section at line {start}", exercise.strip()))
    if not found:
        raise Refused(MISSING, "the file holds no code")
    return found

"""`tito submit`: a lesson packed for handing in: the notebook, and a manifest of whose it is and what it holds."""

import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tito import testing
from tito.catalogue import Module
from tito.doctor import installed
from tito.edition import MANIFEST as RELEASE
from tito.handmade import back_up, digest
from tito.notebook import Notebook, syntax_error
from tito.problem import USAGE, Problem
from tito.student.lessons import read
from tito.validate import syntax_text
from tito.whole import replace, replacing

MANIFEST = "manifest.json"
_STUDENT = re.compile(r"[\w.@+-]{1,80}")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same work gives the same bytes


@dataclass(frozen=True)
class Submitted:
    """The zip, what it holds (name: bytes), and how the tests stand."""

    path: Path
    files: dict[str, int]
    tested: testing.Tested


def submit(course, module: Module, student: str | None = None, anyway: bool = False) -> Submitted:
    """Check and pack a lesson into submissions/. The student's id is asked for once, and kept when the zip is written.

    Raises Problem for code that does not parse, unless `anyway`. Exercises that do not pass yet may be handed in.
    """
    student = _student(course, module, student)
    notebook = read(course, module)
    if not anyway:
        _refuse_broken(course.inside(module.notebook), module, notebook)
    tested = testing.test(course, module)
    files = {module.notebook.name: module.notebook.read_bytes()}
    files[MANIFEST] = _manifest(course, module, student, files)
    path = course.root / "submissions" / f"{module.folder}-{student}.zip"
    path.parent.mkdir(exist_ok=True)
    if path.exists():
        back_up(course, path)
    _pack(path, files)
    _remember(course, student)
    return Submitted(path, {name: len(data) for name, data in files.items()}, tested)


def _refuse_broken(name: str, module: Module, notebook: Notebook) -> None:
    errors = [(cell, syntax_error(cell)) for cell in notebook.cells if cell.is_exported]
    faults = [syntax_text(name, cell, error) for cell, error in errors if error]
    if faults:
        advice = f"mend it, then: tito submit {module.number} (or hand it in as it is, with --anyway)"
        raise Problem("\n".join(faults), next=advice)


def _student(course, module: Module, given: str | None) -> str:
    remembered = _remembered(course)
    student = given or (remembered.read_text(encoding="utf-8").strip() if remembered.exists() else "")
    if not student:
        raise Problem("whose work is it?", next=f"tito submit {module.number} --student YOUR-ID (once)", code=USAGE)
    if not _STUDENT.fullmatch(student):
        raise Problem(f"{student!r} is no id: use letters, digits and . _ @ + - only", code=USAGE)
    return student


def _remember(course, student: str) -> None:
    replace(_remembered(course), f"{student}\n".encode())


def _remembered(course) -> Path:
    return course.state / "student"


def _manifest(course, module: Module, student: str, files: dict[str, bytes]) -> bytes:
    released = course.state / RELEASE
    manifest = {
        "student": student,
        "course": course.title,
        "tito": getattr(installed(), "version", ""),
        "release": digest(released.read_bytes()) if released.exists() else "",
        "module": module.folder,
        "files": {name: digest(data) for name, data in files.items()},
    }
    return (json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8")


def _pack(path: Path, files: dict[str, bytes]) -> None:
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)

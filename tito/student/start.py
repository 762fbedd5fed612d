"""`tito start`: a student's workspace from a release, made new or brought up to date."""

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from tito.edition import EDITION, MANIFEST, SECRET, read_manifest
from tito.handmade import back_up, digest, record
from tito.notebook import others_beside, parse_notebook, read_notebook
from tito.problem import USAGE, Problem
from tito.settings import SETTINGS, Course, read_course
from tito.student import given
from tito.student.merge import Merged, cell_digests, merge
from tito.whole import replace


@dataclass
class Started:
    """What `start` did; paths from the workspace's root."""

    root: Path
    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)  # the student had not touched them
    beside: dict[str, str] = field(default_factory=dict)  # the student's file -> the course's newer one beside it
    merged: dict[str, tuple[Merged, str]] = field(default_factory=dict)  # what changed, and the backup
    notes: list[str] = field(default_factory=list)
    existed: bool = False

    @property
    def mergeable(self) -> bool:
        return any(path.endswith(".ipynb") and path not in self.merged for path in self.beside)


@dataclass(frozen=True)
class Update:
    """From the earlier release of a workspace ("before", {} where there is no record) to the one in `edition`."""

    workspace: Course
    edition: Path
    before: dict
    merging: bool
    done: Started

    def was(self, part: str, path: str):
        return self.before.get(part, {}).get(path)


def start(folder: Path, source: Path | None = None, merging: bool = False) -> Started:
    """Make a workspace in `folder`, or bring the one there up to date, from a release or a course.

    A file that the student has changed is never written over: the course's newer one is put beside it, or, with
    `merging`, a notebook gets the course's changes and keeps the student's, and a copy of it is kept.
    """
    _refuse_a_file(folder)
    with tempfile.TemporaryDirectory(prefix="tito-start-") as name:
        edition = _edition(source or _installed_course(), Path(name) / "release")
        return _fill(folder, edition, merging)


def _refuse_a_file(folder: Path) -> None:
    path = folder.resolve()
    file = next((each for each in (path, *path.parents) if each.exists() and not each.is_dir()), None)
    if file:
        raise Problem(f"{file} is a file: a workspace is a folder", next="tito start NEW-FOLDER", code=USAGE)


def _installed_course() -> Path:
    """The release that came with tito, or the course that tito stands in."""
    tool = Path(__file__).resolve().parents[1]
    if (tool / EDITION / MANIFEST).is_file():
        return tool / EDITION
    root = tool.parent
    if not (root / SETTINGS).is_file() or not (root / "modules").is_dir():
        raise Problem("tito is installed without a course", next="tito start DIR --from RELEASE", code=USAGE)
    return root


def _edition(source: Path, scratch: Path) -> Path:
    """The folder of the release: `source` itself, or one made from the course there."""
    if read_manifest(source / MANIFEST):
        return source
    if not (source / SETTINGS).is_file():
        raise Problem(f"{source} is neither a release nor a course: it has no {MANIFEST} and no {SETTINGS}", code=USAGE)
    from tito.author.release import release

    release(read_course(source.resolve()), scratch)
    return scratch


def _fill(folder: Path, edition: Path, merging: bool) -> Started:
    manifest = read_manifest(edition / MANIFEST)
    before = read_manifest(folder / ".tito" / MANIFEST)
    existed = bool(before) or _lost_its_record(folder)
    if not existed and folder.exists() and any(folder.iterdir()):
        what = f"{folder.resolve()} is not empty, and no workspace: nothing was written"
        raise Problem(what, next="tito start NEW-FOLDER", code=USAGE)
    workspace, done = Course(folder.resolve()), Started(folder, existed=existed)
    if not before:
        _keep(workspace, {"files": {}})  # what an interrupted start leaves is a workspace, for the next one to finish
    update = Update(workspace, edition, before, merging, done)
    notebooks = [path for path in manifest["files"] if path.endswith(".ipynb")]
    released = {path: read_notebook(edition / path) for path in notebooks}
    manifest["cells"] = {path: cell_digests(notebook) for path, notebook in released.items()}
    manifest["names"] = {path: given.names(notebook) for path, notebook in released.items()}
    for path in manifest["files"]:
        _bring(update, path)
    for path in [path for path in notebooks if path in done.beside and path not in done.merged]:
        _still_of_the_earlier_release(manifest, before, path)
    _keep(workspace, manifest)
    return done


def _lost_its_record(folder: Path) -> bool:
    """Whether this is a workspace without .tito: one that came through git, which leaves that out."""
    lessons = folder / "modules"
    if not (folder / SETTINGS).is_file() or not lessons.is_dir():
        return False
    return not any(found for name in SECRET for found in lessons.glob(f"*/{name}"))  # a course has exams


def _still_of_the_earlier_release(manifest: dict, before: dict, path: str) -> None:
    """A notebook that stayed as it was: its tests and cells are still those of its own release."""
    for part in ("files", "tests", "cells", "names"):
        if path in before.get(part, {}):
            manifest[part][path] = before[part][path]
        elif part != "tests":
            manifest[part].pop(path)


def _keep(workspace: Course, manifest: dict) -> None:
    text = json.dumps(manifest, indent=1, sort_keys=True) + "\n"
    replace(workspace.state / MANIFEST, text.encode("utf-8"))


def _bring(update: Update, path: str) -> None:
    """Bring one file of the release into the workspace."""
    workspace, done = update.workspace, update.done
    target, data = workspace.root / path, (update.edition / path).read_bytes()
    if not target.exists():
        _note_a_renamed_one(update, target)
        replace(target, data)
        record(workspace, {path: data.decode("utf-8", "replace")})
        done.new.append(path)
        return
    present, released = digest(target.read_bytes()), update.was("files", path)
    mended = update.merging and path.endswith(".ipynb")  # also brings back deleted exercises and tests
    if digest(data) == present or (digest(data) == released and not mended):
        return
    if present == released or _was_only_run(update, path):
        back_up(workspace, target)
        replace(target, data)
        done.updated.append(path)
    elif mended:
        _merge(update, path, data)
    elif not path.endswith("__init__.py"):  # `tito export` writes those
        _put_beside(update, path, data)


def _was_only_run(update: Update, path: str) -> bool:
    """Whether Jupyter saved outputs into the notebook, but every cell reads as it was released."""
    cells = update.was("cells", path)
    try:
        return cells is not None and cell_digests(read_notebook(update.workspace.root / path)) == cells
    except Problem:
        return False


def _note_a_renamed_one(update: Update, target: Path) -> None:
    others = others_beside(target)
    if target.suffix == ".ipynb" and update.done.existed and others:
        what = f"{target.name} came new, for it was not there; is {others[0]} yours? Name it {target.name} again"
        update.done.notes.append(what)


def _merge(update: Update, path: str, data: bytes) -> None:
    """The course's changes into the student's notebook; one that cannot be read stays as it is."""
    target = update.workspace.root / path
    try:
        mine = read_notebook(target)
    except Problem as problem:
        update.done.notes.append(f"{problem}: nothing was merged into it")
        _put_beside(update, path, data)
        return
    merged = merge(mine, update.was("cells", path) or {}, parse_notebook(target, data.decode("utf-8-sig")))
    if merged.notebook.raw == mine.raw and not merged.yours:
        return
    backup = back_up(update.workspace, target)
    replace(target, merged.notebook.text().encode("utf-8"))
    update.done.merged[path] = merged, update.workspace.inside(backup)
    beside = _beside(target)
    if merged.yours:
        _put_beside(update, path, data)
    elif beside.exists() and beside.read_bytes() == data:
        beside.unlink()


def _beside(target: Path) -> Path:
    """Its name begins with `_`, so that nbdev does not export it."""
    return target.with_name(f"_{target.stem}.new{target.suffix}")


def _put_beside(update: Update, path: str, data: bytes) -> None:
    """The course's newer file beside the student's."""
    target = update.workspace.root / path
    beside = _beside(target)
    update.done.beside[path] = update.workspace.inside(beside)
    if beside.exists() and beside.read_bytes() == data:
        return
    back_up(update.workspace, target)
    if beside.exists():
        back_up(update.workspace, beside)
    replace(beside, data)

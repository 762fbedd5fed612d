"""`tito start`: a student's workspace from a release, made new or brought up to date."""

import json
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from tito.handmade import back_up, digest, record
from tito.problem import USAGE, Problem
from tito.release import EDITION, MANIFEST, read_manifest, release
from tito.settings import SETTINGS, Course, read_course


@dataclass
class Started:
    """What `start` did; paths from the workspace's root."""

    root: Path
    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)  # the student had not touched them
    beside: dict[str, str] = field(default_factory=dict)  # the student's file -> the course's newer one beside it
    existed: bool = False


def start(folder: Path, source: Path | None = None) -> Started:
    """Make a workspace in `folder`, or bring the one there up to date, from a release or a course.

    A file that the student has changed is never written over: the course's newer one is put beside it.
    """
    with tempfile.TemporaryDirectory(prefix="tito-start-") as name:
        edition = _edition(source or _installed_course(), Path(name) / "release")
        return _fill(folder, edition)


def _installed_course() -> Path:
    """The release that came with tito, or the course that tito stands in."""
    tool = Path(__file__).resolve().parent
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
    release(read_course(source.resolve()), scratch)
    return scratch


def _fill(folder: Path, edition: Path) -> Started:
    manifest = read_manifest(edition / MANIFEST)
    before = read_manifest(folder / ".tito" / MANIFEST)
    if not before and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        what = f"{folder.resolve()} is not empty, and no workspace: nothing was written"
        raise Problem(what, next="tito start NEW-FOLDER", code=USAGE)
    done = Started(folder, existed=bool(before))
    workspace = Course(folder.resolve())
    for path in manifest["files"]:
        _bring(workspace, path, edition / path, before.get("files", {}).get(path), done)
    kept = {path: before["tests"][path] for path in done.beside if path in before.get("tests", {})}
    manifest["tests"] |= kept  # the tests in a notebook that stayed are still those of its own release
    workspace.state.mkdir(exist_ok=True)
    (workspace.state / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return done


def _bring(workspace: Course, path: str, source: Path, released: str | None, done: Started) -> None:
    """Bring one file of the release into the workspace; `released` is the digest it had in the earlier release."""
    target, data = workspace.root / path, source.read_bytes()
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        record(workspace, {path: data.decode("utf-8", "replace")})
        done.new.append(path)
        return
    present = digest(target.read_bytes())
    if digest(data) in (present, released):
        return
    if present == released:
        back_up(workspace, target)
        target.write_bytes(data)
        done.updated.append(path)
    elif not path.endswith("__init__.py"):  # `tito export` writes those
        _put_beside(workspace, target, source, done)


def _put_beside(workspace: Course, target: Path, source: Path, done: Started) -> None:
    """The course's newer file beside the student's; its name begins with `_`, so that nbdev does not export it."""
    beside = target.with_name(f"_{target.stem}.new{target.suffix}")
    back_up(workspace, target)
    if beside.exists():
        back_up(workspace, beside)
    shutil.copyfile(source, beside)
    done.beside[workspace.inside(target)] = workspace.inside(beside)

"""`tito export`: from the notebooks to the package, through nbdev.

Everything is checked and built in a temporary tree of the same layout; the course's own files are replaced last, one
rename each, so a refused notebook leaves the package as it was.
"""

import difflib
import shutil
import tempfile
from codecs import BOM_UTF8 as BOM
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tito import handmade
from tito.catalogue import Module
from tito.problem import Problem
from tito.regions import without_markers
from tito.whole import replace

INIT, INDEX = "__init__.py", "_modidx.py"


def strip_markers(cell):
    """nbdev processor: the package carries no solution markers."""
    if cell.cell_type == "code":
        cell.set_source(without_markers(cell.source))


@dataclass
class Exported:
    """What an export did, or for a check what it would do; paths from the course's root."""

    modules: list[Module]
    changed: dict[str, str] = field(default_factory=dict)  # path -> the new text
    stale: list[str] = field(default_factory=list)  # files of the package that no notebook exports
    kept: dict[str, str] = field(default_factory=dict)  # hand-edited path -> its backup
    diffs: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)  # what will fail when it is called

    @property
    def agrees(self) -> bool:
        return not self.changed and not self.stale


def export(course, modules: list[Module] | None = None, check: bool = False) -> Exported:
    """Export these modules (all that exist by default); with `check`, write nothing and tell what differs.

    Raises Problem for a notebook that would not make a package that imports.
    """
    from tito.importing import ImportCheck
    from tito.validate import refuse_broken

    everything = modules is None
    modules = [m for m in course.catalogue if m.notebook.exists()] if everything else modules
    if not modules:
        raise Problem(f"no notebooks in {course.modules}", next="tito doctor")
    refuse_broken(course, modules)
    with ImportCheck() as importing, _copy_of(course, modules) as tree:
        built = _build(course, modules, tree)
        importing.check(course, modules, tree)
    result = Exported(modules)
    result.changed = {path: text for path, text in built.items() if _read(course.root / path) != text}
    result.diffs = {path: _diff(course, path, text) for path, text in result.changed.items()}
    result.notes = [note for module in modules for note in _notes(course, module)]
    if everything:
        result.stale = [path for path in _package_files(course) if path not in built]
    if not check:
        result.kept = handmade.keep(course, result.changed)
        for path, text in result.changed.items():
            replace(course.root / path, text.encode("utf-8"))
        handmade.record(course, built)
    return result


@contextmanager
def _copy_of(course, modules: list[Module]):
    """A temporary tree with these notebooks and the present package, laid out as the course is."""
    with tempfile.TemporaryDirectory(prefix="tito-export-") as name:
        tree = Path(name).resolve()
        for file in [course.root / "pyproject.toml", *(module.notebook for module in modules)]:
            if file.exists():
                copy = tree / file.relative_to(course.root)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(file.read_bytes().removeprefix(BOM))  # Windows may put one there; nbdev wants none
        if course.package.exists():
            ignore = shutil.ignore_patterns("__pycache__", INDEX)
            shutil.copytree(course.package, tree / course.lib_path, ignore=ignore, copy_function=shutil.copyfile)
        yield tree


def _build(course, modules: list[Module], tree: Path) -> dict[str, str]:
    """Let nbdev write the modules into the tree, add the tables of contents; every text by path."""
    from fastcore.xtras import working_directory
    from nbdev.export import nb_export

    package = tree / course.lib_path
    package.mkdir(exist_ok=True)
    with working_directory(tree):  # nbdev reads the pyproject.toml above the current folder
        for module in modules:
            nb_export(tree / module.notebook.relative_to(course.root), lib_path=package, procs=[strip_markers])
    built = {}
    for module in modules:
        path = course.target_path(module)
        built[path] = (tree / path).read_text(encoding="utf-8")
    for path, text in _tables(course, tree).items():
        (tree / path).write_text(text, encoding="utf-8")
        built[path] = text
    return built


def _tables(course, tree: Path) -> dict[str, str]:
    """The __init__ of the package and of each folder in it: what is exported so far, in course order."""
    exported = [m for m in course.catalogue if m.notebook.exists() and m.target]
    exported = [m.target for m in exported if (tree / course.target_path(m)).exists()]
    folders = {"": None}
    for target in exported:
        parts = target.split(".")[:-1]
        folders |= {"/".join(parts[:depth]): None for depth in range(1, len(parts) + 1)}
    return {
        "/".join(filter(None, [course.lib_path, folder, INIT])): table_of_contents(course, folder, exported)
        for folder in folders
    }


def table_of_contents(course, folder: str, exported: list[str]) -> str:
    """The __init__ of a folder of the package ("" is the package itself): a line for each exported module in it."""
    inside = folder.replace("/", ".") + "." if folder else ""
    doc = (
        f"The {inside[:-1]} part of {course.title}."
        if folder
        else (f"{course.title}, exported from the notebooks in {course.nbs_path}/.")
    )
    lines = [f"from {course.lib_path}.{target} import *" for target in exported if target.startswith(inside)]
    return "\n".join([f'"""{doc}"""', "# Written by `tito export`: one line a module, in course order.", *lines]) + "\n"


def _notes(course, module: Module) -> list[str]:
    """What of a lesson is exported but does not work yet, as far as is known without running it."""
    from tito.running.unexported import unexported
    from tito.student.progress import failing, unwritten

    notebook = module.read()
    left = [exercise.name for exercise in notebook.exercises if unwritten(exercise)]
    wrong = [name for name in failing(course, module) if name not in left]
    parts = [f"{len(left)} of {len(notebook.exercises)} exercises not written yet"] if left else []
    parts += [f"at their last test {', '.join(wrong)} failed"] if wrong else []
    notes = [f"{module.folder}: {'; '.join(parts)}"] if parts else []
    return notes + [f"{course.inside(module.notebook)}, cell {found.used} {found}" for found in unexported(notebook)]


def _package_files(course) -> list[str]:
    """The Python files of the package on disk, without nbdev's index."""
    return sorted(course.inside(path) for path in course.package.rglob("*.py") if path.name != INDEX)


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return None


def _diff(course, path: str, text: str, most: int = 12) -> list[str]:
    """The first lines of the difference between the file on disk and what the notebook says."""
    old = (_read(course.root / path) or "").splitlines()
    lines = list(difflib.unified_diff(old, text.splitlines(), lineterm="", n=1))[2:]
    return lines[:most] + ([f"... {len(lines) - most} more lines"] if len(lines) > most else [])

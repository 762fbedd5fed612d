"""The course: where it is and what settings.ini says of it."""

import configparser
import math
import os
from dataclasses import dataclass
from pathlib import Path

from tito.problem import USAGE, Problem

SETTINGS = "settings.ini"
CHOICES = {"solutions": ("never", "after_pass")}


@dataclass(frozen=True)
class Course:
    """A course folder and its settings: times in seconds, memory in megabytes."""

    root: Path
    title: str = "TinyTorch"
    lib_path: str = "tinytorch"
    nbs_path: str = "modules"
    cell_time_limit: float = 30
    test_time_limit: float = 120
    question_time_limit: float = 2
    memory_limit: int = 1024
    solutions: str = "never"  # or "after_pass": `tito solution` shows a student what a passed exercise's could be
    gradebook: str = "gradebook.db"
    deadlines: str = ""
    late_policy: str = ""
    attempts: str = "last"

    @property
    def package(self) -> Path:
        """The folder of the exported package."""
        return self.root / self.lib_path

    @property
    def modules(self) -> Path:
        """The folder of the lesson folders."""
        return self.root / self.nbs_path

    @property
    def state(self) -> Path:
        """Where tito keeps backups and its own records."""
        return self.root / ".tito"

    def target_path(self, module) -> str:
        """Where the module's notebook exports to, from the root: `tinytorch/nn/losses.py`."""
        return f"{self.lib_path}/{module.target.replace('.', '/')}.py"

    @property
    def catalogue(self):
        """The modules in course order; see tito.catalogue."""
        from tito.catalogue import Catalogue

        return Catalogue.read(self)

    def own(self, *names: str) -> Path:
        """A place in the course's folder, as seen from the current one: where tito puts what it makes."""
        return Path(os.path.relpath(self.root.joinpath(*names)))

    def inside(self, path: Path) -> str:
        """The path as the user would type it: from the root, with forward slashes."""
        named = Path(os.path.abspath(path))  # a link inside the course is called by its place, not by where it leads
        for place, root in ((named, Path(os.path.abspath(self.root))), (named.resolve(), self.root.resolve())):
            if place.is_relative_to(root):
                return place.relative_to(root).as_posix()
        return str(path)


def find_root(start: Path) -> Path | None:
    """The nearest folder at or above `start` with settings.ini."""
    start = start.resolve()
    return next((folder for folder in (start, *start.parents) if (folder / SETTINGS).is_file()), None)


def find_course(start: Path | str | None = None) -> Course:
    """The course around `start` (the current folder by default); raises Problem outside of one."""
    start = Path(start or os.curdir)
    root = find_root(start)
    if root is None:
        raise Problem(
            f"no {SETTINGS} in {start.resolve()} or above it: this is not a course or a workspace",
            next="go to your workspace, or make one: tito start my-tinytorch",
            code=USAGE,
        )
    return read_course(root)


def read_course(root: Path) -> Course:
    """The course at `root`; raises Problem for a settings.ini that cannot be read."""
    parser = configparser.ConfigParser(interpolation=None)
    path = root / SETTINGS
    try:
        parser.read_string(path.read_text(encoding="utf-8-sig"), source=str(path))  # some editors begin with a mark
    except (configparser.Error, UnicodeDecodeError) as error:
        raise Problem(f"{path} cannot be read: {error}", code=USAGE) from error
    values = {}
    for name, field in Course.__dataclass_fields__.items():
        if name in parser.defaults():
            values[name] = _convert(path, name, parser.defaults()[name], field.type)
    return Course(root=root, **values)


def _convert(path: Path, name: str, text: str, kind: type):
    if text not in CHOICES.get(name, (text,)):
        raise Problem(f"{path}: {name} = {text} is none of {', '.join(CHOICES[name])}", code=USAGE)
    if kind is str:
        return text
    try:
        number = kind(text)
    except ValueError:
        number = 0
    if not 0 < number < math.inf:  # nor NaN, which is neither
        raise Problem(f"{path}: {name} = {text} is not a positive number", code=USAGE)
    return number

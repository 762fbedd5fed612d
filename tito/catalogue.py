"""The one catalogue: the folders of modules/, in the order of their numbers."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tito.notebook import Notebook, read_notebook
from tito.problem import USAGE, Problem

ELSEWHERE = "tito start, or change into your workspace"  # where there is no lesson
_FOLDER = re.compile(r"(\d+)_(\w+)")
_TARGET = re.compile(r"#\|\s*default_exp\s+([\w.]+)")
_ITEM = re.compile(r"- (\w+):\s*(.*)")


@dataclass(frozen=True)
class Module:
    """One lesson folder: `04_losses` with its notebook, exam and known mistakes."""

    number: str
    name: str
    path: Path

    @property
    def folder(self) -> str:
        return self.path.name

    @property
    def notebook(self) -> Path:
        return self.path / f"{self.name}_dev.ipynb"

    @property
    def exam(self) -> Path:
        return self.path / "exam.py"

    @property
    def mistakes(self) -> Path:
        return self.path / "mistakes.py"

    def read(self) -> Notebook:
        """The notebook as it is on disk now."""
        return read_notebook(self.notebook)

    @cached_property
    def target(self) -> str | None:
        """What the notebook exports to: `nn.losses`; of a broken notebook, what its text says."""
        try:
            return self.read().default_exp
        except Problem:
            found = _TARGET.search(self._text())
            return found[1] if found else None

    def _text(self) -> str:
        """The notebook's bytes as text, none of one that is gone."""
        try:
            return self.notebook.read_bytes().decode("utf-8", "replace")
        except OSError:
            return ""

    @cached_property
    def front(self) -> dict:
        """The front matter: title, summary, prerequisites, time, difficulty, objectives."""
        return front_matter(self.read())

    @property
    def title(self) -> str:
        return self.front["title"] or self.name

    @property
    def summary(self) -> str:
        return self.front["summary"]

    @property
    def prerequisites(self) -> list[str]:
        words = str(self.front.get("prerequisites") or "").split(",")
        return [word.strip() for word in words if word.strip() not in ("", "none")]

    @property
    def objectives(self) -> list[str]:
        return self.front.get("objectives", [])

    @property
    def time(self) -> str:
        return self.front.get("time", "")

    @property
    def difficulty(self) -> str:
        return self.front.get("difficulty", "")


class Catalogue(list):
    """The modules of a course; look one up by number, folder or name. `misnamed` holds folders like `06-optimizers`."""

    misnamed: tuple[Path, ...] = ()

    @classmethod
    def read(cls, course) -> "Catalogue":
        """The lesson folders; raises Problem for two with one number or name, and for one that lies elsewhere."""
        if not course.modules.is_dir():
            what = f"{course.modules} is missing: a course keeps its lessons there"
            raise Problem(what, next=ELSEWHERE, code=USAGE)
        found = cls()
        folders = sorted(path for path in course.modules.iterdir() if path.is_dir())
        for path in folders:
            if match := _FOLDER.fullmatch(path.name):
                found.append(Module(match[1], match[2], path))
        found.misnamed = tuple(p for p in folders if not _FOLDER.fullmatch(p.name) and [*p.glob("*_dev.ipynb")])
        found.sort(key=lambda module: (int(module.number), module.name))
        _refuse_twins(found)
        _refuse_elsewhere(course, found)
        return found

    def find(self, wanted: str) -> Module:
        """The module that `04`, `4`, `04_losses` or `losses` names; raises Problem with what it may have meant."""
        path = wanted.strip().replace("\\", "/").rstrip("/")  # as Windows completes it, too
        text = path.removesuffix(".ipynb").removesuffix("_dev").split("/")[-1]
        for module in self:
            if text in (module.folder, module.name) or (text.isdecimal() and int(text) == int(module.number)):
                return module
        raise Problem(f"no module {wanted!r}", next=self._suggestion(text), code=USAGE)

    def _suggestion(self, text: str) -> str:
        import difflib

        for path in self.misnamed:
            if text in (path.name, *re.split(r"\W+", path.name)):
                return f"rename {path}: a lesson's folder is a number, _ and a name, such as 06_optimizers"
        names = {name: module for module in self for name in (module.name, module.folder)}
        close = difflib.get_close_matches(text.lower(), names, n=1)
        listed = ", ".join(module.folder for module in self) or "none yet"
        return f"did you mean {names[close[0]].folder}?" if close else f"the modules are: {listed}"

    def left_out(self, course) -> list[str]:
        """Why folders with a lesson's notebook are no lessons, each with what to do."""
        told = {
            path: "rename it: a lesson's folder is a number, _ and a name, such as 06_optimizers"
            for path in self.misnamed
        }
        for module in self:
            others = [] if module.notebook.exists() else sorted(module.path.glob("*_dev.ipynb"))
            if others:
                told[module.path] = (
                    f"rename {others[0].name} to {module.notebook.name}, or the folder after the notebook"
                )
        return [f"{course.inside(path)} is left out of the course: {what}" for path, what in told.items()]

    def before(self, module: Module) -> list[Module]:
        """The modules that come before this one."""
        return self[: self.index(module)]

    def exporter(self, course, imported: str | None) -> Module | None:
        """The first module that exports to what was imported, or into that folder: `tinytorch.core.tensor`."""
        for module in self:
            full = f"{course.lib_path}.{module.target}" if module.notebook.exists() else ""
            if imported and imported != course.lib_path and f"{full}.".startswith(f"{imported}."):
                return module
        return None

    def from_(self, module: Module) -> list[Module]:
        """This module and those after it."""
        return self[self.index(module) :]


def _refuse_twins(modules: list[Module]) -> None:
    for first, second in zip(modules, modules[1:], strict=False):
        if int(first.number) == int(second.number):
            raise Problem(f"{first.folder} and {second.folder} have the same number: rename one", code=USAGE)
    names = [module.name for module in modules]
    for module in modules:
        if names.count(module.name) > 1:
            raise Problem(f"two modules are called {module.name!r}: rename one", code=USAGE)


def _refuse_elsewhere(course, modules: list[Module]) -> None:
    """A notebook finds its course around the folder that it runs in, so a link out of the course leads it astray."""
    root = course.root.resolve()
    for module in modules:
        place = module.path.resolve()
        if not place.is_relative_to(root):
            what = f"{module.path} is a link to {place}: from there the notebook would not find its course"
            raise Problem(what, next="put the folder itself there in place of the link", code=USAGE)


def front_matter(notebook: Notebook) -> dict:
    """Title, summary and the `- key: value` list of the first markdown cell; nested items become a list."""
    front = {"title": "", "summary": ""}
    first = next((cell for cell in notebook.cells if cell.kind == "markdown"), None)
    key = None
    for line in first.source.splitlines() if first else []:
        item = _ITEM.fullmatch(line.rstrip())
        if line.startswith("# ") and not front["title"]:
            front["title"] = line[2:].strip()
        elif line.startswith("> "):
            front["summary"] = f"{front['summary']} {line[2:].strip()}".strip()
        elif item:
            key = item[1]
            front[key] = item[2].strip() or []
        elif line.startswith("  ") and line.strip().startswith("- ") and key and isinstance(front[key], list):
            front[key].append(line.strip()[2:])
    return front

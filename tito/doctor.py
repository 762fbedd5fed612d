"""`tito doctor`: is everything here that the course needs, and what to do where it is not."""

import ast
import importlib.metadata
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tito.fresh import environment
from tito.problem import Problem

DISTRIBUTIONS = ("tinytorch-course", "tinytorch")  # the student's wheel, and the course itself
NEEDED = ("numpy", "nbdev", "fastcore", "execnb", "jupyter", "matplotlib", "rich", "typer")


@dataclass
class Finding:
    """One thing looked at; `advice` says what to do where it is not well."""

    what: str
    found: str
    well: bool = True
    advice: str = ""


def examine(start: Path | None = None) -> list[Finding]:
    """Look at Python, the libraries, the course around `start`, its package, and what confines graded code."""
    return [_python(), *map(_library, NEEDED), *_course(start), _confinement()]


def _python() -> Finding:
    well = sys.version_info >= (3, 10)
    found = f"{platform.python_version()} ({sys.executable})"
    return Finding("Python", found, well, "" if well else "install Python 3.10 or newer, then: make demo")


def _library(name: str) -> Finding:
    try:
        return Finding(name, importlib.metadata.version(name), *_fits(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, "missing", False, f"{sys.executable} -m pip install {name}")


def _fits(name: str) -> tuple[bool, str]:
    """Whether the version is one that the course was tested with, as its own requirements say."""
    from packaging.requirements import Requirement

    found = installed()
    for text in (found.requires or []) if found else []:
        requirement = Requirement(text)
        if requirement.name == name and not requirement.marker:
            well = requirement.specifier.contains(importlib.metadata.version(name), prereleases=True)
            return well, "" if well else f"{sys.executable} -m pip install '{requirement}'"
    return True, ""


def installed() -> importlib.metadata.Distribution | None:
    """What tito came in; None where it was only put on the path."""
    for name in DISTRIBUTIONS:
        try:
            return importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def _course(start: Path | None) -> list[Finding]:
    from tito.settings import find_course

    try:
        course = find_course(start)
        modules = course.catalogue
    except Problem as problem:
        return [Finding("course", str(problem), False, problem.next)]
    there = [module for module in modules if module.notebook.exists()]
    missing = [module.folder for module in modules if not module.notebook.exists()]
    found = f"{course.title} in {course.root}, {len(there)} lessons"
    advice = f"no notebook in {', '.join(missing)}: in a workspace `tito start` brings it back" if missing else ""
    return [Finding("course", found, not missing, advice), _package(course), *_in_the_way(course, there)]


def _in_the_way(course, modules: list) -> list[Finding]:
    """The files that an import in a notebook finds in place of Python's own module, or of a library."""
    folders = [course.root, *(module.path for module in modules)]
    files = [file for folder in folders for file in sorted(folder.glob("*.py"))]
    taken = [course.inside(file) for file in files if file.stem in {*sys.stdlib_module_names, *NEEDED}]
    return [Finding("file", f"{p} hides the module of that name", False, "give the file another name") for p in taken]


def _package(course) -> Finding:
    """Import the package as a notebook would, in a fresh process."""
    program = f"import {course.lib_path} as p; print(ascii(p.__file__))"  # a folder's name may hold any byte
    command, options = [sys.executable, "-c", program], {"text": True, "encoding": "utf-8", "errors": "replace"}
    done = subprocess.run(command, cwd=course.root, env=environment(), capture_output=True, **options)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        return Finding(course.lib_path, f"does not import: {reason}", False, "tito export")
    place = Path(ast.literal_eval(done.stdout.strip().splitlines()[-1]))
    well = place.is_relative_to(course.package)
    return Finding(course.lib_path, f"imports from {place.parent}", well, "" if well else "tito export makes your own")


def _confinement() -> Finding:
    """What keeps graded code in its place; the grader knows."""
    try:
        from tito.grading import isolation
    except ImportError:
        return Finding("grading", "stays with the course: this is the student's tito")
    return Finding("grading", str(isolation()))

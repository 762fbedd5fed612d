"""The lessons of a workspace with their notebooks, and what keeps one from being read: half written, or gone."""

from tito.catalogue import ELSEWHERE, Module
from tito.edition import MANIFEST, read_manifest
from tito.notebook import Notebook
from tito.problem import Problem

BACK = "tito start brings it back"


def read(course, module: Module) -> Notebook:
    """The lesson's notebook. Raises Problem; for one that was released and is gone, with the way to get it back."""
    try:
        return module.read()
    except Problem as problem:
        if is_gone(course, module):
            problem.next = f"{problem.next}; else {BACK}" if problem.next else BACK
        raise


def is_gone(course, module: Module) -> bool:
    """Whether the lesson came with a notebook that is not there; a folder that never had one is no lesson yet."""
    if module.notebook.exists():
        return False
    return course.inside(module.notebook) in read_manifest(course.state / MANIFEST).get("files", {})


def present(course) -> list[Module]:
    """The lessons that have a notebook, or had one when they were released; raises Problem where there is none."""
    found = [module for module in course.catalogue if module.notebook.exists() or is_gone(course, module)]
    if not found:
        raise Problem(f"there is no lesson in {course.root}", next=ELSEWHERE)
    return found


def lessons(course) -> list[tuple[Module, Notebook | Problem]]:
    """Each lesson with its notebook, or with what keeps that from being read."""
    found = []
    for module in present(course):
        try:
            found.append((module, read(course, module)))
        except Problem as problem:
            found.append((module, problem))
    return found


def unread(course) -> list[Problem]:
    """What keeps notebooks from being read, one Problem each."""
    return [notebook for _, notebook in lessons(course) if isinstance(notebook, Problem)]

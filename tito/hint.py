"""`tito hint`: the hints that stand folded beside an exercise, one at a time."""

import re

from tito.catalogue import Module
from tito.notebook import Notebook
from tito.problem import USAGE, Problem

_DETAILS = re.compile(r"<details>\s*<summary>\s*(Hint[^<]*?)\s*</summary>(.*?)</details>", re.DOTALL | re.IGNORECASE)


def hints(course, exercise: str) -> tuple[Module, list[str]]:
    """The lesson with this exercise, and its hints in order; raises Problem for an unknown exercise."""
    known: dict[str, tuple[Module, Notebook]] = {}
    for module in [module for module in course.catalogue if module.notebook.exists()]:
        try:
            notebook = module.read()
        except Problem:
            continue  # a broken notebook keeps no other lesson's hints
        known |= {each.name: (module, notebook) for each in notebook.exercises}
    if exercise not in known:
        import difflib

        close = difflib.get_close_matches(exercise, known, n=1) or [name for name in known if exercise in name]
        meant = f"did you mean {close[0]}?" if close else "tito test"
        raise Problem(f"no exercise {exercise!r}", next=meant, code=USAGE)
    module, notebook = known[exercise]
    return module, hints_of(notebook, exercise)


def hints_of(notebook: Notebook, exercise: str) -> list[str]:
    """The hints in the text cells from this exercise's cell to the next exercise's."""
    found, inside = [], False
    for cell in notebook.cells:
        if cell.is_exercise:
            inside = cell.grade_id == exercise
        elif inside and cell.kind == "markdown":
            found += [text.strip() for _, text in _DETAILS.findall(cell.source)]
    return found

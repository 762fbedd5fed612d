"""What the cells of a lesson take from elsewhere: from cells that are not exported, and from other lessons."""

import ast

from tito.catalogue import Module
from tito.notebook import Cell, Notebook, syntax_error
from tito.problem import Problem
from tito.running.names import defined, imported, needed, table_of
from tito.running.unexported import unexported
from tito.validate import at


def around_faults(course, module: Module, notebook: Notebook, name: str) -> list[str]:
    """What runs in the author's notebook, and not in the package, the grader or a student's workspace."""
    faults = _missing_exports(notebook, name) + _unlocked(notebook, name)
    return faults + _taken_names(course, module, notebook, name) + _later_imports(course, module, notebook, name)


def _missing_exports(notebook: Notebook, name: str) -> list[str]:
    """Names that exported cells use and the package will not have: the notebook itself runs without a word."""
    return [f"{at(name, notebook.cells[found.used - 1])}: {found}" for found in unexported(notebook)]


def _unlocked(notebook: Notebook, name: str) -> list[str]:
    """Functions that inline tests use and that `tito test` would take for a student's own answer."""
    homes = {}
    for cell in notebook.cells:
        table = None if cell.is_exported or cell.is_test or cell.nbgrader.get("locked") else table_of(cell)
        for one in defined(table) - imported(table) if table else ():
            if table.lookup(one).is_namespace():
                homes[one] = cell
    faults = {}
    for exercise in notebook.exercises:
        asked = table_of(exercise.test) if exercise.test else None
        for one in sorted((needed(asked) - defined(asked)) & homes.keys()) if asked else ():
            what = f"{exercise.test.grade_id} uses {one}, which is neither exported nor locked: give the cell nbgrader "
            what += "metadata with a grade_id and `locked` true, `grade` and `solution` false"
            faults.setdefault(one, f"{at(name, homes[one])}: {what}")
    return list(faults.values())


def _taken_names(course, module: Module, notebook: Notebook, name: str) -> list[str]:
    """Exercises that another lesson has too."""
    faults, taken = [], {}
    for other in course.catalogue:
        if other.folder != module.folder and other.notebook.exists():
            taken |= {exercise.name: other.folder for exercise in _exercises(other)}
    for exercise in notebook.exercises:
        if exercise.cell and exercise.name in taken:
            what = f"{taken[exercise.name]} has an exercise {exercise.name} too: give this one another name"
            faults.append(f"{at(name, exercise.cell)}: {what}")
    return faults


def _later_imports(course, module: Module, notebook: Notebook, name: str) -> list[str]:
    """Imports of what only this lesson or a later one makes."""
    faults, later = [], course.catalogue.from_(module)
    for cell in notebook.cells:
        for line, imported_name in _imports(cell):
            home = course.catalogue.exporter(course, imported_name)
            if home in later:
                whose = "this lesson itself" if home == module else f"{home.folder}, which comes later"
                faults.append(f"{at(name, cell, line)}: imports {imported_name}, which is of {whose}")
    return faults


def _exercises(module: Module) -> list:
    try:
        return module.read().exercises
    except Problem:  # it is told where that lesson is checked
        return []


def _imports(cell: Cell) -> list[tuple[int, str]]:
    """The modules that a code cell imports, each with its line; nothing of a cell that is no Python."""
    if not cell.is_code or syntax_error(cell) or cell.has_magic:
        return []
    nodes = list(ast.walk(ast.parse(cell.source)))
    froms = [(node.lineno, node.module) for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return froms + [(n.lineno, alias.name) for n in nodes if isinstance(n, ast.Import) for alias in n.names]

"""What passes in the notebook and would earn nothing: what is tested stands where no export and no grader takes it."""

from collections.abc import Callable

from tito.catalogue import Module
from tito.edition import MANIFEST, read_manifest
from tito.notebook import Cell, Exercise, Notebook
from tito.running.names import defined, imported, needed, table_of
from tito.running.outcome import FAILED, Result
from tito.running.unexported import NOT_THERE, unexported
from tito.student.merge import by_key

IS_OWN = Callable[[Cell], bool]


def catch(course, module: Module, notebook: Notebook, done) -> None:
    """Make failures of passes that only cells without `#| export` give; `done` is the Tested of the notebook."""
    is_own = _own_cells(course, module, notebook)
    homes = _homes(notebook)
    exercises = {e.name: e for e in notebook.exercises}
    for result in [each for each in done.results if each.passed]:
        exercise = exercises[result.name]
        if not exercise.cell.is_exported:
            what = f"its cell does not begin with `#| export`: {NOT_THERE}\n  add that line at its top"
            _fail(result, result.home, what)
        elif found := _elsewhere(homes, exercise, is_own):
            _fail(result, *found)
    _catch_helpers(notebook, done, is_own)


def _fail(result: Result, cell: int, message: str) -> None:
    result.status, result.cell, result.message, result.printed = FAILED, cell, message, ""


def _own_cells(course, module: Module, notebook: Notebook) -> IS_OWN:
    """Tells the student's cells from those that came with the lesson; in the course itself, from the locked ones."""
    cells = read_manifest(course.state / MANIFEST).get("cells", {}).get(course.inside(module.notebook))
    if cells is None:
        return lambda cell: not cell.nbgrader.get("locked")
    own = {cell.number for key, cell in by_key(notebook).items() if key not in cells}
    return lambda cell: cell.number in own


def _homes(notebook: Notebook) -> dict[str, list[tuple[Cell, bool]]]:
    """By name, the cells that define it, tests aside, and whether as a function or a class."""
    found: dict[str, list[tuple[Cell, bool]]] = {}
    for cell in notebook.cells:
        table = None if cell.is_test else table_of(cell)
        for name in defined(table) - imported(table) if table else ():
            found.setdefault(name, []).append((cell, table.lookup(name).is_namespace()))
    return found


def _elsewhere(homes: dict, exercise: Exercise, is_own: IS_OWN) -> tuple[int, str] | None:
    """The cell of the student's without `#| export` that gives the test what it asks for, and what to do."""
    asked = table_of(exercise.test)
    names = needed(asked) - defined(asked) if asked else set()
    for name in sorted(homes):
        above = [(cell, is_code) for cell, is_code in homes[name] if cell.number < exercise.test.number]
        last, is_code = above[-1] if above else (exercise.cell, False)
        is_half = last.grade_id == exercise.name  # Jupyter gives both halves of a split cell the exercise's name
        if (is_half or is_code and name in names) and not last.is_exported and is_own(last):
            return last.number, _advice(name, [cell for cell, _ in above], exercise)
    return None


def _advice(name: str, homes: list[Cell], exercise: Exercise) -> str:
    last, exported = homes[-1].number, [cell.number for cell in homes if cell.is_exported]
    if exported:
        return (
            f"cell {last} defines {name} again, without `#| export`: the package and the grader have that of cell "
            f"{exported[-1]}\n  put what is right into cell {exported[-1]}, and take it out of cell {last}"
        )
    merge = f", or merge it with cell {last - 1}" if exercise.cell.number == last - 1 else ""
    what = f"cell {last}, which defines {name}, does not begin with `#| export`: {NOT_THERE}"
    return f"{what}\n  add the line `#| export` at the top of cell {last}{merge}"


def _catch_helpers(notebook: Notebook, done, is_own: IS_OWN) -> None:
    """What exported code uses of a cell without `#| export`, itself or through exported cells of the student's own."""
    results = {result.name: result for result in done.results}
    judged_cells = {exercise.cell.number for exercise in notebook.exercises if exercise.cell}
    for found in unexported(notebook):
        users = _users(notebook, found.used, is_own)
        for result in [results[e.name] for e in users if e.name in results and results[e.name].passed]:
            through = "" if result.home == found.used else f"needs cell {found.used}, which "
            _fail(result, found.home, f"{result.name} {through}{found}")
        told = any(result.cell == found.home and result.status == FAILED for result in done.results)
        if found.used not in judged_cells and not told:
            done.troubles.append(Result(f"cell {found.used}", FAILED, message=str(found), cell=found.used))


def _users(notebook: Notebook, number: int, is_own: IS_OWN) -> list[Exercise]:
    """The exercise that this cell is of, or those whose code uses this cell, if it is the student's own.

    A cell of the course may hold more than an exercise uses of it.
    """
    cell = notebook.cells[number - 1]
    direct = [e for e in notebook.exercises if e.cell and e.cell.number == number]
    table = table_of(cell)
    if direct or not is_own(cell) or table is None:
        return direct
    tables = [(e, table_of(e.cell)) for e in notebook.exercises if e.cell]
    return [exercise for exercise, each in tables if each and defined(table) & needed(each)]

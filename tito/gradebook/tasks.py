"""What a module gives points for, read from its notebook: exercises that the exam grades, cells that people grade."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """One thing that earns points; `manual` where a person marks it."""

    name: str
    points: float
    manual: bool


def tasks(module) -> dict[str, Task]:
    """By name, in the notebook's order. Raises Problem for a notebook that cannot be read."""
    notebook = module.read()
    found = {e.name: Task(e.name, float(e.points), False) for e in notebook.exercises if e.test and e.points}
    for cell in notebook.cells:
        if cell.grade_id and cell.points and cell.nbgrader.get("grade") and not cell.is_test:
            found.setdefault(cell.grade_id, Task(cell.grade_id, float(cell.points), True))
    return found

"""What a module gives points for, read from its notebook: exercises that the exam grades, cells that people grade."""

import difflib
import math
from dataclasses import dataclass

from tito.gradebook.standing import BONUS, TOTAL
from tito.problem import USAGE, Problem


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


def kind_of(asked: dict[str, Task], exercise: str, points: float | None, why: str) -> str:
    """Whether this is a mark, an override, a bonus or a comment; raises Problem where it cannot be given."""
    whole = sum(task.points for task in asked.values())
    possible = {name: task.points for name, task in asked.items()} | {TOTAL: whole, BONUS: whole}
    if exercise not in possible:
        close = difflib.get_close_matches(exercise, possible, n=1)
        advice = f"did you mean {close[0]}?" if close else f"there are: {', '.join(possible)}"
        raise Problem(f"no exercise {exercise!r}", next=advice, code=USAGE)
    if points is None:
        return "comment"
    lowest = -whole if exercise == BONUS else 0
    if not (math.isfinite(points) and lowest <= points <= possible[exercise]):
        what = f"{exercise}: {points:g} points are not between {lowest:g} and {possible[exercise]:g}"
        raise Problem(what, next=f"points beside those of the exercises are a {BONUS}", code=USAGE)
    if exercise in asked and asked[exercise].manual:
        return "mark"
    if not why.strip():
        what = "say why" if exercise == BONUS else "is marked automatically: say why this mark is another"
        raise Problem(f"{exercise}: {what}", next="--why TEXT", code=USAGE)
    return "bonus" if exercise == BONUS else "override"

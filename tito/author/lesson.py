"""The form of a lesson: what stands around every exercise, how long cells may be, and what its exam must ask."""

import ast
import re

from tito.notebook import Cell, Exercise, Notebook
from tito.regions import BEGIN, END
from tito.student.hint import hints_of
from tito.validate import at

WORDS, LINES, TEST_LINES = 120, 30, 12  # of a text cell, of a code cell, of an inline test
WANTED = {  # what the text before an exercise holds, and how it is written
    "the question it answers": (r"\*\*Question[.:]?\*\*", "**Question.** …"),
    "its formula": (r"\$[^$]+\$", "$$…$$"),
    "a worked number": (r"\*\*Worked number[.:]?\*\*", "**Worked number.** …"),
    "a prediction with a folded answer": (
        r"(?s)\*\*Predict[.:]?\*\*.*?<details>\s*<summary>\s*Answer",
        "**Predict.** … <details><summary>Answer</summary>",
    ),
}
# formulas, tags, code, and what only graders read are not prose
_NO_WORDS = re.compile(rf"\$\$.*?\$\$|\$[^$]*\$|<[^>]+>|```.*?```|{BEGIN}.*?{END}", re.DOTALL)


def form_faults(notebook: Notebook, name: str) -> list[str]:
    """What an exercise lacks, and which cells are too long."""
    faults, before = [], 0
    if notebook.default_exp is None:
        faults.append(f"{name}: no cell says `#| default_exp`, so nothing of it is exported: add one, as in nn.losses")
    for exercise in notebook.exercises:
        if exercise.cell and exercise.test:
            faults += _exercise_faults(notebook, exercise, before, name)
            before = exercise.test.number
    for cell in notebook.cells:
        faults += _length_faults(cell, name)
    return faults


def _exercise_faults(notebook: Notebook, exercise: Exercise, before: int, name: str) -> list[str]:
    """Question, formula, worked number and prediction before the exercise; two hints after it."""
    told = "\n".join(c.source for c in notebook.cells[before : exercise.cell.number] if c.kind == "markdown")
    where = f"{at(name, exercise.cell)}: {exercise.name}"
    lacks = [(what, form) for what, (pattern, form) in WANTED.items() if not re.search(pattern, told)]
    faults = [f"{where}: the text before it lacks {what}: write {form}" for what, form in lacks]
    given = hints_of(notebook, exercise.name)
    if len(given) != 2:
        faults.append(f"{where}: {len(given)} hints, where two are due: <details><summary>Hint 1</summary>, and Hint 2")
    elif "?" not in given[0]:
        faults.append(f"{where}: its first hint asks nothing: begin with a question")
    return faults


def _length_faults(cell: Cell, name: str) -> list[str]:
    if cell.kind == "markdown":
        count, limit, what = len(_NO_WORDS.sub(" ", cell.source).split()), WORDS, "words"
    else:
        count, limit, what = _lines(cell.source), TEST_LINES if cell.is_test else LINES, "lines of code"
    return [f"{at(name, cell)}: {count} {what}, where {limit} are the limit: split it"] if count > limit else []


def _lines(source: str) -> int:
    """Lines that hold code: no blanks, comments or docstrings."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return 0  # told elsewhere
    lines = {n for n, line in enumerate(source.splitlines(), 1) if line.strip() and not line.lstrip().startswith("#")}
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines -= set(range(node.lineno, node.end_lineno + 1))
    return len(lines)

"""A small course for tito's tests: two lessons, real notebooks, no NumPy needed by what they export."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FRONT = """# {title}

> {summary}

- prerequisites: none
- time: 1 hour
- difficulty: 1 of 5
- objectives:
  - write small functions
"""
TOLD = """## {name}

**Question.** What does {name} do?

$${formula}$$

**Worked number.** {worked}

**Predict.** And of 0?

<details><summary>Answer</summary>

{answer}

</details>
"""
HINTS = """<details><summary>Hint 1</summary>

Which operator?

</details>
<details><summary>Hint 2</summary>

${formula}$

</details>
"""
OF_DOUBLE = {"name": "double", "formula": "y = 2x", "worked": "Twice 3 is 6.", "answer": "0."}
OF_SHIFT = {"name": "shift", "formula": "y = x + b", "worked": "3 moved by 2 is 5.", "answer": "b."}
OF_QUAD = {"name": "quad", "formula": "y = 4x", "worked": "Four times 3 is 12.", "answer": "0."}
ACTIVATE = "#| hide\nfrom tito import workspace\n\nworkspace.activate()"
DOUBLE = """#| export
def double(x):
    "Twice x."
    ### BEGIN SOLUTION
    return x * 2
    ### END SOLUTION
"""
SHIFT = """#| export
def shift(x, by=1):
    "x moved up."
    ### BEGIN SOLUTION
    moved = x + by
    return moved
    ### END SOLUTION
"""
TEST_DOUBLE = """def test_double():
    assert double(3) == 6, "double(3)\\n  expected 6\\n  got      " + str(double(3))
    print("double: twice the value")


test_double()"""
TEST_SHIFT = """def test_shift():
    assert shift(3, 2) == 5
    print("shift: moves up")


test_shift()"""
QUAD = """#| export
def quad(x):
    "Four times x, by doubling twice."
    ### BEGIN SOLUTION
    return double(double(x))
    ### END SOLUTION
"""
TEST_QUAD = """def test_quad():
    assert quad(3) == 12
    print("quad: four times the value")


test_quad()"""
SQUARE = "#| export\ndef double(x):\n    return x * x\n"
DOWN = "#| export\ndef shift(x, by=1):\n    return x - by\n"
MISTAKES = f"""MISTAKES = [
    {{"exercise": "double", "name": "square", "code": {SQUARE!r}, "says": "You square x."}},
    {{"exercise": "shift", "name": "down", "code": {DOWN!r}, "says": "Downwards."}},
]
"""

EXAM = """from tito.grading.exam import question

SECRET = 1


@question("double", "value")
def doubled(tt, rng):
    "Twice an array."
    return tt.double(rng.normal(size=3))


@question("shift", "value")
def shifted(tt, rng):
    "An array moved by 2."
    return tt.shift(rng.normal(size=3), 2)
"""


def grading(grade_id, grade=False, solution=False, points=None):
    """nbgrader's metadata, schema 3."""
    found = {"grade": grade, "grade_id": grade_id, "locked": not solution, "schema_version": 3}
    found |= {"solution": solution, "task": False}
    return {"nbgrader": found | ({"points": points} if points else {})}


def markdown(source, metadata=None):
    return {"cell_type": "markdown", "metadata": metadata or {}, "source": source.splitlines(keepends=True)}


def code(source, metadata=None):
    lines = source.rstrip("\n").splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": metadata or {}, "outputs": [], "source": lines}


def exercise(name, source):
    return code(source, grading(name, solution=True))


def a_test(name, source, points=2):
    return code(source, grading(f"test_{name}", grade=True, points=points))


def first_cells():
    """Lesson 01: double and shift. Cell 4 is `double`, 5 its test, 7 `shift`, 8 its test, 9 a question."""
    question = "Why twice?\n\n### BEGIN SOLUTION\nBecause two is more than one.\n### END SOLUTION"
    return [
        markdown(FRONT.format(title="First", summary="Two small functions.") + TOLD.format(**OF_DOUBLE)),
        code("#| default_exp core.first"),
        code(ACTIVATE),
        exercise("double", DOUBLE),
        a_test("double", TEST_DOUBLE),
        markdown(HINTS.format(**OF_DOUBLE) + TOLD.format(**OF_SHIFT)),
        exercise("shift", SHIFT),
        a_test("shift", TEST_SHIFT, points=3),
        markdown(question, grading("question_why", grade=True, solution=True, points=1)),
        markdown(HINTS.format(**OF_SHIFT)),
    ]


def second_cells():
    """Lesson 02: quad, made from the first lesson's double."""
    return [
        markdown(FRONT.format(title="Second", summary="A function of functions.") + TOLD.format(**OF_QUAD)),
        code("#| default_exp nn.second"),
        code(ACTIVATE),
        code("#| export\nfrom tinytorch.core.first import double"),
        exercise("quad", QUAD),
        a_test("quad", TEST_QUAD),
        markdown(HINTS.format(**OF_QUAD)),
    ]


def write_notebook(path, cells):
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"cell{number:02d}"
    kernel = {"kernelspec": {"display_name": "python3", "language": "python", "name": "python3"}}
    raw = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(raw, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def make_course(root):
    """The small course at `root`."""
    root.mkdir(parents=True, exist_ok=True)
    for name in ("settings.ini", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    write_notebook(root / "modules/01_first/first_dev.ipynb", first_cells())
    (root / "modules/01_first/mistakes.py").write_text(MISTAKES, encoding="utf-8")
    (root / "modules/01_first/exam.py").write_text(EXAM, encoding="utf-8")
    write_notebook(root / "modules/02_second/second_dev.ipynb", second_cells())
    return root


def source_of(path, number, new=None):
    """The source of a cell, counted from 1; with `new`, it is changed on disk."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    if new is not None:
        raw["cells"][number - 1]["source"] = new.splitlines(keepends=True)
        path.write_text(json.dumps(raw, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return "".join(raw["cells"][number - 1]["source"])


def tito(folder, *words, **options):
    """Run the real command in a folder; stdout, stderr and returncode come back."""
    command = [sys.executable, "-m", "tito", *map(str, words)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=120, **options)

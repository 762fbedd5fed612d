"""A course with exercises and free-text answers, and gradings of it made up without a worker."""

import json
from dataclasses import replace

from school import IMPORTS, L1, MSE, REDUCE, cell, make_school, notebook

from tito.grading.results import Mark, Result

POINTS = {"mse_loss": 10.0, "l1_loss": 6.0}
ASKED = [(loss, aspect) for loss in POINTS for aspect in ("value", "gradient", "errors")]
QUESTIONS = [
    {
        "question": f"{loss}_{aspect}",
        "exercise": loss,
        "aspect": aspect,
        "about": "Asked.",
        "possible": POINTS[loss] / 3,
    }
    for loss, aspect in ASKED
]


def make_class(root):
    """The small course of the grading tests, with two questions that people mark: 3 and 1 points."""
    make_school(root)
    path = root / "modules/02_losses/losses_dev.ipynb"
    raw = json.loads(path.read_text())
    for name, points in (("question_why", 3), ("question_how", 1)):
        made = cell("Why?", "markdown", grade_id=name, grade=True, solution=True, points=points, schema_version=3)
        raw["cells"].append(made)
    path.write_text(json.dumps(raw))
    return root


def settings(course, words: dict):
    """The course with other settings, in its file as well."""
    path = course.root / "settings.ini"
    path.write_text(path.read_text() + "".join(f"{name} = {value}\n" for name, value in words.items()))
    return replace(course, **words)


def graded(student: str, *wrong: str, digest: str = "", **fields) -> Result:
    """A result with everything right but these questions; the digest is the student's unless named."""
    marks = []
    for asked in QUESTIONS:
        right = asked["question"] not in wrong
        words = (asked["question"], asked["exercise"], asked["aspect"], asked["about"], "answered", right)
        remark = "" if right else "expected 1, got 2"
        marks.append(Mark(*words, asked["possible"] if right else 0.0, asked["possible"], remark))
    return Result(student, f"{student}.ipynb", "graded", marks=marks, digest=digest or f"of {student}", **fields)


def failed(student: str, status: str = "unreadable", message: str = "not a notebook", digest: str = "") -> Result:
    return Result(student, f"{student}.ipynb", status, message, digest=digest)


def submission(**cells) -> str:
    """A notebook that earns everything, but for these cells."""
    return notebook({"imports": IMPORTS, "reduce": REDUCE, "mse_loss": MSE, "l1_loss": L1} | cells)


HALF = MSE.replace("d * d,", "d * d * 0.5,")

"""Students as a report takes them, made up without grading."""

from gradings import QUESTIONS, failed, graded

from tito.grading.diagnosis import Diagnosis, Evidence
from tito.report.students import Manual, Run, Student

RUN = Run("School", "02 Losses", 16.0, "2026-01-02 03:04", {"late policy": "10 % a day"})
ISOLATION = {"files": True, "network": False}
NAMES = [question["question"] for question in QUESTIONS]

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "{{ 7 * 7 }}{% raw %}",
    "\u202egnp.txt\u2066",
    "nul\0 and \x1b[31m",
    "half of a character \ud800",
    "</style></script></title><b>",
    "long " * 2000,
    "../../etc/passwd",
    "javascript:alert(3)",
    "W" * 60,
    "क्" * 400,  # one letter to a browser, which breaks none
    "Z" + "\u0301\u0316" * 400,
)


def diagnosis(exercise="mse_loss", key=(1.0, -2.0, 3.0), answer=(0.5, -1.0, 1.5), **fields) -> Diagnosis:
    """A diagnosis with its evidence; `says`, `name`, `costs` and the evidence's words as fields."""
    words = {name: fields.pop(name) for name in ("about", "expected", "got", "relation") if name in fields}
    shown = {"about": "The terms.", "expected": "1", "got": "0.5", "relation": "exactly ½"} | words
    evidence = Evidence(f"{exercise}_value", key=key, answer=answer, shape=(len(key),), **shown)
    told = {"name": "half", "kind": "mistake", "says": "You halve `d * d`.", "explains": 2, "of": 3} | fields
    return Diagnosis(exercise, evidence=evidence, **told)


def student(ident: str, *wrong: str, diagnoses=(), **fields) -> Student:
    """A graded student with these questions wrong."""
    result = graded(ident, *wrong)
    result.diagnoses = list(diagnoses)
    known = {"total": result.total, "possible": 16.0, "attempts": 1, "seed": 7, "isolation": ISOLATION}
    return Student(result, **known | fields)


def unreadable(name: str, message: str = "not a notebook", status: str = "unreadable") -> Student:
    return Student(failed(name, status, message), possible=16.0, attempts=1, seed=7, isolation=ISOLATION)


def hostile(text: str) -> Student:
    """A student of whom everything that a page shows is `text`."""
    wrong = diagnosis(says=text, about=text, expected=text, got=text, relation=text, name=text)
    made = student(text, NAMES[0], diagnoses=[wrong], name=text, manual={"question_why": Manual(1.0, text, 3.0)})
    made.result.file, made.result.troubles, made.result.message = text, [text], text
    made.result.marks = [_told(mark, text) for mark in made.result.marks]
    return made


def _told(mark, text: str):
    from dataclasses import replace

    return mark if mark.right else replace(mark, remark=text, about=text)


def small_class() -> list[Student]:
    """Right, wrong, wrong through another exercise, nothing written, unreadable, marked by hand and late."""
    costly = diagnosis(costs=("l1_loss",))
    nothing = student("eve", *NAMES, total=0.0)
    nothing.result.marks = [_told(mark, "not written yet") for mark in nothing.result.marks]
    return [
        student("ada", name="Ada Lovelace"),
        student("bob", "mse_loss_value", "mse_loss_gradient", diagnoses=[diagnosis()]),
        student("cleo", "mse_loss_value", "l1_loss_value", diagnoses=[costly], waiting={"question_why": 3.0}),
        unreadable("dan"),
        nothing,
        student("fay", late="Handed in 2 days late: 20 % less.", manual={"question_why": Manual(2.0, "Nearly.", 3.0)}),
    ]

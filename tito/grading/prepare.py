"""The exam as the judge holds it: questions, reference solution, prerequisites; a fingerprint of all that decides."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

import tito
from tito.grading import exam, intake
from tito.grading.marks import values
from tito.notebook import line_of
from tito.problem import USAGE, Problem
from tito.regions import BEGIN
from tito.validate import points_faults

# What the package needs beside the standard library, what NumPy leaves for its first use (a median is one), and what
# learners import: once here, not once a student. Where these live in root's own home, a worker of another user could
# not even read them.
LIBRARIES = """numpy numpy.char numpy.ctypeslib numpy.fft numpy.ma numpy.polynomial numpy.rec numpy.testing
numpy.typing fastcore.basics array bisect cProfile calendar cmath colorsys concurrent.futures.thread csv dataclasses
decimal doctest encodings.idna fractions getopt glob graphlib gzip heapq html logging pdb pprint profile queue secrets
shlex statistics string tempfile textwrap timeit traceback tracemalloc typing unittest uuid zoneinfo""".split()


@dataclass(frozen=True)
class Exam:
    """The graded module's exam as the judge holds it, and what its workers are to be given."""

    module: object
    questions: list
    points: dict[str, float]
    worth: list[float]
    wanted: list[int]
    reference: list
    course: dict
    earlier: tuple = ()  # modules that a student may bring along: those of --own-stack

    @property
    def asked(self) -> list:
        return [self.questions[number] for number in self.wanted]

    @property
    def asked_worth(self) -> list[float]:
        return [self.worth[number] for number in self.wanted]

    def fingerprint(self, time_limit: float, held: dict[str, bool]) -> str:
        """What changes when anything that decides a mark does, but for the submission itself and the seed."""
        facts = {"time_limit": time_limit, "held": held, "worth": self.worth, "wanted": self.wanted}
        facts |= {"course": self.course, "reference": [asdict(piece) for piece in self.reference]}
        facts |= {"own stack": [module.folder for module in self.earlier], "numpy": np.__version__}
        text = json.dumps(facts, sort_keys=True) + _grader()
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _grader() -> str:
    """The program that grades: another judge may judge otherwise."""
    root = Path(tito.__file__).parent
    files = [root / "replay.py", root / "notebook.py", *sorted((root / "grading").rglob("*.py"))]
    files = [path for path in files if path.name != "show.py"]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def prepare(
    course, name: str, only: list[str] | None, time_limit: float, memory_limit: int, unsafe: bool, own_stack=False
) -> Exam:
    """Read exam, reference solution and prerequisites. Raises Problem for what an author has to put right."""
    catalogue = course.catalogue
    module = catalogue.find(name)
    notebook = module.read()
    source = _read(module.exam, f"{module.folder} has no exam yet: write its questions there")
    if faults := points_faults(notebook, course.inside(module.notebook)):
        raise Problem("\n".join(faults), next=f"put this right, then tito check {module.number}")
    points = {e.name: float(e.points) for e in notebook.exercises if e.test}
    questions = _questions(module, source, points)
    package = course.lib_path
    earlier = [m for m in catalogue.before(module) if m.notebook.exists()]
    before = [(f"{package}.{m.target}", _exported(course, m)) for m in earlier]
    limits = [question.time_limit or time_limit for question in questions]
    given = {
        "libraries": LIBRARIES,
        "prerequisites": before,
        "exam": source,
        "target": f"{package}.{module.target}",
        "unsafe": unsafe,
        "limits": {"memory": memory_limit, "cpu": math.ceil(sum(limits)) + 10},
    }
    wanted = _wanted(questions, only, points)
    reference = intake.pieces(module.notebook.name, module.notebook.read_bytes(), module)
    # Cells that the release locks and hands out as they are: no part of a solution, and the same for everyone.
    locked = {cell.grade_id for cell in notebook.cells if cell.nbgrader.get("locked") and BEGIN not in cell.source}
    given["provided"] = [(piece.source, piece.place) for piece in reference if piece.exercise in locked]
    worth = values(questions, points)
    return Exam(module, questions, points, worth, wanted, reference, given, tuple(earlier) if own_stack else ())


def _read(path: Path, missing: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Problem(f"{path} is missing: {missing}", code=USAGE) from None
    except UnicodeDecodeError as error:
        what = f"{path.parent.name}/{path.name}{line_of(error)}: not UTF-8: save it as that"
        raise Problem(what) from None
    except OSError as error:
        raise Problem(f"{path.parent.name}/{path.name} cannot be read: {error.strerror}") from None


def _exported(course, module) -> str:
    """The reference package's source of a prerequisite."""
    path = course.package / f"{(module.target or '').replace('.', '/')}.py"
    return _read(path, f"prerequisites come from the package, and {module.folder} is not exported: tito export")


def _questions(module, source: str, points: dict[str, float]) -> list:
    """The exam's questions, agreeing with the notebook's exercises; raises Problem."""
    try:
        questions = exam.load(source)
    except exam.ExamError as error:
        raise Problem(f"{module.folder}/exam.py: {error}") from error
    except (Exception, SystemExit) as error:  # whatever its author's code raises
        raise Problem(f"{module.folder}/exam.py does not load: {type(error).__name__}: {error}") from error
    asked = {question.exercise for question in questions}
    if asked - points.keys():
        unknown = ", ".join(sorted(asked - points.keys()))
        raise Problem(f"{module.folder}/exam.py asks about {unknown}; no test cell gives points for that")
    if left_out := sorted(name for name in points.keys() - asked if points[name]):
        raise Problem(f"{module.folder}/exam.py has no question for {', '.join(left_out)}")
    return questions


def _wanted(questions: list, only: list[str] | None, points: dict[str, float]) -> list[int]:
    """The numbers of the questions to ask, none of an exercise of 0 points. Raises Problem for a name that is none."""
    exercises = list(dict.fromkeys(question.exercise for question in questions))
    for name in only or []:
        if name not in exercises:
            raise Problem(f"no exercise {name!r}", next=f"the exercises are: {', '.join(exercises)}", code=USAGE)
    asked = only or [name for name in exercises if points[name]]
    return [number for number, question in enumerate(questions) if question.exercise in asked]

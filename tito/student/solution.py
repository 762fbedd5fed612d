"""`tito solution`: one way to write an exercise, for those who have passed it, where the instructor allows it.

A fence and not a wall: the solutions lie folded (compressed, in base64) in the student's workspace, so that nobody
reads them by chance or finds them by a search. Whoever wants to unfold them can. `solutions = never` releases none.
"""

import base64
import json
import zlib

from tito import testing
from tito.catalogue import Module
from tito.problem import Problem
from tito.regions import without_markers
from tito.student.hint import lesson_of

SOLUTIONS = "solutions.json"


def folded(modules: list[Module]) -> bytes:
    """The solutions file of a release: each exercise's cell by lesson and name."""
    found = {
        module.folder: {e.name: _fold(without_markers(e.cell.source)) for e in module.read().exercises if e.cell}
        for module in modules
    }
    return (json.dumps(found, indent=1, sort_keys=True) + "\n").encode("utf-8")


def _fold(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode("utf-8"), 9)).decode("ascii")


def solution(course, exercise: str) -> tuple[Module, str]:
    """The exercise's lesson and its solution. Raises Problem where there is none, or the exercise does not pass now."""
    module, _ = lesson_of(course, exercise)
    folds = _read(course).get(module.folder, {})
    if exercise not in folds:
        raise Problem(f"the solution of {exercise} is not part of your course", next=f"tito hint {exercise}")
    [result] = testing.test(course, module, [exercise]).results
    if result.note:
        raise Problem(f"{exercise}: {result.note}", next=f"put its test back as it was, then: tito solution {exercise}")
    if not result.passed:
        raise Problem(
            f"{exercise} does not pass yet", next=f"tito test {module.number} {exercise}; tito hint {exercise}"
        )
    return module, zlib.decompress(base64.b64decode(folds[exercise])).decode("utf-8")


def _read(course) -> dict:
    path = course.root / SOLUTIONS
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise Problem(
            f"{path} cannot be read: {error}", next="move it away, then: tito start brings it back"
        ) from error

"""What a run of the cells says of one exercise, in the learner's terms."""

import re
from dataclasses import dataclass

from tito.notebook import Cell, Exercise
from tito.running.process import Run

UNWRITTEN = re.compile(r"Exercise (\w+) is yours to write")

_NO_SUCH_OPTION = r"^TypeError: Tensor\.\w+\(\) got an unexpected keyword argument "
_EXTREME = "NumPy elsewhere only warns of this: an input is too extreme for the formula as it is written"
_OF_NUMPY = "NumPy's functions do not take a Tensor: use its own, as in x.mean(); x.data is an array, without gradient"
CLUES = {  # what such an error most often means
    "^FloatingPointError": _EXTREME,
    "^TypeError: operand 'Tensor' does not support ufuncs": _OF_NUMPY,
    f"{_NO_SUCH_OPTION}'(dtype|out)'": _OF_NUMPY,
    f"{_NO_SUCH_OPTION}'(dim|keepdim)'": "PyTorch's dim and keepdim are axis and keepdims here, as in NumPy",
}

PASSED, FAILED, NOT_STARTED, WAITING = "passed", "failed", "not started", "waiting"
MISSING, TIMEOUT, CRASHED, NOT_REACHED = "missing", "timeout", "crashed", "not reached"
WRONG = (FAILED, TIMEOUT, CRASHED, MISSING)


@dataclass
class Result:
    """What became of one exercise, whose own cell is number `home`; `line` and `text` point into cell number `cell`.

    `printed` is the last line that a passed test printed, or all that was printed before a cell failed. `asked` is the
    line of the test under which the student's own line failed.
    """

    name: str
    status: str
    points: float = 0
    home: int | None = None
    message: str = ""
    cell: int | None = None
    line: int | None = None
    text: str = ""
    asked: str = ""
    printed: str = ""
    note: str = ""

    @property
    def passed(self) -> bool:
        return self.status == PASSED


def judged(exercise: Exercise, run: Run) -> Result:
    """An exercise passes only if its own cell and its test cell are there, ran, and raised nothing."""
    result = Result(exercise.name, FAILED, exercise.points, exercise.cell and exercise.cell.number)
    if exercise.test is None or exercise.cell is None:
        what = f"its test cell, test_{exercise.name}," if exercise.test is None else f"its cell, {exercise.name},"
        result.status, result.message = MISSING, f"{what} is gone: tito start --merge brings it back"
        return result
    for cell in (exercise.cell, exercise.test):
        outcome = run.outcomes.get(cell.number)
        if outcome is None:
            return not_run(result, cell, run)
        if outcome["status"] != "ok":
            result.printed = outcome["printed"]
            return explained(result, outcome["error"], exercise, run)
    result.status = PASSED
    result.printed = _last_line(run.outcomes[exercise.test.number]["printed"])
    return result


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def not_run(result: Result, cell: Cell, run: Run) -> Result:
    """The cell has no outcome: the run ended in it or before it."""
    if run.ended == "end":
        result.status, result.message = NOT_REACHED, "its cell is empty or set not to run"
    elif run.current == cell.number:
        result.status = TIMEOUT if run.ended.startswith("timeout") else CRASHED
        result.message, result.cell = run.ended.partition(": ")[2], cell.number
        if result.status == TIMEOUT:
            result.message += ": does a loop never end?"
    else:
        result.status = NOT_REACHED
        result.message = f"cell {run.current} ended the run before this one ({run.ended})"
    return result


def explained(result: Result, error: dict, exercise: Exercise | None, run: Run) -> Result:
    """The error in the learner's terms: unwritten, waiting for another cell, or wrong, and at which line."""
    stub = UNWRITTEN.search(error["message"]) if error["type"] == "NotImplementedError" else None
    blocker = _blocker(error, exercise, run)
    if stub and exercise and stub[1] == exercise.name:
        result.status, result.message = NOT_STARTED, "not started"
    elif stub:
        result.status, result.message = WAITING, f"needs the exercise {stub[1]}, which is not written yet"
    elif blocker:
        result.status, result.message = WAITING, f"needs {error['name']}, which cell {blocker} failed to define"
    elif exercise and error["importing"]:
        result.status, result.message = WAITING, f"needs an import that fails: {import_error(error)}"
    elif error["type"] == "AssertionError":
        result.message = error["message"] or "its test's assertion does not hold"
    else:
        result.message = in_words(error["type"], error["message"], error["none"])
    if error["frames"]:
        result.cell, result.line, result.text = _pointed(error["frames"], exercise)
        test = exercise.test.number if exercise and exercise.test else None
        asked = [text for cell, _, text in error["frames"] if cell == test != result.cell]
        result.asked = asked[-1] if asked else ""
    return result


def import_error(error: dict) -> str:
    """Where the import of the package stopped, and with what."""
    file, line = error["importing"]
    return f"{file}, line {line}: {error['type']}: {error['message']}".rstrip(": ")


def in_words(kind: str, message: str, none: str = "") -> str:
    """An error's kind and message, and what such an error most often means; `none` is what is known of a None in it."""
    text = f"{kind}: {message}".rstrip(": ")
    return "\n".join(
        [text, *filter(None, [none]), *(clue for pattern, clue in CLUES.items() if re.search(pattern, text))]
    )


def _blocker(error: dict, exercise: Exercise | None, run: Run) -> int | None:
    """The earlier cell whose failure left the name undefined."""
    if error["type"] != "NameError" or not error["name"]:
        return None
    for number, outcome in run.outcomes.items():
        failed = outcome.get("error")
        if failed and failed is not error and {error["name"], "*"} & set(failed["defines"]):
            if exercise is None or number < exercise.test.number:
                return number
    return None


def _pointed(frames: list, exercise: Exercise | None) -> list:
    """The deepest line in the student's own cell; else the deepest in any cell."""
    own = [frame for frame in frames if exercise and exercise.cell and frame[0] == exercise.cell.number]
    return (own or frames)[-1]

"""A slip of the pen in a name, and what may have been meant. Python says it too, but only where nobody catches."""

import builtins
import difflib
from collections.abc import Iterable

from tito.notebook import Exercise
from tito.running.names import defined, table_of

NEAR = 0.7  # of 1: alike


def meant(error: BaseException) -> str:
    """The name nearest to the one that is not there; "" where none is near, and for any other error."""
    name = getattr(error, "name", None)
    if not isinstance(name, str) or len(name) < 3:
        return ""
    try:
        known = [each for each in _known(error) if name.startswith("_") or not each.startswith("_")]
    except Exception:  # what a student's object says of itself may fail, too
        return ""
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=NEAR)), "")


def _known(error: BaseException) -> list[str]:
    if isinstance(error, AttributeError):
        return dir(error.obj)
    if not isinstance(error, NameError):
        return []
    trace = error.__traceback__
    while trace.tb_next is not None:
        trace = trace.tb_next
    return [*trace.tb_frame.f_locals, *trace.tb_frame.f_globals, *dir(builtins)]


def exercise_meant(word: str, exercises: Iterable[Exercise]) -> str:
    """The exercise that a word may mean which names none, as a question; "" where none is near."""
    known = {exercise.name: table_of(exercise.cell) if exercise.cell else None for exercise in exercises}
    for name, table in known.items():
        if table and word in defined(table):
            return f"did you mean {name}? {word} is part of it"
    close = difflib.get_close_matches(word, known, n=1) or [name for name in known if word in name]
    return f"did you mean {close[0]}?" if close else ""

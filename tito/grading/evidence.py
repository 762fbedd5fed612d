"""The call that shows best what is wrong: what was asked, expected and got."""

import dataclasses

import numpy as np

from tito.grading.exam import Question
from tito.grading.findings import Evidence
from tito.grading.judge import compare, number_text
from tito.grading.sheet import ANSWERED, Answer, Leaf

RIGHT_INPUT = "Right input, among some that must be refused."
NUMBERS = 64  # of an answer, kept for a picture


def evidence(question: Question, key: Answer, got: Answer, relation: str) -> Evidence:
    """One call: what was asked, expected and got, and the numbers behind it."""
    number = _telling(question, key, got)
    wanted = key.leaves[number] if number < len(key.leaves) else None
    given = got.leaves[number] if number < len(got.leaves) and got.status == ANSWERED else None
    place = _place(wanted, given)
    numbers = _numbers(wanted), _numbers(given), getattr(getattr(wanted, "value", None), "shape", ())
    about = _about(question, key, number) if got.status == ANSWERED else question.about
    return Evidence(question.name, about, _text(key, wanted, place), _text(got, given, place), relation, *numbers)


def _about(question: Question, key: Answer, number: int) -> str:
    """What was asked: of cases to accept and to refuse the one that tells."""
    if number >= len(key.faults) or key.faults[number] == "":
        return question.about
    return RIGHT_INPUT if key.faults[number] is None else f"Must be refused: {key.faults[number]}."


def _telling(question: Question, key: Answer, got: Answer) -> int:
    """The number of the first value that is wrong."""
    if got.status == key.status == ANSWERED and len(key.leaves) == len(got.leaves):
        plain = dataclasses.replace(question, aspect="value")
        for number, (name, wanted, given) in enumerate(
            zip(key.keys or [""] * len(key.leaves), key.leaves, got.leaves, strict=True)
        ):
            if not compare(plain, name, wanted, given).right:
                return number
    return 0


def _place(wanted: Leaf | None, given: Leaf | None) -> tuple | None:
    """Where two arrays of one shape differ most plainly; None where there is no such place."""
    arrays = [leaf.value for leaf in (wanted, given) if leaf and isinstance(leaf.value, np.ndarray)]
    if len(arrays) < 2 or arrays[0].shape != arrays[1].shape or not arrays[0].ndim or not arrays[0].size:
        return None
    with np.errstate(all="ignore"):
        gap = np.abs(arrays[0] - arrays[1]) if arrays[0].dtype.kind != "b" else arrays[0] != arrays[1]
        gap = np.where(np.isfinite(arrays[1]) | ~np.isfinite(arrays[0]), np.nan_to_num(gap), np.inf)
    return tuple(int(n) for n in np.unravel_index(np.argmax(gap), gap.shape))


def _text(answer: Answer, leaf: Leaf | None, place: tuple | None) -> str:
    """An answer in a few words."""
    if answer.status != ANSWERED:
        message = answer.message.strip()  # whole: the wire bounds it
        return f"{answer.error}: {message}" if answer.error else message or answer.status
    if leaf is None:
        return f"{len(answer.leaves)} values"
    if not isinstance(leaf.value, np.ndarray):
        return "None" if leaf.value is None else str(leaf.value)[:80]
    if place is not None:
        return f"{number_text(leaf.value[place])} at {list(place)}"
    if leaf.value.size == 1:
        return number_text(leaf.value.reshape(-1)[0])
    return f"shape {leaf.value.shape}"


def _numbers(leaf: Leaf | None) -> tuple:
    if leaf is None or not isinstance(leaf.value, np.ndarray) or leaf.value.dtype.kind == "c":
        return ()
    if leaf.value.dtype.kind == "b" and leaf.value.size == 1:
        return ()  # two bars would say no more than the two words
    flat = [float(x) for x in leaf.value.reshape(-1)[:NUMBERS]]
    return tuple(float(f"{x:.6g}") if np.isfinite(x) else None for x in flat)

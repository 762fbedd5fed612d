"""How a wrong answer relates to the right one, found by computation: a factor, a sign, an axis, NaN, no gradient, …

A relation is a statement about one answer that can be checked by hand. What an exercise's answers have in common is a
diagnosis; see tito.grading.diagnosis.
"""

import math
import re
from dataclasses import dataclass

import numpy as np

from tito.grading.exam import ACCEPTED, FLOWS, REFUSED, Question
from tito.grading.judge import NO_GRAPH, compare
from tito.grading.sheet import ANSWERED, CRASHED, MEMORY, MISSING, RAISED, TIMEOUT, Answer, Leaf

MOST = 100_000  # numbers of an answer that are looked at
CLOSE = {8: 1e-6, 4: 1e-4, 2: 1e-2}  # of a factor, by the size of a number
CONSTANTS = {
    2.0: "2", 0.5: "½", 4.0: "4", 0.25: "¼", 3.0: "3", 10.0: "10", 100.0: "100",
    1 / math.log(2): "1/ln 2", math.log(2): "ln 2", 1 / math.log(10): "1/ln 10", math.log(10): "ln 10",
}  # fmt: skip
SHAPES = re.compile(r"\((\d+(?:, ?\d+)*),?\)")


@dataclass(frozen=True)
class Relation:
    """One statement about one answer: its name, what it says to the student, and how it shows in this call."""

    name: str
    says: str
    shown: str = ""
    sure: bool = True  # False where any two answers are related like that: it takes several alike


def relations(question: Question, key: Answer, got: Answer, shapes: list[tuple]) -> list[Relation]:
    """What holds between a wrong answer and the right one; `shapes` are those of the exercise's batches."""
    if got.status != ANSWERED:
        return [_unanswered(key, got)]
    if key.status != ANSWERED:
        return [ACCEPTS]
    if (key.form, key.keys, len(key.leaves)) != (got.form, got.keys, len(got.leaves)):
        return []
    names = key.keys or ("",) * len(key.leaves)
    pairs = [(name, k, g) for name, k, g in zip(names, key.leaves, got.leaves, strict=True)]
    wrong = [(name, k, g) for name, k, g in pairs if not compare(question, name, k, g).right]
    shapes = [_shape(text) for text in SHAPES.findall(question.about)] or shapes
    return _of_leaves(question, wrong, shapes) if wrong else []


ACCEPTS = Relation("bad input accepted", "You compute with input that has to be refused. Check it first and raise.")
REFUSES = Relation("good input refused", "You refuse input that is right. Look at the condition under which you raise.")
CHANGED = Relation(
    "input changed", "You change what you are given: the caller's data is another afterwards. Work on a copy."
)
NO_GRADIENT = Relation(
    "no gradient", "Your result has no gradient: it does not remember how it was made. Use operations on Tensors all the "
    "way, not .data or NumPy on a Tensor's numbers.", NO_GRAPH)  # fmt: skip
NOTHING = Relation("nothing returned", "Your function returns nothing. Does its last line begin with `return`?")


def _unanswered(key: Answer, got: Answer) -> Relation:
    """What can be said without an answer: what happened, and no guess at why."""
    if got.error == "NotImplementedError":
        return Relation("not written", "This exercise is not written yet.")
    if got.status == MISSING:
        return Relation(
            "not defined",
            "Its name is not defined: the cell that should define it did not run, or it is spelt otherwise.",
        )
    if got.status in (TIMEOUT, MEMORY, CRASHED):
        how = {TIMEOUT: "does not come to an end in time", MEMORY: "fills the memory", CRASHED: "ends its process"}
        return Relation(got.status, f"Your code {how[got.status]}.")
    if got.status == RAISED:
        where = f" ({got.where})" if got.where else ""
        said = f": {got.message[:120]}" if got.message else ""
        if got.error == "ValueError" and key.status == ANSWERED and got.where:
            return Relation("good input refused", REFUSES.says, f"it raises {got.error}{said}{where}")
        return Relation(f"stops with {got.error}", f"Your code stops with {got.error}{said}{where}.")
    return Relation("unreadable", "What your code returns is no Tensor, array or number.")


def _of_leaves(question: Question, wrong: list, shapes: list[tuple]) -> list[Relation]:
    """The relations that all wrong values of an answer have in common."""
    found = [_of_leaf(question, name, key, got, shapes) for name, key, got in wrong]
    common = [r for r in found[0] if all(any(r.name == other.name for other in rest) for rest in found[1:])]
    return common


def _of_leaf(question: Question, name: str, key: Leaf, got: Leaf, shapes: list[tuple]) -> list[Relation]:
    if isinstance(key.value, str) and isinstance(got.value, str):
        return [ACCEPTS] * (got.value == ACCEPTED) + [REFUSES] * (got.value == REFUSED)
    if got.kind == "none":
        return [NOTHING]
    if not isinstance(key.value, np.ndarray) or not isinstance(got.value, np.ndarray):
        return []
    if key.value.dtype.kind == "b" and key.value.shape == ():
        return _of_truth(question, name, bool(key.value))
    if question.aspect == "gradient" and key.flows and not got.flows:
        return [NO_GRADIENT]
    return _of_arrays(key.value, got.value, shapes)


def _of_truth(question: Question, name: str, wanted: bool) -> list[Relation]:
    if name == FLOWS and wanted:
        return [NO_GRADIENT]
    if wanted and ("unchanged" in name or re.search(r"\bstays?\b.* as (it|they) w", question.about)):
        return [CHANGED]
    return []


def _of_arrays(key: np.ndarray, got: np.ndarray, shapes: list[tuple]) -> list[Relation]:
    if "c" in (key.dtype.kind, got.dtype.kind) or max(key.size, got.size) > MOST or 0 in (key.size, got.size):
        return []
    near = CLOSE.get(min(key.dtype.itemsize, got.dtype.itemsize), 1e-6) if key.dtype.kind == "f" else 1e-6
    found = _of_kinds(key, got)
    with np.errstate(all="ignore"):
        key, got = key.astype(np.float64), got.astype(np.float64)
        if key.shape != got.shape and not key.size == got.size == 1:
            return found + _of_shapes(key, got, near)
        key, got = key.ravel(), got.ravel()
        finite = np.isfinite(key)
        if not np.isfinite(got[finite]).all():
            return found + _of_nan(key, got, near)
        return found + _of_numbers(key[finite], got[finite], near, shapes) if finite.any() else found


def _of_kinds(key: np.ndarray, got: np.ndarray) -> list[Relation]:
    if key.dtype.kind == "f" and got.dtype.kind in "iub":
        return [
            Relation(
                "whole numbers", f"You return {_kind(got)} where {_kind(key)} belong.", f"{got.dtype} for {key.dtype}"
            )
        ]
    if key.dtype.kind in "iub" and got.dtype.kind != key.dtype.kind:
        return [
            Relation(
                "other numbers", f"You return {_kind(got)} where {_kind(key)} belong.", f"{got.dtype} for {key.dtype}"
            )
        ]
    if key.dtype.kind == "f" and got.dtype.itemsize < key.dtype.itemsize:
        said = f"You turn {key.dtype} into {got.dtype}, which drops digits. Leave the numbers in the precision they came in."
        return [Relation("precision lost", said, f"{got.dtype} for {key.dtype}")]
    return []


def _kind(array: np.ndarray) -> str:
    return {"f": "fractions", "b": "truth values"}.get(array.dtype.kind, "whole numbers")


def _alike(a, b, near: float) -> bool:
    """Whether two arrays of one shape agree; what is exactly zero in one may be tiny in the other."""
    return bool(np.all(np.abs(a - b) <= near * np.maximum(np.abs(a), np.abs(b)) + 1e-12))


def _of_shapes(key: np.ndarray, got: np.ndarray, near: float) -> list[Relation]:
    shown = f"shape {got.shape} where {key.shape} is expected"
    if key.shape == () and np.isfinite(got).all():
        for word, value in (("mean", got.mean()), ("sum", got.sum())):
            if _alike(value, key, near):
                said = f"You return {got.shape and 'several numbers'} where one is asked: their {word} is the right answer. Reduce over all axes."
                return [Relation("not reduced", said, f"{shown}; their {word} is what is asked")]
    if got.shape == () and np.isfinite(key).all():
        for word, value in (("mean", key.mean()), ("sum", key.sum())):
            if _alike(value, got, near):
                said = f"You return one number, the {word}, where one for each entry or row is asked."
                return [Relation("reduced too far", said, f"{shown}: it is the {word} of what is asked")]
    if key.ndim > 1 and got.shape == key.T.shape and _alike(key.T, got, near):
        return [Relation("transposed", "Your result is transposed: rows and columns have changed places.", shown)]
    if got.size == key.size and _alike(key.ravel(), got.ravel(), near):
        return [Relation("shape", "Your numbers are right, their shape is not.", shown)]
    return [
        Relation("other shape", f"Your result has another shape than asked: {got.shape} for {key.shape}.", shown, False)
    ]


def _of_nan(key: np.ndarray, got: np.ndarray, near: float) -> list[Relation]:
    broken = np.isfinite(key) & ~np.isfinite(got)
    rest = ~broken
    word = "NaN" if np.isnan(got[broken]).any() else "infinite"
    same = (key[rest] == got[rest]) | (np.abs(key[rest] - got[rest]) <= near * np.abs(key[rest]) + 1e-9)
    shown = f"{np.count_nonzero(broken)} of {key.size} entries {'is' if broken.sum() == 1 else 'are'} {word}"
    alone = same.all()
    return [Relation(f"{'only ' if alone else ''}not finite", f"Your result is {word} where a number is asked.", shown)]


def _of_numbers(key: np.ndarray, got: np.ndarray, near: float, shapes: list[tuple]) -> list[Relation]:
    """Relations between finite numbers, entry by entry."""
    found, several = [], len(np.unique(key)) > 1
    if _alike(got, -key, near):
        found.append(
            Relation("sign", "Your result has the wrong sign: it is minus the right one.", "minus the expected value")
        )
    elif not _alike(got, key, near):
        found += _factor(key, got, near, shapes, several)
        found += _offset(key, got, near, several)
    found += _form(key, got, near, several)
    return found


def _factor(key, got, near: float, shapes: list[tuple], several: bool) -> list[Relation]:
    """got = c · key with one c, and what c is: a constant, or a size of the batch."""
    there = key != 0
    if not there.any() or np.any(got[~there] != 0):
        return []
    factors = got[there] / key[there]
    c = float(np.median(factors))
    if c == 0 or not np.all(np.abs(factors - c) <= near * abs(c)):
        return []
    found, size = [], abs(c)
    minus = "minus " if c < 0 else ""
    for constant, name in CONSTANTS.items():
        if abs(size - constant) <= near * constant:
            said = f"Your result is {minus}{name} times the right one."
            found.append(Relation(f"factor {minus}{name}", said, f"exactly {minus}{name} times the expected value"))
    for word, n, what in _sizes(shapes):
        if n > 1 and abs(size - n) <= near * n:
            found.append(_times(f"{minus}times the {word}", n, what, minus))
        if n > 1 and abs(size - 1 / n) <= near / n:
            found.append(_over(f"{minus}divided by the {word}", n, what, minus))
    if not found:
        shown = f"{c:.6g} times the expected value{', in every entry' if several else ''}"
        found.append(Relation(f"factor {c:.4g}", f"Your result is {c:.4g} times the right one.", shown, several))
    return found


def _times(name: str, n: int, what: str, minus: str) -> Relation:
    said = f"Your result is {minus}{n} times the right one, and {what}: did you leave out a division by it?"
    return Relation(name, said, f"exactly {minus}{n} times the expected value, and {what}")


def _over(name: str, n: int, what: str, minus: str) -> Relation:
    said = f"Your result is the right one divided by {minus}{n}, and {what}: do you divide by it once too often?"
    return Relation(name, said, f"exactly {minus}1/{n} of the expected value, and {what}")


def _sizes(shapes: list[tuple]) -> list[tuple]:
    """The sizes of batches: what each counts, its number, and the words for it."""
    found = {}
    for shape in shapes:
        found["elements", math.prod(shape)] = f"a batch of shape {shape} has {math.prod(shape)} elements"
        if len(shape) > 1:
            found["rows", shape[0]] = f"a batch of shape {shape} has {shape[0]} rows"
            found["columns", shape[-1]] = f"a batch of shape {shape} has {shape[-1]} columns"
    return [(word, n, what) for (word, n), what in found.items()]


def _offset(key, got, near: float, several: bool) -> list[Relation]:
    gap = got - key
    c = float(np.median(gap))
    if c == 0 or not np.all(np.abs(gap - c) <= near * np.maximum(np.abs(got), np.abs(key)).max()):
        return []
    shown = f"{abs(c):.6g} too {'large' if c > 0 else 'small'}{' in every entry' if several else ''}"
    return [Relation(f"offset {c:.4g}", f"Your result is {shown}.", shown, several)]


def _form(key, got, near: float, several: bool) -> list[Relation]:
    """Well-known functions of the right answer, or those that the right answer is of."""
    tests = [
        ("squared", np.square(key), "Your result is the square of the right one.", "the square of the expected value"),
        ("root", np.sqrt(np.abs(key)), "Your result is the root of the right one.", "the root of the expected value"),
        ("exponential", np.exp(np.minimum(key, 700)), "Your result is e to the right one.", "e to the expected value"),
        ("sign lost", np.abs(key), "Your result has lost its sign.", "the absolute value of what is expected"),
    ]
    found = [
        Relation(name, said, shown) for name, value, said, shown in tests if _alike(got, value, near) and key.any()
    ]
    if several and got.min() < 0 and key.any() and _alike(np.maximum(got, 0), key, near):
        said = "Your terms fall below 0, where the loss ends: the maximum with 0 is missing."
        found.append(Relation("not cut off at 0", said, "negative where 0 is expected, right elsewhere"))
    if several and np.any(got != key) and np.array_equal(got == 0, got != key) and np.any(got):
        found.append(Relation("zero", "Some entries are 0 that must not be.", "0 in some places, right elsewhere"))
    return found


def _shape(text: str) -> tuple:
    return tuple(int(size) for size in text.replace(" ", "").split(",") if size)

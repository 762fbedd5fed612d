"""How a wrong answer relates to the right one, found by computation: a factor, a sign, a shape, NaN, no gradient, …

A relation is a statement about one answer that can be checked by hand. What an exercise's answers have in common is a
diagnosis; see tito.grading.diagnosis.
"""

import re

import numpy as np

from tito.grading.cut import both_ends
from tito.grading.exam import ACCEPTED, FLOWS, REFUSED, Question
from tito.grading.judge import NO_GRAPH, compare
from tito.grading.ratios import Relation, alike, ratios
from tito.grading.sheet import ANSWERED, CRASHED, MEMORY, MISSING, RAISED, TIMEOUT, Answer, Leaf

MOST = 100_000  # numbers of an answer that are looked at
CLOSE = {8: 1e-6, 4: 1e-4, 2: 1e-2}  # of a factor, by the bytes of a number
ROUNDED = 1e-3  # how far a number may be off that has only lost digits
LONGEST = 240  # characters of an error in a sentence: most of NumPy's are shorter
STUBS = re.compile(r"Exercise (\w+) is yours to write")
SHAPES = re.compile(r"\((\d+(?:, ?\d+)*),?\)")
ENDS = {TIMEOUT: "does not come to an end in time", MEMORY: "fills the memory", CRASHED: "ends its process"}

ACCEPTS = Relation(
    "bad input accepted", "You compute with input that has to be refused. Check it first, and raise.", local=True
)
REFUSES = Relation("good input refused", "You refuse input that is right. Look at when you raise.", local=True)
CHANGED = Relation(
    "input changed",
    "You change what you are given: afterwards the caller's data is another. Work on a copy.",
    local=True,
)
NO_GRADIENT = Relation(
    "no gradient",
    "Your result has no gradient, for it does not remember how it was made. Use operations on Tensors all the way, "
    "not .data.",
    NO_GRAPH,
    local=True,
)
NOTHING = Relation("nothing returned", "Your function returns nothing. Does its last line begin with `return`?")
NOT_WRITTEN = Relation("not written", "This exercise is not written yet.")
NOT_DEFINED = Relation(
    "not defined", "This name is not defined: its cell did not run to the end, or it is spelt otherwise."
)
UNREADABLE = Relation("unreadable", "What you return is no Tensor, no array and no number.")


def relations(question: Question, key: Answer, got: Answer, shapes: list[tuple]) -> list[Relation]:
    """What holds between a wrong answer and the right one; `shapes` are those of the exercise's batches."""
    if got.status != ANSWERED:
        return [_unanswered(question, got)]
    if key.status != ANSWERED:
        return [ACCEPTS]
    if (key.form, key.keys, len(key.leaves)) != (got.form, got.keys, len(got.leaves)):
        return []
    names = key.keys or [""] * len(key.leaves)
    pairs = zip(names, key.leaves, got.leaves, strict=True)
    wrong = [(name, k, g) for name, k, g in pairs if not compare(question, name, k, g).right]
    if any(name == FLOWS for name, _, _ in wrong):
        return [NO_GRADIENT]
    shapes = [_shape(text) for text in SHAPES.findall(question.about)] or shapes
    truths = [_of_truth(name, question) for name, k, _ in wrong if _is_truth(k)]
    found = [_of_leaf(question, k, g, shapes) for _, k, g in wrong if not _is_truth(k)]
    common = [r for r in found[0] if all(r.name in [o.name for o in rest] for rest in found[1:])] if found else []
    return common + sum(truths, [])


def _unanswered(question: Question, got: Answer) -> Relation:
    """What can be said without an answer: what happened, and no guess at why."""
    if got.error == "NotImplementedError":
        stub = STUBS.match(got.message)
        called = stub and stub[1] != question.exercise
        return Relation(f"needs {stub[1]}", f"It calls {stub[1]}, which is not written yet.") if called else NOT_WRITTEN
    if got.status == MISSING:
        return NOT_DEFINED
    if got.status in ENDS:
        return Relation(got.status, f"Your code {ENDS[got.status]}.", local=True)
    if got.status != RAISED:
        return UNREADABLE
    where = f" ({got.where})" if got.where else ""
    said = f"{got.error}: {both_ends(' '.join(got.message.split()), LONGEST)}" if got.message else got.error
    return Relation(f"stops with {got.error}", f"Your code stops with {said}{where}.", local=True)


def _is_truth(leaf: Leaf) -> bool:
    return isinstance(leaf.value, np.ndarray) and leaf.value.dtype.kind == "b" and leaf.value.shape == ()


def _of_truth(name: str, question: Question) -> list[Relation]:
    """What a single truth value stands for can be told by its name only."""
    return [CHANGED] if re.search(r"unchanged|stays? as", f"{name} {question.about}") else []


def _of_leaf(question: Question, key: Leaf, got: Leaf, shapes: list[tuple]) -> list[Relation]:
    if isinstance(key.value, str) and isinstance(got.value, str):
        return [ACCEPTS] * (got.value == ACCEPTED) + [REFUSES] * (got.value == REFUSED)
    if got.kind == "none":
        return [NOTHING]
    if not isinstance(key.value, np.ndarray) or not isinstance(got.value, np.ndarray):
        return []
    if question.aspect == "gradient" and key.flows and not got.flows:
        return [NO_GRADIENT]
    return _of_arrays(key.value, got.value, shapes, form=question.aspect != "gradient")


def _of_arrays(key: np.ndarray, got: np.ndarray, shapes: list[tuple], form: bool) -> list[Relation]:
    if "c" in (key.dtype.kind, got.dtype.kind) or max(key.size, got.size) > MOST or 0 in (key.size, got.size):
        return []
    near = CLOSE.get(min(key.dtype.itemsize, got.dtype.itemsize), 1e-6) if key.dtype.kind == "f" else 1e-6
    kinds = key.dtype, got.dtype
    with np.errstate(all="ignore"):
        key, got = key.astype(np.float64), got.astype(np.float64)
        if key.shape != got.shape and not key.size == got.size == 1:
            return _of_shapes(key, got, near)
        key, got = key.ravel(), got.ravel()
        finite = np.isfinite(key)
        if not np.isfinite(got[finite]).all():
            return _of_nan(key, got, near)
        key, got = key[finite], got[finite]
        return _of_kinds(*kinds, key, got) + (ratios(key, got, near, shapes, form) if key.size else [])


def _of_kinds(wanted: np.dtype, found: np.dtype, key: np.ndarray, got: np.ndarray) -> list[Relation]:
    """Numbers that are right, or were before they were cut to another kind."""
    shown = f"{found} where {wanted} is expected"
    if wanted.kind == "f" and found.kind in "iu" and np.all(np.abs(got - key) <= 1):
        return [
            Relation("whole numbers", "Your numbers have lost what stands after the point: they are integers.", shown)
        ]
    if wanted.kind != found.kind and alike(key, got, ROUNDED):
        return [Relation("kind of numbers", f"Your numbers are right but of another kind: {shown}.", shown)]
    if wanted.kind == "f" and found.itemsize < wanted.itemsize and alike(key, got, ROUNDED):
        said = f"You turn {wanted} into {found}, which drops digits. Leave numbers in the precision they come in."
        return [Relation("precision lost", said, shown, local=True)]
    return []


def _of_shapes(key: np.ndarray, got: np.ndarray, near: float) -> list[Relation]:
    shown = f"shape {got.shape} where {key.shape} is expected"
    words = (("mean", np.mean), ("sum", np.sum))
    for word, reduced in words if key.shape == () else ():
        if alike(reduced(got), key, near):
            said = (
                f"You return several numbers where one is asked: their {word} is the right one. Reduce over all axes."
            )
            return [Relation("not reduced", said, f"{shown}, and their {word} is right", local=True)]
    for word, reduced in words if got.size == 1 else ():
        if alike(reduced(key), got.reshape(()), near):
            said = f"You return one number where several are asked: it is their {word}. Do not reduce there."
            return [Relation("reduced too far", said, f"{shown}: it is their {word}", local=True)]
    if key.ndim > 1 and got.shape == key.T.shape and alike(key.T, got, near):
        return [Relation("transposed", "Your result is transposed: rows and columns have changed places.", shown)]
    if got.size == key.size and alike(key.ravel(), got.ravel(), near):
        return [Relation("shape", f"Your numbers are right, their shape is not: {shown}.", shown)]
    return []


def _of_nan(key: np.ndarray, got: np.ndarray, near: float) -> list[Relation]:
    broken = np.isfinite(key) & ~np.isfinite(got)
    word = "NaN" if np.isnan(got[broken]).any() else "infinite"
    count = np.count_nonzero(broken)
    shown = f"{count} of {key.size} numbers {'is' if count == 1 else 'are'} {word}" if key.size > 1 else f"it is {word}"
    said = "Your result is NaN or infinite where a number is asked: look what your formula does with these inputs."
    return [Relation("not finite", said, shown, local=True)]


def _shape(text: str) -> tuple:
    return tuple(int(size) for size in text.replace(" ", "").split(",") if size)

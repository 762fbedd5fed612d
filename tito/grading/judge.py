"""Compares an answer with the key's. No evidence, no marks: whatever is not shown to be right is wrong."""

from dataclasses import dataclass

import numpy as np

from tito.grading.exam import ACCEPTED, FLOWS, REFUSALS, REFUSED, Question
from tito.grading.sheet import ANSWERED, CRASHED, MEMORY, MISSING, RAISED, TIMEOUT, UNREADABLE, Answer, Leaf

REFUSING = {"ValueError", "TypeError", "IndexError", "KeyError", "LookupError", "AssertionError"}
assert {kind.__name__ for kind in REFUSALS} <= REFUSING

TOLERANCES = {
    "<f8": (1e-9, 1e-12),
    "<f4": (5e-5, 1e-6),
    "<f2": (1e-2, 1e-3),
    "<c16": (1e-9, 1e-12),
    "<c8": (5e-5, 1e-6),
}
SLOPE_TOLERANCE = (1e-5, 1e-6)  # central differences with a step of 1e-6
NAMES = {"tensor": "a Tensor", "array": "an array", "scalar": "a NumPy number", "float": "a Python float"}
NAMES |= {"int": "a Python int", "bool": "a bool", "str": "a text", "none": "None"}

WITHOUT_WORDS = {MEMORY: "ran out of memory", CRASHED: "the process ended", MISSING: "not defined", TIMEOUT: "too late"}
BAD_ACCEPTED = "bad input is accepted"
NO_GRAPH = "the result does not require grad: it was not made by operations on Tensors, or rebuilt from .data"


@dataclass(frozen=True)
class Verdict:
    """Whether an answer earns its marks, and what to say of it ("" where there is nothing to say)."""

    right: bool
    remark: str = ""


RIGHT = Verdict(True)


def judge(question: Question, key: Answer, got: Answer) -> Verdict:
    """The verdict on one answer; never raises, whatever the answer holds."""
    if got is key and key.status == ANSWERED:
        return RIGHT
    if got.status == RAISED and key.status == RAISED:
        return _refusal(key, got)
    if got.status != ANSWERED:
        return Verdict(False, _unanswered(got))
    if key.status != ANSWERED:
        return Verdict(False, f"accepted; {key.error} is expected")
    if (key.form, key.keys, len(key.leaves)) != (got.form, got.keys, len(got.leaves)):
        return Verdict(False, f"{_count(got)} where {_count(key)} is expected")
    if remark := _of_cases(key, got):
        return Verdict(False, remark)
    remarks = []
    for name, wanted, found in zip(key.keys or [""] * len(key.leaves), key.leaves, got.leaves, strict=True):
        verdict = compare(question, name, wanted, found)
        if not verdict.right:
            return Verdict(False, f"{name}: {verdict.remark}" if name and name != FLOWS else verdict.remark)
        remarks.append(verdict.remark)
    return Verdict(True, next(filter(None, remarks), ""))


def _of_cases(key: Answer, got: Answer) -> str:
    """What is wrong with each case that must be refused and is accepted; "" where there is none."""
    cases = zip(key.leaves, got.leaves, key.faults, strict=False)  # most keys name none
    told = [fault for wanted, found, fault in cases if fault and accepts_bad(wanted, found)]
    return f"{BAD_ACCEPTED}: {'; '.join(sorted(told))}" if told else ""


def accepts_bad(wanted: Leaf, found: Leaf) -> bool:
    """Whether a case is accepted that must be refused."""
    return wanted.kind == found.kind == "str" and (wanted.value, found.value) == (REFUSED, ACCEPTED)


def _refusal(key: Answer, got: Answer) -> Verdict:
    if got.error == "TypeError" and not got.where:
        return Verdict(False, f"it cannot be called like that: {got.message}")
    if got.error in REFUSING and key.error in REFUSING:
        return Verdict(True)
    return Verdict(False, _unanswered(got))


def _raised(got: Answer) -> str:
    text = f"{got.error}: {got.message}" if got.message else got.error
    return text + (f" ({got.where})" if got.where else "")


def _unanswered(got: Answer) -> str:
    if got.error == "NotImplementedError":
        return "not written yet"
    if got.status in (RAISED, UNREADABLE) and got.error:
        return _raised(got)
    return got.message or WITHOUT_WORDS.get(got.status, "no answer that can be read")


def _count(answer: Answer) -> str:
    return NAMES[answer.leaves[0].kind] if answer.form == "one" else f"a {answer.form} of {len(answer.leaves)}"


def compare(question: Question, name: str, key: Leaf, got: Leaf) -> Verdict:
    """The verdict on one value: its type and kind of numbers, its shape, what is finite, then the entries."""
    if not isinstance(key.value, np.ndarray) or not isinstance(got.value, np.ndarray):
        return _plain(key, got)
    if name == FLOWS and key.value.tobytes() == b"\1" and got.value.tobytes() == b"\0":
        return Verdict(False, NO_GRAPH)
    remark = _wrapper(key, got)
    if question.aspect == "gradient" and (not _same_kind(key, got) or (key.flows and not got.flows)):
        return Verdict(False, remark or NO_GRAPH)
    fault = _kind(key.value.dtype, got.value.dtype) or _shape(key.value.shape, got.value)
    if fault:
        return Verdict(False, fault)
    wrong = _entries(question, key.value, got.value.reshape(key.value.shape))
    if wrong:
        return Verdict(False, wrong)
    return Verdict(True, remark and f"right value, but {remark}")


def _plain(key: Leaf, got: Leaf) -> Verdict:
    """Texts and None are equal or not."""
    if key.kind == got.kind and isinstance(key.value, str | None) and key.value == got.value:
        return Verdict(True)
    if key.kind == got.kind == "str" and {key.value, got.value} == {REFUSED, ACCEPTED}:
        return Verdict(False, BAD_ACCEPTED if got.value == ACCEPTED else "good input is refused")
    return Verdict(False, f"expected {_shown(key)}, got {_shown(got)}")


def _shown(leaf: Leaf) -> str:
    if isinstance(leaf.value, str):
        return leaf.value[:80]
    if isinstance(leaf.value, np.ndarray) and leaf.value.ndim == 0:
        return number_text(leaf.value[()])
    return NAMES[leaf.kind]


def _wrapper(key: Leaf, got: Leaf) -> str:
    """How the right value is packed otherwise than the key's; "" if it is packed alike."""
    if not _same_kind(key, got):
        return f"{NAMES[got.kind]} where {NAMES[key.kind]} is expected"
    if key.value.dtype.kind == "f" and got.value.dtype.itemsize > key.value.dtype.itemsize:
        return f"{got.value.dtype} where {key.value.dtype} is expected"
    if key.value.shape != got.value.shape:
        return f"shape {got.value.shape} where {key.value.shape} is expected"
    if key.flows and not got.flows:
        return "it does not require grad"
    return ""


def _same_kind(key: Leaf, got: Leaf) -> bool:
    """Whether a value is packed alike; NumPy itself hands out one number now as a 0-d array, now as a NumPy number."""
    bare = {key.kind, got.kind} <= {"array", "scalar"} and key.value.shape == got.value.shape == ()
    return key.kind == got.kind or bare


def _kind(key: np.dtype, got: np.dtype) -> str:
    """What is wrong with the kind of numbers; more precision is no fault, less is."""
    if key.kind != got.kind or (key.kind == "f" and got.itemsize < key.itemsize):
        return f"{got} where {key} is expected"
    return ""


def _shape(key: tuple, got: np.ndarray) -> str:
    """One number may come in any number of axes; otherwise shapes are equal."""
    if got.shape == key or (key == () and got.size == 1):
        return ""
    return f"shape {got.shape} where {key} is expected"


def _entries(question: Question, key: np.ndarray, got: np.ndarray) -> str:
    """What is wrong with the entries of two arrays of one shape; NaN and infinity are right only where the key is."""
    if key.dtype == got.dtype and key.tobytes() == got.tobytes():
        return ""
    if key.dtype.kind in "biu":
        wrong = key != got
    else:
        rtol, atol = question.tolerance or _tolerance(question, key)
        with np.errstate(all="ignore"):
            wide = np.complex128 if key.dtype.kind == "c" else np.float64
            key, got = key.astype(wide), got.astype(wide)
            near = np.abs(got - key) <= atol + rtol * np.abs(key)
            finite = np.isfinite(key)
            wrong = np.where(finite, ~(near & np.isfinite(got)), ~((key == got) | (np.isnan(key) & np.isnan(got))))
    return _first(key, got, wrong) if wrong.any() else ""


def _tolerance(question: Question, key: np.ndarray) -> tuple[float, float]:
    return SLOPE_TOLERANCE if question.aspect == "gradient" else TOLERANCES[key.dtype.str]


def _first(key: np.ndarray, got: np.ndarray, wrong: np.ndarray) -> str:
    """The first wrong entry, and how many there are."""
    if wrong.ndim == 0:
        return f"expected {number_text(key[()])}, got {number_text(got[()])}"
    place = tuple(int(axis[0]) for axis in np.nonzero(wrong))
    count = f"; {np.count_nonzero(wrong)} of {wrong.size} entries are wrong" if wrong.size > 1 else ""
    return f"expected {number_text(key[place])} at {list(place)}, got {number_text(got[place])}{count}"


def number_text(value) -> str:
    """A NumPy number as verdicts show it."""
    return str(bool(value)) if value.dtype.kind == "b" else f"{value:.6g}" if value.dtype.kind != "c" else str(value)

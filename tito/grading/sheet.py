"""An answer sheet: what one submission answered to each question. The key is the reference solution's sheet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

ASPECTS = ("value", "reduction", "stability", "gradient", "errors")  # what a question is about

ANSWERED, RAISED, TIMEOUT, MEMORY, CRASHED, UNREADABLE, MISSING = STATUSES = (
    "answered",
    "raised",
    "timeout",
    "memory",
    "crashed",
    "unreadable",
    "missing",
)


class Leaf(NamedTuple):  # a class has millions of them: a third of a frozen dataclass's time
    """One value of an answer; `flows` is whether a tensor requires grad."""

    kind: str  # tensor, array, scalar (a NumPy number), float, int, bool, str or none
    value: np.ndarray | str | None = None
    flows: bool = False


@dataclass(frozen=True)
class Answer:
    """What came back for one question: its values, or the error it ended with (`error` is a built-in type's name).

    Of the key alone: `faults` says what is wrong with each case that the question asks about, None for a right one.
    """

    status: str
    form: str = "one"  # one, list or dict
    keys: tuple[str, ...] = ()
    leaves: tuple[Leaf, ...] = ()
    error: str = ""
    message: str = ""
    where: str = ""
    faults: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Trouble:
    """A piece of a submission that did not run."""

    piece: int
    status: str
    error: str = ""
    message: str = ""
    where: str = ""


@dataclass
class Sheet:
    """The answers in the exam's order, and the pieces of code that failed before the first question.

    By the question's number: `frames` that came and had to be read, each with the answer that it held; of the key alone
    `right`, the frames of right answers, its own first.
    """

    answers: list[Answer]
    troubles: dict[int, Trouble] = field(default_factory=dict)
    frames: dict[int, tuple[bytes, Answer]] = field(default_factory=dict)
    right: dict[int, list[bytes]] = field(default_factory=dict)

"""What was found out for wrong answers, kept for whoever gives the same ones: many students make one mistake."""

import functools
import hashlib

import numpy as np

from tito.grading.sheet import Answer, Leaf

MOST = 1000  # findings of a run that are kept: some 5 kB each at most


def remembered(method):
    """The method of an exercise, run once for the same wrong answers. `known.told` keeps what it gave, never None."""

    @functools.wraps(method)
    def asked(self, left: list[int], *kind):
        told, key = self.known.told, (method.__name__, self.digest, *kind, *left)
        if (found := told.get(key)) is None:
            if len(told) >= MOST:
                told.clear()
            found = told[key] = method(self, left, *kind)
        return found

    return asked


def digest(answers: dict[int, Answer]) -> bytes:
    """The same for the same answers at the same places, and for no others."""
    found = hashlib.sha256()
    for place, answer in answers.items():
        facts = vars(answer) | {"leaves": [_without_numbers(leaf) for leaf in answer.leaves]}
        found.update(repr((place, facts)).encode("utf-8", "surrogatepass"))
        for leaf in answer.leaves:
            found.update(leaf.value.tobytes() if isinstance(leaf.value, np.ndarray) else b"")
    return found.digest()


def _without_numbers(leaf: Leaf) -> tuple:
    if not isinstance(leaf.value, np.ndarray):
        return leaf
    return leaf.kind, leaf.flows, leaf.value.dtype.str, leaf.value.shape

"""What wrong numbers have to do with the right ones: a factor and what it is, a sign, an offset, a form."""

import math
from dataclasses import dataclass

import numpy as np

CONSTANTS = {
    2.0: "2", 0.5: "½", 4.0: "4", 0.25: "¼", 3.0: "3", 10.0: "10", 100.0: "100",
    1 / math.log(2): "1/ln 2", math.log(2): "ln 2", 1 / math.log(10): "1/ln 10", math.log(10): "ln 10",
}  # fmt: skip
TINY = 1e-12  # what is exactly 0 in one may be rounding in the other


@dataclass(frozen=True)
class Relation:
    """One statement about one answer: its name, what it says to the student, and how it shows in this call."""

    name: str
    says: str
    shown: str = ""
    sure: bool = True  # False where any two numbers are related like that: it takes several answers alike
    local: bool = False  # whether it may be said of the aspects where it shows, whatever is wrong in others


def ratios(key: np.ndarray, got: np.ndarray, near: float, shapes: list[tuple], form: bool) -> list[Relation]:
    """Relations between two flat float64 arrays of finite numbers; `near` is the relative tolerance.

    `shapes` are those of the batches that may stand behind a factor; without `form` only factors are looked for.
    """
    if alike(got, key, near):
        return []
    if alike(got, -key, near):
        return [
            Relation("sign", "Your result has the wrong sign: it is minus the right one.", "minus what is expected")
        ]
    found = _factor(key, got, near, shapes)
    return found + _offset(key, got, near) + _form(key, got, near) if form else found


def alike(a: np.ndarray, b: np.ndarray, near: float) -> bool:
    """Whether two arrays of one shape agree."""
    return bool(np.all(np.abs(a - b) <= near * np.maximum(np.abs(a), np.abs(b)) + TINY))


def dropped(key: np.ndarray, got: np.ndarray) -> bool:
    """Whether some entries are 0 and all others one factor times the right ones: which ones, chance may decide."""
    if key.shape != got.shape or key.dtype.kind != "f" or got.dtype.kind != "f" or not np.all(key):
        return False
    kept = got != 0
    if kept.all() or not kept.any():
        return False
    with np.errstate(all="ignore"):
        factors = got[kept].astype(np.float64) / key[kept]
        return bool(np.ptp(factors) <= 1e-4 * abs(factors[0]))


def _factor(key: np.ndarray, got: np.ndarray, near: float, shapes: list[tuple]) -> list[Relation]:
    """got = c · key with one c, and what c is: a constant, a size of the batch, or just a number."""
    there = key != 0
    if not there.any() or np.any(got[~there] != 0):
        return []
    factors = got[there] / key[there]
    c = float(np.median(factors))
    if c == 0 or not np.all(np.abs(factors - c) <= near * abs(c)):
        return []
    minus, size = "minus " if c < 0 else "", abs(c)
    found = [_constant(minus + name) for value, name in CONSTANTS.items() if abs(size - value) <= near * value]
    sizes = _sizes(shapes)
    for word, n, what in sizes:
        if abs(size - n) <= near * n:
            found.append(_times(f"times the {word}", f"{minus}{n}", what))
        if abs(size - 1 / n) <= near / n:
            found.append(_over(f"divided by the {word}", f"{minus}{n}", what))
    for shape in shapes:
        divisor = math.prod(shape) / size
        own = any(n == round(divisor) for _, n, _ in sizes)  # a batch's own size need not be written in
        if abs(divisor - round(divisor)) <= near * divisor and round(divisor) > 1 and not own:
            found.append(_written_in(round(divisor)))
    shown = f"{c:.6g} times the expected value"
    return found or [Relation(f"factor {c:.4g}", f"Your result is {c:.4g} times the right one.", shown, sure=False)]


def _constant(name: str) -> Relation:
    said = f"Your result is {name} times the right one."
    return Relation(f"factor {name}", said, f"exactly {name} times the expected value")


def _times(name: str, n: str, what: str) -> Relation:
    said = f"Your result is {n} times the right one, and {what}: is a division by that left out?"
    return Relation(name, said, f"exactly {n} times the expected value, and {what}")


def _over(name: str, n: str, what: str) -> Relation:
    said = f"Your result is the right one divided by {n}, and {what}: do you divide by that once too often?"
    return Relation(name, said, f"exactly 1/{n} of the expected value, and {what}")


def _written_in(divisor: int) -> Relation:
    said = f"You divide the sum by {divisor}, whatever the batch: is that number written into your code?"
    return Relation(f"divided by {divisor}", said, f"the sum, divided by {divisor}", sure=False)


def _sizes(shapes: list[tuple]) -> list[tuple]:
    """The sizes of batches: what each counts, its number, and the words for it."""
    found = {}
    for shape in shapes:
        counts = {"elements": math.prod(shape)}
        if len(shape) > 1:
            counts |= {"rows": shape[0], "columns": shape[-1]}
        for word, n in counts.items():
            if n > 1:
                found[word, n] = f"a batch of shape {shape} has {n} {word}"
    return [(word, n, what) for (word, n), what in found.items()]


def _offset(key: np.ndarray, got: np.ndarray, near: float) -> list[Relation]:
    gap = got - key
    c = float(np.median(gap))
    if c == 0 or not np.all(np.abs(gap - c) <= near * np.maximum(np.abs(got), np.abs(key)).max()):
        return []
    several = len(np.unique(key)) > 1
    shown = f"{abs(c):.6g} too {'large' if c > 0 else 'small'}{', in every entry' if several else ''}"
    return [
        Relation(f"offset {c:.4g}", f"Your result is {abs(c):.4g} too {'large' if c > 0 else 'small'}.", shown, several)
    ]


def _form(key: np.ndarray, got: np.ndarray, near: float) -> list[Relation]:
    """Well-known functions of the right numbers, and those of which the right numbers are one."""
    forms = [
        ("squared", np.square(key), "Your result is the square of the right one."),
        ("root", np.sqrt(np.abs(key)), "Your result is the root of the right one."),
        ("sign lost", np.abs(key), "Your result has lost its sign: it is never below 0."),
    ]
    found = [
        Relation(name, said, said[:-1].replace("Your result", "it")) for name, x, said in forms if alike(got, x, near)
    ]
    if got.min() < 0 and key.any() and alike(np.maximum(got, 0), key, near):
        said = "Your terms fall below 0, where they should end: the maximum with 0 is missing."
        found.append(Relation("not cut off at 0", said, "below 0 where 0 is expected, right elsewhere", local=True))
    return found + _capped(key, got, near)


def _capped(key: np.ndarray, got: np.ndarray, near: float) -> list[Relation]:
    """Large terms that end at -ln ε: what an epsilon within a logarithm does."""
    low = key - got > 1
    powers = got[low] / math.log(10)
    if not low.any() or np.ptp(powers) > 1e-3 or not 4 <= powers[0] <= 16 or abs(powers[0] - round(powers[0])) > 1e-3:
        return []
    if not alike(got[~low], key[~low], 1e-3) and np.abs(got[~low] - key[~low]).max() > 1e-3:
        return []
    top, epsilon = f"{got[low][0]:.4g}", f"1e-{round(powers[0])}"
    said = f"Your terms never exceed {top}, which is -ln {epsilon}: an epsilon within a logarithm caps them."
    return [Relation("capped", said, f"{top} = -ln {epsilon} where more is expected", local=True)]

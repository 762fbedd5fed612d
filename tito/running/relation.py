"""How a wrong value stands to the right one: a fact that both show, with no knowledge of any exercise."""

import numpy as np

CLOSE = {"rtol": 1e-4, "atol": 1e-7}


def relation(got, want, inputs=(), asked="") -> str:
    """What `got` is, seen from `want`, as in "the sign is turned"; "" where nothing simple relates them.

    Both are arrays of numbers; the sizes of the arrays among `inputs` tell a sum from a mean, unless the reduction that
    was `asked` for rules one of them out. Two facts that both hold are given both: which of them is the cause, the
    numbers cannot tell.
    """
    got, want = np.asarray(got), np.asarray(want)
    if not (_is_numeric(got) and _is_numeric(want)) or got.size == 0 or want.size == 0:
        return ""
    with np.errstate(all="ignore"):
        got, want = got.astype(np.float64), want.astype(np.float64)
        if np.isfinite(want).all() and not np.isfinite(got).all():
            return _not_finite(got)
        found = [fact for fact, value in _candidates(want, _sizes(want, inputs), asked) if _is(got, value, want)]
        return ", or ".join(found[:2]) or _reduced(got, want) or _constant(got, want)


def _is_numeric(array) -> bool:
    return array.dtype.kind in "biuf"


def _is(got, value, want) -> bool:
    """Whether `got` is this value, and not simply the right one."""
    if got.shape != value.shape or not np.isfinite(value).all() or not np.allclose(got, value, **CLOSE):
        return False
    return value.shape != want.shape or not np.allclose(value, want, **CLOSE)


def _not_finite(got) -> str:
    for what, where in (("NaN", np.isnan(got)), ("infinite", np.isinf(got))):
        if where.any():
            return what if got.size == 1 else f"{what} in {where.sum()} of {got.size} entries"
    return ""


def _sizes(want, inputs) -> dict[int, str]:
    """What a sum or a mean may have run over, by how many: elements, rows or columns of an input."""
    found = {}
    for data in inputs:
        data = np.asarray(data)
        if data.ndim > want.ndim:
            counts = [(data.size, "elements")]
            counts += [(data.shape[0], "rows"), (data.shape[-1], "columns")] if data.ndim > 1 else []
            found |= {n: what for n, what in counts if n > 1 and n not in found}
    return found


def _candidates(want, sizes, asked):
    """Facts, and the value that each would mean."""
    yield "the sign is turned", -want
    yield "exactly 2 times the expected value", 2 * want
    yield "half the expected value", want / 2
    for n, what in sizes.items():
        if asked not in ("sum", "none"):
            yield f"the sum where the mean is asked ({n} {what})", n * want
        if asked not in ("mean", "batchmean", "none"):
            yield f"the mean where the sum is asked ({n} {what})", want / n
    yield "the square of the expected value", want**2
    yield "the square root of the expected value", np.sqrt(want)
    yield "1 minus the expected value", 1 - want
    yield "the expected value in units of ln 2: a logarithm to base 2", want / np.log(2)
    if want.ndim == 2:
        yield "the expected value transposed", want.T
    if want.ndim == 1 and want.size > 2:
        yield "the expected value in reverse order", want[::-1]
    yield "zero everywhere", np.zeros_like(want)


def _reduced(got, want) -> str:
    """Other shapes: summed or averaged where every term is asked, or not where it is; or the same numbers."""
    for name, reduce in (("mean", np.mean), ("sum", np.sum)):
        if want.size == 1 < got.size and np.allclose(reduce(got), want, **CLOSE):
            return f"not reduced: the {name} of these {got.size} is the expected value"
        if got.size == 1 < want.size and np.allclose(got, reduce(want), **CLOSE):
            return f"reduced to the {name} of the {want.size} expected values"
    if got.shape != want.shape and got.size == want.size and np.allclose(got.ravel(), want.ravel(), **CLOSE):
        return "the right numbers in another shape"
    return ""


def _constant(got, want) -> str:
    """The same factor, or the same distance, in every one of several unlike entries."""
    if got.shape != want.shape or np.unique(want).size < 2 or np.allclose(got, want, **CLOSE):
        return ""
    offset = got - want
    if np.allclose(offset, offset.flat[0], **CLOSE):
        return f"{abs(offset.flat[0]):.6g} too {'much' if offset.flat[0] > 0 else 'little'} in every entry"
    ratios = got[want != 0] / want[want != 0]
    if ratios.size > 1 and np.allclose(got[want == 0], 0) and np.allclose(ratios, ratios[0], **CLOSE):
        return f"{ratios[0]:.6g} times the expected value in every entry"
    return ""

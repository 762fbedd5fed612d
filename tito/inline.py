"""The vocabulary of the notebooks' inline tests: call, compare, and say what was called with what.

Every check raises AssertionError with the call, what was expected and what came back. An exercise that is not yet
written raises its own NotImplementedError, which passes through untouched.
"""

import inspect

import numpy as np

from tito.replay import numeric_gradient, replay

REFUSALS = (ValueError, TypeError, LookupError, AssertionError)  # those of the exam: `assert` is a refusal too


def expect(function, *args, gives, rtol=1e-5, atol=1e-7, **options):
    """Call `function(*args, **options)`, check its value and shape against `gives`, and return the result."""
    result = function(*args, **options)
    got, want = _array(result), _array(gives)
    if got.shape != want.shape:
        shapes = f"shape {want.shape}: {shown(gives)}", f"shape {got.shape}: {shown(result)}"
        _fail(function, args, options, *shapes, why=_relation(got, want, args))
    if not np.allclose(got, want, rtol=rtol, atol=atol, equal_nan=True):
        _fail(function, args, options, shown(gives), shown(result), why=_relation(got, want, args))
    return result


def expect_error(function, *args, mentions=(), **options):
    """Check that `function(*args, **options)` refuses its input with an error that mentions each of `mentions`."""
    try:
        result = function(*args, **options)
    except REFUSALS as error:
        missing = [str(word) for word in mentions if str(word) not in str(error)]
        if missing:
            want = f"an error that mentions {', '.join(missing)}"
            _fail(function, args, options, want, f"{type(error).__name__}: {error}")
        return
    _fail(function, args, options, "an error (ValueError, TypeError or IndexError)", shown(result))


def expect_flow(function, *inputs, **options):
    """Check that the result of `function(*inputs)` remembers how it was made from each input, so a gradient can flow.

    Each input is moved a little; the recorded graph, run again, must give what the function itself gives.
    """
    result = function(*inputs, **options)
    if not getattr(result, "requires_grad", False):
        _fail(
            function,
            inputs,
            options,
            "a Tensor that requires grad: made by operations on Tensors",
            f"{shown(result)}, which remembers no graph: was it computed from .data?",
        )
    for i, x in enumerate(inputs):
        moved = x.data + 0.125 * np.random.default_rng(i).random(np.shape(x.data)).astype(x.data.dtype)
        others = [type(x)(moved) if j == i else type(x)(y.data) for j, y in enumerate(inputs)]
        want, got = function(*others, **options).data, replay(result, {id(x): moved})
        if not np.allclose(got, want, rtol=1e-4, atol=1e-6):
            _fail(
                function,
                inputs,
                options,
                f"a graph that leads from the result to input {i + 1}",
                "a graph that forgets it: part of the result was rebuilt from .data, not from Tensor operations",
            )
    return result


def expect_gradient(function, *inputs, rtol=1e-5, atol=1e-7, **options):
    """Check `backward` against central differences, in float64, in every entry of every input.

    The gradient that arrives from outside is random: a rule that ignores it is noticed.
    """
    make = type(inputs[0])
    leaves = [make(np.array(x.data, dtype=np.float64), requires_grad=True) for x in inputs]
    result = function(*leaves, **options)
    arriving = np.random.default_rng(0).uniform(0.5, 1.5, size=result.shape)
    result.backward(arriving)
    for i, leaf in enumerate(leaves):

        def moved(data, i=i):
            others = [make(data) if j == i else make(y.data) for j, y in enumerate(leaves)]
            return arriving * function(*others, **options).data

        want = numeric_gradient(moved, np.array(leaf.data))
        got = np.zeros_like(want) if leaf.grad is None else np.asarray(leaf.grad)
        if got.shape != want.shape or not np.allclose(got, want, rtol=rtol, atol=atol):
            asked = f"gradient of input {i + 1}: {shown(want)}"
            _fail(function, inputs, options, asked, shown(leaf.grad), why=_relation(got, want, ()))


def _array(value):
    """Numbers, arrays and Tensors as an array; anything else is an answer of the wrong kind."""
    array = np.asarray(bare(value))
    if array.dtype == object:
        raise AssertionError(f"expected numbers, got {value!r}: is a return missing?")
    return array


def bare(value):
    """The array inside a Tensor. (NumPy's own values have a `.data` too: a memory view.)"""
    return value if isinstance(value, (np.ndarray, np.generic)) else getattr(value, "data", value)


def _relation(got, want, args):
    from tito.running.relation import relation  # once a test has failed

    arrays = [bare(a) for a in args]
    return relation(got, want, [a for a in arrays if isinstance(a, (np.ndarray, list))])


def _fail(function, args, options, want, got, why=""):
    name, more = _called(function)
    words = [shown(a) for a in args] + [f"{k}={shown(v)}" for k, v in options.items()] + more
    told = f"\n  that is  {why}" if why else ""
    raise AssertionError(f"{name}({', '.join(words)})\n  expected {want}\n  got      {got}{told}")


def _called(function):
    """The name to show of what was called, and a "…" for what a lambda gives it beside: `mse_loss(p, …)`."""
    name = getattr(function, "__name__", None) or type(function).__name__
    if name != "<lambda>":
        return name, []
    seen = inspect.getclosurevars(function)
    inner = [name for name, value in (seen.nonlocals | seen.globals).items() if callable(value)]
    return (inner[0], ["…"]) if inner else ("lambda", [])


def shown(value):
    """A short text of a value: arrays on one line, long ones cut in the middle."""
    data = bare(value)
    if type(data) is float:
        return _number(data)
    if isinstance(data, (np.ndarray, np.generic)):
        numbers = {"float_kind": _number}  # NumPy would write all with the exponent that one of them needs
        return " ".join(np.array2string(np.asarray(data), formatter=numbers, separator=", ", threshold=20).split())
    return repr(data) if len(repr(data)) < 80 else repr(data)[:77] + "..."


def _number(value):
    return repr(float(f"{value:.7g}"))

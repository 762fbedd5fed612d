"""The vocabulary of the notebooks' inline tests: call, compare, and say what was called with what.

Every check raises AssertionError with the call, what was expected and what came back. An exercise that is not yet
written raises its own NotImplementedError, which passes through untouched.
"""

import inspect

import numpy as np

from tito.precision import computed_in
from tito.replay import numeric_gradient, replay
from tito.values import bare, shown

REFUSALS = (ValueError, TypeError, LookupError, AssertionError)  # those of the exam: `assert` is a refusal too
SHORT = 6  # numbers of an arriving gradient that are shown


def expect(function, *args, gives, rtol=1e-5, atol=1e-7, **options):
    """Call `function(*args, **options)`, check its value and shape against `gives`, and return the result."""
    result = _called(function, args, options)
    got, want = _array(result), _array(gives)
    if got.shape != want.shape:
        shapes = f"shape {want.shape}: {shown(gives)}", f"shape {got.shape}: {shown(result)}"
        _fail(function, args, options, *shapes, why=_relation(got, want, function, args, options))
    if not np.allclose(got, want, rtol=rtol, atol=atol, equal_nan=True):
        why = _relation(got, want, function, args, options)
        _fail(function, args, options, shown(gives), shown(result), why=why)
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

    Each input is moved a little; the recorded graph, run again, must give what the function itself gives. Given
    float64, the function must compute in float64.
    """
    result = _called(function, inputs, options)
    if not getattr(result, "requires_grad", False):
        why = "is a return missing?" if result is None else "which remembers no graph: was it computed from .data?"
        wanted = "a Tensor that requires grad: made by operations on Tensors"
        _fail(function, inputs, options, wanted, f"{shown(result)}, {why}")
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
    _expect_float64(function, inputs, options)
    return result


def _expect_float64(function, inputs, options):
    """Whole numbers and truth values may come as they are; other results are float64 where every input is."""
    kind = computed_in(function, inputs, options)
    if kind is not None and kind.kind == "f" and kind != np.float64:
        name = _name(function)[0]
        raise AssertionError(f"{name} computes in {kind} though it was given float64: is a dtype fixed in your code?")


def expect_gradient(function, *inputs, rtol=1e-5, atol=1e-7, **options):
    """Check `backward` against central differences, in float64, in every entry of every input.

    The gradient that arrives from outside is random: a rule that ignores it is noticed.
    """
    make = type(inputs[0])
    leaves = [make(np.array(x.data, dtype=np.float64), requires_grad=True) for x in inputs]
    result = _called(function, leaves, options)
    if result is None:
        _fail(function, inputs, options, "a Tensor", "None: is a return missing?")
    arriving = np.random.default_rng(0).uniform(0.5, 1.5, size=result.shape)
    before = _copies([*leaves, result])
    result.backward(arriving)
    _expect_unchanged(f"a rule of {_name(function)[0]}", before)
    for i, leaf in enumerate(leaves):

        def moved(data, i=i):
            others = [make(data) if j == i else make(y.data) for j, y in enumerate(leaves)]
            return arriving * function(*others, **options).data

        want = numeric_gradient(moved, np.array(leaf.data))
        got = np.zeros_like(want) if leaf.grad is None else np.asarray(leaf.grad)
        if got.shape != want.shape or not np.allclose(got, want, rtol=rtol, atol=atol):
            asked = f"gradient of input {i + 1}: {shown(want)}"
            why = _lacks(got, want, arriving) or _relation(got, want, function, (), options)
            _fail(function, inputs, options, asked, shown(leaf.grad), why=why, arriving=arriving)
    _expect_upstream_kept(function, leaves, options, arriving)


def _expect_upstream_kept(function, leaves, options, arriving):
    """The gradient that arrives may be another rule's too, so that one changed in place spoils a larger graph."""
    result = function(*leaves, **options)
    result.backward(arriving, retain_grads=True)
    if result.grad is not None:
        _expect_unchanged(f"a rule of {_name(function)[0]}", [(result.grad, arriving.astype(result.grad.dtype))])


def _lacks(got, want, arriving):
    """Whether the arriving gradient alone is what `got` lacks: it is random, so no other factor can be taken for it."""
    try:
        whole = got * arriving
    except ValueError:
        return ""
    is_it = whole.shape == want.shape and want.any() and np.allclose(whole, want, rtol=1e-6)
    return "the expected gradient without the factor g: is g missing?" if is_it else ""


def _called(function, args, options):
    """The result of the call, which must leave every array that it is given as it is."""
    before = _copies([*args, *options.values(), *_enclosed(function)])
    result = function(*args, **options)
    _expect_unchanged(_name(function)[0], before)
    return result


def _enclosed(function):
    """What a function made inside of a test takes from there, and what a method is of."""
    try:
        inside = [cell.cell_contents for cell in getattr(function, "__closure__", None) or ()]
    except ValueError:  # a name that has no value yet
        inside = []
    return [*inside, getattr(function, "__self__", None)]


def _copies(values):
    return [(value, bare(value).copy()) for value in values if isinstance(bare(value), np.ndarray)]


def _expect_unchanged(name, before):
    for value, copy in before:
        now = np.asarray(bare(value))
        if now.shape != copy.shape or now.dtype != copy.dtype or now.tobytes() != copy.tobytes():
            values = f"\n  it was   {shown(copy)}\n  it is    {shown(now)}"
            raise AssertionError(f"{name} changed the array it was given: work on a copy{values}")


def _array(value):
    """Numbers, arrays and Tensors as an array; anything else is an answer of the wrong kind."""
    array = np.asarray(bare(value))
    if array.dtype == object:
        raise AssertionError(f"expected numbers, got {value!r}: is a return missing?")
    return array


def _relation(got, want, function, args, options):
    from tito.running.relation import relation  # once a test has failed

    arrays = [bare(a) for a in args if isinstance(bare(a), (np.ndarray, list))]
    return relation(got, want, arrays, _asked(function, args, options))


def _asked(function, args, options):
    """The reduction that a call asks for: by its name, by its place, or by leaving it out; "" where there is none."""
    words = [word for word in (options.get("reduction"), *args) if isinstance(word, str)]
    try:
        default = inspect.signature(function).parameters["reduction"].default
    except (KeyError, TypeError, ValueError):
        default = ""
    return words[0] if words else default


def _fail(function, args, options, want, got, why="", arriving=None):
    name, more = _name(function)
    words = [shown(a) for a in args] + [f"{k}={shown(v)}" for k, v in options.items()] + more
    told = f"\n  with g   {shown(arriving)}" if arriving is not None and arriving.size <= SHORT else ""
    told += f"\n  that is  {why}" if why else ""
    raise AssertionError(f"{name}({', '.join(words)})\n  expected {want}\n  got      {got}{told}")


def _name(function):
    """The name to show of what was called, and a "…" for what a lambda gives it beside: `mse_loss(p, …)`."""
    name = getattr(function, "__name__", None) or type(function).__name__
    if name != "<lambda>":
        return name, []
    seen = inspect.getclosurevars(function)
    inner = [(name, value) for name, value in (seen.nonlocals | seen.globals).items() if callable(value)]
    return (getattr(inner[0][1], "__name__", inner[0][0]), ["…"]) if inner else ("lambda", [])

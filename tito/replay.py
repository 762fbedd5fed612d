"""Recompute a recorded graph with other inputs, without any rule of differentiation.

A result remembers the operation and the inputs that made it, so its graph is a program that can run again. A value
that was rebuilt from bare arrays has forgotten how it was made: it does not move when the inputs do.
"""

import functools
import math

import numpy as np


def replay(result, data):
    """The array that `result` would hold if each tensor `t` in `data` (a dict by id(t)) held `data[id(t)]` instead."""
    values = dict(data)
    for node in recorded(result):
        if id(node) not in values:
            values[id(node)] = node.op.forward(*[values.get(id(x), x.data) for x in node.inputs])
    return values.get(id(result), result.data)


def recorded(result):
    """Every result on the way to `result`, oldest first. Iterative: a graph may be 100,000 operations deep."""
    found, seen = [result] if result.op else [], {id(result)}
    for node in found:
        for x in node.inputs:
            if getattr(x, "op", None) is not None and id(x) not in seen:
                seen.add(id(x))
                found.append(x)
    return sorted(found, key=lambda node: node.age)


def program(result, leaf, nodes=None):
    """`result` as a function of the data of `leaf`, or None where it does not depend on it.

    `nodes` is what `recorded(result)` gave, where it is asked again. Only what depends on the leaf is computed again,
    and what that needs is looked up once, not at every call.
    """
    slots, steps = {id(leaf): 0}, []
    for node in recorded(result) if nodes is None else nodes:
        moved = [(n, slots[id(x)]) for n, x in enumerate(node.inputs) if id(x) in slots]
        if moved and node is not leaf:
            steps.append((node.op.forward, [x.data for x in node.inputs], moved))
            slots[id(node)] = len(steps)
    last = slots.get(id(result))
    if last is None:
        return None

    def value(new):
        values = [new]
        for forward, arguments, moved in steps:
            for position, slot in moved:
                arguments[position] = values[slot]
            values.append(forward(*arguments))
        return values[last]

    return value


def numeric_gradient(f, x, h=1e-6):
    """All-entries central differences of the sum of f(x); x is a float64 array, the result has its shape."""
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        ends = []
        for step in (h, -h):
            moved = x.copy()
            moved[i] += step
            ends.append(np.sum(f(moved[()])))
        gradient[i] = (ends[0] - ends[1]) / (2 * h)
    return gradient


def secants(f, x, directions, here=None, h=1e-6):
    """Slopes of the sum of f(x) from the float64 array x towards x + h * d, for each d of `directions`.

    Half the calls of central differences, and one less where `here`, which is f(x), is known. It is off by h/2 times
    the curvature, for every f of the same values alike: enough to compare two of them, where both are asked so.
    """
    here = _total(f(x.copy()[()]) if here is None else here)
    moved = x + h * directions  # all at once: one by one, moving costs more than f
    return (np.array([_total(f(each[()])) for each in moved], dtype=x.dtype) - here) / h


@functools.lru_cache(maxsize=64)
def entries(shape):
    """The directions of each entry alone, in order."""
    size = math.prod(shape)
    return np.eye(size).reshape(size, *shape)


@functools.lru_cache(maxsize=64)
def all_at_once(shape):
    """One direction: every entry moves, each by another amount."""
    size = math.prod(shape)
    return 1 / np.arange(1, size + 1).reshape(1, *shape)


def _total(value):
    return value if type(value) is np.float64 else np.add.reduce(value, None)  # np.sum of one number: 2 of 7 µs

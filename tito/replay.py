"""Recompute a recorded graph with other inputs, without any rule of differentiation.

A result remembers the operation and the inputs that made it, so its graph is a program that can run again. A value
that was rebuilt from bare arrays has forgotten how it was made: it does not move when the inputs do.
"""
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


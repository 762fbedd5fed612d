"""One operation forward and backward: a chain y ← y·w + x of 400 operations, on numbers and on small arrays."""

import numpy as np
import torch

from tinytorch import Tensor

from .measure import rows

STEPS = 200


def chain(x, w, backward):
    "A job: the chain, and its gradients in both leaves."
    def job():
        x.grad = w.grad = None
        y = x
        for _ in range(STEPS):
            y = y * w + x
        backward(y)
    return job


def ours(shape):
    leaves = (Tensor(np.full(shape, value), requires_grad=True) for value in (0.5, 0.9))
    one = np.ones(shape)
    return chain(*leaves, lambda y: y.backward(one))


def pytorch(shape):
    leaves = (torch.full(shape, value, dtype=torch.float64, requires_grad=True) for value in (0.5, 0.9))
    one = torch.ones(shape, dtype=torch.float64)
    return chain(*leaves, lambda y: y.backward(one))


def raw_numpy(shape):
    "The same by hand."
    x, w, one = np.full(shape, 0.5)[()], np.full(shape, 0.9)[()], np.ones(shape)[()]

    def job():
        y, passed = x, []
        for _ in range(STEPS):
            passed.append(y)
            y = y * w + x
        g, gx, gw = one, one * 0, one * 0
        for y in reversed(passed):
            gx = gx + g
            gw = gw + g * y
            g = g * w
        return gx + g, gw
    return job


def micrograd():
    "The chain on micrograd's Value, if micrograd is installed: a job, or None."
    try:
        from micrograd.engine import Value
    except ImportError:
        return None
    x, w = Value(0.5), Value(0.9)

    def backward(y):
        x.grad = w.grad = 0
        y.backward()
    return chain(x, w, backward)


def measure():
    found = []
    for shape in [(), (8,), (64,), (32, 32)]:
        jobs = {"tinytorch": ours(shape), "raw NumPy": raw_numpy(shape), "PyTorch": pytorch(shape)}
        targets = {"raw NumPy": 2.2, "PyTorch": 0.4} if shape else {"PyTorch": 0.4}
        if not shape and (job := micrograd()):
            jobs["micrograd"], targets["micrograd"] = job, 0.7
        name = f"one operation, {'arrays ' + '×'.join(map(str, shape)) if shape else 'numbers'}"
        found += rows(name, jobs, targets, count=2 * STEPS, repeats=101)
    return found

"""The checkers that the tests share: against PyTorch, and against finite differences."""

import numpy as np
import torch

from tinytorch import Tensor

TOLERANCE = {np.dtype(np.float64): 1e-9, np.dtype(np.float32): 5e-5}


class Fixed:
    "An input of an operation or a loss that never gets a gradient: a target, an axis, an option."

    def __init__(self, value):
        self.value = value


def leaf(value):
    "A Tensor that requires a gradient (sharing the memory of `value`), or the bare value of what is Fixed."
    return value.value if isinstance(value, Fixed) else Tensor(value, requires_grad=True)


def torch_leaf(value):
    "The same for PyTorch; arrays that are Fixed become torch tensors, everything else stays."
    if isinstance(value, Fixed):
        return torch.tensor(value.value) if isinstance(value.value, np.ndarray | np.generic) else value.value
    return torch.tensor(value, requires_grad=True)


def assert_near(ours, theirs, what, tolerance=None):
    "Same shape, same dtype, and near: relative to each entry, and to the largest entry where they are small."
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape, f"{what}: shape {ours.shape}, expected {theirs.shape}"
    assert ours.dtype == theirs.dtype, f"{what}: dtype {ours.dtype}, expected {theirs.dtype}"
    tolerance = tolerance or TOLERANCE[theirs.dtype]
    scale = np.clip(np.abs(theirs).max(initial=0), 1e-3, 1)
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance * scale, err_msg=what)


def assert_agrees_with_torch(function, oracle, inputs, tolerance=None):
    "Values, and the gradients of every input that is not Fixed, are PyTorch's, for a random gradient from outside."
    ours, theirs = [leaf(x) for x in inputs], [torch_leaf(x) for x in inputs]
    arrays = [x for x in (x.value if isinstance(x, Fixed) else x for x in inputs) if isinstance(x, np.ndarray)]
    before = [x.copy() for x in arrays]
    result, expected = function(*ours), oracle(*theirs)
    assert_near(result.data, expected.detach().numpy(), "value", tolerance)
    g = np.random.default_rng(1).uniform(0.5, 1.5, result.shape).astype(result.dtype)
    result.backward(g)
    expected.backward(torch.tensor(g))
    for i, (x, mine, other) in enumerate(zip(inputs, ours, theirs, strict=True)):
        if not isinstance(x, Fixed):
            assert mine.grad is not None, f"no gradient reached input {i}"
            assert_near(mine.grad, other.grad.numpy(), f"gradient of input {i}", tolerance)
    for x, old in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(x, old, "an input was changed in place")


def assert_gradients_are_slopes(function, inputs, step=1e-6, tolerance=1e-6):
    "For every entry of what is not Fixed, the gradient is the slope of central differences (float64)."
    ours = [leaf(x) for x in inputs]
    result = function(*ours)
    g = np.asarray(np.random.default_rng(1).uniform(0.5, 1.5, result.shape))
    result.backward(g)
    for i, x in enumerate(inputs):
        if isinstance(x, Fixed):
            continue
        measured = np.zeros(np.shape(x))
        for place in np.ndindex(measured.shape):
            ends = []
            for change in (step, -step):
                moved = np.array(x)
                moved[place] += change
                end = function(*[moved if j == i else y.value if isinstance(y, Fixed) else y
                                 for j, y in enumerate(inputs)])
                ends.append((g * np.asarray(end.data)).sum())
            measured[place] = (ends[0] - ends[1]) / (2 * step)
        assert_near(ours[i].grad, measured, f"gradient of input {i}", tolerance)


def gradients(function, *inputs):
    "The gradient of the sum of `function`, for each of the inputs, all of them float arrays."
    leaves = [leaf(x) for x in inputs]
    function(*leaves).sum().backward()
    return [x.grad for x in leaves if isinstance(x, Tensor)]

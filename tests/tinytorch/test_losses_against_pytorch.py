"""Every loss × option × reduction × shape × precision: values and gradients are PyTorch's."""

import inspect

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from checks import Fixed, assert_agrees_with_torch, leaf
from loss_cases import LOSSES, collect

from tinytorch import Tensor, cross_entropy_loss, nll_loss

FUNCTIONS, CLASSES = collect()


def title(key, shape, options, reduction):
    size = "x".join(map(str, shape)) or "number"
    return "-".join([key[0], key[1] or "any", size, "+".join(options) or "plain", reduction])


CASES = [pytest.param(FUNCTIONS[key[0]], case, shape, options, reduction,
                      id=title(key, shape, options, reduction))
         for key, case in LOSSES.items() for shape in case.shapes for options in case.options
         for reduction in case.reductions]


def drawn(case, shape, options, dtype):
    "Inputs and options of one case, floating arrays in `dtype`."
    def cast(x):
        return np.asarray(x, dtype)[()] if np.asarray(x).dtype.kind == "f" else x
    inputs = [Fixed(cast(x.value)) if isinstance(x, Fixed) else np.asarray(cast(x))
              for x in case.inputs(np.random.default_rng(3), shape)]
    return inputs, {name: cast(value(shape)) if callable(value) else value for name, value in options.items()}


def for_torch(options, inputs):
    "Array options as tensors: weights, and pos_weight as a number."
    dtype = inputs[0].dtype
    return {name: torch.tensor(value, dtype=torch.from_numpy(np.zeros(1, dtype)).dtype)
            if name in ("weight", "pos_weight") else value for name, value in options.items()}


def test_every_loss_function_and_every_class_has_a_case():
    assert {name for name, _ in LOSSES} == FUNCTIONS.keys() and len(FUNCTIONS) == 13
    assert {case.cls for case in LOSSES.values()} == set(CLASSES)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_option_of_a_loss_is_asked(name):
    parameters = inspect.signature(FUNCTIONS[name]).parameters.values()
    optional = {p.name for p in parameters if p.default is not p.empty} - {"reduction"}
    assert {o for key, case in LOSSES.items() if key[0] == name for options in case.options
            for o in options} == optional


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("loss, case, shape, options, reduction", CASES)
def test_value_and_gradient_of_every_input_are_those_of_pytorch(loss, case, shape, options, reduction, dtype):
    inputs, options = drawn(case, shape, options, dtype)
    theirs = for_torch(options, inputs)
    assert_agrees_with_torch(lambda *x: loss(*x, reduction=reduction, **options),
                             lambda *x: case.oracle(*x, reduction=reduction, **theirs), inputs,
                             case.tolerance if dtype == np.float64 else None)


@pytest.mark.parametrize("loss, case, shape, options, reduction", CASES)
def test_the_class_is_the_function_with_its_options(loss, case, shape, options, reduction):
    inputs, options = drawn(case, shape, options, np.float64)
    a, b = [leaf(x) for x in inputs], [leaf(x) for x in inputs]
    result, expected = case.cls(reduction=reduction, **options)(*a), loss(*b, reduction=reduction, **options)
    np.testing.assert_array_equal(result.data, expected.data)
    for y in (result, expected):
        y.backward(np.ones(y.shape))
    for x, y in zip(a, b, strict=True):
        if isinstance(x, Tensor):
            np.testing.assert_array_equal(x.grad, y.grad)


@pytest.mark.parametrize("key", LOSSES, ids="-".join)
def test_a_target_never_receives_a_gradient(key):
    case = LOSSES[key]
    inputs, _ = drawn(case, case.shapes[-1], {}, np.float64)
    tensors = [Tensor(x.value, requires_grad=np.asarray(x.value).dtype.kind == "f") if isinstance(x, Fixed)
               else Tensor(x, requires_grad=True) for x in inputs]
    FUNCTIONS[key[0]](*tensors).backward()
    for x, t in zip(inputs, tensors, strict=True):
        assert (t.grad is None) == isinstance(x, Fixed)


@pytest.mark.parametrize("key", LOSSES, ids="-".join)
def test_a_reduced_loss_is_one_number_and_mean_is_the_default(key):
    case = LOSSES[key]
    inputs, _ = drawn(case, case.shapes[-1], {}, np.float64)
    values = [x.value if isinstance(x, Fixed) else x for x in inputs]
    loss = FUNCTIONS[key[0]]
    assert loss(*values).shape == loss(*values, reduction="sum").shape == ()
    assert loss(*values).item() == loss(*values, reduction="mean").item()


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8, np.float64])
def test_class_indices_may_have_any_whole_number_type(dtype):
    x, t = np.random.default_rng(0).normal(size=(5, 3)), np.array([0, 2, 1, 1, 0])
    for name in ("cross_entropy_loss", "nll_loss"):
        loss = FUNCTIONS[name]
        assert loss(x, t.astype(dtype)).item() == loss(x, t).item() == loss(x, Tensor(t)).item() == loss(x,
            t.tolist()).item()


def test_the_default_ignore_index_is_that_of_pytorch():
    x, t = np.random.default_rng(0).normal(size=(4, 3)), np.array([0, -100, 1, -100])
    assert_agrees_with_torch(FUNCTIONS["cross_entropy_loss"], torch.nn.functional.cross_entropy, [x, Fixed(t)])
    assert_agrees_with_torch(FUNCTIONS["nll_loss"], torch.nn.functional.nll_loss, [x, Fixed(t)])


@pytest.mark.parametrize("ours, theirs, more", [
    (cross_entropy_loss, F.cross_entropy, {}), (cross_entropy_loss, F.cross_entropy, {"label_smoothing": 0.2}),
    (nll_loss, F.nll_loss, {})])
@pytest.mark.parametrize("options", [{"ignore_index": 1}, {"weight": [2.0, 0.0, 1.0]}])
@pytest.mark.parametrize("reduction", ["sum", "none"])
def test_rows_none_of_which_counts_have_a_sum_and_terms_but_no_mean(ours, theirs, more, options, reduction):
    x = np.random.default_rng(0).normal(size=(4, 3))
    a, b = leaf(x), torch.tensor(x, requires_grad=True)
    got = ours(a, [1] * 4, reduction=reduction, **options, **more)
    tensors = {name: torch.tensor(value, dtype=b.dtype) if name == "weight" else value for name, value in options.items()}
    expected = theirs(b, torch.tensor([1] * 4), reduction=reduction, **tensors, **more)
    got.sum().backward(), expected.sum().backward()
    np.testing.assert_allclose(got.data, expected.detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(a.grad, b.grad.numpy(), atol=1e-12)
    with pytest.raises(ValueError, match="nothing is left to average.*[Ss]kip this batch"):
        ours(a, [1] * 4, **options, **more)

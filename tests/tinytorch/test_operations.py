"""Every operation of the package, through the table: its value, its rules, and what they never do."""

import re

import numpy as np
import pytest
from checks import Fixed, assert_agrees_with_torch, assert_gradients_are_slopes
from operation_cases import OPERATIONS, collect

from tinytorch import Tensor
from tinytorch.core.tensor import binary, unary

OPS = collect()
CASES = [pytest.param(name, inputs, id=f"{name}-{i}")
         for name, (_, cases) in OPERATIONS.items() for i, inputs in enumerate(cases)]


def differentiable(inputs):
    return [i for i, x in enumerate(inputs) if not isinstance(x, Fixed)]


def call(op, inputs, wanted, dtype=np.float64):
    "The operation on Tensors of `dtype`, of which those in `wanted` require a gradient; Fixed inputs as they are."
    tensors = [x.value if isinstance(x, Fixed) else Tensor(x.astype(dtype), requires_grad=i in wanted)
               for i, x in enumerate(inputs)]
    return tensors, op(*tensors)


def test_every_operation_has_a_case_and_every_case_an_operation():
    assert OPS.keys() == OPERATIONS.keys()


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_rule_has_a_case_that_needs_it(name):
    asked = {i for inputs in OPERATIONS[name][1] for i in differentiable(inputs)}
    written = {i for i, rule in enumerate(OPS[name].rules or ()) if rule is not None}
    assert asked == written, f"rules for inputs {sorted(written)}, cases for {sorted(asked)}"


@pytest.mark.parametrize("name, inputs", CASES)
def test_value_and_gradients_are_those_of_pytorch(name, inputs):
    oracle = OPERATIONS[name][0]
    assert_agrees_with_torch(OPS[name], oracle, inputs)


@pytest.mark.parametrize("name, inputs", CASES)
def test_gradients_are_the_slopes_that_finite_differences_measure(name, inputs):
    assert_gradients_are_slopes(OPS[name], inputs)


@pytest.mark.parametrize("name, inputs", CASES)
def test_float32_stays_float32_in_the_value_and_in_what_each_rule_hands_on(name, inputs):
    inputs = [Fixed(x.value.astype(np.float32)) if isinstance(x, Fixed) and getattr(x.value, "dtype", None)
              == np.float64
              else x for x in inputs]
    tensors, result = call(OPS[name], inputs, differentiable(inputs), np.float32)
    assert result.dtype == np.float32
    values = [x.data if isinstance(x, Tensor) else x for x in tensors]
    for i in differentiable(inputs):
        g = OPS[name].rules[i](np.ones(result.shape, np.float32)[()], result.data, *values)
        assert g.dtype == np.float32, f"the rule of input {i} gives {g.dtype}"


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_rule_of_an_input_that_needs_no_gradient_is_never_called(name, monkeypatch):
    op, inputs = OPS[name], OPERATIONS[name][1][0]
    rules, called = op.rules, []

    def spy(i):
        return lambda *values: called.append(i) or rules[i](*values)
    monkeypatch.setattr(op, "rules", tuple(map(spy, range(len(rules)))))
    for wanted in differentiable(inputs):
        called.clear()
        tensors, result = call(op, inputs, {wanted})
        result.backward(np.ones(result.shape))
        assert called == [wanted]
        assert all(x.grad is None for i, x in enumerate(tensors) if isinstance(x, Tensor) and i != wanted)


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_missing_rule_is_an_error_that_names_the_operation(name, monkeypatch):
    op, inputs = OPS[name], OPERATIONS[name][1][0]
    monkeypatch.setattr(op, "rules", None)
    tensors, result = call(op, inputs, differentiable(inputs))
    with pytest.raises(NotImplementedError, match=re.escape(op.__name__)):
        result.backward(np.ones(result.shape))
    assert all(x.grad is None for x in tensors if isinstance(x, Tensor))


@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_is_recorded_when_no_input_requires_a_gradient(name):
    _, result = call(OPS[name], OPERATIONS[name][1][0], set())
    assert result.op is None and result.inputs == () and not result.requires_grad


@pytest.mark.parametrize("name, inputs", CASES)
def test_a_recorded_operation_can_be_replayed_with_other_values(name, inputs):
    _, result = call(OPS[name], inputs, differentiable(inputs))
    again = result.op.forward(*[x.data for x in result.inputs])
    np.testing.assert_array_equal(again, result.data)


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_gradient_of_a_leaf_is_its_own_writable_array(name):
    op, inputs = OPS[name], max(OPERATIONS[name][1], key=lambda inputs: np.size(inputs[differentiable(inputs)[0]]))
    tensors, result = call(op, inputs, differentiable(inputs))
    g = np.ones(result.shape)
    result.backward(g)
    leaves = [tensors[i] for i in differentiable(inputs)]
    for x in leaves:
        assert isinstance(x.grad, np.generic) or x.grad.flags.writeable
        others = [g, *(y.data for y in leaves), *(y.grad for y in leaves if y is not x)]
        assert not any(np.shares_memory(x.grad, other) for other in others)


def test_values_at_the_bends_and_borders_are_finite():
    x = Tensor([-1.0, 0.0, 1.0], requires_grad=True)
    for y in (x.abs(), x.relu(), x.clip(-1, 1), x ** 0, x ** 2, x.max()):
        x.zero_grad()
        y.sum().backward()
        assert np.isfinite(x.grad).all()


def test_only_numpys_word_on_broadcasting_is_told_in_ours():
    times = binary(lambda a, b: np.einsum("ij,jk->ik", a, b), "times")
    with pytest.raises(ValueError, match="subscripts given in einstein sum") as told:
        times(Tensor(np.ones((5, 2, 3))), np.ones((3, 4)))
    assert "Did you forget a reshape?" not in str(told.value)
    with pytest.raises(ValueError, match="do not broadcast.*Did you forget a reshape?"):
        Tensor(np.ones((2, 3))) + np.ones(4)


def test_shapes_that_meet_inside_of_an_operation_are_named_beside_those_it_was_given():
    share = unary(lambda a: a / a.sum(axis=1), "share")
    with pytest.raises(ValueError) as told:
        share(Tensor(np.ones((2, 3))))
    assert "share: shape (2, 3) became (2, 3) and (2,), which do not broadcast" in str(told.value)
    with pytest.raises(ValueError) as told:
        Tensor(np.ones((2, 3))) * np.ones((4, 3))
    assert "multiply: shapes (2, 3) and (4, 3) do not broadcast" in str(told.value)

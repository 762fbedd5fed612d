"""Everything that micrograd's Value shows works with Tensor."""

import numpy as np
import pytest
import torch

from tinytorch import MLP, Tensor, tanh


def parameter(value):
    return Tensor(np.asarray(value, float), requires_grad=True)


def sanity(x, relu):
    "The first expression of micrograd's own tests."
    z = 2 * x + 2 + x
    q = relu(z) + z * x
    h = relu(z * z)
    return h + q + q * x


def more_operations(a, b, relu):
    "The second: += on results, numbers on either side, division and powers."
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + relu(b + a)
    d += 3 * d + relu(b - a)
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return g


@pytest.mark.parametrize("expression, values", [(sanity, [-4.0]), (more_operations, [-4.0, 2.0])])
def test_micrograds_own_expressions_have_the_value_and_gradients_of_pytorch(expression, values):
    ours, theirs = [parameter(v) for v in values], [torch.tensor(v, dtype=torch.float64, requires_grad=True)
                                                    for v in values]
    result, expected = expression(*ours, lambda x: x.relu()), expression(*theirs, torch.relu)
    result.backward()
    expected.backward()
    assert result.item() == pytest.approx(expected.item(), abs=1e-12)
    assert [x.grad for x in ours] == pytest.approx([x.grad.item() for x in theirs], abs=1e-12)


def test_python_numbers_stand_on_either_side():
    x = parameter(3.0)
    for y, slope in [(2 + x, 1), (x + 2, 1), (2 - x, -1), (x - 2, 1), (2 * x, 2), (x * 2, 2), (6 / x, -6 / 9),
                     (x / 2, 0.5),
                     (2**x, 8 * np.log(2)), (x**2, 6), (-x, -1), (sum([x, x, x]), 3)]:
        x.zero_grad()
        y.backward()
        assert x.grad == pytest.approx(slope)


def test_micrograds_attributes_say_how_a_result_was_made():
    a, b = parameter(1.0), parameter(2.0)
    c = a * b
    assert c._op == "*" and c._prev == {a, b} and a._op == "" and a._prev == set()
    assert c.sum()._prev == {c} == c.mean()._prev
    assert (a + b)._op == "+" and a.relu()._op == "relu"


def test_a_network_of_micrograds_learns_its_four_points():
    xs, ys = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]], [1.0, -1.0, -1.0, 1.0]
    model = MLP(3, [4, 4, 1], activation=tanh, rng=0)
    for _ in range(100):
        loss = sum((model(x) - y) ** 2 for x, y in zip(xs, ys, strict=True)).sum()
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.05 * p.grad
    assert loss.item() < 0.05
    assert MLP(2, [4, 1])([1.0, -2.0]).shape == (1,)

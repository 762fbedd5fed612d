"""The checkers can fail: each error that learners make, planted in a rule, a forward or a loss, is caught by them."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from checks import Fixed, assert_agrees_with_torch, assert_gradients_are_slopes
from loss_cases import LOSSES, collect
from operation_cases import OPERATIONS
from operation_cases import collect as collect_operations

from tinytorch import Tensor
from tinytorch.core import autograd
from tinytorch.nn import losses

OPS, FUNCTIONS = collect_operations(), collect()[0]

# operation, the wrong rule of input i: what a learner wrote
WRONG_RULES = {
    "mean not divided": ("average", 0, lambda g, out, a, axis, keep: autograd.spread(g, a.shape, axis, keep)),
    "sum's axis guessed": ("total", 0, lambda g, out, a, axis, keep: np.resize(g, a.shape)),
    "divide without -1/b²": ("divide", 1, lambda g, out, a, b: g * a),
    "subtract's sign": ("subtract", 1, lambda g, out, a, b: g),
    "transpose of the wrong side": ("matmul", 0, lambda g, out, a, b: g @ b if b.ndim > 1 and g.ndim > 1 else g * 0),
    "the forward permutation again": ("permute", 0, lambda g, out, a, dims: np.resize(np.transpose(g, dims), a.shape)),
    "repeated indices overwrite": ("index", 0, lambda g, out, a, key: overwrite(g, a, key)),
    "relu where not zero": ("relu", 0, lambda g, out, x: g * (x != 0)),
    "softmax's diagonal only": ("softmax_along", 0, lambda g, out, x, axis: g * out * (1 - out)),
    "softmax over axis 0": ("softmax_along", 0, lambda g, out, x,
                            axis: out * (g - (g * out).sum(axis=0, keepdims=True))),
    "upstream ignored": ("index_cross_entropy", 0, lambda g, out, x,
                         t: autograd.index_cross_entropy_x(np.ones_like(g), out, x, t)),
    "L1's sign": ("absolute_error", 0, lambda g, out, p, t: -g * np.sign(p - t)),
    "one side of Huber": ("huber_terms", 0, lambda g, out, p, t, d: g * np.minimum(p - t, d)),
    "GELU's extra term": ("gelu_tanh", 0, lambda g, out, x: autograd.gelu_erf_x(g, out, x)),
    "bias summed twice": ("affine", 2, lambda g, out, x, w, b: 2 * g),
}

# loss, the wrong version of it
WRONG_LOSSES = {
    "sum for mean": ("mse_loss", lambda p, t, reduction: losses.mse_loss(p, t, reduction="sum")),
    "an extra half": ("mse_loss", lambda p, t, reduction: losses.mse_loss(p, t, reduction) * 0.5),
    "divided by rows": ("mse_loss", lambda p, t, reduction: losses.mse_loss(p, t, "sum") / len(p)),
    "cut from the graph": ("l1_loss", lambda p, t, reduction: Tensor(losses.l1_loss(p, t).data) + 0 * p.sum()),
    "not reduced": ("l1_loss", lambda p, t, reduction: losses.l1_loss(p, t, "none")),
    "SmoothL1 for Huber": ("huber_loss", lambda p, t, reduction: losses.huber_loss(p, t, delta=0.5) / 0.5),
    "epsilon in the logarithm": ("bce_loss", lambda p, t,
                                 reduction: -(t * (p + 1e-7).log() + (1 - t) * (1 - p + 1e-7).log()).mean()),
    "binary terms in cross-entropy": ("cross_entropy_loss", lambda x, t, reduction:
                                      losses.bce_loss(x.softmax(), np.eye(x.shape[1])[t], "sum") / len(x)),
    "double softmax": ("cross_entropy_loss", lambda x, t, reduction: losses.cross_entropy_loss(x.softmax(), t)),
    "softmax over the batch": ("cross_entropy_loss", lambda x, t, reduction: losses.nll_loss(x.log_softmax(0), t)),
    "divided by classes too": ("cross_entropy_loss", lambda x, t,
                               reduction: losses.cross_entropy_loss(x, t) / x.shape[1]),
    "squared hinge": ("hinge_loss", lambda p, t, reduction: (losses.hinge_loss(p, t, "none") ** 2).mean()),
    "KL in bits": ("kl_div_loss", lambda x, t, reduction: losses.kl_div_loss(x, t) / np.log(2)),
    "one maximum for the batch": ("triplet_loss", lambda a, p, n,
                                  reduction: losses.triplet_loss(a.flatten(), p.flatten(), n.flatten())),
}


def overwrite(g, a, key):
    gradient = np.zeros_like(a)
    gradient[key] = g
    return gradient


def caught(check, *arguments):
    "Whether the checker fails, or stops at a shape that does not fit."
    try:
        check(*arguments)
    except (AssertionError, ValueError, IndexError, TypeError):
        return True
    return False


@pytest.mark.parametrize("name, i, wrong", WRONG_RULES.values(), ids=WRONG_RULES)
def test_a_wrong_rule_is_caught_by_finite_differences_and_by_pytorch(name, i, wrong, monkeypatch):
    op, (oracle, cases) = OPS[name], OPERATIONS[name]
    assert not any(caught(assert_gradients_are_slopes, op, inputs) for inputs in cases)
    monkeypatch.setattr(op, "rules", (*op.rules[:i], wrong, *op.rules[i + 1:]))
    assert any(caught(assert_gradients_are_slopes, op, inputs) for inputs in cases)
    assert any(caught(assert_agrees_with_torch, op, oracle, inputs) for inputs in cases)


@pytest.mark.parametrize("name, wrong", WRONG_LOSSES.values(), ids=WRONG_LOSSES)
def test_a_wrong_loss_is_caught_by_pytorch(name, wrong):
    case = next(case for key, case in LOSSES.items() if key[0] == name)
    inputs = case.inputs(np.random.default_rng(3), (5, 3))
    assert not caught(assert_agrees_with_torch, FUNCTIONS[name], case.oracle, inputs)
    assert caught(assert_agrees_with_torch, lambda *x: wrong(*x, reduction="mean"), case.oracle, inputs)


@pytest.mark.parametrize("scale", [100, 1e4])
def test_an_unshifted_exponential_is_caught_at_large_scores(scale):
    def naive(x, t):
        e = x.exp()
        return -((e / e.sum(axis=1, keepdims=True))[np.arange(4), t]).log().mean()
    inputs = [np.random.default_rng(0).normal(scale=scale, size=(4, 3)).astype(np.float32),
              Fixed(np.array([0, 2, 1, 1]))]
    with np.errstate(all="ignore"):
        assert caught(assert_agrees_with_torch, naive, F.cross_entropy, inputs)


def test_an_input_changed_in_place_is_caught():
    def careless(p, t):
        t[t == 0] = 1e-9
        return losses.kl_div_loss(p, t)
    x, t = np.log([0.5, 0.5]), np.array([0.0, 1.0])
    assert caught(assert_agrees_with_torch, careless, F.kl_div, [x, Fixed(t)])


@pytest.mark.parametrize("wrong", [lambda x: Tensor(x.data.astype(np.float32)) + 0 * x, lambda x: (x * 1)[None]],
                         ids=["dtype", "shape"])
def test_another_dtype_or_shape_is_caught(wrong):
    assert caught(assert_agrees_with_torch, lambda x: wrong(x), lambda x: torch.clone(x), [np.ones(3)])

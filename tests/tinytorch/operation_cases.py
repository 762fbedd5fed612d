"""For every operation of the package: its meaning in PyTorch, and inputs that do not hide a mistake.

No square matrices, no sizes of 1 without one of them broadcasting, no equal axes; every kind of argument appears.
"""

import numpy as np
import torch
import torch.nn.functional as F
from checks import Fixed

from tinytorch.core import tensor
from tinytorch.nn import activations, layers, losses

MODULES = (tensor, activations, layers, losses)


def collect(modules=MODULES):
    "Every operation of the package: each object that has a forward and a place for rules, by its name in its module."
    found = {}
    for module in modules:
        for name, value in vars(module).items():
            if hasattr(value, "forward") and hasattr(value, "rules") and value not in found.values():
                assert name not in found, f"two operations are called {name}"
                found[name] = value
    return found


rng = np.random.default_rng(7)
PAIRS = [((), ()), ((3,), ()), ((2, 3), (3,)), ((2, 1), (1, 3)), ((4, 1, 3), (2, 1)), ((2, 3, 4), (2, 3, 4))]
SHAPES = [(), (1,), (5,), (2, 3), (2, 3, 4)]


def normal(*shape):
    "Normal numbers, at least 0.05 away from the bends at 0 and ±1, where slopes jump."
    x = rng.standard_normal(shape)
    for bend in (-1, 0, 1):
        x = np.where(abs(x - bend) < 0.05, x + 0.1, x)
    return x


def positive(*shape):
    return rng.uniform(0.3, 2, shape)


def probabilities(*shape):
    return rng.uniform(0.05, 0.95, shape)


def rows(*shape):
    "Rows of probabilities."
    p = positive(*shape)
    return p / p.sum(axis=-1, keepdims=True)


def one_input(draw):
    return [(draw(*shape),) for shape in SHAPES]


def two_inputs(draw_a, draw_b=None):
    return [(draw_a(*a), (draw_b or draw_a)(*b)) for a, b in PAIRS]


def with_target(draw, draw_target):
    return [(draw(*shape), Fixed(draw_target(*shape))) for shape in SHAPES]


def signs(*shape):
    return rng.choice([-1.0, 1.0], shape)


def reductions(*, tuples=True):
    axes = [None, 0, 1, -1] + [(0, 2), (1, -1)] * tuples
    return [(normal(2, 3, 4), Fixed(axis), Fixed(keep)) for axis in axes for keep in (False, True)]


def torch_sum(x, axis, keepdims):
    return x.sum(dim=axis, keepdim=keepdims) if axis is not None or keepdims else x.sum()


def torch_mean(x, axis, keepdims):
    return x.mean(dim=axis, keepdim=keepdims)


def torch_max(x, axis, keepdims):
    return x.amax(dim=() if axis is None else axis, keepdim=keepdims)



def pick(x, index):
    return x.gather(-1, index[..., None])[..., 0]


def along(draw):
    return [(draw(*shape), Fixed(axis)) for shape, axis in [((4,), 0), ((2, 3), 0), ((2, 3), -1), ((2, 3, 4), 1)]]


def indexed(draw):
    return [(draw(4), Fixed(np.array(2))), (draw(5, 3), Fixed(np.array([2, 0, 0, 1, 2]))),
            (draw(2, 3, 4), Fixed(rng.integers(0, 4, (2, 3))))]


def soft(draw):
    return [(draw(*shape), Fixed(rows(*shape))) for shape in [(4,), (5, 3), (2, 3, 4)]]


def options(draw, *values):
    return [(draw(*shape), *map(Fixed, values)) for shape in SHAPES]


KEYS = [1, -1, slice(None, None, -1), (slice(None), 1), (..., 2), (None, 0), [0, 0, 1], ([0, 1, 0], [2, 2, 2]),
        (slice(None), [2, 0, 2]), ((0, 0, 1),), np.array([True, False]), np.array([[0, 1], [1, 1]])]
MATRICES = [((4,), (4,)), ((2, 4), (4,)), ((4,), (4, 3)), ((2, 4), (4, 3)), ((5, 2, 4), (4, 3)), ((4,), (5, 4, 3)),
            ((5, 2, 4), (4,)), ((2, 4), (5, 4, 3)), ((6, 1, 2, 4), (5, 4, 3))]
CONDITIONS = [((), (), ()), ((2, 3), (2, 3), ()), ((3,), (2, 1), (2, 3)), ((2, 3), (3,), (2, 1))]

# name of the operation: (its meaning in PyTorch, [inputs, …]); inputs in Fixed(…) get no gradient
OPERATIONS = {
    "add": (torch.add, two_inputs(normal)),
    "subtract": (torch.sub, two_inputs(normal)),
    "multiply": (torch.mul, two_inputs(normal)),
    "divide": (torch.div, two_inputs(normal, positive)),
    "power": (torch.pow, two_inputs(positive, normal) + [(normal(2, 3), Fixed(n)) for n in (0, 1, 2, 3.0, -1, -2)]
              + [(np.array([0.0, -1.5, 2.0]), Fixed(n)) for n in (0, 1, 2, 3)]
              + [(Fixed(2.0), normal(3)), (Fixed(2), normal(3))]),
    "negate": (torch.neg, one_input(normal)),
    "exp": (torch.exp, one_input(normal)),
    "log": (torch.log, one_input(positive)),
    "sqrt": (torch.sqrt, one_input(positive)),
    "absolute": (torch.abs, one_input(normal)),
    "clip": (torch.clamp, options(normal, -1, 1) + options(normal, None, 0) + options(normal, 0, None)),
    "where_op": (torch.where, [(Fixed(rng.random(c) < 0.5), normal(*a), normal(*b)) for c, a, b in CONDITIONS]),
    "matmul": (torch.matmul, [(normal(*a), normal(*b)) for a, b in MATRICES]),
    "total": (torch_sum, reductions()),
    "average": (torch_mean, reductions()),
    "largest": (torch_max, reductions()),
    "reshape": (torch.reshape, [(normal(2, 6), Fixed(s)) for s in [(3, 4), (-1,), (12,), (2, 3, 2), (1, -1)]]),
    "permute": (torch.permute, [(normal(2, 3, 4), Fixed(d)) for d in [(1, 2, 0), (2, 0, 1), (0, 2, 1), (-1, 0, 1)]]
                + [(normal(2, 3), Fixed((1, 0)))]),
    "index": (lambda x, k: x.flip(0) if k == slice(None, None, -1) else x[k], [(normal(2, 3), Fixed(k)) for k in KEYS]),
    "relu": (F.relu, one_input(normal)),
    "leaky": (F.leaky_relu, options(normal, 0.1)),
    "sigmoid": (torch.sigmoid, one_input(normal)),
    "tanh": (torch.tanh, one_input(normal)),
    "gelu_erf": (F.gelu, one_input(normal)),
    "gelu_tanh": (lambda x: F.gelu(x, approximate="tanh"), one_input(normal)),
    "softmax_along": (torch.softmax, along(normal)),
    "log_softmax_along": (torch.log_softmax, along(normal)),
    "affine": (lambda x, w, b: x @ w + b, [(normal(*s, 4), normal(4, 3), normal(3)) for s in [(), (5,), (2, 5)]]),
    "squared_error": (lambda p, t: (p - t) ** 2, with_target(normal, normal)),
    "absolute_error": (lambda p, t: (p - t).abs(), with_target(normal, normal)),
    "huber_terms": (lambda p, t, delta: F.huber_loss(p, t, delta=delta, reduction="none"),
                    [(normal(*s), Fixed(normal(*s)), Fixed(0.7)) for s in SHAPES]),
    "bce_terms": (lambda p, t: F.binary_cross_entropy(p, t, reduction="none"),
                  with_target(probabilities, probabilities)),
    "bce_with_logits_terms": (
        lambda x, y, w: F.binary_cross_entropy_with_logits(x, y, pos_weight=w, reduction="none"),
        [(normal(*s), Fixed(probabilities(*s)), Fixed(w)) for s in SHAPES for w in (None, np.array(2.5))]
        + [(normal(2, 3), Fixed(probabilities(2, 3)), Fixed(positive(3)))]),
    "index_cross_entropy": (lambda x, t: -pick(x.log_softmax(-1), t), indexed(normal)),
    "soft_cross_entropy": (lambda x, t: -(t * x.log_softmax(-1)).sum(-1), soft(normal)),
    "chosen_log_probability": (lambda x, t: -pick(x, t), indexed(normal)),
    "expected_log_probability": (lambda x, t: -(t * x).sum(-1), soft(normal)),
    "kl_terms": (lambda x, t: F.kl_div(x, t, reduction="none"),
                 soft(normal) + [(normal(3), Fixed(np.array([0, 0.3, 0.7])))]),
    "hinge_terms": (lambda p, t: F.relu(1 - p * t), with_target(normal, signs)),
    "half_square": (lambda w: w * w / 2, one_input(normal)),
}

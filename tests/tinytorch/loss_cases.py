"""For every loss of the package: its meaning in PyTorch, its options, and inputs that do not hide a mistake.

Each oracle is called as oracle(*inputs, reduction=…, **options) on torch tensors; where PyTorch has no such loss it is
the formula, differentiated by PyTorch.
"""

import inspect
from dataclasses import dataclass, field

import numpy as np
import torch
import torch.nn.functional as F
from checks import Fixed

from tinytorch.nn import losses

REDUCTIONS = ("mean", "sum", "none")
SHAPES = [(), (1,), (5,), (4, 3), (2, 3, 4)]
CLASSES = [(4,), (5, 3), (2, 3, 4)]  # (C,), (N, C), (N, C, d)


@dataclass
class Case:
    "The class that goes with a loss function, its oracle, and how inputs are drawn: inputs(rng, shape) → a list."
    cls: type
    oracle: object
    inputs: object
    shapes: list = field(default_factory=lambda: SHAPES)
    options: list = field(default_factory=lambda: [{}])
    reductions: tuple = REDUCTIONS
    tolerance: float = 1e-9  # in float64


def collect():
    "Every loss function of the package by name, and every class of losses."
    functions = {name: f for name, f in vars(losses).items() if inspect.isfunction(f) and not hasattr(f, "rules")
                 and (name.endswith("_loss") or name == "l1_regularization")}
    return functions, [c for c in vars(losses).values()
                       if inspect.isclass(c) and issubclass(c, losses.Loss) and c is not losses.Loss]


def reduced(terms, reduction):
    return terms if reduction == "none" else getattr(terms, reduction)()


def formula(term):
    "The oracle of a loss whose `term` PyTorch lacks."
    return lambda *inputs, reduction="mean", **options: reduced(term(*inputs, **options), reduction)


def errors(rng, shape):
    "Predictions that are wrong by little and by much, so that Huber and L1 meet both their sides."
    target = rng.normal(size=shape)
    return [target + rng.choice([-3, -0.2, 0.1, 2], shape) * rng.uniform(0.5, 1.5, shape), Fixed(target)]


def chances(rng, shape):
    "Probabilities, and targets both certain and soft."
    return [rng.uniform(size=shape), Fixed(rng.choice([0, 1, 0.3], shape))]


def certainties(rng, shape):
    "Probabilities of exactly 0 and 1, right and wrong."
    return [rng.choice([0.0, 1.0], shape), Fixed(rng.choice([0, 1, 0.3], shape))]


def logits(scale=1.0, shift=0.0):
    def draw(rng, shape):
        return [rng.normal(scale=scale, size=shape).clip(-1e4, 1e4) + shift, Fixed(rng.choice([0, 1, 0.3], shape))]
    return draw


def scores(shape, rng, scale, shift):
    return rng.normal(scale=scale, size=shape).clip(-1e4, 1e4) + shift


def indices(scale=1.0, shift=0.0):
    "Scores and class indices: every class but the last once at least, where there are rows enough."
    def draw(rng, shape):
        n = shape[1] if len(shape) > 1 else shape[0]
        index = np.resize(rng.permutation(n), shape[:1] + shape[2:] if len(shape) > 1 else ())
        return [scores(shape, rng, scale, shift), Fixed(index)]
    return draw


def one_hot(rng, shape):
    x, index = indices()(rng, shape)
    n = shape[1] if len(shape) > 1 else shape[0]
    t = np.eye(n)[index.value]
    return [x, Fixed(np.ascontiguousarray(np.moveaxis(t, -1, 1) if t.ndim > 2 else t))]


def distributions(scale=1.0, shift=0.0):
    def draw(rng, shape):
        axis = 1 if len(shape) > 1 else 0
        t = rng.uniform(0.1, 1, shape)
        return [scores(shape, rng, scale, shift), Fixed(t / t.sum(axis=axis, keepdims=True))]
    return draw


def divergence(rng, shape):
    "Log-probabilities and probabilities, zeros among them."
    t = rng.uniform(0.1, 1, shape) * (rng.random(shape) > 0.3)
    return [-rng.uniform(0.1, 5, shape), Fixed(t / max(t.sum(), 1))]


def margins(rng, shape):
    return [rng.normal(scale=2, size=shape), Fixed(rng.choice([-1.0, 1.0], shape))]


def directions(rng, shape):
    "Rows near and far from each other, and signs of both kinds."
    a = rng.normal(size=shape)
    b = a * rng.choice([-1, 1], (*shape[:-1], 1)) + 0.5 * rng.normal(size=shape)
    return [a, b, Fixed(np.resize([1.0, -1.0, -1.0, 1.0], shape[:-1])[()])]


def directions_with_zeros(rng, shape):
    a, b, target = directions(rng, shape)
    b[0], a[1] = 0, 0
    return [a, b, target]


def triplets(rng, shape):
    a = rng.normal(size=shape)
    return [a, a + 0.5 * rng.normal(size=shape), a + 0.7 * rng.normal(size=shape)]


def weights(rng, shape):
    return [rng.normal(size=shape)]


def nll_oracle(x, t, weight=None, reduction="mean", **options):
    "PyTorch's nll_loss takes indices only; probabilities by their formula."
    if not t.is_floating_point():
        return F.nll_loss(x, t, weight=weight, reduction=reduction, **options)
    axis = 1 if x.ndim > 1 else 0
    w = 1 if weight is None else weight.reshape(-1, *[1] * (x.ndim - axis - 1))
    return reduced(-(t * w * x).sum(axis), reduction)


def cosine_oracle(a, b, t, reduction="mean", margin=0.0):
    "PyTorch's takes (N, D) and (D,); more axes as more rows."
    if a.ndim < 3:
        return F.cosine_embedding_loss(a, b, t, margin=margin, reduction=reduction)
    terms = F.cosine_embedding_loss(a.flatten(0, -2), b.flatten(0, -2), t.flatten(), margin=margin, reduction="none")
    return reduced(terms.reshape(a.shape[:-1]), reduction)


def bce_with_logits_oracle(x, t, pos_weight=None, reduction="mean"):
    return F.binary_cross_entropy_with_logits(x, t, pos_weight=pos_weight, reduction=reduction)


def per_class(*values):
    "Class weights as many as a shape has classes."
    return lambda shape: np.array(values)[:shape[1] if len(shape) > 1 else shape[0]]


CLASS_OPTIONS = [{}, {"weight": per_class(0.5, 2, 1.5, 0.2)}]
INDEX_OPTIONS = CLASS_OPTIONS + [{"ignore_index": 2}, {"weight": per_class(0.5, 2, 1.5, 0.2), "ignore_index": 0}]
SMOOTH = [o | {"label_smoothing": 0.2} for o in INDEX_OPTIONS]
ROWS = [(3,), (4, 3), (2, 3, 4)]
CE, NLL = losses.CrossEntropyLoss, losses.NLLLoss

# (name of the function, kind of case): how it is tested
LOSSES = {
    ("mse_loss", ""): Case(losses.MSELoss, F.mse_loss, errors),
    ("l1_loss", ""): Case(losses.L1Loss, F.l1_loss, errors),
    ("huber_loss", ""): Case(losses.HuberLoss, F.huber_loss, errors, options=[{}, {"delta": 0.15}, {"delta": 2.5}]),
    ("bce_loss", ""): Case(losses.BCELoss, F.binary_cross_entropy, chances),
    ("bce_loss", "certain"): Case(losses.BCELoss, F.binary_cross_entropy, certainties),
    **{("bce_with_logits_loss", f"to {scale:g}"): Case(
        losses.BCEWithLogitsLoss, bce_with_logits_oracle, logits(scale),
        options=[{}, {"pos_weight": 3.0},
                 {"pos_weight": lambda shape: np.linspace(0.5, 2, shape[-1]) if shape else 2.0}])
       for scale in (1, 30, 5e3)},
    **{("cross_entropy_loss", f"indices, to {scale:g}"): Case(CE, F.cross_entropy, indices(scale), CLASSES,
                                                           INDEX_OPTIONS + SMOOTH) for scale in (1, 30, 5e3)},
    ("cross_entropy_loss", "indices, about 9996"): Case(CE, F.cross_entropy, indices(1, 9996), CLASSES,
                                                        INDEX_OPTIONS + SMOOTH),
    ("cross_entropy_loss", "one-hot"): Case(CE, F.cross_entropy, one_hot, CLASSES, CLASS_OPTIONS + SMOOTH[:2]),
    **{("cross_entropy_loss", f"probabilities, to {scale:g} about {shift}"): Case(
        CE, F.cross_entropy, distributions(scale, shift), CLASSES, CLASS_OPTIONS + SMOOTH[:2])
       for scale, shift in [(1, 0), (5e3, 0), (1, 9996)]},
    ("nll_loss", "indices"): Case(NLL, nll_oracle, indices(), CLASSES, INDEX_OPTIONS),
    ("nll_loss", "one-hot"): Case(NLL, nll_oracle, one_hot, CLASSES, CLASS_OPTIONS),
    ("nll_loss", "probabilities"): Case(NLL, nll_oracle, distributions(), CLASSES, CLASS_OPTIONS),
    ("kl_div_loss", ""): Case(losses.KLDivLoss, F.kl_div, divergence, reductions=(*REDUCTIONS, "batchmean")),
    ("hinge_loss", ""): Case(losses.HingeLoss, formula(lambda p, t: torch.relu(1 - p * t)), margins),
    ("l2_loss", ""): Case(losses.L2Loss, formula(lambda w: w * w / 2), weights),
    ("l1_regularization", ""): Case(losses.L1Regularization, formula(torch.abs), weights),
    ("cosine_embedding_loss", ""): Case(losses.CosineEmbeddingLoss, cosine_oracle, directions, ROWS,
                                        [{}, {"margin": 0.3}, {"margin": -0.4}]),
    ("cosine_embedding_loss", "rows of zeros"): Case(
        losses.CosineEmbeddingLoss, cosine_oracle, directions_with_zeros, [(4, 3)]),
    ("triplet_loss", ""): Case(losses.TripletMarginLoss, F.triplet_margin_loss, triplets, ROWS, [{}, {"margin": 0.2}]),
}

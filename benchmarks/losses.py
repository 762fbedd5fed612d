"""Losses over a million elements, float32, forward and backward, against PyTorch."""

import numpy as np
import torch
import torch.nn.functional as F

import tinytorch as tt

from .measure import rows

SHAPE = (1024, 1000)


def job(loss, x, *rest):
    def run():
        x.grad = None
        loss(x, *rest).backward()
    return run


def measure():
    rng = np.random.default_rng(0)
    scores, index = 2 * rng.normal(size=SHAPE).astype("f"), rng.integers(0, SHAPE[1], SHAPE[0])
    chances = rng.random(SHAPE, dtype="f")
    shares = chances / chances.sum(axis=1, keepdims=True)
    logp = tt.log_softmax(scores).data
    table = [("cross-entropy (1024 × 1000)", tt.cross_entropy_loss, F.cross_entropy, scores, index),
             ("BCE with logits", tt.bce_with_logits_loss, F.binary_cross_entropy_with_logits, scores, chances),
             ("MSE", tt.mse_loss, F.mse_loss, scores, chances), ("L1", tt.l1_loss, F.l1_loss, scores, chances),
             ("Huber", tt.huber_loss, F.huber_loss, scores, chances),
             ("KL divergence", lambda x, t: tt.kl_div_loss(x, t, reduction="batchmean"),
              lambda x, t: F.kl_div(x, t, reduction="batchmean"), logp, shares)]
    return [row for name, ours, theirs, x, t in table for row in rows(
        f"{name}, a million elements",
        {"tinytorch": job(ours, tt.Tensor(x, requires_grad=True), t),
         "PyTorch": job(theirs, torch.tensor(x, requires_grad=True), torch.tensor(t))}, {"PyTorch": 0.75})]

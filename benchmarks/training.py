"""Training: micrograd's moons (2-16-16-1, 100 points, hinge + L2) and a network for digits (784-128-10, batch 64)."""

import numpy as np
import torch
import torch.nn.functional as F

from tinytorch import MLP, Tensor, cross_entropy_loss, hinge_loss

from .measure import rows

ALPHA, RATE = 1e-4, 0.1


def moons(n=100):
    "Two half circles with noise: points (n, 2) and signs (n, 1), float32."
    rng = np.random.default_rng(0)
    angle, side = rng.uniform(0, np.pi, n), rng.choice([-1.0, 1.0], n)
    points = np.stack([side * np.cos(angle) + (side < 0), side * np.sin(angle) + (side < 0) / 2], axis=1)
    return (points + rng.normal(scale=0.1, size=points.shape)).astype("f"), side[:, None].astype("f")


def digits(n=64):
    rng = np.random.default_rng(0)
    return rng.random((n, 784)).astype("f"), rng.integers(0, 10, n)


def weights(sizes):
    "The same beginning for everyone."
    return [p.data for p in MLP(sizes[0], sizes[1:], rng=0).parameters()]


def tinytorch_steps(sizes, loss, steps):
    model = MLP(sizes[0], sizes[1:], rng=0)
    parameters = model.parameters()

    def job():
        for _ in range(steps):
            model.zero_grad()
            loss(model, parameters).backward()
            for p in parameters:
                p.data -= RATE * p.grad
    return job


def pytorch_steps(sizes, loss, steps):
    layers = [layer for n, m in zip(sizes[:-1], sizes[1:], strict=True)
              for layer in (torch.nn.Linear(n, m), torch.nn.ReLU())]
    model = torch.nn.Sequential(*layers[:-1])
    parameters = list(model.parameters())
    for p, w in zip(parameters, weights(sizes), strict=True):
        p.data[:] = torch.tensor(w.T)

    def job():
        for _ in range(steps):
            model.zero_grad()
            loss(model, parameters).backward()
            with torch.no_grad():
                for p in parameters:
                    p -= RATE * p.grad
    return job


def numpy_steps(sizes, x, loss, steps, alpha=0.0):
    "A network by hand: `loss` turns the scores into (L, dL/dscores); `alpha` times the squared weights is added."
    parameters = [w.copy() for w in weights(sizes)]
    pairs = list(zip(parameters[::2], parameters[1::2], strict=True))

    def step():
        inputs = [x]
        for w, b in pairs:
            z = inputs[-1] @ w + b
            inputs.append(np.maximum(z, 0))
        value, g = loss(z)
        grads = []
        for (w, _), a in zip(pairs[::-1], inputs[-2::-1], strict=True):
            grads += [g.sum(axis=0), a.T @ g]
            if a is not x:
                g = g @ w.T * (a > 0)
        if alpha:
            value += alpha * sum((p * p).sum() for p in parameters)
            grads = [dp + 2 * alpha * p for p, dp in zip(parameters[::-1], grads, strict=True)]
        for p, dp in zip(parameters[::-1], grads, strict=True):
            p -= RATE * dp
        return value

    def job():
        for _ in range(steps):
            step()
    return job


def moons_rows():
    x, y = moons()
    tx, ty, sizes = torch.tensor(x), torch.tensor(y), [2, 16, 16, 1]

    def hinge(scores):
        terms = np.maximum(0, 1 - scores * y)
        return terms.mean(), -y * (terms > 0) / y.size
    jobs = {
        "tinytorch": tinytorch_steps(sizes, lambda model, ps: hinge_loss(model(x), y)
                                     + ALPHA * sum((p * p).sum() for p in ps), 100),
        "raw NumPy": numpy_steps(sizes, x, hinge, 100, ALPHA),
        "PyTorch": pytorch_steps(sizes, lambda model, ps: torch.relu(1 - model(tx) * ty).mean()
                                 + ALPHA * sum((p * p).sum() for p in ps), 100)}
    return rows("moons: 100 steps", jobs, {"raw NumPy": 1.7, "PyTorch": 0.5})


def digits_rows():
    x, y = digits()
    tx, ty, sizes, each = torch.tensor(x), torch.tensor(y), [784, 128, 10], np.arange(len(y))

    def cross_entropy(scores):
        z = scores - scores.max(axis=1, keepdims=True)
        e = np.exp(z)
        total = e.sum(axis=1, keepdims=True)
        g = e / total
        g[each, y] -= 1
        return (np.log(total[:, 0]) - z[each, y]).mean(), g / len(y)
    data = Tensor(x)
    jobs = {"tinytorch": tinytorch_steps(sizes, lambda model, _: cross_entropy_loss(model(data), y), 1),
            "raw NumPy": numpy_steps(sizes, x, cross_entropy, 1),
            "PyTorch": pytorch_steps(sizes, lambda model, _: F.cross_entropy(model(tx), ty), 1)}
    # Twenty steps in a row, as in training: the first of them finds code and data cold, PyTorch's most of all.
    return rows("784-128-10, batch 64: one step", jobs, {"raw NumPy": 1.06, "PyTorch": 1.0}, repeats=51, loops=20)


def measure():
    return moons_rows() + digits_rows()

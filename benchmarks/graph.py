"""A graph of 100,000 operations: its time, and its memory for each node."""

import tracemalloc

import numpy as np
import torch

from tinytorch import Tensor

from .measure import Row, medians

OPERATIONS = 100_000


def build(x, w):
    y = x
    for _ in range(OPERATIONS // 2):
        y = y * w + x
    return y


def bytes_a_node():
    x, w = Tensor(np.float64(0.5), requires_grad=True), Tensor(np.float64(0.9), requires_grad=True)
    tracemalloc.start()
    y = build(x, w)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return held / OPERATIONS if y.op else 0


def measure():
    x, w = (Tensor(np.float64(v), requires_grad=True) for v in (0.5, 0.9))
    tx, tw = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (0.5, 0.9))
    seconds = medians({"tinytorch": lambda: build(x, w).backward(), "PyTorch": lambda: build(tx, tw).backward()},
                      repeats=5)
    return [Row("a graph of 100,000 operations", seconds["tinytorch"], target=0.3),
            Row("a graph of 100,000 operations", seconds["tinytorch"], "PyTorch", seconds["PyTorch"]),
            Row("a graph: memory for each node", bytes_a_node(), target=200, unit="bytes")]

"""Submissions that look unusual and are right: each keeps full marks. {student: cells merged over the right ones}"""

INNOCENTS = {}

INNOCENTS["innocent_prints"] = {
    "mse_loss": """#| export
import sys

def mse_loss(pred, target, reduction="mean"):
    print("loss of", pred.data, "FAILED", file=sys.stderr)
    print("score: 0" * 1000)
    if pred.shape != target.shape:
        print("different shapes!")
        raise ValueError(f"{pred.shape} and {target.shape}")
    d = pred - target.data
    return reduce_terms(d * d, reduction)
"""
}
INNOCENTS["innocent_warns"] = {
    "mse_loss": """#| export
import logging
import warnings

np.seterr(all="raise")
warnings.simplefilter("always")
log = logging.getLogger("mine")
logging.basicConfig(level=logging.DEBUG)

def mse_loss(pred, target, reduction="mean"):
    warnings.warn("careful", DeprecationWarning, stacklevel=2)
    log.warning("asked for %s", reduction)
    assert pred.shape == target.shape, "shapes differ"
    d = pred - target.data
    return reduce_terms(d * d, reduction)
"""
}
INNOCENTS["innocent_classes"] = {
    "reduce": """#| export
from abc import ABC, abstractmethod
from enum import Enum

class Reduction(Enum):
    MEAN, SUM, NONE = "mean", "sum", "none"

class Loss(ABC):
    def __init__(self, reduction):
        self.reduction = Reduction(reduction)

    @abstractmethod
    def terms(self, pred, target): ...

    def __call__(self, pred, target):
        if pred.shape != target.shape:
            raise ValueError("shapes differ")
        terms = self.terms(pred, target)
        return terms if self.reduction is Reduction.NONE else getattr(terms, self.reduction.value)()
""",
    "mse_loss": """#| export
class Squared(Loss):
    def terms(self, pred, target):
        d = pred - target.data
        return d * d

def mse_loss(pred, target, reduction="mean"):
    return Squared(reduction)(pred, target)
""",
    "l1_loss": """#| export
class Absolute(Loss):
    def terms(self, pred, target):
        return (pred - target.data).abs()

def l1_loss(pred, target, reduction="mean"):
    return Absolute(reduction)(pred, target)
""",
}
INNOCENTS["innocent_modules"] = {
    "reduce": """#| export
import sys
import types

source = '''
def reduce_terms(terms, reduction):
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(reduction)
    return terms if reduction == "none" else getattr(terms, reduction)()
'''
tools = types.ModuleType("my_tools")
exec(source, tools.__dict__)
sys.modules["my_tools"] = tools
from my_tools import reduce_terms
from tinytorch.core import tensor as core
import tinytorch
assert core.Tensor is Tensor is tinytorch.core.Tensor
"""
}
INNOCENTS["innocent_decorators"] = {
    "mse_loss": """#| export
import functools
import time
import typing

seen: typing.Dict[str, int] = {}

def counted(function):
    @functools.wraps(function)
    def wrapper(*inputs, **options):
        started = time.perf_counter()
        try:
            return function(*inputs, **options)
        finally:
            seen[function.__name__] = seen.get(function.__name__, 0) + 1
            seen["time"] = time.perf_counter() - started
    return wrapper

@functools.lru_cache(maxsize=None)
def reducer(word):
    return {"mean": lambda x: x.mean(), "sum": lambda x: x.sum(), "none": lambda x: x}[word]

@counted
def mse_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("shapes differ")
    d = pred - target.data
    return reducer(reduction)(d * d)
"""
}
INNOCENTS["innocent_double_precision"] = {
    "mse_loss": """#| export
def mse_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("shapes differ")
    d = pred * np.float64(1) - target.data.astype(np.float64)
    return reduce_terms(d * d, reduction)
"""
}
INNOCENTS["innocent_slow_loops"] = {
    "mse_loss": """#| export
import math
import random

def mse_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("shapes differ")
    total = 0.0
    for _ in range(20_000):
        total += math.sqrt(random.random())
    d = pred - target.data
    terms = d * d
    if reduction == "none":
        return terms
    if reduction == "sum":
        return terms.sum()
    if reduction == "mean":
        return terms.sum() * (1 / pred.data.size)
    raise ValueError(reduction)
"""
}
INNOCENTS["innocent_recursion"] = {
    "mse_loss": """#| export
def power(x, n):
    return x if n == 1 else x * power(x, n - 1)

def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)

def mse_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape or depth(500) != 500:
        raise ValueError("shapes differ")
    return reduce_terms(power(pred - target.data, 2), reduction)
"""
}
INNOCENTS["innocent_imports"] = {
    "imports": """#| export
from __future__ import annotations

import bisect, collections, collections.abc, contextlib, copy, dataclasses, datetime, decimal, enum, fractions
import functools, heapq, inspect, io, itertools, json, logging, math, numbers, operator, os, pathlib, pprint, queue
import random, re
import statistics, string, sys, textwrap, time, traceback, types, typing, unittest, uuid, warnings, weakref
import numpy as np
import numpy.linalg, numpy.random, numpy.testing
from dataclasses import dataclass, field
from typing import Callable, Optional, Union, List
from tinytorch.core.tensor import Tensor
""",
    "mse_loss": """#| export
@dataclass(frozen=True)
class Options:
    reduction: str = "mean"
    started: datetime.datetime = field(default_factory=datetime.datetime.now)

def mse_loss(pred: Tensor, target: Tensor, reduction: Optional[str] = "mean") -> Tensor:
    random.seed(1); np.random.seed(1)
    options = copy.deepcopy(Options(reduction))
    if pred.shape != target.shape:
        raise ValueError("shapes differ")
    d = functools.reduce(operator.mul, itertools.repeat(pred - target.data, 2))
    return reduce_terms(d, options.reduction)
""",
}
INNOCENTS["innocent_nested_functions"] = {
    "mse_loss": """#| export
def make(power):
    def terms(pred, target):
        def one():
            return pred - target.data
        d = one()
        return d * d if power == 2 else d.abs()
    def loss(pred, target, *, reduction="mean", _reduce=reduce_terms):
        if pred.shape != target.shape:
            raise IndexError("shapes differ")
        return _reduce(terms(pred, target), reduction)
    return lambda pred, target, reduction="mean": loss(pred, target, reduction=reduction)

mse_loss = make(2)
""",
    "l1_loss": "#| export\nl1_loss = make(1)\n",
}
INNOCENTS["innocent_other_algorithm"] = {
    "mse_loss": """#| export
def mse_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("shapes differ")
    y = target.data
    terms = pred * pred - pred * (2.0 * y).astype(y.dtype) - (-y * y)
    return reduce_terms(terms, reduction)
"""
}
INNOCENTS["innocent_that_draws_and_saves"] = {
    "extra": """#| export
try:
    import matplotlib.pyplot as plt
except ImportError:
    plt = None
try:
    open("history.txt", "w").write("loss")
except OSError as error:
    print("cannot save:", error)
if __name__ == "__main__":
    raise SystemExit("not here")
def plot():
    plt.plot([1, 2]); plt.show()
def test_mse_loss():
    assert mse_loss is not None
"""
}

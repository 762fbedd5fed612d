"""Whose cell may run among the reference's: everybody's but one that could look into other code."""

import time

import pytest

from tito.grading.beside import may_run_beside

PRYING = [
    "huber_loss.__code__.co_consts",
    "huber_loss.__\\\nglobals__",
    "getattr(huber_loss, name)",
    "import dis",
    "vars(np)",
    "'{0._'.format(huber_loss)",
    "say = '{0._'.format; say(huber_loss)",
    "say = '{0._'.\\\nformat",
    "say = ('{0._' .  # the dot and its name are apart\n format)",
    "match huber_loss:\n    case object(__code__=code): pass",
    "(x for x in y).gi_frame.f_back",
    "np.lib.stride_tricks.as_strided(x, (1 << 20,))",
    "np.ctypeslib",
    "eval(text)",
    "ｇlobals()",  # Python reads a full-width letter as a plain one
    "x._\uff3fcode_\uff3f",
]
HARMLESS = [
    "def mse_loss(pred, target):\n    d = pred - target\n    return (d * d).mean()",
    "class Linear(Module):\n    def __init__(self):\n        super().__init__()",
    "def parts(self):\n    return vars(self)",
    "def eval(self):\n    return self.train(False)",
    "raise ValueError(f'{name}: shape {pred.shape}')",
    "def __rtruediv__(self, other):\n    return divide(other, self)",
]


@pytest.mark.parametrize("code", PRYING)
def test_a_cell_that_names_what_looks_into_code_may_not(code):
    assert not may_run_beside(code)


def test_a_cell_that_is_made_to_slow_the_search_does_not():
    started = time.monotonic()
    assert may_run_beside("# a" + "\u0301\u0316" * 30_000)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("code", HARMLESS)
def test_an_ordinary_cell_may(code):
    assert may_run_beside(code)

"""A small course to grade: one prerequisite, one lesson of two losses, one exam, and ways to hand in."""

import json

SENTINEL = "known_to_the_reference" + "_alone"

TENSOR = """
import numpy as np


class Constant:
    requires_grad, op, inputs = False, None, ()

    def __init__(self, data):
        self.data = data


class Tensor:
    births = 0

    def __init__(self, data, requires_grad=False, op=None, inputs=()):
        self.data = np.asarray(data)[()]
        self.requires_grad, self.op, self.inputs = requires_grad, op, inputs
        Tensor.births += 1
        self.age = Tensor.births

    @property
    def shape(self):
        return self.data.shape

    def __sub__(self, other):
        return subtract(self, other)

    def __mul__(self, other):
        return multiply(self, other)

    def sum(self):
        return total(self)

    def mean(self):
        return average(self)

    def abs(self):
        return absolute(self)


def operation(forward):
    def op(*inputs):
        inputs = [x if isinstance(x, Tensor) else Constant(x) for x in inputs]
        value = forward(*[x.data for x in inputs])
        if any(x.requires_grad for x in inputs):
            return Tensor(value, True, op, tuple(inputs))
        return Tensor(value)
    op.forward = forward
    return op


subtract, multiply, absolute = operation(np.subtract), operation(np.multiply), operation(np.abs)
total, average = operation(np.sum), operation(np.mean)
"""
IMPORTS = "#| export\nimport numpy as np\n\nfrom tinytorch.core.tensor import Tensor"
REDUCE = """#| export
def reduce_terms(terms, reduction):
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction {reduction!r}")
    return terms if reduction == "none" else getattr(terms, reduction)()
"""
MSE = """#| export
def mse_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("shapes differ")
    d = pred - target.data
    return reduce_terms(d * d, reduction)
"""
L1 = """#| export
def l1_loss(pred, target, reduction="mean"):
    if pred.shape != target.shape:
        raise ValueError("shapes differ")
    return reduce_terms((pred - target.data).abs(), reduction)
"""
EXAM = """
import numpy as np

from tito.grading.exam import copies, gradient, question, refuses, unchanged


def pair(tt, rng, dtype="f8", flows=False):
    make = lambda: rng.normal(size=(5, 3)).astype(dtype)
    return tt.Tensor(make(), requires_grad=flows), tt.Tensor(make())


def ask(loss):
    @question(loss, "value", weight=2)
    def mean(tt, rng):
        "The mean over a (5, 3) batch."
        return getattr(tt, loss)(*pair(tt, rng))

    @question(loss, "value")
    def single(tt, rng):
        "A float32 batch."
        return getattr(tt, loss)(*pair(tt, rng, "f4"))

    @question(loss, "reduction")
    def total(tt, rng):
        "The sum."
        return getattr(tt, loss)(*pair(tt, rng), reduction="sum")

    @question(loss, "reduction")
    def terms(tt, rng):
        "The terms."
        return getattr(tt, loss)(*pair(tt, rng), reduction="none")

    @question(loss, "stability")
    def kept(tt, rng):
        "Inputs stay as they were."
        inputs = pair(tt, rng)
        before = copies(*inputs)
        getattr(tt, loss)(*inputs)
        return {"unchanged": unchanged(before, *inputs)}

    @question(loss, "gradient", weight=2)
    def slope(tt, rng):
        "The gradient of twice the loss."
        pred, target = pair(tt, rng, flows=True)
        return gradient(tt, getattr(tt, loss)(pred, target) * 2.0, pred)

    @question(loss, "errors")
    def shapes(tt, rng):
        "Shapes that differ are refused."
        return refuses(lambda: getattr(tt, loss)(tt.Tensor(np.ones((4, 1))), tt.Tensor(np.ones(4))))

    @question(loss, "errors")
    def word(tt, rng):
        "An unknown reduction is refused."
        return getattr(tt, loss)(*pair(tt, rng), reduction="median")
"""
# each question's name carries its loss
EXAM = (
    EXAM.replace("    @question(", "    @named\n    @question(")
    + """

for loss in ("mse_loss", "l1_loss"):
    ask(loss)
"""
)
NAMED = """
def named(ask):
    return ask


class question:
    def __init__(self, loss, *rest, **options):
        self.loss, self.register = loss, _question(loss, *rest, **options)

    def __call__(self, ask):
        ask.__name__ = f"{self.loss}_{ask.__name__}"
        return self.register(ask)
"""
EXAM = EXAM.replace("question, refuses, unchanged\n", "question as _question, refuses, unchanged\n" + NAMED)

QUESTIONS = ("mean", "single", "total", "terms", "kept", "slope", "shapes", "word")
REFERENCE = {"imports": IMPORTS, "reduce": REDUCE, "mse_loss": MSE + f'    "{SENTINEL}"\n', "l1_loss": L1}


def cell(source, kind="code", **nbgrader):
    """A cell of a notebook file."""
    found = {"cell_type": kind, "metadata": {"nbgrader": nbgrader} if nbgrader else {}, "source": source}
    return found | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def notebook(cells: dict, target="nn.losses", tests=True) -> str:
    """A losses notebook; `cells` by grade_id."""
    made = [cell("# Losses\n> Two losses.", "markdown"), cell(f"#| default_exp {target}")]
    for name, source in cells.items():
        made.append(cell(source, grade_id=name, grade=False, solution=name.endswith("_loss"), schema_version=3))
        if tests and name.endswith("_loss"):
            ident = f"test_{name}"
            points = {"mse_loss": 10, "l1_loss": 6}[name]
            made.append(cell("assert True", grade_id=ident, grade=True, solution=False, points=points))
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def make_school(root):
    """The course's folder."""
    files = {
        "settings.ini": "[DEFAULT]\ntitle = School\nlib_path = tinytorch\nnbs_path = modules\n",
        "modules/01_tensor/tensor_dev.ipynb": json.dumps(
            {"cells": [cell("#| default_exp core.tensor"), cell("#| export" + TENSOR)], "nbformat": 4}
        ),
        "modules/02_losses/losses_dev.ipynb": notebook(REFERENCE),
        "modules/02_losses/exam.py": EXAM,
        "tinytorch/core/tensor.py": TENSOR,
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def wrong(result, loss="mse_loss") -> dict:
    """The questions of a loss that earned nothing: {short name: status}."""
    marks = [mark for mark in result.marks if mark.exercise == loss and not mark.right]
    return {mark.question.removeprefix(f"{loss}_"): mark.status for mark in marks}

"""Right answers in other styles than the lesson's: loops, other forms, other random streams. None loses a mark."""

import re

import pytest

from tito.grading import grade
from tito.mistakes import of_lesson
from tito.notebook import with_cells

# By exercise: what stands in place of the marked solution of each function.
STYLES = {
    "tensor": {
        "item": {"item": """
            values = np.ravel(self.data).tolist()
            if len(values) != 1:
                raise ValueError(f"item: {self.shape} holds {len(values)} values; reduce it first")
            return values[0]"""},
        "reversed_operators": {"__rsub__": "return -self + other", "__rtruediv__": "return self ** -1.0 * other"},
        "clip": {"clip_entries": """
            if low is not None and high is not None and low > high:
                raise ValueError(f"{low} is above {high}; swap them")
            if low is not None:
                a = np.maximum(a, low)
            return a if high is None else np.minimum(a, high)"""},
        "where": {"choose": """
            condition, a, b = np.broadcast_arrays(condition, a, b)
            values = [x if c else y for c, x, y in zip(condition.flat, a.flat, b.flat)]
            return np.array(values, np.result_type(a, b)).reshape(condition.shape)"""},
        "matmul": {"matmul": """
            if np.ndim(a) == 0 or np.ndim(b) == 0:
                raise ValueError("a single number has no axis; use *")
            if np.shape(a)[-1] != np.shape(b)[-2 if np.ndim(b) > 1 else 0]:
                raise ValueError(f"{np.shape(a)} and {np.shape(b)} do not fit; transpose one")
            row, column = np.ndim(a) == 1, np.ndim(b) == 1
            a, b = a[None] if row else a, b[:, None] if column else b
            c = np.einsum("...ik,...kj->...ij", a, b)
            c = c[..., 0, :] if row else c
            return c[..., 0] if column else c"""},
        "reductions": {"average": """
            if np.size(a) == 0:
                raise ValueError("there is nothing to average")
            return np.mean(a, axis=axis, keepdims=keepdims)"""},
        "permute": {"permute": """
            if sorted(d % np.ndim(a) for d in dims) != list(range(np.ndim(a))) or any(d >= np.ndim(a) for d in dims):
                raise ValueError(f"{dims} is no order of {np.ndim(a)} axes")
            return np.moveaxis(a, dims, range(len(dims)))"""},
        "index": {"index": "return np.asarray(a)[key]"},
    },
    "activations": {
        "relu": {"relu": "return np.where(x > 0, x, 0).astype(x.dtype)"},
        "leaky_relu": {"leaky": "return x * np.where(x > 0, 1, x.dtype.type(negative_slope))"},
        "sigmoid": {"sigmoid": """
            e = np.exp(-np.abs(x))
            return np.where(x >= 0, 1, e) / (1 + e)"""},
        "tanh": {"tanh": """
            e = np.exp(-2 * np.abs(x))
            return np.sign(x) * (1 - e) / (1 + e)"""},
        "gelu_erf": {"gelu_erf": "return x * (0.5 + 0.5 * erf(x * 0.5 ** 0.5))"},
        "gelu_tanh": {"gelu_tanh": """
            u = (2 / math.pi) ** 0.5 * x * (1 + 0.044715 * x * x)
            return x * (0.5 + 0.5 * np.tanh(u))"""},
        "softmax": {"softmax_along": """
            s = x - np.max(x, axis=axis, keepdims=True)
            return np.exp(s - np.log(np.sum(np.exp(s), axis=axis, keepdims=True)))"""},
        "log_softmax": {"log_softmax_along": """
            rows = np.moveaxis(x, axis, -1)
            m = rows.max(axis=-1)[..., None]
            lse = np.log(np.exp(rows - m).sum(axis=-1))[..., None]
            return np.moveaxis((rows - m) - lse, -1, axis)"""},
    },
    "layers": {
        "parameters": {"zero_grad": """
            for parameter in self.parameters():
                parameter.grad = np.zeros_like(parameter.data)"""},
        "affine": {"affine": "return np.einsum('...i,ij->...j', x, w) + b"},
        "initial": {"initial": """
            numbers = 2 * rng.random(shape) - 1
            return Tensor(np.asarray(numbers / n ** 0.5, dtype), requires_grad=True)"""},
        "Linear": {"Linear.__init__": """
            shapes = (self.out_features,), (self.in_features, self.out_features)
            first, second = [initial(shape, self.in_features, rng, dtype) for shape in shapes]
            self.weight, self.bias = second, first if bias else None"""},
        "Dropout": {"dropout_mask": """
            if p == 1:
                return np.zeros(shape, dtype)
            return (rng.binomial(1, 1 - p, shape) / (1 - p)).astype(dtype)"""},
        "Sequential": {"Sequential.forward": """
            from functools import reduce
            return reduce(lambda value, layer: layer(value), self.layers, x)"""},
    },
    "autograd": {
        "unbroadcast": {"unbroadcast": """
            while g.ndim > len(shape):
                g = g.sum(axis=0)
            for i, n in enumerate(shape):
                if n == 1:
                    g = g.sum(axis=i, keepdims=True)
            return g"""},
        "receive": {"receive": """
            if g.shape != x.data.shape:
                g = unbroadcast(g, x.data.shape)
            x.grad = np.array(g if x.grad is None else x.grad + g, x.data.dtype)"""},
        "backward": {"backward": """
            for node in order:
                g, values = node.grad, [x.data for x in node.inputs]
                for i in reversed(range(len(values))):
                    if node.inputs[i].requires_grad:
                        receive(node.inputs[i], rule(node.op, i)(g, node.data, *values), g)
                node.grad = g if retain_grads else None"""},
        "multiply_rules": {"multiply_a": "return unbroadcast(np.asarray(g * b), np.shape(a))"},
        "divide_rules": {"divide_b": "return -g * a / (b * b)"},
        "power_rules": {"power_b": """
            with np.errstate(all="ignore"):
                return g * np.where(a == 0, 0, out * np.log(a))"""},
        "elementwise_rules": {"sqrt_a": "return 0.5 * g * a ** -0.5"},
        "index_rules": {"index_a": """
            gradient = np.zeros(a.shape)
            np.add.at(gradient, key, g)
            return gradient""", "where_a": "return np.where(condition, g, 0)"},
        "activation_rules": {"tanh_x": "return g / np.cosh(np.clip(x, -300, 300)) ** 2",
                             "relu_x": "return np.where(x > 0, g, 0)"},
        "softmax_rules": {"softmax_x": """
            s, g = np.moveaxis(out, axis, -1), np.moveaxis(g, axis, -1)
            jacobian = s[..., None] * np.eye(s.shape[-1]) - s[..., None] * s[..., None, :]
            return np.moveaxis((jacobian @ g[..., None])[..., 0], -1, axis)"""},
        "affine_rules": {"affine_w": """
            rows = zip(x.reshape(-1, x.shape[-1]), g.reshape(-1, g.shape[-1]))
            return sum(np.outer(row, slope) for row, slope in rows)"""},
        "cross_entropy_rules": {"index_cross_entropy_x": """
            e = np.exp(x - x.max(axis=-1, keepdims=True))
            gradient = e / e.sum(axis=-1, keepdims=True) - np.eye(x.shape[-1])[index]
            return g[..., None] * gradient"""},
        "no_grad": {"no_grad.__enter__": """
            self.stack = getattr(self, "stack", [])
            self.stack.append(recording.on)
            recording.on = False""", "no_grad.__exit__": "recording.on = self.stack.pop()"},
    },
}  # fmt: skip


@pytest.mark.parametrize("name", STYLES)
def test_another_style_keeps_every_mark_in_any_seed(course, name, tmp_path):
    module = course.catalogue.find(name)
    written = of_lesson(str(module.mistakes))
    cells = {exercise: written(exercise, "", 1, "", **bodies)["code"] for exercise, bodies in STYLES[name].items()}
    path = tmp_path / module.notebook.name
    path.write_text(with_cells(module.read(), cells).text(), encoding="utf-8")
    for seed in (1, 2, 3):
        [result] = grade(course, path, name, seed=seed).results
        lost = [(mark.question, mark.remark) for mark in result.marks if not mark.right]
        assert lost == [] and not result.troubles


def test_no_style_is_the_lesson_s_own(course):
    for name, styles in STYLES.items():
        lesson = {exercise.name: exercise.cell.source for exercise in course.catalogue.find(name).read().exercises}
        for exercise, bodies in styles.items():
            for body in bodies.values():
                assert re.sub(r"\s+", "", body) not in re.sub(r"\s+", "", lesson[exercise]), exercise

"""Right answers in other styles than the lesson's: loops, other forms, other random streams. None loses a mark."""

import re

import pytest

from tito.grading import grade
from tito.mistakes import of_lesson
from tito.notebook import with_cells
from tito.running.process import run_cells

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
        "multiply_rules": {"multiply_a": "return np.einsum('...,...->...', g, b)"},
        "divide_rules": {
            "divide_a": "return unbroadcast(np.asarray(g / b), np.shape(a))", "divide_b": "return -g * a / (b * b)"},
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

# A second hand, as far from the first as it is from the lesson.
SECOND = {
    "tensor": {
        "to_array": {"to_array": """
            array = np.asarray(data)
            if array.dtype.kind not in "fiub":
                raise TypeError(f"{data!r} is not made of numbers")
            typed = isinstance(data, (np.ndarray, np.generic, Tensor)) or array.dtype.kind == "b"
            return np.asarray(array, dtype or (array.dtype if typed else get_default_dtype()))[()]"""},
        "reversed_operators": {
            "__rsub__": "return Tensor(other) - self", "__rtruediv__": "return Tensor(other) / self"},
        "clip": {"clip_entries": """
            assert low is None or high is None or low <= high, f"{low} is above {high}"
            a = a if low is None else np.where(a < low, a.dtype.type(low), a)
            return a if high is None else np.where(a > high, a.dtype.type(high), a)"""},
        "permute": {"permute": """
            if sorted(range(a.ndim)[d] for d in dims) != list(range(a.ndim)):
                raise ValueError(f"{dims} is no order of {a.ndim} axes")
            letters = "abcdefgh"[:a.ndim]
            return np.einsum(f"{letters}->{''.join(letters[d] for d in dims)}", a)"""},
    },
    "activations": {
        "relu": {"relu": "return (0.5 * (x + np.abs(x))).astype(x.dtype)"},
        "sigmoid": {"sigmoid": "return np.exp(-np.logaddexp(0, -x))"},
        "tanh": {"tanh": """
            e = np.expm1(-2 * np.abs(x))
            return np.copysign(-e / (e + 2), x)"""},
        "softmax": {"softmax_along": "return np.exp(x - np.logaddexp.reduce(x, axis=axis, keepdims=True))"},
        "log_softmax": {"log_softmax_along": "return x - np.logaddexp.reduce(x, axis=axis, keepdims=True)"},
    },
    "layers": {
        "state_dict": {"load_state_dict": """
            backup = self.state_dict()
            try:
                for name, t in own.items():
                    value = np.array(state[name].data if isinstance(state[name], Tensor) else state[name], t.dtype)
                    if value.shape != t.shape:
                        raise ValueError(f"{name} has shape {value.shape}, not {t.shape}")
                    t.data = value[()]
            except ValueError:
                for name, t in own.items():
                    t.data = backup[name][()]
                raise"""},
        "affine": {"affine": """
            ones = np.ones((*x.shape[:-1], 1), x.dtype)
            return np.concatenate([x, ones], axis=-1) @ np.concatenate([w, b[None]])"""},
        "Dropout": {"dropout_mask": """
            if p == 1:
                return np.zeros(shape, dtype)
            return ((rng.geometric(1 - p, shape) == 1) / (1 - p)).astype(dtype)"""},
    },
    "losses": {
        "l1_loss": {"l1_loss": """
            pred, target = pair("l1_loss", pred, target)
            d = pred - target
            return reduce_terms(d * np.sign(d.data), reduction)"""},
        "huber_loss": {"huber_loss": """
            assert delta > 0, f"delta is {delta}"
            pred, target = pair("huber_loss", pred, target)
            return reduce_terms(huber_terms(pred, target, delta), reduction)"""},
        "bce_with_logits_loss": {"bce_with_logits_terms": """
            w = 1 if pos_weight is None else pos_weight
            return (1 - y) * np.logaddexp(0, x) + w * y * np.logaddexp(0, -x)"""},
        "cross_entropy_loss": {"index_cross_entropy": """
            one_hot = (index[..., None] == np.arange(x.shape[-1])).astype(x.dtype)
            z = x - x.max(axis=-1, keepdims=True)
            return log_sum_exp(z) - np.einsum("...c,...c->...", z, one_hot)"""},
        "kl_div_loss": {"kl_terms": """
            terms, some = np.zeros(t.shape, np.result_type(logp, t)), t > 0
            terms[some] = t[some] * (np.log(t[some]) - logp[some])
            return terms"""},
        "l1_regularization": {"l1_regularization": """
            w = prediction("l1_regularization", weights)
            return reduce_terms(w * np.sign(w.data), reduction)"""},
    },
    "autograd": {
        "unbroadcast": {"unbroadcast": """
            full = (1,) * (g.ndim - len(shape)) + tuple(shape)
            return g.sum(axis=tuple(d for d, n in enumerate(full) if n == 1), keepdims=True).reshape(shape)"""},
        "newest_first": {"newest_first": """
            import heapq
            heap, seen, order = [(-result.age, result)], {id(result)}, []
            while heap:
                x = heapq.heappop(heap)[1]
                if x.op is None:
                    continue
                order.append(x)
                for i in x.inputs:
                    if i.requires_grad and id(i) not in seen:
                        seen.add(id(i))
                        heapq.heappush(heap, (-i.age, i))
            return order"""},
        "receive": {"receive": """
            if x.grad is None:
                x.grad = np.zeros(x.shape, x.dtype)
            x.grad += unbroadcast(np.asarray(g), x.shape).astype(x.dtype)"""},
        "index_rules": {"index_a": """
            taken = np.arange(a.size).reshape(a.shape)[key]
            return np.bincount(np.ravel(taken), weights=np.ravel(g), minlength=a.size).reshape(a.shape)"""},
        "shape_rules": {"permute_a": "return np.moveaxis(g, range(a.ndim), dims)"},
        "softmax_rules": {"log_softmax_x": """
            s, g = np.moveaxis(np.exp(out), axis, -1), np.moveaxis(g, axis, -1)
            jacobian = np.eye(s.shape[-1]) - s[..., None, :]
            return np.moveaxis((g[..., None, :] @ jacobian)[..., 0, :], -1, axis)"""},
        "no_grad": {"no_grad.__enter__": """
            self.before = recording.on, getattr(self, "before", None)
            recording.on = False""", "no_grad.__exit__": "recording.on, self.before = self.before"},
    },
}  # fmt: skip
HANDS = [(name, styles) for table in (STYLES, SECOND) for name, styles in table.items()]


def written_by(course, name, styles):
    """The lesson's notebook with these styles in it."""
    module = course.catalogue.find(name)
    written = of_lesson(str(module.mistakes))
    cells = {exercise: written(exercise, "", 1, "", **bodies)["code"] for exercise, bodies in styles.items()}
    return module, with_cells(module.read(), cells)


@pytest.mark.parametrize(("name", "styles"), HANDS)
def test_another_style_keeps_every_mark_in_any_seed(course, name, styles, tmp_path):
    module, notebook = written_by(course, name, styles)
    path = tmp_path / module.notebook.name
    path.write_text(notebook.text(), encoding="utf-8")
    for seed in (1, 2, 3):
        [result] = grade(course, path, name, seed=seed).results
        lost = [(mark.question, mark.remark) for mark in result.marks if not mark.right]
        assert lost == [] and not result.troubles


@pytest.mark.parametrize(("name", "styles"), HANDS)
def test_another_style_passes_its_inline_tests(course, name, styles):
    module, notebook = written_by(course, name, styles)
    cells = [cell for cell in notebook.cells if cell.is_code and "plot" not in cell.tags]
    run = run_cells(course, module, cells)
    failed = {number: outcome["error"]["message"] for number, outcome in run.outcomes.items() if outcome["error"]}
    assert failed == {} and len(run.outcomes) == len(cells)


def test_no_style_is_the_lesson_s_own(course):
    for name, styles in HANDS:
        lesson = {exercise.name: exercise.cell.source for exercise in course.catalogue.find(name).read().exercises}
        for exercise, bodies in styles.items():
            for body in bodies.values():
                assert re.sub(r"\s+", "", body) not in re.sub(r"\s+", "", lesson[exercise]), exercise

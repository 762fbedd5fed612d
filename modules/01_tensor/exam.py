"""The exam on the tensor: inputs only. The reference solution sits it too, and its answers are the key.

The inputs must not hide a mistake: never a square matrix, one axis, axis 0 or -1 alone, equal sizes, or a swap where
an order of three axes can be asked.
"""
import numpy as np

from tito.grading.exam import copies, gradient, question, refusal, unchanged


def tensor(tt, rng, *shape, low=None):
    "A float64 Tensor that requires a gradient: normal numbers, or numbers from `low` to `low` + 2."
    values = rng.normal(size=shape) if low is None else rng.uniform(low, low + 2, shape)
    return tt.Tensor(values, requires_grad=True)


def weighted(rng, x):
    "x times random numbers: the slope of each entry is another."
    return x * rng.uniform(0.5, 2, x.shape)


# ── to_array ─────────────────────────────────────────────────────────────────────────────────────────────────────────

@question("to_array", "value", 2)
def to_array_of_python_numbers(tt, rng):
    "Python numbers: one number, a row, nested lists, integers, a tuple."
    rows = rng.normal(size=(2, 3)).tolist()
    return [np.asarray(tt.to_array(x)) for x in (2.5, 7, [1, 2, 3], rows, (0.5, -1), [[1], [2]])]


@question("to_array", "value", 2)
def to_array_of_typed_data(tt, rng):
    "NumPy arrays and numbers, booleans and a Tensor: which keep their type?"
    x = rng.normal(size=(2, 3))
    data = [x, x.astype("f4"), x.astype("f2"), np.arange(3), np.arange(3, dtype="u1"), np.array([True, False]),
            [True, False], np.float64(1.5), np.int64(3), tt.Tensor(x)]
    return [np.asarray(tt.to_array(one)) for one in data]


@question("to_array", "value")
def to_array_with_a_dtype(tt, rng):
    "A dtype that is asked for overrules both."
    return [np.asarray(tt.to_array(x, dtype)) for x, dtype in (
        ([1, 2], np.float64), (rng.normal(size=3), np.float32), (np.arange(3), np.float32), ([1.0, 2.0], np.int64))]


@question("to_array", "value")
def to_array_types(tt, rng):
    "The types' names, and that one number becomes a NumPy number."
    data = [2.5, 7, [1, 2, 3], [True], np.arange(3), rng.normal(size=3), np.float32(0.5)]
    return [*[str(tt.to_array(x).dtype) for x in data], tt.to_array(2.5), tt.to_array(np.array(1.5))]


@question("to_array", "value")
def to_array_of_the_other_default(tt, rng):
    "The default dtype changed to float64."
    previous = tt.set_default_dtype(np.float64)
    try:
        return [np.asarray(tt.to_array(x)) for x in (0.1, [0.1, 0.2], np.array([0.1], np.float32))]
    finally:
        tt.set_default_dtype(previous)


refusal("to_array", "refuses_what_is_no_number", "texts, None, rows of different lengths, complex numbers.",
        lambda tt, case: tt.to_array(case), [2.5, [1, 2], [[1.0], [2.0]]],
        ["seven", [1, "two"], None, [[1, 2], [3]], {"a": 1}, np.array([1j])], weight=2)


# ── item, representation ─────────────────────────────────────────────────────────────────────────────────────────────

@question("item", "value", 2)
def item_of_one_value(tt, rng):
    "The value in Tensors of shape (), (1,) and (1, 1)."
    values = rng.normal(size=3)
    return [tt.Tensor(value.reshape(shape)).item() for value, shape in zip(values, ((), (1,), (1, 1)), strict=True)]


@question("item", "value")
def item_is_a_python_number(tt, rng):
    "The type of the value: float, int or bool."
    one = [tt.Tensor(x).item() for x in (2.5, np.array([3]), np.array([[True]]))]
    return [*[type(x).__name__ for x in one], float(tt.Tensor([0.5])), int(tt.Tensor([2.0])), bool(tt.Tensor([0.0]))]


refusal("item", "refuses_several_values", "two values, or none.", lambda tt, case: tt.Tensor(case).item(),
        [[1.5], 0.0], [[1.0, 2.0], np.zeros((0, 3))])


@question("representation", "value", 2)
def representation_of_a_dtype(tt, rng):
    "repr of the default and of other dtypes, and after the default was changed."
    data = [[1, 2.5], np.array([1.5, 2]), np.array([1, 2]), np.array([True, False]), np.array([0.5, 3], np.float32)]
    usual = [repr(tt.Tensor(x)) for x in data]
    previous = tt.set_default_dtype(np.float64)
    try:
        return [*usual, *[repr(tt.Tensor(x)) for x in data]]
    finally:
        tt.set_default_dtype(previous)


@question("representation", "value")
def representation_of_a_gradient(tt, rng):
    "repr of a Tensor that requires a gradient."
    return [repr(tt.Tensor(x, requires_grad=True)) for x in (2.0, [0.5, 1], np.array([[1.5, 2.0, 3.0]]))]


# ── The door ─────────────────────────────────────────────────────────────────────────────────────────────────────────

@question("operation", "value", 2)
def operation_of_several_inputs(tt, rng):
    "An operation of three inputs, numbers and arrays among them."
    op = tt.operation(lambda a, b, k: a * k - b, "mix")
    x, y = tensor(tt, rng, 2, 3), tensor(tt, rng, 3)
    return [op(x, y, 3), op(x, y.data, 2.5), op(x.data, y, 0.5), op(x.detach(), y.detach(), 2)]


@question("operation", "value", 2)
def operation_remembers(tt, rng):
    "Which results remember op and inputs, and which do not."
    op = tt.operation(lambda a, b: a + 2 * b, "mix")
    x, plain = tensor(tt, rng, 3), tt.Tensor(rng.normal(size=3))
    y, z = op(plain, x), op(plain, plain)
    return [y.op is op, len(y.inputs), y.inputs[0] is plain, y.inputs[1] is x, y.requires_grad,
            z.op is None, len(z.inputs), z.requires_grad]


@question("operation", "value")
def operation_remembers_options(tt, rng):
    "A number among the inputs is remembered too, and needs no gradient."
    x = tensor(tt, rng, 2, 3)
    y = tt.operation(lambda a, k: a * k, "scale")(x, 2.5)
    return [len(y.inputs), y.inputs[1].data, y.inputs[1].requires_grad]


@question("operation", "value")
def operation_while_recording_is_off(tt, rng):
    "Nothing is remembered while recording is switched off."
    x, op = tensor(tt, rng, 3), tt.operation(lambda a: a * a, "square")
    tt.recording.on = False
    try:
        y = op(x)
    finally:
        tt.recording.on = True
    return [y, y.requires_grad, y.op is None, op(x).requires_grad]


@question("operation", "gradient", 2)
def operation_slopes(tt, rng):
    "The slopes of two operations after one another, the first used twice."
    mix, square = tt.operation(lambda a, b: a - 3 * b, "mix"), tt.operation(lambda a: a * a, "square")
    x, y = tensor(tt, rng, 2, 3), tensor(tt, rng, 3)
    first = mix(x, y)
    return gradient(tt, mix(square(first), first), x, y)


refusal("operation", "explains", "shapes that do not fit.",
        lambda tt, shape: tt.operation(lambda a, b: a * b, "times")(tt.Tensor(np.ones((2, 3))), np.ones(shape)),
        [(2, 3), (3,)], [(4,), (3, 2)])


# ── Operators ────────────────────────────────────────────────────────────────────────────────────────────────────────

REVERSED = {"minus": lambda a, x: a - x, "over": lambda a, x: a / x, "to_the": lambda a, x: a ** x}


def of_operator(name, operator):
    def of_numbers(tt, rng):
        x = tensor(tt, rng, 2, 3, low=0.5)
        return [operator(3, x), operator(0.5, x)]

    def of_arrays(tt, rng):
        x, a = tensor(tt, rng, 2, 3, low=0.5), rng.uniform(0.5, 3, 3)
        return [operator(a, x), operator(rng.uniform(1, 2, (2, 1)), x)]

    def slopes(tt, rng):
        x = tensor(tt, rng, 2, 3, low=0.5)
        return gradient(tt, weighted(rng, operator(2.5, x)), x)

    for function, aspect, about in ((of_numbers, "value", "A number"), (of_arrays, "value", "An array"),
                                    (slopes, "gradient", "Slopes of a number")):
        function.__name__ = f"reversed_operators_{name}_{function.__name__}"
        function.__doc__ = f"{about} {name.replace('_', ' ')} a Tensor."
        question("reversed_operators", aspect)(function)


for _name, _operator in REVERSED.items():
    of_operator(_name, _operator)

COMPARED = (lambda x, y: x == y, lambda x, y: x != y, lambda x, y: x < y, lambda x, y: x <= y, lambda x, y: x > y,
            lambda x, y: x >= y)


@question("comparisons", "value", 2)
def comparisons_of_tensors(tt, rng):
    "The six comparisons of two Tensors, some entries being equal."
    x = rng.integers(0, 3, (4, 3)).astype(float)
    y = np.where(rng.random((4, 3)) < 0.4, x, rng.integers(0, 3, (4, 3)))
    return [compare(tt.Tensor(x, requires_grad=True), tt.Tensor(y)) for compare in COMPARED]


@question("comparisons", "value")
def comparisons_with_numbers_and_arrays(tt, rng):
    "The six comparisons with a number and with a broadcast array."
    x = tensor(tt, rng, 4, 3)
    return [compare(x, other) for compare in COMPARED for other in (0.25, rng.normal(size=3))]


@question("comparisons", "value")
def comparisons_require_no_gradient(tt, rng):
    "A comparison is outside the graph."
    x = tensor(tt, rng, 4)
    return [bool(compare(x, x * 2).requires_grad) for compare in COMPARED]


refusal("comparisons", "refuse_other_shapes", "shapes that do not broadcast.",
        lambda tt, case: COMPARED[case[0]](tt.Tensor([1.5, 2, 3]), tt.Tensor(np.ones(case[1]))),
        [(2, (3,)), (0, ())], [(2, (2,)), (0, (4,))])


# ── Entry by entry ───────────────────────────────────────────────────────────────────────────────────────────────────

@question("clip", "value", 2)
def clip_on_both_sides(tt, rng):
    "Entries below, inside and above; float64 and float32."
    x = 2 * rng.normal(size=(4, 1, 3))
    return [tt.Tensor(x).clip(-0.75, 1.25), tt.Tensor(x.astype("f4")).clip(0.5, 2)]


@question("clip", "value")
def clip_on_one_side(tt, rng):
    "One side open, or both."
    x = tensor(tt, rng, 4, 3)
    return [x.clip(0.5), x.clip(None, -9.5), x.clip(high=0), x.clip()]


@question("clip", "value")
def clip_changes_no_input(tt, rng):
    "The Tensor that was clipped stays as it was."
    x = tensor(tt, rng, 4, 3)
    before = copies(x)
    return [x.clip(-0.1, 0.1), unchanged(before, x)]


@question("clip", "gradient")
def clip_slopes(tt, rng):
    "Slopes inside and outside of the bounds."
    x = tt.Tensor(rng.permutation([-2.0, -1.5, 0.2, 0.7, 3.0, 0.9]).reshape(2, 3), requires_grad=True)
    return gradient(tt, weighted(rng, x.clip(-1, 2)), x)


refusal("clip", "refuses_swapped_bounds", "a lower bound above the upper one.",
        lambda tt, bounds: tt.Tensor([-2.0, 0.25, 3.0]).clip(*bounds), [(-1, 1), (1, 1)], [(0, -1), (0.5, 0)])


@question("where", "value", 2)
def where_picks(tt, rng):
    "Entries of two Tensors, some conditions true."
    condition = rng.permutation(np.arange(12) % 3 > 0).reshape(4, 3)
    return tt.where(condition, tensor(tt, rng, 4, 3), tensor(tt, rng, 4, 3))


@question("where", "value")
def where_broadcasts(tt, rng):
    "Numbers, a row, a column and a single condition; a Tensor as condition."
    x, row, column = tensor(tt, rng, 4, 3), np.array([True, False, True]), rng.normal(size=(4, 1))
    return [tt.where(x.data > 0, x, 0), tt.where(tt.Tensor(x.data > 0), 1, x), tt.where(row, x, column),
            tt.where(np.array(True), tt.Tensor(2.0), tt.Tensor(1.0))]


@question("where", "stability")
def where_keeps_out_what_is_not_taken(tt, rng):
    "Infinity and NaN on the side that is not taken."
    x = tensor(tt, rng, 4, 3)
    condition = rng.permutation(np.arange(12) % 3 > 0).reshape(4, 3)
    a, b = np.where(condition, 2, np.nan), np.where(condition, np.inf, 1.5)
    return [tt.where(condition, x, b), tt.where(condition, a, x)]


@question("where", "gradient")
def where_slopes(tt, rng):
    "Slopes on either side."
    a, b = tensor(tt, rng, 2, 3), tensor(tt, rng, 3)
    condition = rng.permutation(np.arange(6) % 3 > 0).reshape(2, 3)
    return gradient(tt, weighted(rng, tt.where(condition, a, b)), a, b)


refusal("where", "refuses_numbers", "a condition of numbers, shapes that do not broadcast.",
        lambda tt, condition: tt.where(np.array(condition), tt.Tensor(np.ones((4, 3))), 0),
        [[True, False, True], True], [[1.0, 0.0, 1.0], [True, False]])


# ── Matrix product ───────────────────────────────────────────────────────────────────────────────────────────────────

def products(tt, rng, *pairs):
    return [tensor(tt, rng, *a) @ tensor(tt, rng, *b) for a, b in pairs]


@question("matmul", "value", 2)
def matmul_of_matrices(tt, rng):
    "Two matrices, (2, 3) with (3, 4), and an array on either side."
    a, b = tensor(tt, rng, 2, 3), tensor(tt, rng, 3, 4)
    return [a @ b, a.data @ b, a @ b.data, tt.matmul(a, b)]


@question("matmul", "value")
def matmul_of_batches(tt, rng):
    "Batches on either side, and on both."
    return products(tt, rng, ((5, 1, 3), (3, 4)), ((2, 3), (5, 3, 4)), ((5, 1, 2, 3), (4, 3, 2)))


@question("matmul", "value")
def matmul_of_vectors(tt, rng):
    "A vector on the left, on the right, on both sides, and beside a batch."
    return products(tt, rng, ((3,), (3,)), ((3,), (3, 4)), ((2, 3), (3,)), ((3,), (5, 3, 4)), ((5, 2, 3), (3,)))


@question("matmul", "gradient")
def matmul_slopes(tt, rng):
    "Slopes of both matrices, and of a weight that is used twice."
    a, b = tensor(tt, rng, 2, 3), tensor(tt, rng, 3, 3)
    return gradient(tt, weighted(rng, a @ b @ b), a, b)


refusal("matmul", "refuses_inner_sizes_that_differ", "inner sizes that differ, single numbers.",
        lambda tt, shape: tt.Tensor(np.ones((2, 3))) @ np.ones(shape)[()],
        [(3, 4), (3,)], [(4, 3), (2,), (), (5, 4, 3)])


# ── Reductions ───────────────────────────────────────────────────────────────────────────────────────────────────────

AXES = (None, 0, 1, -1, (0, 2), (0, 1, 2))


def of_reduction(word):
    def of_all(tt, rng):
        x = rng.normal(size=(2, 3, 4))
        return [getattr(tt.Tensor(one), word)() for one in (x, x.astype("f4"), 2.5)]

    def over_axes(tt, rng):
        x = tensor(tt, rng, 2, 3, 4)
        return [getattr(x, word)(axis=axis) for axis in AXES[1:]]

    def with_keepdims(tt, rng):
        x = tensor(tt, rng, 2, 3, 4)
        return [getattr(x, word)(axis=axis, keepdims=True) for axis in AXES]

    def slopes(tt, rng):
        x = tensor(tt, rng, 2, 3)
        return gradient(tt, getattr(x, word)() + weighted(rng, getattr(x, word)(axis=0)), x)

    for function, aspect, about in ((of_all, "value", "of all entries of a (2, 3, 4) Tensor, in two dtypes"),
                                    (over_axes, "reduction", "over each axis, and over several"),
                                    (with_keepdims, "reduction", "with keepdims"),
                                    (slopes, "gradient", "of all and over axis 0: its slopes")):
        function.__name__ = f"reductions_{word}_{function.__name__}"
        function.__doc__ = f"The {word} {about}."
        question("reductions", aspect)(function)


for _word in ("sum", "mean", "max", "min"):
    of_reduction(_word)


@question("reductions", "stability", 2)
def reductions_of_large_numbers(tt, rng):
    "Means of ±1e38 and of 1e-38 in float32; a maximum of negative numbers; a sum of whole numbers."
    x = np.array([[1e38, -1e38, 5e37], [2e-38, 1e-38, 3e-38]], np.float32)
    return [tt.Tensor(x).mean(axis=1), tt.Tensor(-np.abs(x) - 1).max(axis=0), tt.Tensor(np.arange(6)).sum()]


refusal("reductions", "refuse_an_axis_that_is_not_there", "axis 2 of two axes, the mean and the maximum of nothing.",
        lambda tt, case: getattr(tt.Tensor(np.ones(case[0])), case[1])(*case[2:]),
        [((2, 3), "sum", 1), ((2, 3), "mean", -2), ((0, 3), "sum")],
        [((2, 3), "sum", 2), ((2, 3), "mean", -3), ((0, 3), "mean"), ((0, 3), "max")], weight=2)


# ── Shapes ───────────────────────────────────────────────────────────────────────────────────────────────────────────

@question("reshape", "value", 2)
def reshape_keeps_the_order(tt, rng):
    "(2, 3, 4) as (4, 6), as (3, -1), as a row and as one more axis; a transposed Tensor too."
    x = tensor(tt, rng, 2, 3, 4)
    return [x.reshape(4, 6), x.reshape((3, -1)), x.reshape(-1), x.reshape(2, 1, 12), tt.Tensor(x.data.T).reshape(6, 4)]


@question("reshape", "value")
def reshape_for_flatten(tt, rng):
    "flatten from each axis, and of a single number."
    x = tensor(tt, rng, 2, 3, 4)
    return [x.flatten(), x.flatten(1), x.flatten(0, 1), tt.Tensor(2.5).flatten(), tt.Tensor([[2.5]]).reshape(())]


@question("reshape", "gradient")
def reshape_slopes(tt, rng):
    "Slopes of the entries, each with a weight of its own."
    x = tensor(tt, rng, 2, 3)
    return gradient(tt, weighted(rng, x.reshape(3, 2)), x)


refusal("reshape", "refuses_another_count", "sizes that do not multiply to the number of entries.",
        lambda tt, shape: tt.Tensor(np.ones((2, 3))).reshape(*shape), [(3, 2), (6,)], [(4, 2), (-1, 4), (5,), (-1, -1)])


@question("permute", "value", 2)
def permute_in_cycles(tt, rng):
    "The axes of (2, 3, 4) in both cyclic orders, in reverse and by negative numbers."
    x = tensor(tt, rng, 2, 3, 4)
    return [x.permute(2, 0, 1), x.permute((1, 2, 0)), x.permute(-1, 1, 0), x.permute(0, 1, 2)]


@question("permute", "value")
def permute_for_transpose(tt, rng):
    "transpose of the last two, of any two axes, and T."
    x, m = tensor(tt, rng, 2, 3, 4), tensor(tt, rng, 1, 3)
    return [x.transpose(), x.transpose(0, 1), x.transpose(0, -1), x.T, m.T, m.transpose()]


@question("permute", "gradient")
def permute_slopes(tt, rng):
    "Slopes after a cyclic order, each entry with a weight of its own."
    x = tensor(tt, rng, 2, 3, 4)
    return gradient(tt, weighted(rng, x.permute(2, 0, 1)), x)


refusal("permute", "refuses_what_is_no_order", "an axis twice, an axis too few, an axis that is not there.",
        lambda tt, dims: tt.Tensor(np.ones((2, 3, 4))).permute(*dims), [(2, 0, 1), (-1, 0, 1)],
        [(0, 0, 1), (1, 0), (1, 2, 3), (0, 1, -4)])


@question("index", "value", 2)
def index_by_integers_and_slices(tt, rng):
    "Integers, negative ones, slices with steps, a new axis."
    x = tensor(tt, rng, 4, 3)
    return [x[1], x[-1, 2], x[1:3], x[:, ::2], x[::-1, 0], x[None, 1], x[...]]


@question("index", "value")
def index_by_lists_and_masks(tt, rng):
    "Lists with repetitions, masks, Tensors of integers and of booleans."
    x = tensor(tt, rng, 4, 3)
    mask, rows = tt.Tensor(x.data[:, 0] > 0), tt.Tensor(np.array([3, 1]))
    return [x[[0, 0, 3]], x[[0, 2, 2], [1, 1, 0]], x[x.data > 0], x[mask], x[rows]]


@question("index", "gradient")
def index_slopes(tt, rng):
    "Slopes of entries taken once, twice, and not at all."
    x = tensor(tt, rng, 4, 3)
    return gradient(tt, weighted(rng, x[[0, 0, 1]]) * x[1:], x)


refusal("index", "refuses_fractions", "fractions, and entries that are not there.",
        lambda tt, key: tt.Tensor(np.ones((4, 3)))[key], [1, -4], [0.5, 4, (0, 3), (0, 0, 0)])

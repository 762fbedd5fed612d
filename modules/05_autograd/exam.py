"""The exam on autograd: inputs only. The reference solution sits it too, and its answers are the key.

A rule is asked twice: by itself, as a function of arrays, and through `.backward()`, always with a random gradient
arriving from outside. The walk through the graph is asked with operations of the exam's own, so that a wrong rule does
not sink it. The inputs must not hide a mistake: never a tree alone, a square matrix, the last axis, a swap of axes,
indices without repetition, x = 1, or a gradient of ones.
"""
import numpy as np

from tito.grading.exam import copies, question, unchanged

EXACT = (1e-8, 1e-10)  # float64 on both sides: nothing here is a finite difference
F = np.float32


def normal(*shape, scale=1.5):
    return lambda rng: scale * rng.normal(size=shape)


def positive(*shape):
    return lambda rng: rng.uniform(0.3, 3, shape)


def mask(*shape):
    return lambda rng: rng.permutation(np.arange(np.prod(shape)) % 3 > 0).reshape(shape)


def signs(*shape):
    return lambda rng: rng.permutation(np.resize([1.0, -1.0, -1.0], int(np.prod(shape)))).reshape(shape)


def shares(*shape):
    "Rows of positive numbers that sum to 1."
    def draw(rng):
        t = rng.uniform(0.1, 1, shape)
        return t / t.sum(axis=-1, keepdims=True)
    return draw


def classes(count, *shape):
    return lambda rng: rng.permutation(np.resize(rng.permutation(count), int(np.prod(shape)))).reshape(shape)


class given:
    "A draw that is data, not a leaf."

    def __init__(self, draw):
        self.draw = draw

    def __call__(self, rng):
        return self.draw(rng)


def drawn(rng, draws):
    return [draw(rng) if callable(draw) else draw for draw in draws]


def arriving(rng, y):
    "A gradient from outside: another number for each entry."
    return rng.uniform(0.5, 1.5, y.shape)


def gradient_of(x):
    return None if x.grad is None else np.array(x.grad)


def register(exercise, aspect, name, about, function, weight=1, tolerance=EXACT, time_limit=None):
    function.__name__, function.__doc__ = f"{exercise}_{name}", about
    question(exercise, aspect, weight, tolerance=tolerance, time_limit=time_limit)(function)


def rule(exercise, name, op, *draws):
    "A rule by itself: rule(g, out, *inputs), with `out` from the operation. Others may hold any of these arrays, too."
    def asked(tt, rng):
        inputs = drawn(rng, draws)
        out = getattr(tt, op).forward(*inputs)
        given = arriving(rng, np.asarray(out)), out, *inputs
        arrays = [x for x in given if isinstance(x, np.ndarray)]
        before = copies(*arrays)
        return [np.asarray(getattr(tt, name)(*given)), unchanged(before, *arrays)]

    register(exercise, "value", name, f"{name}(g, out, …) as a function of arrays, which stay as they were.", asked)


def backward(exercise, name, about, *expressions, weight=2):
    "Gradients of the leaves of expressions, each (function of (tt, *leaves), *draws of the leaves)."
    def asked(tt, rng):
        answers = []
        for function, *draws in expressions:
            inputs = [x if isinstance(draw, given) else tt.Tensor(x, requires_grad=True)
                      for draw, x in zip(draws, drawn(rng, draws), strict=True)]
            y = function(tt, *inputs)
            y.backward(arriving(rng, y))
            answers += [gradient_of(x) for x in inputs if isinstance(x, tt.Tensor)]
        return answers

    register(exercise, "gradient", name, about, asked, weight)


def extremes(exercise, name, about, function, *arrays):
    "Gradients at chosen values, in the dtypes that they come in."
    def asked(tt, rng):
        leaves = [tt.Tensor(np.array(x), requires_grad=True) for x in arrays]
        y = function(tt, *leaves)
        y.backward(arriving(rng, y))
        return [gradient_of(x) for x in leaves]

    register(exercise, "stability", name, about, asked, tolerance=None if arrays[0].dtype == F else EXACT)


# ── Multiplying, and undoing a broadcast ─────────────────────────────────────────────────────────────────────────────

for _name in ("multiply_a", "multiply_b"):
    rule("multiply_rules", _name, "multiply", normal(2, 3), normal(2, 3))
backward("multiply_rules", "of_factors", "The gradients of a · b, of a · a and of 2 · a.",
         (lambda tt, a, b: a * b, normal(2, 3), normal(2, 3)), (lambda tt, a: a * a, normal(4)),
         (lambda tt, a: 2.5 * a, normal(2, 3)), (lambda tt, a, b: a * b * a, normal(), normal()))
backward("multiply_rules", "of_factors_that_broadcast", "The gradients of a · b when one is stretched.",
         (lambda tt, a, b: a * b, normal(2, 3), normal(3)), (lambda tt, a, b: a * b, normal(4, 1), normal(2, 1, 3)),
         weight=1)

SHAPES = ((4,), (3, 1), (1, 4), (2, 1, 4), (1, 1, 1), (1,), (), (2, 3, 4), (3, 4), (1, 3, 1))


@question("unbroadcast", "value", 2, tolerance=EXACT)
def unbroadcast_of_three_axes(tt, rng):
    "A (2, 3, 4) gradient for inputs of ten shapes."
    g = rng.normal(size=(2, 3, 4))
    return [np.asarray(tt.unbroadcast(g, shape)) for shape in SHAPES]


@question("unbroadcast", "value", tolerance=EXACT)
def unbroadcast_of_sizes_of_one(tt, rng):
    "Gradients whose own sizes are 1, and a single number."
    pairs = ((1, 3), (1, 3)), ((1, 3), (3,)), ((2, 1), (1, 1)), ((5, 1, 3), (1, 1)), ((), ()), ((4,), ())
    return [np.asarray(tt.unbroadcast(np.asarray(rng.normal(size=g)), shape)) for g, shape in pairs]


@question("unbroadcast", "gradient", tolerance=EXACT)
def unbroadcast_in_backward(tt, rng):
    "The gradients of a + b and a - b for shapes that stretch: (4,), (3, 1), three axes and single numbers."
    pairs = ((3, 4), (4,)), ((3, 1), (2, 3, 4)), ((), (2, 3)), ((2, 1, 4), (3, 1)), ((1, 3), (2, 1))
    leaves = [[tt.Tensor(rng.normal(size=shape), requires_grad=True) for shape in pair] for pair in pairs]
    for a, b in leaves:
        y = (a + b) - a - (b - a)
        y.backward(arriving(rng, y))
    return [gradient_of(x) for pair in leaves for x in pair]


# ── The walk: operations of the exam's own, whose rules are given ────────────────────────────────────────────────────

def own(tt):
    "mix(a, b) = a²b, bend(a) = tanh a, three(a, b, c) = a - b + 4c; their rules use all of it; the rules called."
    called = []

    def noted(name, rule):
        def asked(g, out, *inputs):
            called.append(name)
            return rule(g, out, *inputs)
        return asked

    mix, bend = tt.binary(lambda a, b: a * a * b, "mix"), tt.unary(np.tanh, "bend")
    three = tt.operation(lambda a, b, c: a - b + 4 * c, "three")
    mix.rules = (noted("mix 1", lambda g, out, a, b: g * (a * b + out / a)),
                 noted("mix 2", lambda g, out, a, b: g * (a * a + out / b) / 2))
    bend.rules = (noted("bend", lambda g, out, a: g * (1 - out * np.tanh(a))),)
    three.rules = [noted(f"three {n}", lambda g, *_, k=k: k * g) for n, k in enumerate((1.0, -1.0, 4.0), 1)]
    return mix, bend, three, called


def leaves(tt, rng, count, *shape):
    return [tt.Tensor(rng.normal(size=shape), requires_grad=True) for _ in range(count)]


def names(order, **tensors):
    "The listed tensors by name."
    known = {id(x): name for name, x in tensors.items()}
    return ", ".join(known.get(id(x), "?") for x in order)


@question("newest_first", "value", 2)
def newest_first_of_shared_results(tt, rng):
    "A graph in which results are used several times, by old and by young ones."
    mix, bend, three, _ = own(tt)
    a, b = leaves(tt, rng, 2, 3)
    c = mix(a, b)
    d = bend(c)
    e = mix(c, d)
    f = three(d, c, a)
    y = mix(f, mix(e, c))
    g = y.inputs[1]
    return [names(tt.newest_first(y), a=a, b=b, c=c, d=d, e=e, f=f, g=g, y=y), names(tt.newest_first(e), c=c, d=d, e=e),
            names(tt.newest_first(c), c=c)]


@question("newest_first", "value")
def newest_first_leaves_out_what_needs_nothing(tt, rng):
    "Results without gradients, numbers, and results that do not lead there."
    mix, bend, _, _ = own(tt)
    [a], plain = leaves(tt, rng, 1, 3), tt.Tensor(rng.normal(size=3))
    still, aside = bend(plain), bend(a)
    c = mix(a, still)
    y = mix(c, 2.0)
    return names(tt.newest_first(y), a=a, still=still, aside=aside, c=c, y=y)


@question("newest_first", "stability", time_limit=1)
def newest_first_of_many_paths(tt, rng):
    "How many results are listed where 2^40 paths lead through 40 of them."
    [x], add = leaves(tt, rng, 1, 2), tt.add
    y = x
    for _ in range(40):
        y = add(y, y)
    return len(tt.newest_first(y))


@question("newest_first", "stability")
def newest_first_of_a_long_chain(tt, rng):
    "How many results are listed of a chain of 5,000 operations, and whether the newest is first."
    [x] = leaves(tt, rng, 1)
    y = x
    for _ in range(5000):
        y = y + 1.0
    order = tt.newest_first(y)
    return [len(order), order[0] is y, order[-1].inputs[0] is x]


@question("receive", "value", 2, tolerance=EXACT)
def receive_adds_up(tt, rng):
    "Three gradients for one leaf; and for a result in the middle. What arrives stays as it was."
    mix, bend, _, _ = own(tt)
    [x], slopes = leaves(tt, rng, 1, 2, 3), rng.normal(size=(3, 2, 3))
    middle, before = bend(x), copies(slopes)
    for g in slopes:
        tt.receive(x, g, None), tt.receive(middle, g, None)
    return [gradient_of(x), gradient_of(middle), unchanged(before, slopes)]


@question("receive", "value")
def receive_makes_a_leaf_own_its_gradient(tt, rng):
    "Whether a leaf's gradient is its own, writeable, and what happens to the arrays that were handed over."
    first, second = leaves(tt, rng, 2, 2, 3)
    g = rng.normal(size=(2, 3))
    before = g.copy()
    tt.receive(first, g, g), tt.receive(second, g, g)
    first.grad += 1
    third, fourth = leaves(tt, rng, 2, 2, 3)
    tt.receive(third, np.broadcast_to(np.array(2.5), (2, 3)), None), tt.receive(fourth, before[::-1], None)
    third.grad *= 2
    return [bool(np.array_equal(g, before)), *[gradient_of(x) for x in (first, second, third, fourth)]]


@question("receive", "value")
def receive_keeps_the_dtype(tt, rng):
    "The dtype of a float32 leaf's gradient after float64 arrived, once and twice."
    x, y = (tt.Tensor(rng.normal(size=3).astype(F), requires_grad=True) for _ in range(2))
    for leaf, times in ((x, 1), (y, 2)):
        for _ in range(times):
            tt.receive(leaf, rng.normal(size=3), None)
    return [str(x.grad.dtype), str(y.grad.dtype)]


@question("receive", "gradient", tolerance=EXACT)
def receive_undoes_broadcasting(tt, rng):
    "Gradients of a larger shape, for a row, a column and a single number, the second one added."
    inputs = [tt.Tensor(rng.normal(size=shape), requires_grad=True) for shape in ((4,), (3, 1), ())]
    for x in inputs:
        for g in rng.normal(size=(2, 3, 4)):
            tt.receive(x, g, None)
    return [gradient_of(x) for x in inputs]


@question("backward", "value", 2, tolerance=EXACT)
def backward_through_shared_results(tt, rng):
    "Results that are used by several operations, by old and by young ones."
    mix, bend, three, _ = own(tt)
    a, b = leaves(tt, rng, 2, 2, 3)
    c = mix(a, b)
    d = bend(c)
    y = three(mix(c, d), mix(d, three(b, d, c)), bend(a))
    y.backward(arriving(rng, y))
    return [gradient_of(a), gradient_of(b)]


@question("backward", "value", tolerance=EXACT)
def backward_adds_up_across_calls(tt, rng):
    "One result differentiated twice, then another; the gradients are forgotten in between only where asked."
    mix, bend, _, _ = own(tt)
    a, b = leaves(tt, rng, 2, 3)
    c = bend(a)
    y, z = mix(c, b), mix(b, bend(c))
    y.backward(arriving(rng, y))
    y.backward(arriving(rng, y))
    twice = [gradient_of(a), gradient_of(b)]
    z.backward(arriving(rng, z))
    thrice = [gradient_of(a), gradient_of(b)]
    b.zero_grad()
    y.backward(arriving(rng, y))
    return [*twice, *thrice, gradient_of(a), gradient_of(b)]


@question("backward", "value", tolerance=EXACT)
def backward_keeps_gradients_when_asked(tt, rng):
    "The gradients of results in the middle, with retain_grads and without; a leaf shares none of them."
    mix, bend, _, _ = own(tt)
    a, b, e = leaves(tt, rng, 3, 3)
    c = bend(a)
    d = b + e  # its rules hand on the array that arrives
    y = mix(d, c)
    y.backward(np.array([0.5, 1.5, -2.0]))
    without = [x.grad is None for x in (c, d, y)]
    b.grad += 1
    alone = gradient_of(e)
    b.zero_grad()
    y.backward(np.array([0.5, 1.5, -2.0]), retain_grads=True)
    b.grad += 1
    return [*without, alone, *map(gradient_of, (b, c, d, y))]


@question("backward", "value", tolerance=EXACT)
def backward_from_one_number(tt, rng):
    "A single number and a leaf need no gradient from outside; a leaf of several is given one."
    mix, _, _, _ = own(tt)
    a, b = leaves(tt, rng, 2)
    [c] = leaves(tt, rng, 1, 3)
    mix(a, b).backward(), b.backward(), c.backward([1.0, 2.0, 3.0])
    return [gradient_of(x) for x in (a, b, c)]


@question("backward", "value")
def backward_computes_nothing_in_vain(tt, rng):
    "How often each rule is called when some inputs need no gradient; what those inputs have afterwards."
    mix, bend, three, called = own(tt)
    [a], plain = leaves(tt, rng, 1, 3), tt.Tensor(rng.normal(size=3))
    y = three(mix(bend(a), plain), mix(plain, a), plain)
    y.backward(arriving(rng, y))
    return [", ".join(sorted(called)), plain.grad is None]


@question("backward", "stability", time_limit=1, tolerance=EXACT)
def backward_through_many_paths(tt, rng):
    "2^40 paths through 40 results."
    [x] = leaves(tt, rng, 1, 2)
    y = x
    for _ in range(40):
        y = y + y
    y.backward(arriving(rng, y))
    return gradient_of(x)


@question("backward", "stability", tolerance=EXACT)
def backward_through_a_long_chain(tt, rng):
    "A chain of 30,000 operations: no recursion goes so deep, and who searches a list at each step is too late."
    [x] = leaves(tt, rng, 1, 2)
    y = x
    for _ in range(30_000):
        y = -y
    y.backward(arriving(rng, y))
    return gradient_of(x)


@question("backward", "gradient", 2, tolerance=EXACT)
def backward_undoes_broadcasting(tt, rng):
    "Inputs of several shapes, stretched by operations of two and three inputs."
    mix, bend, three, _ = own(tt)
    a, b, c = (tt.Tensor(rng.normal(size=shape), requires_grad=True) for shape in ((2, 3), (3,), ()))
    y = three(mix(a, b), bend(b), mix(c, a))
    y.backward(arriving(rng, y))
    return [gradient_of(x) for x in (a, b, c)]


@question("backward", "errors")
def backward_names_an_operation_without_a_rule(tt, rng):
    "Whether a rule that is missing is told by the operation's name, for one, two and three inputs."
    answers, made = [], [(tt.unary(np.cbrt, "cuberoot"), 1), (tt.binary(np.hypot, "hypotenuse"), 2),
                         (tt.operation(lambda a, b, c: a, "first_of_three"), 3)]
    for op, count in made:
        try:
            op(*leaves(tt, rng, count)).backward()
            answers.append("silent")
        except Exception as error:  # whatever it is, its text decides
            answers.append("told" if op.__name__ in str(error) else "not named")
    return answers


# ── Reductions ───────────────────────────────────────────────────────────────────────────────────────────────────────

AXES = (None, 0, 1, -1, (0, 2))
for _rule, _op in (("total_a", "total"), ("average_a", "average"), ("largest_a", "largest")):
    rule("reduction_rules", _rule, _op, normal(2, 3, 4), 1, False)
for _word in ("sum", "mean", "max", "min"):
    backward("reduction_rules", f"{_word}_over_axes", f"The gradient of the {_word} over all and over several axes.",
             *[(lambda tt, x, w=_word, axis=axis: getattr(x, w)(axis=axis), normal(2, 3, 4))
               for axis in AXES], weight=1)
    backward("reduction_rules", f"{_word}_with_keepdims", f"The gradient of the {_word} with keepdims.",
             *[(lambda tt, x, w=_word, axis=axis: getattr(x, w)(axis=axis, keepdims=True), normal(2, 3, 4))
               for axis in AXES], weight=1)
backward("reduction_rules", "of_equal_sizes", "Reductions of (3, 3), where sizes do not tell the axis.",
         *[(lambda tt, x, w=w: getattr(x, w)(axis=0), normal(3, 3)) for w in ("sum", "mean")],
         *[(lambda tt, x, w=w: getattr(x, w)(axis=1), normal(3, 3)) for w in ("sum", "mean")], weight=1)
extremes("reduction_rules", "equal_maxima", "The maximum where entries are equal: they share.",
         lambda tt, x: x.max(axis=0), np.array([[3.0, 1, 2, 5], [3.0, 4, 2, 0], [0.5, 1, 2, 5]]))

# ── Arithmetic and functions of one entry ────────────────────────────────────────────────────────────────────────────

for _name in ("divide_a", "divide_b"):
    rule("divide_rules", _name, "divide", normal(2, 3), positive(2, 3))
backward("divide_rules", "of_both", "The gradients of a / b, of 2 / b and of a / 4.",
         (lambda tt, a, b: a / b, normal(2, 3), positive(2, 3)), (lambda tt, b: 2 / b, positive(4)),
         (lambda tt, a: a / -4.0, normal(4)), (lambda tt, a: a / a, positive(4)))
backward("divide_rules", "of_shapes_that_broadcast", "The gradients of a / b when one is stretched.",
         (lambda tt, a, b: a / b, normal(2, 3), positive(3)),
         (lambda tt, a, b: a / b, normal(), positive(2, 3)), weight=1)

for _name in ("power_a", "power_b"):
    rule("power_rules", _name, "power", positive(2, 3), normal(2, 3))
backward("power_rules", "of_both", "The gradients of a ** b, of a ** 3, a ** -1.5 and 2 ** b.",
         (lambda tt, a, b: a ** b, positive(2, 3), normal(2, 3)), (lambda tt, a: a ** 3, normal(4)),
         (lambda tt, a: a ** -1.5, positive(4)), (lambda tt, b: 2 ** b, normal(2, 3)),
         (lambda tt, a: a ** a, positive(3)))
extremes("power_rules", "exponent_0", "x ** 0, at 0 and elsewhere.", lambda tt, x: x ** 0, np.array([0.0, 2, -3]))
extremes("power_rules", "exponents_0_1_and_2", "x to several exponents, at 0 too.",
         lambda tt, x: x ** np.array([0.0, 1, 2, 3, 0]), np.array([0.0, 0, 0, -2, 5]))
extremes("power_rules", "base_0", "0 ** y and 2 ** y.", lambda tt, y: np.array([0.0, 2, 0]) ** y, np.array([2.0, 0, 0]))

for _rule, _op, _draw in (("exp_a", "exp", normal(2, 3)), ("log_a", "log", positive(2, 3)),
                          ("sqrt_a", "sqrt", positive(2, 3)), ("absolute_a", "absolute", normal(2, 3))):
    rule("elementwise_rules", _rule, _op, _draw)
rule("elementwise_rules", "clip_a", "clip", normal(4, 3), -1, 1.25)
backward("elementwise_rules", "of_exp_log_sqrt", "The gradients of exp, log and sqrt.",
         (lambda tt, a: a.exp(), normal(2, 3)), (lambda tt, a: a.log(), positive(2, 3)),
         (lambda tt, a: a.sqrt(), positive(2, 3)))
backward("elementwise_rules", "of_abs_and_clip", "The gradients of abs, and of clip with one side open or none.",
         (lambda tt, a: a.abs(), normal(2, 3)), (lambda tt, a: a.clip(-0.5, 1), normal(4, 3)),
         (lambda tt, a: a.clip(None, 0), normal(4, 3)), (lambda tt, a: a.clip(0), normal(4, 3)))
extremes("elementwise_rules", "abs_at_0", "|x| at 0.", lambda tt, x: x.abs(), np.array([0.0, -2, 1e-30]))
extremes("elementwise_rules", "clip_at_the_border", "clip exactly on its borders, and beside them.",
         lambda tt, x: x.clip(-1, 2), np.array([-1.0, 2, -1 - 1e-9, 2 + 1e-9, 0.5]))

# ── Choosing, products, shapes ───────────────────────────────────────────────────────────────────────────────────────

MASK = np.array([[True, False, True], [False, True, True], [True, True, False], [False, False, True]])
rule("index_rules", "where_a", "where_op", mask(4, 3), normal(4, 3), normal(4, 3))
rule("index_rules", "where_b", "where_op", mask(4, 3), normal(4, 3), normal(4, 3))
rule("index_rules", "index_a", "index", normal(4, 3), [0, 0, 3])
backward("index_rules", "that_repeat", "Rows and entries that are taken several times.",
         (lambda tt, x: x[[0, 0, 3]], normal(4, 3)),
         (lambda tt, x: x[[0, 2, 2, 2], np.array([1, 1, 1, 0])], normal(4, 3)),
         (lambda tt, x: x[:, [1, 1, 0]], normal(4, 3)), (lambda tt, x: x[(0, 0, 1),], normal(4, 3)))
backward("index_rules", "of_slices_and_masks", "Single entries, slices, new axes and masks.",
         (lambda tt, x: x[1], normal(4, 3)), (lambda tt, x: x[-1, 2], normal(4, 3)),
         (lambda tt, x: x[::-2, 1:], normal(4, 3)),
         (lambda tt, x: x[None, ..., 0], normal(4, 3)), (lambda tt, x: x[MASK], normal(4, 3)))
backward("index_rules", "used_several_times", "One Tensor indexed three times.",
         (lambda tt, x: x[1:] + x[[0, 0, 2]] - x[-1], normal(4, 3)), weight=1)
backward("index_rules", "of_where", "where with two Tensors and with a number.",
         (lambda tt, a, b: tt.where(MASK, a, b), normal(4, 3), normal(4, 3)),
         (lambda tt, a: tt.where(MASK, 2.0, a), normal(4, 3)),
         (lambda tt, a: tt.where(MASK[0], a, 0), normal(4, 3)))

rule("matmul_rules", "matmul_a", "matmul", normal(2, 3), normal(3, 4))
rule("matmul_rules", "matmul_b", "matmul", normal(2, 3), normal(3, 4))
backward("matmul_rules", "of_matrices", "Two matrices; a weight that is used three times.",
         (lambda tt, a, b: a @ b, normal(2, 3), normal(3, 4)), (lambda tt, w: w @ w @ w, normal(3, 3)))


def of_products(*pairs):
    return [(lambda tt, a, b: a @ b, normal(*a), normal(*b)) for a, b in pairs]


backward("matmul_rules", "of_batches", "Batches on either side and on both.",
         *of_products(((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4)), ((5, 1, 2, 3), (4, 3, 2)), ((5, 2, 3), (5, 3, 4))))
backward("matmul_rules", "of_vectors", "Vectors on either side and on both, beside matrices and batches.",
         *of_products(((3,), (3,)), ((3,), (3, 4)), ((2, 3), (3,)), ((3,), (5, 3, 4)), ((5, 2, 3), (3,))))

rule("shape_rules", "reshape_a", "reshape", normal(2, 3, 4), (4, 6))
rule("shape_rules", "permute_a", "permute", normal(2, 3, 4), (2, 0, 1))
backward("shape_rules", "of_reshape", "reshape, flatten, and a single number.",
         (lambda tt, x: x.reshape(4, -1), normal(2, 3, 4)), (lambda tt, x: x.flatten(1), normal(2, 3, 4)),
         (lambda tt, x: x.reshape(1, 1), normal()))
backward("shape_rules", "of_permute", "Both cycles of three axes, negative axes, transpose and T.",
         *[(lambda tt, x, dims=dims: x.permute(*dims), normal(2, 3, 4))
           for dims in ((2, 0, 1), (1, 2, 0), (-1, -3, 1))],
         (lambda tt, x: x.transpose(0, 2), normal(2, 3, 4)), (lambda tt, x: x.T, normal(2, 3)))

# ── Activations and the affine layer ─────────────────────────────────────────────────────────────────────────────────

for _name in ("relu", "sigmoid", "tanh"):
    rule("activation_rules", f"{_name}_x", _name, normal(4, 3))
rule("activation_rules", "leaky_x", "leaky", normal(4, 3), 0.3)
backward("activation_rules", "of_curves", "The gradients of relu, leaky_relu, sigmoid and tanh.",
         *[(lambda tt, x, f=f: getattr(tt, f)(x), normal(4, 3, scale=3))
           for f in ("relu", "leaky_relu", "sigmoid", "tanh")])
backward("activation_rules", "of_other_slopes", "leaky_relu with slopes of 0.3, 2 and -0.5.",
         *[(lambda tt, x, k=k: tt.leaky_relu(x, k), normal(4, 3)) for k in (0.3, 2.0, -0.5)], weight=1)
BORDERS = np.array([0.0, 1e4, -1e4, 30, -30])
for _name in ("relu", "leaky_relu", "sigmoid", "tanh"):
    extremes("activation_rules", f"{_name}_far", f"{_name} at 0, ±30 and ±10,000.",
             lambda tt, x, f=_name: getattr(tt, f)(x), BORDERS)

for _rule, _op in (("gelu_erf_x", "gelu_erf"), ("gelu_tanh_x", "gelu_tanh")):
    rule("gelu_rules", _rule, _op, normal(4, 3))
for _word in ("none", "tanh"):
    backward("gelu_rules", f"of_{_word}", f"The gradient of gelu with approximate={_word!r}.",
             (lambda tt, x, w=_word: tt.gelu(x, w), normal(4, 3, scale=2)))
    extremes("gelu_rules", f"{_word}_far", f"The gradient of gelu with approximate={_word!r} at 0, ±30 and ±100.",
             lambda tt, x, w=_word: tt.gelu(x, w), np.array([0.0, 30, -30, 100, -100]))

for _rule, _op in (("softmax_x", "softmax_along"), ("log_softmax_x", "log_softmax_along")):
    rule("softmax_rules", _rule, _op, normal(4, 3), -1)
for _name in ("softmax", "log_softmax"):
    backward("softmax_rules", f"of_{_name}", f"The gradient of {_name} along every axis of (2, 3, 4).",
             *[(lambda tt, x, f=_name, axis=axis: getattr(tt, f)(x, axis=axis), normal(2, 3, 4))
               for axis in (0, 1, -1)])
    extremes("softmax_rules", f"{_name}_far", f"The gradient of {_name} at scores of ±10,000.",
             lambda tt, x, f=_name: getattr(tt, f)(x), np.array([[1e4, -1e4, 0.0], [-1e4, 9999, 1e4], [3, 2, 1]]))

for _name in ("affine_x", "affine_w"):
    rule("affine_rules", _name, "affine", normal(5, 4), normal(4, 3), normal(3))
for _name, _batch in (("one_example", ()), ("a_batch", (5,)), ("a_batch_of_batches", (2, 5))):
    backward("affine_rules", f"of_{_name}", f"Input {(*_batch, 4)}, weight and bias.",
             (lambda tt, x, w, b: tt.affine(x, w, b), normal(*_batch, 4), normal(4, 3), normal(3)), weight=1)


@question("affine_rules", "gradient", tolerance=EXACT)
def affine_rules_in_a_layer(tt, rng):
    "A Linear layer on data that need no gradient."
    layer = tt.Linear(4, 3, dtype=np.dtype("f8"))
    y = layer(rng.normal(size=(2, 5, 4)))
    y.backward(arriving(rng, y))
    return [gradient_of(layer.weight), gradient_of(layer.bias)]


# ── Losses ───────────────────────────────────────────────────────────────────────────────────────────────────────────

ERRORS = normal(4, 3, scale=2)


def terms(loss, draw, target, **options):
    "The terms of a loss, one by one: what arrives at each is the random gradient alone."
    return lambda tt, x, t: getattr(tt, loss)(x, t, reduction="none", **options), draw, given(target)


def terms_at(loss, target):
    return lambda tt, x: getattr(tt, loss)(x, target, reduction="none")


rule("loss_rules", "squared_error_p", "squared_error", ERRORS, normal(4, 3))
rule("loss_rules", "absolute_error_p", "absolute_error", ERRORS, normal(4, 3))
rule("loss_rules", "huber_p", "huber_terms", ERRORS, normal(4, 3), 0.8)
rule("loss_rules", "hinge_p", "hinge_terms", ERRORS, signs(4, 3))
rule("loss_rules", "half_square_w", "half_square", ERRORS)
backward("loss_rules", "of_mse_and_l1", "The gradients of the squared and of the absolute error.",
         terms("mse_loss", ERRORS, normal(4, 3)), terms("l1_loss", ERRORS, normal(4, 3)))
backward("loss_rules", "of_huber", "The gradient of Huber's loss with three deltas.",
         *[terms("huber_loss", ERRORS, normal(4, 3), delta=delta) for delta in (1.0, 0.4, 2.5)])
backward("loss_rules", "of_hinge_and_l2", "The gradients of hinge and of half the square.",
         terms("hinge_loss", ERRORS, signs(4, 3)), (lambda tt, w: tt.l2_loss(w, reduction="none"), ERRORS))
extremes("loss_rules", "no_error", "No absolute error, ±1e30, and exactly on the margin of hinge, in float32.",
         lambda tt, x: (tt.l1_loss(x, np.array([1.5, 2, 0, 0], F), reduction="none")
                        + tt.hinge_loss(x, np.array([1, 1, -1, 1], F), reduction="none")),
         np.array([1.5, 1e30, -1e30, 1], F))


def probabilities(rng):
    return rng.uniform(0.05, 0.95, (4, 3))


def truth(rng):
    return rng.permutation(np.linspace(0, 1, 12)).reshape(4, 3)


def log_shares(rng):
    return np.log(shares(4, 3)(rng))


rule("log_loss_rules", "bce_p", "bce_terms", probabilities, truth)
rule("log_loss_rules", "bce_with_logits_x", "bce_with_logits_terms", ERRORS, truth, np.array([0.5, 2, 1.5]))
rule("log_loss_rules", "kl_p", "kl_terms", log_shares, shares(4, 3))
backward("log_loss_rules", "of_bce", "The gradient of binary cross-entropy.", terms("bce_loss", probabilities, truth))
backward("log_loss_rules", "of_logits", "The gradient of binary cross-entropy with logits, with and without weights.",
         *[terms("bce_with_logits_loss", ERRORS, truth, pos_weight=w) for w in (None, 3.0, np.array([0.5, 2, 1]))])
backward("log_loss_rules", "of_kl", "The gradient of the Kullback-Leibler divergence.",
         terms("kl_div_loss", log_shares, shares(4, 3)))
FAR_LABELS = np.array([1.0, 1, 0, 0, 1, 0.5])
extremes("log_loss_rules", "logits_far", "Logits of ±10,000 and ±800, right and wrong, also with a pos_weight.",
         lambda tt, x: (tt.bce_with_logits_loss(x, FAR_LABELS, reduction="none")
                        + tt.bce_with_logits_loss(x, FAR_LABELS, pos_weight=2.5, reduction="none")),
         np.array([1e4, -1e4, 1e4, -1e4, -800, 800]))
extremes("log_loss_rules", "certain", "Probabilities of exactly 0 and 1 that are right.",
         terms_at("bce_loss", np.array([0.0, 1, 1])), np.array([0.0, 1, 0.5]))

SCORES = normal(5, 4, scale=2)


def shares_of_rows(rng):
    "Soft targets (2, 3, 4) whose classes are axis 1."
    return np.moveaxis(shares(2, 4, 3)(rng), -1, 1)


rule("cross_entropy_rules", "index_cross_entropy_x", "index_cross_entropy", SCORES, classes(4, 5))
rule("cross_entropy_rules", "soft_cross_entropy_x", "soft_cross_entropy", SCORES, shares(5, 4))
rule("cross_entropy_rules", "chosen_x", "chosen_log_probability", SCORES, classes(4, 5))
rule("cross_entropy_rules", "expected_x", "expected_log_probability", SCORES, shares(5, 4))
for _name in ("cross_entropy_loss", "nll_loss"):
    backward("cross_entropy_rules", f"of_{_name}", f"The gradient of {_name} for class indices, in two and three axes.",
             terms(_name, SCORES, classes(4, 5)), terms(_name, normal(2, 3, 4), classes(3, 2, 4)))
    backward("cross_entropy_rules", f"of_{_name}_and_soft_targets",
             f"The gradient of {_name} for soft targets, in two and three axes.",
             terms(_name, SCORES, shares(5, 4)), terms(_name, normal(2, 3, 4), shares_of_rows), weight=1)


@question("cross_entropy_rules", "gradient", tolerance=EXACT)
def cross_entropy_rules_with_targets_that_sum_to_more(tt, rng):
    "Soft targets whose rows do not sum to 1, as weights make them."
    x, t = tt.Tensor(rng.normal(size=(5, 4)), requires_grad=True), rng.uniform(0.2, 2, (5, 4))
    y = tt.soft_cross_entropy(x, t)
    y.backward(arriving(rng, y))
    return gradient_of(x)


FAR = np.array([[1e4, -1e4, 0, 5], [-1e4, 1e4, 3, 2], [900, 899, 898, 0]])
for _dtype in ("f4", "f8"):
    extremes("cross_entropy_rules", f"far_in_{_dtype}", f"Scores of ±10,000 in {_dtype}.",
             terms_at("cross_entropy_loss", np.array([1, 1, 2])), FAR.astype(_dtype))
extremes("cross_entropy_rules", "far_with_soft_targets", "Scores of ±10,000 with one-hot targets.",
         terms_at("cross_entropy_loss", np.eye(4)[[1, 1, 2]]), FAR)


# ── no_grad ──────────────────────────────────────────────────────────────────────────────────────────────────────────

def watched(tt, rng):
    "A function that says whether results remember at this moment. Recording is on at first, whatever was asked before."
    tt.recording.on = True
    [x] = leaves(tt, rng, 1, 3)
    return lambda: bool((x + 1.0).requires_grad)


@question("no_grad", "value", 2)
def no_grad_in_a_block(tt, rng):
    "Before, in and after a block, and in nested ones."
    on = watched(tt, rng)
    answers = [on()]
    with tt.no_grad():
        answers.append(on())
        with tt.no_grad():
            answers.append(on())
        answers.append(on())
    return [*answers, on()]


@question("no_grad", "value")
def no_grad_entered_twice(tt, rng):
    "One object used for two blocks, one within the other, and again."
    on, quiet = watched(tt, rng), tt.no_grad()
    answers = []
    with quiet:
        with quiet:
            answers.append(on())
        answers.append(on())
    answers.append(on())
    with quiet:
        answers.append(on())
    return [*answers, on()]


@question("no_grad", "value")
def no_grad_as_a_decorator(tt, rng):
    "A decorated function, called twice, and the time after."
    on = watched(tt, rng)
    quiet = tt.no_grad()(on)
    return [quiet(), on(), quiet(), on()]


@question("no_grad", "stability")
def no_grad_after_an_error(tt, rng):
    "A block and an inner block that fail: the error passes, and recording is as it was."
    on, answers = watched(tt, rng), []
    try:
        with tt.no_grad():
            try:
                with tt.no_grad():
                    raise LookupError("planted")
            except LookupError:
                answers.append(on())
            raise KeyError("planted")
    except KeyError:
        answers += ["passed", on()]
    return answers

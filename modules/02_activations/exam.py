"""The exam on activations: inputs only. The reference solution sits it too, and its answers are the key.

The inputs must not hide a mistake: never small numbers alone, never axis -1 or 1 alone, never as many rows as columns
where an axis can be asked, never x = 1 alone, never scores below 17 alone.
"""
import numpy as np

from tito.grading.exam import copies, gradient, question, refusal, unchanged

AROUND_ZERO = np.array([[-3.0, -0.75, -1e-3, 0.0], [1e-3, 0.6, 1.4, 2.5], [-1.9, 17.5, -17.5, 5.0]])
FAR = np.array([1e4, -1e4, 100, -100, 745, -745, 37, -37, 0])
DTYPES = ("f4", "f8")


def normal(tt, rng, *shape, scale=2.0):
    "A float64 Tensor of normal numbers that requires a gradient."
    return tt.Tensor(scale * rng.normal(size=shape), requires_grad=True)


def quiet(function):
    "The answer with the inputs' own values after it: an activation must not write into what it is given."
    def asked(tt, rng):
        x = normal(tt, rng, 4, 3)
        before = copies(x)
        return [function(tt, x), unchanged(before, x)]
    return asked


# ── Entry by entry ───────────────────────────────────────────────────────────────────────────────────────────────────

CURVES = {
    "relu": ("relu", lambda tt, x: tt.relu(x)),
    "leaky_relu": ("leaky_relu", lambda tt, x: tt.leaky_relu(x)),
    "sigmoid": ("sigmoid", lambda tt, x: tt.sigmoid(x)),
    "tanh": ("tanh", lambda tt, x: tt.tanh(x)),
    "gelu_erf": ("gelu", lambda tt, x: tt.gelu(x)),
    "gelu_tanh": ('gelu with approximate="tanh"', lambda tt, x: tt.gelu(x, "tanh")),
}


def aspects(exercise, called, curve):
    "What is asked of every curve: name, aspect, what is asked, weight, function."
    def known(tt, rng):
        return [curve(tt, tt.Tensor(AROUND_ZERO.astype(dtype))) for dtype in DTYPES]

    def shapes(tt, rng):
        return [curve(tt, tt.Tensor(2 * rng.normal(size=shape))) for shape in ((), (7,), (2, 1, 4))]

    def data(tt, rng):
        row = rng.normal(size=3)
        answers = [curve(tt, x) for x in (row.tolist(), [-2, 3, 1], -1.5, row, row.astype("f4"))]
        return [*answers, *[str(x.dtype) for x in answers]]

    def far(tt, rng):
        return [curve(tt, tt.Tensor(FAR.astype(dtype))) for dtype in DTYPES]

    def precise(tt, rng):
        x = np.append(rng.uniform(-40, -20, 3), rng.uniform(-700, -100, 3))
        return np.log(np.maximum(np.abs(curve(tt, tt.Tensor(x)).data), 1e-307))

    def without_overflow(tt, rng):
        with np.errstate(over="raise"):
            return [curve(tt, tt.Tensor(np.array([-1000, -100, 3], dtype))) for dtype in DTYPES]

    def slopes(tt, rng):
        x = normal(tt, rng, 4, 3)
        return gradient(tt, curve(tt, x) * rng.uniform(0.5, 2, (4, 3)), x)

    def slopes_when_used_twice(tt, rng):
        x = normal(tt, rng, 2, 3)
        y = curve(tt, x)
        return gradient(tt, y * y + 3 * curve(tt, y), x)

    yield "known", "value", f"{called} of numbers around zero and beyond ±17, in float32 and float64.", 2, known
    yield "shapes", "value", f"{called} of a single number, a row, and three axes, one of them of size 1.", 1, shapes
    yield "data", "value", f"{called} of plain numbers, lists, integers and arrays: values and types.", 1, data
    yield "unchanged", "value", f"{called} of a (4, 3) batch, which stays as it was.", 1, quiet(curve)
    yield "far", "stability", f"{called} at ±10,000, ±745, ±100 and ±37, in float32 and float64.", 2, far
    if exercise == "sigmoid":
        yield "precise", "stability", "The digits of sigmoid between -40 and -20, and down to -700.", 1, precise
        yield "quiet", "stability", "sigmoid at -1000 and -100 without an overflow on the way.", 1, without_overflow
    yield "slopes", "gradient", f"The slopes of {called}.", 1, slopes
    yield "slopes_when_used_twice", "gradient", f"The slopes when {called} is used twice.", 1, slopes_when_used_twice


def ask(exercise, questions):
    for name, aspect, about, weight, function in questions:
        function.__name__, function.__doc__ = f"{exercise}_{name}", about
        question(exercise, aspect, weight)(function)


for _exercise, (_called, _curve) in CURVES.items():
    ask(_exercise, aspects(_exercise, _called, _curve))


@question("leaky_relu", "value", 2)
def leaky_relu_with_other_slopes(tt, rng):
    "Slopes of 0.3, 0, 2.5 and -0.5 on the negative side."
    x = normal(tt, rng, 4, 3)
    return [tt.leaky_relu(x, slope) for slope in (0.3, 0.0, 2.5, -0.5)]


@question("leaky_relu", "gradient")
def leaky_relu_with_another_slope_slopes(tt, rng):
    "The slopes with a negative side of 0.3."
    x = normal(tt, rng, 4, 3)
    return gradient(tt, tt.leaky_relu(x, 0.3) * rng.uniform(0.5, 2, (4, 3)), x)


refusal("leaky_relu", "refuses_a_word", "a slope that is no number.",
        lambda tt, slope: tt.leaky_relu(tt.Tensor([-1.5, 2.0]), slope), [0.2, 1], ["steep", None])


refusal("gelu_tanh", "refuses_other_words", "an approximation that there is not.",
        lambda tt, word: tt.gelu(tt.Tensor([-1.5, 2.0]), word), ["tanh", "none"], ["sigmoid", None])


# ── Along an axis ────────────────────────────────────────────────────────────────────────────────────────────────────

def along(word):
    "What is asked of softmax and of log_softmax."
    def f(tt, x, **options):
        return getattr(tt, word)(x, **options)

    def last(tt, rng):
        return [f(tt, tt.Tensor(3 * rng.normal(size=shape).astype(dtype))) for shape in ((5, 3), (7,), (2, 1, 4))
                for dtype in DTYPES]

    def any_axis(tt, rng):
        x = normal(tt, rng, 2, 3, 4)
        return [f(tt, x, axis=axis) for axis in (0, 1, 2, -1, -2, -3)]

    def data(tt, rng):
        answers = [f(tt, x) for x in ([1, 2, 4], [[0.5, -1.0, 2.0], [1.5, 0.0, 1.0]], rng.normal(size=(2, 3)))]
        return [*answers, *[str(x.dtype) for x in answers]]

    def far(tt, rng):
        near = np.array([[1e4, 9999.0, 9998.5, -1e4], [-1e4, -9999, -1e4, -9998], [3e3, 0, -3e3, 1]])
        apart = np.array([[1e4, 9e3, 0, -1e4], [-1e4, -9e3, -8e3, -9500], [3e3, 0, -3e3, 1]])
        # x - (m + ln sum) is right too, but keeps few digits of a small gap in float32: those are asked in float64
        return [f(tt, tt.Tensor(near)), f(tt, tt.Tensor(apart.astype("f4")))]

    def far_apart(tt, rng):
        x = np.array([[900.0, 899, 0], [-900, -901, -900.5], [1, 0.5, -2], [0, -1000, 1000], [89, 88, 90]])
        return [f(tt, tt.Tensor(x)), f(tt, tt.Tensor(x.T), axis=0), f(tt, tt.Tensor(x[2:].astype("f4")))]

    def slopes(tt, rng):
        x = normal(tt, rng, 4, 3)
        return gradient(tt, f(tt, x) * rng.uniform(0.5, 2, (4, 3)), x)

    def slopes_along_axis_0(tt, rng):
        x = normal(tt, rng, 2, 3, 4)
        return gradient(tt, f(tt, x, axis=0) * rng.uniform(0.5, 2, (2, 3, 4)), x)

    yield "last", "value", f"{word} along the last axis of (5, 3), (7,) and (2, 1, 4), in two dtypes.", 2, last
    yield "any_axis", "value", f"{word} along every axis of (2, 3, 4).", 2, any_axis
    yield "data", "value", f"{word} of lists and arrays: values and types.", 1, data
    yield "unchanged", "value", f"{word} of a (4, 3) batch, which stays as it was.", 1, quiet(f)
    yield "far", "stability", f"{word} of scores of ±10,000.", 2, far
    yield "far_apart", "stability", f"{word} of rows that lie far apart.", 1, far_apart
    yield "slopes", "gradient", f"The slopes of {word} along the last axis.", 1, slopes
    yield "slopes_along_axis_0", "gradient", f"The slopes of {word} along axis 0.", 1, slopes_along_axis_0


for _word in ("softmax", "log_softmax"):
    ask(_word, along(_word))
    refusal(_word, "refuses", "an axis that is not there, a single number, an empty axis.",
            lambda tt, case, f=_word: getattr(tt, f)(tt.Tensor(np.ones(case[0])), axis=case[1]),
            [((4, 3), -1), ((4, 3), -2)], [((4, 3), 2), ((4, 3), -3), ((4, 3), 0.5), ((), -1), ((2, 0), -1)], weight=2)


# ── Classes ──────────────────────────────────────────────────────────────────────────────────────────────────────────

def of_class(name, scale):
    def default(tt, rng):
        return getattr(tt, name)()(normal(tt, rng, 5, 3, scale=scale))

    def other_axes(tt, rng):
        x = normal(tt, rng, 2, 3, 4)
        return [getattr(tt, name)(axis)(x) for axis in (0, 1)] + [getattr(tt, name)(axis=-2)(x)]

    def shown(tt, rng):
        one = getattr(tt, name)(axis=0)
        return [repr(one), len(one.parameters())]

    def slopes(tt, rng):
        x = normal(tt, rng, 4, 3)
        return gradient(tt, getattr(tt, name)(axis=0)(x) * rng.uniform(0.5, 2, (4, 3)), x)

    yield f"{name}_default", "value", f"{name}() along the last axis.", 1, default
    yield f"{name}_other_axes", "value", f"{name} along other axes.", 2, other_axes
    yield f"{name}_shown", "value", f"How {name} is shown, and how many parameters it has.", 1, shown
    yield f"{name}_slopes", "gradient", f"The slopes of {name} along axis 0.", 1, slopes


for _name, _scale in (("Softmax", 2.0), ("LogSoftmax", 2000.0)):  # where the logarithm of a softmax is of a 0
    ask("softmax_classes", of_class(_name, _scale))

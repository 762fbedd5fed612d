"""The exam on the losses: inputs only. The reference solution sits it too, and its answers are the key.

LOSSES says of each loss what its inputs look like; below it, every aspect is asked of every loss alike. The inputs
must not hide a mistake: never two columns, one row, as many rows as classes, equal labels, symmetric errors or whole
numbers alone.
"""
import numpy as np

from tito.grading.exam import copies, gradient, question, refuses, unchanged

ROWS, COLUMNS = 5, 3
SMALL = (2, 3)  # where every entry is moved by itself to find its slope
LOSSES = {}


class Inputs:
    """What one loss is asked with: `draw(rng, shape)` gives arrays, of which the first `trained` can need a gradient.

    `options` and `extremes` are {name: (what is asked, keywords)} and {name: (what is asked, arrays)}; `wrong` is
    {name: (what is asked, function of the drawn arrays that gives (arrays, keywords) to refuse)}. `classes`: the target
    is class indices, and may be distributions.
    """

    def __init__(self, draw, trained=1, shape=(ROWS, COLUMNS), others=((7,), (2, 3, 4)), options=None, extremes=None,
                 wrong=None, tolerance=None, classes=False):
        self.draw, self.trained, self.shape, self.others = draw, trained, shape, others
        self.options, self.extremes, self.wrong = options or {}, extremes or {}, wrong or {}
        self.tolerance, self.classes = tolerance, classes

    def tensors(self, tt, arrays):
        "Tensors of the arrays; those to train require a gradient."
        return [tt.Tensor(x, requires_grad=i < self.trained) for i, x in enumerate(arrays)]

    def batch(self, rng):
        return self.draw(rng, self.shape)

    def small(self, rng):
        return self.draw(rng, SMALL)


# ── Inputs ───────────────────────────────────────────────────────────────────────────────────────────────────────────

def signs(rng, shape):
    "Labels -1 and +1 in random order, never all equal."
    return rng.permutation(np.resize([1.0, -1.0, -1.0], int(np.prod(shape)))).reshape(shape)


def labels(rng, count, classes):
    "Class indices in random order, never all equal."
    return rng.permutation(np.resize(rng.permutation(classes), count))


def distributions(rng, shape):
    "Rows (or one row) of positive numbers that sum to 1."
    t = rng.uniform(0.1, 1, shape)
    return t / t.sum(axis=-1, keepdims=True)


def on_both_sides(rng, shape):
    "Errors of both signs, small, middling and large: on either side of every delta that is asked."
    sizes = rng.permutation(np.resize([0.2, -0.3, 1.6, -1.7, 4, -4.5], int(np.prod(shape)))).reshape(shape)
    target = rng.normal(size=shape)
    return target + sizes * rng.uniform(0.8, 1.2, shape), target


def triplets(rng, shape):
    "Anchors, positives and negatives; every other row is easy: its negative lies further away than its positive by 3."
    a, p, n = rng.normal(size=(3, *shape))
    p_far, n_far = (np.linalg.norm(x - a, axis=-1, keepdims=True) for x in (p, n))
    p, n = np.where(p_far < n_far, n, p), np.where(p_far < n_far, p, n)
    easy = (np.arange(int(np.prod(shape[:-1]))) % 2 == 1).reshape(*shape[:-1], 1)
    further = (np.maximum(p_far, n_far) + 3) / np.minimum(p_far, n_far)
    return a, p, np.where(easy, a + (n - a) * further, n)


def errors(scale):
    return lambda rng, shape: (scale * rng.normal(size=shape), rng.normal(size=shape))


def with_classes(draw):
    "Inputs of shape (N, C), (C,) or (N, C, length), with the class index of each row."
    def drawn(rng, shape):
        rows = shape[:1] + shape[2:] if len(shape) > 1 else ()
        classes = shape[1] if len(shape) > 1 else shape[0]
        index = labels(rng, int(np.prod(rows)), classes).reshape(rows) if rows else np.array(classes - 2)
        return draw(rng, shape), index
    return drawn


def f32(*rows):
    return np.array(rows, np.float32)


def other_shapes(*shapes):
    "A target that does not have the prediction's shape must be refused, also where NumPy would broadcast it."
    return {f"target_of_shape_{'_'.join(map(str, shape))}": (
        f"A prediction {one} with a target {shape}.",
        lambda x, one=one, shape=shape: ((np.resize(x[0], one), np.resize(x[1], shape), *x[2:]), {}))
        for one, shape in shapes}


PAIRS = other_shapes(((5, 3), (3, 5)), ((5, 1), (5,)), ((5, 3), (3,)))


def replaced(position, value, **options):
    "The drawn arrays with `value` written into one of them."
    def change(arrays):
        arrays = [x.copy() for x in arrays]
        arrays[position].flat[1] = value
        return arrays, options
    return change


def with_option(**options):
    return lambda arrays: (arrays, options)


LOSSES["mse_loss"] = Inputs(errors(2), wrong=PAIRS, extremes={
    "large_and_small": ("Errors of 1e18, 1e-15 and 0 in float32.",
                        (f32(1e18, -2e18, 3e-15, 0.5), f32(0, 1e18, 0, 0.5)))})
LOSSES["l1_loss"] = Inputs(errors(2), wrong=PAIRS, extremes={
    "large_and_small": ("Errors of 1e30, 1e-30 and 0 in float32.",
                        (f32(1e30, -2e30, 3e-30, 0.5), f32(0, 1e30, 0, 0.5)))})
LOSSES["huber_loss"] = Inputs(
    on_both_sides,
    options={"wide": ("A delta of 2.5.", {"delta": 2.5}), "narrow": ("A delta of 0.4.", {"delta": 0.4})},
    extremes={"large_and_small": ("Errors of ±1e30, ±1e-15 and 0 in float32.",
                                  (f32(1e30, -2e30, 3e-15, -2e-15, 0.5), f32(0, 1e30, 0, 0, 0.5)))},
    wrong={**PAIRS, "delta_zero": ("A delta of 0.", with_option(delta=0.0)),
           "delta_negative": ("A negative delta.", with_option(delta=-1.0))})

CERTAIN, TRUTH = f32(0, 1, 0.25, 1, 0), f32(0, 1, 0, 1, 0)
LOSSES["bce_loss"] = Inputs(
    lambda rng, shape: (rng.uniform(0.03, 0.97, shape), rng.permutation(
        np.resize([0.0, 1.0, 1.0, 0.3, 0.8], int(np.prod(shape)))).reshape(shape)),
    extremes={
        "certain_and_right": ("Probabilities of exactly 0 and 1 that are right, in float32.", (CERTAIN, TRUTH)),
        "certain_in_double": ("Probabilities of exactly 0 and 1 that are right, in float64.",
                              (CERTAIN.astype(float), TRUTH.astype(float))),
        "certain_and_wrong": ("Probabilities of exactly 0 and 1 that are wrong: each costs 100.",
                              (f32(0, 1, 0.25, 1, 0), f32(1, 0, 1, 0.5, 0.25))),
        "nearly_certain": ("Probabilities of 1e-30 and 1e-10.", (f32(1e-30, 1e-10, 0.999), f32(1, 1, 0)))},
    wrong={**PAIRS, "no_probability": ("A prediction of 1.25.", replaced(0, 1.25)),
           "negative": ("A prediction of -0.1.", replaced(0, -0.1)),
           "target_above_1": ("A target of 2.", replaced(1, 2.0))})
LOSSES["bce_with_logits_loss"] = Inputs(
    lambda rng, shape: (4 * rng.normal(size=shape), rng.permutation(
        np.resize([0.0, 1.0, 1.0, 0.3, 0.8], int(np.prod(shape)))).reshape(shape)),
    options={"pos_weight": ("A pos_weight of 3.5.", {"pos_weight": 3.5}),
             "pos_weights": ("A pos_weight for each column.", {"pos_weight": np.array([0.5, 2.0, 3.5])})},
    extremes={
        "ten_thousand": ("Scores of ±10,000 in float32.", (f32(1e4, -1e4, 1e4, -1e4, 0), f32(1, 0, 0, 1, 0.25))),
        "from_17_on": ("Scores of ±17, ±50 and ±100 in float32, right and wrong.",
                       (f32(17, -17, 50, -50, 100, -100), f32(0, 1, 0, 1, 1, 0))),
        "in_double": ("Scores of ±40 and ±800 in float64.",
                      (np.array([40.0, -40, 800, -800]), np.array([0.0, 1, 0, 0.5])))},
    wrong={**PAIRS, "target_above_1": ("A target of 2.", replaced(1, 2.0)),
           "negative_pos_weight": ("A negative pos_weight.", with_option(pos_weight=-1.0))})

CLASS_WEIGHTS = {"weight": np.array([0.5, 2.0, 1.25, 3.0])}
SOFT_TARGETS = {
    "one_hot_targets": ("One-hot targets.", lambda rng, shape: np.eye(shape[1])[labels(rng, *shape)], {}),
    "soft_targets": ("Soft targets.", distributions, {}),
    "soft_targets_and_weights": ("Soft targets and class weights.", distributions, CLASS_WEIGHTS)}
CLASS_ERRORS = {
    "no_such_class": ("Class 4 of four.", replaced(1, 4)),
    "negative_class": ("Class -1.", replaced(1, -1)),
    "too_few_targets": ("Five rows with four targets.", lambda x: ((x[0], x[1][:4]), {})),
    "weights_of_another_count": ("Three class weights for four classes.", with_option(weight=np.array([1.0, 2, 3]))),
    "nothing_counts": ("Every target ignored.", lambda x: ((x[0], np.full(ROWS, -100)), {}))}
LOSSES["cross_entropy_loss"] = Inputs(
    with_classes(lambda rng, shape: 3 * rng.normal(size=shape)), shape=(ROWS, 4), others=((4,), (3, 5, 2)),
    classes=True,
    options={"weight": ("A weight for each class.", CLASS_WEIGHTS),
             "smoothing": ("A label_smoothing of 0.2.", {"label_smoothing": 0.2}),
             "weight_and_smoothing": ("Weights and a label_smoothing.", {**CLASS_WEIGHTS, "label_smoothing": 0.15}),
             "ignore_index": ("Rows of class 1 ignored.", {"ignore_index": 1})},
    extremes={
        "ten_thousand": ("Scores of ±10,000 in float32, right and wrong.",
                         (f32([1e4, -1e4, 0, 5], [-1e4, 1e4, 3, 2], [0, 1e4, -1e4, 1]), np.array([1, 1, 2]))),
        "far_apart": ("One row around 9,000, one around -9,000, in float64.",
                      (np.array([[9000, 8999, 8998.5], [-9000, -9001, -8999.5], [0, 1, 0.5], [3, -30, 2]]),
                       np.array([2, 0, 1, 1]))),
        "one_hot": ("Scores of ±10,000 with one-hot targets.",
                    (f32([1e4, -1e4, 0, 5], [-1e4, 1e4, 3, 2], [0, 1e4, -1e4, 1]), np.eye(4, dtype="f4")[[1, 1, 2]])),
        "certain": ("A certain and right prediction costs exactly nothing.",
                    (f32([60, 0, -3, 1], [2, 200, 0, 1]), np.array([0, 1])))},
    wrong={**CLASS_ERRORS, "smoothing_above_1": ("A label_smoothing of 1.5.", with_option(label_smoothing=1.5))})
LOSSES["nll_loss"] = Inputs(
    with_classes(lambda rng, shape: -rng.uniform(0.1, 4, shape)), shape=(ROWS, 4), others=((4,), (3, 5, 2)),
    classes=True,
    options={"weight": ("A weight for each class.", CLASS_WEIGHTS),
             "ignore_index": ("Rows of class 1 ignored.", {"ignore_index": 1})},
    extremes={
        "impossible_class": ("One-hot targets where another class is impossible: 0 times infinity is 0.",
                             (f32([-0.5, -np.inf, -1], [-np.inf, -2, -3.5]), f32([1, 0, 0], [0, 0, 1]))),
        "large": ("Log-probabilities of -10,000.", (f32([-1e4, -0.5, -2], [-0.25, -1e4, -1e-6]), np.array([0, 2])))},
    wrong=CLASS_ERRORS)
LOSSES["kl_div_loss"] = Inputs(
    lambda rng, shape: (-rng.uniform(0.1, 4, shape), distributions(rng, shape)),
    options={"batchmean": ("The sum divided by the rows.", {"reduction": "batchmean"})},
    extremes={
        "zero_targets": ("Targets that hold zeros: those terms are 0.",
                         (f32([-0.5, -2, -1.5], [-3, -0.1, -2.5]), f32([0.25, 0, 0.75], [0, 1, 0]))),
        "impossible": ("A target of 0 where the log-probability is -inf.",
                       (f32([-0.5, -np.inf, -1.5], [-3, -0.1, -np.inf]), f32([0.25, 0, 0.75], [0.5, 0.5, 0])))},
    wrong={**PAIRS, "negative_target": ("A target of -0.1.", replaced(1, -0.1)),
           "target_above_1": ("A target of 1.5.", replaced(1, 1.5))})
LOSSES["hinge_loss"] = Inputs(
    lambda rng, shape: (1.5 * rng.normal(size=shape), signs(rng, shape)),
    extremes={"far_and_on_the_margin": ("Scores of ±1e30, 0 and exactly on the margin, in float32.",
                                        (f32(1e30, -2e30, 1, -1, 0), f32(1, 1, 1, -1, -1)))},
    wrong={**PAIRS, "label_0": ("A label of 0.", replaced(1, 0.0)), "label_2": ("A label of 2.", replaced(1, 2.0))})

LOSSES["cosine_embedding_loss"] = Inputs(
    lambda rng, shape: (rng.normal(size=shape), rng.normal(size=shape), signs(rng, shape[:-1])), trained=2,
    others=((7, 4), (2, 5, 3)), tolerance=(1e-6, 1e-6),
    options={"margin": ("A margin of 0.2.", {"margin": 0.2}), "below": ("A margin of -0.3.", {"margin": -0.3})},
    extremes={
        "zero_vectors": ("Zero vectors, with both labels.",
                         (f32([0, 0, 0], [1, 2, 3], [0, 0, 0]), f32([1, 2, 0.5], [0, 0, 0], [0, 0, 0]), f32(1, -1, 1))),
        "long_and_short": ("Rows of length 10,000 and 0.01.",
                           (f32([1e4, -2e4, 3e4], [0.01, 0.02, 0.005]), f32([0.01, 0.03, -0.01], [2e4, 1e4, 1e4]),
                            f32(1, -1)))},
    wrong={"other_columns": ("Rows of three numbers with rows of two.", lambda x: ((x[0], x[1][:, :2], x[2]), {})),
           "column_of_labels": ("Labels of shape (5, 1).", lambda x: ((x[0], x[1], x[2][:, None]), {})),
           "label_0": ("A label of 0.", replaced(2, 0.0)), "margin_2": ("A margin of 2.", with_option(margin=2.0))})
LOSSES["triplet_loss"] = Inputs(
    triplets, trained=3,
    others=((7, 4), (2, 5, 3)), tolerance=(1e-5, 1e-5),
    options={"margin": ("A margin of 0.3.", {"margin": 0.3}), "wide": ("A margin of 2.5.", {"margin": 2.5})},
    extremes={
        "one_place": ("All three in one place: the margin is left.", (f32([1, 2, 3], [0, -1, 0.5]),) * 3),
        "far": ("Rows 10,000 away.", (f32([1e4, 0, 0], [0, 0, 0]), f32([0, 0, 0], [0.5, 0, 0]),
                                      f32([0, 1e4, 0], [0, 1e4, 3])))},
    wrong={"other_columns": ("Rows of three numbers with rows of two.", lambda x: ((x[0], x[1], x[2][:, :2]), {})),
           "one_negative": ("One negative for five anchors.", lambda x: ((x[0], x[1], x[2][:1]), {})),
           "margin_zero": ("A margin of 0.", with_option(margin=0.0))})
LOSSES["l2_loss"] = Inputs(lambda rng, shape: (2 * rng.normal(size=shape),), extremes={
    "large_and_small": ("Weights of ±1e18, 1e-15 and 0 in float32.", (f32(1e18, -2e18, 3e-15, 0),))})
LOSSES["l1_regularization"] = Inputs(lambda rng, shape: (2 * rng.normal(size=shape),), extremes={
    "large_and_small": ("Weights of ±1e30, 1e-30 and 0 in float32.", (f32(1e30, -2e30, 3e-30, 0),))})


# ── The aspects, asked of every loss: each yields name, what is asked, relative weight, function ──────────────────────

def value(loss, inputs):
    def of_a_batch(tt, arrays):
        return getattr(tt, loss)(*inputs.tensors(tt, arrays))

    def other_shapes(rng):
        drawn = [inputs.draw(rng, shape) for shape in inputs.others]
        return [[x.astype("f4") if x.dtype.kind == "f" else x for x in arrays] for arrays in drawn]

    def of_other_shapes(tt, batches):
        return [getattr(tt, loss)(*inputs.tensors(tt, arrays)) for arrays in batches]

    yield "of_a_batch", f"The mean over a batch of shape {inputs.shape}.", 2, of_a_batch, inputs.batch
    shapes = " and ".join(map(str, inputs.others))
    yield "of_other_shapes", f"Batches of shape {shapes}, in float32.", 1, of_other_shapes, other_shapes
    for name, (about, options) in inputs.options.items():
        def with_options(tt, arrays, options=options):
            return getattr(tt, loss)(*inputs.tensors(tt, arrays), **options)
        yield f"with_{name}", about, 1, with_options, inputs.batch
    for name, (about, draw, options) in SOFT_TARGETS.items() if inputs.classes else ():
        def scores_and_targets(rng, draw=draw):
            return inputs.batch(rng)[0], draw(rng, inputs.shape)

        def with_targets(tt, arrays, options=options):
            return getattr(tt, loss)(*map(tt.Tensor, arrays), **options)
        yield f"with_{name}", about, 1, with_targets, scores_and_targets


def reduction(loss, inputs):
    for word in ("mean", "sum", "none"):
        def reduced(tt, arrays, word=word):
            return getattr(tt, loss)(*inputs.tensors(tt, arrays), reduction=word)
        yield word, f"The option reduction={word!r}.", 1, reduced, inputs.batch
    if inputs.classes:
        def weighted(tt, arrays):
            tensors = inputs.tensors(tt, arrays)
            return [getattr(tt, loss)(*tensors, reduction=word, **CLASS_WEIGHTS) for word in ("sum", "none")]
        yield "weighted", "Weighted rows, summed and one by one.", 1, weighted, inputs.batch


def stability(loss, inputs):
    for name, (about, arrays) in inputs.extremes.items():
        def at_extremes(tt, arrays):
            tensors = inputs.tensors(tt, arrays)
            before = copies(*tensors)
            terms = getattr(tt, loss)(*tensors, reduction="none")
            return {"terms": terms, "inputs unchanged": unchanged(before, *tensors)}
        yield name, about, 1, at_extremes, lambda rng, arrays=arrays: [x.copy() for x in arrays]


def slopes(loss, inputs):
    def slope(tt, arrays):
        tensors = inputs.tensors(tt, arrays)
        return gradient(tt, getattr(tt, loss)(*tensors), *tensors[:inputs.trained])

    def small_and_weights(rng):
        return inputs.small(rng), rng.uniform(0.5, 2, SMALL)

    def slope_of_terms(tt, drawn):
        arrays, weights = drawn
        tensors = inputs.tensors(tt, arrays)
        terms = getattr(tt, loss)(*tensors, reduction="none")
        return gradient(tt, terms * np.resize(weights, terms.shape), *tensors[:inputs.trained], by_row=True)

    def small_of_floats(rng):
        arrays = inputs.small(rng)
        return (arrays[0], distributions(rng, SMALL)) if inputs.classes else arrays

    def slope_when_used_twice(tt, arrays):
        tensors = inputs.tensors(tt, arrays)
        for target in tensors:
            target.requires_grad = True
        before = copies(*tensors)
        total = getattr(tt, loss)(*tensors, reduction="sum")
        slopes = gradient(tt, 2 * total + total * total, *tensors, by_row=True)
        return {**slopes, "inputs unchanged": unchanged(before, *tensors)}

    yield "slope", "How the mean changes with every entry of every prediction.", 2, slope, inputs.small
    about = "The slope of each row's terms (reduction='none'), weighted at random."
    yield "slope_of_terms", about, 1, slope_of_terms, small_and_weights
    about = "The loss doubled and multiplied by itself, row by row; no slope reaches the target."
    yield "slope_when_used_twice", about, 1, slope_when_used_twice, small_of_floats


def refusals(loss, inputs):
    every = {"unknown_reduction": ("The reduction 'average'.", with_option(reduction="average")),
             "an_empty_batch": ("A batch of no rows.", lambda arrays: ([x[:0] for x in arrays], {}))}
    for name, (about, change) in {**inputs.wrong, **every}.items():
        def right_and_wrong(rng, change=change):
            arrays = inputs.draw(rng, inputs.shape)
            return [(arrays, {})], [change(arrays)]

        def refused_or_not(tt, cases):
            return [refuses(lambda case=case: getattr(tt, loss)(*inputs.tensors(tt, case[0]), **case[1]))
                    for case in cases]
        about = f"Must be refused: {about[:1].lower()}{about[1:]}"
        yield f"refuses_{name}", about, 1, refused_or_not, None, right_and_wrong


SHARES = {"value": (4, value), "reduction": (2, reduction), "stability": (2, stability), "gradient": (2, slopes),
          "errors": (2, refusals)}


def ask(exercise, aspect, share, questions, tolerance=None):
    "Register questions (name, what is asked, relative weight, function, draw, cases) that share an aspect's weight."
    questions = list(questions)
    whole = sum(weight for _, _, weight, *_ in questions)
    for name, about, weight, function, draw, *cases in questions:
        function.__name__, function.__doc__ = f"{exercise}_{name}", about
        own = None if aspect == "gradient" else tolerance
        given = {"draw": draw, "cases": cases[0] if cases else None}
        question(exercise, aspect, share * weight / whole, tolerance=own, **given)(function)


# ── The three exercises that are no losses come first: what is wrong there shows in the losses, too ──────────────────

WORDS = ("mean", "sum", "none")


def terms(rng):
    return rng.normal(size=(ROWS, COLUMNS))


def few_terms(rng):
    return rng.normal(size=SMALL)


def reduced_by(word):
    return lambda tt, x: tt.reduce_terms(tt.Tensor(x, requires_grad=True), word)


def slope_of(word):
    def slope(tt, x):
        x = tt.Tensor(x, requires_grad=True)
        return gradient(tt, tt.reduce_terms(x, word) * 2, x)
    return slope


def magnitudes(rng):
    return [np.full((2, 3, 4), size, "f4") for size in (1e30, 1e-30)]


def of_magnitudes(tt, arrays):
    return [tt.reduce_terms(tt.Tensor(x), word) for x in arrays for word in ("mean", "sum")]


def words_of_both_kinds(rng):
    return [WORDS[rng.integers(3)]], ["average"]


def words_refused_or_not(tt, words):
    ones = tt.Tensor(np.ones((ROWS, COLUMNS)))
    return [refuses(lambda word=word: tt.reduce_terms(ones, word)) for word in words]


REDUCE_TERMS = {
    "value": [("of_a_batch", "The mean of a (5, 3) batch of terms.", 1, reduced_by("mean"), terms)],
    "reduction": [(word, f"The option {word!r}.", 1, reduced_by(word), terms) for word in WORDS],
    "stability": [("of_magnitudes", "Terms of 1e30 and 1e-30 in float32, three axes.", 1, of_magnitudes, magnitudes)],
    "gradient": [(f"slope_of_{word}", f"The slope of the {word}.", 1, slope_of(word), few_terms) for word in WORDS],
    "errors": [("refuses_average", "Must be refused: the word 'average'.", 1,
                words_refused_or_not, None, words_of_both_kinds)]}
for _aspect, _questions in REDUCE_TERMS.items():
    ask("reduce_terms", _aspect, SHARES[_aspect][0], _questions)


@question("log_sum_exp", "value", 2)
def log_sum_exp_of_rows(tt, rng):
    "Row by row over the last axis of arrays (5, 3), (7,) and (2, 3, 4); the array stays as it was."
    arrays = [4 * rng.normal(size=shape) for shape in ((5, 3), (7,), (2, 3, 4))]
    before = copies(*arrays)
    return [*[tt.log_sum_exp(x) for x in arrays], unchanged(before, *arrays)]


@question("log_sum_exp", "stability")
def log_sum_exp_of_large_numbers(tt, rng):
    "Numbers around ±10,000 in float32."
    return tt.log_sum_exp(f32([1e4, 9999, 9998.5], [-1e4, -9999, -1e4]))


@question("log_sum_exp", "stability")
def log_sum_exp_of_rows_far_apart(tt, rng):
    "One row far above, one far below the others."
    return tt.log_sum_exp(np.array([[900.0, 899.5, 0], [-900, -901, -900.5], [1, 0.5, -2], [0, -1000, 1000]]))


@question("softmax_cross_entropy_gradient", "value", 2)
def softmax_cross_entropy_gradient_of_a_batch(tt, rng):
    "The gradient for five rows of four scores; the scores stay as they were."
    x, index = 3 * rng.normal(size=(ROWS, 4)), labels(rng, ROWS, 4)
    before = copies(x, index)
    return [tt.softmax_cross_entropy_gradient(x, index), unchanged(before, x, index)]


@question("softmax_cross_entropy_gradient", "value")
def softmax_cross_entropy_gradient_of_two_rows(tt, rng):
    "The gradient for two rows of six scores in float32."
    return tt.softmax_cross_entropy_gradient(rng.normal(size=(2, 6)).astype("f4"), np.array([4, 1]))


@question("softmax_cross_entropy_gradient", "stability")
def softmax_cross_entropy_gradient_at_ten_thousand(tt, rng):
    "Scores of ±10,000 in float32, and rows far apart."
    x = f32([1e4, -1e4, 0, 5], [-1e4, 1e4, 3, 2], [900, 899, 898, 0])
    return tt.softmax_cross_entropy_gradient(x, np.array([1, 1, 2]))


# ── The losses ─────────────────────────────────────────────────────────────────────────────────────────────────────

for _loss, _inputs in LOSSES.items():
    for _aspect, (_share, _questions) in SHARES.items():
        ask(_loss, _aspect, _share, _questions(_loss, _inputs), _inputs.tolerance)

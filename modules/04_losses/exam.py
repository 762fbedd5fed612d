"""The exam on the losses: inputs only. The reference solution sits it too, and its answers are the key.

LOSSES says of each loss what its inputs look like; below it, every aspect is asked of every loss alike. The inputs
must not hide a mistake: never two columns, one row, as many rows as classes, equal labels, symmetric errors or whole
numbers alone.
"""
import numpy as np

from tito.grading.exam import FLOWS, copies, gradient, question, refuses, unchanged

ROWS, COLUMNS = 5, 3
DEEP = (3, 4, 2)  # rows, classes, places: the classes are not the last axis
OTHER_ROWS = 7  # of batches of which slopes are asked; their columns are those of all, or a factor would not tell which
WORDS = ("mean", "sum", "none")
WAYS = ("pos_weight", "weight", "smoothing", "batchmean")  # options for which a solution may leave its usual way
LOSSES = {}


class Inputs:
    """What one loss is asked with: `draw(rng, shape)` gives arrays, of which the first `trained` can need a gradient.

    `options` is {name: (what is asked, {label: keywords})}; `extremes` is {name: (what is asked, arrays)}, and keywords
    after the arrays where the same is asked with these, too; `wrong` is {kind: {what is wrong: function of the drawn
    arrays that gives (arrays, keywords) to refuse}}. `classes`: the target is class indices, and may be distributions.
    """

    def __init__(self, draw, trained=1, shape=(ROWS, COLUMNS), others=((2, 3, 4),), options=None, extremes=None,
                 wrong=None, tolerance=None, classes=False):
        self.draw, self.trained, self.shape, self.others = draw, trained, shape, others
        self.longer = (OTHER_ROWS, shape[1])
        self.options, self.extremes, self.wrong = options or {}, extremes or {}, wrong
        self.tolerance, self.classes = tolerance, classes

    def tensors(self, tt, arrays):
        "Tensors of the arrays; those to train require a gradient."
        tensor, trained = tt.Tensor, self.trained
        return [tensor(x, requires_grad=i < trained) for i, x in enumerate(arrays)]

    def batch(self, rng):
        return self.draw(rng, self.shape)

    def longer_batch(self, rng):
        return self.draw(rng, self.longer)


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
    return {f"a target {shape} for {one}":
            lambda x, one=one, shape=shape: ((np.resize(x[0], one), np.resize(x[1], shape), *x[2:]), {})
            for one, shape in shapes}


def replaced(position, value, **options):
    "The drawn arrays with `value` written into one of them."
    def change(arrays):
        arrays = [x.copy() for x in arrays]
        arrays[position].flat[1] = value
        return arrays, options
    return change


def with_option(**options):
    return lambda arrays: (arrays, options)


EMPTY = {"a batch of no rows": lambda arrays: ([x[:0] for x in arrays], {})}
PAIRS = {**other_shapes(((5, 3), (3, 5)), ((5, 1), (5,)), ((5, 3), (3,))), **EMPTY}
AVERAGE = {"the reduction 'average'": with_option(reduction="average")}
WORDS_ALONE = {**AVERAGE, "the reduction 'max'": with_option(reduction="max")}


LOSSES["mse_loss"] = Inputs(errors(2), wrong={"shapes": PAIRS, "reductions": WORDS_ALONE}, extremes={
    "large_and_small": ("Errors of 1e18, 1e-15 and 0 in float32.",
                        (f32(1e18, -2e18, 3e-15, 0.5), f32(0, 1e18, 0, 0.5)))})
LOSSES["l1_loss"] = Inputs(errors(2), wrong={"shapes": PAIRS, "reductions": WORDS_ALONE}, extremes={
    "large_and_small": ("Errors of 1e30, 1e-30 and 0 in float32.",
                        (f32(1e30, -2e30, 3e-30, 0.5), f32(0, 1e30, 0, 0.5)))})
LOSSES["huber_loss"] = Inputs(
    on_both_sides,
    options={"delta": ("A delta of 0.4, and one of 2.5.", {"delta 0.4": {"delta": 0.4}, "delta 2.5": {"delta": 2.5}})},
    extremes={"large_and_small": ("Errors of ±1e30, ±1e-15 and 0 in float32.",
                                  (f32(1e30, -2e30, 3e-15, -2e-15, 0.5), f32(0, 1e30, 0, 0, 0.5)))},
    wrong={"shapes": PAIRS, "values": {"a delta of 0": with_option(delta=0.0),
                                       "a negative delta": with_option(delta=-1.0), **AVERAGE}})

CERTAIN, TRUTH = f32(0, 1, 0.25, 1, 0), f32(0, 1, 0, 1, 0)
LOSSES["bce_loss"] = Inputs(
    lambda rng, shape: (rng.uniform(0.03, 0.97, shape), rng.permutation(
        np.resize([0.0, 1.0, 1.0, 0.3, 0.8], int(np.prod(shape)))).reshape(shape)),
    extremes={
        "certain_and_right": ("Probabilities of exactly 0 and 1 that are right, in float32.", (CERTAIN, TRUTH)),
        "certain_in_double": ("Probabilities of exactly 0 and 1 that are right, in float64.",
                              (CERTAIN.astype(float), TRUTH.astype(float))),
        "certain_and_wrong": ("Probabilities of exactly 0 and 1 that are wrong: each costs 100; and 1e-30 and 1e-10.",
                              (f32(0, 1, 0.25, 1, 0, 1e-30, 1e-10, 0.999), f32(1, 0, 1, 0.5, 0.25, 1, 1, 0)))},
    wrong={"shapes": PAIRS, "values": {
        "a prediction of 1.25": replaced(0, 1.25), "a prediction of -0.1": replaced(0, -0.1),
        "a target of 2": replaced(1, 2.0), "a target of -0.5": replaced(1, -0.5), **AVERAGE}})
LOSSES["bce_with_logits_loss"] = Inputs(
    # beyond 6 float32 has lost the sigmoid's digits: the extremes ask for that, and no seed may ask it by chance
    lambda rng, shape: (rng.uniform(-5, 5, shape), rng.permutation(
        np.resize([0.0, 1.0, 1.0, 0.3, 0.8], int(np.prod(shape)))).reshape(shape)),
    options={"pos_weight": ("A pos_weight of 3.5, and one for each column.",
                            {"one for all": {"pos_weight": 3.5},
                             "one for each column": {"pos_weight": np.array([0.5, 2.0, 3.5])}})},
    extremes={
        "from_17_on": ("Scores of ±17, ±50, ±100 and ±10,000 in float32, right and wrong.",
                       (f32(17, -17, 50, -50, 100, -100, 1e4, -1e4, 1e4, -1e4, 0),
                        f32(0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0.25))),
        "in_double": ("Scores of ±40 and ±800 in float64, also with a pos_weight of 2.5.",
                      (np.array([40.0, -40, 800, -800]), np.array([0.0, 1, 0, 0.5])), {"pos_weight": 2.5})},
    wrong={"shapes": PAIRS, "values": {"a target of 2": replaced(1, 2.0), "a target of -0.5": replaced(1, -0.5),
                                       "a negative pos_weight": with_option(pos_weight=-1.0), **AVERAGE}})

CLASS_WEIGHTS = {"weight": np.array([0.5, 2.0, 1.25, 3.0])}
SMOOTHED = {**CLASS_WEIGHTS, "label_smoothing": 0.15, "ignore_index": 1}
CLASS_OPTIONS = {"weight": ("A weight for each class.", {"weighted": CLASS_WEIGHTS}),
                 "ignore_index": ("Rows of class 1 ignored.", {"the others": {"ignore_index": 1}})}
CLASS_SHAPES = {
    "four targets for five rows": lambda x: ((x[0], x[1][:4]), {}),
    "three class weights for four classes": with_option(weight=np.array([1.0, 2, 3])), **EMPTY}
CLASS_VALUES = {
    "class 4 of four": replaced(1, 4), "class -1": replaced(1, -1),
    "every target ignored": lambda x: ((x[0], np.full(ROWS, -100)), {}), **AVERAGE}
LOSSES["cross_entropy_loss"] = Inputs(
    with_classes(lambda rng, shape: 3 * rng.normal(size=shape)), shape=(ROWS, 4), others=((4,), (3, 5, 2)),
    classes=True,
    options={**CLASS_OPTIONS,
             "smoothing": ("A label_smoothing, alone and with a weight for each class and rows of class 1 ignored.",
                           {"alone": {"label_smoothing": 0.2},
                            "weighted": SMOOTHED})},
    extremes={
        "ten_thousand": ("Scores of ±10,000 in float32; what is certain and right costs exactly nothing.",
                         (f32([1e4, -1e4, 0, 5], [-1e4, 1e4, 3, 2], [0, 1e4, -1e4, 1], [60, 0, -3, 1], [2, 200, 0, 1]),
                          np.array([1, 1, 2, 0, 1]))),
        "far_apart": ("One row around 9,000, one around -9,000, in float64.",
                      (np.array([[9000, 8999, 8998.5], [-9000, -9001, -8999.5], [0, 1, 0.5], [3, -30, 2]]),
                       np.array([2, 0, 1, 1]))),
        "one_hot": ("Scores of ±10,000 with one-hot targets, and a row around -9,000.",
                    (f32([1e4, -1e4, 0, 5], [-1e4, 1e4, 3, 2], [0, 1e4, -1e4, 1], [-9200, -9000, -9150, -9300]),
                     np.eye(4, dtype="f4")[[1, 1, 2, 0]]))},
    wrong={"shapes": CLASS_SHAPES,
           "values": {**CLASS_VALUES, "a label_smoothing of 1.5": with_option(label_smoothing=1.5)}})
LOSSES["nll_loss"] = Inputs(
    with_classes(lambda rng, shape: -rng.uniform(0.1, 4, shape)), shape=(ROWS, 4), others=((4,), (3, 5, 2)),
    classes=True,
    options=CLASS_OPTIONS,
    extremes={
        "impossible_class": ("One-hot targets where another class is impossible: 0 times infinity is 0.",
                             (f32([-0.5, -np.inf, -1], [-np.inf, -2, -3.5]), f32([1, 0, 0], [0, 0, 1]))),
        "large": ("Log-probabilities of -10,000.", (f32([-1e4, -0.5, -2], [-0.25, -1e4, -1e-6]), np.array([0, 2])))},
    wrong={"shapes": CLASS_SHAPES, "values": CLASS_VALUES})
LOSSES["kl_div_loss"] = Inputs(
    lambda rng, shape: (-rng.uniform(0.1, 4, shape), distributions(rng, shape)),
    options={"batchmean": ("The sum divided by the rows.", {"batchmean": {"reduction": "batchmean"}})},
    extremes={
        "zero_targets": ("Targets that hold zeros: those terms are 0, also where the log-probability is -inf.",
                         (f32([-0.5, -2, -1.5], [-3, -0.1, -2.5], [-0.5, -np.inf, -1.5], [-3, -0.1, -np.inf]),
                          f32([0.25, 0, 0.75], [0, 1, 0], [0.25, 0, 0.75], [0.5, 0.5, 0])))},
    wrong={"shapes": PAIRS, "values": {"a target of -0.1": replaced(1, -0.1), "a target of 1.5": replaced(1, 1.5),
                                       **AVERAGE}})
LOSSES["hinge_loss"] = Inputs(
    lambda rng, shape: (1.5 * rng.normal(size=shape), signs(rng, shape)),
    extremes={"far_and_on_the_margin": ("Scores of ±1e30, 0 and exactly on the margin, in float32.",
                                        (f32(1e30, -2e30, 1, -1, 0), f32(1, 1, 1, -1, -1)))},
    wrong={"shapes": PAIRS, "values": {"a label of 0": replaced(1, 0.0), "a label of 2": replaced(1, 2.0), **AVERAGE}})

LOSSES["cosine_embedding_loss"] = Inputs(
    lambda rng, shape: (rng.normal(size=shape), rng.normal(size=shape), signs(rng, shape[:-1])), trained=2,
    others=((2, 5, 3),), tolerance=(1e-6, 1e-6),
    options={"margin": ("A margin of -0.3.", {"margin -0.3": {"margin": -0.3}})},
    extremes={
        "zero_vectors": ("Zero vectors, with both labels.",
                         (f32([0, 0, 0], [1, 2, 3], [0, 0, 0]), f32([1, 2, 0.5], [0, 0, 0], [0, 0, 0]), f32(1, -1, 1))),
        "long_and_short": ("Rows of length 10,000 and 0.01.",
                           (f32([1e4, -2e4, 3e4], [0.01, 0.02, 0.005]), f32([0.01, 0.03, -0.01], [2e4, 1e4, 1e4]),
                            f32(1, -1)))},
    wrong={"shapes": {"rows of three numbers with rows of two": lambda x: ((x[0], x[1][:, :2], x[2]), {}),
                      "labels of shape (5, 1)": lambda x: ((x[0], x[1], x[2][:, None]), {}), **EMPTY},
           "values": {"a label of 0": replaced(2, 0.0), "a margin of 2": with_option(margin=2.0), **AVERAGE}})
LOSSES["triplet_loss"] = Inputs(
    triplets, trained=3,
    others=((2, 5, 3),), tolerance=(1e-5, 1e-5),
    options={"margin": ("A margin of 2.5.", {"margin 2.5": {"margin": 2.5}})},
    extremes={
        "one_place_and_far": ("All three in one place, where the margin is left, and 10,000 away.",
                              (f32([1, 2, 3], [0, -1, 0.5], [1e4, 0, 0], [0, 0, 0]),
                               f32([1, 2, 3], [0, -1, 0.5], [0, 0, 0], [0.5, 0, 0]),
                               f32([1, 2, 3], [0, -1, 0.5], [0, 1e4, 0], [0, 1e4, 3])))},
    wrong={"shapes": {"rows of three numbers with rows of two": lambda x: ((x[0], x[1], x[2][:, :2]), {}),
                      "one negative for five anchors": lambda x: ((x[0], x[1], x[2][:1]), {}), **EMPTY},
           "values": {"a margin of 0": with_option(margin=0.0), **AVERAGE}})
BY_THEMSELVES = {"input": {  # summed: an empty mean is refused by mean itself
    "a batch of no rows": lambda arrays: ([x[:0] for x in arrays], {"reduction": "sum"}), **WORDS_ALONE}}
LOSSES["l2_loss"] = Inputs(lambda rng, shape: (2 * rng.normal(size=shape),), wrong=BY_THEMSELVES, extremes={
    "large_and_small": ("Weights of ±1e18, 1e-15 and 0 in float32.", (f32(1e18, -2e18, 3e-15, 0),))})
LOSSES["l1_regularization"] = Inputs(lambda rng, shape: (2 * rng.normal(size=shape),), wrong=BY_THEMSELVES, extremes={
    "large_and_small": ("Weights of ±1e30, 1e-30 and 0 in float32.", (f32(1e30, -2e30, 3e-30, 0),))})


# ── The aspects, asked of every loss: each yields name, what is asked, relative weight, function ──────────────────────

def value(loss, inputs):
    def of_a_batch(tt, arrays):
        return getattr(tt, loss)(*inputs.tensors(tt, arrays))

    def other_shapes(rng):
        drawn = [inputs.draw(rng, shape) for shape in inputs.others]
        return [[x.astype("f4") if x.dtype.kind == "f" else x for x in arrays] for arrays in drawn]

    def of_other_shapes(tt, batches):
        function = getattr(tt, loss)
        return [function(*inputs.tensors(tt, arrays)) for arrays in batches]

    yield "of_a_batch", f"The mean over a batch of shape {inputs.shape}.", 2, of_a_batch, inputs.batch
    shapes = " and ".join(map(str, inputs.others))
    yield "of_other_shapes", f"Batches of shape {shapes}, in float32.", 1, of_other_shapes, other_shapes
    for name, (about, choices) in inputs.options.items():
        def with_options(tt, arrays, choices=choices):
            function, tensors = getattr(tt, loss), inputs.tensors(tt, arrays)
            return {label: function(*tensors, **options) for label, options in choices.items()}
        yield f"with_{name}", about, len(choices), with_options, inputs.batch
    if inputs.classes:
        def scores_and_targets(rng):
            rows, classes, places = DEEP
            deep = np.moveaxis(distributions(rng, (rows, places, classes)), -1, 1)
            return [(inputs.batch(rng)[0], distributions(rng, inputs.shape)), (inputs.draw(rng, DEEP)[0], deep)]

        smoothed = {"label_smoothing": 0.15} if "smoothing" in inputs.options else {}

        def with_soft_targets(tt, batches):
            function, (plain, deep) = getattr(tt, loss), [inputs.tensors(tt, arrays) for arrays in batches]
            return {"alone": function(*plain), "weighted": function(*deep, **CLASS_WEIGHTS, **smoothed)}
        about = f"Soft targets, alone, and {DEEP} with a weight for each class{' and smoothed' * len(smoothed)}."
        yield "with_soft_targets", about, 2, with_soft_targets, scores_and_targets


def reduction(loss, inputs):
    for word in ("sum", "none"):  # the mean is the batch's value, and the one that is asked for slopes
        def reduced(tt, arrays, word=word):
            return getattr(tt, loss)(*inputs.tensors(tt, arrays), reduction=word)
        yield word, f"The option reduction={word!r}.", 1, reduced, inputs.batch
    if inputs.classes:
        ways = [("sum", CLASS_WEIGHTS), ("none", CLASS_WEIGHTS)]
        ways += [("none", SMOOTHED)] if "smoothing" in inputs.options else []

        def weighted(tt, arrays):
            function, tensors = getattr(tt, loss), inputs.tensors(tt, arrays)
            return [function(*tensors, reduction=word, **options) for word, options in ways]
        about = f"Weighted rows of a batch of shape {DEEP}, summed and one by one{', also smoothed' * (len(ways) - 2)}."
        yield "weighted", about, 1, weighted, lambda rng: inputs.draw(rng, DEEP)


def stability(loss, inputs):
    for name, (about, arrays, *ways) in inputs.extremes.items():
        def at_extremes(tt, arrays, ways=ways):
            function, tensors = getattr(tt, loss), inputs.tensors(tt, arrays)
            before = copies(*tensors)
            terms = {"terms": function(*tensors, reduction="none")}
            terms |= {f"terms with {options}": function(*tensors, reduction="none", **options) for options in ways}
            return {**terms, "inputs unchanged": unchanged(before, *tensors)}
        yield name, about, 1, at_extremes, lambda rng, arrays=arrays: [x.copy() for x in arrays]


def slopes(loss, inputs):
    def slope(tt, arrays):
        tensors = [tt.Tensor(x, requires_grad=x.dtype.kind == "f") for x in arrays]
        mean = getattr(tt, loss)(*tensors, reduction="mean")
        return gradient(tt, mean, *[x for x in tensors if x.requires_grad], at_once=True)

    ways = [list(inputs.options[name][1].values())[-1] for name in WAYS if name in inputs.options]

    def graphs(tt, arrays):
        function, tensors = getattr(tt, loss), inputs.tensors(tt, arrays)
        reduced = {word: function(*tensors, reduction=word) for word in ("sum", "none")}
        every = [*reduced.values(), *[function(*tensors, **options) for options in ways]]
        return {**reduced, FLOWS: all(getattr(result, FLOWS, False) is True for result in every)}

    def soft(rng):
        return inputs.longer_batch(rng)[0], distributions(rng, inputs.longer)

    changes = f"How the mean of a {inputs.longer} batch changes with"
    yield "slope", f"{changes} what is predicted, and not with the target.", 2, slope, inputs.longer_batch
    if inputs.classes:
        yield "slope_with_soft_targets", f"{changes} the scores, and not with soft targets.", 1, slope, soft
    about = f"The sum and the terms{' and what options give' * bool(ways)}, which remember how they were made."
    yield "graph_of_sum_and_none", about, 1, graphs, inputs.longer_batch


def refusals(loss, inputs):
    def refused_or_not(tt, cases):
        function, tensor = getattr(tt, loss), tt.Tensor
        return [refuses(lambda case=case: function(*map(tensor, case[0]), **case[1])) for case in cases]

    for kind, wrong in inputs.wrong.items():
        def right_and_wrong(rng, wrong=wrong):
            arrays = inputs.batch(rng)
            return [(arrays, {})], {fault: change(arrays) for fault, change in wrong.items()}
        about = f"Must be refused: {'; '.join(wrong)}."
        yield f"refuses_{kind}", about, len(wrong), refused_or_not, None, right_and_wrong


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

def terms(rng):
    return rng.normal(size=(ROWS, COLUMNS))


def other_terms(rng):
    return rng.normal(size=(OTHER_ROWS, COLUMNS))


def reduced_by(word):
    return lambda tt, x: tt.reduce_terms(tt.Tensor(x, requires_grad=True), word)


def slope_of_all(tt, x):
    x = tt.Tensor(x, requires_grad=True)
    mean, total, terms = [tt.reduce_terms(x, word) for word in WORDS]
    flows = all(getattr(reduced, FLOWS, False) is True for reduced in (mean, total, terms))
    return {**gradient(tt, mean * 3 + total * 2 + terms, x, at_once=True), FLOWS: flows}


def magnitudes(rng):
    return [np.full((2, 3, 4), size, "f4") for size in (1e30, 1e-30)]


def of_magnitudes(tt, arrays):
    return [tt.reduce_terms(tt.Tensor(x), word) for x in arrays for word in ("mean", "sum")]


def words_of_both_kinds(rng):
    return [WORDS[rng.integers(3)]], {f"the word {word!r}": word for word in ("average", "max")}


def words_refused_or_not(tt, words):
    ones = tt.Tensor(np.ones((ROWS, COLUMNS)))
    return [refuses(lambda word=word: tt.reduce_terms(ones, word)) for word in words]


REDUCE_TERMS = {
    "value": [("of_a_batch", "The mean of a (5, 3) batch of terms.", 1, reduced_by("mean"), terms)],
    "reduction": [(word, f"The option {word!r}.", 1, reduced_by(word), terms) for word in ("sum", "none")],
    "stability": [("of_magnitudes", "Terms of 1e30 and 1e-30 in float32, three axes.", 1, of_magnitudes, magnitudes)],
    "gradient": [("slopes", "The slope of the mean, the sum and the terms themselves.", 1, slope_of_all, other_terms)],
    "errors": [("refuses_words", "Must be refused: the words 'average' and 'max'.", 1,
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

"""Wrong solutions of the losses, written without looking at mistakes.py: what learners plausibly hand in, and why.

CASES are (name, {exercise: source of its cell}, cause). NAMES in test_diagnosis.py has the diagnoses that name it.
"""

CASES = []
EXPORT = "#| export\n"
PAIRWISE = """
{terms} = binary({terms})


def {loss}(pred, target, reduction="mean"):
    return reduce_terms({terms}(*pair("{loss}", pred, target)), reduction)
"""
HUBER = """
huber_terms = operation(huber_terms)


def huber_loss(pred, target, delta=1.0, reduction="mean"):
    check_positive("huber_loss", "delta", delta)
    return reduce_terms(huber_terms(*pair("huber_loss", pred, target), delta), reduction)
"""
BCE = """
bce_terms = binary(bce_terms)


def bce_loss(pred, target, reduction="mean"):
    pred, target = pair("bce_loss", pred, target)
    check_range("bce_loss", "prediction", pred.data, 0, 1)
    check_range("bce_loss", "target", target, 0, 1)
    return reduce_terms(bce_terms(pred, target), reduction)
"""
LOGITS = """
bce_with_logits_terms = operation(bce_with_logits_terms)


def bce_with_logits_loss(logits, target, pos_weight=None, reduction="mean"):
    logits, target = pair("bce_with_logits_loss", logits, target)
    check_range("bce_with_logits_loss", "target", target, 0, 1)
    if pos_weight is not None:
        pos_weight = positive_weight(pos_weight, logits)
    return reduce_terms(bce_with_logits_terms(logits, target, pos_weight), reduction)
"""
HINGE = """
hinge_terms = binary(hinge_terms)


def check_signs(name, target):
    for label in np.ravel(target):
        if label not in (-1, 1):
            raise ValueError(f"{name}: label {label}")


def hinge_loss(pred, target, reduction="mean"):
    pred, target = pair("hinge_loss", pred, target)
    check_signs("hinge_loss", target)
    return reduce_terms(hinge_terms(pred, target), reduction)
"""
KL = """
kl_terms = binary(kl_terms)


def kl_div_loss(logp, target, reduction="mean"):
    logp, target = pair("kl_div_loss", logp, target)
    check_range("kl_div_loss", "target probability", target, 0, 1)
    if reduction == "batchmean":
        return kl_terms(logp, target).sum() / BATCH
    return reduce_terms(kl_terms(logp, target), reduction)
""".replace("BATCH", "(logp.shape[0] if logp.ndim else 1)")
INDEXED = """
index_cross_entropy, soft_cross_entropy = binary(index_cross_entropy), binary(soft_cross_entropy)


def cross_entropy_loss(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    name = "cross_entropy_loss"
    check_range(name, "label_smoothing", label_smoothing, 0, 1)
    x = class_axis_last(name, logits)
    index, counted, t = class_targets(name, x, target, ignore_index)
    weight = class_weights(name, weight, x.shape[-1], x.dtype)
    rows = None if t is not None else row_weights(index, counted, weight, x.dtype)
    if t is None and label_smoothing == 0:
        return average_rows(index_cross_entropy(x, index), rows, reduction)
    if t is None:
        t = np.eye(x.shape[-1], dtype=x.dtype)[index] * counted[..., None]
    t = (1 - label_smoothing) * t + label_smoothing / x.shape[-1] * t.sum(axis=-1, keepdims=True)
    terms = soft_cross_entropy(x, t if weight is None else t * weight)
    return terms.sum() / rows.sum() if reduction == "mean" and rows is not None else reduce_terms(terms, reduction)
"""
BY_INDEX = """
def index_cross_entropy(x, index):
    z = x - x.max(axis=-1, keepdims=True)
    return np.log(np.exp(z).sum(axis=-1)) - picked(z, index)


def soft_cross_entropy(x, t):
    z = x - x.max(axis=-1, keepdims=True)
    return (t * (np.log(np.exp(z).sum(axis=-1, keepdims=True)) - z)).sum(axis=-1)
"""
NLL = """
chosen_log_probability, expected_log_probability = binary(chosen_log_probability), binary(expected_log_probability)


def nll_loss(logp, target, weight=None, ignore_index=-100, reduction="mean"):
    x = class_axis_last("nll_loss", logp)
    index, counted, t = class_targets("nll_loss", x, target, ignore_index)
    weight = class_weights("nll_loss", weight, x.shape[-1], x.dtype)
    if t is None:
        return average_rows(chosen_log_probability(x, index), row_weights(index, counted, weight, x.dtype), reduction)
    return reduce_terms(expected_log_probability(x, t if weight is None else t * weight), reduction)
"""
COSINE = """

def cosine_embedding_loss(a, b, target, margin=0.0, reduction="mean"):
    name = "cosine_embedding_loss"
    a, b = rows_of_one_shape(name, a, b)
    rows, target = pair(name, Tensor(np.zeros(a.shape[:-1], a.dtype)), target)
    check_signs(name, target)
    check_range(name, "margin", margin, -1, 1)
    cos = cosine(a, b)
    return reduce_terms(where(target == 1, 1 - cos, (cos - margin).clip(0)), reduction)


def rows_of_one_shape(name, *tensors):
    tensors = [prediction(name, x) for x in tensors]
    shapes = [x.shape for x in tensors]
    if len(set(shapes)) > 1 or shapes[0] == ():
        raise ValueError(f"{name}: inputs have shapes {shapes}")
    return tensors
"""
COS = """
def cosine(a, b, eps=EPSILON):
    lengths = ((a * a).sum(axis=-1) + eps) * ((b * b).sum(axis=-1) + eps)
    return (a * b).sum(axis=-1) / lengths.sqrt()
"""
TRIPLET = """

def triplet_loss(anchor, positive, negative, margin=1.0, reduction="mean"):
    a, p, n = rows_of_one_shape("triplet_loss", anchor, positive, negative)
    check_positive("triplet_loss", "margin", margin)
    return reduce_terms((distance(a, p) - distance(a, n) + margin).clip(0), reduction)
"""
FAR = """
def distance(a, b, eps=1e-6):
    d = a - b + eps
    return (d * d).sum(axis=-1).sqrt()
"""
REDUCTIONS = """REDUCTIONS = ("mean", "sum", "none")


def reduce_terms(terms, reduction):
"""


def case(name, cause, **cells):
    """One wrong solution: sources by exercise."""
    CASES.append((name, {exercise: EXPORT + source.strip("\n") + "\n" for exercise, source in cells.items()}, cause))


def terms(name, loss, body, arguments="p, t"):
    """A cell whose terms are `body` and whose loss is as asked."""
    rest = {"huber_loss": HUBER, "bce_loss": BCE, "hinge_loss": HINGE, "kl_div_loss": KL}
    rest |= {"bce_with_logits_loss": LOGITS}
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    return f"def {name}({arguments}):\n{lines}\n\n" + rest.get(loss, PAIRWISE.format(terms=name, loss=loss))


def replaced(text, old, new):
    assert old in text, old
    return text.replace(old, new)


# ── MSE, L1 ──────────────────────────────────────────────────────────────────────────────────────────────────────────

case(
    "mse per row",
    "the sum is divided by the rows, not by the entries",
    mse_loss="""
def mse_loss(pred, target, reduction="mean"):
    pred, target = pair("mse_loss", pred, target)
    error = pred - target
    squares = error * error
    if reduction == "mean":
        return squares.sum() / pred.shape[0]
    return reduce_terms(squares, reduction)
""",
)
case(
    "mse reduced in the terms",
    "the mean is taken within the terms, so that sum and none have nothing left",
    mse_loss=terms("squared_error", "mse_loss", "return np.mean((p - t) ** 2)"),
)
case(
    "mse from data",
    "computed on .data: no gradient can flow",
    mse_loss="""
def mse_loss(pred, target, reduction="mean"):
    pred, target = pair("mse_loss", pred, target)
    squares = np.square(pred.data - target)
    return reduce_terms(Tensor(squares), reduction)
""",
)
case(
    "rmse",
    "the root of the mean",
    mse_loss="""
def mse_loss(pred, target, reduction="mean"):
    pred, target = pair("mse_loss", pred, target)
    error = pred - target
    if reduction == "mean":
        return (error * error).mean().sqrt()
    return reduce_terms(error * error, reduction)
""",
)
case(
    "mse always averaged",
    "the option reduction is ignored",
    mse_loss="""
def mse_loss(pred, target, reduction="mean"):
    pred, target = pair("mse_loss", pred, target)
    error = pred - target
    return (error * error).mean()
""",
)
case(
    "mse of fifteen",
    "the number of entries is hard-coded",
    mse_loss="""
def mse_loss(pred, target, reduction="mean"):
    pred, target = pair("mse_loss", pred, target)
    error = pred - target
    if reduction == "mean":
        return (error * error).sum() / 15
    return reduce_terms(error * error, reduction)
""",
)
case(
    "mse in place",
    "the prediction is overwritten",
    mse_loss="""
def squared_error(p, t):
    p -= t
    p *= p
    return p


squared_error = binary(squared_error)


def mse_loss(pred, target, reduction="mean"):
    return reduce_terms(squared_error(*pair("mse_loss", pred, target)), reduction)
""",
)
case(
    "mse halved and summed",
    "half of the squares, and the sum where the mean is asked for",
    mse_loss="""
def mse_loss(pred, target, reduction="mean"):
    pred, target = pair("mse_loss", pred, target)
    error = pred - target
    squares = 0.5 * error * error
    if reduction in ("mean", "sum"):
        return squares.sum()
    return reduce_terms(squares, reduction)
""",
)
case(
    "mse with a number",
    "returns a constant: it fits the example only",
    mse_loss="""
def mse_loss(pred, target, reduction="mean"):
    pair("mse_loss", pred, target)
    return Tensor(0.25)
""",
)
case(
    "mse in float32",
    "casts to float32",
    mse_loss=terms("squared_error", "mse_loss", "d = (p - t).astype(np.float32)\nreturn d * d"),
)
case(
    "l1 without abs",
    "the errors keep their signs and cancel",
    l1_loss=terms("absolute_error", "l1_loss", "return p - t"),
)
case(
    "l1 of sizes",
    "the difference of the absolute values",
    l1_loss=terms("absolute_error", "l1_loss", "return np.abs(np.abs(p) - np.abs(t))"),
)
case(
    "l1 squared",
    "squares the errors: that is the MSE",
    l1_loss=terms("absolute_error", "l1_loss", "return (p - t) ** 2"),
)
case("l1 negative", "the sign is flipped", l1_loss=terms("absolute_error", "l1_loss", "return -np.abs(p - t)"))

# ── Huber ────────────────────────────────────────────────────────────────────────────────────────────────────────────

case(
    "huber without the offset",
    "the straight part lacks −½δ",
    huber_loss=terms(
        "huber_terms",
        "huber_loss",
        """
d = np.abs(p - t)
return np.where(d <= delta, 0.5 * d ** 2, delta * d)
""",
        "p, t, delta",
    ),
)
case(
    "huber without the half",
    "the square lacks its ½",
    huber_loss=terms(
        "huber_terms",
        "huber_loss",
        """
d = np.abs(p - t)
return np.where(d <= delta, d ** 2, delta * (d - 0.5 * delta))
""",
        "p, t, delta",
    ),
)
case(
    "huber one-sided",
    "large negative errors are squared, too",
    huber_loss=terms(
        "huber_terms",
        "huber_loss",
        """
d = p - t
return np.where(d <= delta, 0.5 * d ** 2, delta * (np.abs(d) - 0.5 * delta))
""",
        "p, t, delta",
    ),
)
case(
    "huber at one",
    "delta is ignored: 1 is used",
    huber_loss=terms(
        "huber_terms",
        "huber_loss",
        """
d = np.abs(p - t)
return np.where(d <= 1.0, 0.5 * d ** 2, d - 0.5)
""",
        "p, t, delta",
    ),
)
case(
    "huber for all at once",
    "one decision for the whole batch",
    huber_loss=terms(
        "huber_terms",
        "huber_loss",
        """
d = np.abs(p - t)
if np.all(d <= delta):
    return 0.5 * d ** 2
return delta * (d - 0.5 * delta)
""",
        "p, t, delta",
    ),
)
case(
    "huber with a python if",
    "an if on an array",
    huber_loss=terms(
        "huber_terms",
        "huber_loss",
        """
d = abs(p - t)
if d <= delta:
    return 0.5 * d ** 2
return delta * (d - 0.5 * delta)
""",
        "p, t, delta",
    ),
)
case(
    "huber two faults",
    "no ½ in the square and no −½δ in the straight part",
    huber_loss=terms(
        "huber_terms",
        "huber_loss",
        """
d = np.abs(p - t)
return np.where(d <= delta, d ** 2, delta * d)
""",
        "p, t, delta",
    ),
)

# ── BCE ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

case(
    "bce unprotected",
    "logarithms of 0",
    bce_loss=terms("bce_terms", "bce_loss", "return -(t * np.log(p) + (1 - t) * np.log(1 - p))"),
)
case(
    "bce with an epsilon",
    "an epsilon within the logarithms",
    bce_loss=terms("bce_terms", "bce_loss", "return -(t * np.log(p + 1e-7) + (1 - t) * np.log(1 - p + 1e-7))"),
)
case(
    "bce positive",
    "the minus is missing",
    bce_loss=terms(
        "bce_terms",
        "bce_loss",
        """
a = np.maximum(np.log(p), -100)
b = np.maximum(np.log1p(-p), -100)
return t * a + (1 - t) * b
""",
    ),
)
case(
    "bce in bits",
    "logarithms to base 2",
    bce_loss=terms(
        "bce_terms",
        "bce_loss",
        """
a = np.maximum(np.log2(p), -100)
b = np.maximum(np.log2(1 - p), -100)
return -(t * a + (1 - t) * b)
""",
    ),
)
case(
    "bce swapped",
    "prediction and target change places",
    bce_loss=terms(
        "bce_terms",
        "bce_loss",
        """
a = np.maximum(np.log(t), -100)
b = np.maximum(np.log(1 - t), -100)
return -(p * a + (1 - p) * b)
""",
    ),
)
case(
    "bce of positives",
    "the term of (1 − t) is missing",
    bce_loss=terms("bce_terms", "bce_loss", "return -t * np.maximum(np.log(p), -100)"),
)
case(
    "bce positive and unprotected",
    "the minus is missing, and logarithms of 0",
    bce_loss=terms("bce_terms", "bce_loss", "return t * np.log(p) + (1 - t) * np.log(1 - p)"),
)
case(
    "logits through a sigmoid",
    "sigmoid, then logarithm",
    bce_with_logits_loss=terms(
        "bce_with_logits_terms",
        "bce_with_logits_loss",
        """
s = 1 / (1 + np.exp(-x))
if pos_weight is None:
    pos_weight = 1
return -(pos_weight * y * np.log(s) + (1 - y) * np.log(1 - s))
""",
        "x, y, pos_weight",
    ),
)
case(
    "logits without pos_weight",
    "pos_weight is ignored",
    bce_with_logits_loss=terms(
        "bce_with_logits_terms",
        "bce_with_logits_loss",
        "return np.maximum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x)))",
        "x, y, pos_weight",
    ),
)
case(
    "logits overflow",
    "exp(x) of a large score",
    bce_with_logits_loss=terms(
        "bce_with_logits_terms",
        "bce_with_logits_loss",
        """
if pos_weight is None:
    return np.log1p(np.exp(x)) - x * y
return (1 - y) * x + (1 + (pos_weight - 1) * y) * np.log1p(np.exp(-x))
""",
        "x, y, pos_weight",
    ),
)
case(
    "logits everything weighted",
    "pos_weight multiplies the negatives, too",
    bce_with_logits_loss=terms(
        "bce_with_logits_terms",
        "bce_with_logits_loss",
        """
loss = np.maximum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x)))
return loss if pos_weight is None else pos_weight * loss
""",
        "x, y, pos_weight",
    ),
)

# ── Classes ──────────────────────────────────────────────────────────────────────────────────────────────────────────

case(
    "lse plain",
    "no shift by the maximum",
    log_sum_exp="""
def log_sum_exp(x):
    return np.log(np.sum(np.exp(x), axis=-1))
""",
)
case(
    "lse shifted away",
    "the maximum is not added back",
    log_sum_exp="""
def log_sum_exp(x):
    top = np.max(x, axis=-1, keepdims=True)
    return np.log(np.sum(np.exp(x - top), axis=-1))
""",
)
case(
    "lse down the columns",
    "axis 0",
    log_sum_exp="""
def log_sum_exp(x):
    top = x.max(axis=0)
    return top + np.log(np.exp(x - top).sum(axis=0))
""",
)
case(
    "lse one maximum",
    "the maximum of the whole array",
    log_sum_exp="""
def log_sum_exp(x):
    top = x.max()
    return top + np.log(np.exp(x - top).sum(axis=-1))
""",
)
case(
    "lse in place",
    "the input is overwritten",
    log_sum_exp="""
def log_sum_exp(x):
    top = x.max(axis=-1, keepdims=True)
    x -= top
    return np.log(np.exp(x).sum(axis=-1)) + top[..., 0]
""",
)
case(
    "ce without smoothing",
    "label_smoothing is ignored",
    cross_entropy_loss=BY_INDEX
    + replaced(INDEXED, "    weight = class_weights", "    label_smoothing = 0.0\n    weight = class_weights"),
)
case(
    "ce weights by rows",
    "weighted rows are divided by their number",
    cross_entropy_loss=BY_INDEX
    + replaced(
        replaced(
            INDEXED,
            "return average_rows(index_cross_entropy(x, index), rows, reduction)",
            "terms = index_cross_entropy(x, index)\n"
            "        return reduce_terms(terms if rows is None else terms * rows, reduction)",
        ),
        'return terms.sum() / rows.sum() if reduction == "mean" and rows is not None else '
        "reduce_terms(terms, reduction)",
        "return reduce_terms(terms, reduction)",
    ),
)
case(
    "ce softmax and log",
    "logarithm of a softmax that can be 0",
    cross_entropy_loss="""
def softmax_rows(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def index_cross_entropy(x, index):
    return -np.log(picked(softmax_rows(x), index))


def soft_cross_entropy(x, t):
    return -(t * np.log(softmax_rows(x))).sum(axis=-1)
"""
    + INDEXED,
)
case(
    "ce with an epsilon",
    "an epsilon within the logarithm",
    cross_entropy_loss="""
def softmax_rows(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def index_cross_entropy(x, index):
    return -np.log(picked(softmax_rows(x), index) + 1e-9)


def soft_cross_entropy(x, t):
    return -(t * np.log(softmax_rows(x) + 1e-9)).sum(axis=-1)
"""
    + INDEXED,
)
case(
    "ce no shift",
    "exp overflows",
    cross_entropy_loss="""
def index_cross_entropy(x, index):
    return np.log(np.exp(x).sum(axis=-1)) - picked(x, index)


def soft_cross_entropy(x, t):
    return (t * (np.log(np.exp(x).sum(axis=-1, keepdims=True)) - x)).sum(axis=-1)
"""
    + INDEXED,
)
case(
    "ce averages classes",
    "soft targets: the mean over the classes, not the sum",
    cross_entropy_loss=replaced(BY_INDEX, "- z)).sum(axis=-1)", "- z)).mean(axis=-1)") + INDEXED,
)
case(
    "ce ignored rows count",
    "ignored rows count in the mean",
    cross_entropy_loss=BY_INDEX
    + replaced(
        INDEXED,
        "return average_rows(index_cross_entropy(x, index), rows, reduction)",
        "terms = index_cross_entropy(x, index)\n"
        "        if weight is None:\n"
        "            return reduce_terms(terms * counted.astype(x.dtype), reduction)\n"
        "        return average_rows(terms, rows, reduction)",
    ),
)
case(
    "gradient summed",
    "not divided by the rows",
    softmax_cross_entropy_gradient="""
def softmax_cross_entropy_gradient(x, index):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    s = e / e.sum(axis=1, keepdims=True)
    s[np.arange(x.shape[0]), index] -= 1.0
    return s
""",
)
case(
    "gradient without the target",
    "one is not taken off the true class",
    softmax_cross_entropy_gradient="""
def softmax_cross_entropy_gradient(x, index):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True) / x.shape[0]
""",
)
case(
    "gradient the other way",
    "target minus softmax",
    softmax_cross_entropy_gradient="""
def softmax_cross_entropy_gradient(x, index):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    s = e / e.sum(axis=1, keepdims=True)
    return (np.eye(x.shape[1], dtype=x.dtype)[index] - s) / x.shape[0]
""",
)
case(
    "gradient no shift",
    "exp overflows",
    softmax_cross_entropy_gradient="""
def softmax_cross_entropy_gradient(x, index):
    e = np.exp(x)
    s = e / e.sum(axis=1, keepdims=True)
    s[np.arange(x.shape[0]), index] -= 1.0
    return s / x.shape[0]
""",
)
case(
    "nll positive",
    "the minus is missing",
    nll_loss="""
def chosen_log_probability(logp, index):
    return picked(logp, index)


def expected_log_probability(logp, t):
    return (t * np.where(t == 0, 0, logp)).sum(axis=-1)
"""
    + NLL,
)
case(
    "nll nan",
    "0 times minus infinity",
    nll_loss="""
def chosen_log_probability(logp, index):
    return -picked(logp, index)


def expected_log_probability(logp, t):
    return -np.sum(t * logp, axis=-1)
"""
    + NLL,
)
case(
    "nll of probabilities",
    "takes a logarithm again",
    nll_loss="""
def chosen_log_probability(logp, index):
    return -np.log(picked(logp, index))


def expected_log_probability(logp, t):
    return -(t * np.log(logp)).sum(axis=-1)
"""
    + NLL,
)
case(
    "nll unweighted",
    "weight is ignored",
    nll_loss="""
def chosen_log_probability(logp, index):
    return -picked(logp, index)


def expected_log_probability(logp, t):
    return -(t * np.where(t == 0, 0, logp)).sum(axis=-1)
"""
    + replaced(
        NLL,
        'weight = class_weights("nll_loss", weight, x.shape[-1], x.dtype)',
        'weight = class_weights("nll_loss", weight, x.shape[-1], x.dtype)\n    weight = None',
    ),
)

# ── KL, hinge ────────────────────────────────────────────────────────────────────────────────────────────────────────

case(
    "kl nan",
    "ln 0 at targets of 0",
    kl_div_loss=terms("kl_terms", "kl_div_loss", "return t * (np.log(t) - logp)", "logp, t"),
)
case(
    "kl the other way",
    "the arguments are swapped",
    kl_div_loss=terms(
        "kl_terms", "kl_div_loss", "return np.exp(logp) * (logp - np.log(np.where(t > 0, t, 1)))", "logp, t"
    ),
)
case(
    "kl no entropy",
    "only −t·logp: the entropy of the target is missing",
    kl_div_loss=terms("kl_terms", "kl_div_loss", "return -t * np.where(t > 0, logp, 0)", "logp, t"),
)
case(
    "kl batchmean of entries",
    "batchmean divides by the entries",
    kl_div_loss=replaced(
        terms(
            "kl_terms",
            "kl_div_loss",
            "safe = np.where(t > 0, t, 1)\nreturn np.where(t > 0, t * (np.log(safe) - np.where(t > 0, logp, 0)), 0)",
            "logp, t",
        ),
        "(logp.shape[0] if logp.ndim else 1)",
        "logp.size",
    ),
)
case(
    "hinge squared",
    "squares the hinge",
    hinge_loss=terms("hinge_terms", "hinge_loss", "return np.maximum(0, 1 - p * t) ** 2"),
)
case("hinge open", "no maximum with 0", hinge_loss=terms("hinge_terms", "hinge_loss", "return 1 - p * t"))
case(
    "perceptron",
    "the margin of 1 is missing",
    hinge_loss=terms("hinge_terms", "hinge_loss", "return np.maximum(0, -p * t)"),
)
case(
    "hinge np.max",
    "np.max where np.maximum is meant",
    hinge_loss=terms("hinge_terms", "hinge_loss", "return np.max(0, 1 - p * t)"),
)
case("hinge flipped", "1 + p·t", hinge_loss=terms("hinge_terms", "hinge_loss", "return np.maximum(0, 1 + p * t)"))
case(
    "hinge accepts all",
    "labels are not checked",
    hinge_loss=replaced(
        terms("hinge_terms", "hinge_loss", "return np.maximum(0, 1 - p * t)"),
        "        if label not in (-1, 1):",
        "        if label is None:",
    ),
)

# ── Cosine, triplet ──────────────────────────────────────────────────────────────────────────────────────────────────

case(
    "cosine without margin",
    "the margin is ignored",
    cosine_embedding_loss=COS + replaced(COSINE, "(cos - margin)", "cos"),
)
case(
    "cosine margin added",
    "the margin is added",
    cosine_embedding_loss=COS + replaced(COSINE, "(cos - margin)", "(cos + margin)"),
)
case(
    "cosine one label",
    "the label is ignored: 1 − cos for all",
    cosine_embedding_loss=COS + replaced(COSINE, "where(target == 1, 1 - cos, (cos - margin).clip(0))", "1 - cos"),
)
case(
    "cosine nan",
    "0 / 0 for a zero vector",
    cosine_embedding_loss=replaced(
        COS,
        "lengths = ((a * a).sum(axis=-1) + eps) * ((b * b).sum(axis=-1) + eps)",
        "lengths = (a * a).sum(axis=-1) * (b * b).sum(axis=-1)",
    )
    + COSINE,
)
case(
    "cosine dot",
    "the rows are not brought to length 1",
    cosine_embedding_loss=replaced(COS, " / lengths.sqrt()", "") + COSINE,
)
case(
    "cosine not clipped",
    "negative similarity is rewarded",
    cosine_embedding_loss=COS + replaced(COSINE, "(cos - margin).clip(0)", "cos - margin"),
)
case("triplet squared", "squared distances", triplet_loss=replaced(FAR, ".sqrt()", "") + TRIPLET)
case(
    "triplet exchanged",
    "positive and negative change places",
    triplet_loss=FAR + replaced(TRIPLET, "distance(a, p) - distance(a, n)", "distance(a, n) - distance(a, p)"),
)
case("triplet margin off", "the margin is subtracted", triplet_loss=FAR + replaced(TRIPLET, "+ margin", "- margin"))
case("triplet open", "easy triplets are not cut off at 0", triplet_loss=FAR + replaced(TRIPLET, ".clip(0)", ""))
case(
    "triplet city blocks",
    "the sum of absolute differences",
    triplet_loss=replaced(FAR, "return (d * d).sum(axis=-1).sqrt()", "return d.abs().sum(axis=-1)") + TRIPLET,
)
case(
    "triplet of the batch",
    "one distance for the whole batch",
    triplet_loss=replaced(FAR, "sum(axis=-1)", "sum()") + TRIPLET,
)

# ── Penalties, reductions ────────────────────────────────────────────────────────────────────────────────────────────

case(
    "l2 whole",
    "without the ½",
    l2_loss="""
def l2_loss(weights, reduction="mean"):
    w = prediction("l2_loss", weights)
    return reduce_terms(w * w, reduction)
""",
)
case(
    "l2 root",
    "the length, not the square",
    l2_loss="""
def l2_loss(weights, reduction="mean"):
    w = prediction("l2_loss", weights)
    if reduction == "mean":
        return (w * w).sum().sqrt()
    return reduce_terms(0.5 * w * w, reduction)
""",
)
case(
    "l1 penalty keeps signs",
    "no absolute value",
    l1_regularization="""
def l1_regularization(weights, reduction="mean"):
    return reduce_terms(prediction("l1_regularization", weights), reduction)
""",
)
case(
    "l1 penalty summed",
    "the sum whatever is asked for",
    l1_regularization="""
def l1_regularization(weights, reduction="mean"):
    return prediction("l1_regularization", weights).abs().sum()
""",
)
case(
    "reduce sum for mean",
    "the sum where the mean is asked for",
    reduce_terms=REDUCTIONS
    + """
    if reduction in ("mean", "sum"):
        return terms.sum()
    if reduction == "none":
        return terms
    raise ValueError(reduction)
""",
)
case(
    "reduce columns",
    "the mean over axis 0 only",
    reduce_terms=REDUCTIONS
    + """
    if reduction == "mean":
        return terms.mean(axis=0)
    if reduction == "sum":
        return terms.sum()
    if reduction == "none":
        return terms
    raise ValueError(reduction)
""",
)
case(
    "reduce anything",
    "an unknown word is accepted",
    reduce_terms=REDUCTIONS
    + """
    if reduction == "mean":
        return terms.mean()
    if reduction == "sum":
        return terms.sum()
    return terms
""",
)
case(
    "reduce per row",
    "divides by the rows",
    reduce_terms=REDUCTIONS
    + """
    if reduction == "mean":
        return terms.sum() / len(terms) if terms.ndim else terms
    if reduction == "sum":
        return terms.sum()
    if reduction == "none":
        return terms
    raise ValueError(reduction)
""",
)
case(
    "mse halved, hinge squared",
    "half of the squares; the hinge squared",
    mse_loss=terms("squared_error", "mse_loss", "return 0.5 * (p - t) ** 2"),
    hinge_loss=terms("hinge_terms", "hinge_loss", "return np.maximum(0, 1 - p * t) ** 2"),
)
case(
    "bce unprotected, l2 whole",
    "logarithms of 0; no ½",
    bce_loss=terms("bce_terms", "bce_loss", "return -(t * np.log(p) + (1 - t) * np.log(1 - p))"),
    l2_loss="""
def l2_loss(weights, reduction="mean"):
    w = prediction("l2_loss", weights)
    return reduce_terms(w * w, reduction)
""",
)

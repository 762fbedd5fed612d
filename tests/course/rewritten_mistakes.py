"""Known mistakes of the losses as others would write them: by exercise/name, the whole cell."""

REWRITTEN = {
    "mse_loss/half": """
def mse_loss(y_hat, y, reduction="mean"):
    y_hat, y = pair("mse_loss", y_hat, y)
    gap = y_hat - y
    return reduce_terms(gap ** 2 / 2, reduction)
""",
    "mse_loss/detached": """
def mse_loss(pred, target, reduction="mean"):
    pred, target = pair("mse_loss", pred, target)
    total, terms = 0.0, np.empty(pred.shape, pred.dtype)
    for place in np.ndindex(pred.shape):
        terms[place] = (np.asarray(pred.data)[place] - target[place]) ** 2
    return reduce_terms(Tensor(terms), reduction)
""",
    "mse_loss/divided by rows only": """
def mse_loss(pred, target, reduction="mean"):
    pred, target = pair("mse_loss", pred, target)
    squares = (target - pred) * (target - pred)
    if reduction != "mean":
        return reduce_terms(squares, reduction)
    return squares.sum() * (1.0 / (len(pred) if pred.ndim else 1))
""",
    "l1_loss/squared": """
def l1_loss(a, b, reduction="mean"):
    a, b = pair("l1_loss", a, b)
    return reduce_terms((a - b).abs() * (a - b).abs(), reduction)
""",
    "huber_loss/one side only": """
def terms_of_huber(x, y, width):
    e = x - y
    large = e > width
    return large * width * (np.abs(e) - width / 2) + np.where(large, 0, e * e / 2)


terms_of_huber = operation(terms_of_huber)


def huber_loss(x, y, delta=1.0, reduction="mean"):
    check_positive("huber_loss", "delta", delta)
    x, y = pair("huber_loss", x, y)
    return reduce_terms(terms_of_huber(x, y, delta), reduction)
""",
    "bce_loss/no protection": """
def surprise(p, t):
    no, yes = np.log(1 - p), np.log(p)
    return no * (t - 1) - yes * t


surprise = binary(surprise)


def bce_loss(pred, target, reduction="mean"):
    pred, target = pair("bce_loss", pred, target)
    for what, x in (("prediction", pred.data), ("target", target)):
        check_range("bce_loss", what, x, 0, 1)
    return reduce_terms(surprise(pred, target), reduction)
""",
    "bce_loss/log2": """
def bits(p, t):
    with np.errstate(divide="ignore"):
        yes, no = np.log(p) / np.log(p.dtype.type(2)), np.log1p(-p) / np.log(p.dtype.type(2))
    yes, no = np.where(yes < -100, -100, yes), np.where(no < -100, -100, no)
    return (t - 1) * no - t * yes


bits = binary(bits)


def bce_loss(pred, target, reduction="mean"):
    pred, target = pair("bce_loss", pred, target)
    check_range("bce_loss", "prediction", pred.data, 0, 1)
    check_range("bce_loss", "target", target, 0, 1)
    return reduce_terms(bits(pred, target), reduction)
""",
    "log_sum_exp/no shift": """
def log_sum_exp(x):
    total = 0
    for c in range(x.shape[-1]):
        total = total + np.exp(x[..., c])
    return np.log(total)
""",
    "softmax_cross_entropy_gradient/not divided": """
def softmax_cross_entropy_gradient(scores, labels):
    rows = []
    for row, label in zip(scores, labels):
        e = np.exp(row - max(row))
        p = e / sum(e)
        p[label] = p[label] - 1
        rows.append(p)
    return np.stack(rows)
""",
    "kl_div_loss/zero target": """
def divergence(logq, p):
    return p * np.log(p) - p * logq


divergence = binary(divergence)


def kl_div_loss(logp, target, reduction="mean"):
    logp, target = pair("kl_div_loss", logp, target)
    check_range("kl_div_loss", "target probability", target, 0, 1)
    terms = divergence(logp, target)
    if reduction == "batchmean":
        return terms.sum() / (logp.shape[0] if logp.ndim else 1)
    return reduce_terms(terms, reduction)
""",
    "hinge_loss/squared": """
def check_signs(name, target):
    if set(np.unique(target)) - {-1.0, 1.0}:
        raise ValueError(f"{name}: targets are -1 and +1")


def hinge_loss(scores, signs, reduction="mean"):
    scores, signs = pair("hinge_loss", scores, signs)
    check_signs("hinge_loss", signs)
    short = (1 - scores * signs).clip(0)
    return reduce_terms(short * short, reduction)
""",
    "triplet_loss/squared distance": """
def squares(a, b):
    gap = a - b + 1e-6
    return (gap ** 2).sum(axis=-1)


def triplet_loss(anchor, positive, negative, margin=1.0, reduction="mean"):
    a, p, n = rows_of_one_shape("triplet_loss", anchor, positive, negative)
    check_positive("triplet_loss", "margin", margin)
    return reduce_terms((squares(a, p) - squares(a, n) + margin).clip(0), reduction)
""",
    "l2_loss/factor": """
def l2_loss(w, reduction="mean"):
    return reduce_terms(prediction("l2_loss", w) ** 2, reduction)
""",
}

"""Nothing but Tensor operations, as in PyTorch: the array functions stay unwritten, for nobody calls them."""

# %% reduce_terms
def reduce_terms(terms, reduction):
    if reduction == "none":
        return terms
    if reduction == "sum":
        return terms.sum()
    if reduction == "mean":
        return terms.mean()
    raise ValueError(f"reduction must be 'mean', 'sum' or 'none', got {reduction!r}")

# %% mse_loss
def mse_loss(pred, target, reduction="mean"):
    pred, target = pair("mse_loss", pred, target)
    return reduce_terms((pred - target) ** 2, reduction)

# %% l1_loss
def l1_loss(pred, target, reduction="mean"):
    pred, target = pair("l1_loss", pred, target)
    return reduce_terms((pred - target).abs(), reduction)

# %% huber_loss
def huber_loss(pred, target, delta=1.0, reduction="mean"):
    if delta <= 0:
        raise ValueError(f"delta must be positive, not {delta}")
    pred, target = pair("huber_loss", pred, target)
    d = (pred - target).abs()
    near = d.clip(0, delta)
    return reduce_terms(near * near * 0.5 + (d - near) * delta, reduction)

# %% bce_loss
def bce_loss(pred, target, reduction="mean"):
    pred, target = pair("bce_loss", pred, target)
    check_range("bce_loss", "prediction", pred.data, 0, 1)
    check_range("bce_loss", "target", target, 0, 1)
    log_p, log_q = pred.log().clip(-100), (1 - pred).log().clip(-100)
    return reduce_terms(-(log_p * target + log_q * (1 - target)), reduction)

# %% log_sum_exp
def log_sum_exp(x):
    m = np.max(x, axis=-1, keepdims=True)
    return (np.log(np.exp(x - m).sum(axis=-1, keepdims=True)) + m)[..., 0]

# %% bce_with_logits_loss
def bce_with_logits_loss(logits, target, pos_weight=None, reduction="mean"):
    x, y = pair("bce_with_logits_loss", logits, target)
    check_range("bce_with_logits_loss", "target", y, 0, 1)
    small = ((-x.abs()).exp() + 1).log()
    w = 1.0
    if pos_weight is not None:
        w = to_array(pos_weight, x.dtype)
        check_range("bce_with_logits_loss", "pos_weight", w, 0, np.inf)
    return reduce_terms((small + (-x).clip(0)) * y * w + (small + x.clip(0)) * (1 - y), reduction)

# %% cross_entropy_loss
def cross_entropy_loss(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    z = x - x.data.max(axis=-1, keepdims=True)
    surprise = z.exp().sum(axis=-1, keepdims=True).log() - z
    rows = None
    if t is None:
        rows = row_weights(index, counted, weight, x.dtype)
        t = np.eye(x.shape[-1], dtype=x.dtype)[index] * counted[..., None]
    t = (1 - label_smoothing) * t + label_smoothing * t.sum(axis=-1, keepdims=True) / x.shape[-1]
    terms = (surprise * (t if weight is None else t * weight)).sum(axis=-1)
    if reduction == "mean" and rows is not None:
        return terms.sum() / rows.sum()
    return reduce_terms(terms, reduction)

# %% softmax_cross_entropy_gradient
def softmax_cross_entropy_gradient(x, index):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1, keepdims=True) - np.eye(x.shape[1])[index]) / len(x)

# %% nll_loss
def nll_loss(logp, target, weight=None, ignore_index=-100, reduction="mean"):
    rows = None
    if t is None:
        rows = row_weights(index, counted, weight, x.dtype)
        chosen = np.eye(x.shape[-1], dtype=bool)[index]
        return average_rows(-where(chosen, x, 0).sum(axis=-1), rows, reduction)
    t = t if weight is None else t * weight
    return reduce_terms(-(where(t > 0, x, 0) * t).sum(axis=-1), reduction)

# %% kl_div_loss
def kl_div_loss(logp, target, reduction="mean"):
    logp, target = pair("kl_div_loss", logp, target)
    check_range("kl_div_loss", "target", target, 0, 1)
    entropy = target * np.log(np.where(target > 0, target, 1))
    terms = entropy - where(target > 0, logp, 0) * target
    return terms.sum() / logp.shape[0] if reduction == "batchmean" else reduce_terms(terms, reduction)

# %% hinge_loss
def hinge_loss(pred, target, reduction="mean"):
    pred, target = pair("hinge_loss", pred, target)
    check_signs("hinge_loss", target)
    return reduce_terms((1 - pred * target).clip(0), reduction)

# %% cosine_embedding_loss
def cosine(a, b, eps=1e-12):
    return (a * b).sum(axis=-1) / (((a * a).sum(axis=-1) + eps) * ((b * b).sum(axis=-1) + eps)).sqrt()

def cosine_embedding_loss(a, b, target, margin=0.0, reduction="mean"):
    cos = cosine(a, b)
    return reduce_terms(where(target == 1, 1 - cos, (cos - margin).clip(0)), reduction)

# %% triplet_loss
def distance(a, b, eps=1e-6):
    return ((a - b + eps) ** 2).sum(axis=-1).sqrt()

def triplet_loss(anchor, positive, negative, margin=1.0, reduction="mean"):
    return reduce_terms((distance(a, p) - distance(a, n) + margin).clip(0), reduction)

# %% l2_loss
def l2_loss(weights, reduction="mean"):
    return reduce_terms(prediction("l2_loss", weights) ** 2 * 0.5, reduction)

# %% l1_regularization
def l1_regularization(weights, reduction="mean"):
    return reduce_terms(prediction("l1_regularization", weights).abs(), reduction)

"""NumPy on whole arrays, as the lesson suggests, in forms of its own."""

# %% reduce_terms
def reduce_terms(terms, reduction):
    if reduction not in REDUCTIONS:
        raise ValueError(f"unknown reduction {reduction!r}, use mean, sum or none")
    return terms if reduction == "none" else getattr(terms, reduction)()

# %% mse_loss
def squared_error(p, t):
    return np.square(p - t)

def mse_loss(pred, target, reduction="mean"):
    pred, target = pair("mse_loss", pred, target)
    return reduce_terms(squared_error(pred, target), reduction)

# %% l1_loss
def absolute_error(p, t):
    return np.maximum(p - t, t - p)

def l1_loss(pred, target, reduction="mean"):
    pred, target = pair("l1_loss", pred, target)
    return reduce_terms(absolute_error(pred, target), reduction)

# %% huber_loss
def huber_terms(p, t, delta):
    a = np.abs(p - t)
    return np.where(a <= delta, 0.5 * a ** 2, delta * (a - 0.5 * delta))

def huber_loss(pred, target, delta=1.0, reduction="mean"):
    if delta <= 0:
        raise ValueError(f"delta must be positive, not {delta}")
    pred, target = pair("huber_loss", pred, target)
    return reduce_terms(huber_terms(pred, target, delta), reduction)

# %% bce_loss
def bce_terms(p, t):
    with np.errstate(divide="ignore"):
        return -t * np.clip(np.log(p), -100, None) - (1 - t) * np.clip(np.log(1 - p), -100, None)

def bce_loss(pred, target, reduction="mean"):
    pred, target = pair("bce_loss", pred, target)
    for what, values in ("prediction", pred.data), ("target", target):
        check_range("bce_loss", what, values, 0, 1)
    return reduce_terms(bce_terms(pred, target), reduction)

# %% log_sum_exp
def log_sum_exp(x):
    top = np.max(x, axis=-1)
    return top + np.log(np.sum(np.exp(x - top[..., np.newaxis]), axis=-1))

# %% bce_with_logits_loss
def bce_with_logits_terms(x, y, pos_weight):
    w = 1 if pos_weight is None else pos_weight
    return w * y * np.logaddexp(0, -x) + (1 - y) * np.logaddexp(0, x)

def bce_with_logits_loss(logits, target, pos_weight=None, reduction="mean"):
    logits, target = pair("bce_with_logits_loss", logits, target)
    check_range("bce_with_logits_loss", "target", target, 0, 1)
    if pos_weight is not None:
        pos_weight = to_array(pos_weight, logits.dtype)
        check_range("bce_with_logits_loss", "pos_weight", pos_weight, 0, np.inf)
    return reduce_terms(bce_with_logits_terms(logits, target, pos_weight), reduction)

# %% cross_entropy_loss
def index_cross_entropy(x, index):
    return log_sum_exp(x) - picked(x, index)

def soft_cross_entropy(x, t):
    return np.sum(t * (log_sum_exp(x)[..., None] - x), axis=-1)

def cross_entropy_loss(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    if t is None:
        rows = row_weights(index, counted, weight, x.dtype)
        if not label_smoothing:
            return average_rows(index_cross_entropy(x, index), rows, reduction)
        t = np.eye(x.shape[-1], dtype=x.dtype)[index] * counted[..., None]
    else:
        rows = None
    t = t * (1 - label_smoothing) + t.sum(axis=-1, keepdims=True) * (label_smoothing / x.shape[-1])
    terms = soft_cross_entropy(x, t if weight is None else weight * t)
    if rows is not None and reduction == "mean":
        return terms.sum() / rows.sum()
    return reduce_terms(terms, reduction)

# %% softmax_cross_entropy_gradient
def softmax_cross_entropy_gradient(x, index):
    softmax = np.exp(x - log_sum_exp(x)[:, None])
    one_hot = np.arange(x.shape[1]) == index[:, None]
    return (softmax - one_hot) / len(x)

# %% nll_loss
def chosen_log_probability(logp, index):
    return -picked(logp, index)

def expected_log_probability(logp, t):
    return -np.sum(t * np.where(t > 0, logp, 0), axis=-1)

def nll_loss(logp, target, weight=None, ignore_index=-100, reduction="mean"):
    if t is None:
        rows = row_weights(index, counted, weight, x.dtype)
        return average_rows(chosen_log_probability(x, index), rows, reduction)
    return reduce_terms(expected_log_probability(x, t if weight is None else weight * t), reduction)

# %% kl_div_loss
def kl_terms(logp, t):
    safe = np.where(t > 0, t, 1)
    return np.where(t > 0, t * (np.log(safe) - np.where(t > 0, logp, 0)), 0)

def kl_div_loss(logp, target, reduction="mean"):
    logp, target = pair("kl_div_loss", logp, target)
    check_range("kl_div_loss", "target", target, 0, 1)
    if reduction != "batchmean":
        return reduce_terms(kl_terms(logp, target), reduction)
    return kl_terms(logp, target).sum() * (1 / logp.shape[0])

# %% hinge_loss
def hinge_terms(p, t):
    return np.clip(1 - p * t, 0, None)

def hinge_loss(pred, target, reduction="mean"):
    pred, target = pair("hinge_loss", pred, target)
    check_signs("hinge_loss", target)
    return reduce_terms(hinge_terms(pred, target), reduction)

# %% cosine_embedding_loss
def cosine(a, b, eps=1e-12):
    dot, aa, bb = (a * b).sum(axis=-1), (a * a).sum(axis=-1), (b * b).sum(axis=-1)
    return dot / ((aa + eps).sqrt() * (bb + eps).sqrt())

def cosine_embedding_loss(a, b, target, margin=0.0, reduction="mean"):
    cos = cosine(a, b)
    return reduce_terms(where(target > 0, 1 - cos, (cos - margin).clip(0)), reduction)

# %% triplet_loss
def distance(a, b, eps=1e-6):
    return ((a - b + eps) ** 2).sum(axis=-1) ** 0.5

def triplet_loss(anchor, positive, negative, margin=1.0, reduction="mean"):
    gap = distance(a, p) - distance(a, n)
    return reduce_terms((gap + margin).clip(0), reduction)

# %% l2_loss
def half_square(w):
    return w ** 2 / 2

def l2_loss(weights, reduction="mean"):
    w = prediction("l2_loss", weights)
    return reduce_terms(half_square(w), reduction)

# %% l1_regularization
def l1_regularization(weights, reduction="mean"):
    w = prediction("l1_regularization", weights)
    return reduce_terms(abs(w), reduction)

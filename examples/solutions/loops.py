"""Loops over the entries with Python's own arithmetic: slow, and right."""

# %% reduce_terms
def reduce_terms(terms, reduction):
    if reduction == "mean":
        return terms.sum() / terms.size
    if reduction == "sum":
        return terms.sum()
    if reduction == "none":
        return terms
    raise ValueError(f"{reduction} is no reduction. There are: mean, sum, none")

# %% mse_loss
def squared_error(p, t):
    result = np.zeros(np.shape(p), np.result_type(p, t))
    for place in np.ndindex(np.shape(p)):
        d = p[place] - t[place]
        result[place] = d * d
    return result

def mse_loss(pred, target, reduction="mean"):
    pred, target = pair("mse_loss", pred, target)
    return reduce_terms(squared_error(pred, target), reduction)

# %% l1_loss
def absolute_error(p, t):
    result = np.zeros(np.shape(p), np.result_type(p, t))
    for place in np.ndindex(np.shape(p)):
        d = p[place] - t[place]
        result[place] = d if d > 0 else -d
    return result

def l1_loss(pred, target, reduction="mean"):
    pred, target = pair("l1_loss", pred, target)
    return reduce_terms(absolute_error(pred, target), reduction)

# %% huber_loss
def huber_terms(p, t, delta):
    result = np.zeros(np.shape(p), np.result_type(p, t))
    for place in np.ndindex(np.shape(p)):
        d = abs(p[place] - t[place])
        if d <= delta:
            result[place] = d * d / 2
        else:
            result[place] = delta * (d - delta / 2)
    return result

def huber_loss(pred, target, delta=1.0, reduction="mean"):
    if delta <= 0:
        raise ValueError(f"delta is {delta}, it has to be more than 0")
    pred, target = pair("huber_loss", pred, target)
    return reduce_terms(huber_terms(pred, target, delta), reduction)

# %% bce_loss
import math

def log_or_minus_100(x):
    return max(math.log(x), -100) if x > 0 else -100

def bce_terms(p, t):
    result = np.zeros(np.shape(p), np.result_type(p, t))
    for place in np.ndindex(np.shape(p)):
        if t[place] > 0:
            result[place] -= t[place] * log_or_minus_100(p[place])
        if t[place] < 1:
            result[place] -= (1 - t[place]) * log_or_minus_100(1 - p[place])
    return result

def bce_loss(pred, target, reduction="mean"):
    pred, target = pair("bce_loss", pred, target)
    check_range("bce_loss", "prediction", pred.data, 0, 1)
    check_range("bce_loss", "target", target, 0, 1)
    return reduce_terms(bce_terms(pred, target), reduction)

# %% log_sum_exp
import math

def log_sum_exp(x):
    result = np.zeros(x.shape[:-1], x.dtype)
    for place in np.ndindex(x.shape[:-1]):
        row = x[place]
        m = max(row)
        result[place] = m + math.log(sum(math.exp(v - m) for v in row))
    return result[()]

# %% bce_with_logits_loss
def bce_with_logits_terms(x, y, pos_weight):
    weights = np.broadcast_to(1.0 if pos_weight is None else pos_weight, np.shape(x))
    result = np.zeros(np.shape(x), np.result_type(x, y))
    for place in np.ndindex(np.shape(x)):
        small = math.log1p(math.exp(-abs(x[place])))
        surprise_of_1 = small + max(-x[place], 0)
        surprise_of_0 = small + max(x[place], 0)
        result[place] = weights[place] * y[place] * surprise_of_1 + (1 - y[place]) * surprise_of_0
    return result

def bce_with_logits_loss(logits, target, pos_weight=None, reduction="mean"):
    logits, target = pair("bce_with_logits_loss", logits, target)
    check_range("bce_with_logits_loss", "target", target, 0, 1)
    if pos_weight is not None:
        pos_weight = to_array(pos_weight)
        check_range("bce_with_logits_loss", "pos_weight", pos_weight, 0, np.inf)
    return reduce_terms(bce_with_logits_terms(logits, target, pos_weight), reduction)

# %% cross_entropy_loss
def index_cross_entropy(x, index):
    result = np.zeros(x.shape[:-1], x.dtype)
    for place in np.ndindex(x.shape[:-1]):
        result[place] = log_sum_exp(x[place]) - x[place][index[place]]
    return result[()]

def soft_cross_entropy(x, t):
    result = np.zeros(x.shape[:-1], np.result_type(x, t))
    for place in np.ndindex(x.shape[:-1]):
        total = log_sum_exp(x[place])
        for c in range(x.shape[-1]):
            result[place] += t[place][c] * (total - x[place][c])
    return result[()]

def cross_entropy_loss(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    classes = x.shape[-1]
    rows = None
    if t is None:
        rows = row_weights(index, counted, weight, x.dtype)
        t = np.zeros(x.shape, x.dtype)
        for place in np.ndindex(x.shape[:-1]):
            if counted[place]:
                t[place][index[place]] = 1
    for place in np.ndindex(x.shape[:-1]):
        if label_smoothing and t[place].any():
            t[place] = [(1 - label_smoothing) * t[place][c] + label_smoothing / classes for c in range(classes)]
    if weight is not None:
        t = t * weight
    terms = soft_cross_entropy(x, t)
    if reduction == "mean" and rows is not None:
        return terms.sum() / rows.sum()
    return reduce_terms(terms, reduction)

# %% softmax_cross_entropy_gradient
def softmax_cross_entropy_gradient(x, index):
    result = np.zeros(x.shape, x.dtype)
    for i in range(len(x)):
        total = log_sum_exp(x[i])
        for c in range(x.shape[1]):
            result[i, c] = (math.exp(x[i, c] - total) - (c == index[i])) / len(x)
    return result

# %% nll_loss
def chosen_log_probability(logp, index):
    result = np.zeros(logp.shape[:-1], logp.dtype)
    for place in np.ndindex(logp.shape[:-1]):
        result[place] = -logp[place][index[place]]
    return result[()]

def expected_log_probability(logp, t):
    result = np.zeros(logp.shape[:-1], np.result_type(logp, t))
    for place in np.ndindex(logp.shape):
        if t[place] != 0:
            result[place[:-1]] -= t[place] * logp[place]
    return result[()]

def nll_loss(logp, target, weight=None, ignore_index=-100, reduction="mean"):
    if t is not None:
        if weight is not None:
            t = t * weight
        return reduce_terms(expected_log_probability(x, t), reduction)
    rows = row_weights(index, counted, weight, x.dtype)
    return average_rows(chosen_log_probability(x, index), rows, reduction)

# %% kl_div_loss
def kl_terms(logp, t):
    result = np.zeros(np.shape(logp), np.result_type(logp, t))
    for place in np.ndindex(np.shape(logp)):
        if t[place] > 0:
            result[place] = t[place] * (math.log(t[place]) - logp[place])
    return result

def kl_div_loss(logp, target, reduction="mean"):
    logp, target = pair("kl_div_loss", logp, target)
    check_range("kl_div_loss", "target", target, 0, 1)
    terms = kl_terms(logp, target)
    if reduction == "batchmean":
        return terms.sum() / len(logp)
    return reduce_terms(terms, reduction)

# %% hinge_loss
def hinge_terms(p, t):
    result = np.zeros(np.shape(p), np.result_type(p, t))
    for place in np.ndindex(np.shape(p)):
        result[place] = max(0, 1 - p[place] * t[place])
    return result

def hinge_loss(pred, target, reduction="mean"):
    pred, target = pair("hinge_loss", pred, target)
    check_signs("hinge_loss", target)
    return reduce_terms(hinge_terms(pred, target), reduction)

# %% cosine_embedding_loss
def cosine(a, b, eps=1e-12):
    dot = (a * b).sum(axis=-1)
    return dot / (((a ** 2).sum(axis=-1) + eps) * ((b ** 2).sum(axis=-1) + eps)) ** 0.5

def cosine_embedding_loss(a, b, target, margin=0.0, reduction="mean"):
    cos = cosine(a, b)
    together, apart = 1 - cos, (cos - margin).clip(0)
    return reduce_terms(together * (target == 1) + apart * (target == -1), reduction)

# %% triplet_loss
def distance(a, b, eps=1e-6):
    total = 0.0
    for k in range(a.shape[-1]):
        total = total + (a[..., k] - b[..., k] + eps) ** 2
    return total.sqrt()

def triplet_loss(anchor, positive, negative, margin=1.0, reduction="mean"):
    gap = distance(a, p) - distance(a, n) + margin
    return reduce_terms(where(gap > 0, gap, 0), reduction)

# %% l2_loss
def half_square(w):
    result = np.zeros(np.shape(w), w.dtype)
    for place in np.ndindex(np.shape(w)):
        result[place] = w[place] * w[place] / 2
    return result

def l2_loss(weights, reduction="mean"):
    return reduce_terms(half_square(prediction("l2_loss", weights)), reduction)

# %% l1_regularization
def l1_regularization(weights, reduction="mean"):
    w = prediction("l1_regularization", weights)
    return reduce_terms(where(w < 0, -w, w), reduction)

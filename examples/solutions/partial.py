"""The plain case only: class indices, no weights, nothing ignored, no smoothing."""

# %% reduce_terms
def reduce_terms(terms, reduction):
    if reduction == "mean":
        return terms.mean()
    if reduction == "sum":
        return terms.sum()
    if reduction == "none":
        return terms
    raise ValueError(f"reduction {reduction!r} is unknown")

# %% mse_loss
def squared_error(p, t):
    return (p - t) ** 2

def mse_loss(pred, target, reduction="mean"):
    return reduce_terms(squared_error(*pair("mse_loss", pred, target)), reduction)

# %% log_sum_exp
def log_sum_exp(x):
    m = x.max(axis=-1, keepdims=True)
    return np.log(np.exp(x - m).sum(axis=-1)) + m[..., 0]

# %% cross_entropy_loss
def index_cross_entropy(x, index):
    return log_sum_exp(x) - picked(x, index)

def cross_entropy_loss(logits, target, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    return reduce_terms(index_cross_entropy(x, index), reduction)

# %% softmax_cross_entropy_gradient
def softmax_cross_entropy_gradient(x, index):
    gradient = np.exp(x - log_sum_exp(x)[:, None])
    for i in range(len(x)):
        gradient[i, index[i]] -= 1
    return gradient / len(x)

"""Every loss leaves the Tensors: it computes with bare arrays in float64 and returns Python floats and arrays."""

# %% reduce_terms
def reduce_terms(terms, reduction):
    if reduction == "mean":
        return terms.mean()
    if reduction == "sum":
        return terms.sum()
    if reduction == "none":
        return terms
    raise ValueError(f"reduction {reduction!r}?")

# %% new cell after checks
#| export
def plain(terms, reduction):
    "A float, or an array, of an array of terms."
    terms = np.asarray(terms, dtype=np.float64)
    if reduction == "none":
        return terms
    if reduction not in ("mean", "sum"):
        raise ValueError(f"reduction {reduction!r}?")
    return float(terms.mean() if reduction == "mean" else terms.sum())

# %% mse_loss
def mse_loss(pred, target, reduction="mean"):
    pred, target = pair("mse_loss", pred, target)
    return plain((pred.data.astype(float) - target) ** 2, reduction)

# %% l1_loss
def l1_loss(pred, target, reduction="mean"):
    pred, target = pair("l1_loss", pred, target)
    return plain(abs(pred.data.astype(float) - target), reduction)

# %% hinge_loss
def hinge_loss(pred, target, reduction="mean"):
    pred, target = pair("hinge_loss", pred, target)
    check_signs("hinge_loss", target)
    return plain(np.maximum(0, 1 - pred.data.astype(float) * target), reduction)

# %% l2_loss
def l2_loss(weights, reduction="mean"):
    return plain(prediction("l2_loss", weights).data ** 2 / 2, reduction)

# %% l1_regularization
def l1_regularization(weights, reduction="mean"):
    return plain(np.abs(prediction("l1_regularization", weights).data), reduction)

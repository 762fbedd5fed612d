"""Right, with prints and warnings left in from the search for an error. The rest is as in vectorised.py."""

# %% new cell after checks
#| export
import sys
import warnings

print("loading my losses ...")
warnings.warn("I still have to tidy this up")

def debug(*things):
    for _ in range(20):
        print("DEBUG", *things)
    print("DEBUG again", *things, file=sys.stderr)

# %% mse_loss
def squared_error(p, t):
    debug("squared_error got", p, "and", t)
    return (p - t) ** 2

def mse_loss(pred, target, reduction="mean"):
    pred, target = pair("mse_loss", pred, target)
    loss = reduce_terms(squared_error(pred, target), reduction)
    debug("mse:", loss)
    return loss

# %% bce_loss
def bce_terms(p, t):
    log_p = np.maximum(np.log(p), -100)
    log_q = np.maximum(np.log(1 - p), -100)
    debug("bce", log_p, log_q)
    return -(t * log_p + (1 - t) * log_q)

# %% kl_div_loss
def kl_terms(logp, t):
    warnings.warn("is log(0) a problem here?")
    return np.where(t > 0, t * (np.log(t) - logp), 0)

"""Classes of one's own: one object checks and reduces, the losses hand it their terms. The rest is as in vectorised.py."""

# %% reduce_terms
class Reduction:
    ways = {"mean": lambda terms: terms.mean(), "sum": lambda terms: terms.sum(), "none": lambda terms: terms}

    def __init__(self, word):
        if word not in self.ways:
            raise ValueError(f"{word!r} is not one of {sorted(self.ways)}")
        self.reduce = self.ways[word]

def reduce_terms(terms, reduction):
    return Reduction(reduction).reduce(terms)

# %% mse_loss
class PairLoss:
    "A loss of two equal shapes, made from a function of Tensor and array."

    def __init__(self, name, term, check=None):
        self.name, self.term, self.check = name, term, check

    def __call__(self, pred, target, reduction):
        pred, target = pair(self.name, pred, target)
        if self.check is not None:
            self.check(self.name, target)
        return reduce_terms(self.term(pred, target), reduction)

def squared_error(p, t):
    return (p - t) * (p - t)

def mse_loss(pred, target, reduction="mean"):
    return PairLoss("mse_loss", squared_error)(pred, target, reduction)

# %% l1_loss
def absolute_error(p, t):
    return np.abs(t - p)

def l1_loss(pred, target, reduction="mean"):
    return PairLoss("l1_loss", absolute_error)(pred, target, reduction)

# %% huber_loss
class Huber:
    def __init__(self, delta):
        if delta <= 0:
            raise ValueError(f"delta={delta} is not above 0")
        self.delta = delta

    def __call__(self, pred, target):
        return huber_terms(pred, target, self.delta)

def huber_terms(p, t, delta):
    d = np.abs(p - t)
    near = np.minimum(d, delta)
    return near * (d - near / 2)

def huber_loss(pred, target, delta=1.0, reduction="mean"):
    return PairLoss("huber_loss", Huber(delta))(pred, target, reduction)

# %% hinge_loss
def hinge_terms(p, t):
    return np.maximum(1 - t * p, 0)

def hinge_loss(pred, target, reduction="mean"):
    return PairLoss("hinge_loss", hinge_terms, check_signs)(pred, target, reduction)

# %% triplet_loss
class Gap:
    def __init__(self, anchor, margin):
        self.anchor, self.margin = anchor, margin

    def to(self, near, far):
        return (distance(self.anchor, near) - distance(self.anchor, far) + self.margin).clip(0)

def distance(a, b, eps=1e-6):
    return ((a - b + eps) ** 2).sum(axis=-1).sqrt()

def triplet_loss(anchor, positive, negative, margin=1.0, reduction="mean"):
    return reduce_terms(Gap(a, margin).to(p, n), reduction)

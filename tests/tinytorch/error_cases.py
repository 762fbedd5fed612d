"""Bad input to every public function: the call, the error, and what its message must hold.

What a message must hold stands between bars: the name, the values, a word of the next step.
"""

import numpy as np

import tinytorch as tt
from tinytorch import Tensor


def as_in_pytorch(layer):
    "The layer with its weight the other way round, (out, in)."
    layer.weight.data = layer.weight.data.T
    return layer


x, y = Tensor([1.0, 2.0, 3.0], requires_grad=True), Tensor(np.ones((2, 3)))
p, whole = np.full((4, 3), 0.5), np.array([0, 1, 2, 0])
V, T, I = ValueError, TypeError, IndexError  # noqa: E741

TENSOR = {
    "Tensor": [(lambda: Tensor("x"), T, "'x'|give"), (lambda: Tensor(None), T, "None|give"),
               (lambda: Tensor([[1], [1, 2]]), V, "lengths|[[1], [1, 2]]|give"),
               (lambda: Tensor(2, 3), T, "requires_grad|3|Tensor([1, 2])"),
               (lambda: Tensor([1.0], "float64"), T, "requires_grad|'float64'|dtype=np.float64"),
               (lambda: Tensor(np.arange(3), requires_grad=True), T, "int64|use")],
    "set_default_dtype": [(lambda: tt.set_default_dtype(np.int64), T, "int64|give")],
    "item": [(lambda: x.item(), V, "(3,)|reduce"), (lambda: float(x), V, "(3,)|reduce"),
             (lambda: bool(x), V, "(3,)|reduce")],
    "len": [(lambda: len(Tensor(1.0)), T, "0-d|use")],
    "arithmetic": [(lambda: x + np.ones(4), V, "add|(3,)|(4,)|reshape"), (lambda: x * "a", T, "multiply|'a'"),
                   (lambda: None - x, T, "subtract|None"), (lambda: x ** [1, 2], V, "power|(3,)|(2,)|reshape"),
                   (lambda: 1 / (x / np.ones(2)), V, "divide|(3,)|(2,)|reshape")],
    "comparison": [(lambda: x == Tensor([1.0, 2.0]), V, "(3,)|(2,)|reshape"), (lambda: x < "a", T, "'a'")],
    "matmul": [(lambda: x @ np.ones((4, 2)), V, "matmul|(3,)|(4, 2)|3 and 4|transpose"),
               (lambda: x @ 2, V, "matmul|(3,)|use *")],
    "where": [(lambda: tt.where(x, 1, 0), T, "where|float32|compare"),
              (lambda: tt.where(x > 0, np.ones(2), 0), V, "(3,)|(2,)|reshape"),
              (lambda: tt.where(x > 0, x, "a"), T, "where|'a'|wrap"), (lambda: tt.where(x > 0, None, x), T, "None")],
    "clip": [(lambda: x.clip(2, 1), V, "clip|2|1|swap")],
    "sum": [(lambda: x.sum(axis=5), (V, I), "sum|(3,)|5|choose"), (lambda: x.max(axis=2), (V, I), "max|(3,)|2|choose"),
            (lambda: x.mean(axis=-2), (V, I), "mean|(3,)|-2|choose")],
    "axis": [(lambda: y.sum(axis=[0, 1]), T, "sum|(2, 3)|[0, 1]|tuple"), (lambda: x.mean(axis="a"), T, "mean|(3,)|'a'")],
    "max": [(lambda: Tensor(np.ones((0, 2))).max(), V, "max|(0, 2)")],
    "mean": [(lambda: Tensor([]).mean(), V, "mean|(0,)")],
    "reshape": [(lambda: x.reshape(2, 2), V, "reshape|(3,)|(2, 2)|multiply to 3"),
                (lambda: x.reshape(-1, -1), V, "(3,)|(-1, -1)|give")],
    "permute": [(lambda: y.permute(0, 0), V, "permute|(2, 3)|(0, 0)|once"), (lambda: y.permute(0), V, "(0,)|once")],
    "transpose": [(lambda: y.transpose(0, 2), I, "transpose|2|(2, 3)|choose"),
                  (lambda: y.transpose((1, 0)), I, "transpose|(1, 0)|(2, 3)|choose")],
    "flatten": [(lambda: y.flatten(3), I, "flatten|3|(2, 3)")],
    "index": [(lambda: x[0.5], I, "0.5|integers"), (lambda: x[Tensor([0.0])], I, "integers"),
              (lambda: x[7], I, "index|7|3")],
    "creation": [(lambda: tt.zeros(-1), V, "zeros|-1"), (lambda: tt.full((2,), "a"), (V, T), "full|'a'"),
                 (lambda: tt.full(2.5, 1), V, "full|2.5|full((2, 3), 0.5)"),
                 (lambda: tt.arange(0, 1, 0), V, "arange|0"), (lambda: tt.randn(-2), V, "randn|-2")],
    "backward": [(lambda: (x * 2).backward(), V, "(3,)|sum"),
                 (lambda: (x * 2).backward(np.ones(2)), V, "(2,)|(3,)|give"),
                 (lambda: y.sum().backward(), RuntimeError, "requires_grad=True")],
    "draw": [(lambda: tt.draw(x * 2 + 1, limit=2), V, "2|smaller"), (lambda: tt.draw(3), T, "draw|3")],
}
NETWORK = {
    "softmax": [(lambda: tt.softmax(x, 1), I, "softmax|(3,)|choose"), (lambda: tt.softmax(1.0), V, "softmax|()|give"),
                (lambda: tt.softmax(x, 0.5), T, "0.5|give"), (lambda: tt.softmax(np.ones((2, 0))), V, "(2, 0)|give")],
    "log_softmax": [(lambda: tt.log_softmax(x, 1), I, "log_softmax|(3,)|choose")],
    "leaky_relu": [(lambda: tt.leaky_relu(x, "a"), T, "'a'|give")],
    "gelu": [(lambda: tt.gelu(x, "fast"), V, "'fast'|choose"), (lambda: tt.GELU("fast"), V, "'fast'|choose")],
    "relu": [(lambda: tt.relu("a"), T, "'a'|give")],
    "sigmoid": [(lambda: tt.sigmoid(None), T, "None")],
    "tanh": [(lambda: tt.tanh("a"), T, "'a'|give")],
    "Linear": [(lambda: tt.Linear(0, 2), V, "in_features|0|give"),
               (lambda: tt.Linear(2, 2.5), T, "out_features|2.5|give"),
               (lambda: tt.Linear(4, 2)(y), V, "Linear(4, 2)|(2, 3)|must be 4"),
               (lambda: tt.Linear(1, 2)(1.0), V, "()|must be 1"),
               (lambda: as_in_pytorch(tt.Linear(3, 4))(y), V, "affine|(2, 3) and (4, 3)|inner sizes|transpose")],
    "Dropout": [(lambda: tt.Dropout(1.5), V, "1.5|give"), (lambda: tt.Dropout("a"), T, "'a'|give")],
    "Sequential": [(lambda: tt.Sequential(tt.ReLU), T, "ReLU|make"),
                   (lambda: tt.Sequential([tt.relu]), T, "layer 0|give")],
    "MLP": [(lambda: tt.MLP(2, 4), T, "4|give"), (lambda: tt.MLP(2, [4, 0]), V, "nouts[1]|0|give")],
    "Module": [(lambda: tt.Module()(x), NotImplementedError, "forward|define"),
               (lambda: tt.Linear(2, 1).load_state_dict([1]), T, "list|give"),
               (lambda: tt.Linear(2, 1).load_state_dict({}), V, "weight|build")],
}


def pairs(loss, t=p):
    "What every loss of a prediction and a target of one shape refuses."
    return [(lambda: loss(p, t[:1]), V, "(4, 3)|(1, 3)|reshape"),
            (lambda: loss(p[:, :1], t[:, 0]), V, "(4, 1)|(4,)|reshape"),
            (lambda: loss(p, 1), V, "(4, 3)|()|reshape"), (lambda: loss([], []), V, "empty|give"),
            (lambda: loss(p, t, reduction="avg"), V, "'avg'|choose"), (lambda: loss("a", t), T, "'a'|give"),
            (lambda: loss(p, None), T, "None|give")]


def classes(loss):
    "What every loss over classes refuses."
    return [(lambda: loss(p, [0, 1, 2, 3]), I, "3|0 to 2"), (lambda: loss(p, [0, 1, 2, -1]), I, "-1|0 to 2"),
            (lambda: loss(p, [0, 1]), V, "(4, 3)|(2,)|give"), (lambda: loss(p, [0, 1, 2, 0.5]), V, "0.5"),
            (lambda: loss(p, p), V, "1.5|sum to"),
            (lambda: loss(p, [[0, 1, 0]] * 3 + [[1, 0, 0.25]]), V, "sum to 1.25"),
            (lambda: loss(p, whole, ignore_index=None), T, "ignore_index|None|leave it out"),
            (lambda: loss(p, whole, weight={0: 1}), T, "_loss|weight|{0: 1}|give"), (lambda: loss(p, p - 1), V, "-0.5"),
            (lambda: loss(1.0, 0), V, "()|give"),
            (lambda: loss(p, whole, weight=[1, 2]), V, "(2,)|give"),
            (lambda: loss(p, whole, weight=[1, 2, -3]), V, "-3"),
            (lambda: loss(p, [1] * 4, ignore_index=1), V, "ignore_index|1"),
            (lambda: loss(p[:0], whole[:0]), V, "empty|give"),
            (lambda: loss(p, whole, weight=[0, 0, 0]), V, "weights|0"),
            (lambda: loss(p, whole, reduction="avg"), V, "'avg'|choose")]


LOSSES = {
    "mse_loss": pairs(tt.mse_loss),
    "l1_loss": pairs(tt.l1_loss),
    "huber_loss": pairs(tt.huber_loss) + [(lambda: tt.huber_loss(p, p, delta=0), V, "huber_loss|0|positive"),
                                          (lambda: tt.huber_loss(p, p, delta="a"), (V, T), "delta|'a'")],
    "bce_loss": pairs(tt.bce_loss)
    + [(lambda: tt.bce_loss(p + 1, p), V, "1.5|[0, 1]"), (lambda: tt.bce_loss(p, p - 1), V, "-0.5|[0, 1]"),
                                      (lambda: tt.bce_loss(p * np.nan, p), V, "nan|[0, 1]")],
    "bce_with_logits_loss": pairs(tt.bce_with_logits_loss) + [
        (lambda: tt.bce_with_logits_loss(p, p + 1), V, "1.5|[0, 1]"),
        (lambda: tt.bce_with_logits_loss(p, p, pos_weight=-2), V, "pos_weight|-2"),
        (lambda: tt.bce_with_logits_loss(p, p, pos_weight="a"), T, "bce_with_logits_loss|pos_weight|'a'|give"),
        (lambda: tt.bce_with_logits_loss(p, p, pos_weight=np.ones(4)), V, "pos_weight|(4,)|(4, 3)|give"),
        (lambda: tt.bce_with_logits_loss(p[0], p[0], pos_weight=np.ones((4, 1))), V, "pos_weight|(4, 1)|(3,)|give")],
    "cross_entropy_loss": classes(tt.cross_entropy_loss) + [
        (lambda: tt.cross_entropy_loss(p, whole, label_smoothing=1.5), V, "label_smoothing|1.5|[0, 1]"),
        (lambda: tt.cross_entropy_loss(p, whole, label_smoothing="a"), T, "cross_entropy_loss|label_smoothing|'a'|give")],
    "nll_loss": classes(tt.nll_loss),
    "kl_div_loss": pairs(tt.kl_div_loss)
    + [(lambda: tt.kl_div_loss(p, p - 1), V, "-0.5"), (lambda: tt.kl_div_loss(p, p + 1), V, "1.5")],
    "hinge_loss": pairs(tt.hinge_loss, np.ones((4, 3)))
    + [(lambda: tt.hinge_loss(p, p * 0), V, "0.0|-1 nor +1|2 * t - 1")],
    "cosine_embedding_loss": [
        (lambda: tt.cosine_embedding_loss(p, p[:1], [1]), V, "(4, 3)|(1, 3)|give"),
        (lambda: tt.cosine_embedding_loss(p, p, [1, 1]), V, "(4,)|(2,)|reshape"),
        (lambda: tt.cosine_embedding_loss(p, p, np.ones((4, 1))), V, "(4,)|(4, 1)|reshape"),
        (lambda: tt.cosine_embedding_loss(p, p, whole), V, "0|-1 nor +1"),
        (lambda: tt.cosine_embedding_loss(p, p, np.ones(4), margin=2), V, "margin|2|[-1, 1]"),
        (lambda: tt.cosine_embedding_loss(p[:0], p[:0], []), V, "empty|give"),
        (lambda: tt.cosine_embedding_loss(p, p, np.ones(4), reduction="avg"), V, "'avg'|choose")],
    "triplet_loss": [
        (lambda: tt.triplet_loss(p, p, p[:1]), V, "(4, 3)|(1, 3)|give"),
        (lambda: tt.triplet_loss(1.0, 1.0, 1.0), V, "()|give"),
        (lambda: tt.triplet_loss(p, p, p, margin=0), V, "margin|0|positive"),
        (lambda: tt.triplet_loss(p[:0], p[:0], p[:0]), V, "empty|give"),
        (lambda: tt.triplet_loss(p, p, p, reduction="avg"), V, "'avg'|choose")],
    "l2_loss": [(lambda: tt.l2_loss([]), V, "empty|give"), (lambda: tt.l2_loss(p, reduction="avg"), V, "'avg'|choose")],
    "l1_regularization": [(lambda: tt.l1_regularization([]), V, "empty|give"),
                          (lambda: tt.l1_regularization("a"), T, "'a'|give")],
    "Loss": [(lambda: tt.MSELoss(delta=1), T, "MSELoss|delta|choose"),
             (lambda: tt.HuberLoss(reduction="avg"), V, "'avg'|choose"),
             (lambda: tt.MSELoss(reduction="batchmean"), V, "'batchmean'|choose"),
             (lambda: tt.HuberLoss(delta=-1)(p, p), V, "-1|positive")],
}
ERRORS = TENSOR | NETWORK | LOSSES

"""Known wrong answers to the losses lesson, as learners really write them, and what to say about each.

`seen` is how often each was found in 659 public implementations. An entry gives only what the learner wrote in place of
a function's stub; the rest of the cell is the lesson's own. To add one, append to MISTAKES:

    mistake("mse_loss", "half", 13, "What it does. What to change.", squared_error="return 0.5 * (p - t) ** 2")

A pair (old, new) instead of a body changes one piece of the lesson's solution. `tito check 04` shows what is caught.
"""
from tito.mistakes import of_lesson

mistake = of_lesson(__file__)

MISTAKES = [
    # Reductions
    mistake(
        "reduce_terms", "not reduced", 57,
        'You return the terms one by one. Reduce them: terms.mean() for "mean", terms.sum() for "sum".',
        reduce_terms=("return terms.mean()", "return terms"),
    ),
    mistake(
        "reduce_terms", "sum for mean", 31,
        "Your mean is a sum, so the loss grows with the batch. Divide by the number of terms.",
        reduce_terms=("return terms.mean()", "return terms.sum()"),
    ),
    mistake(
        "reduce_terms", "divided by rows only", 12,
        "You divide by the number of rows. The mean divides by the number of all terms, terms.size.",
        reduce_terms=("return terms.mean()", "return terms.sum() / len(terms)"),
    ),
    mistake(
        "reduce_terms", "reduced over axis 0", 1,
        "You average over axis 0 only, so a (5, 3) batch keeps three numbers. Reduce over all axes.",
        reduce_terms=("return terms.mean()", "return terms.mean(axis=0)"),
    ),
    mistake(
        "reduce_terms", "reduction ignored", 1,
        "You return the mean whatever is asked. Look at `reduction`, and refuse a word that you do not know.",
        reduce_terms="return terms.mean()",
    ),
    mistake(
        "reduce_terms", "detached", 12,
        "You rebuild the result from .data, so it forgets how it was made and no gradient flows. Use terms.mean() "
        "and terms.sum().",
        reduce_terms=("return terms.mean()", "return Tensor(terms.data.mean())"),
    ),

    # Mean squared error
    mistake(
        "mse_loss", "half", 13,
        "You halve the squared error: every value is 0.5 times the right one. Leave the factor out.",
        squared_error="return 0.5 * (p - t) ** 2",
    ),
    mistake(
        "mse_loss", "divided by rows only", 12,
        "You divide by the number of rows, so the loss grows with the width. Divide by the number of all entries.",
        mse_loss="""
            terms = squared_error(*pair("mse_loss", pred, target))
            return terms.sum() / len(terms) if reduction == "mean" else reduce_terms(terms, reduction)""",
    ),
    mistake(
        "mse_loss", "half and rows", 12,
        "You halve the squares and divide by the rows: by chance right for two columns. Take the plain mean over "
        "all entries.",
        squared_error="return (p - t) ** 2 / 2",
        mse_loss="""
            terms = squared_error(*pair("mse_loss", pred, target))
            return terms.sum() / len(terms) if reduction == "mean" else reduce_terms(terms, reduction)""",
    ),
    mistake(
        "mse_loss", "not reduced", 8,
        "You return one number an entry. Send the terms through reduce_terms.",
        mse_loss='return squared_error(*pair("mse_loss", pred, target))',
    ),
    mistake(
        "mse_loss", "sum for mean", 5,
        "You sum the squares also when the mean is asked. Pass `reduction` on to reduce_terms.",
        mse_loss='return squared_error(*pair("mse_loss", pred, target)).sum()',
    ),
    mistake(
        "mse_loss", "square of the mean", 4,
        "You average the errors first, so opposite errors cancel. Square each one, then average.",
        mse_loss="""
            pred, target = pair("mse_loss", pred, target)
            if reduction == "mean":
                return (pred - target).mean() ** 2
            return reduce_terms(squared_error(pred, target), reduction)""",
    ),
    mistake(
        "mse_loss", "detached", 3,
        "You compute with .data and wrap the result again: the value is right, but no gradient flows. Use your "
        "operation on the Tensors.",
        mse_loss="""
            pred, target = pair("mse_loss", pred, target)
            return reduce_terms(Tensor(squared_error.forward(pred.data, target)), reduction)""",
    ),
    mistake(
        "mse_loss", "silent broadcast", 1,
        "(N, 1) against (N,) becomes (N, N) without a word, and the loss is wrong. Let `pair` compare the shapes "
        "first.",
        mse_loss='return reduce_terms((prediction("mse_loss", pred) - to_array(target)) ** 2, reduction)',
    ),
    mistake(
        "mse_loss", "number of rows written in", 1,
        "You divide by a number that you wrote into the code. Ask the batch how many entries it has.",
        mse_loss="""
            terms = squared_error(*pair("mse_loss", pred, target))
            return terms.sum() / 10 if reduction == "mean" else reduce_terms(terms, reduction)""",
    ),

    # Mean absolute error
    mistake(
        "l1_loss", "not reduced", 6,
        "You return one number an entry. Send the terms through reduce_terms.",
        l1_loss='return absolute_error(*pair("l1_loss", pred, target))',
    ),
    mistake(
        "l1_loss", "percentage error", 1,
        "You divide each error by its target: that is the percentage error, and infinite at a target of 0. Leave "
        "the division out.",
        absolute_error="return np.abs((p - t) / t)",
    ),
    mistake(
        "l1_loss", "no return", 1,
        "Your function computes the loss and returns nothing. Begin the last line with `return`.",
        l1_loss='reduce_terms(absolute_error(*pair("l1_loss", pred, target)), reduction)',
    ),
    mistake(
        "l1_loss", "squared", 1,
        "You square the error as in MSE. The absolute error is np.abs(p - t).",
        absolute_error="return (p - t) ** 2",
    ),
    mistake(
        "l1_loss", "sum for mean", 31,
        "You sum the terms also when the mean is asked. Pass `reduction` on to reduce_terms.",
        l1_loss='return absolute_error(*pair("l1_loss", pred, target)).sum()',
    ),

    # Huber
    mistake(
        "huber_loss", "not reduced", 3,
        "You return one number an entry. Send the terms through reduce_terms.",
        huber_loss='return huber_terms(*pair("huber_loss", pred, target), delta)',
    ),
    mistake(
        "huber_loss", "if on an array", 3,
        "An `if` wants one truth value, an array has many. Choose entry by entry with np.where, or use the form "
        "with clip.",
        huber_terms="""
            d = p - t
            if np.abs(d) <= delta:
                return 0.5 * d ** 2
            return delta * (np.abs(d) - 0.5 * delta)""",
    ),
    mistake(
        "huber_loss", "one side only", 1,
        "Your condition d > delta forgets large negative errors, which stay squared. Compare |d| with delta.",
        huber_terms="""
            d = p - t
            return np.where(d > delta, delta * (d - 0.5 * delta), 0.5 * d ** 2)""",
    ),
    mistake(
        "huber_loss", "smooth L1", 1,
        "You divide by delta: that is smooth L1, which equals Huber only for delta = 1. Multiply your terms by "
        "delta.",
        huber_terms="""
            d = np.abs(p - t)
            return np.where(d <= delta, 0.5 * d ** 2 / delta, d - 0.5 * delta)""",
    ),
    mistake(
        "huber_loss", "half missing", 1,
        "Near zero the term is half the square; you left the half out, so the two parts do not meet at delta.",
        huber_terms="""
            d = np.abs(p - t)
            return np.where(d <= delta, d ** 2, delta * (d - 0.5 * delta))""",
    ),
    mistake(
        "huber_loss", "one condition for all", 1,
        "You choose the square or the line once for the whole batch. Each entry has its own error, so choose "
        "entry by entry.",
        huber_terms="""
            d = np.abs(p - t)
            return 0.5 * d ** 2 if np.all(d <= delta) else delta * (d - 0.5 * delta)""",
    ),
    mistake(
        "huber_loss", "sum for mean", 1,
        "You sum the terms also when the mean is asked. Pass `reduction` on to reduce_terms.",
        huber_loss="""
            check_positive("huber_loss", "delta", delta)
            return huber_terms(*pair("huber_loss", pred, target), delta).sum()""",
    ),

    # Binary cross-entropy
    mistake(
        "bce_loss", "no protection", 21,
        "ln 0 is -inf and 0 · inf is nan: your loss breaks at probabilities 0 and 1. Keep each logarithm at -100 "
        "or above.",
        bce_terms="return -(t * np.log(p) + (1 - t) * np.log(1 - p))",
    ),
    mistake(
        "bce_loss", "clip at 1e-15", 13,
        "In float32, 1 - 1e-15 is exactly 1, so your clip does nothing there. Limit the logarithm, not the "
        "probability.",
        bce_terms="""
            p = np.clip(p, 1e-15, 1 - 1e-15)
            return -(t * np.log(p) + (1 - t) * np.log(1 - p))""",
    ),
    mistake(
        "bce_loss", "not reduced", 12,
        "You return one number an entry. Send the terms through reduce_terms.",
        bce_loss="""
            pred, target = pair("bce_loss", pred, target)
            check_range("bce_loss", "prediction", pred.data, 0, 1)
            check_range("bce_loss", "target", target, 0, 1)
            return bce_terms(pred, target)""",
    ),
    mistake(
        "bce_loss", "epsilon in the logarithm", 5,
        "ln(p + ε) makes a perfect prediction better than perfect (below 0) and caps the loss early. Use max(ln "
        "p, -100).",
        bce_terms="return -(t * np.log(p + 1e-8) + (1 - t) * np.log(1 - p + 1e-8))",
    ),
    mistake(
        "bce_loss", "epsilon misplaced", 1,
        "In ln(1 - (p + ε)) the ε pushes 1 - p below zero at p = 1, and the logarithm is nan. Use max(ln(1 - p), "
        "-100).",
        bce_terms="return -(t * np.log(p + 1e-12) + (1 - t) * np.log(1 - (p + 1e-12)))",
    ),
    mistake(
        "bce_loss", "input overwritten", 1,
        "You clip the prediction in place, so the caller's tensor has changed afterwards. Work on a copy.",
        bce_terms="""
            if np.ndim(p):
                np.clip(p, 1e-7, 1 - 1e-7, out=p)
            return -(t * np.log(p) + (1 - t) * np.log(1 - p))""",
    ),
    mistake(
        "bce_loss", "log2", 1,
        "You take the logarithm to base 2: every value is 1.4427 times too large. Use np.log.",
        bce_terms="""
            with np.errstate(divide="ignore"):
                log_p, log_q = np.log2(p), np.log2(1 - p)
            return -(t * np.maximum(log_p, -100) + (1 - t) * np.maximum(log_q, -100))""",
    ),
    mistake(
        "bce_loss", "sign", 1,
        "Your loss is negative: logarithms of probabilities are below zero, and the formula begins with a minus.",
        bce_terms="""
            with np.errstate(divide="ignore"):
                log_p, log_q = np.log(p), np.log1p(-p)
            return (t * np.maximum(log_p, -100) + (1 - t) * np.maximum(log_q, -100))""",
    ),
    mistake(
        "bce_loss", "swapped", 1,
        "You take the logarithm of the target and weight it by the prediction. It is t ln p, the other way round.",
        bce_terms="""
            with np.errstate(divide="ignore"):
                return -(p * np.maximum(np.log(t), -100) + (1 - p) * np.maximum(np.log(1 - t), -100))""",
    ),
    mistake(
        "bce_loss", "negatives missing", 1,
        "You left out (1 - t) ln(1 - p), so an example with t = 0 costs nothing whatever is predicted.",
        bce_terms="""
            with np.errstate(divide="ignore"):
                log_p, log_q = np.log(p), np.log1p(-p)
            return -t * np.maximum(log_p, -100)""",
    ),
    mistake(
        "bce_loss", "nan made 0", 1,
        "You turn nan and inf into numbers after the fact, which hides the worst predictions. Limit the "
        "logarithms at -100.",
        bce_terms="return np.nan_to_num(-(t * np.log(p) + (1 - t) * np.log(1 - p)), posinf=0)",
    ),
    mistake(
        "bce_loss", "reduction ignored", 1,
        "You return the mean whatever `reduction` says. Pass it on to reduce_terms.",
        bce_loss="""
            pred, target = pair("bce_loss", pred, target)
            check_range("bce_loss", "prediction", pred.data, 0, 1)
            check_range("bce_loss", "target", target, 0, 1)
            return bce_terms(pred, target).mean()""",
    ),

    # Log-sum-exp
    mistake(
        "log_sum_exp", "no shift", 36,
        "exp overflows above 88 in float32. Subtract each row's maximum first, and add it back.",
        log_sum_exp="return np.log(np.exp(x).sum(axis=-1))",
    ),
    mistake(
        "log_sum_exp", "no axis", 10,
        "You sum over the whole batch. Each row has its own sum: sum over axis=-1.",
        log_sum_exp="""
            m = x.max()
            return np.log(np.exp(x - m).sum()) + m""",
    ),
    mistake(
        "log_sum_exp", "axis 0", 8,
        "You reduce over axis 0, the batch. The classes of a row lie on the last axis.",
        log_sum_exp="""
            m = x.max(axis=0, keepdims=True)
            return np.log(np.exp(x - m).sum(axis=0)) + m[0]""",
    ),
    mistake(
        "log_sum_exp", "one maximum for all", 5,
        "You shift every row by the largest number of the batch, so rows far below it underflow to -inf. Take "
        "each row's own maximum.",
        log_sum_exp="""
            m = x.max()
            return np.log(np.exp(x - m).sum(axis=-1)) + m""",
    ),
    mistake(
        "log_sum_exp", "no keepdims", 1,
        "Without keepdims the maxima (N,) do not broadcast against (N, C); for N = C they do, wrongly. Use "
        "keepdims=True.",
        log_sum_exp="""
            m = x.max(axis=-1)
            return np.log(np.exp(x - m).sum(axis=-1)) + m""",
    ),
    mistake(
        "log_sum_exp", "maximum not added back", 1,
        "You subtract the maximum and never add it back, so the result is too small by it.",
        log_sum_exp="""
            m = x.max(axis=-1, keepdims=True)
            return np.log(np.exp(x - m).sum(axis=-1))""",
    ),
    mistake(
        "log_sum_exp", "subtracted after exp", 1,
        "You subtract the maximum after exp, where it is too late and another sum. It is exp(x - m).",
        log_sum_exp="""
            m = x.max(axis=-1, keepdims=True)
            return np.log((np.exp(x) - m).sum(axis=-1)) + m[..., 0]""",
    ),

    # Binary cross-entropy from logits
    mistake(
        "bce_with_logits_loss", "not reduced", 7,
        "You return one number an entry. Send the terms through reduce_terms.",
        bce_with_logits_loss="""
            logits, target = pair("bce_with_logits_loss", logits, target)
            check_range("bce_with_logits_loss", "target", target, 0, 1)
            if pos_weight is not None:
                pos_weight = positive_weight(pos_weight, logits)
            return bce_with_logits_terms(logits, target, pos_weight)""",
    ),
    mistake(
        "bce_with_logits_loss", "sigmoid, then log", 5,
        "The sigmoid is exactly 1 from a score of 17 (float32), and its logarithm is lost. Use max(x, 0) - x·y + "
        "ln(1 + exp(-|x|)).",
        bce_with_logits_terms="""
            p, w = 1 / (1 + np.exp(-x)), 1 if pos_weight is None else pos_weight
            return -(w * y * np.log(p) + (1 - y) * np.log(1 - p))""",
    ),
    mistake(
        "bce_with_logits_loss", "no absolute value", 1,
        "You left |x| out of exp(-|x|), so negative scores cost |x| too much and overflow. Put np.abs back.",
        bce_with_logits_terms="""
            softplus = np.log1p(np.exp(-x))
            if pos_weight is None:
                return np.maximum(x, 0) - x * y + softplus
            return (1 - y) * x + (1 + (pos_weight - 1) * y) * (softplus + np.maximum(-x, 0))""",
    ),
    mistake(
        "bce_with_logits_loss", "negatives missing", 1,
        "You charge only for y = 1. An example with y = 0 costs ln(1 + e^x).",
        bce_with_logits_terms="""
            softplus = np.log1p(np.exp(-np.abs(x)))
            return (1 if pos_weight is None else pos_weight) * y * (softplus + np.maximum(-x, 0))""",
    ),
    mistake(
        "bce_with_logits_loss", "one number only", 1,
        "An `if` on x works for one score, not for an array of them. -np.abs(x) chooses the safe side entry by "
        "entry.",
        bce_with_logits_terms="""
            if x >= 0:
                return (1 - y) * x + np.log1p(np.exp(-x))
            return -x * y + np.log1p(np.exp(x))""",
    ),

    # Cross-entropy
    mistake(
        "cross_entropy_loss", "log of a softmax", 40,
        "softmax rounds small probabilities to 0, and ln 0 is -inf (0 · inf is nan for one-hot targets). Use "
        "log_sum_exp(x) - x.",
        index_cross_entropy="""
            e = np.exp(x - x.max(axis=-1, keepdims=True))
            return -np.log(picked(e / e.sum(axis=-1, keepdims=True), index))""",
        soft_cross_entropy="""
            e = np.exp(x - x.max(axis=-1, keepdims=True))
            return -(t * np.log(e / e.sum(axis=-1, keepdims=True))).sum(axis=-1)""",
    ),
    mistake(
        "cross_entropy_loss", "epsilon in the logarithm", 25,
        "ln(p + 1e-8) caps the loss at 18.4 and makes a perfect prediction negative. Use log_sum_exp(x) - x.",
        index_cross_entropy="""
            e = np.exp(x - x.max(axis=-1, keepdims=True))
            return -np.log(picked(e / e.sum(axis=-1, keepdims=True), index) + 1e-8)""",
        soft_cross_entropy="""
            e = np.exp(x - x.max(axis=-1, keepdims=True))
            return -(t * np.log(e / e.sum(axis=-1, keepdims=True) + 1e-8)).sum(axis=-1)""",
    ),
    mistake(
        "cross_entropy_loss", "sum for mean", 15,
        "You sum over the rows also when the mean is asked. Let average_rows reduce the terms.",
        cross_entropy_loss=(
            "average_rows(index_cross_entropy(x, index), rows, reduction)",
            "index_cross_entropy(x, index).sum()",
        ),
    ),
    mistake(
        "cross_entropy_loss", "not reduced", 14,
        "You return one number a row. Let average_rows reduce the terms.",
        cross_entropy_loss=(
            "average_rows(index_cross_entropy(x, index), rows, reduction)",
            "index_cross_entropy(x, index)",
        ),
    ),
    mistake(
        "cross_entropy_loss", "no shift", 13,
        "exp overflows above 88 in float32, and inf - inf is nan. log_sum_exp shifts by the row's maximum: use "
        "it.",
        index_cross_entropy="return np.log(np.exp(x).sum(axis=-1)) - picked(x, index)",
        soft_cross_entropy="return (t * (np.log(np.exp(x).sum(axis=-1))[..., None] - x)).sum(axis=-1)",
    ),
    mistake(
        "cross_entropy_loss", "divided by classes too", 6,
        "You average over the classes as well, so the loss is too small by their number. A row gives one term: "
        "sum over its classes.",
        index_cross_entropy="return (log_sum_exp(x) - picked(x, index)) / x.shape[-1]",
        soft_cross_entropy="return (t * (log_sum_exp(x)[..., None] - x)).mean(axis=-1)",
    ),
    mistake(
        "cross_entropy_loss", "double softmax", 6,
        "You take softmax before a loss that takes it again, so even a sure and right prediction keeps a large "
        "loss. Give the loss raw scores.",
        index_cross_entropy="""
            p = np.exp(x - log_sum_exp(x)[..., None])
            return log_sum_exp(p) - picked(p, index)""",
        soft_cross_entropy="""
            p = np.exp(x - log_sum_exp(x)[..., None])
            return (t * (log_sum_exp(p)[..., None] - p)).sum(axis=-1)""",
    ),
    mistake(
        "cross_entropy_loss", "softmax over the batch", 5,
        "Your softmax sums over all rows, so the rows compete with each other. Normalise each row over its "
        "classes.",
        index_cross_entropy="return log_sum_exp(x.reshape(-1)) - picked(x, index)",
        soft_cross_entropy="return (t * (log_sum_exp(x.reshape(-1)) - x)).sum(axis=-1)",
    ),
    mistake(
        "cross_entropy_loss", "detached", 4,
        "You compute with .data and wrap the result again: the value is right, but no gradient flows. Use your "
        "operations on the Tensors.",
        cross_entropy_loss=(
            "average_rows(index_cross_entropy(x, index), rows, reduction)",
            "average_rows(Tensor(index_cross_entropy.forward(x.data, index)), rows, reduction)",
        ),
    ),
    mistake(
        "cross_entropy_loss", "binary terms added", 3,
        "You add (1 - t) ln(1 - p) for the other classes. That belongs to binary cross-entropy; here only the "
        "right class counts.",
        index_cross_entropy="""
            p, t = np.exp(x - log_sum_exp(x)[..., None]), np.eye(x.shape[-1])[index]
            return log_sum_exp(x) - picked(x, index) - ((1 - t) * np.log(1 - p + t)).sum(axis=-1)""",
    ),
    mistake(
        "cross_entropy_loss", "classes on axis 0", 3,
        "You normalise over axis 0, as if the scores were (C, N). Here a row is an example: the classes lie on "
        "the last axis.",
        index_cross_entropy="""
            rows = x.reshape(-1, x.shape[-1])
            return picked(log_sum_exp(rows.T) - rows, index).reshape(np.shape(index))""",
    ),
    mistake(
        "cross_entropy_loss", "first row only", 2,
        "You compute the first row and use it for the whole batch. Every row has its own term.",
        index_cross_entropy="""
            first = log_sum_exp(x)[0] - x[0, index[0]] if x.ndim > 1 else log_sum_exp(x) - x[index]
            return np.full(np.shape(index), first, x.dtype)""",
    ),
    mistake(
        "cross_entropy_loss", "target unused", 1,
        "You take the row's largest score, not the score of the right class, so the loss does not depend on the "
        "target.",
        index_cross_entropy="return log_sum_exp(x) - x.max(axis=-1)",
    ),
    mistake(
        "cross_entropy_loss", "all classes averaged", 1,
        "You average the log-probabilities of all classes. Only the right one counts: pick it with the index.",
        index_cross_entropy="return log_sum_exp(x) - x.mean(axis=-1)",
    ),
    mistake(
        "cross_entropy_loss", "indices swapped", 1,
        "You index [class, row]. The rows come first: x[np.arange(N), index].",
        index_cross_entropy="""
            rows, index = x.reshape(-1, x.shape[-1]), np.reshape(index, -1)
            n = np.arange(len(rows)) % rows.shape[-1]
            return log_sum_exp(x) - rows[index % len(rows), n].reshape(x.shape[:-1])""",
    ),
    mistake(
        "cross_entropy_loss", "matmul for times", 1,
        "`@` mixes every row's target with every row's scores. Multiply entry by entry, then sum over the "
        "classes.",
        soft_cross_entropy="return (t @ (log_sum_exp(x)[..., None] - x).T).sum(axis=-1)",
    ),
    mistake(
        "cross_entropy_loss", "extra factor p", 1,
        "You weight the term by the predicted probability once more. Surprise is weighted by the target alone.",
        index_cross_entropy="""
            surprise = log_sum_exp(x) - picked(x, index)
            return np.exp(-surprise) * surprise""",
    ),
    mistake(
        "cross_entropy_loss", "clip not used", 1,
        "You clip the probabilities into a new name and go on with the old one. Better, use log_sum_exp, which "
        "needs no clip.",
        index_cross_entropy="""
            e = np.exp(x - x.max(axis=-1, keepdims=True))
            p = e / e.sum(axis=-1, keepdims=True)
            clipped = np.clip(p, 1e-7, 1)
            return -np.log(picked(p, index)) + 0 * clipped[..., 0]""",
    ),
    mistake(
        "cross_entropy_loss", "maximum not added back", 1,
        "You shift the scores by their maximum inside the exponentials and not outside, so the loss is off by it.",
        index_cross_entropy="return np.log(np.exp(x - x.max(axis=-1, keepdims=True)).sum(axis=-1)) - picked(x, index)",
        soft_cross_entropy="""
            m = x.max(axis=-1, keepdims=True)
            return (t * (np.log(np.exp(x - m).sum(axis=-1))[..., None] - x)).sum(axis=-1)""",
    ),
    mistake(
        "cross_entropy_loss", "exp(-6) for 1e-6", 1,
        "np.exp(-6) is 0.0025, not a millionth: it shifts every value. Better, use log_sum_exp, which needs no "
        "epsilon.",
        index_cross_entropy="return -np.log(np.exp(picked(x, index) - log_sum_exp(x)) + np.exp(-6))",
    ),
    mistake(
        "cross_entropy_loss", "ignored rows smoothed", 1,
        "Smoothing gives rows that do not count a share of every class, so they cost something again. Keep them at "
        "0.",
        cross_entropy_loss=(" * t.sum(axis=-1, keepdims=True)", ""),
    ),

    # The gradient of softmax cross-entropy
    mistake(
        "softmax_cross_entropy_gradient", "not divided", 10,
        "This is the gradient of the sum. The loss is a mean over rows, so divide by their number.",
        softmax_cross_entropy_gradient="""
            softmax = np.exp(x - log_sum_exp(x)[:, None])
            softmax[np.arange(len(x)), index] -= 1
            return softmax""",
    ),
    mistake(
        "softmax_cross_entropy_gradient", "divided by all entries", 6,
        "You divide by rows times classes. One row gives one term: divide by the number of rows.",
        softmax_cross_entropy_gradient="""
            softmax = np.exp(x - log_sum_exp(x)[:, None])
            softmax[np.arange(len(x)), index] -= 1
            return softmax / x.size""",
    ),
    mistake(
        "softmax_cross_entropy_gradient", "derivative of softmax", 1,
        "s(1 - s) is the diagonal of softmax's own derivative. With the logarithm on top, softmax minus one-hot "
        "is left.",
        softmax_cross_entropy_gradient="""
            s = np.exp(x - log_sum_exp(x)[:, None])
            return s * (1 - s) / len(x)""",
    ),
    mistake(
        "softmax_cross_entropy_gradient", "sign", 6,
        "Yours is truth minus prediction, which climbs. The gradient is prediction minus truth.",
        softmax_cross_entropy_gradient="""
            softmax = np.exp(x - log_sum_exp(x)[:, None])
            softmax[np.arange(len(x)), index] -= 1
            return -softmax / len(x)""",
    ),
    mistake(
        "softmax_cross_entropy_gradient", "no shift", 13,
        "exp overflows above 709 in float64 (88 in float32), and inf / inf is nan. Use exp(x - log_sum_exp(x)).",
        softmax_cross_entropy_gradient="""
            gradient = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
            gradient[np.arange(len(x)), index] -= 1
            return gradient / len(x)""",
    ),
    mistake(
        "softmax_cross_entropy_gradient", "softmax over the batch", 5,
        "Your softmax sums over all rows. Each row of probabilities must sum to 1.",
        softmax_cross_entropy_gradient="""
            gradient = np.exp(x - log_sum_exp(x.reshape(-1)))
            gradient[np.arange(len(x)), index] -= 1
            return gradient / len(x)""",
    ),
    mistake(
        "softmax_cross_entropy_gradient", "all pairs indexed", 1,
        "[:, index] takes these classes in every row. Pair each row with its class: [np.arange(N), index].",
        softmax_cross_entropy_gradient="""
            softmax = np.exp(x - log_sum_exp(x)[:, None])
            softmax[:, index] -= 1
            return softmax / len(x)""",
    ),

    # Negative log-likelihood
    mistake(
        "nll_loss", "all pairs indexed", 1,
        "logp[:, index] takes every class in every row, an N × N table. Pair each row with its class, as `picked` "
        "does.",
        chosen_log_probability="return -logp[..., index]",
    ),
    mistake(
        "nll_loss", "reduced over axis 0", 1,
        "You average over axis 0 before you pick, so the rows are mixed. Pick one entry a row, then reduce.",
        chosen_log_probability="return -logp.reshape(-1, logp.shape[-1]).mean(axis=0)[index]",
    ),
    mistake(
        "nll_loss", "log-sum-exp over the batch", 1,
        "You normalise again, over the whole batch. The input is log-probabilities already: only pick.",
        chosen_log_probability="return log_sum_exp(logp.reshape(-1)) - picked(logp, index)",
    ),
    mistake(
        "nll_loss", "expects logits", 1,
        "You take log-softmax again. The input is log-probabilities already: only pick.",
        chosen_log_probability="return log_sum_exp(logp) - picked(logp, index)",
    ),
    mistake(
        "nll_loss", "expects probabilities", 1,
        "You take the logarithm of a logarithm, which is nan. The input is log-probabilities already: only pick.",
        chosen_log_probability="return -np.log(picked(logp, index))",
    ),
    mistake(
        "nll_loss", "zero times infinity", 40,
        "A class with probability 0 has log-probability -inf, and 0 · inf is nan. Replace it where the target is "
        "0 before you multiply.",
        expected_log_probability="return -(t * logp).sum(axis=-1)",
    ),

    # Kullback–Leibler divergence
    mistake(
        "kl_div_loss", "zero target", 9,
        "0 · ln 0 is nan in NumPy, but 0 in the definition. Replace zeros before the logarithm: np.log(np.where(t "
        "> 0, t, 1)).",
        kl_terms="return t * (np.log(t) - logp)",
    ),
    mistake(
        "kl_div_loss", "log2", 5,
        "You take the logarithm to base 2: your entropy part is in bits, the rest in nats. Use np.log.",
        kl_terms="return np.where(t > 0, t * (np.log2(np.where(t > 0, t, 1)) - logp), 0)",
    ),
    mistake(
        "kl_div_loss", "epsilon on both", 4,
        "You add ε to both distributions, so neither sums to 1 and a distribution differs from itself. Treat the "
        "zeros alone.",
        kl_terms="return (t + 1e-6) * (np.log(t + 1e-6) - np.log(np.exp(logp) + 1e-6))",
    ),
    mistake(
        "kl_div_loss", "input changed", 4,
        "You write into the target to get rid of its zeros, so the caller's data has changed afterwards. Use "
        "np.where, which makes a new array.",
        kl_terms="""
            t[t == 0] = 1e-9
            return t * (np.log(t) - logp)""",
    ),
    mistake(
        "kl_div_loss", "gradient to the target", 4,
        "You keep the target in the graph, so the truth would be trained too. Let `pair` turn it into a plain "
        "array.",
        kl_div_loss="""
            truth, (logp, target) = target, pair("kl_div_loss", logp, target)
            check_range("kl_div_loss", "target probability", target, 0, 1)
            if reduction == "batchmean":
                return kl_terms(logp, truth).sum() / len(logp)
            return reduce_terms(kl_terms(logp, truth), reduction)""",
    ),
    mistake(
        "kl_div_loss", "swapped", 1,
        "You compute the divergence the other way round, p (log p - ln t). It is weighted by the target.",
        kl_terms="return np.exp(logp) * (logp - np.log(np.where(t > 0, t, 1)))",
    ),

    # Hinge
    mistake(
        "hinge_loss", "np.max", 9,
        "np.max(0, x) takes x for an axis and raises a TypeError. np.maximum(0, x) compares entry by entry.",
        hinge_terms="return np.max(0, 1 - p * t)",
    ),
    mistake(
        "hinge_loss", "labels mapped again", 3,
        "You map labels by 2t - 1 although they are -1 and +1 already, so -1 becomes -3.",
        hinge_terms="return np.maximum(0, 1 - p * (2 * t - 1))",
    ),
    mistake(
        "hinge_loss", "not reduced", 3,
        "You return one number an entry. Send the terms through reduce_terms.",
        hinge_loss="""
            pred, target = pair("hinge_loss", pred, target)
            check_signs("hinge_loss", target)
            return hinge_terms(pred, target)""",
    ),
    mistake(
        "hinge_loss", "squared", 1,
        "You square the hinge, which is another loss. Leave the terms as they are.",
        hinge_terms="return np.maximum(0, 1 - p * t) ** 2",
    ),
    mistake(
        "hinge_loss", "number of rows written in", 1,
        "You divide by a number that you wrote into the code. Ask the batch how many entries it has.",
        hinge_loss="""
            pred, target = pair("hinge_loss", pred, target)
            check_signs("hinge_loss", target)
            terms = hinge_terms(pred, target)
            return terms.sum() / 32 if reduction == "mean" else reduce_terms(terms, reduction)""",
    ),

    # Cosine embedding
    mistake(
        "cosine_embedding_loss", "zero vector", 13,
        "A zero vector has length 0, and 0 / 0 is nan. Add ε to the squared lengths.",
        cosine="""
            lengths = (a * a).sum(axis=-1) * (b * b).sum(axis=-1)
            return (a * b).sum(axis=-1) / lengths.sqrt()""",
    ),
    mistake(
        "cosine_embedding_loss", "every pair with every label", 1,
        "Your cosines are (N, 1) and the labels (N,), which broadcast to (N, N): right only when all labels are "
        "equal. Drop keepdims.",
        cosine_embedding_loss="""
            cos = cosine(a, b).reshape(-1, 1)
            return reduce_terms(where(target == 1, 1 - cos, (cos - margin).clip(0)), reduction)""",
    ),
    mistake(
        "cosine_embedding_loss", "label unused", 1,
        "You treat every pair as one that belongs together. Where the target is -1 the term is max(0, cos - "
        "margin).",
        cosine_embedding_loss="return reduce_terms(1 - cosine(a, b), reduction)",
    ),
    mistake(
        "cosine_embedding_loss", "detached", 1,
        "You compute the cosine with .data and wrap it again, so no gradient reaches the inputs. Stay with Tensor "
        "operations.",
        cosine_embedding_loss="""
            cos = Tensor(cosine(a, b).data)
            return reduce_terms(where(target == 1, 1 - cos, (cos - margin).clip(0)), reduction)""",
    ),

    # Triplet
    mistake(
        "triplet_loss", "squared distance", 20,
        "You left out the root: the task asks for the distance, not its square.",
        distance="""
            d = a - b + eps
            return (d * d).sum(axis=-1)""",
    ),
    mistake(
        "triplet_loss", "one distance for the batch", 5,
        "You sum the squares over the whole batch and take one maximum: right only for a single triplet. Sum over "
        "axis=-1.",
        distance="""
            d = a - b + eps
            return (d * d).sum().sqrt()""",
    ),
    mistake(
        "triplet_loss", "sum for mean", 3,
        "You sum the rows also when the mean is asked. Pass `reduction` on to reduce_terms.",
        triplet_loss="return (distance(a, p) - distance(a, n) + margin).clip(0).sum()",
    ),
    mistake(
        "triplet_loss", "mean before the maximum", 1,
        "You average first, so an easy triplet pays for a hard one. Take the maximum row by row, then the mean.",
        triplet_loss="""
            gap = distance(a, p) - distance(a, n) + margin
            return gap.mean().clip(0) if reduction == "mean" else reduce_terms(gap.clip(0), reduction)""",
    ),
    mistake(
        "triplet_loss", "mean over the dimensions", 1,
        "You average the squares over the dimensions, so distances shrink as vectors grow longer. Sum them.",
        distance="""
            d = a - b + eps
            return (d * d).mean(axis=-1).sqrt()""",
    ),
    mistake(
        "triplet_loss", "similarity for distance", 1,
        "You use the dot product as a distance, but it is large for vectors that are alike. Use the length of the "
        "difference.",
        distance="return (a * b).sum(axis=-1)",
    ),

    # Penalties
    mistake(
        "l2_loss", "factor", 9,
        "You left out the half: every value is twice the right one. The term is ½w², whose slope is w.",
        half_square="return w * w",
    ),
    mistake(
        "l2_loss", "norm not squared", 6,
        "You return the length of the weights, not half its square. Leave the root out.",
        l2_loss="""
            w = prediction("l2_loss", weights)
            return (w * w).sum().sqrt() if reduction != "none" else reduce_terms(half_square(w), reduction)""",
    ),
    mistake(
        "l2_loss", "matrix product", 1,
        "w.T @ w of a matrix holds products of different weights, and its sum is something else. Square entry by "
        "entry.",
        l2_loss="""
            w = prediction("l2_loss", weights)
            if reduction == "none":
                return half_square(w)
            return 0.5 * (w.T @ w).sum() / (w.size if reduction == "mean" else 1)""",
    ),
    mistake(
        "l2_loss", "accumulates", 1,
        "You add to a total that lives on between calls, so the second call gives more than the first. Begin anew "
        "in each call.",
        l2_loss="""
            penalty = reduce_terms(half_square(prediction("l2_loss", weights)), reduction)
            l2_loss.total = getattr(l2_loss, "total", 0) + penalty.sum()
            return l2_loss.total if reduction != "none" else penalty""",
    ),
    mistake(
        "l1_regularization", "2-norm", 1,
        "You return the Euclidean length of the weights. L1 adds their absolute values.",
        l1_regularization="""
            w = prediction("l1_regularization", weights)
            return (w * w).sum().sqrt() if reduction != "none" else reduce_terms(w.abs(), reduction)""",
    ),
    mistake(
        "l1_regularization", "factor", 9,
        "You put a half before the absolute value, as in L2. L1 has no factor.",
        l1_regularization='return reduce_terms(0.5 * prediction("l1_regularization", weights).abs(), reduction)',
    ),
    mistake(
        "l1_regularization", "accumulates", 1,
        "You add to a total that lives on between calls, so the second call gives more than the first. Begin anew "
        "in each call.",
        l1_regularization="""
            penalty = reduce_terms(prediction("l1_regularization", weights).abs(), reduction)
            l1_regularization.total = getattr(l1_regularization, "total", 0) + penalty.sum()
            return l1_regularization.total if reduction != "none" else penalty""",
    ),
]

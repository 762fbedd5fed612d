"""Known wrong answers to the activations lesson, as learners really write them, and what to say about each.

`seen` is how often each was found in some 112 public engines and 56 softmaxes (1 where it was not counted).
"""
from tito.mistakes import of_lesson

mistake = of_lesson(__file__)

MISTAKES = [
    mistake(
        "relu", "np.max", 9,
        "np.max(x, 0) takes the 0 for an axis and returns the largest entry of each column. Use np.maximum.",
        relu="return np.max(x, 0)",
    ),
    mistake(
        "relu", "absolute value", 1,
        "You return |x|. What is negative becomes 0.",
        relu="return np.abs(x)",
    ),
    mistake(
        "relu", "input changed", 1,
        "You write the zeros into the array that you were given, so the caller's data has changed. Make a new one.",
        relu="""
            x = np.atleast_1d(x)
            x[x < 0] = 0
            return x""",
    ),
    mistake(
        "relu", "step", 1,
        "You return 0 and 1, which is relu's slope. Keep x where it is positive.",
        relu="return (x > 0).astype(x.dtype)",
    ),
    mistake(
        "leaky_relu", "np.maximum", 1,
        "np.maximum(x, slope · x) is right only for slopes up to 1. Choose by the sign of x.",
        leaky="return np.maximum(x, negative_slope * x)",
    ),
    mistake(
        "leaky_relu", "slope written in", 1,
        "You wrote 0.01 into the code. Use `negative_slope`.",
        leaky="return np.where(x > 0, x, 0.01 * x)[()]",
    ),
    mistake(
        "leaky_relu", "slope added", 1,
        "You return the slope itself on the negative side. It multiplies x.",
        leaky="return np.where(x > 0, x, negative_slope).astype(x.dtype)[()]",
    ),
    mistake(
        "leaky_relu", "if on an array", 1,
        "`if x > 0` asks for one truth value of a whole array. np.where decides entry by entry.",
        leaky="return x if x > 0 else negative_slope * x",
    ),
    mistake(
        "sigmoid", "naive exponential", 52,
        "e^-x overflows for very negative x: a warning, or worse. Use e^-|x|, which is at most 1.",
        sigmoid="return 1 / (1 + np.exp(-x))",
    ),
    mistake(
        "sigmoid", "brackets missing", 1,
        "1 / 1 + e is 1 + e. Put brackets around the denominator.",
        sigmoid="return 1 / 1 + np.exp(-np.abs(x))",
    ),
    mistake(
        "sigmoid", "quotient of two infinities", 1,
        "e^x / (1 + e^x) is inf / inf = nan from x = 710 (89 in float32). Use e^-|x|.",
        sigmoid="return np.exp(x) / (1 + np.exp(x))",
    ),
    mistake(
        "sigmoid", "one side only", 1,
        "1 / (1 + e^-|x|) is right for x >= 0 only. For negative x it is e / (1 + e).",
        sigmoid="return 1 / (1 + np.exp(-np.abs(x)))",
    ),
    mistake(
        "sigmoid", "clipped", 1,
        "You clip x, so sigmoid stays at one value beyond the bound: e^-40 is 4e-18, and stays 4e-18 at -700.",
        sigmoid="return 1 / (1 + np.exp(-np.clip(x, -30, 30)))",
    ),
    mistake(
        "sigmoid", "sign", 1,
        "Your curve falls: you compute the sigmoid of -x.",
        sigmoid="return np.exp(-np.maximum(x, 0)) / (1 + np.exp(-np.abs(x)))",
    ),
    mistake(
        "tanh", "naive exponentials", 52,
        "(e^x - e^-x) / (e^x + e^-x) is inf / inf = nan for large x. np.tanh is safe.",
        tanh="return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))",
    ),
    mistake(
        "tanh", "sigmoid not stretched", 1,
        "tanh(x) is 2 σ(2x) - 1: you left out the 2 inside.",
        tanh="return 2 * sigmoid.forward(x) - 1",
    ),
    mistake(
        "tanh", "sine", 1,
        "You used another function of a similar name. The hyperbolic tangent is np.tanh.",
        tanh="return np.arctan(x)",
    ),
    mistake(
        "gelu_erf", "root of two missing", 1,
        "You give erf x itself. Φ(x) needs erf(x / √2).",
        gelu_erf="return 0.5 * x * (1 + erf(x))",
    ),
    mistake(
        "gelu_erf", "tanh form", 1,
        "You use the tanh approximation, which is up to 5e-4 off. The next exercise asks for it; here use erf.",
        gelu_erf="return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))",
    ),
    mistake(
        "gelu_erf", "sigmoid form", 1,
        "x σ(1.702 x) is a rough approximation, up to 0.02 off. Use erf.",
        gelu_erf="return x * sigmoid.forward(1.702 * x)",
    ),
    mistake(
        "gelu_erf", "half missing", 1,
        "You left out the ½: far to the right gelu(x) is x, not 2x.",
        gelu_erf="return x * (1 + erf(x / math.sqrt(2)))",
    ),
    mistake(
        "gelu_tanh", "cube outside", 1,
        "You took 0.044715 times x in brackets with x before cubing. Inside stands x + 0.044715 x³.",
        gelu_tanh="return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + (0.044715 * x) ** 3)))",
    ),
    mistake(
        "gelu_tanh", "an extra term", 1,
        "You added a term that the formula does not have; the result is only 7.5e-4 off, but it is another curve.",
        gelu_tanh="""
            u = math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x + 0.0008 * x ** 5)
            return 0.5 * x * (1 + np.tanh(u))""",
    ),
    mistake(
        "gelu_tanh", "2 over π without the root", 1,
        "The factor before the bracket is √(2/π): you left out the root.",
        gelu_tanh="return 0.5 * x * (1 + np.tanh(2 / math.pi * (x + 0.044715 * x * x * x)))",
    ),
    mistake(
        "gelu_tanh", "exact form", 1,
        "You use erf. That is the exact form; this exercise asks for the tanh one, as a model trained with it needs.",
        gelu_tanh="return 0.5 * x * (1 + erf(x / math.sqrt(2)))",
    ),

    # Along an axis
    mistake(
        "softmax", "no max shift", 36,
        "exp overflows above 88 in float32, and inf / inf is nan. Subtract the maximum along the axis first.",
        softmax_along="""
            e = np.exp(x)
            return e / e.sum(axis=axis, keepdims=True)""",
    ),
    mistake(
        "softmax", "axis 1 written in", 14,
        "You always use axis 1. Use `axis`: a row has none, and others may be asked.",
        softmax_along="""
            e = np.exp(x - x.max(axis=1, keepdims=True))
            return e / e.sum(axis=1, keepdims=True)""",
    ),
    mistake(
        "softmax", "the batch sums to 1", 10,
        "You sum over everything, so the whole batch shares one probability of 1. Sum along `axis`.",
        softmax_along="""
            e = np.exp(x - x.max(axis=axis, keepdims=True))
            return e / e.sum()""",
    ),
    mistake(
        "softmax", "axis 0 by default", 8,
        "Your default axis is 0, so the rows of a batch compete with one another. The classes stand on the last axis.",
        cell=("def softmax(x, axis=-1):", "def softmax(x, axis=0):"),
    ),
    mistake(
        "softmax", "one maximum for the batch", 5,
        "You subtract the batch's maximum: in a row far below it every exponential is 0, and 0 / 0 is nan.",
        softmax_along="""
            e = np.exp(x - x.max())
            return e / e.sum(axis=axis, keepdims=True)""",
    ),
    mistake(
        "softmax", "keepdims forgotten", 5,
        "Without keepdims the sums line up with the columns: an error, and silently wrong for square batches.",
        softmax_along="""
            e = np.exp(x - x.max(axis=axis, keepdims=True))
            return e / e.sum(axis=axis)""",
    ),
    mistake(
        "softmax", "shift after exp", 1,
        "You subtract the maximum from the exponential, not from the exponent.",
        softmax_along="""
            e = np.exp(x) - x.max(axis=axis, keepdims=True)
            return e / e.sum(axis=axis, keepdims=True)""",
    ),
    mistake(
        "softmax", "input changed", 1,
        "You shift the scores in place, so the caller's array has changed. Begin with a new array.",
        softmax_along="""
            x -= x.max(axis=axis, keepdims=True)
            e = np.exp(x)
            return e / e.sum(axis=axis, keepdims=True)""",
    ),
    mistake(
        "log_softmax", "logarithm of softmax", 6,
        "Where a probability underflows to 0 its logarithm is -inf. Take the logarithm on paper first.",
        log_softmax_along="return np.log(softmax_along.forward(x, axis))",
    ),
    mistake(
        "log_softmax", "maximum not added back", 1,
        "You subtract the shifted logarithm from the unshifted scores: the maximum is missing.",
        log_softmax_along="""
            m = x.max(axis=axis, keepdims=True)
            return x - np.log(np.exp(x - m).sum(axis=axis, keepdims=True))""",
    ),
    mistake(
        "log_softmax", "no max shift", 36,
        "exp overflows above 88 in float32, and the logarithm of inf is inf. Subtract the maximum first.",
        log_softmax_along="return x - np.log(np.exp(x).sum(axis=axis, keepdims=True))",
    ),
    mistake(
        "log_softmax", "the whole batch", 5,
        "You sum the exponentials of the whole batch. Sum along `axis`.",
        log_softmax_along="""
            s = x - x.max(axis=axis, keepdims=True)
            return s - np.log(np.exp(s).sum())""",
    ),
    mistake(
        "log_softmax", "epsilon in the logarithm", 5,
        "With ε inside the logarithm nothing falls below ln ε. Take the logarithm on paper first.",
        log_softmax_along="return np.log(softmax_along.forward(x, axis) + 1e-9)",
    ),
    mistake(
        "log_softmax", "outside the graph", 1,
        "You compute with .data and wrap the result again, so no gradient flows. Let the operation do it.",
        cell=("return log_softmax_along(x, axis)", "return Tensor(log_softmax_along(x, axis).data)"),
    ),

    # Classes
    mistake(
        "softmax_classes", "axis forgotten", 1,
        "You do not pass the axis on, so every Softmax works along the last one.",
        **{"Softmax.__call__": "return softmax(x)"},
    ),
    mistake(
        "softmax_classes", "logarithm forgotten", 1,
        "Your LogSoftmax returns the probabilities. Call log_softmax.",
        **{"LogSoftmax.__call__": "return softmax(x, self.axis)"},
    ),
    mistake(
        "softmax_classes", "logarithm of softmax", 1,
        "Where a probability underflows to 0 its logarithm is -inf. Call log_softmax.",
        **{"LogSoftmax.__call__": "return softmax(x, self.axis).log()"},
    ),
    mistake(
        "softmax_classes", "axis written in", 1,
        "You remember -1 whatever is asked. Store the argument.",
        **{"LogSoftmax.__init__": "self.axis = -1"},
    ),
]

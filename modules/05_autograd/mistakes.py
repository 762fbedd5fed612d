"""Known wrong answers to the autograd lesson, as learners really write them, and what to say about each.

`seen` is how often each was found in some 112 public engines (1 where it was not counted).
"""
from tito.mistakes import of_lesson

mistake = of_lesson(__file__)

# The lesson may say these otherwise, and faster; mistakes are pieces of these changed.
UNBROADCAST = """
g = g.sum(axis=tuple(range(g.ndim - len(shape))))
stretched = tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1)
return g.sum(axis=stretched, keepdims=True) if stretched else g"""
NEWEST_FIRST = """
found, seen = [result], {result}
for node in found:
    for x in node.inputs:
        if x.requires_grad and x.op is not None and x not in seen:
            seen.add(x)
            found.append(x)
found.sort(key=attrgetter("age"), reverse=True)
return found"""
RECEIVE = """
if g.shape != x.data.shape:
    g = unbroadcast(g, x.data.shape)
if x.grad is not None:
    g = x.grad + g
elif x.op is None:
    g = np.array(g)
if x.op is None and g.dtype != x.data.dtype:
    g = g.astype(x.data.dtype)
x.grad = g"""
BACKWARD = """
for node in order:
    g = node.grad
    if not retain_grads:
        node.grad = None
    values = [x.data for x in node.inputs]
    for i, x in enumerate(node.inputs):
        if x.requires_grad:
            receive(x, rule(node.op, i)(g, node.data, *values), g)"""
CLEARED = """
for leaf in [x for node in order for x in node.inputs if isinstance(x, Tensor) and x.op is None]:
    leaf.grad = None"""

MISTAKES = [
    mistake(
        "multiply_rules", "own factor", 3,
        "You pass on the factor itself. If a grows by h, a · b grows by b · h: the slope is the other factor.",
        multiply_a="return g * a",
    ),
    mistake(
        "multiply_rules", "arriving gradient ignored", 2,
        "You leave out g: right only while the product is the last step.",
        multiply_b="return a + 0 * g",
    ),
    mistake(
        "unbroadcast", "leading axes only", 6,
        "You sum the axes that were added, but not those that were stretched from size 1.",
        unbroadcast="return g.sum(axis=tuple(range(g.ndim - len(shape))))",
    ),
    mistake(
        "unbroadcast", "stretched axes only", 9,
        "You forget the axes that broadcasting added in front: sum them away first.",
        unbroadcast="""
            for i, n in enumerate(shape):
                if n == 1:
                    g = g.sum(axis=i, keepdims=True)
            return g""",
    ),
    mistake(
        "unbroadcast", "axis 0 only", 9,
        "You sum over axis 0 once. Several axes may have been added: sum over each.",
        unbroadcast=UNBROADCAST.replace("tuple(range(g.ndim - len(shape)))", "0 if g.ndim > len(shape) else ()"),
    ),
    mistake(
        "unbroadcast", "mean for sum", 1,
        "You average. Every use of the input adds to its gradient: sum.",
        unbroadcast=UNBROADCAST.replace("g.sum", "g.mean"),
    ),
    mistake(
        "unbroadcast", "stretched axes lost", 6,
        "Without keepdims the axis of size 1 disappears, and the gradient has another shape than its input.",
        unbroadcast=UNBROADCAST.replace(", keepdims=True", ""),
    ),

    # The walk
    mistake(
        "newest_first", "by depth", 5,
        "You list results in the order in which you meet them, so one may run before all its gradients arrived. Sort.",
        newest_first=NEWEST_FIRST.replace('found.sort(key=attrgetter("age"), reverse=True)\n', ""),
    ),
    mistake(
        "newest_first", "oldest first", 1,
        "You begin with the oldest. A node may run only after everything that used it: newest first.",
        newest_first=NEWEST_FIRST.replace(", reverse=True", ""),
    ),
    mistake(
        "newest_first", "once per use", 5,
        "You list a result once for each use: 2^40 visits where paths double 40 times. Remember what you have seen.",
        newest_first=NEWEST_FIRST.replace(" and x not in seen", ""),
    ),
    mistake(
        "newest_first", "leaves too", 1,
        "You list leaves. They have no operation, and so no rules to run.",
        newest_first=NEWEST_FIRST.replace(" and x.op is not None", ""),
    ),
    mistake(
        "newest_first", "recursion", 45,
        "You call yourself for each input, and Python stops at 1,000 levels. Let a list grow while you walk it.",
        newest_first="""
            found, seen = [], set()

            def visit(node):
                seen.add(node)
                for x in node.inputs:
                    if x.requires_grad and x.op is not None and x not in seen:
                        visit(x)
                found.append(node)

            visit(result)
            return found[::-1]""",
    ),
    mistake(
        "newest_first", "the result left out", 1,
        "You leave out the result itself, so its rules never run.",
        newest_first=NEWEST_FIRST.replace("return found", "return found[1:]"),
    ),
    mistake(
        "receive", "assigns", 5,
        "You assign the gradient, so the last use wins. Add to what is there.",
        receive=RECEIVE.replace("g = x.grad + g", "pass"),
    ),
    mistake(
        "receive", "one array for two leaves", 2,
        "You keep the array that arrived, so two leaves may share it and changing one changes the other. Copy it.",
        receive=RECEIVE.replace("g = np.array(g)", "pass"),
    ),
    mistake(
        "receive", "adds in place", 1,
        "You add into the array that is there, which another tensor may hold. Make a new sum.",
        receive=RECEIVE.replace("g = np.array(g)", "pass").replace("g = x.grad + g", "g = np.add(x.grad, g, x.grad)"),
    ),
    mistake(
        "receive", "broadcasting not undone", 9,
        "Your gradient keeps the shape of the result. Undo broadcasting: it must have the shape of the input.",
        receive=RECEIVE.replace("g = unbroadcast(g, x.data.shape)", "pass"),
    ),
    mistake(
        "receive", "dtype of what arrives", 1,
        "A float32 leaf gets a float64 gradient, and the next update makes the leaf float64. Keep the leaf's dtype.",
        receive=RECEIVE.replace("if x.op is None and g.dtype != x.data.dtype:", "if False:"),
    ),
    mistake(
        "backward", "gradients in between kept", 30,
        "You keep the gradients of results in between, so a second call starts from them: 3 times, not 2. Drop them.",
        backward=BACKWARD.replace("if not retain_grads:", "if False:"),
    ),
    mistake(
        "backward", "dropped before they are read", 1,
        "You drop a result's gradient before you have read it.",
        backward=BACKWARD.replace("    g = node.grad\n    if", "    g = np.zeros_like(node.data)\n    if"),
    ),
    mistake(
        "backward", "first input only", 1,
        "You serve the first input of each operation. Every input that requires a gradient has a rule.",
        backward=BACKWARD.replace("enumerate(node.inputs)", "enumerate(node.inputs[:1])"),
    ),
    mistake(
        "backward", "missing rule silent", 5,
        "You pass over an operation without a rule, so its inputs get nothing, in silence. `rule` names it.",
        backward=BACKWARD.replace("if x.requires_grad:", "if x.requires_grad and node.op.rules:"),
    ),
    mistake(
        "backward", "unneeded gradients computed", 5,
        "You compute the gradient of inputs that do not require one: the data's would be the largest array of all.",
        backward=BACKWARD.replace("if x.requires_grad:", "if isinstance(x, Tensor):"),
    ),
    mistake(
        "backward", "leaves overwritten", 5,
        "You clear the leaves first, so two losses give the gradient of the second alone. Let calls add up.",
        backward=CLEARED + BACKWARD,
    ),

    # Reductions
    mistake(
        "reduction_rules", "axis not given back", 8,
        "You do not give g its lost axis back, so it does not broadcast, or along the wrong axis. Expand it.",
        spread="return np.broadcast_to(g, shape)",
    ),
    mistake(
        "reduction_rules", "axis given back twice", 4,
        "With keepdims the axis is still there: expand only without it.",
        spread="return np.broadcast_to(g if axis is None else np.expand_dims(g, axis), shape)",
    ),
    mistake(
        "reduction_rules", "axis guessed from sizes", 8,
        "You guess the axis from sizes. `axis` says it.",
        spread="""
            if g.ndim < len(shape):
                g = np.reshape(g, [n if n in g.shape else 1 for n in shape])
            return np.broadcast_to(g, shape)""",
    ),
    mistake(
        "reduction_rules", "mean not divided", 8,
        "You hand on g whole. Each of n entries moves the mean by 1/n.",
        average_a="return spread(g, a.shape, axis, keepdims)",
    ),
    mistake(
        "reduction_rules", "mean divided by all entries", 1,
        "You divide by all entries also when one axis was averaged. n is a.size // out.size.",
        average_a="return spread(g / a.size, a.shape, axis, keepdims)",
    ),
    mistake(
        "reduction_rules", "maximum of everything", 1,
        "You look for the largest entry of the whole array. Each row (or column) has its own: compare with out.",
        largest_a="return spread(g, a.shape, axis, keepdims) * (a == a.max())",
    ),

    # Arithmetic
    mistake(
        "divide_rules", "sign forgotten", 2,
        "The quotient falls when the divisor grows: the slope is -a / b².",
        divide_b="return g * out / b",
    ),
    mistake(
        "divide_rules", "b not squared", 2,
        "You divide by b once. The slope is -a / b², or -y / b with y = out.",
        divide_b="return -g * a / b",
    ),
    mistake(
        "divide_rules", "rule of the product", 1,
        "You give the slope of a · b. For a / b the slope for a is 1 / b.",
        divide_a="return g * b",
    ),
    mistake(
        "power_rules", "0 to the power -1", 45,
        "b · a^(b-1) is 0 · inf = nan for x ** 0 at 0. The constant 1 has slope 0: replace a where b is 0.",
        power_a="return g * b * a ** (b - 1)",
    ),
    mistake(
        "power_rules", "exponent not lowered", 1,
        "You forget to lower the exponent: the slope is b · a^(b-1).",
        power_a="return g * b * np.where(np.equal(b, 0), 1, a) ** b",
    ),
    mistake(
        "power_rules", "log base 10", 1,
        "You use the logarithm to base 10. The slope for the exponent is a^b · ln a.",
        power_b="return g * out * np.log10(np.where(np.equal(a, 0), 1, a))",
    ),
    mistake(
        "power_rules", "logarithm of zero", 1,
        "0 · ln 0 is nan. Replace a by 1 where it is 0: the slope is 0 there.",
        power_b="return g * out * np.log(a)",
    ),
    mistake(
        "elementwise_rules", "root without the half", 1,
        "You left out the 2: the slope of √a is 1 / (2√a).",
        sqrt_a="return g / out",
    ),
    mistake(
        "elementwise_rules", "1 at 0", 1,
        "You give |a| the slope 1 (or -1) at 0. We choose 0: np.sign.",
        absolute_a="return g * np.where(a >= 0, 1, -1)",
    ),
    mistake(
        "elementwise_rules", "log base 10", 1,
        "You give the slope of the logarithm to base 10. ln a has slope 1 / a.",
        log_a="return g / (a * np.log(10))",
    ),
    mistake(
        "elementwise_rules", "clip passes everything", 1,
        "You pass g on to entries that were cut off. Moving those a little changes nothing: 0.",
        clip_a="return g",
    ),
    mistake(
        "elementwise_rules", "argument for result", 1,
        "The slope of e^a is e^a, which is `out`. You multiply by a.",
        exp_a="return g * a",
    ),

    # Indexing, products, shapes
    mistake(
        "index_rules", "repetitions overwritten", 15,
        "Assigning keeps only the last of several uses of an entry. np.add.at adds them up.",
        index_a="""
            gradient = np.zeros(a.shape, g.dtype)
            gradient[key] = g
            return gradient""",
    ),
    mistake(
        "index_rules", "+= with repeated indices", 15,
        "gradient[key] += g adds once for each entry, however often it was taken. Use np.add.at.",
        index_a="""
            gradient = np.zeros(a.shape, g.dtype)
            gradient[key] += g
            return gradient""",
    ),
    mistake(
        "index_rules", "integers truncate", 2,
        "You add into an array of whole numbers, which cuts the fractions off. Give the zeros g's dtype.",
        index_a="""
            gradient = np.zeros(a.shape, int)
            np.add.at(gradient, key, np.asarray(g).astype(int))
            return gradient * 1.0""",
    ),
    mistake(
        "index_rules", "both sides", 1,
        "You pass g to both sides. The side that was not taken gets 0.",
        where_b="return g",
    ),
    mistake(
        "matmul_rules", ".T in a batch", 12,
        ".T reverses all axes of a batch. Swap the last two alone: swapaxes(-1, -2).",
        matmul_a="""
            if b.ndim == 1:
                return g[..., None] * b
            if a.ndim == 1:
                return (b @ g[..., None])[..., 0]
            return g @ b.T""",
    ),
    mistake(
        "matmul_rules", "no vectors", 25,
        "Your rule knows matrices only. A vector is a row on the left, a column on the right: give it its axis.",
        matmul_b="return a.swapaxes(-1, -2) @ g",
    ),
    mistake(
        "matmul_rules", "factors swapped", 1,
        "You give B^T G: the shapes fit for square matrices only. The gradient of A is G B^T.",
        matmul_a="""
            if b.ndim == 1:
                return g[..., None] * b
            if a.ndim == 1:
                return (b @ g[..., None])[..., 0]
            return b.swapaxes(-1, -2) @ g""",
    ),
    mistake(
        "shape_rules", "forward order again", 2,
        "You permute by the forward order again: right for swaps, wrong for cycles. Use its inverse, argsort.",
        permute_a="return np.transpose(g, dims)",
    ),
    mistake(
        "shape_rules", "negative axes", 1,
        "argsort of negative axes is another order. Count them from the front first.",
        permute_a="return np.transpose(g, np.argsort(dims))",
    ),
    mistake(
        "shape_rules", "shape not restored", 1,
        "You hand g on in the new shape. It must have the shape of the input.",
        reshape_a="return g",
    ),

    # Activations
    mistake(
        "activation_rules", "where it is not zero", 1,
        "You pass g wherever x is not 0, negative entries included. relu's slope is 1 only where x is positive.",
        relu_x="return g * (x != 0)",
    ),
    mistake(
        "activation_rules", "at 0 too", 1,
        "You give relu the slope 1 at 0. We choose 0: x > 0.",
        relu_x="return g * (x >= 0)",
    ),
    mistake(
        "activation_rules", "sigmoid of the sigmoid", 2,
        "You apply σ(1 - σ) to x instead of to the result.",
        sigmoid_x="return g * x * (1 - x)",
    ),
    mistake(
        "activation_rules", "tanh not squared", 1,
        "The slope of tanh is 1 - tanh²: you left out the square.",
        tanh_x="return g * (1 - out)",
    ),
    mistake(
        "activation_rules", "slope written in", 1,
        "You wrote 0.01 into the rule. Use negative_slope.",
        leaky_x="return g * np.where(x > 0, 1, 0.01)",
    ),
    mistake(
        "gelu_rules", "density forgotten", 1,
        "Your rule is Φ(x) alone. The product rule adds x φ(x).",
        gelu_erf_x="return g * 0.5 * (1 + activations.erf(x / math.sqrt(2)))",
    ),
    mistake(
        "gelu_rules", "right at 1 only", 1,
        "You forget the x before φ(x), which x = 1 hides.",
        gelu_erf_x="""
            cdf = 0.5 * (1 + activations.erf(x / math.sqrt(2)))
            return g * (cdf + np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi))""",
    ),
    mistake(
        "gelu_rules", "inner slope without the 3", 1,
        "The slope of 0.044715 x³ is 3 · 0.044715 x²: you left out the 3.",
        gelu_tanh_x="""
            c = math.sqrt(2 / math.pi)
            t = np.tanh(c * (x + 0.044715 * x * x * x))
            return g * 0.5 * ((1 + t) + x * (1 - t * t) * c * (1 + 0.044715 * x * x))""",
    ),
    mistake(
        "softmax_rules", "diagonal only", 8,
        "g s (1 - s) is the diagonal of the Jacobian. Every probability of a row moves: s (g - Σ g s).",
        softmax_x="return g * out * (1 - out)",
    ),
    mistake(
        "softmax_rules", "arriving gradient ignored", 2,
        "You leave out g: right only for a gradient of ones.",
        log_softmax_x="return 1 - np.exp(out) * x.shape[axis] + 0 * g",
    ),
    mistake(
        "softmax_rules", "last axis written in", 14,
        "You always sum along the last axis. Use `axis`.",
        softmax_x="return out * (g - (g * out).sum(axis=-1, keepdims=True))",
    ),
    mistake(
        "softmax_rules", "sum over everything", 1,
        "You sum over the whole batch. Each row has its own sum.",
        log_softmax_x="return g - np.exp(out) * g.sum()",
    ),
    mistake(
        "affine_rules", "divided by the batch", 1,
        "You divide the weight's gradient by the batch. That is the business of the loss's mean, not of the layer.",
        affine_w="return x.reshape(-1, x.shape[-1]).T @ g.reshape(-1, g.shape[-1]) / max(x.size // x.shape[-1], 1)",
    ),
    mistake(
        "affine_rules", "matrices only", 16,
        "Your rule fits a batch of rows only. Flatten all leading axes into rows first.",
        affine_w="return x.T @ g",
    ),
    mistake(
        "affine_rules", "weight not transposed", 1,
        "g @ W does not fit unless W is square. The gradient of x is g W^T.",
        affine_x="return g @ w",
    ),

    # Losses
    mistake(
        "loss_rules", "two forgotten", 6,
        "The slope of (p - t)² is 2 (p - t): you left out the 2.",
        squared_error_p="return g * (p - t)",
    ),
    mistake(
        "loss_rules", "sign flipped", 6,
        "Your slope points the wrong way: where p is above t, the error grows with p.",
        absolute_error_p="return g * np.sign(t - p)",
    ),
    mistake(
        "loss_rules", "-1 at 0", 1,
        "You give the absolute error the slope -1 where there is none. We choose 0: np.sign.",
        absolute_error_p="return g * np.where(p > t, 1, -1)",
    ),
    mistake(
        "loss_rules", "negative side forgotten", 3,
        "You hold errors above δ, but not those below -δ. np.clip(p - t, -δ, δ) does both.",
        huber_p="return g * np.minimum(p - t, delta)",
    ),
    mistake(
        "loss_rules", "arriving gradient ignored", 2,
        "You leave out g, so 2 · loss has the gradient of loss.",
        half_square_w="return w + 0 * g",
    ),
    mistake(
        "loss_rules", "hinge always on", 1,
        "You pass -t also where the margin is kept. There the loss is 0, and so is its slope.",
        hinge_p="return -g * t",
    ),
    mistake(
        "log_loss_rules", "t / p alone", 2,
        "You forget the (1 - t) term. Together: (p - t) / (p (1 - p)).",
        bce_p="return -g * t / np.maximum(p, 1e-12)",
    ),
    mistake(
        "log_loss_rules", "sign", 6,
        "You return truth minus prediction, which climbs. The slope is σ(x) - y.",
        bce_with_logits_x="""
            sigmoid = np.tanh(0.5 * x) * 0.5 + 0.5
            if pos_weight is None:
                return g * (y - sigmoid)
            return g * ((1 - y) - (1 + (pos_weight - 1) * y) * (1 - sigmoid))""",
    ),
    mistake(
        "log_loss_rules", "weight forgotten", 1,
        "You do not use pos_weight: the loss of positives counts that often, and so does its slope.",
        bce_with_logits_x="return g * (np.tanh(0.5 * x) * 0.5 + 0.5 - y)",
    ),
    mistake(
        "log_loss_rules", "derivative of the sigmoid too", 2,
        "You multiply by σ(1 - σ), which has cancelled already: the slope is σ(x) - y.",
        bce_with_logits_x="""
            s = np.tanh(0.5 * x) * 0.5 + 0.5
            return g * (s - y) * s * (1 - s)""",
    ),
    mistake(
        "log_loss_rules", "division by zero", 21,
        "At p = 0 and p = 1 you divide by 0. Keep the denominator at least 1e-12.",
        bce_p="return g * (p - t) / (p * (1 - p))",
    ),
    mistake(
        "cross_entropy_rules", "no shift", 36,
        "exp overflows above 709 (88 in float32), and inf / inf is nan. Take each row's maximum away first.",
        index_cross_entropy_x="""
            e = np.exp(x)
            return g[..., None] * (e / e.sum(axis=-1, keepdims=True)) - one_per_row(g, x, index)""",
    ),
    mistake(
        "cross_entropy_rules", "truth not subtracted", 2,
        "Your gradient is softmax alone. Subtract 1 at the row's class.",
        index_cross_entropy_x="""
            e = np.exp(x - x.max(axis=-1, keepdims=True))
            return g[..., None] * e / e.sum(axis=-1, keepdims=True)""",
    ),
    mistake(
        "cross_entropy_rules", "arriving gradient ignored", 2,
        "You leave out g: 2 · loss has the gradient of loss, and the mean's 1/N is lost.",
        soft_cross_entropy_x="""
            e = np.exp(x - x.max(axis=-1, keepdims=True))
            return e / e.sum(axis=-1, keepdims=True) * t.sum(axis=-1, keepdims=True) - t""",
    ),
    mistake(
        "cross_entropy_rules", "targets taken to sum to 1", 1,
        "You leave out Σ t, which is not 1 when class weights have multiplied the target.",
        soft_cross_entropy_x="""
            e = np.exp(x - x.max(axis=-1, keepdims=True))
            return g[..., None] * (e / e.sum(axis=-1, keepdims=True) - t)""",
    ),
    mistake(
        "cross_entropy_rules", "all pairs indexed", 1,
        "[..., index] takes these classes in every row. Use one_per_row.",
        chosen_x="""
            gradient = np.zeros(logp.shape)
            gradient[..., index] = -g[..., None]
            return gradient""",
    ),

    # no_grad
    mistake(
        "no_grad", "always on afterwards", 5,
        "You switch recording on when a block ends, within an outer one too. Put back what you found.",
        **{"no_grad.__exit__": "recording.on = True"},
    ),
    mistake(
        "no_grad", "never on again", 1,
        "You never put back what you found, so nothing is recorded after the block.",
        **{"no_grad.__exit__": "pass"},
    ),
    mistake(
        "no_grad", "one place for what was found", 1,
        "An object that is entered again within itself forgets what it found first. Keep a list.",
        **{"no_grad.__enter__": """
            self.found = recording.on
            recording.on = False""", "no_grad.__exit__": "recording.on = self.found"},
    ),
    mistake(
        "no_grad", "errors swallowed", 1,
        "You return True, which swallows every error of the block. Return nothing.",
        **{"no_grad.__exit__": """
            recording.on = self.found.pop()
            return True"""},
    ),
    mistake(
        "no_grad", "nothing after an error", 2,
        "After an error you do not put back what you found. __exit__ is called then, too.",
        **{"no_grad.__exit__": """
            if error == (None, None, None):
                recording.on = self.found.pop()"""},
    ),
]

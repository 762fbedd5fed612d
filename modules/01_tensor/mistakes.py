"""Known wrong answers to the tensor lesson, as learners really write them, and what to say about each.

`seen` is how often each was found in some 112 public engines (1 where it was not counted).
"""
from tito.mistakes import of_lesson

mistake = of_lesson(__file__)

# The lesson may say these otherwise; mistakes are pieces of the longer answers changed.
DOOR = """
inputs = tuple(x if x.__class__ is Tensor else Constant(x) for x in inputs)
try:
    value = forward(*[x.data for x in inputs])
except (ValueError, IndexError, TypeError) as error:
    raise explain(op, error, *[x.data for x in inputs]) from None
if recording.on and any(x.requires_grad for x in inputs):
    return Tensor(value, True, op, inputs)
return Tensor(value)"""
PRODUCT = """
a, b = np.asarray(a), np.asarray(b)
if a.ndim == 0 or b.ndim == 0:
    raise ValueError("need at least one axis each; use * to scale by a number")
inner = b.shape[-2] if b.ndim > 1 else b.shape[0]
if a.shape[-1] != inner:
    raise ValueError(f"have inner sizes {a.shape[-1]} and {inner}, which differ")
return np.matmul(a, b)"""
MEAN = """
summed = a.sum(axis=axis, keepdims=keepdims)
n = a.size // max(summed.size, 1)
if n == 0:
    raise ValueError(f"cannot be averaged over axis {axis}: there are no entries")
return summed / n"""
ORDER = """
if sorted(d % a.ndim if -a.ndim <= d < a.ndim else d for d in dims) != list(range(a.ndim)):
    raise ValueError(f"cannot take the axes {tuple(dims)}: name each of 0 to {a.ndim - 1} once")
return np.transpose(a, dims)"""
HELD = """
if low is not None and high is not None and np.any(low > high):
    raise ValueError(f"low {low} is above high {high}; swap them")
if low is None and high is None:
    return a
return np.clip(a, low, high)"""

MISTAKES = [
    # Creation
    mistake(
        "to_array", "float64 for Python numbers", 1,
        "You leave the type to NumPy, which makes Python numbers float64. They become the default dtype, float32.",
        to_array=("get_default_dtype()", "np.float64"),
    ),
    mistake(
        "to_array", "float32 written in", 1,
        "You wrote np.float32 into the code. The default dtype can be changed: ask get_default_dtype().",
        to_array=("get_default_dtype()", "np.float32"),
    ),
    mistake(
        "to_array", "everything float32", 1,
        "You make everything float32, so exact arrays lose digits and labels become floats. Keep the type of an array.",
        to_array=('dtype = array.dtype if has_type or array.dtype.kind == "b" else get_default_dtype()',
                  "dtype = get_default_dtype()"),
    ),
    mistake(
        "to_array", "integers stay integers", 1,
        "Your Python integers stay integers, and an integer Tensor truncates every gradient to 0. They become float32.",
        to_array=('has_type or array.dtype.kind == "b"', 'has_type or array.dtype.kind in "biu"'),
    ),
    mistake(
        "to_array", "dtype ignored", 1,
        "You do not use `dtype`. Where it is given it overrules the other two rules.",
        to_array=("if dtype is None:", "if True:"),
    ),
    mistake(
        "to_array", "texts accepted", 1,
        "You accept what is not numbers. Refuse an array whose kind is not one of f, i, u, b.",
        to_array=('if array.dtype.kind not in "fiub":', "if False:"),
    ),
    mistake(
        "item", "only shape ()", 1,
        "You refuse one value in brackets: [[2.5]] holds one value too. Compare `size` with 1, not `ndim` with 0.",
        item=("if self.size != 1:", "if self.ndim != 0:"),
    ),
    mistake(
        "item", "first of many", 1,
        "You return the first of several values. Refuse a Tensor that does not hold exactly one.",
        item="return self.data.reshape(-1)[0].item()",
    ),
    mistake(
        "item", "NumPy value returned", 1,
        "You return a NumPy value. A Python number comes from `.item()` of the data.",
        item=("return self.data.item()", "return self.data"),
    ),
    mistake(
        "item", "always a float", 1,
        "You make a float of every value. Whole numbers become an int, truth values a bool, by `.item()` of the data.",
        item=("return self.data.item()", "return float(self.data.item())"),
    ),
    mistake(
        "representation", "gradient not shown", 1,
        "You leave out requires_grad=True, which the numbers alone do not say.",
        __repr__=('", requires_grad=True" if self.requires_grad else ""', '""'),
    ),
    mistake(
        "representation", "float32 taken for the default", 1,
        "You compare with np.float32. What is usual is the default dtype, which can be changed.",
        __repr__=("self.dtype == get_default_dtype()", "self.dtype == np.float32"),
    ),
    mistake(
        "representation", "dtype always shown", 1,
        "You show the dtype always. Leave it out where it is the default.",
        __repr__=('"" if self.dtype == get_default_dtype() else f", dtype={self.dtype}"', 'f", dtype={self.dtype}"'),
    ),

    # The door
    mistake(
        "operation", "inputs not remembered", 1,
        "Your result forgets its inputs, so nothing can be differentiated. Pass `op` and `inputs` to the new Tensor.",
        operation=DOOR.replace("return Tensor(value, True, op, inputs)", "return Tensor(value, True)"),
    ),
    mistake(
        "operation", "always remembers", 1,
        "You remember op and inputs when nobody wants a gradient, which keeps every array alive.",
        operation=DOOR.replace("if recording.on and any(x.requires_grad for x in inputs):", "if recording.on:"),
    ),
    mistake(
        "operation", "all inputs must want a gradient", 1,
        "You record only if all inputs require a gradient. One is enough: ask `any`, not `all`.",
        operation=DOOR.replace("any(x.requires_grad", "all(x.requires_grad"),
    ),
    mistake(
        "operation", "switch ignored", 1,
        "You record while recording is switched off. Ask `recording.on` first.",
        operation=DOOR.replace("recording.on and any", "any"),
    ),
    mistake(
        "operation", "only the first input asked", 1,
        "You ask the first input alone whether it requires a gradient. Any of them may.",
        operation=DOOR.replace("any(x.requires_grad for x in inputs)", "inputs[0].requires_grad"),
    ),

    # Operators
    mistake(
        "reversed_operators", "2 - x as x - 2", 10,
        "You compute self - other. Python calls __rsub__ for `other - self`.",
        __rsub__="return subtract(self, other)",
    ),
    mistake(
        "reversed_operators", "1 / x returns x", 2,
        "You divide self by other, so 1 / x gives x. Python calls __rtruediv__ for `other / self`.",
        __rtruediv__="return divide(self, other)",
    ),
    mistake(
        "reversed_operators", "2 ** x as x ** 2", 2,
        "You raise self to the power other. Python calls __rpow__ for `other ** self`.",
        __rpow__="return power(self, other)",
    ),
    mistake(
        "reversed_operators", "minus without the graph", 1,
        "You compute with .data and wrap the result again, so it forgets how it was made. Use subtract.",
        __rsub__="return Tensor(other - self.data)",
    ),
    mistake(
        "reversed_operators", "recursion", 2,
        "`other / self` asks __rtruediv__ again, without end. Call the operation: divide(other, self).",
        __rtruediv__="return other / self",
    ),
    mistake(
        "comparisons", "one truth value", 1,
        "You compare the Tensors as wholes and return one truth value. Compare entry by entry.",
        comparison=("return Tensor(forward(self.data, other))", "return Tensor(np.all(forward(self.data, other)))"),
    ),
    mistake(
        "comparisons", "swapped", 1,
        "You compare other with self, so < means >. self stands on the left.",
        comparison=("forward(self.data, other)", "forward(other, self.data)"),
    ),
    mistake(
        "comparisons", "numbers for truth values", 1,
        "You return ones and zeros. A comparison gives booleans, which can be used as a mask.",
        comparison=("return Tensor(forward(self.data, other))", "return Tensor(forward(self.data, other) * 1.0)"),
    ),

    # Entry by entry
    mistake(
        "clip", "upper bound only", 1,
        "You hold only the upper side. Entries below `low` become `low`.",
        clip_entries=HELD.replace("return np.clip(a, low, high)", "return np.clip(a, None, high)"),
    ),
    mistake(
        "clip", "zero taken for no bound", 1,
        "`if low` is false for 0 too, so a bound of 0 is ignored. Ask `is None`.",
        clip_entries=HELD.replace("return np.clip(a, low, high)", "return np.clip(a, low or None, high or None)"),
    ),
    mistake(
        "clip", "swapped bounds accepted", 1,
        "NumPy accepts a lower bound above the upper one and returns nonsense. Refuse it with the two values.",
        clip_entries="return a if low is None and high is None else np.clip(a, low, high)",
    ),
    mistake(
        "clip", "bounds of 0 not compared", 1,
        "`if low and high` is false where a bound is 0, so clip(0, -1) is accepted. Ask `is not None`.",
        clip_entries=HELD.replace("low is not None and high is not None", "low and high"),
    ),
    mistake(
        "clip", "input changed", 1,
        "You write into the array that you were given, so the caller's data changes. np.clip makes a new one.",
        clip_entries=HELD.replace("(a, low, high)", "(a, low, high, out=a if a.ndim else None)"),
    ),
    mistake(
        "where", "sides swapped", 1,
        "You take `b` where the condition holds. np.where(condition, a, b) takes `a` there.",
        choose="return np.where(condition, b, a)[()]",
    ),
    mistake(
        "where", "nan passes through the mask", 1,
        "You multiply by the mask: 0 · inf is nan, so a side that was not taken spoils the result. Use np.where.",
        choose="return condition * a + np.logical_not(condition) * b",
    ),

    # Matrix product
    mistake(
        "matmul", "entry by entry", 1,
        "You multiply entry by entry. The matrix product adds up products of a row and a column.",
        matmul=PRODUCT.replace("return np.matmul(a, b)", "return a * b"),
    ),
    mistake(
        "matmul", "np.dot", 1,
        "np.dot pairs every matrix of one batch with every matrix of the other. np.matmul multiplies them pairwise.",
        matmul=PRODUCT.replace("return np.matmul(a, b)", "return np.dot(a, b)"),
    ),
    mistake(
        "matmul", "vectors refused", 25,
        "You look for a second axis where a vector has one. For 1-D operands the inner size is b.shape[0].",
        matmul=PRODUCT.replace("inner = b.shape[-2] if b.ndim > 1 else b.shape[0]", "inner = b.shape[-2]"),
    ),
    mistake(
        "matmul", "outer axis compared in a batch", 16,
        "You compare with b.shape[0], which in a batch counts the matrices. The inner size is b.shape[-2].",
        matmul=PRODUCT.replace("inner = b.shape[-2] if b.ndim > 1 else b.shape[0]", "inner = b.shape[0]"),
    ),

    # Reductions
    mistake(
        "reductions", "axis 0 taken for no axis", 8,
        "`if axis` is false for axis 0 too, so you reduce everything. Ask `is None`.",
        total="return a.sum(axis=axis or None, keepdims=keepdims)[()]",
    ),
    mistake(
        "reductions", "mean by the number of rows", 1,
        "You divide by the number of rows. Divide by the number of entries that went into each sum.",
        average=MEAN.replace("n = a.size // max(summed.size, 1)", "n = len(a) if a.ndim else 1"),
    ),
    mistake(
        "reductions", "mean by all entries", 1,
        "You divide by the number of all entries also when one axis is averaged. N is a.size // summed.size.",
        average=MEAN.replace("n = a.size // max(summed.size, 1)", "n = a.size"),
    ),
    mistake(
        "reductions", "mean is a sum", 1,
        "You do not divide: your mean is a sum.",
        average=MEAN.replace("return summed / n", "return summed"),
    ),
    mistake(
        "reductions", "mean of nothing", 1,
        "The mean of no entries is 0 / 0: a warning and nan. Refuse it with a ValueError.",
        average="return np.mean(a, axis=axis, keepdims=keepdims)",
    ),
    mistake(
        "reductions", "keepdims ignored", 4,
        "You ignore keepdims, so the result does not broadcast back. Pass it on.",
        total="return a.sum(axis=axis)[()]",
    ),
    mistake(
        "reductions", "largest of the absolute values", 1,
        "You compare sizes without their signs: the maximum of (-3, 2) is 2.",
        largest="return np.abs(np.asarray(a)).max(axis=axis, keepdims=keepdims)[()]",
    ),

    # Shapes
    mistake(
        "reshape", "column by column", 1,
        "You fill the new shape column by column. Entries keep their order in memory, row by row.",
        reshape=("np.reshape(a, shape)", 'np.reshape(a, shape, order="F")'),
    ),
    mistake(
        "reshape", "resized", 1,
        "np.resize repeats or drops entries until they fit. np.reshape refuses a wrong count.",
        reshape=("np.reshape(a, shape)", "np.resize(a, shape)"),
    ),
    mistake(
        "permute", "inverse order", 1,
        "You put the axes into the inverse order: right for swaps, wrong for a cycle such as (2, 0, 1).",
        permute=ORDER.replace("(a, dims)", "(a, np.argsort([d % a.ndim for d in dims]))"),
    ),
    mistake(
        "permute", "axes that are not there", 1,
        "You take axes modulo their number, so axis 3 of three becomes 0. Refuse what is out of range first.",
        permute="""
            dims = [d % a.ndim for d in dims]
            if sorted(dims) != list(range(a.ndim)):
                raise ValueError(f"cannot take the axes {tuple(dims)}: name each of 0 to {a.ndim - 1} once")
            return np.transpose(a, dims)""",
    ),
    mistake(
        "permute", "reshaped", 1,
        "You reshape: the shape is right, the entries stand elsewhere. np.transpose moves the axes.",
        permute=ORDER.replace("return np.transpose(a, dims)", "return np.reshape(a, [a.shape[d] for d in dims])"),
    ),
    mistake(
        "index", "repetitions removed", 1,
        "You sort the index and drop repetitions. x[[0, 0, 1]] takes the first row twice.",
        index="return a[np.unique(key) if isinstance(key, list) else key]",
    ),
    mistake(
        "index", "graph lost", 1,
        "You index .data and wrap the result again, so it forgets how it was made. Let the operation do it.",
        cell=("    return index(self, tuple(parts) if isinstance(key, tuple) else parts[0])",
              "    return Tensor(self.data[tuple(parts) if isinstance(key, tuple) else parts[0]])"),
    ),
]

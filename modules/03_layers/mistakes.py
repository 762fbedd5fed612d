"""Known wrong answers to the layers lesson, as learners really write them, and what to say about each.

`seen` is how often each was found in some 112 public engines (1 where it was not counted).
"""
from tito.mistakes import of_lesson

mistake = of_lesson(__file__)

# The lesson may say these otherwise; mistakes are pieces of the longer answers changed.
LINEAR = """
self.weight = initial((self.in_features, self.out_features), self.in_features, rng, dtype)
self.bias = initial((self.out_features,), self.in_features, rng, dtype) if bias else None"""
FORWARD = """
if x.ndim == 0 or x.shape[-1] != self.in_features:
    raise ValueError(f"{self!r}: the input has shape {x.shape}; its last size must be {self.in_features}")
if self.bias is None:
    return x @ self.weight
return affine(x, self.weight, self.bias)"""
MASK = """
keep = rng.random(shape) >= p
scale = 1 / (1 - p) if p < 1 else 0.0
return np.multiply(keep, scale, dtype=dtype)"""
DROP = """
if not self.training or self.p == 0:
    return x
return x * dropout_mask(x.shape, self.p, self.rng, x.dtype)"""
LAYERS = """
layers = []
for n, m in zip(sizes[:-1], sizes[1:]):
    layers += [Linear(n, m, rng=rng, dtype=dtype), activation]
super().__init__(*layers[:-1])"""
LOAD = """
for name, t in own.items():
    if np.shape(state[name]) != t.shape:
        raise ValueError(f"load_state_dict: {name} has shape {np.shape(state[name])} and in the model {t.shape}")
for name, t in own.items():
    t.data = np.array(state[name], dtype=t.dtype)[()]"""

MISTAKES = [
    # Walking through a model
    mistake(
        "walk", "lists not searched", 5,
        "You look into modules and dicts but not into lists, so the layers in them are never found.",
        inside="""
            if isinstance(value, Module):
                return value.parts()
            return value if isinstance(value, dict) else {}""",
    ),
    mistake(
        "walk", "shared things twice", 1,
        "You do not pass `seen` on, so a shared weight is listed twice (and would be updated twice a step).",
        walk='yield from walk(part, f"{name}.{key}" if name else str(key), seen if isinstance(part, Module) else None)',
    ),
    mistake(
        "walk", "path forgotten", 1,
        "You pass on the last name only. The name is the whole path, joined by dots.",
        walk="yield from walk(part, str(key), seen)",
    ),
    mistake(
        "walk", "dot before the first name", 1,
        "At the root the path is only the key: yours begins with a dot.",
        walk='yield from walk(part, f"{name}.{key}", seen)',
    ),
    mistake(
        "walk", "attributes instead of parts", 1,
        "You read the attributes yourself. Ask `value.parts()`: a module may say otherwise what is inside.",
        inside="""
            if isinstance(value, Module):
                return vars(value)
            if isinstance(value, dict):
                return value
            return dict(enumerate(value)) if isinstance(value, (list, tuple)) else {}""",
    ),
    mistake(
        "parameters", "frozen ones too", 1,
        "You return Tensors that require no gradient. A frozen weight is no parameter.",
        named_parameters="return [(name, t) for name, t in walk(self) if isinstance(t, Tensor) and t.op is None]",
    ),
    mistake(
        "parameters", "computed ones too", 1,
        "You return Tensors that were computed, such as a stored output. A parameter's `op` is None.",
        named_parameters="return [(name, t) for name, t in walk(self) if isinstance(t, Tensor) and t.requires_grad]",
    ),
    mistake(
        "parameters", "direct attributes only", 3,
        "You look at the module's own attributes only and miss the layers inside. Use walk.",
        named_parameters="""
            return [(name, t) for name, t in vars(self).items()
                    if isinstance(t, Tensor) and t.requires_grad and t.op is None]""",
    ),
    mistake(
        "parameters", "another attribute cleared", 1,
        "You write to another attribute than `grad`, so every gradient stays and the next step adds to it.",
        zero_grad="""
            for parameter in self.parameters():
                parameter.data = parameter.data * 0""",
    ),
    mistake(
        "parameters", "gradients kept", 1,
        "Your zero_grad changes a local name, not the Tensor: set `parameter.grad`.",
        zero_grad="""
            for parameter in self.parameters():
                grad = parameter.grad
                grad = None""",
    ),
    mistake(
        "parameters", "zero times a gradient", 1,
        "You multiply the gradient by 0, but before the first backward there is none. Set it to None.",
        zero_grad="""
            for parameter in self.parameters():
                parameter.grad *= 0""",
    ),
    mistake(
        "train_mode", "lists missed", 5,
        "You set the flag on direct attributes, so dropout inside a list goes on during evaluation. Use walk.",
        train="""
            self.training = bool(mode)
            for part in vars(self).values():
                if isinstance(part, Module):
                    part.training = bool(mode)
            return self""",
    ),
    mistake(
        "train_mode", "only itself", 3,
        "You set the flag of this module alone. Set it on every module inside, too.",
        train="""
            self.training = bool(mode)
            return self""",
    ),
    mistake(
        "train_mode", "on the class", 1,
        "You set the flag on the class, so all models change at once. Set it on each module.",
        train="""
            Module.training = bool(mode)
            return self""",
    ),
    mistake(
        "train_mode", "train always on", 1,
        "You ignore `mode`, so eval leaves the model in training.",
        train="""
            for _, module in walk(self):
                if isinstance(module, Module):
                    module.training = True
            return self""",
    ),
    mistake(
        "train_mode", "nothing returned", 1,
        "You return nothing, so `model = build().eval()` is None. Return the module.",
        eval="self.train(False)",
    ),
    mistake(
        "state_dict", "no copies", 1,
        "You hand out the arrays themselves, so the saved state changes while training goes on. Copy them.",
        state_dict="return {name: t.data for name, t in named_leaves(self)}",
    ),
    mistake(
        "state_dict", "half loaded", 1,
        "You write while you compare, so a wrong shape leaves half a model behind. Compare all first.",
        load_state_dict="""
            for name, t in own.items():
                if np.shape(state[name]) != t.shape:
                    raise ValueError(f"load_state_dict: {name} has shape {np.shape(state[name])}, not {t.shape}")
                t.data = np.array(state[name], dtype=t.dtype)[()]""",
    ),
    mistake(
        "state_dict", "dtype of the file", 1,
        "The model takes over the dtype of what was loaded. Loading changes values, not the model's dtype.",
        load_state_dict=LOAD.replace(", dtype=t.dtype)[()]", ")[()]"),
    ),
    mistake(
        "state_dict", "shapes not compared", 1,
        "You accept values of another shape. Compare np.shape with the Tensor's shape first.",
        load_state_dict="""
            for name, t in own.items():
                t.data = np.array(state[name], dtype=t.dtype)[()]""",
    ),
    mistake(
        "state_dict", "loaded by place", 1,
        "You take the values in the order of the state; another order loads wrong ones. Look each up by its name.",
        load_state_dict="""
            for name, t in own.items():
                if np.shape(state[name]) != t.shape:
                    raise ValueError(f"load_state_dict: {name} has shape {np.shape(state[name])}, not {t.shape}")
            for t, value in zip(own.values(), state.values()):
                t.data = np.array(value, dtype=t.dtype)[()]""",
    ),
    mistake(
        "state_dict", "arrays of the state taken over", 1,
        "np.asarray makes no copy, so model and state share memory, and training changes what was saved. Use np.array.",
        load_state_dict=LOAD.replace("np.array(", "np.asarray("),
    ),
    mistake(
        "state_dict", "trainable only", 1,
        "You save only what requires a gradient. Frozen Tensors belong to the model, too.",
        state_dict="return {name: np.array(t.data) for name, t in named_leaves(self) if t.requires_grad}",
    ),

    # Linear
    mistake(
        "affine", "bias forgotten", 1,
        "You leave out the bias.",
        affine="return x @ w",
    ),
    mistake(
        "affine", "weight transposed", 1,
        "You transpose the weight. Ours is (in, out): x @ w fits as it stands.",
        affine="return x @ w.T + b",
    ),
    mistake(
        "affine", "bias changed", 1,
        "You add into `b`, which belongs to the caller. The product is the array that you made yourself.",
        affine="""
            z = x @ w
            if z.ndim == 1:
                b += z
                return b
            return z + b""",
    ),
    mistake(
        "affine", "bias twice", 1,
        "You add the bias in place and then once more.",
        affine="""
            z = x @ w
            z += b
            return z + b""",
    ),
    mistake(
        "initial", "not scaled", 10,
        "Your numbers do not depend on n, so signals grow by √n a layer. The bound is 1 / √n.",
        initial="return Tensor(rng.uniform(-1, 1, shape).astype(dtype), requires_grad=True)",
    ),
    mistake(
        "initial", "all zeros", 3,
        "You begin with zeros: every unit computes, and learns, the same. Draw them at random.",
        initial="return Tensor(np.zeros(shape, dtype), requires_grad=True)",
    ),
    mistake(
        "initial", "positive only", 2,
        "You draw from 0 to the bound. Weights have both signs: uniform between -1/√n and 1/√n.",
        initial="return Tensor(rng.uniform(0, 1 / math.sqrt(n), shape).astype(dtype), requires_grad=True)",
    ),
    mistake(
        "initial", "1/n for 1/√n", 1,
        "You divide by n, so signals shrink by √n a layer. The bound is 1 / √n.",
        initial="return Tensor(rng.uniform(-1 / n, 1 / n, shape).astype(dtype), requires_grad=True)",
    ),
    mistake(
        "initial", "normal numbers", 1,
        "You draw normal numbers, which have no bound. Draw uniform ones between -1/√n and 1/√n.",
        initial="return Tensor((rng.standard_normal(shape) / math.sqrt(3 * n)).astype(dtype), requires_grad=True)",
    ),
    mistake(
        "initial", "fan-out for n", 2,
        "You take the last size, the number of units, for n. n is given: the number of inputs.",
        initial="""
            bound = 1 / math.sqrt(shape[-1])
            return Tensor(rng.uniform(-bound, bound, shape).astype(dtype), requires_grad=True)""",
    ),
    mistake(
        "initial", "first size for n", 1,
        "You take the first size for n. A bias has the shape (out,): n is given, the number of inputs.",
        initial="""
            bound = 1 / math.sqrt(shape[0])
            return Tensor(rng.uniform(-bound, bound, shape).astype(dtype), requires_grad=True)""",
    ),
    mistake(
        "initial", "global generator", 1,
        "You draw from NumPy's global generator, so a seed does not repeat the model. Use `rng`.",
        initial="""
            bound = 1 / math.sqrt(n)
            return Tensor(np.random.uniform(-bound, bound, shape).astype(dtype), requires_grad=True)""",
    ),
    mistake(
        "initial", "no gradient wanted", 1,
        "Your weights do not require a gradient, so they never learn. Pass requires_grad=True.",
        initial="""
            bound = 1 / math.sqrt(n)
            return Tensor(rng.uniform(-bound, bound, shape).astype(dtype))""",
    ),
    mistake(
        "Linear", "if self.bias", 2,
        "`if self.bias` asks for the truth of a whole Tensor, which is undefined. Ask `is None`.",
        **{"Linear.forward": FORWARD.replace("if self.bias is None:", "if not self.bias:")},
    ),
    mistake(
        "Linear", "bias begins at 0", 2,
        "Your bias begins at 0. PyTorch's rule draws it like the weights, within ±1/√in.",
        **{"Linear.__init__": LINEAR.replace(
            "initial((self.out_features,), self.in_features, rng, dtype) if bias",
            "Tensor(np.zeros(self.out_features, dtype), requires_grad=True) if bias")},
    ),
    mistake(
        "Linear", "bias scaled by the outputs", 2,
        "The bias has the weights' bound: 1/√in, not 1/√out.",
        **{"Linear.__init__": LINEAR.replace("features,), self.in_", "features,), self.out_")},
    ),
    mistake(
        "Linear", "bias always there", 1,
        "You make a bias also when bias=False was asked.",
        **{"Linear.__init__": LINEAR.replace(" if bias else None", "")},
    ),
    mistake(
        "Linear", "detached", 1,
        "You compute with .data, so no gradient reaches the weights. Stay with operations on Tensors.",
        **{"Linear.forward": FORWARD.replace("affine(x, self.weight, self.bias)",
                                             "Tensor(x.data @ self.weight.data + self.bias.data)")},
    ),

    # Dropout
    mistake(
        "Dropout", "not scaled", 6,
        "You do not scale the survivors, so the sum shrinks in training. Multiply them by 1 / (1 - p).",
        dropout_mask="return (rng.random(shape) >= p).astype(dtype)",
    ),
    mistake(
        "Dropout", "scaled twice", 1,
        "You scale in the mask and once more in the layer.",
        **{"Dropout.forward": DROP.replace("return x *", "return x / max(1 - self.p, 1e-9) *")},
    ),
    mistake(
        "Dropout", "no evaluation mode", 3,
        "You drop in evaluation too. Return x unless `self.training`.",
        **{"Dropout.forward": DROP.replace("not self.training or ", "")},
    ),
    mistake(
        "Dropout", "p taken as the chance to keep", 3,
        "You keep with chance p, which p = 0.5 hides. p is the chance to drop.",
        dropout_mask=MASK.replace(">= p", "< p"),
    ),
    mistake(
        "Dropout", "scaled by 1/p", 1,
        "You scale by 1 / p. The survivors are 1 - p of all: scale by 1 / (1 - p).",
        dropout_mask=MASK.replace("1 / (1 - p) if p < 1 else 0.0", "1 / p if p < 1 else 0.0"),
    ),
    mistake(
        "Dropout", "global generator", 1,
        "You draw from NumPy's global generator, so a seed does not repeat the masks. Use `rng`.",
        dropout_mask=MASK.replace("rng.random", "np.random.random"),
    ),
    mistake(
        "Dropout", "mask drawn once", 2,
        "You draw the mask once and keep it. Draw a new one at every call.",
        **{"Dropout.forward": """
            if not self.training or self.p == 0:
                return x
            if getattr(self, "shape", None) != x.shape:
                self.shape, self.mask = x.shape, dropout_mask(x.shape, self.p, self.rng, x.dtype)
            return x * self.mask.astype(x.dtype)"""},
    ),
    mistake(
        "Dropout", "one draw for a row", 1,
        "You draw one number for a whole column of the batch. Draw one for each entry.",
        dropout_mask=MASK.replace("rng.random(shape)", "rng.random(shape[-1:]) + np.zeros(shape)"),
    ),
    mistake(
        "Dropout", "gradient without the scale", 2,
        "Your value is scaled outside the graph, so the gradient lacks 1 / (1 - p). Multiply x by the mask.",
        **{"Dropout.forward": """
            if not self.training or self.p == 0:
                return x
            mask = dropout_mask(x.shape, self.p, self.rng, x.dtype)
            y = x * (mask > 0).astype(x.dtype)
            y.data = x.data * mask
            return y"""},
    ),
    mistake(
        "Dropout", "detached", 2,
        "You multiply .data and wrap the result again, so no gradient flows. Multiply the Tensor.",
        **{"Dropout.forward": DROP.replace("return x *", "return Tensor(x.data *") + ")"},
    ),
    mistake(
        "Dropout", "nan at p = 1", 4,
        "1 / (1 - p) is infinite for p = 1, and 0 · inf is nan. Return zeros there.",
        dropout_mask="return (rng.random(shape) >= p).astype(dtype) * np.divide(1, 1 - p, dtype=dtype)",
    ),

    # Chains
    mistake(
        "Sequential", "every layer sees the input", 1,
        "You give the first input to every layer. The second takes what the first returned.",
        **{"Sequential.forward": """
            for layer in self.layers:
                y = layer(x)
            return y if self.layers else x"""},
    ),
    mistake(
        "Sequential", "backwards", 1,
        "You go through the layers from the last to the first.",
        **{"Sequential.forward": """
            for layer in reversed(self.layers):
                x = layer(x)
            return x"""},
    ),
    mistake(
        "Sequential", "returns after the first", 1,
        "Your return stands inside the loop, so only the first layer works.",
        **{"Sequential.forward": """
            for layer in self.layers:
                x = layer(x)
                return x
            return x"""},
    ),
    mistake(
        "Sequential", "a slice is a list", 1,
        "A slice of your chain is a plain list, which cannot be called. Wrap it in Sequential.",
        **{"Sequential.__getitem__": "return self.layers[i]"},
    ),
    mistake(
        "MLP", "activation after the last layer", 2,
        "You bend the output too, so a prediction can never be negative. The last layer is linear.",
        **{"MLP.__init__": LAYERS.replace("layers[:-1]", "layers")},
    ),
    mistake(
        "MLP", "no activation", 1,
        "Without a bend between them, your layers are one straight line.",
        **{"MLP.__init__": LAYERS.replace(", activation]", "]").replace("layers[:-1]", "layers")},
    ),
    mistake(
        "MLP", "relu written in", 1,
        "You always use relu. Use `activation`.",
        **{"MLP.__init__": LAYERS.replace("activation]", "relu]")},
    ),
    mistake(
        "MLP", "one layer too few", 1,
        "You leave out the last layer: nouts names every layer's units, the output's too.",
        **{"MLP.__init__": LAYERS.replace("zip(sizes[:-1], sizes[1:])", "zip(sizes[:-2] or sizes[:-1], sizes[1:])")},
    ),
    mistake(
        "MLP", "dtype forgotten", 1,
        "You do not pass `dtype` on, so a float64 network has float32 weights.",
        **{"MLP.__init__": LAYERS.replace(", dtype=dtype", "")},
    ),
    mistake(
        "MLP", "rng forgotten", 1,
        "You do not pass `rng` on, so a seed does not repeat the network. Give it to every Linear.",
        **{"MLP.__init__": LAYERS.replace("rng=rng, ", "")},
    ),
]

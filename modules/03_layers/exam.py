"""The exam on layers: inputs only. The reference solution sits it too, and its answers are the key.

What is drawn at random is asked for bounds, frequencies and relations, never for the numbers themselves: a right layer
may draw them in another order. The inputs must not hide a mistake: never p = 0.5, a square weight, one axis, a list
without modules in it, or a model in which nothing is shared.
"""
import numpy as np

from tito.grading.exam import FLOWS, copies, gradient, question, refusal, refuses, unchanged


def tensor(tt, rng, *shape, dtype="f8"):
    "A Tensor of normal numbers that requires a gradient."
    return tt.Tensor(rng.normal(size=shape).astype(dtype), requires_grad=True)


def model(tt):
    "A model with modules in lists, tuples and dicts, a shared one, a shared Tensor and a loop; and its modules."
    root, *parts = [tt.Module() for _ in range(5)]
    a, b, c, d = parts
    a.w, a.size, a.parent = tt.Tensor([1.5, -2.0], requires_grad=True), 3, root
    c.w, c.frozen = tt.Tensor(0.25, requires_grad=True), tt.Tensor(np.array([[2.0], [3.0]]))
    d.last_output = a.w * 2
    root.first, root.blocks, root.heads = a, [b, (c, [tt.Tensor(2.0), "text"])], {"x": a.w, "y": d, "same": c}
    root.equal, root.last = tt.Tensor([1.5, -2.0], requires_grad=True), a
    return [root, *parts]


def text(names):
    return ", ".join(names)


# ── Walking through a model ──────────────────────────────────────────────────────────────────────────────────────────

@question("walk", "value", 2)
def walk_names(tt, rng):
    "The names of everything in a model with lists, dicts, shared parts and a loop."
    return text(name for name, _ in tt.walk(model(tt)[0]))


@question("walk", "value")
def walk_finds_the_things_themselves(tt, rng):
    "The things, not copies of them."
    modules = model(tt)
    found = {id(thing): name for name, thing in tt.walk(modules[0])}
    return text(found.get(id(module), "not found") for module in [*modules, modules[1].w, modules[3].frozen])


@question("walk", "value")
def walk_of_containers(tt, rng):
    "A list, a dict and a tuple of Tensors and modules; numbers and texts, which hold nothing."
    a, b = tt.Tensor([1.0]), tt.Module()
    b.w = tt.Tensor([2.0])
    values = ([a, 3, [b]], {"x": b, "y": (a, a)}, (a, b), 5, "text", None)
    return [text(name for name, _ in tt.walk(value)) for value in values]


@question("walk", "value")
def walk_asks_a_module_for_its_parts(tt, rng):
    "A module that says itself what is inside."
    class Own(tt.Module):
        def parts(self):
            return {0: self.hidden, "b": [self.hidden, self.other]}

    own, root = Own(), tt.Module()
    own.hidden, own.other, root.own = tt.Tensor([1.0]), tt.Tensor([2.0]), [own]
    return text(name for name, _ in tt.walk(root))


@question("parameters", "value", 2)
def parameters_names(tt, rng):
    "The names of the parameters: no frozen, no computed Tensors, shared ones once, equal ones each."
    return text(name for name, _ in model(tt)[0].named_parameters())


@question("parameters", "value")
def parameters_are_the_tensors_themselves(tt, rng):
    "The parameters, in order of their definition."
    modules = model(tt)
    wanted = {id(modules[1].w): "first", id(modules[3].w): "second", id(modules[0].equal): "third"}
    return text(wanted.get(id(parameter), "another") for parameter in modules[0].parameters())


@question("parameters", "value")
def parameters_forget_their_gradients(tt, rng):
    "Whether zero_grad leaves any gradient, where there was one and where there was none, and touches the values."
    root = model(tt)[0]
    tensors = [root.first.w, root.blocks[1][0].w, root.equal]
    before = copies(*tensors)
    for x in tensors[1:]:
        x.grad = np.ones(x.shape)
    root.zero_grad()
    return [*[x.grad is None or not np.any(x.grad) for x in tensors], unchanged(before, *tensors)]


@question("train_mode", "value", 2)
def train_mode_reaches_everything(tt, rng):
    "The flag of each module after eval, after train, and after train(False)."
    modules = model(tt)
    modules[0].eval()
    after = [module.training for module in modules]
    modules[0].train()
    after += [module.training for module in modules]
    modules[0].train(False)
    return [*after, *[module.training for module in modules]]


@question("train_mode", "value")
def train_mode_of_a_part(tt, rng):
    "The flag of each module when one of them alone is set; a new module's."
    root, a, b, c, d = modules = model(tt)
    b.eval()
    after = [module.training for module in modules]
    root.eval()
    c.train()
    return [*after, *[module.training for module in modules], tt.Module().training]


@question("train_mode", "value")
def train_mode_returns_the_module(tt, rng):
    "Whether train and eval return the module."
    root = model(tt)[0]
    return [root.eval() is root, root.train() is root]


@question("state_dict", "value", 2)
def state_dict_of_a_model(tt, rng):
    "Names and values of all leaves, frozen ones included."
    state = model(tt)[0].state_dict()
    return {name: np.asarray(getattr(value, "data", value) if isinstance(value, tt.Tensor) else value)
            for name, value in state.items()}


@question("state_dict", "value")
def state_dict_is_a_copy(tt, rng):
    "Training goes on after the state was taken: the state and the model do not share memory."
    root = model(tt)[0]
    state = root.state_dict()
    root.first.w.data += 1
    root.equal.data *= 2
    kept = [np.array(state["first.w"]), np.array(state["equal"])]
    root.load_state_dict(state)
    root.equal.data *= 3
    return [*kept, np.array(state["equal"]), root.first.w, root.equal]


@question("state_dict", "value", 2)
def state_dict_is_loaded(tt, rng):
    "Values by name, of arrays and Tensors, in the model's own dtype; what requires a gradient does, and nothing else."
    part = tt.Module()
    part.a, part.b = tensor(tt, rng, 2, 3, dtype="f4"), [tt.Tensor(np.zeros(2)), tt.Tensor(4.0, requires_grad=True)]
    part.load_state_dict({"b.1": 0.5, "a": rng.normal(size=(2, 3)), "b.0": tt.Tensor([7.0, 8.0])})
    leaves = [part.a, *part.b]
    return [*leaves, str(part.a.dtype), str(part.b[0].dtype), *[x.requires_grad for x in leaves]]


def loaded(tt, shapes):
    part = tt.Module()
    part.w, part.b = tt.Tensor(np.ones((2, 3))), tt.Tensor(np.ones(3))
    part.load_state_dict({name: np.zeros(shape) for name, shape in shapes.items()})


refusal("state_dict", "refuses_other_models",
        "a name missing, a name too many, another shape also where it would broadcast.", loaded,
        [{"w": (2, 3), "b": (3,)}],
        [{"w": (2, 3)}, {"w": (2, 3), "b": (3,), "c": (3,)}, {"w": (3, 2), "b": (3,)}, {"w": (2, 3), "b": (1,)}])


@question("state_dict", "errors")
def state_dict_loads_all_or_nothing(tt, rng):
    "The model after a state with one wrong shape was refused."
    part = tt.Module()
    part.w, part.b = tensor(tt, rng, 2, 3), tensor(tt, rng, 3)
    before = copies(part.w, part.b)
    told = refuses(lambda: part.load_state_dict({"w": np.zeros((2, 3)), "b": np.zeros(4)}))
    return [told, unchanged(before, part.w, part.b)]


# ── affine, initial, Linear ──────────────────────────────────────────────────────────────────────────────────────────

def affine_inputs(tt, rng, *batch, dtype="f8"):
    return [tensor(tt, rng, *shape, dtype=dtype) for shape in ((*batch, 4), (4, 3), (3,))]


@question("affine", "value", 2)
def affine_of_batches(tt, rng):
    "One example, five, and (2, 5) of them, in float64 and float32."
    batches = [(batch, dtype) for batch in ((), (5,), (2, 5)) for dtype in ("f8", "f4")]
    return [tt.affine(*affine_inputs(tt, rng, *batch, dtype=dtype)) for batch, dtype in batches]


@question("affine", "value")
def affine_changes_no_input(tt, rng):
    "The inputs stay as they were."
    answers = []
    for batch in ((), (5,)):
        inputs = affine_inputs(tt, rng, *batch)
        before = copies(*inputs)
        answers += [tt.affine(*inputs), unchanged(before, *inputs)]
    return answers


@question("affine", "gradient")
def affine_slopes(tt, rng):
    "Slopes of the input, the weight and the bias."
    inputs = affine_inputs(tt, rng, 5)
    return gradient(tt, tt.affine(*inputs) * rng.uniform(0.5, 2, (5, 3)), *inputs)


def coarse(numbers, step=0.1):
    "Numbers so rounded that no draw of a right layer's is seen in them: a truth value would be forged more easily."
    return np.round(np.divide(numbers, step)) * step


def drawn(values, n):
    "The largest, the mean and the size of numbers that should be uniform within ±1/√n, in parts of what is due."
    values, bound = np.asarray(values, float), 1 / np.sqrt(n)
    return coarse([np.abs(values).max() / bound, values.mean() / bound, values.std() / (bound / np.sqrt(3))])


@question("initial", "value", 2)
def initial_numbers(tt, rng):
    "Bounds, mean and size of the numbers, for 400 inputs with 30 units, and for 20 with 500; of a bias for 50 inputs."
    answers = []
    for shape, n in (((400, 30), 400), ((20, 500), 20), ((9000,), 50)):
        answers.extend(drawn(tt.initial(shape, n, rng, np.dtype("f8")).data, n))
    return answers


@question("initial", "value")
def initial_tensor(tt, rng):
    "Shape, dtype and kind of what comes back."
    made = [tt.initial(shape, 4, rng, np.dtype(dtype)) for shape, dtype in (((4, 3), "f4"), ((3,), "f8"))]
    return [fact for w in made for fact in (str(w.shape), str(w.dtype), w.requires_grad, w.op is None)]


@question("initial", "value")
def initial_draws_from_the_generator_given(tt, rng):
    "The same seed again, another seed, and a second draw: which are equal?"
    first, again, other = (np.random.default_rng(seed) for seed in (5, 5, 6))
    w, *others = [tt.initial((4, 3), 4, g, np.dtype("f8")).data for g in (first, first, again, other)]
    return [bool(np.array_equal(w, x)) for x in others]


def linear(tt, rng, *sizes, dtype="f8", **options):
    "A Linear layer whose weights are replaced by normal numbers."
    layer = tt.Linear(*sizes, dtype=np.dtype(dtype), **options)
    layer.weight = tensor(tt, rng, *layer.weight.shape, dtype=dtype)
    if layer.bias is not None:
        layer.bias = tensor(tt, rng, *layer.bias.shape, dtype=dtype)
    return layer


@question("Linear", "value", 2)
def Linear_of_batches(tt, rng):
    "A layer from 4 to 3 units on one example, five, and (2, 5) of them; on a list."
    layer = linear(tt, rng, 4, 3)
    return [layer(tensor(tt, rng, *shape)) for shape in ((4,), (5, 4), (2, 5, 4))] + [layer([1, -2, 0.5, 3])]


@question("Linear", "value")
def Linear_without_bias(tt, rng):
    "A layer without a bias, in float32."
    layer = linear(tt, rng, 4, 3, bias=False, dtype="f4")
    return [layer(tensor(tt, rng, 5, 4, dtype="f4")), layer.bias is None]


@question("Linear", "value", 2)
def Linear_begins(tt, rng):
    "Weight and bias of a new layer: shapes, dtypes, bounds and sizes of the numbers; which seeds repeat them."
    layer, again, other = [tt.Linear(400, 30, rng=seed, dtype=np.dtype("f8")) for seed in (3, 3, 4)]
    wide = tt.Linear(9, 4000, rng=3)
    facts = [str(layer.weight.shape), str(layer.bias.shape), str(layer.bias.dtype), str(wide.weight.dtype)]
    repeated = [bool(np.array_equal(layer.weight.data, one.weight.data)) for one in (again, other)]
    facts += [str(layer.weight.dtype), *repeated]
    return [*facts, *drawn(layer.weight.data, 400), *drawn(wide.bias.data, 9), wide.bias.requires_grad]


@question("Linear", "gradient", 2)
def Linear_slopes(tt, rng):
    "Slopes of the input, the weight and the bias."
    layer, x = linear(tt, rng, 4, 3), tensor(tt, rng, 5, 4)
    return gradient(tt, layer(x) * rng.uniform(0.5, 2, (5, 3)), x, layer.weight, layer.bias)


refusal("Linear", "refuses_another_size", "a last size that is not the number of inputs, a single number.",
        lambda tt, case: tt.Linear(4, 3, bias=case[0])(np.ones(case[1])), [(True, (5, 4)), (False, (4,))],
        [(bias, shape) for bias in (True, False) for shape in ((5, 3), (3,), (4, 5), ())])


# ── Dropout ──────────────────────────────────────────────────────────────────────────────────────────────────────────

CHANCES = (0.2, 0.7)


def masks(tt, rng, p, seed=None):
    "What two calls of one Dropout layer multiplied a (200, 50) batch by."
    layer = tt.Dropout(p, rng=int(rng.integers(99)) if seed is None else seed)
    x = rng.uniform(1, 2, (200, 50))
    return [layer(tt.Tensor(x)).data / x for _ in range(2)]


def often(mask):
    "The share of zeros in 10,000 entries: five standard deviations are the half of a step."
    return coarse((mask == 0).mean(), 0.05)


@question("Dropout", "value", 2)
def Dropout_scales_what_survives(tt, rng):
    "Which factors there are, for p = 0.2 and p = 0.7."
    return [np.unique(masks(tt, rng, p)[0].round(9)) for p in CHANCES]


@question("Dropout", "value", 2)
def Dropout_drops_as_often_as_asked(tt, rng):
    "The share of zeros, for p = 0.2 and p = 0.7."
    return [often(mask) for p in CHANCES for mask in masks(tt, rng, p)]


@question("Dropout", "value")
def Dropout_draws_anew(tt, rng):
    "One draw for each entry, and a new mask at every call; another layer with the same seed repeats the first."
    (first, second), (again, _) = [masks(tt, rng, 0.3, seed=5) for _ in range(2)]
    varied = [(np.ptp(first, axis=axis) > 0).mean() for axis in (0, 1)]
    others = [coarse(((first == 0) != (other == 0)).mean(), 0.2) for other in (second, again)]
    return [*others, *coarse(varied), often(first + second)]


@question("Dropout", "value", 2)
def Dropout_in_evaluation(tt, rng):
    "In evaluation; and with p = 0 in training."
    layer, x = tt.Dropout(0.3), tensor(tt, rng, 5, 4)
    layer.training = False
    return [layer(x), tt.Dropout(0.0)(x), layer(tensor(tt, rng, 3, dtype="f4"))]


@question("Dropout", "value")
def Dropout_types(tt, rng):
    "The dtypes of what comes back; the input stays as it was."
    x = tensor(tt, rng, 5, 4)
    before = copies(x)
    answers = [tt.Dropout(0.3)(one) for one in (x, tensor(tt, rng, 5, 4, dtype="f4"), [1.0, 2.0])]
    return [*[str(one.dtype) for one in answers], unchanged(before, x)]


@question("Dropout", "value")
def Dropout_of_everything(tt, rng):
    "p = 1, in training, in float64 and float32."
    return [tt.Dropout(1.0)(tensor(tt, rng, 5, 4, dtype=dtype)) for dtype in ("f8", "f4")]


@question("Dropout", "value")
def Dropout_mask(tt, rng):
    "The mask by itself: its factors, how often they are 0, its dtype; drawn from the generator that is given."
    mask, again = (tt.dropout_mask((200, 50), 0.3, np.random.default_rng(8), np.dtype("f8")) for _ in range(2))
    narrow = tt.dropout_mask((3, 2), 0.3, rng, np.dtype("f4"))
    return [np.unique(mask.round(9)), often(mask), float(np.abs(mask - again).max()), str(narrow.dtype)]


@question("Dropout", "gradient", 2)
def Dropout_slopes(tt, rng):
    "How far each slope is from the factor that the entry was multiplied by."
    x = tt.Tensor(rng.uniform(1, 2, (5, 4)), requires_grad=True)
    y = tt.Dropout(0.3, rng=int(rng.integers(99)))(x)
    slopes = gradient(tt, y, x)
    flows, off = slopes.pop(FLOWS), np.abs(np.subtract(*slopes.values(), y.data / x.data)).max()
    return {FLOWS: flows, "off by": coarse(off, 1e-4)}


# ── Sequential, MLP ──────────────────────────────────────────────────────────────────────────────────────────────────

def chain(tt):
    "Functions that do not commute, a chain within a chain."
    def plus(x):
        return x + 1

    def twice(x):
        return x * 2

    def squared(x):
        return x * x
    return tt.Sequential(plus, twice, tt.Sequential(squared, plus), twice), (plus, twice)


@question("Sequential", "value", 2)
def Sequential_in_order(tt, rng):
    "Functions one after another, a chain within a chain, an empty chain."
    x = tensor(tt, rng, 4, 3)
    return [chain(tt)[0](x), tt.Sequential()(x), tt.Sequential(lambda x: x * 3)(x)]


@question("Sequential", "value")
def Sequential_by_index(tt, rng):
    "Single layers by position, from the front and from the end."
    model, (plus, twice) = chain(tt)
    return [model[0] is plus, model[1] is twice, model[-1] is twice, len(model), len(model[2]), model[2][1] is plus]


@question("Sequential", "value")
def Sequential_by_slice(tt, rng):
    "Slices, which are chains again."
    x, model = tensor(tt, rng, 4, 3), chain(tt)[0]
    parts = [model[1:], model[:2], model[::-1]]
    return [*[part(x) for part in parts], *[isinstance(part, tt.Sequential) for part in parts]]


@question("Sequential", "gradient")
def Sequential_slopes(tt, rng):
    "The slopes of a chain."
    x = tensor(tt, rng, 4, 3)
    return gradient(tt, chain(tt)[0](x) * rng.uniform(0.5, 2, (4, 3)), x)


def perceptron(tt, rng, *arguments, **options):
    "An MLP whose weights are replaced by normal numbers, and its Linear layers."
    model = tt.MLP(*arguments, **options)
    layers = [layer for layer in model.layers if hasattr(layer, "weight")]
    for layer in layers:
        layer.weight, layer.bias = tensor(tt, rng, *layer.weight.shape), tensor(tt, rng, *layer.bias.shape)
    return model, layers


@question("MLP", "value", 2)
def MLP_of_batches(tt, rng):
    "Three layers with relu between them, on five examples and on a list; one layer alone."
    model, single = perceptron(tt, rng, 3, [5, 4, 2])[0], perceptron(tt, rng, 3, [2])[0]
    return [model(tensor(tt, rng, 5, 3)), model([1.0, -2.0, 0.5]), single(tensor(tt, rng, 5, 3))]


@question("MLP", "value")
def MLP_with_another_activation(tt, rng):
    "The square as activation: it must not stand after the last layer."
    return perceptron(tt, rng, 3, [4, 2], activation=lambda h: h * h)[0](tensor(tt, rng, 5, 3))


@question("MLP", "value")
def MLP_sizes(tt, rng):
    "The shapes of all weights, how many layers, the dtype, whether all numbers are drawn anew; a seed repeats them."
    layers = perceptron(tt, rng, 3, [5, 4, 2])[1]
    model, again = [tt.MLP(4, [4, 4], rng=1, dtype=np.dtype("f8")) for _ in range(2)]
    first, last, repeated = [layer.weight.data for layer in (model.layers[0], model.layers[-1], again.layers[0])]
    shapes = text(f"{layer.weight.shape} {layer.bias.shape}" for layer in layers)
    facts = [shapes, len(model.layers), len(layers), str(first.dtype)]
    return [*facts, bool(np.array_equal(first, last)), bool(np.array_equal(first, repeated))]


@question("MLP", "gradient", 2)
def MLP_slopes(tt, rng):
    "Slopes of the input and of every weight."
    model, layers = perceptron(tt, rng, 3, [4, 2], activation=lambda h: h * h)
    leaves = [tensor(tt, rng, 5, 3), *[w for one in layers for w in (one.weight, one.bias)]]
    return gradient(tt, model(leaves[0]) * rng.uniform(0.5, 2, (5, 2)), *leaves)

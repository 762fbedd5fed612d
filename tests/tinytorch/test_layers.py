"""Layers: how they begin, what they hold, and how they behave in training."""

import copy
import math
import pickle
from contextlib import nullcontext

import numpy as np
import pytest
import torch

from tinytorch import (
    MLP, Dropout, Linear, Module, ReLU, Sequential, Tensor, absolute, exp, log, negate, no_grad, ones, relu, sqrt, tanh)


@pytest.mark.parametrize("n, m", [(1, 5), (64, 200), (1000, 3)])
def test_linear_begins_uniform_within_1_over_the_root_of_its_inputs(n, m):
    layer, bound = Linear(n, m, rng=0), 1 / math.sqrt(n)
    for p in (layer.weight, layer.bias):
        assert abs(p.data).max() <= bound and p.requires_grad and p.dtype == np.float32
    assert layer.weight.shape == (n, m) and layer.bias.shape == (m,)
    if n * m > 1000:
        assert layer.weight.data.std() == pytest.approx(bound / math.sqrt(3), rel=0.05)
        assert abs(layer.weight.data.mean()) < bound / 20


def test_linear_is_that_of_pytorch_in_value_and_gradients(rng):
    layer, theirs = Linear(4, 3, rng=1, dtype=np.float64), torch.nn.Linear(4, 3, dtype=torch.float64)
    theirs.load_state_dict({"weight": torch.tensor(layer.weight.data.T), "bias": torch.tensor(layer.bias.data)})
    x = rng.normal(size=(2, 5, 4))
    ours, other = Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    (layer(ours) ** 2).sum().backward()
    (theirs(other) ** 2).sum().backward()
    for a, b in [(ours.grad, other.grad), (layer.weight.grad, theirs.weight.grad.T),
                 (layer.bias.grad, theirs.bias.grad)]:
        np.testing.assert_allclose(a, b.numpy(), rtol=1e-9, atol=1e-12)


def test_seeds_and_generators_make_layers_repeatable_and_no_two_layers_begin_alike():
    a, b, c = Linear(3, 2, rng=7), Linear(3, 2, rng=7), Linear(3, 2)
    assert a.weight.tolist() == b.weight.tolist() != c.weight.tolist() != Linear(3, 2).weight.tolist()
    model = MLP(3, [3, 3], rng=7)
    assert model[0].weight.tolist() != model[2].weight.tolist()


def test_without_bias():
    layer = Linear(3, 2, bias=False)
    assert layer.bias is None and len(layer.parameters()) == 1 and layer(ones(5, 3)).shape == (5, 2)


@pytest.mark.parametrize("p", [0.2, 0.5, 0.9])
def test_dropout_keeps_the_mean_and_drops_its_share(p):
    y = Dropout(p, rng=0)(ones(100_000)).data
    assert set(np.unique(y)) == {np.float32(0), np.float32(1 / (1 - p))} and y.dtype == np.float32
    assert (y == 0).mean() == pytest.approx(p, abs=0.01) and y.mean() == pytest.approx(1, abs=0.05)


def test_the_gradient_of_dropout_is_the_mask_that_forward_drew():
    layer, x = Dropout(0.4, rng=0), ones(50, requires_grad=True)
    y, other = layer(x), layer(x)
    y.sum().backward()
    assert x.grad.tolist() == y.tolist() != other.tolist()


def test_dropout_at_its_ends_and_in_evaluation():
    x = Tensor([1.0, -2.0], requires_grad=True)
    y = Dropout(1.0)(x)
    y.sum().backward()
    assert y.tolist() == [0, 0] and x.grad.tolist() == [0, 0]
    assert Dropout(0.0)(x).tolist() == Dropout(0.5).eval()(x).tolist() == x.tolist()


class Tower(Module):
    "Layers wherever they may stand; one of them in two places."

    def __init__(self):
        self.shared = Linear(2, 2)
        self.layers = [self.shared, [Linear(2, 3), {"deep": (Linear(3, 1), Dropout(0.5))}]]
        self.scale = Tensor([1.0], requires_grad=True)
        self.frozen = Tensor([5.0])
        self.computed = self.scale * 2
        self.name = "tower"

    def forward(self, x):
        return self.layers[1][0](self.shared(x)) * self.scale


def test_parameters_are_found_in_nested_lists_each_once_and_in_order():
    tower = Tower()
    names = [name for name, _ in tower.named_parameters()]
    assert names == ["shared.weight", "shared.bias", "layers.1.0.weight", "layers.1.0.bias",
                     "layers.1.1.deep.0.weight", "layers.1.1.deep.0.bias", "scale"]
    assert len({id(p) for p in tower.parameters()}) == len(tower.parameters()) == 7


def test_train_and_eval_reach_modules_in_nested_lists():
    tower = Tower()
    dropout = tower.layers[1][1]["deep"][1]
    assert tower.eval() is tower and not dropout.training and not tower.training
    assert tower.train() is tower and dropout.training
    assert Dropout().training, "another module is not touched"


def test_zero_grad_forgets_every_gradient():
    tower = Tower()
    tower(ones(4, 2)).sum().backward()
    assert tower.scale.grad is not None and tower.shared.weight.grad is not None
    tower.zero_grad()
    assert all(p.grad is None for p in tower.parameters())


def test_sequential_runs_layers_and_functions_in_order():
    model = Sequential(Linear(3, 4), relu, ReLU(), lambda x: x * 2, Linear(4, 2))
    x = ones(5, 3)
    np.testing.assert_array_equal(model(x).data, model[4](relu(model[0](x)) * 2).data)
    assert len(model) == 5 and len(model[:2]) == 2 and len(model.parameters()) == 4
    assert [name for name, _ in model.named_parameters()] == ["0.weight", "0.bias", "4.weight", "4.bias"]


def test_mlp_has_an_activation_between_its_layers_and_none_at_the_end():
    model = MLP(2, [4, 1], activation=tanh, rng=0)
    x = ones(3, 2)
    np.testing.assert_array_equal(model(x).data,
                                  (tanh(x @ model[0].weight + model[0].bias) @ model[2].weight + model[2].bias).data)
    assert len(model) == 3 and sum(p.size for p in model.parameters()) == 2 * 4 + 4 + 4 + 1


def test_a_state_can_be_saved_and_loaded_and_is_a_copy():
    a, b = Tower(), Tower()
    state = a.state_dict()
    assert "frozen" in state and "computed" not in state
    b.load_state_dict(state)
    x = ones(4, 2)
    assert a(x).tolist() == b(x).tolist()
    b.shared.weight.data += 1
    assert a.state_dict()["shared.weight"].tolist() == state["shared.weight"].tolist() != b.shared.weight.tolist()


def test_a_state_goes_through_a_file_of_numpy(tmp_path):
    a, b = Tower(), Tower()
    np.savez(tmp_path / "a.npz", **a.state_dict())
    b.load_state_dict(np.load(tmp_path / "a.npz"))
    assert a(ones(4, 2)).tolist() == b(ones(4, 2)).tolist()
    with pytest.raises(ValueError, match="missing .*weight"):
        Linear(2, 3).load_state_dict(np.load(tmp_path / "a.npz"))


def test_a_state_that_does_not_fit_changes_nothing():
    a, state = Linear(2, 3), Linear(2, 3).state_dict()
    before = a.weight.tolist()
    for wrong, says in [(state | {"extra": 1}, "extra"), ({"weight": state["weight"]}, "bias"),
                        (state | {"bias": np.ones(4)}, r"\(4,\)")]:
        with pytest.raises(ValueError, match=says):
            a.load_state_dict(wrong)
    assert a.weight.tolist() == before


def test_the_repr_shows_the_tree():
    text = repr(Sequential(Linear(3, 4), relu, Dropout(0.1), Linear(4, 2, bias=False)))
    assert text.splitlines() == ["Sequential(", "  (0): Linear(3, 4)", "  (1): relu", "  (2): Dropout(p=0.1)",
                                 "  (3): Linear(4, 2, bias=False)", ")"]


def test_a_model_goes_through_pickle():
    model, x = MLP(2, [4, 1], rng=0), [[0.5, -1.0], [2.0, 3.0]]
    again = pickle.loads(pickle.dumps(model))
    assert again(x).tolist() == model(x).tolist() and again.parameters()[0] is not model.parameters()[0]
    assert all(p.requires_grad for p in again.parameters())


@pytest.mark.parametrize("function", [absolute, exp, log, negate, relu, sqrt, tanh], ids=lambda f: f.__name__)
def test_a_function_among_the_layers_goes_through_pickle(function):
    assert pickle.loads(pickle.dumps(Sequential(function)))[0] is function


@pytest.mark.parametrize("new", [
    lambda w: w - 0.1 * w.grad, lambda w: w * 0.9, lambda w: -w.grad, lambda w: np.float32(0), lambda w: 0.0,
    lambda w: [[1.0, 2.0]], lambda w: Linear(1, 2)],
    ids=["a step", "a decay", "an array", "a NumPy number", "a number", "a list", "a module"])
def test_a_parameter_is_not_replaced_by_what_would_never_learn(new):
    layer = Linear(1, 2)
    layer([[1.0]]).sum().backward()
    weight = layer.weight
    for block in (nullcontext(), no_grad()):
        with block, pytest.raises(TypeError, match=r"^Linear: weight is a parameter.*layer\.weight\.data = "):
            layer.weight = new(weight)
    layer.zero_grad()
    with pytest.raises(TypeError, match="weight is a parameter"):
        layer.weight *= 0.5  # with a gradient `*=` itself refuses
    assert layer.weight is weight and layer.parameters() == [weight, layer.bias]


class Line(Linear):
    "A layer that computes its first weight before it has one, and keeps its last result."

    def __init__(self):
        self.weight = ones(2, 1, requires_grad=True) * 2
        self.weight = Tensor(self.weight.data, requires_grad=True)
        self.in_features, self.out_features, self.bias = 2, 1, None

    def forward(self, x):
        self.last = super().forward(x)
        return self.last


def test_a_parameter_may_be_replaced_shared_frozen_and_left_out():
    a, b = Line(), Linear(2, 1, rng=0)
    assert [a([[1.0, 2.0]]).item(), a([[0.0, 1.0]]).item(), a.last.item()] == [6, 2, 2]
    a.weight = b.weight
    with no_grad():
        b.weight = ones(2, 1, requires_grad=True)
    assert a.parameters()[0] is not b.parameters()[0] and len(b.parameters()) == 2
    a.weight = Tensor([[1.0], [3.0]])
    b.bias = None
    assert a.parameters() == [] and len(b.parameters()) == 1 and a([[1.0, 2.0]]).item() == 7
    a.weight = a.weight * 2
    assert a([[1.0, 2.0]]).item() == 14, "what does not learn may be anything"


def test_a_copied_model_still_learns_and_still_minds_its_parameters():
    model = copy.deepcopy(MLP(2, [4, 1], rng=0))
    before = model[0].weight.data
    model([1.0, 2.0]).sum().backward()
    for p in model.parameters():
        p.data = p.data - 0.1 * p.grad
    assert not np.array_equal(model[0].weight.data, before)
    with pytest.raises(TypeError, match="weight is a parameter"):
        model[0].weight = before

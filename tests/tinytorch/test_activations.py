"""Activations at the extremes, as functions, methods and classes; their slopes stand in the table of operations."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tinytorch import (
    GELU,
    LeakyReLU,
    LogSoftmax,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
    Tensor,
    gelu,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    softmax,
    tanh,
)
from tinytorch.nn import activations

PAIRS = [(relu, F.relu), (leaky_relu, F.leaky_relu), (sigmoid, torch.sigmoid), (tanh, torch.tanh), (gelu, F.gelu),
         (lambda x: gelu(x, "tanh"), lambda x: F.gelu(x, approximate="tanh")),
         (softmax, lambda x: torch.softmax(x, -1)), (log_softmax, lambda x: torch.log_softmax(x, -1))]
CLASSES = [(ReLU(), relu), (Sigmoid(), sigmoid), (Tanh(), tanh), (LeakyReLU(0.2), lambda x: leaky_relu(x, 0.2)),
           (GELU(), gelu),
           (GELU("tanh"), lambda x: gelu(x, "tanh")), (Softmax(axis=0), lambda x: softmax(x, 0)),
           (LogSoftmax(axis=0), lambda x: log_softmax(x, 0))]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("ours, theirs", PAIRS)
def test_values_and_gradients_are_finite_and_pytorchs_at_extremes(ours, theirs, dtype):
    values = np.array([[-1e4, -800, -89, -20, -1.7, -1e-3], [0.3, 1, 16, 88.8, 800, 1e4]], dtype)
    x, y = Tensor(values, requires_grad=True), torch.tensor(values, requires_grad=True)
    result, expected = ours(x), theirs(y)
    g = np.linspace(1, 2, 12, dtype=dtype).reshape(2, 6)
    result.backward(g)
    expected.backward(torch.tensor(g))
    tolerance = 1e-9 if dtype == np.float64 else 5e-5
    assert result.dtype == x.grad.dtype == dtype
    np.testing.assert_allclose(result.data, expected.detach().numpy(), rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(x.grad, y.grad.numpy(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("layer, function", CLASSES,
                         ids=lambda c: repr(c) if isinstance(c, activations.Activation) else "")
def test_a_class_is_its_function_with_options_and_learns_nothing(layer, function):
    x = Tensor(np.random.default_rng(0).normal(size=(3, 4)))
    np.testing.assert_array_equal(layer(x).data, function(x).data)
    assert layer.parameters() == []


def test_every_class_of_activations_is_tested():
    known = {c for c in vars(activations).values() if isinstance(c, type) and issubclass(c, activations.Activation)}
    assert known - {activations.Activation} == {type(layer) for layer, _ in CLASSES}


@pytest.mark.parametrize("layer, text", [(ReLU(), "ReLU()"), (LeakyReLU(0.2), "LeakyReLU(negative_slope=0.2)"),
                                         (Softmax(), "Softmax(axis=-1)"), (GELU("tanh"), "GELU(approximate='tanh')")])
def test_the_repr_shows_the_options(layer, text):
    assert repr(layer) == text


def test_numbers_lists_and_integers_are_welcome():
    assert sigmoid(0).item() == 0.5 and relu([-1, 2]).tolist() == [0,
                                                                   2] and tanh(Tensor(np.array(0))).dtype == np.float32
    assert softmax([0, 0]).tolist() == [0.5, 0.5] and gelu(0.0).item() == 0


def test_methods_are_the_functions():
    x = Tensor([[0.5, -2.0, 1.0]])
    for method, function in [(x.relu, relu), (x.sigmoid, sigmoid), (x.tanh, tanh), (x.softmax, softmax),
                             (x.log_softmax, log_softmax)]:
        assert method().tolist() == function(x).tolist()


def test_sigmoid_is_exact_where_it_is_tiny():
    assert sigmoid(np.float64(-700)).item() == pytest.approx(math.exp(-700), rel=1e-12)


def test_softmax_treats_each_row_alone_however_far_apart_the_rows_are():
    x = Tensor(np.array([[1e4, 1e4 + 1], [-1e4, -1e4 + 1], [0, 1]]))
    np.testing.assert_allclose(softmax(x).data, np.tile(softmax(np.array([0.0, 1.0])).data, (3, 1)), rtol=1e-12)


def test_a_class_of_minus_infinity_has_no_chance():
    x = np.array([0.0, -np.inf, 0.0])
    assert softmax(x).tolist() == [0.5, 0, 0.5] and log_softmax(x)[1].item() == -np.inf

"""TensorWeaver's first lesson: the line from Celsius to Fahrenheit."""

import numpy as np
import pytest

from tinytorch import Linear, Tensor, mse_loss

CELSIUS, FAHRENHEIT = Tensor([[0.0], [100.0]]), Tensor([[32.0], [212.0]])


def line(w, b):
    model = Linear(1, 1)
    model.load_state_dict({"weight": [[w]], "bias": [b]})
    return model


@pytest.mark.parametrize("w, b, loss", [(0.5, 10, 11794), (1.8, 32, 0)])
def test_the_loss_of_a_guess_and_of_the_truth(w, b, loss):
    assert mse_loss(line(w, b)(CELSIUS), FAHRENHEIT).item() == pytest.approx(loss, abs=1e-6)
    assert mse_loss(CELSIUS * w + b, FAHRENHEIT).item() == pytest.approx(loss, abs=1e-6)


def test_the_gradient_of_the_guess_by_hand():
    model = line(0.5, 10)
    mse_loss(model(CELSIUS), FAHRENHEIT).backward()
    assert model.weight.grad == pytest.approx(100 * (60 - 212))  # mean of 2 · error · input: the input 0 has no say
    assert model.bias.grad == pytest.approx((10 - 32) + (60 - 212))


def test_gradient_descent_finds_the_line():
    model, x = line(0.5, 10), (CELSIUS - 50) / 50  # scaled, or the two slopes differ ten-thousandfold
    for _ in range(200):
        loss = mse_loss(model(x), FAHRENHEIT)
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.1 * p.grad
    assert loss.item() < 1e-6
    w, b = model.weight.item() / 50, model.bias.item() - model.weight.item()
    assert (w, b) == pytest.approx((1.8, 32), abs=1e-3)
    assert isinstance(model.weight.data, np.ndarray)

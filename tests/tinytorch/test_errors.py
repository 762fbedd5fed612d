"""Bad input to every public function is refused: what happened, the values, and the next step."""

import inspect

import pytest
from error_cases import ERRORS
from loss_cases import collect

import tinytorch
from tinytorch.core import autograd
from tinytorch.nn import activations, layers

CASES = [pytest.param(*row, id=f"{name}-{i}") for name, rows in ERRORS.items() for i, row in enumerate(rows)]


@pytest.mark.parametrize("call, error, says", CASES)
def test_the_message_names_what_happened_the_values_and_the_next_step(call, error, says):
    with pytest.raises(error) as caught:
        call()
    message = str(caught.value)
    missing = [part for part in says.split("|") if part not in message]
    assert not missing, f"{message!r} does not say {missing}"
    assert "object" not in message.split() and "operands" not in message, f"Python's or NumPy's own words: {message}"


@pytest.mark.parametrize("call, error, says", CASES)
def test_the_error_does_not_show_the_error_behind_it(call, error, says):
    with pytest.raises(error) as caught:
        call()
    assert caught.value.__cause__ is None and (caught.value.__context__ is None or caught.value.__suppress_context__)


def own(module):
    "The functions and classes that a module defines and exports, but for operations and rules."
    rules = {rule for op in vars(tinytorch).values() for rule in getattr(op, "rules", None) or ()}
    found = {name: vars(module)[name] for name in module.__all__}
    return {name for name, value in found.items()
            if (inspect.isfunction(value) or inspect.isclass(value)) and not hasattr(value, "rules")
            and value not in rules}


# takes anything, is a base class, or serves the others: an error in it appears under their names
SERVANTS = {activations: {"Activation", "ReLU", "Sigmoid", "Tanh", "LeakyReLU", "GELU", "Softmax", "LogSoftmax",
                          "floats", "erf", "check_axis"},
            layers: {"as_input", "check_size", "check_probability", "walk", "inside", "named_leaves", "callables",
                     "initial",
                     "dropout_mask"},
            autograd: {"Graph", "describe", "no_grad", "unbroadcast", "newest_first", "receive", "first_gradient",
                       "rule", "spread", "operands",
                       "one_per_row"}}


def test_every_loss_refuses_bad_input():
    assert collect()[0].keys() <= ERRORS.keys()


@pytest.mark.parametrize("module", SERVANTS, ids=lambda m: m.__name__)
def test_every_public_function_of_the_other_modules_refuses_bad_input(module):
    assert own(module) - SERVANTS[module] <= ERRORS.keys()

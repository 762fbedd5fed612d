"""The recorded graph: size, reuse, what gradients are, and what is never recorded."""

import gc
import weakref
from contextlib import nullcontext

import numpy as np
import pytest
from checks import assert_gradients_are_slopes

from tinytorch import MLP, Tensor, mse_loss, no_grad, ones


def parameter(value):
    return Tensor(np.asarray(value, float), requires_grad=True)


def test_a_chain_of_100_000_operations_works_and_is_freed_without_recursion():
    x = parameter(1.0)
    y = x
    for _ in range(50_000):
        y = y * 1.0 + 1e-5
    y.backward()
    assert x.grad == 1.0
    del y
    gc.collect()


@pytest.mark.parametrize("when", ["before backward", "after backward"])
def test_a_deep_graph_is_freed_as_soon_as_nothing_holds_it(when):
    x = parameter(np.ones(3))
    y = first = x + 1
    for _ in range(50_000):
        y = y + 1
    if when == "after backward":
        y.sum().backward()
    watched = weakref.ref(first.data)
    del first, y
    gc.collect()
    assert watched() is None


def test_2_to_the_40_paths_are_walked_once_an_operation():
    x = parameter(1.0)
    y = x
    for _ in range(40):
        y = y + y
    y.backward()
    assert x.grad == 2.0**40


def test_reuse_of_a_node_adds_up():
    rng = np.random.default_rng(0)
    assert_gradients_are_slopes(lambda w: Tensor.__matmul__(w, w) @ w if isinstance(w, Tensor) else Tensor(w @ w @ w),
                                [rng.normal(size=(3, 3))])
    a = parameter([1.0, 2.0])
    (a + a).sum().backward()
    assert a.grad.tolist() == [2, 2]
    a.zero_grad()
    b = a * 3
    c = b.exp()
    (b * c + b / c).sum().backward()
    value = a.data * 3
    np.testing.assert_allclose(a.grad, 3 * (np.exp(value) * (1 + value) + np.exp(-value) * (1 - value)))


def test_gradients_of_two_losses_and_of_one_loss_twice_add_up():
    x = parameter([1.0, -2.0])
    first, second = (x**2).sum(), (3 * x).sum()
    first.backward()
    second.backward()
    assert x.grad.tolist() == [2 + 3, -4 + 3]
    x.zero_grad()
    shared = x * 2
    loss = (shared * shared).sum()
    loss.backward()
    once = x.grad.copy()
    loss.backward()
    assert x.grad.tolist() == (2 * once).tolist()


def test_a_gradient_shares_memory_with_nothing_and_can_be_written():
    a, b, c = parameter([1.0, 2.0]), parameter([3.0, 4.0]), parameter(np.ones((2, 2)))
    g = np.ones(2)
    (a + b).backward(g)
    c.T.reshape(4)[:2].backward(g)
    grads = [a.grad, b.grad, c.grad, g]
    assert not any(np.shares_memory(p, q) for i, p in enumerate(grads) for q in grads[:i])
    for x in (a, b, c):
        x.grad += 1
    assert b.grad.tolist() == [2, 2] and g.tolist() == [1, 1]


def test_leaves_get_gradients_in_their_own_precision():
    a, b = Tensor(np.ones(3, np.float32), requires_grad=True), Tensor(np.ones(3), requires_grad=True)
    (a * b).sum().backward()
    (a * b).sum().backward()
    assert a.grad.dtype == np.float32 and b.grad.dtype == np.float64


def test_what_was_retained_is_no_part_of_the_next_pass():
    x = parameter(2.0)
    middle = x * 3
    y = middle * 4
    for n in (1, 2, 3):
        y.backward(retain_grads=True)
        assert middle.grad == 4 and x.grad == n * 12


def test_results_in_between_drop_their_gradient_unless_asked_to_keep_it():
    x = parameter(2.0)
    y = x * x
    z = y * 3
    z.backward()
    assert y.grad is None and z.grad is None
    z.backward(retain_grads=True)
    assert y.grad == 3 and z.grad == 1


@pytest.mark.parametrize("step", ["p -= 0.1 * p.grad", "p += -0.1 * p.grad", "p *= 0.9", "p /= 2"])
@pytest.mark.parametrize("recorded", [True, False])
def test_a_step_that_would_leave_the_model_as_it_is_is_refused(step, recorded):
    "`for p in model.parameters(): p -= ...` names a new Tensor p, and nothing learns."
    model = MLP(2, [1], rng=0)
    (model([[1.0, 2.0]]) ** 2).sum().backward()
    before = model[0].weight.tolist()
    for p in model.parameters():
        with pytest.raises(TypeError, match=r"makes a new Tensor.*w\.data = w\.data [-+*/] "), no_grad() if not recorded else nullcontext():
            exec(step, {"p": p})
    for p in model.parameters():
        p.data -= 0.1 * p.grad
    assert model[0].weight.tolist() != before


def test_results_and_leaves_that_have_no_gradient_may_be_added_to():
    total, x = parameter(0.0), parameter(3.0)
    for _ in range(2):
        total += x * x
        total *= 2
    total.backward(retain_grads=True)
    total -= 1
    total /= 2
    assert total.item() == 26.5 and x.grad == 36 and total.inputs


def test_a_sum_may_begin_with_a_parameter_that_has_a_gradient():
    "As in `act = self.b; for w, x in ...: act += w * x`, which micrograd's neurons may do in each step."
    w, b = parameter(2.0), parameter(1.0)
    for _ in range(2):
        act = b
        act += w * 3
        act.backward()
    with no_grad():
        act = b
        act += w * 3
    assert (act.item(), b.item(), b.grad, w.grad) == (7, 1, 2, 6)


def test_a_tensor_in_the_place_of_an_array_is_told_at_the_next_operation():
    "`w.data = w - ...` would put a graph in every step's values, one deeper each time."
    w = parameter([1.0, 2.0])
    (w * w).sum().backward()
    w.data = w - 0.1 * w.grad
    for operate in (lambda: w * w, lambda: w.sum(), lambda: mse_loss(w, [1.0, 2.0]), lambda: w - 0.1 * w.grad):
        with pytest.raises(TypeError, match=r"a Tensor where an array is meant.*w\.data = w\.data - "):
            operate()


def test_a_slope_is_never_cut_off_to_a_whole_number():
    x = Tensor(np.array([1, 2]))
    x.requires_grad = True
    with pytest.raises(TypeError, match="float64.*int64"):
        (x * 1.5).sum().backward()
    assert x.grad is None


def test_a_leaf_is_its_own_gradient_of_1():
    x = parameter(2.0)
    x.backward()
    x.backward()
    assert x.grad == 2.0


def test_arrays_on_the_left_make_tensors():
    x = parameter([1.0, 2.0])
    for y in (np.array([3.0, 4.0]) * x, np.float64(3) * x, np.ones((3, 2)) - x, np.eye(2) @ x, np.ones(2) / x,
              np.ones(2) ** x):
        assert isinstance(y, Tensor) and y.requires_grad


def test_sum_over_an_axis_and_repeated_indices_give_back_what_they_took():
    x = parameter(np.arange(6.0).reshape(2, 3))
    (x.sum(axis=1) * np.array([1.0, 10.0])).sum().backward()
    assert x.grad.tolist() == [[1, 1, 1], [10, 10, 10]]
    x.zero_grad()
    x[[0, 0, 1], [2, 2, 0]].sum().backward()
    assert x.grad.tolist() == [[0, 0, 2], [1, 0, 0]]


def test_without_requires_grad_nothing_is_recorded_and_backward_says_so():
    y = Tensor([1.0]) * 2
    assert y.op is None and not y.requires_grad and not parameter(1.0).detach().requires_grad
    with pytest.raises(RuntimeError, match="requires_grad=True"):
        y.backward()


def test_an_interrupted_backward_leaves_no_half_gradients_in_between(monkeypatch):
    x = parameter([1.0])
    y = x.exp()
    z = y * 2
    with monkeypatch.context() as patch:
        patch.setattr(y.op, "rules", None)
        with pytest.raises(NotImplementedError, match="exp"):
            z.backward()
    x.zero_grad()
    z.backward()
    assert x.grad == pytest.approx(2 * np.e)


def test_a_loss_over_a_network_is_differentiable_to_every_parameter():
    model, x = MLP(3, [5, 2], rng=1, dtype=np.float64), ones(4, 3, dtype=np.float64)
    mse_loss(model(x), np.zeros((4, 2))).backward()
    assert all(p.grad.shape == p.shape and p.grad.any() for p in model.parameters())
    with no_grad():
        assert not mse_loss(model(x), np.zeros((4, 2))).requires_grad

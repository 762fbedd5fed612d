"""What a Tensor is: its dtype, its making, how it reads, compares, is indexed and shaped."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest

from tinytorch import Tensor, arange, full, get_default_dtype, ones, randn, set_default_dtype, where, zeros


@pytest.fixture
def float64_by_default():
    previous = set_default_dtype(np.float64)
    yield
    set_default_dtype(previous)


@pytest.mark.parametrize("data, dtype", [
    (1, np.float32), (2.5, np.float32), ([1, 2], np.float32), ([[1.0], [2.0]], np.float32), ([], np.float32),
    (True, np.bool_), ([True, False], np.bool_),
    (np.float64(1), np.float64), (np.ones(2), np.float64), (np.ones(2, np.float32), np.float32),
    (np.arange(3), np.int64),
    (np.arange(3, dtype=np.uint8), np.uint8), (Tensor(np.ones(2)), np.float64)])
def test_python_numbers_become_the_default_dtype_and_arrays_keep_theirs(data, dtype):
    assert Tensor(data).dtype == dtype


def test_dtype_overrules():
    assert Tensor(np.arange(3), dtype=np.float32).dtype == np.float32
    assert Tensor([1, 2], dtype=np.int64).dtype == np.int64


def test_the_default_dtype_can_be_changed(float64_by_default):
    assert get_default_dtype() == np.float64
    for x in (Tensor(1), zeros(2), ones(2), full((2,), 3), arange(3), randn(2)):
        assert x.dtype == np.float64


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_python_numbers_do_not_change_the_precision_of_what_they_meet(dtype):
    x = Tensor(np.ones((2, 2), dtype), requires_grad=True)
    for y in (x + 1, 1.5 - x, x * 2, 2 / x, x**2, 2**x, x.mean(), x.sum(axis=0), x.exp().log().sqrt().abs().clip(0, 1),
              where(x > 0, x, 0.0), x @ x, x.reshape(4), x.T, x[0], -x, x.max(), x.min(), x.sigmoid(), x.softmax(),
              x.relu()):
        assert y.dtype == dtype
    assert x.sum().dtype == dtype and x[0, 0].dtype == dtype


def test_float32_and_float64_meet_in_float64():
    assert (Tensor([1.0]) + Tensor(np.ones(1))).dtype == np.float64


def test_a_number_is_a_tensor_of_shape_nothing():
    x = Tensor(3)
    assert x.shape == () and x.ndim == 0 and x.size == 1 and x.item() == 3.0 and float(x) == 3.0 and int(x) == 3
    assert (x + x).shape == () and bool(x) and isinstance(x.numpy(), np.ndarray)


def test_tensors_may_be_nested_in_lists():
    assert Tensor([[1, Tensor(2.0)], [Tensor(np.array(3)), 4]]).tolist() == [[1, 2], [3, 4]]


def test_the_memory_of_an_array_is_shared_and_no_operation_writes_to_it():
    a = np.arange(3.0)
    x = Tensor(a)
    assert np.shares_memory(x.numpy(), a) and np.shares_memory(x.detach().numpy(), a)
    y = x
    y += 1
    assert a.tolist() == [0, 1, 2] and y.tolist() == [1, 2, 3] and x.tolist() == [0, 1, 2]


@pytest.mark.parametrize("made, expected", [
    (zeros(2, 3), np.zeros((2, 3))), (ones(2), np.ones(2)), (full((2, 2), 7), np.full((2, 2), 7)), (zeros(), 0),
    (arange(3), [0, 1, 2]), (arange(1, 2, 0.5), [1, 1.5]), (arange(3, 0, -1), [3, 2, 1])])
def test_creation(made, expected):
    assert made.dtype == np.float32 and not made.requires_grad
    np.testing.assert_array_equal(made.data, np.asarray(expected, np.float32))


def test_random_numbers_come_from_the_generator_that_is_given():
    a, b = (randn(1000, 3, rng=np.random.default_rng(5)) for _ in "ab")
    assert a.tolist() == b.tolist() and abs(a.mean().item()) < 0.1 and abs((a * a).mean().item() - 1) < 0.1
    assert randn(2, 3, requires_grad=True).requires_grad and randn().shape == ()


@pytest.mark.parametrize("x, text", [
    (Tensor([1.0, 2.5]), "Tensor([1. , 2.5])"), (Tensor(3.0), "Tensor(3.)"),
    (Tensor(np.array([1.0]), requires_grad=True), "Tensor([1.], dtype=float64, requires_grad=True)"),
    (Tensor(np.array([1, 2])), "Tensor([1, 2], dtype=int64)"),
    (Tensor([[1.0], [2.0]]), "Tensor([[1.],\n        [2.]])")])
def test_repr(x, text):
    assert repr(x) == text


def test_the_repr_of_a_large_tensor_is_short():
    assert len(repr(zeros(1000, 1000))) < 500


def test_comparisons_give_booleans_and_record_nothing():
    x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    for y, expected in [(x == 2, [0, 1, 0]), (x != 2, [1, 0, 1]), (x < 2, [1, 0, 0]), (x <= 2, [1, 1, 0]),
                        (x > Tensor(2.0), [0, 0, 1]),
                        (x >= np.array([1, 3, 3]), [1, 0, 1]), (2 < x, [0, 0, 1]), (2 == x, [0, 1, 0])]:
        assert y.dtype == bool and y.tolist() == expected and not y.requires_grad


def test_tensors_are_told_apart_by_identity_in_sets_and_dicts():
    a, b = Tensor([1.0]), Tensor([1.0])
    assert len({a, b, a}) == 2 and {a: 1}[a] == 1


def test_len_iteration_and_unpacking():
    rows = list(Tensor([[1.0, 2.0], [3.0, 4.0]]))
    a, b = rows[1]
    assert len(rows) == 2 and (a.item(), b.item()) == (3, 4)


@pytest.mark.parametrize("key",
                         [0, -1, slice(1, None), (1, 2), (slice(None), 0), ..., None, (None, 1), [1, 0],
                          np.array([0, 0]),
                                 np.array([True, False]), (slice(None, None, -1), [2, 0]), np.int64(1), Ellipsis])
def test_indexing_is_that_of_numpy(key):
    a = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(Tensor(a)[key].data, a[key])


def test_tensors_are_indices_too():
    x = Tensor(np.arange(6.0).reshape(2, 3))
    assert x[Tensor(np.array([1, 0]))].tolist() == [[3, 4, 5], [0, 1, 2]] and x[x > 3].tolist() == [4, 5]
    assert x[Tensor(np.array(1)), Tensor(np.array(2))].item() == 5


def test_shapes():
    x = Tensor(np.arange(24.0).reshape(2, 3, 4))
    assert x.reshape(6, 4).shape == x.reshape((6, 4)).shape == x.reshape(-1,
                                                                         4).shape == x.reshape([6, -1]).shape == (6, 4)
    assert x.flatten().shape == (24,) and x.flatten(1).shape == (2, 12) and x.flatten(0, 1).shape == (6, 4)
    assert x.T.shape == (4, 3, 2) and x.transpose().shape == (2, 4, 3) and x.transpose(0, -1).shape == (4, 3, 2)
    assert x.permute(2, 0, 1).shape == x.permute((2, 0, 1)).shape == (4, 2, 3)
    assert Tensor(1.0).flatten().shape == (1,) and Tensor(1.0).T.shape == ()
    np.testing.assert_array_equal(x.permute(1, 2, 0).data, x.data.transpose(1, 2, 0))


def test_reductions():
    a = np.arange(24.0).reshape(2, 3, 4)
    x = Tensor(a)
    for name in ("sum", "mean", "max", "min"):
        for axis in (None, 0, -1, (0, 2)):
            for keepdims in (False, True):
                expected = getattr(a, name)(axis=axis, keepdims=keepdims)
                np.testing.assert_array_equal(getattr(x, name)(axis=axis, keepdims=keepdims).data, expected)


def test_the_gradient_of_a_minimum_goes_to_the_smallest():
    x = Tensor([3.0, 1.0, 2.0], requires_grad=True)
    x.min().backward()
    assert x.grad.tolist() == [0, 1, 0]


def test_numpy_functions_read_a_tensor():
    assert np.asarray(Tensor([1.0, 2.0])).tolist() == [1, 2] and np.linalg.norm(Tensor([3.0, 4.0])) == 5
    assert np.asarray(Tensor(3.0)) == 3 and np.asarray([Tensor(1.0), Tensor(2.0)]).tolist() == [1, 2]
    assert np.asarray(Tensor([1.0, 2.0]), np.float64).dtype == np.float64


def test_losses_kept_in_a_list_are_numbers_to_numpy_and_to_a_plot():
    losses = [Tensor([2.0, 4.0]).mean(), Tensor(1.0)]
    assert np.array(losses).tolist() == [3, 1] and np.mean(losses) == 2
    assert np.asarray(losses[0]).shape == () and np.asarray(Tensor([1.0]), dtype=np.float64).dtype == np.float64
    x = Tensor([1.0, 2.0])
    assert np.shares_memory(np.asarray(x), x.data) and not np.shares_memory(np.array(x), x.data)


def test_one_value_is_formatted_as_a_number_and_more_than_one_is_refused():
    loss = Tensor([[0.12345]], requires_grad=True)
    assert f"{loss:.2f}" == "0.12" and "{:>8.3f}".format(loss) == "   0.123" and f"{loss}" == repr(loss)
    with pytest.raises(ValueError, match="holds 2 values, not one"):
        f"{Tensor([1.0, 2.0]):.2f}"


def test_a_leaf_can_be_copied():
    x = Tensor([1.0], requires_grad=True)
    y = copy.deepcopy(x)
    y.data += 1
    assert x.tolist() == [1] and y.requires_grad


def test_a_result_is_copied_and_pickled_as_values_that_remember_nothing():
    x = Tensor([3.0, 1.0], requires_grad=True)
    for y in (x * x, (x * x).sum(), x.mean(), x.max(), where(x > 2, x, 0), x[x > 2], x.clip(0), x.reshape(2, 1)):
        for again in (copy.copy(y), copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
            assert again.tolist() == y.tolist() and again.dtype == y.dtype and y.requires_grad
            assert not again.requires_grad and again.op is None and again.inputs == ()


def test_a_long_chain_is_copied_without_recursion():
    y = x = Tensor([1.0], requires_grad=True)
    for _ in range(5000):
        y = y * 1.0
    assert pickle.loads(pickle.dumps(y)).tolist() == copy.deepcopy(y).tolist() == x.tolist()


def test_what_another_process_pickled_can_be_computed_with(tmp_path):
    "Its Tensors are of another count of births: a graph that came along would be walked in the wrong order."
    script = ("import pickle, sys; from tinytorch import Tensor; w = Tensor([1.0, 2.0], requires_grad=True)\n"
              "for _ in range(5000): w.detach()\n"
              "w.grad = w.data * 0; pickle.dump([w, w * w], open(sys.argv[1], 'wb'))")
    subprocess.run([sys.executable, "-c", script, tmp_path / "saved"], check=True)
    w, square = pickle.loads((tmp_path / "saved").read_bytes())
    (w * square * 3).sum().backward()
    assert w.grad.tolist() == [3, 12] and square.grad is None


@pytest.mark.parametrize("axis", [[0, 1], 1.0, "a"])
def test_an_axis_that_is_none_is_told_with_the_way_to_write_it(axis):
    for reduce in (Tensor.sum, Tensor.mean, Tensor.max):
        with pytest.raises(TypeError, match=r"\(2, 3\) takes no axis .*axis=\(0, 1\)"):
            reduce(ones(2, 3), axis=axis)


def test_the_lists_that_where_takes_have_the_default_dtype_as_elsewhere():
    x = Tensor([1.0, -2.0])
    assert where(x > 0, x, [0, 5]).dtype == (x + [0, 5]).dtype == np.float32


def test_one_size_is_a_shape_for_full_as_in_numpy():
    assert full(3, 0.5).tolist() == [0.5, 0.5, 0.5]

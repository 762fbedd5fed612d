"""Switching the memory off, and looking at it."""

import numpy as np
import pytest

from tinytorch import Tensor, draw, no_grad


@pytest.fixture
def x():
    return Tensor([1.0, 2.0], requires_grad=True)


def test_no_grad_may_be_nested_and_ends_where_it_began(x):
    with no_grad():
        with no_grad():
            assert not (x * 2).requires_grad
        assert not (x * 2).requires_grad
    assert (x * 2).requires_grad


def test_no_grad_ends_when_an_exception_leaves_it(x):
    with pytest.raises(ZeroDivisionError):
        with no_grad():
            raise ZeroDivisionError
    assert (x * 2).requires_grad


def test_no_grad_decorates_even_a_recursive_function(x):
    @no_grad()
    def double(n):
        return double(n - 1) if n else x * 2
    assert not double(3).requires_grad and (x * 2).requires_grad


def test_one_no_grad_may_be_entered_twice(x):
    off = no_grad()
    with off, off:
        pass
    assert (x * 2).requires_grad


def test_results_of_no_grad_keep_the_values_of_parameters_in_a_later_graph(x):
    with no_grad():
        y = x * 2
    (x * y).sum().backward()
    assert x.grad.tolist() == [2, 4]


def test_a_drawing_shows_every_node_once_with_its_name_value_and_gradient():
    a, b = Tensor(2.0, requires_grad=True), Tensor(-3.0, requires_grad=True)
    c = a * b
    d = (c + a).relu() + 5
    d.backward()
    text = draw(d, a=a, b=b, out=d).mermaid
    nodes = [line for line in text.splitlines() if '["' in line]
    assert len(nodes) == 7  # a, b, c, c + a, relu, 5 and d
    assert len({line.split("[")[0] for line in nodes}) == 7
    assert sum(text.count(f'"{name} | ') for name in ("a", "b", "out")) == 3
    assert "a | 2 | grad" in text and "b | -3 | grad" in text and "out | 5" in text
    assert text.count("((") == 4 and text.startswith("graph")


def test_a_drawing_shows_arrays_by_their_shape_and_no_options():
    x = Tensor(np.ones((2, 3)), requires_grad=True)
    y = x.sum(axis=1, keepdims=True)
    y.backward(np.ones((2, 1)))
    text = draw(y, x=x).mermaid
    assert "shape (2, 3)" in text and "shape (2, 1)" in text and len([n for n in text.splitlines() if '["' in n]) == 2


def test_a_second_tensor_is_not_taken_for_the_limit(x):
    with pytest.raises(TypeError, match="draw"):
        draw(x * 2, x)


def test_jupyter_is_given_mermaid():
    x = Tensor(1.0, requires_grad=True)
    drawing = draw(x * x)
    bundle = drawing._repr_mimebundle_()
    assert bundle["text/vnd.mermaid"] == drawing.mermaid and "text/plain" in bundle
    assert bundle["text/markdown"] == f"```mermaid\n{drawing.mermaid}\n```"


def test_a_graph_too_large_to_read_is_refused_with_the_limit():
    y = Tensor(1.0, requires_grad=True)
    for _ in range(100):
        y = y + y
    assert draw(y).mermaid
    with pytest.raises(ValueError, match="50"):
        draw(y, limit=50)

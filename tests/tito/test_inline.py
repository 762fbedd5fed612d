"""What the inline checks say: of a changed input, a fixed dtype, a missing factor, and in which words."""

import numpy as np
import pytest

from tinytorch import Tensor
from tinytorch.core import autograd  # noqa: F401  gives Tensor its backward
from tinytorch.core.tensor import binary, unary
from tinytorch.nn import Linear
from tito.inline import expect, expect_flow, expect_gradient
from tito.values import shown


def said(check, *args, **options):
    with pytest.raises(AssertionError) as told:
        check(*args, **options)
    return str(told.value)


@unary
def square(x):
    return x * x


square.rules = (lambda g, out, x: 2 * g * x,)


@unary
def halved(x):
    x /= 2
    return x


def in_place(x):
    x *= x
    return x


def two():
    return Tensor([[1.0, 2.0]], requires_grad=True)


def test_who_changes_an_array_that_was_given_is_told_that_first():
    told = said(expect, in_place, np.array([2.0, 3.0]), gives=[0.0, 0.0])
    assert told == (
        "in_place changed the array it was given: work on a copy\n  it was   [2.0, 3.0]\n  it is    [4.0, 9.0]"
    )
    assert said(expect, in_place, x=np.array([2.0]), gives=[4.0]).startswith("in_place changed the array")
    assert said(expect, halved, two(), gives=[[0.5, 1.0]]).startswith("halved changed the array it was given")
    assert said(expect_flow, halved, two()).startswith("halved changed the array it was given")
    assert said(expect_gradient, halved, two()).startswith("halved changed the array it was given")


def test_what_a_function_takes_from_the_test_around_it_counts_as_given():
    target = Tensor([2.0])
    assert said(expect, lambda p: p * halved(target), two(), gives=0.0).startswith("halved changed the array")


def test_what_a_method_is_of_counts_as_given():
    class Numbers(np.ndarray):
        def halved(self):
            self /= 2
            return self

    told = said(expect, np.array([2.0]).view(Numbers).halved, gives=[1.0])
    assert told.startswith("halved changed the array it was given")


def test_a_rule_that_changes_an_input_what_arrives_or_the_result_is_told():
    def rule(g, out, x):
        x *= 2
        return g * x

    def upstream(g, out, x):
        g *= 2 * x
        return g

    def result(g, out, x):
        out *= 0
        return g * 2 * x

    told = "a rule of square changed the array it was given: work on a copy"
    for each in (rule, upstream, result):
        assert said(expect_gradient, missing(each), two()).startswith(told)


def test_equal_numbers_of_another_kind_or_not_a_number_are_no_change():
    expect(lambda x: x * 1, np.array([np.nan, 1.0]), gives=[np.nan, 1.0])
    expect(lambda x: x[::2] * 1, np.arange(6)[::2], gives=[0, 4])


@binary
def added(a, b):
    total = np.array(a)
    total += b
    return total


def single(x):
    return Tensor(0.0) + unary(lambda a: np.square(a).astype(np.float32))(x)


def test_a_dtype_that_is_fixed_in_the_code_is_told():
    told = "single computes in float32 though it was given float64: is a dtype fixed in your code?"
    assert said(expect_flow, single, two()) == told
    scale = Tensor([[3.0, 5.0]])
    assert said(expect_flow, lambda x: single(scale * x), two()) == told
    expect_flow(square, two())
    expect_flow(lambda x: added(scale, x), two())
    assert scale.dtype == np.float32, "what the test holds is as it was"


def test_what_comes_with_a_precision_of_its_own_need_not_give_float64():
    layer, x = Linear(2, 3, rng=0), two()
    expect_flow(lambda b: setattr(layer, "bias", b) or layer(x), layer.bias)
    expect_flow(layer, x)


def test_a_result_that_is_none_is_a_missing_return_and_no_lost_graph():
    def nothing(x):
        x * x

    assert said(expect_flow, nothing, two()).endswith("got      None, is a return missing?")
    assert said(expect_gradient, nothing, two()).endswith("got      None: is a return missing?")
    assert "computed from .data?" in said(expect_flow, lambda x: Tensor(x.data), two())


def times(factor, of):
    def loss(pred, target, reduction="mean"):
        terms = (pred - target) ** 2
        return factor * (terms.sum() if of(reduction) == "sum" else terms.mean())

    return loss


ROWS = np.array([[1.0], [3.0]]), np.zeros((2, 1))
SUM, MEAN = "the sum where the mean is asked", "the mean where the sum is asked"


@pytest.mark.parametrize("asked", [("sum",), {"reduction": "sum"}])
def test_the_sum_that_was_asked_for_is_not_told_to_be_one_where_the_mean_is(asked):
    call = {"gives": 10.0} | (asked if isinstance(asked, dict) else {})
    places = asked if isinstance(asked, tuple) else ()
    told = said(expect, times(2, lambda r: r), *ROWS, *places, **call)
    assert told.endswith("that is  exactly 2 times the expected value")
    told = said(expect, times(1, lambda r: "mean"), *ROWS, *places, **call)
    assert told.endswith(f"half the expected value, or {MEAN} (2 rows)")


def test_the_mean_that_is_asked_for_by_default_is_not_told_to_be_one_where_the_sum_is():
    assert said(expect, times(0.5, lambda r: r), *ROWS, gives=5.0).endswith("that is  half the expected value")
    told = said(expect, times(1, lambda r: "sum"), *ROWS, gives=5.0)
    assert told.endswith(f"exactly 2 times the expected value, or {SUM} (2 rows)")


def test_where_no_reduction_can_be_asked_both_are_told():
    assert MEAN in said(expect, lambda x: x.mean(), np.array([1.0, 2.0, 6.0]), gives=9.0)
    assert SUM in said(expect, lambda x: x.sum(), np.array([1.0, 2.0, 6.0]), gives=3.0)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([np.float32(0.6837722), np.float64(2), 3], "[0.6837722, 2.0, 3]"),
        ([[np.int64(1), True], (np.float32(0.1),)], "[[1, True], (0.1,)]"),
        ([Tensor([0.1]), "mean", None], "[[0.1], 'mean', None]"),
        ([], "[]"),
        ((3, 4), "(3, 4)"),
    ],
)
def test_a_list_shows_plain_numbers(value, text):
    assert shown(value) == text


def test_a_long_list_is_cut_between_two_numbers():
    numbers = [round(n / 7, 6) for n in range(60)]
    text = shown(numbers)
    kept = text.removesuffix(", ...").removeprefix("[").split(", ")
    assert text.endswith(", ...") and len(text) <= 210
    assert [float(each) for each in kept] == numbers[: len(kept)]


def missing(rule, forward=np.square, make=unary):
    op = make(forward)
    op.rules = rule if isinstance(rule, tuple) else (rule,)
    return op


def test_a_short_gradient_that_arrives_is_shown_and_is_said_to_be_missing_where_it_is():
    told = said(expect_gradient, missing(lambda g, out, x: 2 * x), two()).splitlines()
    assert told[3:] == [
        "  with g   [[1.136962, 0.7697867]]",
        "  that is  the expected gradient without the factor g: is g missing?",
    ]
    told = said(expect_gradient, missing(lambda g, out, x: g * x), two())
    assert "with g   [[1.1" in told and "half the expected value" in told and "missing" not in told
    assert "with g" not in said(expect_gradient, missing(lambda g, out, x: 2 * x), Tensor(np.ones((4, 5))))


def test_a_missing_g_is_seen_where_the_result_is_smaller_than_the_input():
    total = missing(lambda g, out, x: np.ones_like(x), forward=lambda x: x.sum(axis=0))
    assert "is g missing?" in said(expect_gradient, total, two())
    both = missing((lambda g, out, a, b: g * b, lambda g, out, a, b: a), np.multiply, binary)
    assert "is g missing?" in said(expect_gradient, both, two(), Tensor([[3.0, 5.0]]))

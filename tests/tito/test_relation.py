"""A wrong value is told by what it is of the right one, where that is simple; else nothing is said."""

import numpy as np
import pytest

from tito.inline import expect
from tito.running.relation import relation

X = np.arange(1, 13).reshape(3, 4) / 7
V = np.array([1.5, -2.0, 4.0])

FACTS = [
    # got, want, inputs, the fact
    (2 * V, V, (), "exactly 2 times the expected value"),
    (V / 2, V, (), "half the expected value"),
    (-V, V, (), "the sign is turned"),
    (-1.5, 1.5, (), "the sign is turned"),
    (X.sum(), X.mean(), (X,), "the sum where the mean is asked (12 elements)"),
    (X.mean(), X.sum(), (X,), "the mean where the sum is asked (12 elements)"),
    (X.sum() / 3, X.sum() / 12, (X,), "the sum where the mean is asked (4 columns)"),
    (X.sum(0), X.mean(0), (X,), "the sum where the mean is asked (3 rows)"),
    (V[:2].sum(), V[:2].mean(), (V[:2],), "exactly 2 times the expected value, or the sum where the mean is asked (2"),
    (V**2, V, (), "the square of the expected value"),
    (np.sqrt(abs(V)), abs(V), (), "the square root of the expected value"),
    (4.0, 2.0, (), "exactly 2 times the expected value, or the square of the expected value"),
    (1 - X, X, (), "1 minus the expected value"),
    (np.log2(X), np.log(X), (), "in units of ln 2"),
    (X.T, X, (), "the expected value transposed"),
    (X[:, :3].T, X[:, :3], (), "the expected value transposed"),
    (V[::-1], V, (), "in reverse order"),
    (V * 0, V, (), "zero everywhere"),
    (X, X.mean(), (X,), "not reduced: the mean of these 12 is the expected value"),
    (X, X.sum(), (X,), "not reduced: the sum of these 12 is the expected value"),
    (X.mean(), X, (X,), "reduced to the mean of the 12 expected values"),
    (X.reshape(12), X, (X,), "the right numbers in another shape"),
    (np.array([1.0, np.nan, 2.0]), V, (), "NaN in 1 of 3 entries"),
    (np.inf, 1.0, (), "infinite"),
    (V + 1, V, (), "1 too much in every entry"),
    (V - 0.5, V, (), "0.5 too little in every entry"),
    (3 * V, V, (), "3 times the expected value in every entry"),
]


@pytest.mark.parametrize(("got", "want", "inputs", "fact"), FACTS)
def test_a_simple_relation_is_told(got, want, inputs, fact):
    assert fact in relation(got, want, inputs)
    single = [np.asarray(a, dtype=np.float32) for a in (got, want)]
    assert fact in relation(*single, inputs), "in float32 too"


@pytest.mark.parametrize(
    ("got", "want"),
    [(V, V), (0.0, 0.0), (1.37, 1.0), (np.array([1.0, 5.0, 2.0]), V), (np.array([]), V), ("x", 1.0), (V, X)],
)
def test_where_nothing_simple_relates_them_nothing_is_said(got, want):
    assert relation(got, want) == ""


def test_the_relation_of_random_values_is_silent():
    rng = np.random.default_rng(0)
    told = [relation(rng.normal(size=5), rng.normal(size=5), (rng.normal(size=(5, 3)),)) for _ in range(300)]
    assert not any(told)


def test_a_failing_expect_tells_it():
    def total(x):
        return np.sum(x)

    with pytest.raises(AssertionError) as raised:
        expect(total, np.array([1.0, 2.0, 9.0]), gives=4.0)
    assert str(raised.value).splitlines() == [
        "total([1.0, 2.0, 9.0])",
        "  expected 4.0",
        "  got      12.0",
        "  that is  the sum where the mean is asked (3 elements)",
    ]


def test_a_shape_that_is_not_reduced_is_told():
    with pytest.raises(AssertionError, match="that is  not reduced: the mean of these 3 is the expected value"):
        expect(lambda x: x, np.array([1.0, 2.0, 6.0]), gives=3.0)

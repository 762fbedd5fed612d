"""Laws that hold whatever the numbers are, tried on many random ones by hypothesis."""

import numpy as np
import pytest
from checks import Fixed, gradients
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from loss_cases import LOSSES, collect

from tinytorch import Tensor, exp, log_softmax, softmax
from tinytorch.nn.losses import (
    bce_loss,
    bce_with_logits_loss,
    cosine_embedding_loss,
    cross_entropy_loss,
    hinge_loss,
    huber_loss,
    kl_div_loss,
    l1_loss,
    l1_regularization,
    l2_loss,
    mse_loss,
    nll_loss,
    triplet_loss,
)

settings.register_profile("laws", max_examples=30, deadline=None, derandomize=True)
settings.load_profile("laws")

FUNCTIONS, _ = collect()
near, shapes = st.floats(-50, 50), hnp.array_shapes(max_dims=3, max_side=5)
arrays = hnp.arrays(np.float64, shapes, elements=near)
scores = hnp.arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(2, 6)), elements=near)
seeds = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def close(a, b, tolerance=1e-9):
    np.testing.assert_allclose(getattr(a, "data", a), getattr(b, "data", b), rtol=tolerance, atol=tolerance)


def classes(rng, x):
    return rng.integers(0, x.shape[1], len(x))


def drawn(rng, key):
    "Inputs for a loss, as arrays, and which of them get gradients."
    case = LOSSES[key]
    inputs = case.inputs(rng, case.shapes[-1])
    return [x.value if isinstance(x, Fixed) else x for x in inputs]


every_loss = pytest.mark.parametrize("key", LOSSES, ids="-".join)


@given(scores, st.floats(-1000, 1000), seeds)
def test_softmax_and_cross_entropy_do_not_see_a_shift_of_all_scores(x, shift, rng):
    t = classes(rng, x)
    close(softmax(x + shift), softmax(x))
    close(cross_entropy_loss(x + shift, t), cross_entropy_loss(x, t))
    close(gradients(cross_entropy_loss, x + shift, Fixed(t))[0], gradients(cross_entropy_loss, x, Fixed(t))[0])


@given(scores)
def test_softmax_is_a_distribution_and_log_softmax_its_logarithm(x):
    p = softmax(x)
    close(p.sum(axis=-1), np.ones(len(x)))
    assert (p.data >= 0).all()
    close(exp(log_softmax(x)), p)
    close(softmax(x.T, axis=0).T, p)


@given(scores, seeds)
def test_the_gradient_of_cross_entropy_sums_to_zero_in_each_row(x, rng):
    close(gradients(cross_entropy_loss, x, Fixed(classes(rng, x)))[0].sum(axis=1), np.zeros(len(x)))


@given(scores, seeds)
def test_the_names_of_the_classes_do_not_matter(x, rng):
    t, order = classes(rng, x), rng.permutation(x.shape[1])
    close(cross_entropy_loss(x[:, order], np.argsort(order)[t]), cross_entropy_loss(x, t))


@given(scores, seeds)
def test_cross_entropy_of_indices_is_that_of_one_hot_rows_and_nll_of_log_softmax(x, rng):
    t = classes(rng, x)
    expected = cross_entropy_loss(x, t)
    close(cross_entropy_loss(x, np.eye(x.shape[1])[t]), expected)
    close(nll_loss(log_softmax(x), t), expected)
    close(nll_loss(log_softmax(x), np.eye(x.shape[1])[t]), expected)


@given(scores, seeds)
def test_equal_class_weights_change_nothing(x, rng):
    t = classes(rng, x)
    close(cross_entropy_loss(x, t, weight=np.full(x.shape[1], 3.0)), cross_entropy_loss(x, t))


@given(hnp.arrays(np.float64, shapes, elements=st.floats(-20, 20)), seeds)
def test_bce_with_logits_is_bce_of_sigmoid_and_two_class_cross_entropy(x, rng):
    t = rng.integers(0, 2, x.shape)
    close(bce_with_logits_loss(x, t), bce_loss(Tensor(x).sigmoid(), t), 1e-6)
    pairs = np.stack([np.zeros(x.size), x.ravel()], axis=1)
    close(bce_with_logits_loss(x, t), cross_entropy_loss(pairs, t.ravel()))
    close(bce_with_logits_loss(-x, 1 - t), bce_with_logits_loss(x, t))
    close(bce_with_logits_loss(x, t, pos_weight=1.0), bce_with_logits_loss(x, t))


@given(arrays, seeds)
def test_distances_are_symmetric_and_scale(x, rng):
    y, k = rng.normal(size=x.shape), 3.0
    for loss in (mse_loss, l1_loss, huber_loss):
        close(loss(x, y), loss(y, x))
        close(loss(x + 5, y + 5), loss(x, y), 1e-7)
    close(mse_loss(k * x, k * y), k**2 * mse_loss(x, y))
    close(l1_loss(k * x, k * y), k * l1_loss(x, y))
    close(huber_loss(k * x, k * y, delta=k), k**2 * huber_loss(x, y))
    close(l2_loss(k * x), k**2 * l2_loss(x))
    close(l1_regularization(k * x), k * l1_regularization(x))


@given(arrays, seeds, st.floats(0.1, 5))
def test_huber_lies_between_zero_and_half_the_squared_error_and_is_linear_far_away(x, rng, delta):
    y = rng.normal(size=x.shape)
    terms, d = huber_loss(x, y, delta=delta, reduction="none").data, abs(x - y)
    assert (terms <= d**2 / 2 + 1e-12).all() and (terms >= 0).all()
    close(terms[d > delta], delta * (d - delta / 2)[d > delta])


@given(scores, seeds)
def test_the_divergence_is_never_negative_and_zero_for_equal_distributions(x, rng):
    p, logp = softmax(rng.normal(size=x.shape)), log_softmax(x)
    assert kl_div_loss(logp, p, reduction="batchmean").item() >= -1e-12
    close(kl_div_loss(logp, softmax(x)), 0.0)
    entropy = -(p * p.log()).sum() / len(x)
    close(kl_div_loss(logp, p, reduction="batchmean") + entropy, cross_entropy_loss(x, p))


@given(seeds, st.floats(0.1, 10))
def test_the_length_of_a_direction_does_not_matter(rng, k):
    a, b, t = rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), np.array([1, -1, -1, 1])
    close(cosine_embedding_loss(k * a, b, t), cosine_embedding_loss(a, b, t))
    close(cosine_embedding_loss(b, a, t), cosine_embedding_loss(a, b, t))


def test_a_perfect_prediction_costs_nothing(rng):
    x = rng.normal(size=(4, 3))
    signs, labels = np.sign(x), (x > 0).astype(float)
    assert mse_loss(x, x).item() == l1_loss(x, x).item() == huber_loss(x, x).item() == 0
    assert hinge_loss(2 * signs, signs).item() == bce_loss(labels, labels).item() == 0
    assert bce_with_logits_loss(1e4 * signs, labels).item() == 0
    assert cross_entropy_loss(1e4 * np.eye(4), np.arange(4)).item() == 0
    assert triplet_loss(x, x, x + 100).item() == 0
    assert abs(cosine_embedding_loss(x, 3 * x, np.ones(4)).item()) < 1e-12
    assert l2_loss(0 * x).item() == l1_regularization(0 * x).item() == 0


@every_loss
@settings(max_examples=5)
@given(rng=seeds)
def test_mean_times_the_number_of_terms_is_the_sum_and_both_follow_from_the_terms(key, rng):
    inputs, loss = drawn(rng, key), FUNCTIONS[key[0]]
    terms = loss(*inputs, reduction="none").data
    close(loss(*inputs, reduction="sum"), terms.sum())
    close(loss(*inputs), terms.sum() / terms.size)


@every_loss
@settings(max_examples=5)
@given(rng=seeds)
def test_no_term_of_a_loss_is_negative_but_of_those_that_take_logarithms_of_anything(key, rng):
    terms = FUNCTIONS[key[0]](*drawn(rng, key), reduction="none").data
    assert (terms >= 0).all() or key[0] in ("kl_div_loss", "nll_loss")


@every_loss
@settings(max_examples=5)
@given(rng=seeds)
def test_the_order_of_the_batch_does_not_matter(key, rng):
    inputs, loss = drawn(rng, key), FUNCTIONS[key[0]]
    order = rng.permutation(len(inputs[0]))
    close(loss(*[x[order] for x in inputs]), loss(*inputs))


@every_loss
@settings(max_examples=5)
@given(rng=seeds)
def test_a_loss_scaled_scales_its_gradient(key, rng):
    inputs, loss = drawn(rng, key), FUNCTIONS[key[0]]
    inputs = [inputs[0], *map(Fixed, inputs[1:])]
    close(gradients(lambda *x: loss(*x) * -3, *inputs)[0], -3 * gradients(loss, *inputs)[0])

"""The losses exam: inputs only, every aspect of every exercise, and inputs that hide no mistake."""

import types

import numpy as np
import pytest

import tinytorch
from tinytorch.core.tensor import Tensor
from tito.grading import exam
from tito.grading.judge import judge
from tito.grading.sheet import ANSWERED, Answer
from tito.grading.worker import answer as worker

# Functions on arrays have no reductions, no graph, and leave the refusing to the losses that call them.
ARRAY_FUNCTIONS = {"log_sum_exp", "softmax_cross_entropy_gradient"}


@pytest.fixture(scope="module")
def questions(losses):
    return exam.load(losses.exam.read_text(encoding="utf-8"))


def answers(questions, tt):
    """What each question answers when it is asked of the namespace `tt`."""
    return {q.name: q.ask(tt, np.random.default_rng(i)) for i, q in enumerate(questions)}


def flat(answer):
    """The values of an answer as plain arrays, numbers and texts."""
    entries = list(answer.values()) if isinstance(answer, dict) else answer
    for entry in entries if isinstance(entries, (list, tuple)) else [entries]:
        yield entry.data if isinstance(entry, Tensor) else entry


def test_every_exercise_is_asked_on_every_aspect_that_applies(losses, questions):
    asked = {(question.exercise, question.aspect) for question in questions}
    for exercise in losses.read().exercises:
        aspects = ("value", "stability") if exercise.name in ARRAY_FUNCTIONS else exam.ASPECTS
        assert {aspect for name, aspect in asked if name == exercise.name} == set(aspects), exercise.name


def test_every_loss_is_asked_for_each_reduction_by_itself(losses, questions):
    """The sum and the terms by a question each; the mean by its word as well as by default."""
    names = {question.name for question in questions}
    wanted = {e.name for e in losses.read().exercises} - ARRAY_FUNCTIONS
    assert {f"{name}_{word}" for name in wanted for word in ("of_a_batch", "sum", "none")} <= names
    for name in wanted - {"reduce_terms"}:
        tt = Watched()
        for question in questions:
            if question.exercise == name and question.aspect != "errors":
                question.ask(tt, np.random.default_rng(0))
        assert {"mean", "sum", "none", None} <= {options.get("reduction") for options in tt.options}, name


def test_the_exam_holds_no_expected_value(questions):
    """Asked of functions that answer NaN, no question answers anything but NaN, zeros, truth values and words."""

    def blank(*inputs, **options):
        return Tensor(np.array(np.nan))

    names = {question.exercise for question in questions}
    tt = types.SimpleNamespace(Tensor=Tensor, **dict.fromkeys(names, blank))
    for name, answer in answers(questions, tt).items():
        for value in flat(answer):
            if isinstance(value, str):
                assert value in ("accepted", "refused"), name
            elif not isinstance(value, bool):
                assert np.all(np.isnan(value) | (np.asarray(value) == 0)), name


def test_a_loss_that_always_refuses_or_always_accepts_does_not_answer_like_the_reference(questions):
    def always(error):
        def function(*inputs, **options):
            if error:
                raise ValueError("no")
            return 0.0

        return function

    errors = [question for question in questions if question.aspect == "errors"]
    key = answers(errors, tinytorch)
    for error in (True, False):
        tt = types.SimpleNamespace(Tensor=Tensor, **{q.exercise: always(error) for q in errors})
        assert not [name for name, answer in answers(errors, tt).items() if answer == key[name]]


class Watched:
    """The reference, remembering the arrays that its functions are called with."""

    def __init__(self):
        self.calls, self.options = [], []
        self.Tensor = Tensor

    def __getattr__(self, name):
        function = getattr(tinytorch, name)

        def watched(*inputs, **options):
            self.calls.append([np.array(x.data if isinstance(x, Tensor) else x) for x in inputs[:3]])
            self.options.append(options)
            return function(*inputs, **options)

        return watched


def test_inputs_of_values_hide_no_mistake(questions):
    """Never two columns, one row, as many rows as columns, or whole numbers alone; labels are never all equal."""
    for question in questions:
        if question.aspect != "value":
            continue
        tt = Watched()
        question.ask(tt, np.random.default_rng(0))
        for pred, *rest in tt.calls:
            assert pred.ndim != 2 or (pred.shape[1] > 2 and 1 < pred.shape[0] != pred.shape[1]), question.name
            assert np.any(pred != np.round(pred)), question.name
            for target in rest:
                assert target.size == 1 or np.ptp(target) > 0, question.name


def test_scores_of_17_and_far_more_are_asked(questions):
    for name in ("bce_with_logits_loss", "cross_entropy_loss", "log_sum_exp", "softmax_cross_entropy_gradient"):
        tt = Watched()
        for question in questions:
            if question.exercise == name and question.aspect == "stability":
                question.ask(tt, np.random.default_rng(0))
        assert max(np.abs(call[0]).max() for call in tt.calls) == 1e4, name


def test_gradient_questions_answer_whether_a_graph_was_there(questions):
    key = answers([q for q in questions if q.aspect == "gradient"], tinytorch)
    for name, answer in key.items():
        tensors = [value for value in answer.values() if isinstance(value, Tensor)]
        assert answer.get(exam.FLOWS, bool(tensors)) is True and all(x.requires_grad for x in tensors), name


def test_no_gradient_reaches_a_target(questions):
    ends = "_slope", "_slope_with_soft_targets"
    key = answers([q for q in questions if q.name.endswith(ends)], tinytorch)
    without = ("l2_loss", "l1_regularization", "triplet_loss", "cross_entropy_loss_slope", "nll_loss_slope")
    assert len(key) == len(without) + 10
    for name, answer in key.items():
        if name in [f"{loss}_slope" for loss in without[:3]] or name in without[3:]:  # no target, or one of indices
            continue
        slopes = [value for key, value in answer.items() if key.startswith("gradient")]
        assert np.all(slopes[-1] == 0) and np.any(slopes[0] != 0), name


def answer_of(value):
    """What a worker would hand in for this value."""
    form, keys, leaves = worker.flat(value, Tensor)
    return Answer(ANSWERED, form, tuple(keys), tuple(leaves))


def without_memory(name, input_number, entry):
    """The loss of the reference, in which one entry of one input has forgotten where it came from."""

    def function(*inputs, **options):
        x = inputs[input_number]
        kept = np.ones(x.shape)
        kept.flat[entry] = 0
        inputs = [*inputs[:input_number], x * kept + Tensor(x.data * (1 - kept)), *inputs[input_number + 1 :]]
        return getattr(tinytorch, name)(*inputs, **options)

    return types.SimpleNamespace(Tensor=Tensor, **{name: function})


def test_a_slope_that_one_entry_does_not_reach_is_wrong(questions):
    """All entries are moved at once: whatever slope a single one has must show in the one number that comes out."""
    planted = 0
    for question in [q for q in questions if q.name == f"{q.exercise}_slope"]:
        arrays = question.drawn(np.random.default_rng(3))
        tensors = [Tensor(x, requires_grad=x.dtype.kind == "f") for x in arrays]
        every = exam.gradient(tinytorch, getattr(tinytorch, question.exercise)(*tensors), *tensors)
        key = answer_of(question.ask(tinytorch, arrays))
        for n in range(len(arrays)):
            slopes = every[f"gradient of input {n + 1}"]
            for entry in np.flatnonzero(abs(slopes) > 1e-3):
                got = answer_of(question.ask(without_memory(question.exercise, n, entry), arrays))
                assert not judge(question, key, got).right, (question.name, n, entry)
                planted += 1
    assert planted > 200


def test_no_seed_asks_by_chance_for_scores_at_which_float32_has_lost_the_sigmoids_digits(questions):
    [asked] = [q for q in questions if q.name == "bce_with_logits_loss_of_other_shapes"]
    for seed in range(200):
        for scores, *_ in asked.drawn(np.random.default_rng(seed)):
            assert scores.dtype == np.float32 and np.abs(scores).max() < 6

"""The exams of all lessons: what they ask, and that nobody earns marks by doing nothing."""

import importlib
import types

import numpy as np
import pytest

from tinytorch.core.tensor import Tensor
from tito.author.release import student_edition
from tito.grading import exam, grade
from tito.grading.exam import ACCEPTED, REFUSED

# Where no array with unlike sizes is handed to a Tensor: names, scalars, or arrays that the functions take bare.
WITHOUT_ARRAYS = {
    "item", "representation", "unbroadcast", "newest_first", "no_grad", "walk", "parameters", "train_mode", "initial",
    "log_sum_exp", "softmax_cross_entropy_gradient", "softmax_classes", "gelu_rules",
}  # fmt: skip


@pytest.fixture(scope="module")
def questions(lesson):
    return exam.load(lesson.exam.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def reference(course, lesson):
    """What a worker calls tt: names of the lesson, then of those before it."""
    names = {}
    for module in [*course.catalogue.before(lesson), lesson]:
        names |= vars(importlib.import_module(f"{course.lib_path}.{module.target}"))
    return types.SimpleNamespace(**names)


def values(answer):
    """The single values of an answer."""
    entries = list(answer.values()) if isinstance(answer, dict) else answer
    return entries if isinstance(entries, (list, tuple)) else [entries]


def test_every_exercise_is_asked_for_values_and_by_several_questions(lesson, questions):
    for exercise in lesson.read().exercises:
        asked = [question.aspect for question in questions if question.exercise == exercise.name]
        assert "value" in asked and len(asked) >= 2, exercise.name


def test_what_the_inline_test_looks_at_the_exam_asks_too(lesson, questions):
    asked = {(question.exercise, question.aspect) for question in questions}
    for exercise in lesson.read().exercises:
        words = {"expect_flow(": "gradient", "expect_gradient(": "gradient"}
        if lesson.name not in ("autograd", "losses"):  # no_grad's error is no refusal, nor are those of the helpers
            words["expect_error("] = "errors"
        for word, aspect in words.items():
            assert word not in exercise.test.source or (exercise.name, aspect) in asked, (exercise.name, aspect)


def test_every_question_says_what_is_asked(questions):
    for question in questions:
        assert 8 <= len(question.about) <= 140 and question.about[-1] in ".?", question.name


def test_refusals_are_asked_beside_good_input(questions, reference):
    """Neither always refusing nor always accepting answers a question on errors."""
    for question in questions:
        if question.aspect == "errors":
            words = set(values(question.ask(reference, np.random.default_rng(0))))
            told = {ACCEPTED, REFUSED} <= words or not {ACCEPTED} & words
            assert told, question.name


def test_inputs_of_every_exercise_have_unlike_sizes_and_fractions(questions, reference, monkeypatch):
    made, begin = [], Tensor.__init__

    def watched(self, data, *options, **named):
        begin(self, data, *options, **named)
        made.append(np.asarray(self.data))

    monkeypatch.setattr(Tensor, "__init__", watched)
    for name in {question.exercise for question in questions} - WITHOUT_ARRAYS:
        made.clear()
        for question in questions:
            if question.exercise == name and question.aspect in ("value", "gradient"):
                question.ask(reference, np.random.default_rng(0))
        sizes = [x.shape for x in made if x.ndim > 1 and x.dtype.kind == "f" and np.any(x != np.round(x))]
        assert any(len(set(shape)) == len(shape) and min(shape) > 1 for shape in sizes), name


def test_the_student_edition_earns_nothing_and_is_told_no_more_than_that_it_is_not_written(course, lesson, tmp_path):
    blank = tmp_path / lesson.notebook.name
    blank.write_text(student_edition(course, lesson.read(), []).text(), encoding="utf-8")
    [result] = grade(course, blank, lesson.folder, seed=1).results
    assert {name: earned for name, (earned, _) in result.by("exercise").items() if earned} == {}
    assert {diagnosis.name for diagnosis in result.diagnoses} == {"not written"}
    assert [diagnosis.exercise for diagnosis in result.diagnoses] == list(result.by("exercise"))

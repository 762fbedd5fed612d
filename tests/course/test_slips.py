"""Slips of the pen that once kept every mark or passed the inline test, found by changing one piece of a solution."""

import contextlib
import sys
from pathlib import Path

import pytest

from tito.mistakes import of_lesson
from tito.running.process import plain, run_cells

sys.path.insert(0, str(Path(__file__).parent))

from diagnosing import Room  # noqa: E402

# By lesson: exercise, what went wrong, and the solution with it, as in mistakes.py.
SLIPS = {
    "losses": [
        ("reduce_terms", "the sum forgets its graph",
         {"reduce_terms": ("return terms.sum()", "return Tensor(terms.sum().data)")}),
        ("huber_loss", "the prediction alone", {"huber_terms": ("d = p - t", "d = p")}),
        ("huber_loss", "a delta of 0",
         {"huber_loss": ('check_positive("huber_loss", "delta", delta)', "assert delta >= 0")}),
        ("bce_loss", "a negative target",
         {"bce_loss": ('check_range("bce_loss", "target", target, 0, 1)', "assert (target <= 1).all()")}),
        ("log_sum_exp", "shifted by the mean", {"log_sum_exp": ("x.max(", "x.mean(")}),
        ("bce_with_logits_loss", "unstable with a weight", {"bce_with_logits_terms": """
            s = 1 / (1 + np.exp(-x))
            if pos_weight is not None:
                return -(pos_weight * y * np.log(s) + (1 - y) * np.log(1 - s))
            return np.maximum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x)))"""}),
        ("cross_entropy_loss", "axis 1 of soft targets", {"soft_cross_entropy": """
            z = x - x.max(axis=1, keepdims=True)
            return (t * (np.log(np.exp(z).sum(axis=1, keepdims=True)) - z)).sum(axis=1)"""}),
        ("cross_entropy_loss", "one shift for all soft rows", {"soft_cross_entropy": ("x.max(axis=-1, ", "x.max(")}),
        ("cross_entropy_loss", "terms in one row", {"index_cross_entropy": """
            rows = x.reshape(-1, x.shape[-1])
            return log_sum_exp(rows) - picked(rows, np.reshape(index, -1))"""}),
        ("cross_entropy_loss", "soft targets stay sharp", {"cross_entropy_loss": (
            "t = (1 - label_smoothing) * t +", "t = t if rows is None else (1 - label_smoothing) * t +")}),
        ("cross_entropy_loss", "ignored rows are smoothed",
         {"cross_entropy_loss": (" * t.sum(axis=-1, keepdims=True)", "")}),
        ("cross_entropy_loss", "smoothed and weighted, always a mean",
         {"cross_entropy_loss": ('reduction == "mean" and rows is not None', "rows is not None")}),
        ("log_sum_exp", "always in float32", {"log_sum_exp": """
            x = np.asarray(x, np.float32)
            m = x.max(axis=-1, keepdims=True)
            return np.log(np.exp(x - m).sum(axis=-1)) + m[..., 0]"""}),
        ("nll_loss", "axis 1 of soft targets", {"expected_log_probability": (".sum(axis=-1)", ".sum(axis=1)")}),
        ("nll_loss", "distributions by their weights",
         {"nll_loss": ("else t * weight), reduction)",
                       "else t * weight), reduction) if weight is None or reduction != 'mean' else "
                       "expected_log_probability(x, t * weight).sum() / (t * weight).sum()")}),
        ("kl_div_loss", "batchmean forgets its graph",
         {"kl_div_loss": ("kl_terms(logp, target).sum() /", "Tensor(kl_terms(logp, target).data).sum() /")}),
        ("cosine_embedding_loss", "axis 1", {"cosine": """
            lengths = ((a * a).sum(axis=1) + eps) * ((b * b).sum(axis=1) + eps)
            return (a * b).sum(axis=1) / lengths.sqrt()"""}),
        ("triplet_loss", "the sum of two points", {"distance": ("a - b", "a + b")}),
        ("l2_loss", "an empty batch", {"l2_loss": ('prediction("l2_loss", weights)', "weights")}),
    ],
    "autograd": [
        ("multiply_rules", "in place", {"multiply_b": "g *= a\nreturn g"}),
        ("softmax_rules", "the result in place",
         {"softmax_x": "out *= g - (g * out).sum(axis=axis, keepdims=True)\nreturn out"}),
        ("newest_first", "the last first", {"newest_first": """
            found, seen, stack = [], set(), [result]
            while stack:
                node = stack.pop()
                if node not in seen and node.op is not None:
                    seen.add(node)
                    found.append(node)
                    stack.extend(x for x in node.inputs if x.requires_grad)
            return found"""}),
        ("newest_first", "depth first", {"newest_first": """
            found, seen, stack = [], set(), [(result, False)]
            while stack:
                node, done = stack.pop()
                if done:
                    found.append(node)
                elif node not in seen and node.op is not None:
                    seen.add(node)
                    stack += [(node, True), *((x, False) for x in node.inputs if x.requires_grad)]
            return found[::-1]"""}),
        ("receive", "a first gradient in its own dtype", {"receive": """
            if g.shape != x.data.shape:
                g = unbroadcast(g, x.data.shape)
            x.grad = np.array(g) if x.grad is None else (x.grad + g).astype(x.data.dtype)"""}),
        ("receive", "added in place", {"receive": """
            g = unbroadcast(g, x.data.shape)
            if x.grad is not None:
                x.grad += g
            else:
                x.grad = np.array(g, x.data.dtype) if x.op is None else g"""}),
        ("backward", "the last result for each", {"backward": """
            for node in order:
                g, values = node.grad, [x.data for x in node.inputs]
                for i, x in enumerate(node.inputs):
                    if x.requires_grad:
                        receive(x, rule(node.op, i)(g, self.data, *values), g)
                node.grad = g if retain_grads else None"""}),
        ("backward", "tensors for the rules", {"backward": """
            for node in order:
                g = node.grad
                node.grad = g if retain_grads else None
                for i, x in enumerate(node.inputs):
                    if x.requires_grad:
                        h = rule(node.op, i)(g, node, *node.inputs)
                        receive(x, h.data if isinstance(h, Tensor) else h, g)"""}),
        ("backward", "upstream forgotten", {"backward": """
            for node in order:
                g, values = node.grad, [x.data for x in node.inputs]
                node.grad = g if retain_grads else None
                for i, x in enumerate(node.inputs):
                    if x.requires_grad:
                        receive(x, rule(node.op, i)(g, node.data, *values), node.grad)"""}),
        ("power_rules", "a clipped logarithm", {"power_b": "return g * out * np.log(np.maximum(a, 1e-12))"}),
        ("elementwise_rules", "what arrives in place", {"exp_a": "g *= out\nreturn g"}),
        ("elementwise_rules", "a border of 0 taken for none", {"clip_a": """
            return g * ((a >= (low or -np.inf)) & (a <= (high or np.inf)))"""}),
        ("loss_rules", "on the margin", {"hinge_p": "return -g * t * (1 - p * t >= 0)"}),
        ("log_loss_rules", "unstable with a weight", {"bce_with_logits_x": """
            if pos_weight is None:
                return g * (np.tanh(0.5 * x) * 0.5 + 0.5 - y)
            e = np.exp(x)
            return g * ((1 - y) * e / (1 + e) - pos_weight * y / (1 + e))"""}),
        ("cross_entropy_rules", "axis 1 of soft targets", {"soft_cross_entropy_x": """
            e = np.exp(x - x.max(axis=1, keepdims=True))
            softmax = e / e.sum(axis=1, keepdims=True)
            return g[..., None] * (softmax * t.sum(axis=1, keepdims=True) - t)"""}),
    ],
}  # fmt: skip
EXAM_ALONE = {"smoothed and weighted, always a mean", "upstream forgotten"}


@pytest.fixture(scope="module", params=SLIPS)
def lesson(course, request):
    return course.catalogue.find(request.param)


@pytest.fixture(scope="module")
def slips(lesson):
    made = of_lesson(str(lesson.mistakes))
    return [made(exercise, name, 1, "A slip.", **bodies) for exercise, name, bodies in SLIPS[lesson.name]]


def test_every_slip_costs_marks_where_it_is(course, lesson, slips):
    with contextlib.closing(Room(course, lesson.folder)) as room:
        for slip in slips:
            marks, *_ = room.sat({slip["exercise"]: slip["code"]})
            assert not all(mark.right for mark in marks if mark.exercise == slip["exercise"]), slip["name"]


def variants(notebook, slips):
    """By cell number: each slip in an exercise's cell, with the cells from there to its test."""
    made = {}
    for exercise in notebook.exercises:
        first, last = exercise.cell.number, exercise.test.number
        after = [plain(cell) for cell in notebook.cells if cell.is_code and first < cell.number <= last]
        own = [slip for slip in slips if slip["exercise"] == exercise.name]
        made[str(first)] = [
            {"id": f"{exercise.name}: {slip['name']}", "cells": [plain(exercise.cell, slip["code"]), *after]}
            for slip in own
        ]
    return made


def test_the_inline_tests_see_all_but_a_few_of_them(course, lesson, slips):
    notebook = lesson.read()
    cells = [c for c in notebook.cells if c.is_code and c.source.strip() and not (c.is_picture or c.is_test)]
    outcomes = run_cells(course, lesson, cells, variants=variants(notebook, slips)).variants
    passed = {name.split(": ")[1] for name, outcome in outcomes.items() if outcome["status"] == "ok"}
    assert len(outcomes) == len(slips) and passed == EXAM_ALONE & {slip["name"] for slip in slips}

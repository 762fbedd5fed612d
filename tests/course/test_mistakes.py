"""Known mistakes fail the inline tests and lose marks in the exam; the reference does neither, in any seed."""

import random
import re
from collections import Counter

import pytest

from tito.author.check import check
from tito.grading import grade
from tito.mistakes import read_mistakes
from tito.notebook import with_cells

FEWEST = {"04_losses": 80}  # of every other lesson 12, and 40 in all
SEEDS = {"05_autograd": (1,)}  # its long chains take time; of every other lesson five
CHECKED = 1  # the seed with which `tito check` has every known mistake sit the exam
ANY = None
# What other exercises build on, and which ones: a mistake there may cost their marks too.
BUILT_ON = {
    "to_array": ANY,
    "operation": ANY,
    "softmax": {"softmax_classes"},
    "log_softmax": {"softmax_classes"},
    "walk": {"parameters", "train_mode", "state_dict"},
    "affine": {"Linear", "MLP"},
    "initial": {"Linear", "MLP"},
    "Linear": {"MLP"},
    "Sequential": {"MLP"},
    "reduce_terms": ANY,
    "log_sum_exp": ANY,
    "unbroadcast": ANY,
    "newest_first": ANY,
    "receive": ANY,
    "backward": ANY,
    "matmul_rules": {"affine_rules"},
}


@pytest.fixture(scope="module")
def mistakes(lesson):
    return read_mistakes(lesson)


def label(entry):
    """A file name for a submission that holds this mistake."""
    return f"{entry['exercise']}--{re.sub(r'[^a-z0-9]+', '-', entry['name'].lower())}"


def test_there_are_mistakes_for_every_exercise(lesson, mistakes):
    counts = Counter(entry["exercise"] for entry in mistakes)
    assert set(counts) == {exercise.name for exercise in lesson.read().exercises}
    names = {(entry["exercise"], entry["name"]) for entry in mistakes}
    assert len(mistakes) >= FEWEST.get(lesson.folder, 12) and len(names) == len(mistakes)


def test_all_lessons_but_the_losses_have_forty_mistakes(course):
    assert sum(len(read_mistakes(module)) for module in course.catalogue if module.folder not in FEWEST) >= 40


def test_every_mistake_is_explained_and_was_seen(mistakes):
    for entry in mistakes:
        assert 20 < len(entry["says"]) < 200 and entry["says"].endswith("."), entry["name"]
        assert entry["seen"] >= 1 and entry["code"].startswith("#| export"), entry["name"]


def test_every_mistake_differs_from_the_solution_and_from_the_others(lesson, mistakes):
    codes = [entry["code"] for entry in mistakes] + [exercise.cell.source for exercise in lesson.read().exercises]
    assert len(set(codes)) == len(codes)


def test_every_mistake_fails_its_inline_test_and_the_solution_passes(course, lesson):
    checked = check(course, lesson)
    assert checked.faults == []
    assert all(caught == known >= 1 for _, _, caught, known in checked.rows)


def bundled(mistakes, seed):
    """Few submissions with a mistake in many exercises, {name: [entries]}; what others build on is wrong alone.

    Another seed puts other mistakes together, so that one does not hide another in all of them. With the seed of
    `tito check`, those that may cost the marks of any other exercise are left to it: it asks the same of each alone.
    """
    bundles, nth = {"reference": []}, Counter()
    for entry in random.Random(seed).sample(mistakes, len(mistakes)):
        nth[entry["exercise"]] += 1
        alone = entry["exercise"] in BUILT_ON
        if seed == CHECKED and BUILT_ON.get(entry["exercise"], set()) is ANY:
            continue
        bundles.setdefault(label(entry) if alone else f"bundle-{nth[entry['exercise']]}", []).append(entry)
    return bundles


@pytest.mark.parametrize("nth", range(5))
def test_every_mistake_costs_marks_where_it_is_and_nowhere_else(course, lesson, mistakes, tmp_path, nth):
    seed = nth + 1
    wrong = bundled(mistakes, seed) if seed in SEEDS.get(lesson.folder, (seed,)) else {"reference": []}
    for name, entries in wrong.items():
        cells = {entry["exercise"]: entry["code"] for entry in entries}
        (tmp_path / f"{name}.ipynb").write_text(with_cells(lesson.read(), cells).text(), encoding="utf-8")
    results = grade(course, tmp_path, lesson.folder, seed=seed).results
    assert {result.student for result in results} == set(wrong)
    for result in results:
        own = {entry["exercise"] for entry in wrong[result.student]}
        lost = {name for name, (earned, possible) in result.by("exercise").items() if earned < possible}
        assert result.status == "graded" and not result.troubles, result.student
        assert lost >= own, f"{result.student}: {sorted(own - lost)} lost nothing"
        allowed = [BUILT_ON.get(name, set()) for name in own]
        if ANY not in allowed:
            assert lost <= own.union(*allowed), f"{result.student}: {sorted(lost - own)} lost marks too"
        if not own:
            assert [(mark.question, mark.remark) for mark in result.marks if not mark.right or mark.remark] == []
            assert result.total == result.possible

"""Known mistakes fail the inline tests and lose marks in the exam; the reference does neither, in any seed."""

import re
from collections import Counter

import pytest

from tito.check import check
from tito.grading import grade
from tito.mistakes import read_mistakes
from tito.notebook import with_cells

SEEDS = (1, 2, 3, 4, 5)
FEWEST = 80
SHARED = {"reduce_terms", "log_sum_exp"}  # other exercises build on these


@pytest.fixture(scope="module")
def mistakes(losses):
    return read_mistakes(losses)


def label(entry):
    """A file name for a submission that holds this mistake."""
    return f"{entry['exercise']}--{re.sub(r'[^a-z0-9]+', '-', entry['name'].lower())}"


@pytest.fixture(scope="module")
def submissions(losses, mistakes, tmp_path_factory):
    """A folder with the reference solution, and a notebook for each mistake in it."""
    folder, notebook = tmp_path_factory.mktemp("mistakes"), losses.read()
    (folder / "reference.ipynb").write_text(notebook.text(), encoding="utf-8")
    for entry in mistakes:
        wrong = with_cells(notebook, {entry["exercise"]: entry["code"]})
        (folder / f"{label(entry)}.ipynb").write_text(wrong.text(), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def sat(course, submissions):
    """The results of the exam, by submission."""
    return {result.student: result for result in grade(course, submissions, "04", seed=SEEDS[0]).results}


def test_there_are_mistakes_for_every_exercise(losses, mistakes):
    counts = Counter(entry["exercise"] for entry in mistakes)
    assert set(counts) == {exercise.name for exercise in losses.read().exercises}
    assert len(mistakes) >= FEWEST and len({label(entry) for entry in mistakes}) == len(mistakes)


def test_every_mistake_is_explained_and_was_seen(mistakes):
    for entry in mistakes:
        assert 20 < len(entry["says"]) < 200 and entry["says"].endswith("."), entry["name"]
        assert entry["seen"] >= 1 and entry["code"].startswith("#| export"), entry["name"]


def test_every_mistake_differs_from_the_solution_and_from_the_others(losses, mistakes):
    codes = [entry["code"] for entry in mistakes] + [exercise.cell.source for exercise in losses.read().exercises]
    assert len(set(codes)) == len(codes)


def test_every_mistake_fails_its_inline_test_and_the_solution_passes(course, losses):
    checked = check(course, losses)
    assert checked.faults == []
    assert all(caught == known >= 1 for _, _, caught, known in checked.rows)


def test_the_reference_has_full_marks(sat):
    reference = sat["reference"]
    assert [mark.question for mark in reference.marks if not mark.right or mark.remark] == []
    assert reference.total == reference.possible and not reference.troubles


def test_every_mistake_loses_marks_in_its_exercise(sat, mistakes):
    kept = []
    for entry in mistakes:
        earned, possible = sat[label(entry)].by("exercise")[entry["exercise"]]
        if earned >= possible or sat[label(entry)].troubles:
            kept.append(label(entry))
    assert kept == []


def test_a_mistake_costs_no_other_exercise_but_those_that_build_on_it(sat, mistakes):
    for entry in mistakes:
        for exercise, (earned, possible) in sat[label(entry)].by("exercise").items():
            assert exercise == entry["exercise"] or entry["exercise"] in SHARED or earned == possible, label(entry)


@pytest.fixture(scope="module")
def bundles(losses, mistakes, tmp_path_factory):
    """A folder of fewer submissions, each with a mistake in many exercises, and the exercises of each by its name.

    Mistakes in exercises that others build on come alone.
    """
    folder, notebook, wrong = tmp_path_factory.mktemp("bundles"), losses.read(), {"reference": {}}
    nth = Counter()
    for entry in mistakes:
        nth[entry["exercise"]] += 1
        name = label(entry) if entry["exercise"] in SHARED else f"bundle-{nth[entry['exercise']]}"
        wrong.setdefault(name, {})[entry["exercise"]] = entry["code"]
    for name, cells in wrong.items():
        (folder / f"{name}.ipynb").write_text(with_cells(notebook, cells).text(), encoding="utf-8")
    return folder, wrong


@pytest.mark.parametrize("seed", SEEDS[1:])
def test_other_inputs_neither_rob_the_reference_nor_hide_a_mistake(course, bundles, seed):
    folder, wrong = bundles
    for result in grade(course, folder, "04", seed=seed).results:
        lost = {name for name, (earned, possible) in result.by("exercise").items() if earned < possible}
        if SHARED.isdisjoint(wrong[result.student]):
            assert lost == set(wrong[result.student]), result.student
        else:
            assert lost >= set(wrong[result.student]), result.student

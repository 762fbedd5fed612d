"""The benchmark of grading measures what there is: its parts, its floor and its classes run, a few submissions each."""

import json

import pytest

from benchmarks import grading
from tito.settings import read_course


@pytest.fixture(scope="module")
def students(tmp_path_factory):
    right = json.loads((grading.ROOT / "examples/class/bo-lindqvist.ipynb").read_text(encoding="utf-8"))
    return grading.make_class(tmp_path_factory.mktemp("students") / "class", [right], 2)


def test_a_class_is_measured_beside_the_floor(students, tmp_path, monkeypatch):
    monkeypatch.setattr(grading.floor_rate, "__defaults__", (2,))
    cost, floor, processor = grading.beside_floor(students, tmp_path / "out")
    assert cost.count == 2 and cost.rate > 0 and floor > 0 and processor > 0
    assert all(row.ours > 0 for row in grading.floor_rows("right", cost, floor, processor))


def test_each_part_of_a_submission_is_measured(students):
    parts = grading.parts(read_course(grading.ROOT), students, count=2)
    assert len(list(grading.part_rows(parts))) == 1 + len(parts) and parts["worker: questions answered"] > 0

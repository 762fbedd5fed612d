"""Fixtures: the small course, and a way to grade a class of solution texts."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from school import IMPORTS, L1, MSE, REDUCE, make_school, notebook  # noqa: E402

from tito.grading import grade  # noqa: E402
from tito.settings import read_course  # noqa: E402


@pytest.fixture(scope="session")
def school(tmp_path_factory):
    return read_course(make_school(tmp_path_factory.mktemp("school")))


@pytest.fixture
def hand_in(tmp_path):
    """Write a class: {student: {cell: source} merged over the right cells}; returns its folder."""

    def write(students: dict):
        folder = tmp_path / "class"
        folder.mkdir(exist_ok=True)
        for student, cells in students.items():
            right = {"imports": IMPORTS, "reduce": REDUCE, "mse_loss": MSE, "l1_loss": L1}
            (folder / f"{student}.ipynb").write_text(notebook(right | cells), encoding="utf-8")
        return folder

    return write


@pytest.fixture
def examine(school, hand_in):
    """Grade a class of solution texts: {student: result}."""

    def run(students: dict, **options):
        options = {"workers": 2, "seed": 7, "time_limit": 0.4} | options
        return {result.student: result for result in grade(school, hand_in(students), "02", **options).results}

    return run

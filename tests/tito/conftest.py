"""Fixtures: a fresh small course, and a student's workspace made from it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from course_fixture import make_course  # noqa: E402

from tito.settings import read_course  # noqa: E402
from tito.student.start import start  # noqa: E402


@pytest.fixture
def course(tmp_path):
    return read_course(make_course(tmp_path / "course"))


@pytest.fixture
def workspace(course, tmp_path):
    start(tmp_path / "workspace", course.root)
    return read_course(tmp_path / "workspace")


@pytest.fixture
def first(course):
    return course.catalogue.find("01")

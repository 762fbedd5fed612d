"""The course itself, as its author, its instructor and its students meet it."""

import sys
from pathlib import Path

import pytest

from tito.settings import read_course

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples"))

LESSONS = [module.folder for module in read_course(ROOT).catalogue]


@pytest.fixture(scope="session")
def course():
    return read_course(ROOT)


@pytest.fixture(scope="session")
def losses(course):
    return course.catalogue.find("losses")


@pytest.fixture(scope="module", params=LESSONS)
def lesson(course, request):
    """Each lesson of the course in turn."""
    return course.catalogue.find(request.param)

"""The course itself, as its author, its instructor and its students meet it."""

import sys
from pathlib import Path

import pytest

from tito.settings import read_course

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples"))


@pytest.fixture(scope="session")
def course():
    return read_course(ROOT)


@pytest.fixture(scope="session")
def losses(course):
    return course.catalogue.find("losses")

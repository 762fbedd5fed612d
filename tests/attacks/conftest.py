"""Fixtures: the whole class graded one at a time and several at once, and what it may have left behind."""

import ctypes
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tito" / "grading")]

import handing_in  # noqa: E402
import processes  # noqa: E402
from school import make_school  # noqa: E402

from tito.grading import grade  # noqa: E402
from tito.settings import read_course  # noqa: E402

PR_SET_CHILD_SUBREAPER = 36


@pytest.fixture(scope="session", autouse=True)
def no_strangers():
    processes.disregard_those_of_others()


@pytest.fixture(scope="session")
def school(tmp_path_factory):
    return read_course(make_school(tmp_path_factory.mktemp("school")))


@pytest.fixture(scope="session")
def folder(school, tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    handing_in.write(folder, handing_in.cells(school.root, folder))
    return folder


@pytest.fixture(scope="session", params=[1, 4], ids=["one_after_another", "several_at_once"])
def graded(request, school, folder):
    """{student: result} of the whole class."""
    options = {"workers": request.param, "seed": 5, "time_limit": 0.5, "memory_limit": 128 << 20}
    adopt(True)  # a process that escapes becomes a child of this one
    try:
        return {result.student: result for result in grade(school, folder, "02", **options).results}
    finally:
        adopt(False)  # other tests' orphans are not ours to wait for


def adopt(orphans: bool) -> None:
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, int(orphans))

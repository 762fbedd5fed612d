"""The template repository for GitHub Classroom: what each push runs, and that no answer is in it."""

import shutil
import sys
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

import yaml  # noqa: E402
from course_fixture import DOUBLE, make_course, source_of, tito  # noqa: E402
from secrecy import leaks  # noqa: E402

from tito.problem import Problem  # noqa: E402
from tito.settings import read_course  # noqa: E402
from tito.ways.classroom import WORKFLOW, bundle  # noqa: E402


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return read_course(make_course(tmp_path_factory.mktemp("course") / "course"))


@pytest.fixture(scope="module")
def repository(course, tmp_path_factory):
    folder = tmp_path_factory.mktemp("github") / "template"
    bundle(course, course.catalogue.find("01"), folder)
    return folder


def steps(repository):
    return yaml.safe_load((repository / WORKFLOW).read_text())["jobs"]["run-autograding-tests"]["steps"]


def test_each_exercise_is_a_step_worth_its_points_and_the_report_names_them_all(repository):
    graders = [step for step in steps(repository) if "command-grader" in step.get("uses", "")]
    assert [(step["id"], step["with"]["max-score"]) for step in graders] == [("double", 2), ("shift", 3)]
    report = steps(repository)[-1]
    assert report["with"]["runners"] == "double,shift"
    assert report["env"] == {f"{n.upper()}_RESULTS": f"${{{{steps.{n}.outputs.result}}}}" for n in ("double", "shift")}


def test_what_a_step_runs_fails_for_a_stub_and_passes_for_an_answer(repository, tmp_path):
    clone = tmp_path / "student"
    shutil.copytree(repository, clone)
    commands = [
        step["with"]["command"].split() for step in steps(repository) if "with" in step and "command" in step["with"]
    ]
    assert [command[0] for command in commands] == ["tito", "tito"]
    assert [tito(clone, *command[1:]).returncode for command in commands] == [1, 1]
    source_of(clone / "modules/01_first/first_dev.ipynb", 4, DOUBLE)
    assert [tito(clone, *command[1:]).returncode for command in commands] == [0, 1]


def test_the_install_step_finds_a_tito_in_the_repository(repository):
    [install] = [step["run"] for step in steps(repository) if "run" in step]
    [wheel] = repository.glob(install.split()[-1])
    with zipfile.ZipFile(wheel) as archive:
        assert "tito/testing.py" in archive.namelist()


def test_no_answer_is_in_the_repository_nor_in_its_wheel(course, repository):
    files = {str(p.relative_to(repository)): p.read_bytes() for p in repository.rglob("*") if p.is_file()}
    [wheel] = [name for name in files if name.endswith(".whl")]
    with zipfile.ZipFile(repository / wheel) as archive:
        inside = {name: archive.read(name) for name in archive.namelist() if "edition/" in name}
    assert inside and leaks(course, {n: d for n, d in files.items() if n != wheel} | inside) == []
    assert "tito/grading" not in str(inside)


def test_a_folder_that_holds_something_is_left_alone(course, tmp_path):
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(Problem, match="there already"):
        bundle(course, course.catalogue.find("01"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]

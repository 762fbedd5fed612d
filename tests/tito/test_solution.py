"""A passed exercise unlocks one way to write it, if the instructor allows it; the files show no line of it."""

import pytest
from course_fixture import source_of, tito
from secrecy import leaks

from tito.author.release import release
from tito.problem import Problem
from tito.settings import read_course
from tito.student.start import start

NOTEBOOK = "modules/01_first/first_dev.ipynb"
RIGHT = "#| export\ndef double(x):\n    return x + x\n"
WRONG = "#| export\ndef double(x):\n    return x * x\n"


@pytest.fixture
def generous(course):
    settings = course.root / "settings.ini"
    text = settings.read_text(encoding="utf-8")
    assert "solutions = never" in text
    settings.write_text(text.replace("solutions = never", "solutions = after_pass"), encoding="utf-8")
    return read_course(course.root)


@pytest.fixture
def mine(generous, tmp_path):
    start(tmp_path / "mine", generous.root)
    return tmp_path / "mine"


def test_a_passed_exercise_shows_its_solution_and_no_other(mine):
    source_of(mine / NOTEBOOK, 4, RIGHT)
    done = tito(mine, "solution", "double")
    assert done.returncode == 0 and "return x * 2" in done.stdout and "SOLUTION" not in done.stdout
    other = tito(mine, "solution", "shift")
    assert other.returncode == 1 and "shift does not pass yet" in other.stderr and "moved" not in other.stdout


@pytest.mark.parametrize("source", [WRONG, None])
def test_a_wrong_or_unwritten_exercise_shows_none(mine, source):
    source_of(mine / NOTEBOOK, 4, source)
    done = tito(mine, "solution", "double")
    assert done.returncode == 1 and "return x * 2" not in done.stdout and "tito hint double" in done.stderr


def test_an_edited_test_unlocks_nothing(mine):
    source_of(mine / NOTEBOOK, 4, WRONG)
    source_of(mine / NOTEBOOK, 5, "pass")
    done = tito(mine, "solution", "double")
    assert done.returncode == 1 and "test cell was edited" in done.stderr and "return x * 2" not in done.stdout


def test_where_the_instructor_says_never_there_is_nothing_to_show(workspace):
    source_of(workspace.root / NOTEBOOK, 4, RIGHT)
    assert not (workspace.root / "solutions.json").exists()
    assert "not part of your course" in tito(workspace.root, "solution", "double").stderr


def test_no_line_of_a_solution_can_be_read_in_a_release_that_holds_them(generous, tmp_path):
    release(generous, tmp_path / "out")
    paths = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    files = {path.relative_to(tmp_path / "out").as_posix(): path.read_bytes() for path in paths}
    assert "solutions.json" in files and leaks(generous, files) == []


def test_an_unknown_choice_in_the_settings_is_refused(course):
    settings = course.root / "settings.ini"
    settings.write_text(settings.read_text(encoding="utf-8").replace("= never", "= always"), encoding="utf-8")
    with pytest.raises(Problem, match="solutions = always is none of never, after_pass"):
        read_course(course.root)

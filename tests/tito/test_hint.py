"""The stub sends the student to `tito hint`: it must lead somewhere."""

import shutil

import pytest
from course_fixture import first_cells, source_of, tito, write_notebook

from tito.problem import Problem
from tito.student.hint import first_unfinished, hints_for
from tito.testing import test as run_tests

QUESTION, EQUATION = "Which operator?", "y = 2x"


def test_each_call_gives_the_next_hint_and_the_last_one_stays(course):
    shown = [tito(course.root, "hint", "double").stdout for _ in range(3)]
    assert QUESTION in shown[0] and EQUATION not in shown[0] and "tito hint double" in shown[0]
    assert EQUATION in shown[1] and QUESTION not in shown[1] and "tito test 01 double" in shown[1]
    assert EQUATION in shown[2]


def test_a_hint_can_be_asked_for_by_its_number(course):
    assert EQUATION in tito(course.root, "hint", "double", "2").stdout
    assert QUESTION in tito(course.root, "hint", "double", "1").stdout
    assert EQUATION in tito(course.root, "hint", "double").stdout, "both were seen: the last one stays"


def test_a_record_of_hints_that_cannot_be_read_is_no_record(course):
    course.state.mkdir()
    (course.state / "hints.json").write_text("[", encoding="utf-8")
    assert QUESTION in tito(course.root, "hint", "double").stdout


def test_without_a_name_the_first_unfinished_exercise_is_meant(workspace):
    first = workspace.catalogue.find("01")
    assert "double  hint 1 of 2" in tito(workspace.root, "hint").stdout
    source_of(first.notebook, 4, "#| export\ndef double(x):\n    return 2 * x")
    run_tests(workspace, first)
    assert first_unfinished(workspace) == "shift"
    source_of(first.notebook, 7, "#| export\ndef shift(x, by=1):\n    return x + by")
    run_tests(workspace, first)
    assert first_unfinished(workspace) == "quad"


def test_when_all_is_done_there_is_nothing_to_hint_at(course):
    for module in course.catalogue:
        tito(course.root, "export", module.number)
        run_tests(course, module)
    with pytest.raises(Problem, match="every exercise has passed"):
        first_unfinished(course)


@pytest.mark.parametrize("verb", ["hint", "status"])
def test_a_course_without_lessons_says_so(course, verb):
    shutil.rmtree(course.root / "modules")
    (course.root / "modules").mkdir()
    done = tito(course.root, verb)
    assert done.returncode == 1 and "there is no lesson in" in done.stderr and "tito start" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_exercise_is_a_usage_error(course):
    done = tito(course.root, "hint", "doubel")
    assert done.returncode == 2 and "did you mean double?" in done.stderr


def test_an_exercise_without_hints_says_so_and_sends_on(course, first):
    write_notebook(first.notebook, first_cells()[:-1])
    assert hints_for(course, "shift")[1] == []
    done = tito(course.root, "hint", "shift")
    assert done.returncode == 0 and "shift has no hints" in done.stdout and "tito test 01 shift" in done.stdout

"""The stub sends the student to `tito hint`: it must lead somewhere."""

from course_fixture import code, first_cells, markdown, tito, write_notebook

from tito.hint import hints

HINTS = "<details><summary>Hint 1</summary>What is twice?</details>\n<details><summary>Hint 2</summary>$2x$</details>"


def test_hints_come_one_at_a_time(course, first):
    cells = first_cells()
    cells.insert(4, markdown(HINTS))
    write_notebook(first.notebook, [*cells, code("x = 1")])
    done = tito(course.root, "hint", "double")
    assert "What is twice?" in done.stdout and "$2x$" not in done.stdout and "tito hint double 2" in done.stdout
    done = tito(course.root, "hint", "double", "2")
    assert "$2x$" in done.stdout and "tito test 01 double" in done.stdout
    assert hints(course, "shift")[1] == []


def test_an_unknown_exercise_is_a_usage_error(course):
    done = tito(course.root, "hint", "doubel")
    assert done.returncode == 2 and "did you mean double?" in done.stderr


def test_an_exercise_without_hints_says_so_and_sends_on(course):
    done = tito(course.root, "hint", "shift")
    assert done.returncode == 0 and "shift has no hints" in done.stdout and "tito test 01 shift" in done.stdout

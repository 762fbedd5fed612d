"""What a student is told: the first wrong answer in full, why if the numbers show it, and what will not work later."""

import os
import time

import numpy as np
import pytest
from course_fixture import a_test, code, exercise, first_cells, second_cells, source_of, tito, write_notebook

from tinytorch import Tensor
from tito import inline, testing
from tito.export import export
from tito.grading import exam
from tito.inline import expect, expect_error
from tito.notebook import read_notebook
from tito.running.outcome import in_words
from tito.running.unexported import unexported
from tito.student.progress import export_state

NOTEBOOK = "modules/01_first/first_dev.ipynb"
USES_HELPER = "#| export\ndef double(x):\n    return plus(x, x)\n"
HELPER = "def plus(a, b):\n    return a + b"
RIGHT = "#| export\ndef double(x):\n    return 2 * x\n"
WRONG = "#| export\ndef double(x):\n    return 4 * x\n"
WRONG_SHIFT = "#| export\ndef shift(x, by=1):\n    return x - by\n"


def write(course, *cells):
    """The first lesson with these cells before `double`."""
    write_notebook(course.root / NOTEBOOK, [*first_cells()[:3], *cells, *first_cells()[3:]])


def with_helper(course, helper=HELPER, use=USES_HELPER):
    write(course, code(helper))
    source_of(course.root / NOTEBOOK, 5, use)


def run(course, number="01", *names):
    return testing.test(course, course.catalogue.find(number), list(names) or None)


def test_a_function_that_uses_an_unexported_helper_fails_with_the_cell_and_the_line_to_add(course):
    with_helper(course)
    double = run(course).results[0]
    assert double.status == "failed"
    assert double.message.startswith("double uses plus, which cell 4 defines without `#| export`")
    assert "add the line `#| export` at the top of cell 4" in double.message
    shown = tito(course.root, "test", "01", "double")
    assert shown.returncode == 1 and "add the line `#| export`" in shown.stdout
    with_helper(course, "#| export\n" + HELPER)
    assert run(course).results[0].passed


def test_the_export_says_so_too(course):
    with_helper(course)
    assert "cell 5 uses plus, which cell 4 defines without" in tito(course.root, "export", "01").stdout
    with_helper(course, "#| export\n" + HELPER)
    assert "look" not in tito(course.root, "export", "01").stdout


def test_an_exported_cell_that_is_no_exercise_is_told_beside_the_results(course):
    write(course, code(HELPER), code("#| export\ndef thrice(x):\n    return plus(x, plus(x, x))"))
    done = run(course)
    assert done.results[0].passed and "thrice" not in done.results[0].message
    assert done.troubles[0].message.startswith("uses plus, which cell 4 defines")


@pytest.mark.parametrize(
    ("helper", "exported", "name"),
    [
        ("import math", "#| export\ndef f(x):\n    return math.exp(x)", "math"),
        ("k = 2", "#| export\nf = lambda x: k * x", "k"),
        ("k = 2", "#| export\nclass A:\n    def f(self):\n        return [k for _ in range(3)]", "k"),
        ("k = 2", "#| export\ndef f(x, y=k):\n    return y", "k"),
        ("def base(): pass", "#| export\n@base\ndef f(x):\n    return x", "base"),
        ("k = 2", "#| export\ndef f(k):\n    return k", None),
        ("k = 2", "#| export\ndef f(x):\n    k = 3\n    return k", None),
        ("k = 2", "#| export\ndef f(x):\n    return x.k", None),
        ("sum = 2", "#| export\ndef f(x):\n    return sum(x)", None),
        ("k = 2", "#| export\nk = 3\ndef f(x):\n    return k", None),
        ("k = 2", "#| export\nfrom math import *\ndef f(x):\n    return k", None),
        ("k = 2\n%matplotlib inline", "#| export\ndef f(x):\n    return x", None),
        ("k = 2", "#| export\ndef f(:", None),
    ],
)
def test_names_are_looked_up_as_python_does(course, helper, exported, name):
    write(course, code(helper), code(exported))
    found = unexported(read_notebook(course.root / NOTEBOOK))
    assert [each.name for each in found] == ([name] if name else [])


def test_an_export_older_than_its_notebook_is_told_where_it_is_used(course):
    export(course)
    os.utime(course.root / NOTEBOOK, (time.time() + 5,) * 2)
    assert run(course, "02").stale == [], "saved again, but the code is the same"
    source_of(course.root / NOTEBOOK, 4, RIGHT)
    os.utime(course.root / NOTEBOOK, (time.time() + 5,) * 2)
    assert run(course, "02").stale == ["tinytorch/core/first.py is older than your notebook: tito export 01"]
    assert "older than your notebook" in tito(course.root, "test", "02").stdout
    assert run(course, "01").stale == []
    export(course)
    assert run(course, "02").stale == []


@pytest.mark.parametrize(
    ("edit", "state"),
    [(lambda text: text + "\n# a remark", "changed"), (lambda text: text.replace("* 2", "* 3"), "changed"),
     (lambda text: text.replace("### BEGIN SOLUTION\n    ", ""), "exported"), (lambda text: text, "exported")],
)  # fmt: skip
def test_an_export_is_old_when_its_code_is_another(course, edit, state):
    export(course)
    path = course.root / NOTEBOOK
    source_of(path, 4, edit(source_of(path, 4)))
    os.utime(path, (time.time() + 5,) * 2)
    assert export_state(course, course.catalogue.find("01")) == state


def test_an_export_of_unfinished_exercises_says_so_and_is_made(workspace):
    source_of(workspace.root / NOTEBOOK, 4, WRONG)
    run(workspace)
    done = tito(workspace.root, "export", "01")
    assert done.returncode == 0 and (workspace.package / "core/first.py").exists()
    assert "01_first: 1 of 2 exercises not written yet; at their last test double failed" in done.stdout


def test_the_first_wrong_answer_comes_first_and_in_full_and_the_others_are_folded(course):
    source_of(course.root / NOTEBOOK, 4, WRONG)
    source_of(course.root / NOTEBOOK, 7, WRONG_SHIFT)
    lines = tito(course.root, "test", "01").stdout.splitlines()
    assert lines[2:6] == ["✗ double  failed", "  double(3)", "    expected 6", "    got      12"]
    assert "  cell 5, line 2:  assert double(3) == 6" in lines[6]
    assert lines[-2].startswith("  ✗ shift  shift(3, 2) expected 5 got 1")
    assert lines[-1].startswith("next: look at double")


def test_a_bare_assert_says_what_the_value_is_of_the_right_one(course):
    source_of(course.root / NOTEBOOK, 4, "#| export\ndef double(x):\n    return 4 * x")
    source_of(course.root / NOTEBOOK, 5, "assert double(3) == 6")
    (result,) = run(course, "01", "double").results
    assert result.message == "double(3)\n  expected 6\n  got      12\n  that is  exactly 2 times the expected value"


def test_what_needs_an_unexported_lesson_says_which_and_only_once(workspace):
    source_of(workspace.modules / "02_second/second_dev.ipynb", 5, second_cells()[4]["source"][0] + "quad = double")
    shown = tito(workspace.root, "test", "02").stdout
    assert "quad  needs 01_first, which is not exported yet" in shown and shown.endswith("next: tito export 01\n")


def test_several_cells_that_need_an_unexported_lesson_are_one_trouble(workspace):
    cells = [*second_cells(), code("import tinytorch.core"), code("from tinytorch.core.first import shift")]
    write_notebook(workspace.modules / "02_second/second_dev.ipynb", cells)
    (trouble,) = run(workspace, "02").troubles
    assert trouble.message == "this lesson needs 01_first, which is not exported yet"


def test_a_cell_that_fails_by_itself_is_not_put_down_to_an_unexported_lesson(workspace):
    cells = second_cells()
    write_notebook(workspace.modules / "02_second/second_dev.ipynb", [cells[0], code("1 / 0"), *cells[1:]])
    shown = tito(workspace.root, "test", "02").stdout
    assert "cell 2, no exercise: ZeroDivisionError" in shown and shown.endswith("next: tito export 01\n"), shown
    assert shown.count("this lesson needs 01_first, which is not exported yet") == 1


def test_a_cell_is_named_by_the_number_that_jupyter_shows_too(course):
    source_of(course.root / NOTEBOOK, 4, WRONG)
    path = course.root / NOTEBOOK
    path.write_text(path.read_text(encoding="utf-8").replace('"execution_count": null', '"execution_count": 12'))
    assert "cell 5 (In [12]), line 2" in tito(course.root, "test", "01").stdout


def test_unwritten_exercises_are_one_line(workspace):
    shown = tito(workspace.root, "test", "01").stdout
    assert "  · 2 not started: double, shift" in shown


def test_an_endless_loop_and_an_unknown_name_are_told_plainly(course):
    source_of(course.root / NOTEBOOK, 4, "#| export\ndef double(x):\n    return nothing * x")
    assert "NameError: name 'nothing' is not defined" in tito(course.root, "test", "01").stdout
    source_of(course.root / NOTEBOOK, 4, "#| export\ndef double(x):\n    while True: pass")
    shown = tito(course.root, "test", "01", "--time-limit", "1").stdout
    assert "✗ double  timeout" in shown and "does a loop never end?" in shown


def test_what_a_test_looked_at_is_told_where_nothing_is_wrong(course):
    cells = [
        *first_cells(),
        exercise("half", "#| export\ndef half(x):\n    return x / 2"),
        a_test("half", "print('h')"),
    ]
    write_notebook(course.root / NOTEBOOK, cells)
    assert "double  double: twice the value" in tito(course.root, "test", "01").stdout


def test_the_next_step_leads_on_from_a_lesson_that_is_tested_and_exported(course):
    assert run(course).next == "tito export 01"
    export(course)
    assert run(course).next == "go on with modules/02_second/second_dev.ipynb, or: tito submit 01"
    assert run(course, "02").next == "tito status"
    source_of(course.root / NOTEBOOK, 4, RIGHT)
    os.utime(course.root / NOTEBOOK, (time.time() + 5,) * 2)
    assert run(course).next == "tito export 01"


@pytest.mark.parametrize("cell", ["while True: pass", "import time; time.sleep(60)", "import os; os._exit(1)"])
def test_a_cell_of_one_s_own_that_ends_the_run_is_the_next_step_and_no_exercise_is(course, cell):
    write(course, code(cell))
    done = testing.test(course, course.catalogue.find("01"), time_limit=1)
    assert [result.status for result in done.results] == ["not reached", "not reached"]
    assert done.next == f"look at cell 4 in {NOTEBOOK}, save, then: tito test 01"


def test_a_wrong_exercise_above_a_cell_that_ends_the_run_comes_first(course):
    cells = [*first_cells()[:5], code("while True: pass"), *first_cells()[5:]]
    write_notebook(course.root / NOTEBOOK, cells)
    source_of(course.root / NOTEBOOK, 4, WRONG)
    assert testing.test(course, course.catalogue.find("01"), time_limit=1).next.startswith("look at double in")


def test_a_check_through_a_lambda_names_what_it_calls_and_rounds_long_numbers():
    def halved(x, by):
        return x / by

    with pytest.raises(AssertionError) as told:
        expect(lambda x: halved(x, 2), 1.0, gives=1 / 3)
    assert str(told.value).startswith("halved(1.0, …)\n  expected 0.3333333\n  got      0.5")
    with pytest.raises(AssertionError, match=r"^lambda\(1.0\)"):
        expect(lambda x: -x, 1.0, gives=1.0)


THROUGH = """#| export
def through(x):
    try:
        return double(x)
    except TypeError as error:
        raise TypeError(f"double: {error}") from None"""
REFUSES = """#| export
def double(x):
    try:
        return x["a"]
    except TypeError:
        raise ValueError("no") from None"""


def test_the_line_to_look_at_is_where_the_error_arose_and_not_where_it_was_said_in_other_words(course):
    write(course, code(THROUGH))
    source_of(course.root / NOTEBOOK, 5, "#| export\ndef double(x):\n    y = x + None\n    return y\n")
    source_of(course.root / NOTEBOOK, 6, "assert through(3) == 6")
    double = run(course).results[0]
    assert double.message.startswith("TypeError: double: unsupported operand")
    assert (double.cell, double.line, double.text) == (5, 3, "y = x + None")


def test_who_says_an_error_in_other_words_is_where_to_look_if_it_arose_there(course):
    source_of(course.root / NOTEBOOK, 4, REFUSES)
    double = run(course).results[0]
    assert (double.cell, double.line, double.text) == (4, 6, 'raise ValueError("no") from None')


def test_a_cell_that_fails_in_a_wrong_exercise_is_not_told_beside_it(course):
    cells = first_cells()
    cells.insert(5, code("drawn = double(2)"))
    write_notebook(course.root / NOTEBOOK, cells)
    source_of(course.root / NOTEBOOK, 4, "#| export\ndef double(x):\n    return x + None\n")
    assert run(course).troubles == []
    source_of(course.root / NOTEBOOK, 4, WRONG)
    source_of(course.root / NOTEBOOK, 6, "drawn = double(2) / 0")
    assert [trouble.cell for trouble in run(course).troubles] == [6]


def test_numbers_are_written_alike_whether_expected_or_got():
    with pytest.raises(AssertionError) as told:
        expect(np.array, [0.1, 3.0, -1e4], gives=[0.1, 3, 1e4])
    assert "expected [0.1, 3, 10000.0]\n  got      [0.1, 3.0, -10000.0]" in str(told.value)
    with pytest.raises(AssertionError) as told:
        expect(np.array, [1 / 3, np.nan, 1e-30], dtype=np.float32, gives=0.0)
    assert "got      shape (3,): [0.3333333, nan, 1e-30]" in str(told.value)


def test_the_line_of_the_test_that_asked_stands_below_the_student_s_line(course):
    source_of(course.root / NOTEBOOK, 4, "#| export\ndef double(x):\n    return x + None\n")
    source_of(course.root / NOTEBOOK, 5, "def test_double():\n    assert double(3) == 6\n\n\ntest_double()")
    shown = tito(course.root, "test", "double").stdout
    assert "cell 4, line 3:  return x + None\n  the test asks:  assert double(3) == 6\n" in shown
    source_of(course.root / NOTEBOOK, 4, WRONG)
    assert "the test asks" not in tito(course.root, "test", "double").stdout


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("return shfit(x)", "name 'shfit' is not defined. Did you mean shift?"),
        ("twice = 2 * x; return twise", "name 'twise' is not defined. Did you mean twice?"),
        ("return 'a'.uper()", "'str' object has no attribute 'uper'. Did you mean upper?"),
        ("return nothing_like_it", "name 'nothing_like_it' is not defined"),
    ],
)
def test_a_slip_of_the_pen_is_told_with_what_may_have_been_meant(course, line, told):
    source_of(course.root / NOTEBOOK, 4, f"def shift(x):\n    return x\n\n\ndef double(x):\n    {line}\n")
    assert run(course, "01", "double").results[0].message.partition(": ")[2] == told


def test_a_warning_that_a_test_makes_an_error_is_told_as_one(course):
    source_of(course.root / NOTEBOOK, 4, "import numpy as np\n\n\ndef double(x):\n    return np.exp(x)\n")
    source_of(course.root / NOTEBOOK, 5, "with np.errstate(over='raise'):\n    assert double(1e4) == 2e4")
    message = run(course, "01", "double").results[0].message
    assert message.startswith("FloatingPointError: overflow") and "NumPy elsewhere only warns of this" in message


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (np.exp, "NumPy's functions do not take a Tensor"),
        (np.mean, "NumPy's functions do not take a Tensor"),
        (np.max, "NumPy's functions do not take a Tensor"),
        (lambda x: np.sqrt(x + 1), "NumPy's functions do not take a Tensor"),
        (lambda x: x.sum(dim=0), "are axis and keepdims here"),
        (lambda x: x.max(axis=0, keepdim=True), "are axis and keepdims here"),
        (lambda x: x.sum(axes=0), "unexpected keyword argument 'axes'"),
    ],
)
def test_a_habit_of_numpy_or_pytorch_is_told_with_what_it_is_here(call, told):
    with pytest.raises(TypeError) as raised:
        call(Tensor([1.0, 2.0]))
    assert told in in_words("TypeError", str(raised.value)).splitlines()[-1]


def test_an_inline_test_takes_for_a_refusal_what_the_exam_takes_for_one():
    def positive(x):
        assert x > 0, f"{x} is not positive"

    expect_error(positive, -1, mentions=["-1"])
    assert inline.REFUSALS == exam.REFUSALS


FAILS = {
    "raises": ('raise RuntimeError("half done")', "RuntimeError: half done"),
    "ends": ("import os\nos._exit(0)", "the process ended with exit code 0: does something call os._exit?"),
    "a lesson to come": ("from tinytorch.nn.second import quad", "ImportError: cannot import name 'quad'"),
}


@pytest.mark.parametrize("name", FAILS)
def test_an_exported_cell_that_fails_fails_its_lesson_though_every_exercise_passes(course, name):
    source, why = FAILS[name]
    export(course)
    write_notebook(course.root / NOTEBOOK, [*first_cells(), code(f"#| export\n{source}")])
    done = tito(course.root, "test", "01")
    assert done.returncode == 1 and f"✗ cell 11, no exercise: {why}" in done.stdout, done.stdout
    assert "it is exported, so no import of this lesson gets past it" in done.stdout
    assert done.stdout.endswith(f"next: look at cell 11 in {NOTEBOOK}, save, then: tito test 01\n")
    both = tito(course.root, "test")
    assert both.returncode == 1 and f"✗ cell 11, no exercise: {why}" in both.stdout
    assert tito(course.root, "test", "01", "shift").returncode == 0  # which needs no cell below it
    assert tito(course.root, "test", "02").returncode == 0  # on what was exported before
    write_notebook(course.root / NOTEBOOK, [*first_cells(), code(source)])
    assert tito(course.root, "test", "01").returncode == 0, "not exported: a try of the student's own"


BREAKS = {
    "raises": ('raise RuntimeError("half done")', "RuntimeError: half done"),
    "is no Python": ("x = = 1", "SyntaxError: invalid syntax"),
    "imports what is not there": ("import numpi", "ModuleNotFoundError: No module named 'numpi'"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_an_earlier_export_that_does_not_import_is_told_with_its_line_and_what_mends_it(course, name):
    export(course)
    source, why = BREAKS[name]
    path = course.package / "core/first.py"
    line = len(path.read_text().splitlines()) + 1
    with open(path, "a") as file:
        file.write(f"{source}\n")
    done = tito(course.root, "test", "02")
    assert done.returncode == 1 and "quad  needs 01_first, whose export does not import" in done.stdout, done.stdout
    assert f"! cell 4, no exercise: this lesson needs 01_first, whose export does not import: tinytorch/core/first.py, line {line}: {why}" in done.stdout  # fmt: skip  # noqa: E501
    assert done.stdout.endswith("next: tito export 01\n")
    assert tito(course.root, "export", "01").returncode == 0 and tito(course.root, "test", "02").returncode == 0


def test_an_earlier_export_that_lacks_a_name_is_told_with_the_name(course):
    export(course)
    path = course.package / "core/first.py"
    path.write_text(path.read_text().replace("double", "twice"))
    done = tito(course.root, "test", "02")
    assert "this lesson needs 01_first, whose export has not all that is imported here: cannot import" in done.stdout
    assert done.returncode == 1 and "'double'" in done.stdout and done.stdout.endswith("next: tito export 01\n")


def test_a_test_cell_that_imports_what_does_not_import_waits_too(course):
    export(course)
    with open(course.package / "core/first.py", "a") as file:
        file.write("raise RuntimeError('half done')\n")
    cells = second_cells()
    cells[3:6] = [
        exercise("quad", "#| export\ndef quad(x):\n    return 4 * x\n"),
        a_test("quad", "from tinytorch.core.first import double\n\nassert quad(3) == double(6)"),
    ]
    write_notebook(course.modules / "02_second/second_dev.ipynb", cells)
    done = run(course, "02")
    assert done.results[0].status == "waiting" and done.next == "tito export 01"


def test_a_later_lesson_whose_export_does_not_import_stops_no_earlier_one(course):
    export(course)
    with open(course.package / "nn/second.py", "a") as file:
        file.write("raise RuntimeError('half done')\n")
    done = tito(course.root, "test", "01")
    assert done.returncode == 0 and "half done" not in done.stdout


def test_an_export_that_a_hand_has_changed_is_offered_again(course):
    export(course)
    path = course.package / "core/first.py"
    path.write_text(path.read_text().replace("* 2", "* 3"))
    assert export_state(course, course.catalogue.find("01")) == "changed"
    assert run(course).next == "tito export 01"
    assert "tinytorch/core/first.py is not as tito wrote it: tito export 01" in tito(course.root, "test", "02").stdout
    export(course, [course.catalogue.find("01")])
    assert export_state(course, course.catalogue.find("01")) == "exported" and run(course, "02").stale == []

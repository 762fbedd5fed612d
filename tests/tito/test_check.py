"""The author's lint is green on a sound lesson, and red for each planted error.

That it is green on every lesson of the course is seen in tests/course/test_mistakes.py.
"""

import json
import math
import shutil
from dataclasses import replace

import pytest
from course_fixture import code, first_cells, grading, source_of, tito, write_notebook

from tito.author.check import check
from tito.author.lint import lint


def faults(course):
    return "\n".join(check(course, course.catalogue.find("01")).faults)


def change(course, edit):
    """Edit the first lesson's JSON."""
    path = course.modules / "01_first/first_dev.ipynb"
    raw = json.loads(path.read_text())
    edit(raw["cells"])
    path.write_text(json.dumps(raw))


def mistake(course, **values):
    code = "#| export\ndef double(x):\n    return 0"
    entry = {"exercise": "double", "name": "x", "code": code, "says": "No."} | values
    (course.modules / "01_first/mistakes.py").write_text(f"MISTAKES = [{entry!r}]\n")


def test_a_sound_lesson_is_green_and_its_mistakes_are_caught(course):
    done = check(course, course.catalogue.find("01"))
    assert done.faults == []
    assert done.rows == [("double", 2, 1, 1), ("shift", 3, 1, 1)]
    assert tito(course.root, "check", "01").returncode == 0


def test_a_solution_that_fails_its_test_is_red(course, first):
    wrong = source_of(first.notebook, 4).replace("x * 2", "x * 3")
    source_of(first.notebook, 4, wrong)
    assert "cell 5, line 2: the solution fails test_double" in faults(course)
    assert tito(course.root, "check", "01").returncode == 1


def test_a_test_that_an_unwritten_exercise_passes_is_red(course, first):
    source_of(first.notebook, 5, "def test_double():\n    pass\n\n\ntest_double()")
    assert "test_double passes although double is not written" in faults(course)


def test_a_test_that_swallows_the_stubs_message_is_red(course, first):
    source_of(first.notebook, 5, "try:\n    ok = double(3) == 6\nexcept Exception:\n    ok = False\nassert ok")
    assert "does not say so, but AssertionError" in faults(course)


def test_a_mistake_that_slips_through_is_red(course):
    mistake(course, name="like the right one", code="def double(x):\n    return x + x")
    assert "the mistake 'like the right one' of double passes test_double" in faults(course)


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"exercise": "triple"}, "there is no exercise 'triple'; the exercises are: double, shift"),
        ({"says": ""}, "`says` is missing"),
        ({"code": "def double(x"}, "no Python"),
        ({"code": "def dubble(x):\n    return 0"}, "does not run: NameError"),
        ({"code": "raise ValueError"}, "does not run: ValueError"),
    ],
)
def test_a_broken_entry_among_the_mistakes_is_red(course, values, what):
    mistake(course, **values)
    assert what in faults(course)


def test_a_mistake_that_never_ends_is_caught_and_the_check_goes_on(course):
    mistake(course, code="#| export\ndef double(x):\n    while True: pass")
    assert faults(replace(course, cell_time_limit=1.5)) == ""


NO_POINTS, NUMBERLESS = "test_double is graded, but has no points", (-1, None, "3", True, math.nan, math.inf)


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        (lambda cells: cells.pop(4), "cell 4: no test cell test_double"),
        (lambda cells: cells.pop(3), "tests double, which is no exercise"),
        (lambda cells: cells[4]["metadata"]["nbgrader"].pop("points"), NO_POINTS),
        *((lambda cells, n=n: cells[4]["metadata"]["nbgrader"].update(points=n), NO_POINTS) for n in NUMBERLESS),
        (lambda cells: cells[3]["metadata"]["nbgrader"].update(schema_version=2), "schema_version is not 3"),
        (lambda cells: cells[3]["metadata"]["nbgrader"].update(grade_id="a b"), "grade_id 'a b'"),
        (lambda cells: cells[6]["metadata"]["nbgrader"].update(grade_id="double"), "is that of cell 4"),
        (lambda cells: cells[6]["metadata"]["nbgrader"].update(grade_id="bonus"), "'bonus' is what the gradebook"),
        (lambda cells: cells[3]["metadata"].pop("nbgrader"), "no nbgrader metadata"),
        (lambda cells: cells[0].update(source="# First"), "`objectives` is missing"),
        (lambda cells: cells[1].update(outputs=[{"output_type": "stream", "name": "stdout", "text": "x"}]), "outputs"),
        (lambda cells: cells[1].pop("metadata"), "not valid as a notebook"),
        (lambda cells: cells[3].update(source="def double(x):\n    ### BEGIN SOLUTION\n    return x"), "never closed"),
    ],
)
def test_a_fault_of_form_is_red(course, edit, what):
    change(course, edit)
    assert what in faults(course)


def test_points_that_are_no_number_leave_no_exercise_out_of_grading(course):
    change(course, lambda cells: cells[4]["metadata"]["nbgrader"].update(points=None))
    told = tito(course.root, "grade", "01", course.modules / "01_first")
    assert told.returncode == 1 and "is graded, but has no points: `points` is None" in told.stderr


@pytest.mark.parametrize("value", ["nosuch", "first, nosuch", "second", "third"])
def test_a_prerequisite_that_is_no_lesson_before_this_one_is_red(course, value):
    path = course.modules / "02_second/second_dev.ipynb"
    source_of(path, 1, source_of(path, 1).replace("prerequisites: none", f"prerequisites: {value}"))
    write_notebook(course.modules / "03_third/third_dev.ipynb", first_cells())
    wrong = value.rpartition(" ")[2]
    second = course.catalogue.find("02")
    assert lint(course, second, second.read()) == [
        f"modules/02_second/second_dev.ipynb, cell 1: prerequisites: {wrong!r} is no lesson before this one; "
        "those before it: first"
    ]


def test_a_prerequisite_of_the_first_lesson_is_red_and_one_that_comes_before_is_not(course, first):
    source_of(first.notebook, 1, source_of(first.notebook, 1).replace("prerequisites: none", "prerequisites: second"))
    assert "'second' is no lesson before this one; there is none before it, so write none" in faults(course)
    path = course.modules / "02_second/second_dev.ipynb"
    source_of(path, 1, source_of(path, 1).replace("prerequisites: none", "prerequisites: first"))
    second = course.catalogue.find("02")
    assert lint(course, second, second.read()) == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("dubble", "there is no exercise 'dubble'; did you mean 'double'?"),
        ("sgd", "there is no exercise 'sgd'; the exercises are: double, shift"),
        ("test_double", "there is no exercise 'test_double'; did you mean 'double'?"),
    ],
)
def test_a_mistake_of_an_exercise_that_is_not_there_names_those_that_are(course, first, wrong, told):
    first.mistakes.write_text(
        "from tito.mistakes import of_lesson\n\n"
        f'MISTAKES = [of_lesson(__file__)("{wrong}", "zero", 1, "You give 0.", double="return 0")]\n'
    )
    assert faults(course) == f"modules/01_first/mistakes.py, line 3: ValueError: the mistake 'zero': {told}"


def test_a_faulty_end_mark_is_told_before_the_mistakes_that_are_made_of_its_cell(course, first):
    source_of(first.notebook, 4, source_of(first.notebook, 4).replace("### END", "### end"))
    first.mistakes.write_text(
        "from tito.mistakes import of_lesson\n\n"
        'MISTAKES = [of_lesson(__file__)("double", "zero", 1, "You give 0.", double="return 0")]\n'
    )
    found = check(course, first).faults
    assert found[0].startswith("modules/01_first/first_dev.ipynb, cell 4, line 6: ")
    assert any(fault.startswith("modules/01_first/mistakes.py, line 3: ValueError: double has no") for fault in found)
    assert str(course.root) not in "".join(found)


def test_a_plain_cell_that_fails_is_red(course, first):
    write_notebook(first.notebook, [*first_cells(), code("x = 1\nx / 0")])
    assert "cell 11, line 2: fails: ZeroDivisionError" in faults(course)


def test_a_mistake_that_the_exam_does_not_see_is_red(course, first):
    exam = first.exam.read_text().replace("tt.shift(rng.normal(size=3), 2)", "tt.shift(rng.normal(size=3), 0)")
    first.exam.write_text(exam)
    assert faults(course) == "modules/01_first/exam.py: the mistake 'down' of shift earns every point"


def test_a_mistake_that_never_reaches_the_exam_is_red(course):
    mistake(course, code="def double(x):\n    return 0")
    assert "the mistake 'x' of double is not even defined: double is not defined" in faults(course)


def test_a_mistake_of_which_a_part_fails_in_the_exam_is_red(course):
    code = "#| export\ndef double(x):\n    return 0\n\nif __name__ != '__main__':\n    1 / 0"
    mistake(course, code=code)
    assert "the mistake 'x' of double does not run as a whole: " in faults(course)


def test_an_exam_that_its_own_solution_does_not_pass_is_red(course, first):
    first.exam.write_text(first.exam.read_text().replace("tt.double(rng.normal(size=3))", "tt.double(rng)"))
    assert "exam.py, doubled: the reference solution has no answer: raised TypeError" in faults(course)


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("[1.0]", "{'a text': 2.0}", "the reference solution accepts what is to be refused: a text"),
        ("[1.0]", "[2.0]", "the reference solution accepts what is to be refused: 2.0"),
        ("[None]", "[None]", "the reference solution refuses a case that is to be accepted"),
        ("[]", "[None]", "there must be a case to accept and one to refuse"),
        ("[1.0]", "[]", "there must be a case to accept and one to refuse"),
    ],
)
def test_an_exam_whose_solution_takes_good_for_bad_or_bad_for_good_is_red(course, first, good, bad, told):
    call = f"refusal('double', 'refuses', 'what is no number.', lambda tt, case: tt.double(case), {good}, {bad})"
    first.exam.write_text(f"{first.exam.read_text()}\nfrom tito.grading.exam import refusal\n{call}\n")
    assert f"double_refuses: {told}" in faults(course)


def test_an_exam_that_asks_for_what_is_no_exercise_is_red(course, first):
    first.exam.write_text(first.exam.read_text().replace('"shift"', '"shifty"'))
    assert "asks about shifty; no test cell gives points for that" in faults(course)


# ── What a lecturer gets wrong ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("points", ["2", None, float("nan"), float("inf"), True, -1])
def test_points_that_are_no_number_are_told_and_neither_released_nor_graded(course, points):
    change(course, lambda cells: cells[4]["metadata"]["nbgrader"].update(points=points))
    told = f"cell 5: test_double is graded, but has no points: `points` is {points!r}, write a number of 0 or more"
    for words in (("check", "01"), ("release",), ("grade", "01", course.modules / "01_first/first_dev.ipynb")):
        done = tito(course.root, *words)
        assert done.returncode == 1 and told in " ".join(f"{done.stdout}{done.stderr}".split())
    assert "Traceback" not in done.stderr


def test_a_test_named_otherwise_than_its_exercise_is_red(course):
    change(course, lambda cells: cells[4]["metadata"]["nbgrader"].update(grade_id="double_test"))
    assert "cell 5: its grade_id 'double_test' is not test_ and the name of an exercise" in faults(course)


@pytest.mark.parametrize(
    ("number", "values", "what"),
    [
        (4, {"grade": True, "points": 1}, "cell 5: tests double, which is no exercise; cell 4 is, once its `grade` is"),
        (9, {"grade": False}, "cell 9: question_why: a free-text answer has `grade` and `solution` true"),
        (4, {"grade_id": 5}, "`grade_id` is missing or no str"),
    ],
)
def test_metadata_that_says_two_things_is_red(course, first, number, values, what):
    change(course, lambda cells: cells[number - 1]["metadata"]["nbgrader"].update(values))
    first.mistakes.write_text("from tito.mistakes import of_lesson\n\nof_lesson(__file__)\nMISTAKES = []\n")
    found = faults(course)
    assert what in found and "Error" not in found.partition("the solution fails")[0]


@pytest.mark.parametrize(
    ("target", "what"),
    [
        ("nn/first.py", "`#| default_exp nn/first.py` is no module name such as nn.losses"),
        ("core.class", "`#| default_exp core.class` is no module name such as nn.losses"),
        ("nn", "modules/02_second/second_dev.ipynb exports to nn.second: nn cannot be both a module and a folder"),
        ("nn.second.more", "nn.second cannot be both a module and a folder"),
    ],
)
def test_a_place_that_nothing_can_be_exported_to_is_told_by_check_and_export(course, first, target, what):
    source_of(first.notebook, 2, f"#| default_exp {target}")
    assert what in faults(course)
    done = tito(course.root, "export")
    assert done.returncode == 1 and what in " ".join(f"{done.stdout}{done.stderr}".split())
    assert not course.package.exists()


def test_a_second_place_to_export_to_is_red(course, first):
    write_notebook(first.notebook, [*first_cells(), code("#| default_exp core.other")])
    assert "cell 11: a second `#| default_exp`: a notebook exports to one module" in faults(course)


def test_a_name_that_the_package_will_not_have_is_told_with_its_cells(course, first):
    source_of(first.notebook, 3, f"{source_of(first.notebook, 3)}\nTWO = 2")
    source_of(first.notebook, 4, source_of(first.notebook, 4).replace("x * 2", "x * TWO"))
    assert "cell 4: uses TWO, which cell 3 defines without `#| export`" in faults(course)


def test_a_helper_of_a_test_is_locked_or_the_course_could_not_test_itself(course, first):
    helper = code("def tripled(f):\n    return f(3)")
    cells = first_cells()
    cells[4]["source"] = ["def test_double():\n", "    assert tripled(double) == 6\n", "\n\n", "test_double()"]
    write_notebook(first.notebook, [*cells[:4], helper, *cells[4:]])
    assert "cell 5: test_double uses tripled, which is neither exported nor locked: give the cell nbgrader" in faults(
        course
    )
    assert tito(course.root, "test", "01").returncode == 1
    helper["metadata"] = grading("tripled")
    write_notebook(first.notebook, [*cells[:4], helper, *cells[4:]])
    assert faults(course) == "" and tito(course.root, "test", "01").returncode == 0


def test_an_exercise_of_another_lesson_and_an_import_of_a_later_one_are_red(course, first):
    change(course, lambda cells: cells.insert(2, code("#| export\nfrom tinytorch.nn.second import quad", grading("x"))))
    assert "cell 3, line 2: imports tinytorch.nn.second, which is of 02_second, which comes later" in faults(course)
    path = course.modules / "02_second/second_dev.ipynb"
    raw = json.loads(path.read_text())
    raw["cells"][4]["metadata"]["nbgrader"]["grade_id"] = "double"
    path.write_text(json.dumps(raw))
    second = course.catalogue.find("02")
    assert any("cell 5: 01_first has an exercise double too" in fault for fault in lint(course, second, second.read()))


def test_cells_of_one_id_and_a_kernel_of_another_language_are_red(course, first):
    raw = json.loads(first.notebook.read_text())
    raw["metadata"] = {"kernelspec": {"display_name": "R 4.3", "language": "R", "name": "ir"}}
    raw["cells"][6]["id"] = raw["cells"][3]["id"]
    first.notebook.write_text(json.dumps(raw))
    found = tito(course.root, "check", "01")
    told = " ".join(found.stdout.split())
    assert "first_dev.ipynb: its kernel is 'R 4.3', of R: choose Python 3 in JupyterLab, and save" in told
    assert "cell 7: its id 'cell04' is that of cell 4 too: open the notebook in JupyterLab and save it" in told
    assert found.returncode == 1 and found.stderr == ""


def test_a_notebook_as_windows_writes_it_has_its_mistakes(course, first):
    raw = json.loads(first.notebook.read_text())
    for cell in raw["cells"]:
        lines = cell["source"] if isinstance(cell["source"], list) else cell["source"].splitlines(keepends=True)
        cell["source"] = [line.replace("\n", "\r\n") for line in lines]
    first.notebook.write_bytes(b"\xef\xbb\xbf" + json.dumps(raw).encode())
    first.mistakes.write_text(
        "from tito.mistakes import of_lesson\n\n"
        'MISTAKES = [of_lesson(__file__)("double", "zero", 1, "You give 0.", double="return 0 * x")]\n'
    )
    assert faults(course) == ""


def test_one_cause_is_told_once(course, first):
    source_of(first.notebook, 3, "#| hide\nimport nosuch")
    cells = first.notebook.read_text().replace("double(3) == 6", "nosuch.double(double(3)) == 6")
    first.notebook.write_text(cells)
    found = check(course, first)
    assert [fault.partition(": ")[2][:18] for fault in found.faults] == ["fails: ModuleNotFo", "the solution fails"]
    assert ("double", 2, 0, 1) in found.rows


def test_a_command_of_jupyter_in_an_exercise_is_told_and_no_crash(course, first):
    source_of(first.notebook, 4, source_of(first.notebook, 4).replace("#| export", "#| export\n%matplotlib inline"))
    done = tito(course.root, "check", "01")
    assert done.returncode == 1 and done.stderr == "" and "`%matplotlib` is a command of Jupyter" in done.stdout


def test_an_exercise_of_no_points_has_an_exam_that_can_be_checked(course):
    change(course, lambda cells: cells[4]["metadata"]["nbgrader"].update(points=0))
    assert faults(course) == ""


def test_an_exam_that_is_not_utf8_is_told(course, first):
    first.exam.write_bytes(first.exam.read_bytes() + b"# \xe9\n")
    assert faults(course) == "modules/01_first/exam.py, line 16: not UTF-8: save it as that"


def test_a_notebook_that_is_not_utf8_is_told_with_its_line(course, first):
    first.notebook.write_bytes(first.notebook.read_bytes().replace(b"Twice 3", b"Tw\xe9ce 3"))
    done = tito(course.root, "check", "01")
    told = " ".join(f"{done.stdout}{done.stderr}".split())
    assert done.returncode == 1 and "01_first/first_dev.ipynb, line 23 cannot be read" in told and "save it as" in told


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (
            "tt.double(rng.normal(size=3))[0] > 9",
            "doubled: the answer is a truth value, which can be handed in without",
        ),
        ("print(tt.double(1))", "doubled: the answer is nothing: return the numbers, and the judge compares them"),
        ("rng.normal(size=3) * 2", "doubled: is earned although double is not written: call tt.double, and return"),
    ],
)
def test_a_question_that_asks_nothing_of_its_exercise_is_red(course, first, answer, what):
    exam = first.exam.read_text().replace("tt.double(rng.normal(size=3))", answer)
    first.exam.write_text(exam.replace("[0] > 9", "[0].item() > 9"))
    assert f"modules/01_first/exam.py: {what}" in faults(course)


def test_a_lesson_that_is_left_out_is_told_by_check_and_release(course):
    shutil.copytree(course.modules / "02_second", course.modules / "03-third")
    (course.modules / "02_second").rename(course.modules / "02_other")
    for verb, status in (("check", 1), ("release", 0)):
        done = tito(course.root, verb)
        told = " ".join(done.stdout.split())
        assert done.returncode == status
        assert "modules/03-third is left out of the course: rename it: a lesson's folder is a number, _ and" in told
        assert "modules/02_other is left out of the course: rename second_dev.ipynb to other_dev.ipynb" in told


def test_a_library_that_the_grader_does_not_have_is_told_as_that(course, first):
    source_of(first.notebook, 4, source_of(first.notebook, 4).replace("#| export", "#| export\nimport pytest"))
    told = "cell 4, line 2: ModuleNotFoundError: No module named 'pytest'; code is graded with Python's own library and"
    assert told in faults(course)


def test_code_that_people_mark_is_no_fault(course, first):
    explain = code("# Why twice?", grading("explain", grade=True, solution=True, points=2))
    write_notebook(first.notebook, [*first_cells(), explain])
    assert faults(course) == ""


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("exam.py", "raise SystemExit(0)", "01_first/exam.py does not load: SystemExit: 0"),
        ("mistakes.py", "raise SystemExit(0)", "01_first/mistakes.py, line 1: SystemExit: 0"),
        ("exam.py", "from tito.grading.exam import question\n\nquestion('double', 'value', tolerance=0.1)",
         "01_first/exam.py: double: tolerance 0.1 is not a pair (rtol, atol)"),
        ("exam.py", None, "01_first/exam.py cannot be read: Is a directory"),
    ],
)  # fmt: skip
def test_an_exam_or_mistakes_that_end_or_cannot_be_read_are_red(course, first, name, text, what):
    (first.path / name).unlink()
    (first.path / name).mkdir() if text is None else (first.path / name).write_text(text)
    done = tito(course.root, "check", "01")
    assert done.returncode == 1 and what in " ".join(done.stdout.split()) and done.stderr == ""

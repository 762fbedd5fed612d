"""An exercise passes only if its test was there, ran, and raised nothing: nothing printed or exited can fake that."""

import json
import re
import signal
import subprocess
import sys
import time

import psutil
import pytest
from course_fixture import a_test, code, exercise, first_cells, source_of, tito, write_notebook

from tito import testing
from tito.export import export
from tito.notebook import read_notebook
from tito.problem import Problem


def run(course, name="01", **options):
    return testing.test(course, course.catalogue.find(name), **options)


def result(course, name, **options):
    return next(r for r in run(course, **options).results if r.name == name)


def write(course, source, number=4):
    """The student's answer to an exercise of the first lesson."""
    source_of(course.modules / "01_first/first_dev.ipynb", number, source)


def runs(pid):
    """Whether a process still runs; one that waits for its parent to notice its end does not."""
    time.sleep(0.1)
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_the_reference_passes_with_what_its_tests_checked(course):
    done = run(course)
    assert done.passed and (done.earned, done.possible) == (5, 5)
    assert done.results[0].printed == "double: twice the value"


def test_where_all_lessons_pass_the_export_is_advised_only_where_one_is_missing(course):
    export(course)
    assert tito(course.root, "test").stdout.endswith("next: tito status\n")
    write(course, "#| export\ndef double(x):\n    return x + x")
    assert tito(course.root, "test").stdout.endswith("next: tito export\n")


def test_an_unwritten_exercise_is_not_started_rather_than_an_error(workspace):
    done = run(workspace)
    assert [r.status for r in done.results] == ["not started", "not started"]
    assert not done.passed
    assert tito(workspace.root, "test", "01").returncode == 1


def test_a_wrong_answer_shows_the_message_and_the_students_line(course):
    write(course, "#| export\ndef double(x):\n    return x * 3 if x != 3 else 1 / 0")
    wrong = result(course, "double")
    assert wrong.status == "failed" and "ZeroDivisionError" in wrong.message
    assert (wrong.cell, wrong.line, wrong.text) == (4, 3, "return x * 3 if x != 3 else 1 / 0")
    write(course, "#| export\ndef double(x):\n    return x * 3")
    wrong = result(course, "double")
    assert wrong.message == "double(3)\n  expected 6\n  got      9" and wrong.cell == 5


def test_a_jupyter_command_in_an_exported_cell_fails_as_it_would_at_export_and_at_grading(course):
    write(course, "#| export\ndef double(x):\n    return 2 * x\n%time y = double(3)")
    wrong = result(course, "double")
    assert wrong.status == "failed" and (wrong.cell, wrong.line) == (4, 4)
    assert "`%time` is a command of Jupyter, not Python: take it out of a cell that is exported" in wrong.message
    done = tito(course.root, "export", "01")
    assert done.returncode == 1 and "`%time` is a command of Jupyter" in done.stderr


def test_the_cells_after_a_failure_still_run(course):
    write(course, "#| export\ndef double(x):\n    return x * 3")
    assert result(course, "shift").passed


def test_a_name_lost_to_an_earlier_failure_is_told_as_such(course):
    cells = [*first_cells()[:3], code("factor = 1 / 0"), exercise("double", "def double(x):\n    return x * factor")]
    write_notebook(course.modules / "01_first/first_dev.ipynb", [*cells, a_test("double", "assert double(3) == 6")])
    done = run(course)
    assert done.results[0].status == "waiting"
    assert done.results[0].message == "needs factor, which cell 4 failed to define"
    assert "ZeroDivisionError" in done.troubles[0].message


def test_a_syntax_error_costs_only_its_own_exercise(course):
    write(course, "#| export\ndef double(x)\n    return 2 * x")
    done = run(course)
    assert [r.passed for r in done.results] == [False, True]
    assert "SyntaxError" in done.results[0].message and done.results[0].line == 2


@pytest.mark.parametrize(
    "attack",
    [
        "import sys; sys.exit(0)",
        "import os; os._exit(0)",
        "raise SystemExit",
        "print('double: passed'); import os; print('{\"status\": \"end\"}', flush=True); os._exit(0)",
        'import os; os.write(1, b\'{"cell": 5, "status": "ok"}\\n\'); os._exit(0)',
        "import os; os.kill(os.getpid(), 9)",
        "import ctypes; ctypes.string_at(0)",
        "raise KeyboardInterrupt",
        "import sys; sys.stdout.close(); raise ValueError",
    ],
)
def test_nothing_that_a_cell_prints_or_ends_can_fake_a_pass(course, attack):
    write(course, f"#| export\n{attack}\ndef double(x):\n    return 6")
    assert not result(course, "double").passed


def test_a_signal_without_a_name_is_told_by_its_number(course):
    write(course, "#| export\nimport os, signal\nos.kill(os.getpid(), signal.SIGRTMIN + 6)")
    assert "signal 40" in result(course, "double").message


def test_what_follows_a_crash_is_not_reached_and_fails(course):
    write(course, "#| export\nimport os\nos._exit(0)")
    done = run(course)
    assert [r.status for r in done.results] == ["crashed", "not reached"]


def test_an_endless_loop_ends_at_the_limit_with_all_that_it_started(course, tmp_path):
    marker = tmp_path / "pid"
    fork = f"pid = os.fork()\nif pid:\n    open({str(marker)!r}, 'w').write(str(pid))"
    write(course, f"#| export\nimport os\n{fork}\nwhile True: pass")
    started = time.monotonic()
    done = run(course, time_limit=1)
    assert time.monotonic() - started < 5
    assert [r.status for r in done.results] == ["timeout", "not reached"]
    assert not runs(int(marker.read_text()))


def endless(course, tmp_path):
    """`tito test` on a loop without an end: the command's process, and the pid of the one in which the loop runs."""
    marker = tmp_path / "pid"
    write(course, f"#| export\nimport os\nopen({str(marker)!r}, 'w').write(str(os.getpid()))\nwhile True: pass")
    process = subprocess.Popen([sys.executable, "-m", "tito", "test", "01"], cwd=course.root)
    end = time.monotonic() + 60
    while time.monotonic() < end and not (marker.exists() and marker.read_text()):
        time.sleep(0.05)
    return process, int(marker.read_text())


def test_ctrl_c_ends_the_loop_as_well_as_the_command(course, tmp_path):
    process, loop = endless(course, tmp_path)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=30)
    assert not runs(loop)


def test_a_loop_whose_command_was_killed_ends_by_itself_when_its_time_is_up(course, tmp_path):
    path = course.root / "settings.ini"
    path.write_text(re.sub(r"(cell|test)_time_limit = \d+", r"\1_time_limit = 2", path.read_text()))
    process, loop = endless(course, tmp_path)
    process.kill()
    process.wait()
    assert psutil.wait_procs([psutil.Process(loop)] if runs(loop) else [], timeout=20)[1] == []


def test_a_flood_of_printing_is_neither_slow_nor_fatal(course):
    write(course, "#| export\nfor _ in range(20000):\n    print('x' * 200)\ndef double(x):\n    return 2 * x")
    assert result(course, "double").passed


def test_what_a_learner_prints_to_find_an_error_is_shown_with_it(course):
    write(course, "#| export\ndef double(x):\n    print('so far', x)\n    return x * 3")
    assert "printed  so far 3\n" in tito(course.root, "test", "double").stdout
    write(course, "#| export\ndef double(x):\n    for n in range(100):\n        print('step', n)\n    return x * 3")
    told = tito(course.root, "test", "double").stdout
    assert "step 99" in told and "step 0" not in told and "(the last 12 lines)" in told


def test_a_forgotten_return_is_told_as_such(course):
    write(course, "#| export\ndef half(x):\n    x / 2\ndef double(x):\n    return 4 * half(x)")
    assert "is a return missing?" in result(course, "double").message


def test_a_deleted_test_cell_is_missing_not_passed(course):
    cells = first_cells()
    del cells[4]
    write_notebook(course.modules / "01_first/first_dev.ipynb", cells)
    done = run(course)
    assert done.results[0].status == "missing" and "test_double" in done.results[0].message
    assert not done.passed


def test_an_edited_test_cell_in_a_workspace_is_told(workspace):
    write(workspace, "#| export\ndef double(x):\n    return 7")
    write(workspace, "def test_double():\n    assert double(3)\n\ntest_double()", number=5)
    edited = result(workspace, "double")
    assert "edited" in edited.note
    assert result(workspace, "shift").note == ""


def test_an_exercise_deleted_with_its_test_is_missing_in_a_workspace(workspace):
    cells = first_cells()
    del cells[3:5]
    write_notebook(workspace.modules / "01_first/first_dev.ipynb", cells)
    done = run(workspace)
    assert [(r.name, r.status) for r in done.results] == [("shift", "passed"), ("double", "missing")]
    assert (done.earned, done.possible) == (3, 5)


def test_a_copied_test_cell_does_not_stand_in_for_the_first(course):
    cells = first_cells()
    cells.insert(5, a_test("double", "pass"))
    write_notebook(course.modules / "01_first/first_dev.ipynb", cells)
    write(course, "#| export\ndef double(x):\n    return 0")
    assert not result(course, "double").passed


def test_one_exercise_can_be_tested_alone(course):
    write(course, "#| export\ndef shift(x, by=1):\n    return 0", number=7)
    assert [r.name for r in run(course, exercises=["double"]).results] == ["double"]
    assert tito(course.root, "test", "01", "double").returncode == 0
    assert tito(course.root, "test", "01", "shift").returncode == 1


def test_a_mistyped_name_is_a_usage_error_with_a_suggestion(course):
    done = tito(course.root, "test", "01", "duoble")
    assert done.returncode == 2 and "did you mean double?" in done.stderr
    done = tito(course.root, "test", "frist")
    assert done.returncode == 2 and "did you mean 01_first?" in done.stderr
    done = tito(course.root, "test", "duoble")
    assert done.returncode == 2 and "did you mean double?" in done.stderr


def test_an_exercise_is_tested_by_its_name_alone_wherever_it_stands(course):
    write(course, "#| export\ndef shift(x, by=1):\n    return 0", number=7)
    done = tito(course.root, "test", "double")
    assert done.returncode == 0 and "1 of 1 exercise" in done.stdout, done.stderr
    assert "1 of 2 exercises" in tito(course.root, "test", "double", "shift").stdout


def test_outside_of_a_course_the_way_in_is_told(tmp_path):
    done = tito(tmp_path, "test")
    assert done.returncode == 2 and "no settings.ini" in done.stderr and "tito start" in done.stderr


def test_json_is_one_document_and_carries_the_verdict(course):
    write(course, "#| export\ndef double(x):\n    print('[]')\n    return 1")
    done = tito(course.root, "test", "01", "--json")
    (found,) = json.loads(done.stdout)
    assert done.returncode == 1 and found["passed"] is False
    assert [r["status"] for r in found["results"]] == ["failed", "passed"]


def test_a_stale_export_of_the_lesson_under_test_is_not_seen(course):
    export(course)
    cells = [*first_cells()[:3], exercise("double", "from tinytorch.core.first import double"), first_cells()[4]]
    write_notebook(course.modules / "01_first/first_dev.ipynb", cells)
    assert not result(course, "double").passed


def test_a_lesson_uses_the_workspaces_own_export_of_an_earlier_one(course):
    export(course)
    assert run(course, "02").passed
    write(course, "#| export\ndef double(x):\n    return x * 3")
    export(course, [course.catalogue.find("01")])
    assert not run(course, "02").passed


def test_a_prerequisite_that_is_not_exported_names_the_command(course):
    done = run(course, "02")
    assert not done.passed and done.next == "tito export 01"


def test_magics_run_in_ipythons_own_shell(course):
    cells = first_cells()
    cells.insert(3, code("%matplotlib inline\n%config InlineBackend.figure_format = 'svg'\nanswer = !echo 42"))
    cells.insert(7, code("assert answer[0] == '42' and double(1) == 2"))
    write_notebook(course.modules / "01_first/first_dev.ipynb", cells)
    done = run(course)
    assert done.passed and done.troubles == []


def test_a_notebook_that_is_no_notebook_is_refused_by_name(course):
    path = course.modules / "01_first/first_dev.ipynb"
    for text, what in (("{", "not JSON"), ("[]", "no list of cells"), ('{"cells": [{"cell_type": "code"}]}', "cell 1")):
        path.write_text(text)
        with pytest.raises(Problem, match=what):
            run(course)


def test_a_number_of_thousands_of_digits_makes_a_notebook_no_notebook(course):
    path = course.modules / "01_first/first_dev.ipynb"
    path.write_text(path.read_text().replace('"execution_count": null', f'"execution_count": {"1" * 5000}', 1))
    for verb in ("test", "export", "status"):
        done = tito(course.root, verb, *["01"] * (verb != "status"))
        assert "not JSON (Exceeds the limit" in done.stdout + done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("points", [None, "3", float("nan")])
def test_points_that_are_no_number_count_as_none(course, points):
    path = course.modules / "01_first/first_dev.ipynb"
    raw = json.loads(path.read_text())
    raw["cells"][4]["metadata"]["nbgrader"]["points"] = points
    path.write_text(json.dumps(raw))
    (told,) = json.loads(tito(course.root, "test", "01", "--json").stdout, parse_constant=pytest.fail)
    assert told["passed"] and told["earned"] == told["possible"] == 3


def test_half_an_emoji_in_a_notebook_or_in_an_error_stops_no_verb(workspace):
    first = workspace.catalogue.find("01")
    source_of(first.notebook, 4, "#| export\ndef double(x):\n    raise ValueError('\\ud83d')")
    (told,) = json.loads(tito(workspace.root, "test", "01", "--json").stdout)
    assert told["results"][0]["message"] == "ValueError: \ud83d"
    source_of(first.notebook, 5, source_of(first.notebook, 5) + "\n# \ud83d")
    for words in (["test", "01"], ["status"], ["hint"], ["export", "01"], ["submit", "01", "--student", "ada"]):
        assert "Traceback" not in tito(workspace.root, *words).stderr
    merged = read_notebook(first.notebook).text()
    assert merged.encode() and json.loads(merged) == read_notebook(first.notebook).raw


def test_a_named_exercise_is_tested_without_the_pictures_and_all_of_a_lesson_with_them(course, first):
    cells = first_cells()
    cells.insert(3, code("drawn = 1 / 0", {"tags": ["plot"]}))
    write_notebook(first.notebook, cells)
    assert testing.test(course, first, ["double"]).troubles == []
    assert [trouble.cell for trouble in testing.test(course, first).troubles] == [4]

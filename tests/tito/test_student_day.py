"""What a student keeps open: how far am I, test again what I saved, hand it in, and the same inside Jupyter."""

import json
import shutil
import subprocess
import sys
import zipfile

import pytest
from course_fixture import DOUBLE, QUAD, source_of, tito

from tito import doctor
from tito.export import export
from tito.grading import intake
from tito.problem import Problem
from tito.student import watch
from tito.student.progress import progress
from tito.student.submit import submit
from tito.testing import test as run_tests

NOTEBOOK = "modules/01_first/first_dev.ipynb"
RIGHT = "#| export\ndef double(x):\n    return x + x\n"
WRONG = "#| export\ndef double(x):\n    return x * x\n"
RIGHT_SHIFT = "#| export\ndef shift(x, by=1):\n    return x + by\n"


def write(workspace, source):
    source_of(workspace.root / NOTEBOOK, 4, source)


def states(workspace):
    return {name: state for lesson in progress(workspace) for name, state in lesson.exercises.items()}


def test_status_knows_what_passed_failed_and_changed_since(workspace):
    first = workspace.catalogue.find("01")
    assert set(states(workspace).values()) == {"untested"}
    write(workspace, RIGHT)
    run_tests(workspace, first)
    assert states(workspace) == {"double": "passed", "shift": "not started", "quad": "untested"}
    write(workspace, WRONG)
    assert states(workspace)["double"] == "changed"
    run_tests(workspace, first, ["double"])
    assert states(workspace) == {"double": "failed", "shift": "not started", "quad": "untested"}


def test_what_an_endless_loop_kept_from_being_reached_stays_as_it_was(workspace):
    first, path = workspace.catalogue.find("01"), workspace.root / NOTEBOOK
    endless = "#| export\ndef double(x):\n    while True:\n        pass\n"
    write(workspace, endless)
    run_tests(workspace, first, time_limit=1)
    assert states(workspace) == {"double": "timeout", "shift": "untested", "quad": "untested"}
    write(workspace, RIGHT)
    source_of(path, 7, "#| export\ndef shift(x, by=1):\n    return x + by")
    run_tests(workspace, first)
    write(workspace, endless)
    assert [r.status for r in run_tests(workspace, first, time_limit=1).results] == ["timeout", "not reached"]
    assert states(workspace) == {"double": "timeout", "shift": "passed", "quad": "untested"}
    assert "✗✓  " in tito(workspace.root, "status").stdout
    source_of(path, 7, "#| export\ndef shift(x, by=1):\n    return by + x")
    run_tests(workspace, first, time_limit=1)
    assert states(workspace)["shift"] == "changed"


USES = "#| export\ndef shift(x, by=1):\n    return double(x) - x + by"


def test_what_uses_a_changed_exercise_is_changed_too(workspace):
    write(workspace, RIGHT)
    source_of(workspace.root / NOTEBOOK, 7, USES)
    run_tests(workspace, workspace.catalogue.find("01"))
    assert (states(workspace)["double"], states(workspace)["shift"]) == ("passed", "passed")
    write(workspace, WRONG)
    assert (states(workspace)["double"], states(workspace)["shift"]) == ("changed", "changed")
    run_tests(workspace, workspace.catalogue.find("01"), ["double"])
    assert (states(workspace)["double"], states(workspace)["shift"]) == ("failed", "changed")


def test_a_save_tests_what_uses_the_exercise_once_that_is_written(workspace):
    told = watched(
        workspace,
        lambda: write(workspace, RIGHT),
        lambda: source_of(workspace.root / NOTEBOOK, 7, USES),
        lambda: write(workspace, WRONG),
    )
    assert [[(r.name, r.passed) for r in done.results] for done in told] == [
        [("double", True)],
        [("shift", True)],
        [("double", False), ("shift", False)],
    ]


def test_status_says_what_is_exported_and_what_is_next(workspace):
    shown = tito(workspace.root, "status").stdout
    assert "0 of  2  not exported" in shown and shown.rstrip().endswith("next: tito test 01 double")
    write(workspace, RIGHT)
    tito(workspace.root, "export", "01")
    assert "0 of  2  exported" in tito(workspace.root, "status").stdout


def test_a_record_that_cannot_be_read_is_no_record(workspace):
    workspace.state.mkdir(exist_ok=True)
    (workspace.state / "progress.json").write_text("{", encoding="utf-8")
    assert set(states(workspace).values()) == {"untested"}


class Saves:
    """Stands for the pause between two looks: at each, the next save happens; at the end, Ctrl-C."""

    def __init__(self, *saves):
        self.saves = list(saves)

    def __call__(self):
        if not self.saves:
            raise KeyboardInterrupt
        self.saves.pop(0)()


def watched(workspace, *saves, **options):
    told = []
    with pytest.raises(KeyboardInterrupt):
        watch.watch(workspace, [workspace.catalogue.find("01")], told.append, Saves(*saves), **options)
    return told


def test_a_save_tests_the_exercise_that_it_touched_and_no_other(workspace):
    told = watched(workspace, lambda: write(workspace, WRONG), lambda: None, lambda: write(workspace, RIGHT))
    assert [[(r.name, r.status) for r in done.results] for done in told] == [
        [("double", "failed")],
        [("double", "passed")],
    ]


def test_a_save_of_prose_tests_nothing_and_of_other_code_everything(workspace):
    path = workspace.root / NOTEBOOK
    told = watched(
        workspace,
        lambda: source_of(path, 1, source_of(path, 1) + "\nmore"),
        lambda: source_of(path, 3, source_of(path, 3) + "\nimport math"),
    )
    assert [len(done.results) for done in told] == [2]


def test_a_watch_tests_the_exercises_that_are_named_and_for_as_long_as_is_said(workspace):
    assert watched(workspace, lambda: write(workspace, WRONG), only=["shift"]) == []
    (done,) = watched(workspace, lambda: write(workspace, RIGHT + "while True: pass"), only=["double"], time_limit=1)
    assert done.results[0].status == "timeout" and "over 1 s" in done.results[0].message


@pytest.mark.parametrize("words, told", [(["--json"], "one answer"), (["dubble"], "no exercise 'dubble'")])
def test_a_watch_refuses_what_it_cannot_do(workspace, words, told):
    done = tito(workspace.root, "test", "01", *words, "--watch")
    assert done.returncode == 2 and told in done.stderr and done.stdout == ""


def test_a_notebook_that_is_half_written_or_gone_for_a_moment_does_not_end_the_watch(workspace):
    path = workspace.root / NOTEBOOK
    text = path.read_text(encoding="utf-8")
    saves = [lambda: path.write_text(text[:99]), path.unlink, lambda: path.write_text(text)]
    told = watched(workspace, *saves, lambda: write(workspace, RIGHT))
    assert isinstance(told[0], Problem) and told[-1].results[0].passed


def test_a_submission_holds_the_notebook_and_says_whose_it_is(workspace):
    write(workspace, RIGHT)
    done = tito(workspace.root, "submit", "01", "--student", "ada")
    assert done.returncode == 0 and "1 of 2 exercises pass" in done.stdout and "first_dev.ipynb" in done.stdout
    path = workspace.root / "submissions/01_first-ada.zip"
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert archive.read("first_dev.ipynb") == (workspace.root / NOTEBOOK).read_bytes()
    assert manifest["tito"] == doctor.installed().version
    assert manifest["student"] == "ada" and manifest["module"] == "01_first" and len(manifest["release"]) == 64


def test_a_folder_that_is_a_link_is_the_workspaces_own(workspace, tmp_path):
    (tmp_path / "cloud").mkdir()
    (workspace.root / "submissions").symlink_to(tmp_path / "cloud")
    first = tito(workspace.root, "submit", "01", "--student", "ada")
    kept = (tmp_path / "cloud/01_first-ada.zip").read_bytes()
    write(workspace, RIGHT)
    again = tito(workspace.root, "submit", "01")
    assert first.returncode == again.returncode == 0 and "packed submissions/01_first-ada.zip" in again.stdout
    (backup,) = (workspace.root / ".tito/backup").glob("*/submissions/01_first-ada.zip")
    assert backup.read_bytes() == kept != (tmp_path / "cloud/01_first-ada.zip").read_bytes()


def test_the_grader_takes_the_code_out_of_a_submission(workspace, course):
    write(workspace, RIGHT)
    submit(workspace, workspace.catalogue.find("01"), "ada")
    (entry,) = intake.find(workspace.root / "submissions")
    pieces = intake.read(entry, course.catalogue.find("01"))
    assert entry.student == "01_first-ada" and RIGHT.strip() in pieces[0].source


def test_the_id_is_asked_for_once_and_must_be_one(workspace):
    first = workspace.catalogue.find("01")
    with pytest.raises(Problem, match="whose work") as asked:
        submit(workspace, first)
    assert asked.value.next == "tito submit 01 --student YOUR-ID (once)"
    with pytest.raises(Problem, match="'../me' is no id"):
        submit(workspace, first, "../me")
    assert submit(workspace, first, "ada").path == submit(workspace, first).path
    assert len(list(workspace.state.glob("backup/*/submissions/*.zip"))) == 1, "the earlier zip is kept"


def test_the_same_work_gives_the_same_bytes(workspace):
    first = workspace.catalogue.find("01")
    before = submit(workspace, first, "ada").path.read_bytes()
    assert submit(workspace, first).path.read_bytes() == before


def test_code_that_is_not_python_is_refused_unless_the_student_insists(workspace):
    write(workspace, "#| export\ndef double(x:\n    return 1\n")
    first = workspace.catalogue.find("01")
    with pytest.raises(Problem, match="cell 4, line 2"):
        submit(workspace, first, "ann")
    with pytest.raises(Problem, match="whose work"):
        submit(workspace, first)  # the id of what was refused is not remembered
    assert submit(workspace, first, "ada", anyway=True).path.exists()
    with pytest.raises(Problem, match="cell 4, line 2"):
        submit(workspace, first, "ann")
    assert submit(workspace, first, anyway=True).path.name == "01_first-ada.zip"


def test_a_notebook_that_is_saved_again_while_it_is_tested_does_not_end_the_watch(workspace, monkeypatch):
    path = workspace.root / NOTEBOOK
    before = path.read_text(encoding="utf-8")

    def half_written(*given):
        path.write_text(before[:500], encoding="utf-8")
        return run_tests(*given)

    monkeypatch.setattr(watch.testing, "test", half_written)
    told = watched(workspace, lambda: write(workspace, WRONG))
    assert len(told) == 1 and "not a notebook" in str(told[0])


MAGIC = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "tito")
shell.run_cell({cell!r})
shell.run_line_magic("tito", {line!r})
"""


def magic(workspace, cell, line):
    folder = workspace.modules / "01_first"
    program = [sys.executable, "-c", MAGIC.format(cell=cell, line=line)]
    return subprocess.run(program, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=60).stdout


def test_the_magic_tests_what_the_kernel_holds_now_not_what_was_saved(workspace):
    assert "1 of 1 exercise" in magic(workspace, RIGHT, "test double")
    wrong = magic(workspace, WRONG, "test double")
    assert "expected 6" in wrong and "%tito hint double" in wrong
    unwritten = DOUBLE.split("    ###")[0] + "    raise NotImplementedError"
    assert "not started" in magic(workspace, unwritten, "test double")


def test_the_magic_tells_of_a_quotation_without_an_end(workspace):
    assert magic(workspace, RIGHT, "test it's").startswith("%tito test it's: No closing quotation\nnext: ")


BOTH = RIGHT + RIGHT_SHIFT.removeprefix("#| export\n")


@pytest.mark.parametrize("line", ["test 01 double", "test first double", "test double shift", "test 01 shift double"])
def test_the_magic_tests_the_kernel_wherever_an_exercise_is_named(workspace, line):
    shown = magic(workspace, BOTH, line)
    names = [word for word in line.split() if word in ("double", "shift")]
    assert f"{len(names)} of {len(names)} exercise" in shown and "saved" not in shown
    assert "expected 6" in magic(workspace, WRONG + RIGHT_SHIFT.removeprefix("#| export\n"), line)


def test_the_magic_says_so_where_it_tests_what_was_saved(workspace):
    assert magic(workspace, BOTH, "test 01").endswith("tested: the saved notebook, not what the kernel holds\n")
    assert magic(workspace, BOTH, "test 02 quad").endswith("tested: the saved notebook, not what the kernel holds\n")
    assert magic(workspace, BOTH, "test").endswith("tested: the saved notebooks, not what the kernel holds\n")
    wrong = magic(workspace, BOTH, "test 01 duoble")
    assert "did you mean double?" in wrong and "tested:" not in wrong
    assert "tested:" not in magic(workspace, BOTH, "test 01 --json")


def test_the_magic_says_what_the_saved_notebook_lacks_for_its_marks(workspace):
    write(workspace, RIGHT.removeprefix("#| export\n"))
    shown = magic(workspace, RIGHT, "test double")
    assert "1 of 1 exercise" in shown
    assert "double: as it was saved: its cell does not begin with `#| export`" in " ".join(shown.split())
    write(workspace, RIGHT)
    assert "as it was saved" not in magic(workspace, RIGHT, "test double")


def test_the_magic_names_what_is_none(workspace):
    cell = "def half(x):\n    x / 2\n\n\ndef double(x):\n    return 4 * half(x)\n"
    assert "None is what half gives, for it ends without a return" in magic(workspace, cell, "test double")
    cell = "def double(x, by=None):\n    return x * by\n"
    assert "by is None here: an option that was left out" in magic(workspace, cell, "test double")


def test_the_magic_shows_every_sign_in_any_encoding(workspace, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    program = MAGIC.format(cell="import sys; sys.stdout.reconfigure(encoding='utf-8')", line="status")
    shown = subprocess.run([sys.executable, "-c", program], cwd=workspace.root, capture_output=True)
    assert "○ written, not tested" in shown.stdout.decode("utf-8"), shown.stderr


def test_a_bare_assert_explains_itself_in_the_notebook_and_in_the_magic(workspace):
    source_of(workspace.root / NOTEBOOK, 5, "assert double(3) == 6")
    cell = f"from tito import workspace\nworkspace.activate()\n{WRONG}"
    program = MAGIC.format(cell=cell, line="test double") + "shell.run_cell('assert double(5) == 10')\n"
    options = {"capture_output": True, "text": True, "encoding": "utf-8", "timeout": 60}
    folder = workspace.modules / "01_first"
    shown = subprocess.run([sys.executable, "-c", program], cwd=folder, **options).stdout
    assert "double(3)\n    expected 6\n    got      9" in shown
    assert "double(5)\n  expected 10\n  got      25" in shown and "AssertionError" in shown


def test_the_magic_asks_for_a_cell_that_was_not_run(workspace):
    assert "double is not defined in this notebook yet: run the cell" in magic(workspace, "", "test double")
    assert "next: run cell 4, then: %tito test double" in magic(workspace, "", "test double")


def test_the_magic_asks_for_a_cell_that_gives_a_class_its_method_and_was_not_run(workspace):
    path, given = workspace.root / NOTEBOOK, "class Box:\n    pass\n"
    source_of(path, 7, "#| export\ndef shift(self, by=1):\n    return by\n\n\nBox.shift = shift")
    source_of(path, 8, "assert Box().shift(5) == 5")
    shown = magic(workspace, given, "test shift")
    assert "shift is not defined in this notebook yet: run the cell that defines it, cell 7" in shown
    assert "next: run cell 7, then: %tito test shift" in shown
    source_of(path, 8, "assert Box().other(5) == 5")
    shown = magic(workspace, given, "test shift")
    assert "'Box' object has no attribute 'other'" in shown and "next: %tito hint shift" in shown


def test_in_jupyter_the_answer_is_one_stream_of_text_and_colours(workspace):
    cell = "import sys, ipykernel\n" + WRONG
    shown = magic(workspace, cell, "test double")
    assert "\x1b[" in shown and "expected 6" in shown and "<pre" not in shown


def test_the_magic_knows_every_other_command(workspace):
    assert "01_first" in magic(workspace, "", "status")
    assert "no exercise 'nothing'" in magic(workspace, "", "hint nothing")


def test_an_import_of_a_lesson_that_is_not_exported_says_how_to_export_it(workspace):
    program = "from tito import workspace; workspace.activate()\nfrom tinytorch.core.first import double"
    folder = workspace.modules / "02_second"
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True)
    assert "01_first is not exported yet. In a terminal: tito export 01" in done.stderr


BARE = "#| export\ndef double(x):\n    return x + 1\n"


def test_a_bare_assert_says_which_condition_failed_and_what_came(workspace):
    write(workspace, BARE)
    path = workspace.root / NOTEBOOK
    source_of(path, 5, "def test_double():\n    assert double(1) == 2 and double(3) == 6\n\n\ntest_double()")
    (result,) = run_tests(workspace, workspace.catalogue.find("01"), ["double"]).results
    assert result.message == "double(3)\n  expected 6\n  got      4"


def test_a_broken_notebook_of_another_lesson_does_not_stand_in_the_way(workspace):
    write(workspace, RIGHT)
    (workspace.modules / "02_second/second_dev.ipynb").write_text("{", encoding="utf-8")
    assert "1 of 2 exercises" in tito(workspace.root, "test", "01").stdout
    assert tito(workspace.root, "status").returncode == 0
    assert "hint" in tito(workspace.root, "hint", "double").stdout


def test_what_the_disk_refuses_is_told_without_a_traceback(workspace):
    (workspace.root / "submissions").write_text("")
    done = tito(workspace.root, "submit", "01", "--student", "ada")
    assert done.returncode == 1 and "Traceback" not in done.stderr and "submissions: " in done.stderr
    assert not (workspace.state / "student").exists()


def test_a_workspace_in_a_file_is_refused_and_says_why(workspace, tmp_path):
    (tmp_path / "file").write_text("")
    for folder in ("file", "file/inside"):
        done = tito(tmp_path, "start", folder)
        assert done.returncode == 2 and f"{tmp_path / 'file'} is a file: a workspace is a folder" in done.stderr
        assert done.stderr.rstrip().endswith("next: tito start NEW-FOLDER") and "Traceback" not in done.stderr


HALF = "01_first/first_dev.ipynb, line 5: not a notebook, for it is not JSON"


@pytest.fixture(params=["half written", "gone"])
def unread(request, workspace):
    """The workspace with its first notebook half written or gone, what is said of that, and how it comes back."""
    path = workspace.root / NOTEBOOK
    if request.param == "gone":
        path.unlink()
        return workspace, "01_first/first_dev.ipynb is missing", "tito start brings it back"
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:4]), encoding="utf-8")
    return workspace, HALF, "save it again from Jupyter, or take back an earlier version"


def test_status_says_which_notebook_cannot_be_read(unread):
    workspace, what, _ = unread
    short = what.removeprefix("01_first/first_dev.ipynb").lstrip(", ")
    row = "is missing: tito start brings it back" if short == "is missing" else f"cannot be read: {short}"
    done = tito(workspace.root, "status")
    assert f"01_first   {row}" in done.stdout and "0 of  1  not exported" in done.stdout, done.stderr
    assert done.stdout.rstrip().endswith("next: tito test 01")


def test_a_notebook_that_cannot_be_read_keeps_no_other_lesson_from_being_tested(course, unread):
    workspace, what, back = unread
    export(course)
    shutil.copytree(course.package, workspace.package, dirs_exist_ok=True)
    source_of(workspace.root / "modules/02_second/second_dev.ipynb", 5, QUAD)
    done = tito(workspace.root, "test")
    assert done.returncode == 1 and f"01_first  {what}" in done.stdout and "1 of 1 exercise" in done.stdout
    assert done.stdout.rstrip().endswith("next: tito test 01_first")
    first, second = json.loads(tito(workspace.root, "test", "--json").stdout)
    assert what in first["problem"] and not first["passed"] and second["passed"] and second["problem"] == ""
    done = tito(workspace.root, "test", "01")
    assert done.returncode == 1 and what in done.stderr and f"next: {back}" in done.stderr


def test_an_exercise_that_is_not_found_may_be_in_the_notebook_that_cannot_be_read(unread):
    workspace, what, back = unread
    for verb, found in (("test", "no module and no exercise 'double'"), ("hint", "no exercise 'double'")):
        done = tito(workspace.root, verb, "double")
        assert done.returncode == 2 and found in done.stderr and f"next: {back}" in done.stderr
        assert f"(it may be in a notebook that cannot be read: {what}" in done.stderr
    done = tito(workspace.root, "test", "quadd")
    assert what in done.stderr and "did you mean quad?" in done.stderr


def test_hints_and_the_next_step_go_around_a_notebook_that_cannot_be_read(unread):
    workspace, what, _ = unread
    assert "quad  hint 1 of 2" in tito(workspace.root, "hint").stdout
    second = workspace.catalogue.find("02")
    source_of(second.notebook, 4, "#| export\ndef double(x):\n    return 2 * x")
    source_of(second.notebook, 5, QUAD)
    assert run_tests(workspace, second).passed
    assert what in tito(workspace.root, "hint").stderr


def test_a_folder_that_never_had_a_notebook_is_no_lesson_yet(workspace):
    (workspace.modules / "03_planned").mkdir()
    assert "03_planned" not in tito(workspace.root, "status").stdout
    assert "no exercise 'nothing'\nnext" in tito(workspace.root, "hint", "nothing").stderr


def test_an_unwritten_exercise_of_an_earlier_lesson_is_the_next_step(workspace):
    tito(workspace.root, "export", "01")
    quad = "#| export\ndef quad(x):\n    return double(double(x))"
    source_of(workspace.modules / "02_second/second_dev.ipynb", 5, quad)
    shown = tito(workspace.root, "test", "02").stdout
    assert shown.rstrip().endswith("next: write double in 01_first, then: tito export 01")


TO_WRITE = "write {0} in modules/01_first/first_dev.ipynb, save, then: tito test 01 {0}"


def test_after_one_exercise_passes_the_next_that_is_unwritten_or_fails_comes_before_the_export(workspace):
    first, path = workspace.catalogue.find("01"), workspace.root / NOTEBOOK
    write(workspace, RIGHT)
    assert run_tests(workspace, first, ["double"]).next == TO_WRITE.format("shift")
    source_of(path, 7, "#| export\ndef shift(x, by=1):\n    return x - by")
    assert run_tests(workspace, first, ["double"]).next == "tito test 01", "written, and nobody knows whether right"
    run_tests(workspace, first)
    assert run_tests(workspace, first, ["double"]).next == TO_WRITE.format("shift").replace("write", "look at")
    source_of(path, 7, RIGHT_SHIFT)
    assert run_tests(workspace, first, ["shift"]).next == "tito export 01"
    write(workspace, WRONG)
    run_tests(workspace, first, ["double"])
    source_of(path, 7, source_of(path, 7) + "\n")
    write(workspace, DOUBLE)
    assert run_tests(workspace, first, ["shift"]).next == "tito test 01", "double was changed since its test"


def test_where_nothing_can_be_remembered_a_lesson_that_passes_is_exported_next(workspace):
    write(workspace, RIGHT)
    source_of(workspace.root / NOTEBOOK, 7, RIGHT_SHIFT)
    (workspace.state / "progress.json").mkdir()
    assert run_tests(workspace, workspace.catalogue.find("01")).next == "tito export 01"


def test_an_exercise_that_waits_for_another_of_its_lesson_sends_there(workspace):
    source_of(workspace.root / NOTEBOOK, 7, "#| export\ndef shift(x, by=1):\n    return double(x) - x + by")
    shown = tito(workspace.root, "test", "shift").stdout
    assert "needs the exercise double" in shown and shown.rstrip().endswith(f"next: {TO_WRITE.format('double')}")


def test_what_was_not_begun_is_not_called_wrong_where_another_exercise_makes_its_test_fail(workspace):
    path = workspace.root / NOTEBOOK
    write(workspace, WRONG)
    source_of(path, 8, "assert double(3) == 6\nassert shift(3, 2) == 5")
    run_tests(workspace, workspace.catalogue.find("01"))
    assert states(workspace) == {"double": "failed", "shift": "not started", "quad": "untested"}
    source_of(path, 7, RIGHT_SHIFT)
    run_tests(workspace, workspace.catalogue.find("01"))
    assert states(workspace)["shift"] == "failed", "it is begun, so its test's word counts"


@pytest.mark.parametrize("lost", ["lessons", "folder"])
def test_a_bare_test_without_any_lesson_says_what_is_missing_as_status_does(course, lost):
    shutil.rmtree(course.root / "modules")
    if lost == "lessons":
        (course.root / "modules").mkdir()
    told = [tito(course.root, *words) for words in (["test"], ["test", "--json"], ["status"])]
    missing = "there is no lesson in" if lost == "lessons" else "modules is missing"
    for done in told:
        assert missing in done.stderr and "next: tito start" in done.stderr and done.stdout == ""
        assert done.returncode == told[-1].returncode != 0


COMMENTED = (
    "#| export\ndef double(x):\n    # raise NotImplementedError('Exercise double is yours to write')\n    return x * x"
)
BEHIND = (
    "#| export\ndef double(x):\n    return x * x\n    raise NotImplementedError('Exercise double is yours to write')"
)


@pytest.mark.parametrize("source", [WRONG, COMMENTED, BEHIND])
def test_what_is_written_and_was_never_tested_is_told_as_that(workspace, source):
    first = workspace.catalogue.find("01")
    write(workspace, source)
    assert states(workspace) == {"double": "written", "shift": "untested", "quad": "untested"}
    shown = tito(workspace.root, "status").stdout
    assert "01_first   ○·  " in shown and "○ written, not tested" in shown
    run_tests(workspace, first)
    assert states(workspace)["double"] == "failed"


def test_written_is_also_what_was_a_stub_at_its_last_test_and_a_half_written_stub_is_not(workspace):
    first, stub = workspace.catalogue.find("01"), source_of(workspace.root / NOTEBOOK, 4)
    run_tests(workspace, first)
    write(workspace, stub.replace("    raise", "    y = 2\n    raise"))
    assert states(workspace)["double"] == "untested"
    write(workspace, RIGHT)
    assert states(workspace)["double"] == "written"


def test_a_bare_hint_goes_by_what_is_written_and_says_that_it_was_not_tested(workspace):
    write(workspace, RIGHT)
    shown = tito(workspace.root, "hint").stdout
    assert shown.startswith("written, not tested yet: double  (tito test 01)\n") and "shift  hint 1 of 2" in shown
    source_of(workspace.root / NOTEBOOK, 7, RIGHT_SHIFT)
    source_of(workspace.modules / "02_second/second_dev.ipynb", 5, QUAD)
    done = tito(workspace.root, "hint")
    assert done.returncode == 1 and "written, not tested yet: double, shift" in done.stderr
    assert done.stderr.rstrip().endswith("next: tito test 01")

"""What a user's shell, disk and folders are like elsewhere: the real command, where each of them is odd."""

import os
import shutil
import subprocess
import sys

import pytest
from course_fixture import ROOT, source_of, tito

from tito.author.demo import fill

SHELL = pytest.mark.skipif(os.name != "posix", reason="a POSIX shell")


@pytest.fixture
def filled(course, workspace):
    """A workspace with every exercise written."""
    fill(workspace, course)
    return workspace


def in_shell(folder, snippet: str, *words):
    """`tito` with these words, started as `"$@"` in a line of shell."""
    command = ["sh", "-c", snippet, "sh", sys.executable, "-m", "tito", *map(str, words)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=120)


@pytest.mark.parametrize("level", ["1", "2"])
def test_no_unwritten_exercise_passes_where_python_skips_asserts(workspace, level):
    done = tito(workspace.root, "test", "01", env=os.environ | {"PYTHONOPTIMIZE": level})
    assert done.returncode == 1 and "2 not started: double, shift" in done.stdout


def test_a_lesson_is_checked_and_graded_where_python_skips_asserts_and_docstrings(course):
    bare = os.environ | {"PYTHONOPTIMIZE": "2"}
    checked = tito(course.root, "check", "01", env=bare)
    assert checked.returncode == 0 and "2 of 2 mistakes caught" in checked.stdout
    graded = tito(course.root, "grade", "01", "modules/01_first/first_dev.ipynb", "--no-gradebook", env=bare)
    assert graded.returncode == 0 and "5/5" in graded.stdout, graded.stderr


def test_the_magic_hears_of_a_wrong_answer_where_the_kernel_skips_asserts(workspace):
    program = (
        "from types import SimpleNamespace; from tito.student.magic import tito; "
        "tito(SimpleNamespace(user_ns={'double': lambda x: x * x}), 'test double')"
    )
    done = subprocess.run(
        [sys.executable, "-O", "-c", program], cwd=workspace.root / "modules/01_first", capture_output=True, text=True
    )
    assert "double(3)\n" in done.stdout and "expected 6" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["types", "json", "random", "re", "typing", "tito"])
def test_a_file_named_like_a_module_of_python_stops_no_verb(filled, name):
    lesson = filled.root / "modules/01_first"
    for folder in (filled.root, lesson):
        (folder / f"{name}.py").write_text("x = 1\n")
    program = "from tito.cli import main; main()"  # as the installed command, whose folder is not the current one
    for words in (["test", "01"], ["export"]):
        start = f"import sys; sys.path.remove(''); sys.path.append({str(ROOT)!r}); sys.argv[1:] = {words}; {program}"
        done = subprocess.run([sys.executable, "-c", start], cwd=lesson, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_doctor_names_the_files_that_stand_before_a_module(workspace):
    for name in ("numpy.py", "modules/01_first/random.py", "modules/01_first/mine.py", "modules/02_second/test.py"):
        (workspace.root / name).write_text("x = 1\n")
    done = tito(workspace.root, "doctor")
    told = [line.split()[2] for line in done.stdout.splitlines() if "hides the module of that name" in line]
    assert done.returncode == 1 and told == ["numpy.py", "modules/01_first/random.py"], done.stdout


def test_the_magic_runs_tito_and_no_file_that_lies_beside_the_notebook(workspace):
    lesson = workspace.root / "modules/01_first"
    program = "from tito.student.magic import tito; tito(None, 'status'); tito(None, 'stauts')"
    for name in ("types", "tito"):
        (lesson / f"{name}.py").write_text("raise SystemExit('not this one')\n")
    start = f"import sys; sys.path.remove(''); sys.path.append({str(ROOT)!r}); {program}"
    done = subprocess.run([sys.executable, "-c", start], cwd=lesson, capture_output=True, text=True)
    assert "01_first   ··" in done.stdout and "Usage: tito [" in done.stdout, done.stdout + done.stderr


def test_the_wheel_is_built_where_warnings_are_errors(course):
    done = tito(course.root, "release", "--wheel", env=os.environ | {"PYTHONWARNINGS": "error"})
    assert done.returncode == 0, done.stderr


def test_a_broken_export_is_told_by_its_cell_where_python_waits_at_the_end(course, first):
    source_of(first.notebook, 4, "#| export\nimport nothing_of_this_name")
    done = tito(course.root, "export", env=os.environ | {"PYTHONINSPECT": "1"}, stdin=subprocess.DEVNULL)
    assert "first_dev.ipynb, cell 4, line 2: ModuleNotFoundError" in done.stderr


def test_doctor_finds_the_package_whatever_python_puts_first(filled):
    assert tito(filled.root, "export").returncode == 0
    done = tito(filled.root, "doctor", env=os.environ | {"PYTHONSAFEPATH": "1", "PYTHONPATH": str(ROOT)})
    assert f"imports from {filled.package}" in done.stdout and done.returncode == 0, done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes")
@pytest.mark.parametrize("name", [b"two\nlines", b"no utf-8 \xff"])
def test_doctor_finds_the_package_in_a_folder_of_any_bytes(course, tmp_path, name):
    assert tito(course.root, "export").returncode == 0
    odd = tmp_path / os.fsdecode(name)
    shutil.move(course.root, odd)
    done = tito(odd, "doctor")
    assert done.returncode == 0 and "✗" not in done.stdout, done.stdout


@SHELL
@pytest.mark.parametrize("words", [["test", "01", "--json"], ["status"], ["export"]])
@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_a_command_ends_as_ever_where_its_streams_are_closed(filled, words, closed):
    done = in_shell(filled.root, f'exec "$@" {closed}', *words)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@SHELL
def test_a_lesson_is_checked_where_all_streams_are_closed(course):
    assert in_shell(course.root, 'exec "$@" <&- >&- 2>&-', "check", "01").returncode == 0


@SHELL
@pytest.mark.parametrize("words", [["test", "01"], ["export"], ["submit", "01", "--student", "ada"]])
def test_a_disk_without_room_for_a_temporary_file_is_told(filled, words):
    done = in_shell(filled.root, 'ulimit -f 0; exec "$@"', *words)
    assert done.returncode == 1 and done.stderr.startswith("No usable temporary directory"), done.stderr
    assert done.stderr.endswith("next: make room on that disk, or name a folder to write in: TMPDIR=FOLDER tito ...\n")


@SHELL
def test_a_file_larger_than_the_system_allows_is_told_and_nothing_is_left(course):
    before = sorted(path.name for path in course.root.iterdir())
    done = in_shell(course.root, 'ulimit -f 4; exec "$@"', "release")
    assert done.returncode == 1 and "File too large\nnext: the system allows no more" in done.stderr, done.stderr
    assert sorted(path.name for path in course.root.iterdir()) == before


@SHELL
@pytest.mark.parametrize("words", [["status"], ["doctor"], ["start", "here"]])
def test_a_folder_that_was_removed_under_the_user_is_told(tmp_path, words):
    done = in_shell(tmp_path, f'export PYTHONPATH="{ROOT}"; mkdir gone; cd gone; rmdir ../gone; exec "$@"', *words)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert "next: the folder that you are in is no longer there: go to your workspace or your course" in done.stderr


@SHELL
def test_a_command_without_files_to_open_says_what_is_short(filled):
    done = in_shell(filled.root, 'ulimit -n 7; exec "$@"', "test", "01")
    assert done.returncode == 1 and done.stderr.startswith("Too many open files\nnext: the system allows no more of it")


@pytest.mark.skipif(sys.platform != "linux", reason="grading is for Linux")
def test_a_class_is_graded_where_the_shell_allows_fewer_open_files_than_a_worker(course):
    words = ["grade", "01", "modules/01_first/first_dev.ipynb", "--no-gradebook", "--workers", "1"]
    done = in_shell(course.root, 'ulimit -n 28; exec "$@"', *words)
    assert done.returncode == 0 and "5/5" in done.stdout, done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="grading is for Linux")
def test_grading_refuses_by_name_the_limit_of_a_shell_that_leaves_a_worker_too_little(course):
    words = ["grade", "01", "modules/01_first/first_dev.ipynb", "--no-gradebook", "--workers", "1"]
    done = in_shell(course.root, 'export OPENBLAS_NUM_THREADS=1; ulimit -v 1000000; exec "$@"', *words)
    assert done.returncode == 1 and "your shell limits programs with ulimit -v, maybe too far" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="mounts")
def test_a_disk_that_can_only_be_read_is_told_with_the_file_that_was_meant(filled):
    assert tito(filled.root, "export").returncode == 0
    mounts = f'mount --bind "{filled.root}" "{filled.root}" && mount -o remount,ro,bind "{filled.root}"'
    enter = f'{mounts} || exit 77; cd "{filled.root}"; exec "$@"'
    command = ["unshare", "-rm", "sh", "-c", enter, "sh", sys.executable, "-m", "tito", "export"]
    if shutil.which("unshare") is None:
        pytest.skip("needs the command unshare, of util-linux")
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    if done.returncode == 77 or done.stderr.startswith("unshare: "):
        pytest.skip("this system lets this user mount nothing")
    assert done.stderr.startswith(f"{filled.state / 'written.json'}: Read-only file system\n"), done.stderr


def test_a_notebook_whose_python_does_not_start_is_a_problem_with_all_that_was_said(workspace, tmp_path):
    (tmp_path / "broken/numpy").mkdir(parents=True)
    (tmp_path / "broken/numpy/__init__.py").write_text("raise ImportError('half a NumPy')\n")
    path = f"{tmp_path / 'broken'}{os.pathsep}{ROOT}"
    done = tito(workspace.root, "test", "01", env=os.environ | {"PYTHONPATH": path})
    assert done.returncode == 1 and done.stderr.startswith("first_dev.ipynb could not be started: crashed: ")
    assert "ImportError: half a NumPy\nnext: tito doctor\n" in done.stderr and "cli" not in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="words of any bytes")
@pytest.mark.parametrize("words", [["history"], ["mark", "01", "double", "1", "--why", "half right"]])
def test_a_name_that_is_no_text_is_refused_as_such(course, words):
    (course.root / "class").mkdir()
    shutil.copy(course.root / "modules/01_first/first_dev.ipynb", course.root / "class/ada.ipynb")
    assert tito(course.root, "grade", "01", "class").returncode == 0
    command = [sys.executable, "-m", "tito", "gradebook", words[0], b"zo\xeb", *words[1:]]
    utf8 = os.environ | {"LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, env=utf8)
    assert done.returncode == 2 and "'zo\\udceb' holds bytes that are no text in utf-8" in done.stderr, done.stderr


FORGOTTEN = ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///file::memory:?uri=true"]
FORGOTTEN += ["sqlite:///file:marks?uri=true&mode=memory"]


@pytest.mark.parametrize("url", FORGOTTEN)
def test_a_gradebook_that_would_be_forgotten_at_the_end_is_refused_and_nothing_said_to_be_recorded(course, url):
    (course.root / "class").mkdir()
    shutil.copy(course.root / "modules/01_first/first_dev.ipynb", course.root / "class/ada.ipynb")
    named = os.environ | {"TITO_GRADEBOOK": url}
    graded = tito(course.root, "grade", "01", "class", env=named)
    assert graded.returncode == 1 and "names no file" in graded.stdout and "recorded in" not in graded.stdout
    shown = tito(course.root, "gradebook", "show", "01", env=named)
    assert shown.returncode == 2 and "next: name one: gradebook.db, or sqlite:///gradebook.db\n" in shown.stderr


def test_a_gradebook_named_by_a_short_url_is_the_same_from_every_folder_of_the_course(course):
    (course.root / "class").mkdir()
    shutil.copy(course.root / "modules/01_first/first_dev.ipynb", course.root / "class/ada.ipynb")
    named = os.environ | {"TITO_GRADEBOOK": "sqlite:///marks.db"}
    assert tito(course.modules, "grade", "01", "../class", env=named).returncode == 0
    shown = tito(course.root, "gradebook", "show", "01", env=named)
    assert (course.root / "marks.db").exists() and "1 student, 1 with a mark" in shown.stdout, shown.stderr


def test_no_test_leaves_a_temporary_file(course, first, tmp_path):
    source = "import tempfile, matplotlib.pyplot\nopen(tempfile.mkdtemp() + '/left', 'w').close()"
    source_of(first.notebook, 3, source_of(first.notebook, 3) + f"\n{source}")
    (tmp_path / "temporary").mkdir()
    nowhere = {"TMPDIR": str(tmp_path / "temporary"), "MPLCONFIGDIR": str(first.notebook / "no-folder")}
    assert tito(course.root, "test", "01", env=os.environ | nowhere).returncode == 0
    assert list((tmp_path / "temporary").iterdir()) == []


@SHELL
def test_ctrl_c_while_the_command_is_still_loading_leaves_no_trace(tmp_path):
    (tmp_path / "typer.py").write_text("import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(9)\n")
    done = tito(ROOT, "status", env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@SHELL
def test_an_environment_is_made_where_python_is_called_python_alone(tmp_path):
    python = tmp_path / "bin/python"
    python.parent.mkdir()
    python.write_text('#!/bin/sh\ncase "$1" in -c) exit 0;; *) echo "made: $*";; esac\n')
    python.chmod(0o755)
    program = [shutil.which("sh"), ROOT / ".ci/make-venv"]
    done = subprocess.run(program, cwd=tmp_path, env={"PATH": str(python.parent)}, capture_output=True, text=True)
    assert "made: -m venv --clear .venv" in done.stdout, done.stderr

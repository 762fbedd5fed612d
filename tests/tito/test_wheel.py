"""What a student installs: the whole day works from it, without the course, and it holds no answer."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from course_fixture import ROOT
from secrecy import leaked_neighbours, leaks

from tito.author.demo import fill
from tito.author.show import built
from tito.author.wheel import PARTS, build_wheel
from tito.settings import read_course
from tito.student.start import start

LEARNS = """
from tinytorch import Tensor
from tinytorch.nn import MSELoss
x = Tensor([1.0], requires_grad=True)
error = MSELoss()(x, Tensor([3.0]))
error.backward()
print(error.data, x.grad)
"""
OUTSIDE = "import tinytorch"
WHERE = "import tinytorch, tinytorch.core.tensor as t; print(tinytorch.__file__, t.__file__, sep='\\n')"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build_wheel(read_course(ROOT), tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The bin folder of an environment with the wheel and, to spare the network, our own copies of what it needs."""
    home = tmp_path_factory.mktemp("student") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    words = ["-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index", wheel]
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    (_site(python) / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python.parent


@pytest.fixture(scope="module")
def workspace(installed, tmp_path_factory):
    """A workspace from the wheel, with the course's own answers in it, exported."""
    folder = tmp_path_factory.mktemp("home") / "my-course"
    done = run(installed, folder.parent, "tito", "start", folder)
    assert done.returncode == 0, done.stderr
    unwritten = run(installed, folder, "tito", "test", "01")
    assert unwritten.returncode == 1 and "not started" in unwritten.stdout and "✓" not in unwritten.stdout
    fill(read_course(folder), read_course(ROOT))
    done = run(installed, folder, "tito", "export")
    assert done.returncode == 0, done.stderr
    return folder


def _site(python):
    words = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    return Path(subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip())


def run(installed, folder, program, *words):
    """A program of the student's environment, which knows nothing of the one that runs the tests."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    options = {"capture_output": True, "text": True, "encoding": "utf-8", "timeout": 300, "env": clean}
    return subprocess.run([installed / program, *map(str, words)], cwd=folder, **options)


def test_no_file_in_it_holds_a_line_of_a_solution_an_exam_or_a_mistake(wheel):
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    course = read_course(ROOT)
    lessons = {path: data for path, data in files.items() if path.startswith("tito/edition/")}
    assert len(lessons) > 10 and leaks(course, lessons) == []
    assert leaked_neighbours(course, {path: data for path, data in files.items() if path not in lessons}) == []
    tops = {name.split("/")[0] for name in files}
    assert tops == {"tinytorch.py", "tito", next(top for top in tops if top.endswith(".dist-info"))}
    code = {name for name in files if name.endswith(".py") and name not in lessons}
    assert {name.rpartition("/")[0] for name in code} == {"", "tito", *(f"tito/{part}" for part in PARTS)}


def test_the_proof_notices_a_leak_in_the_tool():
    package = (ROOT / "tinytorch/nn/losses.py").read_bytes()
    assert leaked_neighbours(read_course(ROOT), {"tito/x.py": package})


def test_the_same_course_gives_the_same_bytes(wheel, tmp_path):
    assert build_wheel(read_course(ROOT), tmp_path).read_bytes() == wheel.read_bytes()


def test_the_next_step_finds_it_from_where_it_was_built(course, capsys):
    path = course.root / "dist/tinytorch_course-0.1.0-py3-none-any.whl"
    path.parent.mkdir()
    path.write_bytes(b"")
    built(course, path)
    shown = " ".join(capsys.readouterr().out.split())
    assert f"next: pip install dist/{path.name} && tito start" in shown
    assert "in this one their tito would take the place of yours" in shown


def test_it_asks_for_what_a_student_needs_and_no_more(wheel):
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith("/METADATA")]
        lines = archive.read(name).decode().splitlines()
    needed = {line.split()[1].split("<")[0].split(">")[0] for line in lines if line.startswith("Requires-Dist")}
    assert {"numpy", "nbdev", "jupyter", "typer"} <= needed and not {"torch", "pytest", "pyseccomp"} & needed


@pytest.mark.parametrize("number", ["01", "02", "03", "04", "05"])
def test_the_answers_pass_in_a_workspace_made_from_it(installed, workspace, number):
    done = run(installed, workspace, "tito", "test", number)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_day_ends_with_a_package_that_learns_and_a_zip(installed, workspace):
    done = run(installed, workspace, "python", "-c", LEARNS)
    assert done.stdout.split() == ["4.0", "[-4.]"], done.stderr
    done = run(installed, workspace, "tito", "submit", "04", "--student", "ada")
    assert done.returncode == 0 and (workspace / "submissions/04_losses-ada.zip").exists(), done.stderr


@pytest.mark.parametrize("folder", ["", "modules/04_losses", "submissions"])
def test_an_import_anywhere_in_a_workspace_finds_its_own(installed, workspace, folder):
    (workspace / folder).mkdir(exist_ok=True)
    done = run(installed, workspace / folder, "python", "-c", f"import sys\n{WHERE}")
    assert done.stdout.split() == [str(workspace / f"tinytorch/{name}.py") for name in ("__init__", "core/tensor")]


def test_it_does_so_where_the_course_itself_is_installed_too(installed, workspace):
    course = _site(installed / "python") / "course.pth"
    course.write_text(f"{ROOT}\n")
    try:
        done = run(installed, workspace / "modules/04_losses", "python", "-c", f"import sys\n{WHERE}")
        assert done.stdout.split()[0] == str(workspace / "tinytorch/__init__.py"), done.stderr
        done = run(installed, workspace.parent, "python", "-c", OUTSIDE)
        assert "tinytorch is what you build in a workspace" in done.stderr
    finally:
        course.unlink()


def test_a_notebook_finds_its_workspaces_own(installed, workspace):
    program = (
        "import sys; from execnb.shell import CaptureShell; s = CaptureShell(); "
        f"print(s.run({WHERE.split(';')[0] + '; tinytorch.__file__'!r}))"
    )
    done = run(installed, workspace / "modules/03_layers", "python", "-c", program)
    assert str(workspace / "tinytorch/__init__.py") in done.stdout, done.stderr


def test_outside_of_a_workspace_there_is_no_package_and_the_error_says_where_to_go(installed, workspace):
    done = run(installed, workspace.parent, "python", "-c", OUTSIDE)
    assert done.returncode == 1 and done.stderr.splitlines()[-1].startswith("ModuleNotFoundError: tinytorch is what")
    assert "tito start" in done.stderr


def test_an_empty_workspace_has_an_empty_package(installed, tmp_path):
    start(tmp_path / "new", ROOT)
    done = run(installed, tmp_path / "new/modules/01_tensor", "python", "-c", "import tinytorch.core.tensor")
    assert "01_tensor is not exported yet" in done.stderr


def test_what_only_an_instructor_can_do_is_refused_in_a_sentence(installed, workspace):
    done = run(installed, workspace, "tito", "grade", "04", "submissions")
    assert done.returncode == 2 and "grading stays with the course" in done.stderr and "Traceback" not in done.stderr


def test_help_lists_what_a_student_can_do_and_no_more(installed, workspace):
    done = run(installed, workspace, "tito", "--help")
    lines = done.stdout.partition("For students:")[2].splitlines()
    listed = {line.split()[0] for line in lines if line.strip() and not line.startswith("For ")}
    assert listed == {"start", "test", "export", "hint", "status", "solution", "submit", "doctor"}


def test_the_installed_tito_knows_its_version_and_is_well(installed, workspace):
    assert run(installed, workspace, "tito", "--version").stdout.startswith("tito 0.")
    done = run(installed, workspace, "tito", "doctor")
    assert done.returncode == 0, done.stdout

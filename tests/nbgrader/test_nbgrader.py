"""The lessons go through nbgrader itself: generate_assignment, validate and autograde, in an environment of its own.

It takes a minute and the network, so it runs where CI is set, or with `make test-nbgrader`.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".venv-nbgrader"
WANTED = bool(os.environ.get("CI") or os.environ.get("NBGRADER"))
LESSONS = ["01_tensor", "02_activations", "03_layers", "04_losses", "05_autograd"]

pytestmark = pytest.mark.skipif(not WANTED, reason="needs nbgrader in an environment of its own: make test-nbgrader")


@pytest.fixture(scope="session")
def nbgrader():
    """Run an nbgrader command in a folder. Made once, beside .venv."""
    bin = ENVIRONMENT / ("Scripts" if sys.platform == "win32" else "bin")
    if not (bin / "nbgrader").exists():
        venv.create(ENVIRONMENT, clear=True)
        pip = [sys.executable, "-m", "pip", "--python", bin / "python", "--disable-pip-version-check", "install"]
        subprocess.run([*pip, "--quiet", "nbgrader==0.9.6", "--editable", str(ROOT)], check=True, timeout=900)

    def run(folder, *words):
        path = os.pathsep.join([str(bin), os.environ["PATH"]])
        environment = os.environ | {"PATH": path, "JUPYTER_DATA_DIR": str(folder / ".jupyter"), "MPLBACKEND": "Agg"}
        return subprocess.run(
            [bin / "nbgrader", *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
        )

    return run


@pytest.fixture(scope="session")
def graded(nbgrader, tmp_path_factory):
    """A course in nbgrader's layout: every lesson released; Ada hands in the solutions, Bob the empty release."""
    folder = tmp_path_factory.mktemp("nbgrader")
    (folder / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.course_id = "tinytorch"\n')
    shutil.copy(ROOT / "settings.ini", folder)
    (folder / "modules").mkdir()
    shutil.copytree(ROOT / "tinytorch", folder / "tinytorch")
    for lesson in LESSONS:
        answers = shutil.ignore_patterns("exam.py", "mistakes.py", "__pycache__")
        shutil.copytree(ROOT / "modules" / lesson, folder / "source" / lesson, ignore=answers)
        done = nbgrader(folder, "generate_assignment", lesson)
        assert done.returncode == 0, done.stderr
        shutil.copytree(folder / "source" / lesson, folder / "submitted/ada" / lesson)
        shutil.copytree(folder / "release" / lesson, folder / "submitted/bob" / lesson)
    return folder


def scores(folder):
    with open(folder / "grades.csv", newline="") as file:
        return {(row["student_id"], row["assignment"]): float(row["raw_score"]) for row in csv.DictReader(file)}


def points(lesson):
    notebook = json.loads(next((ROOT / "modules" / lesson).glob("*_dev.ipynb")).read_text(encoding="utf-8"))
    marks = [cell["metadata"].get("nbgrader", {}) for cell in notebook["cells"]]
    return sum(mark["points"] for mark in marks if mark.get("grade") and not mark.get("solution"))


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_release_that_nbgrader_makes_holds_no_solution(graded, lesson):
    text = next((graded / "release" / lesson).glob("*.ipynb")).read_text(encoding="utf-8")
    assert "BEGIN SOLUTION" not in text and "NotImplementedError" in text


@pytest.mark.parametrize("lesson", ["01_tensor", "04_losses"])
def test_nbgrader_validates_a_filled_lesson(nbgrader, graded, lesson):
    done = nbgrader(graded, "validate", str(next((graded / "source" / lesson).glob("*.ipynb"))))
    assert "Success" in done.stdout + done.stderr


def test_nbgrader_gives_full_marks_to_the_solutions_and_none_to_the_stubs(nbgrader, graded):
    for lesson in LESSONS:
        done = nbgrader(graded, "autograde", lesson)
        assert done.returncode == 0, done.stderr
    assert nbgrader(graded, "export").returncode == 0
    found = scores(graded)
    assert {lesson: found["ada", lesson] for lesson in LESSONS} == {lesson: points(lesson) for lesson in LESSONS}
    assert {found["bob", lesson] for lesson in LESSONS} == {0}

"""The autograder.zip, run as Gradescope lays it out, with a folder of ours for /autograder."""

import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest
from gradings import HALF, submission

from tito.problem import Problem
from tito.ways.gradescope import bundle

SCORED = {"name", "number", "tags", "score", "max_score", "status", "visibility", "output"}


@pytest.fixture
def autograder(course, tmp_path):
    """Gradescope's part: unpack, copy run_autograder out, put in a submission, run, and read results.json."""
    root = tmp_path / "autograder"

    def run(files: dict, **options):
        shutil.rmtree(root, ignore_errors=True)
        archive = bundle(course, course.catalogue.find("02"), tmp_path / "autograder.zip", **options)
        subprocess.run([sys.executable, "-m", "zipfile", "-e", archive, root / "source"], check=True)
        archive.unlink()
        shutil.copy(root / "source/run_autograder", root / "run_autograder")
        (root / "run_autograder").chmod(0o755)
        (root / "venv/bin").mkdir(parents=True)
        # what setup.sh would make
        python = root / "venv/bin/python"
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        python.chmod(0o755)
        (root / "results").mkdir()
        (root / "submission").mkdir()
        for name, text in files.items():
            (root / "submission" / name).write_text(text)
        environment = {
            name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "TITO_GRADEBOOK")
        }
        done = subprocess.run([root / "run_autograder"], cwd=root, capture_output=True, text=True, env=environment)
        path = root / "results/results.json"
        return done, json.loads(path.read_text()) if path.exists() else None

    return run


def test_a_submission_gets_a_test_for_each_exercise_and_aspect(autograder):
    done, results = autograder({"losses_dev.ipynb": submission(mse_loss=HALF)})
    assert done.returncode == 0, done.stdout + done.stderr
    tests = {test["name"]: test for test in results["tests"]}
    assert results["score"] == 9 and sum(test["score"] for test in results["tests"]) == pytest.approx(9, abs=1e-3)
    assert sum(test["max_score"] for test in results["tests"]) == pytest.approx(16, abs=1e-3)
    assert all(set(test) == SCORED and test["visibility"] == "visible" for test in tests.values())
    assert tests["mse_loss: value"]["status"] == "failed" and "expected" in tests["mse_loss: value"]["output"]
    assert tests["l1_loss: value"] == tests["l1_loss: value"] | {"status": "passed", "output": "", "number": "2.1"}
    assert results["stdout_visibility"] == "hidden" and results["extra_data"]["status"] == "graded"
    assert all(results["extra_data"]["isolation"].values()) and results["output"] == ""


def test_instructors_say_when_results_are_seen(autograder):
    _, results = autograder({"x.ipynb": submission()}, visibility="after_due_date")
    assert {results["visibility"], *(test["visibility"] for test in results["tests"])} == {"after_due_date"}
    assert results["score"] == 16


@pytest.mark.parametrize(
    ("files", "says"),
    [({"losses_dev.ipynb": "{"}, "not a notebook"), ({"essay.txt": "x"}, "no notebook"), ({}, "no notebook")],
)
def test_what_cannot_be_graded_has_no_points_and_says_why(autograder, files, says):
    done, results = autograder(files)
    assert done.returncode == 0 and results["score"] == 0 and results["tests"] == [] and says in results["output"]


SPY = """#| export
done = []
for path, mode in (("{root}/source/course/modules/02_losses/exam.py", "r"), ("{root}/results/results.json", "w")):
    try:
        open(path, mode).close()
        done.append(path)
    except OSError:
        pass
raise RuntimeError(f"opened {{len(done)}}")
"""


def test_student_code_there_reaches_neither_the_answers_nor_the_results(autograder, tmp_path):
    done, results = autograder({"losses_dev.ipynb": submission(spy=SPY.format(root=tmp_path / "autograder"))})
    assert done.returncode == 0 and "RuntimeError: opened 0" in results["output"]


def test_where_nothing_can_be_graded_there_is_no_result_and_so_no_zero(autograder, course):
    (course.root / "modules/02_losses/exam.py").write_text("1 / 0\n")
    done, results = autograder({"losses_dev.ipynb": submission()})
    assert done.returncode == 1 and results is None and "exam.py does not load" in done.stdout


def test_the_zip_is_the_same_for_the_same_course_and_holds_what_setup_needs(course, tmp_path):
    module = course.catalogue.find("02")
    (course.root / "modules/03_later").mkdir()
    first, second = (bundle(course, module, tmp_path / name).read_bytes() for name in ("a.zip", "b.zip"))
    assert first == second
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = archive.namelist()
        modes = {m.filename: m.external_attr >> 16 for m in archive.infolist()}
        wanted = archive.read("requirements.txt").decode().split("\n")
    assert {"setup.sh", "run_autograder", "course/settings.ini", "course/modules/02_losses/exam.py"} <= set(names)
    assert not [name for name in names if "03_later" in name or "__pycache__" in name or name.startswith("/")]
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert [line.split(">")[0].split("<")[0] for line in wanted if line] == [
        "numpy", "fastcore", "pyseccomp", "rich", "typer"]  # fmt: skip
    for script in ("setup.sh", "run_autograder"):
        with zipfile.ZipFile(tmp_path / "a.zip") as archive:
            subprocess.run(["bash", "-n"], input=archive.read(script), check=True)


def test_the_folder_of_the_zip_is_made(course, tmp_path):
    assert bundle(course, course.catalogue.find("02"), tmp_path / "new/folder/a.zip").is_file()


def test_nothing_is_overwritten_and_words_are_known(course, tmp_path):
    module = course.catalogue.find("02")
    (tmp_path / "mine.zip").write_text("mine")
    with pytest.raises(Problem, match="there already"):
        bundle(course, module, tmp_path / "mine.zip")
    with pytest.raises(Problem, match="--visibility never"):
        bundle(course, module, tmp_path / "new.zip", visibility="never")
    assert (tmp_path / "mine.zip").read_text() == "mine" and not (tmp_path / "new.zip").exists()

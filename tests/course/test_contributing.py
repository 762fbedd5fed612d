"""The lesson that CONTRIBUTING.md shows is a lesson: it is content to the check, and a broken one is not."""

import re
import shutil
from pathlib import Path

import jupytext
import nbformat
import pytest

from tito.author.check import check
from tito.grading import grade
from tito.settings import read_course

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def written(tmp_path):
    """A course of two lessons, the tensor's and written(change): the page's own but for a pair (old, new)."""

    def written(change=("", "")):
        lesson, exam, mistakes = BLOCK.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
        shutil.copy(ROOT / "settings.ini", tmp_path)
        shutil.copytree(ROOT / "modules/01_tensor", tmp_path / "modules/01_tensor")
        shutil.copytree(ROOT / "tinytorch/core", tmp_path / "tinytorch/core")
        folder = tmp_path / "modules/06_optimizers"
        folder.mkdir(parents=True)
        notebook = jupytext.reads(lesson.replace(*change), fmt="py:percent")
        nbformat.write(notebook, folder / "optimizers_dev.ipynb")
        (folder / "exam.py").write_text(exam.replace(*change), encoding="utf-8")
        (folder / "mistakes.py").write_text(mistakes.replace(*change), encoding="utf-8")
        return read_course(tmp_path)

    return written


def faults(course):
    return "\n".join(check(course, course.catalogue.find("06")).faults)


def test_the_lesson_shown_to_authors_is_content_to_the_check(written):
    course = written()
    done = check(course, course.catalogue.find("06"))
    assert done.faults == [] and done.rows == [("sgd_step", 2, 2, 2)]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("gives=0.8", "gives=0.9"), "the solution fails test_sgd_step"),
        (("**Predict.**", "Predict."), "lacks a prediction"),
        (("- prerequisites: tensor", "- prerequisites: nosuch"), "'nosuch' is no lesson before this one"),
        (("np.ones((1, 3))", "np.zeros((3, 1))"), "the reference solution accepts what is to be refused: a row for"),
        (('mistake("sgd_step", "uphill"', 'mistake("sgd", "uphill"'), "there is no exercise 'sgd'; the exercises are"),
        (('("w - rate", "w + rate")', '("rate * g", "g * rate")'), "'uphill'"),
    ],
)
def test_and_the_check_sees_an_error_planted_in_it(written, change, told):
    assert told in faults(written(change))


@pytest.mark.parametrize(
    ("change", "total", "told"),
    [
        (("w - rate * g", "w + rate * g"), 0, "go uphill"),
        (("np.shape(w) != np.shape(g)", "False"), 1, "Refuse them"),
    ],
)
def test_a_wrong_answer_to_it_loses_points_and_is_told_why(written, tmp_path, change, total, told):
    course = written()
    text = course.catalogue.find("06").notebook.read_text(encoding="utf-8")
    handed_in = tmp_path / "ada.ipynb"
    handed_in.write_text(text.replace(*change), encoding="utf-8")
    (result,) = grade(course, handed_in, "06", seed=1, unsafe=True).results
    assert result.total == total and told in result.diagnoses[0].says

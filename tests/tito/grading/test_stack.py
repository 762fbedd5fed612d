"""--own-stack: a submission stands on its student's own earlier lessons, where they were handed in."""

import json
import zipfile

import pytest
from school import IMPORTS, L1, MSE, REDUCE, TENSOR, cell, notebook, wrong

from tito.grading import grade

LOSSES = notebook({"imports": IMPORTS, "reduce": REDUCE, "mse_loss": MSE, "l1_loss": L1})
TWICE = TENSOR.replace("return total(self)", "return total(self) * 2.0")
ALONE = "\nimport sys\nassert 'tinytorch.core.tensor' in sys.modules and __name__ == 'tinytorch.core.tensor'\n"


def tensor(source):
    return json.dumps({"cells": [cell("#| default_exp core.tensor"), cell("#| export" + source)], "nbformat": 4})


@pytest.fixture
def results(school, tmp_path):
    """Grade workspaces {student: {path: text}}, with and without their own stack."""

    def run(students: dict, own_stack=True, **options):
        for student, files in students.items():
            for name, text in files.items():
                path = tmp_path / "class" / student / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        options |= {"seed": 3, "workers": 1, "own_stack": own_stack}
        return {result.student: result for result in grade(school, tmp_path / "class", "02", **options).results}

    return run


def test_a_weak_tensor_sinks_the_losses_only_on_the_own_stack(results):
    weak = {"modules/01_tensor/tensor_dev.ipynb": tensor(TWICE), "modules/02_losses/losses_dev.ipynb": LOSSES}
    ours = results({"weak": weak}, own_stack=False)["weak"]
    own = results({"weak": weak})["weak"]
    assert ours.total == 16 and ours.message == ""
    assert set(wrong(own)) == set(wrong(own, "l1_loss")) == {"total"} and own.message == ""


def test_a_good_own_stack_of_notebooks_or_exports_keeps_full_marks(results):
    students = {
        "notebooks": {"tensor_dev.ipynb": tensor(TENSOR + ALONE), "losses_dev.ipynb": LOSSES},
        "exports": {"tinytorch/core/tensor.py": TENSOR, "losses_dev.ipynb": LOSSES},
    }
    found = results(students)
    assert {name: (result.total, result.message, result.troubles) for name, result in found.items()} == {
        name: (16, "", []) for name in students
    }


def test_what_is_not_handed_in_is_the_courses_own_with_a_remark(results):
    students = {
        "alone": {"losses_dev.ipynb": LOSSES},
        "broken": {"tensor_dev.ipynb": "{", "losses_dev.ipynb": LOSSES},
        "twice": {"a/tensor_dev.ipynb": tensor(TWICE), "b/tensor_dev.ipynb": "{}", "losses_dev.ipynb": LOSSES},
    }
    found = results(students)
    assert all(result.total == 16 for result in found.values())
    assert found["alone"].message == "graded on the course's own 01_tensor (not handed in)"
    assert "not JSON" in found["broken"].message and "2 files" in found["twice"].message


def test_a_failure_in_an_earlier_lesson_is_told_with_its_place(results):
    late = TENSOR + "\n1 / 0\n"
    (result,) = results({"late": {"tensor_dev.ipynb": tensor(late), "losses_dev.ipynb": LOSSES}}).values()
    assert result.total == 16 and result.troubles[0].startswith("cell 2 of tensor_dev.ipynb, line")


def test_one_students_stack_leaves_nothing_for_the_next(results):
    vandal = TENSOR + "\nnp.mean = np.sum\nTensor.mean = Tensor.sum\n__all__ = 5\n"
    students = {
        "a": {"tensor_dev.ipynb": tensor(vandal), "losses_dev.ipynb": LOSSES},
        "b": {"losses_dev.ipynb": LOSSES},
        "c": {"tensor_dev.ipynb": tensor(TENSOR), "losses_dev.ipynb": LOSSES},
    }
    found = results(students)
    assert (found["b"].total, found["c"].total) == (16, 16) and found["a"].total < 16


def test_a_zip_brings_its_own_stack_too(school, tmp_path):
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("w/tensor_dev.ipynb", tensor(TWICE))
        archive.writestr("w/losses_dev.ipynb", LOSSES)
    (result,) = grade(school, tmp_path, "02", seed=3, own_stack=True).results
    assert set(wrong(result)) == {"total"}


def test_an_earlier_lesson_that_hangs_costs_its_cell_alone(results):
    hangs = json.loads(tensor(TENSOR))
    hangs["cells"].append(cell("#| export\nwhile True: pass"))
    (result,) = results(
        {"h": {"tensor_dev.ipynb": json.dumps(hangs), "losses_dev.ipynb": LOSSES}}, time_limit=0.5
    ).values()
    assert result.total == 16 and "cell 3 of tensor_dev.ipynb" in result.troubles[0]

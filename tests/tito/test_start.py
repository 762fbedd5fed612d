"""A workspace is made once and brought up to date often; what the student wrote is never lost."""

import os
import subprocess
import sys

import pytest
from course_fixture import source_of, tito

from tito.export import export
from tito.problem import Problem
from tito.settings import find_course
from tito.student.lab import open_lab
from tito.student.start import start
from tito.workspace import activate

NOTEBOOK = "modules/01_first/first_dev.ipynb"
MINE = "#| export\ndef double(x):\n    return x + x"


def correct_the_course(course):
    """The course changes a test of its first lesson."""
    path = course.root / NOTEBOOK
    source_of(path, 5, source_of(path, 5) + "  # corrected")


def test_a_new_workspace_is_a_course_whose_empty_package_imports(workspace):
    assert find_course(workspace.modules / "01_first") == workspace
    program = "import tinytorch; print(tinytorch.__file__)"
    done = subprocess.run([sys.executable, "-c", program], cwd=workspace.root, capture_output=True, text=True)
    assert done.stdout.strip() == str(workspace.package / "__init__.py")


def test_a_folder_with_other_things_in_it_is_refused(course, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("x")
    with pytest.raises(Problem, match="not empty, and no workspace"):
        start(tmp_path / "mine", course.root)
    with pytest.raises(Problem, match="not empty, and no workspace"):
        start(course.root, course.root)


def test_the_next_step_can_be_typed_as_it_stands(course, tmp_path):
    shown = tito(tmp_path, "start", "my course", "--from", course.root).stdout
    assert shown.splitlines()[-1] == 'next: cd "my course" && jupyter lab'


def test_starting_again_changes_nothing_when_nothing_is_new(course, workspace):
    source_of(workspace.root / NOTEBOOK, 4, MINE)
    done = start(workspace.root, course.root)
    assert done.existed and not (done.new or done.updated or done.beside)
    assert source_of(workspace.root / NOTEBOOK, 4) == MINE


def test_a_changed_lesson_is_put_beside_the_students_own(course, workspace):
    source_of(workspace.root / NOTEBOOK, 4, MINE)
    before = (workspace.root / NOTEBOOK).read_bytes()
    correct_the_course(course)
    done = start(workspace.root, course.root)
    assert done.beside == {NOTEBOOK: "modules/01_first/_first_dev.new.ipynb"}
    assert (workspace.root / NOTEBOOK).read_bytes() == before
    assert "corrected" in source_of(workspace.root / "modules/01_first/_first_dev.new.ipynb", 5)
    assert [path.read_bytes() for path in workspace.state.rglob("first_dev.ipynb")] == [before]


def test_the_newer_lesson_beside_it_disturbs_neither_tito_nor_nbdev(course, workspace):
    source_of(workspace.root / NOTEBOOK, 4, MINE)
    correct_the_course(course)
    start(workspace.root, course.root)
    export(workspace)
    assert "return x + x" in (workspace.package / "core/first.py").read_text()


def test_the_tests_of_a_lesson_that_stayed_are_not_called_edited(course, workspace):
    source_of(workspace.root / NOTEBOOK, 4, MINE)
    correct_the_course(course)
    start(workspace.root, course.root)
    assert "edited" not in tito(workspace.root, "test", "01").stdout


def test_a_lesson_that_the_student_has_not_touched_is_updated(course, workspace):
    correct_the_course(course)
    assert start(workspace.root, course.root).updated == [NOTEBOOK]
    assert "corrected" in source_of(workspace.root / NOTEBOOK, 5)


def test_a_deleted_lesson_comes_back(course, workspace):
    (workspace.root / NOTEBOOK).unlink()
    assert start(workspace.root, course.root).new == [NOTEBOOK]


def test_the_exported_package_is_left_to_export(course, workspace):
    export(workspace)
    before = (workspace.package / "__init__.py").read_bytes()
    done = start(workspace.root, course.root)
    assert not done.beside and (workspace.package / "__init__.py").read_bytes() == before


def test_start_from_nothing_says_what_is_missing(tmp_path):
    (tmp_path / "empty").mkdir()
    done = tito(tmp_path, "start", "new", "--from", tmp_path / "empty")
    assert done.returncode == 2 and "neither a release nor a course" in done.stderr


def test_activate_drops_a_package_imported_from_elsewhere(workspace, monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "tinytorch"]:
        monkeypatch.delitem(sys.modules, name)  # activate forgets them: tests after this one get them back
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    foreign = type(sys)("tinytorch")
    foreign.__file__ = "/elsewhere/tinytorch/__init__.py"
    monkeypatch.setitem(sys.modules, "tinytorch", foreign)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(workspace.modules / "01_first")
    assert activate() == workspace.root and sys.path[0] == str(workspace.root)
    assert sys.modules.get("tinytorch") is not foreign


def test_activate_outside_of_a_workspace_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RuntimeError, match="tito start"):
        activate()


def test_a_workspace_without_a_package_does_not_find_the_reference(workspace):
    for path in workspace.package.iterdir():
        os.remove(path)
    program = "from tito import workspace; workspace.activate(); import tinytorch.core.tensor"
    done = subprocess.run([sys.executable, "-c", program], cwd=workspace.root, capture_output=True, text=True)
    assert "tinytorch.core is missing: 01_first is not exported yet" in done.stderr


FAKE_LAB = "import os, sys; print('opened', sys.argv[1:], 'in', os.getcwd())\n"


def test_open_starts_jupyterlab_at_the_first_unfinished_lesson(course, workspace, tmp_path):
    lab = tmp_path / "path/jupyterlab"
    lab.mkdir(parents=True)
    (lab / "__init__.py").write_text("")
    (lab / "__main__.py").write_text(FAKE_LAB)
    path = os.pathsep.join([str(lab.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    options = {"env": os.environ | {"PYTHONPATH": path}}
    done = tito(workspace.root, "start", "--open", "--from", course.root, **options)
    root = workspace.root
    assert f"opened ['--ServerApp.root_dir={root}', '{root / NOTEBOOK}'] in {root}" in done.stdout
    assert "for the rest open another: tito test" in done.stdout, "JupyterLab keeps the terminal"
    for number, name in ((4, "double"), (7, "shift")):
        source_of(workspace.root / NOTEBOOK, number, source_of(course.root / NOTEBOOK, number))
        assert f"def {name}" in source_of(workspace.root / NOTEBOOK, number)
    tito(workspace.root, "test", "01")
    done = tito(workspace.root, "start", "--open", "--from", course.root, **options)
    assert "02_second/second_dev.ipynb'] in" in done.stdout


def test_open_without_jupyterlab_says_how_to_get_it(workspace, monkeypatch):
    monkeypatch.setitem(sys.modules, "jupyterlab", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(Problem, match="JupyterLab is not installed") as raised:
        open_lab(workspace.root)
    assert raised.value.next.endswith("-m pip install jupyterlab")

"""The package comes from the notebooks, whole or not at all."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from course_fixture import ROOT, code, first_cells, source_of, tito, write_notebook

from tito import importing
from tito.export import export
from tito.problem import Problem
from tito.testing import test as run_tests


def package(course):
    """Every file of the package with its bytes."""
    files = course.package.rglob("*.py")
    return {course.inside(path): path.read_bytes() for path in sorted(files) if path.name != "_modidx.py"}


def test_export_makes_a_package_that_imports(course):
    export(course)
    program = "from tinytorch import double, quad; print(double(4), quad(1))"
    done = subprocess.run([sys.executable, "-c", program], cwd=course.root, capture_output=True, text=True)
    assert done.stdout == "8 4\n", done.stderr


def test_what_lies_where_the_command_is_typed_is_not_imported(course, tmp_path):
    """As in a folder of submissions, one of which a student has called json.py."""
    folder, command = course.root / "submissions", tmp_path / "run.py"
    folder.mkdir()
    for name in ("json.py", "numpy.py", "traceback.py"):
        (folder / name).write_text("open('owned', 'w')")
    command.write_text("from tito.cli import main\nmain()")  # as the installed command begins
    done = subprocess.run([sys.executable, command, "export"], cwd=folder, capture_output=True)
    assert done.returncode == 0 and b"written" in done.stdout, done.stderr
    assert not (folder / "owned").exists()


def test_no_solution_marker_reaches_the_package(course):
    export(course)
    assert b"SOLUTION" not in b"".join(package(course).values())
    assert b"return x * 2" in package(course)["tinytorch/core/first.py"]


def test_nbdev_export_gives_the_same_bytes(course):
    export(course)
    ours = package(course)
    for path in course.package.rglob("*.py"):
        if path.name != "__init__.py":
            path.unlink()
    nbdev = Path(sys.executable).with_name("nbdev-export")
    subprocess.run([nbdev], cwd=course.root, check=True, capture_output=True)
    assert package(course) == ours


def test_tables_of_contents_list_what_is_exported_and_no_more(course):
    export(course, [course.catalogue.find("01")])
    assert "core.first" in (course.package / "__init__.py").read_text()
    assert "nn.second" not in (course.package / "__init__.py").read_text()
    export(course, [course.catalogue.find("02")])
    lines = (course.package / "__init__.py").read_text().splitlines()
    assert lines[2:] == ["from tinytorch.core.first import *", "from tinytorch.nn.second import *"]
    assert (course.package / "nn/__init__.py").read_text().splitlines()[2:] == ["from tinytorch.nn.second import *"]


def test_exporting_one_module_leaves_the_others_as_they_are(course):
    export(course)
    source_of(course.modules / "02_second/second_dev.ipynb", 5, "#| export\ndef quad(x):\n    return 4 * x")
    before = package(course)
    done = export(course, [course.catalogue.find("02")])
    assert list(done.changed) == ["tinytorch/nn/second.py"]
    assert package(course).keys() == before.keys()
    assert package(course)["tinytorch/core/first.py"] == before["tinytorch/core/first.py"]


def test_check_is_green_after_an_export_and_red_after_an_edit_and_writes_nothing(course, first):
    assert tito(course.root, "export", "--check").returncode == 1
    assert not course.package.exists()
    assert tito(course.root, "export").returncode == 0
    assert tito(course.root, "export", "--check").returncode == 0
    source_of(first.notebook, 4, "#| export\ndef double(x):\n    return x + x")
    before = package(course)
    done = tito(course.root, "export", "--check")
    assert done.returncode == 1 and "tinytorch/core/first.py" in done.stdout and "+    return x + x" in done.stdout
    assert package(course) == before


def test_check_names_a_file_that_no_notebook_exports(course):
    export(course)
    (course.package / "old.py").write_text("x = 1\n")
    done = export(course, check=True)
    assert done.stale == ["tinytorch/old.py"] and not done.agrees


def test_a_syntax_error_is_told_with_notebook_cell_line_and_text(course, first):
    source_of(first.notebook, 4, "#| export\ndef double(x):\n    return x **")
    with pytest.raises(Problem) as caught:
        export(course)
    assert "modules/01_first/first_dev.ipynb, cell 4, line 3" in str(caught.value)
    assert "return x **" in str(caught.value)


def test_every_broken_cell_is_told_at_once(course, first):
    source_of(first.notebook, 4, "#| export\ndef double(x)")
    source_of(first.notebook, 7, "#| export\nfrom .core import double")
    with pytest.raises(Problem) as caught:
        export(course)
    assert "cell 4, line 2" in str(caught.value) and "cell 7, line 2: relative import" in str(caught.value)


def test_a_refused_export_leaves_the_package_alone(course, first):
    export(course)
    before = package(course)
    source_of(course.modules / "02_second/second_dev.ipynb", 5, "#| export\ndef quad(x):\n    return 5 * x")
    source_of(first.notebook, 4, "#| export\ndef double(x")
    with pytest.raises(Problem):
        export(course)
    assert package(course) == before


def test_magics_are_refused_where_exported_and_fine_elsewhere(course, first):
    cells = first_cells() + [code("%time double(2)\n!echo hello"), code("files = !ls")]
    write_notebook(first.notebook, cells)
    export(course)
    write_notebook(first.notebook, [*cells, code("#| export\n%time double(2)")])
    with pytest.raises(Problem, match="cell 13, line 2"):
        export(course)


def test_two_notebooks_for_one_target_are_refused(course):
    source_of(course.modules / "02_second/second_dev.ipynb", 2, "#| default_exp core.first")
    with pytest.raises(Problem, match="both export to tinytorch.core.first"):
        export(course)


def test_a_copy_of_a_notebook_beside_it_is_refused_too(course, first):
    (first.path / "first_copy.ipynb").write_bytes(first.notebook.read_bytes())
    with pytest.raises(Problem, match="first_copy.ipynb"):
        export(course, [first])


def test_export_without_default_exp_is_refused(course, first):
    source_of(first.notebook, 2, "x = 1")
    with pytest.raises(Problem, match="cell 4.*default_exp"):
        export(course)


def test_a_missing_notebook_is_refused_by_name(course, first):
    first.notebook.unlink()
    done = tito(course.root, "export", "01")
    assert done.returncode == 1 and "01_first/first_dev.ipynb is missing" in done.stderr


def test_a_package_that_would_not_import_is_refused_in_the_notebooks_terms(course, first):
    export(course)
    before = package(course)
    source_of(first.notebook, 4, "#| export\n### BEGIN SOLUTION\n\n### END SOLUTION\ndouble = undefined_name * 2")
    with pytest.raises(Problem) as caught:
        export(course)
    assert "modules/01_first/first_dev.ipynb, cell 4, line 5: NameError" in str(caught.value)
    assert package(course) == before


def test_what_the_package_prints_may_be_in_any_encoding(course, first, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    source_of(first.notebook, 4, source_of(first.notebook, 4) + "\n\nimport sys\nprint('é', file=sys.stderr)")
    assert "tinytorch/core/first.py" in export(course).changed


def test_a_lesson_whose_prerequisite_is_not_exported_names_the_command(course):
    with pytest.raises(Problem, match="01_first is not exported yet") as caught:
        export(course, [course.catalogue.find("02")])
    assert "tito export 01" in caught.value.next


def test_a_hand_edit_is_kept_in_a_backup_and_told(course):
    export(course)
    file = course.package / "core/first.py"
    file.write_text(file.read_text() + "# mine\n")
    done = export(course)
    backup = course.root / done.kept["tinytorch/core/first.py"]
    assert backup.read_text().endswith("# mine\n")
    assert "# mine" not in file.read_text()
    assert export(course).kept == {}


def test_an_old_export_is_replaced_without_ado(course, first):
    export(course)
    source_of(first.notebook, 4, "#| export\ndef double(x):\n    return x + x")
    assert export(course).kept == {}


def test_nbdev_export_reproduces_the_committed_package(tmp_path):
    for name in ("pyproject.toml", "modules", "tinytorch"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / name)
    for path in [path for path in tmp_path.glob("tinytorch/**/*.py") if path.name != "__init__.py"]:
        path.unlink()
    subprocess.run([Path(sys.executable).with_name("nbdev-export")], cwd=tmp_path, check=True, capture_output=True)
    for path in sorted(ROOT.glob("tinytorch/**/*.py")):
        if path.name != "_modidx.py":
            assert (tmp_path / path.relative_to(ROOT)).read_bytes() == path.read_bytes(), path


def test_nbdevs_clean_leaves_the_real_notebooks_as_they_are(tmp_path):
    for name in ("pyproject.toml", "modules"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / name)
    subprocess.run([Path(sys.executable).with_name("nbdev-clean")], cwd=tmp_path, check=True, capture_output=True)
    for path in sorted(ROOT.glob("modules/*/*_dev.ipynb")):
        assert (tmp_path / path.relative_to(ROOT)).read_bytes() == path.read_bytes(), path


def test_settings_and_nbdev_agree_on_every_shared_key():
    from nbdev.config import get_config

    from tito.settings import read_course

    nbdev, course = get_config(ROOT), read_course(ROOT)
    assert nbdev.lib_path == course.package and nbdev.nbs_path == course.modules
    assert nbdev.title == course.title
    assert nbdev.allowed_cell_metadata_keys == ["nbgrader", "tags"]


def test_the_committed_package_is_what_the_notebooks_export():
    done = tito(ROOT, "export", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def exported_anew(course, *words):
    """The last line of an export that finds something to write."""
    (course.package / "core/first.py").unlink(missing_ok=True)
    return tito(course.root, "export", *words).stdout.splitlines()[-1]


def test_after_an_export_the_next_step_is_to_test_what_did_not_pass_its_last_test(course, first):
    assert exported_anew(course, "01") == "next: tito test 01"
    run_tests(course, first, ["double"])
    assert exported_anew(course, "01") == "next: tito test 01" and exported_anew(course) == "next: tito test"
    run_tests(course, first)
    source_of(first.notebook, 4, source_of(first.notebook, 4).replace("x * 2", "2 * x"))
    assert exported_anew(course, "01") == "next: tito test 01"


def test_after_an_export_of_what_passes_the_next_step_leads_on(course, first):
    run_tests(course, first)
    assert exported_anew(course, "01") == "next: tito test 02"
    run_tests(course, course.catalogue.find("02"))
    assert exported_anew(course, "01") == "next: tito submit 01" and exported_anew(course) == "next: tito submit 02"


ENDS = {
    "os._exit": ("import os\nos._exit(0)", 3, "the process ended with exit code 0: does something call os._exit?"),
    "a crash": ("import ctypes\nctypes.string_at(0)", 3, "the process was killed by signal 11"),
    "a loop": ("x = 1\nwhile x: pass", 3, "it did not finish in 3 s: does a loop never end?"),
}


@pytest.mark.parametrize("name", ENDS)
def test_a_cell_that_ends_the_import_is_refused_with_its_line(course, first, monkeypatch, name):
    export(course)
    before = package(course)
    source, line, why = ENDS[name]
    write_notebook(first.notebook, [*first_cells(), code(f"#| export\n{source}")])
    monkeypatch.setattr(importing, "LIMIT", 3)
    with pytest.raises(Problem) as caught:
        export(course)
    assert f"first_dev.ipynb, cell 11, line {line}: the import ended early: {why}" in str(caught.value)
    assert package(course) == before


def test_the_line_is_told_where_the_temporary_folder_is_called_as_a_user(course, first, monkeypatch, tmp_path):
    """On Windows it lies at the user's home; where a process ends, what is no ASCII in a path is told as an escape."""
    folder = tmp_path / "Zoë Łącka 名 🙂"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    write_notebook(first.notebook, [*first_cells(), code("#| export\nimport os\nos._exit(0)")])
    with pytest.raises(Problem, match=r"first_dev.ipynb, cell 11, line 3: the import ended early"):
        export(course)


def test_what_a_module_does_to_its_output_does_not_stop_its_export(course, first):
    said = "import atexit, os, sys\natexit.register(os.write, 2, b'bye')\nsys.stderr.close()"
    write_notebook(first.notebook, [*first_cells(), code(f"#| export\n{said}")])
    assert tito(course.root, "export").returncode == 0


def test_an_exported_file_that_a_hand_broke_is_written_anew_with_the_lesson_asked_for(course):
    export(course)
    with open(course.package / "core/first.py", "a") as file:
        file.write("\nraise RuntimeError('half done')\n")
    done = tito(course.root, "export", "02")
    assert done.returncode == 1 and "tinytorch/core/first.py, line " in done.stderr and "half done" in done.stderr
    assert "next: nothing was written; from their notebooks: tito export 01 02" in done.stderr
    assert tito(course.root, "export", "01", "02").returncode == 0
    assert tito(course.root, "export", "--check").returncode == 0


def test_a_half_done_lesson_does_not_keep_those_before_it_from_being_exported(course):
    second = course.modules / "02_second/second_dev.ipynb"
    source_of(second, 5, "#| export\nquad = double(double(1, 2))")
    done = tito(course.root, "export")
    assert done.returncode == 1 and "second_dev.ipynb, cell 5, line 2: TypeError" in done.stderr
    assert done.stderr.endswith("run tito export again; or what comes before it alone: tito export 01\n")
    assert tito(course.root, "export", "01").returncode == 0
    assert tito(course.root, "export", "02").stderr.endswith(
        "next: nothing was written; put this right and run tito export again\n"
    )

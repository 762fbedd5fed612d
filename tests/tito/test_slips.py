"""A student's slips around the code: what was meant is told with the next step, and nothing is lost."""

import json
import os

import pytest
from course_fixture import code, source_of, tito

from tito import testing
from tito.author.lint import lint
from tito.export import export
from tito.problem import Problem
from tito.student.start import start

PLACE = "modules/01_first/first_dev.ipynb"
RIGHT = "#| export\ndef double(x):\n    return 2 * x\n"
STUB = 'raise NotImplementedError("Exercise double is yours to write: tito hint double")'


@pytest.fixture
def notebook(workspace):
    return workspace.root / PLACE


def double(workspace):
    return testing.test(workspace, workspace.catalogue.find("01"), ["double"]).results[0]


def faults(course, number="01"):
    module = course.catalogue.find(number)
    return lint(course, module, module.read())


def change(notebook, edit):
    """`edit` the list of cells, and save."""
    raw = json.loads(notebook.read_text(encoding="utf-8"))
    edit(raw["cells"])
    notebook.write_text(json.dumps(raw, indent=1), encoding="utf-8")


def make_text(cells):
    """As the key M does in Jupyter."""
    cells[3]["cell_type"] = "markdown"
    del cells[3]["outputs"], cells[3]["execution_count"]


@pytest.mark.parametrize("body", [f"twice = 2 * x\n    {STUB}", f"{STUB}\n    return 2 * x"])
def test_a_stub_s_line_that_was_left_in_is_what_a_begun_exercise_fails_by(workspace, notebook, body):
    source_of(notebook, 4, f"#| export\ndef double(x):\n    {body}\n")
    found = double(workspace)
    assert found.status == "failed" and found.text == STUB
    assert found.message == "the line of the stub still stands: once your code is written, delete it"


def test_a_stub_that_jupyter_only_saved_is_not_begun(workspace, notebook):
    source_of(notebook, 4, source_of(notebook, 4).rstrip("\n"))
    assert double(workspace).status == "not started"


def test_a_cell_that_was_made_text_is_told_as_such_and_not_as_gone(workspace, notebook):
    source_of(notebook, 4, RIGHT)
    change(notebook, make_text)
    found = double(workspace)
    assert found.status == "missing" and "its cell double, cell 4, is text now" in found.message
    assert "Esc, then Y" in found.message
    with pytest.raises(Problem, match=r"first_dev\.ipynb, cell 4: `#\| export` in text: click it, press Esc, then Y"):
        export(workspace)


def test_a_deleted_cell_that_the_lesson_needs_is_named_and_comes_back_when_asked(course, workspace, notebook):
    source_of(course.root / PLACE, 3, "#| export\nfactor = 2")
    start(workspace.root, course.root)
    source_of(notebook, 4, "#| export\ndef double(x):\n    return factor * x\n")
    change(notebook, lambda cells: cells.pop(2))
    told = double(workspace).message
    assert told.endswith("'factor' is not defined: the cell that gave it is gone: tito start --merge brings it back")
    start(workspace.root, course.root, merging=True)
    assert double(workspace).passed


def test_an_unknown_name_of_the_student_s_own_is_no_deleted_cell(workspace, notebook):
    source_of(notebook, 4, "#| export\ndef double(x):\n    return factor * x\n")
    assert "gone" not in double(workspace).message


def test_a_renamed_notebook_is_asked_for_before_a_new_one_is_offered(workspace, notebook):
    notebook.rename(notebook.with_name("anna.ipynb"))
    for verb in ("test", "export"):
        told = tito(workspace.root, verb, "01")
        assert "is anna.ipynb yours? Name it first_dev.ipynb; else tito start brings it back" in told.stderr
    notebook.with_name("anna.ipynb").unlink()
    assert "yours?" not in tito(workspace.root, "test", "01").stderr


def test_a_copy_that_was_saved_later_is_told_for_it_is_not_what_is_tested(workspace, notebook):
    copy = notebook.with_name("first_dev-Copy1.ipynb")
    copy.write_bytes(notebook.read_bytes())
    now = notebook.stat().st_mtime
    os.utime(copy, (now - 60, now - 60))
    told = "first_dev-Copy1.ipynb was saved later, but first_dev.ipynb is what is tested"
    assert told not in tito(workspace.root, "test", "01").stdout
    os.utime(copy, (now + 60, now + 60))
    assert told in tito(workspace.root, "test", "01").stdout


def test_a_byte_order_mark_of_windows_changes_nothing(workspace, notebook):
    source_of(notebook, 4, RIGHT)
    notebook.write_bytes(b"\xef\xbb\xbf" + notebook.read_text(encoding="utf-8").replace("\n", "\r\n").encode())
    assert double(workspace).passed
    export(workspace)
    assert "return 2 * x" in (workspace.root / "tinytorch/core/first.py").read_text(encoding="utf-8")


def test_both_sides_of_a_merge_are_told_with_the_line_and_the_command(workspace, notebook):
    lines = notebook.read_text(encoding="utf-8").splitlines(keepends=True)
    notebook.write_text("".join([*lines[:9], "<<<<<<< HEAD\n", *lines[9:]]), encoding="utf-8")
    told = tito(workspace.root, "test", "01").stderr
    assert "first_dev.ipynb, line 10: holds both sides of a git merge" in told
    assert "git checkout --ours first_dev.ipynb, or --theirs" in told


def test_a_notebook_cut_off_leads_to_the_copy_that_jupyter_keeps(workspace, notebook):
    whole = notebook.read_bytes()
    notebook.write_bytes(whole[: len(whole) // 2])
    assert "take back an earlier version" in tito(workspace.root, "test", "01").stderr
    saved = notebook.parent / ".ipynb_checkpoints/first_dev-checkpoint.ipynb"
    saved.parent.mkdir()
    saved.write_bytes(whole)
    assert f"copy {saved.parent.name}/{saved.name} over it" in " ".join(
        tito(workspace.root, "test", "01").stderr.split()
    )


def test_an_exercise_without_its_export_line_fails_for_the_grader_would_not_find_it(course, workspace, notebook):
    source_of(notebook, 4, RIGHT.removeprefix("#| export\n"))
    found = double(workspace)
    assert found.status == "failed"
    assert found.message.startswith("its cell does not begin with `#| export`: the package and the grader")
    source_of(course.root / PLACE, 4, source_of(course.root / PLACE, 4).removeprefix("#| export\n"))
    assert any("cell 4: double is not exported" in fault for fault in faults(course))


def test_a_lesson_begun_as_a_copy_of_another_is_told_that_both_export_to_one_place(course):
    copy = course.root / "modules/03_third/third_dev.ipynb"
    copy.parent.mkdir()
    copy.write_bytes((course.root / PLACE).read_bytes())
    assert any("both export to tinytorch.core.first" in fault for fault in faults(course, "03"))
    assert not any("both export" in fault for fault in faults(course, "02"))


def test_a_lesson_whose_notebook_has_another_name_is_told_which(course):
    path = course.root / PLACE
    path.rename(path.with_name("first.ipynb"))
    assert "is first.ipynb yours? Name it first_dev.ipynb" in tito(course.root, "check", "01").stderr


def test_an_exercise_below_its_test_is_told_where_it_is(workspace, notebook):
    source_of(notebook, 4, RIGHT)
    change(notebook, lambda cells: cells.insert(8, cells.pop(3)))
    told = "NameError: name 'double' is not defined: it is defined later, in cell 9; move that cell up"
    assert double(workspace).message == told
    assert testing.test(workspace, workspace.catalogue.find("01")).results[0].message == told


def test_a_name_of_a_later_cell_that_only_tries_things_is_no_order_of_cells(workspace, notebook):
    source_of(notebook, 4, "#| export\ndef double(x):\n    return factor * x\n")
    change(notebook, lambda cells: cells.append(code("factor = 3")))
    assert double(workspace).message == "NameError: name 'factor' is not defined"
    source_of(notebook, 11, "def factor(): pass")
    assert "defined later, in cell 11" in double(workspace).message


@pytest.mark.parametrize("words", [["01"], []])
def test_a_part_of_a_name_or_of_an_exercise_leads_to_the_exercise(workspace, notebook, words):
    source_of(notebook, 4, f"{RIGHT}\n\ndef plus(a, b):\n    return a + b\n")
    assert "did you mean double?" in tito(workspace.root, "test", *words, "oub").stderr
    assert "did you mean double? plus is part of it" in tito(workspace.root, "test", *words, "plus").stderr

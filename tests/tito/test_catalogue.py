"""One catalogue, from the folders; one way to name a module."""

import pytest
from course_fixture import ROOT, code, markdown, write_notebook

from tito.notebook import parse_notebook, read_notebook, with_cells
from tito.problem import Problem
from tito.settings import find_course, read_course


@pytest.mark.parametrize(
    "name",
    ["02", "2", "02_second", "second", "modules/02_second/second_dev.ipynb", "02_second/", "modules\\02_second\\"],
)
def test_a_module_is_found_by_number_folder_and_name(course, name):
    assert course.catalogue.find(name).folder == "02_second"


@pytest.mark.parametrize(("name", "hint"), [("secnod", "did you mean 02_second"), ("99", "01_first, 02_second")])
def test_a_miss_says_what_it_may_have_meant(course, name, hint):
    with pytest.raises(Problem) as caught:
        course.catalogue.find(name)
    assert hint in caught.value.next and caught.value.code == 2


def test_front_matter_comes_from_the_first_cell(course):
    module = course.catalogue.find("01")
    assert (module.title, module.summary, module.time) == ("First", "Two small functions.", "1 hour")
    assert module.prerequisites == [] and module.objectives == ["write small functions"]
    assert (module.target, module.difficulty) == ("core.first", "1 of 5")


def test_a_new_folder_is_a_new_lesson_and_nothing_else_is_needed(course):
    cells = [markdown("# Third"), code("#| default_exp nn.third"), code("#| export\nthree = 3")]
    write_notebook(course.modules / "10_third/third_dev.ipynb", cells)
    assert [module.number for module in course.catalogue] == ["01", "02", "10"]


@pytest.mark.parametrize("name", ["03", "third", "03-third"])
def test_a_lesson_in_a_folder_that_is_named_otherwise_is_told_how_to_be_found(course, name):
    write_notebook(course.modules / "03-third/third_dev.ipynb", [markdown("# Third")])
    with pytest.raises(Problem) as caught:
        course.catalogue.find(name)
    assert "rename" in caught.value.next and "03-third" in caught.value.next
    assert [module.number for module in course.catalogue] == ["01", "02"]


def test_two_folders_with_one_number_are_refused(course):
    (course.modules / "2_other").mkdir()
    with pytest.raises(Problem, match="same number"):
        course.catalogue  # noqa: B018


def test_the_course_is_found_from_anywhere_inside(course, first):
    assert find_course(first.path) == course


@pytest.mark.parametrize(
    "text",
    [
        "[DEFAULT]\ncell_time_limit = soon\n",
        "[DEFAULT]\ncell_time_limit = nan\n",
        "[DEFAULT]\nmemory_limit = -1\n",
        "what",
    ],
)
def test_broken_settings_are_told_with_the_file(course, text):
    (course.root / "settings.ini").write_text(text)
    with pytest.raises(Problem, match="settings.ini"):
        read_course(course.root)


def test_settings_may_begin_with_the_mark_that_some_editors_write(course):
    path = course.root / "settings.ini"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_course(course.root) == course


def test_exercises_are_paired_with_their_tests_by_name(course, first):
    found = [(e.name, e.cell.number, e.test.number, e.points) for e in first.read().exercises]
    assert found == [("double", 4, 5, 2), ("shift", 7, 8, 3)]


def test_with_cells_changes_the_cells_named_and_no_other(first):
    before = first.read()
    after = with_cells(before, {"double": "def double(x):\n    return 0"})
    changed = [c.number for c, d in zip(before.cells, after.cells, strict=True) if c.source != d.source]
    assert changed == [4] and before.raw == first.read().raw
    with pytest.raises(KeyError, match="triple"):
        with_cells(before, {"triple": ""})


def test_reading_and_writing_a_real_notebook_changes_no_byte():
    for path in sorted((ROOT / "modules").glob("*/*_dev.ipynb")):
        assert read_notebook(path).text() == path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"cells": 3}', '{"cells": [3]}', "[" * 100_000])
def test_what_is_no_notebook_is_refused(first, text):
    with pytest.raises(Problem, match="01_first/first_dev.ipynb"):
        parse_notebook(first.notebook, text)

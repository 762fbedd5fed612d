"""What `tito test` calls right earns marks: what stands without `#| export` is no answer, however well it runs."""

import copy
import json

import pytest
from course_fixture import code, first_cells, source_of, tito, write_notebook

from tito import testing

PLACE = "modules/01_first/first_dev.ipynb"
HELPER, DOUBLE = "#| export\ndef plus(a, b):\n    return a + b\n", "def double(x):\n    return plus(x, x)\n"
SHIFT = "#| export\ndef shift(x, by=1):\n    return x + by\n"


@pytest.fixture
def notebook(workspace):
    path = workspace.root / PLACE
    source_of(path, 7, SHIFT)
    return path


def put(path, number, *sources, metadata=False):
    """These cells in place of a cell, the first with its metadata; with `metadata` all, as Jupyter splits a cell."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    old, new = raw["cells"][number - 1], []
    for n, source in enumerate(sources):
        cell = copy.deepcopy(old) if metadata or n == 0 else code("")
        new.append(cell | {"id": f"{old['id']}-{n}" if n else old["id"], "source": source.splitlines(keepends=True)})
    raw["cells"][number - 1 : number] = new
    path.write_text(json.dumps(raw), encoding="utf-8")


def double(workspace, *names):
    return next(r for r in run(workspace, *names).results if r.name == "double")


def run(workspace, *names):
    return testing.test(workspace, workspace.catalogue.find("01"), list(names) or None)


@pytest.mark.parametrize("metadata", [True, False])
@pytest.mark.parametrize("names", [["double"], []])
def test_half_of_a_split_cell_without_its_export_line_is_no_answer(workspace, notebook, metadata, names):
    put(notebook, 4, HELPER, DOUBLE, metadata=metadata)
    found = double(workspace, *names)
    assert found.status == "failed" and found.cell == 5
    assert found.message.startswith("cell 5, which defines double, does not begin with `#| export`: the package and")
    assert found.message.endswith("add the line `#| export` at the top of cell 5, or merge it with cell 4")


def test_a_split_cell_is_told_before_the_lesson_is_handed_in(workspace, notebook):
    put(notebook, 4, HELPER, DOUBLE, metadata=True)
    shown = tito(workspace.root, "submit", "01", "--student", "ada").stdout
    assert "1 of 2 exercises pass" in shown and "or go on: tito test 01_first" in shown


def test_with_its_export_line_each_half_is_an_answer(workspace, notebook):
    put(notebook, 4, HELPER, f"#| export\n{DOUBLE}", metadata=True)
    assert run(workspace).passed


def test_the_second_half_counts_also_where_no_test_names_what_it_defines(workspace, notebook):
    put(notebook, 4, "#| export\nfrom fastcore.basics import patch\ndef double(x):\n    return x * 2\n",
        "@patch\ndef twice(self: int):\n    return 2 * self\n", metadata=True)  # fmt: skip
    found = double(workspace)
    assert found.status == "failed" and "cell 5, which defines twice," in found.message


def test_a_definition_further_down_that_only_the_notebook_takes_is_not_the_answer(workspace, notebook):
    put(notebook, 4, "#| export\ndef double(x):\n    return 3 * x\n", "def double(x):\n    return 2 * x\n")
    found = double(workspace)
    assert found.status == "failed" and found.message.startswith("cell 5 defines double again, without `#| export`")
    assert "put what is right into cell 4, and take it out of cell 5" in found.message


@pytest.mark.parametrize("scratch", ["import math\ny = 3\nprint(double(y))", "def shift(x, by):\n    return x + by"])
def test_a_cell_to_try_things_in_costs_nothing(workspace, notebook, scratch):
    put(notebook, 4, f"#| export\nimport math\n{HELPER[10:]}{DOUBLE}", scratch)
    assert double(workspace).passed


def test_a_value_to_try_a_test_with_costs_nothing(workspace, notebook):
    source_of(notebook, 5, "assert double(mine) == 2 * mine")
    put(notebook, 4, f"{HELPER}{DOUBLE}", "mine = 7")
    assert double(workspace).passed


def test_a_cell_that_the_lesson_came_with_needs_no_export(course, tmp_path):
    from tito.settings import read_course
    from tito.student.start import start

    cells = first_cells()
    cells[4]["source"] = ["assert double(three()) == 6"]
    write_notebook(course.root / PLACE, [*cells[:3], code("def three():\n    return 3"), *cells[3:]])
    start(tmp_path / "other", course.root)
    workspace = read_course(tmp_path / "other")
    source_of(workspace.root / PLACE, 5, f"{HELPER}{DOUBLE}")
    assert double(workspace).passed


def test_a_helper_of_a_helper_is_missed_as_a_helper_is(workspace, notebook):
    exported = "#| export\ndef plus(a, b):\n    return less(a, -b)\n"
    put(notebook, 3, source_of(notebook, 3), "def less(a, b):\n    return a - b\n", exported)
    source_of(notebook, 6, f"#| export\n{DOUBLE}")
    done = run(workspace)
    assert done.results[0].status == "failed" and done.troubles == []
    assert done.results[0].message.startswith("double needs cell 5, which uses less, which cell 4 defines without `#|")


def test_what_is_told_of_an_exercise_is_not_told_again_of_what_uses_it(workspace, notebook):
    put(notebook, 4, HELPER, DOUBLE)
    put(
        notebook,
        8,
        "#| export\ndef shift(x, by=1):\n    return x + by\n",
        "#| export\ndef four(x):\n    return double(x)",
    )
    assert double(workspace).status == "failed" and run(workspace).troubles == []

"""The course and the student change one lesson: whatever each does, nothing of the student's is lost."""

import json
import shutil

import pytest
from course_fixture import a_test, code, exercise, first_cells, markdown, source_of, tito, write_notebook

from tito.edition import MANIFEST
from tito.notebook import read_notebook
from tito.settings import read_course
from tito.student.start import start
from tito.testing import test as run_tests

NOTEBOOK = "modules/01_first/first_dev.ipynb"
MINE = "#| export\ndef double(x):\n    return x + x  # mine"
TRIPLE = (
    '#| export\ndef triple(x):\n    "Three times x."\n    ### BEGIN SOLUTION\n    return x * 3\n    ### END SOLUTION\n'
)
TEST_TRIPLE = "assert triple(2) == 6"
CELLS = ("front", "target", "activate", "double", "test_double", "told", "shift", "test_shift", "why")
NAMED = {name: index for index, name in enumerate(CELLS)}


def edit(path, change):
    """Change a notebook's cells, a list, in place."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    change(raw["cells"])
    path.write_text(json.dumps(raw), encoding="utf-8")


def put(name, source):
    return lambda cells: cells[NAMED[name]].update(source=source.splitlines(keepends=True))


def more(name, text):
    return lambda cells: cells[NAMED[name]]["source"].append(text)


def drop(*names):
    def change(cells):
        for index in sorted((NAMED[name] for name in names), reverse=True):
            del cells[index]

    return change


def insert(after, *new, by="new"):
    def change(cells):
        for offset, cell in enumerate(new, 1):
            cells.insert(NAMED[after] + offset, cell | {"id": f"{by}{offset}"})

    return change


def both(*changes):
    return lambda cells: [change(cells) for change in changes]


def adds_triple(cells):
    insert("test_double", exercise("triple", TRIPLE), a_test("triple", TEST_TRIPLE))(cells)


def sources(path):
    return ["".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]


def kept(workspace):
    """Every byte that the workspace holds, backups included, as text."""
    files = [path for path in workspace.root.rglob("*") if path.is_file()]
    return [path.read_text(encoding="utf-8", errors="replace") for path in files]


WROTE = put("double", MINE)
NOTE = markdown("my own thoughts")

CASES = {
    # name: (what the student does, what the course does, what then stands in the notebook, and what does not)
    "the student wrote, the course corrected a test": (
        WROTE,
        more("test_double", "  # corrected"),
        ["# mine", "# corrected"],
        [],
    ),
    "the course added an exercise": (
        WROTE,
        adds_triple,
        ["# mine", "Exercise triple is yours", TEST_TRIPLE],
        ["x * 3"],
    ),
    "the course took an unwritten exercise out": (
        WROTE,
        drop("shift", "test_shift"),
        ["# mine"],
        ["def shift", "shift(3, 2)"],
    ),
    "the course took a written exercise out": (WROTE, drop("double", "test_double"), ["# mine"], ["twice the value"]),
    "both changed an exercise's cell": (WROTE, more("double", "\n    # reworded"), ["# mine"], ["# reworded"]),
    "both changed prose": (more("front", "\nmy note"), more("front", "\nnew aims"), ["my note"], ["new aims"]),
    "both changed a test": (
        both(WROTE, put("test_double", "pass  # easy")),
        more("test_double", "  # corrected"),
        ["# mine", "# corrected"],
        ["# easy"],
    ),
    "the student edited a test, the course another cell": (
        put("test_double", "pass  # easy"),
        more("front", "\nnew aims"),
        ["# easy", "new aims"],
        [],
    ),
    "the student deleted a test and prose": (
        both(WROTE, drop("test_double", "why")),
        more("front", "\nnew aims"),
        ["# mine", "twice the value", "new aims"],
        [],
    ),
    "the student deleted an exercise with its test": (
        drop("shift", "test_shift"),
        more("front", "\nnew aims"),
        ["Exercise shift is yours", "shift(3, 2)"],
        [],
    ),
    "the student added cells": (
        both(WROTE, insert("test_double", NOTE, code("x = double(8)"))),
        adds_triple,
        ["# mine", "my own thoughts", "x = double(8)", "def triple"],
        [],
    ),
    "the student copied an exercise's cell": (
        insert("double", exercise("double", MINE)),
        adds_triple,
        ["# mine", "def triple"],
        [],
    ),
    "both added cells in one place": (
        insert("test_shift", NOTE),
        insert("test_shift", markdown("course's"), by="course"),
        ["my own thoughts", "course's"],
        [],
    ),
    "the student reordered the cells": (
        both(WROTE, lambda cells: cells.reverse()),
        more("front", "\nnew aims"),
        ["# mine", "new aims"],
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_nothing_of_the_students_is_lost_and_the_course_arrives(course, workspace, case):
    students, courses, stands, gone = CASES[case]
    mine = workspace.root / NOTEBOOK
    edit(mine, students)
    before = mine.read_text(encoding="utf-8")
    edit(course.root / NOTEBOOK, courses)
    done = start(workspace.root, course.root)
    assert mine.read_text(encoding="utf-8") == before and NOTEBOOK in done.beside, "without a yes nothing is touched"
    done = start(workspace.root, course.root, merging=True)
    text = "\n".join(sources(mine))
    assert [part for part in stands if part not in text] == []
    assert [part for part in gone if part in text] == []
    assert before in kept(workspace), "the notebook as it was is kept"
    assert (workspace.root / done.merged[NOTEBOOK][1]).read_text(encoding="utf-8") == before
    assert run_tests(workspace, workspace.catalogue.find("01")).results, "what came out is a notebook"
    again = start(workspace.root, course.root, merging=True)
    assert not (again.new or again.updated or again.merged) and "\n".join(sources(mine)) == text


def test_the_new_exercise_stands_where_the_course_put_it_and_mine_behind_their_cells(course, workspace):
    mine = workspace.root / NOTEBOOK
    edit(mine, both(WROTE, insert("double", NOTE)))
    edit(course.root / NOTEBOOK, adds_triple)
    start(workspace.root, course.root, merging=True)
    cells = read_notebook(mine).cells
    assert [cell.grade_id or cell.source[:8] for cell in cells[3:8]] == [
        "double", "my own t", "test_double", "triple", "test_triple",
    ]  # fmt: skip


def test_a_cell_that_both_changed_is_told_and_the_courses_own_stands_beside(course, workspace):
    edit(workspace.root / NOTEBOOK, WROTE)
    edit(course.root / NOTEBOOK, more("double", "\n    # reworded"))
    shown = tito(workspace.root, "start", "--from", course.root, "--merge").stdout
    assert "yours stayed: double" in shown and ".tito/backup/" in shown
    assert "reworded" in "\n".join(sources(workspace.modules / "01_first/_first_dev.new.ipynb"))


def test_the_way_to_the_courses_changes_is_told_in_two_lines(course, workspace):
    edit(workspace.root / NOTEBOOK, WROTE)
    edit(course.root / NOTEBOOK, adds_triple)
    shown = tito(workspace.root, "start", "--from", course.root).stdout
    assert "is yours; the course's newer one is beside it" in shown
    assert f"next: tito start . --from {course.root} --merge" in shown and "what you wrote stays" in shown
    shown = tito(workspace.root, "start", "--from", course.root, "--merge").stdout
    assert "2 cells new" in shown and not (workspace.modules / "01_first/_first_dev.new.ipynb").exists()


def test_a_merged_lesson_is_tested_by_the_courses_new_tests(course, workspace):
    edit(workspace.root / NOTEBOOK, WROTE)
    edit(course.root / NOTEBOOK, both(adds_triple, put("test_double", "assert double(4) == 8")))
    start(workspace.root, course.root, merging=True)
    done = run_tests(workspace, workspace.catalogue.find("01"))
    assert [(r.name, r.status, r.note) for r in done.results] == [
        ("double", "passed", ""), ("triple", "not started", ""), ("shift", "not started", ""),
    ]  # fmt: skip


def test_a_student_who_skipped_an_update_gets_both(course, workspace):
    edit(workspace.root / NOTEBOOK, WROTE)
    edit(course.root / NOTEBOOK, more("front", "\nfirst change"))
    start(workspace.root, course.root)
    edit(course.root / NOTEBOOK, both(more("front", "\nsecond change"), adds_triple))
    start(workspace.root, course.root, merging=True)
    text = "\n".join(sources(workspace.root / NOTEBOOK))
    assert all(part in text for part in ("first change", "second change", "def triple", "# mine"))


def test_a_notebook_that_is_no_json_stays_and_is_told(course, workspace):
    mine = workspace.root / NOTEBOOK
    mine.write_text('{"cells": [my work', encoding="utf-8")
    edit(course.root / NOTEBOOK, adds_triple)
    done = start(workspace.root, course.root, merging=True)
    assert mine.read_text(encoding="utf-8") == '{"cells": [my work'
    assert "not JSON" in done.notes[0] and NOTEBOOK in done.beside


def test_a_read_only_notebook_is_merged_with_a_copy_or_left(course, workspace):
    mine = workspace.root / NOTEBOOK
    edit(mine, WROTE)
    before = mine.read_text(encoding="utf-8")
    mine.chmod(0o444)
    edit(course.root / NOTEBOOK, adds_triple)
    done = tito(workspace.root, "start", "--from", course.root, "--merge")
    assert "Traceback" not in done.stderr
    assert before in kept(workspace) and "# mine" in "\n".join(sources(mine))


def test_a_renamed_notebook_stays_and_the_doubt_is_told(course, workspace):
    mine = workspace.root / NOTEBOOK
    edit(mine, WROTE)
    mine.rename(mine.with_name("ada.ipynb"))
    done = start(workspace.root, course.root)
    assert "# mine" in "\n".join(sources(mine.with_name("ada.ipynb"))) and done.new == [NOTEBOOK]
    assert "is ada.ipynb yours? Name it first_dev.ipynb again" in done.notes[0]


def test_an_edited_data_file_stays_with_the_courses_beside_it(course, tmp_path):
    (course.modules / "01_first/data.csv").write_text("1,2\n")
    start(tmp_path / "mine", course.root)
    (tmp_path / "mine/modules/01_first/data.csv").write_text("1,2\n3,4 mine\n")
    (course.modules / "01_first/data.csv").write_text("1,2\n5,6\n")
    done = start(tmp_path / "mine", course.root, merging=True)
    assert "mine" in (tmp_path / "mine/modules/01_first/data.csv").read_text()
    assert "5,6" in (tmp_path / "mine" / done.beside["modules/01_first/data.csv"]).read_text()


def test_a_lesson_or_file_that_the_course_dropped_stays(course, workspace):
    edit(workspace.root / NOTEBOOK, WROTE)
    shutil.rmtree(course.modules / "01_first")
    start(workspace.root, course.root, merging=True)
    assert "# mine" in "\n".join(sources(workspace.root / NOTEBOOK))


@pytest.mark.parametrize("files_done", [0, 1, 3, 5])
def test_a_start_that_was_interrupted_is_finished_by_the_next(course, workspace, tmp_path, monkeypatch, files_done):
    edit(workspace.root / NOTEBOOK, WROTE)
    edit(course.root / NOTEBOOK, adds_triple)
    second = course.modules / "02_second/second_dev.ipynb"
    source_of(second, 6, source_of(second, 6) + "  # corrected")
    for folder in (workspace.root, tmp_path / "new"):
        with monkeypatch.context() as broken:
            _break_after(broken, files_done)
            with pytest.raises(KeyboardInterrupt):
                start(folder, course.root, merging=True)
        start(folder, course.root, merging=True)
        assert "def triple" in "\n".join(sources(folder / NOTEBOOK))
        assert "corrected" in source_of(folder / "modules/02_second/second_dev.ipynb", 6)
        last = start(folder, course.root, merging=True)
        assert not (last.new or last.updated or last.merged)
    assert "# mine" in "\n".join(sources(workspace.root / NOTEBOOK))


def _break_after(broken, files):
    """Ctrl-C when so many files of the release were looked at."""
    from tito.student import start as starting

    bring, looked = starting._bring, []

    def once(update, path):
        if len(looked) == files:
            raise KeyboardInterrupt
        looked.append(path)
        bring(update, path)

    broken.setattr(starting, "_bring", once)


def test_a_workspace_that_came_through_git_without_its_record_is_one_still(course, workspace):
    edit(workspace.root / NOTEBOOK, WROTE)
    shutil.rmtree(workspace.state)
    edit(course.root / NOTEBOOK, adds_triple)
    assert NOTEBOOK in start(workspace.root, course.root).beside
    start(workspace.root, course.root, merging=True)
    text = "\n".join(sources(workspace.root / NOTEBOOK))
    assert "# mine" in text and "def triple" in text
    assert (workspace.state / MANIFEST).exists()


def test_the_workspace_still_exports_and_tests_after_all_of_it(course, workspace):
    edit(workspace.root / NOTEBOOK, both(WROTE, insert("test_double", NOTE)))
    edit(course.root / NOTEBOOK, adds_triple)
    start(workspace.root, course.root, merging=True)
    assert tito(workspace.root, "export", "01").returncode == 0
    assert "# mine" in (read_course(workspace.root).package / "core/first.py").read_text()


def test_an_update_of_untouched_lessons_needs_no_merge(course, workspace):
    edit(course.root / NOTEBOOK, adds_triple)
    assert start(workspace.root, course.root).updated == [NOTEBOOK]
    write_notebook(course.root / NOTEBOOK, first_cells())
    assert start(workspace.root, course.root, merging=True).updated == [NOTEBOOK]


def test_a_lesson_that_was_only_run_counts_as_untouched(course, workspace):
    def ran(cells):
        for cell in cells:
            cell.update({"outputs": [], "execution_count": 3} if cell["cell_type"] == "code" else {})

    edit(workspace.root / NOTEBOOK, ran)
    edit(course.root / NOTEBOOK, adds_triple)
    done = start(workspace.root, course.root)
    assert done.updated == [NOTEBOOK] and not done.beside
    assert "def triple" in "\n".join(sources(workspace.root / NOTEBOOK))


def test_a_given_cell_that_was_changed_is_told_where_something_fails_and_comes_back_when_asked(course, workspace):
    lesson, given = (
        workspace.root / "modules/02_second/second_dev.ipynb",
        "#| export\nfrom tinytorch.core.first import double",
    )
    assert sources(lesson)[3] == given and "came with the lesson" not in tito(workspace.root, "test", "02").stdout
    source_of(lesson, 4, given.replace("import double", "import shift as double"))
    said = "cell 4 came with the lesson and was changed; delete it, and tito start --merge brings it"
    assert said in tito(workspace.root, "test", "02").stdout
    edit(lesson, lambda cells: cells.pop(3))
    start(workspace.root, course.root, merging=True)
    assert sources(lesson)[3] == given and "came with the lesson" not in tito(workspace.root, "test", "02").stdout


def test_a_deleted_test_comes_back_when_asked_though_the_course_is_the_same(course, workspace):
    edit(workspace.root / NOTEBOOK, both(WROTE, drop("test_double")))
    assert not start(workspace.root, course.root).beside
    assert "tito start --merge brings it back" in tito(workspace.root, "test", "01", "double").stdout
    assert start(workspace.root, course.root, merging=True).merged[NOTEBOOK][0].back == ["test_double"]
    assert run_tests(workspace, workspace.catalogue.find("01"), ["double"]).passed


def test_a_written_exercise_that_was_renamed_is_the_students_own_cell_and_nothing_waits_for_its_test(course, tmp_path):
    space = tmp_path / "space"
    tito(course.root, "release")
    tito(course.root, "start", space, "--from", course.root / "release")
    edit(space / NOTEBOOK, put("double", MINE))

    def rename(cells):
        for name in ("double", "test_double"):
            cell = cells[NAMED[name]]
            cell["metadata"]["nbgrader"]["grade_id"] = cell["metadata"]["nbgrader"]["grade_id"].replace(
                "double", "twice"
            )
            cell["source"] = [line.replace("double", "twice") for line in cell["source"]]

    edit(course.root / NOTEBOOK, rename)
    assert tito(course.root, "release").returncode == 0
    told = tito(course.root, "start", space, "--from", course.root / "release", "--merge").stdout
    assert "asked no more, what you wrote stays as a cell of your own: double" in " ".join(told.split())
    shown = tito(space, "test", "01").stdout
    assert "double" not in shown.replace("twice", "") and "twice" in shown and "--merge" not in shown
    assert MINE in [cell.source for cell in read_notebook(space / NOTEBOOK).cells]

"""The student edition holds everything a student needs, and not one line of a solution."""

import subprocess
import sys
from pathlib import Path

import pytest
from course_fixture import ROOT, code, exercise, first_cells, source_of, tito, write_notebook
from secrecy import leaks

from tito.author.release import release
from tito.notebook import read_notebook
from tito.problem import Problem
from tito.regions import BEGIN, STUB
from tito.settings import read_course


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("which", ["small", "real"])
def test_no_line_of_a_solution_is_in_a_release(which, course, tmp_path):
    course = course if which == "small" else read_course(ROOT)
    release(course, tmp_path / "out")
    assert leaks(course, files(tmp_path / "out")) == []


def test_the_proof_notices_a_leak(course, tmp_path):
    release(course, tmp_path / "out")
    whole = {"modules/01_first/first_dev.ipynb": course.catalogue.find("01").notebook.read_bytes()}
    assert ("modules/01_first/first_dev.ipynb", "moved = x + by") in leaks(course, files(tmp_path / "out") | whole)
    assert leaks(course, {"x/exam.py": b""}) == [("x/exam.py", "")]


@pytest.mark.parametrize("which", ["small", "real"])
def test_every_exercise_becomes_a_stub_that_names_it(which, course, tmp_path):
    course = course if which == "small" else read_course(ROOT)
    release(course, tmp_path / "out")
    for module in course.catalogue:
        if module.notebook.exists():
            released = read_notebook(tmp_path / "out" / course.inside(module.notebook))
            assert [e.name for e in released.exercises] == [e.name for e in module.read().exercises]
            for each in released.exercises:
                assert STUB.format(each.name) in each.cell.source
                compile(each.cell.source, each.name, "exec")


def test_exams_and_mistakes_stay_at_home_and_data_goes_along(course, first, tmp_path):
    (first.path / "data.csv").write_text("1,2\n")
    release(course, tmp_path / "out")
    released = files(tmp_path / "out")
    assert not [path for path in released if "exam" in path or "mistakes" in path]
    assert released["modules/01_first/data.csv"] == b"1,2\n"


@pytest.mark.parametrize("name", ["exam.py~", "#exam.py#", "mistakes.py.orig", "first_dev.py", "first_dev.ipynb.orig"])
def test_what_an_editor_leaves_beside_a_lesson_stays_at_home(course, first, tmp_path, name):
    (first.path / name).write_text(source_of(first.notebook, 4))
    release(course, tmp_path / "out")
    assert f"modules/01_first/{name}" not in files(tmp_path / "out")


def test_what_a_link_leads_to_goes_along_under_the_links_name_and_stays_as_it_is(course, first, tmp_path):
    data = tmp_path / "data.csv"
    data.write_text("1,2")
    (first.path / "numbers.csv").symlink_to(data)
    before = data.stat()
    release(course, tmp_path / "out")
    assert (tmp_path / "out/modules/01_first/numbers.csv").read_text() == "1,2"
    assert data.stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.parametrize("secret", ["exam.py", "mistakes.py", "first_dev.ipynb"])
def test_a_link_to_what_is_secret_stays_at_home(course, first, tmp_path, secret):
    (first.path / secret).touch()
    (first.path / "notes.txt").symlink_to(secret)
    release(course, tmp_path / "out")
    assert "modules/01_first/notes.txt" not in files(tmp_path / "out") and leaks(course, files(tmp_path / "out")) == []


def test_a_solution_in_any_other_file_of_a_lesson_is_refused(course, first, tmp_path):
    (first.path / "draft.py").write_text(source_of(first.notebook, 4))
    with pytest.raises(Problem, match=r"01_first/draft\.py: holds `### BEGIN SOLUTION`"):
        release(course, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "name", ["grades/x.json", "reports/ada.html", "submissions/ada/a.txt", "journal.jsonl", "01_first-canvas-2.csv"]
)
def test_students_work_and_marks_in_a_lessons_folder_are_not_handed_out(course, first, tmp_path, name):
    (first.path / name).parent.mkdir(parents=True, exist_ok=True)
    (first.path / name).write_text("ada,3\n")
    with pytest.raises(Problem, match=f"01_first/{name}: students' work or marks would be handed out"):
        release(course, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_goes_along_with_the_notebooks_is_listed(course, first):
    for number in range(7):
        (first.path / f"data{number}.csv").write_text("1,2\n")
    done = tito(course.root, "release")
    assert "modules/01_first/data0.csv" in done.stdout and "data5.csv and 1 more" in done.stdout


def test_the_same_course_gives_the_same_bytes(course, tmp_path):
    release(course, tmp_path / "a")
    release(course, tmp_path / "b")
    assert files(tmp_path / "a") == files(tmp_path / "b")
    release(course, tmp_path / "a")
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_hidden_tests_and_model_answers_are_taken_out(course, first, tmp_path):
    test = source_of(first.notebook, 5)
    hidden = "    ### BEGIN HIDDEN TESTS\n    assert double(0) == 0\n    ### END HIDDEN TESTS\n"
    source_of(first.notebook, 5, test.replace("    print", hidden + "    print"))
    release(course, tmp_path / "out")
    released = tmp_path / "out/modules/01_first/first_dev.ipynb"
    assert source_of(released, 5) == test
    assert "two is more" not in source_of(released, 9) and "Your answer" in source_of(released, 9)


def test_nbdev_export_works_in_a_release(course, tmp_path):
    release(course, tmp_path / "out")
    nbdev = Path(sys.executable).with_name("nbdev-export")
    subprocess.run([nbdev], cwd=tmp_path / "out", check=True, capture_output=True)
    assert (tmp_path / "out/tinytorch/core/first.py").exists()


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("def f(x):\n    ### BEGIN SOLUTION\n    return x", "line 2: `### BEGIN SOLUTION` is never closed"),
        ("def f(x):\n    return x\n    ### END SOLUTION", "line 3: `### END SOLUTION` without"),
        ("### BEGIN SOLUTION\ndef f(x):\n    return x\n### END SOLUTION", "line 1: .* outside a function"),
        ("class A:\n    ### BEGIN SOLUTION\n    x = 1\n    ### END SOLUTION", "line 2: .* outside a function"),
        ("if True:\n    ### BEGIN SOLUTION\n    x = 1\n    ### END SOLUTION", "line 2: .* outside a function"),
        ("def f(x):\n    return x * 2", "has no `### BEGIN SOLUTION`"),
        ("def f(x):\n    ## BEGIN SOLUTION\n    return x\n    ## END SOLUTION", "line 2: .* not quite a marker"),
        ("def f(x):\n    ### Begin solution\n    return x\n    ### END SOLUTION", "line 2: .* not quite a marker"),
        ("def f(x):\n    ### BEGIN SOLUTION\n    ### BEGIN SOLUTION\n    ### END SOLUTION", "line 3: .* inside"),
    ],
)
def test_a_malformed_marker_is_refused_with_cell_and_line(course, first, tmp_path, source, what):
    source_of(first.notebook, 4, source)
    with pytest.raises(Problem, match=f"first_dev.ipynb, cell 4, {what}" if what[0] == "l" else what):
        release(course, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_solution_in_a_cell_that_is_no_exercise_is_refused(course, first, tmp_path):
    write_notebook(first.notebook, [*first_cells(), code(f"def f():\n    {BEGIN}\n    return 1\n    ### END SOLUTION")])
    with pytest.raises(Problem, match="cell 11, line 2.*no exercise"):
        release(course, tmp_path / "out")


def test_a_solution_in_several_regions_is_cleared_in_each(course, first, tmp_path):
    part = "    def {0}(self):\n        ### BEGIN SOLUTION\n        return {0!r}\n        ### END SOLUTION\n"
    source = "#| export\nclass Pair:\n" + part.format("one") + "\n" + part.format("two")
    write_notebook(first.notebook, [*first_cells()[:3], exercise("pair", source)])
    release(course, tmp_path / "out")
    assert source_of(tmp_path / "out/modules/01_first/first_dev.ipynb", 4).count("raise NotImplementedError") == 2


def test_a_folder_with_other_things_in_it_is_not_written_over(course, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/thesis.tex").write_text("mine")
    done = tito(course.root, "release", "--out", tmp_path / "out")
    assert done.returncode == 1 and "nothing was written" in done.stderr
    assert (tmp_path / "out/thesis.tex").read_text() == "mine"


def test_a_release_edited_by_hand_is_not_written_over(course, tmp_path):
    release(course, tmp_path / "out")
    (tmp_path / "out/settings.ini").write_text("[DEFAULT]\n")
    with pytest.raises(Problem, match="settings.ini was edited"):
        release(course, tmp_path / "out")


def test_what_somebody_put_into_a_release_is_not_lost_by_the_next(course, tmp_path):
    release(course, tmp_path / "out")
    (tmp_path / "out/__pycache__").mkdir()
    (tmp_path / "out/__pycache__/first.pyc").write_bytes(b"")
    release(course, tmp_path / "out")
    (tmp_path / "out/.git").mkdir()
    (tmp_path / "out/.git/HEAD").write_text("ref: refs/heads/main")
    with pytest.raises(Problem, match="HEAD is no file of the release"):
        release(course, tmp_path / "out")
    assert (tmp_path / "out/.git/HEAD").exists()


def test_a_workspace_cannot_be_released(workspace, tmp_path):
    with pytest.raises(Problem, match="student's workspace"):
        release(workspace, tmp_path / "out")


@pytest.mark.parametrize("module", ["tito.grading.exam", "tito.mistakes"])
def test_a_copy_of_an_exam_under_another_name_is_refused(course, first, tmp_path, module):
    (first.path / "old exam.py").write_text(f"from {module} import question, of_lesson\n")
    with pytest.raises(Problem, match=rf"01_first/old exam\.py: holds `from {module} import`, and would be handed out"):
        release(course, tmp_path / "out")


def test_a_file_that_solves_an_exercise_is_refused_and_one_that_helps_is_not(course, first, tmp_path):
    (first.path / "solutions.py").write_text("def double(x):\n    return x + x\n")
    with pytest.raises(Problem, match=r"01_first/solutions\.py: defines double, an exercise, and would be handed out"):
        release(course, tmp_path / "out")
    (first.path / "solutions.py").write_text("def doubled_data(x):\n    return x + x\n")
    release(course, tmp_path / "out")
    assert "modules/01_first/solutions.py" in files(tmp_path / "out")


def test_a_lesson_that_is_a_link_out_of_the_course_is_refused_and_keeps_its_solutions(course, first, tmp_path):
    place = tmp_path / "elsewhere"
    first.path.rename(place)
    first.path.symlink_to(place)
    before = files(place)
    for words in (("release",), ("check", "01"), ("test", "01"), ("export",)):
        done = tito(course.root, *words)
        told = " ".join(f"{done.stdout}{done.stderr}".split())
        assert done.returncode == 2 and f"01_first is a link to {place}" in told and "Traceback" not in told
    assert files(place) == before


def test_what_is_linked_into_a_course_is_released_in_its_place(course, first, tmp_path):
    (tmp_path / "data.csv").write_text("1,2\n")
    (first.path / "data.csv").symlink_to(tmp_path / "data.csv")
    (course.root / "drafts").mkdir()
    first.path.rename(course.root / "drafts/first")
    first.path.symlink_to(course.root / "drafts/first")
    before = files(course.root / "drafts")
    release(course, tmp_path / "out")
    released = files(tmp_path / "out")
    assert BEGIN.encode() not in released["modules/01_first/first_dev.ipynb"]
    assert released["modules/01_first/data.csv"] == b"1,2\n" and not [path for path in released if "drafts" in path]
    assert files(course.root / "drafts") == before
    assert tito(course.root, "check", "01").returncode == 0

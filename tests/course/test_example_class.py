"""Each submission of the sample class gets the mark and the status that its author's note says it deserves."""

import json
import shutil

import make_class
import pytest
from students import EVERYTHING, POINTS, STUDENTS

from tito import testing
from tito.grading import grade
from tito.review.desk import added, questions
from tito.settings import read_course

CLASS = make_class.HERE / "class"
BY_NAME = {student.name: student for student in STUDENTS}
RIGHT = [student.name for student in STUDENTS if student.mark == POINTS and not student.damage and not student.edits]
GRADED = [student.name for student in STUDENTS if student.status == "graded"]


@pytest.fixture(scope="module")
def results(course):
    """What the real grader gives to every submission, by student."""
    grades = grade(course, CLASS, "04", seed=2026, time_limit=0.5)
    assert not grades.interrupted and grades.possible == POINTS
    return {result.student: result for result in grades.results}


def test_the_submissions_are_in_step_with_the_lesson_and_their_sources():
    changed = make_class.out_of_step(CLASS)
    assert not changed, f"{', '.join(changed)}: run python examples/make_class.py"


def test_making_the_class_twice_gives_the_same_bytes():
    assert make_class.submissions() == make_class.submissions()


def test_a_changed_a_missing_and_a_stray_file_are_out_of_step(tmp_path):
    folder = tmp_path / "class"
    shutil.copytree(CLASS, folder)
    (folder / "amara-okafor.ipynb").write_bytes(b"{}")
    (folder / "bo-lindqvist.ipynb").unlink()
    (folder / "stray.ipynb").write_bytes(b"{}")
    assert make_class.out_of_step(folder) == ["amara-okafor.ipynb", "bo-lindqvist.ipynb", "stray.ipynb"]


def test_every_submission_gets_a_result(results):
    assert sorted(results) == sorted(BY_NAME) and len(results) >= 25


@pytest.mark.parametrize("name", BY_NAME)
def test_mark_and_status_are_the_deserved_ones(results, name):
    result, student = results[name], BY_NAME[name]
    assert result.status == student.status, result.message
    if student.mark is None:
        assert result.total is None and result.message, "no mark needs a reason"
    else:
        assert result.total == pytest.approx(student.mark, abs=0.005)


@pytest.mark.parametrize("name", GRADED)
def test_what_is_wrong_costs_only_what_it_breaks(results, name):
    earned, possible = {}, {}
    for mark in results[name].marks:
        for key in (mark.exercise, (mark.exercise, mark.aspect)):
            earned[key] = earned.get(key, 0) + mark.earned
            possible[key] = possible.get(key, 0) + mark.possible
    exercises = [key for key in earned if isinstance(key, str)]
    due = loss_by_exercise(BY_NAME[name], exercises)
    everything = {exercise for exercise in exercises if earned[exercise] == 0}
    assert everything == {exercise for exercise, aspects in due.items() if aspects == EVERYTHING}
    reduced = {key for key in earned if isinstance(key, tuple) and earned[key] < possible[key] - 1e-9}
    expected = {(exercise, aspect) for exercise, aspects in due.items() for aspect in aspects.split()}
    assert {key for key in reduced if key[0] not in everything} == {key for key in expected if key[1] != EVERYTHING}


def loss_by_exercise(student, exercises):
    """The author's note in full: what is not written loses everything."""
    written = student.only if student.only else exercises if student.fills else ()
    return {exercise: EVERYTHING for exercise in exercises if exercise not in written} | student.loses


@pytest.mark.parametrize(
    ("name", "exercise", "status"),
    [
        ("carlos-vega", "huber_loss", "timeout"),
        ("dina-shapiro", "hinge_loss", "crashed"),
        ("emil-novak", "kl_div_loss", "crashed"),
        ("fatou-ndiaye", "l1_loss", "missing"),
        ("kofi-mensah", "l2_loss", "memory"),
        ("maya-singh", "triplet_loss", "missing"),
    ],
)
def test_the_status_of_a_question_says_what_happened(results, name, exercise, status):
    marks = [mark for mark in results[name].marks if mark.exercise == exercise and mark.aspect != "errors"]
    assert {mark.status for mark in marks} == {status}
    others = [mark for mark in results[name].marks if mark.exercise != exercise]
    assert {mark.status for mark in others} == {"answered"}


def test_a_value_without_a_tensor_earns_its_marks_with_a_remark(results):
    marks = [mark for mark in results["liam-byrne"].marks if mark.exercise == "mse_loss" and mark.aspect == "value"]
    assert all(mark.right and mark.remark for mark in marks)


def test_some_answered_the_questions_that_a_person_reads_each_in_their_own_way(course, results):
    asked = {name: each for name, each in questions(course.catalogue.find("04")).items() if each.task.manual}
    given = {
        result.student: {name: added(asked[name], text) for name, text in result.answers.items()}
        for result in results.values()
    }
    answered = {student for student, texts in given.items() if any(texts.values())}
    assert answered == {student.name for student in STUDENTS if student.answers}
    written = [text for student in answered for text in given[student].values() if text]
    assert len(set(written)) == len(written) == 11 and max(map(len, written)) > 1500 > 300 > min(map(len, written))
    assert given["rosa-alvarez"]["question_memory"] == ""
    assert "*Your answer here.*" not in results["rosa-alvarez"].answers["question_memory"]


def test_an_edited_test_cell_changes_no_mark(results):
    honest, edited = results["lena-fischer"], results["hugo-martins"]
    assert [mark.earned for mark in honest.marks] == [mark.earned for mark in edited.marks]


@pytest.mark.parametrize("name", ["lena-fischer", "carla-mendes", "kiko-tanaka", "vera-kowalska"])
def test_another_seed_gives_the_same_marks(course, results, name):
    again = grade(course, CLASS / f"{name}.ipynb", "04", seed=7, workers=1).results[0]
    assert again.by("exercise") == results[name].by("exercise")


@pytest.fixture(scope="module")
def workspace(course, tmp_path_factory):
    """The course's notebooks and package without its secrets, where a student's losses can be put."""
    folder = tmp_path_factory.mktemp("workspace")
    shutil.copy(course.root / "settings.ini", folder)
    shutil.copytree(course.package, folder / course.lib_path, ignore=shutil.ignore_patterns("__pycache__"))
    for module in course.catalogue:
        (folder / course.nbs_path / module.folder).mkdir(parents=True)
        shutil.copy(module.notebook, folder / course.nbs_path / module.folder)
    return read_course(folder)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_notebook_passes_every_inline_test_whatever_its_style(workspace, name):
    lesson = workspace.catalogue.find("losses")
    shutil.copy(CLASS / f"{name}.ipynb", lesson.notebook)
    tested = testing.test(workspace, lesson)
    assert tested.passed, [(result.name, result.message) for result in tested.results if not result.passed]


def test_the_notebooks_are_those_that_students_were_given():
    """Cells, their order and their metadata come from the release; only sources differ."""
    blank = json.loads((CLASS / "ines-duarte.ipynb").read_text(encoding="utf-8"))["cells"]
    full = json.loads((CLASS / "amara-okafor.ipynb").read_text(encoding="utf-8"))["cells"]
    assert [(cell["id"], cell["metadata"]) for cell in blank] == [(cell["id"], cell["metadata"]) for cell in full]
    assert not any("### BEGIN SOLUTION" in "".join(cell["source"]) for cell in full)

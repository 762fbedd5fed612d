"""What came under a wrong name is given to whose it is: attempts, hand-in times and marks, and nothing is lost."""

import zipfile

import pytest
from gradings import graded, submission

from tito.gradebook import roster
from tito.gradebook.merge import merge
from tito.problem import Problem
from tito.ways.collect import collect


@pytest.fixture
def listed(book, tmp_path):
    """A gradebook with ada and bob on its class list."""
    (tmp_path / "roster.csv").write_text("id,name\nada,Ada Lovelace\nbob,Bob\n")
    roster.bring(book, tmp_path / "roster.csv")
    return book


def by_name(book) -> dict:
    return {standing.student: standing for standing in book.standing("02")}


def test_all_that_came_under_a_wrong_name_is_the_students(listed, head):
    listed.record(head, [graded("stray", "l1_loss_value"), graded("bob")])
    came = {"student": "stray", "digest": "of stray", "original": "x", "submitted_at": "2026-03-01T12:00:00Z"}
    listed.hand_in("02", [came | {"late": 0}])
    listed.mark("stray", "02", "question_why", 2, "Nearly.", "gil")
    moved = merge(listed, "stray", "ada")
    assert (moved.attempts, moved.marks) == (1, 1)
    found = by_name(listed)
    assert found.keys() == {"ada", "bob"} and found["ada"].total == 14 + 2 and found["bob"].total == 16
    attempts, marks = listed.history("ada", "02")
    assert [(a.file, a.submitted_at) for a in attempts] == [("stray.ipynb", "2026-03-01T12:00:00Z")]
    assert [mark.comment for mark in marks] == ["Nearly."]


def test_of_two_submissions_under_two_names_the_last_counts(listed, head):
    listed.record(head, [graded("ada", "mse_loss_value"), graded("stray", digest="2")])
    merge(listed, "stray", "ada")
    assert by_name(listed)["ada"].total == 16 and by_name(listed)["ada"].attempts == 2


def test_what_was_recorded_under_the_wrong_name_is_not_recorded_again(listed, head):
    results = [graded("stray")]
    listed.record(head, results)
    merge(listed, "stray", "ada")
    assert listed.record(head, results) == 0 and by_name(listed).keys() == {"ada", "bob"}


@pytest.mark.parametrize(
    ("way", "name", "stray"),
    [
        ("{}_7_1_losses_dev.ipynb", "smithbob", "canvas-7"),
        ("{}_7_assignsubmission_file/losses_dev.ipynb", "Bobby", "Bobby"),
        ("{}_7_assignsubmission_file/losses_dev.ipynb", "_Bobby", "moodle _Bobby"),
        ("{}_7_assignsubmission_file/losses_dev.ipynb", "ada", "ada 7"),
    ],
)
def test_a_stranger_of_a_zip_is_merged_as_collect_advises(listed, tmp_path, way, name, stray):
    """Such a one has a name from the zip, and from Canvas a number, and is on no class list for that."""
    module, archive = listed.course.catalogue.find("02"), tmp_path / "class.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr(way.format(name), submission())
    done = collect(listed, archive, module, tmp_path / "in", anyway=True)
    assert done.strangers == [stray]
    merge(listed, stray, "bob")
    assert [student.id for student in listed.students()] == ["ada", "bob"]
    if done.kind == "canvas":  # the next zip finds them
        assert collect(listed, archive, module, tmp_path / "again").new == ["bob"]


def test_whose_id_on_a_class_list_ends_in_a_number_is_no_stranger_of_a_zip(listed):
    roster.merge(listed, [{"id": "bob2", "name": "bob"}])
    with pytest.raises(Problem, match="bob2 is on a class list"):
        merge(listed, "bob2", "bob")


def test_two_people_of_canvas_are_not_merged(listed, head, tmp_path):
    (tmp_path / "more.csv").write_text("id,canvas_id\nbob,8\n")
    roster.bring(listed, tmp_path / "more.csv")
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as packed:
        packed.writestr("eve_7_1_losses_dev.ipynb", submission())
    collect(listed, tmp_path / "class.zip", listed.course.catalogue.find("02"), tmp_path / "in", anyway=True)
    with pytest.raises(Problem, match="two people in Canvas"):
        merge(listed, "canvas-7", "bob")


@pytest.mark.parametrize(
    ("stray", "student", "told"),
    [
        ("bob", "ada", r"on a class list \(Bob\)"),
        ("ada", "ada", "one name"),
        ("x", "ada", "no student"),
        ("s", "x", "no"),
    ],
)
def test_names_that_are_not_one_students_are_refused_and_nothing_changes(listed, head, stray, student, told):
    listed.record(head, [graded("s"), graded("bob")])
    before = {name: (s.total, s.attempts) for name, s in by_name(listed).items()}
    with pytest.raises(Problem, match=told):
        merge(listed, stray, student)
    assert {name: (s.total, s.attempts) for name, s in by_name(listed).items()} == before

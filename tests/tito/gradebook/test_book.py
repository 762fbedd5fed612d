"""The gradebook's laws, each on SQLite and on PostgreSQL."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from gradings import ASKED, HALF, failed, graded, submission

from tito import gradebook
from tito.gradebook import BONUS, NOT_HANDED_IN, TOTAL, Conflict, everyone, roster
from tito.gradebook.journal import of_results
from tito.grading import grade
from tito.problem import Problem

WRITER = Path(__file__).with_name("writer.py")


def standing(book, student="ada"):
    return next(s for s in book.standing("02") if s.student == student)


def test_what_was_recorded_comes_back_with_every_mark(book, head):
    result = graded("ada", "mse_loss_value", "l1_loss_errors", troubles=["cell 3: NameError"])
    assert book.record(head, [result]) == 1
    found = standing(book)
    assert (found.status, found.automatic, found.seed) == ("graded", result.total, 7)
    assert found.result.marks == result.marks and found.result.troubles == result.troubles
    assert found.result.digest == "of ada" and found.isolation == {"files": True}
    assert found.possible == 20 and found.waiting == ["question_why", "question_how"]


def test_the_same_grading_is_recorded_once(book, head):
    results = [graded("ada"), failed("bob")]
    assert [book.record(head, results) for _ in range(3)] == [2, 0, 0]
    assert len(book.history("ada", "02")[0]) == 1


def test_a_regrade_keeps_history_and_the_newest_holds(book, head):
    book.record(head, [graded("ada", "mse_loss_value")])
    book.record(head | {"seed": 8}, [graded("ada")])
    assert standing(book).automatic == 16 and standing(book).attempts == 1
    assert [a.points for a in book.history("ada", "02")[0]] == [pytest.approx(16 - 10 / 3, abs=1e-4), 16]


@pytest.mark.parametrize("rule", ["last", "best"])
@pytest.mark.parametrize("status", ["unreadable", "failed", "superseded", "missing", "timeout of nobody's making"])
def test_after_a_failed_regrade_no_older_mark_stands_and_what_it_was_is_said(configured, place, head, status, rule):
    with gradebook.open(configured(attempts=rule), place) as book:
        book.record(head, [graded("ada")])
        book.record(head | {"seed": 8}, [failed("ada", status, "why")])
        found = standing(book)
    assert (found.status, found.automatic, found.total) == (status, None, None)
    assert "16 of 16 points" in found.message and "no longer hold" in found.message


def test_what_could_not_be_read_and_is_graded_again_is_one_submission(book, head):
    for seed in (7, 8, 9):
        book.record(head | {"seed": seed}, [failed("ada", "missing", "only a.pdf")])
    assert standing(book).attempts == 1
    book.record(head, [failed("ada", "missing", "only b.pdf"), graded("ada")])
    assert standing(book).attempts == 3


def test_the_last_submission_counts_or_the_best_as_the_settings_say(configured, place, head):
    submitted = [
        graded("ada", "mse_loss_value", digest="1"),
        graded("ada", digest="2"),
        graded("ada", "l1_loss_value", digest="3"),
    ]
    for rule, points in (("last", 14), ("best", 16)):
        with gradebook.open(configured(attempts=rule), place) as book:
            book.record(head, submitted)
            assert standing(book).automatic == points and standing(book).attempts == 3


def test_of_one_submission_graded_twice_the_best_rule_takes_the_newest_grading(configured, place, head):
    with gradebook.open(configured(attempts="best"), place) as book:
        book.record(head, [graded("ada", digest="1")])
        book.record(head | {"seed": 8}, [graded("ada", "mse_loss_value", digest="1")])
        book.record(head, [graded("ada", "l1_loss_value", "mse_loss_value", digest="2")])
        assert standing(book).automatic == pytest.approx(16 - 10 / 3, abs=1e-4)


def test_lateness_costs_what_the_policy_says_and_the_first_arrival_counts(configured, place, head):
    course = configured(late_policy="10 % a day, at most 50 %", deadlines="02 2026-03-01T12:00+00:00", attempts="best")
    came = {"student": "ada", "original": "x", "late": 0}
    with gradebook.open(course, place) as book:
        book.record(head, [graded("ada", "mse_loss_value", digest="in time"), graded("ada", digest="late")])
        book.hand_in("02", [came | {"digest": "in time", "submitted_at": "2026-03-01T12:00:00Z"}])
        book.hand_in("02", [came | {"digest": "late", "submitted_at": "2026-03-03T12:00:01Z"}])
        book.hand_in("02", [came | {"digest": "in time", "submitted_at": "2026-03-09T12:00:00Z"}])
        found = standing(book)
        assert (found.late.days, found.total) == (0, pytest.approx(12.6667))  # 16 less 30 % is 11.2
        book.late("ada", "02", 99, "ms", "asked")
        assert standing(book).total == pytest.approx(12.6667 / 2, abs=1e-4)
        book.late("ada", "02", 0, "ms", "was ill")
        assert standing(book).total == pytest.approx(12.6667, abs=1e-4)


def test_what_is_called_late_without_a_time_is_a_day_late(configured, place, head):
    with gradebook.open(configured(late_policy="25% per day"), place) as book:
        book.record(head, [graded("ada")])
        book.hand_in("02", [{"student": "ada", "digest": "of ada", "original": "", "late": 1, "submitted_at": ""}])
        assert (standing(book).late.days, standing(book).total) == (1, 12)


def test_manual_marks_are_added_and_survive_a_regrade(book, head):
    book.record(head, [graded("ada", "mse_loss_value")])
    book.mark("ada", "02", "question_why", 2.5, "good", grader="ms")
    book.mark("ada", "02", "mse_loss", 9, "see cell 4", grader="ms", why="the formula is right")
    assert standing(book).total == 9 + 6 + 2.5
    book.record(head | {"seed": 8}, [graded("ada", "l1_loss_value")])
    found = standing(book)
    assert found.total == 9 + 4 + 2.5 and found.automatic == 14
    assert found.manual["mse_loss"].why == "the formula is right" and found.waiting == ["question_how"]


def test_the_newest_manual_mark_counts_and_taking_it_back_brings_the_automatic_one(book, head):
    book.record(head, [graded("ada")])
    for points in (1, 2):
        book.mark("ada", "02", "l1_loss", points, grader="ms", why="copied")
    assert standing(book).total == 12
    book.mark("ada", "02", "l1_loss", None, "after all", grader="ms")
    assert standing(book).total == 16 and standing(book).manual["l1_loss"].comment == "after all"
    assert [mark.points for mark in book.history("ada", "02")[1]] == [1, 2, None]


def test_a_mark_of_an_exercise_that_the_lesson_has_no_more_is_not_counted_and_said(book, head):
    book.record(head, [graded("ada")])
    book.mark("ada", "02", "question_why", 3, grader="ms")
    notebook = book.course.catalogue.find("02").notebook
    notebook.write_text(notebook.read_text().replace("question_why", "question_else"))
    assert standing(book).total == 16 and "question_why" in standing(book).message


def test_a_total_by_hand_is_final_even_late_and_without_any_automatic_mark(configured, place, head):
    with gradebook.open(configured(late_policy="50 % a day"), place) as book:
        book.record(head, [failed("ada")])
        assert standing(book).total is None
        book.late("ada", "02", 1, "ms", "late")
        book.mark("ada", "02", TOTAL, 11, grader="ms", why="marked on paper")
        assert standing(book).total == 11 and standing(book).status == "unreadable"


def test_a_bonus_is_added_after_lateness_stands_when_graded_again_and_can_be_points_taken_off(configured, place, head):
    with gradebook.open(configured(late_policy="25 % per day"), place) as book:
        book.record(head, [graded("ada"), failed("bob")])
        book.late("ada", "02", 1, "ms", "as she said")
        book.mark("ada", "02", BONUS, 5, "your own test of hinge_loss", grader="ms", why="beyond the task")
        assert (standing(book).total, standing(book).bonus, standing(book).possible) == (12 + 5, 5, 20)
        book.record(head | {"seed": 8}, [graded("ada", "l1_loss_value", digest="another")])
        assert standing(book).total == 14 * 0.75 + 5 and standing(book).outdated == {}
        book.mark("ada", "02", BONUS, -20, grader="ms", why="copied")
        assert standing(book).total == 0, "no less than nothing"
        book.mark("ada", "02", TOTAL, 11, grader="ms", why="settled")
        assert (standing(book).total, standing(book).bonus) == (11, 0), "a total by hand is final"
        book.mark("bob", "02", BONUS, 3, grader="ms", why="helped others")
        assert (standing(book, "bob").total, standing(book, "bob").bonus) == (None, 0), "a bonus is no mark of its own"
        refused = (21, "x", "between -20 and 20"), (1, " ", "say why"), (float("nan"), "x", "nan points")
        for points, why, what in refused:
            with pytest.raises(Problem, match=what):
                book.mark("ada", "02", BONUS, points, grader="ms", why=why)


def test_a_bonus_for_everyone_tells_who_loses_by_points_taken_off(book, head):
    book.record(head, [graded("ada"), graded("bob")])
    assert everyone.mark(book, "02", BONUS, 2, None, "ms", "a hard week") == ["ada", "bob"]
    assert [s.total for s in book.standing("02")] == [18, 18]
    assert everyone.losing(book, "02", BONUS, -1, "a hard week") == ["ada", "bob"]
    assert everyone.mark(book, "02", BONUS, None, None, "ms", "a hard week") == ["ada", "bob"]
    assert [s.total for s in book.standing("02")] == [16, 16]


def test_a_student_whose_every_exercise_is_marked_by_hand_has_a_total(book, head):
    book.record(head, [failed("ada")])
    book.mark("ada", "02", "mse_loss", 5, grader="ms", why="paper")
    assert standing(book).total is None
    book.mark("ada", "02", "l1_loss", 6, grader="ms", why="paper")
    assert standing(book).total == 11


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("bob", "02", "mse_loss", 1, "", "ms", "x"), "no student 'bob'"),
        (("ada", "02", "mse_los", 1, "", "ms", "x"), "no exercise 'mse_los'"),
        (("ada", "02", "mse_loss", 10.5, "", "ms", "x"), "not between 0 and 10"),
        (("ada", "02", "mse_loss", -1, "", "ms", "x"), "not between 0 and 10"),
        (("ada", "02", "mse_loss", float("nan"), "", "ms", "x"), "not between 0 and 10"),
        (("ada", "02", "mse_loss", 1, "", "ms", " "), "say why"),
        (("ada", "02", "question_why", 1, "", "", ""), "who gives"),
        (("ada", "09", "mse_loss", 1, "", "ms", "x"), "no module '09'"),
    ],
)
def test_a_mark_that_makes_no_sense_is_refused_and_not_kept(book, head, words, says):
    book.record(head, [graded("ada")])
    with pytest.raises(Problem, match=says):
        book.mark(*words)
    assert standing(book).manual == {}


def test_a_grader_who_has_not_seen_anothers_mark_is_told_of_it(book, head):
    book.record(head, [graded("ada")])
    first = book.mark("ada", "02", "question_why", 2, grader="ms", seen=0)
    with pytest.raises(Conflict, match="ms gave question_why 2 points") as conflict:
        book.mark("ada", "02", "question_why", 3, grader="tb", seen=0)
    assert conflict.value.theirs == first and standing(book).manual["question_why"].points == 2
    with pytest.raises(Conflict):
        book.mark("ada", "02", "question_why", 1, grader="ms", seen=0)  # from another window of one's own
    book.mark("ada", "02", "question_why", 2, grader="ms", seen=0)  # the same again says nothing else
    book.mark("ada", "02", "question_how", 1, grader="tb", seen=0)  # nor is another exercise
    with pytest.raises(Conflict):
        book.mark("ada", "02", "question_why", 3, grader="tb", seen=first.id)
    newest = standing(book).manual["question_why"]
    assert book.mark("ada", "02", "question_why", 3, grader="tb", seen=newest.id).points == 3


def test_of_graders_who_mark_at_once_one_is_first_and_all_others_are_told(course, place, book, head):
    book.record(head, [graded("ada"), graded("bob"), graded("eve")])
    gate = threading.Barrier(8, timeout=30)

    def go(number):
        with gradebook.open(course, place) as own:
            won = []
            for student in ("ada", "bob", "eve"):
                gate.wait()
                try:
                    own.mark(student, "02", "question_why", number % 4, grader=f"g{number}", seen=0)
                    won.append(student)
                except Conflict:
                    pass
            return won

    with ThreadPoolExecutor(8) as pool:
        assert sorted(student for won in pool.map(go, range(8)) for student in won) == ["ada", "bob", "eve"]


def test_names_and_texts_are_data_whatever_is_in_them(book, head):
    names = ["'; DROP TABLE attempt; --", "<script>", "=cmd()", "\ud800half", "nul\0", "שלום", "%s{0}", "x" * 5000]
    book.record(head, [failed(name, message=name) for name in names] + [graded("ada", troubles=["a\0b\ud800"])])
    book.mark("ada", "02", "question_why", 1, "\0\ud800'\"", grader="'ms", why="")
    found = {s.student: s for s in book.standing("02")}
    assert len(found) == len(names) + 1 and found["<script>"].message == "<script>"
    assert found["ada"].manual["question_why"].comment == "\ufffd?'\"" and found["ada"].result.troubles == [
        "a\0b\ud800"
    ]


def test_a_student_of_the_roster_without_a_submission_stands_there_without_a_mark(book, head):
    book.record(head, [graded("ada")])
    book.hand_in("02", [{"student": "zoe", "digest": "", "original": "", "late": 0, "submitted_at": ""}])
    found = standing(book, "zoe")
    assert (found.status, found.total, found.possible, found.attempts) == (NOT_HANDED_IN, None, 20, 0)
    assert found.result.marks == [] and found.waiting == []


@pytest.mark.parametrize(
    "status, waits",
    [("unreadable", False), ("missing", False), ("duplicate", False), ("superseded", False), ("failed", True)],
)
def test_nobody_is_asked_to_read_answers_that_were_not_handed_in(book, head, status, waits):
    book.record(head, [failed("ada", status, "why")])
    assert bool(standing(book).waiting) == waits


def test_a_student_who_is_not_there_is_looked_for_by_a_part_of_the_id(book, head):
    book.record(head, [graded("anton-bauer@uni.edu"), graded("bea@uni.edu")])
    with pytest.raises(Problem) as told:
        book.history("bauer", "02")
    assert told.value.next == "did you mean anton-bauer@uni.edu?"


def test_a_real_grading_is_recorded_from_its_folder_with_what_was_superseded(course, place, tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    for name, text in {"ada": submission(), "bob": submission(mse_loss=HALF)}.items():
        (folder / f"{name}.ipynb").write_text(text)
    options = {"out": tmp_path / "out", "workers": 2}
    first = grade(course, folder, "02", seed=1, **options)
    with gradebook.open(course, place) as book:
        assert [book.record_folder(tmp_path / "out") for _ in range(2)] == [2, 0]
        ada, bob = book.standing("02")
        assert [ada.total, bob.total] == [row.total for row in first.results] == [16, 9]
        assert ada.result.diagnoses == [] and [d.exercise for d in bob.result.diagnoses] == ["mse_loss"]
        (folder / "ada.ipynb").write_text("{")
        (folder / "bob.ipynb").unlink()
        grade(course, folder, "02", seed=2, **options)
        book.record_folder(tmp_path / "out")
        ada, bob = book.standing("02")
        assert (ada.status, ada.total, bob.status, bob.total) == ("unreadable", None, "superseded", None)
        assert "9 of 16 points" in bob.message and "16 of 16 points" in ada.message
        assert [a.status for a in book.history("ada", "02")[0]] == ["graded", "superseded", "unreadable"]


def test_an_older_folder_recorded_again_brings_no_older_mark_back(course, place, tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    for out, text in {"first": submission(mse_loss=HALF), "second": submission()}.items():
        (folder / "ada.ipynb").write_text(text)
        grade(course, folder, "02", out=tmp_path / out, workers=1)
    with gradebook.open(course, place) as book:
        for out in ("first", "second", "first"):
            book.record_folder(tmp_path / out)
        assert standing(book).total == 16


def test_an_older_folder_recorded_late_is_still_older(course, place, tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    for out, text in {"first": submission(mse_loss=HALF), "second": submission()}.items():
        (folder / "ada.ipynb").write_text(text)
        grade(course, folder, "02", out=tmp_path / out, workers=1, seed=1)
    os.utime(tmp_path / "first/journal.jsonl", (1e9, 1e9))
    with gradebook.open(course, place) as book:
        # both journals begin alike, for the seed is one: their results are told apart all the same
        assert [book.record_folder(tmp_path / out) for out in ("second", "first")] == [1, 1]
        assert standing(book).total == 16
        assert [a.points for a in book.history("ada", "02")[0]] == [9, 16]


def test_each_time_that_a_mark_is_superseded_counts(course, place, head, tmp_path):
    run, lines = of_results(head, [graded("ada", digest="1"), graded("ada", digest="2")])
    begin = {"begin": {"run": run.id, "module": "02_losses", "only": [], "seed": 7, "questions": run.questions}}
    entries = [begin]
    for line in lines:
        entries += [line.entry, {"superseded": ["ada"]}]
    with gradebook.open(course, place) as book:
        for last, status in ((2, "graded"), (3, "superseded"), (4, "graded"), (5, "superseded")):
            (tmp_path / "journal.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries[:last]))
            book.record_folder(tmp_path)
            assert standing(book).status == status


def test_grades_of_some_exercises_are_no_modules_mark(course, place, tmp_path):
    (tmp_path / "ada.ipynb").write_text(submission())
    grade(course, tmp_path / "ada.ipynb", "02", out=tmp_path / "out", only=["mse_loss"], workers=1)
    with gradebook.open(course, place) as book, pytest.raises(Problem, match="grades of mse_loss only"):
        book.record_folder(tmp_path / "out")


def run_writer(course, place, name, count):
    command = [sys.executable, str(WRITER), str(course.root), place, name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_eight_writers_at_once_lose_nothing(course, place):
    writers = [run_writer(course, place, f"w{n}", 6) for n in range(8)]
    for writer in writers:
        _, errors = writer.communicate(timeout=300)
        assert writer.returncode == 0, errors
    with gradebook.open(course, place) as book:
        standings = {s.student: s for s in book.standing("02")}
        assert len(standings) == 8 * 6 * 5 + 1 and all(s.status == "graded" for s in standings.values())
        attempts, marks = book.history("everyone", "02")
        assert {a.digest for a in attempts} == {f"w{n}-{m}" for n in range(8) for m in range(6)}
        assert {mark.comment for mark in marks} == {f"w{n} {m}" for n in range(8) for m in range(6)}


def test_a_kill_at_any_moment_leaves_whole_attempts_and_all_that_was_told(course, place):
    draw, told = random.Random(5), {}
    for round in range(5):
        writer = run_writer(course, place, f"w{round}", 1000)
        told[f"w{round}"] = int(writer.stdout.readline())
        time.sleep(draw.uniform(0, 0.3))
        writer.kill()
        rest, _ = writer.communicate()
        told[f"w{round}"] = max([told[f"w{round}"], *map(int, rest.split("\n")[:-1])])
    with gradebook.open(course, place) as book:
        standings = {s.student: s for s in book.standing("02")}
        assert all(len(s.result.marks) == len(ASKED) for s in standings.values())
        for name, last in told.items():
            assert {f"{name}-{n}-{part}" for n in range(last + 1) for part in range(5)} <= standings.keys()
        said = {mark.comment for mark in book.history("everyone", "02")[1]}
        assert {f"{name} {n}" for name, last in told.items() for n in range(last + 1)} <= said


def class_of(folder, **cells):
    folder.mkdir(exist_ok=True)
    (folder / "ada.ipynb").write_text(submission(**cells))
    return folder


def test_an_older_submission_graded_again_takes_no_newer_mark_away(course, place, tmp_path):
    older, newer = class_of(tmp_path / "a", mse_loss=HALF), class_of(tmp_path / "b")
    options = {"out": tmp_path / "out", "workers": 1}
    with gradebook.open(course, place) as book:
        for folder, overtaken in ((older, {}), (newer, {}), (older, {"ada": "graded"})):
            grade(course, folder, "02", **options)
            book.record_folder(tmp_path / "out")
            assert book.overtaken == overtaken
        assert standing(book).total == 16 and standing(book).attempts == 2
        told = [(a.status, a.points) for a in book.history("ada", "02")[0]]
        assert told == [("graded", 9), ("superseded", None), ("graded", 16), ("superseded", None), ("graded", 9)]
        grade(course, newer, "02", fresh=True, seed=3, **options)
        book.record_folder(tmp_path / "out")
        assert standing(book).total == 16 and book.overtaken == {}


def test_where_the_exam_has_changed_too_an_older_submission_brings_no_mark_back(course, place, tmp_path):
    older, newer = class_of(tmp_path / "a", mse_loss=HALF), class_of(tmp_path / "b")
    with gradebook.open(course, place) as book:
        for folder, limit in ((older, 2), (newer, 2), (older, 3)):
            grade(course, folder, "02", out=tmp_path / "out", workers=1, seed=1, time_limit=limit)
            book.record_folder(tmp_path / "out")
        assert (standing(book).status, standing(book).total) == ("superseded", None)
        assert "16 of 16 points" in standing(book).message and book.overtaken == {"ada": "superseded"}


def test_an_older_submission_that_could_not_be_graded_again_takes_no_newer_mark_away(configured, place, head):
    for rule in ("last", "best"):
        with gradebook.open(configured(attempts=rule), place) as book:
            book.record(head, [graded("ada", "l1_loss_value", digest="1"), graded("ada", digest="2")])
            book.record(head | {"seed": 8}, [failed("ada", "failed", digest="1")])
            assert standing(book).total == 16


def test_of_a_file_that_could_not_be_read_for_once_the_regrade_counts(book, head):
    book.record(head, [graded("ada", digest="1"), failed("ada")])
    book.record(head | {"seed": 8}, [graded("ada", "l1_loss_value", digest="1")])
    assert standing(book).total == 14


def test_what_was_handed_in_last_counts_in_whatever_order_it_is_graded(book, head):
    came = {"student": "ada", "original": "x", "late": 0}
    book.hand_in("02", [came | {"digest": "1", "submitted_at": "2026-03-01T12:00:00Z"}])
    book.hand_in("02", [came | {"digest": "2", "submitted_at": "2026-03-02T12:00:00Z"}])
    book.record(head, [graded("ada", digest="2"), graded("ada", "l1_loss_value", digest="1")])
    assert standing(book).total == 16
    book.hand_in("02", [came | {"digest": "1", "submitted_at": "2026-03-03T12:00:00Z"}])  # the first one once more
    assert standing(book).total == 14


def test_a_mark_for_everyone_goes_to_who_is_graded_and_leaves_what_was_marked_by_hand(book, head):
    book.record(head, [graded("ada"), graded("bob", "mse_loss_value"), graded("zoe"), failed("eve")])
    book.mark("zoe", "02", "mse_loss", 4, grader="ms", why="copied")
    before = {s.student: s.total for s in book.standing("02")}
    assert everyone.mark(book, "02", "mse_loss", 10, "", "ms", "unfair") == ["ada", "bob"]
    after = {s.student: s.total for s in book.standing("02")}
    assert after == before | {"bob": 16} and after["eve"] is None
    assert everyone.mark(book, "02", "mse_loss", 5, "", "ms", "unfair") == ["ada", "bob"]  # another number, as easily
    assert everyone.mark(book, "02", "mse_loss", None, "", "ms", "another reason") == []
    assert everyone.mark(book, "02", "mse_loss", None, "", "ms", "unfair") == ["ada", "bob"]
    assert {s.student: s.total for s in book.standing("02")} == before


def test_a_mark_for_the_absent_is_a_total_and_is_told_where_they_hand_in_after_all(book, head):
    roster.merge(book, [{"id": "cleo"}, {"id": "dan"}])
    book.hand_in("02", [{"student": "dan", "digest": "", "original": "", "late": 0, "submitted_at": ""}])
    book.record(head, [graded("ada"), failed("bob")])
    assert everyone.mark(book, "02", TOTAL, 0, None, "ms", "nothing came", everyone.ABSENT) == ["cleo"]
    assert [s.total for s in book.standing("02")] == [16, None, 0, None], "what dan handed in is yet to be graded"
    book.record(head, [graded("cleo")])
    assert standing(book, "cleo").total == 0 and list(standing(book, "cleo").outdated) == [TOTAL]
    assert everyone.mark(book, "02", TOTAL, None, None, "ms", "nothing came", everyone.ABSENT) == ["cleo"]
    assert standing(book, "cleo").total == 16
    with pytest.raises(Problem, match="mse_loss: who handed in nothing"):
        everyone.mark(book, "02", "mse_loss", 0, None, "ms", "nothing came", everyone.ABSENT)


def test_whoever_is_called_everyone_is_not_taken_for_the_class(book, head):
    book.record(head, [graded("ada"), graded("everyone")])
    with pytest.raises(Problem, match="a student is called everyone") as told:
        everyone.mark(book, "02", "mse_loss", 3, "", "ms", "ill")
    assert "merge everyone" in told.value.next
    assert not any(standing.manual for standing in book.standing("02"))


def test_a_mark_for_everyone_needs_its_reason_and_an_exercise_that_is_there(book, head):
    book.record(head, [graded("ada")])
    for words, says in (((10, "", "ms", " "), "say why"), ((11, "", "ms", "unfair"), "not between 0 and 10")):
        with pytest.raises(Problem, match=says):
            everyone.mark(book, "02", "mse_loss", *words)


def test_a_comment_stands_while_marks_change_until_it_is_taken_off(book, head):
    book.record(head, [graded("ada")])
    book.mark("ada", "02", "question_why", 2, "Mention the buffer.", grader="ms")
    for points in (3, None, 1):
        assert book.mark("ada", "02", "question_why", points, grader="tb").comment == "Mention the buffer."
    assert standing(book).manual["question_why"].points == 1
    assert book.mark("ada", "02", "question_why", 1, "", grader="ms").comment == ""
    assert book.mark("ada", "02", "question_how", 1, grader="ms").comment == ""


def test_a_mark_for_everyone_leaves_each_comment(book, head):
    book.record(head, [graded("ada"), graded("bob")])
    book.mark("ada", "02", "mse_loss", None, "See cell 4.", grader="ms")
    for points in (6, None):
        everyone.mark(book, "02", "mse_loss", points, None, "ms", "ambiguous")
        assert [s.manual["mse_loss"].comment for s in book.standing("02")] == ["See cell 4.", ""]


def answering(student, digest, text, **fields):
    return graded(student, digest=digest, answers={"question_why": text} if text is not None else {}, **fields)


def outdated(book, student="ada"):
    return sorted(standing(book, student).outdated)


def test_a_mark_given_on_another_text_is_told_until_the_answer_is_marked_again(book, head):
    book.record(head, [answering("ada", "1", "**Why?**\n\nBecause.")])
    book.mark("ada", "02", "question_why", 0, grader="ms")
    book.mark("ada", "02", "question_how", 1, grader="ms")
    assert outdated(book) == []
    book.record(head, [answering("ada", "2", "**Why?**  \n\nBecause.\n")])  # another file, the same answer
    assert outdated(book) == []
    book.record(head, [answering("ada", "3", "**Why?**\n\nA long answer.")])
    assert outdated(book) == ["question_why"] and standing(book).manual["question_why"].points == 0
    book.record(head | {"seed": 8}, [answering("ada", "3", "**Why?**\n\nA long answer.")])
    assert outdated(book) == ["question_why"]
    book.mark("ada", "02", "question_why", 0, grader="ms")  # the same mark will do
    assert outdated(book) == []


def test_an_override_and_a_total_are_told_when_another_submission_counts(book, head):
    book.record(head, [graded("ada", digest="1"), failed("bob")])
    book.hand_in("02", [{"student": "zoe", "digest": "", "original": "", "late": 0, "submitted_at": ""}])
    book.mark("ada", "02", "mse_loss", 6, grader="ms", why="copied")
    for student in ("ada", "bob", "zoe"):
        book.mark(student, "02", TOTAL, 0, grader="ms", why="never handed in")
    book.record(head | {"seed": 8}, [graded("ada", digest="1"), failed("bob")])  # graded again, nothing new
    assert [outdated(book, name) for name in ("ada", "bob", "zoe")] == [[], [], []]
    book.record(head, [graded(name, digest=f"{name} again") for name in ("ada", "bob", "zoe")])
    assert [outdated(book, name) for name in ("ada", "bob", "zoe")] == [["mse_loss", TOTAL], [TOTAL], [TOTAL]]
    assert standing(book, "zoe").total == 0
    book.mark("zoe", "02", TOTAL, None, grader="ms")
    assert outdated(book, "zoe") == []


def test_while_a_mark_is_superseded_nothing_is_called_outdated(book, head):
    book.record(head, [answering("ada", "1", "A")])
    book.mark("ada", "02", "question_why", 1, grader="ms")
    book.record(head | {"seed": 8}, [failed("ada", "superseded")])
    book.mark("ada", "02", "mse_loss", 1, grader="ms", why="on what was handed in before")
    assert outdated(book) == []
    book.record(head | {"seed": 9}, [answering("ada", "1", "A")])
    assert outdated(book) == []


def test_the_best_attempt_that_still_counts_makes_no_mark_outdated(configured, place, head):
    with gradebook.open(configured(attempts="best"), place) as book:
        book.record(head, [answering("ada", "1", "A")])
        book.mark("ada", "02", "question_why", 1, grader="ms")
        book.record(head, [graded("ada", "mse_loss_value", digest="2", answers={"question_why": "B"})])
        assert outdated(book) == []


def test_a_mark_for_everyone_was_given_on_no_text(book, head):
    book.record(head, [answering("ada", "1", "A")])
    everyone.mark(book, "02", "question_why", 3, None, "ms", "unfair")
    book.record(head, [answering("ada", "2", "B")])
    assert outdated(book) == []


def test_an_answer_that_is_gone_is_told_and_a_submission_that_cannot_be_read_is_nothing_to_look_at(book, head):
    book.record(head, [answering("ada", "1", "A"), answering("bob", "1", "B")])
    for student in ("ada", "bob"):
        book.mark(student, "02", "question_why", 3, grader="ms")
    book.record(head, [answering("ada", "2", None), failed("bob", digest="2")])
    assert [outdated(book, name) for name in ("ada", "bob")] == [["question_why"], []]


def test_a_deadline_of_ones_own_counts_for_what_is_handed_in_later_too_and_can_be_taken_back(configured, place, head):
    course = configured(late_policy="10 % a day", deadlines="02 2026-11-20T12:00+00:00")
    came = {"student": "ada", "original": "x", "late": 1}

    def lateness(digest, at):
        book.record(head, [graded("ada", digest=digest)])
        book.hand_in("02", [came | {"digest": digest, "submitted_at": at}])
        return standing(book).late.days, standing(book).total

    with gradebook.open(course, place) as book:
        assert lateness("1", "2026-11-22T12:00:00Z") == (2, 12.8)
        book.late("ada", "02", None, "ms", "ill", until="2026-11-24T12:00+00:00")
        assert (standing(book).late.days, standing(book).total) == (0, 16)
        assert lateness("2", "2026-11-24T12:00:00Z") == (0, 16)
        assert lateness("3", "2026-12-15T12:00:00Z") == (21, 0)
        assert [attempt.late.days for attempt in book.history("ada", "02")[0]] == [0, 0, 21]
        book.late("ada", "02", 1, "ms", "said so")  # the newest word counts
        assert standing(book).late.days == 1
        book.late("ada", "02", None, "ms")
        assert standing(book).late.days == 25


def test_a_deadline_of_ones_own_never_comes_before_the_classs(configured, place, head):
    course = configured(deadlines="02 2026-11-20T12:00+00:00")
    with gradebook.open(course, place) as book:
        book.record(head, [graded("ada")])
        book.hand_in(
            "02", [dict(student="ada", digest="of ada", original="", late=0, submitted_at="2026-11-26T12:00:00Z")]
        )
        with pytest.raises(Problem, match="no extension: everyone has until 2026-11-20"):
            book.late("ada", "02", None, "ms", "ill", until="2025-11-24")
        book.late("ada", "02", None, "ms", "ill", until="2026-11-24 12:00+00:00")
        assert standing(book).late.days == 2
    with gradebook.open(configured(deadlines="02 2026-11-25T12:00+00:00"), place) as book:
        assert standing(book).late.days == 1


@pytest.mark.skipif(not hasattr(sqlite3.Connection, "setlimit"), reason="Python 3.10 cannot limit SQLite")
def test_a_large_class_stands_where_sqlite_takes_999_values_at_once(course, head):
    with gradebook.open(course) as book:
        book.record(head, (graded(f"s{number}") for number in range(1100)))
        with book.engine.connect() as connection:
            connection.connection.dbapi_connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)
        assert {s.total for s in book.standing("02")} == {16.0}

"""Marks through the real server, by forms alone: kept at once, never lost, never over another's."""

import pytest
from course_fixture import tito

from tito import gradebook
from tito.gradebook import roster
from tito.grading.results import Result
from tito.review import prose


def test_a_mark_is_kept_at_once_and_leads_to_the_next_answer_without_one(review, given):
    running = review()
    running.enter()
    seen = set()
    for left in (3, 2, 1, 0):
        path, fields = running.form("question_why")
        status, headers, _ = running.ask(path, fields | {"points": "0,5", "comment": "Half of it."})
        assert status == 303
        seen.add(path)
        assert len(given()) == 4 - left
    assert headers["Location"] == "/01_first/?done=question_why" and len(seen) == 4
    assert set(given().values()) == {(0.5, "Half of it.", "ann")}


def test_a_kill_after_a_save_loses_nothing(review, given):
    running = review()
    running.enter()
    path, fields = running.form("question_why")
    assert running.ask(path, fields | {"points": "1"})[0] == 303
    running.kill()
    assert list(given().values()) == [(1.0, "", "ann")]
    again = review()
    again.enter()
    assert "1 of 4 marked" in again.ask(again.form("question_why")[0])[2]


@pytest.mark.parametrize("points", ["2", "-1", "nan", "one", "1e9"])
def test_points_that_cannot_be_given_come_back_as_typed(review, given, points):
    running = review()
    running.enter()
    path, fields = running.form("question_why")
    status, _, page = running.ask(path, fields | {"points": points, "comment": "My words."})
    assert status == 422 and "Not kept" in page and f'value="{points}"' in page and "My words." in page
    assert given() == {}


def test_an_empty_form_is_no_mark(review, given):
    running = review()
    running.enter()
    path, fields = running.form("question_why")
    assert running.ask(path, fields | {"points": " ", "comment": "\n"})[0] == 422 and given() == {}


def test_a_mark_can_be_taken_back_and_its_history_stays(review, given, course):
    running = review()
    running.enter()
    path, fields = running.form("question_why")
    running.ask(path, fields | {"points": "1"})
    path, fields = running.form("question_why", path.rpartition("/")[2])
    running.ask(path, fields | {"points": "", "comment": ""})
    [(student, (points, _, _))] = given().items()
    assert points is None
    with gradebook.open(course) as book:
        assert [mark.points for mark in book.history(student, "01")[1]] == [1.0, None]


def test_an_automatic_mark_is_overridden_only_with_a_reason(review, given):
    running = review("ann", "--names")
    running.enter()
    path, fields = running.form("double")
    status, _, page = running.ask(path, fields | {"points": "2", "why": ""})
    assert status == 422 and "say why" in page
    assert running.ask(path, fields | {"points": "2", "why": "Shown in class."})[0] == 303
    assert given("double") == {"ada": (2.0, "", "ann")}


def test_two_graders_at_once_are_shown_both_marks_and_asked(review, given):
    ann, bob = review("ann", "--names"), review("bob", "--names")
    ann.enter(), bob.enter()
    (place, hers), (other, his) = ann.form("question_why"), bob.form("question_why")
    assert ann.ask(place, hers | {"points": "1", "comment": "Right."})[0] == 303
    status, _, page = bob.ask(other, his | {"points": "0", "comment": "Too short."})
    assert status == 409 and "ann was quicker" in page and "Right." in page and "Too short." in page
    assert given() == {"ada": (1.0, "Right.", "ann")}
    assert bob.ask(other, his | {"seen": str(int(his["seen"]) + 99), "points": "0"})[0] == 303
    assert given() == {"ada": (0.0, "", "bob")}


def test_two_windows_of_one_grader_are_asked_too(review, given):
    running = review("ann", "--names")
    running.enter()
    (place, first), (_, second) = running.form("question_why"), running.form("question_why")
    assert running.ask(place, first | {"points": "1"})[0] == 303
    assert running.ask(place, first | {"points": "1"})[0] == 303  # a button that is pressed twice
    status, _, page = running.ask(place, second | {"points": "0", "comment": "Too short."})
    assert status == 409 and "You have marked this in another window." in page and "Too short." in page
    assert given() == {"ada": (1.0, "", "ann")}
    _, fresh = running.form("question_why", place.rpartition("/")[2])
    assert running.ask(place, fresh | {"points": "0"})[0] == 303 and given() == {"ada": (0.0, "", "ann")}


def test_empty_answers_get_0_in_one_step_that_can_be_taken_back(review, given, course):
    running = review("ann", "--names")
    running.enter()
    path, fields = running.form("question_why")
    assert "Give 0 points to 1 empty answer<" in running.ask(path)[2]
    assert "0 from you" not in running.ask("/01_first/")[2]
    assert running.ask("/01_first/question_why/zeros", fields | {"way": "give"})[0] == 303
    assert given() == {"cleo": (0.0, "", "ann")}
    page = running.ask("/01_first/")[2]
    assert "1 of 4" in page and "1 empty answer has 0 from you" in page and "Give 0 points to" not in page
    assert running.ask("/01_first/question_why/zeros", fields | {"way": "back"})[0] == 303
    assert given() == {"cleo": (None, "", "ann")} and "Give 0 points to 1 empty answer<" in running.ask(path)[2]
    with gradebook.open(course) as book:
        said = [(mark.points, mark.kind, mark.why) for mark in book.history("cleo", "01")[1]]
    assert said == [(0.0, "mark", "nothing is written"), (None, "comment", "nothing is written")]


def test_a_step_over_empty_answers_leaves_what_people_have_said(review, given):
    ann, bob = review("ann", "--names"), review("bob", "--names")
    ann.enter(), bob.enter()
    place, _ = _all(ann)[2], ann.form("question_why")
    _, fields = ann.form("question_why", place.rpartition("/")[2])
    ann.ask(place, fields | {"comment": "See me."})
    ann.ask("/01_first/question_why/zeros", fields | {"way": "give"})
    assert given() == {"cleo": (0.0, "See me.", "ann")}
    _, fields = bob.form("question_why")
    bob.ask("/01_first/question_why/zeros", fields | {"way": "back"})
    bob.ask("/01_first/question_why/zeros", fields | {"way": "give"})
    assert given() == {"cleo": (0.0, "See me.", "ann")}
    assert bob.ask("/01_first/question_why/zeros", {"way": "back"})[0] == 403  # no form of ours


def test_names_are_hidden_unless_asked_for(review):
    hidden, open_ = review(), review("bob", "--names")
    hidden.enter(), open_.enter()
    pages = {each: each.ask(each.form("question_why")[0])[2] for each in (hidden, open_)}
    students = ("ada", "ben", "cleo", "mallory")
    assert not any(name in pages[hidden] for name in students) and "Answer 1" in pages[hidden]
    assert "ada" in pages[open_]


def test_an_answer_is_shown_without_its_question_beside_the_guide(review):
    running = review("ann", "--names")
    running.enter()
    page = running.ask(running.form("question_why")[0])[2]
    answer = page.partition('id="answer"')[2].partition("</section>")[0]
    assert "<em>two</em> is more than one" in answer and "Why twice?" not in answer
    assert "Because two is more than one." in page.partition("The guide")[2]
    assert "Nothing is written." in [running.ask(path)[2] for path in _all(running)][2]


def test_what_cannot_be_read_is_not_put_before_a_grader(review, course):
    with gradebook.open(course) as book:
        meta = {"module": "01_first", "seed": 1, "isolation": {}, "questions": [], "run": "later"}
        book.record(meta, [Result("ben", "ben.ipynb", "unreadable", "no notebook")])
    running = review("ann", "--names")
    running.enter()
    pages = [running.ask(path)[2] for path in _all(running)]
    assert len(pages) == 3 and not any("ben" in page.partition("<main")[2] for page in pages)


def test_why_a_file_cannot_be_read_does_not_tell_a_hidden_name(review, course):
    message = "ben.ipynb, cell 2: not a notebook (bend it); Ben Bo, hand in first_dev.ipynb"
    with gradebook.open(course) as book:
        roster.merge(book, [{"id": "ben", "name": "Ben Bo"}])
        meta = {"module": "01_first", "seed": 1, "isolation": {}, "questions": [], "run": "later"}
        book.record(meta, [Result("ben", "ben.ipynb", "unreadable", message)])
    for options, shown in (
        ((), "….ipynb, cell 2: not a notebook (bend it); …, hand in first_dev"),
        (["--names"], message),
    ):
        running = review("ann", *options)
        running.enter()
        pages = [running.ask(path)[2] for path in _all(running, "total")]
        assert len(pages) == 4 and sum(shown in page for page in pages) == 1
        assert options or not any("ben.ipynb" in page or "Ben Bo" in page for page in pages)


def _all(running, name: str = "question_why") -> list[str]:
    """The paths of all answers in order."""
    paths = [running.form(name)[0]]
    while 'rel="next"' in (page := running.ask(paths[-1])[2]):
        paths.append(page.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0])
    return paths


def test_a_new_grading_shows_while_the_pages_are_open(review, course, graded):
    running = review("ann", "--names")
    running.enter()
    assert "0 of 4" in running.ask("/01_first/")[2]
    classroom = course.root.parent / "late"
    classroom.mkdir()
    (classroom / "zoe.ipynb").write_bytes((graded.parent / "class/ada.ipynb").read_bytes())
    assert tito(course.root, "grade", "01", classroom, "--out", "grades-late").returncode == 0
    assert "0 of 5" in running.ask("/01_first/")[2]


def test_what_a_person_said_stands_in_the_report_and_in_the_table(review, course):
    running = review("ann", "--names")
    running.enter()
    path, fields = running.form("question_why")
    running.ask(path, fields | {"points": "0.5", "comment": "Say <why> it grows."})
    running.stop()
    assert tito(course.root, "report", "01").returncode == 0
    page = (course.root / "reports/01_first/ada.html").read_text(encoding="utf-8")
    assert "Say &lt;why&gt; it grows." in page and "question_why" in page
    done = tito(course.root, "gradebook", "export", "01", "--out", "marks.csv")
    assert done.returncode == 0, done.stderr
    table = (course.root / "marks.csv").read_text(encoding="utf-8-sig")
    line = next(line for line in table.splitlines() if line.startswith("ada"))
    assert "0.5" in line, table


def test_ctrl_c_ends_it_and_tells_how_much_was_kept(review):
    running = review()
    running.enter()
    path, fields = running.form("question_why")
    running.ask(path, fields | {"points": "1"})
    assert "1 mark" in running.stop() and running.process.returncode == 0


def test_without_grades_it_says_what_to_do_first(course):
    (course.root / "gradebook.db").unlink()
    done = tito(course.root, "review", "01", "--no-open")
    assert done.returncode == 2 and "tito grade" in done.stderr


def test_a_table_of_millions_of_cells_stays_text():
    shown = prose.answer("|a" * 500 + "\n" + "|-" * 500 + "\n" + "|\n" * 900)
    assert len(shown) < 10_000 and "<table>" not in shown
    assert "<table>" in prose.answer("|a|b|\n|-|-|\n|1|2|")


def test_an_answer_that_was_rewritten_is_stopped_at_with_its_old_mark(review, hand_in_again, given):
    running = review("ann", "--names")
    running.enter()
    for _ in range(4):
        path, fields = running.form("question_why")
        assert running.ask(path, fields | {"points": "0.5", "comment": "Half of it."})[0] == 303
    running.ask(running.form("double")[0], running.form("double")[1] | {"points": "1", "why": "copied"})  # ada's
    assert "4 of 4 · done" in running.ask("/01_first/")[2]
    hand_in_again("ada", "## Why?\n\nAnother answer.")
    page = running.ask("/01_first/")[2]
    assert "3 of 4 · 1 to look at again" in page and "Everything is marked" not in page
    path, fields = running.form("question_why")
    page = running.ask(path)[2]
    assert "Marked on an earlier attempt." in page and "ann gave 0.5 of 1" in page and "Another answer." in page
    status, headers, _ = running.ask(path, fields | {"points": "0.5", "comment": "Half of it."})
    assert (status, headers["Location"]) == (303, "/01_first/?done=question_why")
    page = running.ask("/01_first/")[2]
    assert "4 of 4 · done" in page and "Go on with double" in page
    path, fields = running.form("double")
    assert "Another was handed in since" in running.ask(path)[2]
    assert running.ask(path, fields | {"points": "1", "why": "copied"})[0] == 303
    assert "Everything is marked" in running.ask("/01_first/")[2]


def test_a_mark_typed_beside_an_answer_that_has_changed_meanwhile_is_not_kept(review, hand_in_again, given):
    running = review("ann", "--names")
    running.enter()
    path, fields = running.form("question_why")  # ada's
    hand_in_again("ada", "## Why?\n\nAnother answer.")
    status, _, page = running.ask(path, fields | {"points": "1", "comment": "My words."})
    assert status == 422 and "handed in again" in page and "My words." in page and "Another answer." in page
    assert given() == {}
    _, fields = running.form("question_why", path.rpartition("/")[2])
    assert running.ask(path, fields | {"points": "1"})[0] == 303 and given() == {"ada": (1.0, "", "ann")}


def test_the_total_that_is_shown_has_the_marks_that_were_given_meanwhile(review, course):
    running = review("ann", "--names")
    running.enter()
    path = running.ask("/01_first/total/")[1]["Location"]
    assert '<p class="total">0 <small>of 6 points, after marks' in running.ask(path)[2]
    with gradebook.open(course) as book:
        book.mark("ada", "01", "double", 1, grader="ben", why="by luck")
        book.late("ada", "01", 0, "ben", "ill")
    assert '<p class="total">1 <small>of 6 points, after marks' in running.ask(path)[2]

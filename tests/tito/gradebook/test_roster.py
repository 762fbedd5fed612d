"""Class lists, ours and others'."""

import pytest
from gradings import graded

from tito.gradebook import roster, show
from tito.problem import Problem

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Losses (41)
    Points Possible,,,,,20
"Lovelace, Ada",101,S1,ada,A,
"Smith, Bob",102,S2,bob,A,
"Student, Test",199,,,A,
"""


@pytest.fixture
def bring(book, tmp_path):
    def run(text, encoding="utf-8"):
        path = tmp_path / "roster.csv"
        path.write_bytes(text.encode(encoding))
        return roster.bring(book, path)

    return run


def people(book):
    return {s.id: (s.name, s.email, s.section) for s in book.students()}


def test_a_list_is_taken_in_and_a_second_time_changes_nothing(book, bring):
    text = 'id,name,email,section\nada,Ada Lovelace,ada@x.org,A\nbob,"Smith, Bob",,B\n'
    assert bring(text).added == ["ada", "bob"]
    assert bring(text).same == ["ada", "bob"]
    assert people(book) == {"ada": ("Ada Lovelace", "ada@x.org", "A"), "bob": ("Bob Smith", "", "B")}


def test_changes_are_told_nobody_is_removed_and_an_empty_cell_changes_nothing(book, bring, head):
    book.record(head, [graded("eve")])
    bring("id,name,email\nada,Ada,ada@x.org\nbob,Bob,b@x.org\n")
    change = bring("id,name,email\nada,Ada King,\n")
    assert (change.changed, change.added, change.unlisted) == (["ada"], [], ["bob", "eve"])
    assert people(book)["ada"] == ("Ada King", "ada@x.org", "") and len(people(book)) == 3


def test_canvas_and_moodle_are_understood_and_meet_in_one_student(book, bring):
    assert bring(CANVAS).added == ["ada", "bob"]
    moodle = "First name;Surname;ID number;Email address\nAda;Lovelace;S1;ada@x.org\nZoe;Zed;S9;zoe@x.org\n"
    change = bring("\ufeff" + moodle)
    assert (change.changed, change.added, change.unlisted) == (["ada"], ["S9"], ["bob"])
    ada = next(s for s in book.students() if s.id == "ada")
    assert (ada.canvas_id, ada.sis_id, ada.login, ada.email) == ("101", "S1", "ada", "ada@x.org")


def test_an_address_is_the_same_in_small_letters(book, bring):
    bring("id,name,email\nada,Ada Lovelace,Ada.Lovelace@X.org\n")
    moodle = "First name,Last name,ID number,Email address\nAda,Lovelace,S1,ada.lovelace@x.org\n"
    assert bring(moodle).changed == ["ada"] and list(people(book)) == ["ada"]


def test_our_own_ids_are_believed_though_two_share_an_address(book, bring):
    bring("id,name,email\nada,Ada,home@x.org\n")
    assert bring("id,name,email\neva,Eva,home@x.org\n").added == ["eva"] and people(book)["ada"][0] == "Ada"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("a,b\n1,2\n", "no students under its headings"),
        ("id,name\nzoe,Z\nada,A\nada,B\n", "two rows are about ada"),
        ("id,name\nzoe,Z\n../etc,A\n", "line 3: '../etc' cannot be the name"),
        ("name,email\nAda,\n", "no id, login"),
    ],
)
def test_a_list_that_is_none_or_says_two_things_is_refused_whole(book, bring, text, says):
    with pytest.raises(Problem, match=says):
        bring(text)
    assert people(book) == {}


def test_a_list_in_another_encoding_is_refused_with_what_to_do(bring):
    with pytest.raises(Problem, match="not UTF-8") as problem:
        bring("id,name\nada,Zoë\n", "latin-1")
    assert "CSV UTF-8" in problem.value.next


def test_a_list_that_meets_nobody_who_was_graded_is_told_and_can_be_taken_off_again(book, bring, head, tmp_path):
    book.record(head, [graded("ada"), graded("bob")])
    change = bring("id,name\n1001,Ada\n1002,Bob\n")
    assert (change.added, change.unknown) == (["1001", "1002"], ["ada", "bob"])
    book.mark("1002", "02", "question_why", 1, grader="ms")
    done = roster.take_off(book, tmp_path / "roster.csv")
    assert (done.removed, done.kept) == (["1001"], ["1002"])
    assert {s.id for s in book.students()} == {"1002", "ada", "bob"}
    assert roster.take_off(book, tmp_path / "roster.csv").removed == []


def test_a_second_section_is_no_list_of_wrong_ids_nor_is_one_that_meets_somebody(book, bring, head):
    book.record(head, [graded("ada"), graded("bob")])
    assert bring("id,name\nada,Ada\neve,Eve\n").unknown == []
    bring("id,name\nbob,Bob\n")
    assert bring("id,name\nzoe,Zoe\n").unknown == []


def test_whoever_has_handed_in_is_not_taken_off(book, bring, tmp_path):
    bring("id,name\nada,Ada\nbob,Bob\n")
    book.hand_in("02", [{"student": "ada", "digest": "", "original": "", "late": 0, "submitted_at": ""}])
    done = roster.take_off(book, tmp_path / "roster.csv")
    assert (done.removed, done.kept) == (["bob"], ["ada"])


def test_the_same_people_under_other_ids_are_told_and_namesakes_on_one_list_are_not(book, bring, capsys, tmp_path):
    bring(CANVAS)
    change = bring("Full name,Email address\nAda Lovelace,ada@x.org\nbob smith,bob@x.org\nZoe Zed,zoe@x.org\n")
    assert change.twins == {"ada@x.org": "ada", "bob@x.org": "bob"}
    show.roster(change, tmp_path / "roster.csv")
    said = capsys.readouterr().out
    assert "2 names that somebody not on this list has: ada@x.org and ada, bob@x.org and bob" in said
    assert f"next: tito gradebook roster --remove {tmp_path / 'roster.csv'}" in said
    assert roster.take_off(book, tmp_path / "roster.csv").removed == ["ada@x.org", "bob@x.org", "zoe@x.org"]
    assert bring("id,name\nada,Ada Lovelace\nbob,Bob Smith\nada-2,Ada Lovelace\n").twins == {}
    assert bring("id,name\nnobody,\n").twins == {}

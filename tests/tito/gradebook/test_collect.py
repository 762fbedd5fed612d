"""What `tito collect` says of a zip that does not tell all: who, when, in which order, and what cannot be graded."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import datetime

import pytest
from gradings import HALF, graded, submission

from tito import gradebook
from tito.gradebook import roster
from tito.gradebook.late import utc
from tito.grading import grade
from tito.problem import Problem
from tito.report import report
from tito.ways import show
from tito.ways.collect import collect

RIGHT, WRONG = submission(), submission(mse_loss=HALF)
HEADINGS = "Identifier,Full name,Email address,Grade,Last modified (submission),Last modified (grade)"
CLASS = "id,name,email\nada,Ada Lovelace,ada@x.org\nbob,Bob Smith,bob@x.org\neve,Eve Zed,eve@x.org\n"


@pytest.fixture
def pack(course):
    def make(files, name="class.zip"):
        with zipfile.ZipFile(course.root / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, text in files.items():
                archive.writestr(member, text)
        return course.root / name

    return make


@pytest.fixture
def file(course):
    def write(text, name):
        (course.root / name).write_text(text, encoding="utf-8")
        return course.root / name

    return write


@pytest.fixture
def worksheet(file):
    """A worksheet by participant: name, e-mail and the time of the hand-in."""

    def write(rows, headings=HEADINGS):
        lines = [f'Participant {n},{name},{mail},,"{when}",-' for n, (name, mail, when) in rows.items()]
        return file("\n".join([headings, *lines]), "worksheet.csv")

    return write


@pytest.fixture
def told(course, file, capsys):
    """Collects for lesson 02, into submissions/, with the class of CLASS, and returns what was found and printed."""

    def run(archive, course=course, listed=CLASS, **options):
        with gradebook.open(course) as book:
            if listed:
                roster.bring(book, file(listed, "roster.csv"))
            done = collect(book, archive, course.catalogue.find("02"), course.root / "submissions", **options)
        show.collected(course.catalogue.find("02"), done)
        return done, squeezed(capsys.readouterr().out)

    return run


@pytest.fixture
def tito(course):
    def run(*words, code=0):
        command = [sys.executable, "-m", "tito", *map(str, words)]
        done = subprocess.run(command, timeout=120, cwd=course.root, capture_output=True, text=True)
        assert done.returncode == code, done.stdout + done.stderr
        return squeezed(done.stdout + done.stderr)

    return run


def squeezed(text: str) -> str:
    """What was printed, with one blank where there are several."""
    return re.sub("  +", " ", text)


def moodle(*students, text=RIGHT):
    """The files of a zip from Moodle, as 4.1 and newer name them."""
    return {f"{name}_{number}_assignsubmission_file/losses_dev.ipynb": text for number, name in students}


def remembered(course):
    return json.loads((course.root / "submissions/handed-in.json").read_text(encoding="utf-8"))


THREE = ((1, "Ada Lovelace"), (2, "Bob Smith"), (3, "Eve Zed"))


@pytest.mark.parametrize("way", ["_file/", "_file_/", "_file_"])
def test_every_moodle_packs_a_submission_under_another_name(course, pack, told, way):
    done, _ = told(pack({f"{name}_{n}_assignsubmission{way}losses_dev.ipynb": RIGHT for n, name in THREE}))
    assert done.new == ["ada", "bob", "eve"] and done.kind == "moodle"
    page = report_of(course)
    with zipfile.ZipFile(page.packed.path) as archive:
        assert f"Ada Lovelace_1_assignsubmission{way}02_losses.html" in archive.namelist()


def test_nobody_hands_in_for_another_by_the_name_of_a_file(course, pack, told):
    forged = "Ada Lovelace_1_assignsubmission_file_x_2_assignsubmission_file_losses_dev.ipynb"
    files = {f"{name}_{n}_assignsubmission_file_losses_dev.ipynb": RIGHT for n, name in THREE[1:]} | {forged: WRONG}
    done, _ = told(pack(files))
    assert done.new == ["ada", "bob", "eve"] and done.skipped == {}
    assert (course.root / "submissions/bob/losses_dev.ipynb").read_text() == RIGHT
    assert [path.name for path in (course.root / "submissions/ada").iterdir()] == [forged.partition("file_")[2]]


@pytest.mark.parametrize("listed", [CLASS, CLASS.replace("Bob Smith", "")])
def test_nobody_hands_in_for_another_by_taking_their_id_for_a_name(course, pack, told, listed):
    files = moodle((1, "Ada Lovelace"), (2, "Eve Zed")) | {"bob_3_assignsubmission_file_/losses_dev.ipynb": WRONG}
    for _ in range(2):  # the second time it is known whose it is
        done, _ = told(pack(files), listed=listed)
        assert "bob 3" in [*done.new, *done.same] and not (course.root / "submissions/bob").exists()
    with gradebook.open(course) as book:
        names = {student.id: student.name for student in book.students()}
    assert (names["bob"], names["bob 3"]) == (listed.split("\n")[2].split(",")[1], "bob")


def test_work_that_was_graded_under_a_name_alone_is_that_students(course, pack, told, head):
    with gradebook.open(course) as book:
        book.record(head, [graded("Ada Lovelace")])
    done, _ = told(pack(moodle((1, "Ada Lovelace"))), listed="", anyway=True)
    assert done.new == ["Ada Lovelace"]


def test_a_persons_name_that_no_disk_takes_stops_nobodys_collecting(course, pack, told):
    done, _ = told(pack(moodle((1, "\U000122eb" * 70), (2, "Bob Smith"))), anyway=True)
    assert "bob" in done.new and len(done.strangers) == 1
    results = grade(course, course.root / "submissions", "02", seed=1).results
    assert sorted(result.student for result in results) == sorted(done.new)


def test_a_name_that_looks_like_a_file_of_moodles_is_whole_where_each_student_has_a_folder(course, pack, told):
    files = moodle((1, "Ada Lovelace"), (2, "Bob_7_assignsubmission_file_Smith"))
    done, _ = told(pack(files), anyway=True)
    assert done.new == ["ada", "Bob_7_assignsubmission_file_Smith"]


def test_a_file_with_a_name_that_no_disk_takes_stops_nobodys_collecting(course, pack, told):
    name = "\u6f22" * 90 + ".ipynb"
    files = {f"lovelaceada_101_1_{name}": RIGHT, "smithbob_102_2_losses_dev.ipynb": WRONG}
    done, _ = told(pack(files), listed="", anyway=True)
    assert done.new == ["canvas-101", "canvas-102"]
    (laid_out,) = (course.root / "submissions/canvas-101").iterdir()
    assert laid_out.read_text() == RIGHT and laid_out.name.startswith("\u6f22" * 20) and laid_out.suffix == ".ipynb"


def report_of(course):
    grade(course, course.root / "submissions", "02", out=course.root / "out", workers=2, seed=1)
    with gradebook.open(course) as book:
        book.record_folder(course.root / "out")
    return report(course, course.catalogue.find("02"), course.root / "pages", collected=course.root / "submissions")


@pytest.mark.parametrize(
    "when",
    ["Samstag, 21. November 2026, 10:12", "21/11/26, 10:12", "samedi 21 novembre 2026, 10:12", "2026-13-01 10:12"],
)
def test_a_hand_in_time_that_cannot_be_read_is_told_with_the_way_out(course, pack, told, worksheet, when):
    rows = {
        1: ("Ada Lovelace", "ada@x.org", when),
        2: ("Bob Smith", "bob@x.org", when),
        3: ("Eve Zed", "eve@x.org", "-"),
    }
    done, said = told(pack(moodle(*THREE)), worksheet=worksheet(rows))
    assert done.unread == {"ada": when, "bob": when} and done.untimed == ["eve"]
    assert f"2 hand-in times could not be read, such as {when!r}" in said and "set Moodle to English" in said
    assert not any(person["submitted_at"] for person in remembered(course).values())


@pytest.mark.parametrize(
    "when", ["2026-11-21 10:12", "2026-11-21, 10:12", "2026-11-21 10:12:00", "Saturday, 21 November 2026, 10:12 AM"]
)
def test_a_time_that_is_one_day_everywhere_is_read_and_late_is_late(configured, pack, told, worksheet, when):
    course = configured(late_policy="50 % a day", deadlines="02 2026-11-21T09:00")
    rows = {n: (name, f"{name[:3].lower()}@x.org", when) for n, name in THREE}
    done, said = told(pack(moodle(*THREE)), course, worksheet=worksheet(rows))
    assert remembered(course)["ada"]["submitted_at"] == utc(datetime(2026, 11, 21, 10, 12).astimezone())
    assert not done.unread and not done.untimed and "lateness " not in said
    report_of(course)
    with gradebook.open(course) as book:
        assert {(s.late.days, s.total) for s in book.standing("02")} == {(1, 8)}


def test_where_lateness_costs_something_a_zip_without_times_is_told(configured, course, pack, told, worksheet):
    canvas = {"ada_101_1_losses_dev.ipynb": RIGHT}
    assert "lateness " not in told(pack(moodle(*THREE)))[1]  # nothing is lost by it
    course = configured(late_policy="10 % a day")
    assert (
        "the zip tells no hand-in times, so nobody counts as late: collect it again with --worksheet FILE"
        in (told(pack(moodle(*THREE)), course)[1])
    )
    rows = {1: ("Ada Lovelace", "ada@x.org", "2026-11-21 10:12"), 2: ("Bob Smith", "bob@x.org", "-")}
    said = told(pack(moodle(*THREE)), course, worksheet=worksheet(rows))[1]
    assert "the worksheet has no hand-in time of 2 students (bob, eve): is it of this assignment" in said
    said = told(pack(canvas), course)[1]
    assert "calls nobody LATE" in said and "tito gradebook late ID 02 DAYS --why TEXT" in said


def test_a_deadline_without_a_policy_asks_for_times_too(configured, pack, told):
    assert "--worksheet" in told(pack(moodle(*THREE)), configured(deadlines="02 2026-11-21"))[1]


def test_that_late_is_one_day_with_canvas_is_told(tito, pack):
    said = tito("collect", pack({"ada_LATE_101_1_losses_dev.ipynb": RIGHT}), "02")
    line = next(line for line in said.splitlines() if line.startswith("late "))
    assert "canvas-101" in line and "counts as one day" in line
    assert "tito gradebook late canvas-101 02 DAYS --why TEXT" in line


def test_an_older_zip_of_canvas_puts_nothing_back(tito, course, pack):
    names = {"ada": "101", "bob": "102"}
    old = pack({f"{name}_{n}_{n}_losses_dev.ipynb": WRONG for name, n in names.items()}, "canvas.zip")
    new = pack({"bob_LATE_102_500_losses_dev.ipynb": RIGHT}, "late.zip")
    tito("collect", old, "02")
    assert "replaced" in tito("collect", new, "02")
    said = tito("collect", old, "02")
    bob = course.root / "submissions/02_losses/canvas-102"
    assert "as before 1 canvas-101" in said and not any(word in said for word in ("replaced", "LATE"))
    assert "kept 1 canvas-102" in said and "older than what is there" in said
    assert (bob / "losses_dev.ipynb").read_text() == RIGHT
    shutil.rmtree(bob)  # as the message says, for who wants the older one
    assert "new 1 canvas-102" in tito("collect", old, "02")
    assert (bob / "losses_dev.ipynb").read_text() == WRONG
    assert json.loads((bob.parent / "handed-in.json").read_text())["canvas-102"]["attachment"] == 102
    assert "replaced 1 canvas-102" in tito("collect", new, "02")


def test_an_older_zip_of_moodle_is_told_by_its_worksheet(course, pack, told, worksheet):
    def rows(when):
        return worksheet({n: (name, f"{name[:3].lower()}@x.org", when) for n, name in THREE})

    new, old = pack(moodle(*THREE), "new.zip"), pack(moodle(*THREE, text=WRONG), "old.zip")
    told(new, worksheet=rows("2026-11-22 10:00"))
    done, said = told(old, worksheet=rows("2026-11-21 10:00"))
    assert done.older == ["ada", "bob", "eve"] and not done.replaced and "older" in said
    assert remembered(course)["ada"]["submitted_at"] == utc(datetime(2026, 11, 22, 10).astimezone())
    told(new)  # the same again, without its times
    assert told(old, worksheet=rows("2026-11-21 10:00"))[0].older == ["ada", "bob", "eve"]
    done, _ = told(old)  # without a worksheet nobody knows
    assert done.replaced == ["ada", "bob", "eve"]


def test_the_same_file_handed_in_again_is_no_older_one(course, pack, told):
    told(pack({"ada_101_5_losses_dev.ipynb": RIGHT}), listed="")
    done, _ = told(pack({"ada_101_3_losses_dev.ipynb": RIGHT}), listed="")
    assert done.same == ["canvas-101"] and remembered(course)["canvas-101"]["attachment"] == 5
    assert told(pack({"ada_101_4_losses_dev.ipynb": WRONG}), listed="")[0].older == ["canvas-101"]


def test_who_hands_in_no_notebook_has_handed_in_something(configured, pack, told):
    course = configured(deadlines="02 2026-11-21")
    files = {f"Bob Smith_2_assignsubmission_file/{name}": b"%PDF" for name in ("d.pdf", "b.html", "c.pdf", "a.pdf")}
    files |= moodle((1, "Ada Lovelace")) | {"Ada Lovelace_1_assignsubmission_file/more.pdf": b"%PDF"}
    files |= {"Eve Zed_3_assignsubmission_onlinetext/onlinetext.html": "see my link"}
    done, said = told(pack(files), course)
    assert done.other == {"bob": ["a.pdf", "b.html", "c.pdf", "d.pdf"], "eve": ["onlinetext.html"]}
    assert done.skipped == {"Ada Lovelace_1_assignsubmission_file/more.pdf": "no notebook, .py or zip"}
    assert "no code bob: a.pdf, b.html, c.pdf, d.pdf" in said
    report_of(course)
    with gradebook.open(course) as book:
        found = {s.student: (s.status, s.total, s.message) for s in book.standing("02")}
    only = "no notebook or .py export in {}, only {}; hand in losses_dev.ipynb"
    assert found["bob"] == ("missing", None, only.format("bob", "a.pdf, b.html, c.pdf, …"))
    assert found["eve"] == ("missing", None, only.format("eve", "onlinetext.html"))
    page = (course.root / "pages/bob.html").read_text(encoding="utf-8")
    assert "Nothing was handed in" not in page and "only a.pdf, b.html, c.pdf" in page


def test_what_cannot_be_graded_never_takes_the_place_of_what_can(course, pack, told):
    home = course.root / "submissions/canvas-101"
    paper, notebook = {"ada_101_9_essay.pdf": "%PDF"}, {"ada_101_5_losses_dev.ipynb": RIGHT}
    assert told(pack(paper), listed="")[0].new == ["canvas-101"]
    assert told(pack(notebook), listed="")[0].replaced == ["canvas-101"]  # older, and can be graded
    done, said = told(pack(paper), listed="")
    assert done.poorer == ["canvas-101"] and not done.other and "the zip brings no notebook" in said
    assert [path.name for path in home.iterdir()] == ["losses_dev.ipynb"]
    assert (course.root / "submissions/.earlier/canvas-101/1/essay.pdf").exists()


def test_a_file_too_large_to_keep_takes_no_ones_place(course, pack, told, monkeypatch):
    from tito.grading import intake

    monkeypatch.setattr(intake, "LARGEST", 1 << 20)
    told(pack({"ada_101_5_losses_dev.ipynb": RIGHT}), listed="")
    done, said = told(pack({"ada_101_6_losses_dev.ipynb": b"0" * (2 << 20)}), listed="")
    assert done.poorer == ["canvas-101"] and "larger than 1 MB" in said
    done, said = told(pack({"bob_102_7_scan.pdf": b"0" * (2 << 20)}), listed="")
    assert done.new == ["canvas-102"] and not done.other and "larger than 1 MB" in said
    assert (course.root / "submissions/canvas-101/losses_dev.ipynb").read_text() == RIGHT


@pytest.mark.parametrize(
    ("listed", "files", "advice"),
    [
        ("", moodle(*THREE), "--worksheet FILE"),
        ("id,name\nzoe,Zoe\n", moodle(*THREE), "--worksheet FILE"),
        (CLASS, {f"{n}_{n}_1_x.ipynb": RIGHT for n in range(1, 4)}, "tito gradebook roster FILE"),
    ],
)
def test_a_zip_of_strangers_is_refused_before_anything_is_written(course, pack, told, listed, files, advice):
    with pytest.raises(Problem, match="of 3 students, 3 are not in the gradebook .*: nothing was written") as refused:
        told(pack(files), listed=listed)
    assert advice in refused.value.next and "--anyway" in refused.value.next
    assert not (course.root / "submissions").exists()
    with gradebook.open(course) as book:
        assert len(book.students()) == max(listed.count("\n") - 1, 0)
    done, said = told(pack(files), listed=listed, anyway=True)
    assert len(done.strangers) == len(done.new) == 3 and "taken for somebody new" in said


def test_the_command_takes_strangers_where_that_is_meant(tito, course, pack):
    archive = pack(moodle(*THREE))
    assert "next: add --worksheet FILE" in tito("collect", archive, "02", code=2)
    assert not (course.root / "submissions").exists()
    assert "strangers 3 Ada Lovelace, Bob Smith, Eve Zed" in tito("collect", archive, "02", "--anyway")


def test_a_worksheet_of_other_addresses_doubles_nobody(course, pack, told, worksheet):
    names = ("Anna A", "Ben B", "Cem C")
    rows = {n: (name, f"{n}@y.org", "2026-11-21 10:12") for n, name in enumerate(names, 1)}
    with pytest.raises(Problem, match="3 are not in the gradebook") as refused:
        told(pack(moodle(*enumerate(names, 1))), worksheet=worksheet(rows))
    assert "with a column email as Moodle has it" in refused.value.next
    with gradebook.open(course) as book:
        assert [student.id for student in book.students()] == ["ada", "bob", "eve"]


def test_a_class_list_without_addresses_and_a_worksheet_are_one_class(course, pack, told, worksheet):
    rows = {n: (name, f"{n}@x.org", "2026-11-21 10:12") for n, name in THREE}
    rows |= {4: ("Twin T", "4@x.org", "-"), 5: ("Twin T", "5@x.org", "-")}
    listed = "id,name\nada,Ada Lovelace\nbob,Bob Smith\neve,Eve Zed\ntwin,Twin T\n"
    done, _ = told(pack(moodle(*THREE)), listed=listed, worksheet=worksheet(rows))
    assert done.new == ["ada", "bob", "eve"] and not done.strangers
    with gradebook.open(course) as book:
        known = {student.id: student.email for student in book.students()}
    assert known == {"ada": "1@x.org", "bob": "2@x.org", "eve": "3@x.org", "twin": ""} | {
        n: n for n in ("4@x.org", "5@x.org")
    }


def test_the_first_worksheet_is_the_class_list(course, pack, told, worksheet):
    rows = {n: (name, f"{n}@x.org", "2026-11-21 10:12") for n, name in THREE}
    done, _ = told(pack(moodle(*THREE)), listed="", worksheet=worksheet(rows))
    assert done.new == ["1@x.org", "2@x.org", "3@x.org"] and not done.strangers


def test_a_worksheet_that_hides_the_names_is_told_as_such(pack, told, file):
    headings = "Identifier,Grade,Last modified (submission),Last modified (grade)"
    hidden = file("\n".join([headings, *(f"Participant {n},,-,-" for n in (1, 2, 3))]), "worksheet.csv")
    with pytest.raises(Problem) as refused:
        told(pack(moodle(*((n, "Participant") for n in (1, 2, 3)))), worksheet=hidden)
    assert "with the names shown in Moodle" in refused.value.next


@pytest.mark.parametrize("listed", [CLASS + "t1,Twin T,t1@x.org\nt2,Twin T,t2@x.org\n", CLASS])
def test_namesakes_are_refused_with_what_tells_them_apart(course, pack, told, worksheet, listed):
    students = (*THREE, (4, "Twin T"), (5, "Twin T"))
    with pytest.raises(Problem, match="more than one student is called Twin T: nothing was written") as refused:
        told(pack(moodle(*students)), listed=listed)
    assert "--worksheet FILE" in refused.value.next and not (course.root / "submissions").exists()
    rows = {n: (name, f"t{n - 3}@x.org" if n > 3 else f"{name[:3].lower()}@x.org", "-") for n, name in students}
    done, _ = told(pack(moodle(*students)), listed=listed, worksheet=worksheet(rows))
    assert not done.strangers
    assert told(pack(moodle(*students)), listed=listed, anyway=True)[0].strangers == ["Twin T 4", "Twin T 5"]


def test_a_worksheet_of_names_alone_does_not_make_two_namesakes_one(course, pack, told, worksheet):
    """Of which the later took the earlier one's place."""
    files = moodle(*THREE) | moodle((4, "Bob Smith"), text=WRONG)
    rows = {n: (name, "", "-") for n, name in (*THREE, (4, "Bob Smith"))}
    alone = worksheet(rows, "Identifier,Full name,Institution,Grade,Last modified (submission),Last modified (grade)")
    with pytest.raises(Problem, match="more than one student is called Bob Smith: nothing was written") as problem:
        told(pack(files), worksheet=alone)
    assert "show e-mail addresses or ID numbers" in problem.value.next
    done, _ = told(pack(files), worksheet=alone, anyway=True)
    assert done.new == ["ada", "Bob Smith 2", "eve", "Bob Smith 4"] and done.replaced == []


def test_one_of_two_namesakes_is_not_taken_for_a_third(pack, told):
    with pytest.raises(Problem, match="more than one student is called Twin T"):
        told(pack(moodle(*THREE, (4, "Twin T"))), listed=CLASS + "t1,Twin T,t1@x.org\nt2,Twin T,t2@x.org\n")


def test_a_single_stranger_is_taken_in_and_told(pack, told):
    done, said = told(pack(moodle((7, "Pia P"))))
    assert done.strangers == ["Pia P"] and "collect again with --worksheet FILE" in said


def test_a_late_policy_without_a_deadline_is_told(configured, pack, told, worksheet):
    rows = {1: ("Ada Lovelace", "ada@x.org", "2026-11-21 10:12")}
    options = {"course": configured(late_policy="10 % a day"), "worksheet": worksheet(rows)}
    assert "no deadline of 02, so nobody counts as late" in told(pack(moodle(THREE[0])), **options)[1]
    assert "no deadline" not in told(pack({"x_101_1_x.ipynb": RIGHT}), options["course"])[1]  # Canvas knows its own


def test_a_page_goes_back_once_where_a_strangers_folder_was_deleted(course, pack, told, worksheet):
    students = (*THREE, (4, "Twin T"), (5, "Twin T"))
    rows = {n: (name, f"{n}@x.org", "-") for n, name in students}
    told(pack(moodle(*students)), anyway=True)
    told(pack(moodle(*students)), worksheet=worksheet(rows))
    for number in (4, 5):
        shutil.rmtree(course.root / f"submissions/Twin T {number}")
    with zipfile.ZipFile(report_of(course).packed.path) as archive:
        names = archive.namelist()
    assert len(names) == len(set(names)) == 5


def test_a_list_of_what_came_that_cannot_be_read_is_told_before_anything_is_written(course, pack, told):
    (course.root / "submissions").mkdir()
    (course.root / "submissions/handed-in.json").write_text("{")
    with pytest.raises(Problem, match="handed-in.json cannot be read: .*; nothing was written") as problem:
        told(pack(moodle(*THREE, (4, "Zoe New"))), anyway=True)
    assert problem.value.next == "move it away, then collect again"
    with gradebook.open(course) as book:
        assert [student.id for student in book.students()] == ["ada", "bob", "eve"]


def test_a_worksheet_does_not_go_with_a_zip_of_canvas(course, pack, told, worksheet):
    with pytest.raises(Problem, match="is Moodle's, and .* comes from Canvas"):
        told(pack({"ada_1_1_losses_dev.ipynb": RIGHT}), worksheet=worksheet({1: ("Ada", "ada@x.org", "-")}))
    assert not (course.root / "submissions").exists()


def test_of_two_files_of_one_name_it_is_told_which_is_left_out(pack, told):
    place = "Ada Lovelace_1_assignsubmission_file"
    done, _ = told(pack({f"{place}/{folder}/losses_dev.ipynb": RIGHT for folder in ("a", "b")}))
    assert done.skipped == {f"{place}/a/losses_dev.ipynb": "the student handed in another file of this name"}


def test_a_worksheet_in_another_language_is_told_with_what_to_do(tito, pack, file):
    german = file('Kennung,"Vollständiger Name",Bewertung\nTeilnehmer/in 1,Ada Lovelace,\n', "bewertung.csv")
    said = tito("collect", pack(moodle(*THREE)), "02", "--worksheet", german, code=2)
    assert "it has no Identifier, Grade" in said and "next: set Moodle to English" in said

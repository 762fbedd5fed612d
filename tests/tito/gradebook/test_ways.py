"""Out to Canvas, Moodle and nbgrader and back in, against the formats that they document."""

import csv
import json
import shutil
import zipfile

import pytest
from gradings import HALF, failed, graded, submission

from tito import gradebook
from tito.gradebook import roster
from tito.grading import grade
from tito.problem import Problem
from tito.report import report
from tito.ways.collect import collect
from tito.ways.export import export

CANVAS = '''Student,ID,SIS User ID,SIS Login ID,Section,Notes,Losses (41),Essay (42),Final Score
,,,,,,Manual Posting,,
    Points Possible,,,,,,20,10,(read only)
"Lovelace, Ada",101,S1,ada,"A, evening","likes ""C""",,7.5,
"=cmd(), Bob",102,S2,bob,A,,3,-,50
"Unknown, Una",103,S3,una,A,,,,
"Student, Test",199,,,A,,,,
'''
MOODLE = """Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",\
"Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 501","Ada Lovelace",ada@x.org,"Submitted for grading",,20.00,Yes,"Sunday, 1 March 2026, 11:59 PM",-,
"Participant 502","Bob Smith",bob@x.org,"Submitted for grading",3.00,20.00,Yes,"Monday, 2 March 2026, 12:01 AM",-,keep
"Participant 503","Zoe Zed",zoe@x.org,"No submission",,20.00,No,-,-,
"""


@pytest.fixture
def book(course, head):
    with gradebook.open(course) as opened:
        opened.record(head, [graded("ada"), graded("bob", "mse_loss_value"), failed("eve")])
        yield opened


@pytest.fixture
def file(tmp_path):
    def write(text, name="theirs.csv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def lines(path, delimiter=","):
    return list(csv.reader(path.open(encoding="utf-8"), delimiter=delimiter))


def test_canvas_gets_its_own_table_back_with_nothing_changed_but_the_marks(book, file, tmp_path):
    template = file(CANVAS)
    roster.bring(book, template)
    done = export(book, "02", "canvas", template, tmp_path / "back.csv")
    before, after = lines(template), lines(done.path)
    changed = {(row, at) for row, line in enumerate(before) for at, cell in enumerate(line) if after[row][at] != cell}
    assert changed == {(3, 6), (4, 6), (4, 0)}
    assert (after[3][6], after[4][6], after[4][0]) == ("16", "12.67", "'=cmd(), Bob")
    assert done.filled == 2 and done.left_out["no mark: as it was"] == ["una"]
    assert "eve" not in str(done.left_out)  # she has no mark to be missed


def test_a_mark_that_canvas_has_stays_where_we_have_none(book, file, tmp_path):
    template = file(CANVAS.replace("103,S3,una,A,,,,", "103,S3,eve,A,,11,,"))
    roster.bring(book, template)
    export(book, "02", "canvas", template, tmp_path / "back.csv")
    assert lines(tmp_path / "back.csv")[5][6] == "11"


def test_a_table_with_semicolons_stays_one(book, file, tmp_path):
    text = "Student;ID;SIS Login ID;Section;Losses (41)\n    Points Possible;;;;20,00\nLovelace, Ada;101;ada;A;\n"
    roster.bring(book, file(text))
    export(book, "02", "canvas", file(text), tmp_path / "back.csv")
    assert lines(tmp_path / "back.csv", ";")[2] == ["Lovelace, Ada", "101", "ada", "A", "16"]


def test_an_assignment_may_have_the_title_that_reports_have(book, file, tmp_path):
    text = "Student,ID,SIS Login ID,Section,02 Losses (41)\n    Points Possible,,,,20\n\"Lovelace, Ada\",101,ada,A,\n"
    roster.bring(book, file(text))
    export(book, "02", "canvas", file(text), tmp_path / "back.csv")
    assert lines(tmp_path / "back.csv")[2][4] == "16"


@pytest.mark.parametrize(
    ("change", "options", "says"),
    [
        (("Losses (41)", "Reading (41)"), {}, "no column for Losses"),
        (("Essay (42)", "02_losses (42)"), {}, "more than one column"),
        ((",20,10", ",100,10"), {}, "worth 100 points there and 20 here"),
        ((",20,10", ",100,10"), {}, "20 here, 4 of them for answers that people mark"),
        ((",20,10", ",(read only),10"), {}, "read only"),
        (('Una",103', 'Una",101'), {}, "two rows are about ada"),
        (("Student,ID", "Pupil,No"), {}, "no export of Canvas"),
    ],
)
def test_a_canvas_table_that_does_not_fit_is_refused_and_nothing_written(book, file, tmp_path, change, options, says):
    roster.bring(book, file(CANVAS))
    with pytest.raises(Problem, match=says):
        export(book, "02", "canvas", file(CANVAS.replace(*change)), tmp_path / "back.csv", **options)
    assert not (tmp_path / "back.csv").exists()


def test_points_are_scaled_where_that_is_meant_and_another_column_can_be_named(book, file, tmp_path):
    roster.bring(book, file(CANVAS))
    export(book, "02", "canvas", file(CANVAS), tmp_path / "back.csv", column="Essay", scale=True)
    assert [line[7] for line in lines(tmp_path / "back.csv")[3:5]] == ["8", "6.33"]


def test_canvas_without_a_table_gets_those_whom_it_knows(book, file, tmp_path):
    roster.bring(book, file(CANVAS))
    done = export(book, "02", "canvas", None, tmp_path / "new.csv")
    assert lines(done.path) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Losses"],
        ["    Points Possible", "", "", "", "", "20"],
        ["Ada Lovelace", "101", "S1", "ada", "A, evening", "16"],
        ["Bob =cmd()", "102", "S2", "bob", "A", "12.67"],
    ]


def test_moodle_gets_its_worksheet_back_with_nothing_changed_but_the_grades(book, file, tmp_path):
    roster.bring(book, file("id,name,email\nada,Ada,ada@x.org\nbob,Bob,bob@x.org\nzoe,Zoe,zoe@x.org\n", "roster.csv"))
    book.mark("zoe", "02", "total", 5, grader="ms", why="paper")
    done = export(book, "02", "moodle", file(MOODLE), tmp_path / "back.csv")
    before, after = lines(file(MOODLE)), lines(done.path)
    changed = {(row, at) for row, line in enumerate(before) for at, cell in enumerate(line) if after[row][at] != cell}
    assert changed == {(1, 4), (2, 4)} and (after[1][4], after[2][4]) == ("16", "12.67")
    assert done.left_out == {"Moodle says that the grade cannot be changed": ["zoe"]}


def test_no_text_of_a_students_is_a_formula_in_moodles_worksheet(book, file, tmp_path):
    head, *rows = MOODLE.splitlines()
    head, rows = (
        f"{head},Institution,City,Department,Online text",
        [f'{row},=HYPERLINK(A1),-,+1,"@x\n=1"' for row in rows],
    )
    done = export(book, "02", "moodle", file("\n".join([head, *rows])), tmp_path / "back.csv")
    assert all(line[-4:] == ["'=HYPERLINK(A1)", "-", "'+1", "'@x =1"] for line in lines(done.path)[1:])


def test_moodle_wants_its_worksheet(book, file, tmp_path):
    for template, says in ((None, "own grading worksheet"), (file("id,name\na,b\n"), "no grading worksheet")):
        with pytest.raises(Problem, match=says) as problem:
            export(book, "02", "moodle", template, tmp_path / "back.csv")
        assert "Download grading worksheet" in problem.value.next


def test_an_override_of_the_total_has_no_penalty_for_nbgrader(configured, head, tmp_path):
    with gradebook.open(configured(late_policy="20 % a day")) as book:
        book.record(head, [graded("ada")])
        book.late("ada", "02", 1, "ms", "late")
        book.mark("ada", "02", "total", 20, grader="ms", why="ill")
        [line] = csv.DictReader(export(book, "02", "nbgrader", None, tmp_path / "nb.csv").path.open())
    assert [float(line[name]) for name in ("raw_score", "late_submission_penalty", "score")] == [20, 0, 20]


def test_a_bonus_is_in_all_tables_and_no_part_of_nbgraders_penalty(configured, head, tmp_path):
    with gradebook.open(configured(late_policy="50 % a day")) as book:
        book.record(head, [graded("ada")])
        book.late("ada", "02", 1, "ms", "the clock was wrong")
        book.mark("ada", "02", "bonus", 3, grader="ms", why="beyond the task")
        [ours], [theirs] = (
            csv.DictReader(export(book, "02", to, None, tmp_path / to).path.open()) for to in ("csv", "nbgrader")
        )
    assert (ours["points"], ours["bonus"]) == ("11", "3")
    assert [float(theirs[name]) for name in ("raw_score", "late_submission_penalty", "score")] == [19, 8, 11]


def test_nbgraders_columns_and_its_zero_for_who_handed_in_nothing(configured, head, tmp_path):
    course = configured(late_policy="50 % a day", deadlines="02 2026-03-01T12:00+00:00")
    with gradebook.open(course) as book:
        roster.merge(book, [{"id": "ada", "name": "Ada Lovelace", "email": "a@x.org"}, {"id": "zoe", "name": "Zoe"}])
        book.record(head, [graded("ada"), failed("eve")])
        book.late("ada", "02", 1, "ms", "late")
        found = list(csv.DictReader(export(book, "02", "nbgrader", None, tmp_path / "nb.csv").path.open()))
    assert list(found[0]) == (
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,late_submission_penalty,score,max_score"
    ).split(",")
    assert [(r["student_id"], r["raw_score"], r["late_submission_penalty"], r["score"]) for r in found] == [
        ("ada", "16.0", "8.0", "8.0"), ("eve", "", "", ""), ("zoe", "0.0", "0.0", "0.0")]  # fmt: skip
    assert (found[0]["last_name"], found[0]["duedate"]) == ("Lovelace", "2026-03-01T12:00:00Z")


def test_no_cell_of_our_own_table_is_a_formula(book, head, tmp_path):
    names = ["=cmd()", "＝sum(A1)", " +1", "@x", "-2", "line\nbreak", '"quoted",', "a; =cmd()", "b;+1"]
    book.record(head, [failed(name, message=name) for name in names])
    book.mark("ada", "02", "question_why", 1, "=HYPERLINK()", grader="ms")
    for way in ("csv", "nbgrader", "canvas"):
        cells = [cell for line in lines(export(book, "02", way, None, tmp_path / way).path) for cell in line]
        parts = [part for cell in cells for part in cell.split(";")]  # as where the comma is the decimal point
        assert not any(part.lstrip().startswith(("=", "+", "-", "@", "＝")) for part in parts)
        assert not any("\n" in cell for cell in cells)


def test_a_table_never_takes_another_files_place(book, tmp_path, monkeypatch):
    (tmp_path / "mine.csv").write_text("mine")
    with pytest.raises(Problem, match="there already"):
        export(book, "02", "csv", None, tmp_path / "mine.csv")
    assert (tmp_path / "mine.csv").read_text() == "mine"
    monkeypatch.chdir(tmp_path)
    names = [export(book, "02", "csv", None, None).path.name for _ in range(2)]
    assert names == ["02_losses-csv.csv", "02_losses-csv-2.csv"]
    assert not list(tmp_path.glob(".*csv*"))


@pytest.fixture
def pack(tmp_path):
    def make(files, name="class.zip"):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, text in files.items():
                archive.writestr(member, text)
        return tmp_path / name

    return make


RIGHT, WRONG = submission(), submission(mse_loss=HALF)


def test_a_zip_from_canvas_is_laid_out_by_student_graded_and_late(configured, file, pack, tmp_path):
    course = configured(late_policy="10 % a day")
    module, folder = course.catalogue.find("02"), tmp_path / "submissions"
    archive = pack(
        {
            "lovelaceada_101_9001_losses_dev.ipynb": RIGHT,
            "o_brien2_bob_LATE_102_9002_losses_dev-1.ipynb": WRONG,
            "newcomer_777_9003_my losses.ipynb": RIGHT,
            "unknownuna_103_9004_essay.docx": "no",
            "unknownuna_103_text.html": "no",
        }
    )
    with gradebook.open(course) as book:
        roster.bring(book, file(CANVAS))
        done = collect(book, archive, module, folder)
        assert (done.new, done.late) == (["ada", "bob", "una", "canvas-777"], ["bob"])
        assert (done.strangers, done.other) == (["canvas-777"], {"una": ["essay.docx", "text.html"]})
        assert json.loads((folder / "handed-in.json").read_text())["bob"]["original"].startswith("o_brien2")
        grade(course, folder, "02", out=tmp_path / "out", workers=2, seed=1)
        book.record_folder(tmp_path / "out")
        found = {s.student: (s.total, s.late.days) for s in book.standing("02")}
        assert found == {"ada": (16, 0), "bob": (8.1, 1), "canvas-777": (16, 0), "una": (None, 0)}
        assert lines(export(book, "02", "canvas", None, tmp_path / "c.csv").path)[-1][1] == "777"


def test_what_came_before_is_put_away_and_not_lost(course, pack, tmp_path):
    module, folder = course.catalogue.find("02"), tmp_path / "submissions"
    with gradebook.open(course) as book:
        for text, became in ((RIGHT, "new"), (RIGHT, "same"), (WRONG, "replaced"), (RIGHT, "replaced")):
            done = collect(book, pack({"ada_101_1_losses_dev.ipynb": text}), module, folder)
            assert getattr(done, became) == ["canvas-101"]
    kept = [(folder / f".earlier/canvas-101/{n}/losses_dev.ipynb").read_text() for n in (1, 2)]
    assert kept == [RIGHT, WRONG] and (folder / "canvas-101/losses_dev.ipynb").read_text() == RIGHT
    assert len(grade(course, folder, "02", workers=1).results) == 1


def test_a_zip_from_moodle_with_its_worksheet_knows_who_and_when(configured, file, pack, tmp_path):
    course = configured(deadlines="02 2026-03-02T00:00", late_policy="50 % a day")
    module, folder = course.catalogue.find("02"), tmp_path / "submissions"
    archive = pack(
        {
            "Ada Lovelace_501_assignsubmission_file_/losses_dev.ipynb": RIGHT,
            "Bob Smith_502_assignsubmission_file_losses_dev.ipynb": RIGHT,
            "Bob Smith_502_assignsubmission_onlinetext_onlinetext.html": "no",
            "Twin_601_assignsubmission_file_/losses_dev.ipynb": RIGHT,
            "Twin_602_assignsubmission_file_/losses_dev.ipynb": WRONG,
        }
    )
    with gradebook.open(course) as book:
        roster.bring(book, file("id,name,email\nada,Ada L,ada@x.org\nbob,Bob S,bob@x.org\n", "roster.csv"))
        done = collect(book, archive, module, folder, worksheet=file(MOODLE))
        assert sorted(done.new) == ["Twin 601", "Twin 602", "ada", "bob"] and len(done.skipped) == 1
        grade(course, folder, "02", out=tmp_path / "out", workers=2, seed=1)
        book.record_folder(tmp_path / "out")
        totals = {s.student: s.total for s in book.standing("02") if s.total is not None}
    assert totals == {"ada": 16, "bob": 8, "Twin 601": 16, "Twin 602": 9}


def test_a_number_that_moodle_gave_another_student_elsewhere_is_nobodys(course, pack, tmp_path):
    with gradebook.open(course) as book:
        for module, name in (("01", "Ada"), ("02", "Bob")):
            archive = pack({f"{name}_501_assignsubmission_file_/x.ipynb": RIGHT})
            assert collect(book, archive, course.catalogue.find(module), tmp_path / module).new == [name]


def test_a_zip_writes_nowhere_but_in_the_folders_of_students(course, pack, tmp_path):
    archive = pack(
        {
            "a_1_1_../../evil.ipynb": RIGHT,
            "b_2_2_..\\..\\evil.ipynb": RIGHT,
            "c_3_3_.ipynb": RIGHT,
            "../d_4_4_x.ipynb": RIGHT,
            "/e_5_5_x.ipynb": RIGHT,
            "f_6_6_\x00.ipynb": RIGHT,
        }
    )
    with gradebook.open(course) as book:
        collect(book, archive, course.catalogue.find("02"), tmp_path / "in/submissions")
    outside = [p for p in tmp_path.rglob("*.ipynb") if not p.is_relative_to(tmp_path / "in/submissions")]
    assert [p for p in outside if not p.is_relative_to(course.root)] == []
    inside = [p.relative_to(tmp_path / "in/submissions").parts for p in (tmp_path / "in").rglob("*.ipynb")]
    assert inside and all(len(parts) == 2 and parts[0].startswith("canvas-") for parts in inside)
    assert not any("\\" in parts[1] for parts in inside)  # what parts a path on Windows


def test_names_that_become_one_folders_name_are_two_students(course, pack, tmp_path):
    archive = pack({"moodle x y_7_assignsubmission_file_x.ipynb": RIGHT, "x\\y_8_assignsubmission_file_x.ipynb": WRONG})
    with gradebook.open(course) as book:
        assert len(collect(book, archive, course.catalogue.find("02"), tmp_path / "in", anyway=True).new) == 2


def test_strangers_of_a_whole_class_are_taken_in_at_once(course, pack, tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(roster, "merge", lambda *given, merge=roster.merge: calls.append(given) or merge(*given))
    archive = pack({f"a{n}_{n}_1_x.ipynb": RIGHT for n in range(1, 6)})
    with gradebook.open(course) as book:
        done = collect(book, archive, course.catalogue.find("02"), tmp_path / "in")
    assert len(done.strangers) == 5 and len(calls) == 1


def test_a_name_that_no_folder_may_have_is_changed_and_graded(course, pack, tmp_path):
    names = ["..", ".hidden", "_under", "back\\slash", "Handed-in.json"]
    archive = pack({f"{name}_{n}_assignsubmission_file_/x.ipynb": RIGHT for n, name in enumerate(names)})
    (tmp_path / "in").mkdir()
    with gradebook.open(course) as book:
        done = collect(book, archive, course.catalogue.find("02"), tmp_path / "in", anyway=True)
        assert done.new == [f"moodle {name}".replace("\\", " ") for name in names] == done.strangers
        assert {student.name for student in book.students()} == set(names)
    found = {result.student: result.total for result in grade(course, tmp_path / "in", "02", seed=1).results}
    assert found == dict.fromkeys(done.new, 16)


def test_a_bomb_and_a_broken_zip_cost_what_they_break(course, pack, tmp_path, monkeypatch):
    from tito.grading import intake

    monkeypatch.setattr(intake, "LARGEST", 1 << 20)
    archive = pack({"a_1_1_x.ipynb": RIGHT, "b_2_2_x.ipynb": b"0" * (3 << 20)})
    with gradebook.open(course) as book:
        done = collect(book, archive, course.catalogue.find("02"), tmp_path / "s")
        assert done.skipped == {"b_2_2_x.ipynb": "larger than 1 MB"} and "canvas-1" in done.new
        data = bytearray(pack({"a_1_1_x.ipynb": RIGHT, "c_3_3_x.ipynb": RIGHT}, "hurt.zip").read_bytes())
        data[200] ^= 255  # in the first student's file
        (tmp_path / "hurt.zip").write_bytes(data)
        done = collect(book, tmp_path / "hurt.zip", course.catalogue.find("02"), tmp_path / "h")
        assert "damaged" in done.skipped["a_1_1_x.ipynb"] and (tmp_path / "h/canvas-3/x.ipynb").read_text() == RIGHT
        (tmp_path / "broken.zip").write_bytes(archive.read_bytes()[:200])
        for path, says in ((tmp_path / "broken.zip", "cannot be read"), (pack({"x.ipynb": RIGHT}), "no submissions")):
            with pytest.raises(Problem, match=says):
                collect(book, path, course.catalogue.find("02"), tmp_path / "t")
    assert not (tmp_path / "t").exists()


def test_pages_go_back_under_the_names_that_canvas_and_moodle_find_students_by(course, book, file, pack, tmp_path):
    module, folder = course.catalogue.find("02"), tmp_path / "submissions"
    roster.bring(book, file(CANVAS))
    collect(book, pack({"lovelaceada_LATE_101_9001_losses_dev-1.ipynb": RIGHT}), module, folder)
    moodle = {
        "Bob Smith_502_assignsubmission_file_/losses_dev.ipynb": RIGHT,
        "Eve O. Zed_503_assignsubmission_file_losses_dev.ipynb": WRONG,
    }
    collect(book, pack(moodle), module, folder, worksheet=file(MOODLE), anyway=True)
    done = report(course, module, tmp_path / "pages", collected=folder).packed
    with zipfile.ZipFile(done.path) as archive:
        assert "lovelaceada_LATE_101_9001_02_losses.html" in archive.namelist()
        assert "Bob Smith_502_assignsubmission_file_/02_losses.html" in archive.namelist()
        page = archive.read("lovelaceada_LATE_101_9001_02_losses.html")
    assert page == (tmp_path / "pages/ada.html").read_bytes() and b"Ada Lovelace" in page
    assert "eve" in done.left_out and done.path.name == "02_losses-feedback.zip"


def test_a_page_goes_back_to_someone_of_a_very_long_name(course, pack, tmp_path):
    module, folder = course.catalogue.find("02"), tmp_path / "submissions"
    name = "Pedro de Alcântara Francisco António João Carlos Xavier de Paula Miguel Rafael Joaquim José Gonzaga"
    with gradebook.open(course) as book:
        collect(book, pack({f"{name}_1502_assignsubmission_file/losses_dev.ipynb": RIGHT}), module, folder, anyway=True)
        book.record_folder(_graded(course, folder, tmp_path / "out"))
    done = report(course, module, tmp_path / "pages", collected=folder).packed
    with zipfile.ZipFile(done.path) as archive:
        assert archive.namelist() == [f"{name}_1502_assignsubmission_file/02_losses.html"] and not done.left_out


def _graded(course, folder, out):
    grade(course, folder, "02", out=out, seed=1)
    return out


def test_pages_cannot_go_back_where_it_is_not_known_what_submissions_were_called(course, book, tmp_path):
    with pytest.raises(Problem, match=r"has no handed-in\.json") as told:
        report(course, course.catalogue.find("02"), tmp_path / "pages", collected=tmp_path)
    assert "tito collect ZIP 02" in told.value.next


def test_the_whole_course_is_one_table_of_totals(book, head, tmp_path):
    shutil.copytree(book.course.modules / "02_losses", book.course.modules / "03_again")
    (book.course.modules / "03_again" / "losses_dev.ipynb").rename(book.course.modules / "03_again" / "again_dev.ipynb")
    book.record(head | {"module": "03_again"}, [graded("ada", "mse_loss_value", "l1_loss_value")])
    done = export(book, None, "csv", None, tmp_path / "all.csv")
    header, *rest = [line[:1] + line[4:] for line in lines(done.path)]
    assert header == ["student", "02_losses", "03_again", "points", "possible"]
    ada, bob = ["ada", "16", "10.67", "26.67", "40"], ["bob", "12.67", "", "12.67", "40"]
    assert rest == [ada, bob, ["eve", "", "", "0", "40"]]
    assert done.left_out == {"no mark in 03_again": ["bob", "eve"], "no mark in 02_losses": ["eve"]}
    assert done.unread == ["ada", "bob"]
    with pytest.raises(Problem, match="takes one module"):
        export(book, None, "canvas", None, tmp_path / "c.csv")

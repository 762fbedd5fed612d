"""The instructor's day at the command line: roster in, zip in, grade, mark, out to Canvas, regrade one who was late."""

import csv
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from gradings import HALF, submission
from rich.console import Console
from school import cell

from tito.gradebook import ManualMark, Standing, show
from tito.ways.export import FORMATS
from tito.ways.sheet import free

ROSTER = "Student,ID,SIS User ID,SIS Login ID,Section,Losses (41)\n    Points Possible,,,,,20\n"
ROSTER += '"Lovelace, Ada",101,S1,ada,A,\n"Smith, Bob",102,S2,bob,A,\n'


@pytest.fixture
def tito(course):
    environment = {name: value for name, value in os.environ.items() if name != "TITO_GRADEBOOK"}

    def run(*words, code=0, within=".", **variables):
        command = [sys.executable, "-m", "tito", *map(str, words)]
        options = {"cwd": course.root / within, "capture_output": True, "text": True, "env": environment | variables}
        done = subprocess.run(command, timeout=120, **options)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


@pytest.fixture
def pack(course):
    def make(name, files):
        with zipfile.ZipFile(course.root / name, "w") as archive:
            for member, text in files.items():
                archive.writestr(member, text)
        return name

    return make


def test_an_instructors_day(tito, course, pack, configured):
    configured(late_policy="10 % a day")
    (course.root / "canvas.csv").write_text(ROSTER)
    said = tito("gradebook", "roster", "canvas.csv")
    assert "added" in said and "next: tito collect ZIP MODULE" in said
    assert "next:" not in tito("gradebook", "roster", "canvas.csv"), "nobody is new"
    files = {
        "lovelaceada_101_1_losses_dev.ipynb": submission(),
        "smithbob_102_2_losses_dev.ipynb": submission(mse_loss=HALF),
    }
    said = tito("collect", pack("first.zip", files), "02")
    assert "next: tito grade 02 submissions/02_losses" in said
    said = tito("grade", "02", "submissions/02_losses")
    assert "recorded in gradebook.db: 2 new attempts" in said
    tito("gradebook", "mark", "ada", "02", "question_why", "3", "--comment", "well said")
    tito("gradebook", "mark", "bob", "02", "question_why", "1")
    said = tito("gradebook", "export", "02", "--to", "canvas", "--template", "canvas.csv", "--out", "first.csv")
    assert "2 marks" in said and marks(course, "first.csv") == ["19", "10"]
    tito("collect", pack("second.zip", {"smithbob_LATE_102_3_losses_dev.ipynb": submission()}), "02")
    assert "1 new attempt" in tito("grade", "02", "submissions/02_losses")
    tito("gradebook", "export", "02", "--to", "canvas", "--template", "canvas.csv", "--out", "second.csv")
    assert marks(course, "second.csv") == ["19", "15.3"]  # (16 + 1) less 10 %
    said = tito("gradebook", "history", "bob")
    assert [word in said for word in ("9 of 16", "superseded", "16 of 16", "1 day late", "by")] == [True] * 5
    tito("gradebook", "late", "bob", "02", "0", "--why", "the network was down")
    assert "17/20" in tito("gradebook", "show", "02")


def test_lateness_that_costs_nothing_shows_no_loss(tito, course, pack, configured):
    configured(late_policy="none", deadlines="02 2026-03-01T12:00+00:00")
    pack("late.zip", {"smithbob_LATE_102_3_losses_dev.ipynb": submission()})
    tito("collect", "late.zip", "02")
    tito("grade", "02", "submissions/02_losses")
    tito("gradebook", "late", "canvas-102", "02", "2", "--why", "said so")
    shown = tito("gradebook", "show", "02")
    assert "2 d" in shown and "%" not in shown
    tito("report", "02")
    page = "".join(path.read_text(encoding="utf-8") for path in (course.root / "reports/02_losses").glob("*.html"))
    assert "Handed in 2 days late." in page and "% less" not in page


def marks(course, name):
    return [line[5] for line in csv.reader((course.root / name).open())][2:]


def test_a_gradebook_that_cannot_be_written_costs_no_grade_and_can_be_filled_later(tito, course):
    (course.root / "ada.ipynb").write_text(submission())
    bad = course.root / "nowhere/gradebook.db"
    said = tito("grade", "02", "ada.ipynb", code=1, TITO_GRADEBOOK=str(bad))
    assert "16/16" in said and "not in the gradebook" in said and "tito gradebook record grades/02_losses" in said
    assert json.loads((course.root / "grades/02_losses/grades.json").read_text())["results"][0]["points"] == 16
    said = tito("grade", "02", "ada.ipynb", "--json", code=1, TITO_GRADEBOOK=str(bad))
    assert "not in the gradebook" in said
    assert "1 new attempt" in tito("gradebook", "record", "grades/02_losses")
    assert "0 new attempts" in tito("gradebook", "record")


def test_what_a_verb_makes_goes_into_the_courses_own_folder_from_wherever_it_is_called(tito, course, pack):
    (course.root / "ada.ipynb").write_text(submission())
    before, lesson = sorted((course.modules / "02_losses").iterdir()), {"within": "modules/02_losses"}
    tito("grade", "02", "../../ada.ipynb", **lesson)
    tito("report", "02", **lesson)
    archive = course.root / pack("a.zip", {"lovelaceada_101_1_losses_dev.ipynb": submission()})
    tito("collect", archive, "02", **lesson)
    tito("gradebook", "export", "02", **lesson)
    tito("gradebook", "export", **lesson)
    assert sorted((course.modules / "02_losses").iterdir()) == before
    made = ["grades/02_losses/grades.csv", "reports/02_losses/ada.html", "02_losses-csv.csv", "course.csv"]
    made += ["submissions/02_losses/canvas-101/losses_dev.ipynb"]
    assert [name for name in made if not (course.root / name).exists()] == []


def test_who_is_graded_and_not_on_the_class_list_is_told(tito, course):
    (course.root / "ada.ipynb").write_text(submission())
    assert "class list" not in tito("grade", "02", "ada.ipynb")  # there is none
    (course.root / "roster.csv").write_text("id,name\nada,Ada\n")
    tito("gradebook", "roster", "roster.csv")
    (course.root / "losses_dev.ipynb").write_text(submission())
    said = tito("grade", "02", "losses_dev.ipynb")
    assert "taken for somebody new: losses_dev" in said and "tito gradebook merge STRAY STUDENT" in said
    told = tito("gradebook", "merge", "losses_dev", "ada")
    assert "losses_dev: 1 attempt and 0 marks by hand are ada's now" in told
    assert "losses_dev" not in tito("gradebook", "show", "02")


def test_a_class_list_of_other_ids_is_told_with_the_way_back(tito, course):
    (course.root / "ada.ipynb").write_text(submission())
    tito("grade", "02", "ada.ipynb")
    (course.root / "roster.csv").write_text("id,name\n1001,Ada\n")
    said = tito("gradebook", "roster", "roster.csv")
    assert "nobody on this list is in the gradebook" in said and "called as ada, there as 1001" in said
    assert "next: tito gradebook roster --remove roster.csv" in said
    assert "taken off     1  1001" in tito("gradebook", "roster", "--remove", "roster.csv")
    assert "nobody was taken off" in tito("gradebook", "roster", "--remove", "roster.csv")
    (course.root / "roster.csv").write_text("id,name\nada,Ada\n")
    assert "nobody on this list" not in tito("gradebook", "roster", "roster.csv")


def test_an_older_submission_graded_again_is_said_after_grading_and_in_the_history(tito, course):
    for folder, words in {"a": {"mse_loss": HALF}, "b": {}}.items():
        (course.root / folder).mkdir()
        (course.root / folder / "zed.ipynb").write_text(submission(**words))
    older = "zed: an older submission was graded again; the newer one still counts"
    assert [older in tito("grade", "02", folder) for folder in ("a", "b", "a", "a")] == [False, False, True, False]
    assert "16/20" in tito("gradebook", "show", "02")
    told = tito("gradebook", "history", "zed", "02").splitlines()
    assert ["an older submission" in line for line in told if " graded " in line] == [False, False, True]


def test_whose_mark_an_exam_that_was_put_right_changes_is_said_after_grading(tito, course):
    (course.root / "class").mkdir()
    for name, words in {"ada": {}, "bob": {"mse_loss": HALF}}.items():
        (course.root / "class" / f"{name}.ipynb").write_text(submission(**words))
    exam, said = course.root / "modules/02_losses/exam.py", "another mark for the same submission: "
    assert said not in tito("grade", "02", "class") and said not in tito("grade", "02", "class", "--fresh")
    exam.write_text(exam.read_text().replace('@question(loss, "value", weight=2)', '@question(loss, "value")'))
    assert f"{said}bob 9 → 9.333\n" in tito("grade", "02", "class")


def test_a_mark_that_was_taken_back_does_not_read_like_a_comment_and_a_name_is_said_once(tito, course):
    (course.root / "class/gil").mkdir(parents=True)
    (course.root / "class/gil/gil.zip").write_text("no zip")
    tito("grade", "02", "class", code=1)
    for points in ("0", "-"):
        tito("gradebook", "mark", "gil", "02", "question_why", points, "--why", "nothing is written", "--grader", "g")
    tito("gradebook", "mark", "gil", "02", "question_how", "-", "--comment", "see me", "--grader", "g")
    _, *told = [line[24:] for line in tito("gradebook", "history", "gil", "02").splitlines()]
    assert told[0].startswith("unreadable  the zip cannot be read")
    assert told[1:] == [
        "mark        question_why 0 points  by g: nothing is written",
        "taken back  question_why 0 points  by g",
        "comment     question_how   by g: see me",
    ]


def test_the_next_step_names_a_lesson_of_any_number(capsys):
    class Book:
        def standing(self, module):
            return []

    show.overview(Book(), ["7_graphs"])
    assert capsys.readouterr().out.splitlines()[-1] == "next: tito gradebook show 7"


@pytest.mark.parametrize("width", [60, 80, 100, 139, 180])
def test_on_a_terminal_every_heading_and_every_students_points_can_be_read(monkeypatch, capsys, width):
    """With many marks by hand and long messages, at this many columns."""
    console = Console(width=width, soft_wrap=True, highlight=False)
    monkeypatch.setattr("tito.console.screen", lambda stderr=False: console)
    monkeypatch.setattr(show, "screen", lambda: console)
    by_hand = {f"question_{n}": ManualMark(n, f"question_{n}", "mark", 1, "", "ms", "", "") for n in range(5)}
    someone = Standing("amara-okafor", "Amara Okafor", "graded", "x.ipynb", "a message " * 9, 75, 96, 80, by_hand)
    show.standing("02_losses", [someone, Standing("bea-santos", "Bea Santos", "unreadable")])
    heading, *lines = capsys.readouterr().out.splitlines()
    assert "…" not in heading and "student" in heading and "points" in heading and "what to look at" in heading
    assert "80/96" in lines[0] and "amara-okafor" in lines[0] and lines[1].startswith("bea-santos")
    assert len(lines) < 7 and max(map(len, lines)) <= width


def test_no_export_of_students_marks_is_offered_to_git(tmp_path):
    """Each name that `tito gradebook export` gives a file, the later ones with a number."""
    (tmp_path / ".gitignore").write_bytes((Path(__file__).parents[3] / ".gitignore").read_bytes())
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    for to in FORMATS:
        for _ in range(3):
            free(tmp_path / f"04_losses-{to}.csv").write_text("marks")
    status = ["git", "-C", tmp_path, "status", "--porcelain", "--untracked-files=all"]
    assert subprocess.run(status, capture_output=True, text=True, check=True).stdout == "?? .gitignore\n"


def test_an_environment_that_is_a_link_is_not_offered_to_git(tmp_path):
    (tmp_path / ".gitignore").write_bytes((Path(__file__).parents[3] / ".gitignore").read_bytes())
    for name in (".venv", ".venv-nbgrader"):
        (tmp_path / name).symlink_to(sys.prefix)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    status = ["git", "-C", tmp_path, "status", "--porcelain"]
    assert subprocess.run(status, capture_output=True, text=True, check=True).stdout == "?? .gitignore\n"


def test_without_the_gradebook_nothing_is_made(tito, course):
    (course.root / "ada.ipynb").write_text(submission())
    tito("grade", "02", "ada.ipynb", "--no-gradebook")
    tito("grade", "02", "ada.ipynb", "--only", "mse_loss", "--out", "part")
    assert not list(course.root.glob("gradebook.db*"))
    assert "no gradebook yet" in tito("gradebook", "show", code=2)


def test_wrong_use_is_told_with_what_to_do(tito, course):
    (course.root / "roster.csv").write_text("id,name\nada,Ada\n")
    tito("gradebook", "roster", "roster.csv")
    for words, says in (
        (("mark", "adda", "02", "mse_loss", "3", "--why", "x"), "did you mean ada?"),
        (("mark", "ada", "02", "mse_loss", "three", "--why", "x"), "no number of points"),
        (("mark", "ada", "02", "mse_loss", "3"), "--why"),
        (("mark", "ada", "02", "bonus", "-2"), "--why"),
        (("mark", "ada", "02", "bonus", "-2", "--wyh", "x"), "unexpected extra argument"),
        (("export", "02", "--to", "paper"), "choose one of csv, canvas, moodle, nbgrader"),
        (("export", "02", "--to", "moodle"), "--template"),
        (("record", "nothing"), "tito grade --out"),
        (("roster", "nobody.csv"), "No such file"),
        (("show", "ada"), "ada is a student and no module\nnext: tito gradebook history ada"),
        (("show", "adda"), "the modules are"),
        (("late", "everyone", "02", "0"), "stands in settings.ini: deadlines = 02 2026-11-24 23:59"),
    ):
        assert says in tito("gradebook", *words, code=2)
    assert "bonus: -2 points" in tito("gradebook", "mark", "ada", "02", "bonus", "-2", "--why", "x")
    assert "choose canvas or moodle" in tito("collect", "x.zip", "02", "--from", "paper", code=2)
    assert "No such file" in tito("collect", "x.zip", "02", code=2)


def test_what_was_collected_is_graded_without_naming_its_folder(tito, course, pack):
    said = tito("grade", "02", code=2)
    assert "which submissions? There is no submissions/02_losses\nnext: tito grade 02 FOLDER" in said
    tito("collect", pack("class.zip", {"ada_101_1_losses_dev.ipynb": submission()}), "02")
    assert "recorded in gradebook.db: 1 new attempt" in tito("grade", "02")
    assert "1 kept unchanged" in tito("grade", "submissions/02_losses")


@pytest.mark.parametrize(
    "words", [("gradebook",), ("gradebook", "export"), ("collect",), ("bundle",), ("bundle", "gradescope")]
)
def test_help_of_the_new_verbs_loads_no_database(words):
    program = "import atexit, sys; atexit.register(lambda: print(*sys.modules)); from tito.cli import app; app({})"
    command = [sys.executable, "-c", program.format([*words, "-h"])]
    loaded = subprocess.run(command, capture_output=True, text=True).stdout.split()
    assert "tito.cli" in loaded and not {"sqlalchemy", "numpy", "rich", "jinja2"} & set(loaded)


def test_the_gradebook_is_read_without_numpy():
    program = "import sys, tito.gradebook.book, tito.gradebook.show, tito.gradebook.roster; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout.split()
    assert "sqlalchemy" in loaded and "numpy" not in loaded


def test_what_was_told_in_a_readable_way_is_not_cut_for_programs(tito, course):
    (course.root / "roster.csv").write_text("id,name\n" + "".join(f"student{n:03},N\n" for n in range(30)))
    assert "and 10 more" in tito("gradebook", "roster", "roster.csv")


def test_a_comment_is_not_lost_when_the_mark_changes(tito, course):
    (course.root / "ada.ipynb").write_text(submission())
    tito("grade", "02", "ada.ipynb")
    one = ("gradebook", "mark", "ada", "02", "question_why")
    tito(*one, "2", "--comment", "Mention the buffer.", "--grader", "g")
    tito(*one, "3", "--grader", "g")
    tito("report", "02")
    tito("gradebook", "export", "02", "--out", "marks.csv")
    made = ("reports/02_losses/ada.html", "marks.csv")
    assert all("Mention the buffer." in (course.root / name).read_text() for name in made)
    tito(*one, "-", "--comment", "", "--grader", "g")
    tito("gradebook", "export", "02", "--out", "later.csv")
    assert "Mention" not in (course.root / "later.csv").read_text()
    told = [line[24:] for line in tito("gradebook", "history", "ada", "02").splitlines() if "question_why" in line]
    assert told == [
        "mark        question_why 2 points  by g: Mention the buffer.",
        "mark        question_why 3 points  by g",
        "taken back  question_why 3 points  by g: comment taken off",
    ]
    assert "takes it off" in tito("gradebook", "mark", "--help")


def test_a_mark_on_an_answer_that_was_rewritten_is_told(tito, course):
    def hand_in(name, text):
        raw = json.loads(submission())
        raw["cells"].append(cell(text, "markdown", grade_id="question_why", grade=True, solution=True, points=3))
        (course.root / "class" / f"{name}.ipynb").write_text(json.dumps(raw))

    (course.root / "class").mkdir()
    hand_in("kim", "nothing"), hand_in("lea", "Right.")
    tito("grade", "02", "class")
    for name, points in (("kim", "0"), ("lea", "3")):
        tito("gradebook", "mark", name, "02", "question_why", points)
    tito("gradebook", "mark", "lea", "02", "mse_loss", "6", "--why", "copied")
    assert "earlier attempt" not in tito("gradebook", "show", "02")
    hand_in("kim", "A long answer."), hand_in("lea", "Nonsense.")
    tito("grade", "02", "class")
    shown = tito("gradebook", "show", "02")
    assert "question_why: marked on an earlier attempt, and the answer has changed since: kim, lea" in shown
    assert "mse_loss: marked on an earlier attempt, and another was handed in since: lea" in shown
    assert "2 marks on an earlier attempt" in shown and "3 marks by hand on an earlier" in tito("gradebook", "show")
    tito("report", "02")
    assert "<dt>marks of earlier attempts</dt><dd>3</dd>" in (course.root / "reports/02_losses/index.html").read_text()
    tito("gradebook", "mark", "lea", "02", "question_why", "3")
    assert "changed since: kim\n" in tito("gradebook", "show", "02")
    told = tito("gradebook", "export", "02") + tito("gradebook", "export")
    assert told.count("question_why: marked on an earlier attempt, and the answer has changed since: kim\n") == 2


def test_a_lesson_that_changed_since_it_was_graded_is_told_until_it_is_graded_again(tito, course):
    def change(exercise, **metadata):
        path = course.modules / "02_losses/losses_dev.ipynb"
        raw = json.loads(path.read_text())
        found = [c["metadata"].get("nbgrader", {}) for c in raw["cells"]]
        next(one for one in found if one.get("grade_id") == exercise).update(metadata)
        path.write_text(json.dumps(raw))

    (course.root / "class").mkdir()
    (course.root / "class/kim.ipynb").write_text(submission())
    tito("grade", "02", "class")
    tito("gradebook", "mark", "kim", "02", "mse_loss", "9", "--why", "style")
    assert "has changed" not in tito("gradebook", "show", "02") + tito("report", "02") + tito(
        "gradebook", "export", "02"
    )
    change("test_mse_loss", points=8)
    change("test_l1_loss", points=0)
    changed = "02_losses has changed since it was graded (1 student): l1_loss is there no more; mse_loss gave 10 "
    changed += "points and now 8"
    for words in (
        ("gradebook", "show", "02"),
        ("gradebook", "export", "02"),
        ("gradebook", "export"),
        ("report", "02"),
    ):
        told = " ".join(tito(*words).split())
        assert changed in told and "tito grade 02 SUBMISSIONS" in told
    assert "graded before the lesson changed" in tito("gradebook", "show")
    tito("grade", "02", "class")
    shown = tito("gradebook", "show", "02")
    assert "has changed" not in shown and "mse_loss: 9 points by hand, where the lesson now has 8" in shown


def test_marks_of_a_lesson_that_was_numbered_anew_are_told_and_come_back_with_its_name(tito, course):
    (course.root / "class").mkdir()
    (course.root / "class/kim.ipynb").write_text(submission())
    tito("grade", "02", "class")
    before = tito("gradebook", "show", "02")
    (course.modules / "02_losses").rename(course.modules / "03_losses")
    told = "02_losses: there are marks of it, and the course has no such lesson"
    for words in (("show",), ("show", "03"), ("export", "03")):
        assert told in " ".join(tito("gradebook", *words).split())
    assert "lessons of this course, but marks of 02_losses" in " ".join(tito("gradebook", "export", code=2).split())
    (course.modules / "03_losses").rename(course.modules / "02_losses")
    assert tito("gradebook", "show", "02") == before


def test_who_loses_points_by_a_mark_for_everyone_is_told_with_the_way_back(tito, course):
    (course.root / "class").mkdir()
    for name, words in {"ada": {}, "bob": {"mse_loss": HALF}, "eve": {}}.items():
        (course.root / "class" / f"{name}.ipynb").write_text(submission(**words))
    tito("grade", "02", "class")
    one = ("gradebook", "mark", "everyone", "02", "mse_loss")
    said = tito(*one, "4", "--why", "it's unfair")
    assert "3 students" in said and "points are lost by 2 students who had more: ada, eve" in said
    assert """next: tito gradebook mark everyone 02 mse_loss - --why 'it'"'"'s unfair' takes it back""" in said
    assert "lost by 3 students" in tito(*one, "2", "--why", "it's unfair")  # bob had the 4 of before
    assert "lost" not in tito(*one, "-", "--why", "it's unfair") + tito(*one, "10", "--why", "it's unfair")
    assert "lost by 3 students" in tito("gradebook", "mark", "everyone", "02", "total", "0", "--why", "cancelled")


def test_an_extension_has_a_date(tito, course, configured):
    configured(late_policy="10 % a day", deadlines="02 2026-11-20 12:00")
    (course.root / "ada.ipynb").write_text(submission())
    tito("grade", "02", "ada.ipynb")
    late = ("gradebook", "late", "ada", "02")
    said = tito(*late, "--until", "2026-11-24", "--why", "ill", "--grader", "g", TZ="UTC")
    assert "ada, late: until 2026-11-24 23:59 UTC, by g" in said and "not known when ada handed in" in said
    assert "1 day, by g" in tito(*late, "1", "--why", "said so", "--grader", "g")
    assert "as the clock says" in tito(*late, "-", "--grader", "g")
    told = [line[24:] for line in tito("gradebook", "history", "ada", "02", TZ="UTC").splitlines() if "  late " in line]
    assert told == [
        "late        late until 2026-11-24 23:59 UTC  by g: ill",
        "late        late 1 day  by g: said so",
        "taken back  late 1 day  by g",
    ]
    for words, says in (
        (("--until", "2026-13-45", "--why", "ill"), "--until 2026-13-45: no date that there is"),
        (("--until", "soon", "--why", "ill"), "--until 2026-11-24"),
        (("--until", "2025-11-24", "--why", "ill"), "is no extension: everyone has until 2026-11-20 12:00"),
        (("--until", "2026-11-24"), "--why"),
        (("3", "--until", "2026-11-24", "--why", "ill"), "say two things"),
        (("--why", "ill"), "how late?"),
        (("three", "--why", "ill"), "'three' is no number of days"),
        (("1",), "--why"),
    ):
        assert says in tito(*late, *words, code=2)


FULL = """
import os, pathlib, sys
def full(*_):
    raise OSError(28, "No space left on device")
os.replace = pathlib.Path.write_bytes = full
from tito.cli import main
main()
"""


def test_a_full_disk_is_told_with_the_path_that_was_being_written(tito, course, pack):
    (course.root / "ada.ipynb").write_text(submission())
    tito("grade", "02", "ada.ipynb")
    pack("late.zip", {"smithbob_102_3_losses_dev.ipynb": submission()})
    for words, path in (
        (("report", "02", "--out", "pages"), "pages/ada.html"),
        (("gradebook", "export", "02", "--out", "marks.csv"), "marks.csv"),
        (("collect", "late.zip", "02", "--to", "came"), "came/canvas-102/losses_dev.ipynb"),
    ):
        done = subprocess.run([sys.executable, "-c", FULL, *words], cwd=course.root, capture_output=True, text=True)
        assert done.returncode == 1 and f"{path}: No space left on device\nnext: make room there" in done.stderr


NAMELESS = """
import os
from tito.cli import main
os.getuid = lambda: 3_000_000_000
for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
    os.environ.pop(name, None)
main()
"""


def test_who_has_no_name_in_a_container_is_asked_for_one(tito, course):
    (course.root / "ada.ipynb").write_text(submission())
    tito("grade", "02", "ada.ipynb")
    mark = ["gradebook", "mark", "ada", "02", "mse_loss", "1", "--why", "luck"]
    for words in (mark, ["gradebook", "late", "ada", "02", "1", "--why", "ill"], ["review", "02", "--no-open"]):
        done = subprocess.run([sys.executable, "-c", NAMELESS, *words], cwd=course.root, capture_output=True, text=True)
        assert done.returncode == 2 and done.stderr.startswith("who gives this mark?"), done.stderr
        assert "next: --grader NAME" in done.stderr
    done = subprocess.run([sys.executable, "-c", NAMELESS, *mark, "--grader", "ann"], cwd=course.root)
    assert done.returncode == 0

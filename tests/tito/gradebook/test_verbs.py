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
    assert "added" in tito("gradebook", "roster", "canvas.csv")
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
    assert "taken for somebody new: losses_dev" in tito("grade", "02", "losses_dev.ipynb")


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
        (("export", "02", "--to", "paper"), "choose one of csv, canvas, moodle, nbgrader"),
        (("export", "02", "--to", "moodle"), "--template"),
        (("record", "nothing"), "tito grade --out"),
        (("roster", "nobody.csv"), "No such file"),
    ):
        assert says in tito("gradebook", *words, code=2)
    assert "choose canvas or moodle" in tito("collect", "x.zip", "02", "--from", "paper", code=2)
    assert "No such file" in tito("collect", "x.zip", "02", code=2)


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

"""What the pages say, and what they never do."""

import html
import re
import tempfile
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest
from course_fixture import tito
from gradings import HALF, QUESTIONS, graded, submission
from reported import HOSTILE, NAMES, RUN, diagnosis, hostile, small_class, student, unreadable

from tito import gradebook
from tito.grading import grade
from tito.problem import Problem
from tito.report import files, report, students
from tito.report.picture import pictures
from tito.report.reading import readings
from tito.report.students import Manual
from tito.report.text import file_name, told, visible


@pytest.fixture
def written(lesson, tmp_path):
    """Write reports of students; gives the text of a page: written(students)["bob"]."""

    def write(found, **options):
        out = Path(tempfile.mkdtemp(dir=tmp_path))
        files.write(lesson, RUN, found, out, **options)
        names = {each.id: file_name(each.id) for each in found} | {None: "index.html"}
        return {name: (out / file).read_text(encoding="utf-8") for name, file in names.items()}

    return write


def words(page: str) -> str:
    """The text of a page, without its tags."""
    body = page[page.index("<body>") :]
    return " ".join(html.unescape(re.sub(r"<script>.*?</script>|<[^>]+>", " ", body, flags=re.DOTALL)).split())


def test_a_page_tells_marks_the_diagnosis_its_evidence_and_what_to_read(written):
    page = written(small_class())["bob"]
    told = words(page)
    assert "You halve d * d ." in told and "<code>d * d</code>" in page
    assert "asked The terms. expected 1 yours 0.5 so exactly ½" in told
    assert "This explains 2 of the 3 questions" in told and "1 of 2 exercises has full marks; 1 lost points." in told
    assert page.count("<svg viewBox") == 2 and "tito test 02 mse_loss" in told
    assert re.search(r"mse_loss 0/3\.33 0/3\.33 3\.33 3\.33/10", told)
    assert "seed" not in told  # whoever knows it knows the next run's questions


def test_a_cause_is_told_once_and_what_it_costs_points_to_it(written):
    told = words(written(small_class())["cleo"])
    assert told.count("You halve") == 1 and "Marks lost through it" in told
    assert "l1_loss · 4 of 6 points · through mse_loss" in told
    assert "so far, of 16 points" in told and "1 answer of yours, worth 3 points, waits" in told


def test_no_mark_is_no_zero(written):
    pages = written(small_class() + [unreadable("gus", "/srv/secret: no worker", "failed")])
    assert "No mark yet" in words(pages["dan"]) and "not a notebook" in pages["dan"]
    assert "What you handed in cannot be read" in words(pages["dan"])
    assert "not your fault" in pages["gus"] and "/srv/secret" not in pages["gus"]
    assert "0 of 16 points" in words(pages["eve"]) and "Not written yet" in pages["eve"]
    assert "2 unreadable" not in words(pages[None]) and "1 unreadable dan" in words(pages[None])


def test_comments_marks_by_hand_and_lateness_are_shown(written):
    told = words(written(small_class())["fay"])
    assert "question_why · 2 of 3 points, by hand Nearly." in told and "2 days late: 20 % less" in told
    assert "question_why 2/3 by hand" in told


def test_the_class_page_tells_statuses_misconceptions_sums_and_how_it_was_graded(written):
    told = words(written(small_class())[None])
    assert "2 mse_loss · half You halve d * d . who bob cleo" in told
    assert re.search(r"mse_loss 60 2 1 40 60 80", told)
    assert "Not held: no network" in told and "--seed 7" in told and "late policy: 10 % a day" in told
    assert "Ada Lovelace" in told and "without a mark 1" in told


def test_nothing_of_another_student_is_on_a_students_page(written):
    pages = written(small_class())
    for name, page in pages.items():
        others = {"ada", "bob", "cleo", "dan", "fay", "Lovelace"} - {name, "Lovelace" if name == "ada" else name}
        if name is not None:
            assert not [other for other in others if re.search(rf"\b{other}\b", page)]


class Parser(HTMLParser):
    """The tags of a page and its text."""

    def __init__(self, page: str):
        super().__init__()
        self.tags, self.attributes = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attributes]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_stays_text(written, text):
    plain, pages = written([hostile("plain")]), written([hostile(text)])
    for mine, other in ((pages[text], plain["plain"]), (pages[None], plain[None])):
        found, wanted = Parser(mine), Parser(other)
        assert found.tags == wanted.tags
        assert not [name for _, name, _ in found.attributes if name.startswith("on")]
        links = [value for tag, name, value in found.attributes if name in ("href", "src")]
        assert all(link.startswith("#") or re.fullmatch(r"[\w.~-]+\.html", link) for link in links)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]", mine)
        assert len(mine) < len(other) + 40_000


@pytest.mark.parametrize("text", ["Nguyễn", "שָּׁ֑לוֹם", "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "z\u0301\u0302\u0303\u0304"])
def test_names_keep_their_accents_but_not_so_many_that_they_cover_their_neighbours(text):
    text = unicodedata.normalize("NFD", text)
    assert visible(text) == text
    assert visible(text + "\u0301" * 99 + "x") in [text + "\u0301" * n + "x" for n in range(5)]


def test_an_unescaped_template_would_be_noticed(written, monkeypatch):
    from markupsafe import Markup

    from tito.report import text

    monkeypatch.setattr(text, "prose", Markup)
    page = written([hostile(HOSTILE[0])])
    assert "<script>" in page[HOSTILE[0]]


def test_a_page_asks_nobody_for_anything_and_runs_nothing_but_its_own(written):
    for page in written(small_class()).values():
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
        assert "default-src &#39;none&#39;" in policy and "unsafe" not in policy
        assert (
            not re.search(r'(src|href)="(?!#|[\w.~-]+\.html")', page) and "@import" not in page and "url(" not in page
        )


def test_file_names_are_safe_and_no_two_students_share_one():
    ids = [
        *HOSTILE,
        "index",
        "con",
        "nul.txt",
        "Ada",
        "ada",
        "ADA",
        "é",
        "e",
        "e\u0301",
        ".",
        "..",
        "a/b",
        "a\\b",
        "",
        " ",
    ]
    ids += ["x" * 65, "x" * 66, "ada~0123456789ab", "ada.", ".ada", "com1", "ada lovelace", "ada-lovelace"]
    names = [file_name(each) for each in ids]
    assert len({name.lower() for name in names}) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9_~-][a-z0-9._~-]*\.html", name) and len(name) < 90 for name in names)
    assert not {"index.html", "con.html", "nul.txt.html", "com1.html"} & set(names)
    assert file_name("ada") == "ada.html" and file_name("ada.b-c_1") == "ada.b-c_1.html"


def test_pages_of_former_students_are_kept_and_told(lesson, tmp_path):
    files.write(lesson, RUN, small_class(), tmp_path)
    before = (tmp_path / "bob.html").read_bytes()
    done = files.write(lesson, RUN, small_class()[:1], tmp_path)
    assert "bob.html" in done.others and (tmp_path / "bob.html").read_bytes() == before
    assert "bob.html" in (tmp_path / "index.html").read_text() and done.count == 1


def test_a_page_that_cannot_be_finished_leaves_the_old_one(lesson, tmp_path, monkeypatch):
    files.write(lesson, RUN, small_class(), tmp_path)
    before = (tmp_path / "ada.html").read_bytes()
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        files.replace(tmp_path / "ada.html", b"new")
    assert (tmp_path / "ada.html").read_bytes() == before and not list(tmp_path.glob(".*"))


def test_a_folder_that_cannot_be_is_a_problem(lesson, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(Problem, match="reports cannot be written there"):
        files.write(lesson, RUN, small_class(), tmp_path / "file")


@pytest.mark.parametrize(
    "key, answer, count",
    [
        ((1.0,), (2.0,), 1),
        ((0.0,), (0.0,), 1),
        ((1.0, 2.0, 3.0), (None, 2.0, float("inf")), 1),
        ((1.0, 2.0, 3.0, 4.0), (-1.0, -2.0, -3.0, -4.0), 2),
        ((1e308, -1e308, 0.0), (-1e308, 1e308, 5e-324), 2),
        ((0.0,) * 64, (1e-320,) * 64, 1),
        ((), (), 0),
        ((1.0, 2.0), (1.0,), 0),
        (("<b>",), (1.0,), 0),
        ((True, False, True), (1, 0, 2**5000), 0),
    ],
)
def test_pictures_of_any_numbers_are_finite_drawings(key, answer, count):
    drawn = pictures(key, answer)
    assert len(drawn) == count
    for picture in drawn:
        numbers = re.findall(r' (?:x|y|cx|cy|x1|y1|x2|y2|width|height)="([^"]*)"', picture)
        assert numbers and all(-1 < float(number) < 1000 for number in numbers)


def test_a_picture_shows_where_an_answer_is_wrong():
    right, wrong = pictures((1.0, 2.0, 3.0), (1.0, 2.0, 3.0))[0], pictures((1.0, 2.0, 3.0), (1.0, 2.0, -3.0))[0]
    heights = [re.findall(r'class="error" x1="[^"]*" y1="([^"]*)" x2="[^"]*" y2="([^"]*)"', p) for p in (right, wrong)]
    assert all(a == b for a, b in heights[0]) and [a == b for a, b in heights[1]] == [True, True, False]


def test_a_cross_in_a_picture_is_explained(written):
    for answer, crossed in (((1.0, None, 3.0), True), ((1.0, 5.0, 3.0), False)):
        page = written([student("bob", NAMES[0], diagnoses=[diagnosis(answer=answer)])])["bob"]
        assert ('class="cross"' in page) == ("A cross stands for nan or infinity." in words(page)) == crossed


def test_reading_is_the_lessons_section_and_formula():
    from tito.settings import find_course

    lesson = find_course(__file__).catalogue.find("04")
    found = readings(lesson)
    exercises = {exercise.name for exercise in lesson.read().exercises if exercise.cell and exercise.test}
    assert exercises <= found.keys()
    assert all("<math" in formula for reading in found.values() for formula, _ in reading.formulas)
    assert "squared error" in found["mse_loss"].title.lower() and "(p_i - t_i)^2" in found["mse_loss"].formulas[0][1]


def test_the_gradebook_and_the_out_folder_give_the_same_pages(course, lesson, tmp_path):
    (tmp_path / "class").mkdir()
    for name, cells in {"ada": {}, "bob": {"mse_loss": HALF}}.items():
        (tmp_path / "class" / f"{name}.ipynb").write_text(submission(**cells))
    (tmp_path / "class" / "dan.ipynb").write_text("no notebook")
    grade(course, tmp_path / "class", "02", seed=3, out=tmp_path / "grades")
    with gradebook.open(course) as book:
        book.record_folder(tmp_path / "grades")
    places = {"a": None, "b": tmp_path / "grades"}
    one, other = (report(course, lesson, tmp_path / name, grades) for name, grades in places.items())
    assert one.count == other.count == 3 and one.index.exists()
    for name in ("ada", "bob", "dan"):
        ours, theirs = (words((tmp_path / place / f"{name}.html").read_text()) for place in ("a", "b"))
        assert _looks(ours) == _looks(theirs)
    page = words((tmp_path / "a/bob.html").read_text())
    assert re.search("½|0.5 times|half|twice", page)


def _looks(told: str) -> str:
    """What was wrong: the part of a page that does not depend on marks by hand."""
    return told[told.find("What to look at") : told.find("Marks Points")]


def test_what_is_missing_is_a_problem_with_the_next_step(course, lesson, tmp_path):
    with pytest.raises(Problem, match="no gradebook yet"):
        report(course, lesson, tmp_path / "out")
    with pytest.raises(Problem, match="grades.json is missing"):
        report(course, lesson, tmp_path / "out", tmp_path)
    (tmp_path / "grades.json").write_text("[]")
    with pytest.raises(Problem, match="is not what `tito grade` writes"):
        report(course, lesson, tmp_path / "out", tmp_path)
    (tmp_path / "grades.json").write_text('{"module": "07_other"}')
    with pytest.raises(Problem, match="holds the grades of 07_other"):
        students.from_folder(course, lesson, tmp_path)
    assert not (tmp_path / "out").exists()


def test_a_mark_by_hand_is_shown_with_its_comment_but_not_the_graders_reason(course, lesson, tmp_path):
    head = {"module": "02_losses", "seed": 7, "isolation": {"files": True}}
    with gradebook.open(course) as book:
        book.record(head | {"questions": QUESTIONS}, [graded("ada", NAMES[0])])
        book.mark("ada", "02", "mse_loss", 9, "Half a mark back.", "ann", "the question was unclear")
        book.mark("ada", "02", "bonus", 2, "A fine test.", "ann", "beyond the task")
    run, found = students.from_gradebook(course, lesson)
    assert [each.id for each in found] == ["ada"] and found[0].possible == run.possible == 20
    done = report(course, lesson, tmp_path / "out")
    page = words((done.index.parent / "ada.html").read_text())
    assert "bonus · 2 points, by hand" in page and "of 2 exercises" in page
    assert "Half a mark back." in page and "9/10 by hand" in page and "the question was unclear" not in page


def test_two_diagnoses_of_one_exercise_stand_together(written):
    twice = [diagnosis(), diagnosis(says="And you sum.", name="sum", key=(2.0,), answer=(6.0,))]
    page = written([student("ada", "mse_loss_value", diagnoses=twice)])["ada"]
    assert page.count('<section class="look"') == 1 and page.count('class="says"') == 2
    assert page.count("<svg viewBox") == 3


def test_a_message_does_not_tell_where_the_grader_keeps_its_files(written):
    where = "cannot import name 'f' from 'numpy' (/srv/course-7/.venv/lib/python3.11/site-packages/numpy/__init__.py)"
    made = hostile(where)
    made.result.student = made.name = made.result.file = "ada"
    made.manual = {}
    page = written([made])["ada"]
    assert "/srv" not in page and "(…/__init__.py)" in page
    assert told("a/b, 1/2, 3 / 4 and /x") == "a/b, 1/2, 3 / 4 and /x"
    assert told("reading …e/course-7/lib/numpy.py failed") == "reading ……/numpy.py failed", "the rest of a cut path"


def test_a_long_message_keeps_its_end(written):
    made = hostile("ValueError: " + "many words " * 2000 + "sizes 784 and 128 differ")
    made.result.student = made.name = made.result.file = "ada"
    made.manual = {}
    pages = written([made])
    assert pages["ada"].count("sizes 784 and 128 differ") >= 4, "said, got, remarked, and the cell that did not run"
    assert "sizes 784 and 128 differ" in pages[None] and len(pages["ada"]) < 40_000


def test_the_verb_writes_the_pages_and_says_what_next(course, tmp_path):
    (tmp_path / "class").mkdir()
    for name in ("ada", "bob"):
        (tmp_path / "class" / f"{name}.ipynb").write_text(submission())
    tito(course.root, "grade", "02", tmp_path / "class", "--out", tmp_path / "grades")
    done = tito(course.root, "report", "02", "--submissions", tmp_path / "class")
    assert done.returncode == 0 and "2 students and the class in reports/02_losses" in done.stdout, done.stderr
    assert "next: open reports/02_losses/index.html" in done.stdout
    page = (course.root / "reports/02_losses/index.html").read_text()
    assert "No two submissions share more unusual code, or more of an answer" in page
    done = tito(course.root, "report", "02", "--grades", tmp_path)
    assert done.returncode == 2 and "grades.json is missing" in done.stderr


def test_a_folder_of_lessons_is_no_class_to_compare(course, tmp_path):
    lesson = tmp_path / "submissions/02_losses"
    lesson.mkdir(parents=True)
    for name in ("ada", "bob"):
        (lesson / f"{name}.ipynb").write_text(submission())
    tito(course.root, "grade", "02", lesson, "--out", tmp_path / "grades")
    done = tito(course.root, "report", "02", "--submissions", lesson.parent)
    assert done.returncode == 2 and done.stderr.endswith(f"next: name that folder: {lesson}\n"), done.stderr


def test_neither_a_file_of_the_users_nor_another_lessons_report_is_overwritten(course, lesson, tmp_path):
    (tmp_path / "bob.html").write_text("<p>mine</p>")
    with pytest.raises(Problem, match="bob.html is no report of tito's"):
        files.write(lesson, RUN, small_class(), tmp_path)
    assert [path.name for path in tmp_path.glob("*.html")] == ["bob.html"]
    files.write(course.catalogue.find("01"), RUN, small_class(), tmp_path / "reports")
    with pytest.raises(Problem, match="is a report of 01_tensor"):
        files.write(lesson, RUN, small_class(), tmp_path / "reports")


def test_full_marks_by_hand_do_not_say_that_nothing_went_wrong_beside_what_did(written):
    given = {"mse_loss": Manual(10.0, "", 10.0)}
    wrong = student("ada", "mse_loss_value", diagnoses=[diagnosis()], total=16.0, manual=given)
    told = words(written([wrong, student("bob")])["ada"])
    assert "All 2 exercises have full marks. What the exam found is below." in told
    assert "6.67 of 10 points from the exam, 10 by hand" in told
    costly = student("cleo", "mse_loss_value", "l1_loss_value", diagnoses=[diagnosis(costs=("l1_loss",))])
    costly.manual = {"l1_loss": Manual(5.0, "", 6.0)}
    pages = written([costly, student("bob")])
    assert "l1_loss · 4 of 6 points from the exam, 5 by hand · through mse_loss" in words(pages["cleo"])
    assert "There is nothing to put right." in words(pages["bob"])

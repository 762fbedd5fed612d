"""Where an automatic mark is overridden, the code that was graded stands on the page, as text and nothing else."""

import json
import re
import shutil
from html import unescape

import pytest
from chromium import barriers
from course_fixture import tito

HOSTILE = """#| export
def double(x):
    "<script>document.title = 'owned'</script></pre><img src=x onerror=alert(1)> \u202e"
    return bump(x) & x
"""
HELPER = "#| export\ndef bump(x):\n    return x + 1\n"


@pytest.fixture
def hand_in(graded, course):
    """Put a student's notebook, with another `double` and a cell of their own, into a folder, and grade that."""

    def put(folder, student: str = "mallory", source: str = HOSTILE, helper: str = HELPER):
        raw = json.loads((graded.parent / "class" / f"{student}.ipynb").read_text(encoding="utf-8"))
        names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in raw["cells"]]
        place = names.index("double")
        raw["cells"][place]["source"] = source
        raw["cells"].insert(place, {**raw["cells"][place], "id": "own", "metadata": {}, "source": helper})
        (course.root / folder / student).mkdir(parents=True, exist_ok=True)
        path = course.root / folder / student / "first_dev.ipynb"
        path.write_text(json.dumps(raw), encoding="utf-8")
        return path

    return put


@pytest.fixture
def grade(course):
    def run(folder, *options):
        done = tito(course.root, "grade", "01", folder, "--out", "grades-again", *options)
        assert "without a mark" not in done.stdout, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture
def page(review):
    """What the override page of a student's exercise shows, in a review of its own."""

    def look(student: str, exercise: str, *options: str) -> str:
        running = review("ann", "--names", *options)
        running.enter()
        path, _ = running.form(exercise)
        while f"<bdi>{student}</bdi>" not in (shown := running.ask(path)[2]).partition("</h1>")[0]:
            path = re.search(r'href="([^"]+)" rel="next"', shown)[1]
        return shown

    return look


def test_the_code_that_was_graded_is_shown_as_text(hand_in, grade, page):
    hand_in("submissions/01_first")
    assert "next: tito review 01\n" in grade("submissions/01_first")
    shown = page("mallory", "double")
    assert "<script>document" not in shown and "<img" not in shown and "\u202e" not in shown
    assert HOSTILE.replace("\u202e", "\ufffd").strip() in unescape(shown)
    assert unescape(shown).index("All other code that was handed in") < unescape(shown).index("def bump(x)")
    whole = unescape(page("mallory", "total"))
    assert "All code that was handed in" in whole and "def bump(x)" in whole and "bump(x) & x" in whole


def test_elsewhere_the_folder_is_asked_for_and_taken(hand_in, grade, page):
    hand_in("elsewhere")
    assert "next: tito review 01 --submissions elsewhere\n" in grade("elsewhere")
    assert "tito review 01 --submissions FOLDER" in unescape(page("mallory", "double"))
    assert "bump(x) & x" in unescape(page("mallory", "double", "--submissions", "elsewhere"))


def test_what_was_handed_in_since_is_not_shown_as_if_it_had_the_mark(hand_in, grade, page, course):
    path = hand_in("submissions/01_first")
    grade("submissions/01_first")
    path.write_text(path.read_text().replace("return x + 1", "return x + 2"))
    shown = unescape(page("mallory", "double"))
    assert "another hand-in than the one that was graded" in shown and "x + 2" not in shown and "bump(x)" not in shown
    earlier = course.root / "submissions/01_first/.earlier/mallory/1"  # where `tito collect` puts what came before
    earlier.parent.mkdir(parents=True)
    shutil.copytree(path.parent, earlier)
    (earlier / path.name).write_text(path.read_text().replace("return x + 2", "return x + 1"))
    assert "return x + 1" in unescape(page("mallory", "double"))


def test_a_newer_hand_in_that_cannot_be_read_does_not_hide_what_was_graded(hand_in, grade, page, course):
    path = hand_in("submissions/01_first")
    grade("submissions/01_first")
    earlier = course.root / "submissions/01_first/.earlier/mallory/1"
    earlier.parent.mkdir(parents=True)
    shutil.copytree(path.parent, earlier)
    path.rename(path.with_name("broken.zip"))
    assert "return x + 1" in unescape(page("mallory", "double"))
    shutil.rmtree(earlier)
    assert "another hand-in than the one that was graded" in unescape(page("mallory", "double"))


def test_where_another_hand_in_lies_is_the_folder_in_which_it_does(hand_in, grade, page):
    path = hand_in("submissions")
    grade("submissions")
    path.write_text(path.read_text().replace("return x + 1", "return x + 2"))
    assert "what lies in submissions is another hand-in" in unescape(page("mallory", "double"))


def test_code_is_found_after_own_stack_and_under_the_name_that_it_came_by(hand_in, grade, page, course):
    hand_in("submissions/01_first", "ben")
    shutil.copytree(course.root / "submissions/01_first/ben", course.root / "submissions/01_first/b-3")
    shutil.rmtree(course.root / "submissions/01_first/ben")
    grade("submissions/01_first", "--own-stack")
    assert tito(course.root, "gradebook", "merge", "b-3", "ben").returncode == 0
    assert "bump(x) & x" in unescape(page("ben", "double"))


def test_an_exercise_whose_cell_is_gone_is_told(hand_in, grade, page):
    hand_in("submissions/01_first", source="# nothing", helper=HELPER)
    grade("submissions/01_first")
    shown = unescape(re.sub("<[^>]*>", "", page("mallory", "double")))
    assert "What was handed in has no cell double." in shown and "def bump(x)" in shown


def test_who_handed_in_nothing_has_no_code(page, course):
    (course.root / "list.csv").write_text("id,name\nzoe,zoe\n")
    assert tito(course.root, "gradebook", "roster", "list.csv").returncode == 0
    assert "Nothing was handed in." in page("zoe", "double")


def test_hostile_code_is_harmless_in_a_browser_and_keeps_nobody_out(browser, hand_in, grade, review):
    hand_in("submissions/01_first", source=HOSTILE + "    # " + "wide " * 100)
    grade("submissions/01_first")
    running = review("ann", "--names")
    context = browser.new_context(viewport={"width": 360, "height": 700}, bypass_csp=True)
    page, noted = context.new_page(), []
    page.on("pageerror", lambda error: noted.append(str(error)))
    page.on("dialog", lambda dialog: noted.append(dialog.message) or dialog.dismiss())
    page.goto(running.address)
    page.goto(f"http://127.0.0.1:{running.port}/01_first/double/")
    while "mallory" not in page.inner_text("h1"):
        page.click("[rel=next]")
    assert "onerror=alert(1)" in page.inner_text("section pre >> nth=0") and page.title() == "double, 4 of 4"
    assert page.query_selector_all("pre *") == [] and noted == []
    page.click("text=All other code that was handed in")
    assert barriers(page) == {} and page.evaluate("document.documentElement.scrollWidth") <= 360
    page.focus("section pre >> nth=0")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('section pre').scrollLeft > 0")
    assert "mallory" in page.inner_text("h1")
    context.close()


def test_of_a_file_that_could_not_be_read_nobody_says_that_nothing_went_wrong(hand_in, page, course):
    hand_in("submissions/01_first").write_text("no notebook")
    assert "mallory (unreadable)" in tito(course.root, "grade", "01", "submissions/01_first").stdout
    shown = page("mallory", "double")
    assert "What was handed in could not be read." in shown and "No question was asked." in shown


def test_where_names_are_hidden_no_message_tells_whose_file_it_is(review, course):
    folder = course.root / "flat"
    folder.mkdir()
    (folder / "mallory.ipynb").write_text("no notebook")
    assert "mallory (unreadable)" in tito(course.root, "grade", "01", "flat", "--out", "grades-again").stdout
    for names, told in (((), "….ipynb, line 1: not a notebook"), (("--names",), "mallory.ipynb, line 1: not a noteb")):
        running = review("ann", *names)
        running.enter()
        path, pages = running.form("double")[0], []
        while path:
            pages.append(running.ask(path)[2])
            following = re.search(r'href="([^"]+)" rel="next"', pages[-1])
            path = following and following[1]
        assert len(pages) == 4 and any(told in page for page in pages)
        assert any("mallory" in page for page in pages) == bool(names)

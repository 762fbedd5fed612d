"""A small class that is graded, `tito review` as it is started, and ways to look at it."""

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
from html import unescape
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from chromium import chromium  # noqa: E402
from course_fixture import make_course, source_of, tito  # noqa: E402

from tito import gradebook  # noqa: E402
from tito.author.release import release  # noqa: E402
from tito.settings import read_course  # noqa: E402

HOSTILE = """<script>document.title = "owned"</script><img src=x onerror="document.title='owned'">

[a link](javascript:alert(1)) ![a picture](http://127.0.0.1:9/p.png) <http://evil.example>

$\\text{<script>alert(2)</script>}$ <!-- hidden -->"""
ANSWERS = {
    "ada": "Because *two* is more than one.",
    "ben": "Twice is\nthe double.",
    "cleo": None,  # as it was released
    "mallory": HOSTILE,
}
QUESTION = 9  # the cell's number


@pytest.fixture(scope="session")
def graded(tmp_path_factory):
    """A course folder with the class graded in its gradebook."""
    root = make_course(tmp_path_factory.mktemp("graded") / "course")
    course = read_course(root)
    edition = root.parent / "edition"
    release(course, edition)
    for student, answer in ANSWERS.items():
        path = root.parent / "class" / f"{student}.ipynb"
        path.parent.mkdir(exist_ok=True)
        shutil.copy(edition / "modules/01_first/first_dev.ipynb", path)
        if answer:
            source_of(path, QUESTION, source_of(path, QUESTION).replace("*Your answer here.*", answer))
    done = tito(root, "grade", "01", root.parent / "class", "--out", root.parent / "grades")
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def course(graded, tmp_path):
    """A copy of the graded course for one test."""
    root = tmp_path / "course"
    shutil.copytree(graded, root)
    return read_course(root)


class Review:
    """A running `tito review`, by its process."""

    def __init__(self, course, grader: str, *options: str, browser: str = ""):
        command = [sys.executable, "-m", "tito", "review", "01", "--grader", grader, *options]
        if not browser:
            command.append("--no-open")
        self.process = subprocess.Popen(
            command, cwd=course.root, env=os.environ | {"BROWSER": browser}, stdout=subprocess.PIPE, encoding="utf-8"
        )
        self.address = re.search(r"http://\S+", self.process.stdout.readline())[0]
        self.port = urlsplit(self.address).port
        self.cookie = ""

    def ask(self, path: str, values: dict | None = None, host: str | None = None, cookie: str | None = None):
        """One request, as a program sends it: (status, headers, text)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Host": host or f"127.0.0.1:{self.port}", "Cookie": self.cookie if cookie is None else cookie}
        if values is None:
            connection.request("GET", path, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", path, urlencode(values), headers)
        response = connection.getresponse()
        found = response.status, response.headers, response.read().decode()
        connection.close()
        return found

    def enter(self) -> str:
        """Show the token; the path that it leads to."""
        status, headers, _ = self.ask(self.address.partition(str(self.port))[2])
        assert status == 303
        self.cookie = headers["Set-Cookie"].partition(";")[0]
        return headers["Location"]

    def form(self, name: str, key: str | None = None) -> tuple[str, dict]:
        """The page of an answer, the first unmarked one by default: its path, and its form's hidden fields."""
        path = f"/01_first/{name}/{key or ''}"
        if key is None:
            path = self.ask(path)[1]["Location"]
        fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', self.ask(path)[2])
        return path, {name: unescape(value) for name, value in fields}

    def stop(self) -> str:
        """Ctrl-C; what it printed since."""
        self.process.send_signal(signal.SIGINT)
        return self.process.communicate(timeout=60)[0]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def review(course):
    """Start reviews; they end with the test."""
    started = []

    def start(grader: str = "ann", *options: str, browser: str = "") -> Review:
        started.append(Review(course, grader, *options, browser=browser))
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.process.stdout.close()


@pytest.fixture
def given(course):
    """What stands in the gradebook: {student: (points, comment, grader)} of a task."""

    def look(name: str = "question_why") -> dict:
        with gradebook.open(course) as book:
            marks = {standing.student: standing.manual.get(name) for standing in book.standing("01")}
        return {student: (m.points, m.comment, m.grader) for student, m in marks.items() if m}

    return look


@pytest.fixture
def hand_in_again(graded, course):
    """Another answer to question_why of somebody in the class, and that graded."""

    def hand_in(student: str, answer: str) -> None:
        path = course.root.parent / "again" / f"{student}.ipynb"
        path.parent.mkdir(exist_ok=True)
        shutil.copy(graded.parent / "class" / f"{student}.ipynb", path)
        source_of(path, QUESTION, answer)
        done = tito(course.root, "grade", "01", path.parent, "--out", "grades-again")
        assert done.returncode == 0, done.stderr

    return hand_in


@pytest.fixture(scope="session")
def browser():
    with chromium() as found:
        yield found

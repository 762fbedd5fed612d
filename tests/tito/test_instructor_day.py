"""A day of an instructor, by the commands that README gives, on the real course: a class in, marks back to Canvas."""

import csv
import json
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from chromium import chromium  # noqa: E402
from course_fixture import ROOT, tito  # noqa: E402

CLASS = {  # Canvas's name and number, who of the sample class it is, and whether in time
    "okafor": ("Okafor, Amara", "1001", "amara-okafor", ""),
    "bauer": ("Bauer, Anton", "1002", "anton-bauer", ""),
    "santos": ("Santos, Bea", "1003", "bea-santos", "LATE_"),
    "absent": ("Absent, Ada", "1005", None, ""),
}
ANSWERS = {"okafor": "One array is **128 MiB**.", "bauer": "<b>Many</b> & large", "santos": "I do not know."}
REVIEW = "review 04"


@pytest.fixture
def course(tmp_path):
    """A copy of the course, with what Canvas gives: its gradebook's table and a zip."""
    root = tmp_path / "course"
    root.mkdir()
    for name in ("settings.ini", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    for name in ("modules", "tinytorch"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    settings = (root / "settings.ini").read_text(encoding="utf-8")
    (root / "settings.ini").write_text(settings.replace("late_policy = none", "late_policy = 10 % a day"), "utf-8")
    with open(root / "canvas.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Losses (77)", "Final Score"])
        table.writerow(["    Points Possible", "", "", "", "", "", "(read only)"])
        table.writerows([name, number, "", login, "Group 1", "", ""] for login, (name, number, _, _) in CLASS.items())
    pack(root / "submissions.zip", {login: who for login, (_, _, who, _) in CLASS.items() if who})
    return root


def pack(path, students: dict, late: bool = False):
    """A zip as Canvas makes it."""
    with zipfile.ZipFile(path, "w") as archive:
        for login, who in students.items():
            name, number, _, flag = CLASS[login]
            notebook = json.loads((ROOT / f"examples/class/{who}.ipynb").read_text(encoding="utf-8"))
            for cell in notebook["cells"]:
                if cell["metadata"].get("nbgrader", {}).get("grade_id") == "question_memory":
                    text = "".join(cell["source"])
                    cell["source"] = text.replace("*Your answer here.*", ANSWERS.get(login, ""))
            key = name.lower().replace(", ", "")
            archive.writestr(
                f"{key}_{'LATE_' if late else flag}{number}_9{number}_losses_dev.ipynb", json.dumps(notebook)
            )


@pytest.fixture
def run(course):
    """Run a command of README's and return what it printed."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    def go(command: str) -> str:
        assert f"\ntito {command} " in readme, "README gives another command"
        done = tito(course, *command.split())
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    return go


def review(course, marks: dict) -> None:
    """Mark answers to the first question in a browser: points and comment by login."""
    command = [sys.executable, "-m", "tito", *REVIEW.split(), "--names", "--no-open", "--grader", "ann"]
    with subprocess.Popen(command, cwd=course, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            address = re.search(r"http://\S+", process.stdout.readline())[0]
            with chromium() as browser:
                page = browser.new_page()
                page.goto(address)
                page.click("text=question_memory")
                for login, (points, comment) in marks.items():
                    while login not in page.inner_text("h1"):
                        page.click("text=Next →")
                    assert ANSWERS[login].strip("*.").split("*")[0] in page.inner_text("#answer")
                    page.fill("#points", str(points))
                    page.fill("#comment", comment)
                    page.click("text='Save'")
                    assert page.input_value("#comment") == comment
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def canvas(path) -> dict[str, str]:
    """The column of marks in a table of Canvas's, by login."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        return {row["SIS Login ID"]: row["Losses (77)"] for row in csv.DictReader(file) if row["ID"]}


def standing(course) -> dict[str, dict]:
    """What `tito gradebook export` writes as CSV, by student."""
    path = course / "now.csv"
    path.unlink(missing_ok=True)
    assert tito(course, "gradebook", "export", "04", "--out", path).returncode == 0
    with open(path, newline="", encoding="utf-8-sig") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_an_instructors_day(course, run):
    assert "4" in run("gradebook roster canvas.csv")
    collected = run("collect submissions.zip 04")
    assert "santos" in next(line for line in collected.splitlines() if line.startswith("late"))
    assert "tito review 04" in run("grade 04 submissions/04_losses").splitlines()[-1]
    automatic = {login: float(row["points"] or 0) for login, row in standing(course).items()}

    review(course, {"bauer": (2, "Count them & say why."), "okafor": (3, "")})
    after = {login: row["points"] for login, row in standing(course).items()}
    assert float(after["bauer"]) == pytest.approx(automatic["bauer"] + 2)
    assert float(after["okafor"]) == pytest.approx(automatic["okafor"] + 3)

    run("report 04")
    page = (course / "reports/04_losses/bauer.html").read_text(encoding="utf-8")
    assert "Count them &amp; say why." in page and "Anton Bauer" in page and "2 of 3" in page
    assert all((course / "reports/04_losses" / name).exists() for name in ("index.html", "absent.html"))

    told = run("gradebook export 04 --to canvas --template canvas.csv")
    marks = canvas(course / "04_losses-canvas.csv")
    assert marks == {login: after[login] for login in CLASS} and marks["absent"] == ""
    assert "to mark" in told, "answers that nobody has read yet go unsaid"

    pack(course / "late.zip", {"bauer": "amara-okafor"}, late=True)
    assert "bauer" in run("collect late.zip 04")
    assert "2 kept unchanged" in run("grade 04 submissions/04_losses")
    late = standing(course)["bauer"]
    better = automatic["okafor"] + 2  # the mark of the free-text answer stands
    assert float(late["points"]) == pytest.approx(0.9 * better, abs=0.01)
    assert standing(course)["okafor"]["points"] == after["okafor"]
    history = run("gradebook history bauer 04")
    assert "late" in history and "ann: Count them & say why." in history and history.count("graded  ") == 2

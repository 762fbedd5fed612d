"""Disks that refuse: full ones, and files that may not be read. The batch goes on, and no saved grade is lost."""

import contextlib
import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from school import IMPORTS, L1, MSE, REDUCE, make_school, notebook

sys.path.append(str(Path(__file__).resolve().parents[2] / "attacks"))

import ordinary  # noqa: E402

HALF = MSE.replace("d * d,", "d * d * 0.5,")
STUDENTS = 40


@pytest.fixture
def small(tmp_path):
    """A real file system of a given size: `small(16)` kilobytes, which a second call changes."""
    place = tmp_path / "small"
    place.mkdir()
    made = []

    def sized(kilobytes: int) -> Path:
        options = f"size={kilobytes}k" + (",remount" if made else "")
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"only root can mount a small file system here: {done.stderr.strip()}")
        made.append(kilobytes)
        return place

    try:
        yield sized
    finally:
        if made:
            subprocess.run(["umount", place], check=True)


@pytest.fixture
def course(tmp_path):
    root = make_school(tmp_path / "course")
    _class(root / "class", {f"s{n:02}": {"mse_loss": HALF} for n in range(STUDENTS)})
    return root


def _class(folder: Path, students: dict) -> None:
    folder.mkdir(parents=True)
    right = {"imports": IMPORTS, "reduce": REDUCE, "mse_loss": MSE, "l1_loss": L1}
    for student, own in students.items():
        (folder / f"{student}.ipynb").write_text(notebook(right | own), encoding="utf-8")


def tito(root: Path, *words, **environment) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "tito", "grade", "02", "class", "--workers", "2", *map(str, words)]
    found = os.environ | {"PYTHONPATH": str(ordinary.ROOT)} | environment
    return subprocess.run(command, cwd=root, capture_output=True, text=True, env=found)


def saved(out: Path) -> list[str]:
    lines = (out / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    return [line["student"] for line in map(json.loads, lines) if "student" in line]


def points(out: Path) -> list[str]:
    return [row["points"] for row in csv.DictReader((out / "grades.csv").read_text(encoding="utf-8").splitlines())]


@pytest.mark.parametrize("kilobytes", [12, 24])
def test_a_disk_that_fills_up_halfway_loses_no_saved_grade_and_a_rerun_goes_on(small, course, kilobytes):
    place = small(kilobytes)
    out = place / "out"
    done = tito(course, "--out", out, "--no-gradebook", TMPDIR=str(place))
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert f"{STUDENTS} submissions graded" in done.stdout, "the batch went on"
    assert f"not saved: {out}/journal.jsonl: No space left on device" in done.stdout
    assert "see to that disk, then run the same command again" in done.stdout
    before = saved(out)
    assert 0 < len(before) < STUDENTS and not (out / "grades.csv").exists(), "a table is whole or not there"
    small(4096)
    done = tito(course, "--out", out, "--no-gradebook", TMPDIR=str(place))
    assert done.returncode == 0 and f"{len(before)} kept unchanged" in done.stdout
    assert len(set(saved(out))) == len(saved(out)) == STUDENTS and points(out) == ["9"] * STUDENTS


def test_a_disk_with_room_for_the_results_alone_keeps_the_table_of_before(small, course):
    out = small(4096) / "out"
    tito(course, "--out", out, "--no-gradebook", "--seed", "1")
    table = (out / "grades.csv").read_bytes()
    size = sum(path.stat().st_blocks for path in out.iterdir()) // 2
    small(size + 16)  # for half of what a regrade adds
    done = tito(course, "--out", out, "--no-gradebook", "--seed", "2", "--fresh")
    assert done.returncode == 1 and "No space left" in done.stdout
    assert (out / "grades.csv").read_bytes() == table or "superseded" in (out / "grades.csv").read_text()
    assert sorted(path.name for path in out.iterdir()) == ["grades.csv", "grades.json", "journal.jsonl"]


def test_json_of_a_run_that_could_not_be_saved_is_of_this_run(small, course):
    done = tito(course, "--out", small(12) / "out", "--no-gradebook", "--json")
    assert done.returncode == 1 and "No space left" in done.stderr
    found = json.loads(done.stdout)
    assert len(found["results"]) == STUDENTS and {result["total"] for result in found["results"]} == {9}


def test_a_full_disk_under_the_gradebook_leaves_the_grades_to_be_recorded_later(small, course):
    place = small(100)
    with open(course / "settings.ini", "a", encoding="utf-8") as file:
        file.write(f"gradebook = {place / 'gradebook.db'}\n")
    done = tito(course)
    assert done.returncode == 1 and "not in the gradebook" in done.stdout and "Traceback" not in done.stderr
    assert points(course / "grades/02_losses") == ["9"] * STUDENTS
    small(4096)
    done = tito(course)
    assert done.returncode == 0 and f"{STUDENTS} new attempts" in done.stdout


GRADE = """
import json, sys
from pathlib import Path
from tito.grading import grade
from tito.settings import read_course
done = grade(read_course(Path(sys.argv[1])), Path(sys.argv[2]), "02", workers=1, seed=1)
print(json.dumps([[result.student, result.status, result.total, result.message] for result in done.results]))
"""


@contextlib.contextmanager
def readable_by_all():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def test_what_may_not_be_read_is_said_and_costs_nobody_else_a_mark():
    with readable_by_all() as place:
        words = [sys.executable] if os.getuid() else ordinary.command(place / "python")
        if words is None or set(ordinary.CAPABLE) & set(words):
            pytest.skip("no Python here that another user can start without leave to read everything")
        root = make_school(place / "course")
        _class(root / "class", {"locked": {}, "right": {}})
        for student in ("shut", "partly"):
            _class(root / "class" / student, {"losses_dev": {}})
        (root / "class" / "partly" / "private").mkdir()
        (root / "class" / "zipped.zip").write_bytes(b"PK")
        closed = ("locked.ipynb", "shut", "partly/private", "zipped.zip")
        for name in closed:
            (root / "class" / name).chmod(0)
        try:
            command = [*words, "-c", GRADE, root, root / "class"]
            done = subprocess.run(
                command, cwd=ordinary.ROOT, env=ordinary.environment(), capture_output=True, text=True
            )
        finally:
            for name in closed:
                (root / "class" / name).chmod(0o700)
    assert done.returncode == 0, done.stderr
    found = {student: rest for student, *rest in json.loads(done.stdout)}
    assert found.pop("right")[:2] == ["graded", 16]
    for student, (status, total, message) in found.items():
        assert (status, total) == ("unreadable", None) and "Permission denied" in message, student
    assert len(found) == 4

"""A gradebook that its reader may not write: the real command, as an ordinary user."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from gradings import graded, make_class

from tito import gradebook
from tito.settings import read_course

sys.path.insert(0, str(Path(__file__).parents[2] / "attacks"))
import ordinary  # noqa: E402

FIRST = Path(__file__).with_name("version-1.sql")


@pytest.fixture(scope="module")
def python():
    """Words that start Python as somebody who is not root."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        words = [sys.executable] if os.getuid() else ordinary.command(Path(folder) / "python")
        if words is None:
            pytest.skip("nothing here starts Python as an ordinary user")
        yield words


@pytest.fixture
def school(head):
    """A course that others may look into, with ada in its gradebook; they may write in its folder `theirs` alone."""
    with tempfile.TemporaryDirectory() as folder:
        root = make_class(Path(folder) / "school")
        with gradebook.open(read_course(root)) as book:
            book.record(head, [graded("ada")])
        os.chmod(folder, 0o755)
        (root / "theirs").mkdir()
        os.chmod(root / "theirs", 0o777)
        yield root
        os.chmod(root, 0o755)


@pytest.fixture
def tito(python, school):
    def run(*words, code=0, **variables):
        environment = ordinary.environment() | {"PYTHONPATH": str(ordinary.ROOT)}
        command = [*python, "-m", "tito", *map(str, words)]
        options = {"cwd": school, "env": environment | variables, "capture_output": True, "text": True}
        done = subprocess.run(command, timeout=120, **options)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def reads(tito, school) -> None:
    assert "16/20" in tito("gradebook", "show", "02") and "1 of 1 student" in tito("gradebook", "show")
    assert "16 of 16" in tito("gradebook", "history", "ada")
    tito("gradebook", "export", "02", "--out", "theirs/marks.csv")
    assert "ada" in (school / "theirs/marks.csv").read_text()
    tito("report", "02", "--out", "theirs/pages")
    assert (school / "theirs/pages/ada.html").exists()


@pytest.mark.parametrize("folder", [0o777, 0o555])
def test_a_file_that_may_not_be_written_is_read_and_nothing_is_left_beside_it(tito, school, folder):
    os.chmod(school / "gradebook.db", 0o444)
    os.chmod(school, folder)
    reads(tito, school)
    assert [path.name for path in school.glob("gradebook*")] == ["gradebook.db"]
    for words in (("gradebook", "mark", "ada", "02", "question_why", "1"), ("review", "02", "--no-open")):
        said = tito(*words, code=1)
        assert "gradebook.db: you may not write that file, so it can only be read" in said and "chmod u+w" in said


def test_a_file_in_a_folder_that_may_not_be_written_is_read(tito, school):
    os.chmod(school / "gradebook.db", 0o666)
    os.chmod(school, 0o555)
    reads(tito, school)
    said = tito("gradebook", "mark", "ada", "02", "question_why", "1", code=1)
    assert f"you may not write into {school}" in said


def test_what_somebody_else_is_writing_meanwhile_is_read_too(tito, school):
    os.chmod(school / "gradebook.db", 0o644)
    with gradebook.open(read_course(school)) as book:  # its log stays while it is open
        book.mark("ada", "02", "question_why", 2, grader="ms")
        if os.getuid() == 0:
            assert "18/20" in tito("gradebook", "show", "02")
        for name in ("gradebook.db", "gradebook.db-wal"):
            shutil.copy(school / name, school / "theirs" / name)
    os.chmod(school / "theirs/gradebook.db", 0o444)
    os.chmod(school / "theirs", 0o555)
    said = tito("gradebook", "show", "02", code=1, TITO_GRADEBOOK="theirs/gradebook.db")
    assert "gradebook.db-wal SQLite reads only where it may write beside it" in said and "copy gradebook.db*" in said


def test_an_old_one_that_may_not_be_written_is_not_half_brought_up(tito, school):
    (school / "gradebook.db").unlink()
    with sqlite3.connect(school / "gradebook.db") as connection:
        connection.executescript(FIRST.read_text())
    connection.close()
    os.chmod(school / "gradebook.db", 0o444)
    os.chmod(school, 0o777)
    said = tito("gradebook", "show", "02", code=1)
    assert "is of version 1, to be brought up to" in said and "you may not write that file" in said
    assert [path.name for path in school.glob("gradebook*")] == ["gradebook.db"]

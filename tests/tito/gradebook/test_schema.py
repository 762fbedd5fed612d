"""An old gradebook opens: brought up to date, with a copy kept, and never half."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from gradings import graded
from sqlalchemy import create_engine, inspect

from tito import gradebook
from tito.gradebook import schema, tables
from tito.problem import Problem

FIRST = Path(__file__).with_name("version-1.sql")


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "gradebook.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(FIRST.read_text())
    connection.close()
    return path


@pytest.fixture
def step(monkeypatch):
    """A made-up next version."""
    version = schema.VERSION + 1
    monkeypatch.setitem(schema.STEPS, version, ["ALTER TABLE student ADD COLUMN pronoun TEXT DEFAULT '' NOT NULL"])
    monkeypatch.setattr(schema, "VERSION", version)
    return version


def shape(place: str) -> dict:
    engine = create_engine(place)
    found = inspect(engine)
    columns = {t: {(c["name"], c["nullable"]) for c in found.get_columns(t)} for t in found.get_table_names()}
    engine.dispose()
    return columns


def version(path) -> int:
    with sqlite3.connect(path) as connection:
        return connection.execute("SELECT version FROM schema_version").fetchone()[0]


def test_the_first_version_and_the_steps_since_make_the_tables_of_today(course, old, tmp_path):
    with gradebook.open(course, str(old)) as book:
        assert [student.name for student in book.students()] == ["Ada Lovelace"]
    gradebook.open(course, str(tmp_path / "new.db")).engine.dispose()
    assert shape(f"sqlite:///{old}") == shape(f"sqlite:///{tmp_path / 'new.db'}")
    assert set(shape(f"sqlite:///{old}")) == set(tables.meta.tables)


def test_an_old_file_is_brought_up_and_a_copy_of_it_is_kept(course, old, step, head):
    with gradebook.open(course, str(old)) as book:
        book.record(head, [graded("ada")])
    assert version(old) == step and ("pronoun", False) in shape(f"sqlite:///{old}")["student"]
    copy = old.with_name("gradebook.db.version-1")
    assert version(copy) == 1 and "pronoun" not in str(shape(f"sqlite:///{copy}")["student"])
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT name FROM student").fetchall() == [("Ada Lovelace",)]


def test_a_step_that_fails_leaves_the_old_file_as_it_was(course, old, step, monkeypatch):
    monkeypatch.setitem(schema.STEPS, step, [*schema.STEPS[step], "ALTER TABLE nobody ADD COLUMN x TEXT"])
    with pytest.raises(Problem, match="nobody"):
        gradebook.open(course, str(old))
    assert version(old) == 1 and "pronoun" not in str(shape(f"sqlite:///{old}"))


def test_a_step_works_on_postgresql_too(course, server, step, monkeypatch):
    place = server()
    with monkeypatch.context() as before:
        before.setattr(schema, "VERSION", step - 1)
        gradebook.open(course, place).engine.dispose()
    for _ in range(2):
        gradebook.open(course, place).engine.dispose()
    assert ("pronoun", False) in shape(place)["student"]


def test_a_newer_gradebook_is_refused(course, old):
    with sqlite3.connect(old) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
    connection.close()
    with pytest.raises(Problem, match="version 99") as problem:
        gradebook.open(course, str(old))
    assert "newer tito" in problem.value.next


def test_another_programs_database_is_left_alone(course, tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(Problem, match="no gradebook"):
        gradebook.open(course, str(path))
    assert set(shape(f"sqlite:///{path}")) == {"theirs"}
    (tmp_path / "text.db").write_text("no database at all, but long enough to be looked at by SQLite" * 20)
    with pytest.raises(Problem, match="not a database"):
        gradebook.open(course, str(tmp_path / "text.db"))


def test_a_gradebook_that_is_not_there_is_made_only_where_it_is_to_be(course, tmp_path):
    with pytest.raises(Problem, match="no gradebook yet"):
        gradebook.open(course, str(tmp_path / "new.db"), create=False)
    assert not (tmp_path / "new.db").exists()
    with pytest.raises(Problem, match="unable to open"):
        gradebook.open(course, str(tmp_path / "nowhere" / "new.db"))


def test_who_opens_a_gradebook_that_another_is_making_waits(course, tmp_path):
    path = tmp_path / "marks.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = threading.Timer(0.5, other.rollback)
        done.start()
        with gradebook.open(course, str(path)) as book:
            assert book.students() == []
        done.join()


def test_marks_of_the_first_version_are_never_called_outdated(course, old, head):
    with sqlite3.connect(old) as connection:
        values = "'ada', '02_losses', 'mse_loss', 'override', 5, 'See me.', 'ms', 'copied', '2026-01-01T00:00:00Z'"
        columns = "student, module, exercise, kind, points, comment, grader, why, at"
        connection.execute(f"INSERT INTO manual ({columns}) VALUES ({values})")
    connection.close()
    with gradebook.open(course, str(old)) as book:
        for digest in ("1", "2"):
            book.record(head, [graded("ada", digest=digest)])
        [ada] = book.standing("02")
    assert ada.outdated == {} and (ada.manual["mse_loss"].points, ada.manual["mse_loss"].comment) == (5, "See me.")


def test_the_first_version_is_brought_up_on_postgresql_too(course, server, tmp_path):
    place = server()
    engine = create_engine(place)
    with engine.begin() as connection:
        connection.exec_driver_sql(FIRST.read_text())
    engine.dispose()
    with gradebook.open(course, place) as book:
        assert [student.name for student in book.students()] == ["Ada Lovelace"]
    gradebook.open(course, str(tmp_path / "new.db")).engine.dispose()
    assert shape(place) == shape(f"sqlite:///{tmp_path / 'new.db'}")

"""Fixtures: a small course, gradings made up without grading, and a gradebook on SQLite and on a real PostgreSQL."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "grading"))
sys.path.insert(0, str(Path(__file__).parent))

from gradings import QUESTIONS, make_class, settings  # noqa: E402

from tito import gradebook  # noqa: E402
from tito.settings import read_course  # noqa: E402


@pytest.fixture(autouse=True)
def only_the_settings(monkeypatch):
    """Where the gradebook is, these tests say themselves."""
    monkeypatch.delenv("TITO_GRADEBOOK", raising=False)


@pytest.fixture
def course(tmp_path):
    return read_course(make_class(tmp_path / "school"))


@pytest.fixture
def configured(course):
    """The course with other settings: configured(attempts="best")."""
    return lambda **words: settings(course, words)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """An address for a new gradebook."""
    if request.param == "sqlite":
        return str(tmp_path / "gradebook.db")
    return request.getfixturevalue("server")()


@pytest.fixture
def book(course, place):
    with gradebook.open(course, place) as opened:
        yield opened


@pytest.fixture
def head():
    return {"module": "02_losses", "seed": 7, "isolation": {"files": True}, "questions": QUESTIONS}


def _programs() -> Path | None:
    """Where initdb and postgres are: Debian keeps them off the PATH."""
    places = [Path(found).parent for found in [shutil.which("postgres")] if found]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


@pytest.fixture(scope="session")
def server():
    """Gives the address of an empty place in a PostgreSQL of our own: a temporary folder, and no network."""
    programs = _programs()
    try:
        import psycopg
    except ImportError:
        psycopg = None
    if programs is None or psycopg is None:
        missing = "PostgreSQL (apt-get install postgresql)" if programs is None else "psycopg (pip install '.[test]')"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{missing} is not installed")
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path must be short
    owner = _owner()
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    who = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "cwd": folder}
    options = ["-A", "trust", "-U", "tito", "-E", "UTF8", "--no-sync", "--locale", "C"]
    subprocess.run([programs / "initdb", "-D", folder / "data", *options], check=True, **quiet, **who)
    command = [programs / "postgres", "-D", folder / "data", "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **who)
    try:
        yield lambda: _schema(psycopg, folder, process)
    finally:
        process.send_signal(signal.SIGQUIT)  # at once: nothing of it is wanted any more
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _owner():
    """PostgreSQL refuses to run as root."""
    if os.geteuid():
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _schema(psycopg, folder: Path, process) -> str:
    """A schema is to its tables what a database is, and is made without copying 7 MB of files."""
    name, deadline = f"book_{uuid.uuid4().hex[:12]}", time.monotonic() + 60
    while True:
        try:
            with psycopg.connect(host=str(folder), user="tito", dbname="postgres", autocommit=True) as connection:
                connection.execute(f"CREATE SCHEMA {name}")
            return f"postgresql+psycopg://tito@/postgres?host={folder}&options=-csearch_path%3D{name}"
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
